"""One run of an audit: list, leave what has not changed, look at the rest with several workers, note each result at once."""

from __future__ import annotations

import json
import os
import warnings
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Executor, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from cardlint.audit import judge
from cardlint.audit.checkouts import checkouts
from cardlint.audit.filters import Filters
from cardlint.audit.items import Listed, standing
from cardlint.audit.listing import listed
from cardlint.audit.owners import Owners
from cardlint.audit.standing import Standing
from cardlint.audit.store import Cost
from cardlint.errors import Unreadable, UsageError
from cardlint.formats.contents import plural
from cardlint.hubrepo import HubName, is_named, parse
from cardlint.kinship import on
from cardlint.repository import KINDS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from cardlint.audit.judge import Terms
    from cardlint.audit.pace import SharedPace
    from cardlint.audit.progress import Progress
    from cardlint.audit.standing import Engine, Outcome, Series
    from cardlint.audit.store import Store
    from cardlint.audit.targets import Wanted
    from cardlint.hub import Hub
    from cardlint.policy import Policy
    from cardlint.repository import Kind

AGAIN = (5.0, 60.0)
"""Seconds before what the Hub did not answer is asked for once more, and for the last time."""
_AHEAD = 2  # questions per worker that wait for one
_TICK = 0.5  # seconds
_NEVER = "9999"
_FEW = 16  # checkouts that are looked at sooner than a process starts


class Job(NamedTuple):
    """What to audit and how. `jobs` are the workers, `since` the oldest result that is taken over (ISO 8601, UTC)."""

    wanted: tuple[Wanted, ...]
    terms: Terms
    policy: Policy
    series: Series
    engine: Engine
    kinds: Sequence[Kind] = KINDS
    filters: Filters = Filters()
    owners: Owners = Owners()
    jobs: int = 8
    fresh: bool = False
    since: str = ""


class Unnoted(NamedTuple):
    """Names of repositories that it may help to ask for again, and of those that were under way when a process died."""

    lost: list[str]
    dead: list[str]


class Audit:
    """A job, the store it is noted in, and the Hub it asks."""

    def __init__(self, job: Job, store: Store, hub: Hub, pace: SharedPace, progress: Progress) -> None:
        """`pace` is that of the Hub."""
        self._job = job
        self._store = store
        self._hub = hub
        self._pace = pace
        self._progress = progress
        self._run = 0
        self._left_out = 0
        self._unlisted: list[tuple[str, str]] = []
        self._unfit: list[tuple[Standing, str]] = []
        self._places: dict[str, str] = {}
        self._listed = 0

    def run(self, describe: Callable[[int], None] = lambda _: None) -> int:
        """Audit; the number of the run. What is done by the time of a KeyboardInterrupt is noted, and the next run goes on from there."""
        self._run = self._store.begin(self._job.series, self._job.engine, fresh=self._job.fresh)
        describe(self._run)
        with self._spending(), warnings.catch_warnings():
            # What reads code switches warnings off and on again, for all threads at once.
            warnings.simplefilter("ignore")
            self._list()
            todo = self._store.reuse(self._run, self._since())
            self._progress.start(self._listed, self._listed - len(todo))
            self._note_unfit(todo)
            self._look(sorted(todo))
        self._progress.end()
        self._store.finish(self._run, left_out=self._left_out, unlisted=self._unlisted)
        return self._run

    @contextmanager
    def _spending(self) -> Iterator[None]:
        """Whatever happens, what the Hub was asked is counted."""
        try:
            yield
        finally:
            self._store.spend(self._run, Cost(self._hub.requests, self._hub.received, self._pace.waited))

    def _since(self) -> str:
        """Of a fresh run nothing older than itself counts."""
        return _NEVER if self._job.fresh else self._job.since

    # What there is

    def _list(self) -> None:
        for page in listed(self._hub, [one for one in self._job.wanted if one.path is None], self._job.kinds):
            for note in page.notes:
                self._progress.say(note)
            self._expect(self._kept(page.items))
            for name, reason in page.failed:
                self._fail(name, reason)
        for one in self._job.wanted:
            if one.path is not None:
                self._expect((self._checkout(os.fspath(path)), "") for path in checkouts(one.path))

    def _checkout(self, path: str) -> Standing:
        """A checkout under a name that a store can hold: a path that is no UTF-8 has another, and lies where it lies."""
        name = path.encode("utf-8", "backslashreplace").decode()
        if self._places.setdefault(name, path) != path:
            raise UsageError(f"there are two folders that are both shown as {name}; rename one of them")
        return Standing(name, "model", os.path.dirname(name))  # noqa: PTH120 - as text; its kind is known once somebody has looked

    def _kept(self, items: Iterable[Listed]) -> Iterator[tuple[Standing, str]]:
        """The repositories that the filters do not leave out, as the store notes them."""
        for one in items:
            if self._job.filters.holds(one):
                yield standing(one, self._job.owners), json.dumps(one.item)
            else:
                self._left_out += 1

    def _expect(self, found: Iterable[tuple[Standing, str]]) -> None:
        self._listed += self._store.expect(self._run, found)

    def _fail(self, name: str, reason: str) -> None:
        """Note what could not be listed: a repository as one, anything else by its words."""
        if not is_named(name):
            self._unlisted.append((name, reason))
            return
        hub = parse(name)
        it = Standing(name, hub.kind, hub.id.rpartition("/")[0], owner=self._job.owners.owner(hub))
        self._expect([(it, "")])
        self._unfit.append((it, reason))

    def _note_unfit(self, todo: set[str]) -> None:
        for it, reason in self._unfit:
            if it.name in todo:
                todo.discard(it.name)
                self._note(judge.of_unseen(it, parse(it.name), self._job.terms, Unreadable(reason))._replace(lasting=False))

    # Looking

    def _look(self, names: list[str]) -> None:
        self._folders([name for name in names if not is_named(name)])
        lost = self._all(iter([name for name in names if is_named(name)]), ThreadPoolExecutor(self._job.jobs), self._submit_listed).lost
        for pause in AGAIN:
            if not lost or self._hub.offline:
                return
            self._progress.say(f"{len(lost):,} could not be read; they are asked for again in {pause:.0f} s")
            self._pace.sleep(pause)
            on(self._hub).forget()
            self._progress.again(len(lost))
            lost = self._all(iter(lost), ThreadPoolExecutor(self._job.jobs), self._submit_listed).lost

    def _folders(self, names: list[str]) -> None:
        """Look at checkouts. When a process dies, all that was under way is looked at once more, each by a process of its own."""
        waiting = iter(names)
        while dead := self._all(waiting, self._workers(len(names)), self._submit_folder).dead:
            self._progress.say(f"a process died; {plural(len(dead), 'checkout')} that were under way are looked at one by one")
            for name in dead:
                if self._all(iter([name]), self._processes(1), self._submit_folder).dead:
                    self._note(judge.of_fatal(self._store.expected(self._run, name)[0]))

    def _all(self, names: Iterator[str], pool: Executor, submit: Callable[[Executor, str], Future[Outcome]]) -> Unnoted:
        """Look at repositories with the workers of a pool, up to the last or until one of the pool's processes dies."""
        lost: list[str] = []
        dead: list[str] = []
        try:
            for name, outcome in self._outcomes(names, pool, submit):
                if outcome is None:
                    dead.append(name)
                    continue
                self._note(outcome)
                if outcome.state == "failed" and not outcome.target.failed:
                    lost.append(name)
        except BaseException:
            self._pace.close()
            pool.shutdown(wait=False, cancel_futures=True)
            raise
        pool.shutdown()
        return Unnoted(sorted(lost), sorted(dead))

    def _outcomes(
        self, names: Iterator[str], pool: Executor, submit: Callable[[Executor, str], Future[Outcome]]
    ) -> Iterator[tuple[str, Outcome | None]]:
        """What repositories come to; None for those that were under way when a process died, after which no others are begun."""
        running: dict[Future[Outcome], str] = {}
        broken = False
        while True:
            while not broken and len(running) < self._job.jobs * _AHEAD and (name := next(names, None)) is not None:
                try:
                    running[submit(pool, name)] = name
                except BrokenExecutor:
                    broken = True
                    yield name, None
                except OSError as error:
                    raise UsageError(f"no process can be started ({error.strerror}); --jobs asks for fewer of them") from error
            if not running:
                return
            done, _ = wait(running, timeout=_TICK, return_when=FIRST_COMPLETED)
            self._progress.tick()
            for future in done:
                name = running.pop(future)
                died = isinstance(future.exception(), BrokenExecutor)
                broken = broken or died
                yield name, None if died else future.result()

    def _workers(self, count: int) -> Executor:
        """Processes where many checkouts are worth them, be it one, which may die of what it meets; else one thread."""
        return ThreadPoolExecutor(1) if count < _FEW else self._processes(min(self._job.jobs, os.cpu_count() or 1))

    @staticmethod
    def _processes(count: int) -> Executor:
        import multiprocessing
        from concurrent.futures import ProcessPoolExecutor

        return ProcessPoolExecutor(count, multiprocessing.get_context("spawn"), _follow)

    def _submit_folder(self, pool: Executor, name: str) -> Future[Outcome]:
        it, _ = self._store.expected(self._run, name)
        return pool.submit(judge.of_folder, it, self._job.terms, self._places[name])

    def _submit_listed(self, pool: Executor, name: str) -> Future[Outcome]:
        it, item = self._store.expected(self._run, name)
        hub = parse(name)._replace(revision=it.revision)
        return pool.submit(judge.of_listed, self._hub, hub, json.loads(item), it, self._job.terms)

    def _note(self, outcome: Outcome) -> None:
        self._store.record(self._run, self._owned(outcome))
        self._progress.done(outcome.state)

    def _owned(self, outcome: Outcome) -> Outcome:
        """The outcome with the owner of a checkout, which shows by what repository it is once somebody has looked."""
        it = outcome.standing
        if is_named(it.name):
            return outcome
        known = outcome.target.known_as or os.path.basename(it.name)  # noqa: PTH119 - as text
        return outcome._replace(standing=it._replace(owner=self._job.owners.owner(HubName(it.kind, known))))


def _follow() -> None:
    """A process that works for an audit ends with it, however that ends, and leaves it to say so; else it would wait for ever for more."""
    import multiprocessing
    import signal
    from threading import Thread

    parent = multiprocessing.parent_process()
    assert parent is not None
    join = parent.join

    def end() -> None:
        join()
        os._exit(1)

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    Thread(target=end, daemon=True).start()


def days_ago(days: int) -> str:
    """The time of so many days before now, as the store writes times."""
    return (datetime.now(UTC) - timedelta(days=days)).isoformat(timespec="seconds")
