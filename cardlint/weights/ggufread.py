"""The header of a GGUF file, read from front to back in chunks: key-values, tensors, and where the data begins.

ggml, docs/gguf.md, and src/gguf.cpp for what its own reader accepts. Version 1 had 32-bit counts and lengths; big-endian
files exist from version 3 on and begin with the same four letters.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from cardlint.weights.budget import Budget, SpentError
from cardlint.weights.ggmltypes import ARRAY, BOOL, FILE_TYPES, SCALARS, STRING, TENSOR_TYPES, U32
from cardlint.weights.ggufcursor import LENGTHS, Cursor
from cardlint.weights.header import Oddity, WrongHeaderError
from cardlint.weights.reading import EndOfDataError
from cardlint.weights.values import Blob

if TYPE_CHECKING:
    from cardlint.weights.reading import Reader

MAGIC = b"GGUF"
NEWEST = 3
MOST_ENTRIES = 100_000  # key-values, and tensors; real files have some hundreds, and some thousands
MOST_TEXT = 300_000  # bytes of one text that is kept, and
MOST_TEXTS = 4_000_000  # of all
LONGEST_KEY = 65_535  # docs/gguf.md
_LONGEST_NAME = 127  # bytes; ggml has 63, and stable-diffusion.cpp builds it with 127
_MOST_ALIGNED = 2**20  # gguf.cpp, GGUF_MAX_ALIGNMENT
_DEFAULT_ALIGNMENT = 32
_MOST_DIMENSIONS = 4
_DEEPEST = 4
_MOST_ELEMENTS = 2**63 - 1
# What each of these numbers does to a reader that believes it (Talos, 2024, on ggml).
_TENSORS, _PAIRS, _SHAPES = "CVE-2024-21836", "CVE-2024-23605", "CVE-2024-21802"


class Array(NamedTuple):
    """An array that was passed over: the id of its elements' type, how many they are, and where the first one lies."""

    kind: int
    length: int
    offset: int


Value: TypeAlias = "int | float | bool | str | Blob | Array"


class Tensor(NamedTuple):
    """A tensor: the id of its type, its shape with the fastest dimension first, and where its data lies in the data section.

    `size` is in bytes, None where the type is not known.
    """

    name: str
    kind: int
    shape: tuple[int, ...]
    offset: int
    size: int | None

    @property
    def dtype(self) -> str:
        """The name of its type; the id where it is not known."""
        return TENSOR_TYPES[self.kind][0] if self.kind in TENSOR_TYPES else str(self.kind)


class Header(NamedTuple):
    """A header that holds: `data` is the byte of the file at which the data section begins; texts too long to keep are a Blob."""

    version: int
    big_endian: bool
    alignment: int
    values: dict[str, Value]
    tensors: tuple[Tensor, ...]
    data: int
    oddities: tuple[Oddity, ...] = ()

    @property
    def architecture(self) -> str | None:
        """`general.architecture`."""
        value = self.values.get("general.architecture")
        return value if isinstance(value, str) else None

    @property
    def quantisation(self) -> str | None:
        """The name of `general.file_type`: what most of the tensors are."""
        value = self.values.get("general.file_type")
        return FILE_TYPES.get(value) if isinstance(value, int) else None


class UnknownVersionError(Exception):
    """A version that nothing is known of."""


def read_header(reader: Reader, budget: Budget | None = None) -> Header:
    """The header.

    Raises WrongHeaderError where it is invalid, UnknownVersionError, SpentError beyond the bounds above, and what the reader
    raises.
    """
    return Reading(reader, budget or Budget()).header()


class Reading(Cursor):
    """A header being read. `values` are the key-values that have been read so far, also where the rest cannot be."""

    version = 0
    texts = 0  # bytes of texts that are kept

    def __init__(self, reader: Reader, budget: Budget) -> None:
        """At the first byte."""
        super().__init__(reader, budget)
        self.values: dict[str, Value] = {}

    def header(self) -> Header:
        """The whole header. Raises as `read_header` does."""
        try:
            return self._header()
        except EndOfDataError as error:
            raise WrongHeaderError("ends within its header", self.stream.position) from error

    def _header(self) -> Header:
        tensors, pairs = self._counts()
        for _ in range(pairs):
            at = self.stream.position
            key = self._key()
            if key in self.values:
                raise WrongHeaderError(f'has the key "{key[:100]}" twice', at, key[:100])
            self.values[key] = self._value(key)
        alignment = self._alignment(self.values)
        found = self._tensors(tensors)
        data = -(-self.stream.position // alignment) * alignment
        return Header(self.version, self.order == ">", alignment, self.values, tuple(found), data, tuple(self.oddities))

    # The fixed part

    def _counts(self) -> tuple[int, int]:
        """Tensors and key-values, after the version has told how they are written."""
        if self.stream.take(len(MAGIC)) != MAGIC:
            raise WrongHeaderError("does not begin with GGUF", 0)
        raw = self.stream.take(4)
        version = int.from_bytes(raw, "little")
        if not version & 0xFFFF and version:
            self.order, version = ">", int.from_bytes(raw, "big")
        if not 1 <= version <= NEWEST:
            raise UnknownVersionError(f"is GGUF of version {version:,}, which is not known")
        if self.order == ">" and version < NEWEST:
            self.odd(f"is big-endian, which version {version} is not", 4, "version")
        self.version, self.wide = version, self.wide if version > 1 else self.wide // 2
        at = self.stream.position
        tensors, pairs = self.length(), self.length()
        # What there is of each at the very least: a name's length, a type, and for a tensor dimensions and offset.
        self._possible(tensors, self.wide + 16, "tensors", at, _TENSORS)
        self._possible(pairs, self.wide + 5, "key-values", at + self.wide, _PAIRS)
        if max(tensors, pairs) > MOST_ENTRIES:
            raise SpentError
        return tensors, pairs

    def _possible(self, count: int, least: int, what: str, at: int, reference: str) -> None:
        if count * least > self.left():
            raise WrongHeaderError(f"counts {count:,} {what}, more than the file has room for", at, what, reference)

    # Key-values

    def _key(self) -> str:
        at = self.stream.position
        key = self.name(LONGEST_KEY, "a key")
        if not key:
            raise WrongHeaderError("has a key without a name", at, "a key")
        return key

    def _value(self, key: str) -> Value:
        at = self.stream.position
        kind = self.number("I")
        if kind == STRING:
            return self._text(key)
        if kind == ARRAY:
            return self._array(key, 1)
        if kind not in SCALARS:
            raise WrongHeaderError(f'has the key "{key[:100]}" of type {kind}, which does not exist', at, key[:100])
        value = self.number(SCALARS[kind])
        if kind == BOOL:
            if value > 1:
                self.odd(f'has the key "{key[:100]}", neither true nor false but {value}', at, key[:100])
            return bool(value)
        if key == "general.alignment" and kind != U32:
            raise WrongHeaderError("has an alignment that is no 32-bit number", at, key)
        return value

    def _text(self, key: str) -> str | Blob:
        at = self.stream.position
        length = self.length()
        if length > self.left():
            raise WrongHeaderError(f'has "{key[:100]}" of {length:,} bytes, beyond the file\'s end', at, key[:100], LENGTHS)
        if length > MOST_TEXT or self.texts + length > MOST_TEXTS:
            blob = Blob(self.stream.position, length)
            self.stream.skip(length)
            return blob
        self.texts += length
        raw = self.stream.take(length)
        try:
            return raw.decode("utf-8")
        except UnicodeDecodeError:
            self.odd(f'has "{key[:100]}", which is not UTF-8', at, key[:100])
            return raw.decode("utf-8", "replace")

    def _array(self, key: str, depth: int) -> Array:
        at = self.stream.position
        kind, count = self.number("I"), self.length()
        array = Array(kind, count, self.stream.position)
        if kind == ARRAY:
            self._nested(key, count, depth, at)
        elif kind == STRING:
            self.fits(key, count, self.wide, at)
            self.strings(key, count)
        elif kind in SCALARS:
            width = struct.calcsize("<" + SCALARS[kind])
            self.fits(key, count, width, at)
            self.stream.skip(count * width)
        else:
            raise WrongHeaderError(f'has an array "{key[:100]}" of type {kind}, which does not exist', at, key[:100])
        return array

    def _nested(self, key: str, count: int, depth: int, at: int) -> None:
        """Arrays of arrays: the specification has them, and ggml refuses them."""
        if depth >= _DEEPEST:
            raise SpentError
        if depth == 1:
            self.odd(f'has an array of arrays, "{key[:100]}", which ggml refuses', at, key[:100])
        self.fits(key, count, self.wide + 4, at)
        for _ in range(count):
            self.budget.spend(1)
            self._array(key, depth + 1)

    def _alignment(self, values: dict[str, Value]) -> int:
        value = values.get("general.alignment", _DEFAULT_ALIGNMENT)
        if not isinstance(value, int) or not 0 < value <= _MOST_ALIGNED or value & (value - 1):
            raise WrongHeaderError(f"has the alignment {value}, no power of two up to 2**20", self.stream.position, "general.alignment")
        return value

    # Tensors

    def _tensors(self, count: int) -> list[Tensor]:
        found: dict[str, Tensor] = {}
        for _ in range(count):
            at = self.stream.position
            tensor = self._tensor()
            if tensor.name in found:
                raise WrongHeaderError(f'has two tensors "{tensor.name[:100]}"', at, tensor.name[:100])
            found[tensor.name] = tensor
        return list(found.values())

    def _tensor(self) -> Tensor:
        at = self.stream.position
        name = self.name(LONGEST_KEY, "a tensor's name")
        if len(name.encode()) > _LONGEST_NAME:
            self.odd(f'has a tensor with a name of {len(name):,} characters, "{name[:100]}"', at, name[:100])
        dimensions = self.number("I")
        if dimensions > _MOST_DIMENSIONS:
            raise WrongHeaderError(f'has "{name[:100]}" of {dimensions:,} dimensions, more than four', at, name[:100], _SHAPES)
        shape = tuple(self.length() for _ in range(dimensions))
        kind = self.number("I")
        size = self._bytes_of(name[:100], kind, shape, at)
        return Tensor(name, kind, shape, self.number("Q"), size)

    def _bytes_of(self, name: str, kind: int, shape: tuple[int, ...], at: int) -> int | None:
        elements = 1
        for length in shape:
            elements *= length
            if max(elements, length) > _MOST_ELEMENTS:
                raise WrongHeaderError(f'has "{name}" of shape {shape}, more than any memory holds', at, name, _SHAPES)
        if kind not in TENSOR_TYPES:
            self.odd(f'has "{name}" of the type {kind}, which is not known: its size cannot be told', at, name)
            return None
        dtype, block, size = TENSOR_TYPES[kind]
        row = shape[0] if shape else 1
        if row % block:
            raise WrongHeaderError(f'has "{name}" with rows of {row:,} elements, where {dtype} has blocks of {block}', at, name)
        return elements // block * size
