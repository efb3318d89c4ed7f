"""One program of a pickle: walked, and what it asks for and does as evidence."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cardlint.weights import torchids
from cardlint.weights.budget import BrokenError, Budget, SpentError
from cardlint.weights.loads import content_of
from cardlint.weights.machine import CALLS_SAVED_CLASS, Machine
from cardlint.weights.named import NamedTuple
from cardlint.weights.reading import EndOfDataError, Part, Stream
from cardlint.weights.values import Blob, dotted
from cardlint.weights.verdict import MORE, Evidence, Judgement

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from cardlint.weights.judge import Context
    from cardlint.weights.machine import AfterBuild
    from cardlint.weights.names import Names
    from cardlint.weights.reading import Reader
    from cardlint.weights.values import Global

MOST_EVIDENCE = 200
TOO_LONG = "is too long or too intricate to be walked to its end"
MOST_OTHER = 300_000  # opcodes of a reading that only shows whether another one hides something
_PADDING = b"\0\n\r\t "
_PADDING_PRICE = 64  # bytes of padding that cost as much as an opcode
_FRAMES = "python/cpython#154848"


class Program(NamedTuple):
    """One program that was walked: from where to where, why it ended early, what it left at STOP, and the machine.

    `truncated` says that it ended early because the data did, `spent` that the budget did.
    """

    start: int
    end: int
    broken: str | None
    value: object
    machine: Machine
    truncated: bool = False
    spent: bool = False


def walk(stream: Stream, names: Names, budget: Budget, *, after_build: AfterBuild | None = None, lists: int = 0) -> Program:
    """Walk one program. Whatever is wrong with it is said in `broken`. `lists` is how many items of a list are kept."""
    machine = Machine(stream, names, budget, after_build=after_build)
    machine.lists = lists
    start, broken, truncated, spent = stream.position, None, False, False
    try:
        machine.run()
    except BrokenError as error:
        broken = str(error)
    except EndOfDataError:
        broken, truncated = "the data ends before STOP", True
    except SpentError:
        broken, spent = TOO_LONG, True
    return Program(start, stream.position, broken, machine.value, machine, truncated, spent)


def says_nothing(program: Program) -> bool:
    """Whether a program has run to its end and did nothing but put literals together: there is no evidence of it, and nothing in it."""
    machine = program.machine
    texts = machine.texts
    return not (
        program.broken is not None or machine.seen or machine.persistent or machine.oddities or machine.deceptions
        or machine.misused or machine.changed or machine.loads or texts.nested or texts.overlooked
    )  # fmt: skip


def evidence_of(program: Program, *, storages: Mapping[str, int] | None = None, persistent: bool = False) -> Iterator[Evidence]:
    """What a program asks for and does, as evidence.

    `storages` are the tensor payloads of the torch archive it lies in; `persistent` leaves persistent ids to the caller.
    """
    machine = program.machine
    if program.broken is not None:
        message = f"breaks off: {program.broken}; what stands before that has run by then"
        yield Evidence("review", "pickle", "program", message, offset=machine.start)
    for item in machine.seen:
        if item.known.verdict != "ok":
            message = f"asks for {dotted(item)}, which {item.known.why}"
            yield Evidence(item.known.verdict, "pickle", dotted(item), message, offset=item.offset, reference=item.known.reference)
    for (item, wrong), offset in machine.misused.items():
        yield Evidence(wrong.verdict, "pickle", dotted(item), f"{dotted(item)} {wrong.message}", offset=offset)
    for item, offset in machine.changed.items():
        yield Evidence("block", "pickle", dotted(item), f"changes {dotted(item)} itself, which no pickler does", offset=offset)
    for message, offset in machine.deceptions.items():
        yield Evidence("block", "pickle", "program", message, offset=offset)
    for message, offset in machine.oddities.items():
        if not (persistent and message == CALLS_SAVED_CLASS):
            yield Evidence("review", "pickle", "program", message, offset=offset)
    if not persistent:
        yield from _persistent(machine, storages)


def _persistent(machine: Machine, storages: Mapping[str, int] | None) -> Iterator[Evidence]:
    if storages is not None:
        yield from torchids.check(machine.persistent, storages)
    elif machine.persistent:
        message = "has objects it does not hold (persistent ids), which only a torch archive has"
        yield Evidence("review", "pickle", "persistent id", message, offset=machine.persistent[0][1])


def held_bytes(program: Program, context: Context) -> Iterator[Evidence]:
    """The pickles a program holds as plain bytes or text: nothing loads them by itself."""
    texts = program.machine.texts
    loaded = {value.offset for made in program.machine.loads for value in made.args if isinstance(value, Blob)}
    for offset, content in texts.nested:
        if offset in loaded:
            continue  # judged with what loads it
        judgement = context.judge(f"bytes at {offset:,}", content)
        if judgement.verdict != "ok":
            asked = f" that asks for {', '.join(judgement.globals[:3])}" if judgement.globals else ""
            message = f"holds a pickle{asked} as plain bytes; nothing loads them by itself"
            yield Evidence("review", "pickle", "bytes", message, offset=offset)
    if texts.overlooked:
        message = f"holds {texts.overlooked:,} more pieces of text or bytes that look like a pickle, and were not looked into"
        yield Evidence("review", "pickle", "bytes", message)


def nested(reader: Reader, program: Program, context: Context) -> Iterator[Judgement]:
    """What is loaded in turn when a program is: files in the arguments of its calls. Raises SpentError."""
    for made in program.machine.loads:
        try:
            held = content_of(made, reader, context.budget)
        except BrokenError as error:
            message = f"loads what cannot be read: {error}"
            yield Judgement(None, (Evidence("review", "pickle", dotted(made.callee), message, offset=made.offset),))
        else:
            yield context.judge(f"{dotted(made.callee)} at byte {made.offset:,}", held)


def other_reading(reader: Reader, program: Program, names: Names, budget: Budget) -> Iterator[Evidence]:
    """Where the frames and opcodes of one program disagree, unpicklers read different ones: the others are walked too."""
    at = program.machine.crossed
    if at is None:
        return
    from cardlint.weights.framing import readings

    known, alone = asked(program), dict[tuple[str, str], "Global"]()
    for stream in readings(reader, program.start):
        held = Budget(min(MOST_OTHER, budget.operations), budget.memo)
        other = asked(walk(stream, names, held))
        alone |= differing(known, other, ended=program.broken is not None)
    yield from disagreement(alone, at)


def held(reader: Reader, program: Program, context: Context) -> Iterator[Judgement]:
    """What a program loads in turn, and what it only holds. Raises SpentError."""
    yield from nested(reader, program, context)
    for item in held_bytes(program, context):
        yield Judgement(None, (item,))


def skip_padding(stream: Stream, budget: Budget) -> bool:
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


def beyond(reader: Reader, start: int, context: Context) -> Iterator[Judgement]:
    """What is known to be dangerous behind the programs that one loader reads: another one goes on there, behind padding too."""
    stream = Stream(reader, start)
    if skip_padding(stream, context.budget) and (at := stream.position) < stream.end:
        judged = context.judge(f"bytes from {at:,}", Part(reader, at, stream.end - at))
        if judged.verdict == "block":
            yield judged


def asked(program: Program) -> dict[tuple[str, str], Global]:
    """The names a program asks for."""
    return {(item.module, item.name): item for item in program.machine.seen}


def differing(found: dict[tuple[str, str], Global], other: dict[tuple[str, str], Global], *, ended: bool) -> dict[tuple[str, str], Global]:
    """The names that only one of two readings asks for; where the first ended early, only those of the other."""
    alone = {key: item for key, item in other.items() if key not in found}
    return alone if ended else alone | {key: item for key, item in found.items() if key not in other}


def disagreement(alone: Mapping[tuple[str, str], Global], at: int) -> Iterator[Evidence]:
    """Evidence of the names that not all readings ask for, or of the frame at which they begin to differ."""
    for item in alone.values():
        message = f"asks for {dotted(item)} only where its frames are read in one of several ways"
        yield Evidence("block", "pickle", dotted(item), message, offset=item.offset, reference=_FRAMES)
    if not alone:
        message = "has a frame that does not end where an opcode does, so that unpicklers read it differently"
        yield Evidence("review", "pickle", "frame", message, offset=at, reference=_FRAMES)


def distinct(evidence: Iterable[Evidence]) -> list[Evidence]:
    """One piece of evidence for each thing said of each name, the first; no more than anybody reads, the gravest first."""
    first: dict[tuple[str, str], Evidence] = {}
    more = False
    for item in evidence:
        key = (item.about, item.message)
        if item != MORE and (len(first) < MOST_EVIDENCE or item.verdict == "block"):
            first.setdefault(key, item)
        more = more or key not in first
    kept = sorted(first.values(), key=lambda item: item.verdict != "block")
    more = more or len(kept) > MOST_EVIDENCE
    return [*kept[: MOST_EVIDENCE - more], *([MORE] if more else [])]
