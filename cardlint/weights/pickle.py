"""Pickles: every program in a file, from the first byte to the last, and what each asks for and does."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from cardlint.weights.budget import Budget
from cardlint.weights.framing import BUFFERS, FramedStream
from cardlint.weights.program import Program, distinct, evidence_of, held_bytes, walk
from cardlint.weights.reading import Stream
from cardlint.weights.values import dotted
from cardlint.weights.verdict import Evidence, Judgement

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cardlint.weights.judge import Context
    from cardlint.weights.machine import Machine
    from cardlint.weights.names import Names
    from cardlint.weights.reading import Reader
    from cardlint.weights.values import Global

MOST_PROGRAMS = 10_000
_MOST_OTHER = 300_000  # opcodes of a reading that only shows whether another one hides something
_NAME = re.compile(r"[^\W\d]\w*(\.\w+)+")
_NO_CHANCE = 8  # opcodes a text does not consist of by chance
_PADDING = b"\0\n\r\t "
_PADDING_PRICE = 64  # bytes of padding that cost as much as an opcode
_FRAMES = "python/cpython#154848"


class Reading(NamedTuple):
    """A file as some unpickler reads it: the names its programs ask for, and what was found.

    `crossed` is the first opcode that disagrees with the frames; `ended` says that the data ended, or was left, before a STOP.
    """

    names: dict[tuple[str, str], Global]
    evidence: list[Evidence]
    crossed: int | None
    ended: bool


def judge(reader: Reader, context: Context) -> Judgement:
    """A file of one pickle or several."""
    found = read_programs(Stream(reader), context)
    alone = _other_readings(reader, found, context) if found.crossed is not None else {}
    evidence = distinct([*found.evidence, *_disagreement(found, alone)]) if found.crossed is not None else found.evidence
    return Judgement("pickle", tuple(evidence), tuple(dict.fromkeys(map(dotted, (found.names | alone).values()))))


def is_pickle(reader: Reader, names: Names, budget: Budget, *, text: bool = False) -> bool:
    """Whether this is a pickle, or an unpickler would at least get as far as asking for a name.

    Where it is `text` as well, a list of words, say, names have to be known ones or to be called.
    """
    before = budget.operations
    for program in _programs(Stream(reader), names, budget):
        if program.spent or _asks(program, text=text):
            return True
        if program.broken is not None:
            return False
    return not text or before - budget.operations >= _NO_CHANCE


def _asks(program: Program, *, text: bool) -> bool:
    """Whether a program asks for something, and did not only happen to look like it for a while."""
    machine = program.machine
    if program.broken is None:
        return bool(machine.seen or machine.calls)
    if not machine.seen or not _could_be_name(machine):
        return False
    return not text or machine.calls > 0 or any(item.known.verdict != "review" for item in machine.seen)


def _could_be_name(machine: Machine) -> bool:
    """Whether the first name can be one, and an unpickler gets as far as that without knowing persistent ids."""
    first = machine.seen[0]
    if machine.persistent and machine.persistent[0][1] < first.offset:
        return False
    return _NAME.fullmatch(f"{first.module}.{first.name}") is not None


def begins_as_pickle(head: Reader, names: Names, *, whole: bool) -> bool:
    """Whether a program begins here that asks for something that could be a name, or, where this is not the `whole`, may still.

    One that begins with a persistent id, as every zip archive does, gets no further with any loader.
    """
    for program in _programs(Stream(head), names, Budget(operations=2 * head.size)):
        machine = program.machine
        if machine.persistent and not machine.seen:
            return False
        if machine.seen:
            return _could_be_name(machine)
        if program.broken is not None:
            return program.truncated and not whole
    return not whole


def read_programs(stream: Stream, context: Context, *, look_inside: bool = True) -> Reading:
    """Every program as this stream has it, each let go of before the next."""
    asked: dict[tuple[str, str], Global] = {}
    evidence: list[Evidence] = []
    crossed, ended = None, False
    for program in _programs(stream, context.names, context.budget):
        for item in program.machine.seen:
            asked.setdefault((item.module, item.name), item)
        found = [*evidence_of(program, torch=context.torch), *(held_bytes(program, context) if look_inside else ())]
        evidence = distinct([*evidence, *found]) if found else evidence
        crossed = program.machine.crossed if crossed is None else crossed
        ended = program.truncated or program.spent
    return Reading(asked, evidence, crossed, ended)


def _programs(stream: Stream, names: Names, budget: Budget) -> Iterator[Program]:
    """Each program of a file, to the first that breaks off; bytes that belong to none are such a one."""
    for count in range(1, MOST_PROGRAMS + 1):
        program = walk(stream, names, budget)
        if program.broken is None and not _skip_padding(stream, budget):
            program = program._replace(broken="is followed by more padding than is read", spent=True)
        last = program.broken is not None or stream.position >= stream.end
        if count == MOST_PROGRAMS and not last:
            program = program._replace(broken="is followed by more programs than are walked", spent=True)
        yield program
        if last:
            return


def _skip_padding(stream: Stream, budget: Budget) -> bool:
    """Go on behind padding; whether there is little enough."""
    while True:
        chunk = stream.peek(stream.chunk)
        padding = len(chunk) - len(chunk.lstrip(_PADDING))
        if padding // _PADDING_PRICE > max(0, budget.operations):
            return False
        budget.operations -= padding // _PADDING_PRICE
        stream.move(stream.position + padding)
        if not chunk or padding < len(chunk):
            return True


def _other_readings(reader: Reader, found: Reading, context: Context) -> dict[tuple[str, str], Global]:
    """Where frames and opcodes disagree, unpicklers read different programs: the names that not all of these ask for."""
    alone: dict[tuple[str, str], Global] = {}
    for size in BUFFERS:
        held = context._replace(budget=Budget(min(_MOST_OTHER, context.budget.operations), context.budget.memo))
        other = read_programs(FramedStream(reader, 0, size), held, look_inside=False).names
        alone |= {key: item for key, item in other.items() if key not in found.names}
        if not found.ended:
            alone |= {key: item for key, item in found.names.items() if key not in other}
    return alone


def _disagreement(found: Reading, alone: dict[tuple[str, str], Global]) -> Iterator[Evidence]:
    for item in alone.values():
        message = f"asks for {dotted(item)} only where its frames are read in one of several ways"
        yield Evidence("block", "pickle", dotted(item), message, offset=item.offset, reference=_FRAMES)
    if not alone:
        message = "has a frame that does not end where an opcode does, so that unpicklers read it differently"
        yield Evidence("review", "pickle", "frame", message, offset=found.crossed, reference=_FRAMES)
