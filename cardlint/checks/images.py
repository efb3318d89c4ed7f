"""What an image says to those who do not see it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from cardlint.checks.links import quoted, require_whole
from cardlint.problem import Problem
from cardlint.weights.patterns import lazily

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cardlint.markdown import Link, Markdown

_TAG = 4_000
# An empty `alt`, or one of the attributes that say the same: there is nothing to be said.
_DECORATION = lazily(
    r"\s(?:alt(?:\s*=\s*(?:\"\s*\"|'\s*')|(?=[\s/>]))|role\s*=\s*[\"']?(?:presentation|none)\b|aria-hidden\s*=\s*[\"']?true\b)",
    re.IGNORECASE,
)
_OTHER_NAME = lazily(r"\saria-label(?:ledby)?\s*=\s*[\"']?[^\"'\s>]", re.IGNORECASE)
_SEPARATORS = lazily(r"[\s_-]+")


def alt_missing(markdown: Markdown, *, generic: list[str], file_name: str) -> Iterator[Problem]:
    """Images without alternative text, or with one that says nothing.

    `generic` are words that fit every image; `file_name` is the pattern of what a program put there.
    """
    named = _named_spans(markdown)
    for link in markdown.links:
        if not link.image or not link.target or (link.form == "html" and _says_enough(markdown, link)):
            continue
        text = link.text.strip()
        if not text and link.span.start not in named:
            yield Problem(f"the image {quoted(link.target)} has no alternative text; say what it shows", link.span, link.target)
        elif text and _says_nothing(text, generic, file_name):
            message = f"the alternative text {quoted(text)} does not say what the image {quoted(link.target)} shows"
            yield Problem(message, link.span, link.target)
    require_whole(markdown)


def _says_enough(markdown: Markdown, link: Link) -> bool:
    tag = markdown.text.cut(link.span)[:_TAG]
    return bool(_DECORATION.search(tag) or _OTHER_NAME.search(tag))


def _named_spans(markdown: Markdown) -> set[int]:
    """Where the images begin that stand in a link with other text: that text says where the link leads."""
    named: set[int] = set()
    end, text = 0, ""
    for link in markdown.links:
        if not link.image:
            end, text = link.span.end, link.text
        elif link.span.start < end and text.strip() not in {"", link.text.strip()}:
            named.add(link.span.start)
    return named


def _says_nothing(text: str, generic: list[str], file_name: str) -> bool:
    return _SEPARATORS.sub(" ", text.lower()).strip(" .:") in generic or re.fullmatch(file_name, text, re.IGNORECASE) is not None
