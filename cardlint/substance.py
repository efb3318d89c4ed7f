"""Whether a piece of a card says anything: text that is no placeholder, no comment, no badge, no empty list."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cardlint.markdown import Markdown
    from cardlint.text import Span


def has_substance(markdown: Markdown, span: Span) -> bool:
    """Whether anything is said between the two ends of a span of the body."""
    return bool(markdown.text.content[span.start : span.end].strip())
