r"""Changes of files as unified diffs that people read and machines apply, byte for byte.

A diff of ours carries any bytes, whether they are UTF-8 or not, with whatever line ends, and none of it acts when it is shown: where
its lines hold what could, all of it is written with escapes (`\\`, `\r`, `\x1b`, `\u2028`, `\U000e0041`; `\udc80` to `\udcff` stand for
bytes that are no UTF-8, as in Python's `surrogateescape`). A secret in a line that stays or goes is masked, since applying needs only
what comes. The form of diffs: POSIX.1-2017, `diff -u`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from cardlint.fixwrite import groups, heading
from cardlint.formats.safe import no_command, visible
from cardlint.veil import BULLET
from cardlint.weights.patterns import lazily

if TYPE_CHECKING:
    import re
    from collections.abc import Callable, Iterable, Iterator

_UNENDED = "\\ No newline at end of file"
_HEADING = lazily(r"@@ -(\d{1,9})(?:,(\d{1,9}))? \+(\d{1,9})(?:,(\d{1,9}))? @@.*")
_ESCAPE = lazily(r"\\(?:[\\nrt]|x[0-9a-f]{2}|u[0-9a-f]{4}|U00(?:0[0-9a-f]|10)[0-9a-f]{4})?")
_NAMED = {"\\\\": "\\", "\\n": "\n", "\\r": "\r", "\\t": "\t"}


class Unshowable(Exception):  # noqa: N818 - what it says of a change
    """A change that no diff can show and carry at once; the message says why."""


class DiffError(Exception):
    """A diff that does not apply: `line` is the 1-based line of it, the message says why."""

    def __init__(self, line: int, message: str) -> None:
        super().__init__(message)
        self.line = line


class Diff(NamedTuple):
    """A diff, and whether it is written with escapes."""

    text: str
    escaped: bool


def difference(before: bytes | None, after: bytes, mask: Callable[[bytes], bytes]) -> Diff:
    """The diff from one content to the other; `mask` hides secrets in a content and moves nothing.

    Raises Unshowable where a secret stands in a line that comes.
    """
    old, new = lines_of(before or b""), lines_of(after)
    rows = list(_rows(old, new, (lines_of(mask(before or b"")), lines_of(mask(after)))))
    if all(_shown(row) == row for row in rows):
        return Diff("".join(f"{row}\n" for row in rows), escaped=False)
    return Diff("".join(f"{_escaped(row)}\n" for row in rows), escaped=True)


def _rows(old: list[str], new: list[str], veiled: tuple[list[str], list[str]]) -> Iterator[str]:
    for group in groups(old, new):
        yield heading(group)
        for tag, a, b, c, d in group:
            if tag == "equal":
                yield from _marked(" ", veiled[0][a:b])
                continue
            if new[c:d] != veiled[1][c:d]:
                raise Unshowable("a line that would be changed holds a secret, which no plan may repeat; take the secret out first")
            yield from _marked("-", veiled[0][a:b])
            yield from _marked("+", new[c:d])


def _marked(mark: str, lines: Iterable[str]) -> Iterator[str]:
    for line in lines:
        yield mark + line.removesuffix("\n")
        if not line.endswith("\n"):
            yield _UNENDED


def lines_of(content: bytes) -> list[str]:
    """Lines with their LF; a byte that is no UTF-8 as half of a surrogate pair."""
    *lines, last = content.decode("utf-8", "surrogateescape").split("\n")
    return [f"{line}\n" for line in lines] + ([last] if last else [])


def _shown(row: str) -> str:
    """A row without what acts when it is shown; tabs act on nothing."""
    return row if row == _UNENDED else no_command("\t".join(map(visible, row.split("\t"))))


def _escaped(row: str) -> str:
    return row if row == _UNENDED else _shown(row.replace("\\", "\\\\"))


def patched(before: bytes | None, diff: Diff) -> bytes:
    """What a diff makes of a content. Raises DiffError where it is no diff, or none of this content."""
    patch = _Patch(lines_of(before or b""), diff)
    try:
        return "".join(patch.applied()).encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        raise DiffError(1, "it writes half of a surrogate pair, which is no character") from None


class _Patch:
    """One diff being applied: where it is read, where the old text is, and what was made so far."""

    def __init__(self, old: list[str], diff: Diff) -> None:
        self._old = old
        self._rows = diff.text.removesuffix("\n").split("\n")
        self._escaped = diff.escaped
        self._row = 0
        self._at = 0
        self._made: list[str] = []

    def applied(self) -> list[str]:
        while self._row < len(self._rows):
            self._hunk()
        return self._made + self._old[self._at :]

    def _refused(self, message: str) -> DiffError:
        return DiffError(self._row + 1, message)

    def _hunk(self) -> None:
        found = _HEADING.fullmatch(self._rows[self._row])
        if found is None:
            raise self._refused("expected a line such as `@@ -1,4 +1,4 @@`")
        first, size, to, grown = (int(number) if number is not None else 1 for number in found.groups())
        start = first - 1 if size else first
        if not self._at <= start <= len(self._old):
            raise self._refused("it speaks of lines that are not there, or went by before")
        self._made += self._old[self._at : start]
        self._at = start
        if len(self._made) != (to - 1 if grown else to):
            raise self._refused("it counts the lines after the change wrongly")
        self._row += 1
        self._lines(start + size, len(self._made) + grown)

    def _lines(self, old: int, new: int) -> None:
        """The rows of a hunk, up to these lines of the old text and of what is made."""
        while self._at < old or len(self._made) < new:
            if self._row >= len(self._rows):
                raise self._refused("it ends before the lines it announces")
            row = self._rows[self._row] or " "  # some editors take away blanks at the end of a line
            mark, line = row[0], self._read(row[1:])
            if mark in " -" and self._at < old:
                self._take(mark, line)
            elif mark == "+" and len(self._made) < new:
                self._made.append(line)
            else:
                raise self._refused("expected a line that begins with a blank, `-` or `+`, as many as are announced")
            self._row += 1 if line.endswith("\n") else 2

    def _take(self, mark: str, line: str) -> None:
        """A line that was there, and stays or goes; in what is shown of it secrets are masked."""
        held = self._old[self._at] if self._at < len(self._old) else None
        if held is None or len(line) != len(held) or any(a not in {b, BULLET} for a, b in zip(line, held, strict=True)):
            raise self._refused("the file has another line there")
        self._at += 1
        if mark == " ":
            self._made.append(held)

    def _read(self, shown: str) -> str:
        following = self._rows[self._row + 1 : self._row + 2]
        return (self._unescaped(shown) if self._escaped else shown) + ("" if following == [_UNENDED] else "\n")

    def _unescaped(self, shown: str) -> str:
        def meant(match: re.Match[str]) -> str:
            if match[0] == "\\":
                raise self._refused("a backslash begins no escape there; one that is meant is written twice")
            return _NAMED.get(match[0]) or chr(int(match[0].removeprefix("\\")[1:], 16))

        return _ESCAPE.sub(meant, shown)
