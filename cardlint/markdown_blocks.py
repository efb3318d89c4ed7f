"""The blocks of Markdown with their places, as markdown-it-py reads them but knowing where everything stands.

markdown-it-py numbers the lines of blocks and gives no places at all within them. Here its block state remembers
where each line of a block's content was cut from (after quotation marks and list indentation). Imported late,
because it imports the parser.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from dataclasses import dataclass, field
from functools import cache, partial
from typing import TYPE_CHECKING, Any, Literal

from markdown_it.rules_block import (
    StateBlock,
    blockquote,
    code,
    fence,
    heading,
    hr,
    html_block,
    lheading,
    list_block,
    paragraph,
    reference,
    table,
)
from markdown_it.token import Token

from cardlint.weights.patterns import lazily

if TYPE_CHECKING:
    from collections.abc import Callable

    from markdown_it.ruler import Ruler

    from cardlint.markdown_inline import Found

    Rule = Callable[[StateBlock, int, int, bool], bool]

# Containers deeper than this are not entered; the parser enters quotations at every other level.
NESTING = 24
# What reading blocks may cost, in about microseconds; what each step costs.
_WORK = 800_000
_RULE_COST, _LOOK_COST, _TOKEN_COST = 6, 2, 5

_CELL_END = lazily(r"(?<!\\)\|")
_TABLE_RULE = frozenset("|-:")
_VERBATIM = frozenset({"fence", "code_block", "html_block"})


class Place:
    """Where each line of a block's content begins in the body; `pads` are spaces that stand for part of a tab."""

    __slots__ = ("_offsets", "pads", "raw", "starts")

    def __init__(self, raw: str, starts: list[int], pads: list[int]) -> None:
        self.raw = raw
        self.starts = starts
        self.pads = pads
        self._offsets: list[int] = []

    def body(self, content: str, offset: int) -> int:
        """The offset in the body of an offset in `content`, which is `raw` without white space around it."""
        if not self._offsets:
            lead = max(0, self.raw.find(content))
            self._offsets = [-lead, *(match.end() - lead for match in re.finditer("\n", self.raw))]
        line = min(bisect_right(self._offsets, offset), len(self.starts)) - 1
        return self.starts[line] + max(0, offset - self._offsets[line] - self.pads[line])


class Cell:
    """Where a table cell's content stands: the parser drops the backslash before a `|` in it."""

    __slots__ = ("escapes", "raw", "starts")

    def __init__(self, source: str, start: int, end: int) -> None:
        self.raw = source[start:end].replace("\\|", "|")
        self.starts = [start]
        self.escapes = [match.start() - index for index, match in enumerate(re.finditer(r"\\\|", source[start:end]))]

    def body(self, content: str, offset: int) -> int:
        """The offset in the body of an offset in `content`."""
        offset += max(0, self.raw.find(content))
        return self.starts[0] + offset + bisect_left(self.escapes, offset)


# Most cells of most tables hold nothing that needs a place.
NOWHERE = Cell("", 0, 0)


@dataclass(slots=True)
class Block:
    """One block with content: its kind (the parser's token type), level of nesting, lines (0-based, half-open)."""

    kind: str
    parent: str
    level: int
    content: str
    info: str
    lines: tuple[int, int]
    start: int
    place: Place | Cell
    heading: int = 0
    atx: bool = False
    limit: int | None = None
    children: list[Token] | None = None
    found: list[Found] = field(default_factory=list)


class SpentError(Exception):
    """The body costs more than we are willing to pay."""


class State(StateBlock):
    """The parser's block state, which remembers where contents were cut from."""

    work = 0
    place = Place("", [0], [0])
    row: Token
    column = 0

    def spend(self, cost: int) -> None:
        """Count what was done, and stop when it is too much."""
        self.work += cost
        if self.work > _WORK:
            raise SpentError

    def is_code_block(self, line: int) -> bool:
        """Whether a line is indented as code; the parser's own asks for its rules by name, which we replace."""
        return self.sCount[line] - self.blkIndent >= 4  # noqa: PLR2004 - four columns make code

    def getLines(self, begin: int, end: int, indent: int, keepLastLF: bool) -> str:  # noqa: N802, N803, FBT001 - theirs
        """Cut lines as the parser does, and remember from where."""
        source, starts, pads = self.src, self.bMarks[begin:end], [0] * (end - begin)
        if indent > 0:
            for index in range(end - begin):
                starts[index], pads[index] = self._indented(begin + index, indent)
        lines = zip(pads, starts, self.eMarks[begin:end], strict=True)
        raw = "".join([" " * pad + source[start : stop + 1] for pad, start, stop in lines])
        if not keepLastLF:
            raw = raw.removesuffix("\n") if end > begin and raw.endswith("\n") else raw
        self._remember(Place(raw, starts, pads), begin)
        return raw

    def _indented(self, line: int, indent: int) -> tuple[int, int]:
        """Where a line begins once `indent` columns are taken off, and how many spaces of a tab are left over."""
        first = start = self.bMarks[line]
        width = 0
        while first < self.eMarks[line] and width < indent:
            if self.src[first] == "\t":
                width += 4 - (width + self.bsCount[line]) % 4
            elif self.src[first] == " " or first - start < self.tShift[line]:
                width += 1
            else:
                break
            first += 1
        return first, max(0, width - indent)

    def _remember(self, place: Place, begin: int) -> None:
        token = self.tokens[-1] if self.tokens else None
        if token is None or token.type not in _VERBATIM or "place" in token.meta:
            self.place = place
            return
        line = begin - (token.type == "fence")
        token.meta.update(place=place, start=self.bMarks[line] + self.tShift[line])

    def push(self, ttype: str, tag: str, nesting: Literal[-1, 0, 1]) -> Token:
        """Append a token; what has content learns where it stands."""
        self.spend(_TOKEN_COST)
        if nesting < 0:
            self.level -= 1
            token = _closing(ttype, tag, self.level)
            self.tokens.append(token)
            return token
        token = super().push(ttype, tag, nesting)
        if ttype == "inline":
            self._locate(token, self.tokens[-2])
        elif ttype == "tr_open":
            self.row, self.column = token, 0
        return token

    def _locate(self, token: Token, opener: Token) -> None:
        parent = opener.type
        cell = parent in {"th_open", "td_open"}
        line = ((self.row if cell else opener).map or [0])[0]
        start = self.bMarks[line] + self.tShift[line]
        meta: dict[str, Any] = {"start": start, "parent": parent, "place": self.place}
        if cell:
            meta.update(place=None, cell=(start, self.eMarks[line], self.column))
            self.column += 1
        elif parent == "heading_open":
            atx = opener.markup.startswith("#")
            meta.update(heading=int(opener.tag[1]), atx=atx)
            if atx:
                meta["place"] = _atx_place(self.src, start, self.eMarks[line])
        token.meta = meta


@cache
def _closing(ttype: str, tag: str, level: int) -> Token:
    """The token that ends a block: nobody asks which block, so all of a kind and level share one."""
    return Token(ttype, tag, -1, level=level, block=True)


def _atx_place(source: str, start: int, end: int) -> Place:
    while start < end and source[start] == "#":
        start += 1
    return Place(source[start:end], [start], [0])


# What a line can begin, by its first character, in the parser's order. Anything can be a paragraph or its heading.
_BEGINS: dict[str, tuple[Rule, ...]] = {
    "`": (fence,),
    "~": (fence,),
    ">": (blockquote,),
    "*": (hr, list_block),
    "-": (hr, list_block),
    "_": (hr,),
    "+": (list_block,),
    "[": (reference,),
    "<": (html_block,),
    "#": (heading,),
    **dict.fromkeys("0123456789", (list_block,)),
}
_ENDS_PARAGRAPH = {first: rules for first, rules in _BEGINS.items() if first != "["}
_ENDS_ITEM: dict[str, tuple[Rule, ...]] = {first: (rules[0],) for first, rules in _BEGINS.items() if first in "`~>*-_"}


def use_block_rules(ruler: Ruler[Rule]) -> None:
    """Replace the parser's rules by one that asks only those that can match.

    The others tell whether a line ends the block before it; they come after one that always matches.
    """
    ruler.push("block", _block)
    ruler.push("paragraph_end", _ends_paragraph, {"alt": ["paragraph", "reference"]})
    ruler.push("blockquote_end", partial(_ends, _ENDS_PARAGRAPH), {"alt": ["blockquote"]})
    ruler.push("list_end", partial(_ends, _ENDS_ITEM), {"alt": ["list"]})


def _block(state: StateBlock, line: int, end: int, silent: bool) -> bool:  # noqa: FBT001 - theirs
    assert isinstance(state, State)
    quoted = state.tokens and state.tokens[-1].type == "blockquote_open"
    state.spend(_RULE_COST + (end - line if quoted else 0))
    if state.is_code_block(line):
        return code(state, line, end, silent)
    if _may_be_table(state, line, end) and table(state, line, end, silent):
        return True
    for rule in _BEGINS.get(_first(state, line), ()):
        if rule(state, line, end, silent):
            return True
    return lheading(state, line, end, silent) or paragraph(state, line, end, silent)


def _ends(begins: dict[str, tuple[Rule, ...]], state: StateBlock, line: int, end: int, silent: bool) -> bool:  # noqa: FBT001 - theirs
    assert isinstance(state, State)
    state.spend(_LOOK_COST)
    return any(rule(state, line, end, silent) for rule in begins.get(_first(state, line), ()))


def _ends_paragraph(state: StateBlock, line: int, end: int, silent: bool) -> bool:  # noqa: FBT001 - theirs
    if _may_be_table(state, line, end) and table(state, line, end, silent):
        return True
    return _ends(_ENDS_PARAGRAPH, state, line, end, silent)


def _first(state: StateBlock, line: int) -> str:
    first = state.bMarks[line] + state.tShift[line]
    return state.src[first : first + 1]


def _may_be_table(state: StateBlock, line: int, end: int) -> bool:
    """Whether the next line begins as the line below a table's head does."""
    return line + 1 < end and _first(state, line + 1) in _TABLE_RULE


def cells(source: str, start: int, end: int) -> list[tuple[int, int]]:
    """Where the cells of a table row stand, as the parser splits it."""
    row = source[start:end].rstrip()
    stops = [start + match.start() for match in _CELL_END.finditer(row)]
    begins = [start, *(stop + 1 for stop in stops)]
    cells = list(zip(begins, [*stops, start + len(row)], strict=True))
    return cells[1:] if row.startswith("|") else cells
