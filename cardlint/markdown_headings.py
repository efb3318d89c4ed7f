"""The headings of a Markdown body and the sections they head."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from cardlint.markdown_facts import Form, Section
from cardlint.markdown_html import Heading, plain
from cardlint.text import LINE_END
from cardlint.weights.cached import cached_property
from cardlint.weights.patterns import lazily

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cardlint.markdown_blocks import Block
    from cardlint.markdown_body import Body
    from cardlint.markdown_html import Harvests
    from cardlint.text import Text

_HEADING_TAG = lazily(r"<h[1-6]\b", re.IGNORECASE)
_BOLD_LINE = lazily(r"(\*\*|__)(?=[^\s*_])((?:(?!\1).)*[^\s*_\\])\1:?")
_EMOJI_CODE = lazily(r"(?<![\w:]):(?=[0-9_+-]*[a-z])[a-z0-9_+-]++:(?![\w:])")
_TITLE_TAIL = lazily(r"(?: ?\{#[^{}]*\}| ?[¶🔗]| #+) ?$")
_SPACE = lazily(r"\s+")
_NO_SLUG = lazily(r"[^\w\- ]")
_MARKUP = lazily(r"[\\`*_~\[\]<>&:!\n]")


class Headings:
    """All headings of a body and their slugs."""

    def __init__(self, text: Text, body: Body, harvests: Harvests) -> None:
        self._text = text
        self._body = body
        self._harvests = harvests

    @cached_property
    def _found(self) -> list[tuple[Heading, bool]]:
        """All headings, in order, and whether each stands inside a quotation, list item or table."""
        found: list[tuple[Heading, bool]] = []
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

    def _titled(self, heading: Heading, block: Block) -> Heading:
        """The HTML heading whose title is this paragraph."""
        end = self._body.file(self._body.line_end(block.lines[1] - 1))
        return heading._replace(title=plain(self._body.inline(block)), end=end, below=end, untitled=False)

    def _headings_of(self, block: Block, bold_level: int) -> Iterator[Heading]:
        content = block.content
        if block.heading:
            yield self._heading(block, block.heading, "atx" if block.atx else "setext")
        elif block.kind in {"inline", "html_block"} and _HEADING_TAG.search(content):
            yield from self._harvests.of(block).headings
        elif block.parent == "paragraph_open" and block.level == 1 and _BOLD_LINE.fullmatch(content):
            yield self._heading(block, bold_level, "bold")

    def _heading(self, block: Block, level: int, form: Form) -> Heading:
        body, last = self._body, block.lines[1]
        title = plain(body.inline(block)) if block.limit != 0 and _MARKUP.search(block.content) else block.content
        title = title.removesuffix(":") if form == "bold" else title
        ids = self._harvests.of(block).ids if "<" in block.content else []
        start, end = body.file(block.start), body.file(max(block.start, body.line_end(last - 1)))
        below = body.file(body.line_end(last - 1 + (form == "setext")))
        line_end = LINE_END.match(self._text.content, below)
        below = line_end.end() if line_end else below
        return Heading(title, level, form, start, end, below, ids[0] if ids else "")

    @cached_property
    def slugs(self) -> list[str]:
        """GitHub's slug of each heading; a heading in bold has none."""
        used: dict[str, int] = {}
        return [_unique(_slug(heading.title), used) if heading.form != "bold" else "" for heading, _ in self._found]

    def sections(self) -> Iterator[Section]:
        """All sections, in order."""
        pairs = zip(self._found, self.slugs, strict=True)
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


def _ends(headings: list[Heading], end: int) -> list[tuple[int, int]]:
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
    return _TITLE_TAIL.sub("", _SPACE.sub(" ", _EMOJI_CODE.sub("", text))).strip()


def _slug(text: str) -> str:
    """GitHub's slug of a heading's text: lower case, only letters, marks, digits, `_`, `-`, and `-` for each space."""
    return _NO_SLUG.sub(_mark, _EMOJI_CODE.sub("", text).lower()).replace(" ", "-")


def _mark(char: re.Match[str]) -> str:
    return char[0] if unicodedata.category(char[0]).startswith("M") else ""


def _unique(slug: str, used: dict[str, int]) -> str:
    """The slug, or the slug with the first number not used."""
    name = slug
    while name in used:
        used[slug] += 1
        name = f"{slug}-{used[slug]}"
    used[name] = 0
    return name
