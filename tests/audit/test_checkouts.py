"""The repositories in a folder of checkouts."""

from __future__ import annotations

from pathlib import Path

import pytest

from cardlint.audit.checkouts import checkouts
from cardlint.errors import UsageError


def make(root: Path, *files: str) -> None:
    for file in files:
        (root / file).parent.mkdir(parents=True, exist_ok=True)
        (root / file).touch()


def test_a_folder_that_is_a_repository_is_the_only_one(tmp_path: Path) -> None:
    make(tmp_path, "README.md", "inner/README.md")
    assert list(checkouts(tmp_path)) == [tmp_path]


def test_repositories_below_are_found_sorted_and_not_entered(tmp_path: Path) -> None:
    make(tmp_path, "b/README.md", "b/inner/README.md", "a/x/.gitattributes", "a/w/.git/HEAD", "models/acme/kettle/README.md", "notes/x.txt")
    assert [path.relative_to(tmp_path).as_posix() for path in checkouts(tmp_path)] == ["a/w", "a/x", "b", "models/acme/kettle"]


def test_links_and_hidden_folders_are_left_out_and_the_depth_is_bounded(tmp_path: Path) -> None:
    make(tmp_path, "elsewhere/x/README.md", "here/.cache/README.md", "here/1/2/3/4/README.md", "here/1/README.txt")
    (tmp_path / "here" / "link").symlink_to(tmp_path / "elsewhere" / "x")
    with pytest.raises(UsageError, match=r"holds no repository to a depth of 3 folders; one is told by .git, README.md or .gitattributes"):
        list(checkouts(tmp_path / "here"))
    make(tmp_path, "here/1/2/3/README.md")
    assert [path.name for path in checkouts(tmp_path / "here")] == ["3"]


def test_what_cannot_be_read_or_is_too_much_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UsageError, match="cannot be read: No such file"):
        list(checkouts(tmp_path / "nowhere"))
    make(tmp_path, "a/x", "b/x", "c/x")
    monkeypatch.setattr("cardlint.audit.checkouts.MOST_FOLDERS", 2)
    with pytest.raises(UsageError, match="holds more than 2 folders"):
        list(checkouts(tmp_path))
