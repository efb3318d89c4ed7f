"""Licence texts, recognised by fingerprints: hashes of five-word sequences, tolerant to layout. No texts are stored.

A text becomes words: marks of comments, lists, Markdown and HTML, addresses and copyright lines are dropped, letter case
and line breaks do not matter. Of every five words in a row a CRC-32 is taken; of a long licence only the hashes that
are divisible by its `rate` are kept, so that what is kept of two texts stays comparable.
"""

from __future__ import annotations

import json
import re
import unicodedata
from base64 import b64decode
from functools import cache
from typing import TYPE_CHECKING, Any
from zlib import crc32

from cardlint.locate import data_folder
from cardlint.weights.named import NamedTuple
from cardlint.weights.patterns import lazily

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

GRAM = 5
SURE = 0.95  # Dice coefficient from which a text is the licence, if its length fits
NEAR = 0.80  # … from which it is the licence with changes
_MOST_WORDS = 200_000
_KEPT = 200
_SLACK = 1.1  # a licence may stand in a text with this much more between its words
_CLOSE = 0.05  # Dice coefficients closer than this do not tell two changed licences apart
_FRONT = lazily(r"\A\ufeff?\s*---[ \t]*\r?\n.{0,5000}?\r?\n---[ \t]*(?:\r?\n|\Z)", re.DOTALL)
_NOISE = lazily(r"<!--|-->|</?[A-Za-z][^<>]{0,300}>|\b(?:https?|ftp)://[^\s<>]{1,2000}|\bwww\.[^\s<>]{1,2000}|&[a-z#\d]{2,8};")
_COPYRIGHT = lazily(
    r"^[^\w\n©]{0,20}(?:portions )?"
    r"(?:copyright\b(?=[^\n]{0,40}(?:\(c\)|©|\d{4}|\[|<|\{))|©|\(c\) (?=copyright|\d{4}))[^\n]*|all rights reserved",
    re.IGNORECASE | re.MULTILINE,
)
_MARK = lazily(
    r"^[ \t]*(?:(?://+|/\*+|\*+/?|#+|;+|>+|--+|%+|[-+•·]|\(?(?:\d{1,2}(?:\.\d{1,2})*|[a-z]|[ivx]{1,5})[.)])[ \t]*)+",
    re.IGNORECASE | re.MULTILINE,
)
_WORD = lazily(r"\d+(?:\.\d+)+|[^\W_]+")
_FOLD = dict.fromkeys(map(ord, "\u2018\u2019`'*")) | {ord("_"): " "}


class Fingerprint(NamedTuple):
    """What is kept of one licence text.

    `key` is unique, `id` the Hub's id or None, `words` the length of the text; `sha256` and `head` (the hash of its first
    five words) find it word by word; `hashes` are the sampled ones at `rate`. Where other texts come very close,
    `telling` are phrases this one alone holds.
    """

    key: str
    id: str | None
    name: str
    words: int
    sha256: str
    head: int
    rate: int
    hashes: frozenset[int]
    telling: tuple[str, ...] = ()


class Match(NamedTuple):
    """A licence found in a text: word by word (`confidence` 1), or with a Dice coefficient of its five-word sequences.

    `first` and `last` bound the words of the text in which it stands. `rivals` are the ids (keys where there is
    none) of licences that a changed text may as well be.
    """

    key: str
    id: str | None
    name: str
    confidence: float
    first: int
    last: int
    rivals: tuple[str, ...] = ()

    @property
    def sure(self) -> bool:
        """Whether it is this licence, at most with changes of layout and wording that mean little, or one of its rivals."""
        return self.confidence >= SURE


class Identified(NamedTuple):
    """The licences in a text, best first, and how many of its `words` stand in none of them."""

    matches: tuple[Match, ...]
    words: int
    unexplained: int


def words(text: str) -> list[str]:
    """The words of a licence text, at most 200,000, without what layout and holders of rights make different."""
    bare = _FRONT.sub("", text.replace("\0", ""), count=1).removeprefix("\ufeff")
    plain = unicodedata.normalize("NFKC", bare).replace("\r\n", "\n").replace("\r", "\n")
    plain = _NOISE.sub(" ", plain)
    plain = _MARK.sub("", _COPYRIGHT.sub(" ", plain))
    return [found[0] for found, _ in zip(_WORD.finditer(plain.translate(_FOLD).lower()), range(_MOST_WORDS), strict=False)]


def grams(spoken: list[str]) -> list[int]:
    """The CRC-32 of every five words in a row, by position."""
    return [crc32(" ".join(spoken[at : at + GRAM]).encode()) for at in range(len(spoken) - GRAM + 1)]


def digest(spoken: list[str]) -> str:
    """The SHA-256 of words, whatever stood between them."""
    import hashlib  # brings OpenSSL; a run that reads no licence text needs none

    return hashlib.sha256(" ".join(spoken).encode()).hexdigest()


def fingerprint(key: str, id: str | None, name: str, text: str, telling: Iterable[str] = ()) -> Fingerprint:  # noqa: A002
    """The fingerprint of a text: all hashes of a short one, of a long one 200 to 400. Raises ValueError below five words."""
    spoken = words(text)
    hashes = grams(spoken)
    if not hashes:
        raise ValueError(f"{key}: a licence of {len(spoken)} words cannot be recognised")
    rate = 1 << max(0, (len(hashes) // _KEPT).bit_length() - 1)
    kept = frozenset(item for item in hashes if item % rate == 0)
    return Fingerprint(key, id, name, len(spoken), digest(spoken), hashes[0], rate, kept, tuple(telling))


@cache
def shipped() -> tuple[Fingerprint, ...]:
    """The fingerprints that ship, in `schemas/licenses/fingerprints.json`."""
    held = json.loads((data_folder("schemas") / "licenses" / "fingerprints.json").read_bytes())
    return tuple(_read(entry) for entry in held["fingerprints"])


def _read(entry: dict[str, Any]) -> Fingerprint:
    packed = b64decode(entry["hashes"])
    hashes = frozenset(int.from_bytes(packed[at : at + 4], "big") for at in range(0, len(packed), 4))
    return Fingerprint(
        entry["key"], entry["id"], entry["name"], entry["words"], entry["sha256"], entry["head"], entry["rate"], hashes,
        tuple(entry.get("telling", ())),
    )  # fmt: skip


def identify(text: str, known: tuple[Fingerprint, ...] | None = None) -> Identified:
    """The licences whose texts stand in a text. `known` are those that ship, unless told."""
    spoken = words(text)
    hashes = grams(spoken)
    places: dict[int, list[int]] = {}
    for at, item in enumerate(hashes):
        places.setdefault(item, []).append(at)
    items = shipped() if known is None else known
    found = [match for item in items if (match := _match(item, spoken, hashes, places))]
    chosen = tuple(_settle(found, {item.key: item.words for item in items}))
    covered = {at for match in chosen for at in range(match.first, match.last)}
    return Identified(chosen, len(spoken), len(spoken) - len(covered))


def _match(item: Fingerprint, spoken: list[str], hashes: list[int], places: dict[int, list[int]]) -> Match | None:
    """Where one licence stands in a text best, or None."""
    for at in places.get(item.head, ())[:20]:
        if digest(spoken[at : at + item.words]) == item.sha256:
            return Match(item.key, item.id, item.name, 1.0, at, at + item.words)
    met = [hash_ for hash_ in item.hashes if hash_ in places]
    if len(met) < NEAR * 0.8 * len(item.hashes):
        return None
    first, last, held = _window(sorted((at, hash_) for hash_ in met for at in places[hash_][:50]), int(item.words * _SLACK))
    sampled = sum(1 for at in range(first, last) if hashes[at] % item.rate == 0)
    dice = 2 * held / (len(item.hashes) + max(sampled, held))
    if dice < NEAR:
        return None
    if any(phrase not in " ".join(spoken[first : last + GRAM]) for phrase in item.telling):
        dice = min(dice, SURE - 0.001)
    # Word by word it is not: something differs, be it between two sampled sequences.
    return Match(item.key, item.id, item.name, round(min(dice, 0.999), 3), first, last + GRAM - 1)


def _window(placed: list[tuple[int, int]], width: int) -> tuple[int, int, int]:
    """First and one past the last place of the window of a width that holds most different hashes, and how many."""
    best = (0, 0, 0)
    counts: dict[int, int] = {}
    left = 0
    for at, hash_ in placed:
        counts[hash_] = counts.get(hash_, 0) + 1
        while placed[left][0] <= at - width:
            gone = placed[left][1]
            counts[gone] -= 1
            if not counts[gone]:
                del counts[gone]
            left += 1
        if len(counts) > best[2]:
            best = (placed[left][0], at + 1, len(counts))
    return best


def _settle(found: list[Match], length: Mapping[str, int]) -> Iterator[Match]:
    """Of matches that overlap the best one, with those it is hardly told from as its rivals."""
    left = sorted(found, key=lambda match: (-match.confidence, -length[match.key], match.key))
    while left:
        best, *left = left
        over = [match for match in left if _overlaps(best, match)]
        close = [
            match.id or match.key
            for match in over
            if best.confidence < 1 and (match.id or match.key) != (best.id or best.key) and best.confidence - match.confidence < _CLOSE
        ]
        yield best._replace(rivals=tuple(close))
        left = [match for match in left if match not in over]


def _overlaps(first: Match, second: Match) -> bool:
    shared = min(first.last, second.last) - max(first.first, second.first)
    return shared > 0.3 * min(first.last - first.first, second.last - second.first)
