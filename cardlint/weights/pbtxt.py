"""TensorFlow graphs as text (`saved_model.pbtxt`, `graph.pbtxt`), which the loader takes where there is no binary one.

protobuf.dev, "Text Format". Only operators are looked for, wherever one is named; other messages in text have none.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from cardlint.weights.budget import SpentError
from cardlint.weights.collect import Collected
from cardlint.weights.patterns import lazily
from cardlint.weights.tfgraph import is_path
from cardlint.weights.verdict import Evidence, Judgement

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from cardlint.weights.judge import Context
    from cardlint.weights.reading import Reader

LARGEST = 32_000_000  # bytes
_LONGEST = 1024  # bytes of a name or a path
_COST = 8  # operations for an operator or a string: they stand for time
_LITERAL = rb"\"(?:[^\"\\\n]|\\.)*+\"|'(?:[^'\\\n]|\\.)*+'"
# Literals side by side are one string; more than a few are none that is known.
_LITERALS = rb"\s*+:\s*+((?:" + _LITERAL + rb")(?:\s*+(?:" + _LITERAL + rb")){0,7}+)?"
_NAMED = lazily(rb"\b(op|s|string_val)" + _LITERALS)
_ONE = lazily(_LITERAL)
_ESCAPE = lazily(rb"\\(?:([0-7]{1,3})|x([0-9A-Fa-f]{1,2})|(.))", re.DOTALL)


def judge(reader: Reader, context: Context) -> Judgement:
    """A graph in text."""
    found = Collected()
    if reader.size > LARGEST:
        found.say("review", "graph", f"is a graph in text of {reader.size:,} bytes, more than is read", concern="unread")
        return Judgement(context.format, found.evidence())
    try:
        for item in _operators(reader.read(0, reader.size), context):
            found.add(item)
    except SpentError:
        found.spent()
    return Judgement(context.format, found.evidence())


def _operators(held: bytes, context: Context) -> Iterator[Evidence]:
    table = context.names.table("tensorflow")
    vetted, reaches = frozenset(table.get("vetted", ())), table.get("reaches", {})
    path, reached = "", dict[str, int]()
    for match in _NAMED.finditer(held):
        context.budget.spend(_COST)
        text = _joined(match[2])
        if match[1] != b"op":
            path = path or (text if is_path(text) else "")
        elif text in reaches:
            reached.setdefault(text, match.start())
        elif text not in vetted:
            yield Evidence(
                "review", "format", text, f"has the operator {text}, which is not a vetted one of TensorFlow", offset=match.start()
            )
    for op, offset in reached.items():
        yield from _reached(op, reaches[op], path, offset)


def _reached(op: str, entry: Mapping[str, str], path: str, offset: int) -> Iterator[Evidence]:
    """Which path an operator is given is not followed here: any that leads out of the graph's folder may be meant."""
    message = f"has the operator {op}, which {entry['does']}"
    if entry["verdict"] == "block":
        yield Evidence("block", "format", op, message, offset=offset)
    elif entry["verdict"] == "review" or path:
        yield Evidence("review", "format", op, f"{message}{f': {path!r}, say' if path else ''}", offset=offset)


def _joined(literals: bytes | None) -> str:
    held = (literals or b"")[: 4 * _LONGEST]
    return b"".join(_plain(literal) for literal in _ONE.findall(held))[:_LONGEST].decode("utf-8", "replace")


def _plain(literal: bytes) -> bytes:
    """A literal without its quotes and escapes."""

    def unescaped(match: re.Match[bytes]) -> bytes:
        octal, hexadecimal, other = match.groups()
        if other is not None:
            return bytes(other)
        return bytes([int(octal, 8) & 0xFF if octal else int(hexadecimal, 16)])

    return _ESCAPE.sub(unescaped, literal[1:-1])
