"""The house rules in one command: formatting, lint, types, generated files, sizes, and coverage of every branch.

Run it in an environment with the `house` extra: python scripts/house.py. With `--tested` the tests are left out, for where they ran
under coverage already.
"""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
LONGEST_FILE = 350
LONGEST_FUNCTION = 50


def steps(*, tested: bool = False) -> list[tuple[str, list[str]]]:
    """What is run, with a name each."""
    python = sys.executable
    tests = [
        ("tests", [python, "-m", "coverage", "run", "-m", "pytest", "-q", "-n", "auto"]),
        ("gather coverage", [python, "-m", "coverage", "combine", "-q"]),
        ("coverage", [python, "-m", "coverage", "report"]),
    ]
    return [
        ("format", [python, "-m", "ruff", "format", "--check", "."]),
        ("lint", [python, "-m", "ruff", "check", "."]),
        ("types", [python, "-m", "mypy"]),
        ("types of the GitHub action", [python, "-m", "mypy", "action/run.py"]),
        ("rule index", [python, "scripts/build_index.py", "--check"]),
        ("schemas", [python, "scripts/build_schemas.py", "--check"]),
        ("card schemas", [python, "scripts/build_card_schemas.py", "--check"]),
        ("vetted names", [python, "scripts/build_vetted.py", "--check"]),
        ("headings", [python, "scripts/build_headings.py", "--check"]),
        ("hooks", [python, "scripts/build_hooks.py", "--check"]),
        *([] if tested else tests),
    ]


def too_long() -> list[str]:
    """Files and functions of the package beyond the sizes we allow."""
    found = []
    for path in sorted((ROOT / "cardlint").rglob("*.py")):
        source = path.read_text("utf-8")
        if source.count("\n") > LONGEST_FILE:
            found.append(f"{path.relative_to(ROOT)}: {source.count(chr(10))} lines, more than {LONGEST_FILE}")
        functions = (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.FunctionDef))
        name = path.relative_to(ROOT)
        found += [f"{name}:{node.lineno}: {node.name} is too long" for node in functions if _lines(node) > LONGEST_FUNCTION]
    return found


def _lines(node: ast.FunctionDef) -> int:
    return (node.end_lineno or node.lineno) - node.lineno + 1


def main() -> int:
    """Run every step, also after one fails; 1 where any did."""
    broken = []
    for name, command in steps(tested="--tested" in sys.argv[1:]):
        print(f"== {name}", flush=True)
        if subprocess.run(command, cwd=ROOT, check=False).returncode:  # noqa: S603 - our own commands
            broken.append(name)
    for line in too_long():
        print(line)
        broken.append("sizes")
    print("the house is in order" if not broken else f"not in order: {', '.join(dict.fromkeys(broken))}")
    return int(bool(broken))


if __name__ == "__main__":
    sys.exit(main())
