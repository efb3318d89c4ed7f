"""What a fix would write, in HTML: the line before and after where it is known, else the text that is put in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cardlint.formats.html_markup import Markup, count, cut, element, left_out, together

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cardlint.problem import Edit, Fix
    from cardlint.report import Finding, Place

_WAYS = {"safe": "--fix", "unsafe": "--unsafe-fixes"}
_LONGEST_TITLE = 300
_LONGEST = 400
_EDITS = 10
_LINES = 12
_KEPT = 80


def proposal(finding: Finding) -> Markup:
    """The fix of a finding: its title, how to make it, and what it writes."""
    fix = finding.fix
    if fix is None:
        return Markup()
    title = element("p", element("strong", "Fix"), f": {cut(fix.title, _LONGEST_TITLE)} ", element("code", _WAYS[fix.applicability]))
    line = None if finding.place is None else _on_the_line(fix, finding.place)
    return element("div", title, together(_elsewhere(fix)) if line is None else line, class_="fix")


def _on_the_line(fix: Fix, place: Place) -> Markup | None:
    """The line of the finding before and after; None where the fix does not stay within it."""
    start = place.start - (place.column - 1)
    edits = sorted(fix.edits, key=lambda edit: edit.span)
    size = len(place.source)
    within = [(edit.span.start - start, edit.span.end - start, edit.text) for edit in edits]
    if any(edit.span.path != place.path for edit in edits) or not edits:
        return None
    # The line and its line end, which is one character or unknown, taken out.
    if within == [(0, size + 1, "")]:
        return element("div", _line("del", place.source), class_="diff")
    ends = [0, *(end for _, end, _ in within)]
    apart = all(ends[number] <= a <= b <= size and not _breaks(new) for number, (a, b, new) in enumerate(within))
    return _before_and_after(place.source, within) if apart else None


def _breaks(text: str) -> bool:
    return "\n" in text or "\r" in text


def _before_and_after(source: str, edits: Sequence[tuple[int, int, str]]) -> Markup:
    old: list[Markup] = []
    new: list[Markup] = []
    at = 0
    for start, end, text in edits:
        same = _same(source[at:start], first=at == 0)
        old += [same, element("del", cut(source[start:end], _LONGEST)) if end > start else Markup()]
        new += [same, element("ins", cut(text, _LONGEST)) if text else Markup()]
        at = end
    rest = together([cut(source[at:], _KEPT)])
    return element("div", _line("del", *old, rest), _line("ins", *new, rest), class_="diff")


def _same(text: str, *, first: bool) -> Markup:
    """What stays: its two ends, the first of a line only its end."""
    head = 0 if first else _KEPT
    middle = len(text) - head - _KEPT
    return together([text] if middle <= 0 else [text[:head], left_out(middle), text[head + middle :]])


def _line(kind: str, *parts: str) -> Markup:
    """A line of a diff. The sign is text, so that it is read aloud and copied."""
    sign, said = ("-", "before") if kind == "del" else ("+", "after")
    shown = [part if isinstance(part, Markup) else cut(part, _LONGEST) for part in parts]
    return element("div", element("span", sign, class_="sign", aria_hidden="true"), element("span", f"{said}: ", class_="unseen"),
                   element("code", *shown), class_=f"line {kind}")  # fmt: skip


def _elsewhere(fix: Fix) -> Iterator[Markup]:
    for edit in fix.edits[:_EDITS]:
        yield element("p", _what(edit), class_="edit")
        if edit.text:
            yield element("div", *_added(edit.text), class_="diff")
    if len(fix.edits) > _EDITS:
        yield element("p", f"{count(len(fix.edits) - _EDITS, 'more change')} not shown.", class_="edit")


def _what(edit: Edit) -> str:
    path, start, end = cut(edit.span.path, _LONGEST_TITLE), edit.span.start, edit.span.end
    if not edit.text:
        return f"Takes {count(end - start, 'character')} out of {path}, from character {start + 1:,}."
    if start != end:
        return f"In {path}, writes for characters {start + 1:,} to {end:,}:"
    return f"At the beginning of {path}, writes:" if start == 0 else f"In {path}, after character {start:,}, writes:"


def _added(text: str) -> Iterator[Markup]:
    lines = text.removesuffix("\n").split("\n", _LINES)
    yield from (_line("ins", line) for line in lines[:_LINES])
    if len(lines) > _LINES:
        yield element("p", f"{count(1 + lines[_LINES].count(chr(10)), 'more line')} not shown.", class_="edit")
