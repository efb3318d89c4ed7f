"""Pickles put together opcode by opcode, for names no library here has. Nothing is ever loaded."""

from __future__ import annotations

import json
import struct
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from cardlint.weights.budget import Budget
from cardlint.weights.judge import Context, judge
from cardlint.weights.names import Names
from cardlint.weights.reading import Held

if TYPE_CHECKING:
    from collections.abc import Callable

    from cardlint.weights.verdict import Judgement

LISTS = Path(__file__).parent.parent.parent / "schemas" / "weights"


class Name(NamedTuple):
    """A global: `GLOBAL` before protocol 4, `STACK_GLOBAL` from then on."""

    module: str
    name: str


class Call(NamedTuple):
    """A call by REDUCE; `by` may be INST, OBJ, NEWOBJ or NEWOBJ_EX instead."""

    callee: Any
    args: tuple[Any, ...] = ()
    by: str = "REDUCE"


class Built(NamedTuple):
    """A value that BUILD gives a state."""

    value: Any
    state: Any


class Filled(NamedTuple):
    """A value that is given items: a dict by SETITEMS, a list by APPENDS, a set by ADDITEMS."""

    value: Any
    items: Any


class Raw(NamedTuple):
    """Opcodes as they are."""

    code: bytes


def name(module: str, qualified: str, protocol: int = 2) -> bytes:
    if protocol >= 4:
        return text(module, protocol) + text(qualified, protocol) + b"\x93"
    return b"c" + module.encode() + b"\n" + qualified.encode() + b"\n"


def text(value: str, protocol: int = 2) -> bytes:
    raw = value.encode()
    if protocol == 0:
        return b"V" + value.encode("raw-unicode-escape") + b"\n"
    if protocol >= 4 and len(raw) < 256:
        return b"\x8c" + bytes([len(raw)]) + raw
    return b"X" + struct.pack("<I", len(raw)) + raw


def _number(value: int) -> bytes:
    return b"J" + struct.pack("<i", value)


def _items(value: Any, protocol: int) -> bytes:
    if isinstance(value, dict):
        return b"(" + b"".join(push(part, protocol) for pair in value.items() for part in pair) + b"u"
    if isinstance(value, (set, frozenset)):
        return b"(" + b"".join(push(part, protocol) for part in sorted(value)) + b"\x90"
    return b"(" + b"".join(push(part, protocol) for part in value) + b"e"


def _called(made: Call, protocol: int) -> bytes:
    args = b"(" + b"".join(push(item, protocol) for item in made.args)
    if made.by == "INST":
        return args + b"i" + made.callee.module.encode() + b"\n" + made.callee.name.encode() + b"\n"
    if made.by == "OBJ":
        return b"(" + push(made.callee, protocol) + args[1:] + b"o"
    end = {"REDUCE": b"R", "NEWOBJ": b"\x81", "NEWOBJ_EX": b"}\x92"}[made.by]
    return push(made.callee, protocol) + args + b"t" + end


def push(value: Any, protocol: int = 2) -> bytes:
    """The opcodes that leave a value on the stack."""
    match value:
        case Raw(code):
            return code
        case Name(module, qualified):
            return name(module, qualified, protocol)
        case Call():
            return _called(value, protocol)
        case Built(inner, state):
            return push(inner, protocol) + push(state, protocol) + b"b"
        case Filled(inner, items):
            return push(inner, protocol) + _items(items, protocol)
    return _literal(value, protocol)


_PLAIN: dict[type, Callable[[Any], bytes]] = {
    bool: lambda value: b"\x88" if value else b"\x89",
    type(None): lambda value: b"N" if value is None else b"",
    int: _number,
    float: lambda value: b"G" + struct.pack(">d", value),
    bytes: lambda value: b"B" + struct.pack("<I", len(value)) + value,
}
_EMPTY = {dict: b"}", list: b"]", set: b"\x8f"}


def _literal(value: Any, protocol: int) -> bytes:
    kind = type(value)
    if kind in _PLAIN:
        return _PLAIN[kind](value)
    if kind in _EMPTY:
        return _EMPTY[kind] + _items(value, protocol)
    if kind is str:
        return text(value, protocol)
    assert kind is tuple, value
    return b"(" + b"".join(push(item, protocol) for item in value) + b"t"


def program(value: Any, protocol: int = 2) -> bytes:
    """A whole pickle of a value."""
    begin = b"\x80" + bytes([protocol]) if protocol >= 2 else b""
    return begin + push(value, protocol) + b"."


def lists() -> Names:
    """The lists that ship."""
    vetted, dangerous = (json.loads((LISTS / f"{kind}.json").read_text("utf-8")) for kind in ("vetted", "dangerous"))
    return Names(vetted, dangerous)


def judged(content: bytes, names: Names | None = None, file: str = "model.pkl") -> Judgement:
    """The judgement of a file that holds this."""
    return judge(Held(content), Context(names or lists(), Budget(), file))
