"""The file listing of a repository, as rules read it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cardlint.errors import Blocked, Inapplicable
from cardlint.source import FileEntry, Pointer, Source, pointer
from cardlint.weights.cached import cached_property

if TYPE_CHECKING:
    from collections.abc import Iterator


class Files:
    """The entries of a source by path. Listed once, on first use."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._pointers: dict[str, Pointer | None] = {}

    @cached_property
    def by_path(self) -> dict[str, FileEntry]:
        """Every entry, sorted by path."""
        return {entry.path: entry for entry in self._source.entries()}

    def __contains__(self, path: object) -> bool:
        return path in self.by_path

    def __iter__(self) -> Iterator[FileEntry]:
        return iter(self.by_path.values())

    def __len__(self) -> int:
        return len(self.by_path)

    @cached_property
    def names(self) -> frozenset[str]:
        """The last step of every path."""
        return frozenset(path.rpartition("/")[2] for path in self.by_path)

    def with_suffix(self, *suffixes: str) -> list[str]:
        """The paths that end in one of the suffixes (`.gguf`), in either case."""
        return [path for path in self.by_path if path.lower().endswith(suffixes)]

    def assert_held(self, path: str) -> None:
        """Raise the obstacle where a Git LFS pointer stands for a file, and Unreadable.

        A tree of Git never holds more than the pointer, which is no defect; in a folder the file itself should have been there.
        """
        if self.pointer(path) is None:
            return
        if self.of_git:
            raise Inapplicable(f"{path} lies in Git LFS, and Git holds only a pointer to it")
        raise Blocked("lfs-pointer-unresolved", f"{path} is a Git LFS pointer, not the file itself")

    @property
    def of_git(self) -> bool:
        """Whether these are the files of a tree of Git, pointers where LFS is at work; the Hub gives the content."""
        source: Any = self._source
        while hasattr(source, "source"):  # whatever is laid over another
            source = source.source
        return hasattr(source, "commit") and not hasattr(source, "hub")

    def pointer(self, path: str) -> Pointer | None:
        """The Git LFS pointer that stands at a path, or None. Raises Unreadable."""
        if path not in self._pointers:
            self._pointers[path] = pointer(self._source, self.by_path[path])
        return self._pointers[path]
