"""Readers: far files are asked for little, and seldom."""

from __future__ import annotations

import pytest
from making import EMPTY_DICT, LISTS, Entry, Watched, said, storage, text, zipped

from cardlint.weights.budget import AHEAD, Budget, SpentError
from cardlint.weights.judge import Context, judge
from cardlint.weights.reading import Cached, Held, Part, Span

CONTENT = bytes(index % 251 for index in range(200_000))


def _cached(budget: Budget | None = None) -> tuple[Cached, list[tuple[int, int]]]:
    reads: list[tuple[int, int]] = []
    return Cached(Watched(CONTENT, reads), budget or Budget()), reads


@pytest.mark.parametrize(
    "ranges",
    [
        [(0, 10), (10, 10), (5, 16_000)], [(199_990, 99), (199_000, 500), (0, 200_000)], [(100, 5), (50, 200), (0, 20)],
        [(50_000, 10), (40_000, 30_000), (49_999, 2), (0, 0), (300_000, 5)], [(0, 70_000), (65_000, 20_000)],
        [(start, 300) for start in range(0, 199_000, 1777)],
    ],
)  # fmt: skip
def test_a_cached_file_reads_as_the_file(ranges: list[tuple[int, int]]) -> None:
    cached, reads = _cached()
    for start, size in [*ranges, *ranges]:
        assert cached.read(start, size) == CONTENT[start : start + size]
    assert sum(size for _, size in reads) <= 230_000
    assert not cached.near


def test_small_reads_are_one_request() -> None:
    cached, reads = _cached()
    for start in range(0, AHEAD, 64):
        cached.read(start, 64)
    assert len(reads) == 1


def test_the_end_is_asked_for_with_what_precedes_it() -> None:
    cached, reads = _cached()
    cached.read(199_900, 100)
    cached.read(190_000, 5000)
    assert reads == [(200_000 - AHEAD, AHEAD)]


def test_nothing_is_asked_for_twice() -> None:
    cached, reads = _cached()
    cached.read(20_000, 100)
    cached.read(10_000, 15_000)
    cached.read(0, 15_000)
    covered = [byte for start, size in reads for byte in range(start, start + size)]
    assert len(covered) == len(set(covered))


def test_blocks_are_forgotten() -> None:
    cached, reads = _cached()
    for start in range(0, 200_000, 1000):
        Cached.read(cached, start, 1)
    assert cached.read(0, 10) == CONTENT[:10]
    assert len(reads) <= 13
    small = Cached(Watched(CONTENT * 10, reads), Budget())
    for start in range(0, 2_000_000, AHEAD):
        small.read(start, 1)
    before = len(reads)
    small.read(0, 1)
    assert len(reads) == before + 1


def test_what_is_fetched_is_bounded() -> None:
    cached, _ = _cached(Budget(fetched=40_000))
    cached.read(0, 30_000)
    with pytest.raises(SpentError):
        cached.read(100_000, 30_000)


def test_a_source_that_gives_less_ends_the_reading() -> None:
    class Short:
        size, near = 100, False

        def read(self, start: int, size: int) -> bytes:
            return b"x" * max(0, min(size, 10 - start))

    assert Cached(Short(), Budget()).read(0, 100) == b"x" * 10


def test_parts_and_spans_are_files() -> None:
    held = Held(b"0123456789")
    assert (Part(held, 4, 99).size, Part(held, 4, 99).read(2, 3), Part(held, 20, 5).size) == (6, b"678", 0)
    span = Span(held, 4, 99)
    assert (span.size, span.read(2, 3), span.near, Span(held, 2, 3).read(1, 9)) == (99, b"678", True, b"34")


def test_a_far_torch_archive_is_read_by_its_ends() -> None:
    data = b"\x80\x02]" + b"".join(storage("FloatStorage", str(index), 50_000) + b"a" for index in range(20)) + b"."
    content = zipped(
        Entry(b"m/data.pkl", data), *(Entry(b"m/data/%d" % index, b"\0" * 200_000) for index in range(20)), Entry(b"m/version", b"3\n")
    )
    reads: list[tuple[int, int]] = []
    lists = Context(LISTS, Budget(), "m.pt")
    found = judge(Watched(content, reads), lists)
    assert (found.verdict, found.format, found.evidence) == ("ok", "torch", ())
    assert "their own headers are not read" in found.inert[0]
    assert len(reads) <= 3
    assert sum(size for _, size in reads) <= 65_536


def test_a_far_archive_is_held_to_its_directory() -> None:
    data = b"\x80\x02" + storage("FloatStorage", "0", 5000) + b"."
    lists = Context(LISTS, Budget(), "m.pt")
    entries = [Entry(b"m/data.pkl", data), Entry(b"m/data/0", b"\0" * 20_000), Entry(b"m/version", b"3\n")]
    gap = zipped(entries[0], entries[1]._replace(after=b"x" * 9000), entries[2])
    assert "9,000 bytes before m/version belong to nothing" in said(judge(Watched(gap, []), lists))
    overlap = zipped(entries[0], entries[1], entries[2]._replace(central={"header": 300}))
    assert judge(Watched(overlap, []), lists).verdict == "block"


def test_text_helpers_write_what_pickle_reads() -> None:
    assert text("ab") == b"X\x02\x00\x00\x00ab"
    assert EMPTY_DICT[-1:] == b"."
