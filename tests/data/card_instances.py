"""Frontmatter that the card schemas admit, and single defects with place, keyword and rule."""

from __future__ import annotations

from typing import Any

Card = dict[str, Any]

_SHARED: Card = {
    "language": ["en", "zho", "code", "multilingual"],
    "language_bcp47": ["pt-BR"],
    "language_details": "fr-FR",
    "languages": ["en"],
    "license": "apache-2.0",
    "license_name": "my-license-1.0",
    "license_link": "LICENSE",
    "license_details": "see the file",
    "licenses": ["mit"],
    "tags": ["medical"],
    "extra_gated_heading": "Access",
    "extra_gated_description": "Why",
    "extra_gated_prompt": "You agree",
    "extra_gated_button_content": "Agree",
    "extra_gated_fields": {
        "Name": "text",
        "Date": {"type": "date_picker"},
        "Use": {"type": "select", "options": ["Research", {"label": "Other", "value": "other"}]},
    },
    "extra_gated_eu_disallowed": True,
    "thumbnail": "https://example.org/a.png",
    "description": "One sentence",
    "x-cardlint": {"ignore": {"license-missing": "agreed with legal"}},
}
_SHARED_OTHER: Card = {
    "language": "en",
    "license": ["mit", "apache-2.0"],
    "license_link": "https://example.org/terms",
    "extra_gated_fields": [{"Name": "text"}, {"Agree": {"type": "checkbox"}}],
    "thumbnail": None,
    "description": None,
    "some-tool": {"deep": [1, None]},
}

GOOD: dict[str, list[Card]] = {
    "model": [
        {
            **_SHARED,
            "library_name": "a-new-library",
            "pipeline_tag": "text-generation",
            "datasets": ["squad", "allenai/c4"],
            "buckets": ["acme/bucket"],
            "metrics": ["accuracy"],
            "base_model": ["mistralai/Mistral-7B-v0.1", "gpt2"],
            "base_model_relation": "merge",
            "new_version": "acme/model_v2",
            "finetuned_from": "gpt2",
            "model-index": [
                {
                    "name": "m",
                    "results": [
                        {
                            "task": {"type": "text-generation", "name": "Text"},
                            "dataset": {"type": "a/b", "name": "B", "config": "c", "split": "test", "args": {"n": 5}},
                            "metrics": [{"type": "accuracy", "value": 91.2, "verified": True}],
                            "source": {"url": "https://example.org", "name": "Board"},
                        },
                    ],
                },
            ],
            "co2_eq_emissions": {"emissions": 12.5, "source": "mlco2", "geographical_location": "Paris"},
            "widget": [
                {"text": "Hello", "example_title": "A", "output": {"url": "a.png"}},
                {"messages": [{"role": "user", "content": "Hi"}], "parameters": {"seed": 1}},
                {
                    "src": "https://example.org/a.jpg",
                    "candidate_labels": "a, b",
                    "output": [{"label": "a", "score": 1}],
                },
                {"source_sentence": "a", "sentences": ["b"], "table": {"a": ["1"]}, "structured_data": {"a": [1]}},
            ],
            "inference": False,
            "instance_prompt": "sks dog",
            "mask_token": "[MASK]",
            "model_name": "M",
        },
        {**_SHARED_OTHER, "base_model": "a/b", "datasets": "c/d", "metrics": "f1", "co2_eq_emissions": 3},
        {"inference": {"parameters": {"temperature": 1}}, "instance_prompt": None, "pipeline_tag": "other"},
        {},
    ],
    "dataset": [
        {
            **_SHARED,
            "pretty_name": "Squad",
            "annotations_creators": ["no-annotation"],
            "language_creators": "found",
            "multilinguality": ["monolingual"],
            "size_categories": ["n<1K", "n>1T"],
            "source_datasets": ["original", "extended|squad", "acme/other"],
            "task_categories": ["question-answering"],
            "task_ids": ["extractive-qa"],
            "paperswithcode_id": "squad",
            "configs": [
                {"config_name": "a", "data_files": "*.csv", "sep": "\t", "default": True},
                {"config_name": "b", "data_files": ["a.csv", "b.csv"], "data_dir": "data"},
                {"config_name": "c", "data_files": [{"split": "train.clean", "path": ["a/*", "b/*"]}]},
            ],
            "config_names": ["a", "b"],
            "dataset_info": {
                "features": [
                    {"name": "a", "dtype": "string"},
                    {"name": "b", "dtype": {"class_label": {"names": {"0": "x"}}}},
                    {"name": "c", "struct": [{"name": "d", "list": "int64"}]},
                    {"name": "e", "sequence": {"dtype": "int32"}},
                ],
                "splits": [{"name": "train", "num_bytes": 1234.5, "num_examples": 3}],
                "download_size": 10,
                "dataset_size": 20,
            },
            "viewer": False,
            "viewer_display_urls": True,
            "benchmark": "official",
            "train-eval-index": [{"config": "default", "task": "text-classification"}],
        },
        {**_SHARED_OTHER, "paperswithcode_id": None, "config_names": "a", "task_categories": "translation"},
        {"dataset_info": [{"config_name": "a", "splits": []}], "size_categories": "10K<n<100K"},
    ],
    "space": [
        {
            "title": "Demo",
            "emoji": "👩🏽‍🔬",
            "colorFrom": "indigo",
            "colorTo": "gray",
            "sdk": "gradio",
            "sdk_version": "4.10",
            "python_version": "3.10",
            "app_file": "app.py",
            "app_build_command": "npm run build",
            "app_port": 7860,
            "base_path": "/docs",
            "fullWidth": True,
            "header": "mini",
            "short_description": "x" * 60,
            "suggested_hardware": "zerogpu",
            "suggested_storage": "small",
            "models": ["openai-community/gpt2"],
            "datasets": ["allenai/c4"],
            "tags": ["mcp-server"],
            "thumbnail": "https://example.org/a.png",
            "pinned": True,
            "hf_oauth": True,
            "hf_oauth_scopes": ["email", "inference-api"],
            "hf_oauth_expiration_minutes": 43200,
            "hf_oauth_authorized_org": ["acme"],
            "disable_embedding": False,
            "startup_duration_timeout": "30m",
            "custom_headers": {"cross-origin-embedder-policy": "require-corp"},
            "preload_from_hub": ["a/b", "a/b x.json,y.bin", f"a/b x.json {'0' * 40}"],
            "license": ["mit"],
            "duplicated_from": "acme/demo",
            "metaTitle": "Demo",
            "description": "A demo",
            "x-cardlint": {"ignore": {}},
        },
        {"sdk": "docker", "hf_oauth_authorized_org": "acme", "python_version": "3.11.4", "whatever": None},
    ],
}

_GATE = "gate-fields-malformed"
_SHAPE = "schema-violation"


def _bad_shared() -> list[tuple[Card, str, str]]:
    texts = ["license_details", "description"]
    gate_texts = [f"extra_gated_{part}" for part in ("heading", "description", "prompt", "button_content")]
    return [
        *(({name: 3}, f"{name} type", _SHAPE) for name in (*texts, *gate_texts)),
        ({"language": "zh-CN"}, "language pattern", "language-unknown"),
        ({"language": ["en", "English"]}, "language/1 pattern", "language-unknown"),
        ({"language": ["en\n"]}, "language/0 pattern", "language-unknown"),
        ({"language": [False]}, "language/0 type", _SHAPE),
        ({"language_bcp47": "pt-BR"}, "language_bcp47 type", _SHAPE),
        ({"language_details": {"a": "b"}}, "language_details type", _SHAPE),
        ({"license": "apache2"}, "license enum", "license-unknown"),
        ({"license": ["mit", "Apache-2.0"]}, "license/1 enum", "license-unknown"),
        ({"license": 2.0}, "license type", _SHAPE),
        ({"license_name": "My License"}, "license_name pattern", "license-name-malformed"),
        ({"license_link": "see below"}, "license_link pattern", "license-link-broken"),
        ({"tags": "medical"}, "tags type", "tags-malformed"),
        ({"tags": ["a", 3]}, "tags/1 type", "tags-malformed"),
        ({"tags": ["a", "a"]}, "tags uniqueItems", "tags-malformed"),
        ({"extra_gated_fields": "text"}, "extra_gated_fields type", _GATE),
        ({"extra_gated_fields": {"A": "number"}}, "extra_gated_fields/A enum", _GATE),
        ({"extra_gated_fields": {"A": 3}}, "extra_gated_fields/A type", _GATE),
        ({"extra_gated_fields": {"A": {"options": ["a"]}}}, "extra_gated_fields/A required", _GATE),
        ({"extra_gated_fields": {"A": {"type": "select"}}}, "extra_gated_fields/A required", _GATE),
        ({"extra_gated_fields": {"A": {"type": "radio"}}}, "extra_gated_fields/A/type enum", _GATE),
        ({"extra_gated_fields": [{"A": "number"}]}, "extra_gated_fields/0/A enum", _GATE),
        ({"extra_gated_fields": ["A"]}, "extra_gated_fields/0 type", _GATE),
        (
            {"extra_gated_fields": {"A": {"type": "select", "options": [{"label": "a"}]}}},
            "extra_gated_fields/A/options/0 required",
            _GATE,
        ),
        ({"extra_gated_eu_disallowed": "yes"}, "extra_gated_eu_disallowed type", _SHAPE),
        ({"thumbnail": "a.png"}, "thumbnail pattern", "thumbnail-invalid"),
        ({"x-cardlint": {"ignored": {}}}, "x-cardlint additionalProperties", _SHAPE),
        ({"x-cardlint": {"ignore": {"a": None}}}, "x-cardlint/ignore/a type", "suppression-without-reason"),
    ]


def _result(**changes: Any) -> Card:
    good: Card = {
        "task": {"type": "t"},
        "dataset": {"type": "a/b", "name": "B"},
        "metrics": [{"type": "f1", "value": 1}],
    }
    return {"model-index": [{"name": "m", "results": [{**good, **changes}]}]}


_INDEX = "model-index-invalid"
_AT = "model-index/0/results/0"
_MODEL: list[tuple[Card, str, str]] = [
    *(({name: 3}, f"{name} type", _SHAPE) for name in ("instance_prompt", "mask_token", "model_name", "buckets")),
    ({"library_name": 3}, "library_name type", _SHAPE),
    ({"library_name": ""}, "library_name minLength", "library-unknown"),
    ({"pipeline_tag": "chat"}, "pipeline_tag enum", "task-unknown"),
    ({"pipeline_tag": ["text-generation"]}, "pipeline_tag type", _SHAPE),
    ({"datasets": ["my data"]}, "datasets/0 pattern", "repository-id-malformed"),
    ({"metrics": [0.9]}, "metrics/0 type", _SHAPE),
    ({"base_model": "./local"}, "base_model pattern", "base-model-malformed"),
    ({"base_model": ["a/b", "https://huggingface.co/a/b"]}, "base_model/1 pattern", "base-model-malformed"),
    ({"base_model": "Kokoro 82M"}, "base_model pattern", "base-model-malformed"),
    ({"base_model": "a--b"}, "base_model pattern", "base-model-malformed"),
    ({"base_model": "a/b.git"}, "base_model pattern", "base-model-malformed"),
    ({"base_model": "a/b/c"}, "base_model pattern", "base-model-malformed"),
    ({"base_model": f"a/{'b' * 97}"}, "base_model pattern", "base-model-malformed"),
    ({"base_model": {"name": "a"}}, "base_model type", _SHAPE),
    ({"base_model_relation": "quantised"}, "base_model_relation enum", "base-model-relation-unknown"),
    ({"new_version": "-v2"}, "new_version pattern", "repository-id-malformed"),
    ({"model-index": {"name": "m"}}, "model-index type", _INDEX),
    ({"model-index": [{"name": "m"}]}, "model-index/0 required", _INDEX),
    ({"model-index": [{"name": 1, "results": []}]}, "model-index/0/name type", _INDEX),
    (_result(task={"name": "T"}), f"{_AT}/task required", _INDEX),
    (_result(task="text"), f"{_AT}/task type", _INDEX),
    (_result(dataset={"type": "a/b"}), f"{_AT}/dataset required", _INDEX),
    (_result(dataset={"type": "a", "name": "b", "config": False}), f"{_AT}/dataset/config type", _INDEX),
    (_result(dataset={"type": "a", "name": "b", "split": 1}), f"{_AT}/dataset/split type", _INDEX),
    (_result(metrics=[{"type": "f1"}]), f"{_AT}/metrics/0 required", _INDEX),
    (_result(metrics=[{"type": "f1", "value": None}]), f"{_AT}/metrics/0/value type", _INDEX),
    (_result(metrics={"type": "f1"}), f"{_AT}/metrics type", _INDEX),
    (_result(source={"name": "Board"}), f"{_AT}/source required", _INDEX),
    ({"co2_eq_emissions": "3 kg"}, "co2_eq_emissions type", "emissions-malformed"),
    ({"co2_eq_emissions": -1}, "co2_eq_emissions minimum", "emissions-malformed"),
    ({"co2_eq_emissions": {"emissions": "3"}}, "co2_eq_emissions/emissions type", "emissions-malformed"),
    ({"widget": {"text": "a"}}, "widget type", "widget-malformed"),
    ({"widget": [{"text": 3}]}, "widget/0/text type", "widget-malformed"),
    ({"widget": [{"messages": [{"role": "user"}]}]}, "widget/0/messages/0 required", "widget-malformed"),
    ({"widget": [{"output": "a.png"}]}, "widget/0/output type", "widget-malformed"),
    ({"inference": "off"}, "inference type", _SHAPE),
    ({"inference": {"parameters": []}}, "inference/parameters type", _SHAPE),
]

_CONFIG = "config-malformed"


def _files(value: Any) -> Card:
    return {"configs": [{"config_name": "a", "data_files": value}]}


_FILES = "configs/0/data_files"
_ANNOTATION = "annotation-field-unknown"
_DATASET: list[tuple[Card, str, str]] = [
    *(({name: 3}, f"{name} type", _SHAPE) for name in ("pretty_name", "paperswithcode_id", "benchmark")),
    *(({name: "no"}, f"{name} type", _SHAPE) for name in ("viewer", "viewer_display_urls", "train-eval-index")),
    ({"config_names": [1]}, "config_names/0 type", _SHAPE),
    ({"annotations_creators": ["expert"]}, "annotations_creators/0 enum", _ANNOTATION),
    ({"language_creators": "no-annotation"}, "language_creators enum", _ANNOTATION),
    ({"multilinguality": ["bilingual"]}, "multilinguality/0 enum", _ANNOTATION),
    ({"source_datasets": ["made by us"]}, "source_datasets/0 pattern", _ANNOTATION),
    ({"size_categories": ["10k<n<100k"]}, "size_categories/0 enum", "size-category-unknown"),
    ({"size_categories": 1000}, "size_categories type", _SHAPE),
    ({"task_categories": ["keypoint-detection"]}, "task_categories/0 enum", "task-category-unknown"),
    ({"task_ids": ["part-of-speech-tagging"]}, "task_ids/0 enum", "task-id-unknown"),
    ({"configs": "default"}, "configs type", _CONFIG),
    ({"configs": [{"data_files": "a"}]}, "configs/0 required", _CONFIG),
    ({"configs": [{"config_name": 1}]}, "configs/0/config_name type", _CONFIG),
    ({"configs": [{"config_name": "a", "default": "yes"}]}, "configs/0/default type", _CONFIG),
    (_files({"train": "a"}), f"{_FILES} type", _CONFIG),
    (_files([3]), f"{_FILES}/0 type", _CONFIG),
    (_files([{"split": "train"}]), f"{_FILES}/0 required", _CONFIG),
    (_files([{"split": "train-clean", "path": "a"}]), f"{_FILES}/0/split pattern", _CONFIG),
    (_files([{"split": "train", "path": "a", "sep": ","}]), f"{_FILES}/0 additionalProperties", _CONFIG),
    (_files([{"split": "train", "path": 3}]), f"{_FILES}/0/path type", _CONFIG),
    ({"dataset_info": "a"}, "dataset_info type", _SHAPE),
    ({"dataset_info": [{"splits": []}]}, "dataset_info/0 required", _SHAPE),
    ({"dataset_info": {"features": {"a": "string"}}}, "dataset_info/features type", _SHAPE),
    ({"dataset_info": {"features": [{"struct": [{"name": 1}]}]}}, "dataset_info/features/0/struct/0/name type", _SHAPE),
    ({"dataset_info": {"splits": [{"num_bytes": 1}]}}, "dataset_info/splits/0 required", _SHAPE),
    ({"dataset_info": {"download_size": "1 GB"}}, "dataset_info/download_size type", _SHAPE),
    ({"dataset_info": {"dataset_size": -1}}, "dataset_info/dataset_size minimum", _SHAPE),
]

_TEXTS = ("title", "app_build_command", "startup_duration_timeout", "metaTitle", "description")
_FLAGS = ("pinned", "fullWidth", "disable_embedding", "hf_oauth")
_OPENER = "cross-origin-opener-policy"
_ID = "repository-id-malformed"
_SPACE: list[tuple[Card, str, str]] = [
    *(({name: 3}, f"{name} type", _SHAPE) for name in _TEXTS),
    *(({name: "no"}, f"{name} type", _SHAPE) for name in _FLAGS),
    ({"sdk": "streamlit"}, "sdk enum", "sdk-unknown"),
    ({"sdk": ["gradio"]}, "sdk type", _SHAPE),
    ({"sdk_version": 4.1}, "sdk_version type", "version-unquoted"),
    ({"python_version": 3.1}, "python_version type", "version-unquoted"),
    ({"python_version": "python3"}, "python_version pattern", _SHAPE),
    ({"app_file": ""}, "app_file minLength", _SHAPE),
    ({"app_port": "7860"}, "app_port type", _SHAPE),
    ({"app_port": 70000}, "app_port maximum", _SHAPE),
    ({"base_path": "docs"}, "base_path pattern", _SHAPE),
    ({"header": "full"}, "header enum", _SHAPE),
    ({"emoji": "rocket"}, "emoji pattern", _SHAPE),
    ({"colorFrom": "grey"}, "colorFrom enum", "color-unknown"),
    ({"colorTo": "Red"}, "colorTo enum", "color-unknown"),
    ({"short_description": "x" * 61}, "short_description maxLength", "short-description-too-long"),
    ({"suggested_hardware": "h100"}, "suggested_hardware enum", "hardware-unknown"),
    ({"suggested_storage": "huge"}, "suggested_storage enum", _SHAPE),
    ({"models": "gpt2"}, "models type", _SHAPE),
    ({"models": ["gpt 2"]}, "models/0 pattern", _ID),
    ({"datasets": ["a..b"]}, "datasets/0 pattern", _ID),
    ({"duplicated_from": "spaces/a/b"}, "duplicated_from pattern", _ID),
    ({"preload_from_hub": "a/b"}, "preload_from_hub type", _SHAPE),
    ({"preload_from_hub": ["a/b x.json main"]}, "preload_from_hub/0 pattern", _ID),
    ({"preload_from_hub": ["a/b.git x.json"]}, "preload_from_hub/0 pattern", _ID),
    ({"tags": [1]}, "tags/0 type", "tags-malformed"),
    ({"license": "gplv3"}, "license enum", "license-unknown"),
    ({"thumbnail": "/a.png"}, "thumbnail pattern", "thumbnail-invalid"),
    ({"hf_oauth_scopes": ["admin"]}, "hf_oauth_scopes/0 enum", "oauth-scope-unknown"),
    ({"hf_oauth_expiration_minutes": 43201}, "hf_oauth_expiration_minutes maximum", _SHAPE),
    ({"hf_oauth_authorized_org": 3}, "hf_oauth_authorized_org type", _SHAPE),
    ({"custom_headers": {"X-Frame-Options": "DENY"}}, "custom_headers additionalProperties", _SHAPE),
    ({"custom_headers": {_OPENER: "none"}}, f"custom_headers/{_OPENER} enum", _SHAPE),
    ({"x-cardlint": []}, "x-cardlint type", _SHAPE),
]

BAD: dict[str, list[tuple[Card, str, str]]] = {
    "model": [*_bad_shared(), *_MODEL],
    "dataset": [*_bad_shared(), *_DATASET],
    "space": _SPACE,
}
