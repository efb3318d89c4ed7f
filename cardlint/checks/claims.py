"""Figures in the prose against those in `model-index`.

Only what is unmistakable counts: every word around a figure (of a sentence, in its clause) has to be known, as the name of a metric,
a dataset, a split, this model, or a plain word. Whatever else stands there may mean that the figure is another model's or of other data.
"""

from __future__ import annotations

import math
import re
from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from cardlint.checks.vocabulary import shown
from cardlint.claims import Figure, Prose, Sentence, Stated, clean, figure
from cardlint.lexicon import Lexicon, Read, figures_given, statement
from cardlint.metrics import known_metrics, number_of, results, squash
from cardlint.nodes import Mapping, Scalar, Sequence, join, string
from cardlint.problem import Problem, Related
from cardlint.weights.patterns import lazily

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cardlint.lexicon import Key
    from cardlint.markdown import Markdown
    from cardlint.nodes import Node
    from cardlint.repository import Identity
    from cardlint.text import Span

_ENUMERATION = lazily(r"\s*(?:\d{1,2}[.)]?)+\s+")


class _Known(NamedTuple):
    """A figure of the metadata."""

    subject: str
    node: Scalar
    value: float
    unit: float
    key: Key
    name: str
    result: int
    dataset: str
    split: str
    scaled: bool


class _Claim(NamedTuple):
    """A figure of the prose that is one of the metadata's, whatever its value."""

    figure: Figure
    text: str
    span: Span


def contradicted(value: Node, markdown: Markdown, identity: Identity, *, words: dict[str, list[str]]) -> Iterator[Problem]:
    """Figures of `model-index` of which the prose says another number, on the same metric and data.

    `words` are what the prose of any card says, by what they mean: `plain`; `speech` (plain in sentences, but not in labels, where
    they may be codes of languages); `own` (this model); `foreign` (another one, or a comparison); `progress` (training over
    time); `split NAME`; `qualifier NAME`; `metric NAME`; what clauses begin with (`against`, `aside`, `preface`, `describing`,
    `continuing`, `condition`: see `Clause`); `onto` (before data), `share` (right after a number: no figure of its own), `respectively`.
    """
    if not isinstance(value, Sequence) or len(value.items) != 1:
        return
    judge = _Judge(value, identity, words)
    if not judge.known:
        return
    claims: dict[int, list[_Claim]] = {}
    for stated in islice(Prose(markdown).read(), _MOST_FIGURES):
        for number, claim in judge.sentence(stated) if isinstance(stated, Sentence) else judge.stated(stated):
            claims.setdefault(number, []).append(claim)
    for number, made in sorted(claims.items()):
        yield from _judged(judge.known[number], made)


def _judged(known: _Known, made: list[_Claim]) -> Iterator[Problem]:
    """The finding, where none of the claims agrees with the metadata and all agree among themselves."""
    first = made[0]
    alike = all(claim.figure.readings == first.figure.readings for claim in made)
    if not alike or any(_agrees(claim.figure, known) for claim in made):
        return
    on = f" on {shown(known.dataset)}" if known.dataset else ""
    message = f"the text says {shown(first.text)} for {shown(known.name)}{on}, and `model-index` says {shown(known.node.raw)}"
    related = (Related("the figure in the metadata", known.node.span),)
    yield Problem(message, first.span, known.subject, related)


def _agrees(said: Figure, known: _Known) -> bool:
    """Whether two figures are the same but for rounding, cutting off, and percent against fraction."""
    scales = (1.0, 100.0, 0.01) if known.scaled else (1.0,)
    for reading in said.readings:
        for scale in scales:
            slack = max(reading.unit * scale, known.unit) * (1 + 1e-9) + said.spread * scale
            if abs(reading.value * scale - known.value) <= slack + 1e-12:
                return True
    return False


class _Judge:
    """Which figure of the metadata a figure in the prose is about."""

    def __init__(self, value: Sequence, identity: Identity, words: dict[str, list[str]]) -> None:
        model = value.items[0]
        own = [string(model.get("name")) if isinstance(model, Mapping) else None, identity.id, (identity.id or "").rpartition("/")[2]]
        self.lexicon = Lexicon(words, [name for name in own if name])
        found = list(results(value))
        found = found if len(found) <= _MOST_RESULTS else []
        for index, (_, result) in enumerate(found):
            self._learn(index, result)
        self._names: list[tuple[str, Key]] = []
        self.known = [known for index, (subject, result) in enumerate(found) for known in self._figures(index, subject, result)]
        for name, key in self._names:
            self.lexicon.put(name, ("metric", key))
        self.alone = len({_identity(result) for _, result in found}) == 1
        self.by_key: dict[Key, list[int]] = {}
        self._scopes: dict[tuple[tuple[str, ...], tuple[str, ...], bool], tuple[Read, Read] | None] = {}
        self._told: dict[str, tuple[bool, bool]] = {}
        self._found: dict[tuple[Key, frozenset[int] | None, frozenset[str]], int | None] = {}
        for number, known in enumerate(self.known):
            self.by_key.setdefault(known.key, []).append(number)

    def _learn(self, index: int, result: Mapping) -> None:
        """Add the names of a result's dataset, configuration, split and task to the lexicon."""
        dataset, task = result.get("dataset"), result.get("task")
        names = (
            [string(dataset.get(key)) or "" for key in ("name", "type", "config", "split")] if isinstance(dataset, Mapping) else [""] * 4
        )
        name, kind, config, split = names
        for text in (name, kind, kind.rpartition("/")[2], f"{name} {config}", f"{kind} {config}", f"{kind.rpartition('/')[2]} {config}"):
            if text.strip() and squash(text) not in self.lexicon.common:
                self.lexicon.put(text, ("dataset", index))
        if len(config) >= _TELLING and squash(config) not in self.lexicon.common:
            self.lexicon.put(config, ("dataset", index))
        if split and squash(split) not in self.lexicon.common:
            self.lexicon.put(split, ("split", squash(split)))
        for key in ("type", "name") if isinstance(task, Mapping) else ():
            self.lexicon.put(string(task.get(key)) or "", ("plain", "task"))  # type: ignore[union-attr]

    def _figures(self, index: int, subject: str, result: Mapping) -> Iterator[_Known]:
        metrics, dataset = result.get("metrics"), result.get("dataset")
        names = [string(dataset.get(key)) or "" for key in ("name", "split")] if isinstance(dataset, Mapping) else ["", ""]
        split = self.lexicon.read(names[1]).splits
        for place, item in enumerate(metrics.items if isinstance(metrics, Sequence) else ()):
            node = item.get("value") if isinstance(item, Mapping) else None
            number = number_of(node)
            if not isinstance(item, Mapping) or not isinstance(node, Scalar) or number is None or not abs(number) < _LARGEST:
                continue
            key = self._key(item)
            metric = known_metrics().get(squash(key[0]))
            part = join(join(join(subject, "metrics"), place), "value")
            name = string(item.get("name")) or string(item.get("type")) or key[0]
            scaled = metric is None or metric.percent
            unit = min(_unit(node.raw), _COARSEST) if abs(number) <= 1 else _unit(node.raw)
            yield _Known(part, node, float(number), unit, key, name, index, names[0], "".join(sorted(split)), scaled)

    def _key(self, item: Mapping) -> Key:
        """The metric of an entry with its qualifiers; its own names are put into the lexicon later, when all are read."""
        texts = [string(item.get(key)) or "" for key in ("type", "name", "config")]
        reads = [self.lexicon.read(text) for text in texts]
        qualifiers = frozenset().union(*(read.qualifiers for read in reads))
        plain = next((read.metrics[0][0] for read in reads[:2] if len(read.metrics) == 1 and not read.strange and not read.figures), None)
        key = _known_as(plain, qualifiers) if plain else (squash(texts[0]), qualifiers)
        for text in texts[:2]:
            if squash(text) not in self.lexicon.common and squash(text) not in known_metrics():
                self._names.append((text, key))
        return key

    def stated(self, stated: Stated) -> Iterator[tuple[int, _Claim]]:
        """The figure of the metadata that a labelled figure is about."""
        if any(self.lexicon.read(head).foreign for head in stated.heads):
            return
        label, said = self.lexicon.read(stated.label), Read()
        if not label.label or (stated.heads and not any(char.isalpha() for char in stated.label)):
            return
        said.add(label)
        for head, text in stated.row:
            column, cell = self.lexicon.read(head), self.lexicon.read(text)
            if not text or (column.metrics and stated.heads):
                continue
            if column.strange or not cell.label:
                return
            said.add(cell)
        around = self._around(stated.titles, stated.lead, named=said.datasets is not None)
        if around is not None:
            titles, lead = around
            if not said.metrics:
                said.metrics = titles.metrics
                said.qualifiers |= titles.qualifiers
            said.splits |= titles.splits or lead.splits
            said.narrow(titles.datasets)
            # What stands at the figure itself comes before what was said of others above.
            said.datasets = lead.datasets if said.datasets is None else said.datasets & (lead.datasets or frozenset()) or said.datasets
            yield from self._about(said, _Claim(stated.figure, stated.text, stated.span))

    def _around(self, titles: tuple[str, ...], lead: tuple[str, ...], *, named: bool) -> tuple[Read, Read] | None:
        """What titles and the lines before say; None where they say anything that is not understood."""
        scope = (titles, lead, named)
        if scope not in self._scopes:
            self._scopes[scope] = self._scope(titles, lead, named=named)
        return self._scopes[scope]

    def _scope(self, titles: tuple[str, ...], lead: tuple[str, ...], *, named: bool) -> tuple[Read, Read] | None:
        above, before = Read(), Read()
        for title in titles:
            said = self.lexicon.read(_ENUMERATION.sub("", title, count=1))
            if not said.label:
                return None
            above.add(replace(said, datasets=said.datasets or None))
        texts = [sentence for line in lead for sentence in _sentences_of(line)]
        reads = [self.lexicon.read(text) for text in texts]
        for said in reads:
            if not said.strange and not said.figures:
                before.narrow(said.datasets or None)  # a list of datasets decides for none of them
                before.splits |= said.splits
        before.datasets = before.datasets or None
        known = named or (above.datasets or before.datasets) is not None
        return (above, before) if self._clear(texts, reads, known=known) else None

    def _clear(self, texts: list[str], reads: list[Read], *, known: bool) -> bool:
        """Whether nothing before a figure makes it another's: prose that is not understood may only stand where the data is named."""
        if any(said.foreign and not self._tells(text)[0] for text, said in zip(texts, reads, strict=True)):
            return False
        if not reads or not (reads[-1].strange or reads[-1].figures):
            return True
        return known and texts[-1].rstrip().endswith((".", "。", "!"))

    def sentence(self, sentence: Sentence) -> Iterator[tuple[int, _Claim]]:
        """The figures of the metadata that a sentence about this model gives, whatever else it says beside them."""
        text = clean(sentence.text)
        whole = self.lexicon.read(text)
        said = statement(self.lexicon.clauses(text)) if whole.figures and whole.metrics and whole.datasets is not None else None
        if said is None or not said.figures or said.datasets is None:
            return
        around = self._around(sentence.titles, (), named=True)
        lead = () if said.own else _sentences_of(" ".join(sentence.lead))
        if around is None or not self._follows((*lead, *sentence.before), own=bool(said.own)):
            return
        given, end = figures_given(said), 0
        beside = set(whole.figures) - {each.written for each in given}
        others = [other for other in map(figure, beside) if other]
        for metric, written, datasets in given:
            start = max(end, sentence.text.find(written, end))
            end = start + len(written)
            found = figure(written)
            if found is None:
                continue
            one = Read([metric], set(), said.splits | around[0].splits, datasets)
            one.narrow(around[0].datasets)
            span = sentence.span._replace(start=sentence.span.start + start, end=sentence.span.start + end)
            for number, claim in self._about(one, _Claim(found, written.strip(), span)):
                # The figure of the metadata beside it may be meant to be the one.
                agreeing = [claim._replace(figure=other) for other in others if _agrees(other, self.known[number])]
                yield from ((number, each) for each in (claim, *agreeing))

    def _follows(self, before: tuple[str, ...], *, own: bool) -> bool:
        """Whether what comes before a sentence lets it be about this model; where it names none, each before it has to be about it."""
        reads = [self.lexicon.read(text) for text in before]
        if any(read.foreign and not self._tells(text)[0] for text, read in zip(before, reads, strict=True)):
            return False
        return (own and any(read.own for read in reads)) or all(self._tells(text)[1] for text in before)

    def _tells(self, text: str) -> tuple[bool, bool]:
        """Whether a sentence gives a figure of this model, whatever it compares it to, and whether it is about this model at all."""
        if text not in self._told:
            clauses = self.lexicon.clauses(text)
            said = statement(clauses)
            given = said is not None and said.complete
            begins = clauses[0].kind in {"own", "preface", "describing"} if clauses else False
            self._told[text] = given, given or begins or not self.lexicon.read(text).strange
        return self._told[text]

    def _about(self, said: Read, claim: _Claim) -> Iterator[tuple[int, _Claim]]:
        """The one figure of the metadata that is of the metric, data and split said; none where there are several."""
        if len(said.metrics) != 1 or len(said.splits) > 1 or (said.datasets is None and not self.alone):
            return
        name, qualifiers = said.metrics[0]
        asked = (_known_as(name, qualifiers | said.qualifiers), said.datasets, frozenset(said.splits))
        if asked not in self._found:
            self._found[asked] = self._only(*asked)
        number = self._found[asked]
        if number is not None:
            yield number, claim

    def _only(self, key: Key, datasets: frozenset[int] | None, splits: frozenset[str]) -> int | None:
        """The number of the one figure of a metric on some data, or None."""
        numbers = [
            number
            for number in self.by_key.get(key, ())
            if (datasets is None or self.known[number].result in datasets) and (not splits or self.known[number].split in splits)
        ]
        return numbers[0] if numbers and len({self.known[number].value for number in numbers}) == 1 else None


_TELLING = 4
_MOST_FIGURES = 20_000
# A fraction of one decimal has lost its zeros, not its digits.
_COARSEST = 0.01
_LARGEST = 1e15
# Beyond this, telling which figure is meant takes too long; cards of embedding models have a few hundred results.
_MOST_RESULTS = 1_000


def _sentences_of(text: str) -> tuple[str, ...]:
    """A text in its sentences."""
    return tuple(sentence for sentence in re.split(r"(?<=[.!?。])\s+", text) if sentence)


def _known_as(metric: str, qualifiers: frozenset[str]) -> Key:
    """A metric by its plainest name: the accuracy of one answer is the top-1 accuracy."""
    return metric, qualifiers - {"top1"} if metric == "accuracy" else qualifiers


def _identity(result: Mapping) -> tuple[str, ...]:
    """What tells the data of one result from that of another."""
    dataset = result.get("dataset")
    keys = ("type", "name", "config", "split")
    return tuple(squash(string(dataset.get(key)) or "") if isinstance(dataset, Mapping) else "" for key in keys)


def _unit(raw: str) -> float:
    """One unit of the last digit of a number as written."""
    mantissa, _, power = raw.lower().replace("_", "").partition("e")
    decimals = len(mantissa.partition(".")[2])
    try:
        return math.pow(10, int(power or 0) - decimals)
    except (ValueError, OverflowError):
        return 0.0
