from __future__ import annotations

import pytest
from handmade import Far, held, number, varint
from hypothesis import given
from hypothesis import strategies as st

from cardlint.weights.budget import Budget, SpentError
from cardlint.weights.protobuf import DEEPEST, LONGEST_TEXT, Field, Walk, Wire, WrongWireError, skipped
from cardlint.weights.protokind import recognise
from cardlint.weights.reading import Held

SCHEMA = {
    "outer": {1: ("name", "text"), 2: ("inner", "+inner"), 3: ("count", "number"), 4: ("raw", "place")} | skipped(5),
    "inner": {1: ("outer", "outer")},
}


def fields(content: bytes) -> list[Field]:
    return list(Wire(Held(content), Budget()).fields(0, len(content)))


def walked(content: bytes) -> tuple[Walk, list[tuple[str, dict[str, list[object]]]]]:
    told: list[tuple[str, dict[str, list[object]]]] = []
    walk = Walk(Wire(Held(content), Budget()), SCHEMA, lambda kind, values, _offset: told.append((kind, values)))
    walk.message("outer", 0, len(content))
    return walk, told


def test_every_wire_type_that_is_in_use() -> None:
    found = fields(number(1, 300) + b"\x11" + bytes(8) + held(3, "abc") + b"\x25" + bytes(4))
    assert [(field.number, field.wire, field.value, field.size) for field in found] == [
        (1, 0, 300, 2),
        (2, 1, 0, 8),
        (3, 2, 0, 3),
        (4, 5, 0, 4),
    ]


@pytest.mark.parametrize(
    "content",
    [
        b"\x0b",
        b"\x0c",
        b"\x0e",
        b"\x00\x00",
        held(1, "abc")[:-1],
        b"\x08",
        b"\x08" + b"\xff" * 10 + b"\x01",
        b"\x0a\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01",
        b"\xff" * 12,
    ],
)
def test_what_is_broken_is_said_with_its_place(content: bytes) -> None:
    with pytest.raises(WrongWireError) as caught:
        fields(number(1, 1) + content)
    assert caught.value.offset >= 2


def test_a_message_by_its_schema() -> None:
    walk, told = walked(held(1, "a") + held(2, b"") + number(3, 7) + held(4, "xyz") + held(5, "skipped") + number(9, 1))
    assert told == [("inner", {}), ("outer", {"name": ["a"], "inner": [{}], "count": [7], "raw": [(9, 3)]})]
    assert list(walk.unknown) == [("outer", 9)]


def test_a_field_of_another_wire_type_is_unknown() -> None:
    walk, told = walked(number(1, 5))
    assert told == [("outer", {})]
    assert list(walk.unknown) == [("name", 1)]


def test_depth_is_bounded() -> None:
    content = b""
    for _ in range(DEEPEST):
        content = held(2, held(1, content))
    with pytest.raises(WrongWireError, match="too deep"):
        walked(content)


def test_each_field_is_paid_for() -> None:
    with pytest.raises(SpentError):
        list(Wire(Held(number(1, 1) * 11), Budget(operations=10)).fields(0, 22))


def test_long_text_is_none_that_is_known() -> None:
    _, told = walked(held(1, "a" * (LONGEST_TEXT + 1)))
    assert told[0][1]["name"] == ["a" * LONGEST_TEXT + "…"]


def test_large_fields_are_not_read() -> None:
    far = Far(held(1, "a") + held(4, bytes(3_000_000)) * 3 + held(1, "b"))
    found = list(Wire(far, Budget()).fields(0, far.size))
    assert [field.number for field in found] == [1, 4, 4, 4, 1]
    assert far.bytes_read < 40_000


def test_bytes_before_the_window_are_read_again() -> None:
    content = held(1, "first") + held(2, bytes(200_000)) + held(3, "last")
    wire = Wire(Far(content), Budget())
    first, _, last = wire.fields(0, len(content))
    assert (wire.text(last), wire.text(first)) == ("last", "first")


KINDS = {
    "onnx": number(1, 8) + held(2, "pytorch") + held(7, b""),
    "savedmodel": number(1, 1) + held(2, b""),
    "coreml": number(1, 4) + held(2, b"") + held(500, b""),
    "graphdef": held(1, held(1, "x") + held(2, "Const")) + held(4, b""),
    "paddle": held(1, number(1, 0) + number(2, 2**64 - 1)) + held(4, number(1, 0)),
    "sentencepiece": held(1, held(1, "a") + b"\x15" + bytes(4)) * 200,
}


@pytest.mark.parametrize("kind", KINDS)
def test_kinds_of_messages(kind: str) -> None:
    assert recognise(Held(KINDS[kind])) == kind


@pytest.mark.parametrize(
    "content",
    [
        number(1, 1),
        number(1, 200) + held(7, b""),
        held(2, b""),
        b"\x09" + bytes(8),
        held(1, number(1, 0)),
        held(1, held(1, "\x01") + held(2, "x")),
        held(1, ""),
        number(1, 4) + number(9, 1),
    ],
)
def test_other_messages_are_of_no_kind(content: bytes) -> None:
    assert recognise(Held(content)) is None


@given(st.binary(max_size=200))
def test_any_bytes(content: bytes) -> None:
    recognise(Held(b"\x08" + content))
    try:
        walked(content)
    except WrongWireError as error:
        offset = error.offset
    else:
        offset = 0
    assert 0 <= offset <= len(content)


@given(st.integers(min_value=0, max_value=2**64 - 1))
def test_numbers_come_back(value: int) -> None:
    assert fields(b"\x08" + varint(value))[0].value == value


def test_unknown_fields_are_not_all_kept() -> None:
    walk, _ = walked(b"".join(number(field, 1) for field in range(10, 60)))
    assert len(walk.unknown) == 20
