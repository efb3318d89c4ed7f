"""Whether a piece of a card says anything: text that is no placeholder, no comment, no badge, no empty list.

What counts: a sentence, a link with text, a figure, a code block, a table with a filled row. What does not: comments,
placeholders and template instructions, badges, list marks and labels with nothing behind them, headings, rules, a
table that is only a head, a table of contents. A part of the body that was too costly to read counts as saying something.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from itertools import islice
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from cardlint.headings import unspaced
from cardlint.placeholders import Match, known
from cardlint.text import LINE_END, Span
from cardlint.weights.named import NamedTuple
from cardlint.weights.patterns import lazily

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from cardlint.markdown import Link, Markdown

_WORD = lazily(r"[^\W_]")
_TAG = lazily(r"</?([a-zA-Z][a-zA-Z0-9-]*)[^<>]{0,1000}>")
_SUMMARY = lazily(r"<summary[^<>]{0,200}>[^<]{0,300}(?:</?[a-z][^<>]{0,80}>[^<]{0,300}){0,4}</summary>", re.IGNORECASE)
_SHOWN = frozenset({"video", "audio", "iframe", "object", "embed", "svg", "canvas", "math", "gradio-app"})
_CODE = lazily(r"(?<!`)(`{1,3})(?!`)[^`\n]{1,500}\1(?!`)")
_SPACE_ENTITY = lazily(r"&(?:nbsp|ensp|emsp|thinsp|zwnj|zwj|#160|#xa0|#xA0);")
_DEFINITION = lazily(r"^ {0,3}\[[^\]\^\n][^\]\n]{0,300}\]:[ \t]*\S[^\n]*", re.MULTILINE)
_MARK = lazily(r"[ \t]*(?:>[ \t]*)*(?:(?:[-*+•]|[0-9]{1,9}[.)])(?:[ \t]+|$))?(?:\[[ xX]\][ \t]+)?")
_QUOTE = lazily(r"[ \t]*>")
_BOLD_LABEL = lazily(r"(\*\*|__|\*|_)[^*\n]{1,80}?(?:[:：]\s*\1|\1\s*[:：])")  # noqa: RUF001 - they occur in cards
_LABEL = lazily(r"[^:：\n]{1,40}(?::(?!\S)|：)")  # noqa: RUF001 - they occur in cards
_TARGET = lazily(r"\]\([^()\n]{0,300}\)")
_RULE_OF_TABLE = frozenset("|-:+ \t")
_FILLED_CELL = lazily(r"[^\s|*_:.-]")
_UNFILLED = lazily(r"(?P<indent>[ \t]{0,20})[-*+][ \t]+(?P<label>(\*\*|__)[^*\n]{1,60}?(?:[:：]\s?\3|\3\s?[:：]))[ \t]*")  # noqa: RUF001 - they occur in cards
_ITEM = lazily(r"(?P<indent>[ \t]{0,20})[-*+][ \t]")
# What a library or a template wrote is longer.
_SHORTEST = 20
# A code block of more lines is not looked through for placeholders.
_CODE_LINES = 50
# A bold line of more words that does not end in a colon is a statement.
_LABEL_WORDS, _LABEL_LENGTH = 3, 30
# The value of a label stands at most so many lines below it.
_NEAR = 6


class Placeholder(NamedTuple):
    """A placeholder in a card: its kind, an id of the vocabulary `placeholders` or "unfilled" of a label, and where it stands."""

    kind: str
    span: Span


class Substance:
    """Where a card says something, where it answers only that a question does not apply, and its placeholders."""

    def __init__(self, markdown: Markdown) -> None:
        self._text = markdown.text
        self._said: list[int] = []
        self._waived: list[int] = []
        self.placeholders: list[Placeholder] = []
        self.contents: list[int] = []
        self._dull: list[tuple[int, int]] = []
        self._unread = [span for span in markdown.incomplete if self._text.cut(span).strip()]
        masked = self._masked(markdown)
        self._read(masked)
        self._said = sorted(at for at in self._said if not self._is_dull(at))
        self._waived.sort()
        self.placeholders.sort(key=lambda placeholder: placeholder.span)

    def says(self, span: Span) -> bool:
        """Whether anything is said in a span."""
        return _any(self._said, span) or any(part.start < span.end and span.start < part.end for part in self._unread)

    def waives(self, span: Span) -> bool:
        """Whether it is said in a span that the question does not apply."""
        return _any(self._waived, span)

    def lists_contents(self, span: Span) -> bool:
        """Whether there is a table of contents in a span."""
        return _any(self.contents, span)

    def _masked(self, markdown: Markdown) -> str:
        """The body with blanks where markup, comments, headings, code and links stand, each judged by itself."""
        blank: list[tuple[int, int]] = [(0, markdown.body.start)]
        blank += [(comment.span.start, comment.span.end) for comment in markdown.comments]
        blank += self._snippets(markdown)
        blank += self._headings(markdown)
        blank += [(span.start, span.end) for span in unspaced(markdown)]
        end = len(self._text.content)
        behind = min((span.start for span in self._unread if span.end >= end), default=end)
        content = _blanked(self._text.content[:behind], blank)
        self._written = content = _CODE.sub(lambda match: "0" * len(match[0]), content)
        self._boilerplate = known().has_boilerplate(content)
        content = _blanked(content, self._links(markdown, content))
        content = _DEFINITION.sub(_blanks, content)
        content = _SUMMARY.sub(_blanks, content)
        return _SPACE_ENTITY.sub(_blanks, _TAG.sub(self._tag, content))

    def _snippets(self, markdown: Markdown) -> Iterator[tuple[int, int]]:
        for snippet in markdown.snippets:
            lines = [line.strip().lstrip("#/ ") for line in snippet.code.split("\n", _CODE_LINES)]
            if len(lines) > _CODE_LINES or any(line and not _says_nothing(line) for line in lines):
                self._said.append(snippet.span.start)
            yield snippet.span.start, snippet.span.end

    def _headings(self, markdown: Markdown) -> Iterator[tuple[int, int]]:
        for section in markdown.sections:
            if section.form != "bold":
                yield section.span.start, max(section.span.end, section.own.start)
                kind = known().item(section.title)
                if kind in {"needed", "title"}:
                    self.placeholders.append(Placeholder(kind, section.span))
                elif kind in {"to-do", "promise"}:
                    # What is still to be done is a matter worth a section, and one that readers can do without.
                    self.placeholders.append(Placeholder("promise", section.span))
                else:
                    self._note(known().inside(self._text.cut(section.span)), section.span.start)
            elif _is_label(section.title, self._text.cut(section.span)):
                yield section.span.start, section.span.end

    def _links(self, markdown: Markdown, content: str) -> Iterator[tuple[int, int]]:
        links = [link for link in markdown.links if content[link.span.start : link.span.start + 1].strip()]
        around_images = _around_images(links)
        for link in links:
            start, end = link.span.start, link.span.end
            yield start, end
            if link.image:
                if not known().badge(link.target):
                    self._said.append(start)
            elif kind := known().of_link(link.text):
                self._place(kind, start, end)
            elif link.target.startswith("#") and _is_item(content, start):
                self.contents.append(start)
            elif link.text.strip() and start not in around_images:
                self._said.append(start)

    def _tag(self, match: re.Match[str]) -> str:
        if match[1].lower() in _SHOWN:
            self._said.append(match.start())
        return match[0] if known().item(match[0]) else _blanks(match)

    def _note(self, matches: Iterable[Match], start: int) -> None:
        for match in matches:
            self._place(match.kind, start + match.start, start + match.end)

    def _place(self, kind: str, start: int, end: int) -> None:
        if kind == "inapplicable":
            self._waived.append(start)
        else:
            self.placeholders.append(Placeholder(kind, self._text.span(start, end)))

    def _read(self, masked: str) -> None:
        lines = list(_lines(masked[: len(self._written.rstrip())]))
        in_table = False
        for number, (start, line) in enumerate(lines):
            following = lines[number + 1][1] if number + 1 < len(lines) else ""
            if not line or line.isspace():
                in_table = False
            elif "|" in line and _is_table_rule(following):
                in_table = True
            elif in_table and "|" in line:
                self._row(start, line)
            else:
                in_table = False
                self._line(start, line)
                if (label := _UNFILLED.fullmatch(line)) and self._is_unfilled(label, lines, number):
                    self._place("unfilled", start + label.start("label"), start + label.end("label"))

    def _is_unfilled(self, label: re.Match[str], lines: list[tuple[int, str]], number: int) -> bool:
        """Whether an item of a list holds a label alone: nothing that was blanked, and nothing below that could be its value."""
        rest = (self._text.content[start : start + len(line)] for start, line in islice(lines, number, number + _NEAR))
        if next(rest).strip() != label[0].strip():
            return False
        below = next((line for line in rest if line.strip()), "#")
        item = _ITEM.match(below)
        return below.startswith("#") or (item is not None and len(item["indent"]) <= len(label["indent"]))

    def _row(self, start: int, line: str) -> None:
        self._note(known().inside(line), start)
        cells = line.strip().strip("|").split("|")
        for cell in cells[1:] or cells:
            if _FILLED_CELL.search(cell) and not known().item(cell):
                self._said.append(start + line.find("|"))
                return

    def _line(self, start: int, line: str) -> None:
        """Judge a line: first what it is as a whole, then what is left of it without its placeholders."""
        mark = _MARK.match(line)
        begin = mark.end() if mark else 0
        if _QUOTE.match(line):
            self._say(start, line, begin)
            return
        written = self._written[start : start + len(line)]
        if found := self._of_others(written, begin):
            self._place(found.kind, start + found.start, start + found.end)
            self._dull.append((start, start + len(line)))
            return
        marked = list(known().inside(line))
        self._note(marked, start)
        if any(line[match.start].isalpha() and match.kind == "to-do" and not _WORD.search(line[begin : match.start]) for match in marked):
            return
        self._say(start, _blanked(line, [(match.start, match.end) for match in marked]), begin)

    def _of_others(self, line: str, begin: int) -> Match | None:
        """What a library or a template wrote, of which links are part."""
        if len(line) < _SHORTEST:
            return None
        if self._boilerplate and (boilerplate := known().boilerplate(line)):
            return boilerplate
        for kind in ("instruction", "default"):
            if known().starting(_TARGET.sub("]", line[begin : begin + 1000]), kind):
                return Match(kind, begin, len(line.rstrip()))
        return None

    def _is_dull(self, offset: int) -> bool:
        """Whether an offset stands in a line that a library or a template wrote."""
        at = bisect_right(self._dull, (offset, len(self._text.content))) - 1
        return at >= 0 and offset < self._dull[at][1]

    def _say(self, start: int, line: str, begin: int) -> None:
        rest = line[begin:]
        label = _BOLD_LABEL.match(rest) or _LABEL.match(rest)
        at = begin + (label.end() if label else 0)
        value = line[at:]
        word = _WORD.search(value)
        if word is None:
            if kind := known().filler(value):
                first = at + len(value) - len(value.lstrip())
                self._place(kind, start + first, start + len(line.rstrip()))
            return
        for text, place in ((value, at), (rest, begin)) if label else ((rest, begin),):
            if kind := known().item(text):
                first = place + len(text) - len(text.lstrip())
                self._place(kind, start + first, start + len(line.rstrip()))
                return
        self._said.append(start + at + word.start())


def substance(markdown: Markdown) -> Substance:
    """What a card says and where; worked out once for each card."""
    found = _KNOWN.get(markdown)
    if found is None:
        found = _KNOWN[markdown] = Substance(markdown)
    return found


_KNOWN: WeakKeyDictionary[Markdown, Substance] = WeakKeyDictionary()


def has_substance(markdown: Markdown, span: Span) -> bool:
    """Whether anything is said between the two ends of a span of the body; "N/A" alone says nothing."""
    return substance(markdown).says(span)


def _any(offsets: list[int], span: Span) -> bool:
    at = bisect_left(offsets, span.start)
    return at < len(offsets) and offsets[at] < span.end


def _is_label(title: str, written: str) -> bool:
    """Whether a bold line only says what is to follow."""
    short = len(title.split()) <= _LABEL_WORDS and len(title) <= _LABEL_LENGTH
    return short or written.rstrip("*_ ").endswith((":", "："))  # noqa: RUF001 - they occur in cards


def _says_nothing(text: str) -> bool:
    return bool(known().item(text)) or known().starting(text, "instruction") or not _WORD.search(text)


def _around_images(links: list[Link]) -> set[int]:
    """The places where links begin that hold an image, which is judged for itself."""
    inside: set[int] = set()
    outer: Link | None = None
    for link in links:
        if link.image and outer is not None and link.span.end <= outer.span.end:
            inside.add(outer.span.start)
        elif not link.image:
            outer = link
    return inside


def _is_item(content: str, start: int) -> bool:
    """Whether what stands at an offset is the first thing in a list item."""
    line = content.rfind("\n", max(0, start - 80), start) + 1
    before = content[max(line, start - 80) : start]
    return bool(before.strip(" \t*_")) and _MARK.fullmatch(before.rstrip("*_")) is not None


def _is_table_rule(line: str) -> bool:
    return "-" in line and "|" in line and _RULE_OF_TABLE.issuperset(line.rstrip("\r\n"))


def _lines(content: str) -> Iterator[tuple[int, str]]:
    start = 0
    for match in LINE_END.finditer(content):
        yield start, content[start : match.start()]
        start = match.end()
    yield start, content[start:]


def _blanks(match: re.Match[str]) -> str:
    return _BLANKED.sub(" ", match[0])


_BLANKED = lazily(r"[^\r\n]")


def _blanked(content: str, spans: Iterable[tuple[int, int]]) -> str:
    """The text with blanks in the place of some spans, line ends kept."""
    parts: list[str] = []
    last = 0
    for start, end in sorted(spans):
        if end > last:
            begin = max(start, last)
            parts += [content[last:begin], _BLANKED.sub(" ", content[begin:end])]
            last = end
    return "".join([*parts, content[last:]])
