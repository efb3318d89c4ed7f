"""What the sections of a card are about, by their headings, in the languages cards are written in."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from cardlint.substance import has_substance
from cardlint.vocabulary import load_vocabulary

if TYPE_CHECKING:
    from cardlint.markdown import Markdown, Section


class Topics:
    """The sections of one card by topic; topics are the ids of the vocabulary `sections`."""

    def __init__(self, markdown: Markdown) -> None:
        self.markdown = markdown

    @cached_property
    def _of(self) -> dict[int, frozenset[str]]:
        values = load_vocabulary("sections").values
        known = {heading: topic for topic, about in values.items() for headings in about["headings"].values() for heading in headings}
        return {
            id(section): frozenset({known[section.title.lower()]} & {*values})
            for section in self.markdown.sections
            if section.title.lower() in known
        }

    def of(self, section: Section) -> frozenset[str]:
        """The topics a section's heading names; a heading may name several ("Intended uses & limitations")."""
        return self._of.get(id(section), frozenset())

    def sections(self, *topics: str) -> tuple[Section, ...]:
        """The sections whose headings name any of these topics, in order."""
        return tuple(section for section in self.markdown.sections if self.of(section) & {*topics})

    def present(self, *topics: str) -> bool:
        """Whether the card speaks of any of these topics: a section of that meaning, empty or not."""
        return bool(self.sections(*topics))

    def covered(self, *topics: str) -> bool:
        """Whether some section on any of these topics says something, itself or in its subsections."""
        return any(has_substance(self.markdown, section.body) for section in self.sections(*topics))
