"""Packed data as a file of its own: unpacked only as far as it is read, in bounded memory, and never beyond the budget."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, Protocol

from cardlint.weights.named import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

    from cardlint.weights.budget import Budget
    from cardlint.weights.reading import Reader

_IN, _OUT = 65_536, 262_144  # bytes a step takes and gives at the most
_KEPT, _AFTER = 32_000_000, 8_000_000  # bytes held, and how many of them remain when that is too much
_STREAM = 4096  # bytes that the beginning of a stream costs, so that a million empty ones are not free
_LONGEST_MAGIC = 16


class Packing(Protocol):
    """A decompressor as the standard library has them."""

    @property
    def eof(self) -> bool:
        """Whether the stream has ended."""

    @property
    def needs_input(self) -> bool:
        """Whether it can give nothing more without further input."""

    @property
    def unused_data(self) -> bytes:
        """What followed the end of the stream."""

    def decompress(self, data: bytes, max_length: int) -> bytes:
        """Some of what the data unpacks to, at most so many bytes."""


class Deflate:
    """zlib's decompressor in the shape of the others."""

    def __init__(self, bits: int) -> None:
        """`bits` as zlib has them: -15 raw, 15 with zlib's header, 31 with gzip's."""
        self._inner, self._rest, self._full = zlib.decompressobj(bits), b"", False

    @property
    def eof(self) -> bool:
        """Whether the stream has ended."""
        return self._inner.eof

    @property
    def needs_input(self) -> bool:
        """Whether it can give nothing more without further input."""
        return not self._rest and not self._full

    @property
    def unused_data(self) -> bytes:
        """What followed the end of the stream."""
        return self._inner.unused_data

    def decompress(self, data: bytes, max_length: int) -> bytes:
        """Some of what the data unpacks to."""
        made = self._inner.decompress(self._rest + data, max_length)
        self._rest, self._full = self._inner.unconsumed_tail, len(made) == max_length
        return made


class Codec(NamedTuple):
    """How something is packed.

    `joined` are the beginnings of further streams that belong to it; `padded`: zeros may follow. `cost` is how much more a
    byte counts where unpacking is slow, `error` what the decompressor raises on damaged data.
    """

    name: str
    make: Callable[[], Packing]
    joined: tuple[bytes, ...] = ()
    padded: bool = False
    cost: int = 1
    error: type[Exception] = zlib.error


INFLATE = Codec("deflate", lambda: Deflate(-15))


class Unpacked:
    """The content of packed data.

    `ended` says that all of it was unpacked once. When its size was asked for, `crc` is the CRC-32 of all of it, `trailing`
    the number of bytes that follow and belong to nothing, and `broken` says why it ends early. Reading raises SpentError
    beyond the budget.
    """

    near = True

    def __init__(self, packed: Reader, codec: Codec, budget: Budget) -> None:
        """Nothing is read yet."""
        self._packed, self._codec, self._budget = packed, codec, budget
        self._size: int | None = None
        self.broken: str | None = None
        self.crc = self.trailing = 0
        self._start()

    def _start(self) -> None:
        self._machine: Packing | None = None
        self._at, self._base, self._rest, self._window = 0, 0, b"", bytearray()
        self._sum, self.ended = 0, False

    @property
    def size(self) -> int:
        """Bytes in all; the first time, all is unpacked for that."""
        if self._size is None:
            while not self.ended:
                self._step()
                self._trim(self._base + len(self._window))
            self._size, self.crc = self._base + len(self._window), self._sum
        return self._size

    def read(self, start: int, size: int) -> bytes:
        """A range, unpacking all that stands before it."""
        if start < self._base:
            self._start()
        while self._base + len(self._window) < start + size and not self.ended:
            self._step()
            self._trim(start)
        at = max(0, start - self._base)
        return bytes(self._window[at : at + size])

    def _trim(self, needed: int) -> None:
        """Forget what stands far before a position."""
        if len(self._window) > _KEPT and (spare := min(len(self._window) - _AFTER, needed - self._base)) > 0:
            del self._window[:spare]
            self._base += spare

    def _step(self) -> None:
        if self._machine is None:
            self._machine = self._codec.make()
        if self._machine.eof:
            self._another(self._machine.unused_data or b"")  # lz4 has None where nothing follows
            return
        data = b""
        if self._machine.needs_input:
            data = self._taken()
            if not data:
                self._end("ends before it should")
                return
        try:
            made = self._machine.decompress(data, _OUT)
        except (self._codec.error, EOFError) as error:
            self._end(f"is damaged: {error}")
            return
        self._budget.unpack(len(made) * self._codec.cost)
        self._sum = zlib.crc32(made, self._sum)
        self._window += made

    def _taken(self) -> bytes:
        if self._rest:
            data, self._rest = self._rest, b""
        else:
            data = self._packed.read(self._at, _IN)
            self._at += len(data)
        return data

    def _another(self, rest: bytes) -> None:
        """A stream has ended, and something may follow: go on with the next, or say how much belongs to nothing."""
        while self._codec.padded and not rest.strip(b"\0") and (more := self._packed.read(self._at, _IN)):
            self._at, rest = self._at + len(more), more
        if self._codec.padded:
            rest = rest.lstrip(b"\0")
        if len(rest) < _LONGEST_MAGIC:
            more = self._packed.read(self._at, _IN)
            self._at, rest = self._at + len(more), rest + more
        if rest and rest.startswith(self._codec.joined):
            self._budget.unpack(_STREAM)
            self._machine, self._rest = self._codec.make(), rest
            return
        self.trailing = len(rest) + self._packed.size - self._at
        self.ended = True

    def _end(self, why: str) -> None:
        self.ended, self.broken = True, f"the packed data {why}"
