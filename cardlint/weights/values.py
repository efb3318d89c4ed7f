"""What a pickle program moves about, as far as judging it needs: names, calls, containers, literals. Nothing is made real."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypeAlias

from cardlint.weights.named import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from cardlint.weights.names import Known

# Literals stand for themselves (str, int, bool, None, bytes up to KEPT, tuple; a float is 0.0); the rest is one of the classes
# below. Only str, int and the like may be compared or hashed: to hash a tuple of a million levels ends the process.
Value: TypeAlias = Any
KEPT = 4096
MOST_ITEMS = 256
MOST_INNER = 256
_NOTHING: Mapping[str, Value] = MappingProxyType({})
_TEXT = frozenset({str})


class Global:
    """A name a program asks for, `known` being what the lists say of it."""

    __slots__ = ("known", "module", "name", "offset")

    def __init__(self, module: str, name: str, offset: int, known: Known) -> None:
        """`offset` is that of the opcode."""
        self.module, self.name, self.offset, self.known = module, name, offset, known


class Made:
    """What a call returns: `callee` was called with `args`; `state` is what BUILD gave it last.

    `new` says that only `callee.__new__` was called, and not its constructor; `built`, that it has been given a state;
    `filled`, that it has been given items.
    """

    __slots__ = ("args", "built", "callee", "filled", "new", "offset", "state")

    def __init__(self, callee: Value, args: Value, offset: int, *, new: bool = False) -> None:
        """`offset` is that of the opcode that called."""
        self.callee, self.args, self.offset, self.new = callee, args, offset, new
        self.state: Value = None
        self.built = self.filled = False


class Box:
    """A list, dict, set or bytearray; of a dict the first items, where the key is text, of a list those the machine keeps, by index.

    `inner` are the first of what it holds that is no literal, and `crowded` says that there are more. `computed` says that a key
    is what a name or a call yields: it may be equal to any of the keys that are kept, and what is kept then is not what is there.
    """

    __slots__ = ("_items", "computed", "crowded", "inner", "kind")

    def __init__(self, kind: str) -> None:
        """`kind` is the name of its type."""
        self.kind = kind
        self._items: dict[str, Value] | None = None  # most stay empty, and a million dicts are much
        self.inner: list[Value] | None = None
        self.crowded = self.computed = False

    @property
    def items(self) -> Mapping[str, Value]:
        """What is kept of what is in it."""
        return _NOTHING if self._items is None else self._items

    def put(self, keys: Sequence[Value], values: Iterable[Value], most: int = MOST_ITEMS) -> None:
        """Keep the items whose keys are text, as long as there are fewer than so many."""
        held = {} if self._items is None else self._items
        if len(held) + len(keys) <= most and _TEXT.issuperset(map(type, keys)):
            held.update(zip(keys, values, strict=False))
            self._items = held or None
            return
        for key, value in zip(keys, values, strict=False):
            if type(key) is str and (len(held) < most or key in held):
                held[key] = value
            elif isinstance(key, (Made, Global, Persistent)):
                self.computed = True
        if held:
            self._items = held

    def hold(self, values: list[Value]) -> None:
        """Note what else than literals was put in."""
        if values and not self.crowded:
            self.inner = self.inner or []
            self.inner += values[: MOST_INNER + 1 - len(self.inner)]
            self.crowded = len(self.inner) > MOST_INNER


class Blob(NamedTuple):
    """Bytes or text too long to keep, or what was passed over: where it lies in the stream.

    `encoding` is that of text; of bytes there is none.
    """

    offset: int
    length: int
    encoding: str | None = None


class Persistent(NamedTuple):
    """An object the program does not hold, by its key."""

    key: Value


UNKNOWN = Blob(-1, 0)  # could be anything
NUMBER = Blob(-2, 0)  # a whole number that was passed over
_SHOWN = 200


def dotted(item: Global) -> str:
    """The name as people write it."""
    return shown(f"{item.module}.{item.name}")


def shown(text: str) -> str:
    """Text from a file as it may be printed: what is not printable escaped, and no more of it than anybody reads."""
    short = text if len(text) <= _SHOWN else f"{text[: _SHOWN - 1]}…"
    return short if short.isprintable() else "".join(sign if sign.isprintable() else ascii(sign)[1:-1] for sign in short)
