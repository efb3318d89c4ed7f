"""Files that the libraries ship: of their own tests, examples and tables, by many versions over many years. None was made here."""

from __future__ import annotations

from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

PACKAGES = ("h5py", "joblib", "numpy", "onnx", "scikit-learn", "scipy")
_PARTS = (".pkl", ".pickle", ".joblib", "_pickle_", ".npy", ".npz", ".h5", ".hdf5", ".onnx", ".pb")
_LARGEST = 20_000_000  # bytes


def files() -> Iterator[tuple[str, bytes]]:
    """What has the name of weights in these packages."""
    for package in PACKAGES:
        for file in sorted(metadata.files(package) or []):
            path = Path(str(file.locate()))
            if any(part in path.name for part in _PARTS) and path.suffix not in {".py", ".pyc"} and path.stat().st_size < _LARGEST:
                yield f"shipped-{package}/{'!'.join(file.parts[-3:])}", path.read_bytes()
