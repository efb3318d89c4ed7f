"""What Python code calls, by the name the imports give it, and with which arguments. What is not certain is None.

`import transformers as t; t.AutoModel.from_pretrained(x)` calls `transformers.AutoModel.from_pretrained`. What a call gives
is its name with `()`: `api = HfApi(); api.hf_hub_download(x)` calls `huggingface_hub.HfApi().hf_hub_download`. A name that
is bound nowhere keeps its name, as in a snippet without imports. What the code defines itself begins with `<local>.`.
"""

from __future__ import annotations

import ast
import builtins
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from cardlint.code.scopes import Scope, Site, Walk

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cardlint.code.scopes import Binding, Import

Constant: TypeAlias = "str | int | float | bool | None"
LOCAL = "<local>."
_DEEPEST = 12
_LONGEST = 2000
_BUILTINS = frozenset(dir(builtins))
# Methods of models and pipelines that give back what they are called on.
_SAME = frozenset({"to", "cuda", "cpu", "half", "float", "double", "bfloat16", "eval", "train", "requires_grad_"})


class Known(NamedTuple):
    """The value of an expression, and the node that says it, which may stand elsewhere."""

    value: Constant
    node: ast.expr
    tree: int


class Module:
    """Some trees that run in one module, in order: a file, the cells of a notebook, the snippets of a card."""

    def __init__(self, trees: Sequence[ast.AST]) -> None:
        self._walk = Walk(trees)
        self._stars = [item.module for item in self._walk.imports if item.name == "*" and not item.level]

    @property
    def imports(self) -> list[Import]:
        """All imports, in order."""
        return self._walk.imports

    @property
    def classes(self) -> dict[str, tuple[ast.ClassDef, Scope]]:
        """The classes the code defines, by qualified name, with the scope they stand in."""
        return self._walk.classes

    @property
    def sites(self) -> list[Site]:
        """All calls, in order, those whose name is not certain too."""
        return self._walk.sites

    @cached_property
    def calls(self) -> tuple[Call, ...]:
        """All calls whose name is certain, in the order in which they are written."""
        named = ((self.name(site.node.func, site), site) for site in self._walk.sites)
        return tuple(Call(name, site, self) for name, site in named if name is not None)

    def name(self, node: ast.expr, site: Site, depth: int = 0) -> str | None:
        """The full name of an expression."""
        if depth > _DEEPEST:
            return None
        if isinstance(node, ast.Name):
            return self._name(node, site, depth)
        if isinstance(node, ast.Attribute):
            owner = self.name(node.value, site, depth + 1)
            return None if owner is None or len(owner) > _LONGEST else f"{owner}.{node.attr}"
        if isinstance(node, ast.Call):
            return self._result(node, site, depth)
        if isinstance(node, ast.Subscript):
            return self._item(node, site, depth)
        return self.name(node.value, site, depth + 1) if isinstance(node, ast.Await) else None

    def _item(self, node: ast.Subscript, site: Site, depth: int) -> str | None:
        """The name of what a module holds, or of a module in `sys.modules`, fetched by its name as a text."""
        owner = self.name(node.value, site, depth + 1)
        if owner not in {"sys.modules", "__builtins__"} and not (owner or "").endswith(".__dict__"):
            return None
        key = self.known(node.slice, site, depth + 1)
        if key is None or not isinstance(key.value, str):
            return None
        return key.value if owner == "sys.modules" else f"{(owner or '').removesuffix('.__dict__')}.{key.value}"

    def _result(self, node: ast.Call, site: Site, depth: int) -> str | None:
        """The name of what a call gives."""
        called = self.name(node.func, site, depth + 1)
        if called is None:
            return None
        if called == "getattr" and len(node.args) > 1:
            owner, attribute = self.name(node.args[0], site, depth + 1), self.known(node.args[1], site, depth + 1)
            return f"{owner}.{attribute.value}" if owner and attribute and isinstance(attribute.value, str) else None
        if called in {"importlib.import_module", "__import__"} and (len(node.args) == 1 or (node.args and called == "__import__")):
            module = self.known(node.args[0], site, depth + 1)
            return module.value if module and isinstance(module.value, str) else None
        owner, _, method = called.rpartition(".")
        return owner if method in _SAME and owner.endswith("()") else f"{called}()"

    def _name(self, node: ast.Name, site: Site, depth: int) -> str | None:
        found = self._lookup(node, site)
        if found is None:
            return self._unbound(node.id)
        binding, scope = found
        if binding is None:
            return None
        if binding.how == "import":
            return binding.what
        if binding.how in {"class", "function"}:
            return LOCAL + binding.what
        if isinstance(binding.value, ast.expr):
            return self.name(binding.value, _at(site, binding, scope), depth + 1)
        return None

    def _unbound(self, name: str) -> str:
        """A name that no scope binds: a builtin, one that a star import brings, or one whose import is not shown."""
        if name in _BUILTINS or len(self._stars) != 1:
            return name
        return f"{self._stars[0]}.{name}"

    def _lookup(self, node: ast.Name, site: Site) -> tuple[Binding | None, Scope] | None:
        """The binding a name has where it is used and its scope; no binding where several are possible. None if nothing binds it."""
        scope: Scope | None = site.scope
        first = True
        while scope is not None:
            target = scope.declared.get(node.id, scope)
            bindings = target.bindings.get(node.id)
            if bindings and (first or not target.is_class):
                return _certain(bindings, node, site, target), target
            scope, first = scope.parent, False
        return None

    def known(self, node: ast.expr | None, site: Site, depth: int = 0) -> Known | None:
        """The constant an expression is, where that is certain."""
        if node is None or depth > _DEEPEST:
            return None
        if isinstance(node, ast.Constant):
            return Known(node.value, node, site.tree) if node.value is None or isinstance(node.value, (str, int, float)) else None
        if isinstance(node, ast.Name):
            found = self._lookup(node, site)
            if found is None or found[0] is None or not isinstance(found[0].value, ast.expr):
                return None
            return self.known(found[0].value, _at(site, found[0], found[1]), depth + 1)
        text = self._joined(node, site, depth)
        return None if text is None else Known(text, node, site.tree)

    def _joined(self, node: ast.expr, site: Site, depth: int) -> str | None:
        """The text that an f-string or a sum of texts is."""
        if isinstance(node, ast.JoinedStr):
            parts = [self._part(part, site, depth) for part in node.values]
        elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
            sides = (self.known(node.left, site, depth + 1), self.known(node.right, site, depth + 1))
            parts = [side.value if side and isinstance(side.value, str) else None for side in sides]
        else:
            return None
        text = "".join(part for part in parts if part is not None)
        return None if None in parts or len(text) > _LONGEST else text

    def _part(self, node: ast.expr, site: Site, depth: int) -> str | None:
        if isinstance(node, ast.FormattedValue):
            known = self.known(node.value, site, depth + 1) if node.format_spec is None and node.conversion in {-1, ord("s")} else None
            return None if known is None else str(known.value)
        known = self.known(node, site, depth + 1)
        return known.value if known and isinstance(known.value, str) else None

    def keywords(self, node: ast.Call, site: Site) -> tuple[dict[str, tuple[ast.expr, Site]], bool]:
        """The keyword arguments of a call, and whether that is all: a splat that cannot be followed may bring more."""
        found: dict[str, tuple[ast.expr, Site]] = {}
        whole = True
        for keyword in node.keywords:
            if keyword.arg is not None:
                found[keyword.arg] = keyword.value, site
            elif (splatted := self._splat(keyword.value, site)) is None:
                whole = False
            else:
                found.update(splatted)
        return found, whole

    def _splat(self, node: ast.expr, site: Site, depth: int = 0) -> dict[str, tuple[ast.expr, Site]] | None:
        """The entries of a dictionary, where all of its keys are certain."""
        if depth > _DEEPEST:
            return None
        if isinstance(node, ast.Name):
            found = self._lookup(node, site)
            if found is None or found[0] is None or not isinstance(found[0].value, ast.expr):
                return None
            return self._splat(found[0].value, _at(site, found[0], found[1]), depth + 1)
        if isinstance(node, ast.Dict):
            return self._entries(node, site, depth)
        if isinstance(node, ast.Call) and not node.args and self.name(node.func, site) == "dict":
            held, whole = self.keywords(node, site) if depth < _DEEPEST else ({}, False)
            return held if whole else None
        return None

    def _entries(self, node: ast.Dict, site: Site, depth: int) -> dict[str, tuple[ast.expr, Site]] | None:
        entries: dict[str, tuple[ast.expr, Site]] = {}
        for key, value in zip(node.keys, node.values, strict=True):
            if key is None:
                inner = self._splat(value, site, depth + 1)
                if inner is None:
                    return None
                entries.update(inner)
                continue
            name = self.known(key, site, depth + 1)
            if name is None or not isinstance(name.value, str):
                return None
            entries[name.value] = value, site
        return entries


class Call:
    """A call whose name is certain."""

    __slots__ = ("_keywords", "_module", "name", "site")

    def __init__(self, name: str, site: Site, module: Module) -> None:
        """`name` as in the docstring of this module."""
        self.name = name
        self.site = site
        self._module = module
        self._keywords: tuple[dict[str, tuple[ast.expr, Site]], bool] | None = None

    @property
    def _given(self) -> tuple[dict[str, tuple[ast.expr, Site]], bool]:
        if self._keywords is None:
            self._keywords = self._module.keywords(self.site.node, self.site)
        return self._keywords

    @property
    def node(self) -> ast.Call:
        """The call."""
        return self.site.node

    @property
    def positional(self) -> Iterator[ast.expr]:
        """The arguments by position, up to the first splat."""
        for argument in self.node.args:
            if isinstance(argument, ast.Starred):
                return
            yield argument

    @property
    def whole(self) -> bool:
        """Whether all arguments are known; else one that is not seen may be given all the same."""
        return self._given[1] and not any(isinstance(argument, ast.Starred) for argument in self.node.args)

    def argument(self, keyword: str, position: int | None = None) -> tuple[ast.expr, Site] | None:
        """An argument by its keyword, else by its position (from 0), and where it has to be looked up."""
        if (named := self._given[0].get(keyword)) is not None:
            return named
        if position is None:
            return None
        found = next((argument for index, argument in enumerate(self.positional) if index == position), None)
        return None if found is None else (found, self.site)

    def known(self, keyword: str, position: int | None = None) -> Known | None:
        """The value of an argument, where it is given and certain."""
        given = self.argument(keyword, position)
        return None if given is None else self._module.known(*given)

    def lacks(self, keyword: str, position: int | None = None) -> bool:
        """Whether an argument is certainly not given."""
        return self.whole and self.argument(keyword, position) is None


def _certain(bindings: list[Binding], node: ast.Name, site: Site, scope: Scope) -> Binding | None:
    """The one binding a name has where it is used; None where more than one is possible.

    Where all of them follow each other in the same scope without a branch, that is the last one before.
    """
    place = site.tree, node.lineno, node.col_offset
    if len(bindings) == 1:
        return bindings[0]
    if site.scope is scope and all(binding.straight for binding in bindings):
        before = [binding for binding in bindings if binding.place < place]
        return max(before, key=lambda binding: binding.place) if before else None
    first = bindings[0]
    same = first.how == "import" and all(binding.how == "import" and binding.what == first.what for binding in bindings)
    return first if same else None


def _at(site: Site, binding: Binding, scope: Scope) -> Site:
    """Where the value of a binding has to be looked up: at its own place, in its own scope."""
    return Site(site.node, scope, binding.place[0], site.guarded, binding.straight)
