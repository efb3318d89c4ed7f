"""Numbers, days and sizes as a page for people says them."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

_STEPS = ((1_000_000_000, "billion"), (1_000_000, "million"))
_SIZES = ("bytes", "kB", "MB", "GB", "TB")
_KILO = 1_000
_FEW = 10
_MINUTE, _HOUR = 60, 3_600
_DAY = 10
MONTH = 30
QUARTER = 90
WEEK = 7
LARGE = 0.995


def amount(number: int) -> str:
    """`9,204`; from a million on in words, `1.2 million`."""
    for step, word in _STEPS:
        if number >= step:
            return f"{number / step:.1f} {word}"
    return f"{number:,}"


def share(part: int, whole: int) -> str:
    """A percentage that says neither none nor all where that is not so; `n/a` of nothing."""
    if not whole:
        return "n/a"
    value = 100 * part / whole
    if part and value < 0.1:  # noqa: PLR2004 - the last digit shown
        return "< 0.1%"
    if part < whole and value > 99.9:  # noqa: PLR2004
        return "> 99.9%"
    return f"{value:.1f}%".replace(".0%", "%")


def size(number: int) -> str:
    """`512 bytes`, `1.2 MB`."""
    value = float(number)
    for unit in _SIZES[:-1]:
        if value < _KILO * LARGE:
            return f"{value:.0f} {unit}" if unit == "bytes" or value >= _FEW else f"{value:.1f} {unit}"
        value /= _KILO
    return f"{value:,.1f} {_SIZES[-1]}"


def span(seconds: float) -> str:
    """`42 seconds`, `12 minutes`, `3.5 hours`."""
    if seconds < _MINUTE:
        return counted(round(seconds), "second")
    if seconds < _HOUR:
        return counted(round(seconds / _MINUTE), "minute")
    return f"{seconds / _HOUR:.1f} hours"


def counted(number: int, one: str, many: str | None = None) -> str:
    """`1 run`, `12 runs`."""
    return f"{amount(number)} {one if number == 1 else many or one + 's'}"


def repositories(number: int) -> str:
    """`1 repository`, `12 repositories`."""
    return counted(number, "repository", "repositories")


def listed(names: Sequence[str], most: int = 3) -> str:
    """`a`, `a and b`, `a, b and 4 more`."""
    if len(names) > most:
        return f"{', '.join(names[: most - 1])} and {amount(len(names) - most + 1)} more"
    return " and ".join(filter(None, (", ".join(names[:-1]), *names[-1:])))


def day(time: str | None) -> str:
    """The day of a time in ISO 8601, as is where it is none."""
    return (time or "")[:_DAY]


def days_between(early: str, late: str) -> int:
    """Whole days from one time to another, both ISO 8601; 0 where one is none."""
    try:
        return (date.fromisoformat(day(late)) - date.fromisoformat(day(early))).days
    except ValueError:
        return 0
