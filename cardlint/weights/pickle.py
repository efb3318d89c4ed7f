"""Pickles: every program in a file, from the first byte to the last, and what each asks for and does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cardlint.weights import torchlegacy
from cardlint.weights.budget import Budget
from cardlint.weights.joblib import Arrays
from cardlint.weights.named import NamedTuple
from cardlint.weights.patterns import lazily
from cardlint.weights.program import (
    MOST_OTHER,
    asked,
    differing,
    disagreement,
    distinct,
    evidence_of,
    held,
    says_nothing,
    skip_padding,
    walk,
)
from cardlint.weights.reading import Stream
from cardlint.weights.values import dotted
from cardlint.weights.verdict import MOST_NAMES, SPENT, Judgement, until_spent

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cardlint.weights.judge import Context
    from cardlint.weights.machine import AfterBuild, Machine
    from cardlint.weights.names import Names
    from cardlint.weights.program import Program
    from cardlint.weights.reading import Reader
    from cardlint.weights.values import Global
    from cardlint.weights.verdict import Evidence

MOST_PROGRAMS = 10_000
NAME = lazily(r"[^\W\d]\w*(\.\w+)+")
_NO_CHANCE = 8  # opcodes a text does not consist of by chance
_MEMBER = 100  # opcodes that take as long as what a pickle costs that hardly has any; an archive may have very many of those
_LEGACY_HEADER = 4096  # bytes within which the first two programs of torch's legacy format end


class Reading(NamedTuple):
    """A file as some unpickler reads it: the names its programs ask for, and what was found.

    `crossed` is the first opcode that disagrees with the frames; `ended` says that the data ended, or was left, before a STOP;
    `inside` are the names that files in its arguments ask for; `legacy` says that this is torch's format before 1.6.
    """

    names: dict[tuple[str, str], Global]
    evidence: list[Evidence]
    crossed: int | None
    ended: bool
    inside: tuple[str, ...] = ()
    legacy: bool = False


def judge(reader: Reader, context: Context) -> Judgement:
    """A file of one pickle or several. Raises SpentError where there are more in a container than may be looked at."""
    if context.depth:
        context.budget.spend(_MEMBER)
    context = context._replace(names=context.names.of_script()) if context.script else context
    arrays = Arrays()
    found = read_programs(Stream(reader), context, arrays)
    if found.legacy:
        return torchlegacy.judge(reader, context)
    alone = _other_readings(reader, found, context) if found.crossed is not None else {}
    said = [*found.evidence, *(disagreement(alone, found.crossed) if found.crossed is not None else ())]
    evidence = distinct([*said, *arrays.evidence]) if len(said) > len(found.evidence) or arrays.evidence else said
    names = dict.fromkeys([*map(dotted, (found.names | alone).values()), *found.inside])
    return Judgement("pickle", tuple(evidence), tuple(names)[:MOST_NAMES], arrays.inert)


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
    """Whether a name can be one, and an unpickler gets as far as the first without knowing persistent ids.

    Not only the first: any folder that lies where Python looks can be asked for, whatever it is called, and so can a module like
    `_sysconfigdata__linux_x86_64-linux-gnu`.
    """
    if machine.persistent and machine.persistent[0][1] < machine.seen[0].offset:
        return False
    return any(NAME.fullmatch(f"{item.module}.{item.name}") for item in machine.seen)


def begins_as_pickle(head: Reader, names: Names, *, whole: bool) -> bool:
    """Whether a program begins here that asks for something that could be a name, or, where this is not the `whole`, may still.

    One that begins with a persistent id, as every zip archive does, gets no further with any loader.
    """
    for program in _programs(Stream(head), names, Budget(operations=2 * head.size)):
        machine = program.machine
        if machine.persistent and not machine.seen:
            return False
        if machine.seen:
            return _could_be_name(machine) or (program.truncated and not whole)
        if program.broken is not None:
            return program.truncated and not whole
    return not whole


def read_programs(stream: Stream, context: Context, arrays: Arrays | None = None) -> Reading:
    """Every program as this stream has it, each let go of before the next; what they hold is looked into where `arrays` are minded."""
    names: dict[tuple[str, str], Global] = {}
    evidence: list[Evidence] = []
    inside: dict[str, None] = {}
    crossed, ended, walked = None, False, list["Program"]()
    for program in _programs(stream, context.names, context.budget, arrays):
        walked = [*walked, program][-2:] if arrays is not None and program.start <= _LEGACY_HEADER else []
        if walked and torchlegacy.begins(walked):
            return Reading({}, [], None, ended=False, legacy=True)
        crossed = program.machine.crossed if crossed is None else crossed
        ended = program.truncated or program.spent
        if says_nothing(program):
            continue
        names = asked(program) | names
        loaded = () if arrays is None else until_spent(held(stream.reader, program, context), Judgement(None, (SPENT,)))
        found = [*evidence_of(program, storages=context.storages)]
        for judged in loaded:
            found += judged.evidence
            inside |= dict.fromkeys(judged.globals)
        evidence = distinct([*evidence, *found]) if found else evidence
    return Reading(names, evidence, crossed, ended, tuple(inside))


def _programs(stream: Stream, names: Names, budget: Budget, after_build: AfterBuild | None = None) -> Iterator[Program]:
    """Each program of a file, to the first that breaks off; bytes that belong to none are such a one."""
    for count in range(1, MOST_PROGRAMS + 1):
        program = walk(stream, names, budget, after_build=after_build)
        if program.broken is None and not skip_padding(stream, budget):
            program = program._replace(broken="is followed by more padding than is read", spent=True)
        last = program.broken is not None or stream.position >= stream.end
        if count == MOST_PROGRAMS and not last:
            program = program._replace(broken="is followed by more programs than are walked", spent=True)
        yield program
        if last:
            return


def _other_readings(reader: Reader, found: Reading, context: Context) -> dict[tuple[str, str], Global]:
    """Where frames and opcodes disagree, unpicklers read different programs: the names that not all of these ask for."""
    from cardlint.weights.framing import readings  # few files have frames that disagree

    alone: dict[tuple[str, str], Global] = {}
    for stream in readings(reader):
        apart = context._replace(budget=Budget(min(MOST_OTHER, context.budget.operations), context.budget.memo))
        other = read_programs(stream, apart).names
        alone |= differing(found.names, other, ended=found.ended)
    return alone
