"""Describe what a wheel of ours runs with, as CycloneDX: python scripts/build_sbom.py WHEEL FILE.

The wheel is installed with what it requires, and nothing else, into an environment made for the purpose; cyclonedx-py describes
that and validates the result by the schemas it carries. The same versions give the same bytes: no serial number, the time
is SOURCE_DATE_EPOCH, by default that of the last commit. Only wheels are installed, so that no code of a dependency runs.
"""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import tempfile
import venv
from pathlib import Path

from build_dist import ROOT, BuildError, epoch

SPECIFICATION = "1.6"


def run(command: list[str], **environment: str) -> None:
    """Run a step. Raises BuildError with what it said where it fails."""
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=os.environ | environment)  # noqa: S603 - our own command
    if done.returncode:
        raise BuildError(f"{Path(command[0]).name} failed:\n{done.stdout}{done.stderr}")


def describe(wheel: Path, into: Path) -> None:
    """Write the SBOM of a wheel. Raises BuildError where that does not come off."""
    cyclonedx = Path(sysconfig.get_path("scripts")) / "cyclonedx-py"
    if not cyclonedx.is_file():
        raise BuildError("missing component: cyclonedx-py; pip install --require-hashes -r scripts/release.lock")
    if not wheel.is_file():
        raise BuildError(f"there is no wheel {wheel}")
    with tempfile.TemporaryDirectory() as folder:
        venv.create(folder, with_pip=False)
        python = str(Path(folder) / "bin" / "python")
        pip = [sys.executable, "-m", "pip", "--python", python, "install", "--quiet", "--disable-pip-version-check"]
        run([*pip, "--only-binary", ":all:", str(wheel)])
        described = [str(cyclonedx), "environment", "--pyproject", str(ROOT / "pyproject.toml"), "--mc-type", "application"]
        result = ["--spec-version", SPECIFICATION, "--output-reproducible", "--validate", "--output-format", "JSON"]
        run([*described, *result, "--output-file", str(into), python], SOURCE_DATE_EPOCH=epoch())


def main() -> int:
    """Write the SBOM; 1 where that does not come off, 2 for wrong use."""
    if len(sys.argv) != 3:  # noqa: PLR2004 - the script, a wheel, a file
        print("usage: build_sbom.py WHEEL FILE", file=sys.stderr)
        return 2
    try:
        describe(Path(sys.argv[1]), Path(sys.argv[2]))
    except BuildError as error:
        print(error, file=sys.stderr)
        return 1
    print(f"{sys.argv[2]} written")
    return 0


if __name__ == "__main__":
    sys.exit(main())
