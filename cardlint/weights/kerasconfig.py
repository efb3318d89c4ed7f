"""Keras configurations: every class and function one names, wherever in it, held against what Keras itself has.

keras/src/saving/serialization_lib.py (`deserialize_keras_object`), and tf_keras for files of Keras 2. A configuration is a
program: it says which classes are made of which modules and with which arguments. Advisories: CVE-2024-3660, CVE-2025-1550,
CVE-2025-8747, CVE-2025-9905, CVE-2025-9906, CVE-2025-12058, CVE-2025-12060, CVE-2025-49655.
"""

from __future__ import annotations

import json
import re
import sys
from typing import TYPE_CHECKING, Any

from cardlint.weights.budget import SpentError
from cardlint.weights.collect import Collected
from cardlint.weights.paths import leads_out
from cardlint.weights.patterns import lazily
from cardlint.weights.verdict import Evidence

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from cardlint.weights.budget import Budget
    from cardlint.weights.names import Names
    from cardlint.weights.verdict import Verdict

LARGEST = 16_000_000  # bytes
_MOST_OBJECTS = 300_000  # and lists
_COST, _WHOLE_COST = 16, 64  # operations for an object: they stand for time
# What stands for plain values in a configuration, and makes nothing else.
_PLAIN = frozenset(
    {
        "__tensor__",
        "__numpy__",
        "__bytes__",
        "__ellipsis__",
        "__slice__",
        "__tuple__",
        "__keras_tensor__",
        "slice",
        "tuple",
        "TensorShape",
        "Enum",
    }
)
_SPECS = frozenset({"TensorSpec", "RaggedTensorSpec", "SparseTensorSpec", "TypeSpec", "CompositeTensor", "OptionalSpec", "NoneTensorSpec"})
_KERAS = frozenset({"keras", "tf_keras", "keras_core"})
_HUB = frozenset({"keras_hub", "keras_nlp", "keras_cv"})
_TENSORFLOW_KERAS = lazily(r"tensorflow\.(?:python\.|compat\.v[12]\.|_api\.v2\.)?keras(?:\.[\w.]*)?")
_DOTTED = lazily(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*")
# Libraries that are likely there and have no Keras classes: naming one asks for something else.
_LIBRARIES = frozenset(
    {
        "torch",
        "numpy",
        "scipy",
        "pandas",
        "pip",
        "setuptools",
        "pkg_resources",
        "requests",
        "urllib3",
        "joblib",
        "dill",
        "cloudpickle",
        "IPython",
    }
    | {
        "jax",
        "flax",
        "huggingface_hub",
        "yaml",
        "h5py",
        "fsspec",
        "google",
        "absl",
        "PIL",
        "matplotlib",
        "sklearn",
        "nltk",
        "paramiko",
        "fabric",
    }
)
_PATHS = frozenset({"vocabulary", "idf_weights", "merges", "proto", "filepath", "file_path", "origin"})
_LONGEST_PATH = 1024  # characters; `proto` may hold a whole tokenizer instead
_MARSHALLED = lazily(r"[4Y]w[A-Za-z0-9+/\n]{20,}")  # marshal's code object in base64
_DECEITFUL_FUNCTION = lazily(
    r"(?:^|\.)(?:io|raw_ops|saved_model|data|summary|distribute|sysconfig|py_function|numpy_function|load\w*)(?:\.|$)"
)


class WrongConfigError(Exception):
    """No JSON, or JSON that nobody reads to its end."""


class _Object(dict[str, Any]):
    """A JSON object; values that a later one of the same key hides are kept too."""

    __slots__ = ("hidden",)
    hidden: tuple[Any, ...]


def _object(pairs: list[tuple[str, Any]]) -> _Object:
    made = _Object(pairs)
    made.hidden = tuple(value for _, value in pairs) if len(made) != len(pairs) else ()
    return made


def parse(text: bytes | str) -> Any:  # noqa: ANN401 - JSON
    """The configuration. Raises WrongConfigError."""
    held = text if isinstance(text, bytes) else text.encode()
    if held.count(b"{") + held.count(b"[") > _MOST_OBJECTS:
        raise WrongConfigError("it has more parts than are looked at")
    try:
        return json.loads(text, object_pairs_hook=_object)
    except RecursionError as error:
        raise WrongConfigError("it is nested too deep") from error
    except ValueError as error:
        raise WrongConfigError(f"it is no JSON: {error}") from error


def examine(text: bytes | str, names: Names, budget: Budget, *, hdf5: bool = False) -> tuple[Evidence, ...]:
    """What a configuration would have made that is not Keras' own. `hdf5`: from a file in which `safe_mode` counts for nothing."""
    budget.spend(_WHOLE_COST + len(text) // 16)
    try:
        config = parse(text)
    except WrongConfigError as error:
        return (Evidence("review", "format", "config", f"has a Keras configuration that cannot be read: {error}"),)
    found = Collected()
    try:
        for item in _Examiner(names, hdf5=hdf5).walk(config, budget):
            found.add(item)
    except SpentError:
        found.spent()
    return found.evidence()


class _Examiner:
    def __init__(self, names: Names, *, hdf5: bool) -> None:
        table = names.table("keras")
        self.names, self.hdf5 = names, hdf5
        self.classes, self.functions, self.hub = (frozenset(table.get(key, ())) for key in ("classes", "functions", "hub"))
        self.registered = frozenset(table.get("registered", ()))
        self.reaches: Mapping[str, Mapping[str, str]] = table.get("reaches", {})
        self.tensorflow: Mapping[str, list[str]] = names.table("tensorflow").get("functions", {})

    def walk(self, config: object, budget: Budget) -> Iterator[Evidence]:
        """Every object of the configuration, at whatever depth."""
        waiting = [config]
        while waiting:
            thing = waiting.pop()
            if isinstance(thing, _Object):
                budget.spend(_COST)
                yield from self._object(thing)
                waiting += thing.values()
                waiting += thing.hidden
            elif isinstance(thing, list):
                budget.spend(1 + len(thing) // 8)
                waiting += thing

    def _object(self, thing: _Object) -> Iterator[Evidence]:
        kind, module, registered = (_text(thing.get(key)) for key in ("class_name", "module", "registered_name"))
        if kind == "function":
            yield from self._function(_text(thing.get("config")), module, registered)
        elif kind == "__typespec__":
            yield from self._spec(_text(thing.get("spec_name")), module)
        elif kind and kind not in _PLAIN and kind not in _SPECS:
            yield from self._class(kind, module, registered)
        if "function_type" in thing or "function" in thing:
            yield from self._held_function(thing.get("function"), _text(thing.get("function_type")))
        for key in _PATHS & thing.keys():
            yield from _path(key, thing[key])

    def _reach(self, *candidates: str, label: str) -> Evidence | None:
        """What the table says of a name by which something that reaches out can be meant."""
        for name in candidates:
            bare = re.split(r"[>.]", name)[-1]
            if entry := self.reaches.get(bare):
                verdict: Verdict = "block" if entry["verdict"] == "block" else "review"
                return Evidence(verdict, "format", label, f"names {label}, which {entry['does']}", reference=self._reference(bare, entry))
        return None

    def _reference(self, name: str, entry: Mapping[str, str]) -> str | None:
        if name in {"Lambda", "__lambda__"}:
            return "CVE-2024-3660, CVE-2025-9905" if self.hdf5 else "CVE-2024-3660"
        return "CVE-2025-8747, CVE-2025-12060" if name == "get_file" else entry.get("reference")

    def _function(self, name: str, module: str, registered: str) -> Iterator[Evidence]:
        """A function by its name: Keras looks it up in the module, and may call it with what the configuration says."""
        label = _label(module, name)
        if found := self._reach(name, registered, label=label) or self._danger(module, name, label):
            yield found
        elif _is_keras(module) or module in {"builtins", ""}:
            if name not in self.functions and name not in self.classes:
                yield Evidence("review", "format", label, f"names the function {label}, which is not a known one of Keras")
        else:
            message = f"names the function {label}, which is not of Keras"
            yield Evidence("block", "format", label, message, reference="CVE-2025-1550")

    def _danger(self, module: str, name: str, label: str) -> Evidence | None:
        """Modules in which there is no class of Keras: Python's own, and libraries that are likely there."""
        root = module.partition(".")[0]
        known = self.names.dangerous(module, name) if module not in {"", "builtins"} else None
        if known is not None:
            return Evidence("block", "format", label, f"names {label}, which {known.why}", reference="CVE-2025-1550")
        stranger = (
            root in _LIBRARIES or (root in sys.stdlib_module_names and module != "builtins") or (module and not _DOTTED.fullmatch(module))
        )
        if stranger or (root == "tensorflow" and not _is_keras(module)):
            return Evidence("block", "format", label, f"names {label}, in a module that has nothing of Keras", reference="CVE-2025-1550")
        return None

    def _spec(self, name: str, module: str) -> Iterator[Evidence]:
        if name not in _SPECS or not module.startswith("tensorflow.python."):
            label = _label(module, name)
            yield Evidence("block", "format", label, f"names {label} as a type of TensorFlow, which it is not", reference="CVE-2025-1550")

    def _class(self, name: str, module: str, registered: str) -> Iterator[Evidence]:
        label = _label(module, registered or name)
        if found := self._reach(name, registered, label=label) or self._danger(module, name, label):
            yield found
        elif module == "builtins":
            yield Evidence(
                "block", "format", label, f"names {label}, which is Python's own, and no part of a model", reference="CVE-2025-1550"
            )
        elif not self._vetted(name, module, registered):
            yield Evidence(
                "review", "format", label, f"names {label}, which is not a known class of Keras: loading runs code from elsewhere"
            )

    def _vetted(self, name: str, module: str, registered: str) -> bool:
        if (registered or name) in self.registered:
            return not module or _is_keras(module)
        package, sign, own = (registered or name).rpartition(">")
        if module.partition(".")[0] in _HUB or package in _HUB:
            return (not module or module.partition(".")[0] in _HUB) and (own in self.hub or name in self.hub)
        return (not module or _is_keras(module)) and {name, own} <= self.classes and (not sign or package in _KERAS)

    def _held_function(self, function: object, kind: str) -> Iterator[Evidence]:
        """A function that is in the configuration itself, whatever the layer around it is called; or one of TensorFlow by its name."""
        first = function[0] if isinstance(function, list) and function else function
        if kind == "lambda" or (isinstance(first, str) and _MARSHALLED.match(first)):
            reference = "CVE-2025-9905" if self.hdf5 else "CVE-2024-3660"
            yield Evidence(
                "block", "format", "function", "holds Python code that runs when the model is loaded or used", reference=reference
            )
        elif isinstance(function, str) and not kind:
            namespace, _, name = function.rpartition(".")
            listed = namespace in self.tensorflow.get("namespaces", ()) and name.isidentifier()
            if not listed and function not in self.tensorflow.get("names", ()) and function not in self.functions:
                verdict: Verdict = "block" if _DECEITFUL_FUNCTION.search(function) else "review"
                message = f"calls tf.{function}, which is not a known computation"
                yield Evidence(verdict, "format", f"tf.{function}", message)


def _path(key: str, value: object) -> Iterator[Evidence]:
    """A file that a layer reads: its vocabulary, say."""
    if isinstance(value, str) and 0 < len(value) < _LONGEST_PATH:
        why = leads_out(value)
        if why is not None:
            yield Evidence("block", "format", value, f"takes its {key} from {value!r}, which {why}", reference="CVE-2025-12058")
        elif key in {"vocabulary", "idf_weights"}:
            yield Evidence("review", "format", value, f"takes its {key} from the file {value!r}", reference="CVE-2025-12058")


def _is_keras(module: str) -> bool:
    return module.partition(".")[0] in _KERAS or _TENSORFLOW_KERAS.fullmatch(module) is not None


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _label(module: str, name: str) -> str:
    return f"{module}.{name}" if module else name
