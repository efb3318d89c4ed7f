"""Zip archives: torch files, npz, and any other. Each member is judged by its own content, whatever it is called."""

from __future__ import annotations

import importlib
import stat
import zlib
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING

from cardlint.weights import keras, torch
from cardlint.weights.compressed import CODECS
from cardlint.weights.judge import HARMLESS
from cardlint.weights.memberpaths import link_leads_out
from cardlint.weights.named import NamedTuple
from cardlint.weights.reading import Held, Part
from cardlint.weights.unpack import INFLATE, Unpacked
from cardlint.weights.verdict import SPENT, Evidence, Judgement, merged, until_spent
from cardlint.weights.zipcheck import ENCRYPTED, PATCHED, archive, check
from cardlint.weights.zipread import WrongZipError, read_directory, read_local

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from cardlint.weights.judge import Context
    from cardlint.weights.reading import Reader
    from cardlint.weights.torch import Layout
    from cardlint.weights.zipread import Directory, Local, Member

_PACKED = {12: "bzip2", 93: "zstd"}
_DEFLATE = 8
_SUMMED_NEAR, _SUMMED_FAR, _SUMMED_ANYWAY = 256_000_000, 1_000_000, 1_000_000  # bytes of a member whose CRC is computed
_CHUNK = 1_000_000
_WHOLE = 65_536  # bytes; a member no larger is read once, however often it is looked at
_LONGEST_TARGET = 4096
# Kinds of archives by a member that only they have; each module has `judge_members(contents, context) -> Iterator[Evidence]`.
KINDS: dict[str, str] = {"schema.json": "skops", "MAR-INF/MANIFEST.json": "mar", "model_config.yaml": "nemo"}


class Contents:
    """What members hold, by their paths; made anew each time, so that nothing of what is unpacked is kept."""

    def __init__(self, members: Mapping[str, Callable[[], Reader | None]]) -> None:
        self._members = members
        self.paths = members.keys()

    def get(self, path: str) -> Reader | None:
        """What a member holds; None where there is none, or none that can be read."""
        return self._members[path]() if path in self._members else None


class _Archive(NamedTuple):
    """An archive that is being judged: the file, the context, the directory, what it is as torch's, and where members' data begins."""

    reader: Reader
    context: Context
    directory: Directory
    layout: Layout | None
    places: Mapping[int, tuple[int, Local | None]]


def judge(reader: Reader, context: Context) -> Judgement:
    """An archive: its structure, then every member."""
    try:
        directory = read_directory(reader)
    except WrongZipError as error:
        return Judgement("zip", (archive("directory", f"begins like a zip archive, and {error}", verdict="review"),))
    return _judged(reader, context, directory)


def at_end(reader: Reader, context: Context) -> Judgement | None:
    """An archive at the end of a file that begins with something else; None where there is none."""
    try:
        directory = read_directory(reader)
    except WrongZipError:
        return None
    return _judged(reader, context, directory) if directory.members else None


def _judged(reader: Reader, context: Context, directory: Directory) -> Judgement:
    layout = torch.layout(directory, lambda member: _found(reader, member, context), context.name)
    raw = layout.raw if layout else frozenset()
    trusted = frozenset() if reader.near else raw
    checked = check(reader, directory, context.budget, lambda member: member.name in trusted)
    context = context._replace(roles=keras.roles(directory, context.name))
    opened = _Archive(reader, context, directory, layout, checked.places)
    kind = layout.format if layout else "keras" if context.roles else _kind(directory)
    parts = chain(
        [Judgement(None, tuple(checked.evidence), (), _unread(raw, near=reader.near))],
        until_spent(_members(opened), Judgement(None, (SPENT,))),
        until_spent(_as_kind(opened, kind), Judgement(None, (SPENT,))),
    )
    return merged(kind, parts)


def _unread(raw: frozenset[bytes], *, near: bool) -> tuple[str, ...]:
    if not raw:
        return ()
    how = "" if near else "; where they lie is taken from the directory, and their own headers are not read"
    return (f"{len(raw):,} tensor payloads: numbers by their place in the archive{how}",)


def _found(reader: Reader, member: Member, context: Context) -> Reader | None:
    """The content of one member, before the archive as a whole was looked at."""
    try:
        return _content(reader, member, read_local(reader, member).data, context)
    except WrongZipError:
        return None


def _content(reader: Reader, member: Member, data: int, context: Context) -> Reader | None:
    """What a member holds; None where it is packed by a method that is not looked into."""
    packed = Part(reader, data, member.packed)
    if member.method == 0:
        return packed
    if member.method == _DEFLATE:
        return Unpacked(packed, INFLATE, context.budget)
    try:
        return Unpacked(packed, CODECS[_PACKED[member.method]](), context.budget)
    except (KeyError, ImportError):
        return None


def _kind(directory: Directory) -> str:
    """What a zip archive is by the names of its members."""
    paths = {member.path for member in directory.members}
    if paths and all(path.endswith(".npy") for path in paths):
        return "npz"
    return next((module for marker, module in KINDS.items() if marker in paths), "zip")


def _as_kind(opened: _Archive, kind: str) -> Iterator[Judgement]:
    """What is said of the archive as one of its kind."""
    if opened.layout:
        yield Judgement(None, tuple(torch.judge(opened.directory, opened.layout)))
    elif kind in KINDS.values():
        module = importlib.import_module(f"cardlint.weights.{kind}")
        judged: Callable[[Contents, Context], Iterator[Evidence]] = module.judge_members
        members = opened.directory.members
        readable = {
            members[index].path: partial(_content, opened.reader, members[index], data, opened.context)
            for index, (data, _) in opened.places.items()
        }
        yield from (Judgement(None, (item,)) for item in judged(Contents(readable), opened.context))


def _members(opened: _Archive) -> Iterator[Judgement]:
    """The judgements of all members but those that are raw numbers."""
    for index, member in enumerate(opened.directory.members):
        if index not in opened.places:
            continue
        content = _content(opened.reader, member, opened.places[index][0], opened.context)
        if content is None:
            message = f"{member.path} is packed by method {member.method}, which is not looked into"
            yield Judgement(None, (archive(member.path, message, verdict="review"),))
        elif member.flags & (ENCRYPTED | PATCHED):
            yield from _encrypted(opened, member, content)
        elif stat.S_ISLNK(member.mode):
            yield _link(member, content)
        elif member.size or not member.path.endswith("/"):
            if member.path.endswith("/"):
                message = f"{member.path} is a folder, and has data"
                yield Judgement(None, (archive(member.path, message, verdict="review"),))
            yield from _member(opened, member, content)


def _member(opened: _Archive, member: Member, content: Reader) -> Iterator[Judgement]:
    """The judgement of one member's content, then whether it is as long as is said and has the CRC that is said."""
    layout, path = opened.layout, member.path
    if layout and member.name in layout.raw:
        return
    if isinstance(content, Part) and content.size <= _WHOLE:
        content = Held(content.read(0, _WHOLE))
    script = layout is not None and layout.format == "torchscript"
    storages = layout.storages.get(path.casefold(), {}) if layout else None
    judged = opened.context.judge(path, content, storages, script=script)
    yield judged
    if script and path.casefold().endswith(".py") and path.casefold().startswith(f"{layout.top}/code/" if layout else ""):
        yield torch.judge_code(path, content).inside(path)
    yield from until_spent(_summed(content, member, judged.format, near=opened.reader.near), Judgement(None, (SPENT.inside(path),)))


def _encrypted(opened: _Archive, member: Member, content: Reader) -> Iterator[Judgement]:
    """A member that is said to be encrypted or a patch: either nobody can look at it, or that is not true."""
    path = member.path
    if _length_and_crc(content) != (member.size, member.crc):
        message = f"{path} is encrypted, so nobody can look at it"
        yield Judgement(None, (archive(path, message, verdict="review", reference="GHSA-w8jq-xcqf-f792"),))
        return
    message = f"{path} is said to be encrypted or a patch, and is neither; some readers refuse it, others read it"
    yield Judgement(None, (archive(path, message, reference="GHSA-w8jq-xcqf-f792"),))
    yield from _member(opened, member, content)


def _link(member: Member, content: Reader) -> Judgement:
    target = content.read(0, _LONGEST_TARGET).decode("utf-8", "replace")
    out = link_leads_out(member.path, target)
    message = f"{member.path} is a symbolic link to {target}" + (", which leads out of the archive" if out else "")
    return Judgement(None, (archive(member.path, message, verdict="block" if out else "review"),))


def _summed(content: Reader, member: Member, form: str | None, *, near: bool) -> Iterator[Judgement]:
    """Compare length and CRC; of large members nothing is run from, and of large ones far away, they are left unread."""
    idle = form is None or form in HARMLESS
    if member.size > (_SUMMED_ANYWAY if idle else _SUMMED_NEAR if near else _SUMMED_FAR):
        yield Judgement(None, inert=(f"{form or 'unknown'} members of more than {_SUMMED_ANYWAY:,} bytes: their CRC is not computed",))
        return
    length, crc = _length_and_crc(content)
    path = member.path
    if length != member.size:
        yield Judgement(None, (archive(path, f"{path} has {length:,} bytes, and the directory says {member.size:,}"),))
    elif crc != member.crc:
        message = f"the CRC of {path} is wrong: zipfile refuses it, and torch loads it"
        yield Judgement(None, (archive(path, message, reference="CVE-2025-10156"),))
    if isinstance(content, Unpacked) and (content.broken or content.trailing):
        message = content.broken or f"{content.trailing:,} bytes follow the packed data of {path}, and belong to nothing"
        yield Judgement(None, (archive(path, f"{path}: {message}", verdict="review"),))


def _length_and_crc(content: Reader) -> tuple[int, int]:
    """How long a content is, and its CRC-32. Raises SpentError."""
    if isinstance(content, Unpacked):
        return content.size, content.crc
    crc, at = 0, 0
    while chunk := content.read(at, _CHUNK):
        crc, at = zlib.crc32(chunk, crc), at + len(chunk)
    return at, crc
