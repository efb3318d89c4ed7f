"""cardlint where there is no network at all: in a network namespace of its own, in which not even this machine answers."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from wheels import ROOT, alone

sys.path.insert(0, str(ROOT / "tests"))

from hub.server import TOKEN, Hub
from hub.store import Repo
from huggingface_hub import snapshot_download

CARD = b"---\nlicense: apache2\n---\n# Kettle\n"


@pytest.fixture(scope="module")
def cut() -> list[str]:
    """What runs a command without network."""
    command = alone()
    assert command, "missing component: user namespaces for `unshare -rn` (util-linux; sysctl kernel.unprivileged_userns_clone, apparmor)"
    return command


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Hub, Path]]:
    """A Hub that nobody reaches once the network is cut, and a folder with what was fetched before: a cache and a mirror."""
    home = tmp_path_factory.mktemp("home")
    with Hub(Repo("acme/kettle", {"README.md": CARD, "config.json": b"{}"})) as hub:
        snapshot_download("acme/kettle", endpoint=hub.url, cache_dir=home / "hf/hub", token=TOKEN)
        snapshot_download("acme/kettle", endpoint=hub.url, local_dir=home / "mirror/kettle", token=TOKEN)
        hub.asked.clear()
        yield hub, home


def run(cut: list[str], served: tuple[Hub, Path], *arguments: str) -> subprocess.CompletedProcess[str]:
    hub, home = served
    done = subprocess.run(
        [*cut, sys.executable, "-m", "cardlint", *arguments],
        env=hub.environment(home / "hf"), cwd=home, capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    assert "Traceback" not in done.stdout + done.stderr
    assert hub.asked == []
    return done


def test_the_network_is_cut(cut: list[str], served: tuple[Hub, Path]) -> None:
    hub, home = served
    code = f"import urllib.request; urllib.request.urlopen({hub.url!r} + '/api/models/acme/kettle', timeout=5)"
    reached = subprocess.run([sys.executable, "-c", code], cwd=home, capture_output=True, text=True, check=False)
    assert reached.returncode == 0, reached.stderr
    hub.asked.clear()
    not_reached = subprocess.run([*cut, sys.executable, "-c", code], cwd=home, capture_output=True, text=True, check=False)
    assert (not_reached.returncode, "unreachable" in not_reached.stderr) == (1, True)


@pytest.mark.parametrize("target", [("--cache",), ("--offline", "hf://acme/kettle"), ("mirror/kettle",)])
def test_the_cache_and_a_mirror_are_judged(cut: list[str], served: tuple[Hub, Path], target: tuple[str, ...]) -> None:
    done = run(cut, served, "check", *target, "-q", "--output-format", "concise")
    assert (done.returncode, done.stderr) == (1, "")
    assert "README.md:2:10: error[license-unknown]" in done.stdout
    assert "not examined" not in done.stdout


def test_a_target_on_the_hub_is_one_line(cut: list[str], served: tuple[Hub, Path]) -> None:
    done = run(cut, served, "check", "hf://acme/kettle", "-q", "--output-format", "concise")
    assert (done.returncode, done.stderr) == (4, "")
    (line,) = done.stdout.splitlines()
    assert line.startswith("hf://acme/kettle: not examined[")
    assert "the Hub cannot be reached (ConnectError: " in line


def test_a_pinned_commit_in_the_cache_lacks_only_what_the_hub_would_say(cut: list[str], served: tuple[Hub, Path]) -> None:
    commit = served[0].repos["model", "acme/kettle"].sha
    done = run(cut, served, "check", f"hf://acme/kettle@{commit}", "-q", "--output-format", "concise")
    assert done.returncode == 4
    assert "error[license-unknown]" in done.stdout
    unseen = [line for line in done.stdout.splitlines() if "not examined" in line]
    assert unseen
    assert all("the Hub cannot be reached" in line for line in unseen)


def test_what_needs_no_target_works(cut: list[str], served: tuple[Hub, Path]) -> None:
    for arguments in (["explain", "license-unknown"], ["rules"], ["policy", "show"], ["lineage", "mirror/kettle"], ["test"]):
        done = run(cut, served, *arguments)
        assert (done.returncode, done.stderr) == (0, ""), arguments
    assert shutil.which("unshare") == cut[0]
