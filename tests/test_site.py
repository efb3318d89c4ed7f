"""The documentation site: what is made for the generator, before it runs. tests/consumers/docs_site.py builds it and looks at it."""

from __future__ import annotations

import os
import re
import sys
from collections import Counter
from html import unescape
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "scripts"))

import build_site  # noqa: E402 - scripts are no package
from website import docs, examples, linkcheck, llms, markup, navigation, reference, severities, vocabularies, words  # noqa: E402
from website.pages import Page, SiteError, file_href, href, unique  # noqa: E402

from cardlint.home import REPOSITORY, SITE, rule_page  # noqa: E402
from cardlint.rule import shipped  # noqa: E402
from cardlint.rulecard import read_rule_card  # noqa: E402

pytestmark = pytest.mark.skipif("CARDLINT_INSTALLED_AT" in os.environ, reason="the site is made of a checkout, and a wheel is none")


@pytest.fixture(scope="module")
def pages() -> dict[str, Page]:
    return {page.address: page for page in build_site.pages(ROOT)}


@pytest.fixture(scope="module")
def links() -> Any:
    return build_site.links(ROOT)


def converted(text: str, links: Any, source: str = "docs/fixes.md", address: str = "fixes/") -> str:
    return markup.Converter(source, address, links).convert(text)


def frames(html: str) -> list[str]:
    """The text of each frame of code."""
    return [unescape(re.sub(r"<[^>]*>", "", code)) for code in re.findall(r"<pre>(.*?)</pre>", html, re.DOTALL)]


def entries(value: object) -> list[str]:
    """The files a navigation names."""
    if isinstance(value, str):
        return [value]
    inside = value.values() if isinstance(value, dict) else value
    return [name for each in inside for name in entries(each)]  # type: ignore[attr-defined]


# --- pages and addresses


@pytest.mark.parametrize(
    ("start", "address", "anchor", "expected"),
    [
        ("", "rules/", "", "rules/index.html"),
        ("rules/metadata/license-unknown/", "", "", "../../../index.html"),
        ("rules/metadata/license-unknown/", "rules/metadata/license-missing/", "", "../license-missing/index.html"),
        ("policies/", "policies/", "locks", "index.html#locks"),
    ],
)
def test_links_name_files_so_that_they_work_from_a_disk(start: str, address: str, anchor: str, expected: str) -> None:
    assert href(start, address, anchor) == expected


def test_a_file_to_download_is_linked_relatively() -> None:
    assert file_href("reference/schemas/report/", "schemas/report.schema.json") == "../../../schemas/report.schema.json"


def test_two_pages_of_one_address_are_an_error() -> None:
    one, two = (Page("rules/", title, "", "", source=source) for title, source in (("a", "docs/rules.md"), ("b", None)))
    with pytest.raises(SiteError, match=r"b and docs/rules\.md would both be the page /rules/"):
        unique([one, two])


def test_every_rule_has_its_page_where_reports_say_it_is(pages: dict[str, Page]) -> None:
    wanted = {str(rule_page(rule)).removeprefix(SITE): rule for rule in shipped().values()}
    assert len(wanted) == len(shipped())
    for address, rule in wanted.items():
        assert pages[address].title == rule.title
        assert f"<code>{rule.id}</code>" in pages[address].body


def test_the_navigation_leads_to_every_page_once(pages: dict[str, Page]) -> None:
    named = entries(navigation.navigation(pages.values()))
    assert Counter(named) == Counter(page.file for page in pages.values())


def test_a_document_with_a_place_is_one_there_is(pages: dict[str, Page]) -> None:
    placed = [stem for stems in docs.GROUPS.values() for stem in stems if stem != "index"]
    assert sorted(placed) == sorted(
        page.address.rstrip("/")
        for page in pages.values()
        if page.address and str(page.source).endswith(".md") and not page.address.startswith(("decisions/", "rules/"))
    )


def test_llms_txt_names_every_page(pages: dict[str, Page]) -> None:
    index = llms.index(list(pages.values()))
    assert sorted(re.findall(rf"\]\({re.escape(SITE)}([^)]*)\)", index)) == sorted(pages)
    assert index.startswith("# cardlint\n\n> cardlint tells you")
    assert "before you push it: with file, line and column" in index


def test_llms_full_quotes_documents_and_cards_as_they_are(pages: dict[str, Page]) -> None:
    full = llms.full(list(pages.values()))
    assert (ROOT / "README.md").read_text("utf-8").strip() in full
    for rule in shipped().values():
        assert rule.card.read_text("utf-8").strip() in full


def test_a_new_document_is_never_lost(tmp_path: Path, pages: dict[str, Page], links: Any) -> None:
    for name in (
        "README.md",
        "CONTRIBUTING.md",
        "CHANGELOG.md",
        "docs/never-heard-of.md",
        "docs/in/a-folder.md",
        "docs/examples/a/README.md",
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(f"# {name}\n\nWords.\n", "utf-8")
    made = {page.address: page for page in docs.document_pages(tmp_path, links)}
    others = [page for address, page in pages.items() if address not in made and not str(page.source).startswith("docs/")]
    group = next(each["In your workflow"] for each in navigation.navigation([*others, *made.values()]) if "In your workflow" in each)
    assert {"docs/never-heard-of.md": "never-heard-of/index.md"} in group
    assert {"docs/in/a-folder.md": "in/a-folder/index.md"} in group
    assert not any("examples" in address for address in made)


def test_a_page_nothing_leads_to_is_an_error(pages: dict[str, Page]) -> None:
    with pytest.raises(SiteError, match="nothing leads to lost/"):
        navigation.navigation([*pages.values(), Page("lost/", "Lost", "", "")])


def test_a_document_needs_a_title(tmp_path: Path, links: Any) -> None:
    (tmp_path / "README.md").write_text("words\n", "utf-8")
    with pytest.raises(SiteError, match=r"README\.md:1: a page needs a title"):
        list(docs.document_pages(tmp_path, links))


def test_exit_codes_come_from_the_readme(tmp_path: Path, pages: dict[str, Page], links: Any) -> None:
    assert "incomplete: something that had to be read could not be" in unescape(pages["reference/exit-codes/"].body)
    (tmp_path / "README.md").write_text("# cardlint\n", "utf-8")
    with pytest.raises(SiteError, match="there is no section"):
        list(reference.reference_pages(tmp_path, links))


@pytest.mark.parametrize("name", ["folder", "file"])
def test_what_is_no_site_of_ours_is_never_replaced(name: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine", "utf-8")
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "mine.txt").write_text("mine", "utf-8")
    with pytest.raises(SiteError, match="is there already and no site of ours"):
        build_site.build(ROOT, tmp_path / name)
    assert (tmp_path / "folder" / "mine.txt").read_text("utf-8") == (tmp_path / "file").read_text("utf-8") == "mine"


# --- links of sources


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ("policies.md#locks", "../policies/index.html#locks"),
        ("../rules/metadata/license-unknown.md", "../rules/metadata/license-unknown/index.html"),
        ("../rules", "../rules/index.html"),
        ("../schemas/report.schema.json", "../reference/schemas/report/index.html"),
        ("decisions", "../decisions/index.html"),
        ("../README.md", "../index.html"),
        (f"{SITE}rules/metadata/license-unknown/#fails", "../rules/metadata/license-unknown/index.html#fails"),
        ("examples/perfect", f"{REPOSITORY}/tree/main/docs/examples/perfect"),
        ("../cardlint/home.py", f"{REPOSITORY}/blob/main/cardlint/home.py"),
        (f"{REPOSITORY}/blob/main/pyproject.toml", f"{REPOSITORY}/blob/main/pyproject.toml"),
        ("https://example.org/a", "https://example.org/a"),
        ("#here", "#here"),
    ],
)
def test_links_of_a_document_lead_on(target: str, expected: str, links: Any) -> None:
    assert links.resolve(target, "docs/fixes.md", 1, "fixes/") == expected


@pytest.mark.parametrize(
    "target", ["nowhere.md", "../../outside.md", f"{SITE}rules/metadata/no-such-rule/", f"{REPOSITORY}/blob/main/no/such/file.md"]
)
def test_a_link_that_leads_nowhere_is_named_with_its_line(target: str, links: Any) -> None:
    with pytest.raises(SiteError, match=r"^docs/fixes\.md:3: "):
        converted(f"# Title\n\nA [link]({target}).\n", links)


# --- Markdown as CommonMark reads it


def test_a_list_may_follow_a_paragraph_at_once(links: Any) -> None:
    assert "<ul>\n<li>a</li>" in converted("Words:\n- a\n- b\n", links)


def test_a_fence_of_four_backticks_keeps_what_is_in_it(links: Any) -> None:
    inside = "---\nlicense: mit\n---\n# *T* &amp; <b>\n```python\nx\t= 1\n```\n\n- [a](nowhere.md)\n"
    html = converted(f"````markdown README.md\n{inside}````\n", links)
    assert frames(html) == [inside]
    assert "\t" not in html


def test_a_heading_has_the_anchor_github_gives_it(links: Any) -> None:
    html = converted("## `a_b*c*` & [x](#y) {#z}\n## Twice\n## Twice\n", links)
    first, second, third = [line for line in html.splitlines() if line]
    assert first.endswith("{#a_bc--x-z}")
    assert unescape(re.sub(r"<[^>]*>", "", first)).startswith("## a_b*c* & x {#z} ")
    assert not re.search(r"[*_\[\]]", re.sub(r"\{#[^}]*\}$", "", first))
    assert (second, third) == ("## Twice {#twice}", "## Twice {#twice-1}")


def test_the_id_of_a_rule_is_a_link_but_not_to_itself(links: Any) -> None:
    html = converted("`license-unknown` and [`license-missing`](policies.md)", links)
    assert '<a href="../rules/metadata/license-unknown/index.html"><code>license-unknown</code></a>' in html
    assert html.count("<a ") == 2
    assert "<a" not in converted("`license-unknown`", links, address="rules/metadata/license-unknown/")


def test_findings_are_shown_as_text_with_their_severity_marked() -> None:
    html = markup.findings("a<b>.md:1:1: error[license-unknown] <script>\n")
    assert '<span class="severity-error">error</span>[license-unknown] &lt;script&gt;' in html


def test_an_unknown_language_is_plain_text() -> None:
    assert frames(markup.code("a <b>\n", "no-such-language", "x<y")) == ["a <b>\n"]
    assert "x&lt;y" in markup.code("a", "", "x<y")


# --- rule cards


@pytest.mark.parametrize("rule", shipped().values(), ids=lambda rule: rule.id)
def test_a_rule_page_shows_every_example_as_the_card_has_it(rule: Any, pages: dict[str, Page]) -> None:
    page = pages[str(rule_page(rule)).removeprefix(SITE)]
    card = read_rule_card(rule.card, rule.card.parents[1])
    assert page.body.count('<div class="example') == len(card.examples)
    source = [token.content for token in markup.parse(card.text.content.split("\n---\n", 1)[1]) if token.type == "fence"]
    shown = Counter(frames(page.body))
    assert not Counter(text.rstrip("\n") for text in source) - Counter(text.rstrip("\n") for text in shown.elements())
    said = " ".join(unescape(re.sub(r"<[^>]*>", "", page.body)).split())
    for token in markup.parse(card.text.content.split("\n---\n", 1)[1]):
        line = "".join(child.content or " " for child in token.children or () if child.type in ("text", "code_inline", "softbreak"))
        assert " ".join(line.split()) in said


def test_a_fixed_example_stands_beside_what_it_was(pages: dict[str, Page]) -> None:
    body = pages["rules/metadata/license-unknown/"].body
    before, after = frames(body[body.index('<div class="example example-fixed pair">') :])[:2]
    assert (before, after) == ("---\nlicense: apache2\n---\n", "---\nlicense: apache-2.0\n---\n")


def test_blocks_of_an_example_are_titled(links: Any) -> None:
    text = "### Fails\n````markdown a.md escaped\nx\n````\n```tree\nb 1\n```\n```yaml policy\nc: d\n```\n```findings\ne\n```\n"
    made = "".join(examples.examples(list(markup.blocks(markup.parse(text))), markup.Converter("a", "a/", links), {2}))
    assert re.findall(r'class="filename">([^<]*)<', made) == ["a.md (bytes escaped)", "paths and sizes", "policy", "cardlint says"]
    assert made.count('<div class="example') == 1


def test_severities_are_those_of_the_policies() -> None:
    found = severities.severities(shipped()["license-missing"])
    assert found["recommended"]["space"] == "warning"
    assert next(iter(found)) == "recommended"
    assert severities.conditional("ethics", shipped()["environmental-impact-missing"]) == ["off where relation is quantized"]


def test_options_are_told_with_type_and_value(pages: dict[str, Page]) -> None:
    body = pages["rules/documentation/section-missing/"].body
    assert "<td><code>sections</code></td><td>list of string</td>" in body


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        ({"type": ["string", "array"], "items": {"$ref": "#/$defs/language"}}, "string or list of language"),
        ({"anyOf": [{"type": "string"}, {"type": "null"}]}, "string, or null"),
        ({"enum": ["a", False]}, '"a", false'),
        ({"const": "1"}, '"1"'),
        ({"type": "object", "additionalProperties": {"type": "integer"}}, "mapping to integer"),
        ({}, "anything"),
    ],
)
def test_a_schema_in_words(schema: dict[str, Any], expected: str) -> None:
    assert words.type_words(schema) == expected


def test_a_schema_page_lists_its_keys(pages: dict[str, Page]) -> None:
    body = pages["reference/schemas/report/"].body
    assert '<a href="#def-Finding">Finding</a>' in body
    assert "{#def-Finding}" in body
    assert "<code>column</code>" in body


def test_a_list_of_thousands_is_left_out_of_the_search(pages: dict[str, Page]) -> None:
    assert not pages[f"{vocabularies.INDEX}languages/"].search
    assert pages[f"{vocabularies.INDEX}tasks/"].search


# --- the check of what was built


def site(folder: Path, **files: str) -> list[str]:
    for name, text in files.items():
        path = folder / name.replace("__", "/").replace("_html", ".html").replace("_css", ".css")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return list(linkcheck.broken(folder))


def test_a_site_that_holds_together(tmp_path: Path) -> None:
    page = '<link rel="canonical" href="https://example.org/"><a href="a/index.html#x">a</a><a href="https://example.org/">b</a><a href="#y" id="y">c</a>'
    assert (
        site(tmp_path, index_html=page, a__index_html='<h1 id="x"></h1><img src="data:image/png;base64,">', s_css="a{b:url(data:x)}") == []
    )


@pytest.mark.parametrize(
    ("markup", "message"),
    [
        ('<a href="b/index.html">x</a>', "b/index.html leads nowhere"),
        ('<a href="a/">x</a>', "a/ leads nowhere"),
        ('<a href="a/index.html#nowhere">x</a>', "leads to no anchor of that page"),
        ('<a href="#nowhere">x</a>', "leads to no anchor of that page"),
        ('<a href="../outside.html">x</a>', "leads nowhere"),
        ('<a href="/a/index.html">x</a>', "begins at the root of a server"),
        ('<img src="gone.png">', "gone.png leads nowhere"),
        ('<script src="https://example.org/x.js"></script>', "from elsewhere"),
        ('<script src="//example.org/x.js"></script>', "from elsewhere"),
        ('<link rel="stylesheet" href="https://example.org/x.css">', "from elsewhere"),
        ('<link rel="preconnect" href="https://example.org">', "from elsewhere"),
        ("<style>@import 'https://example.org/x.css';</style>", "from elsewhere"),
        ('<p style="background: url(https://example.org/x.png)">', "from elsewhere"),
    ],
)
def test_what_does_not_hold_is_named_with_its_place(markup: str, message: str, tmp_path: Path) -> None:
    (tmp_path / "site").mkdir()
    (tmp_path / "outside.html").write_text("", "utf-8")
    found = site(tmp_path / "site", index_html=f"<p>\n{markup}", a__index_html="<p>")
    assert len(found) == 1
    assert found[0].startswith("index.html:2: ")
    assert message in found[0]


def test_a_style_sheet_that_loads_from_elsewhere(tmp_path: Path) -> None:
    assert site(tmp_path, s_css='@font-face{src:url("https://example.org/f.woff2")}') == [
        "s.css: a browser would load https://example.org/f.woff2 from elsewhere"
    ]
