"""Where bytes come from. A source lists its entries and reads a path; nothing in it leads outside its root."""

from __future__ import annotations

import os
import re
import stat
from functools import lru_cache
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any, Protocol

from cardlint.errors import Unreadable
from cardlint.weights.named import NamedTuple
from cardlint.weights.patterns import lazily

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

MAX_ENTRIES = 200_000
_ACROSS = lazily(r"((?:^|(?<=/))\*\*/|\*\*+)")
_POINTER_MAX = 1024
_POINTER_MIN = 120
_POINTER = lazily(rb"version https://git-lfs\.github\.com/spec/v1\n(?:ext-[^\n]+\n)*oid sha256:([0-9a-f]{64})\nsize ([0-9]{1,19})\n?")


class FileEntry(NamedTuple):
    """A file of the repository: POSIX path relative to the root, size in bytes, and whether it is a link out of the root."""

    path: str
    size: int
    outside: bool = False


class Pointer(NamedTuple):
    """What a Git LFS pointer stands for: SHA-256 and size in bytes (git-lfs, docs/spec.md)."""

    oid: str
    size: int


class Source(Protocol):
    """The two things a rule may ask of the world. `listed` says whether the entries are all there is."""

    @property
    def listed(self) -> bool:
        """False where only some paths are known, as on standard input."""

    def entries(self) -> list[FileEntry]:
        """Every file, sorted by path. Raises Unreadable."""

    def read(self, path: str, start: int = 0, size: int | None = None) -> bytes:
        """The bytes `start:start+size` of a file, all of it by default. Raises Unreadable, KeyError if it is not listed."""


def parse_pointer(content: bytes) -> Pointer | None:
    """The pointer a small file is, or None."""
    match = _POINTER.fullmatch(content)
    return Pointer(match[1].decode(), int(match[2])) if match else None


def pointer(source: Source, entry: FileEntry) -> Pointer | None:
    """The LFS pointer that stands at an entry, or None where there is content. Raises Unreadable."""
    if entry.outside or not _POINTER_MIN <= entry.size <= _POINTER_MAX:
        return None
    return parse_pointer(source.read(entry.path))


class Shelf(NamedTuple):
    """A hub in memory: files of other repositories, and what the Hub alone would say, both by `[datasets/|spaces/]namespace/name`.

    What it says of the repository that stands before it has the key `""`.
    """

    files: Mapping[str, Mapping[str, bytes | int]]
    said: Mapping[str, Mapping[str, Any]]


class Folder(NamedTuple):
    """A folder on disk. Version control, nested repositories and links that lead outside are not entered.

    `alone` is the one file in it that somebody pointed at: then folders are not entered, and it may be a link to anywhere.
    """

    root: Path
    alone: str | None = None

    @property
    def listed(self) -> bool:
        """A folder knows all its files."""
        return True

    def entries(self) -> list[FileEntry]:
        """Every file under the root, sorted by path. Raises Unreadable for a folder that cannot be read."""
        found: list[FileEntry] = []
        for entry in self._walk():
            found.append(entry)
            if len(found) > MAX_ENTRIES:
                raise Unreadable(f"{self.root} holds more than {MAX_ENTRIES:,} files")
        return sorted(found, key=lambda entry: entry.path)

    def _walk(self) -> Iterator[FileEntry]:
        real_root = os.path.realpath(self.root)
        pending = [(os.fspath(self.root), "")]
        while pending:
            folder, prefix = pending.pop()
            for item in _scan(folder):
                path = prefix + item.name
                if item.is_dir(follow_symlinks=False):
                    if item.name != ".git" and self.alone is None and not os.path.lexists(f"{item.path}/.git"):
                        pending.append((item.path, path + "/"))
                elif entry := _folder_entry(item, path, real_root, anywhere=path == self.alone):
                    yield entry

    def read(self, path: str, start: int = 0, size: int | None = None) -> bytes:
        """The bytes of a file inside the root."""
        real = os.path.realpath(self.root / path)
        if path != self.alone and not _inside(real, os.path.realpath(self.root)):
            raise Unreadable(f"{path} is a link that leads outside the repository")
        try:
            return read_regular(Path(real), start, size, name=path)
        except OSError as error:
            raise Unreadable(f"{path}: {error.strerror or error}") from error


def read_regular(path: Path, start: int = 0, size: int | None = None, *, name: str | None = None) -> bytes:
    """The bytes `start:start+size` of a file on disk, never waiting. Raises OSError, and Unreadable for a pipe or device."""
    with open(path, "rb", opener=_without_waiting) as file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise Unreadable(f"{name or path} is not a regular file")
        file.seek(start)
        return file.read(-1 if size is None else size)


def _without_waiting(path: str, flags: int) -> int:
    """Opens a pipe without waiting for its other end."""
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))


def _scan(folder: str) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as items:
            return list(items)
    except OSError as error:
        raise Unreadable(f"{folder}: {error.strerror or error}") from error


def _folder_entry(item: os.DirEntry[str], path: str, real_root: str, *, anywhere: bool) -> FileEntry | None:
    """The entry of a file or link; None for sockets, devices and links to folders."""
    if item.is_symlink() and not anywhere and not _inside(os.path.realpath(item.path), real_root):
        return FileEntry(path, 0, outside=True)
    try:
        status = item.stat()
    except OSError:
        # A link to nowhere inside the root is there, and empty.
        return FileEntry(path, 0)
    return FileEntry(path, status.st_size) if stat.S_ISREG(status.st_mode) else None


def _inside(path: str, root: str) -> bool:
    return path == root or path.startswith(root.rstrip(os.sep) + os.sep)


class Memory(NamedTuple):
    """Files held in memory: bytes, or only a size for a file whose content nobody has.

    `shelf` are other repositories, and what a hub would say of them: then it is as if all of them lay on one.
    """

    files: Mapping[str, bytes | int]
    listed: bool = True
    shelf: Shelf | None = None

    def entries(self) -> list[FileEntry]:
        """Every file, sorted by path."""
        sizes = {path: held if isinstance(held, int) else len(held) for path, held in self.files.items()}
        return [FileEntry(path, sizes[path]) for path in sorted(sizes)]

    def read(self, path: str, start: int = 0, size: int | None = None) -> bytes:
        """The bytes of a file; Unreadable where only its size is known."""
        held = self.files[path]
        if isinstance(held, int):
            raise Unreadable(f"{path}: only its size is known")
        return held[start : None if size is None else start + size]


class Excluding(NamedTuple):
    """Another source without the paths that match one of the patterns (`tests/**`, `*.bin`)."""

    source: Source
    patterns: tuple[str, ...]

    @property
    def listed(self) -> bool:
        """As the source beneath."""
        return self.source.listed

    def entries(self) -> list[FileEntry]:
        """The entries that no pattern matches."""
        return [entry for entry in self.source.entries() if not any(matches(entry.path, glob) for glob in self.patterns)]

    def read(self, path: str, start: int = 0, size: int | None = None) -> bytes:
        """The bytes of a file."""
        return self.source.read(path, start, size)


def hiding(source: Source, patterns: tuple[str, ...]) -> Source:
    """The same source with other exclusions than it has; one without exclusions stays as it is."""
    if isinstance(source, Excluding):
        return Excluding(source.source, patterns) if patterns else source.source
    beneath = getattr(source, "source", None)  # files in the place of others
    return source if beneath is None else source._replace(source=hiding(beneath, patterns))  # type: ignore[attr-defined]


def innermost(source: Source, path: str | None = None) -> Source:
    """The source beneath exclusions and replacements; with `path` the one that holds this file."""
    while (beneath := getattr(source, "source", None)) is not None and path not in getattr(source, "files", ()):
        source = beneath
    return source


def matches(path: str, glob: str) -> bool:
    """Whether a path matches a glob: `*` within a step, `**` across steps; a glob without `/` matches a name anywhere."""
    if "/" not in glob.rstrip("/"):
        return any(_glob_pattern(glob.rstrip("/")).fullmatch(step) for step in PurePosixPath(path).parts)
    return _glob_pattern(glob + "**" if glob.endswith("/") else glob).fullmatch(path) is not None


def any_of(globs: Iterable[str]) -> Callable[[str], bool]:
    """A function that says whether a path matches one of several globs, quick where it does not: the longest piece decides."""
    pairs = [(max((piece.strip("/") for piece in re.split(r"[*?]+", glob)), key=len), glob) for glob in globs]

    def is_any(path: str) -> bool:
        for piece, glob in pairs:  # noqa: SIM110 - a generator for each of many paths takes twice as long
            if piece in path and matches(path, glob):
                return True
        return False

    return is_any


@lru_cache
def _glob_pattern(glob: str) -> re.Pattern[str]:
    """A glob as a pattern that never takes long: every wildcard but the last settles on the first place that will do."""
    first, *rest = _ACROSS.split(glob)
    pattern = _within(first, final=not rest)
    for number in range(0, len(rest), 2):
        final = number + 2 == len(rest)
        part = ("(?:.*?/)??" if rest[number].endswith("/") else ".*?") + _within(rest[number + 1], final=final)
        pattern += part if final else f"(?>{part})"
    return re.compile(pattern, re.DOTALL)


def _within(glob: str, *, final: bool) -> str:
    """The part of a glob between two `**`; the last part has to reach the end of the path."""
    first, *rest = ("".join("[^/]" if char == "?" else re.escape(char) for char in chunk) for chunk in glob.split("*"))
    settled = rest[:-1] if final else rest
    return first + "".join(f"(?>[^/]*?{chunk})" for chunk in settled) + (f"[^/]*{rest[-1]}" if final and rest else "")
