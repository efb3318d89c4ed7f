"""Harmless files of every container and compression, written by the real libraries: none is anything but `ok`.

Not collected with the other tests, because the libraries are large: `pip install '.[weights-tests]'`, then
`pytest tests/harmless/archives.py`. Nothing is loaded.
"""

from __future__ import annotations

import bz2
import gzip
import io
import json
import lzma
import os
import pickle
import tarfile
import zipfile
import zlib
from typing import TYPE_CHECKING, Any, NamedTuple

import joblib
import lz4.frame
import numpy as np
import pandas as pd
import py7zr
import pytest
import skops.io
import torch
from backports import zstd
from sklearn.datasets import make_classification
from sklearn.ensemble import GradientBoostingClassifier, HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from sklearn.svm import SVC
from torch import nn

from cardlint.weightlists import names
from cardlint.weights.budget import Budget
from cardlint.weights.judge import Context, judge

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from cardlint.weights.verdict import Judgement

pytestmark = pytest.mark.filterwarnings("ignore")  # of the libraries, which is not what is tried here


class OnDisk:
    """A file that counts what is read of it."""

    def __init__(self, path: Path, *, near: bool) -> None:
        self.path, self.near, self.size = path, near, path.stat().st_size
        self.reads = self.bytes = 0

    def read(self, start: int, size: int) -> bytes:
        with self.path.open("rb") as file:
            file.seek(start)
            held = file.read(size)
        self.reads += 1
        self.bytes += len(held)
        return held


def judged(path: Path, *, near: bool = True) -> Judgement:
    return judge(OnDisk(path, near=near), Context(names(), Budget(), path.name))


class Net(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.first, self.second = nn.Linear(8, 16), nn.Linear(16, 2)
        self.register_buffer("table", torch.arange(5))
        self.fixed = torch.ones(3)

    def forward(self, given: torch.Tensor) -> torch.Tensor:
        return self.second(torch.relu(self.first(given))) + self.fixed[:2]


def _tensors() -> dict[str, Any]:
    whole = torch.arange(100, dtype=torch.float32)
    kinds = (torch.float64, torch.float16, torch.bfloat16, torch.int64, torch.int32, torch.int16, torch.int8, torch.uint8, torch.bool,
             torch.complex64, torch.complex128)  # fmt: skip
    return {
        "whole": whole, "part": whole[10:20], "turned": whole.reshape(10, 10).T, "empty": torch.empty(0, 3), "scalar": torch.tensor(3.5),
        **{str(kind): torch.zeros(7, dtype=kind) for kind in kinds},
    }  # fmt: skip


def _torch(thing: Callable[[], Any], **options: Any) -> Callable[[Path], None]:
    return lambda path: torch.save(thing(), path, **options)


def _legacy(thing: Callable[[], Any], **options: Any) -> Callable[[Path], None]:
    return _torch(thing, _use_new_zipfile_serialization=False, **options)


def _trained() -> Any:
    net = Net()
    optimiser = torch.optim.AdamW(net.parameters())
    net(torch.zeros(1, 8)).sum().backward()
    optimiser.step()
    return {"model": net.state_dict(), "optimiser": optimiser.state_dict(), "epoch": 3, "random": torch.get_rng_state()}


def _whole() -> nn.Module:
    return nn.Sequential(nn.Linear(8, 16), nn.ReLU(), nn.BatchNorm1d(16), nn.Linear(16, 2))


def _odd_tensors() -> dict[str, Any]:
    return {
        "sparse": torch.eye(4).to_sparse(), "csr": torch.eye(4).to_sparse_csr(),
        "quantized": torch.quantize_per_tensor(torch.ones(4), 0.1, 0, torch.qint8),
        "float8": torch.ones(4).to(torch.float8_e4m3fn), "uint16": torch.ones(4).to(torch.uint16),
        "parameter": nn.Parameter(torch.ones(4)), "size": torch.Size([1, 2]), "device": torch.device("cpu"), "dtype": torch.float16,
    }  # fmt: skip


def _mobile(path: Path) -> None:
    torch.jit.script(Net().eval())._save_for_lite_interpreter(str(path))  # noqa: SLF001 - there is no public way


def _exported(path: Path) -> None:
    torch.export.save(torch.export.export(Net().eval(), (torch.zeros(1, 8),)), path)


def _repacked(path: Path, make: Callable[[Path], None], method: int) -> None:
    """A torch archive that somebody unpacked and packed again."""
    make(path)
    with zipfile.ZipFile(path) as old:
        members = [(item.filename, old.read(item)) for item in old.infolist()]
    with zipfile.ZipFile(path, "w", method) as new:
        for name, held in members:
            new.writestr(name, held)


TORCH: dict[str, Callable[[Path], Any]] = {
    "state.pt": _torch(_tensors), "trained.ckpt": _torch(_trained), "odd.pth": _torch(_odd_tensors), "module.pt": _torch(_whole),
    "sub.bin": _torch(lambda: Net().state_dict()), "empty.pt": _torch(dict), "list.pt": _torch(lambda: [torch.ones(3), "text", 1.5, None]),
    "legacy.pt": _legacy(_tensors), "legacy-odd.pt": _legacy(_odd_tensors), "legacy-module.pth": _legacy(_whole), "legacy-empty.pt": _legacy(dict),
    **{f"protocol{number}.pt": _torch(_tensors, pickle_protocol=number) for number in (2, 3, 4, 5)},
    **{f"legacy{number}.pt": _legacy(_trained, pickle_protocol=number) for number in (2, 3, 4, 5)},
    "script.pt": lambda path: torch.jit.script(Net().eval()).save(str(path)),
    "trace.pt": lambda path: torch.jit.trace(Net().eval(), torch.zeros(1, 8)).save(str(path)),
    "mobile.ptl": _mobile, "exported.pt2": _exported,
    "repacked.pt": lambda path: _repacked(path, _torch(_trained), zipfile.ZIP_STORED),
    "deflated.pt": lambda path: _repacked(path, _torch(dict), zipfile.ZIP_DEFLATED),
    "tensor.pkl": lambda path: path.write_bytes(pickle.dumps({"a": torch.ones(5), "b": torch.arange(3)})),
    "tensor2.pkl": lambda path: path.write_bytes(pickle.dumps({"a": torch.ones(2000)}, protocol=2)),
    "tensor.joblib": lambda path: joblib.dump({"a": torch.ones(5), "b": np.ones(4)}, path),
}  # fmt: skip

STRUCTURED = np.dtype([("x", "<f4"), ("name", "U7"), ("at", "M8[s]"), ("box", "<i2", (2, 3)), ("in", [("a", "u1"), ("b", ">c16")])])
ARRAYS: dict[str, Any] = {
    "floats": np.linspace(0, 1, 999), "fortran": np.asfortranarray(np.ones((4, 5))), "scalar": np.array(3), "empty": np.zeros((0, 4)),
    "text": np.array(["one", "three"]), "bytes": np.array([b"ab", b"c"]), "bools": np.array([True, False]), "big": np.arange(5, dtype=">i4"),
    "half": np.ones(3, "f2"), "complex": np.ones(3, "c8"), "dates": np.array(["2026-01-01"], "M8[D]"), "spans": np.array([1], "m8[ms]"),
    "void": np.zeros(3, "V5"), "structured": np.zeros(4, STRUCTURED), "aligned": np.zeros(3, np.dtype([("a", "u1"), ("b", "f8")], align=True)),
    "objects": np.array([{"a": 1}, None, "x" * 5000], dtype=object), "mixed": np.zeros(2, np.dtype([("a", "f4"), ("o", "O")])),
    "long": np.array([f"category {number}" for number in range(300)], dtype=object),
}  # fmt: skip
PLAIN = {name: array for name, array in ARRAYS.items() if not array.dtype.hasobject}


def _saved(*arrays: Any) -> Callable[[Path], None]:
    def write(path: Path) -> None:
        with path.open("wb") as file:
            for array in arrays:
                np.save(file, array)

    return write


NUMPY: dict[str, Callable[[Path], Any]] = {
    **{f"{name}.npy": _saved(array) for name, array in ARRAYS.items()},
    "several.npy": _saved(*PLAIN.values()), "wide.npy": _saved(np.zeros(2, [(f"column {index}", "f4") for index in range(1500)])),
    "greek.npy": _saved(np.zeros(2, [("αβγ", "f4")])),
    "all.npz": lambda path: np.savez(path, **ARRAYS), "packed.npz": lambda path: np.savez_compressed(path, **ARRAYS),
    "plain.npz": lambda path: np.savez(path, **PLAIN), "unnamed.npz": lambda path: np.savez(path, np.ones(3), np.zeros(4)),
    "large.npz": lambda path: np.savez(path, a=np.zeros(3_000_000), b=np.ones(10)),
    "noise.npz": lambda path: np.savez_compressed(path, a=np.random.default_rng(0).random(500_000)),
}  # fmt: skip


def _models() -> dict[str, Any]:
    given, wanted = make_classification(120, 8, random_state=0)
    texts = ["a harmless text", "another text", "three words more"] * 5
    plain = {
        "logistic": LogisticRegression(), "forest": RandomForestClassifier(5), "boosting": GradientBoostingClassifier(n_estimators=3),
        "histogram": HistGradientBoostingClassifier(max_iter=3), "svm": SVC(), "neighbours": KNeighborsClassifier(),
        "pipeline": make_pipeline(StandardScaler(), LogisticRegression()),
    }  # fmt: skip
    return {
        **{name: model.fit(given, wanted) for name, model in plain.items()},
        "categories": OneHotEncoder().fit(np.array([["a", "b"], ["c", "d"]], dtype=object)),
        "words": TfidfVectorizer().fit(texts),
    }


MODELS = _models()
FRAMES: dict[str, Any] = {
    "frame": pd.DataFrame({"a": [1.0, 2.0], "b": ["x", "y"], "c": pd.Categorical(["p", "q"]), "d": pd.date_range("2026", periods=2)}),
    "series": pd.Series(range(500), name="numbers"),
}


def _dumped(thing: Any, **options: Any) -> Callable[[Path], Any]:
    return lambda path: joblib.dump(thing, path, **options)


def _pickled(thing: Any, protocol: int) -> Callable[[Path], Any]:
    return lambda path: path.write_bytes(pickle.dumps(thing, protocol=protocol))


def _skops(thing: Any, method: int) -> Callable[[Path], Any]:
    return lambda path: skops.io.dump(thing, path, compression=method)


def _frame(path: Path) -> None:
    FRAMES["frame"].to_pickle(path)


JOBLIB: dict[str, Callable[[Path], Any]] = {
    **{
        f"{name}-{method}.joblib": _dumped(thing, compress=method and (method, 3))
        for method in (0, "zlib", "gzip", "bz2", "lzma", "xz", "lz4")
        for name, thing in {**MODELS, **ARRAYS, **FRAMES, "many": [*ARRAYS.values()] * 3}.items()
    },
    **{f"arrays-protocol{number}.pkl": _dumped({**ARRAYS, **MODELS}, protocol=number) for number in range(6)},
}
PICKLES: dict[str, Callable[[Path], Any]] = {
    f"{name}-{number}.pkl": _pickled(thing, number) for number in range(6) for name, thing in {**MODELS, **FRAMES, "arrays": ARRAYS}.items()
}
PANDAS: dict[str, Callable[[Path], Any]] = {
    f"frame.pkl{ending}": _frame for ending in ("", ".gz", ".bz2", ".xz", ".zip", ".tar", ".tar.gz")
}
SKOPS: dict[str, Callable[[Path], Any]] = {
    f"{name}{method}.skops": _skops(thing, method)
    for method in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2)
    for name, thing in MODELS.items()
}
PAYLOAD = pickle.dumps({"weights": list(range(3000)), "name": "x" * 9000})
PACKED: dict[str, bytes] = {
    "m.pkl.gz": gzip.compress(PAYLOAD), "m.pkl.bz2": bz2.compress(PAYLOAD), "m.pkl.xz": lzma.compress(PAYLOAD), "m.pkl.z": zlib.compress(PAYLOAD),
    "m.pkl.lzma": lzma.compress(PAYLOAD, lzma.FORMAT_ALONE), "m.pkl.lz4": lz4.frame.compress(PAYLOAD), "m.pkl.zst": zstd.compress(PAYLOAD),
    "m.pkl": zlib.compress(PAYLOAD), "two.pkl.gz": gzip.compress(PAYLOAD[:100]) + gzip.compress(PAYLOAD[100:]),
    "two.pkl.bz2": bz2.compress(PAYLOAD[:100]) + bz2.compress(PAYLOAD[100:]), "two.pkl.xz": lzma.compress(PAYLOAD[:9]) + lzma.compress(PAYLOAD[9:]),
    "two.pkl.zst": zstd.compress(PAYLOAD[:9]) + zstd.compress(PAYLOAD[9:]), "twice.pkl.gz.xz": lzma.compress(gzip.compress(PAYLOAD)),
    "padded.pkl.gz": gzip.compress(PAYLOAD) + b"\0" * 512, "text.csv.gz": gzip.compress(b"a,b\n1,2\n" * 9999),
    "best.pkl.xz": lzma.compress(PAYLOAD, preset=9), "empty.pkl.gz": gzip.compress(b""),
}  # fmt: skip
CONFIG = b"""target: nemo.collections.asr.models.ctc_bpe_models.EncDecCTCModelBPE
preprocessor:
  _target_: nemo.collections.asr.modules.AudioToMelSpectrogramPreprocessor
  sample_rate: 16000
encoder: {_target_: nemo.collections.asr.modules.ConformerEncoder, feat_in: 80}
decoder:
  _target_: nemo.collections.asr.modules.ConvASRDecoder
  vocabulary: &words [a, b]
others: *words
"""


def _bytes(make: Callable[[Any], Any]) -> bytes:
    held = io.BytesIO()
    make(held)
    return held.getvalue()


def _tar(mode: str, form: int) -> Callable[[Path], None]:
    def write(path: Path) -> None:
        with tarfile.open(path, mode, format=form) as archive:
            for name, held in (
                ("./model_config.yaml", CONFIG), ("./model_weights.ckpt", _bytes(_torch(_trained))), ("./" + "long/" * 40 + "vocab.txt", b"a\nb\n"),
                ("./naïve/ünïcode.txt", b"text"), ("./empty", b""), ("./model.pkl", PAYLOAD),
            ):  # fmt: skip
                info = tarfile.TarInfo(name)
                info.size = len(held)
                archive.addfile(info, io.BytesIO(held))
            for name, kind, target in (
                ("./folder", tarfile.DIRTYPE, ""), ("./folder/latest", tarfile.SYMTYPE, "../model.pkl"), ("./again.pkl", tarfile.LNKTYPE, "./model.pkl"),
            ):  # fmt: skip
                info = tarfile.TarInfo(name)
                info.type, info.linkname = kind, target
                archive.addfile(info)

    return write


TARS: dict[str, Callable[[Path], Any]] = {
    f"{name}{ending}": _tar(mode, form)
    for name, form in (("gnu", tarfile.GNU_FORMAT), ("pax", tarfile.PAX_FORMAT))
    for ending, mode in (
        (".nemo", "w"), ("-gz.nemo", "w:gz"), (".tar", "w"), (".tar.gz", "w:gz"), (".tgz", "w:gz"), (".tar.bz2", "w:bz2"), (".tar.xz", "w:xz"),
    )
}  # fmt: skip


def _seven(*filters: int) -> Callable[[Path], None]:
    def write(path: Path) -> None:
        with py7zr.SevenZipFile(path, "w", filters=[{"id": number} for number in filters] or None) as archive:
            archive.writestr(PAYLOAD, "model/data.pkl")
            archive.writestr("text", "model/read me.txt")
            archive.writestr(b"", "model/empty")

    return write


class Streamed(NamedTuple):
    """What cannot be moved in, so that sizes stand behind the data."""

    file: io.BytesIO

    def write(self, held: bytes) -> int:
        return self.file.write(held)

    def flush(self) -> None:
        self.file.flush()


def _zipped(method: int, *, streamed: bool = False) -> Callable[[Path], None]:
    def write(path: Path) -> None:
        held = io.BytesIO()
        sink: Any = Streamed(held) if streamed else held
        with zipfile.ZipFile(sink, "w", method) as archive:
            archive.writestr("model/", b"")
            archive.writestr("model/data.bin", os.urandom(99))
            archive.writestr("model/weights.pkl", PAYLOAD)
            archive.writestr("model/größe.txt", "text" * 9)
            archive.comment = b"" if streamed else b"a comment"
        path.write_bytes(held.getvalue())

    return write


def _nested(path: Path) -> None:
    """An archive in an archive, once as it is and once packed again."""
    _zipped(8)(path)
    inner = path.read_bytes()
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("inner.zip", inner)
        archive.writestr(zipfile.ZipInfo("again.zip"), inner, zipfile.ZIP_DEFLATED)


OTHERS: dict[str, Callable[[Path], Any]] = {
    "default.7z": _seven(), "lzma.7z": _seven(py7zr.FILTER_LZMA), "lzma2.7z": _seven(py7zr.FILTER_LZMA2), "bzip2.7z": _seven(py7zr.FILTER_BZIP2),
    "deflate.7z": _seven(py7zr.FILTER_DEFLATE), "copy.7z": _seven(py7zr.FILTER_COPY),
    "stored.zip": _zipped(0), "deflated.zip": _zipped(8), "bzip2.zip": _zipped(12), "streamed.zip": _zipped(8, streamed=True),
    "streamed-stored.zip": _zipped(0, streamed=True), "nested.zip": _nested,
}  # fmt: skip
FILES: dict[str, Callable[[Path], Any]] = {
    **TORCH, **NUMPY, **JOBLIB, **PICKLES, **PANDAS, **SKOPS, **TARS, **OTHERS,
    **{name: lambda path, held=held: path.write_bytes(held) for name, held in PACKED.items()},
}  # fmt: skip


@pytest.mark.parametrize("near", [True, False], ids=["near", "far"])
@pytest.mark.parametrize("name", FILES)
def test_harmless(name: str, near: bool, tmp_path: Path) -> None:
    path = tmp_path / name
    FILES[name](path)
    found = judged(path, near=near)
    assert not found.evidence, found
    assert found.format


@pytest.mark.parametrize("old", [True, False], ids=["legacy", "zip"])
def test_a_module_of_the_author_is_to_be_reviewed(old: bool, tmp_path: Path) -> None:
    torch.save(Net(), tmp_path / "module.pt", _use_new_zipfile_serialization=not old)
    found = judged(tmp_path / "module.pt")
    assert found.verdict == "review"
    assert {item.about for item in found.evidence} == {f"{__name__}.Net"}


def test_there_are_enough() -> None:
    assert len(FILES) > 400


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("large") / "model.pt"
    torch.save({f"layer.{index}.weight": torch.zeros(525_000) for index in range(100)}, path)
    return path


@pytest.mark.parametrize(("near", "reads", "size"), [(True, 250, 65_536), (False, 2, 32_768)], ids=["near", "far"])
def test_a_large_torch_archive_is_read_in_parts(large: Path, near: bool, reads: int, size: int) -> None:
    reader = OnDisk(large, near=near)
    assert reader.size > 210_000_000
    found = judge(reader, Context(names(), Budget(), "model.pt"))
    print(json.dumps({"near": near, "reads": reader.reads, "bytes": reader.bytes}))  # noqa: T201 - what is measured
    assert found.verdict == "ok"
    assert reader.reads <= reads
    assert reader.bytes <= size
    assert any("100 tensor payloads" in reason for reason in found.inert)
