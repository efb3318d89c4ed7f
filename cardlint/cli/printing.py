"""Long reports on standard output, piece by piece."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from cardlint.cli import hang_up

if TYPE_CHECKING:
    from collections.abc import Iterable


def print_pieces(pieces: Iterable[str], *, escape: bool = False) -> None:
    """On standard output; with `escape`, what its encoding may lack is escaped as JSON does. A reader that left changes no exit code."""
    from cardlint.formats.safe import json_ascii

    ascii_only = escape and (sys.stdout.encoding or "utf-8").lower().replace("-", "") != "utf8"
    try:
        for piece in pieces:
            sys.stdout.write(json_ascii(piece) if ascii_only else piece)
        sys.stdout.flush()
    except BrokenPipeError:
        hang_up()
