"""JSON Schema over located data: every mismatch with its place, in the user's words."""

from __future__ import annotations

import json
import math
from functools import cache
from itertools import islice
from typing import TYPE_CHECKING, Any, TypeAlias

from cardlint.conformity import doubtful
from cardlint.locate import data_folder
from cardlint.nodes import Mapping, Node, Scalar, Sequence, is_null, join, kind_of
from cardlint.rule import did_you_mean
from cardlint.weights.named import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_LARGEST = 2**63
# A schema of these keywords alone speaks of each property by itself.
_INDEPENDENT = frozenset({"$schema", "$id", "$defs", "title", "description", "type", "properties", "additionalProperties"})
_MOST = 2000
LONGEST_LIST = 10_000
_LISTED = 6
_SHOWN = 60
_TYPES = {
    "string": "text", "array": "a list", "object": "a mapping", "integer": "a whole number", "number": "a number",
    "boolean": "true or false", "null": "nothing",
}  # fmt: skip


Path: TypeAlias = "list[str | int]"
Validate: TypeAlias = "Callable[[Any], Iterator[tuple[Path, Path]]]"


class Mismatch(NamedTuple):
    """One place where data and schema disagree.

    `keyword` is the schema keyword that disagrees; `subject` names the part (`configs[0].config_name`); `message` says
    what was expected; `owner` is the rule the schema's nearest `x-rule` names, or None.
    """

    subject: str
    node: Node
    keyword: str
    message: str
    owner: str | None


@cache
def load_schema(name: str) -> dict[str, Any]:
    """A schema that ships, by its file name under `schemas/`."""
    schema: dict[str, Any] = json.loads((data_folder("schemas") / name).read_bytes())
    return schema


def mismatches(name: str, root: Node, *, leave: Callable[[str | None, Node], bool] | None = None) -> Iterator[Mismatch]:
    """Where the data disagrees with the schema that ships under this name. Null values count as absent.

    `leave(owner, node)` says which disagreements the caller does not want; wording them all would cost seconds on a
    hostile card. At most 2,000 are yielded, and of a list at most 10,000 items are compared, which
    `schema-violation` says where there are more.
    """
    yield from islice(_mismatches(name, root, leave), _MOST)


def _mismatches(name: str, root: Node, leave: Callable[[str | None, Node], bool] | None) -> Iterator[Mismatch]:
    schema = load_schema(name)
    instance = _instance(root)
    if isinstance(instance, dict) and schema.keys() <= _INDEPENDENT and schema.get("additionalProperties", True) is True:
        instance = doubtful(schema, instance)
        if not instance:
            return
    seen: set[tuple[str, str]] = set()
    for path, schema_path in _validator(name)(instance):
        keyword = str(schema_path[-1])
        holder, owner = _walk_schema(schema, schema_path)
        subject, node = _follow(root, path)
        if leave is not None and leave(owner, node):
            continue
        for part, place, message in _explain(keyword, holder, subject, node):
            if (part, keyword) not in seen:
                seen.add((part, keyword))
                yield Mismatch(part, place, keyword, message, owner)


@cache
def _validator(name: str, part: str | None = None) -> Validate:
    try:
        import jsonschema_rs
    except ImportError:  # no wheel for this platform: the reference implementation gives the same answers, slower
        return reference_validator(name, part)
    validator = jsonschema_rs.validator_for(_part(name, part))
    return lambda instance: ((list(error.instance_path), list(error.schema_path)) for error in validator.iter_errors(instance))


def _part(name: str, part: str | None) -> dict[str, Any]:
    """A schema that ships, or of its definitions one."""
    schema = load_schema(name)
    return schema if part is None else {"$ref": f"#/$defs/{part}", "$defs": schema["$defs"]}


def disagreement(name: str, part: str, instance: Any) -> str | None:  # noqa: ANN401 - JSON
    """Where JSON disagrees with one of the definitions of a schema that ships, and what is expected there; None where nowhere."""
    for path, schema_path in _validator(name, part)(instance):
        holder, _ = _walk_schema(_part(name, part), schema_path)
        subject, keyword, value = "", str(schema_path[-1]), instance
        for step in path:
            subject, value = join(subject, step), value[step]
        if keyword == "required":
            subject = join(subject, next(key for key in holder["required"] if key not in value))
            return f'"{subject}" is missing'
        if keyword == "additionalProperties":
            subject = join(subject, min(value.keys() - holder.get("properties", {}).keys()))
            return f'unknown key "{subject}"'
        return f'"{subject}" must be {expected(holder)}' if subject else f"expected {expected(holder)}"
    return None


def reference_validator(name: str, part: str | None = None) -> Validate:
    """The same by `jsonschema`: fallback, and oracle in the tests."""
    import jsonschema

    validator = jsonschema.Draft202012Validator(_part(name, part))
    return lambda instance: ((list(error.absolute_path), list(error.absolute_schema_path)) for error in validator.iter_errors(instance))


def _walk_schema(schema: dict[str, Any], path: Path) -> tuple[dict[str, Any], str | None]:
    """The subschema that holds the keyword at the end of a schema path, and the last `x-rule` on the way there."""
    current: Any = schema
    owner = None
    for number, step in enumerate(path, 1):
        owner = _owner(current, owner)
        while "$ref" in current and step not in current:
            current = _resolve(schema, current["$ref"])
            owner = _owner(current, owner)
        if number < len(path) and step != "$ref":
            current = current[step]
    return current, owner


def _owner(part: Any, inherited: str | None) -> str | None:  # noqa: ANN401 - a part of a schema
    return part.get("x-rule", inherited) if isinstance(part, dict) else inherited


def _resolve(schema: dict[str, Any], reference: str) -> Any:  # noqa: ANN401 - a part of a schema
    current: Any = schema
    for step in reference.removeprefix("#/").split("/"):
        current = current[step]
    return current


def _instance(node: Node) -> Any:  # noqa: ANN401 - what a schema validates
    """The node as JSON data: null entries left out, numbers JSON cannot hold brought into range."""
    if isinstance(node, Sequence):
        return [_instance(item) for item in node.items[:LONGEST_LIST]]
    if isinstance(node, Mapping):
        return {entry.name: _instance(entry.value) for entry in node.effective() if not is_null(entry.value)}
    value = node.value
    if isinstance(value, float) and not math.isfinite(value):
        return 0.0
    return float(_LARGEST) if isinstance(value, int) and abs(value) >= _LARGEST else value


def _follow(root: Node, path: Path) -> tuple[str, Node]:
    subject, node = "", root
    for step in path:
        subject = join(subject, step)
        if isinstance(node, Sequence) and isinstance(step, int):
            node = node.items[step]
        else:
            assert isinstance(node, Mapping)
            entry = next(entry for entry in reversed(node.entries) if entry.name == step)
            node = entry.value
    return subject, node


def _explain(keyword: str, schema: dict[str, Any], subject: str, node: Node) -> Iterator[tuple[str, Node, str]]:
    if keyword == "required" and isinstance(node, Mapping):
        for name in schema["required"]:
            if node.get(name) is None:
                yield join(subject, name), node, f'"{join(subject, name)}" is missing'
    elif keyword == "additionalProperties" and isinstance(node, Mapping):
        known = schema.get("properties", {})
        for entry in node.effective():
            if entry.name not in known:
                hint = did_you_mean(entry.name, known)
                yield join(subject, entry.name), entry.key, f'unknown key "{entry.name}"{hint}'
    else:
        yield subject, node, f'"{subject}" must {_demand(keyword, schema, node)}'


def _demand(keyword: str, schema: dict[str, Any], node: Node) -> str:
    """What the schema asks of a value, as the end of a sentence."""
    wanted = schema.get(keyword)
    demands: dict[str, Callable[[], str]] = {
        "type": lambda: f"be {expected(schema)}, not {_given(node)}",
        "enum": lambda: f"be one of {_list(wanted)}{_near(node, wanted)}",
        "const": lambda: f"be {wanted}",
        "pattern": lambda: f"be {schema['x-expects']}" if "x-expects" in schema else f"match {wanted}",
        "minLength": lambda: "not be empty",
        "maxLength": lambda: f"be at most {wanted} characters long, not {len(str(getattr(node, 'value', '')))}",
        "minItems": lambda: "not be empty" if wanted == 1 else f"have at least {wanted} items",
        "maxItems": lambda: f"have at most {wanted} items",
        "minimum": lambda: f"be at least {wanted}",
        "maximum": lambda: f"be at most {wanted}",
        "uniqueItems": lambda: "not repeat an item",
    }
    return demands[keyword]() if keyword in demands else f"be {expected(schema)}"


def expected(schema: dict[str, Any]) -> str:
    """The types a schema admits, in words."""
    if "x-expects" in schema:
        return str(schema["x-expects"])
    options = schema.get("anyOf") or schema.get("oneOf")
    if options:
        return " or ".join(dict.fromkeys(expected(option) for option in options))
    if "enum" in schema or "const" in schema:
        return f"one of {_list(schema.get('enum', [schema.get('const')]))}"
    types = schema.get("type", [])
    words = [_TYPES[name] for name in ([types] if isinstance(types, str) else types)]
    if words and words[-1] == _TYPES["array"] and schema.get("items", {}).get("type") == "string":
        words[-1] = "a list of texts"
    return " or ".join(words) or "different"


def _given(node: Node) -> str:
    kind = kind_of(node)
    article = "" if kind in ("text", "nothing") else "a "
    value = f" ({node.raw[:_SHOWN]})" if isinstance(node, Scalar) and kind in ("number", "boolean", "text") else ""
    return f"{article}{kind}{value}"


def _list(values: Any) -> str:  # noqa: ANN401
    shown = ", ".join(str(value) for value in values[:_LISTED])
    return shown if len(values) <= _LISTED else f"{shown}, … ({len(values)} in all)"


def _near(node: Node, values: Any) -> str:  # noqa: ANN401
    hint = did_you_mean(node.raw, [str(value) for value in values]) if isinstance(node, Scalar) else ""
    return f", not {node.raw[:_SHOWN]!r}{hint}" if isinstance(node, Scalar) else hint
