"""The examples of a rule card, as they stand there: files under their paths, findings as a terminal shows them."""

from __future__ import annotations

from dataclasses import dataclass, field
from html import escape
from typing import TYPE_CHECKING

from website.markup import code, findings, raw

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from markdown_it.token import Token

    from website.markup import Converter

_RESERVED = {
    "tree": ("text", "paths and sizes"), "yaml policy": ("yaml", "policy"), "json baseline": ("json", "baseline"),
    "json hub": ("json", "what the Hub knows"),
}  # fmt: skip
_FLAGS = {"escaped": "bytes escaped", "base64": "base64"}


@dataclass
class _Example:
    """One example: its files and what is found, each as HTML, and the paths seen."""

    files: list[str] = field(default_factory=list)
    said: str = ""
    paths: set[str] = field(default_factory=set)

    @property
    def frames(self) -> str:
        return "".join([*self.files, self.said])


def examples(section: Sequence[list[Token]], to: Converter) -> Iterator[str]:
    """The blocks of the section Examples for the generator: a frame per example, fixed ones beside what they were."""
    failing: dict[str, list[_Example]] = {}
    for heading, content in _verdicts(section):
        if heading is not None:
            yield to.block(heading)
        verdict, _, kind = heading[1].content.partition(" ") if heading else ("", "", "")
        found = [item if isinstance(item, _Example) else to.html(item) for item in _grouped(content)]
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


def _grouped(content: Sequence[list[Token]]) -> Iterator[_Example | list[Token]]:
    """Examples, and other blocks as they are. One ends after its findings, or where a path comes a second time (as in rulecard.py)."""
    example = _Example()
    for block in content:
        if block[0].type != "fence":
            if example.paths:
                yield example
                example = _Example()
            yield block
            continue
        info, text = block[0].info.strip(), block[0].content
        path = info if info in _RESERVED or info == "findings" else " ".join(info.split()[1:])
        if path in example.paths or example.said:
            yield example
            example = _Example()
        example.paths.add(path)
        if info == "findings":
            example.said = findings(text)
        else:
            example.files.append(_file(info, text))
    if example.paths:
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
