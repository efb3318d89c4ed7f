"""The GitHub action, run step by step as the runner would, on good, bad and hostile repositories and inputs.

Its workflows, the examples for users and Dependabot's configuration are held against their schemas and audited. The action is
installed by its own install step, from a copy of the checkout. Needs the extra `consumers`, and what pip needs to install.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import yaml
from actions_runner import Run, Runner
from components import program

from cardlint.home import REPOSITORY

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parent.parent.parent
EXAMPLES = sorted((ROOT / "docs" / "examples" / "workflows").glob("*.yml"))
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
DEPENDABOT = ROOT / ".github" / "dependabot.yml"
PAGE = (ROOT / "docs" / "github-action.md").read_text("utf-8")
DESCRIPTION = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))
LEFT_OUT = shutil.ignore_patterns(".git", "__pycache__", ".venv", "*.egg-info", "node_modules", ".hypothesis", ".*_cache", "dist")
PERFECT = ROOT / "docs" / "examples" / "perfect" / "model"
BAD = "---\nlicense: apache2\n---\n# A model\n"
POINTER = f"version https://git-lfs.github.com/spec/v1\noid sha256:{'5' * 64}\nsize 123456\n"


def command(*words: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(words, cwd=cwd, capture_output=True, text=True, check=False, timeout=300)


@pytest.fixture(scope="module")
def action(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The checkout as GitHub gets it, at a path with a space and what a shell would take amiss."""
    return shutil.copytree(ROOT, tmp_path_factory.mktemp("_actions") / "card lint $(x)", ignore=LEFT_OUT)


@pytest.fixture(scope="module")
def temp(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One temporary folder, as a job has, so that what the first run installs serves the others."""
    return tmp_path_factory.mktemp("_temp")


@pytest.fixture
def job(action: Path, temp: Path, tmp_path: Path) -> Runner:
    workspace = tmp_path / "work space"
    workspace.mkdir()
    return Runner(action, workspace, temp)


def put(folder: Path, card: str = BAD) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "README.md").write_text(card)
    return folder


def python_of(temp: Path) -> Path:
    (found,) = temp.glob("cardlint-*/bin/python")
    return found


def nothing_ran(job: Runner, run: Run) -> None:
    """No text became a command: of a shell (`touch owned`), of the runner, or of its files."""
    assert not list(job.workspace.rglob("owned*")) + list(job.temp.glob("owned*")) + list(job.action.glob("owned*"))
    assert {name for name, _, _ in run.commands} <= {"error", "warning", "notice"}, run.commands
    for _, properties, _ in run.commands:
        assert {item.partition("=")[0] for item in properties.split(",")} <= {"title", "file", "line", "endLine", "col", "endColumn"}, (
            properties
        )
    assert all(step.environment == "" for step in run.steps.values())
    described = {"exit-code", "outcome", "errors", "warnings", "notes", "sarif-file", "json-file", "python"}
    assert set().union(*(step.outputs for step in run.steps.values())) <= described


# --- what is written down ---


def test_there_is_something_to_check() -> None:
    assert WORKFLOWS
    assert len(EXAMPLES) >= 3


def test_the_action_and_the_workflows_are_valid() -> None:
    check = program("check-jsonschema", "the extra consumers")
    for schema, files in (
        ("vendor.github-actions", [ROOT / "action.yml"]), ("vendor.github-workflows", [*WORKFLOWS, *EXAMPLES]), ("vendor.dependabot", [DEPENDABOT]),
    ):  # fmt: skip
        done = command(check, "--builtin-schema", schema, *map(str, files), cwd=ROOT)
        assert done.returncode == 0, done.stdout + done.stderr


def audit(*files: Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    zizmor = program("zizmor", "the extra consumers")
    return command(zizmor, "--offline", "--no-config", "--persona", "pedantic", "--strict-collection", *map(str, files), cwd=cwd)


def test_the_audit_finds_nothing() -> None:
    done = audit(ROOT / "action.yml", DEPENDABOT, *WORKFLOWS, *EXAMPLES, cwd=ROOT)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "No findings to report" in done.stdout


def test_the_audit_would_find_something(tmp_path: Path) -> None:
    text = (ROOT / "action.yml").read_text("utf-8").replace('exit "$CARDLINT_EXIT_CODE"', "exit ${{ inputs.fail-on }}")
    (tmp_path / "action.yml").write_text(text)
    assert "template-injection" in audit(tmp_path / "action.yml", cwd=tmp_path).stdout


def uses_of(path: Path) -> list[tuple[str, str]]:
    return re.findall(r"uses: (\S+)(?: # (\S+))?$", path.read_text("utf-8"), re.MULTILINE)


def test_every_action_is_pinned_to_one_commit_everywhere() -> None:
    pins: dict[str, set[tuple[str, str]]] = {}
    for path in (ROOT / "action.yml", *WORKFLOWS, *EXAMPLES, *sorted((ROOT / "docs").glob("*.md"))):
        assert path.read_text("utf-8").count("uses:") == len(uses_of(path)), path
        for uses, version in uses_of(path):
            if uses in ("./", "$/"):
                continue
            name, _, commit = uses.partition("@")
            assert re.fullmatch(r"[0-9a-f]{40}", commit), uses
            assert re.fullmatch(r"v\d+\.\d+\.\d+", version), uses
            pins.setdefault("/".join(name.split("/")[:2]), set()).add((commit, version))
    assert all(len(found) == 1 for found in pins.values()), pins
    ours = REPOSITORY.removeprefix("https://github.com/")
    assert ours in pins
    assert f"{REPOSITORY}.git" in PAGE


def test_no_script_has_an_expression_in_it() -> None:
    steps = list(DESCRIPTION["runs"]["steps"])
    for path in (*WORKFLOWS, *EXAMPLES):
        steps += [step for job in yaml.safe_load(path.read_text("utf-8"))["jobs"].values() for step in job["steps"]]
    scripts = [step["run"] for step in steps if "run" in step]
    assert scripts
    assert not [script for script in scripts if "${{" in script]


def test_the_page_has_every_input_and_output_as_the_action_describes_it() -> None:
    rows = re.findall(r"^\| `([a-z-]+)` \| (?:(.*?) \| )?(.*) \|$", PAGE, re.MULTILINE)
    expected = [
        (name, f"`{spec['default']}`" if spec["default"] else "", spec["description"].strip())
        for name, spec in DESCRIPTION["inputs"].items()
    ]
    expected += [(name, "", spec["description"]) for name, spec in DESCRIPTION["outputs"].items()]
    assert [(name, default.strip(), text.replace("\\|", "|")) for name, default, text in rows] == expected


def test_the_page_shows_the_first_example_as_it_is_and_leads_to_the_others() -> None:
    assert f"```yaml\n{(EXAMPLES[0].parent / 'model-on-github.yml').read_text('utf-8')}```" in PAGE
    for path in EXAMPLES:
        assert f"(examples/workflows/{path.name})" in PAGE


def test_what_is_installed_is_pinned_by_hash_and_within_what_the_project_allows(job: Runner) -> None:
    put(job.workspace)
    assert job.run().steps["prepare"].outcome == "success"
    done = command(str(python_of(job.temp)), "-m", "pip", "check", cwd=job.temp)
    assert done.returncode == 0, done.stdout
    pinned = (ROOT / "action" / "requirements.txt").read_text("utf-8")
    names = re.findall(r"^([\w.-]+)==\S+( ;.*)? \\$", pinned, re.MULTILINE)
    assert len(re.findall(r"^[\w.-]+==", pinned, re.MULTILINE)) == len(names)
    frozen = command(str(python_of(job.temp)), "-m", "pip", "list", "--format=freeze", cwd=job.temp).stdout
    for line in frozen.splitlines():
        name = line.partition("==")[0]
        assert name in ("pip", "setuptools", "cardlint") or f"{line.lower().replace('_', '-')} " in pinned.replace("_", "-"), line


# --- what it does ---


def test_a_good_repository_is_clean(job: Runner) -> None:
    shutil.copytree(PERFECT, job.workspace, dirs_exist_ok=True)
    run = job.run()
    assert (run.failed, run.commands) == (False, []), run.log
    assert {name: step.outcome for name, step in run.steps.items()} == {
        "prepare": "success", "check": "success", "Upload to code scanning": "skipped", "Gate": "success",
    }  # fmt: skip
    report = json.loads(Path(run.outputs.pop("json-file")).read_text("utf-8"))
    assert run.outputs == {"exit-code": "0", "outcome": "clean", "errors": "0", "warnings": "0", "notes": "0", "sarif-file": ""}
    assert [target["target"] for target in report["targets"]] == ["."]
    assert "Nothing found in 1 repository." in run.log
    assert run.summary


def test_a_bad_repository_reports_everywhere_and_fails_last(job: Runner) -> None:
    put(job.workspace / "model")
    run = job.run(path="model", upload_sarif="true")
    assert [run.steps[name].outcome for name in ("check", "Upload to code scanning", "Gate")] == ["success", "success", "failure"]
    assert run.steps["Gate"].code == 1
    assert (run.outputs["exit-code"], run.outputs["outcome"]) == ("1", "findings")
    assert int(run.outputs["errors"]) >= 1
    assert run.steps["Upload to code scanning"].inputs == {"sarif_file": run.outputs["sarif-file"]}
    sarif = json.loads(Path(run.outputs["sarif-file"]).read_text("utf-8"))
    assert (
        sarif["runs"][0]["automationDetails"]["id"] == "cardlint/model/"
    )  # tells uploads of a job apart; an input `category` would yield to it
    (result,) = (result for result in sarif["runs"][0]["results"] if result["ruleId"] == "license-unknown")
    assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "model/README.md"
    assert any(name == "error" and "file=model/README.md" in properties and "line=2" in properties for name, properties, _ in run.commands)
    assert "license-unknown" in run.summary
    nothing_ran(job, run)


def test_what_is_switched_off_is_not_there(job: Runner) -> None:
    put(job.workspace)
    run = job.run(annotations="false", summary="false")
    assert (run.commands, run.summary, run.outputs["outcome"]) == ([], "", "findings")


def test_sarif_without_the_upload(job: Runner) -> None:
    put(job.workspace)
    run = job.run(sarif="true", sarif_file="out/found.sarif", fail_on="never")
    assert run.steps["Upload to code scanning"].outcome == "skipped"
    assert run.outputs["sarif-file"] == str(job.workspace / "out" / "found.sarif")
    assert json.loads((job.workspace / "out" / "found.sarif").read_text("utf-8"))["version"] == "2.1.0"
    assert not run.failed


@pytest.mark.parametrize(
    ("card", "inputs", "outcome"),
    [
        (BAD, {}, "findings"),
        (BAD, {"fail_on": "never"}, "clean"),
        ("---\nlicense: my-own-terms\n---\n", {"fail_on": "error", "args": '["--select", "license-unknown"]'}, "clean"),
        ("---\nlicense: my-own-terms\n---\n", {"fail_on": "warning", "args": '["--select", "license-unknown"]'}, "findings"),
        ("---\nlicense: [\n---\n", {"args": '["--select", "license-missing"]'}, "incomplete"),
        ("---\nlicense: [\n---\n", {"args": '["--select", "license-missing"]', "fail_on": "never"}, "incomplete"),
        (BAD, {"policy": "strickt"}, "usage"),
        (BAD, {"path": "nowhere"}, "usage"),
        (BAD, {"args": '["--nope"]'}, "usage"),
        (BAD, {"baseline": "none.json"}, "usage"),
        (BAD, {"revision": "main"}, "usage"),
    ],
)  # fmt: skip
def test_the_gate_ends_as_cardlint_does(job: Runner, card: str, inputs: dict[str, str], outcome: str) -> None:
    put(job.workspace, card)
    run = job.run(**inputs)
    words = [f"--{name.replace('_', '-')}={value}" for name, value in inputs.items() if name not in ("args", "path")]
    words += json.loads(inputs.get("args", "[]"))
    direct = command(sys.executable, "-m", "cardlint", "check", *words, "--", inputs.get("path", "."), cwd=job.workspace)
    assert (run.steps["Gate"].code, run.outputs["outcome"]) == (direct.returncode, outcome), run.log
    assert run.outputs["exit-code"] == str(direct.returncode)
    assert run.steps["check"].outcome == "success"
    if outcome == "usage":
        assert run.outputs["errors"] == run.outputs["json-file"] == ""
        assert [name for name, _, _ in run.commands] == ["error"]
        assert "usage" in run.summary


@pytest.fixture
def broken(job: Runner) -> Iterator[Path]:
    """A module of the installed package that a test may break."""
    put(job.workspace)
    job.run()
    (package,) = job.temp.glob("cardlint-*/lib/python*/site-packages/cardlint")
    kept = {path: path.read_text("utf-8") for path in (package / "__main__.py", package / "checks" / "vocabulary.py")}
    yield package
    for path, text in kept.items():
        path.write_text(text, "utf-8")


def test_a_check_that_raises_is_3_and_the_rest_is_reported(job: Runner, broken: Path) -> None:
    path = broken / "checks" / "vocabulary.py"
    path.write_text(
        re.sub(r"^def (\w+)\(", r"def \1(*_, **__):\n    raise ZeroDivisionError\ndef _\1(", path.read_text("utf-8"), flags=re.MULTILINE)
    )
    run = job.run(upload_sarif="true")
    assert (run.steps["Gate"].code, run.outputs["exit-code"], run.outputs["outcome"]) == (3, "3", "failure"), run.log
    assert run.steps["Upload to code scanning"].outcome == "success"
    assert Path(run.outputs["json-file"]).is_file()


@pytest.mark.parametrize(
    "end",
    [
        "raise SystemExit(1)",
        "raise SystemExit(0)",
        "1/0",
        "import os; os.kill(os.getpid(), 9)",
        "raise SystemExit(130)",
        "raise SystemExit(77)",
    ],
)
def test_an_end_without_a_report_is_a_failure_whatever_its_code(job: Runner, broken: Path, end: str) -> None:
    (broken / "__main__.py").write_text(end)
    run = job.run()
    assert (run.steps["Gate"].code, run.outputs["outcome"], run.outputs["errors"]) == (3, "failure", "")
    assert [name for name, _, _ in run.commands] == ["error"]


def test_help_is_no_clean_bill(job: Runner) -> None:
    put(job.workspace)
    assert job.run(args='["-qh"]').outputs["outcome"] in ("failure", "usage")


def test_an_upload_that_fails_fails_the_action_and_the_gate_still_speaks(job: Runner) -> None:
    put(job.workspace)
    job.failing = {"github/codeql-action/upload-sarif"}
    run = job.run(upload_sarif="true")
    assert [run.steps[name].outcome for name in ("Upload to code scanning", "Gate")] == ["failure", "failure"]
    assert run.steps["Gate"].code == 1
    assert job.run(upload_sarif="true", fail_on="never").failed


def test_a_cancelled_job_uploads_nothing(job: Runner) -> None:
    put(job.workspace)
    run = job.run(upload_sarif="true", cancelled=True)
    assert {step.outcome for step in run.steps.values()} == {"skipped"}
    assert (run.outputs["exit-code"], run.outputs["outcome"]) == ("3", "failure")


def test_the_second_use_in_a_job_installs_nothing(job: Runner) -> None:
    put(job.workspace)
    job.run()
    job.environment = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": "/nowhere"}
    assert job.run().outputs["outcome"] == "findings"


def test_what_cannot_be_installed_is_a_failure(job: Runner, tmp_path: Path) -> None:
    put(job.workspace)
    other = Runner(job.action, job.workspace, tmp_path / "other")
    other.environment = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(tmp_path / "none")}
    run = other.run(upload_sarif="true")
    assert {name: step.outcome for name, step in run.steps.items()} == {
        "prepare": "failure", "check": "skipped", "Upload to code scanning": "skipped", "Gate": "failure",
    }  # fmt: skip
    assert (run.steps["Gate"].code, run.outputs["exit-code"], run.outputs["outcome"]) == (3, "3", "failure")
    assert [data for _, _, data in run.commands] == ["what cardlint depends on: exit code 1; the log above says why"]


def test_a_dependency_with_another_hash_is_not_installed(job: Runner, tmp_path: Path) -> None:
    put(job.workspace)
    changed = shutil.copytree(job.action, tmp_path / "changed")
    path = changed / "action" / "requirements.txt"
    path.write_text(re.sub(r"(?<=sha256:)[0-9a-f]{8}", "0" * 8, path.read_text("utf-8")))
    run = Runner(changed, job.workspace, tmp_path / "other").run()
    assert run.outputs["outcome"] == "failure"
    assert "THESE PACKAGES DO NOT MATCH THE HASHES" in run.log


def test_the_interpreter_is_chosen(job: Runner, tmp_path: Path) -> None:
    put(job.workspace)
    old = tmp_path / "python3.9"
    old.write_text("#!/bin/sh\nexit 1\n")
    old.chmod(0o755)
    assert job.run(python=sys.executable, fail_on="never").outputs["outcome"] == "clean"
    for name in (str(old), "bash", "touch owned", "python$(touch owned)", "-h", "python\nx"):
        run = job.run(python=name)
        assert (run.steps["prepare"].code, run.outputs["outcome"]) == (2, "usage"), run.log
        assert [(title, data.partition(";")[0]) for _, title, data in run.commands] == [
            ("title=cardlint%3A input python", "expected the name or path of a Python 3.11 or newer")
        ]
        nothing_ran(job, run)


# --- reports ---


def test_several_reports_in_one_run(job: Runner) -> None:
    put(job.workspace)
    run = job.run(reports=f"json=out/a b.json\r\n\n  concise = out/c=d.txt  \ntext={job.temp}/t.txt\n", fail_on="never")
    assert run.outputs["outcome"] == "clean", run.log
    assert json.loads((job.workspace / "out" / "a b.json").read_text("utf-8"))["schema_version"] == "1"
    assert "license-unknown" in (job.workspace / "out" / "c=d.txt").read_text("utf-8")
    assert (job.temp / "t.txt").is_file()


@pytest.mark.parametrize(
    "reports", [
        "text=/etc/x", "text=../x", "text=a/../../x", "text=.", "text=", "text", "=x", "nope=x", "text=.git/config", "text=a/.GIT/x", "text=link",
        "text=folder/x", "text=loop", "text=a\nconcise=./a", "--output-format text=/etc/x", "text=a\x00", "text=a\x1b[31m", "text=README.md/x",
    ],
)  # fmt: skip
def test_a_report_goes_nowhere_else(job: Runner, tmp_path: Path, reports: str) -> None:
    put(job.workspace)
    outside = tmp_path / "outside"
    outside.mkdir()
    (job.workspace / "link").symlink_to(outside / "file")
    (job.workspace / "folder").symlink_to(outside)
    (job.workspace / "loop").symlink_to("loop")
    run = job.run(reports=reports)
    assert (run.outputs["outcome"], run.steps["Gate"].code) == ("usage", 2), run.log
    (message,) = (data for _, _, data in run.commands)
    assert message.startswith("input reports: expected ")
    assert not list(outside.iterdir())
    assert not Path("/etc/x").exists()
    assert not (tmp_path / "x").exists()
    nothing_ran(job, run)


# --- hostile inputs ---

HOSTILE = [
    "$(touch owned)`touch owned`\"; touch owned; #'; touch owned; '${{ github.token }}", "x\n::add-mask::x\ntouch owned", "--output-format text=/etc/x",
    "a" * 5000, "::error::\u202epwned\u2028::warning::x\x1b[31m",
]  # fmt: skip


@pytest.mark.parametrize("name", [name for name in DESCRIPTION["inputs"] if name != "python"])
def test_no_input_does_more_than_name_itself(job: Runner, name: str) -> None:
    put(job.workspace)
    for value in HOSTILE:
        run = job.run(**{name: value})
        assert (run.outputs["outcome"], run.steps["Gate"].code) == ("usage", 2), f"{name}={value!r}\n{run.log}"
        (error,) = run.commands
        assert error[0] == "error"
        if run.steps["prepare"].code:
            assert error[2].startswith(f"input {name}: expected "), error
            assert (error[1], len(error[2]) < 400) == (f"title=cardlint%3A input {name}", True)
        else:
            assert name in ("path", "policy", "revision", "baseline"), "cardlint itself judges these alone"
        nothing_ran(job, run)
        assert not Path("/etc/x").exists()


def test_a_file_name_may_be_any_text(job: Runner) -> None:
    put(job.workspace)
    for name in ("$(touch owned).sarif", "a'; touch owned; '.sarif", "-h", "::error::pwned", "漢 \U0001f600"):
        run = job.run(sarif="true", sarif_file=name, fail_on="never")
        assert run.outputs["sarif-file"] == str(job.workspace / name)
        assert (job.workspace / name).is_file()
        (job.workspace / name).unlink()
        nothing_ran(job, run)


@pytest.mark.parametrize(
    "args", ["--verbose", '["--policy", "hub"]', '["--policy=hub"]', '["--output-format=text=/etc/x"]', '["--"]', '["-"]', '["--help"]', '["a\\u0000"]',
             '[""]', '{"a": 1}', '[["a"]]', '"x"', "[1]", "[" * 100_000, '["\\ud800"]', "{}", "null", '["--fail-on", "never"]', '["--revision=HEAD"]', '["--baseline=x"]'],
)  # fmt: skip
def test_arguments_are_a_list_that_leaves_the_outcome_alone(job: Runner, args: str) -> None:
    put(job.workspace)
    run = job.run(args=args)
    assert run.outputs["outcome"] == "usage", run.log
    assert not Path("/etc/x").exists()
    nothing_ran(job, run)


def test_arguments_reach_cardlint_as_they_are(job: Runner) -> None:
    put(job.workspace)
    run = job.run(args='["--kind", "dataset", "--exclude", "$(touch owned) *.md", "--statistics", "-v"]', fail_on="never")
    assert json.loads(Path(run.outputs["json-file"]).read_text("utf-8"))["targets"][0]["kind"] == "dataset"
    nothing_ran(job, run)


def test_what_is_too_long_for_the_machine_fails(job: Runner) -> None:
    put(job.workspace)
    for value, step in (("x\n" * 2000, "prepare"), ("y" * 4_000_000, "prepare")):
        run = job.run(path=value)
        assert run.steps[step].outcome == "failure"
        assert run.steps["Gate"].outcome == "failure"
        assert run.outputs["outcome"] in ("usage", "failure")


def test_names_of_inputs_have_no_case(job: Runner) -> None:
    put(job.workspace)
    inputs = {name: spec["default"] for name, spec in DESCRIPTION["inputs"].items()} | {"fail-on": "never"}
    document = json.dumps({name.upper(): value for name, value in inputs.items()})
    sys_path = [str(job.action / "action")]
    code = f"import sys; sys.path[:0] = {sys_path!r}; from inputs import read; from pathlib import Path; print(read({document!r}, ['text'], [Path('.')]).fail_on)"
    assert command(sys.executable, "-B", "-c", code, cwd=job.workspace).stdout == "never\n"


# --- hostile repositories ---


def test_nothing_of_the_repository_is_run(job: Runner) -> None:
    put(job.workspace)
    text = "import pathlib; pathlib.Path(r'{}').touch()\nraise SystemExit(0)\n".format(job.workspace / "owned")
    for name in (
        "pip",
        "venv",
        "json",
        "cardlint",
        "sitecustomize",
        "usercustomize",
        "checkout",
        "inputs",
        "run",
        "secrets",
        "hatchling",
        "click",
        "yaml",
    ):
        (job.workspace / f"{name}.py").write_text(text)
        (job.workspace / "action").mkdir(exist_ok=True)
        (job.workspace / "action" / f"{name}.py").write_text(text)
    for name in ("python3", "python", "git", "bash", "pip"):
        program = job.workspace / name
        program.write_text(f"#!/bin/sh\ntouch '{job.workspace}/owned'\n")
        program.chmod(0o755)
    (job.workspace / "setup.py").write_text(text)
    (job.workspace / "pip.conf").write_text("[global]\nno-index = true\n")
    (job.workspace / "pyproject.toml").write_text("[build-system]\nrequires = []\nbuild-backend = 'setup'\nbackend-path = ['.']\n")
    other = Runner(job.action, job.workspace, job.workspace.parent / "other")
    run = other.run()
    assert run.outputs["outcome"] == "findings", run.log
    nothing_ran(other, run)


@pytest.mark.parametrize(
    "name", ["with spaces", "::error file=x::pwned", "##[add-mask]pwned", "$(touch owned)", "a;touch owned", "'quoted\"", "-h", "--help", "%0A::error::pwned", "ünï 漢"],
)  # fmt: skip
def test_a_folder_may_have_any_name(job: Runner, name: str) -> None:
    put(job.workspace / name)
    run = job.run(path=name, upload_sarif="true")
    assert (run.outputs["outcome"], run.steps["Gate"].code) == ("findings", 1), run.log
    assert json.loads(Path(run.outputs["json-file"]).read_text("utf-8"))["targets"][0]["target"] == name
    nothing_ran(job, run)


def test_text_of_a_card_is_no_command(job: Runner) -> None:
    hostile = [
        "::error file=README.md,line=1::pwned", "::add-mask::e", "##[add-mask]e", "##[error]pwned", "::stop-commands::x", "::set-output name=exit-code::0",
        "$(touch owned)", "`touch owned`", "%0A::warning::pwned",
    ]  # fmt: skip
    lines = "\n".join(f"- {json.dumps(text)}" for text in [*hostile, "a\r::add-mask::b", "a\u2028::add-mask::b", "a\n::add-mask::b"])
    links = "\n\n".join(f"[{text}]({number}-%0A::error::pwned.md)" for number, text in enumerate(hostile))
    put(job.workspace, f"---\nlicense:\n{lines}\ntags:\n{lines}\nlanguage:\n{lines}\n---\n# ::error::pwned\n\n{links}\n")
    run = job.run(upload_sarif="true")
    assert (run.outputs["outcome"], run.outputs["exit-code"]) == ("findings", "1"), run.log
    assert "add-mask" in run.log
    nothing_ran(job, run)
    # And where it is cardlint that complains, on standard error.
    (job.workspace / ".cardlint.yaml").write_text('"::error::pwned":\n  1\n"##[add-mask]e": 1\n')
    run = job.run()
    assert (run.outputs["outcome"], [name for name, _, _ in run.commands]) == ("usage", ["error"])
    nothing_ran(job, run)


def test_the_checkout_of_the_action_stays_as_it_is(action: Path, job: Runner) -> None:
    put(job.workspace)
    job.run()
    before = {path.relative_to(ROOT) for path in ROOT.rglob("*") if path.is_file()}
    assert not [path for path in action.rglob("*") if path.is_file() and path.relative_to(action) not in before]


# --- repositories on GitHub, and from the Hub ---


def commit(folder: Path) -> None:
    for words in (["init", "-q"], ["add", "-A"], ["-c", "user.name=a", "-c", "user.email=a@b", "commit", "-qm", "x"]):
        done = command("git", "-c", "core.hooksPath=/dev/null", *words, cwd=folder)
        assert done.returncode == 0, done.stderr


def revisions(run: Run) -> list[str | None]:
    return [target["revision"] for target in json.loads(Path(run.outputs["json-file"]).read_text("utf-8"))["targets"]]


def test_a_checkout_without_lfs_is_judged_by_its_commit(job: Runner) -> None:
    shutil.copytree(PERFECT, job.workspace / "model")
    (job.workspace / "model" / "model.safetensors").write_text(POINTER)
    commit(job.workspace)
    for path in ("model", "model/README.md", "."):
        run = job.run(path=path, fail_on="never")
        assert None not in revisions(run), run.log
        assert "checking the commit instead" in run.log
    assert revisions(job.run(path="model", revision="files", fail_on="never")) == [None]
    assert None not in revisions(job.run(path="model", revision="HEAD", fail_on="never"))
    (job.workspace / "model" / "new.txt").write_text("not in the commit")
    assert revisions(job.run(path="model", fail_on="never")) == [None]
    (job.workspace / "model" / "new.txt").unlink()
    (job.workspace / "model" / "README.md").write_text(BAD)
    run = job.run(path="model")
    assert (revisions(run), run.outputs["outcome"]) == ([None], "findings")


def test_a_commit_that_has_no_pointers_is_judged_by_its_files(job: Runner) -> None:
    put(job.workspace)
    commit(job.workspace)
    assert revisions(job.run()) == [None]


def test_a_licence_behind_a_pointer_is_no_failure_of_a_checkout_without_lfs(job: Runner) -> None:
    shutil.copytree(PERFECT, job.workspace, dirs_exist_ok=True)
    (job.workspace / "LICENSE").write_text(POINTER)
    commit(job.workspace)
    assert job.run().outputs["outcome"] == "clean"


def test_git_is_asked_nothing_that_runs_a_program(job: Runner) -> None:
    put(job.workspace)
    (job.workspace / "weights.bin").write_text(POINTER)
    (job.workspace / ".gitattributes").write_text("* filter=evil diff=evil merge=evil\n")
    commit(job.workspace)
    evil = f"touch {job.workspace}/owned".replace(" space", "\\ space")
    for key in (
        "core.fsmonitor",
        "filter.evil.clean",
        "filter.evil.smudge",
        "filter.evil.process",
        "diff.evil.textconv",
        "core.sshCommand",
        "core.pager",
    ):
        command("git", "config", key, evil, cwd=job.workspace)
    os.utime(job.workspace / "README.md", (1, 1))
    run = job.run(fail_on="never")
    assert None not in revisions(run)
    nothing_ran(job, run)


def test_what_was_downloaded_from_the_hub_beside_the_checkout(job: Runner) -> None:
    put(job.workspace, "# The repository that trains\n")
    commit(job.workspace)
    downloaded = shutil.copytree(PERFECT, job.workspace / "hub" / "model")
    kept = downloaded / ".cache" / "huggingface" / "download"
    kept.mkdir(parents=True)
    (kept.parent / ".gitignore").write_text("*")
    (kept / "README.md.metadata").write_text("0" * 40 + "\n" + "1" * 40 + "\n1762000000.0\n")
    run = job.run(path="hub/model")
    assert (run.outputs["outcome"], revisions(run)) == ("clean", [None]), run.log
    cloned = shutil.copytree(PERFECT.parent / "dataset", job.workspace / "hub" / "data")
    command("git", "init", "-q", cwd=cloned)
    command("git", "remote", "add", "origin", "https://huggingface.co/datasets/acme/data", cwd=cloned)
    run = job.run(path="hub/model\nhub/data")
    kinds = [target["kind"] for target in json.loads(Path(run.outputs["json-file"]).read_text("utf-8"))["targets"]]
    assert (run.outputs["outcome"], kinds) == ("clean", ["model", "dataset"]), run.log
