"""The code that loading a repository runs: the fact behind the rules on remote code. Nothing is run."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from cardlint.coding import INVALID, SOURCE_BYTES, Program, whole
from cardlint.errors import Blocked, Obstacle, Unreadable
from cardlint.remoteplaces import Entry, Places
from cardlint.weights.cached import cached_property

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from cardlint.code.reach import Step
    from cardlint.coding import Piece
    from cardlint.repository import Repository

MOST_FILES = 1000
_LONGEST_WAY = 8
_LONGEST_NAME = 80
_MOST_CHARACTERS = 50_000_000
_MOST_OF_SPACE = 200_000_000  # as many as of all code of a repository
_MOST_BYTES = 200_000_000


class Reached(NamedTuple):
    """A file that loading reaches: the entry it begins with, and the steps from there."""

    entry: Entry
    step: Step

    @property
    def path(self) -> str:
        """The file."""
        return self.step.path

    @property
    def chain(self) -> tuple[str, ...]:
        """The files on the way, the configuration first, each once."""
        steps: list[str] = []
        step: Step | None = self.step
        while step is not None:
            steps.append(step.path)
            step = step.by
        return tuple(dict.fromkeys((self.entry.path, *reversed(steps))))

    @property
    def way(self) -> str:
        """The same as messages show it, a long one without its middle."""
        names = [name if len(name) <= _LONGEST_NAME else f"…{name[-_LONGEST_NAME:]}" for name in self.chain]
        if len(names) > _LONGEST_WAY:
            names[2:-2] = ["…"]
        return " -> ".join(" ".join(name.split()) for name in names)


class RemoteCode:
    """What loading runs, read when it is asked for."""

    def __init__(self, repository: Repository) -> None:
        """Nothing is read yet."""
        self._repository = repository
        self._places = Places(repository)
        self._pieces: dict[str, Piece | None] = {}
        self._obstacles: dict[str, Obstacle] = {}
        self._size = 0

    @cached_property
    def entries(self) -> list[Entry]:
        """The places that name code."""
        return self._places.entries()

    @cached_property
    def reached(self) -> tuple[Reached, ...]:
        """Every file that loading reaches, each once, those that are not there too."""
        from cardlint.code.reach import Step

        if self.kind == "space":  # where every file is an entry, there is nothing to follow
            return tuple(Reached(entry, Step(entry.path)) for entry in self.entries)
        found: dict[str, Reached] = {}
        for entry in self.entries:
            if entry.root is None or entry.root in found:
                continue
            for step in self._follow(entry):
                found.setdefault(step.path, Reached(entry, step))
                if len(found) > MOST_FILES:
                    self._obstacles[""] = Unreadable(f"loading reaches more than {MOST_FILES:,} files of code")
                    return tuple(found.values())[:MOST_FILES]
        return tuple(found.values())

    def _follow(self, entry: Entry) -> Iterator[Step]:
        from cardlint.code.reach import follow

        assert entry.root is not None
        return follow(entry.root, entry.loader, self._code, self.is_here, MOST_FILES + 1)

    def is_here(self, path: str) -> bool:
        """Whether the repository has a file."""
        return path in self._repository.listing

    def is_known(self, path: str) -> bool:
        """The same, of files that are not to be checked too."""
        known = self._repository.fact("known_files")
        return known is not None and path in known

    def _code(self, path: str) -> str | None:
        piece = self.piece(path)
        return None if piece is None else piece.code

    def piece(self, path: str) -> Piece | None:
        """A file as code; None where it is not there or could not be read."""
        if path not in self._pieces:
            self._pieces[path] = self._read(path) if self.is_here(path) else None
        return self._pieces[path]

    def _read(self, path: str) -> Piece | None:
        try:
            if self._size > (most := _MOST_OF_SPACE if self.kind == "space" else _MOST_CHARACTERS):
                raise Unreadable(f"more than {most:,} characters of code are run")
            text = self._repository.fact("contents").text(path, SOURCE_BYTES)
        except Obstacle as obstacle:
            self._obstacles[path] = obstacle
            return None
        self._size += len(text.content)
        return whole(text, "python")

    def programs(self, worth: Callable[[str], bool]) -> Iterator[tuple[Reached, Program]]:
        """The files that loading reaches, as Python, where the text is `worth` a look; the trees are not kept."""
        from cardlint.code.calls import Module
        from cardlint.code.python import read_module, why_unread

        for reached in self.reached:
            piece = self.piece(reached.path)
            if piece is None or not worth(piece.code):
                continue
            read = read_module(piece.code)
            if read.tree is not None:
                yield reached, Program((piece,), (read,), Module([read.tree]))
            elif read.broken is not None:
                self._obstacles[reached.path] = Blocked(INVALID, f"{reached.path} does not parse as Python")
            else:
                self._obstacles[reached.path] = Unreadable(f"{reached.path} {why_unread(piece.code)}")

    def sha256(self, path: str) -> str | None:
        """The SHA-256 of a file, as `sha256sum` prints it; None where it could not be read."""
        from hashlib import sha256

        try:
            self._repository.listing.assert_held(path)
            return sha256(self._repository.source.read(path, 0, _MOST_BYTES)).hexdigest()
        except Obstacle as obstacle:
            self._obstacles[path] = obstacle
            return None

    @property
    def kind(self) -> str:
        """model, dataset or space."""
        return self._repository.kind

    @cached_property
    def said(self) -> str:
        """The text of the card; nothing where there is none, which another rule reports."""
        try:
            return str(self._repository.fact("text").content)
        except Blocked:
            return ""

    @property
    def known_as(self) -> str | None:
        """The id of the repository, where it is known."""
        return self._repository.identity.id

    def require_whole(self) -> None:
        """Called when everything that was read has been judged. Raises Obstacle where something was not."""
        for obstacle in (*self._places.obstacles, *self._obstacles.values()):
            raise obstacle
