"""Files that ask for more than anybody should give them: room, time, depth. None of them does anything else."""

from __future__ import annotations

import bz2
import gzip
import io
import itertools
import lzma
import struct
import tarfile
import zipfile
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

HEAD = b"\x80\x04"
EVERY = (0x47, 9), (0x4A, 5), (0x4B, 2), (0x4D, 3)


def long_put(key: int) -> bytes:
    return b"r" + struct.pack("<I", key)


def nested(content: bytes, levels: int) -> bytes:
    """Pickles that are bytes in pickles."""
    for _ in range(levels):
        content = HEAD + b"}N\x8e" + struct.pack("<Q", len(content)) + content + b"s."
    return content


def loaded(content: bytes, levels: int) -> bytes:
    """Pickles that are loaded by pickles."""
    for _ in range(levels):
        content = HEAD + b"ctorch.storage\n_load_from_bytes\nB" + struct.pack("<I", len(content)) + content + b"\x85R."
    return content


def many_loaded(content: bytes, count: int) -> bytes:
    one = b"ctorch.storage\n_load_from_bytes\nB" + struct.pack("<I", len(content)) + content + b"\x85R0"
    return HEAD + one * count + b"N."


def zips(content: bytes, levels: int, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    for level in range(levels):
        made = io.BytesIO()
        with zipfile.ZipFile(made, "w", method) as archive:
            archive.writestr(f"m/{level}", content)
        content = made.getvalue()
    return content


def wide_zip(count: int, content: bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for index in range(count):
            archive.writestr(f"m/{index}.pkl", content)
    return made.getvalue()


def wide_tar(count: int, content: bytes) -> bytes:
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w") as archive:
        for index in range(count):
            member = tarfile.TarInfo(f"m/{index}")
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return made.getvalue()


def many_tensors(count: int) -> bytes:
    text = b",".join(b'"t%d":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}' % index for index in range(count))
    return struct.pack("<Q", len(text) + 2) + b"{" + text + b"}"


def frames(count: int) -> bytes:
    return HEAD + b"".join(b"\x95\x05\0\0\0\0\0\0\0N0N0N" for _ in range(count)) + b"."


RUN = b"K\x01" * 64
TEXT = b"\x8c\xff" + b"a" * 255
FILES: dict[str, Callable[[], bytes]] = {
    **{f"runs of numbers of {width} bytes after marks": (lambda code=code, width=width: HEAD + (b"(" + (bytes([code]) + bytes(width - 1)) * 64) * 50_000 + b".") for code, width in EVERY},
    "a run of numbers without end": lambda: HEAD + b"K\x01" * 20_000_000 + b".",
    "runs in tuples that are kept": lambda: HEAD + (b"(" + RUN * 16 + b"t") * 40_000 + b".",
    "runs in tuples of the memo": lambda: HEAD + (b"(" + RUN + b"t\x940") * 100_000 + b"N.",
    "short tuples of the memo": lambda: HEAD + (b"(" + b"N" * 15 + b"t\x940") * 150_000 + b"N.",
    "tuples of three in tuples of three": lambda: HEAD + b"NNN\x87" + b"22\x87\x94" * 400_000 + b".",
    "one large tuple many times": lambda: HEAD + b"(" + b"N" * 200_000 + b"t\x94" + b"h\x00\x85\x94" * 200_000 + b".",
    "large tuples as arguments": lambda: HEAD + b"(" + b"N" * 200_000 + b"t\x94" + b"ccollections\nOrderedDict\n\x94" + b"h\x01h\x00R0" * 200_000 + b"N.",
    "tuples that double": lambda: HEAD + b"N" + b"2\x86" * 100_000 + b".",
    "tuples that double as arguments": lambda: HEAD + b"N" + b"2\x86" * 500 + b"\x94ccollections\nOrderedDict\n\x94" + b"h\x01h\x00\x85R0" * 100_000 + b"N.",
    "lists of 256 things": lambda: HEAD + (b"](" + b"}" * 256 + b"e") * 4_000 + b".",
    "dicts of 256 texts": lambda: HEAD + (b"}(" + b"".join(b"\x8c\x03%03dN" % index for index in range(256)) + b"u\x940") * 4_000 + b"N.",
    "dicts of 256 texts that all are kept": lambda: HEAD + b"".join(b"}(" + b"".join(b"\x8c\x08%08dN" % (start + index) for index in range(256)) + b"u\x940" for start in range(0, 1_500_000, 256)) + b"N.",
    "dicts of one text": lambda: HEAD + b"}\x8c\x01aNs\x940" * 400_000 + b"N.",
    "sets of one thing": lambda: HEAD + b"\x8f(}\x90\x940" * 400_000 + b"N.",
    "lists in lists": lambda: HEAD + b"]" * 900_000 + b"a" * 899_999 + b".",
    "marks in marks": lambda: HEAD + b"(" * 900_000 + b"t" * 899_999 + b".",
    "a memo without end": lambda: HEAD + b"N" + b"\x94" * 3_000_000 + b".",
    "a memo of large keys": lambda: HEAD + b"N" + b"".join(long_put(2**32 - 1 - key) for key in range(900_000)) + b".",
    "a memo of written keys": lambda: b"N" + b"".join(b"p%d\n" % (10**30 + key) for key in range(400_000)) + b".",
    "numbers of thousands of digits": lambda: (b"L" + b"9" * 4000 + b"L\n0") * 5_000 + b"N.",
    "large numbers that are kept": lambda: HEAD + (b"\x8a\x40" + b"\x7f" * 64 + b"\x940") * 300_000 + b"N.",
    "calls without end": lambda: HEAD + b"ccollections\nOrderedDict\n\x94" + b"h\x00)R" * 600_000 + b".",
    "calls of calls": lambda: HEAD + b"ccollections\nOrderedDict\n\x94)R" + b")R" * 900_000 + b".",
    "states in states": lambda: HEAD + b"ccollections\nOrderedDict\n\x94" + b"h\x00)R}b\x940" * 250_000 + b"N.",
    "persistent ids without end": lambda: HEAD + b"NQ0" * 900_000 + b"N.",
    "names without end": lambda: HEAD + b"".join(b"ca%d\nb\n0" % index for index in range(200_000)) + b"N.",
    "names of thousands of parts": lambda: HEAD + b"".join(b"ca%d\n" % index + b"a." * 2000 + b"b\n0" for index in range(9_000)) + b"N.",
    "texts that are kept": lambda: HEAD + (TEXT + b"\x940") * 200_000 + b"N.",
    "texts of 4096 bytes": lambda: HEAD + (b"X\0\x10\0\0" + b"a" * 4096 + b"\x940") * 20_000 + b"N.",
    "wide texts that are kept": lambda: HEAD + (b"X\xfc\x0f\0\0" + "\U0001f600".encode() * 1023 + b"\x940") * 8_000 + b"N.",
    "texts that look like pickles": lambda: HEAD + (b"C\x06\x80\x02}N0.0") * 300_000 + b"N.",
    "a long text of escapes": lambda: b"V" + b"\\u0041" * 3_000_000 + b"\n.",
    "a long quoted text": lambda: b"S'" + b"\\x80" * 3_000_000 + b"'\n.",
    "lines without end": lambda: b"V" + b"a" * 100_000_000,
    "a name that does not end": lambda: b"c" + b"a" * 100_000_000,
    "programs without end": lambda: (HEAD + b"N.") * 500_000,
    "programs that begin with much": lambda: (HEAD + b"}" * 300 + b".") * 9_000,
    "padding without end": lambda: HEAD + b"N." + bytes(300_000_000),
    "frames without end": lambda: frames(200_000),
    "frames that do not end where they should": lambda: HEAD + b"\x95\x02\0\0\0\0\0\0\0X" * 200_000,
    "a frame beyond all": lambda: HEAD + b"\x95" + b"\xff" * 7 + b"\x7f" + b"N0" * 400_000 + b"N.",
    "a crossed frame and much behind it": lambda: HEAD + b"\x95\x04\0\0\0\0\0\0\0N0N0N0" + (b"}\x94" * 400_000) + b".",
    "bytes in bytes": lambda: nested(HEAD + b"N.", 2_000),
    "large bytes in bytes": lambda: nested(HEAD + b"}" * 400_000 + b".", 20),
    "loaded by what is loaded": lambda: loaded(HEAD + b"N.", 500),
    "loaded again and again": lambda: many_loaded(HEAD + b"}" * 1_000 + b".", 5_000),
    "much that is loaded": lambda: many_loaded(HEAD + b"}" * 400_000 + b".", 20),
    "archives in archives": lambda: zips(HEAD + b"N.", 40),
    "zeros in archives in archives": lambda: zips(bytes(200_000_000), 3),
    "an archive of many": lambda: wide_zip(60_000, HEAD + b"N."),
    "an archive of much": lambda: wide_zip(60, HEAD + b"}" * 100_000 + b"."),
    "an archive of many tars": lambda: wide_tar(60_000, HEAD + b"N."),
    "zeros by gzip": lambda: gzip.compress(bytes(300_000_000), 1),
    "zeros by bzip2": lambda: bz2.compress(bytes(60_000_000), 1),
    "zeros by xz": lambda: lzma.compress(HEAD + bytes(200_000_000), preset=0),
    "a pickle by gzip": lambda: gzip.compress(HEAD + b"}\x94" * 20_000_000, 1),
    "streams of gzip": lambda: gzip.compress(b"") * 500_000,
    "JSON without end": lambda: b'{"a":' * 1_000_000,
    "safetensors of many": lambda: many_tensors(150_000),
    "GGUF of many": lambda: b"GGUF" + struct.pack("<IQQ", 3, 0, 400_000) + b"".join(struct.pack("<Q", 7) + b"%07d" % index + struct.pack("<IB", 0, 1) for index in range(400_000)),
    "numpy's headers": lambda: b"\x93NUMPY\x02\0" + struct.pack("<I", 60_000) + b"[" * 60_000,
    "a template without end": lambda: b"{{ " + b"(" * 500_000,
    "XML without end": lambda: b"<net>" + b"<layer>" * 1_000_000,
    "HDF5 that leads back": lambda: b"\x89HDF\r\n\x1a\n" + bytes(itertools.islice(itertools.cycle(b"\0\x10"), 5_000_000)),
}  # fmt: skip
ENDINGS = {
    "JSON": ".json", "safetensors": ".safetensors", "GGUF": ".gguf", "numpy": ".npy", "a template": ".jinja", "XML": ".xml", "HDF5": ".h5",
    "archives": ".zip", "zeros by": ".gz",
}  # fmt: skip


def name_of(what: str) -> str:
    """A name a file may have; most are said to be pickles."""
    return "model" + next((ending for start, ending in ENDINGS.items() if what.startswith(start)), ".pkl")
