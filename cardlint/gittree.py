"""A tree of Git as a source: the index, or any commit, through the git command. Content is what Git stored, never smudged."""

from __future__ import annotations

import posixpath
import subprocess
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from cardlint.errors import Unreadable, UsageError
from cardlint.source import MAX_ENTRIES, FileEntry

if TYPE_CHECKING:
    from pathlib import Path

_LINK = "120000"
_SUBMODULE = "160000"
_MAX_LINKS = 8


class _Blob(NamedTuple):
    mode: str
    oid: str
    size: int


@dataclass(frozen=True)
class GitTree:
    """The files Git holds under `root`: of a commit (branch, tag, hash), or of the index where `revision` is None."""

    root: Path
    revision: str | None = None

    @property
    def listed(self) -> bool:
        """A tree knows all its files."""
        return True

    def entries(self) -> list[FileEntry]:
        """Every file, sorted by path; a link counts with the size of what it leads to inside the tree."""
        return [self._entry(path) for path in sorted(self._blobs)]

    def read(self, path: str, start: int = 0, size: int | None = None) -> bytes:
        """The bytes Git stored; of an LFS file that is its pointer."""
        target = self._resolve(path)
        if target is None:
            raise Unreadable(f"{path} is a link that leads outside the repository")
        content = self._git("cat-file", "blob", self._blobs[target].oid)
        return content[start : None if size is None else start + size]

    def commit(self) -> str | None:
        """The full hash of the commit; None for the index."""
        if self.revision is None:
            return None
        return self._git("rev-parse", "--verify", "--end-of-options", f"{self.revision}^{{commit}}").decode().strip()

    def _entry(self, path: str) -> FileEntry:
        target = self._resolve(path)
        return FileEntry(path, 0, outside=True) if target is None else FileEntry(path, self._blobs[target].size)

    def _resolve(self, path: str) -> str | None:
        """The path of the blob a link chain ends at; None where it leaves the tree, a KeyError where `path` is unknown."""
        blob = self._blobs[path]
        for _ in range(_MAX_LINKS):
            if blob.mode != _LINK:
                return path
            to = self._git("cat-file", "blob", blob.oid).decode("utf-8", "replace")
            path = posixpath.normpath(posixpath.join(posixpath.dirname(path), to))
            if path not in self._blobs:
                return None
            blob = self._blobs[path]
        return None

    @cached_property
    def _blobs(self) -> dict[str, _Blob]:
        oids = self._index() if self.revision is None else self._tree(self.revision)
        if len(oids) > MAX_ENTRIES:
            raise Unreadable(f"{self.root} holds more than {MAX_ENTRIES:,} files")
        unique = sorted({oid for _, oid in oids.values()})
        sizes = dict(zip(unique, self._sizes(unique), strict=True))
        return {path: _Blob(mode, oid, sizes[oid]) for path, (mode, oid) in oids.items()}

    def _index(self) -> dict[str, tuple[str, str]]:
        found: dict[str, tuple[str, str]] = {}
        for row in self._git("ls-files", "--stage", "-z").split(b"\0"):
            head, _, path = row.partition(b"\t")
            if path:
                mode, oid, _ = head.decode().split()
                found[path.decode("utf-8", "surrogateescape")] = (mode, oid)
        return {path: item for path, item in found.items() if item[0] != _SUBMODULE}

    def _tree(self, revision: str) -> dict[str, tuple[str, str]]:
        found: dict[str, tuple[str, str]] = {}
        for row in self._git("ls-tree", "-r", "-z", "--end-of-options", revision).split(b"\0"):
            head, _, path = row.partition(b"\t")
            if path:
                mode, kind, oid = head.decode().split()
                if kind == "blob":
                    found[path.decode("utf-8", "surrogateescape")] = (mode, oid)
        return found

    def _sizes(self, oids: list[str]) -> list[int]:
        if not oids:
            return []
        answer = self._git("cat-file", "--batch-check=%(objectsize)", stdin="".join(f"{oid}\n" for oid in oids).encode())
        return [int(line) for line in answer.split(b"\n") if line]

    def _git(self, *arguments: str, stdin: bytes = b"") -> bytes:
        # A repository may not choose programs for us: no hooks, no file system monitor, no external filters.
        command = ["git", "-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null", "-C", str(self.root), *arguments]
        try:
            done = subprocess.run(command, input=stdin, capture_output=True, check=False, timeout=60)  # noqa: S603
        except FileNotFoundError as error:
            raise UsageError("reading a Git tree needs the git command, which was not found") from error
        except subprocess.TimeoutExpired as error:
            raise Unreadable(f"git {arguments[0]} took longer than 60 s in {self.root}") from error
        if done.returncode:
            reason = done.stderr.decode("utf-8", "replace").strip().removeprefix("fatal: ")
            raise Unreadable(f"git {arguments[0]} failed in {self.root}: {reason}")
        return done.stdout
