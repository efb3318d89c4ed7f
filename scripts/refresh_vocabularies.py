"""Write `schemas/vocabulary/*.json` from exported lists of the Hub and the hand-kept tables beside this script.

    python scripts/refresh_vocabularies.py HUB_DATA_DIR [--as-of DATE] [--check]
    python scripts/refresh_vocabularies.py --tables-only [--check]

HUB_DATA_DIR holds the outside lists as JSON, made in two steps (Node is needed here only):

    npm install --ignore-scripts --prefix DIR @huggingface/tasks @huggingface/languages
    node scripts/export_hub_tables.mjs DIR HUB_DATA_DIR [repositories-licenses.md COMMIT]

where `repositories-licenses.md` is `docs/hub/repositories-licenses.md` of hub-docs at COMMIT. A list whose
file is missing keeps the values it has. `--tables-only` applies the hand-kept tables to the values already
written. An id that vanished from its source stays known, as a former id without a successor.

Exit codes: 0 written or up to date, 1 `--check` found a difference, 2 usage.
"""

from __future__ import annotations

import argparse
import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vocabulary.definitions import DEFINITIONS
from vocabulary.model import Definition, Source, Upstream, Vocabulary, from_text, merge, to_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

FOLDER = Path(__file__).resolve().parent.parent / "schemas" / "vocabulary"


def load(name: str, folder: Path = FOLDER) -> Vocabulary | None:
    """The committed vocabulary of that name, or None before the first refresh."""
    path = folder / f"{name}.json"
    return from_text(path.read_text(encoding="utf-8")) if path.exists() else None


def read_upstream(definition: Definition, hub_data: Path | None) -> Upstream | None:
    """The outside list of a vocabulary, or None where it has none or its file is not there."""
    if hub_data is None or definition.read is None:
        return None
    path = hub_data / definition.file
    if not path.exists():
        return None
    data = json.loads(path.read_text(encoding="utf-8"))
    return Upstream(definition.read(data), (_source(data["_source"]),))


def _source(entry: Mapping[str, Any]) -> Source:
    what = str(entry["source"]).replace("npm:", "npm ").replace("github:huggingface/", "")
    return Source(what, str(entry.get("version") or entry["commit"]), str(entry["licence"]))


def build(name: str, hub_data: Path | None = None, as_of: str = "", folder: Path = FOLDER) -> Vocabulary:
    """One vocabulary: the outside list where there is one, under the hand-kept tables."""
    definition = DEFINITIONS[name]
    return merge(definition, load(name, folder), read_upstream(definition, hub_data), as_of)


def describe(old: Vocabulary | None, new: Vocabulary) -> str:
    """`name 57 -> 58, added …, removed …`."""
    before, after = set(old.values if old else ()), set(new.values)
    changes = [("added", after - before if old else set()), ("removed", before - after)]
    shown = [f"{word} {' '.join(sorted(ids))}" for word, ids in changes if ids]
    return ", ".join([f"{new.name} {len(before)} -> {len(after)}", *shown])


def refresh(hub_data: Path | None, as_of: str, *, check: bool, folder: Path = FOLDER) -> Iterator[str]:
    """Write the files that differ (or only name them); yields a line about each of them."""
    for name in DEFINITIONS:
        new = build(name, hub_data, as_of, folder)
        path, text = folder / f"{name}.json", to_text(new)
        if path.exists() and path.read_text(encoding="utf-8") == text:
            continue
        yield describe(load(name, folder), new)
        if not check:
            path.write_text(text, encoding="utf-8")


def main(arguments: list[str] | None = None) -> int:
    """Command line."""
    parser = argparse.ArgumentParser(description="refresh schemas/vocabulary")
    parser.add_argument("hub_data", type=Path, nargs="?", metavar="HUB_DATA_DIR")
    parser.add_argument("--tables-only", action="store_true", help="apply the hand-kept tables to the present values")
    parser.add_argument("--as-of", default="", help="date of lists from a new version (default: today)")
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 where a file would change")
    options = parser.parse_args(arguments)
    if (options.hub_data is None) != options.tables_only:
        parser.error("give either HUB_DATA_DIR or --tables-only")
    as_of = options.as_of or datetime.now(tz=UTC).date().isoformat()
    changed = list(refresh(options.hub_data, as_of, check=options.check))
    for line in changed:
        print(line)
    return 1 if options.check and changed else 0


if __name__ == "__main__":
    sys.exit(main())
