"""The net under fixes: what an edit does not touch has to mean afterwards what it meant before.

A check says what it changes by the spans of its edits. Every key and value of the frontmatter outside of them has to be
there afterwards, at the place it moved to, with the same value, below the same keys. What breaks this is our defect.
"""

from __future__ import annotations

from bisect import bisect_left
from itertools import accumulate
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from cardlint.errors import Obstacle
from cardlint.nodes import Mapping, Scalar, Sequence

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from cardlint.nodes import Node
    from cardlint.problem import Edit
    from cardlint.repository import Repository

# One step from the root: where the key stands (None: it is touched), or -1 for an item of a list.
_Chain: TypeAlias = "tuple[_Chain | None, int | None]"
_Leaf: TypeAlias = "tuple[int, str, _Chain | None]"


class _Range(NamedTuple):
    """Where an edit stands, before or after it was made; `grows` says that it only inserts."""

    start: int
    end: int
    grows: bool


class Spoilt(NamedTuple):
    """What an edit would change besides what it touches, as the end of a sentence, and whether that is our defect."""

    why: str
    ours: bool = True


def spoilt(before: Repository, after: Repository, edits: Iterable[Edit]) -> Spoilt | None:
    """What edits would change besides what they touch; None where they change nothing else."""
    old, new = _metadata(before), _metadata(after)
    if not before.identity.told and _kind(after) != before.kind:
        return Spoilt(f"would make it a {_kind(after)} for whoever has to guess the kind; give --kind", ours=False)
    if old is None:
        return None
    if new is None:
        return Spoilt("would make the frontmatter unreadable")
    own = sorted((edit for edit in edits if edit.span.path == before.card_path), key=lambda edit: edit.span)
    moves = _Moves(own)
    content, changed = (repository.texts[before.card_path].content for repository in (before, after))
    same = set(_leaves(old, content, moves.before, moves)) == set(_leaves(new, changed, moves.after, None))
    return None if same else Spoilt("would change other metadata too")


def _metadata(repository: Repository) -> Mapping | None:
    try:
        metadata: Mapping = repository.fact("frontmatter")
    except Obstacle:
        return None
    return metadata


def _kind(repository: Repository) -> str:
    from cardlint.kind import from_content

    return from_content(repository)


class _Moves:
    """Where edits move what stands behind them."""

    def __init__(self, edits: list[Edit]) -> None:
        self.before = [_Range(edit.span.start, edit.span.end, edit.span.start == edit.span.end) for edit in edits]
        self._ends = [edit.span.end for edit in edits]
        self._shifts = [0, *accumulate(len(edit.text) - (edit.span.end - edit.span.start) for edit in edits)]
        starts = [edit.span.start + shift for edit, shift in zip(edits, self._shifts, strict=False)]
        pairs = zip(edits, starts, self.before, strict=True)
        self.after = [_Range(start, start + len(edit.text), old.grows) for edit, start, old in pairs]

    def to(self, offset: int) -> int:
        """Where an offset that no edit touches lies afterwards."""
        passed = bisect_left(self._ends, offset + 1)
        return offset + self._shifts[passed]


def _touched(start: int, end: int, ranges: list[_Range]) -> bool:
    """Whether an edit touches what stands at `start:end`; an insertion touches what it stands next to."""
    at = bisect_left(ranges, (start, -1, False))
    for index in range(max(at - 1, 0), len(ranges)):
        item = ranges[index]
        if item.start > end:
            return False
        beside = item.grows or start == end
        if (item.start < end and start < item.end) or (beside and item.start <= end and start <= item.end):
            return True
    return False


def _leaves(root: Mapping, content: str, ranges: list[_Range], moves: _Moves | None) -> Iterator[_Leaf]:
    """Every key, scalar and empty collection that no edit touches: where it begins, what it is, and the keys above it.

    With `moves` places are those afterwards. Line ends at the end of a value do not count: of the last value in a block
    the closing fence takes one, and blank lines may be followed by others.
    """
    stack: list[tuple[Node, _Chain | None]] = [(root, None)]
    while stack:
        node, chain = stack.pop()
        if isinstance(node, Sequence):
            stack.extend((item, (chain, -1)) for item in node.items)
        elif isinstance(node, Mapping):
            for entry in node.entries:
                place = None if _touched(entry.key.start, entry.key.end, ranges) else _at(entry.key.start, moves)
                stack += [(entry.key, (chain, -2)), (entry.value, (chain, place))]
        what = _what(node)
        if what is not None and not _touched(node.start, node.start + len(content[node.start : node.end].rstrip()), ranges):
            yield _at(node.start, moves), what, chain


def _at(offset: int, moves: _Moves | None) -> int:
    return offset if moves is None else moves.to(offset)


def _what(node: Node) -> str | None:
    """A leaf as text; None for what has parts."""
    if isinstance(node, Scalar):
        return f"{node.plain and type(node.value).__name__}:{node.raw.rstrip()}"
    return None if (node.items if isinstance(node, Sequence) else node.entries) else type(node).__name__
