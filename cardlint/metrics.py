"""What metrics are called and what values they can have; the figures in `model-index`."""

from __future__ import annotations

import json
from functools import cache
from typing import TYPE_CHECKING

from cardlint.locate import data_folder
from cardlint.nodes import Mapping, Scalar, Sequence, join, string
from cardlint.weights.named import NamedTuple
from cardlint.weights.patterns import lazily

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cardlint.nodes import Node

KEY = "model-index"
# Cards of embedding models give some thousand figures.
MOST_RESULTS = 5_000
_NO_LETTER = lazily(r"[\W_]+")


class Metric(NamedTuple):
    """One metric. `least` and `most` bound its fractions, a hundredfold where it is also given in percent; `why` says so.

    `plain` metrics of one result are of like size: accuracy and F1, but not precision at 100.
    """

    id: str
    least: int | None
    most: int | None
    percent: bool
    plain: bool
    why: str


def squash(text: str) -> str:
    """A name without case, blanks and punctuation: `F1-Score` and `f1 score` are one."""
    return _NO_LETTER.sub("", text.casefold())


@cache
def known_metrics() -> dict[str, Metric]:
    """The metrics that ship, by every squashed name (`schemas/metrics.json`)."""
    held = json.loads((data_folder("schemas") / "metrics.json").read_bytes())
    found: dict[str, Metric] = {}
    for name, about in held["metrics"].items():
        span = held["ranges"][about["range"]]
        least, most, percent = span.get("least"), span.get("most"), span.get("percent", False)
        metric = Metric(name, least, most, percent, about.get("plain", False), span.get("why", ""))
        found |= {squash(spelling): metric for spelling in (name, *about["names"])}
    return found


def told_metric(item: Mapping) -> Metric | None:
    """The metric of an entry of `metrics`: by its type, else by its name; None where it is none we know, or the two disagree."""
    named = [known_metrics().get(squash(text)) for key in ("type", "name") if (text := string(item.get(key)))]
    known = [metric for metric in named if metric is not None]
    return known[0] if known and all(metric == known[0] for metric in known) else None


def number_of(node: Node | None) -> int | float | None:
    """The number a scalar is, or None."""
    if isinstance(node, Scalar) and isinstance(node.value, int | float) and not isinstance(node.value, bool):
        return node.value
    return None


def results(value: Node) -> Iterator[tuple[str, Mapping]]:
    """The results in `model-index` with their names, as many as anyone gives."""
    left = MOST_RESULTS
    for number, model in enumerate(value.items if isinstance(value, Sequence) else ()):
        listed = model.get("results") if isinstance(model, Mapping) else None
        for index, result in enumerate(listed.items[:left] if isinstance(listed, Sequence) else ()):
            left -= 1
            if isinstance(result, Mapping):
                yield join(join(join(KEY, number), "results"), index), result
