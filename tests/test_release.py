"""When a release is refused, and what the metadata says. What is built, tests/consumers/release.py looks at."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from cardlint import __version__
from cardlint.home import REPOSITORY, SITE

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
HERE = REPOSITORY.removeprefix("https://github.com/")
LOCK = (ROOT / "scripts" / "release.lock").read_text("utf-8")


def test_the_addresses_in_the_metadata_are_ours() -> None:
    urls = PROJECT["urls"]
    assert set(urls) == {"Homepage", "Documentation", "Source", "Issues", "Changelog"}
    assert urls["Homepage"] == urls["Documentation"] == SITE
    assert urls["Source"] == REPOSITORY
    assert urls["Issues"] == f"{REPOSITORY}/issues"
    assert urls["Changelog"] == f"{REPOSITORY}/blob/main/CHANGELOG.md"


def test_the_lock_fulfils_what_a_release_asks_for_and_pins_everything_by_content() -> None:
    pinned = dict(re.findall(r"^([a-z0-9-]+)==(\S+)", LOCK, re.MULTILINE))
    for requirement in PROJECT["optional-dependencies"]["release"]:
        name, least, below = re.fullmatch(r"([a-z-]+)>=([\d.]+),<(\d+)", requirement).groups()  # type: ignore[union-attr]
        assert _numbers(least) <= _numbers(pinned[name]) < _numbers(below), requirement
    blocks = re.split(r"^(?=[a-z])", LOCK, flags=re.MULTILINE)[1:]
    assert len(blocks) == len(pinned)
    assert all("--hash=sha256:" in block for block in blocks)
    assert "://" not in LOCK


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", version))


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """What is asked about before a release, ready for one."""
    if "CARDLINT_INSTALLED_AT" in os.environ:
        pytest.skip("a release is made of a checkout, and a wheel is none")
    for name in ("scripts/check_release.py", "cardlint/__init__.py", "cardlint/home.py", "pyproject.toml"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    (tmp_path / "CHANGELOG.md").write_text(
        f"# Changelog\n\n## {__version__} (2026-01-31)\n\n### Added\n\n- A thing.\n\n## 0.0.9 (2025-01-01)\n\nOld.\n"
    )
    return tmp_path


def released(checkout: Path, tag: str = f"v{__version__}", repository: str = HERE, *more: str) -> tuple[int, str]:
    command = [sys.executable, checkout / "scripts" / "check_release.py", tag, repository, *more]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=checkout)
    return done.returncode, done.stderr


def test_a_release_that_is_ready_gets_its_notes(checkout: Path) -> None:
    assert released(checkout, f"v{__version__}", HERE, str(checkout / "notes.md")) == (0, "")
    assert (checkout / "notes.md").read_text() == "### Added\n\n- A thing.\n"


@pytest.mark.parametrize(
    "tag", ["", __version__, f"v{__version__}.post1", "v9.9.9", f"V{__version__}", f"v{__version__}\n", "refs/tags/v1"]
)
def test_a_tag_that_is_not_the_version_is_refused(checkout: Path, tag: str) -> None:
    code, said = released(checkout, tag, HERE, "notes.md")
    assert code == 1
    assert f"so it must be v{__version__}" in said
    assert not (checkout / "notes.md").exists()


@pytest.mark.parametrize("repository", ["somebody/cardlint", f"{HERE}-fork", "", HERE.upper()])
def test_another_repository_is_refused(checkout: Path, repository: str) -> None:
    code, said = released(checkout, f"v{__version__}", repository)
    assert code == 1
    assert f"releases come from {HERE} alone" in said


@pytest.mark.parametrize(
    ("heading", "words"),
    [
        (f"## {__version__} (unreleased)", '"unreleased"'),
        (f"## {__version__} (2026-02-30)", "it must be a date"),
        (f"## {__version__} (20260131)", "it must be a date"),
        (f"## {__version__} (9999-01-01)", "not in the future"),
        (f"## {__version__}", "has no section"),
        ("## 0.0.8 (2026-01-31)", "has no section"),
        (f"## {__version__} (2026-01-31)\n\n## 0.0.10 (2025-02-02)", "says nothing of"),
    ],
)
def test_a_changelog_that_is_not_ready_is_refused(checkout: Path, heading: str, words: str) -> None:
    path = checkout / "CHANGELOG.md"
    path.write_text(path.read_text().replace(f"## {__version__} (2026-01-31)", heading))
    code, said = released(checkout)
    assert code == 1
    assert words in said


def test_two_versions_are_refused(checkout: Path) -> None:
    path = checkout / "cardlint" / "__init__.py"
    path.write_text(path.read_text().replace(f'"{__version__}"', '"9.9.9"'))
    code, said = released(checkout)
    assert code == 1
    assert "cardlint.__version__ is 9.9.9" in said


def test_wrong_use_is_said(checkout: Path) -> None:
    assert released(checkout, "a", "b", "c", "d") == (2, "usage: check_release.py TAG REPOSITORY [NOTES]\n")
