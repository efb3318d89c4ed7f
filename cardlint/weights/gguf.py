"""GGUF: key-values, among them chat templates that a loader renders, and tensors that the header says the place of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cardlint.weights.budget import SpentError
from cardlint.weights.ggufread import MAGIC, Header, Reading, Tensor, UnknownVersionError
from cardlint.weights.header import WrongHeaderError
from cardlint.weights.patterns import lazily
from cardlint.weights.values import Blob
from cardlint.weights.verdict import Evidence, Judgement

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from cardlint.weights.ggufread import Value
    from cardlint.weights.judge import Context
    from cardlint.weights.reading import Reader

TEMPLATE = "tokenizer.chat_template"
_ADDRESS = lazily(r"https?://[^\s\x00-\x1f@]+")
_URL_KEY = lazily(r"(?:.*[._])?url")
_INERT = "tensor data: numbers, each tensor's extent inside the file and apart from the others"


def judge(reader: Reader, context: Context) -> Judgement:
    """A file: header, extents, templates, and whether it is something else as well."""
    reading = Reading(reader, context.budget)
    try:
        header = reading.header()
        evidence = [*_layout(header, reader.size), *(item.evidence("gguf") for item in header.oddities), *_addresses(header)]
        inert: tuple[str, ...] = (_INERT,)
    except UnknownVersionError as error:
        evidence, inert = [Evidence("review", "gguf", "version", str(error), offset=len(MAGIC))], ()
    except WrongHeaderError as error:
        evidence, inert = [error.evidence("gguf")], ()
    except SpentError:
        message = "has a header too large or too intricate to be read to its end"
        evidence, inert = [Evidence("review", "unread", "header", message, offset=reading.stream.position)], ()
    evidence += _templates(reading.values)
    return Judgement("gguf", tuple(evidence), inert=inert)


def _layout(header: Header, size: int) -> Iterator[Evidence]:
    """Where the tensors lie. Raises WrongHeaderError; ggml wants them one after the other in the order of the header."""
    at, aligned = 0, True
    for tensor in sorted(header.tensors, key=lambda item: (item.offset, item.size or 0)):
        about = tensor.name[:100]
        _placed(header, tensor, at, size)
        if tensor.offset != -(-at // header.alignment) * header.alignment and aligned:
            aligned = False
            message = f'leaves a gap before "{about}", and ggml refuses it'
            yield Evidence("review", "gguf", about, message, offset=header.data + tensor.offset)
        at = tensor.offset + (tensor.size or 0)
        aligned = aligned and tensor.size is not None
    if [item.offset for item in header.tensors] != sorted(item.offset for item in header.tensors):
        yield Evidence("review", "gguf", "tensors", "has tensors in another order than their data, and ggml refuses it")
    end = header.data + at if header.tensors else size
    if all(item.size is not None for item in header.tensors) and size - end >= header.alignment:
        message = f"has {size - end:,} bytes that belong to no tensor"
        yield Evidence("review", "gguf", "data", message, offset=end)


def _placed(header: Header, tensor: Tensor, at: int, size: int) -> None:
    about, start = tensor.name[:100], header.data + tensor.offset
    if tensor.offset % header.alignment:
        raise WrongHeaderError(f'has "{about}" at {tensor.offset:,}, which is not aligned to {header.alignment}', start, about)
    if tensor.offset < at:
        raise WrongHeaderError(f'has "{about}" overlap the tensor before it by {at - tensor.offset:,} bytes', start, about)
    if start + (tensor.size or 0) > size:
        message = f'has "{about}" end at byte {start + (tensor.size or 0):,}, and the file at {size:,}'
        raise WrongHeaderError(message, start, about, "CVE-2024-23496")


def _addresses(header: Header) -> Iterator[Evidence]:
    """Keys that hold an address: other schemes than those of the web, credentials and spaces do not belong there."""
    for key, value in header.values.items():
        if _URL_KEY.fullmatch(key) and isinstance(value, str) and value and not _ADDRESS.fullmatch(value):
            yield Evidence("review", "gguf", key[:100], f"has in {key[:100]} something else than a plain web address")


def _templates(values: Mapping[str, Value]) -> Iterator[Evidence]:
    """`tokenizer.chat_template`, and the named ones beside it."""
    found = [(key[:100], value) for key, value in values.items() if key == TEMPLATE or key.startswith(f"{TEMPLATE}.")]
    if not found:
        return
    from cardlint.weights.templates import judge_texts  # brings a parser; few files have templates

    for key, value in found:
        if isinstance(value, Blob):
            yield Evidence("review", "unread", "template", f"is a template of {value.length:,} bytes, too long to be read", member=key)
    yield from judge_texts((key, value if isinstance(value, str) else None) for key, value in found if not isinstance(value, Blob))
