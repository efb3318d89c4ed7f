"""Labelled edges of lineages, `edges.yaml`: how often what is called an error is one."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

import yaml

from cardlint.licenses.chain import Ancestor, Edge, Key, Kin, verdicts
from cardlint.licenses.knowledge import knowledge

_PERMISSIVE = {"permissive", "public-domain"}
HERE = Path(__file__).parent


class Labelled(NamedTuple):
    """One edge with what a reader of both licences says."""

    child: str
    parent: str
    relation: str
    says: str
    kind: str | None
    asks: tuple[str, ...]


def labelled() -> list[Labelled]:
    groups: list[dict[str, Any]] = yaml.safe_load((HERE / "edges.yaml").read_text(encoding="utf-8"))
    assert all(group["because"] for group in groups)
    pairs = [(group, edge.split(" < ")) for group in groups for edge in group["edges"]]
    return [
        Labelled(child, parent, item["relation"], item["says"], item.get("kind"), tuple(item.get("asks", ())))
        for item, (child, parent) in pairs
    ]


def judged(edge: Labelled) -> tuple[str, str | None, set[str]]:
    """What is said of an edge, of which kind the conflict is, and which duties there are."""
    below, above = Key("model", "a/child"), Key("model", "b/parent")
    way = (Edge(below, above, edge.relation, "base_model"),)
    found = verdicts(Ancestor(Kin("model", "b/parent", "found", (edge.parent,)), way), (edge.child,))
    first = found[0]
    duties: set[str] = {item.kind for item in found}
    if first.kind in {"exceeds", "terms-dropped"}:
        return "error" if first.sure else "warning", first.kind, duties
    return "unknown" if first.kind == "not-assessable" else "none", None, duties


def test_there_are_enough_edges_of_every_sort() -> None:
    edges = labelled()
    assert len(edges) >= 200
    assert {edge.says for edge in edges} == {"error", "warning", "none", "unknown"}
    assert all(knowledge(name) for edge in edges for name in (edge.child, edge.parent))


def test_what_is_called_an_error_is_one_and_errors_are_found() -> None:
    results = [(edge, judged(edge)) for edge in labelled()]
    called = [edge for edge, (says, _, _) in results if says == "error"]
    right = [edge for edge in called if edge.says == "error"]
    due = [edge for edge in labelled() if edge.says == "error"]
    assert len(right) >= 0.95 * len(called), [edge for edge in called if edge.says != "error"]
    assert len(right) >= 0.95 * len(due), [edge for edge in due if edge not in right]


def test_the_whole_table_holds() -> None:
    """Stricter than what is promised: every label, so that a change of the data shows which."""
    results = [(edge, judged(edge)) for edge in labelled()]
    wrong = [(edge, found) for edge, found in results if found[:2] != (edge.says, edge.kind) or not found[2].issuperset(edge.asks)]
    assert wrong == []


def test_permissive_over_permissive_is_never_an_error() -> None:
    from cardlint.licenses.knowledge import knowledge_of_all

    free = [item.id for item in knowledge_of_all().values() if item.kind in _PERMISSIVE]
    assert len(free) > 20
    for child in free:
        for parent in free:
            for relation in ("finetune", "adapter", "merge", "quantized"):
                assert judged(Labelled(child, parent, relation, "none", None, ()))[0] in {"none", "unknown"}, (child, parent)
