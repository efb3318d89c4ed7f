"""A tree of Git as a source: the index, or any commit, through the git command. Content is what Git stored, never smudged."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from cardlint.errors import Unreadable, UsageError
from cardlint.gitrun import Git
from cardlint.source import MAX_ENTRIES, FileEntry
from cardlint.weights.cached import cached_property

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_LINK = "120000"
_SUBMODULE = "160000"
_MAX_LINKS = 8
_LARGE = 1_000_000
# What Git calls a file and a folder with nothing in it, in SHA-1 and in SHA-256; it knows them without having them.
_EMPTY_FILES = frozenset({
    "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391",
    "473a0f4c3be8a93681a267e3b1e9a7dcda1185436fe141f7749120a303721813",
})  # fmt: skip
_EMPTY_FOLDERS = {
    40: "4b825dc642cb6eb9a060e54bf8d69288fbee4904",
    64: "6ef19b41225c5369f1c104d45d8d85efa9b057b53b14b4b9b939dd74decc5321",
}
MAX_BLOB = 100_000_000  # bytes; Git gives blobs whole, or their beginnings


class _Blob(NamedTuple):
    mode: str
    oid: str
    size: int


@dataclass(frozen=True)
class GitTree:
    """The files Git holds under `root`: of a commit (branch, tag, hash), or of the index where `revision` is None.

    `alone` is the one file in it that somebody pointed at: then only what lies beside it is listed.
    """

    root: Path
    revision: str | None = None
    alone: str | None = None

    @cached_property
    def git(self) -> Git:
        """The git command, in this folder."""
        return Git(self.root)

    @property
    def listed(self) -> bool:
        """A tree knows all its files."""
        return True

    @property
    def ranged(self) -> bool:
        """Git has no ranges: whoever reads a part gets it cut from the whole."""
        return False

    def entries(self) -> list[FileEntry]:
        """Every file, sorted by path; a link counts with the size of what it leads to inside the tree."""
        return self._entries

    @cached_property
    def _entries(self) -> list[FileEntry]:
        return [self._entry(path) for path in sorted(self._blobs) if self.alone is None or "/" not in path]

    def read(self, path: str, start: int = 0, size: int | None = None) -> bytes:
        """The bytes Git stored; of an LFS file that is its pointer."""
        target = self._resolve(path)
        if target is None:
            raise Unreadable(f"{path} is a link that leads outside the repository")
        blob = self._blobs[target]
        end = blob.size if size is None else min(start + size, blob.size)
        if blob.oid in self._held:
            return self._held[blob.oid][start:end]
        if end > MAX_BLOB:
            raise Unreadable(f"{path} lies in Git itself with more than {MAX_BLOB:,} bytes, which is more than is read from there")
        if blob.size - end > _LARGE:  # a person may have committed what takes more memory than there is
            return self.git.beginning(end, "cat-file", "blob", blob.oid)[start:]
        return self.git("cat-file", "blob", blob.oid)[start:end]

    def prefetch(self, paths: list[str], most: int) -> None:
        """Hold the blobs of these files that have no more than `most` bytes, instead of those held before: one process for all."""
        targets = (self._resolve(path) for path in paths)
        wanted = {self._blobs[target].oid: None for target in targets if target is not None and self._blobs[target].size <= most}
        self._held.clear()
        if wanted:
            self._held.update(_batch(self.git("cat-file", "--batch", stdin="".join(f"{oid}\n" for oid in wanted).encode())))

    @cached_property
    def _held(self) -> dict[str, bytes]:
        return {}

    def commit(self) -> str | None:
        """The full hash of the commit; None for the index. Raises UsageError where there is no such commit, or no Git repository."""
        asked = ("--git-dir",) if self.revision is None else ("--verify", "--quiet", "--end-of-options", f"{self.revision}^{{commit}}")
        try:
            answer = self.git("rev-parse", *asked)
        except Unreadable as error:
            if self.revision is None or "not a git repository" in str(error):
                raise UsageError(str(error)) from error
            raise UsageError(f"{self.root}: Git knows no commit {self.revision}") from error
        return None if self.revision is None else answer.decode().strip()

    def _entry(self, path: str) -> FileEntry:
        target = self._resolve(path)
        return FileEntry(path, 0, outside=True) if target is None else FileEntry(path, self._blobs[target].size)

    def _resolve(self, path: str) -> str | None:
        """The path of the blob a link chain ends at; None where it leaves the tree, a KeyError where `path` is unknown."""
        blob = self._blobs[path]
        for _ in range(_MAX_LINKS):
            if blob.mode != _LINK:
                return path
            to = self.git("cat-file", "blob", blob.oid).decode("utf-8", "replace")
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
        for head, path in self._rows("ls-files", "--stage", "-z", "--", *self._below):
            mode, oid, stage = head.split()
            if stage != "0":
                raise Unreadable(f"{_shown(path)} is in conflict: the index holds several versions of it")
            if mode != _SUBMODULE:
                found[path] = (mode, oid)
        empty = {path for path, (_, oid) in found.items() if oid in _EMPTY_FILES}
        if empty:
            for path in empty - self._added(found[next(iter(empty))][1]):
                del found[path]
        return found

    def _added(self, oid: str) -> set[str]:
        """The files a commit of the index would hold: not those whose addition was only announced (`git add --intent-to-add`).

        The index holds these as empty files, and only a comparison tells them from others; with a folder that is empty it
        looks at no file on disk. `oid` is one of this repository, which says how it counts.
        """
        options = ("--cached", "--ita-invisible-in-index", "--no-renames", "--relative", "--name-only", "-z")
        answer = self.git("diff-index", *options, _EMPTY_FOLDERS[len(oid)], "--", *self._below)
        return {_path(row, self.git.below) for row in answer.split(b"\0") if row}

    def _tree(self, revision: str) -> dict[str, tuple[str, str]]:
        found: dict[str, tuple[str, str]] = {}
        for head, path in self._rows("ls-tree", "-r", "-z", "--end-of-options", revision, *self._below):
            mode, kind, oid = head.split()
            if kind == "blob":
                found[path] = (mode, oid)
        return found

    @property
    def _below(self) -> tuple[str, ...]:
        return (self.git.below,) if self.git.below else ()

    def _rows(self, *arguments: str) -> Iterator[tuple[str, str]]:
        """What stands before the tab of each row, and the path after it, relative to the root."""
        for row in self.git(*arguments).split(b"\0"):
            head, _, path = row.partition(b"\t")
            if path:
                yield head.decode(), _path(path, self.git.below)

    def _sizes(self, oids: list[str]) -> list[int]:
        if not oids:
            return []
        answer = self.git("cat-file", "--batch-check=%(objectsize)", stdin="".join(f"{oid}\n" for oid in oids).encode())
        return [0 if line.endswith(b" missing") else int(line) for line in answer.split(b"\n") if line]


def _path(path: bytes, below: str) -> str:
    return path.decode("utf-8", "surrogateescape").removeprefix(below)


def _shown(path: str) -> str:
    return path.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _batch(answer: bytes) -> Iterator[tuple[str, bytes]]:
    """What `git cat-file --batch` gave: of each object `OID TYPE SIZE`, its content and a line end; of one that is missing only a line."""
    at = 0
    while at < len(answer):
        end = answer.index(b"\n", at)
        oid, *rest = answer[at:end].split()
        at = end + 1
        if rest and rest[0] == b"blob":
            size = int(rest[1])
            yield oid.decode(), answer[at : at + size]
            at += size + 1
