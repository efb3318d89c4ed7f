"""Addresses that once served models and data, and no longer do."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from cardlint.caseless import caseless, mentions
from cardlint.problem import Cure, Edit, Problem
from cardlint.weights.patterns import lazily

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cardlint.text import Text

_SHOWN = 60
_MARKS = ".:!?*_"
_SCHEME = r"https?://"
# What goes on behind an address in code: the name of a variable, as in `/models/${name}`.
_BEHIND = lazily(r"[^\s\"'`<>()\[\]\\^,;]{0,500}")
# What ends an address in prose and in code; an address in the middle of another one (an archive's copy) is not meant.
_REST = r"(?![\w-]|\.\w)[^\s\"'`<>()\[\]{}|\\^,;]{0,500}"


def deprecated(text: Text, *, endpoints: list[dict[str, str]]) -> Iterator[Problem]:
    """Addresses of retired services, anywhere in the card, code included.

    Of `endpoints` the first whose `address` an address begins with counts; `why` says what has become of it, and
    `write` what to write instead. Where an entry says what the address `becomes`, all behind it that fits the pattern
    `path` means the same there.
    """
    if not mentions(text.content, tuple(caseless(entry["address"]) for entry in endpoints)):
        return
    known = {entry["address"].lower(): entry for entry in reversed(endpoints)}
    names = "|".join(re.escape(entry["address"]) for entry in endpoints)
    pattern = re.compile(rf"(?<![\w/:=.]){_SCHEME}(?P<address>{names}){_REST}", re.IGNORECASE)
    for match in pattern.finditer(text.content):
        entry = known[match["address"].lower()]
        found = match[0].rstrip(_MARKS)
        shown = found if len(found) <= _SHOWN else f"{found[:_SHOWN]}…"
        message = f'"{shown}" {entry["why"]}; write {entry["write"]}'
        yield Problem(message, text.span(match.start(), match.start() + len(found)), found, fix=_cure(text, match, entry))


def _cure(text: Text, match: re.Match[str], entry: dict[str, str]) -> Cure | None:
    behind = _BEHIND.match(text.content, match.end("address"))
    if "becomes" not in entry or behind is None or not re.fullmatch(entry["path"], behind[0].rstrip(_MARKS)):
        return None
    address = f"https://{entry['becomes']}"
    return Cure("safe", f"write {address}", (Edit(text.span(match.start(), match.end("address")), address),))
