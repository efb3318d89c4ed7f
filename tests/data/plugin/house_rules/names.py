"""Checks of names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cardlint.problem import Problem

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cardlint.nodes import Scalar


def shouted(tag: Scalar, *, longest: int = 3) -> Iterator[Problem]:
    """Tags in capitals that are longer than an abbreviation."""
    if len(tag.raw) > longest and tag.raw.isupper():
        yield Problem(f'"{tag.raw}" is shouted; write it in lower case', tag.span)
