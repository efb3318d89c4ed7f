"""What stands beside the package and speaks of it: it agrees with the version, the command and the addresses."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import yaml

from cardlint import __version__, home
from cardlint.__main__ import hf

ROOT = Path(__file__).parent.parent
EXTENSION = ROOT / "integrations" / "hf-cardlint"
PIN = ">={0}.{1},<{0}.{2}".format(*(number := [int(part) for part in __version__.split(".")])[:2], number[1] + 1)
RAW = home.REPOSITORY.replace("github.com", "raw.githubusercontent.com")
PAGES = ("docs/before-upload.md", "docs/gitlab-ci.md", "integrations/hf-cardlint/README.md")


def test_the_extension_pins_this_version_and_names_a_function_there_is() -> None:
    project = tomllib.loads((EXTENSION / "pyproject.toml").read_text())["project"]
    assert project["dependencies"] == [f"cardlint{PIN}"]
    assert project["version"] == __version__
    assert project["scripts"] == {"hf-cardlint": f"{hf.__module__}:{hf.__name__}"}
    assert project["urls"] == {"Homepage": home.REPOSITORY}
    assert project["requires-python"] == tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["requires-python"]
    assert (EXTENSION / "LICENSE").read_text() == (ROOT / "LICENSE").read_text()


def test_the_job_and_the_component_pin_it_too() -> None:
    script = (ROOT / "docs" / "examples" / "webhook" / "check_push.py").read_text()
    assert f'# dependencies = ["cardlint{PIN}"]\n' in script
    inputs, _ = yaml.safe_load_all((ROOT / "templates" / "cardlint.yml").read_text())
    assert inputs["spec"]["inputs"]["package"]["default"] == f"cardlint{PIN}"


def test_every_page_names_this_release() -> None:
    pages = [ROOT / "README.md", *(ROOT / "docs").rglob("*.md"), *(ROOT / "docs" / "examples").rglob("*.yml")]
    place = re.compile(r"cardlint/cardlint(?:@\S+ # |\.git '|\n    rev: )v(\d+\.\d+\.\d+)")
    found = {path.relative_to(ROOT).as_posix(): set(place.findall(path.read_text("utf-8"))) for path in pages}
    assert all(found[name] for name in ("README.md", "docs/github-action.md", "docs/pre-commit.md"))
    assert set().union(*found.values()) == {__version__}


def test_no_input_is_part_of_a_script() -> None:
    _, jobs = yaml.safe_load_all((ROOT / "templates" / "cardlint.yml").read_text())
    (job,) = jobs.values()
    assert "$[[" not in "".join(job["script"])
    assert all(held["expand"] is False for held in job["variables"].values())


def test_the_component_is_documented_input_by_input() -> None:
    inputs, _ = yaml.safe_load_all((ROOT / "templates" / "cardlint.yml").read_text())
    page = (ROOT / "docs" / "gitlab-ci.md").read_text()
    table = set(re.findall(r"`([a-z-]+)`", "".join(line.split("|")[1] for line in page.splitlines() if line.startswith("| `"))))
    assert table == set(inputs["spec"]["inputs"])


def test_addresses_are_those_of_the_project_and_files_are_there() -> None:
    for name in PAGES:
        page = (ROOT / name).read_text()
        for path in re.findall(r"https://raw\.githubusercontent\.com/\S+?/COMMIT/(\S+?)[`\s]", page):
            assert (ROOT / path).is_file(), path
        assert set(re.findall(r"https://raw\.githubusercontent\.com/[\w-]+/[\w-]+", page)) <= {RAW}
        assert set(re.findall(r"https://github\.com/[^\s)`]+", page)) <= {home.REPOSITORY}
        for link in re.findall(r"\]\((?!https?:|#)([^)#]+)", page):
            assert (ROOT / name).parent.joinpath(link).exists(), link
