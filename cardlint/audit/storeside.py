"""A side of a comparison that is a run in a store of audits."""

from __future__ import annotations

import json
import sqlite3
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from cardlint.audit.sides import Examined, Found, Head, Listed
from cardlint.audit.store import Store
from cardlint.errors import UsageError
from cardlint.formats.contents import plural

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LAST, PREVIOUS = "last", "previous"
_LISTED = 6
_OUTCOMES = "SELECT o.*, p.name, p.kind FROM outcomes AS o JOIN repositories AS p ON p.id = o.repository WHERE o.run = ? ORDER BY p.name"
_FINDINGS = (
    'SELECT rule, severity, message, subject, path, line, "column", fingerprint, suppressed FROM findings WHERE result = ? ORDER BY number'
)
# Gone in a run that is not this one, and there again in this one.
_RETURNED = """
    SELECT 1 FROM sightings AS s JOIN repositories AS p ON p.id = s.repository
    WHERE s.series = ? AND p.name = ? AND s.fingerprint = ? AND s.until <= ? LIMIT 1
"""


@contextmanager
def undamaged(path: Path) -> Iterator[None]:
    """What SQLite refuses, and a value that is not what its column holds, are the fault of the file. Raises UsageError."""
    try:
        yield
    except (sqlite3.DatabaseError, ValueError) as error:
        raise UsageError(f"{path} is damaged or cannot be read as a store of audits ({error})") from error


def chosen(store: Store, run: str) -> int:
    """The run of a number, the `last` that finished, or the `previous`, of the same series before that. Raises UsageError."""
    execute = store.connection.execute
    if run.isascii() and run.isdigit() and len(run) < len(str(2**63)):
        if execute("SELECT 1 FROM runs WHERE id = ?", (int(run),)).fetchone() is None:
            raise UsageError(f"{store.path} has no run {run}; {_known(store)}")
        return int(run)
    if run not in {LAST, PREVIOUS}:
        raise UsageError(f'"{run}" is no run; give a number, {LAST} or {PREVIOUS}')
    last = execute("SELECT id, series FROM runs WHERE ended IS NOT NULL ORDER BY id DESC LIMIT 1").fetchone()
    if last is None:
        raise UsageError(f"{store.path} has no run that finished; {_known(store)}")
    if run == LAST:
        return int(last["id"])
    return previous(store, last["id"]) or _none_before(store, last["id"])


def previous(store: Store, run: int) -> int | None:
    """The last run of the same series that finished before this one."""
    row = store.connection.execute(
        "SELECT max(id) FROM runs WHERE ended IS NOT NULL AND id < ? AND series = (SELECT series FROM runs WHERE id = ?)", (run, run)
    ).fetchone()
    return None if row[0] is None else int(row[0])


def _none_before(store: Store, run: int) -> int:
    raise UsageError(f"{store.path}: run {run} is the first of what it audits, so there is none before it; {_known(store)}")


def _known(store: Store) -> str:
    """Which runs there are, the last of them."""
    rows = store.connection.execute("SELECT id, ended FROM runs ORDER BY id DESC LIMIT ?", (_LISTED,)).fetchall()
    if not rows:
        return "there is none yet, `cardlint audit` makes one"
    return "there are " + ", ".join(f"{row['id']}{'' if row['ended'] else ' (unfinished)'}" for row in rows)


class StoreSide:
    """A run. Raises UsageError where there is none such."""

    def __init__(self, operand: str, path: Path, run: str) -> None:
        with undamaged(path):
            self._store = Store(path, new=False)
            try:
                self._execute = self._store.connection.execute
                self._execute("BEGIN")  # what is read is of one moment, whatever an audit writes meanwhile
                self._run = chosen(self._store, run)
                self._row = self._execute(
                    "SELECT runs.*, arguments FROM runs JOIN series ON series.id = runs.series WHERE runs.id = ?", (self._run,)
                ).fetchone()
                self._path = path
                self.head = self._head(operand)
            except BaseException:
                self.close()
                raise

    def _head(self, operand: str) -> Head:
        row, run = self._row, self._run
        counts = dict(self._execute("SELECT outcome, count(*) FROM outcomes WHERE run = ? GROUP BY outcome", (run,)).fetchall())
        query = "SELECT count(*) FROM outcomes AS o JOIN findings AS f ON f.result = o.result WHERE o.run = ?"
        (findings,) = self._execute(query, (run,)).fetchone()
        query = "SELECT DISTINCT f.rule FROM outcomes AS o JOIN findings AS f ON f.result = o.result WHERE o.run = ?"
        named = frozenset(rule for (rule,) in self._execute(query, (run,)))
        rules = frozenset(rule for (rule,) in self._execute("SELECT id FROM rules WHERE run = ?", (run,)))
        unlisted = [f"{what}: {why}" for what, why in json.loads(row["unlisted"])]
        if row["ended"] is None:
            unlisted.insert(0, "the run has not finished")
        gaps = [
            f"{plural(counts[name], 'repository', 'repositories')} {name}" for name in ("skipped", "failed", "pending") if name in counts
        ]
        return Head(
            operand, row["tool"], row["policy"], row["rules_hash"], sum(counts.values()), findings, named | rules,
            (*unlisted, *gaps), tuple(unlisted), (rules | named) if rules else None, run, tuple(json.loads(row["arguments"])),
            row["engine"], row["depth"], row["began"], row["ended"],
        )  # fmt: skip

    def repositories(self) -> Iterator[Examined]:
        """The repositories in the order of their names."""
        with undamaged(self._path):
            for row in self._execute(_OUTCOMES, (self._run,)):
                yield self._examined(row)

    def _examined(self, row: sqlite3.Row) -> Examined:
        result = row["result"]
        findings = [Found(*item) for item in self._execute(_FINDINGS, (result,))]
        blocked = dict(self._execute("SELECT rule, reason FROM skips WHERE result = ?", (result,)).fetchall())
        return Examined(
            row["name"], 0, row["kind"], row["revision"], row["outcome"], row["reason"], findings, blocked,
            lambda: self._inapplicable(result), _listed(row),
        )  # fmt: skip

    def _inapplicable(self, result: int | None) -> frozenset[str]:
        """Asked for where something is to be explained; otherwise no document is read."""
        with undamaged(self._path):
            row = self._execute("SELECT document FROM results WHERE id = ?", (result,)).fetchone()
            document: dict[str, Any] = {} if row is None else json.loads(row["document"])
            return frozenset(document.get("not_applicable", ()))

    def returned(self, name: str, fingerprint: str) -> bool:
        """Whether a finding of this run had been gone in an earlier one of its series."""
        with undamaged(self._path):
            return self._execute(_RETURNED, (self._row["series"], name, fingerprint, self._run)).fetchone() is not None

    def close(self) -> None:
        """Close the file."""
        self._store.connection.close()


def _listed(row: sqlite3.Row) -> Listed:
    private = row["private"]
    visibility = "disabled" if row["disabled"] else None if private is None else "private" if private else "public"
    return Listed(row["license"], row["gated"] or "none", visibility)
