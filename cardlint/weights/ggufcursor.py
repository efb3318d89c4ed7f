"""A GGUF file read from front to back: its numbers, texts and arrays, each held against what is left of the file."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Literal

from cardlint.weights.budget import SpentError
from cardlint.weights.header import MOST_SHOWN, Oddity, WrongHeaderError
from cardlint.weights.reading import Stream

if TYPE_CHECKING:
    from cardlint.weights.budget import Budget
    from cardlint.weights.reading import Reader

MOST_FAR = 2**24  # bytes read of a file that is far away: a vocabulary of 256,000 tokens and its merges
MOST_NEAR = 64_000_000
_FIRST_CHUNK, _LARGEST_CHUNK = 65_536, 2_000_000
_WIDE = 8  # bytes of a count or a length; of version 1, half as many
# What a count or a length beyond the file does to a reader that believes it (Talos, 2024, on ggml).
LENGTHS, ARRAYS = "CVE-2024-23496", "CVE-2024-21825"


class _Metered:
    """A reader that gives no more than so many bytes in all, in reads that grow while it goes on."""

    def __init__(self, reader: Reader, most: int) -> None:
        self.size, self.near = reader.size, reader.near
        self._reader, self._left = reader, most

    def read(self, start: int, size: int) -> bytes:
        self._left -= min(size, max(0, self.size - start))
        if self._left < 0:
            raise SpentError
        return self._reader.read(start, size)


class Cursor:
    """A place in a file. `order` is that of `struct`, `wide` says that counts and lengths have 64 bits."""

    def __init__(self, reader: Reader, budget: Budget) -> None:
        """At the first byte."""
        self.stream = Stream(_Metered(reader, MOST_NEAR if reader.near else MOST_FAR), chunk=_FIRST_CHUNK)
        self.budget = budget
        self.size = reader.size
        self.order, self.wide = "<", _WIDE
        self.oddities: list[Oddity] = []

    def odd(self, reason: str, offset: int, about: str) -> None:
        """Something odd; the first few are kept."""
        if len(self.oddities) < MOST_SHOWN:
            self.oddities.append(Oddity(reason, offset, about))

    # Numbers and texts

    def number(self, code: str) -> int:
        """The next number, `code` being that of `struct`."""
        held: int = struct.unpack(self.order + code, self.stream.take(struct.calcsize(code)))[0]
        return held

    def length(self) -> int:
        """A count or a length."""
        return self.number("Q" if self.wide == _WIDE else "I")

    def left(self) -> int:
        """Bytes to the end of the file."""
        return self.size - self.stream.position

    def name(self, most: int, what: str) -> str:
        """A text that names something."""
        at = self.stream.position
        length = self.length()
        if length > self.left():
            raise WrongHeaderError(f"has {what} of {length:,} bytes, beyond the file's end", at, what, LENGTHS)
        if length > most:
            raise WrongHeaderError(f"has {what} of {length:,} bytes, more than {most:,}", at, what)
        try:
            return self.stream.take(length).decode("utf-8")
        except UnicodeDecodeError as error:
            raise WrongHeaderError(f"has {what} that is not UTF-8", at, what) from error

    def fits(self, key: str, count: int, width: int, at: int) -> None:
        """Raise where so many elements, of so many bytes at least, do not fit into what is left."""
        if count * width > self.left():
            message = f'has an array "{key[:100]}" of {count:,} elements, more than the file has room for'
            raise WrongHeaderError(message, at, key[:100], ARRAYS)

    def strings(self, key: str, count: int) -> None:
        """Step over texts, chunk by chunk: there may be half a million of them."""
        stream, wide = self.stream, self.wide
        order: Literal["little", "big"] = "little" if self.order == "<" else "big"
        self.budget.spend(count)
        held, fresh = stream.here(), False
        while count:
            at = 0
            while count and at + wide <= len(held):
                end = at + wide + int.from_bytes(held[at : at + wide], order)
                if end > len(held):
                    break
                at, count = end, count - 1
            stream.skip(at)
            if count and not at and fresh:
                self._long_string(key)
                count -= 1
            stream.chunk = min(stream.chunk * 2, _LARGEST_CHUNK)
            held, fresh = stream.peek(stream.chunk) if count else b"", True
        stream.chunk = _FIRST_CHUNK

    def _long_string(self, key: str) -> None:
        """A text that is longer than a chunk."""
        at = self.stream.position
        length = self.length()
        if length > self.left():
            message = f'has an array "{key[:100]}" with a text of {length:,} bytes, beyond the file\'s end'
            raise WrongHeaderError(message, at, key[:100], LENGTHS)
        self.stream.skip(length)
