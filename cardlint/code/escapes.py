"""Escapes in which a secret may be spelled, or that stand right before one: those of JSON, YAML, programs, addresses and terminals."""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import NamedTuple

# Where a letter or digit is the end of an escape: a line end or tab, a character by its number, a colour of a terminal.
ENDED = r"(?<=\\[nrtbf])|(?<=\\u[0-9A-Fa-f]{4})|(?<=\\x[0-9A-Fa-f]{2})|(?<=\\033)|(?<=%[0-9A-Fa-f]{2})|(?<=[0-9\[]m)"

# Letters, digits and the joints of tokens by their number, which nobody needs to escape; and what Markdown escapes.
_SPELLED = re.compile(r"\\(?:(?:u00|x)(?P<code>2[Dd]|3[0-9]|[46][1-9A-Fa-f]|[57][0-9Aa]|5[Ff])|(?P<joint>_))")


class Undone(NamedTuple):
    """A text without such escapes: `plain` are offsets in `text` behind each, and 0; `raw` those in the text it was."""

    text: str
    plain: list[int]
    raw: list[int]

    def place(self, offset: int) -> int:
        """Where in the text it was the character at an offset of `text` begins."""
        held = bisect_right(self.plain, offset) - 1
        return self.raw[held] + offset - self.plain[held]


def undone(text: str) -> Undone | None:
    """A text with its letters, digits and joints as themselves; None where none is escaped."""
    pieces: list[str] = []
    plain, raw, size = [0], [0], 0
    for found in _SPELLED.finditer(text):
        pieces += [text[raw[-1] : found.start()], found["joint"] or chr(int(found["code"], 16))]
        size += found.start() - raw[-1] + 1
        plain.append(size)
        raw.append(found.end())
    return Undone("".join([*pieces, text[raw[-1] :]]), plain, raw) if pieces else None
