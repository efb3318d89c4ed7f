"""Files as ranges of bytes: on disk, in memory or far away, the same code reads them, and no more than it needs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from cardlint.weights.budget import AHEAD, SpentError
from cardlint.weights.named import NamedTuple

if TYPE_CHECKING:
    from cardlint.weights.budget import Budget

CHUNK = 65_536
LONGEST_LINE = 64_000_000
_KEPT_BLOCKS = 64


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


class Span(NamedTuple):
    """A range of another file as a file of its own, whose length is taken as it is said: the other may not know its own."""

    whole: Reader
    start: int
    size: int

    @property
    def near(self) -> bool:
        """As the file it is part of."""
        return self.whole.near

    def read(self, start: int, size: int) -> bytes:
        """A range of the span; fewer bytes also where the whole ends."""
        return self.whole.read(self.start + start, max(0, min(size, self.size - start)))


class Cached:
    """A far file: every request asks for a little more than was wanted, and what came is kept.

    So the beginning and the end of a file are one request each, however many small reads they are looked at in.
    """

    near = False

    def __init__(self, far: Reader, budget: Budget) -> None:
        """Reading raises SpentError beyond what the budget lets be fetched."""
        self.far, self.size, self._budget = far, far.size, budget
        self._blocks: list[tuple[int, bytes]] = []  # where each begins; the latest is the last

    def read(self, start: int, size: int) -> bytes:
        """A range, of which only what is not here is asked for."""
        end, parts = min(start + size, self.size), []
        while start < end:
            part = self._held(start, end) or self._fetched(start, end)
            if not part:
                break
            parts.append(part)
            start += len(part)
        return parts[0] if len(parts) == 1 else b"".join(parts)

    def _held(self, start: int, end: int) -> bytes:
        for begin, block in reversed(self._blocks):
            if begin <= start < begin + len(block):
                return block[start - begin : end - begin]
        return b""

    def _fetched(self, start: int, end: int) -> bytes:
        """Ask for the range and what follows it, at the end of the file for what precedes it, up to what is here already."""
        stop = min([max(end, start + AHEAD), self.size, *(begin for begin, _ in self._blocks if begin > start)])
        begin = start
        if stop == self.size and stop - start < AHEAD:
            begin = max([0, stop - AHEAD, *(at + len(block) for at, block in self._blocks if at + len(block) <= start)])
        self._budget.fetch(stop - begin)
        block = self.far.read(begin, stop - begin)
        self._blocks = [*self._blocks[1 - _KEPT_BLOCKS :], (begin, block)]
        return block[start - begin : end - begin]


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

    def here(self) -> bytes:
        """The next bytes as far as they have been read already, without moving."""
        return self.buffer[self.at : self.ready()]

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
