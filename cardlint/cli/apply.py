"""`cardlint apply`."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cardlint.audit.applying import RATE, Applying, Settled, Terms, is_incomplete, summary
from cardlint.audit.fixplan import Plan, Planned, read_plan
from cardlint.audit.store import Store, default_path
from cardlint.cli import INTERRUPTED, complete, say
from cardlint.errors import UsageError
from cardlint.formats.contents import plural
from cardlint.formats.safe import visible_line
from cardlint.hubrepo import shared

if TYPE_CHECKING:
    from collections.abc import Iterator

_INCOMPLETE = 4
_MOST_RATE = 3600


@click.command(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.argument("file", shell_complete=complete.paths)
@click.option("--yes", is_flag=True, help="Open the pull requests. Without it, what would be opened is shown.")
@click.option("--store", metavar="FILE", help="The store of audits, where it is noted what became of each; by default that of the user.")
@click.option(
    "--rate", type=click.FloatRange(0, _MOST_RATE, min_open=True), default=RATE, show_default=True, help="Pull requests an hour, at most."
)
@click.option("--except", "excepted", multiple=True, metavar="PATTERN", help="Leave these repositories alone, as in acme/old-*.")
@click.option("--retry", is_flag=True, help="Try again what failed before.")
def command(*, file: str, store: str | None, **given: Any) -> int:  # noqa: ANN401 - click's keywords
    """Open the pull requests of a plan of fixes that `cardlint audit --plan-fixes FILE` wrote.

    Without --yes nothing is opened. A run that was ended goes on where it was; none is opened twice. Exit code 4 where something
    could not be done.
    """
    plan = read_plan(file)
    if len(plan.entries) != plan.made_with:
        say(
            visible_line(f"{file} was made with {plural(plan.made_with, 'repository', 'repositories')} and has {len(plan.entries)}"),
            err=True,
        )
    terms = Terms(given["yes"], given["rate"], given["excepted"], given["retry"])
    with _opened(store, confirmed=terms.confirmed) as opened:
        return _applied(plan, Applying(plan, shared(offline=False), opened, terms, lambda line: say(line, err=True)), file)


@contextmanager
def _opened(name: str | None, *, confirmed: bool) -> Iterator[Store | None]:
    """The store, where there is one or one is needed. Raises UsageError, also where somebody else is opening pull requests by it."""
    path = default_path() if name is None else Path(name)
    if not confirmed:
        with Store(path) if path.is_file() else _Nothing() as store:
            yield store
        return
    from filelock import FileLock, Timeout

    with Store(path) as store:
        lock = FileLock(f"{path}.apply.lock")
        try:
            lock.acquire(timeout=0)
        except Timeout:
            raise UsageError(f"another `cardlint apply --yes` works with {path}; wait for it, or give --store another file") from None
        with lock:
            yield store


class _Nothing:
    def __enter__(self) -> None:
        return None

    def __exit__(self, *_: object) -> None:
        return None


def _applied(plan: Plan, applying: Applying, file: str) -> int:
    """Say what becomes of each; the exit code."""
    found: list[Settled] = []
    try:
        for item, settled in applying.settled():
            found.append(settled)
            say(visible_line(_line(item, settled)))
    except KeyboardInterrupt:
        found += [Settled("left")] * (len(plan.entries) - len(found))
        say(f"{summary(found)}; interrupted, and the same command goes on")
        return INTERRUPTED
    say(summary(found))
    if plan.left_out:
        say(f"The plan leaves out {plural(plan.left_out, 'repository', 'repositories')} with fixes; it says why at its end.")
    if any(item.state == "ready" for item in found):
        say(visible_line(f"Nothing was opened; `cardlint apply {file} --yes` does that."))
    return _INCOMPLETE if is_incomplete(found) else 0


def _line(item: Planned, found: Settled) -> str:
    if found.state == "ready":
        rules = ", ".join(f"{rule} {count}" for rule, count in item.proposal.rules)
        return f"{item.proposal.repository}: would open one that fixes {rules} in {', '.join(file.path for file in item.proposal.files)}"
    state = "in doubt" if found.state == "unknown" else found.state
    return f"{item.proposal.repository}: {state}{f' {found.address}' if found.address else ''}{f': {found.reason}' if found.reason else ''}"
