"""Harmless files of the real libraries: none blocks, and at most one in twenty is to be reviewed, of each library and of all.

    pip install '.[weights-tests]' && pytest -s tests/harmless/corpus.py

Half of the estimators are held out: the vetted list is derived from what the libraries define, and was never looked at with
those. The files that the libraries ship were written by others and by many versions. Both shares are asserted by themselves.
"""

from __future__ import annotations

import graph_files
import header_files
import numpy_files
import pandas_files
import pytest
import python_files
import shipped_files
import sklearn_files
import torch_files
from weighed import MOST_REVIEWED, Weighed, share, shown, weigh

MAKERS = (python_files, numpy_files, pandas_files, sklearn_files, torch_files, header_files, graph_files, shipped_files)
FEWEST = 500
# The libraries by a part of the names of their families, and how many files of each there are at least.
LIBRARIES = {
    "torch": 250, "sklearn": 600, "numpy": 250, "pandas": 150, "joblib": 600, "safetensors": 40, "gguf": 40, "onnx": 100, "hdf5": 25, "keras": 150, "shipped": 200,
}  # fmt: skip

pytestmark = pytest.mark.filterwarnings("ignore")  # of the libraries, which is not what is tried here


@pytest.fixture(scope="module")
def corpus() -> list[Weighed]:
    return shown(list(weigh(MAKERS)))


def test_there_are_many_files(corpus: list[Weighed]) -> None:
    assert len({item.name for item in corpus}) == len(corpus) >= FEWEST


def test_no_harmless_file_is_blocked(corpus: list[Weighed]) -> None:
    assert [item for item in corpus if item.verdict == "block"] == []


def test_few_harmless_files_are_to_be_reviewed(corpus: list[Weighed]) -> None:
    assert share(corpus) <= MOST_REVIEWED


@pytest.mark.parametrize("library", LIBRARIES)
def test_few_files_of_each_library_are_to_be_reviewed(library: str, corpus: list[Weighed]) -> None:
    items = [item for item in corpus if library in item.family]
    assert len(items) >= LIBRARIES[library]
    assert share(items) <= MOST_REVIEWED


def test_few_of_the_estimators_held_out_are_to_be_reviewed(corpus: list[Weighed]) -> None:
    items = [item for item in corpus if item.family.endswith("sklearn-held-out")]
    assert len(items) >= FEWEST
    assert share(items) <= MOST_REVIEWED


def test_what_a_harmless_file_is_is_known(corpus: list[Weighed]) -> None:
    """What is ok is so because it was understood."""
    assert [item.name for item in corpus if item.format is None and item.verdict == "ok"] == []
