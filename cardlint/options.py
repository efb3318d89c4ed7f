"""The options of a check: its keyword-only parameters, and the JSON Schema their annotations make."""

from __future__ import annotations

import inspect
import sys
import types
import typing
from typing import TYPE_CHECKING, Any, Literal, get_args, get_origin

from cardlint.engine import check_function
from cardlint.rule import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Callable

    from cardlint.rule import Rule

_SCALARS: dict[Any, str] = {str: "string", int: "integer", float: "number", bool: "boolean", type(None): "null"}


def option_schema(check: Callable[..., Any]) -> dict[str, Any]:
    """The JSON Schema of a check's options. Raises TypeError for an annotation that has none."""
    parameters = [item for item in inspect.signature(check).parameters.values() if item.kind is item.KEYWORD_ONLY]
    properties = {item.name: _schema(_annotation(check, item)) for item in parameters}
    required = [item.name for item in parameters if item.default is item.empty]
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}


def _annotation(check: Callable[..., Any], parameter: inspect.Parameter) -> Any:  # noqa: ANN401
    """The type of one parameter. Facts are annotated with names that exist only for type checkers, so not all are resolved."""
    names = {"Any": Any, "Literal": Literal, **getattr(check, "__globals__", {})}
    written = parameter.annotation
    return eval(written, names) if isinstance(written, str) else written  # noqa: S307 - our own source


def positional_count(check: Callable[..., Any]) -> int:
    """How many given values a check takes."""
    kinds = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    return sum(item.kind in kinds for item in inspect.signature(check).parameters.values())


def _schema(hint: Any) -> dict[str, Any]:  # noqa: ANN401 - any annotation
    if hint is Any:
        return {}
    if hint in _SCALARS:
        return {"type": _SCALARS[hint]}
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is Literal:
        return {"enum": list(arguments)}
    if origin in (typing.Union, types.UnionType):
        return {"anyOf": [_schema(argument) for argument in arguments]}
    if origin in (list, tuple):
        return {"type": "array", "items": _schema(arguments[0])}
    if origin is dict:
        return {"type": "object", "additionalProperties": _schema(arguments[1])}
    raise TypeError(f"no JSON Schema for the option annotation {hint!r}")


def option_error(rule: Rule, name: str, value: Any) -> str | None:  # noqa: ANN401
    """What is wrong with one option of a rule's check, or None."""
    schema = option_schema(check_function(rule))
    known = schema["properties"]
    if name not in known:
        return f'the check of {rule.id} has no option "{name}"{did_you_mean(name, known)}'
    import jsonschema

    error = next(jsonschema.Draft202012Validator(known[name]).iter_errors(value), None)
    message = error.message if error else _own_error(rule, name, value)
    return None if message is None else f'option "{name}" of {rule.id}: {message}'


def _own_error(rule: Rule, name: str, value: Any) -> str | None:  # noqa: ANN401
    """What the check's own module says of a value whose type is right (`OPTION_ERRORS`: check, option, function)."""
    check = check_function(rule)
    judges = getattr(sys.modules[check.__module__], "OPTION_ERRORS", {}).get(check.__name__, {})
    return judges[name](value) if name in judges else None
