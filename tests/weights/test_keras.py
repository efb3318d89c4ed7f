from __future__ import annotations

import io
import json
import zipfile
from typing import Any

import pytest
from handmade import judged, said

from cardlint.weighing import names
from cardlint.weights import collect
from cardlint.weights.budget import Budget
from cardlint.weights.kerasconfig import examine
from cardlint.weights.names import Names
from cardlint.weights.verdict import gravest

CODE = "4wEAAAAAAAAAAAAAAAIAAAADAAAA8wwAAACXAHwAZAF6AAAAUwApAk7pAQAAAKkAqQHaAXhzAQAA\n"


def archive(config: object, **more: bytes) -> bytes:
    """`.keras`, stored as Keras does."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as out:
        out.writestr("metadata.json", json.dumps({"keras_version": "3.15.1"}))
        out.writestr("config.json", config if isinstance(config, (str, bytes)) else json.dumps(config))
        for name, content in more.items():
            out.writestr(name, content)
    return held.getvalue()


def part(name: str, module: str | None = "keras.layers", registered: str | None = None, /, **config: Any) -> dict[str, Any]:
    return {"module": module, "class_name": name, "config": config, "registered_name": registered}


def function(module: str | None, name: str, registered: str = "function") -> dict[str, Any]:
    return {"module": module, "class_name": "function", "config": name, "registered_name": registered}


def model(*layers: Any, **more: Any) -> dict[str, Any]:
    return part("Sequential", "keras", name="sequential", layers=[part("InputLayer", batch_shape=[None, 3]), *layers]) | more


DENSE = part("Dense", units=2, activation="relu", kernel_initializer=part("GlorotUniform", "keras.initializers", seed=None))
LAMBDA = {"class_name": "__lambda__", "config": {"code": CODE, "defaults": None, "closure": None}}
OLD_LAMBDA = {"function": [CODE, None, None], "function_type": "lambda", "module": "__main__"}
GET_FILE = function("keras.utils", "get_file", "get_file") | {
    "inbound_nodes": [{"args": ["x.tar.gz", "https://example.org/x"], "kwargs": {"extract": True}}]
}

BLOCKED = {
    "CVE-2024-3660 Lambda with code": ("CVE-2024-3660", part("Lambda", function=LAMBDA)),
    "CVE-2024-3660 Lambda of Keras 2": ("CVE-2024-3660", part("Lambda", **OLD_LAMBDA)),
    "CVE-2024-3660 Lambda by its path": ("CVE-2024-3660", part("Lambda", "keras.src.layers.core.lambda_layer")),
    "CVE-2024-3660 Lambda renamed": ("CVE-2024-3660", part("Dense", "keras.layers", "Custom>Lambda")),
    "CVE-2024-3660 Lambda under another name": ("CVE-2024-3660", part("Scale", None, **OLD_LAMBDA)),
    "CVE-2024-3660 code in a wrapper": ("CVE-2024-3660", part("TimeDistributed", layer=part("Lambda", function=LAMBDA))),
    "CVE-2024-3660 code as activation": ("CVE-2024-3660", part("Dense", activation=LAMBDA)),
    "CVE-2025-1550 os.system": ("CVE-2025-1550", function("os", "system")),
    "CVE-2025-1550 subprocess.Popen": ("CVE-2025-1550", part("Popen", "subprocess", args=["echo"])),
    "CVE-2025-1550 eval": ("CVE-2025-1550", function("builtins", "eval")),
    "CVE-2025-1550 builtins class": ("CVE-2025-1550", part("memoryview", "builtins")),
    "CVE-2025-1550 a module of Python": ("CVE-2025-1550", part("CDLL", "ctypes")),
    "CVE-2025-1550 a library": ("CVE-2025-1550", function("torch.hub", "load")),
    "CVE-2025-1550 any function": ("CVE-2025-1550", function("evil.module", "run")),
    "CVE-2025-1550 type specification": ("CVE-2025-1550", {"class_name": "__typespec__", "module": "os", "spec_name": "system", "serialized": []}),
    "CVE-2025-1550 tensorflow": ("CVE-2025-1550", function("tensorflow.io", "write_file")),
    "CVE-2025-1550 no module at all": ("CVE-2025-1550", part("X", "a b")),
    "CVE-2025-8747 get_file": ("CVE-2025-8747", GET_FILE),
    "CVE-2025-8747 get_file by its path": ("CVE-2025-8747", function("keras.src.utils.file_utils", "get_file")),
    "CVE-2025-9906 unsafe deserialisation": ("CVE-2025-9906", function("keras.config", "enable_unsafe_deserialization")),
    "CVE-2025-9906 by its path": ("CVE-2025-9906", function("keras.src.saving.serialization_lib", "enable_unsafe_deserialization")),
    "CVE-2025-12058 vocabulary of the system": ("CVE-2025-12058", part("StringLookup", vocabulary="/etc/passwd")),
    "CVE-2025-12058 vocabulary of an address": ("CVE-2025-12058", part("StringLookup", vocabulary="http://169.254.169.254/latest")),
    "CVE-2025-12058 vocabulary further up": ("CVE-2025-12058", part("IntegerLookup", vocabulary="../../secret")),
    "CVE-2025-12058 text vectorisation": ("CVE-2025-12058", part("TextVectorization", vocabulary="file:///etc/passwd")),
    "CVE-2025-12060 get_file with a tar": ("CVE-2025-12060", GET_FILE),
    "CVE-2025-49655 TorchModuleWrapper": ("CVE-2025-49655", part("TorchModuleWrapper", module="gAJ9cQAu")),
    "load_model": (None, function("keras.saving", "load_model")),
    "TFSMLayer": (None, part("TFSMLayer", filepath="x")),
    "write_file as a layer": (None, part("TFOpLambda", function="io.write_file")),
    "py_function as a layer": (None, part("TFOpLambda", function="py_function")),
}  # fmt: skip


@pytest.mark.parametrize("case", BLOCKED)
def test_dangerous_configurations_block(case: str) -> None:
    reference, layer = BLOCKED[case]
    found = judged(archive(model(layer)), "model.keras")
    assert (found.format, found.verdict) == ("keras", "block")
    blocking = [item for item in found.evidence if item.verdict == "block"]
    assert str(reference) in " ".join(str(item.reference) for item in blocking), said(found)
    assert {item.member for item in blocking} == {"config.json"}


@pytest.mark.parametrize("case", BLOCKED)
def test_dangerous_configurations_block_wherever_they_are(case: str) -> None:
    layer = BLOCKED[case][1]
    assert judged(json.dumps(model(layer)).encode(), "config.json").verdict == "block"
    assert judged(archive(model(compile_config={"loss": layer})), "anything").verdict == "block"
    assert judged(archive(model(part("Bidirectional", layer=part("RNN", cell=[layer])))), "m.keras").verdict == "block"
    assert judged(archive(json.dumps(model())[:-1] + f', "config": {json.dumps(layer)}, "config": {{}}}}'), "m.keras").verdict == "block"


OWN = {
    "a layer of the author's": part("Attention2", None, "Custom>Attention2"),
    "not registered": part("Mine", "mypkg.layers", "Mine"),
    "registered under a known name": part("Dense", None, "Custom>Dense"),
    "a known name in another package": part("Dense", "mypkg"),
    "a loss of the author's": function("builtins", "my_loss"),
    "a function that Keras has not": function("keras.ops", "something"),
    "a class that Keras has not": part("Nothing", "keras.layers"),
    "a method": part("ClassMethod", "tf_keras.src.layers.core.tf_op_layer"),
    "vocabulary beside the model": part("StringLookup", vocabulary="vocabulary.txt"),
    "an unknown computation": part("TFOpLambda", function="experimental.something"),
    "a function that is elsewhere": part("Scale", None, function="scale", function_type="function"),
    "KerasHub, and not": part("Nothing", "keras_hub.src.models.x", "keras_hub>Nothing"),
}


@pytest.mark.parametrize("case", OWN)
def test_what_is_not_of_keras_is_not_vetted(case: str) -> None:
    found = judged(archive(model(OWN[case])), "model.keras")
    assert found.verdict == "review", said(found)


HARMLESS = {
    "CVE-2024-3660 CVE-2025-1550 plain layers": model(DENSE, part("Dropout", rate=0.5)),
    "CVE-2025-12058 vocabulary in the file": model(part("StringLookup", vocabulary=["a", "/etc/passwd"])),
    "CVE-2025-12058 no vocabulary": model(part("StringLookup", vocabulary=None)),
    "CVE-2025-8747 CVE-2025-9906 functions of Keras": model(part("Dense", activation=function("builtins", "gelu"))),
    "CVE-2025-49655 other wrappers": model(part("TimeDistributed", layer=DENSE)),
    "CVE-2025-9905 Keras 2 without modules": {
        "class_name": "Sequential",
        "config": {"layers": [{"class_name": "Dense", "config": {"units": 1}}]},
    },
    "operations": model(part("Add", "keras.src.ops.numpy", "Add")),
    "tf_keras": model(part("TFOpLambda", "tf_keras.src.layers.core.tf_op_layer", "TFOpLambda", function="math.multiply")),
    "slices": model(part("SlicingOpLambda", "tf_keras.src.layers.core.tf_op_layer", function="__operators__.getitem")),
    "KerasHub": part("GemmaBackbone", "keras_hub.src.models.gemma.gemma_backbone", "keras_hub>GemmaBackbone"),
    "tensors": model(DENSE | {"inbound_nodes": [{"args": [{"class_name": "__keras_tensor__", "config": {"shape": [1]}}], "kwargs": {}}]}),
    "specifications": model({"class_name": "__typespec__", "module": "tensorflow.python.framework.tensor", "spec_name": "TensorSpec"}),
    "tensorflow.keras": model(part("Dense", "tensorflow.python.keras.layers"), part("Dense", "tensorflow.keras.layers")),
    "package of Keras": model(part("Dense", "keras.layers", "keras>Dense")),
    "a proto in the file": model(part("SentencePieceTokenizer", "keras_hub.src.tokenizers", proto="/" * 4000))
    | {"class_name": "Sequential"},
}


@pytest.mark.parametrize("case", HARMLESS)
def test_harmless_configurations_are_vetted(case: str) -> None:
    found = judged(archive(HARMLESS[case]), "model.keras")
    assert (found.format, found.verdict) == ("keras", "ok"), said(found)
    assert judged(json.dumps(HARMLESS[case]).encode(), "config.json").format == "keras-config"


def test_npz_weights_are_judged_like_any_member() -> None:
    """modelscan PR #262: arrays of objects in the weights of a `.keras`."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as out:
        out.writestr("w.npy", b"\x80\x04cos\nsystem\n(X\x04\x00\x00\x00echotR.")
    found = judged(archive(model(DENSE), **{"model.weights.npz": held.getvalue()}), "model.keras")
    assert found.verdict == "block"
    assert "model.weights.npz!w.npy" in {item.member for item in found.evidence}


@pytest.mark.parametrize("text", ["{", "", '{"class_name": NaN', "[" * 200_000])
def test_configurations_that_cannot_be_read(text: str) -> None:
    assert judged(archive(text), "model.keras").verdict == "review"


def test_a_configuration_that_is_too_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cardlint.weights.kerasconfig.LARGEST", 100)
    assert "more than is read" in said(judged(archive(model(DENSE)), "model.keras"))


def test_a_budget_that_is_used_up_is_a_review() -> None:
    found = judged(archive(model(*[DENSE] * 50)), "model.keras", budget=Budget(operations=20))
    assert found.verdict == "review"


def test_without_lists_nothing_is_vetted() -> None:
    bare = Names({"modules": {}, "conditions": {}}, {"names": {}, "modules": {}})
    assert gravest(item.verdict for item in examine(json.dumps(model(DENSE)), bare, Budget())) == "review"


def test_in_hdf5_safe_mode_counts_for_nothing() -> None:
    found = examine(json.dumps(model(part("Lambda", **OLD_LAMBDA))), names(), Budget(), hdf5=True)
    assert {"CVE-2024-3660, CVE-2025-9905", "CVE-2025-9905"} == {item.reference for item in found}


def test_annotations_are_no_configuration() -> None:
    held = json.dumps([{"class_name": "dog", "url": "https://example.org/a.jpg"}] * 3).encode()
    assert judged(held, "labels.json").format == "json"
    assert judged(json.dumps({"labels": {"class_name": "dog"}}).encode(), "labels.json").verdict == "ok"


def test_evidence_is_no_more_than_anybody_reads() -> None:
    layers = [part(f"Mine{index}", None) for index in range(300)]
    found = examine(json.dumps(model(*layers)), names(), Budget())
    assert (len(found), found[-1].about) == (collect.MOST + 1, "more")


def test_classes_that_keras_2_registers_under_custom() -> None:
    """tf_keras registers its optimizers with the default package, so that files name `Custom>Adam`."""
    assert judged(archive(model(compile_config={"optimizer": part("Adam", None, "Custom>Adam")})), "model.keras").verdict == "ok"
    assert judged(archive(model(compile_config={"optimizer": part("Adam", "mine", "Custom>Adam")})), "model.keras").verdict == "review"


def test_configurations_of_more_parts_than_are_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cardlint.weights.kerasconfig._MOST_OBJECTS", 10)
    assert "more parts" in said(judged(archive(model(*[DENSE] * 10)), "model.keras"))


def test_what_was_found_stands_when_the_budget_ends() -> None:
    layers = [part("Lambda", function=LAMBDA)] * 50
    found = examine(json.dumps(model(*layers)), names(), Budget(operations=3000))
    assert {item.verdict for item in found} == {"block", "review"}


def test_other_archives_with_a_config_are_not_of_keras() -> None:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as out:
        out.writestr("config.json", json.dumps({"model_type": "bert", "class_name": "x"}))
    assert (judged(held.getvalue(), "a.zip").format, judged(held.getvalue(), "a.keras").format) == ("zip", "keras")
