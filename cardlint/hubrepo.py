"""A repository on the Hub as a source: its files listed by one request, and read by ranges, nothing more than somebody asks for."""

from __future__ import annotations

import re
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import quote

from cardlint.errors import Unreadable, UsageError
from cardlint.hub import Hub
from cardlint.hubstates import HubError
from cardlint.repoid import why_malformed
from cardlint.source import MAX_ENTRIES, FileEntry

if TYPE_CHECKING:
    from cardlint.repository import Kind

SCHEME = "hf://"
_KINDS: dict[str, Kind] = {"models": "model", "datasets": "dataset", "spaces": "space"}
_WEB = re.compile(r"https?://(?:www\.)?(?:huggingface\.co|hf\.co)/", re.IGNORECASE)
_COMMIT = re.compile(r"[0-9a-f]{40}")
_PULL = re.compile(r"refs/pr/\d+")
_PAGES = ("tree", "blob", "resolve", "commit", "raw")
_SLASHES = 2


class HubName(NamedTuple):
    """A repository on the Hub, and the branch, tag or commit of it; None is its main branch."""

    kind: Kind
    id: str
    revision: str | None = None

    @property
    def prefix(self) -> str:
        """What stands before the id in web addresses."""
        return "" if self.kind == "model" else f"{self.kind}s/"

    @property
    def is_pinned(self) -> bool:
        """Whether the revision is a whole commit."""
        return self.revision is not None and _COMMIT.fullmatch(self.revision) is not None

    def __str__(self) -> str:
        return f"{SCHEME}{self.prefix}{self.id}{f'@{self.revision}' if self.revision else ''}"


def is_named(name: str) -> bool:
    """Whether a target is written as a repository on the Hub, rightly or wrongly."""
    return name.startswith(SCHEME) or _WEB.match(name) is not None


def parse(name: str, kind: Kind | None = None) -> HubName:
    """The repository `hf://[models/|datasets/|spaces/][namespace/]name[@revision]`, or its web address, names. Raises UsageError."""
    web = _WEB.match(name)
    path = name[web.end() :].partition("?")[0].partition("#")[0] if web else name.removeprefix(SCHEME)
    path, _, revision = path.partition("@")
    steps = [step for step in path.split("/") if step]
    told = _KINDS.get(steps[0]) if steps else None
    steps = steps[1:] if told else steps
    if web is not None:
        steps, revision = _of_page(steps, revision)
    found = "/".join(steps)
    if (reason := why_malformed(found)) is not None or len(steps) > _SLASHES:
        wanted = f"{SCHEME}[models/|datasets/|spaces/]namespace/name[@revision]"
        raise UsageError(f"{name}: expected {wanted}{f'; an id {reason}' if reason else ''}")
    if told and kind and told != kind:
        raise UsageError(f"{name} is a {told}; leave out --kind {kind}")
    if "@" in name and not revision and web is None:
        raise UsageError(f"{name}: there is no revision after the @")
    return HubName(told or kind or "model", found, revision or None)


def _of_page(steps: list[str], revision: str) -> tuple[list[str], str]:
    """The id in the address of one of a repository's pages, and the revision that is shown there."""
    for number, step in enumerate(steps[1 : _SLASHES + 1], 1):
        if step in _PAGES:
            shown = "/".join(steps[number + 1 :])
            pull = _PULL.match(shown)
            return steps[:number], pull[0] if pull else steps[number + 1] if len(steps) > number + 1 else ""
        if step in {"discussions", "settings"}:
            return steps[:number], ""
    return steps, revision


@cache
def shared(*, offline: bool) -> Hub:
    """The Hub that all targets of a run ask."""
    return Hub(offline=offline)


class HubSource:
    """The files of a repository on the Hub at one commit."""

    listed = True
    near = False
    ranged = True

    def __init__(self, hub: Hub, name: HubName) -> None:
        """Nothing is asked yet."""
        self.hub = hub
        self.name = name
        self._failure: HubError | None = None

    @cached_property
    def _info(self) -> dict[str, Any]:
        return self._ask()

    def _ask(self) -> dict[str, Any]:
        revision = f"/revision/{quote(self.name.revision, safe='')}" if self.name.revision else ""
        found = self.hub.json(f"/api/{self.name.kind}s/{self.name.id}{revision}?blobs=true", self.name.prefix + self.name.id)
        if not isinstance(found, dict) or not _COMMIT.fullmatch(str(found.get("sha"))) or not isinstance(found.get("siblings"), list):
            raise HubError("answer", f"the Hub's answer on {self.name.id} names no commit or no files")
        return found

    @property
    def info(self) -> dict[str, Any]:
        """What the Hub says of the repository at this commit, by one request. Raises HubError, the same each time."""
        if self._failure is not None:
            raise self._failure
        try:
            return self._info
        except HubError as error:
            self._failure = error
            raise

    @property
    def commit(self) -> str:
        """The commit, in full. Raises HubError."""
        return str(self.info["sha"])

    @property
    def id(self) -> str:
        """The id the repository has today: another one than was asked for where it was renamed. Raises HubError."""
        return str(self.info.get("id") or self.name.id)

    def entries(self) -> list[FileEntry]:
        """Every file with its size, sorted by path. Raises Unreadable."""
        return list(self._entries.values())

    @cached_property
    def _entries(self) -> dict[str, FileEntry]:
        siblings = self.info["siblings"]
        if len(siblings) > MAX_ENTRIES:
            raise Unreadable(f"{self.name.id} holds more than {MAX_ENTRIES:,} files")
        entries = [
            FileEntry(item["rfilename"], _size(item)) for item in siblings if isinstance(item, dict) and _is_path(item.get("rfilename"))
        ]
        if len(entries) < len(siblings):
            raise Unreadable(f"the Hub lists a file of {self.name.id} that has no path")
        return {entry.path: entry for entry in sorted(entries)}

    @property
    def oids(self) -> dict[str, str]:
        """The SHA-256 of every file that lies in Git LFS, by path. Raises HubError."""
        pairs = ((item["rfilename"], item.get("lfs")) for item in self.info["siblings"])
        return {path: str(lfs.get("sha256")) for path, lfs in pairs if isinstance(lfs, dict)}

    def read(self, path: str, start: int = 0, size: int | None = None) -> bytes:
        """The bytes of a file, of a large one only those asked for. Raises Unreadable."""
        whole = self._entries[path].size
        end = whole if size is None else min(whole, start + size)
        address = f"/{self.name.prefix}{self.id}/resolve/{self.commit}/{quote(path)}"
        held = self.hub.content(address, f"{self.name.prefix}{self.name.id}/{path}", start, end - start)
        if len(held) < end - start:
            raise HubError("truncated", f"the Hub gives {len(held):,} bytes of {path} where it lists {end - start:,}")
        return held


def _size(item: dict[str, Any]) -> int:
    size = item.get("size")
    return size if isinstance(size, int) and size >= 0 else 0


def _is_path(path: object) -> bool:
    return isinstance(path, str) and bool(path) and not path.startswith("/") and ".." not in path.split("/") and "\0" not in path
