"""CPython's unpicklers against the machine, in a process of its own: a few thousand streams, or a hundred thousand in the heavy profile."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

SLICES = 4
COUNT = (100_000 if os.environ.get("HYPOTHESIS_PROFILE") == "heavy" else 2_000) // SLICES
FUZZ = Path(__file__).parent / "fuzz_machine.py"


@pytest.mark.parametrize("part", range(SLICES))
def test_no_name_that_an_unpickler_sees_is_missed(part: int) -> None:
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(
        [sys.executable, FUZZ, str(COUNT), str(part * COUNT)], capture_output=True, text=True, check=False, env=environment
    )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
    asked = int(done.stdout.split("ask for ")[1].split()[0])
    assert asked > COUNT // 4  # most streams get somewhere
