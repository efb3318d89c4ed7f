"""What the stand-in for the Hub holds: repositories with branches, tags, pull requests and commits, and files that may be mostly nothing."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

import yaml

Kind = Literal["model", "dataset", "space"]

# What the Hub's default .gitattributes keeps in LFS, as far as the tests have such files.
_LFS = (".bin", ".ckpt", ".gguf", ".h5", ".npz", ".onnx", ".parquet", ".pkl", ".pt", ".pth", ".safetensors", ".zip")
_LEAST_LFS = 10_000_000
_MOST_YAML, _MOST_VALUES = 1_000_000, 10_000  # bytes, and values with those aliases stand for
_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_DATE = "2026-11-01T00:00:00.000Z"


class Sparse(NamedTuple):
    """A file of `size` bytes that begins with `head` and ends with `tail`; what lies between is zeros and takes no room."""

    size: int
    head: bytes = b""
    tail: bytes = b""

    def part(self, start: int, end: int) -> bytes:
        """The bytes `start:end`."""
        end = min(end, self.size)
        held = bytearray(max(0, end - start))
        for offset, given in ((0, self.head), (self.size - len(self.tail), self.tail)):
            first, last = max(start, offset), min(end, offset + len(given))
            if first < last:
                held[first - start : last - start] = given[first - offset : last - offset]
        return bytes(held)


Content = bytes | Sparse


def size_of(content: Content) -> int:
    return content.size if isinstance(content, Sparse) else len(content)


def part_of(content: Content, start: int, end: int) -> bytes:
    return content.part(start, end) if isinstance(content, Sparse) else content[start:end]


def sha256_of(content: Content) -> str:
    """The SHA-256; of a sparse file that of its description, which is as good a name and costs nothing."""
    return hashlib.sha256(repr(tuple(content)).encode() if isinstance(content, Sparse) else content).hexdigest()


def is_lfs(path: str, content: Content) -> bool:
    return isinstance(content, Sparse) or path.endswith(_LFS) or len(content) >= _LEAST_LFS


def pointer_of(content: Content) -> bytes:
    """The pointer that Git holds in the place of a file in LFS."""
    return b"version https://git-lfs.github.com/spec/v1\noid sha256:%s\nsize %d\n" % (sha256_of(content).encode(), size_of(content))


def blob_id(path: str, content: Content) -> str:
    """The hash Git gives to what it holds: the file, or its pointer."""
    held = pointer_of(content) if is_lfs(path, content) else part_of(content, 0, size_of(content))
    return hashlib.sha1(b"blob %d\0" % len(held) + held, usedforsecurity=False).hexdigest()


class Commit(NamedTuple):
    oid: str
    files: dict[str, Content]
    title: str
    parent: str | None
    author: str = "acme"
    date: str = _DATE


@dataclass
class Repo:
    """A repository; `files` is what its first commit on main holds.

    `granted` and `members` are names of accounts: who may read what is gated, and who may see what is private and write.
    `names` are those it had before it was renamed. `lost` are paths in LFS whose objects are gone. `scans` is the level the
    Hub's own scans give to a path. `more` goes into the answers on it as it stands.
    """

    id: str
    files: dict[str, Content] = field(default_factory=dict)
    kind: Kind = "model"
    gated: bool | str = False
    granted: tuple[str, ...] = ()
    private: bool = False
    members: tuple[str, ...] = ()
    disabled: bool = False
    names: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()
    scans: dict[str, str] = field(default_factory=dict)
    scanned: bool = True
    discussions_disabled: bool = False
    more: dict[str, Any] = field(default_factory=dict)
    commits: dict[str, Commit] = field(default_factory=dict)
    refs: dict[str, str] = field(default_factory=dict)
    discussions: list[dict[str, Any]] = field(default_factory=list)
    cards: dict[str, dict[str, Any]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.commit(self.files, title="initial commit")

    @property
    def prefix(self) -> str:
        return "" if self.kind == "model" else f"{self.kind}s/"

    @property
    def author(self) -> str | None:
        owner, slash, _ = self.id.partition("/")
        return owner if slash else None

    @property
    def sha(self) -> str:
        return self.refs["refs/heads/main"]

    def commit(self, files: dict[str, Content], *, on: str = "refs/heads/main", title: str = "change", author: str = "acme") -> str:
        """A further commit on a reference that holds exactly these files; a new reference starts at main. Its hash is returned."""
        parent = self.refs.get(on, self.refs.get("refs/heads/main"))
        blobs = [f"{path} {blob_id(path, content)}" for path, content in sorted(files.items())]
        oid = hashlib.sha1("\n".join([self.kind, self.id, str(parent), title, *blobs]).encode(), usedforsecurity=False).hexdigest()
        self.commits[oid] = Commit(oid, dict(files), title, parent, author)
        self.refs[on] = oid
        return oid

    def tag(self, name: str, oid: str | None = None) -> None:
        self.refs[f"refs/tags/{name}"] = oid or self.sha

    def at(self, revision: str | None) -> Commit | None:
        """The commit of a branch, a tag, a reference or a hash that may be shortened to seven digits."""
        if revision is None:
            return self.commits[self.sha]
        for ref in (f"refs/heads/{revision}", f"refs/tags/{revision}", revision):
            if ref in self.refs:
                return self.commits[self.refs[ref]]
        found = [oid for oid in self.commits if re.fullmatch("[0-9a-f]{7,40}", revision) and oid.startswith(revision)]
        return self.commits[found[0]] if len(found) == 1 else None

    def history(self, commit: Commit) -> list[Commit]:
        found = [commit]
        while (parent := found[-1].parent) is not None:
            found.append(self.commits[parent])
        return found

    def card_data(self, commit: Commit) -> dict[str, Any]:
        """The YAML at the head of the card as the Hub would have read it; where that cannot be read there is none."""
        if commit.oid not in self.cards:
            self.cards[commit.oid] = _card_data(commit.files.get("README.md", b""))
        return self.cards[commit.oid]


def _card_data(card: Content) -> dict[str, Any]:
    match = re.match(rb"(?:\xef\xbb\xbf)?---\r?\n(.*?)^---\s*$", part_of(card, 0, _MOST_YAML), re.DOTALL | re.MULTILINE)
    try:
        found = yaml.load(match[1], _Loader) if match else None  # noqa: S506 - a safe one
        return _plain(found, Counter()) if isinstance(found, dict) else {}
    except (yaml.YAMLError, ValueError, RecursionError):
        return {}


def _plain(value: Any, seen: Counter[str]) -> Any:
    """The value as JSON has it. Raises ValueError where aliases make it very large, or endless."""
    seen["values"] += 1
    if seen["values"] > _MOST_VALUES:
        raise ValueError("too many values")
    if isinstance(value, dict):
        return {str(key): _plain(item, seen) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item, seen) for item in value]
    return value if isinstance(value, str | int | float | None) else str(value)
