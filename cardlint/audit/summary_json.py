"""The JSON report of a run, target after target, so that ten thousand repositories need no more memory than one."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from cardlint.audit.figures import GRAVE, Figures
from cardlint.formats.safe import json_safe
from cardlint.report import SCHEMA_VERSION

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cardlint.audit.store import Store


def render(store: Store, run: int) -> Iterator[str]:
    """The document of `cardlint.formats.json`, with `audit`: what the run came to as a whole. Times and costs are not in it."""
    it = Figures(store, run)
    tool = {"name": "cardlint", "version": it.row["tool"], "policy": it.row["policy"], "rules_hash": it.row["rules_hash"]}
    head = _dumped({"schema_version": SCHEMA_VERSION, "tool": tool, "targets": []})
    yield head.removesuffix("[]\n}") + "["
    mark = "\n"
    for document in store.documents(run):
        yield mark + _indented(document)
        mark = ",\n"
    yield ("]" if mark == "\n" else "\n  ]") + ",\n" + _dumped({"summary": _summary(it), "audit": _audit(it)}).removeprefix("{\n") + "\n"


def _summary(it: Figures) -> dict[str, int]:
    severities, skips = it.severities, it.skips
    found = {severity: severities[severity].findings for severity in GRAVE}
    return {**found, "suppressed": it.suppressed, "skipped": skips["skipped"], "failed": skips["failed"], "fixable": it.fixable}


def _audit(it: Figures) -> dict[str, Any]:
    return {
        "depth": it.row["depth"],
        "outcomes": it.outcomes,
        "left_out": it.row["left_out"],
        "unlisted": [{"what": what, "reason": reason} for what, reason in it.unlisted],
        "honoured": [{"target": name, "what": what} for name, what in it.honoured],
    }


def _dumped(value: object) -> str:
    return json_safe(json.dumps(value, indent=2, ensure_ascii=False))


def _indented(document: dict[str, Any]) -> str:
    """A target as it stands in the whole document. No string in it has a line end: JSON escapes those."""
    return "\n".join(f"    {line}" for line in _dumped(document).split("\n"))
