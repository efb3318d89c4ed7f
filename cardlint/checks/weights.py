"""What the bytes of a repository's files could do when they are loaded, and whether they are what they say they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cardlint.errors import Unreadable
from cardlint.problem import Problem

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cardlint.weighing import Weighed
    from cardlint.weights.verdict import Evidence

_SHOWN = 3


def blocked(weights: Sequence[Weighed], *, concerns: tuple[str, ...]) -> Iterator[Problem]:
    """Files that are known to be dangerous, or are built to deceive."""
    for file in weights:
        if found := file.evidence("block", *concerns):
            yield Problem(_said(found), subject=file.path, path=file.path)
    _complete(weights)


def unvetted(weights: Sequence[Weighed], *, concerns: tuple[str, ...], vetted: dict[str, list[str]] | None = None) -> Iterator[Problem]:
    """Files of which something is not vetted, not understood, or not read."""
    for file in weights:
        found = file.evidence("review", *concerns)
        if found and vetted:
            allowed = vetted.get(file.reader.sha256(), [])
            found = [item for item in found if item.about not in allowed]
        if found:
            yield Problem(_said(found), subject=file.path, path=file.path)
    _complete(weights)


def _complete(weights: Sequence[Weighed]) -> None:
    """Raise Unreadable where a file could not be read: not examined is not clean."""
    for file in weights:
        if file.unread is not None:
            raise Unreadable(file.unread)


def _said(evidence: list[Evidence]) -> str:
    """The first pieces of evidence in one message, and how many there are more."""
    parts = [_piece(item) for item in evidence[:_SHOWN]]
    more = len(evidence) - len(parts)
    return "; ".join(parts) + (f"; and {more} more" if more else "")


def _piece(item: Evidence) -> str:
    place = ", ".join(part for part in (item.member, "" if item.offset is None else f"byte {item.offset:,}") if part)
    reference = f" [{item.reference}]" if item.reference else ""
    return f"{f'{place}: ' if place else ''}{item.message}{reference}"
