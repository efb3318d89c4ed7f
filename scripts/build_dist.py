"""Build the sdist, and from it the wheel, so that the same commit gives the same bytes anywhere: python scripts/build_dist.py [FOLDER].

What Git tracks is copied to a fresh folder and built there with the tools of the running environment, the ones of
scripts/release.lock: nothing untracked gets in, and neither the folder, nor modes, times, locale or umask can show. Times are
SOURCE_DATE_EPOCH (seconds since 1970), by default those of the last commit; tracked files that differ from it are named. FOLDER
(default: dist) must be empty or not exist.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TOOLS = ("build", "hatchling")
EARLIEST, LATEST = 315_532_800, 4_354_819_198


class BuildError(Exception):
    """Why nothing was built, as a person should read it."""


def git(root: Path, *arguments: str) -> str:
    """What Git says of the checkout. Raises BuildError where there is no Git or no checkout."""
    try:
        done = subprocess.run(["git", "-C", str(root), *arguments], capture_output=True, text=True, check=True)  # noqa: S603, S607
    except FileNotFoundError as error:
        raise BuildError("missing component: git") from error
    except subprocess.CalledProcessError as error:
        raise BuildError(f"{root} is no checkout to build from: {error.stderr.strip()}") from error
    return done.stdout


def tracked(root: Path = ROOT) -> list[str]:
    """The files Git tracks and the working tree has, relative and sorted. Raises BuildError for symbolic links."""
    names = sorted(name for name in git(root, "ls-files", "-z").split("\0") if name)
    if links := [name for name in names if (root / name).is_symlink()]:
        raise BuildError(f"symbolic links cannot be built reproducibly: {', '.join(links)}")
    return [name for name in names if (root / name).is_file()]


def changed(root: Path = ROOT) -> list[str]:
    """The tracked files that are not as the last commit has them."""
    return [name for name in git(root, "diff", "--name-only", "-z", "HEAD").split("\0") if name]


def epoch(root: Path = ROOT) -> str:
    """The time everything in the archives gets, in seconds since 1970."""
    given = os.environ.get("SOURCE_DATE_EPOCH")
    found = git(root, "log", "-1", "--format=%ct").strip() if given is None else given
    if not (found.isascii() and found.isdecimal() and EARLIEST <= int(found) <= LATEST):
        raise BuildError(f'SOURCE_DATE_EPOCH is "{found}"; it must be seconds since 1970, and from 1980 to 2107, as zip has it')
    return found


def copied(root: Path, into: Path) -> None:
    """What Git tracks, in a folder of its own, with the modes Git would give."""
    for name in tracked(root):
        target = into / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(root / name, target)
        target.chmod(0o755 if os.access(root / name, os.X_OK) else 0o644)


def build(root: Path, out: Path) -> list[Path]:
    """Build into `out`; the files made. Raises BuildError with what the builder said."""
    if lacking := [tool for tool in TOOLS if importlib.util.find_spec(tool) is None]:
        raise BuildError(f"missing component: {', '.join(lacking)}; pip install --require-hashes -r scripts/release.lock")
    if out.exists() and any(out.iterdir()):
        raise BuildError(f"{out} is not empty")
    environment = {"SOURCE_DATE_EPOCH": epoch(root), "TZ": "UTC", "LC_ALL": "C.UTF-8", "PYTHONHASHSEED": "0"}
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "source"
        copied(root, source)
        command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(out.absolute()), str(source)]
        kept = {key: value for key, value in os.environ.items() if not key.startswith(("HATCH_", "PYTHON"))}
        done = subprocess.run(  # noqa: S603 - our own command
            command, cwd=folder, env=kept | environment, capture_output=True, text=True, check=False, umask=0o022
        )
    if done.returncode:
        raise BuildError(f"the build failed:\n{done.stdout}{done.stderr}")
    return sorted(out.iterdir())


def main() -> int:
    """Build and print the checksum of each file, as sha256sum does."""
    out = Path(sys.argv[1] if len(sys.argv) > 1 else "dist")
    try:
        if edited := changed(ROOT):
            print(f"not the last commit, whose bytes nobody can build from this: {', '.join(edited)}", file=sys.stderr)
        for path in build(ROOT, out):
            print(f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}")
    except BuildError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
