"""HDF5: links and data in other files, and the configuration of a Keras model. CVE-2026-1669, CVE-2025-9905, CVE-2024-3660.

Every object of the file is visited; what the datasets hold is read as numbers and never looked at. h5py and pyfive are not needed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cardlint.weights import h5objects
from cardlint.weights.budget import SpentError
from cardlint.weights.collect import Collected
from cardlint.weights.h5read import File, WrongHdf5Error
from cardlint.weights.kerasconfig import examine
from cardlint.weights.verdict import Evidence, Judgement

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cardlint.weights.h5objects import Link
    from cardlint.weights.h5read import Message
    from cardlint.weights.judge import Context
    from cardlint.weights.reading import Reader

_OUTSIDE = "CVE-2026-1669"
_CONFIGURATIONS = frozenset({"model_config", "training_config"})
# What the library itself unpacks, and h5py and hdf5plugin; another filter is a library that is looked for when data is read.
_FILTERS = frozenset({1, 2, 3, 4, 5, 6, 32000, 32001, 32004, 32008, 32015})
_PYTABLES = "PYTABLES_FORMAT_VERSION"
_OBJECT_COST = 24  # operations for an object: they stand for time
_MOST_OBJECTS = 200_000


def judge(reader: Reader, context: Context) -> Judgement:
    """A file: its groups, datasets and attributes."""
    found = Collected()
    try:
        for item in _Visit(File(reader, context.budget), context).evidence():
            found.add(item)
    except WrongHdf5Error as error:
        found.broken(error, "HDF5")
    except SpentError:
        found.spent()
    return Judgement("hdf5", found.evidence(), inert=("the data of HDF5 datasets: read as numbers",))


class _Visit:
    """A walk over all objects, each one once."""

    def __init__(self, file: File, context: Context) -> None:
        self.file, self.context = file, context
        self.waiting: list[tuple[str, int]] = [("", file.root)]
        self.seen = {file.root}

    def evidence(self) -> Iterator[Evidence]:
        yield from self._end()
        while self.waiting:
            path, header = self.waiting.pop()
            try:
                yield from self._object(path, header)
            except WrongHdf5Error as error:
                yield self._say("review", path or "/", f"{path or '/'} cannot be read: {error}")
        if len(self.seen) > _MOST_OBJECTS:
            yield self._say("review", "objects", f"has more than {_MOST_OBJECTS:,} objects, and not all were looked at")

    def _say(self, verdict: str, about: str, message: str, reference: str | None = None) -> Evidence:
        return Evidence("block" if verdict == "block" else "review", "format", about, message, reference=reference)

    def _end(self) -> Iterator[Evidence]:
        """Bytes after the end of the file as the superblock has it, counted from the base or from the file's own beginning."""
        size, ends = self.file.reader.size, {self.file.end, self.file.base + self.file.end}
        if size < min(ends):
            yield self._say("review", "end", f"ends {min(ends) - size:,} bytes too early")
        elif size not in ends:
            yield self._say("review", "end", f"{size - max(ends):,} bytes follow its end, and belong to nothing")

    def _object(self, path: str, header: int) -> Iterator[Evidence]:
        self.context.budget.spend(_OBJECT_COST)
        messages = list(self.file.messages(header))
        for message in messages:
            yield from self._message(path, message)
        for found in h5objects.attributes(self.file, messages, _CONFIGURATIONS):
            yield from self._attribute(path, found.name, found.value)
        for link in h5objects.links(self.file, messages):
            yield from self._link(f"{path}/{link.name}", link)

    def _message(self, path: str, message: Message) -> Iterator[Evidence]:
        """Where the data of a dataset lies, and what it goes through."""
        if message.kind > h5objects.LAST_KIND:
            yield self._say("review", path, f"{path} has a message of an unknown kind ({message.kind})")
        elif message.kind == h5objects.EXTERNAL:
            names = ", ".join(repr(name) for name in h5objects.external_files(self.file, message.content)[:5])
            yield self._say("block", path, f"the data of {path} lies in other files: {names}", _OUTSIDE)
        elif message.kind == h5objects.LAYOUT and h5objects.layout(message.content) == h5objects.VIRTUAL:
            yield self._say("block", path, f"{path} is a virtual dataset, whose data lies in other files", _OUTSIDE)
        elif message.kind == h5objects.FILTERS:
            yield from self._filters(path, message)

    def _filters(self, path: str, message: Message) -> Iterator[Evidence]:
        if message.shared:
            raise WrongHdf5Error("filters are shared with other objects")
        for number in h5objects.filters(message.content):
            if number not in _FILTERS:
                about = f"filter {number}"
                yield self._say("review", about, f"{path} goes through {about}, for which the library loads a plug-in")

    def _attribute(self, path: str, name: str, value: bytes | None) -> Iterator[Evidence]:
        if name == _PYTABLES and not path:
            yield self._say("review", "PyTables", "is of PyTables, which unpickles attributes and arrays of objects")
        if name not in _CONFIGURATIONS:
            return
        member = f"{path}@{name}"
        if value is None:
            yield self._say("review", name, f"{member} is not text, so that nobody knows what it configures")
            return
        config = value.rstrip(b"\0 ")
        for item in examine(config, self.context.names, self.context.budget, hdf5=True):
            yield item._replace(member=member)

    def _link(self, path: str, link: Link) -> Iterator[Evidence]:
        """Follow a link to an object of this file; another leads out of it."""
        if link.path or link.kind == h5objects.EXTERNAL_LINK:
            yield self._say("block", path, f"{path} is a link into another file: {link.path!r}", _OUTSIDE)
        elif link.kind:
            yield self._say("review", path, f"{path} is a link of an unknown kind ({link.kind})")
        elif link.header is not None and link.header not in self.seen and len(self.seen) <= _MOST_OBJECTS:
            self.seen.add(link.header)
            self.waiting.append((path, link.header))
