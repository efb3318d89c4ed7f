"""Short closed lists, kept whole by hand from the pages named as their source."""

from __future__ import annotations

from vocabulary.model import Former, Source, Values, former, unclear

_HUB_DOCS = "242f4a1eeb867daf4ac3f44026a5df4a68908a3d"
SPACES_PAGE = (Source("hub-docs docs/hub/spaces-config-reference.md", _HUB_DOCS, "Apache-2.0"),)
OAUTH_PAGE = (Source("hub-docs docs/hub/spaces-oauth.md", _HUB_DOCS, "Apache-2.0"),)
MODEL_CARDS_PAGE = (Source("hub-docs docs/hub/model-cards.md", _HUB_DOCS, "Apache-2.0"),)
DATASETS_LIST = (Source("datasets utils/resources", "5.2.0", "Apache-2.0"),)
DATASETS_AND_CLIENT = (*DATASETS_LIST, Source("huggingface_hub repocard_data.py", "2.4.0", "Apache-2.0"))
DATASET_CARD_PAGE = (Source("hub-docs datasetcard.md", _HUB_DOCS, "Apache-2.0"),)
HARDWARE = (
    *SPACES_PAGE,
    Source("huggingface_hub SpaceHardware", "2.4.0", "Apache-2.0"),
    Source("Hub OpenAPI, POST /api/repos/create", "2026-08-17", "facts only"),
)


def plain(text: str) -> Values:
    """Ids that carry no attributes."""
    return {key: {} for key in text.split()}


_DOCUMENTED = (
    "cpu-basic cpu-upgrade t4-small t4-medium l4x1 l4x4 l40sx1 l40sx4 l40sx8 a10g-small a10g-large a10g-largex2"
    " a10g-largex4 a100-large a100x4 a100x8"
)
_UNDOCUMENTED = (
    "cpu-performance cpu-xl sprx8 zero-a10g zerogpu h200 h200x2 h200x4 h200x8 rtx-pro-6000 rtx-pro-6000x2"
    " rtx-pro-6000x4 rtx-pro-6000x8 inf2x6"
)
SPACE_HARDWARE: Values = {
    **{key: {"documented": True} for key in _DOCUMENTED.split()},
    **plain(_UNDOCUMENTED),
}
_TPU = unclear(note="a TPU flavour once documented, no longer listed")
SPACE_HARDWARE_FORMER: dict[str, Former] = {
    **dict.fromkeys(("v5e-1x1", "v5e-2x2", "v5e-2x4"), _TPU),
    **dict.fromkeys(("h100", "h100x8"), unclear(note="listed by earlier clients (unverified)")),
    "a10g": unclear("a10g-small", "a10g-large"),
    "a100": unclear("a100-large", "a100x4", "a100x8"),
    "cpu": unclear("cpu-basic", "cpu-upgrade"),
    "gpu": unclear("t4-small", "l4x1", "a10g-small"),
    "l4": unclear("l4x1", "l4x4"),
    "l40s": unclear("l40sx1", "l40sx4", "l40sx8"),
    "t4": unclear("t4-small", "t4-medium"),
    "zero": unclear("zero-a10g", "zerogpu"),
}
SPACE_HARDWARE_ALIASES = {"zero-gpu": "zerogpu", "a10g-large-x2": "a10g-largex2", "a10g-large-x4": "a10g-largex4"}

SPACE_SDKS: Values = {
    "gradio": {"label": "Gradio", "app_file": "app.py"},
    "docker": {"label": "Docker"},
    "static": {"label": "Static", "app_file": "index.html"},
}
SPACE_SDK_FORMER: dict[str, Former] = {
    "streamlit": unclear("docker", "gradio", note="no longer offered for new Spaces; Streamlit runs in a docker Space"),
    "python": unclear("gradio", "docker"),
    "flask": unclear("docker", note="runs in a docker Space"),
    "fastapi": unclear("docker", note="runs in a docker Space"),
    "node": unclear("docker", "static"),
}
SPACE_SDK_ALIASES = {"html": "static", "dockerfile": "docker"}

COLORS = plain("red yellow green blue indigo purple pink gray")
COLOR_ALIASES = {"grey": "gray"}
COLOR_FORMER: dict[str, Former] = {
    "orange": unclear("yellow", "red"),
    "violet": unclear("purple", "indigo"),
    "cyan": unclear("blue", "green"),
    "teal": unclear("green", "blue"),
    "magenta": unclear("pink", "purple"),
    "black": unclear("gray"),
    "white": unclear("gray"),
}

OAUTH_SCOPES: Values = {
    "openid": {"implicit": True},
    "profile": {"implicit": True},
    **plain(
        "email read-billing read-memberships read-repos gated-repos contribute-repos write-repos manage-repos"
        " read-collections write-collections inference-api read-endpoints write-endpoints jobs webhooks"
        " write-discussions",
    ),
}

BASE_MODEL_RELATIONS: Values = {
    # `files` and `tags` show the relation. Those of a fine-tuned model are the weights of any whole model: beside them
    # an adapter or a GGUF file is one form of several. `keys` of config.json, beside `quantization_config`, hold how the
    # weights were quantised, each with the method that writes it. In the `native` methods models are also trained; a model
    # made of another is quantised by them where a tag or the end of its name says one of the words of the method.
    "finetune": {
        "label": "Fine-tune",
        "files": [
            "model*.safetensors",
            "model*.safetensors.index.json",
            "pytorch_model*.bin",
            "pytorch_model*.bin.index.json",
            "consolidated*.safetensors",
        ],
    },
    "adapter": {
        "label": "Adapter",
        "files": ["adapter_config.json", "pytorch_lora_weights.safetensors", "pytorch_lora_weights.bin"],
        "tags": ["adapter", "lora", "qlora"],
    },
    "merge": {"label": "Merge", "files": ["mergekit_config.yml", "mergekit_config.yaml"], "tags": ["merge", "mergekit"]},
    "quantized": {
        "label": "Quantized",
        "files": ["**/*.gguf"],
        "tags": ["awq", "exl2", "exl3", "gguf", "gptq", "quantized"],
        "keys": {"quantization": "mlx"},
        "native": {
            "bitnet": [],
            "compressed-tensors": ["fp8", "fp8-dynamic", "int4", "int8", "nvfp4", "w4a16", "w8a16", "w8a8"],
            "fbgemm_fp8": ["fp8"],
            "fp8": ["fp8", "fp8-dynamic"],
            "modelopt": ["fp4", "fp8", "nvfp4"],
            "mxfp4": [],
        },
    },
}
BASE_MODEL_RELATION_ALIASES = {
    "fine-tune": "finetune",
    "finetuned": "finetune",
    "fine-tuned": "finetune",
    "finetuning": "finetune",
    "fine-tuning": "finetune",
    "fine tune": "finetune",
    "adapters": "adapter",
    "merged": "merge",
    "merges": "merge",
    "quantised": "quantized",
    "quantize": "quantized",
    "quantise": "quantized",
    "quantization": "quantized",
    "quantisation": "quantized",
    "quant": "quantized",
}
BASE_MODEL_RELATION_FORMER: dict[str, Former] = {
    **dict.fromkeys(("lora", "qlora", "peft"), unclear("adapter", note="a merged one is a finetune")),
    **dict.fromkeys(("gguf", "gptq", "awq", "mlx", "bnb", "int8", "int4"), unclear("quantized", note="a format")),
    **dict.fromkeys(("distilled", "distillation", "pruned", "abliterated", "dpo", "sft"), unclear("finetune")),
}

MODALITIES = plain("3d audio geospatial image tabular text timeseries video")
MODALITY_ALIASES = {"time-series": "timeseries"}
MODALITY_FORMER: dict[str, Former] = {"multimodal": unclear(note="name the modalities")}

SIZE_CATEGORIES: Values = {
    **plain("n<1K 1K<n<10K 10K<n<100K 100K<n<1M 1M<n<10M 10M<n<100M 100M<n<1B 1B<n<10B 10B<n<100B 100B<n<1T n>1T"),
    "unknown": {"disputed": True},
    "other": {"disputed": True},
}
SIZE_ALIASES = {
    "<1k": "n<1K",
    "1k-10k": "1K<n<10K",
    "10k-100k": "10K<n<100K",
    "100k-1m": "100K<n<1M",
    "1m-10m": "1M<n<10M",
    "10m-100m": "10M<n<100M",
    "100m-1b": "100M<n<1B",
    "1b-10b": "1B<n<10B",
    "10b-100b": "10B<n<100B",
    "100b-1t": "100B<n<1T",
    ">1t": "n>1T",
}
_OPEN_END = "an older, open category"
SIZE_FORMER: dict[str, Former] = {
    "n>1M": unclear("1M<n<10M", "10M<n<100M", "100M<n<1B", "1B<n<10B", note=_OPEN_END),
    "n>1B": unclear("1B<n<10B", "10B<n<100B", "100B<n<1T", "n>1T", note=_OPEN_END),
    "10K<n<1M": unclear("10K<n<100K", "100K<n<1M", note="two categories in one"),
}

ANNOTATIONS_CREATORS = plain("found crowdsourced expert-generated machine-generated no-annotation other")
LANGUAGE_CREATORS = plain("found crowdsourced expert-generated machine-generated other")
CREATOR_ALIASES = {
    "expert": "expert-generated",
    "experts": "expert-generated",
    "expert-annotated": "expert-generated",
    "machine": "machine-generated",
    "auto-generated": "machine-generated",
    "automatically-generated": "machine-generated",
    "crowd-sourced": "crowdsourced",
    "crowdsource": "crowdsourced",
    "crowd": "crowdsourced",
}
ANNOTATION_ALIASES = {**CREATOR_ALIASES, "no-annotations": "no-annotation", "none": "no-annotation"}
CREATOR_FORMER: dict[str, Former] = {
    "human": unclear("expert-generated", "crowdsourced"),
    "human-generated": unclear("expert-generated", "crowdsourced"),
    "human-annotated": unclear("expert-generated", "crowdsourced"),
    "synthetic": unclear("machine-generated"),
    "derived": unclear("machine-generated", "found"),
}

MULTILINGUALITY: Values = {
    "monolingual": {"label": "a single language"},
    "multilingual": {"label": "several languages"},
    "translation": {"label": "translated or aligned text"},
    "other": {"label": "another distribution of languages"},
}
MULTILINGUALITY_ALIASES = {"mono-lingual": "monolingual", "multi-lingual": "multilingual"}
MULTILINGUALITY_FORMER: dict[str, Former] = {
    "bilingual": unclear("multilingual", "translation"),
    "parallel": former("translation", "aligned text"),
}

SOURCE_DATASETS: Values = {"original": {}, "extended": {"takes": "dataset id after |"}}
SOURCE_DATASET_ALIASES = {"extend": "extended"}
