"""Code Quality, held against what GitLab documents of it, and against its own reader's schema and rules."""

from __future__ import annotations

import json
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings
from reports import every_rule, hostile, reports

from cardlint.formats import gitlab
from cardlint.formats.contents import counting, gathered
from cardlint.report import Failed, Finding, Fixing, Place, Report, Skipped, Suppressed, Target

# The fields of "Code Quality report format", all of them required, and nothing else, because GitLab ignores it.
# GitLab's own schema (codeclimate.json) asks for description, fingerprint, severity and location, and for these types.
SCHEMA = {
    "type": "array",
    "items": {
        "type": "object", "additionalProperties": False,
        "required": ["description", "check_name", "fingerprint", "severity", "location"],
        "properties": {
            "description": {"type": "string", "minLength": 1},
            "check_name": {"type": "string", "pattern": "^[a-z0-9/-]+$"},
            "fingerprint": {"type": "string", "pattern": "^[0-9a-f]{32}$"},
            "severity": {"enum": ["info", "minor", "major", "critical", "blocker"]},
            "location": {
                "type": "object", "additionalProperties": False, "required": ["path", "lines"],
                "properties": {
                    "path": {"type": "string", "minLength": 1},
                    "lines": {
                        "type": "object", "additionalProperties": False, "required": ["begin"],
                        "properties": {"begin": {"type": "integer", "minimum": 1}, "end": {"type": "integer", "minimum": 1}},
                    },
                },
            },
        },
    },
}  # fmt: skip
FINDING = Finding("license-unknown", "error", "high", "m", "license", "README.md", Place("README.md", 2, 1, 3, 4, 5, 9, "x"), "1" * 32)


def read(report: Report) -> list[dict[str, Any]]:
    """The entries as GitLab keeps them: by fingerprint, and none that its schema refuses."""
    rendered = gitlab.render(report)
    assert rendered.startswith("[")  # no byte order mark
    entries: list[dict[str, Any]] = json.loads(rendered)
    jsonschema.Draft202012Validator(SCHEMA).validate(entries)
    kept = {entry["fingerprint"]: entry for entry in entries}
    assert len(kept) == len(entries)
    assert all(entry["location"]["lines"].get("end", 10**9) >= entry["location"]["lines"]["begin"] for entry in entries)
    return entries


def target(**more: Any) -> Target:
    return Target("m", "model", **({"findings": (FINDING,), "shown": "models/m"} | more))


def test_an_entry_says_what_and_where() -> None:
    (entry,) = read(Report((target(),), "0", "p", "0"))
    assert entry | {"fingerprint": ""} == {
        "description": "license-unknown: m", "check_name": "license-unknown", "fingerprint": "", "severity": "major",
        "location": {"path": "models/m/README.md", "lines": {"begin": 2, "end": 3}},
    }  # fmt: skip


def test_severities_and_what_is_suppressed() -> None:
    found = [FINDING._replace(severity=name, fingerprint=name) for name in ("note", "warning", "error")]  # type: ignore[arg-type]
    hidden = FINDING._replace(suppressed=Suppressed("baseline", "r"), fingerprint="2" * 32)
    entries = read(Report((target(findings=(*found, hidden)),), "0", "p", "0"))
    assert [entry["severity"] for entry in entries] == ["major", "minor", "info"]


def test_what_was_not_examined_is_critical_and_on_the_card() -> None:
    skipped = (Skipped("a", "no right"), Skipped("b", "no right"), Skipped("c", "why", "a"))
    gaps = target(findings=(), skipped=skipped, failed=(Failed("d", "E: f"),), fixing=Fixing(unwritten="read-only"), card="CARD.md")
    entries = read(Report((gaps,), "0", "p", "0"))
    assert [(entry["check_name"], entry["severity"]) for entry in entries] == [
        ("not-examined", "critical"), ("failed", "critical"), ("not-fixed", "critical"),
    ]  # fmt: skip
    assert [entry["description"] for entry in entries][::2] == ["not examined: no right (a, b)", "not fixed: read-only"]
    assert entries[0]["location"] == {"path": "models/m/CARD.md", "lines": {"begin": 1}}


def test_fingerprints_are_one_to_a_finding_and_survive_moves() -> None:
    once = Report((target(), target(shown="models/n")), "0", "p", "0")
    twice = Report((target(findings=(FINDING, FINDING)), target()), "0", "p", "0")
    moved = FINDING._replace(place=Place("README.md", 9, 1, 9, 4, 5, 9, "x"), message="other")
    assert read(once)[0]["fingerprint"] == read(Report((target(findings=(moved,)),), "0", "p", "0"))[0]["fingerprint"]
    assert len(read(twice)) == 3


@settings(max_examples=40)
@given(reports())
def test_every_report_is_read_whole(report: Report) -> None:
    count = sum(len(gathered(item)) + len(counting(item.findings)) for item in report.targets)
    assert len(read(report)) == count


@pytest.mark.parametrize("report", [hostile(), every_rule()], ids=["hostile", "every rule"])
def test_hostile_text_and_every_rule_are_read_whole(report: Report) -> None:
    assert len(read(report)) > 50
