"""What an expression of a template can come to, as far as the template alone says. Nothing is rendered.

The name of an attribute may be put together from pieces. Pieces that are all in the template are put together here, by a few
operations on text that are safe to do. What the caller passes in is data, and so is any element or part of it as it stands:
nobody who writes a template knows what will be in it. What is put together from data or from the text of functions is made,
and could be any name.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jinja2 import nodes

from cardlint.weights import jinjatext
from cardlint.weights.jinjavalues import (
    DATA,
    MADE,
    NOTHING,
    NUMBER,
    SPACE,
    UNSET,
    Folded,
    Kind,
    joined,
    made_of,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from cardlint.weights.jinjafolder import Folder, Operations


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
    return folder.constants(node.nodes, jinjatext.concatenated)


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
    return folder.constants((node.left, node.right), jinjatext.times)


def _remainder(folder: Folder, node: Any) -> Folded:  # noqa: ANN401
    """`%` formats text."""
    left, right = folder.fold(node.left), folder.fold(node.right)
    if left.numeric or (left == DATA and right.numeric):
        return NUMBER
    given = node.right.items if isinstance(node.right, nodes.Tuple) else [node.right]
    return folder.constants((node.left, *given), jinjatext.formatted)


def _power(folder: Folder, node: Any) -> Folded:  # noqa: ANN401
    done = folder.constants((node.left, node.right), jinjatext.raised)
    return done if done.constant else NUMBER


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
    found.append(folder.put(whole))
    if "space" in whole.kinds and f".{name}" in folder.bound:
        found.append(folder.name(f".{name}"))
    elif whole not in {NOTHING, DATA}:
        found.append(Folded(("",)))
    return joined(found)


_METHODS = frozenset(name for kind in (str, list, dict, tuple, int, float) for name in dir(kind))
_COUNTERS = frozenset({"index", "index0", "revindex", "revindex0", "length", "depth", "depth0"})


_NONE: frozenset[Kind] = frozenset()
_DATA = DATA.kinds | UNSET.kinds
_PLAIN = _DATA | SPACE.kinds


def _item(folder: Folder, node: Any) -> Folded:  # noqa: ANN401
    """An item of whatever it may be: of each constant, and of the rest."""
    whole = folder.fold(node.node)
    rest = whole._replace(values=())
    found = [_constant_item(folder, value, node.arg) for value in whole.values]
    if not rest.kinds <= _PLAIN:
        return made_of(whole)
    if isinstance(node.arg, nodes.Const) and isinstance(node.arg.value, str):
        return joined([*found, _of(folder, rest, node.arg.value)])
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
    whole, given = folder.fold(node.node), _given(folder, node)
    if node.name in {"default", "d"}:
        return joined((whole, *given))
    if node.name in _COUNTING:
        return NUMBER
    if whole.kinds <= _PLAIN and node.name in _ELEMENTS:
        return folder.part(whole)
    if whole.kinds <= _PLAIN and node.name in _MAPPINGS:
        return whole._replace(values=())
    keeping = _PLAIN if node.name in _LISTS or (node.name == "map" and len(node.args) <= 1) else _NONE
    return _each_way(folder, whole, node, jinjatext.FILTERS.get(node.name), _DATA if node.name in _TEXTS else keeping)


def _each_way(folder: Folder, whole: Folded, node: Any, operation: Callable[..., Any] | None, keeping: frozenset[Kind]) -> Folded:  # noqa: ANN401
    """A filter or a method, done to each constant; of the kinds it keeps, the same; of others something made."""
    if whole == NOTHING:
        return NOTHING
    rest, given = whole._replace(values=()), _given(folder, node)
    written = not (node.kwargs or node.dyn_args or node.dyn_kwargs)
    found = [
        folder.constants((nodes.Const(value), *node.args), operation) if written and operation else made_of(Folded((value,)), *given)
        for value in whole.values
    ]
    if rest.kinds:
        found.append(rest if rest.kinds <= keeping else made_of(rest, *given))
    return joined(found)


def _given(folder: Folder, node: Any) -> list[Folded]:  # noqa: ANN401
    return [folder.fold(item) for item in (*node.args, *(keyword.value for keyword in node.kwargs))]


_COUNTING = frozenset({"length", "count", "int", "float", "abs", "round", "wordcount"})
# Filters that give an element; what holds the same elements; of objects, names and values; and data's text as it is.
_ELEMENTS = frozenset({"first", "last", "max", "min", "random"})
_LISTS = frozenset({"groupby", "list", "reject", "rejectattr", "reverse", "select", "selectattr", "sort", "unique"})
_MAPPINGS = frozenset({"dictsort", "items"})
_TEXTS = frozenset({"e", "escape", "lower", "safe", "string", "title", "trim", "upper"})


def _called(folder: Folder, node: Any) -> Folded:  # noqa: ANN401
    given = _given(folder, node)
    if isinstance(node.node, nodes.Name):
        return _function(node, given)
    if not isinstance(node.node, nodes.Getattr):
        return made_of(*given)
    whole, method = folder.fold(node.node.node), node.node.attr
    if whole.kinds <= _PLAIN and method in {"get", "pop", "setdefault"}:
        return joined((folder.part(whole), *given[1:]))
    if whole.kinds <= _PLAIN and method in _HOLDING:
        return whole._replace(values=())
    return _each_way(folder, whole, node, jinjatext.METHODS.get(method), _DATA if method in _GIVING else _NONE)


def _function(node: Any, given: list[Folded]) -> Folded:  # noqa: ANN401
    name, plain = node.node.name, not (node.dyn_args or node.dyn_kwargs)
    if name == "namespace" and plain and not node.args:
        return SPACE
    if name == "strftime_now" and plain and all(part.constant and "_" not in jinjatext.said(part.values[0]) for part in given):
        return DATA
    keys = Folded(tuple(keyword.key for keyword in node.kwargs))
    return NUMBER if name == "range" else made_of(keys, *given)


# Methods that give what an object holds, and those that give parts of data's text as they stand.
_HOLDING = frozenset({"copy", "items", "keys", "values"})
_GIVING = frozenset({
    "count", "endswith", "find", "index", "lower", "lstrip", "removeprefix", "removesuffix", "rfind", "rsplit", "rstrip", "split",
    "splitlines", "startswith", "strip", "upper",
})  # fmt: skip


def _number(_folder: Folder, _node: Any) -> Folded:  # noqa: ANN401
    """Comparisons, tests, and what only numbers do."""
    return NUMBER


OPERATIONS: Operations = {
    nodes.Name: lambda folder, node: folder.name(node.name),
    nodes.List: _items, nodes.Tuple: _items, nodes.Dict: _pairs, nodes.Concat: _concatenated, nodes.CondExpr: _conditional,
    nodes.And: _either, nodes.Or: _either, nodes.Add: _sum, nodes.Mul: _product, nodes.Mod: _remainder, nodes.Neg: _negative,
    nodes.Sub: _number, nodes.Div: _number, nodes.FloorDiv: _number, nodes.Pow: _power, nodes.Pos: _number, nodes.Not: _number,
    nodes.Compare: _number, nodes.Test: _number, nodes.Getattr: _attribute, nodes.Getitem: _item, nodes.Filter: _filtered,
    nodes.Call: _called,
}  # fmt: skip
