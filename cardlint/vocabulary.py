"""Closed lists of the Hub, as dated data: known ids, former ids with their successors, spellings that are certain."""

from __future__ import annotations

import json
from functools import cache
from typing import TYPE_CHECKING, Any

from cardlint.locate import data_folder
from cardlint.nearness import fold, nearest, one_edit_apart
from cardlint.weights.named import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

_CERTAIN_LENGTH = 5


class Former(NamedTuple):
    """An id that once was valid: what follows it, if that is unambiguous, and what might."""

    successor: str | None = None
    candidates: tuple[str, ...] = ()
    note: str | None = None


class Suggestion(NamedTuple):
    """What an unknown value probably means.

    `certain` holds where it follows from a table, from letter case, underscores or blanks, or where exactly one id
    of at least five letters lies one edit away. No `ids` means that nothing known is near.
    """

    ids: tuple[str, ...] = ()
    certain: bool = False
    note: str | None = None


class Vocabulary(NamedTuple):
    """One list. `as_of` is the date of the source; `noun` what one value is called in a message."""

    name: str
    noun: str
    as_of: str
    values: Mapping[str, Mapping[str, Any]]
    former: Mapping[str, Former]
    aliases: Mapping[str, str]

    def __contains__(self, value: object) -> bool:
        return value in self.values

    def suggest(self, value: str) -> Suggestion:
        """What a value that is not in the list probably means."""
        exact = self._exact(value)
        if exact is not None:
            return exact
        one_away = [known for known in self.values if one_edit_apart(fold(value), fold(known))]
        certain = len(one_away) == 1 and len(one_away[0]) >= _CERTAIN_LENGTH
        return Suggestion(tuple(one_away) if certain else tuple(nearest(value, self.values)), certain)

    def _exact(self, value: str) -> Suggestion | None:
        lowered = value.strip().lower()
        for spelling in (value, lowered):
            if spelling in self.aliases:
                return Suggestion((self.aliases[spelling],), certain=True)
            if spelling in self.former:
                former = self.former[spelling]
                ids = (former.successor,) if former.successor else former.candidates
                return Suggestion(ids, former.successor is not None, former.note)
        same = [known for known in self.values if fold(known) == fold(value)]
        return Suggestion((same[0],), certain=True) if len(same) == 1 else None


@cache
def load_vocabulary(name: str) -> Vocabulary:
    """The list that ships under this name. Raises KeyError where there is none."""
    path = data_folder("schemas") / "vocabulary" / f"{name}.json"
    if not path.is_file():
        raise KeyError(f"there is no vocabulary {name}")
    held = json.loads(path.read_bytes())
    former = {
        value: Former(item.get("successor"), tuple(item.get("candidates", ())), item.get("note")) for value, item in held["former"].items()
    }
    return Vocabulary(held["name"], held["noun"], held["as_of"], held["values"], former, held["aliases"])
