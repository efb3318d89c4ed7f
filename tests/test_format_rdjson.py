"""The Reviewdog Diagnostic Format, held against its schema and against what reviewdog does with ranges and messages."""

from __future__ import annotations

import json
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rendering import shown
from reports import every_rule, hostile, reports

from cardlint.formats import rdjson
from cardlint.formats.contents import counting, gathered
from cardlint.problem import Edit, Fix
from cardlint.report import Failed, Finding, Place, RelatedPlace, Report, Skipped, Suppressed, Target
from cardlint.text import Span, Text

# The facts of reviewdog.proto and of the schema made of it (DiagnosticResult.json), with two things more: a field that is
# not listed is an error, because reviewdog reads with protojson, which takes no other; and numbers are positive int32.
_TEXT = {"type": "string"}
_POSITION = {
    "type": "object", "additionalProperties": False, "required": ["line"],
    "properties": {name: {"type": "integer", "minimum": 1, "maximum": 2**31 - 1} for name in ("line", "column")},
}  # fmt: skip
_RANGE = {
    "type": "object", "additionalProperties": False, "required": ["start", "end"], "properties": {"start": _POSITION, "end": _POSITION},
}  # fmt: skip
_DIAGNOSTIC = {
    "type": "object", "additionalProperties": False, "required": ["message", "location", "severity", "code"],
    "properties": {
        "message": _TEXT,
        "severity": {"enum": ["ERROR", "WARNING", "INFO"]},
        "code": {"type": "object", "additionalProperties": False, "required": ["value"], "properties": {"value": _TEXT, "url": _TEXT}},
        "location": {
            "type": "object", "additionalProperties": False, "required": ["path"], "properties": {"path": _TEXT, "range": _RANGE},
        },
        "suggestions": {
            "type": "array", "minItems": 1,
            "items": {
                "type": "object", "additionalProperties": False, "required": ["range", "text"], "properties": {"range": _RANGE, "text": _TEXT},
            },
        },
    },
}  # fmt: skip
SCHEMA = {
    "type": "object", "additionalProperties": False, "required": ["source", "diagnostics"],
    "properties": {
        "source": {"type": "object", "additionalProperties": False, "required": ["name"], "properties": {"name": _TEXT, "url": _TEXT}},
        "diagnostics": {"type": "array", "items": _DIAGNOSTIC},
        "severity": {"enum": ["ERROR", "WARNING", "INFO"]},
    },
}  # fmt: skip
FINDING = Finding("license-unknown", "error", "high", "m", "license", "README.md", None, "0" * 32)


def read(report: Report) -> list[dict[str, Any]]:
    """The diagnostics; no lone surrogate is in them, which protojson refuses."""
    document = json.loads(rdjson.render(report))
    jsonschema.Draft202012Validator(SCHEMA).validate(document)
    json.dumps(document, ensure_ascii=False).encode()
    diagnostics: list[dict[str, Any]] = document["diagnostics"]
    return diagnostics


def only(finding: Finding) -> dict[str, Any]:
    (entry,) = read(Report((Target("m", "model", (finding,), shown="models/m"),), "0", "p", "0"))
    return entry


def at(content: str, start: int, end: int) -> Place:
    """The place a check would have given for a span of a text."""
    text = Text("README.md", content)
    first, last = text.position(start), text.position(end)
    return Place("README.md", *first, *last, start, end, text.line(first.line), text.ending(first.line))


def offset(content: str, position: dict[str, int]) -> int:
    """Where a position of the format lies, in bytes of the file, as reviewdog counts them: lines end with LF."""
    lines = content.encode().split(b"\n")
    return sum(len(line) + 1 for line in lines[: position["line"] - 1]) + position["column"] - 1


def replaced(content: str, suggestion: dict[str, Any]) -> str:
    start, end = (offset(content, suggestion["range"][name]) for name in ("start", "end"))
    data = content.encode()
    return (data[:start] + suggestion["text"].encode() + data[end:]).decode()


def test_columns_count_bytes_of_utf_8() -> None:
    # The example of the specification: the columns of a, 𐐀 and b are 1, 2 and 6.
    for index, column in enumerate((1, 2, 6)):
        found = only(FINDING._replace(place=at("a𐐀b", index, index + 1)))["location"]["range"]
        assert found["start"] == {"line": 1, "column": column}
    assert only(FINDING._replace(place=at("\ufeffab", 2, 3)))["location"]["range"]["start"] == {"line": 1, "column": 5}


def test_a_range_over_lines_is_exact_where_its_end_is_known() -> None:
    content = "é: x\ny: é\nz"
    ranges = [only(FINDING._replace(place=at(content, 1, end)))["location"]["range"] for end in (4, 5, 8)]
    assert ranges == [
        {"start": {"line": 1, "column": 3}, "end": {"line": 1, "column": 6}},
        {"start": {"line": 1, "column": 3}, "end": {"line": 2, "column": 1}},
        {"start": {"line": 1}, "end": {"line": 2}},
    ]
    assert "range" not in only(FINDING)["location"]
    undecodable = only(FINDING._replace(place=at("\ufffd: x", 3, 4)))["location"]["range"]
    assert undecodable == {"start": {"line": 1}, "end": {"line": 1}}
    backwards = at(content, 7, 8)._replace(end_line=1, end_column=2)
    assert only(FINDING._replace(place=backwards))["location"]["range"]["end"] == {"line": 2, "column": 3}


_LINES = st.lists(st.text("aé漢\U0001f600 :", max_size=5), min_size=2, max_size=4)


@given(_LINES, st.sampled_from(["\n", "\r\n"]), st.booleans(), st.data())
def test_a_suggestion_makes_what_the_fix_makes(lines: list[str], ending: str, bom: bool, data: st.DataObject) -> None:
    content = "\ufeff" * bom + ending.join([*lines, ""])
    text = Text("README.md", content)
    number = data.draw(st.integers(1, len(lines)))
    start = text.line_starts[number - 1] + (bom and number == 1)
    ends = [*range(start, start + len(text.line(number)) + 1), text.line_starts[number]]
    edits, place = [], at(content, *sorted(data.draw(st.lists(st.sampled_from(ends), min_size=2, max_size=2))))
    cuts = sorted(data.draw(st.lists(st.sampled_from(ends), min_size=2, max_size=4)))
    for first, last in zip(cuts[::2], cuts[1::2], strict=False):
        edits.append(Edit(Span("README.md", first, last), data.draw(st.sampled_from(["", "é", "new\n"]))))
    fixed = content
    for edit in sorted(edits, key=lambda item: item.span, reverse=True):
        fixed = fixed[: edit.span.start] + edit.text + fixed[edit.span.end :]
    entry = only(FINDING._replace(place=place, fix=Fix("safe", "t", tuple(edits))))
    for suggestion in entry.get("suggestions", []):
        assert replaced(content, suggestion) == fixed
    on_line = all(edit.span.start <= start + len(text.line(number)) for edit in edits[1:])
    assert ("suggestions" in entry) == (place.start != 0 and on_line and place.line == number) or number != place.line


@pytest.mark.parametrize("rule", ["license-unknown", "ambiguous-scalar", "null-value", "duplicate-key", "key-deprecated"])
def test_fixes_of_rules_are_suggestions(rule: str) -> None:
    found = [entry for entry in read(every_rule()) if entry["code"]["value"] == rule]
    assert any("suggestions" in entry for entry in found)


def test_a_fix_that_cannot_be_offered_is_named() -> None:
    place = at("---\nlicense: apache2\nb: c\n", 13, 20)
    there, other = Edit(Span("README.md", 13, 20), "x"), Edit(Span("NOTICE", 0, 0), "x")
    beyond, overlapping = Edit(Span("README.md", 22, 23), "x"), Edit(Span("README.md", 14, 16), "x")
    broken, first = Edit(Span("README.md", 13, 20), "\ud800"), Edit(Span("README.md", 0, 1), "x")
    for edits in ((other,), (there, beyond), (there, overlapping), (broken,), (beyond,), (first,), (first, there)):
        entry = only(FINDING._replace(place=place, fix=Fix("safe", "write x", edits)))
        assert "suggestions" not in entry
        assert entry["message"] == "m\n\n`--fix`: write x"
    assert "--fix" in only(FINDING._replace(fix=Fix("safe", "write x", (there,))))["message"]
    assert "--fix" in only(FINDING._replace(place=at("a", 0, 1), fix=Fix("safe", "t", (Edit(Span("README.md", 0, 1), ""),))))["message"]
    unsafe = only(FINDING._replace(place=place, fix=Fix("unsafe", "write x", (there,))))
    assert unsafe["suggestions"]
    assert unsafe["message"].endswith("`--unsafe-fixes`: write x")


def test_related_places_and_pages_are_told() -> None:
    related = (RelatedPlace("first @here", at("a\nb", 2, 3)),)
    entry = only(FINDING._replace(related=related, url="https://example.org/r"))
    assert entry["message"] == "m\n\n`models/m/README.md:2:1`: first `@here`"
    assert entry["code"] == {"value": "license-unknown", "url": "https://example.org/r"}


def test_severities_what_was_not_examined_and_what_is_suppressed() -> None:
    found = [FINDING._replace(severity=name) for name in ("note", "warning", "error")]  # type: ignore[arg-type]
    hidden = FINDING._replace(suppressed=Suppressed("inline", "r"))
    skipped = (Skipped("a", "no right"), Skipped("b", "why", "c"))
    target = Target("m", "model", (*found, hidden), skipped, (Failed("d", "E: f"),), card="CARD.md")
    entries = read(Report((target,), "0", "p", "0"))
    assert [(entry["severity"], entry["code"]["value"]) for entry in entries] == [
        ("ERROR", "not-examined"), ("ERROR", "failed"), ("ERROR", "license-unknown"), ("WARNING", "license-unknown"),
        ("INFO", "license-unknown"),
    ]  # fmt: skip
    assert entries[0] == {
        "message": "not examined: no right (`a`)", "severity": "ERROR", "location": {"path": "CARD.md"}, "code": {"value": "not-examined"},
    }  # fmt: skip


@settings(max_examples=40)
@given(reports())
def test_every_report_is_valid_and_its_messages_do_nothing(report: Report) -> None:
    entries = read(report)
    assert len(entries) == sum(len(gathered(item)) + len(counting(item.findings)) for item in report.targets)
    for entry in entries:
        shown(entry["message"])


@pytest.mark.parametrize("report", [hostile(), every_rule()], ids=["hostile", "every rule"])
def test_hostile_text_and_every_rule_are_valid_and_do_nothing(report: Report) -> None:
    assert all(shown(entry["message"]) for entry in read(report))
