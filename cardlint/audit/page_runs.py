"""The runs of a series as the page draws them: what each examined and found, and what came and went."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NamedTuple

from cardlint.audit.page_words import day

if TYPE_CHECKING:
    import sqlite3

    from cardlint.audit.store import Store

OUTCOMES = ("audited", "skipped", "failed", "pending")
# Runs a picture has room for; a season of nights.
MOST_RUNS = 90


class Run(NamedTuple):
    """A run. `arguments` repeat it; `unlisted` is what could not be listed, with why."""

    id: int
    series: int
    engine: str
    tool: str
    rules_hash: str
    policy: str
    depth: str
    began: str
    ended: str | None
    requests: int
    received: int
    waited: float
    left_out: int
    unlisted: tuple[tuple[str, str], ...]
    arguments: tuple[str, ...]

    @property
    def date(self) -> str:
        """The day it is of: when it ended, or began where it has not."""
        return day(self.ended or self.began)


class Point(NamedTuple):
    """A run in a picture: repositories by outcome, findings by severity, findings that came and that went since the run before.

    `changed` says that tool, rules or policy are not those of the run before.
    """

    run: Run
    outcomes: tuple[int, ...]
    found: tuple[int, ...]
    came: int
    went: int
    changed: bool


def runs_until(store: Store, run: int) -> list[Run]:
    """The finished runs of the series of a run, then the run itself, finished or not. Empty where there is none."""
    rows = store.connection.execute(
        """
        SELECT r.*, s.arguments FROM runs AS r JOIN series AS s ON s.id = r.series
        WHERE r.series = (SELECT series FROM runs WHERE id = :run) AND (r.id = :run OR r.ended IS NOT NULL AND r.id < :run) ORDER BY r.id
        """,
        {"run": run},
    )
    return [_run(row) for row in rows]


def _run(row: sqlite3.Row) -> Run:
    unlisted = tuple((what, why) for what, why in json.loads(row["unlisted"]))
    named = {name: row[name] for name in Run._fields[:-2]}
    return Run(**named, unlisted=unlisted, arguments=tuple(json.loads(row["arguments"])))


def points(connection: sqlite3.Connection, runs: list[Run], last: tuple[int, ...]) -> list[Point]:
    """The last runs as a picture has them; `last` is what the last one found by severity, which no total says before it ends."""
    shown = runs[-MOST_RUNS:]
    ids = json.dumps([run.id for run in shown])
    outcomes = _counts(connection, "SELECT run, outcome, count(*) FROM outcomes WHERE run IN _ GROUP BY 1, 2", ids)
    found = _counts(connection, "SELECT run, severity, sum(findings) FROM totals WHERE run IN _ GROUP BY 1, 2", ids)
    came = _counts(connection, "SELECT since, '', count(*) FROM sightings WHERE since IN _ GROUP BY 1", ids)
    went = _counts(connection, "SELECT until, '', count(*) FROM sightings WHERE until IN _ GROUP BY 1", ids)
    earlier = dict(zip((run.id for run in runs[1:]), runs, strict=False))
    return [
        Point(
            run, tuple(outcomes.get((run.id, name), 0) for name in OUTCOMES),
            last if run is runs[-1] else tuple(found.get((run.id, name), 0) for name in ("error", "warning", "note")),
            came.get((run.id, ""), 0) if run.id in earlier else 0, went.get((run.id, ""), 0),
            run.id in earlier and earlier[run.id].engine != run.engine,
        )
        for run in shown
    ]  # fmt: skip


def _counts(connection: sqlite3.Connection, query: str, ids: str) -> dict[tuple[int, str], int]:
    whole = query.replace("IN _", "IN (SELECT value FROM json_each(?))")
    return {(run, name): number for run, name, number in connection.execute(whole, (ids,))}
