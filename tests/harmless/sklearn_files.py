"""Every estimator of scikit-learn, fitted on a little data where it can be: pickled, and dumped by joblib."""

from __future__ import annotations

import io
import pickle
import warnings
import zlib
from typing import TYPE_CHECKING, Any

import joblib
import numpy as np
from sklearn.compose import ColumnTransformer, TransformedTargetRegressor
from sklearn.ensemble import IsolationForest, RandomForestClassifier
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.feature_selection import SelectKBest, mutual_info_classif
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import RBF, ConstantKernel, WhiteKernel
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.metrics import make_scorer, mean_squared_error
from sklearn.model_selection import GridSearchCV
from sklearn.neighbors import KernelDensity
from sklearn.pipeline import FeatureUnion, make_pipeline
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, StandardScaler
from sklearn.utils import all_estimators
from sklearn.utils._test_common.instance_generator import _construct_instances
from threadpoolctl import threadpool_limits

if TYPE_CHECKING:
    from collections.abc import Iterator

RNG = np.random.default_rng(0)
X = np.abs(RNG.normal(size=(40, 4)))
CLASSES = np.arange(40) % 2
NUMBERS = X @ np.array([1.0, 2.0, 0.5, 1.5]) + 0.1
TEXTS = ["a harmless text", "another text of words", "some words more", "and more text"] * 10
# What may be fitted on, the first that an estimator takes.
DATA: tuple[tuple[Any, ...], ...] = (
    (X, CLASSES), (X, NUMBERS), (X,), (X[:, 0], NUMBERS), (X, np.c_[CLASSES, 1 - CLASSES]), (X, np.c_[NUMBERS, NUMBERS]), (TEXTS,), ([{"a": 1}, {"b": 2}],), (CLASSES,),
    ([[1, 2], [3]],), (X, X),
)  # fmt: skip


def _fitted(cls: type) -> Any:
    try:
        estimator = next(iter(_construct_instances(cls)))
    except Exception:  # noqa: BLE001 - an estimator that cannot be made without knowing it is none of ours
        return None
    for data in DATA:
        try:
            return estimator.fit(*data)
        except Exception:  # noqa: BLE001, S112 - what an estimator does not take, the next may be
            continue
    return estimator


def _composed() -> dict[str, Any]:
    kernel = ConstantKernel() * RBF() + WhiteKernel()
    columns = ColumnTransformer([("scale", StandardScaler(), [0, 1]), ("one", OneHotEncoder(), [2])])
    return {
        "pipeline": make_pipeline(StandardScaler(), SelectKBest(mutual_info_classif, k=2), LogisticRegression()).fit(X, CLASSES),
        "text-pipeline": make_pipeline(TfidfVectorizer(ngram_range=(1, 2)), LogisticRegression()).fit(TEXTS, CLASSES),
        "columns": make_pipeline(columns, Ridge()).fit(np.round(X), NUMBERS),
        "union": FeatureUnion([("a", StandardScaler()), ("b", FunctionTransformer(np.log1p))]).fit(X),
        "search": GridSearchCV(RandomForestClassifier(n_estimators=3), {"max_depth": [2, None]}, cv=2, scoring="f1").fit(X, CLASSES),
        "scorer": make_scorer(mean_squared_error, greater_is_better=False),
        "process": GaussianProcessRegressor(kernel).fit(X, NUMBERS),
        "forest": IsolationForest(n_estimators=4).fit(X),
        "density": KernelDensity().fit(X),
        "target": TransformedTargetRegressor(Ridge(), func=np.log, inverse_func=np.exp).fit(X, NUMBERS),
    }


# Of the half that is held out, but a name was vetted because of it: what scipy's splines keep.
_LOOKED_AT = frozenset({"SplineTransformer"})


def held_out(name: str) -> bool:
    """Whether an estimator is one of the half that the list was not looked at with."""
    return zlib.crc32(name.encode()) % 2 == 1 and name not in _LOOKED_AT


def files() -> Iterator[tuple[str, bytes]]:
    """Each estimator in three protocols and by joblib with and without compression; `held-out` where it is of that half."""
    with warnings.catch_warnings(), threadpool_limits(1):  # threads only wait for each other on so little data
        warnings.simplefilter("ignore")
        made = {name: _fitted(cls) for name, cls in all_estimators()} | _composed()
    for index, (name, estimator) in enumerate(made.items()):
        if estimator is None:
            continue
        half = "held-out" if held_out(name) else "tuning"
        for protocol in (2, 3 + index % 2, 5):
            yield f"sklearn-{half}/{name}-{protocol}.pkl", pickle.dumps(estimator, protocol)
        for compress, ending in ((0, "joblib"), (("gzip", 3), "joblib.gz"), (3, "joblib.z")):
            held = io.BytesIO()
            joblib.dump(estimator, held, compress=compress)
            yield f"joblib-sklearn-{half}/{name}.{ending}", held.getvalue()
