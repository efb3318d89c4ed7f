"""What the runner of GitHub Actions takes for a command, written from what its `ActionCommand.cs` does, to hold our output against."""

from __future__ import annotations

import re
from typing import NamedTuple

# Of those it knows, the ones that can be told from a log; compared without case.
KNOWN = {
    "error", "warning", "notice", "debug", "group", "endgroup", "add-mask", "add-matcher", "remove-matcher", "set-env", "set-output",
    "save-state", "add-path", "echo", "internal-set-repo-path", "stop-commands",
}  # fmt: skip


class Command(NamedTuple):
    """A command with what its properties and its data are once unescaped."""

    name: str
    properties: dict[str, str]
    data: str


def command(line: str) -> Command | None:
    """The command in a line of the log; None where it is only a line."""
    bare = line.lstrip()
    end = bare.find("::", 2) if bare.startswith("::") else -1
    if end >= 0:
        name, _, listed = bare[2:end].partition(" ")
        if name.lower() in KNOWN:
            pairs = (pair.split("=", 1) for pair in listed.strip().split(",") if pair)
            properties = {pair[0]: _unescaped(pair[1], "\r\n:,%") for pair in pairs if len(pair) == 2}
            return Command(name, properties, _unescaped(bare[end + 2 :], "\r\n%"))
    older = re.search(r"##\[([^\] ]*)[^\]]*\](.*)", line)
    if older is not None and older[1].lower() in KNOWN:
        return Command(older[1], {}, older[2])
    azure = re.search(r"##vso\[([^\] ]*)[^\]]*\](.*)", line, re.IGNORECASE)
    return None if azure is None else Command(azure[1], {}, azure[2])


def _unescaped(text: str, chars: str) -> str:
    for char in chars:  # the percent sign last, as the runner does
        text = text.replace(f"%{ord(char):02X}", char)
    return text


def commands(log: str) -> list[Command]:
    """The commands in a log. Whatever ends a line to anybody ends one."""
    return [found for line in re.split("[\n\r\x0b\x0c\x85\u2028\u2029]", log) if (found := command(line)) is not None]
