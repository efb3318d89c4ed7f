"""What an audit would ask for: repositories, requests, bytes, minutes. Only the listing is asked for, and nothing is written."""

from __future__ import annotations

import json
import math
import sqlite3
from collections import Counter
from contextlib import closing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from cardlint.audit.checkouts import checkouts
from cardlint.audit.depth import DEPTHS
from cardlint.audit.items import standing
from cardlint.audit.limits import as_of, of_plan, plan_of, window
from cardlint.audit.listing import listed
from cardlint.formats.contents import plural
from cardlint.formats.safe import visible_line
from cardlint.repository import CARD_PATH, KINDS
from cardlint.weights.extensions import promised

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from cardlint.audit.items import Listed
    from cardlint.audit.pace import SharedPace
    from cardlint.audit.running import Job
    from cardlint.audit.standing import Standing
    from cardlint.hub import Hub
    from cardlint.rule import Rule

CARD_MEAN = 6_500  # bytes: the mean of 790 real cards; the listing tells no sizes
_INFO_MEAN = 150  # bytes of the info request for each file
BUCKETS = ("api", "resolvers")
_LINEAGE = frozenset({"lineage", "known_lineage"})
_WORDS = {"model": "model", "dataset": "dataset", "space": "Space"}
_SHOWN = 10
SCHEMA_VERSION = "1"
_KNOWN = """
    SELECT 1 FROM results JOIN repositories ON repositories.id = results.repository
    WHERE name = ? AND engine = ? AND revision = ? AND listing = ? AND lasting AND made >= ? LIMIT 1
"""


class Span(NamedTuple):
    """At least, and at most as far as the names of files tell."""

    least: int
    most: int


@dataclass
class Plan:
    """What would be asked for. `requests` and `limits` are by bucket, the latter in a window of five minutes; `spent` is the listing.

    `certain` says whether the Hub told the limits of a bucket, or the user set them; `bases` are repositories that cards name.
    """

    policy: str
    depth: str
    kinds: Counter[str] = field(default_factory=Counter)
    folders: int = 0
    unchanged: int = 0
    left_out: int = 0
    failed: list[tuple[str, str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    requests: dict[str, Span] = field(default_factory=lambda: dict.fromkeys(BUCKETS, Span(0, 0)))
    cards: int = 0
    files: int = 0
    weights: int = 0
    bases: int = 0
    spent: tuple[int, int] = (0, 0)
    limits: dict[str, int] = field(default_factory=dict)
    certain: dict[str, bool] = field(default_factory=dict)
    plan: str = ""

    @property
    def total(self) -> int:
        """Repositories on the Hub and in folders."""
        return sum(self.kinds.values()) + self.folders

    @property
    def bytes(self) -> int:
        """Bytes of cards, and of what the Hub says of files, by the assumptions of this module; contents of others come on top."""
        return self.cards * CARD_MEAN + (self.files + self.weights) * _INFO_MEAN

    def minutes(self, bucket: str) -> tuple[float, float]:
        """Minutes spent waiting for the limit of a bucket, at least and at most: the first window costs none."""
        limit = self.limits[bucket]
        least, most = ((max(1, math.ceil(count / limit)) - 1) * window() / 60 for count in self.requests[bucket])
        return least, most


def plan(job: Job, rules: Iterable[Rule], hub: Hub, pace: SharedPace, store: Path | None = None) -> Plan:
    """The plan of a job, `rules` being those that may run; `pace` is that of the Hub. Raises UsageError for a folder without a repository.

    `store` is where results lie that may be taken over; it is read, never made.
    """
    return _Planner(job, rules, store).plan(hub, pace)


class _Planner:
    """Draws up the plan of a job."""

    def __init__(self, job: Job, rules: Iterable[Rule], store: Path | None) -> None:
        self._job = job
        self._depth = DEPTHS.index(job.terms.depth)
        facts = frozenset().union(*(rule.facts for rule in rules))
        self._asks = bool(facts & {"discussions"}) and self._is_deep("files")
        self._follows = bool(facts & _LINEAGE) and self._is_deep("weights")
        self._store = store
        self._bases: set[str] = set()

    def _is_deep(self, depth: str) -> bool:
        return self._depth >= DEPTHS.index(depth)

    def plan(self, hub: Hub, pace: SharedPace) -> Plan:
        made = Plan(self._job.engine.policy, self._job.terms.depth)
        with closing(_opened(self._store)) as store:
            for page in listed(hub, [one for one in self._job.wanted if one.path is None], self._job.kinds):
                made.failed += page.failed
                made.notes += page.notes
                for one in page.items:
                    self._one(one, made, store)
        made.folders = sum(1 for one in self._job.wanted if one.path is not None for _ in checkouts(one.path))
        made.bases = len(self._bases)
        if self._bases:
            made.requests["api"] = Span(made.requests["api"].least + made.bases, made.requests["api"].most + made.bases)
        if hub.requests and hub.has_token:
            made.requests["api"] = Span(*(count + 1 for count in made.requests["api"]))  # the audit asks what its token may do
        made.spent = (hub.requests, hub.received)
        _limit(made, hub, pace)
        return made

    def _one(self, one: Listed, plan: Plan, store: sqlite3.Connection) -> None:
        if not self._job.filters.holds(one):
            plan.left_out += 1
            return
        plan.kinds[one.name.kind] += 1
        if self._is_known(standing(one, self._job.owners), store):
            plan.unchanged += 1
        elif one.item.get("disabled") is not True:
            self._costs(one, plan)

    def _is_known(self, it: Standing, store: sqlite3.Connection) -> bool:
        """Whether the store has what this came to at this commit, as `Store.reuse` would find it."""
        if self._job.fresh:
            return False
        asked = (it.name, self._job.engine.key, it.revision, it.listing, self._job.since)
        return store.execute(_KNOWN, asked).fetchone() is not None

    def _costs(self, one: Listed, plan: Plan) -> None:
        paths = [file["rfilename"] for file in one.item["siblings"]]
        api, least, most = 0, 0, 0
        if self._is_deep("card") and CARD_PATH in paths:
            plan.cards += 1
            least = most = 1
        if self._is_deep("files"):
            api = 1 + self._asks
            weights = sum(1 for path in paths if path != CARD_PATH and _is_weights(path))
            others = sum(1 for path in paths if path != CARD_PATH) - weights
            if self._is_deep("weights"):
                plan.weights += weights
                least, most = least + weights, most + weights
            else:
                others += weights  # small ones are read as other files are: they may be pointers, or hold a secret
            plan.files += others
            most += others
            if self._follows:
                self._bases.update(_named(one))
        held = plan.requests
        held["api"] = Span(held["api"].least + api, held["api"].most + api)
        held["resolvers"] = Span(held["resolvers"].least + least, held["resolvers"].most + most)


def _opened(path: Path | None) -> sqlite3.Connection:
    """The store, to be read only; an empty one where there is none, or it cannot be read as one of today."""
    from cardlint.audit.tables import STEPS

    if path is not None and path.is_file():
        try:
            held = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True, timeout=10)
            held.execute(_KNOWN, ("",) * 5).fetchone()
        except sqlite3.Error:
            pass  # the audit says what is wrong with it; a plan then counts on nothing from there
        else:
            return held
    empty = sqlite3.connect(":memory:")
    empty.executescript(STEPS[0])
    return empty


def _is_weights(path: str) -> bool:
    """Whether a file is one of weights by its name."""
    wanted = promised(path)
    return path.lower().endswith(".bin") or bool(wanted and "text" not in wanted)


def _named(one: Listed) -> Iterator[str]:
    """The repositories that a card names as those it was made of."""
    card = one.item.get("cardData")
    for key in ("base_model", "datasets", "source_datasets", "new_version", "models"):
        value = card.get(key) if isinstance(card, dict) else None
        names = value[:1000] if isinstance(value, list) else [value]
        yield from (f"{key in {'datasets', 'source_datasets'}}:{name.lower()}" for name in names if isinstance(name, str) and "/" in name)


def _limit(plan: Plan, hub: Hub, pace: SharedPace) -> None:
    """The limits: as the Hub's answers tell, else by the table, and never more than the user allows."""
    told = {bucket: budget.whole for bucket, budget in pace.budgets.items() if plan.spent[0] and budget.whole is not None}
    api = told.get("api")
    plan.plan = plan_of(api, has_token=bool(plan.spent[0]) and hub.has_token)
    table = of_plan(plan.plan)
    for bucket in BUCKETS:
        limit = max(1, told.get(bucket) or table[bucket])
        plan.limits[bucket] = limit if pace.rate is None else min(limit, pace.rate)
        plan.certain[bucket] = bucket in told or plan.limits[bucket] == pace.rate


def render(plan: Plan, name: str = "text") -> str:
    """The plan as text for a terminal, or as JSON."""
    if name == "json":
        return json.dumps(document(plan), indent=2, ensure_ascii=False) + "\n"
    return "".join(f"{visible_line(line)}\n" for line in _lines(plan))


def document(plan: Plan) -> dict[str, Any]:
    """The plan as JSON: `least` and `most` are what the names of files tell, `minutes` are spent waiting for rate limits."""
    buckets = {
        bucket: {
            **plan.requests[bucket]._asdict(), "limit": plan.limits[bucket], "limit_told": plan.certain[bucket],
            "minutes": dict(zip(("least", "most"), plan.minutes(bucket), strict=True)),
        }
        for bucket in BUCKETS
    }  # fmt: skip
    return {
        "schema_version": SCHEMA_VERSION, "policy": plan.policy, "depth": plan.depth,
        "repositories": {**{kind: plan.kinds[kind] for kind in KINDS}, "folders": plan.folders, "total": plan.total},
        "unchanged": plan.unchanged, "left_out": plan.left_out, "listing": {"requests": plan.spent[0], "bytes": plan.spent[1]},
        "requests": buckets, "window_seconds": window(), "cards": plan.cards, "files": plan.files, "weights": plan.weights,
        "named_repositories": plan.bases, "bytes": {"estimate": plan.bytes, "card_mean": CARD_MEAN, "contents_of_files_included": False},
        "limits_of": {"plan": plan.plan, "as_of": as_of()}, "failed": [{"name": name, "reason": reason} for name, reason in plan.failed],
        "notes": plan.notes,
    }  # fmt: skip


def _lines(plan: Plan) -> Iterator[str]:
    parts = [plural(plan.kinds[kind], _WORDS[kind]) for kind in KINDS if plan.kinds[kind]]
    parts += [plural(plan.folders, "folder")] if plan.folders else []
    whole = plural(plan.total, "repository", "repositories")
    inside = f" ({', '.join(parts)})" if parts else ""
    yield f"{whole}{inside}, policy {plan.policy}, depth {plan.depth}"
    if plan.left_out:
        yield f"  {plan.left_out:>7,} left out by the filters"
    if plan.unchanged:
        yield f"  {plan.unchanged:>7,} unchanged since they were last looked at: nothing is asked of them"
    for name, reason in plan.failed[:_SHOWN]:
        yield f"  not listed: {name}: {reason}"
    if len(plan.failed) > _SHOWN:
        yield f"  and {len(plan.failed) - _SHOWN:,} more that could not be listed"
    yield from (f"  note: {note}" for note in plan.notes)
    if plan.spent[0]:
        yield f"Listing cost {plural(plan.spent[0], 'request')} and {plan.spent[1] / 1e6:,.1f} MB, and will again"
    yield from _costs_lines(plan)


def _costs_lines(plan: Plan) -> Iterator[str]:
    yield "Requests beyond the listing"
    for bucket in BUCKETS:
        least, most = plan.requests[bucket]
        count = f"{least:,}" if least == most else f"{least:,} to at most {most:,}"
        limit = f"of {plan.limits[bucket]:,} in {window() / 60:.0f} minutes"
        yield f"  {bucket:<10} {count}, {limit}{'' if plan.certain[bucket] else f' (plan {plan.plan}, table of {as_of()})'}"
    least, most = (max(times) for times in zip(*(plan.minutes(bucket) for bucket in BUCKETS), strict=True))
    minutes = f"{least:,.0f}" if least == most else f"{least:,.0f} to at most {most:,.0f}"
    yield f"Waiting for these limits: {minutes} minutes" if most else "Waiting for these limits: none"
    yield f"Bytes: about {plan.bytes / 1e6:,.1f} MB, if cards have {CARD_MEAN:,} bytes as most do; the listing tells no sizes"
    if plan.files or plan.weights:
        others, weights = plural(plan.files, "other file"), plural(plan.weights, "file")
        heads = f", and the heads of {weights} of weights" if plan.weights else ""
        yield f"  on top the contents of at most {others}{heads}: a request each, or more of large ones"
    if plan.bases:
        yield f"  {plural(plan.bases, 'repository', 'repositories')} that cards name are asked for once, and what those name in turn"
