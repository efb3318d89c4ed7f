"""Write the JSON Schemas of our own formats, generated from cardlint/models.py; `--check` compares instead."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from cardlint.models import SCHEMAS, schema

FOLDER = Path(__file__).parent.parent / "schemas"


def rendered(name: str) -> str:
    """The schema file's text."""
    return json.dumps(schema(name), indent=2, ensure_ascii=False) + "\n"


def main() -> int:
    """Write or compare every schema; 1 where `--check` finds a difference."""
    stale = [name for name in SCHEMAS if not _same(name)]
    if "--check" in sys.argv:
        for name in stale:
            print(f"schemas/{name}.schema.json is out of date: run python scripts/build_schemas.py")
        return int(bool(stale))
    for name in stale:
        (FOLDER / f"{name}.schema.json").write_text(rendered(name), "utf-8", newline="\n")
        print(f"wrote schemas/{name}.schema.json")
    return 0


def _same(name: str) -> bool:
    path = FOLDER / f"{name}.schema.json"
    return path.is_file() and path.read_text("utf-8") == rendered(name)


if __name__ == "__main__":
    sys.exit(main())
