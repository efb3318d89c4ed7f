"""The text and bytes of a pickle: what is kept of them, where the rest lies, and what among them is a pickle itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cardlint.weights.literals import decoded, is_plain
from cardlint.weights.patterns import lazily
from cardlint.weights.reading import Held, Part
from cardlint.weights.values import KEPT, Blob, Value

if TYPE_CHECKING:
    import re

    from cardlint.weights.budget import Budget
    from cardlint.weights.reading import Reader, Stream

_MOST_KEPT = 16_000_000  # bytes of one program; then only what is no longer than most names is still kept
_KEPT_THEN = 40
_HEAD = 256
_MOST_NESTED = 1_000
_MOST_DECODED = 16_000_000  # bytes of text that are made the bytes they stand for
# What a pickle begins with, its protocol or a first name, or a torch archive; and how that looks in text of some encoding.
_BYTES = lazily(rb"\x80[\x02-\x05]|[(\]})]*[ci][\w.]+\n[\w.]+\n|PK\x03\x04")
_PROGRAM: dict[str | None, re.Pattern[bytes]] = {
    None: _BYTES,
    "latin-1": _BYTES,
    "utf-8": lazily(rb"\xc2\x80[\x02-\x05]"),
    "raw-unicode-escape": lazily(rb"\x80[\x02-\x05]"),
    "quoted": lazily(rb"['\"](?:\\x80\\x0[2-5]|\x80[\x02-\x05]|[(\]})]*[ci][\w.]+\\n[\w.]+\\n|PK\\x03\\x04)"),
}


class Texts:
    """What a program reads of text and bytes. `nested` are those that look like a pickle, each with its offset."""

    def __init__(self, stream: Stream, budget: Budget) -> None:
        """The stream the program is read from."""
        self.stream, self.budget = stream, budget
        self.keep = KEPT  # bytes; what is longer is only known by its place
        self.nested: list[tuple[int, Reader]] = []
        self.overlooked = 0  # nested ones beyond those
        self._kept = 0

    def text(self, length: int, encoding: str) -> Value:
        """The next bytes as text. Raises BrokenError where they are none."""
        offset = self.stream.position
        blob = Blob(offset, length, encoding)
        if length > self.keep:
            head = self.stream.glimpse(min(length, _HEAD))
            self.stream.skip(length)
            self._look(blob, head)
            return blob
        raw = self.stream.take(length)
        self.count(length)
        self._look(blob, raw)
        return decoded(raw, encoding)

    def raw(self, length: int) -> Value:
        """The next bytes."""
        blob = Blob(self.stream.position, length)
        if length > self.keep:
            head = self.stream.glimpse(min(length, _HEAD))
            self.stream.skip_bytes(length)
            self._look(blob, head)
            return blob
        raw = self.stream.take_bytes(length)
        self.count(length)
        self._look(blob, raw)
        return raw

    def line(self, encoding: str) -> Value:
        """The next line as text. Raises BrokenError where it is none."""
        length = self.stream.line()
        blob = Blob(self.stream.position, length, encoding)
        if length > self.keep:
            self._look(blob, self.stream.glimpse(min(length, _HEAD)))
            self.stream.skip(length)
            self.stream.end_line()
            return blob
        raw = self.stream.take_line()
        if encoding == "quoted" and not is_plain(raw):
            self.budget.spend(raw.count(b"\\"))
        self.count(length)
        self._look(blob, raw)
        return decoded(raw, encoding)

    def again(self, part: Value) -> str | None:
        """The text a value is, where it is not kept read once more; None where it is none, or too long."""
        if isinstance(part, Blob) and part.encoding is not None and part.length <= KEPT:
            return decoded(self.stream.reader.read(part.offset, part.length), part.encoding)
        return part if type(part) is str else None

    @staticmethod
    def is_text(part: Value) -> bool:
        """Whether a value that is not kept is text."""
        return isinstance(part, Blob) and part.encoding is not None

    def _reader(self, blob: Blob) -> Reader | None:
        """The bytes that lie there, or that the text there stands for."""
        part = Part(self.stream.reader, blob.offset, blob.length)
        if blob.encoding in {None, "latin-1"}:
            return part
        if blob.length > _MOST_DECODED:
            return None
        return Held(decoded(part.read(0, blob.length), blob.encoding).encode("latin-1", "replace"))

    def _look(self, blob: Blob, head: bytes) -> None:
        if _PROGRAM[blob.encoding].match(head) is None:
            return
        reader = self._reader(blob) if len(self.nested) < _MOST_NESTED else None
        if reader is None:
            self.overlooked += 1
        else:
            self.nested.append((blob.offset, reader))

    def absorb(self, other: Texts) -> None:
        """What another program of the same file reads that runs when this one does."""
        self.nested += other.nested
        self.overlooked += other.overlooked

    def count(self, length: int) -> None:
        """So many bytes more are kept."""
        self._kept += length
        if self._kept > _MOST_KEPT:
            self.keep = _KEPT_THEN
