"""What Python code does that the loading of a model has no need of: processes, network, evaluation, pickles, credentials.

Only what is certain by its name counts (`cardlint.code.calls`); which names do what is data, `schemas/code/dangers.json`.
"""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING, Any, NamedTuple

from cardlint.code.conditions import judge
from cardlint.code.flow import running

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from cardlint.code.calls import Call, Module

_BUILTIN = ("__builtins__.", "builtins.", "__builtin__.")
_EVALUATORS = frozenset({"eval", "exec", "execfile"})
# What nobody passes on or decorates with for another reason than to have it called.
_HANDED = frozenset({"process", "install", "native", "evaluation"})
_LONG = 1000
_LONGEST_PATH = 300
_ENCODED = re.compile(r"[A-Za-z0-9+/=_$-]{60,}")
_ENVIRONMENT = frozenset({"os.getenv", "os.environ.get", "os.environ.pop"})
_VARIABLES = frozenset({"os.environ", "environ"})
_SEALED = frozenset({"os", "subprocess", "builtins", "__builtins__", "posix", "nt", "socket", "ctypes", "pickle", "importlib", "sys"})


class Danger(NamedTuple):
    """Something dangerous: its `kind`, the `name` of what does it, its place, and the function it stands in (empty: none).

    `mild` where it is so only under a condition that is not seen.
    """

    kind: str
    name: str
    node: ast.expr
    unit: str
    mild: bool = False


class Table:
    """The names that do something dangerous; `held` as in schemas/code/dangers.json."""

    def __init__(self, held: Mapping[str, Any]) -> None:
        self.kinds: Mapping[str, Mapping[str, Any]] = held["kinds"]
        self.names: Mapping[str, str] = held["names"]
        self.load_methods = frozenset(held["load_methods"])
        self.decoders = frozenset(held["decoders"])
        self.key_files: list[str] = held["key_files"]
        self.tokens = frozenset(held["tokens"])
        self._harmless = frozenset(held["harmless"])

    def kind(self, name: str) -> str | None:
        """What a call of this name does."""
        if name in self._harmless:
            return None
        if (kind := self.names.get(name)) is not None:
            return kind
        owner, _, method = name.rpartition(".")
        while owner and "()" not in method:
            if (kind := self.names.get(f"{owner}.*")) is not None:
                return kind
            owner, _, more = owner.rpartition(".")
            method = f"{more}.{method}"
        return None


def dangers(tree: ast.Module, module: Module, table: Table) -> list[Danger]:
    """What a module does, in the order of its lines; `module` has the names of the tree."""
    units = {id(node): where.unit for node, where in running(tree)}
    found = [*_called(module, table, units), *_handed(tree, module, table, units), *_texts(tree, module, table, units)]
    return sorted(found, key=lambda item: (item.node.lineno, item.node.col_offset))


def _called(module: Module, table: Table, units: dict[int, str]) -> Iterator[Danger]:
    for call in module.calls:
        unit = units.get(id(call.node))
        if unit is None:
            continue
        name = _plain(call.name)
        kind = table.kind(name)
        if kind is not None and (verdict := judge(kind, name, call, module)) is not None:
            kind = "obfuscated" if name in _EVALUATORS and _is_decoded(call, module, table) else verdict.kind
            yield Danger(kind, name, call.node, unit, verdict.mild)
        elif kind is None:
            yield from _odd(name, call, module, table, unit)


def _plain(name: str) -> str:
    """A name without what a builtin may be written after."""
    for prefix in _BUILTIN:
        name = name.removeprefix(prefix)
    return name


def _odd(name: str, call: Call, module: Module, table: Table, unit: str) -> Iterator[Danger]:
    """Calls that are dangerous for what they are given."""
    given = list(call.positional)
    first = module.name(given[0], call.site) if given else None
    if name == "getattr" and first in _SEALED and len(given) > 1 and module.known(given[1], call.site) is None:
        yield Danger("evaluation", f"getattr({first}, …)", call.node, unit)
    elif name == "vars" and first in _SEALED:
        yield Danger("evaluation", f"vars({first})", call.node, unit)
    elif name in {"dict", "str", "repr", "json.dumps", "list"} and first == "os.environ":
        yield Danger("credentials", f"{name}(os.environ)", call.node, unit)
    elif name in _ENVIRONMENT and (known := call.known("key", 0)) is not None and known.value in table.tokens:
        yield Danger("credentials", str(known.value), call.node, unit, mild=True)


def _is_decoded(call: Call, module: Module, table: Table) -> bool:
    """Whether what is evaluated was decoded before."""
    for argument in call.node.args[:1]:
        for node in ast.walk(argument):
            if isinstance(node, (ast.Call, ast.Name)):
                name = module.name(node, call.site)
                if name is not None and _plain(name).partition("()")[0] in table.decoders:
                    return True
    return False


def _handed(tree: ast.Module, module: Module, table: Table, units: dict[int, str]) -> Iterator[Danger]:
    """What is not called here but given away to be: as an argument, in a table, as a decorator."""
    aliases = _aliases(module)
    bound = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load)}
    bound |= {node.arg for node in ast.walk(tree) if isinstance(node, ast.arg)} | set(module.classes)
    bound |= {node.name for node in ast.walk(tree) if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))}
    inner = {id(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
    inner |= {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    for node in ast.walk(tree):
        if isinstance(node, (ast.Name, ast.Attribute)) and isinstance(node.ctx, ast.Load) and id(node) in units and id(node) not in inner:
            name = _dotted(node, aliases, bound)
            if name is not None and table.names.get(_plain(name)) in _HANDED and name not in {"types.FunctionType", "types.CodeType"}:
                yield Danger(table.names[_plain(name)], _plain(name), node, units[id(node)])
            elif name == "__builtins__":
                yield Danger("evaluation", name, node, units[id(node)])


def _aliases(module: Module) -> dict[str, str]:
    """What each imported name is, wherever it is imported."""
    found: dict[str, str] = {}
    for node in {id(item.node): item.node for item in module.imports}.values():
        for alias in node.names:
            if isinstance(node, ast.ImportFrom):
                found[alias.asname or alias.name] = f"{'.' * node.level}{node.module}.{alias.name}"
            else:
                top = alias.name.partition(".")[0]
                found[alias.asname or top] = alias.name if alias.asname else top
    return found


def _dotted(node: ast.expr, aliases: dict[str, str], bound: set[str]) -> str | None:
    """The name of an expression where its first step is a module, or something that nothing binds."""
    steps: list[str] = []
    while isinstance(node, ast.Attribute):
        steps.append(node.attr)
        node = node.value
    if not isinstance(node, ast.Name) or node.id in bound:
        return None
    return ".".join((aliases.get(node.id, node.id), *reversed(steps)))


def _texts(tree: ast.Module, module: Module, table: Table, units: dict[int, str]) -> Iterator[Danger]:
    """Texts that name where credentials lie, and long ones that are decoded."""
    decodes: bool | None = None
    prose = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Subscript) and id(node) in units:
            yield from _environment(node, table, units[id(node)])
        if not isinstance(node, ast.Constant) or not isinstance(node.value, (str, bytes)) or id(node) in prose or id(node) not in units:
            continue
        text = node.value if isinstance(node.value, str) else node.value.decode("latin-1")
        if (part := _key_file(text, table)) is not None:
            yield Danger("credentials", part, node, units[id(node)])
        elif len(text) >= _LONG and _is_encoded(text):
            if decodes is None:
                decodes = any(_plain(call.name) in table.decoders for call in module.calls)
            if decodes:
                yield Danger("encoded", f"a text of {len(text):,} characters", node, units[id(node)])


def _environment(node: ast.Subscript, table: Table, unit: str) -> Iterator[Danger]:
    named = isinstance(node.ctx, ast.Load) and isinstance(node.slice, ast.Constant) and node.slice.value in table.tokens
    if named and _dotted(node.value, {}, set()) in _VARIABLES:
        assert isinstance(node.slice, ast.Constant)
        yield Danger("credentials", str(node.slice.value), node, unit, mild=True)


def _key_file(text: str, table: Table) -> str | None:
    """The place of credentials that a text names."""
    if len(text) > _LONGEST_PATH or "://" in text:
        return None
    for part in table.key_files:
        at = text.find(part)
        if at >= 0 and not (part[-1].isalnum() and text[at + len(part) : at + len(part) + 1].isalnum()):
            return part
    return None


def _is_encoded(text: str) -> bool:
    """Whether most of a text is in lines of base64, hexadecimal or the like."""
    return sum(len(match) for match in _ENCODED.findall(text)) * 10 >= len(text) * 9
