"""The one-line ways to run it, with the real uv and pipx and without network: everything comes from a folder of wheels."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from components import program
from wheels import ROOT, alone, built, checkout, deaf, wheelhouse

LINES = {
    "uvx": ["uvx", "cardlint"],
    "uvx from a checkout": ["uvx", "--from", "CHECKOUT", "cardlint"],
    "uvx from a wheel": ["uvx", "--from", "WHEEL", "cardlint"],
    "pipx": ["pipx", "run", "cardlint"],
    "pipx from a checkout": ["pipx", "run", "--spec", "CHECKOUT", "cardlint"],
    "pipx from a wheel": ["pipx", "run", "--spec", "WHEEL", "cardlint"],
}


@pytest.fixture(scope="module")
def places(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A checkout, the wheel built from it, a folder of wheels."""
    folder = tmp_path_factory.mktemp("one-liners")
    source = checkout(folder / "source")
    wheel = next(folder / "dist" / name for name in built(source, folder / "dist") if name.endswith(".whl"))
    return {"CHECKOUT": source, "WHEEL": wheel, "house": wheelhouse(folder / "house", wheel)}


@pytest.fixture
def model(tmp_path: Path) -> Path:
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "README.md").write_text("---\nlicense: apache2\n---\n# A model\n")
    return tmp_path / "model"


@pytest.mark.parametrize("line", LINES)
def test_one_line_checks_a_folder(line: str, places: dict[str, Path], model: Path, tmp_path: Path) -> None:
    name, *words = (str(places.get(word, word)) for word in LINES[line])
    command = [*alone(), program(name, "the extra `consumers`"), *words, "check", ".", "--output-format", "concise"]
    done = subprocess.run(
        command, cwd=model, env=deaf(tmp_path / "home", places["house"]), capture_output=True, text=True, check=False, timeout=300
    )
    assert done.returncode == 1, done.stdout + done.stderr
    assert 'README.md:2:10: error[license-unknown] "apache2" is not a Hub licence id' in done.stdout


def test_the_readme_says_these_lines() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    for words in LINES.values():
        shown = [{"CHECKOUT": "path/to/checkout", "WHEEL": "cardlint-*.whl"}.get(word, word) for word in words]
        assert "WHEEL" in words or " ".join([*shown, "check"]) in readme, shown


def test_there_is_nothing_to_find_but_the_wheels(model: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    command = [*alone(), program("uvx"), "cardlint", "check", "."]
    environment = deaf(tmp_path / "home", tmp_path / "empty")
    done = subprocess.run(command, cwd=model, env=environment, capture_output=True, text=True, check=False, timeout=300)
    assert "cardlint was not found" in done.stderr
    assert done.returncode != 0
