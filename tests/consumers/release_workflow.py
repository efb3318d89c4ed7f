"""The release workflow by the schema of workflows, by the auditor of workflows, and by what we promise of it."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import Any

import yaml
from components import program

ROOT = Path(__file__).resolve().parents[2]
PATH = ROOT / ".github" / "workflows" / "release.yml"
TEXT = PATH.read_text("utf-8")
WORKFLOW: dict[Any, Any] = yaml.safe_load(TEXT)
JOBS: dict[str, dict[str, Any]] = WORKFLOW["jobs"]
STEPS = [(name, step) for name, job in JOBS.items() for step in job["steps"]]


def test_it_is_a_workflow() -> None:
    command = [program("check-jsonschema"), "--builtin-schema", "vendor.github-workflows", str(PATH)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_auditor_finds_nothing() -> None:
    command = [program("zizmor"), "--offline", "--no-config", "--persona", "pedantic", "--format", "plain", str(PATH)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, "No findings to report" in done.stdout) == (0, True), done.stdout + done.stderr


def test_the_auditor_would_find_something(tmp_path: Path) -> None:
    changed = re.sub(r"@[0-9a-f]{40} # v", "@v", TEXT).replace("permissions: {}", "permissions: write-all")
    (tmp_path / ".github" / "workflows").mkdir(parents=True)
    worse = tmp_path / ".github" / "workflows" / "release.yml"
    worse.write_text(changed)
    command = [program("zizmor"), "--offline", "--no-config", "--persona", "pedantic", "--format", "plain", str(worse)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode > 0
    assert "unpinned-uses" in done.stdout
    assert "excessive-permissions" in done.stdout


def test_it_starts_for_a_tag_alone() -> None:
    assert WORKFLOW[True] == {"push": {"tags": ["v*"]}}  # YAML 1.1 reads `on` as true


def test_every_action_is_pinned_by_its_commit_with_its_version_beside_it() -> None:
    used = re.findall(r"^ *- uses: (.*)$", TEXT, re.MULTILINE)
    assert len(used) == sum("uses" in step for _, step in STEPS)
    for action in used:
        assert re.fullmatch(r"[\w.-]+/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", action), action
    assert len({action.partition("@")[0] for action in used}) == len(set(used)), "one action in two versions"


def test_nobody_may_do_more_than_needed() -> None:
    assert WORKFLOW["permissions"] == {}
    assert {name: job["permissions"] for name, job in JOBS.items()} == {
        "build": {"contents": "read"},
        "test": {},
        "publish": {"id-token": "write", "attestations": "write"},
        "announce": {"contents": "write"},
    }
    assert {name: job.get("environment") for name, job in JOBS.items()} == {
        "build": None,
        "test": None,
        "publish": "pypi",
        "announce": None,
    }


def test_who_may_prove_our_identity_runs_no_code_of_the_repository() -> None:
    used = [step["uses"].partition("@")[0] for name, step in STEPS if name == "publish"]
    attest = used.index("actions/attest-build-provenance")
    assert set(used) == {"actions/download-artifact", "actions/attest-build-provenance", "pypa/gh-action-pypi-publish"}
    assert attest < used.index("pypa/gh-action-pypi-publish")
    assert "secrets." not in TEXT


def test_nothing_is_cached_and_no_credentials_stay() -> None:
    assert not any("cache" in str(step.get("uses", "")) or "cache" in step.get("with", {}) for _, step in STEPS)
    checkouts = [step for _, step in STEPS if step.get("uses", "").startswith("actions/checkout@")]
    assert checkouts
    assert all(step["with"]["persist-credentials"] is False for step in checkouts)


def test_no_expression_reaches_a_script() -> None:
    assert [step["run"] for _, step in STEPS if "${{" in step.get("run", "")] == []


def test_it_is_built_once_and_checked_before_anybody_gets_it() -> None:
    building = [name for name, step in STEPS if "build_dist.py" in step.get("run", "") or "-m build" in step.get("run", "")]
    assert building == ["build"]
    order = [step.get("run", step.get("uses", "")) for name, step in STEPS if name == "build"]
    wanted = ["check_release.py", "release.lock", "build_dist.py", "check_dist.py", "build_sbom.py", "upload-artifact"]
    places = [next(place for place, said in enumerate(order) if word in said) for word in wanted]
    assert places == sorted(places)
    assert JOBS["publish"]["needs"] == ["build", "test"]
    assert JOBS["announce"]["needs"] == "publish"
    for script in re.findall(r"scripts/[\w.]+", TEXT):
        assert (ROOT / script).is_file(), script


def test_its_scripts_are_bash_that_parses(tmp_path: Path) -> None:
    for number, run in enumerate(step["run"] for _, step in STEPS if "run" in step):
        script = tmp_path / f"{number}.sh"
        script.write_text(run)
        assert subprocess.run(["bash", "-n", script], check=False).returncode == 0, run
