"""Bytes in a pickle that one of its calls loads in turn: `torch.storage._load_from_bytes`, which torch's tensors are pickled with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cardlint.weights.budget import SpentError
from cardlint.weights.literals import decoded
from cardlint.weights.reading import Held, Part
from cardlint.weights.values import Blob, Global, Made, Value

if TYPE_CHECKING:
    from cardlint.weights.budget import Budget
    from cardlint.weights.reading import Reader

NESTED = "nested"  # the condition of such calls
_LONGEST = 16_000_000  # bytes of text that are decoded


def packed(made: Made) -> Value:
    """Bytes, or the text that protocol 2 writes for them as `_codecs.encode(text, "latin1")`, or where they lie; None for all else."""
    args = made.args if isinstance(made.args, tuple) else ()
    if len(args) != 1:
        return None
    text = _encoded(args[0])
    return text if text is not None else args[0] if isinstance(args[0], bytes) or _is_blob(args[0], text=False) else None


def _encoded(value: Value) -> Value:
    if (
        not isinstance(value, Made)
        or not isinstance(value.callee, Global)
        or (value.callee.module, value.callee.name) != ("_codecs", "encode")
    ):
        return None
    args = value.args if isinstance(value.args, tuple) else ()
    latin = len(args) == 2 and type(args[1]) is str and args[1] in {"latin1", "latin-1"}  # noqa: PLR2004
    return args[0] if latin and (isinstance(args[0], str) or _is_blob(args[0], text=True)) else None


def _is_blob(value: Value, *, text: bool) -> bool:
    return isinstance(value, Blob) and value.offset >= 0 and (value.encoding is not None) == text


def content_of(made: Made, reader: Reader, budget: Budget) -> Reader:
    """What such a call loads. Raises BrokenError, SpentError."""
    value = packed(made)
    if isinstance(value, Blob) and value.encoding is None:
        return Part(reader, value.offset, value.length)
    if isinstance(value, Blob):
        if value.length > _LONGEST:
            raise SpentError
        budget.unpack(value.length)
        value = decoded(reader.read(value.offset, value.length), value.encoding or "latin-1")
    return Held(value.encode("latin-1", "replace") if isinstance(value, str) else value)
