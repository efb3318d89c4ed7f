"""The Reviewdog Diagnostic Format: comments and suggestions on pull requests at GitHub, GitLab, Gitea and Bitbucket.

reviewdog puts a message as it is into the Markdown of a comment, so it is written as Markdown in which nothing acts; and it
reads no report that has a field it does not know.
Sources: `reviewdog.proto` (columns count bytes of UTF-8, ends are exclusive, without columns a range is of whole lines),
`parser/rdjson.go` and `service/commentutil/commentutil.go` of reviewdog.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from cardlint.formats.contents import WAYS, counting, cut, file_of, forward, gathered
from cardlint.formats.markup import code, inline
from cardlint.formats.safe import is_unicode, json_safe, visible
from cardlint.home import SITE
from cardlint.problem import Edit
from cardlint.text import Span

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cardlint.formats.contents import Gap
    from cardlint.problem import Fix
    from cardlint.report import Finding, Place, Report, Target

_SEVERITIES = {"error": "ERROR", "warning": "WARNING", "note": "INFO"}
_LONGEST = 2000
_BOM_BYTES = 3


def render(report: Report) -> str:
    """The diagnostics: per target what was not examined, then findings that count, the gravest first."""
    diagnostics = [entry for target in report.targets for entry in _diagnostics(target)]
    document = {"source": {"name": "cardlint", "url": SITE}, "diagnostics": diagnostics}
    return json_safe(json.dumps(document, indent=2, ensure_ascii=False)) + "\n"


def _diagnostics(target: Target) -> Iterator[dict[str, Any]]:
    yield from (_gap(target, gap) for gap in gathered(target))
    yield from (_finding(target, finding) for finding in counting(target.findings))


def _gap(target: Target, gap: Gap) -> dict[str, Any]:
    rules = f" ({', '.join(code(rule) for rule in gap.rules)})" if gap.rules else ""
    return {
        "message": f"{gap.kind}: {_text(gap.reason)}{rules}", "severity": "ERROR",
        "location": {"path": visible(file_of(target, None))}, "code": {"value": gap.kind.replace(" ", "-")},
    }  # fmt: skip


def _finding(target: Target, finding: Finding) -> dict[str, Any]:
    place, offered = finding.place, _suggestion(finding)
    location: dict[str, Any] = {"path": visible(file_of(target, finding.path))}
    return {
        "message": "\n".join([_text(finding.message), *_hints(target, finding, offered)]),
        "severity": _SEVERITIES[finding.severity],
        "location": location if place is None else location | {"range": _range(forward(place))},
        "code": {"value": finding.rule} if finding.url is None else {"value": finding.rule, "url": finding.url},
        **({} if offered is None else {"suggestions": [offered]}),
    }


def _text(text: str) -> str:
    return inline(cut(text, _LONGEST))


def _hints(target: Target, finding: Finding, offered: dict[str, Any] | None) -> Iterator[str]:
    """Related places, which the format has no field for, and the fix where it is no suggestion or may change the meaning."""
    for item in finding.related:
        place = f"{file_of(target, item.place.path)}:{item.place.line}:{item.place.column}"
        yield f"\n{code(cut(place, _LONGEST))}: {_text(item.message)}"
    if finding.fix is not None and (offered is None or finding.fix.applicability == "unsafe"):
        yield f"\n{code(WAYS[finding.fix.applicability])}: {_text(finding.fix.title)}"


def _range(place: Place) -> dict[str, Any]:
    """The range of a place, in whole lines where its bytes cannot be counted.

    That is where it ends inside another line than the first, which is the only one known here, and where something that
    is no UTF-8 may stand on the line: U+FFFD has three bytes, and nothing tells how many it stands for.
    """
    if "\ufffd" in place.source:
        return {"start": {"line": place.line}, "end": {"line": place.end_line}}
    start = {"line": place.line, "column": _byte_column(place, place.column)}
    if place.end_line == place.line:
        return {"start": start, "end": {"line": place.line, "column": _byte_column(place, place.end_column)}}
    if place.end_column == 1:
        return {"start": start, "end": {"line": place.end_line, "column": 1}}
    return {"start": {"line": place.line}, "end": {"line": place.end_line}}


def _byte_column(place: Place, column: int) -> int:
    """A column of the place's first line in bytes of UTF-8; a byte order mark, which has no width for us, has three there."""
    before = len(place.source[: column - 1].encode("utf-8", "surrogatepass"))
    beyond = max(column - 1 - len(place.source), 0)
    return before + beyond + 1 + _marked(place) * _BOM_BYTES


def _marked(place: Place) -> bool:
    """Whether a byte order mark stands before the place on its line: then its offset counts one more than its column."""
    return place.line == 1 and place.start == place.column


def _suggestion(finding: Finding) -> dict[str, Any] | None:
    """The fix as reviewdog can offer it: one edit on the line of the finding. Others are named in the message."""
    place, edit = finding.place, None if finding.fix is None else _joined(finding.fix, finding.place)
    # At the very start of a file nothing tells whether a byte order mark comes first.
    if place is None or edit is None or place.start == 0 or not is_unicode(edit.text):
        return None
    line_start = place.start - (place.column - 1)
    start, end = (_position(place, offset - line_start) for offset in (edit.span.start, edit.span.end))
    return None if start is None or end is None else {"range": {"start": start, "end": end}, "text": edit.text}


def _position(place: Place, offset: int) -> dict[str, int] | None:
    """An offset from the start of the place's line; None where it is not on this line nor at the start of the next."""
    if 0 <= offset <= len(place.source):
        return {"line": place.line, "column": _byte_column(place, offset + 1)}
    if place.ending and offset == len(place.source) + len(place.ending):
        return {"line": place.line + 1, "column": 1}
    return None


def _joined(fix: Fix, place: Place | None) -> Edit | None:
    """The edits of a fix as one; None where they are not in the file of the place, overlap, or leave its line."""
    first, *others = sorted(fix.edits, key=lambda edit: edit.span)
    if place is None or any(edit.span.path != place.path for edit in fix.edits):
        return None
    line_start, text, end = place.start - (place.column - 1), first.text, first.span.end
    for edit in others:
        if not line_start <= end <= edit.span.start <= line_start + len(place.source):
            return None
        text += place.source[end - line_start : edit.span.start - line_start] + edit.text
        end = edit.span.end
    return Edit(Span(place.path, first.span.start, end), text)
