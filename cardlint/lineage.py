"""The lineage of a repository: a walk from its bases to the roots, bounded in every direction; the fact `lineage`."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, NamedTuple

from cardlint.errors import Inapplicable, Obstacle
from cardlint.hubfacts import NOT_ASKED, NOT_THERE
from cardlint.kinship import OnHub, licenses_in, relatives, told
from cardlint.licenses.chain import Edge, Key, Kin, Lineage
from cardlint.nodes import string, strings
from cardlint.origins import Origin, Origins, origins

if TYPE_CHECKING:
    from cardlint.kinship import Named, Relatives, Told
    from cardlint.repository import Repository

MOST_ASKED = 64
DEEPEST = 8
LOCAL = "not asked: the target lies on this machine (`cardlint lineage --online` asks)"


class Limits(NamedTuple):
    """How far a walk goes: repositories that are asked for, and steps away from the work."""

    asked: int = MOST_ASKED
    depth: int = DEEPEST


_USUAL = Limits()
_ENDS = frozenset({"uses", "successor"})  # what these lead to is looked up and not followed


def lineage(repository: Repository) -> Lineage:
    """The fact. Raises Inapplicable for a target that does not lie on the Hub, and where the Hub may not be asked."""
    those = relatives(repository)
    if those is None:
        raise Inapplicable(NOT_THERE)
    if isinstance(those, OnHub) and those.hub.offline:
        raise Inapplicable(NOT_ASKED)
    return Walk(repository, those).lineage()


def known_lineage(repository: Repository) -> Lineage | None:
    """The same; None for a target that does not lie on the Hub, and where nobody may be asked: then ids have to tell, as in a folder."""
    those = relatives(repository)
    if those is None or (isinstance(those, OnHub) and those.hub.offline):
        return None
    found: Lineage = repository.fact("lineage")
    return found


class Walk:
    """One walk, nearest first. Every repository is asked for once, also one that many name or that has several names."""

    def __init__(self, repository: Repository, those: Relatives | None, limits: Limits = _USUAL) -> None:
        """`those` are whom to ask; None asks nobody, and everything but the work itself is `unasked`."""
        self._those = those
        self._limits = limits
        self._origins: Origins = origins(repository)
        self._root, bases = _root(repository, self._origins)
        self._kin: dict[Key, Kin] = {self._root.key: self._root}
        self._names: dict[Key, Key] = {self._root.key: self._root.key}
        self._edges: dict[tuple[Key, Key], Edge] = {}
        self._pending: deque[tuple[Key, int, tuple[Named, ...]]] = deque([(self._root.key, 0, bases)])
        self._bases: dict[Key, tuple[Named, ...]] = {}  # of those that are not followed yet
        self._asked = 0
        self._broken: str | None = None

    def lineage(self) -> Lineage:
        """Everything that was found."""
        for origin in self._origins.found:
            self._step(self._root.key, origin, 1)
        while self._pending:
            child, depth, bases = self._pending.popleft()
            for kind, id_, relation in bases:
                key = "source_datasets" if relation == "data" else "base_model"
                self._step(child, Origin(kind, id_, relation, key), depth + 1)
        return Lineage(self._root.key, self._kin, tuple(self._edges.values()), self._origins.unread)

    def _step(self, child: Key, origin: Origin, depth: int) -> None:
        parent = self._met(origin, depth)
        if origin.relation not in _ENDS and parent in self._bases:
            self._pending.append((parent, depth, self._bases.pop(parent)))
        edge = Edge(child, parent, origin.relation, origin.told, origin.declared, origin.sure, origin.place)
        if parent != child:
            self._edges.setdefault((child, parent), edge)

    def _met(self, origin: Origin, depth: int) -> Key:
        """The key of a repository by the id it has today; one that is new is asked for, as far as the limits allow."""
        named = Key(origin.kind, origin.id.lower())
        if named not in self._names:
            reason = self._reason(depth)
            if reason is not None:
                self._kin[named] = Kin(origin.kind, origin.id, "unasked", why=reason)
                self._names[named] = named
            else:
                self._names[named] = self._ask(origin)
        return self._names[named]

    def _reason(self, depth: int) -> str | None:
        """Why the next repository is not asked for, if it is not."""
        if self._those is None:
            return LOCAL
        if self._broken is not None:
            return self._broken
        if self._asked >= self._limits.asked:
            return f"not asked: the lineage has more than {self._limits.asked} repositories"
        return f"not asked: it is more than {self._limits.depth} steps away" if depth > self._limits.depth else None

    def _ask(self, origin: Origin) -> Key:
        assert self._those is not None
        self._asked += 1
        kin, bases = self._those.ask(origin.kind, origin.id)
        if kin.state == "failed":
            # What does not answer one question will not answer sixty: the others are not asked.
            self._broken = f"not asked: {kin.why}"
        key = kin.key
        self._names.setdefault(Key(origin.kind, origin.id.lower()), key)
        if key not in self._kin:
            self._kin[key] = kin
            self._names[key] = key
            self._bases[key] = bases
        return key


def _root(repository: Repository, found: Origins) -> tuple[Kin, tuple[Named, ...]]:
    """The work itself by its own card, and where that cannot be had, as the Hub has read it, with the bases that names."""
    id_ = repository.identity.id or "."
    try:
        metadata = repository.fact("frontmatter")
    except Obstacle:
        said = _said(repository, id_)
        return said.kin._replace(id=id_, asked=id_, left=found.left), said.bases
    licenses = licenses_in(strings(metadata.get("license")), string(metadata.get("license_name")))
    return Kin(repository.kind, id_, "found", licenses, left=found.left), ()


def _said(repository: Repository, id_: str) -> Told:
    """What the Hub says of the work; nothing where it does not lie there, or does not answer."""
    try:
        return told(repository.kind, id_, repository.fact("hub"))
    except Obstacle:
        return told(repository.kind, id_, {})
