"""Dockerfiles: their instructions, the images and addresses they take, and the shell text they run.

Source: Docker documentation, "Dockerfile reference" (syntax 1.x: parser directives, here-documents, exec forms).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from cardlint.code.asked import address_pin, environment, image, ref_pin
from cardlint.code.needs import Index, Need, Needs, Script, script

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_LINE = re.compile(r"[^\r\n]*+(?:\r\n|\n|\r|\Z)")
_DIRECTIVE = re.compile(r"[ \t]*+#[ \t]*+(\w+)[ \t]*+=[ \t]*+(\S++)[^\r\n]*+(?:\r\n|\n|\r|\Z)")
_HEREDOC = re.compile(r"<<-?[ \t]*+(?:\"(\w+)\"|'(\w+)'|(\w+))")
_INSTRUCTION = re.compile(r"[ \t]*+(?:ONBUILD[ \t]++)?(?:HEALTHCHECK[ \t]++(?:--\S++[ \t\\\n]++)*+)?([A-Za-z]++)[ \t]++", re.IGNORECASE)
_FLAG = re.compile(r"[ \t\r\n\\]*+--([a-z-]+)(?:=(\S*))?")
_WORD = re.compile(r"""(?:[^\s"'\\]|\\[^\n]|"[^"]*+"|'[^']*+'|["'])++""", re.DOTALL)
_VARIABLE = re.compile(r"\$(?:\{(\w+)(?::?-([^}]*))?\}|(\w+))")
_GIT = re.compile(r"(?:https?://[^\s#]+\.git|git@[^\s#]+)(?:#(\S*))?")
_LONGEST = 2000
_EXEC = re.compile(r"[ \t]*\[")
_BESIDE = re.compile(r'("(?:[^"\\]|\\.)*+")|[\[\],]', re.DOTALL)


class Instruction(NamedTuple):
    """An instruction: its name in capitals and what follows it, as long as in the file, where it begins at `start`.

    In `code` comments are blanks and lines are joined by backslashes; `body` is the offset in it at which here-documents begin.
    """

    name: str
    code: str
    start: int
    body: int


class _Stages:
    """What is known while the stages are read from top to bottom."""

    def __init__(self) -> None:
        self.needs: list[Need] = []
        self.indexes: list[Index] = []
        self.scripts: list[Script] = []
        self.names: set[str] = set()
        self.before: dict[str, str] = {}  # ARG before the first FROM is for FROM alone
        self.variables: dict[str, str] = {}
        self.begun = False


def dockerfile(text: str) -> Needs:
    """What a Dockerfile asks for, and the shell text of RUN, CMD and ENTRYPOINT."""
    stages = _Stages()
    for instruction in instructions(text):
        handler = _HANDLERS.get(instruction.name)
        if handler:
            handler(stages, instruction)
    return Needs(tuple(stages.needs), tuple(stages.indexes), scripts=tuple(stages.scripts))


def instructions(text: str) -> Iterator[Instruction]:
    """The instructions of a Dockerfile."""
    escape = _escape(text)
    lines = [match for match in _LINE.finditer(text) if match.group()]
    at = 0
    while at < len(lines):
        if not lines[at].group().strip() or _is_comment(lines[at].group()):
            at += 1
            continue
        begin = lines[at].start()
        pieces, at = _logical(lines, at, escape)
        head = "".join(pieces)
        bodies, at = _bodies(lines, at, [next(filter(None, match.groups())) for match in _HEREDOC.finditer(head)])
        word = _INSTRUCTION.match(head)
        if word:
            yield Instruction(word[1].upper(), (head + bodies)[word.end() :], begin + word.end(), len(head) - word.end())


def _escape(text: str) -> str:
    """The character that joins lines, which a directive on top may change."""
    at = 0
    while match := _DIRECTIVE.match(text, at):
        if match[1].lower() == "escape":
            return match[2][:1]
        at = match.end()
    return "\\"


def _is_comment(line: str) -> bool:
    return line.lstrip().startswith("#")


def _logical(lines: list[re.Match[str]], at: int, escape: str) -> tuple[list[str], int]:
    """The lines of an instruction, each as long as it was, and the number of the line after it."""
    pieces: list[str] = []
    while at < len(lines):
        line = lines[at].group()
        content = line.rstrip("\r\n")
        at += 1
        if pieces and (_is_comment(line) or not content.strip()):
            pieces.append(" " * len(line))
        elif content.rstrip().endswith(escape) and len(content) < len(line):
            kept = content.rstrip()[:-1]
            pieces.append(kept + " " * (len(line) - len(kept) - 2) + "\\\n")
        else:
            pieces.append(line)
            break
    return pieces, at


def _bodies(lines: list[re.Match[str]], at: int, delimiters: list[str]) -> tuple[str, int]:
    """The bodies of here-documents with the lines that end them, and the number of the line after them."""
    pieces: list[str] = []
    for delimiter in delimiters:
        while at < len(lines):
            pieces.append(lines[at].group())
            at += 1
            if pieces[-1].strip() == delimiter:
                break
    return "".join(pieces), at


def _flags(instruction: Instruction) -> tuple[list[tuple[str, str, int]], int]:
    """The flags before the arguments (name, value, offset in the file), and where in the code the arguments begin."""
    found: list[tuple[str, str, int]] = []
    at = 0
    while match := _FLAG.match(instruction.code, at):
        found.append((match[1], match[2] or "", instruction.start + max(match.start(2), match.start(1))))
        at = match.end()
    return found, at


def _arguments(instruction: Instruction) -> list[tuple[str, int, int]]:
    """The words after the flags, without quotes, and their places in the file."""
    _, at = _flags(instruction)
    code = instruction.code[: instruction.body]
    found = [(match.group(), match.start(), match.end()) for match in _WORD.finditer(code, at)]
    return [(word.strip("\"'"), instruction.start + start, instruction.start + end) for word, start, end in found]


def _expanded(value: str, variables: dict[str, str]) -> str:
    """A value with what is known put in; what is not known stays as it is written."""

    def known(match: re.Match[str]) -> str:
        return variables.get(match[1] or match[3]) or match[2] or match.group()

    return _VARIABLE.sub(known, value)[:_LONGEST]


def _from(stages: _Stages, instruction: Instruction) -> None:
    words = _arguments(instruction)
    if words:
        name, start, end = words[0]
        name = _expanded(name, stages.before)
        if name.lower() not in stages.names and (found := image(name, start, end)):
            stages.needs.append(found)
        if len(words) > 2 and words[1][0].lower() == "as":  # noqa: PLR2004 - FROM image AS name
            stages.names.add(words[2][0].lower())
    stages.begun = True
    stages.variables = {}


def _set(stages: _Stages, instruction: Instruction) -> None:
    """ARG and ENV, in the form with `=` and in the old one with a blank."""
    words = _arguments(instruction)
    pairs = [(word.partition("="), start, end) for word, start, end in words]
    if pairs and not pairs[0][0][1] and instruction.name == "ENV":
        rest = words[1:]
        pairs = [((words[0][0], "=", " ".join(word for word, _, _ in rest)), rest[0][1], rest[-1][2])] if rest else []
    for (name, equals, written), start, end in pairs:
        if not equals:
            continue
        value = _expanded(written.strip("\"'"), stages.before | stages.variables)
        (stages.variables if stages.begun else stages.before)[name] = value
        place = min(start + len(name) + 1, end) if instruction.code.startswith(name + "=", start - instruction.start) else start
        stages.indexes += environment(name, value, place, end)


def _copy(stages: _Stages, instruction: Instruction) -> None:
    flags, _ = _flags(instruction)
    for name, value, start in flags:
        if name == "from":
            _pulled(stages, value, start)


def _pulled(stages: _Stages, name: str, start: int) -> None:
    """An image that files come from, where it is neither a stage nor its number."""
    found = image(_expanded(name, stages.before | stages.variables), start, start + len(name))
    if found and name.lower() not in stages.names and not name.isdigit():
        stages.needs.append(found)


def _add(stages: _Stages, instruction: Instruction) -> None:
    _copy(stages, instruction)
    hashed = any(name == "checksum" for name, _, _ in _flags(instruction)[0])
    for word, start, end in _arguments(instruction)[:-1]:
        address = _expanded(word, stages.variables)
        git = _GIT.fullmatch(address)
        if git:
            name = address.partition("#")[0].rpartition("/")[2].removesuffix(".git")
            stages.needs.append(Need("repository", name, "hash" if hashed else ref_pin(git[1] or ""), start, end))
        elif address.startswith(("http://", "https://")):
            stages.needs.append(
                Need("address", address.rpartition("/")[2] or address, "hash" if hashed else address_pin(address), start, end)
            )


def _run(stages: _Stages, instruction: Instruction) -> None:
    flags, at = _flags(instruction)
    for name, value, start in flags:
        if name == "mount":
            for option in re.finditer(r"(?:^|,)from=([^,]+)", value):
                _pulled(stages, option[1], start + option.start(1))
    code = instruction.code[at:]
    head = instruction.code[at : instruction.body]
    if _HEREDOC.fullmatch(head.strip()):
        body = instruction.code[instruction.body :]
        at, code = instruction.body, body[: body.rstrip().rfind("\n") + 1]
    elif _EXEC.match(code):
        code = _BESIDE.sub(lambda match: match[1] or " ", code)
    stages.scripts.append(script(code, instruction.start + at, dict(stages.variables)))


_HANDLERS: dict[str, Callable[[_Stages, Instruction], None]] = {
    "FROM": _from,
    "ARG": _set,
    "ENV": _set,
    "COPY": _copy,
    "ADD": _add,
    "RUN": _run,
    "CMD": _run,
    "ENTRYPOINT": _run,
}
