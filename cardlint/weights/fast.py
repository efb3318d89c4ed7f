"""The opcodes that most of a pickle consists of, in one loop. Every other, and every one that may fail, is a step of the machine."""

from __future__ import annotations

from struct import Struct
from typing import TYPE_CHECKING

from cardlint.weights.budget import SpentError
from cardlint.weights.values import NUMBER, Box, Value

if TYPE_CHECKING:
    from cardlint.weights.machine import Machine

_SLICE = 4_096  # opcodes between two looks at what has been spent
_HEADROOM = 4  # bytes; but for BINFLOAT no opcode has a fixed part that is longer than one byte and this
_RUN = 64  # numbers that are passed over together, at the price of one opcode
_FEWEST = 16  # numbers; of fewer, which may be the shape of an array, each is kept
_TUPLES = {0x85: 1, 0x86: 2, 0x87: 3}
_WIDTHS = {0x47: 9, 0x4A: 5, 0x4B: 2, 0x4D: 3}  # BINFLOAT, BININT, BININT1, BININT2
_BOXES = {0x7D: "dict", 0x5D: "list"}
_PUSHED: dict[int, Value] = {0x29: (), 0x4E: None, 0x88: True, 0x89: False, **_BOXES}
_SIGNED = Struct("<i").unpack_from


def fast(machine: Machine) -> bool:
    """Up to a slice of opcodes; whether STOP was reached. Raises SpentError where nothing is left to spend, and what a step raises."""
    budget, stream, memo = machine.budget, machine.stream, machine.memo
    if budget.operations <= 0:
        raise SpentError
    buffer, last, frame_end, keep = _window(machine)
    at, stack, done, slow, kept = stream.at, machine.stack, 0, 0, 0
    try:
        for done in range(1, min(_SLICE, budget.operations) + 1):  # noqa: B007 - it is spent, however the loop ends
            code = buffer[at] if at < last else 0
            if code == 0x94 and stack:  # MEMOIZE
                memo[len(memo)] = stack[-1]
                at += 1
            elif code == 0x8C and (n := buffer[at + 1]) <= keep and (end := at + 2 + n) <= last and (raw := buffer[at + 2 : end]).isascii():
                stack.append(raw.decode())  # SHORT_BINUNICODE
                kept, at = kept + n, end
            elif code == 0x71 and stack:  # BINPUT
                memo[buffer[at + 1]] = stack[-1]
                at += 2
            elif code == 0x68 and (value := memo.get(buffer[at + 1])) is not None:  # BINGET
                stack.append(value)
                at += 2
            elif code == 0x4B and buffer[at + 2] != 0x4B:  # BININT1, and no run of them
                stack.append(buffer[at + 1])
                at += 2
            elif code in _WIDTHS and at + (width := _WIDTHS[code]) <= last:
                at = _numbers(buffer, at, last, stack, width)
            elif code == 0x28:  # MARK
                machine.outer.append(stack)
                machine.below += len(stack)
                machine.stack = stack = []
                at += 1
            elif code in _TUPLES and len(stack) >= _TUPLES[code]:
                stack[-_TUPLES[code] :] = (tuple(stack[-_TUPLES[code] :]),)
                at += 1
            elif code in _PUSHED:
                stack.append(Box(_PUSHED[code]) if code in _BOXES else _PUSHED[code])
                at += 1
            else:
                machine.start, stream.at, slow = stream.base + at, at, slow + 1
                if machine.step(code):
                    return True
                if stream.buffer is not buffer or machine.frame_end is not frame_end:
                    buffer, last, frame_end, keep = _window(machine)
                at, stack = stream.at, machine.stack
        stream.at = at
    finally:
        budget.operations -= done + slow
        machine.texts.count(kept)
    return False


def _window(machine: Machine) -> tuple[bytes, int, int | None, int]:
    """The bytes that are here, up to where in them opcodes may be taken straight away, the frame's end, and how long a kept text may be."""
    stream, frame_end = machine.stream, machine.frame_end
    ready = stream.ready() if frame_end is None else min(stream.ready(), frame_end - stream.base)
    return stream.buffer, ready - _HEADROOM, frame_end, machine.texts.keep


def _numbers(buffer: bytes, at: int, last: int, stack: list[Value], width: int) -> int:
    """One number, or a run of them of which only the count matters; where the next opcode begins."""
    code = buffer[at]
    if buffer[at + width] == code and (ahead := at + width * _FEWEST) < last and buffer[ahead] == code:
        run = buffer[at : min(last - width, at + width * _RUN) : width]
        count = len(run) - len(run.lstrip(run[:1]))
        if count > _FEWEST:
            stack.extend([0.0 if code == 0x47 else NUMBER] * count)
            return at + count * width
    if code == 0x4B:
        stack.append(buffer[at + 1])
    elif code == 0x4D:
        stack.append(buffer[at + 1] | buffer[at + 2] << 8)
    else:
        stack.append(0.0 if code == 0x47 else _SIGNED(buffer, at + 1)[0])
    return at + width
