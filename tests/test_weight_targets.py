"""A file of weights as a target, and files on disk as the judges of weights read them."""

from __future__ import annotations

import json
import os
import subprocess
from typing import TYPE_CHECKING, Any

import pytest
from weightbytes import DANGEROUS, ELF, EMPTY, UNVETTED, pointer, safetensors, torch

from cardlint.disk import Disk
from cardlint.errors import Unreadable, UsageError
from cardlint.fix import Overlay
from cardlint.gittree import GitTree
from cardlint.repository import Identity, Repository
from cardlint.source import Excluding, Folder, Memory, innermost
from cardlint.sourcereader import SourceReader
from cardlint.target import Located, locate, open_repository
from cardlint.weighing import Weights

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from conftest import Done

    Command = Callable[..., Done]


def report(done: Done) -> list[tuple[str, str]]:
    (target,) = json.loads(done.out)["targets"]
    return [(item["rule"], item["path"]) for item in target["findings"]]


def test_a_file_of_weights_is_held_to_the_rules_of_weights_alone(cardlint: Command, tmp_path: Path) -> None:
    (tmp_path / "model.bin").write_bytes(torch(DANGEROUS))
    (tmp_path / "other.bin").write_bytes(torch(DANGEROUS))
    (tmp_path / "README.md").write_text("---\nlicense: apache2\n---\n")
    done = cardlint("check", "model.bin", "--output-format", "json")
    assert done.code == 1
    assert report(done) == [("pickle-dangerous", "model.bin"), ("safetensors-missing", "model.bin")]


def test_it_needs_no_card_and_no_repository(cardlint: Command, tmp_path: Path) -> None:
    (tmp_path / "model.safetensors").write_bytes(safetensors({"w": ("F32", [1])}))
    (tmp_path / "config.json").write_text("{")
    (tmp_path / "model.safetensors.index.json").write_text("{")
    assert cardlint("check", "model.safetensors") == (0, "Nothing found in 1 repository.\n", "")


def test_what_lies_below_and_beside_it_is_not_read(cardlint: Command, tmp_path: Path) -> None:
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "a" / "b" / "evil.pkl").write_bytes(DANGEROUS)
    (tmp_path / "a" / "model.bin").write_bytes(torch())
    (tmp_path / "a" / "gone.bin").symlink_to(tmp_path / "model.bin")
    done = cardlint("check", "a/model.bin", "--select", "pickle-dangerous,pickle-unvetted")
    assert (done.code, done.out) == (0, "Nothing found in 1 repository.\n")


def test_it_may_be_a_link_to_anywhere(cardlint: Command, tmp_path: Path) -> None:
    (tmp_path / "blobs").mkdir()
    (tmp_path / "snapshot").mkdir()
    (tmp_path / "blobs" / "0a1b").write_bytes(torch(DANGEROUS))
    (tmp_path / "snapshot" / "model.bin").symlink_to("../blobs/0a1b")
    done = cardlint("check", "snapshot/model.bin", "--select", "pickle-dangerous", "--output-format", "concise", "-q")
    assert done.code == 1
    start = "snapshot/model.bin: error[pickle-dangerous] m/data.pkl, byte 0: asks for posix.system, which runs a command; "
    assert done.out == f"{start}do not load it; keep numbers in safetensors\n"
    assert cardlint("check", "snapshot", "--select", "pickle-dangerous").code == 4


def test_it_is_checked_although_the_configuration_excludes_it(cardlint: Command, tmp_path: Path) -> None:
    (tmp_path / ".cardlint.yaml").write_text("exclude: ['*.bin']\nrules: {pickle-dangerous: warning}\n")
    (tmp_path / "model.bin").write_bytes(torch(DANGEROUS))
    done = cardlint("check", "model.bin", "--output-format", "concise", "-q", "--select", "pickle-dangerous")
    assert (done.code, "warning[pickle-dangerous]" in done.out) == (0, True)
    assert cardlint("check", ".", "--select", "pickle-dangerous").out == "Nothing found in 1 repository.\n"


def test_selecting_other_rules_leaves_nothing_to_do(cardlint: Command, tmp_path: Path) -> None:
    (tmp_path / "model.bin").write_bytes(torch(DANGEROUS))
    assert cardlint("check", "model.bin", "--select", "license-missing").out == "Nothing found in 1 repository.\n"


def test_a_policy_that_locks_other_rules_is_no_obstacle(cardlint: Command, tmp_path: Path) -> None:
    (tmp_path / "policy.yaml").write_text("rules:\n  license-missing: {severity: error, locked: true}\n")
    (tmp_path / "model.bin").write_bytes(torch())
    assert cardlint("check", "model.bin", "--policy", "policy.yaml", "--fail-on", "error").code == 0


def test_several_files_of_one_folder_are_several_targets(cardlint: Command, tmp_path: Path) -> None:
    for name in ("a.pkl", "b.pkl"):
        (tmp_path / name).write_bytes(DANGEROUS)
    for more in ((), ("--unsafe-fixes",)):
        done = cardlint("check", "a.pkl", "b.pkl", "--output-format", "concise", "-q", *more)
        assert [line.partition(":")[0] for line in done.out.splitlines()] == ["a.pkl", "b.pkl"]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("model", ELF),
        ("weights.dat", b"\x00\xff"),
        ("model.pt", b"text"),
        ("model.bin", b""),
        ("noextension", b"\x80\x02."),
        ("a.GGUF", b"x"),
    ],
)
def test_a_file_is_of_weights_by_its_name_or_because_it_is_no_text(tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    assert locate(str(tmp_path / name)) == Located(str(tmp_path / name), tmp_path, weights=name)


@pytest.mark.parametrize(
    ("name", "content"), [("setup.py", b"print()"), ("config.json", b"{}"), ("LICENSE", b"MIT"), ("a.md.txt", "é".encode())]
)
def test_any_other_text_is_no_target(tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(UsageError, match="is not a card, nor a file of weights"):
        locate(str(tmp_path / name))


def test_a_file_that_cannot_be_read_is_said_as_such(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "notes").write_text("text")

    def refused(*_: object, **__: object) -> bytes:
        raise PermissionError

    monkeypatch.setattr("cardlint.weighing.read_regular", refused)
    assert locate(str(tmp_path / "notes")).weights == "notes"


def test_the_index_has_files_of_weights_too(cardlint: Command, tmp_path: Path) -> None:
    subprocess.run(["git", "init", "-q", tmp_path], check=True)
    (tmp_path / "a").mkdir()
    for name in ("model.pkl", "a/b.pkl"):
        (tmp_path / name).write_bytes(DANGEROUS)
    subprocess.run(["git", "-C", tmp_path, "add", "."], check=True)
    (tmp_path / "model.pkl").write_bytes(EMPTY)
    done = cardlint("check", "model.pkl", "--staged", "--output-format", "json")
    assert report(done) == [("pickle-dangerous", "model.pkl")]
    assert cardlint("check", "model.pkl").code == 0
    assert [entry.path for entry in GitTree(tmp_path, alone="model.pkl").entries()] == ["model.pkl"]


def test_a_pointer_as_a_target_is_a_finding(cardlint: Command, tmp_path: Path) -> None:
    (tmp_path / "model.bin").write_bytes(pointer(b"x"))
    done = cardlint("check", "model.bin", "--fail-on", "warning", "--output-format", "json")
    assert (done.code, report(done)[0]) == (1, ("lfs-pointer-unresolved", "model.bin"))


def test_what_was_left_unread_is_said_where_somebody_asks(cardlint: Command, tmp_path: Path) -> None:
    (tmp_path / "model.safetensors").write_bytes(safetensors({"w": ("F32", [1])}))
    line = "model.safetensors: left unread: tensor data: numbers, which the header accounts for to the last byte"
    assert line in cardlint("check", "model.safetensors", "-v").out.splitlines()
    assert line in cardlint("check", ".", "-v", "--select", "pickle-dangerous").out.splitlines()
    assert "left unread" not in cardlint("check", ".", "-v", "--select", "license-missing").out
    assert "left unread" not in cardlint("check", "model.safetensors").out


def test_the_exit_code_says_what_happened(cardlint: Command, tmp_path: Path) -> None:
    outside = tmp_path / "outside.bin"
    outside.write_bytes(torch())
    root = tmp_path / "model"
    root.mkdir()
    (root / "a.pkl").write_bytes(UNVETTED)
    only = ("--select", "pickle-unvetted,pickle-dangerous")
    assert cardlint("check", "model", *only).code == 0
    assert cardlint("check", "model", *only, "--fail-on", "warning").code == 1
    (root / "b.pkl").write_bytes(DANGEROUS)
    assert cardlint("check", "model", *only).code == 1
    (root / "c.bin").symlink_to(outside)
    done = cardlint("check", "model", *only, "--output-format", "concise")
    assert done.code == 4
    assert "model/b.pkl: error[pickle-dangerous]" in done.out
    assert "not examined[pickle-dangerous] c.bin is a link that leads outside the repository" in done.out


# Files on disk


def held(disk: Disk, path: str) -> bytes:
    with disk.open(path) as file:
        return file.read()


def test_a_disk_stays_inside_its_root(tmp_path: Path) -> None:
    root = tmp_path / "root"
    (root / "a").mkdir(parents=True)
    (root / "a" / "x").write_bytes(b"x")
    (tmp_path / "secret").write_bytes(b"s")
    (root / "in").symlink_to("a/x")
    (root / "out").symlink_to("../secret")
    (root / "up").symlink_to("..")
    (root / "nowhere").symlink_to("nothing")
    os.mkfifo(root / "pipe")
    disk = Disk(root)
    assert [held(disk, path) for path in ("a/x", "in")] == [b"x", b"x"]
    for path, message in (
        ("out", "leads outside"), ("up/secret", "leads outside"), ("pipe", "is not a regular file"), ("gone", "No such file"),
        ("nowhere", "No such file"), ("a", "is not a regular file"),
    ):  # fmt: skip
        with pytest.raises(Unreadable, match=message):
            disk.open(path)
    assert held(Disk(root, "out"), "out") == b"s"


def test_a_platform_without_the_flag_asks_the_long_way(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = tmp_path / "root"
    root.mkdir()
    (tmp_path / "secret").write_bytes(b"s")
    (root / "out").symlink_to("../secret")
    (root / "x").write_bytes(b"x")
    monkeypatch.setattr("cardlint.disk._NO_LINK", 0)
    assert held(Disk(root), "x") == b"x"
    with pytest.raises(Unreadable, match="leads outside"):
        Disk(root).open("out")


def test_a_reader_reads_no_byte_of_a_small_file_twice(tmp_path: Path) -> None:
    content = bytes(range(256)) * 1000
    (tmp_path / "large").write_bytes(content)
    (tmp_path / "small").write_bytes(content[:5000])
    disk = Disk(tmp_path)
    small = SourceReader(Folder(tmp_path), "small", 5000, disk)
    assert (small.read(10, 20), small.read(4990, 100), small.read(6000, 1), small.bytes_read) == (
        content[10:30],
        content[4990:5000],
        b"",
        5000,
    )
    small.close()
    large = SourceReader(Folder(tmp_path), "large", len(content), disk)
    assert (large.read(0, 10), large.read(200_000, 10), large.bytes_read) == (content[:10], content[200_000:200_010], 4106)
    large.close()
    large.close()
    assert large.sha256 == SourceReader(Memory({"large": content}), "large", len(content)).sha256
    assert len(large.sha256) == 64


def test_a_disk_that_fails_is_unread(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "x").write_bytes(b"x" * 10)
    disk = Disk(tmp_path)

    class Broken:
        def seek(self, _start: int) -> None:
            raise OSError(5, "Input/output error")

    monkeypatch.setattr(disk, "open", lambda _path: Broken())
    with pytest.raises(Unreadable, match="x: Input/output error"):
        SourceReader(Folder(tmp_path), "x", 100_000, disk).read(0, 4)

    def broken(_descriptor: int, _size: int) -> bytes:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr("cardlint.disk.os.read", broken)
    with pytest.raises(Unreadable, match="x: Input/output error"):
        SourceReader(Folder(tmp_path), "x", 10, disk).read(0, 4)


def test_the_source_that_holds_a_file_is_found(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    over = Overlay(Excluding(folder, ("x",)), {"README.md": b"# A"})
    assert innermost(over) == folder
    assert innermost(over, "model.bin") == folder
    assert innermost(over, "README.md") is over
    assert innermost(Memory({"a": 1}), "a") == Memory({"a": 1})


def test_weights_are_looked_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(5):
        (tmp_path / f"{number}.pkl").write_bytes(EMPTY)
    (tmp_path / "p.bin").write_bytes(pointer(b"x"))
    weights = Weights(Repository(Folder(tmp_path), Identity("model", None, told=True)))
    opened: list[str] = []
    open_ = os.open
    monkeypatch.setattr("cardlint.disk.os.open", lambda path, flags: opened.append(os.path.relpath(path, tmp_path)) or open_(path, flags))
    monkeypatch.setattr("cardlint.weighing._BATCH_FILES", 2)
    assert [file.path for file in weights] == [f"{number}.pkl" for number in range(5)]
    assert [file.format for file in weights] == ["pickle"] * 5
    assert [*weights.pointers] == ["p.bin"]
    assert sorted(opened) == [*(f"{number}.pkl" for number in range(5)), "p.bin"]
    assert weights.at("nothing") is None
    assert [file.path for file in weights.known][-1] == "p.bin"
    pointed = weights.at("p.bin")
    assert pointed is not None
    assert (pointed.format, pointed.carries_pickle, pointed.evidence("block", "pickle")) == (None, False, [])


def test_a_target_of_weights_is_a_repository_of_its_folder(tmp_path: Path) -> None:
    (tmp_path / "model.bin").write_bytes(torch())
    (tmp_path / "x.csv").write_text("a,b\n")
    located = locate(str(tmp_path / "model.bin"))
    repository = open_repository(located, "model", ("*.bin",))
    facts: Any = repository.fact("weights")
    assert ([*facts.entries], sorted(repository.listing.by_path)) == (["model.bin"], ["model.bin", "x.csv"])
    assert repository.known("weights") is facts
    assert repository.known("lfs") is None


def test_small_files_are_kept_only_as_long_as_all_of_them_are_small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(4):
        (tmp_path / f"{number}.pkl").write_bytes(EMPTY)
    monkeypatch.setattr("cardlint.weighing._MOST_KEPT", 2 * len(EMPTY))
    weights = Weights(Repository(Folder(tmp_path), Identity("model", None, told=True)))
    assert [file.reader.held for file in weights] == [len(EMPTY), len(EMPTY), 0, 0]
    assert [file.reader.read(0, 2) for file in weights] == [EMPTY[:2]] * 4


def test_a_small_file_that_is_none_is_unread(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(Unreadable, match="pipe is not a regular file"):
        Disk(tmp_path).whole("pipe", 10)


def test_the_beginning_of_a_far_file_is_asked_for_once() -> None:
    content = bytes(range(256)) * 4000

    class Far:
        near, asked = False, list[tuple[int, int | None]]()

        def read(self, path: str, start: int = 0, size: int | None = None) -> bytes:
            assert path == "x"
            self.asked.append((start, size))
            return content[start : start + (size or 0)]

    far: Any = Far()
    reader = SourceReader(far, "x", len(content))
    assert reader.read(8, 100) == content[8:108]
    assert reader.read(16_384, 50_000) == content[16_384:66_384]
    assert reader.read(0, 60_000) == content[:60_000]
    assert reader.read(900_000, 10) == content[900_000:900_010]
    assert far.asked == [(0, 16_384), (16_384, 50_000), (900_000, 10)]
