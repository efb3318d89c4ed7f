"""What kind a repository is, when nobody said so."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

from cardlint.errors import Obstacle, Unreadable
from cardlint.source import read_regular
from cardlint.weights.named import NamedTuple
from cardlint.weights.patterns import lazily

if TYPE_CHECKING:
    from pathlib import Path

    from cardlint.files import Files
    from cardlint.nodes import Mapping
    from cardlint.repository import Kind, Repository

# Only remotes: submodules and Git LFS have addresses of their own in the same file.
_SECTION = lazily(r'^[ \t]*\[remote "[^\n]*\n((?:[ \t]*[^\[\s][^\n]*\n?|[ \t]*\n)*)', re.MULTILINE)
_REMOTE = lazily(r"^\s*url\s*=\s*(?:https?://(?:[^/@\s]+@)?|git@|ssh://git@)(?:huggingface\.co|hf\.co)[/:](\S+)", re.MULTILINE)
_GIT_BYTES = 4096
_PREFIXES: dict[str, Kind] = {"datasets": "dataset", "spaces": "space"}
# Keys only datasets have: card_keys.json has them with `kinds: [dataset]`; repeated here because the check of a
# single model should not read that list. A test compares.
DATASET_KEYS = frozenset({
    "annotations_creators", "benchmark", "config_names", "configs", "dataset_info", "language_creators", "multilinguality",
    "paperswithcode_id", "pretty_name", "size_categories", "source_datasets", "task_categories", "task_ids",
    "train-eval-index", "viewer", "viewer_display_urls",
})  # fmt: skip
_DATA_SUFFIXES = (".parquet", ".csv", ".jsonl", ".arrow", ".tsv")
_MODEL_SUFFIXES = (".safetensors", ".bin", ".gguf", ".onnx", ".pt", ".pth", ".h5", ".ckpt")
_CONFIG_BYTES = 100_000


def from_remote(git_config: str) -> tuple[Kind | None, str | None]:
    """Kind and id of a checkout from its `.git/config`, where a remote is on the Hub."""
    match = _REMOTE.search("".join(_SECTION.findall(git_config)))
    if match is None:
        return None, None
    steps = match[1].removesuffix(".git").strip("/").split("/")
    if steps[0] in _PREFIXES:
        return _PREFIXES[steps[0]], "/".join(steps[1:]) or None
    return "model", "/".join(steps)


def read_remote(root: Path) -> tuple[Kind | None, str | None]:
    """Kind and id of a checkout on disk; nothing where it is none, or its configuration cannot be read."""
    try:
        found = checkout(root, parents=False)
        if found is None:
            return None, None
        common = found.git / "commondir"  # of a further worktree, the folder it shares with the first
        home = found.git / os.fsdecode(read_regular(common, size=_GIT_BYTES).strip()) if common.is_file() else found.git
        content = read_regular(home / "config", size=_CONFIG_BYTES)
    except (OSError, ValueError, Unreadable):
        return None, None
    return from_remote(content.decode("utf-8", "replace"))


class Checkout(NamedTuple):
    """A checkout of Git: its top folder, and Git's own folder, which a worktree and a submodule have elsewhere."""

    top: Path
    git: Path


def checkout(root: Path, *, parents: bool = True) -> Checkout | None:
    """The checkout at `root`, or that `root` lies in."""
    root = root.absolute()
    for folder in (root, *(root.parents if parents else ())):
        found = folder / ".git"
        if found.is_dir():
            return Checkout(folder, found)
        if found.is_file():
            named = read_regular(found, size=_GIT_BYTES).partition(b"gitdir:")[2].strip()
            return Checkout(folder, folder / os.fsdecode(named)) if named else None
    return None


def from_content(repository: Repository) -> Kind:
    """The kind a repository's own content tells: an `sdk` key, a key only datasets have, dataset layout, else model."""
    metadata = _metadata(repository)
    if metadata is not None:
        if metadata.entry("sdk"):
            return "space"
        if any(entry.name in DATASET_KEYS for entry in metadata.entries):
            return "dataset"
    return "dataset" if _dataset_layout(repository) else "model"


def _metadata(repository: Repository) -> Mapping | None:
    try:
        metadata: Mapping = repository.fact("frontmatter")
    except Obstacle:
        return None  # the rule that reports the obstacle runs whatever the kind
    return metadata


def _dataset_layout(repository: Repository) -> bool:
    """Data files and no weights."""
    try:
        files: Files = repository.fact("files")
    except Obstacle:
        return False
    return bool(files.with_suffix(*_DATA_SUFFIXES)) and not files.with_suffix(*_MODEL_SUFFIXES)
