"""Figures of `model-index` against what their metric can be, and whether a card gives figures at all."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from cardlint.checks.keys import first_line
from cardlint.evalfiles import is_results
from cardlint.metrics import Metric, known_metrics, number_of, results, squash, told_metric
from cardlint.nodes import Mapping, Scalar, Sequence, join
from cardlint.problem import Problem, Related
from cardlint.weights.named import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import TypeAlias

    from cardlint.files import Files
    from cardlint.markdown import Markdown
    from cardlint.nodes import Node
    from cardlint.repository import Identity
    from cardlint.topics import Topics

    Number: TypeAlias = "int | float"


class _Figure(NamedTuple):
    subject: str
    node: Scalar
    value: Number
    metric: Metric


def out_of_range(value: Node) -> Iterator[Problem]:
    """Figures their metric cannot have, and figures on another scale than their siblings in the same result."""
    for subject, result in results(value):
        figures = list(_figures(subject, result))
        impossible = [figure for figure in figures if _impossible(figure)]
        for figure in impossible:
            yield Problem(
                f"{figure.node.raw[:_SHOWN]} is no value of {figure.metric.id}, which {figure.metric.why}", figure.node.span, figure.subject
            )
        yield from _mixed([figure for figure in figures if figure.metric.plain and not _impossible(figure)])


_SHOWN = 60
# A shorter word tells no model from others.
_SHORT = 3
# Floats that were multiplied by a hundred are a little off.
_SLACK = 1e-6


def _figures(subject: str, result: Mapping) -> Iterator[_Figure]:
    metrics = result.get("metrics")
    for index, item in enumerate(metrics.items if isinstance(metrics, Sequence) else ()):
        metric = told_metric(item) if isinstance(item, Mapping) else None
        node = item.get("value") if isinstance(item, Mapping) else None
        if metric is not None and isinstance(node, Scalar) and (number := number_of(node)) is not None:
            yield _Figure(join(join(join(subject, "metrics"), index), "value"), node, number, metric)


def _impossible(figure: _Figure) -> bool:
    metric, value = figure.metric, figure.value
    if isinstance(value, float) and math.isnan(value):
        return bool(metric.why)
    percent = 100 if metric.percent else 1
    below = metric.least is not None and value < metric.least * (percent if metric.least < 0 else 1) - _SLACK
    return below or (metric.most is not None and value > metric.most * percent + _SLACK)


def _mixed(figures: list[_Figure]) -> Iterator[Problem]:
    """Of accuracy, F1, precision and recall on the same data, those in percent where most are fractions, or the reverse."""
    fractions = [figure for figure in figures if 0 < figure.value < 1]
    percents = [figure for figure in figures if figure.value > 1]
    minority, majority = (fractions, percents) if len(fractions) < len(percents) else (percents, fractions)
    for figure in minority:
        near = next((other for other in majority if _same_size(figure, other)), None)
        if near is not None:
            scale, other = ("in percent", "fractions") if figure.value > 1 else ("a fraction", "in percent")
            message = f"{figure.metric.id} is {figure.node.raw[:_SHOWN]}, {scale}, where {near.metric.id} beside it and others are {other}"
            if len(majority) == 1:
                message = message.replace(" and others are", " is").replace("fractions", "a fraction")
            related = (Related(f"{near.metric.id} on the other scale", near.node.span),)
            yield Problem(f"{message}; use one scale", figure.node.span, figure.subject, related)


def _same_size(first: _Figure, second: _Figure) -> bool:
    """Whether two figures are about the same, once both are fractions: a coincidence of a low and a high share is not."""
    low, high = sorted((first.value, second.value))
    return low * 100 / 2 <= high <= low * 100 * 2


def missing(  # noqa: PLR0913 - the facts of the rule, and its data
    metadata: Mapping,
    files: Files,
    topics: Topics,
    markdown: Markdown,
    repository: Identity,
    *,
    figures: list[str],
    models: list[str],
    sizes: list[str],
    common: list[str],
) -> Iterator[Problem]:
    """A model of which nobody says how good it is: no results in metadata or files, no section, no table or sentence with figures.

    `figures` are names of metrics and benchmarks that make a table or sentence one about results, `models` the heads of a
    column of models that do as well. `sizes` are words for what is no result; `common` are words of a model's name that
    many have.
    """
    if _has_results(metadata) or any(is_results(entry.path) for entry in files) or topics.covered("evaluation"):
        return
    from cardlint.claims import gives_figures

    names = frozenset(known_metrics()) | {squash(name) for name in figures}
    if not gives_figures(markdown, names) and not _is_compared(_called(markdown, repository), markdown, models, sizes, common):
        entry = metadata.entry("model-index")
        place = entry.key.span if entry else first_line(metadata)
        message = "nothing says how good the model is: no results in `model-index` or .eval_results/, no section on evaluation"
        yield Problem(message, place, "evaluation")


def _is_compared(called: list[str], markdown: Markdown, models: list[str], sizes: list[str], common: list[str]) -> bool:
    """Whether a table sets the model against others, or a line gives it a percentage, without a metric we know."""
    from cardlint.claims import Comparison, compares, names_figure, squash_words

    own = frozenset(word for word in squash_words(" ".join(called)) - {*common} if len(word) > _SHORT)
    heads = frozenset(squash(head) for head in models)
    return names_figure(markdown, called) or compares(markdown, Comparison(heads, own, frozenset(sizes)))


def _called(markdown: Markdown, repository: Identity) -> list[str]:
    """What the model is called: the last part of its id, and the title of the card."""
    names = [(repository.id or "").rpartition("/")[2], *(section.title for section in markdown.sections[:1])]
    return [name[:_SHOWN] for name in names if len(name) > _SHORT]


def _has_results(metadata: Mapping) -> bool:
    """Whether `model-index` holds any result; of what shape is another rule's business."""
    node = metadata.get("model-index")
    if not isinstance(node, Sequence):
        return node is not None
    parts = (model.get("results") for model in node.items if isinstance(model, Mapping))
    return any(part is not None and not (isinstance(part, Sequence) and not part.items) for part in parts)
