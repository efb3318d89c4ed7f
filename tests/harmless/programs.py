"""Files of the real libraries: h5py, Keras, ONNX, and R's that come with rdata; what must not be ok beside what must. Not collected by default.

    pip install -e '.[weights-tests]' && pytest tests/harmless/programs.py

Nothing is loaded back: the libraries write, and we judge. Core ML and TensorFlow: tests/harmless/heavy/programs.py.
"""

from __future__ import annotations

import bz2
import gzip
import lzma
from pathlib import Path
from typing import TYPE_CHECKING, Any

import graph_files
import h5py
import keras
import onnx
import pytest
import rdata

from cardlint.weightlists import names
from cardlint.weights.budget import Budget
from cardlint.weights.judge import Context, judge
from cardlint.weights.reading import Held

if TYPE_CHECKING:
    from cardlint.weights.verdict import Judgement

pytestmark = pytest.mark.filterwarnings("ignore")  # of the libraries, which is not what is tried here


def read(path: Path) -> Judgement:
    return judge(Held(path.read_bytes()), Context(names(), Budget(), str(path)))


def said(found: Judgement) -> str:
    return "; ".join(item.message for item in found.evidence)


# HDF5


@pytest.mark.parametrize("order", [False, True])
@pytest.mark.parametrize("libver", graph_files.LIBVER)
def test_h5py(libver: str, order: bool, tmp_path: Path) -> None:
    for count in graph_files.COUNTS:
        path = tmp_path / f"{count}.h5"
        graph_files.write_h5(path, count, libver, order=order)
        found = read(path)
        assert (found.format, found.verdict) == ("hdf5", "ok"), said(found)
        with h5py.File(path, "a", libver=libver) as file:
            file["layer_0/out"] = h5py.ExternalLink("../secret.h5", "/x")
        assert read(path).verdict == "block"


@pytest.mark.parametrize("libver", graph_files.LIBVER)
def test_cve_2026_1669_of_h5py(libver: str, tmp_path: Path) -> None:
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
    text = '{"class_name": "Sequential", "config": {"name": "' + "a" * size + '", "layers": [{"class_name": "%s", "config": {}}]}}'
    for name, verdict in (("Dense", "ok"), ("Lambda", "block")):
        with h5py.File(tmp_path / "a.h5", "w") as file:
            file.attrs["model_config"] = text % name if kind is str else (text % name).encode()
        assert read(tmp_path / "a.h5").verdict == verdict


def test_user_blocks_of_h5py(tmp_path: Path) -> None:
    with h5py.File(tmp_path / "a.h5", "w", userblock_size=1024) as file:
        file["a"] = [1, 2]
    assert read(tmp_path / "a.h5").verdict == "ok"


# Keras


@pytest.mark.parametrize("ending", graph_files.ENDINGS)
@pytest.mark.parametrize("name", ["dense", "functional", "attention", "lookup"])
def test_keras(name: str, ending: str, tmp_path: Path) -> None:
    path = tmp_path / f"model{ending}"
    graph_files.save_keras(graph_files.compiled(graph_files.keras_models()[name]), path, ending)
    found = read(path)
    assert (found.format, found.verdict) == ({".keras": "keras", ".json": "keras-config"}.get(ending, "hdf5"), "ok"), said(found)


@pytest.mark.parametrize("ending", [".keras", ".h5"])
def test_cve_2024_3660_cve_2025_9905_lambda_of_keras(ending: str, tmp_path: Path) -> None:
    model = keras.Sequential([keras.Input((4,)), keras.layers.Lambda(lambda x: x)])
    model.save(tmp_path / f"m{ending}")
    assert read(tmp_path / f"m{ending}").verdict == "block"


@pytest.mark.parametrize("ending", [".keras", ".h5"])
def test_layers_of_the_author(ending: str, tmp_path: Path) -> None:
    class Mine(keras.layers.Layer):  # type: ignore[name-defined, misc]
        def call(self, x: Any) -> Any:
            return x

    model = keras.Sequential([keras.Input((4,)), Mine()])
    model.save(tmp_path / f"m{ending}")
    assert read(tmp_path / f"m{ending}").verdict == "review"


# ONNX


@pytest.mark.parametrize("name", ["add", "choice", "runtime", "trees"])
def test_onnx(name: str, tmp_path: Path) -> None:
    (tmp_path / "model.onnx").write_bytes(graph_files.onnx_models()[name].SerializeToString())
    found = read(tmp_path / "model.onnx")
    assert (found.format, found.verdict) == ("onnx", "ok"), said(found)


def test_external_data_of_onnx(tmp_path: Path) -> None:
    path = tmp_path / "model.onnx"
    onnx.save_model(graph_files.onnx_models()["add"], path, save_as_external_data=True, location="model.onnx_data")
    assert read(path).verdict == "ok"
    held = onnx.load(path, load_external_data=False)
    held.graph.initializer[0].external_data[0].value = "../../secret"
    path.write_bytes(held.SerializeToString())
    assert read(path).verdict == "block"


# R, whose many test files come with rdata


def test_r_of_rdata() -> None:
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
