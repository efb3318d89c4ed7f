"""Write rules/index.json, the frontmatter of every rule card that ships; `--check` compares instead."""

from __future__ import annotations

import hashlib
import json
import sys
from pathlib import Path

from generated import settle

from cardlint.rulecard import read_rule_card, rule_paths

RULES = Path(__file__).parent.parent / "rules"


def rendered(root: Path = RULES) -> str:
    """The index: one rule per line, sorted by id."""
    entries = sorted((read_rule_card(path, root).entry for path in rule_paths(root)), key=lambda entry: str(entry["id"]))
    lines = ",\n".join(json.dumps(entry, ensure_ascii=False, sort_keys=True) for entry in entries)
    # Computed here, because hashing at run time would import OpenSSL on every start.
    digest = hashlib.sha256(lines.encode()).hexdigest()
    return f'{{"hash": "{digest}", "rules": [\n{lines}\n]}}\n'


def main() -> int:
    """Write or compare the index; 1 where `--check` finds a difference."""
    return settle({RULES / "index.json": rendered()})


if __name__ == "__main__":
    sys.exit(main())
