"""FlatBuffers: tables of a buffer, with every offset held against the file. flatbuffers.dev, "Internals"."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cardlint.weights.pieces import Pieces

COST = 4  # operations for a table or an item: they stand for time
_LONGEST = 4096  # bytes of a string that is a name


class WrongBufferError(Exception):
    """An offset that leads nowhere."""


def number(pieces: Pieces, at: int, size: int, *, signed: bool = False) -> int:
    """A number at a position. Raises WrongBufferError beyond the end."""
    if at < 0 or at + size > pieces.size:
        raise WrongBufferError("an offset leads out of the file")
    return int.from_bytes(pieces.read(at, size), "little", signed=signed)


class Vector(NamedTuple):
    """Where the items of a vector begin, and how many there are."""

    start: int
    length: int


class Table(NamedTuple):
    """A table by its position."""

    pieces: Pieces
    at: int

    def field(self, index: int) -> int | None:
        """The position of a field; None where it has its default."""
        self.pieces.budget.spend(COST)
        table = self.at - number(self.pieces, self.at, 4, signed=True)
        size, place = number(self.pieces, table, 2), 4 + 2 * index
        offset = number(self.pieces, table + place, 2) if place + 2 <= size else 0
        return self.at + offset if offset else None

    def value(self, index: int, size: int, *, default: int = 0, signed: bool = False) -> int:
        """A number."""
        at = self.field(index)
        return default if at is None else number(self.pieces, at, size, signed=signed)

    def vector(self, index: int, size: int) -> Vector:
        """A vector of items of so many bytes; an empty one where there is none. Raises WrongBufferError where it goes beyond the end."""
        at = self.field(index)
        if at is None:
            return Vector(0, 0)
        start = at + number(self.pieces, at, 4)
        count = number(self.pieces, start, 4)
        if start + 4 + count * size > self.pieces.size:
            raise WrongBufferError("a vector goes beyond the end of the file")
        return Vector(start + 4, count)

    def text(self, index: int) -> str:
        """A string; empty where there is none."""
        found = self.vector(index, 1)
        return self.pieces.read(found.start, min(found.length, _LONGEST)).decode("utf-8", "backslashreplace")

    def tables(self, index: int) -> Iterator[Table]:
        """The tables of a vector of tables."""
        found = self.vector(index, 4)
        for place in range(found.start, found.start + 4 * found.length, 4):
            self.pieces.budget.spend(COST)
            yield Table(self.pieces, place + number(self.pieces, place, 4))


def root(pieces: Pieces) -> Table:
    """The outermost table."""
    return Table(pieces, number(pieces, 0, 4))
