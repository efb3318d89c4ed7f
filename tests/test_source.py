from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from cardlint.errors import Unreadable
from cardlint.gittree import GitTree
from cardlint.source import Excluding, FileEntry, Folder, Memory, Pointer, Source, matches, parse_pointer, pointer

OID = "4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393"
POINTER = f"version https://git-lfs.github.com/spec/v1\noid sha256:{OID}\nsize 12345\n".encode()


def git(folder: Path, *arguments: str) -> str:
    command = ["git", "-c", "user.name=t", "-c", "user.email=t@example.org", *arguments]
    return subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True).stdout.strip()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    root = tmp_path / "repo"
    (root / "sub").mkdir(parents=True)
    (root / "README.md").write_bytes(b"card")
    (root / "sub" / "weights.bin").write_bytes(POINTER)
    return root


def test_a_folder_lists_files_with_sizes_sorted(folder: Path) -> None:
    assert Folder(folder).entries() == [FileEntry("README.md", 4), FileEntry("sub/weights.bin", len(POINTER))]


def test_version_control_and_nested_repositories_are_not_entered(folder: Path) -> None:
    (folder / ".git").mkdir()
    (folder / ".git" / "config").write_bytes(b"x")
    nested = folder / "nested"
    nested.mkdir()
    (nested / ".git").write_bytes(b"gitdir: elsewhere")
    (nested / "file").write_bytes(b"x")
    assert [entry.path for entry in Folder(folder).entries()] == ["README.md", "sub/weights.bin"]


def test_links_never_lead_outside_the_root(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(b"secret")
    (folder / "out").symlink_to(tmp_path / "secret")
    (folder / "up").symlink_to(tmp_path)
    (folder / "in").symlink_to("README.md")
    source = Folder(folder)
    entries = {entry.path: entry for entry in source.entries()}
    assert entries["out"].outside
    assert entries["up"].outside
    assert entries["in"] == FileEntry("in", 4)
    assert source.read("in") == b"card"
    for path in ("out", "up/secret", "../secret", "sub/../../secret"):
        with pytest.raises(Unreadable, match="outside"):
            source.read(path)


def test_a_link_to_nowhere_is_listed_and_unreadable(folder: Path) -> None:
    (folder / "gone").symlink_to("nothing")
    assert FileEntry("gone", 0) in Folder(folder).entries()
    with pytest.raises(Unreadable):
        Folder(folder).read("gone")


def test_a_pipe_is_no_file_and_does_not_block(folder: Path) -> None:
    os.mkfifo(folder / "pipe")
    assert "pipe" not in [entry.path for entry in Folder(folder).entries()]
    with pytest.raises(Unreadable, match="not a regular file"):
        Folder(folder).read("pipe")


def test_a_folder_that_is_gone_is_unreadable(tmp_path: Path) -> None:
    with pytest.raises(Unreadable):
        Folder(tmp_path / "gone").entries()


def test_ranges(folder: Path) -> None:
    for source in (Folder(folder), Memory({"README.md": b"card"})):
        assert source.read("README.md", 1, 2) == b"ar"
        assert source.read("README.md", 3) == b"d"


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (POINTER, Pointer(OID, 12345)),
        (POINTER[:-1], Pointer(OID, 12345)),
        (POINTER.replace(b"\noid", b"\next-0-x sha256:abc\noid"), Pointer(OID, 12345)),
        (POINTER.replace(b"\n", b"\r\n"), None),
        (POINTER + b"more", None),
        (POINTER.replace(OID.encode(), b"abc"), None),
        (b"", None),
    ],
)
def test_lfs_pointers_are_recognised_exactly(content: bytes, found: Pointer | None) -> None:
    assert parse_pointer(content) == found


def test_a_pointer_in_the_listing(folder: Path) -> None:
    source = Folder(folder)
    assert [pointer(source, entry) for entry in source.entries()] == [None, Pointer(OID, 12345)]


def test_only_a_size_is_known() -> None:
    source = Memory({"weights.bin": 10**12})
    assert source.entries() == [FileEntry("weights.bin", 10**12)]
    with pytest.raises(Unreadable):
        source.read("weights.bin")


@pytest.fixture
def checkout(folder: Path) -> Path:
    git(folder, "init", "-q", "-b", "main")
    (folder / "in").symlink_to("sub/weights.bin")
    (folder / "out").symlink_to("../../etc/passwd")
    git(folder, "add", "-A")
    git(folder, "commit", "-qm", "first")
    (folder / "README.md").write_bytes(b"staged")
    git(folder, "add", "README.md")
    (folder / "README.md").write_bytes(b"working tree")
    return folder


def test_a_git_tree_reads_the_index_or_a_commit_never_the_working_tree(checkout: Path) -> None:
    assert GitTree(checkout).read("README.md") == b"staged"
    assert GitTree(checkout, "HEAD").read("README.md") == b"card"
    assert GitTree(checkout, "main").commit() == git(checkout, "rev-parse", "HEAD")
    assert GitTree(checkout).commit() is None
    for source in (GitTree(checkout), GitTree(checkout, "HEAD")):
        entries = {entry.path: entry for entry in source.entries()}
        assert list(entries) == ["README.md", "in", "out", "sub/weights.bin"]
        assert entries["in"].size == len(POINTER)
        assert entries["out"].outside
        assert pointer(source, entries["in"]) == Pointer(OID, 12345)
        with pytest.raises(Unreadable, match="outside"):
            source.read("out")
        assert source.read("README.md", 1, 2) in (b"ar", b"ta")


def test_a_git_tree_below_the_top_has_paths_of_its_own(checkout: Path) -> None:
    for source in (GitTree(checkout / "sub"), GitTree(checkout / "sub", "HEAD")):
        assert [entry.path for entry in source.entries()] == ["weights.bin"]


@pytest.mark.parametrize("revision", ["nope", "--help", "HEAD~9"])
def test_an_unknown_revision_is_unreadable(checkout: Path, revision: str) -> None:
    with pytest.raises(Unreadable, match="git ls-tree failed"):
        GitTree(checkout, revision).entries()


def test_no_repository_is_unreadable(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match="git ls-files failed"):
        GitTree(tmp_path).entries()


@pytest.mark.parametrize(
    ("path", "glob", "expected"),
    [
        ("a.bin", "*.bin", True), ("x/a.bin", "*.bin", True), ("x/a.bin", "x/*.bin", True), ("x/y/a.bin", "x/*.bin", False),
        ("x/y/a.bin", "x/**", True), ("x/y/a.bin", "**/a.bin", True), ("a.bin", "**/a.bin", True), ("tests/a", "tests/", True),
        ("x/tests/a", "tests", True), ("a.b", "a?b", True), ("a/b", "a?b", False), ("acme/x", "acme/*", True), ("a[1]", "a[1]", True),
    ],
)  # fmt: skip
def test_globs(path: str, glob: str, expected: bool) -> None:
    assert matches(path, glob) is expected


def test_excluded_paths_are_not_listed(folder: Path) -> None:
    source: Source = Excluding(Folder(folder), ("*.bin",))
    assert [entry.path for entry in source.entries()] == ["README.md"]
    assert source.listed
    assert source.read("README.md") == b"card"
