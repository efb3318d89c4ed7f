"""What a file is by its first bytes."""

from __future__ import annotations

import contextlib
import io
import pickle

import pytest
from fuzz_machine import recorder

from cardlint.weights.extensions import FORMATS, promised
from cardlint.weights.reading import Held
from cardlint.weights.sniff import HEAD, MAGIC, may_be_pickle, read_text, recognise


@pytest.mark.parametrize(("magic", "at", "name"), MAGIC)
def test_every_magic_number_is_recognised(magic: bytes, at: int, name: str) -> None:
    assert recognise(Held(b"\1" * at + magic + b"\xff" * 40)) == name


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", "empty"), (b"\xff\xfd", None), (b"Plain text.", "pickle?"), (b"a text", "text"), (b"  {}", "json"), (b"\xef\xbb\xbf[1]", "json"),
        (b"#!/bin/sh\n", "script"), (b"text with \0", None), (b"N\0", "pickle?"), (b"\x80\4N.", "pickle"), (b"\x80\1N.", "pickle?"),
        (b"\x80\6", "pickle?"), (b"\x78\x9c", "zlib"), (b"x", "text"), (b"\x78\x00", None),
        (b"\2\0\0\0\0\0\0\0{}", "safetensors"), (b"\xff\0\0\0\0\0\0\0{}", None), (b"\2\0\0\0\0\0\0\0", None), (b"\2\0\0\0\0\0\0\0[]", None),
        (b"\0" * 512 + b"\x89HDF\r\n\x1a\n", "hdf5"), (b"\x89HDF\r\n\x1a\n", "hdf5"), (b"\0" * 2048 + b"\x89HDF\r\n\x1a\n", "hdf5"),
        (b"\xa7\r\r\n" + b"\0" * 12, "pyc"), ("Ünïcode".encode(), "text"), (b"Z" + "Ü".encode() * HEAD, "text"), (b"aa" + "Ü".encode() * HEAD, "text"), (b"\x82\1", "pickle?"),
        (b"\x8c\2os", "pickle?"), (b"\x1b[0m text", "text"), (b"\x9d text", None),
    ],
)  # fmt: skip
def test_what_has_no_magic_number(content: bytes, expected: str | None) -> None:
    assert recognise(Held(content)) == expected


def test_the_beginning_may_be_given() -> None:
    assert recognise(Held(b""), b"GGUF") == "gguf"


def test_text_may_be_cut_within_a_letter_and_not_otherwise() -> None:
    assert read_text("Ü".encode()[:1]) is None
    assert read_text(b"a" * (HEAD - 1) + "Ü".encode()[:1]) == "a" * (HEAD - 1)
    assert read_text(b"\xff") is None
    assert read_text(b"\xc3a") is None


def test_the_opcodes_a_program_may_begin_with_are_those_that_unpicklers_get_beyond() -> None:
    beyond = {b"i"}  # of which the Python unpickler looks the name up before it misses the mark
    arguments = [b"", b"1\n", b"'a'\n", b"\0", b"\1a", b"\0" * 8, b"\0\0", b"\0\0\0\0", b"a\nb\n", b"\4"]
    for code in (bytes([number]) for number in range(256)):
        for argument in arguments:
            for base in (pickle.Unpickler, pickle._Unpickler):  # type: ignore[attr-defined]  # noqa: SLF001
                with contextlib.suppress(Exception):
                    recorder(base, [], "class")(io.BytesIO(code + argument + b"N."), buffers=[b""]).load()
                    beyond.add(code)
    assert {bytes([number]) for number in range(256) if may_be_pickle(bytes([number]))} == beyond
    assert not may_be_pickle(b"")


def test_a_name_promises_formats() -> None:
    assert promised("a/MODEL.SafeTensors") == ("safetensors",)
    assert promised("README") == promised("model.") == promised("") == promised("x.unknown") == ()
    assert all(ending[0] == "." and ending == ending.lower() and formats for ending, formats in FORMATS.items())
