"""A lineage as a tree in text and as JSON (`schemas/lineage.schema.json`), with the verdicts on its edges. Pure."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

from cardlint import __version__
from cardlint.formats.safe import json_safe, visible
from cardlint.licenses.chain import ASIDE, Ancestor, data_conflict, judged, licenses_of, unassessable, verdicts
from cardlint.licenses.verdict import conflict

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cardlint.licenses.chain import Edge, Key, Kin, Lineage
    from cardlint.licenses.verdict import Verdict

_MOST_SHOWN = 50  # bases of one repository that the tree shows; JSON has all
_UNNAMED = ("", "unverified")
_WORDS = {
    "exceeds": "exceeds", "terms-dropped": "not passed on", "text": "text", "notice": "notice", "naming": "name", "display": "display",
    "output": "outputs", "scale": "scale", "territory": "territory", "not-assessable": "not assessable",
}  # fmt: skip


class Shown(NamedTuple):
    """A verdict on the edge where it arises, and the work it is about."""

    work: Kin
    verdict: Verdict


class View:
    """What is shown of a lineage; `target` is what the user pointed at."""

    def __init__(self, lineage: Lineage, target: str) -> None:
        """Everything is judged here, once."""
        self.lineage = lineage
        self.target = target
        self._judged: dict[tuple[Key, Key], list[Shown]] = {}
        root = lineage.kin[lineage.root]
        if root.kind == "model":
            for item in judged(lineage):
                self._on(item.edge, root, item.verdict)
        for edge in lineage.edges:
            self._between(edge)

    def _on(self, edge: Edge, work: Kin, verdict: Verdict | None) -> None:
        if verdict is not None and verdict.kind != "ok":
            self._judged.setdefault((edge.child, edge.parent), []).append(Shown(work, verdict))

    def _between(self, edge: Edge) -> None:
        """What is in conflict between the two ends of an edge, where the work itself is not the one that is judged already."""
        child, ancestor = self.lineage.kin[edge.child], Ancestor(self.lineage.kin[edge.parent], (edge,))
        if edge.relation == "data":
            self._on(edge, child, data_conflict(ancestor, licenses_of(child)))
        elif edge.relation not in ASIDE and edge.child != self.lineage.root and licenses_of(child):
            self._on(edge, child, conflict(verdicts(ancestor, licenses_of(child))))

    def verdicts(self, edge: Edge) -> list[Shown]:
        """The verdicts on an edge, on the work itself first."""
        return self._judged.get((edge.child, edge.parent), [])

    def text(self) -> str:
        """The tree, and below it what was not read."""
        root = self.lineage.kin[self.lineage.root]
        lines = [f"{self.target}  {_terms(root)}", *self._below(self.lineage.root, "", set())]
        lines += [f"not read: {reason}" for reason in self.lineage.failures]
        lines += dict.fromkeys(kin.why for kin in self.lineage.kin.values() if kin.state == "unasked")
        if root.left:
            lines.append(f"not followed: {root.left:,} more that the card names")
        return "".join(f"{visible(line)}\n" for line in lines)

    def _below(self, key: Key, indent: str, shown: set[Key]) -> Iterator[str]:
        if key in shown:
            return
        shown.add(key)
        edges = self.lineage.above(key)
        for number, edge in enumerate(edges[:_MOST_SHOWN]):
            last = number + 1 == min(len(edges), _MOST_SHOWN) and len(edges) <= _MOST_SHOWN
            again = " (above)" if edge.parent in shown and self.lineage.above(edge.parent) else ""
            yield f"{indent}{'└── ' if last else '├── '}{self._line(edge)}{again}"
            deeper = f"{indent}{'    ' if last else '│   '}"
            yield from (f"{deeper}  {_said(item, self.lineage)}" for item in self.verdicts(edge))
            yield from self._below(edge.parent, deeper, shown)
        if len(edges) > _MOST_SHOWN:
            yield f"{indent}└── … and {len(edges) - _MOST_SHOWN:,} more"

    def _line(self, edge: Edge) -> str:
        kin = self.lineage.kin[edge.parent]
        prefix = "" if kin.kind == "model" else f"{kin.kind}s/"
        told = "" if edge.declared else f" [undeclared: {edge.told}]"
        state = "" if kin.state == "found" else " (not asked)" if kin.state == "unasked" else f" ({kin.why or kin.state})"
        former = f" (asked for as {kin.asked})" if kin.renamed else ""
        marks = "".join(f" ({mark})" for mark in (f"gated: {kin.gated}" if kin.gated else "", "private" if kin.private else "") if mark)
        return f"{edge.relation or 'base'}  {prefix}{kin.id}  {_terms(kin)}{marks}{former}{state}{told}"

    def json(self) -> str:
        """One document, the same each time."""
        found = self.lineage
        followed = all(kin.state != "unasked" and not kin.left for kin in found.kin.values())
        document = {
            "schema_version": "1", "tool": {"name": "cardlint", "version": __version__}, "target": self.target,
            "root": found.kin[found.root].id, "complete": followed and not found.failures, "unread": found.failures,
            "nodes": [_node(kin) for kin in found.kin.values()], "edges": [self._edge(edge) for edge in found.edges],
        }  # fmt: skip
        return json_safe(json.dumps(document, indent=2, ensure_ascii=False)) + "\n"

    def _edge(self, edge: Edge) -> dict[str, Any]:
        child, parent = self.lineage.kin[edge.child], self.lineage.kin[edge.parent]
        return {
            "child": {"kind": child.kind, "id": child.id}, "parent": {"kind": parent.kind, "id": parent.id}, "relation": edge.relation,
            "told": edge.told, "declared": edge.declared, "confidence": "high" if edge.sure else "low",
            "verdicts": [_verdict(item) for item in self.verdicts(edge)],
        }  # fmt: skip


def _terms(kin: Kin) -> str:
    known = licenses_of(kin)
    if known:
        return ", ".join(known) if kin.licenses and set(known) <= set(kin.licenses) else f"{', '.join(known)} (by its id)"
    return "no licence" if kin.state == "found" else "licence not known"


def _said(item: Shown, lineage: Lineage) -> str:
    """One verdict: `!!` a conflict, `!` one that is not certain or data whose reach is unsettled, `?` what cannot be said, `-` a duty."""
    verdict = item.verdict
    mark = {"exceeds": "!", "terms-dropped": "!", "not-assessable": "?"}.get(verdict.kind, "-")
    mark = "!!" if mark == "!" and verdict.sure else mark
    clause = "" if verdict.clause in _UNNAMED else f" ({verdict.upstream}, {verdict.clause})"
    whose = "" if item.work.key == lineage.root else f" in {item.work.id}"
    return f"{mark} {_WORDS[verdict.kind]}{whose}: {_asked(verdict)}{clause}"


def _asked(verdict: Verdict) -> str:
    """What a verdict asks for, in the words of the licence where it has some."""
    wanted = " or ".join(f'"{text}"' for text in verdict.obligation.strings) if verdict.obligation else ""
    if verdict.kind == "text":
        return "its text goes along"
    if verdict.kind == "naming" and wanted:
        return f"the name begins with {wanted}"
    if verdict.kind in {"notice", "display"} and wanted:
        return f"{'a file NOTICE with' if verdict.kind == 'notice' else 'show'} {wanted}"
    return verdict.text


def _node(kin: Kin) -> dict[str, Any]:
    return {
        "kind": kin.kind, "id": kin.id, "state": kin.state, "licenses": list(licenses_of(kin)), "declared": list(kin.licenses),
        "commit": kin.commit, "gated": kin.gated, "private": kin.private, "renamed_from": kin.asked if kin.renamed else None,
        "assessable": unassessable(kin) is None, "why": kin.why or None, "left": kin.left,
    }  # fmt: skip


def _verdict(item: Shown) -> dict[str, Any]:
    verdict = item.verdict
    return {
        "kind": verdict.kind, "work": item.work.id, "upstream": verdict.upstream, "derivative": verdict.derivative,
        "clause": None if verdict.clause in _UNNAMED else verdict.clause, "text": verdict.text, "sure": verdict.sure,
    }  # fmt: skip
