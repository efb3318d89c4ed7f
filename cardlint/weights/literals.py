"""The literals of the older pickle protocols, which are lines of text, as either of CPython's unpicklers reads them.

Lib/pickle.py and Modules/_pickle.c: the latter reads numbers with C functions, which stop at a NUL and know octal numbers.
"""

from __future__ import annotations

import re
from codecs import escape_decode

from cardlint.weights.budget import BrokenError
from cardlint.weights.patterns import lazily
from cardlint.weights.values import NUMBER, Value

_OCTAL = lazily(rb"[+-]?0[0-7]+")
_DIGITS = lazily(rb"[+-]?[0-9][0-9_]*")
_ESCAPE = lazily(rb"\\(x[0-9a-fA-F]{2}|[0-7]{1,3}|[\\'\"abfnrtv]|$|x)", re.DOTALL)
_PLAIN = lazily(rb"(?:[^\\]++|\\(?:x[0-9a-fA-F]{2}|[0-3]?[0-7]{1,2}(?![0-7])|[\\'\"abfnrtv]))*+")
_LETTERS = {b"a": b"\a", b"b": b"\b", b"f": b"\f", b"n": b"\n", b"r": b"\r", b"t": b"\t", b"v": b"\v"}
_MOST_DIGITS = 200  # to compute more takes long, and nobody looks at them


def integer(line: bytes, base: int = 0) -> Value:
    """A whole number; NUMBER where it has more digits than are computed (int() itself refuses 4,300). Raises BrokenError."""
    if len(line) <= _MOST_DIGITS:
        try:
            return int(line, base)
        except ValueError:
            pass  # what C takes for a number is another matter
    held = line.partition(b"\0")[0].strip()
    if base == 0 and _OCTAL.fullmatch(held):
        return int(held, 8)
    if len(held) > _MOST_DIGITS and _DIGITS.fullmatch(held):
        return NUMBER
    try:
        return int(held, base)
    except ValueError as error:
        raise BrokenError("a line is no number") from error


def floating(line: bytes) -> float:
    """A number. Raises BrokenError."""
    try:
        return float(line.partition(b"\0")[0] if b"\0" in line else line)
    except ValueError as error:
        raise BrokenError("a line is no number") from error


def quoted(line: bytes) -> bytes:
    """What a quoted string with escapes stands for. Raises BrokenError."""
    if len(line) < 2 or line[:1] != line[-1:] or line[:1] not in {b'"', b"'"}:  # noqa: PLR2004 - two quotes
        raise BrokenError("a string has no quotes")
    held = line[1:-1]
    if is_plain(held):
        return escape_decode(held)[0]
    return _ESCAPE.sub(_unescaped, held)


def _unescaped(match: re.Match[bytes]) -> bytes:
    escape = match[1]
    if escape in {b"", b"x"}:
        raise BrokenError("a string has a wrong escape")
    if escape[:1] == b"x":
        return bytes([int(escape[1:], 16)])
    if escape[:1].isdigit():
        return bytes([int(escape, 8) & 0xFF])
    return _LETTERS.get(escape, escape)


def is_plain(held: bytes) -> bool:
    """Whether a string has only escapes that Python itself writes; of others escape_decode() warns, and they take longer."""
    return _PLAIN.fullmatch(held) is not None


def decoded(raw: bytes, encoding: str) -> str:
    """Text in an encoding, or `quoted`. Raises BrokenError."""
    if encoding == "quoted":
        return quoted(raw).decode("latin-1")
    try:
        return raw.decode(encoding, "surrogatepass" if encoding == "utf-8" else "strict")
    except UnicodeDecodeError as error:
        raise BrokenError("text cannot be decoded") from error
