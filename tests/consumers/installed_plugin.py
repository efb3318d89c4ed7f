"""The second package of `tests/data/plugin`, built and installed by pip, and run through the real command.

Not collected with the other tests, because it needs pip and the build backend: `pip install '.[house]' hatchling`, then
`pytest tests/consumers/installed_plugin.py`. Nothing is downloaded.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

PLUGIN = Path(__file__).parent.parent / "data" / "plugin"


def run(*command: str, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=cwd, env={**os.environ, **environment}, capture_output=True, text=True, check=False, timeout=300)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("installed")
    source = shutil.copytree(PLUGIN, folder / "source", ignore=shutil.ignore_patterns("__pycache__"))
    flags = ["--quiet", "--no-index", "--no-deps", "--no-build-isolation", "--disable-pip-version-check", "--target", str(folder / "site")]
    done = run(sys.executable, "-m", "pip", "install", *flags, str(source), cwd=folder)
    assert done.returncode == 0, done.stderr
    return str(folder / "site")


def test_the_installed_package_brings_its_rules(site: str, tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("---\nlicense: mit\ntags: [WEATHER]\n---\n# A\n")
    done = run(sys.executable, "-m", "cardlint", "check", "--select", "house/", "--output-format", "concise", cwd=tmp_path, PYTHONPATH=site)
    assert done.stdout.splitlines() == [
        "README.md:2:1: error[house/owner-missing] there is no `x-owner`; name the team that answers for the model",
        'README.md:3:8: warning[house/tag-shouted] "WEATHER" is shouted; write it in lower case',
    ], done.stderr
    assert done.returncode == 1


def test_its_examples_are_tested_by_its_name(site: str, tmp_path: Path) -> None:
    done = run(sys.executable, "-m", "cardlint", "test", "house", cwd=tmp_path, PYTHONPATH=site)
    assert done.stdout == "2 passed, 0 failed\n", done.stdout + done.stderr
