"""Code Quality of GitLab: findings in the widget and in the changes of a merge request.

Sources: "Code Quality report format" of GitLab's documentation; `codequality_reports.rb` of gitlabhq, where an entry that
is not valid ends the reading, and one with a fingerprint that was there before takes its place.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from typing import TYPE_CHECKING, Any

from cardlint.formats.contents import counting, file_of, forward, gathered
from cardlint.formats.safe import json_safe, visible

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cardlint.formats.contents import Gap
    from cardlint.report import Finding, Report, Target

_SEVERITIES = {"error": "major", "warning": "minor", "note": "info"}
_GAP = "critical"  # nobody knows what is behind it


def render(report: Report) -> str:
    """The entries as one JSON array: per target what was not examined, then findings that count, the gravest first."""
    entries = list(_distinct(entry for target in report.targets for entry in _entries(target)))
    return json_safe(json.dumps(entries, indent=2, ensure_ascii=False)) + "\n"


def _entries(target: Target) -> Iterator[dict[str, Any]]:
    yield from (_gap(target, gap) for gap in gathered(target))
    yield from (_finding(target, finding) for finding in counting(target.findings))


def _gap(target: Target, gap: Gap) -> dict[str, Any]:
    rules = f" ({', '.join(gap.rules)})" if gap.rules else ""
    name = gap.kind.replace(" ", "-")
    return {
        "description": visible(f"{gap.kind}: {gap.reason}{rules}"), "check_name": name,
        "fingerprint": _digest(target.folder, name, gap.reason), "severity": _GAP,
        "location": {"path": visible(file_of(target, None)), "lines": {"begin": 1}},
    }  # fmt: skip


def _finding(target: Target, finding: Finding) -> dict[str, Any]:
    place = finding.place
    lines = {"begin": 1} if place is None else {"begin": place.line, "end": forward(place).end_line}
    return {
        "description": visible(f"{finding.rule}: {finding.message}"), "check_name": finding.rule,
        "fingerprint": _digest(target.folder, finding.rule, finding.fingerprint), "severity": _SEVERITIES[finding.severity],
        "location": {"path": visible(file_of(target, finding.path)), "lines": lines},
    }  # fmt: skip


def _digest(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:32]


def _distinct(entries: Iterator[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Entries alike in all a fingerprint sees are told apart by their order; a repository may be given twice."""
    seen: Counter[str] = Counter()
    for entry in entries:
        own = entry["fingerprint"]
        count = seen[own]
        seen[own] += 1
        yield entry if not count else entry | {"fingerprint": _digest(own, str(count))}
