"""What a repository is, beyond its kind: made from another model or not, of which modality.

Policies ask an adapter, a quantised mirror and a foundation model for different things. Nothing here is a finding: what
cannot be told is `none` or empty, and a policy then asks what it asks of everybody.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cardlint.errors import Obstacle
from cardlint.nodes import Mapping, string, strings
from cardlint.source import matches
from cardlint.vocabulary import load_vocabulary

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cardlint.files import Files
    from cardlint.repository import Repository

RELATIONS = "base_model_relations"
_USUAL = "quantization_config"
_MODALITY_OF = {"nlp": "text", "cv": "image", "rl": "reinforcement-learning"}


def relation(repository: Repository) -> str:
    """finetune, adapter, merge or quantized, as the card declares it, else as files, then tags show it; `none` for a model of its own.

    A tag `base_model:adapter:org/name`, as tools and the Hub write it, is a declaration.
    """
    metadata = _known(repository, "frontmatter") or Mapping("", 0, 0, [])
    listed = load_vocabulary(RELATIONS).values
    declared = string(metadata.get("base_model_relation"))
    if declared in listed:
        return str(declared)
    files = _known(repository, "files")
    shown = dict(signs(files, _known(repository, "config"), metadata, repository.identity.id)) if files else {}
    tagged = {name for name, about in listed.items() if {*about.get("tags", ())} & {*strings(metadata.get("tags"))}}
    for found in (declared_by_tags(metadata), {*shown}, tagged):
        if len(found) == 1:
            return found.pop()
    return "finetune" if strings(metadata.get("base_model")) else "none"


def declared_by_tags(metadata: Mapping) -> set[str]:
    """The relations that tags such as `base_model:quantized:org/name` declare."""
    parts = [tag.split(":", 2) for tag in strings(metadata.get("tags"))]
    return {words[1] for words in parts if len(words) > 2 and words[0] == "base_model"} & {*load_vocabulary(RELATIONS).values}  # noqa: PLR2004 - three parts


def signs(files: Files, config: Mapping | None, metadata: Mapping | None = None, own: str | None = None) -> Iterator[tuple[str, str]]:
    """Each relation that files show, with what shows it. Beside a whole model an adapter or GGUF file is another form of it.

    The card and the id of the repository tell whether a method that models are also trained in was used on a base.
    """
    listed = load_vocabulary(RELATIONS).values
    whole = first(files, listed["finetune"]["files"]) is not None
    for name in ("merge", "adapter"):
        shown = first(files, listed[name]["files"])
        if shown is not None and not (whole and name == "adapter"):
            yield name, shown
    method = quantization(config)
    tuned = method is None or (is_native(method) and not _is_mirror(method, metadata, own))
    shown = None if whole and tuned else first(files, [] if whole else listed["quantized"]["files"])
    if not tuned or shown is not None:
        yield "quantized", f"{_quantized(config)[0]} in config.json" if not tuned else str(shown)


def files_that_show(*names: str) -> list[str]:
    """The globs of files that show any of these relations."""
    listed = load_vocabulary(RELATIONS).values
    return [glob for name in names for glob in listed[name]["files"]]


def quantization(config: Mapping | None) -> str | None:
    """The method by which config.json says that the weights were quantised; None where it says nothing of it."""
    return _quantized(config)[1]


def _quantized(config: Mapping | None) -> tuple[str, str | None]:
    """The key of config.json that says how the weights were quantised, and the method."""
    others: dict[str, str] = load_vocabulary(RELATIONS).values["quantized"]["keys"]
    for key, method in others.items():
        held = config.get(key) if config else None
        if isinstance(held, Mapping) and held.get("bits") is not None:
            return key, method
    held = config.get(_USUAL) if config else None
    return _USUAL, (string(held.get("quant_method")) or "no method named") if isinstance(held, Mapping) else None


def _is_mirror(method: str, metadata: Mapping | None, name: str | None) -> bool:
    """Whether a tag or the end of the name says the method of a model made of one that was not in it."""
    bases = strings(metadata.get("base_model")) if metadata else []
    marks = load_vocabulary(RELATIONS).values["quantized"]["native"][method]
    if metadata is None or not bases or any(_ends_in(base, marks) for base in bases):
        return False
    return _ends_in(name or "", marks) or any(tag.lower() in marks for tag in strings(metadata.get("tags")))


def _ends_in(name: str, marks: Sequence[str]) -> bool:
    return name.lower().endswith(tuple(f"{before}{mark}" for mark in marks for before in "-_."))


def is_native(method: str) -> bool:
    """Whether models are also trained in this method, so that it tells nothing of a base."""
    return method in load_vocabulary(RELATIONS).values["quantized"]["native"]


def modalities(repository: Repository) -> frozenset[str]:
    """text, image, audio, video, multimodal, tabular, reinforcement-learning or other, by the tasks the card names."""
    metadata = _known(repository, "frontmatter")
    tasks = load_vocabulary("tasks").values
    named = [task for task in _words(metadata, "pipeline_tag", "task_categories") if task in tasks]
    grouped = {tasks[task]["modality"] for task in named}
    return frozenset({_MODALITY_OF.get(group, group) for group in grouped} | {"video" for task in named if "video" in task})


def first(files: Files, patterns: Sequence[str]) -> str | None:
    """The first path that a pattern matches; a pattern without `/` is of the root."""
    for pattern in patterns:
        for path in files.by_path:
            if ("/" in pattern or "/" not in path) and matches(path, pattern):
                return path
    return None


def _words(metadata: Mapping | None, *keys: str) -> list[str]:
    return [word for key in keys for word in strings(metadata.get(key))] if metadata else []


def _known(repository: Repository, fact: str) -> Any:  # noqa: ANN401 - facts have the type their name says
    """A fact, or None where it cannot be had: whoever judges by it reports that, not the choice of what to ask for."""
    try:
        return repository.fact(fact)
    except Obstacle:
        return None
