"""Signs of personal data in a dataset of which the card does not speak."""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import TYPE_CHECKING, NamedTuple

from cardlint.checks.vocabulary import quoted, shown
from cardlint.nodes import Mapping, Sequence, string
from cardlint.problem import Problem, Related
from cardlint.weights.patterns import lazily

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cardlint.markdown import Markdown
    from cardlint.text import Span
    from cardlint.topics import Topics

_SUBJECT = "personal-data"
_SHOWN = 3
_WORD = lazily(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[^\W\d_a-zA-Z]+")
# A bullet that describes a field: `- email: …`, `* **Phone number** (string): …`.
_FIELD = lazily(
    r"^[ \t]{0,8}[-*+][ \t]{1,4}(?:`|\*\*`?)(?P<name>[^`*\r\n]{1,60})(?:`?\*\*|`)"
    r"[ \t]{0,4}(?:\([^()\r\n]{0,60}\))?[ \t]{0,4}[:\u2013\u2014-]",
    re.MULTILINE,
)


class _Sign(NamedTuple):
    what: str
    span: Span


def undisclosed(  # noqa: PLR0913 - four lists of words, each of another use
    topics: Topics, metadata: Mapping | None, *,
    columns: list[str], whole: list[str], beside: list[str],
    phrases: list[str], details: list[str], removed: list[str], mentions: list[str],
) -> Iterator[Problem]:  # fmt: skip
    """Signs of personal data in the names of columns or in the text, where no section speaks of it.

    `columns` are names (words joined by `_`) a column's name ends or begins with; `whole` are the names it must have;
    `beside` are names that count next to one of those; `phrases` are kinds of data as the text names them, `details` such
    of which a paragraph has to name two, and none of the words of `removed`; `mentions` are words of a text that does
    speak of privacy.
    """
    if topics.covered("personal-data", "privacy") or _speaks(topics.markdown, mentions):
        return
    signs = list(_columns(metadata, topics.markdown, _names(columns, whole), beside))
    if signs:
        named = ", ".join(dict.fromkeys(quoted(sign.what) for sign in signs[:_SHOWN]))
        more = f" and {len(signs) - _SHOWN} more" if len(signs) > _SHOWN else ""
        plural = "columns" if len(signs) > 1 else "column"
        yield _problem(topics, signs[0], f"the {plural} {named}{more} may hold personal data")
    elif sign := _phrase(topics.markdown, phrases) or _listing(topics.markdown, details, removed):
        yield _problem(topics, sign, f"{quoted(sign.what)} may be personal data")


def _problem(topics: Topics, sign: _Sign, fact: str) -> Problem:
    empty = topics.sections("personal-data", "privacy")
    if empty:
        message = f"{fact}, and the section {quoted(empty[0].title)} says nothing of it"
        return Problem(message, sign.span, _SUBJECT, (Related("the empty section", empty[0].span),))
    message = f'{fact}, and no section says so; say under "Personal and Sensitive Information" whose it is and how it is protected'
    return Problem(message, sign.span, _SUBJECT)


def _speaks(markdown: Markdown, mentions: list[str]) -> bool:
    """Whether the card has one of the words outside of its headings and comments, which say nothing by themselves."""
    words = re.compile("|".join(map(re.escape, mentions)), re.IGNORECASE)
    silent = sorted([*(section.span for section in markdown.sections), *(comment.span for comment in markdown.comments)])
    starts = [span.start for span in silent]
    for match in words.finditer(markdown.text.content, markdown.body.start):
        before = bisect_right(starts, match.start())
        if not before or silent[before - 1].end <= match.start():
            return True
    return False


def _names(columns: list[str], whole: list[str]) -> re.Pattern[str]:
    parts = "|".join(map(re.escape, columns))
    return re.compile(rf"(?:.*_)?(?:{parts})s?(?:_(?:raw|hash|text|value|number|no|str|id|s|\d+))?|{'|'.join(map(re.escape, whole))}")


def _columns(metadata: Mapping | None, markdown: Markdown, names: re.Pattern[str], beside: list[str]) -> Iterator[_Sign]:
    """Columns of `dataset_info`, and fields the text lists, whose names suggest personal data; each name once."""
    held: dict[str, _Sign] = {}
    for name, span in (*_features(metadata), *_fields(markdown)):
        held.setdefault(_plain(name), _Sign(name, span))
    certain = {plain for plain in held if names.fullmatch(plain)}
    if certain:
        yield from (sign for plain, sign in held.items() if plain in certain or plain in beside)


def _plain(name: str) -> str:
    """A name as words joined by `_`: `userEmail`, `user-email` and `User email` are one; digits do not count."""
    return "_".join(word.lower() for word in _WORD.findall(name[:100]))


def _features(metadata: Mapping | None) -> Iterator[tuple[str, Span]]:
    """The columns in `dataset_info`, nested ones too."""
    stack = [] if metadata is None else [metadata.get("dataset_info")]
    while stack:
        node = stack.pop()
        if isinstance(node, Sequence):
            stack.extend(reversed(node.items))
        elif isinstance(node, Mapping):
            yield from _column(node)
            stack.extend(node.get(key) for key in ("struct", "list", "sequence", "dtype", "features"))


def _column(node: Mapping) -> Iterator[tuple[str, Span]]:
    place = node.get("name")
    if place is not None and (name := string(place)) is not None:
        yield name, place.span


def _fields(markdown: Markdown) -> Iterator[tuple[str, Span]]:
    for match in _FIELD.finditer(markdown.text.content, markdown.body.start):
        yield match["name"], markdown.text.span(*match.span("name"))


def _phrase(markdown: Markdown, phrases: list[str]) -> _Sign | None:
    """The first place where a paragraph names a kind of data that is about persons."""
    pattern = re.compile(rf"\b(?:{'|'.join(map(_loose, phrases))})\b", re.IGNORECASE)
    for span in markdown.paragraphs:
        if match := pattern.search(markdown.text.content, span.start, span.end):
            return _Sign(shown(match[0]), markdown.text.span(*match.span()))
    return None


def _listing(markdown: Markdown, details: list[str], removed: list[str]) -> _Sign | None:
    """The first place where a paragraph names two details of persons, and does not say that they were taken out."""
    pattern = re.compile(rf"\b(?:{'|'.join(map(_loose, details))})\b", re.IGNORECASE)
    gone = re.compile(rf"\b(?:{'|'.join(map(re.escape, removed))})", re.IGNORECASE)
    for span in markdown.paragraphs:
        found = {" ".join(match[0].lower().split()): match for match in pattern.finditer(markdown.text.content, span.start, span.end)}
        if len(found) > 1 and not gone.search(markdown.text.content, span.start, span.end):
            match = min(found.values(), key=lambda match: match.start())
            return _Sign(shown(match[0]), markdown.text.span(*match.span()))
    return None


def _loose(phrase: str) -> str:
    """A phrase, its words with any white space between them."""
    return r"\s{1,3}".join(map(re.escape, phrase.split()))
