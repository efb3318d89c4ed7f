"""JSON Schema in words."""

from __future__ import annotations

import json
from typing import Any

_ONE_OF = ("anyOf", "oneOf")


def type_words(schema: dict[str, Any]) -> str:
    """What a value may be, as `list of string, or null`."""
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    if "const" in schema:
        return json.dumps(schema["const"], ensure_ascii=False)
    if "enum" in schema:
        return ", ".join(json.dumps(value, ensure_ascii=False) for value in schema["enum"])
    for key in _ONE_OF:
        if key in schema:
            return ", or ".join(dict.fromkeys(type_words(each) for each in schema[key]))
    named = schema.get("type", "anything")
    return " or ".join(_one(name, schema) for name in ([named] if isinstance(named, str) else named))


def _one(name: str, schema: dict[str, Any]) -> str:
    if name == "array" and isinstance(schema.get("items"), dict):
        return f"list of {type_words(schema['items'])}"
    if name == "object" and isinstance(schema.get("additionalProperties"), dict):
        return f"mapping to {type_words(schema['additionalProperties'])}"
    return {"array": "list", "object": "mapping"}.get(name, name)
