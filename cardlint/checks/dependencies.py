"""What a repository asks others for: whether the same comes tomorrow, and from whom."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cardlint.checks.links import quoted
from cardlint.code.needs import FIXED, normal, without_credentials
from cardlint.errors import Inapplicable
from cardlint.problem import Problem
from cardlint.text import Span

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cardlint.code.needs import Index, Need, Pin, Sort
    from cardlint.dependencies import Carrier, Dependencies
    from cardlint.problem import Severity
    from cardlint.repository import Identity

# What is said of each, with the name; a sort of need in a state that is not here is settled.
_UNPINNED: dict[tuple[Sort, Pin], str] = {
    ("package", "none"): "{} has no version, so each build may bring another; write == and the version it works with",
    ("package", "range"): "{} has a range of versions, so each build may bring another; write == and the version it works with",
    ("repository", "none"): "{} comes from whatever its repository holds on that day; write @ and the full commit",
    ("repository", "ref"): "{} comes from a branch or tag, which can be moved; write the full commit of 40 digits",
    ("address", "none"): "{} comes from an address without a hash, and what lies there can be changed; give its SHA-256",
    ("image", "none"): "{} has no tag, so each build may bring another image; write a tag and its digest (@sha256:…)",
    ("image", "branch"): "{} has a tag that moves with every release; write a tag of one version and its digest (@sha256:…)",
    ("image", "tag"): "{} has a tag, which can be moved; add its digest (@sha256:…)",
    ("action", "branch"): "{} follows a branch; write the full commit of a release, which is reviewed once",
    ("action", "tag"): "{} has a tag, which its owner can move; write the full commit, and the tag in a comment",
}


def unpinned(dependencies: Dependencies, repository: Identity, *, moving: list[str]) -> Iterator[Problem]:
    """What may be another thing at the next build. Of a card nothing is said: its readers choose their versions.

    `moving` are packages that are best taken as they are, like the installer itself. A Space is an application: of the project
    in it, ranges are reported too.
    """
    if not dependencies.listed:
        raise Inapplicable("the other files of the repository are not known")
    beside = {normal(name) for name in moving}
    for carrier in dependencies.carriers:
        if carrier.shown or carrier.locked:
            continue
        for need in _asked(carrier, application=repository.kind == "space"):
            if need.pin not in FIXED and (need.sort != "package" or normal(need.name) not in beside):
                yield _loose(need, carrier)
    yield from _unread(dependencies)


def _asked(carrier: Carrier, *, application: bool) -> Iterator[Need]:
    yield from carrier.needs
    yield from (need for need in carrier.loose if application or need.sort != "package")


def _loose(need: Need, carrier: Carrier) -> Problem:
    message = _UNPINNED[need.sort, need.pin].format(quoted(need.name))
    at_most: Severity | None = "note" if need.pin == "tag" else None
    return Problem(message, Span(carrier.path, need.start, need.end), need.name, at_most=at_most)


def _unread(dependencies: Dependencies) -> Iterator[Problem]:
    """Raise what stood in the way of a file, once everything else was said."""
    yield from ()
    for obstacle in dependencies.unread:
        raise obstacle


def extra_index(dependencies: Dependencies, *, vendors: list[str]) -> Iterator[Problem]:
    """Indexes that an installer asks beside the main one. `vendors` begin addresses of those that everybody knows, in lower case."""
    for carrier in dependencies.carriers:
        for index in carrier.indexes:
            yield _extra(index, carrier, tuple(vendors))
    yield from _unread(dependencies)


def _extra(index: Index, carrier: Carrier, vendors: tuple[str, ...]) -> Problem:
    url = without_credentials(index.url)
    shown = quoted(url)
    span = Span(carrier.path, index.start, index.end)
    if index.first:
        message = f"{shown} is asked before the main index for every package; let only those come from it that are meant (explicit = true)"
        return Problem(message, span, url, at_most="note")
    if url.lower().startswith(vendors):
        message = f"{shown} is asked beside PyPI for every package; install what comes from it in a step of its own, with --index-url"
        return Problem(message, span, url, at_most="note")
    message = (
        f"{shown} is asked beside the main index, and the higher version wins: whoever takes a name of yours on the other one is "
        "installed; give one index alone that serves both"
    )
    return Problem(message, span, url)
