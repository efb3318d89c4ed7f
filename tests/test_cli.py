"""The command as people meet it: output, exit codes, wrong use."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from cardlint import __version__

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import Done

    Command = Callable[..., Done]

ONLY = ("--select", "license-unknown,license-missing")
GOOD = "---\nlicense: mit\n---\n# A model\n"
BAD = "---\nlicense: apache2\n---\n# A model\n"


def card(folder: Path, content: str | bytes = BAD, name: str = "README.md") -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def test_text_shows_the_line_the_typo_and_the_way_to_learn_more(cardlint: Command, tmp_path: Path) -> None:
    card(tmp_path)
    done = cardlint("check", *ONLY)
    assert done.out == (
        'README.md:2:10: error[license-unknown] "apache2" is not a Hub licence id; did you mean apache-2.0?\n'
        " 2 | license: apache2\n"
        "   |          ^^^^^^^\n"
        "   = --fix: write apache-2.0\n"
        "   = cardlint explain license-unknown\n"
        "\n"
        "1 error in 1 repository. 1 of 1 can be fixed with --fix.\n"
    )
    assert (done.code, done.err) == (1, "")


def test_a_clean_repository_says_so(cardlint: Command, tmp_path: Path) -> None:
    card(tmp_path, GOOD)
    assert cardlint("check", ".", *ONLY) == (0, "Nothing found in 1 repository.\n", "")
    assert cardlint("check", ".", *ONLY, "--quiet") == (0, "", "")


def test_concise_is_a_line_each_and_paths_are_relative_to_the_working_directory(cardlint: Command, tmp_path: Path) -> None:
    card(tmp_path / "a")
    card(tmp_path / "b", GOOD)
    card(tmp_path / "c", "---\nx: 1\n---\n")
    done = cardlint("check", "a", "b", "c", *ONLY, "--output-format", "concise")
    assert done.out.splitlines() == [
        'a/README.md:2:10: error[license-unknown] "apache2" is not a Hub licence id; did you mean apache-2.0?',
        "c/README.md:2:1: error[license-missing] there is no `license`, so nobody may know what they are allowed to do with this repository",
    ]


def test_json_is_the_contract(cardlint: Command, tmp_path: Path) -> None:
    import jsonschema

    from cardlint.schema import load_schema

    card(tmp_path)
    done = cardlint("check", *ONLY, "--output-format", "json")
    report = json.loads(done.out)
    jsonschema.Draft202012Validator(load_schema("report.schema.json")).validate(report)
    assert report["tool"] | {"rules_hash": ""} == {"name": "cardlint", "version": __version__, "policy": "recommended", "rules_hash": ""}
    (target,) = report["targets"]
    (finding,) = target["findings"]
    assert finding | {"fingerprint": ""} == {
        "rule": "license-unknown", "severity": "error", "confidence": "high",
        "message": '"apache2" is not a Hub licence id; did you mean apache-2.0?', "subject": "license", "path": "README.md",
        "line": 2, "column": 10, "end_line": 2, "end_column": 17, "fingerprint": "", "url": "https://cardlint.github.io/cardlint/rules/metadata/license-unknown/", "related": [],
        "fix": {
            "applicability": "safe", "title": "write apache-2.0",
            "edits": [{"path": "README.md", "start": 13, "end": 20, "text": "apache-2.0"}],
        },
        "suppressed": None,
    }  # fmt: skip
    assert (target["target"], target["kind"], target["revision"]) == (".", "model", None)
    assert report["summary"] == {"error": 1, "warning": 0, "note": 0, "suppressed": 0, "skipped": 0, "failed": 0, "fixable": 1}


def test_reports_are_deterministic_and_independent_of_jobs(cardlint: Command, tmp_path: Path) -> None:
    for number in range(12):
        card(tmp_path / f"r{number}", BAD if number % 2 else GOOD)
    targets = [f"r{number}" for number in range(12)]
    runs = [cardlint("check", *targets, "--output-format", "json", "--jobs", jobs) for jobs in ("1", "1", "2")]
    assert runs[0].out == runs[1].out == runs[2].out
    assert len(json.loads(runs[0].out)["targets"]) == 12


def test_several_reports_of_one_run(cardlint: Command, tmp_path: Path) -> None:
    card(tmp_path)
    done = cardlint("check", *ONLY, "--output-format", "concise", "--output-format", "json=r.json")
    assert done.out.startswith("README.md:2:10")
    assert json.loads((tmp_path / "r.json").read_text())["summary"]["error"] == 1


@pytest.mark.parametrize(("fail_on", "code"), [("error", 1), ("warning", 1), ("note", 1), ("never", 0)])
def test_fail_on_with_an_error(cardlint: Command, tmp_path: Path, fail_on: str, code: int) -> None:
    card(tmp_path)
    assert cardlint("check", *ONLY, "--fail-on", fail_on).code == code


def test_fail_on_with_a_warning(cardlint: Command, tmp_path: Path) -> None:
    card(tmp_path, "---\nlicense: my-own-terms\n---\n")
    assert cardlint("check", *ONLY).code == 0
    assert cardlint("check", *ONLY, "--fail-on", "warning").code == 1


def test_incomplete_is_4_even_where_nothing_fails(cardlint: Command, tmp_path: Path) -> None:
    card(tmp_path, "---\nlicense: [\n---\n")
    done = cardlint("check", *ONLY, "--fail-on", "never")
    assert done.code == 4
    assert ".: not examined[license-missing]" in done.out


def test_rules_behind_a_reported_defect_do_not_make_it_incomplete(cardlint: Command, tmp_path: Path) -> None:
    card(tmp_path, "---\nlicense: [\n---\n")
    done = cardlint("check", "--output-format", "json", "--select", "frontmatter/,metadata/")
    report = json.loads(done.out)
    assert done.code == 1
    assert [item["rule"] for item in report["targets"][0]["findings"]] == ["frontmatter-invalid"]
    assert {item["because"] for item in report["targets"][0]["skipped"]} == {"frontmatter-invalid"}


def test_standard_input(cardlint: Command) -> None:
    done = cardlint("check", "-", *ONLY, "--output-format", "concise", stdin=BAD.encode())
    assert done.out.startswith("README.md:2:10: error[license-unknown]")
    named = cardlint("check", "-", *ONLY, "--output-format", "concise", "--stdin-filename", "models/x/card.md", stdin=BAD.encode())
    assert named.out.startswith("models/x/card.md:2:10: error")


def test_file_rules_are_not_applicable_on_standard_input(cardlint: Command) -> None:
    done = cardlint("check", "-", "--output-format", "json", stdin=GOOD.encode())
    (target,) = json.loads(done.out)["targets"]
    assert "task-missing" in target["not_applicable"]
    assert target["skipped"] == []


def test_a_card_file_is_checked_in_its_folder(cardlint: Command, tmp_path: Path) -> None:
    card(tmp_path / "m")
    assert cardlint("check", "m/README.md", *ONLY, "--output-format", "concise").out.startswith("m/README.md:2:10:")


def test_what_is_staged_and_what_was_committed(cardlint: Command, tmp_path: Path) -> None:
    def git(*arguments: str) -> str:
        command = ["git", "-c", "user.name=t", "-c", "user.email=t@example.org", *arguments]
        return subprocess.run(command, cwd=tmp_path, check=True, capture_output=True, text=True).stdout.strip()

    git("init", "-q")
    card(tmp_path)
    git("add", ".")
    git("commit", "-qm", "first")
    card(tmp_path, "---\nx: 1\n---\n")
    git("add", ".")
    card(tmp_path, GOOD)
    assert cardlint("check", *ONLY).code == 0
    assert "license-missing" in cardlint("check", *ONLY, "--staged").out
    done = cardlint("check", *ONLY, "--revision", "HEAD", "--output-format", "json")
    (target,) = json.loads(done.out)["targets"]
    assert [finding["rule"] for finding in target["findings"]] == ["license-unknown"]
    assert target["revision"] == git("rev-parse", "HEAD")
    assert cardlint("check", *ONLY, "--revision", "nope").code == 2
    assert cardlint("check", "--staged", "--revision", "HEAD").code == 2


def test_kind_decides_which_rules_speak(cardlint: Command, tmp_path: Path) -> None:
    card(tmp_path, "---\ntitle: x\n---\n")
    assert "error[license-missing]" in cardlint("check", *ONLY).out
    assert "warning[license-missing]" in cardlint("check", *ONLY, "--kind", "space").out
    card(tmp_path, "---\ntitle: x\nsdk: static\n---\n")
    assert "warning[license-missing]" in cardlint("check", *ONLY).out


@pytest.mark.parametrize(
    ("url", "kind"),
    [
        ("https://huggingface.co/datasets/acme/d", "dataset"), ("git@hf.co:spaces/acme/s", "space"), ("https://user:t@huggingface.co/acme/m.git", "model"),
        ("https://github.com/acme/datasets", "model"),
    ],
)  # fmt: skip
def test_the_remote_of_a_checkout_tells_the_kind(cardlint: Command, tmp_path: Path, url: str, kind: str) -> None:
    card(tmp_path, GOOD)
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git" / "config").write_text(f'[remote "origin"]\n\turl = {url}\n')
    assert json.loads(cardlint("check", "--output-format", "json").out)["targets"][0]["kind"] == kind


@pytest.mark.parametrize(
    ("content", "files", "kind"),
    [
        ("pretty_name: X", [], "dataset"), ("configs: []", [], "dataset"), ("x: 1", ["data/a.parquet"], "dataset"), ("x: 1", ["a.csv", "m.safetensors"], "model"),
        ("sdk: docker", ["a.csv"], "space"), ("x: 1", [], "model"), ("[", ["a.csv"], "dataset"),
    ],
)  # fmt: skip
def test_the_content_tells_the_kind(cardlint: Command, tmp_path: Path, content: str, files: list[str], kind: str) -> None:
    card(tmp_path, f"---\n{content}\n---\n")
    for name in files:
        card(tmp_path, b"x", name)
    assert json.loads(cardlint("check", "--output-format", "json").out)["targets"][0]["kind"] == kind


def test_the_configuration_of_the_repository_is_honoured_unless_isolated(cardlint: Command, tmp_path: Path) -> None:
    card(tmp_path)
    card(tmp_path, "rules: {license-unknown: off}\n", ".cardlint.yaml")
    assert "license-unknown" not in cardlint("check").out
    assert "license-unknown" in cardlint("check", "--isolated").out
    card(tmp_path, "kind: space\n", ".cardlint.yaml")
    assert json.loads(cardlint("check", "--output-format", "json").out)["targets"][0]["kind"] == "space"


def test_excluded_files_are_not_there(cardlint: Command, tmp_path: Path) -> None:
    card(tmp_path, "---\nlicense: other\nlicense_name: x\nlicense_link: TERMS.md\n---\n")
    card(tmp_path, "terms", "TERMS.md")
    assert "license-link-broken" not in cardlint("check", "--output-format", "concise").out
    assert "license-link-broken" in cardlint("check", "--output-format", "concise", "--exclude", "TERMS.md").out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["check", "nowhere"], "nowhere does not exist"),
        (["check", "setup.py"], "setup.py is not a card"),
        (["check", "hf://"], "expected hf://[models/|datasets/|spaces/]namespace/name[@revision]; an id cannot be empty"),
        (["check", "hf://acme/model/x"], "an id has one slash at most"),
        (["check", "hf://acme/model@"], "there is no revision after the @"),
        (["check", "hf://acme/model", "--staged"], "write the revision after an @"),
        (["check", "hf://datasets/acme/x", "--kind", "model"], "is a dataset; leave out --kind model"),
        (["check", "hf://acme/model", "--fix"], "a repository on the Hub is not written to"),
        (["check", "s3://acme/model"], "is no repository on the Hub"),
        (["check", "--cache", "x"], "--cache names the targets itself"),
        (["check", "--select", "license-unknwon"], "did you mean license-unknown?"),
        (["check", "--select", ","], "--select names nothing"),
        (["check", "--ignore", "metdata/"], "did you mean metadata/"),
        (["check", "--policy", "recomended"], "did you mean recommended?"),
        (["check", "--policy", "nowhere.yaml"], 'no policy "nowhere.yaml"'),
        (["check", "--output-format", "jsn"], "did you mean json?"),
        (["check", "--output-format", "json", "--output-format", "text"], "share standard output"),
        (["check", "--output-format", "json=no/such/folder"], "cannot be written"),
        (["check", "--kind", "modle"], "modle"),
        (["check", "--nope"], "--nope"),
        (["explain", "license-mising"], "did you mean license-missing"),
        (["test", "nowhere"], "not a folder of rule cards"),
        (["test", "."], "holds no rule card"),
        (["chek"], "did you mean check?"),
        (["check", "."], ".cardlint.yaml:1:1"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_wrong_use_is_2_with_one_clear_message(cardlint: Command, tmp_path: Path, arguments: list[str], words: str) -> None:
    card(tmp_path, GOOD)
    card(tmp_path, b"x", "setup.py")
    if arguments == ["check", "."]:
        card(tmp_path, "ruels: {}\n", ".cardlint.yaml")
    done = cardlint(*arguments)
    assert done.code == 2
    assert words in done.err
    assert "Traceback" not in done.err
    assert done.out == ""


@pytest.mark.parametrize("target", ["closed", "closed/README.md"])
def test_a_card_without_permission_leaves_the_check_of_it_incomplete(tmp_path: Path, target: str) -> None:
    (tmp_path / "closed").mkdir()
    (tmp_path / "open").mkdir()
    card(tmp_path / "closed").chmod(0)
    card(tmp_path / "open", "---\nlicense: asdf\n---\n")
    tmp_path.chmod(0o755)
    for parent in list(tmp_path.parents)[:3]:
        parent.chmod(0o755)
    # Root reads everything, so the process gives up its rights once a first run has imported what it needs.
    drop = "os.setgid(65534); os.setuid(65534)" if os.geteuid() == 0 else "pass"
    check = "run(['check', '--kind', 'model', '--output-format', 'json={}', {}])".format
    first, second = check("/dev/null", "'open'"), check("-", f"{target!r}, 'open'")
    code = f"import os, shutil; from cardlint.cli import run; {first}; {drop}; raise SystemExit({second})"
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 4, done.stderr
    closed, checked = json.loads(done.stdout)["targets"]
    assert {"rule": "license-unknown", "reason": "README.md: Permission denied", "because": None} in closed["skipped"]
    assert "license-unknown" in [finding["rule"] for finding in checked["findings"]]


def test_nothing_in_a_card_acts_on_the_terminal(cardlint: Command, tmp_path: Path) -> None:
    hostile = "---\nlicense: \"a\\e[2J\\x9b31m\\u202e\\0\\u2028b\"\n'k\\e': |\n  x\n---\n"
    card(tmp_path, hostile)
    for name in ("text", "concise", "json"):
        out = cardlint("check", "--output-format", name, FORCE_COLOR="0").out
        assert "license-unknown" in out
        assert not set(out) & {"\x1b", "\x9b", "\u202e", "\0", "\u2028"}


def test_colour_only_where_wanted(cardlint: Command, tmp_path: Path) -> None:
    card(tmp_path)
    assert "\x1b[31;1m" in cardlint("check", *ONLY, FORCE_COLOR="1").out
    assert "\x1b" not in cardlint("check", *ONLY).out
    assert "\x1b" not in cardlint("check", *ONLY, FORCE_COLOR="1", NO_COLOR="1").out


def test_long_lines_are_cut_to_the_width(cardlint: Command, tmp_path: Path) -> None:
    card(tmp_path, f"---\ntags: [{'a' * 300}]\nlicense: [mit, {'漢' * 100}, apache2, {'x' * 300}]\n---\n")
    frames = [line for line in cardlint("check", *ONLY, COLUMNS="60").out.splitlines() if "|" in line]
    assert frames
    assert all(sum(2 if ord(char) > 0x2E80 else 1 for char in line) <= 60 for line in frames)
    assert any("apache2" in line for line in frames)


def test_wide_characters_are_underlined_in_cells(cardlint: Command, tmp_path: Path) -> None:
    card(tmp_path, "---\nlicense: [mit, 漢字漢字, apache2]\n---\n")
    lines = cardlint("check", *ONLY).out.splitlines()
    assert "   |                ^^^^^^^^" in lines
    assert "   |                          ^^^^^^^" in lines


def test_statistics_and_verbose(cardlint: Command, tmp_path: Path) -> None:
    card(tmp_path, "---\nlicense: [apache2, apache-2]\n---\n")
    assert "     2  error   license-unknown\n" in cardlint("check", *ONLY, "--statistics").out
    done = cardlint("check", "-", "-v", stdin=GOOD.encode())
    assert "-: not applicable[task-missing]" in done.out


def test_rules_lists_every_rule_of_a_kind(cardlint: Command) -> None:
    assert "error   mds  metadata/license-unknown: License unknown (fixable)\n" in cardlint("rules").out
    rows = json.loads(cardlint("rules", "--kind", "space", "--output-format", "json").out)
    assert {row["id"]: row["severity"] for row in rows}["license-missing"] == "warning"
    assert all("space" in row["kinds"] for row in rows)


def test_explain_shows_the_card(cardlint: Command) -> None:
    done = cardlint("explain", "license-unknown")
    assert done.code == 0
    assert done.out.startswith(
        "license-unknown: error, confidence high, for model, dataset, space, since 0.1; can be fixed with --fix\n\n# License unknown\n"
    )
    assert "## When it is wrong" in done.out


def test_version(cardlint: Command) -> None:
    assert cardlint("--version") == (0, f"cardlint {__version__}\n", "")
    assert cardlint("check", "--help").code == 0


def test_a_reader_that_goes_away_is_no_failure(tmp_path: Path) -> None:
    for number in range(300):
        card(tmp_path / f"r{number}")
    command = f"{sys.executable} -m cardlint check r* | head -1"
    done = subprocess.run(["sh", "-c", command], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.stderr == ""
    assert done.stdout.startswith("r0/README.md:")
