"""A run for a terminal: what was looked at and what not, then what was found, then where to begin."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cardlint.audit.figures import Figures
from cardlint.formats.contents import plural
from cardlint.formats.safe import visible_line

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cardlint.audit.store import Store

_MOST = 10
_REASONS = 5
_WORDS = {"model": "model", "dataset": "dataset", "space": "Space"}
_KIND_ORDER = ("model", "dataset", "space")


def render(store: Store, run: int) -> Iterator[str]:
    """Lines, each with its end, that act on no terminal."""
    for line in _lines(Figures(store, run)):
        yield visible_line(line) + "\n"


def _lines(it: Figures) -> Iterator[str]:
    yield from _coverage(it)
    yield ""
    yield from _findings(it)
    rules = sorted(it.rules, key=lambda rule: -rule.repositories)[:_MOST]
    if rules:
        yield ""
        yield "Rules in most repositories"
        width = max(len(rule.rule) for rule in rules)
        for rule in rules:
            where = f"{rule.repositories:,} of {plural(rule.looked, 'repository', 'repositories')}"
            yield f"  {rule.severity:<8} {rule.rule:<{width}} {where:>26} {plural(rule.findings, 'finding'):>16}"
    worst = it.repositories(_MOST)
    if worst:
        yield ""
        yield "Repositories with most errors"
        for name, errors, warnings in worst:
            yield f"  {plural(errors, 'error'):>12} {plural(warnings, 'warning'):>14}  {name}"
    if it.honoured:
        yield ""
        yield "Their own configuration or suppressions were obeyed in"
        yield from (f"  {name}: {', '.join(what)}" for name, what in it.honoured)


def _coverage(it: Figures) -> Iterator[str]:
    outcomes, kinds = it.outcomes, it.kinds
    total = sum(outcomes.values())
    parts = ", ".join(plural(kinds[kind], _WORDS[kind]) for kind in _KIND_ORDER if kinds.get(kind))
    whole = plural(total, "repository", "repositories")
    yield f"{whole}{f' ({parts})' if parts else ''}, policy {it.row['policy']}, depth {it.row['depth']}"
    for state, count in outcomes.items():
        if count or state == "audited":
            unchanged = f", {it.reused:,} in all unchanged" if state == "audited" and it.reused else ""
            yield f"  {state:<8} {count:>6,} of {total:,}{unchanged}"
            reasons = [] if state in {"audited", "pending"} else [reason for reason in it.reasons() if reason.state == state]
            yield from (f"           {reason.repositories:>5,}  {reason.reason}" for reason in reasons[:_REASONS])
            if len(reasons) > _REASONS:
                yield f"                  and {len(reasons) - _REASONS:,} more reasons"
    if it.row["left_out"]:
        yield f"  {it.row['left_out']:,} more were left out by the filters"
    yield from (f"  not listed: {what}: {reason}" for what, reason in it.unlisted)


def _findings(it: Figures) -> Iterator[str]:
    seen = it.outcomes["audited"] + it.outcomes["skipped"] + it.outcomes["failed"]
    for severity, count in it.severities.items():
        yield f"{plural(count.findings, severity)} in {count.repositories:,} of {plural(seen, 'repository', 'repositories')}"
    if it.suppressed:
        yield f"{plural(it.suppressed, 'finding')} suppressed"
    if it.fixable:
        yield f"{plural(it.fixable, 'finding')} can be fixed"
    if (change := it.change) is not None:
        yield f"Since run {change.run} of {change.ended[:10]}: {change.new:,} new, {change.gone:,} gone"
    cost = it.row
    yield f"{plural(cost['requests'], 'request')}, {cost['received']:,} bytes, {cost['waited']:.0f} s waited for rate limits"
