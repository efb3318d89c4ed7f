"""JUnit, read by an XML parser and by junitparser, which reads what other tools write."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections import Counter
from typing import Any

import junitparser
import pytest
from hypothesis import given, settings
from reports import every_rule, hostile, reports

from cardlint.formats import junit
from cardlint.formats.contents import gaps
from cardlint.formats.safe import visible
from cardlint.problem import Edit, Fix
from cardlint.report import Failed, Finding, Fixing, Place, RelatedPlace, Report, Skipped, Suppressed, Target
from cardlint.text import Span

PLACE = Place("README.md", 2, 10, 2, 17, 13, 20, "license: apache2")
FINDING = Finding("license-unknown", "error", "high", "a <b> & \x00\ufffe]]>", "license", "README.md", PLACE, "0123456789" * 3)


def read(report: Report) -> list[list[junitparser.TestCase]]:
    """The cases by suite as junitparser sees them; the counts are right, and each case can be told from all others."""
    rendered = junit.render(report)
    root = ET.fromstring(rendered)  # noqa: S314 - our own output
    parsed = junitparser.JUnitXml.fromstring(rendered.encode())  # bytes: where lxml is there, junitparser reads by it
    suites = [list(suite) for suite in parsed]
    names = Counter((case.get("classname"), case.get("name")) for case in root.iter("testcase"))
    assert not [name for name, count in names.items() if count > 1]
    for element in [root, *root.iter("testsuite")]:
        for attribute, tag in {"tests": "testcase", "failures": "failure", "errors": "error", "skipped": "skipped"}.items():
            assert element.get(attribute) == str(len(list(element.iter(tag))))
    return suites


def results(cases: list[junitparser.TestCase]) -> list[str]:
    return [case.result[0]._tag if case.result else "passed" for case in cases]  # noqa: SLF001 - junitparser's own name for it


def target(*found: Finding, **more: Any) -> Target:
    return Target("m", "model", found, **({"shown": "models/m", "policy": "strict"} | more))


def test_a_failure_says_what_and_where() -> None:
    fix = Fix("safe", "write it", (Edit(Span("README.md", 0, 1), ""),))
    finding = FINDING._replace(fix=fix, related=(RelatedPlace("first", PLACE._replace(path="x.md")),), url="https://example.org/r")
    ((case,),) = read(Report((target(finding),), "0.1", "p", "0"))
    assert (case.classname, case.name) == ("m", "license-unknown README.md 01234567")
    assert (case._elem.get("file"), case._elem.get("line")) == ("models/m/README.md", "2")  # noqa: SLF001 - attributes of GitLab
    (failure,) = case.result
    assert (failure.type, failure.message) == ("error", "a <b> & \\x00\\ufffe]]>")
    assert failure.text == (
        "models/m/README.md:2:10: error[license-unknown] a <b> & \\x00\\ufffe]]>\n= models/m/x.md:2:10: first\n"
        "= --fix: write it\n= https://example.org/r"
    )


def test_errors_and_warnings_fail_notes_pass_and_what_is_suppressed_is_skipped() -> None:
    warning, note = FINDING._replace(severity="warning", fingerprint="1" * 8), FINDING._replace(severity="note", fingerprint="2" * 8)
    hidden = FINDING._replace(suppressed=Suppressed("waiver", "until June"), fingerprint="3" * 8, place=None, path=None)
    (cases,) = read(Report((target(FINDING, warning, note, hidden),), "0", "p", "0"))
    assert results(cases) == ["failure", "failure", "passed", "skipped"]
    assert cases[2].system_out.startswith("models/m/README.md:2:10: note[license-unknown]")
    assert cases[3].result[0].message == "waiver: until June"
    assert cases[3].name == "license-unknown  33333333"


def test_what_was_not_examined_is_an_error() -> None:
    skipped = (Skipped("a", "no right"), Skipped("b", "broken", "frontmatter-invalid"))
    (cases,) = read(Report((target(skipped=skipped, failed=(Failed("c", "E: x"),), fixing=Fixing(unwritten="read-only")),), "0", "p", "0"))
    assert [(case.name, result) for case, result in zip(cases, results(cases), strict=True)] == [
        ("not examined a", "error"), ("failed c", "error"), ("not fixed", "error"), ("skipped b", "skipped"),
    ]  # fmt: skip
    assert cases[3].result[0].message == "because of frontmatter-invalid"


def test_a_clean_repository_passes() -> None:
    clean = read(Report((target(), target()), "0", "p", "0"))
    assert [results(cases) for cases in clean] == [["passed"], ["passed"]]
    assert [case.name for cases in clean for case in cases] == ["nothing found", "nothing found (2)"]
    assert read(Report((), "0", "p", "0")) == []


def test_what_ran_is_a_property() -> None:
    root = ET.fromstring(junit.render(Report((target(revision="f" * 40),), "0.1", "p", "0")))  # noqa: S314 - our own output
    assert {item.get("name"): item.get("value") for item in root.iter("property")} == {
        "cardlint": "0.1", "policy": "strict", "kind": "model", "revision": "f" * 40,
    }  # fmt: skip


@settings(max_examples=40)
@given(reports())
def test_every_report_is_read(report: Report) -> None:
    for target_, cases in zip(report.targets, read(report), strict=True):
        explained = sum(item.because is not None for item in target_.skipped)
        assert len(cases) == max(1, len(target_.findings) + len(list(gaps(target_))) + explained)
        shown = [case.result[0].message for case in cases if case.result and case.result[0]._tag == "failure"]  # noqa: SLF001
        failing = [item for item in target_.findings if item.suppressed is None and item.severity != "note"]
        assert shown == [visible(item.message) for item in failing]


@pytest.mark.parametrize("report", [hostile(), every_rule()], ids=["hostile", "every rule"])
def test_hostile_text_and_every_rule_are_read(report: Report) -> None:
    rendered = junit.render(report)
    assert rendered.isascii()
    assert {element.tag for element in ET.fromstring(rendered).iter()} <= {  # noqa: S314 - our own output
        "testsuites", "testsuite", "properties", "property", "testcase", "failure", "error", "skipped", "system-out",
    }  # fmt: skip
    assert len(read(report)) == len(report.targets)
