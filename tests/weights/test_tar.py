"""Tar archives: every header two readers take differently, every way out, and torch's and NeMo's archives in them."""

from __future__ import annotations

import gzip
import struct

import pytest
from making import EMPTY_DICT, LISTS, PAYLOAD, judged, said, text

from cardlint.weights.budget import Budget
from cardlint.weights.reading import Held
from cardlint.weights.tarread import End, Entry, entries, is_header

END = b"\0" * 1024


def block(name: bytes, size: int = 0, kind: bytes = b"0", link: bytes = b"", **fields: bytes) -> bytes:
    """A header with its checksum. `fields` replace the plain ones: `length`, `checksum`, `magic`, `prefix`, `rest`."""
    held = bytearray(512)
    held[:100] = name.ljust(100, b"\0")
    held[100:124] = b"0000644\x000000000\x000000000\x00"
    held[124:136] = fields.get("length", b"%011o\0" % size)
    held[136:148] = b"00000000000\0"
    held[156:157] = kind
    held[157:257] = link.ljust(100, b"\0")
    held[257:265] = fields.get("magic", b"ustar\x0000")
    held[345:500] = fields.get("prefix", b"").ljust(155, b"\0")
    if "rest" in fields:
        held[345:512] = fields["rest"].ljust(167, b"\0")
    held[148:156] = b" " * 8
    held[148:156] = fields.get("checksum", b"%06o\0 " % sum(held))
    return bytes(held)


def member(name: bytes, content: bytes = b"", kind: bytes = b"0", link: bytes = b"", **fields: bytes) -> bytes:
    return block(name, len(content), kind, link, **fields) + content + b"\0" * (-len(content) % 512)


def pax(kind: bytes = b"x", **records: str) -> bytes:
    held = b""
    for key, value in records.items():
        body = f" {key.replace('__', '.')}={value}\n".encode()
        length = len(body) + len(str(len(body) + 2))
        held += str(length).encode() + body
    return member(b"PaxHeader", held, kind)


MODEL = member(b"model.pkl", EMPTY_DICT)


@pytest.mark.parametrize("near", [True, False])
@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_a_plain_archive_is_ok(pack: object, near: bool) -> None:
    content = MODEL + member(b"folder/", b"", b"5") + member(b"folder/a.txt", b"text") + END
    found = judged(pack(content), "m.tar" if pack is bytes else "m.tar.gz", near=near)  # type: ignore[operator]
    assert (found.verdict, found.evidence) == ("ok", ())


def test_the_one_member_of_pandas_has_the_name_of_the_archive() -> None:
    for name, own in (
        ("frame.pkl.tar.gz", b"frame.pkl.tar.gz"),
        ("a/frame.pkl.tgz", b"frame.pkl.tar.gz"),
        ("frame.pkl.tar", b"frame.pkl.tar.xz"),
    ):
        content = member(own, EMPTY_DICT) + END
        assert judged(content if name.endswith(".tar") else gzip.compress(content), name).evidence == ()
    for other in (b"other.pkl.tar.gz", b"frame.pkl.tar.zst", b"frame.npy.tar.gz", b"frame.gz"):
        assert "promises" in said(judged(gzip.compress(member(other, EMPTY_DICT) + END), "frame.pkl.tar.gz"))
    wrong = gzip.compress(member(b"frame.npy.tar.gz", EMPTY_DICT) + END)
    assert "is pickle, not what .npy promises" in said(judged(wrong, "frame.npy.tar.gz"))


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_members_are_judged_whatever_they_are_called(pack: object) -> None:
    for name in (b"model.pkl", b"x", b"a/readme.txt"):
        found = judged(pack(member(name, PAYLOAD) + END), "m.pt")  # type: ignore[operator]
        assert found.verdict == "block"
        assert found.globals == ("posix.system",)
    assert judged(MODEL + END, "m.pt").format == "tar"


DECEPTIVE = {
    "a path that climbs": (member(b"../x", b"y"), "leads out of the folder"),
    "an absolute path": (member(b"/etc/x", b"y"), "leads out of the folder"),
    "a link that leads out": (member(b"a/x", b"", b"2", b"../../etc"), "symbolic link to ../../etc, which leads out"),
    "an absolute link": (member(b"a/x", b"", b"2", b"/etc/passwd"), "symbolic link to /etc/passwd, which leads out"),
    "a link to a drive": (member(b"a/x", b"", b"2", b"C:x"), "which leads out"),
    "a hard link that leads out": (member(b"a/x", b"", b"1", b"../x"), "hard link to ../x, which leads out"),
    "a member through a link": (member(b"a", b"", b"2", b"b") + member(b"a/x", b"y"), "through a symbolic link of the archive"),
    "a device": (member(b"x", b"", b"3"), "is a device or a pipe"), "a pipe": (member(b"x", b"", b"6"), "is a device or a pipe"),
    "a name twice": (MODEL + member(b"./model.pkl", PAYLOAD), "is there more than once"),
    "a size that pax changes": (pax(size="2") + MODEL, "is 6 bytes for some readers, and 2 for others"),
    "a size of nothing that pax changes": (pax(size="6") + member(b"x"), "is 0 bytes for some readers, and 6 for others"),
    "a name for readers of sparse files": (pax(GNU__sparse__name="y", GNU__sparse__major="1") + MODEL, "has another name, y"),
    "two long names": (member(b"././@LongLink", b"a/b\0", b"L") + pax(path="c/d") + MODEL, "has another name, a/b"),
    "a link with a size": (block(b"x", 512, b"2", b"y"), "has no data, and a size of 512 bytes"),
    "a folder with a size": (block(b"x/", 512, b"\0"), "has no data, and a size of 512 bytes"),
    "members after the end": (MODEL + END + member(b"x", b"y"), "members follow the end of the archive"),
    "members after one block of zeros": (MODEL + b"\0" * 512 + member(b"x", b"y"), "members follow the end of the archive"),
    "members after a broken header": (MODEL + b"x" * 512 + member(b"x", b"y"), "members follow the end of the archive"),
    "a prefix some readers add": (member(b"x", b"y", magic=b"ustar  \0", prefix=b"/etc"), "has a prefix that only some readers add"),
    "a name that begins like a pickle": (member(b"\x80\x02x", b"y"), "is a tar archive, and begins like pickle"),
    "a name that begins like torch": (member(b"\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19.", b"y"), "begins like torch-legacy"),
    "a name that begins like an archive": (member(b"PK\x03\x04", b"y"), "begins like zip"),
    "a name that is a program": (member(b"cposix\nsystem\n(S'echo'\ntR.", b"y"), "and a pickle that asks for names"),
}  # fmt: skip


@pytest.mark.parametrize("case", DECEPTIVE)
def test_what_readers_take_differently_is_blocked(case: str) -> None:
    content, message = DECEPTIVE[case]
    found = judged(content + END, "m.tar")
    assert message in said(found, "block"), said(found)


REVIEWS = {
    "a kind nobody knows": (member(b"x", b"y", b"V") + END, "is of a kind ('V')"),
    "a sparse member": (pax(GNU__sparse__major="1") + MODEL + END, "is sparse, and is looked at as it is stored"),
    "a hard link to nothing": (member(b"x", b"", b"1", b"y") + END, "not in the archive before it"),
    "no end": (MODEL, "ends without the blocks of zeros"),
    "half a block": (MODEL + b"x" * 100, "a block stands where a header should"),
    "a wrong checksum": (MODEL + member(b"x", b"y", checksum=b"000001\0 ") + END, "a block stands where a header should"),
    "bytes after the end": (MODEL + END + b"junk", "bytes follow the end of the archive"),
    "zeros without end": (MODEL + b"\0" * 1_100_000, "bytes follow the end of the archive"),
    "a size that is no number": (MODEL + member(b"x", b"y", length=b"notanumber\0\0") + END, "a number in a header is none"),
    "a size that leads back": (MODEL + member(b"x", b"y", length=b"\xff" * 12) + END, "a number in a header is none"),
    "a size of pax that is no number": (pax(size="six") + MODEL + END, "a number in a header is none"),
    "records without end": (block(b"PaxHeader", 2_000_000, b"x") + b"x" * 512, "a header is longer than any"),
    "records that the file has not": (block(b"PaxHeader", 999, b"x") + b"x" * 10, "a header is longer than any"),
    "a size of records that is none": (block(b"PaxHeader", 0, b"x", length=b"x" * 12), "a header is longer than any"),
    "a member that the file has not": (block(b"x", 9999) + b"y", "ends without the blocks of zeros"),
}  # fmt: skip


@pytest.mark.parametrize("case", REVIEWS)
def test_what_is_odd_is_reviewed(case: str) -> None:
    content, message = REVIEWS[case]
    found = judged(content, "m.tar")
    assert found.verdict == "review", said(found)
    assert message in said(found, "review"), said(found)


def test_a_checksum_that_tarfile_takes_is_taken() -> None:
    held = block(b"x")
    total = sum(held[:148]) + 256 + sum(held[156:])
    for checksum in (b"0o%06o" % total, b"+%07o" % total):
        odd = held[:148] + checksum[:8] + held[156:]
        assert is_header(odd)
        assert "a checksum is written as no writer does" in said(judged(odd + END, "m.tar"), "block")
    assert not is_header(held[:148] + b"\xc3\xa9\0\0\0\0\0\0" + held[156:])
    assert not is_header(b"\0" * 512)
    assert not is_header(b"x" * 100)


def test_names_of_any_letters_have_a_checksum_in_two_ways() -> None:
    held = block("ü".encode())
    signed = sum(held[:148]) + 256 + sum(held[156:]) - 512
    assert is_header(held)
    assert is_header(held[:148] + b"%06o\0 " % signed + held[156:])


def listed(content: bytes) -> list[Entry]:
    return [entry for entry in entries(Held(content), Budget()) if isinstance(entry, Entry)]


def test_names_are_put_together_as_readers_do() -> None:
    assert listed(member(b"x", b"y", prefix=b"a/b") + END)[0].path == "a/b/x"
    assert listed(member(b"././@LongLink", b"l" * 300 + b"\0", b"L") + MODEL + END)[0].path == "l" * 300
    assert listed(member(b"././@LongLink", b"t" * 300 + b"\0", b"K") + member(b"x", b"", b"2", b"y") + END)[0].link == "t" * 300
    assert listed(pax(path="p/q", linkpath="r") + member(b"x", b"", b"2", b"y") + END)[0][:4] == ("p/q", b"2", 0, "r")
    assert [entry.path for entry in listed(pax(b"g", path="all") + MODEL + MODEL + END)] == ["all", "all"]
    assert listed(member(b"PaxHeader", b"garbage", b"x") + MODEL + END)[0].path == "model.pkl"
    assert listed(member(b"PaxHeader", b"3 x", b"x") + MODEL + END)[0].path == "model.pkl"


def test_sizes_beyond_the_plain_field() -> None:
    large = (9 << 30).to_bytes(11, "big")
    assert listed(block(b"x", length=b"\x80" + large) + END)[0].size == 9 << 30
    assert listed(pax(size=str(9 << 30)) + block(b"x", length=b"%011o\0" % ((9 << 30) % (8 << 30))) + END)[0].oddities == ()
    assert listed(block(b"x", length=b" " * 12) + END)[0].size == 0


def test_maps_of_sparse_members_are_passed_over() -> None:
    more = bytearray(512)
    more[504] = 1
    old = block(b"x", 6, b"S", rest=b"\0" * 137 + b"\x01") + bytes(more) + b"\0" * 512 + EMPTY_DICT.ljust(512, b"\0")
    found = listed(old + END)
    assert (found[0].data, found[0].sparse) == (1536, True)
    assert "is sparse" in said(judged(old + END, "m.tar"), "review")
    cut = block(b"x", 6, b"S", rest=b"\0" * 137 + b"\x01") + bytes(more)
    assert listed(cut) == []
    assert isinstance(list(entries(Held(cut), Budget()))[-1], End)


def test_nothing_of_a_tar_archive_is_nothing() -> None:
    assert list(entries(Held(b""), Budget())) == [End(0, None)]


def test_links_inside_are_fine() -> None:
    content = MODEL + member(b"a/latest", b"", b"2", b"../model.pkl") + member(b"again", b"", b"1", b"model.pkl") + END
    assert judged(content, "m.tar").evidence == ()


def test_members_are_counted() -> None:
    content = b"".join(member(b"%d" % index, b"x") for index in range(30)) + END
    assert "is too large or too intricate" in said(judged(content, "m.tar", budget=Budget(members=20)), "review")


# Torch's format before 0.1.10


def _number(value: int) -> bytes:
    return b"\x80\x02K" + bytes([value]) + b"."


STORAGES = (
    _number(1) + b"\x80\x02(" + text("1") + text("cpu") + b"ctorch\nFloatStorage\nt." + struct.pack("<Q", 3) + b"\0" * 12 + b"\x80\x02]."
)
TENSORS = _number(1) + b"\x80\x02(K\x02" + text("1") + b"ctorch\nFloatStorage\nt." + struct.pack("<LLqqq", 1, 0, 3, 1, 0)
OBJECT = b"\x80\x02(K\x02Q(ccollections\nOrderedDict\n" + text("a.py") + text("source") + b"tQ)\x81t."


def torch_tar(storages: bytes = STORAGES, tensors: bytes = TENSORS, thing: bytes = OBJECT) -> bytes:
    named = ((b"sys_info", b"\x80\x02}."), (b"pickle", thing), (b"storages", storages), (b"tensors", tensors))
    return b"".join(member(name, content) for name, content in named) + END


def test_torchs_tar_is_read_by_its_members() -> None:
    found = judged(torch_tar(), "m.pt")
    assert (found.verdict, found.format, found.evidence) == ("ok", "torch-tar", ())
    assert len(found.inert) == 2


@pytest.mark.parametrize("part", ["storages", "tensors", "thing"])
def test_every_pickle_of_it_is_judged(part: str) -> None:
    assert "asks for posix.system" in said(judged(torch_tar(**{part: PAYLOAD}), "m.pt"), "block")
    if part != "thing":
        later = _number(1) + PAYLOAD
        assert "asks for posix.system" in said(judged(torch_tar(**{part: later}), "m.pt"), "block")


@pytest.mark.parametrize("part", ["storages", "tensors", "thing"])
def test_what_its_pickles_load_and_hold_is_judged(part: str) -> None:
    nested = b"\x80\x02ctorch.storage\n_load_from_bytes\nC" + bytes([len(PAYLOAD)]) + PAYLOAD + b"\x85R."
    assert "asks for posix.system" in said(judged(torch_tar(**{part: nested}), "m.pt"), "block")
    assert "asks for posix.system" in said(judged(torch_tar(**{part: EMPTY_DICT + b"\0" * 9 + PAYLOAD}), "m.pt"), "block")
    if part == "thing":
        held = b"\x80\x02C" + bytes([len(PAYLOAD)]) + PAYLOAD + b"."
        assert "as plain bytes" in said(judged(torch_tar(thing=held), "m.pt"), "review")


ODD_PARTS = {
    "storages that end early": ({"storages": STORAGES[:-5]}, "storages ends before it should"),
    "storages of nothing": ({"storages": _number(1) + b"\x80\x02N."}, "is none of torch's storages"),
    "storages of another class": ({"storages": _number(1) + b"\x80\x02NNN\x87."}, "is none of torch's storages"),
    "a number that is none": ({"storages": b"\x80\x02" + text("x") + b"ctorch\ndevice\n0."}, "the number of what follows is none"),
    "tensors of many dimensions": ({"tensors": TENSORS[:-32] + struct.pack("<LL", 99, 0)}, "more dimensions than torch allows"),
    "bytes after the tensors": ({"tensors": TENSORS + b"junk"}, "4 bytes follow, and belong to nothing"),
    "bytes after the object": ({"thing": OBJECT + b"junk"}, "4 bytes follow, and belong to nothing"),
    "an id that is no number": ({"thing": b"\x80\x02" + text("x") + b"Q."}, "persistent id) that is no tensor's"),
    "a frame that is cut": ({"thing": b"\x80\x04\x95\x09\0\0\0\0\0\0\0N."}, "has a frame that does not end"),
}  # fmt: skip


@pytest.mark.parametrize("case", ODD_PARTS)
def test_what_is_odd_in_it_is_reviewed(case: str) -> None:
    parts, message = ODD_PARTS[case]
    found = judged(torch_tar(**parts), "m.pt")
    assert found.verdict == "review"
    assert message in said(found, "review"), said(found)


def test_members_of_its_names_that_are_something_else_are_judged_as_that() -> None:
    assert judged(member(b"tensors", b"plain text") + END, "m.tar").evidence == ()


def test_links_where_it_reads_files_are_blocked() -> None:
    content = member(b"x", STORAGES) + member(b"storages", b"", b"1", b"x") + END
    assert "is a link where torch reads a file" in said(judged(content, "m.pt"), "block")


# NeMo


def nemo(config: bytes | str, name: str = "m.nemo", path: bytes = b"./model_config.yaml") -> str:
    held = config.encode() if isinstance(config, str) else config
    return said(judged(member(path, held) + member(b"./model_weights.ckpt", EMPTY_DICT) + END, name, lists=TARGETS))


class _Lists(type(LISTS)):  # type: ignore[misc] # the class of the lists
    def table(self, name: str) -> dict[str, dict[str, list[str]]]:
        assert name == "targets"
        return {"modules": {"nemo.collections.asr.modules": ["ConformerEncoder"]}}


TARGETS = _Lists.__new__(_Lists)
TARGETS.__dict__.update(LISTS.__dict__)
GOOD = "encoder:\n  _target_: nemo.collections.asr.modules.ConformerEncoder\n  size: 3\nlabels: [a, b]\n"


def test_vetted_targets_are_fine() -> None:
    assert nemo(GOOD) == ""
    assert nemo("{_target_: nemo.collections.asr.modules.ConformerEncoder}") == ""
    assert nemo("a: {_target_: collections.OrderedDict}") == ""
    assert nemo("target: speech\ncls: 3\n? [1, 2]\n: x\nother: {a: [1, {b: c}]}\n") == ""


BLOCKED = {
    "CVE-2025-23304: a target that runs": "a: {_target_: builtins.eval, expression: 1}",
    "CVE-2025-23304: deep below": "a:\n- b:\n  - {c: 1, _target_: os.system}\n",
    "CVE-2025-23304: behind an anchor": "x: &a {_target_: posix.system}\ny: *a\n",
    "CVE-2025-23304: a key behind an alias": "a: &k _target_\nb: {*k : os.system}\n",
    "CVE-2025-23304: a value behind an alias": "a: &v os.system\ntarget: *v\n",
    "CVE-2025-23304: in quotes": "\"_target_\": 'os.system'",
    "CVE-2025-23304: the class that is restored": "target: os.system",
    "CVE-2025-23304: the key of old": "cls: os.system",
    "CVE-2025-23304: a tag of Python": "a: !!python/object/apply:os.system [x]",
    "CVE-2025-23304: a tag by its whole name": "a: !<tag:yaml.org,2002:python/name:os.system> x",
}


@pytest.mark.parametrize("case", BLOCKED)
def test_targets_that_are_dangerous_are_blocked(case: str) -> None:
    found = nemo(BLOCKED[case])
    assert found.startswith("block")
    assert "CVE-2025-23304" in found


UNKNOWN = {
    "a class of nobody": "_target_: some.module.Thing", "a class that is not the list's": "_target_: nemo.collections.asr.modules.Other",
    "an interpolation": "_target_: ${other}", "an interpolated class": "target: ${oc.env:X}", "an alias of nothing": "_target_: *x", "no name": "_target_: [a]", "a name of one part": "_target_: eval",
    "a vetted name with a condition": "_target_: _codecs.encode", "broken YAML": "a: [", "bytes that are none": b"a: \x00", "no UTF-8": b"a: \xff\xfe\xfd",
}  # fmt: skip


@pytest.mark.parametrize("case", UNKNOWN)
def test_targets_nobody_vetted_are_reviewed(case: str) -> None:
    assert nemo(UNKNOWN[case]).startswith("review")


def test_configurations_are_bounded() -> None:
    assert "longer than any that is read" in nemo("a: b\n" * 500_000)
    assert "cannot be read on" in nemo("- a\n" * 300_000)
    assert nemo("[" * 50_000).startswith("review")
    many = "".join(f"- {{_target_: some.module.Thing{index}}}\n" for index in range(300))
    assert 50 < nemo(many).count("\n") < 150


def test_configurations_are_read_where_nemo_reads_them() -> None:
    assert nemo(BLOCKED["CVE-2025-23304: the key of old"], "m.tar", b"other.yaml") == ""
    assert nemo(BLOCKED["CVE-2025-23304: the key of old"], "m.tar").startswith("block")
    assert nemo(BLOCKED["CVE-2025-23304: the key of old"], "m.nemo", b"other.yml").startswith("block")
    packed = gzip.compress(member(b"model_config.yaml", b"target: os.system") + END)
    assert judged(packed, "m.nemo", lists=TARGETS).verdict == "block"
