"""The SARIF log, judged by the official schema and by the official validator with GitHub's ingestion rules.

Both come with the npm package `@microsoft/sarif-multitool-linux`; CARDLINT_NODE says where it is installed. Not collected with the
other tests: `pytest tests/consumers/sarif_validators.py`. The validator's exit code is 0 whatever it finds, so its report is read.
It finds nothing at all in a log it cannot read, so it has to say of every result what it says of every result of ours.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import pytest

sys.path.insert(0, str(Path(__file__).parent.parent))

from components import npm_package
from reports import every_rule, hostile

from cardlint import __version__
from cardlint.formats import render
from cardlint.report import Report
from cardlint.rule import shipped

HEADLINES = Path(__file__).parent.parent.parent / "docs" / "examples" / "headlines"
# What remains, and why: messages have no ids (SARIF2002), for they say what was found; where files come from is known of the Hub
# alone (2003); the validator asks the web for pages (2006); ids are words (2009); a line is shown only where it can be as it is,
# and around a whole line there is nothing of it (2010, 2011).
BY_DESIGN = {"SARIF2002", "SARIF2003", "SARIF2006", "SARIF2009", "SARIF2010", "SARIF2011"}
NO_PAGES = {"SARIF2012"}  # a report that names no rules, and rules of an organisation, which have no page


@cache
def multitool() -> Path:
    folder = npm_package("@microsoft/sarif-multitool-linux")
    program = folder / "Sarif.Multitool"
    program.chmod(program.stat().st_mode | 0o100)  # its install script does the same, where scripts may run
    return program


@cache
def schema() -> jsonschema.Draft202012Validator:
    content = (npm_package("@microsoft/sarif-multitool-linux") / "sarif-2.1.0.json").read_bytes()
    return jsonschema.Draft202012Validator(json.loads(content), format_checker=jsonschema.FormatChecker())


def multitooled(*arguments: str) -> None:
    done = subprocess.run([multitool(), *arguments], capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr


def judged(log: str, folder: Path) -> Counter[tuple[str, str]]:
    """What the validator says of a log, by level and rule."""
    (folder / "log.sarif").write_text(log, "utf-8")
    levels = ("--level", "Error;Warning;Note", "--rule-kind", "Sarif;Ghas", "--log", "ForceOverwrite")
    multitooled("validate", str(folder / "log.sarif"), "-o", str(folder / "out.sarif"), *levels)
    (run,) = json.loads((folder / "out.sarif").read_text("utf-8-sig"))["runs"]
    rules = {rule["id"]: rule.get("defaultConfiguration", {}).get("level", "warning") for rule in run["tool"]["driver"]["rules"]}
    found: Counter[tuple[str, str]] = Counter()
    for item in run.get("results", ()):
        rule = item["ruleId"].partition("/")[0]
        found[item.get("level", rules[rule]), rule] += 1
    return found


def assert_accepted(log: str, folder: Path, notes: set[str] = BY_DESIGN) -> dict[str, Any]:
    """The run of a log that schema and validator accept, which only has the notes that are meant to be."""
    document = json.loads(log)
    assert [f"{error.json_path}: {error.message[:200]}" for error in schema().iter_errors(document)] == []
    (run,) = document["runs"]
    found = judged(log, folder)
    assert {level for level, _ in found} <= {"note"}, found
    assert {rule for _, rule in found} <= notes, found
    assert found["note", "SARIF2002"] == len(run["results"]), "the validator did not see every result"
    assert found["note", "SARIF2003"] == ("versionControlProvenance" not in run), "the validator did not see the run"
    return dict(run)


def cardlint(*arguments: str, cwd: Path) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "cardlint", "check", *arguments, "--output-format", "sarif"],
        cwd=cwd, capture_output=True, text=True, check=False, timeout=120, env={**os.environ, "PYTHONUTF8": "1"},
    )  # fmt: skip
    assert done.returncode in (0, 1), done.stderr
    return done.stdout


def test_a_validator_that_finds_something_says_so(tmp_path: Path) -> None:
    """Or a validator that does not work would pass everything."""
    log = json.loads(render(every_rule(), "sarif"))
    del log["runs"][0]["tool"]["driver"]["rules"][0]["help"]
    log["runs"][0]["results"][0]["locations"] = []
    found = judged(json.dumps(log), tmp_path)
    assert found["error", "GH2012"]
    assert any(level == "error" and rule.startswith("GH") and rule != "GH2012" for level, rule in found), found


def test_every_rule_that_ships_is_accepted(tmp_path: Path) -> None:
    run = assert_accepted(render(every_rule(), "sarif"), tmp_path)
    assert {rule["id"] for rule in run["tool"]["driver"]["rules"]} == {item["ruleId"] for item in run["results"]} == set(shipped())


def test_hostile_text_is_accepted(tmp_path: Path) -> None:
    assert len(assert_accepted(render(hostile(), "sarif"), tmp_path)["results"]) == len(hostile().findings)


def test_an_empty_report_is_accepted(tmp_path: Path) -> None:
    assert_accepted(render(Report((), __version__, "recommended", "0" * 64), "sarif"), tmp_path, BY_DESIGN | NO_PAGES)


def test_a_repository_on_the_hub_is_accepted(tmp_path: Path) -> None:
    target = every_rule().targets[0]._replace(name="hf://datasets/fjord/tidings", revision="1" * 40)
    run = assert_accepted(render(every_rule()._replace(targets=(target,)), "sarif"), tmp_path)
    assert run["versionControlProvenance"][0]["repositoryUri"] == "https://huggingface.co/datasets/fjord/tidings"


@pytest.fixture
def work(tmp_path: Path) -> Path:
    shutil.copytree(HEADLINES, tmp_path / "work" / "head lines")
    return tmp_path / "work"


def test_the_real_command_is_accepted_inside_and_outside_of_the_working_directory(work: Path, tmp_path: Path) -> None:
    for folder, target, expected in (
        (work, "head lines", "head%20lines/README.md"), (work / "head lines", ".", "README.md"), (tmp_path, "work/head lines", "work/head%20lines/README.md"),
    ):  # fmt: skip
        run = assert_accepted(cardlint(target, cwd=folder), tmp_path)
        assert {item["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for item in run["results"]} == {expected}
    (work / "elsewhere").mkdir()
    outside = assert_accepted(cardlint("../head lines", "../head lines/README.md", cwd=work / "elsewhere"), tmp_path)
    assert {item["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for item in outside["results"]} == {
        "../head%20lines/README.md"
    }


def test_suppressions_waivers_and_a_baseline_are_accepted(work: Path, tmp_path: Path) -> None:
    folder = work / "head lines"
    cardlint("--write-baseline", "b.json", "--select", "section-empty,link-broken", cwd=folder)
    card = folder / "README.md"
    card.write_text(
        card.read_text()
        .replace("language: no", "language: no # cardlint: ignore[ambiguous-scalar] they know")
        .replace("(LICENCE)", "(LICENSE)")
    )
    waiver = "{rule: task-unknown, owner: ml, reason: later, expires: 2099-01-01}"
    (folder / ".cardlint.yaml").write_text(f"extends: recommended\nwaivers: [{waiver}]\n")
    run = assert_accepted(cardlint("--baseline", "b.json", cwd=folder), tmp_path)
    kinds = {item["ruleId"]: [kind["kind"] for kind in item.get("suppressions", ())] for item in run["results"]}
    assert (kinds["ambiguous-scalar"], kinds["task-unknown"], kinds["section-empty"]) == (["inSource"], ["external"], ["external"])
    states = {item["ruleId"]: item["baselineState"] for item in run["results"]}
    assert (states["section-empty"], states["ambiguous-scalar"]) == ("unchanged", "new")
    assert [item["ruleId"] for item in run["properties"]["absent"]] == ["link-broken"]


def test_rules_of_an_organisation_are_accepted(work: Path, tmp_path: Path) -> None:
    folder, card = work / "head lines", shipped()["task-unknown"].card.read_text()
    (folder / "house" / "weights").mkdir(parents=True)
    (folder / "house" / "weights" / "task-odd.md").write_text(card.replace("id: task-unknown", "id: acme/task-odd\nsecurity: high"))
    (folder / "house" / "weights" / "odd.md").write_text(card.replace("id: task-unknown", "id: odd"))
    (folder / ".cardlint.yaml").write_text("rule_folders: house\nrules: {acme/task-odd: error, odd: note}\n")
    run = assert_accepted(cardlint(cwd=folder), tmp_path, BY_DESIGN | NO_PAGES)
    rules = {rule["id"]: rule for rule in run["tool"]["driver"]["rules"]}
    assert rules["acme/task-odd"]["properties"]["security-severity"] == "8.0"
    assert "security-severity" not in rules["odd"]["properties"]
    assert {"acme/task-odd", "odd"} <= {item["ruleId"] for item in run["results"]}


def test_the_states_are_those_the_result_matcher_finds(work: Path, tmp_path: Path) -> None:
    """Our states against those of an independent matcher, after edits that move findings, cure some, and bring new ones."""
    folder, card = work / "head lines", work / "head lines" / "README.md"
    before = cardlint(cwd=folder)
    cardlint("--write-baseline", str(tmp_path / "b.json"), cwd=folder)
    card.write_text(
        card.read_text()
        .replace("pipeline_tag: text-classificaton", "pipeline_tag: text-classification")
        .replace("license:", "# moved\nlicense:")
    )
    card.write_text(card.read_text() + "\n[Paper](paper.pdf)\n")
    after = cardlint("--baseline", str(tmp_path / "b.json"), cwd=folder)
    (tmp_path / "before.sarif").write_text(before)
    stateless = json.loads(after)
    ours = {name(item): item.pop("baselineState") for item in stateless["runs"][0]["results"] if item["ruleId"] != "baseline-outdated"}
    (tmp_path / "after.sarif").write_text(json.dumps(stateless))
    multitooled(
        "match-results-forward",
        str(tmp_path / "after.sarif"),
        "-r",
        str(tmp_path / "before.sarif"),
        "-o",
        str(tmp_path / "m.sarif"),
        "--log",
        "ForceOverwrite",
    )
    matched = json.loads((tmp_path / "m.sarif").read_text("utf-8-sig"))["runs"][0]["results"]
    theirs = {name(item): item["baselineState"] for item in matched if item["ruleId"] != "baseline-outdated"}
    absent = {item["ruleId"] for item in json.loads(after)["runs"][0]["properties"]["absent"]}
    assert {rule for (rule, _), state in theirs.items() if state == "absent"} == absent == {"task-unknown"}
    assert {key: "unchanged" if state == "updated" else state for key, state in theirs.items() if state != "absent"} == ours
    assert set(ours.values()) == {"new", "unchanged"}


def name(item: dict[str, Any]) -> tuple[str, str]:
    return item["ruleId"], item["partialFingerprints"]["cardlintFingerprint/v1"]
