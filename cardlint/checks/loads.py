"""Loads from the Hub: whether they are pinned, whose code they let run, and what is fetched around the libraries."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cardlint.checks.links import quoted
from cardlint.problem import Cure, Problem, Related

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cardlint.loadcommits import Commits
    from cardlint.loads import Fetched, Loads, Risky, Trusted, Use
    from cardlint.problem import Edit

_SETTLED = frozenset({"commit", "unknown"})
_DIGITS = "the 40 digits of a commit"


def unpinned(loads: Loads, commits: Commits | None) -> Iterator[Problem]:
    """Loads that name no commit: none at all, a branch, a tag, or a shortened hash.

    Where the Hub can be asked, what loads the newest gets pinned to the commit that is the newest today.
    """
    for use in loads.uses():
        if use.pin not in _SETTLED:
            yield Problem(_unpinned(use), use.span, use.id, fix=_cure(use, commits))
    loads.require_whole()


def _cure(use: Use, commits: Commits | None) -> Cure | None:
    """The cure where it loads the head of main. What a tag, another branch or half a hash stands for is not asked."""
    if commits is None or use.mend is None or use.revision not in {None, "main"}:
        return None
    commit = commits.of(use.kind, use.id)
    edit = pinned(use, commit) if commit else None
    return Cure("unsafe", f"pin to {commit}, today's newest", (edit,)) if edit else None


def _unpinned(use: Use) -> str:
    what, revision = quoted(use.id), quoted(use.revision or "")
    if use.pin == "branch":
        return f"{what} is loaded from {revision}, a branch, which moves with every push; name {_DIGITS}"
    if use.pin == "tag":
        return f"{what} is loaded at {revision}, a tag, which can be moved; name {_DIGITS}"
    if use.pin == "short":
        return f"{what} is loaded at {revision}, which is no whole commit and may be a branch; write all of its 40 digits"
    if not use.pinnable:
        return f"{what} is loaded without a revision, and {use.loader} takes none; download it at a commit and load that"
    return f"{what} is loaded without a revision, so it is whatever is newest that day; name {_DIGITS}"


def pinned(use: Use, commit: str) -> Edit | None:
    """The edit that pins a load to a commit, given by its 40 hexadecimal digits; None where none is certain to."""
    return use.mend.to(commit) if use.mend is not None else None


def trusting(loads: Loads) -> Iterator[Problem]:
    """Code, commands and settings that let the code of a repository run; a note where commits say which code that is."""
    for trusted in loads.trusted():
        related = (Related("it is said here", trusted.entry),) if trusted.entry else ()
        mild = trusted.pinned or trusted.local
        subject = trusted.source or "trust_remote_code"
        yield Problem(_trusting(trusted), trusted.span, subject, related, at_most="note" if mild else None)
    loads.require_whole()


def _trusting(trusted: Trusted) -> str:
    whose = quoted(trusted.source) if trusted.source else "the repository"
    if trusted.local:
        return f"trust_remote_code runs the Python that lies in {whose}; read it, or leave this out"
    if trusted.pinned:
        return f"trust_remote_code runs the Python of {whose}, at a commit; read that one before you rely on it"
    return f"trust_remote_code runs whatever Python {whose} holds that day; leave it out, or pin `revision` to a commit you have read"


def fetched(loads: Loads) -> Iterator[Problem]:
    """Weights that are fetched by their address, or read from a path only the author has."""
    for item in loads.fetched():
        if item.download is not None:
            found = item.download
            message = f"{quoted(found.file)} of {quoted(found.id)} is fetched by hand{_state(item)}; {_instead(item)}"
            yield Problem(message, item.span, found.id)
        else:
            what = f"{quoted(item.path)} is a path of one machine"
            message = f"{what}; load from a repository of the Hub at a commit, or take the path as an argument"
            yield Problem(message, item.span, item.path)
    loads.require_whole()


def _state(item: Fetched) -> str:
    assert item.download is not None
    return "" if item.download.pin == "commit" else ", from an address whose content can change"


def _instead(item: Fetched) -> str:
    assert item.download is not None
    command = f"hf download {item.download.id} {item.download.file} --revision COMMIT"
    return f"use hf_hub_download or `{command}`, which check, resume and cache"


def risky(loads: Loads, *, advice: dict[str, str]) -> Iterator[Problem]:
    """Loads that may run code out of the file; a note where nobody can see where the file comes from.

    `advice` says what to do instead of calls that begin with a name, the longest counts.
    """
    for item in loads.risky():
        known = item.far or item.held
        yield Problem(_risky(item, advice), item.span, item.called, at_most=None if known else "note")
    loads.require_whole()


def _risky(item: Risky, advice: dict[str, str]) -> str:
    what = "the file"
    if item.far:
        what = "a file that is downloaded"
    elif item.held:
        what = quoted(item.path)
    name = max((name for name in advice if item.called.startswith(name)), key=len)
    return f"{item.called} runs whatever code {what} holds; {advice[name]}"
