"""What may be done with vetted names, each with a use that passes and the uses nearest to it that do not."""

from __future__ import annotations

from typing import Any

import pytest
from assemble import Built, Call, Filled, Name, Raw, judged, name, program, push

from cardlint.weights.names import Names

LIST = {
    "value": "lib.make lib.Number numpy.ndarray numpy.dtype other.make builtins.object builtins.list builtins.dict __builtin__.object pandas.block",
    "class": "lib.Thing other.Thing pandas.Index pandas.core.Index other.Index",
    "class+state": "lib.Stateful",
    "class+slots": "lib.Slotted",
    "class+items": "lib.Items",
    "class+items+mapped": "lib.Mapped",
    "class+tuple": "lib.Pair",
    "class+state+only": "lib.Model",
    "container": "collections.OrderedDict",
    "empty": "types.SimpleNamespace",
    "reference": "numpy.memmap",
    "cython": "lib.__pyx_unpickle_Thing",
    "enum": "lib.Kind",
    "finished": "torch._utils._rebuild_with_state",
    "kept": "lib.function",
    "encode-text": "_codecs.encode",
    "reconstructor": "copyreg._reconstructor",
    "newobj": "copyreg.__newobj__",
    "attribute": "builtins.getattr",
    "imported": "numpy.core._ufunc_reconstruct",
    "partial": "functools.partial",
    "type": "builtins.type",
    "factory": "collections.defaultdict",
    "tensor-of-type": "torch._tensor._rebuild_from_type_v2",
    "of-class": "numpy.core.multiarray._reconstruct",
    "index": "pandas.core.indexes.base._new_Index",
    "scalar": "numpy.core.multiarray.scalar",
    "generator": "numpy.random._pickle.__generator_ctor numpy.random._pickle.__bit_generator_ctor numpy.random.MT19937",
}
EXTRA = {"value": "torch._utils._rebuild_tensor lib.Thing.method numpy.mean"}


def _names() -> Names:
    modules: dict[str, dict[str, list[str]]] = {}
    for kind in (LIST, EXTRA):
        for condition, dotted in kind.items():
            for item in dotted.split():
                module, _, last = item.rpartition(".")
                if item == "lib.Thing.method":
                    module, last = "lib", "Thing.method"
                modules.setdefault(module, {}).setdefault(f"lib-1/{condition}", []).append(last)
    packed = {module: {listed: " ".join(names) for listed, names in groups.items()} for module, groups in modules.items()}
    return Names({"modules": packed}, {"names": {"lib.evil": {"does": "runs code"}}, "modules": {}})


NAMES = _names()


def N(dotted: str) -> Name:  # noqa: N802 - as short as the names it makes
    module, _, last = dotted.rpartition(".")
    return Name(module, last)


def new(dotted: str, *args: Any) -> Call:
    return Call(N(dotted), args, by="NEWOBJ")


def called(dotted: str, *args: Any) -> Call:
    return Call(N(dotted), args)


def said(value: Any, protocol: int = 4) -> list[str]:
    return [item.message for item in judged(program([value], protocol), NAMES).evidence]


THING = new("lib.Thing")
PASSING: dict[str, Any] = {
    "a value of literals": called("lib.make", 1, "a", None, b"b", 1.5, (True, (2,)), [1], {"a": 1}),
    "a value of values": called("lib.make", called("lib.Number", 1), N("lib.Number")),
    "a value made by NEWOBJ": new("lib.Number", 1),
    "a value of a class of its own package": called("lib.make", THING),
    "a value of a class as such": called("lib.make", N("other.Thing")),
    "a class made empty": THING,
    "a class made with plain arguments": new("lib.Thing", 1, "a"),
    "a class by INST": Call(N("lib.Thing"), (), by="INST"),
    "a class by OBJ": Call(N("lib.Thing"), (), by="OBJ"),
    "a class by NEWOBJ_EX": Call(N("lib.Thing"), (), by="NEWOBJ_EX"),
    "a class with attributes": Built(THING, {"a": 1}),
    "a class with attributes and no slots": Built(THING, ({"a": 1}, None)),
    "a class with a state of its own": Built(new("lib.Stateful"), (1, {"a": 2})),
    "a class with slots": Built(new("lib.Slotted"), (None, {"a": 2})),
    "a class with items": Filled(new("lib.Items"), {"a": 1, 2: 3}),
    "a class with items and attributes": Built(Filled(new("lib.Items"), {"a": 1}), {"b": 1}),
    "a member": called("lib.Kind", "a"),
    "a finished tensor": called("torch._utils._rebuild_with_state", 1, {"a": 1}),
    "a function that is kept": {"f": N("lib.function")},
    "bytes": called("_codecs.encode", "\xe4", "latin1"),
    "bytes without an encoding": called("_codecs.encode", "a"),
    "long bytes": called("_codecs.encode", "a" * 5000, "latin1"),
    "an instance of protocol 0": called("copyreg._reconstructor", N("lib.Thing"), N("builtins.object"), None),
    "a list of protocol 0": called("copyreg._reconstructor", N("lib.Items"), N("builtins.list"), [1]),
    "an instance of protocol 0 with attributes": Built(
        called("copyreg._reconstructor", N("lib.Thing"), N("builtins.object"), None), {"a": 1}
    ),
    "an instance by __newobj__": called("copyreg.__newobj__", N("lib.Thing")),
    "an attribute by its name": called("builtins.getattr", N("lib.Thing"), "method"),
    "an attribute by its name, called": Call(called("builtins.getattr", N("lib.Thing"), "method"), (1,)),
    "a ufunc by its name": called("numpy.core._ufunc_reconstruct", "lib", "make"),
    "a bound function": Built(called("functools.partial", N("numpy.mean")), (N("numpy.mean"), (1,), {}, None)),
    "a bound function with arguments": called("functools.partial", N("numpy.mean"), THING),
    "a container of anything": called("collections.OrderedDict", [["a", THING]]),
    "a container that is empty, for a value": called("lib.make", called("collections.OrderedDict")),
    "a container by a dictionary of anything": called("collections.defaultdict", N("builtins.list"), {"a": THING}),
    "a value of containers of values": called("lib.make", [1, {"a": called("lib.Number", 1)}, ([2], [[3]])]),
    "a tuple of anything": new("lib.Pair", THING, [new("other.Thing")]),
    "a dictionary of protocol 0 with attributes": Built(
        called("copyreg._reconstructor", N("lib.Items"), N("builtins.dict"), {"a": 1}), {"b": 1}
    ),
    "a mapping with attributes": Built(Filled(new("lib.Mapped"), {"a": 1}), {"b": 1}),
    "an empty namespace": Built(called("types.SimpleNamespace"), {"a": 1}),
    "a class for an array": called("numpy.core.multiarray._reconstruct", N("numpy.memmap"), (0,), b"b"),
    "a class of Cython": Built(called("lib.__pyx_unpickle_Thing", N("lib.Thing"), 12345, None), (1, 2)),
    "a class of Cython with its state": called("lib.__pyx_unpickle_Thing", N("lib.Thing"), 12345, (1, [THING])),
    "a model": Built(new("lib.Model"), {"layers": [THING]}),
    "a model of protocol 0": Built(called("copyreg._reconstructor", N("lib.Model"), N("builtins.object"), None), {}),
    "a model by __newobj__": called("copyreg.__newobj__", N("lib.Model")),
    "far too much in a container": called("collections.OrderedDict", [THING] * 5000),
    "the type of None": called("builtins.type", None),
    "a dictionary of lists": called("collections.defaultdict", N("builtins.list")),
    "a dictionary of nothing": called("collections.defaultdict"),
    "a dictionary of None": called("collections.defaultdict", None, {"a": 1}),
    "a tensor of a type": called(
        "torch._tensor._rebuild_from_type_v2", N("torch._utils._rebuild_tensor"), N("lib.Thing"), (1, (2,)), {"a": 1}
    ),
    "an array": called("numpy.core.multiarray._reconstruct", N("numpy.ndarray"), (0,), b"b"),
    "an index": called(
        "pandas.core.indexes.base._new_Index", N("pandas.Index"), {"data": [1], "name": None, "of": new("pandas.core.Index")}
    ),
    "a scalar": called("numpy.core.multiarray.scalar", called("numpy.dtype", "f8"), b"12345678"),
    "a generator by a name": called("numpy.random._pickle.__generator_ctor", "MT19937", N("numpy.random._pickle.__bit_generator_ctor")),
    "a generator by a bit generator": called(
        "numpy.random._pickle.__generator_ctor", called("numpy.random._pickle.__bit_generator_ctor", N("numpy.random.MT19937"))
    ),
    "a generator of its own": called("numpy.random._pickle.__generator_ctor"),
    "a dictionary keyed by values": Filled(called("collections.defaultdict", N("builtins.list")), {called("lib.make", 1): 2}),
}
OTHERWISE = "is called otherwise than picklers do"
UNTAME = "is given objects whose own code it may run"
FAILING: dict[str, tuple[Any, str]] = {
    "a value of another's instance": (called("lib.make", new("other.Thing")), UNTAME),
    "a value of an instance in a tuple": (called("lib.make", (1, (new("other.Thing"),))), UNTAME),
    "a value of a bound function": (called("lib.make", called("functools.partial", N("numpy.mean"))), UNTAME),
    "a value of an instance in a list": (called("lib.make", [new("other.Thing")]), UNTAME),
    "a value of an instance deep in lists": (called("lib.make", [{"a": [(1, [new("other.Thing")])]}]), UNTAME),
    "a value of an instance as a key": (called("lib.make", {new("other.Thing"): 1}), UNTAME),
    "a value of a crowded list": (called("lib.make", [called("lib.Number", 1)] * 500), UNTAME),
    "a value of a container that was filled": (called("lib.make", Filled(called("collections.OrderedDict"), {"a": 1})), UNTAME),
    "a value of a container that was made full": (called("lib.make", called("collections.OrderedDict", [])), UNTAME),
    "a container of an instance as such": (called("collections.OrderedDict", new("other.Thing")), UNTAME),
    "a tuple of a function that calls": (new("lib.Pair", (N("builtins.getattr"),)), "is kept as a value"),
    "a namespace with arguments": (called("types.SimpleNamespace", {"a": 1}), OTHERWISE),
    "a file for an array": (called("numpy.memmap", "weights.bin"), "is called, where picklers only name it"),
    "a file for an array by NEWOBJ": (new("numpy.memmap", "weights.bin"), "is called, where picklers only name it"),
    "a file for an array, bound": (called("functools.partial", N("numpy.memmap"), "weights.bin"), OTHERWISE),
    "a class of Cython twice": (Built(called("lib.__pyx_unpickle_Thing", N("lib.Thing"), 12345, (1,)), {"a": 1}), "had all it needs"),
    "a class of Cython filled": (Filled(called("lib.__pyx_unpickle_Thing", N("lib.Thing"), 12345, (1,)), [1]), "is no container"),
    "a class of Cython of a literal": (called("lib.__pyx_unpickle_Thing", "lib.Thing", 12345, None), OTHERWISE),
    "a class of Cython of another's instance": (called("lib.__pyx_unpickle_Thing", N("lib.Thing"), 1, new("other.Thing")), OTHERWISE),
    "a model kept as a value": ({"a": N("lib.Model")}, "lib.Model is kept as a value"),
    "a model bound": (called("functools.partial", N("lib.Model")), OTHERWISE),
    "a model for a factory": (called("collections.defaultdict", N("lib.Model")), OTHERWISE),
    "attributes of a value set one by one": (Built(called("lib.make", 1), (None, {"a": 1})), "is given attributes one by one"),
    "attributes of a value set by a computed dictionary": (
        Built(called("lib.make", 1), (None, called("collections.OrderedDict", [["a", 1]]))),
        "is given attributes one by one",
    ),
    "a mapping of protocol 0 with attributes": (
        Built(called("copyreg._reconstructor", N("lib.Mapped"), N("builtins.dict"), {"a": 1}), {"b": 1}),
        "its items, which may stand for its attributes",
    ),
    "a type changed": (Built(called("builtins.type", N("lib.Thing")), (None, {"a": 1})), "had all it needs"),
    "an instance of protocol 0 filled by a call": (
        called("copyreg._reconstructor", N("lib.Items"), N("builtins.list"), called("lib.make", 1)),
        OTHERWISE,
    ),
    "a value of far too many": (called("lib.make", tuple(range(5000))), UNTAME),
    "a value of a function that calls": (called("lib.make", N("builtins.getattr")), UNTAME),
    "a class constructed": (called("lib.Thing"), "is constructed"),
    "a class constructed by INST": (Call(N("lib.Thing"), (1,), by="INST"), "is constructed"),
    "a class constructed by OBJ": (Call(N("lib.Thing"), (1,), by="OBJ"), "is constructed"),
    "a class of another's instance": (new("lib.Thing", new("other.Thing")), UNTAME),
    "a class with attributes set one by one": (Built(THING, (None, {"a": 1})), "is given attributes one by one"),
    "a class with slots that becomes another": (
        Built(new("lib.Slotted"), (None, {"__class__": N("lib.Thing")})),
        "is given attributes that make it something else",
    ),
    "a class with slots by a computed dictionary": (
        Built(new("lib.Slotted"), (None, called("collections.OrderedDict", [["__class__", N("lib.Thing")]]))),
        "is given attributes that make it something else",
    ),
    "a class with two states": (Built(Built(THING, {"a": 1}), {"b": 1}), "is given a state twice"),
    "a class with items that has none": (Filled(THING, {"a": 1}), "is given items, and is no container"),
    "a class with things appended that has none": (Filled(THING, [1]), "is given items, and is no container"),
    "a class with things added that has none": (Filled(THING, {1}), "is given items, and is no container"),
    "a class filled after its state": (Filled(Built(new("lib.Items"), {"a": 1}), {"b": 1}), "is given items after its state"),
    "a class with an item of a computed name": (Filled(new("lib.Items"), {called("lib.make", "a"): 1}), "under a name that is computed"),
    "a hook among the items": (Filled(new("lib.Items"), {"__setstate__": 1}), "`__setstate__`"),
    "a hook among the attributes": (Built(THING, {"__setstate__": N("lib.make")}), "`__setstate__`"),
    "a member changed": (Built(called("lib.Kind", "a"), {"b": 1}), "is given a state, and had all it needs"),
    "a member filled": (Filled(called("lib.Kind", "a"), {"b": 1}), "is given items, and is no container"),
    "a class of members made anew": (called("lib.Kind", "a", ["b"]), OTHERWISE),
    "a member by NEWOBJ": (new("lib.Kind", "a"), OTHERWISE),
    "a finished tensor given more": (Built(called("torch._utils._rebuild_with_state", 1), {"a": 1}), "had all it needs"),
    "a function that is kept, called": (called("lib.function", 1), "is called, where picklers only name it"),
    "bytes of another codec": (called("_codecs.encode", "a", "rot13"), OTHERWISE),
    "bytes of nothing": (called("_codecs.encode"), OTHERWISE),
    "bytes of a number": (called("_codecs.encode", 1, "latin1"), OTHERWISE),
    "bytes with a way to fail": (called("_codecs.encode", "a", "latin1", "latin1"), OTHERWISE),
    "bytes of a computed codec": (called("_codecs.encode", "a", called("lib.make", "b")), OTHERWISE),
    "an instance of an odd base": (called("copyreg._reconstructor", N("lib.Thing"), N("lib.make"), None), OTHERWISE),
    "an instance of a literal": (called("copyreg._reconstructor", "lib.Thing", N("builtins.object"), None), OTHERWISE),
    "an instance of too much": (called("copyreg._reconstructor", N("lib.Thing"), N("builtins.object")), OTHERWISE),
    "an instance of what calls": (called("copyreg._reconstructor", N("copyreg._reconstructor"), N("builtins.object"), None), OTHERWISE),
    "an instance of protocol 0 of another's instances": (
        called("copyreg._reconstructor", N("lib.Items"), N("builtins.list"), [new("other.Thing")]),
        UNTAME,
    ),
    "an instance by __newobj__ of nothing": (called("copyreg.__newobj__"), OTHERWISE),
    "an instance by __newobj__ of another's instance": (called("copyreg.__newobj__", N("lib.Thing"), new("other.Thing")), UNTAME),
    "an instance of protocol 0, twice built": (
        Built(Built(called("copyreg._reconstructor", N("lib.Thing"), N("builtins.object"), None), {}), {}),
        "is given a state twice",
    ),
    "an attribute of an instance": (called("builtins.getattr", THING, "method"), "something else than a known thing"),
    "an attribute by a computed name": (
        called("builtins.getattr", N("lib.Thing"), called("lib.make", "a")),
        "something else than a known thing",
    ),
    "an attribute by an odd name": (called("builtins.getattr", N("lib.Thing"), "a.b"), "something else than a known thing"),
    "an attribute with a default": (called("builtins.getattr", N("lib.Thing"), "method", 1), "something else than a known thing"),
    "an attribute that is on no list": (
        called("builtins.getattr", N("lib.Thing"), "other"),
        "asks for lib.Thing.other, which is not on the vetted list",
    ),
    "an attribute of dunders": (called("builtins.getattr", N("lib.Thing"), "__globals__"), "reaches for `__globals__`"),
    "a function that calls, kept": (N("builtins.getattr"), "builtins.getattr is kept as a value"),
    "a ufunc that is on no list": (called("numpy.core._ufunc_reconstruct", "lib", "other"), "asks for lib.other"),
    "a ufunc that is dangerous": (called("numpy.core._ufunc_reconstruct", "lib", "evil"), "asks for lib.evil, which runs code"),
    "a ufunc by a computed name": (called("numpy.core._ufunc_reconstruct", "lib", called("lib.make", 1)), OTHERWISE),
    "a bound nothing": (called("functools.partial"), OTHERWISE),
    "a bound function that becomes a file": (
        Built(called("functools.partial", N("numpy.mean")), (N("numpy.memmap"), ("weights.bin",), {}, None)),
        OTHERWISE,
    ),
    "a bound function that becomes somebody's": (
        Built(called("functools.partial", N("numpy.mean")), (N("lib.make"), (), {}, None)),
        OTHERWISE,
    ),
    "a bound function with a state that is none": (Built(called("functools.partial", N("numpy.mean")), {}), OTHERWISE),
    "a bound function that calls": (called("functools.partial", N("builtins.getattr")), OTHERWISE),
    "a bound function of somebody": (called("functools.partial", N("lib.make")), OTHERWISE),
    "a bound function with one that calls": (called("functools.partial", N("numpy.mean"), (N("builtins.getattr"),)), OTHERWISE),
    "a bound function called": (Call(called("functools.partial", N("numpy.mean")), ()), "calls what another call returned"),
    "a class made anew": (called("builtins.type", "a", (), {}), OTHERWISE),
    "a class of classes made empty": (new("builtins.type", "a"), OTHERWISE),
    "a dictionary of what calls": (called("collections.defaultdict", N("functools.partial")), OTHERWISE),
    "a dictionary of a bound function": (called("collections.defaultdict", called("functools.partial", N("numpy.mean"))), OTHERWISE),
    "a dictionary of another's instance": (called("collections.defaultdict", None, new("other.Thing")), OTHERWISE),
    "a tensor by another function": (called("torch._tensor._rebuild_from_type_v2", N("lib.make"), N("lib.Thing"), (1,), {}), OTHERWISE),
    "a tensor of a literal": (
        called("torch._tensor._rebuild_from_type_v2", N("torch._utils._rebuild_tensor"), "lib.Thing", (1,), {}),
        OTHERWISE,
    ),
    "a tensor of too little": (called("torch._tensor._rebuild_from_type_v2", N("torch._utils._rebuild_tensor")), OTHERWISE),
    "a tensor of an instance": (
        called("torch._tensor._rebuild_from_type_v2", N("torch._utils._rebuild_tensor"), N("lib.Thing"), (new("other.Thing"),), {}),
        UNTAME,
    ),
    "a tensor of a type given more": (
        Built(called("torch._tensor._rebuild_from_type_v2", N("torch._utils._rebuild_tensor"), N("lib.Thing"), (), {}), {}),
        "had all it needs",
    ),
    "an array of a literal": (called("numpy.core.multiarray._reconstruct", "numpy.ndarray", (0,), b"b"), OTHERWISE),
    "an array of nothing": (called("numpy.core.multiarray._reconstruct"), OTHERWISE),
    "an array of another's instance": (called("numpy.core.multiarray._reconstruct", N("numpy.ndarray"), new("other.Thing")), OTHERWISE),
    "an index of another library": (called("pandas.core.indexes.base._new_Index", N("other.Index"), {}), OTHERWISE),
    "an index of another's instance": (
        called("pandas.core.indexes.base._new_Index", N("pandas.Index"), {"data": new("other.Thing")}),
        OTHERWISE,
    ),
    "an index of no dictionary": (called("pandas.core.indexes.base._new_Index", N("pandas.Index"), 1), OTHERWISE),
    "a scalar of a literal": (called("numpy.core.multiarray.scalar", "f8", b"1"), OTHERWISE),
    "a scalar of an instance": (called("numpy.core.multiarray.scalar", called("numpy.dtype", "O"), new("other.Thing")), OTHERWISE),
    "a scalar of too much": (called("numpy.core.multiarray.scalar", called("numpy.dtype", "O"), 1, 2), OTHERWISE),
    "a generator by another function": (called("numpy.random._pickle.__generator_ctor", "MT19937", N("lib.make")), OTHERWISE),
    "a generator of another's instance": (called("numpy.random._pickle.__generator_ctor", new("other.Thing")), OTHERWISE),
}


@pytest.mark.parametrize("protocol", [2, 4])
@pytest.mark.parametrize("value", PASSING.values(), ids=PASSING)
def test_what_picklers_write_passes(value: Any, protocol: int) -> None:
    assert said(value, protocol) == []


@pytest.mark.parametrize("protocol", [2, 4])
@pytest.mark.parametrize(("value", "message"), FAILING.values(), ids=FAILING)
def test_what_they_do_not_write_is_noticed(value: Any, message: str, protocol: int) -> None:
    assert any(message in item for item in said(value, protocol))


def test_a_tuple_of_shared_tuples_is_looked_at_only_so_long() -> None:
    code = push(name("lib", "make") and N("lib.make")) + b"K\x01\x85" + b"2\x86" * 40 + b"\x85R"
    assert any(UNTAME in item for item in said(Raw(code)))


def test_a_single_argument_that_is_no_tuple_is_one_argument() -> None:
    assert said(Raw(push(N("lib.make")) + b"K\x01R")) == ["calls something with arguments that are no tuple, and so not known"]


def test_arguments_that_call_is_given_as_no_tuple_at_all() -> None:
    for dotted in ("builtins.getattr", "copyreg.__newobj__", "functools.partial", "lib.Kind"):
        assert "calls something with arguments that are no tuple, and so not known" in said(Raw(push(N(dotted)) + b"K\x01R")), dotted


GETATTR = N("builtins.getattr")


@pytest.mark.parametrize(
    "value",
    [[GETATTR], {"a": GETATTR}, {"a": (1, (GETATTR,))}, (GETATTR, 1), Built(THING, {"a": GETATTR}), Built(THING, (GETATTR,)), Built(THING, GETATTR), Filled(new("lib.Items"), {"a": GETATTR})],
    ids=["list", "dict", "tuple in a dict", "tuple", "attribute", "state of a tuple", "state", "item"],
)  # fmt: skip
def test_a_function_that_calls_is_kept_nowhere(value: Any) -> None:
    assert any("builtins.getattr is kept as a value" in item for item in said(value))


def test_a_function_that_calls_is_not_what_a_program_leaves() -> None:
    said_of_it = [item.message for item in judged(program(GETATTR), NAMES).evidence]
    assert said_of_it == ["builtins.getattr is kept as a value, to be called later with whatever there is then"]


def test_a_function_that_calls_may_be_called_from_the_memo() -> None:
    args = push((N("lib.Thing"), "method")) + b"R"
    assert said(Raw(push(GETATTR) + b"q\x00" + args + b"h\x00" + args)) == []


def test_what_is_looked_at_is_paid_for() -> None:
    calls = b"".join(b"h\x00h\x01R0" for _ in range(3000))
    code = push(N("lib.make")) + b"q\x00" + push(tuple([[1]] * 2000)) + b"\x85q\x01" + calls
    assert any("too long or too intricate" in item for item in said(Raw(code)))


def test_what_is_not_held_is_not_changed() -> None:
    for code in (b"X\x01\0\0\0aQ}b", b"X\x01\0\0\0aQ(K\x01K\x02u"):
        assert "changes an object it does not hold" in said(Raw(code))


def test_what_no_vetted_name_made_is_wrong_by_itself_alone() -> None:
    made = called("nobody.knows", 1)
    assert said(Built(Built(Filled(made, {called("lib.make", 1): 1}), {}), {})) == [
        "asks for nobody.knows, which is not on the vetted list"
    ]


def test_what_a_call_of_a_call_made_is_given_items_and_a_state() -> None:
    made = Call(Call(N("lib.make"), ()), ())
    assert said(Built(Filled(made, {called("lib.make", 1): 1}), {})) == ["calls what another call returned, or what is not known"]
