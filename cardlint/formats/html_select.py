"""Which findings a page has room for: the gravest first, in the order of the report."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Any, NamedTuple

from cardlint.formats.html_finding import LONGEST_MESSAGE, LONGEST_NAME, Item, article, where
from cardlint.formats.html_markup import anchor, cut, plain
from cardlint.problem import SEVERITIES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cardlint.formats.html_markup import Markup
    from cardlint.report import Descriptor, Finding, Report

MOST_TARGETS = 1_000
MOST_RULES = 500
MOST_FINDINGS = 5_000
# Characters of markup and data; beyond them browsers take seconds to open the page and mail servers refuse it.
MOST_CHARACTERS = 16_000_000


class Shown(NamedTuple):
    """A finding of the page: which target it is of, its markup, and what the script knows of it."""

    target: int
    finding: Finding
    markup: Markup
    row: dict[str, Any]


def select(report: Report, room: int = MOST_CHARACTERS) -> list[Shown]:
    """The findings the page shows, in the order of the report: at most MOST_FINDINGS, and what fits in `room` characters."""
    rules = {rule.id: rule for rule in described(report)}
    chosen: list[tuple[int, Shown]] = []
    for number, target, item in sorted(_items(report), key=lambda entry: (_gravity(entry[2].finding), entry[0]))[:MOST_FINDINGS]:
        shown = Shown(target, item.finding, article(item, rules), _row(item))
        room -= len(shown.markup) + len(json.dumps(shown.row))
        if room < 0:
            break
        chosen.append((number, shown))
    return [shown for _, shown in sorted(chosen, key=lambda entry: entry[0])]


def described(report: Report) -> list[Descriptor]:
    """The rules the page describes."""
    return report.rules[:MOST_RULES]


def _gravity(finding: Finding) -> tuple[bool, int]:
    """What counts before what is suppressed, errors first."""
    return finding.suppressed is not None, -SEVERITIES.index(finding.severity)


def _items(report: Report) -> list[tuple[int, int, Item]]:
    """Every finding, numbered, with its target's number. Of one fingerprint in several repositories each gets an id of its own."""
    items: list[tuple[int, int, Item]] = []
    seen: Counter[str] = Counter()
    for number, target in enumerate(report.targets[:MOST_TARGETS]):
        for finding in target.findings:
            name = anchor("f", finding.fingerprint)
            seen[name] += 1
            unique = name if seen[name] == 1 else f"{name}.{seen[name]}"
            items.append((len(items), number, Item(finding, unique)))
    return items


def _row(item: Item) -> dict[str, Any]:
    """What can be filtered and sorted by; texts as the page shows them."""
    finding, place = item.finding, item.finding.place
    return {
        "id": item.id,
        "rule": _name(finding.rule),
        "severity": finding.severity,
        "confidence": finding.confidence,
        "message": plain(cut(finding.message, LONGEST_MESSAGE)),
        "subject": _name(finding.subject),
        "path": plain(where(finding.path)),
        "line": place and place.line,
        "column": place and place.column,
        "fix": finding.fix and finding.fix.applicability,
        "suppressed": finding.suppressed and finding.suppressed.kind,
        "state": finding.state,
    }


def _name(value: str) -> str:
    return plain(cut(value, LONGEST_NAME))


def omitted(report: Report, shown: Sequence[Shown]) -> Counter[str]:
    """How many findings the page leaves out, by severity and `suppressed`."""
    there = Counter(_group(finding) for finding in report.findings)
    return there - Counter(_group(item.finding) for item in shown)


def _group(finding: Finding) -> str:
    return "suppressed" if finding.suppressed else finding.severity
