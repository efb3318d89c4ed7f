"""The summary of a job, rendered as GitHub would: nothing in it acts, and what one sees is what was meant."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from rendering import Cell, cells, shown
from reports import HOSTILE, every_rule, hostile, reports

from cardlint import check
from cardlint.formats import markdown
from cardlint.formats.contents import counting, cut, gathered
from cardlint.formats.markup import code, inline
from cardlint.formats.safe import visible
from cardlint.home import SITE
from cardlint.problem import Edit, Fix
from cardlint.report import Failed, Finding, Fixing, Place, Report, Skipped, Suppressed, Target
from cardlint.text import Span

if TYPE_CHECKING:
    from pathlib import Path

FINDING = Finding(
    "license-unknown", "error", "high", "m", "license", "README.md", None, "0" * 32, url=f"{SITE}rules/metadata/license-unknown/"
)
BOLD = frozenset({"strong_open"})
# What is markup to somebody, in any order.
ODD = st.text(alphabet="`|\\*_[]()<>!&;#@:~$-+=.,'\" \n1aé/^{}", max_size=14)
WORDS = st.lists(
    st.sampled_from([
        "@team", "#1", "GH-1", "org/repo#2", "ABC-12", "deadbeef", "1234567", ":smile:", "www.example.org", "https://x.example", "a@b.example",
        "README.md", "`code`", "``", "|", "\\|", "a|b", "\\", "<b>", "<!--", "&amp;", "&#64;x", "![x](y)", "[x](javascript:y)", "1.", "1)", "-",
        "+", ">", "# h", "---", "word", "it's", '"quoted"', "(aside),", "two-parts", "$x$", "^1", "[^1]", "~~x~~", "apache-2.0,", "…", "é", "漢",
    ]),
    max_size=6,
).map(" ".join)  # fmt: skip


@given(st.one_of(ODD, WORDS, st.text(max_size=20)))
@example("a `b` c")
@example("  ")
@example(" ` ")
@example("`|`")
def test_what_one_sees_is_the_text(text: str) -> None:
    for written in (inline(text), code(text)):
        if written:
            assert cells(written) == [Cell(visible(text), ())]
        assert cells(f"| a | b |\n| --- | --- |\n| {written} | z |\n")[2:] == [Cell(visible(text), ()), Cell("z", ())]
    assert "\n" not in inline(text)
    assert bool(inline(text)) == bool(text)


def test_words_stay_plain_and_what_may_act_is_code() -> None:
    assert inline('"apache2" is no licence id; did you mean apache-2.0?') == '"apache2" is no licence id; did you mean `apache-2.0`?'
    assert inline("ask @team in #12, or not") == "ask `@team` in `#12`, or not"
    assert inline("a|b") == "`a`&#124;`b`"
    assert inline("1. the `x`") == "`1`. the `` `x` ``"
    assert inline("commit deadbeef of GH-12") == "commit `deadbeef` of `GH-12`"
    assert (inline(","), inline("..")) == ("`,`", "`.`.")


def target(*found: Finding, **more: Any) -> Target:
    return Target(**({"name": "m", "kind": "model", "findings": found, "shown": "models/m", "policy": "strict"} | more))


def test_coverage_comes_first_with_counts_and_their_denominators() -> None:
    fix = Fix("safe", "t", (Edit(Span("README.md", 0, 1), ""),))
    hidden = FINDING._replace(suppressed=Suppressed("waiver", "r"))
    skipped = tuple(Skipped(f"rule-{letter}", "no right | here") for letter in "abcdefghijklmn")
    first = target(FINDING._replace(severity="note"), FINDING._replace(fix=fix), hidden, skipped=skipped, failed=(Failed("x", "E"),))
    summary = markdown.render(Report((first, Target("n", "space", fixing=Fixing(cured=2))), "0.1", "strict", "0"))
    assert summary.startswith(
        "## cardlint: 1 error, 1 note in 2 repositories\n\n"
        "**Incomplete: 1 of 2 examined completely; not examined 14, failed 1**, 1 with findings. Fixed 2 findings. "
        "1 of 2 can be fixed with `cardlint check --fix`.\n"
        "1 of 3 findings suppressed (waiver 1).\n"
        "Policy strict, cardlint `0.1`.\n\n"
        "### Not examined\n"
    )
    assert "`rule-l` and 2 more | no right `` &#124;" not in summary
    assert "`rule-l` and 2 more | no right &#124; here |" in summary
    assert "| `m` | model | 1 | 0 | 1 | 1 | 2 |\n| `n` | space | 0 | 0 | 0 | 0 | 0 |\n" in summary
    assert [Cell("license-unknown", (FINDING.url or "",))] == [cell for cell in cells(summary, BOLD) if cell.links][:1]
    assert summary.index("| error |") < summary.index("| note |")


def test_one_clean_repository_takes_three_lines() -> None:
    assert markdown.render(Report((target(),), "0.1", "recommended", "0")) == (
        "## cardlint: nothing found in 1 repository\n\n1 of 1 examined completely, 0 with findings.\nPolicy recommended, cardlint `0.1`.\n"
    )


def test_only_pages_of_ours_are_linked() -> None:
    place = Place("README.md", 2, 10, 2, 17, 13, 20, "x")
    summary = markdown.render(Report((target(FINDING._replace(url="https://evil.example/", place=place), name=""),), "0", "p", "0"))
    assert "| error | `license-unknown` | `models/m/README.md:2:10` | m |" in summary
    assert "### (no name)" in summary


def test_a_summary_is_cut_behind_a_row_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    report = Report((target(*[FINDING._replace(message="é" * 200)] * 50), target(FINDING)), "0", "p", "0")
    whole = markdown.render(report)
    sizes = set[int]()
    for limit in range(1200, len(whole.encode()) + 400, 97):
        monkeypatch.setattr(markdown, "LIMIT", limit)
        summary = markdown.render(report)
        assert len(summary.encode()) <= limit
        if summary == whole:
            break
        *kept, last = summary.splitlines()
        lines = whole.splitlines()
        assert kept == lines[: len(kept)]
        left = int(last.removeprefix("| … |").strip(" |").partition(" ")[0])
        total = sum(line.startswith(("| `", "| error")) for line in lines)
        assert sum(line.startswith(("| `", "| error")) for line in kept) + left == total
        assert last.startswith("| … |") == (kept[-1] != "" and not kept[-1].startswith("Policy"))
        sizes.add(left)
    assert len(sizes) > 20
    assert min(sizes) < 3


def test_the_largest_summary_stays_below_what_github_takes() -> None:
    odd = "\U000e0041|`" * 500  # the widest a cell can get
    report = Report((target(*[FINDING._replace(message=odd)] * 3000, name=odd, shown=odd), target(FINDING)), "0", odd, "0")
    summary = markdown.render(report)
    assert 900_000 < len(summary.encode()) <= markdown.LIMIT < 1024 * 1024
    assert "more rows left out" in summary.splitlines()[-1]


@settings(max_examples=40)
@given(reports())
def test_every_report_does_nothing_and_is_seen_as_meant(report: Report) -> None:
    seen = [cell.text for cell in cells(markdown.render(report), BOLD)]
    for item in report.targets:
        for finding in counting(item.findings):
            assert visible(cut(finding.message, 500)) in seen
        for gap in gathered(item):
            assert visible(cut(gap.reason, 500)) in seen
        if item.name and (counting(item.findings) or gathered(item)):
            assert visible(cut(item.name, 200)) in seen


@pytest.mark.parametrize("report", [hostile(), every_rule()], ids=["hostile", "every rule"])
def test_hostile_text_and_every_rule_do_nothing(report: Report) -> None:
    summary = markdown.render(report)
    assert len(cells(summary, BOLD)) > 100
    assert len(summary.encode()) <= markdown.LIMIT


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_seen_as_it_is(text: str) -> None:
    assert shown(inline(text)) == visible(text)


def test_a_target_that_is_only_a_place_is_called_by_its_folder_as_well(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "kettle").mkdir()
    (tmp_path / "kettle" / "README.md").write_text("---\nlicense: apache2\n---\n")
    monkeypatch.chdir(tmp_path / "kettle")
    assert "`kettle (.)`" in markdown.render(check("."))
    monkeypatch.chdir(tmp_path)
    assert "`kettle`" in markdown.render(check("kettle"))
