"""What the conditions of policies ask of a repository beside its kind and name, by the names they have there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cardlint.errors import Obstacle
from cardlint.nodes import strings

if TYPE_CHECKING:
    from collections.abc import Callable, Container

    from cardlint.repository import Repository


def _words(repository: Repository, *keys: str) -> list[str]:
    try:
        metadata = repository.fact("frontmatter")
    except Obstacle:
        return []
    return [word for key in keys for word in strings(metadata.get(key))]


def _relation(repository: Repository) -> tuple[str]:
    from cardlint.nature import relation  # few policies ask

    return (relation(repository),)


def _modalities(repository: Repository) -> Container[str]:
    from cardlint.nature import modalities

    return modalities(repository)


TRAITS: dict[str, Callable[[Repository], Container[str]]] = {
    "task": lambda repository: _words(repository, "pipeline_tag", "task_categories"),
    "tag": lambda repository: _words(repository, "tags"),
    "library": lambda repository: _words(repository, "library_name"),
    "relation": _relation,
    "modality": _modalities,
}
