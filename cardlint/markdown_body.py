"""A Markdown body: its blocks, read within limits, and what stands inside them, read on demand.

Offsets are of three kinds: of a block's `content`, of the body as the parser sees it (line ends are LF), and of
the file. `Place` leads from the first to the second, `Body.file` from the second to the third.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from itertools import islice
from typing import TYPE_CHECKING, Any

from cardlint.markdown_blocks import NESTING, NOWHERE, Block, Cell, SpentError, State, cells
from cardlint.markdown_inline import parser
from cardlint.text import LINE_END
from cardlint.weights.cached import cached_property
from cardlint.weights.patterns import lazily

if TYPE_CHECKING:
    from collections.abc import Iterator

    from markdown_it.token import Token

    from cardlint.markdown_inline import Found

# What hostile input may cost: two seconds in all. See also `markdown_blocks`.
_LINES = 100_000
_CHARACTERS = 2_000_000
_MARKERS = 20_000
_LONG_BLOCK, _LONG_BLOCK_MARKERS = 20_000, 2_000
_LONG_LINE = 100_000

_MARKER = lazily(r"[\[\]<*_`!~&:\\\n]")
_HTML_MARKER = lazily(r"[<&]")
_HEADING_TAG = lazily(r"<h[1-6]\b", re.IGNORECASE)
_PUNCTUATION_RUN = lazily(rf"^[^\w\n]{{{_LONG_LINE},}}", re.MULTILINE)
_BOLD = ("**", "__")
_NORMAL_END = lazily(r"\r\n?")


class Body:
    """The blocks of a Markdown body, whose inside is read on demand.

    `content` is the file's text and `start` the offset where the body begins.
    """

    def __init__(self, content: str, start: int) -> None:
        body = content[start : _readable(content, start)]
        self.start = start
        self.end = len(content)
        self.crlf = [match.start() - index for index, match in enumerate(re.finditer("\r\n", body))]
        self.source = _NORMAL_END.sub("\n", body).replace("\0", "\ufffd")
        self.line_starts = [0, *(match.end() for match in re.finditer("\n", self.source))]
        self.unread: list[tuple[int, int]] = []
        self.env: dict[str, Any] = {}
        self.outline: list[tuple[int, int]] = []
        self._rows: dict[int, list[tuple[int, int]]] = {}
        self._parser = parser()
        self.blocks = self._bounded(self._read())

    def file(self, offset: int) -> int:
        """The offset in the file of an offset in the body."""
        return self.start + offset + bisect_left(self.crlf, offset)

    def line_end(self, line: int) -> int:
        """The offset in the body where the text of a 0-based line ends."""
        last = line + 1 >= len(self.line_starts)
        return len(self.source) if last else self.line_starts[line + 1] - 1

    def _read(self) -> list[Block]:
        run = _PUNCTUATION_RUN.search(self.source)
        limit = run.start() if run else len(self.source)
        state = State(self.source[:limit], self._parser, self.env, [])
        try:
            self._parser.block.tokenize(state, state.line, state.lineMax)
        except SpentError:
            limit = self._keep_whole(state.tokens)
        self.unread.append((self.file(limit), self.end))
        self.outline = [
            (token.map[0], token.map[1]) for token in state.tokens if token.map and token.nesting >= 0 and token.type != "inline"
        ]
        return [self._block(token) for token in self._checked(state.tokens) if "place" in token.meta]

    def _keep_whole(self, tokens: list[Token]) -> int:
        """Drop the tokens after the last finished outermost block; the offset where it ended."""
        while tokens and not (tokens[-1].level == 0 and tokens[-1].nesting < 1 and tokens[-1].type != "inline"):
            tokens.pop()
        ends = [token.map[1] for token in tokens if token.map and token.level == 0]
        return self.line_starts[ends[-1]] if ends else 0

    def _checked(self, tokens: list[Token]) -> list[Token]:
        """The tokens; containers the parser did not enter, for their depth, are noted as unread."""
        for token in tokens:
            if token.level >= NESTING - 1 and token.map and token.type in {"blockquote_open", "list_item_open"}:
                first, last = token.map
                self.unread.append((self.file(self.line_starts[first]), self.file(self.line_end(last - 1))))
        return tokens

    def _block(self, token: Token) -> Block:
        meta = token.meta
        lines = (token.map[0], token.map[1]) if token.map else (0, 0)
        place = meta["place"] or (self._cell(*meta["cell"]) if may_hold_links(token.content) else NOWHERE)
        parent, heading, atx = meta.get("parent", ""), meta.get("heading", 0), meta.get("atx", False)
        start = meta["start"]
        return Block(token.type, parent, token.level, token.content, token.info, lines, start, place, heading, atx)

    def _cell(self, start: int, end: int, column: int) -> Cell:
        bounds = self._rows.get(start)
        if bounds is None:
            bounds = self._rows[start] = cells(self.source, start, end)
        return Cell(self.source, *bounds[column]) if column < len(bounds) else Cell(self.source, end, end)

    def _bounded(self, blocks: list[Block]) -> list[Block]:
        """The blocks, with limits on those whose inside would cost too much."""
        left = _MARKERS
        unread: list[Block] = []
        for block, marker in _costly(blocks):
            markers, length = len(marker.findall(block.content)), len(block.content)
            if length > _LONG_BLOCK and markers > _LONG_BLOCK_MARKERS:
                block.limit = length = _LONG_BLOCK
                markers = len(marker.findall(block.content[:length]))
            # Each marker may have the parser look through the whole block.
            left -= 2 + markers + markers * length // _LONG_BLOCK
            if left < 0:
                block.limit = 0
                unread.append(block)
            elif block.limit is not None:
                self.unread.append((self.at(block, block.limit), self.at(block, len(block.content))))
        if unread:
            self.unread.append((self.at(unread[0], 0), self.at(unread[-1], len(unread[-1].content))))
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


def may_hold_links(content: str) -> bool:
    """Whether inline content can hold a link, an image or HTML at all."""
    return "[" in content or "<" in content or "://" in content


def _costly(blocks: list[Block]) -> Iterator[tuple[Block, re.Pattern[str]]]:
    """The blocks whose inside may be asked for, and what is to be counted in them."""
    untitled = False
    for block in blocks:
        content, paragraph = block.content, block.parent == "paragraph_open"
        if block.kind == "html_block":
            yield block, _HTML_MARKER
        elif block.kind != "inline":
            continue
        elif may_hold_links(content) or block.heading or (paragraph and (untitled or _may_be_bold(content))):
            yield block, _MARKER
        # The title of a heading in HTML may be the next paragraph.
        untitled = (untitled and not paragraph) or ("<" in content and bool(_HEADING_TAG.search(content)))


def _may_be_bold(content: str) -> bool:
    return content.startswith(_BOLD) and content.removesuffix(":").endswith(_BOLD)


def _readable(content: str, start: int) -> int:
    """Up to where the body is no attack on the parser's loops over lines and characters."""
    end = min(len(content), start + _CHARACTERS)
    if end < len(content):
        end = content.rfind("\n", start, end) + 1 or end
    beyond = next(islice(LINE_END.finditer(content, start, end), _LINES - 1, None), None) if end > _LINES else None
    return beyond.end() if beyond else end
