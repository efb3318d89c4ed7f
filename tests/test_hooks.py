"""The hooks and the page that tells of them agree with each other, and with where and what cardlint is."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import click
import pytest
import yaml

import cardlint
from cardlint.cli.check import command
from cardlint.home import REPOSITORY

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs" / "pre-commit.md").read_text("utf-8")
MANIFEST: list[dict[str, Any]] = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"))
BY_ID = {hook["id"]: hook for hook in MANIFEST}
SHOWN: list[dict[str, Any]] = [
    entry for block in re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL) for entry in yaml.safe_load(block)["repos"]
]


def test_the_ids_are_those_of_the_contract() -> None:
    assert list(BY_ID) == ["cardlint", "cardlint-card", "cardlint-fix"]


@pytest.mark.parametrize("hook", MANIFEST, ids=lambda hook: str(hook["id"]))
def test_a_hook_runs_a_command_there_is(hook: dict[str, Any]) -> None:
    program, name, *options = hook["entry"].split()
    assert (program, name, hook["language"]) == ("cardlint", "check", "python")
    command.make_context("check", options)
    assert hook["pass_filenames"] is ("files" in hook)
    assert hook.get("always_run", False) is ("files" not in hook)


@pytest.mark.parametrize(
    ("path", "given"),
    [("README.md", True), ("docs/README.md", False), ("README.md.txt", False), ("READMEXmd", False), ("OLD-README.md", False)],
)
def test_only_the_card_at_the_top_is_passed(path: str, given: bool) -> None:
    for name in ("cardlint-card", "cardlint-fix"):
        assert bool(re.search(BY_ID[name]["files"], path)) is given


def test_the_page_names_the_address_the_version_and_hooks_there_are() -> None:
    assert len(SHOWN) >= 3
    for entry in SHOWN:
        assert (entry["repo"], entry["rev"]) == (REPOSITORY, f"v{cardlint.__version__}")
        for hook in entry["hooks"]:
            try:
                command.make_context("check", [*BY_ID[hook["id"]]["entry"].split()[2:], *hook.get("args", [])])
            except click.UsageError as error:
                pytest.fail(str(error))


def test_the_page_tells_of_every_hook_and_of_no_other() -> None:
    assert re.findall(r"^\| `(cardlint[a-z-]*)` \|", PAGE, re.MULTILINE) == [*BY_ID, *BY_ID]  # what they are, and what they cost


def test_the_hook_without_pre_commit_is_real(tmp_path: Path) -> None:
    shown = re.search(r"```sh\n(.*?)```", PAGE, re.DOTALL)
    assert shown is not None

    def git(*arguments: str) -> int:
        return subprocess.run(
            ["git", "-c", "user.name=n", "-c", "user.email=a@b", *arguments], cwd=tmp_path, capture_output=True, check=False
        ).returncode

    git("init", "-q")
    hook = tmp_path / ".git" / "hooks" / "pre-commit"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(shown[1].replace("exec cardlint", f"exec '{sys.executable}' -m cardlint"))
    hook.chmod(0o755)
    for license_, code in (("apache2", 1), ("apache-2.0", 0)):
        (tmp_path / "README.md").write_text(f"---\nlicense: {license_}\n---\n# A model\n")
        git("add", "-A")
        assert git("commit", "-qm", "x") == code
