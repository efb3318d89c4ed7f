"""HTML out of text: the only place where a string becomes markup, so that no text of a repository can."""

from __future__ import annotations

import re
from html import escape
from typing import TYPE_CHECKING

from cardlint.formats.safe import visible

if TYPE_CHECKING:
    from collections.abc import Iterable

_VOID = frozenset({"meta", "input"})
# Code points that are no characters; HTML forbids them, and `visible` leaves them.
_NONCHARACTER = re.compile(
    "[\ufdd0-\ufdef" + "".join(f"{chr(plane * 0x10000 + 0xFFFE)}{chr(plane * 0x10000 + 0xFFFF)}" for plane in range(17)) + "]"
)
_SLACK = 30
_NOT_IN_ANCHORS = re.compile(r"[^A-Za-z0-9/_.-]+")

_CODE = re.compile(r"(`[^`]+`)")


class Markup(str):
    """A string that is HTML already. Any other string is text and gets escaped."""

    __slots__ = ()

    def __html__(self) -> str:
        """What template engines ask for before they escape (the convention of markupsafe)."""
        return self


def plain(value: str) -> str:
    """The text with what cannot be seen, or may not stand in a document, written as an escape."""
    return _NONCHARACTER.sub(lambda match: f"\\u{{{ord(match[0]):x}}}", visible(value))


def text(value: str) -> Markup:
    """A text as HTML; markup as it is."""
    return value if isinstance(value, Markup) else Markup(escape(plain(value)))


def element(tag: str, *children: str, **attributes: str | bool | None) -> Markup:
    """An element. Children that are not markup are text.

    Of attribute names a `_` at the end is dropped and others are hyphens; True is an attribute without a value, None and
    False are none.
    """
    named = {name.rstrip("_").replace("_", "-"): value for name, value in attributes.items() if value is not None and value is not False}
    start = "".join(f" {name}" if value is True else f' {name}="{text(str(value))}"' for name, value in named.items())
    return Markup(f"<{tag}{start}>" if tag in _VOID else f"<{tag}{start}>{together(children)}</{tag}>")


def together(parts: Iterable[str]) -> Markup:
    """Parts one after the other; those that are not markup are text."""
    return Markup("".join(map(text, parts)))


def coded(value: str) -> list[str]:
    """A text with what stands between backticks as code."""
    return [element("code", part[1:-1]) if number % 2 else part for number, part in enumerate(_CODE.split(value))]


def cut(value: str, most: int) -> str:
    """The text, or its first `most` characters and how many are left out; a few too many stay, for to say so takes as much room."""
    return value if len(value) <= most + _SLACK else f"{value[:most]}{left_out(len(value) - most)}"


def left_out(count: int) -> str:
    """What stands in the place of so many characters; nothing for none."""
    return f" […{count:,} characters left out…] " if count > 0 else ""


def anchor(prefix: str, name: str) -> str:
    """An id to link to."""
    return f"{prefix}-{_NOT_IN_ANCHORS.sub('-', name)}"


def count(number: int, one: str, many: str | None = None) -> str:
    """`1 error`, `1,200 errors`."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"
