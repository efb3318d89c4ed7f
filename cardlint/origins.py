"""What a repository was made of, as its own card and files say: the first steps of its lineage. Nothing else is asked.

Keys of GGUF: ggml docs, gguf.md (`general.base_model.{id}.repo_url`, `general.source.repo_url`); llama.cpp, gguf-py
`constants.py`. Of merges: mergekit, `config.py`; of adapters: PEFT, `config.py`.
"""

from __future__ import annotations

import re
from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

from cardlint.errors import Blocked, Inapplicable, Unreadable
from cardlint.nodes import Mapping, string, strings, walk
from cardlint.repoid import from_address, why_malformed
from cardlint.vocabulary import load_vocabulary
from cardlint.yamlreader import YamlError, read_yaml

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cardlint.nodes import Node
    from cardlint.repository import Repository
    from cardlint.text import Span

MOST = 1_000
_RELATIONS = "base_model_relations"
_YAML_BYTES = 1_000_000
_MOST_GGUF = 2
_MERGES = ("mergekit_config.yml", "mergekit_config.yaml")
_MERGE_KEYS = re.compile(r"^(?:\s*-)?\s*(?:merge_method|slices|models)\s*:", re.MULTILINE)
_GGUF_KEY = re.compile(r"general\.(?:base_model\.\d{1,4}\.(?:repo_url|url)|source\.(?:repo_url|url|huggingface\.repository))")
_MODEL_AT = re.compile(r"(?:^|[.\]])(?:model|base_model)(?:\.model\.path|\.path)?$")
# First steps of paths on somebody's disk that have the form of an id: `outputs/checkpoint-500`.
_FOLDERS = frozenset({
    "checkpoint", "checkpoints", "ckpt", "ckpts", "content", "data", "home", "local", "lora", "mnt", "model", "models",
    "out", "output", "outputs", "pretrained", "result", "results", "root", "run", "runs", "save", "saved",
    "saved_model", "saved_models", "tmp", "weights", "workspace",
})  # fmt: skip


class Origin(NamedTuple):
    """One thing the repository says it was made of: kind and id, the relation or None, where that stands, and how sure it is."""

    kind: str
    id: str
    relation: str | None
    told: str
    declared: bool = True
    sure: bool = True
    place: Span | None = None


class Origins(NamedTuple):
    """What was found, what could not be read, and how many ids beyond the bound were left out."""

    found: tuple[Origin, ...]
    unread: tuple[str, ...] = ()
    left: int = 0


def origins(repository: Repository) -> Origins:
    """What a repository was made of and trained on, the card first. What cannot be read is named; nothing is raised."""
    found: dict[tuple[str, str], Origin] = {}
    unread: list[str] = []
    left = 0
    for read in (_card, _adapter, _merge_files, _snippets, _gguf, _config):
        try:
            for origin in read(repository):
                key = (origin.kind, origin.id.lower())
                if len(found) < MOST:
                    found.setdefault(key, origin)
                elif key not in found:
                    left += 1
        except (Blocked, Inapplicable):
            pass  # a rule of its own reports it, or there is no such thing here
        except Unreadable as error:
            unread.append(str(error))
    own = (repository.kind, (repository.identity.id or "").lower())
    return Origins(tuple(origin for key, origin in found.items() if key != own), tuple(dict.fromkeys(unread)), left)


def _card(repository: Repository) -> Iterator[Origin]:
    metadata: Mapping = repository.fact("frontmatter")
    if repository.kind == "model":
        relation = _relation(metadata)
        tagged = _tagged(metadata)
        for text, value in _ids(metadata, "base_model", "model"):
            yield Origin("model", text, relation or tagged.get(text.lower()) or _shown(repository), "base_model", place=value.span)
        for text, value in _ids(metadata, "tags", "tag"):
            head, _, rest = text.partition(":")
            made, _, id_ = rest.partition(":")
            if head == "base_model" and made in load_vocabulary(_RELATIONS).values and why_malformed(id_) is None:
                yield Origin("model", id_, made, "tags", place=value.span)
        yield from (
            Origin("model", text, "successor", "new_version", place=value.span) for text, value in _ids(metadata, "new_version", "model")
        )
    if repository.kind == "space":
        yield from (Origin("model", text, "uses", "models", place=value.span) for text, value in _ids(metadata, "models", "model"))
    key = "source_datasets" if repository.kind == "dataset" else "datasets"
    relation = "uses" if repository.kind == "space" else "data"
    for text, value in _ids(metadata, key, "dataset"):
        if key == "datasets" or "/" in text:
            yield Origin("dataset", text, relation, key, place=value.span)


def _ids(metadata: Mapping, key: str, kind: str) -> Iterator[tuple[str, Node]]:
    """The ids in a key, addresses read as what they lead to; what is none has a rule of its own."""
    for value in _listed(metadata.get(key)):
        text = (string(value) or "").strip().removeprefix("extended|")
        address = from_address(text)
        text = address.id if address and address.kind == kind else text
        if kind == "tag" or why_malformed(text) is None:
            yield text, value


def _listed(node: Node | None) -> list[Node]:
    from cardlint.nodes import listed

    return [value for _, value in listed(node)]


def _relation(metadata: Mapping) -> str | None:
    declared = string(metadata.get("base_model_relation"))
    return declared if declared in load_vocabulary(_RELATIONS).values else None


def _tagged(metadata: Mapping) -> dict[str, str]:
    """The relation to each base that a tag `base_model:quantized:org/name` tells."""
    parts = [tag.split(":", 2) for tag in strings(metadata.get("tags")) if tag.startswith("base_model:")]
    return {words[2].lower(): words[1] for words in parts if len(words) > 2 and words[1] in load_vocabulary(_RELATIONS).values}  # noqa: PLR2004 - three parts


def _shown(repository: Repository) -> str | None:
    """The relation that files show; None for `finetune`, which is what is assumed where nothing shows any."""
    found: str = repository.fact("relation")
    return found if found in {"adapter", "merge", "quantized"} else None


def _adapter(repository: Repository) -> Iterator[Origin]:
    config: Mapping | None = repository.fact("adapter_config")
    entry = config.entry("base_model_name_or_path") if config else None
    if entry is not None and (id_ := model_id(string(entry.value))):
        yield Origin("model", id_, "adapter", "adapter_config.json", declared=False, place=entry.value.span)


def _merge_files(repository: Repository) -> Iterator[Origin]:
    files = repository.fact("files")
    for path in _MERGES:
        if path in files:
            repository.listing.assert_held(path)
            text = repository.text(path, _YAML_BYTES)
            if text.truncated:
                raise Unreadable(f"{path} is larger than {_YAML_BYTES:,} bytes")
            try:
                yield from _merge(text.content, path)
            except YamlError as error:
                raise Unreadable(f"{path} is no YAML: {error}") from error


def _snippets(repository: Repository) -> Iterator[Origin]:
    """The merge configuration that mergekit writes into the card; in a copied card it may be that of another model."""
    if repository.kind == "model":
        for snippet in repository.fact("markdown").snippets:
            if snippet.language in {"yaml", "yml"} and "merge_method" in snippet.code:
                with suppress(YamlError):  # whatever a block of the card holds, it is text for readers
                    for origin in _merge(snippet.code, repository.card_path):
                        yield origin._replace(told="a merge configuration in the card", sure=False, place=snippet.span)


def _merge(content: str, path: str) -> Iterator[Origin]:
    """The models in a merge configuration. Raises YamlError."""
    if not _MERGE_KEYS.search(content):
        return
    node = read_yaml(content, path=path)
    for name, value in walk(node) if node is not None else ():
        text = string(value)
        # `model+adapter` names both; a revision may follow an `@`.
        for part in (text or "").split("+") if _MODEL_AT.search(name) else ():
            if id_ := model_id(part.partition("@")[0]):
                yield Origin("model", id_, "merge", path, declared=False, place=value.span)


def _gguf(repository: Repository) -> Iterator[Origin]:
    if repository.kind != "model":
        return
    paths = sorted(path for path in repository.fact("files").by_path if path.lower().endswith(".gguf"))[:_MOST_GGUF]
    for path in paths:
        header = repository.fact("weights").gguf(path)
        for key, value in header.values.items() if header else ():
            if isinstance(value, str) and _GGUF_KEY.fullmatch(key) and (id_ := model_id(value)):
                # The base of the model that was converted, or that model itself.
                relation = None if "base_model" in key else "quantized"
                yield Origin("model", id_, relation, f"`{key}` in {path}", declared=False)


def _config(repository: Repository) -> Iterator[Origin]:
    """`_name_or_path`, which libraries write when a model is saved: what it was loaded from, now or long ago."""
    config: Mapping | None = repository.fact("config") if repository.kind == "model" else None
    entry = config.entry("_name_or_path") if config else None
    id_ = model_id(string(entry.value)) if entry else None
    if entry is not None and id_ is not None and "/" in id_:
        yield Origin("model", id_, None, "config.json", declared=False, sure=False, place=entry.value.span)


def model_id(text: str | None) -> str | None:
    """The id of a model that a file names, or its address; None for paths, and for folders as people name them."""
    text = (text or "").strip()
    address = from_address(text)
    if address is not None:
        return address.id if address.kind == "model" else None
    if not text or why_malformed(text) is not None or "/" not in text or text.partition("/")[0].lower() in _FOLDERS:
        return None
    return text
