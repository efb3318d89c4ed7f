"""What the sections say, and what was left in them that nobody wrote."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from itertools import islice
from typing import TYPE_CHECKING

from cardlint.placeholders import known
from cardlint.problem import Problem, Related
from cardlint.substance import Placeholder, substance
from cardlint.weights.named import NamedTuple
from cardlint.weights.patterns import lazily

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterator

    from cardlint.markdown import Markdown, Section
    from cardlint.topics import Topics

_SHOWN = 60
_RELATED = 20
_FINDINGS = 50
_BEGINNING = 400
# A heading that is longer, or tells a value, is a statement in large letters.
_WORDS = 9
_VALUE = lazily(r"(?::\s|：)\s*\S")  # noqa: RUF001 - they occur in cards
# How titles are written; a banner in HTML may stand above the one in Markdown.
_FORMS = (frozenset({"atx", "setext"}), frozenset({"html"}))


class Empty(NamedTuple):
    """A section that says nothing, nor any of its subsections; `inside` are those."""

    section: Section
    inside: list[Section]


def section_empty(topics: Topics, *, never_waived: list[str]) -> Iterator[Problem]:
    """Headings with nothing below them. `never_waived` are the topics to which "N/A" is no answer."""
    subjects = _Subjects(topics)
    for section, inside in _empties(topics, frozenset(never_waived)):
        related = tuple(Related("this too", other.span) for other in inside[:_RELATED])
        yield Problem(_message(topics.markdown, section, inside), section.span, subjects.of(section), related)


def _message(markdown: Markdown, section: Section, inside: list[Section]) -> str:
    title = _cut(section.title)
    if inside:
        count = len(inside)
        return (
            f'"{title}" says nothing, nor {"does its subsection" if count == 1 else f"do its {count} subsections"}; fill in or remove them'
        )
    found = substance(markdown)
    if found.waives(section.own):
        return f'"{title}" has no other answer than "not applicable"; say why, or what is known'
    left = any(section.own.start <= item.span.start < section.own.end for item in found.placeholders if item.kind != "unfilled")
    what = "holds only a placeholder" if left else "has nothing below it"
    return f'"{title}" {what}; fill it in or remove the heading'


def _empties(topics: Topics, never_waived: frozenset[str]) -> Iterator[Empty]:
    """The outermost empty sections."""
    sections, found = topics.markdown.sections, substance(topics.markdown)
    titles = _titles(topics)
    behind = 0
    for index, section in enumerate(sections):
        body = section.body
        if section.span.start < behind or found.says(body) or found.lists_contents(body):
            continue
        if index in titles or not _heads(topics, section) or _runs_on(sections[index + 1 : index + 2]):
            continue
        if found.waives(body) and not topics.of(section) & never_waived:
            continue
        behind = body.end
        inside = [other for other in sections[index + 1 : index + 1 + _RELATED * 5] if other.span.start < behind]
        yield Empty(section, inside)


def _titles(topics: Topics) -> set[int]:
    """The places of the sections that are the card's title, or stand over a group of sections: they need not say anything."""
    sections = topics.markdown.sections
    firsts = (
        next((index for index, section in enumerate(sections) if section.level == 1 and section.form in forms), 0) for forms in _FORMS
    )
    groups = (index for index, section in enumerate(sections) if section.level == 1 and section.body != section.own)
    titles = {index for index in (0, *firsts, *groups) if index < len(sections)}
    return {index for index in titles if not topics.of(sections[index]) or (index == 0 and sections[0].body != sections[0].own)}


def _heads(topics: Topics, section: Section) -> bool:
    """Whether a heading promises text: people also set taglines and statements as headings, in HTML and in bold above all."""
    title = section.title
    if not title or _VALUE.search(title) or _leads_away(topics.markdown, section):
        return False
    if topics.of(section):
        return True
    statement = len(title.split()) > _WORDS or title.endswith((".", "!", ":", "。", "！"))  # noqa: RUF001 - they occur in cards
    return section.form in _FORMS[0] and not statement


def _leads_away(markdown: Markdown, section: Section) -> bool:
    """Whether the heading is itself a link to what it promises."""
    links = markdown.links
    at = bisect_left(links, section.span.start, key=lambda link: link.span.start)
    return any(link.span.start < section.span.end and not link.image for link in links[at : at + 1])


def _runs_on(following: tuple[Section, ...]) -> bool:
    """Whether what follows is no heading by intent: `##` for space, or a table whose dashes make a heading of its head."""
    return any(not section.title or (section.form == "setext" and section.title.startswith("|")) for section in following)


class _Subjects:
    """What findings about a section are about: its topic where that is clear, else its anchor."""

    def __init__(self, topics: Topics) -> None:
        self._topics = topics
        self._count = Counter(topic for section in topics.markdown.sections for topic in topics.of(section))

    def of(self, section: Section) -> str:
        """The topic of a section that is its only one and of which there is no other section; else the anchor or title."""
        about = self._topics.of(section)
        if len(about) == 1 and self._count[next(iter(about))] == 1:
            return next(iter(about))
        return section.anchor or section.title


def placeholder_text(topics: Topics, *, messages: dict[str, str], notes: list[str], never_waived: list[str]) -> Iterator[Problem]:
    """Placeholders, instructions and boilerplate of templates: one problem for each section that holds any.

    `messages` says what is wrong with each kind of the vocabulary `placeholders`; of the kinds in `notes` it is a note.
    """
    subject_of = _Places(topics, frozenset(never_waived)).subject
    for section, items in islice(_by_section(topics.markdown, messages), _FINDINGS):
        yield _problem(topics.markdown, items, subject_of(section), messages, notes)
    yield from _comments(topics.markdown, subject_of, messages, notes)


def _by_section(markdown: Markdown, kinds: Container[str]) -> Iterator[tuple[Section | None, list[Placeholder]]]:
    """The placeholders of each section's own text and heading; those above the first heading come with None."""
    starts = [section.span.start for section in markdown.sections]
    of: dict[int, list[Placeholder]] = {}
    for placeholder in substance(markdown).placeholders:
        if placeholder.kind in kinds:
            of.setdefault(bisect_right(starts, placeholder.span.start) - 1, []).append(placeholder)
    for index, items in of.items():
        yield (markdown.sections[index] if index >= 0 else None), items


def _problem(markdown: Markdown, items: list[Placeholder], subject: str, messages: dict[str, str], notes: list[str]) -> Problem:
    """One problem about the gravest of the placeholders, which names how many more there are."""
    first = min(items, key=lambda item: (item.kind in notes, item.span.start))
    others = [item for item in items if item is not first]
    message = f'"{_cut(markdown.text.cut(first.span))}" {messages[first.kind]}'
    if others:
        message += f" (and {len(others)} more like it)"
    related = tuple(Related("this too", item.span) for item in others[:_RELATED])
    return Problem(message, first.span, subject, related, at_most="note" if first.kind in notes else None)


def _comments(
    markdown: Markdown, subject_of: Callable[[Section | None], str], messages: dict[str, str], notes: list[str]
) -> Iterator[Problem]:
    """The comments of templates: those in empty sections each with its section, the others together."""
    found: dict[str, list[Placeholder]] = {}
    starts = [section.span.start for section in markdown.sections]
    for comment in markdown.comments:
        if kind := _kind_of_comment(comment.text):
            at = bisect_right(starts, comment.span.start) - 1
            section = markdown.sections[at] if at >= 0 else None
            subject = subject_of(section) if section and not substance(markdown).says(section.body) else "comment"
            found.setdefault(subject, []).append(Placeholder(kind, comment.span))
    for subject, items in islice(found.items(), _FINDINGS):
        yield _problem(markdown, items, subject, messages, notes)


def _kind_of_comment(text: str) -> str | None:
    if boilerplate := known().boilerplate(text[:_BEGINNING]):
        return boilerplate.kind
    return "comment" if known().starting(text, "comment") else None


class _Places:
    """Under which subject a placeholder is reported: that of the empty section it stands in, so that one finding is enough."""

    def __init__(self, topics: Topics, never_waived: frozenset[str]) -> None:
        self._subjects = _Subjects(topics)
        self._empty = [empty.section for empty in _empties(topics, never_waived)]
        self._starts = [section.span.start for section in self._empty]

    def subject(self, section: Section | None) -> str:
        """The subject for a section, None being what stands above the first heading."""
        if section is None:
            return "placeholder"
        at = bisect_right(self._starts, section.span.start) - 1
        outer = self._empty[at] if at >= 0 else None
        return self._subjects.of(outer if outer and section.span.start < outer.body.end else section)


def _cut(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 1]}…"
