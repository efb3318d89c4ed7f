"""Generated files are what their generators make."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


@pytest.mark.parametrize("script", ["build_index.py", "build_schemas.py", "build_card_schemas.py", "build_headings.py", "build_hooks.py"])
def test_a_generated_file_is_up_to_date(script: str) -> None:
    done = subprocess.run([sys.executable, ROOT / "scripts" / script, "--check"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
