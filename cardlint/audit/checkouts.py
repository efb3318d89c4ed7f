"""The repositories in a folder of checkouts."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from cardlint.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

DEEPEST = 3  # `folder/kind/namespace/name`
MOST_FOLDERS = 200_000
_SIGNS = (".git", "README.md", ".gitattributes")


def checkouts(folder: Path) -> Iterator[Path]:
    """The folder itself where it is a repository, else those below it, sorted. Raises UsageError where there is none.

    What is found is not entered, nor are links and hidden folders.
    """
    if _is_repository(folder):
        yield folder
        return
    found = False
    for path in _below(folder):
        found = True
        yield path
    if not found:
        signs = ", ".join(_SIGNS[:-1])
        raise UsageError(f"{folder} holds no repository to a depth of {DEEPEST} folders; one is told by {signs} or {_SIGNS[-1]} in it")


def _below(folder: Path) -> Iterator[Path]:
    """The repositories below a folder, in the order of their paths; bounded in depth and number of folders looked at."""
    pending = [(folder, 0)]
    looked = 0
    while pending:
        place, depth = pending.pop()
        looked += 1
        if looked > MOST_FOLDERS:
            raise UsageError(f"{folder} holds more than {MOST_FOLDERS:,} folders; give the folders of the checkouts in it")
        if depth and _is_repository(place):
            yield place
            continue
        if depth < DEEPEST:
            pending.extend((item, depth + 1) for item in reversed(_inside(place)))


def _inside(place: Path) -> list[Path]:
    """The folders in a folder, sorted, without links and hidden ones. Raises UsageError for one that cannot be read."""
    try:
        with os.scandir(place) as items:
            names = sorted(item.name for item in items if item.is_dir(follow_symlinks=False) and not item.name.startswith("."))
    except OSError as error:
        raise UsageError(f"{place} cannot be read: {error.strerror or error}") from error
    return [place / name for name in names]


def _is_repository(folder: Path) -> bool:
    return any(os.path.lexists(folder / name) for name in _SIGNS)
