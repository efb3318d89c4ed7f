"""What is wrong with the header of a file of tensors: fatally, or only by the letter of the specification."""

from __future__ import annotations

from typing import NamedTuple

from cardlint.weights.verdict import Concern, Evidence

MOST_SHOWN = 20


class WrongHeaderError(Exception):
    """A header that no careful reader accepts: why, at which byte of the file, of what, and the advisory that is behind it."""

    def __init__(self, reason: str, offset: int, about: str = "header", reference: str | None = None) -> None:
        super().__init__(f"byte {offset}: {reason}")
        self.reason, self.offset, self.about, self.reference = reason, offset, about, reference

    def evidence(self, concern: Concern) -> Evidence:
        """The same as evidence that blocks."""
        return Evidence("block", concern, self.about, self.reason, offset=self.offset, reference=self.reference)


class Oddity(NamedTuple):
    """Something that common readers accept and the specification does not, or that not all readers take alike."""

    reason: str
    offset: int
    about: str = "header"

    def evidence(self, concern: Concern) -> Evidence:
        """The same as evidence that asks for a look."""
        return Evidence("review", concern, self.about, self.reason, offset=self.offset)
