"""What the code of a repository loads from the Hub, each load with its place: the fact behind the rules on pins.

Whether what a loader is given is the id of a repository, or a folder on somebody's disk, is decided here.
"""

from __future__ import annotations

import json
import re
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from cardlint.locate import data_folder
from cardlint.repoid import why_malformed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cardlint.code.loads import Load, Table
    from cardlint.coding import Code, Program
    from cardlint.repository import Repository
    from cardlint.text import Span

# First parts of what looks like an id and is likely a folder; and last parts.
_FOLDERS = re.compile(
    r"(?:outputs?|out|results?|models?|checkpoints?|ckpts?|data|datasets?|saved?(?:[-_]models?)?|saves|runs?|exp|exps|experiments?|logs?|"
    r"weights?|pretrained(?:[-_]?models?)?|te?mp|local|cache|path|folder|dir|directory|assets|artifacts|trained[-_]?models?|work_dirs?|"
    r"content|drive|mnt|home|root|workspace|kaggle|input|your[-_].*|my[-_].*)",
    re.IGNORECASE,
)
_LAST = re.compile(
    r"checkpoint.*|(?:final|best|last|latest)(?:[-_](?:model|checkpoint|ckpt))?|"
    r".*\.(?:pth?|bin|ckpt|safetensors|onnx|json|ya?ml|csv|txt|parquet|pkl|h5|gguf|py|zip|tar|gz)",
    re.IGNORECASE,
)


class Edit(NamedTuple):
    """What pins a load: `before`, the commit and `after` in the place of what the span covers."""

    span: Span
    before: str = ""
    after: str = ""


class Use(NamedTuple):
    """A load with its place. `mend` is None where no small edit pins it; `pinnable` whether the loader takes a revision at all."""

    id: str
    kind: str
    loader: str
    pin: str
    revision: str | None
    span: Span
    mend: Edit | None = None
    pinnable: bool = True


@cache
def table() -> dict[str, Any]:
    """The table of loaders, as it is shipped."""
    return json.loads((data_folder("schemas") / "code" / "loaders.json").read_bytes())  # type: ignore[no-any-return]


@cache
def python_table() -> Table:
    """The loaders of Python, to be found by name."""
    from cardlint.code.loads import Table

    return Table(table()["python"])


class Loads:
    """The loads of a repository."""

    def __init__(self, repository: Repository) -> None:
        """Nothing is read yet."""
        self._repository = repository
        self.code: Code = repository.fact("code")

    @cached_property
    def uses(self) -> tuple[Use, ...]:
        """All loads of the Hub that are certain, in the order of files and places."""
        found = [use for program in self.code.programs() for use in self._of_program(program)]
        return tuple(sorted(found, key=lambda use: (use.span.path, use.span.start)))

    def _of_program(self, program: Program) -> Iterator[Use]:
        from cardlint.code.loads import find

        for load in find(program.module, python_table()):
            if self._is_repository(load.id, only=load.loader.only, short=load.loader.short):
                yield _use(program, load)

    def _is_repository(self, id_: str, *, only: bool, short: str) -> bool:
        """Whether a text is the id of a repository for certain, and no folder."""
        if why_malformed(id_) is not None:
            return False
        if only:
            return True
        first, slash, last = id_.partition("/")
        if not slash:
            return bool(short) and re.fullmatch(table()["short"][short], id_) is not None and not self._exists(id_)
        return not (_FOLDERS.fullmatch(first) or _LAST.fullmatch(last) or self._exists(id_))

    def _exists(self, path: str) -> bool:
        """Whether the repository holds a file or folder of this name."""
        return path in self._paths

    @cached_property
    def _paths(self) -> frozenset[str]:
        files = self._repository.fact("known_files")
        found: set[str] = set()
        for entry in files or ():
            steps = entry.path.split("/")
            found.update("/".join(steps[:count]) for count in range(1, len(steps) + 1))
        return frozenset(found)


def _use(program: Program, load: Load) -> Use:
    loader = load.loader
    pinnable = loader.revision is not None or loader.form in {"prefixed", "github", "address", "hf", "at"}
    span = program.span(load.called, load.tree)
    return Use(load.id, load.kind, _said(loader.name, load), load.pin, load.revision, span, _mend(program, load), pinnable)


def _said(name: str, load: Load) -> str:
    """The loader as the code writes it, at most its last two steps."""
    import ast

    steps = ast.unparse(load.called.func).split(".") if len(name) else []
    return ".".join(steps[-2:]) if all(step.isidentifier() for step in steps[-2:]) else name


def _mend(program: Program, load: Load) -> Edit | None:
    """The edit that pins a load."""
    if load.pin in {"commit", "unknown"}:
        return None
    piece = program.pieces[load.tree]
    quote = '\\"' if piece.escaped else '"'
    if load.given is not None:
        return _replacement(program, load, quote)
    if not load.parameter:
        return None
    arguments = [*load.called.args, *(keyword.value for keyword in load.called.keywords)]
    if not arguments:
        return None
    end = max((program.span(argument, load.tree) for argument in arguments), key=lambda span: span.end).end
    rest = piece.text.content[end : program.span(load.called, load.tree).end]
    if rest.strip().rstrip(")").strip().rstrip(",").strip() or rest.count(")") != 1:
        return None
    return Edit(piece.text.span(end, end), f", {load.parameter}={quote}", quote)


def _replacement(program: Program, load: Load, quote: str) -> Edit | None:
    assert load.given is not None
    piece = program.pieces[load.tree]
    span = program.span(load.given, load.tree)
    written = piece.text.cut(span)
    if load.parameter:
        return Edit(span, quote, quote)
    marker = ":" if load.loader.form == "github" else "@"
    whole = f"{load.id}{marker}{load.revision}" if load.revision else load.id
    at = written.find(whole)
    if at < 0 or written.count(whole) > 1:
        return None
    return Edit(piece.text.span(span.start + at + len(load.id), span.start + at + len(whole)), marker)
