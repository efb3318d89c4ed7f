"""Files to begin from when parsers are fuzzed, by their format.

Any module beside this one adds its own by a function `seeds() -> dict[str, list[bytes]]`.
"""

from __future__ import annotations

import bz2
import collections
import gzip
import importlib
import io
import json
import lzma
import pickle
import struct
import tarfile
import zipfile
import zlib
from pathlib import Path
from typing import Any

from pickles import Style, Writer, framed

from cardlint.weights.judge import MODULES
from cardlint.weights.sniff import MAGIC

HERE = Path(__file__).parent


def pickles() -> list[bytes]:
    """Pickles of every protocol, and some that would run something."""
    things: list[Any] = [
        {"a": [1, 2.5, None], "b": (True, "text")},
        collections.OrderedDict(a=[0.5] * 50),
        [b"bytes", bytearray(b"more"), {1}],
    ]
    made = [pickle.dumps(thing, protocol) for thing in things for protocol in range(6)]
    writers = [Writer(Style(protocol, memo)) for protocol in (0, 2, 4) for memo in ("put", "long_binput")]
    made += [writer.whole(writer.call("os", "system", writer.text("echo"))) for writer in writers]
    return [*made, framed(made[2], 2), made[5] + made[0]]


def tensors() -> bytes:
    """The object of a torch archive."""
    key = b"(X\7\0\0\0storageq\0ctorch\nFloatStorage\nq\1X\1\0\0\0" + b"0q\2X\3\0\0\0cpuq\3K\4tq\4Q"
    return b"\x80\2}q\5X\1\0\0\0aq\6ctorch._utils\n_rebuild_tensor_v2\nq\7(" + key + b"K\0K\4\x85K\1\x85\x89}tRs."


def zipped(members: dict[str, bytes], method: int = zipfile.ZIP_STORED, comment: bytes = b"") -> bytes:
    """A zip archive."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", method) as archive:
        archive.comment = comment
        for name, content in members.items():
            archive.writestr(name, content)
    return made.getvalue()


def archives() -> list[bytes]:
    """Zip archives: torch's, numpy's, Keras', and any other."""
    state = {"m/data.pkl": tensors(), "m/version": b"3\n", "m/data/0": struct.pack("<4f", 1, 2, 3, 4)}
    config = json.dumps({"class_name": "Sequential", "config": {"layers": []}}).encode()
    return [
        zipped(state), zipped(state, zipfile.ZIP_DEFLATED), zipped({"a.npy": npy(), "b.npy": npy()}), zipped({"a": b"", "b/": b""}, comment=b"comment"),
        zipped({"config.json": config, "metadata.json": b"{}", "model.weights.h5": b"\x89HDF\r\n\x1a\n"}), zipped({"a": zipped(state)}), zipped({}),
        zipped({"m/data.pkl": tensors(), "m/constants.pkl": b"\x80\2).", "m/code/m.py": b"pass\n"}),
    ]  # fmt: skip


def tars(mode: Any = "w") -> list[bytes]:
    """Tar archives with a file, a folder and a link."""
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode=mode) as archive:
        for name, kind in (("folder", tarfile.DIRTYPE), ("folder/a.pkl", tarfile.REGTYPE), ("link", tarfile.SYMTYPE)):
            member = tarfile.TarInfo(name)
            member.type, member.linkname = kind, "folder/a.pkl"
            member.size = len(tensors()) if kind == tarfile.REGTYPE else 0
            archive.addfile(member, io.BytesIO(tensors()))
    return [made.getvalue()]


def npy(version: int = 1) -> bytes:
    """An array of four numbers."""
    header = b"{'descr': '<f4', 'fortran_order': False, 'shape': (4,), }"
    length = struct.pack("<H" if version == 1 else "<I", len(header) + 1)
    return b"\x93NUMPY" + bytes([version, 0]) + length + header + b"\n" + struct.pack("<4f", 1, 2, 3, 4)


def safetensors() -> bytes:
    """Two tensors and some metadata."""
    header = json.dumps({
        "__metadata__": {"format": "pt"}, "a": {"dtype": "F32", "shape": [2, 2], "data_offsets": [0, 16]}, "b": {"dtype": "I64", "shape": [], "data_offsets": [16, 24]},
    }).encode()  # fmt: skip
    return struct.pack("<Q", len(header)) + header + b"\0" * 24


def gguf() -> bytes:
    """One tensor and some values."""

    def text(value: bytes) -> bytes:
        return struct.pack("<Q", len(value)) + value

    values = text(b"general.architecture") + struct.pack("<I", 8) + text(b"llama") + text(b"n") + struct.pack("<II", 4, 7)
    values += text(b"tokens") + struct.pack("<IIQ", 9, 8, 2) + text(b"a") + text(b"b")
    tensor = text(b"weight") + struct.pack("<IQQIQ", 2, 4, 2, 0, 0)
    head = b"GGUF" + struct.pack("<IQQ", 3, 1, 3) + values + tensor
    return head + b"\0" * (-len(head) % 32) + b"\0" * 32


def legacy() -> bytes:
    """Torch's format before 1.6."""
    parts = [
        pickle.dumps(0x1950A86A20F9469CFC6C, 2),
        pickle.dumps(1001, 2),
        pickle.dumps({"little_endian": True}, 2),
        tensors(),
        pickle.dumps(["0"], 2),
    ]
    return b"".join(parts) + struct.pack("<q4f", 4, 1, 2, 3, 4)


def packed(content: bytes) -> dict[str, list[bytes]]:
    """The content in every compression of the standard library."""
    return {
        "gzip": [gzip.compress(content)], "bzip2": [bz2.compress(content)], "xz": [lzma.compress(content)],
        "lzma": [lzma.compress(content, lzma.FORMAT_ALONE)], "zlib": [zlib.compress(content)],
    }  # fmt: skip


def own() -> dict[str, list[bytes]]:
    """What is made here."""
    found = {
        "pickle": pickles(), "zip": archives(), "tar": tars(), "npy": [npy(1), npy(2), npy(3)], "safetensors": [safetensors()], "gguf": [gguf()],
        "torch-legacy": [legacy()], **packed(tensors()),
    }  # fmt: skip
    found["gzip"] += tars("w:gz")
    return found


def seeds() -> dict[str, list[bytes]]:
    """Files of every format: made here and by the modules beside; of any other format that is known its magic number."""
    found = own()
    for path in sorted(HERE.glob("*.py")):
        if path.stem != "seeds" and "\ndef seeds() -> " in path.read_text("utf-8"):
            for name, contents in importlib.import_module(path.stem).seeds().items():
                found.setdefault(name, []).extend(contents)
    for magic, at, name in MAGIC:
        found.setdefault(name, [b"\0" * at + magic + b"\0" * 64])
    for name in MODULES:
        found.setdefault(name, [b"\0" * 64])
    return found
