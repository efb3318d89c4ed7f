"""What fixing changed, on disk or as a diff: whole files or nothing, and only where nobody else wrote meanwhile."""

from __future__ import annotations

import difflib
import os
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from cardlint.atomic import beside, discard
from cardlint.errors import Unreadable
from cardlint.formats.safe import no_command, visible
from cardlint.source import read_regular

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from cardlint.report import Change

# What `difflib` calls a group of opcodes: tag, lines of the old text, lines of the new one.
Group: TypeAlias = "Sequence[tuple[str, int, int, int, int]]"
_CONTEXT = 3
_COMPARED = 20_000  # lines; beyond them what differs is shown as one piece
_WRITE_BITS = 0o222


class ConflictError(Unreadable):
    """A file is not what it was when it was read, or may not be written."""


def write(root: Path, changes: Iterable[Change]) -> None:
    """Put changed files on disk, each at once and whole. Raises ConflictError, and then nothing was written.

    A link inside the root is followed to the file it stands for; one that leads out of it is not.
    """
    places = [(_place(root, change), change) for change in changes]
    ready: list[tuple[str, Path]] = []
    try:
        for place, change in places:
            ready.append((beside(place, change.after), place))
        for name, place in ready:
            os.replace(name, place)  # noqa: PTH105 - names, as mkstemp gives them
    except OSError as error:
        for name, _ in ready:
            discard(name)
        raise ConflictError(f"the fixed files cannot be written: {error.strerror or error}") from error


def _place(root: Path, change: Change) -> Path:
    """The file to write, which lies in the root and still holds what was read. Raises ConflictError."""
    path = root / change.path
    real = Path(os.path.realpath(path))
    if not real.is_relative_to(os.path.realpath(root)):
        raise ConflictError(f"{change.path} is a link that leads outside the repository; nothing was written")
    try:
        current = read_regular(real) if os.path.lexists(path) else None
        mode = real.stat().st_mode if current is not None else _WRITE_BITS
    except OSError as error:
        raise ConflictError(f"{change.path}: {error.strerror or error}; nothing was written") from error
    if current != change.before:
        raise ConflictError(f"{change.path} changed on disk while it was being checked; nothing was written, run again")
    if not mode & _WRITE_BITS or (current is not None and not os.access(real, os.W_OK)):
        raise ConflictError(f"{change.path} is read-only; nothing was written")
    return real


def diff(change: Change, path: str) -> str:
    """A change as a unified diff of the file at `path`, without anything that could act on a terminal or in a CI log."""
    old, new = _lines(change.before), _lines(change.after)
    name = _shown(path)
    head = [f"--- {'/dev/null' if change.before is None else name}", f"+++ {name}"]
    return "".join(f"{line}\n" for line in [*head, *_hunks(old, new)])


def _lines(content: bytes | None) -> list[str]:
    """Lines with their LF."""
    *lines, last = (content or b"").decode("utf-8").split("\n")
    return [f"{line}\n" for line in lines] + ([last] if last else [])


def _hunks(old: list[str], new: list[str]) -> Iterator[str]:
    for group in groups(old, new):
        yield heading(group)
        for tag, a, b, c, d in group:
            if tag == "equal":
                yield from _marked(" ", old[a:b])
            else:
                yield from _marked("-", old[a:b])
                yield from _marked("+", new[c:d])


def groups(old: list[str], new: list[str]) -> Iterator[Group]:
    """Differences with their context; equal lines at both ends are set aside first, for comparing takes long."""
    head = next((n for n, (a, b) in enumerate(zip(old, new, strict=False)) if a != b), min(len(old), len(new)))
    rest = min(len(old), len(new)) - head
    tail = next((n for n in range(rest) if old[-1 - n] != new[-1 - n]), rest)
    start, end = max(head - _CONTEXT, 0), max(tail - _CONTEXT, 0)
    left, right = old[start : len(old) - end], new[start : len(new) - end]
    if len(left) + len(right) > _COMPARED:
        found: Iterable[Group] = [[("replace", 0, len(left), 0, len(right))]]
    else:
        found = difflib.SequenceMatcher(None, left, right).get_grouped_opcodes(_CONTEXT)
    for group in found:
        yield [(tag, a + start, b + start, c + start, d + start) for tag, a, b, c, d in group]


def heading(group: Group) -> str:
    """The line that begins a group in a unified diff."""
    return f"@@ -{_range(group[0][1], group[-1][2])} +{_range(group[0][3], group[-1][4])} @@"


def _range(start: int, end: int) -> str:
    """A range of lines as diffs write it: the first one and how many; of none the line before."""
    length = end - start
    first = start + 1 if length else start
    return f"{first}" if length == 1 else f"{first},{length}"


def _marked(mark: str, lines: list[str]) -> Iterator[str]:
    for line in lines:
        shown = _shown(line.removesuffix("\n"))
        yield mark + (no_command(shown) if mark == " " else shown)
        if not line.endswith("\n"):
            yield "\\ No newline at end of file"


def _shown(line: str) -> str:
    """A line without what acts on a terminal; tabs, and a carriage return that ends it, act on nothing."""
    text = line.removesuffix("\r")
    return "\t".join(visible(part) for part in text.split("\t")) + line[len(text) :]
