"""What is dangerous in the code that loading reaches, file by file, with the way there."""

from __future__ import annotations

import json
import re
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from cardlint.checks.vocabulary import quoted, shown
from cardlint.locate import data_folder
from cardlint.problem import Problem

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cardlint.code.dangers import Danger, Table
    from cardlint.code.flow import Outline, When
    from cardlint.remotecode import Reached, RemoteCode
    from cardlint.text import Span

_PAIR = 2
_WHEN: dict[When, str] = {"import": "when it is imported", "load": "when it is loaded", "use": "when it is used"}


class _Seen(NamedTuple):
    reached: Reached
    danger: Danger
    span: Span
    line: int


@cache
def table() -> Table:
    """The names that do something dangerous."""
    from cardlint.code.dangers import Table

    return Table(json.loads((data_folder("schemas") / "code" / "dangers.json").read_bytes()))


def found(remote: RemoteCode, advice: str, kinds: frozenset[str] | None) -> Iterator[Problem]:
    """One problem for each file, kind and time; only of these `kinds`, where there are any."""
    from cardlint.code.flow import Root, loaded

    yield from _codings(remote)
    seen, outlines = _look(remote, kinds)
    roots = [Root(entry.root, entry.name, entry.path == "hubconf.py") for entry in remote.entries if entry.root is not None]
    runs = loaded(outlines, roots, table().load_methods) if seen else set()
    groups: dict[tuple[str, str, When], list[_Seen]] = {}
    for item in seen:
        unit = item.danger.unit
        when: When = "import" if not unit else "load" if (item.reached.path, unit) in runs else "use"
        if kinds is not None or when != "use" or table().kinds[item.danger.kind]["use"]:
            groups.setdefault((item.reached.path, item.danger.kind, when), []).append(item)
    for (_, _, when), items in groups.items():
        yield _problem(items, when, advice, space=kinds is not None)


def _codings(remote: RemoteCode) -> Iterator[Problem]:
    """Files that Python reads otherwise than everybody else does."""
    from cardlint.code.dangers import coding

    for reached in remote.reached:
        piece = remote.piece(reached.path)
        name = coding(piece.code) if piece is not None else None
        if piece is not None and name is not None:
            message = f"{reached.way}: says that it is in the coding {quoted(name)}, in which Python reads other code than is seen here"
            yield Problem(f"{message}; write UTF-8", piece.text.span(0, 0), f"{reached.path}:coding:import")


def _look(remote: RemoteCode, kinds: frozenset[str] | None) -> tuple[list[_Seen], dict[str, Outline]]:
    from cardlint.code.dangers import dangers
    from cardlint.code.flow import outline, running

    seen: list[_Seen] = []
    outlines: dict[str, Outline] = {}
    passed = _passed(remote) if kinds is None else {}
    for reached, program in remote.programs(_is_marked if kinds is not None else bool):
        tree = program.reads[0].tree
        assert tree is not None
        nodes = running(tree, script=remote.kind == "space")
        outlines[reached.path] = outline(nodes)
        every = dangers(tree, nodes, program.module, table(), passed)
        counted = (danger for danger in every if kinds is None or danger.kind in kinds)
        seen += [_Seen(reached, danger, program.span(danger.node, 0), danger.node.lineno) for danger in counted]
    return seen, outlines


def _passed(remote: RemoteCode) -> dict[str, dict[str, str]]:
    """What each module imports, where others may import it from there; only of those that import something dangerous by another name."""
    from cardlint.code.dangers import passed_on

    if len(remote.reached) < _PAIR:
        return {}
    tops = sorted({name.partition(".")[0] for name in table().names} - {"open", "exec", "eval", "execfile"})
    imports = re.compile(rf"^[ \t]*(?:from[ \t]+(?:{'|'.join(tops)})\b|import\b.*\bas\b)", re.MULTILINE)
    found: dict[str, dict[str, str]] = {}
    for reached, program in remote.programs(lambda code: imports.search(code) is not None):
        tree = program.reads[0].tree
        assert tree is not None
        found[reached.path.rpartition("/")[2].removesuffix(".py")] = passed_on(tree)
    return found


def _is_marked(code: str) -> bool:
    """Whether a text may hold what counts in a Space: most files need not be parsed for it."""
    if any(part in code for part in table().key_files):
        return True
    # A decoder has to be imported, but for the methods of the builtin types.
    steps = {name.rpartition(".")[2] if name.startswith("byte") else name.partition(".")[0] for name in table().decoders}
    return any(word in code for word in ("exec", "eval")) and any(step in code for step in steps)


def _problem(items: list[_Seen], when: When, advice: str, *, space: bool) -> Problem:
    first = min(items, key=lambda item: item.danger.mild)
    danger, path = first.danger, first.reached.path
    does = f"{table().kinds[danger.kind]['does']}{f' {danger.only}' if danger.only else ''}"
    inside = f" (in {shown(danger.unit)})" if danger.unit else ""
    more = f", and {len(items) - 1} more of the kind" if len(items) > 1 else ""
    at = "" if space else f" {_WHEN[when]}"
    message = f"{first.reached.way}:{first.line}: {shown(danger.name)} {does}{at}{inside}{more}; {advice}"
    return Problem(
        message, first.span, f"{path}:{danger.kind}:{when}", at_most="note" if danger.mild or (when == "use" and not space) else None
    )
