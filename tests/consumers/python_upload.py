"""The examples that check before an upload, run as a user runs them, with the real huggingface_hub and a Hub on this machine."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from loopback_hub import TOKEN, Hub

EXAMPLES = Path(__file__).parents[2] / "docs" / "examples" / "python"
GOOD = "---\nlicense: mit\nlanguage: en\n---\n# Kettle\n\nSays whether a kettle boils.\n"
BAD = GOOD.replace("mit", "apache2")


def run(hub: Hub, home: Path, example: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(EXAMPLES / example), *arguments], env=hub.environment(home),
        capture_output=True, text=True, check=False, timeout=300, cwd=home,
    )  # fmt: skip


def repository(folder: Path, card: str) -> Path:
    path = folder / "model"
    path.mkdir()
    (path / "README.md").write_text(card)
    (path / "LICENSE").write_text("MIT\n")
    return path


def test_a_bad_folder_stops_before_any_request(tmp_path: Path) -> None:
    with Hub() as hub:
        done = run(hub, tmp_path, "upload.py", str(repository(tmp_path, BAD)), "acme/kettle")
    assert done.returncode == 1
    assert done.stderr.startswith("nothing was uploaded: 1 finding at or above error\n  model/README.md:2:10: error[license-unknown] "), (
        done.stderr
    )
    assert "Traceback" not in done.stderr
    assert hub.asked == []


def test_a_good_folder_is_uploaded_as_it_was_checked(tmp_path: Path) -> None:
    with Hub() as hub:
        done = run(hub, tmp_path, "upload.py", str(repository(tmp_path, GOOD)), "acme/kettle")
    assert done.returncode == 0, done.stderr
    assert hub.pushed == {"README.md": GOOD.encode(), "LICENSE": b"MIT\n"}
    assert [commit["repo"] for commit in hub.commits] == ["acme/kettle"]
    assert {item.token for item in hub.asked if item.path.endswith("/commit/main")} == {f"Bearer {TOKEN}"}
    assert TOKEN not in done.stdout + done.stderr


def test_a_folder_that_is_not_there_stops_too(tmp_path: Path) -> None:
    with Hub() as hub:
        done = run(hub, tmp_path, "upload.py", "nowhere", "acme/kettle")
    assert (done.returncode, hub.asked) == (1, [])
    assert done.stderr.startswith("nothing was uploaded: nowhere does not exist")


@pytest.mark.parametrize(("card", "code"), [(GOOD, 0), (BAD, 1)])
def test_a_card_alone(tmp_path: Path, card: str, code: int) -> None:
    (tmp_path / "card.md").write_text(card)
    with Hub() as hub:
        done = run(hub, tmp_path, "card.py", "card.md", "acme/kettle")
    assert done.returncode == code, done.stderr
    assert bool(hub.asked) is (code == 0)
    if code:
        assert "error[license-unknown]" in done.stderr
    else:
        assert b"license: mit" in hub.pushed["README.md"]
