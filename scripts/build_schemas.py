"""Write the JSON Schemas of our own formats, generated from cardlint/models.py and cardlint/diffmodels.py; `--check` compares instead."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from generated import settle

from cardlint import diffmodels, models

FOLDER = Path(__file__).parent.parent / "schemas"
MODELS = models.SCHEMAS | diffmodels.SCHEMAS


def rendered(name: str) -> str:
    """The schema file's text."""
    return json.dumps(models.schema(name, MODELS), indent=2, ensure_ascii=False) + "\n"


def main() -> int:
    """Write or compare every schema; 1 where `--check` finds a difference."""
    return settle({FOLDER / f"{name}.schema.json": rendered(name) for name in MODELS})


if __name__ == "__main__":
    sys.exit(main())
