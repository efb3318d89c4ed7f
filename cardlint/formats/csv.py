"""A table for spreadsheets and databases: RFC 4180, a row for each finding and for each thing that was not examined.

A spreadsheet takes a cell that begins with `=`, `+`, `-` or `@` for a formula, and where its locale separates by `;` what
follows one inside a cell as well. An apostrophe is put before those, and before an apostrophe that stands there itself,
so that taking one away gives the text back.
Source: "CSV Injection" of OWASP, with the full-width forms.
"""

from __future__ import annotations

import csv
import io
import re
from typing import TYPE_CHECKING

from cardlint.formats.contents import cut, gaps
from cardlint.formats.safe import visible

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cardlint.report import Finding, Report, Target

COLUMNS = (
    "entry", "target", "kind", "revision", "policy", "rule", "severity", "confidence", "message", "subject", "path", "line", "column",
    "end_line", "end_column", "fix", "suppressed", "suppression_reason", "baseline", "fingerprint", "url",
)  # fmt: skip
_LONGEST = 32_000  # Excel keeps 32,767 characters of a cell
_FORMULA = re.compile('(^"*|;"*)(?=[\'=+\\-@＝＋－＠])')  # noqa: RUF001 - full-width forms are what it is about


def render(report: Report) -> str:
    """The table, with a header; every cell is in quotes and holds no line end."""
    table = io.StringIO()
    writer = csv.DictWriter(table, COLUMNS, restval="", quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writeheader()
    for target in report.targets:
        about: dict[str, object] = {"target": target.name, "kind": target.kind, "revision": target.revision, "policy": target.policy}
        writer.writerows({name: cell(value) for name, value in (about | row).items()} for row in _rows(target))
    return table.getvalue()


def cell(value: object) -> str:
    """A value as a cell that is no formula and holds no line end; quotes are the writer's affair."""
    return "" if value is None else _FORMULA.sub(r"\1'", cut(visible(str(value)), _LONGEST))


def _rows(target: Target) -> Iterator[dict[str, object]]:
    """Findings, then what was not examined; `skipped` is what a finding explains."""
    yield from (_finding(finding) for finding in target.findings)
    for gap in gaps(target):
        yield {"entry": gap.kind, "rule": gap.rules[0] if gap.rules else None, "message": gap.reason}
    for skipped in target.skipped:
        if skipped.because is not None:
            yield {"entry": "skipped", "rule": skipped.rule, "message": skipped.reason, "subject": skipped.because}


def _finding(finding: Finding) -> dict[str, object]:
    place, suppressed = finding.place, finding.suppressed
    return {
        "entry": "finding", "rule": finding.rule, "severity": finding.severity, "confidence": finding.confidence,
        "message": finding.message, "subject": finding.subject, "path": finding.path,
        "line": place and place.line, "column": place and place.column,
        "end_line": place and place.end_line, "end_column": place and place.end_column,
        "fix": finding.fix and finding.fix.applicability, "suppressed": suppressed and suppressed.kind,
        "suppression_reason": suppressed and suppressed.reason, "baseline": finding.state,
        "fingerprint": finding.fingerprint, "url": finding.url,
    }  # fmt: skip
