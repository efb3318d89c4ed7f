"""The files of a repository, each judged from its bytes: the fact behind the rules of `rules/weights`."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from cardlint.disk import Disk
from cardlint.errors import Blocked, Inapplicable, Unreadable
from cardlint.present import assert_whole
from cardlint.source import Folder, innermost, parse_pointer, read_regular
from cardlint.sourcereader import SourceReader
from cardlint.weightlists import names
from cardlint.weights.cached import cached_property
from cardlint.weights.extensions import holds_template, promised
from cardlint.weights.named import NamedTuple
from cardlint.weights.sniff import HEAD, read_text, recognise

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from cardlint.repository import Repository
    from cardlint.source import FileEntry, Pointer, Source
    from cardlint.weights import ggufread, safetensors
    from cardlint.weights.verdict import Evidence, Judgement, Verdict

_Header = TypeVar("_Header")

_POINTER_BYTES = 1024  # a Git LFS pointer has fewer (git-lfs, docs/spec.md)
_ALMOST = (b"version", b"oid sha", b"size ", b"<<<<<<< ", b"\xef\xbb\xbfversion")
# Formats of files that run a pickle when they are loaded.
_CARRIERS = frozenset({"pickle", "torch", "torchscript", "torch-legacy", "torch-tar", "joblib", "npy", "npz"})
_PICTURES = frozenset({"image", "icon", "pdf"})
# Text under these names is never handed to a loader of weights, whatever it says.
_PROSE = (".md", ".rst", ".csv", ".tsv", ".py", ".html", ".css", ".js", ".ts", ".svg", ".sh", ".gitattributes", ".gitignore")


class Weighed(NamedTuple):
    """A file and its judgement. Where it is a pointer of Git LFS, the judgement is of what LFS keeps for it on this machine, if it does.

    Where neither a judgement nor a pointer can be had, `unread` is why.
    """

    path: str
    size: int
    reader: SourceReader
    judgement: Judgement | None = None
    pointer: Pointer | None = None
    unread: Unreadable | None = None
    broken: Exception | None = None
    almost_pointer: bool = False

    @property
    def format(self) -> str | None:
        """What it is by its content; None where nobody knows."""
        return None if self.judgement is None else self.judgement.format

    @property
    def carries_pickle(self) -> bool:
        """Whether loading the file runs a pickle in it."""
        if self.judgement is None:
            return False
        concerned = any(item.concern == "pickle" for item in self.judgement.evidence)
        promised_one = self.judgement.format is None and "pickle" in promised(self.path)
        return concerned or promised_one or bool(self.judgement.globals) or self.judgement.format in _CARRIERS

    def evidence(self, verdict: Verdict, *concerns: str) -> list[Evidence]:
        """The evidence of this gravity about one of the concerns."""
        found = () if self.judgement is None else self.judgement.evidence
        return [item for item in found if item.verdict == verdict and item.concern in concerns]


def _is_elsewhere(entry: FileEntry) -> bool:
    """Whether an entry is a link out of the repository, and not one to weights or a template, which somebody may load by this name."""
    return entry.outside and not _is_named_weights(entry.path) and not holds_template(entry.path)


def _is_named_weights(path: str) -> bool:
    wanted = promised(path)
    return path.lower().endswith(".bin") or bool(wanted and "text" not in wanted and not _PICTURES.issuperset(wanted))


class Weights:
    """Every file of a repository that has content here, judged when it is asked for and then remembered.

    Files are in the order of their paths. Links out of the root are no part of the repository; those to weights and templates are unread.
    """

    def __init__(self, repository: Repository) -> None:
        """Nothing is read yet."""
        self._repository = repository
        self._known: dict[str, Weighed] = {}
        self._disks: dict[Folder, Disk] = {}
        self._headers: dict[str, safetensors.Header | None] = {}
        self._ggufs: dict[str, ggufread.Header | None] = {}
        self._kept = 0  # bytes that the readers hold

    @cached_property
    def entries(self) -> dict[str, FileEntry]:
        """The files to look at: all of them, or the one that was pointed at."""
        alone = getattr(innermost(self._repository.source), "alone", None)
        files: Iterator[FileEntry] = iter(self._repository.listing)
        return {entry.path: entry for entry in files if not _is_elsewhere(entry) and alone in {None, entry.path}}

    def __iter__(self) -> Iterator[Weighed]:
        return (file for file in self.looked_at if file.judgement is not None)

    @cached_property
    def looked_at(self) -> tuple[Weighed, ...]:
        """Every file, also those that are pointers or cannot be read."""
        return tuple(self._each(self.entries.values()))

    @cached_property
    def noted(self) -> tuple[Weighed, ...]:
        """The files of which there is something to say, and those that were not judged: few, and many rules ask for them."""
        return tuple(file for file in self.looked_at if file.judgement is None or file.judgement.evidence)

    @cached_property
    def _unjudged(self) -> list[Weighed]:
        return [file for file in self.noted if file.judgement is None]

    def at(self, path: str) -> Weighed | None:
        """One file; None where it is not there, or is not to be looked at."""
        if path not in self._known and path in self.entries:
            self._known[path] = self._weighed(self.entries[path])
        return self._known.get(path)

    @property
    def known(self) -> list[Weighed]:
        """What has been looked at so far."""
        return [self._known[path] for path in sorted(self._known)]

    @cached_property
    def pointers(self) -> dict[str, Pointer]:
        """The Git LFS pointers that stand for content."""
        return {file.path: file.pointer for file in self._small if file.pointer is not None}

    @property
    def almost_pointers(self) -> list[str]:
        """Small files that begin like a pointer of Git LFS, or like what is left of one."""
        return [file.path for file in self._small if file.almost_pointer]

    def size(self, entry: FileEntry) -> int:
        """The bytes of a file, of a pointer those it stands for; where that cannot be known, those that are here."""
        small = self.at(entry.path) if entry.size <= _POINTER_BYTES else None
        return entry.size if small is None or small.pointer is None else small.pointer.size

    def header(self, path: str) -> safetensors.Header | None:
        """What a safetensors file says of its tensors; None where it is none, is wrong, or is not here. Raises Unreadable."""
        if path not in self._headers:
            from cardlint.weights.safetensors import read_header

            self._headers[path] = self._read(path, "safetensors", read_header)
        return self._headers[path]

    def gguf(self, path: str) -> ggufread.Header | None:
        """What a GGUF file says of itself and its tensors; None where it is none, is wrong, or is not here. Raises Unreadable."""
        if path not in self._ggufs:
            from cardlint.weights.ggufread import read_header

            self._ggufs[path] = self._read(path, "gguf", read_header)
        return self._ggufs[path]

    def _read(self, path: str, wanted: str, read: Callable[[SourceReader], _Header]) -> _Header | None:
        from cardlint.weights.budget import SpentError
        from cardlint.weights.ggufread import UnknownVersionError
        from cardlint.weights.header import WrongHeaderError

        file = self.at(path)
        if file is None or file.format != wanted:
            return None
        try:
            return read(file.reader)
        except (WrongHeaderError, UnknownVersionError, SpentError):
            return None  # safetensors-invalid, gguf-invalid or format-unvetted say why
        finally:
            file.reader.close()

    def complete(self, paths: Iterable[str] | None = None) -> None:
        """Raise where not all of some files, by default of all, was examined: what did not run must not look clean.

        What a module of ours could not cope with is raised as it is. Raises Unreadable where something had to be read and could
        not be; Blocked where a pointer stands where content is expected; Inapplicable where pointers are all there can be.
        """
        entries = () if paths is None else [self.entries[path] for path in paths if path in self.entries]
        files = self._unjudged if paths is None else [*self._each(entries)]
        _assert_read(files)
        if pointers := [file.path for file in files if file.pointer is not None and file.judgement is None]:
            self._raise_for(pointers)
        if paths is None:
            assert_whole(self._repository)

    def complete_for_pointers(self) -> None:
        """Raise where a file that is small enough to be a pointer could not be read."""
        _assert_read(self._small)

    def _raise_for(self, pointers: list[str]) -> None:
        lfs = self._repository.fact("lfs")
        if unresolved := [path for path in pointers if lfs.unresolved(path)]:
            raise Blocked("lfs-pointer-unresolved", f"{unresolved[0]} is a Git LFS pointer, and its content is not here")
        raise Inapplicable(f"{pointers[0]} is a Git LFS pointer, whose content lies elsewhere")

    def _each(self, entries: Iterable[FileEntry]) -> Iterator[Weighed]:
        """Each of some files. A source that fetches many at once is told which come next."""
        fetch: Callable[[list[str], int], None] | None = getattr(innermost(self._repository.source), "prefetch", None)
        for batch in _batches(entries):
            unknown = [entry.path for entry in batch if entry.path not in self._known]
            if fetch is not None and unknown:
                fetch(unknown, _BATCH_FILE)
            for entry in batch:
                if entry.path not in self._known:
                    self._known[entry.path] = self._weighed(entry)
                yield self._known[entry.path]

    @cached_property
    def _small(self) -> list[Weighed]:
        """The files small enough to be pointers."""
        return [*self._each(entry for entry in self.entries.values() if entry.size <= _POINTER_BYTES)]

    def _weighed(self, entry: FileEntry) -> Weighed:
        source = innermost(self._repository.source, entry.path)
        reader = SourceReader(source, entry.path, entry.size, self._disk(source))
        small, almost = entry.size <= _POINTER_BYTES, False
        try:
            if getattr(source, "is_text", _no)(entry.path) and not holds_template(entry.path):
                from cardlint.weights.verdict import Judgement as Judged

                return Weighed(
                    entry.path, entry.size, reader, Judged("text", inert=("text by its name and kept in Git itself; not asked for",))
                )
            head = reader.read(0, HEAD)
            if small and (pointer := parse_pointer(head)) is not None:
                return self._behind(Weighed(entry.path, entry.size, reader, pointer=pointer), pointer)
            almost = small and head.startswith(_ALMOST)
            return Weighed(entry.path, entry.size, reader, self._judged(entry.path, reader, head), almost_pointer=almost)
        except Unreadable as error:
            return Weighed(entry.path, entry.size, reader, unread=error, almost_pointer=almost)
        except Exception as error:  # noqa: BLE001 - what one file breaks must not hide what the others are
            return Weighed(entry.path, entry.size, reader, broken=error, almost_pointer=almost)
        finally:
            reader.close()
            self._forget(reader)

    def _forget(self, reader: SourceReader) -> None:
        """Small files are kept for those who read them again, as long as all of them together are small."""
        self._kept += reader.held
        if self._kept > _MOST_KEPT:
            self._kept -= reader.forget()

    def _behind(self, found: Weighed, pointer: Pointer) -> Weighed:
        """A pointer, with the judgement of the object it names where LFS keeps that here, and whole. Raises Unreadable."""
        kept = self._repository.fact("lfs").object(pointer)
        if kept is None or kept.stat().st_size != pointer.size:
            return found
        store = Folder(kept.parent)
        reader = SourceReader(store, kept.name, pointer.size, self._disk(store))
        try:
            return found._replace(reader=reader, judgement=self._judged(found.path, reader, reader.read(0, HEAD)))
        finally:
            reader.close()

    def _judged(self, path: str, reader: SourceReader, head: bytes) -> Judgement:
        if (plain := _plainly(path, reader, head)) is not None:
            from cardlint.weights.verdict import Judgement as Judged

            return Judged(plain)
        from cardlint.weights import budget, judge  # repositories without weights need neither, and start-up counts

        return judge.judge(reader, judge.Context(names(), budget.Budget(), path, beside=self._lies))

    def _lies(self, path: str) -> str | None:
        """What lies at a path of the repository: a file, a link out of it, or nothing."""
        entry = self._repository.listing.by_path.get(path)
        return None if entry is None else "link" if entry.outside else "file"

    def _disk(self, source: Source) -> Disk | None:
        if not isinstance(source, Folder):
            return None
        if source not in self._disks:
            self._disks[source] = Disk(source.root, source.alone)
        return self._disks[source]


def _no(_: str) -> bool:
    return False


def _plainly(path: str, reader: SourceReader, head: bytes) -> str | None:
    """The format of what is text by its name and its content, so that no loader of weights makes more of it; None of all else."""
    name = path.rpartition("/")[2].lower()
    prose = name.endswith(_PROSE) or "." not in name
    wanted = promised(name)
    if not prose and (wanted[:1] not in {("text",), ("json",)} or holds_template(name)):
        return None
    found = recognise(reader, head)
    if prose and found in {"text", "script", "empty"}:
        return "text"
    return found if found in {"text", "json"} and found in wanted and not holds_template(name) else None


def _assert_read(files: list[Weighed]) -> None:
    """Raise what stood in the way of the first file that could not be examined."""
    for file in files:
        if file.broken is not None:
            raise file.broken
    unread = [file.unread for file in files if file.unread is not None]
    if unread:
        more = f" (and {len(unread) - 1:,} more files)" if len(unread) > 1 else ""
        raise Unreadable(f"{unread[0]}{more}", passing=any(error.passing for error in unread))


def _batches(entries: Iterable[FileEntry]) -> Iterator[list[FileEntry]]:
    """The entries in batches of so many files, and so many bytes in small ones, that they can be fetched together."""
    batch: list[FileEntry] = []
    size = 0
    for entry in entries:
        batch.append(entry)
        size += min(entry.size, _BATCH_FILE)
        if len(batch) >= _BATCH_FILES or size >= _BATCH_BYTES:
            yield batch
            batch, size = [], 0
    yield batch


_MOST_KEPT = 64_000_000  # bytes
_BATCH_FILES, _BATCH_BYTES, _BATCH_FILE = 2000, 32_000_000, 1_000_000


def may_be_weights(path: Path) -> bool:
    """Whether a file on disk that is no card may be one of weights: by its name, or because it is no text."""
    if _is_named_weights(path.name):
        return True
    try:
        head = read_regular(path, size=HEAD)
    except (OSError, Unreadable):
        return True  # what cannot be read is said as of any file
    return read_text(head) is None
