"""The store of audits: a SQLite file with every run, repository, finding and skip, which a run adds to as it goes.

What a finished repository came to is committed before the next one is begun, so that a run that is killed goes on from there.
"""

from __future__ import annotations

import json
import sqlite3
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, Self

from cardlint.audit.history import conclude
from cardlint.audit.standing import Standing, digest
from cardlint.audit.tables import prepare
from cardlint.engine import stable
from cardlint.errors import UsageError
from cardlint.formats.json import target_document
from cardlint.formats.safe import json_safe

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from cardlint.audit.standing import Engine, Outcome, Series
    from cardlint.policy import Waiver
    from cardlint.report import Descriptor, Finding, Target

_STANDING = (
    "revision", "listing", "owner", "license", "gated", "private", "disabled", "downloads", "likes", "modified", "task", "library",
)  # fmt: skip


class Cost(NamedTuple):
    """What a run cost so far: requests, bytes received, seconds waited for a rate limit."""

    requests: int = 0
    received: int = 0
    waited: float = 0.0


def default_path() -> Path:
    """Where the store lies unless somebody says otherwise: in the user's state folder."""
    from platformdirs import user_state_path

    return user_state_path("cardlint", appauthor=False) / "audits.sqlite"


def now() -> str:
    """UTC, ISO 8601, in seconds."""
    return datetime.now(UTC).isoformat(timespec="seconds")


class Store:
    """One store, open. Used by one thread; reports read it through `connection`, whose tables `cardlint.audit.tables` explains."""

    def __init__(self, path: Path | str, *, new: bool = True) -> None:
        """Open it, made where there is none unless `new` is False. Raises UsageError where that is impossible."""
        self.path = Path(path)
        if not new and not self.path.is_file():
            raise UsageError(f"there is no store of audits at {self.path}; `cardlint audit` makes one, and --store names another")
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self.connection = sqlite3.connect(self.path, timeout=60, isolation_level=None)
            self.connection.row_factory = sqlite3.Row
            self.connection.execute("PRAGMA foreign_keys = ON")
            prepare(self.connection, str(self.path))
            # WAL: whoever reads a report does not stop the audit. NORMAL: a kill loses nothing, only a power cut the last commits.
            with suppress(sqlite3.OperationalError):  # locked: another process has just made the store, and does the same
                self.connection.execute("PRAGMA journal_mode = WAL")
            self.connection.execute("PRAGMA synchronous = NORMAL")
        except OSError as error:
            raise UsageError(f"{self.path} cannot be used as a store: {error.strerror or error}") from error
        except sqlite3.DatabaseError as error:
            raise UsageError(f"{self.path} cannot be used as a store ({error}); give --store another file") from error

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        """Close it. Raises UsageError in the place of what SQLite raised of the file: it is damaged, or there is no room."""
        self.connection.close()
        if type(error) in {sqlite3.DatabaseError, sqlite3.OperationalError}:
            raise UsageError(f"{self.path} cannot be read or written any further ({error}); what was noted before is kept") from error

    def begin(self, series: Series, engine: Engine, *, fresh: bool = False) -> int:
        """The run that goes on: the last one of the series where it has not ended, by the same engine, else a new one."""
        execute = self.connection.execute
        with self._transaction():
            execute("INSERT INTO series (key, arguments) VALUES (?, ?) ON CONFLICT DO NOTHING", (series.key, json.dumps(series.arguments)))
            number = execute("SELECT id FROM series WHERE key = ?", (series.key,)).fetchone()[0]
            last = execute("SELECT id, engine, ended FROM runs WHERE series = ? ORDER BY id DESC LIMIT 1", (number,)).fetchone()
            if last is not None and last["ended"] is None:
                if last["engine"] == engine.key and not fresh:
                    for table in ("outcomes", "items"):  # the listing is asked for anew
                        execute(f"DELETE FROM {table} WHERE run = ?", (last["id"],))  # noqa: S608 - names of tables
                    return int(last["id"])
                execute("DELETE FROM runs WHERE id = ?", (last["id"],))
            made = execute(
                "INSERT INTO runs (series, engine, tool, rules_hash, policy, depth, began) VALUES (?, ?, ?, ?, ?, ?, ?)",
                (number, engine.key, engine.tool, engine.rules_hash, engine.policy, engine.depth, now()),
            )
        return int(made.lastrowid or 0)

    def knows(self, series: Series, engine: Engine) -> bool:
        """Whether there is a run of a series by the same engine, ended or not."""
        found = self.connection.execute(
            "SELECT 1 FROM runs JOIN series ON series.id = series WHERE key = ? AND engine = ? LIMIT 1", (series.key, engine.key)
        )
        return found.fetchone() is not None

    def describe(self, run: int, rules: Iterable[Descriptor], waivers: Sequence[Waiver]) -> None:
        """Note which rules run, and the waivers of the policy."""
        with self._transaction():
            for name in ("rules", "waivers"):
                self.connection.execute(f"DELETE FROM {name} WHERE run = ?", (run,))  # noqa: S608 - names of tables
            self.connection.executemany(
                "INSERT INTO rules VALUES (?, ?, ?, ?, ?, ?, ?)",
                ((run, item.id, item.title, item.category, item.severity, item.url, item.security) for item in rules),
            )
            self.connection.executemany(
                "INSERT INTO waivers VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    (
                        run,
                        number,
                        json.dumps(sorted(it.rules)),
                        it.repository,
                        it.path,
                        it.owner,
                        it.reason,
                        it.expires.isoformat(),
                        it.where,
                    )
                    for number, it in enumerate(waivers)
                ),
            )

    def expect(self, run: int, listed: Iterable[tuple[Standing, str]]) -> int:
        """Note repositories of a run, each with what the listing says of it as JSON. One that is there already stays; how many are new."""
        new = 0
        columns = ", ".join(_STANDING)
        marks = ", ".join("?" * len(_STANDING))
        with self._transaction():
            for it, item in listed:
                self.connection.execute(
                    "INSERT INTO repositories (name, kind, namespace) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
                    (it.name, it.kind, it.namespace),
                )
                new += self.connection.execute(
                    f"INSERT INTO outcomes (run, repository, {columns}) "  # noqa: S608 - names of columns
                    f"SELECT ?, id, {marks} FROM repositories WHERE name = ? ON CONFLICT DO NOTHING",
                    (run, *(getattr(it, name) for name in _STANDING), it.name),
                ).rowcount
                self.connection.execute(
                    "INSERT INTO items SELECT ?, id, ? FROM repositories WHERE name = ? ON CONFLICT DO NOTHING", (run, item, it.name)
                )
        return new

    def reuse(self, run: int, since: str = "") -> set[str]:
        """Give repositories that have not changed what they came to before, unless that is older than `since`; the names of the others."""
        with self._transaction():
            self.connection.execute(
                """
                UPDATE outcomes SET (outcome, reason, result, reused) = (found.outcome, found.reason, found.id, 1) FROM (
                    SELECT pending.repository, held.outcome, held.reason, max(held.id) AS id
                    FROM outcomes AS pending JOIN runs ON runs.id = pending.run JOIN results AS held
                    ON held.repository = pending.repository AND held.engine = runs.engine AND held.revision = pending.revision
                        AND held.listing = pending.listing AND held.lasting
                    WHERE pending.run = ? AND pending.outcome = 'pending' AND held.made >= ?
                    GROUP BY pending.repository
                ) AS found WHERE outcomes.run = ? AND outcomes.repository = found.repository
                """,
                (run, since, run),
            )
        rows = self.connection.execute(
            "SELECT name FROM outcomes JOIN repositories ON id = repository WHERE run = ? AND outcome = 'pending'", (run,)
        )
        return {row["name"] for row in rows}

    def expected(self, run: int, name: str) -> tuple[Standing, str]:
        """A repository of a run that has not ended, as it was given to `expect`."""
        row = self.connection.execute(
            "SELECT outcomes.*, name, kind, namespace, item FROM outcomes JOIN items USING (run, repository) "
            "JOIN repositories ON id = repository WHERE run = ? AND name = ?",
            (run, name),
        ).fetchone()
        flags = {flag: None if row[flag] is None else bool(row[flag]) for flag in ("private", "disabled")}
        return Standing(**{name: row[name] for name in Standing._fields} | flags), str(row["item"])

    def record(self, run: int, outcome: Outcome) -> None:
        """Note what a repository came to, now and for good."""
        execute, it = self.connection.execute, outcome.standing
        with self._transaction():
            (repository,) = execute("SELECT id FROM repositories WHERE name = ?", (it.name,)).fetchone()
            made = execute(
                "INSERT INTO results (repository, revision, engine, listing, made, lasting, outcome, reason, document, honoured) "
                "SELECT ?, ?, engine, ?, ?, ?, ?, ?, ?, ? FROM runs WHERE id = ?",
                (
                    repository, outcome.target.revision, it.listing, now(), outcome.lasting, outcome.state, _safe(outcome.reason),
                    json_safe(json.dumps(target_document(outcome.target), ensure_ascii=False)), json.dumps(outcome.honoured), run,
                ),
            )  # fmt: skip
            self.connection.executemany(
                f"INSERT INTO findings VALUES ({', '.join('?' * 16)})",  # noqa: S608 - marks
                (_finding(made.lastrowid or 0, number, item) for number, item in enumerate(outcome.target.findings)),
            )
            self.connection.executemany("INSERT INTO skips VALUES (?, ?, ?, ?, ?)", _skips(made.lastrowid or 0, outcome.target))
            # Of a checkout nothing was listed: what it is was found out by looking.
            execute("UPDATE repositories SET kind = ? WHERE id = ?", (it.kind, repository))
            execute(
                "UPDATE outcomes SET (outcome, reason, result, reused, owner, license, task, library) = (?, ?, ?, 0, ?, ?, ?, ?) "
                "WHERE run = ? AND repository = ?",
                (
                    outcome.state, _safe(outcome.reason), made.lastrowid, it.owner, _safe(it.license), _safe(it.task), _safe(it.library),
                    run, repository,
                ),
            )  # fmt: skip

    def spend(self, run: int, cost: Cost) -> None:
        """Add to what a run cost."""
        self.connection.execute(
            "UPDATE runs SET requests = requests + ?, received = received + ?, waited = waited + ? WHERE id = ?", (*cost, run)
        )

    def finish(self, run: int, *, left_out: int = 0, unlisted: Sequence[tuple[str, str]] = ()) -> None:
        """End a run in which no repository is pending: what is new, what is gone, and the counts."""
        with self._transaction():
            self.connection.execute(
                "UPDATE runs SET ended = ?, left_out = ?, unlisted = ? WHERE id = ?", (now(), left_out, json.dumps(list(unlisted)), run)
            )
            conclude(self.connection, run)

    def documents(self, run: int) -> Iterator[dict[str, Any]]:
        """The part of the JSON report of each repository of a run, in the order of their names; one that was not reached has none."""
        rows = self.connection.execute(
            "SELECT document FROM outcomes JOIN results ON results.id = result JOIN repositories ON repositories.id = outcomes.repository "
            "WHERE run = ? ORDER BY name",
            (run,),
        )
        for row in rows:
            yield json.loads(row["document"])

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self.connection.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self.connection.execute("ROLLBACK")
            raise
        self.connection.execute("COMMIT")


def _safe(text: str | None) -> str | None:
    """The text as SQLite can hold it: half of a surrogate pair is shown as what it is."""
    return None if text is None else text.encode("utf-8", "backslashreplace").decode()


def _finding(result: int, number: int, it: Finding) -> tuple[object, ...]:
    place, suppressed = it.place, it.suppressed
    return (
        result, number, it.fingerprint, it.rule, it.severity, it.confidence, _safe(it.message), _safe(it.subject), _safe(it.path),
        place and place.line, place and place.column, it.url, it.fix and it.fix.applicability,
        suppressed and suppressed.kind, _safe(suppressed and suppressed.reason), digest([it.rule, it.path, stable(it.subject), it.message]),
    )  # fmt: skip


def _skips(result: int, target: Target) -> Iterator[tuple[object, ...]]:
    yield from ((result, item.rule, _safe(item.reason), item.because, 0) for item in target.skipped)
    yield from ((result, item.rule, _safe(item.error), None, 1) for item in target.failed)
