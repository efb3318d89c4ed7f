"""The command line: thin. Commands are imported when called."""

from __future__ import annotations

import errno
import importlib
import io
import os
import sys
from pathlib import Path

import click

from cardlint import __version__
from cardlint.cli.complete import VARIABLE
from cardlint.errors import CardlintError, UsageError

_COMMANDS = {
    "check": "check", "completion": "completion", "explain": "explain", "init": "init",
    "policy": "policy", "rules": "rules", "test": "test",
}  # fmt: skip
_INTERRUPTED = 130
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


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


def run(arguments: list[str], program: str = "cardlint") -> int:
    """Run the command line; the exit code by the contract. Whatever happens, no traceback. `program` is how people call it."""
    if sys.stdout is None:  # closed by whoever started us: they want the exit code alone
        sys.stdout = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 - open until the process ends
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    try:
        if VARIABLE in os.environ:
            from cardlint.cli.shells import register

            register()
        return int(cli.main(arguments, prog_name=program, standalone_mode=False) or 0)
    except (KeyboardInterrupt, click.Abort):
        return _INTERRUPTED
    except Exception as error:  # noqa: BLE001 - a defect of ours ends in a report people can send, not in a traceback
        return _ended_by(error)


def _ended_by(error: Exception) -> int:
    """Say what ended the command, and its exit code."""
    if isinstance(error, click.ClickException):
        return _show(error)
    if isinstance(error, CardlintError):
        return _complain(str(error), 2 if isinstance(error, UsageError) else 4)
    if isinstance(error, OSError) and error.errno in _FULL:
        hang_up()
        return _complain(f"standard output cannot be written: {error.strerror}", 2)
    return _own_failure(error)


def _show(error: click.ClickException) -> int:
    """Click's own message, which repeats what was typed, without what could act on a terminal."""
    from cardlint.errors import masked
    from cardlint.formats.safe import visible

    said = io.StringIO()
    error.show(said)
    click.echo("\n".join(visible(masked(line)) for line in said.getvalue().split("\n")), err=True, nl=False)
    return error.exit_code


def warn_of_plugins() -> None:
    """Name on standard error the plug-ins that could not be loaded."""
    from cardlint.errors import masked
    from cardlint.formats.safe import visible
    from cardlint.plugins import installed

    for reason in installed().broken.values():
        click.echo(f"cardlint: warning: {visible(masked(reason))}", err=True)


def hang_up() -> None:
    """The reader of standard output went away: nothing more is said there, and Python's own flush at exit does not complain."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _complain(message: str, code: int) -> int:
    from cardlint.errors import masked
    from cardlint.formats.safe import visible

    click.echo(f"cardlint: error: {visible(masked(message))}", err=True)
    return code


def _own_failure(error: Exception) -> int:
    """Exit code 3 with what a report of the defect needs: the error and where it arose, without the user's data."""
    places: list[str] = []
    trace = error.__traceback__
    while trace is not None:
        places.append(f"{trace.tb_frame.f_globals.get('__name__', '?')}:{trace.tb_lineno}")
        trace = trace.tb_next
    where = " > ".join(place for place in places if place.startswith("cardlint"))
    return _complain(f"internal error, please report it: {type(error).__name__}: {error} (cardlint {__version__}, at {where})", 3)
