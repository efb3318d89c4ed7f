"""Tasks, libraries and bases: what the examples in the rule cards cannot show."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from cardlint import engine
from cardlint.policyfile import load_policy
from cardlint.repository import Identity, Repository
from cardlint.rule import shipped
from cardlint.source import Memory

if TYPE_CHECKING:
    from cardlint.report import Finding, Target

RULES = (
    "task-missing", "task-unknown", "task-contradicts-config", "library-missing", "library-unknown",
    "library-contradicts-files", "base-model-missing", "base-model-relation-missing",
)  # fmt: skip
WEIGHTS = {"model.safetensors": 5_000}


def run(card: str, files: dict[str, Any] | None = None, *, rules: tuple[str, ...] = RULES, id: str | None = None) -> Target:  # noqa: A002
    """What the rules find; files are sizes, text, or what is written as JSON."""
    held: dict[str, bytes | int] = {"README.md": f"---\n{card}\n---\n# A model\n".encode()}
    for path, content in (files or {}).items():
        held[path] = content if isinstance(content, int) else _encoded(content)
    repository = Repository(Memory(held), Identity("model", id, told=True))
    return engine.run(repository, load_policy(shipped(), select=rules).bind(repository))


def _encoded(content: Any) -> bytes:
    return content.encode() if isinstance(content, str) else json.dumps(content).encode()


def found(rule: str, card: str, files: dict[str, Any] | None = None, *, id: str | None = None) -> Finding | None:  # noqa: A002
    target = run(card, files, rules=(rule,), id=id)
    assert target.failed == ()
    assert target.skipped == ()
    assert len(target.findings) <= 1
    return target.findings[0] if target.findings else None


def says(rule: str, card: str, files: dict[str, Any] | None = None, *, id: str | None = None) -> str:  # noqa: A002
    finding = found(rule, card, files, id=id)
    assert finding is not None
    return finding.message


SHAPES: tuple[Any, ...] = (
    None, True, 0, 1.5, "", " ", "\u0000x", "ä" * 5_000, [], [[]], [None], [1, "x", {}], {}, {"a": [1]}, {"": None}, [{"x": "y"}],
)  # fmt: skip


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: repr(shape)[:20])
@pytest.mark.parametrize("key", ["pipeline_tag", "library_name", "tags", "base_model", "base_model_relation"])
def test_no_shape_in_the_card_makes_a_check_raise(key: str, shape: Any) -> None:
    files = {"config.json": {"architectures": ["BertForCTC"], "model_type": "bert", "_name_or_path": "a/b"}, **WEIGHTS}
    target = run(f"license: mit\n{key}: {json.dumps(shape)}", files)
    assert target.failed == ()


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: repr(shape)[:20])
@pytest.mark.parametrize(
    ("path", "key"),
    [
        ("config.json", "architectures"), ("config.json", "_name_or_path"), ("config.json", "quantization_config"),
        ("config.json", "auto_map"), ("config.json", "model_type"), ("config.json", "pretrained_cfg"),
        ("adapter_config.json", "base_model_name_or_path"), ("adapter_config.json", "task_type"),
    ],
)  # fmt: skip
def test_no_shape_in_a_file_makes_a_check_raise(path: str, key: str, shape: Any) -> None:
    for card in ("license: mit", "pipeline_tag: translation\nlibrary_name: peft\nbase_model: a/b"):
        target = run(card, {path: {key: shape}, **WEIGHTS})
        assert target.failed == ()
        assert all(len(finding.message) < 400 for finding in target.findings)


def test_rules_that_need_files_do_not_apply_to_standard_input() -> None:
    repository = Repository(Memory({"README.md": b"---\nx: 1\n---\n"}, listed=False), Identity("model"))
    target = engine.run(repository, load_policy(shipped(), select=RULES).bind(repository))
    assert set(target.not_applicable) == set(RULES) - {"task-unknown", "library-unknown"}
    assert target.findings == ()


# task-missing


def test_the_longest_class_name_ending_wins() -> None:
    assert found("task-missing", "x: 1", {"config.json": {"architectures": ["BertModel"]}}).severity == "note"  # type: ignore[union-attr]
    assert found("task-missing", "x: 1", {"config.json": {"architectures": ["OpenAIGPTLMHeadModel"]}}) is None
    assert found("task-missing", "x: 1", {"config.json": {"architectures": ["FlaubertWithLMHeadModel"]}}) is None


def test_one_class_that_implies_a_task_is_enough() -> None:
    assert found("task-missing", "x: 1", {"config.json": {"architectures": ["Odd", "GPT2LMHeadModel"]}}) is None


def test_an_unknown_class_implies_nothing_for_certain() -> None:
    finding = found("task-missing", "x: 1", {"config.json": {"architectures": ["Pelican"]}})
    assert finding is not None
    assert finding.severity == "warning"


@pytest.mark.parametrize("card", ["library_name: setfit", "tags: [setfit]", "tags: setfit"])
def test_a_library_with_one_task_implies_it(card: str) -> None:
    assert found("task-missing", card) is None


@pytest.mark.parametrize("card", ["library_name: diffusers", "library_name: seagrass", "library_name: diffusers\ntags: [setfit]"])
def test_a_library_with_several_tasks_or_none_known_implies_nothing(card: str) -> None:
    assert found("task-missing", card) is not None


def test_an_adapter_is_reported_although_its_library_has_one_task() -> None:
    adapter = {"adapter_config.json": {"task_type": "SEQ_CLS"}}
    assert "`pipeline_tag: text-classification`" in says("task-missing", "library_name: peft", adapter)
    assert "none can be inferred" in says("task-missing", "library_name: peft", {"adapter_config.json": {"task_type": None}})
    assert found("task-missing", "library_name: peft") is None


def test_a_tag_is_named_only_where_it_is_a_task_of_models() -> None:
    assert "write `pipeline_tag: translation`" in says("task-missing", "tags: [nlp, translation, translation]")
    assert "write" not in says("task-missing", "tags: [other, text-retrieval, ner, Translation]")


def test_many_tags_are_not_all_repeated() -> None:
    message = says("task-missing", "tags: [translation, summarization, fill-mask, text-generation]")
    assert message.endswith("translation and summarization and fill-mask")


@pytest.mark.parametrize("files", [{}, {"notes.txt": 3}, {"tokenizer_config.json": {}}, {"sub/config.json": {}}])
def test_without_files_of_a_model_nothing_is_said_of_them(files: dict[str, Any]) -> None:
    assert says("task-missing", "x: 1", files) == "there is no `pipeline_tag`, and no config.json here from which the Hub could infer one"


@pytest.mark.parametrize("files", [WEIGHTS, {"config.json": {}}, {"model_index.json": {}}, {"sub/a.GGUF": 5}, {"pytorch_model.bin": 5}])
def test_with_them_none_can_be_inferred(files: dict[str, Any]) -> None:
    assert "none can be inferred" in says("task-missing", "x: 1", files)


# task-unknown


def test_a_boolean_is_left_to_the_rules_of_shape() -> None:
    assert found("task-unknown", "pipeline_tag: true") is None


def test_an_alias_gets_the_task_it_stands_for() -> None:
    assert says("task-unknown", "pipeline_tag: ner").endswith("did you mean token-classification?")
    assert says("task-unknown", "pipeline_tag: Text_Generation").endswith("did you mean text-generation?")


# task-contradicts-config


def test_every_class_has_to_be_unable() -> None:
    assert found("task-contradicts-config", "pipeline_tag: translation", {"config.json": {"architectures": ["BertForQuestionAnswering"]}})
    for other in ("MarianForConditionalGeneration", "Pelican", "BertModel"):
        config = {"architectures": ["BertForQuestionAnswering", other]}
        assert found("task-contradicts-config", "pipeline_tag: translation", {"config.json": config}) is None


@pytest.mark.parametrize(
    ("card", "config", "files"),
    [
        ("library_name: keras", {}, {}),
        ("library_name: my-own", {}, {}),
        ("library_name: [transformers]", {}, {}),
        ("tags: [sentence-transformers]", {}, {}),
        ("x: 1", {"auto_map": {"AutoModel": "m.M"}}, {}),
        ("x: 1", {}, {"modules.json": 20}),
        ("x: 1", {}, {"adapter_config.json": 20}),
    ],
)
def test_other_code_may_do_anything(card: str, config: dict[str, Any], files: dict[str, Any]) -> None:
    config = {"architectures": ["BertForQuestionAnswering"], **config}
    assert found("task-contradicts-config", f"pipeline_tag: translation\n{card}", {"config.json": config, **files}) is None


@pytest.mark.parametrize("card", ["tags: [transformers, pytorch]", "library_name: transformers", "library_name:"])
def test_transformers_may_not(card: str) -> None:
    config = {"architectures": ["BertForQuestionAnswering"], "auto_map": None}
    assert found("task-contradicts-config", f"pipeline_tag: translation\n{card}", {"config.json": config})


@pytest.mark.parametrize("task", ["traanslation", "other", "text-retrieval"])
def test_a_task_without_models_is_not_compared(task: str) -> None:
    config = {"architectures": ["Wav2Vec2ForCTC"]}
    assert found("task-contradicts-config", f"pipeline_tag: {task}", {"config.json": config}) is None


def test_the_class_is_shown_where_it_stands() -> None:
    config = '{\n  "architectures": [\n    "Wav2Vec2ForCTC"\n  ]\n}\n'
    finding = found("task-contradicts-config", "pipeline_tag: text-generation", {"config.json": config})
    assert finding is not None
    (related,) = finding.related
    assert (related.place.path, related.place.line, related.place.column) == ("config.json", 3, 5)


# library-missing


def test_config_json_alone_is_no_library() -> None:
    config = {"config.json": {"architectures": ["LlamaForCausalLM"]}}
    assert found("library-missing", "x: 1", config) is None
    assert found("library-missing", "x: 1", {**config, "onnx/model.safetensors": 5}) is None
    assert "`library_name: transformers`" in says("library-missing", "x: 1", {**config, **WEIGHTS})


@pytest.mark.parametrize("tag", ["transformers", "sbert", "scikit-learn"])
def test_a_library_or_its_nickname_among_the_tags_is_a_declaration(tag: str) -> None:
    files = {"config.json": {"model_type": "bert"}, **WEIGHTS}
    assert found("library-missing", f"tags: [x, {tag}]", files) is None


@pytest.mark.parametrize(
    ("library", "config", "files"),
    [
        ("mlx", {"model_type": "llama", "quantization": {"bits": 4}}, WEIGHTS),
        ("span-marker", {"architectures": ["SpanMarkerModel"], "span_marker_version": "1.5"}, WEIGHTS),
        ("timm", {"architecture": "resnet50", "pretrained_cfg": {}}, WEIGHTS),
        ("diffusers", {"_class_name": "AutoencoderKL", "_diffusers_version": "0.30"}, {}),
        ("setfit", {"model_type": "mpnet"}, {"modules.json": 5, "config_setfit.json": 5, **WEIGHTS}),
        ("adapter-transformers", {}, {"adapter_config.json": 5, "pytorch_adapter.bin": 5}),
    ],
)
def test_the_more_specific_library_wins(library: str, config: dict[str, Any], files: dict[str, Any]) -> None:
    assert f"`library_name: {library}`" in says("library-missing", "x: 1", {"config.json": config, **files})


def test_two_libraries_neither_of_which_includes_the_other_are_left_alone() -> None:
    assert found("library-missing", "x: 1", {"adapter_config.json": 5, "model_index.json": 5}) is None


def test_a_null_library_is_missing_at_its_key() -> None:
    finding = found("library-missing", "license: mit\nlibrary_name:", {"adapter_config.json": 5})
    assert finding is not None
    assert finding.place is not None
    assert (finding.place.line, finding.subject) == (3, "library_name")


# library-unknown


@pytest.mark.parametrize(
    "name",
    [
        "tensorflow", "pytorch", "jax", "onnx", "vllm", "exllamav2", "ctranslate2", "llama.cpp", "gguf", "lightgbm",
        "tensorrt-llm", "simpletransformers", "pytorch-lightning", "optimum", "wan2.1", "yolov11", "yolov5", "sam3", "flux",
        "fairseq2", "gensim", "paddle", "spacy-transformers", "llama-factory",
    ],
)  # fmt: skip
def test_a_name_of_its_own_is_no_slip(name: str) -> None:
    assert found("library-unknown", f"library_name: {name}") is None


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("Transformers", "transformers"), ("transfomers", "transformers"), ("transfomer", "transformers"),
        ("diffuser", "diffusers"), ("huggingface_transformers", "transformers"), ("SpaCy", "spacy"),
        ("stable-baselines", "stable-baselines3"), ("open-clip", "open_clip"), ("mlx_lm", "mlx"),
    ],
)  # fmt: skip
def test_a_slip_gets_the_library_that_was_meant(written: str, meant: str) -> None:
    assert f"did you mean {meant}?" in says("library-unknown", f"library_name: {written}")


# library-contradicts-files


DIFFUSION = {"model_index.json": 5, "unet/config.json": 5}


def test_the_first_file_of_the_declared_library_silences() -> None:
    assert found("library-contradicts-files", "library_name: transformers", DIFFUSION) is not None
    for own in ("config.json", "model.gguf"):
        assert found("library-contradicts-files", "library_name: transformers", {**DIFFUSION, own: "{}"}) is None
    assert found("library-contradicts-files", "library_name: transformers", {**DIFFUSION, "unet/model.gguf": 5}) is not None


def test_an_adapter_in_a_folder_is_an_adapter() -> None:
    files = {"config.json": {"architectures": ["LlamaForCausalLM"]}, **WEIGHTS}
    assert found("library-contradicts-files", "library_name: peft", files) is not None
    assert found("library-contradicts-files", "library_name: peft", {**files, "checkpoint-9/adapter_config.json": 5}) is None


def test_parts_of_pipelines_are_of_diffusers() -> None:
    files = {"config.json": {"architectures": ["CLIPTextModel"]}, **WEIGHTS}
    finding = found("library-contradicts-files", "library_name: diffusers", files)
    assert finding is not None
    assert finding.related[0].place.path == "config.json"
    for own in ("my_LoRA_v2.safetensors", "transformer/x.bin", "diffusion_pytorch_model.safetensors", "old.ckpt"):
        assert found("library-contradicts-files", "library_name: diffusers", {**files, own: 5}) is None


def test_nothing_is_said_of_libraries_no_pair_names() -> None:
    assert found("library-contradicts-files", "library_name: seagrass", DIFFUSION) is None


# base-model-missing


ADAPTER = "adapter_config.json"


@pytest.mark.parametrize("base", ["malformed path", "[1, 2]", "{a: b}", "./x", "acme/base"])
def test_a_base_that_is_there_is_not_missing(base: str) -> None:
    files = {ADAPTER: {"base_model_name_or_path": "acme/other"}, "mergekit_config.yml": 5}
    assert found("base-model-missing", f"base_model: {base}", files) is None


@pytest.mark.parametrize(
    "path",
    [
        "/data/llama", "./llama", "../llama", "C:\\models\\llama", "~/llama", "output/checkpoint-500", "a/b/c", "models/llama",
        "https://huggingface.co/datasets/acme/base", "https://example.org/base", "acme/ba se", "x" * 200,
    ],
)  # fmt: skip
def test_a_path_in_an_adapter_is_not_taken_for_an_id(path: str) -> None:
    message = says("base-model-missing", "x: 1", {ADAPTER: {"base_model_name_or_path": path}})
    assert "`base_model: " not in message
    assert "is no id" in message


def test_an_old_id_in_an_adapter_is_given_its_namespace() -> None:
    old = ("gpt2", "openai-community/gpt2"), ("ancient-model", "ancient-model")
    for written, meant in (*old, ("https://huggingface.co/acme/base/tree/main", "acme/base")):
        message = says("base-model-missing", "x: 1", {ADAPTER: {"base_model_name_or_path": written}})
        assert f"`base_model: {meant}`" in message


def test_an_adapter_without_a_name_in_it_is_still_one() -> None:
    assert "adapter_config.json shows" in says("base-model-missing", "x: 1", {ADAPTER: {"peft_type": "LORA"}})


def test_the_name_in_the_adapter_comes_before_every_other_sign() -> None:
    adapter = {"base_model_name_or_path": "acme/one"}
    files = {ADAPTER: adapter, "config.json": {"_name_or_path": "acme/two"}, "mergekit_config.yml": 5}
    message = says("base-model-missing", "x: 1", files)
    assert "acme/one" in message
    assert "acme/two" not in message


@pytest.mark.parametrize("name", ["", "./out", "/scratch/x", "checkpoint", "results/run1", "my-llama", None, 3])
def test_where_config_json_was_saved_from_is_no_evidence_unless_it_is_an_id(name: object) -> None:
    assert found("base-model-missing", "x: 1", {"config.json": {"_name_or_path": name}}) is None


def test_a_repository_is_not_its_own_base() -> None:
    files = {"config.json": {"_name_or_path": "acme/base"}}
    assert found("base-model-missing", "x: 1", files, id="acme/base") is None
    finding = found("base-model-missing", "x: 1", files, id="acme/tuned")
    assert finding is not None
    assert finding.severity == "note"


def test_an_old_id_in_config_json_is_given_its_namespace_and_may_be_the_own_one() -> None:
    files = {"config.json": {"_name_or_path": "gpt2"}}
    assert "write `base_model: openai-community/gpt2`" in says("base-model-missing", "x: 1", files)
    assert found("base-model-missing", "x: 1", files, id="openai-community/gpt2") is None


@pytest.mark.parametrize(
    ("held", "severity"),
    [
        ({"quant_method": "gptq"}, "warning"), ({"quant_method": "bitsandbytes"}, "warning"), ({}, "warning"),
        ({"quant_method": "fp8"}, "note"), ({"quant_method": "mxfp4"}, "note"), ([], None), ("awq", None), (None, None),
    ],
)  # fmt: skip
def test_a_method_models_are_trained_in_is_weak_evidence(held: object, severity: str | None) -> None:
    finding = found("base-model-missing", "x: 1", {"config.json": {"quantization_config": held}})
    assert (finding.severity if finding else None) == severity


def test_a_deprecated_key_for_the_base_is_reported_alone() -> None:
    files = {"mergekit_config.yml": 5}
    target = run("finetuned_from: acme/base", files, rules=("base-model-missing", "key-deprecated"))
    assert [finding.rule for finding in target.findings] == ["key-deprecated"]


# base-model-relation-missing


def relation(files: dict[str, Any], card: str = "base_model: acme/base") -> str | None:
    finding = found("base-model-relation-missing", card, files)
    return None if finding is None else finding.message.split("`base_model_relation: ")[1].split("`")[0]


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({}, None),
        (WEIGHTS, None),
        ({"adapter_config.json": 5, "adapter_model.safetensors": 5}, "adapter"),
        ({"pytorch_lora_weights.safetensors": 5}, "adapter"),
        ({"adapter_config.json": 5, **WEIGHTS}, None),
        ({"mergekit_config.yaml": 5, **WEIGHTS}, "merge"),
        ({"Q4/model-Q4.GGUF": 5}, None),
        ({"Q4/model-Q4.gguf": 5}, "quantized"),
        ({"model-Q4.gguf": 5, **WEIGHTS}, None),
        ({"model-Q4.gguf": 5, "mergekit_config.yml": 5}, None),
        ({"config.json": {"quantization_config": {"quant_method": "awq"}}, **WEIGHTS}, "quantized"),
        ({"config.json": {"quantization_config": {"quant_method": "mxfp4"}}, **WEIGHTS}, None),
        ({"config.json": {"quantization_config": {"quant_method": "awq"}}, "adapter_config.json": 5}, None),
    ],
)
def test_the_relation_the_files_show(files: dict[str, Any], expected: str | None) -> None:
    assert relation(files) == expected


@pytest.mark.parametrize("card", ["x: 1", "base_model:", "base_model: []", "base_model: {a: b}", "base_model: 3"])
def test_without_a_base_there_is_no_relation(card: str) -> None:
    assert relation({"adapter_config.json": 5}, card) is None


def test_a_wrong_relation_is_not_a_missing_one() -> None:
    assert relation({"adapter_config.json": 5}, "base_model: a/b\nbase_model_relation: lora") is None
