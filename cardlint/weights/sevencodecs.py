"""How the members of a 7z archive are packed: folders, and what unpacks them. 7-Zip, DOC/Methods.txt."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, NamedTuple

from cardlint.weights.reading import Part
from cardlint.weights.unpack import Codec, Deflate, Unpacked

if TYPE_CHECKING:
    from cardlint.weights.budget import Budget
    from cardlint.weights.reading import Reader

_LARGEST_DICTIONARY = 100_000_000
_COPY, _LZMA2, _LZMA, _DEFLATE, _BZIP2, _X86 = b"\x00", b"\x21", b"\x03\x01\x01", b"\x04\x01\x08", b"\x04\x02\x02", b"\x03\x03\x01\x03"


class Coder(NamedTuple):
    """One step of unpacking: the method and its properties; how many streams go in and come out."""

    method: bytes
    properties: bytes
    into: int
    out: int


class Folder(NamedTuple):
    """Packed streams as one: how they are unpacked, where they begin and how long they are; and the sizes of what is in them."""

    coders: tuple[Coder, ...]
    start: int
    packed: int
    size: int
    parts: tuple[int, ...]


def content_of(reader: Reader, folder: Folder, budget: Budget) -> Reader | None:
    """What a folder unpacks to; None where it is packed by a method that is not looked into."""
    packed = Part(reader, folder.start, folder.packed)
    if not folder.coders or any((coder.into, coder.out) != (1, 1) for coder in folder.coders):
        return None
    if len(folder.coders) == 1 and folder.coders[0].method == _COPY:
        return packed
    codec = _codec(folder)
    return None if codec is None else Unpacked(packed, codec, budget)


def _codec(folder: Folder) -> Codec | None:
    """What unpacks a folder: one method, or LZMA2 after a filter for machine code, which is how py7zr packs everything."""
    import bz2
    import lzma

    coders = sorted(folder.coders, key=lambda coder: coder.method != _X86)  # which of two comes first is said elsewhere, and clear
    methods = [coder.method for coder in coders]
    if methods == [_DEFLATE]:
        return Codec("deflate", lambda: Deflate(-15), error=zlib.error)
    if methods == [_BZIP2]:
        return Codec("bzip2", bz2.BZ2Decompressor, (b"BZh",), cost=4, error=OSError)
    filters = [_filter(coder.method, coder.properties, folder.size) for coder in coders]
    chain = [item for item in filters if item is not None]
    if methods not in ([_LZMA], [_LZMA2], [_X86, _LZMA2]) or len(chain) != len(filters):
        return None
    return Codec("lzma", lambda: lzma.LZMADecompressor(lzma.FORMAT_RAW, filters=chain), error=lzma.LZMAError)


def _filter(method: bytes, properties: bytes, size: int) -> dict[str, int] | None:
    """The parameters of LZMA; of the dictionary no more than there is to unpack."""
    import lzma

    if method == _X86:
        return {"id": lzma.FILTER_X86}
    if method == _LZMA and len(properties) == 5 and properties[0] < 225:  # noqa: PLR2004 - 9 * 5 * 5
        rest, lc = divmod(properties[0], 9)
        dictionary = int.from_bytes(properties[1:], "little")
        chain = {"id": lzma.FILTER_LZMA1, "lc": lc, "lp": rest % 5, "pb": rest // 5}
    elif method == _LZMA2 and len(properties) == 1 and properties[0] <= 40:  # noqa: PLR2004 - 4 GiB
        dictionary = (2 | properties[0] & 1) << (properties[0] // 2 + 11)
        chain = {"id": lzma.FILTER_LZMA2}
    else:
        return None
    dictionary = max(4096, min(dictionary, size))
    return {**chain, "dict_size": dictionary} if dictionary <= _LARGEST_DICTIONARY else None
