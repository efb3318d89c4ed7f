"""JUnit XML, the test results nearly every CI server shows: a suite for each repository, a case for each finding.

JUnit has no standard. What readers agree on is used, and two things GitLab asks for: the class name of a case names its
suite, and of two cases with one name only the first is read ("Unit test reports" of GitLab's documentation).
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections import Counter
from typing import TYPE_CHECKING

from cardlint.formats.contents import WAYS, file_of, gaps
from cardlint.formats.safe import visible

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cardlint.formats.contents import Gap
    from cardlint.report import Finding, Report, Skipped, Target

_FAILING = ("error", "warning")
_ID = 8  # digits of a fingerprint that tell two findings of a rule in one file apart
_COUNTED = {"failures": "failure", "errors": "error", "skipped": "skipped"}


def render(report: Report) -> str:
    """The document, in ASCII with references, so that no encoding of an output can break it."""
    root = ET.Element("testsuites", name="cardlint")
    taken: Counter[tuple[str, str]] = Counter()
    for target in report.targets:
        suite = ET.SubElement(root, "testsuite", name=visible(target.name))
        suite.extend([_properties(report, target), *_cases(target)])
        for case in suite.iter("testcase"):
            _name(case, target, taken)
        _count(suite)
    _count(root)
    ET.indent(root)
    body = ET.tostring(root, "us-ascii", xml_declaration=False).decode("ascii")
    return f'<?xml version="1.0" encoding="utf-8"?>\n{body}\n'


def _properties(report: Report, target: Target) -> ET.Element:
    properties = ET.Element("properties")
    for name, value in (("cardlint", report.version), ("policy", target.policy), ("kind", target.kind), ("revision", target.revision)):
        if value:
            ET.SubElement(properties, "property", name=name, value=visible(value))
    return properties


def _cases(target: Target) -> list[ET.Element]:
    """The cases of a target; where there would be none, one that passes."""
    cases = [*_findings(target), *map(_gap, gaps(target)), *map(_skipped, target.skipped)]
    return [case for case in cases if case is not None] or [ET.Element("testcase", name="nothing found")]


def _name(case: ET.Element, target: Target, taken: Counter[tuple[str, str]]) -> None:
    """Give a case its class, and a name that no other one of the class has."""
    key = (visible(target.name), case.attrib["name"])
    taken[key] += 1
    case.attrib["name"] += f" ({taken[key]})" if taken[key] > 1 else ""
    case.attrib["classname"] = key[0]


def _count(element: ET.Element) -> None:
    element.set("tests", str(sum(1 for _ in element.iter("testcase"))))
    for name, tag in _COUNTED.items():
        element.set(name, str(sum(1 for _ in element.iter(tag))))


def _findings(target: Target) -> Iterator[ET.Element]:
    for finding in target.findings:
        case = ET.Element("testcase", name=f"{finding.rule} {visible(finding.path or '')} {finding.fingerprint[:_ID]}")
        case.set("file", visible(file_of(target, finding.path)))
        if finding.place is not None:
            case.set("line", str(finding.place.line))
        case.append(_result(target, finding))
        yield case


def _result(target: Target, finding: Finding) -> ET.Element:
    """Errors and warnings fail, a note passes and says so in its output, what is suppressed is skipped with its reason."""
    text = _text(target, finding)
    if finding.suppressed is not None:
        return _element("skipped", finding.suppressed.kind, f"{finding.suppressed.kind}: {finding.suppressed.reason}", text)
    if finding.severity in _FAILING:
        return _element("failure", finding.severity, finding.message, text)
    output = ET.Element("system-out")
    output.text = text
    return output


def _element(tag: str, type_: str, message: str, text: str) -> ET.Element:
    element = ET.Element(tag, type=type_, message=visible(message))
    element.text = text
    return element


def _text(target: Target, finding: Finding) -> str:
    """What a person reads of a finding: what and where, then a line each for what belongs to it."""
    place = "" if finding.place is None else f":{finding.place.line}:{finding.place.column}"
    lines = [f"{file_of(target, finding.path)}{place}: {finding.severity}[{finding.rule}] {finding.message}"]
    lines += [f"{file_of(target, item.place.path)}:{item.place.line}:{item.place.column}: {item.message}" for item in finding.related]
    if finding.fix is not None:
        lines.append(f"{WAYS[finding.fix.applicability]}: {finding.fix.title}")
    lines.append(finding.url or f"cardlint explain {finding.rule}")
    return "\n= ".join(visible(line) for line in lines)


def _gap(gap: Gap) -> ET.Element:
    """What was not examined is an error, as a test that could not run."""
    case = ET.Element("testcase", name=f"{gap.kind} {' '.join(gap.rules)}".strip())
    case.append(_element("error", gap.kind, gap.reason, visible(gap.reason)))
    return case


def _skipped(skipped: Skipped) -> ET.Element | None:
    """A rule that another one explains, whose finding is a case of its own."""
    if skipped.because is None:
        return None
    case = ET.Element("testcase", name=f"skipped {skipped.rule}")
    case.append(_element("skipped", "skipped", f"because of {skipped.because}", visible(skipped.reason)))
    return case
