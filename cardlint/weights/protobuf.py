"""Protocol buffers as they lie on the wire: the fields of a message, nested ones where asked for, and nothing else read.

protobuf.dev, "Encoding". What is long and of no interest is skipped by seeking, so that a graph with gigabytes of weights
costs as much as one without. Where a message is given twice, decoders merge or take the last: here each one counts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from cardlint.weights.budget import SpentError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from cardlint.weights.budget import Budget
    from cardlint.weights.collect import Collected
    from cardlint.weights.reading import Reader

VARINT, FIXED64, BYTES, FIXED32 = 0, 1, 2, 5
_FIXED = {FIXED64: 8, FIXED32: 4}
_LONGEST_VARINT = 10
_ENOUGH = 2 * _LONGEST_VARINT  # bytes: a key, and a number or length behind it
_LAST_FIELD = 2**29
DEEPEST = 100  # messages within each other, the limit of protobuf's own decoders
LONGEST_TEXT = 1024  # bytes; a name or a path is shorter
_MOST_UNKNOWN = 20
COST, MESSAGE_COST = 2, 10  # operations for a field and for a message: they stand for time
_PAID_AT_ONCE = 256  # bytes for one more, where a field is read
_FIRST_CHUNK, _LAST_CHUNK = 4096, 262_144

# Message, then field number: the field's name, and what is in it. "text", "number" and "place" (start and size) are given to
# who walks, "skip" is known and of no interest; a message's name means that its fields are walked, with a "+" before it that
# they are kept for the message around it. Number 0, which no field has, stands for all others.
Schema = dict[str, dict[int, tuple[str, str]]]
Values = dict[str, list[Any]]


class WrongWireError(Exception):
    """No protocol buffer, or a broken one. `offset` says where."""

    def __init__(self, message: str, offset: int) -> None:
        super().__init__(message)
        self.offset = offset


class Field(NamedTuple):
    """A field: `value` of a number, `start` and `size` of its bytes."""

    number: int
    wire: int
    value: int
    start: int
    size: int

    @property
    def end(self) -> int:
        """Where the next field begins."""
        return self.start + self.size


class Wire:
    """Messages of a file. Each field is paid for."""

    def __init__(self, reader: Reader, budget: Budget) -> None:
        self.reader, self.budget, self.size = reader, budget, reader.size
        self._base, self._held, self._chunk = 0, b"", _FIRST_CHUNK

    def fields(self, start: int, end: int) -> Iterator[Field]:
        """The fields of the message `start:end`. Raises WrongWireError."""
        at = start
        while at < end:
            self.budget.spend(COST)
            field = self._field(at)
            at = field.start + field.size
            if at > end:
                raise WrongWireError("a field goes beyond its message", field.start)
            yield field

    def content(self, field: Field, most: int) -> bytes:
        """The first bytes of a field."""
        return self.part(field.start, min(field.size, most))

    def part(self, start: int, size: int) -> bytes:
        """Bytes of the file."""
        self.budget.spend(size // _PAID_AT_ONCE)
        held, at = self._window(start, size)
        return held[at : at + size]

    def text(self, field: Field) -> str:
        """A short string; one that is too long to be a name ends with an ellipsis and so is none that is known."""
        held = self.content(field, LONGEST_TEXT).decode("utf-8", "backslashreplace")
        return held if field.size <= LONGEST_TEXT else f"{held}…"

    def _field(self, at: int) -> Field:
        held, i = self._window(at, _ENOUGH)
        key, i = _varint(held, i, at)
        number, wire, base = key >> 3, key & 7, self._base
        if not 0 < number < _LAST_FIELD:
            raise WrongWireError("a field has no number", at)
        if wire == BYTES:
            size, j = _varint(held, i, at)
            return Field(number, wire, 0, base + j, size)
        if wire == VARINT:
            value, j = _varint(held, i, at)
            return Field(number, wire, value, base + i, j - i)
        if wire in _FIXED:
            return Field(number, wire, 0, base + i, _FIXED[wire])
        raise WrongWireError(f"wire type {wire} is not in use", at)

    def _window(self, at: int, size: int) -> tuple[bytes, int]:
        """Bytes that hold `at:at+size` as far as the file goes, and where in them `at` is.

        What is read on end is read in ever larger pieces; after a leap they are small again.
        """
        i = at - self._base
        if i < 0 or (i + size > len(self._held) and self._base + len(self._held) < self.size):
            follows = 0 <= i <= len(self._held)
            self._chunk = min(self._chunk * 2, _LAST_CHUNK) if follows else _FIRST_CHUNK
            self._base, self._held = at, self.reader.read(at, max(size, self._chunk))
            return self._held, 0
        return self._held, i


def _varint(held: bytes, at: int, offset: int) -> tuple[int, int]:
    """A number and the position after it."""
    if at < len(held) and held[at] < 0x80:  # noqa: PLR2004 - most are of one byte
        return held[at], at + 1
    value, shift, i = 0, 0, at
    while i < len(held) and shift < 7 * _LONGEST_VARINT:
        byte = held[i]
        value |= (byte & 0x7F) << shift
        i += 1
        if byte < 0x80:  # noqa: PLR2004 - the last byte of a number
            return value & 0xFFFF_FFFF_FFFF_FFFF, i
        shift += 7
    raise WrongWireError("a number does not end", offset)


class Walk:
    """A message by its schema. `seen` is told of each message, the inner before the outer; `unknown` are fields of no schema."""

    def __init__(self, wire: Wire, schema: Mapping[str, Mapping[int, tuple[str, str]]], seen: Callable[[str, Values, int], None]) -> None:
        self.wire, self.schema, self.seen = wire, schema, seen
        self.unknown: dict[tuple[str, int], int] = {}

    def message(self, kind: str, start: int, end: int, depth: int = 0) -> Values:
        """The fields of one message that the schema asks for. Raises WrongWireError."""
        if depth > DEEPEST:
            raise WrongWireError("messages are nested too deep", start)
        self.wire.budget.spend(MESSAGE_COST)
        schema, values = self.schema[kind], Values()
        for field in self.wire.fields(start, end):
            known = schema.get(field.number) or schema.get(0)
            if known is None:
                self._unknown(kind, field)
            elif known[1] != "skip":
                self._take(known, field, values, depth)
        self.seen(kind, values, start)
        return values

    def _take(self, known: tuple[str, str], field: Field, values: Values, depth: int) -> None:
        name, what = known
        if what == "number":
            values.setdefault(name, []).append(field.value)
        elif field.wire != BYTES:
            self._unknown(name, field)
        elif what == "text":
            values.setdefault(name, []).append(self.wire.text(field))
        elif what == "place":
            values.setdefault(name, []).append((field.start, field.size))
        else:
            inner = self.message(what.lstrip("+"), field.start, field.end, depth + 1)
            if what.startswith("+"):
                values.setdefault(name, []).append(inner)

    def _unknown(self, kind: str, field: Field) -> None:
        if len(self.unknown) < _MOST_UNKNOWN:
            self.unknown.setdefault((kind, field.number), field.start)


def skipped(*numbers: int) -> dict[int, tuple[str, str]]:
    """Fields that are known and of no interest."""
    return dict.fromkeys(numbers, ("", "skip"))


def walk_all(walk: Walk, root: str, size: int, found: Collected, what: str) -> None:
    """Walk a whole file; what is wrong with it is added to what was found."""
    try:
        walk.message(root, 0, size)
    except WrongWireError as error:
        found.broken(error, what)
    except SpentError:
        found.spent()
    for (kind, number), offset in walk.unknown.items():
        found.say("review", f"{kind}.{number}", f"has a field {number} in a {kind} that {what} does not know", offset=offset)
