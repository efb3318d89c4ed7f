"""The GitLab component, run by gitlab-ci-local: it checks the schema, puts in the inputs and runs the jobs in a real shell.

Needs Node 22 (the npm package `node`), the npm package `gitlab-ci-local`, git and rsync. Until the formats the template asks for
exist in this checkout, others stand in for them: see `_template`.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest
from components import npm_package, program

from cardlint.formats import FORMATS

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).parents[2]
TEMPLATE = ROOT / "templates" / "cardlint.yml"
GOOD = "---\nlicense: mit\nlanguage: en\n---\n# Kettle\n\nSays whether a kettle boils.\n"
BAD = GOOD.replace("mit", "apache2")
HOSTILE = "x; touch HACKED #$(touch HACKED)`touch HACKED`' \" && touch HACKED | touch HACKED > HACKED $HOME ${IFS}\\"
STAND_INS = {"gitlab": "json", "junit": "concise"}


class Ran(NamedTuple):
    code: int
    log: str
    artifacts: dict[str, str]


def _template() -> str:
    """The template; where a format it asks for is not there yet, another stands in for it."""
    text = TEMPLATE.read_text()
    for name, other in STAND_INS.items():
        assert f"--output-format {name}=" in text
        if name not in FORMATS:
            text = text.replace(f"--output-format {name}=", f"--output-format {other}=")
    return text


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    (folder / "templates").mkdir(parents=True)
    (folder / "templates" / "cardlint.yml").write_text(_template())
    (folder / "README.md").write_text(GOOD)
    return folder


@pytest.fixture
def pipeline(project: Path, tmp_path: Path) -> Callable[..., Ran]:
    node = npm_package("node") / "bin" / "node"
    runner = npm_package("gitlab-ci-local") / "dist" / "index.js"
    rsync, git = program("rsync", "apt-get install rsync"), program("git")
    tools = tmp_path / "tools"
    tools.mkdir()
    # The image of the job: what is installed from this checkout, and no other Python.
    for name, target in {"cardlint": program("cardlint"), "python3": sys.executable, "rsync": rsync, "git": git}.items():
        (tools / name).write_text(f'#!/bin/sh\nexec "{target}" "$@"\n')
        (tools / name).chmod(0o755)

    def git_in(*arguments: str) -> None:
        who = ("-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "commit.gpgsign=false")
        subprocess.run([git, *who, *arguments], cwd=project, check=True, capture_output=True)

    def run(*includes: dict[str, object], options: tuple[str, ...] = (), local: str = "local: templates/cardlint.yml") -> Ran:
        kind, _, where = local.partition(": ")
        pipeline = {"include": [{kind: where, "inputs": {"package": "", **inputs}} for inputs in includes]}
        (project / ".gitlab-ci.yml").write_text(json.dumps(pipeline))
        git_in("init", "-q", "-b", "main")
        git_in("remote", "add", "origin", "git@gitlab.example.com:acme/kettle.git")
        git_in("add", "-A")
        git_in("commit", "-qm", "x")
        kept = {key: value for key, value in os.environ.items() if not key.startswith(("CI", "GITLAB", "GCL_"))}
        done = subprocess.run(
            [str(node), str(runner), "--force-shell-executor", "--no-color", *options],
            cwd=project, capture_output=True, text=True, check=False, timeout=300,
            env={**kept, "PATH": f"{tools}:/usr/bin:/bin", "HOME": str(tmp_path)},
        )  # fmt: skip
        assert "json schema validated" in done.stderr + done.stdout, done.stdout + done.stderr
        assert not list(tmp_path.rglob("HACKED"))
        kept_files = project / ".gitlab-ci-local" / "artifacts"
        found = {path.relative_to(kept_files).as_posix(): path.read_text() for path in kept_files.rglob("*") if path.is_file()}
        return Ran(done.returncode, done.stdout + done.stderr, found)

    return run


def code_quality(text: str) -> list[dict[str, object]]:
    """The findings of the report GitLab reads, or of what stands in for it."""
    loaded = json.loads(text)
    if "gitlab" not in FORMATS:
        return [{"path": item["path"], "name": item["rule"]} for target in loaded["targets"] for item in target["findings"]]
    return [{"path": item["location"]["path"], "name": item["check_name"]} for item in loaded]


def test_a_good_repository_passes_and_its_reports_are_kept(pipeline: Callable[..., Ran]) -> None:
    ran = pipeline({})
    assert ran.code == 0, ran.log
    assert set(ran.artifacts) == {"cardlint/gl-code-quality-report.json", "cardlint/cardlint-junit.xml"}
    assert not [item for item in code_quality(ran.artifacts["cardlint/gl-code-quality-report.json"]) if item["name"] == "license-unknown"]


def test_a_bad_repository_fails_after_its_reports_are_written(pipeline: Callable[..., Ran], project: Path) -> None:
    (project / "README.md").write_text(BAD)
    ran = pipeline({})
    assert ran.code != 0
    assert "error[license-unknown]" in ran.log
    assert {"path": "README.md", "name": "license-unknown"} in code_quality(ran.artifacts["cardlint/gl-code-quality-report.json"])
    assert "license-unknown" in ran.artifacts["cardlint/cardlint-junit.xml"]


def test_inputs_reach_the_command(pipeline: Callable[..., Ran], project: Path) -> None:
    for name in ("a model", "b"):
        (project / name).mkdir()
        (project / name / "README.md").write_text(BAD)
    (project / "policy file.yaml").write_text("extends: recommended\nrules: {license-unknown: warning}\n")
    asked = {"path": "a model\n\nb", "policy": "policy file.yaml", "args": "--select\nlicense-unknown\n--statistics", "stage": "build"}
    ran = pipeline({**asked, "job-name": "first"}, {**asked, "job-name": "second", "fail-on": "warning"})
    assert "     2  warning license-unknown" in ran.log
    assert "PASS  first" in ran.log, ran.log
    assert "FAIL  second" in ran.log, ran.log
    assert {"first/gl-code-quality-report.json", "second/gl-code-quality-report.json"} <= set(ran.artifacts)


@pytest.mark.parametrize(
    "inputs",
    [
        {"path": HOSTILE}, {"policy": HOSTILE}, {"args": HOSTILE}, {"args": f"--select\n{HOSTILE}\nEND\ntouch HACKED"},
        {"path": f".\nEND\n{HOSTILE}"}, {"package": HOSTILE}, {"package": "--index-url=http://127.0.0.1:9"}, {"path": "--help"},
    ],
)  # fmt: skip
def test_hostile_inputs_run_nothing_and_do_not_pass(pipeline: Callable[..., Ran], inputs: dict[str, object]) -> None:
    ran = pipeline(inputs)
    assert ran.code != 0, ran.log
    assert "FAIL  cardlint" in ran.log
    assert "root:" not in ran.log.replace("/root", ""), "a variable was put in"


def test_an_unknown_severity_is_refused_before_anything_runs(pipeline: Callable[..., Ran]) -> None:
    with pytest.raises(AssertionError, match="fail-on"):
        pipeline({"fail-on": "loud"})


def test_what_could_not_be_examined_fails_the_job(pipeline: Callable[..., Ran]) -> None:
    assert pipeline({"path": "nowhere", "fail-on": "never"}).code != 0


def test_it_is_found_as_a_component(pipeline: Callable[..., Ran]) -> None:
    ran = pipeline({}, local="component: $CI_SERVER_FQDN/$CI_PROJECT_PATH/cardlint@$CI_COMMIT_SHA")
    assert ran.code == 0, ran.log


def test_it_installs_what_the_input_names(pipeline: Callable[..., Ran], project: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "--no-build-isolation", "--wheel-dir", str(tmp_path), str(ROOT)]
    subprocess.run(command, check=True, capture_output=True)
    wheel = next(tmp_path.glob("cardlint-*.whl"))
    (project / "README.md").write_text(BAD)
    shutil.copy(wheel, project)
    ran = pipeline({"package": f"./{wheel.name}"})
    assert ran.code != 0
    assert "error[license-unknown]" in ran.log, ran.log
