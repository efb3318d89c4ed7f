"""The examples of a rule card, as they stand there: files under their paths, findings as a terminal shows them."""

from __future__ import annotations

from dataclasses import dataclass, field
from html import escape
from typing import TYPE_CHECKING

from website.markup import code, findings, raw

if TYPE_CHECKING:
    from collections.abc import Container, Iterator, Sequence

    from markdown_it.token import Token

    from website.markup import Converter

_RESERVED = {
    "tree": ("text", "paths and sizes"), "yaml policy": ("yaml", "policy"), "json baseline": ("json", "baseline"),
    "json hub": ("json", "what the Hub knows"),
}  # fmt: skip
_FLAGS = {"escaped": "bytes escaped", "base64": "base64"}


@dataclass
class _Example:
    """One example: its files and what is found, each as HTML."""

    files: list[str] = field(default_factory=list)
    said: str = ""

    @property
    def frames(self) -> str:
        return "".join([*self.files, self.said])


def examples(section: Sequence[list[Token]], to: Converter, starts: Container[int]) -> Iterator[str]:
    """The blocks of the section Examples for the generator: a frame per example, fixed ones beside what they were.

    `starts` are the lines of the card on which examples begin.
    """
    failing: dict[str, list[_Example]] = {}
    for heading, content in _verdicts(section):
        if heading is not None:
            yield to.block(heading)
        verdict, _, kind = heading[1].content.partition(" ") if heading else ("", "", "")
        found = list(_grouped(content, to, starts))
        if verdict == "Fails":
            failing.setdefault(kind, []).extend(item for item in found if isinstance(item, _Example))
        befores = iter(failing.get(kind, ())) if verdict == "Fixed" else iter(())
        for item in found:
            yield raw(item if isinstance(item, str) else _shown(item, verdict, next(befores, None)))


def _verdicts(section: Sequence[list[Token]]) -> Iterator[tuple[list[Token] | None, list[list[Token]]]]:
    """The blocks under each `###`, with that heading."""
    heading: list[Token] | None = None
    content: list[list[Token]] = []
    for block in section:
        if block[0].type == "heading_open":
            if heading is not None or content:
                yield heading, content
            heading, content = block, []
        else:
            content.append(block)
    if heading is not None or content:
        yield heading, content


def _grouped(content: Sequence[list[Token]], to: Converter, starts: Container[int]) -> Iterator[_Example | str]:
    """Examples, and other blocks as HTML between them."""
    example: _Example | None = None
    for block in content:
        fence = block[0]
        if fence.type != "fence":
            if example is not None:
                yield example
            example = None
            yield to.html(block)
            continue
        if example is None or to.line(fence) in starts:
            if example is not None:
                yield example
            example = _Example()
        if fence.info.strip() == "findings":
            example.said = findings(fence.content)
        else:
            example.files.append(_file(fence.info.strip(), fence.content))
    if example is not None:
        yield example


def _file(info: str, text: str) -> str:
    """A block of an example under its path."""
    if info in _RESERVED:
        language, title = _RESERVED[info]
        return code(text, language, title)
    language, _, rest = info.partition(" ")
    path, *flags = rest.split()
    return code(text, language, f"{path} ({', '.join(_FLAGS.get(flag, flag) for flag in flags)})" if flags else path)


def _shown(example: _Example, verdict: str, before: _Example | None) -> str:
    if before is None:
        return f'<div class="example example-{escape(verdict.lower())}">{example.frames}</div>'
    sides = (("Before", "".join(before.files)), ("After", example.frames))
    made = "".join(f'<div><p class="side">{name}</p>{frames}</div>' for name, frames in sides)
    return f'<div class="example example-fixed pair">{made}</div>'
