"""JSON as strict readers take it (RFC 8259, and the limits of serde_json), with every name that is there twice.

Python's own reader takes NaN, half of a surrogate pair, and the last of two entries of one name.
"""

from __future__ import annotations

import json
import math
import re
from typing import Any, NoReturn

from cardlint.weights.budget import SpentError
from cardlint.weights.patterns import lazily

MOST_PARTS = 500_000  # lists and objects: some 100 MB once they are read
_DIGITS = 20  # of the largest unsigned 64-bit number
_ESCAPES = lazily(r"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|(u[dD][89a-fA-F])|.)", re.DOTALL)


class WrongTextError(Exception):
    """Text that is no JSON: why, and at which character."""

    def __init__(self, reason: str, at: int = 0) -> None:
        super().__init__(reason)
        self.reason, self.at = reason, at


class Object(dict[str, Any]):
    """A JSON object; `repeated` are the names that are there more than once."""

    __slots__ = ("repeated",)

    def __init__(self, pairs: list[tuple[str, Any]]) -> None:
        super().__init__(pairs)
        self.repeated = _repeated(pairs) if len(self) != len(pairs) else ()


def _repeated(pairs: list[tuple[str, Any]]) -> tuple[str, ...]:
    seen: set[str] = set()
    found: dict[str, None] = {}
    for name, _ in pairs:
        if name in seen:
            found[name] = None
        seen.add(name)
    return tuple(found)


def parse(text: str) -> Any:  # noqa: ANN401 - any JSON
    """The value, its objects as Object. Raises WrongTextError, and SpentError where it has too many parts or is nested too deep."""
    if text.count("[") + text.count("{") > MOST_PARTS:
        raise SpentError
    try:
        value = json.loads(text, object_pairs_hook=Object, parse_constant=_constant, parse_int=_integer, parse_float=_float)
    except json.JSONDecodeError as error:
        raise WrongTextError(error.msg, error.pos) from error
    except RecursionError as error:
        raise WrongTextError("is nested too deep") from error
    if "\\u" in text:
        for match in _ESCAPES.finditer(text):
            if match[1]:
                raise WrongTextError("an escape is half of a character", match.start())
    return value


def deeper(value: Any, levels: int) -> bool:  # noqa: ANN401 - any JSON
    """Whether lists and objects lie in each other more than so many levels deep."""
    layer = [value] if isinstance(value, (list, dict)) else []
    for _ in range(levels):
        if not layer:
            return False
        parts = [item for part in layer for item in (part.values() if isinstance(part, dict) else part)]
        layer = [part for part in parts if isinstance(part, (list, dict))]
    return bool(layer)


def _constant(name: str) -> NoReturn:
    raise WrongTextError(f"{name} is no number of JSON")


def _integer(digits: str) -> int | float:
    """Beyond 64 bits, and for minus zero, a float: such a number is no size of anything."""
    if digits == "-0" or len(digits) > _DIGITS:
        return _float(digits)
    return int(digits)


def _float(digits: str) -> float:
    number = float(digits)
    if math.isinf(number):
        raise WrongTextError("a number is out of range")
    return number
