"""The figures of a run, asked of the store: coverage first, then what was found, each with what it is a part of."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Any, NamedTuple

from cardlint.audit.reasons import alike
from cardlint.repository import KINDS
from cardlint.rule import known

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable

    from cardlint.audit.store import Store

STATES = ("audited", "skipped", "failed", "pending")
GRAVE = ("error", "warning", "note")
UNTOLD = {"pending": "the run has not come to it yet", "skipped": "no reason is noted", "failed": "no reason is noted"}
# In how many repositories a rule could not look, or cannot apply. One in which it found something all the same is none of them.
_BLIND = """
    SELECT rule, count(*) FROM (
        SELECT s.rule, o.result FROM outcomes AS o JOIN skips AS s ON s.result = o.result WHERE o.run = :run
        UNION SELECT a.value, o.result FROM outcomes AS o JOIN results AS h ON h.id = o.result,
            json_each(h.document, '$.not_applicable') AS a WHERE o.run = :run
    ) AS b WHERE NOT EXISTS (SELECT 1 FROM findings AS f WHERE f.result = b.result AND f.rule = b.rule) GROUP BY rule
"""


class Count(NamedTuple):
    """How many findings that count, and in how many repositories."""

    findings: int = 0
    repositories: int = 0


class RuleCount(NamedTuple):
    """A rule with what it found, in how many of the repositories it could look at."""

    rule: str
    severity: str
    findings: int
    repositories: int
    looked: int


class Reason(NamedTuple):
    """Why repositories came to `state`, without their names: how many, and the first of them."""

    state: str
    reason: str
    repositories: int
    example: str


class Change(NamedTuple):
    """What is new and what is gone since the last finished run of the series, which is `run`, ended at `ended`."""

    run: int
    ended: str
    new: int
    gone: int


class Figures:
    """A run in figures."""

    def __init__(self, store: Store, run: int) -> None:
        """Everything is asked when somebody wants it."""
        self._connection: sqlite3.Connection = store.connection
        self.run = run
        self.row = self._connection.execute("SELECT * FROM runs WHERE id = ?", (run,)).fetchone()

    def _rows(self, statement: str, *more: object) -> list[Any]:
        return self._connection.execute(statement, (self.run, *more)).fetchall()

    @property
    def outcomes(self) -> dict[str, int]:
        """How many repositories came to what; all states are there."""
        found = dict(self._rows("SELECT outcome, count(*) FROM outcomes WHERE run = ? GROUP BY outcome"))
        return {state: found.get(state, 0) for state in STATES}

    @property
    def kinds(self) -> dict[str, int]:
        """How many repositories there are of each kind."""
        return dict(self._rows("SELECT kind, count(*) FROM outcomes JOIN repositories ON id = repository WHERE run = ? GROUP BY kind"))

    @property
    def reused(self) -> int:
        """How many were not looked at anew."""
        return int(self._rows("SELECT count(*) FROM outcomes WHERE run = ? AND reused")[0][0])

    @property
    def unlisted(self) -> list[tuple[str, str]]:
        """What could not be listed, and why."""
        return [(what, why) for what, why in json.loads(self.row["unlisted"])]

    def reasons(self) -> list[Reason]:
        """Why repositories were not audited, most frequent first."""
        rows = self._rows(
            "SELECT outcome, reason, name FROM outcomes JOIN repositories ON id = repository "
            "WHERE run = ? AND outcome <> 'audited' ORDER BY name"
        )
        found: dict[tuple[str, str], list[str]] = {}
        for state, reason, name in rows:
            found.setdefault((state, alike(reason or UNTOLD[state], name)), []).append(name)
        reasons = [Reason(*key, len(names), names[0]) for key, names in found.items()]
        return sorted(reasons, key=lambda it: (-it.repositories, it.state, it.reason))

    @property
    def severities(self) -> dict[str, Count]:
        """Findings that count, by severity."""
        rows = self._rows(
            "SELECT severity, count(*), count(DISTINCT repository) FROM outcomes JOIN findings USING (result) "
            "WHERE run = ? AND suppressed IS NULL GROUP BY severity"
        )
        found = {severity: Count(*counts) for severity, *counts in rows}
        return {severity: found.get(severity, Count()) for severity in GRAVE}

    @property
    def suppressed(self) -> int:
        """Findings that do not count."""
        return int(self._rows("SELECT count(*) FROM outcomes JOIN findings USING (result) WHERE run = ? AND suppressed IS NOT NULL")[0][0])

    @property
    def fixable(self) -> int:
        """Findings that count and can be fixed."""
        statement = "SELECT count(fixable) FROM outcomes JOIN findings USING (result) WHERE run = ? AND suppressed IS NULL"
        return int(self._rows(statement)[0][0])

    @property
    def skips(self) -> dict[str, int]:
        """How many rules could not look (`skipped`, of those without a rule that says why `incomplete`), and how many failed."""
        row = self._rows(
            "SELECT coalesce(sum(NOT failed), 0), coalesce(sum(NOT failed AND because IS NULL), 0), coalesce(sum(failed), 0) "
            "FROM outcomes JOIN skips USING (result) WHERE run = ?"
        )[0]
        return dict(zip(("skipped", "incomplete", "failed"), row, strict=True))

    @property
    def _looked(self) -> Callable[[str], int]:
        """Says of a rule how many repositories of the kinds it is for it could look at."""
        blind = dict(self._connection.execute(_BLIND, {"run": self.run}).fetchall())
        kinds = Counter(
            dict(self._rows("SELECT kind, count(result) FROM outcomes JOIN repositories ON id = repository WHERE run = ? GROUP BY kind"))
        )
        rules = known()
        return lambda rule: sum(kinds[kind] for kind in (rules[rule].kinds if rule in rules else KINDS)) - blind.get(rule, 0)

    @property
    def rules(self) -> list[RuleCount]:
        """The rules that found something that counts, the gravest first, then those in most repositories."""
        rows = self._rows(
            "SELECT rule, severity, count(*), count(DISTINCT repository) FROM outcomes JOIN findings USING (result) "
            "WHERE run = ? AND suppressed IS NULL GROUP BY rule, severity"
        )
        looked = self._looked
        found = [RuleCount(rule, severity, count, repositories, looked(rule)) for rule, severity, count, repositories in rows]
        return sorted(found, key=lambda it: (GRAVE.index(it.severity), -it.repositories, it.rule))

    def repositories(self, most: int) -> list[tuple[str, int, int]]:
        """The repositories with most errors, then most warnings: name, errors, warnings."""
        rows = self._rows(
            "SELECT name, sum(severity = 'error'), sum(severity = 'warning') FROM outcomes JOIN findings USING (result) "
            "JOIN repositories ON id = repository WHERE run = ? AND suppressed IS NULL GROUP BY name "
            "HAVING sum(severity IN ('error', 'warning')) ORDER BY 2 DESC, 3 DESC, 1 LIMIT ?",
            most,
        )
        return [(name, errors, warnings) for name, errors, warnings in rows]

    @property
    def honoured(self) -> list[tuple[str, list[str]]]:
        """The repositories whose own configuration or suppressions were obeyed, and what of it."""
        rows = self._rows(
            "SELECT name, honoured FROM outcomes AS o JOIN results AS r ON r.id = o.result JOIN repositories AS p ON p.id = o.repository "
            "WHERE run = ? AND honoured != '[]' ORDER BY name"
        )
        return [(name, json.loads(honoured)) for name, honoured in rows]

    @property
    def change(self) -> Change | None:
        """What changed since the last finished run of the series; None where this is the first, or has not ended."""
        if self.row["ended"] is None:
            return None
        last = self._connection.execute(
            "SELECT id, ended FROM runs WHERE series = ? AND id < ? AND ended IS NOT NULL ORDER BY id DESC LIMIT 1",
            (self.row["series"], self.run),
        ).fetchone()
        if last is None:
            return None
        counts = (
            self._rows(f"SELECT count(*) FROM sightings WHERE {column} = ? AND series = ?", self.row["series"])[0][0]  # noqa: S608
            for column in ("since", "until")
        )
        return Change(last["id"], last["ended"], *counts)

    def exit_code(self, counted: tuple[str, ...]) -> int:
        """The exit code by the contract: 3 own failure, 4 incomplete, 1 findings of the severities that count, else 0."""
        if self.skips["failed"]:
            return 3
        outcomes = self.outcomes
        if self.unlisted or any(outcomes[state] for state in STATES[1:]) or not outcomes["audited"]:
            return 4
        return int(any(self.severities[severity].findings for severity in counted if severity in GRAVE))
