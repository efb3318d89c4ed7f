"""What is staged is what is judged: in the hook of every way to commit, whatever lies on disk and in the environment."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from cardlint.errors import Unreadable, UsageError
from cardlint.gitrun import environment
from cardlint.gittree import GitTree
from cardlint.target import locate

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import Done

    Command = Callable[..., Done]

ONLY = ("--select", "license-unknown,card-missing", "--output-format", "concise", "--fail-on", "warning")
POINTER = f"version https://git-lfs.github.com/spec/v1\noid sha256:{'ab' * 32}\nsize 12345\n"


def card(name: str) -> str:
    return f"---\nlicense: {name}\n---\n# A model\n"


def put(folder: Path, content: str, name: str = "README.md") -> Path:
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(content)
    return folder


def git(folder: Path, *arguments: str, check: bool = True, stdin: str = "", **environment: str) -> str:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")} | environment
    command = ["git", "-c", "user.email=a@b", "-c", "user.name=n", "-c", "protocol.file.allow=always", *arguments]
    done = subprocess.run(command, cwd=folder, input=stdin, capture_output=True, text=True, check=False, env=kept)
    assert done.returncode == 0 or not check, done.stderr
    return done.stdout.strip()


def hook(repository: Path, said: Path, *arguments: str) -> None:
    """Let the pre-commit hook of a repository write what `check --staged` says, and block by its exit code."""
    command = " ".join(f"'{word}'" for word in (sys.executable, "-m", "cardlint", "check", "--staged", *(arguments or (".",)), *ONLY))
    hooks = Path(git(repository, "rev-parse", "--path-format=absolute", "--git-path", "hooks"))
    hooks.mkdir(exist_ok=True)
    (hooks / "pre-commit").write_text(f"#!/bin/sh\nexec {command} > '{said}' 2>&1\n")
    (hooks / "pre-commit").chmod(0o755)


def named(said: Path) -> list[str]:
    """The values that findings quote, in order; all that was said where there is none."""
    text = said.read_text()
    return re.findall(r'"(\w+)"', text) or text.splitlines()


@pytest.fixture
def said(tmp_path: Path) -> Path:
    return tmp_path / "said"


@pytest.fixture
def model(tmp_path: Path, said: Path) -> Path:
    """A repository with two cards committed, and the hook."""
    folder = put(put(tmp_path / "model", card("mit")), card("mit"), "sub/README.md")
    git(folder, "init", "-q", "-b", "main")
    git(folder, "add", "-A")
    git(folder, "commit", "-qm", "one")
    hook(folder, said, ".", "sub")
    return folder


def commits(folder: Path) -> int:
    return int(git(folder, "rev-list", "--count", "HEAD"))


def test_the_first_commit(tmp_path: Path, said: Path) -> None:
    folder = put(tmp_path / "new", card("staged"))
    git(folder, "init", "-q", "-b", "main")
    hook(folder, said)
    git(folder, "add", "-A")
    put(folder, card("mit"))
    git(folder, "commit", "-qm", "one", check=False)
    assert named(said) == ["staged"]
    assert git(folder, "rev-list", "--all") == ""


@pytest.mark.parametrize(
    ("arguments", "stdin", "expected"),
    [
        (("-m", "two"), "", ["stageda", "stagedb"]),
        (("-am", "two"), "", ["diska", "diskb"]),
        (("-m", "two", "README.md"), "", ["diska"]),
        (("-m", "two", "--only", "sub/README.md"), "", ["diskb"]),
        (("-m", "two", "--include", "sub/README.md"), "", ["stageda", "diskb"]),
        (("-pm", "two"), "y\nn\n", ["diska", "stagedb"]),
        (("--amend", "-m", "one"), "", ["stageda", "stagedb"]),
    ],
)
def test_every_way_to_commit(model: Path, said: Path, arguments: tuple[str, ...], stdin: str, expected: list[str]) -> None:
    for path, letter in (("README.md", "a"), ("sub/README.md", "b")):
        git(put(model, card(f"staged{letter}"), path), "add", path)
        put(model, card(f"disk{letter}"), path)
    git(model, "commit", "-q", *arguments, check=False, stdin=stdin)
    assert named(said) == expected
    assert commits(model) == 1


def test_what_is_good_as_staged_passes_and_what_lies_on_disk_stays(model: Path) -> None:
    git(put(model, card("apache-2.0")), "add", "-A")
    put(model, card("bad"))
    git(model, "commit", "-qm", "two")
    assert git(model, "show", "HEAD:README.md") == card("apache-2.0").strip()
    assert (model / "README.md").read_text() == card("bad")


def test_a_commit_from_a_folder_below(model: Path, said: Path) -> None:
    git(put(model, card("bad")), "add", "-A")
    git(model / "sub", "commit", "-qm", "two", check=False)
    assert named(said) == ["bad"]


def test_a_hook_of_a_submodule_and_of_what_it_lies_in(model: Path, tmp_path: Path, said: Path) -> None:
    outer = put(tmp_path / "outer", card("mit"))
    git(outer, "init", "-q", "-b", "main")
    git(outer, "submodule", "--quiet", "add", str(model), "inner")
    git(outer, "add", "-A")
    git(outer, "commit", "-qm", "one")
    inner = outer / "inner"
    hook(inner, said, ".", "sub", "..")
    hook(outer, tmp_path / "of the outer", ".", "inner")
    put(outer, card("outerdisk"))
    put(inner, card("innerdisk"))
    put(inner, card("subdisk"), "sub/README.md")
    git(inner, "commit", "-qm", "two", "README.md", check=False)
    assert named(said) == ["innerdisk"]
    git(inner, "add", "-A")
    git(outer, "commit", "-qam", "two", check=False)
    assert named(tmp_path / "of the outer") == ["outerdisk", "innerdisk"]


def test_a_merge(model: Path, said: Path) -> None:
    git(model, "checkout", "-qb", "other")
    git(put(model, card("theirs")), "commit", "-qam", "theirs", "--no-verify")
    git(model, "checkout", "-q", "main")
    git(put(model, card("ours")), "commit", "-qam", "ours", "--no-verify")
    git(model, "merge", "-q", "other", check=False)
    git(put(model, card("merged")), "add", "-A")
    put(model, card("mit"))
    git(model, "commit", "-qm", "merge", check=False)
    assert named(said) == ["merged"]
    assert commits(model) == 2


def test_a_card_that_is_deleted_or_renamed_away(model: Path, said: Path) -> None:
    git(model, "rm", "-q", "--cached", "README.md")
    git(model, "commit", "-qm", "two", check=False)
    assert "error[card-missing]" in said.read_text()
    git(model, "reset", "-q", "--hard")
    git(model, "mv", "README.md", "readme.md")
    git(model, "commit", "-qm", "two", check=False)
    assert "error[card-missing]" in said.read_text()
    assert commits(model) == 1


@pytest.mark.parametrize("format_", ["sha1", "sha256"])
def test_an_addition_only_announced_is_in_no_commit(tmp_path: Path, format_: str) -> None:
    git(tmp_path, "init", "-q", f"--object-format={format_}")
    put(put(put(tmp_path, "", "sub/empty"), "x", "sub/announced"), "", "sub/too")
    git(tmp_path, "add", "sub/empty")
    git(tmp_path, "add", "--intent-to-add", "sub/announced", "sub/too")
    assert [entry.path for entry in GitTree(tmp_path).entries()] == ["sub/empty"]
    assert [entry.path for entry in GitTree(tmp_path / "sub").entries()] == ["empty"]
    (tmp_path / "sub" / "announced").unlink()
    assert [entry.path for entry in GitTree(tmp_path).entries()] == ["sub/empty"]


def test_a_card_only_announced_is_missing(tmp_path: Path, cardlint: Command) -> None:
    git(put(tmp_path, card("mit")), "init", "-q")
    git(tmp_path, "add", "--intent-to-add", "README.md")
    assert "error[card-missing]" in cardlint("check", "--staged", *ONLY).out
    assert "error[card-missing]" in cardlint("check", "--staged", "README.md", *ONLY).out


def test_a_target_may_be_gone_from_disk(model: Path, tmp_path: Path, cardlint: Command) -> None:
    git(put(model, card("bad"), "a b/c/README.md"), "add", "-A")
    for path in ("a b/c/README.md", "sub/README.md"):
        (model / path).unlink()
    for folder in ("a b/c", "a b", "sub"):
        (model / folder).rmdir()
    done = cardlint("check", "--staged", "model/a b/c/README.md", "model/a b/c", "model/sub", *ONLY)
    assert [line.partition(" is ")[0] for line in done.out.splitlines()] == [
        'model/a b/c/README.md:2:10: warning[license-unknown] "bad"'
    ] * 2
    assert cardlint("check", "--revision", "HEAD", "model/sub/README.md", *ONLY).code == 0
    assert [entry.path for entry in GitTree(model / "x" / ".." / "sub").entries()] == ["README.md"]
    assert [entry.path for entry in GitTree(model / "sub", "HEAD").entries()] == ["README.md"]
    for name in ("model/nowhere", "model/sub/nowhere.md", "model/*/README.md"):
        lost = cardlint("check", "--staged", name, *ONLY)
        assert (lost.code, "does not exist" in lost.err) == (2, True)
    assert "does not exist" in cardlint("check", "model/sub/README.md").err
    with pytest.raises(UsageError, match="not a git repository"):
        locate(str(tmp_path / "nowhere" / "README.md"), "")


def test_an_index_somewhere_else_is_that_of_the_hook_alone(model: Path, tmp_path: Path, cardlint: Command) -> None:
    other = put(tmp_path / "other", card("foreign"))
    git(other, "init", "-q")
    git(other, "add", "-A")
    index = tmp_path / "index"
    git(put(model, card("elsewhere")), "add", "-A", GIT_INDEX_FILE=str(index))
    command = [sys.executable, "-m", "cardlint", "check", "--staged", ".", str(other), *ONLY]
    told = {"GIT_INDEX_FILE": "../index"}
    out = subprocess.run(command, cwd=model, env=os.environ | told, capture_output=True, text=True, check=False).stdout
    assert re.findall(r'"(\w+)"', out) == ["elsewhere", "foreign"]
    assert cardlint("check", "--staged", "model", *ONLY, GIT_INDEX_FILE=str(index)).code == 0


@pytest.mark.parametrize("work_tree", [True, False])
def test_a_repository_only_the_environment_knows(model: Path, tmp_path: Path, work_tree: bool) -> None:
    git(put(put(model, card("top")), card("below"), "sub/README.md"), "add", "-A")
    (model / ".git").rename(tmp_path / "store")
    inner = put(model / "inner", card("inner"))
    git(inner, "init", "-q")
    git(inner, "add", "-A")
    told = {"GIT_DIR": "../store"} | ({"GIT_WORK_TREE": "."} if work_tree else {})
    command = [sys.executable, "-m", "cardlint", "check", "--staged", ".", "sub", "inner", *ONLY]
    out = subprocess.run(command, cwd=model, env=os.environ | told, capture_output=True, text=True, check=False).stdout
    assert re.findall(r'"(\w+)"', out) == ["top", "below", "inner"]


def test_a_work_tree_told_beside_a_checkout_of_its_own(model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_DIR", str(model / ".git"))
    monkeypatch.setenv("GIT_WORK_TREE", str(model))
    assert environment(model / "sub")["GIT_DIR"] == str(model / ".git")
    assert "GIT_DIR" not in environment(tmp_path)
    put(tmp_path / "odd", "", ".git").chmod(0)
    assert "GIT_DIR" not in environment(tmp_path / "odd")


def test_a_checkout_that_cannot_be_read_is_left_to_git(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: Path) -> None:
        raise PermissionError

    monkeypatch.setattr("cardlint.gitrun.checkout", refuse)
    with pytest.raises(Unreadable, match="not a git repository"):
        GitTree(tmp_path).entries()


def test_of_a_large_file_only_what_is_asked_for_is_held(tmp_path: Path, cardlint: Command) -> None:
    git(put(tmp_path, "0123456789" * 300_000, "large.bin"), "init", "-q")
    git(put(tmp_path, "x" * 1_000_001, ".cardlint.yaml"), "add", "-A")
    tree = GitTree(tmp_path)
    assert (tree.read("large.bin", 11, 3), tree.read("large.bin", 2_999_998, 9), tree.read("large.bin", 5_000_000, 9)) == (
        b"123",
        b"89",
        b"",
    )
    assert len(tree.read("large.bin")) == 3_000_000
    with pytest.raises(Unreadable, match="ended early"):
        tree.git.beginning(9, "cat-file", "blob", "0" * 40)
    done = cardlint("check", "--staged")
    assert (done.code, done.err) == (2, "cardlint: error: .cardlint.yaml is larger than 1,000,000 bytes\n")


def test_what_lies_in_lfs_is_no_obstacle(tmp_path: Path, cardlint: Command) -> None:
    git(tmp_path, "init", "-q")
    text = "---\nlicense: apache-2.0\nlibrary_name: transformers\npipeline_tag: text-classification\n---\n# A model\n[x](data.csv)\n"
    paths = (
        "LICENSE", "NOTICE", "config.json", "adapter_config.json", "tokenizer.json", "tokenizer_config.json", "model.safetensors", "app.py",
        "model_index.json", ".eval_results/a.yaml", "CITATION.cff", "data.csv",
    )  # fmt: skip
    for path in paths:
        put(tmp_path, POINTER, path)
    git(put(tmp_path, text), "add", "-A")
    for kind in ("model", "dataset", "space"):
        done = cardlint("check", "--staged", "--kind", kind, "--select", "all", "--ignore", "documentation/,ethics/,provenance/", "-v")
        assert "not examined" not in done.out
        assert done.code in {0, 1}
        assert "LFS" not in done.out.replace("lies in Git LFS", "")
    git(put(tmp_path, POINTER), "add", "-A")
    done = cardlint("check", "--staged", "--select", "all")
    assert (done.code, done.out) == (0, "Nothing found in 1 repository.\n")
