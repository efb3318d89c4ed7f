"""How near two words are, for did-you-mean."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_SHOWN = 2
_CUTOFF = 0.72
_LONGEST = 100


def nearest(word: str, known: Iterable[str]) -> list[str]:
    """At most two known words so near that a typo is likely, nearest first; letter case and `_` for `-` do not count."""
    if len(word) > _LONGEST:
        return []
    from difflib import get_close_matches  # only on the way to a finding or an error

    folded: dict[str, str] = {}
    for candidate in known:
        folded.setdefault(fold(candidate), candidate)
    return [folded[match] for match in get_close_matches(fold(word), folded, n=_SHOWN, cutoff=_CUTOFF)]


def fold(word: str) -> str:
    """The word without letter case and surrounding blanks, with `-` for `_` and blanks."""
    return "-".join(word.lower().replace("_", " ").replace("-", " ").split())


def one_edit_apart(first: str, second: str) -> bool:
    """Whether one insertion, deletion, substitution or swap of neighbours makes one word of the other."""
    if first == second:
        return False
    short, long = sorted((first, second), key=len)
    same = next((i for i, char in enumerate(short) if char != long[i]), len(short))
    if len(long) - len(short) == 1:
        return short[same:] == long[same + 1 :]
    if len(long) != len(short):
        return False
    swapped = short[:same] + short[same + 1 : same + 2] + short[same : same + 1] + short[same + 2 :]
    return short[same + 1 :] == long[same + 1 :] or swapped == long
