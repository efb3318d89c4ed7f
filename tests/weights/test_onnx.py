from __future__ import annotations

import io
import tarfile

import pytest
from handmade import Far, held, judged, number, said

from cardlint.weighing import names
from cardlint.weights.budget import Budget
from cardlint.weights.judge import Context, judge


def tensor(location: str, name: str = "w") -> bytes:
    entries = held(1, "location") + held(2, location), held(1, "offset") + held(2, "0")
    return number(2, 1) + held(8, name) + b"".join(held(13, entry) for entry in entries) + number(14, 1)


def node(op: str, domain: str = "", *attributes: bytes) -> bytes:
    return held(1, "x") + held(2, "y") + held(4, op) + b"".join(held(5, item) for item in attributes) + (held(7, domain) if domain else b"")


def graph(*, nodes: tuple[bytes, ...] = (), tensors: tuple[bytes, ...] = ()) -> bytes:
    return b"".join(held(1, item) for item in nodes) + held(2, "main") + b"".join(held(5, item) for item in tensors)


def model(content: bytes, *more: bytes) -> bytes:
    return number(1, 8) + held(2, "pytorch") + held(7, content) + held(8, held(1, "") + number(2, 17)) + b"".join(more)


WEIGHTS = number(1, 2) + number(2, 1) + held(8, "w") + held(9, bytes(8))


def test_a_plain_model_is_vetted() -> None:
    found = judged(
        model(graph(nodes=(node("Add"), node("Attention", "com.microsoft"), node("Scaler", "ai.onnx.ml")), tensors=(WEIGHTS,))),
        "model.onnx",
    )
    assert (found.format, found.verdict, found.inert) == ("onnx", "ok", ("tensors within the graph: read as numbers",)), said(found)


@pytest.mark.parametrize(
    ("location", "reference"),
    [
        ("../../../etc/passwd", "CVE-2022-25882"), ("weights/../../secret", "CVE-2024-27318"), ("..\\..\\secret", "CVE-2024-27318"),
        ("/etc/passwd", "CVE-2025-51480"), ("C:\\secret", "CVE-2025-51480"), ("\\\\host\\share", "CVE-2025-51480"), ("~/secret", "CVE-2025-51480"),
        ("file:///etc/passwd", None), ("w\0.bin", None),
    ],
)  # fmt: skip
def test_cve_2022_25882_2024_27318_2025_51480_external_data_outside_the_folder(location: str, reference: str | None) -> None:
    found = judged(model(graph(tensors=(tensor(location),))), "onnx/model.onnx")
    assert found.verdict == "block"
    assert str(found.evidence[0].reference).find(str(reference)) >= 0
    assert found.evidence[0].about == location


@pytest.mark.parametrize("location", ["model.onnx_data", "weights/a.bin", "a..b", "./x"])
def test_cve_2022_25882_harmless_external_data_beside_the_model(location: str) -> None:
    assert judged(model(graph(tensors=(tensor(location),))), "onnx/model.onnx").verdict == "ok"


@pytest.mark.parametrize("linked", ["onnx/data", "onnx/data/w.bin"])
def test_cve_2026_34447_external_data_through_a_link(linked: str) -> None:
    content = model(graph(tensors=(tensor("data/w.bin"),)))
    found = judged(content, "onnx/model.onnx", beside=lambda path: "link" if path == linked else "file")
    assert (found.verdict, found.evidence[0].reference) == ("block", "CVE-2026-34447")
    assert judged(content, "onnx/model.onnx", beside=lambda _path: "file").verdict == "ok"


EXTERNAL = tensor("/etc/passwd")
PLACES = {
    "initializer": graph(tensors=(EXTERNAL,)),
    "sparse": held(15, held(1, EXTERNAL)),
    "sparse indices": held(15, held(2, EXTERNAL)),
    "attribute": graph(nodes=(node("Constant", "", held(1, "value") + held(5, EXTERNAL)),)),
    "attributes": graph(nodes=(node("Constant", "", held(1, "value") + held(10, EXTERNAL)),)),
    "subgraph": graph(nodes=(node("If", "", held(1, "then_branch") + held(6, graph(tensors=(EXTERNAL,)))),)),
    "subgraphs": graph(nodes=(node("If", "", held(1, "g") + held(11, graph(tensors=(EXTERNAL,)))),)),
    "sparse attribute": graph(nodes=(node("Constant", "", held(1, "v") + held(22, held(1, EXTERNAL))),)),
}


@pytest.mark.parametrize("place", PLACES)
def test_external_data_wherever_a_tensor_can_be(place: str) -> None:
    assert judged(model(PLACES[place]), "model.onnx").verdict == "block"


def test_external_data_in_functions_and_training() -> None:
    inside = held(7, node("Constant", "", held(1, "value") + held(5, EXTERNAL)))
    assert judged(model(graph(), held(25, held(1, "f") + inside + held(10, "mine"))), "model.onnx").verdict == "block"
    assert judged(model(graph(), held(20, held(1, graph(tensors=(EXTERNAL,))))), "model.onnx").verdict == "block"


@pytest.mark.parametrize(
    ("op", "domain"),
    [("PyOp", "ai.onnx.contrib"), ("Evil", "my.ops"), ("PythonOp", "com.microsoft"), ("ATen", "org.pytorch.aten"), ("Evil", "")],
)
def test_operators_of_other_domains_are_not_vetted(op: str, domain: str) -> None:
    assert judged(model(graph(nodes=(node(op, domain),))), "model.onnx").verdict == "review"


def test_functions_of_the_model_itself_are_not_vetted() -> None:
    found = judged(model(graph(), held(25, held(1, "f") + held(7, node("Add")) + held(10, "pkg"))), "model.onnx")
    assert (found.verdict, found.evidence[0].about) == ("review", "pkg.f")


def test_compiled_contexts() -> None:
    def context(path: str) -> str:
        attributes = held(1, "partition_name") + held(4, "x"), held(1, "ep_cache_context") + held(4, path)
        return judged(model(graph(nodes=(node("EPContext", "com.microsoft", *attributes),))), "m.onnx").verdict

    assert (context("ctx.bin"), context("../ctx.bin")) == ("review", "block")


def test_found_under_any_name() -> None:
    assert judged(model(graph(tensors=(EXTERNAL,))), "model.safetensors").verdict == "block"


def test_what_is_broken_is_not_vetted_and_what_stood_before_counts() -> None:
    content = model(graph(tensors=(EXTERNAL,)))
    assert judged(content + b"\x0b", "model.onnx").verdict == "block"
    assert judged(model(graph()) + b"\x0b", "model.onnx").verdict == "review"
    assert judged(b"nothing of the kind", "model.onnx").verdict == "review"


def test_fields_that_onnx_does_not_know() -> None:
    assert "field 99 in a graph" in said(judged(model(graph() + held(99, "x")), "model.onnx"))


def test_a_budget_that_is_used_up_is_a_review() -> None:
    assert judged(model(graph(nodes=(node("Add"),) * 50)), "model.onnx", budget=Budget(operations=40)).verdict == "review"


def test_large_weights_far_away_are_not_read() -> None:
    large = number(1, 2) + number(2, 1) + held(8, "w") + held(9, bytes(2_000_000))
    far = Far(model(graph(nodes=(node("Add"),) * 10, tensors=(large,) * 5)))
    assert judge(far, Context(names(), Budget(), "model.onnx")).verdict == "ok"
    assert far.bytes_read < 100_000


def test_what_was_found_stands_when_the_budget_ends() -> None:
    content = model(graph(nodes=(node("Constant", "", held(1, "value") + held(5, EXTERNAL)), *(node("Add"),) * 500)))
    assert judged(content, "model.onnx", budget=Budget(operations=1000)).verdict == "block"


def test_paths_longer_than_any_are_no_paths() -> None:
    assert judged(model(graph(tensors=(tensor("a/" * 2000 + "../../../x"),))), "model.onnx").verdict == "block"


def test_other_entries_of_external_data() -> None:
    inside = held(13, held(1, "checksum") + held(2, "/etc/passwd")) + held(13, held(1, "location") + held(2, "w.bin"))
    assert judged(model(graph(tensors=(inside,))), "model.onnx").verdict == "ok"


@pytest.mark.parametrize(("path", "verdict"), [("../../evil.pb", "block"), ("model/test_data_set_0/input_0.pb", "ok")])
def test_cve_2024_5187_archives_of_models_that_leave_their_folder(path: str, verdict: str) -> None:
    """`onnx.hub.download_model_with_test_data` unpacks a tar archive."""
    held_archive, content = io.BytesIO(), model(graph())
    with tarfile.open(fileobj=held_archive, mode="w") as archive:
        for name in ("model/model.onnx", path):
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    assert judged(held_archive.getvalue(), "model.tar").verdict == verdict


# Tensors by themselves

LONE = number(1, 2) + number(1, 3) + number(2, 1) + held(9, bytes(24)) + held(8, "input")


def test_a_tensor_by_itself_is_numbers() -> None:
    texts = number(1, 200) + number(2, 8) + held(6, "word") * 200
    for content in (LONE, texts, number(1, 2) + number(2, 1) + held(4, bytes(8)), number(2, 7) + held(9, bytes(8))):
        found = judged(content, "test_data_set_0/input_0.pb")
        assert (found.format, found.verdict, found.inert) == ("onnx-tensor", "ok", ("a tensor of ONNX: read as numbers and texts",))


GRAPH = held(7, graph(nodes=(node("Run", "mine"),)))
NO_TENSORS = {
    "external data": tensor("/etc/passwd"), "a graph": GRAPH, "a graph of TensorFlow": held(2, held(2, held(1, held(1, "a") + held(2, "PyFunc")))),
    "a node of TensorFlow": held(1, held(1, "a") + held(2, "PyFunc")), "a library": held(2, b""), "a field of no message": number(99, 1), "a segment": held(3, b""),
    "a wire type that is not in use": b"\x4f", "an end too early": held(9, bytes(8))[:-1],
}  # fmt: skip


@pytest.mark.parametrize("more", NO_TENSORS.values(), ids=NO_TENSORS)
@pytest.mark.parametrize("texts", [0, 200])
def test_what_else_is_in_a_tensor_is_not_overlooked(more: bytes, texts: int) -> None:
    for content in (LONE + held(6, "word") * texts + more, LONE[:4] + more + LONE[4:]):
        assert judged(content, "input_0.pb").verdict != "ok"


def test_a_tensor_without_type_or_data_is_none() -> None:
    for content in (number(1, 2) + held(9, bytes(8)), number(1, 2) + number(2, 1), number(1, 2) + number(2, 1) + held(8, "a")):
        assert judged(content, "input_0.pb").format != "onnx-tensor"


def test_a_tensor_of_very_many_texts_is_read_within_bounds() -> None:
    content = number(1, 2) + number(2, 8) + held(6, "") * 100_000
    found = judge(Far(content), Context(names(), Budget(operations=1000), "a.pb"))
    assert (found.format, found.verdict) == ("onnx-tensor", "review")
