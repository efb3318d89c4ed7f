"""Two runs compared: which repositories came and went, what became of each finding, and what cannot be said.

Both sides are gone through together in the order of their names, and what differs is written to a file of its own, so that
memory holds two repositories at a time. Every finding of both sides is in one state, and counted once:

- `unchanged` and `changed` (severity, or whether it is suppressed) are on both sides. The fingerprint says which is which; where
  a line was edited, the same message about the same thing in the same file.
- `new`, `regressed` (it had been gone; only a store knows) and `fixed` are on one side, and the rule looked there on the other.
- `appeared` and `disappeared` are those of repositories that the other side does not have.
- `not-comparable` is what the other side did not look at: its absence there says nothing.
"""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from typing import TYPE_CHECKING, Any, NamedTuple

from cardlint.audit.comparability import Terms
from cardlint.audit.reasons import alike
from cardlint.pairing import Likeness, pair
from cardlint.problem import SEVERITIES

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator

    from cardlint.audit.sides import Examined, Found, Head, Side

ARRIVED = ("new", "regressed", "appeared")
LEFT = ("fixed", "disappeared")
STATES = (*ARRIVED, *LEFT, "changed", "not-comparable")
_TABLES = """
    CREATE TABLE repositories (state TEXT, name TEXT, number INTEGER, document TEXT);
    CREATE TABLE findings (state TEXT, gravity INTEGER, name TEXT, number INTEGER, why TEXT, document TEXT);
"""


class Key(NamedTuple):
    """What is counted apart: a state, the side, and the severity, or `suppressed` where a finding does not count."""

    state: str
    side: str
    severity: str


class Comparison:
    """What differs between two sides, with the counts. `notes` says what limits the comparison, gravest first."""

    def __init__(self, old: Head, new: Head, notes: tuple[str, ...]) -> None:
        self.old, self.new, self.notes = old, new, notes
        self.findings: Counter[Key] = Counter()
        self.repositories: Counter[str] = Counter()
        # An empty name: SQLite's own temporary file, which holds what does not fit into some megabytes of memory.
        self._kept = sqlite3.connect("", isolation_level=None)
        self._kept.executescript(_TABLES)
        self._kept.execute("BEGIN")

    def count(self, *states: str, side: str | None = None, severities: tuple[str, ...] | None = None) -> int:
        """How many findings are in one of these states; with `severities` only those that count and have one of them."""
        return sum(
            number
            for key, number in self.findings.items()
            if key.state in states and side in {None, key.side} and (severities is None or key.severity in severities)
        )

    @property
    def complete(self) -> bool:
        """Whether both sides examined all that they had to."""
        return not self.old.gaps and not self.new.gaps

    def add_repository(self, state: str, name: str, number: int, document: dict[str, Any]) -> None:
        """Note what became of a repository."""
        self.repositories[state] += 1
        if document:
            said = {"state": state, "target": name, **document}
            self._kept.execute("INSERT INTO repositories VALUES (?, ?, ?, ?)", (state, name, number, json.dumps(said)))

    def add_finding(self, state: str, side: str, at: Examined, found: Found, more: dict[str, Any]) -> None:
        """Note what became of a finding."""
        self.findings[Key(state, side, "suppressed" if found.suppressed else found.severity)] += 1
        if state == "unchanged":
            return
        said = {"state": state, "side": side, "target": at.name, **found._asdict(), "was": None, "why": None, **more}
        gravity = -SEVERITIES.index(found.severity) if found.severity in SEVERITIES else 0
        why = more.get("why") and alike(more["why"], at.name)
        row = (state, gravity, at.name, at.number, why, json.dumps(said))
        self._kept.execute("INSERT INTO findings VALUES (?, ?, ?, ?, ?, ?)", row)

    def of_repositories(self, *states: str) -> Iterator[dict[str, Any]]:
        """What became of repositories, as the JSON document has it, by state and name."""
        yield from self._rows("repositories", states, "name, number")

    def of_findings(self, *states: str) -> Iterator[dict[str, Any]]:
        """What became of findings, as the JSON document has it, by state, severity, name, and as the report had them."""
        yield from self._rows("findings", states, "gravity, name, number, rowid")

    def reasons(self) -> Iterator[tuple[str, int, int]]:
        """Why findings cannot be compared, without names of repositories, with how many those are and in how many of these, most first."""
        yield from self._kept.execute(
            "SELECT why, count(*), count(DISTINCT name) FROM findings WHERE state = 'not-comparable' GROUP BY why ORDER BY 2 DESC, 1"
        )

    def _rows(self, table: str, states: tuple[str, ...], order: str) -> Iterator[dict[str, Any]]:
        for state in states:
            query = f"SELECT document FROM {table} WHERE state = ? ORDER BY {order}"  # noqa: S608 - names of ours
            for (document,) in self._kept.execute(query, (state,)):
                yield json.loads(document)

    def close(self) -> None:
        """Let go of what was kept."""
        self._kept.close()


def compare(old: Side, new: Side) -> Comparison:
    """The comparison of two sides. Raises UsageError where a store is damaged."""
    terms = Terms(old, new)
    found = Comparison(old.head, new.head, tuple(terms.notes()))
    for before, after in _together(old.repositories(), new.repositories()):
        if before is not None and after is not None:
            _both(found, terms, before, after)
        elif after is not None:
            _alone(found, after, "new", "appeared", terms.why_absent("old"))
        else:
            assert before is not None
            _alone(found, before, "old", "disappeared", terms.why_absent("new"))
    return found


def _together(old: Iterator[Examined], new: Iterator[Examined]) -> Iterator[tuple[Examined | None, Examined | None]]:
    """Both sides in one order, those of one name beside each other."""
    before, after = next(old, None), next(new, None)
    while before is not None or after is not None:
        first = min((it.name, it.number) for it in (before, after) if it is not None)
        left = before if before is not None and (before.name, before.number) == first else None
        right = after if after is not None and (after.name, after.number) == first else None
        yield left, right
        before = before if left is None else next(old, None)
        after = after if right is None else next(new, None)


def _alone(found: Comparison, it: Examined, side: str, state: str, why: str | None) -> None:
    """A repository that only one side has."""
    state = state if why is None else "not-comparable"
    more: dict[str, Any] = {"kind": it.kind, "side": side, "why": why, "changes": {}}
    found.add_repository(state, it.name, it.number, more)
    for item in it.findings:
        found.add_finding(state, side, it, item, {"why": why})


def _both(found: Comparison, terms: Terms, before: Examined, after: Examined) -> None:
    changes = dict(_changes(before, after))
    more = {"kind": after.kind, "side": "both", "why": None, "changes": changes}
    found.add_repository("changed" if changes else "unchanged", after.name, after.number, more if changes else {})
    matched, gone = pair(before.findings, after.findings, _LIKENESSES)
    for item, was in zip(after.findings, matched, strict=True):
        if was is None:
            _arrived(found, terms, before, after, item)
        elif (was.severity, was.suppressed) == (item.severity, item.suppressed):
            found.add_finding("unchanged", "both", after, item, {})
        else:
            found.add_finding("changed", "both", after, item, {"was": {"severity": was.severity, "suppressed": was.suppressed}})
    for item in gone:
        why = terms.why_unseen("new", after, item.rule)
        found.add_finding("not-comparable" if why else "fixed", "old", before, item, {"why": why})


def _arrived(found: Comparison, terms: Terms, before: Examined, after: Examined, item: Found) -> None:
    why = terms.why_unseen("old", before, item.rule)
    state = "not-comparable" if why else "regressed" if terms.new.returned(after.name, item.fingerprint) else "new"
    found.add_finding(state, "new", after, item, {"why": why})


def _changes(before: Examined, after: Examined) -> Iterator[tuple[str, dict[str, str | None]]]:
    """What of a repository itself changed, each with what it was and is."""
    if before.coverage != after.coverage:
        yield "coverage", {"old": before.coverage, "new": after.coverage, "reason": after.reason or before.reason}
    if before.listed is None or after.listed is None:
        return
    for name in ("license", "gate", "visibility"):
        was, now = getattr(before.listed, name), getattr(after.listed, name)
        if was != now and (name == "license" or (was is not None and now is not None)):
            yield name, {"old": was, "new": now}


def _fingerprint(item: Found) -> Hashable:
    return item.rule, item.fingerprint


def _said(item: Found) -> Hashable:
    from cardlint.engine import stable

    return item.rule, item.path, stable(item.subject), item.message


def _said_so(item: Found) -> Hashable:
    return _said(item), item.suppressed


# The same way from either side, so that what is new one way is fixed the other way.
_LIKENESSES = tuple(Likeness(key, key) for key in (_fingerprint, _said_so, _said))
