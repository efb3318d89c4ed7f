"""Tasks and dataset subtasks: ids of earlier taxonomies, and everyday names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from vocabulary.model import Former, Values, former, unclear

if TYPE_CHECKING:
    from collections.abc import Mapping

_2022 = "category of the dataset taxonomy used until 2022"
_KIND = "names a field, not a task"

FORMER: dict[str, Former] = {
    "audio-source-separation": former("audio-to-audio", "an early task id, renamed (unverified)"),
    "conversational": former("text-generation", "merged in 2024; the tag conversational still marks chat models"),
    "structured-data-classification": former("tabular-classification", "renamed in 2022"),
    "text2text-generation": unclear(
        "text-generation",
        "translation",
        "summarization",
        note="dropped in 2025; now a subtask of text-generation",
    ),
    "conditional-text-generation": unclear("text-generation", "translation", "summarization", note=_2022),
    "sequence-modeling": unclear("text-generation", "fill-mask", note=_2022),
    "structure-prediction": former("token-classification", _2022),
    "text-scoring": former("text-classification", _2022),
    "speech-processing": unclear("automatic-speech-recognition", "audio-classification", note=_2022),
    "chat": unclear("text-generation"),
    "chatbot": unclear("text-generation"),
    "dialogue": unclear("text-generation"),
    "embedding": unclear("feature-extraction", "sentence-similarity", "image-feature-extraction"),
    "embeddings": unclear("feature-extraction", "sentence-similarity", "image-feature-extraction"),
    "text-embedding": unclear("feature-extraction", "sentence-similarity"),
    "text-embeddings": unclear("feature-extraction", "sentence-similarity"),
    "sentence-embedding": unclear("sentence-similarity", "feature-extraction"),
    "sentence-embeddings": unclear("sentence-similarity", "feature-extraction"),
    "zero-shot": unclear("zero-shot-classification", "zero-shot-image-classification", "zero-shot-object-detection"),
    "text2text": unclear("text-generation", "translation", "summarization"),
    "text-to-text": unclear("text-generation", "translation", "summarization"),
    "seq2seq": unclear("text-generation", "translation", "summarization"),
    "vlm": unclear("image-text-to-text", "video-text-to-text"),
    "llm": unclear("text-generation"),
    "multimodal": unclear("any-to-any", "image-text-to-text", "audio-text-to-text", "video-text-to-text", note=_KIND),
    "image-generation": unclear("text-to-image", "unconditional-image-generation", "image-to-image"),
    "video-generation": unclear("text-to-video", "image-to-video"),
    "audio-to-text": unclear("automatic-speech-recognition", "audio-text-to-text"),
    "speech-to-speech": unclear("audio-to-audio", "any-to-any"),
    "ocr": unclear("image-to-text", "image-text-to-text"),
    "classification": unclear("text-classification", "image-classification", "tabular-classification"),
    "regression": unclear("tabular-regression", "text-classification"),
    "segmentation": unclear("image-segmentation", "mask-generation"),
    "detection": unclear("object-detection"),
    "time-series": unclear("time-series-forecasting", note=_KIND),
    "tabular": unclear("tabular-classification", "tabular-regression", note=_KIND),
    "nlp": unclear("text-classification", "text-generation", note=_KIND),
    "retrieval": unclear("text-ranking", "sentence-similarity", "feature-extraction"),
}

_NICKNAMES = {
    "automatic-speech-recognition": "asr | stt | speech-to-text | speech-recognition",
    "text-to-speech": "tts | speech-synthesis",
    "token-classification": "ner | named-entity-recognition | pos-tagging | part-of-speech-tagging",
    "text-classification": "sentiment-analysis | sentiment-classification | sequence-classification",
    "question-answering": "qa | extractive-qa | extractive-question-answering",
    "visual-question-answering": "vqa",
    "document-question-answering": "docvqa",
    "table-question-answering": "table-qa | tableqa",
    "text-generation": "text-gen | causal-lm | causal-language-modeling",
    "fill-mask": "masked-lm | masked-language-modeling | mask-filling",
    "translation": "machine-translation | text-translation",
    "summarization": "summarisation | text-summarization | text-summarisation",
    "text-ranking": "reranking | reranker | re-ranking | text-reranking",
    "sentence-similarity": "semantic-textual-similarity",
    "text-to-image": "text2image | txt2img | text2img | t2i",
    "text-to-video": "text2video | txt2vid | t2v",
    "image-to-image": "img2img | image2image | super-resolution | image-super-resolution | image-inpainting",
    "image-to-video": "img2vid | image2video | i2v",
    "image-to-text": "img2txt | image2text | image-captioning",
    "image-segmentation": "semantic-segmentation | instance-segmentation | panoptic-segmentation",
    "depth-estimation": "monocular-depth-estimation",
    "keypoint-detection": "pose-estimation",
    "video-classification": "action-recognition",
    "voice-activity-detection": "vad",
    "text-to-audio": "text-to-music | music-generation",
    "reinforcement-learning": "rl | deep-reinforcement-learning",
    "tabular-classification": "tabular-binary-classification | tabular-multi-class-classification",
    "tabular-regression": "tabular-single-column-regression",
    "text-to-3d": "text23d",
    "image-to-3d": "image23d | img-to-3d",
    "unconditional-image-generation": "unconditional-generation",
    "graph-ml": "graph-machine-learning",
    "zero-shot-image-classification": "zero-shot-image-recognition",
}

ALIASES: dict[str, str] = {name.strip(): task for task, names in _NICKNAMES.items() for name in names.split("|")}

_HIDDEN = {"models": "hideInModels", "datasets": "hideInDatasets"}
_NOT_A_SUBTASK = "now a task category, not a subtask"
SUBTASK_FORMER: dict[str, Former] = {
    "part-of-speech-tagging": former("part-of-speech", "renamed in 2022"),
    "machine-translation": unclear(note=f"{_NOT_A_SUBTASK}: task_categories: translation"),
    "summarization": unclear("news-articles-summarization", note=f"{_NOT_A_SUBTASK}: task_categories: summarization"),
    "table-to-text": unclear("rdf-to-text", note=f"{_NOT_A_SUBTASK}: task_categories: table-to-text"),
    "sentence-splitting-fusion": unclear("text-simplification", note="subtask of the dataset taxonomy before 2022"),
    "extractive-and-abstractive-summarization": unclear(
        "news-articles-summarization",
        note="subtask of the dataset taxonomy before 2022 (unverified)",
    ),
    "structured-to-text": unclear("rdf-to-text", note="subtask of the dataset taxonomy before 2022 (unverified)"),
    "automatic-speech-recognition": unclear(note=f"{_NOT_A_SUBTASK}: task_categories: automatic-speech-recognition"),
}
SUBTASK_ALIASES: dict[str, str] = {
    "ner": "named-entity-recognition",
    "pos-tagging": "part-of-speech",
    "pos": "part-of-speech",
    "nli": "natural-language-inference",
    "textual-entailment": "natural-language-inference",
    "masked-lm": "masked-language-modeling",
    "hate-speech": "hate-speech-detection",
    "coreference": "coreference-resolution",
    "wsd": "word-sense-disambiguation",
}


def read_tasks(data: Mapping[str, Any]) -> Values:
    """Tasks out of the exported pipeline table, with their modality and where the Hub hides them."""
    values: Values = {}
    for key in data["pipeline_types"]:
        entry = data["pipeline_data"][key]
        hidden = {kind: False for kind, flag in _HIDDEN.items() if entry.get(flag)}
        values[key] = {"label": entry["name"], "modality": entry["modality"], **hidden}
    return values


def read_subtasks(data: Mapping[str, Any]) -> Values:
    """Subtasks with the tasks they belong to: one of them belongs to two."""
    parents: dict[str, list[str]] = {}
    names: dict[str, str] = {}
    for task in data["pipeline_types"]:
        for subtask in data["pipeline_data"][task].get("subtasks") or []:
            names[subtask["type"]] = subtask["name"]
            parents.setdefault(subtask["type"], []).append(task)
    return {key: {"label": names[key], "tasks": parents[key]} for key in sorted(names)}
