"""What a card's text says of the licence of what is published here: sentences, labelled lines, sections, badges.

Only statements on this model, dataset or Space count. A sentence that also speaks of code, of a base model, of the data
something was trained on, of parts or exceptions says nothing certain about it and is kept apart as `elsewhere`. Words and
patterns are data, in `schemas/licenses/prose.json`.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from itertools import groupby, islice
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias
from urllib.parse import unquote

from cardlint.licenses.names import STEM, Name, meant, names, spoken

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cardlint.markdown import Markdown, Section
    from cardlint.repository import Kind
    from cardlint.text import Span
    from cardlint.topics import Topics

Scope: TypeAlias = Literal["this", "elsewhere"]
Form: TypeAlias = Literal["sentence", "line", "section", "badge"]
MOST_STATEMENTS = 200
_LONGEST_PARAGRAPH = 5_000
_LONGEST_SENTENCE = 600
_MOST_STEMS = 2_000
_MOST_CHARACTERS = 150_000  # of sentences that name a licence
_MOST_LINKS = 50
_CC_URL = re.compile(
    r"creativecommons\.org/(?:licenses/(?P<kind>[a-z-]{2,8})/(?P<version>\d\.\d)|publicdomain/(?P<zero>zero))", re.IGNORECASE
)
_MARKUP = re.compile(
    r"!\[[^\[\]]{0,300}\]\([^()]{0,700}\)|!?\["
    r"|\]\((?P<target>[^()\s]{0,500})(?:[^()]{0,200})\)|\]\[[^\]]{0,100}\]"
    r"|[*`\[\]<>\"“”„«»]|(?<!\w)_+|_+(?!\w)|\s{2,}|[^\S ]"
)
_CLOSELY = re.compile(r"[^,;\uff0c\u3001]{0,60}")
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+(?=[^\W\d_a-z])|[。！？；;]")  # noqa: RUF001 - full stops of East Asia


class Statement(NamedTuple):
    """What a card says of a licence.

    `ids` are all the Hub ids (or others of their form) its words can mean; `text` the name as written; `certain` that
    nothing else can be meant by it.
    """

    ids: frozenset[str]
    text: str
    span: Span
    form: Form
    scope: Scope
    certain: bool


class _Flat(NamedTuple):
    """A piece of a card without its markup; `offsets` lead back into the file."""

    text: str
    offsets: list[int]

    def cut(self, start: int, end: int) -> _Flat:
        return _Flat(self.text[start:end], self.offsets[start:end])


def _flat(content: str, start: int, end: int) -> _Flat:
    """The words between two offsets: marks dropped, blanks joined, an address of Creative Commons turned into its name."""
    parts: list[str] = []
    offsets: list[int] = []
    position = start
    for match in _MARKUP.finditer(content, start, end):
        parts.append(content[position : match.start()])
        offsets.extend(range(position, match.start()))
        address = _CC_URL.search(match["target"] or "")
        instead = f" {_named(address)} " if address else ("" if match[0] in {"*", "**", "`"} else " ")
        parts.append(instead)
        offsets.extend([match.start()] * len(instead))
        position = match.end()
    parts.append(content[position:end])
    offsets.extend(range(position, end))
    return _Flat("".join(parts), offsets)


def _named(address: re.Match[str]) -> str:
    return "CC0" if address["zero"] else f"CC {address['kind']} {address['version']}"


def statements(topics: Topics, kind: Kind) -> tuple[Statement, ...]:
    """What a card says of licences, in order, at most 200 of it: of what is published here, and of other things."""
    if not STEM.search(topics.markdown.text.content):
        return ()
    return tuple(sorted(islice(_Reader(topics, kind).read(), MOST_STATEMENTS), key=lambda item: item.span))


class _Where(NamedTuple):
    """Where a paragraph stands: its innermost section and the section on the licence around it, as indices, or None."""

    section: int | None
    license: int | None
    foreign: bool


class _Reader:
    """One card being read for statements."""

    def __init__(self, topics: Topics, kind: Kind) -> None:
        self.markdown: Markdown = topics.markdown
        self.content = topics.markdown.text.content
        self.topics = topics
        self.kind = kind
        self.words = spoken()
        self.left = _MOST_STEMS
        self.characters = _MOST_CHARACTERS

    def read(self) -> Iterator[Statement]:
        """Everything found, section by section."""
        for license_, group in groupby(self._paragraphs(), key=lambda item: item[0].license):
            said = [item for where, span in group for item in self._paragraph(where, span)]
            yield from said if license_ is None else _agreeing(said)
        yield from self._badges()

    def _paragraphs(self) -> Iterator[tuple[_Where, Span]]:
        """The paragraphs that may name a licence, outside quotations, with where they stand."""
        spans = [span for span in self.markdown.paragraphs if self._may_name(span)]
        sections = self.markdown.sections if spans else ()
        places = self._places(sections)
        starts = [section.own.start for section in sections]
        for span in spans:
            at = bisect_right(starts, span.start) - 1
            yield (places[at] if at >= 0 else _Where(None, None, foreign=False)), span

    def _may_name(self, span: Span) -> bool:
        """Whether a paragraph is short enough to read, no quotation, and holds the beginning of a licence's name."""
        line = self.content.rfind("\n", 0, span.start) + 1
        quoted = ">" in self.content[max(line, span.start - 20) : span.start]
        return span.end - span.start <= _LONGEST_PARAGRAPH and not quoted and bool(STEM.search(self.content, span.start, span.end))

    def _places(self, sections: tuple[Section, ...]) -> list[_Where]:
        found: list[_Where] = []
        open_: list[tuple[int, _Where]] = []
        for index, section in enumerate(sections):
            while open_ and open_[-1][0] >= section.level:
                open_.pop()
            above = open_[-1][1] if open_ else _Where(None, None, foreign=False)
            foreign = above.foreign or (section.level > 1 and bool(self.words.pattern("elsewhere").search(section.title[:200])))
            license_ = index if above.license is None and self._of_license(section) else above.license
            found.append(_Where(index, license_, foreign))
            open_.append((section.level, found[-1]))
        return found

    def _of_license(self, section: Section) -> bool:
        return "license" in self.topics.of(section) or bool(self.words.pattern("heading").search(section.title[:200]))

    def _paragraph(self, where: _Where, span: Span) -> Iterator[Statement]:
        """The statements of one paragraph: a labelled line, else one of each sentence."""
        end = span.start
        for line in self.content[span.start : span.end].splitlines(keepends=True):
            start, end = end, end + len(line)
            if (":" in line or "\uff1a" in line) and (said := self._line(where, _flat(self.content, start, end))):
                yield said
                return
        yield from self._sentences(where, _flat(self.content, span.start, span.end))

    def _line(self, where: _Where, flat: _Flat) -> Statement | None:
        label = self.words.pattern("labelled").match(flat.text)
        return self._labelled(where, flat.cut(label.end(), len(flat.text))) if label else None

    def _labelled(self, where: _Where, value: _Flat) -> Statement | None:
        """`License: MIT`, where it is about what is published here."""
        found = self._names(value.text)
        if not found or not self._nothing_else(value.text, found):
            return None
        own = not where.foreign and (where.license is not None or self._describes(where.section))
        return self._statement(value, found, "line", scope="this" if own else "elsewhere", certain=True)

    def _describes(self, index: int | None) -> bool:
        """Whether a section is on the whole: the beginning of the card, its title, or a description."""
        if index is None:
            return True
        section = self.markdown.sections[index]
        return index == 0 or section.level == 1 or "description" in self.topics.of(section)

    def _sentences(self, where: _Where, flat: _Flat) -> Iterator[Statement]:
        start = 0
        for end, after in [*((match.start(), match.end()) for match in _SENTENCE_END.finditer(flat.text)), (len(flat.text), 0)]:
            piece = flat.cut(start, end)
            start = after
            if (
                len(piece.text) <= _LONGEST_SENTENCE
                and (found := self._names(piece.text))
                and (said := self._sentence(where, piece, found))
            ):
                yield said

    def _sentence(self, where: _Where, flat: _Flat, found: list[Name]) -> Statement | None:
        self.characters -= len(flat.text)
        if self.characters < 0:
            return None
        subject = self._subject(flat.text, found)
        rest = _without(
            flat.text, found if subject is None else sorted([*found, Name(frozenset(), *subject.span())], key=lambda name: name.start)
        )
        if where.foreign or self.words.pattern("elsewhere").search(rest) or not all(name.ids for name in found):
            return self._statement(flat, found, "sentence", scope="elsewhere", certain=False)
        if subject is not None:
            return self._statement(flat, found, "sentence", scope="this", certain=True)
        if where.license is None:
            return None
        if self._nothing_else(flat.text, found):
            return self._statement(flat, found, "section", scope="this", certain=True)
        # In a section on its licence a dataset is called by its name ("HotpotQA is distributed under …"), anything a project or a work.
        whole = self.words.pattern("whole").search(flat.text) or (self.kind == "dataset" and self._first(where.license, flat.offsets[0]))
        granted = whole and self.words.pattern("granted").search(flat.text)
        return self._statement(flat, found, "section", scope="this", certain=False) if granted else None

    def _first(self, index: int, start: int) -> bool:
        """Whether a section says nothing before an offset."""
        head = self.markdown.sections[index].span.end
        return head <= start <= head + _LONGEST_PARAGRAPH and not re.search(r"[^\W_]", self.content[head:start])

    def _subject(self, text: str, found: list[Name]) -> re.Match[str] | None:
        """The words for this model (dataset, Space), where the sentence says that it is under one of the names."""
        for this, under, after in self.words.sentences(self.kind):
            for subject in islice(this.finditer(text), 5):
                verb = under.search(text, subject.end(), subject.end() + 120)
                named = next((name for name in found if verb and _CLOSELY.fullmatch(text, verb.end(), name.start)), None)
                if named and (after is None or after.search(text, named.end, named.end + 15)):
                    return subject
        return None

    def _nothing_else(self, text: str, found: list[Name]) -> bool:
        """Whether a text says no more than names of licences."""
        rest = self.words.pattern("only").sub(" ", _without(text, found))
        return not re.search(r"[^\W_]", rest)

    def _names(self, text: str) -> list[Name]:
        stems = len(STEM.findall(text))
        self.left -= stems
        return names(text) if self.left >= 0 else []

    def _statement(self, flat: _Flat, found: list[Name], form: Form, *, scope: Scope, certain: bool) -> Statement | None:
        ids = meant(found)
        first = found[0]
        if not ids:
            return None
        start, end = flat.offsets[first.start], flat.offsets[first.end - 1] + 1
        return Statement(ids, flat.text[first.start : first.end].strip(), self.markdown.text.span(start, end), form, scope, certain)

    def _badges(self) -> Iterator[Statement]:
        """Badges of shields.io that say `license`; one that leads to GitHub is about the code there."""
        badge = self.words.pattern("badge")
        links = [link for link in self.markdown.links if not link.image and "github.com" in link.target]
        for link in self.markdown.links:
            if link.image and (match := badge.search(link.target[:500])) and self.left > 0:
                name = unquote(match["name"]).replace("--", "\0").replace("_", " ").replace("\0", "-")
                found = self._names(name)
                to_code = any(other.span.start <= link.span.start and link.span.end <= other.span.end for other in links[:_MOST_LINKS])
                if (ids := meant(found)) and self._nothing_else(name, found):
                    yield Statement(ids, name, link.span, "badge", "elsewhere" if to_code else "this", certain=False)


def _agreeing(said: list[Statement]) -> Iterator[Statement]:
    """The statements of a section on the licence; what is not said in a sentence counts where all names agree."""
    agree = bool(said) and bool(frozenset.intersection(*(item.ids for item in said)))
    for item in said:
        if agree or item.form == "sentence":
            yield item


def _without(text: str, found: list[Name]) -> str:
    """A text with the names in it cut out."""
    parts, position = [], 0
    for name in found:
        parts.append(text[position : name.start])
        position = name.end
    return " ".join([*parts, text[position:]])
