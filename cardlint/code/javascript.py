"""What JavaScript loads from the Hub with transformers.js, as cards show it: `pipeline(task, id)` and `X.from_pretrained(id)`.

Source: `@huggingface/transformers` 3, `PretrainedOptions`: `revision`, by default `main`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from cardlint.code.pins import pin

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cardlint.code.pins import Pin

LANGUAGES = ("js", "javascript", "ts", "typescript", "jsx", "tsx", "mjs", "html")
_LIBRARY = ("@huggingface/transformers", "@xenova/transformers")
_IMPORT = re.compile(r"\bimport\b|\brequire\(")
_CALL = re.compile(
    r"""\b(?P<called>pipeline\([ \t\n]*+(?P<q>['"`])[\w-]++(?P=q)[ \t\n]*+,|[A-Z]\w*+\.from_pretrained\()
    [ \t\n]*+(?P<quote>['"`])(?P<id>[\w.-]++(?:/[\w.-]++)?)(?P=quote)(?P<rest>[^;]{0,600})""",
    re.VERBOSE,
)
_REVISION = re.compile(r"""\brevision\b["']?[ \t]*:[ \t]*(?:(['"`])([^'"`$\n]*)\1)?""")


class Scripted(NamedTuple):
    """A load, with offsets of the call."""

    id: str
    called: str
    pin: Pin
    revision: str | None
    start: int
    end: int


def scripted(code: str) -> Iterator[Scripted]:
    """The loads of a script that imports the library, or imports nothing."""
    if not any(name in code for name in _LIBRARY) and _IMPORT.search(code):
        return
    for match in _CALL.finditer(code) if "pipeline(" in code or ".from_pretrained(" in code else ():
        line = code[code.rfind("\n", 0, match.start()) + 1 : match.start()]
        if "//" in line:
            continue
        state, revision = _pin(_arguments(match["rest"]))
        called = match["called"].partition("(")[0]
        yield Scripted(match["id"], called, state, revision, match.start(), match.end("quote") + len(match["id"]) + 1)


def _arguments(rest: str) -> str:
    """What follows the id up to the end of the call."""
    depth = 1
    for at, char in enumerate(rest):
        depth += (char in "([{") - (char in ")]}")
        if depth == 0:
            return rest[:at]
    return rest


def _pin(arguments: str) -> tuple[Pin, str | None]:
    options = arguments.strip(" \t\n,")
    if not options:
        return "none", None
    match = _REVISION.search(options)
    if match is None:
        return ("none" if options.startswith("{") and "..." not in options else "unknown"), None
    return ("unknown", None) if match[1] is None else (pin(match[2]), match[2])
