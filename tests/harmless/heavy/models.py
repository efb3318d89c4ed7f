"""Models and options that other libraries save whole: none blocks, and at most one in twenty is to be reviewed.

pip install -e '.[vetting]' && pytest -s tests/harmless/heavy/models.py
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

import boosting_files
import model_files
import pytest
from weighed import MOST_REVIEWED, Weighed, share, shown, weigh

pytestmark = pytest.mark.filterwarnings("ignore")  # of the libraries, which is not what is tried here


@pytest.fixture(scope="module")
def models() -> list[Weighed]:
    return shown(list(weigh([model_files, boosting_files])))


def test_no_harmless_model_is_blocked(models: list[Weighed]) -> None:
    assert [item for item in models if item.verdict == "block"] == []


def test_few_harmless_models_are_to_be_reviewed(models: list[Weighed]) -> None:
    assert len(models) >= 70
    assert share(models) <= MOST_REVIEWED
