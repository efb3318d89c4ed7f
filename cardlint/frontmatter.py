"""Where a card's frontmatter lies, as each of its readers sees it.

The Hub's grammar is the pattern of `huggingface_hub` (`repocard.py`, `REGEX_YAML_BLOCK`), which that client
states to equal the server's. `datasets` (`utils/metadata.py`) and the gguf tooling of llama.cpp
(`gguf/metadata.py`) go line by line and split at every Unicode line end. docs/readers.md has the full table.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cardlint.text import BOM
from cardlint.weights.named import NamedTuple
from cardlint.weights.patterns import lazily

if TYPE_CHECKING:
    from cardlint.text import Text

_HUB = lazily(r"(\s*---(?:\r\n|\r|\n))([\S\s]*?)((?:\r\n|\r|\n)---[ \t]*(?:\r\n|\n|\Z))")
_HUB_OPENER = lazily(r"(\s*)---(\r\n|\r|\n)")
_EMPTY = lazily(r"\s*---(?:\r\n|\r|\n)---[ \t]*(?:\r\n|\r|\n|\Z)")
_BLANK_OPENER = lazily(r"\s*---([ \t]+)(?:\r\n|\r|\n)")
_LONG_FENCE = lazily(r"\s*(-{4,})[ \t]*(?:\r\n|\r|\n)[ \t]*[A-Za-z][\w -]*:")
_LONG_OR_DOTS = lazily(r"(?:\r\n|\r|\n)(-{4,}|\.{3})[ \t]*(?=\r|\n|\Z)")
_INDENTED_OR_GLUED = lazily(r"(?:[\r\n][ \t]+|[^\s|:-])(---)[ \t]*(?=\r|\n|\Z)")
_LONE_CR_CLOSER = lazily(r"(?:\r|\n)(---[ \t]*)\r(?!\n)")
# Line ends that repeat are atomic: a CRLF that may also be a CR and an LF takes exponential time to rule out.
_LATE_BLOCK = lazily(
    r"(?:\r\n|\r|\n)(---)[ \t]*(?:\r\n|\r|\n)[A-Za-z][\w-]*:[^\r\n]*(?>\r\n|\r|\n)"
    r"(?:[^\r\n]*(?>\r\n|\r|\n)){0,200}?---[ \t]*(?=\r|\n|\Z)"
)
_NO_OPENER = lazily(r"\s*([a-z][a-z_-]*:)(?:[ \t][^\r\n]*)?(?>\r\n|\r|\n)(?=(?:[^\r\n]*(?>\r\n|\r|\n)){0,200}?---[ \t]*(?:\r|\n|\Z))")
_LATE_WITHIN = 20_000
_SHOWN = 40
_BODY_BEGINS = lazily(
    r"(?:\r\n|\r|\n)(?:"
    r"(?P<fence>-{4,}|\.{3})[ \t]*(?=\r|\n|\Z)"
    r"|[ \t]*(?:\r\n|\r|\n)(?P<body>\#{1,6}[ \t]+\S|<[A-Za-z!]|!\[|\*\*|```|\|[ \t])"
    r")"
)


class Block(NamedTuple):
    """The frontmatter as the Hub finds it, in offsets of the file: fences with their line ends, and the YAML between."""

    opener_start: int
    start: int
    end: int
    closer_end: int


class Defect(NamedTuple):
    """Why a card has no metadata: the id of the rule that reports it, what is wrong, where, and what else to look at."""

    rule: str
    message: str
    start: int
    end: int
    related: tuple[tuple[str, int, int], ...] = ()


def skip_bom(text: Text) -> int:
    """The offset of the first character after a byte order mark, which the client drops when it loads a file."""
    return len(BOM) if text.bom else 0


def hub_block(text: Text) -> Block | None:
    """The block the Hub reads, or None. An empty block followed by a later rule is matched up to that rule."""
    match = _HUB.match(text.content, skip_bom(text))
    if match is None:
        return None
    opener = match.start() + len(match[1]) - len(match[1].lstrip())
    return Block(opener, match.start(2), match.end(2), match.end())


def line_reader_block(content: str) -> str | None:
    """The YAML `datasets` reads: line one is exactly `---`, the next line that is exactly that ends it; lines joined by LF."""
    lines = _universal(content).splitlines()
    if not lines or lines[0] != "---" or "---" not in lines[1:]:
        return None
    return "\n".join(lines[1 : lines.index("---", 1)])


def gguf_block(content: str) -> str | None:
    """The YAML gguf tooling reads: as `datasets`, but an unclosed block runs to the end and `- no` is quoted."""
    lines = _universal(content).splitlines()
    if not lines or lines[0] != "---":
        return None
    end = lines.index("---", 1) if "---" in lines[1:] else len(lines)
    return "".join(f"{line}\n" for line in lines[1:end]).replace("- no\n", '- "no"\n').removesuffix("\n")


def _universal(content: str) -> str:
    """The text as Python's text mode hands it over."""
    return content.replace("\r\n", "\n").replace("\r", "\n")


def absent(text: Text) -> Defect:
    """Why the Hub finds no block in this text."""
    content, begin = text.content, skip_bom(text)
    opener = _HUB_OPENER.match(content, begin)
    if opener is not None:
        return _unclosed(text, opener.end(1), opener.end())
    if long := _LONG_FENCE.match(content, begin):
        message = f"the opening fence has {len(long[1])} dashes and must have three, so the Hub reads no metadata"
        return Defect("frontmatter-unclosed", message, long.start(1), long.end(1))
    if blanks := _BLANK_OPENER.match(content, begin):
        message = "the opening `---` is followed by blanks, so the Hub reads no metadata; remove them"
        return Defect("frontmatter-missing", message, blanks.start(1), blanks.end(1))
    if bare := _NO_OPENER.match(content, begin, begin + _LATE_WITHIN):
        message = "there is no `---` before this line, so the Hub reads no metadata; begin the card with one"
        return Defect("frontmatter-missing", message, bare.start(1), bare.end(1))
    if late := _LATE_BLOCK.search(content, begin, begin + _LATE_WITHIN):
        message = "text stands before the opening `---`, so the Hub reads no metadata; the block must come first"
        return Defect("frontmatter-missing", message, late.start(1), late.end(1))
    return Defect("frontmatter-missing", "the card has no frontmatter; begin it with a block between `---` lines", begin, begin)


def _unclosed(text: Text, start: int, end: int) -> Defect:
    """The opening fence at `start:end` has no closing one."""
    content, begin, stop = text.content, start, start + 3
    if _EMPTY.match(content, start):
        return Defect("frontmatter-missing", _EMPTY_MESSAGE, begin, stop)
    message = "the block opened here is never closed; end it with a line of exactly `---`"
    related: tuple[tuple[str, int, int], ...] = ()
    if lone := _LONE_CR_CLOSER.search(content, end - 1):
        message = "line ends are lone carriage returns, so the Hub does not see the closing `---`; use LF or CRLF"
        related = (("not taken for the end", lone.start(1), lone.end(1)),)
    elif other := _INDENTED_OR_GLUED.search(content, end - 1, end + _LATE_WITHIN):
        message = _not_in_first_column(text, other.start(1))
        related = (("not taken for the end", other.start(1), other.end(1)),)
    elif other := _LONG_OR_DOTS.search(content, end - 1):
        message = f"the block opened here is never closed: `{other[1][:_SHOWN]}` does not end it, only a line of exactly `---` does"
        related = (("not taken for the end", other.start(1), other.end(1)),)
    return Defect("frontmatter-unclosed", message, begin, stop, related)


def _not_in_first_column(text: Text, at: int) -> str:
    """What keeps the `---` at this offset from ending the block."""
    line = text.position(at).line
    if text.line(line).strip() == "---":
        why = f"the `---` in line {line} is indented, so it does not end the block; remove the blanks before it"
    else:
        why = f"the `---` in line {line} does not end it, because text stands before it; put it on a line of its own"
    return f"the block opened here is never closed: {why}"


_EMPTY_MESSAGE = "the frontmatter block is empty"


def empty(_text: Text, block: Block) -> Defect:
    """The block holds nothing but blanks and comments, or an empty mapping."""
    return Defect("frontmatter-missing", _EMPTY_MESSAGE, block.opener_start, block.opener_start + 3)


def swallowing(text: Text, block: Block) -> Defect | None:
    """An empty block whose end the Hub takes from a later horizontal rule."""
    if not _EMPTY.match(text.content, block.opener_start):
        return None
    message = f"{_EMPTY_MESSAGE}, and the Hub reads on to the `---` below as its end, taking the text between for YAML"
    return Defect("frontmatter-missing", message, block.opener_start, block.opener_start + 3, (_rule_below(text, block),))


def _rule_below(text: Text, block: Block) -> tuple[str, int, int]:
    start = text.content.index("---", block.end)
    return ("the Hub takes this line for the end", start, start + 3)


def second_block(text: Text, block: Block) -> tuple[int, int] | None:
    """The first key of a block that begins right where this one ends and has no opening fence of its own, or None."""
    match = _NO_OPENER.match(text.content, block.closer_end, block.closer_end + _LATE_WITHIN)
    return match.span(1) if match else None


def body_inside(text: Text, block: Block) -> int | None:
    """The offset where Markdown seems to begin inside the block: its own closing fence was forgotten or misspelt."""
    match = _BODY_BEGINS.search(text.content, block.start, block.end)
    if match is None:
        return None
    return match.start("fence") if match["fence"] else match.start("body")


def swallowed(text: Text, block: Block, at: int) -> Defect:
    """The block that runs on to a later horizontal rule, though its YAML ends at offset `at`."""
    message = "the block opened here is not closed before the text begins, so the Hub reads on to a later `---`"
    related = (("the YAML seems to end before this line", at, at + 1), _rule_below(text, block))
    return Defect("frontmatter-unclosed", message, block.opener_start, block.opener_start + 3, related)
