"""The three repositories of the documentation in which everything is right."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from cardlint import engine
from cardlint.policyfile import load_policy, shipped_policies
from cardlint.repository import KINDS, Kind, Repository
from cardlint.rule import shipped

PERFECT = Path(__file__).parent.parent / "docs" / "examples" / "perfect"


@pytest.mark.parametrize("kind", KINDS)
def test_a_repository_with_everything_right_gives_nothing_under_strict(kind: Kind) -> None:
    command = [sys.executable, "-m", "cardlint", "check", "--policy", "strict", "--fail-on", "note", str(PERFECT / kind)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env={**os.environ, "NO_COLOR": "1"})
    assert (done.returncode, done.stdout, done.stderr) == (0, "Nothing found in 1 repository.\n", "")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", shipped_policies())
def test_everything_was_looked_at(kind: Kind, name: str) -> None:
    repository = Repository.at(str(PERFECT / kind))
    target = engine.run(repository, load_policy(shipped(), name=name).bind(repository))
    assert target.kind == kind
    assert (target.skipped, target.failed) == ((), ())
    rules = shipped()
    assert all(rules[name].facts & {"hub", "lineage"} for name in target.not_applicable), "only what the Hub alone can tell"
