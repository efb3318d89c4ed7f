"""One file of a source as the judges of weights read it: by ranges, and no byte of a small file twice."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cardlint.errors import Unreadable
from cardlint.weights.budget import AHEAD
from cardlint.weights.cached import cached_property
from cardlint.weights.sniff import HEAD

if TYPE_CHECKING:
    import io

    from cardlint.disk import Disk
    from cardlint.source import Source

_WHOLE = 65_536  # bytes; a file no larger is read once
_KEPT = 1_000_000  # bytes of the beginning of a far file, which are asked for once; headers fit


class SourceReader:
    """A file of a source as the judges of weights read it. What a small file holds is read once."""

    def __init__(self, source: Source, path: str, size: int, disk: Disk | None = None) -> None:
        """With `disk` the file is opened there once, until `close`."""
        self._source, self._path, self._disk = source, path, disk
        self.size = size
        self.near: bool = getattr(source, "near", True)
        self.bytes_read = 0
        self._file: io.FileIO | None = None
        self._begin: bytes | None = None

    def read(self, start: int, size: int) -> bytes:
        """A range of the file. Raises Unreadable."""
        begin = self._begin
        if begin is None:
            begin = self._begin = self._fetch(0, self._first(start + size))
        if start + size <= len(begin) or self.size <= len(begin):
            return begin[start : start + size]
        held = self._fetch(start, size)
        if not self.near and start <= len(begin) and start + size <= _KEPT:
            self._begin = begin[:start] + held
        return held

    def _first(self, end: int) -> int:
        """How much of the beginning is fetched: of a small file all; of a far one what costs no more than the request for it does."""
        if self.size <= _WHOLE or not getattr(self._source, "ranged", True):
            return self.size
        return HEAD if self.near else max(AHEAD, end)

    @property
    def held(self) -> int:
        """How many bytes are kept."""
        return 0 if self._begin is None else len(self._begin)

    def forget(self) -> int:
        """Keep nothing; how many bytes that were. Whoever reads again reads from the source."""
        held, self._begin = self.held, None
        return held

    def _fetch(self, start: int, size: int) -> bytes:
        if self._disk is None:
            held = self._source.read(self._path, start, size)
        elif start == 0 and size == self.size <= _WHOLE:
            held = self._disk.whole(self._path, size)
        else:
            held = self._from_disk(self._disk, start, size)
        self.bytes_read += len(held)
        return held

    def _from_disk(self, disk: Disk, start: int, size: int) -> bytes:
        if self._file is None:
            self._file = disk.open(self._path)
        try:
            self._file.seek(start)
            return self._file.read(size)
        except OSError as error:
            raise Unreadable(f"{self._path}: {error.strerror or error}") from error

    def close(self) -> None:
        """Close what was opened; the next read opens it again."""
        if self._file is not None:
            self._file.close()
            self._file = None

    @cached_property
    def sha256(self) -> str:
        """The hash of the whole file, in hexadecimal. Raises Unreadable."""
        import hashlib  # brings OpenSSL; few files are hashed

        digest, at = hashlib.sha256(), 0
        while at < self.size and (held := self.read(at, 1_000_000)):
            digest.update(held)
            at += len(held)
        self.close()
        return digest.hexdigest()
