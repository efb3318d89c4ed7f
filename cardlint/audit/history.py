"""What ending a run works out: since when each finding is there, which are gone, and the counts that a trend is drawn from."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import sqlite3

# A finding is gone where its repository was looked at and its rule could look; what was skipped or failed says nothing of it, nor does
# a run whose policy has the rule off.
_CLOSE = """
    UPDATE sightings SET until = :run WHERE until IS NULL AND series = (SELECT series FROM runs WHERE id = :run) AND (
        NOT EXISTS (SELECT 1 FROM outcomes AS o WHERE o.run = :run AND o.repository = sightings.repository)
            AND (SELECT unlisted FROM runs WHERE id = :run) = '[]'
        OR EXISTS (
            SELECT 1 FROM outcomes AS o WHERE o.run = :run AND o.repository = sightings.repository AND o.result IS NOT NULL
            AND NOT EXISTS (SELECT 1 FROM findings AS f WHERE f.result = o.result AND f.fingerprint = sightings.fingerprint)
            AND NOT EXISTS (SELECT 1 FROM skips AS s WHERE s.result = o.result AND s.rule = sightings.rule)
            AND EXISTS (SELECT 1 FROM rules AS r WHERE r.run = :run AND r.id = sightings.rule)
        )
    )
"""
_OPEN = """
    INSERT INTO sightings (series, repository, fingerprint, rule, about, since)
    SELECT r.series, o.repository, f.fingerprint, f.rule, f.about, :run
    FROM runs AS r JOIN outcomes AS o ON o.run = r.id JOIN findings AS f ON f.result = o.result
    WHERE r.id = :run AND NOT EXISTS (
        SELECT 1 FROM sightings AS s
        WHERE s.series = r.series AND s.repository = o.repository AND s.fingerprint = f.fingerprint AND s.until IS NULL
    )
    ON CONFLICT DO NOTHING
"""
_COUNT = """
    INSERT INTO totals
    SELECT :run, f.rule, f.severity, p.kind, coalesce(o.owner, ''), sum(f.suppressed IS NULL), sum(f.suppressed IS NOT NULL),
        count(DISTINCT CASE WHEN f.suppressed IS NULL THEN o.repository END)
    FROM outcomes AS o JOIN findings AS f ON f.result = o.result JOIN repositories AS p ON p.id = o.repository
    WHERE o.run = :run GROUP BY f.rule, f.severity, p.kind, coalesce(o.owner, '')
"""
_NEW = "FROM sightings WHERE since = :run AND series = (SELECT series FROM runs WHERE id = :run) AND until IS NULL"
# What stood in a repository that has something new, and is not there any more: gone, or left open because its rule could not look.
_OLD = f"""
    SELECT s.* FROM sightings AS s JOIN outcomes AS o ON o.run = :run AND o.repository = s.repository AND o.result IS NOT NULL
    WHERE s.series = (SELECT series FROM runs WHERE id = :run) AND s.since < :run AND s.repository IN (SELECT repository {_NEW})
    AND (s.until = :run OR s.until IS NULL
        AND NOT EXISTS (SELECT 1 FROM findings AS f WHERE f.result = o.result AND f.fingerprint = s.fingerprint))
    ORDER BY s.fingerprint
"""  # noqa: S608 - our own words
_AT = "series = :series AND repository = :repository AND fingerprint = :fingerprint AND since = :since"


def conclude(connection: sqlite3.Connection, run: int) -> None:
    """Work it out for a run that has just ended."""
    for statement in (_CLOSE, _OPEN):
        connection.execute(statement, {"run": run})
    _carry(connection, run)
    for statement in (_COUNT, "DELETE FROM items WHERE run = :run"):
        connection.execute(statement, {"run": run})


def _carry(connection: sqlite3.Connection, run: int) -> None:
    """A finding whose own line was edited has another fingerprint; it is as old as it was, neither gone nor new.

    So it is with one whose line cannot be seen any more, as behind a gate that is new.
    """
    gone: dict[tuple[int, str], list[sqlite3.Row]] = {}
    for row in connection.execute(_OLD, {"run": run}):
        gone.setdefault((row["repository"], row["about"]), []).append(row)
    if not gone:
        return
    for new in connection.execute(f"SELECT * {_NEW} ORDER BY fingerprint", {"run": run}).fetchall():
        if olds := gone.get((new["repository"], new["about"])):
            old = olds.pop(0)
            connection.execute(f"DELETE FROM sightings WHERE {_AT}", dict(old))  # noqa: S608 - our own words
            connection.execute(f"UPDATE sightings SET since = :older WHERE {_AT}", {**dict(new), "older": old["since"]})  # noqa: S608
