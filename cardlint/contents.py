"""The contents of the files of a repository, read only when a check asks for them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cardlint.errors import Unreadable
from cardlint.jsonfile import JSON_BYTES, read_json

if TYPE_CHECKING:
    from cardlint.nodes import Node
    from cardlint.repository import Repository
    from cardlint.text import Text


class Contents:
    """What stands in the listed files of one repository. A check that asks twice remembers the answer itself."""

    def __init__(self, repository: Repository) -> None:
        self._repository = repository

    def text(self, path: str, limit: int) -> Text:
        """A file as text. Raises Unreadable where it has more than `limit` bytes, another Obstacle for a Git LFS pointer."""
        self._repository.listing.assert_held(path)
        text = self._repository.text(path, limit)
        if text.truncated:
            raise Unreadable(f"{path} is larger than {limit:,} bytes")
        return text

    def json(self, path: str) -> Node:
        """The document in a JSON file. Raises Unreadable where it is none."""
        return read_json(self.text(path, JSON_BYTES))
