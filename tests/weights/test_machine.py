"""The machine: every opcode, and every trick that is known to mislead those who only look for opcodes."""

from __future__ import annotations

import pickle
import pickletools
import struct
from typing import Any

import pytest
from pickles import NAMES, VETTED, Style, Writer, judged, said

from cardlint.weights.budget import Budget
from cardlint.weights.machine import MOST_NAMES, Machine
from cardlint.weights.names import Names
from cardlint.weights.opcodes import OPERATIONS
from cardlint.weights.program import Program, walk
from cardlint.weights.reading import Held, Stream
from cardlint.weights.values import MOST_ITEMS, NUMBER, UNKNOWN, Blob, Box, Global, Made, Persistent

U16, U32, U64 = (lambda number, code=code: struct.pack(code, number) for code in ("<H", "<I", "<Q"))


def walked(content: bytes, **budget: int) -> Program:
    return walk(Stream(Held(content)), NAMES, Budget(**budget))


def asked(content: bytes) -> list[str]:
    return [f"{item.module}.{item.name}" for item in walked(content).machine.seen]


def plain(value: Any) -> Any:
    """A value as something that can be compared."""
    if isinstance(value, Box):
        return {value.kind: {key: plain(item) for key, item in value.items.items()}}
    if isinstance(value, Made):
        return plain(value.callee), plain(value.args), plain(value.state)
    if isinstance(value, Global):
        return f"{value.module}.{value.name}"
    if type(value) is tuple:
        return tuple(plain(item) for item in value)
    return value


# What each opcode leaves, as written down in pickletools.opcodes
LEAVES: dict[str, list[tuple[bytes, Any]]] = {
    "INT": [(b"I5\n", 5), (b"I01\n", True), (b"I00\n", False), (b"I-3\n", -3), (b"I0x10\n", 16), (b"I010\n", 8), (b"I7\0x\n", 7), (b"I\0x\n", 0)],
    "BININT": [(b"J\xfe\xff\xff\xff", -2)],
    "BININT1": [(b"K\xff", 255)],
    "BININT2": [(b"M\x01\x02", 513)],
    "LONG": [(b"L5L\n", 5), (b"L5\n", 5), (b"L0x1fL\n", 31), (b"L5\0x\n", 5)],
    "LONG1": [(b"\x8a\x02\x00\xff", -256), (b"\x8a\x41" + b"\1" * 65, NUMBER)],
    "LONG4": [(b"\x8b\x01\0\0\0\x80", -128)],
    "STRING": [(b"S'a'\n", "a"), (rb'S"\x6fs\n"' + b"\n", "os\n"), (rb"S'\157s\q\\'" + b"\n", "os\\q\\"), (rb"S'\557'" + b"\n", "o")],
    "BINSTRING": [(b"T\2\0\0\0a\xff", "aÿ")],
    "SHORT_BINSTRING": [(b"U\2os", "os")],
    "BINBYTES": [(b"B\2\0\0\0os", b"os")],
    "SHORT_BINBYTES": [(b"C\2os", b"os")],
    "BINBYTES8": [(b"\x8e\2\0\0\0\0\0\0\0os", b"os")],
    "BYTEARRAY8": [(b"\x96\2\0\0\0\0\0\0\0os", {"bytearray": {}})],
    "NEXT_BUFFER": [(b"\x97", UNKNOWN)],
    "READONLY_BUFFER": [(b"C\1a\x98", b"a")],
    "NONE": [(b"N", None)],
    "NEWTRUE": [(b"\x88", True)],
    "NEWFALSE": [(b"\x89", False)],
    "UNICODE": [(b"V\\u006fs\xff\n", "osÿ")],
    "SHORT_BINUNICODE": [(b"\x8c\2os", "os"), (b"\x8c\3\xed\xa0\x80", "\ud800")],
    "BINUNICODE": [(b"X\2\0\0\0os", "os")],
    "BINUNICODE8": [(b"\x8d\2\0\0\0\0\0\0\0os", "os")],
    "FLOAT": [(b"F1.5\n", 1.5), (b"F1_0\0x\n", 10.0)],
    "BINFLOAT": [(b"G12345678", 0.0)],
    "EMPTY_LIST": [(b"]", {"list": {}})],
    "APPEND": [(b"]Na", {"list": {}})],
    "APPENDS": [(b"](NNe", {"list": {}})],
    "LIST": [(b"(NNl", {"list": {}})],
    "EMPTY_TUPLE": [(b")", ())],
    "TUPLE": [(b"(NNt", (None, None)), (b"(t", ())],
    "TUPLE1": [(b"N\x85", (None,))],
    "TUPLE2": [(b"NK\1\x86", (None, 1))],
    "TUPLE3": [(b"NK\1K\2\x87", (None, 1, 2))],
    "EMPTY_DICT": [(b"}", {"dict": {}})],
    "DICT": [(b"(U\1aK\1d", {"dict": {"a": 1}})],
    "SETITEM": [(b"}U\1aK\1s", {"dict": {"a": 1}}), (b"}K\1K\1s", {"dict": {}})],
    "SETITEMS": [(b"}(U\1aK\1U\1bK\2U\1aK\3u", {"dict": {"a": 3, "b": 2}})],
    "EMPTY_SET": [(b"\x8f", {"set": {}})],
    "ADDITEMS": [(b"\x8f(K\1\x90", {"set": {}})],
    "FROZENSET": [(b"(K\1\x91", {"frozenset": {}})],
    "POP": [(b"NK\1" + b"0", None), (b"N(0", None)],
    "DUP": [(b"N2\x86", (None, None))],
    "MARK": [(b"N(1", None)],
    "POP_MARK": [(b"N(K\1K\2" + b"1", None)],
    "GET": [(b"Np7\n0g7\n", None), (b"Np7\0x\n0g7\n", None)],
    "BINGET": [(b"K\5q\7" + b"0h\7", 5), (b"Nq\7" + b"0h\7", None)],
    "LONG_BINGET": [(b"Nr\7\0\0\0" + b"0j\7\0\0\0", None)],
    "PUT": [(b"Np7\n", None)],
    "BINPUT": [(b"Nq\7", None)],
    "LONG_BINPUT": [(b"Nr\7\0\0\0", None)],
    "MEMOIZE": [(b"N\x94K\1\x94" + b"00h\0h\1\x86", (None, 1))],
    "EXT1": [(b"\x82\1", UNKNOWN)],
    "EXT2": [(b"\x83\1\0", UNKNOWN)],
    "EXT4": [(b"\x84\1\0\0\0", UNKNOWN)],
    "GLOBAL": [(b"cos\nsystem\n", "os.system")],
    "STACK_GLOBAL": [(b"\x8c\2os\x8c\6system\x93", "os.system")],
    "REDUCE": [(b"ca\nb\n(K\1tR", ("a.b", (1,), None))],
    "BUILD": [(b"ca\nb\n)R}b", ("a.b", (), {"dict": {}}))],
    "INST": [(b"(K\1ia\nb\n", ("a.b", (1,), None))],
    "OBJ": [(b"(ca\nb\nK\1o", ("a.b", (1,), None))],
    "NEWOBJ": [(b"ca\nb\n(K\1t\x81", ("a.b", (1,), None))],
    "NEWOBJ_EX": [(b"ca\nb\n(K\1t}\x92", ("a.b", ((1,), {"dict": {}}), None))],
    "PROTO": [(b"\x80\5N", None)],
    "STOP": [(b"N", None)],
    "FRAME": [(b"\x95\2\0\0\0\0\0\0\0N", None)],
    "PERSID": [(b"Pid\n", Persistent("id"))],
    "BINPERSID": [(b"K\1Q", Persistent(1))],
}  # fmt: skip


def test_every_opcode_there_is_has_its_test() -> None:
    assert LEAVES.keys() == {opcode.name for opcode in pickletools.opcodes}
    assert OPERATIONS.keys() | {ord(".")} == {ord(opcode.code) for opcode in pickletools.opcodes}


@pytest.mark.parametrize("padding", [b"", b"0" * 12], ids=["carefully", "fast"])
@pytest.mark.parametrize(("content", "expected"), [pair for pairs in LEAVES.values() for pair in pairs])
def test_what_an_opcode_leaves(content: bytes, expected: Any, padding: bytes) -> None:
    # What follows makes room for the fast loop, which leaves the last bytes of a file alone.
    program = walked(content + b"N" * len(padding) + padding + b".")
    assert program.broken is None
    assert plain(program.value) == plain(expected)
    assert type(program.value) is not list


BROKEN = {
    "an opcode that is none": b"\xff", "no mark": b"t", "an empty stack": b"0", "nothing to repeat": b"2", "nothing above a mark": b"N(2",
    "nothing to append to": b"(e", "no memo entry": b"h\5", "no memo entry in words": b"g5\n", "a negative memo key": b"Np-1\n",
    "a memo key of no use": b"Np" + b"9" * 300 + b"\n", "a memo entry of no use": b"g" + b"9" * 300 + b"\n", "no number": b"Ix\n",
    "no octal number": b"I09\n", "no number at all": b"I\n", "no long number": b"L5LL\n", "no float": b"Fx\n", "no quotes": b"Sa\n",
    "quotes that differ": b"S'a\"\n", "one quote": b"S'\n", "half an escape": b"S'\\'\n", "half a byte": b"S'\\x1'\n", "no UTF-8": b"X\1\0\0\0\xff",
    "no UTF-8 in a name": b"c\xff\nb\n", "half an escape in unicode": b"V\\u00\n", "a negative length": b"T\xff\xff\xff\xff",
    "a protocol that is none": b"\x80\6", "a name of numbers": b"K\1K\1\x93", "a name of bytes": b"C\2osC\1a\x93", "a name of long bytes": b"B" + U32(5000) + b"a" * 5000 + b"U\1a\x93",
    "calling a number": b"K\1)R", "calling a list": b"])R", "an object of nothing": b"(o", "a call with nothing": b"R", "two of one": b"N\x86",
    "nothing to build": b"b", "nothing to set": b"NNs", "no items": b"u", "stop with nothing": b"",
}  # fmt: skip


@pytest.mark.parametrize("content", BROKEN.values(), ids=BROKEN.keys())
def test_a_program_that_cannot_go_on_breaks_off_and_what_was_before_stands(content: bytes) -> None:
    program = walked(b"ca\nb\n0" + content + b".")
    assert program.broken is not None
    assert not program.truncated
    assert [item.name for item in program.machine.seen][:1] == ["b"]
    assert judged(b"cos\nsystem\n0" + content + b".", "x.pkl").verdict == "block"


@pytest.mark.parametrize(
    "content", [b"", b"N", b"X\xff\xff\xff\x7fa", b"\x8d" + b"\xff" * 8, b"\x8e" + b"\xff" * 8, b"\x8b\xff\xff\xff\xff", b"J\1", b"T\1\0"]
)
def test_data_that_ends_early_breaks_off(content: bytes) -> None:
    program = walked(content)
    assert program.broken == "the data ends before STOP"
    assert program.truncated


def test_a_last_line_without_its_end_is_read_as_python_does() -> None:
    assert asked(b"cos\nsystemX") == ["os.system"]
    assert asked(b"cos\n") == ["os."]
    assert asked(b"c") == ["."]


# Section 3 of what is known: memo, stack, calls, names


def test_memo_confusion_picklescan_14_a_get_is_what_the_last_put_says() -> None:
    assert asked(b"U\4jsonq\0U\2osq\0" + b"00h\0U\6system\x93.") == ["os.system"]


def test_memo_confusion_picklescan_22_memoize_counts_entries_and_not_puts() -> None:
    # One entry is there already, under 5: MEMOIZE takes number 1.
    assert asked(b"U\2osq\5" + b"0U\6system\x94" + b"0h\5h\1\x93.") == ["os.system"]
    assert asked(b"U\2osq\0q\0\x94" + b"0h\1U\6system\x93.") == ["os.system"]


def test_missing_memo_key_ghsa_9gvj_pp9x_gcfr_does_not_hide_what_ran() -> None:
    judgement = judged(b"cos\nsystem\n(U\4echotRh\x99.", "x.pkl")
    assert said(judgement) == [("block", "os.system"), ("review", "program")]


@pytest.mark.parametrize(
    "decoys",
    [
        b"U\4json0",
        b"U\4jsonU\5loads00",
        b"(U\4jsonU\5loads1",
        b"U\4json)0" + b"0",
        b"20",
        b"(0",
        b"U\4json\x85" + b"0",
        b"q\x09h\x09" + b"0",
    ],
)
def test_stack_global_takes_its_operands_from_the_stack_and_not_the_last_texts(decoys: bytes) -> None:
    assert asked(b"U\2os" + decoys + b"U\6system" + decoys + b"\x93.") == ["os.system"]


@pytest.mark.parametrize("call", ["reduce", "obj", "inst", "newobj", "newobj_ex"])
def test_fickling_mxhj_88fx_4pcv_a_result_that_is_popped_was_still_called(call: str) -> None:
    writer = Writer(Style(call=call))
    program = walked(writer.whole(writer.call("a", "b", b"U\4echo") + b"0N"))
    assert program.machine.calls == 1
    assert asked(writer.whole(writer.call("a", "b") + b"0N")) == ["a.b"]


@pytest.mark.parametrize("code", [b"\x82\1", b"\x83\1\0", b"\x84\1\0\0\0"])
def test_extensions_of_the_registry_are_never_ok(code: bytes) -> None:
    assert judged(b"\x80\2" + code + b".").verdict == "review"
    assert judged(b"\x80\2" + code + b")R.").verdict == "review"


@pytest.mark.parametrize("code", [b"\x97", b"\x97\x98"])
def test_buffers_from_elsewhere_are_never_ok(code: bytes) -> None:
    assert judged(b"\x80\5" + code + b".").verdict == "review"


@pytest.mark.parametrize("spelling", ["global", "stack", "escaped", "quoted", "memoised", "decoys"])
def test_a_name_is_the_same_however_it_is_spelt(spelling: str) -> None:
    writer = Writer(Style(spelling=spelling))
    assert asked(writer.whole(writer.name("os", "system"))) == ["os.system"]


COMPUTED = {
    "what a call returns": b"cbuiltins\nstr\n(U\2ostR", "what a name stands for": b"cbuiltins\nlist\n", "what is elsewhere": b"K\1Q",
    "an extension": b"\x82\1", "a text that is too long": b"X" + U32(5000) + b"a" * 5000,
}  # fmt: skip


@pytest.mark.parametrize("part", COMPUTED.values(), ids=COMPUTED.keys())
def test_a_name_that_is_computed_blocks_and_the_walk_goes_on(part: bytes) -> None:
    for spelt in (part + b"U\6system", b"U\2os" + part):
        judgement = judged(b"\x80\4" + spelt + b"\x93cos\nn\n.")
        assert ("block", "program") in said(judgement)
        assert ("block", "os.n") in said(judgement)


def test_a_name_of_a_line_that_is_too_long_blocks() -> None:
    assert ("block", "program") in said(judged(b"\x80\2c" + b"a" * 5000 + b"\nb\n."))


def test_a_text_that_is_not_kept_is_read_again_where_it_names_something() -> None:
    # After so much text only short ones are kept; a name that is longer has to be told all the same.
    filler = (b"X" + U32(4096) + b"x" * 4096 + b"0") * 4000
    name = b"a_module_with_a_name_that_is_longer_than_forty_signs"
    for spelt in (b"X" + U32(len(name)) + name, b"V" + name + b"\n", b"S'" + name + b"'\n", b"T" + U32(len(name)) + name):
        assert asked(b"\x80\4" + filler + spelt + b"U\1b\x93.") == [f"{name.decode()}.b"]


def test_a_number_that_is_passed_over_is_no_name() -> None:
    assert walked(b"K\1" * 20 + b"U\1a\x93.").broken is not None


@pytest.mark.parametrize("change", [b"}b", b"U\1aNs", b"(U\1aNu", b"Na", b"(Ne", b"(N\x90", b"\x98"])
def test_to_change_what_a_name_stands_for_blocks(change: bytes) -> None:
    assert ("block", "torch._utils._rebuild_tensor_v2") in said(judged(b"\x80\2ctorch._utils\n_rebuild_tensor_v2\n" + change + b"."))


def test_to_change_an_object_that_is_elsewhere_is_odd() -> None:
    assert walked(b"K\1Q}b.").machine.oddities.keys() == {"changes an object it does not hold"}


@pytest.mark.parametrize("callee", [b"ca\nb\n)R", b"K\1Q", b"\x82\1"])
def test_to_call_what_has_no_name_is_odd(callee: bytes) -> None:
    assert "calls what another call returned, or what is not known" in walked(callee + b")R.").machine.oddities


@pytest.mark.parametrize("args", [b"]", b"N", b"K\1Q", b"U\1a"])
def test_arguments_that_are_no_tuple_are_odd(args: bytes) -> None:
    # The Python unpickler calls with whatever can be iterated.
    assert (
        "calls something with arguments that are no tuple, and so not known"
        in walked(b"ccollections\nOrderedDict\n" + args + b"R.").machine.oddities
    )


def test_conditions_are_held_against_the_call() -> None:
    harmless = b"\x80\2c_codecs\nencode\n(X\1\0\0\0aU\6latin1tR."
    assert judged(harmless).verdict == "ok"
    assert said(judged(harmless.replace(b"U\6latin1", b"U\3zip"))) == [("review", "_codecs.encode")]


def test_a_name_means_another_before_protocol_3() -> None:
    names = Names({"modules": {"builtins": {"python/value": "bytes"}}}, {"names": {}, "modules": {"posix": {"does": "runs"}}})
    machine = walk(Stream(Held(b"c__builtin__\nbytes\n\x80\4c__builtin__\nbytes\n.")), names, Budget()).machine
    assert [item.known.verdict for item in machine.seen] == ["ok", "review"]


def test_the_first_of_a_name_is_kept_and_with_it_its_place() -> None:
    machine = walked(b"NcA\nb\n(cA\nb\ncA\nc\n1.").machine
    assert [(item.name, item.offset) for item in machine.seen] == [("b", 1), ("c", 12)]


def test_after_build_is_told() -> None:
    told: list[Made] = []
    stream = Stream(Held(b"ca\nb\n)R}b]}b."))
    walk(stream, NAMES, Budget(), after_build=lambda _, made: told.append(made))
    assert [(made.callee.name, made.state.kind, made.offset) for made in told] == [("b", "dict", 6)]


def test_lists_are_kept_where_that_is_asked_for() -> None:
    def kept(content: bytes, lists: int) -> list[Any]:
        value = walk(Stream(Held(content)), NAMES, Budget(), lists=lists).value
        return [*value.items.values()] if isinstance(value, Box) else []

    for content in (b"](K\1K\2eK\3a.", b"(K\1K\2lK\3a."):
        assert kept(content, 9) == [1, 2, 3]
        assert kept(content, 0) == []


def test_of_a_dict_the_first_items_are_kept_and_their_last_values() -> None:
    items = b"".join(b"U\3%03d" % number + b"K\1" for number in range(MOST_ITEMS + 9)) + b"U\x03" + b"000K\2"
    value = walked(b"}(" + items + b"u.").value
    assert isinstance(value, Box)
    assert len(value.items) == MOST_ITEMS
    assert value.items["000"] == 2


# The fast loop does what the careful one does

RUNS = {
    "floats": pickle.dumps([0.5] * 300, 4), "small": pickle.dumps(list(range(256)), 4), "large": pickle.dumps([*range(300, 700)], 2),
    "negative": pickle.dumps([-5] * 100, 2), "mixed": pickle.dumps([1, 300, -1, 0.5, 70_000] * 50, 4), "texts": pickle.dumps([f"text {i}" for i in range(300)], 4),
    "long text": pickle.dumps(["x" * 5000, "ü", "y" * 70_000, "z"], 4), "old text": pickle.dumps({str(i): i for i in range(300)}, 2),
    "tuples": pickle.dumps([(i,) * (i % 5) for i in range(100)], 4), "nested": pickle.dumps({"a": [{"b": ({"c"}, None, True)}] * 5}, 5),
    "bytes": pickle.dumps([b"x" * 5000, b"y", bytearray(b"z")], 5), "names": pickle.dumps([pickle.Pickler, pickle.Pickler], 4),
    "lines": pickle.dumps([1, 1.5, "text", None, True, 2**70, (1, 2)], 0), "a torch header": b"\x80\2\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19.",
}  # fmt: skip


class Careful(Stream):
    """A stream from which nothing may be taken straight away."""

    def ready(self) -> int:
        return 0


@pytest.mark.parametrize("chunk", [1, 7, 64, 65_536])
@pytest.mark.parametrize("content", RUNS.values(), ids=RUNS.keys())
def test_the_fast_loop_does_what_single_steps_do(content: bytes, chunk: int) -> None:
    fast = walk(Stream(Held(content), 0, chunk), NAMES, Budget())
    slow = walk(Careful(Held(content), 0, chunk), NAMES, Budget())
    assert (fast.broken, fast.start, fast.end) == (slow.broken, slow.start, slow.end) == (None, 0, len(content))
    assert [item.offset for item in fast.machine.seen] == [item.offset for item in slow.machine.seen]
    assert fast.machine.memo.keys() == slow.machine.memo.keys()
    assert plain(fast.value) == plain(slow.value)
    assert fast.machine.crossed is slow.machine.crossed is None


def test_a_shape_is_kept_and_a_long_run_of_numbers_is_not() -> None:
    assert walked(b"(" + b"K\1" * 5 + b"M\0\1" * 3 + b"t" + b"N0" * 9 + b".").value == (1,) * 5 + (256,) * 3
    assert walked(b"(" + b"K\1" * 80 + b"t" + b"N0" * 9 + b".").value == (NUMBER,) * 64 + (1,) * 16


# What may be spent


def test_what_was_seen_stands_when_the_budget_is_spent() -> None:
    program = walked(b"cos\nsystem\n0" + b"N0" * 5000 + b"N.", operations=2000)
    assert program.spent
    assert program.broken is not None
    assert [item.name for item in program.machine.seen] == ["system"]
    assert judged(b"cos\nsystem\n0" + b"N0" * 5000 + b"N.", operations=2000).verdict == "block"


@pytest.mark.parametrize(
    "content", [b"N" * 9000, b"(" * 9000, b"".join(b"Nr" + U32(i) + b"0" for i in range(9000))], ids=["stack", "marks", "memo"]
)
def test_stack_marks_and_memo_are_bounded(content: bytes) -> None:
    assert walked(b"\x80\2" + content + b"N.", memo=1000).spent


def test_names_are_bounded_and_a_name_a_million_times_is_one() -> None:
    assert walked(b"".join(b"cos\n%d\n0" % i for i in range(MOST_NAMES + 1)) + b"N.").spent
    assert len(walked(b"cos\na\n0" * 20_000 + b"N.").machine.seen) == 1


def test_persistent_ids_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cardlint.weights.opcodes.MOST_PERSISTENT", 100)
    assert not walked(b"K\1Q0" * 100 + b"N.").spent
    assert walked(b"K\1Q0" * 101 + b"N.").spent


def test_numbers_that_take_long_are_not_computed() -> None:
    assert walked(b"I" + b"9" * 4299 + b"\n.").value == NUMBER
    assert walked(b"I" + b"9" * 300 + b"x\n.").broken is not None


def test_strings_with_escapes_nobody_writes_cost_what_they_take() -> None:
    odd = b"S'" + rb"\q\x41" * 600 + b"'\n0"
    assert walked(odd * 10 + b"N.", operations=10_000).spent
    assert walked(odd + b"N.", operations=10_000).value is None


def test_expansion_by_the_memo_takes_no_room() -> None:
    content = b"Nq\0" + b"".join(b"(" + b"h\0" * 250 + b"tq\0" for _ in range(200)) + b"."
    assert walked(content).broken is None
    assert judged(b"cdatetime\ndate\n" + content[:-1] + b"\x85R.").verdict == "review"


def test_a_tuple_of_ever_so_many_levels_is_not_hashed() -> None:
    # hash() of such a tuple ends the process.
    deep = b")" + b"\x85" * 300_000
    assert judged(b"\x80\2c_codecs\nencode\n(X\1\0\0\0a" + deep + b"tR.").verdict == "review"
    assert walked(b"\x80\4U\1a" + deep + b"\x93.").broken is not None


# Bytes that are pickles themselves

INNER = b"\x80\2cos\nsystem\nU\4echo\x85R."
TEXT = INNER.decode("latin-1").encode()
HELD = {
    "bytes": b"C" + bytes([len(INNER)]) + INNER, "long bytes": b"B" + U32(len(INNER) + 5000) + INNER + b"\0" * 5000,
    "bytearray": b"\x96" + U64(len(INNER)) + INNER, "text of Python 2": b"U" + bytes([len(INNER)]) + INNER,
    "long text of Python 2": b"T" + U32(len(INNER) + 5000) + INNER + b"\0" * 5000,
    "text": b"X" + U32(len(TEXT)) + TEXT,
    "long text": b"X" + U32(len(TEXT) + 5000) + TEXT + b"\0" * 5000, "quoted": b"S" + repr(INNER)[1:].encode() + b"\n",
    "long and quoted": b"S" + repr(INNER + b"\0" * 5000)[1:].encode() + b"\n", "no protocol": b"C\x0f" + b"cos\nsystem\n)R.\n",
}  # fmt: skip


@pytest.mark.parametrize("held", HELD.values(), ids=HELD.keys())
def test_pickle_bytes_that_are_kept_as_data_are_to_be_looked_at_and_nothing_more(held: bytes) -> None:
    judgement = judged(b"\x80\2}U\1a" + held + b"s.")
    assert said(judgement) == [("review", "bytes")]
    assert "os.system" in judgement.evidence[0].message


def test_harmless_pickle_bytes_are_nothing() -> None:
    assert judged(b"\x80\3C\4\x80\2N..").verdict == "ok"
    assert judged(b"\x80\3C\4\x80abc.").verdict == "ok"


def test_bytes_that_only_begin_like_a_pickle_are_said_to_be_such() -> None:
    assert said(judged(b"\x80\3C\5\x80\2\0\0\0.")) == [("review", "bytes")]


def test_more_pickle_bytes_than_are_looked_into_are_said_to_be_there() -> None:
    judgement = judged(b"\x80\4" + b"C\4\x80\2N.0" * 1_005 + b"N.")
    assert [item.message for item in judgement.evidence] == [
        "holds 5 more pieces of text or bytes that look like a pickle, and were not looked into"
    ]


def test_text_that_is_too_long_to_be_made_bytes_again_is_said_to_be_there() -> None:
    assert said(judged(b"\x80\2X" + U32(16_000_002) + b"\xc2\x80\2" + b"a" * 15_999_999 + b".")) == [("review", "bytes")]


def test_a_name_can_be_read_from_a_blob_only_where_it_is_text() -> None:
    machine = Machine(Stream(Held(b"os")), Names(VETTED, {"names": {}, "modules": {}}), Budget())
    assert machine.texts.again(Blob(0, 2, "utf-8")) == "os"
    assert machine.texts.again(Blob(0, 2)) is None


@pytest.mark.parametrize("callee", [b"ccollections\nOrderedDict\n", b"ccopyreg\n__newobj__\n", b"c_codecs\nencode\n", b"csome\nthing\n"])
def test_many_arguments_of_many_calls_are_paid_for(callee: bytes) -> None:
    content = b"\x80\x04(" + b"N" * 200_000 + b"t\x94" + callee + b"\x94" + b"h\x01h\x00R0" * 20_000 + b"N."
    assert "is too long or too intricate" in str(judged(content, "m.pkl").evidence)
