"""Whether the files suffice: what the examples of the rule's card cannot show."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from bulk import bulk
from ending import ends

from cardlint import engine
from cardlint.checks.loadable import needs_of_libraries
from cardlint.policyfile import load_policy
from cardlint.repository import Identity, Repository
from cardlint.rule import shipped
from cardlint.source import Memory
from cardlint.vocabulary import load_vocabulary

if TYPE_CHECKING:
    from pathlib import Path

RULE = "library-file-missing"
TOKENIZER = {"tokenizer.json": 100, "tokenizer_config.json": b"{}"}
POINTER = b"version https://git-lfs.github.com/spec/v1\noid sha256:" + b"a" * 64 + b"\nsize 4943162336\n"


def run(yaml: str, files: dict[str, bytes | int], *more: str) -> Any:
    repository = Repository(Memory({"README.md": f"---\n{yaml}\n---\n# A\n".encode(), **files}), Identity("model", None, told=True))
    target = engine.run(repository, load_policy(shipped(), select=(RULE, *more)).bind(repository))
    assert target.failed == ()
    return target


def found(library: str, files: dict[str, bytes | int], task: str | None = None) -> list[str]:
    target = run(f"library_name: {library}" + (f"\npipeline_tag: {task}" if task else ""), files)
    assert target.skipped == ()
    return [finding.subject for finding in target.findings]


def as_json(value: Any) -> bytes:
    return json.dumps(value).encode()


LLAMA = as_json({"model_type": "llama"})
COMPLETE: list[tuple[str, str | None, dict[str, bytes | int]]] = [
    ("transformers", "text-generation", {"config.json": LLAMA, "model.safetensors": 9, **TOKENIZER}),
    ("transformers", "text-generation", {"config.json": LLAMA, "pytorch_model.bin": 9, "vocab.json": 9, "merges.txt": 9}),
    ("transformers", "fill-mask", {"config.json": LLAMA, "tf_model.h5": 9, "vocab.txt": 9}),
    ("transformers", "fill-mask", {"config.json": LLAMA, "flax_model.msgpack": 9, "spiece.model": 9}),
    ("transformers", "translation", {"config.json": LLAMA, "pytorch_model.bin": 9, "source.spm": 9, "target.spm": 9, "vocab.json": 9}),
    ("transformers", "text-generation", {"config.json": as_json({"model_type": "byt5"}), "model.safetensors": 9}),
    ("transformers", "text-generation", {"config.json": LLAMA, "model.safetensors": 9,
                                         "tokenizer_config.json": as_json({"tokenizer_class": "ByT5Tokenizer"})}),
    ("transformers", "text-generation", {"config.json": LLAMA, "model.safetensors.index.json": 9, "tokenizer.model": 9}),
    ("transformers", "text-generation", {"config.json": LLAMA, "model.safetensors": 9, "modeling_own.py": 9}),
    ("transformers", "text-generation", {"prairie.Q4_K_M.gguf": 9}),
    ("transformers", "text-generation", {"prairie.i1-Q6_K.gguf.part1of2": 9, "prairie.i1-Q6_K.gguf.part2of2": 9}),
    ("peft", None, {"pytorch_lora_weights.safetensors": 9}),
    ("transformers", "text-generation", {"adapter_config.json": 9, "adapter_model.safetensors": 9}),
    ("transformers", "image-classification", {"config.json": LLAMA, "model.safetensors": 9, "preprocessor_config.json": 9}),
    ("transformers", "image-text-to-text", {"config.json": LLAMA, "model.fp16.safetensors": 9, "processor_config.json": 9}),
    ("transformers", "text-to-speech", {"config.json": LLAMA, "model.safetensors": 9}),
    ("transformers", None, {"checkpoint-500/config.json": 9, "checkpoint-500/model.safetensors": 9}),
    ("transformers", None, {"config.json": LLAMA, "onnx/model_quantized.onnx": 9}),
    ("transformers", None, {"params.json": 9, "consolidated.safetensors": 9, "tekken.json": 9}),
    ("transformers", None, {"preprocessor_config.json": 9}),
    ("transformers", None, {"LICENSE": 9, ".gitattributes": 9, ".github/workflows/sync.yml": 9}),
    ("diffusers", None, {"unet/config.json": 9, "unet/diffusion_pytorch_model.fp16.safetensors": 9}),
    ("diffusers", None, {"v1-5-pruned.ckpt": 9}),
    ("diffusers", None, {"config.json": b"{}", "diffusion_pytorch_model.safetensors": 9}),
    ("diffusers", None, {"learned_embeds.bin": 9}),
    ("peft", None, {"adapter_config.json": 9, "adapter_model.bin": 9}),
    ("peft", None, {"lora-a/adapter_config.json": 9, "lora-a/adapter_model.safetensors": 9}),
    ("sentence-transformers", "text-ranking", {"config.json": LLAMA, "model.safetensors": 9, **TOKENIZER}),
    ("sentence-transformers", "sentence-similarity", {"config.json": LLAMA, "modules.json": b"[]", "openvino/openvino_model.xml": 9,
                                                      **TOKENIZER}),
    ("setfit", None, {"config.json": LLAMA, "model.safetensors": 9, "model_head.pkl": 9, "modules.json": b"[]"}),
    ("timm", None, {"config.json": b"{}", "pytorch_model.bin": 9}),
    ("keras", None, {"model.keras": 9}),
    ("keras", None, {"config.json": b"{}", "metadata.json": 9, "model.weights.h5": 9}),
    ("spacy", None, {"en_prairie-any-py3-none-any.whl": 9}),
    ("spacy", None, {"meta.json": 9, "config.cfg": 9, "ner/model": 9}),
    ("sklearn", None, {"model.skops": 9}),
    ("stable-baselines3", None, {"ppo-LunarLander-v2.zip": 9}),
    ("transformers.js", None, {"config.json": b"{}", "onnx/model.onnx": 9}),
    ("mlx", "text-generation", {"config.json": LLAMA, "model.safetensors": 9, **TOKENIZER}),
    ("nemo", None, {"parakeet.nemo": 9}),
    ("speechbrain", None, {"hyperparams.yaml": 9, "embedding_model.ckpt": 9}),
    ("ultralytics", None, {"best.pt": 9}),
    ("fasttext", None, {"model.bin": 9}),
    ("gliner", None, {"gliner_config.json": 9, "pytorch_model.bin": 9}),
    ("of-my-own", None, {"weights.dat": 9}),
]  # fmt: skip


@pytest.mark.parametrize(("library", "task", "files"), COMPLETE)
def test_a_repository_that_loads_is_clean(library: str, task: str | None, files: dict[str, bytes | int]) -> None:
    assert found(library, files, task) == []


LACKING: list[tuple[str, str | None, dict[str, bytes | int], list[str]]] = [
    ("transformers", None, {"config.json": LLAMA, "tokenizer.json": 9}, ["weights"]),
    ("transformers", None, {"model.safetensors": 9}, ["config.json"]),
    ("transformers", None, {"model.safetensors": 9, "checkpoint-9/config.json": 9}, ["config.json"]),
    ("transformers", None, {"teaser.png": 9}, ["library_name"]),
    ("transformers", "text-generation", {"tokenizer.json": 9}, ["library_name"]),
    ("transformers", "text-generation", {"config.json": LLAMA, "model.safetensors": 9, "tokenizer_config.json": b"{}"}, ["tokenizer"]),
    ("transformers", "automatic-speech-recognition", {"config.json": LLAMA, "model.safetensors": 9}, ["processor"]),
    ("diffusers", None, {"scheduler/scheduler_config.json": 9, "unet/config.json": 9, "unet/a.safetensors": 9}, ["model_index.json"]),
    ("diffusers", None, {"teaser.png": 9}, ["library_name"]),
    ("peft", None, {"adapter_config.json": 9}, ["weights"]),
    ("peft", None, {"adapter_model.safetensors": 9}, ["adapter_config.json"]),
    (
        "sentence-transformers",
        None,
        {"1_Pooling/config.json": 9, "config.json": LLAMA, "model.safetensors": 9, **TOKENIZER},
        ["modules.json"],
    ),
    ("setfit", None, {"config.json": LLAMA, "model.safetensors": 9}, ["model_head.pkl"]),
    ("spacy", None, {"meta.json": 9, "ner/model": 9}, ["config.cfg"]),
    ("gguf", None, {"config.json": LLAMA}, ["library_name"]),
    ("gliner", None, {"pytorch_model.bin": 9}, ["gliner_config.json"]),
    ("open_clip", None, {"open_clip_pytorch_model.bin": 9}, ["open_clip_config.json"]),
    ("transformers.js", "fill-mask", {"config.json": b"{}", "onnx/model.onnx": 9}, ["tokenizer"]),
    ("mlx", "text-generation", {"model.safetensors": 9, "tokenizer.json": 9}, ["config.json"]),
]


@pytest.mark.parametrize(("library", "task", "files", "subjects"), LACKING)
def test_what_is_lacking_is_one_finding_each(library: str, task: str | None, files: dict[str, bytes | int], subjects: list[str]) -> None:
    assert found(library, files, task) == subjects


def pipeline(**components: Any) -> bytes:
    return as_json({"_class_name": "P", "requires_safety_checker": True, **components})


PIPELINES: list[tuple[dict[str, Any], dict[str, bytes | int], list[str]]] = [
    ({"unet": ["diffusers", "U"]}, {"vae/a.safetensors": 9}, ["unet/"]),
    ({"unet": ["diffusers", "U"]}, {"unet/config.json": 9, "vae/a.bin": 9}, ["unet/weights"]),
    ({"unet": ["diffusers", "U"]}, {"unet/diffusion_pytorch_model.safetensors.index.json": 9, "unet/config.json": 9}, []),
    ({"unet": ["diffusers", "U"]}, {"unet/a.fp16.safetensors": 9}, ["unet/config.json"]),
    ({"unet": ["diffusers", "OnnxRuntimeModel"]}, {"unet/model.onnx": 9}, []),
    ({"tokenizer": ["transformers", "CLIPTokenizer"]}, {"tokenizer/vocab.json": 9, "a.bin": 9}, []),
    ({"tokenizer": ["transformers", "CLIPTokenizer"]}, {"a.bin": 9}, ["tokenizer/"]),
    ({"own": ["pipeline", "Own"], "none": [None, None], "text": "x", "_callback": ["diffusers", "U"]}, {"a.bin": 9}, []),
    ({"odd": ["diffusers", "U", {"repo": "a/b"}], "a/b": ["diffusers", "U"], "c": [1, {}], "d": []}, {"a.bin": 9}, []),
]


@pytest.mark.parametrize(("components", "files", "subjects"), PIPELINES)
def test_the_components_of_a_pipeline(components: dict[str, Any], files: dict[str, bytes | int], subjects: list[str]) -> None:
    assert found("diffusers", {"model_index.json": pipeline(**components), **files}) == subjects


PREFIX = "sentence_transformers.models."
MODULES: list[tuple[Any, dict[str, bytes | int], list[str]]] = [
    ([{"path": "", "type": f"{PREFIX}Transformer"}], {"config.json": LLAMA}, []),
    ([{"path": "0_Transformer", "type": f"{PREFIX}Transformer"}], {}, ["0_Transformer/config.json", "0_Transformer/model*.safetensors"]),
    ([{"path": "2_Dense", "type": f"{PREFIX}Dense"}], {"2_Dense/config.json": 9, "2_Dense/pytorch_model.bin": 9}, []),
    ([{"path": "2_Dense", "type": f"{PREFIX}Dense"}], {"2_Dense/config.json": 9}, ["2_Dense/model.safetensors"]),
    ([{"path": "2_Normalize", "type": f"{PREFIX}Normalize"}, {"type": "x"}, {"path": 1}, "x", None], {}, []),
    ({"path": "x"}, {}, []),
]


@pytest.mark.parametrize(("modules", "files", "subjects"), MODULES)
def test_the_modules_of_sentence_transformers(modules: Any, files: dict[str, bytes | int], subjects: list[str]) -> None:
    held = {"modules.json": as_json(modules), "model.safetensors": 9, **files}
    assert found("sentence-transformers", held) == subjects


@pytest.mark.parametrize(
    ("mapped", "subjects"),
    [
        ({"AutoModel": "modeling_a.A", "AutoModelForCausalLM": "modeling_a.B"}, ["modeling_a.py"]),
        ({"AutoTokenizer": ["tokenization_a.A", None]}, ["tokenization_a.py"]),
        ({"AutoModel": "other/repo--modeling_a.A"}, []),
        ({"AutoModel": "there.A", "AutoConfig": "nodot"}, []),
        ({"AutoModel": 1, "b": {}, "c": True}, []),
        ("x", []),
    ],
)
def test_code_that_auto_map_names(mapped: Any, subjects: list[str]) -> None:
    files = {"config.json": as_json({"auto_map": mapped}), "model.safetensors": 9, "there.py": 9}
    assert found("transformers", files, "text-generation") == subjects


def test_a_tag_declares_the_library_where_it_is_the_only_one() -> None:
    assert [item.subject for item in run("tags: [peft, lora]", {"adapter_config.json": 9}).findings] == ["weights"]
    assert run("tags: [peft, transformers]", {"adapter_config.json": 9}).findings == ()
    assert run("library_name: [peft]", {"adapter_config.json": 9}).findings == ()


def test_pointers_are_as_good_as_weights_and_unreadable_json_is_said() -> None:
    files: dict[str, bytes | int] = {"config.json": LLAMA, "model.safetensors": POINTER, **TOKENIZER}
    assert found("transformers", files, "text-generation") == []
    for broken in (POINTER, b"{", 5):
        target = run("library_name: transformers", {"config.json": broken, "model.safetensors": POINTER})
        assert [item.rule for item in target.skipped] == [RULE]


def test_what_the_listing_shows_is_reported_though_a_file_cannot_be_read() -> None:
    target = run("library_name: transformers\npipeline_tag: fill-mask", {"config.json": 7, "model.safetensors": 9})
    assert [item.subject for item in target.findings] == ["tokenizer"]
    assert len(target.skipped) == 1


def test_files_of_another_library_are_one_finding() -> None:
    target = run("library_name: transformers", {"a.nemo": 9}, "library-contradicts-files")
    assert [item.rule for item in target.findings] == ["library-contradicts-files"]


@pytest.mark.bulk
def test_a_long_listing_takes_no_time() -> None:
    files: dict[str, bytes | int] = {f"data/{number}/part-{number}.parquet": 9 for number in range(bulk(100_000))}
    with ends():
        assert found("transformers", files, "text-generation") == ["library_name"]


def test_the_table_speaks_of_libraries_and_tasks_the_hub_knows() -> None:
    keys = {"need", "any", "add", "main", "tasks", "where", "unless", "beside", "own_code", "model_types", "classes"}
    outside = {"gguf", "llama.cpp", "onnx"}
    for name, library in needs_of_libraries().items():
        assert name in load_vocabulary("libraries") or name in outside
        assert library["source"]
        assert any(need.get("main") for need in library["needs"])
        for need in library["needs"]:
            assert need.keys() <= keys
            assert all(task is None or task in load_vocabulary("tasks") for task in need.get("tasks", ()))


def test_real_listings_with_weights_configuration_and_tokenizer_are_clean(corpus: Path) -> None:
    judged = 0
    for path in (corpus / "trees").glob("*.json"):
        tree = {item["path"]: max(0, item["size"]) for item in json.loads(path.read_text("utf-8"))["files"]}
        weights = [name for name in tree if name.startswith(("model", "pytorch_model")) and name.endswith((".safetensors", ".bin"))]
        if weights and {"config.json", "tokenizer.json"} <= tree.keys():
            judged += 1
            assert run("library_name: transformers\npipeline_tag: text-generation", {**tree}).findings == (), path.name
    assert judged > 10


@pytest.mark.parametrize(
    ("files", "lacking"),
    [
        (["model-00001-of-00003.safetensors", "model-00003-of-00003.safetensors", "model.safetensors.index.json"], ["model-00002-of-00003.safetensors"]),
        (["pytorch_model-00002-of-00002.bin", "pytorch_model-00001-of-00002.bin"], []),
        (["m-00000-of-00002.safetensors", "m-00001-of-00002.safetensors"], []),
        (["q/m-00001-of-00002.gguf"], ["q/m-00002-of-00002.gguf"]),
        (["m-00001-of-99999.safetensors"], ["m-00002-of-99999.safetensors"]),
        (["m-00005-of-00001.safetensors"], []),
        (["model.safetensors", "checkpoint-5/model-00001-of-00002.safetensors", "a/b/model-00001-of-00002.safetensors"], []),
    ],
)  # fmt: skip
def test_a_numbered_set_has_every_number(files: list[str], lacking: list[str]) -> None:
    assert found("transformers", {"config.json": LLAMA, **dict.fromkeys(files, 9)}) == lacking


def test_of_many_missing_parts_the_first_is_named() -> None:
    (finding,) = run("library_name: transformers", {"config.json": LLAMA, "m-00001-of-00004.safetensors": 9}).findings
    assert finding.message == "the weights are in 4 parts, and there is no m-00002-of-00004.safetensors (and 2 more of the 4); add it"


def test_a_component_without_its_configuration() -> None:
    assert found("diffusers", {"unet/diffusion_pytorch_model.safetensors": 9}) == ["configuration"]
    assert found("diffusers", {"pytorch_lora_weights.safetensors": 9}) == []


def test_a_sentence_transformer_needs_a_tokenizer_whatever_its_task() -> None:
    files: dict[str, bytes | int] = {"config.json": LLAMA, "model.safetensors": 9}
    assert found("sentence-transformers", files) == ["tokenizer"]
    assert found("sentence-transformers", files, "image-feature-extraction") == []
    assert found("sentence-transformers", {**files, "tokenizer.json": 9}) == []
