"""Every parser of weights against thousands of damaged files of its format, in a process whose memory is limited."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from seeds import seeds

from cardlint.weights.judge import MODULES

FUZZ = Path(__file__).parent / "fuzz_parsers.py"


@pytest.mark.parametrize("kind", sorted(seeds()))
def test_no_file_makes_a_parser_raise_hang_or_grow(kind: str) -> None:
    count = 1_000 if kind in MODULES else 100
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run([sys.executable, FUZZ, str(count), "1000", kind], capture_output=True, text=True, check=False, env=environment)
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
    assert f"{count} files, 0 wrong" in done.stdout
