"""A release as far as it goes without GitHub and an index: built twice, checked, described, installed, and the workflow's own scripts run."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import os
import random
import shutil
import subprocess
import sys
import tarfile
import venv
import zipfile
from pathlib import Path
from typing import Any

import pytest
import yaml
from wheels import ROOT, alone, built, checkout, commit, deaf, wheelhouse

from cardlint import __version__

WHEEL, SDIST = f"cardlint-{__version__}-py3-none-any.whl", f"cardlint-{__version__}.tar.gz"
REQUIRED = {
    "Jinja2",
    "click",
    "filelock",
    "huggingface_hub",
    "jsonschema",
    "jsonschema_rs",
    "markdown-it-py",
    "packaging",
    "platformdirs",
    "pydantic",
    "PyYAML",
}
COMMITTED_AT = 1_769_862_896  # 2026-01-31T12:34:56 UTC


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkout with what was built from it in `../dist`."""
    folder = tmp_path_factory.mktemp("first")
    built(checkout(folder / "source"), folder / "dist")
    return folder / "source"


def script(source: Path, name: str, *arguments: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, source / "scripts" / name, *arguments]
    return subprocess.run(command, cwd=source, env=os.environ | environment, capture_output=True, text=True, check=False)


def disturbed(source: Path) -> Path:
    """Nothing that Git would notice, and files it does not track."""
    order = random.Random(7)
    for path in [item for item in source.rglob("*") if item.is_file() and ".git" not in item.parts]:
        os.utime(path, (order.randrange(10**9), order.randrange(10**9)))
        path.chmod(0o700 if os.access(path, os.X_OK) else 0o600)
    for name in (
        "cardlint/left.py",
        "rules/metadata/left.md",
        "cardlint/__pycache__/x.cpython-311.pyc",
        "tests/left.py",
        "node_modules/a.js",
    ):
        (source / name).parent.mkdir(exist_ok=True)
        (source / name).write_text("x = 1\n")
    return source


def test_two_builds_are_the_same_byte_for_byte(first: Path, tmp_path: Path) -> None:
    again = disturbed(checkout(tmp_path / "quite" / "another folder" / "é"))
    before = os.umask(0o077)
    try:
        other = built(again, tmp_path / "dist", TZ="Pacific/Kiritimati", LC_ALL="tr_TR.UTF-8", PYTHONHASHSEED="7", HATCH_BUILD_NO_HOOKS="1")
    finally:
        os.umask(before)
    assert sorted(other) == [WHEEL, SDIST]
    for name, content in other.items():
        assert content == (first.parent / "dist" / name).read_bytes(), name


def test_the_builder_by_itself_makes_the_same_of_the_sdist_and_of_the_checkout(first: Path, tmp_path: Path) -> None:
    with tarfile.open(first.parent / "dist" / SDIST) as archive:
        archive.extractall(tmp_path / "sdist", filter="data")
    sources = [disturbed(tmp_path / "sdist" / f"cardlint-{__version__}"), checkout(tmp_path / "checkout")]
    (sources[0] / "cardlint" / "left.py").unlink()
    (sources[0] / "rules" / "metadata" / "left.md").unlink()
    for number, source in enumerate(sources):
        command = [sys.executable, "-m", "build", "--no-isolation", "--wheel", "--outdir", tmp_path / str(number), source]
        environment = os.environ | {"SOURCE_DATE_EPOCH": str(COMMITTED_AT), "TZ": "America/Caracas", "LC_ALL": "C"}
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, umask=0o007)
        assert done.returncode == 0, done.stdout + done.stderr
        assert (tmp_path / str(number) / WHEEL).read_bytes() == (first.parent / "dist" / WHEEL).read_bytes()


def test_another_time_is_another_archive(first: Path, tmp_path: Path) -> None:
    other = built(first, tmp_path / "dist", SOURCE_DATE_EPOCH="1000000000")
    assert all(content != (first.parent / "dist" / name).read_bytes() for name, content in other.items())


@pytest.mark.parametrize("time", ["", "yesterday", "-1", "0", "99999999999", "1e9", "１７６９８６２８９６"])
def test_a_time_that_is_none_is_refused(first: Path, tmp_path: Path, time: str) -> None:
    done = script(first, "build_dist.py", tmp_path / "dist", SOURCE_DATE_EPOCH=time)
    assert (done.returncode, done.stdout) == (1, "")
    assert "seconds since 1970" in done.stderr
    assert "Traceback" not in done.stderr


def test_what_is_not_the_commit_is_said(first: Path, tmp_path: Path) -> None:
    assert script(first, "build_dist.py", tmp_path / "clean").stderr == ""
    edited = disturbed(checkout(tmp_path / "edited"))
    (edited / "README.md").write_text("Another one.\n")
    (edited / "cardlint" / "left.py").write_text("x = 1\n")
    subprocess.run(["git", "-C", edited, "add", "cardlint/left.py"], check=True)
    done = script(edited, "build_dist.py", tmp_path / "dist")
    assert done.returncode == 0
    assert done.stderr == "not the last commit, whose bytes nobody can build from this: README.md, cardlint/left.py\n"


def test_what_cannot_be_built_is_said(first: Path, tmp_path: Path) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "old.whl").touch()
    assert "is not empty" in script(first, "build_dist.py", tmp_path / "full").stderr
    linked = checkout(tmp_path / "linked")
    (linked / "rules" / "more").symlink_to("/etc")
    commit(linked)
    assert "symbolic links cannot be built reproducibly: rules/more" in script(linked, "build_dist.py", tmp_path / "a").stderr
    shutil.rmtree(linked / ".git")
    assert "is no checkout to build from" in script(linked, "build_dist.py", tmp_path / "a", GIT_CEILING_DIRECTORIES=str(tmp_path)).stderr


def test_what_was_built_passes_every_check(first: Path) -> None:
    done = script(first, "check_dist.py", first.parent / "dist")
    assert (done.returncode, done.stderr) == (0, "")


def test_the_wheel_brings_no_tests_and_no_scripts(first: Path) -> None:
    with zipfile.ZipFile(first.parent / "dist" / WHEEL) as archive:
        names = archive.namelist()
    assert {name.partition("/")[0] for name in names} == {"cardlint", f"cardlint-{__version__}.dist-info"}
    assert not [name for name in names if "test_" in name or "conftest" in name or "/tests/" in name]


def changed_wheel(path: Path, change: Any) -> None:
    """Write the wheel again with other entries."""
    with zipfile.ZipFile(path) as archive:
        entries = [(info, archive.read(info)) for info in archive.infolist()]
    with zipfile.ZipFile(path, "w") as archive:
        for info, content in change(entries):
            archive.writestr(info, content)


def entry(name: str, mode: int = 0o644, time: tuple[int, ...] = (2026, 1, 31, 12, 34, 56)) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, time)  # type: ignore[arg-type]
    info.external_attr = mode << 16
    return info


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (
            lambda entries: [*entries, (entry("cardlint/tests/test_x.py"), b"")],
            "holds cardlint/tests/test_x.py, which does not belong there",
        ),
        (lambda entries: [*entries, (entry("../evil.pth"), b"import os")], "holds ../evil.pth"),
        (lambda entries: [item for item in entries if item[0].filename != "cardlint/py.typed"], "lacks cardlint/py.typed"),
        (
            lambda entries: [(info, b"x = 1\n" if info.filename == "cardlint/home.py" else content) for info, content in entries],
            "home.py is not the",
        ),
        (lambda entries: [(entry(info.filename, time=(2020, 1, 1, 0, 0, 0)), content) for info, content in entries], "has the time"),
        (lambda entries: [(entry(info.filename, mode=0o4777), content) for info, content in entries], "has the mode 4777"),
        (lambda entries: [item for item in entries if not item[0].filename.endswith("RECORD")], "lacks cardlint-"),
    ],
    ids=["tests", "outside", "lacking", "changed", "time", "mode", "record"],
)
def test_a_wheel_that_was_tampered_with_is_not_fit(first: Path, tmp_path: Path, change: Any, words: str) -> None:
    dist = shutil.copytree(first.parent / "dist", tmp_path / "dist")
    changed_wheel(dist / WHEEL, change)
    done = script(first, "check_dist.py", dist)
    assert done.returncode == 1
    assert words in done.stderr, done.stderr
    assert "Traceback" not in done.stderr


def test_an_sdist_that_was_tampered_with_is_not_fit(first: Path, tmp_path: Path) -> None:
    dist = shutil.copytree(first.parent / "dist", tmp_path / "dist")
    packed = io.BytesIO()
    with tarfile.open(dist / SDIST) as old, tarfile.open(fileobj=packed, mode="w") as new:
        for info in old:
            new.addfile(info, old.extractfile(info))
        info = tarfile.TarInfo(f"cardlint-{__version__}/setup.py")
        info.uid, info.uname, info.mtime = 1000, "somebody", 1
        new.addfile(info)
    (dist / SDIST).write_bytes(gzip.compress(packed.getvalue()))
    done = script(first, "check_dist.py", dist)
    assert done.returncode == 1
    assert "setup.py owned by somebody, which does not belong there" in done.stderr


@pytest.mark.parametrize("content", [b"", b"PK\x05\x06"])
def test_what_is_no_wheel_is_said(first: Path, tmp_path: Path, content: bytes) -> None:
    dist = shutil.copytree(first.parent / "dist", tmp_path / "dist")
    (dist / WHEEL).write_bytes(content)
    done = script(first, "check_dist.py", dist)
    assert (done.returncode, "Traceback" in done.stderr) == (1, False), done.stderr
    assert "must hold" in script(first, "check_dist.py", tmp_path / "nowhere").stderr
    (dist / WHEEL).unlink()
    assert "alone; it holds" in script(first, "check_dist.py", dist).stderr


@pytest.fixture(scope="module")
def house(first: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return wheelhouse(tmp_path_factory.mktemp("house"), first.parent / "dist" / WHEEL)


@pytest.mark.parametrize("archive", [WHEEL, SDIST])
def test_it_installs_into_an_empty_environment_without_network_and_does_its_job(
    first: Path, house: Path, tmp_path: Path, archive: str
) -> None:
    venv.create(tmp_path / "venv", with_pip=True)
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "README.md").write_text("---\nlicense: apache2\n---\n# A model\n")

    def run(*command: str | Path) -> subprocess.CompletedProcess[str]:
        environment = deaf(tmp_path / "home", house)
        return subprocess.run([*alone(), *command], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)

    installed = run(tmp_path / "venv" / "bin" / "pip", "install", "--quiet", first.parent / "dist" / archive)
    assert installed.returncode == 0, installed.stderr
    cardlint = tmp_path / "venv" / "bin" / "cardlint"
    found = run(cardlint, "check", "model", "--output-format", "concise")
    assert (found.returncode, found.stderr) == (1, "")
    assert "error[license-unknown]" in found.stdout
    assert run(cardlint, "explain", "license-unknown").returncode == 0
    assert run(cardlint, "--version").stdout == f"cardlint {__version__}\n"
    assert run(cardlint, "policy", "list").returncode == 0
    assert "_CARDLINT_COMPLETE" in run(cardlint, "completion", "bash").stdout


def test_the_sbom_is_valid_the_same_each_time_and_names_what_we_run_with_and_nothing_else(first: Path, house: Path, tmp_path: Path) -> None:
    from cyclonedx.schema import SchemaVersion
    from cyclonedx.validation.json import JsonStrictValidator

    wheel = first.parent / "dist" / WHEEL
    for number in (1, 2):
        environment = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(house), "TZ": f"Etc/GMT-{number}", "PYTHONHASHSEED": str(number)}
        done = script(first, "build_sbom.py", wheel, tmp_path / f"{number}.json", **environment)
        assert done.returncode == 0, done.stderr
    text = (tmp_path / "1.json").read_text("utf-8")
    assert text == (tmp_path / "2.json").read_text("utf-8")
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) is None
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text.replace('"bomFormat"', '"bomFromat"')) is not None
    sbom = json.loads(text)
    root = sbom["metadata"]["component"]
    assert (root["name"], root["version"], root["type"]) == ("cardlint", __version__, "application")
    assert sbom["metadata"]["timestamp"].startswith("2026-01-31T12:34:56")
    wants = {item["ref"]: item.get("dependsOn", []) for item in sbom["dependencies"]}
    assert {ref.partition("==")[0] for ref in wants[root["bom-ref"]]} == REQUIRED
    needed, left = set(), [root["bom-ref"]]
    while left:
        needed.add(ref := left.pop())
        left += [other for other in wants[ref] if other not in needed]
    assert {component["bom-ref"] for component in sbom["components"]} == needed - {root["bom-ref"]}
    assert all("version" in component and "licenses" in component for component in sbom["components"])
    for place in (str(first), str(house), str(tmp_path), "file:"):
        assert place not in text


def test_an_sbom_that_cannot_be_made_is_said(first: Path, tmp_path: Path) -> None:
    assert script(first, "build_sbom.py", tmp_path / "no.whl", tmp_path / "a.json").stderr == f"there is no wheel {tmp_path}/no.whl\n"
    assert script(first, "build_sbom.py").returncode == 2
    done = script(
        first, "build_sbom.py", first.parent / "dist" / WHEEL, tmp_path / "a.json", PIP_NO_INDEX="1", PIP_FIND_LINKS=str(tmp_path)
    )
    assert done.returncode == 1
    assert "No matching distribution" in done.stderr
    assert not (tmp_path / "a.json").exists()


def steps(job: str) -> list[str]:
    """The scripts of a job of the workflow, as GitHub hands them to Bash."""
    workflow = yaml.safe_load((ROOT / ".github" / "workflows" / "release.yml").read_text("utf-8"))
    return [step["run"] for step in workflow["jobs"][job]["steps"] if "run" in step]


def run_job(job: str, folder: Path, **environment: str) -> str:
    """Run the scripts of a job one after the other, as GitHub does; what they said. Stops at the first that fails."""
    said = ""
    for text in steps(job):
        command = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", text]
        kept = {key: value for key, value in os.environ.items() if not key.startswith("GITHUB_")}
        done = subprocess.run(command, cwd=folder, env=kept | environment, capture_output=True, text=True, check=False)
        said += done.stdout + done.stderr
        if done.returncode:
            return f"{said}\nstopped with {done.returncode}"
    return said


def test_the_workflow_builds_and_announces_what_this_machine_builds(tmp_path: Path) -> None:
    source = checkout(tmp_path / "source")
    changelog = source / "CHANGELOG.md"
    text = changelog.read_text("utf-8")
    changelog.write_text(text.replace(f"## {__version__} (unreleased)", f"## {__version__} (2026-01-31)"), "utf-8")
    commit(source)
    venv.create(tmp_path / "venv", with_pip=True)
    recorder = tmp_path / "bin" / "gh"
    recorder.parent.mkdir()
    recorder.write_text('#!/bin/sh\nprintf "%s\\n" "$@" > "$RECORD"\n')
    recorder.chmod(0o755)
    environment = {
        "PATH": f"{tmp_path}/venv/bin:{tmp_path}/bin:{os.environ['PATH']}", "GITHUB_REF_NAME": f"v{__version__}",
        "GITHUB_REPOSITORY": "cardlint/cardlint", "RECORD": str(tmp_path / "record"), "GH_TOKEN": "none",
    }  # fmt: skip
    said = run_job("build", source, **environment)
    assert "stopped" not in said, said
    here = built(source, tmp_path / "here")
    assert {path.name: path.read_bytes() for path in (source / "dist").iterdir()} == here
    # What upload-artifact and download-artifact do: the folder, and the common root of two paths.
    announced = tmp_path / "announced"
    shutil.copytree(source / "dist", announced / "dist")
    shutil.copytree(source / "assets", announced / "beside" / "assets")
    shutil.copy(source / "notes.md", announced / "beside" / "notes.md")
    said = run_job("announce", announced, **environment)
    assert said.count(": OK") == 3, said
    record = (tmp_path / "record").read_text().splitlines()
    assert record[:3] == ["release", "create", f"v{__version__}"]
    assert {"--verify-tag", "--notes-file", "beside/notes.md", f"cardlint {__version__}"} <= set(record)
    assert {Path(item).name for item in record if item.startswith("dist/")} == {
        WHEEL,
        SDIST,
        "SHA256SUMS",
        f"cardlint-{__version__}.cdx.json",
    }
    (announced / "dist" / WHEEL).write_bytes(b"something else")
    assert "stopped" in run_job("announce", announced, **environment)


def test_the_workflow_stops_for_a_tag_that_is_not_the_version_and_runs_no_part_of_it(tmp_path: Path) -> None:
    source = checkout(tmp_path / "source")
    for name in ("v$(touch owned)", "v1;touch owned", 'v"$(touch owned)"', "v`touch owned`", "v9.9.9"):
        said = run_job("build", source, GITHUB_REF_NAME=name, GITHUB_REPOSITORY="cardlint/cardlint")
        assert "so it must be v" in said
        assert said.endswith("stopped with 1")
        shutil.rmtree(source / "assets")
    assert not list(source.rglob("owned"))


def test_the_checksums_are_those_of_sha256sum(first: Path, tmp_path: Path) -> None:
    done = script(first, "build_dist.py", tmp_path / "dist")
    lines = dict(reversed(line.split("  ")) for line in done.stdout.splitlines())
    assert lines == {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in (tmp_path / "dist").iterdir()}
