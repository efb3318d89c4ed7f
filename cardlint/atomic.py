"""Files that are there whole or not at all: written beside their place, then moved into it."""

from __future__ import annotations

import os
import tempfile
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


def replace_file(path: Path, content: bytes | Iterable[bytes]) -> None:
    """Put a file on disk, new or in the place of another, so that at no moment half of it is there. Raises OSError."""
    place = Path(os.path.realpath(path))
    name = beside(place, content)
    try:
        os.replace(name, place)  # noqa: PTH105
    except OSError:
        discard(name)
        raise


def discard(name: str) -> None:
    """Take away a file `beside` made, if it is still there."""
    with suppress(OSError):
        os.unlink(name)  # noqa: PTH108


def beside(place: Path, content: bytes | Iterable[bytes]) -> str:
    """The name of a new file beside the one to write, which has the new content and the owner and permissions of the old one."""
    handle, name = tempfile.mkstemp(dir=place.parent, prefix=f".{place.name[:100]}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.writelines([content] if isinstance(content, bytes) else content)
            _settle(file)
        _adopt(name, place)
    except BaseException:
        discard(name)
        raise
    return name


@contextmanager
def whole(path: Path) -> Iterator[IO[bytes]]:
    """A file to write bit by bit, which stands at its place once the block has ended without an error. Raises OSError."""
    place = Path(os.path.realpath(path))
    handle, name = tempfile.mkstemp(dir=place.parent, prefix=f".{place.name[:100]}.")
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
            _settle(file)
        _adopt(name, place)
        os.replace(name, place)  # noqa: PTH105
    except BaseException:
        discard(name)
        raise


def _settle(file: IO[bytes]) -> None:
    file.flush()
    os.fsync(file.fileno())


def _adopt(name: str, place: Path) -> None:
    try:
        status = place.stat()
    except FileNotFoundError:
        os.chmod(name, 0o666 & ~_umask())  # noqa: PTH101
        return
    with suppress(OSError):
        os.chown(name, status.st_uid, status.st_gid)
    os.chmod(name, status.st_mode & 0o777)  # noqa: PTH101 - who wrote the new content is not whom setuid speaks for


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
