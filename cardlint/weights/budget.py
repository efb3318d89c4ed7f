"""How much may be done for one file, and the ways a walk ends early."""

from __future__ import annotations


class BrokenError(Exception):
    """The program cannot go on: what the unpickler would raise there."""


class SpentError(Exception):
    """The budget is used up."""


class Budget:
    """How much may be done for one file, over all that is nested in it."""

    def __init__(self, operations: int = 3_000_000, memo: int = 500_000, depth: int = 8) -> None:
        """`operations` are opcodes, most of which count twice; `memo` memo entries and stacked values; `depth` containers in containers."""
        self.operations, self.memo, self.depth = operations, memo, depth

    def spend(self, operations: int) -> None:
        """Raise SpentError where that is too much."""
        self.operations -= operations
        if self.operations < 0:
            raise SpentError
