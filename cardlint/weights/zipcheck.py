"""What is wrong with a zip archive: everything two readers of it could see differently, and every byte nobody owns."""

from __future__ import annotations

import stat
import struct
from typing import TYPE_CHECKING

from cardlint.weights.budget import SpentError
from cardlint.weights.memberpaths import leads_out
from cardlint.weights.named import NamedTuple
from cardlint.weights.verdict import MORE, SPENT, Evidence
from cardlint.weights.zipread import LOCAL, LOCAL_SIZE, Local, WrongZipError, read_local

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from cardlint.weights.budget import Budget
    from cardlint.weights.reading import Reader
    from cardlint.weights.verdict import Verdict
    from cardlint.weights.zipread import Directory, Member

ENCRYPTED = 0x1 | 0x40 | 0x2000
PATCHED = 0x20
_STREAMED, _UTF8 = 8, 0x800
# Data descriptors (4.3.9): with and without signature, with sizes of 32 and of 64 bits.
_DESCRIPTORS = {12: "<3L", 16: "<4x3L", 20: "<L2Q", 24: "<4xL2Q"}
_LONG = 64  # bytes of a gap that are read: more than any descriptor has
_SIGNATURE = b"PK\x07\x08"
_WIDEST = 0xFFFFFFFF
_PADDING = 8192  # bytes between two members that are taken for the header of the next where that is not read
_EXTRA = 300  # bytes of extra fields that stand before the data
_MOST = 200
_FLAGS, _CRC, _NAME = "GHSA-w8jq-xcqf-f792", "GHSA-mjqp-26hc-grxg", "GHSA-7q5r-7gvp-wc82"


class Checked(NamedTuple):
    """Where the data of each member begins, by its place in the directory, and what is wrong. A header that was not read is None."""

    places: dict[int, tuple[int, Local | None]]
    evidence: list[Evidence]


class _Extent(NamedTuple):
    """From where to where a member lies, and what stands before it; `slack` is how much longer it may be, its header not read."""

    start: int
    end: int
    member: Member
    before: bytes = b""
    slack: int = 0


def archive(about: str, message: str, *, verdict: Verdict = "block", reference: str | None = None) -> Evidence:
    """Evidence about the structure of an archive."""
    return Evidence(verdict, "archive", about, message, reference=reference)


def check(reader: Reader, directory: Directory, budget: Budget, trusted: Callable[[Member], bool]) -> Checked:
    """Hold the directory against the members' own headers, but for those `trusted` to lie where the directory says."""
    extents: list[_Extent] = []
    checked = Checked({}, [*_whole(reader, directory), *names(directory)])
    found: list[Evidence] = []
    for index, member in enumerate(directory.members):
        try:
            budget.admit()
        except SpentError:
            found.append(SPENT)
            break
        if trusted(member):
            begin = member.header + LOCAL_SIZE + len(member.name)
            extents.append(_Extent(member.header, begin + member.packed, member, slack=_PADDING))
            continue
        try:
            local = read_local(reader, member)
        except WrongZipError as error:
            found.append(archive(member.path, str(error)))
            continue
        checked.places[index] = (local.data, local)
        extents.append(_Extent(member.header, local.data + member.packed, member, local.before))
        found += _headers(reader, member, local)
    if len(extents) == len(directory.members):
        found += _extents(reader, directory, sorted(extents, key=lambda extent: extent[:2]))
    kept = sorted([*checked.evidence, *found], key=lambda item: item.verdict != "block")
    return checked._replace(evidence=[*kept[:_MOST], *([MORE] if len(kept) > _MOST else [])])


def _whole(reader: Reader, directory: Directory) -> Iterator[Evidence]:
    """What is wrong with the archive as a whole."""
    starts = reader.read(0, 4)
    for about, message in directory.oddities:
        yield archive(about, message)
    if directory.shift < 0:
        yield archive("directory", "the directory says that members stand where they cannot be")
    elif directory.shift > 0:
        torch = "torch takes the file for a zip all the same" if starts == LOCAL else "torch takes the file for a pickle, zipfile for a zip"
        yield archive("prefix", f"{directory.shift:,} bytes stand before the archive; {torch}")
    elif directory.members and starts != LOCAL:
        yield archive("prefix", "the file does not begin with a member, although the directory says so")
    if directory.tail:
        yield archive("suffix", f"{directory.tail:,} bytes follow the archive, and belong to nothing", verdict="review")
    if any(at >= directory.start or not _within(at, directory) for at in directory.more_ends):
        yield archive("end record", "there are several end records; which one counts depends on the reader")
    elif b"PK" in directory.comment:
        yield archive("comment", "the comment holds what looks like a part of another archive")


def _within(at: int, directory: Directory) -> bool:
    """Whether an offset lies in a member, as the end record of an archive in the archive does."""
    return any(member.header <= at < member.header + LOCAL_SIZE + len(member.name) + _EXTRA + member.packed for member in directory.members)


def names(directory: Directory) -> Iterator[Evidence]:
    """Names that are read differently, lead out, or come twice; links; and what is not looked into."""
    seen: set[str] = set()
    folded: dict[str, str] = {}
    for member in directory.members:
        path = member.path
        cut = path.partition("\0")[0]
        if cut != path:
            yield archive(path, "a NUL in the name: some readers cut it there, and the member replaces another one")
        if cut in seen:
            yield archive(path, f"{cut} is there more than once; which one is read depends on the reader")
        elif (other := folded.setdefault(cut.casefold(), cut)) != cut:
            grave: Verdict = "block" if cut.casefold().endswith("pkl") else "review"
            yield archive(path, f"{cut} and {other} differ in case alone; torch takes the one for the other", verdict=grave)
        seen.add(cut)
        if leads_out(path):
            yield archive(path, f"{path} leads out of the folder it is unpacked into")
        kind = stat.S_IFMT(member.mode)
        if kind not in {0, stat.S_IFREG, stat.S_IFDIR, stat.S_IFLNK}:
            yield archive(path, f"{path} is a device, pipe or socket")


def _headers(reader: Reader, member: Member, local: Local) -> Iterator[Evidence]:
    """Where a member's own header says something else than the directory, or leads beyond the file."""
    if local.data + member.packed > reader.size:
        yield archive(member.path, f"{member.path} ends beyond the file", verdict="review")
    if local.name != member.name:
        own = local.name.decode("utf-8", "replace")
        yield archive(member.path, f"the directory says {member.path}, its own header {own}", reference=_NAME)
    ignored = _UTF8 if member.name.isascii() else 0
    if different := (local.flags ^ member.flags) & ~ignored:
        message = f"the flags of {member.path} differ between the directory and its own header"
        yield archive(member.path, message, reference=_FLAGS if different & (ENCRYPTED | PATCHED) else None)
    if local.method != member.method:
        yield archive(member.path, f"the packing of {member.path} differs between the directory and its own header")
    streamed = local.flags & _STREAMED and local.crc == 0 and {local.packed, local.size} <= {0, _WIDEST}
    if (local.crc, local.packed, local.size) != (member.crc, member.packed, member.size) and not streamed:
        message = f"size or CRC of {member.path} differ between the directory and its own header"
        yield archive(member.path, message, reference=_CRC)
    if member.method == 0 and member.packed != member.size and not member.flags & ENCRYPTED:
        yield archive(member.path, f"{member.path} is stored, and has two sizes")


def _extents(reader: Reader, directory: Directory, extents: list[_Extent]) -> Iterator[Evidence]:
    """Members that overlap, and bytes between them that belong to none."""
    after, last = max(0, directory.shift), None
    bounds = [(extent.start, extent.end, extent.member.path, extent) for extent in extents]
    for start, end, path, extent in [*bounds, (directory.start, directory.start, "the directory", None)]:
        gap = start - after
        if gap < 0:
            yield archive(path, f"{path} overlaps with another member")
        elif last is not None and last.slack:
            if gap > last.slack:
                yield archive(path, f"{gap:,} bytes before {path} belong to nothing", verdict="review")
        elif gap:
            held = extent.before[-gap:] if extent is not None and gap <= len(extent.before) else reader.read(after, min(gap, _LONG))
            yield from _gap(held, gap, path, last)
        after, last = max(after, end), extent


def _gap(held: bytes, length: int, path: str, last: _Extent | None) -> Iterator[Evidence]:
    """Bytes between two members: what says sizes and CRC of the one before, or nothing."""
    shape = _DESCRIPTORS.get(length)
    if shape is None or last is None or held.startswith(_SIGNATURE) != (length in {16, 24}):
        yield archive(path, f"{length:,} bytes before {path} belong to nothing", verdict="review")
    elif struct.unpack(shape, held) != (last.member.crc, last.member.packed, last.member.size):
        message = f"size or CRC of {last.member.path} differ between the directory and what follows its data"
        yield archive(last.member.path, message, reference=_CRC)
