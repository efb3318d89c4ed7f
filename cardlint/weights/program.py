"""One program of a pickle: walked, and what it asks for and does as evidence."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from cardlint.weights.budget import BrokenError, SpentError
from cardlint.weights.machine import Machine
from cardlint.weights.reading import EndOfDataError
from cardlint.weights.values import Made, dotted
from cardlint.weights.verdict import Evidence

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from cardlint.weights.budget import Budget
    from cardlint.weights.judge import Context
    from cardlint.weights.names import Names
    from cardlint.weights.reading import Stream

MOST_EVIDENCE = 200


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


def walk(
    stream: Stream, names: Names, budget: Budget, *, after_build: Callable[[Machine, Made], None] | None = None, lists: int = 0
) -> Program:
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
        broken, spent = "is too long or too intricate to be walked to its end", True
    return Program(start, stream.position, broken, machine.value, machine, truncated, spent)


def evidence_of(program: Program, *, torch: bool = False) -> Iterator[Evidence]:
    """What a program asks for and does, as evidence. `torch` allows the persistent ids of a torch archive."""
    machine = program.machine
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
        yield Evidence("review", "pickle", "program", message, offset=offset)
    if not torch and machine.persistent:
        message = "has objects it does not hold (persistent ids), which only a torch archive has"
        yield Evidence("review", "pickle", "persistent id", message, offset=machine.persistent[0][1])
    if program.broken is not None:
        message = f"breaks off: {program.broken}; what stands before that has run by then"
        yield Evidence("review", "pickle", "program", message, offset=machine.start)


def held_bytes(program: Program, context: Context) -> Iterator[Evidence]:
    """The pickles a program holds as plain bytes or text: nothing loads them by itself."""
    texts = program.machine.texts
    for offset, content in texts.nested:
        judgement = context.judge(f"bytes at {offset:,}", content)
        if judgement.verdict != "ok":
            asked = f" that asks for {', '.join(judgement.globals[:3])}" if judgement.globals else ""
            message = f"holds a pickle{asked} as plain bytes; nothing loads them by itself"
            yield Evidence("review", "pickle", "bytes", message, offset=offset)
    if texts.overlooked:
        message = f"holds {texts.overlooked:,} more pieces of text or bytes that look like a pickle, and were not looked into"
        yield Evidence("review", "pickle", "bytes", message)


def distinct(evidence: Iterable[Evidence]) -> list[Evidence]:
    """One piece of evidence for each thing said of each name, the first; no more than anybody reads, the gravest first."""
    first: dict[tuple[str, str], Evidence] = {}
    for item in evidence:
        if len(first) < MOST_EVIDENCE or item.verdict == "block":
            first.setdefault((item.about, item.message), item)
    kept = sorted(first.values(), key=lambda item: item.verdict != "block")
    return kept[:MOST_EVIDENCE]
