"""What stops an upload: a report that is required to be clean, and the same command as a command of the Hub's client."""

from __future__ import annotations

import pickle
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from cardlint import Report, Repository, __version__, check
from cardlint.errors import CardlintError, UnfitError, UsageError
from cardlint.report import Failed, Finding, Skipped, Suppressed, Target

if TYPE_CHECKING:
    from pathlib import Path

    from cardlint.problem import Severity


def finding(severity: Severity = "error", message: str = "wrong", suppressed: Suppressed | None = None) -> Finding:
    return Finding("license-unknown", severity, "high", message, "x", "README.md", None, "0" * 32, suppressed=suppressed)


def report(*findings: Finding, skipped: tuple[Skipped, ...] = (), failed: tuple[Failed, ...] = ()) -> Report:
    return Report((Target("model", "model", findings, skipped, failed),), __version__, "recommended", "0" * 64)


def test_a_clean_report_is_handed_on() -> None:
    clean = report(
        finding("warning"), finding("error", suppressed=Suppressed("inline", "asked")), skipped=(Skipped("a", "r", because="b"),)
    )
    assert clean.require() is clean
    assert clean.require(fail_on="never") is clean


def test_findings_that_count_are_named_one_per_line_and_others_are_not() -> None:
    with pytest.raises(UnfitError) as caught:
        report(finding(message="first"), finding("warning", "second"), finding("note", "third")).require("warning")
    assert str(caught.value) == (
        "2 findings at or above warning\n  README.md: error[license-unknown] first\n  README.md: warning[license-unknown] second"
    )
    assert (caught.value.exit_code, len(caught.value.report.findings)) == (1, 3)
    assert isinstance(caught.value, CardlintError)
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)  # noqa: S301 - our own bytes: training runs in many processes


def test_what_was_not_examined_never_passes() -> None:
    with pytest.raises(UnfitError) as caught:
        report(skipped=(Skipped("link-broken", "gated"),)).require("never")
    assert str(caught.value) == "1 not examined\n  model: not examined[link-broken] gated"
    assert caught.value.exit_code == 4
    with pytest.raises(
        UnfitError, match=r"^1 finding at or above error, 1 failed\n  README.md: error.* wrong\n  model: failed\[x\] boom; "
    ):
        report(finding(), failed=(Failed("x", "boom"),)).require()


def test_a_complaint_is_bounded_and_its_text_cannot_act() -> None:
    with pytest.raises(UnfitError) as caught:
        report(*(finding(message=f"{number} \x1b[31m\nnext") for number in range(60))).require()
    lines = str(caught.value).split("\n")
    assert lines[0] == "60 findings at or above error"
    assert lines[-1] == "  … and 10 more"
    assert len(lines) == 52
    assert "\x1b" not in str(caught.value)


@pytest.mark.parametrize("fail_on", ["off", "fatal", ""])
def test_a_severity_that_is_none_is_an_error_also_where_nothing_is_found(fail_on: str) -> None:
    for ask in (report().require, report().exit_code):
        with pytest.raises(UsageError, match="is no severity to fail on"):
            ask(fail_on)


def test_two_lines_stop_before_an_upload(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("---\nlicense: apache2\n---\n# A\n")
    with pytest.raises(UnfitError, match=r"README\.md:2:10: error\[license-unknown\]"):
        check(tmp_path).require()


def test_a_card_in_memory_is_checked_without_its_files() -> None:
    text = "---\nlicense: apache2\n---\n# A\n[b](b.md)\n"
    with pytest.raises(UnfitError, match=r"^1 finding at or above error\n  README\.md:2:10: error\[license-unknown\]"):
        check(Repository.of_card(text)).require()
    good = check(Repository.of_card(text.replace("apache2", "mit"), kind="dataset")).require()
    assert (good.targets[0].kind, "data-files-unmatched" in good.targets[0].not_applicable) == ("dataset", True)
    assert Repository.of_card("---\nsdk: static\n---\n").kind == "space"
    assert Repository.of_card("").kind == "model"
    assert check(Repository.of_card("\ud800")).exit_code() == 1


def hf(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    script = "import sys; from cardlint.__main__ import hf; sys.argv[0] = 'hf-cardlint'; hf()"
    return subprocess.run([sys.executable, "-c", script, *arguments], cwd=folder, capture_output=True, text=True, check=False)


def test_as_a_command_of_the_hubs_client_it_says_what_works_there(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("---\nlicense: apache2\n---\n# A\n")
    done = hf(tmp_path, "check", ".", "--select", "license-unknown")
    assert "   = hf cardlint explain license-unknown\n" in done.stdout
    assert (done.returncode, done.stderr) == (1, "")
    assert hf(tmp_path, "check", "--help").stdout.startswith("Usage: hf cardlint check [OPTIONS] [TARGET]...\n")
    wrong = hf(tmp_path, "chek")
    assert wrong.returncode == 2
    assert wrong.stderr.startswith("Usage: hf cardlint [OPTIONS] COMMAND [ARGS]...\nTry 'hf cardlint -")
    assert hf(tmp_path, "--version").stdout == f"cardlint {__version__}\n"
