"""One line per finding: `README.md:2:10: error[license-unknown] message`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cardlint.formats.safe import visible
from cardlint.report import counted

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cardlint.report import Finding, Report, Target

_UNSEEN = {"incomplete": "not examined", "failed": "failed"}
_MOST = 50  # lines of a complaint: an exception is shown whole, wherever it ends up


def render(report: Report) -> str:
    """The report, a line each for findings, rules that could not look, and rules that failed."""
    return "".join(f"{line}\n" for target in report.targets for line in _lines(target))


def _lines(target: Target) -> Iterator[str]:
    for finding in target.findings:
        suppressed = f" [{finding.suppressed.kind}: {finding.suppressed.reason}]" if finding.suppressed else ""
        yield visible(f"{headline(finding, target.shown)}{suppressed}")
    yield from (visible(line) for line in incidents(target))


def complaint(report: Report, fail_on: str) -> str:
    """Why a report does not pass: how many findings count, then a line for each, and for what was not examined."""
    counting = counted(fail_on)
    lines = [line for target in report.targets for line in (*_counting(target, counting), *map(visible, incidents(target)))]
    total = sum(report.counts()[severity] for severity in counting)
    what = [f"{total} {'finding' if total == 1 else 'findings'} at or above {fail_on}"] if total else []
    what += [f"{report.counts()[name]} {label}" for name, label in _UNSEEN.items() if report.counts()[name]]
    more = [f"… and {len(lines) - _MOST} more"] if len(lines) > _MOST else []
    return "\n  ".join((", ".join(what), *lines[:_MOST], *more))


def _counting(target: Target, counting: Sequence[str]) -> Iterator[str]:
    for finding in target.findings:
        if finding.suppressed is None and finding.severity in counting:
            yield visible(headline(finding, target.shown))


def headline(finding: Finding, shown: str = "") -> str:
    """Place, severity, rule and message of a finding."""
    place = "" if finding.place is None else f":{finding.place.line}:{finding.place.column}"
    return f"{reached(shown, finding.path or '')}{place}: {finding.severity}[{finding.rule}] {finding.message}"


def reached(shown: str, path: str) -> str:
    """A path of the repository as reached from the working directory."""
    return f"{shown}/{path}" if shown and path else shown or path or "."


def _whose_defect(rule: str) -> str:
    """To whom to report that a rule failed."""
    from cardlint.plugins import installed  # few runs fail

    name, slash, _ = rule.partition("/")
    if slash and (name in installed().broken or any(plugin.name == name for plugin in installed().plugins)):
        return f"this is a defect of the plug-in {name}, please report it to its authors"
    return "this is a defect of cardlint, please report it"


def incidents(target: Target) -> Iterator[str]:
    """What was not examined although it had to be, and what failed."""
    for skipped in target.skipped:
        if skipped.because is None:
            yield f"{target.name}: not examined[{skipped.rule}] {skipped.reason}"
    for failed in target.failed:
        yield f"{target.name}: failed[{failed.rule}] {failed.error}; {_whose_defect(failed.rule)}"
    if target.fixing is not None:
        yield from (f"{target.name}: {note}" for note in target.fixing.notes)
        if target.fixing.unwritten is not None:
            yield f"{target.name}: not fixed: {target.fixing.unwritten}"
