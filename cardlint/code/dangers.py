"""What Python code does that the loading of a model has no need of: processes, network, evaluation, pickles, credentials.

Only what is certain by its name counts (`cardlint.code.calls`); which names do what is data, `schemas/code/dangers.json`.
"""

from __future__ import annotations

import ast
import re
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from cardlint.code.call import Call
from cardlint.code.calls import LOCAL
from cardlint.code.conditions import judge, writes_outside

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from cardlint.code.calls import Module
    from cardlint.code.flow import Where

# What each module beside this one imports: its name without folders, the names there, what they are.
Passed: TypeAlias = "Mapping[str, Mapping[str, str]]"
_BUILTIN = ("__builtins__.", "builtins.", "__builtin__.")
_OWN = re.compile(r"\.+\w+\.(\w+\..+)")
_THROUGH = re.compile(r"[\w.]+\.((?:os|subprocess|builtins|importlib|posix|nt|ctypes|pickle|socket)\.\w.*)")
_CODING = re.compile(r"[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)")  # PEP 263
# Codings in which what looks like ASCII is ASCII, so that Python reads the code that everybody sees.
_PLAIN = re.compile(r"utf-?8(?:-sig)?|us-ascii|ascii|latin-?\d*|iso-?8859-\d+|(?:cp|windows-)?125\d|koi8-[ru]", re.IGNORECASE)
_FETCHED = ("huggingface_hub.snapshot_download()", "huggingface_hub.hf_hub_download()", "huggingface_hub.cached_download()")
_SEARCHED = frozenset({"sys.path.append", "sys.path.insert", "sys.path.extend"})
_EVALUATORS = frozenset({"eval", "exec", "execfile"})
# What nobody passes on or decorates with for another reason than to have it called.
_HANDED = frozenset({"process", "install", "native", "evaluation"})
_LONG = 1000
_LONGEST_PATH = 300
_ENCODED = re.compile(r"[A-Za-z0-9+/=_$-]{60,}")
_ENVIRONMENT = frozenset({"os.getenv", "os.environ.get", "os.environ.pop"})
_VARIABLES = {"os": "os", "environ": "os.environ"}
_FREE = ("eval", "exec", "__builtins__")
_COMPARING = frozenset({"isinstance", "issubclass"})
_TYPES = frozenset({"types.FunctionType", "types.CodeType"})  # what things are compared with
_SEALED = frozenset({"os", "subprocess", "builtins", "__builtins__", "posix", "nt", "socket", "ctypes", "pickle", "importlib", "sys"})


class Danger(NamedTuple):
    """Something dangerous: its `kind`, the `name` of what does it, its place, and the function it stands in (empty: none).

    `only` where it is so under a condition that is not seen; `mild` where many have a good reason for it.
    """

    kind: str
    name: str
    node: ast.expr
    unit: str
    only: str = ""
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


class _Module:
    """A module with everything that is asked of it more than once."""

    def __init__(self, tree: ast.Module, nodes: Sequence[tuple[ast.AST, Where]], module: Module, table: Table, passed: Passed) -> None:
        self.module = module
        self.passed = passed
        self.table = table
        self.units = {id(node): where.unit for node, where in nodes}
        self.expressions = [node for node, _ in nodes if isinstance(node, (ast.Name, ast.Attribute, ast.Subscript, ast.Constant))]
        self.aliases = _aliases(module)
        self.arguments: set[str] = set()
        self.bound = set(module.classes)
        self.inner: set[int] = set()
        for node in ast.walk(tree):
            self._note(node)
        self.bound |= self.arguments

    def _note(self, node: ast.AST) -> None:
        if isinstance(node, ast.Name):
            if not isinstance(node.ctx, ast.Load):
                self.bound.add(node.id)
        elif isinstance(node, ast.arg):
            self.arguments.add(node.arg)
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            self.bound.add(node.name)
        elif isinstance(node, ast.ClassDef):
            self.inner.update(map(id, node.bases))
        elif isinstance(node, ast.Call):
            self.inner.add(id(node.func))
            if isinstance(node.func, ast.Name) and node.func.id in _COMPARING:
                self.inner.update(id(inside) for argument in node.args[1:] for inside in ast.walk(argument))
        elif isinstance(node, (ast.Attribute, ast.Expr)):
            self.inner.add(id(node.value))  # an owner, or a text that stands alone


def dangers(
    tree: ast.Module, nodes: Sequence[tuple[ast.AST, Where]], module: Module, table: Table, passed: Passed = MappingProxyType({})
) -> list[Danger]:
    """What a module does, in the order of its lines.

    `nodes` are those that `cardlint.code.flow.running` gives of the tree, and `module` has the names of it; `passed` is what
    the modules beside it import, for others to import from them.
    """
    held = _Module(tree, nodes, module, table, passed)
    found = [*_called(held), *_handed(held), *_texts(held)]
    return sorted(found, key=lambda item: (item.node.lineno, item.node.col_offset))


def _called(held: _Module) -> Iterator[Danger]:
    module, table = held.module, held.table
    for call in (*module.calls, *_uncertain(held)):
        unit = held.units.get(id(call.node))
        if unit is None:
            continue
        name = _plain(call.name, held.passed)
        kind = table.kind(name)
        if kind is not None and (verdict := judge(kind, name, call, module)) is not None:
            kind = "obfuscated" if name in _EVALUATORS and _is_decoded(call, module, table) else verdict.kind
            yield Danger(kind, name, call.node, unit, verdict.only, mild=bool(verdict.only))
        elif kind is None:
            yield from _odd(name, call, module, table, unit)
    for call in module.every:
        unit = held.units.get(id(call.node))
        if unit is not None and table.kind(call.name) is None and writes_outside(call, module):
            assert isinstance(call.node.func, ast.Attribute)
            yield Danger("outside", f"pathlib.Path().{call.node.func.attr}", call.node, unit)


def _uncertain(held: _Module) -> Iterator[Call]:
    """Calls of what may be one of several imports, or nothing: `try: import requests`, `except ImportError: requests = None`."""
    certain = {id(call.node) for call in held.module.calls}
    aliases = {alias: name for alias, name in held.aliases.items() if alias not in held.arguments}
    for site in held.module.sites:
        if id(site.node) not in certain and (name := _dotted(site.node.func, aliases)) is not None:
            yield Call(name, site, held.module)


def _plain(name: str, passed: Passed = MappingProxyType({})) -> str:
    """A name without what a builtin may be written after, and without the module that hands on what it imports.

    The module is the own one (`.helper.os.system`), or any that everybody reaches the dangerous ones through
    (`torch.os.system`, `logging.sys.modules`).
    """
    for prefix in _BUILTIN:
        name = name.removeprefix(prefix)
    if name.startswith("."):
        module, _, rest = name.lstrip(".").partition(".")
        first, dot, more = rest.partition(".")
        if (what := passed.get(module, {}).get(first)) is not None:
            return f"{what}{dot}{more}"
    match = _OWN.match(name) if name.startswith(".") else _THROUGH.match(name)
    return match[1] if match is not None else name


def _odd(name: str, call: Call, module: Module, table: Table, unit: str) -> Iterator[Danger]:
    """Calls that are dangerous for what they are given."""
    given = list(call.positional)
    first = module.name(given[0], call.site) if given else None
    if name == "getattr" and first in _SEALED and len(given) > 1 and module.known(given[1], call.site) is None:
        yield Danger("evaluation", f"getattr({first}, …)", call.node, unit)
    elif _is_unpickler(name, module):
        yield Danger("deserialisation", "pickle.Unpickler", call.node, unit)
    elif name == "vars" and first in _SEALED:
        yield Danger("evaluation", f"vars({first})", call.node, unit)
    elif name in {"dict", "str", "repr", "json.dumps", "list"} and first == "os.environ":
        yield Danger("credentials", f"{name}(os.environ)", call.node, unit)
    elif name in _SEARCHED and any(_is_fetched(argument, call, module) for argument in given):
        yield Danger("fetched", name, call.node, unit)
    elif name in _ENVIRONMENT and (known := call.known("key", 0)) is not None and known.value in table.tokens:
        yield Danger("credentials", f'{name}("{known.value}")', call.node, unit, mild=True)


def _is_unpickler(name: str, module: Module) -> bool:
    """Whether a class of the module is a `pickle.Unpickler` that finds whatever it is asked for."""
    owner = name.removeprefix(LOCAL)
    if not name.startswith(LOCAL) or owner not in module.classes:
        return False
    return any(found in {"pickle.Unpickler.find_class", "_pickle.Unpickler.find_class"} for found in module.inherited(owner, "find_class"))


def _is_fetched(argument: ast.expr, call: Call, module: Module) -> bool:
    """Whether a folder comes from another repository."""
    parts = (node for node in ast.walk(argument) if isinstance(node, (ast.Call, ast.Name)))
    return any((module.name(node, call.site) or "").startswith(_FETCHED) for node in parts)


def coding(code: str) -> str | None:
    """The coding that a module says it is in, where Python then reads other code than the one that is seen."""
    for line in code.split("\n", 2)[:2]:
        match = _CODING.match(line)
        if match is not None:
            return None if _PLAIN.fullmatch(match[1].replace("_", "-")) else match[1]
        if line.strip() and not line.lstrip().startswith("#"):
            return None
    return None


def _is_decoded(call: Call, module: Module, table: Table) -> bool:
    """Whether what is evaluated was decoded before."""
    for argument in call.node.args[:1]:
        for node in ast.walk(argument):
            if isinstance(node, (ast.Call, ast.Name)):
                name = module.name(node, call.site)
                if name is not None and _plain(name).partition("()")[0] in table.decoders:
                    return True
    return False


def _handed(held: _Module) -> Iterator[Danger]:
    """What is not called here but given away to be: as an argument, in a table, as a decorator."""
    free = {name: name for name in _FREE} | held.aliases
    names = {name: what for name, what in free.items() if name not in held.bound}
    for node in held.expressions:
        if isinstance(node, (ast.Name, ast.Attribute)) and id(node) not in held.inner and isinstance(node.ctx, ast.Load):
            name = _plain(_dotted(node, names) or "", held.passed)
            kind = held.table.names.get(name) if name != "__builtins__" else "evaluation"
            if kind in _HANDED and name not in _TYPES:
                yield Danger(str(kind), name, node, held.units[id(node)])


def passed_on(tree: ast.Module) -> dict[str, str]:
    """What a module imports from installed libraries, by the names under which others may import it from there."""
    found: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and not node.level:
            found.update((alias.asname or alias.name, f"{node.module}.{alias.name}") for alias in node.names)
        elif isinstance(node, ast.Import):
            found.update((alias.asname, alias.name) for alias in node.names if alias.asname)
    return found


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


def _dotted(node: ast.expr, names: Mapping[str, str]) -> str | None:
    """The name of an expression whose first step is one of these names."""
    steps: list[str] = []
    while isinstance(node, ast.Attribute):
        steps.append(node.attr)
        node = node.value
    if not isinstance(node, ast.Name) or node.id not in names:
        return None
    return ".".join((names[node.id], *reversed(steps)))


def _texts(held: _Module) -> Iterator[Danger]:
    """Texts that name where credentials lie, and long ones that are decoded; a text that stands alone is prose."""
    for node in held.expressions:
        if isinstance(node, ast.Subscript):
            yield from _environment(node, held.table, held.units[id(node)])
        if not isinstance(node, ast.Constant) or not isinstance(node.value, (str, bytes)) or id(node) in held.inner:
            continue
        text = node.value if isinstance(node.value, str) else node.value.decode("latin-1")
        if (part := _key_file(text, held.table)) is not None:
            yield Danger("keys", f'"{part}"', node, held.units[id(node)])
        elif len(text) >= _LONG and _is_encoded(text) and any(_plain(call.name) in held.table.decoders for call in held.module.calls):
            yield Danger("encoded", f"a text of {len(text):,} characters", node, held.units[id(node)])


def _environment(node: ast.Subscript, table: Table, unit: str) -> Iterator[Danger]:
    if isinstance(node.slice, ast.Constant) and node.slice.value == "__builtins__":
        yield Danger("evaluation", '["__builtins__"]', node, unit)
    named = isinstance(node.ctx, ast.Load) and isinstance(node.slice, ast.Constant) and node.slice.value in table.tokens
    if named and _dotted(node.value, _VARIABLES) == "os.environ":
        assert isinstance(node.slice, ast.Constant)
        yield Danger("credentials", f'os.environ["{node.slice.value!s}"]', node, unit, mild=True)


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
