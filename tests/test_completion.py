"""What shells are told may come next. That they make of it what they should, tests/consumers/completion.py shows in real ones."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from cardlint.cli import run
from cardlint.formats import FORMATS
from cardlint.policyfile import shipped_policies
from cardlint.rule import shipped

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from conftest import Done


@pytest.fixture
def ask(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], tmp_path: Path) -> Callable[..., list[str]]:
    """The answer to a shell in which these words stand, the last one at the cursor."""
    monkeypatch.chdir(tmp_path)

    def asked(shell: str, *words: str) -> list[str]:
        line = ("cardlint", *words)
        monkeypatch.setenv("_CARDLINT_COMPLETE", f"{shell}_complete")
        monkeypatch.setenv("COMP_WORDS", ("\n" if shell == "bash" else " ").join(line))
        monkeypatch.setenv("COMP_CWORD", words[-1] if shell == "fish" else str(len(words)))
        with pytest.raises(SystemExit):
            run([])
        out, err = capfd.readouterr()
        assert err == ""
        return [line for line in out.splitlines() if line]

    return asked


def test_rules(ask: Callable[..., list[str]]) -> None:
    assert ask("bash", "explain", "license-unk") == ["plain,license-unknown"]
    assert ask("fish", "explain", "license-unk") == [f"plain,license-unknown\t{shipped()['license-unknown'].title}"]
    assert ask("zsh", "explain", "license-unk") == ["plain", "license-unknown", shipped()["license-unknown"].title]
    assert {line.removeprefix("plain,") for line in ask("bash", "explain", "")} == set(shipped())


def test_lists_of_rules(ask: Callable[..., list[str]]) -> None:
    assert ask("bash", "check", "--select", "ethic") == ["plain,ethics/"]
    assert ask("bash", "check", "--ignore", "al") == ["plain,all"]
    assert ask("bash", "check", "--select", "all,license-unk") == ["plain,all,license-unknown"]
    assert ask("bash", "check", "--select", "license-unknown,license-unk") == []


def test_policies_formats_and_files(ask: Callable[..., list[str]], tmp_path: Path) -> None:
    assert ask("bash", "check", "--policy", "") == [f"plain,{name}" for name in shipped_policies()]
    assert ask("bash", "check", "--policy", "./ours") == ["file,./ours"]
    assert ask("bash", "check", "--output-format", "") == [f"plain,{name}" for name in FORMATS]
    assert ask("bash", "check", "READ") == ["file,READ"]
    (tmp_path / "reports").mkdir()
    (tmp_path / "reports" / "of-today").touch()
    (tmp_path / "ready").touch()
    (tmp_path / ".rest").touch()
    (tmp_path / "re\x1b[31m\nplain,all").touch()
    assert ask("fish", "check", "--output-format", "json=re") == ["plain,json=ready", "plain,json=reports/"]
    assert ask("fish", "check", "--output-format", "json=reports/o") == ["plain,json=reports/of-today"]
    assert ask("fish", "check", "--output-format", "json=.re") == ["plain,json=.rest"]
    assert ask("fish", "check", "--output-format", "json=nowhere/") == []
    assert ask("fish", "check", "--output-format", "nothing=re") == []


def test_a_value_behind_an_equals_sign(ask: Callable[..., list[str]], tmp_path: Path) -> None:
    (tmp_path / "known.json").touch()
    assert ask("bash", "check", "--policy", "=", "str") == ["plain,strict"]
    assert ask("bash", "check", "--policy", "=") == [f"plain,{name}" for name in shipped_policies()]
    assert ask("fish", "check", "--policy=str") == ["plain,--policy=strict"]
    assert ask("zsh", "check", "--policy=str") == ["plain", "--policy=strict", "_"]
    assert ask("fish", "check", "--baseline=kn") == ["plain,--baseline=known.json"]
    assert ask("fish", "check", "a=b") == ["file,a=b"]


def test_what_is_no_command_has_no_completions_and_causes_no_complaint(ask: Callable[..., list[str]]) -> None:
    assert ask("bash", "chek", "--fix") == []


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_script_is_printed(shell: str, cardlint: Callable[..., Done]) -> None:
    done = cardlint("completion", shell, PATH="")
    assert (done.code, done.err) == (0, "")
    assert f"_CARDLINT_COMPLETE={shell}_complete" in done.out
    assert done.out == cardlint(_CARDLINT_COMPLETE=f"{shell}_source").out


def test_its_help_says_how_to_install_it(cardlint: Callable[..., Done]) -> None:
    said = cardlint("completion", "--help").out
    assert all(f"cardlint completion {shell}" in said for shell in ("bash", "zsh", "fish"))
    assert cardlint("completion", "tcsh").code == 2


def test_a_check_does_not_pay_for_it() -> None:
    script = "import sys; from cardlint.cli import check; sys.exit('click.shell_completion' in sys.modules or 'cardlint.cli.shells' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0
