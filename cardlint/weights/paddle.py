"""PaddlePaddle programs (`.pdmodel`): operators that call Python or name files. paddle/fluid/framework/framework.proto.

There is no list of vetted operators, so that no program is vetted; what is dangerous is found.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cardlint.weights.collect import Collected
from cardlint.weights.paths import leads_out
from cardlint.weights.protobuf import Schema, Values, Walk, Wire, skipped, walk_all
from cardlint.weights.verdict import Evidence, Judgement

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cardlint.weights.judge import Context
    from cardlint.weights.reading import Reader

_REST = skipped(0)
_SCHEMA: Schema = {
    "program": {1: ("", "block")} | _REST,
    "block": {4: ("", "operator")} | _REST,
    "operator": {3: ("type", "text"), 4: ("attribute", "+attribute")} | _REST,
    "attribute": {1: ("name", "text"), 5: ("text", "text"), 8: ("text", "text")} | _REST,
}
_PYTHON = frozenset({"py_func", "py_layer", "run_program"})
_PATHS = frozenset({"file_path", "filename", "model_path", "path", "dirname"})


def judge(reader: Reader, context: Context) -> Judgement:
    """A program: what is dangerous in it, and that the rest is not vetted."""
    found = Collected()

    def seen(kind: str, values: Values, offset: int) -> None:
        for item in _evidence(values) if kind == "operator" else ():
            found.add(item._replace(offset=offset))

    walk_all(Walk(Wire(reader, context.budget), _SCHEMA, seen), "program", reader.size, found, "PaddlePaddle")
    message = "is a program of PaddlePaddle, of whose operators only the dangerous ones are known here"
    found.say("review", "paddle", message, concern="unread")
    return Judgement("paddle", found.evidence())


def _evidence(operator: Values) -> Iterator[Evidence]:
    kind = operator.get("type", [""])[-1]
    if kind in _PYTHON:
        yield Evidence("block", "format", kind, f"has the operator {kind}, which calls Python")
    for attribute in operator.get("attribute", ()):
        for path in attribute.get("text", ()) if attribute.get("name", [""])[-1] in _PATHS else ():
            if why := leads_out(path):
                yield Evidence("block", "format", path, f"has the operator {kind}, which is given {path!r}, which {why}")
