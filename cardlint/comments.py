"""Comments addressed to us, in Markdown, YAML and Python, and what each of them covers.

A comment is one only where a reader of the language takes it for one: not in a quoted value, a code block or a string.
"""

from __future__ import annotations

import io
import re
from bisect import bisect_left, bisect_right
from itertools import chain, islice
from typing import TYPE_CHECKING, Literal

from cardlint.nodes import Scalar, Sequence
from cardlint.weights.named import NamedTuple
from cardlint.weights.patterns import lazily

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cardlint.markdown import Markdown
    from cardlint.nodes import Node
    from cardlint.text import Span, Text

MOST = 2000  # of one file: each may have to be held against a thousand findings
_PYTHON_CHARACTERS = 500_000
# What somebody may write who knows another tool. Other comments that begin with our name are prose.
_MEANT = lazily(r"cardlint:[ \t]*(?:ignore|disable|skip|noqa|allow|off)\b", re.IGNORECASE)
_HASH = lazily(r"(?:(?<=[ \t\r\n])|\A)#[ \t]*(cardlint:[^\r\n]*)", re.IGNORECASE)
_OPENING = lazily(r"<!--\s*")
_COMMENT_LINE = lazily(r"[ \t]*(?:#[^\r\n]*)?(?:\r\n|\r|\n)")
_CONTAINERS = "\ufeff \t>-*+"

Scope = Literal["repository", "file", "range"]


class Said(NamedTuple):
    """What a comment says (`cardlint: …`), the offset where that stands, and what the comment takes up of the file."""

    content: str
    at: int
    start: int
    end: int


class Covered(NamedTuple):
    """A comment, and what of its file it speaks of: all, or what begins in `start:end`."""

    said: Said
    scope: Scope
    start: int
    end: int


# Markdown


def in_markdown(text: Text, markdown: Markdown, body_start: int) -> Iterator[Covered]:
    """Those in HTML comments: of the next block, of the file where nothing stands before, of a line with other text."""
    runs = list(_runs(text, list(islice(_said_in_markdown(text, markdown), MOST + 1))))
    alone = {run.start for run in runs if run.alone}
    leading = body_start
    for run in runs:
        scope: Scope = "range"
        if not run.alone:
            start, end = run.start, run.end - 1
        elif leading >= 0 and not text.content[leading : run.said[0].start].strip():
            scope, start, end, leading = "file", 0, 0, run.said[-1].end
        else:
            (start, end), leading = _next_block(text, markdown.blocks, alone, run), -1
        for item in run.said:
            yield Covered(item, scope, start, end)


class Run(NamedTuple):
    """Comments that share a line: where their lines begin and end, and whether nothing else stands there."""

    said: list[Said]
    start: int
    end: int
    alone: bool


def _said_in_markdown(text: Text, markdown: Markdown) -> Iterator[Said]:
    for comment in markdown.comments:
        opening = _OPENING.match(text.content, comment.span.start, comment.span.end)
        if opening and _MEANT.match(text.content, opening.end(), comment.span.end):
            content = text.content[opening.end() : comment.span.end].removesuffix("-->")
            yield Said(content, opening.end(), comment.span.start, comment.span.end)


def _lines(text: Text, start: int, end: int) -> tuple[int, int]:
    """Where the line of an offset begins, and the line of another one ends."""
    starts = text.line_starts
    after = bisect_right(starts, max(start, end - 1))
    line_end = starts[after] if after < len(starts) else len(text.content)
    return starts[bisect_right(starts, start) - 1], line_end


def _runs(text: Text, said: list[Said]) -> Iterator[Run]:
    """The comments, those of a line together."""
    held: list[Said] = []
    for item in said:
        if held and _lines(text, item.start, item.end)[0] >= held[-1].end:
            yield _run(text, held)
            held = []
        held.append(item)
    if held:
        yield _run(text, held)


def _run(text: Text, said: list[Said]) -> Run:
    """Comments on one line; the marks of lists and quotations before them are no text."""
    start, end = _lines(text, said[0].start, said[-1].end)
    afters = [*(item.start for item in said[1:]), end]
    between = (text.content[item.end : after] for item, after in zip(said, afters, strict=True))
    blank = not text.content[start : said[0].start].strip(_CONTAINERS)
    return Run(said, start, end, blank and not any(part.strip() for part in between))


def _next_block(text: Text, blocks: tuple[Span, ...], alone: set[int], run: Run) -> tuple[int, int]:
    """What is left of the block a comment stands in, or else the next one that is no suppression itself."""
    inside = bisect_right(blocks, run.said[0].start, key=lambda block: block.start) - 1
    if inside >= 0 and text.content[run.end : blocks[inside].end].strip():
        return run.end, blocks[inside].end
    index = bisect_left(blocks, run.end, key=lambda block: block.start)
    following = next((block for block in islice(blocks, index, None) if block.start not in alone), None)
    return (following.start, following.end) if following else (run.end, run.end - 1)


# YAML


def in_yaml(text: Text, root: Node | None, start: int, end: int) -> Iterator[Covered]:
    """Those in the comments of YAML between two offsets: of the line, or of the entry or item that begins below."""
    said = [
        Said(match[1], match.start(1), match.start(), match.end())
        for match in islice(_HASH.finditer(text.content, start, end), MOST + 1)
        if _MEANT.match(match[1])
    ]
    if not said or root is None:
        return
    scalars, parts = _parts(root)
    below = start
    for item in said:
        if _in_scalar(text, scalars, item.start):
            continue
        begin, after = _lines(text, item.start, item.end)
        stop = after - 1
        if not text.content[begin : item.start].strip("\ufeff \t"):
            if below < after:  # comments above one another are read once
                below = _below_comments(text, after, end)
            begin, stop = _part_at(text, parts, below)
        yield Covered(item, "range", begin, stop)


def _parts(root: Node) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
    """The spans of all scalars, and those of all entries and items, both sorted; repeated keys are among them."""
    scalars: set[tuple[int, int]] = set()
    parts: set[tuple[int, int]] = set()
    stack, seen = [root], set()
    while stack:
        node = stack.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        if isinstance(node, Scalar):
            scalars.add((node.start, node.end))
        elif isinstance(node, Sequence):
            parts.update((item.start, item.end) for item in node.items)
            stack.extend(node.items)
        else:
            parts.update((entry.key.start, max(entry.key.end, entry.value.end)) for entry in node.entries)
            stack.extend(chain.from_iterable((entry.key, entry.value) for entry in node.entries))
    return sorted(scalars), sorted(parts)


def _in_scalar(text: Text, scalars: list[tuple[int, int]], at: int) -> bool:
    """Whether an offset lies inside a value; what follows the `|` or `>` of a block of text does not."""
    index = bisect_right(scalars, (at, len(text.content))) - 1
    if index < 0 or scalars[index][1] <= at:
        return False
    start = scalars[index][0]
    header = text.content[start] in "|>" and _lines(text, start, start)[1] > at
    return not header


def _below_comments(text: Text, at: int, end: int) -> int:
    """The offset of the next line that is neither blank nor a comment."""
    while (match := _COMMENT_LINE.match(text.content, at, end)) is not None:
        at = match.end()
    return at


def _part_at(text: Text, parts: list[tuple[int, int]], line_start: int) -> tuple[int, int]:
    """From the beginning of a line to the end of all that begins on it."""
    first = bisect_left(parts, (line_start, 0))
    stops = [stop for _, stop in parts[first : bisect_left(parts, (_lines(text, line_start, line_start)[1], 0))]]
    return (line_start, _lines(text, line_start, max(stops))[1] - 1) if stops else (line_start, line_start - 1)


# Python


def in_python(text: Text) -> Iterator[Covered]:
    """Those in Python comments: of the line, or of the statement that begins below (of its head, where it has a body)."""
    if len(text.content) > _PYTHON_CHARACTERS:
        return
    import tokenize  # few repositories hold Python

    nothing = {tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENCODING, tokenize.ENDMARKER}
    waiting: list[Said] = []
    begun: int | None = None
    try:
        for kind, at, end in _tokens(text):
            if kind == tokenize.COMMENT and (said := _said_in_python(text, at, end)):
                start, stop = _lines(text, at, end)
                if text.content[start:at].strip("\ufeff \t\f"):
                    yield Covered(said, "range", start, stop - 1)
                elif begun is not None:
                    yield Covered(said, "range", stop, _lines(text, stop, stop)[1] - 1)
                else:
                    waiting.append(said)
            elif kind == tokenize.NEWLINE and begun is not None:
                stop = _lines(text, at, at)[1] - 1
                yield from (Covered(said, "range", begun, stop) for said in waiting)
                waiting, begun = [], None
            elif kind not in nothing and begun is None:
                begun = _lines(text, at, at)[0]
    except (SyntaxError, tokenize.TokenError):
        return  # the comments up to where it ceases to be Python were read
    yield from (Covered(said, "range", said.end, said.start) for said in waiting)


def _tokens(text: Text) -> Iterator[tuple[int, int, int]]:
    """Each token of a Python file: its kind, and the offsets where it begins and ends."""
    import tokenize

    starts, skip = text.line_starts, int(text.bom)
    lines = (text.line(number + 1) + "\n" for number in range(len(starts)))
    source = io.StringIO("".join(lines))
    for token in tokenize.generate_tokens(source.readline):
        (row, column), (end_row, end_column) = token.start, token.end
        at = starts[min(row, len(starts)) - 1] + column + (skip if row == 1 else 0)
        end = starts[min(end_row, len(starts)) - 1] + end_column + (skip if end_row == 1 else 0)
        yield token.type, min(at, len(text.content)), min(end, len(text.content))


def _said_in_python(text: Text, at: int, end: int) -> Said | None:
    match = _HASH.search(text.content[at:end])
    return Said(match[1], at + match.start(1), at, end) if match and _MEANT.match(match[1]) else None
