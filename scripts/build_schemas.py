"""Write the JSON Schemas of our own formats, generated from models of `cardlint`; `--check` compares instead."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from generated import settle

from cardlint import diffmodels, models
from cardlint.audit import planmodel

FOLDER = Path(__file__).parent.parent / "schemas"
MODELS = models.SCHEMAS | diffmodels.SCHEMAS


def rendered(found: dict[str, Any]) -> str:
    """The schema file's text."""
    return json.dumps(found, indent=2, ensure_ascii=False) + "\n"


def main() -> int:
    """Write or compare every schema; 1 where `--check` finds a difference."""
    found = {name: models.schema(name, MODELS) for name in MODELS} | {"fixplan": planmodel.schema()}
    return settle({FOLDER / f"{name}.schema.json": rendered(made) for name, made in found.items()})


if __name__ == "__main__":
    sys.exit(main())
