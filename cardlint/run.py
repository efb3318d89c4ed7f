"""One run of `check`: targets in, one report out."""

from __future__ import annotations

import os
from functools import lru_cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from cardlint import __version__, engine, settle
from cardlint.errors import Unreadable, UsageError
from cardlint.home import rule_page
from cardlint.plugins import installed
from cardlint.policy import DEFAULT, Policy
from cardlint.policyfile import CONFIG_NAME, load_policy
from cardlint.report import Descriptor, Failed, Fixing, Report, Skipped, Target
from cardlint.repository import Identity, Repository
from cardlint.rule import known, shipped_hash
from cardlint.source import Memory
from cardlint.target import Located, locate, open_repository, revision, source_of, staged_config
from cardlint.weights.named import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from cardlint.baseline import Baseline
    from cardlint.problem import Applicability, Confidence
    from cardlint.repository import Kind
    from cardlint.rule import Rule
    from cardlint.source import Source
    from cardlint.veil import Veil

_CHUNKS_PER_WORKER = 8


class Options(NamedTuple):
    """How targets are checked; the same for all of a run.

    `trust` says whether what they say of findings in themselves counts; None: where they are on disk. `among` are the rules that can
    run where not everything is looked at.
    """

    policy: str | None = None
    kind: Kind | None = None
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    isolated: bool = False
    min_confidence: Confidence = "low"
    offline: bool = False
    trust: bool | None = None
    fix: Applicability | None = None
    write: bool = False
    pull: Literal["show", "open", "plan"] | None = None
    among: frozenset[str] | None = None
    baseline: Baseline | None = None
    record: bool = False


def check(target: str | Path | Repository = ".", *, policy: str | Policy | None = None, kind: Kind | None = None) -> Report:
    """Check one repository and return the report. Touches neither the network nor the repository.

    `target` is a folder, a card file or a Repository; `policy` a name, a file or a Policy. Raises
    `cardlint.errors.UsageError` where target or policy does not exist or is wrong.
    """
    from cardlint.repository import KINDS
    from cardlint.repository import Repository as Opened

    if kind is not None and kind not in KINDS:
        raise UsageError(f'there is no kind "{kind}" ({", ".join(KINDS)})')
    if isinstance(target, Opened):
        if kind is not None:
            target = Opened(target.source, target.identity._replace(kind=kind, told=True), target.card_path)
        chosen = policy if isinstance(policy, Policy) else load_policy(known(), name=policy)
        found = settle.check(target, chosen.bind(target), settle.Terms(settle.today()))
        return report_of([target.veil.target(_described(found, chosen))], chosen.name)
    options = Options(policy=None if isinstance(policy, Policy) else policy, kind=kind)
    found = check_target(locate(str(target)), options, policy if isinstance(policy, Policy) else None)
    return report_of([found], policy.name if isinstance(policy, Policy) else policy or DEFAULT)


def check_all(targets: Sequence[Located], options: Options, *, jobs: int = 1) -> Report:
    """Check several targets, in as many processes as `jobs` says; the report keeps their order."""
    if jobs > 1 and len(targets) > 1:
        found: Iterable[Target] = _in_processes(targets, options, jobs)
    else:
        found = map(partial(check_target, options=options), targets)
    return report_of(list(found), options.policy or DEFAULT)


def _in_processes(targets: Sequence[Located], options: Options, jobs: int) -> list[Target]:
    # Spawned, not forked: the only way that is the same on every platform. An executor, not a pool: a pool waits for
    # ever where a worker dies, or raises what cannot be unpickled.
    import multiprocessing
    from concurrent.futures import ProcessPoolExecutor

    workers = min(jobs, len(targets))
    chunk = max(1, len(targets) // (workers * _CHUNKS_PER_WORKER))
    with ProcessPoolExecutor(workers, multiprocessing.get_context("spawn")) as pool:
        return list(pool.map(partial(check_target, options=options), targets, chunksize=chunk))


def check_target(
    located: Located,
    options: Options,
    policy: Policy | None = None,
    source: Source | None = None,
    witness: Callable[[Repository], None] | None = None,
) -> Target:
    """What is found in one target. `source` is where its bytes come from, if not from where it says.

    `witness` is shown the repository once the rules have looked at it.
    """
    if located.hub is not None and options.kind not in {None, located.hub.kind}:
        raise UsageError(f"{located.name} is a {located.hub.kind}; leave out --kind {options.kind}")
    source = source or source_of(located, offline=options.offline)
    if located.hub is None:
        return _target(located, options, policy, source, witness)
    # A wrong name in the policy is told before anything is asked.
    usual = policy or _policy(options.policy, None, None, options.select, options.ignore, offline=options.offline)
    policy = policy if options.trust else usual
    before = _traffic(source)
    found = _target(located, options, policy, source, witness)
    requests, received = _traffic(source)
    return found._replace(
        renamed="" if found.known_as == located.hub.id else found.known_as, traffic=(requests - before[0], received - before[1])
    )


def _traffic(source: Source) -> tuple[int, int]:
    """The requests made and bytes received so far by this process."""
    from cardlint.hubrepo import HubSource

    assert isinstance(source, HubSource)
    return source.hub.requests, source.hub.received


def _target(
    located: Located, options: Options, policy: Policy | None, source: Source, witness: Callable[[Repository], None] | None
) -> Target:
    try:
        commit = revision(located, source)
    except Unreadable as error:
        return unseen(located, options, policy, error)
    chosen = policy or _policy(options.policy, *_config(located, options, source), options.select, options.ignore, offline=options.offline)
    if located.weights is not None:
        chosen = chosen.of_one_file()
    elif options.among is not None:
        chosen = chosen.within(options.among)
    repository = open_repository(located, options.kind or chosen.kind, (*chosen.exclude, *options.exclude), source)
    repository.trusted = located.hub is None if options.trust is None else options.trust
    if located.hub is not None:
        _provide(repository, source, chosen, options)
    look = partial(_look, located=located, options=options, policy=chosen)
    found = look(repository)
    if witness is not None:
        witness(repository)
    if options.among is not None:
        found = found._replace(not_applicable=tuple(sorted({*found.not_applicable, *chosen.bind(repository).left})))
    if options.fix is not None:
        found = _proposed(_fixed(repository, found, look, located, options), source, options, repository.veil)
    found = found._replace(
        shown=located.shown, revision=commit, policy=chosen.name, failed=(*found.failed, *unloaded(chosen)), inert=_inert(repository),
        known_as=repository.identity.id or os.path.basename(os.path.realpath(located.root)),  # noqa: PTH119
    )  # fmt: skip
    return repository.veil.target(_described(found, chosen))


def _provide(repository: Repository, source: Source, policy: Policy, options: Options) -> None:
    """The values of the card from the listing: where no selected rule needs more, which saves a request, or nobody may read the card."""
    from cardlint import hubmeta
    from cardlint.hubrepo import HubSource

    rules = [rule for rule in engine.running(policy.bind(repository), options.min_confidence) if not rule.facts & engine.SETTLED]
    assert isinstance(source, HubSource)
    if options.fix == "unsafe" and not source.hub.offline:
        from cardlint.kinship import on
        from cardlint.loadcommits import Commits

        source.commits = Commits(on(source.hub))
    if source.values is None or options.trust or options.fix is not None:
        return
    if hubmeta.suffices(rules) or source.is_closed(repository.card_path):
        repository.provide("frontmatter", hubmeta.metadata(source.values, repository.card_path))


def unseen(located: Located, options: Options, policy: Policy | None, error: Unreadable) -> Target:
    """A target on the Hub of which nothing could be seen: every rule that would have looked at it was skipped."""
    assert located.hub is not None
    chosen = policy or _policy(options.policy, None, None, options.select, options.ignore, offline=options.offline)
    if options.among is not None:
        chosen = chosen.within(options.among)
    repository = Repository(Memory({}), Identity(located.hub.kind, located.hub.id, told=True))
    rules = engine.running(chosen.bind(repository), options.min_confidence)
    skipped = tuple(Skipped(rule.id, str(error), passing=error.passing) for rule in rules if not rule.facts & engine.SETTLED)
    found = Target(located.name, located.hub.kind, skipped=skipped, shown=located.shown, policy=chosen.name, known_as=located.hub.id)
    return _described(found, chosen)


def _inert(repository: Repository) -> tuple[tuple[str, str], ...]:
    """What of files that were looked at was left unread, as path and reason."""
    weights = repository.known("weights")
    files = () if weights is None else weights.known
    inert = [(file.path, reason) for file in files if file.judgement is not None for reason in file.judgement.inert]
    leaks = repository.known("secrets")
    return tuple(inert if leaks is None else sorted([*inert, *leaks.left]))


def _described(target: Target, policy: Policy) -> Target:
    """The target with what there is to say of the rules it names."""
    named = {item.rule for group in (target.findings, target.skipped, target.failed) for item in group}
    return target._replace(rules=tuple(describe(policy.rules[rule]) for rule in sorted(named & policy.rules.keys())))


def describe(rule: Rule) -> Descriptor:
    """What a report can say of a rule."""
    return Descriptor(rule.id, rule.title, rule.category, rule.severity, rule.confidence, str(rule.card), rule_page(rule), rule.security)


def _look(repository: Repository, *, located: Located, options: Options, policy: Policy) -> Target:
    """What is found in a repository, on disk or fixed in memory; whatever suppresses findings belongs here, or they are fixed."""
    terms = settle.Terms(settle.today(), options.baseline, options.record, options.min_confidence)
    found = settle.check(repository, policy.bind(repository), terms, name=located.name, shown=located.shown)
    return found if located.only is None else settle.of_file(found, located.only, terms)


def _fixed(repository: Repository, found: Target, look: Callable[[Repository], Target], located: Located, options: Options) -> Target:
    """What remains after fixing; where nothing is written, or could not be, what is found now."""
    from cardlint.fix import fixed  # most runs fix nothing
    from cardlint.fixwrite import ConflictError, write

    after = fixed(repository, found, look, unsafe=options.fix == "unsafe", only=located.only)
    assert after.fixing is not None
    if not options.write:
        return found._replace(failed=after.failed, fixing=after.fixing)
    try:
        write(located.root, after.fixing.changes)
    except ConflictError as conflict:
        return found._replace(failed=after.failed, fixing=Fixing(unwritten=str(conflict)))
    return after


def _proposed(found: Target, source: Source, options: Options, veil: Veil) -> Target:
    """What was found, with its fixes as a pull request or as what a plan says of them, where that was asked for."""
    if options.pull is None:
        return found
    from cardlint.hubpull import proposed
    from cardlint.hubrepo import HubSource

    assert isinstance(source, HubSource)
    if options.pull == "plan":
        from cardlint.audit.repair import proposal

        assert found.fixing is not None
        return found._replace(fixing=found.fixing._replace(proposal=proposal(source, found.fixing, veil)))
    return found._replace(fixing=proposed(source, found, unsafe=options.fix == "unsafe", confirmed=options.pull == "open"))


def unloaded(policy: Policy) -> Iterator[Failed]:
    """The plug-ins whose rules were asked for and could not be loaded: what did not run must not look clean."""
    for name, reason in installed().broken.items():
        asked = not policy.select or any(word == "all" or word.startswith(f"{name}/") for word in policy.select)
        if asked and f"{name}/" not in policy.ignore and "all" not in policy.ignore:
            yield Failed(f"{name}/plug-in", reason)


def _config(located: Located, options: Options, source: Source) -> tuple[Path | None, bytes | None]:
    """Where the repository's configuration stands, and its content where it is Git's and not the disk's."""
    if options.isolated:
        return None, None
    if located.hub is not None:
        content = staged_config(source) if options.trust else None
        return (None, None) if content is None else (Path(located.shown) / CONFIG_NAME, content)
    if located.tree is None or located.content is not None:
        return located.config, None
    content = staged_config(source)
    return (None, None) if content is None else (located.root / CONFIG_NAME, content)


@lru_cache(maxsize=64)  # of an audit that obeys them, each of ten thousand repositories may have its own
def _policy(  # noqa: PLR0913 - what makes a policy
    name: str | None, config: Path | None, content: bytes | None, select: tuple[str, ...], ignore: tuple[str, ...], *, offline: bool
) -> Policy:
    return load_policy(known(), name=name, config=config, content=content, select=select, ignore=ignore, offline=offline)


def report_of(targets: Sequence[Target], policy: str) -> Report:
    """The report over checked targets."""
    applied = {target.policy for target in targets if target.policy}
    return Report(tuple(targets), __version__, applied.pop() if len(applied) == 1 else policy, shipped_hash())
