"""What the messages of HDF5 objects say: links, attributes, where the data of a dataset is. HDF5 File Format Specification 3.0, IV.A.2."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from cardlint.weights.h5heap import dense, global_object, local_heap, symbols, text
from cardlint.weights.h5read import WORD, Cursor, WrongHdf5Error

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cardlint.weights.h5read import File, Message

LINK_INFO, LINK, EXTERNAL, LAYOUT, FILTERS, ATTRIBUTE, SYMBOLS, ATTRIBUTE_INFO = 0x02, 0x06, 0x07, 0x08, 0x0B, 0x0C, 0x11, 0x15
LAST_KIND = 0x18
_HARD, _SOFT, EXTERNAL_LINK = 0, 1, 64
_STRING, _VARIABLE = 3, 9
_MOST_VALUES = 10_000
VIRTUAL = 3


class Link(NamedTuple):
    """A link of a group: `header` of a hard one, `path` of one to another file ("" of a soft link), `kind` of one that is user-defined."""

    name: str
    header: int | None = None
    path: str = ""
    kind: int = 0


class Attribute(NamedTuple):
    """An attribute: its name, and its text; None where it has none."""

    name: str
    value: bytes | None


def links(file: File, messages: list[Message]) -> Iterator[Link]:
    """The links of a group, however they are kept."""
    for message in messages:
        held = Cursor(message.content)
        if message.kind == SYMBOLS:
            yield from (Link(found.name, found.header) for found in symbols(file, held.number(WORD), held.number(WORD)))
        elif message.kind == LINK:
            yield _link(message.content)
        elif message.kind == LINK_INFO:
            held.skip(1)
            held.skip(8 if held.number(1) & 1 else 0)
            yield from (_link(found) for found in dense(file, held.number(WORD), held.number(WORD)))


def _link(content: bytes) -> Link:
    held = Cursor(content)
    version, flags = held.number(1), held.number(1)
    if version != 1:
        raise WrongHdf5Error("a link is of an unknown version")
    kind = held.number(1) if flags & 8 else _HARD
    held.skip((8 if flags & 4 else 0) + (1 if flags & 16 else 0))
    name = held.take(held.number(1 << (flags & 3))).decode("utf-8", "replace")
    if kind == _HARD:
        return Link(name, held.number(WORD))
    value = held.take(held.number(2))
    return Link(name, path=text(value, 1) if kind == EXTERNAL_LINK else "", kind=0 if kind == _SOFT else kind)


def attributes(file: File, messages: list[Message], wanted: frozenset[str]) -> Iterator[Attribute]:
    """The attributes of an object, however they are kept; their texts where they are wanted."""
    for message in messages:
        if message.kind == ATTRIBUTE:
            if message.shared:
                raise WrongHdf5Error("an attribute is shared with other objects")
            yield _attribute(file, message.content, wanted)
        elif message.kind == ATTRIBUTE_INFO:
            held = Cursor(message.content)
            held.skip(1)
            held.skip(2 if held.number(1) & 1 else 0)
            for found in dense(file, held.number(WORD), held.number(WORD)):
                yield _attribute(file, found, wanted)


def _attribute(file: File, content: bytes, wanted: frozenset[str]) -> Attribute:
    held = Cursor(content)
    version, flags = held.number(1), held.number(1)
    sizes = [held.number(2) for _ in range(3)]
    held.skip(1 if version == 3 else 0)  # noqa: PLR2004 - the version with a character set
    if version not in {1, 2, 3}:
        raise WrongHdf5Error("an attribute is of an unknown version")
    parts = []
    for size in sizes:
        parts.append(held.take(size))
        held.skip(-size % 8 if version == 1 else 0)
    name = text(parts[0])
    # Where the type or the shape is kept elsewhere, it is a named one, which text has not.
    if name not in wanted or (flags & 3 and version > 1):
        return Attribute(name, None)
    return Attribute(name, _text(file, parts[1], parts[2], held))


def _text(file: File, kind: bytes, space: bytes, held: Cursor) -> bytes | None:
    """The value of an attribute that is text, joined where it is several."""
    head = Cursor(kind)
    number, variable = head.number(1) & 15, head.number(1) & 15
    head.skip(2)
    size, count = head.number(4), _count(space)
    if number == _STRING:
        return held.take(min(size * count, len(held.held) - held.at))
    if number != _VARIABLE or variable != 1:
        return None
    values = []
    for _ in range(min(count, _MOST_VALUES)):
        length, collection, index = held.number(4), held.number(WORD), held.number(4)
        values.append(global_object(file, collection, index)[:length] if collection else b"")
    return b"\0".join(values)


def _count(space: bytes) -> int:
    """How many values there are by the dataspace message: one where it has no dimensions."""
    held = Cursor(space)
    version, rank = held.number(1), held.number(1)
    held.skip(6 if version == 1 else 2)
    count = 1
    for _ in range(rank):
        count *= held.number(WORD)
    return count


def layout(content: bytes) -> int:
    """How the data of a dataset is kept: compact, contiguous, in chunks, or virtual."""
    held = Cursor(content)
    held.skip(1 if held.number(1) < 3 else 0)  # noqa: PLR2004 - before that the number of dimensions comes first
    return held.number(1)


def external_files(file: File, content: bytes) -> list[str]:
    """The files in which the data of a dataset lies."""
    held = Cursor(content)
    held.skip(6)
    count, names = held.number(2), local_heap(file, held.number(WORD))
    found = []
    for _ in range(count):
        found.append(text(names, held.number(WORD)))
        held.skip(2 * WORD)
    return found


def filters(content: bytes) -> list[int]:
    """The filters through which the data of a dataset goes."""
    held = Cursor(content)
    version, count = held.number(1), held.number(1)
    held.skip(6 if version == 1 else 0)
    found = []
    for _ in range(count):
        number = held.number(2)
        name = held.number(2) if version == 1 or number >= 256 else 0  # noqa: PLR2004 - those of the library have no name
        held.skip(2)
        values = held.number(2)
        held.skip((name + -name % 8 if version == 1 else name) + 4 * (values + (values % 2 if version == 1 else 0)))
        found.append(number)
    return found
