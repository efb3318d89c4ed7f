"""What `cardlint audit` does once its arguments have been read."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cardlint.audit.depth import DEPTHS, deepest, depth_of, depths, of_conditions
from cardlint.cli import INTERRUPTED, say, warn_of_plugins
from cardlint.cli.checking import outputs_of
from cardlint.errors import UsageError
from cardlint.policy import graded

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cardlint.audit.depth import Depth
    from cardlint.audit.pace import SharedPace
    from cardlint.audit.progress import Progress
    from cardlint.audit.running import Job
    from cardlint.audit.store import Store
    from cardlint.hub import Hub
    from cardlint.policy import Policy
    from cardlint.rule import Rule

FORMATS = ("text", "json", "markdown", "concise", "html")
_MODULES = {"text": "summary_text", "json": "summary_json", "markdown": "summary_markdown", "concise": "concise", "html": "page"}
# What of the command makes another audit of it, beside its targets.
_SAME = (
    "policy", "select", "ignore", "depth", "min_confidence", "trust_config", "offline", "kinds", "tasks", "licenses", "tags", "libraries",
    "names", "exclude", "visibility", "modified_since", "modified_before",
)  # fmt: skip


def perform(targets: tuple[str, ...], given: dict[str, Any]) -> int:
    """Audit and report; the exit code by the contract. `given` are the options by the names of click's parameters."""
    from cardlint.audit.store import Store, default_path
    from cardlint.report import counted

    outputs = outputs_of(given["outputs"], FORMATS)
    exports = _exports(given["exports"])
    if given["fresh"] and given["last"]:
        raise UsageError("--fresh and --last contradict each other")
    if given["plan_fixes"] and given["last"]:
        raise UsageError("--plan-fixes looks at repositories once more, and --last at none; leave out one of them")
    job = _job(targets, given)
    if given["plan_fixes"] is not None:
        from cardlint.audit.repair import assert_replaceable

        assert_replaceable(given["plan_fixes"])
    path = given["store"] or default_path()
    if given["dry_run"]:
        return _plan(job, path, outputs, given)
    with Store(path, new=not given["last"]) as store:
        run = _last(store, job) if given["last"] else _audited(store, job, given)
        if run is None:
            return INTERRUPTED
        for name, place in outputs:
            _write(store, run, name, place)
        if given["plan_fixes"] is not None:
            _propose(store, run, job, given)
        for name, folder in exports:
            from cardlint.audit.export import export

            export(store, run, name, folder)
        from cardlint.audit.figures import Figures

        return Figures(store, run).exit_code(tuple(counted(given["fail_on"])))


def _job(targets: tuple[str, ...], given: dict[str, Any]) -> Job:
    """The job the command asks for. Raises UsageError, before anything is asked."""
    from cardlint.audit.engines import engine
    from cardlint.audit.filters import Filters, filters
    from cardlint.audit.judge import Terms
    from cardlint.audit.owners import Owners
    from cardlint.audit.running import Job, days_ago
    from cardlint.audit.standing import Series
    from cardlint.audit.targets import wanted
    from cardlint.hub import Hub
    from cardlint.policy import DEFAULT
    from cardlint.policyfile import load_policy
    from cardlint.rule import known
    from cardlint.run import Options
    from cardlint.settle import today

    asked = wanted(targets)
    names = ("kinds", "tasks", "licenses", "tags", "libraries", "names", "exclude", "visibility", "modified_since", "modified_before")
    kept = filters(**{name: given[name] for name in names})
    if kept != Filters() and (folder := next((one.path for one in asked if one.path is not None), None)) is not None:
        raise UsageError(f"filters choose by what the Hub lists, and nothing lists the repositories in {folder}; audit it without them")
    policy = load_policy(known(), name=given["policy"] or DEFAULT, select=given["select"], ignore=given["ignore"], offline=given["offline"])
    depth, among = _depth(policy, given["depth"])
    if depth == DEPTHS[0] and (reads := next((name for name in ("trust_config", "plan_fixes") if given[name]), None)) is not None:
        if given["depth"]:
            raise UsageError(f"--{reads.replace('_', '-')} reads cards, and --depth metadata looks at the listing alone; use --depth card")
        depth = DEPTHS[1]
    options = Options(
        policy=given["policy"] or DEFAULT, select=given["select"], ignore=given["ignore"], isolated=not given["trust_config"],
        min_confidence=given["min_confidence"], offline=given["offline"], trust=given["trust_config"], among=among,
    )  # fmt: skip
    hub = Hub(offline=given["offline"])
    places = (hub.shown, *(os.path.realpath(one.path) for one in asked if one.path is not None))
    return Job(
        asked, Terms(options, depth), policy, Series(_arguments(targets, given), places),
        engine(policy, options, depth, today=today(), asker=hub.identify("")), kept.kinds, kept,
        Owners.load(given["owners"]) if given["owners"] else Owners(), given["jobs"], given["fresh"],
        days_ago(given["max_age"]) if given["max_age"] else "",
    )  # fmt: skip


def _depth(policy: Policy, most: Depth | None) -> tuple[Depth, frozenset[str] | None]:
    """How deep to look, and which rules can run there; None where all can."""
    selected = [rule for rule in policy.rules.values() if _may_run(policy, rule.id)]
    needed = deepest((depths(selected), of_conditions(policy, selected)))
    if most is None or DEPTHS.index(most) >= DEPTHS.index(needed):
        return needed, None
    within = DEPTHS.index(most)
    return most, frozenset(rule.id for rule in policy.rules.values() if DEPTHS.index(depth_of(rule)) <= within)


def _may_run(policy: Policy, rule: str) -> bool:
    """Whether a rule may run in some repository."""
    if rule in policy.ignored:
        return False
    if policy.selected is not None:
        return rule in policy.selected
    found = policy.rules[rule]
    reached = {found.severity}
    for when, setting in policy.settings_of(found):
        if setting.severity is not None:
            made = {graded(severity, setting.severity) for severity in reached}
            reached = made if when is None else reached | made
    return reached != {"off"}


def _arguments(targets: tuple[str, ...], given: dict[str, Any]) -> tuple[str, ...]:
    """The arguments that ask for the same again."""
    said: list[str] = []
    for name in _SAME:
        value = given[name]
        option = {"kinds": "kind", "tasks": "task", "licenses": "license", "tags": "tag", "libraries": "library", "names": "name",
                  "exclude": "exclude-name"}.get(name, name.replace("_", "-"))  # fmt: skip
        if value is True:
            said.append(f"--{option}")
        elif isinstance(value, tuple) and value:
            said.extend([f"--{option}={item}" for item in sorted(value)] if name == "kinds" else [f"--{option}={','.join(value)}"])
        elif value and not isinstance(value, tuple) and not (name == "min_confidence" and value == "low"):
            said.append(f"--{option}={value}")
    return (*said, *targets)


def _audited(store: Store, job: Job, given: dict[str, Any]) -> int | None:
    """Run the audit; None where somebody stopped it."""
    from filelock import FileLock, Timeout

    from cardlint.audit.progress import Progress
    from cardlint.audit.running import Audit

    progress = Progress(sys.stderr, quiet=given["quiet"])
    hub, pace = _hub(given, progress)
    try:
        lock = FileLock(f"{store.path}.lock")
        with lock.acquire(timeout=0):
            _warn(hub, job, store)
            run = Audit(job, store, hub, pace, progress).run(lambda run: _describe(store, run, job))
    except Timeout:
        raise UsageError(f"another audit is writing to {store.path}; wait for it, or give --store another file") from None
    except KeyboardInterrupt:
        progress.end()
        say("cardlint: interrupted; what is done is kept, and the same command goes on from there", err=True)
        _leave(store)
        return None
    warn_of_plugins()
    return run


def _hub(given: dict[str, Any], progress: Progress) -> tuple[Hub, SharedPace]:
    from cardlint.audit.pace import SharedPace
    from cardlint.hub import Hub

    pace = SharedPace(given["rate"], progress.wait)
    hub = Hub(offline=given["offline"], pace=pace)
    hub.remembers = not (given["fresh"] or given["max_age"])
    return hub, pace


def _warn(hub: Hub, job: Job, store: Store) -> None:
    """Discourage a token that may write, once for each audit and token: a further run asks for the listing alone."""
    from cardlint.audit.token import warning

    if hub.offline or all(one.path is not None for one in job.wanted) or store.knows(job.series, job.engine):
        return
    if (said := warning(hub)) is not None:
        say(f"cardlint: warning: {said}", err=True)


def _rules(job: Job) -> list[Rule]:
    """The rules that may run in some repository."""
    among = job.terms.options.among
    return [rule for rule in job.policy.rules.values() if (among is None or rule.id in among) and _may_run(job.policy, rule.id)]


def _describe(store: Store, run: int, job: Job) -> None:
    """Note the rules and waivers of the run."""
    from cardlint.run import describe

    store.describe(run, map(describe, _rules(job)), job.policy.waivers)


def _propose(store: Store, run: int, job: Job, given: dict[str, Any]) -> None:
    """Write the plan of fixes."""
    from cardlint.audit.progress import Progress
    from cardlint.audit.proposing import proposals
    from cardlint.audit.repair import write_plan

    progress = Progress(sys.stderr, quiet=given["quiet"])
    hub, _ = _hub(given, progress)
    count = write_plan(given["plan_fixes"], proposals(store, run, job, hub, progress.say), policy=job.engine.policy)
    repositories = "1 repository" if count == 1 else f"{count:,} repositories"
    progress.say(f"{given['plan_fixes']}: what safe fixes would change in {repositories}; look at it, then: cardlint apply")


def _leave(store: Store) -> None:
    """End at once: workers may wait for an answer, and nobody needs it any more."""
    store.connection.close()
    sys.stderr.flush()
    os._exit(INTERRUPTED)


def _last(store: Store, job: Job) -> int:
    """The last finished run of the same command. Raises UsageError where there is none."""
    row = store.connection.execute(
        "SELECT max(runs.id) AS id FROM runs JOIN series ON series.id = series WHERE key = ? AND ended IS NOT NULL", (job.series.key,)
    ).fetchone()
    if row["id"] is None:
        raise UsageError(f"{store.path} holds no finished run of this command; leave out --last to make one")
    return int(row["id"])


def _exports(asked: tuple[str, ...]) -> list[tuple[str, Path]]:
    exports: list[tuple[str, Path]] = []
    for item in asked:
        name, _, folder = item.partition("=")
        if name not in ("jsonl", "csv", "parquet") or not folder:
            raise UsageError(f"--export {item}: expected jsonl=FOLDER, csv=FOLDER or parquet=FOLDER")
        exports.append((name, Path(folder)))
    return exports


def _pieces(store: Store, run: int, name: str) -> Iterator[str]:
    from importlib import import_module

    module = import_module(f"cardlint.audit.{_MODULES[name]}")
    if name == "html":
        from cardlint.hub import Hub

        return module.pieces(store, run, endpoint=Hub(offline=True).shown)  # type: ignore[no-any-return]
    return module.render(store, run)  # type: ignore[no-any-return]


def _write(store: Store, run: int, name: str, path: Path | None) -> None:
    """A report, piece by piece; a file is there whole or not at all. Raises UsageError where it cannot be written."""
    if path is None:
        from cardlint.cli.printing import print_pieces

        print_pieces(_pieces(store, run, name), escape=name == "json")
        return
    from cardlint.atomic import whole

    try:
        with whole(path) as file:
            file.writelines(piece.encode("utf-8", "backslashreplace") for piece in _pieces(store, run, name))
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror or error}") from error


def _plan(job: Job, store: Path, outputs: list[tuple[str, Path | None]], given: dict[str, Any]) -> int:
    """Show what the audit would ask for; 4 where that could not be listed in full."""
    from cardlint.audit.plan import plan, render
    from cardlint.audit.progress import Progress
    from cardlint.cli.printing import print_pieces

    (name, path), *others = outputs
    more = given["exports"] or given["plan_fixes"] is not None or given["last"]
    if more or others or path is not None or name not in ("text", "json"):
        raise UsageError("--dry-run shows its plan on standard output, as --output-format text or json; leave out the others")
    hub, pace = _hub(given, Progress(sys.stderr, quiet=given["quiet"]))
    made = plan(job, _rules(job), hub, pace, store)
    print_pieces([render(made, name)], escape=name == "json")
    return 4 if made.failed else 0
