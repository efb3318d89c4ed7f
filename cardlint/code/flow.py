"""When the functions of some modules run: when they are imported, when what they define is loaded, or only when it is used.

By name, and generously: what code that runs refers to by the name of a function, of a method or of a class may be called.
So nothing that loading calls is taken for something it does not, and what is only used may be taken for loaded.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

from cardlint.weights.cached import cached_property

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

When: TypeAlias = Literal["import", "load", "use"]
LAMBDA = "<lambda>"  # the code of those that stand in no function
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_CHECKING = "TYPE_CHECKING"
_NAME = "__name__"


class Names(NamedTuple):
    """What the code of a module or of one function refers to: names, and attributes of anything."""

    plain: set[str]
    attributes: set[str]


class Outline(NamedTuple):
    """What of a module decides when its code runs.

    `units` has the module's own code under the empty name and each function under its qualified name (`Model.forward`);
    `classes` the methods of each class, by the names that its definition has.
    """

    units: dict[str, Names]
    classes: dict[str, list[str]]


class Where(NamedTuple):
    """Where a node stands: the function whose code it is part of, and the path of what it is defined in, a class if it has an `owner`."""

    unit: str
    path: str
    owner: bool = False


def outline(nodes: Sequence[tuple[ast.AST, Where]]) -> Outline:
    """The outline of a module, from what `running` gives."""
    found = Outline({"": Names(set(), set())}, {})
    for node, where in nodes:
        names = found.units.setdefault(where.unit, Names(set(), set()))
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
            names.plain.add(node.id)
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load):
            names.attributes.add(node.attr)
        elif isinstance(node, ast.ClassDef):
            found.classes.setdefault(_within(where.path, node.name), [])
        elif isinstance(node, _FUNCTIONS):
            path = _within(where.path, node.name)
            found.units.setdefault(path, Names(set(), set()))
            if any(_is_registered(item) for item in node.decorator_list):
                names.plain.add(node.name)
            if where.owner:
                found.classes[where.path].append(path)
    return found


def _is_registered(decorator: ast.expr) -> bool:
    """Whether a decorator keeps the function for something that calls it: `@atexit.register`."""
    node = decorator.func if isinstance(decorator, ast.Call) else decorator
    return isinstance(node, ast.Attribute) and node.attr == "register"


def running(tree: ast.Module, *, script: bool = False) -> list[tuple[ast.AST, Where]]:
    """The nodes of a module that may run when it is imported or later, each with where it stands; of annotations only the calls.

    What only runs in a script run by itself is left out, unless it may be a `script`, and so is what never runs.
    """
    never = _Never(tree, script=script)
    found: list[tuple[ast.AST, Where]] = []
    pending: list[tuple[ast.AST, Where]] = [(tree, Where("", ""))]
    while pending:
        item = pending.pop()
        found.append(item)
        node, where = item
        if isinstance(node, ast.If) and never.holds(node.test):
            pending.extend((child, where) for child in reversed(node.orelse))
        else:
            pending.extend(reversed(list(_inner(node, where))))
    return found


class _Never:
    """Which tests never hold where a module is imported, as long as nothing in it sets what they ask for."""

    def __init__(self, tree: ast.Module, *, script: bool) -> None:
        self._tree = tree
        self._script = script

    def holds(self, test: ast.expr) -> bool:
        """Whether a test is one of them."""
        if _is_main(test):
            return not self._script and _NAME not in self._set
        name = test.attr if isinstance(test, ast.Attribute) else test.id if isinstance(test, ast.Name) else ""
        return name == _CHECKING and _CHECKING not in self._set

    @cached_property
    def _set(self) -> set[str]:
        names = (node for node in ast.walk(self._tree) if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load))
        return {node.id for node in names}


def _inner(node: ast.AST, where: Where) -> Iterator[tuple[ast.AST, Where]]:
    """The nodes in a node, each with where it stands."""
    if isinstance(node, ast.ClassDef):
        yield from ((child, where) for child in (*node.decorator_list, *node.bases, *node.keywords))
        yield from ((child, Where(where.unit, _within(where.path, node.name), owner=True)) for child in node.body)
    elif isinstance(node, (*_FUNCTIONS, ast.Lambda)):
        if not isinstance(node, ast.Lambda):
            yield from ((child, where) for child in node.decorator_list)
            path = _within(where.path, node.name)
        else:
            path = where.unit or LAMBDA
        yield from ((child, where) for child in (*node.args.defaults, *filter(None, node.args.kw_defaults), *_annotating(node)))
        inside = Where(path, path)
        yield from ((child, inside) for child in (node.body if isinstance(node.body, list) else [node.body]))
    elif isinstance(node, ast.AnnAssign):
        yield from ((child, where) for child in (node.target, node.value, *_calls(node.annotation)) if child is not None)
    else:
        yield from ((child, where) for child in ast.iter_child_nodes(node))


def _annotating(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) -> Iterator[ast.Call]:
    """The calls in the annotations of a function, which Python before 3.14 makes when it defines the function."""
    given = node.args
    for argument in (*given.posonlyargs, *given.args, *given.kwonlyargs, *filter(None, (given.vararg, given.kwarg))):
        yield from _calls(argument.annotation)
    yield from _calls(None if isinstance(node, ast.Lambda) else node.returns)


def _calls(annotation: ast.expr | None) -> Iterator[ast.Call]:
    """The outermost calls in an annotation. The names there say what a thing is, and make nothing run."""
    pending = [annotation] if annotation is not None else []
    while pending:
        node = pending.pop()
        if isinstance(node, ast.Call):
            yield node
        else:
            pending.extend(child for child in ast.iter_child_nodes(node) if isinstance(child, ast.expr))


def _is_main(test: ast.expr) -> bool:
    """Whether a test is `__name__ == "__main__"`."""
    if not isinstance(test, ast.Compare) or len(test.ops) != 1 or not isinstance(test.ops[0], ast.Eq):
        return False
    sides = (test.left, *test.comparators)
    names = any(isinstance(side, ast.Name) and side.id == _NAME for side in sides)
    return names and any(isinstance(side, ast.Constant) and side.value == "__main__" for side in sides)


def _within(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


class Root(NamedTuple):
    """Where loading begins: a class of a module, or any where `name` is None; `public` functions are called, too."""

    module: str
    name: str | None
    public: bool = False


def loaded(outlines: dict[str, Outline], roots: Iterable[Root], methods: Collection[str]) -> set[tuple[str, str]]:
    """The functions that run when the roots are loaded, each with its module. `methods` are those that loading calls."""
    flow = _Flow(outlines, methods)
    for root in roots:
        flow.begin(root)
    return flow.run()


class _Flow:
    def __init__(self, outlines: dict[str, Outline], methods: Collection[str]) -> None:
        self._outlines = outlines
        self._methods = methods
        self._reached: set[tuple[str, str]] = set()
        self._pending: list[tuple[str, str]] = []
        self._asked: set[str] = set()
        self._functions: dict[str, list[tuple[str, str]]] = {}
        self._classes: dict[str, list[tuple[str, str]]] = {}
        for module, held in outlines.items():
            for unit in held.units:
                self._functions.setdefault(_last(unit), []).append((module, unit))
            for name in held.classes:
                self._classes.setdefault(_last(name), []).append((module, name))

    def begin(self, root: Root) -> None:
        """Begin at a root; a class that no module defines by that name may be any."""
        held = self._outlines.get(root.module)
        if root.name in self._classes or root.name in self._functions:
            self._named({str(root.name)})
        elif held is not None:
            for name in held.classes:
                self._instantiated(root.module, name)
            for unit in held.units if root.public else ():
                if "." not in unit and not unit.startswith("_"):
                    self._add(root.module, unit)

    def run(self) -> set[tuple[str, str]]:
        """Everything that is reached."""
        for module, held in self._outlines.items():
            self._named(held.units[""].plain | held.units[""].attributes)
            # `from module import name` asks the `__getattr__` of the module for `__path__`.
            for unit in (LAMBDA, "__getattr__"):
                if unit in held.units:
                    self._add(module, unit)
        while self._pending:
            module, unit = self._pending.pop()
            names = self._outlines[module].units[unit]
            self._named(names.plain | names.attributes)
        return self._reached

    def _named(self, names: set[str]) -> None:
        """Functions of these names run, and classes are made use of."""
        for name in names - self._asked:
            self._asked.add(name)
            for module, unit in self._functions.get(name, ()):
                self._add(module, unit)
            for module, path in self._classes.get(name, ()):
                self._instantiated(module, path)

    def _instantiated(self, module: str, path: str) -> None:
        for unit in self._outlines[module].classes[path]:
            if _last(unit) in self._methods:
                self._add(module, unit)

    def _add(self, module: str, unit: str) -> None:
        if unit and (module, unit) not in self._reached:
            self._reached.add((module, unit))
            self._pending.append((module, unit))


def _last(name: str) -> str:
    return name.rpartition(".")[2]
