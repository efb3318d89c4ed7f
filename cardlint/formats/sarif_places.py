"""Where things are, as SARIF says it: relative URIs, regions of one line, and the regions a fix replaces.

Facts: SARIF 2.1.0, 3.4 (artifactLocation), 3.30 (region), 3.57 (replacement); RFC 3986, 2.1 and 4.2. Text regions do not
count a byte order mark (3.30.2), and neither do our columns.
"""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from cardlint.errors import TOKEN
from cardlint.formats.concise import reached
from cardlint.formats.safe import visible

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cardlint.problem import Edit
    from cardlint.report import Finding, Place, Target

BASE = "%SRCROOT%"  # the name GitHub and the viewers know for what relative paths are relative to
_LONGEST_SNIPPET = 1000
_LONGEST_URI = 60_000  # no file system has longer paths, and readers in .NET take no longer URI
_CUT = re.compile("%.?$")
LONGEST_FIX = 50_000
_MARK_BYTES = 3  # a byte order mark in UTF-8


def uri(path: str) -> str:
    """A relative path as a relative reference: the bytes of its name, percent-encoded. Never a scheme, a host or a root."""
    encoded = _CUT.sub("", (quote(_named(path), safe="/") or ".")[:_LONGEST_URI])
    return f"%2F{encoded[1:]}" if encoded.startswith("/") else encoded


def _named(path: str) -> bytes:
    """The bytes of a file name; of names that are not UTF-8 those Python read them from."""
    try:
        return path.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return path.encode("utf-8", "surrogatepass")


def folder(target: Target) -> str:
    """The root of a target as reached from the working directory, with `/` between steps; empty for the working directory."""
    return target.shown.replace(os.sep, "/")


def artifact(target: Target, path: str) -> dict[str, Any]:
    """The location of a file of the target."""
    return {"uri": uri(reached(folder(target), path)), "uriBaseId": BASE}


def spot(target: Target, place: Place, *, secret: bool = False) -> dict[str, Any]:
    """The physical location of a place: its part on its first line. What is secret is not shown."""
    region = _region(place)
    if secret:
        region.pop("snippet", None)
    return {"artifactLocation": artifact(target, place.path), "region": region}


def located(target: Target, place: Place, *, secret: bool = False) -> dict[str, Any]:
    """The same with the whole lines of the place around it."""
    around = None if secret else _around(place)
    return spot(target, place, secret=secret) | ({"contextRegion": around} if around else {})


def beginning(target: Target, path: str) -> dict[str, Any]:
    """The physical location of what is about a file and at no place in it: code scanning shows nothing without a line."""
    return {"artifactLocation": artifact(target, path), "region": {"startLine": 1, "startColumn": 1, "endLine": 1, "endColumn": 2}}


def _region(place: Place) -> dict[str, Any]:
    """The place up to the end of its line, at least a character: an alert shows only where all its lines were changed."""
    end = _end(place)
    region = {"startLine": place.line, "startColumn": place.column, "endLine": place.line, "endColumn": end}
    return region | _snippet(place.source[place.column - 1 : end - 1])


def _end(place: Place) -> int:
    end = place.end_column if place.end_line == place.line else len(place.source) + 1
    return max(end, place.column + 1)


def _snippet(text: str) -> dict[str, Any]:
    """The text of a region where it can be shown as it is; a snippet that differs from the file would be none."""
    shown = text and len(text) <= _LONGEST_SNIPPET and visible(text) == text and not TOKEN.search(text)
    return {"snippet": {"text": text}} if shown else {}


def _around(place: Place) -> dict[str, Any] | None:
    """The lines of a place, where they are more than its region."""
    last = place.end_line - (place.end_column == 1)
    if last > place.line:
        return {"startLine": place.line, "endLine": last}
    whole, end = len(place.source) + 1, _end(place)
    if end > whole or (place.column, end) == (1, whole):
        return None
    return {"startLine": place.line, "startColumn": 1, "endLine": place.line, "endColumn": whole} | _snippet(place.source)


def fixes(target: Target, finding: Finding) -> list[dict[str, Any]]:
    """The fix of a finding: what to replace in which file, regions being those of the file as it is."""
    fix = finding.fix
    if fix is None or too_long(finding):
        return []
    changes: dict[str, list[dict[str, Any]]] = {}
    for number, edit in enumerate(fix.edits):
        place = finding.edited[number] if number < len(finding.edited) else None
        changes.setdefault(edit.span.path, []).extend(_replacements(edit, place))
    files = [{"artifactLocation": artifact(target, path), "replacements": made} for path, made in changes.items()]
    warning = " (this may change the meaning)" if fix.applicability == "unsafe" else ""
    described = {"text": visible(fix.title[:_LONGEST_SNIPPET]) + warning}
    return [{"description": described, "artifactChanges": files, "properties": {"applicability": fix.applicability}}]


def too_long(finding: Finding) -> bool:
    """Whether a fix writes more than a log should carry."""
    return finding.fix is not None and sum(len(edit.text) for edit in finding.fix.edits) > LONGEST_FIX


def _replacements(edit: Edit, place: Place | None) -> Iterator[dict[str, Any]]:
    """An edit; a byte order mark it takes away lies in no text region, so its bytes are named."""
    inserted = {"insertedContent": {"text": edit.text}} if edit.text else {}
    if place is None:  # a finding that no engine made
        yield {"deletedRegion": {"charOffset": edit.span.start, "charLength": max(0, edit.span.end - edit.span.start)}, **inserted}
        return
    region = {"startLine": place.line, "startColumn": place.column, "endLine": place.end_line, "endColumn": place.end_column}
    mark = (place.start, place.line, place.end_line) == (0, 1, 1) and place.end >= place.end_column
    if mark:
        yield {"deletedRegion": {"byteOffset": 0, "byteLength": _MARK_BYTES}}
    if edit.text or not mark or place.end > 1:
        yield {"deletedRegion": region, **inserted}
