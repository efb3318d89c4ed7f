"""Many files of one folder on disk, opened quickly: whether a folder lies inside the root is asked once for each folder."""

from __future__ import annotations

import errno
import io
import os
import stat
from typing import TYPE_CHECKING

from cardlint.errors import Unreadable

if TYPE_CHECKING:
    from pathlib import Path

_NO_LINK = getattr(os, "O_NOFOLLOW", 0)  # Windows has none; there each file is asked where it really is
_FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)


class Disk:
    """The files under a root."""

    def __init__(self, root: Path, anywhere: str | None = None) -> None:
        """Files are opened by their path relative to this folder; the one called `anywhere` may be a link out of it."""
        self._anywhere = anywhere
        self._root = os.fspath(root)
        self._real = os.path.realpath(root)
        self._inside: dict[str, bool] = {}

    def open(self, path: str) -> io.FileIO:
        """A regular file inside the root, never waiting. Raises Unreadable."""
        try:
            return self._regular(path, self._descriptor(path))
        except OSError as error:
            raise Unreadable(f"{path}: {error.strerror or error}") from error

    def whole(self, path: str, size: int) -> bytes:
        """The content of a small regular file of so many bytes, opened and closed. Raises Unreadable."""
        try:
            descriptor = self._descriptor(path)
            try:
                if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                    raise Unreadable(f"{path} is not a regular file")
                return os.read(descriptor, size)
            finally:
                os.close(descriptor)
        except OSError as error:
            raise Unreadable(f"{path}: {error.strerror or error}") from error

    def _descriptor(self, path: str) -> int:
        folder, _, _ = path.rpartition("/")
        if folder not in self._inside:
            self._inside[folder] = self._holds(os.path.realpath(os.path.join(self._root, folder)))  # noqa: PTH118 - paths are text here
        if not self._inside[folder]:
            raise Unreadable(f"{path} is a link that leads outside the repository")
        whole = os.path.join(self._root, path)  # noqa: PTH118
        try:
            if _NO_LINK:
                return os.open(whole, _FLAGS | _NO_LINK)
        except OSError as error:
            if error.errno not in {errno.ELOOP, errno.EMLINK}:
                raise
        real = os.path.realpath(whole)
        if path != self._anywhere and not self._holds(real):
            raise Unreadable(f"{path} is a link that leads outside the repository")
        return os.open(real, _FLAGS)

    def _holds(self, real: str) -> bool:
        return real == self._real or real.startswith(self._real.rstrip(os.sep) + os.sep)

    def _regular(self, path: str, descriptor: int) -> io.FileIO:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            os.close(descriptor)
            raise Unreadable(f"{path} is not a regular file")
        return io.FileIO(descriptor)
