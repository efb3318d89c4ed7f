"""What a card speaks of: its sections by topic, in the languages cards are written in, and what stands in it without a heading."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from itertools import islice
from typing import TYPE_CHECKING

from cardlint.headings import OTHER, Reading, folded, languages, read_heading, unspaced, words
from cardlint.substance import has_substance
from cardlint.text import Span
from cardlint.vocabulary import load_vocabulary
from cardlint.weights.cached import cached_property
from cardlint.weights.patterns import lazily

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from cardlint.markdown import Link, Markdown, Section, Snippet

# A label at the beginning of a paragraph or list item: "**Limitations:** …".
_LABEL = lazily(
    r"^[ \t>]*(?:[-*+][ \t]+)?(\*\*|__)(?P<label>(?:(?!\1)[^\n]){2,80}?)[ \t]*(?:[:：]\1|\1[ \t]*(?:[:：]|$))",  # noqa: RUF001 - people write it
    re.MULTILINE,
)
# One that nobody made bold: "Usage: see the notebook". It counts where it is a heading people write.
_PLAIN = lazily(
    r"^[ \t>]*(?:[-*+][ \t]+)?(?P<label>[^\W\d_][^\n:：*_`<>\[\]|]{1,39})(?::(?=[ \t]+\S)|：)",  # noqa: RUF001 - people write it
    re.MULTILINE,
)
_BIBTEX = lazily(r"^[ \t>`]*@[a-z]+\s*\{", re.IGNORECASE | re.MULTILINE)
# The scripts that tell a language where no heading does.
_SCRIPTS = {"ja": "\u3041-\u30fa", "ko": "\uac00-\ud7af", "zh": "\u4e00-\u9fff", "ru": "\u0400-\u04ff", "ar": "\u0600-\u06ff"}
_SHOWN_CHARACTERS = 20_000
# Of more headings or labels than these a reader takes no notice either, and reading one costs a quarter of a millisecond.
_MOST_HEADINGS = 4000
_MOST_PLAIN = 1000
_LONGEST_TARGET = 500
_LONGEST_SAID = 2000
# Who made a thing is named this close before a link to them, which is short: papers and repositories have longer paths.
_BEFORE = 60
_CODE_HOST = lazily(r"https?://(?:www\.)?(?:github|gitlab|gitee)\.com/", re.IGNORECASE)
_HOME = lazily(r"https?://[^/]+(?:/[^/]*)?/?", re.IGNORECASE)
# A snippet in a section on one of these shows how to use the thing; in another it shows a record, a metric, a reference.
_USE = frozenset({"description", "how-to-use", "intended-use", "inputs-outputs", "limitations"})


class Topics:
    """What one card speaks of; topics are the ids of the vocabulary `sections`."""

    def __init__(self, markdown: Markdown) -> None:
        self.markdown = markdown

    def of(self, section: Section) -> frozenset[str]:
        """The topics a section's heading names; a heading may name several ("Intended uses & limitations").

        One of several without text of its own means those that its subsections name ("Training", over "Training data").
        """
        return self._of.get(id(section), frozenset())

    def sections(self, *topics: str) -> tuple[Section, ...]:
        """The sections whose headings name any of these topics, in order."""
        return tuple(section for section in self.markdown.sections if self.of(section) & {*topics})

    def present(self, *topics: str) -> bool:
        """Whether the card speaks of any of these topics: a section of that meaning, empty or not, or what needs no heading."""
        return bool(self.sections(*topics)) or bool(self.shown & {*topics})

    def covered(self, *topics: str) -> bool:
        """Whether the card says something on any of these topics, in a section, its subsections, or without a heading."""
        return bool(self.shown & {*topics}) or any(has_substance(self.markdown, section.body) for section in self.sections(*topics))

    @cached_property
    def lead(self) -> tuple[Span, ...]:
        """The prose that introduces the card: before any heading, and below the title and the headings right under it."""
        sections, content = self.markdown.sections, self.markdown.text.content
        spans = [self.markdown.text.span(self.markdown.body.start, sections[0].span.start if sections else len(content))]
        for section, reading in zip(sections, self._readings, strict=True):
            if reading.topics and "description" not in reading.topics:
                break
            spans.append(section.own)
            if has_substance(self.markdown, section.own):
                break
        return tuple(spans)

    @cached_property
    def shown(self) -> frozenset[str]:
        """The topics of which the card says something without a heading: lead prose, labels, a snippet, a BibTeX entry."""
        return frozenset(self._shown())

    @cached_property
    def language(self) -> str:
        """The language most headings are in; where none tells, the one whose script the card is written in, else English."""
        counted = Counter(name for reading in self._readings if reading.topics for name in reading.languages)
        if counted:
            return max(languages(), key=lambda name: counted[name])
        letters = self.markdown.text.content[self.markdown.body.start :][:_SHOWN_CHARACTERS]
        return next((name for name, script in _SCRIPTS.items() if len(re.findall(f"[{script}]", letters)) * 4 > len(letters)), "en")

    @cached_property
    def _readings(self) -> list[Reading]:
        sections = self.markdown.sections
        read = [read_heading(section.title) for section in sections[:_MOST_HEADINGS]]
        return read + [Reading()] * (len(sections) - len(read))

    @cached_property
    def _of(self) -> dict[int, frozenset[str]]:
        found: dict[int, frozenset[str]] = {}
        below: list[tuple[int, frozenset[str]]] = []
        for section, reading in zip(reversed(self.markdown.sections), reversed(self._readings), strict=True):
            within: frozenset[str] = frozenset()
            while below and below[-1][0] > section.level:
                within |= below.pop()[1]
            topics = reading.topics - {OTHER}
            if len(topics) > 1 and topics & within and not has_substance(self.markdown, section.own):
                topics &= within
            found[id(section)] = topics
            below.append((section.level, topics | within))
        return found

    def _shown(self) -> Iterator[str]:
        if any(has_substance(self.markdown, span) for span in self.lead):
            yield "description"
        if _BIBTEX.search(self.markdown.text.content, self.markdown.body.start):
            yield "citation"
        if any(self._shows_use(snippet) for snippet in self.markdown.snippets):
            yield "how-to-use"
        if any(re.search(words, self._sentences) for words in load_vocabulary("sections").values["intended-use"]["words"]):
            yield "intended-use"
        if self._leads_to_people():
            yield "contact"
        yield from self._labelled()

    @cached_property
    def _sentences(self) -> str:
        """The beginnings of the paragraphs, each on a line of its own."""
        cut = (self.markdown.text.content[span.start : min(span.end, span.start + _LONGEST_SAID)] for span in self.markdown.paragraphs)
        return "\n\n".join(" ".join(text.split()) for text in islice(cut, _MOST_PLAIN))

    def _leads_to_people(self) -> bool:
        """Whether there is an address or a link to where people are met: issues, discussions, a profile."""
        about = load_vocabulary("sections").values["contact"]
        prose, links = self.markdown.prose, re.compile("|".join(about["links"]), re.IGNORECASE)
        return any(re.search(words, prose) for words in about["words"]) or any(
            links.search(link.target[:_LONGEST_TARGET]) or self._is_of_makers(link, about) for link in self.markdown.links
        )

    def _is_of_makers(self, link: Link, about: Mapping[str, list[str]]) -> bool:
        """Whether a link leads to whoever the words before it say made the thing ("developed by …", "the original repository")."""
        if link.image or len(link.target) > _LONGEST_TARGET:
            return False
        before = self.markdown.text.content[max(0, link.span.start - _BEFORE) : link.span.start]
        if _CODE_HOST.match(link.target):
            return any(re.search(words, f"{before.rstrip('[')}{link.text}") for words in about["code"])
        return _HOME.fullmatch(link.target) is not None and any(re.search(words, before) for words in about["makers"])

    def _shows_use(self, snippet: Snippet) -> bool:
        """Whether a snippet looks like code to run, and stands where such code belongs."""
        signs: list[str] = load_vocabulary("sections").values["how-to-use"]["signs"]
        if not any(sign in snippet.code for sign in signs):
            return False
        above = self.markdown.sections[: bisect_right(self._starts, snippet.span.start)]
        topics = self.of(above[-1]) if above else frozenset()
        return not topics or bool(topics & _USE)

    @cached_property
    def _starts(self) -> list[int]:
        return [section.span.start for section in self.markdown.sections]

    def _labelled(self) -> Iterator[str]:
        """The topics of lines that begin with a label and say something behind it."""
        for label, value in islice(self._labels(), _MOST_HEADINGS):
            topics = read_heading(label).topics - {OTHER}
            if topics and has_substance(self.markdown, value):
                yield from topics

    def _labels(self) -> Iterator[tuple[str, Span]]:
        """Labels, each with what stands behind it up to the next of its kind."""
        left = _MOST_PLAIN
        for span in self.markdown.paragraphs:
            text = self.markdown.text.cut(span)
            bold = list(_LABEL.finditer(text)) if "**" in text or "__" in text else []
            found = list(islice(_PLAIN.finditer(text), left)) if ":" in text or "：" in text else []  # noqa: RUF001 - people write it
            left -= len(found)
            for labels in (bold, [label for label in found if _speaks(label["label"])]):
                ends = [*(label.start() for label in labels[1:]), len(text)]
                for label, end in zip(labels, ends, strict=False):
                    yield label["label"], Span(span.path, span.start + label.end(), span.start + end)
        for span in unspaced(self.markdown):
            at = bisect_right(self._starts, span.start)
            end = self._starts[at] if at < len(self._starts) else self.markdown.body.end
            yield self.markdown.text.cut(span).lstrip(" #"), Span(span.path, span.end, end)


def _speaks(label: str) -> bool:
    """Whether a label that is not set in bold tells a topic by itself; "Result: …" is mostly the output of a model."""
    known = load_vocabulary("sections").values
    topics = read_heading(label).topics - {OTHER}
    return bool(topics) and not any(words(folded(label)) in known[topic].get("not_plain", ()) for topic in topics)
