"""One line per finding: `README.md:2:10: error[license-unknown] message`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cardlint.formats.contents import gathered, reached
from cardlint.formats.safe import visible_line
from cardlint.report import counted

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cardlint.report import Finding, Report, Target

__all__ = ["headline", "incidents", "reached", "render"]

_UNSEEN = {"incomplete": "not examined", "failed": "failed"}
_FEW = 5  # rules that are named one by one where the same thing stood in their way
_MOST = 50  # lines of a complaint: an exception is shown whole, wherever it ends up


def render(report: Report) -> str:
    """The report, a line each for findings, rules that could not look, and rules that failed."""
    return "".join(f"{line}\n" for target in report.targets for line in _lines(target))


def _lines(target: Target) -> Iterator[str]:
    for finding in target.findings:
        suppressed = f" [{finding.suppressed.kind}: {finding.suppressed.reason}]" if finding.suppressed else ""
        yield visible_line(f"{headline(finding, target.shown)}{suppressed}")
    yield from (visible_line(line) for line in incidents(target))


def complaint(report: Report, fail_on: str) -> str:
    """Why a report does not pass: how many findings count, then a line for each, and for what was not examined."""
    counting = counted(fail_on)
    lines = [line for target in report.targets for line in (*_counting(target, counting), *map(visible_line, incidents(target)))]
    total = sum(report.counts()[severity] for severity in counting)
    what = [f"{total} {'finding' if total == 1 else 'findings'} at or above {fail_on}"] if total else []
    what += [f"{report.counts()[name]} {label}" for name, label in _UNSEEN.items() if report.counts()[name]]
    more = [f"… and {len(lines) - _MOST} more"] if len(lines) > _MOST else []
    return "\n  ".join((", ".join(what), *lines[:_MOST], *more))


def _counting(target: Target, counting: Sequence[str]) -> Iterator[str]:
    for finding in target.findings:
        if finding.suppressed is None and finding.severity in counting:
            yield visible_line(headline(finding, target.shown))


def headline(finding: Finding, shown: str = "") -> str:
    """Place, severity, rule and message of a finding."""
    place = "" if finding.place is None else f":{finding.place.line}:{finding.place.column}"
    return f"{reached(shown, finding.path or '')}{place}: {finding.severity}[{finding.rule}] {finding.message}"


def incidents(target: Target) -> Iterator[str]:
    """What was not examined although it had to be, what failed, and what fixing left alone."""
    for gap in gathered(target):
        named = [f"[{rule}]" for rule in gap.rules] if len(gap.rules) <= _FEW else [f"[{len(gap.rules)} rules]"]
        yield from (f"{target.name}: {gap.kind}{name} {gap.reason}" for name in named or [":"])
    if target.fixing is not None:
        yield from (f"{target.name}: {note}" for note in target.fixing.notes)
