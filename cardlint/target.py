"""What the user points at: a folder, a card, a file of weights, standard input. A target becomes a repository or a usage error."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from cardlint.errors import Unreadable, UsageError
from cardlint.kind import from_content, read_remote
from cardlint.policyfile import CONFIG_BYTES, CONFIG_NAME
from cardlint.repository import CARD_PATH, Identity, Repository
from cardlint.source import Excluding, Folder, Memory
from cardlint.weights.named import NamedTuple

if TYPE_CHECKING:
    from cardlint.hubrepo import HubName
    from cardlint.repository import Kind
    from cardlint.source import Source

STDIN = "-"
_CARD_SUFFIXES = (".md", ".markdown")


class Located(NamedTuple):
    """A target found on disk: the root of its repository, the card in it, and whether only that file is reported on.

    `content` is the card itself where it came on standard input. `tree` asks for what Git holds instead of the files on
    disk: a commit by any of its names, or the index where it is empty. `weights` is the name of a file of weights, where that
    was pointed at. `hub` is the repository, where it lies on the Hub and not on disk.
    """

    name: str
    root: Path
    card_path: str = CARD_PATH
    card_only: bool = False
    content: bytes | None = None
    tree: str | None = None
    weights: str | None = None
    hub: HubName | None = None

    @property
    def only(self) -> str | None:
        """The one file that is reported on; None where all are."""
        return self.weights or (self.card_path if self.card_only else None)

    @property
    def config(self) -> Path | None:
        """The repository's own configuration, where there is one. One on the Hub may not say how strangers judge it."""
        if self.hub is not None:
            return None
        path = self.root / CONFIG_NAME
        other = path.with_suffix(".yml")
        if os.path.lexists(other):
            raise UsageError(f"{other} is not read; name it {CONFIG_NAME}")
        return path if os.path.lexists(path) else None  # a folder or a link to nowhere is an error, not silence

    @property
    def shown(self) -> str:
        """How the root is reached from the working directory; empty for the working directory itself."""
        if self.hub is not None:
            return str(self.hub._replace(revision=None))
        if self.content is not None and self.root == Path():
            return ""
        shown = os.path.relpath(self.root)
        return "" if shown == "." else shown


def locate(name: str, tree: str | None = None) -> Located:
    """The target of this name; `tree` as in `Located`. Raises UsageError, saying what may be given instead."""
    if not name:
        raise UsageError("a target has an empty name; give the folder of a repository, a card, a file of weights, or - for standard input")
    if "://" in name:
        return _remote(name, tree)
    path = Path(name)
    try:
        is_folder, is_file = path.is_dir(), path.is_file()
    except OSError as error:
        raise UsageError(f"{name}: {error.strerror or error}") from error
    if is_folder:
        return _folder(name, path)._replace(tree=tree)
    if is_file:
        return _file(name, path)._replace(tree=tree)
    if tree is not None and (held := _held(name, path, tree)):
        return held
    if os.path.lexists(path):
        raise UsageError(f"{name} is neither a folder nor a file")
    raise UsageError(f"{name} does not exist; give the folder of a repository, a card, a file of weights, or - for standard input")


def _remote(name: str, tree: str | None) -> Located:
    from cardlint.hubrepo import is_named, parse  # most targets are on disk

    if not is_named(name):
        raise UsageError(f"{name} is no repository on the Hub; expected hf://[models/|datasets/|spaces/]namespace/name[@revision]")
    if tree is not None:
        raise UsageError(f"{name} is no checkout of Git; leave out --staged and --revision, and write the revision after an @")
    return Located(name, Path(), hub=parse(name))


def _held(name: str, path: Path, tree: str) -> Located | None:
    """The target where Git holds it and the disk no longer does."""
    from cardlint.gittree import GitTree

    beside = GitTree(path.parent, tree or None)
    beside.commit()  # where there is no such tree, that is what has to be said
    below = f"{path.name}/"
    for entry in beside.entries():
        if entry.path == path.name:
            return _file(name, path)._replace(tree=tree)
        if entry.path.startswith(below):
            return Located(name, path, tree=tree)
    return None


def _folder(name: str, path: Path) -> Located:
    try:
        with os.scandir(path):
            pass
    except OSError as error:
        raise UsageError(f"{name} cannot be read: {error.strerror or error}") from error
    return Located(name, path)


def _file(name: str, path: Path) -> Located:
    if path.suffix.lower() in _CARD_SUFFIXES:
        return Located(name, path.parent, path.name, card_only=True)
    from cardlint.weighing import may_be_weights  # few targets are files

    if not may_be_weights(path):
        raise UsageError(f"{name} is not a card, nor a file of weights; give README.md, or the folder of its repository")
    return Located(name, path.parent, weights=path.name)


def from_stdin(content: bytes, filename: str | None) -> Located:
    """The card on standard input, as if it stood at `filename`."""
    path = Path(filename or CARD_PATH)
    return Located(STDIN, path.parent, path.name, card_only=True, content=content)


def source_of(located: Located, *, offline: bool = False) -> Source:
    """Where the bytes of a target come from; what of it is read once is then known to all that share it."""
    if located.hub is not None:
        from cardlint.hubrepo import HubSource, shared

        return HubSource(shared(offline=offline), located.hub)
    if located.content is not None:
        return Memory({located.card_path: located.content}, listed=False)
    if located.tree is None:
        return Folder(located.root, located.weights)
    from cardlint.gittree import GitTree  # brings subprocess

    return GitTree(located.root, located.tree or None, located.weights)


def revision(located: Located, source: Source) -> str | None:
    """The full hash of the commit a target is read from; None for files on disk, the index and standard input.

    Raises UsageError where Git holds no such tree: a wrong name is no defect of the repository; Unreadable where the Hub does not tell.
    """
    if located.hub is not None:
        from cardlint.hubrepo import HubSource

        assert isinstance(source, HubSource)
        return source.commit
    if located.tree is None:
        return None
    from cardlint.gittree import GitTree

    assert isinstance(source, GitTree)
    return source.commit()


def staged_config(source: Source) -> bytes | None:
    """The configuration as Git holds it, where a target is read from Git; None where it has none there.

    Raises UsageError where it is too large.
    """
    try:
        if all(entry.path != CONFIG_NAME for entry in source.entries()):
            return None
        content = source.read(CONFIG_NAME, 0, CONFIG_BYTES + 1)
    except Unreadable:
        return None  # then nothing else can be read either, and every rule says so
    if len(content) > CONFIG_BYTES:
        raise UsageError(f"{CONFIG_NAME} is larger than {CONFIG_BYTES:,} bytes")
    return content


def _on_the_hub(name: HubName, source: Source, exclude: tuple[str, ...]) -> Repository:
    from cardlint.hubrepo import HubSource

    assert isinstance(source, HubSource)
    return Repository(Excluding(source, exclude) if exclude else source, Identity(name.kind, source.id, told=True))


def open_repository(located: Located, kind: Kind | None, exclude: tuple[str, ...], source: Source | None = None) -> Repository:
    """The repository of a target; its kind as told, else by its remote, else by its content."""
    source = source_of(located) if source is None else source
    if located.hub is not None:
        return _on_the_hub(located.hub, source, exclude)
    if exclude and source.listed and located.weights is None:
        source = Excluding(source, exclude)
    remote_kind, remote_id = read_remote(located.root)
    told = kind or remote_kind
    repository = Repository(source, Identity(told or "model", remote_id, told is not None), located.card_path)
    if told is None:
        repository.identity = Identity(from_content(repository), remote_id)
    return repository
