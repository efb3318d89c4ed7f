"""What the bytes of a repository's files could do when they are loaded, and whether they are what they say they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cardlint.problem import Problem
from cardlint.source import any_of
from cardlint.weights.patterns import lazily

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from cardlint.problem import Severity
    from cardlint.weighing import Weighed, Weights
    from cardlint.weights.verdict import Evidence

_SHOWN = 3
_CACHE = "__pycache__"
_LONGEST = 300  # characters of one piece; names in a hostile file may be much longer
_SHA256 = lazily(r"[0-9a-f]{64}")


def blocked(weights: Weights, *, concerns: list[str], beside: list[str] | None = None, advice: str = "") -> Iterator[Problem]:
    """Files that are known to be dangerous, or are built to deceive. `advice` ends each message: what to do about it.

    What is known of one of these files in the concerns `beside` is said with it, right after the first piece of evidence.
    """
    for file in weights.noted:
        if found := file.evidence("block", *concerns):
            yield _problem(file, [found[0], *file.evidence("block", *(beside or ())), *found[1:]], advice)
    weights.complete()


def unvetted(  # noqa: PLR0913 - data of the rule
    weights: Weights, *, concerns: list[str], carried: list[str] | None = None, others: list[str] | None = None,
    vetted: dict[str, list[str]] | None = None, advice: str = "",
) -> Iterator[Problem]:  # fmt: skip
    """Files of which something is not vetted, not understood, or not read.

    Of files that run a pickle when they are loaded the concerns `carried` count too, of all others the concerns `others`.
    `vetted` has, by the SHA-256 of a file, the names in it that somebody has vetted; a file that changes is a finding again.
    So that they can be vetted, what has no name in its message is named behind it.
    """
    for file in weights.noted:
        found = file.evidence("review", *concerns, *((carried if file.carries_pickle else others) or ()))
        if found and vetted:
            allowed = vetted.get(file.reader.sha256, [])
            found = [item for item in found if item.about not in allowed]
        if found:
            yield _problem(file, [_named(item) for item in found], advice)
    weights.complete()


def _named(item: Evidence) -> Evidence:
    return item if item.about in item.message else item._replace(message=f"{item.message} ({item.about})")


def wrong(weights: Weights, *, concerns: list[str], advice: str = "") -> Iterator[Problem]:
    """Files that are not what they should be; what is merely not understood is at most a warning."""
    for file in weights.noted:
        if found := file.evidence("block", *concerns):
            yield _problem(file, [*found, *file.evidence("review", *concerns)], advice)
        elif found := file.evidence("review", *concerns):
            yield _problem(file, found, advice, at_most="warning")
    weights.complete()


def executable(weights: Weights, *, concerns: list[str], names: list[str], advice: str = "") -> Iterator[Problem]:
    """Native executables and bytecode; where the content is not here, what `names` (globs) says is one.

    Of what Python caches in a folder of its own the first file stands for all.
    """
    cached: dict[str, list[Problem]] = {}
    named = any_of(names)
    for file in weights.noted:
        problem = _executable(file, concerns, named)
        folder = file.path.rpartition("/")[0]
        if problem is not None and folder.rpartition("/")[2] == _CACHE:
            cached.setdefault(folder, []).append(problem)
        elif problem is not None:
            yield problem._replace(message=_advised(problem.message, advice))
    for first, *others in cached.values():
        message = f"{first.message} (and {len(others)} more in its folder)" if others else first.message
        yield first._replace(message=_advised(message, advice))
    weights.complete()


def _executable(file: Weighed, concerns: list[str], named: Callable[[str], bool]) -> Problem | None:
    if found := [*file.evidence("block", *concerns), *file.evidence("review", *concerns)]:
        return _problem(file, found)
    if file.judgement is None and named(file.path.lower()):
        return Problem("is a native executable, library or bytecode by its name", subject=file.path, path=file.path)
    return None


def _problem(file: Weighed, found: list[Evidence], advice: str = "", at_most: Severity | None = None) -> Problem:
    return Problem(_advised(_said(found), advice), subject=file.path, path=file.path, at_most=at_most)


def _advised(message: str, advice: str) -> str:
    return f"{message}; {advice}" if advice else message


def _said(evidence: list[Evidence]) -> str:
    """The first pieces of evidence in one message, and how many there are more."""
    parts = [_piece(item) for item in evidence[:_SHOWN]]
    more = len(evidence) - len(parts)
    return "; ".join(parts) + (f"; and {more} more" if more else "")


def _piece(item: Evidence) -> str:
    place = ", ".join(part for part in (_cut(item.member), "" if item.offset is None else f"byte {item.offset:,}") if part)
    reference = f" [{item.reference}]" if item.reference else ""
    return f"{f'{place}: ' if place else ''}{_cut(item.message)}{reference}"


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST // 2]}…{text[-_LONGEST // 2 :]}"


def _wrong_hashes(vetted: dict[str, list[str]] | None) -> str | None:
    wrong_keys = [key for key in vetted or () if not _SHA256.fullmatch(key)]
    return (
        f'"{wrong_keys[0][:80]}" is no SHA-256, which has 64 digits of 0-9 and a-f (as `sha256sum FILE` prints it)' if wrong_keys else None
    )


OPTION_ERRORS = {"unvetted": {"vetted": _wrong_hashes}}
