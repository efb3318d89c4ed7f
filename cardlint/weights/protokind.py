"""Which protocol buffer a file is. The format has no magic number, but messages of different kinds have different fields.

onnx.proto3, saved_model.proto, graph.proto, coremltools Model.proto, paddle framework.proto, sentencepiece_model.proto.
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from cardlint.weights.budget import Budget
from cardlint.weights.onnxtensor import is_tensor
from cardlint.weights.protobuf import BYTES, FIXED32, VARINT, Field, Wire, WrongWireError

if TYPE_CHECKING:
    from cardlint.weights.reading import Reader

_MOST_FIELDS = 64  # of the outermost message; vocabularies and frozen graphs have thousands
_ONNX = frozenset({1, 2, 3, 4, 5, 6, 7, 8, 14, 20, 25, 26})
_GRAPH = 7
# The kinds of a Core ML model, each a field of its own.
COREML_KINDS = frozenset(
    {200, 201, 202, 300, 301, 302, 303, 304, 400, 401, 402, 403, 404, 500, 501, 502, 555, 556, 560, 600, 601, 602, 603, 604, 606, 607}
    | {609, 610, 900, 2000, 2001, 2002, 2003, 2004, 2005, 2006, 3000}
)
_COREML = COREML_KINDS | {1, 2, 10}
_LATEST = 64  # a version of ONNX's format; it was 13 in 2026


def recognise(reader: Reader) -> str | None:
    """The kind of message a file is; None of one that is not known, and of what is none."""
    wire = Wire(reader, Budget(operations=4 * _MOST_FIELDS))
    try:
        fields = list(islice(wire.fields(0, reader.size), _MOST_FIELDS))
        return _kind(wire, fields)
    except WrongWireError:
        return None


def _kind(wire: Wire, fields: list[Field]) -> str | None:
    first, numbers = fields[0], {field.number for field in fields}
    if is_tensor(fields):
        return "onnx-tensor"
    if first.number != 1:
        return None
    if first.wire == VARINT:
        return _versioned(first.value, numbers)
    return _listed(wire, first, numbers) if first.wire == BYTES else None


def _versioned(version: int, numbers: set[int]) -> str | None:
    """Messages that begin with a version."""
    if _GRAPH in numbers and numbers <= _ONNX and version <= _LATEST:
        return "onnx"
    if numbers == {1, 2} and version == 1:
        return "savedmodel"
    return "coreml" if numbers & COREML_KINDS and numbers <= _COREML else None


def _listed(wire: Wire, first: Field, numbers: set[int]) -> str | None:
    """Messages that begin with a list: the first item tells of what."""
    inner = list(islice(wire.fields(first.start, first.end), 3))
    kinds = [(field.number, field.wire) for field in inner]
    if kinds[:2] == [(1, BYTES), (2, BYTES)] and numbers <= {1, 2, 3, 4, 5} and all(_printable(wire, field) for field in inner[:2]):
        return "graphdef"
    if kinds[:2] == [(1, VARINT), (2, VARINT)] and numbers <= {1, 4, 5}:
        return "paddle"
    return "sentencepiece" if kinds[:2] == [(1, BYTES), (2, FIXED32)] and numbers <= {1, 2, 3, 4, 5} else None


def _printable(wire: Wire, field: Field) -> bool:
    return field.size > 0 and wire.content(field, 256).decode("utf-8", "replace").isprintable()
