"""What a run did not do, as SARIF says it: notifications, so that an incomplete log does not look clean."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from cardlint.formats.safe import visible
from cardlint.formats.sarif_places import LONGEST_FIX, too_long

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cardlint.report import Report, Target

_MOST = 1000
LONGEST = 2000  # characters of a message
_TEXTS = {
    "rule-failed": "A check raised; what its rule would have found is not known.",
    "not-examined": "A rule had to look at something that could not be read.",
    "rule-skipped": "A rule could not look, because of what another one reports.",
    "not-fixed": "Something was not fixed although fixing was asked for.",
    "log-cut": "The log says less than there is to say.",
}
_NUMBERS = {name: number for number, name in enumerate(_TEXTS)}
KINDS = [
    {
        "id": name, "name": name.title().replace("-", ""),
        "shortDescription": {"text": text}, "fullDescription": {"text": text}, "help": {"text": text},
    }
    for name, text in _TEXTS.items()
]  # fmt: skip
_RANKS = ("error", "warning", "note")


class Notice(NamedTuple):
    """One thing to say of the run itself."""

    kind: str
    level: str
    text: str
    rule: str | None = None


def invocation(report: Report, notices: list[Notice]) -> dict[str, Any]:
    """The run: whether it looked at everything it had to, and what there is to say of it, the gravest first."""
    counts = report.counts()
    index = {rule.id: number for number, rule in enumerate(report.rules)}
    ordered = sorted(notices, key=lambda notice: _RANKS.index(notice.level))
    if len(ordered) > _MOST:
        more = f"{len(ordered) - _MOST + 1:,} more are left out of this list"
        ordered = [*ordered[: _MOST - 1], Notice("log-cut", "warning", more)]
    return {
        "executionSuccessful": not (counts["failed"] or counts["incomplete"]),
        "toolExecutionNotifications": [_notification(notice, index) for notice in ordered],
    }


def _notification(notice: Notice, index: dict[str, int]) -> dict[str, Any]:
    rule = {"associatedRule": {"id": notice.rule, "index": index[notice.rule]}} if notice.rule in index else {}
    about = {"id": notice.kind, "index": _NUMBERS[notice.kind]}
    return {"descriptor": about, "level": notice.level, "message": {"text": plain(notice.text)}, **rule}


def plain(text: str) -> str:
    """Text of one line that does nothing: no control character, and no link, which plain text of SARIF may hold (3.11.6)."""
    shown = visible(text[: LONGEST + 1]).replace("](", "] (")
    return shown if len(shown) <= LONGEST else f"{shown[: LONGEST - 1]}…"


def incidents(report: Report) -> Iterator[Notice]:
    """What was not examined, what failed, and what was not fixed."""
    for target in report.targets:
        yield from _of_target(target)


def _of_target(target: Target) -> Iterator[Notice]:
    for failed in target.failed:
        yield Notice("rule-failed", "error", f"{target.name}: {failed.rule} failed: {failed.error}", failed.rule)
    for item in target.skipped:
        if item.because is None:
            yield Notice("not-examined", "error", f"{target.name}: {item.rule} could not look: {item.reason}", item.rule)
        else:
            yield Notice("rule-skipped", "note", f"{target.name}: {item.rule} could not look, because of {item.because}", item.rule)
    if target.fixing is not None:
        yield from (Notice("not-fixed", "note", f"{target.name}: {note}") for note in target.fixing.notes)
        if target.fixing.unwritten is not None:
            yield Notice("not-fixed", "error", f"{target.name}: {target.fixing.unwritten}")


def losses(report: Report, most_related: int, most_absent: int) -> Iterator[Notice]:
    """What is cut in the results themselves."""
    findings = report.findings
    cut = sum(len(visible(finding.message[: LONGEST + 1])) > LONGEST for finding in findings)
    related = sum(len(finding.related) > most_related for finding in findings)
    absent = sum(len(target.gone) for target in report.targets) - most_absent
    fixes = sum(map(too_long, findings))
    if cut:
        yield Notice("log-cut", "warning", f"the messages of {cut:,} results are cut at {LONGEST:,} characters")
    if related:
        yield Notice("log-cut", "warning", f"{related:,} results have more than {most_related} related places; the others are left out")
    if absent > 0:
        yield Notice("log-cut", "warning", f"{absent:,} more findings of the baseline are absent than are listed")
    if fixes:
        yield Notice("log-cut", "warning", f"the fixes of {fixes:,} results write more than {LONGEST_FIX:,} characters, and are left out")
