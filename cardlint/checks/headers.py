"""What card and configuration claim of the weights, against the headers of the files: how many parameters, in which type, quantised or not.

Tolerant: names round, embeddings are counted or not, and cards speak of other models too. Only what no reading of the claim
can mean is reported.
"""

from __future__ import annotations

import math
import re
from bisect import bisect_right
from itertools import chain, islice
from typing import TYPE_CHECKING

from cardlint.checks.vocabulary import shown
from cardlint.nodes import Mapping, Scalar, listed, string
from cardlint.problem import Problem
from cardlint.source import any_of
from cardlint.weights.named import NamedTuple
from cardlint.weights.patterns import lazily

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from cardlint.files import Files
    from cardlint.markdown import Markdown
    from cardlint.nodes import Node
    from cardlint.text import Span
    from cardlint.weighing import Weights

_MOST_CLAIMS = 1000
_TIMES = 2  # how far a claim may be from what is there
_PACKED = 0.01  # the share of elements of whole numbers from which on they are packed weights, not buffers
_SHARD = lazily(r"(?P<stem>.*)-(?P<number>\d{5})-of-(?P<total>\d{5})(?P<ending>\.\w+)")
_FLOATS = {"F64": "float64", "F32": "float32", "F16": "float16", "BF16": "bfloat16"}
_EIGHT = ("F8_E4M3", "F8_E5M2", "F8_E4M3FNUZ", "F8_E5M2FNUZ")
_TIMES_OF = {"k": 1e3, "m": 1e6, "mn": 1e6, "million": 1e6, "b": 1e9, "bn": 1e9, "billion": 1e9, "t": 1e12, "trillion": 1e12}
_UNIT = r"(?P<unit>K|M|B|T|k|m|b|mn|bn|[Mm]illion|[Bb]illion|[Tt]rillion)"
_NUMBER = r"(?<![\w.,/\u00d7-])(?P<number>\d{1,4}(?:\.\d{1,3})?)"
_COUNTED = lazily(rf"{_NUMBER}[ \t-]?{_UNIT}[ \t-]{{1,3}}(?:total |model |learnable )?param(?:eter)?s?\b")
_LABELLED = lazily(
    rf"\b(?:[Mm]odel [Ss]ize|[Pp]aram(?:eter)?s?(?: [Cc]ount)?|[Pp]arameter [Cc]ount)\b[ \t*_:|=~≈]{{1,12}}{_NUMBER}[ \t]?{_UNIT}\b"
)
# The claim is of a part, or of another model.
_OTHER = lazily(
    r"activ|embedding|trainable|teacher|student|base|backbone|original|draft|encoder|decoder|compar|than|vs|lora|adapter|distil|expert"
    r"|up to|over|other|larger|smaller|family",
    re.IGNORECASE,
)
_REACH = 80  # characters of the line before a claim, and behind it, that may say whose it is
_LABEL = lazily(r"(?:^|[._-])(?P<label>I?Q[1-8](?:_\w+)?|B?F16|F32|FP16|FP32)(?=[._-]|$)", re.IGNORECASE)
_WHOLE_NUMBERS = frozenset({"F32", "F16", "BF16", "F64", "I8", "I16", "I32", "I64"})


class _Held(NamedTuple):
    """The tensors of a model: elements by type, and the files they are in."""

    elements: dict[str, int]
    paths: tuple[str, ...]

    @property
    def total(self) -> int:
        """All elements."""
        return sum(self.elements.values())

    @property
    def plain(self) -> bool:
        """Whether all weights are floating-point numbers of 16 bits or more: nothing is quantised."""
        return sum(count for dtype, count in self.elements.items() if dtype not in _FLOATS) < _PACKED * self.total

    @property
    def parameters(self) -> int | None:
        """How many parameters; None where they may be packed, several in one element."""
        floats = sum(count for dtype, count in self.elements.items() if dtype in _FLOATS or dtype in _EIGHT)
        return floats if floats >= (1 - _PACKED) * self.total > 0 else None


def contradicted(  # noqa: PLR0913 - facts that are held against each other, and data of the rule
    metadata: Mapping, files: Files, weights: Weights, config: Mapping | None, markdown: Markdown, *,
    parts: list[str], tags: list[str], others: list[str], free: list[str], methods: dict[str, list[str]],
) -> Iterator[Problem]:  # fmt: skip
    """Claims that the headers of the weights contradict.

    `parts` are globs of weights that are no model of their own. A card with one of `tags`, or the relation `quantized`, claims
    quantised weights, unless files match `others` or the library is one of `free`. `methods` are the types of elements that
    a method of quantisation in config.json leaves in the files.
    """
    held = _model(files, weights, parts)
    is_part = any_of(parts)
    ggufs = [path for path in files.with_suffix(".gguf") if not is_part(path.lower())]
    if held is not None:
        yield from _types(held, config, methods)
        if held.plain and string(metadata.get("library_name")) not in free and not any(map(any_of(others), map(str.lower, files.by_path))):
            yield from _quantised(held, metadata, tags)
    count = held.parameters if held is not None else _gguf_parameters(ggufs, weights)
    if count is not None:
        yield from _counted(count, markdown)
    yield from _labels(ggufs, weights)
    weights.complete([*_safetensors(files, parts), *ggufs])


def _safetensors(files: Files, parts: Iterable[str]) -> list[str]:
    """The safetensors files in the root that are, or are a part of, the model itself."""
    is_part = any_of(parts)
    return [path for path in files.with_suffix(".safetensors") if "/" not in path and not is_part(path.lower())]


def _model(files: Files, weights: Weights, parts: list[str]) -> _Held | None:
    """The one model in the root, with all its shards; None where there is none, several, or a part of it is not here."""
    paths = _safetensors(files, parts)
    sets = {(match["stem"], match["total"]) if (match := _SHARD.fullmatch(path)) else (path, "1") for path in paths}
    if len(sets) != 1 or len(paths) != int(next(iter(sets))[1]):
        return None
    elements: dict[str, int] = {}
    for path in paths:
        header = weights.header(path)
        if header is None:
            return None
        for tensor in header.tensors:
            elements[tensor.dtype] = elements.get(tensor.dtype, 0) + math.prod(tensor.shape)
    return _Held(elements, tuple(paths))


def _types(held: _Held, config: Mapping | None, methods: dict[str, list[str]]) -> Iterator[Problem]:
    """The type and the quantisation that config.json claims."""
    quantised = config.get("quantization_config") if config else None
    if config is not None and quantised is None:
        for key in ("dtype", "torch_dtype"):
            claimed = config.get(key)
            name = (string(claimed) or "").removeprefix("torch.")
            if isinstance(claimed, Scalar) and name in _FLOATS.values() and not _has(held, name):
                message = f"claims weights in {name}, and there are none: they are {_said(held)}"
                yield Problem(message, claimed.span, subject=key)
                return
    if not isinstance(quantised, Mapping):
        return
    method = string(quantised.get("quant_method"))
    if held.plain and method in methods and not set(methods[method]) & held.elements.keys():
        message = f"claims weights quantised by {method}, and none in {held.paths[0]} are: they are {_said(held)}"
        yield Problem(message, quantised.span, subject="quantization_config")


def _has(held: _Held, name: str) -> bool:
    """Whether some weights have the type, or nobody can say because all are of other kinds."""
    floats = {_FLOATS[dtype] for dtype in held.elements if dtype in _FLOATS}
    return not held.plain or not floats or name in floats


def _said(held: _Held) -> str:
    ordered = sorted(held.elements, key=lambda dtype: -held.elements[dtype])
    return " and ".join(ordered[:2]) + (" and others" if len(ordered) > 2 else "")  # noqa: PLR2004 - those named before


def _quantised(held: _Held, metadata: Mapping, tags: list[str]) -> Iterator[Problem]:
    """Quantised weights that the card claims."""
    relation: Node | None = metadata.get("base_model_relation")
    claims: list[Node | None] = [relation] if string(relation) == "quantized" else []
    claims += [item for _, item in listed(metadata.get("tags")) if (string(item) or "").lower() in tags]
    for claim in claims[:1]:
        assert isinstance(claim, Scalar)  # it has text
        message = f'"{shown(claim.raw)}" claims quantised weights, and none in {held.paths[0]} are: they are {_said(held)}'
        yield Problem(message, claim.span, subject=claim.raw)


def _counted(count: int, markdown: Markdown) -> Iterator[Problem]:
    """The number of parameters that the text claims, where it claims one."""
    claims = list(_claims(markdown))
    if any(count / _TIMES <= claimed <= count * _TIMES for claimed, _, _ in claims) or len({claimed for claimed, _, _ in claims}) != 1:
        return
    _, text, span = claims[0]
    yield Problem(f'"{shown(text)}" is claimed, and the weights have {_readable(count)} parameters', span, subject="parameters")


def _claims(markdown: Markdown) -> Iterator[tuple[float, str, Span]]:
    """Numbers of parameters in the text that may be this model's."""
    content, start = markdown.text.content, markdown.body.start
    hidden = sorted([*(item.span for item in markdown.comments), *(item.span for item in markdown.snippets)])
    matches = islice(chain.from_iterable(pattern.finditer(content, start) for pattern in (_COUNTED, _LABELLED)), _MOST_CLAIMS)
    for match in matches:
        at = bisect_right(hidden, match.start(), key=lambda span: span.start)
        if at and match.start() < hidden[at - 1].end:
            continue
        before = content[max(0, match.start() - _REACH) : match.start()].rpartition("\n")[2]
        after = content[match.end() : match.end() + _REACH].partition("\n")[0]
        if not _OTHER.search(before) and not _OTHER.search(after):
            number = float(match["number"]) * _TIMES_OF[match["unit"].lower()]
            yield number, match[0].strip(), markdown.text.span(match.start(), match.end())


def _readable(count: int) -> str:
    for unit, name in ((1e12, "T"), (1e9, "B"), (1e6, "M"), (1e3, "K")):
        if count >= unit:
            return f"{count / unit:.3g}{name}"
    return str(count)


def _gguf_parameters(paths: list[str], weights: Weights) -> int | None:
    """The parameters of the model that all the GGUF files hold; None where they hold several, or parts of one."""
    counts: set[int] = set()
    for path in paths:
        header = weights.gguf(path)
        if header is None or _SHARD.fullmatch(path):
            return None
        counts.add(sum(math.prod(tensor.shape) for tensor in header.tensors))
    return max(counts) if counts and max(counts) <= 1.05 * min(counts) else None  # a head may be tied to the embeddings


def _labels(paths: list[str], weights: Weights) -> Iterator[Problem]:
    """GGUF files whose name claims quantised weights, or weights that are not, and whose tensors are otherwise."""
    for path in paths:
        label = _LABEL.search(path.rpartition("/")[2].removesuffix(".gguf"))
        header = weights.gguf(path) if label else None
        if label is None or header is None or not header.tensors or _SHARD.fullmatch(path):
            continue
        quantised = sorted({tensor.dtype for tensor in header.tensors} - _WHOLE_NUMBERS)
        claims = "q" in label["label"].lower()
        if claims and not quantised:
            message = f"is named {label['label']}, and none of its tensors is quantised"
            yield Problem(message, subject=path, path=path)
        elif not claims and quantised:
            message = f"is named {label['label']}, and has tensors in {quantised[0]}"
            yield Problem(message, subject=path, path=path)
