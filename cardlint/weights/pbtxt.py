"""TensorFlow graphs as text (`saved_model.pbtxt`, `graph.pbtxt`), which the loader takes where there is no binary one.

protobuf.dev, "Text Format". Only operators are looked for, wherever one is named; other messages in text have none.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from cardlint.weights.tfgraph import is_path
from cardlint.weights.verdict import Evidence, Judgement

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from cardlint.weights.judge import Context
    from cardlint.weights.reading import Reader

LARGEST = 64_000_000  # bytes
_LITERAL = rb"\"(?:[^\"\\\n]|\\.)*\"|'(?:[^'\\\n]|\\.)*'"
# Literals side by side are one string.
_LITERALS = rb"\s*:\s*((?:" + _LITERAL + rb")(?:\s*(?:" + _LITERAL + rb"))*)?"
_OPERATOR, _STRING = re.compile(rb"\bop" + _LITERALS), re.compile(rb"\b(?:string_val|s)" + _LITERALS)
_ONE = re.compile(_LITERAL)
_ESCAPE = re.compile(rb"\\(?:([0-7]{1,3})|x([0-9A-Fa-f]{1,2})|(.))", re.DOTALL)


def judge(reader: Reader, context: Context) -> Judgement:
    """A graph in text."""
    if reader.size > LARGEST:
        message = f"is a graph in text of {reader.size:,} bytes, more than is read"
        return Judgement(context.format, (Evidence("review", "unread", "graph", message),))
    held = reader.read(0, reader.size)
    context.budget.spend(len(held) // 100)
    found = {item.about: item for item in _operators(held, context)}
    return Judgement(context.format, tuple(sorted(found.values(), key=lambda item: item.verdict != "block")))


def _operators(held: bytes, context: Context) -> Iterator[Evidence]:
    table = context.names.table("tensorflow")
    vetted, reaches = frozenset(table.get("vetted", ())), table.get("reaches", {})
    paths = [text for text in (_joined(match[1]) for match in _STRING.finditer(held)) if is_path(text)]
    for match in _OPERATOR.finditer(held):
        op = _joined(match[1])
        if op in reaches:
            yield from _reached(op, reaches[op], paths, match.start())
        elif op not in vetted:
            yield Evidence("review", "format", op, f"has the operator {op}, which is not a vetted one of TensorFlow", offset=match.start())


def _reached(op: str, entry: Mapping[str, str], paths: list[str], offset: int) -> Iterator[Evidence]:
    """Which path an operator is given is not followed here: any that leads out of the graph's folder may be meant."""
    message = f"has the operator {op}, which {entry['does']}"
    if entry["verdict"] == "block":
        yield Evidence("block", "format", op, message, offset=offset)
    elif entry["verdict"] == "review" or paths:
        yield Evidence("review", "format", op, f"{message}{f': {paths[0]!r}, say' if paths else ''}", offset=offset)


def _joined(literals: bytes | None) -> str:
    return b"".join(_plain(literal) for literal in _ONE.findall(literals or b"")).decode("utf-8", "replace")


def _plain(literal: bytes) -> bytes:
    """A literal without its quotes and escapes."""

    def unescaped(match: re.Match[bytes]) -> bytes:
        octal, hexadecimal, other = match.groups()
        if other is not None:
            return bytes(other)
        return bytes([int(octal, 8) & 0xFF if octal else int(hexadecimal, 16)])

    return _ESCAPE.sub(unescaped, literal[1:-1])
