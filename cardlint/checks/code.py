"""Code that nobody can read, so that none of the other rules on code looked at it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cardlint.coding import INVALID
from cardlint.problem import Problem

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cardlint.coding import Code, Piece
    from cardlint.text import Span


def invalid(code: Code) -> Iterator[Problem]:
    """Files of Python and cells of notebooks that do not parse. One problem for each."""
    for item in code.invalid:
        place = f" ({item.piece.where}, line {item.broken.line + 1})" if item.piece.where else ""
        message = f"this line is no Python 3: {item.broken.reason}{place}; what the code loads and runs was not looked at"
        yield Problem(message, _line(item.piece, item.broken.line), subject=item.piece.where or item.piece.path)
    code.require_whole(reporting=INVALID)


def _line(piece: Piece, number: int) -> Span:
    """A line of a piece without the blanks around it."""
    lines = piece.code.split("\n")
    number = min(number, len(lines) - 1)
    line = lines[number]
    indent = len(line) - len(line.lstrip())
    return piece.span((number, indent), (number, max(indent, len(line.rstrip()))))
