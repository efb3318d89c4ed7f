"""Libraries: other names people give them, and readers of the exported tables."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from vocabulary.model import Former, Values, former, unclear

if TYPE_CHECKING:
    from collections.abc import Mapping

_CLAUSE = re.compile(r'(path(?:_extension|_filename|_prefix)?):"([^"]+)"')

_NICKNAMES = {
    "transformers": "huggingface-transformers | hf-transformers | pytorch-transformers | pytorch-pretrained-bert",
    "sentence-transformers": "sbert",
    "sklearn": "scikit-learn",
    "stable-baselines3": "sb3",
    "timm": "pytorch-image-models",
    "adapter-transformers": "adapters",
    "open_clip": "openclip | open-clip-torch",
    "transformers.js": "transformersjs | transformers-js",
    "pyannote-audio": "pyannote.audio",
    "ml-agents": "mlagents | unity-ml-agents",
    "nemo": "nvidia-nemo | nemo-toolkit",
    "k2": "k2-fsa",
    "keras-hub": "kerashub",
    "tensorflowtts": "tensorflow-tts",
    "diffusers": "huggingface-diffusers",
    "peft": "huggingface-peft",
    "llama-cpp-python": "llama_cpp_python",
}
ALIASES: dict[str, str] = {name.strip(): key for key, names in _NICKNAMES.items() for name in names.split("|")}
FORMER: dict[str, Former] = {
    "keras-nlp": former("keras-hub", "KerasNLP was renamed KerasHub"),
    "huggingface": unclear("transformers", note="names the Hub, not a library"),
    "mlx-lm": unclear("mlx", note="models of mlx-lm are listed under mlx"),
    "unsloth": unclear("transformers", "peft", note="a training tool; name the library that loads the model"),
    "trl": unclear("transformers", "peft", note="a training tool; name the library that loads the model"),
    "axolotl": unclear("transformers", "peft", note="a training tool; name the library that loads the model"),
    "pyannote": unclear("pyannote-audio"),
    "mergekit": unclear("transformers", note="a merging tool; name the library that loads the model"),
    "lora": unclear("peft", "diffusers", note="a method, not a library"),
    "stable-diffusion": unclear("diffusers", "diffusion-single-file", note="a model family, not a library"),
    "yolo": unclear("ultralytics", note="a model family, not a library"),
    "yolov8": unclear("ultralytics", note="a model family, not a library"),
}


def read_libraries(data: Mapping[str, Any]) -> Values:
    """Label, and where the source has them: `filter`, `files` ([kind, value] pairs) and `tasks`."""
    return {key: _library(entry) for key, entry in sorted(data["libraries"].items())}


def _library(entry: Mapping[str, Any]) -> dict[str, Any]:
    files = _files(entry.get("countDownloads") or "")
    optional = {"filter": entry.get("filter"), "files": files, "tasks": entry.get("tasks")}
    return {"label": entry["prettyLabel"], **{key: value for key, value in optional.items() if value}}


def _files(query: str) -> list[list[str]]:
    """The clauses of a download query: `path:"a" OR path_extension:"b"` gives [["path", "a"], …]."""
    return [[kind, value] for kind, value in _CLAUSE.findall(query)]


def read_dataset_libraries(data: Mapping[str, Any]) -> Values:
    """Dataset libraries with their label."""
    return {key: {"label": entry["prettyLabel"]} for key, entry in sorted(data["libraries"].items())}


def read_frameworks(data: Mapping[str, Any]) -> Values:
    """Evaluation frameworks with the address of the project."""
    return {key: {"url": entry["url"]} for key, entry in sorted(data["frameworks"].items())}


def read_metrics(data: Mapping[str, Any]) -> Values:
    """The metric ids the Hub's task pages show, with the tasks that show them."""
    users: dict[str, list[str]] = {}
    for task, entry in sorted(data["tasks"].items()):
        for metric in entry.get("metrics") or []:
            users.setdefault(metric["id"], []).append(task)
    return {key: {"tasks": users.get(key, [])} for key in sorted(data["distinct_metric_ids"])}


def read_licenses(data: Mapping[str, Any]) -> Values:
    """Licence ids in the order of the Hub's list."""
    return {entry["id"]: {"label": entry["name"]} for entry in data["licenses"]}
