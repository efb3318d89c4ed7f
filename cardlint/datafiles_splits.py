"""Which files make which split of a dataset: what `configs` says, or what the names of the files say where it says nothing.

The semantics are those of datasets 5.2.0, and compared with it in tests/reference.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from cardlint.datafiles import within
from cardlint.datafiles_defaults import defaults
from cardlint.nodes import Mapping, Scalar, Sequence, join, listed, string

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cardlint.datafiles import Tree
    from cardlint.datafiles_defaults import Patterns
    from cardlint.nodes import Node


class SplitNameError(ValueError):
    """Files in the folder of shards are named after a split that no split can be named."""


class Written(NamedTuple):
    """One pattern in the card: its name as a fact path, where it stands, and its text."""

    subject: str
    node: Scalar
    text: str


class Split(NamedTuple):
    """One split of a configuration, as the card gives it. `node` is its name in the card, or what stands for it."""

    name: str
    node: Node
    patterns: tuple[Written, ...]


class Config(NamedTuple):
    """One configuration of the card. `splits` is None where the card names no files, so that their names say it."""

    subject: str
    name: str | None
    folder: str
    node: Mapping
    splits: tuple[Split, ...] | None


def configs(value: Node | None) -> Iterator[Config]:
    """The configurations in the value of `configs` that name files or a folder or are readable as such; the rest is left out."""
    for index, item in enumerate(value.items if isinstance(value, Sequence) else ()):
        if isinstance(item, Mapping):
            subject = join("configs", index)
            files = item.get("data_files")
            splits = None if files is None else tuple(_splits(join(subject, "data_files"), files))
            yield Config(subject, string(item.get("config_name")), string(item.get("data_dir")) or "", item, splits)


def _splits(subject: str, files: Node) -> Iterator[Split]:
    """A text or a list of texts is the split `train`; else each item, or each key, is a split of its own."""
    items = list(listed(files))
    if isinstance(files, Mapping):
        for entry in files.effective():
            yield Split(entry.name, entry.key, tuple(_patterns(join(subject, entry.name), entry.value)))
    elif any(isinstance(item, Mapping) for _, item in items):
        for index, item in items:
            if isinstance(item, Mapping) and (name := string(item.get("split"))) is not None:
                place = item.get("split")
                assert place is not None
                yield Split(name, place, tuple(_patterns(join(join(subject, index or 0), "path"), item.get("path"))))
    else:
        yield Split("train", files, tuple(_patterns(subject, files)))


def _patterns(subject: str, value: Node | None) -> Iterator[Written]:
    for index, item in listed(value):
        if isinstance(item, Scalar) and isinstance(item.value, str):
            yield Written(subject if index is None else join(subject, index), item, item.value)


def resolved(tree: Tree, folder: str, splits: Patterns) -> dict[str, list[str]]:
    """The files of each split. Raises GluedError and Unreadable; a pattern that names nothing adds nothing."""
    found: dict[str, list[str]] = {}
    for split, patterns in splits.items():
        each = (tree.resolve(within(folder, pattern)) for pattern in patterns)
        found[split] = list(dict.fromkeys(path for paths in each for path in paths))
    return found


def inferred(tree: Tree, folder: str = "") -> dict[str, list[str]]:
    """The files of each split where the card says nothing: the first way of naming that gives any. Raises SplitNameError."""
    prefix, below = tree.inside(folder)
    found = _sharded(below)
    for patterns in () if found else defaults().tried:
        found = {split: files for split, files in resolved(below, "", patterns).items() if files}
        if found:
            break
    return {split: [prefix + path for path in files] for split, files in found.items()}


def _sharded(tree: Tree) -> dict[str, list[str]]:
    """Files called `data/SPLIT-00000-of-00002.parquet`, by split in the order of their names."""
    known = defaults()
    found: dict[str, list[str]] = {}
    for path in tree.resolve(f"{known.folder}/*-*-of-*.*"):
        match = known.sharded.fullmatch(path.rpartition("/")[2])
        if match is not None:
            found.setdefault(match["split"], []).append(path)
    for name in found:
        if not known.split.match(name):
            raise SplitNameError(name)
    return found
