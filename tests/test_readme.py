"""What the README shows is what the command says."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

from cardlint.policyfile import parse_policy
from cardlint.rule import shipped

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text("utf-8")


def test_the_terminal_example_is_real() -> None:
    shown = re.search(r"```console\n\$ cardlint (.*?)\n(.*?)```", README, re.DOTALL)
    assert shown is not None
    environment = {key: value for key, value in os.environ.items() if key not in {"COLUMNS", "FORCE_COLOR"}}
    command = [sys.executable, "-m", "cardlint", *shown[1].split()]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, env=environment)
    assert done.stdout == shown[2]


def test_every_file_the_documents_link_to_exists() -> None:
    for document in [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").glob("*.md")]:
        prose = re.sub(r"```.*?```", "", document.read_text("utf-8"), flags=re.DOTALL)
        for target in re.findall(r"\]\(([^)#:]+)\)", prose):
            if ".github/" not in target or (ROOT / ".github").is_dir():  # which an sdist does not hold
                assert (document.parent / target).exists(), f"{document.name}: {target}"


def test_every_policy_it_shows_is_one() -> None:
    for document in (README, (ROOT / "docs" / "policies.md").read_text("utf-8")):
        shown = [block for block in re.findall(r"```yaml\n(.*?)```", document, re.DOTALL) if "rules:" in block]
        assert shown
        for block in shown:
            parse_policy(shipped(), block, "shown")
