"""Zip archives byte by byte: the directory at the end, the headers before the members, and every place where they disagree.

PKWARE APPNOTE 6.3.10, section 4.3. Readers trust one or the other, so whatever differs is read differently by somebody.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from cardlint.weights.reading import Reader

LOCAL, CENTRAL, END, END64, LOCATOR64 = b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06", b"PK\x06\x06", b"PK\x06\x07"
_END_SIZE, _LOCATOR_SIZE, _END64_SIZE, _CENTRAL_SIZE, LOCAL_SIZE = 22, 20, 56, 46, 30
_COMMENT = 65_535
_FIRST_TAIL = 4096  # bytes; enough for a file without comment, and little to ask for over a network
_WIDE, _WIDEST = 0xFFFF, 0xFFFFFFFF
_ZIP64_FIELD = 1
MOST_MEMBERS = 100_000
MOST_DIRECTORY = 32_000_000


class WrongZipError(Exception):
    """No archive, or one whose directory cannot be read."""


class Member(NamedTuple):
    """An entry of the directory. `name` as it is written; `header` is the offset of the member's own header."""

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

    @property
    def streamed(self) -> bool:
        """Whether sizes and CRC stand behind the data."""
        return bool(self.flags & 8)


class Local(NamedTuple):
    """A member's own header, and where its data begins."""

    name: bytes
    flags: int
    method: int
    crc: int
    packed: int
    size: int
    data: int


class Directory(NamedTuple):
    """The members in the order of the directory; where the directory, and the archive, begin and end.

    `shift` is how many bytes stand before the archive: offsets count from there. `more_ends` are offsets of other end
    records; `tail` is what follows the end record and its comment.
    """

    members: tuple[Member, ...]
    start: int
    end: int
    shift: int
    comment: bytes
    tail: int
    more_ends: tuple[int, ...]


def read_directory(reader: Reader) -> Directory:
    """The directory. Raises WrongZipError."""
    at, tail, tail_start = _end_record(reader)
    record = tail[at - tail_start : at - tail_start + _END_SIZE]
    _, disk, disk_start, _, count, size, offset, comment = struct.unpack("<4s4H2LH", record)
    narrow = (count, size, offset)
    count, size, offset, directory_end = _zip64(reader, at, narrow)
    if any(value not in {wide, limit} for value, wide, limit in zip(narrow, (count, size, offset), (_WIDE, _WIDEST, _WIDEST), strict=True)):
        raise WrongZipError("its two end records say different things")
    if (disk and disk != _WIDE) or (disk_start and disk_start != _WIDE):
        raise WrongZipError("the archive goes over several disks")
    if size > min(MOST_DIRECTORY, directory_end) or count > MOST_MEMBERS:
        raise WrongZipError("the directory is larger than any that is read")
    start = directory_end - size
    members = tuple(_members(reader.read(start, size), start, count))
    ends = tuple(tail_start + i for i in _places(tail, END) if tail_start + i >= start and tail_start + i != at)
    after = reader.size - at - _END_SIZE - comment
    held = tail[at - tail_start + _END_SIZE : at - tail_start + _END_SIZE + comment]
    return Directory(members, start, at + _END_SIZE + comment, start - offset, held, max(0, after), ends)


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


def _zip64(reader: Reader, at: int, narrow: tuple[int, int, int]) -> tuple[int, int, int, int]:
    """Count, size and offset from the zip64 end record where there is one, and where the directory ends."""
    locator = reader.read(at - _LOCATOR_SIZE, _LOCATOR_SIZE) if at >= _LOCATOR_SIZE else b""
    if not locator.startswith(LOCATOR64):
        return *narrow, at
    place = at - _LOCATOR_SIZE - _END64_SIZE
    record = reader.read(place, _END64_SIZE) if place >= 0 else b""
    if not record.startswith(END64):
        raise WrongZipError("the zip64 end record is not where its locator stands")
    _, _, _, _, _, _, _, wide_count, wide_size, wide_offset = struct.unpack("<4sQ2H2L4Q", record)
    return wide_count, wide_size, wide_offset, place


def _members(held: bytes, start: int, count: int) -> list[Member]:
    found: list[Member] = []
    at = 0
    while at < len(held):
        if held[at : at + 4] != CENTRAL or len(held) - at < _CENTRAL_SIZE:
            raise WrongZipError(f"the directory is broken at byte {start + at}")
        fields = struct.unpack("<4s6H3L5H2L", held[at : at + _CENTRAL_SIZE])
        _, _, _, flags, method, _, _, crc, packed, size, name, extra, comment, _, _, external, header = fields
        body = at + _CENTRAL_SIZE
        end = body + name + extra + comment
        if end > len(held):
            raise WrongZipError(f"the directory is broken at byte {start + at}")
        wide = _wide(held[body + name : body + name + extra], (size, packed, header))
        found.append(Member(held[body : body + name], flags, method, crc, wide[1], wide[0], wide[2], external >> 16))
        at = end
    if len(found) != count:
        raise WrongZipError(f"the end record counts {count} members, and the directory has {len(found)}")
    return found


def _wide(extra: bytes, values: tuple[int, int, int]) -> tuple[int, int, int]:
    """Sizes and offset, those that do not fit taken from the zip64 field in the order of the specification."""
    at = 0
    while at + 4 <= len(extra):
        field, length = struct.unpack("<HH", extra[at : at + 4])
        if field == _ZIP64_FIELD:
            held = extra[at + 4 : at + 4 + length]
            result = list(values)
            for index in (index for index, value in enumerate(values) if value == _WIDEST):
                if len(held) < 8:  # noqa: PLR2004 - a 64-bit number
                    raise WrongZipError("a zip64 field is too short")
                result[index], held = int.from_bytes(held[:8], "little"), held[8:]
            return result[0], result[1], result[2]
        at += 4 + length
    return values


def read_local(reader: Reader, member: Member, shift: int) -> Local:
    """A member's own header. Raises WrongZipError."""
    at = member.header + shift
    held = reader.read(at, LOCAL_SIZE + len(member.name) + 64) if at >= 0 else b""
    if held[:4] != LOCAL or len(held) < LOCAL_SIZE:
        raise WrongZipError(f"there is no member at byte {at}, where the directory says {member.path}")
    _, _, flags, method, _, _, crc, packed, size, name, extra = struct.unpack("<4s5H3L2H", held[:LOCAL_SIZE])
    while len(held) < LOCAL_SIZE + name + min(extra, 64):
        more = reader.read(at + len(held), LOCAL_SIZE + name + extra - len(held))
        if not more:
            raise WrongZipError(f"the header of {member.path} ends beyond the file")
        held += more
    own = held[LOCAL_SIZE : LOCAL_SIZE + name]
    if _WIDEST in {size, packed}:
        extras = reader.read(at + LOCAL_SIZE + name, extra)
        size, packed, _ = _wide(extras, (size, packed, 0))
    return Local(own, flags, method, crc, packed, size, at + LOCAL_SIZE + name + extra)


def _places(held: bytes, signature: bytes) -> list[int]:
    found = []
    at = held.find(signature)
    while at >= 0:
        found.append(at)
        at = held.find(signature, at + 1)
    return found
