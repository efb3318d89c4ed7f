"""What the lineage of a model says that its own card does not: bases nobody can judge, data under narrower terms."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cardlint.checks.upstreams import assert_asked, declared, way
from cardlint.checks.vocabulary import quoted
from cardlint.licenses.chain import ancestors, data, data_conflict, unassessable
from cardlint.problem import Problem

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cardlint.licenses.chain import Lineage
    from cardlint.nodes import Mapping

_UNNAMED = ("", "unverified")


def unassessable_upstream(lineage: Lineage, metadata: Mapping) -> Iterator[Problem]:
    """Every ancestor of which nobody can say what it asks, and where a lineage was not followed to its end."""
    beyond = []
    for ancestor in ancestors(lineage):
        reason = unassessable(ancestor.kin)
        if reason is not None and ancestor.kin.state == "unasked":
            beyond.append(f"{ancestor.kin.id}: {reason}")
        elif reason is not None and ancestor.kin.state != "failed":
            name = f"{ancestor.kin.id}{way(ancestor)}"
            message = f"what {name} asks of this model cannot be said: {reason}; ask whoever made it, or read its licence"
            yield Problem(message, ancestor.way[0].place or metadata.span, ancestor.kin.id)
    left = sum(kin.left for kin in lineage.kin.values())
    if (left or beyond) and not lineage.failures:
        first = f", first {beyond[0]}" if beyond else ""
        yield Problem(
            f"the lineage goes on to {left + len(beyond):,} more repositories, which were not looked at{first}", metadata.span, "bound"
        )
    assert_asked(lineage)


def missing(lineage: Lineage, metadata: Mapping) -> Iterator[Problem]:
    """An id in the card under which the Hub has nothing, or nothing that it shows."""
    for edge in lineage.above(lineage.root):
        kin = lineage.kin[edge.parent]
        if edge.declared and kin.state in {"missing", "disabled"}:
            yield Problem(f"`{edge.told}` names {kin.id}: {kin.why}", edge.place or metadata.span, kin.id)
    assert_asked(lineage)


def renamed(lineage: Lineage, metadata: Mapping) -> Iterator[Problem]:
    """An id in the card that leads on to the one a repository has today."""
    for edge in lineage.above(lineage.root):
        kin = lineage.kin[edge.parent]
        if edge.declared and kin.renamed and edge.told != "tags":
            owner, former = kin.owner, (kin.asked or "").rpartition("/")[0].lower()
            moved = "" if not former or owner == former else f"; its owner is {owner} now, look whether that is who you mean"
            message = f"`{edge.told}` names {kin.asked}, which is called {kin.id} today; write that{moved}"
            yield Problem(message, edge.place or metadata.span, kin.id)
    assert_asked(lineage)


def dataset_conflict(lineage: Lineage, metadata: Mapping) -> Iterator[Problem]:
    """Training data under a licence narrower than the model's."""
    own = declared(metadata)
    for ancestor in data(lineage) if own else ():
        verdict = data_conflict(ancestor, [item.id for item in own])
        if verdict is not None:
            clause = verdict.upstream if verdict.clause in _UNNAMED else f"{verdict.upstream}, {verdict.clause}"
            whose = f"the licence of the dataset {ancestor.kin.id}"
            says = f"{quoted(verdict.derivative)} is declared, but {whose} says that {verdict.text} ({clause})"
            cure = "whether that reaches the weights is unsettled: say in the card why it does not, or declare terms as narrow"
            yield Problem(f"{says}; {cure}", ancestor.way[0].place or metadata.span, ancestor.kin.id)
    assert_asked(lineage)
