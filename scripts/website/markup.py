"""Our Markdown for the generator: everything but headings as HTML, so that it is read as CommonMark, as elsewhere.

The generator's own reader knows neither lists that follow a paragraph at once nor the info strings of rule cards, and it
expands tabs. Headings stay Markdown: of them it makes the table of contents and the sections that search finds.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from dataclasses import dataclass, field
from html import escape
from typing import TYPE_CHECKING

from markdown_it import MarkdownIt
from markdown_it.token import Token
from pygments import format as format_tokens
from pygments.formatters import HtmlFormatter
from pygments.lexers import TextLexer, get_lexer_by_name
from pygments.util import ClassNotFound

from website.pages import href

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pygments.lexer import Lexer

    from website.links import Links

_SEVERITY = re.compile(r"\b(error|warning|note)(\[[a-z0-9/-]+\])")
_FRONTMATTER = re.compile(r"---\n(?s:.*?)^---$\n?", re.MULTILINE)
_NO_WORD = re.compile(r"[^\w\- ]")
_LANGUAGES = {"yml": "yaml", "shell": "console", "sh": "bash"}


def parse(text: str) -> list[Token]:
    """The blocks of a text, as GitHub reads it."""
    return MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"]).parse(text)


def slug(title: str, taken: Counter[str]) -> str:
    """The anchor GitHub gives a heading, so that links to it work in both places."""
    made = _NO_WORD.sub("", unicodedata.normalize("NFC", title).lower()).replace(" ", "-")
    taken[made] += 1
    return made if taken[made] == 1 else f"{made}-{taken[made] - 1}"


def plain(text: str) -> str:
    """Text as HTML in which the generator's reader finds no Markdown."""
    return "".join(char if char.isalnum() or char in " ,;/?%" else f"&#{ord(char)};" for char in text)


def heading(level: int, content: str, anchor: str) -> str:
    """A heading for the generator; `content` is HTML."""
    return f"\n{'#' * level} {content} {{#{anchor}}}\n"


def raw(markup: str) -> str:
    """A block of HTML for the generator, which would expand tabs."""
    return "\n" + markup.strip("\n").replace("\t", "&#9;") + "\n"


def wide(table: str, name: str) -> str:
    """A table in a frame of its own that scrolls sideways, by keyboard too."""
    return f'<div class="wide" role="region" tabindex="0" aria-label="{escape(name)}">{table}</div>'


def code(text: str, language: str = "", title: str = "") -> str:
    """A frame of code, with the name of a file above it."""
    made = format_tokens(_tokens(text, _LANGUAGES.get(language, language)), HtmlFormatter(wrapcode=True))
    name = f'<span class="filename">{escape(title)}</span>' if title else ""
    return str(made).replace('<div class="highlight">', f'<div class="highlight">{name}', 1)


def _tokens(text: str, language: str) -> Iterator[tuple[object, str]]:
    """The parts of a text as its language has them; the frontmatter of a card is YAML."""
    head = _FRONTMATTER.match(text) if language == "markdown" else None
    if head:
        yield from _lexer("yaml").get_tokens(head[0])
        text = text[head.end() :]
    if text:
        yield from _lexer(language).get_tokens(text)


def _lexer(language: str) -> Lexer:
    try:
        return get_lexer_by_name(language, stripnl=False, ensurenl=False)
    except ClassNotFound:
        return TextLexer(stripnl=False, ensurenl=False)


def findings(text: str) -> str:
    """Findings as the terminal shows them, with their severities marked."""
    marked = _SEVERITY.sub(r'<span class="severity-\1">\1</span>\2', escape(text, quote=False))
    return f'<div class="highlight findings"><span class="filename">cardlint says</span><pre><code>{marked}</code></pre></div>'


@dataclass
class Converter:
    """One source on its way to a page: `source` is its file, `address` the page's, `first_line` where `text` begins in the file."""

    source: str
    address: str
    links: Links
    first_line: int = 1
    anchors: Counter[str] = field(default_factory=Counter)

    def convert(self, text: str) -> str:
        """The text for the generator."""
        return "".join(self.block(block) for block in blocks(parse(text)))

    def block(self, tokens: Sequence[Token]) -> str:
        """One block of the text."""
        first = tokens[0]
        if first.type == "heading_open":
            return self.heading(int(first.tag[1:]), tokens[1])
        return raw(self.html(tokens))

    def heading(self, level: int, inline: Token) -> str:
        """A heading, with the anchor it has on GitHub."""
        children = inline.children or []
        words = "".join(child.content for child in children if child.type in ("text", "code_inline"))
        parts = (f"<code>{plain(child.content)}</code>" if child.type == "code_inline" else plain(child.content) for child in children)
        return heading(level, "".join(parts), slug(words, self.anchors))

    def line(self, token: Token) -> int:
        """The line of the source on which a block begins."""
        return self.first_line + (token.map[0] if token.map else 0)

    def html(self, tokens: Sequence[Token]) -> str:
        """Blocks as HTML, links led to where they lead on the site."""
        made = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
        made.add_render_rule("fence", _fence)
        made.add_render_rule("code_block", _fence)
        for token in tokens:
            if token.type == "inline":
                token.children = list(self._inline(token))
        return str(made.renderer.render(tokens, made.options, {}))

    def _inline(self, inline: Token) -> Iterator[Token]:
        """The parts of a line, its links resolved, ids of rules made links."""
        line = self.line(inline)
        inside = 0
        for token in inline.children or ():
            inside += (token.type == "link_open") - (token.type == "link_close")
            for name in ("href", "src"):
                if name in token.attrs:
                    token.attrSet(name, self.links.resolve(str(token.attrs[name]), self.source, line, self.address))
            page = self.links.rules.get(token.content) if token.type == "code_inline" and not inside else None
            if page is None or page == self.address:
                yield token
            else:
                yield Token("link_open", "a", 1, attrs={"href": href(self.address, page)})
                yield token
                yield Token("link_close", "a", -1)


def blocks(tokens: Sequence[Token]) -> Iterator[list[Token]]:
    """The tokens of each block at the top."""
    block: list[Token] = []
    for token in tokens:
        block.append(token)
        if token.level == 0 and token.nesting <= 0:
            yield block
            block = []


def _fence(renderer: object, tokens: Sequence[Token], index: int, options: object, env: object) -> str:
    del renderer, options, env
    language = tokens[index].info.split()
    return code(tokens[index].content, language[0] if language else "")
