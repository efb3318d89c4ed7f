"""The HTML report in a real Chromium: opened from disk, used by keyboard, looked at by axe in both themes, and attacked."""

from __future__ import annotations

import re
import time
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from browser import Visit, browser
from playwright.sync_api import expect
from reports import CANARY, described, every_rule, hostile

from cardlint import __version__
from cardlint.formats import render
from cardlint.report import Finding, Place, Report, Suppressed, Target

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Page

VIEWS = {"light": ("light", 1280), "dark": ("dark", 1280), "narrow": ("light", 360)}


@pytest.fixture(scope="module")
def chrome() -> Iterator[Browser]:
    with browser() as started:
        yield started


def _small() -> Report:
    """Two repositories with findings that differ in everything one can filter by."""

    def found(number: int, rule: str, severity: str, path: str, **more: object) -> Finding:
        place = Place(path, number + 1, 1, number + 1, 4, 0, 3, f"line {number}")
        return Finding(rule, severity, "high", f"message {number}", "s", path, place, f"{number:032x}", **more)  # type: ignore[arg-type]

    rules = tuple(described(rule) for rule in ("key-unknown", "license-unknown", "link-broken"))
    first = (
        found(0, "license-unknown", "error", "README.md"),
        found(1, "link-broken", "warning", "README.md"),
        found(2, "key-unknown", "note", "README.md"),
        found(3, "link-broken", "error", "docs/a.md"),
        found(4, "link-broken", "warning", "docs/a.md", suppressed=Suppressed("inline", "moves next week")),
    )
    second = (found(5, "key-unknown", "warning", "README.md"),)
    targets = tuple(Target(name, "model", items, rules=rules, policy="recommended") for name, items in (("one", first), ("two", second)))
    return Report(targets, __version__, "recommended", "0" * 64)


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("html")
    made = {"small": _small(), "every": every_rule(), "hostile": hostile(), "empty": Report((Target(".", "model"),), __version__, "p", "0")}
    for name, report in made.items():
        (folder / f"{name}.html").write_text(render(report, "html"), "utf-8")
    return {name: folder / f"{name}.html" for name in made}


def shown(page: Page) -> list[str]:
    """The messages one can see, in the order of the page."""
    return [item.inner_text() for item in page.locator(".finding:visible h4").all()]


def headings(page: Page) -> list[str]:
    """The headings of the groups one can see, with their counts."""
    return [" ".join(item.inner_text().split()) for item in page.locator(".group:visible > h3").all()]


def status(page: Page) -> str:
    return page.locator("#status").inner_text()


def tells(page: Page, start: str) -> None:
    """Wait until the live region begins so. (The policy of the page forbids what `wait_for_function` does.)"""
    expect(page.locator("#status")).to_have_text(re.compile(f"^{re.escape(start)}"))


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("name", ["small", "every", "hostile", "empty"])
def test_a_page_opens_from_disk_asks_for_nothing_and_axe_has_nothing_to_say(
    chrome: Browser, pages: dict[str, Path], name: str, view: str
) -> None:
    scheme, width = VIEWS[view]
    with Visit(chrome, pages[name], scheme=scheme, width=width) as visit:
        for fold in visit.page.locator("details.suppressed").all():
            fold.evaluate("fold => { fold.open = true; }")
        assert visit.axe() == []
        assert visit.page.evaluate("document.documentElement.scrollWidth") <= width, "the page itself never scrolls sideways"
        visit.clean()


def test_axe_would_have_something_to_say(chrome: Browser, pages: dict[str, Path]) -> None:
    with Visit(chrome, pages["small"]) as visit:
        visit.page.evaluate("document.getElementById('text').closest('label').replaceWith(document.createElement('input'))")
        assert any("label" in line for line in visit.axe())
        visit.page.evaluate("document.querySelector('h1').style.color = '#ddd'")
        assert any("color-contrast" in line for line in visit.axe())


def test_nothing_of_a_hostile_repository_runs(chrome: Browser, pages: dict[str, Path]) -> None:
    with Visit(chrome, pages["hostile"]) as visit:
        page = visit.page
        for order in ("rule", "severity", "place"):
            page.select_option("#order", order)
        page.fill("#text", "<script>")
        tells(page, "0 of 48 findings shown, 4 of 24 suppressed")
        page.fill("#text", "")
        tells(page, "48 of 48")
        for link in page.locator("a.why:visible").all()[:5]:
            link.click()
        assert page.evaluate(f"window['{CANARY}']") is None
        assert page.evaluate("document.querySelectorAll('img, iframe, object, embed, link, base, svg').length") == 0
        assert page.evaluate("document.scripts.length") == 2
        assert CANARY in page.inner_text("body")
        visit.clean()


def test_the_policy_of_the_page_stops_script_and_requests_that_got_in_nevertheless(chrome: Browser, pages: dict[str, Path]) -> None:
    with Visit(chrome, pages["small"]) as visit:
        refused: list[str | None] = []
        visit.page.on("requestfailed", lambda request: refused.append(request.failure))
        visit.page.evaluate(
            'document.body.insertAdjacentHTML(\'beforeend\', \'<img src="https://evil.example/x.png" onerror="window.ran = 1"><p onclick="window.ran = 1" id=bad>x\')'
        )
        visit.page.evaluate("const s = document.createElement('script'); s.textContent = 'window.ran = 1'; document.body.append(s)")
        visit.page.click("#bad")
        assert visit.page.evaluate("window.ran") is None
        assert refused == ["csp"]
        assert any("Content Security Policy" in error for error in visit.errors)


def test_filters_and_groups_work_by_keyboard_alone_and_say_what_they_did(chrome: Browser, pages: dict[str, Path]) -> None:
    with Visit(chrome, pages["small"]) as visit:
        page, keys = visit.page, visit.page.keyboard
        assert status(page) == "5 of 5 findings shown, 1 of 1 suppressed"
        assert page.locator("#status").get_attribute("role") == "status"
        while page.evaluate("document.activeElement.id") != "text":
            keys.press("Tab")
        keys.type("LINK-broken readme")
        tells(page, "1 of 5")
        assert shown(page) == ["message 1"]
        assert headings(page) == ["README.md 1"]
        for _ in "LINK-broken readme":
            keys.press("Backspace")
        tells(page, "5 of 5")
        keys.press("Tab")
        assert page.evaluate("document.activeElement.value") == "error"
        keys.press("Space")
        tells(page, "3 of 5")
        assert shown(page) == ["message 1", "message 2", "message 5"]
        assert page.url.endswith("#?severity=warning%2Cnote")
        assert page.locator("details.suppressed summary").inner_text().split() == ["Suppressed", "1"]
        keys.press("Tab")
        keys.press("Tab")
        keys.press("Tab")
        assert page.evaluate("document.activeElement.id") == "rule"
        keys.press("k")
        tells(page, "2 of 5")
        assert shown(page) == ["message 2", "message 5"]
        keys.press("Tab")
        keys.press("ArrowDown")
        expect(page.locator(".group:visible > h3").first).to_contain_text("Notes")
        assert headings(page) == ["Notes 1", "Warnings 1"]
        keys.press("Tab")
        keys.press("Enter")
        tells(page, "5 of 5")
        assert shown(page) == ["message 0", "message 1", "message 2", "message 3", "message 5"]
        assert "#" not in page.url
        visit.clean()


def test_findings_are_grouped_by_file_severity_and_rule(chrome: Browser, pages: dict[str, Path]) -> None:
    with Visit(chrome, pages["small"]) as visit:
        page = visit.page
        assert headings(page) == ["README.md 3", "docs/a.md 1", "README.md 1"]
        page.select_option("#order", "severity")
        assert headings(page) == ["Errors 2", "Warnings 1", "Notes 1", "Warnings 1"]
        assert shown(page) == ["message 0", "message 3", "message 1", "message 2", "message 5"]
        page.select_option("#order", "rule")
        assert headings(page) == ["Key unknown 1", "License unknown 1", "Link broken 2", "Key unknown 1"]
        page.select_option("#order", "place")
        assert shown(page) == ["message 0", "message 1", "message 2", "message 3", "message 5"]


def test_a_rule_may_be_called_what_every_object_has(chrome: Browser, tmp_path: Path) -> None:
    items = tuple(
        Finding(rule, "note", "high", rule, "", "a", None, f"{number:032x}") for number, rule in enumerate(("constructor", "__proto__"))
    )
    report = Report(
        (Target("one", "model", items, rules=(described("link-broken")._replace(id="__proto__", title="Proto"),)),), __version__, "p", "0"
    )
    (tmp_path / "odd.html").write_text(render(report, "html"), "utf-8")
    with Visit(chrome, tmp_path / "odd.html") as visit:
        visit.page.select_option("#order", "rule")
        assert headings(visit.page) == ["Proto 1", "constructor 1"]
        visit.clean()


def test_a_filter_survives_a_reload_by_its_address(chrome: Browser, pages: dict[str, Path]) -> None:
    with Visit(chrome, f"{pages['small'].as_uri()}#?severity=error&rule=link-broken&order=rule&text=message") as visit:
        page = visit.page
        assert shown(page) == ["message 3"]
        assert headings(page) == ["Link broken 1"]
        page.reload()
        assert shown(page) == ["message 3"]
        assert page.input_value("#text") == "message"
    with Visit(chrome, f"{pages['small'].as_uri()}#?severity=x&rule=%00&order=__proto__&text=%E0%A4%A") as visit:
        assert status(visit.page).startswith("0 of 5")
        visit.page.click("button[type=reset]")
        tells(visit.page, "5 of 5")
        visit.clean()


def test_an_anchor_opens_its_finding_also_a_folded_one_and_one_that_is_filtered_away(chrome: Browser, pages: dict[str, Path]) -> None:
    inside = "e => { const r = e.getBoundingClientRect(); return r.top >= 0 && r.top < innerHeight && r.height > 0; }"
    with Visit(chrome, f"{pages['small'].as_uri()}#f-{4:032x}") as visit:
        folded = visit.page.locator(f"#f-{4:032x}")
        assert folded.is_visible()
        assert folded.evaluate(inside)
        assert "moves next week" in folded.inner_text()
        visit.page.reload()
        assert folded.evaluate(inside)
        visit.page.select_option("#rule", "key-unknown")
        visit.page.evaluate(f"location.hash = 'f-{0:032x}'")
        first = visit.page.locator(f"#f-{0:032x}")
        first.wait_for(state="visible")
        assert first.evaluate(inside)
        assert visit.page.evaluate("document.activeElement.id") == f"f-{0:032x}"
        visit.clean()
    with Visit(chrome, f"{pages['small'].as_uri()}#%E0%A4%A") as visit:
        visit.clean()
    last = every_rule().findings[-1]
    with Visit(chrome, f"{pages['every'].as_uri()}#f-{last.fingerprint}") as visit:
        assert visit.page.locator(f"#f-{last.fingerprint}").evaluate(inside)


def test_why_unfolds_in_place_and_folds_again_by_keyboard(chrome: Browser, pages: dict[str, Path]) -> None:
    with Visit(chrome, pages["small"]) as visit:
        why = visit.page.locator(".finding .why").first
        why.focus()
        visit.page.keyboard.press("Enter")
        assert why.get_attribute("aria-expanded") == "true"
        assert "The Hub refuses a push" in visit.page.locator(".finding").first.inner_text()
        assert visit.axe() == []
        visit.page.keyboard.press("Space")
        assert why.get_attribute("aria-expanded") == "false"
        assert "The Hub refuses a push" not in visit.page.locator(".finding").first.inner_text()
        visit.clean()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_theme_follows_the_system_and_can_be_turned_and_stays(chrome: Browser, pages: dict[str, Path], scheme: str) -> None:
    background = "getComputedStyle(document.body).backgroundColor"
    colours = {"light": "rgb(247, 246, 243)", "dark": "rgb(21, 23, 26)"}
    other = "dark" if scheme == "light" else "light"
    with Visit(chrome, pages["small"], scheme=scheme) as visit:
        assert visit.page.evaluate(background) == colours[scheme]
        button = visit.page.locator("#theme")
        assert button.get_attribute("aria-label") == f"{other.capitalize()} theme"
        button.focus()
        visit.page.keyboard.press("Enter")
        assert visit.page.evaluate(background) == colours[other]
        assert visit.axe() == []
        visit.page.reload()
        assert visit.page.evaluate(background) == colours[other]
        visit.page.locator("#theme").click()
        assert visit.page.evaluate(background) == colours[scheme]
        visit.clean()


def test_the_page_is_whole_without_script(chrome: Browser, pages: dict[str, Path]) -> None:
    with Visit(chrome, pages["small"], script=False) as visit:
        page = visit.page
        assert shown(page) == ["message 0", "message 1", "message 2", "message 3", "message 5"]
        assert not page.locator("#controls").is_visible()
        assert not page.locator("#theme").is_visible()
        page.locator("details.suppressed summary").click()
        expect(page.locator("details.suppressed")).to_contain_text("moves next week", use_inner_text=True)
        page.locator(".finding .why").first.click()
        assert page.url.endswith("#rule-license-unknown")
        assert page.locator("#rule-license-unknown .matters").is_visible()
        visit.clean()


def test_it_prints_whole_in_light_colours_without_controls(chrome: Browser, pages: dict[str, Path], tmp_path: Path) -> None:
    with Visit(chrome, pages["small"], scheme="dark") as visit:
        page = visit.page
        page.emulate_media(media="print", color_scheme="dark")
        page.evaluate("dispatchEvent(new Event('beforeprint'))")
        assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
        assert not page.locator("#controls").is_visible()
        assert page.locator(f"#f-{4:032x}").is_visible(), "what is folded is printed too"
        page.evaluate("dispatchEvent(new Event('afterprint'))")
        assert not page.evaluate("document.querySelector('details.suppressed').open")
        page.pdf(path=tmp_path / "report.pdf")
        assert (tmp_path / "report.pdf").read_bytes().startswith(b"%PDF")


def test_headings_and_landmarks_are_in_order(chrome: Browser, pages: dict[str, Path]) -> None:
    with Visit(chrome, pages["small"]) as visit:
        levels = visit.page.evaluate("[...document.querySelectorAll('h1, h2, h3, h4')].map(h => Number(h.tagName[1]))")
        assert levels[0] == 1
        assert levels.count(1) == 1
        assert all(after <= before + 1 for before, after in pairwise(levels))
        for role in ("banner", "main", "contentinfo", "search"):
            assert visit.page.get_by_role(role).count() == 1  # type: ignore[arg-type]
        visit.page.keyboard.press("Tab")
        assert visit.page.evaluate("document.activeElement.textContent") == "Skip to the findings"
        visit.page.keyboard.press("Enter")
        expect(visit.page.locator("#found")).to_be_focused()


def test_two_thousand_findings_load_and_filter(chrome: Browser, tmp_path: Path, record_property: pytest.RecordProperty) -> None:
    rule = described("license-unknown")
    places = [
        Place(f"docs/{number // 50}.md", number, 10, number, 16, number * 20, number * 20 + 6, f"license: apache{number}")
        for number in range(2_000)
    ]
    found = tuple(
        Finding(
            rule.id,
            ("error", "warning", "note")[number % 3],
            "high",
            f'"apache{number}" is not an id',
            "license",
            place.path,
            place,
            f"{number:032x}",
        )  # type: ignore[arg-type]
        for number, place in enumerate(places)
    )
    file = tmp_path / "many.html"
    file.write_text(render(Report((Target("m", "model", found, rules=(rule,)),), __version__, "p", "0" * 64), "html"), "utf-8")
    with Visit(chrome, file) as visit:
        page = visit.page
        loaded = page.evaluate("performance.getEntriesByType('navigation')[0].loadEventEnd")
        began = time.perf_counter()
        page.fill("#text", "apache1999")
        tells(page, "1 of 2,000")
        filtered = time.perf_counter() - began
        assert shown(page) == ['"apache1999" is not an id']
        visit.clean()
    record_property("load_ms", loaded)
    print(f"2,000 findings: {file.stat().st_size:,} bytes, loaded in {loaded:.0f} ms, filtered in {filtered * 1000:.0f} ms")  # noqa: T201 - the figure is the point
