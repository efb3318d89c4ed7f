"""Where things stand in a Markdown body: the parser's blocks, links and HTML with their places.

markdown-it-py numbers the lines of blocks and gives no places at all within them. Here its block state remembers
where each line of a block's content was cut from (after quotation marks and list indentation), and its inline
rules remember where a link began and ended. Imported late, because it imports the parser.

Offsets are of three kinds: of a block's `content`, of the body as the parser sees it (line ends are LF), and of
the file. `Place` leads from the first to the second, `Body.file` from the second to the third.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any, Literal

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.rules_inline import autolink, html_inline, image, link

if TYPE_CHECKING:
    from collections.abc import Callable

    from markdown_it.rules_inline import StateInline
    from markdown_it.token import Token

    Rule = Callable[[StateInline, bool], bool]

_NESTING = 24
# What hostile input may cost: some seconds for blocks and as much for what stands inside them.
_LINES = 250_000
_LINE_LOOKS = 3_000_000
_MARKERS = 100_000
_LONG_BLOCK, _LONG_BLOCK_MARKERS = 20_000, 2_000
_LONG_LINE = 100_000

_MARKER = re.compile(r"[\[\]<*_`!~&\\]")
_PUNCTUATION_RUN = re.compile(rf"^[^\w\n]{{{_LONG_LINE},}}", re.MULTILINE)
_NORMAL_END = re.compile(r"\r\n?")
_CELL_END = re.compile(r"(?<!\\)\|")
_VERBATIM = frozenset({"fence", "code_block", "html_block"})
_BARE_URL = re.compile(r"://[^\s<>\[\]`\"|]{1,2048}")
_ENTITY_TAIL = re.compile(r"&[A-Za-z0-9]{1,32};\Z")
_TAIL_ROUNDS = 16


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
        self.escapes = [match.start() for match in re.finditer(r"\\\|", source[start:end])]

    def body(self, content: str, offset: int) -> int:
        """The offset in the body of an offset in `content`."""
        offset += max(0, self.raw.find(content))
        for escape in self.escapes:
            if escape >= offset:
                break
            offset += 1
        return self.starts[0] + offset


# Most cells of most tables hold nothing that needs a place.
_NOWHERE = Cell("", 0, 0)


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


@dataclass(slots=True)
class Found:
    """An inline construct: offsets in the block's content, its (first) token, where its label ends."""

    form: Literal["link", "image", "autolink", "bare", "html"]
    start: int
    end: int
    token: Token
    label_end: int = 0


class _SpentError(Exception):
    """The body costs more than we are willing to pay."""


class _State(StateBlock):
    """The parser's block state, which remembers where contents were cut from."""

    looks = 0
    place = Place("", [0], [0])
    row: Token
    column = 0

    def is_code_block(self, line: int) -> bool:
        # Every rule asks this of every line, so it is also the clock.
        self.looks += 1
        if self.looks > _LINE_LOOKS:
            raise _SpentError
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


def _atx_place(source: str, start: int, end: int) -> Place:
    while start < end and source[start] == "#":
        start += 1
    return Place(source[start:end], [start], [0])


class _Parser(MarkdownIt):
    """The parser without judgement of addresses: they are reported as written."""

    def validateLink(self, url: str) -> bool:  # noqa: ARG002, N802 - theirs
        return True

    def normalizeLink(self, url: str) -> str:  # noqa: N802 - theirs
        return url

    def normalizeLinkText(self, link: str) -> str:  # noqa: N802 - theirs
        return link


@cache
def _parser() -> MarkdownIt:
    parser = _Parser("commonmark", {"maxNesting": _NESTING, "store_labels": True})
    parser.enable(["table", "strikethrough", "linkify"])
    rules: dict[str, Rule] = {"link": link, "image": image, "autolink": autolink, "html_inline": html_inline}
    for (name, rule), form in zip(rules.items(), ("link", "image", "autolink", "html"), strict=True):
        parser.inline.ruler.at(name, _tracked(rule, form))
    parser.inline.ruler.at("linkify", _bare_url)
    return parser


def _tracked(rule: Rule, form: Any) -> Rule:  # noqa: ANN401 - a literal
    """The rule, which notes the constructs it finds in `env["found"]`; those inside an image's label are only text."""

    def run(state: StateInline, silent: bool) -> bool:  # noqa: FBT001 - theirs
        if silent:
            return rule(state, True)  # noqa: FBT003 - theirs
        start, count, found = state.pos, len(state.tokens), state.env["found"]
        known = len(found)
        if not rule(state, False):  # noqa: FBT003 - theirs
            return False
        token = state.tokens[count + (state.tokens[count].type == "text")]
        if form == "image":
            del found[known:]
        found.append(Found(form, start, state.pos, token, _label_end(state, form, start, token)))
        return True

    return run


def _label_end(state: StateInline, form: str, start: int, token: Token) -> int:
    if form == "image":
        return start + 2 + len(token.content)
    if form == "link":
        return int(state.md.helpers.parseLinkLabel(state, start, True))  # noqa: FBT003 - theirs
    return 0


def _bare_url(state: StateInline, silent: bool) -> bool:  # noqa: FBT001 - theirs
    """GitHub's literal autolinks, for http and https: the rule stands at the colon and takes the scheme back."""
    if state.linkLevel > 0 or state.src[state.pos] != ":":
        return False
    bare = _bare_span(state.src, state.pos, state.posMax)
    if bare is None:
        return False
    start, end = bare
    scheme = state.src[start : state.pos]
    if not silent:
        if not state.pending.endswith(scheme):
            return False
        state.pending = state.pending[: -len(scheme)]
        opening = state.push("link_open", "a", 1)
        state.env["found"].append(Found("bare", start, end, opening))
        opening.attrs = {"href": state.src[start:end]}
        state.push("text", "", 0).content = state.src[start:end]
        state.push("link_close", "a", -1)
    state.pos = end
    return True


def _bare_span(source: str, colon: int, limit: int) -> tuple[int, int] | None:
    start = next((colon - size for size in (5, 4) if source[max(0, colon - size) : colon].lower() in _SCHEMES), -1)
    if start < 0 or (start and source[start - 1].isalnum()):
        return None
    match = _BARE_URL.match(source, colon, limit)
    address = _without_tail(match.group()) if match else ""
    return (start, colon + len(address)) if len(address) > len("://") else None


_SCHEMES = frozenset({"http", "https"})


def _without_tail(address: str) -> str:
    """The address without the punctuation of the sentence around it."""
    for _ in range(_TAIL_ROUNDS):
        before = len(address)
        address = (address[:-40] + _ENTITY_TAIL.sub("", address[-40:])).rstrip("?!.,:;*_~'")
        excess = address.count(")") - address.count("(")
        closing = len(address) - len(address.rstrip(")"))
        address = address[: len(address) - max(0, min(excess, closing))]
        if len(address) == before:
            break
    return address


class Body:
    """The blocks of a Markdown body, whose inside is read on demand.

    `content` is the file's text and `start` the offset where the body begins.
    """

    def __init__(self, content: str, start: int) -> None:
        body = content[start:]
        self.start = start
        self.end = len(content)
        self.crlf = [match.start() - index for index, match in enumerate(re.finditer("\r\n", body))]
        self.source = _NORMAL_END.sub("\n", body).replace("\0", "\ufffd")
        self.line_starts = [0, *(match.end() for match in re.finditer("\n", self.source))]
        self.unread: list[tuple[int, int]] = []
        self.env: dict[str, Any] = {}
        self._rows: dict[int, list[tuple[int, int]]] = {}
        self._parser = _parser()
        self.blocks = self._bounded(self._read())

    def file(self, offset: int) -> int:
        """The offset in the file of an offset in the body."""
        return self.start + offset + bisect_left(self.crlf, offset)

    def line_end(self, line: int) -> int:
        """The offset in the body where the text of a 0-based line ends."""
        last = line + 1 >= len(self.line_starts)
        return len(self.source) if last else self.line_starts[line + 1] - 1

    def _read(self) -> list[Block]:
        limit = self._readable()
        state = _State(self.source[:limit], self._parser, self.env, [])
        try:
            self._parser.block.tokenize(state, state.line, state.lineMax)
        except _SpentError:
            limit = self._keep_whole(state.tokens)
        if limit < len(self.source):
            self.unread.append((limit, len(self.source)))
        return [self._block(token) for token in self._checked(state.tokens) if "place" in token.meta]

    def _readable(self) -> int:
        """Up to where the body is no attack on the parser's loops over lines and over the characters of a line."""
        limit = self.line_starts[_LINES] if len(self.line_starts) > _LINES else len(self.source)
        run = _PUNCTUATION_RUN.search(self.source, 0, limit)
        return run.start() if run else limit

    def _keep_whole(self, tokens: list[Token]) -> int:
        """Drop the tokens after the last finished outermost block; the offset where it ended."""
        while tokens and not (tokens[-1].level == 0 and tokens[-1].nesting < 1 and tokens[-1].type != "inline"):
            tokens.pop()
        ends = [token.map[1] for token in tokens if token.map and token.level == 0]
        return self.line_starts[ends[-1]] if ends else 0

    def _checked(self, tokens: list[Token]) -> list[Token]:
        """The tokens; containers the parser did not enter, for their depth, are noted as unread."""
        for token in tokens:
            if token.level >= _NESTING - 1 and token.map and token.type in {"blockquote_open", "list_item_open"}:
                first, last = token.map
                self.unread.append((self.line_starts[first], self.line_end(last - 1)))
        return tokens

    def _block(self, token: Token) -> Block:
        meta = token.meta
        lines = (token.map[0], token.map[1]) if token.map else (0, 0)
        place = meta["place"] or (self._cell(*meta["cell"]) if may_hold_links(token.content) else _NOWHERE)
        parent, heading, atx = meta.get("parent", ""), meta.get("heading", 0), meta.get("atx", False)
        start = meta["start"]
        return Block(token.type, parent, token.level, token.content, token.info, lines, start, place, heading, atx)

    def _cell(self, start: int, end: int, column: int) -> Cell:
        bounds = self._rows.get(start)
        if bounds is None:
            bounds = self._rows[start] = _cells(self.source, start, end)
        return Cell(self.source, *bounds[column]) if column < len(bounds) else Cell(self.source, end, end)

    def _bounded(self, blocks: list[Block]) -> list[Block]:
        """The blocks, with limits on those whose inline markup would cost too much."""
        left = _MARKERS
        unread: list[Block] = []
        for block in blocks:
            if block.kind != "inline" or not may_hold_links(block.content):
                continue
            markers = len(_MARKER.findall(block.content))
            if len(block.content) > _LONG_BLOCK and markers > _LONG_BLOCK_MARKERS:
                block.limit, markers = _LONG_BLOCK, len(_MARKER.findall(block.content[:_LONG_BLOCK]))
            left -= markers
            if left < 0:
                block.limit = 0
                unread.append(block)
            elif block.limit is not None:
                self.unread.append((self.place(block, block.limit), self.place(block, len(block.content))))
        if unread:
            self.unread.append((self.place(unread[0], 0), self.place(unread[-1], len(unread[-1].content))))
        return blocks

    @staticmethod
    def place(block: Block, offset: int) -> int:
        """The offset in the body of an offset in a block's content."""
        return block.place.body(block.content, offset)

    def at(self, block: Block, offset: int) -> int:
        """The offset in the file of an offset in a block's content.

        The end of a construct is found from its last character, since the next may stand on another line.
        """
        return self.file(self.place(block, offset))

    def inline(self, block: Block) -> list[Token]:
        """The inline tokens of a block; `block.found` says where the constructs among them stand."""
        if block.children is None:
            block.children = []
            self.env["found"] = block.found
            self._parser.inline.parse(block.content[: block.limit], self._parser, self.env, block.children)
        return block.children

    @cached_property
    def _definitions(self) -> dict[str, Any]:
        return dict(self.env.get("references", {}))

    def definition(self, label: str) -> tuple[int, int] | None:
        """Where the destination stands which a reference label leads to, in the body, if it is written plainly."""
        reference = self._definitions[label]
        first, last = reference["map"]
        start = self.source.find("]:", self.line_starts[first])
        start = self.source.find(reference["href"], start + 2, self.line_end(last - 1)) if start >= 0 else -1
        return (start, start + len(reference["href"])) if start >= 0 else None

    def destination(self, block: Block, found: Found) -> tuple[int, int]:
        """Where the destination of an inline link or image stands in the block's content, without angle brackets."""
        content = block.content
        start = found.label_end + 2
        while content[start] in " \t\n":
            start += 1
        href = str(found.token.attrs["src" if found.form == "image" else "href"])
        if href and content.startswith(href, start) and content[start + len(href)] in ") \t\n":
            return start, start + len(href)
        end = self._parser.helpers.parseLinkDestination(content, start, found.end - 1).pos
        bracketed = content[start] == "<" and end > start
        return (start + 1, end - 1) if bracketed else (start, max(start, end))


def _cells(source: str, start: int, end: int) -> list[tuple[int, int]]:
    """Where the cells of a table row stand, as the parser splits it."""
    row = source[start:end].rstrip()
    stops = [start + match.start() for match in _CELL_END.finditer(row)]
    begins = [start, *(stop + 1 for stop in stops)]
    cells = list(zip(begins, [*stops, start + len(row)], strict=True))
    return cells[1:] if row.startswith("|") else cells


def may_hold_links(content: str) -> bool:
    """Whether inline content can hold a link, an image or HTML at all."""
    return "[" in content or "<" in content or "://" in content
