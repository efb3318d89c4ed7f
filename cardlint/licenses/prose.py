"""What a card's text says of the licence of what is published here: sentences, labelled lines, sections, badges.

Only statements on this model, dataset or Space count. A sentence that also speaks of code, of a base model, of the data
something was trained on, of parts or exceptions says nothing certain about it and is kept apart as `elsewhere`. Words and
patterns are data, in `schemas/licenses/prose.json`.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from itertools import groupby, islice
from typing import TYPE_CHECKING, Literal, TypeAlias
from urllib.parse import unquote

from cardlint.licenses.names import STEM, Name, meant, names, spoken
from cardlint.weights.named import NamedTuple
from cardlint.weights.patterns import lazily

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
_CC_URL = lazily(r"creativecommons\.org/(?:licenses/(?P<kind>[a-z-]{2,8})/(?P<version>\d\.\d)|publicdomain/(?P<zero>zero))", re.IGNORECASE)
_USES = frozenset({"intended-use", "limitations", "out-of-scope-use"})
_MARKUP = lazily(
    r"!\[[^\[\]]{0,300}\]\([^()]{0,700}\)|!?\["
    r"|\]\((?P<target>[^()\s]{0,500})(?:[^()]{0,200})\)|\]\[[^\]]{0,100}\]"
    r"|[*`\[\]<>\"“”„«»]|(?<!\w)_+|_+(?!\w)|\s{2,}|[^\S ]"
)
_SENTENCE_END = lazily(r"(?<=[.!?])\s+(?=[^\W\d_a-z])|[。！？；;]")  # noqa: RUF001 - full stops of East Asia


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


def restrictions(topics: Topics, kind: Kind) -> tuple[Statement, ...]:
    """The sentences in which a card forbids to use what is published here commercially, at most 200; they mean no licence."""
    words = spoken().pattern("noncommercial")
    if not words.search(topics.markdown.text.content):
        return ()
    return tuple(islice(_Reader(topics, kind, words).restrictions(words), MOST_STATEMENTS))


class _Where(NamedTuple):
    """Where a paragraph stands: its innermost section and the section on the licence around it, as indices, or None."""

    section: int | None
    license: int | None
    foreign: bool


class _Reader:
    """One card being read for statements."""

    def __init__(self, topics: Topics, kind: Kind, stem: re.Pattern[str] = STEM) -> None:
        self.stem = stem
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
        return span.end - span.start <= _LONGEST_PARAGRAPH and not quoted and bool(self.stem.search(self.content, span.start, span.end))

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
        for piece in _pieces(flat):
            if (found := self._names(piece.text)) and (said := self._sentence(where, piece, found)):
                yield said

    def restrictions(self, words: re.Pattern[str]) -> Iterator[Statement]:
        """The sentences with such words that speak of what is published here and of nothing else."""
        for where, span in self._paragraphs():
            self.characters -= span.end - span.start
            if where.foreign or self.characters < 0:
                continue
            for piece in _pieces(_flat(self.content, span.start, span.end)):
                if (match := words.search(piece.text)) and self._speaks_of_this(where, piece.text, match):
                    place = self.markdown.text.span(piece.offsets[match.start()], piece.offsets[match.end() - 1] + 1)
                    yield Statement(frozenset(), match[0].strip(), place, "sentence", "this", certain=False)

    def _speaks_of_this(self, where: _Where, text: str, match: re.Match[str]) -> bool:
        """Whether a sentence is on what is published here: it says so, or stands where all is about it."""
        forms = [(found, form.loose) for form in self.words.sentences(self.kind) if (found := form.this.search(text))]
        subject, loose = min(forms, key=lambda item: item[1], default=(match, True))
        (first, last), (second, end) = sorted([match.span(), subject.span()])
        rest = f"{text[:first]} {text[last:second]} {text[max(last, end) :]}"
        if self.words.pattern("elsewhere").search(_without(rest, names(rest))):
            return False
        if not loose:
            return True
        own = where.license is not None or self._describes(where.section)
        if subject is match:
            return own and self._nothing_else(rest, names(rest))
        return own or bool(self.topics.of(self.markdown.sections[where.section or 0]) & _USES)

    def _sentence(self, where: _Where, flat: _Flat, found: list[Name]) -> Statement | None:
        self.characters -= len(flat.text)
        if self.characters < 0:
            return None
        subject, loose = self._subject(flat.text, found) or (None, False)
        cut = found if subject is None else sorted([*found, Name(frozenset(), *subject.span())], key=lambda name: name.start)
        rest = self.words.pattern("noncommercial").sub(" ", _without(flat.text, cut))
        if where.foreign or self.words.pattern("elsewhere").search(rest) or not all(name.ids for name in found):
            return self._statement(flat, found, "sentence", scope="elsewhere", certain=False)
        if subject is not None and (not loose or where.license is not None or self._describes(where.section)):
            return self._statement(flat, found, "sentence", scope="this", certain=not loose)
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

    def _subject(self, text: str, found: list[Name]) -> tuple[re.Match[str], bool] | None:
        """The words for this model (dataset, Space), where the sentence says that it is under one of the names; whether they are loose."""
        for form in self.words.sentences(self.kind):
            for subject in islice(form.this.finditer(text), 5):
                verb = form.under.search(text, subject.end(), subject.end() + 120)
                named = next((name for name in found if verb and form.close.fullmatch(text, verb.end(), name.start)), None)
                if named and form.after.search(text, named.end, named.end + 15):
                    return subject, form.loose
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


def _pieces(flat: _Flat) -> Iterator[_Flat]:
    """The sentences of a piece of text that are short enough to read."""
    start = 0
    for end, after in [*((match.start(), match.end()) for match in _SENTENCE_END.finditer(flat.text)), (len(flat.text), 0)]:
        if end - start <= _LONGEST_SENTENCE:
            yield flat.cut(start, end)
        start = after
