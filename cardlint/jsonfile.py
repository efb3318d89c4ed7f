"""JSON files with the place of every key, read by the YAML reader, of which JSON is very nearly a part."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from cardlint.errors import Unreadable
from cardlint.nodes import Entry, Mapping, Node, Scalar, Sequence
from cardlint.text import BOM
from cardlint.yamlreader import Limits, YamlError, read_yaml

if TYPE_CHECKING:
    from cardlint.text import Text

JSON_BYTES = 4_000_000
_LIMITS = Limits(size=JSON_BYTES)


def read_json(text: Text) -> Node:
    """The document in a JSON file. Raises Unreadable where it is not JSON; `json` decides, the YAML reader gives places.

    What JSON allows and YAML does not (a surrogate pair written as two escapes) is read without places: every node
    then spans the whole file.
    """
    if text.truncated:
        raise Unreadable(f"{text.path} is larger than {JSON_BYTES:,} bytes")
    try:
        value = json.loads(text.content.removeprefix(BOM))
    except (ValueError, RecursionError) as error:
        raise Unreadable(f"{text.path} is not valid JSON: {error}") from error
    try:
        start = len(BOM) if text.content.startswith(BOM) else 0
        node = read_yaml(text.content[start:], path=text.path, limits=_LIMITS, base=start)
    except YamlError:
        node = None
    return node if node is not None else _placeless(value, text)


def _placeless(value: object, text: Text) -> Node:
    end = len(text.content)
    if isinstance(value, dict):
        entries = [Entry(_placeless(key, text), _placeless(item, text)) for key, item in value.items()]
        return Mapping(text.path, 0, end, entries)
    if isinstance(value, list):
        return Sequence(text.path, 0, end, [_placeless(item, text) for item in value])
    assert value is None or isinstance(value, (str, int, float, bool))
    return Scalar(text.path, 0, end, value, str(value), plain=False)
