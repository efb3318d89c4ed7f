"""The scopes of Python code and what is bound in them; and where, in one walk, everything else that is asked for stands.

Several trees may share one module scope: the cells of a notebook, the snippets of a card. Rules of scope: Python language
reference, 4.2 "Naming and binding".
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

How: TypeAlias = Literal["import", "value", "each", "class", "function", "other"]
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
_BRANCHES = (ast.If, ast.For, ast.AsyncFor, ast.While, ast.Try, ast.Match, getattr(ast, "TryStar", ast.Try))
_MUTATORS = frozenset({"update", "setdefault", "pop", "popitem", "clear", "append", "extend", "insert", "remove"})


class Binding(NamedTuple):
    """What binds a name: an import (`what` is the dotted name), a value, `each` item of a list, or something nobody knows.

    `place` orders bindings: number of the tree, line, column. `straight` says that it stands in no branch or loop.
    """

    how: How
    place: tuple[int, int, int]
    straight: bool
    what: str = ""
    value: ast.expr | ast.ClassDef | None = None


class Scope:
    """A module, class, function or comprehension, and the names bound in it."""

    __slots__ = ("bindings", "declared", "guarded", "is_class", "name", "parent")

    def __init__(self, name: str = "", parent: Scope | None = None, *, is_class: bool = False) -> None:
        """`name` is the qualified name of a function or class (`Model.forward`), empty for the module."""
        self.name = name
        self.parent = parent
        self.is_class = is_class
        self.bindings: dict[str, list[Binding]] = {}
        self.declared: dict[str, Scope] = {}

    def bind(self, name: str, binding: Binding) -> None:
        """Add a binding, to the scope that `global` or `nonlocal` names if there is such a statement."""
        self.declared.get(name, self).bindings.setdefault(name, []).append(binding)

    @property
    def module(self) -> Scope:
        """The scope of the module."""
        scope = self
        while scope.parent is not None:
            scope = scope.parent
        return scope

    @property
    def function(self) -> str:
        """The qualified name of the innermost function; empty where the code runs when the module is imported."""
        scope: Scope | None = self
        while scope is not None and (scope.is_class or not scope.name):
            scope = scope.parent
        return scope.name if scope is not None else ""


class Import(NamedTuple):
    """An imported module or name: `from .helper import build as b` is module `helper`, name `build`, level 1."""

    module: str
    name: str
    level: int
    node: ast.Import | ast.ImportFrom
    scope: Scope
    tree: int


class Site(NamedTuple):
    """A call: its node, the scope it stands in, the number of its tree, whether only a script run by itself reaches it.

    `straight` says that it stands in no branch or loop.
    """

    node: ast.Call
    scope: Scope
    tree: int
    guarded: bool
    straight: bool


class _Where(NamedTuple):
    """The state of the walk at a node."""

    scope: Scope
    tree: int
    guarded: bool = False
    straight: bool = True


class Walk:
    """All scopes, bindings, imports and calls of some trees that share a module scope."""

    def __init__(self, trees: Sequence[ast.AST]) -> None:
        self.scope = Scope()
        self.imports: list[Import] = []
        self.sites: list[Site] = []
        self.classes: dict[str, tuple[ast.ClassDef, Scope]] = {}
        for number, tree in enumerate(trees):
            self._walk(tree, _Where(self.scope, number))

    def _walk(self, tree: ast.AST, where: _Where) -> None:
        pending: list[tuple[ast.AST, _Where]] = [(tree, where)]
        while pending:
            node, where = pending.pop()
            self._enter(node, where)
            pending.extend(reversed(list(_inner(node, where, self._scope_of(node, where)))))

    def _scope_of(self, node: ast.AST, where: _Where) -> Scope:
        """The scope of what stands inside a node."""
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            return Scope(_qualified(where.scope, node.name), where.scope, is_class=isinstance(node, ast.ClassDef))
        if isinstance(node, (ast.Lambda, *_COMPREHENSIONS)):
            return Scope(_qualified(where.scope, "<lambda>") if isinstance(node, ast.Lambda) else "", where.scope)
        return where.scope

    def _enter(self, node: ast.AST, where: _Where) -> None:
        scope, tree = where.scope, where.tree
        if isinstance(node, ast.Call):
            self.sites.append(Site(node, scope, tree, where.guarded, where.straight))
            _mutation(node.func, where)
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            self._import(node, where)
        elif isinstance(node, (ast.Global, ast.Nonlocal)):
            _declare(node, scope)
        elif isinstance(node, ast.ClassDef):
            self.classes[_qualified(scope, node.name)] = (node, scope)
            scope.bind(node.name, Binding("class", _place(node, tree), where.straight, _qualified(scope, node.name), node))
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            scope.bind(node.name, Binding("function", _place(node, tree), where.straight, _qualified(scope, node.name)))
        else:
            _bound(node, where)

    def _import(self, node: ast.Import | ast.ImportFrom, where: _Where) -> None:
        place = _place(node, where.tree)
        module, level = (node.module or "", node.level) if isinstance(node, ast.ImportFrom) else ("", 0)
        for alias in node.names:
            if isinstance(node, ast.Import):
                self.imports.append(Import(alias.name, "", 0, node, where.scope, where.tree))
                name, what = (alias.asname, alias.name) if alias.asname else (alias.name.partition(".")[0],) * 2
            else:
                self.imports.append(Import(module, alias.name, level, node, where.scope, where.tree))
                name, what = alias.asname or alias.name, f"{'.' * level}{module}.{alias.name}"
            if name != "*":
                where.scope.bind(name, Binding("import", place, where.straight, what))


def _inner(node: ast.AST, where: _Where, scope: Scope) -> Iterator[tuple[ast.AST, _Where]]:
    """The nodes inside a node, each with the state of the walk there."""
    if scope is where.scope:
        guard, straight = isinstance(node, ast.If) and _is_guard(node.test), where.straight and not isinstance(node, _BRANCHES)
        for child in ast.iter_child_nodes(node):
            guarded = where.guarded or (guard and isinstance(node, ast.If) and any(child is item for item in node.body))
            yield child, _Where(scope, where.tree, guarded, straight or guarded)
        return
    inside = _Where(scope, where.tree, where.guarded)
    outside = set(map(id, _evaluated_outside(node)))
    for child in _children(node):
        yield child, where if id(child) in outside else inside


def _children(node: ast.AST) -> Iterator[ast.AST]:
    """The children of what makes a scope; of its arguments the names and what they default to by themselves."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.arguments):
            yield from ast.iter_child_nodes(child)
        else:
            yield child


def _evaluated_outside(node: ast.AST) -> Iterable[ast.AST]:
    """What belongs to a definition and is evaluated where it stands: decorators, bases, defaults, the first iterable."""
    if isinstance(node, ast.ClassDef):
        return (*node.decorator_list, *node.bases, *node.keywords)
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
        return (*node.decorator_list, *node.args.defaults, *filter(None, node.args.kw_defaults))
    if isinstance(node, ast.Lambda):
        return (*node.args.defaults, *filter(None, node.args.kw_defaults))
    return ()


def _is_guard(test: ast.expr) -> bool:
    """Whether a test is `__name__ == "__main__"` or `TYPE_CHECKING`: what it holds does not run when the module is imported."""
    if isinstance(test, ast.Compare):
        return isinstance(test.left, ast.Name) and test.left.id == "__name__" and all(isinstance(op, ast.Eq) for op in test.ops)
    return (test.attr if isinstance(test, ast.Attribute) else test.id if isinstance(test, ast.Name) else "") == "TYPE_CHECKING"


def _bound(node: ast.AST, where: _Where) -> None:
    """Bind what statements and expressions other than definitions bind."""
    if isinstance(node, ast.Assign):
        if len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
            _bind_value(node.targets[0].id, node.value, node, where)
        else:
            _bind_others(node.targets, where)
    elif isinstance(node, (ast.AnnAssign, ast.NamedExpr)):
        if isinstance(node.target, ast.Name) and node.value is not None:
            _bind_value(node.target.id, node.value, node, where)
    elif isinstance(node, (ast.AugAssign, ast.Delete)):
        _bind_others(node.targets if isinstance(node, ast.Delete) else [node.target], where)
    elif isinstance(node, (ast.For, ast.AsyncFor, ast.comprehension)):
        _bind_items(node.target, node.iter, where)
    elif isinstance(node, ast.withitem):
        _bind_others([node.optional_vars] if node.optional_vars else [], where)
    elif isinstance(node, ast.arg):
        where.scope.bind(node.arg, Binding("other", _place(node, where.tree), where.straight))
    elif isinstance(node, (ast.ExceptHandler, ast.MatchAs, ast.MatchStar)) and node.name:
        where.scope.bind(node.name, Binding("other", _place(node, where.tree), where.straight))


def _bind_items(target: ast.expr, items: ast.expr, where: _Where) -> None:
    """The name a loop gives the items of something one after the other."""
    if isinstance(target, ast.Name):
        where.scope.bind(target.id, Binding("each", _place(target, where.tree), where.straight, value=items))
    else:
        _bind_others([target], where)


def _bind_value(name: str, value: ast.expr, node: ast.stmt | ast.expr, where: _Where) -> None:
    where.scope.bind(name, Binding("value", _place(node, where.tree), where.straight, value=value))


def _bind_others(targets: Iterable[ast.expr], where: _Where) -> None:
    """Names that get a value nobody follows, and names whose value is changed in place."""
    for target in targets:
        for node in ast.walk(target):
            if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
                where.scope.bind(node.id, Binding("other", _place(node, where.tree), where.straight))
            elif isinstance(node, (ast.Subscript, ast.Attribute)) and isinstance(node.value, ast.Name) and isinstance(node, ast.Subscript):
                _unknown(node.value, where)


def _mutation(function: ast.expr, where: _Where) -> None:
    """A call of `kwargs.update`, say, leaves nobody knowing what `kwargs` holds."""
    if isinstance(function, ast.Attribute) and function.attr in _MUTATORS and isinstance(function.value, ast.Name):
        _unknown(function.value, where)


def _unknown(name: ast.Name, where: _Where) -> None:
    """From here on the value of a name, wherever it is bound, is not known."""
    scope: Scope | None = where.scope.declared.get(name.id, where.scope)
    while scope is not None and name.id not in scope.bindings:
        scope = scope.parent
    if scope is not None:
        scope.bindings[name.id].append(Binding("other", _place(name, where.tree), where.straight))


def _declare(node: ast.Global | ast.Nonlocal, scope: Scope) -> None:
    for name in node.names:
        target = scope.parent
        while isinstance(node, ast.Nonlocal) and target is not None and target.parent is not None and name not in target.bindings:
            target = target.parent
        scope.declared[name] = scope.module if isinstance(node, ast.Global) or target is None else target


def _qualified(scope: Scope, name: str) -> str:
    return f"{scope.name}.{name}" if scope.name else name


def _place(node: ast.stmt | ast.expr | ast.arg | ast.ExceptHandler | ast.pattern, tree: int) -> tuple[int, int, int]:
    return tree, node.lineno, node.col_offset
