"""Policies on the Hub: single files of pinned commits, from the local cache, else by `huggingface_hub`, imported at that moment."""

from __future__ import annotations

import posixpath
from pathlib import Path
from typing import TYPE_CHECKING

from cardlint.errors import UsageError
from cardlint.hubcache import Held, cache_folder
from cardlint.hubstates import LACKING
from cardlint.weights.named import NamedTuple
from cardlint.weights.patterns import lazily

if TYPE_CHECKING:
    from cardlint.repository import Kind

SCHEME = "hf://"
POLICY_FILE = "policy.yaml"
_PREFIXES: dict[str, Kind] = {"models": "model", "datasets": "dataset", "spaces": "space"}
_STEP = r"[A-Za-z0-9][A-Za-z0-9._-]{0,95}"
_ADDRESS = lazily(rf"(?:(models|datasets|spaces)/)?({_STEP}/{_STEP})(/[^@]+)?@([^/@]+)(/[^@]+)?")
_COMMIT = lazily(r"[0-9a-f]{40}")


class Address(NamedTuple):
    """A file of a repository on the Hub at a commit."""

    kind: Kind
    repo: str
    path: str
    commit: str

    def __str__(self) -> str:
        prefix = "" if self.kind == "model" else f"{self.kind}s/"
        return f"{SCHEME}{prefix}{self.repo}/{self.path}@{self.commit}"

    def beside(self, name: str) -> Address:
        """Another file of the same commit, named relative to this one. Raises UsageError where it leads out."""
        path = posixpath.normpath(posixpath.join(posixpath.dirname(self.path), name))
        if path.startswith(("/", "..")):
            raise UsageError(f"{name} leads out of {SCHEME}{self.repo}")
        return self._replace(path=path)


def address(written: str) -> Address:
    """The file `hf://[datasets/|spaces/]namespace/name[/path]@commit` names, by default `policy.yaml`. Raises UsageError."""
    match = _ADDRESS.fullmatch(written.removeprefix(SCHEME))
    if match is None or (match[3] and match[5]):
        hint = "" if "@" in written else "; a policy is pinned, so that it cannot change under those who rely on it"
        raise UsageError(f"{written}: expected {SCHEME}[datasets/|spaces/]namespace/name[/file.yaml]@COMMIT{hint}")
    if not _COMMIT.fullmatch(match[4]):
        raise UsageError(f'{written}: "{match[4]}" is no full commit hash; a branch or tag can be moved, so give the 40 digits of a commit')
    named = Address(_PREFIXES[match[1] or "models"], match[2], "", match[4])
    return named.beside((match[3] or match[5] or f"/{POLICY_FILE}").removeprefix("/"))


def fetch_file(place: Address, *, offline: bool, most: int) -> bytes:
    """The content of a file, from the local Hub cache or else from the Hub.

    `most` bounds it in bytes. Raises UsageError where it cannot be had: it was asked for by name.
    """
    cached = _cached(place)
    if not cached.is_file():
        from cardlint.hub import is_offline  # most policies are at hand

        if offline or is_offline():
            raise UsageError(f"{place} is not in the local Hub cache, and the network may not be used; run once where it may")
        cached = _download(place, most)
    try:
        content = _read(cached, most + 1)
    except OSError as error:
        raise UsageError(f"{place}: {cached} cannot be read: {error.strerror or error}") from error
    if len(content) > most:
        raise UsageError(f"{place} is larger than {most:,} bytes")
    return content


def _read(path: Path, size: int) -> bytes:
    with path.open("rb") as file:
        return file.read(size)


def _cached(place: Address) -> Path:
    """Where `huggingface_hub` keeps the file, found without importing it."""
    return Held(place.kind, place.repo, place.commit, cache_folder()).folder / place.path


def _download(place: Address, most: int) -> Path:
    try:
        from huggingface_hub import get_hf_file_metadata, hf_hub_download, hf_hub_url
    except ImportError:
        raise UsageError(f"{place} is not in the local Hub cache, and reading from the Hub needs {LACKING}") from None
    try:
        size = get_hf_file_metadata(hf_hub_url(place.repo, place.path, repo_type=place.kind, revision=place.commit)).size or 0
        found = None if size > most else hf_hub_download(place.repo, place.path, repo_type=place.kind, revision=place.commit)
    except Exception as error:  # the client raises its own errors, those of its HTTP library, and OSError
        raise UsageError(f"{place} cannot be had: {type(error).__name__}: {_first_line(error)}") from error
    if found is None:
        raise UsageError(f"{place} is larger than {most:,} bytes")
    return Path(found)


def _first_line(error: Exception) -> str:
    """What went wrong in one line: messages of the Hub's client go on with advice."""
    return next((line for line in str(error).splitlines() if line.strip()), type(error).__name__)
