"""Formats that are recognised and not looked into, each with the reason."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cardlint.weights.verdict import Evidence, Judgement

if TYPE_CHECKING:
    from cardlint.weights.judge import Context
    from cardlint.weights.reading import Reader

REASONS = {
    "executorch": "is an ExecuTorch program, whose delegates hold compiled code",
    "ort": "is a model in ONNX Runtime's own format, which is not looked into; an ONNX file is",
    "torch7": "is of Torch 7, whose files may hold functions in Lua bytecode, and is not looked into",
}


def judge(reader: Reader, context: Context) -> Judgement:
    """What it is, and why it is not looked into."""
    del reader
    return Judgement(context.format, (Evidence("review", "unread", context.format, REASONS[context.format]),))
