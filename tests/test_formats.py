"""What all formats have in common: each is there, is a function of the report alone, and lets no text act."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from reports import CANARY, every_rule, hostile, reports
from runner import command, commands

from cardlint.formats import FORMATS, render
from cardlint.formats.safe import visible_line
from cardlint.report import Finding, Report, Target
from cardlint.rule import shipped

CONTROLS = {chr(code) for code in range(32)} - {"\n", "\t"} | {"\x7f", "\x85", "\u202e", "\u2066", "\u2028", "\u2029"}
ANNOTATIONS = {"error", "warning", "notice"}


def unended(name: str, rendered: str) -> str:
    """A report with LF alone at the ends of its lines, as all have them but the one whose standard asks for CRLF."""
    return rendered.replace("\r\n", "\n") if name == "csv" else rendered


def test_every_rule_fires_in_the_report_of_all_rules() -> None:
    assert {finding.rule for finding in every_rule().findings} == set(shipped())
    assert [rule.id for rule in every_rule().rules] == sorted(shipped())


@pytest.mark.parametrize("name", FORMATS)
def test_a_report_on_hostile_text_has_no_control_character(name: str) -> None:
    rendered = unended(name, render(hostile(), name))
    assert CANARY in rendered
    assert not CONTROLS & set(rendered), sorted(CONTROLS & set(rendered))
    rendered.encode()


@pytest.mark.parametrize("name", FORMATS)
@settings(max_examples=30)
@given(reports())
def test_every_report_is_rendered_the_same_each_time(name: str, report: Report) -> None:
    once = render(report, name)
    assert once == render(report, name)
    assert not CONTROLS & set(unended(name, once))
    once.encode()


@pytest.mark.parametrize("name", FORMATS)
@settings(max_examples=30)
@given(reports())
def test_no_text_is_a_command_to_a_runner(name: str, report: Report) -> None:
    assert {found.name for found in commands(render(report, name))} <= (ANNOTATIONS if name == "github" else set())


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("text", ["##[add-mask]a", "::add-mask::a", " \xa0::add-mask::a", "a ##[add-mask]b", "##VSO[task.complete]a"])
def test_no_text_of_a_finding_is_a_command_to_a_runner(name: str, text: str) -> None:
    assert command(text) is not None
    assert command(f"{text}::") is not None
    finding = Finding("license-unknown", "error", "high", text, text, text, None, "0" * 32)
    rendered = render(Report((Target(text, "model", (finding,), shown=text),), "0", text, "0"), name)
    assert "add-mask" in rendered or "task.complete" in rendered
    assert [found.name for found in commands(rendered)] == (["error"] if name == "github" else [])


def test_a_line_that_is_no_command_stays_as_it_is() -> None:
    assert [visible_line(line) for line in ("a::b", ": :", "# [x]", "## [", "#[")] == ["a::b", ": :", "# [x]", "## [", "#["]


@pytest.mark.parametrize("name", FORMATS)
def test_a_report_on_nothing_is_fine(name: str) -> None:
    for targets in ((), (Target(".", "model"),), (Target("a", "dataset"), Target("b", "space"))):
        assert render(Report(targets, "0", "recommended", "0"), name) is not None
