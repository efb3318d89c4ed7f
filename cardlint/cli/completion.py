"""`cardlint completion`."""

from __future__ import annotations

import sys

import click

from cardlint.cli.shells import SHELLS, script

_HELP = """Print the script that completes commands, options, rules, policies, formats and files in SHELL.

\b
bash (4.4 or newer), at the end of ~/.bashrc:
    eval "$(cardlint completion bash)"
zsh, in ~/.zshrc after compinit:
    eval "$(cardlint completion zsh)"
fish:
    cardlint completion fish > ~/.config/fish/completions/cardlint.fish

It asks the cardlint that is found on the path at that moment, so it need not be renewed with a new version.
"""


@click.command(help=_HELP, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.argument("shell", type=click.Choice(list(SHELLS)))
@click.pass_context
def command(ctx: click.Context, shell: str) -> int:
    """Print the completion script."""
    sys.stdout.write(script(ctx.find_root().command, shell))
    return 0
