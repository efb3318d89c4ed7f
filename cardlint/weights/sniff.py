"""What a file is by its first bytes. Content decides; the name only asks where content says nothing.

Magic numbers from each format's own specification; of pickles before protocol 2 there is none, so the machine is asked.
"""

from __future__ import annotations

import re
from codecs import getincrementaldecoder
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cardlint.weights.reading import Reader

HEAD = 4096
_TAR_MAGIC = slice(257, 262)
_HDF5 = b"\x89HDF\r\n\x1a\n"
_HDF5_STARTS = (0, 512, 1024, 2048)  # a user block may stand before it
_SAFETENSORS_HEADER = 100_000_000  # bytes, the limit of the safetensors library
_U64 = 8

MAGIC: tuple[tuple[bytes, int, str], ...] = (
    (b"PK\x03\x04", 0, "zip"), (b"PK\x05\x06", 0, "zip"), (b"\x93NUMPY", 0, "npy"), (b"GGUF", 0, "gguf"),
    (b"lmgg", 0, "ggml"), (b"fmgg", 0, "ggml"), (b"tjgg", 0, "ggml"), (b"algg", 0, "ggml"),
    (b"\x1f\x8b", 0, "gzip"), (b"BZh", 0, "bzip2"), (b"\xfd7zXZ\x00", 0, "xz"), (b"\x5d\x00\x00", 0, "lzma"),
    (b"\x04\x22\x4d\x18", 0, "lz4"), (b"\x28\xb5\x2f\xfd", 0, "zstd"), (b"\x89LZO\x00\r\n\x1a\n", 0, "lzop"),
    (b"7z\xbc\xaf\x27\x1c", 0, "7z"), (b"Rar!\x1a\x07", 0, "rar"),
    (b"\x7fELF", 0, "elf"), (b"MZ", 0, "pe"), (b"\xfe\xed\xfa\xce", 0, "mach-o"), (b"\xfe\xed\xfa\xcf", 0, "mach-o"),
    (b"\xce\xfa\xed\xfe", 0, "mach-o"), (b"\xcf\xfa\xed\xfe", 0, "mach-o"), (b"\xca\xfe\xba\xbe", 0, "java-or-mach-o"),
    (b"\x00asm", 0, "wasm"), (b"dex\n", 0, "dex"), (b"!<arch>\n", 0, "ar"),
    (b"TFL3", 4, "tflite"), (b"ET12", 4, "executorch"), (b"ptrt", 0, "tensorrt"), (b"ftrt", 0, "tensorrt"),
    (b"RDX2\n", 0, "rdata"), (b"RDX3\n", 0, "rdata"), (b"X\n\x00\x00\x00", 0, "rds"), (b"RDA3\n", 0, "rdata"), (b"RDA2\n", 0, "rdata"),
    (b"PAR1", 0, "parquet"), (b"ARROW1", 0, "arrow"), (b"FEA1", 0, "feather"), (b"SQLite format 3\x00", 0, "sqlite"),
    (b"\x89PNG\r\n", 0, "image"), (b"\xff\xd8\xff", 0, "image"), (b"GIF8", 0, "image"), (b"%PDF-", 0, "pdf"), (b"WEBP", 8, "image"),
    (b"WAVE", 8, "audio"), (b"OggS", 0, "audio"), (b"fLaC", 0, "audio"), (b"ID3", 0, "audio"), (b"ftyp", 4, "video"),
    (b"\x00\x00\x01\x00", 0, "icon"), (b"version https://git-lfs.github.com/spec/v1\n", 0, "lfs-pointer"),
    (b"\x80\x02\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19.", 0, "torch-legacy"),
)  # fmt: skip
# Every file is asked, and few of these can be meant by its first byte.
_ANYWHERE = tuple(item for item in MAGIC if item[1])
_BY_FIRST = {
    first: tuple(item for item in MAGIC if item[1] or item[0][0] == first) for first in {magic[0] for magic, at, _ in MAGIC if not at}
}
_PICKLE = re.compile(rb"\x80[\x02-\x05]")
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_PYC = re.compile(rb"[\x00-\xff][\x0c-\x0f]\r\n")
# The opcodes a program can begin with: those that need nothing on the stack.
_FIRST = re.compile(rb"[(\])}BCFGIJKLMNPSTUVXci\x80\x82-\x84\x88-\x8f\x95-\x97]")


def may_be_pickle(head: bytes) -> bool:
    """Whether a program could begin like this."""
    return _FIRST.match(head) is not None


def recognise(reader: Reader, head: bytes | None = None) -> str | None:
    """The format of a file by its content; None where the first bytes name none.

    `pickle?` is a file the machine has to be asked about, `text` and `json` are text, `empty` has no bytes.
    """
    head = reader.read(0, HEAD) if head is None else head
    if not head:
        return "empty"
    for magic, at, name in _BY_FIRST.get(head[0], _ANYWHERE):
        if head.startswith(magic, at):
            return name
    if head[_TAR_MAGIC] == b"ustar":
        return "tar"
    if _is_safetensors(head, reader.size):
        return "safetensors"
    if _HDF5 in head and any(head.startswith(_HDF5, start) for start in _HDF5_STARTS):
        return "hdf5"
    return _without_magic(head)


def _without_magic(head: bytes) -> str | None:
    if _PICKLE.match(head):
        return "pickle"
    if _PYC.match(head):
        return "pyc"
    if head[0] == 0x78 and len(head) > 1 and not (head[0] * 256 + head[1]) % 31:  # noqa: PLR2004 - RFC 1950
        return "zlib"
    if text := _text(head):
        return text
    return "pickle?" if may_be_pickle(head) else None


def _text(head: bytes) -> str | None:
    """Text by its first bytes; where a program could begin with them, the machine is asked first."""
    text = as_text(head)
    if text is None or _CONTROL.search(text):
        return None
    start = text.lstrip("\ufeff \t\r\n")[:1]
    if text.startswith("#!"):
        return "script"
    if start in {"{", "["}:
        return "json"
    return "pickle?" if may_be_pickle(head) else "text"


def as_text(head: bytes) -> str | None:
    """The beginning of a file as UTF-8, whose last letter may be cut; None where it is none."""
    try:
        return getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return None


def _is_safetensors(head: bytes, size: int) -> bool:
    """An unsigned 64-bit length that fits into the file, then a brace (safetensors, README, "Format")."""
    length = int.from_bytes(head[:_U64], "little")
    return len(head) > _U64 and head[_U64 : _U64 + 1] == b"{" and 2 <= length <= min(_SAFETENSORS_HEADER, size - _U64)  # noqa: PLR2004
