"""Pickle frames as the C unpickler reads them from a file: otherwise than what stands there, where an opcode crosses their end.

CPython, Modules/_pickle.c, `_Unpickler_ReadFromFile`, `_Unpickler_ReadInto`, `_Unpickler_Readline` and `load_frame`; held
against the real one in tests/weights/test_framing.py. `pickletools`, and the unpickler that is given bytes, read straight on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cardlint.weights.reading import EndOfDataError, Stream

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cardlint.weights.reading import Reader

_PREFETCH = 131_072  # bytes the unpickler asks a file to show it
# What the files unpicklers are given can show of what comes next: nothing (io.BytesIO, an unbuffered file), or what is left
# of a buffer of so many bytes (io.DEFAULT_BUFFER_SIZE, since Python 3.14 the larger one).
BUFFERS = (0, 8_192, 131_072)


class FramedStream(Stream):
    """A stream that forgets what the C unpickler forgets.

    It reads as much as it needs, or is shown more by a file that can (`buffer_size`); a frame it reads whole. What is left
    of that when an opcode needs more is dropped, unless it was only shown.
    """

    def __init__(self, reader: Reader, position: int = 0, buffer_size: int = 0, *, lenient: bool = False) -> None:
        """Begin at a position. `lenient` takes a frame that is longer than what is left for as long as there is."""
        super().__init__(reader, position)
        self.held = position  # up to where the unpickler has bytes
        self.shown = False  # whether it was only shown them
        self.buffer_size, self.lenient = buffer_size, lenient

    def ready(self) -> int:
        """Where in the buffer the bytes end that the unpickler has as well."""
        return min(len(self.buffer), self.held - self.base)

    def take(self, count: int) -> bytes:
        """The next bytes, if the unpickler has them; else those at which the file stands."""
        self._need(count)
        return super().take(count)

    def skip(self, count: int) -> None:
        """Move on by so many bytes, or to those at which the file stands and by so many of them."""
        self._need(count)
        super().skip(count)

    def take_bytes(self, count: int) -> bytes:
        """The next bytes, whatever frame they are in."""
        self._read_through(count)
        return super().take(count)

    def skip_bytes(self, count: int) -> None:
        """Move on by so many bytes, whatever frame they are in."""
        self._read_through(count)
        super().skip(count)

    def line(self) -> int:
        """The length of the line, which is one the unpickler has, or one at which the file stands."""
        length = super().line()
        if self.position + length >= self.held:
            self._drop()
            length = super().line()
            self.held, self.shown = min(self.end, self.position + length + 1), False
        return length

    def enter(self, length: int) -> None:
        """A frame of so many bytes is read, unless the unpickler has them already."""
        if self.lenient and self.position + length > self.held:
            self._drop()
            length = min(length, self.end - self.position)
        self._need(length)

    def leave(self) -> None:
        """The file stands behind all that was read, though not behind what was only shown."""
        self._drop()

    def _need(self, count: int) -> None:
        if self.position + count <= self.held:
            return
        self._drop()
        position = self.position
        if position + count > self.end:
            raise EndOfDataError
        left = self.buffer_size and self.buffer_size - position % self.buffer_size
        self.shown = count <= left and count < _PREFETCH
        self.held = min(self.end, position + left) if self.shown else position + count

    def _read_through(self, count: int) -> None:
        if self.position + count > self.held:
            self.held, self.shown = self.position + count, False

    def _drop(self) -> None:
        if not self.shown:
            self.move(self.held)


def readings(reader: Reader, position: int = 0) -> Iterator[FramedStream]:
    """The ways in which unpicklers read a file: the C one by its buffers, and the one in Python (Lib/pickle.py, `_Unframer`)."""
    for size in BUFFERS:
        yield FramedStream(reader, position, size)
    yield FramedStream(reader, position, lenient=True)
