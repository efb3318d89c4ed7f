"""The HTML report: sound markup, nothing but text from repositories, bounded, and what it shows is what was found."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from reports import CANARY, described, every_rule, hostile, reports

from cardlint import __version__
from cardlint.formats import html, html_diff, html_head, html_overview, html_select, html_why, render
from cardlint.formats.html_markup import cut, element, plain, text
from cardlint.problem import Edit, Fix
from cardlint.report import Failed, Finding, Fixing, Place, RelatedPlace, Report, Skipped, Suppressed, Target
from cardlint.text import Span

if TYPE_CHECKING:
    from collections.abc import Callable

VOID = {"meta", "input"}
INLINE = {"a", "span", "code", "strong", "mark", "del", "ins"}
TAGS = set(re.findall(
    r"\w+", "html head meta title style script body a header main section footer h1 h2 h3 h4 p div span strong code ul li dl dt dd table caption "
    "thead tbody tr th td details summary article mark del ins form fieldset legend label input select option button",
))  # fmt: skip
ATTRIBUTES = {
    "lang", "charset", "name", "http-equiv", "content", "id", "class", "href", "rel", "title", "type", "value", "checked", "hidden", "role",
    "aria-label", "aria-labelledby", "aria-hidden", "tabindex", "scope", "autocomplete", "placeholder",
}  # fmt: skip


class Page(HTMLParser):
    """A page, taken apart by a parser that is not ours; asserts that every element is closed where it must be."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.tags: Counter[str] = Counter()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.attributes: set[str] = set()
        self.contents: dict[str, list[str]] = {"style": [], "script": []}
        self.policy = ""
        self.said: list[str] = []
        self.classes: Counter[str] = Counter()
        self.feed(page)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        assert len(named) == len(attrs), f"an attribute of {tag} is repeated"
        self.tags[tag] += 1
        self.attributes |= named.keys()
        self.ids += [named["id"] or ""] if "id" in named else []
        self.links += [named["href"] or ""] if "href" in named else []
        self.classes.update((named.get("class") or "").split())
        if named.get("http-equiv") == "Content-Security-Policy":
            self.policy = named["content"] or ""
        self.said += [] if tag in INLINE else [" "]
        if tag not in VOID:
            self.open.append(tag)
        if tag in self.contents:
            self.contents[tag].append("")

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag
        self.said += [] if tag in INLINE else [" "]

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] in self.contents:
            self.contents[self.open[-1]][-1] += data
        else:
            self.said.append(data)

    def handle_comment(self, data: str) -> None:
        pytest.fail(f"a comment: {data[:80]}")

    def handle_pi(self, data: str) -> None:
        pytest.fail(f"an instruction: {data[:80]}")

    def unknown_decl(self, data: str) -> None:
        pytest.fail(f"a declaration: {data[:80]}")

    @property
    def words(self) -> str:
        return " ".join("".join(self.said).split())

    @property
    def data(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.contents["script"][1])
        return found


def sound(page: str) -> Page:
    """The page, of which is asserted whatever holds of every page."""
    found = Page(page)
    assert found.tags.keys() <= TAGS
    assert found.attributes <= ATTRIBUTES
    assert len(found.ids) == len(set(found.ids))
    assert {"html", "head", "body", "main", "h1"} <= {tag for tag, times in found.tags.items() if times == 1}
    for link in found.links:
        assert link.startswith("https://") or link[1:] in found.ids, link
    assets = [html_head.assets(name) for name in ("report.css", "report.js")]
    assert [*found.contents["style"], found.contents["script"][0]] == assets
    assert len(found.contents["script"]) == 2
    assert "<" not in found.contents["script"][1]
    return found


def finding(**changed: Any) -> Finding:
    place = Place("README.md", 2, 10, 2, 16, 13, 19, "license: apache2")
    return Finding("license-unknown", "error", "high", "no id", "license", "README.md", place, "0" * 32)._replace(**changed)


def report(*findings: Finding, **changed: Any) -> Report:
    target = Target("model", "model", findings, policy="recommended", rules=(described("license-unknown"),))._replace(**changed)
    return Report((target,), __version__, "recommended", "0" * 64)


def words(found: Report) -> str:
    return sound(render(found, "html")).words


def test_the_report_of_every_rule_is_sound_and_says_everything() -> None:
    page = sound(render(every_rule(), "html"))
    told = page.words
    unquoted = told.replace("`", "")
    for item in every_rule().findings:
        assert " ".join(plain(cut(item.message, 1_000)).replace("`", "").split()) in unquoted, item.message
        assert f"rule-{item.rule}" in page.ids
        assert f"#rule-{item.rule}" in page.links
    for rule in every_rule().rules:
        assert rule.title in told
        assert rule.url in page.links


def test_hostile_text_is_text() -> None:
    page = sound(render(hostile(), "html"))
    assert CANARY in page.words
    assert f"<script>window['{CANARY}'] = 1</script><img src=x" in page.words
    assert f"</script><!-- ]]> &amp; <![CDATA[ {CANARY} -->" in page.words
    assert all(CANARY not in content for content in page.contents["style"] + page.contents["script"][:1])
    assert {item["message"] for target in page.data["targets"] for item in target["findings"]} >= {f"+1+{CANARY}", f"\\t={CANARY}"}


@settings(max_examples=60)
@given(reports())
def test_every_report_is_sound_and_its_data_is_what_was_found(found: Report) -> None:
    page = sound(render(found, "html"))
    data = page.data
    assert data["tool"]["version"] == __version__
    assert data["left_out"] == {}
    assert {name: data["summary"][name] for name in ("error", "warning", "note")} == {
        name: found.counts()[name] for name in ("error", "warning", "note")
    }
    assert len(data["targets"]) == len(found.targets)
    for target, told in zip(found.targets, data["targets"], strict=True):
        assert told["kind"] == target.kind
        assert told["gaps"] == sum(item.because is None for item in target.skipped) + len(target.failed)
        assert len(told["findings"]) == len(target.findings)
        for item, row in zip(target.findings, told["findings"], strict=True):
            assert row["id"] in page.ids
            assert (row["rule"], row["severity"], row["confidence"], row["state"]) == (
                item.rule,
                item.severity,
                item.confidence,
                item.state,
            )
            assert row["line"] == (item.place.line if item.place else None)
            assert row["suppressed"] == (item.suppressed.kind if item.suppressed else None)
            assert row["fix"] == (item.fix.applicability if item.fix else None)


def test_the_policy_of_the_page_allows_its_own_style_and_script_and_nothing_else() -> None:
    page = Page(render(report(finding()), "html"))
    hashes = ["sha256-" + base64.b64encode(hashlib.sha256(page.contents[tag][0].encode()).digest()).decode() for tag in ("style", "script")]
    assert page.policy == (
        f"default-src 'none'; style-src '{hashes[0]}'; script-src '{hashes[1]}'; base-uri 'none'; form-action 'none'"
    )  # fmt: skip


def test_the_assets_ask_for_nothing_and_make_no_markup() -> None:
    style, script = (html_head.assets(name) for name in ("report.css", "report.js"))
    for word in ("http:", "https:", "//cdn", "url(", "@import", "</", "<!--"):
        assert word not in style + script, word
    for word in (
        "innerHTML",
        "outerHTML",
        "insertAdjacentHTML",
        "document.write",
        "eval(",
        "Function(",
        "fetch(",
        "XMLHttpRequest",
        "import(",
    ):
        assert word not in script, word


def test_the_file_is_written_by_the_command_and_says_how_to_repeat_it(cardlint: Callable[..., Any], tmp_path: Path) -> None:
    (tmp_path / "a b").mkdir()
    (tmp_path / "a b" / "README.md").write_text("---\nlicense: apache2\n---\n# T\n")
    asked = ["--policy", "strict", "--ignore", "task-missing", "--ignore", "section-missing", "--min-confidence", "high", "--isolated"]
    done = cardlint("check", "a b", *asked, "--output-format", "html=out.html", "--quiet")
    assert (done.code, done.out, done.err) == (1, "", "")
    page = sound((tmp_path / "out.html").read_text())
    again = "cardlint check --policy=strict --min-confidence=high --ignore=task-missing,section-missing --isolated 'a b'"
    assert again in page.words
    assert "Report on a b" in page.words
    assert "license-unknown" in page.words


def test_the_command_to_repeat_names_the_baseline_and_keeps_a_name_that_looks_like_an_option(
    cardlint: Callable[..., Any], tmp_path: Path
) -> None:
    (tmp_path / "-m").mkdir()
    (tmp_path / "-m" / "README.md").write_text("---\nlicense: apache2\n---\n# T\n")
    assert cardlint("check", "--write-baseline", "b.json", "--output-format", "html=out.html", "--", "-m").code == 0
    page = sound((tmp_path / "out.html").read_text())
    assert "cardlint check --baseline=b.json -- -m" in page.words
    assert "Suppressed (baseline):" in page.words


def test_without_a_command_nothing_is_said_of_repeating() -> None:
    assert "To repeat" not in words(report(finding()))
    assert "To repeat" in words(report(finding())._replace(arguments=("check",)))


def test_a_report_without_findings_has_nothing_to_filter() -> None:
    page = sound(render(report(rules=()), "html"))
    assert "controls" not in page.ids
    assert "rules" not in page.ids
    assert "1 of 1 repository examined in full." in page.words
    assert "Nothing was found." in page.words
    assert page.data["targets"][0]["findings"] == []


def test_what_was_not_examined_comes_first_with_its_reasons() -> None:
    found = report(
        skipped=(
            Skipped("link-broken", "no listing"), Skipped("tags-malformed", "no listing"),
            Skipped("key-unknown", "broken YAML", "invalid-yaml"),
        ),
        failed=(Failed("acme/shout", "ValueError: x"),),
        not_applicable=tuple(f"hub-{number}" for number in range(250)),
        fixing=Fixing(2, notes=("a note",), unwritten="disk full"),
        revision="c" * 40,
    )  # fmt: skip
    told = words(found)
    assert told.index("What was examined") < told.index("no listing") < told.index("What was found")
    assert "0 of 1 repository examined in full. In the others" in told
    assert "Not examined: no listing link-broken tags-malformed" in told
    assert "Failed: ValueError: x acme/shout" in told
    assert "Behind another finding: broken YAML (reported by invalid-yaml) key-unknown" in told
    assert "Cannot apply here" in told
    assert "250 rules" in told
    assert "and 50 more" in told
    assert "Not fixed: disk full" in told
    assert "Fixing: a note" in told
    assert "4 gaps in what was examined" in told
    assert "Nothing was found in what could be examined." in told
    assert "c" * 40 in told
    assert "Fixed 2 in this run" in told


def test_fixing_that_could_be_written_is_no_gap() -> None:
    found = report(fixing=Fixing(1))
    assert "1 of 1 repository examined in full." in words(found)


def test_counts_say_what_they_are_out_of() -> None:
    waived = finding(suppressed=Suppressed("waiver", "asked legal"), fingerprint="3")
    warned = finding(severity="warning", fix=Fix("safe", "write", (Edit(Span("README.md", 13, 19), "x"),)), fingerprint="2")
    clean = Target("other", "dataset")
    found = report(finding(), warned, waived)
    told = words(found._replace(targets=(*found.targets, clean)))
    assert "Errors 1 of 2 findings, in 1 of 2 repositories" in told
    assert "Fixable 1 of 2 findings" in told
    assert "Suppressed 1 of 3 with those" in told
    assert "Suppressed (waiver): asked legal" in told


def test_doubt_and_news_are_said() -> None:
    told = words(report(finding(confidence="low", state="new")))
    assert "low confidence" in told
    assert "README.md:2:10 new" in told


def test_a_finding_without_a_place_or_a_path() -> None:
    told = words(report(finding(place=None, path=None)))
    assert "Error the repository" in told
    assert "2:10" not in told


def test_a_plugin_rule_has_no_page_and_an_unknown_one_no_description() -> None:
    rule = described("license-unknown")._replace(id="acme/unknown", title="Acme", url=None)
    page = sound(render(report(finding(rule="acme/unknown"), finding(rule="gone", fingerprint="1"), rules=(rule,)), "html"))
    assert "rule-acme/unknown" in page.ids
    assert not any(link.startswith("https://") for link in page.links)
    assert "#rule-gone" not in page.links
    bad = rule._replace(url="javascript:alert(1)")
    assert "javascript:" not in render(report(finding(rule="acme/unknown"), rules=(bad,)), "html")


def test_one_fingerprint_in_two_repositories_has_two_anchors() -> None:
    found = report(finding())
    page = sound(render(found._replace(targets=found.targets * 2), "html"))
    assert {"f-" + "0" * 32, "f-" + "0" * 32 + ".2"} <= set(page.ids)


@pytest.mark.parametrize(
    ("place", "shown"),
    [
        (Place("a", 1, 1, 1, 4, 0, 3, "abcdef"), "<mark>abc</mark>def"),
        (Place("a", 1, 3, 1, 3, 2, 2, "abcdef"), 'ab<mark class="point"></mark>cdef'),
        (Place("a", 1, 3, 4, 2, 2, 9, "abcdef"), 'ab<mark>cdef</mark></code><span class="more">to line 4</span>'),
        (Place("a", 1, 99, 1, 120, 98, 119, "abcdef"), 'abcdef<mark class="point"></mark>'),
        (Place("a", 1, 5, 1, 6, 4, 5, "\ta\u202eb<c"), "\\ta\\u202eb<mark>&lt;</mark>c"),
    ],
)  # fmt: skip
def test_the_line_of_a_finding_is_marked(place: Place, shown: str) -> None:
    assert shown in render(report(finding(place=place, path="a")), "html")


def test_an_empty_line_has_no_frame() -> None:
    assert Page(render(report(finding(place=Place("a", 1, 1, 1, 1, 0, 0, ""))), "html")).classes["frame"] == 0


def edit(start: int, end: int, new: str, path: str = "README.md") -> Edit:
    return Edit(Span(path, start, end), new)


# The line `license: apache2` begins at offset 4 and ends at 20.
@pytest.mark.parametrize(
    ("edits", "shown"),
    [
        ([edit(13, 20, "mit")], "-before: license: apache2 +after: license: mit"),
        ([edit(4, 11, "x"), edit(13, 13, "y")], "-before: license: apache2 +after: x: yapache2"),
        ([edit(20, 20, " # ok")], "-before: license: apache2 +after: license: apache2 # ok"),
        ([edit(4, 21, "")], "-before: license: apache2 ambiguous"),
        ([edit(4, 22, "")], "Takes 18 characters out of README.md, from character 5."),
        ([edit(13, 20, "mit\nx: y\n")], "In README.md, writes for characters 14 to 20: +after: mit +after: x: y"),
        ([edit(13, 15, "a"), edit(14, 20, "b")], "In README.md, writes for characters 14 to 15: +after: a"),
        ([edit(0, 0, "MIT", "LICENSE")], "At the beginning of LICENSE, writes: +after: MIT"),
        ([edit(40, 40, "tags: [x]\n")], "In README.md, after character 40, writes: +after: tags: [x]"),
        ([edit(3, 5, "")], "Takes 2 characters out of README.md, from character 4."),
    ],
)  # fmt: skip
def test_a_fix_is_shown_as_what_it_writes(edits: list[Edit], shown: str) -> None:
    found = finding(
        place=Place("README.md", 2, 10, 2, 17, 13, 20, "license: apache2"), rule="ambiguous", fix=Fix("unsafe", "write it", tuple(edits))
    )
    told = words(report(found))
    assert f"Fix: write it --unsafe-fixes {shown}" in told, told


def test_a_fix_without_a_place_and_one_without_edits() -> None:
    assert "At the beginning of README.md" in words(report(finding(place=None, fix=Fix("safe", "w", (edit(0, 0, "x"),)))))
    assert "Fix: w --fix" in words(report(finding(fix=Fix("safe", "w", ()))))


def test_long_values_are_cut_and_say_so() -> None:
    line = "x" * 2_000_000
    place = Place("README.md", 1, 1_000_001, 1, 1_500_001, 1_000_000, 1_500_000, line)
    many = Fix("safe", "t" * 5_000, tuple(edit(n, n, "\n".join("ab" * 400 for _ in range(99))) for n in range(50)))
    short = Fix("safe", "t", (edit(1_000_000, 1_000_001, "y"), edit(1_200_000, 1_200_001, "z")))
    related = (RelatedPlace("m" * 9_000, place),) * 30
    found = report(finding(place=place, message="m" * 9_000, fix=many, related=related), finding(place=place, fix=short, fingerprint="1"))
    page = render(found, "html")
    told = sound(page).words
    assert len(page) < 250_000
    for said in (
        "[…999,880 characters left out…]", "[…499,600 characters left out…]", "[…499,880 characters left out…]", "[…8,000 characters left out…]",
        "20 more places not shown", "40 more changes not shown.", "87 more lines not shown.", "[…199,839 characters left out…]",
    ):  # fmt: skip
        assert said in told, said


def test_more_findings_than_there_is_room_for_are_counted_and_the_gravest_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(html_select, "MOST_FINDINGS", 30)
    notes = [finding(severity="note", fingerprint=f"{number:032x}") for number in range(50)]
    late = finding(fingerprint="e" * 32, message="the gravest")
    waived = finding(fingerprint="d" * 32, suppressed=Suppressed("inline", "r"))
    page = sound(render(report(waived, *notes, late), "html"))
    assert "This page shows 30 of 52 findings, the gravest first. Left out: 21 note, 1 suppressed. The JSON report has all." in page.words
    assert page.data["left_out"] == {"note": 21, "suppressed": 1}
    assert page.data["targets"][0]["findings"][-1]["message"] == "the gravest"
    assert "Notes 50 of 51 findings" in page.words, "counts are of all"


def test_the_room_of_a_page_is_bounded_in_characters_too() -> None:
    found = report(*(finding(fingerprint=f"{number:032x}", message="<" * 900) for number in range(100)))
    shown = html_select.select(found, room=50_000)
    assert 5 < len(shown) < 20
    assert html_select.omitted(found, shown) == {"error": 100 - len(shown)}


def test_a_hundred_thousand_findings_make_a_file_one_can_open() -> None:
    found = report(*(finding(fingerprint=f"{number:032x}", message="<'\">" * 250) for number in range(20_000)))
    page = render(found._replace(targets=found.targets * 5), "html")
    assert len(page) < 20_000_000
    assert "of 100,000 findings, the gravest first" in page


def test_more_repositories_rules_and_reasons_than_there_is_room_for(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (html, html_select, html_overview):
        monkeypatch.setattr(module, "MOST_TARGETS", 2, raising=module is not html)
    monkeypatch.setattr(html_select, "MOST_RULES", 1)
    monkeypatch.setattr(html_overview, "_ROOM", 400)
    target = report(finding(rule="link-broken"), skipped=(Skipped("key-unknown", "r" * 200),)).targets[0]
    target = target._replace(rules=(described("key-unknown"), described("link-broken")))
    page = sound(render(Report((target,) * 5, __version__, "recommended", "0" * 64), "html"))
    assert "3 more repositories not listed; the JSON report has all." in page.words
    assert "1 more rule not described here." in page.words
    assert "There is more that was not examined than this page has room for; the JSON report has all." in page.words
    assert page.data["left_out"] == {"error": 3}
    assert "0 of 5 repositories examined in full." in page.words


def test_why_comes_from_the_card_as_text(tmp_path: Path) -> None:
    card = tmp_path / "shout.md"
    card.write_text(
        "---\nid: shout\n---\n# Shout\n## Why it matters\nA `<b>` and\n[words](javascript:x).\n\n<script>y</script>\n\n## Examples\nz\n"
    )
    assert html_why.why(card) == "<p>A <code>&lt;b&gt;</code> and words.</p><p>&lt;script&gt;y&lt;/script&gt;</p>"
    card.write_text("no card at all")
    assert html_why.why(card) == ""
    assert html_why.why(tmp_path / "gone.md") == "<p>The card of this rule cannot be read: No such file or directory.</p>"


def test_every_rule_that_ships_says_why() -> None:
    for rule in every_rule().rules:
        assert len(html_why.why(Path(rule.card))) > 80, rule.id


def test_markup_is_escaped_once_and_only_where_it_is_text() -> None:
    assert element("p", "<&>\"'", element("b", "x"), class_='a"b', hidden=True, id=None, open=False) == (
        '<p class="a&quot;b" hidden>&lt;&amp;&gt;&quot;&#x27;<b>x</b></p>'
    )
    assert text("\ufffe\U0001ffff\ufdd0\x00") == "\\ufffe\\u{1ffff}\\u{fdd0}\\x00"
    assert cut("x" * 40, 20) == "x" * 40
    assert cut("x" * 60, 20) == "x" * 20 + " […40 characters left out…] "


def test_nothing_left_out_is_not_said() -> None:
    assert html_diff.left_out(0) == ""
