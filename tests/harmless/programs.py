"""Files of the real libraries: h5py, Keras, ONNX, R's by rdata, Core ML and, where it is installed, TensorFlow. Not collected by default.

    pip install -e '.[weights-tests]' && pytest tests/harmless/programs.py

Nothing is loaded back: the libraries write, and we judge.
"""

from __future__ import annotations

import bz2
import gzip
import lzma
import os
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from cardlint.weighing import names
from cardlint.weights.budget import Budget
from cardlint.weights.judge import Context, judge
from cardlint.weights.reading import Held

if TYPE_CHECKING:
    from collections.abc import Callable

    from cardlint.weights.verdict import Judgement

os.environ.setdefault("KERAS_BACKEND", next((name for name in ("torch", "tensorflow") if find_spec(name)), "numpy"))
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
LIBVER = ["earliest", "v108", "v110", "v112", "latest"]


def read(path: Path) -> Judgement:
    return judge(Held(path.read_bytes()), Context(names(), Budget(), str(path)))


def said(found: Judgement) -> str:
    return "; ".join(item.message for item in found.evidence)


# HDF5


@pytest.mark.parametrize("order", [False, True])
@pytest.mark.parametrize("libver", LIBVER)
def test_h5py(libver: str, order: bool, tmp_path: Path) -> None:
    h5py, numpy = pytest.importorskip("h5py"), pytest.importorskip("numpy")
    for count in (1, 7, 9, 40, 600):
        path = tmp_path / f"{count}.h5"
        with h5py.File(path, "w", libver=libver, track_order=order) as file:
            for index in range(count):
                kept = {"compression": "gzip", "shuffle": True, "chunks": (2,)} if index % 2 else {}
                file.create_dataset(f"layer_{index % 5}/weight_{index}", data=numpy.zeros(4, "f"), **kept)
                file.attrs[f"note {index}"] = f"text {index}"
            file["again"] = h5py.SoftLink("/layer_0")
        found = read(path)
        assert (found.format, found.verdict) == ("hdf5", "ok"), said(found)
        with h5py.File(path, "a", libver=libver) as file:
            file["layer_0/out"] = h5py.ExternalLink("../secret.h5", "/x")
        assert read(path).verdict == "block"


@pytest.mark.parametrize("libver", LIBVER)
def test_cve_2026_1669_of_h5py(libver: str, tmp_path: Path) -> None:
    h5py = pytest.importorskip("h5py")
    with h5py.File(tmp_path / "external.h5", "w", libver=libver) as file:
        file.create_dataset("d", (4,), "f", external=[("/etc/passwd", 0, 16)])
    assert read(tmp_path / "external.h5").verdict == "block"
    if libver not in {"earliest", "v108"}:
        with h5py.File(tmp_path / "virtual.h5", "w", libver=libver) as file:
            layout = h5py.VirtualLayout((4,), "f")
            layout[:] = h5py.VirtualSource("other.h5", "d", (4,))
            file.create_virtual_dataset("v", layout)
        assert read(tmp_path / "virtual.h5").verdict == "block"


@pytest.mark.parametrize("size", [10, 5_000, 500_000])
@pytest.mark.parametrize("kind", [str, bytes])
def test_long_configurations_of_h5py(size: int, kind: type, tmp_path: Path) -> None:
    h5py = pytest.importorskip("h5py")
    text = '{"class_name": "Sequential", "config": {"name": "' + "a" * size + '", "layers": [{"class_name": "%s", "config": {}}]}}'
    for name, verdict in (("Dense", "ok"), ("Lambda", "block")):
        with h5py.File(tmp_path / "a.h5", "w") as file:
            file.attrs["model_config"] = text % name if kind is str else (text % name).encode()
        assert read(tmp_path / "a.h5").verdict == verdict


def test_user_blocks_of_h5py(tmp_path: Path) -> None:
    h5py = pytest.importorskip("h5py")
    with h5py.File(tmp_path / "a.h5", "w", userblock_size=1024) as file:
        file["a"] = [1, 2]
    assert read(tmp_path / "a.h5").verdict == "ok"


# Keras


def keras_models(keras: Any) -> dict[str, Any]:
    layers = keras.layers
    given = keras.Input((8, 8, 3))
    branch = layers.Conv2D(4, 3, padding="same", activation="relu", kernel_regularizer="l2")(given)
    joined = layers.add([branch, layers.SeparableConv2D(4, 3, padding="same")(given)])
    functional = keras.Model(
        given, layers.Dense(2, activation="softmax")(layers.GlobalAveragePooling2D()(layers.BatchNormalization()(joined)))
    )
    tokens = keras.Input((5,), dtype="int32")
    attended = layers.MultiHeadAttention(2, 4)(*[layers.Embedding(10, 8)(tokens)] * 2)
    return {
        "dense": keras.Sequential([keras.Input((4,)), layers.Dense(3, activation="gelu"), layers.Dropout(0.1), layers.Dense(1)]),
        "functional": functional,
        "attention": keras.Model(tokens, layers.LayerNormalization()(attended)),
        "lookup": keras.Sequential(
            [keras.Input((4,)), layers.Rescaling(2.0), layers.Normalization(mean=0.0, variance=1.0), layers.Dense(1)]
        ),
    }


@pytest.mark.parametrize("ending", [".keras", ".h5", ".weights.h5", ".json"])
@pytest.mark.parametrize("name", ["dense", "functional", "attention", "lookup"])
def test_keras(name: str, ending: str, tmp_path: Path) -> None:
    keras = pytest.importorskip("keras")
    model = keras_models(keras)[name]
    model.compile(
        optimizer=keras.optimizers.Adam(keras.optimizers.schedules.ExponentialDecay(0.1, 10, 0.9)),
        loss="mse",
        metrics=["mae", keras.metrics.AUC()],
    )
    path = tmp_path / f"model{ending}"
    if ending == ".json":
        path.write_text(model.to_json(), encoding="utf-8")
    elif ending == ".weights.h5":
        model.save_weights(path)
    else:
        model.save(path)
    found = read(path)
    assert (found.format, found.verdict) == ({".keras": "keras", ".json": "keras-config"}.get(ending, "hdf5"), "ok"), said(found)


@pytest.mark.parametrize("ending", [".keras", ".h5"])
def test_cve_2024_3660_cve_2025_9905_lambda_of_keras(ending: str, tmp_path: Path) -> None:
    keras = pytest.importorskip("keras")
    model = keras.Sequential([keras.Input((4,)), keras.layers.Lambda(lambda x: x)])
    model.save(tmp_path / f"m{ending}")
    assert read(tmp_path / f"m{ending}").verdict == "block"


@pytest.mark.parametrize("ending", [".keras", ".h5"])
def test_layers_of_the_author(ending: str, tmp_path: Path) -> None:
    keras = pytest.importorskip("keras")

    class Mine(keras.layers.Layer):  # type: ignore[name-defined, misc]
        def call(self, x: Any) -> Any:
            return x

    model = keras.Sequential([keras.Input((4,)), Mine()])
    model.save(tmp_path / f"m{ending}")
    assert read(tmp_path / f"m{ending}").verdict == "review"


# ONNX


def onnx_models(onnx: Any) -> dict[str, Any]:
    from onnx import helper, numpy_helper

    numpy = pytest.importorskip("numpy")
    kind = onnx.TensorProto.FLOAT
    ends = [helper.make_tensor_value_info("x", kind, [2])], [helper.make_tensor_value_info("y", kind, [2])]

    def model(nodes: list[Any], weights: tuple[Any, ...] = (), **more: Any) -> Any:
        return helper.make_model(helper.make_graph(nodes, "g", *ends, initializer=list(weights)), **more)

    weight = numpy_helper.from_array(numpy.zeros(200_000, "f"), "w")
    then = helper.make_graph([helper.make_node("Identity", ["x"], ["z"])], "then", [], [helper.make_tensor_value_info("z", kind, [2])])
    choice = helper.make_node("If", ["c"], ["y"], then_branch=then, else_branch=then)
    constant = helper.make_node("Constant", [], ["c"], value=numpy_helper.from_array(numpy.ones((), "?"), "c"))
    return {
        "add": model([helper.make_node("Add", ["x", "w"], ["y"])], (weight,)),
        "choice": model([constant, choice]),
        "runtime": model([helper.make_node("FusedMatMul", ["x", "x"], ["y"], domain="com.microsoft")]),
        "trees": model([helper.make_node("Scaler", ["x"], ["y"], domain="ai.onnx.ml", offset=[0.0], scale=[1.0])]),
    }


@pytest.mark.parametrize("name", ["add", "choice", "runtime", "trees"])
def test_onnx(name: str, tmp_path: Path) -> None:
    onnx = pytest.importorskip("onnx")
    (tmp_path / "model.onnx").write_bytes(onnx_models(onnx)[name].SerializeToString())
    found = read(tmp_path / "model.onnx")
    assert (found.format, found.verdict) == ("onnx", "ok"), said(found)


def test_external_data_of_onnx(tmp_path: Path) -> None:
    onnx = pytest.importorskip("onnx")
    path = tmp_path / "model.onnx"
    onnx.save_model(onnx_models(onnx)["add"], path, save_as_external_data=True, location="model.onnx_data")
    assert read(path).verdict == "ok"
    held = onnx.load(path, load_external_data=False)
    held.graph.initializer[0].external_data[0].value = "../../secret"
    path.write_bytes(held.SerializeToString())
    assert read(path).verdict == "block"


# R, whose many test files come with rdata


def test_r_of_rdata() -> None:
    rdata = pytest.importorskip("rdata")
    paths = sorted(path for path in (Path(rdata.__file__).parent / "tests" / "data").rglob("*") if path.suffix in {".rds", ".rda"})
    code = (
        "function",
        "expression",
        "builtin",
        "closure",
        "bytecode",
        "extptr",
        "external",
        "weak",
        "call",
        "formula",
        "language",
        "class",
    )
    for path in paths:
        content = unpacked(path.read_bytes())
        found = judge(Held(content), Context(names(), Budget(), path.name))
        assert found.format in {"rds", "rdata"}, path
        if found.verdict != "ok":
            assert any(word in said(found) or word in path.name for word in (*code, "pointer")), (path, said(found))
    assert len(paths) > 100


def unpacked(content: bytes) -> bytes:
    for magic, unpack in ((b"\x1f\x8b", gzip.decompress), (b"BZh", bz2.decompress), (b"\xfd7zXZ", lzma.decompress)):
        if content.startswith(magic):
            return unpack(content)
    return content


# Core ML


def test_core_ml(tmp_path: Path) -> None:
    pytest.importorskip("coremltools")
    from coremltools.proto import Model_pb2

    model = Model_pb2.Model(specificationVersion=4)
    model.neuralNetwork.layers.add(name="l").convolution.outputChannels = 3
    (tmp_path / "m.mlmodel").write_bytes(model.SerializeToString())
    assert read(tmp_path / "m.mlmodel").verdict == "ok"
    model.neuralNetwork.layers.add(name="c").custom.className = "Mine"
    (tmp_path / "m.mlmodel").write_bytes(model.SerializeToString())
    assert read(tmp_path / "m.mlmodel").verdict == "review"


# TensorFlow


def functions(tf: Any) -> dict[str, tuple[str, Any, Callable[[Any], Any]]]:
    numbers, text = tf.TensorSpec([None, 2], tf.float32), tf.TensorSpec([None], tf.string)

    def written(x: Any) -> Any:
        tf.io.write_file("/nowhere/out", tf.constant("a"))
        return x

    def printed(x: Any) -> Any:
        tf.print("a", output_stream="file:///nowhere/out")
        return x

    return {
        "matmul": ("ok", numbers, lambda x: tf.matmul(x, tf.ones([2, 3]))),
        "loop": ("ok", numbers, lambda x: tf.while_loop(lambda y: tf.reduce_sum(y) < 9, lambda y: [y + 1], [x])[0]),
        "strings": ("ok", text, lambda x: tf.strings.split(tf.strings.regex_replace(x, "/a|b/", "/")).to_tensor()),
        "images": ("review", text, lambda x: tf.map_fn(tf.io.read_file, x)),
        "read": ("block", numbers, lambda x: x + tf.strings.to_number(tf.io.read_file("/etc/passwd"))),
        "write": ("block", numbers, written),
        "python": ("block", numbers, lambda x: tf.py_function(lambda y: y, [x], tf.float32)),
        "print": ("block", numbers, printed),
    }


@pytest.mark.parametrize("name", ["matmul", "loop", "strings", "images", "read", "write", "python", "print"])
def test_tensorflow(name: str, tmp_path: Path) -> None:
    tf = pytest.importorskip("tensorflow")
    verdict, spec, function = functions(tf)[name]
    module = tf.Module()
    module.v, module.f = tf.Variable([1.0, 2.0]), tf.function(function, input_signature=[spec])
    tf.saved_model.save(module, str(tmp_path), signatures=module.f)
    found = read(tmp_path / "saved_model.pb")
    assert (found.format, found.verdict) == ("savedmodel", verdict), said(found)
    assert read(tmp_path / "fingerprint.pb").verdict == "ok"


def test_tables_of_tensorflow(tmp_path: Path) -> None:
    tf = pytest.importorskip("tensorflow")
    vocabulary = tmp_path / "vocabulary.txt"
    vocabulary.write_text("a\nb\n", encoding="utf-8")
    module, index = tf.Module(), tf.lookup.TextFileIndex
    kinds = tf.string, index.WHOLE_LINE, tf.int64, index.LINE_NUMBER
    module.t = tf.lookup.StaticVocabularyTable(tf.lookup.TextFileInitializer(str(vocabulary), *kinds), 1)
    module.f = tf.function(module.t.lookup, input_signature=[tf.TensorSpec([None], tf.string)])
    tf.saved_model.save(module, str(tmp_path / "m"), signatures=module.f)
    assert read(tmp_path / "m" / "saved_model.pb").verdict == "ok"


def test_tensorflow_lite(tmp_path: Path) -> None:
    tf = pytest.importorskip("tensorflow")
    for name, verdict in (("matmul", "ok"), ("write", "block")):
        _, spec, function = functions(tf)[name]
        converter = tf.lite.TFLiteConverter.from_concrete_functions([tf.function(function, input_signature=[spec]).get_concrete_function()])
        converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS, tf.lite.OpsSet.SELECT_TF_OPS]
        (tmp_path / "m.tflite").write_bytes(converter.convert())
        found = read(tmp_path / "m.tflite")
        assert (found.format, found.verdict) == ("tflite", verdict), said(found)


def test_the_lists_of_operators_are_up_to_date() -> None:
    for library in ("onnx", "onnxruntime"):
        pytest.importorskip(library)
    sys.path.insert(0, str(Path(__file__).parents[2] / "scripts"))
    import refresh_operators

    assert refresh_operators.main(["onnx", "--check"]) == 0
