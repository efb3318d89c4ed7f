"""The cache that the Hub's own client writes, read without it and without the network."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from hub.command import check
from hub.server import TOKEN, Hub
from hub.store import Repo
from huggingface_hub import hf_hub_download, snapshot_download

from cardlint import hubcache
from cardlint.errors import Unreadable
from cardlint.hub import Hub as Hub_
from cardlint.hubcache import Held, cache_folder, find, held
from cardlint.hubrepo import HubName, HubSource

CARD = b"---\nlicense: mit\npipeline_tag: text-generation\n---\n# Kettle\n"


@pytest.fixture
def commits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """A cache with a model, wholly, and a dataset, of which one file was fetched; their commits."""
    for name in ("HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HF_HOME", str(tmp_path / "hf"))
    cups = Repo("acme/cups", {"README.md": CARD, "data/a.csv": b"a\n"}, kind="dataset")
    with Hub(Repo("acme/kettle", {"README.md": CARD}), cups) as served:
        given: dict[str, Any] = {"endpoint": served.url, "cache_dir": cache_folder(), "token": TOKEN}
        snapshot_download("acme/kettle", **given)
        hf_hub_download("acme/cups", "data/a.csv", repo_type="dataset", **given)
    return {repo.id: repo.sha for repo in served.repos.values()}


def kettle(commits: dict[str, str]) -> Held:
    found = find("model", "acme/kettle", None)
    assert found is not None
    assert found.commit == commits["acme/kettle"]
    return found


def test_what_is_held(commits: dict[str, str]) -> None:
    cache = cache_folder()
    (cache / "models--bad--").mkdir()
    (cache / "version.txt").write_text("1")
    (cache / "models--acme--kettle/snapshots/main").mkdir()
    found = list(held())
    assert found == [Held("dataset", "acme/cups", commits["acme/cups"], cache), Held("model", "acme/kettle", commits["acme/kettle"], cache)]
    cups, model = found
    assert (cups.tree(), list(cups.files())) == (None, ["data/a.csv"])
    assert {path: entry.size for path, entry in (model.tree() or {}).items()} == {"README.md": len(CARD)}
    assert model.read("README.md", 4, 7) == b"license"


def test_branches_are_what_they_were(commits: dict[str, str]) -> None:
    assert find("dataset", "acme/cups", "main") == find("dataset", "acme/cups", commits["acme/cups"])
    for revision in ("v1", "../../x", "/etc/passwd", "0" * 40):
        assert find("model", "acme/kettle", revision) is None
    refs = cache_folder() / "models--acme--kettle/refs"
    (refs / "odd").write_bytes(b"\xff" * 500)
    assert find("model", "acme/kettle", "odd") is None
    assert find("model", "acme/none", None) is None


def test_a_link_that_leads_out_of_the_cache_is_not_followed(commits: dict[str, str], tmp_path: Path) -> None:
    found = kettle(commits)
    (tmp_path / "secret").write_text("secret")
    (found.folder / "out.md").symlink_to(tmp_path / "secret")
    (found.folder / "gone.md").symlink_to("nowhere")
    assert {path: entry.outside for path, entry in found.files().items()} == {"README.md": False, "gone.md": True, "out.md": True}
    for path in ("out.md", "gone.md", "none.md"):
        with pytest.raises(Unreadable, match=f"{path} is not in the cache"):
            found.read(path, 0, 10)


@pytest.mark.parametrize(
    "content",
    [
        "",
        "[" * 100_000,
        "[]",
        '{"files": []}',
        '{"files": {"a": 1}}',
        '{"files": {"../a": {"size": 1}}}',
        r'{"files": {"\ud800": {"size": 1}}}',
    ],
)
def test_a_listing_that_is_none(commits: dict[str, str], content: str) -> None:
    found = kettle(commits)
    [tree] = cache_folder().glob("models--acme--kettle/trees/*")
    tree.write_text(content)
    with pytest.raises(Unreadable, match=r"cannot be read|lists no files"):
        found.tree()


def test_sizes_of_what_lies_in_lfs(commits: dict[str, str]) -> None:
    found = kettle(commits)
    [tree] = cache_folder().glob("models--acme--kettle/trees/*")
    tree.write_text(json.dumps({"files": {"b": {"size": 130, "lfs_size": 5_000_000_000}, "a": {"size": 1}}}))
    assert {path: entry.size for path, entry in (found.tree() or {}).items()} == {"a": 1, "b": 5_000_000_000}


@pytest.mark.parametrize("said", ["{}", '{"size": true}', '{"size": -1}', '{"size": 130, "lfs_size": "big"}'])
def test_a_file_without_a_size_is_not_empty(commits: dict[str, str], said: str) -> None:
    found = kettle(commits)
    [tree] = cache_folder().glob("models--acme--kettle/trees/*")
    tree.write_text(f'{{"files": {{"a": {said}}}}}')
    with pytest.raises(Unreadable, match="lists files without their sizes"):
        found.tree()


def test_a_listing_of_another_version_is_none(commits: dict[str, str]) -> None:
    found = kettle(commits)
    [tree] = cache_folder().glob("models--acme--kettle/trees/*")
    tree.write_text('{"format_version": 2, "files": {}}')
    assert found.tree() is None


def test_what_lies_beside_the_files_of_a_commit_is_seen(commits: dict[str, str]) -> None:
    held_ = kettle(commits)
    (held_.folder / "more.py").write_text("x")
    source = HubSource(Hub_(offline=True), HubName("model", "acme/kettle", held_.commit))
    assert [entry.path for entry in source.entries()] == ["README.md", "more.py"]
    assert source.read("more.py") == b"x"


def test_what_cannot_be_read_is_said(commits: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    found = kettle(commits)

    def denied(*_: object, **__: object) -> Any:
        raise PermissionError(13, "Permission denied", "somewhere")

    monkeypatch.setattr(hubcache, "read_regular", denied)
    with pytest.raises(Unreadable, match=r"README.md: Permission denied"):
        found.read("README.md", 0, 1)
    assert find("model", "acme/kettle", "main") is None
    monkeypatch.setattr(os, "scandir", denied)
    with pytest.raises(Unreadable, match="somewhere: Permission denied"):
        found.files()
    monkeypatch.setattr(os, "listdir", denied)
    with pytest.raises(Unreadable, match="Permission denied"):
        list(held())


def test_the_whole_cache_is_checked_without_a_request(commits: dict[str, str], tmp_path: Path) -> None:
    with Hub() as served:
        found = check(served, tmp_path, "--cache", "--ignore", "access/")
        assert served.asked == []
    targets = {item["target"]: item for item in found.report["targets"]}
    assert sorted(targets) == [f"hf://acme/kettle@{commits['acme/kettle']}", f"hf://datasets/acme/cups@{commits['acme/cups']}"]
    model, cups = (targets[name] for name in sorted(targets))
    assert (model["skipped"], model["revision"]) == ([], commits["acme/kettle"])
    assert any("the local cache holds only some files of this commit" in item["reason"] for item in cups["skipped"])
    assert found.code == 4


def test_an_empty_cache_is_told(tmp_path: Path) -> None:
    with Hub() as served:
        found = check(served, tmp_path, "--cache")
        assert (found.code, "there is no repository in the Hub cache at" in found.err) == (2, True)
        found = check(served, tmp_path, "--cache", ".")
        assert (found.code, "--cache names the targets itself" in found.err) == (2, True)
