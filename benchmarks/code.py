"""What looking at code costs: against bandit, as ratios of whole processes.

    pip install '.[bench]' bandit transformers && python benchmarks/code.py [--runs N] [--package NAME] [--json FILE]

Install cardlint itself without -e, so that its bytecode is compiled as for a user. What is looked at are the first 1,000 Python
files of an installed package, by their paths, beside a small card; the package itself is not imported. The commands are
`cardlint check` with the rules on code, secrets and what is asked of others, and with every rule; and `bandit -r`. The commands take
turns, and of each the fastest of its runs counts. The bound is 1.5 for the first.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import shutil
import sys
import tempfile
from itertools import islice
from pathlib import Path

from speed import BIN, seconds

FILES = 1000
RULES = "code/,secrets/,requirement-unpinned,index-url-extra"
BOUND = 1.5


def copied(package: str, folder: Path) -> int:
    """The first files of a package into a folder; how many."""
    found = importlib.util.find_spec(package)
    if found is None or found.origin is None:
        sys.exit(f"{package} is not installed: pip install {package}")
    root = Path(found.origin).parent
    count = 0
    for path in islice(sorted(root.rglob("*.py")), FILES):
        target = folder / path.relative_to(root)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, target)
        count += 1
    (folder / "README.md").write_text("---\nlicense: apache-2.0\nlibrary_name: pytorch\n---\n\n# Code\n\nOf no use.\n")
    return count


def measured(folder: Path, runs: int) -> dict[str, float]:
    """The fastest run of each command, in seconds; they take turns."""
    check = [str(BIN / "cardlint"), "check", "--isolated", "--fail-on", "never", "--output-format", "json=/dev/null", "--quiet"]
    commands = {
        "cardlint, code": [*check, "--select", RULES, str(folder)],
        "cardlint, all": [*check, str(folder)],
        "bandit": [str(BIN / "bandit"), "--quiet", "--exit-zero", "-r", str(folder)],
    }
    took: dict[str, list[float]] = {name: [] for name in commands}
    for _ in range(runs):
        for name, command in commands.items():
            took[name].append(seconds(command))
    return {name: min(held) for name, held in took.items()}


def main() -> None:
    """Measure, print, and write what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--package", default="transformers")
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as made:
        count = copied(given.package, Path(made))
        took = measured(Path(made), given.runs)
    ratios = {name: held / took["bandit"] for name, held in took.items()}
    for name, held in took.items():
        bound = f" (bound {BOUND})" if name == "cardlint, code" else ""
        print(f"{name:16} {held:7.2f} s  {ratios[name]:5.2f} x bandit{bound}")
    if given.json:
        given.json.write_text(json.dumps({"files": count, "seconds": took, "ratios": ratios}, indent=2) + "\n")


if __name__ == "__main__":
    main()
