from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cardlint.text import Span, decode


@pytest.mark.parametrize(
    ("content", "offset", "line", "column"),
    [
        ("ab\ncd", 3, 2, 1),
        ("ab\r\ncd", 4, 2, 1),
        ("ab\rcd", 3, 2, 1),
        ("a\u2028b\x0bc", 4, 1, 5),
        ("\ufeffab", 1, 1, 1),
        ("\ufeffab", 0, 1, 1),
        ("😀漢x", 2, 1, 3),
        ("\tx", 1, 1, 2),
        ("ab", 99, 1, 3),
        ("", 0, 1, 1),
        ("a\n", 2, 2, 1),
    ],
)
def test_positions_count_code_points_in_lines_of_the_file(content: str, offset: int, line: int, column: int) -> None:
    position = decode("f", content.encode()).position(offset)
    assert (position.line, position.column) == (line, column)


def test_a_line_has_no_line_end_and_no_byte_order_mark() -> None:
    text = decode("f", "\ufeffone\r\ntwo\rthree\n".encode())
    assert [text.line(number) for number in (1, 2, 3, 4)] == ["one", "two", "three", ""]


def test_undecodable_bytes_are_remembered_and_reading_goes_on() -> None:
    text = decode("f", b"caf\xe9 \xff\xfe ok \xc3\xa9")
    assert text.content == "caf\ufffd \ufffd\ufffd ok é"
    assert text.undecodable == (3, 5)


def test_a_genuine_replacement_character_is_not_undecodable() -> None:
    assert decode("f", "a\ufffdb".encode()).undecodable == ()


def test_utf_16_is_read_and_named() -> None:
    text = decode("f", "\ufeff---\n".encode("utf-16-le"))
    assert (text.encoding, text.content) == ("utf-16", "\ufeff---\n")


def test_a_character_cut_by_the_limit_is_no_defect() -> None:
    text = decode("f", "aé".encode()[:2], truncated=True)
    assert (text.content, text.undecodable, text.truncated) == ("a", (), True)


def test_megabytes_of_undecodable_bytes_are_read_at_once() -> None:
    assert len(decode("f", b"\xff" * 4_000_000).content) == 4_000_000


@given(st.binary(max_size=300))
def test_every_offset_has_a_position_and_lines_tile_the_text(data: bytes) -> None:
    text = decode("f", data)
    for offset in range(len(text.content) + 1):
        at = text.position(offset)
        start = text.line_starts[at.line - 1]
        width = text.bom if at.line == 1 else 0
        assert max(1, offset - start + 1 - width) == at.column
    assert text.cut(Span("f", 0, len(text.content))) == text.content
