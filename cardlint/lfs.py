"""Git and its LFS around a repository: which files it hands to LFS, and where pointers are all there can be.

A pointer in the index, in a commit or in a checkout that was not smudged is as it should be. Anywhere else it stands in
the place of content that is not there.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Literal, TypeAlias

from cardlint.errors import Unreadable
from cardlint.gitpatterns import ATTRIBUTES, IGNORE, Attributes, Ignored, Place
from cardlint.kind import checkout
from cardlint.source import innermost, read_regular
from cardlint.weights.named import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from cardlint.repository import Repository
    from cardlint.source import Pointer

Holder: TypeAlias = Literal["index", "commit", "checkout", "folder", "hub"]
_PATTERN_BYTES = 1_000_000
_MOST_FILES = 1000  # of patterns
_CHUNK = 1_000_000


class Lfs(NamedTuple):
    """Who holds the files, and what Git says of them.

    `holder` is the index, a commit, a checkout on disk, a folder that Git knows nothing of, or the Hub, which gives content and no
    pointer for what lies in LFS; `store` is where LFS keeps
    its objects, where there may be one.
    """

    holder: Holder
    attributes: Attributes
    ignored: Ignored
    described: bool
    store: Path | None = None

    @property
    def of_git(self) -> bool:
        """Whether the files are Git's own objects, pointers where LFS is at work."""
        return self.holder in {"index", "commit"}

    def unresolved(self, path: str) -> bool:
        """Whether content is expected where this pointer stands."""
        if self.holder == "index":
            return False
        return self.holder in {"folder", "hub"} or not self.attributes.tracked(path)

    def object(self, pointer: Pointer) -> Path | None:
        """The file in which LFS keeps what a pointer stands for, where it is here."""
        if self.store is None:
            return None
        path = self.store / pointer.oid[:2] / pointer.oid[2:4] / pointer.oid
        return path if path.is_file() else None


def lfs(repository: Repository) -> Lfs:
    """What Git and LFS make of a repository. Raises Unreadable where its patterns cannot be read."""
    source = innermost(repository.source)
    root: Path | None = getattr(source, "root", None)
    above = _above(root) if root is not None else None
    places = {name: [*(_outer(above, root, name) if above and root else ()), *_inner(repository, name)] for name in (ATTRIBUTES, IGNORE)}
    return Lfs(
        _holder(source, above), Attributes(places[ATTRIBUTES]), Ignored(places[IGNORE]), bool(places[ATTRIBUTES]),
        _store(root) if root is not None and above else None,
    )  # fmt: skip


def _holder(source: object, above: Path | None) -> Holder:
    if hasattr(source, "hub"):
        return "hub"
    if hasattr(source, "commit"):
        return "commit" if getattr(source, "revision", None) is not None else "index"
    return "checkout" if above else "folder"


def _above(root: Path) -> Path | None:
    """The top of the checkout a folder lies in."""
    root = root.absolute()
    return next((folder for folder in (root, *root.parents) if os.path.lexists(folder / ".git")), None)


def _outer(top: Path, root: Path, name: str) -> Iterator[Place]:
    """The patterns between the top of the checkout and the root of the repository, from the top down."""
    steps = root.absolute().relative_to(top).parts
    for count in range(len(steps)):
        path = top.joinpath(*steps[:count], name)
        if path.is_file():
            yield Place("", _held(path).decode("utf-8", "replace"), "/".join(steps[count:]) + "/")


def _held(path: Path) -> bytes:
    try:
        return read_regular(path, size=_PATTERN_BYTES)
    except OSError as error:
        raise Unreadable(f"{path}: {error.strerror or error}") from error


def _inner(repository: Repository, name: str) -> Iterator[Place]:
    """The patterns in the repository, from its root down."""
    paths = [path for path in repository.listing.by_path if path.rpartition("/")[2] == name]
    for path in sorted(paths, key=lambda path: (path.count("/"), path))[:_MOST_FILES]:
        yield Place(path.removesuffix(name), repository.text(path, _PATTERN_BYTES).content)


def _store(root: Path) -> Path | None:
    """Where LFS keeps its objects (git-lfs, docs/man/git-lfs-config, `lfs.storage`); a worktree shares those of its repository."""
    found = checkout(root)
    if found is None:
        return None
    folder = found.git
    common = folder / "commondir"
    home = folder / os.fsdecode(_held(common).strip()) if common.is_file() else folder
    return home / "lfs" / "objects"


def sha256_of(path: Path) -> str:
    """The hash of a file on disk, in hexadecimal. Raises OSError."""
    import hashlib  # brings OpenSSL; few files are hashed

    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()
