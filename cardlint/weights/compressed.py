"""Compressed files, whatever they are called: unpacked within bounds, and what comes out judged like any file.

joblib and pandas open all of these by their first bytes or their ending; `joblib/compressor.py`, `pandas/io/common.py`.
"""

from __future__ import annotations

import importlib
import sys
from typing import TYPE_CHECKING, Any

from cardlint.weights.judge import HARMLESS
from cardlint.weights.reading import Part
from cardlint.weights.sniff import ZFILE_HEADER
from cardlint.weights.unpack import Codec, Deflate, Unpacked
from cardlint.weights.verdict import SPENT, Evidence, Judgement, until_spent

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from cardlint.weights.judge import Context
    from cardlint.weights.reading import Reader

_MEMORY = 100_000_000  # bytes; `xz -9` needs 65 million, and a header may ask for four thousand million
_WINDOW_LOG = 26  # of zstd: 64 MiB
_SKIPPED = tuple(bytes([0x50 + kind]) + b"\x2a\x4d\x18" for kind in range(16))  # frames of lz4 and zstd that hold nothing
_ENDINGS = (".gz", ".bz2", ".xz", ".lzma", ".zst", ".lz4", ".zlib", ".z")


def _bzip2() -> Codec:
    import bz2

    return Codec("bzip2", bz2.BZ2Decompressor, (b"BZh",), cost=4, error=OSError)


def _xz() -> Codec:
    import lzma

    return Codec("xz", lambda: lzma.LZMADecompressor(lzma.FORMAT_XZ, _MEMORY), (b"\xfd7zXZ",), padded=True, error=lzma.LZMAError)


def _lzma() -> Codec:
    import lzma

    return Codec("lzma", lambda: lzma.LZMADecompressor(lzma.FORMAT_ALONE, _MEMORY), error=lzma.LZMAError)


def _lz4() -> Codec:
    frame: Any = importlib.import_module("lz4.frame")
    return Codec("lz4", frame.LZ4FrameDecompressor, (b"\x04\x22\x4d\x18", *_SKIPPED), error=RuntimeError)


def _zstd() -> Codec:
    zstd: Any = importlib.import_module("compression.zstd" if sys.version_info >= (3, 14) else "backports.zstd")
    options = {zstd.DecompressionParameter.window_log_max: _WINDOW_LOG}
    return Codec("zstd", lambda: zstd.ZstdDecompressor(options=options), (b"\x28\xb5\x2f\xfd", *_SKIPPED), error=zstd.ZstdError)


CODECS: dict[str, Callable[[], Codec]] = {
    "gzip": lambda: Codec("gzip", lambda: Deflate(31), (b"\x1f\x8b",), padded=True),
    "zlib": lambda: Codec("zlib", lambda: Deflate(15)),
    "zfile": lambda: Codec("zlib", lambda: Deflate(15)),
    "bzip2": _bzip2,
    "xz": _xz,
    "lzma": _lzma,
    "lz4": _lz4,
    "zstd": _zstd,
}


def judge(reader: Reader, context: Context) -> Judgement:
    """What is packed, judged; and whether all of the file belongs to it."""
    name = context.format
    try:
        codec = CODECS[name]()
    except ImportError as error:
        message = f"is packed by {name}, and what unpacks it is not installed ({error.name}; pip install 'cardlint[weights]')"
        return Judgement(name, (Evidence("review", "unread", name, message),))
    packed, declared = _zfile(reader) if name == "zfile" else (reader, None)
    content = Unpacked(packed, codec, context.budget)
    inner = context.judge(_inside(context.name, name), content)
    evidence = [*inner.evidence]
    inert = inner.inert
    if (inner.format is None or inner.format in HARMLESS) and not content.ended:
        inert = (*inert, f"{inner.format or 'unknown'} data in {name}: only its beginning is unpacked")
    else:
        evidence += until_spent(_whole(content, name, declared), SPENT)
    return Judgement(name, tuple(evidence), inner.globals, inert)


def _zfile(reader: Reader) -> tuple[Reader, int | None]:
    """The packed data of joblib's own format, and the length that its header gives."""
    head = reader.read(0, ZFILE_HEADER + 1)
    start = ZFILE_HEADER + head.endswith(b" ")
    try:
        declared = int(head[2:ZFILE_HEADER], 16)
    except ValueError:
        declared = -1
    return Part(reader, start, reader.size), declared


def _inside(name: str, codec: str) -> str:
    """The name that the content has: without the ending that only says how it is packed."""
    lower = name.lower()
    if lower.endswith(".tgz"):
        return name[:-4] + ".tar"
    ending = next((ending for ending in _ENDINGS if lower.endswith(ending)), "")
    return name[: len(name) - len(ending)] or codec


def _whole(content: Unpacked, name: str, declared: int | None) -> Iterator[Evidence]:
    size = content.size
    if content.broken is not None:
        yield Evidence("review", "archive", name, content.broken)
    if content.trailing:
        message = f"{content.trailing:,} bytes follow the packed data, and belong to nothing"
        yield Evidence("review", "archive", name, message)
    if declared is not None and declared != size:
        yield Evidence("review", "archive", name, f"unpacks to {size:,} bytes, and its header says otherwise")
