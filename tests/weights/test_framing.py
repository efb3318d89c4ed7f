"""Frames, as the C unpickler reads them from files of every kind."""

from __future__ import annotations

import contextlib
import io
import pickle
from pathlib import Path

import pytest
from fuzz_machine import BUFFER_SIZES, Unpeekable, load_all, opened, recorder
from pickles import context, frame, framed, judged, said

from cardlint.weights.framing import FramedStream
from cardlint.weights.pickle import read_programs
from cardlint.weights.reading import EndOfDataError, Held, Stream

NAME = b"cos\nsystem\n"
LONG = b"X\xff\0\0\0" + b"x" * 255


def recorded(content: bytes, size: int, folder: Path) -> list[tuple[str, str]]:
    """What the C unpickler asks for, from a file with a buffer of this size."""
    asked: list[tuple[str, str]] = []
    with contextlib.closing(opened(content, size, folder)) as file:
        load_all(recorder(pickle.Unpickler, asked, "class"), file)
    return asked


def modelled(content: bytes, size: int) -> set[tuple[str, str]]:
    return {*read_programs(FramedStream(Held(content), 0, size), context()).names}


CASES = {
    "one frame": frame(NAME + b"."),
    "text over the end": frame(b"\x8c\x06sy", 0) + b"\x8c\1a\x8c\1b\x93.stem0" + NAME + b".",
    "bytes over the end": frame(b"C\x06sy") + b"stem0" + NAME + b".",
    "long bytes over the end": frame(b"B\x88\x13\0\0sy") + b"x" * 4998 + b"0" + NAME + b".",
    "a line over the end": frame(b"cos\nsys") + b"tem\n.",
    "a line in the frame": frame(b"cos\nsystem\nN") + b"00" + b"N.",
    "a frame in a frame": frame(frame(NAME) + b"0N."),
    "a frame over the end of another": frame(b"N0\x95\x20\0\0\0\0\0\0\0K\1") + NAME + b"0N.",
    "a frame that ends before the next": frame(b"N0" + NAME + b"0", 20) + frame(b"N0" * 10) + b"cos\nother\n.",
    "a frame longer than the file": frame(NAME + b".", 99),
    "STOP before the end": frame(b"N." + NAME + b".") + b"cos\nother\n.",
    "STOP before the end, bytes": frame(b"N.C\1a.") + NAME + b".",
    "nothing in a frame": b"\x95" + b"\0" * 8 + NAME + b".",
    "a frame in the middle of a number": frame(b"J\1\2") + b"\3\4" + NAME + b"N0.",
    "long text over the end": frame(LONG[:-100]) + LONG[-100:] + NAME + b".",
    "skipped text over the end": frame(b"X\x88\x13\0\0abc") + b"N0" + NAME + b"x" * 4984 + b"0N.",
    "two frames, both over the end": frame(LONG[:-10]) + LONG[-10:] + b"0" + frame(b"K") + b"\1" + NAME + b".",
    "an opcode that fails for its frame": frame(b"X\2\0\0\0\xff") + b"\xff" + NAME + b".",
}  # fmt: skip


@pytest.mark.parametrize("size", [0, *BUFFER_SIZES, 8192, 131_072])
@pytest.mark.parametrize("content", CASES.values(), ids=CASES.keys())
def test_what_the_c_unpickler_reads_is_modelled_exactly(content: bytes, size: int, tmp_path: Path) -> None:
    whole = b"\x80\4" + content
    assert set(recorded(whole, size, tmp_path)) == modelled(whole, size)


def test_a_file_that_can_only_be_read_is_like_one_that_cannot_be_looked_ahead_in() -> None:
    for content in CASES.values():
        asked: list[tuple[str, str]] = []
        load_all(recorder(pickle.Unpickler, asked, "class"), Unpeekable(b"\x80\4" + content))
        assert set(asked) == modelled(b"\x80\4" + content, 0)


@pytest.mark.parametrize("size", [1, 2, 5, 99])
def test_frames_that_end_where_opcodes_do_are_nothing_special(size: int) -> None:
    content = framed(pickle.dumps({"a": [1, 2.5, None], "b": (True, "text" * 20)}, 2), size)
    assert judged(content).evidence == ()
    assert judged(framed(b"\x80\4" + NAME + b".", size)).verdict == "block"


def test_real_frames_are_nothing_special() -> None:
    for protocol in (4, 5):
        assert judged(pickle.dumps([[b"x" * 70_000, "y" * 70_000], list(range(40_000))], protocol)).evidence == ()


def dropped(rest: bytes) -> bytes:
    """A program that reads on at the end of `rest` straight on, and two bytes later where the end of the frame is dropped."""
    return b"\x80\4" + frame(b"\x8c\x0czz") + b"-" * 10 + rest


def test_python_cpython_154848_a_name_that_only_the_c_unpickler_sees_blocks() -> None:
    content = dropped(b"C\x0c" + NAME + b"0" + b"N.")
    judgement = judged(content)
    assert [item.name for item in read_programs(Stream(Held(content)), context()).names.values()] == []
    assert ("block", "os.system") in said(judgement)
    assert judgement.globals == ("os.system",)
    assert {item.reference for item in judgement.evidence if item.verdict == "block"} == {"python/cpython#154848"}


def test_python_cpython_154848_a_name_that_only_pickletools_sees_blocks() -> None:
    content = dropped(b"ccollections\nOrderedDict\n.")
    assert {*modelled(content, 0)} == set()
    assert said(judged(content)) == [("block", "collections.OrderedDict")]


def test_frames_that_disagree_about_nothing_are_still_not_ok() -> None:
    assert said(judged(b"\x80\4" + frame(b"C\3a") + b"bc.")) == [("review", "frame")]


def test_a_file_that_was_cut_off_is_not_called_deceptive() -> None:
    content = pickle.dumps([{"a": i} for i in range(100)] + [judged], 4)
    for end in range(2, len(content), 7):
        assert all(item.verdict == "review" for item in judged(content[:end]).evidence if item.reference)


def test_another_reading_is_not_followed_forever() -> None:
    content = b"\x80\4" + frame(b"C\3a") + b"bc0" + b"N0" * 200_000 + NAME + b"."
    assert ("block", "os.system") in said(judged(content, operations=10_000_000))


def test_a_framed_stream_ends_where_the_file_does() -> None:
    framed_stream = FramedStream(Held(b"abc"))
    with pytest.raises(EndOfDataError):
        framed_stream.enter(4)
    with pytest.raises(EndOfDataError):
        framed_stream.skip_bytes(4)
    assert framed_stream.take(3) == b"abc"
    assert framed_stream.line() == 0


def test_the_files_are_what_they_are_meant_to_be() -> None:
    assert not hasattr(io.BytesIO(), "peek")
    assert not hasattr(Unpeekable(b""), "readinto")


def test_python_cpython_154848_a_frame_longer_than_the_file_hides_nothing_from_the_python_unpickler() -> None:
    # The C unpickler refuses the frame; the one in Python takes what there is, behind a program that ends within its own.
    content = b"\x80\4" + frame(b"N.s") + frame(NAME + b".", 99)
    for unpickler, expected in ((pickle._Unpickler, [("os", "system")]), (pickle.Unpickler, [])):  # noqa: SLF001
        asked: list[tuple[str, str]] = []
        load_all(recorder(unpickler, asked, "class"), io.BytesIO(content))
        assert asked == expected
    assert ("block", "os.system") in said(judged(content))
