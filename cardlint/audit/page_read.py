"""All that the page shows of a run, read once: its repositories, its findings in columns, and what they add up to."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Any, NamedTuple

from cardlint.audit.page_runs import runs_until
from cardlint.audit.page_waivers import Covers
from cardlint.errors import UsageError
from cardlint.policy import Policy, graded
from cardlint.policyfile import shipped_policies
from cardlint.repository import KINDS
from cardlint.rule import known

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Mapping

    from cardlint.audit.page_runs import Run
    from cardlint.audit.store import Store
    from cardlint.rule import Rule

SEVERITIES = ("error", "warning", "note")
_RANK = {severity: number for number, severity in enumerate(SEVERITIES)}
# What the page has room for: findings in all, and of one repository; all of them are counted.
MOST_FINDINGS = 100_000
MOST_OF_ONE = 200
FINGERPRINT = 16  # of its 32 digits, which tell the findings of one repository apart
_STANDING = (
    "name", "kind", "namespace", "outcome", "reason", "revision", "owner", "license", "gated", "private",
    "disabled", "downloads", "modified",
)  # fmt: skip
_FIXES = (None, "safe", "unsafe")
_SUPPRESSED = (None, "inline", "waiver", "baseline")
# Of repositories audited in full, how many a rule could not look at: it was skipped there, whatever for, it failed, or cannot apply.
_BLIND = """
    SELECT rule, count(*) FROM (
        SELECT s.rule, o.repository FROM outcomes AS o JOIN skips AS s ON s.result = o.result WHERE o.run = :run AND o.outcome = 'audited'
        UNION SELECT a.value, o.repository FROM outcomes AS o JOIN results AS h ON h.id = o.result,
            json_each(h.document, '$.not_applicable') AS a WHERE o.run = :run AND o.outcome = 'audited'
    ) GROUP BY rule
"""
_SKIPS = """
    SELECT o.repository, s.reason, s.failed, count(*), min(s.rule) FROM outcomes AS o JOIN skips AS s ON s.result = o.result
    WHERE o.run = ? AND s.because IS NULL GROUP BY o.repository, s.reason, s.failed
"""


class Tier(NamedTuple):
    """What of a policy that ships is an error by it: the rules that ran, and how many there are."""

    rules: frozenset[str]
    total: int


@dataclass(slots=True)
class Row:
    """A repository of the run. `found` are its findings that count by severity, `gaps` rules that had to look and could not.

    `first` is where its findings begin among those of the page, `shown` how many they are. `safe` and `unsafe` count what can be
    fixed; `new` and `back` what the run before did not have; `tiers` are bits of `Reading.tiers`, of those it does not pass. `skips` are
    reasons (numbers of texts) with how many rules that hit, whether these failed, and the rule where it is one.
    """

    name: str
    kind: str
    namespace: str
    outcome: str
    reason: str | None
    revision: str | None
    owner: str | None
    license: str | None
    gated: str | None
    private: int | None
    disabled: int | None
    downloads: int | None
    modified: str | None
    honoured: list[str]
    found: list[int] = field(default_factory=lambda: [0, 0, 0])
    suppressed: int = 0
    safe: int = 0
    unsafe: int = 0
    new: int = 0
    back: int = 0
    gaps: int = 0
    first: int = 0
    shown: int = 0
    tiers: int = 0
    skips: list[tuple[int, int, int, str]] = field(default_factory=list)

    @property
    def open(self) -> int:
        """Findings that count."""
        return sum(self.found)

    @property
    def worst(self) -> int:
        """The gravest severity by number; 3 where nothing was found, 4 where that is not known of all of it."""
        grave = next((number for number, count in enumerate(self.found) if count), 3)
        return 4 if grave == 3 and self.gaps else grave  # noqa: PLR2004 - as said above


@dataclass(slots=True)
class Ruled:
    """A rule of the run, or one that something was found by. `affected` are repositories audited in full with a finding by it.

    `looked` is how many of these it could look at.
    """

    number: int
    id: str
    title: str
    category: str
    severity: str
    url: str | None = None
    found: list[int] = field(default_factory=lambda: [0, 0, 0])
    suppressed: int = 0
    safe: int = 0
    unsafe: int = 0
    new: int = 0
    affected: int = 0
    anywhere: int = 0
    looked: int = 0


class Columns:
    """The findings the page has, in columns; texts are numbers of a table."""

    NAMES = ("rule", "severity", "message", "path", "line", "fingerprint", "fix", "suppressed", "why", "since", "back")

    def __init__(self) -> None:
        self.columns: dict[str, list[Any]] = {name: [] for name in self.NAMES}

    def add(self, values: Mapping[str, Any]) -> None:
        """Add one."""
        for name in self.NAMES:
            self.columns[name].append(values[name])

    def __len__(self) -> int:
        return len(self.columns["rule"])


class Reading:
    """A run of a store, read. Raises UsageError where there is no such run."""

    def __init__(self, store: Store, run: int) -> None:
        self.connection = store.connection
        self.runs = runs_until(store, run)
        if not self.runs:
            raise UsageError(f"there is no run {run} in {store.path}")
        self.run: Run = self.runs[-1]
        self.is_first = len(self.runs) == 1
        self.texts: dict[str, int] = {}
        self.rules = self._rules()
        self.tiers = _tiers(self.rules)
        self.columns = Columns()
        self.covers = Covers(self.connection, run, self.run.date)
        self.ages = Counter[int]()
        self.repositories = self._repositories()
        self._find()
        self._look()

    def text(self, value: str | None) -> int:
        """The number of a text in the table of texts; -1 for none."""
        return -1 if value is None else self.texts.setdefault(value, len(self.texts))

    @property
    def audited(self) -> list[Row]:
        """The repositories that were audited in full."""
        return [row for row in self.repositories if row.outcome == "audited"]

    def _rules(self) -> dict[str, Ruled]:
        rows = self.connection.execute("SELECT id, title, category, severity, url FROM rules WHERE run = ? ORDER BY id", (self.run.id,))
        return {row["id"]: Ruled(number, *row) for number, row in enumerate(rows)}

    def _repositories(self) -> list[Row]:
        """By name. Their numbers in the store lead to them until the findings are read."""
        rows = self.connection.execute(
            """
            SELECT p.id, p.name, p.kind, p.namespace, o.outcome, o.reason, coalesce(h.revision, o.revision) AS revision, o.owner, o.license,
                o.gated, o.private, o.disabled, o.downloads, o.modified, coalesce(h.honoured, '[]') AS honoured
            FROM outcomes AS o JOIN repositories AS p ON p.id = o.repository LEFT JOIN results AS h ON h.id = o.result
            WHERE o.run = ? ORDER BY p.name
            """,
            (self.run.id,),
        )
        self._by_id: dict[int, Row] = {}
        for row in rows:
            named = {name: row[name] for name in _STANDING}
            self._by_id[row["id"]] = Row(**named, honoured=json.loads(row["honoured"]))
        return list(self._by_id.values())

    def _find(self) -> None:
        (total,) = self.connection.execute(
            "SELECT count(*) FROM outcomes AS o JOIN findings AS f ON f.result = o.result WHERE o.run = ?", (self.run.id,)
        ).fetchone()
        most = MOST_OF_ONE if total <= MOST_FINDINGS else max(1, min(MOST_OF_ONE, MOST_FINDINGS // len(self.repositories)))
        for repository, findings in groupby(_findings(self.connection, self.run), itemgetter("repository")):
            self._of_one(self._by_id[repository], list(findings), most)

    def _of_one(self, row: Row, findings: list[sqlite3.Row], most: int) -> None:
        row.first = len(self.columns)
        findings.sort(key=lambda it: (it["suppressed"] is not None, _RANK[it["severity"]], it["path"] or "", it["line"] or 0, it["number"]))
        affected = set[str]()
        for number, it in enumerate(findings):
            rule = self.rules.setdefault(it["rule"], Ruled(len(self.rules), it["rule"], it["rule"], "", it["severity"]))
            self._count(row, rule, it, affected)
            if number < most:
                self.columns.add(self._columns(rule, it))
        row.shown = len(self.columns) - row.first
        for id_ in affected:
            self.rules[id_].anywhere += 1
            self.rules[id_].affected += row.outcome == "audited"
            row.tiers |= sum(1 << number for number, tier in enumerate(self.tiers.values()) if id_ in tier.rules)

    def _count(self, row: Row, rule: Ruled, it: sqlite3.Row, affected: set[str]) -> None:
        self.covers.weigh(row.name, it)
        if it["suppressed"] is not None:
            row.suppressed += 1
            rule.suppressed += 1
            return
        affected.add(rule.id)
        is_new = it["since"] == self.run.id and not self.is_first
        self.ages[it["since"]] += 1
        for of in (row, rule):
            of.found[_RANK[it["severity"]]] += 1
            of.safe += it["fixable"] == "safe"
            of.unsafe += it["fixable"] == "unsafe"
            of.new += is_new
        row.back += bool(is_new and it["back"])

    def _columns(self, rule: Ruled, it: sqlite3.Row) -> dict[str, Any]:
        return {
            "rule": rule.number, "severity": _RANK[it["severity"]], "message": self.text(it["message"]), "path": self.text(it["path"]),
            "line": it["line"] or 0, "fingerprint": it["fingerprint"][:FINGERPRINT], "fix": _FIXES.index(it["fixable"]),
            "suppressed": _SUPPRESSED.index(it["suppressed"]), "why": self.text(it["why"]), "since": it["since"], "back": it["back"],
        }  # fmt: skip

    def _look(self) -> None:
        """Of each rule how many repositories it could look at; of each repository what could not be looked at, by reason."""
        blind = Counter(dict(self.connection.execute(_BLIND, {"run": self.run.id}).fetchall()))
        kinds = Counter(row.kind for row in self.audited)
        applies = {id_: rule.kinds for id_, rule in known().items()}
        for rule in self.rules.values():
            rule.looked = max(rule.affected, sum(kinds[kind] for kind in applies.get(rule.id, KINDS)) - blind[rule.id])
        for repository, reason, failed, count, example in self.connection.execute(_SKIPS, (self.run.id,)):
            row = self._by_id[repository]
            row.gaps += count
            row.skips.append((self.text(reason), count, failed, example if count == 1 else ""))


def _findings(connection: sqlite3.Connection, run: Run) -> sqlite3.Cursor:
    """The findings of a run, those of a repository together, each with the run it has been there since and whether it came back then."""
    return connection.execute(
        """
        SELECT o.repository, f.number, f.rule, f.severity, f.message, f.path, f.line, f.fingerprint, f.fixable, f.suppressed, f.why,
            coalesce(s.since, :run) AS since, EXISTS (
                SELECT 1 FROM sightings AS e WHERE e.series = :series AND e.repository = o.repository
                AND e.fingerprint = f.fingerprint AND e.since < coalesce(s.since, :run)
            ) AS back
        FROM outcomes AS o JOIN findings AS f ON f.result = o.result
        LEFT JOIN sightings AS s ON s.series = :series AND s.repository = o.repository AND s.fingerprint = f.fingerprint
            AND s.since <= :run AND (s.until IS NULL OR s.until > :run)
        WHERE o.run = :run ORDER BY o.repository
        """,
        {"run": run.id, "series": run.series},
    )


def _tiers(rules: Iterable[str]) -> dict[str, Tier]:
    """Each policy that ships, with the rules that are an error by it, of which some ran."""
    ran = frozenset(rules)
    found = {}
    for name in shipped_policies():
        policy = Policy.load(name)
        grave = frozenset(rule.id for rule in policy.rules.values() if _severity(policy, rule) == "error")
        if grave & ran:
            found[name] = Tier(grave & ran, len(grave))
    return found


def _severity(policy: Policy, rule: Rule) -> str:
    """What a policy makes of a rule wherever it is not told of exceptions."""
    severity = rule.severity
    for when, setting in policy.settings_of(rule):
        if when is None and setting.severity is not None:
            severity = graded(severity, setting.severity)
    return severity
