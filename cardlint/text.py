"""Text as an editor shows it: decoded, with offsets, lines and columns in code points.

An offset counts code points of the decoded file, a leading byte order mark included, so that a span always
cuts the original. Lines end at LF, CRLF and CR only; a column is 1-based and a leading byte order mark has
no width, as in editors.
"""

from __future__ import annotations

import codecs
from array import array
from bisect import bisect_right
from itertools import chain
from typing import TYPE_CHECKING

from cardlint.weights.cached import cached_property
from cardlint.weights.named import NamedTuple
from cardlint.weights.patterns import lazily

if TYPE_CHECKING:
    from collections.abc import Sequence

BOM = "\ufeff"
_ESCAPED_BYTE = lazily("[\udc80-\udcff]")
_ESCAPED_BYTES = lazily("[\udc80-\udcff]+")
LINE_END = lazily(r"\r\n|\r|\n")
_UTF16 = {codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}


class Span(NamedTuple):
    """A half-open range of code points `start:end` in the file at `path` (relative to the repository's root)."""

    path: str
    start: int
    end: int


class Position(NamedTuple):
    """A place in a text: 1-based line, 1-based column in code points."""

    line: int
    column: int


class Text:
    """One decoded file. Nothing changes it; two are the same only if they are one object.

    `undecodable` holds the offsets (code points) where bytes were not UTF-8 and U+FFFD stands instead;
    `encoding` is what the bytes were read as; `truncated` says that the file went on beyond what was read.
    """

    def __init__(
        self, path: str, content: str, undecodable: tuple[int, ...] = (), encoding: str = "utf-8", *, truncated: bool = False
    ) -> None:
        self.path = path
        self.content = content
        self.undecodable = undecodable
        self.encoding = encoding
        self.truncated = truncated

    @cached_property
    def line_starts(self) -> Sequence[int]:
        """The offset at which each line begins; packed, because a hostile file has millions of lines."""
        return array("Q", chain((0,), (match.end() for match in LINE_END.finditer(self.content))))

    @property
    def bom(self) -> bool:
        """Whether the text begins with a byte order mark."""
        return self.content.startswith(BOM)

    def position(self, offset: int) -> Position:
        """Line and column of an offset; an offset beyond the end is the end."""
        offset = max(0, min(offset, len(self.content)))
        line = bisect_right(self.line_starts, offset)
        column = offset - self.line_starts[line - 1] + 1
        if line == 1 and self.bom:
            column = max(1, column - 1)
        return Position(line, column)

    def line(self, number: int) -> str:
        """The text of a 1-based line, without its line end and without a leading byte order mark; the same object each time."""
        if number not in self._lines:
            self._lines[number] = self._line(number)
        return self._lines[number]

    @cached_property
    def _lines(self) -> dict[int, str]:
        """Lines already cut: a thousand findings on one line of two million characters share it."""
        return {}

    def _line(self, number: int) -> str:
        start = self.line_starts[number - 1]
        end = self.line_starts[number] if number < len(self.line_starts) else len(self.content)
        return self.content[start:end].rstrip("\r\n").removeprefix(BOM if number == 1 else "")

    def ending(self, number: int) -> str:
        """The line end of a 1-based line: LF, CRLF or CR; empty for the last line."""
        if number == len(self.line_starts):
            return ""
        start = self.line_starts[number]
        return "\r\n" if self.content.endswith("\r\n", 0, start) else self.content[start - 1]

    def span(self, start: int, end: int) -> Span:
        """The span `start:end` of this file."""
        return Span(self.path, start, end)

    def cut(self, span: Span) -> str:
        """The characters a span covers."""
        return self.content[span.start : span.end]


def decode(path: str, data: bytes, *, truncated: bool = False) -> Text:
    """Bytes as text; what is not UTF-8 becomes U+FFFD and is remembered, so that reading goes on."""
    for mark, encoding in _UTF16.items():
        if data.startswith(mark):
            return Text(path, data.decode(encoding, "replace"), (0,), "utf-16", truncated=truncated)
    try:
        return Text(path, data.decode("utf-8"), truncated=truncated)
    except UnicodeDecodeError as error:
        if truncated and error.end >= len(data) and error.reason == "unexpected end of data":
            return Text(path, data[: error.start].decode("utf-8"), truncated=True)
    content, undecodable = _decode_around_errors(data)
    return Text(path, content, undecodable, truncated=truncated)


def _decode_around_errors(data: bytes) -> tuple[str, tuple[int, ...]]:
    """The text with U+FFFD for each undecodable byte, and the offset where each run of them begins."""
    escaped = data.decode("utf-8", "surrogateescape")
    offsets = tuple(match.start() for match in _ESCAPED_BYTES.finditer(escaped))
    return _ESCAPED_BYTE.sub("\ufffd", escaped), offsets
