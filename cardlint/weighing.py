"""The files of a repository, each judged from its bytes: the fact behind the rules of `rules/weights`."""

from __future__ import annotations

import json
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from cardlint.errors import Unreadable
from cardlint.locate import data_folder
from cardlint.weights.sniff import HEAD, recognise

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from cardlint.repository import Repository
    from cardlint.source import FileEntry, Source
    from cardlint.weights.names import Names
    from cardlint.weights.verdict import Evidence, Judgement, Verdict

_WHOLE = 65_536  # bytes; a file no larger is read once


class SourceReader:
    """A file of a source as the judges of weights read it. What a small file holds is read once."""

    def __init__(self, source: Source, entry: FileEntry) -> None:
        self._source, self._path, self.size = source, entry.path, entry.size
        self.near = getattr(source, "near", True)
        self.bytes_read = 0
        self._begin: bytes | None = None

    def read(self, start: int, size: int) -> bytes:
        """A range of the file. Raises Unreadable."""
        if self._begin is None:
            self._begin = self._fetch(0, _WHOLE if self.size <= _WHOLE else HEAD)
        if start + size <= len(self._begin) or self.size <= len(self._begin):
            return self._begin[start : start + size]
        return self._fetch(start, size)

    def _fetch(self, start: int, size: int) -> bytes:
        held = self._source.read(self._path, start, size)
        self.bytes_read += len(held)
        return held

    def sha256(self) -> str:
        """The hash of the whole file, in hexadecimal. Raises Unreadable."""
        import hashlib  # brings OpenSSL; few files are hashed

        digest, at = hashlib.sha256(), 0
        while held := self._source.read(self._path, at, 1_000_000):
            digest.update(held)
            at += len(held)
        return digest.hexdigest()


class Weighed(NamedTuple):
    """A file and its judgement; where it could not be read, why. Pointers of Git LFS and links out of the root are not here."""

    path: str
    size: int
    judgement: Judgement | None
    reader: SourceReader
    unread: str | None = None

    def evidence(self, verdict: Verdict, *concerns: str) -> list[Evidence]:
        """The evidence of this gravity about one of the concerns."""
        found = () if self.judgement is None else self.judgement.evidence
        return [item for item in found if item.verdict == verdict and item.concern in concerns]


@cache
def names() -> Names:
    """The lists that ship: schemas/weights/vetted.json and dangerous.json."""
    from cardlint.weights.names import Names as Lists

    return Lists(_data("vetted"), _data("dangerous"), load=_data)


def _data(name: str) -> dict[str, Any]:
    held: dict[str, Any] = json.loads((data_folder("schemas") / "weights" / f"{name}.json").read_bytes())
    return held


def weighed(repository: Repository) -> tuple[Weighed, ...]:
    """Every file of the repository that has content here, in the order of their paths."""
    return tuple(_weighed(repository))


def _weighed(repository: Repository) -> Iterator[Weighed]:
    lies = {entry.path: "link" if entry.outside else "file" for entry in repository.fact("files")}
    for entry in repository.fact("files"):
        if entry.outside:
            continue
        reader = SourceReader(repository.source, entry)
        try:
            if repository.listing.pointer(entry.path) is None:
                yield Weighed(entry.path, entry.size, _judged(entry, reader, lies.get), reader)
        except Unreadable as error:
            yield Weighed(entry.path, entry.size, None, reader, str(error))


def _judged(entry: FileEntry, reader: SourceReader, beside: Callable[[str], str | None]) -> Judgement:
    from cardlint.weights.verdict import Judgement as Judged

    if recognise(reader) in {"text", "json", "empty"} and not entry.path.lower().endswith(_LOADED):
        return Judged("text")
    from cardlint.weights.budget import Budget
    from cardlint.weights.judge import Context, judge

    return judge(reader, Context(names(), Budget(), entry.path, beside=beside))


# Text under these names is still handed to a loader.
_LOADED = (".pkl", ".pickle", ".p", ".pt", ".pth", ".ckpt", ".bin", ".joblib", ".sav", ".dill", ".npy", ".json", ".jinja", ".pbtxt")
