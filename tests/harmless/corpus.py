"""Harmless files of the real libraries: none blocks, and at most one in twenty is to be reviewed.

    pip install -e '.[weights-tests]' && pytest -s -W ignore tests/harmless/corpus.py

Half of the estimators are held out: the vetted list is derived from what the libraries define, and was never looked at with
those. Their share is asserted by itself.
"""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import boosting_files
import numpy_files
import pandas_files
import pytest
import python_files
import sklearn_files
import torch_files

from cardlint.weights.budget import Budget
from cardlint.weights.judge import Context, judge
from cardlint.weights.names import Names
from cardlint.weights.reading import Held

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from types import ModuleType

LISTS = Path(__file__).parent.parent.parent / "schemas" / "weights"
MAKERS = (python_files, numpy_files, pandas_files, sklearn_files, torch_files, boosting_files)
FEWEST = 500
MOST_REVIEWED = 0.05


class Weighed(NamedTuple):
    """A file by its name, its verdict and what was said of it."""

    name: str
    verdict: str
    said: tuple[str, ...]

    @property
    def family(self) -> str:
        return self.name.partition("/")[0]


def weigh(makers: Iterable[ModuleType] = MAKERS) -> Iterator[Weighed]:
    """Every file these make, judged."""
    names = Names(*(json.loads((LISTS / f"{kind}.json").read_text("utf-8")) for kind in ("vetted", "dangerous")))
    for maker in makers:
        for name, content in maker.files():
            found = judge(Held(content), Context(names, Budget(), name))
            yield Weighed(
                name, found.verdict, tuple(f"{item.member} {item.message}".strip() for item in found.evidence if item.verdict != "ok")
            )


@pytest.fixture(scope="module")
def corpus() -> list[Weighed]:
    return shown(list(weigh()))


def shown(found: list[Weighed]) -> list[Weighed]:
    """The same, with what is not ok printed."""
    for family in sorted({item.family for item in found}):
        Counter(item.verdict for item in found if item.family == family)
    for item in found:
        if item.verdict != "ok":
            pass
    return found


def share(items: list[Weighed]) -> float:
    return sum(item.verdict != "ok" for item in items) / len(items)


def test_there_are_many_files(corpus: list[Weighed]) -> None:
    assert len(corpus) >= FEWEST


def test_no_harmless_file_is_blocked(corpus: list[Weighed]) -> None:
    assert [item for item in corpus if item.verdict == "block"] == []


def test_few_harmless_files_are_to_be_reviewed(corpus: list[Weighed]) -> None:
    assert share(corpus) <= MOST_REVIEWED


def test_few_of_the_estimators_held_out_are_to_be_reviewed(corpus: list[Weighed]) -> None:
    assert share([item for item in corpus if item.family.endswith("sklearn-held-out")]) <= MOST_REVIEWED
