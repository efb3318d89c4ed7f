"""Safetensors: a length, a JSON header, and raw numbers that the header accounts for to the last byte.

The format is in the README of huggingface/safetensors, "Format"; what its reader accepts in `safetensors/src/tensor.rs`
(0.8.0), held against it by tests/harmless/headers.py. Where that reader is laxer than the format, it is an oddity.
"""

from __future__ import annotations

import base64
import binascii
import json
from typing import TYPE_CHECKING, Any, NamedTuple

from cardlint.weights import jsontext
from cardlint.weights.budget import SpentError
from cardlint.weights.header import MOST_SHOWN, Oddity, WrongHeaderError
from cardlint.weights.reading import Held
from cardlint.weights.verdict import Evidence, Judgement

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cardlint.weights.judge import Context
    from cardlint.weights.reading import Reader

# Bits of one element (tensor.rs, `Dtype::bitsize`).
BITS = {
    "F4": 4, "F6_E2M3": 6, "F6_E3M2": 6,
    "BOOL": 8, "U8": 8, "I8": 8, "F8_E5M2": 8, "F8_E4M3": 8, "F8_E8M0": 8, "F8_E4M3FNUZ": 8, "F8_E5M2FNUZ": 8,
    "I16": 16, "U16": 16, "F16": 16, "BF16": 16, "I32": 32, "U32": 32, "F32": 32, "C64": 64, "I64": 64, "U64": 64, "F64": 64,
}  # fmt: skip
LARGEST = 100_000_000  # bytes of a header, beyond which the library refuses it
MOST_PARSED = 8_000_000  # bytes of a header that are parsed here: about 90,000 tensors
MOST_METADATA = 2_000_000  # characters of `__metadata__`; trainers write tag counts of some hundred thousand
_LENGTH = 8
_WIDEST = 2**64 - 1
_FIELDS = ("dtype", "shape", "data_offsets")
_DEEPEST = 125  # levels within a field: serde_json stops at 128 in all
_PICKLED = tuple(f"gA{letter}" for letter in "IJKLMNOPQRSTUVWX")  # base64 of the opcode PROTO with 2 to 5, whatever follows


class Tensor(NamedTuple):
    """A tensor: `shape` in elements, `start` and `end` in bytes from where the data begins."""

    name: str
    dtype: str
    shape: tuple[int, ...]
    start: int
    end: int


class Header(NamedTuple):
    """A header that holds: the tensors in the order of their data, and `size`, the byte of the file at which the data begins."""

    tensors: tuple[Tensor, ...]
    metadata: dict[str, str]
    size: int
    oddities: tuple[Oddity, ...] = ()


def judge(reader: Reader, context: Context) -> Judgement:
    """A file: header, extents, and what its metadata hold."""
    try:
        header = _parsed(_raw(reader), reader.size)
    except WrongHeaderError as error:
        return Judgement("safetensors", (error.evidence("safetensors"),))
    except SpentError:
        message = "has a header that is too large or too intricate to be read"
        return Judgement("safetensors", (Evidence("review", "unread", "header", message),))
    evidence = [item.evidence("safetensors") for item in header.oddities]
    evidence += _metadata(header.metadata, context)
    return Judgement("safetensors", tuple(evidence), inert=("tensor data: numbers, which the header accounts for to the last byte",))


def read_header(reader: Reader) -> Header:
    """The header, in one or two reads.

    Raises WrongHeaderError where the file is invalid, SpentError where the header is larger than MOST_PARSED, and what the
    reader raises.
    """
    return _parsed(_raw(reader), reader.size)


def _raw(reader: Reader) -> bytes:
    """The length and the header as they stand in the file."""
    head = reader.read(0, _LENGTH)
    if len(head) < _LENGTH:
        raise WrongHeaderError("is shorter than the length of a header", 0)
    length = int.from_bytes(head, "little")
    if length > LARGEST:
        raise WrongHeaderError(f"has a header of {length:,} bytes, beyond the limit of {LARGEST:,}", 0)
    if _LENGTH + length > reader.size:
        raise WrongHeaderError(f"has a header of {length:,} bytes in a file of {reader.size:,}", 0)
    if length > MOST_PARSED:
        raise SpentError
    return head + reader.read(_LENGTH, length)


def _parsed(raw: bytes, size: int) -> Header:
    text = _text(raw)
    try:
        top = jsontext.parse(text)
    except jsontext.WrongTextError as error:
        raise WrongHeaderError(f"has a header that is no JSON: {error.reason}", _LENGTH + len(text[: error.at].encode())) from error
    if not isinstance(top, jsontext.Object):
        raise WrongHeaderError("has a header that is no JSON object", _LENGTH)
    _unique(raw, top)
    reading = _Reading(raw)
    reading.padding(text)
    metadata = reading.metadata(top.get("__metadata__"))
    tensors = [reading.tensor(name, entry) for name, entry in top.items() if name != "__metadata__"]
    tensors.sort(key=lambda tensor: (tensor.start, tensor.end))
    reading.extents(tensors, size)
    return Header(tuple(tensors), metadata, len(raw), tuple(reading.oddities[:MOST_SHOWN]))


def _text(raw: bytes) -> str:
    try:
        return raw[_LENGTH:].decode("utf-8")
    except UnicodeDecodeError as error:
        raise WrongHeaderError("has a header that is not UTF-8", _LENGTH + error.start) from error


def _unique(raw: bytes, top: jsontext.Object) -> None:
    """The library takes the last of two tensors of one name, and others the first."""
    for thing in (top, *top.values()):
        if isinstance(thing, jsontext.Object) and thing.repeated:
            name = thing.repeated[0]
            raise WrongHeaderError(f'has two entries of the name "{name[:100]}"', _place(raw, name), name[:100])


def _place(raw: bytes, name: str) -> int:
    """The byte at which a name stands; where it is written with escapes, the header's first."""
    found = raw.find(json.dumps(name, ensure_ascii=False).encode("utf-8"))
    return found if found >= 0 else _LENGTH


class _Reading:
    """A header being read, with the oddities met so far."""

    def __init__(self, raw: bytes) -> None:
        self.raw = raw
        self.oddities: list[Oddity] = []

    def wrong(self, name: str, reason: str) -> WrongHeaderError:
        """What is wrong with one tensor."""
        return WrongHeaderError(f'"{name[:100]}" {reason}', _place(self.raw, name), name[:100])

    def odd(self, name: str, reason: str) -> None:
        """What is odd about one tensor; the first few are kept."""
        if len(self.oddities) < MOST_SHOWN:
            self.oddities.append(Oddity(f'"{name[:100]}" {reason}', _place(self.raw, name), name[:100]))

    def padding(self, text: str) -> None:
        """A brace comes first, and only spaces come last."""
        if not text.startswith("{"):
            self.oddities.append(Oddity("has a header that does not begin with a brace", _LENGTH))
        if not text.rstrip(" ").endswith("}"):
            self.oddities.append(Oddity("has a header that is padded with something else than spaces", _LENGTH))

    def metadata(self, value: Any) -> dict[str, str]:  # noqa: ANN401 - any JSON
        """Texts by name. The library takes null for nothing."""
        if value is None:
            return {}
        if not isinstance(value, jsontext.Object) or not all(isinstance(item, str) for item in value.values()):
            raise self.wrong("__metadata__", "is not an object of texts")
        return dict(value)

    def tensor(self, name: str, entry: Any) -> Tensor:  # noqa: ANN401 - any JSON
        """One tensor, its own extent checked against its type and shape."""
        fields = self._fields(name, entry)
        shape, offsets = fields["shape"], fields["data_offsets"]
        if not _sizes(shape):
            raise self.wrong(name, "has a shape that is not a list of sizes")
        if not _sizes(offsets) or len(offsets) != 2:  # noqa: PLR2004 - begin and end
            raise self.wrong(name, "has offsets that are not two positions")
        dtype = self._dtype(name, fields["dtype"])
        start, end = offsets
        self._fits(name, dtype, shape, end - start)
        return Tensor(name, dtype, tuple(shape), start, end)

    def _fields(self, name: str, entry: Any) -> dict[str, Any]:  # noqa: ANN401 - any JSON
        if isinstance(entry, list) and len(entry) == len(_FIELDS):
            self.odd(name, "is a list where the format has an object; only some readers take it")
            return dict(zip(_FIELDS, entry, strict=True))
        if not isinstance(entry, jsontext.Object) or any(field not in entry for field in _FIELDS):
            raise self.wrong(name, "is not an object with dtype, shape and data_offsets")
        for field in entry:
            if field not in _FIELDS:
                if jsontext.deeper(entry[field], _DEEPEST):
                    raise self.wrong(name, "is nested too deep")
                self.odd(name, f'has a field "{field[:100]}", which the format does not know')
        return entry

    def _dtype(self, name: str, value: Any) -> str:  # noqa: ANN401 - any JSON
        if isinstance(value, jsontext.Object) and len(value) == 1 and list(value.values()) == [None]:
            self.odd(name, "has a dtype that is an object; only some readers take it")
            value = next(iter(value))
        if not isinstance(value, str) or value not in BITS:
            raise self.wrong(name, f"has a dtype that does not exist: {json.dumps(value)[:100]}")
        return value

    def _fits(self, name: str, dtype: str, shape: list[int], length: int) -> None:
        bits = 1
        for count in (*shape, BITS[dtype]):
            bits *= count
            if bits > _WIDEST:
                raise self.wrong(name, f"has the shape {shape}, more than any memory holds")
        if bits % 8:
            raise self.wrong(name, f"has {bits} bits, which end within a byte")
        if length != bits // 8:
            what = "ends before it begins" if length < 0 else f"takes {length:,} bytes"
            raise self.wrong(name, f"{what}, and {dtype} of shape {shape} takes {bits // 8:,}")

    def extents(self, tensors: list[Tensor], size: int) -> None:
        """Each tensor begins where the one before it ended, the first at 0, and the last ends with the file."""
        at = 0
        for tensor in tensors:
            if tensor.start > at:
                raise self.wrong(tensor.name, f"leaves a gap of {tensor.start - at:,} bytes before it")
            if tensor.start < at:
                raise self.wrong(tensor.name, f"overlaps the tensor before it by {at - tensor.start:,} bytes")
            at = tensor.end
        there = size - len(self.raw)
        if at > there:
            raise WrongHeaderError(f"has {there:,} bytes of data, and its tensors take {at:,}", size, "data")
        if at < there:
            raise WrongHeaderError(f"has {there - at:,} bytes that belong to no tensor", len(self.raw) + at, "data")


def _sizes(value: Any) -> bool:  # noqa: ANN401 - any JSON
    return isinstance(value, list) and all(type(item) is int and 0 <= item <= _WIDEST for item in value)


def _metadata(metadata: dict[str, str], context: Context) -> Iterator[Evidence]:
    length = sum(len(key) + len(value) for key, value in metadata.items())
    if length > MOST_METADATA:
        yield Evidence("review", "safetensors", "__metadata__", f"has {length:,} characters of metadata, which is no place for data")
    for key, value in metadata.items():
        if value.startswith(_PICKLED):
            yield from _pickled(key, value, context)


def _pickled(key: str, value: str, context: Context) -> Iterator[Evidence]:
    """A pickle in base64: nothing loads it by itself."""
    try:
        held = base64.b64decode(value, validate=True)
    except binascii.Error:
        return
    yield Evidence("review", "safetensors", "__metadata__", f'"{key[:100]}" of its metadata is a pickle in base64')
    yield from context.judge(f"__metadata__.{key[:100]}", Held(held)).evidence
