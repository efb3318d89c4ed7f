"""Git LFS: pointers in folders, checkouts, the index and commits; what is almost one; what should be one; and the fixes."""

from __future__ import annotations

import hashlib
import subprocess
from typing import TYPE_CHECKING, Any

import pytest
from weightbytes import DANGEROUS, pointer, torch

from cardlint import engine
from cardlint.errors import Unreadable
from cardlint.gitrun import Git
from cardlint.gittree import GitTree
from cardlint.policyfile import load_policy
from cardlint.repository import Identity, Repository
from cardlint.rule import shipped
from cardlint.source import Excluding, Folder, Memory

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from conftest import Done

    from cardlint.source import Source

    Command = Callable[..., Done]

UNRESOLVED, MALFORMED, OUTSIDE = "lfs-pointer-unresolved", "lfs-pointer-malformed", "weights-outside-lfs"
POINTER = pointer(b"content", 404_770_755)
LFS = "filter=lfs diff=lfs merge=lfs -text"
LARGE = 10_485_761


def run(source: Source, *select: str) -> Any:
    repository = Repository(source, Identity("model", None, told=True))
    target = engine.run(repository, load_policy(shipped(), select=select).bind(repository))
    assert target.failed == ()
    return target


def found(source: Source, *select: str) -> list[str]:
    target = run(source, *select)
    assert target.skipped == ()
    return [finding.path for finding in target.findings]


def git(root: Path, *arguments: str) -> None:
    subprocess.run(
        ["git", "-C", root, "-c", "user.name=a", "-c", "user.email=a@b.c", "-c", "commit.gpgsign=false", *arguments],
        check=True, capture_output=True,
    )  # fmt: skip


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout in which LFS has put nothing in the place of the pointers."""
    root = tmp_path / "model"
    root.mkdir()
    git(root, "init", "-q")
    (root / ".gitattributes").write_text(f"*.safetensors {LFS}\n")
    (root / "model.safetensors").write_bytes(POINTER)
    (root / "README.md").write_text("# A model\n")
    return root


def commit(root: Path) -> None:
    # Without the filter: what stands on disk is what Git stores.
    git(root, "-c", "filter.lfs.clean=cat", "-c", "filter.lfs.smudge=cat", "-c", "filter.lfs.process=", "add", "-A")
    git(root, "-c", "filter.lfs.clean=cat", "-c", "filter.lfs.process=", "commit", "-qm", "a")


# Where pointers are as they should be


def test_in_a_folder_that_git_knows_nothing_of_a_pointer_is_unresolved(tmp_path: Path) -> None:
    (tmp_path / "model.safetensors").write_bytes(POINTER)
    (tmp_path / ".gitattributes").write_text(f"*.safetensors {LFS}\n")
    (finding,) = run(Folder(tmp_path), UNRESOLVED).findings
    assert (finding.path, finding.message) == (
        "model.safetensors", "is the Git LFS pointer to 405 MB, not the file itself; get it with `git lfs pull` or from the Hub"
    )  # fmt: skip


def test_in_a_checkout_that_was_not_smudged_it_is_not(checkout: Path) -> None:
    assert found(Folder(checkout), UNRESOLVED) == []


def test_pointer_text_that_was_committed_as_content_is(checkout: Path) -> None:
    (checkout / "model.onnx").write_bytes(POINTER)
    commit(checkout)
    (finding,) = run(Folder(checkout), UNRESOLVED).findings
    assert (finding.path, "no line of .gitattributes" in finding.message) == ("model.onnx", True)
    assert found(GitTree(checkout, "HEAD"), UNRESOLVED) == ["model.onnx"]
    assert found(GitTree(checkout), UNRESOLVED) == []


def test_a_repository_below_the_top_of_a_checkout_goes_by_the_lines_above(checkout: Path) -> None:
    below = checkout / "models" / "small"
    below.mkdir(parents=True)
    for name in ("a.safetensors", "a.onnx"):
        (below / name).write_bytes(POINTER)
    assert found(Folder(below), UNRESOLVED) == ["a.onnx"]
    (checkout / "models" / ".gitattributes").write_text(f"small/*.onnx {LFS}\n")
    assert found(Folder(below), UNRESOLVED) == []


def test_rules_on_content_are_not_applicable_where_pointers_are_all_there_can_be(checkout: Path) -> None:
    (checkout / "a.pkl").write_bytes(DANGEROUS)
    commit(checkout)
    for source in (Folder(checkout), GitTree(checkout), GitTree(checkout, "HEAD")):
        target = run(source, "pickle-dangerous", "safetensors-invalid", UNRESOLVED)
        assert [(finding.rule, finding.path) for finding in target.findings] == [("pickle-dangerous", "a.pkl")]
        assert (target.skipped, sorted(target.not_applicable)) == ((), ["pickle-dangerous", "safetensors-invalid"])


def test_the_command_ends_well_over_a_checkout_of_pointers(cardlint: Command, checkout: Path) -> None:
    commit(checkout)
    for arguments in ((), ("--staged",), ("--revision", "HEAD")):
        done = cardlint(
            "check", str(checkout), "--select", "weights/", "--ignore", "library-file-missing,weights-contradict-card", *arguments
        )
        assert (done.code, done.out) == (0, "Nothing found in 1 repository.\n")
    done = cardlint("check", str(checkout), "--staged", "-v", "--select", "pickle-dangerous")
    assert "not applicable[pickle-dangerous]" in done.out


def test_the_command_excuses_what_could_not_look_by_the_pointer(cardlint: Command, tmp_path: Path) -> None:
    (tmp_path / "model.bin").write_bytes(POINTER)
    done = cardlint("check", "--select", f"pickle-dangerous,{UNRESOLVED}", "--output-format", "concise", "-q")
    said = "is the Git LFS pointer to 405 MB, not the file itself; get it with `git lfs pull` or from the Hub"
    assert (done.code, done.out) == (0, f"model.bin: warning[lfs-pointer-unresolved] {said}\n")
    assert cardlint("check", "--select", "pickle-dangerous").code == 4


# What is almost a pointer


RIGHT = POINTER.decode()
SPELT = [
    (RIGHT.replace("\n", "\r\n"), "its lines end with CR", 1),
    ("\ufeff" + RIGHT, "a byte order mark stands before it", 1),
    (RIGHT.replace("spec/v1", "spec/v2"), "the line should be `version https://git-lfs.github.com/spec/v1`", 1),
    (RIGHT.replace("version ", "version  "), "the line should be `version https://git-lfs.github.com/spec/v1`", 1),
    (RIGHT.replace("sha256:", "sha1:"), "the line should be `oid sha256:` and 64 hexadecimal digits in lower case", 2),
    (RIGHT.replace("sha256:", "sha256:0"), "the line should be `oid sha256:` and 64 hexadecimal digits in lower case", 2),
    (RIGHT.replace("size 4", "size 4k"), "the line should be `size` and a number of bytes", 3),
    (RIGHT.rpartition("size")[0], "it has no line `size` and a number of bytes", 1),
    ("\n".join(RIGHT.split("\n")[1:]), "it has no line `version https://git-lfs.github.com/spec/v1`", 1),
    (RIGHT + "\n", "its lines should be `version`, `oid` and `size`, each once, in this order, without empty ones", 1),
    ("\n".join([*RIGHT.split("\n")[:1], *reversed(RIGHT.split("\n")[1:3])]),
     "its lines should be `version`, `oid` and `size`, each once, in this order, without empty ones", 1),
    (RIGHT + "x: 1\n", "other text stands in it", 4),
    (f"<<<<<<< HEAD\n{RIGHT}=======\n{RIGHT}>>>>>>> main\n", "a merge left its marks in it", 1),
]  # fmt: skip


@pytest.mark.parametrize(("text", "message", "line"), SPELT, ids=[item[1][:30] for item in SPELT])
def test_what_keeps_a_file_from_being_a_pointer_is_said(text: str, message: str, line: int) -> None:
    (finding,) = run(Memory({"model.safetensors": text.encode()}), MALFORMED).findings
    assert (finding.message, finding.place.line) == (f"is almost a Git LFS pointer: {message}; Git LFS takes it for the file itself", line)


@pytest.mark.parametrize(
    "text",
    [
        RIGHT,
        RIGHT.rstrip("\n"),
        RIGHT.replace("oid", "ext-0-foo sha256:" + "a" * 64 + "\noid"),
        RIGHT.replace("https://git-lfs.github.com/spec/v1", "https://hawser.github.com/spec/v1"),
        "version 1.2\nsize 12\n",
        "size 12\n",
        "version https://example.org/schema\n",
        "<<<<<<< HEAD\na\n=======\nb\n>>>>>>> main\n",
        "version https://git-lfs.github.com/\nhow to read it\n",
        "# How a pointer looks\n" + RIGHT,
    ],
)
def test_what_is_a_pointer_or_something_else_is_not_almost_one(text: str) -> None:
    assert found(Memory({"a.txt": text.encode()}), MALFORMED) == []


def test_a_pointer_that_is_broken_is_no_mismatch_besides() -> None:
    files = {"model.safetensors": RIGHT.replace("\n", "\r\n").encode()}
    assert [item.rule for item in run(Memory(files), MALFORMED, "format-mismatch").findings] == [MALFORMED]


def test_what_cannot_be_read_may_be_one() -> None:
    (skipped,) = run(Memory({"a.txt": 200}), MALFORMED).skipped
    assert skipped.because is None


def test_the_pointers_of_real_repositories_are_right(corpus: Path) -> None:
    files: dict[str, bytes | int] = {path.name: path.read_bytes() for path in (corpus / "lfs_pointers").iterdir() if path.is_file()}
    assert run(Memory(files), MALFORMED).findings == ()
    assert len(found(Memory(files), UNRESOLVED)) == len(files)


def stored(checkout: Path, content: bytes, size: int | None = None, oid: str | None = None) -> None:
    """A pointer in the checkout, and the object in the store of LFS."""
    name = oid or hashlib.sha256(content).hexdigest()
    text = pointer(content, size).decode().replace(hashlib.sha256(content).hexdigest(), name)
    (checkout / "model.safetensors").write_text(text)
    path = checkout / ".git" / "lfs" / "objects" / name[:2] / name[2:4] / name
    path.parent.mkdir(parents=True)
    path.write_bytes(content)


STORED: list[tuple[dict[str, Any], list[str]]] = [
    ({}, []),
    ({"size": 8}, ["says the file has 8 bytes, and the object it names, which lies in .git/lfs, has 7"]),
    ({"oid": "ab" * 32}, ["names an object whose content, which lies in .git/lfs, has another SHA-256"]),
]


@pytest.mark.parametrize(("how", "messages"), STORED)
def test_a_pointer_is_held_against_the_object_it_names(checkout: Path, how: dict[str, Any], messages: list[str]) -> None:
    stored(checkout, b"content", **how)
    commit(checkout)
    for source in (Folder(checkout), GitTree(checkout)):
        assert [item.message for item in run(source, MALFORMED).findings] == messages


def test_the_object_a_pointer_names_is_judged_where_lfs_keeps_it(checkout: Path) -> None:
    stored(checkout, DANGEROUS)
    commit(checkout)
    for source in (Folder(checkout), GitTree(checkout), GitTree(checkout, "HEAD")):
        target = run(source, "pickle-dangerous", "format-mismatch")
        assert [(item.rule, item.path) for item in target.findings] == [
            ("format-mismatch", "model.safetensors"),
            ("pickle-dangerous", "model.safetensors"),
        ]
        assert (target.skipped, target.not_applicable) == ((), ())


def test_an_object_that_is_another_than_the_pointer_names_is_not(checkout: Path) -> None:
    stored(checkout, DANGEROUS, len(DANGEROUS) + 1)
    commit(checkout)
    target = run(Folder(checkout), "pickle-dangerous")
    assert (target.findings, target.not_applicable) == ((), ("pickle-dangerous",))


def test_an_object_that_cannot_be_read_is_not_passed_over(checkout: Path) -> None:
    stored(checkout, DANGEROUS)
    (kept,) = (path for path in (checkout / ".git" / "lfs" / "objects").rglob("*") if path.is_file())
    kept.rename(checkout.parent / "moved")
    kept.symlink_to(checkout.parent / "moved")
    target = run(Folder(checkout), "pickle-dangerous")
    assert [item.rule for item in target.skipped] == ["pickle-dangerous"]


def test_a_further_worktree_shares_the_store(checkout: Path, tmp_path: Path) -> None:
    stored(checkout, b"content", 8)
    commit(checkout)
    git(checkout, "-c", "filter.lfs.smudge=cat", "-c", "filter.lfs.process=", "worktree", "add", "-q", str(tmp_path / "other"))
    assert [item.path for item in run(Folder(tmp_path / "other"), MALFORMED).findings] == ["model.safetensors"]


def test_without_a_store_there_is_nothing_to_hold_a_pointer_against(tmp_path: Path) -> None:
    (tmp_path / ".git").symlink_to("nowhere")
    (tmp_path / ".gitattributes").write_text(f"*.safetensors {LFS}\n")
    (tmp_path / "model.safetensors").write_bytes(POINTER)
    assert run(Folder(tmp_path), MALFORMED, UNRESOLVED).findings == ()


def test_large_objects_are_not_hashed(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cardlint.checks.lfs._HASHED", 6)
    stored(checkout, b"content", oid="ab" * 32)
    assert run(Folder(checkout), MALFORMED).findings == ()


# What should be a pointer


def listed(files: dict[str, int], **patterns: str) -> Memory:
    named = {f".{name}": text.encode() for name, text in patterns.items()}
    return Memory({**files, **named})


def test_large_files_want_a_line() -> None:
    files = {"a.safetensors": LARGE, "b.gguf": LARGE, "c.gguf": LARGE - 1, "d/e.safetensors": LARGE}
    assert found(listed(files, gitattributes=f"*.safetensors {LFS}\n"), OUTSIDE) == ["b.gguf"]
    assert found(listed(files, gitattributes="# nothing\n"), OUTSIDE) == ["a.safetensors", "b.gguf", "d/e.safetensors"]


def test_without_git_or_its_patterns_nobody_asked() -> None:
    assert found(Memory({"a.safetensors": LARGE}), OUTSIDE) == []


def test_deeper_patterns_count_later() -> None:
    files: dict[str, bytes | int] = {"d/a.gguf": LARGE, "a.gguf": LARGE, ".gitattributes": f"*.gguf {LFS}\n".encode()}
    assert found(Memory({**files, "d/.gitattributes": b"*.gguf -filter\n"}), OUTSIDE) == ["d/a.gguf"]


def test_what_git_does_not_look_at_is_left_out() -> None:
    files = {"out/a.gguf": LARGE, "b.gguf": LARGE}
    assert found(listed(files, gitattributes="", gitignore="out/\n"), OUTSIDE) == ["b.gguf"]


def test_in_a_checkout_without_patterns_large_files_are_outside(checkout: Path) -> None:
    (checkout / ".gitattributes").unlink()
    (checkout / "a.gguf").write_bytes(b"\0" * LARGE)
    assert found(Folder(checkout), OUTSIDE) == ["a.gguf"]


def test_what_lies_in_git_although_a_line_says_otherwise(checkout: Path) -> None:
    (checkout / "a.safetensors").write_bytes(b"\0" * LARGE)
    commit(checkout)
    for source in (GitTree(checkout), GitTree(checkout, "HEAD")):
        (finding,) = run(source, OUTSIDE).findings
        assert (finding.path, "lies in Git itself" in finding.message, finding.fix) == ("a.safetensors", True, None)
    assert found(Folder(checkout), OUTSIDE) == []


FIXED = [
    ("", {"a.gguf": LARGE}, f"*.gguf {LFS}\n"),
    ("*.bin text\n", {"a.gguf": LARGE, "b/c.gguf": LARGE}, f"*.bin text\n*.gguf {LFS}\n"),
    ("*.bin text", {"a.gguf": LARGE}, f"*.bin text\n*.gguf {LFS}\n"),
    ("x\n", {"tokenizer.json": LARGE, "a/my data.csv": LARGE}, f"x\na/my[[:space:]]data.csv {LFS}\n/tokenizer.json {LFS}\n"),
    ("x\n", {"a/[b]*.txt": LARGE, "#x": LARGE}, f"x\n/#x {LFS}\na/\\[b\\]\\*.txt {LFS}\n"),
]


@pytest.mark.parametrize(("before", "files", "after"), FIXED)
def test_the_line_is_written(before: str, files: dict[str, int], after: str) -> None:
    from cardlint import fix

    repository = Repository(listed(files, gitattributes=before or "#\n"), Identity("model", None, told=True))
    selection = load_policy(shipped(), select=(OUTSIDE,))

    def look(looked: Repository) -> Any:
        return engine.run(looked, selection.bind(looked))

    target = fix.fixed(repository, look(repository), look, unsafe=True)
    assert target.findings == ()
    ((path, _, content),) = target.fixing.changes  # type: ignore[union-attr]
    assert (path, content.decode()) == (".gitattributes", ("" if before else "#\n") + after)


def test_the_command_makes_the_file(cardlint: Command, checkout: Path) -> None:
    (checkout / ".gitattributes").unlink()
    (checkout / "a.gguf").write_bytes(b"\0" * LARGE)
    assert cardlint("check", str(checkout), "--select", OUTSIDE, "--fail-on", "warning").code == 1
    done = cardlint("check", str(checkout), "--select", OUTSIDE, "--fail-on", "warning", "--unsafe-fixes")
    assert done.code == 0
    assert (checkout / ".gitattributes").read_text() == f"*.gguf {LFS}\n"


# Where patterns cannot be read


def test_patterns_that_cannot_be_read_leave_the_rules_unexamined(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (skipped,) = run(Memory({".gitattributes": 20, "a.gguf": LARGE}), OUTSIDE).skipped
    assert "only its size is known" in skipped.reason
    root = tmp_path / "a" / "b"
    root.mkdir(parents=True)
    (tmp_path / ".git").mkdir()
    (tmp_path / ".gitattributes").write_text("")

    def refused(path: Path, *_: object, **__: object) -> bytes:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr("cardlint.lfs.read_regular", refused)
    (skipped,) = run(Folder(root), OUTSIDE).skipped
    assert skipped.reason.endswith(".gitattributes: Permission denied")


def test_what_is_excluded_is_not_looked_at() -> None:
    source = Excluding(Memory({"a.bin": POINTER, "b.bin": POINTER}), ("a.bin",))
    assert found(source, UNRESOLVED) == ["b.bin"]


# Blobs of Git


def test_blobs_are_fetched_together(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(20):
        (checkout / f"{number}.bin").write_bytes(torch(DANGEROUS))
    (checkout / "link.bin").symlink_to("0.bin")
    (checkout / "out.bin").symlink_to("../nowhere")
    commit(checkout)
    tree = GitTree(checkout)
    started: list[tuple[str, ...]] = []
    whole = Git.__call__
    monkeypatch.setattr(Git, "__call__", lambda self, *arguments, **given: started.append(arguments) or whole(self, *arguments, **given))
    target = run(tree, "pickle-dangerous")
    assert len(target.findings) == 21
    assert [arguments for arguments in started if "--batch" in arguments] == [("cat-file", "--batch")]
    assert sum(arguments[:2] == ("cat-file", "blob") for arguments in started) <= 6  # links alone
    assert [item.reason for item in target.skipped] == ["out.bin is a link that leads outside the repository"]


def test_a_blob_is_bounded(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (checkout / "a.bin").write_bytes(torch(DANGEROUS))
    commit(checkout)
    monkeypatch.setattr("cardlint.gittree.MAX_BLOB", 50)
    with pytest.raises(Unreadable, match="lies in Git itself with more than 50 bytes"):
        GitTree(checkout).read("a.bin")


def test_blobs_too_large_to_be_fetched_together_come_alone(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (checkout / "a.bin").write_bytes(torch(DANGEROUS))
    commit(checkout)
    monkeypatch.setattr("cardlint.weighing._BATCH_FILE", 50)
    assert [item.path for item in run(GitTree(checkout, "HEAD"), "pickle-dangerous").findings] == ["a.bin"]


def test_an_object_that_is_missing_is_unread(checkout: Path) -> None:
    (checkout / "a.bin").write_bytes(torch(DANGEROUS))
    commit(checkout)
    done = subprocess.run(["git", "-C", checkout, "rev-parse", ":a.bin"], capture_output=True, check=True, text=True).stdout.strip()
    (checkout / ".git" / "objects" / done[:2] / done[2:]).unlink()
    (skipped,) = run(GitTree(checkout), "pickle-dangerous").skipped
    assert skipped.because is None
