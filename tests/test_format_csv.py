"""The table, read back by the reader of the standard library, and by what would take a cell for a formula."""

from __future__ import annotations

import csv
import io
import re

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from reports import HOSTILE, every_rule, hostile, reports

from cardlint.formats import csv as table
from cardlint.formats.safe import visible
from cardlint.report import Failed, Finding, Fixing, Report, Skipped, Target

FORMULA = re.compile("[=+\\-@\t\r＝＋－＠]")


def rows(report: Report) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(table.render(report), newline=""), strict=True))


def plain(cell: str) -> str:
    """What a cell was before it was made harmless: the apostrophes it was given are taken away."""
    return re.sub('(^"*|;"*)\'', r"\1", cell)


def test_columns_are_a_promise() -> None:
    assert table.render(Report((), "0", "recommended", "0")) == (
        '"entry","target","kind","revision","policy","rule","severity","confidence","message","subject","path","line","column",'
        '"end_line","end_column","fix","suppressed","suppression_reason","baseline","fingerprint","url"\r\n'
    )


def test_what_was_not_examined_has_rows() -> None:
    skipped = (Skipped("a", "why"), Skipped("b", "broken", "frontmatter-invalid"))
    target = Target("t", "space", (), skipped, (Failed("c", "E: x"),), revision="f" * 40, fixing=Fixing(unwritten="read-only"), policy="p")
    found = rows(Report((target,), "0", "p", "0"))
    assert [(row["entry"], row["rule"], row["message"].partition(";")[0], row["subject"]) for row in found] == [
        ("not examined", "a", "why", ""), ("failed", "c", "E: x", ""), ("not fixed", "", "read-only", ""),
        ("skipped", "b", "broken", "frontmatter-invalid"),
    ]  # fmt: skip
    assert {(row["target"], row["kind"], row["revision"], row["policy"]) for row in found} == {("t", "space", "f" * 40, "p")}


@settings(max_examples=40)
@given(reports())
def test_every_report_comes_back(report: Report) -> None:
    found = [row for row in rows(report) if row["entry"] == "finding"]
    meant = [(target, finding) for target in report.targets for finding in target.findings]
    for row, (target, finding) in zip(found, meant, strict=True):
        place = finding.place and [str(value) for value in finding.place[1:5]]
        assert [row[name] for name in ("line", "column", "end_line", "end_column")] == (place or [""] * 4)
        assert plain(row["target"]) == visible(target.name)
        assert plain(row["message"]) == visible(finding.message)
        assert plain(row["path"]) == visible(finding.path or "")
        assert plain(row["suppression_reason"]) == visible(finding.suppressed.reason if finding.suppressed else "")
        assert (row["fix"], row["suppressed"], row["baseline"]) == (
            finding.fix.applicability if finding.fix else "", finding.suppressed.kind if finding.suppressed else "", finding.state or "",
        )  # fmt: skip


@pytest.mark.parametrize("report", [hostile(), every_rule()], ids=["hostile", "every rule"])
def test_no_cell_is_a_formula_and_none_holds_a_line_end(report: Report, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table, "_LONGEST", 1000)  # a whole row is one field to the reader of another locale, and it has a limit
    rendered = table.render(report)
    assert rendered.count("\r\n") == 1 + len(rows(report))
    assert not re.search("(?<!\r)\n|\r(?!\n)", rendered)
    for separator in ",;":  # the reader of another locale separates by semicolons
        for row in csv.reader(io.StringIO(rendered, newline=""), delimiter=separator):
            assert not [cell for cell in row if FORMULA.match(cell)]


@given(st.text(alphabet="=+-@'\";,\t\r\n a＝", max_size=12))
@example("x;=1+1")
@example('x;"=1+1"')
@example("'=1")
def test_any_text_comes_back_and_is_no_formula(text: str) -> None:
    finding = Finding("a", "error", "high", text, text, None, None, "0" * 32)
    report = Report((Target(text, "model", (finding,)),), "0", "p", "0")
    (row,) = rows(report)
    assert plain(row["message"]) == visible(text)
    for separator in ",;":
        cells = [cell for line in csv.reader(io.StringIO(table.render(report), newline=""), delimiter=separator) for cell in line]
        assert not [cell for cell in cells if FORMULA.match(cell)]


def test_a_cell_is_no_longer_than_a_spreadsheet_keeps() -> None:
    finding = Finding("a", "error", "high", "=" + "x" * 70_000, "", None, None, "0" * 32)
    (row,) = rows(Report((Target("t", "model", (finding,)),), "0", "p", "0"))
    assert len(row["message"]) <= 32_767
    assert row["message"].endswith("x…")


def test_the_hostile_texts_hold_what_this_is_about() -> None:
    assert sum(bool(FORMULA.match(text)) for text in HOSTILE) > 5
