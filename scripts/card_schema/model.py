"""Fields of a model card."""

from __future__ import annotations

from card_schema.parts import (
    Schema,
    described,
    flag,
    gone,
    known,
    listed,
    of_type,
    one_or_more,
    record,
    text,
    texts,
)
from card_schema.shared import MODEL_AND_DATASET

_VALUE = {"type": ["string", "number", "boolean", "array", "object"]}


def _task() -> Schema:
    return described(record({"type": text(), "name": text()}, ("type",)), "What was evaluated: a task id, and a name to show.")


def _dataset() -> Schema:
    fields = {key: text() for key in ("type", "name", "config", "split", "revision")}
    return described(
        record({**fields, "args": {}}, ("type", "name")),
        "What it was evaluated on: id and display name; configuration, split and revision make it repeatable.",
    )


def _metric() -> Schema:
    fields: Schema = {
        "type": text(),
        "value": _VALUE,
        "name": text(),
        "config": text(),
        "args": {},
        "verified": described(flag(), "Set by the Hub."),
        "verifyToken": described(text(), "Proof behind `verified`."),
    }
    return record(fields, ("type", "value"))


def _result() -> Schema:
    return record(
        {
            "task": _task(),
            "dataset": _dataset(),
            "metrics": described(listed(_metric()), "The figures, each with the metric's id."),
            "source": described(record({"url": text(), "name": text()}, ("url",)), "Where the figures were published."),
        },
        ("task", "dataset", "metrics"),
    )


_MODEL_INDEX = listed(record({"name": text(), "results": listed(_result())}, ("name", "results")), **{"x-rule": "model-index-invalid"})

_EMISSIONS: Schema = {
    "x-rule": "emissions-malformed",
    "type": ["number", "object"],
    "minimum": 0,
    "properties": {
        "emissions": of_type("number", minimum=0),
        "source": text(),
        "training_type": text(),
        "geographical_location": text(),
        "hardware_used": text(),
    },
}

_MESSAGE = record({"role": text(), "content": of_type("string", "array")}, ("role", "content"))
_OUTPUT: Schema = {
    "type": ["object", "array"],
    "properties": {
        "label": text(),
        "score": of_type("number"),
        "answer": text(),
        "text": text(),
        "url": text(),
    },
    "items": record({"label": text(), "score": of_type("number")}, ("label", "score")),
}
_WIDGET = listed(
    record(
        {
            "text": described(text(), "Input text, or the prompt of a picture."),
            "context": described(text(), "Passage a question is asked about."),
            "src": described(text(), "Address of an input picture, sound or video."),
            "table": of_type("object", "array"),
            "structured_data": of_type("object", "array"),
            "candidate_labels": texts(),
            "messages": listed(_MESSAGE),
            "source_sentence": text(),
            "sentences": listed(text()),
            "multi_class": flag(),
            "example_title": described(text(), "Name of the example in the menu."),
            "group": described(text(), "Groups examples in the menu."),
            "parameters": of_type("object"),
            "output": described(_OUTPUT, "What the model answered: shown without running it."),
        },
    ),
    **{"x-rule": "widget-malformed"},
)

FIELDS: dict[str, Schema] = {
    **MODEL_AND_DATASET,
    "library_name": described(
        known("library"),
        "Library that loads the weights. Decides the code snippet and how downloads are counted; needed for "
        "transformers too since August 2024. Other names are accepted.",
        "transformers",
        "diffusers",
        "sentence-transformers",
    ),
    "pipeline_tag": described(
        known("task"),
        "The task the model is for. Decides the filter and the widget; inferred for many transformers models.",
        "text-generation",
        "image-classification",
    ),
    "datasets": described(
        one_or_more("repository"),
        "Datasets of the Hub the model was trained on: ids such as namespace/name. Linked from the page.",
        ["allenai/c4", "squad"],
    ),
    "buckets": described(texts(), "Storage buckets of the Hub the model belongs to.", "acme/checkpoints"),
    "metrics": described(texts(), "Metrics the model is judged by. Shown only; not checked.", ["accuracy", "f1"]),
    "base_model": described(
        one_or_more("base_model"),
        "The Hub model this one was made from, or several for a merge: ids, no paths and no addresses. Builds the model tree.",
        "mistralai/Mistral-7B-v0.1",
    ),
    "base_model_relation": described(
        known("base_model_relation"),
        "How it was made from the base model, where the Hub would infer something else.",
        "quantized",
    ),
    "new_version": described(known("repository"), "Id of the model that replaces this one: shown as a banner.", "acme/model-v2"),
    "finetuned_from": gone("Former name of `base_model`."),
    "model-index": described(
        _MODEL_INDEX,
        "Evaluation results by task, dataset and metric. Still shown; files under `.eval_results/` are the newer form.",
        [
            {
                "name": "my-model",
                "results": [
                    {
                        "task": {"type": "text-classification"},
                        "dataset": {"type": "nyu-mll/glue", "name": "GLUE", "config": "sst2", "split": "validation"},
                        "metrics": [{"type": "accuracy", "value": 0.93}],
                    },
                ],
            },
        ],
    ),
    "co2_eq_emissions": described(
        _EMISSIONS,
        "Emissions of training in grams of CO2 equivalent: a number, or a mapping that also says where it comes from.",
        {"emissions": 1200, "source": "code carbon", "training_type": "fine-tuning", "hardware_used": "1 A100"},
    ),
    "widget": described(
        _WIDGET,
        "Examples of the inference widget; those with an `output` also fill a gallery.",
        [{"text": "The sky is", "example_title": "Sky"}],
    ),
    "inference": described(
        of_type("boolean", "object", properties={"parameters": of_type("object")}),
        "`false` hides the inference widget; a mapping sets its parameters.",
        examples=[False, {"parameters": {"temperature": 0.7}}],
    ),
    "instance_prompt": described(of_type("string", "null"), "Words that trigger a diffusion adapter.", "a photo of sks dog"),
    "mask_token": described(text(), "Mask token of the fill-mask widget.", "[MASK]"),
    "model_name": described(text(), "Display name. A convention of tools; the Hub does not read it."),
}
