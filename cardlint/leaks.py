"""The secrets in the text files of a repository, and what of them could not be read."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from cardlint.card import OVERSIZED
from cardlint.errors import Blocked, Inapplicable, Obstacle, Unreadable
from cardlint.secrettable import endings
from cardlint.source import innermost
from cardlint.text import decode
from cardlint.veil import secrets_in
from cardlint.weights.cached import cached_property

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cardlint.code.secrets import Secret
    from cardlint.repository import Repository
    from cardlint.source import FileEntry
    from cardlint.text import Text

FILE_BYTES = 20_000_000
TOTAL_BYTES = 200_000_000
FAR_BYTES = 100_000
# What programs write in bulk: data, logs, vocabularies. Of these the beginning is searched, and the rest is said to be left.
_BULK = (".csv", ".tsv", ".jsonl", ".ndjson", ".json", ".txt", ".xml", ".log", ".sql", ".svg", ".html", ".vocab", ".model", ".geojson")
# Written by libraries, never by hand; far away each would be a request for nothing.
_SPARED = frozenset(
    {"tokenizer.json", "vocab.json", "vocab.txt", "merges.txt", "special_tokens_map.json", "added_tokens.json", ".gitattributes"}
)
_HEAD = 4_096
_CONTROLS = bytes({*range(9), *range(14, 27), *range(28, 32)})
_STRANGE = 0.1  # of the first block: control characters from which on a file is no text
_MARKS = (b"\xff\xfe", b"\xfe\xff")
_SMALL = 1_000_000  # bytes; a file of a binary format that is smaller is looked into


class Leaking(NamedTuple):
    """A file with secrets in it."""

    text: Text
    secrets: list[Secret]


class Leaks:
    """The secrets of a repository by file. Each text file is read once; only what has secrets in it is kept.

    `unread` says what had to be read and was not, `left` what was left by design: path and reason.
    """

    def __init__(self, repository: Repository) -> None:
        self._repository = repository
        self.unread: list[Obstacle] = []
        self.left: list[tuple[str, str]] = []
        self._oversized = False

    @cached_property
    def files(self) -> list[Leaking]:
        """The files with secrets, in the order of the listing. Raises Unreadable where nothing can be listed."""
        found: list[Leaking] = []
        left = TOTAL_BYTES
        for entry in self._entries():
            if not getattr(innermost(self._repository.source), "near", True) and _spared(entry):
                self.left.append((entry.path, "not asked of the Hub to look for secrets: a library writes it, or a program in bulk"))
                continue
            try:
                text = self._text(entry, left)
            except Inapplicable:
                continue
            except Obstacle as obstacle:
                self.unread.append(obstacle)
                continue
            if text is None:
                continue
            left -= min(entry.size, FILE_BYTES)
            if text.truncated and entry.path == self._repository.card_path:
                self._oversized = True  # a rule reports that
            elif text.truncated and entry.path.lower().endswith(_BULK):
                self.left.append((entry.path, "only its beginning was searched for secrets"))
            elif text.truncated:
                self.unread.append(Unreadable(f"{entry.path} is larger than what is read of it for secrets"))
            found.extend(self._leaking(text))
        return found

    def __iter__(self) -> Iterator[Leaking]:
        return iter(self.files)

    @property
    def listed(self) -> list[FileEntry]:
        """Every file there is to look at; of a card that stands alone the card."""
        return list(self._entries())

    def complete(self) -> None:
        """Called when everything that was found has been said. Raises Unreadable where a text was not read to its end."""
        if self.unread:
            more = f", and {len(self.unread) - 1} more" if len(self.unread) > 1 else ""
            passing = any(obstacle.passing for obstacle in self.unread)
            raise Unreadable(f"{self.unread[0]}{more}; what was not read may hold a secret", passing=passing)
        if self._oversized:
            raise Blocked(OVERSIZED, "the card is larger than what is read of it for secrets")

    @property
    def names(self) -> Iterator[tuple[str, Secret]]:
        """Paths with the secrets in them."""
        for entry in self.listed:
            yield from ((entry.path, secret) for secret in secrets_in(entry.path))

    def text(self, entry: FileEntry) -> Text | None:
        """A file as text, the first FILE_BYTES of it; None where it is none. Raises Obstacle."""
        return self._text(entry, FILE_BYTES)

    def head(self, entry: FileEntry) -> bytes:
        """The first bytes of a file. Raises Unreadable."""
        return b"" if entry.outside else self._repository.source.read(entry.path, 0, _HEAD)

    def _entries(self) -> Iterator[FileEntry]:
        return iter(self._repository.listing)

    def _text(self, entry: FileEntry, left: int) -> Text | None:
        source, suffix = self._repository.source, entry.path.rpartition(".")[2].lower()
        if entry.outside or (entry.size > _SMALL and suffix in endings("binary")):
            return None
        held = self._repository.texts.get(entry.path)
        if held is not None and not held.truncated:
            return held
        most = max(0, min(left, FILE_BYTES))
        head = source.read(entry.path, 0, _HEAD)
        if _binary(head) and suffix not in endings("text"):
            return None
        content = head if len(head) < _HEAD else source.read(entry.path, 0, most + 1)
        return decode(entry.path, content[:most], truncated=len(content) > most)

    def _leaking(self, text: Text) -> Iterator[Leaking]:
        secrets = self._repository.veil.secrets(text)
        if secrets:
            self._repository.texts[text.path] = text
            yield Leaking(text, secrets)


def _spared(entry: FileEntry) -> bool:
    """Whether a file far away is not worth a request."""
    name = entry.path.rpartition("/")[2].lower()
    return name in _SPARED or name.endswith(".index.json") or (entry.size > FAR_BYTES and name.endswith(_BULK))


def _binary(head: bytes) -> bool:
    """Whether a file is no text, by its first block: a NUL outside of UTF-16, or too many control characters."""
    if head.startswith(_MARKS):
        return False
    strange = len(head) - len(head.translate(None, _CONTROLS))
    return b"\0" in head or strange > _STRANGE * len(head)
