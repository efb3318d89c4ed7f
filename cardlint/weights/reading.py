"""Files as ranges of bytes: on disk, in memory or far away, the same code reads them, and no more than it needs."""

from __future__ import annotations

from typing import NamedTuple, Protocol

CHUNK = 65_536
LONGEST_LINE = 65_536


class Reader(Protocol):
    """A file: its size in bytes, and any range of it. `near` says whether a read costs no request over a network."""

    @property
    def size(self) -> int:
        """Bytes in all."""

    @property
    def near(self) -> bool:
        """True where many small reads are cheap."""

    def read(self, start: int, size: int) -> bytes:
        """The bytes `start:start+size`; fewer only where the file ends. May raise OSError or what the source raises."""


class Held(NamedTuple):
    """Bytes that are already here."""

    content: bytes

    @property
    def size(self) -> int:
        """Bytes in all."""
        return len(self.content)

    @property
    def near(self) -> bool:
        """They are here."""
        return True

    def read(self, start: int, size: int) -> bytes:
        """A slice."""
        return self.content[start : start + size]


class Part(NamedTuple):
    """A range of another file as a file of its own."""

    whole: Reader
    start: int
    length: int

    @property
    def size(self) -> int:
        """Bytes in all."""
        return max(0, min(self.length, self.whole.size - self.start))

    @property
    def near(self) -> bool:
        """As the file it is part of."""
        return self.whole.near

    def read(self, start: int, size: int) -> bytes:
        """A range of the part."""
        return self.whole.read(self.start + start, max(0, min(size, self.size - start)))


class EndOfDataError(Exception):
    """A stream was asked for bytes it does not have."""


class Stream:
    """A file read from front to back, in chunks; what is skipped is never read."""

    def __init__(self, reader: Reader, position: int = 0, chunk: int = CHUNK) -> None:
        """Begin at a position."""
        self.reader = reader
        self.chunk = chunk
        self._buffer = b""
        self._base = position  # where in the file the buffer begins
        self._at = 0  # where in the buffer we are
        self.end = reader.size

    @property
    def position(self) -> int:
        """The offset of the next byte."""
        return self._base + self._at

    def take(self, count: int) -> bytes:
        """The next bytes. Raises EndOfDataError where there are fewer."""
        at = self._at
        if at + count <= len(self._buffer):
            self._at = at + count
            return self._buffer[at : at + count]
        return self._refilled(count)

    def _refilled(self, count: int) -> bytes:
        position = self.position
        if position + count > self.end:
            raise EndOfDataError
        self._base, self._buffer = position, self.reader.read(position, max(count, self.chunk))
        if len(self._buffer) < count:
            raise EndOfDataError
        self._at = count
        return self._buffer[:count]

    def peek(self, count: int) -> bytes:
        """The next bytes without moving; fewer at the end."""
        if self._at + count > len(self._buffer):
            self._base, self._buffer, self._at = self.position, self.reader.read(self.position, max(count, self.chunk)), 0
        return self._buffer[self._at : self._at + count]

    def here(self) -> bytes:
        """The next bytes as far as they have been read already, without moving."""
        return self._buffer[self._at :]

    def skip(self, count: int) -> None:
        """Move on without reading. Raises EndOfDataError where there are fewer bytes."""
        if count < 0 or self.position + count > self.end:
            raise EndOfDataError
        if self._at + count <= len(self._buffer):
            self._at += count
        else:
            self._base, self._buffer, self._at = self.position + count, b"", 0

    def line(self) -> bytes:
        """The bytes up to the next newline, without it. Raises EndOfDataError where there is none within LONGEST_LINE bytes.

        At the end of the file the last byte is taken for the newline, as Python's unpickler does.
        """
        found = self._buffer.find(b"\n", self._at)
        if found < 0:
            rest = self.peek(min(LONGEST_LINE, max(0, self.end - self.position)))
            found = self._buffer.find(b"\n", self._at)
            if found < 0:
                if self.position + len(rest) < self.end:
                    raise EndOfDataError
                self._at = len(self._buffer)
                return rest[:-1]
        text = self._buffer[self._at : found]
        self._at = found + 1
        return text

    def enter(self, length: int) -> None:
        """A pickle frame of so many bytes begins; only a reader that minds frames does anything."""
