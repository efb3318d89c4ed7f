"""Files that ask for too much, each in a process of its own: none takes two seconds, or 200 MB."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hostile import FILES, name_of

# Two seconds on a machine that does nothing else; a busy one has some room.
MOST_SECONDS, ROOM, MOST_BYTES = 2.0, 3, 200_000_000
ONE = Path(__file__).parent / "fuzz_one.py"


@pytest.mark.parametrize("what", FILES)
def test_no_file_takes_more_than_it_may(what: str, tmp_path: Path, record_property: Callable[[str, object], None]) -> None:
    path = tmp_path / name_of(what)
    path.write_bytes(FILES[what]())
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run([sys.executable, ONE, path], capture_output=True, text=True, check=False, env=environment, timeout=60)
    path.unlink()
    assert done.returncode == 0, done.stderr[-2000:]
    verdict, seconds, grown = done.stdout.split()
    record_property("took", f"{verdict}, {seconds} s, {int(grown):,} bytes")
    assert float(seconds) < MOST_SECONDS * ROOM, f"{seconds} s"
    assert int(grown) < MOST_BYTES, f"{int(grown):,} bytes"
