"""Tables in GitHub Flavored Markdown that are cut behind a row where there is no more room, and say how many rows are left out."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from cardlint.formats.contents import plural

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_LAST = 300  # UTF-8 bytes for the row that says what is left out


class Table(NamedTuple):
    """A table that may be cut behind any row: what stands above it, its columns, how many rows it has, the rows."""

    above: str
    columns: tuple[str, ...]
    size: int
    rows: Iterable[tuple[str, ...]]


def fitting(tables: Iterable[Table], room: int, why: str) -> Iterator[str]:
    """The tables as far as there is room, in bytes; where it ends a row says how many are left out, and `why`."""
    held = list(tables)
    left, room = sum(table.size for table in held), room - _LAST
    for table in held:
        head = f"\n{table.above}\n\n{_row(table.columns)}{_row('---' for _ in table.columns)}"
        for row in table.rows:
            text = head + _row(row)
            room -= len(text.encode())
            if room < 0:
                yield from _left_out(left, len(table.columns), why, inside=not head)
                return
            yield text
            left, head = left - 1, ""


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |\n"


def _left_out(count: int, columns: int, why: str, *, inside: bool) -> Iterator[str]:
    """The last row, or below the last table a line: nothing is left out silently."""
    text = f"{plural(count, 'more row')} left out, {why}"
    yield _row(["…"] + [""] * (columns - 2) + [text]) if inside else f"\n{text}.\n"
