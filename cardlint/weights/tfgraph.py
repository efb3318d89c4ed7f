"""The operators of a TensorFlow graph: what each reaches, and the paths it is given where these are constants of the graph."""

from __future__ import annotations

import re
from itertools import islice
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

from cardlint.weights.budget import SpentError
from cardlint.weights.paths import leads_out
from cardlint.weights.patterns import lazily
from cardlint.weights.verdict import Evidence

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from cardlint.weights.collect import Collected
    from cardlint.weights.protobuf import Values, Wire
    from cardlint.weights.verdict import Verdict

_STRING = 7  # DT_STRING
_LONGEST = 4096  # bytes of a constant that may be a path
_STEPS = 8  # operators between a constant and what uses it
_MOST_TEXTS = 64  # strings of a constant
_COST = 8  # operations for a path that is followed: they stand for time
_MOST_CALLS = 20_000  # paths are followed for so many operators
# Operators that hand on what they are given: the first input is the beginning of what they give.
_THROUGH = frozenset(
    {"Identity", "IdentityN", "Switch", "RefSwitch", "Enter", "Merge", "NextIteration", "Exit", "PlaceholderWithDefault", "StringJoin"}
    | {"Pack", "ConcatV2", "Reshape", "ExpandDims", "Squeeze", "StringLower", "StopGradient", "PreventGradient", "Snapshot", "EnsureShape"}
    | {
        "Substr",
        "StringStrip",
        "AsString",
        "StridedSlice",
        "GatherV2",
        "Add",
        "AddV2",
        "ShardedFilename",
        "ReduceJoin",
        "Tile",
        "BroadcastTo",
    }
)
# Operators that hand what they are given to a function, in which it is not followed.
_CALLERS = frozenset(
    {"PartitionedCall", "StatefulPartitionedCall", "If", "StatelessIf", "While", "StatelessWhile", "Case", "StatelessCase", "For", "_While"}
    | {
        "SymbolicGradient",
        "MapDefun",
        "MapDataset",
        "FlatMapDataset",
        "FilterDataset",
        "ReduceDataset",
        "OneShotIterator",
        "BatchFunction",
        "_If",
    }
)
_HANDED: Mapping[str, Any] = MappingProxyType({"does": "hands a path to a function", "verdict": "ok", "inputs": ()})
# What an attribute that names a place may say without naming one.
_NO_PLACE = lazily(r"(?:local://|bytes://.*|stdout|stderr|log\(\w+\))?", re.DOTALL)
_LONGEST_HANDED = 1024  # characters; what is longer is another thing: the object graph of a checkpoint, say
_PATH = lazily(r"\w[/\\:]+\w|[/\\~]\w+[/\\]?\w")  # in text of other kinds there are single strokes and dots


class _Call(NamedTuple):
    """An operator that reaches something: what it is given, and what the table says of it."""

    op: str
    inputs: list[str]
    entry: Mapping[str, Any]
    offset: int


class _Scope:
    """The constants of a graph or a function, what hands them on, and who is given paths."""

    def __init__(self) -> None:
        self.constants: dict[str, list[str]] = {}
        self.through: dict[str, list[str]] = {}
        self.calls: list[_Call] = []

    def add(self, call: _Call) -> None:
        """An operator whose paths are to be followed."""
        if len(self.calls) < _MOST_CALLS:
            self.calls.append(call)

    def texts(self, name: str, assets: frozenset[str]) -> Iterator[str]:
        """The constants from which an input comes, as far as they are followed."""
        for _ in range(_STEPS):
            own = name.partition(":")[0]
            if own in assets:
                return
            yield from self.constants.get(own, ())
            given = self.through.get(own)
            if not given:
                return
            name = given[0]


class Graph:
    """Operators as they come by. Those of a function have names of their own, and are settled with it."""

    def __init__(
        self,
        table: Mapping[str, Any],
        attributes: Callable[[list[tuple[int, int]]], dict[str, Values]],
        wire: Wire,
        found: Collected,
    ) -> None:
        """`attributes` reads those of an operator, which are not walked with the rest."""
        self.vetted = frozenset(table.get("vetted", ()))
        self.reaches: Mapping[str, Mapping[str, Any]] = table.get("reaches", {})
        self.attributes, self.wire, self.found = attributes, wire, found
        self.assets: set[str] = set()
        self.outer, self.inner = _Scope(), _Scope()

    def node(self, values: Values, offset: int, *, inner: bool) -> None:
        """An operator of the graph, or of the function at hand. Raises WrongWireError."""
        op, name = (values.get(key, [""])[-1] for key in ("op", "name"))
        given, places = values.get("input", []), values.get("attribute", [])
        scope = self.inner if inner else self.outer
        if op == "Const":
            texts = list(islice(self._texts(self.attributes(places).get("value", {})), _MOST_TEXTS))
            if texts:
                scope.constants[name] = texts
        elif op in _THROUGH:
            scope.through[name] = given
        elif op in _CALLERS:
            scope.add(_Call(op, given, _HANDED, offset))
        if (entry := self.reaches.get(op)) is not None:
            self._reached(_Call(op, given, entry, offset), places, scope)
        elif op not in self.vetted:
            self.found.add(
                Evidence("review", "format", op, f"has the operator {op}, which is not a vetted one of TensorFlow", offset=offset)
            )

    def _reached(self, call: _Call, places: list[tuple[int, int]], scope: _Scope) -> None:
        verdict: Verdict = call.entry["verdict"]
        if verdict != "ok":
            message = f"has the operator {call.op}, which {call.entry['does']}"
            self.found.add(Evidence(verdict, "format", call.op, message, offset=call.offset))
        wanted = call.entry.get("attributes", ())
        attributes = self.attributes(places) if wanted else {}
        for key in wanted:
            for place in _strings(attributes.get(key, {})):
                self._place(call, place)
        if "inputs" in call.entry:
            scope.add(call)

    def _texts(self, value: Values) -> Iterator[str]:
        """The strings of a constant that may be paths to somewhere else.

        They stand one by one, or packed with their lengths before them (tensor.cc, `DecodeStringList`).
        """
        for tensor in value.get("tensor", ()):
            if _STRING in tensor.get("type", ()):
                yield from (text for text in tensor.get("text", ()) if leads_out(text))
                for start, size in tensor.get("content", ()):
                    held = self.wire.part(start, min(size, _LONGEST))
                    # One string has one byte before it; several have as many, and the first of them is guessed.
                    yield held[1:].decode("utf-8", "replace")
                    yield held.lstrip(bytes(range(32))).decode("utf-8", "replace")

    def _place(self, call: _Call, place: str) -> None:
        why = None if _NO_PLACE.fullmatch(place) else leads_out(place)
        message = f"has the operator {call.op}, which {call.entry['does']}: {place!r} {why}"
        if why is not None and call.entry is not _HANDED:
            self.found.add(Evidence("block", "format", place, message, offset=call.offset))
        elif why is not None and is_path(place):
            self.found.add(Evidence("review", "format", place, message, offset=call.offset))

    def finish_function(self) -> None:
        """The function at hand ends."""
        self._settle(self.inner, frozenset())
        self.inner = _Scope()

    def finish(self) -> None:
        """The file ends: what is known of assets by now counts."""
        try:
            self.finish_function()
            self._settle(self.outer, frozenset(self.assets))
        except SpentError:
            self.found.spent()

    def _settle(self, scope: _Scope, assets: frozenset[str]) -> None:
        for call in scope.calls:
            self.wire.budget.spend(_COST)
            given = [name for name in call.inputs if not name.startswith("^")]
            for index in call.entry["inputs"] or range(len(given)):
                for place in scope.texts(given[index], assets) if index < len(given) else ():
                    self.wire.budget.spend(_COST)
                    self._place(call, place)


def is_path(text: str) -> bool:
    """Whether text that is not known to be a path looks like one that leads somewhere else."""
    if (
        len(text) >= _LONGEST_HANDED or not text.isprintable() or text.startswith("loc:@")
    ):  # the last names an operator beside which it runs
        return False
    return leads_out(text) is not None and _PATH.search(text) is not None


def _strings(value: Values) -> Iterator[str]:
    """The strings of an attribute."""
    yield from value.get("text", ())
    for several in value.get("list", ()):
        yield from several.get("text", ())
