"""`cardlint diff`."""

from __future__ import annotations

import importlib
from contextlib import closing
from typing import TYPE_CHECKING

import click

from cardlint.audit.compare import ARRIVED, Comparison, compare
from cardlint.audit.operands import opened, same_file
from cardlint.cli import complete
from cardlint.cli.checking import outputs_of
from cardlint.cli.printing import print_pieces
from cardlint.errors import UsageError
from cardlint.report import counted

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

_FORMATS = ("text", "markdown", "json")
_INCOMPLETE = 4


@click.command(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.argument("old", required=False, metavar="OLD", shell_complete=complete.paths)
@click.argument("new", required=False, metavar="NEW", shell_complete=complete.paths)
@click.option(
    "--fail-on-new", type=click.Choice(["error", "warning", "note"]), help="Exit with 1 where something new is at least this grave."
)
@click.option("--output-format", "outputs", multiple=True, metavar="NAME[=FILE]", help=f"{', '.join(_FORMATS)}; repeatable.")
def command(*, old: str | None, new: str | None, fail_on_new: str | None, outputs: tuple[str, ...]) -> int:
    """Show what is new, fixed and changed from one run to another.

    OLD and NEW are JSON reports of check or audit, stores of audits (the last run that finished; FILE#3 names another), or
    runs of your own store: '#3', '#last', '#previous', in quotes, for a shell takes # for a comment. Exit code 4 where
    one of them is incomplete, for then something new may be where nobody looked.
    """
    if old is None or new is None:
        raise UsageError("two things are compared; give OLD and NEW, and a run in quotes, as in '#previous' '#last'")
    written = outputs_of(outputs, _FORMATS)
    for name, path in written:
        if path is not None and (same_file(old, path) or same_file(new, path)):
            raise UsageError(f"{path} is what is compared; give the {name} another file")
    with closing(opened(old)) as before, closing(opened(new)) as after, closing(compare(before, after)) as found:
        for name, path in written:
            _write(found, name, path)
        return _exit_code(found, fail_on_new)


def _exit_code(found: Comparison, fail_on_new: str | None) -> int:
    """By the contract: incomplete comes before what was found."""
    if not found.complete:
        return _INCOMPLETE
    return int(fail_on_new is not None and bool(found.count(*ARRIVED, severities=tuple(counted(fail_on_new)))))


def _write(found: Comparison, name: str, path: Path | None) -> None:
    pieces: Iterable[str] = importlib.import_module(f"cardlint.audit.compare_{name}").render(found)
    if path is None:
        print_pieces(pieces, escape=name == "json")
        return
    try:
        with path.open("w", encoding="utf-8", newline="\n") as file:
            file.writelines(pieces)
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror or error}") from error
