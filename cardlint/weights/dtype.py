"""numpy's types of array elements, as `.npy` headers and pickles write them: how large they are, and whether they hold objects.

Headers: numpy/lib/format.py, `dtype_to_descr`. Pickles: `numpy.dtype.__reduce__`, numpy/core/src/multiarray/descriptor.c.
"""

from __future__ import annotations

import math
from typing import NamedTuple

from cardlint.weights.patterns import lazily
from cardlint.weights.values import Box, Global, Made, Value

_DEEPEST = 16
_CODE = lazily(r"[<>|=]?([?biufcSaUVOmM])([0-9]{0,10})(?:\[[^\]]{1,20}\])?")
_PER_CHARACTER = 4  # bytes of a character of U
_SIZES = {
    "b": {1}, "i": {1, 2, 4, 8}, "u": {1, 2, 4, 8}, "f": {2, 4, 8, 12, 16}, "c": {8, 16, 24, 32}, "m": {8}, "M": {8}, "O": {4, 8},
}  # fmt: skip
# What makes numpy's type of texts of any length, `StringDType`; an element refers to its text, as objects do.
_TEXTS = frozenset(
    (
        ("numpy.dtypes", "StringDType"),
        ("numpy.core._internal", "_convert_to_stringdtype_kwargs"),
        ("numpy._core._internal", "_convert_to_stringdtype_kwargs"),
    )
)
_TEXT = 16  # bytes
_HAS_OBJECTS = 1  # bit of the flags: elements are references
# Positions in the state of a pickled dtype: (version, order, subtype, names, fields, size, alignment, flags[, metadata]).
_SUBTYPE, _FIELDS, _SIZE, _FLAGS = 2, 4, 5, 7


class Layout(NamedTuple):
    """Bytes of one element, and whether objects are among them."""

    size: int
    objects: bool


class WrongTypeError(Exception):
    """A type that no writer of arrays writes."""


def product(shape: Value) -> int:
    """The number of elements. Raises WrongTypeError where that is no shape."""
    if not isinstance(shape, tuple) or any(type(length) is not int or length < 0 for length in shape):
        raise WrongTypeError("the shape is no tuple of sizes")
    return math.prod(shape)


def from_header(descr: object, depth: int = 0) -> Layout:
    """The layout of what a header describes: text, a type with a shape, or a list of fields. Raises WrongTypeError."""
    if depth > _DEEPEST:
        raise WrongTypeError("the type is nested too deep")
    if isinstance(descr, str):
        return _from_code(descr)
    if isinstance(descr, tuple) and len(descr) == 2:  # noqa: PLR2004 - type and shape
        return _repeated(from_header(descr[0], depth + 1), descr[1])
    if not isinstance(descr, list):
        raise WrongTypeError("the type is described as no writer does")
    return _sum([_field(field, depth) for field in descr])


def _field(field: object, depth: int) -> Layout:
    if not isinstance(field, tuple) or len(field) not in {2, 3}:
        raise WrongTypeError("a field of the type is described as no writer does")
    layout = from_header(field[1], depth + 1)
    return _repeated(layout, field[2]) if len(field) == 3 else layout  # noqa: PLR2004 - with a shape


def _repeated(layout: Layout, shape: object) -> Layout:
    return Layout(layout.size * product((shape,) if isinstance(shape, int) else shape), layout.objects)


def _sum(parts: list[Layout]) -> Layout:
    return Layout(sum(part.size for part in parts), any(part.objects for part in parts))


def _from_code(code: str) -> Layout:
    match = _CODE.fullmatch(code)
    if match is None:
        raise WrongTypeError(f"the type {code[:40]!r} is none that writers write")
    kind, digits = match[1], match[2]
    size = int(digits or 0)
    if kind == "?":
        return Layout(1, objects=False)
    if kind == "O":
        return Layout(8, objects=True)
    if kind in _SIZES and size not in _SIZES[kind]:
        raise WrongTypeError(f"the type {code[:40]!r} does not exist")
    return Layout(size * (_PER_CHARACTER if kind == "U" else 1), objects=False)


def from_pickle(value: Value, depth: int = 0) -> Layout:
    """The layout of a pickled dtype: `numpy.dtype(code, align, copy)` with its state. Raises WrongTypeError."""
    if depth > _DEEPEST:
        raise WrongTypeError("the type is nested too deep")
    callee = value.callee if isinstance(value, Made) else None
    made_by = (callee.module, callee.name) if isinstance(callee, Global) else None
    if made_by in _TEXTS:
        return Layout(_TEXT, objects=True)
    if made_by != ("numpy", "dtype"):
        raise WrongTypeError("the type is no numpy.dtype")
    args = value.args
    if not isinstance(args, tuple) or not args or not isinstance(args[0], str):
        raise WrongTypeError("the type has no code")
    layout = _from_code(args[0])
    return layout if value.state is None else _with_state(layout, args[0].lstrip("<>|="), value.state, depth)


def _with_state(layout: Layout, code: str, state: Value, depth: int) -> Layout:
    if not isinstance(state, tuple) or len(state) <= _FLAGS:
        raise WrongTypeError("the state of the type is none that numpy writes")
    size, objects = layout.size, layout.objects
    if state[_SUBTYPE] is not None:
        base = state[_SUBTYPE]
        if not isinstance(base, tuple) or len(base) != 2:  # noqa: PLR2004 - type and shape
            raise WrongTypeError("the subtype is none that numpy writes")
        objects = _repeated(from_pickle(base[0], depth + 1), base[1]).objects
    if state[_FIELDS] is not None:
        objects = objects or any(part.objects for part in _fields(state[_FIELDS], depth))
    if type(state[_SIZE]) is not int or type(state[_FLAGS]) is not int:
        raise WrongTypeError("the size or the flags of the type are no plain numbers")
    if code[:1] in "SUV" and state[_SIZE] >= 0:
        size = state[_SIZE]
    if bool(state[_FLAGS] & _HAS_OBJECTS) != objects:  # numpy, and so joblib, goes by the flags alone, whatever the code is
        raise WrongTypeError("the type does not say of itself whether it holds objects")
    return Layout(size, objects)


def _fields(fields: Value, depth: int) -> list[Layout]:
    if not isinstance(fields, Box):
        raise WrongTypeError("the fields of the type are none that numpy writes")
    return [from_pickle(field[0] if isinstance(field, tuple) and field else None, depth + 1) for field in fields.items.values()]
