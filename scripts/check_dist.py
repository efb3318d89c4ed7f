"""Check the wheel and the sdist of a folder before anybody gets them: python scripts/check_dist.py FOLDER.

The checkers of the ecosystem must find nothing; the wheel must hold exactly the package and its data, the sdist exactly what it is
declared to hold, and both nothing that differs from the checkout, with one time and plain modes throughout.
"""

from __future__ import annotations

import importlib.util
import subprocess
import sys
import sysconfig
import tarfile
import tomllib
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from build_dist import ROOT, BuildError, epoch, tracked

if TYPE_CHECKING:
    from collections.abc import Iterator

PLAIN = frozenset({0o644, 0o755})
GENERATED = ("METADATA", "RECORD", "WHEEL", "entry_points.txt", "licenses/LICENSE")
ALWAYS = (".gitignore", "pyproject.toml")


def project() -> dict[str, dict[str, object]]:
    """The tables of pyproject.toml."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))


def in_wheel(version: str) -> dict[str, str]:
    """What the wheel must hold: each name with the file of the checkout it comes from, which is "" for what the build makes."""
    package = {name: name for name in tracked() if name.startswith("cardlint/")}
    data = {f"cardlint/{name}": name for name in tracked() if name.startswith(("rules/", "schemas/"))}
    made = {f"cardlint-{version}.dist-info/{name}": "LICENSE" if name.endswith("LICENSE") else "" for name in GENERATED}
    return package | data | made


def in_sdist(version: str) -> dict[str, str]:
    """The same for the sdist: what pyproject.toml lists, what hatchling always adds, and the metadata."""
    hatch: dict[str, dict[str, dict[str, dict[str, list[str]]]]] = project()["tool"]["hatch"]  # type: ignore[assignment]
    listed = hatch["build"]["targets"]["sdist"]["only-include"]
    kept = [name for name in tracked() if name in ALWAYS or any(name == item or name.startswith(f"{item}/") for item in listed)]
    return {f"cardlint-{version}/{name}": name for name in kept} | {f"cardlint-{version}/PKG-INFO": ""}


def wheel_files(path: Path) -> Iterator[tuple[str, bytes, int, int]]:
    """Each file of the wheel: name, content, time in seconds since 1970, mode."""
    with zipfile.ZipFile(path) as archive:
        for info in archive.infolist():
            time = int(datetime(*info.date_time, tzinfo=UTC).timestamp())
            yield info.filename, archive.read(info), time, (info.external_attr >> 16) & 0o7777


def sdist_files(path: Path) -> Iterator[tuple[str, bytes, int, int]]:
    """Each file of the sdist, in the same way."""
    with tarfile.open(path) as archive:
        for info in archive:
            content = archive.extractfile(info)
            owner = f" owned by {info.uname or info.uid}" if info.uid or info.uname else ""
            yield info.name + owner, content.read() if content else b"", int(info.mtime), info.mode


def differences(files: list[tuple[str, bytes, int, int]], expected: dict[str, str], time: int) -> Iterator[str]:
    """Where an archive is not what it must be. Times count in steps of two seconds, which is what zip keeps."""
    held = [name for name, *_ in files]
    yield from (f"holds {name}, which does not belong there" for name in sorted(set(held) - set(expected)))
    yield from (f"lacks {name}" for name in sorted(set(expected) - set(held)))
    yield from (f"holds {name} twice" for name in sorted({name for name in held if held.count(name) > 1}))
    for name, content, modified, mode in files:
        source = expected.get(name)
        if source and content != (ROOT / source).read_bytes():
            yield f"{name} is not the {source} of the checkout"
        if modified // 2 != time // 2:
            yield f"{name} has the time {modified}, not {time}"
        if mode not in PLAIN:
            yield f"{name} has the mode {mode:o}"


def checkers(wheel: Path, sdist: Path) -> Iterator[str]:
    """What the checkers of the ecosystem say, where they say anything."""
    here = Path(sysconfig.get_path("scripts"))
    for command in (
        ["twine", "check", "--strict", str(wheel), str(sdist)],
        ["check-wheel-contents", str(wheel)],
        ["validate-pyproject", str(ROOT / "pyproject.toml")],
    ):
        if not (here / command[0]).is_file():
            raise BuildError(f"missing component: {command[0]}; pip install --require-hashes -r scripts/release.lock")
        done = subprocess.run([here / command[0], *command[1:]], cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603
        if done.returncode:
            yield f"{command[0]}:\n{done.stdout}{done.stderr}"


def check(folder: Path) -> Iterator[str]:
    """Everything wrong with the archives of the folder. Raises BuildError where they cannot be checked."""
    if importlib.util.find_spec("trove_classifiers") is None:
        raise BuildError("missing component: trove-classifiers, without which validate-pyproject would ask the network")
    version = str(project()["project"]["version"])
    wheel, sdist = folder / f"cardlint-{version}-py3-none-any.whl", folder / f"cardlint-{version}.tar.gz"
    found = sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []
    if found != sorted([wheel.name, sdist.name]):
        raise BuildError(f"{folder} must hold {wheel.name} and {sdist.name} alone; it holds {', '.join(found) or 'nothing'}")
    time = int(epoch())
    yield from (f"{wheel.name} {line}" for line in differences(list(wheel_files(wheel)), in_wheel(version), time))
    yield from (f"{sdist.name} {line}" for line in differences(list(sdist_files(sdist)), in_sdist(version), time))
    yield from checkers(wheel, sdist)


def main() -> int:
    """Say what is wrong; 1 where anything is."""
    if len(sys.argv) != 2:  # noqa: PLR2004 - the script and one folder
        print("usage: check_dist.py FOLDER", file=sys.stderr)
        return 2
    try:
        wrong = list(check(Path(sys.argv[1]).resolve()))
    except (BuildError, OSError, tarfile.TarError, zipfile.BadZipFile) as error:
        wrong = [str(error)]
    for line in wrong:
        print(line, file=sys.stderr)
    print("not fit to be released" if wrong else "the wheel and the sdist hold what they must and nothing else")
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main())
