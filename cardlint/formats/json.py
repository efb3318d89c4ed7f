"""The JSON report; `schemas/report.schema.json` is its truth."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from cardlint.formats.safe import json_safe
from cardlint.report import SCHEMA_VERSION

if TYPE_CHECKING:
    from cardlint.problem import Fix
    from cardlint.report import Finding, Fixing, RelatedPlace, Report, Target

_COUNTED = ("error", "warning", "note", "suppressed", "skipped", "failed", "fixable")


def render(report: Report) -> str:
    """The report as one JSON document, indented, keys in the order of the schema."""
    counts = report.counts()
    document = {
        "schema_version": SCHEMA_VERSION,
        "tool": {"name": "cardlint", "version": report.version, "policy": report.policy, "rules_hash": report.rules_hash},
        "targets": [target_document(target) for target in report.targets],
        "summary": {name: counts[name] for name in _COUNTED},
    }
    return json_safe(json.dumps(document, indent=2, ensure_ascii=False)) + "\n"


def target_document(target: Target) -> dict[str, Any]:
    """The part of the report that is one target's."""
    return {
        "target": target.name,
        "kind": target.kind,
        "revision": target.revision,
        "findings": [_finding(finding) for finding in target.findings],
        "skipped": [{"rule": item.rule, "reason": item.reason, "because": item.because} for item in target.skipped],
        "failed": [{"rule": item.rule, "error": item.error} for item in target.failed],
        "not_applicable": list(target.not_applicable),
        **({} if target.fixing is None else {"fixed": _fixed(target.fixing)}),
    }


def _fixed(fixing: Fixing) -> dict[str, Any]:
    files = [change.path for change in fixing.changes]
    return {"findings": fixing.cured, "files": files, "notes": list(fixing.notes), "error": fixing.unwritten}


def _finding(finding: Finding) -> dict[str, Any]:
    place = finding.place
    return {
        "rule": finding.rule, "severity": finding.severity, "confidence": finding.confidence,
        "message": finding.message, "subject": finding.subject, "path": finding.path,
        "line": place and place.line, "column": place and place.column,
        "end_line": place and place.end_line, "end_column": place and place.end_column,
        "fingerprint": finding.fingerprint, "url": finding.url,
        "related": [_related(item) for item in finding.related],
        "fix": None if finding.fix is None else _fix(finding.fix),
        "suppressed": finding.suppressed and {"kind": finding.suppressed.kind, "reason": finding.suppressed.reason},
    }  # fmt: skip


def _related(item: RelatedPlace) -> dict[str, Any]:
    return {"message": item.message, "path": item.place.path, "line": item.place.line, "column": item.place.column}


def _fix(fix: Fix) -> dict[str, Any]:
    edits = [{"path": edit.span.path, "start": edit.span.start, "end": edit.span.end, "text": edit.text} for edit in fix.edits]
    return {"applicability": fix.applicability, "title": fix.title, "edits": edits}
