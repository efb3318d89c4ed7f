"""The head of an HTML report: what was examined and what was not, then what was found, each count with what it is out of."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from cardlint.formats.html_finding import LONGEST_MESSAGE, LONGEST_NAME
from cardlint.formats.html_markup import Markup, count, cut, element, together
from cardlint.formats.html_select import MOST_TARGETS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from cardlint.report import Report, Skipped, Target

_ROOM = 4_000_000  # characters of the coverage section, beyond which reasons are left out
_MOST_RULES = 200  # named for one reason
_COUNTED = ("error", "warning", "note")


def coverage(report: Report) -> Markup:
    """What was examined: a row per repository, then every gap with its reason."""
    whole = sum(not gaps(target) for target in report.targets)
    total = len(report.targets)
    told = f"{whole:,} of {count(total, 'repository', 'repositories')} examined in full."
    if whole < total:
        told += " In the others something that had to be read could not be, or a rule failed; nothing is known of that part."
    return element(
        "section",
        element("h2", "What was examined", id="examined"),
        element("p", told, class_="lead" if whole == total else "lead incomplete"),
        _table(report),
        together(_fitting(_accounts(report.targets[:MOST_TARGETS]))),
        aria_labelledby="examined",
    )  # fmt: skip


def gaps(target: Target) -> int:
    """How much of a repository nothing is known of: what could not be read, what failed, what was not written."""
    unwritten = target.fixing is not None and target.fixing.unwritten is not None
    return sum(item.because is None for item in target.skipped) + len(target.failed) + unwritten


def name(target: Target) -> str:
    """What a repository is called: as it was given."""
    return cut(target.title, LONGEST_NAME)


def _table(report: Report) -> Markup:
    head = element("tr", *(element("th", title, scope="col", class_="number" if title in _NUMBERS else None) for title in _COLUMNS))
    rows = [_row(number, target) for number, target in enumerate(report.targets[:MOST_TARGETS])]
    more = len(report.targets) - len(rows)
    rest = element("p", f"{count(more, 'more repository', 'more repositories')} not listed; the JSON report has all.") if more else ""
    caption = element("caption", "Repositories of this report", class_="unseen")
    table = element("table", caption, element("thead", head), element("tbody", *rows))
    return together([element("div", table, class_="scroll", role="region", aria_label="Repositories", tabindex="0"), rest])


_COLUMNS = ("Repository", "Kind", "Revision", "Errors", "Warnings", "Notes", "Suppressed", "Not examined")
_NUMBERS = _COLUMNS[3:]


def _row(number: int, target: Target) -> Markup:
    found = Counter("suppressed" if finding.suppressed else finding.severity for finding in target.findings)
    title = element("th", element("a", name(target), href=f"#r-{number}"), scope="row")
    unnamed = "as on disk" if target.traffic is None else "not known"
    revision = element("code", cut(target.revision, 12)) if target.revision else unnamed
    words = [element("td", target.kind), element("td", revision)]
    numbers = [_number(found[severity], severity) for severity in (*_COUNTED, "suppressed")]
    return element("tr", title, *words, *numbers, _number(gaps(target), "gap"))


def _number(value: int, kind: str) -> Markup:
    return element("td", f"{value:,}", class_=f"number {kind}" if value else "number none")


def _fitting(parts: Iterable[Markup]) -> Iterator[Markup]:
    """Parts as far as there is room, and then a word on the others."""
    room = _ROOM
    for part in parts:
        room -= len(part)
        if room < 0:
            yield element("p", "There is more that was not examined than this page has room for; the JSON report has all.")
            return
        yield part


def _accounts(targets: Iterable[Target]) -> Iterator[Markup]:
    """Per repository what was not examined and why."""
    for target in targets:
        items = [*_incidents(target), *_asides(target)]
        if items:
            state = "gaps" if gaps(target) else "settled"
            yield element("div", element("h3", name(target)), element("ul", *items), class_=f"account {state}")


def _incidents(target: Target) -> Iterator[Markup]:
    for item in target.failed:
        yield _told("Failed", cut(item.error, LONGEST_MESSAGE), [item.rule])
    for reason, rules in _by_reason(item for item in target.skipped if item.because is None):
        yield _told("Not examined", reason, rules)
    if target.fixing is not None and target.fixing.unwritten is not None:
        yield _told("Not fixed", cut(target.fixing.unwritten, LONGEST_MESSAGE), [])


def _asides(target: Target) -> Iterator[Markup]:
    """What leaves no gap: what stands behind another finding, cannot apply here, or was said of fixing."""
    behind = [item for item in target.skipped if item.because is not None]
    for reason, rules in _by_reason(behind, lambda item: f"{item.reason} (reported by {item.because})"):
        yield _told("Behind another finding", reason, rules)
    if target.not_applicable:
        yield _told("Cannot apply here", "", target.not_applicable)
    for note in target.fixing.notes[:_MOST_RULES] if target.fixing is not None else ():
        yield _told("Fixing", cut(note, LONGEST_MESSAGE), [])


def _by_reason(items: Iterable[Skipped], reason: Callable[[Skipped], str] = lambda item: item.reason) -> Iterator[tuple[str, list[str]]]:
    """Skipped rules by why."""
    found: dict[str, list[str]] = {}
    for item in items:
        found.setdefault(reason(item), []).append(item.rule)
    yield from ((cut(why, LONGEST_MESSAGE), rules) for why, rules in found.items())


def _told(what: str, why: str, rules: Iterable[str]) -> Markup:
    """A line of the account; many rules are folded away."""
    ids = list(rules)
    label = element("strong", what)
    if not ids:
        return element("li", label, f": {why}")
    codes = together(part for rule in ids[:_MOST_RULES] for part in (element("code", cut(rule, LONGEST_NAME)), " "))
    more = f"and {len(ids) - _MOST_RULES:,} more" if len(ids) > _MOST_RULES else ""
    said = f": {why}" if why else ""
    if len(ids) <= _FEW:
        return element("li", label, f"{said} ", codes)
    return element("li", label, said, element("details", element("summary", count(len(ids), "rule")), element("p", codes, more)))


_FEW = 3


def counts(report: Report) -> Markup:
    """What was found: counts with what they are out of; no score, which would average an error away."""
    found = report.counts()
    open_ = sum(found[severity] for severity in _COUNTED)
    total = len(report.targets)
    tiles = []
    for severity, title in zip(_COUNTED, ("Errors", "Warnings", "Notes"), strict=True):
        where = sum(any(item.suppressed is None and item.severity == severity for item in target.findings) for target in report.targets)
        tiles.append(_tile(title, found[severity], f"of {count(open_, 'finding')}, in {where:,} of {_repositories(total)}", severity))
    tiles.append(_tile("Fixable", found["fixable"], f"of {count(open_, 'finding')}", "fixable"))
    tiles.append(
        _tile("Suppressed", found["suppressed"], f"of {open_ + found['suppressed']:,} with those; they do not count", "suppressed")
    )
    if found["fixed"]:
        tiles.append(_tile("Fixed", found["fixed"], "in this run, and gone from the list", "fixable"))
    return element("dl", *tiles, class_="tiles")


def _repositories(total: int) -> str:
    return count(total, "repository", "repositories")


def _tile(title: str, value: int, rest: str, kind: str) -> Markup:
    shown = element("dd", element("span", f"{value:,}", class_="value"), " ", element("span", rest, class_="rest"))
    return element("div", element("dt", title), shown, class_=f"tile {kind}" if value else f"tile {kind} none")
