"""One line per finding: `README.md:2:10: error[license-unknown] message`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cardlint.formats.contents import gaps, reached
from cardlint.formats.safe import visible_line

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cardlint.report import Finding, Report, Target

__all__ = ["headline", "incidents", "reached", "render"]


def render(report: Report) -> str:
    """The report, a line each for findings, rules that could not look, and rules that failed."""
    return "".join(f"{line}\n" for target in report.targets for line in _lines(target))


def _lines(target: Target) -> Iterator[str]:
    for finding in target.findings:
        suppressed = f" [{finding.suppressed.kind}: {finding.suppressed.reason}]" if finding.suppressed else ""
        yield visible_line(f"{headline(finding, target.shown)}{suppressed}")
    yield from (visible_line(line) for line in incidents(target))


def headline(finding: Finding, shown: str = "") -> str:
    """Place, severity, rule and message of a finding."""
    place = "" if finding.place is None else f":{finding.place.line}:{finding.place.column}"
    return f"{reached(shown, finding.path or '')}{place}: {finding.severity}[{finding.rule}] {finding.message}"


def incidents(target: Target) -> Iterator[str]:
    """What was not examined although it had to be, what failed, and what fixing left alone."""
    for gap in gaps(target):
        yield f"{target.name}: {gap.kind}{''.join(f'[{rule}]' for rule in gap.rules) or ':'} {gap.reason}"
    if target.fixing is not None:
        yield from (f"{target.name}: {note}" for note in target.fixing.notes)
