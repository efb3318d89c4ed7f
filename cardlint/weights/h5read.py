"""HDF5 as it lies in a file: superblock, object headers and their messages. HDF5 File Format Specification 3.0, II and IV.

Only what h5py, Keras, PyTables and MATLAB write is read (offsets and lengths of eight bytes). What is not understood raises
WrongHdf5Error, so that nobody takes it for harmless.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from cardlint.weights.pieces import Pieces

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cardlint.weights.budget import Budget
    from cardlint.weights.reading import Reader

SIGNATURE = b"\x89HDF\r\n\x1a\n"
STARTS = (0, 512, 1024, 2048, 4096, 8192)  # what the library looks at, as far as a user block is of a usual size
UNDEFINED = 2**64 - 1
WORD = 8  # bytes of an offset or a length
MOST_AT_ONCE = 16_000_000  # bytes of a chunk of a header, a heap or a node
COST = 4  # operations for a message or a record: they stand for time
_CONTINUATION = 0x10
_MOST_CHUNKS = 1000
_SHARED = 0x2


class WrongHdf5Error(Exception):
    """No HDF5, or HDF5 that is not understood."""


class Message(NamedTuple):
    """A message of an object header: its type, whether its content is elsewhere, and the content."""

    kind: int
    shared: bool
    content: bytes


class Cursor:
    """Numbers from bytes, little end first. Raises WrongHdf5Error where they end."""

    def __init__(self, held: bytes, at: int = 0) -> None:
        self.held, self.at = held, at

    def number(self, size: int) -> int:
        """An unsigned number of so many bytes."""
        return int.from_bytes(self.take(size), "little")

    def take(self, size: int) -> bytes:
        """The next bytes."""
        end = self.at + size
        if size < 0 or end > len(self.held):
            raise WrongHdf5Error("a structure ends too early")
        found, self.at = self.held[self.at : end], end
        return found

    def skip(self, size: int) -> None:
        """Leave bytes out."""
        self.at += size


class File:
    """A file, read in pieces that are kept for a while: what belongs together lies close together."""

    def __init__(self, reader: Reader, budget: Budget) -> None:
        self.reader, self.budget = reader, budget
        self._pieces = Pieces(reader, budget)
        self.base = self.root = self.end = 0
        self._superblock()

    def bytes_at(self, address: int, size: int) -> bytes:
        """The bytes at an address, which counts from the base. Raises WrongHdf5Error where the file has them not."""
        start = self.base + address
        if address == UNDEFINED or size > MOST_AT_ONCE or start + size > self.reader.size:
            raise WrongHdf5Error("an address leads out of the file")
        return self._pieces.read(start, size)

    def at(self, address: int, size: int) -> Cursor:
        """The same to take numbers from; where the file ends, fewer bytes."""
        return Cursor(self.bytes_at(address, max(0, min(size, self.reader.size - self.base - address))))

    def _superblock(self) -> None:
        start = next((at for at in STARTS if self.reader.read(at, WORD) == SIGNATURE), None)
        if start is None:
            raise WrongHdf5Error("there is no superblock")
        head = Cursor(self.reader.read(start, 128), WORD)
        version = head.number(1)
        if version < 2:  # noqa: PLR2004 - versions 0 and 1 have a symbol table entry
            head.skip(4)
        offsets, lengths = head.number(1), head.number(1)
        if (offsets, lengths) != (WORD, WORD) or version > 3:  # noqa: PLR2004 - the last version
            raise WrongHdf5Error(f"its superblock (version {version}, {offsets} and {lengths} bytes) is not of the usual kind")
        if version < 2:  # noqa: PLR2004
            head.skip(9 + 4 * version)
            self.base, _, self.end, _, _ = (head.number(WORD) for _ in range(5))
        else:
            head.skip(1)
            self.base, _, self.end = (head.number(WORD) for _ in range(3))
        self.root = head.number(WORD)
        if self.base != start:
            raise WrongHdf5Error("its base address is not where it begins")

    def messages(self, address: int) -> Iterator[Message]:
        """The messages of the object header at an address."""
        head = self.bytes_at(address, 16)
        yield from self._messages_2(address) if head[:4] == b"OHDR" else self._messages_1(address, Cursor(head))

    def _messages_1(self, address: int, head: Cursor) -> Iterator[Message]:
        version = head.number(1)
        if version != 1:
            raise WrongHdf5Error(f"there is no object header at byte {self.base + address}")
        head.skip(7)
        waiting = [(address + 16, head.number(4))]
        for count, (start, size) in enumerate(waiting):
            chunk = Cursor(self.bytes_at(start, size))
            while chunk.at + 8 <= size:
                self.budget.spend(COST)
                kind, length, flags = chunk.number(2), chunk.number(2), chunk.number(1)
                chunk.skip(3)
                yield from _given(Message(kind, bool(flags & _SHARED), chunk.take(length)), waiting, count)

    def _messages_2(self, address: int) -> Iterator[Message]:
        head = Cursor(self.bytes_at(address, 40) if self.base + address + 40 <= self.reader.size else self.at(address, 40).held, 5)
        flags = head.number(1)
        head.skip((16 if flags & 0x20 else 0) + (4 if flags & 0x10 else 0))
        size = head.number(1 << (flags & 3))
        waiting = [(address + head.at, size)]
        for count, (start, length) in enumerate(waiting):
            if count and self.bytes_at(start, 4) != b"OCHK":
                raise WrongHdf5Error("a part of an object header is not where it should be")
            # What continues a header has a signature before it and a checksum after it.
            chunk = Cursor(self.bytes_at(start + 4, max(0, length - 8)) if count else self.bytes_at(start, length))
            while chunk.at + 4 + (2 if flags & 4 else 0) <= len(chunk.held):
                self.budget.spend(COST)
                kind, content, message_flags = chunk.number(1), chunk.number(2), chunk.number(1)
                chunk.skip(2 if flags & 4 else 0)
                yield from _given(Message(kind, bool(message_flags & _SHARED), chunk.take(content)), waiting, count)


def _given(message: Message, waiting: list[tuple[int, int]], count: int) -> Iterator[Message]:
    """The message; where it says that the header goes on elsewhere, that is walked next."""
    if message.kind != _CONTINUATION:
        yield message
        return
    if count > _MOST_CHUNKS:
        raise WrongHdf5Error("an object header is in too many parts")
    where = Cursor(message.content)
    waiting.append((where.number(WORD), where.number(WORD)))
