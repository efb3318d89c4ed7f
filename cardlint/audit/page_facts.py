"""What the page says in numbers before any table: what was examined, and what matters of what was found, each out of how many."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from cardlint.audit.figures import UNTOLD
from cardlint.audit.page_charts import Part, bar
from cardlint.audit.page_read import SEVERITIES
from cardlint.audit.page_runs import OUTCOMES
from cardlint.audit.page_words import MONTH, QUARTER, WEEK, amount, counted, days_between, repositories, share
from cardlint.audit.reasons import alike
from cardlint.repository import KINDS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from cardlint.audit.page_read import Reading, Row
    from cardlint.formats.html_markup import Markup

OUTCOME_WORDS = {
    "audited": "Audited in full",
    "skipped": "Skipped, or only in part",
    "failed": "Failed",
    "pending": "Not reached",
}
WORST = ("error", "warning", "note", "clean", "unknown")
WORST_WORDS = (
    "With errors",
    "With warnings, no errors",
    "With notes only",
    "Nothing found",
    "Nothing found, but not everything was looked at",
)
KIND_WORDS = {"model": "Models", "dataset": "Datasets", "space": "Spaces"}
_EXAMPLES = 3
_MOST_REASONS = 30


class Reason(NamedTuple):
    """Why repositories were not audited: how many, and some of them."""

    outcome: str
    reason: str
    times: int
    examples: tuple[str, ...]


class Coverage(NamedTuple):
    """What was examined. `partial` are repositories audited in full in which some rule could not look all the same."""

    total: int
    counts: dict[str, int]
    picture: Markup
    reasons: list[Reason]
    more_reasons: int
    partial: int
    honoured: int
    outside: int

    @property
    def whole(self) -> bool:
        """Whether every repository was audited in full."""
        return self.counts["audited"] == self.total


def coverage(reading: Reading) -> Coverage:
    """What was examined and what was not, with reasons."""
    counts = dict.fromkeys(OUTCOMES, 0) | Counter(row.outcome for row in reading.repositories)
    total = len(reading.repositories)
    parts = [Part(outcome, counts[outcome], OUTCOME_WORDS[outcome]) for outcome in OUTCOMES]
    told = ", ".join(f"{part.title.lower()}: {amount(round(part.value))}" for part in parts if part.value)
    reasons = _reasons(reading.repositories)
    return Coverage(
        total, counts, bar(parts, max(1, total), f"Of {repositories(total)}, {told or 'none'}"), reasons[:_MOST_REASONS],
        max(0, len(reasons) - _MOST_REASONS), sum(row.gaps > 0 for row in reading.audited),
        sum(bool(row.honoured) for row in reading.repositories),
        sum(row.open > 0 for row in reading.repositories if row.outcome != "audited"),
    )  # fmt: skip


def _reasons(rows: Iterable[Row]) -> list[Reason]:
    """The most frequent first."""
    found: dict[tuple[str, str], list[str]] = {}
    for row in rows:
        if row.outcome != "audited":
            found.setdefault((row.outcome, alike(row.reason or UNTOLD[row.outcome], row.name)), []).append(row.name)
    reasons = [Reason(*key, len(names), tuple(names[:_EXAMPLES])) for key, names in found.items()]
    return sorted(reasons, key=lambda it: (-it.times, it.outcome, it.reason))


class Tile(NamedTuple):
    """One figure: what of how much."""

    tone: str
    title: str
    part: int
    whole: int

    @property
    def share(self) -> str:
        """As a percentage."""
        return share(self.part, self.whole)


class Worst(NamedTuple):
    """A bar: repositories by the gravest that was found in them. `counts` go with `WORST`."""

    title: str
    whole: int
    counts: tuple[int, ...]
    picture: Markup


class View(NamedTuple):
    """One way to count: every repository, by downloads, or those of one visibility. `unit` is what is counted."""

    key: str
    title: str
    unit: str
    tiles: list[Tile]
    rows: list[Worst]


def views(reading: Reading) -> list[View]:
    """The ways to count that say something here, the plain one first. Only what was audited in full counts."""
    rows = reading.audited
    visible = [row for row in rows if row.private == 0]
    hidden = [row for row in rows if row.private]
    made = [_view("all", "Every repository alike", "audited repositories", rows, lambda _: 1)]
    if any(row.downloads for row in rows):
        made.append(_view("downloads", "Weighted by downloads", "downloads in 30 days", rows, lambda row: row.downloads or 0))
    if visible and hidden:
        made.append(_view("public", "Public only", "public audited repositories", visible, lambda _: 1))
        made.append(_view("private", "Private only", "private audited repositories", hidden, lambda _: 1))
    return made


def _view(key: str, title: str, unit: str, rows: list[Row], weight: Callable[[Row], int]) -> View:
    whole = sum(map(weight, rows))
    tiles = [
        Tile(severity, words, sum(weight(row) for row in rows if row.found[number]), whole)
        for number, (severity, words) in enumerate(zip(SEVERITIES, ("Errors", "Warnings", "Notes"), strict=True))
    ]
    tiles.append(Tile("clean", "Nothing found", sum(weight(row) for row in rows if row.worst == WORST.index("clean")), whole))
    by_kind = [(KIND_WORDS[kind], [row for row in rows if row.kind == kind]) for kind in KINDS]
    there = [("All", rows), *((words, some) for words, some in by_kind if some and len(some) < len(rows))]
    return View(key, title, unit, tiles, [_worst(words, some, weight, unit) for words, some in there])


def _worst(title: str, rows: Sequence[Row], weight: Callable[[Row], int], unit: str) -> Worst:
    counts = [0] * len(WORST)
    for row in rows:
        counts[row.worst] += weight(row)
    whole = sum(counts)
    parts = [Part(tone, count, words) for tone, count, words in zip(WORST, counts, WORST_WORDS, strict=True)]
    told = "; ".join(f"{part.title.lower()} {amount(round(part.value))}" for part in parts if part.value)
    return Worst(title, whole, tuple(counts), bar(parts, max(1, whole), f"{title}, of {amount(whole)} {unit}: {told or 'none'}"))


class Group(NamedTuple):
    """Rules of one category, or of one policy: how many, findings by severity, and repositories with one, of those audited."""

    title: str
    rules: int
    found: tuple[int, ...]
    picture: Markup


def categories(reading: Reading) -> list[Group]:
    """Findings by the category of their rules, the most first."""
    found: dict[str, list[int]] = {}
    rules = Counter(rule.category for rule in reading.rules.values())
    for rule in reading.rules.values():
        counts = found.setdefault(rule.category, [0, 0, 0])
        for number, count in enumerate(rule.found):
            counts[number] += count
    most = max((sum(counts) for counts in found.values()), default=0)
    made = [
        Group(name or "of a former policy", rules[name], tuple(counts), _severities(name, counts, most)) for name, counts in found.items()
    ]
    return sorted((group for group in made if sum(group.found)), key=lambda it: (-sum(it.found), it.title))


def _severities(title: str, counts: Sequence[int], most: int) -> Markup:
    parts = [Part(severity, count, f"{severity}s".capitalize()) for severity, count in zip(SEVERITIES, counts, strict=True)]
    told = ", ".join(counted(count, severity) for severity, count in zip(SEVERITIES, counts, strict=True) if count)
    return bar(parts, max(1, most), f"{title}: {told or 'none'}", thin=True)


class Passing(NamedTuple):
    """A policy that ships: how many of its errors' rules ran, and how many repositories have none of these errors."""

    title: str
    ran: int
    total: int
    passing: int
    whole: int
    picture: Markup

    @property
    def share(self) -> str:
        """Of the repositories, as a percentage."""
        return share(self.passing, self.whole)


def passing(reading: Reading) -> list[Passing]:
    """For each policy that ships, which of the audited repositories would have no error by it, as far as its rules ran."""
    rows, made = reading.audited, []
    for number, (name, tier) in enumerate(reading.tiers.items()):
        good = sum(not row.tiers >> number & 1 for row in rows)
        parts = [Part("passing", good, "Without an error")]
        picture = bar(parts, max(1, len(rows)), f"{name}: {amount(good)} of {repositories(len(rows))} without an error", thin=True)
        made.append(Passing(name, len(tier.rules), tier.total, good, len(rows), picture))
    return made


class Age(NamedTuple):
    """Findings that have been there for so long."""

    title: str
    times: int
    picture: Markup


def ages(reading: Reading) -> list[Age]:
    """For how long the findings that count have been there, by the runs of this store."""
    counts = [0] * len(_AGES)
    dates = {run.id: run.date for run in reading.runs}
    for since, count in reading.ages.items():
        days = days_between(dates.get(since, reading.run.date), reading.run.date)
        at = 0 if since == reading.run.id else next(number for number, (_, most) in enumerate(_AGES) if number and days <= most)
        counts[at] += count
    total = max(1, *counts)
    named = zip(_AGES, counts, strict=True)
    return [
        Age(title, count, bar([Part("age", count, title)], total, f"{title}: {counted(count, 'finding')}")) for (title, _), count in named
    ]


_AGES = (
    ("First seen in this run", 0),
    ("Up to a week", WEEK),
    ("Up to a month", MONTH),
    ("Up to three months", QUARTER),
    ("Longer", 10**9),
)


class Fixable(NamedTuple):
    """What a fix is known for: findings, and the repositories they lie in; then the rules with most of them."""

    safe: int
    unsafe: int
    safe_repositories: int
    unsafe_repositories: int
    open: int
    rules: list[tuple[str, str, int, int, Markup]]


def fixable(reading: Reading) -> Fixable:
    """What can be fixed now."""
    rows = reading.repositories
    rules = sorted((rule for rule in reading.rules.values() if rule.safe or rule.unsafe), key=lambda it: (-it.safe - it.unsafe, it.id))[:10]
    most = max((rule.safe + rule.unsafe for rule in rules), default=1)
    drawn = [
        (rule.id, rule.title, rule.safe, rule.unsafe,
         bar([Part("safe", rule.safe, "Safe"), Part("unsafe", rule.unsafe, "Needs a look")], most,
             f"{rule.title}: {amount(rule.safe)} safe, {amount(rule.unsafe)} to be looked at", thin=True))
        for rule in rules
    ]  # fmt: skip
    return Fixable(
        sum(row.safe for row in rows), sum(row.unsafe for row in rows), sum(row.safe > 0 for row in rows),
        sum(row.unsafe > 0 for row in rows),
        sum(row.open for row in rows), drawn,
    )  # fmt: skip
