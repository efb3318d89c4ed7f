"""One file of a source as the judges of weights read it: by ranges, and no byte of a small file twice."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from cardlint.errors import Unreadable
from cardlint.weights.sniff import HEAD

if TYPE_CHECKING:
    import io

    from cardlint.disk import Disk
    from cardlint.source import Source

_WHOLE = 65_536  # bytes; a file no larger is read once


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
        if self._begin is None:
            whole = self.size <= _WHOLE or not getattr(self._source, "ranged", True)
            self._begin = self._fetch(0, self.size if whole else HEAD)
        if start + size <= len(self._begin) or self.size <= len(self._begin):
            return self._begin[start : start + size]
        return self._fetch(start, size)

    def _fetch(self, start: int, size: int) -> bytes:
        held = self._source.read(self._path, start, size) if self._disk is None else self._from_disk(self._disk, start, size)
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
