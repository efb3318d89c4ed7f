"""All vocabularies: which table belongs to which file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from vocabulary import architectures, card_keys, languages, libraries, licenses, short, tasks
from vocabulary.model import Definition, Values

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_DOCS_DATE = "2026-08-22"
_TASKS_DATE = "2026-09-29"
_FACTS_DATE = "2026-11-01"


def _docs(name: str, noun: str, values: Values, **tables: Any) -> Definition:  # noqa: ANN401 - fields of Definition
    return Definition(name, noun, _DOCS_DATE, values=values, **tables)


def _tasks(
    name: str,
    noun: str,
    read: Callable[[Mapping[str, Any]], Values],
    file: str,
    **tables: Any,  # noqa: ANN401 - fields of Definition
) -> Definition:
    return Definition(name, noun, _TASKS_DATE, read=read, file=file, **tables)


_EXPORTED = (
    Definition(
        "licenses",
        "Hub licence id",
        _DOCS_DATE,
        read=libraries.read_licenses,
        file="licenses.json",
        extra=licenses.EXTRA,
        former=licenses.FORMER,
        aliases=licenses.ALIASES,
        derive=licenses.labels,
    ),
    Definition(
        "languages",
        "language code of the Hub",
        "2026-03-21",
        read=languages.read_languages,
        file="languages.json",
        add=languages.ADD,
        former=languages.FORMER,
        aliases=languages.ALIASES,
        derive=languages.names,
    ),
    _tasks("tasks", "Hub task", tasks.read_tasks, "pipeline_tags.json", former=tasks.FORMER, aliases=tasks.ALIASES),
    _tasks(
        "task_ids",
        "Hub subtask",
        tasks.read_subtasks,
        "pipeline_tags.json",
        former=tasks.SUBTASK_FORMER,
        aliases=tasks.SUBTASK_ALIASES,
    ),
    _tasks(
        "libraries",
        "library the Hub knows",
        libraries.read_libraries,
        "model_libraries.json",
        former=libraries.FORMER,
        aliases=libraries.ALIASES,
    ),
    _tasks("dataset_libraries", "dataset library", libraries.read_dataset_libraries, "dataset_libraries.json"),
    _tasks(
        "evaluation_frameworks",
        "evaluation framework of the Hub",
        libraries.read_frameworks,
        "evaluation_frameworks.json",
        aliases={"inspect": "inspect-ai", "inspect_ai": "inspect-ai", "swebench": "swe-bench"},
    ),
    _tasks("metrics", "metric id of the Hub's task pages", libraries.read_metrics, "task_metrics.json"),
)

_BY_HAND = (
    Definition(
        "architectures",
        "class-name ending of a model architecture",
        _FACTS_DATE,
        source=architectures.SOURCE,
        values=architectures.VALUES,
    ),
    _docs(
        "card_keys",
        "card key",
        card_keys.VALUES,
        source=card_keys.SOURCE,
        former=card_keys.FORMER,
        aliases=card_keys.ALIASES,
        keeps_former=True,
    ),
    _docs(
        "base_model_relations",
        "base model relation",
        short.BASE_MODEL_RELATIONS,
        source=short.MODEL_CARDS_PAGE,
        former=short.BASE_MODEL_RELATION_FORMER,
        aliases=short.BASE_MODEL_RELATION_ALIASES,
    ),
    _docs(
        "modalities",
        "dataset modality",
        short.MODALITIES,
        source=short.MODEL_CARDS_PAGE,
        former=short.MODALITY_FORMER,
        aliases=short.MODALITY_ALIASES,
    ),
    _docs(
        "size_categories",
        "size category",
        short.SIZE_CATEGORIES,
        source=short.DATASETS_AND_CLIENT,
        former=short.SIZE_FORMER,
        aliases=short.SIZE_ALIASES,
    ),
    _docs(
        "annotations_creators",
        "kind of annotation creator",
        short.ANNOTATIONS_CREATORS,
        source=short.DATASETS_LIST,
        former=short.CREATOR_FORMER,
        aliases=short.ANNOTATION_ALIASES,
    ),
    _docs(
        "language_creators",
        "kind of language creator",
        short.LANGUAGE_CREATORS,
        source=short.DATASETS_LIST,
        former=short.CREATOR_FORMER,
        aliases=short.CREATOR_ALIASES,
    ),
    _docs(
        "multilinguality",
        "multilinguality",
        short.MULTILINGUALITY,
        source=short.DATASETS_LIST,
        former=short.MULTILINGUALITY_FORMER,
        aliases=short.MULTILINGUALITY_ALIASES,
    ),
    _docs(
        "source_datasets",
        "source of a dataset",
        short.SOURCE_DATASETS,
        source=short.DATASET_CARD_PAGE,
        aliases=short.SOURCE_DATASET_ALIASES,
    ),
    _docs(
        "space_sdks",
        "Space SDK",
        short.SPACE_SDKS,
        source=short.SPACES_PAGE,
        former=short.SPACE_SDK_FORMER,
        aliases=short.SPACE_SDK_ALIASES,
    ),
    _docs(
        "space_hardware",
        "Space hardware flavour",
        short.SPACE_HARDWARE,
        source=short.HARDWARE,
        former=short.SPACE_HARDWARE_FORMER,
        aliases=short.SPACE_HARDWARE_ALIASES,
    ),
    _docs(
        "colors",
        "Space colour",
        short.COLORS,
        source=short.SPACES_PAGE,
        former=short.COLOR_FORMER,
        aliases=short.COLOR_ALIASES,
    ),
    # Edited where they lie: what is kept by hand is all there is.
    Definition("placeholders", "placeholder", "2026-11-21"),
    Definition("sections", "topic of a section", "2026-11-21"),
    _docs("oauth_scopes", "OAuth scope of a Space", short.OAUTH_SCOPES, source=short.OAUTH_PAGE),
)

DEFINITIONS: dict[str, Definition] = {entry.name: entry for entry in (*_EXPORTED, *_BY_HAND)}
