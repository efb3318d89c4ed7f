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

    __slots__ = ("called", "known", "module", "name", "offset", "pushed")

    def __init__(self, module: str, name: str, offset: int, known: Known) -> None:
        """`offset` is that of the opcode. `pushed` and `called` count how often it came to the stack, and was called there."""
        self.module, self.name, self.offset, self.known = module, name, offset, known
        self.pushed, self.called = 1, 0


def dotted(item: Global) -> str:
    """The name as people write it."""
    return f"{item.module}.{item.name}"


class Made:
    """What a call returns: `callee` was called with `args`; `state` is what BUILD gave it last.

    `new` says that only `callee.__new__` was called, and not its constructor; `built`, that it has been given a state.
    """

    __slots__ = ("args", "built", "callee", "new", "offset", "state")

    def __init__(self, callee: Value, args: Value, offset: int, *, new: bool = False) -> None:
        """`offset` is that of the opcode that called."""
        self.callee, self.args, self.offset, self.new = callee, args, offset, new
        self.state: Value = None
        self.built = False


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
