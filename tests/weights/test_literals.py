"""The literals of the older protocols, held against Python's own reading of them."""

from __future__ import annotations

import codecs
import warnings

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from cardlint.weights.budget import BrokenError
from cardlint.weights.literals import decoded, floating, integer, quoted
from cardlint.weights.values import NUMBER

NUMBERS = st.text("0123456789+-_xXoObB aAfFLn. \t\0", max_size=12).map(str.encode)


@given(NUMBERS, st.sampled_from([0, 10]))
@example(b" -12 ", 10)
@example(b"0x_f", 0)
def test_a_whole_number_is_what_python_takes_for_one(line: bytes, base: int) -> None:
    try:
        expected = int(line, base)
    except ValueError:
        return
    assert integer(line, base) == expected


@pytest.mark.parametrize(
    ("line", "expected"), [(b"010", 8), (b"-017", -15), (b"12\0rubbish", 12), (b"9" * 201, NUMBER), (b"-" + b"9" * 5000, NUMBER)]
)
def test_a_whole_number_is_what_c_takes_for_one(line: bytes, expected: object) -> None:
    assert integer(line) == expected


@pytest.mark.parametrize("line", [b"", b"\0", b"x", b"09", b"0b", b"1 2", b"9" * 300 + b"x", b"\xb2"])
def test_what_is_no_number_breaks(line: bytes) -> None:
    with pytest.raises(BrokenError):
        integer(line)


@given(st.text("0123456789+-_einfatyxb. \0", max_size=12).map(str.encode))
def test_a_float_is_what_python_takes_for_one(line: bytes) -> None:
    try:
        expected = float(line)
    except ValueError:
        return
    assert floating(line) == expected or expected != expected  # noqa: PLR0124 - not a number


def test_a_float_ends_at_a_nul() -> None:
    assert floating(b"1.5\0x") == 1.5
    with pytest.raises(BrokenError):
        floating(b"\0")


@given(st.lists(st.sampled_from([bytes([sign]) for sign in b"\\\\\\x01478afqu'\"N\xff"]), max_size=12).map(b"".join))
@example(rb"\777")
@example(rb"\x4")
@example(b"\\")
def test_escapes_are_those_of_python_and_nobody_is_warned(held: bytes) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            expected = codecs.escape_decode(held)[0]
        except ValueError:
            expected = None
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            found = quoted(b"'" + held + b"'")
        except BrokenError:
            found = None
    assert found == expected


def test_text_is_decoded_as_the_opcode_says() -> None:
    assert decoded(b"'\\x6fs'", "quoted") == "os"
    assert decoded(b"\xed\xa0\x80", "utf-8") == "\ud800"
    assert decoded(b"\\u006fs\xff", "raw-unicode-escape") == "osÿ"
    with pytest.raises(BrokenError):
        decoded(b"\xff", "utf-8")
