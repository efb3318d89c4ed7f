"""Evaluation results in the card: `model-index`, its figures and where they come from."""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING

from cardlint.checks.shape import alike, head, owned
from cardlint.checks.vocabulary import quoted
from cardlint.nodes import Mapping, Sequence, join, kind_of, string, strings
from cardlint.problem import Cure, Problem, SetValue
from cardlint.rule import did_you_mean
from cardlint.weights.patterns import lazily

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cardlint.nodes import Node
    from cardlint.schema import Mismatch
    from cardlint.text import Span

_KEY = "model-index"
_LONGEST = 60
_LOOKED_AT = 20
_NUMBER = r"[+-]?(?:\d{1,20}(?:\.\d{0,20})?|\.\d{1,20})(?:[eE][+-]?\d{1,3})?"
_PLAIN = lazily(_NUMBER)
_SURE = lazily(r"[+-]?(?:0|[1-9]\d{0,19})(?:\.\d{0,20})?")
_PERCENT = lazily(rf"({_NUMBER})\s*(?:%|percent|per cent)", re.IGNORECASE)
_SPREAD = lazily(rf"({_NUMBER})\s*%?\s*(?:\(?\s*(?:±|\+/-|\+-|\\pm)\s*({_NUMBER})\s*%?\s*\)?)", re.IGNORECASE)
_WITH_UNIT = lazily(rf"[~≈]?\s*({_NUMBER})\s*[A-Za-z][A-Za-z ./-]{{0,20}}|[~≈]\s*({_NUMBER})")
_DECIMAL_COMMA = lazily(r"([+-]?\d{1,20}),(\d{1,20})(\s*%)?")
_THOUSANDS = lazily(r"[+-]?\d{1,3}(?:,\d{3})+(?:\.\d{1,20})?")


def index(metadata: Mapping) -> Iterator[Problem]:
    """Parts of `model-index` that are absent or of the wrong type, by their path."""
    for found, more in alike(owned(metadata, "model", _KEY, "model-index-invalid"), ("type", "required")):
        place = head(found.node) if found.keyword == "required" else found.node.span
        yield Problem(found.message + more + _advice(found), place, found.subject)


def _advice(found: Mismatch) -> str:
    kind = kind_of(found.node)
    if found.keyword == "required" and isinstance(found.node, Mapping):
        wanted = found.subject.rpartition(".")[2]
        near = [entry.name for entry in islice(found.node.effective(), _LOOKED_AT) if did_you_mean(entry.name, [wanted])]
        return f", and {quoted(near[0])} is not read" if near else ""
    if kind in ("number", "boolean") and "must be text" in found.message:
        return "; put it in quotes"
    return "; put `- ` before its first key" if kind == "mapping" and "must be a list" in found.message else ""


def not_numeric(value: Node) -> Iterator[Problem]:
    """A figure that is text. `12.3 ± 0.4` is what the tools of reinforcement learning write, and a warning."""
    text = string(value)
    if text is None:
        return
    message, mild = _meant(text.strip())
    problem = Problem(f"{quoted(text)} is text, not a number{message}", value.span, at_most="warning" if mild else None)
    yield problem._replace(fix=_number(value, text.strip()))


def _number(value: Node, text: str) -> Cure | None:
    """The number that stands there as text, where it is certain which, and every reader of YAML takes it for that one."""
    match = _DECIMAL_COMMA.fullmatch(text) if len(text) <= _LONGEST else None
    decimal = f"{match[1]}.{match[2]}" if match and not match[3] else text
    if not _SURE.fullmatch(decimal) or (match and len(_options(text)) > 1):
        return None
    return Cure("unsafe", f"write the number {decimal}", (SetValue(value.span, decimal, plain=True),))


def _meant(text: str) -> tuple[str, bool]:
    """What number a text probably is, as the end of a sentence, and whether tools are known to write it so."""
    if not text:
        return "; leave the metric out where there is no figure", False
    if len(text) > _LONGEST:
        return "", False
    if match := _SPREAD.fullmatch(text):
        return f"; write {match[1]}, and the spread {match[2]} as a metric of its own", True
    if _PLAIN.fullmatch(text):
        return f"; write {text} without quotes", False
    if match := _PERCENT.fullmatch(text):
        return f"; write {match[1]}, or {_hundredth(match[1])} where the metric goes from 0 to 1", False
    return _comma(text), False


def _options(text: str) -> list[str]:
    """The numbers that a text with a comma may stand for."""
    thousands = text.replace(",", "") if _THOUSANDS.fullmatch(text) else None
    match = _DECIMAL_COMMA.fullmatch(text)
    decimal = f"{match[1]}.{match[2]}" if match else None
    if thousands and text.lstrip("+-").startswith("0,"):
        thousands = None
    return [option for option in (decimal, thousands) if option]


def _comma(text: str) -> str:
    options = _options(text)
    if not options and (unit := _WITH_UNIT.fullmatch(text)):
        options = [unit[1] or unit[2]]
    return f"; did you mean {' or '.join(options)}?" if options else ""


def _hundredth(number: str) -> str:
    return f"{float(number) / 100:.10g}"


def source_incomplete(value: Node, metadata: Mapping, *, without_splits: list[str], evaluators: list[str]) -> Iterator[Problem]:
    """Sources without address, and datasets without what says which part and state of them was used.

    `without_splits` are tasks evaluated in an environment instead of on data; `evaluators` are libraries that write the
    name of an evaluator where the id of a dataset belongs.
    """
    found: dict[tuple[str, ...], list[tuple[str, Span]]] = {}
    by_evaluator = any(word in evaluators for key in ("library_name", "tags") for word in strings(metadata.get(key)))
    for subject, result in _results(value):
        source, dataset, task = result.get("source"), result.get("dataset"), result.get("task")
        if isinstance(source, Mapping) and source.get("url") is None:
            found.setdefault(("url",), []).append((join(subject, "source.url"), head(source)))
        kind = string(task.get("type")) if isinstance(task, Mapping) else None
        if isinstance(dataset, Mapping) and kind not in without_splits:
            lacking = tuple(key for key in ("split", "revision") if dataset.get(key) is None)
            if by_evaluator and "/" not in (string(dataset.get("type")) or ""):
                lacking = _OWN if "split" in lacking else ()  # data that is not on the Hub has no revision
            if lacking:
                found.setdefault(lacking, []).append((join(subject, "dataset"), head(dataset)))
    for lacking, ((subject, place), *others) in found.items():
        more = f" (and {len(others)} more like it)" if others else ""
        yield Problem(_LACKS[lacking] + more, place, subject, at_most="note" if lacking in (("revision",), _OWN) else None)


_OWN = ("split", "of its own")
_LACKS = {
    ("url",): "the source of the figures has no `url`, so nobody can look them up",
    _OWN: "the dataset of a result has no `split`, and its `type` is no id on the Hub, so nobody can repeat the evaluation",
    ("split",): "the dataset of a result has no `split`, so nobody can tell what part of it was used",
    ("revision",): "the dataset of a result has no `revision`, so a change of its data changes the figure unseen",
    ("split", "revision"): "the dataset of a result has neither `split` nor `revision`, so nobody can repeat the evaluation",
}


def _results(value: Node) -> Iterator[tuple[str, Mapping]]:
    for number, model in enumerate(value.items if isinstance(value, Sequence) else ()):
        results = model.get("results") if isinstance(model, Mapping) else None
        for index, result in enumerate(results.items if isinstance(results, Sequence) else ()):
            if isinstance(result, Mapping):
                yield join(join(join(_KEY, number), "results"), index), result
