"""Secrets in a text: where they stand and of what kind they are. What leaves this module shows no more than a quarter of one.

The kinds are data (`schemas/secrets/kinds.json`). Each has something cheap to look for, so that a text without any of it
costs one search for each, and no pattern is compiled that is not needed.
"""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple

from cardlint.code.escapes import ENDED, undone
from cardlint.code.secretlike import likely

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from cardlint.code.secretlike import Placeholders

_DIGITS = 10  # of the SHA-256 that are shown
_STRONG = 16  # characters; of what is shorter no hash is shown, because it could be guessed
_BEYOND = 2_000  # characters a secret may go on after the window in which it has to begin
_LONGEST = 16_000  # characters of one that begins at a known place
_DENSE = 500  # places of a word from which on the pattern goes over all between the first and the last
_BEFORE = 100  # characters before a candidate that are looked at
_WORD = re.compile(r"\S{12,}")  # no secret without spaces is shorter
_LOOSE = re.compile(r" |\\[sW]|\[\^|^(?:\\.|\[[^]]*\]|[^\\[.])*\.")  # in a pattern: what may match a space
MOST = 1_000  # secrets of one text; nobody reads more


class Kind(NamedTuple):
    """One kind of secret, as its entry in the table says; `solid` ones have no space in them."""

    id: str
    title: str
    pattern: str
    tests: tuple[str, ...]
    entropy: float
    head: int
    tail: int
    revoke: str
    hints: tuple[str, ...] = ()
    context: tuple[str, ...] = ()
    back: int = 0
    reach: int = 0
    solid: bool = False

    @property
    def weak(self) -> bool:
        """Whether people think such secrets up, so that a hash of one could be guessed."""
        return "password" in self.tests or "basic" in self.tests


class Secret(NamedTuple):
    """One secret: `start:end` are offsets in the text, `masked` is what may be shown of it.

    `digest` is the beginning of its SHA-256, to find the same one elsewhere; empty where it could be guessed from that.
    """

    kind: Kind
    start: int
    end: int
    masked: str
    digest: str


class Table(NamedTuple):
    """The kinds, and what stands for a secret without being one."""

    kinds: tuple[Kind, ...]
    placeholders: Placeholders


def kinds(entries: Iterable[Mapping[str, Any]]) -> tuple[Kind, ...]:
    """The kinds in a table, as JSON has them."""
    return tuple(map(_kind, entries))


def _kind(entry: Mapping[str, Any]) -> Kind:
    held: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in entry.items() if name != "source"}
    return Kind(**held, solid=_LOOSE.search(entry["pattern"]) is None)


def find(text: str, table: Table) -> list[Secret]:
    """The secrets in a text, by place, none inside another; at most MOST of them and as many that are spelled with escapes."""
    found = _found(text, table)
    if (plain := undone(text)) is not None:
        for secret in _found(plain.text, table):
            start, end = plain.place(secret.start), plain.place(secret.end)
            if end - start > secret.end - secret.start:
                found.append(secret._replace(start=start, end=end))
    return _apart(found, text, table.placeholders.digest)


def _found(text: str, table: Table) -> list[Secret]:
    """The secrets in a text as it stands, by kind; they may overlap."""
    found: list[Secret] = []
    small = lowered(text)
    for kind in _hinted(table.kinds, text, small):
        for match in _matches(kind, text, small):
            start, end = _cover(match)
            if likely(match, text[start:end], text[max(0, start - _BEFORE) : start], kind.tests, kind.entropy, table.placeholders):
                found.append(Secret(kind, start, end, *shown(text[start:end], kind, table.placeholders.digest)))
            if len(found) > MOST:
                return found
    return found


def _hinted(kinds: Iterable[Kind], text: str, small: str) -> Iterator[Kind]:
    """The kinds of which a hint or a word of the context stands in the text at all: of most texts none."""
    words = "\n".join(_WORD.findall(text))  # a tenth of a card, and none of its prose
    for kind in kinds:
        where = small if kind.context else words if kind.solid else text
        for word in kind.context or kind.hints:
            if word in where:
                yield kind
                break


def lowered(text: str) -> str:
    """The text in lower case, as long as it was."""
    small = text.lower()
    return small if len(small) == len(text) else text.translate({code: code + 32 for code in range(65, 91)})


def _matches(kind: Kind, text: str, small: str) -> Iterator[re.Match[str]]:
    """What matches where a hint or a word of the context says it may. None begins inside another."""
    words, where = (kind.context, small) if kind.context else (kind.hints, text)
    windows = _windows(kind, words, where)
    pattern, done = _compiled(kind.pattern), 0
    for start, end in windows:
        at, most = max(start, done), end + (_LONGEST if end - start == 1 else _BEYOND)
        while (match := _first(pattern, text, range(at, end), most)) is not None:
            if not kind.context or any(word in small[max(0, match.start() - kind.reach) : match.end()] for word in words):
                yield match
            at = done = max(match.end(), at + 1)


def _first(pattern: re.Pattern[str], text: str, places: range, most: int) -> re.Match[str] | None:
    """The first match that begins at one of the places and ends before `most`."""
    if len(places) < _BEYOND:  # a search would go on far behind the last of them
        return next((match for at in places if (match := pattern.match(text, at, most)) is not None), None)
    match = pattern.search(text, places.start, most)
    return match if match is not None and match.start() < places.stop else None


def _windows(kind: Kind, words: Sequence[str], where: str) -> list[tuple[int, int]]:
    """The ranges, one behind the other, in which a match has to begin. Where there are many words it is one range."""
    reach = kind.reach if kind.context else 0
    places = sorted(at for word in words for at in islice(_places(word, where), _DENSE))
    if len(places) >= _DENSE:
        return [(max(0, places[0] - kind.back), max(where.rfind(word) for word in words) + reach + 1)]
    windows: list[tuple[int, int]] = []
    for at in places:
        start, end = max(0, at - kind.back), at + reach + 1
        if windows and start <= windows[-1][1]:
            windows[-1] = (windows[-1][0], max(end, windows[-1][1]))
        else:
            windows.append((start, end))
    return windows


def _places(word: str, text: str) -> Iterator[int]:
    at = text.find(word)
    while at >= 0:
        yield at
        at = text.find(word, at + 1)


_PATTERNS: dict[str, re.Pattern[str]] = {}
_BEHIND = re.compile(r"^\(\?<!\[[^]]+\]\)")  # what a kind says that must not stand before it


def _compiled(pattern: str) -> re.Pattern[str]:
    """The pattern, compiled once for all texts. What ends an escape is no letter before a secret: `%3Dhf_…`."""
    if pattern not in _PATTERNS:
        _PATTERNS[pattern] = re.compile(_BEHIND.sub(lambda found: f"(?:{found[0]}|{ENDED})", pattern))
    return _PATTERNS[pattern]


def _cover(match: re.Match[str]) -> tuple[int, int]:
    """Where the secret stands in what matched."""
    groups = match.re.groupindex
    return match.span("s") if "s" in groups and match["s"] is not None else match.span()


def _apart(found: list[Secret], text: str, digest: Callable[[str], str]) -> list[Secret]:
    """The secrets by place; those that overlap are one, of the kind that comes first, so that all of it is masked."""
    kept: list[Secret] = []
    rank = {id(secret): number for number, secret in enumerate(found)}
    for secret in sorted(found, key=lambda secret: (secret.start, -secret.end)):
        if not kept or secret.start >= kept[-1].end:
            kept.append(secret)
            continue
        last = kept[-1]
        kind = min(last, secret, key=lambda item: rank[id(item)]).kind
        end = max(last.end, secret.end)
        kept[-1] = Secret(kind, last.start, end, *shown(text[last.start : end], kind, digest))
        rank[id(kept[-1])] = min(rank[id(secret)], rank[id(last)])
    return kept


def shown(value: str, kind: Kind, digest: Callable[[str], str]) -> tuple[str, str]:
    """What may be shown of a secret: its two ends, together at most a quarter of it, and the beginning of its hash."""
    most = len(value) // 4
    tail = min(kind.tail, max(0, most - kind.head))
    head = min(kind.head, most - tail)
    masked = f"{value[:head]}…{value[len(value) - tail :]}" if head else "***"
    weak = kind.weak or len(value) < _STRONG
    return masked, "" if weak else digest(value)[:_DIGITS]
