"""`cardlint rules`."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

import click

from cardlint.cli import complete, warn_of_plugins
from cardlint.policyfile import load_policy
from cardlint.repository import KINDS, Identity, Repository
from cardlint.rule import known
from cardlint.source import Memory

if TYPE_CHECKING:
    from cardlint.repository import Kind
    from cardlint.rule import Rule


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--kind", type=click.Choice(KINDS), default="model", show_default=True, help="Severities are those for this kind.")
@click.option(
    "--policy", metavar="NAME|FILE", shell_complete=complete.policies, help="Severities are those of this policy; default: recommended."
)
@click.option("--output-format", type=click.Choice(["text", "json"]), default="text", show_default=True)
def command(kind: Kind, policy: str | None, output_format: str) -> int:
    """List the rules with their severity, and the kinds of repository they speak of."""
    selection = load_policy(known(), name=policy).bind(Repository(Memory({}), Identity(kind)))
    rows = [(rule, selection.severity(rule, None)) for rule in selection.policy.rules.values() if kind in rule.kinds]
    warn_of_plugins()
    if output_format == "json":
        sys.stdout.write(json.dumps([_row(*row) for row in rows], indent=2) + "\n")
        return 0
    sys.stdout.write("severity, kinds (m model, d dataset, s Space), category/rule: what it reports\n")
    for rule, severity in rows:
        kinds = "".join(name[0] if name in rule.kinds else "-" for name in KINDS)
        fixable = " (fixable)" if rule.fixable else ""
        sys.stdout.write(f"{severity:<8}{kinds}  {rule.category}/{rule.id}: {rule.title}{fixable}\n")
    return 0


def _row(rule: Rule, severity: str) -> dict[str, str | bool | list[str]]:
    return {
        "id": rule.id, "category": rule.category, "severity": severity, "kinds": list(rule.kinds), "title": rule.title,
        "confidence": rule.confidence, "since": rule.since, "fixable": rule.fixable,
    }  # fmt: skip
