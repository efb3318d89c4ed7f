"""Core ML: classes of the app that a model asks for, models it is linked to, and files its weights lie in. coremltools, Model.proto."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cardlint.weights.collect import Collected
from cardlint.weights.paths import leads_out
from cardlint.weights.protobuf import Schema, Values, Walk, Wire, skipped, walk_all
from cardlint.weights.protokind import COREML_KINDS
from cardlint.weights.verdict import Evidence, Judgement

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cardlint.weights.judge import Context
    from cardlint.weights.reading import Reader

_REST = skipped(0)
_ATTRIBUTES = {2: ("value", "value")} | _REST
_SCHEMA: Schema = {
    "model": skipped(1, 2, 10, *COREML_KINDS)
    | {200: ("", "wrapped"), 201: ("", "wrapped"), 202: ("", "pipeline"), 303: ("", "network"), 403: ("", "network"), 500: ("", "network")}
    | {502: ("", "program"), 555: ("", "custom"), 556: ("", "linked"), 3000: ("", "serialised")},
    "wrapped": {1: ("", "pipeline")} | _REST,
    "pipeline": {1: ("", "model"), 2: ("", "skip")},
    "network": {1: ("", "layer")} | _REST,
    "layer": {500: ("", "custom"), 605: ("", "branch"), 615: ("", "loop")} | _REST,
    "branch": {1: ("", "network"), 2: ("", "network")},
    "loop": {3: ("", "network"), 4: ("", "network")} | _REST,
    "custom": {10: ("class", "text")} | _REST,
    "linked": {1: ("", "linked file")},
    "linked file": {1: ("name", "+parameter"), 2: ("search", "+parameter")},
    "parameter": {1: ("text", "text")} | _REST,
    "serialised": {1: ("identifier", "text"), 2: ("", "skip")},
    "program": {2: ("", "function entry"), 4: ("", "attributes")} | _REST,
    "function entry": {2: ("", "function")} | _REST,
    "function": {3: ("", "block entry"), 4: ("", "attributes")} | _REST,
    "block entry": {2: ("", "block")} | _REST,
    "block": {3: ("", "operation"), 4: ("", "attributes")} | _REST,
    "operation": {2: ("", "input"), 4: ("", "block"), 5: ("", "attributes")} | _REST,
    "input": {2: ("", "argument")} | _REST,
    "argument": {1: ("", "binding")},
    "binding": _ATTRIBUTES,
    "attributes": _ATTRIBUTES,
    "value": {5: ("", "blob")} | _REST,
    "blob": {1: ("file", "text"), 2: ("", "skip")},
}


def judge(reader: Reader, context: Context) -> Judgement:
    """A model: its layers, programs, and the models within it."""
    found = Collected()

    def seen(kind: str, values: Values, offset: int) -> None:
        for item in _evidence(kind, values):
            found.add(item._replace(offset=offset))

    walk_all(Walk(Wire(reader, context.budget), _SCHEMA, seen), "model", reader.size, found, "Core ML")
    return Judgement("coreml", found.evidence(), inert=("weights of layers: read as numbers",))


def _evidence(kind: str, values: Values) -> Iterator[Evidence]:
    if kind == "custom":
        name = values.get("class", [""])[-1]
        yield Evidence("review", "format", name, f"asks for the class {name} of the app that loads it")
    elif kind == "serialised":
        name = values.get("identifier", [""])[-1]
        yield Evidence("review", "format", name, f"holds a model of another kind ({name}), which is not looked into")
    elif kind == "linked file":
        for parameter in (*values.get("name", ()), *values.get("search", ())):
            for path in parameter.get("text", ()):
                yield _place(path, "is linked to a model in", outside="block", beside="review")
    elif kind == "blob":
        for path in values.get("file", ()):
            if leads_out(path):
                yield _place(path, "takes weights from", outside="block", beside="review")


def _place(path: str, what: str, *, outside: str, beside: str) -> Evidence:
    why = leads_out(path)
    verdict = outside if why else beside
    return Evidence("block" if verdict == "block" else "review", "format", path, f"{what} {path!r}{f', which {why}' if why else ''}")
