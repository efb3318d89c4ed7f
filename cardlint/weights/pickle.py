"""Pickles: every program in a file, from the first byte to the last, and what each asks for and does."""

from __future__ import annotations

import itertools
import re
from typing import TYPE_CHECKING

from cardlint.weights import torchlegacy
from cardlint.weights.joblib import Arrays
from cardlint.weights.program import distinct, evidence_of, nested, other_reading, walk
from cardlint.weights.reading import Stream
from cardlint.weights.values import dotted
from cardlint.weights.verdict import MOST_NAMES, SPENT, Judgement, until_spent

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cardlint.weights.budget import Budget
    from cardlint.weights.judge import Context
    from cardlint.weights.names import Names
    from cardlint.weights.program import Program
    from cardlint.weights.reading import Reader
    from cardlint.weights.verdict import Evidence

MOST_PROGRAMS = 10_000
NAME = re.compile(r"[^\W\d]\w*(\.\w+)+")
_PADDING = b"\0\n\r\t "
_LEGACY_HEADER = 4096  # bytes within which the first two programs of torch's legacy format end


def is_pickle(reader: Reader, names: Names, budget: Budget) -> bool:
    """Whether a program begins here that reaches STOP, or asks for a name before it breaks."""
    program = walk(Stream(reader), names, budget)
    if program.broken is None or program.spent:
        return True
    seen = program.machine.seen
    return bool(seen) and all(NAME.fullmatch(dotted(item)) for item in seen)


def judge(reader: Reader, context: Context) -> Judgement:
    """A file of one pickle or several."""
    arrays, names = Arrays(), context.names.of_script() if context.script else context.names
    evidence: list[Evidence] = []
    asked: dict[str, None] = {}
    walked: list[Program] = []
    for program in _programs(Stream(reader), names, context.budget, arrays):
        walked = [*walked, program][-2:]
        if program.start <= _LEGACY_HEADER and torchlegacy.begins(walked):
            return torchlegacy.judge(reader, context)
        inside = list(until_spent(nested(reader, program, context), Judgement(None, (SPENT,))))
        found = (evidence_of(program, storages=context.storages), other_reading(reader, program, names, context.budget))
        evidence = distinct(itertools.chain(evidence, *found, *(judged.evidence for judged in inside)))
        asked |= dict.fromkeys(dotted(item) for item in program.machine.seen[:MOST_NAMES])
        asked |= dict.fromkeys(name for judged in inside for name in judged.globals)
    return Judgement("pickle", tuple(distinct([*evidence, *arrays.evidence])), tuple(asked), arrays.inert)


def _programs(stream: Stream, names: Names, budget: Budget, arrays: Arrays) -> Iterator[Program]:
    """Each program of a file, to the first that breaks off; bytes that belong to none are such a one."""
    count = 0
    while True:
        program = walk(stream, names, budget, after_build=arrays)
        count += 1
        if count > MOST_PROGRAMS and program.broken is None:
            program = program._replace(broken="is followed by more programs than are walked", spent=True)
        yield program
        if program.broken is not None:
            return
        _skip_padding(stream)
        if stream.position >= stream.end:
            return


def _skip_padding(stream: Stream) -> None:
    while (chunk := stream.peek(stream.chunk)) and not chunk.strip(_PADDING):
        stream.skip(len(chunk))
    stream.skip(len(chunk) - len(chunk.lstrip(_PADDING)))
