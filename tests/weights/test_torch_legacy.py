"""Torch's format before 1.6: five pickles and the tensors' numbers, and nothing else."""

from __future__ import annotations

import struct

import pytest
from making import EMPTY_DICT, PAYLOAD, judged, said, text

from cardlint.weights.budget import Budget

MAGIC = b"\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19."
VERSION = b"\x80\x02M\xe9\x03."
SYSTEM = b"\x80\x02}(" + text("protocol_version") + b"M\xe9\x03" + text("little_endian") + b"\x88u."
HEADER = MAGIC + VERSION + SYSTEM


def storage(kind: str, key: str, count: int, view: bytes = b"N") -> bytes:
    return b"(" + text("storage") + f"ctorch\n{kind}\n".encode() + text(key) + text("cpu") + b"K" + bytes([count]) + view + b"tQ"


def keys(*names: str) -> bytes:
    return b"\x80\x02](" + b"".join(map(text, names)) + b"e."


def data(count: int, size: int) -> bytes:
    return struct.pack("<Q", count) + b"\0" * (count * size)


OBJECT = b"\x80\x02(" + storage("FloatStorage", "94", 3) + storage("LongStorage", "95", 2) + b"t."
REST = keys("95", "94") + data(2, 8) + data(3, 4)
WHOLE = HEADER + OBJECT + REST


@pytest.mark.parametrize("near", [True, False])
def test_a_plain_file_is_ok(near: bool) -> None:
    found = judged(WHOLE, "m.pt", near=near)
    assert (found.verdict, found.format, found.evidence) == ("ok", "torch-legacy", ())
    assert found.inert[0].startswith("2 tensors: numbers, as long as ")
    assert judged(HEADER + b"\x80\x02}." + keys(), "m.pt").evidence == ()


MAGICS = {
    "protocol 0": b"L119547037146038801333356L\n.", "protocol 1": b"L119547037146038801333356L\n.", "protocol 3": b"\x80\x03" + MAGIC[2:],
    "protocol 4": b"\x80\x04\x95\x0d\0\0\0\0\0\0\0" + MAGIC[2:], "protocol 5": b"\x80\x05\x95\x0d\0\0\0\0\0\0\0" + MAGIC[2:],
    "put and popped": b"\x80\x02N0" + MAGIC[2:],
}  # fmt: skip


@pytest.mark.parametrize("case", MAGICS)
def test_the_magic_number_in_every_protocol(case: str) -> None:
    found = judged(MAGICS[case] + WHOLE[len(MAGIC) :], "m.pt")
    assert (found.verdict, found.format, found.evidence) == ("ok", "torch-legacy", ())


def test_what_the_object_asks_for_is_judged() -> None:
    found = judged(HEADER + PAYLOAD + keys(), "m.pt")
    assert found.verdict == "block"
    assert found.globals == ("posix.system",)
    nested = b"\x80\x02ctorch.storage\n_load_from_bytes\nC" + bytes([len(PAYLOAD)]) + PAYLOAD + b"\x85R."
    assert "posix.system" in judged(HEADER + nested + keys(), "m.pt").globals


COMPUTED = b"cbuiltins\nint\n" + text("119547037146038801333356") + b"\x85R."
HEADERS = {
    "GHSA-97f8-7cmv-76j2: the magic number": b"\x80\x02" + COMPUTED + VERSION + SYSTEM,
    "GHSA-97f8-7cmv-76j2: the version": MAGIC + b"\x80\x02cbuiltins\nint\nM\xe9\x03\x85R." + SYSTEM,
    "GHSA-97f8-7cmv-76j2: the facts of the system": MAGIC + VERSION + b"\x80\x02cbuiltins\nset\n)R.",
}


@pytest.mark.parametrize("case", HEADERS)
def test_a_header_that_is_computed_is_blocked(case: str) -> None:
    found = judged(HEADERS[case] + OBJECT + REST, "m.pt")
    assert found.format == "torch-legacy"
    assert "is not written but computed" in said(found, "block")
    assert "GHSA-97f8-7cmv-76j2" in said(found, "block")


WRONG = {
    "another version": (MAGIC + b"\x80\x02M\xe8\x03." + SYSTEM + OBJECT + REST, "the version is another than torch accepts"),
    "a header that breaks off": (MAGIC + b"\x80\x02\xff", "breaks off"),
    "an object that breaks off": (HEADER + b"\x80\x02\xff", "breaks off"),
    "keys that break off": (HEADER + OBJECT + b"\x80\x02\xff", "breaks off"),
    "keys that are computed": (HEADER + OBJECT + b"\x80\x02cbuiltins\nset\n)R.", "the keys of the tensors are computed"),
    "keys that are no list": (HEADER + OBJECT + b"\x80\x02N.", "the keys of the tensors are no list"),
    "keys of nothing": (HEADER + OBJECT + keys("94", "96") + data(3, 4), "others than the object asks for"),
    "keys that are no text": (HEADER + OBJECT + b"\x80\x02]Na.", "others than the object asks for"),
    "another count": (HEADER + OBJECT + keys("95") + data(3, 8), "has 3 elements, and the object asks for 2"),
    "data that ends early": (WHOLE[:-1], "ends before it should"),
    "bytes after it": (WHOLE + b"junk", "4 bytes follow the data of the tensors"),
    "an id that is no tensor's": (HEADER + b"\x80\x02" + text("x") + b"Q." + keys(), "persistent id) that is no tensor's"),
    "a frame that is cut": (HEADER + b"\x80\x04\x95\x09\0\0\0\0\0\0\0N." + keys(), "has a frame that does not end"),
}  # fmt: skip


@pytest.mark.parametrize("padding", [b"", bytes(3000)])
@pytest.mark.parametrize("before", [WHOLE, HEADER + OBJECT, HEADER + EMPTY_DICT, HEADER], ids=["all", "object", "plain object", "header"])
def test_what_another_reader_goes_on_to_is_judged(before: bytes, padding: bytes) -> None:
    found = judged(before + padding + PAYLOAD, "m.pt")
    assert (found.verdict, found.globals[-1]) == ("block", "posix.system")
    assert judged(before + padding + EMPTY_DICT, "m.pt").verdict != "block"


def test_what_the_object_holds_is_looked_into() -> None:
    held = b"\x80\x02C" + bytes([len(PAYLOAD)]) + PAYLOAD + b"."
    assert "holds a pickle that asks for posix.system" in said(judged(HEADER + held + keys(), "m.pt"), "review")


@pytest.mark.parametrize("case", WRONG)
def test_what_is_otherwise_is_reviewed(case: str) -> None:
    content, message = WRONG[case]
    found = judged(content, "m.pt")
    assert found.verdict == "review"
    assert message in said(found, "review"), said(found)


def test_counts_far_away_are_not_read() -> None:
    found = judged(HEADER + OBJECT + keys("95") + data(3, 8), "m.pt", near=False)
    assert "8 bytes follow the data of the tensors" in said(found, "review")
    assert "ends before it should" in said(judged(WHOLE[:-1], "m.pt", near=False), "review")


def test_views_of_one_storage_are_one_storage() -> None:
    view = text("view") + b"K\x01K\x02\x87"
    thing = b"\x80\x02(" + storage("FloatStorage", "94", 3) + storage("FloatStorage", "94", 3, view) + b"t."
    assert judged(HEADER + thing + keys("94") + data(3, 4), "m.pt").evidence == ()


def test_classes_with_their_source() -> None:
    module = b"\x80\x02(" + text("module") + b"ccollections\nOrderedDict\n" + text("a.py") + text("source") + b"tQ)\x81."
    assert judged(HEADER + module + keys(), "m.pt").evidence == ()
    called = b"\x80\x02" + storage("FloatStorage", "94", 1) + b")R."
    assert "calls what another call returned" in said(judged(HEADER + called + keys("94") + data(1, 4), "m.pt"), "review")


def test_two_pickles_are_no_torch_file() -> None:
    assert judged(VERSION + VERSION, "m.pkl").format == "pickle"
    assert judged(b"\x80\x02ccollections\nOrderedDict\n)R." + EMPTY_DICT, "m.pkl").format == "pickle"
    assert judged(EMPTY_DICT + b" \n" + EMPTY_DICT + b"\0" * 100_000, "m.pkl").evidence == ()


def test_too_many_pickles_are_reviewed() -> None:
    assert "more programs than are walked" in said(judged(b"N." * 10_100, "m.pkl"), "review")
    assert judged(MAGIC * 20_000, "m.pt").verdict == "review"


def test_what_was_found_before_the_budget_ended_counts() -> None:
    found = judged(PAYLOAD[:-1] + b"N" * 5000 + b".", "m.pkl", budget=Budget(operations=1000))
    assert found.verdict == "block"
    assert "is too long or too intricate" in said(found, "review")


def test_names_without_end_are_bounded() -> None:
    content = b"\x80\x02" + b"".join(b"ca%d\nb\n" % index for index in range(120_000)) + b"."
    found = judged(content, "m.pkl")
    assert "is too long or too intricate" in said(found)
    assert len(found.evidence) <= 200
    assert len(found.globals) <= 10_000
