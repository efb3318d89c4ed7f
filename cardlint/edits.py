"""How a change of YAML becomes edits of its text: the value, key or item alone is touched, in the quotes it stands in.

A check says what should change (`SetValue`, `Remove`, `Append`, or a plain `Edit`); the engine, which has the text, asks
here for the edit. Where a change cannot be made without guessing (an anchor, a block scalar) there is none.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from functools import lru_cache
from typing import TYPE_CHECKING

from cardlint.errors import Obstacle
from cardlint.nodes import parts
from cardlint.problem import Append, Edit, Fix, Remove, SetValue
from cardlint.text import BOM, LINE_END, Span

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cardlint.nodes import Node
    from cardlint.problem import Change, Cure
    from cardlint.repository import Repository
    from cardlint.text import Text

_INDICATORS = ("|", ">", "&", "*", "!", "{", "[", "?")
_COMMENT_ONLY = re.compile(r"[ \t]*(?:#[^\r\n]*)?")
_KEEPSAKE = re.compile(r"(?:^|\s)#(?!$)|(?:^|[\s\[{,:])&(?!$)")  # a comment, or an anchor that others may refer to
_VALUE_FOLLOWS = re.compile(r"\s*:")
_REST_OF_LINE = re.compile(r"[ \t]*(?:\r\n|\r|\n|\Z)")
_COMMA_AFTER = re.compile(r"[ \t]*,[ \t]*")
_COMMA_BEFORE = re.compile(r",\s*\Z")


def shared(repository: Repository) -> tuple[Span, ...]:
    """Where the card has what an alias repeats elsewhere: in order, apart from each other."""
    try:
        return _shared(repository.fact("frontmatter"))
    except Obstacle:
        return ()


@lru_cache(maxsize=1)  # every finding of a card asks
def _shared(root: Node) -> tuple[Span, ...]:
    stack, seen, repeated = [root], set[int](), set[Span]()
    while stack:
        node = stack.pop()
        if id(node) in seen:
            repeated.add(node.span)
            continue
        seen.add(id(node))
        stack.extend(parts(node))
    outer: list[Span] = []
    for span in sorted(repeated, key=lambda span: (span.start, -span.end)):
        if not outer or span.start >= outer[-1].end:
            outer.append(span)
    return tuple(outer)


def _touches(span: Span, ranges: Sequence[Span]) -> bool:
    """Whether a span lies in one of some ranges or holds part of it; nothing may be put right beside one either."""
    start, end = sorted((span.start, span.end))  # of an entry whose value is an alias the end lies before the start
    at = bisect_right(ranges, end, key=lambda item: item.start)
    beside = start == end
    near = (item for item in ranges[max(at - 2, 0) : at] if item.path == span.path)
    return any(item.start < end + beside and start < item.end + beside for item in near)


def fix(texts: Mapping[str, Text], cure: Cure, kept: Sequence[Span] = ()) -> Fix | None:
    """A cure in edits; None where one of its changes cannot be made, or touches what is to be kept (sorted, apart).

    A change of a file not among `texts` makes the file.
    """
    edits = []
    for change in cure.changes:
        text = texts.get(change.span.path)
        edit = change if text is None else rendered(text, change)
        if not isinstance(edit, Edit) or not (text is None or faithful(text)):
            return None
        if _touches(change.span, kept) or _touches(edit.span, kept):
            return None
        edits.append(edit)
    return Fix(cure.applicability, cure.title, tuple(edits))


def faithful(text: Text) -> bool:
    """Whether the file can be written again as it was but for the edits."""
    return text.encoding == "utf-8" and not text.undecodable and not text.truncated


def rendered(text: Text, change: Change) -> Edit | None:
    """The edit a change makes of a text; None where it cannot be made for certain."""
    if isinstance(change, SetValue):
        return _set(text, change)
    if isinstance(change, Remove):
        return _removed(text, change.span)
    if isinstance(change, Append):
        return _appended(text, change)
    return change


def _set(text: Text, change: SetValue) -> Edit | None:
    written, value = text.cut(change.span), change.value
    if not written or written.startswith(_INDICATORS) or not value.isprintable():
        return None
    if change.plain:
        return Edit(change.span, value)
    if written.startswith("'") and not change.quoted:
        return Edit(change.span, "'" + value.replace("'", "''") + "'")
    plain = not written.startswith('"') and not change.quoted and _reads_as_itself(value)
    return Edit(change.span, value if plain else json.dumps(value, ensure_ascii=False))


def _reads_as_itself(value: str) -> bool:
    """Whether a text can stand without quotes, in any place, for readers of YAML 1.1 and 1.2."""
    import yaml

    from cardlint.yamlreader import YamlError, read_yaml

    try:
        node = read_yaml(f"[{value}]", path="")
        older = yaml.safe_load(f"[{value}]")
    except (YamlError, yaml.YAMLError, ValueError):
        return False
    items = getattr(node, "items", [])
    return older == [value] and len(items) == 1 and getattr(items[0], "value", None) == value


def _line_start(text: Text, offset: int) -> int:
    """Where the line of an offset begins, behind a byte order mark."""
    start = text.line_starts[text.position(offset).line - 1]
    return start + text.content.startswith(BOM, start)


def _removed(text: Text, span: Span) -> Edit | None:
    """The edit that takes out a `key: value` or a list item, with its line where nothing else stands there.

    A comment would be lost with it, so there is no edit where one stands on its lines.
    """
    content = text.content
    written = text.cut(span).rstrip()
    end = span.start + len(written)
    line_start = _line_start(text, span.start)
    before = content[line_start : span.start].strip()
    if not written or _KEEPSAKE.search(written) or (before == "-" and ":" in written):
        return None
    if _VALUE_FOLLOWS.match(content, end):  # the value is an alias, whose node lies elsewhere
        return None
    if before in ("", "-"):
        line_end = _REST_OF_LINE.match(content, end)
        return Edit(Span(span.path, line_start, line_end.end()), "") if line_end else None
    after = _COMMA_AFTER.match(content, end)
    if after is not None:
        return Edit(Span(span.path, span.start, after.end()), "")
    comma = _COMMA_BEFORE.search(content, line_start, span.start)
    return Edit(Span(span.path, comma.start(), end), "") if comma else None


def _appended(text: Text, change: Append) -> Edit | None:
    """The edit that writes a further `key: value` line below an entry, indented as it is."""
    content = text.content
    indent = content[_line_start(text, change.span.start) : change.span.start]
    end = change.span.end
    trailing = _COMMENT_ONLY.match(content, end)
    line_end = LINE_END.match(content, trailing.end() if trailing else end)
    if indent.strip() or line_end is None or end < change.span.start:
        return None
    return Edit(Span(change.span.path, line_end.end(), line_end.end()), f"{indent}{change.line}{line_end[0]}")
