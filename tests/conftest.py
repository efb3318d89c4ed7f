"""What the tests share: running the real command, and where the evaluation corpus may lie."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest
from hypothesis import settings

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).parent.parent
CORPUS = Path(os.environ.get("CARDLINT_CORPUS", ROOT.parent / "shared" / "corpus"))

# Commands that tests run are measured in no process of their own: loading coverage in each takes a quarter of the whole run.
if "PYTEST_XDIST_WORKER" in os.environ:
    for name in ("COVERAGE_PROCESS_START", "COVERAGE_PROCESS_CONFIG"):
        os.environ.pop(name, None)

# A shell lets what it runs in the background ignore Ctrl-C, and so would the commands that tests stop with it.
if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# Derandomised, so that a run that fails can be repeated and one that passed says something about the next.
settings.register_profile("default", deadline=None, max_examples=100, derandomize=True)
settings.register_profile("heavy", deadline=None, max_examples=500, derandomize=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Refuse a test with as much text as `bulk` says that the heavy run would not choose."""
    for item in items:
        if isinstance(item, pytest.Function) and "bulk" in item.function.__code__.co_names and item.get_closest_marker("bulk") is None:
            raise pytest.UsageError(f"{item.nodeid} asks for `bulk` and is not marked with it")


class Done(NamedTuple):
    """What a finished command left."""

    code: int
    out: str
    err: str


@pytest.fixture
def cardlint(tmp_path: Path) -> Callable[..., Done]:
    """The real command, run in a folder of the test's own."""

    def run(*arguments: str, stdin: bytes = b"", **environment: str) -> Done:
        kept = {key: value for key, value in os.environ.items() if key not in {"FORCE_COLOR", "NO_COLOR", "COLUMNS"}}
        done = subprocess.run(
            [sys.executable, "-m", "cardlint", *arguments],
            input=stdin, capture_output=True, check=False, timeout=120, cwd=tmp_path, env=kept | environment,
        )  # fmt: skip
        return Done(done.returncode, done.stdout.decode("utf-8", "replace"), done.stderr.decode("utf-8", "replace"))

    return run


@pytest.fixture
def corpus() -> Path:
    """The evaluation cards, which are no part of the repository."""
    if not CORPUS.is_dir():
        pytest.skip(f"the evaluation corpus is not at {CORPUS}")
    return CORPUS
