"""Files of h5py, Keras and ONNX, as those libraries write them."""

from __future__ import annotations

import logging
import os
import tempfile
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

os.environ.setdefault("KERAS_BACKEND", "torch")

import h5py
import keras
import numpy as np
import onnx
from onnx import helper, numpy_helper

if TYPE_CHECKING:
    from collections.abc import Iterator

logging.getLogger("absl").setLevel(logging.ERROR)  # says of each .h5 that it is old
LIBVER = ["earliest", "v108", "v110", "v112", "latest"]
COUNTS = (1, 7, 9, 40, 600)
ENDINGS = (".keras", ".h5", ".weights.h5", ".json")
# Layers by the shape of what they are given, without the number of examples.
_LAYERS: dict[tuple[int, ...], tuple[Any, ...]] = {
    (6,): (
        keras.layers.Dense(3, "selu", kernel_initializer="he_normal", bias_constraint="max_norm"), keras.layers.Dropout(0.2), keras.layers.Reshape((2, 3)),
        keras.layers.LeakyReLU(), keras.layers.PReLU(), keras.layers.ELU(), keras.layers.Softmax(), keras.layers.UnitNormalization(),
        keras.layers.GaussianNoise(0.1), keras.layers.AlphaDropout(0.1), keras.layers.ActivityRegularization(0.1), keras.layers.RepeatVector(2),
        keras.layers.Discretization([0.0, 1.0]), keras.layers.CategoryEncoding(4, "multi_hot"), keras.layers.Activation("swish"), keras.layers.Identity(),
    ),
    (5, 4): (
        keras.layers.LSTM(3), keras.layers.GRU(3, return_sequences=True), keras.layers.SimpleRNN(2), keras.layers.Bidirectional(keras.layers.LSTM(2)),
        keras.layers.TimeDistributed(keras.layers.Dense(2)), keras.layers.Conv1D(2, 3), keras.layers.MaxPooling1D(), keras.layers.Masking(),
        keras.layers.EinsumDense("abc,cd->abd", (None, 3)), keras.layers.Permute((2, 1)), keras.layers.Flatten(), keras.layers.ZeroPadding1D(),
        keras.layers.RNN([keras.layers.LSTMCell(2), keras.layers.GRUCell(2)]), keras.layers.GlobalMaxPooling1D(), keras.layers.SpatialDropout1D(0.1),
    ),
    (8, 8, 3): (
        keras.layers.Conv2D(2, 3, kernel_regularizer=keras.regularizers.L1L2(0.1, 0.1)), keras.layers.Conv2DTranspose(2, 3), keras.layers.DepthwiseConv2D(3),
        keras.layers.SeparableConv2D(2, 3), keras.layers.BatchNormalization(), keras.layers.GroupNormalization(3), keras.layers.AveragePooling2D(2),
        keras.layers.UpSampling2D(), keras.layers.Cropping2D(1), keras.layers.RandomFlip(), keras.layers.RandomRotation(0.1), keras.layers.Resizing(4, 4),
        keras.layers.CenterCrop(4, 4), keras.layers.RandomContrast(0.1), keras.layers.SpectralNormalization(keras.layers.Conv2D(2, 3)),
    ),
}  # fmt: skip


def write_h5(path: Path, count: int, libver: str, *, order: bool) -> None:
    """So many datasets in groups, half of them packed, with attributes and a link."""
    with h5py.File(path, "w", libver=libver, track_order=order) as file:
        for index in range(count):
            kept = {"compression": "gzip", "shuffle": True, "chunks": (2,)} if index % 2 else {}
            file.create_dataset(f"layer_{index % 5}/weight_{index}", data=np.zeros(4, "f"), **kept)
            file.attrs[f"note {index}"] = f"text {index}"
        file["again"] = h5py.SoftLink("/layer_0")


def keras_models() -> dict[str, Any]:
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


def save_keras(model: Any, path: Path, ending: str) -> None:
    """In the form that the ending stands for."""
    if ending == ".json":
        path.write_text(model.to_json(), encoding="utf-8")
    elif ending == ".weights.h5":
        model.save_weights(path)
    else:
        model.save(path)


def compiled(model: Any) -> Any:
    """The same, with an optimiser, a loss and metrics."""
    model.compile(
        optimizer=keras.optimizers.Adam(keras.optimizers.schedules.ExponentialDecay(0.1, 10, 0.9)),
        loss="mse",
        metrics=["mae", keras.metrics.AUC()],
    )
    return model


def onnx_models() -> dict[str, Any]:
    kind = onnx.TensorProto.FLOAT
    ends = [helper.make_tensor_value_info("x", kind, [2])], [helper.make_tensor_value_info("y", kind, [2])]

    def model(nodes: list[Any], weights: tuple[Any, ...] = (), **more: Any) -> Any:
        return helper.make_model(helper.make_graph(nodes, "g", *ends, initializer=list(weights)), **more)

    weight = numpy_helper.from_array(np.zeros(200_000, "f"), "w")
    then = helper.make_graph([helper.make_node("Identity", ["x"], ["z"])], "then", [], [helper.make_tensor_value_info("z", kind, [2])])
    choice = helper.make_node("If", ["c"], ["y"], then_branch=then, else_branch=then)
    constant = helper.make_node("Constant", [], ["c"], value=numpy_helper.from_array(np.ones((), "?"), "c"))
    return {
        "add": model([helper.make_node("Add", ["x", "w"], ["y"])], (weight,)),
        "choice": model([constant, choice]),
        "runtime": model([helper.make_node("FusedMatMul", ["x", "x"], ["y"], domain="com.microsoft")]),
        "trees": model([helper.make_node("Scaler", ["x"], ["y"], domain="ai.onnx.ml", offset=[0.0], scale=[1.0])]),
    }


def _keras() -> Iterator[tuple[str, Any]]:
    for name, model in keras_models().items():
        yield name, compiled(model)
    for shape, layers in _LAYERS.items():
        for layer in layers:
            yield f"layer-{layer.name}", keras.Sequential([keras.Input(shape), layer])


def files() -> Iterator[tuple[str, bytes]]:
    """HDF5 of every version, Keras models of one layer and of several, ONNX made by hand and what its package holds."""
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        path = Path(folder) / "file"
        for libver in LIBVER:
            for count in COUNTS:
                write_h5(path, count, libver, order=count % 2 == 0)
                yield f"hdf5/{libver}-{count}.h5", path.read_bytes()
        for name, model in _keras():
            for ending in ENDINGS:
                path = Path(folder) / f"{name}{ending}"
                save_keras(model, path, ending)
                yield f"keras/{path.name}", path.read_bytes()
    for name, model in onnx_models().items():
        yield f"onnx/{name}.onnx", model.SerializeToString()
