"""The order of headings: one title, no skipped levels, anchors that lead to one place."""

from __future__ import annotations

from itertools import islice, pairwise
from typing import TYPE_CHECKING

from cardlint.headings import unspaced
from cardlint.problem import Problem, Related

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cardlint.markdown import Link, Markdown, Section

_SHOWN = 60
_RELATED = 20
_FINDINGS = 20


def disordered(markdown: Markdown) -> Iterator[Problem]:
    """Headings that are none, more than one title, skipped levels, and headings of a name that a link means one of.

    Bold lines have no level, and headings in HTML are set for their looks: neither counts.
    """
    written = [section for section in markdown.sections if section.form in {"atx", "setext"} and section.title]
    yield from _joined(markdown)
    yield from _titles(written)
    yield from _skipped(written)
    yield from islice(_ambiguous(markdown.sections, markdown.links), _FINDINGS)


def _joined(markdown: Markdown) -> Iterator[Problem]:
    """`#Title`, which is shown as it is written: one problem for all of them."""
    found = list(islice(unspaced(markdown), _RELATED + 1))
    if found:
        title = markdown.text.cut(found[0]).strip()
        marks = title[: len(title) - len(title.lstrip("#"))]
        message = f'"{_cut(title)}" is shown as text, not as a heading; put a blank behind the `{marks}`'
        yield Problem(message, found[0], "blank", tuple(Related("this too", span) for span in found[1:]))


def _titles(written: list[Section]) -> Iterator[Problem]:
    titles = [section for section in written if section.level == 1]
    if len(titles) > 1:
        message = f"the card has {len(titles)} titles (`#`); keep one, and make the others sections (`##`)"
        related = tuple(Related("this is a title too", section.span) for section in titles[1 : _RELATED + 1])
        yield Problem(message, titles[1].span, "title", related)


def _skipped(written: list[Section]) -> Iterator[Problem]:
    """One problem for each pair of levels between which something is left out."""
    jumps: dict[tuple[int, int], list[Section]] = {}
    for before, section in pairwise(written):
        if section.level > before.level + 1:
            jumps.setdefault((before.level, section.level), []).append(section)
    for (upper, lower), sections in jumps.items():
        more = f" ({len(sections)} times)" if len(sections) > 1 else ""
        message = f'"{_cut(sections[0].title)}" is of level {lower} below one of level {upper}{more}; write it with `{"#" * (upper + 1)}`'
        related = tuple(Related("this too", section.span) for section in sections[1 : _RELATED + 1])
        yield Problem(message, sections[0].span, f"level {upper} to {lower}", related)


def _ambiguous(sections: tuple[Section, ...], links: tuple[Link, ...]) -> Iterator[Problem]:
    """Headings that share a name which a link leads to: it reaches the first, while nobody links to the numbered ones."""
    linked: dict[str, Link] = {}
    for link in links:
        if link.target.startswith("#"):
            linked.setdefault(link.target[1:].lower(), link)
    alike: dict[str, list[Section]] = {}
    for section in sections:
        if section.form != "bold" and section.title:
            alike.setdefault(section.title.casefold(), []).append(section)
    for first, *others in alike.values():
        anchor = first.anchor.lower()
        if others and anchor in linked and not any(other.anchor.lower() in linked for other in others if other.anchor.lower() != anchor):
            link = linked[anchor]
            message = (
                f'"{_cut(first.title)}" heads {len(others) + 1} sections, and the link to #{_cut(first.anchor)} reaches only the first'
            )
            yield Problem(message, others[0].span, first.anchor, (Related("the first", first.span), Related("the link", link.span)))


def _cut(text: str) -> str:
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 1]}…"
