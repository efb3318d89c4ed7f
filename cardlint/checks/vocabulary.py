"""Values that have to come from a closed list."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from cardlint.nodes import Scalar, is_null
from cardlint.problem import Problem
from cardlint.vocabulary import Suggestion, load_vocabulary

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cardlint.nodes import Node
    from cardlint.vocabulary import Vocabulary

_SHOWN = 60
_LONGEST = 200


def shown(text: str) -> str:
    """A value of the card as messages show it: on one line, at most 60 characters of it."""
    line = re.sub(r"\s+", " ", text[: 2 * _SHOWN])
    return line if len(line) <= _SHOWN else f"{line[:_SHOWN]}…"


def quoted(text: str) -> str:
    """The same in quotes."""
    return f'"{shown(text)}"'


def known(value: Node, *, vocabulary: str, advice: str = "") -> Iterator[Problem]:
    """A text that is not in the list. Near a known id it is a typo; far from all it is a warning with the list's date."""
    if not isinstance(value, Scalar) or is_null(value) or isinstance(value.value, bool):
        return  # a wrong shape is schema-violation's
    listed = load_vocabulary(vocabulary)
    if value.raw not in listed:
        yield unknown(value, listed, advice)


def unknown(value: Scalar, listed: Vocabulary, advice: str = "") -> Problem:
    """The problem of an unknown value, with what was probably meant."""
    article = "an" if listed.noun[0].lower() in "aeiou" else "a"
    message = f"{quoted(value.raw)} is not {article} {listed.noun}"
    suggestion = listed.suggest(value.raw) if len(value.raw) <= _LONGEST else Suggestion()
    note = f" ({suggestion.note})" if suggestion.note else ""
    if suggestion.ids:
        return Problem(f"{message}; did you mean {' or '.join(suggestion.ids)}?{note}", value.span)
    end = f"; {advice}" if advice else ""
    return Problem(f"{message} known on {listed.as_of}{note}{end}", value.span, at_most="warning")
