"""Defects of the card as a file: no card, no block, broken YAML, wrong encoding, readers that see different blocks."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left, bisect_right
from itertools import islice
from typing import TYPE_CHECKING

from cardlint.checks.shape import holders
from cardlint.frontmatter import gguf_block, line_reader_block, second_block, skip_bom
from cardlint.nodes import Mapping, Scalar, join
from cardlint.problem import Cure, Edit, Problem, Related
from cardlint.weights.patterns import lazily

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cardlint.card import Card
    from cardlint.files import Files
    from cardlint.frontmatter import Block, Defect
    from cardlint.text import Text

_SUBJECT = "frontmatter"
_CARD = "README.md"
_NEAR_NAMES = frozenset({"readme", "readme.md", "readme.markdown", "readme.rst", "readme.txt"})
_SHOWN = 60
_RUNS_SHOWN = 10
_RUNS_JUDGED = 5000


def missing(files: Files, card_path: str) -> Iterator[Problem]:
    """A repository without card; files whose names come close are named. A card given by another name is one."""
    if card_path in files:
        return
    near = sorted(entry.path for entry in files if entry.path.lower() in _NEAR_NAMES)
    hint = f"; the Hub does not take {' or '.join(near)} for it" if near else ""
    yield Problem(f"there is no {_CARD}, so the Hub shows neither text nor metadata{hint}", subject=_CARD)


def defect(card: Card, *, rule: str, prefix: str = "") -> Iterator[Problem]:
    """The reason why a card has no metadata, where it is the one that `rule` reports. `prefix` begins the message."""
    found = card.defect
    if found is not None and found.rule == rule:
        span = card.text.span
        more, places = _cut_short(card, found)
        related = tuple(Related(note, span(start, end)) for note, start, end in (*found.related, *places))
        cure = _cure(card) if rule == "frontmatter-invalid" else None
        yield Problem(prefix + found.message + more, span(found.start, found.end), _SUBJECT, related, cure)


def _cure(card: Card) -> Cure | None:
    """What makes a broken block readable, where its mistakes have one cure."""
    from cardlint.yamlcure import repairs  # a broken block is rare, and start-up counts

    made = repairs(card)
    if not made:
        return None
    titles = {"put the value in quotes" if item.quotes else "indent with blanks instead of tabs" for item in made}
    return Cure("safe", " and ".join(sorted(titles)), tuple(Edit(card.text.span(item.start, item.end), item.text) for item in made))


def _cut_short(card: Card, found: Defect) -> tuple[str, list[tuple[str, int, int]]]:
    """What to add where the block holds nothing but a line of the template, and the metadata comes after its end."""
    from cardlint.yamlcause import TEMPLATE_LINE  # a broken block is rare, and start-up counts

    if card.block is None or found.message != TEMPLATE_LINE or card.text.content[found.end : card.block.end].strip():
        return "", []
    key = second_block(card.text, card.block)
    if key is None:
        return "", []
    return " and the `---` below it, for the metadata follows there", [("the metadata begins here", *key)]


def byte_order_mark(text: Text) -> Iterator[Problem]:
    """A byte order mark before the first character of a UTF-8 file."""
    if text.bom and text.encoding == "utf-8":
        message = "a byte order mark stands before the first character; readers that do not expect one find no metadata"
        cure = Cure("safe", "remove the byte order mark", (Edit(text.span(0, 1), ""),))
        yield Problem(f"{message}, so save the file as UTF-8 without it", text.span(0, 1), _SUBJECT, fix=cure)


def encoding(text: Text) -> Iterator[Problem]:
    """Bytes that are not UTF-8: the first place, and how many there are."""
    if text.encoding != "utf-8" or _interleaved(text.content[:4]):
        message = "the file is UTF-16, which the Hub and its libraries do not read; save it as UTF-8"
        yield Problem(message, text.span(0, 1), "encoding")
    elif text.undecodable:
        first, count = text.undecodable[0], len(text.undecodable)
        end = first + len(text.content[first:]) - len(text.content[first:].lstrip("\ufffd"))
        places = "here" if count == 1 else f"here and in {count - 1} other {'place' if count == 2 else 'places'}"  # noqa: PLR2004
        message = f"the file is not UTF-8: bytes that mean nothing in it stand {places}; save it as UTF-8"
        yield Problem(message, text.span(first, end), "encoding")


def _interleaved(start: str) -> bool:
    """Whether every other character is NUL, as in UTF-16 without a byte order mark that was read as UTF-8."""
    nul = [char == "\0" for char in start]
    return nul in ([False, True, False, True], [True, False, True, False])


def dialects(card: Card) -> Iterator[Problem]:
    """A block that not every reader finds at the same place, and keys that only some of them merge."""
    if card.metadata is None or card.block is None or card.text.encoding != "utf-8":
        return  # of a UTF-16 file encoding-invalid speaks
    content, block = card.text.content, card.block
    hub = _lines(content[block.start : block.end])
    if line_reader_block(content) != hub or gguf_block(content) != _quoted(hub):
        yield _divergence(card.text, block)
    yield from _merges(card.metadata)


def _lines(yaml: str) -> str:
    return yaml.replace("\r\n", "\n").replace("\r", "\n")


def _quoted(yaml: str) -> str:
    """What the replacement of the gguf tooling makes of it: it reads the text `no`, as the Hub does without help."""
    return f"{yaml}\n".replace("- no\n", '- "no"\n')[:-1]


def _divergence(text: Text, block: Block) -> Problem:
    content, begin = text.content, skip_bom(text)
    closer = content.index("---", block.end)
    blanks = content[closer + 3 : block.closer_end].rstrip("\r\n")
    if begin:
        what, start, end = "characters such as a byte order mark before the opening `---`", 0, begin
    elif block.opener_start > begin:
        what, start, end = "blanks or blank lines before the opening `---`", begin, block.opener_start
    elif blanks:
        what, start, end = "blanks after the closing `---`", closer + 3, closer + 3 + len(blanks)
    else:
        what, start, end = _line_ends(text, block)
    effect = "make `datasets` and gguf tooling find none, or another"
    return Problem(f"only the Hub reads this block: {what} {effect}; remove them", text.span(start, end), _SUBJECT)


# What ends a line for Python alone, and a fence that ends the block for whoever takes a lone CR for a line end.
_PYTHON_ONLY = lazily("[\x85\u2028\u2029]|(?<=[\r\n])---(?=\r(?!\n))")


def _line_ends(text: Text, block: Block) -> tuple[str, int, int]:
    """What ends a line or the block for Python and not for the Hub: nothing else is left where valid YAML is read differently."""
    match = _PYTHON_ONLY.search(text.content, block.start, block.closer_end)
    assert match is not None
    if match[0] == "---":
        return "the lone carriage returns after a `---`", match.start(), match.end()
    return f"characters such as U+{ord(match[0]):04X}, which end a line for Python,", match.start(), match.end()


_MERGE = "`<<` is an ordinary key for the Hub and merges another mapping for PyYAML; write the keys out"


def _merges(metadata: Mapping) -> Iterator[Problem]:
    for subject, holder in holders(metadata):
        for entry in holder.effective() if isinstance(holder, Mapping) else ():
            if isinstance(entry.key, Scalar) and entry.key.plain and entry.key.raw == "<<":
                yield Problem(_MERGE, entry.key.span, join(subject, "<<"))


# What CP1252, or Latin-1 where CP1252 has nothing, makes of the bytes 80 to BF that continue a character in UTF-8.
_CONTINUING = {bytes([code]).decode("cp1252", "ignore") or chr(code): code for code in range(0x80, 0xC0)}
_CONTINUING |= {chr(code): code for code in range(0x80, 0xA0)}
_REST = "[" + re.escape("".join(_CONTINUING)) + "]"
_SEQUENCE = f"[\xc2-\xdf]{_REST}|[\xe0-\xef]{_REST}{{2}}|[\xf0-\xf4]{_REST}{{3}}"
_LEAD = lazily("[\xc2-\xf4]")
# A run is bounded, or one that fills the file would be decoded as a whole.
_GARBLED = lazily(f"(?:{_SEQUENCE}){{1,50}}")
# Letters that byte-level tokenizers write for bytes: beside them it is tokens, not text.
_TOKEN = lazily("[\u0100-\u0143]|token_str")
_CODE = lazily(r"(?<![^\r\n]) {0,3}(?P<fence>`{3,}|~{3,})[^\r\n`]*(?=[\r\n])[\s\S]*?(?:(?<![^\r\n]) {0,3}(?P=fence)|\Z)")
_PART = lazily(_SEQUENCE)
# What would be as bad as the garbled text: line ends for some readers, a byte order mark, what turns text round.
_INVISIBLE = lazily("[\u2028-\u202e\u2066-\u2069\ufeff]")
# What follows an accented letter in earnest: punctuation and signs, or letters of the CP1252 page.
_SIGNS = frozenset(
    "\xa0\xab\xbb\xa3\xa7\xa8\xa9\xad\xae\xb0\xb2\xb3\xb4\xb6\xb7\xb9\u20ac"
    "\u2018\u2019\u201a\u201c\u201d\u201e\u2013\u2014\u2020\u2021\u2022\u2026\u2030\u2039\u203a\u2122"
)
_CONTROLS = frozenset(chr(code) for code in range(0x80, 0xA0))
_LETTERS = frozenset("\u0160\u0161\u017d\u017e\u0152\u0153\u0178\u0192\xaa\xb5\xba") | _CONTROLS


def mojibake(text: Text) -> Iterator[Problem]:
    """Characters that are UTF-8 read as Latin-1 or CP1252: each distinct run once, at its first place."""
    if text.encoding != "utf-8" or not _LEAD.search(text.content):
        return
    first: dict[str, str] = {}
    places: dict[str, list[int]] = {}
    for match in _without_tokens(text, list(islice(_GARBLED.finditer(text.content), _RUNS_JUDGED))):
        run = match[0]
        if (run in first or len(first) < _RUNS_SHOWN) and (restored := meant(text.content, match)) is not None:
            first.setdefault(run, restored)
            places.setdefault(run, []).append(match.start())
    for run, restored in first.items():
        spans = [text.span(start, start + len(run)) for start in places[run]]
        times = f" ({len(spans)} times)" if len(spans) > 1 else ""
        readable = f'"{run[:_SHOWN]}" is UTF-8 that was read as Latin-1 or CP1252{times}'
        cure = Cure("unsafe", "write the characters that were meant", tuple(Edit(span, restored) for span in spans))
        problem = Problem(f'{readable}; "{restored[:_SHOWN]}" was meant', spans[0], run[:_SHOWN])
        yield problem if _INVISIBLE.search(restored) else problem._replace(fix=cure)


def meant(content: str, match: re.Match[str]) -> str | None:
    """What a run of characters was before it was misread, or None where it may well stand there in earnest."""
    parts = _PART.finditer(content, match.start(), match.end())
    earnest = (_earnest(part[0], content[max(part.start() - 1, 0) : part.start()]) for part in parts)
    return None if all(earnest) else _restored(match[0])


def _without_tokens(text: Text, runs: list[re.Match[str]]) -> Iterator[re.Match[str]]:
    """The runs around which nothing looks like the tokens of a byte-level tokenizer."""
    tokens = [match.start() for match in _TOKEN.finditer(text.content)] if runs else []
    blocks = [match.span() for match in _CODE.finditer(text.content)] if tokens else []
    yield from (run for run in runs if not _holds(tokens, _surroundings(text, blocks, run.start())))


def _surroundings(text: Text, blocks: list[tuple[int, int]], at: int) -> tuple[int, int]:
    """Where the block of code around an offset begins and ends, or else its line."""
    index = bisect_right(blocks, (at, at)) - 1
    if index >= 0 and at < blocks[index][1]:
        return blocks[index]
    line = text.position(at).line
    return text.line_starts[line - 1], text.line_starts[line] if line < len(text.line_starts) else len(text.content)


def _holds(places: list[int], around: tuple[int, int]) -> bool:
    """Whether one of the sorted places lies in the range."""
    index = bisect_left(places, around[0])
    return index < len(places) and places[index] < around[1]


def _earnest(part: str, before: str) -> bool:
    """Whether the characters make sense as they stand, a letter with punctuation or another letter after it."""
    lead, rest = part[0], part[1:]
    if lead in "\xc2\xc3":
        return before.isupper() and rest in _SIGNS
    if lead == "\xe2":
        return before.isalpha() and not rest.startswith("\u20ac") and _SIGNS.issuperset(rest)
    return (_SIGNS if lead >= "\xf0" else _SIGNS | _LETTERS).issuperset(rest)


def _restored(run: str) -> str | None:
    """The run decoded, again and again where it was misread more than once; None where that makes no sense."""
    codes = bytes(_CONTINUING.get(char, ord(char) & 0xFF) for char in run)
    try:
        restored = codes.decode("utf-8")
    except UnicodeDecodeError:
        return None
    if any(unicodedata.category(char) in ("Cc", "Cn", "Co", "Cs") for char in restored):
        return None
    return _restored(restored) or restored if _GARBLED.fullmatch(restored) else restored
