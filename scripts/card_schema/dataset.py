"""Fields of a dataset card."""

from __future__ import annotations

from card_schema.parts import END, Schema, described, flag, listed, of_type, one_or_more, record, text, texts
from card_schema.shared import MODEL_AND_DATASET

# As the datasets library: word characters, in dotted parts, no hyphen. Anything beyond ASCII is let through.
_WORD = "[A-Za-z0-9_\u00aa-\uffff]+"
_SPLIT = rf"^{_WORD}(?:\.{_WORD})*{END}"

_FILES_OF_SPLIT: Schema = {
    "properties": {"split": text(pattern=_SPLIT), "path": texts()},
    "required": ["split", "path"],
    "additionalProperties": False,
}
_DATA_FILES: Schema = {"type": ["string", "array"], "items": {"type": ["string", "object"], **_FILES_OF_SPLIT}}

_CONFIGS = listed(
    record(
        {
            "config_name": described(text(), "Name of the configuration, as passed to load_dataset."),
            "data_files": described(_DATA_FILES, "Files: a pattern, a list of patterns, or a list of split and path."),
            "data_dir": described(text(), "Folder that holds the files."),
            "default": described(flag(), "Loaded where no configuration is named; one at most."),
        },
        ("config_name",),
    ),
    **{"x-rule": "config-malformed"},
)

_FEATURE: Schema = record(
    {
        "name": text(),
        "dtype": of_type("string", "object"),
        "sequence": {},
        "list": {},
        "struct": listed({"$ref": "#/$defs/feature"}),
    },
)
_SIZE = of_type("number", minimum=0)
_INFO: Schema = {
    "properties": {
        "config_name": text(),
        "features": listed({"$ref": "#/$defs/feature"}),
        "splits": listed(record({"name": text(), "num_bytes": _SIZE, "num_examples": _SIZE}, ("name",))),
        "download_size": _SIZE,
        "dataset_size": _SIZE,
    },
}

DEFS: dict[str, Schema] = {"feature": _FEATURE, "info": _INFO}

FIELDS: dict[str, Schema] = {
    **MODEL_AND_DATASET,
    "pretty_name": described(text(), "Title of the dataset in full.", "Stanford Question Answering Dataset"),
    "annotations_creators": described(one_or_more("annotations_creators"), "Who made the annotations. Used as a filter.", ["crowdsourced"]),
    "language_creators": described(one_or_more("language_creators"), "Who wrote the text. Used as a filter.", ["found"]),
    "multilinguality": described(
        one_or_more("multilinguality"),
        "One language, several, or translations. Used as a filter.",
        ["monolingual"],
    ),
    "size_categories": described(
        one_or_more("size_categories"),
        "Number of rows, as one of the Hub's ranges. Used as a filter.",
        ["10K<n<100K"],
    ),
    "source_datasets": described(
        one_or_more("source_datasets"),
        "`original`, or what the dataset was made from: `extended|` and an id, or ids of the Hub.",
        ["original"],
        ["extended|squad"],
    ),
    "task_categories": described(one_or_more("task_categories"), "Tasks the dataset is for. Used as a filter.", ["question-answering"]),
    "task_ids": described(one_or_more("task_ids"), "Subtasks, finer than `task_categories`.", ["extractive-qa"]),
    "paperswithcode_id": described(of_type("string", "null"), "Id at Papers with Code, which no longer serves it.", "squad"),
    "configs": described(
        _CONFIGS,
        "Which files make which configuration and split. Read by the dataset viewer and by load_dataset; further keys "
        "of an entry go to the builder.",
        [{"config_name": "default", "data_files": [{"split": "train", "path": "data/train-*"}]}],
    ),
    "config_names": described(texts(), "Names of the configurations. Older than `configs`."),
    "dataset_info": described(
        {
            "type": ["object", "array"],
            "$ref": "#/$defs/info",
            "items": {"type": "object", "$ref": "#/$defs/info", "required": ["config_name"]},
        },
        "Features, splits and sizes, written by the datasets library; a list, with `config_name`, for several configurations.",
        {"features": [{"name": "text", "dtype": "string"}], "splits": [{"name": "train", "num_examples": 87599}]},
    ),
    "viewer": described(flag(), "`false` switches the dataset viewer off.", examples=[False]),
    "viewer_display_urls": described(flag(), "`false` shows addresses as text instead of media.", examples=[False]),
    "benchmark": described(text(), "Marks an official benchmark; works for those the Hub has admitted.", "official"),
    "train-eval-index": described(listed(of_type("object")), "Column mapping for automatic training and evaluation. Older tools."),
}
