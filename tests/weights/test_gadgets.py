"""Chains of names each of which is vetted, or close to one, that would run code after all: none of them passes.

Each was found by reading what the libraries do when their objects are unpickled. The code they would run is inert.
"""

from __future__ import annotations

from typing import Any

import pytest
from assemble import Built, Call, Filled, Name, Raw, judged, lists, program, push

NAMES = lists()


def new(module: str, name: str) -> Call:
    return Call(Name(module, name), by="NEWOBJ")


# Something that something else is to call: a bound constructor, and a class as such.
BOUND = Call(Name("functools", "partial"), (Name("collections", "OrderedDict"), [["a", "echo pickled"]]))
CLASS = Name("sklearn.linear_model._ridge", "Ridge")
NAMESPACE = new("argparse", "Namespace")
RESULT = new("scipy.optimize._optimize", "OptimizeResult")
# Text that no opcode spells: a scalar of its bytes.
TEXT = Call(
    Name("numpy.core.multiarray", "scalar"), (Call(Name("numpy", "dtype"), ("U12", False, True)), "__setstate__".encode("utf-32-le"))
)
TENSOR = Call(Name("torch._utils", "_rebuild_tensor"), (1, 0, (1,), (1,)))
HOOKS = Call(Name("collections", "OrderedDict"))

CHAINS: dict[str, Any] = {
    # numpy calls a method named as the function on what an array of objects holds
    "a ufunc on an object with a method of its name": Call(Name("numpy", "exp"), ([Built(NAMESPACE, {"exp": BOUND})],)),
    # numpy looks `__array__` up on the object
    "an index of an object that is an array": Call(
        Name("pandas.core.indexes.base", "_new_Index"),
        (Name("pandas.core.indexes.base", "Index"), {"data": [Built(NAMESPACE, {"__array__": BOUND})]}),
    ),
    "an exception of an object to be printed": Call(Name("builtins", "str"), (Built(NAMESPACE, {"a": 1}),)),
    # _pickle.c, load_build and do_append look these up on the object
    "a state that makes the next state a call": Built(Built(NAMESPACE, {TEXT: CLASS}), {"a": 1}),
    "a state that makes the next state a call, spelt": Built(NAMESPACE, {"__setstate__": CLASS}),
    "a state that makes the next item a call": Filled(Built(NAMESPACE, {"append": CLASS, "extend": CLASS}), [1, 2]),
    "a state that makes the next element a call": Filled(Built(NAMESPACE, {"add": CLASS}), {1}),
    # sklearn's Bunch, scipy's results and Lightning's AttributeDict find attributes among their items
    "an item that makes the state a call": Built(Filled(RESULT, {TEXT: CLASS}), {"a": 1}),
    "an item that makes the state a call, spelt": Built(Filled(RESULT, {"__setstate__": CLASS}), {"a": 1}),
    "items by a constructor that make the state a call": Built(
        Call(Name("copyreg", "_reconstructor"), (RESULT.callee, Name("builtins", "dict"), [[TEXT, CLASS]])), {"a": 1}
    ),
    "an attribute of a tensor that makes the state a call": Built(
        Call(Name("torch._utils", "_rebuild_parameter_with_state"), (TENSOR, False, HOOKS, {TEXT: CLASS})), {"a": 1}
    ),
    "an attribute of a tensor that makes items a call": Filled(
        Call(Name("torch._utils", "_rebuild_parameter_with_state"), (TENSOR, False, HOOKS, {"extend": CLASS})), [1]
    ),
    "a field of a Cython object that makes the state a call": Built(
        Call(Name("pandas._libs.arrays", "__pyx_unpickle_NDArrayBacked"), (Name("pandas", "Categorical"), 82904607, (1, 2, {TEXT: CLASS}))), {"a": 1}
    ),
    "a namespace that is made of attributes": Built(Call(Name("types", "SimpleNamespace"), ({TEXT: CLASS},)), {"a": 1}),
    # what there is only once
    "a logger with another handler": Built(Call(Name("logging", "getLogger"), ()), {"handlers": [NAMESPACE]}),
    "the type of all classes with another call": Built(Call(Name("builtins", "type"), (CLASS,)), (None, {"__call__": BOUND})),
    "a class with another method": Built(CLASS, {"fit": BOUND}),
    # numpy.DataSource removes the folder it believes to be its own when it goes
    "a folder removed with an object": Built(new("numpy", "DataSource"), {"_istmpdest": True, "_destpath": "none"}),
    # scipy.stats: `__setstate__` executes a template that stands among the attributes
    "a distribution with a template of its own": Built(new("scipy.stats._continuous_distns", "norm_gen"), {"_parse_arg_template": "echo"}),
    "a file mapped into memory": Call(Name("numpy", "memmap"), ("weights.bin", "u1", "w+")),
    "a file mapped into memory by NEWOBJ": Call(Name("numpy", "memmap"), ("weights.bin", "u1", "w+"), by="NEWOBJ"),
    # ultralytics.nn.tasks: the constructor evaluates the activation a configuration names
    "a model constructed": Call(Name("ultralytics.nn.tasks", "DetectionModel"), ({"activation": "echo"},)),
    "a model bound to a configuration": Call(Name("functools", "partial"), (Name("ultralytics.nn.tasks", "DetectionModel"), {"activation": "echo"})),
    "a model to be constructed by others": {"factory": Name("ultralytics.nn.tasks", "DetectionModel")},
    "a graph that is source": Call(Name("torch.fx.graph_module", "reduce_graph_module"), ({"_code": "echo"}, "")),
    "arrays of joblib that are other files": Built(new("joblib.numpy_pickle_compat", "NDArrayWrapper"), {"filename": "../other.npy"}),
    "a function that reaches for attributes, for later": Built(new("sklearn.preprocessing._function_transformer", "FunctionTransformer"), {"func": Name("builtins", "getattr")}),
    "a factory that is bound": Call(Name("collections", "defaultdict"), (BOUND,)),
    "a class constructed by a codec": Call(Name("_codecs", "encode"), ("a", "zlib_codec")),
}  # fmt: skip


@pytest.mark.parametrize("protocol", [2, 4])
@pytest.mark.parametrize("chain", CHAINS.values(), ids=CHAINS)
def test_no_chain_of_vetted_names_passes(chain: Any, protocol: int) -> None:
    assert judged(program([chain], protocol), NAMES).verdict != "ok"


@pytest.mark.parametrize("part", [BOUND, CLASS, NAMESPACE, RESULT, TEXT, TENSOR, HOOKS], ids=str)
def test_the_parts_of_the_chains_pass_by_themselves(part: Any) -> None:
    assert judged(program([part]), NAMES).evidence == ()


def test_a_state_may_be_shared_but_an_object_has_one() -> None:
    shared = b"}q\x00" + push(NAMESPACE) + b"h\x00b" + push(NAMESPACE) + b"h\x00b"
    assert judged(program(Raw(shared + b"\x87")), NAMES).evidence == ()
    again = push(NAMESPACE) + b"q\x00" + push({"a": 1}) + b"b0h\x00" + push({"b": 1}) + b"b"
    assert judged(program(Raw(again)), NAMES).verdict == "review"
