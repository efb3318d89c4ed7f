"""Torch's zip archives: tensors held to the pickle that names them, TorchScript, exported programs, and what is nested in calls."""

from __future__ import annotations

import json
import struct

import pytest
from making import EMPTY_DICT, PAYLOAD, UNVETTED, Entry, judged, said, storage, text, zipped

VERSION = Entry(b"m/version", b"3\n")


def torch_zip(*pickled: bytes, **storages: bytes) -> bytes:
    data = b"\x80\x02(" + b"".join(pickled) + b"t."
    entries = [Entry(b"m/data/" + key.removeprefix("s").encode(), held) for key, held in storages.items()]
    return zipped(Entry(b"m/data.pkl", data), *entries, VERSION)


@pytest.mark.parametrize("near", [True, False])
def test_tensors_are_held_to_the_pickle(near: bool) -> None:
    good = torch_zip(storage("FloatStorage", "0", 3), storage("LongStorage", "1", 1), s0=b"\0" * 12, s1=b"\0" * 8)
    found = judged(good, "m.pt", near=near)
    assert (found.verdict, found.format, found.evidence) == ("ok", "torch", ())
    assert found.inert[0].startswith("2 tensor payloads: numbers by their place in the archive")
    short = judged(torch_zip(storage("FloatStorage", "0", 4), s0=b"\0" * 12), "m.pt", near=near)
    assert "has 12 bytes, and the pickle asks for 16 [CVE-2026-24747]" in said(short, "block")
    long = judged(torch_zip(storage("FloatStorage", "0", 1), s0=b"\0" * 12), "m.pt", near=near)
    assert "has 12 bytes, and the pickle uses 4 of them" in said(long, "review")
    missing = judged(torch_zip(storage("FloatStorage", "7", 1), s0=b"\0" * 4), "m.pt", near=near)
    assert "tensor data 7 is not in the archive" in said(missing, "review")


def test_a_size_that_is_no_multiple_is_fine() -> None:
    assert judged(torch_zip(storage("FloatStorage", "0", 3), s0=b"\0" * 14), "m.pt").evidence == ()


IDS = {
    "no tuple": text("x") + b"Q", "too short": b"(" + text("storage") + b"tQ", "another kind": b"(" + text("module") + b"NNNNtQ",
    "no storage": b"(" + text("storage") + b"N" + text("0") + text("cpu") + b"K\x01tQ",
    "another class": b"(" + text("storage") + b"ctorch\ndevice\n" + text("0") + text("cpu") + b"K\x01tQ",
    "another library": b"(" + text("storage") + b"ccollections\nFloatStorage\n" + text("0") + text("cpu") + b"K\x01tQ",
    "an unknown storage": b"(" + text("storage") + b"ctorch\nOtherStorage\n" + text("0") + text("cpu") + b"K\x01tQ",
    "a negative count": storage("FloatStorage", "0", -1), "a text for a count": b"(" + text("storage") + b"ctorch\nFloatStorage\n" + text("0") * 3 + b"tQ",
    "no key": b"(" + text("storage") + b"ctorch\nFloatStorage\nN" + text("cpu") + b"K\x01tQ",
}  # fmt: skip


@pytest.mark.parametrize("case", IDS)
def test_ids_that_are_no_tensors_are_reviewed(case: str) -> None:
    found = judged(torch_zip(IDS[case], s0=b"\0" * 4), "m.pt")
    assert "persistent id) that is no tensor's" in said(found, "review")


def test_ids_are_allowed_in_torch_archives_alone() -> None:
    pickled = b"\x80\x02" + storage("FloatStorage", "0", 1) + b"."
    assert "which only a torch archive has" in said(judged(pickled, "m.pkl"), "review")
    inner = zipped(Entry(b"x.pkl", pickled))
    found = judged(zipped(Entry(b"m/data.pkl", EMPTY_DICT), Entry(b"m/extra.zip", inner), VERSION), "m.pt")
    assert "which only a torch archive has" in said(found, "review")
    found = judged(zipped(Entry(b"m/data.pkl", EMPTY_DICT), Entry(b"m/other.pkl", pickled), VERSION), "m.pt")
    assert "tensor data 0 is not in the archive" in said(found, "review")


def test_a_member_beside_the_tensors_is_judged_whatever_it_is_called() -> None:
    for name in (b"m/data/0x", b"m/data/x", b"m/extra/0", b"m/data/0/1", b"m/data"):
        found = judged(zipped(Entry(b"m/data.pkl", EMPTY_DICT), Entry(name, PAYLOAD), VERSION), "m.pt")
        assert found.verdict == "block", name


def test_a_tensor_that_is_packed_is_judged_by_its_content() -> None:
    found = judged(zipped(Entry(b"m/data.pkl", EMPTY_DICT), Entry(b"m/data/0", PAYLOAD, method=8), VERSION), "m.pt")
    assert found.verdict == "block"


def test_the_pickle_may_be_in_capitals_for_torch() -> None:
    found = judged(zipped(Entry(b"m/DATA.PKL", PAYLOAD), VERSION), "m.pt")
    assert (found.verdict, found.format) == ("block", "torch")


# TorchScript

TYPE = b"\x80\x02c__torch__.net\nNet\n)\x81."
CONSTANTS = Entry(b"m/constants.pkl", b"\x80\x02).")


def test_own_types_are_fine_in_torchscript_alone() -> None:
    code = Entry(b"m/code/__torch__/net.py", b"class Net(Module):\n  pass\n", method=8)
    debug = Entry(b"m/code/__torch__/net.py.debug_pkl", TYPE, method=8)
    found = judged(zipped(Entry(b"m/data.pkl", TYPE), CONSTANTS, code, debug, VERSION), "m.pt")
    assert (found.verdict, found.format, found.evidence) == ("ok", "torchscript", ())
    assert judged(zipped(Entry(b"m/data.pkl", TYPE), code, VERSION), "m.pt").verdict == "review"
    assert judged(TYPE, "m.pkl").verdict == "review"
    inner = zipped(Entry(b"n/data.pkl", TYPE), Entry(b"n/version", b"3\n"))
    assert judged(zipped(Entry(b"m/data.pkl", TYPE), CONSTANTS, Entry(b"m/extra/x.pt", inner), VERSION), "m.pt").verdict == "review"
    other = b"\x80\x02c__torch__x\nNet\n)\x81."
    assert judged(zipped(Entry(b"m/data.pkl", other), CONSTANTS, VERSION), "m.pt").verdict == "review"


def test_every_pickle_of_torchscript_names_its_own_tensors() -> None:
    constants = Entry(b"m/constants.pkl", b"\x80\x02" + storage("FloatStorage", "0", 2) + b".")
    data = Entry(b"m/data.pkl", b"\x80\x02" + storage("FloatStorage", "0", 1) + b".")
    entries = (data, Entry(b"m/data/0", b"\0" * 4), constants, Entry(b"m/constants/0", b"\0" * 8))
    assert judged(zipped(*entries, VERSION), "m.pt").evidence == ()
    inputs = (Entry(b"m/traced_inputs.pkl", b"\x80\x02" + storage("FloatStorage", "0", 9) + b"."), Entry(b"m/traced_inputs/0", b""))
    assert judged(zipped(*entries, *inputs, VERSION), "m.pt").evidence == ()


def _script(code: str, path: bytes = b"m/code/__torch__.py") -> bytes:
    return zipped(Entry(b"m/data.pkl", TYPE), CONSTANTS, Entry(path, code.encode(), method=8), VERSION)


@pytest.mark.parametrize(
    "code",
    [
        'torch.save(y, "/etc/x")', 'y = torch.from_file("/etc/passwd", True, 10)', 'torch . save(y, "x")', 'torch.\\\n  save(y, "x")',
        'torch.  # a comment\n save(y, "x")', 'ops.aten.save(y, "x")', 'ops.aten . from_file("x")',
    ],
)  # fmt: skip
def test_code_that_reaches_files_is_blocked(code: str) -> None:
    assert "reads or writes a file of the program's choice" in said(judged(_script(code), "m.pt"), "block")


@pytest.mark.parametrize("code", ['y.save("x")', '"x".from_file()', "ops.debugprims.load_tensor(x)"])
def test_code_that_may_reach_files_is_reviewed(code: str) -> None:
    assert "may read or write a file" in said(judged(_script(code), "m.pt"), "review")


def test_operators_of_others_are_reviewed() -> None:
    assert "calls operators of mylib" in said(judged(_script("y = ops.mylib.run(x)"), "m.pt"), "review")
    assert judged(_script("y = ops.prim.data(x)\nz = ops.quantized.linear(x)\n"), "m.pt").evidence == ()
    many = judged(_script("\n".join(f"ops.lib{index}.x()" for index in range(500))), "m.pt")
    assert 5 < len(many.evidence) < 100


def test_code_is_looked_at_where_torch_looks_for_it() -> None:
    assert judged(_script('torch.save(y, "x")', b"m/extra/notes.py"), "m.pt").evidence == ()
    assert judged(_script("#" * 4_100_000), "m.pt").verdict == "review"


# Exported programs


def _exported(config: object, weight: bytes = PAYLOAD) -> bytes:
    return zipped(
        Entry(b"m/archive_format", b"pt2"), Entry(b"m/data/weights/weight_0", weight), Entry(b"m/models/model.json", b"{}"),
        Entry(b"m/data/weights/model_weights_config.json", config if isinstance(config, bytes) else json.dumps(config).encode()),
    )  # fmt: skip


def test_weights_of_an_exported_program_are_numbers_where_it_says_so() -> None:
    raw = {"config": {"a": {"path_name": "weight_0", "use_pickle": False}, "b": {"path_name": "gone", "use_pickle": False}}}
    found = judged(_exported(raw), "m.pt2")
    assert (found.verdict, found.format, found.evidence) == ("ok", "pt2", ())
    assert found.inert


NOT_RAW: list[object] = [
    {"config": {"a": {"path_name": "weight_0", "use_pickle": True}}}, {"config": {"a": {"path_name": "weight_0"}}}, {"config": []}, [], b"{", b"\xff",
    b"[" * 100_000, {"config": {"a": 1}},
    {"config": {"a": {"path_name": "weight_0", "use_pickle": False}, "b": {"path_name": "weight_0", "use_pickle": True}}},
]  # fmt: skip


@pytest.mark.parametrize("config", NOT_RAW, ids=range(len(NOT_RAW)))
def test_else_they_are_judged_by_their_content(config: object) -> None:
    assert judged(_exported(config), "m.pt2").verdict == "block"


def test_weights_that_torch_would_load_are_judged() -> None:
    raw = {"config": {"a": {"path_name": "weight_0", "use_pickle": False}}}
    inner = zipped(Entry(b"x/data.pkl", PAYLOAD), Entry(b"x/version", b"3\n"))
    assert judged(_exported(raw, inner), "m.pt2").verdict == "block"
    named = {"config": {"a": {"path_name": "opaque_obj_0", "use_pickle": False}}}
    content = zipped(
        Entry(b"m/archive_format", b"pt2"), Entry(b"m/data/constants/opaque_obj_0", PAYLOAD),
        Entry(b"m/data/constants/model_constants_config.json", json.dumps(named).encode()),
    )  # fmt: skip
    assert judged(content, "m.pt2").verdict == "block"


@pytest.mark.parametrize("name", ["m.npz", "m.keras", "m.skops", "m.mar"])
def test_torchs_layout_counts_for_torch_alone(name: str) -> None:
    content = zipped(Entry(b"m/data.pkl", EMPTY_DICT), Entry(b"m/data/0", PAYLOAD), VERSION)
    assert judged(content, name).verdict == "block"
    assert judged(content, "m.pt").verdict == "ok"


def test_configurations_that_cannot_be_read_prove_nothing() -> None:
    long = b'{"config": {"a": {"path_name": "weight_0", "use_pickle": false}}}' + b" " * 5_000_000
    assert judged(_exported(long), "m.pt2").verdict == "block"
    content = _exported({"config": {"a": {"path_name": "weight_0", "use_pickle": False}}})
    last = content.rindex(b"PK\x03\x04")
    assert judged(content[:last] + b"....." + content[last + 5 :], "m.pt2").verdict == "block"


def test_archives_at_the_top_level_are_exported_programs_too() -> None:
    content = zipped(Entry(b"archive_format", b"pt2"), Entry(b"weights/w.pt", PAYLOAD))
    found = judged(content, "m.pt2")
    assert (found.verdict, found.format) == ("block", "pt2")


# Files in the arguments of calls

NESTED = b"\x80\x02ctorch.storage\n_load_from_bytes\n"


def _binary(held: bytes) -> bytes:
    return b"B" + struct.pack("<L", len(held)) + held


def _encoded(held: bytes) -> bytes:
    """Bytes as protocol 2 writes them."""
    return b"c_codecs\nencode\n" + text(held.decode("latin-1")) + text("latin1") + b"\x86R"


@pytest.mark.parametrize("length", [0, 5000], ids=["short", "long"])
def test_bytes_that_a_call_loads_are_judged(length: int) -> None:
    for write in (_binary, _encoded):
        padding = text("é" * length) + b"0" if length else b""
        good, bad = EMPTY_DICT[:2] + padding + EMPTY_DICT[2:], PAYLOAD[:2] + padding + PAYLOAD[2:]
        assert judged(NESTED + write(good) + b"\x85R.", "m.pkl").evidence == ()
        found = judged(NESTED + write(bad) + b"\x85R.", "m.pkl")
        assert found.verdict == "block"
        assert "posix.system" in found.globals
        assert found.evidence[0].member.startswith("torch.storage._load_from_bytes at byte")


@pytest.mark.parametrize(
    "argument",
    [b"N\x85", b")", _binary(b"x") * 2 + b"\x86", text("x") + b"\x85", b"c_codecs\nencode\n)R\x85", b"c_codecs\nencode\n(NNtR\x85"],
)
def test_what_is_no_bytes_is_reviewed(argument: bytes) -> None:
    found = judged(NESTED + argument + b"R.", "m.pkl")
    assert "loads something else than bytes that the pickle holds" in said(found, "review")


def test_text_too_long_to_be_decoded_is_reviewed() -> None:
    held = b"x" * 17_000_000
    content = NESTED + b"c_codecs\nencode\nX" + struct.pack("<L", len(held)) + held + text("latin1") + b"\x86R\x85R."
    assert "is too large or too intricate" in said(judged(content, "m.pkl"), "review")


def test_files_in_files_are_bounded() -> None:
    content = UNVETTED
    for _ in range(12):
        content = NESTED + _binary(content) + b"\x85R."
    assert "is nested too deep" in said(judged(content, "m.pkl"), "review")


def test_text_that_is_none_is_reviewed_where_it_is_loaded() -> None:
    held = b"\xff" * 5000
    content = NESTED + b"c_codecs\nencode\nX" + struct.pack("<L", len(held)) + held + text("latin1") + b"\x86R\x85R."
    assert "loads what cannot be read" in said(judged(content, "m.pkl"), "review")


def test_calls_that_load_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cardlint.weights.machine._MOST_LOADS", 3)
    call = NESTED[2:] + _binary(EMPTY_DICT) + b"\x85R0"
    assert judged(b"\x80\2" + call * 3 + b"N.", "m.pkl").evidence == ()
    assert "is too long or too intricate" in said(judged(b"\x80\2" + call * 4 + b"N.", "m.pkl"), "review")
