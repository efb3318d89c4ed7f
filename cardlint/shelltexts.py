"""Shell text wherever a repository holds it: pieces of shell, instructions of Dockerfiles, steps of workflows."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from cardlint.errors import Unreadable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from cardlint.code.needs import Script
    from cardlint.code.shell import Command
    from cardlint.coding import Code, Piece, Program
    from cardlint.errors import Obstacle
    from cardlint.text import Span

_WORKFLOW = re.compile(r"(?:.*/)?(?:\.(?:github|gitea|forgejo)/workflows/[^/]+\.ya?ml|action\.ya?ml)")
_COMPOSE = re.compile(r"(?:.*/)?(?:docker-)?compose(?:[.-][^/]*)?\.ya?ml")


class ShellText(NamedTuple):
    """Commands that run in one shell, one after the other, and where their offsets stand in the file.

    `is_list` says that the words are items of a list (`CMD ["vllm", "serve"]`) or stand in a text of Python, so that none can be edited.
    """

    commands: tuple[Command, ...]
    span: Callable[[int, int], Span]
    is_list: bool = False


def of_code(code: Code) -> Iterator[ShellText]:
    """The shell text of the pieces of code."""
    from cardlint.code.dockerfile import dockerfile
    from cardlint.code.shell import commands

    for piece in code.of("shell", "dockerfile"):
        if piece.language == "shell":
            yield ShellText(tuple(commands(piece.code)), piece.within)
            continue
        for script in dockerfile(piece.code).scripts:
            yield _of_script(script, piece.within, is_list=piece.code.startswith("[", script.place(0)))


def _of_script(script: Script, span: Callable[[int, int], Span], *, is_list: bool = False) -> ShellText:
    from cardlint.code.shell import commands

    def placed(start: int, end: int) -> Span:
        return span(script.place(start), script.place(end))

    listed = is_list or script.code.lstrip().startswith('"')
    return ShellText(tuple(commands(script.code, script.variables)), placed, listed)


def of_program(program: Program) -> Iterator[ShellText]:
    """The commands that Python starts; they stand where the call does."""
    from cardlint.code.spawned import spawned

    for call, found in spawned(program.module):
        place = program.span(call.node, call.site.tree)
        yield ShellText(found, lambda _start, _end, place=place: place, is_list=True)  # type: ignore[misc]


def of_workflows(settings: tuple[Piece, ...], obstacles: list[Obstacle]) -> Iterator[ShellText]:
    """The shell text of workflows, of the metadata of actions, and of compose files; what cannot be read is put to the obstacles."""
    from cardlint.code.workflow import compose, workflow
    from cardlint.yamlreader import YamlError, read_yaml

    for piece in settings:
        reader = workflow if _WORKFLOW.fullmatch(piece.path) else compose if _COMPOSE.fullmatch(piece.path) else None
        if reader is None:
            continue
        try:
            scripts = reader(read_yaml(piece.text.content), piece.text.content).scripts
        except YamlError as error:
            obstacles.append(Unreadable(f"{piece.path} is no YAML: {error}"))
            continue
        for script in scripts:
            yield _of_script(script, piece.text.span)
