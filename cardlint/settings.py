"""The files of settings of a repository: YAML and TOML, and JSON that is called a configuration."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from cardlint.coding import whole
from cardlint.errors import Obstacle

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cardlint.coding import Piece
    from cardlint.repository import Repository

_NAMES = re.compile(r".*\.(?:ya?ml|toml)|(?:.*/)?[^/]*(?:config|settings|args|arguments|params|recipe)[^/]*\.json", re.IGNORECASE)
# No configuration is as long; vocabularies and data are.
_LONGEST = 300_000


def settings(repository: Repository, obstacles: list[Obstacle]) -> Iterator[Piece]:
    """Each file, as a piece; what cannot be read is put to the obstacles. What is longer than any configuration is left out."""
    if not repository.source.listed:
        return
    for entry in repository.fact("files"):
        if entry.outside or entry.size > _LONGEST or not _NAMES.fullmatch(entry.path):
            continue
        try:
            yield whole(repository.fact("contents").text(entry.path, _LONGEST), "yaml")
        except Obstacle as obstacle:
            obstacles.append(obstacle)
