"""Paths that exist on one machine alone, in configurations and cards."""

from __future__ import annotations

import re
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

from cardlint.checks.links import quoted
from cardlint.code.needs import Script
from cardlint.problem import Problem
from cardlint.text import Span

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cardlint.configs import Configs
    from cardlint.problem import Severity

_TAIL = r"""[^\s"'`<>|;,(){}\[\]*$]*+"""
_LONGEST = 500


class _Path(NamedTuple):
    """A path, the folder that makes it somebody's, and where it stands; of one that a key gives, the key."""

    text: str
    root: str
    start: int
    end: int
    key: str = ""


class _Patterns(NamedTuple):
    anywhere: re.Pattern[str]
    keyed: re.Pattern[str]
    hints: tuple[str, ...]
    nobody: re.Pattern[str]
    shared: tuple[str, ...]


def private(  # noqa: PLR0913 - the data of the rule
    configs: Configs,
    *,
    files: list[str],
    keys: dict[str, str],
    homes: list[str],
    folders: list[str],
    shared: list[str],
    nobody: str,
) -> Iterator[Problem]:
    """Paths of one machine: in configurations one for each folder they lie in, and each that stands where a repository is meant.

    `files` are patterns of names of configurations; `keys` those of their keys that mean a repository, with the name that rules
    of the card have for it. `homes` hold a folder for each person, `folders` are others of one machine, in configurations alone.
    `shared` are beginnings that every machine of a service has; `nobody` is the pattern of names that stand for any person.
    """
    patterns = _patterns([*homes, *folders], keys, shared, nobody)
    for text in configs.texts(files):
        for path, more in _grouped(_paths(text.content, patterns)):
            message, at_most = _said(path, more, patterns)
            yield Problem(message, text.span(path.start, path.end), keys.get(path.key) or path.key or path.text, at_most=at_most)
    yield from _of_card(configs, _patterns(homes, {}, shared, nobody))


def _patterns(roots: list[str], keys: dict[str, str], shared: list[str], nobody: str) -> _Patterns:
    roots = sorted(roots, key=len, reverse=True)
    places = "|".join(re.escape(root) for root in roots)
    drive = r"[A-Za-z]:(?:\\{1,2}|/)Users(?:\\{1,2}|/)"
    anywhere = rf"(?:(?<=file://)|(?<![\w./\\:@~$}}-]))(?P<root>(?:{places}|{drive})(?P<who>[^\s\"'`/\\]++))[/\\]{_TAIL}"
    names = "|".join(re.escape(key) for key in keys) or "(?!)"
    keyed = rf"""(?<![\w-])["']?(?P<key>{names})["']?[ \t]*+[:=][ \t]*+["']?(?P<path>(?:/|[A-Za-z]:[\\/])[^\s"',}}]++)"""
    hints = (*(root.strip("/") for root in roots), "Users", *keys)
    return _Patterns(re.compile(anywhere), re.compile(keyed), hints, re.compile(nobody, re.IGNORECASE), tuple(shared))


def _paths(text: str, patterns: _Patterns) -> Iterator[_Path]:
    if not any(hint in text for hint in patterns.hints):
        return
    taken: set[int] = set()
    for match in patterns.keyed.finditer(text):
        start, end = match.span("path")
        taken.add(start)
        yield _Path(match["path"], "", start, end, match["key"])
    for match in patterns.anywhere.finditer(text):
        if match.start() not in taken and not patterns.nobody.fullmatch(match["who"]) and not match.group().startswith(patterns.shared):
            yield _Path(match.group(), match["root"], match.start(), match.end())


def _grouped(paths: Iterator[_Path]) -> list[tuple[_Path, int]]:
    """Paths that keys give, each, and of the others the first in each folder with the number of those after it."""
    groups: dict[tuple[str, str], list[_Path]] = {}
    for path in paths:
        groups.setdefault((path.key, path.text if path.key else path.root), []).append(path)
    return [(group[0], len(group) - 1) for group in groups.values()]


def _said(path: _Path, more: int, patterns: _Patterns) -> tuple[str, Severity | None]:
    shown = quoted(path.text[:_LONGEST])
    if path.key:
        at_most: Severity | None = "note" if path.text.startswith(patterns.shared) else None
        return f"`{path.key}` is {shown}, a place on one machine's disk; write the id of the repository", at_most
    also = f", with {more:,} more below {quoted(path.root)}" if more else ""
    return f"{shown} is a place on one machine's disk{also}; write a path in the repository, or leave it out", None


def _of_card(configs: Configs, patterns: _Patterns) -> Iterator[Problem]:
    seen: set[str] = set()
    for name, path, span in chain(_in_metadata(configs, patterns), _in_code(configs, patterns)):
        if path.root not in seen:
            seen.add(path.root)
            # What a dataset's own example shows was written by a library, and is no advice.
            yield Problem(_said(path, 0, patterns)[0], span, name, at_most="note" if "cache/" in path.text else None)


def _in_metadata(configs: Configs, patterns: _Patterns) -> Iterator[tuple[str, _Path, Span]]:
    for name, scalar in configs.metadata():
        for path in _paths(scalar.raw, patterns):
            yield name, path, scalar.span


def _in_code(configs: Configs, patterns: _Patterns) -> Iterator[tuple[str, _Path, Span]]:
    for snippet in configs.snippets():
        for path in _paths(snippet.code, patterns):
            place = Script(snippet.code, snippet.lines).place
            yield path.text, path, Span(snippet.span.path, place(path.start), place(path.end))
