"""The licences that bind a model: those of its base models as their ids tell them, and of all its ancestors where these are known."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, cast

from cardlint.checks.keys import says_nothing
from cardlint.errors import Unreadable
from cardlint.licenses.chain import ancestors, conditions_of, unassessable, verdicts
from cardlint.licenses.families import family_of
from cardlint.licenses.knowledge import knowledge, resolve
from cardlint.licenses.verdict import conflict, judge
from cardlint.nodes import Mapping, listed, string
from cardlint.repoid import from_address

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cardlint.licenses.chain import Ancestor, Lineage
    from cardlint.licenses.knowledge import License
    from cardlint.licenses.verdict import Relation, Verdict
    from cardlint.nodes import Node
    from cardlint.repository import Identity
    from cardlint.text import Span

_SHOWN = 3  # repositories on the way that a message names
_RELATIONS = ("finetune", "adapter", "merge", "quantized")


class Declared(NamedTuple):
    """One value of `license`: what it means and where it stands."""

    id: str
    place: Span


class Upstream(NamedTuple):
    """One licence that binds the model: the base it comes from, None where it is the card's own, and its place.

    `ancestor` is the base with the way to it, where the lineage is known.
    """

    license: License
    base: str | None
    place: Span
    conditions: tuple[str, ...] = ()
    ancestor: Ancestor | None = None

    @property
    def words(self) -> str:
        """How a message calls it."""
        if self.base is None:
            return f"the licence {self.license.id}"
        return f"the licence of {self.base}{way(self.ancestor) if self.ancestor else ''}"


def way(ancestor: Ancestor) -> str:
    """How an ancestor was reached, behind its name: the repositories between, and the file that names it where the card does not."""
    between = [*ancestor.between[:_SHOWN], *(["…"] if len(ancestor.between) > _SHOWN else [])]
    first = ancestor.way[0]
    named = "" if first.declared else f"named in {first.told}"
    words = "; ".join(part for part in (f"by way of {', '.join(between)}" if between else "", named) if part)
    return f" ({words})" if words else ""


def declared(metadata: Mapping) -> list[Declared]:
    """What `license` says, `other` by its name; nothing where it says nothing."""
    name = string(metadata.get("license_name"))
    values = ((string(value), value) for _, value in listed(metadata.get("license")))
    return [Declared(resolve(text.strip().lower(), name), value.span) for text, value in values if text and not says_nothing(value)]


def assert_asked(lineage: Lineage | None) -> None:
    """Raise Unreadable where something of the lineage had to be read and was not: what was not examined must not look clean."""
    if lineage is not None and lineage.failures:
        raise Unreadable(lineage.failures[0], passing=lineage.passing)


def _bases(metadata: Mapping, identity: Identity, lineage: Lineage | None) -> Iterator[Upstream]:
    """The licences of the base models whose ids say them, and of the ancestors that are known, each licence once."""
    seen: set[str] = set()
    for upstream in (*_named(metadata, identity), *_known(metadata, lineage)):
        if upstream.license.id not in seen:
            seen.add(upstream.license.id)
            yield upstream


def _named(metadata: Mapping, identity: Identity) -> Iterator[Upstream]:
    for text, value in base_ids(metadata):
        family = family_of(text)
        license_ = knowledge(family.license) if family else None
        if family and license_ and text.lower() != (identity.id or "").lower():
            yield Upstream(license_, text, value.span, family.conditions)


def _known(metadata: Mapping, lineage: Lineage | None) -> Iterator[Upstream]:
    """The licences of all ancestors; of several licences of one the one that fits what is declared here best."""
    below = [item.id for item in declared(metadata)]
    for ancestor in ancestors(lineage) if lineage else ():
        first = verdicts(ancestor, below)[0]
        license_ = None if unassessable(ancestor.kin) else knowledge(first.upstream)
        place = ancestor.way[0].place or metadata.span
        if license_ is not None:
            yield Upstream(license_, ancestor.kin.id, place, conditions_of(ancestor.kin), ancestor)


def base_ids(metadata: Mapping) -> Iterator[tuple[str, Node]]:
    """The ids in `base_model`, addresses read as what they lead to, each with its value."""
    for _, value in listed(metadata.get("base_model")):
        text = (string(value) or "").strip()
        address = from_address(text)
        yield (address.id if address and address.kind == "model" else text), value


def _told_or_shown(metadata: Mapping, relation: str) -> Relation | None:
    """The relation to the base; None where nothing but the Hub's default says `finetune`."""
    assumed = relation == "finetune" and string(metadata.get("base_model_relation")) != relation
    return cast("Relation", relation) if relation in _RELATIONS and not assumed else None


def conflicts(
    metadata: Mapping, relation: str, identity: Identity, lineage: Lineage | None, kind: str
) -> Iterator[tuple[Upstream, Verdict, Span]]:
    """The conflicts of one kind with bases. Of several licences declared the one that fits best counts."""
    own = declared(metadata)
    told = _told_or_shown(metadata, relation)
    for upstream in _bases(metadata, identity, lineage) if own else ():
        made = upstream.ancestor.relation if upstream.ancestor else told
        found = [(conflict(judge(upstream.license.id, item.id, made, upstream.conditions)), item) for item in own]
        first, item = found[0]
        if first and first.kind == kind and all(verdict for verdict, _ in found):
            sure = first.sure and (upstream.ancestor is None or upstream.ancestor.sure)
            yield upstream, first._replace(sure=sure), item.place


def due(
    metadata: Mapping,
    identity: Identity,
    lineage: Lineage | None,
    *kinds: str,
    conditions: tuple[str, ...] = (),
    own: bool = False,
) -> Iterator[tuple[Upstream, Verdict]]:
    """The obligations of these kinds from the bases and, where the licence of a base is not known, from the model's own.

    With `own` the latter counts always. Whoever grants a licence is bound by none of it.
    """
    said = declared(metadata)
    if not said:
        return
    bound = list(_bases(metadata, identity, lineage))
    if own or _is_any_unknown(metadata, lineage):
        known = {upstream.license.id for upstream in bound}
        licenses = ((knowledge(item.id), item) for item in said if item.id not in known)
        bound += [Upstream(license_, None, item.place, conditions) for license_, item in licenses if license_]
    namespace = (identity.id or "").partition("/")[0].lower()
    for upstream in bound:
        if namespace in {name.lower() for name in upstream.license.licensors}:
            continue
        judged = judge(upstream.license.id, said[0].id, conditions=upstream.conditions)
        yield from ((upstream, verdict) for verdict in judged if verdict.kind in kinds)


def _is_any_unknown(metadata: Mapping, lineage: Lineage | None) -> bool:
    """Whether there is a base whose licence nobody knows."""
    if lineage is not None:
        return any(unassessable(ancestor.kin) for ancestor in ancestors(lineage))
    return any(text and family_of(text) is None for text, _ in base_ids(metadata))
