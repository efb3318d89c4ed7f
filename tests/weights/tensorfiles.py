"""Safetensors and GGUF files made by hand, right and wrong in one place each; and a reader that counts."""

from __future__ import annotations

import json
import struct
from typing import TYPE_CHECKING, Any

from cardlint.weighing import names
from cardlint.weights.budget import Budget
from cardlint.weights.judge import Context, judge
from cardlint.weights.reading import Held, Reader

if TYPE_CHECKING:
    from cardlint.weights.verdict import Judgement


class Counted:
    """A reader that keeps what it was asked for; `near` is as given."""

    def __init__(self, content: bytes, *, near: bool = False, size: int | None = None) -> None:
        self.content, self.near, self.size = content, near, len(content) if size is None else size
        self.reads: list[tuple[int, int]] = []

    def read(self, start: int, size: int) -> bytes:
        self.reads.append((start, size))
        held = self.content[start : start + size]
        return held + bytes(max(0, min(size, self.size - start) - len(held)))


def judged(content: bytes | Reader, name: str = "", budget: Budget | None = None) -> Judgement:
    reader = Held(content) if isinstance(content, bytes) else content
    return judge(reader, Context(names(), budget or Budget(), name))


def safetensors(header: str | bytes | dict[str, Any], data: bytes = b"", length: int | None = None) -> bytes:
    text = json.dumps(header, separators=(",", ":")) if isinstance(header, dict) else header
    raw = text.encode() if isinstance(text, str) else text
    return struct.pack("<Q", len(raw) if length is None else length) + raw + data


class Gguf:
    """A GGUF file, written part by part. `order` is that of `struct`; version 1 has narrow counts."""

    def __init__(self, version: int = 3, order: str = "<", alignment: int = 32) -> None:
        self.version, self.order, self.alignment = version, order, alignment
        self.pairs: list[bytes] = []
        self.tensors: list[bytes] = []
        self.end = 0

    def number(self, code: str, value: float) -> bytes:
        return struct.pack(self.order + code, value)

    def length(self, value: int) -> bytes:
        return self.number("I" if self.version == 1 else "Q", value)

    def text(self, value: str | bytes) -> bytes:
        raw = value.encode() if isinstance(value, str) else value
        return self.length(len(raw)) + raw

    def pair(self, key: str | bytes, kind: int, raw: bytes) -> Gguf:
        self.pairs.append(self.text(key) + self.number("I", kind) + raw)
        return self

    def u32(self, key: str, value: int) -> Gguf:
        return self.pair(key, 4, self.number("I", value))

    def string(self, key: str, value: str | bytes) -> Gguf:
        return self.pair(key, 8, self.text(value))

    def array(self, key: str, kind: int, count: int, raw: bytes) -> Gguf:
        return self.pair(key, 9, self.number("I", kind) + self.length(count) + raw)

    def tensor(
        self, name: str | bytes, shape: tuple[int, ...] = (8,), kind: int = 0, offset: int | None = None, size: int | None = None
    ) -> Gguf:
        """`size` is in bytes; without it that of 32-bit numbers."""
        held = size
        if held is None:
            held = 4
            for count in shape:
                held *= count
        at = -(-self.end // self.alignment) * self.alignment if offset is None else offset
        self.end = at + held
        raw = self.text(name) + self.number("I", len(shape)) + b"".join(self.length(count) for count in shape)
        self.tensors.append(raw + self.number("I", kind) + self.number("Q", at))
        return self

    def header(self, tensors: int | None = None, pairs: int | None = None) -> bytes:
        counts = self.length(len(self.tensors) if tensors is None else tensors) + self.length(len(self.pairs) if pairs is None else pairs)
        return b"GGUF" + self.number("I", self.version) + counts + b"".join(self.pairs) + b"".join(self.tensors)

    def content(self, data: int | None = None, **counts: int | None) -> bytes:
        """`data` bytes after the header's padding; without it as many as the tensors have."""
        head = self.header(**counts)
        return head + bytes(-len(head) % self.alignment) + bytes(self.end if data is None else data)
