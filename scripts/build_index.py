"""Write rules/index.json, the frontmatter of every rule card, and what each policy that ships says; `--check` compares instead."""

from __future__ import annotations

import hashlib
import json
import sys
from pathlib import Path

from generated import settle

from cardlint.policytext import parse
from cardlint.policytree import checksum, flat
from cardlint.rulecard import read_rule_card, rule_paths
from cardlint.text import decode

RULES = Path(__file__).parent.parent / "rules"


def rendered(root: Path = RULES) -> str:
    """The index: one rule per line, sorted by id."""
    entries = sorted((read_rule_card(path, root).entry for path in rule_paths(root)), key=lambda entry: str(entry["id"]))
    lines = ",\n".join(json.dumps(entry, ensure_ascii=False, sort_keys=True) for entry in entries)
    # Computed here, because hashing at run time would import OpenSSL on every start.
    digest = hashlib.sha256(lines.encode()).hexdigest()
    return f'{{"hash": "{digest}", "rules": [\n{lines}\n]}}\n'


def policy(path: Path) -> str:
    """A policy, read: where each of its values stands, so that a run needs no YAML parser for it."""
    text = decode(path.name, path.read_bytes())
    return json.dumps({"crc32": checksum(text), "root": flat(parse(text, trusted=True))}, separators=(",", ":")) + "\n"


def main() -> int:
    """Write or compare the index and the policies; 1 where `--check` finds a difference."""
    policies = {path.with_suffix(".json"): policy(path) for path in sorted((RULES / "policies").glob("*.yaml"))}
    return settle({RULES / "index.json": rendered(), **policies})


if __name__ == "__main__":
    sys.exit(main())
