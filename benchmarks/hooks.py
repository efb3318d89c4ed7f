"""What a warm hook costs, as a ratio to a hook that starts Python and does nothing: whole runs, interleaved, medians.

    pip install '.[bench]' && python benchmarks/hooks.py [--runs N] [--json FILE]

Installs the hooks of this checkout's last commit into a folder of its own, by pre-commit and by prek.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

BIN = Path(sys.executable).parent
ROOT = Path(__file__).parent.parent
MODEL = ROOT / "docs" / "examples" / "perfect" / "model"
EMPTY = '  - repo: local\n    hooks: [{id: empty, name: empty, language: python, entry: python -c "", files: ^README}]\n'


class Cost(NamedTuple):
    """Medians of one hook and of the empty one, in seconds, and their ratio."""

    tool: str
    hook: str
    ours_s: float
    empty_s: float
    ratio: float


def run(command: list[str], folder: Path, environment: dict[str, str]) -> float:
    """Wall time of a command that has to succeed."""
    start = time.perf_counter()
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    elapsed = time.perf_counter() - start
    if done.returncode:
        sys.exit(f"{' '.join(command)} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
    return elapsed


def prepared(folder: Path, environment: dict[str, str]) -> None:
    """A model in a repository whose configuration names our hooks and the empty one."""
    shutil.copytree(MODEL, folder)
    rev = subprocess.run(["git", "rev-parse", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.strip()
    hooks = "[{id: cardlint}, {id: cardlint-card}, {id: cardlint-fix}]"
    config = f"repos:\n  - repo: {ROOT}\n    rev: {rev}\n    hooks: {hooks}\n{EMPTY}"
    (folder / ".pre-commit-config.yaml").write_text(config)
    for command in (["git", "init", "-q"], ["git", "add", "-A"]):
        run(command, folder, environment)


def costs(tool: str, runs: int, folder: Path, environment: dict[str, str]) -> list[Cost]:
    """The cost of each hook in one tool; the first runs install and do not count."""
    times: dict[str, list[float]] = {hook: [] for hook in ("empty", "cardlint", "cardlint-card", "cardlint-fix")}
    for number in range(runs + 2):
        for hook, taken in times.items():
            elapsed = run([str(BIN / tool), "run", hook], folder, environment)
            if number > 1:
                taken.append(elapsed)
    medians = {hook: statistics.median(taken) for hook, taken in times.items()}
    empty = medians.pop("empty")
    return [Cost(tool, hook, median, empty, median / empty) for hook, median in medians.items()]


def main() -> int:
    """Measure and print."""
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    arguments.add_argument("--runs", type=int, default=9)
    arguments.add_argument("--json", type=Path)
    given = arguments.parse_args()
    with tempfile.TemporaryDirectory() as name:
        home = Path(name)
        places = {"PRE_COMMIT_HOME": "pre-commit", "PREK_HOME": "prek", "UV_CACHE_DIR": "uv"}
        path = f"{BIN}{os.pathsep}{os.environ['PATH']}"
        kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}  # nobody has it who commits
        environment = kept | {key: str(home / value) for key, value in places.items()} | {"PATH": path}
        prepared(home / "model", environment)
        found = [cost for tool in ("pre-commit", "prek") for cost in costs(tool, given.runs, home / "model", environment)]
    for cost in found:
        print(f"{cost.ratio:5.2f}  {cost.ours_s:.3f} s / {cost.empty_s:.3f} s  {cost.tool}: {cost.hook} / an empty Python hook")
    if given.json:
        given.json.write_text(json.dumps([cost._asdict() for cost in found], indent=2) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
