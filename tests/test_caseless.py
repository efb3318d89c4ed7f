"""What the cheap look for words may never do: miss what the pattern behind it would find."""

from __future__ import annotations

import re
import sys

import pytest

from cardlint.caseless import caseless, mentions


def test_letters_alike_to_a_pattern_are_alike() -> None:
    every = "".join(map(chr, range(sys.maxunicode + 1)))
    for letter in "isk\xb5\xdf\xe5\u03b8\u03c2\u0442":
        alike = re.findall(letter, every, re.IGNORECASE)
        assert len(alike) > 1
        assert {caseless(other) for other in alike} == {caseless(letter)}


@pytest.mark.parametrize("text", ["for ADULTS only", "for adult\u017f only", "\u0130\u0131", "adults", "x adultsy"])
def test_what_a_pattern_finds_is_mentioned(text: str) -> None:
    words = ("adults", "ii")
    assert any(re.search(word, text, re.IGNORECASE) for word in words)
    assert mentions(text, words)


def test_what_does_not_occur_is_not_mentioned() -> None:
    assert not mentions("for every age, for ADULT S", ("adults",))
    assert not mentions("for adults", ())
