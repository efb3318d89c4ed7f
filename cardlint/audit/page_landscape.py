"""The licences of an organisation, its owners, and its trend, as the page draws them."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from cardlint.audit.page_charts import Line, Part, bar, beside, columns, lines
from cardlint.audit.page_facts import OUTCOME_WORDS
from cardlint.audit.page_runs import OUTCOMES, points
from cardlint.audit.page_words import amount, counted, share
from cardlint.repository import KINDS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from cardlint.audit.page_read import Reading, Row
    from cardlint.audit.page_runs import Point
    from cardlint.formats.html_markup import Markup

ACCESS = ("open", "gated", "private", "untold")
ACCESS_WORDS = ("Open to everyone", "Gated", "Private", "Visibility not known")
_MOST_LICENSES = 15
_NONE = "No licence stated"


def access(row: Row) -> str:
    """Who can read a repository: a private one may be gated too."""
    if row.private is None:
        return "gated" if row.gated else "untold"
    return "private" if row.private else "gated" if row.gated else "open"


class License(NamedTuple):
    """A licence: its repositories by access (as `ACCESS`) and by kind, and their downloads."""

    name: str
    times: int
    share: str
    access: tuple[int, ...]
    kinds: tuple[int, ...]
    downloads: int
    picture: Markup


def licenses(rows: Sequence[Row]) -> list[License]:
    """Licences by repositories, none first; the rarest together."""
    groups: dict[str, list[Row]] = {}
    for row in rows:
        groups.setdefault((row.license or "").strip() or _NONE, []).append(row)
    order = sorted(groups, key=lambda name: (name != _NONE, -len(groups[name]), name))
    kept, rest = order[:_MOST_LICENSES], order[_MOST_LICENSES:]
    named = [(name, groups[name]) for name in kept]
    if rest:
        named.append((f"{counted(len(rest), 'other licence')}", [row for name in rest for row in groups[name]]))
    most = max((len(held) for _, held in named), default=1)
    return [_license(name, held, len(rows), most) for name, held in named]


def _license(name: str, rows: Sequence[Row], total: int, most: int) -> License:
    kinds, accesses = Counter(row.kind for row in rows), Counter(map(access, rows))
    parts = [Part(way, accesses[way], words) for way, words in zip(ACCESS, ACCESS_WORDS, strict=True)]
    told = ", ".join(f"{part.title.lower()} {amount(round(part.value))}" for part in parts if part.value)
    return License(
        name, len(rows), share(len(rows), total), tuple(accesses[way] for way in ACCESS), tuple(kinds[kind] for kind in KINDS),
        sum(row.downloads or 0 for row in rows), bar(parts, most, f"{name}: {told}"),
    )  # fmt: skip


class Owned(NamedTuple):
    """What lies with an owner, None for nobody: repositories, those audited in full, of these those with errors; findings that count."""

    owner: str | None
    repositories: int
    audited: int
    erring: int
    found: tuple[int, ...]
    new: int
    downloads: int


def owners(rows: Iterable[Row]) -> list[Owned]:
    """Owners with their repositories, what nobody owns first, then by errors."""
    groups: dict[str | None, list[Row]] = {}
    for row in rows:
        groups.setdefault(row.owner or None, []).append(row)
    made = [
        Owned(
            owner, len(held), sum(row.outcome == "audited" for row in held),
            sum(row.outcome == "audited" and row.found[0] > 0 for row in held),
            tuple(sum(row.found[number] for row in held) for number in range(3)),
            sum(row.new for row in held), sum(row.downloads or 0 for row in held),
        )
        for owner, held in groups.items()
    ]  # fmt: skip
    return sorted(made, key=lambda it: (it.owner is not None, -it.found[0], it.owner or ""))


class Trend(NamedTuple):
    """The runs of a series: three pictures, and the same as numbers. `earlier` are runs there is no room for."""

    points: list[Point]
    earlier: int
    found: Markup
    examined: Markup
    moved: Markup
    summary: str

    @property
    def changes(self) -> bool:
        """Whether a run was made by other rules than the one before."""
        return any(point.changed for point in self.points)


def trend(reading: Reading) -> Trend | None:
    """The trend; None where there is one run only."""
    if reading.is_first:
        return None
    last = tuple(sum(row.found[number] for row in reading.repositories) for number in range(3))
    shown = points(reading.connection, reading.runs, last)
    days, changes = [point.run.date for point in shown], [point.changed for point in shown]
    summary = _summary(shown[0], shown[-1], len(shown))
    series = [Line(tone, words, tuple(point.found[number] for point in shown)) for number, (tone, words) in enumerate(_LINES)]
    stacks = [[Part(*named) for named in zip(OUTCOMES, point.outcomes, OUTCOME_WORDS.values(), strict=True)] for point in shown]
    moves = [[Part("came", point.came, "New"), Part("went", point.went, "Gone")] for point in shown]
    examined = f"Repositories per run, {amount(shown[-1].outcomes[0])} audited in full in the last of {counted(len(shown), 'run')}"
    moved = f"New and gone findings per run; in the last {amount(shown[-1].came)} new and {amount(shown[-1].went)} gone"
    return Trend(
        shown, len(reading.runs) - len(shown), lines(series, days, summary, changes), columns(stacks, days, examined, changes),
        beside(moves, days, moved, changes), summary,
    )  # fmt: skip


_LINES = (("error", "Errors"), ("warning", "Warnings"), ("note", "Notes"))


def _summary(first: Point, last: Point, runs: int) -> str:
    told = [_moved(words, first.found[number], last.found[number]) for number, (_, words) in enumerate(_LINES)]
    return f"Over {counted(runs, 'run')}, from {first.run.date} to {last.run.date}: {'; '.join(told)}"


def _moved(words: str, before: int, after: int) -> str:
    if before == after:
        return f"{words.lower()} unchanged at {amount(after)}"
    return f"{words.lower()} {'fell' if after < before else 'rose'} from {amount(before)} to {amount(after)}"
