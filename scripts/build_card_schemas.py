"""Write `schemas/{model,dataset,space}-card.schema.json` from the tables in `card_schema/` and the vocabularies.

    python scripts/build_card_schemas.py [--check]

Exit codes: 0 written or up to date, 1 `--check` found a difference, 2 usage.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from card_schema import dataset, model, shared, space
from card_schema.parts import END, PRELOAD, REPOSITORY, URL, Schema, constrained
from generated import settle
from refresh_vocabularies import load

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vocabulary.model import Attributes

FOLDER = Path(__file__).resolve().parent.parent / "schemas"
KINDS = ("model", "dataset", "space")

_FIELDS = {"model": model.FIELDS, "dataset": dataset.FIELDS, "space": space.FIELDS}

# Definition name: rule of its violations, vocabulary it lists.
_ENUMS = {
    "license": ("license-unknown", "licenses"),
    "task": ("task-unknown", "tasks"),
    "base_model_relation": ("base-model-relation-unknown", "base_model_relations"),
    "task_categories": ("task-category-unknown", "tasks"),
    "task_ids": ("task-id-unknown", "task_ids"),
    "size_categories": ("size-category-unknown", "size_categories"),
    "annotations_creators": ("annotation-field-unknown", "annotations_creators"),
    "language_creators": ("annotation-field-unknown", "language_creators"),
    "multilinguality": ("annotation-field-unknown", "multilinguality"),
    "sdk": ("sdk-unknown", "space_sdks"),
    "hardware": ("hardware-unknown", "space_hardware"),
    "color": ("color-unknown", "colors"),
    "oauth_scope": ("oauth-scope-unknown", "oauth_scopes"),
}
_SOURCE_DATASET = rf"^(?:extended\|.*\S|(?!.*(?:--|\.\.))[A-Za-z0-9_.-]+(?:/[A-Za-z0-9_.-]+)?){END}"
_CONSTRAINTS: dict[str, Schema] = {
    "language": constrained("language-unknown", "languages", pattern=rf"^(?:[a-z]{{2,3}}|code|multilingual){END}"),
    "library": constrained("library-unknown", "libraries", minLength=1),
    "license_name": constrained("license-name-malformed", pattern=rf"^[a-z0-9.-]+{END}"),
    "license_link": constrained("license-link-broken", pattern=rf"^\S+{END}"),
    "repository": constrained("repository-id-malformed", pattern=REPOSITORY),
    "base_model": constrained("base-model-malformed", pattern=REPOSITORY),
    "preload": constrained("repository-id-malformed", pattern=PRELOAD),
    "source_datasets": constrained("annotation-field-unknown", "source_datasets", pattern=_SOURCE_DATASET),
    "thumbnail": constrained("thumbnail-invalid", pattern=URL),
    "python_version": constrained("schema-violation", pattern=rf"^3\.[0-9]+(?:\.[0-9]+)?{END}"),
}


def _admits(name: str, attributes: Attributes) -> bool:
    """What the Hub hides from datasets is no task category."""
    return name != "task_categories" or bool(attributes.get("datasets", True))


def _enum(name: str) -> Schema:
    rule, vocabulary = _ENUMS[name]
    present = load(vocabulary)
    if present is None:
        message = f"schemas/vocabulary/{vocabulary}.json is missing; run refresh_vocabularies.py first"
        raise FileNotFoundError(message)
    return constrained(rule, vocabulary, enum=[key for key, entry in present.values.items() if _admits(name, entry)])


def _definition(name: str) -> Schema:
    own = {**shared.DEFS, **dataset.DEFS, **_CONSTRAINTS}
    return own[name] if name in own else _enum(name)


def _references(node: object) -> Iterator[str]:
    """Names of the definitions a schema points to."""
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"].removeprefix("#/$defs/")
        for value in node.values():
            yield from _references(value)
    elif isinstance(node, list):
        for value in node:
            yield from _references(value)


def build(kind: str) -> Schema:
    """The schema of the frontmatter of one kind of card."""
    fields = _FIELDS[kind]
    used: dict[str, Schema] = {}
    waiting = list(_references(fields))
    while waiting:
        name = waiting.pop()
        if name not in used:
            used[name] = _definition(name)
            waiting += _references(used[name])
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:cardlint:schema:{kind}-card",
        "title": f"Frontmatter of a Hugging Face {'Space' if kind == 'space' else kind} card",
        "description": "The YAML block at the top of README.md. Other keys are allowed: tools add their own.",
        "type": "object",
        "properties": fields,
        "additionalProperties": True,
        "$defs": dict(sorted(used.items())),
    }


def to_text(schema: Schema) -> str:
    """The file: indented, and the same on every run."""
    return json.dumps(schema, indent=1, ensure_ascii=False) + "\n"


def main(arguments: list[str] | None = None) -> int:
    """Write or compare the three schemas; 1 where `--check` finds a difference."""
    return settle({FOLDER / f"{kind}-card.schema.json": to_text(build(kind)) for kind in KINDS}, arguments)


if __name__ == "__main__":
    sys.exit(main())
