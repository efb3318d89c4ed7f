"""`cardlint check`, as click reads and explains it."""

from __future__ import annotations

from typing import Any

import click

from cardlint.cli import complete
from cardlint.cli.checking import perform, split
from cardlint.errors import UsageError
from cardlint.formats import FORMATS

_FAIL_ON = click.Choice(["error", "warning", "note", "never"])
_CONFIDENCE = click.Choice(["low", "medium", "high"])


def words(ctx: click.Context, parameter: click.Parameter, values: tuple[str, ...]) -> tuple[str, ...]:
    """The words of comma-separated lists. Raises UsageError where there are none among the commas."""
    del ctx
    found = split(values)
    if values and not found:
        raise UsageError(f"{parameter.opts[0]} names nothing")
    return found


RULES: dict[str, Any] = {"multiple": True, "callback": words, "metavar": "RULE,…", "shell_complete": complete.selectors}


@click.command(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.argument("targets", nargs=-1, metavar="[TARGET]...", shell_complete=complete.paths)
@click.option("--kind", type=click.Choice(["model", "dataset", "space"]), help="What the repository is, where nothing else tells.")
@click.option("--policy", metavar="NAME|FILE", shell_complete=complete.policies, help="Policy to apply instead of the configured one.")
@click.option("--select", help="Run only these rules: ids, category/, all.", **RULES)
@click.option("--ignore", help="Leave these rules out.", **RULES)
@click.option("--fail-on", type=_FAIL_ON, default="error", show_default=True, help="Least severity that makes the exit code 1.")
@click.option(
    "--output-format", "outputs", multiple=True, metavar="NAME[=FILE]", shell_complete=complete.outputs,
    help=f"{', '.join(FORMATS)}; repeatable.",
)  # fmt: skip
@click.option("--fix", "fix", is_flag=True, help="Write what keeps the meaning of the card; report what remains.")
@click.option("--fix-only", is_flag=True, help="Fix, say what was fixed, and nothing of what remains; implies --fix.")
@click.option("--unsafe-fixes", is_flag=True, help="Fix also what may change the meaning; implies --fix.")
@click.option("--diff", "diff", is_flag=True, help="Show what would be fixed and write nothing; 1 if there is anything.")
@click.option(
    "--pr", "pr", is_flag=True,
    help="Show the pull request that would fix a repository on the Hub, and open none: add --yes for that; implies --fix.",
)  # fmt: skip
@click.option("--yes", "yes", is_flag=True, help="With --pr: open it, unless one of yours is open or the branch has moved.")
@click.option("--exclude", multiple=True, callback=words, metavar="GLOB,…", help="Paths nobody looks at.")
@click.option("--baseline", metavar="FILE", shell_complete=complete.paths, help="Findings recorded there do not count.")
@click.option(
    "--write-baseline", metavar="FILE", shell_complete=complete.paths, help="Record what is found now, so that only what is new counts."
)
@click.option("--min-confidence", type=_CONFIDENCE, default="low", show_default=True, help="Leave out rules less sure than this.")
@click.option("--isolated", is_flag=True, help="Ignore .cardlint.yaml.")
@click.option("--trust-config", is_flag=True, help="Let a repository on the Hub configure rules and suppress findings in itself.")
@click.option("--offline", is_flag=True, help="Never touch the network; local targets never do.")
@click.option("--cache", is_flag=True, help="Check what the Hub cache of this machine holds, without the network.")
@click.option("--stdin-filename", metavar="FILE", shell_complete=complete.paths, help="The name of the card that comes on standard input.")
@click.option("--staged", is_flag=True, help="Check what is staged for the next commit instead of the files on disk.")
@click.option("--revision", metavar="REV", help="Check a commit, by any name Git knows, instead of the files on disk.")
@click.option("--statistics", is_flag=True, help="Add a count per rule.")
@click.option("--jobs", type=click.IntRange(1, 64), default=1, show_default=True, metavar="N", help="Processes for several targets.")
@click.option("-q", "--quiet", is_flag=True, help="Findings only, no closing line.")
@click.option(
    "-v",
    "--verbose",
    is_flag=True,
    help="Add skipped and inapplicable rules, suppressed findings, what was left unread, what the Hub cost.",
)
def command(targets: tuple[str, ...], **given: Any) -> int:  # noqa: ANN401 - click's keywords
    """Check repositories (folders), cards and weights (files), or - for a card on standard input; default: this folder."""
    return perform(targets, given, click.get_current_context().find_root().info_name or "cardlint")
