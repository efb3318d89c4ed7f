"""The parser, whose inline rules remember where a link, an image or a piece of HTML began and ended."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Literal

from markdown_it import MarkdownIt
from markdown_it.ruler import Ruler
from markdown_it.rules_inline import (
    autolink,
    backtick,
    emphasis,
    entity,
    escape,
    html_inline,
    image,
    link,
    newline,
    strikethrough,
    text,
)

from cardlint.markdown_blocks import NESTING, use_block_rules
from cardlint.weights.patterns import lazily

if TYPE_CHECKING:
    from collections.abc import Callable

    from markdown_it.rules_inline import StateInline
    from markdown_it.token import Token

    Rule = Callable[[StateInline, bool], bool]

_BARE_URL = lazily(r"://[^\s<>\[\]`\"|]{1,2048}")
_ENTITY_TAIL = lazily(r"&[A-Za-z0-9]{1,32};\Z")
_TAIL_ROUNDS = 16


@dataclass(slots=True)
class Found:
    """An inline construct: offsets in the block's content, its (first) token, where its label ends."""

    form: Literal["link", "image", "autolink", "bare", "html"]
    start: int
    end: int
    token: Token
    label_end: int = 0


class _Parser(MarkdownIt):
    """The parser without judgement of addresses: they are reported as written."""

    def validateLink(self, url: str) -> bool:  # noqa: ARG002, N802 - theirs
        return True

    def normalizeLink(self, url: str) -> str:  # noqa: N802 - theirs
        return url

    def normalizeLinkText(self, link: str) -> str:  # noqa: N802 - theirs
        return link


@cache
def parser() -> MarkdownIt:
    """The parser, with rules that remember places."""
    ours = _Parser("commonmark", {"maxNesting": NESTING, "store_labels": True})
    ours.enable("strikethrough")
    ours.block.ruler = Ruler()
    use_block_rules(ours.block.ruler)
    ours.inline.ruler = Ruler()
    ours.inline.ruler.push("inline", _inline)
    ours.inline.terminator_re = _STOP
    return ours


def _inline(state: StateInline, silent: bool) -> bool:  # noqa: FBT001 - theirs
    """The rules that can match at this character, in the parser's order."""
    rules = _RULES.get(state.src[state.pos])
    if rules is None:
        return text(state, silent)
    return any(rule(state, silent) for rule in rules)


def _tracked(rule: Rule, form: Any) -> Rule:  # noqa: ANN401 - a literal
    """The rule, which notes the constructs it finds in `env["found"]`; those inside an image's label are only text."""

    def run(state: StateInline, silent: bool) -> bool:  # noqa: FBT001 - theirs
        if silent:
            return rule(state, True)  # noqa: FBT003 - theirs
        start, count, found = state.pos, len(state.tokens), state.env["found"]
        known = len(found)
        if not rule(state, False):  # noqa: FBT003 - theirs
            return False
        token = state.tokens[count + (state.tokens[count].type == "text")]
        if form == "image":
            del found[known:]
        found.append(Found(form, start, state.pos, token, _label_end(state, form, start, token)))
        return True

    return run


def _label_end(state: StateInline, form: str, start: int, token: Token) -> int:
    if form == "image":
        return start + 2 + len(token.content)
    if form == "link":
        return int(state.md.helpers.parseLinkLabel(state, start, True))  # noqa: FBT003 - theirs
    return 0


def _bare_url(state: StateInline, silent: bool) -> bool:  # noqa: FBT001 - theirs
    """GitHub's literal autolinks, for http and https: the rule stands at the colon and takes the scheme back."""
    if state.linkLevel > 0 or state.src[state.pos] != ":":
        return False
    bare = _bare_span(state.src, state.pos, state.posMax)
    if bare is None:
        return False
    start, end = bare
    scheme = state.src[start : state.pos]
    if not silent:
        if not state.pending.endswith(scheme):
            return False  # pragma: no cover - no text is known that leads here, and none may raise
        state.pending = state.pending[: -len(scheme)]
        opening = state.push("link_open", "a", 1)
        state.env["found"].append(Found("bare", start, end, opening))
        opening.attrs = {"href": state.src[start:end]}
        state.push("text", "", 0).content = state.src[start:end]
        state.push("link_close", "a", -1)
    state.pos = end
    return True


def _bare_span(source: str, colon: int, limit: int) -> tuple[int, int] | None:
    start = next((colon - size for size in (5, 4) if colon >= size and source[colon - size : colon].lower() in _SCHEMES), -1)
    if start < 0 or (start and source[start - 1].isalnum()):
        return None
    match = _BARE_URL.match(source, colon, limit)
    address = _without_tail(match.group()) if match else ""
    return (start, colon + len(address)) if len(address) > len("://") else None


_SCHEMES = frozenset({"http", "https"})


def _without_tail(address: str) -> str:
    """The address without the punctuation of the sentence around it."""
    for _ in range(_TAIL_ROUNDS):
        before = len(address)
        address = (address[:-40] + _ENTITY_TAIL.sub("", address[-40:])).rstrip("?!.,:;*_~'")
        excess = address.count(")") - address.count("(")
        closing = len(address) - len(address.rstrip(")"))
        address = address[: len(address) - max(0, min(excess, closing))]
        if len(address) == before:
            break
    return address


_RULES: dict[str, tuple[Rule, ...]] = {
    "\n": (newline,),
    "\\": (escape,),
    "`": (backtick,),
    "~": (strikethrough.tokenize,),
    "*": (emphasis.tokenize,),
    "_": (emphasis.tokenize,),
    "[": (_tracked(link, "link"),),
    "!": (_tracked(image, "image"),),
    "<": (_tracked(autolink, "autolink"), _tracked(html_inline, "html")),
    "&": (entity,),
    ":": (_bare_url,),
    "]": (),
}
_STOP = lazily(f"[{re.escape(''.join(_RULES))}]")
