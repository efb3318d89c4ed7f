"""Values that have to come from a closed list."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from cardlint.nearness import fold
from cardlint.nodes import Scalar, is_null, listed
from cardlint.problem import Cure, Problem, Remove, SetValue
from cardlint.vocabulary import Suggestion, load_vocabulary

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from cardlint.nodes import Node
    from cardlint.vocabulary import Vocabulary

_SHOWN = 60
_LONGEST = 200
_LETTERS = 5


def shown(text: str) -> str:
    """A value of the card as messages show it: on one line, at most 60 characters of it."""
    line = re.sub(r"\s+", " ", text[: 2 * _SHOWN])
    return line if len(line) <= _SHOWN else f"{line[:_SHOWN]}…"


def quoted(text: str) -> str:
    """The same in quotes."""
    return f'"{shown(text)}"'


def known(value: Node, *, vocabulary: str, advice: str = "") -> Iterator[Problem]:
    """A text that is not in the list. Near a known id it is a typo; far from all it is a warning with the list's date."""
    yield from known_in(value, None, vocabulary, advice)


def known_in(value: Node, whole: Node | None, vocabulary: str, advice: str) -> Iterator[Problem]:
    """The same for a value of a list, `whole`, in which nothing is to be said twice."""
    if not isinstance(value, Scalar) or is_null(value) or isinstance(value.value, bool):
        return  # a wrong shape is schema-violation's
    held = load_vocabulary(vocabulary)
    if value.raw not in held:
        yield unknown(value, held, advice)._replace(fix=cure(value, lambda text: certain(text, vocabulary), whole))


def unknown(value: Scalar, held: Vocabulary, advice: str = "") -> Problem:
    """The problem of an unknown value, with what was probably meant."""
    suggestion = _suggestion(value.raw, held)
    if not suggestion.ids:
        return far(value, held, advice, suggestion.note)
    note = f" ({suggestion.note})" if suggestion.note else ""
    return Problem(f"{_said(value, held)}; did you mean {' or '.join(suggestion.ids)}?{note}", value.span)


def far(value: Scalar, held: Vocabulary, advice: str = "", note: str | None = None) -> Problem:
    """The problem of a value that is none of the list's, but may be one since."""
    end = f" ({note})" if note else ""
    end += f"; {advice}" if advice else ""
    return Problem(f"{_said(value, held)} known on {held.as_of}{end}", value.span, at_most="warning")


def _said(value: Scalar, held: Vocabulary) -> str:
    article = "an" if held.noun[0].lower() in "aeiou" else "a"
    return f"{quoted(value.raw)} is not {article} {held.noun}"


def _suggestion(text: str, held: Vocabulary) -> Suggestion:
    return held.suggest(text) if len(text) <= _LONGEST else Suggestion()


@lru_cache(maxsize=4096)
def certain(text: str, vocabulary: str) -> str | None:
    """The one id that a text can only mean: by a table, letter case, underscores or blanks, or as a slip.

    A slip is one edit away from one id alone, which has at least five letters. It touches no digit: `apache-1.0` is
    another licence, and `a100x2` other hardware.
    """
    held = load_vocabulary(vocabulary)
    suggestion = _suggestion(text, held)
    meant = suggestion.ids[0] if suggestion.certain else None
    if meant is None or meant not in held:
        return None
    tabled = any(spelling in table for spelling in (text, text.strip().lower()) for table in (held.aliases, held.former))
    return meant if tabled or fold(text) == fold(meant) or _is_slip(text, meant) else None


def _is_slip(text: str, meant: str) -> bool:
    return sum(map(str.isalpha, meant)) >= _LETTERS and re.sub(r"\D", "", text) == re.sub(r"\D", "", meant)


def cure(value: Scalar, sure: Callable[[str], str | None], whole: Node | None = None) -> Cure | None:
    """The correction of a value whose meaning is `sure`; what another value of the same list, `whole`, says is taken out."""
    meant = sure(value.raw)
    if meant is None:
        return None
    if _is_repeated(value, meant, sure, whole):
        return Cure("safe", f"remove {shown(value.raw)}, {meant} is there", (Remove(value.span),))
    return Cure("safe", f"write {meant}", (SetValue(value.span, meant),))


def _is_repeated(value: Scalar, meant: str, sure: Callable[[str], str | None], whole: Node | None) -> bool:
    """Whether another value says the same, or will say it once those before this one are corrected."""
    before = True
    for _, item in listed(whole):
        before = before and item is not value
        text = item.raw if isinstance(item, Scalar) else ""
        if item is not value and (text == meant or (before and sure(text) == meant)):
            return True
    return False
