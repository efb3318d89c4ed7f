"""What is read of the command line without click is what click reads; all else is left to it."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING, Any

import click
import pytest
from hypothesis import given as drawn
from hypothesis import settings
from hypothesis import strategies as st

from cardlint.cli import plainly, run
from cardlint.cli.check import command
from cardlint.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path

OPTIONS = {parameter.name: parameter for parameter in command.params if isinstance(parameter, click.Option)}
NAMES = [*plainly.FLAGS, *plainly.VALUED, *plainly.REPEATED]
VALUES = ["error", "low", "model", "8", "08", "65", "text", "a,b", " , ", "", "json=x", "-", "--", "-x", "-1", "8.0", "\u0668"]
WORDS = st.one_of(
    st.sampled_from(NAMES),
    st.sampled_from(VALUES),
    st.builds("{}={}".format, st.sampled_from(NAMES), st.sampled_from(VALUES)),
    st.sampled_from(["-qv", "-qx", "--qui", "--help", "-h", "--version", "check", "--select=", "-q=1", "-v1"]),
)


def by_click(arguments: list[str]) -> tuple[tuple[str, ...], dict[str, Any]] | None:
    """What click makes of them; None where it refuses, explains, or we do."""
    try:
        held = dict(command.make_context("check", list(arguments)).params)
    except (click.ClickException, click.exceptions.Exit, UsageError):
        return None
    return held.pop("targets"), held


def test_the_tables_are_clicks_own() -> None:
    flags = {word: name for name, option in OPTIONS.items() for word in option.opts if option.is_flag}
    valued = {word: name for name, option in OPTIONS.items() for word in option.opts if not option.is_flag and not option.multiple}
    repeated = {word: name for name, option in OPTIONS.items() for word in option.opts if option.multiple}
    assert (flags, valued, repeated) == (plainly.FLAGS, plainly.VALUED, plainly.REPEATED)
    assert {name for name, option in OPTIONS.items() if option.callback} == set(plainly.LISTS)
    assert not any(option.secondary_opts or option.nargs != 1 or option.envvar for option in OPTIONS.values())
    choices = {name: tuple(option.type.choices) for name, option in OPTIONS.items() if isinstance(option.type, click.Choice)}
    assert {**choices, "jobs": tuple(map(str, range(1, 65)))} == plainly.CHOICES
    assert by_click([]) == plainly.read([]) == ((), {**plainly.DEFAULTS, "jobs": 1})


@settings(max_examples=1500, deadline=None)
@drawn(st.lists(WORDS, max_size=6))
def test_what_is_read_is_what_click_reads(arguments: list[str]) -> None:
    if (plain := plainly.read(arguments)) is not None:
        assert plain == by_click(arguments)


@pytest.mark.parametrize("arguments", [
    ["."], ["-"], ["a", "--isolated", "b"], ["--select", "weights/", "--fail-on", "never", "--isolated", "x"], ["--jobs=4", "-q"],
    ["--output-format", "json=a", "--output-format=text"], ["--select=a, b,,c", "--select", "d"], ["--policy=", ""], ["--baseline", "a=b"],
])  # fmt: skip
def test_plain_arguments_need_no_click(arguments: list[str]) -> None:
    assert plainly.read(arguments) == by_click(arguments) is not None


@pytest.mark.parametrize("arguments", [
    ["--help"], ["-h"], ["--"], ["-qv"], ["--isolate"], ["--jobs", "0"], ["--jobs", "65"], ["--kind", "Model"], ["--select", " ,"],
    ["--select"], ["--select", "--isolated"], ["--isolated=1"], ["--kind", "-"], ["--no-such=1"],
])  # fmt: skip
def test_all_else_is_clicks(arguments: list[str]) -> None:
    assert plainly.read(arguments) is None


def test_a_plain_check_imports_no_click(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("---\nlicense: apache2\n---\n# T\n")
    script = "import sys; from cardlint.cli import run; run(['check', '-q']); sys.exit('click' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", script], cwd=tmp_path, check=False, stdout=subprocess.DEVNULL).returncode == 0


def test_an_interrupt_ends_a_plain_check_as_it_ends_any(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("cardlint.cli.checking.check_all", interrupt)
    monkeypatch.setattr("cardlint.cli.checking.locate", interrupt)
    assert run(["check", "x"]) == run(["check", "-qv", "x"]) == 130
    assert capsys.readouterr().err == "\n\n"


def test_a_reader_of_what_is_said_who_went_away_ends_it_without_a_word(monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(*_: object) -> None:
        raise BrokenPipeError

    hung_up: list[bool] = []
    monkeypatch.setattr("cardlint.cli.checking.locate", gone)
    monkeypatch.setattr("cardlint.cli.hang_up", lambda: hung_up.append(True))
    assert run(["check", "x"]) == 1
    assert hung_up == [True]
