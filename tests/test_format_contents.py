"""What reports have in common: which findings count, what was not examined, where files lie."""

from __future__ import annotations

import pytest

from cardlint.formats import contents
from cardlint.formats.concise import incidents
from cardlint.formats.contents import Gap, counting, cut, file_of, fixable, forward, gaps, gathered, plural
from cardlint.problem import Edit, Fix
from cardlint.report import Failed, Finding, Fixing, Place, Report, Skipped, Suppressed, Target
from cardlint.repository import Repository
from cardlint.run import check
from cardlint.source import Memory
from cardlint.text import Span, Text

NOTE = Finding("link-broken", "note", "high", "m", "s", "README.md", None, "0" * 32)
ERROR = NOTE._replace(severity="error")


def test_what_counts_comes_gravest_first_and_else_in_order() -> None:
    first, second = NOTE._replace(message="1"), NOTE._replace(message="2")
    assert counting([first, second, ERROR, ERROR._replace(suppressed=Suppressed("inline", "r"))]) == [ERROR, first, second]


def test_gaps_are_told_by_rule_and_gathered_by_reason() -> None:
    skipped = (Skipped("a", "gone"), Skipped("b", "gone"), Skipped("c", "explained", "d"), Skipped("e", "other"))
    target = Target(".", "model", skipped=skipped, failed=(Failed("f", "E: x"),), fixing=Fixing(unwritten="read-only", notes=("left",)))
    defect = "E: x; this is a defect of cardlint, please report it"
    assert [(gap.kind, *gap.rules) for gap in gaps(target)] == [
        ("not examined", "a"), ("not examined", "b"), ("not examined", "e"), ("failed", "f"), ("not fixed",),
    ]  # fmt: skip
    assert gathered(target) == [
        Gap("not examined", ("a", "b"), "gone"), Gap("not examined", ("e",), "other"), Gap("failed", ("f",), defect),
        Gap("not fixed", (), "read-only"),
    ]  # fmt: skip
    assert [line.partition(": ")[2] for line in incidents(target)] == [
        "not examined[a] gone", "not examined[b] gone", "not examined[e] other", f"failed[f] {defect}", "not fixed: read-only", "left",
    ]  # fmt: skip
    assert not gathered(target._replace(skipped=skipped[2:3], failed=(), fixing=Fixing()))


def test_files_are_reached_from_the_working_directory(monkeypatch: pytest.MonkeyPatch) -> None:
    target = Target("x", "model", shown="models/x", card="CARD.md")
    assert (file_of(target, "a/b"), file_of(target, None)) == ("models/x/a/b", "models/x/CARD.md")
    assert file_of(Target(".", "model"), None) == "README.md"
    monkeypatch.setattr(contents.os, "sep", "\\")
    assert file_of(target._replace(shown="models\\x"), "a") == "models/x/a"


def test_a_place_whose_end_lies_before_its_start_ends_where_it_starts() -> None:
    place = Place("p", 5, 3, 5, 9, 40, 46, "source")
    assert forward(place) is place
    assert forward(place._replace(end_line=2, end=8)) == place._replace(end_line=5, end_column=3, end=40)


def test_how_many_can_be_fixed_is_said_with_its_denominator() -> None:
    def sentence(*ways: str) -> str:
        fixes = (Fix(way, "t", (Edit(Span("p", 0, 1), ""),)) for way in ways)  # type: ignore[arg-type]
        target = Target(".", "model", (ERROR, *(NOTE._replace(fix=fix) for fix in fixes)))
        return fixable(Report((target,), "0", "p", "0"), "<{}>")

    assert sentence() == ""
    assert sentence("safe") == "1 of 2 can be fixed with <--fix>."
    assert sentence("unsafe") == "1 of 2 can be fixed with <--unsafe-fixes>."
    assert sentence("safe", "unsafe") == "1 of 3 can be fixed with <--fix>, 1 more with <--unsafe-fixes>."


def test_small_helpers() -> None:
    assert (plural(1, "row"), plural(0, "row"), plural(2, "repository", "repositories")) == ("1 row", "0 rows", "2 repositories")
    assert (cut("abc", 3), cut("abcd", 3)) == ("abc", "ab…")


@pytest.mark.parametrize(("content", "endings"), [("a\nb\r\nc\rd", ["\n", "\r\n", "\r", ""]), ("", [""]), ("\r\r\n", ["\r", "\r\n", ""])])
def test_lines_know_their_ends(content: str, endings: list[str]) -> None:
    text = Text("p", content)
    assert [text.ending(number) for number in range(1, len(endings) + 1)] == endings


def test_the_card_of_a_target_is_known() -> None:
    assert check(Repository(Memory({"CARD.md": b"x"}), card_path="CARD.md")).targets[0].card == "CARD.md"
