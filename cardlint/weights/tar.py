"""Tar archives: read through, never unpacked. Each member is judged by its content, and each name and link by where it leads.

Also torch's format before 0.1.10, and NeMo's models, which are tar archives with members of certain names.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, NamedTuple

from cardlint.weights import mar, nemo, torchtar
from cardlint.weights.budget import Budget
from cardlint.weights.memberpaths import leads_out, link_leads_out, tidy
from cardlint.weights.program import walk
from cardlint.weights.reading import Held, Span, Stream
from cardlint.weights.sniff import HEAD, by_magic
from cardlint.weights.tarread import BLOCK, End, Entry, entries, is_header
from cardlint.weights.verdict import SPENT, Evidence, Judgement, merged, until_spent
from cardlint.weights.zipcheck import archive

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cardlint.weights.judge import Context
    from cardlint.weights.reading import Reader

_AFTER_NEAR, _AFTER_FAR = 1_000_000, 65_536  # bytes behind the end that are looked at
_DEEPEST = 64  # folders of a path that are compared with links
_TRIAL = 1000  # opcodes of a pickle that a name may hide
_LINKS = {b"1": "hard", b"2": "symbolic"}
_DEVICES = frozenset((b"3", b"4", b"6"))
_FOLDER = b"5"
_PACKED = ("", ".gz", ".bz2", ".xz")
_FILES = frozenset((b"0", b"\0", b"7", b"S"))


class _Seen(NamedTuple):
    """The members so far, tidied, and those of them that are symbolic links."""

    paths: set[str]
    links: set[str]


def judge(reader: Reader, context: Context) -> Judgement:
    """The archive as a whole, and every member in turn."""
    seen = _Seen(set(), set())
    parts = until_spent(itertools.chain(_polyglot(reader, context), _members(reader, context, seen)), Judgement(None, (SPENT,)))
    judged = merged("tar", parts)
    return judged._replace(format="torch-tar") if seen.paths >= torchtar.MEMBERS else judged


def _evidence(item: Evidence) -> Judgement:
    return Judgement(None, (item,))


def _polyglot(reader: Reader, context: Context) -> Iterator[Judgement]:
    """Where the first name is the beginning of another file, or a program."""
    head = reader.read(0, HEAD)
    other = by_magic(head)
    if other in {"zip", "pickle", "torch-legacy"}:
        message = f"is a tar archive, and begins like {other}; which of them it is depends on the reader"
        yield _evidence(archive("beginning", message))
    program = walk(Stream(Held(head)), context.names, Budget(_TRIAL))
    if program.machine.seen:
        message = "is a tar archive, and a pickle that asks for names; which of them it is depends on the reader"
        yield _evidence(archive("beginning", message))


def _members(reader: Reader, context: Context, seen: _Seen) -> Iterator[Judgement]:
    for entry in entries(reader, context.budget):
        if isinstance(entry, End):
            yield from (_evidence(item) for item in _end(reader, entry))
            continue
        yield Judgement(None, (*(archive(entry.path, oddity) for oddity in entry.oddities), *_entry(entry, seen)))
        if entry.kind != _FOLDER and entry.kind not in _LINKS and entry.kind not in _DEVICES:
            yield from _content(reader, entry, context)


def _entry(entry: Entry, seen: _Seen) -> Iterator[Evidence]:
    """What a member's name and kind say."""
    path = entry.path
    plain = tidy(path)
    if leads_out(path):
        yield archive(path, f"{path} leads out of the folder it is unpacked into")
    if seen.links.intersection(itertools.accumulate(plain.split("/")[:_DEEPEST], "{}/{}".format)):
        yield archive(path, f"{path} is unpacked through a symbolic link of the archive")
    if entry.kind != _FOLDER:
        if plain in seen.paths:
            yield archive(path, f"{path} is there more than once; which one is read depends on the reader")
        seen.paths.add(plain)
    if entry.kind in _LINKS:
        yield from _link(entry, seen)
    elif entry.kind in _DEVICES:
        yield archive(path, f"{path} is a device or a pipe")
    elif entry.kind not in _FILES and entry.kind != _FOLDER:
        yield archive(path, f"{path} is of a kind ({entry.kind.decode('latin-1')!r}) that few readers know", verdict="review")
    if entry.kind == b"2":
        seen.links.add(plain)
    if entry.sparse:
        yield archive(path, f"{path} is sparse, and is looked at as it is stored", verdict="review")


def _link(entry: Entry, seen: _Seen) -> Iterator[Evidence]:
    path, target = entry.path, entry.link
    if link_leads_out(path, target) if entry.kind == b"2" else leads_out(target):
        yield archive(path, f"{path} is a {_LINKS[entry.kind]} link to {target}, which leads out of the archive")
    elif entry.kind == b"1" and tidy(target) not in seen.paths:
        yield archive(path, f"{path} is a hard link to {target}, which is not in the archive before it", verdict="review")
    elif tidy(path) in torchtar.MEMBERS:
        yield archive(path, f"{path} is a link where torch reads a file")


def _content(reader: Reader, entry: Entry, context: Context) -> Iterator[Judgement]:
    """What a member holds: by its place where torch or NeMo read it by its place, else by what it is."""
    content, plain = Span(reader, entry.data, entry.size), tidy(entry.path)
    if plain in torchtar.MEMBERS and (judged := torchtar.judge(plain, content, context)):
        yield judged.inside(plain)
        return
    yield context.judge(_meant(entry.path, context.name), content)
    if plain == mar.MANIFEST:
        yield Judgement(None, tuple(mar.judge_manifest(content)))
    if nemo.is_config(plain, context.name):
        yield Judgement(None, tuple(nemo.judge_config(content, context))).inside(entry.path)


def _meant(path: str, name: str) -> str:
    """The name of a member without what only the archive is: pandas calls its one member `frame.pkl.tar.gz` like the archive itself.

    pandas/io/common.py, `_BytesTarFile.infer_filename`.
    """
    own = name.rpartition("/")[2].removesuffix(".tar")
    return own if own and path in {f"{own}.tar{packed}" for packed in _PACKED} else path


def _end(reader: Reader, end: End) -> Iterator[Evidence]:
    """What is wrong with how the archive ends, and what follows."""
    if end.broken is not None:
        yield archive("end", f"the archive is broken at byte {end.at:,}: {end.broken}", verdict="review")
    most = _AFTER_NEAR if reader.near else _AFTER_FAR
    rest = reader.read(end.at, most)
    after = 0 if end.broken is None else BLOCK  # what broke it may be a header itself
    if any(is_header(rest[at : at + BLOCK]) for at in range(after, len(rest), BLOCK) if rest[at]):
        yield archive("end", "members follow the end of the archive; some readers go on there, others do not")
    elif end.broken is None and (rest.strip(b"\0") or len(rest) == most):
        yield archive("suffix", "bytes follow the end of the archive, and belong to nothing", verdict="review")
