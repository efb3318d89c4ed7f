"""What is wrong with a zip archive: everything two readers of it could see differently, and every byte nobody owns."""

from __future__ import annotations

import stat
from typing import TYPE_CHECKING, NamedTuple

from cardlint.weights.verdict import Evidence
from cardlint.weights.zipread import LOCAL, Local, WrongZipError, read_local

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from cardlint.weights.reading import Reader
    from cardlint.weights.zipread import Directory, Member

_ENCRYPTED = 0x1 | 0x40 | 0x2000
_PATCHED = 0x20
_UTF8 = 0x800
_DESCRIPTORS = (0, 12, 16, 20, 24)
_METHODS = {0: "stored", 8: "deflated"}
MOST_SHOWN = 20


class Checked(NamedTuple):
    """The members whose data can be found, with their own headers, and what is wrong. A header that was not read is None."""

    places: dict[int, tuple[int, Local | None]]
    evidence: list[Evidence]


def _archive(about: str, message: str, *, verdict: str = "block", reference: str | None = None) -> Evidence:
    return Evidence("block" if verdict == "block" else "review", "archive", about, message, reference=reference)


def check(reader: Reader, directory: Directory, trusted: Callable[[Member], bool]) -> Checked:
    """Hold the directory against the members' own headers, but for those `trusted` to lie where the directory says."""
    evidence = [*_whole(reader, directory), *_names(directory)]
    places: dict[int, tuple[int, Local | None]] = {}
    extents: list[tuple[int, int, str]] = []
    for index, member in enumerate(directory.members):
        if trusted(member):
            continue
        try:
            local = read_local(reader, member, directory.shift)
        except WrongZipError as error:
            evidence.append(_archive(member.path, str(error)))
            continue
        places[index] = (local.data, local)
        evidence += _headers(member, local)
        extents.append((member.header + directory.shift, local.data + member.packed, member.path))
    if len(extents) == len(directory.members):
        evidence += _extents(reader, directory, sorted(extents))
    return Checked(places, evidence[: MOST_SHOWN * 10])


def _whole(reader: Reader, directory: Directory) -> Iterator[Evidence]:
    """What is wrong with the archive as a whole."""
    starts = reader.read(0, 4)
    if directory.shift < 0:
        yield _archive("directory", "the directory says that members stand where they cannot be")
    elif directory.shift > 0:
        torch = "torch takes the file for a zip all the same" if starts == LOCAL else "torch takes the file for a pickle, zipfile for a zip"
        yield _archive("prefix", f"{directory.shift:,} bytes stand before the archive; {torch}")
    elif directory.members and starts != LOCAL:
        yield _archive("prefix", "the file does not begin with a member, although the directory says so")
    if directory.tail:
        yield _archive("suffix", f"{directory.tail:,} bytes follow the archive, and belong to nothing", verdict="review")
    if directory.more_ends:
        yield _archive("end record", "there are several end records; which one counts depends on the reader")
    elif b"PK" in directory.comment:
        yield _archive("comment", "the comment holds what looks like a part of another archive")


def _names(directory: Directory) -> Iterator[Evidence]:
    seen: dict[str, bytes] = {}
    for member in directory.members:
        path = member.path
        if "\0" in path:
            yield _archive(path, "a NUL in the name: some readers cut it there, and the member replaces another one")
        cut = path.partition("\0")[0]
        if cut in seen:
            yield _archive(path, f"{cut} is there more than once; which one is read depends on the reader")
        seen[cut] = member.name
        if _leads_out(path):
            yield _archive(path, f"{path} leads out of the folder it is unpacked into")
        if stat.S_ISLNK(member.mode):
            yield _archive(path, f"{path} is a symbolic link")
        if member.flags & _ENCRYPTED:
            yield _archive(path, f"{path} is encrypted, so nobody can look at it", verdict="review", reference="GHSA-w8jq-xcqf-f792")
        elif member.method not in _METHODS:
            yield _archive(path, f"{path} is packed by method {member.method}, which is not looked into", verdict="review")


def _leads_out(path: str) -> bool:
    steps = path.replace("\\", "/").split("/")
    return path.startswith(("/", "\\")) or ".." in steps or (len(path) > 1 and path[1] == ":")


def _headers(member: Member, local: Local) -> Iterator[Evidence]:
    """Where a member's own header says something else than the directory."""
    if local.name != member.name:
        own = local.name.decode("utf-8", "replace")
        yield _archive(member.path, f"the directory says {member.path}, its own header {own}", reference="GHSA-7q5r-7gvp-wc82")
    if (local.flags ^ member.flags) & ~_UTF8:
        reference = "GHSA-w8jq-xcqf-f792" if (local.flags ^ member.flags) & (_ENCRYPTED | _PATCHED) else None
        message = f"the flags of {member.path} differ between the directory and its own header"
        yield _archive(member.path, message, reference=reference)
    if local.method != member.method:
        yield _archive(member.path, f"the packing of {member.path} differs between the directory and its own header")
    sizes = (local.crc, local.packed, local.size)
    if sizes != (member.crc, member.packed, member.size) and not (local.flags & 8 and not any(sizes[:1])):
        message = f"size or CRC of {member.path} differ between the directory and its own header"
        yield _archive(member.path, message, reference="GHSA-mjqp-26hc-grxg")
    if member.method == 0 and member.packed != member.size:
        yield _archive(member.path, f"{member.path} is stored, and has two sizes")


def _extents(reader: Reader, directory: Directory, extents: list[tuple[int, int, str]]) -> Iterator[Evidence]:
    """Members that overlap, and bytes between them that belong to none."""
    after = max(0, directory.shift)
    for start, end, path in [*extents, (directory.start, directory.start, "the directory")]:
        if start < after:
            yield _archive(path, f"{path} overlaps with another member")
        elif start - after not in _DESCRIPTORS or (start != after and not _descriptor(reader, after, start - after)):
            yield _archive(path, f"{start - after:,} bytes before {path} belong to nothing", verdict="review")
        after = max(after, end)


def _descriptor(reader: Reader, at: int, length: int) -> bool:
    """Whether a data descriptor stands there (4.3.9): with its signature 16 or 24 bytes long, without it 12 or 20."""
    signed = reader.read(at, 4) == b"PK\x07\x08"
    return signed == (length in {16, 24})
