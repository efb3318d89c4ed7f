"""The report for people: each finding with the line it is about, underlined, and how to learn more."""

from __future__ import annotations

import unicodedata
from collections import Counter
from itertools import accumulate, takewhile
from typing import TYPE_CHECKING

from cardlint.formats.concise import headline, incidents
from cardlint.formats.contents import WAYS, fixable, plural, reached
from cardlint.formats.safe import visible, visible_line
from cardlint.weights.named import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from cardlint.report import Finding, Place, Report, Target

_COLOURS = {"error": "31;1", "warning": "33;1", "note": "36;1"}
_LEAD = 12
_NARROWEST = 40
_WIDEST = 400
_REACH = 4  # characters looked at for each cell shown: combining marks take none


class Style(NamedTuple):
    """How wide the terminal is (cells) and whether it shows colour; `quiet` leaves out the summary, `verbose` adds what was not asked.

    `program` is how people call us: what the report tells them to type must work.
    """

    width: int = 100
    colour: bool = False
    quiet: bool = False
    verbose: bool = False
    program: str = "cardlint"

    def paint(self, text: str, code: str) -> str:
        """The text in a colour, where there is colour."""
        return f"\x1b[{code}m{text}\x1b[0m" if self.colour and text else text


def render(report: Report, style: Style = Style()) -> str:
    """The report with code frames and a closing line."""
    parts = [line for target in report.targets for line in _target(target, style)]
    if report.statistics:
        parts += [*_statistics(report), ""]
    if not style.quiet:
        parts.append(_summary(report, style))
    return "".join(f"{part}\n" for part in parts)


def _target(target: Target, style: Style) -> Iterator[str]:
    for finding in target.findings:
        if finding.suppressed is None or style.verbose:
            yield from _finding(finding, target.shown, style)
    yield from (style.paint(visible_line(line), "35;1") for line in incidents(target))
    if target.renamed:
        yield visible_line(f"{target.name}: was renamed and is {target.renamed} today; the old name works until somebody takes it")
    if style.verbose:
        yield from _verbose(target)


def _finding(finding: Finding, shown: str, style: Style) -> Iterator[str]:
    head = visible_line(headline(finding, shown))
    tag = f"{finding.severity}[{finding.rule}]"
    yield head.replace(tag, style.paint(tag, _COLOURS[finding.severity]), 1)
    margin = "  "
    if finding.place is not None:
        margin = " " * (len(str(finding.place.line)) + 2)
        yield from _frame(finding.place, margin, style, _COLOURS[finding.severity])
    for item in finding.related:
        place = f"{reached(shown, item.place.path)}:{item.place.line}:{item.place.column}"
        yield visible(f"{margin}= {place}: {item.message}")
    if finding.suppressed is not None:
        yield visible(f"{margin}= suppressed ({finding.suppressed.kind}): {finding.suppressed.reason}")
    if finding.fix is not None and finding.suppressed is None:
        yield visible(f"{margin}= {WAYS[finding.fix.applicability]}: {finding.fix.title}")
    yield style.paint(f"{margin}= {style.program} explain {finding.rule}", "2")
    yield ""


def _frame(place: Place, margin: str, style: Style, colour: str) -> Iterator[str]:
    """The line of a finding and the underline, cut to the width around the place."""
    source, start = place.source, min(place.column - 1, len(place.source))
    end = place.end_column - 1 if place.end_line == place.line else len(source)
    room = min(max(_NARROWEST, style.width), _WIDEST) - len(margin) - 3
    # A line may be two million characters long; what cannot be shown is not looked at.
    reach = _REACH * room
    before, marked = visible(source[max(0, start - reach) : start]), visible(source[start : max(start, min(end, start + reach))])
    if _cells(before) > room - _LEAD or start > reach:
        before = "…" + _tail(before, room // 3)
    marked = _head(marked, room - _cells(before))
    after = _head(visible(source[max(start, end) : max(start, end) + reach]), room - _cells(before) - _cells(marked))
    yield f"{style.paint(f' {place.line} |', '34')} {before}{marked}{after}"
    yield f"{style.paint(f'{margin}|', '34')} {' ' * _cells(before)}{style.paint('^' * max(1, _cells(marked)), colour)}"


def _cells(text: str) -> int:
    """How many terminal cells a text takes."""
    return sum(_width(char) for char in text)


def _width(char: str) -> int:
    if unicodedata.combining(char) or char in "\u200c\u200d\ufe0f":
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def _head(text: str, room: int) -> str:
    if _cells(text) <= room:
        return text
    return text[: _fitting(text, room - 1)] + "…" if room > 0 else ""


def _tail(text: str, room: int) -> str:
    return text[len(text) - _fitting(reversed(text), room) :]


def _fitting(text: Iterable[str], room: int) -> int:
    """How many of the first characters take no more than so many cells."""
    return sum(1 for _ in takewhile(lambda cells: cells <= room, accumulate(map(_width, text))))


def _verbose(target: Target) -> Iterator[str]:
    for skipped in target.skipped:
        if skipped.because is not None:
            yield visible_line(f"{target.name}: skipped[{skipped.rule}] because of {skipped.because}")
    for rule in target.not_applicable:
        yield visible_line(f"{target.name}: not applicable[{rule}]")
    for path, reason in target.inert:
        yield visible_line(f"{reached(target.shown, path)}: left unread: {reason}")
    if target.traffic is not None:
        requests, received = target.traffic
        yield visible_line(f"{target.name}: {plural(requests, 'request')} to the Hub, {plural(received, 'byte')} received")


def _statistics(report: Report) -> list[str]:
    counts = Counter((finding.rule, finding.severity) for finding in report.findings if finding.suppressed is None)
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return [f"{count:>6}  {severity:<8}{rule}" for (rule, severity), count in ordered]


def _summary(report: Report, style: Style) -> str:
    counts = report.counts()
    found = [plural(counts[name], name) for name in ("error", "warning", "note") if counts[name]]
    others = {"suppressed": "suppressed", "incomplete": "not examined", "failed": "failed"}
    extra = [f"{counts[name]} {label}" for name, label in others.items() if counts[name]]
    what = ", ".join(found + extra)
    where = plural(len(report.targets), "repository", "repositories")
    fixed = f"Fixed {plural(counts['fixed'], 'finding')}. " if counts["fixed"] else ""
    if not what:
        return style.paint(f"{fixed}Nothing {'else ' if fixed else ''}found in {where}.", "32;1")
    return style.paint(f"{fixed}{what[0].upper()}{what[1:]} in {where}. {fixable(report)}".rstrip(), "1")
