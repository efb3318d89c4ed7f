"""How the git command is run: where, and with how much of what a hook's environment says."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from cardlint.errors import Unreadable, UsageError
from cardlint.kind import checkout
from cardlint.weights.cached import cached_property

if TYPE_CHECKING:
    from cardlint.kind import Checkout

# A repository may not choose programs for us: no hooks, no file system monitor. Names of files are names, not patterns.
_COMMAND = ("git", "--literal-pathspecs", "-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null")
# A partial clone would fetch what it lacks, over the network and by a program that its own configuration names.
_OFFLINE = {"GIT_ALLOW_PROTOCOL": "none", "GIT_NO_LAZY_FETCH": "1"}
_PLACES = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE")
_POSITION = frozenset({*_PLACES, "GIT_PREFIX", "GIT_IMPLICIT_WORK_TREE"})
# `git rev-parse --local-env-vars`, without the configuration of the command line.
_OF_ONE_REPOSITORY = _POSITION | {
    "GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_COMMON_DIR", "GIT_GRAFT_FILE", "GIT_NO_REPLACE_OBJECTS", "GIT_OBJECT_DIRECTORY",
    "GIT_REPLACE_REF_BASE", "GIT_SHALLOW_FILE",
}  # fmt: skip
_SECONDS = 60


@dataclass(frozen=True)
class Git:
    """Git for the folder `root`, which need not be there on disk: what Git holds may have been deleted since."""

    root: Path

    @cached_property
    def folder(self) -> Path:
        """Where git is started: the root, or the nearest folder above it that is there."""
        if self.root.is_dir():
            return self.root
        absolute = Path(os.path.abspath(self.root))  # noqa: PTH100 - `..` of a folder that is not there leads nowhere
        return next(folder for folder in absolute.parents if folder.is_dir())

    @cached_property
    def below(self) -> str:
        """The way from there to the root, ending in `/`; empty where that is the root itself."""
        if self.folder is self.root:
            return ""
        return Path(os.path.abspath(self.root)).relative_to(self.folder).as_posix() + "/"  # noqa: PTH100 - as above

    def __call__(self, *arguments: str, stdin: bytes = b"") -> bytes:
        """What a git command says. Raises Unreadable with its reason, UsageError where there is no git."""
        command = [*_COMMAND, "-C", str(self.folder), *arguments]
        try:
            done = subprocess.run(command, input=stdin, capture_output=True, check=False, timeout=_SECONDS, env=self._environment)  # noqa: S603
        except FileNotFoundError as error:
            raise UsageError("reading a Git tree needs the git command, which was not found") from error
        except subprocess.TimeoutExpired as error:
            raise Unreadable(f"git {arguments[0]} took longer than {_SECONDS} s in {self.root}") from error
        if done.returncode:
            reason = done.stderr.decode("utf-8", "replace").strip().removeprefix("fatal: ")
            raise Unreadable(f"git {arguments[0]} failed in {self.root}: {reason}")
        return done.stdout

    def beginning(self, size: int, *arguments: str) -> bytes:
        """The first `size` bytes of what a git command says, whose end nobody waits for. Raises Unreadable where there are fewer."""
        command = [*_COMMAND, "-C", str(self.folder), *arguments]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=self._environment) as process:  # noqa: S603
            assert process.stdout is not None
            content = process.stdout.read(size)
            process.kill()
        if len(content) < size:
            raise Unreadable(f"git {arguments[0]} ended early in {self.root}")
        return content

    @cached_property
    def _environment(self) -> dict[str, str]:
        return environment(self.folder)


def environment(folder: Path) -> dict[str, str]:
    """The environment for git in a folder. That of a hook speaks of the repository of the hook, which may be another one.

    Of that repository, and of no other, it names the index a commit in progress is made of: `git commit FILE` has one of
    its own. Where nothing on disk leads from the folder to its repository, all that the environment says of it is kept.
    """
    told = {name: os.path.abspath(value) for name in _PLACES if (value := os.environ.get(name))}  # noqa: PTH100 - links stay links
    found, here = _checkout(folder), _checkout(Path())
    theirs = Path(told["GIT_DIR"]) if "GIT_DIR" in told else here and here.git
    if found and theirs and os.path.realpath(found.git) == os.path.realpath(theirs):
        if "GIT_WORK_TREE" not in told:
            told.pop("GIT_DIR", None)  # with it, git would take any folder it is started in for the top
        return _without(_POSITION) | told
    work_tree = Path(told.get("GIT_WORK_TREE") or Path.cwd())
    inside = Path(os.path.realpath(folder)).is_relative_to(os.path.realpath(work_tree))
    if "GIT_DIR" in told and inside and (found is None or work_tree.is_relative_to(found.top)):
        return _without(_POSITION) | {"GIT_WORK_TREE": str(work_tree)} | told
    return _without(_OF_ONE_REPOSITORY)


def _checkout(folder: Path) -> Checkout | None:
    """The checkout a folder lies in; None also where that cannot be read, for git says better why."""
    try:
        return checkout(folder)
    except (OSError, ValueError, Unreadable):
        return None


def _without(names: frozenset[str]) -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name not in names} | _OFFLINE
