"""Files as ranges of bytes: on disk, in memory or far away, the same code reads them, and no more than it needs."""

from __future__ import annotations

from typing import NamedTuple, Protocol

from cardlint.weights.budget import SpentError

CHUNK = 65_536
LONGEST_LINE = 64_000_000


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
    """A file read from front to back, in chunks; what is skipped is never read.

    `buffer[at:]` are the bytes that are here of those to come; `buffer` begins at byte `base` of the file.
    """

    def __init__(self, reader: Reader, position: int = 0, chunk: int = CHUNK) -> None:
        """Begin at a position."""
        self.reader = reader
        self.chunk = chunk
        self.buffer = b""
        self.base = position
        self.at = 0
        self.end = reader.size

    @property
    def position(self) -> int:
        """The offset of the next byte."""
        return self.base + self.at

    def ready(self) -> int:
        """Where in the buffer the bytes end that may be taken from it straight away."""
        return len(self.buffer)

    def take(self, count: int) -> bytes:
        """The next bytes. Raises EndOfDataError where there are fewer."""
        at = self.at
        if at + count <= len(self.buffer):
            self.at = at + count
            return self.buffer[at : at + count]
        return self._refilled(count)

    def _refilled(self, count: int) -> bytes:
        position = self.position
        if position + count > self.end:
            raise EndOfDataError
        self.base, self.buffer, self.at = position, self.reader.read(position, max(count, self.chunk)), 0
        if len(self.buffer) < count:
            raise EndOfDataError
        self.at = count
        return self.buffer[:count]

    def peek(self, count: int) -> bytes:
        """The next bytes without moving; fewer at the end."""
        if self.at + count > len(self.buffer) and self.base + len(self.buffer) < self.end:
            self.base, self.buffer, self.at = self.position, self.reader.read(self.position, max(count, self.chunk)), 0
        return self.buffer[self.at : self.at + count]

    def glimpse(self, count: int) -> bytes:
        """The next bytes, without moving, and without reading more than these."""
        here = self.buffer[self.at : self.at + count]
        return here if len(here) == count else self.reader.read(self.position, count)

    def skip(self, count: int) -> None:
        """Move on without reading. Raises EndOfDataError where there are fewer bytes."""
        if count < 0 or self.position + count > self.end:
            raise EndOfDataError
        self.move(self.position + count)

    def move(self, position: int) -> None:
        """Go on somewhere else in the file."""
        if self.base <= position <= self.base + len(self.buffer):
            self.at = position - self.base
        else:
            self.base, self.buffer, self.at = position, b"", 0

    def line(self) -> int:
        """How many bytes stand before the next newline, which are then to be taken or skipped with `end_line` after them.

        At the end of the file the last byte is taken for the newline, as Python's unpickler does. Raises SpentError where
        none comes within LONGEST_LINE bytes.
        """
        found = self.buffer.find(b"\n", self.at)
        if found >= 0:
            return found - self.at
        position, at = self.position, self.base + len(self.buffer)
        while at < self.end:
            held = self.reader.read(at, self.chunk)
            found = held.find(b"\n")
            if found >= 0:
                return at + found - position
            if not held or at - position > LONGEST_LINE:
                raise SpentError
            at += len(held)
        return max(0, self.end - position - 1)

    def take_line(self) -> bytes:
        """The next line without its end. Raises SpentError where it is too long."""
        found = self.buffer.find(b"\n", self.at, self.ready())
        if found < 0:
            raw = self.take(self.line())
            self.end_line()
            return raw
        raw, self.at = self.buffer[self.at : found], found + 1
        return raw

    def end_line(self) -> None:
        """Step over the newline; at the end of the file there may be none."""
        self.skip(min(1, self.end - self.position))

    # What only a reader that minds frames does something about

    def skip_bytes(self, count: int) -> None:
        """Skip what an unpickler reads into an object of its own, past the end of a frame."""
        self.skip(count)

    def take_bytes(self, count: int) -> bytes:
        """Take what an unpickler reads into an object of its own, past the end of a frame."""
        return self.take(count)

    def enter(self, length: int) -> None:
        """A pickle frame of so many bytes begins."""

    def leave(self) -> None:
        """A pickle ends."""
