"""What each opcode does to the machine."""

from __future__ import annotations

import codecs
from typing import TYPE_CHECKING

from cardlint.weights.budget import BrokenError, SpentError
from cardlint.weights.conditions import wrong_key
from cardlint.weights.values import MOST_ITEMS, UNKNOWN, Box, Made, Persistent, Value

if TYPE_CHECKING:
    from collections.abc import Callable

    from cardlint.weights.machine import Machine

# What BUILD looks for on the very object, and calls.
_HOOK = "__setstate__"


def _text(machine: Machine, length: int) -> None:
    held = machine.data(length)
    try:
        machine.push(held.decode("utf-8", "surrogatepass") if isinstance(held, bytes) else held)
    except UnicodeDecodeError as error:
        raise BrokenError("text is not UTF-8") from error


def _latin(machine: Machine, length: int) -> None:
    held = machine.data(length)
    machine.push(held.decode("latin-1") if isinstance(held, bytes) else held)


def _line(machine: Machine, encoding: str = "utf-8") -> str:
    try:
        return machine.stream.line().decode(encoding)
    except UnicodeDecodeError as error:
        raise BrokenError("a line is not text") from error


def _decimal(text: str, base: int = 10) -> int:
    try:
        return int(text, base)
    except ValueError as error:
        raise BrokenError("a line is no number") from error


def _int(machine: Machine) -> None:
    text = _line(machine, "latin-1")
    machine.push({"00": False, "01": True}.get(text) if text in {"00", "01"} else _decimal(text, 0))


def _long(machine: Machine) -> None:
    machine.push(_decimal(_line(machine, "latin-1").removesuffix("L"), 0))


def _float(machine: Machine) -> None:
    try:
        machine.push(float(_line(machine, "latin-1")))
    except ValueError as error:
        raise BrokenError("a line is no number") from error


def _string(machine: Machine) -> None:
    raw = machine.stream.line()
    if len(raw) < 2 or raw[:1] != raw[-1:] or raw[:1] not in {b'"', b"'"}:  # noqa: PLR2004 - two quotes
        raise BrokenError("a string has no quotes")
    try:
        machine.push(codecs.escape_decode(raw[1:-1])[0].decode("latin-1"))
    except ValueError as error:
        raise BrokenError("a string has a wrong escape") from error


def _unicode(machine: Machine) -> None:
    machine.push(_line(machine, "raw-unicode-escape"))


def _global(machine: Machine) -> None:
    module = _line(machine)
    machine.push(machine.ask(module, _line(machine)))


def _stack_global(machine: Machine) -> None:
    name = machine.pop()
    machine.push(machine.ask(machine.pop(), name))


def _inst(machine: Machine) -> None:
    module = _line(machine)
    callee = machine.ask(module, _line(machine))
    args = tuple(machine.pop_mark())
    machine.call(callee, args, new=not args)


def _obj(machine: Machine) -> None:
    items = machine.pop_mark()
    if not items:
        raise BrokenError("there is nothing to call")
    machine.call(items[0], tuple(items[1:]), new=len(items) == 1)


def _reduce(machine: Machine) -> None:
    args = machine.pop()
    machine.call(machine.pop(), args)


def _newobj(machine: Machine) -> None:
    args = machine.pop()
    machine.call(machine.pop(), args, new=True)


def _newobj_ex(machine: Machine) -> None:
    keywords, args = machine.pop(), machine.pop()
    machine.call(machine.pop(), (args, keywords), new=True)


def _extension(machine: Machine, size: int) -> None:
    machine.oddities.append((f"asks for extension {machine.number(size)} of the copyreg registry, whatever that is", machine.start))
    machine.push(UNKNOWN)


def _build(machine: Machine) -> None:
    state = machine.pop()
    machine.build(machine.top(), state)


def _items(machine: Machine, items: list[Value]) -> None:
    """Keys and values in turn go into what is below them."""
    into = machine.top()
    machine.fill(into, items)
    if _HOOK in items[::2]:
        machine.hooked = machine.start
    if isinstance(into, Box):
        for key, value in zip(items[::2], items[1::2], strict=False):
            if isinstance(key, str) and (len(into.items) < MOST_ITEMS or key in into.items):
                into.items[key] = value
    elif isinstance(into, Made):
        for key in items[::2]:
            machine.misuse(into.callee, wrong_key(into, key))


def _appends(machine: Machine) -> None:
    items = machine.pop_mark()
    machine.fill(machine.top(), items)


def _append(machine: Machine) -> None:
    item = machine.pop()
    machine.fill(machine.top(), [item])


def _setitem(machine: Machine) -> None:
    value, key = machine.pop(), machine.pop()
    _items(machine, [key, value])


def _dict(machine: Machine) -> None:
    items = machine.pop_mark()
    machine.push(Box("dict"))
    _items(machine, items)


def _boxed(machine: Machine, kind: str) -> None:
    items = machine.pop_mark()
    made = Box(kind)
    made.hold(items)
    machine.push(made)


def _tuple(machine: Machine, count: int) -> None:
    if len(machine.stack) < count:
        raise BrokenError("the stack is empty")
    items = tuple(machine.stack[len(machine.stack) - count :])
    del machine.stack[len(machine.stack) - count :]
    machine.push(items)


def _mark(machine: Machine) -> None:
    machine.outer.append(machine.stack)
    machine.stack = []
    if len(machine.outer) > machine.budget.memo:
        raise SpentError


def _pop(machine: Machine) -> None:
    if machine.stack:
        machine.stack.pop()
    else:
        machine.pop_mark()


def _persistent(machine: Machine, key: Value) -> None:
    if machine.persistent is None:
        machine.persistent = machine.start
    machine.push(Persistent(key))


def _frame(machine: Machine) -> None:
    length = machine.number(8)
    if machine.frame_end is not None and machine.stream.position < machine.frame_end and machine.crossed is None:
        machine.crossed = machine.start
    machine.frame_end = machine.stream.position + length
    if machine.frame_end > machine.stream.end and machine.crossed is None:
        machine.crossed = machine.start
    machine.stream.enter(length)


def _protocol(machine: Machine) -> None:
    machine.protocol = machine.number(1)
    if machine.protocol > 5:  # noqa: PLR2004 - the newest there is
        raise BrokenError(f"protocol {machine.protocol} does not exist")


def _buffer(machine: Machine) -> None:
    machine.oddities.append(("asks for a buffer that is not in the file", machine.start))
    machine.push(UNKNOWN)


def _big(machine: Machine, size: int) -> None:
    length = machine.number(size)
    held = machine.data(length)
    machine.push(int.from_bytes(held, "little", signed=True) if isinstance(held, bytes) else held)


def _bytearray(machine: Machine) -> None:
    machine.data(machine.number(8))
    machine.push(Box("bytearray"))


def _signed(machine: Machine) -> int:
    return int.from_bytes(machine.stream.take(4), "little", signed=True)


def _binstring(machine: Machine) -> None:
    length = _signed(machine)
    if length < 0:
        raise BrokenError("a length is negative")
    _latin(machine, length)


OPERATIONS: dict[int, Callable[[Machine], object]] = {
    ord(code): operation
    for code, operation in {
        "(": _mark, "0": _pop, "1": lambda m: m.pop_mark(), "2": lambda m: m.repeat(),
        "F": _float, "G": lambda m: m.push(UNKNOWN if m.stream.take(8) else 0), "I": _int, "J": lambda m: m.push(_signed(m)),
        "K": lambda m: m.push(m.number(1)), "L": _long, "M": lambda m: m.push(m.number(2)), "N": lambda m: m.push(None),
        "P": lambda m: _persistent(m, _line(m, "latin-1")), "Q": lambda m: _persistent(m, m.pop()), "R": _reduce, "S": _string,
        "T": _binstring, "U": lambda m: _latin(m, m.number(1)), "V": _unicode, "X": lambda m: _text(m, m.number(4)),
        "a": _append, "b": _build, "c": _global, "d": _dict, "}": lambda m: m.push(Box("dict")), "e": _appends,
        "g": lambda m: m.recall(_decimal(_line(m, "latin-1"))), "h": lambda m: m.recall(m.number(1)), "i": _inst,
        "j": lambda m: m.recall(m.number(4)), "l": lambda m: _boxed(m, "list"), "]": lambda m: m.push(Box("list")), "o": _obj,
        "p": lambda m: m.remember(_decimal(_line(m, "latin-1")), m.top()), "q": lambda m: m.remember(m.number(1), m.top()),
        "r": lambda m: m.remember(m.number(4), m.top()), "s": _setitem, "t": lambda m: m.push(tuple(m.pop_mark())),
        ")": lambda m: m.push(()), "u": lambda m: _items(m, m.pop_mark()), "B": lambda m: m.push(m.data(m.number(4))),
        "C": lambda m: m.push(m.data(m.number(1))), "\x80": _protocol, "\x81": _newobj, "\x82": lambda m: _extension(m, 1),
        "\x83": lambda m: _extension(m, 2), "\x84": lambda m: _extension(m, 4), "\x85": lambda m: _tuple(m, 1),
        "\x86": lambda m: _tuple(m, 2), "\x87": lambda m: _tuple(m, 3), "\x88": lambda m: m.stack.append(True),
        "\x89": lambda m: m.stack.append(False), "\x8a": lambda m: _big(m, 1), "\x8b": lambda m: _big(m, 4),
        "\x8c": lambda m: _text(m, m.number(1)), "\x8d": lambda m: _text(m, m.number(8)), "\x8e": lambda m: m.push(m.data(m.number(8))),
        "\x8f": lambda m: m.push(Box("set")), "\x90": _appends, "\x91": lambda m: _boxed(m, "frozenset"), "\x92": _newobj_ex,
        "\x93": _stack_global, "\x94": lambda m: m.remember(len(m.memo), m.top()), "\x95": _frame, "\x96": _bytearray,
        "\x97": _buffer, "\x98": lambda m: m.change(m.top()),
    }.items()
}  # fmt: skip
