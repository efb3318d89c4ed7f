"""The archives of a release as everybody builds them, and the wheels of what they require, for tests that must do without network."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BUILD = ROOT / "scripts" / "build_dist.py"
NOWHERE = "http://127.0.0.1:9"
COMMITTED = "2026-01-31T12:34:56+00:00"


def checkout(into: Path) -> Path:
    """The working tree as a repository of its own with one commit, at a fixed time."""
    names = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split("\0")
    for name in names:
        if name and (ROOT / name).is_file():
            (into / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, into / name)
    commit(into)
    return into


def commit(folder: Path) -> None:
    """Commit all there is, at the fixed time."""
    who = {
        f"GIT_{role}_{key}": value
        for role in ("AUTHOR", "COMMITTER")
        for key, value in (("NAME", "a"), ("EMAIL", "a@example.org"), ("DATE", COMMITTED))
    }
    alone = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
    for command in (["init", "--quiet"], ["add", "--all"], ["commit", "--quiet", "--allow-empty", "--message", "x"]):
        subprocess.run(["git", *command], cwd=folder, env=os.environ | who | alone, check=True)


def built(folder: Path, out: Path, **environment: str) -> dict[str, bytes]:
    """What the checkout's own command builds, by name."""
    kept = {key: value for key, value in os.environ.items() if key != "SOURCE_DATE_EPOCH"}
    command = [sys.executable, folder / "scripts" / "build_dist.py", out]
    done = subprocess.run(command, cwd=folder, env=kept | environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return {path.name: path.read_bytes() for path in sorted(out.iterdir())}


def wheelhouse(folder: Path, wheel: Path) -> Path:
    """A folder with the wheel, all it requires, and what builds it: the one step that asks an index."""
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "wheel", "--quiet", "--wheel-dir", str(folder)]
    subprocess.run([*pip, str(wheel), "hatchling>=1.27,<2", "pip"], check=True)
    return folder


def alone() -> list[str]:
    """What runs a command without network, where the system allows it; `deaf` is for where it does not."""
    unshare = shutil.which("unshare")
    works = unshare and subprocess.run([unshare, "-rn", "true"], capture_output=True, check=False).returncode == 0
    return [str(unshare), "-rn", "--"] if works else []


def deaf(home: Path, house: Path) -> dict[str, str]:
    """An environment in which pip, pipx and uv know the wheelhouse alone, keep to `home`, and any other way leads nowhere."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("PIP", "UV_", "PYTHON", "VIRTUAL_ENV"))}
    ways = dict.fromkeys(("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"), NOWHERE)
    pip = {
        "PIP_NO_INDEX": "1",
        "PIP_FIND_LINKS": str(house),
        "PIP_CONFIG_FILE": os.devnull,
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "PIP_NO_CACHE_DIR": "1",
        "PIP_COMPILE": os.environ.get("PIP_COMPILE", "1"),  # what nobody imports need not be compiled
    }
    pipx = {"PIPX_HOME": str(home / "pipx"), "PIPX_BIN_DIR": str(home / "bin"), "PIPX_MAN_DIR": str(home / "man")}
    uv = {
        "UV_NO_INDEX": "1", "UV_FIND_LINKS": str(house), "UV_OFFLINE": "1", "UV_NO_CONFIG": "1", "UV_CACHE_DIR": str(home / "uv"),
        "UV_PYTHON_DOWNLOADS": "never", "UV_PYTHON": sys.executable,
    }  # fmt: skip
    return kept | ways | pip | pipx | uv | {"HOME": str(home)}
