"""Reading by ranges: bytes, parts of a file, and a file from front to back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cardlint.weights import reading
from cardlint.weights.budget import SpentError
from cardlint.weights.reading import EndOfDataError, Held, Part, Stream

CONTENT = bytes(range(97, 123))


class Counted:
    """A file that says what was read of it, and may hold less than it says."""

    def __init__(self, content: bytes, size: int | None = None) -> None:
        self.content, self.size, self.near = content, len(content) if size is None else size, False
        self.asked: list[tuple[int, int]] = []

    def read(self, start: int, size: int) -> bytes:
        self.asked.append((start, size))
        return self.content[start : start + size]


def test_bytes_that_are_here() -> None:
    held = Held(CONTENT)
    assert (held.size, held.near, held.read(2, 3), held.read(25, 9)) == (26, True, b"cde", b"z")


def test_a_part_of_a_file_is_a_file_and_no_more_than_there_is() -> None:
    part = Part(Counted(CONTENT), 20, 100)
    assert (part.size, part.near, part.read(0, 3), part.read(4, 9), part.read(9, 3)) == (6, False, b"uvw", b"yz", b"")
    assert Part(Held(CONTENT), 30, 5).size == 0
    assert Part(Held(CONTENT), 2, 3).read(1, 99) == b"de"


@given(
    st.lists(st.tuples(st.sampled_from(["take", "skip", "peek", "glimpse", "move"]), st.integers(0, 12)), max_size=12), st.integers(1, 9)
)
def test_a_stream_is_the_file_from_front_to_back(moves: list[tuple[str, int]], chunk: int) -> None:
    stream, at = Stream(Held(CONTENT), 0, chunk), 0
    for move, count in moves:
        rest = CONTENT[at : at + count]
        if move in {"peek", "glimpse"}:
            assert getattr(stream, move)(count) == rest
        elif move == "move":
            at = count * 2
            stream.move(at)
        elif len(rest) < count:
            with pytest.raises(EndOfDataError):
                getattr(stream, move)(count)
        else:
            at += count
            assert getattr(stream, move)(count) == (rest if move == "take" else None)
        assert stream.position == at


def test_what_is_skipped_is_never_read() -> None:
    file = Counted(CONTENT)
    stream = Stream(file, 1, 4)
    stream.skip(10)
    assert stream.take(2) == b"lm"
    assert file.asked == [(11, 4)]
    with pytest.raises(EndOfDataError):
        stream.skip(-1)


def test_a_file_that_is_shorter_than_it_says_ends() -> None:
    stream = Stream(Counted(b"abc", 99))
    assert stream.take(3) == b"abc"
    with pytest.raises(EndOfDataError):
        stream.take(1)


@pytest.mark.parametrize("chunk", [1, 2, 5, 99])
def test_lines_are_found_across_chunks(chunk: int) -> None:
    stream = Stream(Held(b"one\n\nthree\nlast"), 0, chunk)
    assert [stream.take_line() for _ in range(5)] == [b"one", b"", b"three", b"las", b""]


def test_the_length_of_a_line_is_told_without_taking_it() -> None:
    stream = Stream(Held(b"one\ntwo"), 0, 2)
    assert stream.line() == 3
    assert stream.position == 0
    stream.skip(3)
    stream.end_line()
    assert stream.line() == 2
    stream.skip(3)
    stream.end_line()
    assert stream.line() == 0
    assert stream.position == 7


def test_a_line_without_end_is_not_looked_for_forever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "LONGEST_LINE", 10)
    with pytest.raises(SpentError):
        Stream(Held(b"a" * 99), 0, 4).line()
    with pytest.raises(SpentError):
        Stream(Counted(b"a" * 5, 99), 0, 4).line()


def test_frames_are_nothing_to_a_plain_stream() -> None:
    stream = Stream(Held(CONTENT))
    stream.enter(5)
    stream.leave()
    assert stream.take_bytes(2) == b"ab"
    assert stream.ready() == 26
    stream.skip_bytes(2)
    assert stream.take(1) == b"e"
