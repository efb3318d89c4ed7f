"""Keys that have to be there, or should not be."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cardlint.problem import Problem
from cardlint.text import Span

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cardlint.nodes import Mapping


def first_line(metadata: Mapping) -> Span:
    """Where a problem about an absent key is shown: the first key of the frontmatter."""
    key = metadata.entries[0].key
    return Span(key.path, key.start, key.end)


def present(metadata: Mapping, *, key: str, message: str) -> Iterator[Problem]:
    """A key that is absent or null. `message` says what follows from its absence."""
    if metadata.get(key) is None:
        entry = metadata.entry(key)
        yield Problem(message, entry.key.span if entry else first_line(metadata), subject=key)
