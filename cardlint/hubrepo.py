"""A repository on the Hub as a source: its files listed by one request, and read by ranges, nothing more than somebody asks for."""

from __future__ import annotations

import re
from contextlib import suppress
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import quote, unquote

from cardlint.errors import Unreadable, UsageError
from cardlint.hub import Hub
from cardlint.hubcache import Held, find, is_path
from cardlint.hubstates import HubError
from cardlint.hubstore import keep, kept
from cardlint.repoid import why_malformed
from cardlint.source import MAX_ENTRIES, FileEntry
from cardlint.weights.cached import cached_property

if TYPE_CHECKING:
    from cardlint.loadcommits import Commits
    from cardlint.repository import Kind

SCHEME = "hf://"
_KINDS: dict[str, Kind] = {"models": "model", "datasets": "dataset", "spaces": "space"}
_WEB = re.compile(r"https?://(?:www\.)?(?:huggingface\.co|hf\.co)/", re.IGNORECASE)
_COMMIT = re.compile(r"[0-9a-f]{40}")
_PULL = re.compile(r"refs/pr/\d+")
_PAGES = ("tree", "blob", "resolve", "commit", "raw")
_SLASHES = 2
# Git on the Hub takes no larger file; what is larger lies in LFS (hub-docs, "Repositories: getting started").
GIT_BYTES = 10_000_000
KEPT_BYTES = 65_536
_EMPTY = "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391"  # what Git calls a file without content
# Texts that are read by their own readers, never by a loader of weights.
_TEXTS = (
    ".md",
    ".json",
    ".txt",
    ".yaml",
    ".yml",
    ".py",
    ".gitattributes",
    ".gitignore",
    ".csv",
    ".tsv",
    ".html",
    ".css",
    ".js",
    ".sh",
    ".svg",
    ".jsonl",
    ".toml",
    ".cfg",
    ".rst",
)


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
        return self.revision is not None and is_commit(self.revision)

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
    if {".", ".."} & {*revision.split("/")}:  # in an address they lead elsewhere
        raise UsageError(f"{name}: {revision} is no name of a revision")
    if "@" in name and not revision and web is None:
        raise UsageError(f"{name}: there is no revision after the @")
    return HubName(told or kind or "model", found, revision or None)


def _of_page(steps: list[str], revision: str) -> tuple[list[str], str]:
    """The id in the address of one of a repository's pages, and the revision that is shown there."""
    for number, step in enumerate(steps[1 : _SLASHES + 1], 1):
        if step in _PAGES:
            pull = _PULL.match(unquote("/".join(steps[number + 1 :])))
            return steps[:number], pull[0] if pull else unquote(steps[number + 1]) if len(steps) > number + 1 else ""
        if step in {"discussions", "settings"}:
            return steps[:number], ""
    return steps, revision


@cache
def shared(*, offline: bool) -> Hub:
    """The Hub that all targets of a run ask."""
    return Hub(offline=offline)


class HubSource:
    """The files of a repository on the Hub at one commit.

    What the local cache of the Hub's client holds of that commit is read from there; the rest is asked for.
    """

    listed = True
    ranged = True

    def __init__(self, hub: Hub, name: HubName) -> None:
        """Nothing is asked yet."""
        self.hub = hub
        self.name = name
        self.commits: Commits | None = None  # whom to ask for the commits of other repositories, where fixes need them
        self._failure: HubError | None = None
        self._kept: dict[str, bytes] = {}
        self._refused: dict[str, HubError] = {}

    @property
    def near(self) -> bool:
        """Whether reading costs no request."""
        return self.hub.offline

    @cached_property
    def held(self) -> Held | None:
        """What the cache holds. A branch is asked for anew, because it may have moved, where the network may be used."""
        if not (self.name.is_pinned or self.hub.offline):
            return find(self.name.kind, self.id, str(self.info["sha"]))
        return find(self.name.kind, self.name.id, self.name.revision)

    @cached_property
    def _info(self) -> dict[str, Any]:
        revision = f"/revision/{quote(self.name.revision, safe='')}" if self.name.revision else ""
        address = f"/api/{self.name.kind}s/{self.name.id}{revision}?blobs=true&securityStatus=true"
        question = self.hub.identify(address) if self.name.is_pinned and not self.hub.offline else None
        if question and (known := kept(question)) is not None:
            with suppress(HubError):  # what was kept can be damaged as well; then it is asked for again
                return self._checked(known)
        found = self._checked(self.hub.json(address, self.about))
        if question:
            keep(question, found)
        return found

    def _checked(self, found: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
        if not isinstance(found, dict) or not is_commit(str(found.get("sha"))) or not isinstance(found.get("siblings"), list):
            raise HubError("answer", f"the Hub's answer on {self.about} names no commit or no files")
        if self.name.is_pinned and found["sha"] != self.name.revision:
            raise HubError("answer", f"the Hub answers on another commit of {self.about} than was asked for")
        if "id" in found and (not isinstance(found["id"], str) or why_malformed(found["id"]) is not None):
            raise HubError("answer", f"the Hub calls {self.about} by what is no id of a repository")
        return found

    @property
    def about(self) -> str:
        """What messages call it."""
        return self.name.prefix + self.name.id

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
    def unanswered(self) -> bool:
        """Whether the Hub did not give something that it may give another time, whatever was made of that."""
        failures = [*self._refused.values(), *([self._failure] if self._failure else [])]
        return any(error.passing for error in failures)

    @property
    def whole_info(self) -> dict[str, Any]:
        """The same with the sizes of files and the verdicts of scanners, which no listing tells."""
        return self.info

    @property
    def values(self) -> dict[str, Any] | None:
        """The values of the card, where the Hub was asked and tells them."""
        held = self.info.get("cardData") if not self.hub.offline and (self._tree is None) else None
        return held if isinstance(held, dict) and held else None  # of a card without values the card itself says why

    def is_closed(self, path: str) -> bool:
        """Whether a gate stands before a file."""
        if not self.info.get("gated") or path not in self._entries:
            return False
        try:
            self.read(path)
        except HubError as error:
            return error.state == "gated"
        return False

    @property
    def commit(self) -> str:
        """The commit, in full. Raises HubError."""
        if self.name.is_pinned and self._tree is not None:
            return str(self.name.revision)
        return self.held.commit if self.hub.offline and self.held is not None else str(self.info["sha"])

    @property
    def id(self) -> str:
        """The id the repository has today: another one than was asked for where it was renamed. Raises HubError."""
        if self.name.is_pinned and self._tree is not None:
            return self.name.id
        return self.name.id if self.hub.offline and self.held is not None else str(self.info.get("id") or self.name.id)

    @property
    def whole(self) -> bool:
        """Whether the entries are all files of the commit. Of a part in the cache nobody knows what else there is."""
        return not self.hub.offline or self._tree is not None

    @cached_property
    def _tree(self) -> dict[str, FileEntry] | None:
        """All files of the commit, where the cache knows them."""
        if not (self.name.is_pinned or self.hub.offline):
            return None
        tree = None if self.held is None else self.held.tree()
        if self.held is None or tree is None:
            return None
        # What lies there besides is no part of the commit, and is loaded all the same.
        return dict(sorted({**self.held.files(), **tree}.items()))

    def entries(self) -> list[FileEntry]:
        """Every file with its size, sorted by path; see `whole`. Raises Unreadable."""
        return list(self._entries.values())

    @cached_property
    def _entries(self) -> dict[str, FileEntry]:
        if self._tree is not None:
            return self._tree
        if self.hub.offline and self.held is not None:
            return self.held.files()
        siblings = self.info["siblings"]
        if len(siblings) > MAX_ENTRIES:
            raise Unreadable(f"{self.name.id} holds more than {MAX_ENTRIES:,} files")
        entries = [file_entry(item, self.about) for item in siblings]
        return {entry.path: entry for entry in sorted(entries)}

    def is_text(self, path: str) -> bool:
        """Whether a file lies in Git itself and has the name of a text that no loader takes for weights. Asking costs no request."""
        if self.near or not path.lower().endswith(_TEXTS) or self._entries[path].size > GIT_BYTES:
            return False
        return self.held is None or self.held.place(path) is None

    def read(self, path: str, start: int = 0, size: int | None = None) -> bytes:
        """The bytes of a file, of a large one only those asked for. Raises Unreadable."""
        if path not in self._entries and not self.whole:
            raise HubError("offline", f"offline: {self.about}/{path} is not in the local cache")
        whole = self._entries[path].size
        end = whole if size is None else min(whole, start + size)
        if self.held is not None and self.held.place(path) is not None:
            found = self.held.read(path, start, end - start)
            if len(found) == end - start:
                return found
            if self.hub.offline:  # else what broke off there is asked for
                raise Unreadable(f"{path} has broken off in the local cache")
        if whole <= KEPT_BYTES:  # several rules read it, and it is one request
            if path not in self._kept:
                self._kept[path] = self._fetched(path, 0, whole)
            return self._kept[path][start:end]
        return self._fetched(path, start, end)

    def _fetched(self, path: str, start: int, end: int) -> bytes:
        if path in self._refused:
            raise self._refused[path]
        try:
            return self._asked(path, start, end)
        except HubError as error:
            self._refused[path] = error
            raise

    def _asked(self, path: str, start: int, end: int) -> bytes:
        about = f"{self.about}/{path}"
        if self.hub.offline:
            raise HubError("offline", f"offline: {about} is not in the local cache")
        address = f"/{self.name.prefix}{self.id}/resolve/{self.commit}/{quote(path)}"
        found = self.hub.content(address, about, start, end - start, self._entries[path].size)
        if len(found) < end - start:
            raise HubError("truncated", f"the Hub gives {len(found):,} bytes of {about} where it lists {end - start:,}")
        return found


def is_commit(text: str) -> bool:
    """Whether a text is a whole commit hash."""
    return _COMMIT.fullmatch(text) is not None


def file_entry(item: Any, about: str) -> FileEntry:  # noqa: ANN401 - JSON
    """A file of the listing. One without a size is not empty: nobody knows. Raises HubError."""
    path, size = (item.get("rfilename"), item.get("size")) if isinstance(item, dict) else (None, None)
    if not is_path(path):
        raise HubError("answer", f"the Hub lists a file of {about} that has no path")
    if type(size) is not int or size < 0 or (not size and not item.get("lfs") and item.get("blobId", _EMPTY) != _EMPTY):
        raise HubError("answer", f"the Hub lists {path} of {about} without its size")
    return FileEntry(path, size)
