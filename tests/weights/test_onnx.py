from __future__ import annotations

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
        return judged(
            model(graph(nodes=(node("EPContext", "com.microsoft", held(1, "ep_cache_context") + held(4, path)),))), "m.onnx"
        ).verdict

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
