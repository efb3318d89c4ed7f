"""The few shapes that card fields have, as JSON Schema.

Every shape is built so that one defect is one error with a precise place: no `anyOf` or `oneOf`; values
are constrained only after their type is known. `x-rule` names the rule a violation belongs to; the one
nearest to the violated keyword counts. `x-vocabulary` names the file under `schemas/vocabulary`.
"""

from __future__ import annotations

from typing import Any, TypeAlias

Schema: TypeAlias = dict[str, Any]

# One end for every pattern: in Python `$` also matches before a final line feed.
END = r"$(?!\n)"
_PART = r"[A-Za-z0-9_](?:[A-Za-z0-9_.-]{0,94}[A-Za-z0-9_])?"
_REPOSITORY = rf"(?:{_PART}/)?{_PART}"
REPOSITORY = rf"^(?!.*(?:--|\.\.|\.git$)){_REPOSITORY}{END}"
PRELOAD = rf"^(?!\S*(?:--|\.\.))(?!\S*\.git(?: |$)){_REPOSITORY}(?: \S+(?: [0-9a-f]{{40}})?)?{END}"
URL = rf"^https?://\S+{END}"


def described(shape: Schema, description: str, *examples: object, **more: object) -> Schema:
    """The shape with what the field is for, and examples."""
    shown = {"examples": list(examples)} if examples else {}
    return {"description": description, **shape, **shown, **more}


def of_type(*types: str, **keywords: object) -> Schema:
    """A value of one of the JSON types."""
    return {"type": types[0] if len(types) == 1 else list(types), **keywords}


def text(**keywords: object) -> Schema:
    """A string."""
    return of_type("string", **keywords)


def flag() -> Schema:
    """True or false."""
    return of_type("boolean")


def known(name: str) -> Schema:
    """A string out of the definition `name`."""
    return {"type": "string", "$ref": f"#/$defs/{name}"}


def listed(items: Schema, **keywords: object) -> Schema:
    """A list."""
    return of_type("array", items=items, **keywords)


def one_or_more(name: str) -> Schema:
    """A string out of the definition `name`, or a list of them."""
    return {"type": ["string", "array"], "$ref": f"#/$defs/{name}", "items": known(name)}


def texts() -> Schema:
    """A string or a list of strings."""
    return of_type("string", "array", items=text())


def record(properties: Schema, required: tuple[str, ...] = (), **keywords: object) -> Schema:
    """A mapping with some known keys."""
    needs = {"required": list(required)} if required else {}
    return of_type("object", properties=properties, **needs, **keywords)


def constrained(rule: str | None, vocabulary: str | None = None, **keywords: object) -> Schema:
    """A definition that says something about strings and nothing about anything else."""
    named = {"x-rule": rule, "x-vocabulary": vocabulary}
    then = {**keywords, **{key: value for key, value in named.items() if value}}
    return {"if": {"type": "string"}, "then": then}


def gone(description: str) -> Schema:
    """A key nobody reads any more; its value does not matter."""
    return {"description": description, "deprecated": True}
