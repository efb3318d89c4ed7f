"""A deflated member as a file of its own, inflated only as far as it is read, and never beyond what may be spent."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

from cardlint.weights.budget import SpentError

if TYPE_CHECKING:
    from cardlint.weights.reading import Reader

_STEP = 65_536


class Inflated:
    """The content of a deflated member. Reading raises SpentError beyond the budget, and WrongDataError where it is damaged."""

    near = True

    def __init__(self, packed: Reader, size: int, most: int) -> None:
        """`size` is what the directory says; `most` bytes are inflated at the most."""
        self._packed, self._most, self._at = packed, most, 0
        self._inflate = zlib.decompressobj(-15)
        self._held = bytearray()
        self.size = size

    def read(self, start: int, size: int) -> bytes:
        """A range, inflating all that stands before it."""
        end = min(start + size, self.size)
        if end > self._most:
            raise SpentError
        while len(self._held) < end and self._at < self._packed.size and not self._inflate.eof:
            chunk = self._packed.read(self._at, _STEP)
            self._at += len(chunk)
            try:
                self._held += self._inflate.decompress(chunk, self._most - len(self._held) + 1)
                while self._inflate.unconsumed_tail and len(self._held) < end:
                    self._held += self._inflate.decompress(self._inflate.unconsumed_tail, _STEP)
            except zlib.error as error:
                raise WrongDataError(f"the packed data is damaged: {error}") from error
            if len(self._held) > self._most:
                raise SpentError
        return bytes(self._held[start:end])


class WrongDataError(Exception):
    """Packed data that cannot be unpacked."""
