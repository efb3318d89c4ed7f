"""`cardlint lineage`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from cardlint.cli import complete
from cardlint.errors import UsageError
from cardlint.formats.safe import visible
from cardlint.hubrepo import shared
from cardlint.kinship import on, relatives
from cardlint.lineage import DEEPEST, MOST_ASKED, Limits, Walk
from cardlint.lineageview import View
from cardlint.repository import KINDS
from cardlint.target import STDIN, locate, open_repository, revision, source_of

if TYPE_CHECKING:
    from cardlint.repository import Kind, Repository

_INCOMPLETE = 4


@click.command(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.argument("target", default=".", shell_complete=complete.paths)
@click.option("--kind", type=click.Choice(KINDS), help="What the repository is, where it does not say so itself.")
@click.option("--online", is_flag=True, help="For a folder: ask the Hub for what its files name. Without it nobody is asked.")
@click.option("--offline", is_flag=True, help="Never touch the network.")
@click.option("--depth", type=click.IntRange(1, 50), default=DEEPEST, show_default=True, help="Steps from the work to follow.")
@click.option("--most", type=click.IntRange(1, 1000), default=MOST_ASKED, show_default=True, help="Repositories to ask for.")
@click.option("--output-format", type=click.Choice(["text", "json"]), default="text", show_default=True)
def command(  # noqa: PLR0913 - the options
    *, target: str, kind: Kind | None, online: bool, offline: bool, depth: int, most: int, output_format: str
) -> int:
    """Show what a model was made of and trained on, to the roots, with every licence and what it asks.

    TARGET is a folder, a card, or hf://[models/|datasets/|spaces/]namespace/name[@revision]. Exit code 4 where something
    had to be read and could not be; a lineage has no findings, so conflicts do not change it: that is what check is for.
    """
    if target == STDIN:
        raise UsageError("the lineage of standard input cannot be told; give a folder, a card, or hf://namespace/name")
    if online and offline:
        raise UsageError("--online and --offline contradict each other")
    shown, repository = _opened(target, kind, offline=offline)
    those = relatives(repository) or (on(shared(offline=False)) if online else None)
    found = Walk(repository, those, Limits(most, depth)).lineage()
    view = View(found, shown)
    sys.stdout.write(view.json() if output_format == "json" else view.text())
    for reason in found.failures:
        click.echo(f"cardlint: error: {visible(reason)}", err=True)
    return _INCOMPLETE if found.failures else 0


def _opened(target: str, kind: Kind | None, *, offline: bool) -> tuple[str, Repository]:
    """The repository, and how it is called. Raises UsageError, and Unreadable where nothing of it can be seen."""
    located = locate(target)
    if located.weights is not None:
        raise UsageError(f"{target} is a file of weights; give the folder of its repository")
    source = source_of(located, offline=offline)
    commit = revision(located, source)
    repository = open_repository(located, kind, (), source)
    return target if commit is None else f"{located.shown}@{commit}", repository
