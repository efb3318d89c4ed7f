"""What may be done with a vetted name: what its arguments, its state and its items have to look like.

Every vetted name has a condition, its own or that of the source it comes from. The plain ones are

- `value`: a function or a type that does no more with its arguments than keep, copy or convert them. They have to be
  *tame*: literals, containers, and what other such names made; for to list, hash or print an object of some class runs
  code of that class.
- `class`: an empty instance may be made (NEWOBJ, `copyreg.__newobj__`, `copyreg._reconstructor`, INST and OBJ without
  arguments) and given attributes (BUILD); its constructor is not called. `+state`: it has a `__setstate__` of its own
  that was read and does no more than that. `+slots`: attributes may come as a second dictionary. `+items`: it is a list,
  dict or set itself and may be filled.
- `enum`: a member may be looked up by its value.
- `finished`: as `value`, and what it makes is given nothing more.
- `kept`: it is not called at all, and only stands for itself.

The others are functions below that look at the arguments of one callable each.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from cardlint.weights.budget import SpentError
from cardlint.weights.reading import Held, Part
from cardlint.weights.values import Blob, Box, Global, Made, Value

if TYPE_CHECKING:
    from collections.abc import Callable

    from cardlint.weights.budget import Budget
    from cardlint.weights.reading import Reader
    from cardlint.weights.verdict import Verdict

NESTED = "nested"  # the condition of calls that load the bytes they are given
_LONGEST = 16_000_000  # bytes of text that are decoded
_CODECS = frozenset({"latin1", "latin-1", "iso8859-1", "utf-8", "utf8", "ascii"})
# What `copyreg._reconstructor` may be given as the base that is filled with the state.
_BASES = frozenset({"object", "list", "dict", "set", "frozenset", "tuple", "str", "bytes", "bytearray", "int", "float", "complex"})
_BUILTINS = frozenset({"builtins", "__builtin__"})
_MOST_LOOKED_AT = 4096  # values in the arguments of one call
_TENSORS = "torch._utils"
_NUMPY_RANDOM = "numpy.random"


class Wrong(NamedTuple):
    """What is wrong with a use of a vetted name, and how grave that is."""

    verdict: Verdict
    message: str


def _review(message: str) -> Wrong:
    return Wrong("review", message)


_UNUSUAL = _review("is called otherwise than picklers do")
_CONSTRUCTED = _review("is constructed, where picklers make an empty instance of it and give it its state")
_UNTAME = _review("is given objects whose own code it may run")


def passable(item: Global) -> bool:
    """Whether a name may be kept as a value: whatever calls it later can do no harm with it."""
    return item.known.condition not in _CALLED_ONLY


def is_class(item: Global) -> bool:
    """Whether a name is that of a class whose instances are made empty."""
    return (item.known.condition or "value").partition("+")[0] == "class"


def vetted(value: Value) -> bool:
    """Whether a value is a vetted name that may be kept."""
    return _is_vetted_name(value) and passable(value)


def _is_vetted_name(value: Value) -> bool:
    return isinstance(value, Global) and value.known.verdict == "ok"


def tame(value: Value, home: str | None = None) -> bool:
    """Whether nothing but code of vetted values runs when a value is listed, hashed or printed.

    Instances of classes of the package `home` are taken for tame: a library's own helper is given its own objects.
    """
    waiting, seen = [value], 0
    while waiting:
        value = waiting.pop()
        seen += 1
        if isinstance(value, tuple) and seen + len(waiting) + len(value) <= _MOST_LOOKED_AT:
            waiting += value
        elif not _tame(value, home):
            return False
    return True


def _tame(value: Value, home: str | None) -> bool:
    if isinstance(value, Global):
        return vetted(value)
    if isinstance(value, Made):
        callee = value.callee
        if not _is_vetted_name(callee) or callee.known.condition == "partial":
            return False
        return not is_class(callee) or _package(callee) == home
    return not isinstance(value, tuple)


def _package(item: Global) -> str:
    package: str = item.module.partition(".")[0]
    return package


def _arguments(made: Made) -> tuple[Value, ...]:
    return made.args if isinstance(made.args, tuple) else (made.args,)


# What is wrong with a call


def wrong_call(made: Made) -> Wrong | None:
    """What is wrong with a call of a vetted name, or nothing. Other names are wrong by themselves."""
    callee = made.callee
    if not _is_vetted_name(callee):
        return None
    condition = callee.known.condition or "value"
    if is_class(callee):
        return _wrong_class(made)
    return CALLS[condition](made)


def _wrong_class(made: Made) -> Wrong | None:
    if not made.new:
        return _CONSTRUCTED
    return None if tame(made.args) else _UNTAME


def _value(made: Made) -> Wrong | None:
    return None if tame(made.args, _package(made.callee)) else _UNTAME


def _kept(made: Made) -> Wrong | None:
    del made
    return _review("is called, where picklers only name it")


def _enum(made: Made) -> Wrong | None:
    args = _arguments(made)
    return None if len(args) == 1 and tame(args) and not made.new else _UNUSUAL


def _encode(made: Made) -> Wrong | None:
    """`_codecs.encode(text, "latin1")`: how protocol 2 writes bytes."""
    args = _arguments(made)
    text = bool(args) and isinstance(args[0], (str, Blob))
    return None if text and all(isinstance(item, str) and item in _CODECS for item in args[1:]) and len(args) <= 2 else _UNUSUAL  # noqa: PLR2004


def _reconstructor(made: Made) -> Wrong | None:
    """`copyreg._reconstructor(cls, base, state)`: how protocols 0 and 1 write an instance; the base's constructor is called."""
    args = _arguments(made)
    if len(args) != 3 or not vetted(args[0]) or not vetted(args[1]):  # noqa: PLR2004
        return _UNUSUAL
    plain = args[1].module in _BUILTINS and args[1].name in _BASES
    return wrong_call(meant(made)) if plain else _UNUSUAL


def _newobj(made: Made) -> Wrong | None:
    """`copyreg.__newobj__(cls, *args)`: NEWOBJ spelt as a call."""
    args = _arguments(made)
    return wrong_call(meant(made)) if args and vetted(args[0]) else _UNUSUAL


def _attribute(made: Made) -> Wrong | None:
    """`getattr(thing, "name")`: a name the program spells out, of something that is itself vetted; what it yields is judged by its name."""
    args = _arguments(made)
    if len(args) == 2 and isinstance(args[1], str) and args[1].startswith("__"):  # noqa: PLR2004
        return Wrong("block", f"reaches for `{args[1]}`")
    known = len(args) == 2 and vetted(args[0]) and isinstance(args[1], str) and args[1].isidentifier()  # noqa: PLR2004
    return None if known else _review("is called with something else than a known thing and the plain name of one of its attributes")


def _nested(made: Made) -> Wrong | None:
    """`torch.storage._load_from_bytes(b"...")`: bytes that the program holds; they are judged as a file of their own."""
    args = _arguments(made)
    return None if len(args) == 1 and _packed(args[0]) is not None else _review("loads something else than bytes that the pickle holds")


def _packed(value: Value) -> Value | None:
    """Bytes, or the text that protocol 2 writes for them as `_codecs.encode(text, "latin1")`, or where they lie."""
    if isinstance(value, Made) and isinstance(value.callee, Global) and (value.callee.module, value.callee.name) == ("_codecs", "encode"):
        args = _arguments(value)
        return args[0] if _encode(value) is None and len(args) == 2 and isinstance(args[0], (str, Blob)) else None  # noqa: PLR2004
    return value if isinstance(value, (bytes, Blob)) else None


def content_of(made: Made, reader: Reader, budget: Budget) -> Reader | None:
    """What a call that meets the condition `nested` loads. Raises SpentError."""
    args = _arguments(made)
    value = _packed(args[0]) if len(args) == 1 else None
    if isinstance(value, Blob) and isinstance(args[0], Made):
        if value.length > _LONGEST:
            raise SpentError
        budget.unpack(value.length)
        value = reader.read(value.offset, value.length).decode("utf-8", "replace")
    if isinstance(value, Blob):
        return Part(reader, value.offset, value.length)
    if isinstance(value, str):
        value = value.encode("latin-1", "replace")
    return Held(value) if isinstance(value, bytes) else None


def _lies_beside(state: Value) -> bool:
    """Whether a state is what joblib before 0.10 writes: an array in a file of its own, which lies beside and has a plain name."""
    name = state.items.get("filename") if isinstance(state, Box) else None
    return isinstance(name, str) and bool(name) and not set(name) & set("/\\:\0") and name not in {".", ".."}


def _imported(made: Made) -> Wrong | None:
    """`numpy.core._ufunc_reconstruct(module, name)`: an import by another name; what it yields is judged by its name."""
    args = _arguments(made)
    return None if len(args) == 2 and all(isinstance(item, str) for item in args) else _UNUSUAL  # noqa: PLR2004


def _partial(made: Made) -> Wrong | None:
    """`functools.partial(callable, …)`: keeps what it is given, and calls it later."""
    args = _arguments(made)
    return None if args and vetted(args[0]) and args[0].known.condition != "kept" else _UNUSUAL


def _type(made: Made) -> Wrong | None:
    """`type(None)`: how the types of the few constants are written. With three arguments it makes a new class."""
    args = _arguments(made)
    return None if len(args) == 1 and tame(args) and not made.new else _UNUSUAL


def _factory(made: Made) -> Wrong | None:
    """`collections.defaultdict(factory, items)`: the factory is called without arguments, and later."""
    args = _arguments(made)
    return None if not args or ((args[0] is None or vetted(args[0])) and tame(args)) else _UNUSUAL


def _tensor_of_type(made: Made) -> Wrong | None:
    """`torch._tensor._rebuild_from_type_v2(function, type, args, state)` calls the function with the arguments."""
    args = _arguments(made)
    if len(args) != 4 or not (vetted(args[0]) and vetted(args[1])) or args[0].module != _TENSORS:  # noqa: PLR2004
        return _UNUSUAL
    return None if tame((args[2], args[3])) else _UNTAME


def _of_class(made: Made) -> Wrong | None:
    """Helpers that make an empty instance of their first argument, of numpy and of Cython; the rest is kept or copied."""
    args = _arguments(made)
    return None if args and vetted(args[0]) and tame(args) else _UNUSUAL


def _index(made: Made) -> Wrong | None:
    """`pandas.core.indexes.base._new_Index(cls, arguments)` calls `cls.__new__(cls, **arguments)`."""
    args = _arguments(made)
    known = len(args) == 2 and vetted(args[0]) and _package(args[0]) == "pandas" and isinstance(args[1], Box)  # noqa: PLR2004
    return None if known and all(tame(item, "pandas") for item in args[1].items.values()) else _UNUSUAL


def _scalar(made: Made) -> Wrong | None:
    """`numpy.core.multiarray.scalar(dtype, bytes)`."""
    args = _arguments(made)
    return None if 1 <= len(args) <= 2 and isinstance(args[0], Made) and tame(args) else _UNUSUAL  # noqa: PLR2004


def _generator(made: Made) -> Wrong | None:
    """The constructors of `numpy.random._pickle`: a name or a bit generator, and the function that makes one of a name."""
    return None if all(_of_random(item) for item in _arguments(made)) else _UNUSUAL


def _of_random(value: Value) -> bool:
    value = value.callee if isinstance(value, Made) else value
    return isinstance(value, str) or (vetted(value) and value.module.startswith(_NUMPY_RANDOM))


CALLS: dict[str, Callable[[Made], Wrong | None]] = {
    "value": _value,
    "enum": _enum,
    "finished": _value,
    "encode-text": _encode,
    "reconstructor": _reconstructor,
    "kept": _kept,
    "newobj": _newobj,
    "attribute": _attribute,
    "imported": _imported,
    "partial": _partial,
    "type": _type,
    "factory": _factory,
    "tensor-of-type": _tensor_of_type,
    "of-class": _of_class,
    "index": _index,
    "scalar": _scalar,
    "generator": _generator,
    NESTED: _nested,
    "beside": _value,
}
# What would do harm where somebody calls it later, with arguments nobody has looked at.
_CALLED_ONLY = frozenset({NESTED, "reconstructor", "newobj", "attribute", "imported", "partial", "tensor-of-type"})
# What makes a whole object, or one of those there are only once.
_FINISHED = frozenset({"enum", "finished", "tensor-of-type"})
# What yields the thing a name stands for, rather than a new object.
RESOLVING = frozenset({"attribute", "imported"})


def meant(made: Made) -> Made:
    """The same call in its shortest form: what the helpers of `copyreg` make is an instance of their first argument."""
    callee, args = made.callee, _arguments(made)
    if not isinstance(callee, Global) or not args or not isinstance(args[0], Global):
        return made
    if callee.known.condition == "reconstructor":
        return Made(args[0], args[2:] if args[2:] != (None,) else (), made.offset, new=True)
    if callee.known.condition == "newobj":
        return Made(args[0], args[1:], made.offset, new=True)
    return made


def resolved(made: Made) -> tuple[str, str]:
    """Module and name of what a call of RESOLVING yields, once it is known to be called rightly."""
    first, second = _arguments(made)
    return (first.module, f"{first.name}.{second}") if isinstance(first, Global) else (first, second)


# What is wrong with a state or with items. The unpickler looks `__setstate__`, `append`, `extend` and `add` up on the
# instance: one that was given attributes of these names runs whatever stands there when it is given a state or items next.


def wrong_state(made: Made, state: Value) -> Wrong | None:
    """What is wrong with a state that BUILD gives to what a vetted name made."""
    callee = made.callee
    if not _is_vetted_name(callee):
        return None
    if made.built:
        return _review("is given a state twice, and the second time may run what the first has set")
    if callee.known.condition in _FINISHED:
        return _review("is given a state, and had all it needs")
    if callee.known.condition == "beside":
        return None if _lies_beside(state) else _review("loads another file, and not one that lies beside it")
    if not is_class(callee) or _has(callee, "state") or _has(callee, "slots"):
        return None
    second = isinstance(state, tuple) and len(state) == 2 and state[1] is not None  # noqa: PLR2004
    return _review("is given attributes one by one, where picklers give it a dictionary") if second else None


def wrong_items(made: Made) -> Wrong | None:
    """What is wrong with giving items to what a vetted name made."""
    callee = made.callee
    if not _is_vetted_name(callee):
        return None
    if made.built:
        return _review("is given items after its state, which may run what the state has set")
    unfit = (is_class(callee) and not _has(callee, "items")) or callee.known.condition in _FINISHED
    return _review("is given items, and is no container") if unfit else None


def wrong_key(made: Made, key: Value) -> Wrong | None:
    """What is wrong with a key under which an object gets an item: of a class, its items may be its attributes."""
    attribute = _is_vetted_name(made.callee) and is_class(made.callee) and isinstance(key, Made)
    return _review("is given an item under a name that is computed") if attribute else None


def _has(item: Global, mark: str) -> bool:
    return mark in (item.known.condition or "").split("+")[1:]
