"""What a model is for: `pipeline_tag`, and what config.json and the library say of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cardlint.checks.keys import first_line
from cardlint.nodes import Scalar, is_null, listed, string, strings
from cardlint.problem import Problem, Related
from cardlint.vocabulary import load_vocabulary

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cardlint.files import Files
    from cardlint.nodes import Mapping, Node
    from cardlint.text import Span

_KEY = "pipeline_tag"
_NAMED = 3
_SHOWN = 60


def missing(  # noqa: PLR0913 - the facts of the rule, and its data
    metadata: Mapping,
    config: Mapping | None,
    files: Files,
    adapter_config: Mapping | None,
    *,
    message: str,
    message_without_model: str,
    model_files: list[str],
    weights: list[str],
    inferred_by_file: list[str],
    adapter_tasks: dict[str, str],
) -> Iterator[Problem]:
    """A card without `pipeline_tag` where neither config.json nor the library implies one.

    `message` says so, and `message_without_model` where nothing shows a model, neither one of `model_files` nor a file
    that ends like `weights`. `inferred_by_file` are files of libraries whose task is always known; `adapter_tasks` says
    what a `task_type` of adapter_config.json is called on the Hub.
    """
    if metadata.get(_KEY) is not None or any(path in files for path in inferred_by_file):
        return
    classes = strings(config.get("architectures")) if config else []
    endings = [ending for name in classes if (ending := _ending(name)) is not None]
    if any("infers" in ending for ending in endings):
        return
    if adapter_config is None and _library_has_one_task(metadata):
        return
    if not any(path in files for path in model_files) and not files.with_suffix(*weights):
        message = message_without_model
    message, doubt = _without_task(_tagged(metadata), classes if endings else [], adapter_config, message, adapter_tasks)
    yield Problem(message, _place(metadata), subject=_KEY, at_most="note" if doubt else None)


def _without_task(
    tagged: list[str], classes: list[str], adapter_config: Mapping | None, message: str, adapter_tasks: dict[str, str]
) -> tuple[str, bool]:
    """What to say of a missing task, and whether the Hub may know it all the same."""
    absent = f"there is no `{_KEY}`"
    if len(tagged) == 1:
        return f"{absent}, only a tag that the Hub takes for one; write `{_KEY}: {tagged[0]}`", True
    if tagged:
        return f"{absent}, and the tags name more than one task: {' and '.join(tagged[:_NAMED])}", False
    if classes:
        return f"{absent}, and {classes[0][:_SHOWN]} in config.json does not say for certain what it would be", True
    trained = string(adapter_config.get("task_type")) if adapter_config else None
    if trained is None or trained not in adapter_tasks:
        return message, False
    meant = f"{trained} in adapter_config.json means `{_KEY}: {adapter_tasks[trained]}`"
    return f"{absent}; {meant}, unless the base reads more than text", False


def contradicted(value: Node, metadata: Mapping, config: Mapping | None, files: Files, *, other_code: list[str]) -> Iterator[Problem]:
    """A task that no architecture of config.json can serve. Silent where code other than transformers may run it.

    `other_code` are files that show such code.
    """
    task = string(value)
    if config is None or task is None or not _served_by_models(task):
        return
    if _is_other_code(metadata, config, files, other_code):
        return
    classes = [node for _, node in listed(config.get("architectures")) if isinstance(node, Scalar)]
    served = [ending.get("tasks") if (ending := _ending(node.raw)) else None for node in classes]
    if not classes or any(tasks is None or task in tasks for tasks in served):
        return
    names = " and ".join(node.raw for node in classes[:_NAMED])
    inferred = (_ending(classes[0].raw) or {}).get("infers")
    hint = f"; did you mean {inferred}?" if inferred else ""
    related = (Related("the class that config.json names", classes[0].span),)
    yield Problem(f'"{task}" cannot be served by {names} in config.json{hint}', value.span, related=related)


def _place(metadata: Mapping) -> Span:
    entry = metadata.entry(_KEY)
    return entry.key.span if entry else first_line(metadata)


def _ending(name: str) -> dict[str, Any] | None:
    """What is known of the longest class-name ending in the vocabulary that the class has."""
    known = load_vocabulary("architectures").values
    endings = [ending for ending in known if name.endswith(ending)]
    return dict(known[max(endings, key=len)]) if endings else None


def _tagged(metadata: Mapping) -> list[str]:
    """The tags that are tasks of models."""
    return [tag for tag in dict.fromkeys(strings(metadata.get("tags"))) if _served_by_models(tag)]


def _served_by_models(task: str) -> bool:
    """Whether the Hub lists models under a task."""
    known = load_vocabulary("tasks").values
    return task in known and bool(known[task].get("models", True))


def _library_has_one_task(metadata: Mapping) -> bool:
    known = load_vocabulary("libraries").values
    name = string(metadata.get("library_name"))
    libraries = [name] if name else strings(metadata.get("tags"))
    return any(len(known[library].get("tasks", ())) == 1 for library in libraries if library in known)


def _is_other_code(metadata: Mapping, config: Mapping, files: Files, other_code: list[str]) -> bool:
    """Whether anything but a class of transformers may read the weights."""
    names = strings(metadata.get("library_name")) + strings(metadata.get("tags"))
    libraries = load_vocabulary("libraries")
    foreign = [name for name in names if name in libraries and name != "transformers"]
    declared = metadata.get("library_name")
    free_text = declared is not None and string(declared) != "transformers"
    auto_map = config.entry("auto_map")
    custom = auto_map is not None and not is_null(auto_map.value)
    return bool(foreign) or free_text or custom or any(path in files for path in other_code)
