"""What torch saves: state dicts, optimisers, whole modules, quantised and sparse tensors, TorchScript, the legacy format."""

from __future__ import annotations

import io
import pickle
import warnings
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import nn

if TYPE_CHECKING:
    from collections.abc import Iterator

DTYPES = [
    "float32",
    "float64",
    "float16",
    "bfloat16",
    "complex64",
    "complex128",
    "uint8",
    "int8",
    "int16",
    "int32",
    "int64",
    "bool",
    "float8_e4m3fn",
    "float8_e5m2",
    "uint16",
    "uint32",
    "uint64",
]
OPTIMISERS = ["Adam", "AdamW", "SGD", "RMSprop", "Adagrad", "Adadelta", "Adamax", "NAdam", "RAdam", "ASGD", "Rprop", "LBFGS"]


def _layers() -> dict[str, nn.Module]:
    shapes: dict[str, Any] = {
        "Linear": (4, 3), "Bilinear": (2, 3, 4), "Conv1d": (2, 3, 3), "Conv2d": (2, 3, 3), "Conv3d": (2, 3, 3), "ConvTranspose2d": (2, 3, 3),
        "BatchNorm1d": (4,), "BatchNorm2d": (4,), "LayerNorm": (4,), "GroupNorm": (2, 4), "InstanceNorm2d": (4,), "RMSNorm": (4,),
        "Embedding": (10, 4), "EmbeddingBag": (10, 4), "LSTM": (4, 5), "GRU": (4, 5), "RNN": (4, 5), "LSTMCell": (4, 5), "MultiheadAttention": (8, 2),
        "TransformerEncoderLayer": (8, 2, 16), "TransformerDecoderLayer": (8, 2, 16), "Dropout": (0.1,), "MaxPool2d": (2,), "AvgPool3d": (2,),
        "AdaptiveAvgPool2d": (1,), "Upsample": (None, 2), "PixelShuffle": (2,), "Softmax": (1,), "PReLU": (), "GELU": (), "SiLU": (), "ReLU6": (),
        "CrossEntropyLoss": (), "BCEWithLogitsLoss": (), "MSELoss": (), "CTCLoss": (), "TripletMarginLoss": (), "Flatten": (), "Unfold": (2,),
        "ZeroPad2d": (1,), "ReflectionPad2d": (1,), "CosineSimilarity": (), "Identity": (), "Threshold": (0.1, 0.2), "Hardswish": (), "Mish": (),
    }  # fmt: skip
    return {name: getattr(nn, name)(*arguments) for name, arguments in shapes.items()}


def _models() -> dict[str, nn.Module]:
    return {
        "mlp": nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.BatchNorm1d(8), nn.Linear(8, 2)),
        "nested": nn.Sequential(
            nn.ModuleList([nn.Linear(2, 2)]), nn.ModuleDict({"a": nn.Conv2d(1, 2, 3)}), nn.ParameterList([nn.Parameter(torch.ones(2))])
        ),
        "transformer": nn.Transformer(8, 2, 1, 1, 16),
        "encoder-gelu": nn.TransformerEncoderLayer(8, 2, 16, activation=nn.functional.gelu),
        "weight-norm": nn.utils.parametrizations.weight_norm(nn.Linear(3, 3)) and nn.Linear(3, 3),
        "spectral": nn.utils.spectral_norm(nn.Linear(3, 3)),
        "pruned": _pruned(),
        "quantised": torch.ao.quantization.quantize_dynamic(nn.Sequential(nn.Linear(4, 4), nn.ReLU()), {nn.Linear}, torch.qint8),
        "parameter-dict": nn.ParameterDict({"a": nn.Parameter(torch.ones(2))}),
    }


def _pruned() -> nn.Module:
    from torch.nn.utils import prune

    layer = nn.Linear(4, 4)
    prune.l1_unstructured(layer, "weight", 0.5)
    prune.remove(layer, "weight")
    return layer


def _tensors() -> dict[str, Any]:
    made: dict[str, Any] = {f"tensor-{name}": torch.zeros(3, 4).to(getattr(torch, name)) for name in DTYPES}
    base = torch.arange(24.0).reshape(4, 6)
    made |= {
        "views": {"a": base[1:], "b": base.t(), "c": base},
        "scalar": torch.tensor(3.5), "empty": torch.empty(0, 3), "parameter": nn.Parameter(base), "grad": base.clone().requires_grad_(),
        "buffer": nn.Buffer(base), "storage": base.untyped_storage(), "conjugate": torch.tensor([1 + 2j]).conj(), "negative": torch.tensor([1 + 2j]).conj().imag,
        "meta": torch.empty(3, device="meta"), "channels-last": torch.zeros(1, 3, 4, 4).to(memory_format=torch.channels_last),
        "coo": base.to_sparse(), "csr": base.to_sparse_csr(), "csc": base.to_sparse_csc(), "bsr": base.to_sparse_bsr((2, 2)),
        "per-tensor": torch.quantize_per_tensor(base, 0.1, 3, torch.quint8),
        "per-channel": torch.quantize_per_channel(base, torch.ones(4), torch.zeros(4, dtype=torch.long), 0, torch.qint8),
        "nested-tensor": torch.nested.nested_tensor([torch.ones(2), torch.ones(3)]),
        "attributes": _with_attribute(), "dtypes": {"d": torch.float16, "dev": torch.device("cpu"), "size": torch.Size([1, 2]), "layout": torch.strided},
        "list": [base, base.int()], "state": {"epoch": 3, "metrics": {"loss": 0.5}, "best": torch.tensor(1), "rng": torch.get_rng_state(), "numpy": np.random.RandomState(1).get_state()},
    }  # fmt: skip
    return made


def _with_attribute() -> nn.Parameter:
    held = nn.Parameter(torch.ones(2))
    held.quant_state = {"a": 1}  # type: ignore[attr-defined]
    return held


def _optimisers() -> dict[str, Any]:
    made: dict[str, Any] = {}
    for name in OPTIMISERS:
        layer = nn.Linear(3, 2)
        optimiser = getattr(torch.optim, name)(layer.parameters(), lr=0.1)
        layer(torch.ones(1, 3)).sum().backward()
        optimiser.step(lambda: torch.tensor(0.0)) if name == "LBFGS" else optimiser.step()
        schedule = torch.optim.lr_scheduler.StepLR(optimiser, 2)
        made[name] = {"model": layer.state_dict(), "optimizer": optimiser.state_dict(), "scheduler": schedule.state_dict(), "epoch": 1}
        if name in {"Adam", "SGD"}:
            made[f"{name}-whole"] = optimiser
    schedules = torch.optim.lr_scheduler
    plain = torch.optim.SGD(nn.Linear(2, 2).parameters(), lr=0.1)
    for schedule in (
        schedules.CosineAnnealingLR(plain, 3),
        schedules.ReduceLROnPlateau(plain),
        schedules.OneCycleLR(plain, 0.1, total_steps=5),
    ):
        made[type(schedule).__name__] = schedule.state_dict()
    made["scaler"] = torch.amp.GradScaler("cpu").state_dict()
    return made


def _saved(value: Any, **options: Any) -> bytes:
    held = io.BytesIO()
    torch.save(value, held, **options)
    return held.getvalue()


def _script() -> Iterator[tuple[str, bytes]]:
    for name, model, shape in (
        ("mlp", _models()["mlp"].eval(), (2, 4)),
        ("conv", nn.Conv2d(1, 2, 3), (1, 1, 5, 5)),
        ("lstm", nn.LSTM(4, 3), (2, 1, 4)),
    ):
        held = io.BytesIO()
        torch.jit.save(torch.jit.trace(model, torch.zeros(shape)), held)
        yield f"torchscript/{name}-traced.pt", held.getvalue()
        held = io.BytesIO()
        torch.jit.save(torch.jit.script(model), held)
        yield f"torchscript/{name}-scripted.pt", held.getvalue()


def files() -> Iterator[tuple[str, bytes]]:
    """All of them, in the zip format; some in the legacy format, and by pickle without torch's help."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield from _all()


def _all() -> Iterator[tuple[str, bytes]]:
    for name, module in (_layers() | _models()).items():
        yield f"torch/{name}-state.bin", _saved(module.state_dict())
        yield f"torch/{name}-whole.pt", _saved(module)
        yield f"torch-legacy/{name}.pth", _saved(module.state_dict(), _use_new_zipfile_serialization=False)
    for name, value in (_tensors() | _optimisers()).items():
        yield f"torch/{name}.pt", _saved(value)
        yield f"torch/{name}-4.pt", _saved(value, pickle_protocol=4)
    for name in ("views", "scalar", "parameter", "dtypes", "list"):
        yield f"torch-legacy/{name}.pt", _saved(_tensors()[name], _use_new_zipfile_serialization=False)
        yield f"torch-pickled/{name}.pkl", pickle.dumps(_tensors()[name])
    yield from _script()
