"""Pickles: every program in a file, from the first byte to the last, and what each asks for and does."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from cardlint.weights.budget import BrokenError, SpentError
from cardlint.weights.conditions import passable
from cardlint.weights.framing import FramedStream
from cardlint.weights.machine import Machine
from cardlint.weights.reading import EndOfDataError, Stream
from cardlint.weights.values import Global, Made, Persistent
from cardlint.weights.verdict import Evidence, Judgement

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from cardlint.weights.budget import Budget
    from cardlint.weights.judge import Context
    from cardlint.weights.names import Names
    from cardlint.weights.reading import Reader

MOST_PROGRAMS = 10_000
MOST_EVIDENCE = 200
_NAME = re.compile(r"[^\W\d]\w*(\.\w+)+")
_PADDING = b"\0\n\r\t "
_HOOKED = "puts something under the name `__setstate__`, which the unpickler calls when it finds it on an object"
_FRAMES = "python/cpython#154848"


class Program(NamedTuple):
    """One program that was walked: from where to where, why it ended early, what it left at STOP, and the machine."""

    start: int
    end: int
    broken: str | None
    value: object
    machine: Machine


def walk(stream: Stream, names: Names, budget: Budget, *, after_build: Callable[[Machine, Made], None] | None = None) -> Program:
    """Walk one program. Whatever is wrong with it is said in `broken`; raises SpentError alone."""
    machine = Machine(stream, names, budget, after_build=after_build)
    start, broken, value = stream.position, None, None
    try:
        value = machine.run()
    except BrokenError as error:
        broken = str(error)
    except EndOfDataError:
        broken = "the data ends before STOP"
    return Program(start, stream.position, broken, value, machine)


def is_pickle(reader: Reader, names: Names, budget: Budget) -> bool:
    """Whether a program begins here that reaches STOP, or asks for a name before it breaks."""
    try:
        program = walk(Stream(reader), names, budget)
    except SpentError:
        return True
    seen = program.machine.seen
    return program.broken is None or (bool(seen) and all(_NAME.fullmatch(dotted(item)) for item in seen))


def judge(reader: Reader, context: Context) -> Judgement:
    """A file of one pickle or several."""
    return judge_pickle(reader, context.names, context.budget, torch=context.torch)


def judge_pickle(reader: Reader, names: Names, budget: Budget, *, torch: bool = False) -> Judgement:
    """A file of one pickle or several. `torch` allows the persistent ids of a torch archive."""
    stream = Stream(reader)
    evidence: list[Evidence] = []
    asked: dict[str, None] = {}
    try:
        for program in _programs(stream, names, budget):
            evidence += evidence_of(program, torch=torch)
            evidence += _other_reading(reader, program, names, budget)
            asked |= dict.fromkeys(dotted(item) for item in program.machine.seen)
            if program.broken is not None:
                break
    except SpentError:
        evidence.append(Evidence("review", "pickle", "budget", "is too long to be walked to its end", offset=stream.position))
    return Judgement("pickle", tuple(_distinct(evidence)), tuple(asked))


def _programs(stream: Stream, names: Names, budget: Budget) -> Iterator[Program]:
    """Each program of a file; bytes that belong to none are a broken one."""
    for _ in range(MOST_PROGRAMS):
        yield walk(stream, names, budget)
        _skip_padding(stream, budget)
        if stream.position >= stream.end:
            return
    raise SpentError


def _skip_padding(stream: Stream, budget: Budget) -> None:
    while (chunk := stream.peek(stream.chunk)) and not chunk.strip(_PADDING):
        budget.spend(1)
        stream.skip(len(chunk))
    stream.skip(len(chunk) - len(chunk.lstrip(_PADDING)))


def dotted(item: Global) -> str:
    """The name as people write it."""
    return f"{item.module}.{item.name}"


def evidence_of(program: Program, *, torch: bool = False) -> Iterator[Evidence]:
    """What a program asks for and does, as evidence."""
    machine = program.machine
    for item in machine.seen:
        yield from _asked(item)
    for made in machine.called:
        yield from _call(made)
    for used, wrong, offset in machine.misused:
        yield Evidence(wrong.verdict, "pickle", dotted(used), f"{dotted(used)} {wrong.message}", offset=offset)
    for changed, offset in machine.changed:
        yield Evidence("block", "pickle", dotted(changed), f"changes {dotted(changed)} itself, which no pickler does", offset=offset)
    if machine.hooked is not None:
        yield Evidence("block", "pickle", "__setstate__", _HOOKED, offset=machine.hooked)
    for message, offset in machine.oddities:
        yield Evidence("review", "pickle", "program", message, offset=offset)
    if not torch and machine.persistent is not None:
        message = "has objects it does not hold (persistent ids), which only a torch archive has"
        yield Evidence("review", "pickle", "persistent id", message, offset=machine.persistent)
    if program.broken is not None:
        message = f"breaks off: {program.broken}; what stands before that has run by then"
        yield Evidence("review", "pickle", "program", message, offset=machine.start)


def _asked(item: Global) -> Iterator[Evidence]:
    if item.known.verdict != "ok":
        message = f"asks for {dotted(item)}, which {item.known.why}"
        yield Evidence(item.known.verdict, "pickle", dotted(item), message, offset=item.offset, reference=item.known.reference)
    elif not passable(item) and item.pushed > item.called:
        message = f"keeps {dotted(item)} as a value, to be called later with whatever there is then"
        yield Evidence("review", "pickle", dotted(item), message, offset=item.offset)


def _call(made: Made) -> Iterator[Evidence]:
    callee = made.callee
    if isinstance(callee, (Made, Persistent)):
        yield Evidence("review", "pickle", "call", "calls what another call returned", offset=made.offset)
    elif not isinstance(callee, Global):
        yield Evidence("review", "pickle", "call", "calls what is not known", offset=made.offset)


def _other_reading(reader: Reader, program: Program, names: Names, budget: Budget) -> Iterator[Evidence]:
    """Where frames and opcodes disagree, unpicklers read different programs: the other one is walked too."""
    at = program.machine.crossed
    if at is None:
        return
    other = walk(FramedStream(reader, program.start), names, budget)
    known = {dotted(item) for item in program.machine.seen}
    hidden = {dotted(item): item for item in other.machine.seen if dotted(item) not in known}
    for name, item in hidden.items():
        message = f"asks for {name} only where frames are read as the C unpickler does"
        yield Evidence("block", "pickle", name, message, offset=item.offset, reference=_FRAMES)
    if not hidden:
        message = "has a frame that does not end where an opcode does, so that unpicklers read it differently"
        yield Evidence("review", "pickle", "frame", message, offset=at, reference=_FRAMES)


def _distinct(evidence: list[Evidence]) -> list[Evidence]:
    """One piece of evidence for each thing said of each name, the first; no more than anybody reads."""
    first: dict[tuple[str, str], Evidence] = {}
    for item in evidence:
        first.setdefault((item.about, item.message), item)
    kept = sorted(first.values(), key=lambda item: item.verdict != "block")
    return kept[:MOST_EVIDENCE]
