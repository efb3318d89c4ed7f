"""Every way in which zipfile and torch read two archives in one, and what else is odd about one."""

from __future__ import annotations

import struct
import zlib

import pytest
from making import EMPTY_DICT, PAYLOAD, Entry, deflated, judged, said, text, zipped

from cardlint.weights.budget import Budget

PICKLE = Entry(b"m/data.pkl", EMPTY_DICT)
VERSION = Entry(b"m/version", b"3\n")
WHOLE = zipped(PICKLE, VERSION)


def _changed(**fields: object) -> bytes:
    """The archive with other fields of the first member, in its own header and in the directory."""
    return zipped(PICKLE._replace(**fields), VERSION)


def test_a_plain_archive_is_ok() -> None:
    found = judged(WHOLE, "model.pt")
    assert (found.verdict, found.format, found.evidence) == ("ok", "torch", ())


# Each row of the table of differentials in torch.load and zipfile.
DIFFERENTIALS = {
    "CVE-2025-10156: a CRC that is wrong everywhere": (_changed(local={"crc": 1}, central={"crc": 1}), "CVE-2025-10156"),
    "GHSA-mjqp-26hc-grxg: a CRC that is wrong in the directory": (_changed(central={"crc": 1}), "GHSA-mjqp-26hc-grxg"),
    "a CRC that is wrong in the member's own header": (_changed(local={"crc": 1}), "size or CRC of m/data.pkl differ"),
    "CVE-2025-1944: another name in the member's own header": (_changed(local={"name": b"m/other.txt"}), "GHSA-7q5r-7gvp-wc82"),
    "CVE-2025-1945: said to be encrypted, in the directory": (_changed(central={"flags": 1}), "GHSA-w8jq-xcqf-f792"),
    "said to be encrypted, in both": (_changed(flags=1), "is said to be encrypted or a patch, and is neither"),
    "said to be encrypted, in the member's own header": (_changed(local={"flags": 1}), "GHSA-w8jq-xcqf-f792"),
    "said to be a patch, in both": (_changed(flags=0x20), "is said to be encrypted or a patch, and is neither"),
    "said to be a patch, in the member's own header": (_changed(local={"flags": 0x20}), "GHSA-w8jq-xcqf-f792"),
    "said to be strongly encrypted": (_changed(flags=0x40), "is said to be encrypted or a patch, and is neither"),
    "other flags": (_changed(local={"flags": 2}), "the flags of m/data.pkl differ"),
    "another method": (_changed(local={"method": 8}), "the packing of m/data.pkl differs"),
    "another size": (_changed(local={"size": 1}), "size or CRC of m/data.pkl differ"),
    "two sizes of a stored member": (_changed(local={"size": 1}, central={"size": 1}), "is stored, and has two sizes"),
    "a name twice": (zipped(PICKLE, VERSION, PICKLE), "m/data.pkl is there more than once"),
    "a name that differs in case": (zipped(PICKLE, VERSION, Entry(b"m/DATA.pkl", PAYLOAD)), "differ in case alone"),
    "a NUL in a name": (zipped(PICKLE, VERSION, Entry(b"m/data.pkl\0.txt", PAYLOAD)), "a NUL in the name"),
    "bytes before it": (b"PK\x03\x04" + WHOLE, "4 bytes stand before the archive; torch takes the file for a zip all the same"),
    "two top folders": (zipped(PICKLE, VERSION, Entry(b"n/x", b"y")), "has 2 top folders"),
    "a version nobody knows": (_changed(central={"needs": 99}), "zipfile refuses it, torch reads it"),
    "broken extra fields": (_changed(central={"extra": b"AB\xff\xff"}), "the extra fields of m/data.pkl are broken"),
    "a name that is not UTF-8": (_changed(name=b"m/data\xff", flags=0x800), "is said to be UTF-8 and is not"),
    "a flag of UTF-8 in one place alone": (_changed(name=b"m/\xc3\xa9.pkl", central={"flags": 0x800}), "the flags of"),
    "another name for readers of Unicode paths": (
        _changed(central={"extra": struct.pack("<HHBL", 0x7075, 8, 1, zlib.crc32(b"m/data.pkl")) + b"m/x"}),
        "has another name for readers that know the Unicode path field",
    ),
    "more bytes in the directory": (zipped(PICKLE, VERSION, before_end=b"JUNK", size=0x80), "zipfile refuses them, torch passes over them"),
    "fewer members counted": (zipped(PICKLE, VERSION, count=1), "counts 1 members, and the directory has 2"),
    "members counted in two ways": (zipped(PICKLE, VERSION, here=1), "counts members in two ways"),
    "a comment longer than the file": (zipped(PICKLE, VERSION, comment_length=9), "go on beyond the end of the file"),
    "a comment with an archive in it": (zipped(PICKLE, VERSION, comment=b"PK\x01\x02"), "looks like a part of another archive"),
    "an end record in the comment": (zipped(PICKLE, VERSION, comment=b"x" + zipped()), "several end records"),
    "two archives in one": (WHOLE + WHOLE, "zipfile takes the directory at byte 307, torch the one at byte 87"),
    "an end record before the archive": (zipped(prefix=b"x") + WHOLE, "several end records"),
    "a member where there is none": (_changed(central={"header": 3}), "there is no member at byte 3"),
    "a member beyond the file": (_changed(central={"header": 1 << 30}), "there is no member at byte"),
    "members in each other": (
        zipped(Entry(b"m/data.pkl", zipped(Entry(b"m/version", b"3\n"))), Entry(b"m/version", b"3\n", central={"header": 40})),
        "m/data.pkl overlaps with another member|m/version overlaps with another member",
    ),
    "a path that climbs": (zipped(PICKLE, Entry(b"m/../../x", b"y")), "leads out of the folder"),
    "an absolute path": (zipped(Entry(b"/etc/x", b"y")), "leads out of the folder"),
    "a drive": (zipped(Entry(b"C:x", b"y")), "leads out of the folder"),
    "a path that climbs, in backslashes": (zipped(Entry(b"a\\..\\..\\x", b"y")), "leads out of the folder"),
    "a link that leads out": (zipped(Entry(b"x", b"../../etc", central={"mode": 0o120777})), "a symbolic link to ../../etc, which leads out"),
    "an absolute link": (zipped(Entry(b"x", b"/etc", central={"mode": 0o120777})), "a symbolic link to /etc, which leads out"),
    "a device": (zipped(Entry(b"x", b"", central={"mode": 0o020666})), "is a device, pipe or socket"),
    "a wrong descriptor": (
        _changed(flags=8, local={"crc": 0, "size": 0, "packed": 0}, after=b"PK\x07\x08" + struct.pack("<3L", 1, 2, 3)),
        "differ between the directory and what follows its data",
    ),
    "a size that is not that of what is packed": (_changed(method=8, local={"size": 3}, central={"size": 3}), "and the directory says 3"),
}  # fmt: skip


@pytest.mark.parametrize("case", DIFFERENTIALS)
def test_what_readers_take_differently_is_blocked(case: str) -> None:
    content, message = DIFFERENTIALS[case]
    found = judged(content, "model.pt")
    assert found.verdict == "block"
    assert any(part in said(found, "block") for part in message.split("|")), said(found)


REVIEWS = {
    "bytes after it": (WHOLE + b"junk", "4 bytes follow the archive"),
    "bytes between members": (_changed(after=b"junk"), "4 bytes before m/version belong to nothing"),
    "as many bytes as a descriptor has": (_changed(after=b"x" * 16), "16 bytes before m/version belong to nothing"),
    "no end record": (b"PK\x03\x04" + b"x" * 99, "there is no end record"),
    "an end record far away": (WHOLE + b"x" * 70_000, "there is no end record"),
    "several disks": (zipped(PICKLE, disk=3), "goes over several disks"),
    "a directory larger than the file": (zipped(PICKLE, size=0x7FFFFFFF), "the directory is larger than any that is read"),
    "an encrypted member": (
        zipped(PICKLE, Entry(b"m/x", b"secret", flags=1, local={"crc": 7}, central={"crc": 7})),
        "m/x is encrypted, so nobody can look at it",
    ),
    "a method that is not known": (zipped(PICKLE, Entry(b"m/x", b"?", method=97)), "is packed by method 97"),
    "a link": (zipped(Entry(b"a/x", b"y", central={"mode": 0o120777})), "a/x is a symbolic link to y"),
    "names that differ in case": (zipped(Entry(b"README", b"x"), Entry(b"readme", b"y")), "differ in case alone"),
    "a folder with data": (zipped(Entry(b"m/x/", b"data")), "m/x/ is a folder, and has data"),
    "data after what is packed": (
        _changed(method=8, local={"packed": 12}, central={"packed": 12}, after=b"\0" * (12 - len(deflated(EMPTY_DICT)))),
        "bytes follow the packed data of m/data.pkl",
    ),
    "a long size that is missing": (
        _changed(central={"size": 0xFFFFFFFF, "packed": 0xFFFFFFFF, "extra": struct.pack("<HHL", 1, 4, 6)}), "ends beyond the file"
    ),
    "a member that ends beyond the file": (_changed(local={"packed": 99_999, "size": 99_999}, central={"packed": 99_999, "size": 99_999}), "ends beyond the file"),
}  # fmt: skip


@pytest.mark.parametrize("case", REVIEWS)
def test_what_belongs_to_nothing_is_reviewed(case: str) -> None:
    content, message = REVIEWS[case]
    found = judged(content, "model.zip")
    assert found.verdict != "ok"
    assert message in said(found, "review"), said(found)


HARMLESS = {
    "deflated": zipped(PICKLE._replace(method=8), VERSION),
    "streamed": _changed(flags=8, local={"crc": 0, "size": 0, "packed": 0}, after=b"PK\x07\x08" + struct.pack("<3L", zlib.crc32(EMPTY_DICT), 6, 6)),
    "streamed without signature": _changed(flags=8, local={"crc": 0, "size": 0, "packed": 0}, after=struct.pack("<3L", zlib.crc32(EMPTY_DICT), 6, 6)),
    "streamed with long sizes": _changed(
        flags=8, local={"crc": 0, "size": 0, "packed": 0}, after=b"PK\x07\x08" + struct.pack("<LQQ", zlib.crc32(EMPTY_DICT), 6, 6)
    ),
    "a flag of UTF-8 that says nothing": _changed(local={"flags": 0x800}),
    "sizes in a long field": _changed(
        local={"size": 0xFFFFFFFF, "packed": 0xFFFFFFFF, "extra": struct.pack("<HHQQ", 1, 16, 6, 6)},
        central={"size": 0xFFFFFFFF, "packed": 0xFFFFFFFF, "extra": b"xx\x00\x00" + struct.pack("<HHQQ", 1, 16, 6, 6)},
    ),
    "a comment": zipped(PICKLE, VERSION, comment=b"made by hand"),
    "a long comment": zipped(PICKLE, VERSION, comment=b"x" * 9000),
    "a folder": zipped(Entry(b"m/"), PICKLE, VERSION),
    "extra fields in the header": _changed(local={"extra": b"FB\x3f\x00" + b"Z" * 63}),
    "no member": zipped(),
    "an archive in an archive": zipped(PICKLE, Entry(b"m/inner.zip", WHOLE)),
    "the same name for readers of Unicode paths": _changed(
        central={"extra": struct.pack("<HHBL", 0x7075, 15, 1, zlib.crc32(b"m/data.pkl")) + b"m/data.pkl"}
    ),
    "a name in the letters of DOS": zipped(PICKLE, VERSION, Entry(b"m/\x81.txt", b"text")),
}  # fmt: skip


@pytest.mark.parametrize("case", HARMLESS)
def test_what_writers_write_is_ok(case: str) -> None:
    found = judged(HARMLESS[case], "model.zip")
    assert (found.verdict, found.evidence) == ("ok", ())


def _zip64(record: dict[str, int], *, said_at: int | None = None, count: int | None = None) -> bytes:
    """The plain archive with a zip64 end record before the end record."""
    end = WHOLE.rindex(b"PK\x05\x06")
    entries, size, offset = (
        struct.unpack(kind, WHOLE[end + at : end + to])[0] for kind, at, to in (("<H", 10, 12), ("<L", 12, 16), ("<L", 16, 20))
    )
    fields = {"entries": entries, "size": size, "offset": offset} | record
    wide = struct.pack(
        "<4sQ2H2L4Q", b"PK\x06\x06", 44, 45, 45, 0, 0, fields["entries"], fields["entries"], fields["size"], fields["offset"]
    )
    locator = struct.pack("<4sLQL", b"PK\x06\x07", 0, end if said_at is None else said_at, 1)
    narrow = WHOLE[end:] if count is None else WHOLE[end : end + 8] + struct.pack("<2H", count, count) + WHOLE[end + 12 :]
    return WHOLE[:end] + wide + locator + narrow


def test_a_long_end_record_is_read() -> None:
    assert judged(_zip64({}), "m.pt").evidence == ()
    assert judged(_zip64({}, count=0xFFFF), "m.pt").evidence == ()


def test_two_end_records_that_differ_are_blocked() -> None:
    assert "the two end records say different things" in said(judged(_zip64({"entries": 1}), "m.pt"), "block")
    assert "the zip64 end record is said to stand at byte 5" in said(judged(_zip64({}, said_at=5), "m.pt"), "block")


def test_a_long_end_record_that_is_missing_is_reviewed() -> None:
    content = _zip64({}).replace(b"PK\x06\x06", b"....")
    assert "not where its locator stands" in said(judged(content, "m.pt"), "review")
    assert judged(b"PK\x03\x04" + b"PK\x06\x07" + b"x" * 16 + zipped()).verdict != "ok"


def test_the_directory_torch_takes_is_read_beside_the_one_zipfile_takes() -> None:
    harmless = b"\x80\x02" + text("x" * (len(PAYLOAD) - 8)) + b"."
    first = zipped(Entry(b"m/data.pkl", harmless), VERSION)
    second = zipped(Entry(b"m/data.pkl", PAYLOAD), VERSION)
    end = len(first) + second.rindex(b"PK\x05\x06")
    offset = struct.unpack("<L", first[first.rindex(b"PK\x05\x06") + 16 :][:4])[0]
    both = bytearray(first + second)
    both[end + 16 : end + 20] = struct.pack("<L", offset)
    found = judged(bytes(both), "m.pt")
    assert "zipfile takes the directory at byte" in said(found, "block")
    assert "asks for posix.system" in said(found, "block")


def test_a_directory_zipfile_refuses_is_read_where_torch_finds_it() -> None:
    content = zipped(Entry(b"m/data.pkl", PAYLOAD), VERSION, before_end=b"JUNKJUNK")
    found = judged(content, "m.pt")
    assert "bytes of the directory are no entry" in said(found, "block")
    assert "asks for posix.system" in said(found, "block")


def test_a_directory_that_is_cut_off_is_blocked() -> None:
    content = _changed(central={"extra": b""})
    end = content.rindex(b"PK\x01\x02")
    longer = content[: end + 30] + b"\xff\x00" + content[end + 32 :]
    assert "ends beyond it" in said(judged(longer, "m.pt"), "block")


def test_an_archive_behind_a_pickle_is_found() -> None:
    found = judged(EMPTY_DICT + zipped(Entry(b"m/data.pkl", PAYLOAD)), "m.pkl")
    assert "zipfile a zip" not in said(found)
    assert "torch takes the file for a pickle, zipfile for a zip" in said(found, "block")
    assert "asks for posix.system" in said(found, "block")


def test_an_archive_behind_anything_is_found_where_a_zip_is_promised() -> None:
    assert "stand before the archive" in said(judged(b"plain text" + WHOLE, "m.keras"), "block")
    assert judged(b"plain text", "m.keras").verdict == "review"
    assert judged(EMPTY_DICT + b"\xff", "m.pkl").verdict == "review"


def test_a_directory_that_leads_before_the_file_is_blocked() -> None:
    content = bytearray(WHOLE)
    end = content.rindex(b"PK\x05\x06")
    content[end + 16 : end + 20] = struct.pack("<L", len(WHOLE) * 2)
    assert "members stand where they cannot be" in said(judged(bytes(content), "m.pt"), "block")


def test_a_file_that_begins_otherwise_than_the_directory_says_is_blocked() -> None:
    content = WHOLE.replace(b"PK\x03\x04", b"\x93NUM", 1)
    assert "does not begin with a member" in said(judged(content, "m.zip"), "block")


def test_the_header_of_a_member_may_end_beyond_the_file() -> None:
    content = bytearray(zipped(Entry(b"m/x", b"y")))
    content[28:30] = b"\xff\xff"
    assert "ends beyond the file" in said(judged(bytes(content)), "block")


def test_a_long_name_is_read_whole() -> None:
    name = b"m/" + b"x" * 300
    assert judged(zipped(Entry(name, b"y"), Entry(b"m/z", b"y"))).evidence == ()
    found = judged(zipped(Entry(name, b"y", local={"name": b"m/" + b"y" * 900}), Entry(b"m/z", b"y")))
    assert "its own header m/yyy" in said(found, "block")


def test_too_many_members_are_reviewed() -> None:
    content = zipped(*(Entry(b"m/%d" % index, b"x") for index in range(30)))
    assert "is too large or too intricate" in said(judged(content, budget=Budget(members=20)), "review")


def test_evidence_of_a_hostile_archive_stays_small() -> None:
    content = zipped(*(Entry(b"m/%d" % (index // 2), b"x", local={"crc": 1}) for index in range(2000)))
    assert len(judged(content).evidence) <= 400
