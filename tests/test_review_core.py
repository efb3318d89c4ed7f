"""What a review of the core broke: each test is one way in which it once hung, lied or failed."""

from __future__ import annotations

import json
import os
import pickle
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from ending import ends

from cardlint import Repository, check
from cardlint.card import read_card
from cardlint.errors import Blocked, ConfigError, UsageError
from cardlint.formats.text import Style, render
from cardlint.kind import from_remote, read_remote
from cardlint.source import Memory, matches
from cardlint.text import decode

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import Done

    Command = Callable[..., Done]

BAD = b"---\nlicense: apache2\n---\n"
ONLY = ("--select", "license-unknown", "--output-format", "concise")


def put(folder: Path, content: bytes | str = BAD, name: str = "README.md") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    return folder


def git(folder: Path, *arguments: str, check: bool = True, **environment: str) -> str:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")} | environment
    command = ["git", "-C", str(folder), "-c", "user.email=a@b", "-c", "user.name=n", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=check, env=kept).stdout


def repository(folder: Path, content: bytes | str = BAD) -> Path:
    put(folder, content)
    git(folder, "init", "-q", "-b", "main")
    git(folder, "add", "-A")
    git(folder, "commit", "-qm", "one")
    return folder


@pytest.mark.parametrize(
    "content",
    [
        "note: text\r\n" + "\r\n" * 150,
        "text\r\n---\r\na: b\r\n" + "\r\n" * 150,
        '---\na: "b\n' + "\n" * 300_000 + "\n---\n",
    ],
)
def test_no_card_takes_long(content: str) -> None:
    with ends():
        assert read_card(decode("README.md", content.encode())).defect


def test_a_long_line_is_shown_and_shared() -> None:
    held = Repository(Memory({"README.md": b"---\nx: [" + b"no, " * 40_000 + b"no]\n---\n"}))
    with ends():
        report = check(held)
        shown = render(report, Style(width=100_000))
    assert len(report.findings) > 1000
    assert len({id(finding.place.source) for finding in report.findings if finding.place}) < 5
    assert max(len(line) for line in render(report).splitlines()) < 400
    assert "no, no" in shown


@pytest.mark.parametrize(
    ("path", "glob"), [("a/" * 60 + "b", "**/" * 20 + "x"), ("a" * 60, "*a" * 20 + "b"), ("a/" * 500, "**a" * 20 + "b")]
)
def test_no_glob_takes_long(path: str, glob: str) -> None:
    with ends():
        assert not matches(path, glob)


def test_a_broken_configuration_among_many_targets_does_not_hang(cardlint: Command, tmp_path: Path) -> None:
    put(tmp_path / "a")
    put(put(tmp_path / "b"), "foo: 1", ".cardlint.yaml")
    done = cardlint("check", "--jobs", "2", "a", "b", *ONLY)
    assert (done.code, done.out) == (2, "")
    assert done.err == f'cardlint: error: {Path("b/.cardlint.yaml")}:1:1: unknown key "foo"\n'


@pytest.mark.parametrize("error", [ConfigError("p", 1, 2, "m"), Blocked("rule", "m"), UsageError("m")])
def test_errors_pass_between_processes(error: Exception) -> None:
    again = pickle.loads(pickle.dumps(error))  # noqa: S301 - our own
    assert (str(again), vars(again)) == (str(error), vars(error))


@pytest.mark.parametrize(
    ("config", "message"),
    [
        ("rules: {license-unknown: }", '1:9: "license-unknown" has no severity'),
        ("rules: {license-unknown: off, license-unknown: error}", '1:31: "license-unknown" is given twice'),
        ("overrides:\n- when: {kind: model, kind: dataset}\n  rules: {}", '2:23: "kind" is given twice'),
        ("overrides:\n- when: {tag: }\n  rules: {all: off}", '2:10: "tag" has no value'),
        ("rules: !!python/name:os.system {}", "1:8: YAML tag !!python/name:os.system"),
        ("extends: " + "a" * 5000, "File name too long"),
        ("extends: [" + "hub, " * 200 + "]", "extends more than 100 policies"),
        (None, "cannot be read: Is a directory"),
    ],
)
def test_a_wrong_configuration_is_an_error_that_says_so(cardlint: Command, tmp_path: Path, config: str | None, message: str) -> None:
    put(tmp_path)
    if config is None:
        (tmp_path / ".cardlint.yaml").mkdir()
    else:
        put(tmp_path, config, ".cardlint.yaml")
    done = cardlint("check", *ONLY)
    assert (done.code, done.out) == (2, "")
    assert message in done.err


def test_configuration_that_is_no_file_or_too_much(cardlint: Command, tmp_path: Path) -> None:
    put(tmp_path)
    config = tmp_path / ".cardlint.yaml"
    os.mkfifo(config)
    assert "is not a regular file" in cardlint("check", *ONLY).err
    config.unlink()
    config.symlink_to("nowhere")
    assert "cannot be read" in cardlint("check", *ONLY).err
    config.unlink()
    with config.open("wb") as file:
        file.truncate(20_000_000_000)
    assert "larger than 1,000,000 bytes" in cardlint("check", *ONLY).err
    config.write_text("extends: p0.yaml")
    for number in range(30):
        put(tmp_path, f"extends: p{number + 1}.yaml", f"p{number}.yaml")
    assert "more than 20 deep" in cardlint("check", *ONLY).err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((" ".strip(),), "empty name"),
        (("--revision", ""), "--revision is empty"),
        (("-", "--staged"), "standard input is in no commit"),
        (("--revision", "nope"), "Git knows no commit nope"),
        (("--policy", ""), 'there is no policy ""'),
        (("--output-format", "json="), "names no file"),
        (("--output-format", "json=a", "--output-format", "text=./a"), "two reports would share"),
        (("--output-format", "json=a", "--output-format", "text=b/../a"), "two reports would share"),
        (("--output-format", "markdown=README.md"), "is the card itself"),
        (("README.md", "--output-format", "csv=./README.md"), "is the card itself"),
    ],
)
def test_wrong_use(cardlint: Command, tmp_path: Path, arguments: tuple[str, ...], message: str) -> None:
    repository(tmp_path)
    done = cardlint("check", *arguments)
    assert (done.code, done.out) == (2, "")
    assert message in done.err


def test_a_folder_outside_git_has_no_staged_files(cardlint: Command, tmp_path: Path) -> None:
    put(tmp_path)
    done = cardlint("check", "--staged", "--kind", "model", GIT_CEILING_DIRECTORIES=str(tmp_path.parent))
    assert (done.code, done.out) == (2, "")
    assert "not a git repository" in done.err
    assert cardlint("check", "--revision", "HEAD", GIT_CEILING_DIRECTORIES=str(tmp_path.parent)).code == 2


def test_a_conflict_is_not_examined(cardlint: Command, tmp_path: Path) -> None:
    repository(tmp_path)
    git(tmp_path, "checkout", "-qb", "other")
    git(put(tmp_path, b"---\nlicense: a\n---\n"), "commit", "-qam", "two")
    git(tmp_path, "checkout", "-q", "main")
    git(put(tmp_path, b"---\nlicense: b\n---\n"), "commit", "-qam", "three")
    git(tmp_path, "merge", "-q", "other", check=False)
    done = cardlint("check", "--staged", *ONLY)
    assert (done.code, done.out) == (
        4,
        ".: not examined[license-unknown] README.md is in conflict: the index holds several versions of it\n",
    )


def test_a_hook_of_a_worktree_examines_what_it_was_told_to(tmp_path: Path) -> None:
    first, other = repository(tmp_path / "first"), repository(tmp_path / "other", b"---\nlicense: gpl2\n---\n")
    put(first / "sub", b"---\nlicense: mitt\n---\n")
    git(first, "add", "-A")
    git(first, "commit", "-qm", "two")
    git(first, "worktree", "add", "-q", "../tree")
    hook = first / ".git" / "hooks" / "pre-commit"
    command = [sys.executable, "-m", "cardlint", "check", "--staged", ".", "sub", str(other), *ONLY]
    hook.write_text(f"#!/bin/sh\n{' '.join(command)} > {tmp_path}/said\n")
    hook.chmod(0o755)
    put(tmp_path / "tree", b"---\nlicense: bsdd\n---\n")
    git(tmp_path / "tree", "commit", "-qam", "three", check=False)
    said = (tmp_path / "said").read_text().splitlines()
    assert [line.split('"')[1] for line in said] == ["bsdd", "mitt", "gpl2"]


def test_git_starts_no_program_of_the_repository(cardlint: Command, tmp_path: Path) -> None:
    held = repository(tmp_path / "r")
    oid = git(held, "rev-parse", "HEAD:README.md").strip()
    (held / ".git" / "objects" / oid[:2] / oid[2:]).unlink()
    for key, value in {
        "core.repositoryformatversion": "1", "extensions.partialClone": "origin", "remote.origin.promisor": "true",
        "remote.origin.url": f"ext::sh -c touch% {tmp_path}/ran", "protocol.ext.allow": "always",
    }.items():  # fmt: skip
        git(held, "config", key, value)
    done = cardlint("check", "r", "--revision", "HEAD", *ONLY)
    assert done.code == 4
    assert "not examined" in done.out
    assert not (tmp_path / "ran").exists()


def test_git_with_a_work_tree_of_its_own(cardlint: Command, tmp_path: Path) -> None:
    repository(tmp_path / "r")
    (tmp_path / "r" / ".git").rename(tmp_path / "store")
    environment = {"GIT_DIR": str(tmp_path / "store"), "GIT_WORK_TREE": str(tmp_path / "r")}
    assert cardlint("check", "r", "--staged", *ONLY, **environment).out.startswith("r/README.md:2:10: error[license-unknown]")


def test_the_kind_of_a_worktree_is_that_of_its_remote(tmp_path: Path) -> None:
    first = repository(tmp_path / "first")
    git(first, "remote", "add", "origin", "https://huggingface.co/datasets/a/b")
    git(first, "worktree", "add", "-q", "../tree")
    assert read_remote(first) == read_remote(tmp_path / "tree") == ("dataset", "a/b")
    assert read_remote(put(tmp_path / "odd", b"nothing", ".git")) == (None, None)
    os.mkfifo(put(tmp_path / "pipe" / ".git") / "config")
    assert read_remote(tmp_path / "pipe") == (None, None)


def test_only_remotes_tell_the_kind() -> None:
    others = '[lfs]\n\turl = https://huggingface.co/x/y.git/info/lfs\n[submodule "d"]\n\turl = https://hf.co/datasets/x/y\n'
    assert from_remote(others) == (None, None)
    assert from_remote(others + '[remote "hub"]\n\tfetch = x\n\n\turl = git@hf.co:spaces/a/b\n[branch "m"]\n') == ("space", "a/b")


@pytest.mark.parametrize("encoding", ["ascii", "latin-1"])
def test_json_is_json_on_any_terminal(cardlint: Command, tmp_path: Path, encoding: str) -> None:
    put(tmp_path, "---\nlicense: é💥\n---\n")
    done = cardlint("check", "--select", "license-unknown", "--output-format", "json", PYTHONIOENCODING=encoding)
    assert "é💥" in json.loads(done.out)["targets"][0]["findings"][0]["message"]


@pytest.mark.parametrize(
    ("command", "code", "message"),
    [
        ("check r -q >&-", 1, ""),
        ("--version >&-", 0, ""),
        ("check r > /dev/full", 2, "cardlint: error: standard output cannot be written: No space left on device\n"),
        ("--version > /dev/full", 1, ""),
        ("check - <&-", 2, "cardlint: error: standard input is closed, so there is no card to read on it\n"),
    ],
)
def test_closed_and_full_streams(tmp_path: Path, command: str, code: int, message: str) -> None:
    put(tmp_path / "r")
    done = subprocess.run(
        ["sh", "-c", f"{sys.executable} -m cardlint {command}"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (code, message)


def test_a_reader_that_goes_away_hides_no_findings(tmp_path: Path) -> None:
    put(tmp_path / "r")
    command = f"set -o pipefail; {sys.executable} -m cardlint check r | true"
    done = subprocess.run(["bash", "-c", command], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (1, "")


def test_a_dash_is_standard_output(cardlint: Command, tmp_path: Path) -> None:
    put(tmp_path)
    assert cardlint("check", *ONLY[:2], "--output-format", "concise=-").out.startswith("README.md:2:10:")


def test_usage_errors_are_harmless_for_a_terminal(cardlint: Command) -> None:
    pty = pytest.importorskip("pty")
    chunks: list[bytes] = []

    def read(descriptor: int) -> bytes:
        chunks.append(os.read(descriptor, 4096))
        return chunks[-1]

    pty.spawn([sys.executable, "-m", "cardlint", "a\x1b[31mb"], read)
    assert b"\x1b" not in b"".join(chunks)
    assert cardlint("a\x1b[31mb").code == 2


def test_a_folder_that_cannot_be_listed_does_not_hide_the_card() -> None:
    class Unlistable(Memory):
        def entries(self) -> list[object]:  # type: ignore[override]
            from cardlint.errors import Unreadable

            raise Unreadable("sub: Permission denied")

    report = check(Repository(Unlistable({"README.md": BAD})))
    assert "license-unknown" in {finding.rule for finding in report.findings}
    assert report.exit_code() == 4


def test_an_obstacle_that_nobody_reports_is_not_clean(cardlint: Command, tmp_path: Path) -> None:
    put(tmp_path, "---\n[\n---\n")
    put(tmp_path, "overrides:\n- when: {path: README.md}\n  rules: {frontmatter-invalid: off}\n", ".cardlint.yaml")
    assert cardlint("check").code == 4


def test_the_kind_given_in_python_counts() -> None:
    held = Repository(Memory({"README.md": BAD}))
    assert check(held, kind="dataset").targets[0].kind == "dataset"
    with pytest.raises(UsageError, match='there is no kind "bogus"'):
        check(held, kind="bogus")  # type: ignore[arg-type]


def test_the_configuration_is_read_where_the_files_are_read(tmp_path: Path) -> None:
    def git(*arguments: str) -> None:
        subprocess.run(
            ["git", "-c", "user.name=t", "-c", "user.email=t@example.org", *arguments], cwd=tmp_path, check=True, capture_output=True
        )

    def rules(*arguments: str) -> str:
        command = [sys.executable, "-m", "cardlint", "check", "--output-format", "concise", *arguments]
        return subprocess.run(command, cwd=tmp_path, check=False, capture_output=True, text=True).stdout

    git("init", "-q")
    (tmp_path / "README.md").write_text("---\nlicense: apache2\n---\n")
    (tmp_path / ".cardlint.yaml").write_text("rules: {license-unknown: note}\n")
    git("add", ".")
    git("commit", "-qm", "x")
    (tmp_path / ".cardlint.yaml").write_text("rules: {all: off}\n")
    assert rules() == ""
    assert "note[license-unknown]" in rules("--staged")
    assert "note[license-unknown]" in rules("--revision", "HEAD")
    git("rm", "-q", "--cached", ".cardlint.yaml")
    assert "error[license-unknown]" in rules("--staged")
    assert "error[license-unknown]" in rules("--staged", "--isolated")


def test_a_configuration_by_another_name_is_an_error(tmp_path: Path) -> None:
    (tmp_path / ".cardlint.yml").write_text("rules: {}\n")
    with pytest.raises(UsageError, match=r"name it \.cardlint\.yaml"):
        check(tmp_path)


def test_the_report_names_the_policy_that_was_applied(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("---\nlicense: mit\n---\n")
    assert check(tmp_path).policy == "recommended"
    (tmp_path / ".cardlint.yaml").write_text("extends: hub\n")
    assert check(tmp_path).policy == str(tmp_path / ".cardlint.yaml")


def test_sixty_thousand_strange_keys_end(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("---\nlicense: mit\n" + "".join(f"key{number}: v\n" for number in range(60_000)) + "---\n")
    command = [sys.executable, "-m", "cardlint", "check", "--quiet"]
    assert subprocess.run(command, cwd=tmp_path, check=False, capture_output=True, timeout=120).returncode == 0


def test_links_end_where_their_sentence_goes_on_for_ever() -> None:
    repository = Repository(Memory({"README.md": b"---\nx: 1\n---\nhttp://c.d/e" + b".)" * 60 + b"\n"}))
    (link,) = repository.fact("links")  # which begins the paragraph
    assert link.target.startswith("http://c.d/e")


@pytest.mark.parametrize(
    "content", ["license: [" + "mitt, " * 190_000 + "]", "tags: [" + "1, " * 190_000 + "]", "x: [" + "1, " * 30_000 + "]"]
)
def test_lists_beyond_reading_end_and_say_so(tmp_path: Path, content: str) -> None:
    (tmp_path / "README.md").write_text(f"---\n{content}\n---\n")
    command = [sys.executable, "-m", "cardlint", "check", "--output-format", "concise"]
    done = subprocess.run(command, cwd=tmp_path, check=False, capture_output=True, text=True, timeout=120)
    assert "items, of which only 10,000 were compared with the schema" in done.stdout
    assert done.returncode in {0, 1}
