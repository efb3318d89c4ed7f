"""Carrying out a plan of fixes: a pull request for each repository, one at a time, never twice, and no more often than is polite.

What became of a repository is committed to the store as soon as it is known, and that something is about to be sent before it is. So
a run that ends anywhere is gone on with: what may have been sent is looked for on the Hub before anything is sent again.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Literal, NamedTuple

from cardlint.audit.patch import DiffError, patched
from cardlint.audit.repair import sha256
from cardlint.audit.store import now
from cardlint.card import read_card
from cardlint.errors import Unreadable, UsageError
from cardlint.hubpull import LOG_IN, SAFE, Pulling, drafted, owner
from cardlint.hubrepo import GIT_BYTES, HubName, HubSource, parse
from cardlint.hubstates import HubError
from cardlint.nodes import Mapping, Scalar
from cardlint.report import Change, Fixing
from cardlint.repository import CARD_PATH
from cardlint.source import matches
from cardlint.suppressions import KEY
from cardlint.text import decode

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from cardlint.audit.fixplan import Plan, Planned
    from cardlint.audit.repair import FileFix
    from cardlint.audit.store import Store
    from cardlint.hub import Hub
    from cardlint.report import Pull

State = Literal["opened", "earlier", "declined", "moved", "failed", "unknown", "left", "ready"]
OPT_OUT = "pull-requests"
RATE = 60.0  # pull requests an hour
# Seconds. The Hub ends a commit after sixty (hub-docs, "Storage limits"); one that was sent and not answered is there by then, or never.
SETTLING = 90.0
PATIENCE = 900.0  # seconds the Hub may ask to wait; three of its windows of five minutes
_TRIES = 3
_HOUR = 3600.0
_CARD_BYTES = 5_000_000
_DECLINED = frozenset({"closed", "discussions", "opted-out"})
_MOVED = frozenset({"moved", "revision"})
# Nothing is known of the repository then, and the next run asks again.
_LEFT = frozenset({
    "timeout", "connection", "truncated", "server", "slow", "tls", "rate-limited", "settings", "library", "offline", "credentials",
})  # fmt: skip
_BY_EXCEPT = "--except"
_BY_THE_PLAN = "the plan says `apply: false`"
_MORE = f"""{SAFE} To get no such pull requests, close this one and add to the card: `{KEY}: {{{OPT_OUT}: false}}`."""


class Settled(NamedTuple):
    """What became of a repository: where its pull request is, or why there is none. `ready` is one that would be opened."""

    state: State
    address: str | None = None
    reason: str | None = None


class Terms(NamedTuple):
    """How a plan is carried out: whether anything is opened, how many an hour, what is left alone, whether what failed is tried again."""

    confirmed: bool = False
    rate: float = RATE
    excepted: tuple[str, ...] = ()
    retry: bool = False


class Applying:
    """One plan being carried out; `store` is None where nothing was stored and nothing is opened."""

    def __init__(self, plan: Plan, hub: Hub, store: Store | None, terms: Terms, say: Callable[[str], None]) -> None:
        """`say` tells whoever waits what for. Raises UsageError without a token that may write, where anything is to be opened."""
        self._plan = plan
        self._hub = hub
        self._store = store
        self._terms = terms
        self._say = say
        self._me: str | None = None
        self.done = 0
        if terms.confirmed and not hub.has_token:
            raise UsageError(LOG_IN)
        if hub.has_token:
            self._me, may_write = owner(hub)
            if terms.confirmed and not may_write:
                raise UsageError("this token may only read; opening a pull request needs one that may write")

    def settled(self) -> Iterator[tuple[Planned, Settled]]:
        """Each repository of the plan with what became of it, now or before. What is in doubt comes last: it needs time to be seen."""
        known = self._known()
        in_doubt = {name for name, before in known.items() if before.state == "unknown"}
        for item in sorted(self._plan.entries, key=lambda item: item.proposal.repository in in_doubt):
            before = known.get(item.proposal.repository)
            stands = before is not None and self._stands(before)
            found = before if before is not None and stands else self._tried(item, in_doubt=item.proposal.repository in in_doubt)
            self.done += 1
            yield item, found

    def _stands(self, before: Settled) -> bool:
        """Whether what became of a repository in an earlier run is not tried again."""
        if before.state == "failed":
            return not self._terms.retry
        return before.state != "unknown" and not (before.reason or "").startswith((_BY_THE_PLAN, _BY_EXCEPT))

    def _known(self) -> dict[str, Settled]:
        if self._store is None:
            return {}
        rows = self._store.connection.execute("SELECT repository, state, address, reason FROM pulls WHERE plan = ?", (self._plan.digest,))
        return {row["repository"]: Settled(row["state"], row["address"], row["reason"]) for row in rows}

    def _tried(self, item: Planned, *, in_doubt: bool) -> Settled:
        """What becomes of a repository, noted for good where anything does; tried again where the Hub asks for patience."""
        found = self._attempted(item, _TRIES, in_doubt=in_doubt)
        if in_doubt and found.state == "left":
            return Settled("unknown", reason=found.reason)
        if self._terms.confirmed and found.state != "left":
            self._note(item, found)
        return found

    def _attempted(self, item: Planned, tries: int, *, in_doubt: bool) -> Settled:
        try:
            return self._became(item, in_doubt=in_doubt)
        except HubError as error:
            if error.state != "rate-limited" or error.wait > PATIENCE or tries == 1:
                return _judged(error)
            self._pause(error.wait, "the Hub asks for it")
        except Unreadable as error:
            return Settled("failed", reason=str(error))
        return self._attempted(item, tries - 1, in_doubt=in_doubt)

    def _became(self, item: Planned, *, in_doubt: bool) -> Settled:
        """Look at a repository, and open its pull request. Raises Unreadable."""
        if (reason := self._unwanted(item)) is not None:
            return Settled("declined", reason=reason)
        if in_doubt:
            self._settle(item)
        name = parse(item.proposal.repository)
        source = HubSource(self._hub, name._replace(revision=item.proposal.revision))
        if (reason := self._excepted(name._replace(id=source.id))) is not None:  # by the name it has today
            return Settled("declined", reason=reason)
        if opted_out(source):
            raise HubError("opted-out", f"its card asks for no pull requests (`{KEY}: {{{OPT_OUT}: false}}`)")
        changes = _changes(source, item, self._plan.name)
        fixing = Fixing(sum(count for _, count in item.proposal.rules), changes, rules=item.proposal.rules)
        pulling = Pulling(self._hub, HubName(name.kind, source.id), item.proposal.revision, self._me)
        draft = pulling.prepared(drafted(pulling, fixing, _MORE), once=True)
        if draft.earlier is None and self._terms.confirmed:
            return self._sent(item, pulling, draft)
        return Settled("opened" if in_doubt else "earlier", draft.earlier) if draft.earlier else Settled("ready")

    def _sent(self, item: Planned, pulling: Pulling, draft: Pull) -> Settled:
        """The pull request, opened when its turn has come. Raises HubError."""
        if self._turn():
            draft = pulling.prepared(draft, once=True)  # meanwhile the branch may have moved, or somebody may have opened one
            if draft.earlier is not None:
                return Settled("earlier", draft.earlier)
        self._note(item, Settled("unknown", reason="it was being sent when the run ended"))
        try:
            return Settled("opened", pulling.opened(draft).address)
        except HubError as error:
            if _judged(error).state == "left":  # the Hub says that it took nothing
                self._forget(item)
            raise

    def _unwanted(self, item: Planned) -> str | None:
        """Why whoever applies the plan wants no pull request there."""
        if not item.apply:
            return _BY_THE_PLAN
        return self._excepted(parse(item.proposal.repository))

    def _excepted(self, name: HubName) -> str | None:
        found = (it for it in self._terms.excepted if matches(*((str(name), it) if it.startswith("hf://") else (name.id, it))))
        return next((f"{_BY_EXCEPT} {it}" for it in found), None)

    def _turn(self) -> float:
        """Wait until another pull request may be opened; the seconds that took."""
        between = _HOUR / self._terms.rate
        last = self._rows("SELECT max(at) FROM pulls WHERE state IN ('opened', 'unknown')")
        wait = max(0.0, min(between, between - _since(last)))
        if wait:
            self._pause(wait, f"{self._terms.rate:g} pull requests an hour at most, see --rate")
        return wait

    def _settle(self, item: Planned) -> None:
        """Wait until what may have been sent would be seen."""
        sent = self._rows("SELECT at FROM pulls WHERE plan = ? AND repository = ?", self._plan.digest, item.proposal.repository)
        wait = max(0.0, min(SETTLING, SETTLING - _since(sent)))
        if wait:
            self._pause(wait, "the Hub may still be taking what was sent before")

    def _pause(self, seconds: float, why: str) -> None:
        self._say(f"waiting {seconds:.0f} s ({why}); {self.done} of {len(self._plan.entries)} done")
        time.sleep(seconds)

    def _rows(self, query: str, *values: str) -> str | None:
        row = None if self._store is None else self._store.connection.execute(query, values).fetchone()
        return None if row is None else row[0]

    def _note(self, item: Planned, found: Settled) -> None:
        assert self._store is not None
        self._store.connection.execute(
            "INSERT INTO pulls VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (plan, repository) DO UPDATE "
            "SET (state, address, reason, at) = (excluded.state, excluded.address, excluded.reason, excluded.at)",
            (self._plan.digest, item.proposal.repository, found.state, found.address, found.reason, now()),
        )

    def _forget(self, item: Planned) -> None:
        assert self._store is not None
        self._store.connection.execute("DELETE FROM pulls WHERE plan = ? AND repository = ?", (self._plan.digest, item.proposal.repository))


def _since(when: str | None) -> float:
    """Seconds since a time of the store; many where there was none."""
    return float("inf") if when is None else (datetime.now(UTC) - datetime.fromisoformat(when)).total_seconds()


def _judged(error: HubError) -> Settled:
    if error.state in _DECLINED:
        return Settled("declined", reason=str(error))
    if error.state in _MOVED:
        return Settled("moved", reason=str(error))
    if error.state == "unknown":
        return Settled("unknown", reason=str(error))
    return Settled("left" if error.state in _LEFT else "failed", reason=str(error))


def _changes(source: HubSource, item: Planned, plan: str) -> tuple[Change, ...]:
    """The files of a repository with their fixes, which are what the plan says. Raises Unreadable."""
    held = {entry.path: entry.size for entry in source.entries()}
    stored = {file["rfilename"] for file in source.info["siblings"] if file.get("lfs")}
    found = []
    for file, line in zip(item.proposal.files, item.diffs, strict=True):
        if file.path in stored or held.get(file.path, 0) > GIT_BYTES:  # and may be larger than anybody wants to read here
            raise Unreadable(f"{file.path} lies in LFS, where cardlint fixes nothing ({plan}:{item.line}); make a new plan")
        before = source.read(file.path) if file.path in held else None
        if (None if before is None else sha256(before)) != file.before:
            raise Unreadable(f"{file.path} is not what the plan was made from ({plan}:{item.line}: another SHA-256); make a new plan")
        found.append(Change(file.path, before, _fixed(before, file, plan, line)))
    return tuple(found)


def _fixed(before: bytes | None, file: FileFix, plan: str, line: int) -> bytes:
    edited = "somebody edited the plan; set `apply: false` there, and make the change by hand"
    try:
        after = patched(before, file.diff)
    except DiffError as error:
        raise Unreadable(f"{plan}:{line + error.line}: the diff of {file.path} does not apply ({error}): {edited}") from error
    if sha256(after) != file.after:
        raise Unreadable(f"{plan}:{line}: the diff of {file.path} does not give what the plan says it gives: {edited}")
    return after


def opted_out(source: HubSource) -> bool:
    """Whether the card asks for no pull requests; one that speaks of it and does not plainly say true does. Raises Unreadable."""
    if all(entry.path != CARD_PATH for entry in source.entries()):
        return False
    text = decode(CARD_PATH, source.read(CARD_PATH, 0, _CARD_BYTES))
    metadata = read_card(text).metadata
    if metadata is None:
        return KEY in text.content and OPT_OUT in text.content
    held = metadata.get(KEY)
    said = held.get(OPT_OUT) if isinstance(held, Mapping) else None
    return said is not None and not (isinstance(said, Scalar) and said.value is True)


def summary(found: Sequence[Settled]) -> str:
    """How many came to what, which adds up to all."""
    states: tuple[State, ...] = ("opened", "earlier", "declined", "moved", "failed", "unknown", "left", "ready")
    counts = {state: sum(item.state == state for item in found) for state in states}
    words = {"unknown": "in doubt", "ready": "to open"}
    shown = [f"{counts[state]} {words.get(state, state)}" for state in states if counts[state] or state not in words]
    return f"{len(found)} {'repository' if len(found) == 1 else 'repositories'}: {', '.join(shown)}"


def is_incomplete(found: Sequence[Settled]) -> bool:
    """Whether something could not be done."""
    return any(item.state in {"moved", "failed", "unknown", "left"} for item in found)
