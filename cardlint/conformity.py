"""What conforms to a schema beyond doubt, seen without a validator.

Importing a validator costs a fifth of the whole process, and most cards hold texts and lists of texts that plainly are
what their schema asks. Only the rest is handed to the validator. Whatever this module does not understand is not beyond
doubt; a property test compares it with `jsonschema`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

_TYPES: dict[type, tuple[str, ...]] = {
    str: ("string",), list: ("array",), dict: ("object",), bool: ("boolean",), int: ("integer", "number"), float: ("number",),
}  # fmt: skip
_ANNOTATIONS = frozenset({"title", "description", "examples", "deprecated", "default", "x-rule", "x-vocabulary", "x-expects"})


def doubtful(schema: dict[str, Any], instance: dict[str, Any], root: dict[str, Any] | None = None) -> dict[str, Any]:
    """The members of an object that do not plainly conform to their property's schema.

    Sound only for a schema that speaks of each property alone: its keywords are `properties` and annotations. References
    lead into `root`, where that is another one.
    """
    properties, root = schema["properties"], schema if root is None else root
    return {key: value for key, value in instance.items() if key in properties and not _plain(root, properties[key], value)}


def _plain(root: dict[str, Any], schema: dict[str, Any], value: Any) -> bool:  # noqa: ANN401 - any JSON value
    """Whether a value conforms for certain."""
    if type(value) not in _TYPES:
        return False
    return all(key in _ANNOTATIONS or (key in _KEYWORDS and _KEYWORDS[key](root, schema, value)) for key in schema)


def _type(root: dict[str, Any], schema: dict[str, Any], value: Any) -> bool:  # noqa: ANN401
    del root
    wanted = schema["type"]
    return any(name in ([wanted] if isinstance(wanted, str) else wanted) for name in _TYPES[type(value)])


def _enum(root: dict[str, Any], schema: dict[str, Any], value: Any) -> bool:  # noqa: ANN401
    del root
    return isinstance(value, str) and value in schema["enum"]


def _pattern(root: dict[str, Any], schema: dict[str, Any], value: Any) -> bool:  # noqa: ANN401
    del root
    return not isinstance(value, str) or re.search(schema["pattern"], value) is not None


def _shortest(root: dict[str, Any], schema: dict[str, Any], value: Any) -> bool:  # noqa: ANN401
    del root
    return not isinstance(value, str) or len(value) >= schema["minLength"]


def _longest(root: dict[str, Any], schema: dict[str, Any], value: Any) -> bool:  # noqa: ANN401
    del root
    return not isinstance(value, str) or len(value) <= schema["maxLength"]


def _least(root: dict[str, Any], schema: dict[str, Any], value: Any) -> bool:  # noqa: ANN401
    del root
    return isinstance(value, bool) or not isinstance(value, int | float) or value >= schema["minimum"]


def _unique(root: dict[str, Any], schema: dict[str, Any], value: Any) -> bool:  # noqa: ANN401
    del root, schema
    return not isinstance(value, list) or (all(isinstance(item, str) for item in value) and len(set(value)) == len(value))


def _reference(root: dict[str, Any], schema: dict[str, Any], value: Any) -> bool:  # noqa: ANN401
    part: Any = root
    for step in schema["$ref"].removeprefix("#/").split("/"):
        part = part[step]
    return _plain(root, part, value)


def _items(root: dict[str, Any], schema: dict[str, Any], value: Any) -> bool:  # noqa: ANN401
    return not isinstance(value, list) or all(_plain(root, schema["items"], item) for item in value)


def _properties(root: dict[str, Any], schema: dict[str, Any], value: Any) -> bool:  # noqa: ANN401
    return not isinstance(value, dict) or not doubtful(schema, value, root)


def _required(root: dict[str, Any], schema: dict[str, Any], value: Any) -> bool:  # noqa: ANN401
    del root
    return not isinstance(value, dict) or all(key in value for key in schema["required"])


def _if(root: dict[str, Any], schema: dict[str, Any], value: Any) -> bool:  # noqa: ANN401
    """Only the one condition our card schemas use: a consequence for texts."""
    if schema["if"] != {"type": "string"} or "else" in schema:
        return False
    return not isinstance(value, str) or _plain(root, schema.get("then", {}), value)


_KEYWORDS: dict[str, Callable[[dict[str, Any], dict[str, Any], Any], bool]] = {
    "type": _type, "enum": _enum, "pattern": _pattern, "minLength": _shortest, "maxLength": _longest, "minimum": _least,
    "$ref": _reference, "items": _items, "uniqueItems": _unique, "properties": _properties,
    "required": _required, "if": _if, "then": lambda *_: True,
}  # fmt: skip
