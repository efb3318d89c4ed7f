"""What may be done with a vetted name: what its arguments, its state and its items have to look like.

Every vetted name has a condition. The plain ones are

- `value`: a function or a type that does no more with its arguments than keep, copy or convert them. They have to be
  *tame*: literals, containers of such, and what other such names made; for to convert or print an object of some class
  runs code of that class, and to make an array of it runs what it has under a name like `__array__`.
- `container`: the same, and what the lists and dictionaries among its arguments hold is only counted and hashed.
- `class`: an empty instance may be made (NEWOBJ, `copyreg.__newobj__`, `copyreg._reconstructor`, INST and OBJ without
  arguments) and given attributes (BUILD); its constructor is not called. `+state`: it has a `__setstate__` of its own
  that was read and does no more than that. `+slots`: attributes may come as a second dictionary. `+items`: it is a list,
  dict or set itself and may be filled. `+mapped`: its items are found as its attributes. `+tuple`: it is a tuple and keeps
  its arguments. `+only`: its constructor may load or evaluate what it is given, so that it is not kept as a value, which
  something may call later.
- `enum`: a member may be looked up by its value.
- `finished`: as `container`, and what it makes is given nothing more.
- `empty`: it is called without arguments.
- `kept`: it is not called at all, and only stands for itself. `reference`: nor is it bound to arguments.

The others are functions below that look at the arguments of one callable each.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cardlint.weights.loads import NESTED, packed
from cardlint.weights.named import NamedTuple
from cardlint.weights.tame import CALLED_ONLY, CONTAINERS, condition, has, is_class, is_vetted, package, vetted
from cardlint.weights.values import Blob, Box, Global, Made, Value

if TYPE_CHECKING:
    from collections.abc import Callable

    from cardlint.weights.tame import Tame
    from cardlint.weights.verdict import Verdict

_CODECS = frozenset({"latin1", "latin-1", "iso8859-1", "utf-8", "utf8", "ascii"})
# What `copyreg._reconstructor` may be given as the base that is filled with the state.
_BASES = frozenset({"object", "list", "dict", "set", "frozenset", "tuple", "str", "bytes", "bytearray", "int", "float", "complex"})
_BUILTINS = frozenset({"builtins", "__builtin__"})
_TENSORS = "torch._utils"
_NUMPY_RANDOM = "numpy.random"
# Whose classes and functions `functools.partial` may bind to arguments: layers, norms and functions of arrays.
_BOUND = frozenset({"builtins", "__builtin__", "collections", "math", "numpy", "scipy", "sklearn", "timm", "torch", "torchvision"})


class Wrong(NamedTuple):
    """What is wrong with a use of a vetted name, and how grave that is."""

    verdict: Verdict
    message: str


def _review(message: str) -> Wrong:
    return Wrong("review", message)


_UNUSUAL = _review("is called otherwise than picklers do")
_CONSTRUCTED = _review("is constructed, where picklers make an empty instance of it and give it its state")
_UNTAME = _review("is given objects whose own code it may run")
KEPT_TO_CALL = _review("is kept as a value, to be called later with whatever there is then")


def _arguments(made: Made) -> tuple[Value, ...]:
    return made.args if isinstance(made.args, tuple) else (made.args,)


# What is wrong with a call


def wrong_call(made: Made, tame: Tame) -> Wrong | None:
    """What is wrong with a call of a vetted name, or nothing. Other names are wrong by themselves. Raises SpentError."""
    callee = made.callee
    if not is_vetted(callee):
        return None
    return _wrong_class(made, tame) if is_class(callee) else CALLS[condition(callee)](made, tame)


def _wrong_class(made: Made, tame: Tame) -> Wrong | None:
    if not made.new:
        return _CONSTRUCTED
    if has(made.callee, "tuple"):
        return None if tame.called_only(made.args) is None else KEPT_TO_CALL
    return None if tame(made.args) else _UNTAME


def _value(made: Made, tame: Tame) -> Wrong | None:
    return None if tame(made.args, package(made.callee)) else _UNTAME


def _container(made: Made, tame: Tame) -> Wrong | None:
    return None if tame(made.args, package(made.callee), within=False) else _UNTAME


def _empty(made: Made, _: Tame) -> Wrong | None:
    return None if made.args == () else _UNUSUAL


def _kept(_: Made, __: Tame) -> Wrong | None:
    return _review("is called, where picklers only name it")


def _enum(made: Made, tame: Tame) -> Wrong | None:
    args = _arguments(made)
    return None if len(args) == 1 and tame(args) and not made.new else _UNUSUAL


def _encode(made: Made, _: Tame) -> Wrong | None:
    """`_codecs.encode(text, "latin1")`: how protocol 2 writes bytes."""
    args = _arguments(made)
    text = bool(args) and isinstance(args[0], (str, Blob))
    return None if text and all(isinstance(item, str) and item in _CODECS for item in args[1:]) and len(args) <= 2 else _UNUSUAL  # noqa: PLR2004


def _reconstructor(made: Made, tame: Tame) -> Wrong | None:
    """`copyreg._reconstructor(cls, base, state)`: how protocols 0 and 1 write an instance; the base's constructor is called."""
    args = _arguments(made)
    if len(args) != 3 or not is_vetted(args[0]) or not vetted(args[1]) or isinstance(args[2], Made):  # noqa: PLR2004
        return _UNUSUAL
    plain = args[1].module in _BUILTINS and args[1].name in _BASES
    return wrong_call(meant(made), tame) if plain and _can_be_made(args[0]) else _UNUSUAL


def _newobj(made: Made, tame: Tame) -> Wrong | None:
    """`copyreg.__newobj__(cls, *args)`: NEWOBJ spelt as a call."""
    args = _arguments(made)
    return wrong_call(meant(made), tame) if args and is_vetted(args[0]) and _can_be_made(args[0]) else _UNUSUAL


def _can_be_made(item: Global) -> bool:
    return condition(item) not in CALLED_ONLY


def _attribute(made: Made, _: Tame) -> Wrong | None:
    """`getattr(thing, "name")`: a name the program spells out, of something that is itself vetted; what it yields is judged by its name."""
    args = _arguments(made)
    if len(args) == 2 and isinstance(args[1], str) and args[1].startswith("__"):  # noqa: PLR2004
        return Wrong("block", f"reaches for `{args[1]}`")
    known = len(args) == 2 and vetted(args[0]) and isinstance(args[1], str) and args[1].isidentifier()  # noqa: PLR2004
    return None if known else _review("is called with something else than a known thing and the plain name of one of its attributes")


def _nested(made: Made, _: Tame) -> Wrong | None:
    """`torch.storage._load_from_bytes(b"...")`: bytes that the program holds; they are judged as a file of their own."""
    return None if packed(made) is not None else _review("loads something else than bytes that the pickle holds")


def _lies_beside(state: Value) -> bool:
    """Whether a state is what joblib before 0.10 writes: an array in a file of its own, which lies beside and has a plain name."""
    name = state.items.get("filename") if isinstance(state, Box) and not state.computed else None
    return isinstance(name, str) and bool(name) and not set(name) & set("/\\:\0") and name not in {".", ".."}


def _imported(made: Made, _: Tame) -> Wrong | None:
    """`numpy.core._ufunc_reconstruct(module, name)`: an import by another name; what it yields is judged by its name."""
    args = _arguments(made)
    return None if len(args) == 2 and all(isinstance(item, str) for item in args) else _UNUSUAL  # noqa: PLR2004


def _partial(made: Made, tame: Tame) -> Wrong | None:
    """`functools.partial(callable, …)`: keeps what it is given, and calls it later."""
    args = _arguments(made)
    return None if bool(args) and _may_be_bound(args[0]) and tame.called_only(args) is None else _UNUSUAL


def _may_be_bound(item: Value) -> bool:
    return vetted(item) and package(item) in _BOUND and condition(item) != "reference"


def _type(made: Made, tame: Tame) -> Wrong | None:
    """`type(None)`: how the types of the few constants are written. With three arguments it makes a new class."""
    args = _arguments(made)
    return None if len(args) == 1 and tame(args) and not made.new else _UNUSUAL


def _factory(made: Made, tame: Tame) -> Wrong | None:
    """`collections.defaultdict(factory, items)`: the factory is called without arguments, and later."""
    args = _arguments(made)
    return None if not args or ((args[0] is None or vetted(args[0])) and tame(args, within=False)) else _UNUSUAL


def _tensor_of_type(made: Made, tame: Tame) -> Wrong | None:
    """`torch._tensor._rebuild_from_type_v2(function, type, args, state)` calls the function with the arguments."""
    args = _arguments(made)
    if len(args) != 4 or not (vetted(args[0]) and vetted(args[1])) or args[0].module != _TENSORS:  # noqa: PLR2004
        return _UNUSUAL
    return None if tame((args[2], args[3]), within=False) else _UNTAME


def _of_class(made: Made, tame: Tame) -> Wrong | None:
    """Helpers of numpy that make an empty instance of their first argument; the rest is a shape and a dtype."""
    args = _arguments(made)
    return None if args and vetted(args[0]) and tame(args) else _UNUSUAL


def _cython(made: Made, tame: Tame) -> Wrong | None:
    """`__pyx_unpickle_NAME(cls, checksum, state)` makes an empty instance, and sets its fields where there is a state."""
    args = _arguments(made)
    known = bool(args) and is_vetted(args[0]) and _can_be_made(args[0])
    return None if known and tame(args, package(made.callee), within=False) else _UNUSUAL


def _index(made: Made, tame: Tame) -> Wrong | None:
    """`pandas.core.indexes.base._new_Index(cls, arguments)` calls `cls.__new__(cls, **arguments)`."""
    args = _arguments(made)
    known = len(args) == 2 and vetted(args[0]) and package(args[0]) == "pandas" and isinstance(args[1], Box)  # noqa: PLR2004
    return None if known and tame(args[1], "pandas") else _UNUSUAL


def _scalar(made: Made, tame: Tame) -> Wrong | None:
    """`numpy.core.multiarray.scalar(dtype, bytes)`."""
    args = _arguments(made)
    return None if 1 <= len(args) <= 2 and isinstance(args[0], Made) and tame(args) else _UNUSUAL  # noqa: PLR2004


def _generator(made: Made, _: Tame) -> Wrong | None:
    """The constructors of `numpy.random._pickle`: a name or a bit generator, and the function that makes one of a name."""
    return None if all(_of_random(item) for item in _arguments(made)) else _UNUSUAL


def _of_random(value: Value) -> bool:
    value = value.callee if isinstance(value, Made) else value
    return isinstance(value, str) or (vetted(value) and value.module.startswith(_NUMPY_RANDOM))


CALLS: dict[str, Callable[[Made, Tame], Wrong | None]] = {
    "value": _value,
    "container": _container,
    "finished": _container,
    "empty": _empty,
    "kept": _kept,
    "reference": _kept,
    "enum": _enum,
    "encode-text": _encode,
    "reconstructor": _reconstructor,
    "newobj": _newobj,
    "attribute": _attribute,
    "imported": _imported,
    "partial": _partial,
    "type": _type,
    "factory": _factory,
    "tensor-of-type": _tensor_of_type,
    "of-class": _of_class,
    "cython": _cython,
    "index": _index,
    "scalar": _scalar,
    "generator": _generator,
    NESTED: _nested,
    "beside": _value,
}
# What makes a whole object, or one of those there are only once.
_FINISHED = frozenset({"enum", "finished", "tensor-of-type", "type"})
# What yields the thing a name stands for, rather than a new object.
RESOLVING = frozenset({"attribute", "imported"})


def meant(made: Made) -> Made:
    """The same call in its shortest form: what the helpers of `copyreg` make is an instance of their first argument."""
    callee, args = made.callee, _arguments(made)
    if not isinstance(callee, Global) or not args or not isinstance(args[0], Global):
        return made
    if condition(callee) == "reconstructor":
        return Made(args[0], args[2:] if args[2:] != (None,) else (), made.offset, new=True)
    if condition(callee) == "newobj":
        return Made(args[0], args[1:], made.offset, new=True)
    return made


def resolved(made: Made) -> tuple[str, str]:
    """Module and name of what a call of RESOLVING yields, once it is known to be called rightly."""
    first, second = _arguments(made)
    return (first.module, f"{first.name}.{second}") if isinstance(first, Global) else (first, second)


# What is wrong with a state or with items. The unpickler looks `__setstate__`, `append`, `extend` and `add` up on the
# instance: one that was given attributes of these names runs whatever stands there when it is given a state or items next.


def _finished(made: Made) -> bool:
    """Whether a call has made an object whole, attributes and all."""
    state = _arguments(made)[2:]
    return condition(made.callee) in _FINISHED or (condition(made.callee) == "cython" and state != () and state[0] is not None)


def wrong_state(made: Made, state: Value) -> Wrong | None:
    """What is wrong with a state that BUILD gives to what a vetted name made."""
    callee = made.callee
    if not is_vetted(callee):
        return None
    if made.built:
        return _review("is given a state twice, and the second time may run what the first has set")
    if _finished(made):
        return _review("is given a state, and had all it needs")
    if condition(callee) == "partial":  # the state has the callable once more, and that is the one which stays
        return None if isinstance(state, tuple) and state and _may_be_bound(state[0]) else _UNUSUAL
    if condition(callee) == "beside":
        return None if _lies_beside(state) else _review("loads another file, and not one that lies beside it")
    return None if has(callee, "state") else _wrong_attributes(made, state)


def _wrong_attributes(made: Made, state: Value) -> Wrong | None:
    """What is wrong with a state that becomes the attributes of an object."""
    if has(made.callee, "mapped") and made.args != ():
        return _review("is given a state, and its items, which may stand for its attributes, were given it by a call")
    apart = isinstance(state, tuple) and len(state) == 2 and _is_dictionary(state[1])  # noqa: PLR2004
    if apart and not has(made.callee, "slots"):
        return _review("is given attributes one by one, where picklers give it a dictionary")
    return _review("is given attributes that make it something else") if apart and not _are_slots(state[1]) else None


def _are_slots(attributes: Value) -> bool:
    """Whether attributes that are set one by one are plain ones: `__class__` and `__dict__` can be set like that, too."""
    plain = isinstance(attributes, Box) and not attributes.computed
    return plain and not any(name.startswith("__") for name in attributes.items)


def _is_dictionary(value: Value) -> bool:
    if isinstance(value, Made):
        return is_vetted(value.callee) and condition(value.callee) in CONTAINERS
    return isinstance(value, Box) and value.kind == "dict"


def wrong_items(made: Made) -> Wrong | None:
    """What is wrong with giving items to what a vetted name made."""
    callee = made.callee
    if not is_vetted(callee):
        return None
    if made.built:
        return _review("is given items after its state, which may run what the state has set")
    unfit = (is_class(callee) and not has(callee, "items")) or _finished(made)
    return _review("is given items, and is no container") if unfit else None


def wrong_key(made: Made, key: Value) -> Wrong | None:
    """What is wrong with a key under which an object gets an item: of a class, its items may be its attributes."""
    attribute = is_vetted(made.callee) and is_class(made.callee) and isinstance(key, Made)
    return _review("is given an item under a name that is computed") if attribute else None
