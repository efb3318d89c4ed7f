"""The YAML most frontmatter is made of, read without a parser: keys with a plain value each, or a list of them.

PyYAML takes longer to import than all else takes that a check of weights beside such a card has to do. Whatever is written in any
other way (quotes, comments, numbers with signs, anything nested or over several lines, what is not ASCII) is not read here but by it.
A test holds what is read here against what PyYAML makes of it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from cardlint.nodes import Entry, Mapping, Scalar, Sequence
from cardlint.weights.patterns import lazily

if TYPE_CHECKING:
    from collections.abc import Callable

    from cardlint.nodes import Plain

# No colon before a blank, and no blank before a hash: what follows one would be something else.
_VALUE = r"[A-Za-z0-9][\w./+-]*(?:[ :][\w./+-]+)*"
_ENTRY = lazily(
    rf"(?P<key>[A-Za-z_][\w-]{{0,99}}):"
    rf"(?: (?P<value>{_VALUE})|(?P<list>\n(?P<indent> {{0,8}})- {_VALUE}(?:\n(?P=indent)- {_VALUE})*))(?:\n|\Z)",
    re.ASCII,
)
_ITEM = lazily(rf"\n *- (?P<value>{_VALUE})", re.ASCII)


def plain_mapping(content: str, path: str, base: int, most: int, resolve: Callable[[str], Plain]) -> Mapping | None:
    """The keys and values in `content`, whose first character stands at offset `base`; None where any of it is not plain.

    `most` is how many nodes there may be; `resolve` says what a plain scalar means.
    """
    if 2 * content.count("\n") + 3 > most:
        return None

    def scalar(found: re.Match[str], name: str) -> Scalar:
        raw = found[name]
        return Scalar(path, base + found.start(name), base + found.end(name), resolve(raw), raw, plain=True)

    entries: list[Entry] = []
    at = 0
    while at < len(content):
        entry = _ENTRY.match(content, at)
        if entry is None:
            return None
        value: Scalar | Sequence
        if entry["value"] is None:
            items = [scalar(item, "value") for item in _ITEM.finditer(content, entry.start("list"), entry.end("list"))]
            value = Sequence(path, base + entry.end("indent"), items[-1].end, list(items))
        else:
            value = scalar(entry, "value")
        entries.append(Entry(scalar(entry, "key"), value))
        at = entry.end()
    return Mapping(path, base, entries[-1].value.end, entries) if entries else None
