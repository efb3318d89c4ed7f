"""Fact paths: `fact[.key|.*]…`. They say what a rule reads before it runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cardlint.nodes import Mapping, Scalar, Sequence, is_null, join

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cardlint.repository import Repository


def each(repository: Repository, path: str) -> Iterator[tuple[str, Any]]:
    """Every value at a path, with its name. A path that leads nowhere, or to null, yields nothing. Raises Obstacle.

    `*` on a lone scalar is that scalar: the Hub reads `tags: nlp` as a list of one.
    """
    yield from _values(repository, path)


def whole(repository: Repository, path: str) -> Any:  # noqa: ANN401 - facts have the type their name says
    """The one value at a path, or None. Raises Obstacle."""
    return next((value for _, value in _values(repository, path)), None)


def _values(repository: Repository, path: str) -> list[tuple[str, Any]]:
    fact, *steps = path.split(".")
    values: list[tuple[str, Any]] = [("", repository.fact(fact))]
    for step in steps:
        values = [found for subject, value in values for found in _step(subject, value, step)]
    return [item for item in values if item[1] is not None]


def _step(subject: str, value: Any, step: str) -> Iterator[tuple[str, Any]]:  # noqa: ANN401
    if step == "*":
        yield from _all(subject, value)
    elif isinstance(value, Mapping) and (found := value.get(step)) is not None:
        yield join(subject, step), found


def _all(subject: str, value: Any) -> Iterator[tuple[str, Any]]:  # noqa: ANN401
    if isinstance(value, Mapping):
        yield from ((join(subject, entry.name), entry.value) for entry in value.effective() if not is_null(entry.value))
    elif isinstance(value, Sequence):
        yield from ((join(subject, index), item) for index, item in enumerate(value.items) if not is_null(item))
    elif isinstance(value, Scalar):
        yield subject, value
    elif value is not None:
        yield from (("", item) for item in value)
