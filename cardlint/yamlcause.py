"""From a YAML parser's complaint to the mistake that was made: the cause, not the symptom.

The parser says where it could not go on; people look for the line they wrote wrongly. Each finder below knows one
mistake seen in real cards and is asked in turn; both parsers of PyYAML lead to the same cause.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
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
_AFTER_CLOSED = re.compile(r"(?:^|:|-)[ \t]+(?P<value>\"[^\"]*\"|'[^']*'|\[[^\]]*\]|\{[^}]*\})[ \t]*(?P<rest>[^\s#,].*)")


@dataclass(frozen=True, slots=True)
class Cause:
    """What is wrong, in words, and where: `start:end` in offsets of the file."""

    message: str
    start: int
    end: int
    related: tuple[tuple[str, int, int], ...] = ()


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
    index = max(number for number, start in enumerate(starts) if start <= at)
    # An error found at the end of the block belongs to the last line that holds anything.
    while index and not content[starts[index] :].strip():
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


def _escape(scene: _Scene) -> Cause | None:
    if "escape c" not in scene.error.message or scene.error.context is None:
        return None
    match = _BAD_ESCAPE.search(scene.content, scene.error.context - scene.base)
    if match is None:
        return None
    return scene.cause(f"{match[0]} is no YAML escape; double the backslash or use single quotes", *match.span())


def _tab(scene: _Scene) -> Cause | None:
    indent = scene.line[: len(scene.line) - len(scene.line.lstrip(" \t"))]
    if "\t" in indent:
        return scene.on_line("a tab in the indentation; YAML indents with blanks only", indent.index("\t"), len(indent))
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


def _reserved(scene: _Scene) -> Cause | None:
    char = scene.content[scene.at : scene.at + 1]
    if char in _RESERVED and "start any token" in scene.error.message:
        return scene.cause(f"a value may not begin with {char}; put it in quotes", scene.at, scene.at + 1)
    if "alphabetic or numeric" in scene.error.message and scene.error.context is not None:
        start = scene.error.context - scene.base
        return scene.cause("a value that begins with * or & is an alias or anchor; put it in quotes", start, start + 1)
    return None


def _after_closed(scene: _Scene) -> Cause | None:
    match = _AFTER_CLOSED.search(scene.line)
    if match is None:
        return None
    message = "text after a closed quote or bracket; put the whole value in quotes"
    return scene.on_line(message, match.start("rest"), match.end("rest"))


def _colon(scene: _Scene) -> Cause | None:
    if "mapping values" not in scene.error.message:
        return None
    column = scene.at - scene.line_start
    if any(match.start() < column for match in _COLON.finditer(scene.line)):
        return scene.on_line("a colon followed by a blank inside an unquoted value; put the value in quotes", column, column + 1)
    indent = len(scene.line) - len(scene.line.lstrip())
    before = scene.content[: scene.line_start].rstrip()
    above = LINE_END.split(before)[-1]
    if indent <= len(above) - len(above.lstrip()) and above.strip():
        return _stray(scene, above, len(before) - len(above.lstrip()), len(before))
    message = f"this key is indented as if it continued `{above.strip()[:40]}` above; align it with its sibling keys"
    return scene.on_line(message, indent, max(indent + 1, column))


def _stray(scene: _Scene, above: str, start: int, end: int) -> Cause:
    """The line above the key is no key itself."""
    if above.lstrip().startswith("<!--"):
        return scene.cause("an HTML comment inside the YAML; YAML comments begin with #", start, end)
    return scene.cause("this line is not `key: value`; add the colon, or indent or quote the text", start, end)


def _not_a_pair(scene: _Scene) -> Cause | None:
    if "expected ':'" not in scene.error.message:
        return None
    start = scene.line_start if scene.error.context is None else scene.error.context - scene.base
    end = LINE_END.search(scene.content, start)
    line = scene.content[start : end.start() if end else len(scene.content)]
    if dash := _DASH.match(line):
        return scene.cause("a list item needs a blank after its dash", start + dash.start(1), start + dash.end(1))
    if colon := _TIGHT_COLON.match(line):
        return scene.cause("a key needs a blank after its colon", start + colon.start(1), start + colon.end(1))
    return scene.cause("this line is not `key: value`; add the colon, or indent or quote the text", start, start + len(line.rstrip()))


def _list_then_key(scene: _Scene) -> Cause | None:
    """A key in the first column under a list or an empty mapping in the first column."""
    first = scene.content.lstrip("\r\n \t")
    if scene.at == scene.line_start and _KEY.match(scene.line) and first[:2] in ("- ", "{}"):
        what = "a list" if first[0] == "-" else "an empty mapping `{}`"
        start = len(scene.content) - len(first)
        message = f"a key after {what}: the block cannot be both; remove what stands before it or give it a key"
        return scene.on_line(message, 0, len(scene.line.rstrip())) if start == scene.at else scene.cause(
            message, start, start + 2, ("the key", scene.line_start, scene.line_start + len(scene.line.rstrip()))
        )
    return None


_FINDERS: tuple[Callable[[_Scene], Cause | None], ...] = (
    _own_words, _escape, _tab, _reserved, _colon, _not_a_pair, _unclosed, _after_closed, _list_then_key,
)  # fmt: skip
