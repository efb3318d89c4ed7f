"""A tensor of ONNX in a file of its own, as examples of inputs and outputs lie beside a model. onnx/onnx.proto3, `TensorProto`.

Numbers and texts, and nothing else: each field has its one wire type, so that no reader of models finds a graph in the same bytes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cardlint.weights.protobuf import BYTES, VARINT, Wire, WrongWireError
from cardlint.weights.verdict import SPENT, Evidence, Judgement, until_spent

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cardlint.weights.judge import Context
    from cardlint.weights.protobuf import Field
    from cardlint.weights.reading import Reader

# Shape, type, name and the data. Not `int64_data` (7), which in a model is the graph, nor `external_data` (13).
_TYPE, _DATA = 2, frozenset((4, 5, 6, 9, 10, 11))
_WIRES = {1: VARINT, _TYPE: VARINT, 8: BYTES} | dict.fromkeys(_DATA, BYTES)


def is_tensor(fields: Sequence[Field]) -> bool:
    """Whether these are fields of a tensor that has a type and data, and of nothing else."""
    numbers = {field.number for field in fields}
    return all(_WIRES.get(field.number) == field.wire for field in fields) and _TYPE in numbers and bool(numbers & _DATA)


def judge(reader: Reader, context: Context) -> Judgement:
    """A file that begins as a tensor, to its end."""
    evidence = tuple(until_spent(_evidence(Wire(reader, context.budget)), SPENT))
    return Judgement("onnx-tensor", evidence, inert=("a tensor of ONNX: read as numbers and texts",))


def _evidence(wire: Wire) -> Iterator[Evidence]:
    """The first thing that is no part of a tensor. Raises SpentError."""
    try:
        wrong = next((field for field in wire.fields(0, wire.size) if _WIRES.get(field.number) != field.wire), None)
    except WrongWireError as error:
        yield Evidence("review", "format", "tensor", f"is no tensor to its end: {error}", offset=error.offset)
        return
    if wrong is not None:
        message = f"begins as a tensor of ONNX, and has a field {wrong.number} that a tensor does not have so"
        yield Evidence("review", "format", f"tensor.{wrong.number}", message, offset=wrong.start)
