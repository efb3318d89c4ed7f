"""What a Space asks its visitors for, and what it takes from the Hub when it is built."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from cardlint.checks.vocabulary import quoted, shown
from cardlint.errors import Obstacle, Unreadable
from cardlint.nodes import Scalar, join, listed, string
from cardlint.problem import Problem
from cardlint.weights.patterns import lazily

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cardlint.contents import Contents
    from cardlint.files import Files
    from cardlint.nodes import Node

_MOST_FILES = 400
_FILE_BYTES = 1_000_000
_ALL_BYTES = 8_000_000
_COMMIT = lazily(r"[0-9a-f]{40}")
_HEX = lazily(r"[0-9a-f]{7,64}", re.IGNORECASE)
_WITH_FILES = 2


class _Program(NamedTuple):
    """The code of a Space: the paths read, all their text in lower case, and why some of it could not be read."""

    paths: list[str]
    text: str
    obstacle: Obstacle | None


def excessive(  # noqa: PLR0913 - data of the rule
    scopes: Node, oauth: Node | None, files: Files, contents: Contents, *,
    evidence: dict[str, list[str]], purpose: dict[str, str], anything: list[str],
    elsewhere: list[str], read: list[str], unread: list[str], aside: list[str],
) -> Iterator[Problem]:  # fmt: skip
    """Scopes that nothing in the code makes use of.

    `evidence` are the words that show the use of a scope, `purpose` says what a scope is for, `anything` are words after
    which every scope may be used, `elsewhere` those that show that the program lies elsewhere. `read` and `unread` are
    the ends of the names of files that are read, and of code that is not; `aside` are folders of other people's code.
    """
    asked = [(index, item) for index, item in listed(scopes) if string(item) in evidence]
    if not asked or not isinstance(oauth, Scalar) or oauth.value is not True:
        return
    program = _program(files, contents, read, unread, aside)
    if program is None or any(word in program.text for word in (*anything, *elsewhere)):
        return
    for index, item in asked:
        scope = string(item) or ""
        if not any(word in program.text for word in evidence[scope]):
            if program.obstacle is not None:
                raise program.obstacle
            message = f"{quoted(scope)} is asked for, but nothing in {_where(program.paths)} {purpose[scope]}; leave it out"
            yield Problem(message, item.span, "hf_oauth_scopes" if index is None else join("hf_oauth_scopes", index))


def _where(paths: list[str]) -> str:
    """The code that was read, in a few words."""
    more = len(paths) - 1
    first = next((path for path in paths if path == "app.py"), paths[0])
    return shown(first) + (f" and {more} more file{'s' if more > 1 else ''}" if more else "")


def _program(files: Files, contents: Contents, read: list[str], unread: list[str], aside: list[str]) -> _Program | None:
    """The code of a Space; None where there is none, or some of it is in a language that is not read."""
    paths = [entry.path for entry in files if not any(f"/{folder}/" in f"/{entry.path}" for folder in aside)]
    if any(path.lower().endswith(tuple(unread)) for path in paths):
        return None
    code = [path for path in paths if path.lower().endswith(tuple(read))]
    if not code:
        return None
    texts: list[str] = []
    obstacle: Obstacle | None = Unreadable(f"the Space has more than {_MOST_FILES} files of code") if len(code) > _MOST_FILES else None
    size = 0
    for path in code[:_MOST_FILES]:
        try:
            size += files.by_path[path].size
            texts.append(contents.text(path, _FILE_BYTES).content.lower() if size <= _ALL_BYTES else "")
        except Obstacle as error:
            obstacle = error
    if size > _ALL_BYTES:
        obstacle = Unreadable(f"the Space has more than {_ALL_BYTES:,} bytes of code")
    return _Program(code, "\n".join(texts), obstacle)


def unpinned(value: Node) -> Iterator[Problem]:
    """Entries `repository [files [commit]]` of `preload_from_hub` without the 40 digits of a commit."""
    for index, item in listed(value):
        words = (string(item) or "").split()
        if words and (message := _why_unpinned(words)):
            yield Problem(message, item.span, "preload_from_hub" if index is None else join("preload_from_hub", index))


def _why_unpinned(words: list[str]) -> str | None:
    repository, rest, last = shown(words[0]), words[1:], words[-1]
    pinned = _COMMIT.fullmatch(last.lower()) is not None
    if not rest:
        return f'{repository} is preloaded without a commit; write "{repository} FILE,FILE COMMIT" with the 40 digits of a commit'
    if len(rest) > _WITH_FILES or any(word.startswith(",") or word.endswith(",") for word in rest):
        return (
            f"the files of {repository} have blanks between them, so what follows the first is not read as files; join them by commas alone"
        )
    if len(rest) == 1 and pinned:
        return f'the second word of an entry is its files, so the commit is not read; write "{repository} FILE,FILE {last}"'
    if len(rest) == 1:
        return f"files of {repository} are preloaded without a commit; add the 40 digits of one as a third word"
    return None if pinned else _moving(last)


def _moving(word: str) -> str:
    if _HEX.fullmatch(word):
        return f"{quoted(word)} is not a whole commit; write all of its 40 digits"
    return f"{quoted(word)} is a branch or a tag, which can be moved; write the 40 digits of a commit"
