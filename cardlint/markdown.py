"""The Markdown of a card: its sections, links, snippets and comments, each with its place in the file.

Everything is read on demand, once. All offsets are code points of the decoded file (see `cardlint.text`).
Grammar: CommonMark 0.31 with GitHub's tables, strikethrough and literal http(s) autolinks.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cardlint.weights.cached import cached_property

if TYPE_CHECKING:
    from collections.abc import Iterator

    from markdown_it.token import Token

    from cardlint.markdown_blocks import Block
    from cardlint.markdown_body import Body
    from cardlint.markdown_facts import Comment, Form, Link, LinkForm, Section, Snippet  # noqa: TC004 - as types, for others
    from cardlint.markdown_headings import Headings
    from cardlint.markdown_html import Harvests
    from cardlint.markdown_inline import Found
    from cardlint.text import Span, Text

    __all__ = ["Comment", "Form", "Link", "LinkForm", "Markdown", "Section", "Snippet", "read_markdown"]


def read_markdown(text: Text, start: int = 0) -> Markdown:
    """The Markdown of `text` from offset `start` (code points) on; never raises."""
    return Markdown(text, start + (start == 0 and text.bom))


class Markdown:
    """What stands in one Markdown body; build it with `read_markdown`."""

    def __init__(self, text: Text, start: int) -> None:
        self.text = text
        self._start = start

    @cached_property
    def _body(self) -> Body:
        from cardlint.markdown_body import Body  # the parser takes 60 ms to import

        return Body(self.text.content, self._start)

    @property
    def body(self) -> Span:
        """The whole body."""
        return self.text.span(self._start, max(self._start, len(self.text.content)))

    @cached_property
    def prose(self) -> str:
        """The body without its HTML comments: what a reader of the page sees, code included."""
        parts, start = [], self._start
        for comment in self.comments:
            parts.append(self.text.content[start : comment.span.start])
            start = comment.span.end
        return "".join((*parts, self.text.content[start:]))

    @cached_property
    def _harvests(self) -> Harvests:
        from cardlint.markdown_html import Harvests  # this too is read only where somebody asks

        return Harvests(self.text, self._body)

    @cached_property
    def _headings(self) -> Headings:
        from cardlint.markdown_headings import Headings

        return Headings(self.text, self._body, self._harvests)

    @cached_property
    def incomplete(self) -> tuple[Span, ...]:
        """What was not read, because reading it would have cost too much: too deep, too long or too dense."""
        return tuple(sorted({self.text.span(start, end) for start, end in self._body.unread if start < end}))

    @cached_property
    def snippets(self) -> tuple[Snippet, ...]:
        """All code blocks, in order."""
        return tuple(self._snippet(block) for block in self._body.blocks if block.kind in {"fence", "code_block"})

    @cached_property
    def comments(self) -> tuple[Comment, ...]:
        """All HTML comments outside code, in order."""
        holders = (block for block in self._markup() if "<!--" in block.content)
        return tuple(comment for block in holders for comment in self._harvests.of(block).comments)

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
    def blocks(self) -> tuple[Span, ...]:
        """All blocks by their lines, in the order in which they begin, a list or quotation before what it holds."""
        starts, end = self._body.line_starts, self._body.line_end
        return tuple(self._span(starts[first], end(last - 1)) for first, last in self._body.outline if first < last)

    @cached_property
    def sections(self) -> tuple[Section, ...]:
        """All sections, in order."""
        return tuple(self._headings.sections())

    @cached_property
    def anchors(self) -> frozenset[str]:
        """Everything a `#fragment` can lead to: slugs of all headings and explicit ids."""
        ids = (anchor for block in self._markup() if "<" in block.content for anchor in self._harvests.of(block).ids)
        return frozenset((*ids, *self._headings.slugs)) - {""}

    def _span(self, start: int, end: int) -> Span:
        """The span of two offsets in the body."""
        return self.text.span(self._body.file(start), self._body.file(end))

    def _markup(self) -> Iterator[Block]:
        """The blocks that can hold links or HTML."""
        for block in self._body.blocks:
            content = block.content
            inline = block.kind == "inline" and ("[" in content or "<" in content or "://" in content)
            if inline or block.kind == "html_block":
                yield block

    def _snippet(self, block: Block) -> Snippet:
        from cardlint.markdown_facts import Snippet

        fenced, starts = block.kind == "fence", block.place.starts
        info = block.info.strip()
        word = info.split(maxsplit=1)[0] if info else ""
        start = block.start if fenced else starts[0]
        span = self._span(start, max(start, self._body.line_end(block.lines[1] - 1)))
        lines = tuple(map(self._body.file, starts))
        return Snippet(word.strip("{},").removeprefix(".").lower(), info, block.content, span, lines, fenced)

    def _links(self, block: Block) -> Iterator[Link]:
        from cardlint.markdown_html import plain

        if block.kind == "inline":
            tokens = self._body.inline(block)
            places = {id(token): index for index, token in enumerate(tokens)}
            for found in block.found:
                if found.form != "html":
                    yield self._link(block, found, plain(label(tokens, places[id(found.token)])))
            if not any(found.form == "html" for found in block.found):
                return
        yield from self._harvests.of(block).links

    def _link(self, block: Block, found: Found, text: str) -> Link:
        from cardlint.markdown_facts import Link

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
        return self.text.span(self._body.at(block, start), self._body.at(block, end))


def label(tokens: list[Token], index: int) -> list[Token]:
    """The tokens of the label of the link or image at `index`."""
    opening = tokens[index]
    if opening.type == "image":
        return [opening]
    end = index + 1
    while tokens[end].level > opening.level:
        end += 1
    return tokens[index + 1 : end]
