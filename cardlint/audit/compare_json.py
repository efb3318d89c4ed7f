"""A comparison as JSON; `schemas/diff.schema.json` is its truth. A line for each repository and each finding."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from cardlint.audit.compare import STATES
from cardlint.formats.contents import GRAVEST_FIRST
from cardlint.formats.safe import json_safe

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from cardlint.audit.compare import Comparison
    from cardlint.audit.sides import Head

SCHEMA_VERSION = "1"
_COMPARABLE = tuple(state for state in (*STATES, "unchanged") if state != "not-comparable")
_COUNTED = (*GRAVEST_FIRST, "suppressed")


def render(found: Comparison) -> Iterator[str]:
    """The document, in pieces."""
    head = {
        "schema_version": SCHEMA_VERSION,
        "old": _side(found.old),
        "new": _side(found.new),
        "notes": list(found.notes),
        "summary": _summary(found),
    }
    yield _text(head)[:-1]
    yield ',\n"repositories": ['
    yield from _lines(found.of_repositories("appeared", "disappeared", "changed", "not-comparable"))
    yield '],\n"findings": ['
    yield from _lines(found.of_findings(*STATES))
    yield "]}\n"


def _text(value: Any) -> str:  # noqa: ANN401 - JSON
    return json_safe(json.dumps(value, ensure_ascii=False))


def _lines(items: Iterable[dict[str, Any]]) -> Iterator[str]:
    comma = "\n"
    for item in items:
        yield comma + _text(item)
        comma = ",\n"


def _side(head: Head) -> dict[str, Any]:
    return {
        "operand": head.operand, "run": head.run, "began": head.began, "ended": head.ended,
        "arguments": None if head.arguments is None else list(head.arguments), "depth": head.depth or None,
        "tool": {"name": "cardlint", "version": head.version, "policy": head.policy, "rules_hash": head.rules_hash},
        "complete": not head.gaps, "gaps": list(head.gaps), "repositories": head.repositories, "findings": head.findings,
    }  # fmt: skip


def _summary(found: Comparison) -> dict[str, Any]:
    counts = found.repositories
    states = ("appeared", "disappeared", "changed", "unchanged", "not-comparable")
    findings: dict[str, Any] = {state: _counts(found, state) for state in _COMPARABLE}
    findings["not_comparable"] = {side: _counts(found, "not-comparable", side) for side in ("old", "new")}
    return {"repositories": {state.replace("-", "_"): counts[state] for state in states}, "findings": findings}


def _counts(found: Comparison, state: str, side: str | None = None) -> dict[str, int]:
    return {name: found.count(state, side=side, severities=(name,)) for name in _COUNTED}
