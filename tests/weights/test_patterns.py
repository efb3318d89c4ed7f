"""Patterns that are compiled late find what those compiled at once do."""

from __future__ import annotations

import re

import pytest

from cardlint.weights.patterns import lazily


def test_a_lazy_pattern_is_compiled_once_and_finds_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    compiled = re.compile
    monkeypatch.setattr("cardlint.weights.patterns.re.compile", lambda text, flags: asked.append(text) or compiled(text, flags))
    pattern = lazily(r"a(\d)", re.IGNORECASE)
    assert not asked
    found = pattern.fullmatch("A1")
    assert found is not None
    assert found[1] == "1"
    assert pattern.fullmatch("b1") is None
    assert (pattern.sub("x", "a1 A2"), pattern.findall("a1a2"), pattern.pattern) == ("x x", ["1", "2"], r"a(\d)")
    assert len(asked) <= 4
    assert lazily(rb"x").match(b"xy") is not None


def test_what_is_no_pattern_is_said_when_it_is_used() -> None:
    wrong = lazily("(")
    with pytest.raises(re.error):
        wrong.match("x")
