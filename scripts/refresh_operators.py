"""Write `schemas/weights/{onnx,tensorflow,keras}.json` from installed libraries and the hand-kept tables beside this script.

    python scripts/refresh_operators.py [onnx] [tensorflow] [keras] [--check]

Each needs its libraries: onnx and onnxruntime; tensorflow-cpu and tensorflow-text; keras, tf-keras and keras-hub. What a
library offers is taken by rule; what reaches outside the graph is in `scripts/operators/*.json`, with what it does, and is
never vetted. An operator or class that vanished from its library stays: old files use it.

Exit codes: 0 written or up to date, 1 `--check` found a difference, 2 usage.
"""

from __future__ import annotations

import argparse
import importlib
import inspect
import json
import os
import pkgutil
import re
import sys
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

ROOT = Path(__file__).resolve().parent.parent
FOLDER, TABLES = ROOT / "schemas" / "weights", ROOT / "scripts" / "operators"
# Files of tensorflow/python/ops whose operators compute and keep state, and reach nothing but what the table names.
_PURE = """
array audio batch bitwise boosted_trees candidate_sampling clustering composite_tensor control_flow count ctc cudnn_rnn data_flow dataset
functional image io linalg list logging lookup manip map math nn optional parsing ragged_array ragged_conversion ragged_math
random_index_shuffle random resource_variable rnn sdca set sparse_csr_matrix sparse special_math spectral state stateful_random
stateless_random stateless_random_v2 string sync training uniform_quant
"""
PURE = frozenset(_PURE.split())
INTERNAL = re.compile(
    r"_(?:Arg|Retval|Fused\w+|UnaryOpsComposition|SwitchN|If|While|ListToArray|ArrayToList|TensorToHashBucketFast)|QuantizedConcatV2"
)


def table(name: str) -> dict[str, Any]:
    """The hand-kept table of that name."""
    held: dict[str, Any] = json.loads((TABLES / f"{name}.json").read_text(encoding="utf-8"))
    return held


def versions(*packages: str) -> dict[str, str]:
    """The versions of the installed packages."""
    from importlib.metadata import version

    return {package: version(package) for package in packages}


def onnx(kept: dict[str, Any]) -> dict[str, Any]:
    """The operators of ONNX, in every version, and of ONNX Runtime."""
    library = importlib.import_module("onnx")
    runtime = importlib.import_module("onnxruntime.capi.onnxruntime_pybind11_state")
    found: dict[str, set[str]] = defaultdict(set, {domain: set(names) for domain, names in kept.get("operators", {}).items()})
    for schema in (*library.defs.get_all_schemas_with_history(), *runtime.get_all_operator_schema()):
        found[schema.domain].add(schema.name)
    operators = {domain: sorted(names) for domain, names in sorted(found.items())}
    return {"source": versions("onnx", "onnxruntime"), "operators": operators}


def tensorflow(kept: dict[str, Any]) -> dict[str, Any]:
    """The operators of TensorFlow that are vetted, and those that reach something."""
    reaches = table("tensorflow")
    own = set(_registered())
    importlib.import_module("tensorflow_text")
    text = set(_registered()) - own
    places = _places()
    pure = {name for name in own if (places[name] <= PURE if name in places else INTERNAL.fullmatch(name))}
    return {
        "source": versions("tensorflow-cpu", "tensorflow-text"),
        "vetted": sorted((pure | text | set(kept.get("vetted", ()))) - set(reaches)),
        "reaches": reaches,
        "functions": table("keras_functions"),
    }


def _registered() -> Iterator[str]:
    state = importlib.import_module("tensorflow.python.client.pywrap_tf_session")
    operators = importlib.import_module("tensorflow.core.framework.op_def_pb2").OpList()
    operators.ParseFromString(state.TF_GetBuffer(state.TF_GetAllOpList()))
    return (operator.name for operator in operators.op)


def _places() -> dict[str, set[str]]:
    """In which generated files of TensorFlow an operator is."""
    found: dict[str, set[str]] = {}
    folder = Path(importlib.import_module("tensorflow").__file__ or "").parent
    for path in folder.rglob("gen_*_ops*.py"):
        area = re.sub(r"^gen_|_ops(?=_v2)|_ops$", "", path.stem)
        for name in re.findall(r'_apply_op_helper\(\s*"(\w+)"', path.read_text(encoding="utf-8")):
            found.setdefault(name, set()).add(area)
    return found


def keras(kept: dict[str, Any]) -> dict[str, Any]:
    """The classes and functions of Keras that a configuration may name, and those that reach something."""
    tables = table("keras")
    reaches = tables["reaches"]
    classes, functions = set(kept.get("classes", ())), set(kept.get("functions", ()))
    for package in ("keras", "tf_keras"):
        own_classes, own_functions = _keras_symbols(package)
        classes |= own_classes
        functions |= own_functions
    return {
        "source": versions("keras", "tf_keras", "keras-hub"),
        "classes": sorted((classes | set(tables["former"])) - set(reaches)),
        "functions": sorted(functions - set(reaches)),
        "hub": sorted((set(_hub_classes()) | set(kept.get("hub", ()))) - set(reaches)),
        "reaches": reaches,
        "registered": sorted(_registered_classes() | set(kept.get("registered", ()))),
    }


def _registered_classes() -> set[str]:
    """The names, with their package, under which tf_keras registers classes of its own: `Custom>Adam`."""
    held = importlib.import_module("tf_keras.src.saving.object_registration")
    return {name for name in held._GLOBAL_CUSTOM_OBJECTS if ">" in name}  # noqa: SLF001 - there is no other way to list them


_BASES = ("Layer", "Operation", "Model", "Loss", "Metric", "Optimizer", "LearningRateSchedule", "Initializer", "Regularizer", "Constraint")
_BASES_3 = ("DTypePolicy", "DTypePolicyMap", "SeedGenerator", "KerasTensor", "Variable", "Quantizer", "QuantizationConfig")
_FUNCTIONS = ("activations", "losses", "metrics", "initializers", "regularizers", "constraints")


def _keras_symbols(package: str) -> tuple[set[str], set[str]]:
    """Classes of the kinds a configuration is made of, and the functions it names by their names alone."""
    classes: dict[str, type] = {}
    bases: list[type] = []
    for module in _modules(f"{package}.src"):
        found = {name: thing for name, thing in vars(module).items() if inspect.isclass(thing) and thing.__module__.startswith(package)}
        bases += [thing for name, thing in found.items() if name in (*_BASES, *_BASES_3, "Policy")]
        classes |= found
    kinds = tuple(dict.fromkeys(bases))
    functions: set[str] = set()
    for name in _FUNCTIONS:
        module = importlib.import_module(f"{package}.{name}")
        held = {key: thing for key, thing in vars(module).items() if inspect.isfunction(thing) and not key.startswith("_")}
        functions |= set(held) - {"get", "serialize", "deserialize"}
    return {name for name, thing in classes.items() if issubclass(thing, kinds) and not name.startswith("_")}, functions


def _modules(package: str) -> Iterator[Any]:
    root = importlib.import_module(package)
    yield root
    for info in pkgutil.walk_packages(root.__path__, f"{package}.", onerror=lambda _name: None):
        if not re.search(r"_test$|\.testing|\.integration|\.tests|benchmark|backend\.(?!common|config)", info.name):
            try:
                yield importlib.import_module(info.name)
            except Exception as error:  # noqa: BLE001 - a module that needs what is not installed
                print(f"{info.name}: {error!r}", file=sys.stderr)


def _hub_classes() -> Iterator[str]:
    """What KerasHub registers, by its own decorator."""
    folder = Path(importlib.import_module("keras_hub").__file__ or "").parent
    for path in folder.rglob("*.py"):
        if not path.stem.endswith("_test"):
            text = path.read_text(encoding="utf-8")
            yield from re.findall(
                r"@(?:keras_hub_export\([^@]*?\)|keras\.saving\.register_keras_serializable\([^@]*?\))\s*class (\w+)", text
            )


BUILDERS: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {"onnx": onnx, "tensorflow": tensorflow, "keras": keras}


def main(arguments: Iterable[str] | None = None) -> int:
    """Write or check the named lists."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("name", nargs="*", choices=[[], *BUILDERS], default=[])
    parser.add_argument("--check", action="store_true")
    chosen = parser.parse_args(None if arguments is None else list(arguments))
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    stale = [name for name in chosen.name or BUILDERS if not _written(name, check=chosen.check)]
    return 1 if chosen.check and stale else 0


def _written(name: str, *, check: bool) -> bool:
    """Whether the list was as it should be; it is then, unless `check`."""
    path = FOLDER / f"{name}.json"
    kept = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    text = json.dumps(BUILDERS[name](kept), indent=1, sort_keys=True) + "\n"
    if path.exists() and path.read_text(encoding="utf-8") == text:
        return True
    print(f"{path.relative_to(ROOT)} {'is not up to date' if check else 'written'}")
    if not check:
        path.write_text(text, encoding="utf-8")
    return False


if __name__ == "__main__":
    sys.exit(main())
