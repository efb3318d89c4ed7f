"""The patterns of `.gitattributes` and `.gitignore`: which files Git hands to LFS, and which it does not look at.

gitattributes(5) and gitignore(5). A pattern never takes long: every wildcard but the last settles on the first place
that will do, which for pieces of fixed length is the best one.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from cardlint.weights.named import NamedTuple
from cardlint.weights.patterns import lazily

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

ATTRIBUTES, IGNORE = ".gitattributes", ".gitignore"
MOST_LINES = 2_000
_LONGEST = 4096
_TOKEN = lazily(
    r"\\(?P<escaped>.)|(?P<class>\[[!^]?\]?(?:\[:\w{1,10}:\]|\\.|[^\]\\])*\])|(?P<stars>\*+)|(?P<any>\?)|(?P<char>.)", re.DOTALL
)
_POSIX = {
    "alnum": r"a-zA-Z0-9", "alpha": r"a-zA-Z", "blank": r" \t", "digit": r"0-9", "lower": r"a-z",
    "punct": r"!-/:-@\[-`{-~", "space": r"\s", "upper": r"A-Z", "xdigit": r"0-9a-fA-F",
}  # fmt: skip
_NAMED = lazily(r"\[:(\w{1,10}):\]")
_ITEM = lazily(r"(?P<first>\\.|.)(?:-(?P<last>\\.|.))?", re.DOTALL)
_QUOTED = lazily(r'"((?:[^"\\]|\\.)*)"\s*(.*)')
_LFS = lazily(r"(?:filter=lfs|[-!]filter|filter(?:=\S*)?)")


class Place(NamedTuple):
    """One file of patterns: the folder it lies in, `a/` or empty for the root; of one above the root, the way down in `above`."""

    folder: str
    text: str
    above: str = ""

    def reaches(self, path: str) -> str | None:
        """The path as this file's patterns see it; None where it lies elsewhere."""
        return self.above + path[len(self.folder) :] if path.startswith(self.folder) else None


class _Rule(NamedTuple):
    """One line: what it matches, and what that means; `folders` says that it matches folders alone."""

    matches: Callable[[str], bool]
    value: bool
    folders: bool = False


class Attributes:
    """Which files the lines of `.gitattributes` hand to Git LFS; of several that match the last counts, deeper ones later."""

    def __init__(self, places: Iterable[Place]) -> None:
        """The places from the top down."""
        macros: dict[str, bool] = {}
        self._places = [(place, list(_attributes(place.text, macros))) for place in places]
        self._tracked: dict[str, bool] = {}

    def tracked(self, path: str) -> bool:
        """Whether the file goes to LFS."""
        if path not in self._tracked:
            self._tracked[path] = _last(self._places, path, folder=False)
        return self._tracked[path]


class Ignored:
    """Which files `.gitignore` says Git does not look at."""

    def __init__(self, places: Iterable[Place]) -> None:
        """The places from the top down."""
        self._places = [(place, list(_ignores(place.text))) for place in places]

    def __contains__(self, path: str) -> bool:
        """Whether the file, or a folder it lies in, is ignored."""
        steps = path.split("/")
        folders = ("/".join(steps[:count]) for count in range(1, len(steps)))
        return any(_last(self._places, folder, folder=True) for folder in folders) or _last(self._places, path, folder=False)


def _last(places: list[tuple[Place, list[_Rule]]], path: str, *, folder: bool) -> bool:
    """What the last rule that matches says; False where none does."""
    for place, rules in reversed(places):
        if (seen := place.reaches(path)) is not None:
            for rule in reversed(rules):
                if (folder or not rule.folders) and rule.matches(seen):
                    return rule.value
    return False


def _attributes(text: str, macros: dict[str, bool]) -> Iterator[_Rule]:
    for pattern, rest in _lines(text):
        lfs = _lfs(rest.split(), macros)
        if pattern.startswith("[attr]"):
            macros |= {} if lfs is None else {pattern[6:]: lfs}
        elif lfs is not None and not pattern.startswith("!") and not pattern.endswith("/"):
            yield _Rule(matcher(pattern), lfs)


def _lfs(attributes: list[str], macros: dict[str, bool]) -> bool | None:
    """Whether attributes say that a file goes to LFS; None where they say nothing of it."""
    said = None
    for word in attributes:
        if _LFS.fullmatch(word):
            said = word == "filter=lfs"
        elif word in macros:
            said = macros[word]
    return said


def _ignores(text: str) -> Iterator[_Rule]:
    for line in text.splitlines()[:MOST_LINES]:
        pattern = line.rstrip()
        if not pattern or pattern.startswith("#") or len(pattern) > _LONGEST:
            continue
        negated = pattern.startswith("!")
        pattern = pattern[negated:]
        yield _Rule(matcher(pattern.removesuffix("/")), not negated, pattern.endswith("/"))


def _lines(text: str) -> Iterator[tuple[str, str]]:
    """Each line as its pattern and its attributes."""
    for line in text.splitlines()[:MOST_LINES]:
        stripped = line.strip()
        if not stripped or stripped.startswith("#") or len(stripped) > _LONGEST:
            continue
        if quoted := _QUOTED.fullmatch(stripped):
            yield re.sub(r"\\(.)", r"\1", quoted[1]), quoted[2]
        else:
            pattern, _, rest = stripped.replace("\t", " ").partition(" ")
            yield pattern, rest


def matcher(pattern: str) -> Callable[[str], bool]:
    """A function that says whether a path, relative to the folder of the pattern's file, matches."""
    anywhere = "/" not in pattern
    if anywhere and pattern.startswith("*") and not re.search(r"[*?\[\\]", pattern[1:]):
        ending = pattern[1:]
        return lambda path: path.endswith(ending)
    compiled = lazily(_expression(pattern.removeprefix("/")), re.DOTALL)
    if anywhere:
        return lambda path: compiled.fullmatch(path.rpartition("/")[2]) is not None
    return lambda path: compiled.fullmatch(path) is not None


def _expression(pattern: str) -> str:
    """The pattern as a regular expression: parts between `**`, each but the last atomic, of parts between `*`, likewise."""
    parts: list[list[str]] = [[]]
    wild = [""]
    for piece in _pieces(pattern):
        if piece in _ACROSS:
            parts.append([])
            wild.append(_ACROSS[piece])
        else:
            parts[-1].append(piece)
    last = len(parts) - 1
    whole = [before + _within(part, final=index == last) for index, (before, part) in enumerate(zip(wild, parts, strict=True))]
    return "".join(part if index in {0, last} else f"(?>{part})" for index, part in enumerate(whole))


# `**/`: any folders, or none; a `**` at the end: whatever lies below.
_ACROSS = {"**/": "(?:.*?/)??", "**": ".*?"}


def _within(pieces: list[str], *, final: bool) -> str:
    """A part without `**`; the last part has to reach the end of the path."""
    chunks = [""]
    for piece in pieces:
        if piece == "*":
            chunks.append("")
        else:
            chunks[-1] += piece
    first, *rest = chunks
    settled = rest[:-1] if final else rest
    return first + "".join(f"(?>[^/]*?{chunk})" for chunk in settled) + (f"[^/]*?{rest[-1]}" if final and rest else "")


def _pieces(pattern: str) -> list[str]:
    """The pattern in expressions of one character each, and the wildcards as they are."""
    pieces: list[str] = []
    skip = False
    for match in _TOKEN.finditer(pattern):
        if skip:
            skip = False
            continue
        follows = pattern[match.end() : match.end() + 1]
        across = len(match["stars"] or "") > 1 and (match.start() == 0 or pattern[match.start() - 1] == "/") and follows in {"", "/"}
        if across and follows:
            skip = True
        pieces.append(("**/" if follows else "**") if across else _piece(match))
    return pieces


def _piece(match: re.Match[str]) -> str:
    if match["stars"]:
        return "*"
    if match["any"]:
        return "[^/]"
    if match["class"]:
        return _class(match["class"])
    return re.escape(match["escaped"] or match["char"])


def _class(written: str) -> str:
    """A class of characters, `[a-z]` or `[[:space:]]`, which never is a slash; one that means nothing matches nothing."""
    inside = written[1:-1]
    negated = inside[:1] in {"!", "^"}
    inside = inside[negated:]
    named = "".join(_POSIX.get(name, "") for name in _NAMED.findall(inside))
    items = "".join(_item(match) for match in _ITEM.finditer(_NAMED.sub("", inside)))
    if not items + named:
        return "[^/]" if negated else "(?!)"
    return f"(?!/)[{'^' if negated else ''}{items}{named}]"


def _item(match: re.Match[str]) -> str:
    """A character, or a range of them; a range that runs backwards holds none."""
    first, last = match["first"].removeprefix("\\") or "\\", match["last"]
    if last is None:
        return re.escape(first)
    last = last.removeprefix("\\") or "\\"
    return f"{re.escape(first)}-{re.escape(last)}" if first <= last else ""
