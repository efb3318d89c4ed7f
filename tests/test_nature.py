"""What a model is by card, files and tags, and policies that ask for it."""

from __future__ import annotations

from typing import Any

import pytest

from cardlint.nature import modalities, relation
from cardlint.policy import Policy
from cardlint.policyfile import load_policy, parse_policy
from cardlint.repository import Identity, Repository
from cardlint.rule import shipped
from cardlint.source import Memory


def model(card: str, **files: str) -> Repository:
    held: dict[str, Any] = {path.replace("__", "."): content.encode() for path, content in files.items()}
    return Repository(Memory({"README.md": f"---\n{card}\n---\n".encode(), **held}), Identity("model", told=True))


MLX = '{"quantization": {"group_size": 64, "bits": 4}}'
FP8 = '{"quantization_config": {"quant_method": "fp8"}}'
RELATIONS = [
    ("license: mit", {}, "none"),
    ("base_model: a/b", {}, "finetune"),
    ("base_model: a/b\nbase_model_relation: adapter", {}, "adapter"),
    ("base_model: a/b\nbase_model_relation: sideways", {}, "finetune"),
    ("base_model: a/b", {"adapter_config__json": "{}"}, "adapter"),
    ("base_model: a/b", {"b-Q4_K_M__gguf": "GGUF"}, "quantized"),
    ("base_model: a/b", {"b-Q4_K_M__gguf": "GGUF", "model__safetensors": "x"}, "finetune"),
    ("base_model: a/b", {"adapter_config__json": "{}", "model__safetensors": "x"}, "finetune"),
    ("base_model: a/b", {"config__json": '{"quantization_config": {"quant_method": "gptq"}}', "model__safetensors": "x"}, "quantized"),
    ("base_model: a/b", {"config__json": '{"quantization_config": {"quant_method": "fp8"}}', "model__safetensors": "x"}, "finetune"),
    ("base_model: a/b", {"config__json": MLX, "model__safetensors": "x"}, "quantized"),
    ("base_model: a/b", {"config__json": '{"quantization": {}, "model_type": "mlx"}', "model__safetensors": "x"}, "finetune"),
    ("base_model: a/b\ntags: [FP8]", {"config__json": FP8, "model__safetensors": "x"}, "quantized"),
    ("base_model: a/b-FP8\ntags: [fp8]", {"config__json": FP8, "model__safetensors": "x"}, "finetune"),
    ("tags: [fp8]", {"config__json": FP8, "model__safetensors": "x"}, "none"),
    ("tags: ['base_model:adapter:a/b', 'base_model:a/b', 'base_model:cousin:a/b']", {}, "adapter"),
    ("base_model: a/b\ntags: ['base_model:merge:a/b', 'base_model:adapter:a/b']", {}, "finetune"),
    ("base_model: a/b\ntags: ['base_model:finetune:a/b']", {"adapter_config__json": "{}"}, "finetune"),
    ("base_model: a/b", {"mergekit_config__yml": "x", "model__safetensors": "x"}, "merge"),
    ("base_model: a/b", {"mergekit_config__yml": "x", "b__gguf": "x"}, "finetune"),
    ("tags: [lora]", {}, "adapter"),
    ("tags: [lora, gguf]", {}, "none"),
    ("tags: [merge]\nbase_model: [a/b, c/d]", {}, "merge"),
    ("base_model: a/b", {"config__json": "[]"}, "finetune"),
]


@pytest.mark.parametrize(("card", "files", "expected"), RELATIONS)
def test_the_relation_is_declared_or_shown(card: str, files: dict[str, str], expected: str) -> None:
    assert relation(model(card, **files)) == expected


@pytest.mark.parametrize(("name", "expected"), [("c/b-FP8", "quantized"), ("c/b_fp8-dynamic", "quantized"), ("c/fp8-b", "finetune")])
def test_the_name_says_that_a_method_was_used_on_a_base(name: str, expected: str) -> None:
    files = {"README.md": b"---\nbase_model: a/b\n---\n", "config.json": FP8.encode(), "model.safetensors": b"x"}
    assert relation(Repository(Memory(files), Identity("model", name, told=True))) == expected


def test_a_card_on_standard_input_is_judged_by_the_card_alone() -> None:
    source = Memory({"README.md": b"---\nbase_model: a/b\ntags: [gguf]\n---\n"}, listed=False)
    assert relation(Repository(source, Identity("model"))) == "quantized"


def test_without_metadata_nothing_is_known() -> None:
    bare = Repository(Memory({"README.md": b"# Pelican\n"}), Identity("model"))
    assert relation(bare) == "none"
    assert modalities(bare) == frozenset()


@pytest.mark.parametrize(
    ("card", "expected"),
    [
        ("pipeline_tag: text-generation", {"text"}),
        ("pipeline_tag: image-segmentation", {"image"}),
        ("pipeline_tag: text-to-video", {"image", "video"}),
        ("task_categories: [automatic-speech-recognition, translation]", {"audio", "text"}),
        ("pipeline_tag: reinforcement-learning", {"reinforcement-learning"}),
        ("pipeline_tag: beekeeping", set()),
    ],
)
def test_the_modality_is_that_of_the_tasks(card: str, expected: set[str]) -> None:
    assert modalities(model(card)) == expected


@pytest.mark.parametrize(
    ("when", "card", "holds"),
    [
        ("relation: quantized", "tags: [gguf]", True),
        ("relation: none", "tags: [gguf]", False),
        ("modality: audio", "pipeline_tag: text-to-speech", True),
        ("modality: audio, relation: adapter", "pipeline_tag: text-to-speech", False),
        ("library: peft", "library_name: peft", True),
        ("library: peft", "library_name: transformers", False),
    ],
)
def test_a_policy_asks_by_what_a_model_is(when: str, card: str, holds: bool) -> None:
    rules = shipped()
    layer = parse_policy(rules, f"overrides:\n- when: {{{when}}}\n  rules: {{license-missing: note}}\n", "policy.yaml")
    policy = Policy("test", rules, (*load_policy(rules).layers, layer))
    severity = policy.bind(model(card)).severity(rules["license-missing"], "README.md")
    assert severity == ("note" if holds else "error")
