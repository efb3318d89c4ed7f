"""BibTeX, read far enough to say where it does not parse.

Grammar: the BibTeX program's own (Patashnik, "BibTeXing", 1988): `@type{key, name = value, …}` with braces or parentheses
around, values in balanced braces, in quotation marks, as numbers or names, joined by `#`. Text between entries is free.
Comments from `%` to the end of a line, which biber knows and BibTeX does not, are let pass between fields.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from cardlint.weights.named import NamedTuple
from cardlint.weights.patterns import lazily

if TYPE_CHECKING:
    from collections.abc import Iterator

_ENTRY = lazily(r"^[ \t]*@[ \t]*([A-Za-z]{1,40})\s{0,20}([{(])", re.MULTILINE)
_BLANK = lazily(r"(?:\s++|%[^\n]*+)*+")
_KEY = lazily(r"[^\s,{}()\"#%='~\\][^,{}\"#%=\n~\\]*+")
_NAME = lazily(r"[^\s\"#%'(),={}@]++")
_BRACE = lazily(r"[{}]")
_BRACE_OR_QUOTE = lazily(r"[{}\"]")
_FIELD = lazily(r"^[ \t]*,?[ \t]*([A-Za-z][\w-]{0,40})[ \t]*=[ \t]*[{\"0-9]", re.MULTILINE)
_LEFT_OVER = lazily(r"\s*+,?\s*+([A-Za-z][\w-]{0,40})[ \t]*=[ \t]*[{\"]")
_WORDS = lazily(r"[^,{}\"\n]{1,40}")
_CLOSERS = {"{": "}", "(": ")"}
_SHOWN = 40


class Fault(NamedTuple):
    """Where an entry does not parse: its name, what is wrong, the offsets `start:end` in the text."""

    entry: str
    message: str
    start: int
    end: int


class _Error(Exception):
    """An entry does not parse."""

    def __init__(self, message: str, start: int, end: int) -> None:
        super().__init__(message)
        self.message = message
        self.start = start
        self.end = end


def entry_types(text: str) -> Iterator[str]:
    """The types of the entries in a text, in lower case."""
    yield from (match[1].lower() for match in _ENTRY.finditer(text))


def faults(text: str) -> Iterator[Fault]:
    """What does not parse: the first thing of each entry."""
    position = 0
    while opening := _ENTRY.search(text, position):
        kind = opening[1].lower()
        position = opening.end()
        if kind == "comment":
            continue
        entry = _Entry(text, opening)
        try:
            position = entry.read()
        except _Error as error:
            yield Fault(entry.name, error.message, error.start, error.end)


class _Entry:
    """One entry while it is read; `name` is its key, before that is known its type."""

    def __init__(self, text: str, opening: re.Match[str]) -> None:
        self.name = "@" + opening[1]
        self._text = text
        self._type = opening[1].lower()
        self._start = text.index("@", opening.start())
        self._opened = opening.end()
        self._closer = _CLOSERS[opening[2]]

    def read(self) -> int:
        """The offset behind the entry."""
        at = self._skip(self._opened)
        if self._type == "preamble":
            end = self._skip(self._value(at, "preamble"))
        else:
            end = self._fields(at if self._type == "string" else self._key(at))
        if self._text[end : end + 1] != self._closer:
            raise self._unclosed()
        behind = end + 1
        if left := _LEFT_OVER.match(self._text, behind):
            raise _Error(f"a `{self._closer}` too many ends it before `{left[1]}`", end, behind)
        return behind

    def _key(self, at: int) -> int:
        """The offset behind the key and its comma."""
        key = _KEY.match(self._text, at)
        behind = self._skip(key.end()) if key else at
        following = self._text[behind : behind + 1]
        if key is None or following == "=":
            raise _Error(f"it has no citation key; write `{self.name}{{name,`", self._start, self._opened)
        name = key[0].rstrip()
        if re.search(r"\s", name):
            raise _Error(f"its citation key `{_cut(name)}` has a blank in it, or no comma behind it", at, at + len(name))
        self.name = name
        if following == self._closer:
            return behind
        if following != ",":
            raise _Error("a comma is missing behind its citation key", at, at + len(name))
        return behind + 1

    def _fields(self, at: int) -> int:
        """The offset of what ends the entry."""
        at = self._skip(at)
        while at < len(self._text) and self._text[at] != self._closer:
            if self._text[at] == ",":
                at = self._skip(at + 1)
                continue
            name = _NAME.match(self._text, at)
            if name is None:
                raise self._stray(at)
            equals = self._skip(name.end())
            if self._text[equals : equals + 1] != "=":
                raise self._stray(at)
            at = self._behind(self._value(self._skip(equals + 1), name[0]))
        return at

    def _behind(self, end: int) -> int:
        """The offset of the next field or of what ends the entry, `end` being where a value ended."""
        at = self._skip(end)
        following = self._text[at : at + 1]
        if following == ",":
            return self._skip(at + 1)
        if following in {self._closer, ""}:
            return at
        name = _NAME.match(self._text, at)
        if name and self._text.startswith("=", self._skip(name.end())):
            raise _Error(f"a comma is missing before `{_cut(name[0])}`", end - 1, end)
        raise self._stray(at)

    def _value(self, at: int, name: str) -> int:
        """The offset behind a value, its parts joined by `#`."""
        while True:
            first = self._text[at : at + 1]
            if first == "{":
                at = self._braces(at, name)
            elif first == '"':
                at = self._quotes(at, name)
            elif word := _NAME.match(self._text, at):
                at = word.end()
            else:
                raise _Error(f"`{_cut(name)}` has no value", max(self._opened, at - 1), at)
            joint = self._skip(at)
            if self._text[joint : joint + 1] != "#":
                return at
            at = self._skip(joint + 1)

    def _braces(self, at: int, name: str) -> int:
        depth = 0
        for match in _BRACE.finditer(self._text, at):
            depth += 1 if match[0] == "{" else -1
            if depth == 0:
                end = match.end()
                self._look_inside(at, end, name)
                return end
        raise self._unclosed()

    def _quotes(self, at: int, name: str) -> int:
        depth = 0
        for match in _BRACE_OR_QUOTE.finditer(self._text, at + 1):
            if match[0] == '"' and depth == 0:
                return match.end()
            depth += (match[0] == "{") - (match[0] == "}")
            if depth < 0:
                break
        raise _Error(f"the value of `{_cut(name)}` has no closing quotation mark, or a `}}` too many", at, at + 1)

    def _look_inside(self, start: int, end: int, name: str) -> None:
        """Raise where a value swallows whole entries: a brace is missing in it, and another one further down too many."""
        inner = _ENTRY.search(self._text, start, end)
        if inner:
            raise _Error(f"the value of `{_cut(name)}` has no closing `}}`", start, start + 1)

    def _stray(self, at: int) -> _Error:
        if self._text[at] == "@":
            return self._unclosed()
        words = _WORDS.match(self._text, at)
        shown = words[0].strip() if words else self._text[at]
        return _Error(f"`{_cut(shown)}` stands where a field `name = {{value}}` is expected", at, at + max(1, len(shown)))

    def _unclosed(self) -> _Error:
        """The error for an entry without end: at the first value that holds the beginning of another field, else at the entry."""
        following = _ENTRY.search(self._text, self._opened)
        end = following.start() if following else len(self._text)
        depth, before = 1, None
        position = self._opened
        for field in _FIELD.finditer(self._text, self._opened, end):
            depth += self._text.count("{", position, field.start(1)) - self._text.count("}", position, field.start(1))
            position = field.start(1)
            if depth > 1 and before is not None:
                return _Error(f"the value of `{_cut(before[1])}` has no closing `}}`", before.start(1), before.end(1))
            before = field
        return _Error(f"its closing `{self._closer}` is missing", self._start, self._opened)

    def _skip(self, at: int) -> int:
        blank = _BLANK.match(self._text, at)
        return blank.end() if blank else at


def _cut(text: str) -> str:
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 1]}…"
