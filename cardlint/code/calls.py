"""What Python code calls, by the name the imports give it, and with which arguments. What is not certain is None.

`import transformers as t; t.AutoModel.from_pretrained(x)` calls `transformers.AutoModel.from_pretrained`. What a call gives
is its name with `()`: `api = HfApi(); api.hf_hub_download(x)` calls `huggingface_hub.HfApi().hf_hub_download`. A name that
is bound nowhere keeps its name, as in a snippet without imports. What the code defines itself begins with `<local>.`.
"""

from __future__ import annotations

import ast
import builtins
from bisect import bisect_left
from typing import TYPE_CHECKING, NamedTuple

from cardlint.code.call import Call, Known
from cardlint.code.scopes import Scope, Site, Walk
from cardlint.weights.cached import cached_property

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cardlint.code.call import Keywords
    from cardlint.code.scopes import Binding, Import

LOCAL = "<local>."
_DEEPEST = 12
_LONGEST = 2000
_MOST_ITEMS = 100
_MOST_KEYS = 200
_BUILTINS = frozenset(dir(builtins))
# Methods of models and pipelines that give back what they are called on.
_SAME = frozenset({"to", "cuda", "cpu", "half", "float", "double", "bfloat16", "eval", "train", "requires_grad_"})


class Module:
    """Some trees that run in one module, in order: a file, the cells of a notebook, the snippets of a card."""

    def __init__(self, trees: Sequence[ast.AST]) -> None:
        self._walk = Walk(trees)
        self._names: dict[int, str | None] = {}
        self._values: dict[int, Known | None] = {}
        self._splats: dict[int, Keywords | None] = {}
        self._orders: dict[int, _Order] = {}
        self._stars = [item.module for item in self._walk.imports if item.name == "*" and not item.level]

    @property
    def imports(self) -> list[Import]:
        """All imports, in order."""
        return self._walk.imports

    @property
    def classes(self) -> dict[str, tuple[ast.ClassDef, Scope]]:
        """The classes the code defines, by qualified name, with the scope they stand in."""
        return self._walk.classes

    def inherited(self, owner: str, attribute: str, depth: int = 0) -> Iterator[str]:
        """The full names an attribute of a class of this code may have by its bases; none where the class defines it itself."""
        node, scope = self.classes[owner]
        if depth > _DEEPEST or any(getattr(item, "name", None) == attribute for item in node.body):
            return
        tree = next(binding.place[0] for binding in scope.bindings[node.name] if binding.value is node)
        for base in node.bases:
            name = self.name(base, Site(ast.Call(base, [], []), scope, tree, guarded=False, straight=True))
            if name is not None and name.startswith(LOCAL) and name.removeprefix(LOCAL) in self.classes:
                yield from self.inherited(name.removeprefix(LOCAL), attribute, depth + 1)
            elif name is not None:
                yield f"{name}.{attribute}"

    @property
    def sites(self) -> list[Site]:
        """All calls, in order, those whose name is not certain too."""
        return self._walk.sites

    @cached_property
    def calls(self) -> tuple[Call, ...]:
        """All calls whose name is certain, in the order in which they are written."""
        return tuple(call for call in self.every if call.name)

    @cached_property
    def every(self) -> tuple[Call, ...]:
        """All calls; one whose name is not certain has an empty one."""
        return tuple(Call(self.name(site.node.func, site) or "", site, self) for site in self._walk.sites)

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
        if binding.how == "value" and isinstance(binding.value, ast.expr) and id(binding) not in self._names:
            self._names[id(binding)] = None  # a name that leads to itself has none
            self._names[id(binding)] = self.name(binding.value, _at(site, binding, scope), depth + 1)
        return self._names.get(id(binding))

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
                return self._certain(bindings, node, site, target), target
            scope, first = scope.parent, False
        return None

    def _certain(self, bindings: list[Binding], node: ast.Name, site: Site, scope: Scope) -> Binding | None:
        """The one binding a name has where it is used; None where more than one is possible.

        Where all of them follow each other in the same scope without a branch, that is the last one before.
        """
        if len(bindings) == 1:
            return bindings[0]
        order = self._orders.get(id(bindings)) or self._orders.setdefault(id(bindings), _ordered(bindings))
        if site.scope is scope and order.straight:
            at = bisect_left(order.places, (site.tree, node.lineno, node.col_offset))
            return order.bindings[at - 1] if at else None
        return bindings[0] if order.same else None

    def known(self, node: ast.expr | None, site: Site, depth: int = 0) -> Known | None:
        """The constant an expression is, where that is certain."""
        if node is None or depth > _DEEPEST:
            return None
        if isinstance(node, ast.Constant):
            return Known(node.value, node, site.tree) if node.value is None or isinstance(node.value, (str, int, float)) else None
        if isinstance(node, ast.Name):
            found = self._lookup(node, site)
            if found is None or found[0] is None or found[0].how != "value" or not isinstance(found[0].value, ast.expr):
                return None
            key = id(found[0])
            if key not in self._values:
                self._values[key] = None
                self._values[key] = self.known(found[0].value, _at(site, found[0], found[1]), depth + 1)
            return self._values[key]
        if isinstance(node, ast.Subscript):
            return self._entry(node, site, depth)
        text = self._joined(node, site, depth)
        return None if text is None else Known(text, node, site.tree)

    def _entry(self, node: ast.Subscript, site: Site, depth: int) -> Known | None:
        """The constant that a dictionary has under a key that is written: `MODELS["small"]`."""
        if not isinstance(node.value, ast.Name) or not isinstance(node.slice, ast.Constant) or not isinstance(node.slice.value, str):
            return None
        given = (self._splat(node.value, site, depth + 1) or {}).get(node.slice.value)
        return None if given is None else self.known(*given, depth + 1)

    def _joined(self, node: ast.expr, site: Site, depth: int) -> str | None:
        """The text that an f-string or a sum of texts is."""
        if isinstance(node, ast.JoinedStr):
            parts = [self._part(part, site, depth) for part in node.values]
        elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
            sides = (self.known(node.left, site, depth + 1), self.known(node.right, site, depth + 1))
            parts = [side.value if side and isinstance(side.value, str) else None for side in sides]
        elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mod):
            return self._formatted(node, site, depth)
        else:
            return None
        text = "".join(part for part in parts if part is not None)
        return None if None in parts or len(text) > _LONGEST else text

    def _formatted(self, node: ast.BinOp, site: Site, depth: int) -> str | None:
        """The text that `"%s/x" % name` is."""
        form = self.known(node.left, site, depth + 1)
        if form is None or not isinstance(form.value, str) or "%" in form.value.replace("%s", ""):
            return None
        given = node.right.elts if isinstance(node.right, ast.Tuple) else [node.right]
        values = [self.known(item, site, depth + 1) for item in given[:_MOST_ITEMS]]
        pieces = form.value.split("%s")
        if len(pieces) != len(values) + 1 or any(value is None or not isinstance(value.value, str) for value in values):
            return None
        text = pieces[0] + "".join(f"{value.value}{piece}" for value, piece in zip(values, pieces[1:], strict=True) if value is not None)
        return text if len(text) <= _LONGEST else None

    def _part(self, node: ast.expr, site: Site, depth: int) -> str | None:
        if isinstance(node, ast.FormattedValue):
            known = self.known(node.value, site, depth + 1) if node.format_spec is None and node.conversion in {-1, ord("s")} else None
            return None if known is None else str(known.value)
        known = self.known(node, site, depth + 1)
        return known.value if known and isinstance(known.value, str) else None

    def keywords(self, node: ast.Call, site: Site, depth: int = 0) -> tuple[Keywords, bool]:
        """The keyword arguments of a call, and whether that is all: a splat that cannot be followed may bring more."""
        found: Keywords = {}
        whole = True
        for keyword in node.keywords:
            if keyword.arg is not None:
                found[keyword.arg] = keyword.value, site
            elif (splatted := self._splat(keyword.value, site, depth)) is None:
                whole = False
            else:
                found.update(splatted)
        return found, whole

    def _splat(self, node: ast.expr, site: Site, depth: int = 0) -> Keywords | None:
        """The entries of a dictionary, where all of its keys are certain."""
        if depth > _DEEPEST or (isinstance(node, ast.Dict) and len(node.keys) > _MOST_KEYS):
            return None
        if isinstance(node, ast.Name):
            found = self._lookup(node, site)
            if found is None or found[0] is None or found[0].how != "value" or not isinstance(found[0].value, ast.expr):
                return None
            key = id(found[0])
            if key not in self._splats:
                self._splats[key] = None
                self._splats[key] = self._splat(found[0].value, _at(site, found[0], found[1]), depth + 1)
            return self._splats[key]
        if isinstance(node, ast.Dict):
            return self._entries(node, site, depth)
        if isinstance(node, ast.Call) and not node.args and self.name(node.func, site) == "dict":
            held, whole = self.keywords(node, site, depth + 1)
            return held if whole else None
        return None

    def items(self, node: ast.expr, site: Site) -> list[Known]:
        """The constants that the name of a loop is one after the other, or a choice is one of; none where not all of them are certain."""
        if isinstance(node, ast.IfExp):
            sides = (self.known(node.body, site), self.known(node.orelse, site))
            return [side for side in sides if side is not None] if None not in sides else []
        found = self._lookup(node, site) if isinstance(node, ast.Name) else None
        if found is not None and found[0] is not None and found[0].how == "value" and isinstance(found[0].value, ast.IfExp):
            return self.items(found[0].value, _at(site, found[0], found[1]))
        if found is None or found[0] is None or found[0].how != "each" or not isinstance(found[0].value, (ast.List, ast.Tuple)):
            return []
        known = [self.known(item, _at(site, found[0], found[1])) for item in found[0].value.elts[:_MOST_ITEMS]]
        return [item for item in known if item is not None] if None not in known else []

    def dictionary(self, node: ast.Name, site: Site) -> tuple[ast.Dict, int] | None:
        """The dictionary a name is bound to, and the number of its tree."""
        found = self._lookup(node, site)
        if found is None or found[0] is None or found[0].how != "value" or not isinstance(found[0].value, ast.Dict):
            return None
        return found[0].value, found[0].place[0]

    def _entries(self, node: ast.Dict, site: Site, depth: int) -> Keywords | None:
        entries: Keywords = {}
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


class _Order(NamedTuple):
    """The bindings of a name by their places; whether none stands in a branch, and whether all import the same.

    Kept for each name, because a module of notebooks or of a generator may bind one ten thousand times.
    """

    bindings: list[Binding]
    places: list[tuple[int, int, int]]
    straight: bool
    same: bool


def _ordered(bindings: list[Binding]) -> _Order:
    found = sorted(bindings, key=lambda binding: binding.place)
    first = bindings[0]
    same = first.how == "import" and all(binding.how == "import" and binding.what == first.what for binding in bindings)
    return _Order(found, [binding.place for binding in found], all(binding.straight for binding in bindings), same)


def _at(site: Site, binding: Binding, scope: Scope) -> Site:
    """Where the value of a binding has to be looked up: at its own place, in its own scope."""
    return Site(site.node, scope, binding.place[0], site.guarded, binding.straight)
