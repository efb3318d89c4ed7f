"""`cardlint rules`."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

import click

from cardlint.policyfile import load_policy
from cardlint.repository import KINDS, Identity, Repository
from cardlint.rule import shipped
from cardlint.source import Memory

if TYPE_CHECKING:
    from cardlint.repository import Kind
    from cardlint.rule import Rule


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--kind", type=click.Choice(KINDS), default="model", show_default=True, help="Severities are those for this kind.")
@click.option("--policy", metavar="NAME|FILE", help="Severities are those of this policy; default: recommended.")
@click.option("--output-format", type=click.Choice(["text", "json"]), default="text", show_default=True)
def command(kind: Kind, policy: str | None, output_format: str) -> int:
    """List the rules with their severity, and the kinds of repository they speak of."""
    rules = shipped()
    selection = load_policy(rules, name=policy).bind(Repository(Memory({}), Identity(kind)))
    rows = [_row(rule, selection.severity(rule, None)) for rule in rules.values() if kind in rule.kinds]
    if output_format == "json":
        sys.stdout.write(json.dumps(rows, indent=2) + "\n")
        return 0
    for row in rows:
        kinds = "".join(name[0] if name in row["kinds"] else "-" for name in KINDS)
        sys.stdout.write(f"{row['severity']:<8}{kinds}  {row['category']}/{row['id']}: {row['title']}\n")
    return 0


def _row(rule: Rule, severity: str) -> dict[str, str | list[str]]:
    return {
        "id": rule.id, "category": rule.category, "severity": severity, "kinds": list(rule.kinds), "title": rule.title,
        "confidence": rule.confidence, "since": rule.since,
    }  # fmt: skip
