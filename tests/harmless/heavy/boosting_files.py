"""Boosters of xgboost and lightgbm. Needs the extra `vetting`."""

from __future__ import annotations

import io
import pickle
from typing import TYPE_CHECKING

import joblib
import lightgbm
import numpy as np
import xgboost

if TYPE_CHECKING:
    from collections.abc import Iterator

X = np.random.default_rng(0).normal(size=(60, 4))
Y = (X[:, 0] > 0).astype(int)


def files() -> Iterator[tuple[str, bytes]]:
    """Each model pickled and dumped by joblib."""
    light = {"n_estimators": 3, "min_child_samples": 2, "verbose": -1}
    models = {
        "xgb-classifier": xgboost.XGBClassifier(n_estimators=3).fit(X, Y),
        "xgb-regressor": xgboost.XGBRegressor(n_estimators=3).fit(X, X[:, 1]),
        "xgb-booster": xgboost.train({"max_depth": 2}, xgboost.DMatrix(X, Y), 2),
        "lgbm-classifier": lightgbm.LGBMClassifier(**light).fit(X, Y),
        "lgbm-regressor": lightgbm.LGBMRegressor(**light).fit(X, X[:, 1]),
        "lgbm-booster": lightgbm.LGBMClassifier(**light).fit(X, Y).booster_,
    }
    for name, model in models.items():
        for protocol in (2, 4, 5):
            yield f"boosting/{name}-{protocol}.pkl", pickle.dumps(model, protocol)
        held = io.BytesIO()
        joblib.dump(model, held)
        yield f"joblib-boosting/{name}.joblib", held.getvalue()
