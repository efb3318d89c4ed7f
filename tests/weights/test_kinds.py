"""Zip archives of a kind: skops, TorchServe, NeMo; and 7z."""

from __future__ import annotations

import json
import lzma
import struct
import zlib
from typing import Any

import pytest
from making import EMPTY_DICT, PAYLOAD, UNVETTED, Entry, deflated, judged, said, zipped

from cardlint.weights.budget import Budget


def node(loader: str, name: str, **fields: Any) -> dict[str, Any]:
    module, _, short = name.rpartition(".")
    return {"__loader__": loader, "__module__": module, "__class__": short, "__id__": 1, **fields}


def skops(tree: object, *others: Entry) -> bytes:
    held = tree if isinstance(tree, bytes) else json.dumps(tree).encode()
    return zipped(*others, Entry(b"schema.json", held))


MODEL = "sklearn.linear_model._logistic.LogisticRegression"
ATTRIBUTES = node(
    "DictNode", "builtins.dict", content={"C": {"__loader__": "JsonNode", "__module__": "builtins", "__class__": "str", "content": "1.0"},
    "again": {"__loader__": "CachedNode", "__module__": None, "__class__": None}, "w": node("NdArrayNode", "numpy.ndarray", file="1.npy"),
    "f": node("NdArrayNode", "numpy.float64", file="1.npy")},
)  # fmt: skip


def test_a_plain_skops_archive_is_ok() -> None:
    found = judged(skops(node("ObjectNode", MODEL, content=ATTRIBUTES, protocol=2), Entry(b"1.npy", b"text")), "m.skops")
    assert found.format == "skops"
    assert [item.concern for item in found.evidence] == ["mismatch"]


DANGEROUS = {
    "CVE-2025-54412: a function of operator under another name": (
        node("OperatorFuncNode", "builtins.call", attrs={}), "CVE-2025-54412",
    ),
    "CVE-2025-54412: a function that is no getter": (node("OperatorFuncNode", "operator.call", attrs={}), "CVE-2025-54412"),
    "CVE-2025-54413: a method of another object": (
        node("MethodNode", MODEL, content={"func": "fit", "obj": node("TypeNode", "builtins.int")}), "CVE-2025-54413",
    ),
    "CVE-2025-54413: no method": (node("MethodNode", MODEL, content={"func": "__globals__", "obj": node("ObjectNode", MODEL)}), "CVE-2025-54413"),
    "CVE-2025-54413: with a dot": (node("MethodNode", MODEL, content={"func": "a.b", "obj": node("ObjectNode", MODEL)}), "CVE-2025-54413"),
    "CVE-2025-54413: no content": (node("MethodNode", MODEL), "CVE-2025-54413"),
    "a function that is dangerous": (node("FunctionNode", "builtins.eval"), "makes builtins.eval, which runs code"),
    "deep below": (node("ListNode", "builtins.list", content=[[{"x": node("TypeNode", "os.system")}]]), "makes os.system"),
    "a function as of old": (
        node("FunctionNode", "builtins.int", content={"module_path": "builtins", "function": "eval"}), "makes builtins.eval",
    ),
    "a generator that is none": (
        node("RandomGeneratorNode", "numpy.random._generator.Generator", content={"bit_generator": {"content": {"bit_generator": {"content": '"seed"'}}}}),
        "calls numpy.random.seed, which is no generator",
    ),
    "a generator that is not said": (node("RandomGeneratorNode", "numpy.random._generator.Generator"), "calls numpy.random.None"),
}  # fmt: skip


@pytest.mark.parametrize("case", DANGEROUS)
def test_nodes_that_are_dangerous_are_blocked(case: str) -> None:
    tree, message = DANGEROUS[case]
    assert message in said(judged(skops(tree), "m.skops"), "block")


UNKNOWN = {
    "a class of nobody": (node("ObjectNode", "some.module.Thing"), "makes some.module.Thing, which is not on the vetted list"),
    "a loader of nobody": (node("OtherNode", MODEL), "OtherNode is a loader that is not known"),
    "a getter": (node("OperatorFuncNode", "operator.itemgetter"), "makes operator.itemgetter"),
    "a method": (node("MethodNode", MODEL, content={"func": "fit", "obj": node("ObjectNode", MODEL)}), "takes the method"),
    "a function that may load anything": (node("LossNode", "torch.storage._load_from_bytes"), "which may be called with anything"),
    "a partial": (node("PartialNode", "functools.partial"), "makes functools.partial"),
    "a node without a name": ({"__loader__": "ObjectNode"}, "a node does not say what it is"),
    "a file that is not there": (node("BytesNode", "builtins.bytes", file="x.bin"), "x.bin is not in the archive"),
    "no JSON": (b"{", "the tree cannot be read"), "deep JSON": (b"[" * 200_000, "the tree cannot be read"), "no UTF-8": (b"\xff\xfe\xfd", "the tree cannot be read"),
}  # fmt: skip


@pytest.mark.parametrize("case", UNKNOWN)
def test_nodes_nobody_vetted_are_reviewed(case: str) -> None:
    tree, message = UNKNOWN[case]
    found = judged(skops(tree), "m.skops")
    assert found.verdict == "review"
    assert message in said(found, "review")


def test_a_generator_of_numpy_is_fine() -> None:
    state = {"bit_generator": {"content": {"bit_generator": {"content": '"PCG64"'}}}}
    assert judged(skops(node("RandomGeneratorNode", "numpy.random._generator.Generator", content=state)), "m.skops").evidence == ()
    assert judged(skops(node("FunctionNode", "builtins.int")), "m.skops").evidence == ()


def test_trees_that_are_not_to_be_found_are_reviewed() -> None:
    for content in (zipped(Entry(b"schema.json", b"{}", central={"header": 9})), zipped(Entry(b"schema.json", b"{}", method=97))):
        assert "the tree is not to be found" in said(judged(content, "m.skops"), "review")
    content = zipped(Entry(b"MAR-INF/MANIFEST.json", b"{}", central={"header": 9}))
    assert "the manifest cannot be read" in said(judged(content, "m.mar"), "review")


def test_trees_are_bounded() -> None:
    assert "larger than any that is read" in said(judged(skops(b" " * 8_100_000), "m.skops"), "review")
    many = judged(skops([node("TypeNode", f"some.module.T{index}") for index in range(500)]), "m.skops")
    assert (len(many.evidence), many.evidence[-1].about) == (201, "more")


@pytest.mark.parametrize("content", [PAYLOAD, EMPTY_DICT, b"x\x9c" + zlib.compress(EMPTY_DICT)[2:]])
def test_cve_2025_54886_a_pickle_in_place_of_the_archive_is_blocked(content: bytes) -> None:
    assert "CVE-2025-54886" in said(judged(content, "m.skops"), "block")
    assert judged(b"plain text", "m.skops").verdict == "review"


# TorchServe


def mar(model: object, *others: Entry) -> bytes:
    manifest = model if isinstance(model, bytes) else json.dumps({"createdOn": "", "model": model, "archiverVersion": "0.9"}).encode()
    return zipped(Entry(b"MAR-INF/MANIFEST.json", manifest), *others)


CODE = Entry(b"handler.py", b"def handle(data, context):\n    return data\n")


def test_handlers_of_torchserve_itself_are_fine() -> None:
    found = judged(mar({"handler": "image_classifier", "serializedFile": "model.pt", "modelName": "x"}), "m.mar")
    assert (found.verdict, found.format, found.evidence) == ("ok", "mar", ())


def test_code_that_runs_is_reviewed() -> None:
    found = judged(mar({"handler": "handler.py:handle", "modelFile": "net.py", "requirementsFile": "r.txt"}, CODE), "m.mar")
    assert found.verdict == "review"
    for message in ("runs handler.py:handle when", "runs net.py when", "installs what is listed in r.txt", "modelFile net.py is not in"):
        assert message in said(found)
    assert "handler.py is not" not in said(found)
    assert judged(mar({"handler": "handler"}, CODE), "m.mar").verdict == "review"


def test_code_nobody_can_read_is_blocked() -> None:
    found = judged(mar({"handler": "handler.py"}, Entry(b"handler.py", b"\x7fELF\x02" + b"\0" * 60)), "m.mar")
    assert "is no text, so nobody can read what it does" in said(found, "block")


@pytest.mark.parametrize("name", ["../x.py", "/x.py", "C:/x.py"])
def test_files_that_lead_out_are_blocked(name: str) -> None:
    for key in ("handler", "modelFile", "serializedFile", "configFile"):
        assert "leads out of the archive" in said(judged(mar({key: name}), "m.mar"), "block")


@pytest.mark.parametrize("manifest", [b"{", b"[]", b'{"model": 3}', b" " * 1_100_000, b"[" * 200_000])
def test_manifests_that_cannot_be_read_are_reviewed(manifest: bytes) -> None:
    assert "the manifest cannot be read" in said(judged(mar(manifest), "m.mar"), "review")


def test_a_manifest_of_no_names_is_reviewed() -> None:
    assert "handler is no name" in said(judged(mar({"handler": 3}), "m.mar"), "review")


def test_weights_in_it_are_judged() -> None:
    assert judged(mar({"serializedFile": "m.bin"}, Entry(b"m.bin", PAYLOAD)), "m.mar").verdict == "block"


def test_the_archive_may_be_tar() -> None:
    from test_tar import END, member

    manifest = json.dumps({"model": {"handler": "x.py"}}).encode()
    assert "runs x.py" in said(judged(member(b"MAR-INF/MANIFEST.json", manifest) + END, "m.tar"), "review")
    assert "cannot be read" in said(judged(member(b"MAR-INF/MANIFEST.json", b"{") + END, "m.tar"), "review")


def test_members_that_cannot_be_opened_are_not_there() -> None:
    found = judged(mar({"handler": "handler.py"}, CODE._replace(method=97)), "m.mar")
    assert "handler handler.py is not in the archive" in said(found, "review")
    assert "packed by method 97" in said(found, "review")


def test_nemo_models_may_be_zip_archives() -> None:
    content = zipped(Entry(b"model_config.yaml", b"target: os.system"), Entry(b"x.txt", b"text"))
    found = judged(content, "m.nemo")
    assert (found.verdict, found.format) == ("block", "nemo")
    assert found.evidence[0].member == "model_config.yaml"
    assert "packed by method 97" in said(judged(zipped(Entry(b"model_config.yaml", b"a: b", method=97)), "m.nemo"))


# 7z


def number(value: int) -> bytes:
    """A number as 7z writes it."""
    for extra in range(8):
        if value < 1 << (7 * (extra + 1)):
            first = (0xFF << (8 - extra) & 0xFF) | value >> (8 * extra)
            return bytes([first]) + (value & ((1 << 8 * extra) - 1)).to_bytes(extra, "little")
    return b"\xff" + value.to_bytes(8, "little")


def sized(kind: int, held: bytes) -> bytes:
    return bytes([kind]) + number(len(held)) + held


def streams(
    packed: list[int], coders: list[bytes], unpacked: list[int], parts: list[list[int]] | None = None, *, crcs: bool = False
) -> bytes:
    """Folders of one packed stream each."""
    held = b"\x06\x00" + number(len(packed)) + b"\x09" + b"".join(map(number, packed))
    held += (b"\x0a\x01" + b"\0" * 4 * len(packed) if crcs else b"") + b"\x00"
    held += b"\x07\x0b" + number(len(coders)) + b"\x00" + b"".join(coders) + b"\x0c" + b"".join(map(number, unpacked))
    held += (b"\x0a\x01" + b"\0" * 4 * len(coders) if crcs else b"") + b"\x00"
    if parts is not None:
        held += b"\x08\x0d" + b"".join(number(len(sizes)) for sizes in parts)
        held += b"\x09" + b"".join(number(size) for sizes in parts for size in sizes[:-1])
        held += (b"\x0a\x01" + b"\0" * 4 * sum(map(len, parts)) if crcs else b"") + b"\x00"
    return held + b"\x00"


def coder(method: bytes, properties: bytes = b"") -> bytes:
    return (
        b"\x01" + bytes([len(method) | (32 if properties else 0)]) + method + (number(len(properties)) + properties if properties else b"")
    )


def files(names: list[str], empty: int = 0, attributes: list[int] | None = None, more: bytes = b"") -> bytes:
    held = number(len(names)) + sized(17, b"\x00" + b"".join(name.encode("utf-16-le") + b"\0\0" for name in names)) + more
    if empty:
        held += sized(14, bytes([empty]))
    if attributes:
        held += sized(21, b"\x01\x00" + b"".join(struct.pack("<L", value) for value in attributes))
    return held + b"\x00"


def seven(packed: bytes, header: bytes, suffix: bytes = b"", **fields: int) -> bytes:
    start = struct.pack("<QQL", fields.get("offset", len(packed)), fields.get("size", len(header)), 0)
    return b"7z\xbc\xaf\x27\x1c\x00\x04" + b"\0" * 4 + start + packed + header + suffix


COPY = coder(b"\x00")
RAW = [{"id": lzma.FILTER_LZMA2, "dict_size": 65536}]
RAW1 = [{"id": lzma.FILTER_LZMA1, "dict_size": 65536, "lc": 3, "lp": 0, "pb": 2}]
CONTENT = EMPTY_DICT + PAYLOAD
LAYOUT = [[len(EMPTY_DICT), len(PAYLOAD)]]
METHODS = {
    "copy": (COPY, CONTENT), "lzma2": (coder(b"\x21", b"\x18"), lzma.compress(CONTENT, lzma.FORMAT_RAW, filters=RAW)),
    "lzma": (coder(b"\x03\x01\x01", b"\x5d\0\0\x01\0"), lzma.compress(CONTENT, lzma.FORMAT_RAW, filters=RAW1)),
    "deflate": (coder(b"\x04\x01\x08"), deflated(CONTENT)), "bzip2": (coder(b"\x04\x02\x02"), __import__("bz2").compress(CONTENT)),
    "x86 and lzma2": (
        b"\x02" + coder(b"\x03\x03\x01\x03")[1:] + coder(b"\x21", b"\x18")[1:] + b"\x00\x01",
        lzma.compress(CONTENT, lzma.FORMAT_RAW, filters=[{"id": lzma.FILTER_X86}, *RAW]),
    ),
}  # fmt: skip


def whole(method: str, *, crcs: bool = False, names: list[str] | None = None) -> bytes:
    how, packed = METHODS[method]
    outs = [len(CONTENT)] * (2 if method.startswith("x86") else 1)
    held = b"\x01\x04" + streams([len(packed)], [how], outs, LAYOUT, crcs=crcs) + b"\x05" + files(names or ["a.bin", "b.bin"]) + b"\x00"
    return seven(packed, held)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("crcs", [True, False])
def test_members_of_7z_are_judged(method: str, crcs: bool) -> None:
    found = judged(whole(method, crcs=crcs), "m.pt")
    assert found.format == "7z"
    assert ("b.bin", "block") in [(item.member, item.verdict) for item in found.evidence]
    assert "is 7z, not what .pt promises" in said(found)


def test_a_packed_header_is_unpacked() -> None:
    plain = b"\x01\x04" + streams([6], [COPY], [6]) + b"\x05" + files(["a.bin"]) + b"\x00"
    packed = lzma.compress(plain, lzma.FORMAT_RAW, filters=RAW1)
    encoded = b"\x17\x06" + number(6) + b"\x01\x09" + number(len(packed)) + b"\x00"
    encoded += b"\x07\x0b\x01\x00" + coder(b"\x03\x01\x01", b"\x5d\0\0\x01\0") + b"\x0c" + number(len(plain)) + b"\x00\x00"
    found = judged(seven(EMPTY_DICT + packed, encoded), "m.7z")
    assert (found.verdict, found.evidence) == ("ok", ())
    inner = b"\x17\x06\x12\x01\x09\x01\x00\x07\x0b\x01\x00" + COPY + b"\x0c\x01\x00\x00"
    outer = b"\x17\x06\x00\x01\x09" + bytes([len(inner)]) + b"\x00\x07\x0b\x01\x00" + COPY + b"\x0c" + bytes([len(inner)]) + b"\x00\x00"
    twice = judged(seven(inner.ljust(18, b"\0") + b"\x17", outer), "m.7z")
    assert "its header is of no kind that is known" in said(twice, "review")


def test_empty_archives_and_members() -> None:
    assert judged(seven(b"", b""), "m.7z").evidence == ()
    plain = b"\x01\x04" + streams([6], [COPY], [6]) + b"\x05" + files(["folder", "a.bin"], empty=0x80, attributes=[16, 0]) + b"\x00"
    assert judged(seven(EMPTY_DICT, plain), "m.7z").evidence == ()


def test_links_and_names_of_7z() -> None:
    mode = 0x8000 | 0o120777 << 16
    for target, verdict in ((b"../../x", "block"), (b"x", "review")):
        plain = b"\x01\x04" + streams([len(target)], [COPY], [len(target)]) + b"\x05" + files(["a/l"], attributes=[mode]) + b"\x00"
        assert "is a symbolic link" in said(judged(seven(target, plain), "m.7z"), verdict)
    assert "leads out of the folder" in said(judged(whole("copy", names=["../a", "b"]), "m.7z"), "block")
    assert "is there more than once" in said(judged(whole("copy", names=["a", "./a"]), "m.7z"), "block")


UNREADABLE: dict[str, bytes] = {
    "a signature alone": b"7z\xbc\xaf\x27\x1c",
    "a header beyond the file": seven(b"", b"\x01", offset=999),
    "a header longer than any": seven(b"", b"\x01", size=1 << 40),
    "a header of no kind": seven(b"", b"\x63"),
    "a header that ends": seven(b"", b"\x01\x04"),
    "a part nobody knows": seven(b"", b"\x01\x63"),
    "streams of a part nobody knows": seven(b"", b"\x01\x04\x63"),
    "packed streams of a part nobody knows": seven(b"", b"\x01\x04\x06\x00\x01\x63"),
    "folders that are missing": seven(b"", b"\x01\x04\x07\x63"),
    "folders elsewhere": seven(b"", b"\x01\x04\x07\x0b\x01\x01"),
    "folders of a part nobody knows": seven(b"", b"\x01\x04\x07\x0b\x00\x00\x63"),
    "more streams than are packed": seven(b"", b"\x01\x04\x07\x0b\x01\x00" + COPY + b"\x0c\x01\x00\x00\x00"),
    "too many folders": seven(b"", b"\x01\x04\x07\x0b" + number(1 << 30)),
    "too many coders": seven(b"", b"\x01\x04\x07\x0b\x01\x00\x63"),
    "members of a part nobody knows": seven(b"xx", b"\x01\x04" + streams([2], [COPY], [2])[:-1] + b"\x08\x63"),
    "members larger than their folder": seven(b"xx", b"\x01\x04" + streams([2], [COPY], [2], [[5, 1]])),
    "names elsewhere": seven(b"", b"\x01\x05\x01" + sized(17, b"\x01")),
    "fewer names than members": seven(b"", b"\x01\x05\x02" + sized(17, b"\x00a\x00\x00\x00")),
    "a header in a header in a header": seven(b"", b"\x17\x00"),
    "CRCs that are not as many": seven(b"xx", b"\x01\x04" + streams([2], [COPY], [2])[:-1] + b"\x08\x0a\x01" + b"\x07" * 12),
}  # fmt: skip


@pytest.mark.parametrize("case", UNREADABLE)
def test_headers_that_cannot_be_read_are_reviewed(case: str) -> None:
    found = judged(UNREADABLE[case], "m.7z")
    assert (found.verdict, found.format) == ("review", "7z")
    assert "begins like a 7z archive, and " in said(found)


def _coded(how: bytes, outs: int = 1, size: int = 6) -> bytes:
    held = b"\x01\x04" + streams([6], [how], [size] * outs) + b"\x05" + files(["a.bin"]) + b"\x00"
    return seven(EMPTY_DICT, held)


NOT_LOOKED_INTO = {
    "encrypted": _coded(coder(b"\x06\xf1\x07\x01", b"\x13\x00")), "PPMd": _coded(coder(b"\x03\x04\x01", b"\x06\0\0\0\x01")),
    "properties of LZMA that are none": _coded(coder(b"\x03\x01\x01", b"\xff\0\0\x01\0")), "LZMA without properties": _coded(coder(b"\x21")),
    "LZMA2 of a size that is none": _coded(coder(b"\x21", b"\x63")), "a filter alone": _coded(coder(b"\x03\x03\x01\x03")),
    "a dictionary larger than memory": _coded(coder(b"\x21", b"\x27"), size=1 << 31),
    "several streams": seven(
        EMPTY_DICT, b"\x01\x04" + streams([3, 3], [b"\x01\x11\x00\x02\x01\x00\x01"], [6]) + b"\x05" + files(["a.bin"]) + b"\x00"
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", NOT_LOOKED_INTO)
def test_members_packed_otherwise_are_reviewed(case: str) -> None:
    found = judged(NOT_LOOKED_INTO[case], "m.7z")
    assert found.verdict == "review"


def test_a_packed_header_nobody_can_unpack_is_reviewed() -> None:
    encoded = b"\x17\x06\x00\x01\x09\x06\x00\x07\x0b\x01\x00" + coder(b"\x06\xf1\x07\x01", b"\x13\x00") + b"\x0c\x06\x00\x00"
    assert "its list of members is encrypted" in said(judged(seven(EMPTY_DICT, encoded), "m.7z"))
    nothing = b"\x17\x06\x00\x00\x00\x00"
    assert "its packed header is none" in said(judged(seven(b"", nothing), "m.7z"))


def test_contents_that_no_member_has_are_reviewed() -> None:
    held = b"\x01\x04" + streams([6, 6], [COPY, COPY], [6, 6]) + b"\x05" + files(["a"]) + b"\x00"
    assert "more contents than members" in said(judged(seven(EMPTY_DICT * 2, held), "m.7z"), "review")
    none = b"\x01\x04" + streams([6], [COPY], [6], [[]]) + b"\x05" + files([], more=sized(25, b"\0\0")) + b"\x00"
    assert judged(seven(EMPTY_DICT, none), "m.7z").evidence == ()
    without = b"\x01\x04" + streams([6], [b"\x00"], [6]) + b"\x00"
    assert judged(seven(EMPTY_DICT, without), "m.7z").verdict == "review"


def test_bytes_after_7z_are_reviewed() -> None:
    assert "4 bytes follow the archive" in said(judged(whole("copy") + b"junk", "m.7z"), "review")


def test_members_of_7z_are_counted() -> None:
    found = judged(whole("copy"), "m.7z", budget=Budget(members=1))
    assert "is too large or too intricate" in said(found, "review")


def test_unvetted_members_are_reviewed_with_their_names() -> None:
    held = b"\x01\x04" + streams([len(UNVETTED)], [COPY], [len(UNVETTED)]) + b"\x05" + files(["a"]) + b"\x00"
    found = judged(seven(UNVETTED, held), "m.7z")
    assert (found.verdict, found.globals) == ("review", ("some.module.Thing",))
