"""One program of a pickle: walked, and what it asks for and does as evidence."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from cardlint.weights import torchids
from cardlint.weights.budget import BrokenError, SpentError
from cardlint.weights.conditions import NESTED, content_of, passable
from cardlint.weights.framing import FramedStream
from cardlint.weights.machine import Machine
from cardlint.weights.reading import EndOfDataError
from cardlint.weights.values import Global, Made, Persistent, dotted
from cardlint.weights.verdict import Evidence, Judgement

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from cardlint.weights.budget import Budget
    from cardlint.weights.judge import Context
    from cardlint.weights.machine import AfterBuild
    from cardlint.weights.names import Names
    from cardlint.weights.reading import Reader, Stream
    from cardlint.weights.values import Value

MOST_EVIDENCE = 200
_HOOKED = "puts something under the name `__setstate__`, which the unpickler calls when it finds it on an object"
_FRAMES = "python/cpython#154848"


class Program(NamedTuple):
    """One program that was walked: from where to where, why it ended early, what it left at STOP, and the machine.

    `spent` says that it ended early because the budget did.
    """

    start: int
    end: int
    broken: str | None
    value: object
    machine: Machine
    spent: bool = False


def walk(stream: Stream, names: Names, budget: Budget, *, after_build: AfterBuild | None = None, lists: int = 0) -> Program:
    """Walk one program. Whatever is wrong with it is said in `broken`. `lists` is how many items of a list are kept."""
    machine = Machine(stream, names, budget, after_build=after_build)
    machine.lists = lists
    start, broken, value, spent = stream.position, None, None, False
    try:
        value = machine.run()
    except BrokenError as error:
        broken = str(error)
    except EndOfDataError:
        broken = "the data ends before STOP"
    except SpentError:
        broken, spent = "is too long or too intricate to be walked to its end", True
    return Program(start, stream.position, broken, value, machine, spent)


def evidence_of(program: Program, *, storages: Mapping[str, int] | None = None, persistent: bool = False) -> Iterator[Evidence]:
    """What a program asks for and does, as evidence.

    `storages` are the tensor payloads of the torch archive it lies in; `persistent` leaves persistent ids to the caller.
    """
    machine = program.machine
    if program.broken is not None:
        message = f"breaks off: {program.broken}; what stands before that has run by then"
        yield Evidence("review", "pickle", "program", message, offset=machine.start)
    for item in machine.seen:
        yield from _asked(item)
    for made in machine.called:
        if not (persistent and _of_class(made.callee)):
            yield from _call(made)
    for used, wrong, offset in machine.misused:
        yield Evidence(wrong.verdict, "pickle", dotted(used), f"{dotted(used)} {wrong.message}", offset=offset)
    if machine.hooked is not None:
        yield Evidence("block", "pickle", "__setstate__", _HOOKED, offset=machine.hooked)
    for changed, offset in machine.changed:
        yield Evidence("block", "pickle", dotted(changed), f"changes {dotted(changed)} itself, which no pickler does", offset=offset)
    yield from _left_over(program, storages, persistent=persistent)


def _left_over(program: Program, storages: Mapping[str, int] | None, *, persistent: bool) -> Iterator[Evidence]:
    """What is said of the program as a whole."""
    machine = program.machine
    for message, offset in machine.oddities:
        yield Evidence("review", "pickle", "program", message, offset=offset)
    if storages is not None:
        yield from torchids.check(machine.persistent, storages)
    elif machine.persistent and not persistent:
        message = "has objects it does not hold (persistent ids), which only a torch archive has"
        yield Evidence("review", "pickle", "persistent id", message, offset=machine.persistent[0][1])


def _of_class(callee: Value) -> bool:
    """Whether what is called is a class that torch's formats before 1.6 hold as a persistent id, beside its source."""
    key = callee.key if isinstance(callee, Persistent) and isinstance(callee.key, tuple) else ()
    return len(key) > 1 and isinstance(key[1] if key[0] == "module" else key[0], Global)


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


def other_reading(reader: Reader, program: Program, names: Names, budget: Budget) -> Iterator[Evidence]:
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


def nested(reader: Reader, program: Program, context: Context) -> Iterator[Judgement]:
    """What is loaded in turn when a program is: files in the arguments of its calls. Raises SpentError."""
    for made in program.machine.called:
        callee = made.callee
        if isinstance(callee, Global) and callee.known.condition == NESTED and (held := content_of(made, reader, context.budget)):
            yield context.judge(f"{dotted(callee)} at byte {made.offset:,}", held)


def distinct(evidence: Iterable[Evidence]) -> list[Evidence]:
    """One piece of evidence for each thing said of each name, the first; no more than anybody reads, the gravest first."""
    first: dict[tuple[str, str], Evidence] = {}
    for item in evidence:
        if len(first) < MOST_EVIDENCE or item.verdict == "block":
            first.setdefault((item.about, item.message), item)
    kept = sorted(first.values(), key=lambda item: item.verdict != "block")
    return kept[:MOST_EVIDENCE]
