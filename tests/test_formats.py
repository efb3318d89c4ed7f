"""What all formats have in common: each is there, is a function of the report alone, and lets no text act."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from reports import CANARY, every_rule, hostile, reports

from cardlint.formats import FORMATS, render
from cardlint.report import Report  # noqa: TC001 - hypothesis reads it
from cardlint.rule import shipped

CONTROLS = {chr(code) for code in range(32)} - {"\n", "\t"} | {"\x7f", "\x85", "\u202e", "\u2066", "\u2028", "\u2029"}


def test_every_rule_fires_in_the_report_of_all_rules() -> None:
    assert {finding.rule for finding in every_rule().findings} == set(shipped())
    assert [rule.id for rule in every_rule().rules] == sorted(shipped())


@pytest.mark.parametrize("name", FORMATS)
def test_a_report_on_hostile_text_has_no_control_character(name: str) -> None:
    rendered = render(hostile(), name)
    assert CANARY in rendered
    assert not CONTROLS & set(rendered), sorted(CONTROLS & set(rendered))
    rendered.encode()


@pytest.mark.parametrize("name", FORMATS)
@settings(max_examples=30)
@given(reports())
def test_every_report_is_rendered_the_same_each_time(name: str, report: Report) -> None:
    once = render(report, name)
    assert once == render(report, name)
    assert not CONTROLS & set(once)
    once.encode()
