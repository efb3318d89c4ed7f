"""The net under fixes: what an edit does not touch has to mean afterwards what it meant before.

A check says what it changes by the spans of its edits. Every key and value of the frontmatter outside of them has to be
there afterwards, at the place it moved to, with the same value, below the same keys. What breaks this is our defect.
"""

from __future__ import annotations

from bisect import bisect_left
from itertools import accumulate
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from cardlint.errors import Obstacle
from cardlint.nodes import Mapping, Scalar, Sequence, parts
from cardlint.yamlreader import alias_places

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from cardlint.nodes import Node
    from cardlint.problem import Edit
    from cardlint.repository import Repository

# Steps from the root, each as where the key stands (None: it is touched), or _ITEM, _KEY; numbered as they are met, for
# chains of aliases make them many.
_Steps: TypeAlias = "dict[tuple[int, int | None], int]"
_ITEM, _KEY = -1, -2
_Leaf: TypeAlias = tuple[int, str, int]


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
    steps: _Steps = {}
    same = set(_leaves(before, old, moves.before, moves, steps)) == set(_leaves(after, new, moves.after, None, steps))
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


def _leaves(repository: Repository, root: Mapping, ranges: list[_Range], moves: _Moves | None, steps: _Steps) -> Iterator[_Leaf]:
    """Every key, scalar and empty collection that no edit touches: where it begins, what it is, and the keys above it.

    With `moves` places are those afterwards. Line ends at the end of a value do not count: of the last value in a block
    the closing fence takes one, and blank lines may be followed by others. What an alias repeats stands where the alias
    does: an edit of the anchor's place does not touch it, and has to leave it as it is.
    """
    content, aliases = repository.texts[repository.card_path].content, _aliases(repository)
    stack: list[tuple[Node, int]] = [(root, 0)]
    seen: set[int] = set()
    while stack:
        node, chain = stack.pop()
        if id(node) in seen:
            start, end = next(aliases)
            if not _touched(start, end, ranges):
                yield from _repeated(node, _at(start, moves), chain, steps)
            continue
        seen.add(id(node))
        below: list[tuple[Node, int]] = []
        if isinstance(node, Sequence):
            below = [(item, _step(steps, chain, _ITEM)) for item in node.items]
        elif isinstance(node, Mapping):
            for entry in node.entries:
                place = None if _touched(entry.key.start, entry.key.end, ranges) else _at(entry.key.start, moves)
                below += [(entry.key, _step(steps, chain, _KEY)), (entry.value, _step(steps, chain, place))]
        stack.extend(reversed(below))
        what = _what(node)
        if what is not None and not _touched(node.start, node.start + len(content[node.start : node.end].rstrip()), ranges):
            yield _at(node.start, moves), what, chain


def _repeated(root: Node, place: int, chain: int, steps: _Steps) -> Iterator[_Leaf]:
    """What an alias at `place` stands for; its parts have no other place, so they are told apart by their number."""
    stack = [(root, chain)]
    while stack:
        node, chain = stack.pop()
        what = _what(node)
        if what is not None:
            yield place, what, chain
        stack.extend((part, _step(steps, chain, number)) for number, part in enumerate(parts(node)))


def _step(steps: _Steps, chain: int, place: int | None) -> int:
    return steps.setdefault((chain, place), len(steps) + 1)


def _aliases(repository: Repository) -> Iterator[tuple[int, int]]:
    """Where the aliases of a card whose frontmatter can be read stand, in their order."""
    block = repository.fact("card").block
    return alias_places(repository.fact("text").content[block.start : block.end], block.start)


def _at(offset: int, moves: _Moves | None) -> int:
    return offset if moves is None else moves.to(offset)


def _what(node: Node) -> str | None:
    """A leaf as text; None for what has parts."""
    if isinstance(node, Scalar):
        return f"{node.plain and type(node.value).__name__}:{node.raw.rstrip()}"
    return None if (node.items if isinstance(node, Sequence) else node.entries) else type(node).__name__
