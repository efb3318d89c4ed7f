"""Torch's format before 1.6: five pickles, then the tensors' numbers, each a count of elements and as many elements.

torch/serialization.py, `_legacy_load`. The pickles are a magic number, a version, facts of the system, the object, and the
keys of the tensors in the order of their data.
"""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from cardlint.weights import torchids
from cardlint.weights.program import Program, beyond, distinct, evidence_of, held, other_reading, walk
from cardlint.weights.reading import EndOfDataError, Stream
from cardlint.weights.values import Box, dotted
from cardlint.weights.verdict import SPENT, Evidence, Judgement, until_spent

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cardlint.weights.judge import Context
    from cardlint.weights.reading import Reader
    from cardlint.weights.torchids import Payload
    from cardlint.weights.verdict import Verdict

MAGIC = 0x1950A86A20F9469CFC6C
VERSION = 1001
_COMPUTED = "GHSA-97f8-7cmv-76j2"
_HEADER = (("the magic number", MAGIC), ("the version", VERSION), ("the facts of the system", None))
_MOST_KEYS = 200_000
_COUNT = 8  # bytes of the number before each tensor's data


_SPENT = Judgement(None, (SPENT,))


class _Reading:
    """The file as it is read: the stream, the programs that were walked, and what else was found."""

    def __init__(self, reader: Reader, context: Context) -> None:
        self.reader, self.context, self.stream = reader, context, Stream(reader)
        self.walked: list[Program] = []
        self.found: list[Evidence] = []
        self.inert: tuple[str, ...] = ()

    def walk(self) -> Program:
        program = walk(self.stream, self.context.names, self.context.budget, lists=_MOST_KEYS)
        self.walked.append(program)
        return program

    def say(self, about: str, message: str, offset: int, *, verdict: Verdict = "review", reference: str | None = None) -> None:
        self.found.append(Evidence(verdict, "pickle", about, message, offset=offset, reference=reference))


def begins(programs: Sequence[Program]) -> bool:
    """Whether the first programs of a file are torch's header: the magic number, or one that is computed and torch's version."""
    first, last = programs[0], programs[-1]
    if type(first.value) is int and first.start == 0 and first.value == MAGIC:
        return True
    return len(programs) > 1 and first.start == 0 and bool(first.machine.seen) and type(last.value) is int and last.value == VERSION


def judge(reader: Reader, context: Context) -> Judgement:
    """The five pickles, and whether what follows is exactly the data of the tensors they name."""
    reading = _Reading(reader, context)
    if _header(reading):
        _rest(reading)
    asked: dict[str, None] = {}
    found = [*reading.found]
    for program in reading.walked:
        inside = list(until_spent(held(reader, program, context), _SPENT))
        pieces = (evidence_of(program, persistent=True), other_reading(reader, program, context.names, context.budget))
        found = distinct(chain(found, *pieces, *(judged.evidence for judged in inside)))
        asked |= dict.fromkeys(dotted(item) for item in program.machine.seen)
        asked |= dict.fromkeys(name for judged in inside for name in judged.globals)
    if reading.found or reading.walked[-1].broken is not None:
        last = reading.walked[-1]
        for judged in until_spent(beyond(reader, last.start if last.broken is not None else reading.stream.position, context), _SPENT):
            found = distinct([*found, *judged.evidence])
            asked |= dict.fromkeys(judged.globals)
    return Judgement("torch-legacy", tuple(found), tuple(asked), reading.inert)


def _header(reading: _Reading) -> bool:
    """The first three pickles, which are plain values. False where the file cannot be followed further."""
    for what, expected in _HEADER:
        program = reading.walk()
        if program.broken is not None:
            return False
        if program.machine.seen:
            message = f"{what} is not written but computed, so that a reader who looks for it takes the file for something else"
            reading.say(what, message, program.start, verdict="block", reference=_COMPUTED)
        elif expected is not None and program.value != expected:
            reading.say(what, f"{what} is another than torch accepts", program.start)
    return True


def _rest(reading: _Reading) -> None:
    """The object, the keys, and the data."""
    thing = reading.walk()
    if thing.broken is not None:
        return
    payloads = _payloads(reading, thing)
    keys = reading.walk()
    if keys.broken is not None:
        return
    if keys.machine.seen:
        reading.say("keys", "the keys of the tensors are computed", keys.start)
    listed = keys.value.items if isinstance(keys.value, Box) and keys.value.kind == "list" else None
    if listed is None or len(listed) >= _MOST_KEYS:
        reading.say("keys", "the keys of the tensors are no list", keys.start)
        return
    ordered = [payloads.get(str(key)) for key in listed.values() if isinstance(key, (str, int))]
    if None in ordered or len(ordered) != len(listed):
        reading.say("keys", "the keys of the tensors are others than the object asks for", keys.start)
        return
    _data(reading, [item for item in ordered if item is not None])


def _payloads(reading: _Reading, thing: Program) -> dict[str, Payload]:
    """What the object asks for, by key; of several ids for one key torch takes the first."""
    found: dict[str, Payload] = {}
    for value, offset in thing.machine.persistent:
        if isinstance(value.key, tuple) and value.key[:1] == ("module",):
            continue  # the source of a class, which torch compares and does not run
        payload = torchids.payload(value)
        if payload is None:
            reading.say("persistent id", "has an object it does not hold (persistent id) that is no tensor's", offset)
        else:
            found.setdefault(payload.key, payload)
    return found


def _data(reading: _Reading, payloads: list[Payload]) -> None:
    """Pass over the tensors; near files are held to the count before each."""
    stream, near = reading.stream, reading.reader.near
    try:
        for payload in payloads:
            offset = stream.position
            if not near:
                stream.skip(_COUNT)
            elif (count := int.from_bytes(stream.take(_COUNT), "little")) != payload.elements:
                message = f"tensor data {payload.key} has {count:,} elements, and the object asks for {payload.elements:,}"
                reading.say("storage", message, offset)
                return
            stream.skip(payload.size)
    except EndOfDataError:
        reading.say("storage", "the data of the tensors ends before it should", stream.position)
        return
    if left := reading.stream.end - stream.position:
        reading.say("suffix", f"{left:,} bytes follow the data of the tensors, and belong to nothing", stream.position)
    how = "as long as their counts say" if near else "as long as the object says; their counts were not read"
    reading.inert = (f"{len(payloads):,} tensors: numbers, {how}",)
