"""Arrays, scalars, dtypes and random states of numpy: pickled, saved, and dumped by joblib."""

from __future__ import annotations

import io
import pickle
from typing import TYPE_CHECKING, Any

import joblib
import numpy as np
import scipy.sparse

if TYPE_CHECKING:
    from collections.abc import Iterator


def _values() -> dict[str, Any]:
    rng = np.random.default_rng(0)
    record = np.array([(1, 2.5, "ab")], dtype=[("n", "i4"), ("x", "f8"), ("s", "U4")])
    values: dict[str, Any] = {
        f"array-{code.replace('?', 'bool')}": np.zeros((3, 2), dtype=code)
        for code in ["?", "b", "B", "h", "H", "i", "I", "q", "Q", "e", "f", "d", "g", "F", "D", "S5", "U5", "M8[ns]", "m8[s]"]
    }
    values |= {
        "fortran": np.asfortranarray(rng.normal(size=(5, 4))),
        "empty": np.empty((0, 3)),
        "zero": np.array(1.5),
        "large": rng.normal(size=(200, 100)),
        "object": np.array(["a", None, 1, [2, 3]], dtype=object),
        "record": record,
        "recarray": record.view(np.recarray),
        "masked": np.ma.masked_array([1.0, 2.0], mask=[True, False]),
        "matrix": np.asmatrix(np.eye(2)),
        "scalars": [
            np.float64(1.5),
            np.int32(2),
            np.bool_(1),
            np.str_("a"),
            np.datetime64("2026-01-01"),
            np.float32(1),
            np.complex64(1j),
        ],
        "dtypes": [np.dtype("f4"), np.dtype([("a", "i4")]), np.dtype("M8[ns]"), np.dtype("O"), np.float32],
        "generator": rng,
        "state": np.random.RandomState(3),
        "state-tuple": np.random.RandomState(3).get_state(),
        "philox": np.random.Generator(np.random.Philox(1)),
        "sfc": np.random.SFC64(1),
        "seeds": np.random.SeedSequence(5),
        "functions": [np.log1p, np.add, np.mean, np.median],
        "polynomial": np.polynomial.Polynomial([1, 2, 3]),
        "poly1d": np.poly1d([1, 2]),
        "strings": np.array(["a", "bc"], dtype=np.dtypes.StringDType()),
    }
    for form in ("csr", "csc", "coo", "bsr", "dia", "lil", "dok"):
        values[f"sparse-{form}"] = scipy.sparse.random(6, 5, 0.4, format=form, random_state=0)
        values[f"sparray-{form}"] = getattr(scipy.sparse, f"{form}_array")(scipy.sparse.eye(4))
    return values


def files() -> Iterator[tuple[str, bytes]]:
    """Each value in the protocols of the years, and by joblib; arrays as npy and npz."""
    values = _values()
    for name, value in values.items():
        for protocol in (0, 2, 3, 4, 5):
            yield f"numpy/{name}-{protocol}.pkl", pickle.dumps(value, protocol)
        yield f"joblib/{name}.joblib", _joblib(value, 0)
    for name in ("array-d", "array-U5", "fortran", "record", "zero"):
        held = io.BytesIO()
        np.save(held, values[name])
        yield f"npy/{name}.npy", held.getvalue()
        packed = io.BytesIO()
        np.savez_compressed(packed, values[name], other=values["large"])
        yield f"npy/{name}.npz", packed.getvalue()


def _joblib(value: Any, compress: Any) -> bytes:
    held = io.BytesIO()
    joblib.dump(value, held, compress=compress)
    return held.getvalue()
