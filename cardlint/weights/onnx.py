"""ONNX: where weights outside the file are taken from, and which operators are not of ONNX itself. onnx/onnx.proto3, onnx/docs/IR.md.

A graph has no code; what can act is a path to external data that a loader opens (or a saver overwrites), and an operator
of another domain, for which a runtime loads a library or calls Python. Tensors in the file are skipped, not read.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cardlint.weights.collect import Collected
from cardlint.weights.paths import beside, leads_out
from cardlint.weights.protobuf import Schema, Values, Walk, Wire, skipped, walk_all
from cardlint.weights.verdict import Evidence, Judgement

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cardlint.weights.judge import Context
    from cardlint.weights.reading import Reader

_ENTRY = {1: ("key", "text"), 2: ("value", "text")}
_SCHEMA: Schema = {
    "model": {7: ("graph", "graph"), 8: ("opset", "+opset"), 20: ("training", "training"), 25: ("functions", "function")}
    | skipped(1, 2, 3, 4, 5, 6, 14, 26),
    "graph": {1: ("node", "node"), 5: ("initializer", "tensor"), 15: ("sparse", "sparse")} | skipped(2, 10, 11, 12, 13, 14, 16),
    "node": {3: ("name", "text"), 4: ("op", "text"), 7: ("domain", "text"), 5: ("attribute", "+attribute")} | skipped(1, 2, 6, 8, 9, 10),
    "attribute": {
        1: ("name", "text"), 4: ("text", "text"), 5: ("t", "tensor"), 6: ("g", "graph"), 10: ("tensors", "tensor"),
        11: ("graphs", "graph"), 22: ("sparse", "sparse"), 23: ("sparses", "sparse"),
    } | skipped(2, 3, 7, 8, 9, 13, 14, 15, 20, 21),
    "tensor": {8: ("name", "text"), 13: ("external", "+entry")} | skipped(1, 2, 3, 4, 5, 6, 7, 9, 10, 11, 12, 14, 16),
    "sparse": {1: ("values", "tensor"), 2: ("indices", "tensor"), 3: ("", "skip")},
    "training": {1: ("initialization", "graph"), 2: ("algorithm", "graph"), 3: ("", "skip"), 4: ("", "skip")},
    "function": {1: ("name", "text"), 7: ("node", "node"), 9: ("opset", "+opset"), 10: ("domain", "text"), 11: ("default", "attribute")}
    | skipped(4, 5, 6, 8, 12, 13, 14),
    "opset": {1: ("domain", "text"), 2: ("", "skip")},
    "entry": _ENTRY,
}  # fmt: skip
_TRAVERSAL = {
    "leads out of its folder": "CVE-2022-25882, CVE-2024-27318",
    "is an absolute path": "CVE-2025-51480",
}
_LINK = "CVE-2026-34447"


def judge(reader: Reader, context: Context) -> Judgement:
    """A model: its graphs, functions and tensors, at whatever depth."""
    found = _Found(context)
    walk = Walk(Wire(reader, context.budget), _SCHEMA, found.seen)
    walk_all(walk, "model", reader.size, found.evidence, "ONNX")
    inert = ("tensors within the graph: read as numbers",) if found.tensors else ()
    return Judgement("onnx", found.evidence.evidence(), inert=inert)


class _Found:
    """What a walk comes across, one piece of evidence for each thing."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.operators = {domain: frozenset(names) for domain, names in context.names.table("onnx").get("operators", {}).items()}
        self.evidence = Collected()
        self.tensors = 0

    def seen(self, kind: str, values: Values, offset: int) -> None:
        """Told of each message of the model."""
        self.tensors += kind == "tensor"
        for item in self._evidence(kind, values):
            self.evidence.add(item._replace(offset=offset))

    def _evidence(self, kind: str, values: Values) -> Iterator[Evidence]:
        if kind == "tensor":
            for entry in values.get("external", ()):
                yield from self._external(_last(values, "name"), entry)
        elif kind == "node":
            yield from self._node(_last(values, "domain"), _last(values, "op"), values)
        elif kind == "function":
            name = f"{_last(values, 'domain')}.{_last(values, 'name')}"
            yield Evidence("review", "format", name, f"defines the operator {name} itself")

    def _external(self, tensor: str, entry: Values) -> Iterator[Evidence]:
        """The place of weights outside the file."""
        for path in entry.get("value", ()) if _last(entry, "key") == "location" else ():
            why = leads_out(path)
            if why is None and self._link(path):
                yield Evidence(
                    "block", "format", path, f"takes {tensor} from {path!r}, which is a link out of the repository", reference=_LINK
                )
            elif why is not None:
                yield Evidence("block", "format", path, f"takes {tensor} from {path!r}, which {why}", reference=_TRAVERSAL.get(why))

    def _link(self, path: str) -> bool:
        """Whether the path, or a folder on the way to it, is a link out of the repository."""
        look = self.context.beside
        if look is None:
            return False
        steps = beside(self.context.name, path).split("/")
        return any(look("/".join(steps[:count])) == "link" for count in range(1, len(steps) + 1))

    def _node(self, domain: str, op: str, values: Values) -> Iterator[Evidence]:
        known = self.operators.get("" if domain == "ai.onnx" else domain)
        name = f"{domain}.{op}" if domain else op
        if known is None:
            yield Evidence(
                "review", "format", name, f"uses {name}, an operator of a domain that is not ONNX's: a library or Python runs it"
            )
        elif op not in known:
            yield Evidence("review", "format", name, f"uses {name}, which is not a known operator of its domain")
        for attribute in values.get("attribute", ()) if op == "EPContext" else ():
            yield from _context(attribute)


def _context(attribute: Values) -> Iterator[Evidence]:
    """`EPContext` has a compiled model, in an attribute or in a file that the attribute names (ONNX Runtime, contrib operators)."""
    path = _last(attribute, "text")
    if _last(attribute, "name") == "ep_cache_context":
        yield Evidence("review", "format", "EPContext", "holds a compiled model for one device, which nobody can look into")
        if len(path) < 1024 and path.isprintable() and (why := leads_out(path)):  # noqa: PLR2004 - longer than a path
            yield Evidence("block", "format", path, f"loads a compiled model from {path!r}, which {why}")


def _last(values: Values, name: str) -> str:
    """What a decoder keeps of a field that may be there once."""
    found: list[str] = values.get(name, [""])
    return found[-1]
