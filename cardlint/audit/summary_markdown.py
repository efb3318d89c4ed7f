"""A run in GitHub Flavored Markdown, for the summary of a CI job or an issue: coverage first, then what there is to do.

Every count stands beside what it is out of. Findings that are suppressed are counted apart and in no table. Nothing of a
repository acts in it (`cardlint.formats.markup`).
"""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

from cardlint.audit.figures import Figures
from cardlint.audit.storeside import chosen, previous, undamaged
from cardlint.formats.contents import GRAVEST_FIRST, cut, plural
from cardlint.formats.markup import code, inline
from cardlint.formats.tables import Table, fitting

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator

    from cardlint.audit.store import Store

LIMIT = 64_000  # UTF-8 bytes: an issue takes no more than 65,536 characters
SOON = timedelta(days=30)
_TOP = 15
_NEWEST = 25
_NAME = 200
_LONGEST = 300
_WHY = "for GitHub takes no longer text; `--output-format json` has them all"
_OPEN = "FROM outcomes AS o JOIN findings AS f ON f.result = o.result WHERE o.run = :run AND f.suppressed IS NULL"
_GRAVITY = "CASE f.severity WHEN 'error' THEN 0 WHEN 'warning' THEN 1 ELSE 2 END"
_REPOSITORIES = f"""
    SELECT p.name, o.owner, sum(f.severity = 'error') AS errors, sum(f.severity = 'warning') AS warnings, sum(f.severity = 'note') AS notes
    {_OPEN.replace("WHERE", "JOIN repositories AS p ON p.id = o.repository WHERE")}
    GROUP BY o.repository ORDER BY errors DESC, warnings DESC, notes DESC, p.name
"""
# Beside the findings themselves, for one that is new may be suppressed and then does not count.
_NEW = f"""
    SELECT p.name, f.severity, f.rule, f.message, f.path, f.line, f."column", EXISTS (
        SELECT 1 FROM sightings AS e WHERE e.series = s.series AND e.repository = s.repository AND e.fingerprint = s.fingerprint
        AND e.since < s.since) AS again
    FROM sightings AS s JOIN outcomes AS o ON o.run = :run AND o.repository = s.repository
    JOIN findings AS f ON f.result = o.result AND f.fingerprint = s.fingerprint JOIN repositories AS p ON p.id = s.repository
    WHERE s.series = :series AND s.since = :run AND f.suppressed IS NULL ORDER BY {_GRAVITY}, p.name, f.number
"""  # noqa: S608 - text of ours
_GONE = """
    SELECT s.rule, count(*) AS number, count(DISTINCT s.repository) AS repositories FROM sightings AS s
    WHERE s.series = :series AND s.until = :run GROUP BY 1 ORDER BY 2 DESC, 1
"""


def render(store: Store, run: int, today: date | None = None) -> Iterator[str]:
    """The summary of a run, of at most LIMIT bytes. `today` is the day waivers are held against; None is the day it is.

    Raises UsageError where there is no such run.
    """
    with undamaged(store.path):
        summary = _Summary(store, run, today or datetime.now(UTC).date())
        prose = "".join(summary.prose())
        yield prose
        yield from fitting((table for table in summary.tables() if table.size), LIMIT - len(prose.encode()), _WHY)


class _Summary:
    def __init__(self, store: Store, run: int, today: date) -> None:
        row = store.connection.execute("SELECT * FROM runs WHERE id = ?", (chosen(store, str(run)),)).fetchone()
        self.run, self.today, self.number = row, today, run
        self.figures = Figures(store, run)
        self.connection = store.connection
        self.before = previous(store, run)
        counted = "SELECT outcome, count(*) FROM outcomes WHERE run = :run GROUP BY 1"
        self.outcomes: dict[str, int] = dict(self._rows(counted))  # type: ignore[arg-type]
        self.total, self.audited = sum(self.outcomes.values()), self.outcomes.get("audited", 0)
        self.unlisted: list[tuple[str, str]] = json.loads(row["unlisted"])

    def _rows(self, query: str) -> list[sqlite3.Row]:
        return self.connection.execute(query, {"run": self.number, "series": self.run["series"]}).fetchall()

    def _count(self, query: str) -> int:
        return int(self._rows(f"SELECT count(*) FROM ({query})")[0][0])  # noqa: S608 - text of ours

    def prose(self) -> Iterator[str]:
        """The sentences above the tables."""
        yield f"## cardlint: {self.audited} of {plural(self.total, 'repository', 'repositories')} audited\n\n"
        rest = [f"{self.outcomes[name]} {name}" for name in ("skipped", "failed", "pending") if name in self.outcomes]
        rest += [f"{plural(len(self.unlisted), 'listing')} not read"] if self.unlisted else []
        rest += ["the run has not finished"] if self.run["ended"] is None else []
        if rest:
            yield f"**Incomplete: {', '.join(rest)}.** What was not examined counts as nothing, and not as clean.\n\n"
        yield f"{self._findings()}\n"
        if self.run["left_out"]:
            yield f"{plural(self.run['left_out'], 'repository', 'repositories')} left out by filters and not counted here.\n"
        yield f"{self._since()}\n"
        about = f"Policy {inline(cut(self.run['policy'], _NAME))}, depth {inline(cut(self.run['depth'], _NAME))}"
        yield f"{about}, cardlint {code(cut(self.run['tool'], _NAME))}, run {self.number} of {code(cut(self.run['began'], _NAME))}.\n"

    def _findings(self) -> str:
        found = {row[0]: row for row in self._rows(f"SELECT f.severity, count(*), count(DISTINCT o.repository) {_OPEN} GROUP BY 1")}
        ((concerned,),) = self._rows(f"SELECT count(DISTINCT o.repository) {_OPEN}")
        ((suppressed,),) = self._rows(f"SELECT count(*) {_OPEN.replace('IS NULL', 'IS NOT NULL')}")
        counts = [f"{plural(found[name][1], name)} in {found[name][2]}" for name in GRAVEST_FIRST if name in found]
        said = f"Findings in {concerned:,} of {plural(self.total, 'repository', 'repositories')}: {', '.join(counts)}."
        more = f" {plural(suppressed, 'finding')} suppressed." if suppressed else ""
        return (said if counts else f"Nothing found in {plural(self.audited, 'repository', 'repositories')} audited.") + more

    def _since(self) -> str:
        if self.run["ended"] is None:
            return "What is new and gone is known once the run has finished."
        if self.before is None:
            return "The first run of its series, so there is nothing to hold it against."
        ((new, again),) = self._rows(f"SELECT count(*), coalesce(sum(again), 0) FROM ({_NEW})")  # noqa: S608 - text of ours
        gone = sum(row["number"] for row in self._rows(_GONE))
        return f"Since run {self.before}: {new} new{f', of them {again} that had been gone' if again else ''}; {gone} gone."

    def tables(self) -> Iterator[Table]:
        """The tables, in the order in which they matter."""
        yield self._coverage()
        yield self._unlisted()
        yield self._rules()
        yield self._repositories()
        if self.before is not None and self.run["ended"] is not None:
            yield self._new()
            yield self._gone()
        yield self._waivers()

    def _coverage(self) -> Table:
        found = self.figures.reasons()
        rows = ((it.state, f"{it.repositories:,}", inline(cut(it.reason, _LONGEST)), code(cut(it.example, _NAME))) for it in found[:_TOP])
        return Table(
            _top("Not audited", len(found), "reason"), ("what", "repositories", "why", "for instance"), min(len(found), _TOP), rows
        )

    def _unlisted(self) -> Table:
        rows = ((code(cut(what, _NAME)), inline(cut(why, _LONGEST))) for what, why in self.unlisted[:_TOP])
        return Table(_top("Not listed", len(self.unlisted), "listing"), ("what", "why"), min(len(self.unlisted), _TOP), rows)

    def _rules(self) -> Table:
        """A rate is of the repositories in which the rule could look."""
        found = self.figures.rules
        rows = ((it.severity, code(it.rule), f"{it.findings:,}", f"{it.repositories:,} of {it.looked:,}") for it in found[:_TOP])
        return Table(_top("Rules", len(found), "rule"), ("severity", "rule", "findings", "repositories"), min(len(found), _TOP), rows)

    def _repositories(self) -> Table:
        found = self._rows(f"{_REPOSITORIES} LIMIT {_TOP}")
        rows = (
            (
                code(cut(row["name"], _NAME)),
                inline(cut(row["owner"] or "", _NAME)),
                str(row["errors"]),
                str(row["warnings"]),
                str(row["notes"]),
            )
            for row in found
        )
        total = self._count(f"SELECT DISTINCT o.repository {_OPEN}")
        return Table(_top("Repositories", total, "repository"), ("repository", "owner", "errors", "warnings", "notes"), len(found), rows)

    def _new(self) -> Table:
        total, found = self._count(_NEW), self._rows(f"{_NEW} LIMIT {_NEWEST}")
        rows = (
            (
                row["severity"] + (" again" if row["again"] else ""), code(row["rule"]), code(cut(row["name"], _NAME)), code(_place(row)),
                inline(cut(row["message"], _LONGEST)),
            )
            for row in found
        )  # fmt: skip
        columns = ("severity", "rule", "repository", "place", "message")
        return Table(_top(f"New since run {self.before}", total, "finding", _NEWEST), columns, len(found), rows)

    def _gone(self) -> Table:
        found = self._rows(_GONE)
        rows = ((code(row["rule"]), str(row["number"]), str(row["repositories"])) for row in found[:_TOP])
        above = _top(f"Gone since run {self.before}", len(found), "rule")
        return Table(above, ("rule", "findings", "repositories"), min(len(found), _TOP), rows)

    def _waivers(self) -> Table:
        """Those that end soon, and those that have ended: their findings count again."""
        soon = (self.today + SOON).isoformat()
        found = [row for row in self._rows("SELECT * FROM waivers WHERE run = :run ORDER BY expires, number") if row["expires"] <= soon]
        rows = (
            (
                code(row["expires"]) + (" (ended)" if row["expires"] < self.today.isoformat() else ""),
                inline(cut(", ".join(json.loads(row["rules"])), _NAME)), code(cut(row["repository"] or "any", _NAME)),
                inline(cut(row["owner"], _NAME)), inline(cut(row["reason"], _LONGEST)),
            )
            for row in found[:_TOP]
        )  # fmt: skip
        above = _top(f"Waivers that end within {SOON.days} days of {self.today}", len(found), "waiver")
        return Table(above, ("last day", "rules", "repositories", "owner", "reason"), min(len(found), _TOP), rows)


def _top(title: str, count: int, what: str, most: int = _TOP) -> str:
    """A heading, which says how many there are where not all are shown."""
    many = "repositories" if what == "repository" else f"{what}s"
    return f"### {title}" + (f" (the first {most} of {count} {many})" if count > most else "")


def _place(row: sqlite3.Row) -> str:
    return cut(row["path"] or ".", _NAME) + ("" if row["line"] is None else f":{row['line']}:{row['column']}")
