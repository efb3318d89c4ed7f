"""`cardlint test`."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from cardlint.cli import complete
from cardlint.errors import UsageError, masked
from cardlint.exampletest import verify_folder
from cardlint.formats.safe import visible
from cardlint.locate import data_folder
from cardlint.plugins import installed


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("rules_folder", required=False, shell_complete=complete.paths)
def command(rules_folder: str | None) -> int:
    """Run the examples of every rule card in RULES_FOLDER, or of the plug-in of this name; without it, of the rules that ship."""
    root = _folder(rules_folder) if rules_folder else data_folder("rules")
    if not root.is_dir():
        raise UsageError(f"{root} is not a folder of rule cards (CATEGORY/RULE.md)")
    results = list(verify_folder(root))
    if not results:
        raise UsageError(f"{root} holds no rule card (CATEGORY/RULE.md)")
    wrong = [message for _, messages in results for message in messages]
    for message in wrong:
        sys.stdout.write("\n".join(visible(masked(line)) for line in message.splitlines()) + "\n")
    broken = sum(bool(messages) for _, messages in results)
    sys.stdout.write(f"{len(results) - broken} passed, {broken} failed\n")
    return int(bool(wrong))


def _folder(name: str) -> Path:
    plugin = next((plugin for plugin in installed().plugins if plugin.name == name.removesuffix("/")), None)
    return Path(name) if plugin is None or Path(name).is_dir() else plugin.folder
