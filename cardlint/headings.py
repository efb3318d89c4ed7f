"""What a heading says: the topics it names, however it is numbered, decorated, joined or worded.

A heading is reduced to a normal form (compatibility forms, letter case, accents, punctuation, emoji and numbering
gone) and looked up, first as a whole, then without words such as "of this model", then in the parts that brackets,
colons, commas and "and" make of it. Nothing is matched inside a phrase: "License plate detection" is no licence.

The headings people write lie in schemas/headings/LANGUAGE.json; scripts/build_headings.py reduces them to the table
schemas/headings.json, which alone is read here.
"""

from __future__ import annotations

import json
import re
import unicodedata
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any

from cardlint.locate import data_folder
from cardlint.weights.named import NamedTuple
from cardlint.weights.patterns import lazily

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cardlint.markdown import Markdown
    from cardlint.text import Span

# Longer titles are sentences; of an attached "and" at most this many readings are tried.
_LONGEST = 160
_MOST_SPLITS = 12
_MOST_AFFIXES = 3
# Behind a piece that is no heading and longer than this, another one that looks like one is none.
_ASIDE = 30
# What is read of headings on matters of which no rule asks: languages, acknowledgements, a table of contents.
OTHER = "other"

# `#Usage` is text for want of a blank; `#1`, `#!/bin/sh` and a row of hashtags were not meant to be headings.
_UNSPACED = lazily(r" {0,3}#{1,6}(?![^\W\d_]*TODO)[^\W\d_](?:(?!\s#)[^\n]){1,150}\s*")

SPACELESS = "\u2e80-\u2fff\u3005-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff"
_INNER_SPACE = lazily(rf"(?<=[{SPACELESS}]) +| +(?=[{SPACELESS}])")
_SPACELESS_RUN = lazily(rf"[{SPACELESS}]+|[^{SPACELESS}]+")
_SEPARATOR = lazily(r"[()\[\]{}<>【】「」『』《》\u3014\u3015,;:/|&+·•・、،؛。\u2014\u2013…=→⇒➡⟶>]| - | -- |\bvs\.? ")
# Marks that a reader may leave out: Latin and Cyrillic accents, Arabic vowel signs, and what emoji are made of.
_DROPPED = lazily("[\u0300-\u036f\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed\u20d0-\u20ff\ufe00-\ufe0f\u0640]")
_SAME = str.maketrans(
    {
        "đ": "d",
        "\u0131": "i",
        "ł": "l",
        "ø": "o",
        "æ": "ae",
        "œ": "oe",
        "ى": "ي",
        "ی": "ي",
        "ة": "\u0647",
        "ک": "ك",
        "_": " ",
        "\u2019": "'",
        "\u2212": "-",
    }
)


class Reading(NamedTuple):
    """What a heading says: topics, and the languages it may be written in."""

    topics: frozenset[str] = frozenset()
    languages: frozenset[str] = frozenset()

    def __or__(self, other: tuple[Any, ...]) -> Reading:
        """Both readings together."""
        return Reading(self.topics | other[0], self.languages | other[1])


NOTHING = Reading()


class Table(NamedTuple):
    """The reduced headings.

    `exact` maps a normal form to its topics and languages; `opening` the beginning of one that may go on with a name
    ("how to use …"), whose keys are `begins`. `heads` and `tails` are what may stand before and after ("of this
    model"); `joiners` part words, `attached` ones are written together with the words they join. `numbering` reads a
    number at the beginning, `suggested` says by language how each topic is best called.
    """

    exact: dict[str, list[str]]
    opening: dict[str, list[str]]
    begins: tuple[str, ...]
    heads: tuple[str, ...]
    tails: tuple[str, ...]
    joiners: re.Pattern[str]
    attached: re.Pattern[str]
    numbering: re.Pattern[str]
    suggested: dict[str, dict[str, str]]


def unspaced(markdown: Markdown) -> Iterator[Span]:
    """The paragraphs of one line that would be headings, had a blank been put behind their `#`."""
    for span in markdown.paragraphs:
        if span.end - span.start <= _LONGEST and _UNSPACED.fullmatch(markdown.text.cut(span)):
            yield span


@lru_cache(maxsize=4096)
def read_heading(title: str) -> Reading:
    """The topics a heading names and the languages it may be in; nothing where it names none. Linear in bounded titles."""
    if len(title) > _LONGEST:
        return NOTHING
    text = folded(title)
    text = _undecorated(text)
    whole = _lookup(words(text))
    if whole.topics:
        return whole
    parts = [part for part in map(words, _SEPARATOR.split(text)) if part]
    return _together(parts, [_part(part) for part in parts])


def suggested(topic: str, language: str) -> str:
    """How a heading of this topic is written in a language, in English where we do not know."""
    known = table().suggested
    return known.get(language, {}).get(topic) or known["en"][topic]


def folded(text: str) -> str:
    """The text without what does not tell words apart: compatibility forms, letter case, accents, invisible signs."""
    if text.isascii():
        return text.lower().replace("_", " ")
    text = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold())
    text = unicodedata.normalize("NFC", _DROPPED.sub("", text)).translate(_SAME)
    return "".join(char for char in text if unicodedata.category(char) != "Cf")


def words(text: str) -> str:
    """Folded text as words with one blank between them; scripts that need no blanks have none."""
    if text.isascii():
        return " ".join(re.findall(r"[a-z0-9]+", text))
    kept = (char if char.isalnum() or unicodedata.category(char)[0] == "M" else " " for char in text)
    return _INNER_SPACE.sub("", " ".join("".join(kept).split()))


def _undecorated(text: str) -> str:
    """Folded text without the number in front of it and the signs before that."""
    match = table().numbering.match(text)
    rest = text[match.end() :] if match else text
    return rest if words(rest) else text


def _part(text: str) -> Reading:
    """The topics of a piece between separators."""
    reading = _lookup(text)
    if reading.topics:
        return reading
    pieces = [piece.strip() for piece in table().joiners.split(f" {text} ")]
    return _together(pieces, [_piece(piece) for piece in pieces])


def _together(pieces: list[str], readings: list[Reading]) -> Reading:
    """All that the pieces of a heading name.

    "… models for language understanding and generation" ends in a word that is a heading only by luck: behind a long
    piece that is none, nothing counts.
    """
    reading = NOTHING
    for piece, read in zip(pieces, readings, strict=True):
        if not reading.topics and not read.topics and len(piece) > _ASIDE:
            return NOTHING
        reading |= read
    return reading


def _piece(text: str) -> Reading:
    """The topics of a piece without joining words: itself, joined by attached ones, or in two scripts."""
    reading = _lookup(text)
    for read in (_opening, _attached, _scripts):
        reading = reading if reading.topics else read(text)
    return reading


def _attached(text: str) -> Reading:
    """The topics of two phrases that a joiner is written together with; both have to be known ("القيود والتحيز")."""
    for match, _ in zip(table().attached.finditer(text), range(_MOST_SPLITS), strict=False):
        left, right = _lookup(text[: match.start()].strip()), _lookup(text[match.end() :].strip())
        if left.topics and right.topics:
            return left | right
        if left.topics and (rest := _attached(text[match.end() :].strip())).topics:
            return left | rest
    return NOTHING


def _scripts(text: str) -> Reading:
    """The topics of a heading that says the same in two scripts, or puts a name before it ("vLLM 사용법")."""
    reading = NOTHING
    runs = _SPACELESS_RUN.findall(text)
    for run in runs if len(runs) > 1 else ():
        reading |= _lookup(run.strip())
    return reading


def _lookup(text: str) -> Reading:
    """The reading of a phrase, as it is or without words before and after it."""
    exact = table().exact
    for phrase in _bared(text):
        if phrase in exact:
            return _reading(exact[phrase])
    return NOTHING


def _bared(text: str) -> Iterator[str]:
    """The phrase, then without what may stand after it, before it, and both."""
    ends = [text, *_without(text, table().tails, tail=True)]
    for end in ends:
        yield end
        yield from _without(end, table().heads, tail=False)


def _without(text: str, affixes: tuple[str, ...], *, tail: bool) -> Iterator[str]:
    for _ in range(_MOST_AFFIXES):
        if not (text.endswith(affixes) if tail else text.startswith(affixes)):
            return
        longest = max((affix for affix in affixes if (text.endswith(affix) if tail else text.startswith(affix))), key=len)
        text = text[: -len(longest)] if tail else text[len(longest) :]
        yield text


def _opening(text: str) -> Reading:
    openings, text = table().opening, f"{text} "
    if not text.startswith(table().begins):
        return NOTHING
    return _reading(openings[max(filter(text.startswith, openings), key=len)])


def _reading(entry: list[str]) -> Reading:
    topics, languages = entry
    return Reading(frozenset(topics.split()), frozenset(languages.split()))


@cache
def table() -> Table:
    """The table of headings, read once."""
    held = json.loads((data_folder("schemas") / "headings.json").read_bytes())
    return Table(
        held["exact"], held["opening"], tuple(held["opening"]), tuple(held["heads"]), tuple(held["tails"]),
        re.compile(held["joiners"]), re.compile(held["attached"]), re.compile(held["numbering"]), held["suggested"],
    )  # fmt: skip


@cache
def languages() -> tuple[str, ...]:
    """The languages whose headings we know, the most used first."""
    return tuple(table().suggested)
