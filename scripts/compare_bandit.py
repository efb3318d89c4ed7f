"""Compare with bandit on the Python of the corpus of loads: what each finds of what is expected, as the table of docs/code.md.

    pip install bandit && python scripts/compare_bandit.py

Only files of Python are compared, because bandit reads nothing else. B615 is held against `revision-unpinned`, B614, B301, B302 and
B506 against `unsafe-load`.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections import defaultdict
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "tests" / "code"))

from test_loads import CASES, found

TESTS = {"B615": "pins", "B614": "unsafe", "B301": "unsafe", "B302": "unsafe", "B506": "unsafe"}
FLOATING = ("none", "branch", "tag", "short")


def reported(folder: Path) -> dict[str, set[tuple[str, int]]]:
    """The lines bandit reports, by what they are about."""
    command = ["bandit", "-q", "-r", str(folder), "-f", "json", "-t", ",".join(TESTS)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - ours
    lines: dict[str, set[tuple[str, int]]] = defaultdict(set)
    for item in json.loads(done.stdout)["results"]:
        lines[TESTS[item["test_id"]]].add((Path(item["filename"]).name, item["line_number"]))
    return lines


def expected(files: dict[str, list[tuple[str, int, str]]]) -> dict[str, set[tuple[str, int]]]:
    """The lines of each file that are about something, and `pinned` those of loads at a commit."""
    lines: dict[str, set[tuple[str, int]]] = defaultdict(set)
    for name, marks in files.items():
        for path, line, word in marks:
            if path.endswith(".py"):
                first = word.split()[0]
                sort = "pins" if first in FLOATING else "pinned" if first == "commit" else first
                lines[sort].add((name, line))
    return lines


def main() -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory() as folder:
        wanted, ours = {}, {}
        for number, case in enumerate(CASES):
            code = case.files.get("app.py")
            if code is not None:
                name = f"case{number}.py"
                Path(folder, name).write_text(code, "utf-8")
                wanted[name], ours[name] = case.expected, found(case.files)
        theirs, right, own = reported(Path(folder)), expected(wanted), expected(ours)
    print("| lines that are | in all | cardlint | bandit | bandit elsewhere |\n| --- | --- | --- | --- | --- |")
    for sort, title in (("pins", "loads without a commit"), ("unsafe", "unsafe loads")):
        all_of, they = right[sort], theirs[sort]
        print(f"| {title} | {len(all_of)} | {len(own[sort] & all_of)} | {len(they & all_of)} | {len(they - all_of)} |")
    print(f"| trusted code | {len(right['trust'])} | {len(own['trust'] & right['trust'])} | 0 | 0 |")
    print(f"| weights fetched by hand | {len(right['download'])} | {len(own['download'] & right['download'])} | 0 | 0 |")
    for sort in ("pins", "unsafe"):
        for name, line in sorted(theirs[sort] - right[sort]):
            number = int(name.removeprefix("case").removesuffix(".py"))
            print(
                f"bandit alone, {sort}: {CASES[number].name}: {CASES[number].files['app.py'].splitlines()[line - 1].strip()}",
                file=sys.stderr,
            )


if __name__ == "__main__":
    main()
