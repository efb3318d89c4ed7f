"""Why a rule matters, from its card."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from cardlint.formats.html_markup import coded, cut, element, together

if TYPE_CHECKING:
    from pathlib import Path

    from cardlint.formats.html_markup import Markup

_HEADING = "Why it matters"
_CARD_BYTES = 1_000_000  # as rule cards are read everywhere
_LONGEST = 2_000
_LINK = re.compile(r"!?\[([^\]\[]*)\]\([^()\s]*\)")


def why(card: Path) -> Markup:
    """The paragraphs under "Why it matters": code is code, of links only the words stay, all else is text.

    A card that cannot be read any more (a plug-in was removed since) is said to be so.
    """
    try:
        content = card.read_bytes()[:_CARD_BYTES]
    except OSError as error:
        return element("p", f"The card of this rule cannot be read: {error.strerror or type(error).__name__}.")
    words = cut(_section(card.name, content), _LONGEST)
    return together(
        element("p", *coded(_LINK.sub(r"\1", " ".join(paragraph.split()))))
        for paragraph in re.split(r"\n\s*\n", words)
        if paragraph.strip()
    )


def _section(name: str, content: bytes) -> str:
    from cardlint.card import read_card
    from cardlint.markdown import read_markdown
    from cardlint.text import decode

    card = decode(name, content)
    found = (item for item in read_markdown(card, read_card(card).body_start).sections if item.title == _HEADING)
    return next((card.content[item.span.end : item.own.end] for item in found), "")
