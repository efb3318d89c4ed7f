"""Every parser of weights against damaged files: a few of each format, or thousands in the heavy profile, in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from fuzz_parsers import cases, tried
from seeds import seeds

from cardlint.weights.judge import MODULES

HEAVY = os.environ.get("HYPOTHESIS_PROFILE") == "heavy"
FUZZ = Path(__file__).parent / "fuzz_parsers.py"
SEEDS = seeds()


@pytest.mark.parametrize("kind", sorted(SEEDS))
def test_no_file_makes_a_parser_raise(kind: str) -> None:
    for _, _, content, name in cases(30, 0, [kind]):
        for near in (True, False):
            tried(content, name, near=near)


if HEAVY:

    @pytest.mark.parametrize("kind", sorted(SEEDS))
    def test_no_file_makes_a_parser_raise_hang_or_grow(kind: str) -> None:
        count = "3000" if kind in MODULES else "100"
        environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
        done = subprocess.run([sys.executable, FUZZ, count, "1000", kind], capture_output=True, text=True, check=False, env=environment)
        assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]


def test_every_format_that_is_looked_into_has_its_seeds() -> None:
    assert MODULES.keys() <= SEEDS.keys()
    assert all(SEEDS.values())
