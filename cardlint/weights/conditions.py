"""Vetted names that are harmless only when called as picklers call them: what their arguments have to look like.

Each takes the call and says what is wrong with it, or nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cardlint.weights.values import Blob, Box, Global, Made, Value

if TYPE_CHECKING:
    from collections.abc import Callable

_CODECS = frozenset({"latin1", "latin-1", "iso8859-1", "utf-8", "ascii"})
_LITERALS = (str, int, float, bool, bytes, type(None), Blob)
_PAIR = 2
_MOST_ITEMS = 1_000  # a tuple may hold itself in ever so many ways without being large in the file


def _arguments(call: Made) -> tuple[Value, ...]:
    return call.args if isinstance(call.args, tuple) else (call.args,)


def literal(value: Value) -> bool:
    """Whether a value is a literal, or a tuple of literals, and no larger than dates, paths and the like need."""
    waiting, seen = [value], 0
    while waiting:
        item = waiting.pop()
        seen += 1
        if type(item) is tuple and seen + len(waiting) < _MOST_ITEMS:
            waiting += item
        elif not isinstance(item, (*_LITERALS, Box)) or seen > _MOST_ITEMS:
            return False
    return True


def encode_text(call: Made) -> str | None:
    """`_codecs.encode(text, "latin1")`: how protocol 2 writes bytes."""
    args = _arguments(call)
    plain = len(args) == 1 or (len(args) == _PAIR and isinstance(args[1], str) and args[1] in _CODECS)
    if args and plain and isinstance(args[0], (str, Blob)):
        return None
    return "is called otherwise than picklers do, which give it text and the name of a plain encoding"


def reconstruct(call: Made) -> str | None:
    """`copyreg._reconstructor(cls, object, None)`: how protocol 0 and 1 write an instance of a class that is itself judged."""
    args = _arguments(call)
    if len(args) == 3 and isinstance(args[0], Global) and isinstance(args[1], Global):  # noqa: PLR2004
        return None
    return "is called otherwise than picklers do, which give it a class and its base"


def literals(call: Made) -> str | None:
    """Only literals, as for a date or a path."""
    if literal(call.args):
        return None
    return "is called with more than plain values"


def attribute(call: Made) -> str | None:
    """`getattr(thing, "name")`: a name the program spells out, of something that is itself judged, and no way to anything else."""
    args = _arguments(call)
    if len(args) == _PAIR and isinstance(args[0], Global) and isinstance(args[1], str) and args[1].isidentifier() and args[1][0] != "_":
        return None
    return "is called with something else than a known thing and the plain name of one of its attributes"


CONDITIONS: dict[str, Callable[[Made], str | None]] = {
    "encode-text": encode_text,
    "reconstruct": reconstruct,
    "literals": literals,
    "attribute": attribute,
}
