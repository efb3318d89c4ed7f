"""TensorFlow Lite: operators that are not its own, and buffers beyond the file. tensorflow/lite/schema/schema.fbs.

An operator `FlexX` is TensorFlow's `X`, with its attributes in the options: what is known of that one counts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cardlint.weights.budget import SpentError
from cardlint.weights.collect import Collected
from cardlint.weights.flatbuffer import Table, WrongBufferError, root
from cardlint.weights.paths import leads_out
from cardlint.weights.patterns import lazily
from cardlint.weights.pieces import Pieces
from cardlint.weights.verdict import Evidence, Judgement

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from cardlint.weights.judge import Context
    from cardlint.weights.reading import Reader
    from cardlint.weights.verdict import Verdict

_CUSTOM = 32  # BuiltinOperator.CUSTOM
_LAST_BUILTIN = 255
_MOST_OPTIONS = 65_536  # bytes of an operator's options
# Of the runtime itself, of TensorFlow Lite Support and of MediaPipe: computations that reach nothing.
_KNOWN = frozenset(
    {"TFLite_Detection_PostProcess", "Mfcc", "AudioSpectrogram", "NumericVerify", "Convolution2DTransposeBias", "MaxPoolingWithArgmax2D"}
    | {"MaxUnpooling2D", "TransformTensorBilinear", "TransformLandmarks", "Landmarks2TransformMatrix", "RESIZE_NEAREST_NEIGHBOR_HALF"}
)
_NAME = lazily(rb"[A-Z][A-Za-z0-9]{3,60}")


def judge(reader: Reader, context: Context) -> Judgement:
    """A model: operators, and where its buffers lie."""
    found = Collected()
    try:
        for item in _evidence(root(Pieces(reader, context.budget)), context.names.table("tensorflow")):
            found.add(item)
    except WrongBufferError as error:
        found.broken(error, "TensorFlow Lite")
    except SpentError:
        found.spent()
    return Judgement("tflite", found.evidence(), inert=("buffers of tensors: read as numbers",))


def _evidence(model: Table, table: Mapping[str, object]) -> Iterator[Evidence]:
    codes = [_code(code) for code in model.tables(1)]
    for name in codes:
        yield from _operator(name, table)
    for graph in model.tables(2):
        for operator in graph.tables(3):
            index = operator.value(0, 4)
            name = codes[index] if index < len(codes) else "CUSTOM without a name"
            if name.startswith("Flex"):
                yield from _options(operator, table)
            elif index >= len(codes):
                yield Evidence("review", "format", "operator", "has an operator without a code")
    for buffer in model.tables(4):
        yield from _buffer(buffer)
    for group in model.tables(8):
        path = group.text(0)
        if why := leads_out(path):
            yield Evidence("block", "format", path, f"takes buffers from {path!r}, which {why}")


def _code(code: Table) -> str:
    """The name of a custom operator; empty of one that is built in."""
    old, new = code.value(0, 1), code.value(3, 4, signed=True)
    builtin = max(old, new)
    if builtin == _CUSTOM:
        return code.text(1) or "CUSTOM without a name"
    return "" if 0 <= builtin <= _LAST_BUILTIN else f"builtin {builtin}"


def _operator(name: str, table: Mapping[str, object]) -> Iterator[Evidence]:
    if not name or name in _KNOWN:
        return
    if not name.startswith("Flex"):
        yield Evidence("review", "format", name, f"has the operator {name}, for which a library has to be loaded")
        return
    yield from _flex(name, name.removeprefix("Flex"), table)


def _flex(label: str, op: str, table: Mapping[str, object]) -> Iterator[Evidence]:
    reaches, vetted = table.get("reaches", {}), table.get("vetted", ())
    assert isinstance(reaches, dict)
    assert isinstance(vetted, (list, tuple))
    if op in reaches:
        # Paths are not followed here, so that even an operator that is fine with another path is not vetted.
        verdict: Verdict = "block" if reaches[op]["verdict"] == "block" else "review"
        yield Evidence(verdict, "format", label, f"has TensorFlow's operator {op}, which {reaches[op]['does']}")
    elif op not in vetted:
        yield Evidence("review", "format", label, f"has the operator {label}, which is not a vetted one of TensorFlow")


def _options(operator: Table, table: Mapping[str, object]) -> Iterator[Evidence]:
    """The options of a Flex operator name TensorFlow's operator again, and that one is run."""
    found = operator.vector(5, 1)
    if found.length > _MOST_OPTIONS:
        yield Evidence("review", "unread", "options", f"has options of {found.length:,} bytes, more than are read")
    reaches = table.get("reaches", {})
    assert isinstance(reaches, dict)
    for name in _NAME.findall(operator.pieces.read(found.start, min(found.length, _MOST_OPTIONS))):
        if name.decode() in reaches:
            yield from _flex(f"Flex{name.decode()}", name.decode(), table)


def _buffer(buffer: Table) -> Iterator[Evidence]:
    """A buffer lies in the table, or by its offset behind it all."""
    buffer.vector(0, 1)
    offset, size = buffer.value(1, 8), buffer.value(2, 8)
    if offset > 1 and offset + size > buffer.pieces.size:
        yield Evidence("review", "format", "buffer", f"has a buffer of {size:,} bytes at byte {offset:,}, beyond the end of the file")
