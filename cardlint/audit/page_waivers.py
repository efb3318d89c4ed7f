"""The waivers of an audit by the day they end, each with what it covers."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NamedTuple

from cardlint.audit.page_words import MONTH, days_between
from cardlint.source import matches

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator

GROUPS = ("Expired", "Within 30 days", "Later")


class Waived(NamedTuple):
    """A waiver. `covered` are the findings it suppresses; of one that has expired, those that count again for want of it."""

    rules: tuple[str, ...]
    repository: str | None
    path: str | None
    owner: str
    reason: str
    expires: str
    source: str
    left: int
    covered: int = 0

    @property
    def group(self) -> str:
        """Which of `GROUPS` it belongs to. Its last day still counts."""
        return GROUPS[0 if self.left < 0 else 1 if self.left <= MONTH else 2]

    @property
    def why(self) -> str:
        """What `cardlint.settle` notes of it beside a finding."""
        return f"{self.reason} ({self.owner}, until {self.expires})"


class Covers:
    """The waivers of a run; every finding is weighed against them as it passes."""

    def __init__(self, connection: sqlite3.Connection, run: int, today: str) -> None:
        rows = connection.execute("SELECT * FROM waivers WHERE run = ? ORDER BY expires, number", (run,)).fetchall()
        self.waivers = [
            Waived(
                tuple(json.loads(row["rules"])), row["repository"], row["path"], row["owner"], row["reason"], row["expires"], row["source"],
                days_between(today, row["expires"]),
            )
            for row in rows
        ]  # fmt: skip
        self._covered = [0] * len(rows)
        # The first of a policy that covers a finding is what suppresses it.
        order = sorted(range(len(rows)), key=lambda number: rows[number]["number"])
        self._by_rule: dict[str, list[int]] = {}
        for number in order:
            for rule in self.waivers[number].rules:
                self._by_rule.setdefault(rule, []).append(number)

    def weigh(self, repository: str, it: sqlite3.Row) -> None:
        """Count a finding for the waiver that suppresses it, or once did."""
        for number in self._by_rule.get(it["rule"], ()):
            waiver = self.waivers[number]
            is_its = it["why"] == waiver.why if it["suppressed"] == "waiver" else it["suppressed"] is None and waiver.left < 0
            if is_its and _is_about(waiver, repository, it["path"]):
                self._covered[number] += 1
                return

    def groups(self) -> Iterator[tuple[str, list[Waived]]]:
        """The waivers by when they end, the soonest first, with what they cover."""
        counted = [waiver._replace(covered=covered) for waiver, covered in zip(self.waivers, self._covered, strict=True)]
        for group in GROUPS:
            if held := [waiver for waiver in counted if waiver.group == group]:
                yield group, held


def _is_about(waiver: Waived, repository: str, path: str | None) -> bool:
    if waiver.repository is not None and not matches(_id(repository), waiver.repository):
        return False
    return waiver.path is None or (path is not None and matches(path, waiver.path))


def _id(name: str) -> str:
    """What a waiver calls a repository: `namespace/name`."""
    kept = name.removeprefix("hf://")
    return kept.removeprefix("datasets/").removeprefix("spaces/") if kept != name else kept
