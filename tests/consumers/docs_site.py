"""The documentation site, built as CI builds it, opened in a real browser from a disk and from a server."""

from __future__ import annotations

import functools
import http.server
import re
import shutil
import subprocess
import sys
import threading
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING, Any

import components
import pytest
from markdown_it import MarkdownIt
from playwright.sync_api import expect, sync_playwright

from cardlint.home import SITE, rule_page
from cardlint.rule import shipped

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

    from cardlint.rule import Rule

ROOT = Path(__file__).parent.parent.parent
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip
RULE = "rules/metadata/license-unknown/"


def build(checkout: Path, out: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, checkout / "scripts" / "build_site.py", out]
    return subprocess.run(command, cwd=checkout, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("built") / "a site"  # a blank in the path, as people have them
    done = build(ROOT, out)
    assert done.returncode == 0, done.stdout + done.stderr
    return out


@pytest.fixture(scope="module")
def served(site: Path) -> Iterator[str]:
    """The site on a server of this machine, below the path it has on the web."""

    class Handler(http.server.SimpleHTTPRequestHandler):
        def translate_path(self, path: str) -> str:
            return super().translate_path(path.removeprefix("/cardlint"))

        def log_message(self, *arguments: object) -> None:
            del arguments

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Handler, directory=str(site)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/cardlint/"
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=components.chromium(), args=list(FLAGS))
        yield opened
        opened.close()


@pytest.fixture(params=["disk", "server"])
def base(request: pytest.FixtureRequest, site: Path) -> str:
    return f"{site.as_uri()}/" if request.param == "disk" else str(request.getfixturevalue("served"))


@pytest.fixture
def page(browser: Browser, base: str) -> Iterator[Page]:
    """A page that may say nothing on its console and ask for nothing from elsewhere."""
    opened = browser.new_page(viewport={"width": 1300, "height": 900})
    said: list[str] = []
    asked: list[str] = []
    opened.on("console", lambda message: said.append(f"{message.type}: {message.text}"))
    opened.on("pageerror", lambda error: said.append(str(error)))
    opened.on("request", lambda request: asked.append(request.url))
    yield opened
    opened.close()
    assert said == []
    assert [url for url in asked if not url.startswith((base, "data:", "blob:"))] == []
    assert asked


def at(base: str, address: str) -> str:
    """The address of a page as a link has it."""
    return f"{base}{address}index.html"


def read(path: Path) -> str:
    return path.read_text("utf-8")


# --- what was built


def test_every_rule_that_ships_has_its_page(site: Path) -> None:
    assert len(shipped()) > 100
    for rule in shipped().values():
        path = site / str(rule_page(rule)).removeprefix(SITE) / "index.html"
        assert path.is_file(), rule.id
        assert f"<code>{rule.id}</code>" in read(path)


def test_a_page_says_its_address_as_reports_do(site: Path) -> None:
    for rule in shipped().values():
        page = str(rule_page(rule))
        assert f'<link rel="canonical" href="{page}">' in read(site / page.removeprefix(SITE) / "index.html")
        assert f"<loc>{page}</loc>" in read(site / "sitemap.xml")


def test_llms_txt_names_every_page_that_exists(site: Path) -> None:
    built = {path.parent.relative_to(site).as_posix() for path in site.rglob("index.html")}
    named = re.findall(rf"\({re.escape(SITE)}([^)]*)\)", read(site / "llms.txt"))
    assert sorted(named) == sorted("" if folder == "." else f"{folder}/" for folder in built)
    assert "# License unknown" in read(site / "llms-full.txt")


class Anchors(HTMLParser):
    """The anchors and the references of a page, apart from the check that the build itself makes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.ids: set[str] = set()
        self.references: set[str] = set()
        self.loaded: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name == "id":
                self.ids.add(str(value))
            if name in ("href", "src"):
                self.references.add(str(value))
                if tag != "a" and ("rel", "canonical") not in attrs and ("rel", "prev") not in attrs and ("rel", "next") not in attrs:
                    self.loaded.add(str(value))


def test_every_link_and_anchor_of_every_page_leads_somewhere(site: Path) -> None:
    pages = {path.resolve(): Anchors(read(path)) for path in site.rglob("*.html") if path.name != "404.html"}
    assert len(pages) > len(shipped())
    followed = 0
    for path, page in pages.items():
        for reference in page.references:
            if re.match(r"[a-z]+:", reference):
                continue
            name, _, anchor = reference.partition("#")
            target = (path.parent / name).resolve() if name else path
            assert target.is_file(), f"{path}: {reference}"
            assert target.is_relative_to(site.resolve())
            assert not anchor or target not in pages or anchor in pages[target].ids, f"{path}: {reference}"
            followed += 1
    assert followed > 5_000


class Frames(HTMLParser):
    """The text of each frame of code."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.texts: list[str] = []
        self._inside = False
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        del attrs
        if tag == "pre":
            self.texts.append("")
            self._inside = True

    def handle_endtag(self, tag: str) -> None:
        self._inside = self._inside and tag != "pre"

    def handle_data(self, data: str) -> None:
        if self._inside:
            self.texts[-1] += data


@pytest.mark.parametrize("rule", shipped().values(), ids=lambda rule: rule.id)
def test_every_block_of_a_rule_card_is_on_its_page_letter_by_letter(site: Path, rule: Rule) -> None:
    shown = Frames(read(site / str(rule_page(rule)).removeprefix(SITE) / "index.html")).texts
    body = read(rule.card).split("\n---\n", 1)[1]
    blocks = [token.content for token in MarkdownIt("commonmark").parse(body) if token.type == "fence"]
    assert len(blocks) > 2
    for block in blocks:
        assert block in shown


def test_nothing_a_browser_loads_is_elsewhere(site: Path) -> None:
    for path in site.rglob("*.html"):
        for reference in Anchors(read(path)).loaded:
            assert not re.match(r"([a-z]+:)?//", reference), f"{path}: {reference}"
    for path in site.rglob("*.css"):
        assert not re.search(r"(url\(|@import)\s*[\"']?\s*([a-z]+:)?//", read(path)), path


def test_what_is_to_be_downloaded_is_there(site: Path) -> None:
    for path in [*(ROOT / "schemas").rglob("*.schema.json"), *(ROOT / "schemas" / "vocabulary").glob("*.json")]:
        assert (site / path.relative_to(ROOT)).read_bytes() == path.read_bytes()


# --- in a browser


def written(page: Page, words: str) -> None:
    """At once, for of half a word ending in a hyphen the search complains; and then a key, for only keys make it look."""
    page.keyboard.insert_text(words)
    page.keyboard.press("End")


@pytest.mark.parametrize(("words", "found"), [("license-unknown", RULE), ("pickle", "rules/weights/pickle-dangerous/")])
def test_search_finds_pages(page: Page, base: str, words: str, found: str) -> None:
    page.goto(at(base, "rules/"))
    page.keyboard.press("/")
    expect(page.get_by_role("textbox", name="Search")).to_be_focused()
    written(page, words)
    link = page.locator(f'.md-search-result__link[href*="{found}index.html"]').first
    expect(link).to_be_visible(timeout=60_000)
    link.click()
    page.wait_for_url(re.compile(re.escape(found)))
    assert words in str(page.locator("article").text_content()).lower()


def test_search_finds_what_is_in_an_example(page: Page, base: str) -> None:
    page.goto(at(base, "fixes/"))
    page.get_by_role("textbox", name="Search").focus()
    written(page, "prairie-community-agreement")
    expect(page.locator(f'.md-search-result__link[href*="{RULE}"]').first).to_be_visible(timeout=60_000)


def test_the_index_is_filtered(page: Page, base: str) -> None:
    page.goto(at(base, "rules/"))
    rows = page.locator("#rule-index tbody tr:visible")
    status = page.get_by_role("status")
    expect(rows).to_have_count(len(shipped()))
    text = page.get_by_role("searchbox", name="Text")
    text.fill("license unknown")
    expect(rows).to_have_count(1)
    expect(status).to_have_text(f"1 of {len(shipped())} rules")
    assert "license-unknown" in rows.all_inner_texts()[0]
    page.get_by_role("button", name="Show all").click()
    expect(rows).to_have_count(len(shipped()))
    page.get_by_role("combobox", name="Kind").select_option("space")
    page.get_by_role("combobox", name="Severity").select_option("error")
    page.get_by_role("combobox", name="Fix").select_option("fixable")
    wanted = sorted(rule.id for rule in shipped().values() if "space" in rule.kinds and rule.severity == "error" and rule.fixable)
    assert sorted(rows.locator("th code").all_inner_texts()) == wanted
    page.get_by_role("combobox", name="Category").select_option("ethics")
    expect(rows).to_have_count(0)


def test_the_filter_is_worked_by_keyboard_alone(page: Page, base: str) -> None:
    page.goto(at(base, "rules/") + "?category=ethics")
    rows = page.locator("#rule-index tbody tr:visible")
    expect(rows).to_have_count(sum(rule.category == "ethics" for rule in shipped().values()))
    page.get_by_role("searchbox", name="Text").focus()
    page.keyboard.type("risk-undocumented")
    expect(rows).to_have_count(1)
    for name in ("kinds", "severity", "category", "fix"):
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.name") == name
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(rows).to_have_count(len(shipped()))


def test_the_index_is_a_table_without_scripts(browser: Browser, base: str) -> None:
    page = browser.new_context(java_script_enabled=False).new_page()
    page.goto(at(base, "rules/"))
    assert page.locator("#rule-index tbody tr").count() == len(shipped())
    assert page.locator(".rule-filter").count() == 0
    page.locator("#rule-index tbody a", has_text="license-unknown").first.click()
    assert page.locator("h1").inner_text().startswith("License unknown")
    page.context.close()


def test_a_rule_page_shows_its_examples(page: Page, base: str) -> None:
    page.goto(at(base, RULE))
    first = page.locator(".example-fails").first
    expect(first.locator(".filename").first).to_have_text("README.md")
    assert first.locator("code").first.text_content() == "---\nlicense: apache2\n---\n"
    said = 'README.md:2:10: error[license-unknown] "apache2" is not a Hub licence id; did you mean apache-2.0?\n'
    assert first.locator(".findings code").text_content() == said
    before, after = page.locator(".pair").first.locator("code").all_text_contents()
    assert (before, after) == ("---\nlicense: apache2\n---\n", "---\nlicense: apache-2.0\n---\n")
    expect(page.locator(".facts")).to_contain_text("safe, with --fix")


def test_the_way_through_the_site_works_by_links(page: Page, base: str) -> None:
    page.goto(at(base, ""))
    page.locator(".md-tabs").get_by_text("Rules").click()
    page.locator("#rule-index a", has_text="license-missing").first.click()
    page.wait_for_url(re.compile(r"license-missing/index\.html"))
    page.locator(".facts").get_by_text("strict").click()
    page.wait_for_url(re.compile(r"policies/strict/index\.html"))
    page.locator("a.md-logo").first.click()
    page.wait_for_url(at(base, ""))


def test_the_address_in_a_report_opens_the_page(browser: Browser, served: str) -> None:
    page = browser.new_page()
    page.goto(served + str(rule_page(shipped()["license-unknown"])).removeprefix(SITE))
    expect(page.locator("h1")).to_contain_text("License unknown")
    page.close()


@pytest.mark.parametrize("width", [360, 1300])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_fit_and_follow_the_scheme(browser: Browser, site: Path, width: int, scheme: Any) -> None:
    page = browser.new_page(viewport={"width": width, "height": 800}, color_scheme=scheme)
    for address in (
        "",
        "rules/",
        RULE,
        "policies/shipped/",
        "policies/strict/",
        "reference/schemas/report/",
        "reference/vocabularies/tasks/",
        "corpus/",
    ):
        page.goto(at(f"{site.as_uri()}/", address))
        assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"), address
        assert page.evaluate("document.body.getAttribute('data-md-color-scheme')") == {"light": "default", "dark": "slate"}[scheme]
    page.close()


# --- the build is strict


def planted(folder: Path, text: str) -> tuple[int, str]:
    """What the build of this checkout says with one more document."""
    checkout, out = folder / "checkout", folder / "out"
    shutil.copytree(ROOT, checkout, ignore=shutil.ignore_patterns(".git", "__pycache__", ".*_cache", "build", "dist", ".venv", "node"))
    (checkout / "docs" / "planted.md").write_text(f"# Planted\n\n{text}\n", "utf-8")
    done = build(checkout, out)
    assert not out.exists()
    assert "Traceback" not in done.stderr
    return done.returncode, done.stderr


def test_a_broken_link_ends_the_build(tmp_path: Path) -> None:
    code, said = planted(tmp_path, "A [link](no-such-page.md).")
    assert code == 1
    assert said == "docs/planted.md:3: the link no-such-page.md leads nowhere: there is no docs/no-such-page.md\n"


def test_a_broken_anchor_and_a_foreign_picture_end_the_build(tmp_path: Path) -> None:
    code, said = planted(tmp_path, "A [link](policies.md#no-such-heading).\n\n![a picture](https://example.org/a.png)")
    assert code == 1
    first, second = said.splitlines()
    assert first.startswith("planted/index.html:")
    assert first.endswith("../policies/index.html#no-such-heading leads to no anchor of that page")
    assert second.endswith("a browser would load https://example.org/a.png from elsewhere")


def test_the_workflow_is_sound() -> None:
    workflow = ROOT / ".github" / "workflows" / "site.yml"
    done = subprocess.run(
        [components.program("zizmor"), "--offline", "--persona", "pedantic", "--no-progress", workflow],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    used = re.findall(r"uses: (\S+)(.*)", read(workflow))
    assert used
    for name, comment in used:
        assert re.fullmatch(r"[\w/-]+@[0-9a-f]{40}", name)
        assert re.fullmatch(r" # v\d+\.\d+\.\d+", comment)
