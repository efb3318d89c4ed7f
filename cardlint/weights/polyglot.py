"""Files of another format that are pickles as well: an unpickler reads any file from its first byte, whatever it is.

The length before a safetensors header, for one, can be an opcode that steps over what follows it, into a tensor's name.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cardlint.weights.budget import Budget
from cardlint.weights.pickle import NAME
from cardlint.weights.program import evidence_of, walk
from cardlint.weights.reading import Stream
from cardlint.weights.values import dotted
from cardlint.weights.verdict import Evidence

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cardlint.weights.judge import Context
    from cardlint.weights.reading import Reader

_TRIAL = 10_000  # opcodes; no file of numbers is that much of a program
_CHUNK = 512


class Begun:
    """A file of which the first bytes are here already."""

    def __init__(self, reader: Reader, head: bytes) -> None:
        """`head` are the bytes at 0."""
        self._reader, self._head = reader, head
        self.size, self.near = reader.size, reader.near

    def read(self, start: int, size: int) -> bytes:
        """A range; the file is only asked for what is not here."""
        if start + size <= len(self._head) or self.size <= len(self._head):
            return self._head[start : start + size]
        return self._reader.read(start, size)


def also_a_pickle(reader: Reader, head: bytes, context: Context) -> Iterator[Evidence]:
    """Evidence where an unpickler would get anywhere with this file. Raises only what the reader raises."""
    stream = Stream(Begun(reader, head), chunk=_CHUNK)
    program = walk(stream, context.names, Budget(operations=_TRIAL))
    if program.spent:
        yield Evidence("review", "pickle", "program", "runs for long when it is taken for a pickle", offset=0)
        return
    # Numbers and names of tensors can be a program by chance, but none that asks for something there could be.
    if any(NAME.fullmatch(dotted(item)) for item in program.machine.seen):
        message = "is a pickle as well, built to be taken for something else"
        yield Evidence("block", "pickle", "program", message, offset=0)
        yield from evidence_of(program)
