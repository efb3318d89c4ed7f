"""Headers against the real libraries: what `safetensors` and `gguf` write and accept, this reads alike.

Run with the extra `weights-tests`: python -m pytest tests/harmless/headers.py
"""

from __future__ import annotations

import json
import random
import sys
from pathlib import Path
from typing import Any

import gguf
import pytest
import safetensors
import safetensors.numpy
from header_files import tensors, written

sys.path.append(str(Path(__file__).parents[1] / "weights"))
from tensorfiles import Gguf, judged
from tensorfiles import safetensors as assembled

from cardlint.weights.budget import SpentError
from cardlint.weights.ggmltypes import FILE_TYPES, TENSOR_TYPES
from cardlint.weights.ggufread import UnknownVersionError
from cardlint.weights.ggufread import read_header as read_gguf
from cardlint.weights.header import WrongHeaderError
from cardlint.weights.reading import Held
from cardlint.weights.safetensors import BITS, read_header

# Safetensors


def accepted(content: bytes) -> bool:
    """Whether the library takes it."""
    try:
        safetensors.deserialize(content)
    except safetensors.SafetensorError:
        return False
    return True


def read(content: bytes) -> bool:
    """Whether we do."""
    try:
        read_header(Held(content))
    except WrongHeaderError:
        return False
    return True


@pytest.mark.parametrize("seed", range(100))
def test_what_the_library_writes_is_ok(seed: int) -> None:
    arrays, metadata = tensors(random.Random(seed))
    content = safetensors.numpy.save(arrays, metadata)
    header = read_header(Held(content))
    assert {item.name: item.shape for item in header.tensors} == {name: array.shape for name, array in arrays.items()}
    assert header.metadata == (metadata or {})
    assert (judged(content, "m.safetensors").verdict, header.oddities) == ("ok", ())


def test_the_types_are_those_of_the_library() -> None:
    with pytest.raises(safetensors.SafetensorError) as caught:
        safetensors.deserialize(assembled({"a": {"dtype": "x", "shape": [], "data_offsets": [0, 0]}}))
    named = {part for part in str(caught.value).split("`") if part.isupper() or "_" in part} & {
        part for part in str(caught.value).split("`") if part.isidentifier()
    }
    assert named - {"x"} == set(BITS)
    for dtype, bits in BITS.items():
        content = assembled({"a": {"dtype": dtype, "shape": [8], "data_offsets": [0, bits]}}, bytes(bits))
        assert accepted(content)
        assert read(content)


def mutated(draw: random.Random) -> bytes:
    """A small valid file, changed in its JSON or in its bytes; about a third are still valid."""
    header: dict[str, Any] = {"__metadata__": {"format": "pt"}}
    at = 0
    for index in range(draw.randint(1, 3)):
        dtype = draw.choice(list(BITS))
        header[f"t{index}"] = {"dtype": dtype, "shape": [4, 2], "data_offsets": [at, at + BITS[dtype]]}
        at += BITS[dtype]
    for _ in range(draw.choice([0, 0, 1])):
        _change(header[draw.choice(list(header))], draw)
    text = bytearray(json.dumps(header, separators=draw.choice([(",", ":"), (", ", " : ")])).encode())
    text += draw.choice([b"", b"", b"", b"   ", b"\n", b"\0"])
    for _ in range(draw.choice([0, 0, 1])):
        text[draw.randrange(len(text))] = draw.choice(b'{}[]",:0123456789-eE.\\un \n\x00\x1f\x7f\x80\xc3\xff')
    data = bytes(max(0, at + draw.choice([0] * 9 + [-1, 1, 8])))
    return assembled(bytes(text), data, len(text) + draw.choice([0] * 9 + [-1, 1]))


def _change(thing: dict[str, Any], draw: random.Random) -> None:
    """Set, drop or add a field."""
    change, key = draw.choice(["set", "drop", "add"]), draw.choice([*thing, "shape", "dtype"])
    if change == "drop":
        thing.pop(key, None)
    else:
        strange = [None, True, -1, 2.0, 2**63, 2**64, "", "F32", [], [0], [0, 8], [8, 0], [8], {}, {"F32": None}, [[]]]
        thing["extra" if change == "add" else key] = draw.choice(strange)


def test_mutated_files_are_accepted_or_refused_alike() -> None:
    for seed in range(5000):
        content = mutated(random.Random(seed))
        assert read(content) == accepted(content), seed


ONE = '"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}'
DIFFERENT = {
    "two tensors of one name": "{" + ONE + "," + ONE + "}",
    "two texts of one name in the metadata": '{"__metadata__":{"a":"1","a":"2"},' + ONE + "}",
    "two unknown fields of one name": '{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8],"x":1,"x":2}}',
}


@pytest.mark.parametrize("header", DIFFERENT.values(), ids=DIFFERENT)
def test_the_differences_are_names_that_are_there_twice(header: str) -> None:
    """The format forbids them, the library takes the last, other readers the first: a file that is two files."""
    content = assembled(header, bytes(8))
    assert accepted(content)
    assert not read(content)


ODD = [" {" + ONE + "}", "{" + ONE + "}\n", '{"a":["F32",[2],[0,8]]}', '{"a":{"dtype":{"F32":null},"shape":[2],"data_offsets":[0,8]}}']


@pytest.mark.parametrize("header", ODD)
def test_what_the_library_takes_beyond_the_format_is_reviewed(header: str) -> None:
    content = assembled(header, bytes(8))
    assert accepted(content)
    assert judged(content, "m.safetensors").verdict == "review"


# GGUF


def test_the_tables_are_those_of_the_package() -> None:
    assert {kind: (kind.name, *sizes) for kind, sizes in gguf.GGML_QUANT_SIZES.items()}.items() <= TENSOR_TYPES.items()
    names = {kind.value: kind.name.removeprefix("ALL_").removeprefix("MOSTLY_") for kind in gguf.LlamaFileType if kind.name != "GUESSED"}
    assert names.items() <= FILE_TYPES.items()


def same(content: bytes, path: Path) -> None:
    """Our header says what the package's reader says."""
    path.write_bytes(content)
    theirs, ours = gguf.GGUFReader(path), read_gguf(Held(content))
    assert set(ours.values) == {name for name in theirs.fields if not name.startswith("GGUF.")}
    for name, value in ours.values.items():
        if isinstance(value, (str, bool, int)):
            assert theirs.fields[name].contents() == value
    assert ours.data == theirs.data_offset or not ours.tensors
    assert [(item.name, item.kind, list(item.shape), ours.data + item.offset, item.size) for item in ours.tensors] == [
        (item.name, item.tensor_type.value, item.shape.tolist(), item.data_offset, item.n_bytes) for item in theirs.tensors
    ]


@pytest.mark.parametrize("seed", range(100))
def test_what_the_package_writes_is_ok(seed: int, tmp_path: Path) -> None:
    content = written(tmp_path / "a.gguf", random.Random(seed))
    same(content, tmp_path / "b.gguf")
    assert judged(content, "a.gguf").evidence == ()


def changed(seed: int) -> bytes:
    draw = random.Random(seed)
    file = Gguf(draw.choice([2, 3]), draw.choice("<<>"))
    file.string("general.architecture", "llama").u32("a", 5).array("b", 4, 3, bytes(12)).array("c", 8, 2, file.text("x") + file.text("yy"))
    file.tensor("t", (32, 2)).tensor("u", (256,), kind=12, size=144)
    content = bytearray(file.content())
    for _ in range(draw.randint(1, 3)):
        at = draw.randrange(len(file.header()))
        content[at] = draw.choice([0, 1, 2, 4, 8, 9, 32, 127, 255, content[at] ^ 1])
    return bytes(content)


@pytest.mark.parametrize("first", range(0, 1000, 100))
def test_a_changed_file_that_is_ok_is_read_alike(first: int, tmp_path: Path) -> None:
    for seed in range(first, first + 100):
        content = changed(seed)
        verdict = judged(content, "a.gguf").verdict
        try:
            read_gguf(Held(content))
        except (WrongHeaderError, UnknownVersionError, SpentError):
            assert verdict != "ok", seed
        else:
            if verdict == "ok":
                same(content, tmp_path / f"{seed}.gguf")
