"""The hooks in pre-commit and prek themselves: real commits, in repositories that name a clone of this one.

    pip install '.[consumers]' && pytest tests/consumers/precommit_hooks.py

What the hooks need is downloaded once, as wheels; after that there is no network, and where the system allows it there is
not even an interface. Each tool installs its hooks once for all tests, into a folder of the tests.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import NamedTuple

import pytest
import yaml
from components import program

ROOT = Path(__file__).parent.parent.parent
GOOD = (ROOT / "docs" / "examples" / "perfect" / "model" / "README.md").read_text("utf-8")
PERFECT = ROOT / "docs" / "examples" / "perfect" / "model"
BAD = GOOD.replace("license: mit\n", "license: MIT\n")
TOOLS = ("pre-commit", "prek")
CORE = {"click", "huggingface-hub", "jsonschema", "jsonschema-rs", "markdown-it-py", "pydantic", "pyyaml"}


class Done(NamedTuple):
    """What a finished command left; `said` is both of its streams."""

    code: int
    said: str


class Tool(NamedTuple):
    """pre-commit or prek, with the environment all its commands share and the hook repository they name."""

    name: str
    environment: dict[str, str]
    hooks: Path
    rev: str

    def run(self, folder: Path, *command: str, stdin: str = "") -> Done:
        done = subprocess.run(
            [*offline(), *command], cwd=folder, env=self.environment, input=stdin, capture_output=True, text=True, check=False, timeout=600
        )
        return Done(done.returncode, done.stdout + done.stderr)

    def git(self, folder: Path, *arguments: str, stdin: str = "", fails: bool = False) -> str:
        done = self.run(folder, "git", *arguments, stdin=stdin)
        assert (done.code != 0) is fails, done.said
        return done.said

    def __call__(self, folder: Path, *arguments: str) -> Done:
        return self.run(folder, program(self.name), *arguments)

    def repository(self, folder: Path, *hooks: str | dict[str, object]) -> Path:
        """A repository that is a model without a fault, and commits through these hooks."""
        shutil.copytree(PERFECT, folder)
        chosen = [{"id": hook} if isinstance(hook, str) else hook for hook in hooks]
        config = {"repos": [{"repo": str(self.hooks), "rev": self.rev, "hooks": chosen}]}
        (folder / ".pre-commit-config.yaml").write_text(yaml.safe_dump(config))
        self.git(folder, "init", "-q", "-b", "main")
        self.git(folder, "add", "-A")
        self.git(folder, "commit", "-qm", "one")
        done = self(folder, "install")
        assert done.code == 0, done.said
        return folder

    def commits(self, folder: Path) -> int:
        return int(self.git(folder, "rev-list", "--count", "HEAD"))


def strict(hook: str) -> dict[str, object]:
    """A hook that warnings fail, too."""
    return {"id": hook, "args": ["--fail-on", "warning"]}


def offline() -> list[str]:
    """What takes the network away from a command: a namespace without one, where the system grants it."""
    tried = subprocess.run(["unshare", "-rn", "true"], capture_output=True, check=False) if shutil.which("unshare") else None
    return ["unshare", "-rn"] if tried is not None and tried.returncode == 0 else []


@pytest.fixture(scope="session")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with all that the hooks are built with and need."""
    folder = tmp_path_factory.mktemp("wheels")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    needed = [*project["build-system"]["requires"], *project["project"]["dependencies"]]
    subprocess.run([sys.executable, "-m", "pip", "wheel", "--quiet", "--wheel-dir", folder, *needed], check=True, timeout=600)
    return folder


@pytest.fixture(scope="session")
def hooks(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A clone of this repository with what is not committed yet on top, and its commit."""
    folder = tmp_path_factory.mktemp("hooks") / "cardlint"
    git = ["git", "-c", "user.name=n", "-c", "user.email=a@b"]
    subprocess.run([*git, "clone", "--quiet", ROOT, folder], check=True)
    listed = subprocess.run([*git, "ls-files", "-coz", "--exclude-standard"], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    subprocess.run([*git, "rm", "-rq", "."], cwd=folder, check=True)
    for name in filter(None, listed.split("\0")):
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, folder / name)
    subprocess.run([*git, "add", "-A"], cwd=folder, check=True)
    subprocess.run([*git, "commit", "-qm", "as it is now", "--allow-empty"], cwd=folder, check=True)
    return folder, subprocess.run([*git, "rev-parse", "HEAD"], cwd=folder, check=True, capture_output=True, text=True).stdout.strip()


@pytest.fixture(scope="session", params=TOOLS)
def tool(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, wheels: Path, hooks: tuple[Path, str]) -> Tool:
    """A tool with its hooks installed, from nothing but the wheels."""
    home = tmp_path_factory.mktemp("home")
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("GIT_", "PIP_", "UV_", "PRE_COMMIT", "PREK", "COVERAGE", "PYTHON"))
    }
    told = {
        "HOME": home, "XDG_CACHE_HOME": home / "cache", "XDG_DATA_HOME": home / "data", "PRE_COMMIT_HOME": home / "pre-commit", "PREK_HOME": home / "prek",
        "PIP_CONFIG_FILE": os.devnull, "PIP_NO_INDEX": 1, "PIP_FIND_LINKS": wheels, "PIP_DISABLE_PIP_VERSION_CHECK": 1, "PIP_COMPILE": os.environ.get("PIP_COMPILE", "1"),
        "UV_NO_CONFIG": 1, "UV_NO_INDEX": 1, "UV_FIND_LINKS": wheels, "UV_OFFLINE": 1, "UV_PYTHON_DOWNLOADS": "never",
        "UV_CACHE_DIR": home / "uv", "UV_LINK_MODE": "copy", "PATH": f"{Path(program('uv')).parent}{os.pathsep}{os.environ['PATH']}",
        "GIT_CONFIG_GLOBAL": os.devnull, "GIT_AUTHOR_NAME": "n", "GIT_AUTHOR_EMAIL": "a@b", "GIT_COMMITTER_NAME": "n", "GIT_COMMITTER_EMAIL": "a@b",
        "NO_COLOR": 1, "PRE_COMMIT_COLOR": "never",
    }  # fmt: skip
    made = Tool(request.param, kept | {name: str(value) for name, value in told.items()}, *hooks)
    folder = made.repository(tmp_path_factory.mktemp("first") / "model", "cardlint", "cardlint-card", "cardlint-fix")
    done = made(folder, "install-hooks" if made.name == "pre-commit" else "prepare-hooks")
    assert done.code == 0, done.said
    return made


def edit(folder: Path, content: str, path: str = "README.md") -> Path:
    (folder / path).parent.mkdir(parents=True, exist_ok=True)
    (folder / path).write_text(content)
    return folder


def blocked(tool: Tool, folder: Path, *arguments: str, stdin: str = "") -> str:
    """What a commit says that is blocked, and leaves no commit behind."""
    before = tool.commits(folder)
    said = tool.git(folder, "commit", "-m", "blocked", *arguments, stdin=stdin, fails=True)
    assert tool.commits(folder) == before
    return said


def test_the_cold_install_brings_the_core_and_nothing_else(tool: Tool) -> None:
    home = Path(tool.environment["PRE_COMMIT_HOME" if tool.name == "pre-commit" else "PREK_HOME"])
    found = {path.parent for path in home.rglob("site-packages/cardlint-*.dist-info")}
    assert found
    for site in found:
        names = {path.name.partition("-")[0].replace("_", "-").lower() for path in site.glob("*.dist-info")}
        assert names >= CORE | {"cardlint"}
        assert not names & {"hatchling", "pytest", "hypothesis"}


@pytest.mark.parametrize("name", TOOLS)
def test_the_manifest_is_valid(name: str) -> None:
    done = subprocess.run(
        [program(name), "validate-manifest", ROOT / ".pre-commit-hooks.yaml"], capture_output=True, text=True, check=False
    )
    assert (done.returncode, "warning" in (done.stdout + done.stderr).lower()) == (0, False), done.stdout + done.stderr


@pytest.mark.parametrize("hook", ["cardlint", "cardlint-card"])
def test_a_bad_card_blocks_the_commit_and_a_good_one_passes(tool: Tool, tmp_path: Path, hook: str) -> None:
    folder = tool.repository(tmp_path / "model", hook)
    tool.git(edit(folder, BAD), "add", "-A")
    said = blocked(tool, folder)
    assert said.count("error[license-unknown]") == 1
    assert '"MIT"' in said
    tool.git(edit(folder, GOOD + "\nMore.\n"), "add", "-A")
    tool.git(folder, "commit", "-m", "two")
    assert tool.commits(folder) == 2


@pytest.mark.parametrize("hook", ["cardlint", "cardlint-card"])
def test_what_is_staged_is_judged_and_what_is_not_survives(tool: Tool, tmp_path: Path, hook: str) -> None:
    folder = tool.repository(tmp_path / "model", hook)
    tool.git(edit(folder, BAD), "add", "-A")
    edit(folder, GOOD)
    assert "error[license-unknown]" in blocked(tool, folder)
    assert (folder / "README.md").read_text() == GOOD
    tool.git(edit(folder, GOOD + "\nStaged.\n"), "add", "-A")
    edit(folder, BAD)
    tool.git(folder, "commit", "-m", "two")
    assert (folder / "README.md").read_text() == BAD
    assert tool.git(folder, "show", "HEAD:README.md") == GOOD + "\nStaged.\n"


def test_the_index_of_the_commit_counts(tool: Tool, tmp_path: Path) -> None:
    folder = tool.repository(tmp_path / "model", "cardlint")
    edit(folder, BAD)
    assert "error[license-unknown]" in blocked(tool, folder, "-a")
    assert "error[license-unknown]" in blocked(tool, folder, "README.md")
    assert "error[license-unknown]" in blocked(tool, folder, "-p", stdin="y\n" * 9)
    tool.git(edit(folder, "x", "other.txt"), "add", "other.txt")
    tool.git(folder, "commit", "-m", "without the card")
    assert (folder / "README.md").read_text() == BAD


def test_files_that_no_commit_holds_excuse_nothing(tool: Tool, tmp_path: Path) -> None:
    folder = tool.repository(tmp_path / "model", strict("cardlint"), strict("cardlint-card"))
    tool.git(edit(folder, GOOD + "\n[more](more.md)\n"), "add", "-A")
    edit(folder, "untracked", "more.md")
    assert blocked(tool, folder).count("[link-broken]") == 2
    tool.git(folder, "add", "--intent-to-add", "more.md")
    assert blocked(tool, folder).count("[link-broken]") == 2
    tool.git(folder, "add", "more.md")
    tool.git(folder, "commit", "-m", "two")


def test_the_repository_hook_sees_what_is_deleted(tool: Tool, tmp_path: Path) -> None:
    folder = tool.repository(tmp_path / "model", strict("cardlint"))
    tool.git(folder, "rm", "-q", "NOTICE")
    assert "[link-broken]" in blocked(tool, folder)
    tool.git(folder, "reset", "-q", "--hard")
    tool.git(folder, "rm", "-q", "README.md")
    assert "error[card-missing]" in blocked(tool, folder)
    tool.git(folder, "reset", "-q", "--hard")
    tool.git(folder, "mv", "README.md", "readme.txt")
    assert "error[card-missing]" in blocked(tool, folder)


def test_the_card_hook_reports_only_the_card(tool: Tool, tmp_path: Path) -> None:
    folder = tool.repository(tmp_path / "model", "cardlint-card")
    tool.git(edit(edit(folder, "metrics: [", ".eval_results/a.yaml"), GOOD + "\nMore.\n"), "add", "-A")
    tool.git(folder, "commit", "-m", "two")
    config = (folder / ".pre-commit-config.yaml").read_text().replace("cardlint-card", "cardlint")
    tool.git(edit(folder, config, ".pre-commit-config.yaml"), "add", "-A")
    said = blocked(tool, folder)
    assert ".eval_results/a.yaml" in said
    tool.git(edit(edit(folder, BAD), config.replace("id: cardlint", "id: cardlint-card"), ".pre-commit-config.yaml"), "add", "-A")
    said = blocked(tool, folder)
    assert "error[license-unknown]" in said
    assert ".eval_results/a.yaml" not in said


def test_the_fixing_hook_repairs_and_the_second_commit_passes(tool: Tool, tmp_path: Path) -> None:
    folder = tool.repository(tmp_path / "model", "cardlint-fix", "cardlint")
    before = edit(folder, BAD)
    tool.git(before, "add", "-A")
    said = blocked(tool, folder)
    assert "files were modified by this hook" in said
    assert (folder / "README.md").read_text() == GOOD
    tool.git(folder, "add", "-A")
    tool.git(folder, "commit", "--allow-empty", "-m", "two")
    assert tool.commits(folder) == 2


def test_the_fixing_hook_leaves_what_it_cannot_repair_to_the_others(tool: Tool, tmp_path: Path) -> None:
    folder = tool.repository(tmp_path / "model", "cardlint-fix", strict("cardlint-card"))
    broken = BAD + "\n[gone](gone.md)\n"
    tool.git(edit(folder, broken), "add", "-A")
    said = blocked(tool, folder)
    assert "Fixed 1 finding in README.md; look at the change, then stage it." in said
    assert said.count("[link-broken]") == 1
    tool.git(folder, "add", "-A")
    said = blocked(tool, folder)
    assert said.count("[link-broken]") == 1
    assert "Fixed" not in said
    tool.git(edit(folder, GOOD + "\nMore.\n"), "add", "-A")
    edit(folder, GOOD + "\nMore, unstaged.\n")
    tool.git(folder, "commit", "-m", "two")
    assert (folder / "README.md").read_text() == GOOD + "\nMore, unstaged.\n"


def test_what_does_not_stop_a_commit_is_seen_all_the_same(tool: Tool, tmp_path: Path) -> None:
    folder = tool.repository(tmp_path / "model", "cardlint")
    tool.git(edit(folder, GOOD + "\n[gone](gone.md)\n"), "add", "-A")
    assert "warning[link-broken]" in tool.git(folder, "commit", "-m", "two")


def test_batches_of_a_monorepo_report_every_finding_once(tool: Tool, tmp_path: Path) -> None:
    hook = {
        "id": "cardlint-card",
        "files": r"^models/[^/]+/README\.md$",
        "args": ["--select", "license-unknown", "--output-format", "concise", "--quiet"],
    }
    folder = tool.repository(tmp_path / "monorepo", hook)
    for number in range(300):
        edit(folder, BAD, f"models/{number:03} é/README.md")
    edit(folder, BAD, "docs/README.md")
    tool.git(folder, "add", "-A")
    said = blocked(tool, folder)
    assert sorted(re.findall(r"models/(\d{3}) é/README\.md:\d+:\d+: error\[license-unknown\]", said)) == [f"{n:03}" for n in range(300)]
    assert "docs/README.md" not in said


def test_the_repository_hook_takes_the_folders_of_a_monorepo(tool: Tool, tmp_path: Path) -> None:
    folder = tool.repository(tmp_path / "monorepo", {"id": "cardlint", "args": ["--select", "license-unknown", "models/a", "models/b"]})
    tool.git(edit(edit(edit(folder, BAD), GOOD, "models/a/README.md"), BAD, "models/b/README.md"), "add", "-A")
    assert blocked(tool, folder).count("error[license-unknown]") == 1
    shutil.rmtree(folder / "models")
    assert blocked(tool, folder).count("error[license-unknown]") == 1


def test_on_all_files_and_on_a_range_the_index_is_judged(tool: Tool, tmp_path: Path) -> None:
    folder = tool.repository(tmp_path / "model", "cardlint", "cardlint-card")
    edit(folder, BAD)
    assert tool(folder, "run", "--all-files").code == 0
    tool.git(folder, "add", "-A")
    edit(folder, GOOD)
    done = tool(folder, "run", "--all-files")
    assert (done.code, done.said.count("error[license-unknown]")) == (1, 2)
    tool.git(folder, "commit", "--no-verify", "-qm", "two")
    tool.git(folder, "checkout", "-q", ".")
    done = tool(folder, "run", "--from-ref", "HEAD~1", "--to-ref", "HEAD")
    assert (done.code, done.said.count("error[license-unknown]")) == (1, 2)


def test_the_first_commit_a_worktree_and_a_merge(tool: Tool, tmp_path: Path) -> None:
    folder = tool.repository(tmp_path / "model", "cardlint")
    tool.git(folder, "worktree", "add", "-q", "../tree", "-b", "other")
    tree = edit(tmp_path / "tree", BAD)
    assert "error[license-unknown]" in blocked(tool, tree, "-a")
    tool.git(tree, "commit", "--no-verify", "-qam", "theirs")
    tool.git(edit(folder, GOOD + "\nOurs.\n"), "commit", "-qam", "ours")
    tool.git(folder, "merge", "-q", "other", "--no-commit")
    assert "error[license-unknown]" in blocked(tool, folder)
    tool.git(folder, "merge", "--abort")
    tool.git(folder, "checkout", "-q", "--orphan", "new")
    tool.git(edit(folder, BAD), "add", "-A")
    assert "error[license-unknown]" in tool.git(folder, "commit", "-m", "one", fails=True)
