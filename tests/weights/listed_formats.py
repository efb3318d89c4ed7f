"""Cases of what is in `listed`: archives and formats of all kinds."""

from __future__ import annotations

import bz2
import gzip
import importlib.util
import json
import lzma
import marshal
import struct
import zlib
from typing import TYPE_CHECKING

import handmade
import test_gguf
import test_hdf5
import test_joblib
import test_keras
import test_kinds
import test_npy
import test_onnx
import test_other_formats
import test_safetensors
import test_savedmodel
import test_tar
import test_torch_zip
from chats import CHATS
from handmade_h5 import Image, Message, external, hard, layout
from listed import Case
from listed_pickles import EVIL, PLAIN
from making import EMPTY_DICT, Entry, storage, zipped
from tensorfiles import Gguf, safetensors

if TYPE_CHECKING:
    from collections.abc import Iterator

VERSION = Entry(b"m/version", b"3\n")
PICKLE, BAD = Entry(b"m/data.pkl", PLAIN), Entry(b"m/data.pkl", EVIL)


def torch(first: Entry = PICKLE, *more: Entry, **how: object) -> bytes:
    return zipped(first, VERSION, *more, **how)  # type: ignore[arg-type] # fields of the end record


def changed(entry: Entry = BAD, **fields: object) -> bytes:
    return torch(entry._replace(**fields))


# Archives: what `model.pt` may be.
ZIPS: list[tuple[str, str, bytes]] = [
    ("GHSA-mjqp-26hc-grxg CVE-2025-10156 zip-crc-directory", "a CRC of the directory", changed(central={"crc": 1})),
    ("zip-crc-local", "a CRC of the member", changed(PICKLE, local={"crc": 1})),
    ("GHSA-7q5r-7gvp-wc82 CVE-2025-1944 zip-local-name modelscan-263", "another name", changed(PICKLE, local={"name": b"m/other.txt"})),
    *(("GHSA-w8jq-xcqf-f792 CVE-2025-1945 zip-local-flags modelscan-263", f"flag {bit}", changed(PICKLE, local={"flags": bit})) for bit in (1, 0x20, 0x40)),
    *(("zip-directory-flags", f"flag {bit}", changed(PICKLE, central={"flags": bit})) for bit in (1, 0x20, 0x40)),
    ("zip-encrypted", "said to be encrypted", changed(flags=1)),
    ("zip-method", "another method", changed(PICKLE, local={"method": 8})),
    ("zip-duplicate", "two of a name, the first runs", torch(BAD, PICKLE)),
    ("zip-duplicate", "two of a name, the last runs", torch(PICKLE, BAD)),
    ("zip-nul-name", "a NUL", torch(PICKLE, Entry(b"m/data.pkl\0.txt", EVIL))),
    ("zip-prefix", "a pickle before it", torch(PICKLE, prefix=EVIL)),
    ("zip-prefix", "a header before it", torch(PICKLE, prefix=b"PK\x03\x04")),
    ("polyglot", "a picture before it", torch(BAD, prefix=b"GIF89a")),
    ("zip-suffix", "an archive in an archive's tail", torch(BAD, suffix=torch(PICKLE))),
    ("zip-suffix", "a pickle behind it", torch(BAD, suffix=EVIL)),
    ("zip-two-tops", "two folders", torch(PICKLE, Entry(b"n/data.pkl", EVIL))),
    ("zip-deflated", "packed", torch(BAD._replace(method=8))),
    ("zip-end-far", "an end record out of sight", torch(BAD, suffix=bytes(70_000))),
    ("zip-end-comment", "an end record in a comment", torch(BAD, comment=b"PK\x05\x06" + bytes(18))),
    ("zip-traversal", "a path that climbs", torch(PICKLE, Entry(b"m/../../x", b"text"))),
    ("zip-absolute", "a path from the root", torch(PICKLE, Entry(b"/etc/x", b"text"))),
    ("zip-symlink", "a link that leads out", torch(PICKLE, Entry(b"m/l", b"../../x", central={"mode": 0o120777}))),
    ("zip-in-zip", "an archive in it", torch(PICKLE, Entry(b"m/extra", torch(BAD)))),
    ("zip-foreign-extension", "a pickle named as text", torch(PICKLE, Entry(b"m/readme.txt", EVIL))),
    ("torchscript-constants", "constants that run", torch(PICKLE, Entry(b"m/constants.pkl", EVIL))),
    ("torchscript-code", "code that writes files", torch(PICKLE, Entry(b"m/constants.pkl", b"\x80\x02)."), Entry(b"m/code/a.py", b'torch.save(y, "x")'))),
    ("CVE-2026-24747", "a tensor longer than its data", zipped(Entry(b"m/data.pkl", b"\x80\x02" + storage("FloatStorage", "0", 40) + b"."), Entry(b"m/data/0", bytes(12)), VERSION)),
    ("7z-as-pt", "a 7z archive", test_kinds.whole("lzma2")),
    ("tar-as-pt", "a tar archive", test_tar.member(b"a", EVIL) + test_tar.END),
    ("CVE-2025-32434 torch-tar", "torch's own tar", test_tar.torch_tar(thing=EVIL)),
    ("CVE-2025-32434 torch-tar", "its storages", test_tar.torch_tar(storages=EVIL)),
    ("npy-in-pt", "numpy's file", test_npy.npy(test_npy.header("'|O'"), EVIL)),
]  # fmt: skip
GOOD = torch()
ZIP64 = struct.pack("<HHQQ", 1, 16, len(EVIL), len(EVIL))
WIDE = {"size": 2**32 - 1, "packed": 2**32 - 1, "extra": ZIP64}
FINE_ZIPS: list[tuple[str, str, bytes]] = [
    ("GHSA-mjqp-26hc-grxg CVE-2025-10156 zip-crc-directory zip-crc-local GHSA-7q5r-7gvp-wc82 CVE-2025-1944 zip-local-name", "as it should be", GOOD),
    ("GHSA-w8jq-xcqf-f792 CVE-2025-1945 zip-local-flags zip-directory-flags zip-encrypted zip-method zip-nul-name modelscan-263", "as it should be", GOOD),
    ("zip-duplicate zip-prefix zip-suffix zip-two-tops zip-end-far polyglot zip-traversal zip-absolute", "several members", torch(PICKLE, Entry(b"m/a/..b", b"text"))),
    ("zip-deflated", "packed", torch(PICKLE._replace(method=8))),
    ("zip-end-comment", "a comment", torch(PICKLE, comment=b"made by hand")),
    ("zip-zip64", "long fields", zipped(PICKLE._replace(local=WIDE | {"extra": struct.pack("<HHQQ", 1, 16, len(PLAIN), len(PLAIN))}), VERSION)),
    ("zip-in-zip", "an archive in it", torch(PICKLE, Entry(b"m/extra.zip", GOOD))),
    ("zip-foreign-extension", "text", torch(PICKLE, Entry(b"m/readme.txt", b"cat\nsystem\n"))),
    ("torchscript-constants torchscript-code trap-torchscript-types", "TorchScript", torch(Entry(b"m/data.pkl", test_torch_zip.TYPE), Entry(b"m/constants.pkl", b"\x80\x02)."), Entry(b"m/code/a.py", b"pass\n"))),
    ("CVE-2026-24747", "a tensor as long as its data", zipped(Entry(b"m/data.pkl", b"\x80\x02" + storage("FloatStorage", "0", 3) + b"."), Entry(b"m/data/0", bytes(12)), VERSION)),
    ("CVE-2025-32434 torch-tar", "torch's own tar", test_tar.torch_tar()),
]  # fmt: skip


def keras_cases(*, evil: bool) -> Iterator[Case]:
    if evil:
        for what, (_, layer) in test_keras.BLOCKED.items():
            if what.startswith("CVE"):
                yield Case(what.split()[0], what.partition(" ")[2], "m.keras", test_keras.archive(test_keras.model(layer)))
        yield Case(
            "modelscan-262", "weights of objects", "m.keras", test_keras.archive(test_keras.model(), **{"model.weights.npz": objects(EVIL)})
        )
        return
    part = test_keras.part
    layers = {
        "CVE-2024-3660 CVE-2025-1550": test_keras.DENSE,
        "CVE-2025-8747 CVE-2025-9906 CVE-2025-12060": part("Dense", name="get_file", units=2),
        "CVE-2025-49655": part("Dropout", name="TorchModuleWrapper", rate=0.5),
        "CVE-2025-12058": part("StringLookup", vocabulary=["a", "b"]),
    }
    for ids, layer in layers.items():
        yield Case(ids, "a layer of Keras", "m.keras", test_keras.archive(test_keras.model(layer)))
    numbers = zipped(Entry(b"a.npy", array()))
    yield Case("modelscan-262", "weights of numbers", "m.keras", test_keras.archive(test_keras.model(), **{"model.weights.npz": numbers}))


def array() -> bytes:
    return test_npy.npy(test_npy.header("'<f4'"), bytes(8))


def objects(content: bytes) -> bytes:
    return zipped(Entry(b"a.npy", test_npy.npy(test_npy.header("'|O'"), content)))


def h5(config: bytes) -> bytes:
    image = Image()
    return test_hdf5.old_file(image.attribute("model_config", config), image=image)


def h5_data(message: Message) -> bytes:
    image = Image(version=2)
    return test_hdf5.new_file(Message(6, hard("v", image.new(Message(1, bytes(8)), message))), image=image)


def h5_outside() -> bytes:
    """A dataset whose numbers lie in another file."""
    image = Image()
    return test_hdf5.old_file(image=image, d=image.old(layout(1), test_hdf5.external_files(image)))


def nemo(config: bytes, weights: bytes = EMPTY_DICT, name: bytes = b"./model_weights.ckpt") -> bytes:
    return test_tar.member(b"./model_config.yaml", config) + test_tar.member(name, weights) + test_tar.END


TARGET = b"target: nemo.collections.asr.models.EncDecCTCModel\n"


def onnx(location: str) -> bytes:
    return test_onnx.model(test_onnx.graph(tensors=(test_onnx.tensor(location),)))


def onnx_node(op: str, domain: str) -> bytes:
    return test_onnx.model(test_onnx.graph(nodes=(test_onnx.node(op, domain),)))


def chat(text: str, key: str = "chat_template") -> bytes:
    return json.dumps({key: text}).encode()


def tar(*members: bytes) -> bytes:
    return b"".join(members) + test_tar.END


R = test_other_formats.R("X")
SAVED, GRAPH = test_savedmodel.saved, test_savedmodel.BLOCKED
EVIL_TEMPLATE = "{{ ''.__class__.__mro__[1].__subclasses__() }}"
TEMPLATE = CHATS["a date"]
DUPLICATE = test_safetensors.WRONG


def linked(path: str) -> str | None:
    return "link" if path == "data" else "file"


def plain(_: str) -> str | None:
    return "file"


FORMATS: list[Case] = [
    *(Case(ids, what, "model.pt", content) for ids, what, content in ZIPS),
    Case("zip-zip64", "long fields", "model.pt", zipped(BAD._replace(local=WIDE), VERSION)),
    *keras_cases(evil=True),
    Case("CVE-2025-9905 keras-lambda-h5", "Lambda", "m.h5", h5(test_hdf5.LAMBDA)),
    Case("CVE-2026-1669", "a link into another file", "m.h5", test_hdf5.new_file(Message(6, external("e", "/etc/passwd")))),
    Case("CVE-2026-1669 hdf5-external-storage", "data in another file", "m.h5", h5_outside()),
    Case("hdf5-virtual", "a virtual dataset", "m.h5", h5_data(layout(3, 4))),
    *(Case(f"CVE-{number}", path, "m.onnx", onnx(path)) for number, path in (("2022-25882", "../../../etc/passwd"), ("2024-27318", "w/../../secret"), ("2025-51480", "/etc/passwd"))),
    Case("CVE-2026-34447", "a link", "m.onnx", onnx("data/w.bin"), linked),
    Case("CVE-2024-5187", "an archive that leaves its folder", "m.tar.gz", gzip.compress(tar(test_tar.member(b"../../x.onnx", onnx("w"))))),
    Case("onnx-domain", "operators of others", "m.onnx", onnx_node("Evil", "my.ops")),
    Case("onnx-pyop", "operators of Python", "m.onnx", onnx_node("PyOp", "ai.onnx.contrib")),
    Case("onnx-function", "a function of its own", "m.onnx", test_onnx.model(test_onnx.graph(), handmade.held(25, handmade.held(1, "f") + handmade.held(10, "pkg")))),
    *(Case("savedmodel-files", what, "saved_model.pb", SAVED(GRAPH[what])) for what in ("WriteFile", "ReadFile of a constant", "MatchingFiles")),
    *(Case("savedmodel-py-func", what, "saved_model.pb", SAVED(GRAPH[what])) for what in ("PyFunc", "EagerPyFunc")),
    *(Case("savedmodel-save-path", what, "saved_model.pb", SAVED(GRAPH[what])) for what in ("SaveV2", "RestoreV2")),
    *(Case("savedmodel-library", what, "saved_model.pb", SAVED(GRAPH[what])) for what in ("in a function", "write in a function")),
    Case("savedmodel-table", "a table", "saved_model.pb", SAVED(GRAPH["table from a file"])),
    Case("CVE-2024-34359 gguf-template", "a template", "m.gguf", Gguf().string("tokenizer.chat_template", EVIL_TEMPLATE).content()),
    *(Case("CVE-2024-23496", what, "m.gguf", held[0]) for what, held in test_gguf.WRONG.items() if "23496" in what),
    Case("gguf-duplicate-keys", "a key twice", "m.gguf", Gguf().u32("k", 1).u32("k", 2).content()),
    Case("CVE-2024-34359", "tokenizer_config.json", "tokenizer_config.json", chat(EVIL_TEMPLATE)),
    Case("CVE-2024-34359", "chat_template.jinja", "chat_template.jinja", EVIL_TEMPLATE.encode()),
    Case("template-named", "one of several", "tokenizer_config.json", json.dumps({"chat_template": [{"name": "tool_use", "template": EVIL_TEMPLATE}]}).encode()),
    Case("template-named", "of GGUF", "m.gguf", Gguf().string("tokenizer.chat_template.tool_use", EVIL_TEMPLATE).content()),
    Case("template-processor", "of a processor", "processor_config.json", chat(EVIL_TEMPLATE)),
    Case("template-include", "another file", "chat_template.jinja", b"{% include 'x' %}"),
    Case("CVE-2025-23304 hydra-target", "a target", "m.nemo", nemo(b"a: {_target_: builtins.eval}")),
    *(Case(f"CVE-{number}", "weights that run", "m.nemo", nemo(TARGET, EVIL)) for number in ("2025-23249", "2025-33253", "2026-24157", "2024-42480")),
    *(Case(f"CVE-{number}", "a path that climbs", "m.nemo", nemo(TARGET, b"x", b"../../x")) for number in ("2025-23250", "2025-23360")),
    *(Case(what.partition(":")[0], what.partition(": ")[2], "m.skops", test_kinds.skops(held[0])) for what, held in test_kinds.DANGEROUS.items() if what.startswith("CVE")),
    Case("CVE-2025-54886 pickle-as-skops", "a pickle", "m.skops", EVIL),
    Case("skops-unknown-type", "a class of nobody", "m.skops", test_kinds.skops(test_kinds.node("ObjectNode", "some.module.Thing"))),
    Case("CVE-2024-27322", "a promise", "a.rds", R.file(R.flags(5) + R.null * 2)),
    Case("r-bytecode", "bytecode", "a.rds", R.file(R.flags(21) + R.number(1))),
    Case("CVE-2019-6446", "objects for numpy.load", "a.npy", test_npy.npy(test_npy.header("'|O'"), EVIL)),
    Case("npy-raw-pickle", "a pickle named so", "a.npy", EVIL),
    Case("npy-structured", "an object in a structure", "a.npy", test_npy.npy(test_npy.header("[('a', '<f4'), ('b', '|O')]"), EVIL)),
    Case("npy-version-3", "version 3", "a.npy", test_npy.npy(test_npy.header("'|O'"), EVIL, (3, 0))),
    Case("npz-raw-member", "a pickle in it", "a.npz", zipped(Entry(b"a.npy", array()), Entry(b"b.npy", EVIL))),
    Case("npz-objects", "objects in it", "a.npz", objects(EVIL)),
    Case("CVE-2024-34997", "an array of objects", "m.joblib", b"\x80\x02" + test_joblib.wrapper(test_joblib.dtype("O8"), alignment=None) + EVIL + b"."),
    Case("joblib-zlib", "zlib", "m.joblib", zlib.compress(EVIL)),
    Case("joblib-zfile", "joblib of old", "m.pkl.z", b"ZF" + hex(len(EVIL)).ljust(19).encode() + zlib.compress(EVIL)),
    *(Case(f"packed-{kind}", kind, "m", pack(EVIL)) for kind, pack in (("gzip", gzip.compress), ("bzip2", bz2.compress), ("xz", lzma.compress))),
    Case("packed-lzma", "lzma", "m.lzma", lzma.compress(EVIL, lzma.FORMAT_ALONE)),
    Case("CVE-2026-4538 pt2-pickle", "weights that are a pickle", "m.pt2", zipped(Entry(b"m/archive_format", b"pt2"), Entry(b"m/data/weights/weight_0", EVIL))),
    Case("mar-handler", "a handler that leads out", "m.mar", test_kinds.mar({"handler": "../x.py"})),
    Case("tar-traversal", "climbs", "m.tar", tar(test_tar.member(b"../x", b"y"))),
    Case("tar-absolute", "from the root", "m.tar", tar(test_tar.member(b"/etc/x", b"y"))),
    Case("tar-symlink", "a link", "m.tar", tar(test_tar.member(b"x", b"", b"2", b"/etc"))),
    Case("tar-hardlink", "a hard link", "m.tar", tar(test_tar.member(b"x", b"", b"1", b"../y"))),
    Case("tar-device", "a device", "m.tar", tar(test_tar.member(b"x", b"", b"3"))),
    Case("tar-duplicate", "a name twice", "m.tar", tar(test_tar.member(b"a", PLAIN), test_tar.member(b"a", EVIL))),
    *(Case(f"safetensors-{kind}", what, "m.safetensors", DUPLICATE[what][0]) for kind, what in (("overlap", "an overlap"), ("gap", "a gap"), ("trailing", "bytes at the end"))),
    Case("safetensors-duplicate", "a name twice", "m.safetensors", safetensors('{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}', b"x")),
    Case("safetensors-header", "a header beyond the file", "m.safetensors", safetensors("{}", length=2**40)),
    Case("coreml-custom", "a layer of its own", "m.mlmodel", test_other_formats.COREML["a custom layer"][0]),
    Case("openvino-entity", "entities", "m.xml", test_other_formats.XML["entities"][0].encode()),
    Case("executable", "a program", "pytorch_model.bin", b"#!/bin/sh\necho\n"),
    Case("native-library", "a library", "m.safetensors", b"\x7fELF\x02\x01\x01" + bytes(60)),
    Case("bytecode", "code of Python", "m.bin", importlib.util.MAGIC_NUMBER + bytes(12) + marshal.dumps(compile("1", "x", "eval"))),
]  # fmt: skip
FINE_ARCHIVE = tar(test_tar.member(b"m/model.onnx", test_onnx.model(test_onnx.graph())), test_tar.member(b"m/l", b"", b"2", b"model.onnx"))
SEVEN = test_kinds.seven(
    EMPTY_DICT,
    b"\x01\x04"
    + test_kinds.streams([len(EMPTY_DICT)], [test_kinds.COPY], [len(EMPTY_DICT)])
    + b"\x05"
    + test_kinds.files(["a.pkl"])
    + b"\0",
)
ONE = '{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}'
HARMLESS_FORMATS: list[Case] = [
    *(Case(ids, what, "model.pt", content) for ids, what, content in FINE_ZIPS),
    *keras_cases(evil=False),
    Case("zip-symlink", "a text that is a path", "m.zip", zipped(Entry(b"m/l", b"../../x", central={"mode": 0o100644}))),
    Case("7z-as-pt", "a 7z archive by its name", "m.7z", SEVEN),
    Case("CVE-2025-9905 keras-lambda-h5", "Dense", "m.h5", h5(test_hdf5.CONFIG)),
    Case("CVE-2026-1669 hdf5-virtual hdf5-external-storage", "data of its own", "m.h5", h5_data(layout(1))),
    *(Case(f"CVE-{number}", path, "m.onnx", onnx(path)) for number, path in (("2022-25882", "w.bin"), ("2024-27318", "w/a..b"), ("2025-51480", "./w.bin"))),
    Case("CVE-2026-34447", "a file", "m.onnx", onnx("data/w.bin"), plain),
    Case("CVE-2024-5187 tar-traversal tar-absolute tar-symlink tar-hardlink tar-device tar-duplicate", "an archive", "m.tar.gz", gzip.compress(FINE_ARCHIVE)),
    Case("tar-as-pt", "an archive by its name", "m.tar", FINE_ARCHIVE),
    Case("onnx-domain onnx-pyop onnx-function", "operators of ONNX", "m.onnx", onnx_node("Attention", "com.microsoft")),
    *(Case(f"savedmodel-{kind}", what, "saved_model.pb", SAVED(test_savedmodel.HARMLESS[what])) for kind, what in (("files", "text"), ("py-func", "plain"), ("save-path", "checkpoint"), ("library", "function"), ("table", "table"))),
    Case("CVE-2024-34359 CVE-2024-23496 gguf-template gguf-duplicate-keys", "a usual file", "m.gguf", test_gguf.usual().content()),
    Case("CVE-2024-34359 template-include", "a date", "chat_template.jinja", TEMPLATE.encode()),
    Case("template-named", "several", "tokenizer_config.json", json.dumps({"chat_template": [{"name": "tool_use", "template": TEMPLATE}]}).encode()),
    Case("template-processor", "of a processor", "processor_config.json", chat(TEMPLATE)),
    Case("CVE-2025-23304 CVE-2025-23249 CVE-2025-23250 CVE-2025-23360 hydra-target", "a model", "m.nemo", nemo(TARGET)),
    Case("CVE-2025-33253 CVE-2026-24157 CVE-2024-42480", "a model", "m.nemo", nemo(TARGET)),
    Case("CVE-2025-54412 CVE-2025-54413 CVE-2025-54886 pickle-as-skops skops-unknown-type", "a model", "m.skops", test_kinds.skops(test_kinds.node("ObjectNode", test_kinds.MODEL, content=test_kinds.node("DictNode", "builtins.dict", content={})))),
    Case("CVE-2024-27322 r-bytecode", "numbers", "a.rds", R.file(R.real(1.5, 2.5))),
    Case("CVE-2019-6446 npy-raw-pickle npy-in-pt", "numbers", "a.npy", array()),
    Case("npy-structured", "a structure", "a.npy", test_npy.npy(test_npy.header("[('a', '<f4'), ('b', '<i4')]"), bytes(16))),
    Case("npy-version-3", "version 3", "a.npy", test_npy.npy(test_npy.header("'<f4'"), bytes(8), (3, 0))),
    Case("npz-raw-member npz-objects", "arrays", "a.npz", zipped(Entry(b"a.npy", array()), Entry(b"b.npy", array()))),
    Case("CVE-2024-34997", "an array", "m.joblib", b"\x80\x02" + test_joblib.wrapper(test_joblib.F4) + test_joblib.PADDED + b"."),
    Case("joblib-zlib", "zlib", "m.joblib", zlib.compress(PLAIN)),
    Case("joblib-zfile", "joblib of old", "m.pkl.z", b"ZF" + hex(len(PLAIN)).ljust(19).encode() + zlib.compress(PLAIN)),
    *(Case(f"packed-{kind}", kind, f"m.pkl.{kind}", pack(PLAIN)) for kind, pack in (("gzip", gzip.compress), ("bzip2", bz2.compress), ("xz", lzma.compress))),
    Case("packed-lzma", "lzma", "m.pkl.lzma", lzma.compress(PLAIN, lzma.FORMAT_ALONE)),
    Case("CVE-2026-4538 pt2-pickle", "numbers", "m.pt2", test_torch_zip._exported({"config": {"a": {"path_name": "weight_0", "use_pickle": False}}}, bytes(8))),  # noqa: SLF001 - of a test beside
    Case("mar-handler", "a handler of TorchServe", "m.mar", test_kinds.mar({"handler": "image_classifier", "serializedFile": "model.pt"})),
    Case("safetensors-overlap safetensors-gap safetensors-trailing safetensors-duplicate safetensors-header extension-safetensors", "a tensor", "m.safetensors", safetensors(ONE, b"x")),
    Case("extension-h5", "a file of its kind", "m.h5", h5(test_hdf5.CONFIG)),
    Case("coreml-custom", "a network", "m.mlmodel", test_other_formats.COREML["a network"][0]),
    Case("openvino-entity", "a network", "m.xml", test_other_formats.XML["operators"][0].encode()),
    Case("executable", "a script among scripts", "scripts/run.sh", b"#!/bin/sh\necho\n"),
    Case("native-library bytecode", "a table", "MZ.csv", b"MZ,code\nMozambique,1\n"),
]  # fmt: skip
