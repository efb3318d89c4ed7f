"""Which values may be kept, and which may be handed to a callee without running code that nobody has read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cardlint.weights.loads import NESTED
from cardlint.weights.values import Box, Global, Made, Value

if TYPE_CHECKING:
    from cardlint.weights.budget import Budget

_MOST_LOOKED_AT = 4096  # values in the arguments of one call
# What would do harm where somebody calls it later, with arguments nobody has looked at.
CALLED_ONLY = frozenset({NESTED, "reconstructor", "newobj", "attribute", "imported", "partial", "tensor-of-type"})
# Whose results hold what they were given.
CONTAINERS = frozenset({"container", "factory"})


def condition(item: Global) -> str:
    """The condition of a vetted name (see `cardlint.weights.conditions`)."""
    return item.known.condition or "value"


def has(item: Global, mark: str) -> bool:
    """Whether the condition of a class has a mark, `state` in `class+state`."""
    return mark in condition(item).split("+")[1:]


def passable(item: Global) -> bool:
    """Whether a name may be kept as a value: whatever calls it later can do no harm with it."""
    return condition(item) not in CALLED_ONLY and not has(item, "only")


def is_class(item: Global) -> bool:
    """Whether a name is that of a class whose instances are made empty."""
    return condition(item).partition("+")[0] == "class"


def is_instance(value: Value) -> bool:
    """Whether a value is an instance of a vetted class, and so neither text nor a number: those come from other conditions."""
    return isinstance(value, Made) and value.new and is_vetted(value.callee) and is_class(value.callee)


def is_vetted(value: Value) -> bool:
    """Whether a value is a vetted name."""
    return isinstance(value, Global) and value.known.verdict == "ok"


def vetted(value: Value) -> bool:
    """Whether a value is a vetted name that may be kept."""
    return is_vetted(value) and passable(value)


def package(item: Global) -> str:
    """The package a name comes from."""
    name: str = item.module.partition(".")[0]
    return name


class Tame:
    """Tells whether nothing but code of vetted values runs when a value is converted, listed, hashed or printed."""

    def __init__(self, budget: Budget) -> None:
        """What is looked at is paid from the budget."""
        self.budget = budget

    def __call__(self, value: Value, home: str | None = None, *, within: bool = True) -> bool:
        """Instances of classes of the package `home` are tame: a library's own helper is given its own objects.

        Without `within` it does not matter what lists and dictionaries hold. Raises SpentError.
        """
        waiting, boxes, seen = [value], {0}, 0
        while waiting:
            value = waiting.pop()
            seen += 1
            if type(value) is tuple:
                if len(value) > _MOST_LOOKED_AT:  # the same one may be the argument of many calls
                    seen += _MOST_LOOKED_AT
                else:
                    waiting += value
            elif isinstance(value, Box):
                if within and value.inner and id(value) not in boxes:
                    boxes.add(id(value))
                    waiting += value.inner
            elif not _tame(value, home, within=within):
                seen += _MOST_LOOKED_AT
            if seen + len(waiting) > _MOST_LOOKED_AT or (within and isinstance(value, Box) and value.crowded):
                self.budget.spend(min(seen, _MOST_LOOKED_AT))
                return False
        self.budget.spend(seen)
        return True

    def called_only(self, value: Value) -> Global | None:
        """A vetted name that may not be kept, by itself or in a tuple. Raises SpentError."""
        waiting, tuples = [value], {0}
        while waiting:
            value = waiting.pop()
            if type(value) is tuple:
                if id(value) not in tuples:
                    tuples.add(id(value))
                    self.budget.spend(len(value))
                    waiting += value
            elif isinstance(value, Global) and is_vetted(value) and not passable(value):
                return value
        return None


def _tame(value: Value, home: str | None, *, within: bool) -> bool:
    if isinstance(value, Global):
        return vetted(value)
    if not isinstance(value, Made):
        return True
    callee = value.callee
    if not is_vetted(callee) or condition(callee) == "partial":
        return False
    if is_class(callee):
        return package(callee) == home
    full = value.filled or value.args != ()
    return not (within and full and condition(callee) in CONTAINERS)
