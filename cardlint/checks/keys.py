"""Keys that have to be there, or should not be."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cardlint.nearness import fold, one_edit_apart
from cardlint.nodes import Scalar, Sequence
from cardlint.problem import Problem
from cardlint.text import Span

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cardlint.nodes import Mapping, Node


def first_line(metadata: Mapping) -> Span:
    """Where a problem about an absent key is shown: the first key of the frontmatter. A listing of the Hub may have none."""
    first = metadata.entries[0].key if metadata.entries else metadata
    return Span(first.path, first.start, first.end)


def absent(metadata: Mapping, key: str) -> Span | None:
    """Where to report a key that is not there or says nothing (null, blank text, an empty list); None where it says something."""
    entry = metadata.entry(key)
    if entry is None:
        return first_line(metadata)
    return Span(entry.key.path, entry.key.start, entry.key.end) if says_nothing(entry.value) else None


def says_nothing(value: Node) -> bool:
    """Whether a value is null, blank text, or a list of nothing else."""
    if isinstance(value, Sequence):
        return all(_is_blank(item) for item in value.items)
    return _is_blank(value)


def _is_blank(value: Node) -> bool:
    return isinstance(value, Scalar) and (value.value is None or not value.raw.strip())


def present(metadata: Mapping, *, key: str, message: str) -> Iterator[Problem]:
    """A key that is absent or says nothing. `message` says what follows from its absence; a misspelt key is named."""
    if place := absent(metadata, key):
        near = [entry for entry in metadata.effective() if one_edit_apart(fold(entry.name), fold(key))]
        hint = f"; `{near[0].name}` is not read" if near else ""
        yield Problem(message + hint, near[0].key.span if near else place, subject=key)


def required(metadata: Mapping, *, keys: list[str]) -> Iterator[Problem]:
    """Each of the keys a policy asks for that is absent or says nothing."""
    for key in keys:
        yield from present(metadata, key=key, message=f"there is no `{key}`, which the policy asks for")
