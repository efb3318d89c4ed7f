"""Shape and keys of the metadata: repeated, unknown, deprecated and misplaced keys, values of the wrong shape."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any

from cardlint.checks.keys import says_nothing
from cardlint.nearness import fold
from cardlint.nodes import Entry, Mapping, Scalar, Sequence, assert_written, data, is_null, join, kind_of
from cardlint.problem import Cure, Problem, Related, Remove, SetValue
from cardlint.text import Span
from cardlint.vocabulary import load_vocabulary
from cardlint.weights.patterns import lazily

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from cardlint.nodes import Data, Node
    from cardlint.problem import Applicability
    from cardlint.repository import Identity, Kind
    from cardlint.schema import Mismatch
    from cardlint.vocabulary import Former

_SHOWN = 60
_INDEX = lazily(r"\[\d+\]")


def holders(root: Node, *, losing: bool = False) -> Iterator[tuple[str, Mapping | Sequence]]:
    """Every mapping and list with its name, shared ones once; with `losing` also those under keys repeated later."""
    stack: list[tuple[str, Mapping | Sequence]] = [] if isinstance(root, Scalar) else [("", root)]
    seen: set[int] = set()
    while stack:
        subject, node = stack.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        yield subject, node
        # Most nodes are scalars: cards with ten thousand of them are common, and every name is made of its parents'.
        if isinstance(node, Sequence):
            below = [(join(subject, index), item) for index, item in enumerate(node.items) if not isinstance(item, Scalar)]
        else:
            entries: Iterable[Entry] = node.entries if losing else node.effective()
            below = [(join(subject, entry.name), entry.value) for entry in entries if not isinstance(entry.value, Scalar)]
        stack.extend(reversed(below))


def duplicates(metadata: Mapping) -> Iterator[Problem]:
    """Every repetition of a key, with the place where the key stood first."""
    assert_written(metadata)
    for subject, holder in holders(metadata, losing=True):
        first: dict[str, Entry] = {}
        last: dict[str, Entry] = {}
        for entry in holder.entries if isinstance(holder, Mapping) else ():
            known = first.setdefault(entry.name, entry)
            before, last[entry.name] = last.get(entry.name), entry
            if before is not None:
                readers = "the Hub and `datasets` refuse that, PyYAML and `huggingface_hub` keep the last"
                message = f'"{_cut(entry.name)}" is repeated; {readers}'
                related = (Related("first written here", known.key.span),)
                yield Problem(message, entry.key.span, join(subject, entry.name), related, _one_kept(before, entry))


def _one_kept(before: Entry, entry: Entry) -> Cure:
    """One of two entries of a key goes: the first, unless it alone says something."""
    if _is_empty(entry.value) and not _is_empty(before.value):
        return Cure("unsafe", "keep the one with a value", (Remove(_whole(entry)),))
    return Cure("unsafe", "keep the last, as PyYAML does", (Remove(_whole(before)),))


def _is_empty(value: Node) -> bool:
    return says_nothing(value) or (isinstance(value, Mapping) and not value.entries)


def _whole(entry: Entry) -> Span:
    """A key with its value."""
    return Span(entry.key.path, entry.key.start, max(entry.value.end, entry.key.end))


def schema(metadata: Mapping, identity: Identity, *, leave: dict[str, list[str]]) -> Iterator[Problem]:
    """Values of the wrong shape.

    `leave` names the rules that judge parts of the schema themselves, each with the kinds of value it judges
    (`text`, `number`, …); none named means all.
    """
    from cardlint.schema import LONGEST_LIST, mismatches  # imports a validator

    def left(owner: str | None, node: Node) -> bool:
        judged = None if owner is None else leave.get(owner)
        return is_null(node) or (judged is not None and (not judged or kind_of(node) in judged))

    for first, more in alike(mismatches(f"{identity.kind}-card.schema.json", metadata, leave=left)):
        yield Problem(first.message + more, first.node.span, first.subject)
    for subject, holder in holders(metadata):
        if isinstance(holder, Sequence) and len(holder.items) > LONGEST_LIST:
            message = f'"{subject}" has {len(holder.items):,} items, of which only {LONGEST_LIST:,} were compared with the schema'
            yield Problem(message, holder.span, subject, at_most="warning")


def owned(metadata: Mapping, kind: Kind, key: str, owner: str) -> Iterator[Mismatch]:
    """The mismatches below one key that a rule judges itself. The other keys are not validated; null is null-value's."""
    from cardlint.schema import mismatches  # imports a validator

    entry = metadata.entry(key)
    if entry is None:
        return
    alone = Mapping(metadata.path, metadata.start, metadata.end, [entry])
    yield from mismatches(f"{kind}-card.schema.json", alone, leave=lambda other, node: other != owner or is_null(node))


def alike(found: Iterable[Mismatch], keywords: tuple[str, ...] = ("type",)) -> Iterator[tuple[Mismatch, str]]:
    """The mismatches, of those that differ in list positions alone only the first, with the count of the others in words.

    A list of 600 texts where mappings belong is one mistake, 600 unknown values are 600: `keywords` says which
    disagreements are the same mistake in every item.
    """
    groups: dict[tuple[str, str], list[Mismatch]] = {}
    for item in found:
        name = _INDEX.sub("[]", item.subject) if item.keyword in keywords else item.subject
        groups.setdefault((name, item.keyword), []).append(item)
    for first, *others in groups.values():
        yield first, f" (and {len(others)} more like it)" if others else ""


def head(node: Node) -> Span:
    """Where to show what a mapping lacks: its first key."""
    return node.entries[0].key.span if isinstance(node, Mapping) and node.entries else node.span


def _kinds(key: str) -> list[Kind]:
    """The kinds of card a known key belongs into."""
    held: dict[str, Any] = dict(load_vocabulary("card_keys").values.get(key, {}))
    kinds: list[Kind] = held.get("kinds", [])
    return kinds


def unknown(metadata: Mapping, identity: Identity) -> Iterator[Problem]:
    """Top-level keys that nobody reads and that come close to one that is read."""
    known = load_vocabulary("card_keys")
    current = [key for key in known.values if key not in known.former and identity.kind in _kinds(key)]
    strange = (entry for entry in metadata.effective() if entry.name not in known and entry.name not in known.former)
    for entry in islice(strange, _STRANGEST):
        name = entry.name
        if name.lower().startswith("x-"):
            continue
        alias = known.aliases.get(name, known.aliases.get(name.lower()))
        near = [alias] if alias in current else [key for key in current if _near(fold(name), fold(key))]
        if near:
            given = len(near) == 1 and metadata.get(near[0]) is not None
            advice = f"remove it, `{near[0]}` is given already" if given else f"did you mean {' or '.join(near[:2])}?"
            message = f'nobody reads the key "{_cut(name)}"; {advice}'
            # About the key that is missing in its place: where another rule reports that, one finding is enough.
            problem = Problem(message, entry.key.span, near[0] if len(near) == 1 else name)
            certain = len(near) == 1 and metadata.entry(near[0]) is None
            yield problem._replace(fix=_renamed(entry, near[0], "unsafe")) if certain else problem


def _renamed(entry: Entry, name: str, applicability: Applicability) -> Cure:
    return Cure(applicability, f"rename it {name}", (SetValue(entry.key.span, name),))


# A card with more keys that nobody knows was not mistyped; comparing them all would take minutes.
_STRANGEST = 200
_SHORTEST = 4
_SHORTEST_FOR_TWO = 8


def _near(word: str, key: str) -> bool:
    """Whether two keys are the same but for case and hyphens, one slip apart, or two where they are long."""
    if word == key:
        return True
    allowed = (len(key) >= _SHORTEST) + (len(key) >= _SHORTEST_FOR_TWO)
    return abs(len(word) - len(key)) <= allowed and _distance(word, key) <= allowed


def _distance(first: str, second: str) -> int:
    """Insertions, deletions, substitutions and swaps of neighbours that make one word of the other."""
    before: list[int] = []
    row = list(range(len(second) + 1))
    for i, char in enumerate(first, 1):
        current = [i]
        for j, other in enumerate(second, 1):
            cost = min(row[j] + 1, current[j - 1] + 1, row[j - 1] + (char != other))
            if i > 1 and j > 1 and char == second[j - 2] and other == first[i - 2]:
                cost = min(cost, before[j - 2] + 1)
            current.append(cost)
        before, row = row, current
    return row[-1]


def deprecated(metadata: Mapping, identity: Identity) -> Iterator[Problem]:
    """Top-level keys that were read once, with what follows them."""
    for entry in metadata.effective():
        former = _former(entry.name, identity.kind)
        if former is not None and not is_null(entry.value):
            note = f" ({former.note})" if former.note else ""
            message = f'nobody reads "{entry.name}" any more{note}; {_instead(former, metadata)}'
            problem = Problem(message, entry.key.span, former.successor or entry.name)
            yield problem._replace(fix=_succession(entry, former, metadata, identity.kind))


def _succession(entry: Entry, former: Former, metadata: Mapping, kind: Kind) -> Cure | None:
    """What becomes of a deprecated key: removed where nothing is lost by it, renamed where the successor takes its value."""
    successor = metadata.entry(former.successor) if former.successor else None
    idle = former.successor is None and not former.candidates
    same = successor is not None and not is_null(successor.value) and _values(successor.value) == _values(entry.value)
    if idle or same or says_nothing(entry.value):
        title = f"remove it, {former.successor} says the same" if same else "remove it"
        # Without any key there would be no frontmatter left.
        return Cure("safe", title, (Remove(_whole(entry)),)) if len(metadata.effective()) > 1 else None
    if former.successor is None or successor is not None or not _takes(former.successor, entry, kind):
        return None
    return _renamed(entry, former.successor, "safe")


def _values(node: Node) -> Data:
    """A value to compare: a lone one is a list of one."""
    held = data(node)
    return held if isinstance(held, list) else [held]


def _takes(key: str, entry: Entry, kind: Kind) -> bool:
    """Whether the value of an entry would be one of another key; what is wrong there now is not read, and would be then."""
    from cardlint.schema import mismatches  # imports a validator

    name = Scalar(entry.key.path, entry.key.start, entry.key.end, key, key, plain=True)
    alone = Mapping(entry.key.path, entry.key.start, entry.value.end, [Entry(name, entry.value)])
    return next(iter(mismatches(f"{kind}-card.schema.json", alone)), None) is None


def _former(key: str, kind: Kind) -> Former | None:
    """What is known of a deprecated key that this kind of card had, or whose successor it has."""
    former = load_vocabulary("card_keys").former.get(key)
    if former is None:
        return None
    return former if kind in [*_kinds(key), *_kinds(former.successor or "")] else None


def _instead(former: Former, metadata: Mapping) -> str:
    if former.successor and metadata.get(former.successor) is not None:
        return f"remove it, `{former.successor}` is there"
    options = [former.successor] if former.successor else list(former.candidates)
    return f"write {' or '.join(f'`{option}`' for option in options)} instead" if options else "remove it"


def misplaced(metadata: Mapping, identity: Identity) -> Iterator[Problem]:
    """Keys that only other kinds of card have: where the kind is known, or where the keys of two kinds are mixed."""
    entries = list(metadata.effective())
    owners = {kinds[0] for entry in entries if len(kinds := _kinds(entry.name)) == 1}
    if not identity.told and len(owners) < 2:  # noqa: PLR2004 - a mixture needs two
        return
    for entry in entries:
        kinds = _kinds(entry.name)
        # What models and datasets share (`language`, `license_name`) does no harm in a Space.
        if len(kinds) == 1 and identity.kind not in kinds and _former(entry.name, identity.kind) is None:
            message = f'"{entry.name}" belongs into a {_WORDS[kinds[0]]} card; in a {_WORDS[identity.kind]} card nobody reads it'
            yield Problem(message, entry.key.span, entry.name)


_WORDS: dict[Kind, str] = {"model": "model", "dataset": "dataset", "space": "Space"}


def _cut(text: str) -> str:
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 1]}…"
