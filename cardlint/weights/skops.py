"""skops' archives: a tree of nodes in `schema.json`, each naming a class and the loader that makes an object of it.

skops/io (0.16). What skops trusts without asking is listed in `_trusted_types.py`; it is taken from the vetted names here,
since the classes are the same as in pickles.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from cardlint.weights.tame import CALLED_ONLY
from cardlint.weights.verdict import MORE, Evidence

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cardlint.weights.judge import Context
    from cardlint.weights.names import Names
    from cardlint.weights.verdict import Verdict
    from cardlint.weights.zip import Contents

SCHEMA = "schema.json"
_LONGEST = 8_000_000  # bytes; as objects it is some ten times as large
_MOST_FOUND = 200
# Loaders that make what they are told to, and so are as good as the name they are given.
_BY_NAME = frozenset(
    {
        "DictNode", "DefaultDictNode", "ListNode", "SetNode", "TupleNode", "BytesNode", "BytearrayNode", "SliceNode", "FunctionNode",
        "TypeNode", "ConstructorFromReduceNode", "ObjectNode", "NdArrayNode", "MaskedArrayNode", "DTypeNode", "RandomStateNode",
        "RandomGeneratorNode", "SparseMatrixNode", "TreeNode", "LossNode", "QuantileForestNode", "_DictWithDeprecatedKeysNode",
    }
)  # fmt: skip
# What a pickle may call because its arguments are judged; here nobody does. A `partial` has a loader of its own.
_CALLED_RIGHTLY = CALLED_ONLY - {"partial"}
_PLAIN = frozenset({"JsonNode", "CachedNode"})  # these make nothing by name
_GETTERS = frozenset({"attrgetter", "itemgetter", "methodcaller"})
_GENERATORS = frozenset({"MT19937", "PCG64", "PCG64DXSM", "Philox", "SFC64"})
# Types that the loaders trust by themselves, whatever the list for pickles has (`_get_trusted` of each).
_OWN = frozenset(
    {
        "builtins.dict", "builtins.list", "builtins.set", "builtins.tuple", "builtins.bytes", "builtins.bytearray", "builtins.slice",
        "builtins.int", "builtins.float", "builtins.str", "builtins.bool", "builtins.map", "collections.OrderedDict",
        "collections.defaultdict", "numpy.ndarray", "numpy.dtype", "numpy.ma.MaskedArray", "numpy.ma.core.MaskedArray",
        "numpy.random.mtrand.RandomState", "numpy.random._generator.Generator", "scipy.sparse._csr.csr_matrix",
        "scipy.sparse._csc.csc_matrix", "scipy.sparse._coo.coo_matrix", "scipy.sparse._csr.csr_array", "scipy.sparse._csc.csc_array",
        "scipy.sparse._coo.coo_array", "scipy.sparse._bsr.bsr_matrix", "scipy.sparse._dia.dia_matrix",
    }
)  # fmt: skip
_SCALARS = frozenset(
    {
        "bool", "bool_", "int8", "int16", "int32", "int64", "intc", "longlong", "uint8", "uint16", "uint32", "uint64", "uintc", "ulonglong",
        "float16", "float32", "float64", "longdouble", "complex64", "complex128", "clongdouble", "str_", "bytes_", "datetime64",
        "timedelta64",
    }
)  # fmt: skip


def judge_members(contents: Contents, context: Context) -> Iterator[Evidence]:
    """What loading the archive makes, by every node of its tree."""
    content = contents.get(SCHEMA)
    if content is None or content.size > _LONGEST:
        yield _say("review", SCHEMA, "the tree is not to be found, or larger than any that is read")
        return
    try:
        schema = json.loads(content.read(0, content.size))
    except (ValueError, RecursionError):
        yield _say("review", SCHEMA, "the tree cannot be read")
        return
    said: dict[str, Evidence] = {}
    for node in _nodes(schema):
        for item in _node(node, contents, context.names):
            if len(said) < _MOST_FOUND or item.verdict == "block":
                said.setdefault(item.message, item)
    yield from said.values()
    if len(said) >= _MOST_FOUND:
        yield MORE


def _say(verdict: Verdict, about: str, message: str, reference: str | None = None) -> Evidence:
    return Evidence(verdict, "format", about, message, member=SCHEMA, reference=reference)


def _nodes(schema: object) -> Iterator[dict[str, Any]]:
    """Every node of the tree, wherever it stands."""
    waiting = [schema]
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            if "__loader__" in value:
                yield value
            waiting += value.values()
        elif isinstance(value, list):
            waiting += value


def _node(node: dict[str, Any], contents: Contents, names: Names) -> Iterator[Evidence]:
    loader, module, name = node.get("__loader__"), node.get("__module__"), node.get("__class__")
    if loader in _PLAIN:
        return
    if not isinstance(loader, str) or not isinstance(module, str) or not isinstance(name, str):
        yield _say("review", "node", "a node does not say what it is")
        return
    yield from _name(module, name, names)
    if loader == "OperatorFuncNode":
        yield from _operator(module, name)
    elif loader == "MethodNode":
        yield from _method(node)
    elif loader == "RandomGeneratorNode":
        yield from _generator(node)
    elif loader == "FunctionNode" and isinstance(node.get("content"), dict):
        old = node["content"]
        yield from _name(str(old.get("module_path")), str(old.get("function")), names)
    elif loader not in _BY_NAME and loader != "PartialNode":
        yield _say("review", loader, f"{loader} is a loader that is not known")
    if isinstance(node.get("file"), str) and node["file"] not in contents.paths:
        yield _say("review", node["file"], f"{node['file']} is not in the archive")


def _name(module: str, name: str, names: Names) -> Iterator[Evidence]:
    """What is known of a class or function that a node makes."""
    whole = f"{module}.{name}"
    if whole in _OWN or (module == "numpy" and name in _SCALARS):
        return
    known = names.look(module, name, 5)
    if known.verdict != "ok":
        yield _say(known.verdict, whole, f"makes {whole}, which {known.why}", known.reference)
    elif known.condition in _CALLED_RIGHTLY:
        yield _say("review", whole, f"makes {whole}, which may be called with anything here")


def _operator(module: str, name: str) -> Iterator[Evidence]:
    if module != "operator" or name not in _GETTERS:
        message = f"calls a function of `operator` under the name {module}.{name}, which is what its reader is asked to trust"
        yield _say("block", f"{module}.{name}", message, "CVE-2025-54412")


def _method(node: dict[str, Any]) -> Iterator[Evidence]:
    content = node.get("content")
    thing = content.get("obj") if isinstance(content, dict) else None
    method = content.get("func") if isinstance(content, dict) else None
    about = f"{node['__module__']}.{node['__class__']}.{method}"
    same = isinstance(thing, dict) and (thing.get("__module__"), thing.get("__class__")) == (node["__module__"], node["__class__"])
    if not same:
        yield _say("block", about, f"takes a method of another object than it says: {about}", "CVE-2025-54413")
    elif not isinstance(method, str) or not method.isidentifier() or method.startswith("_"):
        yield _say("block", about, f"takes what is no method of an object, but reaches into it: {about}", "CVE-2025-54413")
    else:
        yield _say("review", about, f"takes the method {about}, which is not on the vetted list")


def _generator(node: dict[str, Any]) -> Iterator[Evidence]:
    """Generators of numpy are made by a name that stands in their state."""
    try:
        name = json.loads(node["content"]["bit_generator"]["content"]["bit_generator"]["content"])
    except (KeyError, TypeError, ValueError):
        name = None
    if name not in _GENERATORS:
        yield _say("block", "numpy.random", f"calls numpy.random.{name}, which is no generator")
