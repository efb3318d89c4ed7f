"""Claims against the headers of weights: what is tolerated, what is not, and what nobody can say."""

from __future__ import annotations

import json
from typing import Any

import pytest
from weightbytes import gguf, pointer, safetensors

from cardlint import engine
from cardlint.policyfile import load_policy
from cardlint.repository import Identity, Repository
from cardlint.rule import shipped
from cardlint.source import Memory

F32 = safetensors({"w": ("F32", [10, 100])})


def run(files: dict[str, bytes | int], text: str = "", **metadata: Any) -> Any:
    card = f"---\n{json.dumps({'license': 'mit', **metadata})}\n---\n# A model\n{text}\n"
    repository = Repository(Memory({"README.md": card.encode(), **files}), Identity("model", None, told=True))
    target = engine.run(repository, load_policy(shipped(), select=("weights-contradict-card",)).bind(repository))
    assert target.failed == ()
    return target


def found(files: dict[str, bytes | int], text: str = "", **metadata: Any) -> list[tuple[str, str]]:
    target = run(files, text, **metadata)
    assert target.skipped == ()
    return [(finding.subject, finding.message) for finding in target.findings]


def model(tensors: dict[str, tuple[str, list[int]]] | None = None, **config: Any) -> dict[str, bytes | int]:
    content = F32 if tensors is None else safetensors(tensors)
    return {"model.safetensors": content, **({"config.json": json.dumps(config).encode()} if config else {})}


# How many


@pytest.mark.parametrize(
    "text",
    [
        "It has 7B parameters.", "A 7B-parameter model.", "With 7 billion parameters.", "| Parameters | 7B |", "- **Parameters:** ~7.2B",
        "Model size: 7B", "A 124M parameter model", "7.5 billion total parameters", "Number of parameters: 110M", "7B params",
        "| Model size | 7B |", "1,5 is not 7B parameters",
    ],
)  # fmt: skip
def test_a_number_that_cannot_be_meant_is_reported(text: str) -> None:
    ((subject, message),) = found(model(), text)
    assert (subject, message.endswith("is claimed, and the weights have 1K parameters")) == ("parameters", True)


@pytest.mark.parametrize(
    "text",
    [
        "It has 1K parameters.", "Some 1.9K parameters", "A 0.6K parameter model", "1K parameters, unlike the 7B parameters of others",
        "Distilled from a teacher with 7B parameters.", "3B active parameters", "The base model has 7B parameters.",
        "Smaller than models of 7B parameters.", "8x7B parameters", "Parameters: 7B in the vision encoder", "`7B parameters`: 1K parameters",
        "7B parameters, or 13B parameters", "```\n7B parameters\n```", "<!-- 7B parameters -->", "trained on 7B tokens", "7B",
        "Parameters: learning rate 7, batch 8", "v1.7B parameters", "Parameters: 2024-7B",
    ],
)  # fmt: skip
def test_what_may_be_meant_otherwise_is_not(text: str) -> None:
    assert found(model(), text) == []


def test_packed_weights_are_not_counted() -> None:
    assert found(model({"w": ("U8", [1000]), "b": ("F32", [1])}), "7B parameters") == []
    assert found(model({"w": ("F8_E4M3", [1000])}), "7B parameters") != []
    assert found(model({"w": ("F32", [1000]), "mask": ("I64", [5])}), "7B parameters") != []


@pytest.mark.parametrize(("count", "said"), [(12, "12"), (1500, "1.5K"), (2_500_000, "2.5M")])
def test_counts_are_written_for_people(count: int, said: str) -> None:
    ((_, message),) = found(model({"w": ("I8", [0]), "x": ("F16", [count])}), "900B parameters")
    assert message.endswith(f"have {said} parameters")


def test_all_shards_count_or_none() -> None:
    one, two = ("model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors")
    assert found({one: F32, two: F32}, "2K parameters; 7B") == []
    assert found({one: F32, two: F32}, "7B parameters")[0][1].endswith("have 2K parameters")
    assert found({one: F32}, "7B parameters") == []
    assert found({"a.safetensors": F32, "b.safetensors": F32}, "7B parameters") == []
    assert found({"a/model.safetensors": F32}, "7B parameters") == []
    assert found({"adapter_model.safetensors": F32}, "7B parameters") == []
    assert found({"model.safetensors": b"no safetensors"}, "7B parameters") == []
    assert found({}, "7B parameters") == []


def test_a_header_is_read_once_for_all_rules(monkeypatch: pytest.MonkeyPatch) -> None:
    from cardlint.weights import safetensors as module

    asked: list[int] = []
    read = module.read_header
    monkeypatch.setattr(module, "read_header", lambda reader: asked.append(reader.size) or read(reader))
    files = model() | {"model.safetensors.index.json": json.dumps({"weight_map": {"w": "model.safetensors"}}).encode()}
    repository = Repository(Memory({"README.md": b"---\nlicense: mit\n---\n", **files}), Identity("model", None, told=True))
    policy = load_policy(shipped(), select=("shard-missing", "weights-contradict-card"))
    assert engine.run(repository, policy.bind(repository)).findings == ()
    assert asked == [len(F32)]


# Of which type


@pytest.mark.parametrize("key", ["dtype", "torch_dtype"])
def test_a_type_that_no_weights_have_is_reported(key: str) -> None:
    assert found(model(**{key: "bfloat16"})) == [(key, "claims weights in bfloat16, and there are none: they are F32")]
    assert found(model(**{key: "torch.float16"})) == [(key, "claims weights in float16, and there are none: they are F32")]


def test_a_type_that_some_have_or_nobody_claims_is_not() -> None:
    mixed: dict[str, tuple[str, list[int]]] = {"a": ("BF16", [99]), "b": ("F32", [1])}
    assert found(model(mixed, dtype="float32")) == []
    assert found(model(mixed, dtype="float16")) == [("dtype", "claims weights in float16, and there are none: they are BF16 and F32")]
    assert found(model(dtype="auto", torch_dtype=1)) == []
    assert found(model(model_type="x")) == []
    assert found(model({"a": ("I32", [99]), "b": ("F16", [1])}, dtype="bfloat16")) == []
    assert found(model({"a": ("I32", [0])}, dtype="bfloat16")) == []
    three: dict[str, tuple[str, list[int]]] = {"a": ("F16", [9]), "b": ("F32", [8]), "c": ("F64", [7])}
    assert found(model(three, dtype="bfloat16"))[0][1].endswith("they are F16 and F32 and others")


# Quantised or not


@pytest.mark.parametrize("method", ["bitsandbytes", "gptq", "awq", "fp8"])
def test_a_quantisation_that_is_not_there_is_reported(method: str) -> None:
    config = {"quantization_config": {"quant_method": method}}
    assert [subject for subject, _ in found(model(**config))] == ["quantization_config"]


def test_a_quantisation_that_may_be_there_is_not() -> None:
    assert found(model(quantization_config={"quant_method": "hqq"})) == []
    assert found(model(quantization_config={})) == []
    assert found(model(quantization_config="4-bit", dtype="float16")) == []
    packed: dict[str, tuple[str, list[int]]] = {"a": ("U8", [99]), "b": ("F16", [1])}
    assert found(model(packed, quantization_config={"quant_method": "bitsandbytes"})) == []


def test_a_card_that_claims_it_is_held_to_it() -> None:
    assert [subject for subject, _ in found(model(), base_model_relation="quantized")] == ["quantized"]
    assert [subject for subject, _ in found(model(), tags=["text", "4-bit", "awq"])] == ["4-bit"]
    assert found(model(), base_model_relation="finetune", tags=["text"]) == []
    assert found(model({"a": ("I32", [99])}), base_model_relation="quantized") == []
    assert found(model(), base_model_relation="quantized", library_name="mlx") == []
    assert found({**model(), "a.gguf": gguf({"w": ("Q4_0", 32)})}, base_model_relation="quantized") == []
    assert found({**model(), "onnx/model_q4.onnx": 9}, base_model_relation="quantized") == []


# GGUF


NAMED: list[tuple[str, dict[str, tuple[str, int]], list[str]]] = [
    ("prairie-Q4_K_M.gguf", {"w": ("Q4_0", 32), "b": ("F32", 4)}, []),
    ("prairie-Q4_K_M.gguf", {"w": ("F16", 4)}, ["is named Q4_K_M, and none of its tensors is quantised"]),
    ("prairie.f16.gguf", {"w": ("F16", 4), "b": ("F32", 4)}, []),
    ("prairie.BF16.gguf", {"w": ("Q8_0", 32)}, ["is named BF16, and has tensors in Q8_0"]),
    ("prairie.gguf", {"w": ("F16", 4)}, []),
    ("q4-prairie.gguf", {}, []),
    ("prairie-Q8_0-00001-of-00002.gguf", {"w": ("F16", 4)}, []),
    ("mmproj-prairie-Q8_0.gguf", {"w": ("F16", 4)}, []),
    ("sub/prairie-IQ2_XS.gguf", {"w": ("F32", 4)}, ["is named IQ2_XS, and none of its tensors is quantised"]),
]


@pytest.mark.parametrize(("name", "tensors", "messages"), NAMED)
def test_the_name_of_a_gguf_file_is_held_to_its_tensors(name: str, tensors: dict[str, tuple[str, int]], messages: list[str]) -> None:
    assert found({name: gguf(tensors)}) == [(name, message) for message in messages]


def test_the_parameters_of_gguf_files_are_counted_where_they_are_of_one_model() -> None:
    one, two = gguf({"w": ("Q4_0", 3200)}), gguf({"w": ("F32", 3200)})
    assert found({"a-Q4_0.gguf": one, "a-F32.gguf": two}, "7B parameters")[0][1].endswith("have 3.2K parameters")
    assert found({"a.gguf": one, "b.gguf": gguf({"w": ("F32", 32)})}, "7B parameters") == []
    assert found({"a-00001-of-00002.gguf": one}, "7B parameters") == []
    assert found({"a.gguf": b"GGUF" + b"\xff" * 40}, "7B parameters") == []


# What is not here


def test_weights_that_are_not_here_leave_the_rule_unexamined() -> None:
    assert [item.reason for item in run({"model.safetensors": 100}).skipped] == ["model.safetensors: only its size is known"]
    target = run({"model.safetensors": pointer(b"x"), "a-Q4_0.gguf": gguf({"w": ("F32", 4)})})
    assert [finding.subject for finding in target.findings] == ["a-Q4_0.gguf"]
    assert [item.reason for item in target.skipped] == ["model.safetensors is a Git LFS pointer, and its content is not here"]
    assert run({"tokens.bin": 100}).skipped == ()
