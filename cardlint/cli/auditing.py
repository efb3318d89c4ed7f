"""What `cardlint audit` does once its arguments have been read."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from cardlint.audit.depth import DEPTHS, deepest, depth_of, depths, of_conditions
from cardlint.cli import INTERRUPTED, say, warn_of_plugins
from cardlint.errors import UsageError

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


class _Output(NamedTuple):
    name: str
    path: Path | None


def perform(targets: tuple[str, ...], given: dict[str, Any]) -> int:
    """Audit and report; the exit code by the contract. `given` are the options by the names of click's parameters."""
    from cardlint.audit.store import Store, default_path
    from cardlint.report import counted

    outputs = _outputs(given["outputs"])
    exports = _exports(given["exports"])
    if given["fresh"] and given["last"]:
        raise UsageError("--fresh and --last contradict each other")
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
        for output in outputs:
            _write(store, run, output)
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
    from cardlint.audit.filters import filters
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
    policy = load_policy(known(), name=given["policy"] or DEFAULT, select=given["select"], ignore=given["ignore"], offline=given["offline"])
    depth, among = _depth(policy, given["depth"])
    options = Options(
        policy=given["policy"] or DEFAULT, select=given["select"], ignore=given["ignore"], isolated=not given["trust_config"],
        min_confidence=given["min_confidence"], offline=given["offline"], trust=given["trust_config"], among=among,
    )  # fmt: skip
    asker = Hub(offline=given["offline"]).identify("")
    return Job(
        asked, Terms(options, depth), policy, Series(_arguments(targets, given)),
        engine(policy, options, depth, today=today(), asker=asker), kept.kinds, kept,
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
    return found.severity != "off" or any(setting.severity not in (None, "off") for _, setting in policy.settings_of(found))


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
            _warn(hub, job)
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
    return Hub(offline=given["offline"], pace=pace), pace


def _warn(hub: Hub, job: Job) -> None:
    """Discourage a token that may write: reading needs none."""
    from cardlint.audit.token import warning

    if hub.offline or all(one.path is not None for one in job.wanted):
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


def _outputs(asked: tuple[str, ...]) -> list[_Output]:
    """Formats with their files. Raises UsageError for an unknown format, or two on standard output."""
    from cardlint.rule import did_you_mean

    outputs: list[_Output] = []
    for item in asked or ("text",):
        name, given, path = item.partition("=")
        if name not in FORMATS:
            raise UsageError(f'there is no output format "{name}" of an audit{did_you_mean(name, FORMATS)} ({", ".join(FORMATS)})')
        if given and not path:
            raise UsageError(f"--output-format {item} names no file; leave out the = for standard output")
        outputs.append(_Output(name, Path(path) if path not in ("", "-") else None))
    if sum(output.path is None for output in outputs) > 1:
        raise UsageError("two reports would share standard output; give all but one a file, as in json=report.json")
    return outputs


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


def _write(store: Store, run: int, output: _Output) -> None:
    """A report, piece by piece; a file is there whole or not at all. Raises UsageError where it cannot be written."""
    if output.path is None:
        from cardlint.cli.printing import print_pieces

        print_pieces(_pieces(store, run, output.name), escape=output.name == "json")
        return
    from cardlint.atomic import whole

    try:
        with whole(output.path) as file:
            file.writelines(piece.encode("utf-8", "backslashreplace") for piece in _pieces(store, run, output.name))
    except OSError as error:
        raise UsageError(f"{output.path} cannot be written: {error.strerror or error}") from error


def _plan(job: Job, store: Path, outputs: list[_Output], given: dict[str, Any]) -> int:
    """Show what the audit would ask for; 4 where that could not be listed in full."""
    from cardlint.audit.plan import plan, render
    from cardlint.audit.progress import Progress
    from cardlint.cli.printing import print_pieces

    if len(outputs) > 1 or outputs[0].path is not None or outputs[0].name not in ("text", "json"):
        raise UsageError("--dry-run shows its plan on standard output, as --output-format text or json; leave out the others")
    hub, pace = _hub(given, Progress(sys.stderr, quiet=given["quiet"]))
    made = plan(job, _rules(job), hub, pace, store)
    print_pieces([render(made, outputs[0].name)], escape=outputs[0].name == "json")
    return 4 if made.failed else 0
