"""`hf cardlint …`: the extension installed by the real `hf extensions install`, and run by the real `hf`.

GitHub is answered for on this machine (loopback_github.py); the packages come from a folder of wheels made here, cardlint's from
this checkout.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest
from components import program
from loopback_github import COMMIT, GitHub

from cardlint import __version__

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
EXTENSION = ROOT / "integrations" / "hf-cardlint"
TOKEN = "hf_" + "extensioncanary" * 2
GOOD = "---\nlicense: mit\n---\n# A model\n"
BAD = "---\nlicense: apache2\n---\n# A model\n"


class Client(NamedTuple):
    """A home with the extension installed in it, and what the installer asked of GitHub."""

    home: Path
    asked: list[str]
    installed: str

    def hf(self, *arguments: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            [program("hf"), *arguments], cwd=cwd or self.home, env=_environment(self.home, HF_HUB_DISABLE_UPDATE_CHECK="1"),
            capture_output=True, text=True, check=False, timeout=300,
        )  # fmt: skip
        assert TOKEN not in done.stdout + done.stderr
        return done


def _environment(home: Path, **more: str) -> dict[str, str]:
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("HF_", "PIP_", "XDG_", "PYTHON", "COVERAGE"))}
    # No uv on the path: then the installer takes pip, which everyone has.
    return {**kept, "HOME": str(home), "PATH": str(home), "HF_TOKEN": TOKEN, "DO_NOT_TRACK": "1", "NO_COLOR": "1", **more}


@pytest.fixture(scope="module")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheels")
    command = [sys.executable, "-m", "pip", "wheel", "-q", "--no-build-isolation", "--wheel-dir", str(folder), str(ROOT), "hatchling"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=600)
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture(scope="module")
def client(wheels: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    home = tmp_path_factory.mktemp("home")
    with GitHub(EXTENSION, "cardlint/hf-cardlint", home) as github:
        pip = {
            "PIP_NO_INDEX": "1",
            "PIP_FIND_LINKS": str(wheels),
            "PIP_CONFIG_FILE": os.devnull,
            "PIP_COMPILE": os.environ.get("PIP_COMPILE", "1"),
        }
        done = subprocess.run(
            [program("hf"), "extensions", "install", "cardlint/hf-cardlint"], cwd=home, capture_output=True, text=True, check=False,
            env=_environment(home, **pip, **github.environment(), HF_HUB_DISABLE_UPDATE_CHECK="1"), timeout=600,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
        yield Client(home, list(github.asked), done.stdout + done.stderr)


@pytest.fixture
def model(tmp_path: Path) -> Path:
    (tmp_path / "README.md").write_text(BAD)
    return tmp_path


def test_the_real_installer_installs_it(client: Client) -> None:
    assert "Python extension installed" in client.installed
    assert "GET github.com/cardlint/hf-cardlint/archive/HEAD.zip" in client.asked
    # The client asks the Hub for news of its own; nobody else was asked for anything.
    assert {line for line in client.asked if line.startswith("REFUSED")} <= {"REFUSED huggingface.co:443"}
    manifest = json.loads((client.home / ".local/share/hf/extensions/hf-cardlint/manifest.json").read_text())
    assert (manifest["type"], manifest["commit_sha"], manifest["short_name"]) == ("python", COMMIT, "cardlint")
    assert manifest["description"] == "Check models, datasets and Spaces before they are uploaded: hf cardlint check FOLDER"
    assert client.hf("cardlint", "--version").stdout == f"cardlint {__version__}\n"


def test_hf_lists_it(client: Client) -> None:
    helped = client.hf("--help").stdout
    assert "cardlint" in helped
    assert "before they are uploaded" in " ".join(helped.split())


def test_arguments_and_exit_codes_pass_through(client: Client, model: Path) -> None:
    bad = client.hf("cardlint", "check", str(model), "--select", "license-unknown", "--output-format", "concise")
    assert bad.returncode == 1
    assert "README.md:2:10: error[license-unknown]" in bad.stdout
    assert client.hf("cardlint", "check", "--select=license-unknown", "--fail-on", "never", ".", cwd=model).returncode == 0
    (model / "README.md").write_text(GOOD)
    good = client.hf("cardlint", "check", "--select", "license-unknown", cwd=model)
    assert (good.returncode, good.stdout) == (0, "Nothing found in 1 repository.\n")


def test_wrong_use_is_2_and_speaks_of_what_can_be_typed(client: Client, model: Path) -> None:
    wrong = client.hf("cardlint", "check", "--no-such-option")
    assert wrong.returncode == 2
    assert wrong.stderr.startswith("Usage: hf cardlint check [OPTIONS] [TARGET]...\n")
    assert client.hf("cardlint", "check", "nowhere").returncode == 2
    assert "= hf cardlint explain license-unknown" in client.hf("cardlint", "check", str(model)).stdout
    assert "Usage: hf cardlint " in client.hf("cardlint", "--help").stdout


def test_reports_are_written_and_hold_no_token(client: Client, model: Path) -> None:
    done = client.hf("cardlint", "check", ".", "--output-format", "json", "--output-format", "concise=out.txt", cwd=model)
    assert done.returncode == 1
    assert json.loads(done.stdout)["targets"][0]["target"] == "."
    assert "error[license-unknown]" in (model / "out.txt").read_text()
    assert not [path for path in model.iterdir() if TOKEN in path.read_text()]
    broken = client.hf("cardlint", "check", ".", "--policy", "hf://acme/private@main", cwd=model)
    assert broken.returncode == 2


def test_nothing_is_uploaded_where_the_check_fails(client: Client, model: Path) -> None:
    # The one-liner of the documentation, by a shell, with a client that must not be reached.
    line = f"'{program('hf')}' cardlint check . && echo UPLOADED"
    done = subprocess.run(["/bin/sh", "-c", line], cwd=model, env=_environment(client.home), capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "UPLOADED" not in done.stdout
