"""Pictures as inline SVG: bars, and the small ones of a trend.

Colours are classes, so that each theme has its own; words beside them are HTML, so that they wrap and can be chosen. Each
picture says in one sentence what it shows.
"""

from __future__ import annotations

from math import log10
from typing import TYPE_CHECKING, NamedTuple

from cardlint.audit.page_words import amount
from cardlint.formats.html_markup import Markup, element

if TYPE_CHECKING:
    from collections.abc import Sequence

_WIDE = 1_000
_HIGH = 14
_GAP = 3  # of a thousand: what parts of a bar keep apart, so that they are told apart without colour too
# The frame of a small picture, in the units of its view box.
_FRAME_WIDE, _FRAME_HIGH = 360, 200
_LEFT, _RIGHT, _TOP, _BOTTOM = 46, 12, 10, 26


class Part(NamedTuple):
    """A part of a bar: the class of its colour, how much it is, what it is called."""

    tone: str
    value: float
    title: str


def bar(parts: Sequence[Part], whole: float, label: str, *, thin: bool = False) -> Markup:
    """A bar of parts, as long as they are of the whole."""
    there = [part for part in parts if part.value > 0]
    drawn, at = [], 0.0
    for part in there:
        wide = _WIDE * part.value / whole
        gap = _GAP if part is not there[-1] and wide > 2 * _GAP else 0
        drawn.append(
            element(
                "rect",
                element("title", f"{part.title}: {amount(round(part.value))}"),
                x=f"{at:.1f}",
                y="0",
                width=f"{max(1.5, wide - gap):.1f}",
                height=str(_HIGH),
                class_=f"fill {part.tone}",
            )
        )
        at += wide
    return element(
        "svg", element("rect", x="0", y="0", width=str(_WIDE), height=str(_HIGH), class_="track"), *drawn,
        viewBox=f"0 0 {_WIDE} {_HIGH}", preserveAspectRatio="none", role="img", aria_label=label, class_="strip thin" if thin else "strip",
    )  # fmt: skip


class Line(NamedTuple):
    """A line of a picture, with the mark that tells it apart from the others."""

    tone: str
    title: str
    values: tuple[int, ...]


def lines(drawn: Sequence[Line], days: Sequence[str], label: str, changes: Sequence[bool]) -> Markup:
    """Lines over runs, from nothing up."""
    top = _top(max((value for line in drawn for value in line.values), default=0))
    xs = _places(len(days))
    inner = [*_grid(top), *_changes(xs, changes), *_days(xs, days)]
    for line in drawn:
        places = [(x, _height(value, top)) for x, value in zip(xs, line.values, strict=True)]
        path = "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in places)
        inner.append(element("path", d=path, class_=f"stroke {line.tone}"))
        if len(places) <= _FEW:
            inner += [_mark(line, x, y, day, value) for (x, y), day, value in zip(places, days, line.values, strict=True)]
    return _frame(inner, label)


_FEW = 30  # beyond that marks would touch
_CLOSE = 5  # beyond that the last day would stick out


def _mark(line: Line, x: float, y: float, day: str, value: int) -> Markup:
    title = element("title", f"{day}: {line.title} {amount(value)}")
    if line.tone == "error":
        return element("circle", title, cx=f"{x:.1f}", cy=f"{y:.1f}", r="3.4", class_="mark error")
    if line.tone == "warning":
        return element("path", title, d=f"M{x:.1f} {y - 4:.1f}l4.2 7.2h-8.4z", class_="mark warning")
    return element("rect", title, x=f"{x - 3:.1f}", y=f"{y - 3:.1f}", width="6", height="6", class_="mark note")


def columns(runs: Sequence[Sequence[Part]], days: Sequence[str], label: str, changes: Sequence[bool]) -> Markup:
    """Columns of parts, one over the other, for each run."""
    top = _top(max((sum(part.value for part in parts) for parts in runs), default=0))
    xs = _places(len(days))
    wide = _wide(len(days))
    inner = [*_grid(top), *_changes(xs, changes), *_days(xs, days)]
    for x, parts, day in zip(xs, runs, days, strict=True):
        below = 0.0
        for part in parts:
            above = below + part.value
            inner.append(_column(part, day, x - wide / 2, wide, (_height(below, top), _height(above, top))))
            below = above
    return _frame(inner, label)


def beside(runs: Sequence[Sequence[Part]], days: Sequence[str], label: str, changes: Sequence[bool]) -> Markup:
    """Two columns beside each other for each run."""
    top = _top(max((part.value for parts in runs for part in parts), default=0))
    xs = _places(len(days))
    wide = _wide(len(days)) / 2
    inner = [*_grid(top), *_changes(xs, changes), *_days(xs, days)]
    for x, parts, day in zip(xs, runs, days, strict=True):
        for number, part in enumerate(parts):
            between = (_height(0, top), _height(part.value, top))
            inner.append(_column(part, day, x - wide + number * wide, wide - min(1, wide / 4), between))
    return _frame(inner, label)


def _column(part: Part, day: str, x: float, wide: float, between: tuple[float, float]) -> Markup:
    """A column between two heights, the lower one first."""
    low, high = between
    title = element("title", f"{day}: {part.title} {amount(round(part.value))}")
    return element(
        "rect", title, x=f"{x:.1f}", y=f"{high:.1f}", width=f"{wide:.1f}", height=f"{low - high:.1f}", class_=f"fill {part.tone}"
    )


def _frame(inner: Sequence[Markup], label: str) -> Markup:
    return element("svg", *inner, viewBox=f"0 0 {_FRAME_WIDE} {_FRAME_HIGH}", role="img", aria_label=label, class_="picture")


def _top(most: float) -> float:
    """The number at the top of the scale: 1, 2 or 5 with zeros, not below the most there is; never below 4, for there are no halves."""
    if most <= 4:  # noqa: PLR2004 - as said
        return 4
    step = 10.0 ** int(log10(most))
    return next(step * nice for nice in (1, 1.5, 2, 3, 4, 5, 6, 8, 10) if step * nice >= most)


def _grid(top: float) -> list[Markup]:
    """A line at nothing, half and all, with its number."""
    parts = []
    for value in (0, top / 2, top):
        y = _height(value, top)
        parts.append(element("path", d=f"M{_LEFT} {y:.1f}H{_FRAME_WIDE - _RIGHT}", class_="grid" if value else "base"))
        parts.append(element("text", _tick(value), x=str(_LEFT - 6), y=f"{y + 3.5:.1f}", text_anchor="end", class_="tick"))
    return parts


def _tick(value: float) -> str:
    if value >= 10_000:  # noqa: PLR2004 - what fits beside the scale
        return f"{value / 1_000:g}k"
    return f"{value:,g}"


def _days(xs: Sequence[float], days: Sequence[str]) -> list[Markup]:
    """The first day and the last, and one between them where there is room."""
    shown = {0, len(days) - 1}
    if len(days) > _CLOSE + 1:
        shown.add((len(days) - 1) // 2)
    y = str(_FRAME_HIGH - 8)
    named = [(xs[number], days[number], _anchor(number, len(days))) for number in sorted(shown)]
    return [element("text", day, x=f"{x:.1f}", y=y, text_anchor=anchor, class_="tick") for x, day, anchor in named]


def _anchor(number: int, total: int) -> str:
    return "end" if number == total - 1 and total > _CLOSE else "middle"


def _changes(xs: Sequence[float], changes: Sequence[bool]) -> list[Markup]:
    """An upright line where the runs before were made by other rules."""
    shown = [x for x, changed in zip(xs, changes, strict=True) if changed]
    title = element("title", "from here on with other rules, another policy or another version")
    return [element("path", title, d=f"M{x:.1f} {_TOP}V{_FRAME_HIGH - _BOTTOM}", class_="change") for x in shown]


def _height(value: float, top: float) -> float:
    return _FRAME_HIGH - _BOTTOM - (_FRAME_HIGH - _BOTTOM - _TOP) * value / top


def _places(count: int) -> list[float]:
    """Where the runs stand."""
    room = _FRAME_WIDE - _LEFT - _RIGHT
    return [_LEFT + room * (number + 0.5) / count for number in range(count)]


def _wide(count: int) -> float:
    return min(26.0, (_FRAME_WIDE - _LEFT - _RIGHT) / count * 0.72)
