"""A side of a comparison that is a JSON report: read once, a repository at a time, into a file of its own that goes by itself."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from typing import TYPE_CHECKING, Any

from cardlint.audit.jsonparts import Parts
from cardlint.audit.sides import Coverage, Examined, Found, Head
from cardlint.formats.contents import cut, plural
from cardlint.report import SCHEMA_VERSION

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

SCHEMA = "report.schema.json"
_PARTS = {"tool": "Tool", "summary": "Summary", "audit": "Audit"}
_NEEDED = ("schema_version", "tool", "targets", "summary")
_LONGEST = 300
_NO_REPORT = "this is no report that check or audit wrote with --output-format json"


class ReportSide:
    """A report. Raises ConfigError where it is none."""

    def __init__(self, operand: str, stream: BinaryIO) -> None:
        self._parts = Parts(operand, stream, _NO_REPORT)
        # An empty name: SQLite's own temporary file, which holds what does not fit into some megabytes of memory.
        self._kept = sqlite3.connect("", isolation_level=None)
        self._kept.execute("CREATE TABLE kept (name TEXT, number INTEGER, document TEXT, PRIMARY KEY (name, number)) WITHOUT ROWID")
        self._named: set[str] = set()
        self._counts: Counter[str] = Counter()
        try:
            self.head = self._read(operand)
        except BaseException:
            self.close()
            raise

    def _read(self, operand: str) -> Head:
        said: dict[str, Any] = {}
        self._kept.execute("BEGIN")
        for name, value in self._parts.members("targets"):
            if name == "targets[]":
                self._keep(value)
                continue
            if name in said:
                self._parts.complain(f'"{name}" is there twice')
            said[name] = value
            if name != "audit" or value is not None:  # a report of `check` may say that it is none of an audit
                self._hold(_PARTS.get(name), name, value)
        self._kept.execute("COMMIT")
        self._assert_whole(said)
        tool, counts, audit = said["tool"], self._counts, said.get("audit") or {}
        outcomes = audit.get("outcomes", counts)  # an audit knows what was not reached, and so is no target
        unlisted = tuple(f"{item['what']}: {item['reason']}" for item in audit.get("unlisted", ()))
        states = [name for name in ("skipped", "failed", "pending") if outcomes.get(name)]
        gaps = tuple(f"{plural(outcomes[name], 'repository', 'repositories')} {name}" for name in states)
        return Head(
            operand, tool["version"], tool["policy"], tool["rules_hash"], counts["repositories"], counts["findings"],
            frozenset(self._named), (*unlisted, *gaps), unlisted, depth=audit.get("depth", ""),
        )  # fmt: skip

    def _hold(self, part: str | None, name: str, value: Any) -> None:  # noqa: ANN401 - JSON
        from cardlint.schema import disagreement

        if name == "schema_version" and value != SCHEMA_VERSION:
            self._parts.complain(f'expected "schema_version": "{SCHEMA_VERSION}"; another version of cardlint may read it')
        if part is not None and (wrong := disagreement(SCHEMA, part, value)) is not None:
            self._parts.complain(f"{name}: {cut(wrong, _LONGEST)}")

    def _assert_whole(self, said: dict[str, Any]) -> None:
        for name in _NEEDED:
            if name not in said:
                self._parts.complain(f'"{name}" is missing')
        if said["targets"] != []:
            self._parts.complain('"targets" must be a list')
        if unknown := sorted(said.keys() - {*_NEEDED, "audit"}):
            self._parts.complain(f'unknown key "{cut(unknown[0], _LONGEST)}"')

    def _keep(self, target: Any) -> None:  # noqa: ANN401 - JSON
        """Hold one repository against the schema, count, and put it where it is found by its name."""
        number = self._counts["repositories"]
        self._hold("Target", f"targets[{number}]", target)
        name = _bare(target["target"])
        self._counts["repositories"] += 1
        self._counts["findings"] += len(target["findings"])
        self._counts[_coverage(target)] += 1
        self._named.update(item["rule"] for group in ("findings", "skipped", "failed") for item in target[group])
        self._named.update(target["not_applicable"])
        self._kept.execute(
            "INSERT INTO kept SELECT ?, count(*), ? FROM kept WHERE name = ?", (name, json.dumps(target, separators=(",", ":")), name)
        )

    def repositories(self) -> Iterator[Examined]:
        """The repositories in the order of name and number."""
        for name, number, document in self._kept.execute("SELECT name, number, document FROM kept ORDER BY name, number"):
            yield _examined(name, number, json.loads(document))

    def returned(self, name: str, fingerprint: str) -> bool:
        """A report knows of no other run."""
        del name, fingerprint
        return False

    def close(self) -> None:
        """Let go of what was kept."""
        self._kept.close()


def _bare(target: str) -> str:
    """A target's name as a store has it: one on the Hub without its revision, in the short form, and what SQLite cannot hold escaped."""
    from cardlint.errors import UsageError
    from cardlint.hubrepo import is_named, parse

    if is_named(target):
        try:
            return str(parse(target)._replace(revision=None))
        except UsageError:  # no name we write; compared as it is
            pass
    return target.encode("utf-8", "backslashreplace").decode()


def _coverage(target: dict[str, Any]) -> Coverage:
    if target["failed"]:
        return "failed"
    return "skipped" if any(item["because"] is None for item in target["skipped"]) else "audited"


def _examined(name: str, number: int, target: dict[str, Any]) -> Examined:
    coverage, inapplicable = _coverage(target), frozenset(target["not_applicable"])
    blocked = {item["rule"]: item["reason"] for item in target["skipped"]} | {item["rule"]: item["error"] for item in target["failed"]}
    reasons = [item["error"] for item in target["failed"]] + [item["reason"] for item in target["skipped"] if item["because"] is None]
    return Examined(
        name, number, target["kind"], target["revision"], coverage, reasons[0] if reasons else None,
        [_found(item) for item in target["findings"]], blocked, lambda: inapplicable,
    )  # fmt: skip


def _found(item: dict[str, Any]) -> Found:
    suppressed = item["suppressed"]
    return Found(
        item["rule"], item["severity"], item["message"], item["subject"], item["path"], item["line"], item["column"],
        item["fingerprint"], suppressed and suppressed["kind"],
    )  # fmt: skip
