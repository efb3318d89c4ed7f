"""What each opcode does to the machine."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cardlint.weights.budget import BrokenError, SpentError
from cardlint.weights.conditions import wrong_key
from cardlint.weights.literals import decoded, floating, integer
from cardlint.weights.values import KEPT, NUMBER, UNKNOWN, Blob, Box, Made, Persistent, Value

if TYPE_CHECKING:
    from collections.abc import Callable

    from cardlint.weights.machine import Machine
    from cardlint.weights.values import Global

# What BUILD looks for on the very object, and calls.
_HOOK = "__setstate__"
_HOOKED = "puts something under the name `__setstate__`, which the unpickler calls when it finds it on an object"
_LONGEST_NUMBER = 64  # bytes; whatever is larger is only a number
_MANY = 16
MOST_PERSISTENT = 200_000  # of one program; a model has some thousand tensors


def _key(machine: Machine) -> Value:
    return integer(machine.stream.take_line(), 10)


def _int(machine: Machine) -> None:
    line = machine.stream.take_line()
    # strtol() finds no number before a NUL, and the C unpickler takes that for the end of one.
    machine.push(line == b"01" if line in {b"00", b"01"} else 0 if line[:1] == b"\0" else integer(line))


def _long(machine: Machine) -> None:
    machine.push(integer(machine.stream.take_line().removesuffix(b"L")))


def _float(machine: Machine) -> None:
    machine.push(floating(machine.stream.take_line()))


def _named(machine: Machine) -> Global:
    return machine.ask(_part(machine), _part(machine))


def _part(machine: Machine) -> Value:
    """A module or name on a line of its own."""
    line = machine.stream.take_line()
    return decoded(line, "utf-8") if len(line) <= KEPT else Blob(machine.start, len(line), "utf-8")


def _global(machine: Machine) -> None:
    machine.push(_named(machine))


def _stack_global(machine: Machine) -> None:
    name = machine.pop()
    machine.push(machine.ask(machine.pop(), name))


def _inst(machine: Machine) -> None:
    callee = _named(machine)
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
    machine.call(machine.pop(), args, keywords, new=True)


def _extension(machine: Machine, size: int) -> None:
    machine.number(size)
    machine.oddities.setdefault("asks for an extension of the copyreg registry, whatever that is where it is loaded", machine.start)
    machine.push(UNKNOWN)


def _build(machine: Machine) -> None:
    state = machine.pop()
    machine.build(machine.top(), state)


def _items(machine: Machine, items: list[Value]) -> None:
    """Keys and values in turn go into what is below them."""
    into = machine.top()
    machine.fill(into, items)
    keys = items[::2]
    if _HOOK in keys:
        machine.deceptions.setdefault(_HOOKED, machine.start)
    if isinstance(into, Box):
        into.put(keys, items[1::2])
    elif isinstance(into, Made):
        for key in keys:
            machine.misuse(into.callee, wrong_key(into, key))


def _listed(machine: Machine, items: list[Value]) -> None:
    """Values go to the end of what is below them."""
    into = machine.top()
    machine.fill(into, items)
    if machine.lists and isinstance(into, Box):
        begin = len(into.items)
        into.put([*map(str, range(begin, min(machine.lists, begin + len(items))))], items, machine.lists)


def _appends(machine: Machine) -> None:
    _listed(machine, machine.pop_mark())


def _append(machine: Machine) -> None:
    _listed(machine, [machine.pop()])


def _setitem(machine: Machine) -> None:
    value, key = machine.pop(), machine.pop()
    _items(machine, [key, value])


def _dict(machine: Machine) -> None:
    items = machine.pop_mark()
    machine.push(Box("dict"))
    _items(machine, items)


def _boxed(machine: Machine, kind: str) -> None:
    items = machine.pop_mark()
    machine.push(Box(kind))
    _listed(machine, items)


def _tuple(machine: Machine, count: int) -> None:
    if len(machine.stack) < count:
        raise BrokenError("the stack is empty")
    items = tuple(machine.stack[len(machine.stack) - count :])
    del machine.stack[len(machine.stack) - count :]
    machine.push(items)


def _whole_tuple(machine: Machine) -> None:
    items = tuple(machine.pop_mark())
    machine.below += len(items) // _MANY  # it may be kept to the end, and there may be many of them
    machine.push(items)


def _mark(machine: Machine) -> None:
    machine.outer.append(machine.stack)
    machine.below += len(machine.stack)
    machine.stack = []


def _pop(machine: Machine) -> None:
    if machine.stack:
        machine.stack.pop()
    else:
        machine.pop_mark()


def _persistent(machine: Machine, key: Value) -> None:
    if len(machine.persistent) >= MOST_PERSISTENT:
        raise SpentError
    value = Persistent(key)
    machine.persistent.append((value, machine.start))
    machine.push(value)


def _frame(machine: Machine) -> None:
    stream, length = machine.stream, machine.number(8)
    if machine.frame_end is not None and stream.position < machine.frame_end:
        machine.cross()
    machine.frame_end = stream.position + length
    if machine.frame_end > stream.end:
        machine.cross()
    stream.enter(length)


def _protocol(machine: Machine) -> None:
    machine.protocol = machine.number(1)
    if machine.protocol > 5:  # noqa: PLR2004 - the newest there is
        raise BrokenError(f"protocol {machine.protocol} does not exist")


def _buffer(machine: Machine) -> None:
    machine.oddities.setdefault("asks for a buffer that is not in the file", machine.start)
    machine.push(UNKNOWN)


def _big(machine: Machine, size: int) -> None:
    length = machine.number(size)
    if length > _LONGEST_NUMBER:
        machine.stream.skip(length)
        machine.push(NUMBER)
    else:
        machine.push(int.from_bytes(machine.stream.take(length), "little", signed=True))


def _bytearray(machine: Machine) -> None:
    machine.texts.raw(machine.number(8))
    machine.push(Box("bytearray"))


def _signed(machine: Machine) -> int:
    return int.from_bytes(machine.stream.take(4), "little", signed=True)


def _binstring(machine: Machine) -> None:
    length = _signed(machine)
    if length < 0:
        raise BrokenError("a length is negative")
    machine.push(machine.texts.text(length, "latin-1"))


def _binfloat(machine: Machine) -> None:
    machine.stream.take(8)
    machine.push(0.0)


def _text(machine: Machine, size: int, encoding: str = "utf-8") -> None:
    machine.push(machine.texts.text(machine.number(size), encoding))


def _bytes(machine: Machine, size: int) -> None:
    machine.push(machine.texts.raw(machine.number(size)))


def _wrong(machine: Machine) -> None:
    raise BrokenError(f"opcode 0x{machine.stream.reader.read(machine.start, 1).hex()} does not exist")


_BY_SIGN: dict[str, Callable[[Machine], object]] = {
    "(": _mark, "0": _pop, "1": lambda m: m.pop_mark(), "2": lambda m: m.push(m.top()),
    "F": _float, "G": _binfloat, "I": _int, "J": lambda m: m.push(_signed(m)),
    "K": lambda m: m.push(m.number(1)), "L": _long, "M": lambda m: m.push(m.number(2)), "N": lambda m: m.push(None),
    "P": lambda m: _persistent(m, m.texts.line("latin-1")), "Q": lambda m: _persistent(m, m.pop()), "R": _reduce,
    "S": lambda m: m.push(m.texts.line("quoted")), "T": _binstring, "U": lambda m: _text(m, 1, "latin-1"),
    "V": lambda m: m.push(m.texts.line("raw-unicode-escape")), "X": lambda m: _text(m, 4),
    "a": _append, "b": _build, "c": _global, "d": _dict, "}": lambda m: m.push(Box("dict")), "e": _appends,
    "g": lambda m: m.recall(_key(m)), "h": lambda m: m.recall(m.number(1)), "i": _inst,
    "j": lambda m: m.recall(m.number(4)), "l": lambda m: _boxed(m, "list"), "]": lambda m: m.push(Box("list")), "o": _obj,
    "p": lambda m: m.remember(_key(m), m.top()), "q": lambda m: m.remember(m.number(1), m.top()),
    "r": lambda m: m.remember(m.number(4), m.top()), "s": _setitem, "t": _whole_tuple,
    ")": lambda m: m.push(()), "u": lambda m: _items(m, m.pop_mark()), "B": lambda m: _bytes(m, 4),
    "C": lambda m: _bytes(m, 1), "\x80": _protocol, "\x81": _newobj, "\x82": lambda m: _extension(m, 1),
    "\x83": lambda m: _extension(m, 2), "\x84": lambda m: _extension(m, 4), "\x85": lambda m: _tuple(m, 1),
    "\x86": lambda m: _tuple(m, 2), "\x87": lambda m: _tuple(m, 3), "\x88": lambda m: m.stack.append(True),
    "\x89": lambda m: m.stack.append(False), "\x8a": lambda m: _big(m, 1), "\x8b": lambda m: _big(m, 4),
    "\x8c": lambda m: _text(m, 1), "\x8d": lambda m: _text(m, 8), "\x8e": lambda m: _bytes(m, 8),
    "\x8f": lambda m: m.push(Box("set")), "\x90": _appends, "\x91": lambda m: _boxed(m, "frozenset"), "\x92": _newobj_ex,
    "\x93": _stack_global, "\x94": lambda m: m.remember(len(m.memo), m.top()), "\x95": _frame, "\x96": _bytearray,
    "\x97": _buffer, "\x98": lambda m: m.change(m.top()),
}  # fmt: skip
OPERATIONS: dict[int, Callable[[Machine], object]] = {ord(code): action for code, action in _BY_SIGN.items()}
ACTIONS = tuple(OPERATIONS.get(code, _wrong) for code in range(256))
