"""The command line: thin. Commands are imported when called, and click where it is needed."""

from __future__ import annotations

import errno
import os
import sys
from pathlib import Path

from cardlint import __version__
from cardlint.cli.complete import VARIABLE
from cardlint.errors import CardlintError, UsageError

INTERRUPTED = 130
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


def run(arguments: list[str], program: str = "cardlint") -> int:
    """Run the command line; the exit code by the contract. Whatever happens, no traceback. `program` is how people call it."""
    if sys.stdout is None:  # closed by whoever started us: they want the exit code alone
        sys.stdout = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 - open until the process ends
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    try:
        return _performed(arguments, program)
    except KeyboardInterrupt:
        say("", err=True)
        return INTERRUPTED
    except Exception as error:  # noqa: BLE001 - a defect of ours ends in a report people can send, not in a traceback
        return _ended_by(error)


def _performed(arguments: list[str], program: str) -> int:
    """What a command comes to: `check` without click where its arguments are plain, and nobody's shell asks for words."""
    asking = VARIABLE in os.environ
    if arguments[:1] == ["check"] and not asking:
        from cardlint.cli import checking, plainly

        if (plain := plainly.read(arguments[1:])) is not None:
            return checking.perform(*plain, program)
    if asking:
        from cardlint.cli.shells import register

        register()
    from cardlint.cli.group import perform

    return perform(arguments, program)


def _ended_by(error: Exception) -> int:
    """Say what ended the command, and its exit code."""
    if isinstance(error, CardlintError):
        return _complain(str(error), 2 if isinstance(error, UsageError) else 4)
    if isinstance(error, BrokenPipeError):
        hang_up()
        return 1
    if isinstance(error, OSError) and error.errno in _FULL:
        hang_up()
        return _complain(f"standard output cannot be written: {error.strerror}", 2)
    return _own_failure(error)


def say(message: str, *, err: bool = False) -> None:
    """A line on standard output or standard error, at once, without the secrets that may have been in what it repeats."""
    from cardlint.errors import masked

    stream = sys.stderr if err else sys.stdout
    if stream is not None:  # closed by whoever started us
        stream.write(f"{masked(message)}\n")
        stream.flush()


def warn_of_plugins() -> None:
    """Name on standard error the plug-ins that could not be loaded."""
    from cardlint.formats.safe import visible
    from cardlint.plugins import installed

    for reason in installed().broken.values():
        say(f"cardlint: warning: {visible(reason)}", err=True)


def hang_up() -> None:
    """The reader of standard output went away: nothing more is said there, and Python's own flush at exit does not complain."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _complain(message: str, code: int) -> int:
    from cardlint.formats.safe import visible

    say(f"cardlint: error: {visible(message)}", err=True)
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
