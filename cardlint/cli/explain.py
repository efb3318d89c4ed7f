"""`cardlint explain`."""

from __future__ import annotations

import sys

import click

from cardlint.locate import data_folder
from cardlint.rule import find, shipped
from cardlint.rulecard import prose
from cardlint.text import decode


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("rule")
def command(rule: str) -> int:
    """Say what a RULE does, why it matters, and show its examples."""
    found = find(shipped(), rule)
    card = decode(found.path, (data_folder("rules") / found.path).read_bytes())
    about = f"{found.id}: {found.severity}, confidence {found.confidence}, for {', '.join(found.kinds)}, since {found.since}"
    fixable = "; can be fixed with --fix" if found.fixable else ""
    sys.stdout.write(f"{about}{fixable}\n\n{prose(card)}")
    return 0
