"""Whether to look at the commit instead of the files: a checkout without Git LFS has pointers where the commit has content.

On disk a pointer is a defect, since that is what would be uploaded; in the commit it is how Git keeps the file. So the commit
is what to check, as long as nothing is lost by it.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
from pathlib import Path

_POINTER = b"version https://git-lfs.github.com/spec/v1\n"
_LARGEST_POINTER = 1024  # bytes; git-lfs, docs/spec.md
_LARGEST = 100_000_000  # GitHub takes no larger file outside Git LFS


def is_left_by_lfs(target: str, outside: Path) -> bool:
    """Whether a target has pointers for files, and on disk nothing else than its commit. False where that cannot be told.

    `outside` is where git is started: on Windows the working folder comes before the path, and it is not ours.
    """
    folder = Path(target) if Path(target).is_dir() else Path(target).parent
    files = _files(folder)
    if not any(_is_pointer(folder / path) for path in files):
        return False
    blobs = _blobs(folder.absolute(), outside)
    return all(path in blobs and _is_blob(_read(folder / path), blobs[path]) for path in files)


def _is_pointer(path: Path) -> bool:
    try:
        small = path.is_file() and path.stat().st_size <= _LARGEST_POINTER
        return small and path.read_bytes().replace(b"\r\n", b"\n").startswith(_POINTER)
    except OSError:
        return False


def _blobs(folder: Path, outside: Path) -> dict[str, str]:
    """Path and hash of what HEAD has below a folder. By plumbing alone: nothing here runs a filter, a hook or a monitor."""
    command = ["git", "-c", "core.fsmonitor=false", "-C", str(folder), "ls-tree", "-r", "-z", "HEAD"]
    # A partial clone would fetch what it lacks, by a program that its own configuration names.
    environment = os.environ | {"GIT_ALLOW_PROTOCOL": "none", "GIT_NO_LAZY_FETCH": "1"}
    try:
        done = subprocess.run(command, cwd=outside, env=environment, capture_output=True, check=False, timeout=60)  # noqa: S603
    except (OSError, subprocess.TimeoutExpired):
        return {}
    rows = (row.partition(b"\t") for row in done.stdout.split(b"\0") if row)
    return {os.fsdecode(path): head.split()[2].decode() for head, _, path in rows} if done.returncode == 0 else {}


def _files(folder: Path) -> list[str]:
    """Every file and link below a folder, without what belongs to Git."""
    found: list[str] = []
    for parent, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if name != ".git"]
        links = [name for name in folders if (Path(parent) / name).is_symlink()]
        found += [(Path(parent) / name).relative_to(folder).as_posix() for name in (*files, *links) if name != ".git"]
    return found


def _read(path: Path) -> bytes | None:
    """What Git would keep of a file or link; None where that is too much, or nothing."""
    try:
        if path.is_symlink():
            return os.fsencode(os.readlink(path))  # noqa: PTH115 - the bytes, not a path
        return path.read_bytes() if path.is_file() and path.stat().st_size <= _LARGEST else None
    except OSError:
        return None


def _is_blob(content: bytes | None, oid: str) -> bool:
    """Whether Git keeps this content under this hash, SHA-1 or SHA-256, with line ends as they are or as Git on Windows makes them."""
    if content is None:
        return False
    kind = "sha1" if len(oid) == 40 else "sha256"  # noqa: PLR2004 - digits of a SHA-1
    for form in (content, content.replace(b"\r\n", b"\n")):
        if hashlib.new(kind, b"blob %d\0" % len(form) + form, usedforsecurity=False).hexdigest() == oid:
            return True
    return False
