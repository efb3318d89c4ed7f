"""Whether a text holds a sentence a licence prescribes, whatever layout does to it."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from cardlint.weights.patterns import lazily

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cardlint.licenses.knowledge import License

_LINK = lazily(r"\[([^\[\]]{0,300})\]\([^()\s]{0,2000}\)")
# Typographic quotation marks and dashes as people type them, and the marks of emphasis and escapes as nothing.
_MARKS = str.maketrans("\u201c\u201d\u201e\u2019\u2018\u2013\u2014", '"""\'\'--', "*`\\")
_QUOTED = lazily(r"^[ \t]*>+", re.MULTILINE)
_SCHEME = lazily(r"https?://(?:www\.)?", re.IGNORECASE)
_NAME_MARKS = lazily(r"[\W_]+")


def folded(text: str) -> str:
    """A text without what layout adds: case, line breaks, emphasis, quotation marks' form, `(c)` for ©, link targets."""
    plain = unicodedata.normalize("NFKC", text).translate(_MARKS)
    plain = _SCHEME.sub("", _LINK.sub(r"\1", _QUOTED.sub("", plain)))
    return " ".join(plain.casefold().replace("(c)", "©").replace("_", " ").split())


def holds(text: str, sentences: Iterable[str]) -> bool:
    """Whether a folded text holds one of the sentences; a full stop at the end of a sentence is optional."""
    return any(folded(sentence).rstrip(".") in text for sentence in sentences)


def speaks_of(text: str, license: License, license_words: Iterable[str]) -> bool:  # noqa: A002 - what it is
    """Whether an unfolded text names a licence: by its title, a name of it, or its maker and the word licence on one line."""
    if holds(folded(text), (license.title, *license.names)):
        return True
    lines = (line for line in text.casefold().splitlines() if any(word in line for word in license.words))
    return any(any(word in line for word in license_words) for line in lines)


def begins(name: str, prefixes: Iterable[str]) -> bool:
    """Whether a name begins with one of the prefixes, blanks and hyphens aside."""
    return _NAME_MARKS.sub("", name.casefold()).startswith(tuple(_NAME_MARKS.sub("", prefix.casefold()) for prefix in prefixes))
