"""The programs that the consumers' tests drive: each is there, or the test fails and names it. None is passed over.

Programs of Python packages come with the extra they belong to. Programs of npm lie below the folder CARDLINT_NODE names:
`npm install --prefix FOLDER` with the packages of `tests/consumers/package.json`. Chromium is the system's.
"""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import pytest


def program(name: str, hint: str = "") -> str:
    """A program beside this Python, or on the path."""
    beside = Path(sys.executable).parent / name
    found = str(beside) if beside.is_file() else shutil.which(name)
    if found is None:
        pytest.fail(f"missing component: {name}{f' ({hint})' if hint else ''}", pytrace=False)
    return found


def npm_package(name: str) -> Path:
    """The folder of an npm package."""
    folder = Path(os.environ.get("CARDLINT_NODE", "node")) / "node_modules" / name
    if not folder.is_dir():
        pytest.fail(f"missing component: the npm package {name}; set CARDLINT_NODE to where it is installed", pytrace=False)
    return folder


def chromium() -> str:
    """The browser that pages are looked at in."""
    return program("chromium", "apt-get install chromium")
