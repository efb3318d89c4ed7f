"""What is held while a file is judged is bounded, whatever the file asks for."""

from __future__ import annotations

import struct

import pytest
from making import DANGEROUS, LISTS, VETTED, judged, said

from cardlint.weights import names
from cardlint.weights.budget import Budget, SpentError
from cardlint.weights.machine import Machine
from cardlint.weights.names import Names
from cardlint.weights.program import walk
from cardlint.weights.reading import EndOfDataError, Held, Stream
from cardlint.weights.values import Box
from cardlint.weights.verdict import MOST_EVIDENCE, Evidence, Judgement, merged, until_spent


@pytest.mark.parametrize("filler", [b"}", b"(", b"}(" * 2, b"N(", b"]\x94"])
def test_values_are_bounded_wherever_they_lie(filler: bytes) -> None:
    content = b"\x80\x04" + filler * 60_000 + b"."
    found = judged(content, "m.pkl", budget=Budget(memo=50_000))
    assert "is too long or too intricate" in said(found, "review")


def test_what_is_taken_from_marks_is_forgotten() -> None:
    content = b"\x80\x04" + b"(NNNN1" * 40_000 + b"N."
    assert judged(content, "m.pkl", budget=Budget(memo=5000)).evidence == ()


def test_operations_are_counted_over_all_programs() -> None:
    budget = Budget(operations=5000)
    assert judged(b"NNNN1." * 10, "m.pkl", budget=budget).verdict == "review"
    found = judged(b"\x80\x02" + b"N0" * 500 + b"N." + b"\x80\x02" + b"N0" * 500 + b"N.", "m.pkl", budget=Budget(operations=4100))
    assert said(found, "review") == ""
    found = judged((b"\x80\x02" + b"N0" * 400 + b"N.") * 5, "m.pkl", budget=Budget(operations=1500))
    assert "is too long or too intricate" in said(found, "review")


def test_lists_are_kept_where_that_is_asked_for() -> None:
    content = b"](K\x01K\x02eK\x03a."
    assert walk(Stream(Held(content)), LISTS, Budget()).value.items == {}  # type: ignore[attr-defined] # a box
    kept = walk(Stream(Held(content)), LISTS, Budget(), lists=9).value
    assert isinstance(kept, Box)
    assert list(kept.items.values()) == [1, 2, 3]
    assert list(walk(Stream(Held(b"(K\x01K\x02l.")), LISTS, Budget(), lists=9).value.items.values()) == [1, 2]  # type: ignore[attr-defined]


def test_a_frame_ends_where_the_program_does() -> None:
    whole = b"\x80\x04\x95\x02\0\0\0\0\0\0\0N."
    assert judged(whole, "m.pkl").evidence == ()
    longer = b"\x80\x04\x95\x04\0\0\0\0\0\0\0N.N."
    assert "has a frame that does not end where an opcode does" in said(judged(longer, "m.pkl"), "review")


def test_marks_are_counted() -> None:
    walked = Machine(Stream(Held(b"(N(N11N.")), LISTS, Budget())
    walked.run()
    assert walked.below == 0


def test_what_is_known_of_names_is_forgotten_at_some_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(names, "_MOST_REMEMBERED", 10)
    lists = Names(VETTED, DANGEROUS)
    for index in range(25):
        assert lists.look("some", f"name{index}", 4).verdict == "review"
    assert lists.look("os", "system", 4).verdict == "block"


def test_tables_are_read_when_they_are_asked_for() -> None:
    asked: list[str] = []

    def load(name: str) -> dict[str, int]:
        asked.append(name)
        return {"a": 1}

    lists = Names(VETTED, DANGEROUS, load=load)
    assert lists.table("targets") == {"a": 1}
    assert lists.of_script().table("targets") == {"a": 1}
    assert asked == ["targets"]
    assert LISTS.table("targets") == {}


def _evidence(index: int, verdict: str = "review") -> Evidence:
    return Evidence(verdict, "pickle", f"n{index}", "message")  # type: ignore[arg-type] # a verdict


def test_judgements_are_merged_within_bounds() -> None:
    parts = [
        Judgement("x", (_evidence(index), _evidence(index, "block")), tuple(f"g{index}.{n}" for n in range(60)), (f"r{index}",))
        for index in range(300)
    ]
    found = merged("zip", parts)
    assert [item.verdict for item in found.evidence] == ["block"] * MOST_EVIDENCE + ["review"] * (MOST_EVIDENCE + 1)
    assert 10_000 <= len(found.globals) < 10_100
    assert len(found.inert) == MOST_EVIDENCE
    assert (found.format, found.verdict) == ("zip", "block")


def test_what_was_found_before_the_budget_ended_stands() -> None:
    def items() -> object:
        yield 1
        raise SpentError

    assert list(until_spent(items(), 2)) == [1, 2]  # type: ignore[type-var,arg-type]


class _Short:
    """A source that says it has more than it gives."""

    size, near = 100, True

    def read(self, start: int, size: int) -> bytes:
        return b"x" * max(0, min(size, 5 - start))


def test_streams_of_sources_that_give_less() -> None:
    with pytest.raises(EndOfDataError):
        Stream(_Short()).take(10)
    with pytest.raises(EndOfDataError):
        Stream(_Short()).skip(-1)
    assert judged(b"\x80\x02X" + struct.pack("<L", 1 << 31) + b"x", "m.pkl").verdict == "review"


def test_the_budget_grows_with_the_file() -> None:
    budget = Budget()
    budget.begin(1_000_000)
    assert budget.unpacked == 114_000_000
    budget.begin(1 << 40)
    assert budget.unpacked == 2_000_000_000
