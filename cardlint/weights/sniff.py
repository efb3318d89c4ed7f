"""What a file is by its first bytes. Content decides; the name only asks where content says nothing.

Magic numbers from each format's own specification; of pickles before protocol 2 there is none, so the machine is asked.
"""

from __future__ import annotations

import codecs
from typing import TYPE_CHECKING

from cardlint.weights.patterns import lazily

if TYPE_CHECKING:
    from cardlint.weights.reading import Reader

HEAD = 4096
_HDF5 = b"\x89HDF\r\n\x1a\n"
_HDF5_STARTS = (0, 512, 1024, 2048)  # a user block may stand before it
_SAFETENSORS_HEADER = 100_000_000  # bytes, the limit of the safetensors library
_U64 = 8
ZFILE_HEADER = 21  # "ZF", then the length in hexadecimal, padded to that of 2**64 (joblib/numpy_pickle_compat.py)
_BLOCK, _SUM = 512, 148  # bytes of a header of a tar archive, and where its checksum stands
_DIGITS = b"01234567+-_oO \t\n\r\x0b\x0c\x1c\x1d\x1e\x1f"  # what `int(text, 8)` takes
_PROGRAMS = (b"MZ", b"\xca\xfe\xba\xbe", b"\x1bLua", b"\x1bLJ")
_PROTOBUF = (0x08, 0x0A, 0x10)  # the first field is field 1, a number or bytes; or field 2, a number, of a tensor without shape

MAGIC: tuple[tuple[bytes, int, str], ...] = (
    (b"PK\x03\x04", 0, "zip"), (b"PK\x05\x06", 0, "zip"), (b"\x93NUMPY", 0, "npy"), (b"GGUF", 0, "gguf"),
    (b"lmgg", 0, "ggml"), (b"fmgg", 0, "ggml"), (b"tjgg", 0, "ggml"), (b"algg", 0, "ggml"),
    (b"\x1f\x8b", 0, "gzip"), (b"BZh", 0, "bzip2"), (b"\xfd7zXZ\x00", 0, "xz"), (b"\x5d\x00", 0, "lzma"),
    (b"\x04\x22\x4d\x18", 0, "lz4"), (b"\x28\xb5\x2f\xfd", 0, "zstd"), (b"\x89LZO\x00\r\n\x1a\n", 0, "lzop"),
    (b"\x1f\x9d", 0, "compress"), (b"ZF0x", 0, "zfile"),
    *((bytes([first]) + b"\x2a\x4d\x18", 0, "zstd") for first in range(0x50, 0x60)),
    (b"7z\xbc\xaf\x27\x1c", 0, "7z"), (b"Rar!\x1a\x07", 0, "rar"),
    (b"\x7fELF", 0, "elf"), (b"\xfe\xed\xfa\xce", 0, "mach-o"), (b"\xfe\xed\xfa\xcf", 0, "mach-o"),
    (b"\xce\xfa\xed\xfe", 0, "mach-o"), (b"\xcf\xfa\xed\xfe", 0, "mach-o"),
    (b"\x00asm", 0, "wasm"), (b"dex\n", 0, "dex"), (b"!<arch>\n", 0, "ar"),
    (b"TFL3", 4, "tflite"), (b"ET12", 4, "executorch"), (b"ORTM", 4, "ort"), (b"ptrt", 0, "tensorrt"), (b"ftrt", 0, "tensorrt"),
    (b"RDX2\n", 0, "rdata"), (b"RDX3\n", 0, "rdata"), (b"X\n\x00\x00\x00", 0, "rds"), (b"RDA3\n", 0, "rdata"), (b"RDA2\n", 0, "rdata"),
    (b"RDB2\n", 0, "rdata"), (b"RDB3\n", 0, "rdata"), (b"A\n2\n", 0, "rds"), (b"A\n3\n", 0, "rds"), (b"B\n\2\0\0\0", 0, "rds"),
    (b"B\n\3\0\0\0", 0, "rds"),
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
_PICKLE = lazily(rb"\x80[\x02-\x05]")
_CONTROL = lazily(r"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
# A configuration as Keras 2 and 3 write it. Annotations have class names too, but none that is registered, and no such order.
_KERAS = lazily(r'\s*\{\s*"(?:module|class_name)"\s*:\s*(?:null|"[^"]*")\s*,\s*"(?:class_name|config)"\s*:')
# The opcodes a program can begin with: those that need nothing on the stack.
_FIRST = lazily(rb"[(\])}BCFGIJKLMNPSTUVXci\x80\x82-\x84\x88-\x8f\x95-\x97]")
# What scripts begin with, `import x`: to a program INST, whose module no name with a space can be, and which has no mark to go back to.
_IMPORT = lazily(rb"i[^\n]{0,200} ")


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
    if _is_tar(head):
        return "tar"  # before all else: torch tries that first, and a name may begin like anything
    # A length and a brace are nine bytes; some magic numbers are the first two or three bytes of such a length.
    if _is_safetensors(head, reader) and not head.startswith(b"PK"):
        return "safetensors"
    return by_magic(head) or _program(reader, head) or _by_structure(reader, head) or _without_magic(head)


# Every file of a repository is asked what it is, and most are text: what only a few may be is looked up where one may be that.


def _is_tar(head: bytes) -> bool:
    """Whether a checksum is right, where there could be one: digits up to a NUL, or the mark of another notation."""
    if len(head) < _BLOCK or (head[_SUM] < 0x80 and head[_SUM : _SUM + 8].partition(b"\0")[0].strip(_DIGITS)):  # noqa: PLR2004 - text
        return False
    from cardlint.weights.tarread import is_header

    return is_header(head[:_BLOCK])


def _program(reader: Reader, head: bytes) -> str | None:
    batch = head.removeprefix(codecs.BOM_UTF8).lstrip()[:5].lower().startswith((b"@echo", b"echo"))
    if not (batch or head[2:4] == b"\r\n" or head.startswith(_PROGRAMS)):
        return None
    from cardlint.weights import executables

    return executables.recognise(reader, head)


def _is_zfile(head: bytes) -> bool:
    """A length as `int(text, 16)` takes it, then zlib: joblib writes `0x` before it, and does not ask for that (numpy_pickle_compat.py)."""
    start = ZFILE_HEADER + (head[ZFILE_HEADER : ZFILE_HEADER + 1] == b" ")
    try:
        int(head[2:ZFILE_HEADER], 16)
    except ValueError:
        return False
    return len(head) > start + 1 and not int.from_bytes(head[start : start + 2], "big") % 31


def _by_structure(reader: Reader, head: bytes) -> str | None:
    if head.startswith(b"ZF") and _is_zfile(head):
        return "zfile"
    if any(head.startswith(_HDF5, start) for start in _HDF5_STARTS):
        return "hdf5"
    if head[0] not in _PROTOBUF:
        return None
    from cardlint.weights import protokind

    return protokind.recognise(reader)


def by_magic(head: bytes) -> str | None:
    """The format that the first bytes name."""
    for magic, at, name in _BY_FIRST.get(head[0], _ANYWHERE) if head else ():
        if head.startswith(magic, at):
            return name
    return "pickle" if _PICKLE.match(head) else None


def _without_magic(head: bytes) -> str | None:
    if text := _text(head):
        return text
    if head[0] == 0x78 and len(head) > 1 and not (head[0] * 256 + head[1]) % 31:  # noqa: PLR2004 - RFC 1950
        return "zlib"
    return "pickle?" if may_be_pickle(head) else None


def read_text(head: bytes) -> str | None:
    """The text a file begins with, of which the last character may be cut off; None where it is no text.

    UTF-16 is text where its mark says so: tables and subtitles are written in it.
    """
    encoding = "utf-16" if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) else "utf-8"
    try:
        text = codecs.getincrementaldecoder(encoding)().decode(head, final=len(head) < HEAD)
    except UnicodeDecodeError:
        return None
    return None if _CONTROL.search(text) else text


def _text(head: bytes) -> str | None:
    """Text by its first bytes; where a program could begin with them, the machine is asked first."""
    text = read_text(head)
    if text is None:
        return None
    start = text.lstrip("\ufeff \t\r\n")[:1]
    if text.startswith("#!"):
        return "script"
    if start in {"{", "["}:
        return "keras-config" if _is_keras(text) else "mlpackage" if '"itemInfoEntries"' in text else "json"
    if "<net" in text or "<PMML" in text or ":PMML" in text:
        from cardlint.weights import xmlmodel

        if found := xmlmodel.recognise(text):
            return found
    return "pickle?" if may_be_pickle(head) and not _IMPORT.match(head) else "text"


def _is_keras(text: str) -> bool:
    return _KERAS.match(text) is not None or ('"class_name"' in text and '"registered_name"' in text)


def _is_safetensors(head: bytes, reader: Reader) -> bool:
    """An unsigned 64-bit length that fits into the file, then a brace (safetensors, README, "Format")."""
    length = int.from_bytes(head[:_U64], "little")
    if head[_U64 : _U64 + 1] != b"{" or not 2 <= length <= _SAFETENSORS_HEADER:  # noqa: PLR2004 - two braces
        return False
    return length <= reader.size - _U64  # asked last: packed data has to be unpacked for it
