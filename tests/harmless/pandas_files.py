"""Frames and series of pandas with every kind of column and index."""

from __future__ import annotations

import pickle
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Iterator


def _values() -> dict[str, Any]:
    days = pd.date_range("2026-01-01", periods=4, freq="D")
    columns: dict[str, Any] = {
        "int64": [1, 2, 3, 4], "float": [1.5, None, 2, 3], "bool": [True, False, True, True], "text": ["a", "b", None, "d"],
        "object": pd.Series([1, "a", None, (2,)], dtype=object), "category": pd.Categorical(["x", "y", "x", None], ordered=True),
        "datetime": days, "zoned": days.tz_localize("Europe/Berlin"), "utc": days.tz_localize("UTC"), "timedelta": days - days[0],
        "period": pd.period_range("2026-01", periods=4, freq="M"), "interval": pd.interval_range(0, 4), "Int64": pd.array([1, None, 3, 4], dtype="Int64"),
        "Float64": pd.array([1.5, None, 3, 4], dtype="Float64"), "boolean": pd.array([True, None, False, True], dtype="boolean"),
        "string": pd.array(["a", None, "c", "d"], dtype="string"), "sparse": pd.arrays.SparseArray([0, 0, 1, 0]), "complex": [1j, 2, 3, 4],
    }  # fmt: skip
    values: dict[str, Any] = {f"column-{name}": pd.DataFrame({name: held}) for name, held in columns.items()}
    values |= {f"series-{name}": pd.Series(held, name=name) for name, held in columns.items()}
    whole = pd.DataFrame(columns)
    indexes: dict[str, Any] = {
        "range": pd.RangeIndex(4), "int": pd.Index([3, 1, 2, 0]), "text": pd.Index(list("abcd"), name="id"), "datetime": days, "zoned": days.tz_localize("UTC"),
        "timedelta": pd.timedelta_range("1h", periods=4), "period": pd.period_range("2026", periods=4, freq="Y"), "interval": pd.interval_range(0, 4),
        "category": pd.CategoricalIndex(list("abca")), "multi": pd.MultiIndex.from_product([["a", "b"], [1, 2]], names=["x", "y"]),
        "months": pd.date_range("2026-01-31", periods=4, freq="ME"), "business": pd.bdate_range("2026-01-01", periods=4), "weeks": pd.date_range("2026", periods=4, freq="W-WED"),
    }  # fmt: skip
    values |= {f"index-{name}": whole[["int64", "text"]].set_axis(held) for name, held in indexes.items()}
    values |= {f"bare-index-{name}": held for name, held in indexes.items()}
    values |= {
        "whole": whole,
        "empty": pd.DataFrame(),
        "wide": pd.DataFrame(np.zeros((3, 120)), columns=[f"c{i}" for i in range(120)]),
        "scalars": [
            pd.Timestamp("2026-01-01", tz="UTC"),
            pd.Timestamp("2026"),
            pd.Timedelta("1h"),
            pd.Period("2026", "M"),
            pd.Interval(0, 1),
            pd.NaT,
            pd.NA,
        ],
        "offsets": [pd.offsets.MonthEnd(2), pd.offsets.BDay(), pd.DateOffset(months=1), pd.offsets.Hour(3), pd.offsets.Week(weekday=1)],
        "dtypes": [
            pd.CategoricalDtype(["a"]),
            pd.DatetimeTZDtype("ns", "UTC"),
            pd.Int64Dtype(),
            pd.PeriodDtype("M"),
            pd.IntervalDtype("int64"),
            pd.SparseDtype(int),
        ],
        "attrs": _with_attributes(whole[["int64"]]),
        "dictionary": {"mean": whole[["int64", "float"]].mean(), "frame": whole[["text"]]},
    }
    return values


def _with_attributes(frame: pd.DataFrame) -> pd.DataFrame:
    frame = frame.copy()
    frame.attrs["source"] = {"url": "none"}
    return frame


def files() -> Iterator[tuple[str, bytes]]:
    """Each value in the protocols pandas has used."""
    for name, value in _values().items():
        for protocol in (2, 4, 5):
            yield f"pandas/{name}-{protocol}.pkl", pickle.dumps(value, protocol)
