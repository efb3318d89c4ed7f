"""What a Markdown body holds, each with its place in the file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from cardlint.weights.named import NamedTuple

if TYPE_CHECKING:
    from cardlint.text import Span

Form = Literal["atx", "setext", "html", "bold"]
LinkForm = Literal["inline", "reference", "autolink", "html"]


class Section(NamedTuple):
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


class Link(NamedTuple):
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


class Snippet(NamedTuple):
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


class Comment(NamedTuple):
    """An HTML comment: its text without the marks and white space around it."""

    text: str
    span: Span
