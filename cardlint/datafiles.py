"""Which files of a repository a pattern of `data_files` names, as the `datasets` library resolves it.

The semantics were found by running datasets 5.2.0 with fsspec 2026.9, and are compared with both in tests/reference.
A path is POSIX and relative to the repository's root.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from cardlint.datafiles_defaults import defaults
from cardlint.errors import Unreadable
from cardlint.weights.cached import cached_property
from cardlint.weights.patterns import lazily

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_MAGIC = lazily(r"[*?\[]")
_ELSEWHERE = lazily(r"[A-Za-z][A-Za-z0-9+.-]*://|.*::", re.DOTALL)
# Steps that lead nowhere, which the library takes back only before the first wildcard.
_DOTS = lazily(r"/\.{1,2}(?:/|\Z)")
_CLASS = lazily(r"\[(!?)(\]?[^\]]*)\]")
_CHUNK = lazily(r"\[!?\]?[^\]]*\]|[^\[]+|\[")
# Comparisons of one path with one pattern: some three seconds' worth. A card of ten thousand patterns would ask for hours.
MOST_COMPARED = 20_000_000
_LONGEST = 4096
_FEW = 3


class GluedError(ValueError):
    """A pattern has `**` together with other characters in one step, which the library refuses."""


class Pattern(NamedTuple):
    """A pattern made ready: its normalised text; of one with wildcards the steps before them, a text all it matches has, an expression."""

    text: str
    prefix: str
    needle: str
    expression: re.Pattern[str] | None


def is_elsewhere(pattern: str) -> bool:
    """Whether a pattern names files outside of any repository (`https:`, `hf:`, a member of an archive), which nobody judges here."""
    return _ELSEWHERE.match(pattern) is not None


def has_wildcard(pattern: str) -> bool:
    """Whether any character of a pattern is a wildcard."""
    return _MAGIC.search(pattern) is not None


def within(folder: str, pattern: str) -> str:
    """A pattern as seen from the root, where it is relative to a folder."""
    return pattern if pattern.startswith("/") or not folder else f"{folder.rstrip('/')}/{pattern}"


class Tree:
    """The paths of one repository, against which patterns are resolved. All comparisons together are bounded."""

    def __init__(self, paths: Iterable[str], compared: list[int] | None = None) -> None:
        self.paths = sorted(paths)
        self._compared = compared or [0]
        self._found: dict[str, list[str]] = {}
        self._inside: dict[str, Tree] = {}

    def inside(self, folder: str) -> tuple[str, Tree]:
        """A folder as the beginning of its paths, and what lies in it, by paths relative to it; comparisons are counted together."""
        steps = None if folder.startswith(("/", "~")) else _steps(folder)
        if steps is None:
            return "", Tree((), self._compared)
        prefix = "".join(f"{step}/" for step in steps)
        if prefix not in self._inside:
            start, end = self.below(prefix)
            self._compared[0] += end - start
            self._inside[prefix] = Tree((path[len(prefix) :] for path in islice(self.paths, start, end)), self._compared)
        return prefix, self._inside[prefix]

    @cached_property
    def known(self) -> frozenset[str]:
        """The paths, to look one up."""
        return frozenset(self.paths)

    @cached_property
    def folders(self) -> frozenset[str]:
        """Every folder that holds something, at any depth."""
        found: set[str] = set()
        for path in self.paths:
            while (path := path.rpartition("/")[0]) and path not in found:
                found.add(path)
        return frozenset(found)

    def resolve(self, pattern: str) -> list[str]:
        """The files a pattern names, sorted. Raises GluedError, and Unreadable where there are too many to compare."""
        if pattern not in self._found:
            self._found[pattern] = [path for path in self.matched(pattern) if not ignored(path, pattern)]
        return self._found[pattern]

    def matched(self, pattern: str) -> Iterator[str]:
        """The same with the files the library leaves out: hidden ones and those that hold no data."""
        ready = prepare(pattern)
        if ready is None:
            return
        if ready.expression is None:
            yield from (path for path in (ready.text,) if path in self.known)
            return
        start, end = self.below(ready.prefix)
        self._compared[0] += end - start
        if self._compared[0] > MOST_COMPARED:
            raise Unreadable(f"`configs` has more patterns than are compared with {len(self.paths):,} files")
        for path in islice(self.paths, start, end):
            if ready.needle in path and ready.expression.fullmatch(path):
                yield path

    def below(self, prefix: str) -> tuple[int, int]:
        """Where the paths that begin with a prefix begin and end among all paths."""
        return bisect_left(self.paths, prefix), bisect_right(self.paths, prefix, key=lambda path: path[: len(prefix)])


@lru_cache(maxsize=4096)
def prepare(pattern: str) -> Pattern | None:
    """A pattern made ready; None where it leads out of the repository or cannot name anything. Raises GluedError."""
    if pattern.startswith(("/", "~")) or len(pattern) > _LONGEST:
        return None
    if any("**" in step and step != "**" for step in pattern.split("/")):
        raise GluedError(pattern)
    literal = _MAGIC.split(pattern, maxsplit=1)[0]
    dead = literal != pattern and ("//" in pattern or _DOTS.search(pattern, len(literal)))
    steps = None if dead else _steps(pattern)
    if steps is None:
        return None
    at = next((number for number, step in enumerate(steps) if has_wildcard(step)), None)
    if at is None:
        return Pattern("/".join(steps), "", "", None)
    prefix = "".join(f"{step}/" for step in steps[:at])
    return Pattern("/".join(steps), prefix, _needle(steps), re.compile(_expression(steps), re.DOTALL))


def _steps(pattern: str) -> list[str] | None:
    """The steps of a pattern without `.`, empty ones and what `..` takes back; None where it leads out of the root."""
    steps: list[str] = []
    for step in pattern.split("/"):
        if step == ".." and not steps:
            return None
        if step == "..":
            steps.pop()
        elif step not in ("", "."):
            steps.append(step)
    return steps


def _needle(steps: list[str]) -> str:
    """The longest text that every path the steps match has in it."""
    return max((chunk for step in steps for chunk in re.split(r"[*?]|\[.*", step)), key=len, default="")


def _expression(steps: list[str]) -> str:
    """The steps as an expression that never takes long: before each `**` all that stands settles where it first fits."""
    blocks: list[list[str]] = [[]]
    for step in steps:
        if step == "**":
            blocks.append([])
        else:
            blocks[-1].append(step)
    expression = "/".join(map(_step, blocks[0])) + ("/" if blocks[0] and len(blocks) > 1 else "")
    for block in blocks[1:-1]:
        if block:
            expression += f"(?>(?:[^/]+/)*?{'/'.join(map(_step, block))}/)"
    if len(blocks) == 1:
        # Folders are looked into as deep as the pattern goes, so that a slash that `[!…]` would match is never met.
        return rf"(?!(?:[^/]*/){{{len(steps)}}}){expression}"
    return expression + (f"(?:[^/]+/)*{'/'.join(map(_step, blocks[-1]))}" if blocks[-1] else ".+")


def _step(step: str) -> str:
    """One step as an expression; every `*` but the last settles on the first place that will do."""
    if step == "*":
        return "[^/]+"
    first, *rest = ("".join(map(_literal, _CHUNK.findall(part))) for part in _stars(step))
    # What `[!…]` matches may be a slash, so that the first place need not be the right one.
    group = "(?:" if "[!" in step and len(rest) <= _FEW else "(?>"
    settled = "".join(f"{group}[^/]*?{part})" for part in rest[:-1])
    return first + settled + (f"[^/]*{rest[-1]}" if rest else "")


def _stars(step: str) -> list[str]:
    """The parts of a step between its `*`, those inside of `[…]` being no wildcards."""
    parts = [""]
    for chunk in _CHUNK.findall(step):
        if _CLASS.fullmatch(chunk):
            parts[-1] += chunk
        else:
            first, *rest = chunk.split("*")
            parts[-1] += first
            parts.extend(rest)
    return parts


def _literal(chunk: str) -> str:
    held = _CLASS.fullmatch(chunk)
    if held is None:
        return "".join("[^/]" if char == "?" else re.escape(char) for char in chunk)
    return _choice(held[2], negated=bool(held[1]))


def _choice(held: str, *, negated: bool) -> str:
    """The characters between `[` and `]` as a class; a range that runs backwards holds nothing."""
    parts, at = [], 0
    while at < len(held):
        if held[at + 1 : at + 2] == "-" and at + 2 < len(held):
            if held[at] <= held[at + 2]:
                parts.append(f"{re.escape(held[at])}-{re.escape(held[at + 2])}")
            at += 3
        else:
            parts.append(re.escape(held[at]))
            at += 1
    if not parts:
        return "." if negated and held else "(?!)"
    return f"[{'^' if negated else ''}{''.join(parts)}]"


def ignored(path: str, pattern: str) -> bool:
    """Whether the library leaves out a file that a pattern matches, because the pattern does not ask for it by name."""
    steps = _steps(pattern) or []
    name = path.rpartition("/")[2]
    if name in defaults().ignored and steps[-1:] != [name]:
        return True
    held = path.split("/")
    return _count(held, ".") != _count(steps, ".") or _count(held[:-1], "__") != _count(steps[:-1], "__")


def _count(steps: list[str], mark: str) -> int:
    """How many steps begin with the mark of what is hidden."""
    return sum(step.startswith(mark) for step in steps)
