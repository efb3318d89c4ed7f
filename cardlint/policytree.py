"""The policies that ship as located data that needs no YAML parser: `rules/policies/NAME.json`, made by scripts/build_index.py.

A node is a list: its letter, where it starts and ends, and what it holds. A test compares each with what the reader makes of its text.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from zlib import crc32

from cardlint.nodes import Entry, Mapping, Node, Scalar, Sequence
from cardlint.yamlreader import resolve

if TYPE_CHECKING:
    from pathlib import Path

    from cardlint.text import Text


def flat(node: Node) -> list[Any]:
    """A node as it is stored."""
    if isinstance(node, Scalar):
        return ["s", node.start, node.end, node.raw, node.plain]
    if isinstance(node, Sequence):
        return ["l", node.start, node.end, [flat(item) for item in node.items]]
    return ["m", node.start, node.end, [[flat(entry.key), flat(entry.value)] for entry in node.entries]]


def checksum(text: Text) -> int:
    """What says that a text is the one that was stored: an edit that leaves it as long as it was is one, too."""
    return crc32(text.content.encode("utf-8", "surrogatepass"))


def stored(place: Path, text: Text) -> Mapping | None:
    """What is stored of the policy whose text this is; None where nothing is, or it is of another text."""
    try:
        held = json.loads(place.with_suffix(".json").read_bytes())
    except (OSError, ValueError):
        return None
    root = _node(text.path, held["root"]) if held["crc32"] == checksum(text) else None
    return root if isinstance(root, Mapping) else None


def _node(path: str, held: list[Any]) -> Node:
    letter, start, end, *inside = held
    if letter == "s":
        raw, plain = inside
        return Scalar(path, start, end, resolve(raw) if plain else raw, raw, plain)
    (items,) = inside
    if letter == "l":
        return Sequence(path, start, end, [_node(path, item) for item in items])
    return Mapping(path, start, end, [Entry(_node(path, key), _node(path, value)) for key, value in items])
