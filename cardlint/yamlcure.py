"""Repairs of a block that is no YAML, where the mistake has exactly one cure: tabs, and a colon in an unquoted value.

Nothing is offered unless the whole card can be read afterwards, and unless every width a tab may have stood for leads
to the same metadata.
"""

from __future__ import annotations

import json
import re
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from cardlint.card import read_card
from cardlint.nodes import data
from cardlint.text import LINE_END, Text
from cardlint.yamlcause import find_cause
from cardlint.yamlreader import HostileYamlError, YamlError, read_yaml

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cardlint.card import Card
    from cardlint.yamlcause import Cause

_LARGEST = 20_000  # characters of a block; what is larger, no hand wrote
_LONGEST = 2_000  # characters of a line
_MOST = 100
_WIDTHS = (2, 4, 8)
_PAIR = re.compile(
    r"[ \t]*(?:- +)*(?:\"[^\"]*\"|'[^']*'|[^\s\"'#\[\]{},:-][^:#]*?)[ \t]*:[ \t]+"
    r"(?P<value>[^\s\"'#\[\]{}|>&*!%@`,?-](?:[^\r\n]*[^\s:])?)(?=[ \t]*$|[ \t]+#)"
)
_INNER_KEY = re.compile(r"([\w-]+)[ \t]*:(?=[ \t]|$)")
_COMMENT = re.compile(r"[ \t]+#.*")


class Repair(NamedTuple):
    """Put `text` in the place of `start:end` of the block; `quotes` says that it is a value that gets quotes."""

    start: int
    end: int
    text: str
    quotes: bool


def repairs(card: Card) -> list[Repair]:
    """What makes a block that is no YAML readable, in offsets of the file; nothing where that is not certain."""
    block = card.block
    if block is None or block.end - block.start > _LARGEST:
        return []
    content = card.text.content[block.start : block.end]
    found = [made for width in (_WIDTHS if "\t" in content else (1,)) if (made := _repaired(content, width)) is not None]
    moved = [[item._replace(start=item.start + block.start, end=item.end + block.start) for item in made] for made in found]
    read = [metadata for made in moved if (metadata := _metadata(card.text, made)) is not None]
    return moved[0] if read and len(read) == len(moved) and all(other == read[0] for other in read) else []


def _metadata(text: Text, made: list[Repair]) -> object:
    """What the card says once repaired; None where it is still not readable."""
    card = read_card(Text(text.path, _applied(text.content, made)))
    return None if card.metadata is None else data(card.metadata)


def _applied(content: str, made: Iterable[Repair]) -> str:
    for item in sorted(made, reverse=True):
        content = content[: item.start] + item.text + content[item.end :]
    return content


def _repaired(content: str, width: int) -> list[Repair] | None:
    """The repairs after which the block is YAML, a tab being so many blanks; None where there are none, or too many."""
    made: list[Repair] = []
    for _ in range(_MOST):
        current = _applied(content, made)
        try:
            read_yaml(current)
        except HostileYamlError:
            return None
        except YamlError as error:
            step = _step(content, current, find_cause(current, error, 0), width)
            if step is None or any(step.start < item.end and item.start < step.end for item in made):
                return None
            made.append(step)
        else:
            return made
    return None


def _step(content: str, current: str, cause: Cause, width: int) -> Repair | None:
    """The repair of one mistake. No repair moves a line end, so a line of the repaired block is one of the original."""
    if not cause.kind:
        return None
    number = len(LINE_END.findall(current, 0, cause.start))
    starts = [0, *(match.end() for match in LINE_END.finditer(content))]
    end = LINE_END.search(content, starts[number])
    line = content[starts[number] : end.start() if end else len(content)]
    if cause.kind == "tab":
        return _blanks(line, starts[number], width)
    return _quotes(line, starts[number])


def _blanks(line: str, start: int, width: int) -> Repair:
    indent = line[: len(line) - len(line.lstrip(" \t"))]
    return Repair(start, start + len(indent), indent.replace("\t", " " * width), quotes=False)


def _quotes(line: str, start: int) -> Repair | None:
    """Quotes around the value of a line, unless it may be a key of its own that lost its line."""
    pair = _PAIR.match(_COMMENT.sub("", line)) if len(line) <= _LONGEST else None
    if pair is None or not pair["value"].isprintable() or any(word in _known_keys() for word in _INNER_KEY.findall(pair["value"])):
        return None
    return Repair(start + pair.start("value"), start + pair.end("value"), json.dumps(pair["value"], ensure_ascii=False), quotes=True)


@cache
def _known_keys() -> frozenset[str]:
    """Every key a card may have, at any depth."""
    from cardlint.repository import KINDS
    from cardlint.schema import load_schema

    return frozenset(key for kind in KINDS for key in _keys(load_schema(f"{kind}-card.schema.json")))


def _keys(schema: Any) -> Iterable[str]:  # noqa: ANN401 - JSON
    pending = [schema]
    while pending:
        current = pending.pop()
        if isinstance(current, dict):
            properties = current.get("properties")
            yield from properties if isinstance(properties, dict) else ()
            pending.extend(current.values())
        elif isinstance(current, list):
            pending.extend(current)
