"""Torch's format before 0.1.10: a tar archive of `sys_info`, `pickle`, `storages` and `tensors`; torch still reads it, and first.

torch/serialization.py, `legacy_load`. `storages` and `tensors` are pickles between which numbers stand.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cardlint.weights import torchids
from cardlint.weights.program import Program, beyond, distinct, evidence_of, held, other_reading, walk
from cardlint.weights.reading import EndOfDataError, Stream
from cardlint.weights.values import dotted
from cardlint.weights.verdict import SPENT, Evidence, Judgement, until_spent

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cardlint.weights.judge import Context
    from cardlint.weights.reading import Reader

MEMBERS = frozenset({"pickle", "storages", "tensors"})
_MOST = 200_000
_DIMENSIONS = 64
_WORD = 8


class _Reading:
    """A member as it is read: pickles, and numbers between them."""

    def __init__(self, content: Reader, context: Context) -> None:
        self.content, self.context, self.stream = content, context, Stream(content)
        self.evidence: list[Evidence] = []
        self.names: dict[str, None] = {}
        self.said = False

    def walk(self) -> Program:
        """The next pickle, with what it asks for. Raises EndOfDataError where it breaks off."""
        program = walk(self.stream, self.context.names, self.context.budget)
        found = (*evidence_of(program, persistent=True), *other_reading(self.content, program, self.context.names, self.context.budget))
        self.evidence = distinct([*self.evidence, *found])
        self.names |= dict.fromkeys(dotted(item) for item in program.machine.seen)
        self.take(held(self.content, program, self.context))
        if program.broken is not None:
            raise EndOfDataError
        return program

    def take(self, inside: Iterator[Judgement]) -> None:
        """What is loaded by it or stands behind it."""
        for judged in until_spent(inside, Judgement(None, (SPENT,))):
            self.evidence = distinct([*self.evidence, *judged.evidence])
            self.names |= dict.fromkeys(judged.globals)

    def say(self, about: str, message: str, offset: int) -> None:
        self.said = True
        self.evidence.append(Evidence("review", "pickle", about, message, offset=offset))

    def number(self) -> int:
        return int.from_bytes(self.stream.take(_WORD), "little")


def judge(name: str, content: Reader, context: Context) -> Judgement | None:
    """A member by its name; None where it holds something else than torch reads there."""
    reading = _Reading(content, context)
    try:
        {"pickle": _object, "storages": _storages, "tensors": _tensors}[name](reading)
    except EndOfDataError:
        if not reading.names and not reading.said:
            return None
        reading.say(name, f"{name} ends before it should", reading.stream.position)
    else:
        if left := content.size - reading.stream.position:
            reading.say("suffix", f"{left:,} bytes follow, and belong to nothing", reading.stream.position)
    if reading.said:
        reading.take(beyond(content, reading.stream.position, context))
    inert = () if name == "pickle" else (f"{name} of a torch tar archive: numbers, as long as their counts say",)
    return Judgement("torch-tar", tuple(reading.evidence), tuple(reading.names), inert)


def _object(reading: _Reading) -> None:
    """The object; what it does not hold it names by numbers, classes with their source by tuples."""
    program = reading.walk()
    for value, offset in program.machine.persistent:
        known = isinstance(value.key, tuple) or (isinstance(value.key, (int, str)) and str(value.key).isdecimal())
        if not known:
            reading.say("persistent id", "has an object it does not hold (persistent id) that is no tensor's", offset)


def _count(reading: _Reading) -> int:
    program = reading.walk()
    count = program.value
    if type(count) is not int or not 0 <= count <= _MOST:
        reading.say("count", "the number of what follows is none", program.start)
        raise EndOfDataError
    return count


def _storages(reading: _Reading) -> None:
    """How many, then for each what it is, and its numbers after their count; at last which of them are parts of others."""
    for _ in range(_count(reading)):
        program = reading.walk()
        value = program.value
        item = torchids.item_size(value[2]) if isinstance(value, tuple) and len(value) == 3 else None  # noqa: PLR2004 - key, place, type
        if item is None:
            reading.say("storage", "is none of torch's storages", program.start)
            raise EndOfDataError
        reading.stream.skip(item * reading.number())
    reading.walk()


def _tensors(reading: _Reading) -> None:
    """How many, then for each what it is, and its sizes, strides and offset after the number of dimensions."""
    for _ in range(_count(reading)):
        reading.walk()
        dimensions = int.from_bytes(reading.stream.take(_WORD)[:4], "little")
        if dimensions > _DIMENSIONS:
            reading.say("tensor", "a tensor has more dimensions than torch allows", reading.stream.position)
            raise EndOfDataError
        reading.stream.skip(_WORD * (2 * dimensions + 1))
