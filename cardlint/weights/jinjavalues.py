"""What an expression of a template can come to: constants, and kinds of value that are not known until it is rendered."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, NamedTuple, TypeAlias

from jinja2 import nodes

if TYPE_CHECKING:
    from collections.abc import Iterable

Kind: TypeAlias = Literal["data", "number", "made", "space", "thing", "unset"]
MOST_VALUES = 64
MOST_PIECES = 200
# The names under which all is kept that is put into any list or object: of the template's own, and into what may be data.
PUT, PUT_INTO_DATA = ".*", ".*data"


class Folded(NamedTuple):
    """What an expression can come to: constants, and other kinds of value.

    `data` is what the caller passes in, `number` any number, `made` what the template makes in a way that is not followed,
    `pieces` being the texts it is known to be made of, `space` a namespace or an object that is written out, and `thing` a
    function or an object of the environment. `unset` is a name that may not have been given its value yet: then it is nothing,
    or what the caller passes in.
    """

    values: tuple[Any, ...] = ()
    kinds: frozenset[Kind] = frozenset()
    pieces: frozenset[str] = frozenset()

    @property
    def constant(self) -> bool:
        """Whether it is one constant and nothing else."""
        return len(self.values) == 1 and not self.kinds

    @property
    def numeric(self) -> bool:
        """Whether it is a number whatever happens."""
        numbers = all(isinstance(value, (int, float)) for value in self.values)
        return numbers and self.kinds <= {"number", "unset"} and bool(self.values or "number" in self.kinds)


NOTHING = Folded()  # what is not known yet
_KINDS: tuple[Kind, ...] = ("data", "number", "made", "space", "thing", "unset")
DATA, NUMBER, MADE, SPACE, THING, UNSET = (Folded(kinds=frozenset({kind})) for kind in _KINDS)


class Each(NamedTuple):
    """An element of what something comes to."""

    whole: Binding


class Put(NamedTuple):
    """Something that is put into a list or an object."""

    into: nodes.Node
    value: nodes.Node | Each


Binding: TypeAlias = nodes.Node | Each | Put | Folded


def joined(parts: Iterable[Folded]) -> Folded:
    """One or another of these."""
    values: dict[Any, None] = {}
    kinds: frozenset[Kind] = frozenset()
    pieces: frozenset[str] = frozenset()
    for part in parts:
        values |= dict.fromkeys(part.values)
        kinds, pieces = kinds | part.kinds, pieces | part.pieces
    if len(values) > MOST_VALUES:
        return Folded((), kinds | MADE.kinds, pieces | texts(tuple(values)))
    return Folded(tuple(values), kinds, pieces)


def made_of(*parts: Folded) -> Folded:
    """Something that the template makes of these."""
    pieces = {piece for part in parts for piece in (*part.pieces, *texts(part.values))}
    return Folded(kinds=MADE.kinds, pieces=frozenset(sorted(pieces)[:MOST_PIECES]))


def texts(value: Any) -> frozenset[str]:  # noqa: ANN401 - any constant
    """The texts in a constant."""
    if isinstance(value, tuple):
        return frozenset[str]().union(*(texts(item) for item in value))
    return frozenset({value}) if isinstance(value, str) else frozenset()
