"""The index against shards and tensors: what the examples of the rule's card cannot show."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from bulk import bulk
from ending import ends
from weightbytes import pointer, safetensors

from cardlint import engine
from cardlint.policyfile import load_policy
from cardlint.repository import Identity, Repository
from cardlint.rule import shipped
from cardlint.source import Excluding, Memory

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cardlint.source import Source

INDEX = "model.safetensors.index.json"
ONE, TWO = "model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"


def index(tensors: Mapping[str, Any], **more: Any) -> bytes:
    return json.dumps({"metadata": {"total_size": 8}, "weight_map": tensors, **more}).encode()


def run(source: Source) -> Any:
    repository = Repository(source, Identity("model", None, told=True))
    target = engine.run(repository, load_policy(shipped(), select=("shard-missing",)).bind(repository))
    assert target.failed == ()
    return target


def found(files: dict[str, bytes | int]) -> list[tuple[str, str]]:
    target = run(Memory(files))
    assert target.skipped == ()
    return [(finding.path, finding.message) for finding in target.findings]


def shard(*names: str) -> bytes:
    return safetensors(dict.fromkeys(names, ("F32", [1])))


WHOLE: list[dict[str, bytes | int]] = [
    {INDEX: index({"a": ONE, "b": TWO}), ONE: 9, TWO: 9},
    {INDEX: index({"a": ONE, "b": TWO}), ONE: shard("a"), TWO: shard("b")},
    {INDEX: index({"a": ONE, "b": TWO}), ONE: shard("a"), TWO: pointer(b"x")},
    {INDEX: index({"a": ONE, "b": TWO}), ONE: b"no safetensors", TWO: 9},
    {INDEX: index({"a": f"./{ONE}", "c": ONE, "b": TWO}), ONE: shard("a", "c"), TWO: shard("b")},
    {INDEX: index({"a": "parts/a.safetensors"}), "parts/a.safetensors": 9},
    {"unet/" + INDEX: index({"a": ONE, "b": TWO}), "unet/" + ONE: 9, "unet/" + TWO: 9, "vae/model-00001-of-00009.safetensors": 9},
    {"pytorch_model.bin.index.json": index({"a": "pytorch_model-00001-of-00001.bin"}), "pytorch_model-00001-of-00001.bin": 9,
     ONE: 9},
    {"tf_model.h5.index.json": index({"a": "tf_model-00001-of-00001.h5"}), "tf_model-00001-of-00001.h5": 9},
    {"vocab.index.json": b"[]", "index.json": b"[]", ".safetensors.index.json": b"[]", "faiss.index": 9},
    {INDEX: "\ufeff".encode() + index({"a": ONE}), ONE: 9},
    {INDEX: index({})},
]  # fmt: skip


@pytest.mark.parametrize("files", WHOLE)
def test_a_set_that_is_whole_says_nothing(files: dict[str, bytes | int]) -> None:
    assert found(files) == []


BROKEN: list[tuple[dict[str, bytes | int], list[str]]] = [
    ({INDEX: index({"a": ONE, "b": TWO})}, [f"names the shard {ONE}, which is not there (and 1 more of its 2 shards)"]),
    ({INDEX: index({"a": "../../etc/passwd"})}, ["names the shard ../../etc/passwd, which lies outside the repository"]),
    ({INDEX: index({"a": "/etc/passwd"})}, ["names the shard /etc/passwd, which lies outside the repository"]),
    ({INDEX: index({"a": ONE}), ONE: 9, TWO: 9, "model-00003-of-00003.safetensors": 9},
     [f"{TWO} and 1 more shards are there, and the index does not name it; it is left over from another set, or never loaded"]),
    ({INDEX: index({"a": ONE, "b": ONE, "c": ONE}), ONE: shard("a")},
     [f'names the tensor "b" in {ONE}, which has none of that name (and 1 more like it)']),
    ({INDEX: index({"a": ONE}), ONE: shard("a", "b")}, [f'{ONE} has the tensor "b", and the index does not name it']),
    ({INDEX: index({"a": ONE, "b": TWO}), ONE: shard("a", "b"), TWO: shard("b")},
     [f'{ONE} has the tensor "b", and the index says it is in {TWO}']),
    ({INDEX: b"{"}, ["is no JSON (Expecting property name enclosed in double quotes: line 1 column 2 (char 1)), so nobody finds a tensor by it"]),
    ({INDEX: b"[" * 100_000}, ["is nested too deep, so nobody finds a tensor by it"]),
    ({INDEX: b"[]"}, ["has no `weight_map` from the names of tensors to files, so nobody finds a tensor by it"]),
    ({INDEX: b"{}"}, ["has no `weight_map` from the names of tensors to files, so nobody finds a tensor by it"]),
    ({INDEX: index({"a": 1})}, ["has no `weight_map` from the names of tensors to files, so nobody finds a tensor by it"]),
]  # fmt: skip


@pytest.mark.parametrize(("files", "messages"), BROKEN)
def test_what_is_not_whole_is_said_once(files: dict[str, bytes | int], messages: list[str]) -> None:
    assert found(files) == [(INDEX, message) for message in messages]


def test_the_place_is_that_of_the_name() -> None:
    text = index({"a": ONE, "b": "d\u00e9j\u00e0 vu"})
    (finding,) = run(Memory({INDEX: text, ONE: 9})).findings
    assert text[finding.place.start : finding.place.end] == b'"d\\u00e9j\\u00e0 vu"'
    (finding,) = run(Memory({INDEX: text.replace(b"\\u00e9", b"\\u00E9"), ONE: 9})).findings
    assert (finding.place.start, finding.place.end) == (0, len(text))


def test_shards_that_nobody_is_to_look_at_are_there() -> None:
    files: dict[str, bytes | int] = {INDEX: index({"a": ONE, "b": TWO}), ONE: shard("a"), TWO: shard("b")}
    assert run(Excluding(Memory(files), ("*.safetensors",))).findings == ()


def test_an_index_that_is_not_here_leaves_the_rule_unexamined() -> None:
    files: dict[str, bytes | int] = {INDEX: 9, "pytorch_model.bin.index.json": index({"a": "x.bin"})}
    target = run(Memory(files))
    assert [finding.path for finding in target.findings] == ["pytorch_model.bin.index.json"]
    assert [item.reason for item in target.skipped] == [f"{INDEX}: only its size is known"]
    target = run(Memory({INDEX: pointer(b"x")}))
    assert [item.reason for item in target.skipped] == [f"{INDEX} is a Git LFS pointer, and its content is not here"]


@pytest.mark.bulk
def test_an_index_of_many_tensors_takes_no_time() -> None:
    names = [f"model.layers.{layer}.experts.{expert}.weight" for layer in range(60) for expert in range(bulk(1000))]
    files: dict[str, bytes | int] = {INDEX: index(dict.fromkeys(names, ONE)), ONE: shard(*names)}
    with ends():
        assert found(files) == []
