"""The Markdown of a card: its sections, links, snippets and comments, each with its place in the file.

Everything is read on demand, once. All offsets are code points of the decoded file (see `cardlint.text`).
Grammar: CommonMark 0.31 with GitHub's tables, strikethrough and literal http(s) autolinks.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from typing import TYPE_CHECKING, Literal

from cardlint.text import LINE_END

if TYPE_CHECKING:
    from collections.abc import Iterator

    from markdown_it.token import Token

    from cardlint.markdown_inline import Block, Body, Found
    from cardlint.text import Span, Text

Form = Literal["atx", "setext", "html", "bold"]
LinkForm = Literal["inline", "reference", "autolink", "html"]

_HTML = re.compile(
    r"<!--(?:-?>|(?P<comment>.*?)(?:-->|\Z))"
    r"|<(?P<raw>script|style|textarea)\b.*?(?:</(?P=raw)\s*>|\Z)"
    r"|<(?P<tag>/?[a-z][a-z0-9-]*)(?P<attributes>(?:[^<>\"']++|\"[^\"]*+\"|'[^']*+')*+)>",
    re.IGNORECASE | re.DOTALL,
)
_ATTRIBUTE = re.compile(r"([a-z_:][\w:.-]*)(?:\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'=<>`]+)))?", re.IGNORECASE)
_ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_HEADING_TAG = re.compile(r"<h[1-6]\b", re.IGNORECASE)
_BOLD_LINE = re.compile(r"(\*\*|__)(?=[^\s*_])((?:(?!\1).)*[^\s*_\\])\1:?")
_EMOJI_CODE = re.compile(r"(?<![\w:]):[a-z0-9_+-]*[a-z][a-z0-9_+-]*:(?![\w:])")
_TITLE_TAIL = re.compile(r"(?:\s*\{#[^{}]*\}|\s*[¶🔗]|\s+#+)\s*$")
_HEADING_TAGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_MARKUP = re.compile(r"[\\`*_~\[\]<>&:!\n]")


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and what it heads.

    `title` is plain text; `level` 1 to 6; `span` covers the heading's text line(s) (for HTML, from `<h1` to `</h1>`).
    `body` goes up to the next heading of the same or a higher level, `own` to the next heading of any level.
    `anchor` is the heading's own `id` if it has one, else GitHub's slug; a bold line has none. Headings inside
    quotations and list items head nothing outside them and are no sections.
    """

    title: str
    level: int
    form: Form
    span: Span
    body: Span
    own: Span
    anchor: str


@dataclass(frozen=True, slots=True)
class Link:
    """A link or image.

    `target` has entities and backslash escapes decoded, nothing else. `target_span` covers the destination as
    written, without angle brackets or quotes; for a reference it lies in the definition. `span` is the whole use.
    """

    target: str
    text: str
    image: bool
    form: LinkForm
    span: Span
    target_span: Span | None


@dataclass(frozen=True, slots=True)
class Snippet:
    """A code block.

    `code` is as Markdown gives it, indentation of its containers removed. `lines` holds for each line of it the
    offset in the file where its text begins (where a tab was split, after the tab). `language` is the first word
    of the info string, lower-cased, without braces and a leading dot.
    """

    language: str
    info: str
    code: str
    span: Span
    lines: tuple[int, ...]
    fenced: bool


@dataclass(frozen=True, slots=True)
class Comment:
    """An HTML comment: its text without the marks and white space around it."""

    text: str
    span: Span


@dataclass(slots=True)
class _Piece:
    """Text, a comment (tag `!`), a tag or a closing tag, with offsets in its block and those of its attributes."""

    tag: str
    text: str
    start: int
    end: int
    attributes: dict[str, tuple[str, int, int]] = field(default_factory=dict)


@dataclass(slots=True)
class _Open:
    """A link or heading in HTML whose end is still to come; offsets in its block."""

    piece: _Piece
    text: list[str] = field(default_factory=list)
    anchor: str = ""


@dataclass(frozen=True, slots=True)
class _Heading:
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


def read_markdown(text: Text, start: int = 0) -> Markdown:
    """The Markdown of `text` from offset `start` (code points) on; never raises."""
    return Markdown(text, start + (start == 0 and text.bom))


class Markdown:
    """What stands in one Markdown body; build it with `read_markdown`."""

    def __init__(self, text: Text, start: int) -> None:
        self._text = text
        self._start = start
        self._harvests: dict[int, _Harvest] = {}

    @cached_property
    def _body(self) -> Body:
        from cardlint.markdown_inline import Body  # noqa: PLC0415 - the parser takes 60 ms to import

        return Body(self._text.content, self._start)

    @cached_property
    def incomplete(self) -> tuple[Span, ...]:
        """What was not read, because reading it would have cost too much: too deep, too long or too dense."""
        return tuple(sorted({self._span(start, end) for start, end in self._body.unread if start < end}))

    @cached_property
    def snippets(self) -> tuple[Snippet, ...]:
        """All code blocks, in order."""
        return tuple(self._snippet(block) for block in self._body.blocks if block.kind in {"fence", "code_block"})

    @cached_property
    def comments(self) -> tuple[Comment, ...]:
        """All HTML comments outside code, in order."""
        holders = (block for block in self._markup() if "<!--" in block.content)
        return tuple(comment for block in holders for comment in self._harvest(block).comments)

    @cached_property
    def links(self) -> tuple[Link, ...]:
        """All links and images, in the order in which they begin."""
        found = (link for block in self._markup() for link in self._links(block))
        return tuple(sorted(found, key=lambda link: (link.span.start, -link.span.end)))

    @cached_property
    def paragraphs(self) -> tuple[Span, ...]:
        """All paragraphs, in order, from the first to the last line's text; headings in bold are among them."""
        blocks = (block for block in self._body.blocks if block.parent == "paragraph_open")
        return tuple(self._span(block.start, self._body.line_end(block.lines[1] - 1)) for block in blocks)

    @cached_property
    def sections(self) -> tuple[Section, ...]:
        """All sections, in order."""
        return tuple(self._sections())

    @cached_property
    def anchors(self) -> frozenset[str]:
        """Everything a `#fragment` can lead to: slugs of all headings and explicit ids."""
        ids = (anchor for block in self._markup() if "<" in block.content for anchor in self._harvest(block).ids)
        return frozenset((*ids, *self._slugs)) - {""}

    def _span(self, start: int, end: int) -> Span:
        """The span of two offsets in the body."""
        return self._text.span(self._body.file(start), self._body.file(end))

    def _markup(self) -> Iterator[Block]:
        """The blocks that can hold links or HTML."""
        for block in self._body.blocks:
            content = block.content
            inline = block.kind == "inline" and ("[" in content or "<" in content or "://" in content)
            if inline or block.kind == "html_block":
                yield block

    def _snippet(self, block: Block) -> Snippet:
        fenced, starts = block.kind == "fence", block.place.starts
        info = block.info.strip()
        word = info.split(maxsplit=1)[0] if info else ""
        start = block.start if fenced else starts[0]
        span = self._span(start, max(start, self._body.line_end(block.lines[1] - 1)))
        lines = tuple(map(self._body.file, starts))
        return Snippet(word.strip("{},").removeprefix(".").lower(), info, block.content, span, lines, fenced)

    def _harvest(self, block: Block) -> _Harvest:
        harvest = self._harvests.get(id(block))
        if harvest is None:
            harvest = self._harvests[id(block)] = _Harvest(self._text, self._body, block)
        return harvest

    def _links(self, block: Block) -> Iterator[Link]:
        if block.kind == "inline":
            tokens = self._body.inline(block)
            places = {id(token): index for index, token in enumerate(tokens)}
            for found in block.found:
                if found.form != "html":
                    yield self._link(block, found, plain(_label(tokens, places[id(found.token)])))
            if not any(found.form == "html" for found in block.found):
                return
        yield from self._harvest(block).links

    def _link(self, block: Block, found: Found, text: str) -> Link:
        token = found.token
        image = found.form == "image"
        target = str(token.attrs["src" if image else "href"])
        span = self._within(block, found.start, found.end)
        if found.form in {"autolink", "bare"}:
            angle = found.form == "autolink"
            place = self._within(block, found.start + angle, found.end - angle)
            return Link(target, text, image, "autolink", span, place)
        if "label" in token.meta:
            definition = self._body.definition(token.meta["label"])
            return Link(target, text, image, "reference", span, self._span(*definition) if definition else None)
        return Link(target, text, image, "inline", span, self._within(block, *self._body.destination(block, found)))

    def _within(self, block: Block, start: int, end: int) -> Span:
        """The span of two offsets in a block's content."""
        return self._text.span(self._body.at(block, start), self._body.at(block, end))

    @cached_property
    def _headings(self) -> list[tuple[_Heading, bool]]:
        """All headings, in order, and whether each stands inside a quotation, list item or table."""
        found: list[tuple[_Heading, bool]] = []
        level = 0
        for block in self._body.blocks:
            nested = block.level > (block.kind == "inline")
            if found and found[-1][0].untitled and block.parent == "paragraph_open":
                found[-1] = (self._titled(found[-1][0], block), nested)
                continue
            for heading in self._headings_of(block, min(level + 1, 6)):
                if not nested and heading.form != "bold":
                    level = heading.level
                found.append((heading, nested))
        return sorted(found, key=lambda item: item[0].start)

    def _titled(self, heading: _Heading, block: Block) -> _Heading:
        """The HTML heading whose title is this paragraph."""
        end = self._body.file(self._body.line_end(block.lines[1] - 1))
        return replace(heading, title=plain(self._body.inline(block)), end=end, below=end, untitled=False)

    def _headings_of(self, block: Block, bold_level: int) -> Iterator[_Heading]:
        content = block.content
        if block.heading:
            yield self._heading(block, block.heading, "atx" if block.atx else "setext")
        elif block.kind in {"inline", "html_block"} and _HEADING_TAG.search(content):
            yield from self._harvest(block).headings
        elif block.parent == "paragraph_open" and block.level == 1 and _BOLD_LINE.fullmatch(content):
            yield self._heading(block, bold_level, "bold")

    def _heading(self, block: Block, level: int, form: Form) -> _Heading:
        body, last = self._body, block.lines[1]
        title = plain(body.inline(block)) if _MARKUP.search(block.content) else block.content
        title = title.removesuffix(":") if form == "bold" else title
        ids = self._harvest(block).ids if "<" in block.content else []
        span = self._span(block.start, max(block.start, body.line_end(last - 1)))
        below = body.file(body.line_end(last - 1 + (form == "setext")))
        line_end = LINE_END.match(self._text.content, below)
        below = line_end.end() if line_end else below
        return _Heading(title, level, form, span.start, span.end, below, ids[0] if ids else "")

    @cached_property
    def _slugs(self) -> list[str]:
        """GitHub's slug of each heading; a heading in bold has none."""
        used: dict[str, int] = {}
        return [_unique(_slug(heading.title), used) if heading.form != "bold" else "" for heading, _ in self._headings]

    def _sections(self) -> Iterator[Section]:
        pairs = zip(self._headings, self._slugs, strict=True)
        outer = [(heading, slug) for (heading, nested), slug in pairs if not nested]
        end = len(self._text.content)
        bounds = _ends([heading for heading, _ in outer], end)
        for (heading, slug), (own, body) in zip(outer, bounds, strict=True):
            span, below = self._text.span, heading.below
            yield Section(
                _title(heading.title),
                heading.level,
                heading.form,
                span(heading.start, heading.end),
                span(below, max(below, body)),
                span(below, max(below, own)),
                heading.anchor or slug,
            )


class _Harvest:
    """The links, images, comments, headings and ids that the HTML of one block holds."""

    def __init__(self, text: Text, body: Body, block: Block) -> None:
        self.links: list[Link] = []
        self.comments: list[Comment] = []
        self.headings: list[_Heading] = []
        self.ids: list[str] = []
        self._link: _Open | None = None
        self._heading: _Open | None = None
        self._text = text
        self._at = partial(body.at, block)
        for piece in _pieces(block.content) if block.kind == "html_block" else _inline_pieces(body, block):
            self._take(piece)
        self._end_link(None)
        self._end_heading(len(block.content.rstrip()), unclosed=True)

    def _take(self, piece: _Piece) -> None:
        tag = piece.tag
        if tag == "!":
            self.comments.append(Comment(piece.text.strip(), self._span(piece.start, piece.end)))
        elif tag in _HEADING_TAGS:
            self._end_heading(piece.start)
            self._heading = _Open(piece)
        elif tag.removeprefix("/") in _HEADING_TAGS:
            self._end_heading(piece.end)
        elif tag in {"a", "/a"}:
            self._end_link(piece if tag == "/a" else None)
            self._link = _Open(piece) if "href" in piece.attributes else None
        elif tag == "img" and "src" in piece.attributes:
            self._image(piece)
        elif tag in {"", "br", "p", "div", "/p", "/div"}:
            self._say(piece.text or " ")
        self._identify(piece)

    def _identify(self, piece: _Piece) -> None:
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

    def _image(self, piece: _Piece) -> None:
        target, start, end = piece.attributes["src"]
        text = piece.attributes.get("alt", ("", 0, 0))[0]
        span = self._span(piece.start, piece.end)
        self.links.append(Link(target, text, True, "html", span, self._span(start, end)))  # noqa: FBT003 - a field
        if self._link:
            self._link.text.append(text)

    def _end_link(self, closing: _Piece | None) -> None:
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
            self.headings.append(_Heading(title, int(piece.tag[1]), "html", start, stop, stop, anchor, untitled))
        self._heading = None

    def _span(self, start: int, end: int) -> Span:
        return self._text.span(self._at(start), self._at(end))


def _pieces(html: str, base: int = 0) -> Iterator[_Piece]:
    """The comments, tags and texts of HTML that stands at offset `base` of its block."""
    last = 0
    for match in _HTML.finditer(html):
        if match.start() > last:
            yield _Piece("", _decoded(html[last : match.start()]), base + last, base + match.start())
        last = match.end()
        start, end = base + match.start(), base + last
        if match["tag"]:
            attributes = {} if match["tag"].startswith("/") else _attributes(match, base)
            yield _Piece(match["tag"].lower(), "", start, end, attributes)
        elif not match["raw"]:
            yield _Piece("!", match["comment"] or "", start, end)
    if last < len(html):
        yield _Piece("", _decoded(html[last:]), base + last, base + len(html))


def _attributes(tag: re.Match[str], base: int) -> dict[str, tuple[str, int, int]]:
    """The attributes that have a value: the value decoded, and where it stands as written."""
    found: dict[str, tuple[str, int, int]] = {}
    for match in _ATTRIBUTE.finditer(tag.string, *tag.span("attributes")):
        if match.lastindex and match.lastindex > 1:
            start, end = match.span(match.lastindex)
            found.setdefault(match[1].lower(), (_decoded(tag.string[start:end]).strip(), base + start, base + end))
    return found


def _inline_pieces(body: Body, block: Block) -> Iterator[_Piece]:
    """The HTML among inline tokens, and the text between."""
    tokens = body.inline(block)
    tags = {id(found.token): found.start for found in block.found if found.form == "html"}
    for token in tokens:
        if id(token) in tags:
            yield from _pieces(token.content, tags[id(token)])
        else:
            yield _Piece("", plain([token]), 0, 0)


def _decoded(text: str) -> str:
    from html import unescape  # noqa: PLC0415 - start-up counts

    return _ENTITY.sub(lambda match: unescape(match[0]), text) if "&" in text else text


def _ends(headings: list[_Heading], end: int) -> list[tuple[int, int]]:
    """For each heading where its own text ends and where its subsections end."""
    bounds: list[tuple[int, int]] = []
    later: list[tuple[int, int]] = []
    following = end
    for heading in reversed(headings):
        while later and later[-1][0] > heading.level:
            later.pop()
        bounds.append((following, later[-1][1] if later else end))
        later.append((heading.level, heading.start))
        following = heading.start
    return bounds[::-1]


def _title(text: str) -> str:
    """A heading's text without emoji codes, pandoc's ids, permalink signs and closing hashes."""
    return " ".join(_TITLE_TAIL.sub("", _EMOJI_CODE.sub("", text)).split())


def _slug(text: str) -> str:
    """GitHub's slug of a heading's text: lower case, only letters, marks, digits, `_`, `-`, and `-` for each space."""
    kept = (char for char in _EMOJI_CODE.sub("", text).lower() if _stays(char))
    return "".join(kept).replace(" ", "-")


def _stays(char: str) -> bool:
    return char.isalnum() or char in "_- " or unicodedata.category(char).startswith("M")


def _unique(slug: str, used: dict[str, int]) -> str:
    """The slug, or the slug with the first number not used."""
    name = slug
    while name in used:
        used[slug] += 1
        name = f"{slug}-{used[slug]}"
    used[name] = 0
    return name


def plain(tokens: list[Token]) -> str:
    """The text of inline tokens without markup; an image is its label."""
    return "".join([_plain(token) for token in tokens])


def _plain(token: Token) -> str:
    if token.type in {"text", "text_special", "code_inline"}:
        return token.content
    if token.type == "image":
        return plain(token.children or [])
    return " " if token.type in {"softbreak", "hardbreak"} else ""


def _label(tokens: list[Token], index: int) -> list[Token]:
    """The tokens of the label of the link or image at `index`."""
    opening = tokens[index]
    if opening.type == "image":
        return [opening]
    end = index + 1
    while tokens[end].level > opening.level:
        end += 1
    return tokens[index + 1 : end]
