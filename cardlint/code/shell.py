"""Shell text as simple commands, each word with what it says and where it stands.

Made for sh and bash as people write them in scripts, cards, Dockerfiles and workflows; of PowerShell and cmd.exe it reads what they
share with those. Nothing is run, no file is looked at; whatever the text, it raises nothing and takes linear time.
"""

from __future__ import annotations

import re
from collections import ChainMap
from typing import TYPE_CHECKING, NamedTuple

from cardlint.code.shelllex import Lexer

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, MutableMapping, Sequence

    from cardlint.code.shelltokens import Part, RawCommand, RawWord

_PROMPT = re.compile(
    r"""[ \t]*+(?:\([\w.\ -]++\)[ \t]*+)?
    (?:(?:[\w.-]++@[\w.-]++|\[[^\]\n]*+\])(?:[ :][^\s$\#%]*+)?[ \t]*+[$\#%]
    |(?:PS[ ])?[A-Za-z]:\\[^\n>]*+>|[$%>\u276f\u279c])[ \t]++(?=\S)""",
    re.VERBOSE,
)
_MAGIC = re.compile(r"[ \t]*+[!%]{1,2}(?=[A-Za-z])")
_CONTINUED = re.compile(r"[ \t]*+>[ \t]")
_ASSIGNED = re.compile(r"([A-Za-z_]\w*+)(\+?)=")
_DECLARING = frozenset({"export", "declare", "local", "readonly", "typeset"})
_READING = frozenset({"read", "for", "select", "getopts", "mapfile", "readarray", "unset"})
_KEYWORDS = frozenset({"if", "then", "elif", "else", "fi", "while", "until", "do", "done", "esac", "{", "}", "!", "&"})
_LISTS = frozenset({"for", "case", "select"})
_SHELLS = frozenset({"sh", "bash", "dash", "ash", "zsh", "ksh"})
# Commands that run another: of their options those that take a value, and how many words come before the other command.
_PREFIXES: dict[str, tuple[frozenset[str], int]] = {
    "sudo": (frozenset({"-u", "-g", "-h", "-p", "-C", "-T", "-U", "-r", "-t", "-D", "-R", "--user", "--group", "--host", "--chdir"}), 0),
    "doas": (frozenset({"-u", "-C"}), 0),
    "env": (frozenset({"-u", "-C", "--unset", "--chdir"}), 0),
    "time": (frozenset({"-f", "-o", "--format", "--output"}), 0),
    "exec": (frozenset({"-a"}), 0),
    "command": (frozenset(), 0),
    "builtin": (frozenset(), 0),
    "nohup": (frozenset(), 0),
    "nice": (frozenset({"-n", "--adjustment"}), 0),
    "ionice": (frozenset({"-c", "-n", "--class", "--classdata"}), 0),
    "stdbuf": (frozenset({"-i", "-o", "-e"}), 0),
    "timeout": (frozenset({"-k", "-s", "--kill-after", "--signal"}), 1),
}
_PYTHON = re.compile(r"python(?:3(?:\.\d+)?)?")
_SPLIT = re.compile(r"[\s*?\[]")
_RUNNING = re.compile(r"-[a-z]*c[a-z]*")
_DEEPEST = 4
_LONGEST = 1000
_MOST_EXPANDED = 1_000_000


class Word(NamedTuple):
    """A word of a command: `code[start:end]` as written, and what it says.

    `text` is the word after quotes and escapes; None where an expansion or a pattern makes it uncertain. A variable that the same
    text assigns once, and literally, is certain.
    """

    text: str | None
    start: int
    end: int


class Command(NamedTuple):
    """A simple command: its words, and the assignments before it (`X=y pip install z`, `env X=y …`)."""

    words: tuple[Word, ...]
    assignments: tuple[Word, ...] = ()


def commands(code: str, variables: Mapping[str, str] | None = None) -> Iterator[Command]:
    """The simple commands of a text, in the order in which they begin, those in substitutions, subshells and `sh -c` among them.

    What runs another command (`sudo`, `env`, `time`, `exec`, …) is left out, and so are keywords, redirections, comments,
    bodies of here-documents but those of a shell, prompts and, after a prompt, what is output. `variables` are those known from outside.
    """
    yield from _Reader(dict(variables or {})).commands(code)


def options(command: Command, *names: str) -> Iterator[Word]:
    """The values of an option, each as often as it is given: `--name=value`, `--name value`.

    The value of a text that is uncertain as a whole has no text; an option without a value is not given.
    """
    for index, word in enumerate(command.words):
        if word.text in names:
            yield from command.words[index + 1 : index + 2]
        elif word.text is not None:
            name, equals, value = word.text.partition("=")
            if equals and name in names:
                yield Word(value, min(word.start + len(name) + 1, word.end), word.end)


def option(command: Command, *names: str) -> Word | None:
    """The value of an option that counts, which is the last one; None where it is not given."""
    return next(reversed([*options(command, *names)]), None)


def inline(found: Sequence[Command]) -> Iterator[Word]:
    """The Python that commands are given as a word: `python -c "…"`."""
    for command in found:
        if _PYTHON.fullmatch((command.words[0].text or "").rpartition("/")[2]):
            texts = [word.text or "" for word in command.words]
            at = next((index for index, text in enumerate(texts[1:], 1) if not text.startswith("-") or text == "-c"), 0)
            if at and texts[at] == "-c":
                yield from command.words[at + 1 : at + 2]


class _Budget:
    """How much was put in for variables, of all that may be."""

    def __init__(self) -> None:
        self.left = _MOST_EXPANDED


class _Reader:
    """The reading of one text. `variables` are those that are known, with None for one that is known to be uncertain."""

    def __init__(self, variables: MutableMapping[str, str | None], budget: _Budget | None = None, depth: int = 0) -> None:
        self.variables = variables
        self.budget = budget or _Budget()
        self.depth = depth

    def commands(self, code: str) -> Iterator[Command]:
        found: list[RawCommand] = []
        whole = _ends_of_lines(code)
        for start, end, text in _scripts(whole):
            Lexer(text, start, end, found).run()
        found.sort(key=lambda raw: raw.words[0].start)
        self._assign(found)
        for raw in found:
            command = self._command(raw)
            if command is None:
                continue
            yield command
            if self.depth < _DEEPEST and (command.words[0].text or "").rpartition("/")[2] in _SHELLS:
                yield from self._inner(whole, raw, command)

    def _assign(self, found: list[RawCommand]) -> None:
        """Learn the variables that are assigned once, and literally."""
        once: dict[str, RawWord | None] = {}
        for raw in found:
            for name, word in _assignments(raw):
                once[name] = None if name in once or name in self.variables else word
        for name, word in once.items():
            text = self._text(word) if word else None
            self.variables[name] = None if text is None else text.partition("=")[2]

    def _text(self, word: RawWord) -> str | None:
        if len(word.parts) == 1 and word.parts[0].kind == "text":
            return word.parts[0].text
        pieces: list[str] = []
        for part in word.parts:
            piece = part.text if part.kind == "text" else self._value(part)
            if piece is None:
                return None
            pieces.append(piece)
        return "".join(pieces)

    def _value(self, part: Part) -> str | None:
        value = self.variables.get(part.text) if part.kind == "variable" else None
        if value is None or (not part.quoted and _SPLIT.search(value)) or len(value) > _LONGEST:
            return None
        self.budget.left -= len(value)
        return value if self.budget.left > 0 else None

    def _command(self, raw: RawCommand) -> Command | None:
        words = [Word(self._text(word), word.start, word.end) for word in raw.words]
        assigned = [_ASSIGNED.match(word.parts[0].text) is not None for word in raw.words]
        at, before = _begin(words, assigned)
        if at == len(words) or words[at].text in _LISTS:
            return None
        return Command(tuple(words[at:]), tuple(before))

    def _inner(self, code: str, raw: RawCommand, command: Command) -> Iterator[Command]:
        """The commands that a command hands to a shell."""
        reader = _Reader(ChainMap({}, self.variables), self.budget, self.depth + 1)
        script = _script(raw, command)
        if script is not None:
            pieces = [_written(part, code) for part in script.parts]
            origins = [place for _, places in pieces for place in places]
            yield from (_moved(inner, origins) for inner in reader.commands("".join(text for text, _ in pieces)))
        elif all((word.text or "").startswith("-") for word in command.words[1:]):
            for start, end in raw.bodies:
                yield from (_moved(inner, range(start, end)) for inner in reader.commands(code[start:end]))


def _ends_of_lines(code: str) -> str:
    """The text with LF at the end of every line, each character at its place."""
    if "\r" not in code:
        return code
    return code.replace("\\\r\n", "\\\n ").replace("\r\n", " \n").replace("\r", "\n")


def _scripts(code: str) -> Iterator[tuple[int, int, str]]:
    """The parts of a text that are read on their own: the whole, or of a session the lines with a prompt."""
    lines = code.split("\n")
    first = next((line for line in lines if line.strip() and not line.lstrip().startswith("#")), "")
    if _PROMPT.match(first):
        yield from _session(lines)
        return
    if _is_marked(code):
        code = "\n".join(_blanked(line) for line in lines)
    yield 0, len(code), code


def _is_marked(code: str) -> bool:
    return any(mark in code for mark in ("$ ", "% ", "> ", "!", "%"))


def _blanked(line: str) -> str:
    """A line whose prompt, or mark of a notebook, is blanks. A `>` is a prompt only in a session."""
    match = _MAGIC.match(line) or _PROMPT.match(line)
    if match is None or match.group().strip() == ">":
        return line
    return " " * match.end() + line[match.end() :]


def _session(lines: list[str]) -> Iterator[tuple[int, int, str]]:
    """The commands of a session, each with the lines it goes on in; the rest is output."""
    text = "\n".join(_unprompted(lines))
    start, at, goes_on = -1, 0, False
    for line in lines:
        if start < 0 and _PROMPT.match(line):
            start = at
        goes_on = line.rstrip().endswith("\\")
        at += len(line) + 1
        if start >= 0 and not goes_on:
            yield start, at - 1, text
            start = -1
    if start >= 0:
        yield start, at - 1, text


def _unprompted(lines: list[str]) -> Iterator[str]:
    goes_on = False
    for line in lines:
        match = (_CONTINUED.match(line) if goes_on else None) or (None if goes_on else _PROMPT.match(line))
        yield " " * match.end() + line[match.end() :] if match else line
        goes_on = line.rstrip().endswith("\\")


def _assignments(raw: RawCommand) -> Iterator[tuple[str, RawWord | None]]:
    """The variables a command sets for those after it, with the word that holds the value where that is one."""
    first = raw.words[0].parts[0].text
    if first in _READING:
        yield from ((word.parts[0].text, None) for word in raw.words[1:])
        return
    pairs = [(word, _ASSIGNED.match(word.parts[0].text)) for word in raw.words]
    if first not in _DECLARING and not all(match for _, match in pairs):
        return
    yield from ((match[1], None if match[2] else word) for word, match in pairs if match)


def _begin(words: list[Word], assigned: list[bool]) -> tuple[int, list[Word]]:
    """Where the command itself begins, and the assignments before it."""
    at = 0
    before: list[Word] = []
    while at < len(words):
        text = words[at].text
        if assigned[at]:
            before.append(words[at])
            at += 1
        elif text in _KEYWORDS:
            at += 1
        elif text in _PREFIXES:
            after = _after_prefix(words, at)
            if after == len(words):
                break
            at = after
        else:
            break
    return at, before


def _after_prefix(words: list[Word], at: int) -> int:
    """The place behind a prefix and its options."""
    valued, operands = _PREFIXES[words[at].text or ""]
    at += 1
    while at < len(words) and (text := words[at].text or "").startswith("-"):
        at += 2 if text in valued else 1
    return min(at + operands, len(words))


def _script(raw: RawCommand, command: Command) -> RawWord | None:
    """The word behind the `-c` of a shell."""
    following = raw.words[len(raw.words) - len(command.words) + 2 :]
    for word, script in zip(command.words[1:], following, strict=False):
        text = word.text or ""
        if _RUNNING.fullmatch(text):
            return script
        if not text.startswith("-"):
            break
    return None


def _written(part: Part, code: str) -> tuple[str, Sequence[int]]:
    """A part of a script as the inner shell reads it, and where each character stands."""
    if part.kind in {"text", "glob"}:
        return part.text, range(part.at, part.at + len(part.text) * part.stride, part.stride)
    if part.kind == "variable":
        text = f"${{{part.text}}}" if code.startswith("${", part.at) else f"${part.text}"
        return text, range(part.at, part.at + len(text))
    return "$?", (part.at, part.at)


def _moved(command: Command, origins: Sequence[int]) -> Command:
    return Command(*(tuple(Word(word.text, origins[word.start], origins[word.end - 1] + 1) for word in words) for words in command))
