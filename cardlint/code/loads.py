"""What Python code loads from the Hub, from which repository, and which revision of it; by a table of loaders, given as data.

A load whose repository is not certain is none; one whose revision is given and not certain has the pin `unknown`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from cardlint.code.calls import LOCAL
from cardlint.code.pins import BOTH, named, pin
from cardlint.weights.cached import cached_property

if TYPE_CHECKING:
    import ast
    from collections.abc import Iterator, Mapping, Sequence

    from cardlint.code.call import Call, Known
    from cardlint.code.calls import Module
    from cardlint.code.pins import Form, Pin


class Parameter(NamedTuple):
    """An argument, by keyword and by position (from 0), or by keyword alone."""

    keyword: str
    position: int | None = None


class Loader(NamedTuple):
    """A function or method that loads.

    `ids` are where the repository is named, the first that is given counts; without a `revision` there is no way to name
    one. `kind` is that of the repository, `repo_type` the argument that says otherwise. `only` says that no folder of the
    disk is ever meant, `short` which ids of one part are the Hub's. `beside` are other repositories of the same call: id and
    revision. `instead` are arguments that may hold a revision nobody sees.
    """

    name: str
    ids: tuple[Parameter, ...]
    revision: Parameter | None
    kind: str
    form: Form
    repo_type: Parameter | None = None
    only: bool = False
    short: str = ""
    trust: str = ""
    code: str = ""
    unless: tuple[tuple[str, Any], ...] = ()
    beside: tuple[tuple[Parameter, Parameter], ...] = ()
    instead: tuple[str, ...] = ()


class Load(NamedTuple):
    """A load: of which repository, by which loader, at which revision.

    `called` is the call; `given` the node that says the revision, or in `form`s that hold both the repository, with the text it
    says; None where there is none or it stands elsewhere. `kind` as in `Named`.
    """

    id: str
    kind: str
    loader: Loader
    pin: Pin
    revision: str | None
    called: ast.Call
    tree: int
    given: ast.expr | None = None
    parameter: str = ""


class Table:
    """The loaders, found by the name of what is called."""

    def __init__(self, groups: Sequence[Mapping[str, Any]]) -> None:
        """`groups` as in `schemas/code/loaders.json`, key `python`."""
        self._groups = groups

    @cached_property
    def loaders(self) -> tuple[Loader, ...]:
        """All of them, one for each name."""
        return tuple(_loader(name, group) for group in self._groups for name in (*group["names"], *group.get("unbound", ())))

    @cached_property
    def _by_last(self) -> dict[str, list[tuple[re.Pattern[str] | None, Loader]]]:
        found: dict[str, list[tuple[re.Pattern[str] | None, Loader]]] = {}
        for loader in self.loaders:
            last = loader.name.rpartition(".")[2]
            pattern = _pattern(loader.name) if "*" in loader.name else None
            found.setdefault("*" if "*" in last else last, []).append((pattern, loader))
        for candidates in found.values():
            candidates.sort(key=lambda item: _openness(item[1].name))
        return found

    def find(self, name: str) -> Loader | None:
        """The loader of this full name."""
        candidates = self._by_last.get(name.rpartition(".")[2])
        for pattern, loader in candidates or ():
            if loader.name == name if pattern is None else pattern.fullmatch(name):
                return loader
        return next((loader for pattern, loader in self._by_last.get("*", ()) if pattern and pattern.fullmatch(name)), None)


def _pattern(name: str) -> re.Pattern[str]:
    """`*` stands for one step of a name, or a part of one; `**` for any number of steps."""
    pieces = re.split(r"(\*\*|\*)", name)
    return re.compile("".join({"*": r"[^.()]*", "**": ".+"}.get(piece) or re.escape(piece) for piece in pieces))


def _openness(name: str) -> tuple[int, int]:
    """What sorts the more exact names first: those that say more before the first `*`, then those that say more."""
    return -len(name.partition("*")[0]), -len(name.replace("*", ""))


def _loader(name: str, group: Mapping[str, Any]) -> Loader:
    return Loader(
        name,
        tuple(Parameter(*item) for item in group["id"]),
        Parameter(*group["revision"]) if group.get("revision") else None,
        group.get("kind", "model"),
        group.get("form", "id"),
        Parameter(*group["repo_type"]) if group.get("repo_type") else None,
        group.get("only", False),
        group.get("short", ""),
        group.get("trust", ""),
        group.get("code", ""),
        tuple(group.get("unless", {}).items()),
        tuple((Parameter(*id_), Parameter(*revision)) for id_, revision in group.get("beside", ())),
        tuple(group.get("instead", ())),
    )


def find(module: Module, table: Table) -> Iterator[Load]:
    """The loads of a module, in the order of its calls."""
    for call in module.calls:
        loader = table.find(call.name) or _inherited(call, module, table)
        if loader is not None and not any(_is(call, name, value) for name, value in loader.unless):
            yield from loads_of(call, loader)


def _is(call: Call, name: str, value: Any) -> bool:  # noqa: ANN401 - a constant of any type
    known = call.known(name)
    return known is not None and known.value == value


def _inherited(call: Call, module: Module, table: Table) -> Loader | None:
    """The loader that a class of the module inherits."""
    owner, _, method = call.name.removeprefix(LOCAL).rpartition(".")
    if not call.name.startswith(LOCAL) or owner not in module.classes:
        return None
    names = module.inherited(owner, method)
    return next((loader for name in names if (loader := table.find(name))), None)


def loads_of(call: Call, loader: Loader) -> Iterator[Load]:
    """The loads of one call of a loader."""
    for parameter in loader.ids:
        if values := call.each(*parameter):
            for given in values:
                yield from _load(call, loader, given)
            break
        if not call.lacks(parameter.keyword, parameter.position):
            break
    for id_, revision in loader.beside:
        known = call.known(id_.keyword, id_.position)
        if known is not None and isinstance(known.value, str):
            yield _with_revision(call, loader, known.value, "model", revision)


def _load(call: Call, loader: Loader, given: Known) -> Iterator[Load]:
    found = named(given.value, loader.form) if isinstance(given.value, str) else None
    kind = _kind(call, loader) if found else None
    if found is None or kind is None:
        return
    if loader.revision is None or found.revision is not None:
        hidden = found.revision is None and not all(call.lacks(name) for name in loader.instead)
        node = given.node if found.revision is not None or loader.form in BOTH else None
        yield Load(
            found.id, found.kind or kind, loader, "unknown" if hidden else pin(found.revision), found.revision, call.node, call.site.tree,
            _inside(call, node),
        )  # fmt: skip
    else:
        yield _with_revision(call, loader, found.id, found.kind or kind, loader.revision)


def _with_revision(call: Call, loader: Loader, id_: str, kind: str, parameter: Parameter) -> Load:
    """The load of an id whose revision is an argument of its own."""
    if call.lacks(*parameter) and all(call.lacks(name) for name in loader.instead):
        return Load(id_, kind, loader, "none", None, call.node, call.site.tree, None, parameter.keyword)
    known = call.known(*parameter)
    if known is None or not (known.value is None or isinstance(known.value, str)):
        return Load(id_, kind, loader, "unknown", None, call.node, call.site.tree)
    node = _inside(call, known.node)
    return Load(id_, kind, loader, pin(known.value), known.value, call.node, call.site.tree, node, parameter.keyword if node else "")


def _inside(call: Call, node: ast.expr | None) -> ast.expr | None:
    """The node where it is written in the call itself."""
    arguments = [*call.node.args, *(keyword.value for keyword in call.node.keywords)]
    return node if any(node is argument for argument in arguments) else None


def _kind(call: Call, loader: Loader) -> str | None:
    """The kind of repository that is loaded; None where that is not certain."""
    if loader.repo_type is None or call.lacks(*loader.repo_type):
        return loader.kind
    known = call.known(*loader.repo_type)
    if known is None:
        return None
    return known.value if isinstance(known.value, str) else loader.kind
