from __future__ import annotations

import json

import pytest
from handmade import Far, held, judged, mapped, number, said

from cardlint.weighing import names
from cardlint.weights.budget import Budget
from cardlint.weights.judge import Context, judge

LAMBDA = json.dumps({"class_name": "Lambda", "config": {"function": ["4w" + "A" * 30, None, None], "function_type": "lambda"}})
DENSE = json.dumps({"class_name": "Dense", "config": {"units": 1}})


def node(op: str, name: str = "n", *inputs: str, **attributes: bytes) -> bytes:
    return (
        held(1, name)
        + held(2, op)
        + b"".join(held(3, item) for item in inputs)
        + b"".join(mapped(5, key, value) for key, value in attributes.items())
    )


def text(*values: str) -> bytes:
    """A constant of strings."""
    return held(8, number(1, 7) + b"".join(held(8, value) for value in values))


def packed(value: str) -> bytes:
    """The same with its length before it."""
    return held(8, number(1, 7) + held(4, bytes([len(value)]) + value.encode()))


def const(name: str, *values: str) -> bytes:
    return node("Const", name, value=text(*values), dtype=number(6, 7))


def graph(*nodes: bytes, functions: tuple[bytes, ...] = ()) -> bytes:
    library = held(2, b"".join(held(1, item) for item in functions)) if functions else b""
    return b"".join(held(1, item) for item in nodes) + library


def function(*nodes: bytes) -> bytes:
    return held(1, held(1, "f")) + b"".join(held(3, item) for item in nodes)


def saved(content: bytes, *more: bytes) -> bytes:
    return number(1, 1) + held(2, held(1, held(4, "serve")) + held(2, content) + b"".join(more))


HARMLESS = {
    "plain": graph(node("Placeholder", "x"), node("MatMul", "y", "x", "w"), node("Const", "w", value=held(8, number(1, 1) + held(4, bytes(400))))),
    "checkpoint": graph(const("p", "model"), node("PlaceholderWithDefault", "d", "p"), node("StringJoin", "j", "d", "part"), const("part", "/part"), node("SaveV2", "s", "j")),
    "print": graph(node("PrintV2", "p", output_stream=held(2, "stderr"))),
    "text": graph(const("c", "/", "a/b c\n"), node("RegexReplace", "r", "x", "c")),
    "function": graph(node("PartitionedCall", "c", "x"), functions=(function(node("Add", "a", "x", "x")),)),
    "object graph": graph(const("o", "\n\x05/abc/def"), node("StatefulPartitionedCall", "c", "o")),
    "cache in memory": graph(const("c", ""), node("CacheDataset", "d", "x", "c")),
    "table": graph(const("v", "vocab.txt"), node("InitializeTableFromTextFileV2", "t", "table", "v")),
    "proto": graph(node("Identity", "i", "x"), const("s", "s3://.*")),
}  # fmt: skip


@pytest.mark.parametrize("case", HARMLESS)
def test_vetted_operators(case: str) -> None:
    for content, kind in ((saved(HARMLESS[case]), "savedmodel"), (HARMLESS[case], "graphdef")):
        found = judged(content, "saved_model.pb")
        assert (found.format, found.verdict) == (kind, "ok"), said(found)


BLOCKED = {
    "WriteFile": graph(node("WriteFile", "w", "a", "b")),
    "PyFunc": graph(node("PyFunc")),
    "EagerPyFunc": graph(node("EagerPyFunc")),
    "ReadFile of a constant": graph(const("c", "/etc/passwd"), node("ReadFile", "r", "c:0")),
    "ReadFile of a packed constant": graph(node("Const", "c", value=packed("/etc/passwd")), node("ReadFile", "r", "c")),
    "ReadFile through others": graph(
        node("ReadFile", "r", "i"), node("Identity", "i", "j"), node("StringJoin", "j", "c", "x"), const("c", "/etc/passwd")
    ),
    "MatchingFiles": graph(const("c", "/home/*"), node("MatchingFiles", "r", "c")),
    "RestoreV2": graph(const("c", "/home/me/other"), node("RestoreV2", "r", "c", "n", "s")),
    "SaveV2": graph(const("c", "../../x"), node("SaveV2", "r", "^init", "c", "n", "s")),
    "table from a file": graph(const("c", "/etc/passwd"), node("InitializeTableFromTextFileV2", "t", "table", "c")),
    "data from a file": graph(const("c", "gs://bucket/x"), node("TFRecordDataset", "t", "c", "z", "b")),
    "print into a file": graph(node("PrintV2", "p", output_stream=held(2, "file:///tmp/x"))),
    "debugger": graph(node("DebugIdentityV3", "p", debug_urls=held(1, held(2, "grpc://192.0.2.1:80")))),
    "memory of a file": graph(node("ImmutableConst", "p", memory_region_name=held(2, "/etc/passwd"))),
    "data service": graph(node("DataServiceDatasetV4")),
    "network": graph(node("RpcClient")),
    "file system": graph(node("FileSystemSetConfiguration")),
    "in a function": graph(functions=(function(const("c", "/etc/passwd"), node("ReadFile", "r", "c:output:0")),)),
    "write in a function": graph(functions=(function(node("WriteFile")), function(node("Add")))),
}


@pytest.mark.parametrize("case", BLOCKED)
def test_operators_that_reach_out_block(case: str) -> None:
    for content in (saved(BLOCKED[case]), BLOCKED[case]):
        found = judged(content, "saved_model.pb")
        assert found.verdict == "block", said(found)
    assert judged(saved(BLOCKED[case]), "model.safetensors").verdict == "block"


REVIEWED = {
    "ReadFile of what it is given": graph(node("ReadFile", "r", "x")),
    "custom": graph(node("MyOp")),
    "TensorRT": graph(node("TRTEngineOp")),
    "XLA": graph(node("XlaCallModule")),
    "handed to a function": graph(
        const("c", "/home/me/x"), node("StatefulPartitionedCall", "p", "c"), functions=(function(node("SaveV2", "s", "arg")),)
    ),
    "without a name": graph(held(1, "x")),
    "too few inputs": graph(node("ReadFile")),
}


@pytest.mark.parametrize("case", REVIEWED)
def test_what_is_not_vetted(case: str) -> None:
    assert judged(saved(REVIEWED[case]), "saved_model.pb").verdict == "review"


def asset(path: str, tensor: str = "c:0") -> bytes:
    return held(6, held(1, held(1, tensor)) + held(2, path))


def test_assets_stand_for_the_constants_of_their_tensors() -> None:
    content = graph(const("c", "/home/me/vocab.txt"), node("InitializeTableFromTextFileV2", "t", "table", "c"))
    assert judged(saved(content, asset("vocab.txt")), "saved_model.pb").verdict == "ok"
    assert judged(saved(content, asset("vocab.txt", "other:0")), "saved_model.pb").verdict == "block"


@pytest.mark.parametrize("path", ["../../secret", "/etc/passwd", "http://example.org/x"])
def test_assets_outside_of_their_folder(path: str) -> None:
    assert judged(saved(graph(), asset(path)), "saved_model.pb").verdict == "block"


def objects(metadata: str) -> bytes:
    return held(7, held(1, held(4, held(1, "_tf_keras_layer") + held(3, metadata))) + held(2, b""))


def metadata(content: str) -> bytes:
    return held(1, number(2, 1) + held(3, "root.layer") + held(4, "_tf_keras_layer") + held(5, content))


def test_cve_2024_3660_lambda_in_the_metadata_of_keras() -> None:
    found = judged(metadata(LAMBDA), "keras_metadata.pb")
    assert (found.verdict, found.evidence[0].member) == ("block", "root.layer")
    assert "CVE-2024-3660" in str(found.evidence[0].reference)
    assert judged(saved(graph(), objects(LAMBDA)), "saved_model.pb").verdict == "block"


def test_cve_2024_3660_harmless_metadata_of_keras() -> None:
    assert judged(metadata(DENSE) + metadata(""), "model/keras_metadata.pb").verdict == "ok"
    assert judged(saved(graph(), objects(DENSE)), "saved_model.pb").verdict == "ok"


def test_metadata_that_is_too_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cardlint.weights.kerasconfig.LARGEST", 10)
    assert "more than is read" in said(judged(metadata(DENSE), "keras_metadata.pb"))


def test_fingerprints_are_numbers() -> None:
    assert judged(number(1, 5) + number(2, 7), "fingerprint.pb").verdict == "ok"


def test_what_is_broken_is_not_vetted_and_what_stood_before_counts() -> None:
    assert judged(saved(BLOCKED["RestoreV2"]) + b"\x0b", "saved_model.pb").verdict == "block"
    assert judged(saved(graph()) + b"\x0b", "saved_model.pb").verdict == "review"
    assert judged(b"\x00nothing", "saved_model.pb").verdict == "review"
    assert judged(saved(graph(held(99, "x"))), "saved_model.pb").verdict == "review"


def test_a_budget_that_is_used_up_is_a_review() -> None:
    assert judged(saved(graph(*[node("Add")] * 100)), "saved_model.pb", budget=Budget(operations=50)).verdict == "review"


def test_no_more_operators_are_followed_than_have_a_place(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cardlint.weights.tfgraph._MOST_CALLS", 1)
    assert judged(saved(graph(*[node("SaveV2", "s", "c")] * 3, const("c", "/x"))), "saved_model.pb").verdict == "block"


def test_large_constants_far_away_are_not_read() -> None:
    large = node("Const", "w", value=held(8, number(1, 1) + held(4, bytes(2_000_000))))
    far = Far(saved(graph(*[large] * 4)))
    assert judge(far, Context(names(), Budget(), "saved_model.pb")).verdict == "ok"
    assert far.bytes_read < 100_000


@pytest.mark.parametrize(
    ("content", "verdict"),
    [
        ('node { name: "a" op: "Add" }', "ok"), ("node { op: 'MatMul' }", "ok"), ('item { id: 1 name: "cat" }', "ok"),
        ('node { op: "WriteFile" }', "block"), ('node { op : "Write" "File" }', "block"), (r'node { op: "Write\106ile" }', "block"),
        (r'node { op: "\x57riteFile" }', "block"), (r'node { op: "\WriteFile" }', "block"), ('node { op: "ReadFile" }', "review"),
        ('node { op: "SaveV2" s: "/_temp" }', "review"), ('node { op: "SaveV2" string_val: "model" s: "loc:@save/x" }', "ok"), ('node { op: "Mine" }', "review"), ("node { op: x }", "review"),
    ],
)  # fmt: skip
def test_graphs_in_text(content: str, verdict: str) -> None:
    assert judged(content.encode(), "saved_model.pbtxt").verdict == verdict


def test_graphs_in_text_that_are_too_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cardlint.weights.pbtxt.LARGEST", 10)
    assert judged(b'node { op: "Add" }', "graph.pbtxt").verdict == "review"


@pytest.mark.parametrize("comment", [b"#!\n", b"# \x01\n", b"#\n"])
def test_a_comment_does_not_make_something_else_of_a_graph_in_text(comment: bytes) -> None:
    assert judged(comment + b'node { op: "WriteFile" }', "saved_model.pbtxt").verdict == "block"


def test_what_was_found_stands_when_the_budget_ends() -> None:
    content = saved(graph(node("WriteFile"), *[node("Add")] * 500))
    assert judged(content, "saved_model.pb", budget=Budget(operations=2000)).verdict == "block"
    many = saved(graph(const("c", "x"), *[node("SaveV2", "s", "c")] * 200))
    spent = Budget(operations=100_000)
    assert judged(many, "saved_model.pb", budget=spent).verdict == "ok"
    short = Budget(operations=100_000 - spent.operations - 10)
    assert "too intricate" in said(judged(many, "saved_model.pb", budget=short))
    assert judged(b'node { op: "WriteFile" } ' + b'node { op: "Add" } ' * 100, "a.pbtxt", budget=Budget(operations=200)).verdict == "review"


def test_circles_of_operators_end() -> None:
    assert (
        judged(saved(graph(node("Identity", "a", "b"), node("Identity", "b", "a"), node("SaveV2", "s", "a"))), "saved_model.pb").verdict
        == "ok"
    )
