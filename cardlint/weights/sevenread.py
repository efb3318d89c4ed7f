"""The header of a 7z archive: its folders, which are packed streams, and the members in them.

7-Zip, DOC/7zFormat.txt. The header is itself packed mostly; what packs it is what packs members.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from cardlint.weights.sevencodecs import Coder, Folder, content_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cardlint.weights.budget import Budget
    from cardlint.weights.reading import Reader

_SIGNATURE_SIZE = 32
_LONGEST_HEADER = 8_000_000  # bytes, unpacked
_MOST = 100_000  # members, folders
_MOST_CODERS = 8
_END, _HEADER, _PROPERTIES, _MORE_STREAMS, _STREAMS, _FILES, _PACK, _UNPACK, _SUBSTREAMS, _SIZE, _CRC, _FOLDER, _UNPACK_SIZE, _COUNTS = (
    range(14)
)
_EMPTY_STREAM, _EMPTY_FILE, _NAMES, _ATTRIBUTES, _ENCODED = 14, 15, 17, 21, 23


class WrongSevenError(Exception):
    """No archive, or one whose header cannot be read."""


class Member(NamedTuple):
    """A member: its name, the folder and offset of its content, None where it has none, and its attributes as 7z has them."""

    path: str
    folder: int | None
    offset: int
    size: int
    attributes: int


class Listing(NamedTuple):
    """The members and folders of an archive, and where it ends."""

    members: tuple[Member, ...]
    folders: tuple[Folder, ...]
    end: int


class _Cursor:
    """A header read from front to back. Raises WrongSevenError where it ends."""

    def __init__(self, held: bytes) -> None:
        self.held, self.at = held, 0

    def take(self, count: int) -> bytes:
        if count > len(self.held) - self.at:
            raise WrongSevenError("its header ends early")
        self.at += count
        return self.held[self.at - count : self.at]

    def byte(self) -> int:
        return self.take(1)[0]

    def number(self) -> int:
        """A number whose first byte says by its leading ones how many follow."""
        first, extra = self.byte(), 0
        while extra < 8 and first & (0x80 >> extra):  # noqa: PLR2004 - bits of a byte
            extra += 1
        high = first & (0xFF >> (extra + 1))
        return int.from_bytes(self.take(extra), "little") + (high << (8 * extra))

    def count(self, most: int = _MOST) -> int:
        value = self.number()
        if value > most:
            raise WrongSevenError("it has more parts than are looked at")
        return value

    def bits(self, count: int) -> list[bool]:
        held = self.take((count + 7) // 8)
        return [bool(held[index // 8] & (0x80 >> index % 8)) for index in range(count)]

    def defined(self, count: int) -> list[bool]:
        """Which of several have a value: all, or those of a bit vector."""
        return [True] * count if self.byte() else self.bits(count)

    def digests(self, count: int) -> list[bool]:
        """CRCs, which are not compared; which of several have one."""
        known = self.defined(count)
        self.take(4 * sum(known))
        return known


def read_listing(reader: Reader, budget: Budget) -> Listing:
    """The members. Raises WrongSevenError, SpentError."""
    start = reader.read(0, _SIGNATURE_SIZE)
    if len(start) < _SIGNATURE_SIZE:
        raise WrongSevenError("its header ends early")
    offset, size = int.from_bytes(start[12:20], "little"), int.from_bytes(start[20:28], "little")
    end = _SIGNATURE_SIZE + offset + size
    if size > _LONGEST_HEADER or end > reader.size:
        raise WrongSevenError("its header is not in the file, or longer than any that is read")
    held = reader.read(_SIGNATURE_SIZE + offset, size)
    if not size:
        return Listing((), (), end)
    for _ in range(2):  # a packed header in a packed header is nobody's doing
        cursor = _Cursor(held)
        kind = cursor.number()
        if kind == _HEADER:
            return _listing(cursor, end)
        if kind != _ENCODED:
            break
        held = _unpacked(reader, _streams(cursor), budget)
    raise WrongSevenError("its header is of no kind that is known")


def _unpacked(reader: Reader, folders: list[Folder], budget: Budget) -> bytes:
    """The header that a folder holds."""
    if len(folders) != 1 or folders[0].size > _LONGEST_HEADER:
        raise WrongSevenError("its packed header is none")
    content = content_of(reader, folders[0], budget)
    if content is None:
        raise WrongSevenError("its list of members is encrypted or packed by a method that is not looked into")
    return content.read(0, folders[0].size)


def _listing(cursor: _Cursor, end: int) -> Listing:
    folders: list[Folder] = []
    members: list[Member] = []
    while (kind := cursor.number()) != _END:
        if kind == _STREAMS:
            folders = _streams(cursor)
        elif kind == _FILES:
            members = _files(cursor, folders)
        else:
            raise WrongSevenError("its header has a part that is not known")
    return Listing(tuple(members), tuple(folders), end)


def _streams(cursor: _Cursor) -> list[Folder]:
    """The folders: where they are packed, how, and what sizes are in them."""
    position, sizes = 0, list[int]()
    folders: list[Folder] = []
    while (kind := cursor.number()) != _END:
        if kind == _PACK:
            position, sizes = _packed_sizes(cursor)
        elif kind == _UNPACK:
            folders = _folders(cursor, position, sizes)
        elif kind == _SUBSTREAMS:
            folders = _parts(cursor, folders)
        else:
            raise WrongSevenError("its streams have a part that is not known")
    return folders


def _packed_sizes(cursor: _Cursor) -> tuple[int, list[int]]:
    position, count = cursor.number(), cursor.count()
    sizes: list[int] = []
    while (kind := cursor.number()) != _END:
        if kind == _SIZE:
            sizes = [cursor.number() for _ in range(count)]
        elif kind == _CRC:
            cursor.digests(count)
        else:
            raise WrongSevenError("its packed streams have a part that is not known")
    return position, sizes


def _folders(cursor: _Cursor, position: int, sizes: list[int]) -> list[Folder]:
    """The folders one after the other, each with as many packed streams as its coders take."""
    if cursor.number() != _FOLDER:
        raise WrongSevenError("its folders are missing")
    count = cursor.count()
    if cursor.byte():
        raise WrongSevenError("its folders stand elsewhere")
    shapes = [_coders(cursor) for _ in range(count)]
    unpacked: list[list[int]] = [[] for _ in shapes]
    while (kind := cursor.number()) != _END:
        if kind == _UNPACK_SIZE:
            unpacked = [[cursor.number() for _ in range(sum(coder.out for coder in coders))] for coders, _ in shapes]
        elif kind == _CRC:
            cursor.digests(count)
        else:
            raise WrongSevenError("its folders have a part that is not known")
    found, start, waiting = [], _SIGNATURE_SIZE + position, [*reversed(sizes)]
    for (coders, streams), outs in zip(shapes, unpacked, strict=True):
        if len(waiting) < streams or not outs:
            raise WrongSevenError("its folders have more streams than are packed")
        packed = sum(waiting.pop() for _ in range(streams))
        found.append(Folder(coders, start, packed, max(outs), (max(outs),)))
        start += packed
    return found


def _coders(cursor: _Cursor) -> tuple[tuple[Coder, ...], int]:
    """How a folder is unpacked, and how many packed streams it takes."""
    coders: list[Coder] = []
    for _ in range(cursor.count(_MOST_CODERS)):
        flags = cursor.byte()
        method = cursor.take(flags & 15)
        into, out = (cursor.count(_MOST_CODERS), cursor.count(_MOST_CODERS)) if flags & 16 else (1, 1)
        properties = cursor.take(cursor.count()) if flags & 32 else b""
        coders.append(Coder(method, properties, into, out))
    pairs = max(0, sum(coder.out for coder in coders) - 1)
    for _ in range(2 * pairs):
        cursor.number()
    streams = sum(coder.into for coder in coders) - pairs
    for _ in range(streams if streams > 1 else 0):
        cursor.number()
    return tuple(coders), max(0, streams)


def _parts(cursor: _Cursor, folders: list[Folder]) -> list[Folder]:
    """How the content of each folder is divided among members."""
    counts = [1] * len(folders)
    kind = cursor.number()
    if kind == _COUNTS:
        counts = [cursor.count() for _ in folders]
        kind = cursor.number()
    sizes = [folder.parts if count == 1 else () for folder, count in zip(folders, counts, strict=True)]
    if kind == _SIZE:
        sizes = [_divided(cursor, folder, count) for folder, count in zip(folders, counts, strict=True)]
        kind = cursor.number()
    if kind == _CRC:
        return _past_digests(cursor, folders, sizes)
    if kind != _END:
        raise WrongSevenError("its members have a part that is not known")
    return [folder._replace(parts=parts) for folder, parts in zip(folders, sizes, strict=True)]


def _past_digests(cursor: _Cursor, folders: list[Folder], sizes: list[tuple[int, ...]]) -> list[Folder]:
    """CRCs stand for all members, or for those that are not alone in a folder that has one; both readings end with zero."""
    at = cursor.at
    for count in (sum(map(len, sizes)), sum(len(parts) for parts in sizes if len(parts) != 1)):
        cursor.at = at
        cursor.digests(count)
        if cursor.number() == _END:
            return [folder._replace(parts=parts) for folder, parts in zip(folders, sizes, strict=True)]
    raise WrongSevenError("its CRCs are not as many as its members")


def _divided(cursor: _Cursor, folder: Folder, count: int) -> tuple[int, ...]:
    if not count:
        return ()
    first = tuple(cursor.number() for _ in range(count - 1))
    last = folder.size - sum(first)
    if last < 0:
        raise WrongSevenError("its members are larger than what they are in")
    return (*first, last)


def _files(cursor: _Cursor, folders: list[Folder]) -> list[Member]:
    count = cursor.count()
    names, empty, attributes = [""] * count, [False] * count, [0] * count
    while (kind := cursor.number()) != _END:
        part = _Cursor(cursor.take(cursor.number()))
        if kind == _NAMES:
            names = _names(part, count)
        elif kind == _EMPTY_STREAM:
            empty = part.bits(count)
        elif kind == _ATTRIBUTES:
            known = part.defined(count)
            part.byte()
            attributes = [int.from_bytes(part.take(4), "little") if has else 0 for has in known]
    places = _places(folders)
    found = []
    for name, hollow, attribute in zip(names, empty, attributes, strict=True):
        folder, offset, size = (None, 0, 0) if hollow else next(places, (None, 0, 0))
        found.append(Member(name, folder, offset, size, attribute))
    if next(places, None) is not None:
        raise WrongSevenError("it has more contents than members")
    return found


def _places(folders: list[Folder]) -> Iterator[tuple[int | None, int, int]]:
    """The folder, offset and size of every content in turn."""
    for index, folder in enumerate(folders):
        offset = 0
        for size in folder.parts:
            yield index, offset, size
            offset += size


def _names(part: _Cursor, count: int) -> list[str]:
    if part.byte():
        raise WrongSevenError("its names stand elsewhere")
    names = part.held[part.at :].decode("utf-16-le", "replace").split("\0")
    if len(names) <= count:
        raise WrongSevenError("it has fewer names than members")
    return names[:count]
