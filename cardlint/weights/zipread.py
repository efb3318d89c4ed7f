"""Zip archives byte by byte: the end record, the directory, and the headers before the members, with every oddity noted.

PKWARE APPNOTE 6.3.10, section 4.3. Readers trust one or the other, so whatever differs is read differently by somebody:
what zipfile (CPython 3.11) and torch (2.13, miniz 2.1) do with each was tried, and stands beside it.
"""

from __future__ import annotations

import struct
import zlib
from typing import TYPE_CHECKING

from cardlint.weights.named import NamedTuple

if TYPE_CHECKING:
    from cardlint.weights.reading import Reader

LOCAL, CENTRAL, END, END64, LOCATOR64 = b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06", b"PK\x06\x06", b"PK\x06\x07"
_END_SIZE, _LOCATOR_SIZE, _END64_SIZE, _CENTRAL_SIZE, LOCAL_SIZE = 22, 20, 56, 46, 30
_COMMENT = 65_535
_FIRST_TAIL = 4096  # bytes; enough for a file without comment, and little to ask for over a network
_WIDE, _WIDEST = 0xFFFF, 0xFFFFFFFF
_ZIP64_FIELD, _UNICODE_PATH = 1, 0x7075
_NEWEST = 63  # version needed to extract, times ten, that zipfile accepts
LONGEST_DESCRIPTOR = 24
MOST_MEMBERS = 100_000
MOST_DIRECTORY = 32_000_000


class WrongZipError(Exception):
    """No archive, or one whose directory cannot be read."""


class Member(NamedTuple):
    """An entry of the directory. `name` as it is written; `header` is where in the file the member's own header stands."""

    name: bytes
    flags: int
    method: int
    crc: int
    packed: int
    size: int
    header: int
    mode: int

    @property
    def path(self) -> str:
        """The name as text: UTF-8 where it is, else CP437 as the specification has it."""
        try:
            return self.name.decode("utf-8")
        except UnicodeDecodeError:
            return self.name.decode("cp437")


class Local(NamedTuple):
    """A member's own header, where its data begins, and the bytes before the header, which belong to the member before it."""

    name: bytes
    flags: int
    method: int
    crc: int
    packed: int
    size: int
    data: int
    before: bytes = b""


class Directory(NamedTuple):
    """The members in the order of the directory; where the directory, and the archive, begin and end.

    `shift` is how many bytes stand before the archive: offsets count from there. `more_ends` are offsets of other end
    records; `tail` is what follows the end record and its comment. `oddities` are what some reader refuses or reads
    differently, each with what it is about.
    """

    members: tuple[Member, ...]
    start: int
    end: int
    shift: int
    comment: bytes
    tail: int
    more_ends: tuple[int, ...]
    oddities: tuple[tuple[str, str], ...]


class _End(NamedTuple):
    """What the end records say: where they and the directory before them end, and the directory's entries, size and offset."""

    at: int
    directory_end: int
    entries: int
    size: int
    offset: int
    oddities: list[tuple[str, str]]


def read_directory(reader: Reader) -> Directory:
    """The directory. Raises WrongZipError."""
    at, tail, tail_start = _end_record(reader)
    record = tail[at - tail_start : at - tail_start + _END_SIZE]
    comment = int.from_bytes(record[20:22], "little")
    end = _read_end(reader, at, record)
    if end.size > min(MOST_DIRECTORY, end.directory_end) or end.entries > MOST_MEMBERS:
        raise WrongZipError("the directory is larger than any that is read")
    oddities = [*end.oddities]
    members, start, shift = _both_readings(reader, end, oddities)
    ends = tuple(tail_start + i for i in _places(tail, END) if tail_start + i != at)
    left = reader.size - at - _END_SIZE - comment
    if left < 0:
        oddities.append(("comment", "the comment is said to go on beyond the end of the file; some readers refuse that"))
    held = tail[at - tail_start + _END_SIZE : at - tail_start + _END_SIZE + comment]
    return Directory(tuple(members), start, at + _END_SIZE + comment, shift, held, max(0, left), ends, tuple(oddities))


def _both_readings(reader: Reader, end: _End, oddities: list[tuple[str, str]]) -> tuple[list[Member], int, int]:
    """The members, where their directory begins, and the shift.

    zipfile takes the directory that ends at the end record, and shifts all offsets accordingly. Torch takes the one at the
    offset that is declared. Where those are two, all members of both are returned.
    """
    start = end.directory_end - end.size
    if start == end.offset:
        return _members(reader.read(start, end.size), end.entries, 0, oddities), start, 0
    said = len(oddities)
    declared = _members(reader.read(end.offset, min(end.size, max(0, end.at - end.offset))), end.entries, 0, oddities)
    del oddities[said:]  # one reader alone sees what is odd there, and that there are two is said already
    members = _members(reader.read(start, end.size), end.entries, start - end.offset, oddities)
    if not declared:
        return members, start, start - end.offset
    message = f"zipfile takes the directory at byte {start:,}, torch the one at byte {end.offset:,}"
    oddities.append(("directory", message))
    return list(dict.fromkeys([*members, *declared])), start if members else end.offset, 0


def _end_record(reader: Reader) -> tuple[int, bytes, int]:
    """The offset of the end record zipfile takes, the bytes from the file's end in which it lies, and where those begin."""
    size = reader.size
    for length in (_FIRST_TAIL, _END_SIZE + _COMMENT + _FIRST_TAIL):
        start = max(0, size - length)
        tail = reader.read(start, length)
        exact = size - _END_SIZE - start
        if exact >= 0 and tail[exact : exact + 4] == END and tail[-2:] == b"\0\0":
            return start + exact, tail, start
        found = tail.rfind(END)
        if found >= 0 and len(tail) - found >= _END_SIZE:
            return start + found, tail, start
        if start == 0:
            break
    raise WrongZipError("there is no end record")


def _read_end(reader: Reader, at: int, record: bytes) -> _End:
    """What the end record says, and the zip64 record before it where there is one. Raises WrongZipError."""
    _, disk, disk_start, here, count, size, offset, _ = struct.unpack("<4s4H2LH", record)
    if disk not in {0, _WIDE} or disk_start not in {0, _WIDE}:
        raise WrongZipError("the archive goes over several disks")
    oddities = [] if here == count else [("end record", "the end record counts members in two ways; torch refuses it, zipfile reads it")]
    locator = reader.read(at - _LOCATOR_SIZE, _LOCATOR_SIZE) if at >= _LOCATOR_SIZE else b""
    if not locator.startswith(LOCATOR64):
        return _End(at, at, count, size, offset, oddities)
    place = at - _LOCATOR_SIZE - _END64_SIZE
    wide = reader.read(place, _END64_SIZE) if place >= 0 else b""
    if not wide.startswith(END64):
        raise WrongZipError("the zip64 end record is not where its locator stands")
    _, _, _, _, _, _, _, count64, size64, offset64 = struct.unpack("<4sQ2H2L4Q", wide)
    pairs = ((count, count64, _WIDE), (size, size64, _WIDEST), (offset, offset64, _WIDEST))
    if any(narrow not in {full, limit} for narrow, full, limit in pairs):
        oddities.append(("end record", "the two end records say different things"))
    if (said := int.from_bytes(locator[8:16], "little")) not in {place, offset64 + size64}:
        oddities.append(("end record", f"the zip64 end record is said to stand at byte {said:,}, and zipfile takes another"))
    return _End(at, place, count64, size64, offset64, oddities)


def _members(held: bytes, count: int, shift: int, oddities: list[tuple[str, str]]) -> list[Member]:
    found: list[Member] = []
    at = 0
    while held[at : at + 4] == CENTRAL and len(held) - at >= _CENTRAL_SIZE:
        fields = struct.unpack("<4s6H3L5H2L", held[at : at + _CENTRAL_SIZE])
        _, _, needs, flags, method, _, _, crc, packed, size, name, extra, comment, _, _, external, header = fields
        body = at + _CENTRAL_SIZE
        at = body + name + extra + comment
        if at > len(held):
            oddities.append(("directory", "the last entry of the directory ends beyond it; readers differ in what they make of it"))
            return found
        plain = Member(held[body : body + name], flags, method, crc, packed, size, header, external >> 16)
        extras = held[body + name : body + name + extra]
        oddities += [(plain.path, message) for message in _entry_oddities(plain, needs, extras)]
        size, packed, header = _wide(extras, (size, packed, header))
        found.append(plain._replace(size=size, packed=packed, header=header + shift))
    if at < len(held):
        message = f"{len(held) - at:,} bytes of the directory are no entry; zipfile refuses them, torch passes over them"
        oddities.append(("directory", message))
    if len(found) & _WIDE != count & _WIDE:
        oddities.append(("end record", f"the end record counts {count:,} members, and the directory has {len(found):,}"))
    return found


def _entry_oddities(member: Member, needs: int, extra: bytes) -> list[str]:
    """What makes one reader refuse an entry that another takes."""
    found = []
    if needs & 0xFF > _NEWEST:
        found.append(f"{member.path} is said to need version {needs & 0xFF} of the format; zipfile refuses it, torch reads it")
    if member.flags & 0x800 and member.path.encode() != member.name:
        found.append("a name is said to be UTF-8 and is not; zipfile refuses the archive")
    at = 0
    while at + 4 <= len(extra):
        field, length = struct.unpack("<HH", extra[at : at + 4])
        if at + 4 + length > len(extra):
            found.append(f"the extra fields of {member.path} are broken; zipfile refuses them, torch reads it")
        held = extra[at + 4 : at + 4 + length]
        if field == _UNICODE_PATH and held[1:5] == zlib.crc32(member.name).to_bytes(4, "little") and held[5:] != member.name:
            found.append(f"{member.path} has another name for readers that know the Unicode path field")
        at += 4 + length
    return found


def _wide(extra: bytes, values: tuple[int, int, int]) -> tuple[int, int, int]:
    """Sizes and offset, those that do not fit taken from the zip64 field in the order of the specification."""
    at, result = 0, list(values)
    while at + 4 <= len(extra):
        field, length = struct.unpack("<HH", extra[at : at + 4])
        if field == _ZIP64_FIELD:
            held = extra[at + 4 : at + 4 + length]
            for index in (index for index, value in enumerate(values) if value == _WIDEST):
                if len(held) >= 8:  # noqa: PLR2004 - a 64-bit number
                    result[index], held = int.from_bytes(held[:8], "little"), held[8:]
            break
        at += 4 + length
    return result[0], result[1], result[2]


def read_local(reader: Reader, member: Member) -> Local:
    """A member's own header. Raises WrongZipError."""
    at = member.header
    ahead = min(LONGEST_DESCRIPTOR, max(0, at))
    held = reader.read(at - ahead, ahead + LOCAL_SIZE + len(member.name)) if 0 <= at < reader.size else b""
    before, held = held[:ahead], held[ahead:]
    if held[:4] != LOCAL or len(held) < LOCAL_SIZE:
        raise WrongZipError(f"there is no member at byte {at:,}, where the directory says {member.path}")
    _, _, flags, method, _, _, crc, packed, size, name, extra = struct.unpack("<4s5H3L2H", held[:LOCAL_SIZE])
    if len(held) < LOCAL_SIZE + name:
        held += reader.read(at + len(held), LOCAL_SIZE + name - len(held))
    data = at + LOCAL_SIZE + name + extra
    if data > reader.size:
        raise WrongZipError(f"the header of {member.path} ends beyond the file")
    if _WIDEST in {size, packed}:
        size, packed, _ = _wide(reader.read(at + LOCAL_SIZE + name, extra), (size, packed, 0))
    return Local(held[LOCAL_SIZE : LOCAL_SIZE + name], flags, method, crc, packed, size, data, before)


def _places(held: bytes, signature: bytes) -> list[int]:
    found = []
    at = held.find(signature)
    while at >= 0:
        found.append(at)
        at = held.find(signature, at + 1)
    return found
