"""Figures in the prose of a card, each with the words that say what it is a figure of.

Read line by line, since what matters are pipe tables, lines such as `- Accuracy: 0.91` and short sentences. Everything here
takes time in proportion to the body; what is too long to be a label or a plain sentence is passed over.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING

from cardlint.metrics import squash
from cardlint.text import LINE_END
from cardlint.weights.cached import cached_property
from cardlint.weights.named import NamedTuple
from cardlint.weights.patterns import lazily

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cardlint.markdown import Markdown
    from cardlint.markdown_facts import Section
    from cardlint.text import Span

LONGEST_LABEL = 200
LONGEST_SENTENCE = 400
_LONGEST_LINE = 5_000
# As many as are read of the Markdown itself.
_MOST_LINES = 100_000
_MOST_COLUMNS = 60
_LEAD_LINES = 12
_LEAD_SENTENCES = 6
_NUMBER = r"(?:\d{1,20}(?:[.,]\d{1,20})*|\.\d{1,20})"
_SPREAD = rf"\(?\s?(?:±|\+/-|\+-|\\pm)\s?(?P<spread>{_NUMBER})\s?%?\s?\)?"
_FIGURE = lazily(
    rf"(?P<number>[+-]?{_NUMBER})(?P<power>[eE][+-]?\d{{1,2}})?\s?(?:%|percent|per cent|Prozent|pour cent|por ciento|por cento)?"
    rf"(?:\s?{_SPREAD})?\s?[*†‡§¹²³↑↓]{{0,3}}"
)
_THOUSANDS = lazily(r"[+-]?[1-9]\d{0,2}(?:,\d{3})+(?:\.\d+)?")
_MARKS = lazily(r"[*`]+|(?<![^\W_])_+|_+(?![^\W_])|<[^<>]{0,200}>|\\(?=[^\w\s])")
_LINK = lazily(r"!?\[([^\[\]]{0,200})\]\([^()\s]{0,500}\)")
_DELIMITER = lazily(r"[ \t]{0,3}\|?(?:[ \t]*:?-+:?[ \t]*\|)+(?:[ \t]*:?-+:?[ \t]*)?[ \t]*")
_CELL = lazily(r"(?<!\\)\|")
_ITEM = lazily(r"(?P<indent>[ \t]{0,20})(?:[-*+•]|\d{1,3}[.)])[ \t]+(?P<text>\S.*)")
_STATED = lazily(r"(?P<label>[^:=：]{1,200})[:=：](?P<figure>[^:=：]{1,80})")  # noqa: RUF001 - East Asian colon
_SENTENCE_END = lazily(r"(?<=[.!?])[ \t\n]+|(?<=[。！？])")  # noqa: RUF001 - East Asian marks


class Reading(NamedTuple):
    """A number a figure may mean, and one unit of its last digit."""

    value: float
    unit: float


class Figure(NamedTuple):
    """A figure as written: what it may mean (`1,234` is one of two numbers), and the spread given with it."""

    readings: tuple[Reading, ...]
    spread: float = 0


class Stated(NamedTuple):
    """A figure with what says what it is of: its label, and of a table's cell the texts of its row with their columns' heads.

    `heads` are all heads of the table; `titles` those of the sections around it, innermost first; `lead` the lines before it.
    """

    figure: Figure
    span: Span
    text: str
    label: str
    row: tuple[tuple[str, str], ...]
    heads: tuple[str, ...]
    titles: tuple[str, ...]
    lead: tuple[str, ...]


class Sentence(NamedTuple):
    """A sentence with a digit in it, the sentences before it in its paragraph and (`lead`) lines before that, and where it stands."""

    text: str
    span: Span
    before: tuple[str, ...]
    titles: tuple[str, ...]
    lead: tuple[str, ...]


def figure(text: str) -> Figure | None:
    """The figure a text is, marks of emphasis and footnotes aside; None where it is anything more or less."""
    match = _FIGURE.fullmatch(text.strip())
    if match is None:
        return None
    readings = tuple(_readings(match["number"], int(match["power"][1:]) if match["power"] else 0))
    spread = next((reading.value for reading in _readings(match["spread"] or "0", 0)), 0.0)
    return Figure(readings, spread) if readings else None


def _readings(number: str, power: int) -> Iterator[Reading]:
    spellings = [number.replace(",", "")] if "," not in number or _THOUSANDS.fullmatch(number) else []
    if number.count(",") == 1 and "." not in number:
        spellings.append(number.replace(",", "."))
    for spelling in spellings:
        if spelling.count(".") <= 1:
            decimals = len(spelling.partition(".")[2])
            yield Reading(float(spelling) * 10.0**power, 10.0 ** (power - decimals))


def clean(text: str) -> str:
    """A text without emphasis, code marks, tags and the addresses of links."""
    return _MARKS.sub(" ", _LINK.sub(r"\1", text)).strip()


@dataclass
class _Context:
    """What has been read before a line, within its section."""

    titles: tuple[str, ...]
    said: list[tuple[str, bool]] = field(default_factory=list)
    items: list[tuple[int, str]] = field(default_factory=list)

    def say(self, line: str, *, item: bool = False) -> None:
        """Remember a line that may say what the next figures are of."""
        self.said = [*self.said[-_LEAD_LINES:], (clean(line), item)]

    def lead(self, *, of_item: bool = False) -> tuple[str, ...]:
        """The lines remembered; what one item of a list says is not about the next."""
        return tuple(text for text, item in self.said if not (item and of_item))


class _Line(NamedTuple):
    start: int
    text: str


class Prose:
    """The figures in one body."""

    def __init__(self, markdown: Markdown) -> None:
        self._markdown = markdown
        self._text = markdown.text

    def read(self) -> Iterator[Stated | Sentence]:
        """Every figure with labels and every sentence with a digit, in order."""
        for context, lines in self._stretches():
            paragraph: list[_Line] = []
            lead: tuple[str, ...] = ()
            index = 0
            while index < len(lines):
                table = _table(lines, index)
                if not table and lines[index].text.strip() and not _ITEM.fullmatch(lines[index].text):
                    lead = lead if paragraph else context.lead()
                    paragraph.append(lines[index])
                else:
                    yield from self._sentences(context, paragraph, lead)
                    paragraph = []
                if table:
                    yield from self._cells(context, lines[index : index + table])
                    context.said = []
                else:
                    yield from self._stated(context, lines[index])
                index += table or 1
            yield from self._sentences(context, paragraph, lead)

    def _stretches(self) -> Iterator[tuple[_Context, list[_Line]]]:
        """The lines of each section that are neither heading, code nor comment, empty ones included."""
        lines = self._lines()
        sections = self._markdown.sections
        first = sections[0].span.start if sections else len(self._text.content)
        yield _Context(()), [line for line in lines if line.start < first]
        position = 0
        for section, titles in zip(sections, _titles(sections), strict=True):
            while position < len(lines) and lines[position].start < section.own.start:
                position += 1
            begin = position
            while position < len(lines) and lines[position].start < section.own.end:
                position += 1
            yield _Context(titles), [line for line in lines[begin:position] if line.start >= section.span.end]

    def _lines(self) -> list[_Line]:
        """The lines of the body; of code and comments only emptiness is left, and of lines too long to be read."""
        content, hidden = self._text.content, iter(self._hidden)
        start, end = next(hidden, (len(content), len(content)))
        found: list[_Line] = []
        for begin, stop in islice(self._bounds(), _MOST_LINES):
            while end <= begin and start < len(content):
                start, end = next(hidden, (len(content), len(content)))
            visible = stop <= start and stop - begin <= _LONGEST_LINE
            found.append(_Line(begin, content[begin:stop] if visible else ""))
        return found

    def _bounds(self) -> Iterator[tuple[int, int]]:
        content, begin = self._text.content, self._markdown.body.start
        for match in LINE_END.finditer(content, begin):
            yield begin, match.start()
            begin = match.end()
        yield begin, len(content)

    @cached_property
    def _hidden(self) -> list[tuple[int, int]]:
        held = [*(item.span for item in self._markdown.snippets), *(item.span for item in self._markdown.comments)]
        return sorted((span.start, span.end) for span in held if span.end > span.start)

    def _cells(self, context: _Context, lines: list[_Line]) -> Iterator[Stated]:
        """The figures of a table, each with the heads of its column and the texts of its row."""
        heads = tuple(clean(text) for text, _ in _split(lines[0]))
        lead = context.lead()
        for line in lines[2:]:
            cells = [(clean(text), text, start) for text, start in _split(line)][: len(heads)]
            figures = [figure(text) if len(text) <= LONGEST_LABEL else None for text, _, _ in cells]
            row = tuple((heads[index], text) for index, (text, _, _) in enumerate(cells) if figures[index] is None)
            for head, found, (text, raw, start) in zip(heads, figures, cells, strict=False):
                if found is not None:
                    inner = max(0, raw.find(text))
                    span = self._text.span(start + inner, start + inner + min(len(text), len(raw)))
                    yield Stated(found, span, text, head, row, heads, context.titles, lead)

    def _stated(self, context: _Context, line: _Line) -> Iterator[Stated | Sentence]:
        """The figure of a line `label: figure`, with the items of the list it stands under."""
        item = _ITEM.fullmatch(line.text)
        text = item["text"] if item else line.text
        indent = len(item["indent"].expandtabs(4)) if item else 0
        while context.items and context.items[-1][0] >= indent:
            context.items.pop()
        stated = _STATED.fullmatch(clean(text)) if len(text) <= LONGEST_LABEL else None
        found = figure(stated["figure"]) if stated else None
        if stated and found:
            row = tuple(("", above) for _, above in context.items)
            start = line.start + max(0, line.text.rfind(stated["figure"].strip()))
            span = self._text.span(start, start + len(stated["figure"].strip()))
            yield Stated(
                found, span, stated["figure"].strip(), stated["label"], row, (), context.titles, context.lead(of_item=item is not None)
            )
        elif item:
            lead = (*context.lead(of_item=True), *(above for _, above in context.items))
            context.items.append((indent, clean(text)[:LONGEST_LABEL]))
            context.say(text[:LONGEST_LABEL], item=True)
            yield from self._sentences(context, [line._replace(start=line.start + item.start("text"), text=text)], lead)
        elif text.strip():
            context.say(text[:LONGEST_SENTENCE])

    def _sentences(self, context: _Context, lines: list[_Line], lead: tuple[str, ...]) -> Iterator[Sentence]:
        """The sentences of a paragraph that hold a digit."""
        if not lines:
            return
        start, end = lines[0].start, lines[-1].start + len(lines[-1].text)
        whole = self._text.content[start:end]
        begin = 0
        before: tuple[str, ...] = ()
        for stop in (*(match.end() for match in _SENTENCE_END.finditer(whole)), len(whole)):
            sentence = whole[begin:stop].strip()
            if len(sentence) <= LONGEST_SENTENCE and any(char.isdigit() for char in sentence):
                place = start + whole.index(sentence, begin)
                yield Sentence(sentence, self._text.span(place, place + len(sentence)), before, context.titles, lead)
            begin, before = stop, (*before[-_LEAD_SENTENCES:], clean(sentence[:LONGEST_SENTENCE]))


def _titles(sections: tuple[Section, ...]) -> Iterator[tuple[str, ...]]:
    """The titles of each section and those around it, innermost first; the title of the card says nothing."""
    above: list[Section] = []
    for number, section in enumerate(sections):
        while above and above[-1].level >= section.level:
            above.pop()
        if number or section.level > 1:
            above.append(section)
        yield tuple(item.title[:LONGEST_LABEL] for item in reversed(above))


def _table(lines: list[_Line], index: int) -> int:
    """How many lines the table beginning here has, 0 where there is none."""
    if index + 1 >= len(lines) or "|" not in lines[index].text or not _DELIMITER.fullmatch(lines[index + 1].text):
        return 0
    end = index + 2
    while end < len(lines) and "|" in lines[end].text:
        end += 1
    return end - index


def _split(line: _Line) -> list[tuple[str, int]]:
    """The cells of a table row, without the blanks around them, each with the offset where it begins."""
    stops = [match.start() for match in _CELL.finditer(line.text)][: _MOST_COLUMNS + 1]
    begins = [0, *(stop + 1 for stop in stops)]
    cells = [line.text[begin:stop] for begin, stop in zip(begins, [*stops, len(line.text)], strict=True)]
    places = [line.start + begin + len(cell) - len(cell.lstrip()) for begin, cell in zip(begins, cells, strict=True)]
    found = [(cell.strip(), place) for cell, place in zip(cells, places, strict=True)]
    found = found[1:] if not found[0][0] else found
    return found[:-1] if found and not found[-1][0] else found


def gives_figures(markdown: Markdown, names: frozenset[str]) -> bool:
    """Whether any line of the body has a figure and one of these names (squashed: of metrics, of benchmarks).

    In a table the name may stand in a line above. Output pasted as code counts, too.
    """
    above = False
    for line in LINE_END.split(markdown.prose, _MOST_LINES):
        row = "|" in line
        figures = _DECIMAL.search(line, 0, _LONGEST_LINE) or (row and _WHOLE_CELL.search(line, 0, _LONGEST_LINE))
        named = (row or bool(figures)) and _names(line[:_LONGEST_LINE], names)
        if figures and (named or (above and row)):
            return True
        above = row and (above or named)
    return False


class Comparison(NamedTuple):
    """What makes a table one of results: heads of a column of models, words of the model's own name, and heads that count no results."""

    models: frozenset[str]
    own: frozenset[str]
    sizes: frozenset[str]


def compares(markdown: Markdown, words: Comparison) -> bool:
    """Whether a table with models as rows or columns gives a share or a fraction, whatever it is of."""
    stated = (item for item in Prose(markdown).read() if isinstance(item, Stated) and item.heads)
    return any(_compared(item, words) for item in stated)


def _compared(item: Stated, words: Comparison) -> bool:
    """Whether a cell holds a result of a model; a size in gigabytes is none, nor is a count."""
    counted = squash_words(item.label) | squash_words(" ".join(text for _, text in item.row[:1]))
    if counted & words.sizes or not any(reading.unit < 1 or "%" in item.text for reading in item.figure.readings):
        return False
    first = squash(item.heads[0])
    return first in words.models or bool(squash_words(" ".join((*item.heads, *(text for _, text in item.row)))) & words.own)


def names_figure(markdown: Markdown, names: list[str]) -> bool:
    """Whether one of these names is given a percentage: `fern-7b: 89%`."""
    pattern = "|".join(re.escape(name) for name in names)
    stated = re.compile(rf"(?<![\w-])(?:{pattern})(?![\w-])[*_` ]{{0,4}}[:=][*_` ]{{0,4}}\d{{1,3}}(?:[.,]\d{{1,4}})? ?%", re.IGNORECASE)
    return bool(names) and stated.search(markdown.prose) is not None


def squash_words(text: str) -> frozenset[str]:
    """The words of a text in lower case, numbers left out."""
    return frozenset(word.casefold() for word in _WORD.findall(text) if not word.isdigit())


def _names(text: str, names: frozenset[str]) -> bool:
    words = [squash(word) for word in _WORD.findall(text)]
    return any("".join(words[at : at + size]) in names for at in range(len(words)) for size in (1, 2, 3))


_WORD = lazily(r"[^\W\d_]+|\d+")
_DECIMAL = lazily(r"(?<![\w.-])(?:%\s?\d{1,3}|\d{1,3}(?:[.,]\d{1,20})?\s?%|\d{1,3}[.,]\d{1,20})(?!\w|\.\d)")
_WHOLE_CELL = lazily(r"\|\s?\**\d{1,3}\**\s?(?=\||$)")
