"""joblib's pickles: arrays that stand in the stream, what a plain unpickler makes of them, and files beside."""

from __future__ import annotations

import struct
import zlib
from typing import Any

import pytest
from making import EMPTY_DICT, LISTS, PAYLOAD, judged, said, text

from cardlint.weights.budget import Budget
from cardlint.weights.dtype import WrongTypeError, from_pickle
from cardlint.weights.program import walk
from cardlint.weights.reading import Held, Stream

STATE = b"(K\x03" + text("<") + b"NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00t"


OBJECTS = STATE[:-3] + b"K\x3ft"


def dtype(code: str, state: bytes = b"") -> bytes:
    state = state or (OBJECTS if code.startswith("O") else STATE)
    return b"cnumpy\ndtype\n(" + text(code) + b"\x89\x88tR" + state + b"b"


def wrapper(kind: bytes, shape: bytes = b"K\x04\x85", *, alignment: bytes | None = b"K\x10", made: bytes = b"") -> bytes:
    """The opcodes of a wrapper up to its BUILD, after which the array stands."""
    made = made or b"cjoblib.numpy_pickle\nNumpyArrayWrapper\n)\x81"
    fields = text("subclass") + b"cnumpy\nndarray\n" + text("shape") + shape + text("order") + text("C") + text("dtype") + kind
    fields += text("allow_mmap") + b"\x88"
    if alignment is not None:
        fields += text("numpy_array_alignment_bytes") + alignment
    return made + b"}(" + fields + b"ub"


NUMBERS = struct.pack("<4f", 1, 2, 3, 4)
PADDED = b"\x03\xff\xff\xff" + NUMBERS
F4 = dtype("f4")


def test_an_array_in_the_stream_is_passed_over() -> None:
    content = b"\x80\x02]" + wrapper(F4) + PADDED + b"a" + wrapper(F4) + PADDED + b"a."
    found = judged(content, "m.joblib")
    assert (found.verdict, found.evidence) == ("ok", ())
    assert found.inert == ("2 arrays of 32 bytes in all: numbers, as long as their wrappers say",)
    assert judged(zlib.compress(content), "m.pkl").inert == found.inert


def test_what_follows_an_array_is_walked() -> None:
    found = judged(b"\x80\x02(" + wrapper(F4) + PADDED + PAYLOAD[2:-1] + b"t.", "m.joblib")
    assert found.globals[-1] == "posix.system"
    assert found.verdict == "block"


def test_without_alignment_the_array_begins_at_once() -> None:
    for alignment in (None, b"N"):
        content = b"\x80\x02" + wrapper(F4, alignment=alignment) + NUMBERS + b"."
        assert judged(content, "m.joblib").evidence == ()


def test_wrappers_of_old_protocols_and_places() -> None:
    old = b"ccopyreg\n_reconstructor\n(cjoblib.numpy_pickle\nNumpyArrayWrapper\ncbuiltins\nobject\nNtR"
    assert judged(wrapper(F4, made=old) + PADDED + b".", "m.joblib").evidence == ()
    moved = b"csklearn.externals.joblib.numpy_pickle\nNumpyArrayWrapper\n)\x81"
    found = judged(b"\x80\x02" + wrapper(F4, made=moved) + PADDED + b".", "m.joblib")
    assert [item.about for item in found.evidence] == ["sklearn.externals.joblib.numpy_pickle.NumpyArrayWrapper"]


def test_a_frame_may_end_where_the_array_begins() -> None:
    body = wrapper(F4)
    content = b"\x80\x04\x95" + struct.pack("<Q", len(body)) + body + PADDED + b"."
    assert judged(content, "m.joblib").evidence == ()
    longer = b"\x80\x04\x95" + struct.pack("<Q", len(body) + 4) + body + PADDED + b"."
    assert judged(longer, "m.joblib").verdict == "review"


def test_an_array_shorter_than_it_says_is_reviewed() -> None:
    assert "ends before STOP" in said(judged(b"\x80\x02" + wrapper(F4) + PADDED[:-2], "m.joblib"))


def test_padding_is_padding() -> None:
    found = judged(b"\x80\x02" + wrapper(F4) + b"\x03abc" + NUMBERS + b".", "m.joblib")
    assert "something else than padding" in said(found, "review")


HIDDEN = b"cposix\nsystem\n" + text("echo") + b"\x85R."


def test_a_program_in_an_array_is_found() -> None:
    numbers = HIDDEN.ljust(16 * 8, b"\0")
    content = b"\x80\x02" + wrapper(F4, b"K\x20\x85", alignment=None) + numbers + b"."
    found = judged(content, "m.joblib")
    assert "where pickle.load reads as opcodes what joblib reads as an array" in said(found, "block")
    unvetted = b"cpandas\nThing\n)R.".ljust(16 * 8, b"\0")
    content = b"\x80\x02" + wrapper(F4, b"K\x20\x85", alignment=None) + unvetted + b"."
    assert judged(content, "m.joblib").verdict == "block"


def test_a_program_in_the_padding_is_found() -> None:
    padding = b"(" + HIDDEN.ljust(40, b"\xff")
    found = judged(b"\x80\x02" + wrapper(F4) + padding + NUMBERS + b".", "m.joblib")
    assert "asks for posix.system" in said(found, "block")


def test_numbers_that_read_as_some_name_are_left() -> None:
    content = b"\x80\x02" + wrapper(F4, b"K\x04\x85", alignment=None) + b"cqq q\nxy\n.\0\0\0\0\0\0" + b"."
    assert judged(content, "m.joblib").evidence == ()


def test_an_array_of_objects_is_a_pickle_of_its_own() -> None:
    outer = wrapper(dtype("O8", b"(K\x03" + text("|") + b"NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x3ft"))
    assert judged(b"\x80\x02" + outer + EMPTY_DICT + b".", "m.joblib").evidence == ()
    found = judged(b"\x80\x02]" + outer + PAYLOAD + b"a.", "m.joblib")
    assert (found.verdict, found.globals[-1]) == ("block", "posix.system")
    assert "breaks off" in said(judged(b"\x80\x02" + outer + b"\x80\x02}\xff.", "m.joblib"))
    crossing = b"\x80\x04\x95\x09\x00\x00\x00\x00\x00\x00\x00N."
    assert "has a frame that does not end where an opcode does" in said(
        judged(b"\x80\x02" + outer + crossing + b"N" * 7 + b".", "m.joblib")
    )
    twice = judged(b"\x80\x02" + (outer + crossing + b"0") * 2 + b"N" * 7 + b".", "m.joblib").evidence
    assert [item.message for item in twice].count(
        "has a frame that does not end where an opcode does, so that unpicklers read it differently"
    ) == 1


def test_an_array_of_objects_that_reads_otherwise_with_the_memo_outside() -> None:
    objects = wrapper(dtype("O8"))
    inner = b"\x80\x04" + text("collections") + b"\x94" + text("OrderedDict") + b"\x94h\x00h\x01\x93."
    harmless = b"\x80\x04" + objects + inner + b"."
    assert judged(harmless, "m.joblib").evidence == ()
    evil = b"\x80\x04(" + text("posix") + b"\x94" + text("system") + b"\x94" + objects + inner + b"t."
    assert "asks for posix.system where pickle.load reads" in said(judged(evil, "m.joblib"), "block")
    unvetted = b"\x80\x04(" + text("some.module") + b"\x94" + text("thing") + b"\x94" + objects + inner + b"t."
    assert "asks for some.module.thing where" in said(judged(unvetted, "m.joblib"), "review")


def test_an_array_of_objects_whose_names_would_be_instances_outside() -> None:
    """No unpickler takes an instance of a class for text, so that it reads no further there."""
    objects = wrapper(dtype("O8"))
    inner = b"\x80\x04" + text("collections") + b"\x94" + text("OrderedDict") + b"\x94h\x00h\x01\x93."
    instance = b"csklearn.linear_model._logistic\nLogisticRegression\n)\x81"
    for outside in (instance + b"\x94" + text("thing"), text("some.module") + b"\x94" + instance):
        assert judged(b"\x80\x04(" + outside + b"\x94" + objects + inner + b"t.", "m.joblib").evidence == ()
    assert "a name that is no text is asked for" in said(judged(b"\x80\x04" + instance + text("thing") + b"\x93."), "review")


def test_a_program_in_an_array_is_found_behind_many_opcodes() -> None:
    for idle in (b"N0" * 2_500, b"\x89" * 50_000):
        numbers = idle + HIDDEN[:-1]
        content = b"\x80\x02" + wrapper(dtype("u1"), b"J" + struct.pack("<i", len(numbers)) + b"\x85", alignment=None) + numbers + b"."
        assert "where pickle.load reads as opcodes" in said(judged(content, "m.pkl"), "block")
    numbers = b"N0" * 200_000
    content = b"\x80\x02" + wrapper(dtype("u1"), b"J" + struct.pack("<i", len(numbers)) + b"\x85", alignment=None) + numbers + b"."
    assert "reads as more opcodes than are walked" in said(judged(content, "m.pkl"), "review")


def _numpy(kind: bytes, argument: bytes) -> bytes:
    return b"cnumpy\n" + kind + b"\n" + argument + b"\x85R"


@pytest.mark.parametrize(
    "kind",
    [
        *(dtype(code, b"(K\x03" + text("|") + b"NNN" + size + b"K\x01K\x3ft") for code, size in (("S4", b"K\x04"), ("f4", b"K\x04"))),
        dtype("O8", STATE),
        dtype("V4", b"(K\x03" + text("|") + b"NNNK\x04K\x01" + _numpy(b"int64", b"K\x3f") + b"t"),
        dtype("V4", b"(K\x03" + text("|") + b"NNN" + _numpy(b"int64", b"K\x01") + b"K\x01K\x00t"),
    ],
)
def test_types_of_which_joblib_may_see_another_size_or_objects_break_off(kind: bytes) -> None:
    """numpy takes from the state whether elements are objects, whatever the code is; joblib unpickles then."""
    assert "an array is described as joblib does not" in said(judged(b"\x80\x02" + wrapper(kind) + PADDED + b".", "m.joblib"), "review")


def test_a_computed_key_may_be_any_key() -> None:
    """`numpy.str_("shape")` is equal to "shape", and replaces what stands there."""
    key = _numpy(b"str_", text("shape"))
    shape = b"K\x04\x85" + key + b"K\x00\x85"
    found = judged(b"\x80\x02" + wrapper(F4, shape, alignment=None) + NUMBERS + b".", "m.joblib")
    assert "an array is described as joblib does not" in said(found, "review")
    beside = b"cjoblib.numpy_pickle_compat\nNDArrayWrapper\n)\x81}(" + text("filename") + text("m.npy")
    assert judged(b"\x80\x02" + beside + b"ub.", "m.pkl").evidence == ()
    other = beside + _numpy(b"str_", text("filename")) + text("../m.npy") + b"ub."
    assert "loads another file, and not one that lies beside it" in said(judged(b"\x80\x02" + other, "m.pkl"), "review")


WRONG = {
    "no state": b"cjoblib.numpy_pickle\nNumpyArrayWrapper\n)\x81Nb",
    "no dtype": wrapper(b"N"),
    "a dtype that is something else": wrapper(b"cnumpy\nndarray\n)R"),
    "a dtype without code": wrapper(b"cnumpy\ndtype\n)R"),
    "a dtype whose code is no text": wrapper(b"cnumpy\ndtype\nK\x01\x85R"),
    "a dtype that does not exist": wrapper(dtype("f9")),
    "a state that is none": wrapper(dtype("f4", b"K\x01")),
    "a shape that is none": wrapper(F4, b"K\x04"),
    "a negative shape": wrapper(F4, b"J\xff\xff\xff\xff\x85"),
}


@pytest.mark.parametrize("case", WRONG)
def test_wrappers_joblib_does_not_write_break_off(case: str) -> None:
    found = judged(b"\x80\x02" + WRONG[case] + PADDED + b".", "m.joblib")
    assert "an array is described as joblib does not" in said(found, "review")


def test_other_objects_are_no_wrappers() -> None:
    other = b"csklearn.linear_model._logistic\nLogisticRegression\n)\x81}b"
    assert judged(b"\x80\x02" + other + b".", "m.joblib").evidence == ()
    assert judged(b"\x80\x02ccopyreg\n_reconstructor\nNRNb.", "m.joblib").verdict == "review"


# Types as pickles write them


def _layout(opcodes: bytes) -> Any:
    return from_pickle(walk(Stream(Held(b"\x80\x02" + opcodes + b".")), LISTS, Budget()).value)


def _structured(fields: bytes, size: bytes = b"K\x0c", flags: bytes = b"K\x00", subtype: bytes = b"N", code: str = "V12") -> bytes:
    return dtype(code, b"(K\x03" + text("|") + subtype + b"N" + fields + size + b"K\x01" + flags + b"t")


def _field(name: str, kind: bytes) -> bytes:
    return text(name) + kind + b"K\x00\x86"


def test_types_have_sizes() -> None:
    assert _layout(dtype("U10", b"(K\x03" + text("<") + b"NNNK\x28K\x04K\x08t")) == (40, False)
    assert _layout(dtype("S5", b"(K\x03" + text("|") + b"NNNK\x05K\x01K\x00t")) == (5, False)
    assert _layout(dtype("V12", STATE)) == (12, False)
    assert _layout(b"cnumpy\ndtype\n(" + text("M8") + b"\x89\x88tR") == (8, False)
    assert _layout(_structured(b"}(" + _field("a", F4) + _field("b", dtype("f8")) + b"u")) == (12, False)
    assert _layout(_structured(b"N", subtype=F4 + b"K\x03\x85\x86")) == (12, False)


def test_types_have_objects() -> None:
    objects = dtype("O8")
    assert _layout(_structured(b"}(" + _field("a", objects) + b"u", flags=b"K\x3f")) == (12, True)
    assert _layout(_structured(b"N", subtype=objects + b"K\x03\x85\x86", flags=b"K\x01")) == (12, True)
    texts = b"cnumpy._core._internal\n_convert_to_stringdtype_kwargs\nK\x01\x85R"
    assert _layout(texts) == (16, True)
    assert _layout(b"cnumpy.dtypes\nStringDType\n)R") == (16, True)
    nested = _structured(b"}(" + _field("a", objects) + b"u", flags=b"K\x01")
    assert _layout(_structured(b"}(" + _field("a", nested) + b"u", flags=b"K\x01")) == (12, True)


@pytest.mark.parametrize(
    "opcodes",
    [
        _structured(b"}(" + _field("a", dtype("O8")) + b"u"), _structured(b"N", flags=b"K\x01"), _structured(b"K\x01"),
        _structured(b"}(" + text("a") + b"Nu"), _structured(b"}(" + text("a") + b")u"), _structured(b"N", subtype=b"K\x01"),
        _structured(b"N", subtype=F4 + b"\x85"),
    ],
)  # fmt: skip
def test_types_that_contradict_themselves_are_wrong(opcodes: bytes) -> None:
    with pytest.raises(WrongTypeError):
        _layout(opcodes)


def test_types_in_types_are_bounded() -> None:
    kind = F4
    for _ in range(20):
        kind = _structured(b"}(" + _field("a", kind) + b"u")
    with pytest.raises(WrongTypeError):
        _layout(kind)


# Arrays in files of their own, joblib before 0.10


def _beside(name: bytes) -> bytes:
    return b"\x80\x02cjoblib.numpy_pickle_compat\nNDArrayWrapper\n)\x81}" + text("filename") + name + b"sb."


def test_arrays_beside() -> None:
    assert judged(_beside(text("model.pkl_01.npy")), "model.pkl").evidence == ()
    for name in (text("../../x.npy"), text("/etc/x.npy"), text("a\\x.npy"), text("C:x"), text(".."), text(""), b"N"):
        assert "loads another file, and not one that lies beside it" in said(judged(_beside(name), "model.pkl"), "review")
    assert (
        judged(b"\x80\x02cjoblib.numpy_pickle_compat\nNDArrayWrapper\n)\x81.", "model.pkl").verdict == "ok"
    )  # nothing is loaded without a state
