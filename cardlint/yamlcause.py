"""From a YAML parser's complaint to the mistake that was made: the cause, not the symptom.

The parser says where it could not go on; people look for the line they wrote wrongly. Each finder below knows one
mistake seen in real cards and is asked in turn; both parsers of PyYAML lead to the same cause.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from cardlint.text import LINE_END

if TYPE_CHECKING:
    from collections.abc import Callable

    from cardlint.yamlreader import YamlError

_RESERVED = {"@": "@", "`": "`", "%": "%"}
_BAD_ESCAPE = re.compile(
    r"(?<!\\)(?:\\\\)*(\\(?:u[dD][89a-fA-F][0-9a-fA-F]{2}|x(?![0-9a-fA-F]{2}).?|u(?![0-9a-fA-F]{4}).?|U(?!000[0-9a-fA-F]{5}|0010[0-9a-fA-F]{4}).?"
    r"|[^0abt\tnvfre \"/\\N_LPxuU\r\n]))"
)
_COLON = re.compile(r":(?=[ \t]|$)")
_KEY = re.compile(r"[ \t]*(?:- +)?(?:\"[^\"]*\"|'[^']*'|[^\s\"'#\[\]{},:][^:#]*?)[ \t]*:(?=[ \t]|$)")
_DASH = re.compile(r"[ \t]*(-)[^\s-]")
_TIGHT_COLON = re.compile(r"[ \t]*[A-Za-z_][\w-]*(:)[^\s:/]")
_OPEN_QUOTE = re.compile(r"[ \t]*(?:- +)*(?:[^\s\"'#:][^\"'#:]*:[ \t]+)?(?:([\"])[^\"]*|(['])[^']*)")
_LONGEST_LINE = 2000
_TEMPLATE = re.compile(r"\s*(?P<line>(?:- )?(?:TODO|YAML tags)\b[^\r\n]*)")
_CODE_FENCE = re.compile(r"[ \t]*(?:- +)*(`{3,}|~{3,})[\w-]*[ \t]*")
_LINK = re.compile(r"[ \t]*(?:- +)*(?:(?P<key>[\w-]+):[ \t]+)?(?P<link>\[[^\[\]]*\]\(\S*\))[ \t]*")
_ADDRESS_KEY = re.compile(r"\w*(?:link|url|thumbnail)", re.IGNORECASE)
# Said of a line that only tells authors what to write.
TEMPLATE_LINE = "a line left from the template of cards, which is no metadata; remove it"
_MOST_ITEMS = 200
_AFTER_CLOSED = re.compile(r"(?:^|:|-)[ \t]+(?P<value>\"[^\"]*\"|'[^']*'|\[[^\]]*\]|\{[^}]*\})[ \t]*(?P<rest>[^\s#].*)")


@dataclass(frozen=True, slots=True)
class Cause:
    """What is wrong, in words, and where: `start:end` in offsets of the file. `kind` is tab or colon where that is the mistake."""

    message: str
    start: int
    end: int
    related: tuple[tuple[str, int, int], ...] = ()
    kind: str = ""


@dataclass(frozen=True, slots=True)
class _Scene:
    """The block, the complaint, and the line the parser stood on."""

    content: str
    error: YamlError
    base: int
    at: int
    line_start: int
    line: str

    def cause(self, message: str, start: int, end: int, *related: tuple[str, int, int]) -> Cause:
        """A cause at offsets of the block."""
        moved = tuple((note, first + self.base, last + self.base) for note, first, last in related)
        return Cause(message, start + self.base, end + self.base, moved)

    def on_line(self, message: str, start: int, end: int) -> Cause:
        """A cause at columns of the line the parser stood on."""
        return self.cause(message, self.line_start + start, self.line_start + end)


def find_cause(content: str, error: YamlError, base: int) -> Cause:
    """The likeliest cause of `error` in the YAML `content`, which begins at offset `base` of the file."""
    scene = _scene(content, error, base)
    for finder in _FINDERS:
        if cause := finder(scene):
            return cause
    indent = len(scene.line) - len(scene.line.lstrip())
    message = "this line does not fit the lines above it: check its indentation and whether it reads `key: value`"
    return scene.on_line(message, indent, max(indent + 1, len(scene.line.rstrip())))


def _scene(content: str, error: YamlError, base: int) -> _Scene:
    at = min(error.start - base, len(content))
    starts = [0, *(match.end() for match in LINE_END.finditer(content))]
    index = bisect_right(starts, at) - 1
    # An error found at the end of the block belongs to the last line that holds anything.
    last = len(content.rstrip())
    while index and starts[index] >= last:
        index -= 1
    end = LINE_END.search(content, starts[index])
    line = content[starts[index] : end.start() if end else len(content)]
    return _Scene(content, error, base, at, starts[index], line)


def _own_words(scene: _Scene) -> Cause | None:
    """Errors of our own reader already name the cause."""
    words = ("control character", "a second YAML document", "refers to an anchor")
    if any(word in scene.error.message for word in words):
        return Cause(scene.error.message, scene.error.start, scene.error.end)
    return None


def _template(scene: _Scene) -> Cause | None:
    """What the template of dataset cards says above the metadata, not of it: an error in it, or because it is there."""
    match = _TEMPLATE.match(scene.content)
    if match is None:
        return None
    below = scene.content[match.end() : match.end() + _LONGEST_LINE].lstrip()
    json_below = below.startswith("{") and "expected ':'" in scene.error.message
    key_below = match["line"].startswith("- ") and scene.at == scene.line_start and _KEY.match(scene.line)
    if scene.line_start <= match.start("line") or json_below or key_below:
        return scene.cause(TEMPLATE_LINE, match.start("line"), match.start("line") + len(match["line"].rstrip()))
    return None


def _leftovers(scene: _Scene) -> Cause | None:
    """Markdown on the line the parser stood on: a code fence, a link."""
    line, column = scene.line[:_LONGEST_LINE], scene.at - scene.line_start
    fence, link = _CODE_FENCE.fullmatch(line), _LINK.fullmatch(line)
    if fence and column == fence.start(1):
        return scene.on_line(_FENCE_MESSAGE, *fence.span(1))
    if link and link.start("link") < column < link.end("link"):
        plain = "address" if _ADDRESS_KEY.fullmatch(link["key"] or "") else "id or name"
        return scene.on_line(f"a Markdown link, which is no YAML; write the plain {plain} instead of the link", *link.span("link"))
    return None


_FENCE_MESSAGE = "a code fence left in the YAML; remove this line"


def _escape(scene: _Scene) -> Cause | None:
    words = ("escape", "hexdecimal", "hexadecimal")
    if scene.error.context is None or not any(word in scene.error.message for word in words):
        return None
    start = scene.error.context - scene.base
    match = _BAD_ESCAPE.search(scene.content, start)
    if match is None:
        return scene.cause(f"the quote {scene.content[start : start + 1]} opened here is never closed", start, start + 1)
    return scene.cause(f"{match[1]} is no YAML escape; double the backslash or use single quotes", *match.span(1))


def _tab(scene: _Scene) -> Cause | None:
    indent = scene.line[: len(scene.line) - len(scene.line.lstrip(" \t"))]
    if "\t" in indent:
        cause = scene.on_line("a tab in the indentation; YAML indents with blanks only", indent.index("\t"), len(indent))
        return replace(cause, kind="tab")
    if scene.content[scene.at : scene.at + 1] == "\t":
        return scene.cause("a tab where YAML expects blanks", scene.at, scene.at + 1)
    return None


def _unclosed(scene: _Scene) -> Cause | None:
    context = scene.error.context
    if context is None:
        return None
    start = context - scene.base
    char = scene.content[start : start + 1]
    if char in ('"', "'") and "end of stream" in scene.error.message:
        return scene.cause(f"the quote {char} opened here is never closed", start, start + 1)
    if char in ("[", "{") and ("'," in scene.error.message or "expected the node content" in scene.error.message):
        return scene.cause(f"the bracket {char} opened here is not closed, or the value needs quotes", start, start + 1)
    return None


def _runaway(scene: _Scene) -> Cause | None:
    """A quote that was left open and met another one lines later, where the parser lost its way."""
    words = ("expected key", "expected <block end>", "expected '-'", "expected ':'", "expected ',' or")
    if not any(word in scene.error.message for word in words):
        return None
    start = 0
    for end in LINE_END.finditer(scene.content, 0, scene.line_start):
        line = scene.content[start : end.start()]
        quote = _OPEN_QUOTE.fullmatch(line[:_LONGEST_LINE]) if '"' in line or "'" in line else None
        if quote and _KEY.match(scene.content[end.end() : end.end() + _LONGEST_LINE].lstrip("\r\n")):
            at = start + (quote.start(1) if quote[1] else quote.start(2))
            return scene.cause(f"the quote {quote[1] or quote[2]} opened here is not closed on its line", at, at + 1)
        start = end.end()
    return None


def _indicator(scene: _Scene) -> Cause | None:
    """A character that opens something else than a plain value."""
    if scene.line.startswith("%"):
        return scene.on_line("a line may not begin with %; put the key in quotes", 0, 1)
    start = None if scene.error.context is None else scene.error.context - scene.base
    if start is not None and (char := scene.content[start : start + 1]) in ("|", ">", "!"):
        return scene.cause(f"a value may not begin with {char} and go on like this; put it in quotes", start, start + 1)
    if "sequence entries are not allowed" in scene.error.message:
        return scene.cause("a list may not begin on the line of its key; put it below, or quote the text", scene.at, scene.at + 1)
    char = scene.content[scene.at : scene.at + 1]
    if char in (",", "]", "}") and "node content" in scene.error.message:
        return scene.cause(f"{char} stands where a value is expected; remove it, or put the value in quotes", scene.at, scene.at + 1)
    return None


def _reserved(scene: _Scene) -> Cause | None:
    char = scene.content[scene.at : scene.at + 1]
    if char in _RESERVED and "start any token" in scene.error.message:
        return scene.cause(f"a value may not begin with {char}; put it in quotes", scene.at, scene.at + 1)
    if "alphabetic or numeric" in scene.error.message and scene.error.context is not None:
        start = scene.error.context - scene.base
        return scene.cause("a value that begins with * or & is an alias or anchor; put it in quotes", start, start + 1)
    return None


def _after_closed(scene: _Scene) -> Cause | None:
    match = _AFTER_CLOSED.search(scene.line[:_LONGEST_LINE])
    if match is None or (match["rest"].startswith(",") and "expected ',' or" in scene.error.message):
        return None
    message = "text after a closed quote or bracket; put the whole value in quotes"
    return scene.on_line(message, match.start("rest"), match.end("rest"))


def _colon(scene: _Scene) -> Cause | None:
    if "mapping values" not in scene.error.message:
        return None
    column = scene.at - scene.line_start
    if any(match.start() < column for match in _COLON.finditer(scene.line)):
        cause = scene.on_line("a colon followed by a blank inside an unquoted value; put the value in quotes", column, column + 1)
        return replace(cause, kind="colon")
    indent = len(scene.line) - len(scene.line.lstrip())
    before = scene.content[: scene.line_start].rstrip()
    above = LINE_END.split(before)[-1]
    if indent <= len(above) - len(above.lstrip()) and above.strip():
        return _stray(scene, len(before) - len(above.lstrip()), len(before))
    message = f"this key is indented as if it continued `{above.strip()[:40]}` above; align it with its sibling keys"
    return scene.on_line(message, indent, max(indent + 1, column))


def _not_a_pair(scene: _Scene) -> Cause | None:
    if "expected ':'" not in scene.error.message:
        return None
    start = scene.line_start if scene.error.context is None else scene.error.context - scene.base
    end = LINE_END.search(scene.content, start)
    return _stray(scene, start, end.start() if end else len(scene.content))


def _stray(scene: _Scene, start: int, end: int) -> Cause:
    """The line at `start:end`, or one just above it that it continues, is no key, and nothing says so until later."""
    start, end = _first_stray(scene.content, start, end)
    line = scene.content[start:end]
    if _CODE_FENCE.fullmatch(line):
        return scene.cause(_FENCE_MESSAGE, start, start + len(line.rstrip()))
    if line.startswith("<!--"):
        return scene.cause("an HTML comment inside the YAML; YAML comments begin with #", start, end)
    if dash := _DASH.match(line):
        return scene.cause("a list item needs a blank after its dash", start + dash.start(1), start + dash.end(1))
    if colon := _TIGHT_COLON.match(line):
        return scene.cause("a key needs a blank after its colon", start + colon.start(1), start + colon.end(1))
    message = "this line is not `key: value`; add the colon, or indent or quote the text"
    return scene.cause(message, start, start + len(line.rstrip()))


def _first_stray(content: str, start: int, end: int) -> tuple[int, int]:
    """The first of the list items without blank that end with this line."""
    for _ in range(_MOST_ITEMS):
        before = content[max(start - _LONGEST_LINE, 0) : start].rstrip()
        above = start - len(content[max(start - _LONGEST_LINE, 0) : start]) + len(before)
        line = LINE_END.split(before)[-1]
        if not (_DASH.match(content, start, end) and _DASH.match(line)):
            break
        start, end = above - len(line), above
    return start, end


_BEGINNINGS = {"-": "a list", "[": "an empty list", "{": "an empty mapping"}


def _list_then_key(scene: _Scene) -> Cause | None:
    """A key in the first column under a list or an empty mapping in the first column."""
    first = scene.content.lstrip("\r\n \t")
    if scene.at == scene.line_start and _KEY.match(scene.line) and first[:2] in ("- ", "{}", "[]"):
        start = len(scene.content) - len(first)
        cure = "the block cannot be both; give the list a key, or remove it" if first[0] == "-" else f"remove `{first[:2]}`"
        message = f"a key after {_BEGINNINGS[first[0]]}: {cure}"
        return (
            scene.on_line(message, 0, len(scene.line.rstrip()))
            if start == scene.at
            else scene.cause(message, start, start + 2, ("the key", scene.line_start, scene.line_start + len(scene.line.rstrip())))
        )
    return None


def _first_indented(scene: _Scene) -> Cause | None:
    """The first key is indented and a later one is not."""
    start = len(scene.content) - len(scene.content.lstrip("\r\n"))
    indent = len(scene.content[start:]) - len(scene.content[start:].lstrip(" "))
    if not indent or scene.line[:1].isspace() or "<document start>" not in scene.error.message:
        return None
    related = ("a key in the first column", scene.line_start, scene.line_start + len(scene.line.rstrip()))
    return scene.cause("the first line is indented and others are not; all keys begin in the same column", start, start + indent, related)


_FINDERS: tuple[Callable[[_Scene], Cause | None], ...] = (
    _own_words, _template, _leftovers, _escape, _tab, _indicator, _reserved, _colon, _runaway, _not_a_pair, _unclosed, _after_closed,
    _list_then_key, _first_indented,
)  # fmt: skip
