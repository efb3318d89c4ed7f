"""Configurations as text: the files that training and saving write, and the card's own metadata and code."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from cardlint.errors import Blocked, Obstacle, Unreadable
from cardlint.nodes import Scalar, walk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cardlint.markdown_facts import Snippet
    from cardlint.repository import Repository
    from cardlint.text import Text

# The log of a long training is part of its state.
CONFIG_BYTES = 20_000_000
_ABSENT = frozenset({"card-missing", "frontmatter-missing"})  # then there are no values, and nothing is left unread
MOST_FILES = 300


class Configs:
    """What is read only when a check asks for it; what could not be read is raised once the rest was given."""

    def __init__(self, repository: Repository) -> None:
        self._repository = repository

    def texts(self, patterns: list[str]) -> Iterator[Text]:
        """The files whose last step matches one of the patterns, in lower case. Raises the first obstacle after the last file."""
        if not self._repository.source.listed:
            return
        paths = [entry.path for entry in self._repository.listing if _matches(entry.path, patterns)]
        obstacle: Obstacle | None = None
        if len(paths) > MOST_FILES:
            obstacle = Unreadable(f"there are {len(paths):,} configurations, of which only {MOST_FILES} were looked at")
        for path in paths[:MOST_FILES]:
            try:
                yield self._repository.fact("contents").text(path, CONFIG_BYTES)
            except Obstacle as met:
                obstacle = obstacle or met
        if obstacle:
            raise obstacle

    def metadata(self) -> Iterator[tuple[str, Scalar]]:
        """Every value of the card's metadata that is no collection, with its name; nothing where there is none. Raises Obstacle."""
        try:
            metadata = self._repository.fact("frontmatter")
        except Blocked as obstacle:
            if obstacle.because in _ABSENT:
                return
            raise
        for name, node in walk(metadata):
            if isinstance(node, Scalar):
                yield name, node

    def snippets(self) -> tuple[Snippet, ...]:
        """The code blocks of the card. Raises Obstacle."""
        found: tuple[Snippet, ...] = self._repository.fact("snippets")
        return found


def _matches(path: str, patterns: list[str]) -> bool:
    name = path.rpartition("/")[2].lower()
    return any(fnmatchcase(name, pattern) for pattern in patterns)
