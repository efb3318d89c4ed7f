"""Pickle frames as the C unpickler reads them from a file: what is left of a frame is dropped when an opcode needs more.

CPython, Modules/_pickle.c, `_Unpickler_ReadFromFile`: a frame is read into the buffer whole; a read that goes past its end
begins at the byte after the frame. `pickletools` and the unpickler that is given bytes read straight on.
"""

from __future__ import annotations

from cardlint.weights.reading import EndOfDataError, Stream


class FramedStream(Stream):
    """A stream whose reads do not cross the end of a frame."""

    frame_end: int | None = None

    def take(self, count: int) -> bytes:
        """The next bytes, of this frame or from its end on."""
        self._keep_to_frame(count)
        return super().take(count)

    def skip(self, count: int) -> None:
        """Move on by so many bytes of this frame, or from its end on."""
        self._keep_to_frame(count)
        super().skip(count)

    def line(self) -> bytes:
        """The next line, of this frame or from its end on."""
        if self.frame_end is not None and self.position < self.frame_end:
            start = self.position
            rest = self.reader.read(start, self.frame_end - start)
            if b"\n" not in rest:
                self._move(self.frame_end)
        return super().line()

    def enter(self, length: int) -> None:
        """A frame of so many bytes begins; what is left of another is dropped."""
        if self.frame_end is not None and self.position < self.frame_end < self.position + length:
            self._move(self.frame_end)
        if self.position + length > self.end:
            raise EndOfDataError
        self.frame_end = self.position + length

    def _keep_to_frame(self, count: int) -> None:
        if self.frame_end is None:
            return
        if self.position >= self.frame_end:
            self.frame_end = None
        elif self.position + count > self.frame_end:
            self._move(self.frame_end)
            self.frame_end = None

    def _move(self, position: int) -> None:
        super().skip(position - self.position)
