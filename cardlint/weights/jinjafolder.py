"""The values of the names of a template: a name is given something in several places, and what it is given hangs on other names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from jinja2 import nodes

from cardlint.weights import jinjatext
from cardlint.weights.jinjanames import FUNCTION_OBJECTS
from cardlint.weights.jinjavalues import (
    DATA,
    MADE,
    MOST_VALUES,
    NOTHING,
    PUT,
    PUT_INTO_DATA,
    SPACE,
    THING,
    UNSET,
    Binding,
    Each,
    Folded,
    Put,
    joined,
    made_of,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

Operations: TypeAlias = "Mapping[type[nodes.Node], Callable[[Folder, Any], Folded]]"
_DEEPEST = 60
_MOST_WORK = 200_000  # steps; templates people use take some thousands
_PATIENCE, _MOST_TURNS = 12, 30  # rounds until a name that still grows counts as made, and in all


class Folder:
    """Folds the expressions of one template. `bound` has all that each name is given anywhere: flow is not followed."""

    def __init__(self, bound: dict[str, list[Binding]], macros: frozenset[str], operations: Operations, *, spent: bool = False) -> None:
        """Finds what each name can be. `macros` are names that stand for functions, `operations` what each kind of node does.

        Where that takes too much work, `spent` is true, and everything counts as made.
        """
        self._left = 0 if spent else _MOST_WORK
        self.bound, self.macros, self.operations = bound, macros, operations
        self._names = dict.fromkeys(bound, NOTHING)
        self._held: dict[int, Folded] = {}
        self._depth = 0
        self._settle()

    @property
    def spent(self) -> bool:
        """Whether no more is worked out."""
        return self._left <= 0

    def _settle(self) -> None:
        """Names hang on each other, and on themselves: go round until nothing is new. What keeps growing is made."""
        for turn in range(0 if self.spent else _MOST_TURNS):
            self._held = {}
            now = {name: joined(self._binding(item) for item in given) for name, given in self.bound.items()}
            changed = {name for name, value in now.items() if value != self._names[name]}
            if self.spent:
                break
            unknown = {name for name, value in now.items() if value == NOTHING}
            if not changed and not unknown:
                return
            self._names = now
            if not changed:
                # Nothing in the template gives it a value, so it is passed in, or never is anything.
                self.bound |= {name: [DATA] for name in unknown}
            if turn >= _PATIENCE:
                stuck = {name: made_of(now[name]) for name in changed}
                self._names |= stuck
                self.bound |= {name: [value] for name, value in stuck.items()}
        self._names = dict.fromkeys(self.bound, MADE)
        self._held = {}

    def fold(self, node: nodes.Node) -> Folded:
        """What a node can come to. What is nested too deep counts as made."""
        if isinstance(node, nodes.Const):
            return Folded((node.value,))  # nothing to remember, and some are made on the way
        key = id(node)
        if key not in self._held:
            self._left -= 1
            if self._depth >= _DEEPEST or self.spent:
                return MADE
            self._depth += 1
            operation = self.operations.get(type(node))
            self._held[key] = MADE if operation is None else operation(self, node)
            self._depth -= 1
        return self._held[key]

    def name(self, name: str) -> Folded:
        """What a name can be. What the template does not bind is passed in, or belongs to the environment."""
        if name in self._names:
            return self._names[name]
        return THING if name in FUNCTION_OBJECTS or name in self.macros else DATA

    def _binding(self, item: Binding) -> Folded:
        self._left -= 1
        if self.spent:
            return MADE
        if isinstance(item, Each):
            # A loop over nothing is never gone through; what it would go through if it were is passed in.
            whole = self._binding(item.whole)
            empty = whole.values in {((),), ("",)} and not whole.kinds - UNSET.kinds
            return joined((DATA, self.put(whole))) if empty else self.part(whole)
        if isinstance(item, Put):
            return self._binding(item.value) if self._into(item.into).kinds & (DATA.kinds | MADE.kinds) else NOTHING
        return item if isinstance(item, Folded) else self.fold(item)

    def _into(self, node: nodes.Node) -> Folded:
        """What something is put into. What a namespace has is taken as it was set, whatever was put into it since."""
        if isinstance(node, nodes.Getattr) and f".{node.attr}" in self._names and self.fold(node.node).kinds <= SPACE.kinds | UNSET.kinds:
            return self._names[f".{node.attr}"]
        return self.fold(node)

    def part(self, whole: Folded) -> Folded:
        """What an element of something can be: of data, data, and of a namespace or object, any that is in any of them."""
        if "thing" in whole.kinds or not all(isinstance(value, (str, tuple)) for value in whole.values):
            return made_of(whole)
        items = [Folded((item,)) for value in whole.values for item in value[: MOST_VALUES + 1]]
        if "space" in whole.kinds:
            names = [name for name in self.bound if name.startswith(".")]
            self._left -= len(names)
            items += [Folded((name[1:],)) for name in names] + [self._names[name] for name in names]
        items.append(self.put(whole))
        found = joined([*items, whole._replace(values=())])
        return MADE if found == NOTHING != whole else found

    def put(self, whole: Folded) -> Folded:
        """What may have been put into something."""
        own = "space" in whole.kinds or any(isinstance(value, tuple) for value in whole.values)
        names = [*([PUT] if own else []), *([PUT_INTO_DATA] if whole.kinds & (DATA.kinds | UNSET.kinds) else [])]
        return joined(self._names.get(name, NOTHING) for name in names)

    def constants(self, parts: Iterable[nodes.Node], operation: Callable[..., Any]) -> Folded:
        """The operation done where each part is one constant; else, made of them."""
        folded = [self.fold(part) for part in parts]
        if NOTHING in folded:
            return NOTHING
        if not all(part.constant for part in folded):
            return made_of(*folded)
        try:
            value = operation(*(part.values[0] for part in folded))
        except jinjatext.FAILURES:
            return made_of(*folded)
        value = tuple(value) if isinstance(value, list) else value
        known = isinstance(value, (str, int, float, tuple, type(None)))
        return Folded((value,)) if known and (not isinstance(value, (str, tuple)) or len(value) <= jinjatext.LONGEST) else made_of(*folded)
