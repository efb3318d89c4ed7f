"""The files that are there, as a link sees them: also those that are not to be checked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cardlint.errors import Unreadable
from cardlint.files import Files
from cardlint.source import Excluding, innermost

if TYPE_CHECKING:
    from cardlint.repository import Repository


def present(repository: Repository) -> Files | None:
    """Every file of the repository, excluded ones too; None where only the card is known. Raises Unreadable."""
    source = repository.source
    if not source.listed:
        return None
    while isinstance(source, Excluding):
        source = source.source
    files = repository.listing if source is repository.source else Files(source)
    files.by_path  # noqa: B018 - a listing that fails has to fail here
    assert_whole(repository)
    return files


def assert_whole(repository: Repository) -> None:
    """Raise Unreadable where only a part of the files is known: what is not among them may be there all the same."""
    if not getattr(innermost(repository.source), "whole", True):
        raise Unreadable("offline: the local cache holds only some files of this commit, and does not say which others there are")
