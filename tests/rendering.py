"""Markdown as GitHub shows it, to hold our output against: what acts in it is an error, what is left is the text one sees."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from markdown_it import MarkdownIt

from cardlint.home import SITE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from markdown_it.token import Token

# Tables, strikethrough, raw HTML, and links of what merely looks like one: whatever may act is on.
READER = MarkdownIt("gfm-like", {"html": True, "linkify": True})
ACTING = {
    "html_block",
    "html_inline",
    "image",
    "em_open",
    "strong_open",
    "s_open",
    "hr",
    "blockquote_open",
    "bullet_list_open",
    "ordered_list_open",
}
# What GitHub makes of text once Markdown is rendered: mentions, references to issues and commits, emoji, addresses.
ACTING_TEXT = re.compile(r"@|#\d|\bGH-\d|\b[A-Z]+-\d|(?<![^\W_])[0-9a-fA-F]{7,40}(?![^\W_])|:\w+:|://|\bwww\.|<|\$")


class Cell(NamedTuple):
    """What is seen of a cell or a paragraph, and where its links lead."""

    text: str
    links: tuple[str, ...]


def cells(markdown: str, allowed: frozenset[str] = frozenset()) -> list[Cell]:
    """The cells, paragraphs and headings of a document, in order. Asserts that nothing in them acts, but for `allowed` tokens."""
    tokens = READER.parse(markdown)
    types = {inner.type for token in tokens for inner in (token, *(token.children or ()))}
    assert not (types & ACTING) - allowed, types & ACTING
    return [_cell(token) for token in tokens if token.type == "inline"]


def _cell(token: Token) -> Cell:
    children = token.children or []
    for child in children:
        assert child.type != "text" or not ACTING_TEXT.search(child.content), child.content
    # A text may be told by several tokens; what acts may lie across them.
    assert not ACTING_TEXT.search(
        "".join("\0" if child.type == "code_inline" else child.content for child in children if child.type != "link_open")
    )
    links = tuple(str(child.attrs["href"]) for child in children if child.type == "link_open")
    assert all(link.startswith(SITE) for link in links), links
    return Cell("".join(_seen(children)), links)


def _seen(children: list[Token]) -> Iterator[str]:
    for child in children:
        yield "\n" if child.type in {"softbreak", "hardbreak"} else child.content


def shown(markdown: str) -> str:
    """What is seen of some paragraphs, in which nothing acts and nothing is a link."""
    found = cells(markdown)
    assert not any(cell.links for cell in found)
    return "\n".join(cell.text for cell in found)
