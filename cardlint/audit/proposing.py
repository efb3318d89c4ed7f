"""What repositories of a run would become by the safe fixes. A result keeps no edits, so those with some are looked at once more."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from cardlint.errors import masked
from cardlint.formats.contents import plural
from cardlint.hubrepo import HubSource, is_named, parse
from cardlint.report import Failed, Target
from cardlint.run import check_target
from cardlint.target import Located

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from cardlint.audit.repair import Proposal
    from cardlint.audit.running import Job
    from cardlint.audit.store import Store
    from cardlint.hub import Hub

_FIXABLE = """
    SELECT DISTINCT name, revision FROM outcomes JOIN findings USING (result) JOIN repositories ON id = repository
    WHERE run = ? AND fixable = 'safe' AND suppressed IS NULL ORDER BY name
"""


def proposals(store: Store, run: int, job: Job, hub: Hub, say: Callable[[str], None]) -> Iterator[Proposal]:
    """A proposal for each repository on the Hub that has one, at the commit that was audited. `say` is told what could not be read."""
    rows = store.connection.execute(_FIXABLE, (run,)).fetchall()
    found = [(row["name"], row["revision"]) for row in rows if is_named(row["name"]) and row["revision"]]
    if on_disk := len(rows) - len(found):
        say(f"{plural(on_disk, 'checkout has', 'checkouts have')} fixes and no place in the plan: cardlint check --fix FOLDER writes them")
    names = iter(found)
    with ThreadPoolExecutor(job.jobs) as pool:
        while some := list(islice(names, job.jobs * 2)):
            for target in pool.map(lambda it: _fixed(it[0], it[1], job, hub), some):
                missed = next((item.reason for item in target.skipped if item.because is None), None)
                if target.failed:
                    say(f"{target.name}: no fixes are planned: {target.failed[0].error}")
                elif target.fixing is not None and target.fixing.proposal is not None:
                    yield target.fixing.proposal
                elif missed is not None:
                    say(f"{target.name}: no fixes are planned, because not everything could be read: {missed}")


def _fixed(name: str, revision: str, job: Job, hub: Hub) -> Target:
    """The repository with its fixes. Its own configuration counts as it did in the audit."""
    pinned = parse(name)._replace(revision=revision)
    options = job.terms.options._replace(fix="safe", pull="plan")
    try:
        return check_target(Located(name, Path(), hub=pinned), options, source=HubSource(hub, pinned))
    except Exception as error:  # noqa: BLE001 - the plan goes on with the others
        return Target(name, pinned.kind, failed=(Failed("audit", f"{type(error).__name__}: {masked(str(error))}"),))
