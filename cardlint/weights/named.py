"""`typing.NamedTuple`, defined in a third of the time: a check defines about ninety of them before it has read anything.

Where annotations are not evaluated, `typing` compiles each as an expression, to see that it is one. Ruff and mypy do that for us.
docs/decisions/0001 has the figures.
"""

from __future__ import annotations

from collections import namedtuple
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from typing import NamedTuple as NamedTuple  # noqa: PLC0414 - for who imports it from here
else:

    class _Defining(type):
        """What makes a named tuple of the body of a class."""

        def __new__(cls, name: str, _: tuple[type, ...], body: dict[str, Any]) -> type:
            fields = body.get("__annotations__", {})
            defaults = [body.pop(field) for field in fields if field in body]
            made = namedtuple(name, fields, defaults=defaults, module=body["__module__"])  # noqa: PYI024 - that is what typing does
            for key, held in body.items():
                setattr(made, key, held)
                if hasattr(held, "__set_name__"):
                    held.__set_name__(made, key)
            return made

    NamedTuple = type.__new__(_Defining, "NamedTuple", (), {})
