"""What the tests of formats share: judging bytes under a name, and writing protocol buffers by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cardlint.weighing import names
from cardlint.weights.budget import Budget
from cardlint.weights.judge import Context, judge
from cardlint.weights.reading import Held

if TYPE_CHECKING:
    from collections.abc import Callable

    from cardlint.weights.verdict import Judgement


def judged(content: bytes, name: str = "", *, beside: Callable[[str], str | None] | None = None, budget: Budget | None = None) -> Judgement:
    """The judgement of a file of this content and name."""
    return judge(Held(content), Context(names(), budget or Budget(), name, beside=beside))


def said(judgement: Judgement) -> str:
    """All evidence as text."""
    return "\n".join(f"{item.verdict} {item.member} {item.about} {item.message} {item.reference}" for item in judgement.evidence)


def varint(value: int) -> bytes:
    """A number as it lies on the wire."""
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*out, value])


def number(field: int, value: int) -> bytes:
    """A field with a number."""
    return varint(field << 3) + varint(value)


def held(field: int, content: bytes | str) -> bytes:
    """A field with bytes, text or a message."""
    encoded = content.encode() if isinstance(content, str) else content
    return varint(field << 3 | 2) + varint(len(encoded)) + encoded


def mapped(field: int, key: str, value: bytes) -> bytes:
    """An entry of a map from text to messages."""
    return held(field, held(1, key) + held(2, value))


class Far:
    """A file far away: what is asked for is counted."""

    near = False

    def __init__(self, content: bytes) -> None:
        self.content, self.size, self.reads, self.bytes_read = content, len(content), 0, 0

    def read(self, start: int, size: int) -> bytes:
        """A range, counted."""
        found = self.content[start : start + size]
        self.reads, self.bytes_read = self.reads + 1, self.bytes_read + len(found)
        return found
