"""`cardlint explain`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from cardlint.cli import complete, warn_of_plugins
from cardlint.policyfile import load_policy
from cardlint.rule import find, known
from cardlint.rulecard import prose
from cardlint.text import decode

if TYPE_CHECKING:
    from cardlint.rule import Rule


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("rule", shell_complete=complete.rules)
@click.option(
    "--policy", metavar="NAME|FILE", shell_complete=complete.policies, help="Know the rules of this policy's rule folders as well."
)
def command(rule: str, policy: str | None) -> int:
    """Say what a RULE does, why it matters, and show its examples."""
    warn_of_plugins()
    found = find(known() if policy is None else load_policy(known(), name=policy).rules, rule)
    card = decode(found.path, found.card.read_bytes())
    about = f"{found.id}: {found.severity}, confidence {found.confidence}, for {', '.join(found.kinds)}, since {found.since}"
    sys.stdout.write(f"{about}{_fixable(found) if found.fixable else ''}\n\n{prose(card)}")
    return 0


def _fixable(rule: Rule) -> str:
    """With what the rule's findings can be fixed, as its own examples show."""
    from cardlint.exampletest import applicabilities

    ways = {"safe": "--fix", "unsafe": "--unsafe-fixes"}
    return f"; can be fixed with {' or '.join(ways[way] for way in applicabilities(rule))}"
