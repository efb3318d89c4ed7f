"""Annotations of GitHub Actions: workflow commands on standard output, which the runner shows at the lines they name.

Sources: "Workflow commands for GitHub Actions" (syntax, 10 annotations of each level per step); `ActionCommand.cs` (what is
unescaped where), `ActionCommandManager.cs` (columns only on one line) and `ExecutionContext.cs` (4,096 characters) of
actions/runner.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from cardlint.formats.contents import GRAVEST_FIRST, WAYS, counting, cut, file_of, forward, gathered, plural
from cardlint.formats.safe import visible

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cardlint.formats.contents import Gap
    from cardlint.report import Finding, Place, Report, Target

SHOWN = 10  # of each level, of a step
_LEVELS = {"error": "error", "warning": "warning", "note": "notice"}
_LONGEST = 2000  # the runner keeps 4,096 UTF-16 units of a message, and a code point may take two
_LINE = 800


class _Annotation(NamedTuple):
    properties: dict[str, object]
    lines: list[str]


def render(report: Report) -> str:
    """The annotations, gravest first, and where there are more than GitHub shows a line that counts the others."""
    groups = {severity: list(_annotations(report, severity)) for severity in GRAVEST_FIRST}
    commands = [_command(severity, item) for severity, items in groups.items() for item in items[:SHOWN]]
    rest = {severity: len(items) - SHOWN for severity, items in groups.items() if len(items) > SHOWN}
    return "".join(f"{line}\n" for line in [*commands, *_closing(rest)])


def _annotations(report: Report, severity: str) -> Iterator[_Annotation]:
    """What is annotated at a level; what was not examined comes before the errors."""
    if severity == "error":
        yield from (_of_gap(target, gap) for target in report.targets for gap in gathered(target))
    for target in report.targets:
        yield from (_of_finding(target, finding) for finding in counting(target.findings) if finding.severity == severity)


def _of_gap(target: Target, gap: Gap) -> _Annotation:
    rules = [f"rules: {', '.join(gap.rules)}"] if gap.rules else []
    return _Annotation({"file": file_of(target, None), "title": f"cardlint: {gap.kind}"}, [f"{target.name}: {gap.reason}", *rules])


def _of_finding(target: Target, finding: Finding) -> _Annotation:
    place = {} if finding.place is None else _place(forward(finding.place))
    properties = {"file": file_of(target, finding.path), **place, "title": f"cardlint: {finding.rule}"}
    return _Annotation(properties, [finding.message, *_hints(target, finding)])


def _place(place: Place) -> dict[str, object]:
    """Lines, and columns where both are on one line: of others the runner drops the columns with a warning."""
    columns = {"col": place.column, "endColumn": place.end_column} if place.line == place.end_line else {}
    return {"line": place.line, "endLine": place.end_line, **columns}


def _hints(target: Target, finding: Finding) -> Iterator[str]:
    if finding.fix is not None:
        yield f"{WAYS[finding.fix.applicability]}: {finding.fix.title}"
    yield finding.url or f"cardlint explain {finding.rule}"
    for item in finding.related:
        yield f"{file_of(target, item.place.path)}:{item.place.line}:{item.place.column}: {item.message}"


def _command(severity: str, item: _Annotation) -> str:
    properties = ",".join(f"{name}={_property(str(value))}" for name, value in item.properties.items())
    return f"::{_LEVELS[severity]} {properties}::{_data(item.lines)}"


def _property(text: str) -> str:
    return visible(text).replace("%", "%25").replace(":", "%3A").replace(",", "%2C")


def _data(lines: list[str]) -> str:
    """The lines of a message; those behind the first begin with a mark, so that none can begin like a command."""
    head, *others = (cut(visible(line), _LINE) for line in lines)
    return cut("\n= ".join([head, *others]), _LONGEST).replace("%", "%25").replace("\n", "%0A")


def _closing(rest: dict[str, int]) -> Iterator[str]:
    if rest:
        counted = ", ".join(plural(count, severity) for severity, count in rest.items())
        yield (
            f"cardlint: {counted} more, not annotated because GitHub shows {SHOWN} of each severity per step. All of them are "
            "in the job summary, where the run writes one, and in the output formats markdown, concise and json."
        )
