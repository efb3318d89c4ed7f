"""A tree of Git as a source: the index, or any commit, through the git command. Content is what Git stored, never smudged."""

from __future__ import annotations

import os
import posixpath
import subprocess
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from cardlint.errors import Unreadable, UsageError
from cardlint.kind import git_folder
from cardlint.source import MAX_ENTRIES, FileEntry

if TYPE_CHECKING:
    from collections.abc import Iterator

_LINK = "120000"
_SUBMODULE = "160000"
_MAX_LINKS = 8
MAX_BLOB = 100_000_000  # bytes; Git gives blobs whole
_OF_A_HOOK = frozenset({"GIT_DIR", "GIT_INDEX_FILE", "GIT_PREFIX"})


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
        return [self._entry(path) for path in sorted(self._blobs) if self.alone is None or "/" not in path]

    def read(self, path: str, start: int = 0, size: int | None = None) -> bytes:
        """The bytes Git stored; of an LFS file that is its pointer."""
        target = self._resolve(path)
        if target is None:
            raise Unreadable(f"{path} is a link that leads outside the repository")
        blob = self._blobs[target]
        if blob.size > MAX_BLOB:
            raise Unreadable(f"{path} lies in Git itself with more than {MAX_BLOB:,} bytes, which is more than is read from there")
        content = self._held[blob.oid] if blob.oid in self._held else self._git("cat-file", "blob", blob.oid)
        return content[start : None if size is None else start + size]

    def prefetch(self, paths: list[str], most: int) -> None:
        """Hold the blobs of these files that have no more than `most` bytes, instead of those held before: one process for all."""
        targets = (self._resolve(path) for path in paths)
        wanted = {self._blobs[target].oid: None for target in targets if target is not None and self._blobs[target].size <= most}
        self._held.clear()
        if wanted:
            self._held.update(_batch(self._git("cat-file", "--batch", stdin="".join(f"{oid}\n" for oid in wanted).encode())))

    @cached_property
    def _held(self) -> dict[str, bytes]:
        return {}

    def commit(self) -> str | None:
        """The full hash of the commit; None for the index. Raises UsageError where there is no such commit, or no Git repository."""
        asked = ("--git-dir",) if self.revision is None else ("--verify", "--quiet", "--end-of-options", f"{self.revision}^{{commit}}")
        try:
            answer = self._git("rev-parse", *asked)
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
                mode, oid, stage = head.decode().split()
                if stage != "0":
                    raise Unreadable(f"{path.decode('utf-8', 'replace')} is in conflict: the index holds several versions of it")
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
        return [0 if line.endswith(b" missing") else int(line) for line in answer.split(b"\n") if line]

    @cached_property
    def _environment(self) -> dict[str, str]:
        """The environment for git. A hook's own points at the repository of the hook, which a target need not lie in.

        Git finds the repository from the folder; only the index a commit in progress uses has to be told, and only where
        it is that repository's.
        """
        # A partial clone would fetch what it lacks, over the network and by a program that its own configuration names.
        offline = {"GIT_ALLOW_PROTOCOL": "none", "GIT_NO_LAZY_FETCH": "1"}
        if "GIT_WORK_TREE" in os.environ:
            return os.environ | offline
        kept = {name: value for name, value in os.environ.items() if name not in _OF_A_HOOK} | offline
        index = os.environ.get("GIT_INDEX_FILE")
        if index and (folder := git_folder(self.root)) and Path(index).parent.resolve() == folder.resolve():
            kept["GIT_INDEX_FILE"] = str(Path(index).absolute())
        return kept

    def _git(self, *arguments: str, stdin: bytes = b"") -> bytes:
        # A repository may not choose programs for us: no hooks, no file system monitor, no external filters.
        command = ["git", "-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null", "-C", str(self.root), *arguments]
        try:
            done = subprocess.run(command, input=stdin, capture_output=True, check=False, timeout=60, env=self._environment)  # noqa: S603
        except FileNotFoundError as error:
            raise UsageError("reading a Git tree needs the git command, which was not found") from error
        except subprocess.TimeoutExpired as error:
            raise Unreadable(f"git {arguments[0]} took longer than 60 s in {self.root}") from error
        if done.returncode:
            reason = done.stderr.decode("utf-8", "replace").strip().removeprefix("fatal: ")
            raise Unreadable(f"git {arguments[0]} failed in {self.root}: {reason}")
        return done.stdout


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
