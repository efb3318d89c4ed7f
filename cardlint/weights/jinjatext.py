"""Operations on constants that a template may ask for, done as jinja2 and Python do them, and small.

Each raises one of FAILURES where the constants are of another type, where it is not certain what jinja2 would make of them
(the text of a list, say), and where the result would be large.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

LONGEST = 10_000  # characters or items of a constant
MOST_POWER = 64
FAILURES = (TypeError, ValueError, LookupError, ArithmeticError, AttributeError)


def said(value: Any) -> str:  # noqa: ANN401 - any constant
    """The text of a constant."""
    if isinstance(value, tuple):
        raise TypeError
    return str(value)


def concatenated(*parts: Any) -> str:  # noqa: ANN401 - any constants
    """`~`."""
    return "".join(said(part) for part in parts)


def times(left: Any, right: Any) -> Any:  # noqa: ANN401 - any constants
    """`*` with a text or a list."""
    text, count = (right, left) if isinstance(left, int) else (left, right)
    if len(text) * count > LONGEST:
        raise ValueError
    return text * count


def formatted(text: Any, *given: Any) -> str:  # noqa: ANN401 - any constants
    """`%` of a format without figures: a width could be any size."""
    if not isinstance(text, str) or any(figure in text for figure in "0123456789*"):
        raise TypeError
    return text % tuple(said(item) if isinstance(item, tuple) else item for item in given)


def raised(left: Any, right: Any) -> Any:  # noqa: ANN401 - any constants
    """`**` of what is not large."""
    if abs(left) > LONGEST or not 0 <= right <= MOST_POWER:
        raise ValueError
    return left**right


def replaced(text: str, old: str, new: str) -> str:
    """`replace`, the filter and the method."""
    if (text.count(old) + 1) * (len(new) + 1) > LONGEST:
        raise ValueError
    return text.replace(old, new)


def _joined(items: Any, glue: str = "") -> str:  # noqa: ANN401 - a text or a list
    return glue.join(said(item) for item in items)


FILTERS: dict[str, Callable[..., Any]] = {
    "lower": str.lower, "upper": str.upper, "capitalize": str.capitalize, "trim": str.strip, "reverse": lambda text: text[::-1],
    "string": said, "safe": said, "list": tuple, "join": _joined, "format": formatted, "replace": replaced,
}  # fmt: skip
METHODS: dict[str, Callable[..., Any]] = {
    "lower": str.lower, "upper": str.upper, "strip": str.strip, "lstrip": str.lstrip, "rstrip": str.rstrip, "split": str.split,
    "join": str.join, "title": str.title, "capitalize": str.capitalize, "swapcase": str.swapcase, "replace": replaced,
    "removeprefix": str.removeprefix, "removesuffix": str.removesuffix,
}  # fmt: skip
