"""Vetted names that are harmless only when called as picklers call them: what their arguments have to look like.

Each takes the call and says what is wrong with it, or nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cardlint.weights.budget import SpentError
from cardlint.weights.reading import Held, Part
from cardlint.weights.values import Blob, Box, Global, Made, Value

if TYPE_CHECKING:
    from collections.abc import Callable

    from cardlint.weights.budget import Budget
    from cardlint.weights.reading import Reader

NESTED = "nested"  # the condition of calls that load the bytes they are given
_CODECS = frozenset({"latin1", "latin-1", "iso8859-1", "utf-8", "ascii"})
_LITERALS = (str, int, float, bool, bytes, type(None), Blob)
_PAIR = 2
_DEEPEST = 6
_LONGEST = 16_000_000  # bytes of text that are decoded


def _arguments(call: Made) -> tuple[Value, ...]:
    return call.args if isinstance(call.args, tuple) else (call.args,)


def literal(value: Value, depth: int = 0) -> bool:
    """Whether a value is a literal, or a container of literals as far as it is known."""
    if isinstance(value, tuple):
        return depth < _DEEPEST and all(literal(item, depth + 1) for item in value)
    return isinstance(value, (*_LITERALS, Box))


def encode_text(call: Made) -> str | None:
    """`_codecs.encode(text, "latin1")`: how protocol 2 writes bytes."""
    args = _arguments(call)
    if 1 <= len(args) <= _PAIR and isinstance(args[0], (str, Blob)) and (len(args) == 1 or args[1] in _CODECS):
        return None
    return "is called otherwise than picklers do, which give it text and the name of a plain encoding"


def reconstruct(call: Made) -> str | None:
    """`copyreg._reconstructor(cls, object, None)`: how protocol 0 and 1 write an instance of a class that is itself judged."""
    args = _arguments(call)
    if len(args) == 3 and isinstance(args[0], Global) and isinstance(args[1], Global):  # noqa: PLR2004
        return None
    return "is called otherwise than picklers do, which give it a class and its base"


def literals(call: Made) -> str | None:
    """Only literals, as for a date or a path."""
    if literal(call.args):
        return None
    return "is called with more than plain values"


def attribute(call: Made) -> str | None:
    """`getattr(thing, "name")`: a name the program spells out, of something that is itself judged, and no way to anything else."""
    args = _arguments(call)
    if len(args) == _PAIR and isinstance(args[0], Global) and isinstance(args[1], str) and args[1].isidentifier() and args[1][0] != "_":
        return None
    return "is called with something else than a known thing and the plain name of one of its attributes"


def nested(call: Made) -> str | None:
    """`torch.storage._load_from_bytes(b"...")`: bytes that the program holds; they are judged as a file of their own."""
    args = _arguments(call)
    if len(args) == 1 and _packed(args[0]) is not None:
        return None
    return "loads something else than bytes that the pickle holds"


def _packed(value: Value) -> Value | None:
    """Bytes, or the text that protocol 2 writes for them as `_codecs.encode(text, "latin1")`, or where they lie."""
    if isinstance(value, Made) and isinstance(value.callee, Global) and (value.callee.module, value.callee.name) == ("_codecs", "encode"):
        args = _arguments(value)
        return args[0] if encode_text(value) is None and len(args) == _PAIR and isinstance(args[0], (str, Blob)) else None
    return value if isinstance(value, (bytes, Blob)) else None


def content_of(call: Made, reader: Reader, budget: Budget) -> Reader | None:
    """What a call that meets the condition `nested` loads. Raises SpentError."""
    args = _arguments(call)
    value = _packed(args[0]) if len(args) == 1 else None
    if isinstance(value, Blob) and isinstance(args[0], Made):
        if value.length > _LONGEST:
            raise SpentError
        budget.unpack(value.length)
        value = reader.read(value.offset, value.length).decode("utf-8", "replace")
    if isinstance(value, Blob):
        return Part(reader, value.offset, value.length)
    if isinstance(value, str):
        value = value.encode("latin-1", "replace")
    return Held(value) if isinstance(value, bytes) else None


def beside(call: Made) -> str | None:
    """What joblib before 0.10 writes: an array in a file of its own, which lies beside and has a plain name."""
    state = call.state.items if isinstance(call.state, Box) else {}
    name = state.get("filename")
    if isinstance(name, str) and name and not set(name) & set("/\\:\0") and name not in {".", ".."}:
        return None
    return "loads another file, and not one that lies beside it"


CONDITIONS: dict[str, Callable[[Made], str | None]] = {
    "encode-text": encode_text,
    "reconstruct": reconstruct,
    "literals": literals,
    "attribute": attribute,
    NESTED: nested,
    "beside": beside,
}
