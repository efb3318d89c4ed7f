"""The lexer of shell text: raw simple commands, their words in parts, in one pass and without recursion.

What a part of a word expands to is for `cardlint.code.shell`; here it is only told apart.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from cardlint.code.shelltokens import PLAIN, QUOTED, Part, RawCommand, RawWord

if TYPE_CHECKING:
    from collections.abc import Callable

_DEEPEST = 64
_NESTING = re.compile(r"(?:\$\()++")


class _Frame:
    """A list of commands being read: the text, a subshell, or what stands in a substitution; and its word being read."""

    __slots__ = ("close", "command", "kept", "parts", "quoted", "start", "taken")

    def __init__(self, close: str, *, kept: bool = True) -> None:
        self.close = close
        self.command = RawCommand()
        self.kept = kept  # the words of an array are no command
        self.parts: list[Part] | None = None
        self.start = 0
        self.quoted = False
        self.taken = ""  # what the next word belongs to: a redirection, or a here-document


class Lexer:
    """Reads `code[start:end]` and appends to `found`."""

    def __init__(self, code: str, start: int, end: int, found: list[RawCommand]) -> None:
        self.code = code
        self.at = start
        self.end = end
        self.found = found
        self.frames = [_Frame("")]
        self.beyond = 0
        self.pending: list[tuple[str, RawCommand]] = []
        self.reopened = False

    def run(self) -> None:
        """Read to the end; what is left open there is closed."""
        while True:
            while self.at < self.end:
                match = (QUOTED if self.frames[-1].quoted else PLAIN).match(self.code, self.at, self.end)
                assert match is not None
                assert match.lastgroup is not None
                at, self.at = self.at, match.end()
                _HANDLERS[match.lastgroup](self, match, at)
            if not self._reopen():
                break
        while True:
            self._end_command(self.end)
            if len(self.frames) == 1:
                return
            self.frames.pop()

    def _reopen(self) -> bool:
        """Go back, once, to the end of the line of a quote that nothing closes: prose, most likely."""
        frame = self.frames[-1]
        if not frame.quoted or self.reopened:
            return False
        self.reopened = True
        line = self.code.find("\n", frame.start, self.end)
        if line < 0:
            return False
        frame.quoted = False
        frame.parts = [Part("unknown", "", frame.start)]
        self.at = line
        return True

    # What is read.

    def text(self, match: re.Match[str], at: int) -> None:
        """Characters that stand for themselves."""
        self._add(Part("text", match.group(), at, 1, self.frames[-1].quoted), at)

    def blank(self, _match: re.Match[str], at: int) -> None:
        """The end of a word."""
        self._end_word(at)

    def joined(self, _match: re.Match[str], _at: int) -> None:
        """A line that goes on in the next."""

    def newline(self, _match: re.Match[str], at: int) -> None:
        """The end of a command; the bodies of its here-documents come next."""
        self._end_command(at)
        for delimiter, command in self.pending:
            self._skip_body(delimiter, command)
        self.pending.clear()

    def comment(self, match: re.Match[str], at: int) -> None:
        """A comment, where no word has begun."""
        if self.frames[-1].parts is not None:
            self.text(match, at)
            return
        line = self.code.find("\n", at, self.end)
        self.at = self.end if line < 0 else line

    def heredoc(self, _match: re.Match[str], at: int) -> None:
        """A here-document: the next word is what ends it."""
        self._redirect(at, "heredoc")

    def redirect(self, _match: re.Match[str], at: int) -> None:
        """A redirection: the next word is a file."""
        self._redirect(at, "file")

    def operator(self, _match: re.Match[str], at: int) -> None:
        """The end of a command."""
        self._end_command(at)

    def function(self, _match: re.Match[str], at: int) -> None:
        """The parentheses of a definition, whose name is no command."""
        self._end_word(at)
        self.frames[-1].command = RawCommand()

    def opening(self, _match: re.Match[str], at: int) -> None:
        """A subshell, or the items of an array."""
        frame = self.frames[-1]
        is_array = frame.parts is not None and frame.parts[-1].text.endswith("=")
        if is_array:
            self._add(Part("unknown", "", at), at)
        else:
            self._end_word(at)
        self._open(")", kept=not is_array)

    def closing(self, _match: re.Match[str], at: int) -> None:
        """The end of a subshell or substitution; else that of a pattern of `case`."""
        if self.beyond:
            self.beyond -= 1
        elif self.frames[-1].close == ")":
            self._close(at)
            words = self.frames[-1].command.words
            if words and words[0].parts[0].text == "case":
                self.function(_match, at)
        else:
            self.function(_match, at)

    def substitution(self, _match: re.Match[str], at: int) -> None:
        """Commands whose output is a part of the word."""
        self._add(Part("unknown", "", at), at)
        self._open(")")

    def backtick(self, _match: re.Match[str], at: int) -> None:
        """The old form of a substitution, its beginning or its end."""
        if self.frames[-1].close == "`":
            self._close(at)
            return
        self._add(Part("unknown", "", at), at)
        self._open("`")

    def single(self, match: re.Match[str], at: int) -> None:
        """Text in quotes in which nothing is expanded."""
        self._add(Part("text", match.group()[1:-1], at + 1, 1, quoted=True), at)

    def ansi(self, match: re.Match[str], at: int) -> None:
        """Quotes of C, certain where nothing in them is escaped."""
        written = match.group()[2:-1]
        self._add(Part("unknown" if "\\" in written else "text", written, at + 2, 1, quoted=True), at)

    def quote(self, _match: re.Match[str], at: int) -> None:
        """The beginning of text in which something is expanded."""
        self._add(Part("text", "", at + 1, 1, quoted=True), at)
        self.frames[-1].quoted = True

    def unquote(self, _match: re.Match[str], _at: int) -> None:
        """The end of it."""
        self.frames[-1].quoted = False

    def escape(self, match: re.Match[str], at: int) -> None:
        """Characters that a backslash takes their meaning from."""
        self._add(Part("text", match.group()[1::2], at + 1, 2, quoted=True), at)

    def variable(self, match: re.Match[str], at: int) -> None:
        """A plain `$name`."""
        name = match.group().strip("${}")
        self._add(Part("variable", name, at, 1, self.frames[-1].quoted), at)

    def unknown(self, _match: re.Match[str], at: int) -> None:
        """An expansion that is not followed."""
        self._add(Part("unknown", "", at), at)

    def glob(self, match: re.Match[str], at: int) -> None:
        """A pattern of file names."""
        self._add(Part("glob", match.group(), at), at)

    def other(self, match: re.Match[str], at: int) -> None:
        """A quote nothing closes makes the rest of the line uncertain; other characters stand for themselves."""
        if match.group() != "'":
            self.text(match, at)
            return
        line = self.code.find("\n", at, self.end)
        self.at = self.end if line < 0 else line
        self.unknown(match, at)

    # What becomes of it.

    def _add(self, part: Part, at: int) -> None:
        frame = self.frames[-1]
        if frame.parts is None:
            frame.parts = []
            frame.start = at
        frame.parts.append(part)

    def _redirect(self, at: int, taken: str) -> None:
        frame = self.frames[-1]
        if frame.parts is not None and len(frame.parts) == 1 and frame.parts[0].text.isdigit():
            frame.parts = None  # the number of a file descriptor
        self._end_word(at)
        frame.taken = taken

    def _end_word(self, at: int) -> None:
        frame = self.frames[-1]
        if frame.parts is None:
            return
        parts, frame.parts = frame.parts, None
        if frame.taken == "heredoc":
            self.pending.append(("".join(part.text for part in parts), frame.command))
        elif not frame.taken:
            frame.command.words.append(RawWord(parts, frame.start, at))
        frame.taken = ""

    def _end_command(self, at: int) -> None:
        self._end_word(at)
        frame = self.frames[-1]
        frame.taken = ""
        if frame.command.words and frame.kept:
            self.found.append(frame.command)
        frame.command = RawCommand()

    def _open(self, close: str, *, kept: bool = True) -> None:
        if len(self.frames) < _DEEPEST:
            self.frames.append(_Frame(close, kept=kept))
        elif close == ")":
            self.beyond += 1
            if nesting := _NESTING.match(self.code, self.at, self.end):
                self.beyond += len(nesting.group()) // 2
                self.at = nesting.end()

    def _close(self, at: int) -> None:
        self._end_command(at)
        self.frames.pop()

    def _skip_body(self, delimiter: str, command: RawCommand) -> None:
        start = self.at
        while self.at < self.end:
            begin = self.at
            line = self.code.find("\n", begin, self.end)
            self.at = self.end if line < 0 else line + 1
            if self.code[begin : self.at].strip() == delimiter:
                command.bodies.append((start, begin))
                return
        command.bodies.append((start, self.end))


_HANDLERS: dict[str, Callable[[Lexer, re.Match[str], int], None]] = {
    "text": Lexer.text,
    "blank": Lexer.blank,
    "joined": Lexer.joined,
    "newline": Lexer.newline,
    "comment": Lexer.comment,
    "process": Lexer.substitution,
    "heredoc": Lexer.heredoc,
    "redirect": Lexer.redirect,
    "operator": Lexer.operator,
    "function": Lexer.function,
    "opening": Lexer.opening,
    "closing": Lexer.closing,
    "single": Lexer.single,
    "ansi": Lexer.ansi,
    "double": Lexer.single,
    "quote": Lexer.quote,
    "unquote": Lexer.unquote,
    "arithmetic": Lexer.unknown,
    "substitution": Lexer.substitution,
    "unknown": Lexer.unknown,
    "variable": Lexer.variable,
    "parameter": Lexer.unknown,
    "backtick": Lexer.backtick,
    "escape": Lexer.escape,
    "glob": Lexer.glob,
    "other": Lexer.other,
}
