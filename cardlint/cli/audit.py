"""`cardlint audit`, as click reads and explains it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cardlint.audit.depth import DEPTHS
from cardlint.audit.filters import VISIBILITIES
from cardlint.cli import complete
from cardlint.cli.auditing import FORMATS, perform
from cardlint.cli.check import RULES, words
from cardlint.repository import KINDS

if TYPE_CHECKING:
    from collections.abc import Callable

_FILE: dict[str, Any] = {"type": click.Path(path_type=Path), "metavar": "FILE", "shell_complete": complete.paths}
_WORDS: dict[str, Any] = {"multiple": True, "callback": words}
_FAIL_ON = click.Choice(["error", "warning", "note", "never"])


def _which(command: Callable[..., int]) -> Callable[..., int]:
    """Options that say which repositories."""
    for option in (
        click.option("--modified-before", metavar="DAY", help="Last changed before this day, or so many days ago: 30d."),
        click.option("--modified-since", metavar="DAY", help="Last changed since this day, or within so many days: 30d."),
        click.option("--visibility", type=click.Choice(VISIBILITIES), help="Only public, private or gated ones."),
        click.option("--exclude-name", "exclude", metavar="GLOB,…", help="Leave these out.", **_WORDS),
        click.option("--name", "names", metavar="GLOB,…", help="Only those of these names: acme/vision-*.", **_WORDS),
        click.option("--library", "libraries", metavar="WORD,…", help="Only those for these libraries.", **_WORDS),
        click.option("--tag", "tags", metavar="WORD,…", help="Only those with one of these tags.", **_WORDS),
        click.option("--license", "licenses", metavar="WORD,…", help="Only those under one of these licences.", **_WORDS),
        click.option("--task", "tasks", metavar="WORD,…", help="Only those for one of these tasks.", **_WORDS),
        click.option("--kind", "kinds", type=click.Choice(KINDS), multiple=True, help="Only models, datasets or Spaces; repeatable."),
    ):
        command = option(command)
    return command


def _how(command: Callable[..., int]) -> Callable[..., int]:
    """Options that say how they are looked at."""
    for option in (
        click.option("--trust-config", is_flag=True, help="Obey the configuration and suppressions of the repositories, and list where."),
        click.option("--offline", is_flag=True, help="Never touch the network: folders of checkouts alone."),
        click.option("--rate", type=click.IntRange(1), metavar="N", help="At most so many requests of each kind in five minutes."),
        click.option("--jobs", type=click.IntRange(1, 64), default=8, show_default=True, metavar="N", help="Repositories at a time."),
        click.option("--depth", type=click.Choice(DEPTHS), help="Look no deeper than this, and leave out rules that need more."),
        click.option("--min-confidence", type=click.Choice(["low", "medium", "high"]), default="low", show_default=True,
                     help="Leave out rules less sure than this."),
        click.option("--ignore", help="Leave these rules out.", **RULES),
        click.option("--select", help="Run only these rules: ids, category/, all.", **RULES),
        click.option("--policy", metavar="NAME|FILE", shell_complete=complete.policies, help="Policy to apply; recommended by default."),
    ):  # fmt: skip
        command = option(command)
    return command


@click.command(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.argument("targets", nargs=-1, required=True, metavar="TARGET...", shell_complete=complete.paths)
@_which
@_how
@click.option("--owners", help="Who answers for which repository: patterns and owners, YAML.", **_FILE)
@click.option("--store", help="Where runs are kept; in the user's state folder by default.", **_FILE)
@click.option("--fresh", is_flag=True, help="Look at everything anew, whatever the store knows.")
@click.option("--max-age", type=click.IntRange(1), metavar="DAYS", help="Look anew at what was last looked at longer ago.")
@click.option("--last", is_flag=True, help="Report the last run of this command again: nothing is asked, nothing is looked at.")
@click.option("--dry-run", is_flag=True, help="List, and show what the audit would ask for; look at nothing.")
@click.option(
    "--output-format",
    "outputs",
    multiple=True,
    metavar="NAME[=FILE]",
    help=f"{', '.join(FORMATS)}; repeatable.",
    shell_complete=complete.paths,
)
@click.option("--export", "exports", multiple=True, metavar="NAME=FOLDER", help="Tables of the run as jsonl, csv or parquet; repeatable.")
@click.option("--plan-fixes", help="Write what the safe fixes would change, for review and `cardlint apply`.", **_FILE)
@click.option("--fail-on", type=_FAIL_ON, default="error", show_default=True, help="Least severity that makes the exit code 1.")
@click.option("-q", "--quiet", is_flag=True, help="No progress on standard error.")
def command(targets: tuple[str, ...], **given: Any) -> int:  # noqa: ANN401 - click's keywords
    """Audit every repository of organisations or users (acme), and any others.

    TARGET may also be a repository (hf://acme/x), a collection (hf://collections/acme/slug), a file with a target a line, or a folder
    of checkouts. The same command goes on where it was stopped, and looks again only at what has changed.
    """
    return perform(targets, given)
