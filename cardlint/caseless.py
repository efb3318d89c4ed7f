"""A cheap look for words in either letter case, before a pattern that ignores case reads the text for certain."""

from __future__ import annotations


def caseless(text: str) -> str:
    """The text in one letter case: what `re.IGNORECASE` takes for the same letter is the same letter here."""
    return text.lower() if text.isascii() else text.casefold().replace("\u0131", "i").replace("i\u0307", "i")


def mentions(text: str, words: tuple[str, ...]) -> bool:
    """Whether any of the words, which are caseless already, occurs in a text in either letter case, as a part of another or not."""
    searched = caseless(text)
    return any(word in searched for word in words)
