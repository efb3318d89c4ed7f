"""The chain of licences from a work to its roots: every licence upstream judged, with the way to it. Pure.

What a licence asks does not end with the next work. Who makes a model of a model is bound by what binds both, whether
or not the one in between has passed it on; so the work at the root of the tree is judged against every ancestor.
Distances and counts are bounded by whoever walked (`cardlint.lineage`).
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

from cardlint.licenses.families import family_of
from cardlint.licenses.knowledge import knowledge
from cardlint.licenses.verdict import Verdict, judge

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from cardlint.licenses.verdict import Relation
    from cardlint.text import Span

# `failed`: the Hub gave no answer, though it may give one at another time. `unasked`: nobody asked it.
State: TypeAlias = Literal["found", "missing", "gated", "disabled", "failed", "unasked"]
_NOTHING = ("unknown",)
ASIDE = frozenset({"data", "uses", "successor"})


class Key(NamedTuple):
    """A repository: `model`, `dataset` or `space`, and its id, in lower case."""

    kind: str
    id: str


class Kin(NamedTuple):
    """One repository of a lineage, as far as it is known.

    `id` is the one it has today, `asked` the one it was asked for by; `licenses` are canonical ids, `other` where nothing more
    is known; `why` says what is in the way where the state is not `found`; `left` how many bases were not followed.
    """

    kind: str
    id: str
    state: State
    licenses: tuple[str, ...] = ()
    commit: str | None = None
    asked: str | None = None
    gated: str | None = None
    private: bool = False
    why: str = ""
    left: int = 0

    @property
    def key(self) -> Key:
        """What it is known by."""
        return Key(self.kind, self.id.lower())

    @property
    def owner(self) -> str:
        """Its namespace, in lower case; empty for an id of one part."""
        return self.id.rpartition("/")[0].lower()

    @property
    def renamed(self) -> bool:
        """Whether it was asked for by another id than it has today."""
        return self.asked is not None and self.asked.lower() != self.id.lower()


class Edge(NamedTuple):
    """From a work to what it was made of.

    `relation` is the Hub's word, None where nobody says it; `data` is what it was trained on, `uses` what a Space runs, `successor`
    what replaces it. `told` is where this stands;
    `declared` is False where files say it and the card does not; `sure` where what says it may be out of date.
    """

    child: Key
    parent: Key
    relation: str | None
    told: str
    declared: bool = True
    sure: bool = True
    place: Span | None = None


class Lineage:
    """A work, all its known ancestors, and what leads to them, in the order found. `unread` says what of the work itself was not read."""

    def __init__(self, root: Key, kin: Mapping[Key, Kin], edges: tuple[Edge, ...], unread: tuple[str, ...] = ()) -> None:
        """Nothing in it changes afterwards."""
        self.root = root
        self.kin = kin
        self.edges = edges
        self.unread = unread
        self._above: dict[Key, list[Edge]] = {}
        for edge in edges:
            self._above.setdefault(edge.child, []).append(edge)

    @property
    def failures(self) -> list[str]:
        """What had to be read and was not, each once."""
        reasons = [kin.why for kin in self.kin.values() if kin.state == "failed"]
        return list(dict.fromkeys((*self.unread, *reasons)))

    @property
    def passing(self) -> bool:
        """Whether some of that may be read another time: the Hub gave no answer."""
        return any(kin.state == "failed" for kin in self.kin.values())

    def above(self, key: Key) -> list[Edge]:
        """The edges to what a work was made of."""
        return self._above.get(key, [])


class Ancestor(NamedTuple):
    """A repository upstream with the shortest way to it by which its licence binds.

    `way` is from the work to it, `between` the ids of what lies on it.
    """

    kin: Kin
    way: tuple[Edge, ...]
    between: tuple[str, ...] = ()

    @property
    def sure(self) -> bool:
        """Whether every step of the way is."""
        return all(edge.sure for edge in self.way)

    @property
    def relation(self) -> Relation | None:
        """What the work is to it: weights of an adapter stay weights of an adapter, and one adaptation on the way is enough."""
        steps = [edge.relation for edge in self.way]
        if steps[0] == "adapter":
            return "adapter"
        usual: tuple[Relation, ...] = ("finetune", "merge", "adapter")
        return next((found for found in usual if found in steps), None) or ("quantized" if set(steps) == {"quantized"} else None)


class Judged(NamedTuple):
    """A verdict on a work, the ancestor whose licence speaks, and the licences of the two that fit each other best."""

    ancestor: Ancestor
    verdict: Verdict

    @property
    def edge(self) -> Edge:
        """The step at which the licence enters."""
        return self.ancestor.way[-1]


def ancestors(lineage: Lineage, work: Key | None = None) -> Iterator[Ancestor]:
    """Everything a work was made of whose licence binds it, nearest first, each once; data is not among it.

    Whoever owns a work may license anew what is made of it: that step ends the reach of a licence that is their own to give.
    """
    start = lineage.root if work is None else work
    seen, bound = {start}, set[Key]()
    pending: deque[tuple[Key, tuple[Edge, ...]]] = deque([(start, ())])
    while pending:
        key, way = pending.popleft()
        for edge in lineage.above(key):
            if edge.relation in ASIDE:
                continue
            if edge.parent != start and edge.parent not in bound and not _anew(lineage, edge):
                bound.add(edge.parent)
                yield Ancestor(lineage.kin[edge.parent], (*way, edge), tuple(lineage.kin[step.parent].id for step in way))
            if edge.parent not in seen:
                seen.add(edge.parent)
                pending.append((edge.parent, (*way, edge)))


def descent(lineage: Lineage, *keys: Key) -> set[Key]:
    """Repositories and all that they were made of."""
    found, pending = {*keys}, [*keys]
    while pending:
        child = pending.pop()
        parents = {edge.parent for edge in lineage.above(child) if edge.relation not in ASIDE} - found
        found |= parents
        pending.extend(parents)
    return found


def data(lineage: Lineage) -> Iterator[Ancestor]:
    """The data sets that the work itself names."""
    return (Ancestor(lineage.kin[edge.parent], (edge,)) for edge in lineage.above(lineage.root) if edge.relation == "data")


def _anew(lineage: Lineage, edge: Edge) -> bool:
    """Whether a step is one of an owner with their own work, under licences of which nobody else is the licensor."""
    child, parent = lineage.kin[edge.child], lineage.kin[edge.parent]
    if parent.state != "found" or not child.owner or child.owner != parent.owner:
        return False
    licensors = [known.licensors for id_ in licenses_of(parent) if (known := knowledge(id_))]
    return all(not names or child.owner in {name.lower() for name in names} for names in licensors)


def licenses_of(kin: Kin) -> tuple[str, ...]:
    """The licences of a repository: those it declares, else the one that its id alone tells; empty where there is none."""
    declared = tuple(id_ for id_ in kin.licenses if id_ not in _NOTHING)
    family = family_of(kin.id) if kin.kind == "model" and declared in ((), ("other",)) else None
    return (family.license,) if family else declared


def conditions_of(kin: Kin) -> tuple[str, ...]:
    """The conditions of obligations that hold for a repository, as its id tells them."""
    family = family_of(kin.id) if kin.kind == "model" else None
    return family.conditions if family else ()


def unassessable(kin: Kin) -> str | None:
    """Why nobody can say what a repository asks of others; None where somebody can."""
    known = licenses_of(kin)
    if known:
        items = [knowledge(id_) for id_ in known]
        if any(item is not None and item.assessable for item in items):
            return None
        names = ", ".join(known)
        return "its licence is `other`, and its name says nothing" if known == ("other",) else f"the terms of {names} are not known"
    if kin.state != "found":
        return kin.why
    return "it declares no licence" if not kin.licenses else "it declares the licence `unknown`"


def judged(lineage: Lineage, work: Key | None = None) -> Iterator[Judged]:
    """The verdicts on a work, one for each obligation of each ancestor; conflicts of an ancestor before its obligations."""
    below = licenses_of(lineage.kin[lineage.root if work is None else work])
    for ancestor in ancestors(lineage, work):
        yield from (Judged(ancestor, verdict) for verdict in verdicts(ancestor, below))


def verdicts(ancestor: Ancestor, below: Collection[str]) -> tuple[Verdict, ...]:
    """The verdicts of one ancestor on a work under these licences. Of several licences those that fit each other best count."""
    above = licenses_of(ancestor.kin)
    reason = unassessable(ancestor.kin)
    if reason is not None or not below:
        missing = reason or "the work declares no licence"
        return (Verdict("not-assessable", ", ".join(above), ", ".join(below), "", missing, sure=False),)
    found = [judge(up, down, ancestor.relation, conditions_of(ancestor.kin)) for up in above for down in below]
    best = min(found, key=_gravity)
    return best if ancestor.sure else tuple(item._replace(sure=False) for item in best)


def _gravity(found: tuple[Verdict, ...]) -> int:
    first = found[0]
    return {"ok": 0, "not-assessable": 1}.get(first.kind, 3 if first.sure else 2)


def data_conflict(ancestor: Ancestor, below: Collection[str]) -> Verdict | None:
    """What the licence of training data says that the one of the model does not; never sure: whether it reaches weights is unsettled."""
    known = [item for id_ in licenses_of(ancestor.kin) if (item := knowledge(id_)) and item.assessable]
    own = [item for id_ in below if (item := knowledge(id_)) and item.assessable]
    if not known or not own:
        return None
    found = [conflict for up in known for down in own for conflict in (_of_data(up.id, down.id),)]
    return None if None in found else found[0]


def _of_data(up: str, down: str) -> Verdict | None:
    """A conflict of two licences, the one upstream being of data. Data free in its results has no reach."""
    above = knowledge(up)
    if above is None or above.kind == "open-data":
        return None
    (first, *_) = judge(up, down, "finetune")
    return first._replace(sure=False) if first.kind in {"exceeds", "terms-dropped"} else None
