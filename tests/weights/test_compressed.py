"""Compressed files: every codec by its first bytes, streams that follow each other, and bounds that hold."""

from __future__ import annotations

import bz2
import gzip
import lzma
import sys
import types
import zlib
from collections.abc import Callable
from typing import Any

import pytest
from making import EMPTY_DICT, PAYLOAD, Watched, judged, said

from cardlint.weights import unpack
from cardlint.weights.budget import Budget, SpentError
from cardlint.weights.compressed import CODECS
from cardlint.weights.reading import Held
from cardlint.weights.unpack import INFLATE, Unpacked

LONG = b"\x80\x02" + b"X\x00\x00\x10\x00" + bytes(range(256)).decode("latin-1").encode()[:256] * 4096 + b"."


def _lzma(held: bytes) -> bytes:
    return lzma.compress(held, lzma.FORMAT_ALONE)


def _zfile(held: bytes) -> bytes:
    """joblib's own format, before 0.10."""
    return b"ZF" + hex(len(held)).encode().ljust(19) + zlib.compress(held)


PACKERS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress, "zlib": zlib.compress, "bzip2": bz2.compress, "xz": lzma.compress, "lzma": _lzma, "zfile": _zfile,
}  # fmt: skip


@pytest.mark.parametrize("name", PACKERS)
@pytest.mark.parametrize("ending", ["model.pkl", "model.joblib", "model"])
@pytest.mark.parametrize("near", [True, False])
def test_a_pickle_is_judged_whatever_packs_it(name: str, ending: str, near: bool) -> None:
    harmless = judged(PACKERS[name](EMPTY_DICT), ending, near=near)
    assert (harmless.verdict, harmless.format, harmless.evidence) == ("ok", name, ())
    found = judged(PACKERS[name](PAYLOAD), ending, near=near)
    assert found.verdict == "block"
    assert found.globals == ("posix.system",)


@pytest.mark.parametrize("outer", PACKERS)
@pytest.mark.parametrize("inner", PACKERS)
def test_packed_twice(outer: str, inner: str) -> None:
    assert judged(PACKERS[outer](PACKERS[inner](PAYLOAD)), "m.pkl").verdict == "block"


@pytest.mark.parametrize("name", ["gzip", "bzip2", "xz"])
def test_streams_that_follow_each_other_are_one(name: str) -> None:
    packed = PACKERS[name](PAYLOAD[:9]) + PACKERS[name](PAYLOAD[9:])
    assert judged(packed, "m.pkl").globals == ("posix.system",)
    assert judged(PACKERS[name](EMPTY_DICT[:2]) + PACKERS[name](EMPTY_DICT[2:]), "m.pkl").evidence == ()


@pytest.mark.parametrize("name", PACKERS)
def test_what_follows_is_reviewed(name: str) -> None:
    found = judged(PACKERS[name](EMPTY_DICT) + b"\x01junk", "m.pkl")
    assert found.verdict == "review"
    assert "5 bytes follow the packed data" in said(found)


@pytest.mark.parametrize("name", ["gzip", "xz"])
def test_zeros_may_follow(name: str) -> None:
    assert judged(PACKERS[name](EMPTY_DICT) + b"\0" * 200_000, "m.pkl").evidence == ()


@pytest.mark.parametrize("name", PACKERS)
def test_what_stands_before_damage_counts(name: str) -> None:
    packed = PACKERS[name](PAYLOAD + bytes(range(250)) * 40)
    found = judged(packed[: len(packed) * 9 // 10], "m.pkl")
    assert found.verdict != "ok"
    assert "the packed data ends before it should" in said(found) or "is damaged" in said(found)


def test_damage_is_said() -> None:
    packed = bytearray(gzip.compress(EMPTY_DICT))
    packed[-6] ^= 1
    assert judged(gzip.compress(b"")[:-1], "m.pkl").verdict == "review"
    assert "is damaged: " in said(judged(bytes(packed), "m.pkl"))
    assert judged(b"x\x9c" + b"\xff" * 50, "m.pkl").verdict == "review"


def test_lzma_of_any_dictionary_is_found() -> None:
    packed = bytearray(_lzma(PAYLOAD))
    packed[1:5] = (0x00123401).to_bytes(4, "little")
    packed[2] = 0x34
    packed[1] = 0
    assert judged(bytes(packed), "m.joblib").globals == ("posix.system",)


def test_a_header_of_93_bytes_is_no_lzma() -> None:
    header = b'{"__metadata__":{}}'.ljust(93)
    assert judged((93).to_bytes(8, "little") + header, "m.safetensors").format == "safetensors"


def test_frames_that_hold_nothing_are_no_hiding_place(monkeypatch: pytest.MonkeyPatch) -> None:
    _fake(monkeypatch)
    assert judged(b"\x51\x2a\x4d\x18" + PAYLOAD, "m.pkl.zst").globals == ("posix.system",)


def test_text_is_no_compressed_data_for_beginning_like_some() -> None:
    assert judged(b"x^2 + y^2 is no packed data\n", "readme").format == "text"


def test_of_text_the_beginning_is_enough() -> None:
    found = judged(gzip.compress(b"a,b\n1,2\n" * 50_000), "table.csv.gz")
    assert (found.verdict, found.inert) == ("ok", ("text data in gzip: only its beginning is unpacked",))
    unknown = gzip.compress(b"\xff\xfd\xfe" * 200_000)
    assert judged(unknown, "x.gz").inert == ("unknown data in gzip: only its beginning is unpacked",)
    assert judged(gzip.compress(b"\xff\xfe\xfd"), "x.gz").inert == ()


@pytest.mark.parametrize("length", ["{:x}", "{:X}", "0X{:x}", " {:x}", "+{:x}"])
def test_a_length_without_mark_is_one_for_joblib_as_well(length: str) -> None:
    packed = b"ZF" + length.format(len(EMPTY_DICT)).encode().ljust(19) + zlib.compress(EMPTY_DICT)
    found = judged(packed, "m.bin")
    assert (found.format, found.evidence) == ("zfile", ())
    assert judged(b"ZF" + b"words, and no length at all", "m.bin").format == "text"


def test_the_length_in_the_header_of_joblibs_format_is_compared() -> None:
    assert "its header says otherwise" in said(judged(b"ZF" + b"0x9".ljust(19) + zlib.compress(EMPTY_DICT), "m.pkl"))
    assert "its header says otherwise" in said(judged(b"ZF" + b"0xzz".ljust(19) + zlib.compress(EMPTY_DICT), "m.pkl"))
    spaced = b"ZF" + hex(len(PAYLOAD)).encode().ljust(20) + zlib.compress(PAYLOAD)
    assert judged(spaced, "m.pkl").globals == ("posix.system",)


def test_the_ending_that_says_how_it_is_packed_is_taken_off() -> None:
    assert "m.safetensors" in said(judged(gzip.compress(PAYLOAD), "m.safetensors.gz"))
    assert judged(zlib.compress(EMPTY_DICT), "m.pkl.gz").evidence == ()  # joblib before 0.10, whatever the ending
    assert "m.tar" in said(judged(gzip.compress(PAYLOAD), "m.tgz"))


# Codecs that need a library of their own


class _Plain:
    """A decompressor that unpacks nothing, and knows where it ends."""

    def __init__(self, **options: Any) -> None:
        self.eof, self.needs_input, self.unused_data, self.options = False, True, None, options

    def decompress(self, data: bytes, max_length: int) -> bytes:
        if b"BAD" in data:
            raise RuntimeError("bad data")
        self.eof = True
        return data[4 : 4 + max_length]


def _fake(monkeypatch: pytest.MonkeyPatch) -> None:
    frame, zstd = types.ModuleType("lz4.frame"), types.ModuleType("zstd")
    vars(frame).update(LZ4FrameDecompressor=_Plain)
    parameter = types.SimpleNamespace(window_log_max=100)
    vars(zstd).update(ZstdDecompressor=_Plain, DecompressionParameter=parameter, ZstdError=RuntimeError)
    for name in ("lz4", "backports", "compression"):
        package = types.ModuleType(name)
        vars(package).update(frame=frame, zstd=zstd)
        monkeypatch.setitem(sys.modules, name, package)
    for name, module in (("lz4.frame", frame), ("backports.zstd", zstd), ("compression.zstd", zstd)):
        monkeypatch.setitem(sys.modules, name, module)


@pytest.mark.parametrize(("name", "magic"), [("lz4", b"\x04\x22\x4d\x18"), ("zstd", b"\x28\xb5\x2f\xfd")])
def test_libraries_that_are_there_are_used(name: str, magic: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    _fake(monkeypatch)
    assert judged(magic + PAYLOAD, "m.pkl").globals == ("posix.system",)
    assert judged(magic + EMPTY_DICT, "m.pkl").format == name
    assert "is damaged: bad data" in said(judged(magic + b"BAD", "m.pkl"))


@pytest.mark.parametrize(("name", "magic"), [("lz4", b"\x04\x22\x4d\x18"), ("zstd", b"\x28\xb5\x2f\xfd")])
def test_without_them_the_verdict_is_review(name: str, magic: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("lz4", "lz4.frame", "backports", "backports.zstd", "compression", "compression.zstd"):
        monkeypatch.setitem(sys.modules, module, None)
    found = judged(magic + PAYLOAD, "m.pkl")
    assert (found.verdict, found.format) == ("review", name)
    assert "is not installed" in said(found)


@pytest.mark.parametrize("content", [b"\x89LZO\x00\r\n\x1a\n", b"\x1f\x9d\x90", b"Rar!\x1a\x07\x01\x00"])
def test_what_nothing_unpacks_is_reviewed(content: bytes) -> None:
    assert "is not looked into" in said(judged(content + b"x" * 50))


# Bounds


def _bomb(size: int) -> bytes:
    return gzip.compress(b"\x80\x02" + b"N" * size, 9)


def test_a_small_file_that_unpacks_to_a_large_one_is_left() -> None:
    bomb = gzip.compress(b"\x80\x02}" + b"\0" * 150_000_000, 1)
    found = judged(bomb, "m.pkl")
    assert found.verdict == "review"
    assert "is too large or too intricate" in said(found)


def test_files_packed_in_each_other_share_the_budget() -> None:
    inner = gzip.compress(b"\x80\x02}" + b"\0" * 50_000_000, 1)
    budget = Budget()
    assert judged(gzip.compress(inner), "m.pkl", budget=budget).verdict == "ok" or budget.unpacked < 0
    assert budget.unpacked < 64_000_000 - 50_000_000


def test_a_million_empty_streams_are_left() -> None:
    found = judged(gzip.compress(b"") * 100_000 + gzip.compress(PAYLOAD), "m.pkl")
    assert found.verdict == "review"


def test_slow_codecs_cost_more() -> None:
    budget = Budget()
    budget.begin(0)
    with pytest.raises(SpentError):
        Unpacked(Held(bz2.compress(b"x" * 17_000_000)), CODECS["bzip2"](), budget).size  # noqa: B018 - what it costs


def test_no_more_is_held_than_is_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unpack, "_KEPT", 1_000_000)
    monkeypatch.setattr(unpack, "_AFTER", 100_000)
    content = bytes(index % 251 for index in range(3_000_000))
    packed = Unpacked(Held(gzip.compress(content)), CODECS["gzip"](), Budget())
    assert packed.size == len(content)
    assert packed.crc == zlib.crc32(content)
    for start, size in ((0, 10), (2_500_000, 400_000), (100, 50), (2_999_990, 99), (5_000_000, 1), (1_000_000, 1_500_000)):
        assert packed.read(start, size) == content[start : start + size]


def test_only_what_is_read_is_unpacked() -> None:
    reads: list[tuple[int, int]] = []
    packed = Watched(gzip.compress(bytes(i * i % 251 for i in range(2_000_000)), 1), reads)
    content = Unpacked(packed, CODECS["gzip"](), Budget())
    assert not reads
    content.read(0, 100)
    assert len(reads) == 1


def test_a_deflated_end_is_found() -> None:
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    held = packer.compress(b"abc" * 500_000) + packer.flush()
    content = Unpacked(Held(held + b"junk"), INFLATE, Budget())
    assert (content.size, content.trailing, content.broken) == (1_500_000, 4, None)


def test_a_bomb_of_opcodes_is_left() -> None:
    assert "is too long or too intricate" in said(judged(_bomb(4_000_000), "m.pkl"))
