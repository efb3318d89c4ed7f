"""CPython's unpicklers against the machine, in a process of its own: two thousand streams; `heavy_machine.py` has many more."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

SLICES, COUNT = 4, 500
FUZZ = Path(__file__).parent / "fuzz_machine.py"
SAID = re.compile(r"(\d+) streams that ask for (\d+) names: 0 of them")


def compared(count: int, seed: int) -> tuple[int, int]:
    """How many streams were compared, and how many names they ask for."""
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run([sys.executable, FUZZ, str(count), str(seed)], capture_output=True, text=True, check=False, env=environment)
    said = SAID.search(done.stdout)
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
    assert said, done.stdout[-4000:]
    return int(said[1]), int(said[2])


@pytest.mark.parametrize("part", range(SLICES))
def test_no_name_that_an_unpickler_sees_is_missed(part: int) -> None:
    streams, asked = compared(COUNT, part * COUNT)
    assert streams == COUNT
    assert asked > COUNT // 4  # most streams get somewhere
