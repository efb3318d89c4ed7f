"""Text from a repository inside Markdown: it reads as it is and does nothing, on GitHub and in any other renderer.

GitHub makes mentions, references, emoji and links of the text that is left *after* Markdown was rendered, so neither a
backslash nor an entity keeps them off; a code span does. Plain words stay plain, all others stand in code spans.
"""

from __future__ import annotations

import re

from cardlint.formats.safe import visible

# Letters and digits with the punctuation of prose around them are no markup to anybody. The exceptions are the names of
# commits, tickets such as GH-1, and the number that begins a list.
_PLAIN = re.compile(r"[\"'(]*[^\W_]+(?:['-][^\W_]+)*[\"'),.;:!?]*")
_COMMIT = re.compile(r"(?<![^\W_])[0-9a-f]{7,}(?![^\W_])", re.IGNORECASE)
_NUMBER = re.compile(r"\d+[.)].*")
# What a message quotes is one thing, whatever blanks it has.
_UNIT = re.compile(r'"[^"]*"[^ ]*|[^ ]+')
_BACKTICKS = re.compile(r"`+")


def inline(text: str) -> str:
    """The text as Markdown for one line or one cell of a table; what it shows is the text, line ends and the like escaped."""
    words = visible(text).split(" ")
    if "" in words:  # blanks at an end or beside each other, which only code keeps
        return code(" ".join(words))
    pieces: list[str] = []
    odd: list[str] = []
    for word in _UNIT.findall(" ".join(words)):
        if all(map(_is_plain, word.split(" "))):
            pieces += [*_spans(odd), word]
            odd = []
        else:
            odd.append(word)
    return " ".join([*pieces, *_spans(odd)])


def _is_plain(word: str) -> bool:
    if not _PLAIN.fullmatch(word) or _COMMIT.search(word) or _NUMBER.fullmatch(word):
        return False
    return "-" not in word or not any(char.isdigit() for char in word)


def _spans(words: list[str]) -> list[str]:
    """Words that are not plain in one code span, the punctuation of prose behind them outside of it."""
    if not words:
        return []
    text = " ".join(words)
    end = text[-1] if len(text) > 1 and text[-1] in ",;.?" else ""
    return [code(text.removesuffix(end)) + end]


def code(text: str) -> str:
    """The text in a code span; a pipe, which would end the cell of a table even there, stands between two spans."""
    return "&#124;".join(_span(piece) for piece in visible(text).split("|"))


def _span(text: str) -> str:
    if not text:
        return ""
    fence = "`" * (1 + max((len(run) for run in _BACKTICKS.findall(text)), default=0))
    blanks = text[0] == text[-1] == " " and text.strip(" ")
    room = " " if blanks or text[0] == "`" or text[-1] == "`" else ""
    return f"{fence}{room}{text}{room}{fence}"
