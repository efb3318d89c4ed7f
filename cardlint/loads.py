"""What the code of a repository loads, and what it lets run in doing so, each with its place: the fact behind the rules on loads.

All of it is gathered in one pass, because the trees of a thousand files do not fit into memory.
"""

from __future__ import annotations

import json
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from cardlint.code.pins import BOTH
from cardlint.hubids import HubIds
from cardlint.loadmends import Mend, command_mend, mend
from cardlint.locate import data_folder
from cardlint.settings import settings
from cardlint.shelltexts import of_code, of_program, of_workflows
from cardlint.weights.cached import cached_property

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from cardlint.code.commands import Tool
    from cardlint.code.downloads import Download
    from cardlint.code.loads import Load, Table
    from cardlint.coding import Code, Piece, Program
    from cardlint.errors import Obstacle
    from cardlint.repository import Repository
    from cardlint.shelltexts import ShellText
    from cardlint.text import Span


class Use(NamedTuple):
    """A load. `mend` is None where no small edit pins it; `pinnable` says whether the loader takes a revision at all."""

    id: str
    kind: str
    loader: str
    pin: str
    revision: str | None
    span: Span
    mend: Mend | None = None
    pinnable: bool = True


class Trusted(NamedTuple):
    """A place that lets the code of a repository run; `entry` is that of the dictionary which says so elsewhere."""

    span: Span
    source: str
    pinned: bool
    local: bool = False
    entry: Span | None = None


class Risky(NamedTuple):
    """A load that may run code out of the file: which call, whether the file comes from the net, else where it lies."""

    span: Span
    called: str
    far: bool
    path: str
    held: bool


class Fetched(NamedTuple):
    """Weights that are fetched by their address, or lie at a path of somebody's machine."""

    span: Span
    download: Download | None
    path: str = ""


@cache
def table(name: str) -> dict[str, Any]:
    """A table of `schemas/code`, as it is shipped."""
    return json.loads((data_folder("schemas") / "code" / f"{name}.json").read_bytes())  # type: ignore[no-any-return]


@cache
def python_table() -> Table:
    """The loaders of Python, to be found by name."""
    from cardlint.code.loads import Table

    return Table(table("loaders")["python"])


@cache
def command_table() -> tuple[Tool, ...]:
    """The commands that load."""
    from cardlint.code.commands import tools

    return tools(table("loaders")["commands"])


class Loads:
    """The loads of a repository."""

    def __init__(self, repository: Repository) -> None:
        """Nothing is read yet."""
        self._repository = repository
        self.code: Code = repository.fact("code")
        self._ids = HubIds(repository, table("loaders")["short"])
        self._obstacles: list[Obstacle] = []

    def uses(self) -> list[Use]:
        """All loads of the Hub that are certain, in the order of files and places."""
        return self._of(Use)

    def trusted(self) -> list[Trusted]:
        """All places that let code of a repository run."""
        return self._of(Trusted)

    def risky(self) -> list[Risky]:
        """All loads that may run code out of the file."""
        return self._of(Risky)

    def fetched(self) -> list[Fetched]:
        """All weights that are fetched or read around the libraries."""
        return self._of(Fetched)

    def require_whole(self) -> None:
        """Called when everything that was read has been judged. Raises Obstacle where something was not."""
        self.code.require_whole()
        for obstacle in self._obstacles:
            raise obstacle

    def _of(self, sort: type[Any]) -> list[Any]:
        return [item for item in self._found if isinstance(item, sort)]

    @cached_property
    def _found(self) -> tuple[Use | Trusted | Risky | Fetched, ...]:
        found: list[Use | Trusted | Risky | Fetched] = []
        for program in self.code.programs():
            found += self._of_program(program)
        for text in (*of_code(self.code), *of_workflows(self._settings, self._obstacles)):
            found += self._of_shell(text)
        said = {item.span for item in found}
        found += (item for item in self._of_settings() if item.span not in said)
        found += self._of_scripts()
        return tuple(sorted(found, key=lambda item: (item.span.path, item.span.start)))

    def _of_program(self, program: Program) -> Iterator[Use | Trusted | Risky | Fetched]:
        from cardlint.code.downloads import downloads, hard_coded
        from cardlint.code.loads import find
        from cardlint.code.trust import trusts

        held = table("loaders")
        for load in find(program.module, python_table()):
            if self._ids.is_certain(load.id, only=load.loader.only, short=load.loader.short):
                yield _use(program, load)
        for trust in trusts(program.module):
            entry = program.span(*trust.from_) if trust.from_ else None
            yield Trusted(program.span(trust.node, trust.tree), trust.source, trust.pinned, trust.local, entry)
        yield from self._risky(program)
        for text in of_program(program):
            yield from self._of_shell(text)
        for call, tree, download in downloads(program.module, held["fetchers"]):
            yield Fetched(program.span(call, tree), download)
        for call, tree, path in hard_coded(program.module, held["weights"]) if program.pieces[0].where != "snippet" else ():
            yield Fetched(program.span(call, tree), None, path)

    def _risky(self, program: Program) -> Iterator[Risky]:
        from cardlint.code.unsafe import unsafe

        trees = [read.tree for read in program.reads if read.tree is not None]
        for item in unsafe(program.module, self._calls, trees, old_torch=self._old_torch):
            held = self._ids.holds(item.path)
            yield Risky(program.span(item.node, item.tree), item.called, item.far, item.path, held)

    @cached_property
    def _calls(self) -> Mapping[str, Mapping[str, Any]]:
        return table("unsafe")["calls"]  # type: ignore[no-any-return]

    @cached_property
    def _old_torch(self) -> bool:
        """Whether the requirements of the repository ask for a torch before 2.6, which restricts nothing by itself."""
        from cardlint.torchversion import is_old

        return is_old(self._repository)

    def _of_shell(self, text: ShellText) -> Iterator[Use | Trusted | Fetched]:
        from cardlint.code.commands import command_loads
        from cardlint.code.downloads import command_downloads
        from cardlint.code.trust import command_trusts

        for load in command_loads(text.commands, command_table()):
            if self._ids.is_certain(load.id, only=load.only, short=load.short):
                pinnable = bool(load.option) or load.called == "git clone"
                span = text.span(load.start, load.end)
                yield Use(load.id, load.kind, load.called, load.pin, load.revision, span, command_mend(text, load), pinnable)
        yield from self._of_inner(text)
        for told in command_trusts(text.commands):
            yield Trusted(text.span(told.start, told.end), "", told.pinned)
        for start, end, download in command_downloads(text.commands):
            yield Fetched(text.span(start, end), download)

    def _of_inner(self, text: ShellText) -> Iterator[Use]:
        """The loads of Python that a command is given as a word (`python -c "…"`); they stand where the word does."""
        from cardlint.code.calls import Module
        from cardlint.code.loads import find
        from cardlint.code.python import read_python
        from cardlint.code.shell import inline

        for word in inline(text.commands):
            tree = read_python(word.text or "").tree
            for load in find(Module([tree]), python_table()) if tree is not None else ():
                if self._ids.is_certain(load.id, only=load.loader.only, short=load.loader.short):
                    pinnable = load.loader.revision is not None or load.loader.form in BOTH
                    span = text.span(word.start, word.end)
                    yield Use(load.id, load.kind, _said(load), load.pin, load.revision, span, pinnable=pinnable)

    def _of_scripts(self) -> Iterator[Use]:
        """Loads in JavaScript, which the card of a model for the browser shows."""
        from cardlint.code.javascript import LANGUAGES, scripted

        for piece in self.code.of(*LANGUAGES):
            for item in scripted(piece.code):
                if self._ids.is_certain(item.id, only=False, short="models"):
                    yield Use(item.id, "model", item.called, item.pin, item.revision, piece.within(item.start, item.end))

    def _of_settings(self) -> Iterator[Use | Trusted | Fetched]:
        from cardlint.code.trust import configured

        for piece in (*self.code.of("yaml", "json", "toml"), *self._settings):
            for told in configured(piece.code):
                yield Trusted(piece.within(told.start, told.end), "", told.pinned)

    @cached_property
    def _settings(self) -> tuple[Piece, ...]:
        return tuple(settings(self._repository, self._obstacles))


def _use(program: Program, load: Load) -> Use:
    loader = load.loader
    pinnable = loader.revision is not None or loader.form in BOTH
    return Use(
        load.id, load.kind, _said(load), load.pin, load.revision, program.span(load.called, load.tree), mend(program, load), pinnable
    )


def _said(load: Load) -> str:
    """The loader as the code writes it, at most its last two steps; in other code than names its name in the table."""
    import ast

    node: ast.expr = load.called.func
    steps: list[str] = []
    while isinstance(node, ast.Attribute) and len(steps) < 1:
        steps.append(node.attr)
        node = node.value
    last = node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""
    return ".".join(filter(None, [last, *steps]))
