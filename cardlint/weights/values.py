"""What a pickle program moves about, as far as judging it needs: names, calls, containers, literals. Nothing is made real."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from cardlint.weights.names import Known

# Literals stand for themselves (str, int, float, bool, None, bytes up to KEPT, tuple); the rest is one of the classes below.
Value: TypeAlias = Any
KEPT = 4096
SHORT, MOST_KEPT = 256, 64_000_000  # bytes that are kept of each, however many there are, once so many are kept in all
MOST_ITEMS = 256


class Global:
    """A name a program asks for, `known` being what the lists say of it."""

    __slots__ = ("known", "module", "name", "offset")

    def __init__(self, module: str, name: str, offset: int, known: Known) -> None:
        """`offset` is that of the opcode."""
        self.module, self.name, self.offset, self.known = module, name, offset, known


def dotted(item: Global) -> str:
    """The name as people write it."""
    return f"{item.module}.{item.name}"


class Made:
    """What a call returns: `callee` was called with `args`; `state` is what BUILD gave it last."""

    __slots__ = ("args", "callee", "offset", "state")

    def __init__(self, callee: Value, args: Value, offset: int) -> None:
        """`offset` is that of the opcode that called."""
        self.callee, self.args, self.offset = callee, args, offset
        self.state: Value = None


class Box:
    """A list, dict, set or bytearray.

    Of a dict the first items are kept, where the key is text; of a list as many as the machine keeps, by their index.
    """

    __slots__ = ("items", "kind")

    def __init__(self, kind: str) -> None:
        """`kind` is the name of its type."""
        self.kind = kind
        self.items: dict[str, Value] = {}


class Blob(NamedTuple):
    """Bytes or text too long to keep, or numbers that were passed over: where they lie in the stream."""

    offset: int
    length: int


class Persistent(NamedTuple):
    """An object the program does not hold, by its key."""

    key: Value


UNKNOWN = Blob(-1, 0)
