"""The HTML in a Markdown body: links, images, comments, headings and ids, each with its place in the file."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from cardlint.markdown_facts import Comment, Form, Link
from cardlint.weights.named import NamedTuple
from cardlint.weights.patterns import lazily

if TYPE_CHECKING:
    from collections.abc import Iterator

    from markdown_it.token import Token

    from cardlint.markdown_blocks import Block
    from cardlint.markdown_body import Body
    from cardlint.text import Span, Text

_HTML = lazily(
    r"<!--(?:-?>|(?P<comment>.*?)(?:-->|\Z))"
    r"|<(?P<raw>script|style|textarea)\b.*?(?:</(?P=raw)\s*>|\Z)"
    r"|<(?P<tag>/?[a-z][a-z0-9-]*)(?P<attributes>(?:[^<>\"']++|\"[^\"]*+\"|'[^']*+')*+)>",
    re.IGNORECASE | re.DOTALL,
)
_ATTRIBUTE = lazily(r"([a-z_:][\w:.-]*)(?:\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'=<>`]+)))?", re.IGNORECASE)
_ENTITY = lazily(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_HEADING_TAGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})


@dataclass(slots=True)
class Piece:
    """Text, a comment (tag `!`), a tag or a closing tag, with offsets in its block and those of its attributes."""

    tag: str
    text: str
    start: int
    end: int
    attributes: dict[str, tuple[str, int, int]] = field(default_factory=dict)


@dataclass(slots=True)
class Open:
    """A link or heading in HTML whose end is still to come; offsets in its block."""

    piece: Piece
    text: list[str] = field(default_factory=list)
    anchor: str = ""


class Heading(NamedTuple):
    """A heading without what it heads; `below` is where that begins. Offsets in the file.

    `untitled`: an HTML heading which its block neither titled nor closed; the next paragraph is its title.
    """

    title: str
    level: int
    form: Form
    start: int
    end: int
    below: int
    anchor: str
    untitled: bool = False


class Harvests:
    """The HTML of blocks, read once."""

    def __init__(self, text: Text, body: Body) -> None:
        self._text = text
        self._body = body
        self._known: dict[int, Harvest] = {}

    def of(self, block: Block) -> Harvest:
        """The HTML of a block."""
        harvest = self._known.get(id(block))
        if harvest is None:
            harvest = self._known[id(block)] = Harvest(self._text, self._body, block)
        return harvest


class Harvest:
    """The links, images, comments, headings and ids that the HTML of one block holds."""

    def __init__(self, text: Text, body: Body, block: Block) -> None:
        self.links: list[Link] = []
        self.comments: list[Comment] = []
        self.headings: list[Heading] = []
        self.ids: list[str] = []
        self._link: Open | None = None
        self._heading: Open | None = None
        self._text = text
        self._at = partial(body.at, block)
        for piece in _pieces(block.content[: block.limit]) if block.kind == "html_block" else _inline_pieces(body, block):
            self._take(piece)
        self._end_link(None)
        self._end_heading(len(block.content[: block.limit].rstrip()), unclosed=True)

    def _take(self, piece: Piece) -> None:
        tag = piece.tag
        if tag == "!":
            self.comments.append(Comment(piece.text.strip(), self._span(piece.start, piece.end)))
        elif tag in _HEADING_TAGS:
            self._end_heading(piece.start)
            self._heading = Open(piece)
        elif tag.removeprefix("/") in _HEADING_TAGS:
            self._end_heading(piece.end)
        elif tag in {"a", "/a"}:
            self._end_link(piece if tag == "/a" else None)
            self._link = Open(piece) if "href" in piece.attributes else None
        elif tag == "img" and "src" in piece.attributes:
            self._image(piece)
        elif tag in {"", "br", "p", "div", "/p", "/div"}:
            self._say(piece.text or " ")
        self._identify(piece)

    def _identify(self, piece: Piece) -> None:
        for name in ("id", "name") if piece.tag == "a" else ("id",):
            value = piece.attributes.get(name)
            if value:
                self.ids.append(value[0])
                if self._heading and not self._heading.anchor:
                    self._heading.anchor = value[0]

    def _say(self, text: str) -> None:
        for open_ in (self._link, self._heading):
            if open_:
                open_.text.append(text)

    def _image(self, piece: Piece) -> None:
        target, start, end = piece.attributes["src"]
        text = piece.attributes.get("alt", ("", 0, 0))[0]
        span = self._span(piece.start, piece.end)
        self.links.append(Link(target, text, True, "html", span, self._span(start, end)))  # noqa: FBT003 - a field
        if self._link:
            self._link.text.append(text)

    def _end_link(self, closing: Piece | None) -> None:
        if self._link:
            piece, text = self._link.piece, " ".join("".join(self._link.text).split())
            target, start, end = piece.attributes["href"]
            span = self._span(piece.start, closing.end if closing else piece.end)
            self.links.append(Link(target, text, False, "html", span, self._span(start, end)))  # noqa: FBT003 - a field
        self._link = None

    def _end_heading(self, end: int, *, unclosed: bool = False) -> None:
        if self._heading:
            piece, title = self._heading.piece, " ".join("".join(self._heading.text).split())
            start, stop = self._at(piece.start), self._at(max(end, piece.end))
            anchor, untitled = self._heading.anchor, unclosed and not title
            self.headings.append(Heading(title, int(piece.tag[1]), "html", start, stop, stop, anchor, untitled))
        self._heading = None

    def _span(self, start: int, end: int) -> Span:
        return self._text.span(self._at(start), self._at(end))


def _pieces(html: str, base: int = 0) -> Iterator[Piece]:
    """The comments, tags and texts of HTML that stands at offset `base` of its block."""
    last = 0
    for match in _HTML.finditer(html):
        if match.start() > last:
            yield Piece("", _decoded(html[last : match.start()]), base + last, base + match.start())
        last = match.end()
        start, end = base + match.start(), base + last
        if match["tag"]:
            attributes = {} if match["tag"].startswith("/") else _attributes(match, base)
            yield Piece(match["tag"].lower(), "", start, end, attributes)
        elif not match["raw"]:
            yield Piece("!", match["comment"] or "", start, end)
    if last < len(html):
        yield Piece("", _decoded(html[last:]), base + last, base + len(html))


def _attributes(tag: re.Match[str], base: int) -> dict[str, tuple[str, int, int]]:
    """The attributes that have a value: the value decoded, and where it stands as written."""
    found: dict[str, tuple[str, int, int]] = {}
    for match in _ATTRIBUTE.finditer(tag.string, *tag.span("attributes")):
        if match.lastindex and match.lastindex > 1:
            start, end = match.span(match.lastindex)
            found.setdefault(match[1].lower(), (_decoded(tag.string[start:end]).strip(), base + start, base + end))
    return found


def _inline_pieces(body: Body, block: Block) -> Iterator[Piece]:
    """The HTML among inline tokens, and the text between."""
    tokens = body.inline(block)
    tags = {id(found.token): found.start for found in block.found if found.form == "html"}
    for token in tokens:
        if id(token) in tags:
            yield from _pieces(token.content, tags[id(token)])
        else:
            yield Piece("", plain([token]), 0, 0)


def _decoded(text: str) -> str:
    from html import unescape  # start-up counts

    return _ENTITY.sub(lambda match: unescape(match[0]), text) if "&" in text else text


def plain(tokens: list[Token]) -> str:
    """The text of inline tokens without markup; an image is its label."""
    return "".join([_plain(token) for token in tokens])


def _plain(token: Token) -> str:
    if token.type in {"text", "text_special", "code_inline"}:
        return token.content
    if token.type == "image":
        return plain(token.children or [])
    return " " if token.type in {"softbreak", "hardbreak"} else ""
