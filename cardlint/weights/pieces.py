"""A file read here and there: in pieces that are kept for a while, since what belongs together lies close together."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cardlint.weights.budget import Budget
    from cardlint.weights.reading import Reader

_PIECE, _KEPT = 16_384, 256  # bytes of a piece, and how many are kept
_PAID_AT_ONCE = 1024  # bytes for an operation, where more is asked for than usual


class Pieces:
    """Any range of a file, for what it costs."""

    def __init__(self, reader: Reader, budget: Budget) -> None:
        self.reader, self.budget, self.size = reader, budget, reader.size
        self._held: OrderedDict[int, bytes] = OrderedDict()

    def read(self, start: int, size: int) -> bytes:
        """The bytes; fewer only where the file ends. Raises SpentError."""
        self.budget.spend(size // _PAID_AT_ONCE)
        first, last = start // _PIECE, (start + max(size, 1) - 1) // _PIECE
        held = self._piece(first) if first == last else b"".join(self._piece(index) for index in range(first, last + 1))
        return held[start - first * _PIECE :][:size]

    def _piece(self, index: int) -> bytes:
        if index in self._held:
            self._held.move_to_end(index)
            return self._held[index]
        self.budget.spend(1)
        found = self._held[index] = self.reader.read(index * _PIECE, _PIECE)
        if len(self._held) > _KEPT:
            self._held.popitem(last=False)
        return found
