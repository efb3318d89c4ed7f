"""joblib's pickles: the numbers of an array stand in the stream, right after the BUILD of the wrapper that describes it.

joblib/numpy_pickle.py. To any other unpickler those numbers are opcodes, so they are walked as such too.
"""

from __future__ import annotations

import sys
from contextlib import suppress
from typing import TYPE_CHECKING

from cardlint.weights.budget import BrokenError, Budget, SpentError
from cardlint.weights.machine import Machine
from cardlint.weights.opcodes import OPERATIONS
from cardlint.weights.patterns import lazily
from cardlint.weights.reading import EndOfDataError, Stream
from cardlint.weights.values import Box, Global, Made, Value, dotted
from cardlint.weights.verdict import Evidence

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cardlint.weights.dtype import Layout
    from cardlint.weights.verdict import Verdict

_MODULES = frozenset({"joblib.numpy_pickle", "sklearn.externals.joblib.numpy_pickle"})
_ALIGNMENT = "numpy_array_alignment_bytes"
# Opcodes that are walked of what a plain unpickler would make of an array. Numbers break off after a few; a program may begin
# with as many as it likes that do nothing.
_PLAIN = 300_000
_UNREAD = "has an array that pickle.load reads as more opcodes than are walked"
_CHUNK = 512
_NAME = lazily(r"[^\W\d]\w*(\.\w+)+")


class Arrays:
    """The arrays of a file: how many there are and how large, and what is wrong with them. The machine calls it after BUILD."""

    def __init__(self) -> None:
        self.count = self.size = 0
        self.evidence: list[Evidence] = []

    @property
    def inert(self) -> tuple[str, ...]:
        """What was passed over."""
        return (f"{self.count:,} arrays of {self.size:,} bytes in all: numbers, as long as their wrappers say",) if self.count else ()

    def __call__(self, machine: Machine, made: Made) -> None:
        """Pass over the array that follows a wrapper. Raises BrokenError, EndOfDataError, SpentError."""
        if not _is_wrapper(made):
            return
        from cardlint.weights.dtype import WrongTypeError, from_pickle, product  # most pickles hold no array

        plain = isinstance(made.state, Box) and not made.state.computed
        state: Mapping[str, Value] = made.state.items if plain else {}
        try:
            layout, count = from_pickle(state.get("dtype")), product(state.get("shape"))
        except WrongTypeError as error:
            raise BrokenError(f"an array is described as joblib does not: {error}") from error
        if machine.frame_end is not None:
            machine.leave_frame()
        certain = not layout.objects
        otherwise = [item for item in _read_plainly(machine) if _could_be_meant(item, certain=certain)]
        seen = len(machine.seen)
        if layout.objects:
            _nested(machine)
        else:
            self._pass(machine, layout, count, state.get(_ALIGNMENT))
        known = {dotted(item) for item in machine.seen[seen:]}
        self.evidence += [_hidden(item, certain=certain) for item in otherwise if dotted(item) not in known]
        machine.pop()
        machine.push(Box("array"))

    def _pass(self, machine: Machine, layout: Layout, count: int, alignment: Value) -> None:
        if alignment is not None:
            padding = machine.stream.take(machine.stream.take(1)[0])
            if padding.strip(b"\xff"):
                machine.oddities.setdefault("has something else than padding before an array", machine.start)
        machine.stream.skip(layout.size * count)
        self.count, self.size = self.count + 1, self.size + layout.size * count


def _read_plainly(machine: Machine) -> list[Global]:
    """The names that an unpickler would ask for that knows nothing of joblib."""
    if not OPERATIONS.keys() & set(machine.stream.peek(1)):
        return []
    machine.budget.spend(1 + (len(machine.memo) + len(machine.stack) + machine.below) // 16)
    stream = Stream(machine.stream.reader, machine.stream.position, _CHUNK)
    most = max(0, min(_PLAIN, machine.budget.operations))
    other = Machine(stream, machine.names, Budget(most, machine.budget.memo))
    other.stack, other.outer, other.memo = [*machine.stack], [[*items] for items in machine.outer], {**machine.memo}
    other.protocol = machine.protocol
    try:
        with suppress(BrokenError, EndOfDataError):  # most numbers are no program
            other.run()
    except SpentError:
        machine.oddities.setdefault(_UNREAD, machine.start)
    machine.budget.operations -= most - other.budget.operations
    return other.seen


def _could_be_meant(item: Global, *, certain: bool) -> bool:
    """Whether a name may exist. Numbers read as none; but a pickle that goes on with the memo of another may mix what neither says."""
    if item.known.verdict != "review" or not _NAME.fullmatch(dotted(item)):
        return item.known.verdict == "block"
    top, dot, _ = item.module.partition(".")
    return certain or bool(dot) or top in sys.stdlib_module_names


def _hidden(item: Global, *, certain: bool) -> Evidence:
    message = f"asks for {dotted(item)} where pickle.load reads as opcodes what joblib reads as an array"
    verdict: Verdict = "block" if certain else item.known.verdict
    return Evidence(verdict, "pickle", dotted(item), message, offset=item.offset)


def _is_wrapper(made: Made) -> bool:
    """Whether something is joblib's wrapper."""
    callee = made.callee
    return isinstance(callee, Global) and callee.name == "NumpyArrayWrapper" and callee.module in _MODULES


def _nested(machine: Machine) -> None:
    """An array of objects: a pickle of its own, with its own stack and memo. Raises BrokenError where it breaks off."""
    inner = Machine(machine.stream, machine.names, machine.budget)
    try:
        inner.run()
    finally:
        machine.absorb(inner)
