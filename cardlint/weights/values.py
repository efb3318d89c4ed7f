"""What a pickle program moves about, as far as judging it needs: names, calls, containers, literals. Nothing is made real."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from cardlint.weights.names import Known

# Literals stand for themselves (str, int, float, bool, None, bytes up to KEPT, tuple); the rest is one of the classes below.
Value: TypeAlias = Any
KEPT = 4096
MOST_ITEMS = 256
MOST_INNER = 256


class Global:
    """A name a program asks for, `known` being what the lists say of it."""

    __slots__ = ("called", "known", "module", "name", "offset", "pushed")

    def __init__(self, module: str, name: str, offset: int, known: Known) -> None:
        """`offset` is that of the opcode. `pushed` and `called` count how often it came to the stack, and was called there."""
        self.module, self.name, self.offset, self.known = module, name, offset, known
        self.pushed, self.called = 1, 0


class Made:
    """What a call returns: `callee` was called with `args`; `state` is what BUILD gave it last.

    `new` says that only `callee.__new__` was called, and not its constructor; `built`, that it has been given a state;
    `filled`, that it has been given items.
    """

    __slots__ = ("args", "built", "callee", "filled", "new", "offset", "state")

    def __init__(self, callee: Value, args: Value, offset: int, *, new: bool = False) -> None:
        """`offset` is that of the opcode that called."""
        self.callee, self.args, self.offset, self.new = callee, args, offset, new
        self.state, self.built, self.filled = None, False, False


class Box:
    """A list, dict, set or bytearray; of a dict the first items, where the key is text.

    `inner` are the first of what it holds that is no literal, and `crowded` says that there are more.
    """

    __slots__ = ("crowded", "inner", "items", "kind")

    def __init__(self, kind: str) -> None:
        """`kind` is the name of its type."""
        self.kind = kind
        self.items: dict[str, Value] = {}
        self.inner: list[Value] | None = None
        self.crowded = False

    def hold(self, values: list[Value]) -> None:
        """Note what was put in."""
        noted = [value for value in values if type(value) in _NOTED]
        if noted and not self.crowded:
            self.inner = self.inner or []
            self.inner += noted[: MOST_INNER + 1 - len(self.inner)]
            self.crowded = len(self.inner) > MOST_INNER


class Blob(NamedTuple):
    """Bytes or text too long to keep, or numbers that were passed over: where they lie in the stream."""

    offset: int
    length: int


class Persistent(NamedTuple):
    """An object the program does not hold, by its key."""

    key: Value


UNKNOWN = Blob(-1, 0)
_NOTED = frozenset({Made, Box, tuple})
