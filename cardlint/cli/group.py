"""The commands as click has them: all it reads, explains and completes. Each is imported when it is called."""

from __future__ import annotations

import importlib
import io

import click

from cardlint import __version__
from cardlint.cli import INTERRUPTED

_COMMANDS = {
    "apply": "apply", "audit": "audit", "check": "check", "completion": "completion", "diff": "diff", "explain": "explain", "init": "init",
    "lineage": "lineage", "policy": "policy", "rules": "rules", "test": "test",
}  # fmt: skip


class _Group(click.Group):
    """A group whose commands live in a module each, imported on use."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        del ctx
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        del ctx
        if cmd_name not in _COMMANDS:
            return None
        command: click.Command = importlib.import_module(f"cardlint.cli.{_COMMANDS[cmd_name]}").command
        return command

    def resolve_command(self, ctx: click.Context, args: list[str]) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in _COMMANDS and not ctx.resilient_parsing:  # while completing, nothing is said
            from cardlint.rule import did_you_mean

            raise click.UsageError(f'there is no command "{args[0]}"{did_you_mean(args[0], _COMMANDS)}', ctx)
        return super().resolve_command(ctx, args)


cli = _Group(
    "cardlint",
    help="Say whether a Hugging Face model, dataset or Space repository is what it should be. Works offline.",
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
cli = click.version_option(__version__, prog_name="cardlint", message="%(prog)s %(version)s")(cli)


def perform(arguments: list[str], program: str) -> int:
    """Run a command; the exit code by the contract."""
    try:
        return int(cli.main(arguments, prog_name=program, standalone_mode=False) or 0)
    except click.Abort:
        return INTERRUPTED
    except click.ClickException as error:
        return _show(error)


def _show(error: click.ClickException) -> int:
    """Click's own message, which repeats what was typed, without what could act on a terminal."""
    from cardlint.errors import masked
    from cardlint.formats.safe import visible

    said = io.StringIO()
    error.show(said)
    click.echo("\n".join(visible(masked(line)) for line in said.getvalue().split("\n")), err=True, nl=False)
    return error.exit_code
