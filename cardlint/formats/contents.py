"""What reports have in common: which findings count, what was not examined, what can be fixed, and where files lie."""

from __future__ import annotations

import os
from collections import Counter
from typing import TYPE_CHECKING, Literal

from cardlint.problem import SEVERITIES
from cardlint.weights.named import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from cardlint.report import Finding, Place, Report, Target

GRAVEST_FIRST = ("error", "warning", "note")
WAYS = {"safe": "--fix", "unsafe": "--unsafe-fixes"}


class Gap(NamedTuple):
    """What had to be examined, or written, and was not: by which rules, and why. `rules` is empty where it is about no rule."""

    kind: Literal["not examined", "failed", "not fixed"]
    rules: tuple[str, ...]
    reason: str


def gaps(target: Target) -> Iterator[Gap]:
    """The gaps of a target, one for each rule. What a rule that reports the obstacle explains is none."""
    for skipped in target.skipped:
        if skipped.because is None:
            yield Gap("not examined", (skipped.rule,), skipped.reason)
    for failed in target.failed:
        yield Gap("failed", (failed.rule,), f"{failed.error}; {_whose_defect(failed.rule)}")
    if target.fixing is not None and target.fixing.unwritten is not None:
        yield Gap("not fixed", (), target.fixing.unwritten)


def gathered(target: Target) -> list[Gap]:
    """The gaps of a target, one for each reason: where a card cannot be read, every rule says so."""
    rules: dict[tuple[Literal["not examined", "failed", "not fixed"], str], list[str]] = {}
    for gap in gaps(target):
        rules.setdefault((gap.kind, gap.reason), []).extend(gap.rules)
    return [Gap(kind, tuple(dict.fromkeys(named)), reason) for (kind, reason), named in rules.items()]


def _whose_defect(rule: str) -> str:
    """To whom to report that a rule failed."""
    from cardlint.plugins import installed  # few runs fail

    name, slash, _ = rule.partition("/")
    if slash and (name in installed().broken or any(plugin.name == name for plugin in installed().plugins)):
        return f"this is a defect of the plug-in {name}, please report it to its authors"
    return "this is a defect of cardlint, please report it"


def counting(findings: Iterable[Finding]) -> list[Finding]:
    """The findings that are not suppressed, the gravest first, else in their order."""
    open_ = (finding for finding in findings if finding.suppressed is None)
    return sorted(open_, key=lambda finding: -SEVERITIES.index(finding.severity))


def reached(shown: str, path: str) -> str:
    """A path of the repository as reached from the working directory."""
    return f"{shown}/{path}" if shown and path else shown or path or "."


def file_of(target: Target, path: str | None) -> str:
    """The same with `/` between all steps, as the web has it; of what is in no file the card, where people look first."""
    return reached(target.shown.replace(os.sep, "/"), path or target.card)


def forward(place: Place) -> Place:
    """The place with an end that is not before its start, which it is where the value of an entry is an alias."""
    if (place.end_line, place.end_column) >= (place.line, place.column):
        return place
    return place._replace(end_line=place.line, end_column=place.column, end=place.start)


def fixable(report: Report, option: str = "{}") -> str:
    """How many of the findings that count can be fixed, and how, as a sentence; empty where none can. `option` frames options."""
    open_ = counting(report.findings)
    ways = Counter(finding.fix.applicability for finding in open_ if finding.fix is not None)
    safe, unsafe = ways["safe"], ways["unsafe"]
    if not safe and not unsafe:
        return ""
    with_unsafe = option.format(WAYS["unsafe"])
    if not safe:
        return f"{unsafe} of {len(open_)} can be fixed with {with_unsafe}."
    more = f", {unsafe} more with {with_unsafe}" if unsafe else ""
    return f"{safe} of {len(open_)} can be fixed with {option.format(WAYS['safe'])}{more}."


def plural(count: int, one: str, many: str | None = None) -> str:
    """A count with its noun."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def cut(text: str, length: int) -> str:
    """A text of at most so many code points; where some are left out the last one is `…`."""
    return text if len(text) <= length else f"{text[: length - 1]}…"
