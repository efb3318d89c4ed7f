"""The local cache of the Hub's client: which repositories and revisions this machine holds, and their files. No request is made.

Layout: hub-docs, "Local cache" (`docs/hub/local-cache.md`): `models--org--name/{refs,snapshots,blobs,trees}`. A snapshot is
links into `blobs`, of that repository or of the whole cache; `trees/COMMIT.json` lists all files of a commit, where a client
of version 2 has fetched them.
"""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypeGuard

from cardlint.errors import Unreadable
from cardlint.repoid import why_malformed
from cardlint.source import FileEntry, read_regular

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cardlint.repository import Kind

_FOLDER = re.compile(r"(model|dataset|space)s--(.+)")
_COMMIT = re.compile(r"[0-9a-f]{40}")
_SURROGATE = re.compile("[\ud800-\udfff]")
_TREE_FORMAT = 1  # huggingface_hub 2.4, `_tree_cache.py`, which leaves out what another version wrote
_TREE_BYTES = 100_000_000
_REF_BYTES = 100


def home() -> Path:
    """The home of the Hub's client, as the environment says."""
    return Path(os.environ.get("HF_HOME") or Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache", "huggingface")).expanduser()


def cache_folder() -> Path:
    """Where the client keeps what it fetched."""
    return Path(os.environ.get("HF_HUB_CACHE") or os.environ.get("HUGGINGFACE_HUB_CACHE") or Path(home(), "hub")).expanduser()


class Held(NamedTuple):
    """One commit of a repository as the cache holds it; `cache` is the folder of the whole cache."""

    kind: Kind
    id: str
    commit: str
    cache: Path

    @property
    def folder(self) -> Path:
        """Where its files are."""
        return _repository(self.cache, self.kind, self.id) / "snapshots" / self.commit

    def tree(self) -> dict[str, FileEntry] | None:
        """Every file of the commit, also those that are not here; None where the cache does not know. Raises Unreadable."""
        path = _repository(self.cache, self.kind, self.id) / "trees" / f"{self.commit}.json"
        if not os.path.isfile(path):  # noqa: PTH113 - False where nobody may look
            return None
        try:
            document = json.loads(read_regular(path, size=_TREE_BYTES))
        except (OSError, ValueError, RecursionError) as error:
            raise Unreadable(f"{path} cannot be read: {error}") from error
        if isinstance(document, dict) and document.get("format_version", _TREE_FORMAT) != _TREE_FORMAT:
            return None
        files = document.get("files") if isinstance(document, dict) else None
        if not isinstance(files, dict) or not all(is_path(name) and isinstance(item, dict) for name, item in files.items()):
            raise Unreadable(f"{path} lists no files")
        sizes = {name: _size(item) for name, item in sorted(files.items())}
        if None in sizes.values():  # not empty: nobody knows
            raise Unreadable(f"{path} lists files without their sizes")
        return {name: FileEntry(name, size) for name, size in sizes.items() if size is not None}

    def files(self) -> dict[str, FileEntry]:
        """The files that are here, sorted by path. Raises Unreadable."""
        found: dict[str, FileEntry] = {}
        for folder, _, names in os.walk(self.folder, onerror=_raise):
            for name in names:
                place = Path(folder, name)
                path = place.relative_to(self.folder).as_posix()
                found[path] = FileEntry(path, place.stat().st_size if self.place(path) else 0, outside=self.place(path) is None)
        return dict(sorted(found.items()))

    def place(self, path: str) -> Path | None:
        """The file itself, behind the link into the cache; None where it is not here, or leads out of the cache."""
        real, cache = os.path.realpath(self.folder / path), os.path.realpath(self.cache)
        return Path(real) if real.startswith(cache + os.sep) and os.path.isfile(real) else None  # noqa: PTH113 - text

    def read(self, path: str, start: int, size: int) -> bytes:
        """A range of a file that is here. Raises Unreadable."""
        place = self.place(path)
        if place is None:
            raise Unreadable(f"{path} is not in the cache")
        try:
            return read_regular(place, start, size, name=path)
        except OSError as error:
            raise Unreadable(f"{path}: {error.strerror or error}") from error


def is_path(path: object) -> TypeGuard[str]:
    """Whether Git could hold a file of this name; what it could not may be another file in an address, or none."""
    if not isinstance(path, str) or "\0" in path or _SURROGATE.search(path):
        return False
    return not {"", ".", ".."} & {*path.split("/")}


def find(kind: Kind, id: str, revision: str | None) -> Held | None:  # noqa: A002 - what it is
    """The commit a revision names in the cache, where it is held: by its hash, or by what the branch or tag was when last asked for."""
    cache = cache_folder()
    commit = revision if revision and _COMMIT.fullmatch(revision) else _reference(cache, kind, id, revision or "main")
    held = Held(kind, id, commit, cache) if commit else None
    return held if held is not None and os.path.isdir(held.folder) else None  # noqa: PTH112 - False where nobody may look


def held() -> Iterator[Held]:
    """Every commit of every repository in the cache, sorted by kind and id. Raises Unreadable."""
    cache = cache_folder()
    for folder in _names(cache):
        match = _FOLDER.fullmatch(folder)
        id_ = match[2].replace("--", "/") if match else ""
        if match is None or why_malformed(id_) is not None:
            continue
        for commit in _names(cache / folder / "snapshots"):
            if _COMMIT.fullmatch(commit):
                yield Held(match[1], id_, commit, cache)  # type: ignore[arg-type]


def _names(folder: Path) -> list[str]:
    try:
        return sorted(os.listdir(folder))  # noqa: PTH208 - names
    except (FileNotFoundError, NotADirectoryError):
        return []
    except OSError as error:
        raise Unreadable(f"{folder}: {error.strerror or error}") from error


def _repository(cache: Path, kind: Kind, id: str) -> Path:  # noqa: A002 - what it is
    return cache / f"{kind}s--{id.replace('/', '--')}"


def _reference(cache: Path, kind: Kind, id: str, name: str) -> str | None:  # noqa: A002 - what it is
    """The commit of a branch or tag, as far as the cache knows."""
    if ".." in name.split("/") or name.startswith("/"):
        return None
    path = _repository(cache, kind, id) / "refs" / name
    try:
        commit = read_regular(path, size=_REF_BYTES).decode("ascii", "replace").strip() if path.is_file() else ""
    except (OSError, Unreadable):
        return None
    return commit if _COMMIT.fullmatch(commit) else None


def _size(item: dict[str, Any]) -> int | None:
    size = item.get("size") if item.get("lfs_size") is None else item["lfs_size"]
    return size if type(size) is int and size >= 0 else None


def _raise(error: OSError) -> None:
    raise Unreadable(f"{error.filename}: {error.strerror or error}")
