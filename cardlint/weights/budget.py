"""How much may be done for one file, and the ways a walk ends early."""

from __future__ import annotations

AHEAD = 16_384  # bytes that a far file is asked for at least: a request costs more, and headers and directories mostly fit
_FREE = 64_000_000  # bytes anything may unpack to
_RATIO = 50  # bytes more for each packed one; weights rarely pack better than ten to one
_MOST = 2_000_000_000


class BrokenError(Exception):
    """The program cannot go on: what the unpickler would raise there."""


class SpentError(Exception):
    """The budget is used up."""


class Budget:
    """How much may be done for one file, over all that is nested in it."""

    def __init__(
        self, operations: int = 2_000_000, memo: int = 1_000_000, depth: int = 8, *, members: int = 25_000, fetched: int = 64_000_000
    ) -> None:
        """How much of each there is, over all that lies in one file.

        `operations` are opcodes, most of which count twice, and calls ten times; `memo` entries of the memo and values on the
        stack; `depth` containers within each other.
        `members` are those of all archives together, `fetched` the bytes that may come over a network.
        """
        self.operations, self.memo, self.depth, self.members, self.fetched = operations, memo, depth, members, fetched
        self.unpacked = _FREE

    def spend(self, operations: int) -> None:
        """Raise SpentError where that is too much."""
        self.operations -= operations
        if self.operations < 0:
            raise SpentError

    def begin(self, size: int) -> None:
        """A file of so many bytes is begun: what it may unpack to, over all that is nested in it, grows with them."""
        self.unpacked = min(_MOST, _FREE + _RATIO * size)

    def unpack(self, produced: int) -> None:
        """So many bytes come out of a decompressor. Raises SpentError where that is too much."""
        self.unpacked -= produced
        if self.unpacked < 0:
            raise SpentError

    def admit(self, members: int = 1) -> None:
        """So many members of an archive are looked at. Raises SpentError where that is too much."""
        self.members -= members
        if self.members < 0:
            raise SpentError

    def fetch(self, size: int) -> None:
        """So many bytes are asked for over a network. Raises SpentError where that is too much."""
        self.fetched -= size
        if self.fetched < 0:
            raise SpentError
