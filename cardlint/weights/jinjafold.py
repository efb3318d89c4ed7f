"""What an expression of a template can come to, as far as the template alone says. Nothing is rendered.

The name of an attribute may be put together from pieces. Pieces that are all in the template are put together here, by a few
operations on text that are safe to do. What the caller passes in is data, and so is any element or part of it as it stands:
nobody who writes a template knows what will be in it. What is put together from data or from the text of functions is made,
and could be any name.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jinja2 import nodes

from cardlint.weights.jinjanames import FUNCTION_OBJECTS, MOST_POWER
from cardlint.weights.jinjavalues import (
    DATA,
    MADE,
    MOST_VALUES,
    NOTHING,
    NUMBER,
    SPACE,
    THING,
    UNSET,
    Binding,
    Each,
    Folded,
    joined,
    made_of,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

LONGEST = 10_000  # characters or items of a constant
_DEEPEST = 60
_PATIENCE, _MOST_TURNS = 12, 30  # rounds until a name that still grows counts as made, and in all
_FAILURES = (TypeError, ValueError, LookupError, ArithmeticError, AttributeError)


class Folder:
    """Folds the expressions of one template. `bound` has all that each name is given anywhere: flow is not followed."""

    def __init__(self, bound: dict[str, list[Binding]], macros: frozenset[str]) -> None:
        """Finds what each name can be. `macros` are names that stand for functions."""
        self.bound, self.macros = bound, macros
        self._names = dict.fromkeys(bound, NOTHING)
        self._held: dict[int, Folded] = {}
        self._depth = 0
        self._settle()

    def _settle(self) -> None:
        """Names hang on each other, and on themselves: go round until nothing is new. What keeps growing is made."""
        for turn in range(_MOST_TURNS):
            self._held = {}
            now = {name: joined(self._binding(item) for item in given) for name, given in self.bound.items()}
            changed = {name for name, value in now.items() if value != self._names[name]}
            unknown = {name for name, value in now.items() if value == NOTHING}
            if not changed and not unknown:
                return
            self._names = now
            if not changed:
                # Nothing in the template gives it a value, so it is passed in, or never is anything.
                self.bound |= dict.fromkeys(unknown, [DATA])
            if turn >= _PATIENCE:
                stuck = {name: made_of(now[name]) for name in changed}
                self._names |= stuck
                self.bound |= {name: [value] for name, value in stuck.items()}
        self._names = dict.fromkeys(self.bound, MADE)
        self._held = {}

    def fold(self, node: nodes.Node) -> Folded:
        """What a node can come to. What is nested too deep counts as made."""
        key = id(node)
        if key not in self._held:
            if self._depth >= _DEEPEST:
                return MADE
            self._depth += 1
            operation = _OPERATIONS.get(type(node))
            self._held[key] = MADE if operation is None else operation(self, node)
            self._depth -= 1
        return self._held[key]

    def name(self, name: str) -> Folded:
        """What a name can be. What the template does not bind is passed in, or belongs to the environment."""
        if name in self._names:
            return self._names[name]
        return THING if name in FUNCTION_OBJECTS or name in self.macros else DATA

    def _binding(self, item: Binding) -> Folded:
        if isinstance(item, Each):
            # A loop over nothing is never gone through; what it would go through if it were is passed in.
            whole = self._binding(item.whole)
            return DATA if whole.values in {((),), ("",)} and not whole.kinds - UNSET.kinds else self.part(whole)
        return item if isinstance(item, Folded) else self.fold(item)

    def part(self, whole: Folded) -> Folded:
        """What an element of something can be: of data, data, and of a namespace or object, any that is in any of them."""
        if "thing" in whole.kinds or not all(isinstance(value, (str, tuple)) for value in whole.values):
            return made_of(whole)
        items = [Folded((item,)) for value in whole.values for item in value[: MOST_VALUES + 1]]
        if "space" in whole.kinds:
            names = [name for name in self.bound if name.startswith(".")]
            items += [Folded((name[1:],)) for name in names] + [self._names[name] for name in names]
        found = joined([*items, whole._replace(values=(), kinds=whole.kinds - {"space"})])
        return MADE if found == NOTHING != whole else found

    def constants(self, parts: Iterable[nodes.Node], operation: Callable[..., Any]) -> Folded:
        """The operation done where each part is one constant; else, made of them."""
        folded = [self.fold(part) for part in parts]
        if NOTHING in folded:
            return NOTHING
        if not all(part.constant for part in folded):
            return made_of(*folded)
        try:
            value = operation(*(part.values[0] for part in folded))
        except _FAILURES:
            return made_of(*folded)
        value = tuple(value) if isinstance(value, list) else value
        known = isinstance(value, (str, int, float, tuple, type(None)))
        return Folded((value,)) if known and (not isinstance(value, (str, tuple)) or len(value) <= LONGEST) else made_of(*folded)


def _items(folder: Folder, node: Any) -> Folded:  # noqa: ANN401 - a node of the kinds below, as in all operations
    """A list; where not all of it is constant, what its elements can be."""
    folded = [folder.fold(item) for item in node.items]
    if all(part.constant for part in folded):
        return Folded((tuple(part.values[0] for part in folded),))
    whole = joined(folded)
    return whole._replace(values=(whole.values,) if whole.values else ())


def _pairs(folder: Folder, node: Any) -> Folded:  # noqa: ANN401
    """An object with written names is like a namespace."""
    if all(isinstance(pair.key, nodes.Const) and isinstance(pair.key.value, str) for pair in node.items):
        return SPACE
    return made_of(*(folder.fold(part) for pair in node.items for part in (pair.key, pair.value)))


def _concatenated(folder: Folder, node: Any) -> Folded:  # noqa: ANN401
    return folder.constants(node.nodes, lambda *parts: "".join(str(part) for part in parts))


def _conditional(folder: Folder, node: Any) -> Folded:  # noqa: ANN401
    return joined((folder.fold(node.expr1), Folded(("",)) if node.expr2 is None else folder.fold(node.expr2)))


def _either(folder: Folder, node: Any) -> Folded:  # noqa: ANN401
    return joined((folder.fold(node.left), folder.fold(node.right)))


def _sum(folder: Folder, node: Any) -> Folded:  # noqa: ANN401
    """Numbers add to numbers only, so one of them makes a number; and lists to lists, whose elements stay as they are."""
    if folder.fold(node.left).numeric or folder.fold(node.right).numeric:
        done = folder.constants((node.left, node.right), lambda left, right: left + right)
        return done if done.constant else NUMBER
    if isinstance(node.left, nodes.List) or isinstance(node.right, nodes.List):
        return joined((folder.fold(node.left), folder.fold(node.right)))
    return folder.constants((node.left, node.right), lambda left, right: left + right)


def _product(folder: Folder, node: Any) -> Folded:  # noqa: ANN401
    if folder.fold(node.left).numeric and folder.fold(node.right).numeric:
        return NUMBER
    return folder.constants((node.left, node.right), _times)


def _times(left: Any, right: Any) -> Any:  # noqa: ANN401 - any constants
    text, count = (right, left) if isinstance(left, int) else (left, right)
    if len(text) * count > LONGEST:
        raise ValueError
    return text * count


def _remainder(folder: Folder, node: Any) -> Folded:  # noqa: ANN401
    """`%` formats text."""
    left = folder.fold(node.left)
    return (
        NUMBER
        if left.numeric or (left == DATA and folder.fold(node.right).numeric)
        else folder.constants((node.left, node.right), _formatted)
    )


def _formatted(text: Any, given: Any) -> Any:  # noqa: ANN401 - any constants
    """`%` of a format without figures: a width could be any size."""
    if not isinstance(text, str) or any(figure in text for figure in "0123456789*"):
        raise TypeError
    return text % given


def _power(folder: Folder, node: Any) -> Folded:  # noqa: ANN401
    done = folder.constants((node.left, node.right), _raised)
    return done if done.constant else NUMBER


def _raised(left: Any, right: Any) -> Any:  # noqa: ANN401 - any constants
    if abs(left) > LONGEST or not 0 <= right <= MOST_POWER:
        raise ValueError
    return left**right


def _negative(folder: Folder, node: Any) -> Folded:  # noqa: ANN401
    done = folder.constants((node.node,), lambda value: -value)
    return done if done.constant else NUMBER


def _attribute(folder: Folder, node: Any) -> Folded:  # noqa: ANN401
    """An attribute of data is data, and of a namespace what any namespace has under that name."""
    if isinstance(node.node, nodes.Name) and node.node.name == "loop" and node.attr in _COUNTERS:
        return NUMBER
    return _of(folder, folder.fold(node.node), node.attr)


def _of(folder: Folder, whole: Folded, name: str) -> Folded:
    """An attribute. What has none of that name gives nothing, which is an empty text; methods are no text that tells anything."""
    if not whole.kinds <= _PLAIN | NUMBER.kinds:
        return MADE
    found = [DATA] if "data" in whole.kinds or (whole != NOTHING and name in _METHODS) else []
    if "space" in whole.kinds and f".{name}" in folder.bound:
        found.append(folder.name(f".{name}"))
    elif whole not in {NOTHING, DATA}:
        found.append(Folded(("",)))
    return joined(found)


_METHODS = frozenset(name for kind in (str, list, dict, tuple, int, float) for name in dir(kind))
_COUNTERS = frozenset({"index", "index0", "revindex", "revindex0", "length", "depth", "depth0"})


_PLAIN = DATA.kinds | SPACE.kinds | UNSET.kinds


def _plain(whole: Folded) -> bool:
    """Whether it is data, or what the template has written out, and no constant."""
    return not whole.values and whole.kinds <= _PLAIN


def _item(folder: Folder, node: Any) -> Folded:  # noqa: ANN401
    """An item of whatever it may be: of each constant, and of the rest."""
    whole = folder.fold(node.node)
    rest = whole._replace(values=())
    found = [_constant_item(folder, value, node.arg) for value in whole.values]
    if not rest.kinds <= _PLAIN:
        return made_of(whole)
    if isinstance(node.arg, nodes.Const):
        return joined([*found, _of(folder, rest, str(node.arg.value))])
    return joined([*found, folder.part(rest)])


def _constant_item(folder: Folder, value: Any, key: Any) -> Folded:  # noqa: ANN401 - any constant, and a node
    if isinstance(key, nodes.Slice):
        ends = [nodes.Const(None) if part is None else part for part in (key.start, key.stop, key.step)]
        return folder.constants((nodes.Const(value), *ends), lambda whole, *places: whole[slice(*places)])
    if isinstance(key, nodes.Const) and isinstance(key.value, str):
        return _of(folder, Folded((value,)), key.value)
    return folder.constants((nodes.Const(value), key), lambda whole, place: whole[place])


def _filtered(folder: Folder, node: Any) -> Folded:  # noqa: ANN401
    if node.node is None:
        return MADE
    whole, plain = folder.fold(node.node), not (node.kwargs or node.dyn_args or node.dyn_kwargs)
    if node.name in {"default", "d"}:
        return joined((whole, *(folder.fold(item) for item in node.args), *(folder.fold(item.value) for item in node.kwargs)))
    if node.name in _COUNTING:
        return NUMBER
    if whole.kinds <= _PLAIN and node.name in _ELEMENTS:
        return folder.part(whole)
    kept = node.name == "reverse" or (node.name == "map" and len(node.args) <= 1)
    if _plain(whole) and (kept or (node.name in _TEXTS and "space" not in whole.kinds)):
        return folder.part(whole)
    if plain and node.name in _FILTERS:
        return folder.constants((node.node, *node.args), _FILTERS[node.name])
    return made_of(whole, *_given(folder, node))


def _given(folder: Folder, node: Any) -> list[Folded]:  # noqa: ANN401
    return [folder.fold(item) for item in (*node.args, *(keyword.value for keyword in node.kwargs))]


_COUNTING = frozenset({"length", "count", "int", "float", "abs", "round", "wordcount"})
# Filters that give elements of what they are given, and no text of their arguments; and those that give data's text as it is.
_ELEMENTS = frozenset({
    "dictsort", "first", "groupby", "items", "last", "list", "max", "min", "random", "reject", "rejectattr", "select", "selectattr",
    "sort", "unique",
})  # fmt: skip
_TEXTS = frozenset({"e", "escape", "lower", "safe", "string", "title", "trim", "upper"})


def _replaced(text: str, old: str, new: str) -> str:
    if (text.count(old) + 1) * (len(new) + 1) > LONGEST:
        raise ValueError
    return text.replace(old, new)


_FILTERS: dict[str, Callable[..., Any]] = {
    "lower": lambda text: text.lower(), "upper": lambda text: text.upper(), "title": lambda text: text.title(),
    "capitalize": lambda text: text.capitalize(), "trim": lambda text, *chars: text.strip(*chars), "reverse": lambda text: text[::-1],
    "string": str, "first": lambda text: text[0], "last": lambda text: text[-1], "list": list, "safe": str, "e": str, "escape": str,
    "join": lambda items, glue="": glue.join(str(item) for item in items), "format": lambda text, *given: _formatted(text, given),
    "replace": _replaced,
}  # fmt: skip


def _called(folder: Folder, node: Any) -> Folded:  # noqa: ANN401
    given = _given(folder, node)
    if isinstance(node.node, nodes.Name):
        return _function(node, given)
    if not isinstance(node.node, nodes.Getattr):
        return made_of(*given)
    whole, method = folder.fold(node.node.node), node.node.attr
    if whole.kinds <= _PLAIN and method in {"get", "pop", "setdefault"}:
        return joined((folder.part(whole), *given[1:]))
    if whole.kinds <= _PLAIN and (method in _HOLDING or (_plain(whole) and method in _GIVING and "space" not in whole.kinds)):
        return folder.part(whole)
    if method in _TEXT_METHODS and len(given) == len(node.args):
        return folder.constants((node.node.node, *node.args), _TEXT_METHODS[method])
    return made_of(whole, *given)


def _function(node: Any, given: list[Folded]) -> Folded:  # noqa: ANN401
    if node.node.name == "namespace" and not (node.args or node.dyn_args or node.dyn_kwargs):
        return SPACE
    keys = Folded(tuple(keyword.key for keyword in node.kwargs))
    return NUMBER if node.node.name == "range" else made_of(keys, *given)


# Methods that give elements, and those that give parts of data's text as they stand.
_HOLDING = frozenset({"copy", "items", "keys", "values"})
_GIVING = frozenset({
    "count", "endswith", "find", "index", "lower", "lstrip", "removeprefix", "removesuffix", "rfind", "rsplit", "rstrip", "split",
    "splitlines", "startswith", "strip", "upper",
})  # fmt: skip
_TEXT_METHODS: dict[str, Callable[..., Any]] = {
    "lower": lambda text: text.lower(), "upper": lambda text: text.upper(), "strip": lambda text, *chars: text.strip(*chars),
    "lstrip": lambda text, *chars: text.lstrip(*chars), "rstrip": lambda text, *chars: text.rstrip(*chars),
    "split": lambda text, *glue: text.split(*glue), "join": lambda glue, items: glue.join(items), "title": lambda text: text.title(),
    "capitalize": lambda text: text.capitalize(), "swapcase": lambda text: text.swapcase(), "replace": _replaced,
    "removeprefix": lambda text, part: text.removeprefix(part), "removesuffix": lambda text, part: text.removesuffix(part),
}  # fmt: skip


def _number(_folder: Folder, _node: Any) -> Folded:  # noqa: ANN401
    """Comparisons, tests, and what only numbers do."""
    return NUMBER


_OPERATIONS: dict[type[nodes.Node], Callable[[Folder, Any], Folded]] = {
    nodes.Const: lambda _folder, node: Folded((node.value,)), nodes.Name: lambda folder, node: folder.name(node.name),
    nodes.List: _items, nodes.Tuple: _items, nodes.Dict: _pairs, nodes.Concat: _concatenated, nodes.CondExpr: _conditional,
    nodes.And: _either, nodes.Or: _either, nodes.Add: _sum, nodes.Mul: _product, nodes.Mod: _remainder, nodes.Neg: _negative,
    nodes.Sub: _number, nodes.Div: _number, nodes.FloorDiv: _number, nodes.Pow: _power, nodes.Pos: _number, nodes.Not: _number,
    nodes.Compare: _number, nodes.Test: _number, nodes.Getattr: _attribute, nodes.Getitem: _item, nodes.Filter: _filtered,
    nodes.Call: _called,
}  # fmt: skip
