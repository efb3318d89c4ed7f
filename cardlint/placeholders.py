"""What stands in cards where nobody wrote anything: `[More Information Needed]` and its kin, as the vocabulary knows them."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from cardlint.vocabulary import load_vocabulary
from cardlint.weights.named import NamedTuple
from cardlint.weights.patterns import lazily

if TYPE_CHECKING:
    from collections.abc import Iterator

_MARKUP = lazily(r"[*_`\[\](){}<>\"“”„«»|,;!?#~\\:。！？…،؟：（）【】「」、]")  # noqa: RUF001 - they occur in cards
_BRACKETED = lazily(r"\[[^\[\]\n]{1,80}\]|<[^<>\n]{1,80}>|\{[^{}\n]{1,80}\}|【[^【】\n]{1,80}】")
_VARIABLE = lazily(r"(?<![$\\\w{])\{\{-?\s*(\w{2,60})\s*(\|\s*default\([^{}\n]{0,300}\)\s*)?-?\}\}")
_TO_DO = lazily(
    r"(?:(?<![\w/.#-])(?:TODO|FIXME)(?:\([^()\n]{0,40}\))?(?=\s*[:\uff1a])|(?<![\w/.#&-])# ?(?:TODO|FIXME)\b"
    r"|(?i:(?<=[(\[])to-?do)(?=\s*[:\uff1a]))"
)
_MAY_BE_TO_DO = lazily(r"TODO|FIXME|[(\[](?i:to-?do)")
# What ends a text that is no part of it: signs, and smileys of the planes above the letters.
_ENDS = " .-\u2013\u2014+'\ufe0f\u2728\u23f3\u231b" + "".join(map(chr, range(0x1F300, 0x1FAFF)))
# A longer line is no placeholder, and only its beginning can be an instruction.
_LONGEST = 120


class Match(NamedTuple):
    """A placeholder in a line: its kind, an id of the vocabulary, and where it stands in the line."""

    kind: str
    start: int
    end: int


def normal(text: str) -> str:
    """Text without markup and punctuation, in lower case, for comparison."""
    return " ".join(_MARKUP.sub(" ", text.replace("’", "'").casefold()).split()).strip(_ENDS)  # noqa: RUF001 - they occur in cards


class Known:
    """The vocabulary, ready for use."""

    def __init__(self) -> None:
        self.whole: dict[str, str] = {}
        self.alone: dict[str, str] = {}
        self.fillers: dict[str, str] = {}
        self.starts: dict[str, tuple[str, ...]] = {}
        self.variables: frozenset[str] = frozenset()
        self.badges: tuple[str, ...] = ()
        anywhere: list[tuple[str, str]] = []
        for kind, about in load_vocabulary("placeholders").values.items():
            texts = [text for of_language in about["texts"].values() for text in of_language]
            if about["match"] == "whole":
                self.whole.update((normal(text), kind) for text in texts)
            elif about["match"] == "alone":
                self.alone.update((normal(text), kind) for text in texts)
                self.fillers.update((text, kind) for text in texts if not normal(text))
            elif about["match"] == "address":
                self.alone.update((normal(text), kind) for text in texts)
                self._addresses = re.compile(rf"(?<![\w.+-])(?:{'|'.join(map(re.escape, texts))})(?![\w-])", re.IGNORECASE)
                self._address = kind
            elif about["match"] == "start":
                self.starts[kind] = tuple(map(normal, texts))
            elif about["match"] == "anywhere":
                anywhere += [(kind, text) for text in texts]
            elif about["match"] == "variable":
                self.variables = frozenset(texts)
            else:
                self.badges = tuple(texts)
        self._of_text = {text: kind for kind, text in anywhere}
        self._anywhere = re.compile("|".join(re.escape(text) for _, text in anywhere), re.IGNORECASE)

    def item(self, text: str) -> str | None:
        """The kind of a text that is a placeholder as a whole: a line without its mark, a value, a link's text."""
        if len(text) > _LONGEST:
            return None
        said = normal(text)
        return self.whole.get(said) or (self.alone.get(said) if said else None)

    def filler(self, text: str) -> str | None:
        """The kind of a text without a word that stands for one: dots, a row of underscores."""
        return self.fillers.get(text.strip())

    def of_link(self, text: str) -> str | None:
        """The kind of a link's text that is a placeholder, or the instruction to put a link there."""
        return self.item(text) or ("instruction" if self.starting(text, "instruction") else None)

    def starting(self, text: str, kind: str) -> bool:
        """Whether a text begins as an instruction or a comment of a template does."""
        return normal(text[: 2 * _LONGEST]).startswith(self.starts[kind])

    def has_boilerplate(self, text: str) -> bool:
        """Whether a long text holds the text of a library anywhere; quick."""
        text = text.lower()
        return any(part in text for part in self._of_text)

    def boilerplate(self, text: str) -> Match | None:
        """The text of a library within a text."""
        found = self._anywhere.search(text)
        return Match(self._of_text[found[0].lower()], *found.span()) if found else None

    def inside(self, line: str) -> Iterator[Match]:
        """The placeholders within a line that are marked as such: in brackets, as a variable, by `TODO:`, by their form."""
        if "[" in line or "<" in line or "{" in line or "【" in line:
            for match in _BRACKETED.finditer(line):
                if kind := self.whole.get(normal(match[0])):
                    yield Match(kind, *match.span())
            for match in _VARIABLE.finditer(line):
                if match[2] or match[1] in self.variables:
                    yield Match("variable", *match.span())
        if "@" in line:
            for match in self._addresses.finditer(line):
                yield Match(self._address, *match.span())
        if _MAY_BE_TO_DO.search(line):
            for match in _TO_DO.finditer(line):
                yield Match("to-do", *match.span())

    def badge(self, target: str) -> bool:
        """Whether an image is a badge, by its address."""
        target = target.lower()
        return any(part in target for part in self.badges)


@cache
def known() -> Known:
    """The placeholders that cardlint knows."""
    return Known()
