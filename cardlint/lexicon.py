"""What the words around a figure say: a reader of labels and plain sentences that knows the names of one card."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from cardlint.metrics import known_metrics, squash
from cardlint.weights.patterns import lazily

if TYPE_CHECKING:
    import re
    from collections.abc import Iterable
    from typing import TypeAlias

    Key: TypeAlias = "tuple[str, frozenset[str]]"
    Item: TypeAlias = "tuple[str, object]"

_TOKEN = lazily(
    r"(?P<spread>(?:±|\+/-|\+-)\s?\d[\d.,]{0,20}%?)|@\s?\d{1,4}|(?P<number>(?:(?<![\w)\]])[+-])?(?:\d{1,20}(?:[.,]\d{1,20})*|\.\d{1,20})(?:\s?%)?)"
    r"|(?P<bound>[<>≤≥≈~]=?(?=\s?[\d.]))|[\u3040-\u30ff\u3400-\u9fff]|[^\W\d_]+"
)
# What parts a sentence, where it stands between two names; the comma of a number or the bracket of a name does not.
_BREAK = lazily(r"[,;()，；、（）]|\s[-–—]+\s|—")  # noqa: RUF001 - East Asian marks, dashes
_DECIMAL = lazily(r"[.,]\d|%")
_LONGEST_NAME = 8
_MOST_TOKENS = 60


@dataclass
class Read:
    """What a text says: metrics, splits and qualifiers named, the results its dataset names leave, and what is not understood."""

    metrics: list[Key] = field(default_factory=list)
    qualifiers: set[str] = field(default_factory=set)
    splits: set[str] = field(default_factory=set)
    datasets: frozenset[int] | None = None
    figures: list[str] = field(default_factory=list)
    parts: list[tuple[str, object]] = field(default_factory=list)
    own: set[str] = field(default_factory=set)
    foreign: bool = False
    speech: bool = False
    strange: bool = False
    condition: bool = False
    respectively: bool = False

    @property
    def label(self) -> bool:
        """Whether all of it may stand in a label or title: nothing that is not understood, and no word that may be a language's code."""
        return not (self.strange or self.foreign or self.figures or self.speech)

    def narrow(self, found: frozenset[int] | None) -> None:
        """Another name of a dataset: both have to mean the same results."""
        if found is not None and found is not self.datasets:
            self.datasets = found if self.datasets is None else self.datasets & found

    def add(self, other: Read) -> None:
        """What another text says, too."""
        self.metrics += other.metrics
        self.qualifiers |= other.qualifiers
        self.splits |= other.splits
        self.figures += other.figures
        self.parts += other.parts
        self.own |= other.own
        self.respectively |= other.respectively
        self.narrow(other.datasets)

    @property
    def complete(self) -> bool:
        """Whether it gives a figure with its metric and data."""
        return bool(self.figures and self.metrics and self.datasets)


class Clause(NamedTuple):
    """A part of a sentence: how it begins, what it says, and whether it stands in brackets.

    Kinds: `against` (another figure, another model), `aside` (what follows from the figure), `preface` (how the model came
    about), `describing` (what it does), `continuing` (more of the same subject), `further` (another figure), `condition`, `own`, or "".
    """

    kind: str
    read: Read
    nested: bool


@lru_cache(maxsize=4096)
def _squashed(token: str) -> str:
    """The token as part of a name; the words of a text come again and again."""
    return squash(token)


class Lexicon:
    """The names in one card: of its metrics and datasets, of the model itself, and the words every card uses."""

    def __init__(self, words: dict[str, list[str]], own: Iterable[str]) -> None:
        self.items: dict[str, dict[Item, None]] = {}
        self._datasets: dict[str, frozenset[int]] = {}
        self._reads: dict[str, Read] = {}
        for kind, listed in words.items():
            family, _, name = kind.partition(" ")
            for word in listed:
                self.put(word, (family, (name, frozenset()) if family == "metric" else name or _squashed(word)))
        self.common = frozenset(self.items)
        for name in own:
            self.put(name, ("own", "name"))
        for spelling, metric in known_metrics().items():
            self.items.setdefault(spelling, {})[("metric", (metric.id, frozenset()))] = None

    def put(self, name: str, item: Item) -> None:
        """Add a name. One without letters is no name."""
        squashed = _squashed(name)
        if squashed and not squashed.isdigit():
            self.items.setdefault(squashed, {})[item] = None
            self._reads = {}

    def read(self, text: str) -> Read:
        """What a text says, longest names first; the same object for the same text, not to be changed."""
        if text not in self._reads:
            self._reads[text] = self._read(text)
        return self._reads[text]

    def _read(self, text: str) -> Read:
        found = Read()
        tokens = list(_TOKEN.finditer(text))
        found.strange = len(tokens) > _MOST_TOKENS
        index = 0
        while index < min(len(tokens), _MOST_TOKENS):
            index += self._take(found, tokens[index : index + _LONGEST_NAME])
        return found

    def _take(self, found: Read, tokens: list[re.Match[str]], longest: tuple[int, str] | None = None) -> int:
        """Read the longest known name at the beginning of some tokens; how many it has."""
        length, name = longest or self._longest(tokens)
        if name:
            self._note(found, name)
        elif tokens[0]["number"]:
            found.figures.append(tokens[0][0])
            found.parts.append(("number", tokens[0][0]))
        elif tokens[0][0].startswith("@"):
            found.qualifiers.add(squash(tokens[0][0]))
            found.parts.append(("suffix", None))
        elif not tokens[0]["spread"]:
            found.strange = True
        return length

    def _longest(self, tokens: list[re.Match[str]]) -> tuple[int, str]:
        """The longest known name at the beginning of some tokens with the number of its tokens; one where there is none."""
        name, longest = "", (1, "")
        for length, token in enumerate(tokens, start=1):
            if token["bound"]:
                break
            name += _squashed(token[0])
            if name in self.items and not (length == 1 and token["number"]):
                longest = length, name
        return longest

    def clauses(self, text: str) -> list[Clause]:
        """A sentence in its parts; none where it is too long to be a plain one."""
        tokens = list(_TOKEN.finditer(text))
        found: list[Clause] = []
        index, end, nested, counted = 0, 0, False, False
        while index < len(tokens) <= _MOST_TOKENS:
            rest = tokens[index : index + _LONGEST_NAME]
            gap = text[end : rest[0].start()]
            marks = _BREAK.findall(gap)
            longest = length, name = self._longest(rest)
            kind = self._kind(rest, name, starts=bool(marks) or not found)
            if counted and not marks:
                found[-1].read.strange |= self._relative(name, tokens[index + length : index + length + _LONGEST_NAME])
            if marks or kind or not found:
                nested = "(" in marks or "（" in marks if marks else nested  # noqa: RUF001
                found.append(Clause(kind, Read(), nested))
            if kind not in _WORDLESS:
                self._take(found[-1].read, rest, longest)
            counted = bool(rest[0]["number"]) and not name
            index += length
            end = rest[length - 1].end()
        return found

    def _relative(self, name: str, rest: list[re.Match[str]]) -> bool:
        """Whether what stands right after a number makes it a share or a difference: `97 % of the`, `3 points`, `0.03 better than`."""
        kinds = {kind for kind, _ in self.items.get(name, ())}
        following = {kind for kind, _ in self.items.get(self._longest(rest)[1], ())}
        return "share" in kinds and "metric" not in kinds | following

    def _kind(self, tokens: list[re.Match[str]], name: str, *, starts: bool) -> str:
        """What kind of clause begins with some tokens, "" where none does or it is any; some begin only after a mark."""
        kinds = [kind for kind, _ in self.items.get(name, ())]
        if tokens[0]["number"] and not name:
            following = self.items.get(self._longest(tokens[1:])[1], ()) if _DECIMAL.search(tokens[0][0]) and tokens[1:] else ()
            return "further" if {"onto", "metric"} & {kind for kind, _ in following} else ""
        if {"metric", "dataset"} & set(kinds):
            return ""
        return next((kind for kind in (*_WORDLESS, *(_STARTING if starts else ())) if kind in kinds), "")

    def _note(self, found: Read, name: str) -> None:
        """What one name says; a name of several kinds says what is most special about it."""
        items = self.items[name]
        kinds = {kind for kind, _ in items}
        if "metric" in kinds:
            found.metrics.append(next(value for kind, value in reversed(items) if kind == "metric"))  # type: ignore[arg-type]
            found.parts.append(("metric", found.metrics[-1]))
        elif "dataset" in kinds:
            if name not in self._datasets:
                self._datasets[name] = frozenset(value for kind, value in items if kind == "dataset" and isinstance(value, int))
            found.narrow(self._datasets[name])
            found.parts.append(("dataset", self._datasets[name]))
        for kind, value in items if "dataset" not in kinds else ():
            if kind in _SETS:
                getattr(found, _SETS[kind]).add(str(value))
            if kind == "qualifier" and "metric" not in kinds:
                found.parts.append((kind, value))
        found.foreign |= bool(kinds & {"foreign", "progress", "against"})
        found.speech |= bool(kinds & {"speech", "respectively"})
        found.condition |= "condition" in kinds
        found.respectively |= "respectively" in kinds
        # Words of clauses are understood by who reads clause by clause.
        found.strange |= not kinds & _PLAIN


_SETS = {"split": "splits", "qualifier": "qualifiers", "own": "own"}
_WORDLESS = ("against", "aside", "continuing")
_STARTING = ("preface", "describing", "condition", "own")
_PLAIN = {"plain", "speech", "respectively", "metric", "dataset", "split", "qualifier", "own", "foreign", "progress", "against"}


def statement(clauses: list[Clause]) -> Read | None:
    """What a sentence says of this model, without what it says beside that; None where the one is not told from the other."""
    said = Read()
    for place, clause in enumerate(clauses):
        read, later = clause.read, clauses[place + 1 :]
        if clause.kind == "continuing" and not said.own:
            return None
        if _beside(clause, said):
            if said.figures and not clause.nested:
                return None if any(other.kind == "condition" for other in later) else said
        elif _introduces(clause, said, later):
            said.own.add("introduced")
        elif read.strange or read.foreign:
            return None
        else:
            said.add(read)
    return said


def _beside(clause: Clause, said: Read) -> bool:
    """Whether a clause leaves what was said as it is, whatever its figures."""
    if clause.kind == "further":
        return clause.read.strange and not clause.read.condition and said.complete
    if clause.kind == "aside":
        return not clause.read.condition and (bool(said.figures) or not (clause.read.foreign or clause.read.figures))
    return clause.kind == "against"


def _introduces(clause: Clause, said: Read, later: list[Clause]) -> bool:
    """Whether a clause before the figure tells what this model is: `Fine-tuned for X, it …`, `This model does X and reaches …`."""
    if not clause.read.strange or clause.read.foreign or clause.read.condition or said.figures:
        return False
    if clause.kind == "preface":
        return not clause.read.figures
    own = clause.kind in {"own", "describing"} or "introduced" in said.own
    return own and any(other.kind == "continuing" for other in later)


class Given(NamedTuple):
    """A figure with its metric and the results its dataset's names leave."""

    metric: Key
    written: str
    datasets: frozenset[int]


def figures_given(said: Read) -> list[Given]:
    """Each figure of a statement with its own metric and data, where their order leaves no doubt."""
    metrics = _metrics(said)
    order = "".join(_LETTERS.get(kind, "") for kind, _ in said.parts)
    if said.datasets:
        shape = order.replace("d", "")
        paired = len(metrics) == 1 or _turns(shape) or (said.respectively and _listed(shape))
        data = [said.datasets] * len(metrics)
    else:
        data = [value for kind, value in said.parts if kind == "dataset" and isinstance(value, frozenset)]
        shape = order.replace("m", "") if len(metrics) == 1 else order
        paired = _turns(shape) or (said.respectively and _listed(shape)) if len(metrics) == 1 else _blocks(order)
        metrics = metrics * len(data) if len(metrics) == 1 else metrics
    fits = paired and len(said.figures) == len(metrics) == len(data)
    return [Given(*each) for each in zip(metrics, said.figures, data, strict=True)] if fits else []


def _metrics(said: Read) -> list[Key]:
    """The metrics with their qualifiers; of several, each has to have its own right before it."""
    if len(said.metrics) == 1:
        return [(said.metrics[0][0], said.metrics[0][1] | said.qualifiers)]
    found: list[Key] = []
    waiting: frozenset[str] = frozenset()
    for kind, value in said.parts:
        if kind == "qualifier":
            waiting |= {str(value)}
        elif kind == "metric":
            name, qualifiers = said.metrics[len(found)]
            found.append((name, qualifiers | waiting))
            waiting = frozenset()
        elif waiting or kind == "suffix":
            return []
    return [] if waiting else found


_LETTERS = {"metric": "m", "number": "n", "dataset": "d"}


def _turns(order: str) -> bool:
    """Whether two kinds take turns."""
    return len(order) % 2 == 0 and all(first != second for first, second in pairwise(order))


def _listed(order: str) -> bool:
    """Whether all of one kind come before as many of the other."""
    half = len(order) // 2
    return len(set(order[:half])) == len(set(order[half:])) == 1


def _blocks(order: str) -> bool:
    """Whether figure, metric and data come in the same order each time."""
    return len(set(order[:3])) == 3 and order == order[:3] * (len(order) // 3)  # noqa: PLR2004 - three kinds
