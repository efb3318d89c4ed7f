from __future__ import annotations

import json
import struct

import pytest
from handmade import held, judged, mapped, number, said
from hypothesis import given
from hypothesis import strategies as st

from cardlint.weights.budget import Budget

# Core ML


def coreml(kind: int, content: bytes) -> bytes:
    return number(1, 4) + held(2, b"") + held(kind, content)


def blob(path: str) -> bytes:
    """A program with a weight in a file, in an argument of an operator in a block."""
    value = held(5, held(1, path) + number(2, 64))
    operation = held(1, "const") + mapped(2, "x", held(1, held(2, value))) + mapped(5, "val", value)
    return coreml(502, number(1, 1) + mapped(2, "main", mapped(3, "CoreML5", held(3, operation) + mapped(4, "a", value))))


LAYER = held(1, held(1, "l") + held(500, held(10, "MyLayer")))
COREML = {
    "a network": (coreml(500, held(1, held(1, "l") + held(100, b""))), "ok"),
    "a tree": (coreml(402, b"whatever"), "ok"),
    "weights beside": (blob("@model_path/weights/weight.bin"), "ok"),
    "weights elsewhere": (blob("@model_path/../../secret"), "block"),
    "weights of the system": (blob("/etc/passwd"), "block"),
    "a custom layer": (coreml(500, LAYER), "review"),
    "a custom layer of a classifier": (coreml(403, LAYER), "review"),
    "a custom layer in a loop": (coreml(500, held(1, held(615, held(4, LAYER)))), "review"),
    "a custom layer in a branch": (coreml(500, held(1, held(605, held(1, LAYER)))), "review"),
    "a custom model": (coreml(555, held(10, "MyModel")), "review"),
    "in a pipeline": (coreml(202, held(1, coreml(555, held(10, "MyModel")))), "review"),
    "in a pipeline for classes": (coreml(200, held(1, held(1, coreml(555, held(10, "MyModel"))))), "review"),
    "linked": (coreml(556, held(1, held(1, held(1, "other")))), "review"),
    "linked elsewhere": (coreml(556, held(1, held(1, held(1, "other")) + held(2, held(1, "../..")))), "block"),
    "of another kind": (coreml(3000, held(1, "kind") + held(2, b"x")), "review"),
    "an unknown kind": (coreml(500, b"") + held(77, b""), "review"),
    "broken": (coreml(500, b"") + b"\x0b", "review"),
}  # fmt: skip


@pytest.mark.parametrize("case", COREML)
def test_core_ml(case: str) -> None:
    content, verdict = COREML[case]
    found = judged(content, "model.mlmodel")
    assert (found.format, found.verdict) == ("coreml", verdict), said(found)


@pytest.mark.parametrize(("path", "verdict"), [("com.apple.CoreML/model.mlmodel", "ok"), ("../../x", "block"), ("/etc/passwd", "block")])
def test_manifests_of_core_ml_packages(path: str, verdict: str) -> None:
    content = json.dumps({"itemInfoEntries": {"id": {"path": path}}, "rootModelIdentifier": "id"}).encode()
    assert judged(content, "a.mlpackage/Manifest.json").verdict == verdict


@pytest.mark.parametrize(
    "content", [b'{"itemInfoEntries": [', b'{"itemInfoEntries": []}', b'{"itemInfoEntries": {"a": 1}}', b'{"x": {"itemInfoEntries": 1}}']
)
def test_manifests_that_cannot_be_read(content: bytes) -> None:
    assert judged(content, "Manifest.json").verdict == "review"


# TensorFlow Lite: a builder from the end of the file to its beginning, since offsets only lead forward. Places count from the end.


class Buffer:
    def __init__(self) -> None:
        self.held = b""

    def put(self, raw: bytes) -> int:
        self.held = raw + self.held
        return len(self.held)

    def table(self, **fields: int | bytes | list[int]) -> int:
        """A table whose fields, `f3` say, are numbers (as bytes), or the places of text, or lists of the places of tables."""
        values = {int(name[1:]): self.vector(value) if isinstance(value, list) else value for name, value in fields.items()}
        length = 4 + sum(len(value) if isinstance(value, bytes) else 4 for value in values.values())
        place, body, offsets = len(self.held) + length, bytearray(4), [0] * (max(values, default=-1) + 1)
        for index, value in values.items():
            offsets[index] = len(body)
            body += value if isinstance(value, bytes) else struct.pack("<I", place - len(body) - value)
        virtual = struct.pack("<HH", 4 + 2 * len(offsets), length) + struct.pack(f"<{len(offsets)}H", *offsets)
        body[:4] = struct.pack("<i", len(virtual))
        self.put(bytes(body))
        self.put(virtual)
        return place

    def vector(self, tables: list[int]) -> int:
        place = len(self.held) + 4 + 4 * len(tables)
        return self.put(
            struct.pack("<I", len(tables)) + b"".join(struct.pack("<I", place - 4 - 4 * i - table) for i, table in enumerate(tables))
        )

    def bytes(self, content: bytes) -> int:
        return self.put(struct.pack("<I", len(content)) + content + b"\0")

    def done(self, root: int) -> bytes:
        return struct.pack("<I", len(self.held) + 8 - root) + b"TFL3" + self.held


def tflite(
    custom: str = "",
    *,
    code: int = 32,
    options: bytes = b"",
    buffers: tuple[dict[str, bytes], ...] = (),
    group: str = "",
    index: int = 0,
    old: int = 0,
) -> bytes:
    made = Buffer()
    fields: dict[str, int | bytes | list[int]] = {"f3": struct.pack("<i", code), "f0": bytes([old])}
    codes = [made.table(**fields, **({"f1": made.bytes(custom.encode())} if custom else {}))]
    given = {"f5": made.bytes(options)} if options else {}
    graphs = [made.table(f3=[made.table(f0=struct.pack("<I", index), **given)])]
    held_buffers = [made.table(f0=made.bytes(b"data")), *(made.table(**item) for item in buffers)]
    groups = {"f8": [made.table(f0=made.bytes(group.encode()))]} if group else {}
    root = made.table(f0=struct.pack("<I", 3), f1=codes, f2=graphs, f4=held_buffers, **groups)
    return made.done(root)


TFLITE = {
    "built in": (tflite(code=9), "ok"),
    "built in, of an old file": (tflite(code=0, old=9), "ok"),
    "known": (tflite("TFLite_Detection_PostProcess"), "ok"),
    "custom": (tflite("MyOp"), "review"),
    "custom, of an old file": (tflite("MyOp", code=0, old=32), "review"),
    "custom without a name": (tflite(), "review"),
    "unknown number": (tflite(code=4000), "review"),
    "Flex": (tflite("FlexMatMul", options=b"\x06MatMul\0\x08\x12\x06MatMul"), "ok"),
    "Flex that writes": (tflite("FlexWriteFile"), "block"),
    "Flex that reads": (tflite("FlexReadFile"), "review"),
    "Flex with another name": (tflite("FlexAdd", options=b"\x03Add\0\x05\x12\x09WriteFile"), "block"),
    "Flex that is unknown": (tflite("FlexMine"), "review"),
    "Flex with large options": (tflite("FlexAdd", options=bytes(70_000)), "review"),
    "no such code": (tflite(code=9, index=7), "review"),
    "a buffer behind": (tflite(code=9, buffers=({"f1": struct.pack("<Q", 8), "f2": struct.pack("<Q", 8)},)), "ok"),
    "a buffer beyond": (tflite(code=9, buffers=({"f1": struct.pack("<Q", 8), "f2": struct.pack("<Q", 10**9)},)), "review"),
    "buffers beside": (tflite(code=9, group="weights.bin"), "ok"),
    "buffers elsewhere": (tflite(code=9, group="../weights.bin"), "block"),
    "cut": (tflite(code=9)[:60], "review"),
    "nothing": (struct.pack("<I", 10**6) + b"TFL3", "review"),
}


@pytest.mark.parametrize("case", TFLITE)
def test_tensorflow_lite(case: str) -> None:
    content, verdict = TFLITE[case]
    found = judged(content, "model.tflite")
    assert (found.format, found.verdict) == ("tflite", verdict), said(found)


def test_vectors_that_go_beyond_the_file() -> None:
    content = tflite(code=9)
    at = content.index(struct.pack("<I", 4) + b"data")
    assert judged(content[:at] + struct.pack("<I", 10**6) + content[at + 4 :], "a.tflite").verdict == "review"


# R


class R:
    """Items in the form `X`, `B` or `A`."""

    def __init__(self, form: str) -> None:
        self.form = form

    def number(self, value: int) -> bytes:
        if self.form == "A":
            return f"{value}\n".encode()
        return struct.pack(">i" if self.form == "X" else "<i", value)

    def flags(self, kind: int, *, attributes: bool = False, tag: bool = False, more: int = 0) -> bytes:
        return self.number(kind | (0x200 if attributes else 0) | (0x400 if tag else 0) | more)

    def text(self, value: str | None) -> bytes:
        if value is None:
            return self.flags(9) + self.number(-1)
        raw = value.encode() + (b"\n" if self.form == "A" else b"")
        return self.flags(9) + self.number(len(value)) + raw

    def symbol(self, name: str) -> bytes:
        return self.flags(1) + self.text(name)

    def real(self, *values: float) -> bytes:
        raw = b"".join(f"{value}\n".encode() if self.form == "A" else bytes(8) for value in values)
        return self.flags(14) + self.number(len(values)) + raw

    def file(self, item: bytes, *, version: int = 2, magic: bytes = b"") -> bytes:
        native = b""
        if version == 3:
            native = self.number(5) + (b"UTF-8\n" if self.form == "A" else b"UTF-8")
        return magic + self.form.encode() + b"\n" + self.number(version) + self.number(197888) + self.number(131840) + native + item

    @property
    def null(self) -> bytes:
        return self.flags(254)


def harmless(r: R) -> dict[str, bytes]:
    pair = r.flags(2, tag=True) + r.symbol("names") + r.flags(16) + r.number(2) + r.text("a") + r.text("b") + r.null
    return {
        "null": r.null,
        "reals": r.real(1.5, 2.5),
        "strings": r.flags(16) + r.number(3) + r.text("a b") + r.text(None) + r.text(""),
        "list with names": r.flags(19, attributes=True) + r.number(2) + r.real(1.0) + r.null + pair,
        "pairs": r.flags(2, attributes=True, tag=True) + r.null + r.symbol("x") + r.real(1.0) + r.null,
        "reference": r.flags(19) + r.number(2) + r.symbol("x") + r.flags(255, more=1 << 8),
        "reference, the long way": r.flags(19) + r.number(2) + r.symbol("x") + r.flags(255) + r.number(1),
        "environment": r.flags(4) + r.number(0) + r.null * 4,
        "namespace": r.flags(249) + r.number(0) + r.number(1) + r.text("base"),
        "altrep": r.flags(238) + r.null * 3,
        "builtin": r.flags(8) + r.number(3) + (b"sum\n" if r.form == "A" else b"sum"),
        "S4": r.flags(25, attributes=True) + r.null,
        "long vector": r.flags(19) + r.number(-1) + r.number(0) + r.number(1) + r.null,
    }


FORMS = pytest.mark.parametrize("form", ["X", "B", "A"])


@FORMS
@pytest.mark.parametrize("version", [2, 3])
def test_cve_2024_27322_harmless_data_of_r(form: str, version: int) -> None:
    r = R(form)
    for case, item in harmless(r).items():
        found = judged(r.file(item, version=version), "a.rds")
        assert (found.format, found.verdict) == ("rds", "ok"), (case, said(found))
        assert judged(r.file(item, version=version, magic=f"RD{form}{version}\n".encode()), "a.rda").verdict == "ok"


@FORMS
def test_cve_2024_27322_promises_and_bytecode(form: str) -> None:
    r = R(form)
    promise = r.flags(5) + r.null * 2
    bytecode = r.flags(21) + r.number(1)
    for item in (
        promise,
        bytecode,
        r.flags(19) + r.number(2) + r.null + promise,
        r.flags(2) + promise + r.null,
        r.flags(3, tag=True) + r.null * 2 + bytecode,
    ):
        found = judged(r.file(item), "a.rds")
        assert (found.verdict, found.evidence[0].reference) == ("block", "CVE-2024-27322")
        assert judged(r.file(item, magic=f"RD{form}2\n".encode()), "model.bin").verdict == "block"


@FORMS
def test_code_of_r_is_not_vetted(form: str) -> None:
    r = R(form)
    for item in (
        r.flags(3) + r.null * 2,
        r.flags(6) + r.symbol("f") + r.null,
        r.flags(20) + r.number(1) + r.null,
        r.flags(22) + r.null * 2,
        r.flags(23),
        r.flags(240) + r.null * 3,
    ):
        assert judged(r.file(item), "a.rds").verdict == "review"
    assert judged(r.file(r.flags(247) + r.number(0) + r.number(1) + r.text("x")), "a.rds").verdict == "review"


@FORMS
def test_broken_data_of_r(form: str) -> None:
    r = R(form)
    for item in (
        b"",
        r.flags(99),
        r.real(1.0)[:-1] if form != "A" else r.flags(14) + r.number(3),
        r.null + b"more",
        r.flags(14) + r.number(-5),
        r.flags(16) + r.number(1) + r.null,
    ):
        assert judged(r.file(item), "a.rds").verdict == "review", item
    assert judged(r.file(r.null, version=3)[: 12 if form != "A" else 6], "a.rds").verdict == "review"


def test_unknown_forms_of_r() -> None:
    r = R("X")
    assert judged(b"RDX2\nZ\nxxxxxxxxxxxx", "a.rda").verdict == "review"
    assert judged(b"X\n\0\0\0\x09" + bytes(20), "a.rds").verdict == "review"
    assert judged(b"A\n2\nNA\nx\n", "a.rds").verdict == "review"
    assert judged(r.file(r.flags(19) + r.number(2**30)), "a.rds").verdict == "review"


def test_many_items_of_r_are_not_kept() -> None:
    r = R("X")
    item = r.flags(19) + r.number(2**31 - 1) + r.null * 1000
    assert judged(r.file(item), "a.rds", budget=Budget(operations=5000)).verdict == "review"


# XML

NET = '<?xml version="1.0"?><net name="m" version="11"><layers>{}</layers></net>'
PMML = '<?xml version="1.0"?><PMML xmlns="http://www.dmg.org/PMML-4_4" version="4.4">{}</PMML>'
XML = {
    "operators": (NET.format('<layer id="0" type="Const" version="opset1"><data offset="0" size="4"/></layer>'), "openvino", "ok"),
    "operators without a version": (NET.format('<layer id="0" type="Convolution"/>'), "openvino", "ok"),
    "an extension": (NET.format('<layer id="0" type="Mine" version="extension"/>'), "openvino", "review"),
    "data elsewhere": (NET.format('<layer type="Const" version="opset1"><data path="/etc/passwd"/></layer>'), "openvino", "block"),
    "entities": (
        '<?xml version="1.0"?><!DOCTYPE net [<!ENTITY a SYSTEM "file:///etc/passwd">]><net name="m">&a;</net>',
        "openvino",
        "block",
    ),
    "many laughs": ('<!DOCTYPE PMML [<!ENTITY a "aaa"><!ENTITY b "&a;&a;">]><PMML>&b;</PMML>', "pmml", "block"),
    "a document type elsewhere": ('<!DOCTYPE PMML SYSTEM "http://example.org/x.dtd"><PMML/>', "pmml", "block"),
    "a document type": ("<!DOCTYPE net><net/>", "openvino", "review"),
    "cut": (NET.format("")[:-3], "openvino", "review"),
    "PMML": (PMML.format('<Apply function="+"/><Apply function="x-mine"/>'), "pmml", "ok"),
    "a class of Java": (PMML.format('<Apply function="com.example.Evil"/>'), "pmml", "review"),
    "a table elsewhere": (PMML.format('<TableLocator path="../secret"/>'), "pmml", "block"),
}


@pytest.mark.parametrize("case", XML)
def test_models_in_xml(case: str) -> None:
    content, kind, verdict = XML[case]
    found = judged(content.encode(), "model.xml")
    assert (found.format, found.verdict) == (kind, verdict), said(found)


@pytest.mark.parametrize("content", ["<html><body>net</body></html>", "<annotation><name>net</name></annotation>", "<network/>", "a <net"])
def test_other_xml_is_text(content: str) -> None:
    assert judged(content.encode(), "a.xml").format == "text"


def test_documents_that_are_too_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cardlint.weights.xmlmodel.LARGEST", 10)
    assert judged(NET.format("").encode(), "a.xml").verdict == "review"


def test_a_budget_that_is_used_up_is_a_review() -> None:
    assert judged(NET.format("<layer/>" * 100).encode(), "a.xml", budget=Budget(operations=100)).verdict == "review"


# PaddlePaddle, and what is not looked into


def paddle(kind: str, **attributes: str) -> bytes:
    held_attributes = b"".join(held(4, held(1, key) + number(2, 2) + held(5, value)) for key, value in attributes.items())
    return held(1, number(1, 0) + number(2, 2**64 - 1) + held(4, held(3, kind) + held_attributes))


@pytest.mark.parametrize(
    ("content", "verdict"),
    [
        (paddle("matmul"), "review"), (paddle("py_func"), "block"), (paddle("load", file_path="/etc/passwd"), "block"),
        (paddle("load", file_path="w"), "review"), (paddle("feed", name="/x"), "review"), (paddle("x") + b"\x0b", "review"),
    ],
)  # fmt: skip
def test_paddle(content: bytes, verdict: str) -> None:
    found = judged(content, "model.pdmodel")
    assert (found.format, found.verdict) == ("paddle", verdict)


@pytest.mark.parametrize(
    ("content", "name", "kind"),
    [
        (bytes(4) + b"ET12" + bytes(20), "a.pte", "executorch"),
        (bytes(4) + b"ORTM" + bytes(20), "a.ort", "ort"),
        (b"\x04\0\0\0" + bytes(20), "a.t7", "torch7"),
        (b"\x01x" + bytes(20), "a.engine", "tensorrt"),
    ],
)
def test_what_is_not_looked_into_is_a_review_with_the_reason(content: bytes, name: str, kind: str) -> None:
    found = judged(content, name)
    assert (found.format, found.verdict, len(found.evidence)) == (kind, "review", 1)


@given(st.sampled_from(["a.rds", "a.tflite", "a.mlmodel", "a.xml", "a.pdmodel", "saved_model.pb", "model.onnx"]), st.data())
def test_changed_bytes_never_raise(name: str, data: st.DataObject) -> None:
    seeds = {
        "a.rds": R("X").file(harmless(R("X"))["list with names"]), "a.tflite": tflite("FlexAdd", options=b"x"), "a.mlmodel": blob("x"), "a.xml": NET.format("<layer/>").encode(),
        "a.pdmodel": paddle("load", file_path="x"), "saved_model.pb": number(1, 1) + held(2, held(2, held(1, held(1, "c") + held(2, "Const") + mapped(5, "value", held(8, number(1, 7)))))),
        "model.onnx": number(1, 8) + held(7, held(1, held(4, "Add"))),
    }  # fmt: skip
    content = bytearray(seeds[name])
    for _ in range(data.draw(st.integers(1, 5))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    judged(bytes(content), name)


def test_what_was_found_stands_when_the_budget_ends() -> None:
    r = R("X")
    content = r.file(r.flags(19) + r.number(10_000) + r.flags(5) + r.null * 20_000)
    assert judged(content, "a.rds", budget=Budget(operations=500)).verdict == "block"
    assert judged(tflite("FlexWriteFile"), "a.tflite", budget=Budget(operations=60)).verdict in {"block", "review"}
    assert judged(tflite(code=9), "a.tflite", budget=Budget(operations=10)).verdict == "review"


def test_the_same_is_said_once() -> None:
    r = R("X")
    found = judged(r.file(r.flags(19) + r.number(2) + (r.flags(6) + r.null * 2) * 2), "a.rds")
    assert len(found.evidence) == 1
