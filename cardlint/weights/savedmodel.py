"""TensorFlow: SavedModel and frozen graphs. Every operator of the graph and of its function library is held against lists.

tensorflow/core/protobuf/saved_model.proto, meta_graph.proto, saved_object_graph.proto, framework/graph.proto. A graph is a
program; operators read and write files, call Python and connect to addresses. What a constant says of the path that an
operator is given is followed, as far as it is a constant.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cardlint.weights import kerasconfig
from cardlint.weights.collect import Collected
from cardlint.weights.paths import leads_out
from cardlint.weights.protobuf import Schema, Values, Walk, Wire, skipped, walk_all
from cardlint.weights.tfgraph import Graph
from cardlint.weights.verdict import Evidence, Judgement

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cardlint.weights.judge import Context
    from cardlint.weights.reading import Reader

_SCHEMA: Schema = {
    "model": {2: ("meta", "meta")} | skipped(1),
    "meta": {2: ("graph", "graph"), 6: ("asset", "+asset"), 7: ("objects", "objects")} | skipped(1, 3, 4, 5),
    "asset": {1: ("tensor", "+tensor name"), 2: ("file", "text")},
    "tensor name": {1: ("name", "text")} | skipped(2, 3, 4, 5),
    "objects": {1: ("node", "object"), 2: ("functions", "skip")},
    "object": {4: ("user", "user")} | skipped(1, 3, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16),
    "user": {1: ("identifier", "text"), 3: ("metadata", "place")} | skipped(2),
    "graph": {1: ("node", "node"), 2: ("library", "library")} | skipped(3, 4, 5),
    "library": {1: ("function", "function")} | skipped(2, 3),
    "function": {3: ("node", "inner node")} | skipped(1, 2, 4, 5, 6, 7, 8),
    "node": {1: ("name", "text"), 2: ("op", "text"), 3: ("input", "text"), 5: ("attribute", "place")} | skipped(4, 6, 7),
    "entry": {1: ("key", "text"), 2: ("value", "+value")},
    "value": {1: ("list", "+list"), 2: ("text", "text"), 8: ("tensor", "+tensor"), 10: ("function", "+call")} | skipped(3, 4, 5, 6, 7, 9),
    "list": {2: ("text", "text"), 8: ("tensor", "+tensor"), 9: ("function", "+call")} | skipped(3, 4, 5, 6, 7),
    "call": {1: ("name", "text"), 2: ("attribute", "+entry")},
    "tensor": {1: ("type", "number"), 4: ("content", "place"), 8: ("text", "text")}
    | skipped(2, 3, 5, 6, 7, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18),
    # Beside a SavedModel, by their names: what Keras 2 keeps (tf_keras, saved_metadata.proto), and hashes.
    "metadata": {1: ("node", "saved")},
    "saved": {3: ("path", "text"), 4: ("identifier", "text"), 5: ("metadata", "place")} | skipped(1, 2, 6),
    "fingerprint": skipped(1, 2, 3, 4, 5, 6, 7),
}
_SCHEMA["inner node"] = _SCHEMA["node"]
_ROOTS = {"savedmodel": "model", "graphdef": "graph"}
_VERSION_FIRST = b"\x08"  # a SavedModel begins with its version, a graph with its operators
_BY_NAME = {"keras_metadata.pb": "metadata", "fingerprint.pb": "fingerprint"}


def judge(reader: Reader, context: Context) -> Judgement:
    """A SavedModel, a frozen graph, or what stands beside one; a `.pb` that is neither by its content is read as a frozen graph."""
    root = _root(reader, context)
    found = _Found(reader, context)
    walk_all(Walk(found.wire, _SCHEMA, found.seen), root, reader.size, found.evidence, "TensorFlow")
    found.graph.finish()
    return Judgement(context.format, found.evidence.evidence(), inert=("tensors of constants: read as numbers",))


def _root(reader: Reader, context: Context) -> str:
    """The outermost message: by the file's name beside a SavedModel, else by its content, else by its first byte."""
    own = context.name.rpartition("/")[2]
    return _BY_NAME.get(own) or _ROOTS.get(context.format) or ("model" if reader.read(0, 1) == _VERSION_FIRST else "graph")


class _Found:
    """What a walk comes across, one piece of evidence for each thing."""

    def __init__(self, reader: Reader, context: Context) -> None:
        self.context, self.wire = context, Wire(reader, context.budget)
        self.evidence = Collected()
        self.graph = Graph(context.names.table("tensorflow"), self._attributes, self.wire, self.evidence)

    def _attributes(self, places: list[tuple[int, int]]) -> dict[str, Values]:
        """The attributes of an operator; those of most are of no interest, and so not walked with the rest. Raises WrongWireError."""
        found: dict[str, Values] = {}
        walk = Walk(self.wire, _SCHEMA, lambda _kind, _values, _offset: None)
        for start, size in places:
            entry = walk.message("entry", start, start + size)
            found |= {key: value for key in entry.get("key", ()) for value in entry.get("value", ())}
        return found

    def seen(self, kind: str, values: Values, offset: int) -> None:
        """Told of each message."""
        if kind in {"node", "inner node"}:
            self.graph.node(values, offset, inner=kind == "inner node")
        elif kind == "function":
            self.graph.finish_function()
        elif kind == "asset":
            for item in self._asset(values):
                self.evidence.add(item._replace(offset=offset))
        elif kind in {"user", "saved"}:
            for item in self._metadata(values):
                self.evidence.add(item)

    def _asset(self, values: Values) -> Iterator[Evidence]:
        """A file of the folder `assets`; its path is put where the graph has a constant."""
        self.graph.assets |= {name.partition(":")[0] for tensor in values.get("tensor", ()) for name in tensor.get("name", ())}
        for path in values.get("file", ()):
            if why := leads_out(path):
                yield Evidence("block", "format", path, f"has the asset {path!r}, which {why}")

    def _metadata(self, values: Values) -> Iterator[Evidence]:
        """What Keras 2 keeps of its layers: their configurations, from which they are made anew."""
        label = (values.get("path") or values.get("identifier") or [""])[-1]
        for start, size in values.get("metadata", ()):
            if size > kerasconfig.LARGEST:
                yield Evidence("review", "unread", label, f"{label} has metadata of {size:,} bytes, more than is read", offset=start)
                continue
            held = self.wire.part(start, size)
            if held.lstrip()[:1] == b"{":
                for item in kerasconfig.examine(held, self.context.names, self.context.budget, hdf5=True):
                    yield item._replace(member=f"{item.member}{label}", offset=start)
