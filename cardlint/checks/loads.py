"""Loads from the Hub: whether they are pinned, and what pins them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cardlint.checks.links import quoted
from cardlint.problem import Edit, Problem

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cardlint.loads import Loads, Use

_WHERE = {"github": "GitHub"}


def unpinned(loads: Loads) -> Iterator[Problem]:
    """Loads that name no commit: none at all, a branch, a tag, or a shortened hash."""
    for use in loads.uses:
        if use.pin not in {"commit", "unknown"}:
            yield Problem(_message(use), use.span, use.id)
    loads.code.require_whole()


def _message(use: Use) -> str:
    what, revision = quoted(use.id), quoted(use.revision or "")
    if use.pin == "branch":
        return f"{what} is loaded from {revision}, a branch, which moves with every push; name the 40 digits of a commit"
    if use.pin == "tag":
        return f"{what} is loaded at {revision}, a tag, which can be moved; name the 40 digits of a commit"
    if use.pin == "short":
        return f"{what} is loaded at {revision}, which is no whole commit and may be a branch; write all of its 40 digits"
    if not use.pinnable:
        return f"{what} is loaded without a revision, and {use.loader} takes none; download it at a commit and load that"
    return f"{what} is loaded without a revision, so whatever is newest that day runs; name the 40 digits of a commit"


def pinned(use: Use, commit: str) -> tuple[Edit, ...]:
    """The edit that pins a load to a commit, 40 hexadecimal digits; nothing where none is certain to do so."""
    if use.mend is None:
        return ()
    return (Edit(use.mend.span, f"{use.mend.before}{commit}{use.mend.after}"),)
