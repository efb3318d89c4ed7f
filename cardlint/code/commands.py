"""What commands of the shell load from the Hub, by the same table of loaders; and a commit that a clone is put at afterwards."""

from __future__ import annotations

import re
from fnmatch import fnmatchcase
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

from cardlint.code.pins import named, pin
from cardlint.code.shell import Word, option

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from cardlint.code.pins import Form, Pin
    from cardlint.code.shell import Command

_HUB = re.compile(
    r"(?:https?://(?:[^@/\s]*@)?|git@|ssh://git@)(?:www\.)?(?:huggingface\.co|hf\.co)[/:](datasets/|spaces/)?([\w.-]+/[\w.-]+?)(?:\.git)?/?"
)
_KINDS = {"datasets/": "dataset", "spaces/": "space"}
_PYTHON = re.compile(r"(?:.*/)?python(?:3(?:\.\d+)?)?")
_MOVES = frozenset({"checkout", "switch", "reset"})
_STARTERS = frozenset({(name, "run") for name in ("uv", "poetry", "pdm", "pipx", "pixi", "conda", "mamba", "micromamba", "hatch")})
_STARTER_VALUED = frozenset(
    {"--from", "--with", "--python", "-p", "--extra", "--group", "--index", "--index-url", "--spec", "-n", "--name", "-e", "--environment"}
)
_CLONE_VALUED = (
    "-b",
    "--branch",
    "--revision",
    "--depth",
    "-c",
    "--config",
    "-o",
    "--origin",
    "--filter",
    "--reference",
    "-j",
    "--jobs",
    "-u",
)


class Tool(NamedTuple):
    """A command that loads: its first words as patterns, and its options.

    Where `operand` is set, a word that is no option names the repository.
    """

    words: tuple[str, ...]
    operand: bool
    ids: tuple[str, ...]
    revision: tuple[str, ...]
    kind: str
    form: Form
    repo_type: str
    only: bool
    short: str
    trust: str
    valued: tuple[str, ...]
    beside: tuple[tuple[str, str], ...]


class CommandLoad(NamedTuple):
    """A load by a command: `word` names the repository, `given` the revision; `option` is the one that takes it, if any does.

    `start` and `end` are those of the command.
    """

    id: str
    kind: str
    called: str
    only: bool
    short: str
    pin: Pin
    revision: str | None
    word: Word
    given: Word | None
    option: str
    start: int
    end: int


def tools(held: Sequence[Mapping[str, Any]]) -> tuple[Tool, ...]:
    """The tools of `schemas/code/loaders.json`, key `commands`."""
    return tuple(_tool(words, group) for group in held for words in group["words"])


def _tool(words: Iterable[str], group: Mapping[str, Any]) -> Tool:
    return Tool(
        tuple(words),
        0 in group["id"],
        tuple(name for name in group["id"] if name != 0),
        tuple(group.get("revision") or ()),
        group["kind"],
        group.get("form", "id"),
        group.get("repo_type", ""),
        group.get("only", False),
        group.get("short", ""),
        group.get("trust", ""),
        tuple(group.get("valued", ())),
        tuple((name, revision) for name, revision in group.get("beside", ())),
    )


def match(command: Command, known: Sequence[Tool]) -> tuple[Tool, int] | None:
    """The tool that a command runs, and how many of its words say so."""
    begin = _within(command)
    texts = [word.text or "" for word in command.words[begin:]]
    if not texts:
        return None
    texts[0] = "python" if _PYTHON.fullmatch(texts[0]) else texts[0].rpartition("/")[2]
    for tool in known:
        if tool.words[0] == texts[0] and (at := _after(texts, tool.words)):
            return tool, begin + at
    return None


def _within(command: Command) -> int:
    """Where the command begins that `uvx`, `uv run`, `poetry run` and the like start in an environment."""
    texts = [word.text or "" for word in command.words]
    first = texts[0].rpartition("/")[2]
    at = 1 if first == "uvx" else 2 if (first, *texts[1:2]) in _STARTERS else 0
    while 0 < at < len(texts) and texts[at].startswith("-"):
        at += 2 if texts[at] in _STARTER_VALUED else 1
    return min(at, len(texts))


def _after(texts: list[str], words: tuple[str, ...]) -> int:
    """How many words the patterns take up; 0 where they do not fit. `**x**` may stand anywhere behind those before it."""
    at = 0
    for pattern in words:
        if pattern.startswith("**") and pattern.endswith("**"):
            found = [index for index in range(at, len(texts)) if pattern.strip("*") in texts[index]]
            if not found:
                return 0
            at = found[0] + 1
        elif at < len(texts) and fnmatchcase(texts[at], pattern):
            at += 1
        else:
            return 0
    return at


def command_loads(commands: Sequence[Command], known: Sequence[Tool]) -> Iterator[CommandLoad]:
    """The loads of commands that run one after the other."""
    for index, command in enumerate(commands):
        if _is_clone(command):
            yield from _clone(command, (commands[after] for after in range(index + 1, len(commands))))
        elif (found := match(command, known)) is not None:
            yield from _of_tool(command, *found)


def _of_tool(command: Command, tool: Tool, at: int) -> Iterator[CommandLoad]:
    word = option(command, *tool.ids) if tool.ids else None
    if word is None and tool.operand:
        word = next(_operands(command.words[at:], (*tool.valued, *tool.revision, tool.repo_type)), None)
    kind = _kind(command, tool)
    if word is not None and word.text and kind and (found := named(word.text, tool.form)):
        yield _load(command, tool, Word(found.id, word.start, word.end), kind, tool.revision)
    for name, revision in tool.beside:
        other = option(command, name)
        if other is not None and other.text:
            yield _load(command, tool, other, tool.kind, (revision,))


def _load(command: Command, tool: Tool, word: Word, kind: str, names: tuple[str, ...]) -> CommandLoad:
    given = option(command, *names) if names else None
    revision = given.text if given else None
    whole = all(item.text is not None for item in command.words)
    state: Pin = pin(revision) if given is None or revision is not None else "unknown"
    if given is None and not whole and names:  # an option may come out of a variable
        state = "unknown" if any(_may_be_option(*pair) for pair in pairwise(command.words)) else state
    called = " ".join(part.strip("*") for part in tool.words if part.strip("*"))
    return CommandLoad(
        word.text or "", kind, called, tool.only, tool.short, state, revision, word, given, names[0] if names else "",
        command.words[0].start, command.words[-1].end,
    )  # fmt: skip


def _may_be_option(before: Word, word: Word) -> bool:
    """Whether a word that is not certain may be an option, being the value of none."""
    text = before.text or ""
    return word.text is None and not (text.startswith("-") and "=" not in text)


def _kind(command: Command, tool: Tool) -> str:
    given = option(command, tool.repo_type) if tool.repo_type else None
    return tool.kind if given is None else given.text or ""


def _operands(words: Iterable[Word], valued: tuple[str, ...]) -> Iterator[Word]:
    """The words that are neither options nor values of those that take one."""
    skip = False
    for word in words:
        text = word.text or ""
        if skip or text.startswith("-"):
            skip = not skip and text in valued
        else:
            yield word


def _is_clone(command: Command) -> bool:
    texts = [word.text for word in command.words]
    return texts[:1] == ["git"] and "clone" in texts


def _clone(command: Command, following: Iterable[Command]) -> Iterator[CommandLoad]:
    """A clone of a repository of the Hub, and the commit it is put at by what follows."""
    found = [(word, match) for word in command.words if (match := _HUB.fullmatch(word.text or ""))]
    if not found:
        return
    word, address = found[0]
    at = [item.text for item in command.words].index("clone")
    operands = [*_operands(command.words[at + 1 :], _CLONE_VALUED)]
    folder = operands[1].text if len(operands) > 1 else address[2].rpartition("/")[2]
    given = _checkout(folder or "", following) or option(command, "-b", "--branch", "--revision")
    revision = given.text if given else None
    state: Pin = "unknown" if given is not None and revision is None else pin(revision)
    yield CommandLoad(
        address[2], _KINDS.get(address[1] or "", "model"), "git clone", True, "", state, revision, word, None, "",  # noqa: FBT003 - fields
        command.words[0].start, command.words[-1].end,
    )  # fmt: skip


def _checkout(folder: str, following: Iterable[Command]) -> Word | None:
    """The revision that later commands put the folder at, up to the next clone."""
    for command in following:
        texts = [word.text or "" for word in command.words]
        if texts[:1] != ["git"]:
            continue
        if "clone" in texts:
            return None
        if moves := _MOVES.intersection(texts):
            elsewhere = option(command, "-C")
            at = texts.index(next(iter(moves)))
            if elsewhere is None or (elsewhere.text or "").rstrip("/").endswith(folder):
                operands = [*_operands(command.words[at + 1 :], ())]
                return next((word for word in operands if pin(word.text) == "commit"), operands[0] if operands else None)
    return None
