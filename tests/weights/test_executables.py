from __future__ import annotations

import importlib.util
import marshal
import struct

import pytest
from handmade import held, judged, number, said

PE = b"MZ" + bytes(58) + struct.pack("<I", 64) + b"PE\0\0" + bytes(40)
PROGRAMS = {
    "elf": b"\x7fELF\x02\x01\x01" + bytes(60),
    "pe": PE,
    "dos": b"MZ\x90\0" + bytes(80),
    "mach-o": b"\xcf\xfa\xed\xfe" + bytes(40),
    "java-class": b"\xca\xfe\xba\xbe\0\0\0\x37" + bytes(40),
    "pyc": importlib.util.MAGIC_NUMBER + bytes(12) + marshal.dumps(compile("1", "x", "eval")),
    "wasm": b"\0asm\x01\0\0\0",
    "dex": b"dex\n035\0" + bytes(40),
    "lua-bytecode": b"\x1bLua\x53\0" + bytes(40),
    "ar": b"!<arch>\ndebian-binary   ",
    "llamafile": b"MZqFpD='\n" + bytes(80),
    "tensorrt": b"ptrt" + bytes(60),
}


@pytest.mark.parametrize("name", ["model.safetensors", "pytorch_model.bin", "libx.so.1", "notes"])
@pytest.mark.parametrize("kind", PROGRAMS)
def test_programs_are_found_whatever_they_are_called(kind: str, name: str) -> None:
    found = judged(PROGRAMS[kind], name)
    assert found.format == kind
    assert ("review", "executable") in {(item.verdict, item.concern) for item in found.evidence}


def test_fat_mach_o_is_no_java() -> None:
    assert judged(b"\xca\xfe\xba\xbe\0\0\0\x02" + bytes(60)).format == "mach-o"


def test_old_python_bytecode() -> None:
    assert judged(b"\x03\xf3\r\n" + bytes(40)).format == "pyc"


@pytest.mark.parametrize("name", ["setup.msi", "Setup.DMG"])
def test_installers_by_their_names(name: str) -> None:
    assert [item.concern for item in judged(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), name).evidence] == ["executable"]


@pytest.mark.parametrize("script", [b"#!/bin/sh\necho\n", b"@echo off\r\nrem\r\n", b"\xef\xbb\xbf@ECHO OFF\r\n"])
def test_scripts_count_only_where_weights_are_expected(script: bytes) -> None:
    assert judged(script, "scripts/convert").verdict == "ok"
    assert judged(script, "run.sh").verdict == "ok"
    assert "executable" in {item.concern for item in judged(script, "pytorch_model.bin").evidence}


def test_a_program_in_its_own_name_is_no_mismatch() -> None:
    assert [item.concern for item in judged(PROGRAMS["elf"], "lib/libx.so").evidence] == ["executable"]


HARMLESS = {
    "MZ.csv": b"MZ,code\nMozambique,1\n",
    "other.class": b"\xca\xfe\xba\xbe\0\0\0\x26" + bytes(20),
    "text.txt": b"ab\r\ncd\r\n",
    "vectors.bin": b"3000000 300\n</s> " + struct.pack("<5f", 1, 2, 3, 4, 5),
    "lid.176.bin": b"\xba\x16\x4f\x2f\x0c\0\0\0" + bytes(60),
    "model.bin": b"\x06\0\0\0\x10\0TransformerSpec\0" + bytes(40),
    "lm.binary": b"mmap lm http://kheafield.com/code format version 5\n\0" + bytes(60),
    "flax_model.msgpack": b"\x81\xa6params\x81\xa6kernel\xc7\x04\x01abcd",
    "index.faiss": b"IxF2" + struct.pack("<i", 64) + bytes(60),
    "train.idx": b"MMIDIDX\0\0" + bytes(60),
    "events.out.tfevents.1.host": struct.pack("<Q", 24) + bytes(4) + b"\x09" + bytes(8) + b"\x1a\rbrain.Event:2" + bytes(4),
    "spiece.model": held(1, held(1, "<unk>") + b"\x15" + struct.pack("<f", 0) + number(3, 2)) + held(1, held(1, "a") + b"\x15" + bytes(4)),
    "model.onnx_data": struct.pack("<300f", *range(300)),
    "clip.mp4": b"\0\0\0\x18ftypmp42" + bytes(40),
    "a.wav": b"RIFF\x24\0\0\0WAVEfmt " + bytes(40),
    "font.ttf": b"\0\x01\0\0\0\x0c\0\x80" + bytes(60),
    "font.woff2": b"wOF2\0\x01\0\0" + bytes(60),
    "vocab.txt": b"[PAD]\n[UNK]\nthe\n",
    "weights.txt": b"1.0e+00 2.0e+00\n3.0e+00 4.0e+00\n",
    "lookups.bin": b"\x81\xa9lexeme\xa0\x80",
    "raw.bin": b"\x08" + bytes(600),
}


@pytest.mark.parametrize("name", HARMLESS)
def test_what_is_common_and_harmless_raises_no_alarm(name: str) -> None:
    found = judged(HARMLESS[name], name)
    assert found.verdict == "ok", said(found)
