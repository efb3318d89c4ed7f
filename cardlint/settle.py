"""Settling: what of the findings counts. Suppressions, waivers and the baseline are applied, and judged themselves.

Pure: from what a repository, a policy and a baseline say. Suppressed findings stay, marked with the reason. The rules
about our own files (`rules/meta`) read what is found out here, so they run last; what they find can be recorded in a
baseline, but neither suppressed nor waived.
"""

from __future__ import annotations

import os
from collections import Counter, defaultdict
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Literal

from cardlint import engine
from cardlint.comments import MOST
from cardlint.errors import UsageError, masked
from cardlint.locks import insisted
from cardlint.report import Suppressed
from cardlint.rule import did_you_mean
from cardlint.source import matches
from cardlint.suppressions import suppressions
from cardlint.weights.named import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from cardlint.baseline import Baseline
    from cardlint.policy import Selection, Waiver
    from cardlint.problem import Confidence
    from cardlint.report import Entry, Finding, Target
    from cardlint.repository import Repository
    from cardlint.rule import Rule
    from cardlint.suppressions import Suppression

_OUTDATED = "outdated"


class Terms(NamedTuple):
    """What holds for a whole run: the day it is, the baseline, and whether a new one is asked for."""

    today: date
    baseline: Baseline | None = None
    record: bool = False
    min_confidence: Confidence = "low"


class Judged(NamedTuple):
    """A suppression and what became of it. `why` says more of the verdicts `unused` and `void`."""

    suppression: Suppression
    verdict: Literal["used", "unused", "void", "without reason", "unknown"]
    why: str = ""


def today() -> date:
    """The day it is (UTC), or the one SOURCE_DATE_EPOCH says, so that a run can be repeated. Raises UsageError."""
    given = os.environ.get("SOURCE_DATE_EPOCH")
    if not given:
        return datetime.now(UTC).date()
    try:
        return datetime.fromtimestamp(int(given), UTC).date()
    except (ValueError, OverflowError, OSError):
        raise UsageError(f'SOURCE_DATE_EPOCH is "{given}"; expected seconds since 1970, or nothing') from None


def check(repository: Repository, selection: Selection, terms: Terms, *, name: str = ".", shown: str = "") -> Target:
    """What the selected rules find in a repository, settled; `shown` is how its folder is reached from the working directory."""
    found = engine.run(repository, selection, name=name, min_confidence=terms.min_confidence)
    return settle(repository, selection, found._replace(shown=shown), terms)


def settle(repository: Repository, selection: Selection, target: Target, terms: Terms) -> Target:
    """A target whose suppressed findings are marked, with the findings of the rules about our own files."""
    rules = engine.running(selection, terms.min_confidence)
    judged, findings = _suppressed(repository, selection, target, [rule for rule in rules if not rule.facts & engine.SETTLED])
    here = [waiver for waiver in selection.policy.waivers if _is_here(waiver, repository)]
    findings = _waived(findings, [waiver for waiver in here if terms.today <= waiver.expires])
    target = target._replace(findings=tuple(findings))
    repository.provide("suppressions", judged)
    repository.provide("expired", tuple(waiver for waiver in here if terms.today > waiver.expires))
    target = _joined(target, selection, repository, [rule for rule in rules if rule.facts & (engine.SETTLED - {_OUTDATED})])
    target = _held_against(target, selection, repository, terms)
    repository.provide(_OUTDATED, target.gone)
    target = _joined(target, selection, repository, [rule for rule in rules if _OUTDATED in rule.facts])
    return insisted(target, selection) if selection.held else target


def _joined(target: Target, selection: Selection, repository: Repository, rules: list[Rule]) -> Target:
    """The target with what further rules find."""
    if not rules:
        return target
    more = engine.examine(repository, selection, rules)
    findings = engine.yielded([*target.findings, *map(_placeless, more.findings)], selection)
    return target._replace(
        findings=tuple(sorted(findings, key=lambda finding: finding.order)),
        skipped=(*target.skipped, *more.skipped), failed=(*target.failed, *more.failed),
        not_applicable=(*target.not_applicable, *more.not_applicable),
    )  # fmt: skip


def _placeless(finding: Finding) -> Finding:
    """What is wrong with a policy or a baseline is at no path of the repository."""
    return finding._replace(path=None) if finding.place is None else finding


def of_file(target: Target, path: str, terms: Terms) -> Target:
    """What of a target is about one file; what the baseline records of others is recorded again."""
    others = [item for item in terms.baseline.of(target.folder) if item.path != path] if terms.baseline and terms.record else []
    return target._replace(
        findings=tuple(item for item in target.findings if item.path == path),
        gone=tuple(item for item in target.gone if item.path == path),
        recorded=(*(item for item in target.recorded if item.path == path), *others),
    )


# Suppressions


def _suppressed(
    repository: Repository, selection: Selection, target: Target, rules: list[Rule]
) -> tuple[tuple[Judged, ...], list[Finding]]:
    """The suppressions with what became of each, and the findings with those marked that one silences."""
    found = suppressions(repository)
    verdicts = [_void(item, selection) for item in found[:MOST]]
    by_rule: dict[str, list[int]] = defaultdict(list)
    for index, (item, verdict) in enumerate(zip(found, verdicts, strict=False)):
        if verdict is None:
            by_rule[_id(item, selection)].append(index)
    used: set[int] = set()
    findings = [_silenced(finding, found, by_rule.get(finding.rule, ()), used, selection) for finding in target.findings]
    looked = _looked(target, rules)
    for index, verdict in enumerate(verdicts):
        verdicts[index] = verdict or _verdict(found[index], index in used, looked, selection)
    judged = [verdict for verdict in verdicts if verdict is not None]
    judged += [Judged(item, "void", f"only the first {MOST:,} of a repository count") for item in found[MOST:]]
    return tuple(judged), findings


def _id(item: Suppression, selection: Selection) -> str:
    """The id of the rule a suppression names, whatever it was once called."""
    aliases = selection.policy.rules
    return item.rule if item.rule in aliases else next((rule.id for rule in aliases.values() if item.rule in rule.aliases), "")


def _void(item: Suppression, selection: Selection) -> Judged | None:
    """The verdict on a suppression that has no effect whatever is found; None on one that has."""
    if not item.rule:
        return Judged(item, "void", "it cannot be read; write `cardlint: ignore[rule-id] reason`")
    rule = selection.policy.rules.get(_id(item, selection))
    if rule is None:
        return Judged(item, "void", f'there is no rule "{item.rule[:60]}"{did_you_mean(item.rule, selection.policy.rules)}')
    if not item.reason:
        return Judged(item, "without reason")
    if rule.facts & engine.SETTLED:
        return Judged(item, "void", f"what {rule.id} reports cannot be suppressed")
    if (lock := selection.lock(rule.id, None)) is not None:
        return Judged(item, "void", f"{lock.where} locks {rule.id}")
    return None


def _silenced(finding: Finding, found: tuple[Suppression, ...], candidates: Iterable[int], used: set[int], selection: Selection) -> Finding:
    """The finding, marked where a suppression covers it; every one that does was of use."""
    if selection.lock(finding.rule, finding.path) is not None:
        return finding
    covering = [index for index in candidates if found[index].covers(finding)]
    used.update(covering)
    return finding._replace(suppressed=Suppressed("inline", found[covering[0]].reason)) if covering else finding


def _looked(target: Target, rules: list[Rule]) -> dict[str, Rule]:
    """The rules that ran, could look, and reported all there is."""
    counts = Counter(finding.rule for finding in target.findings)
    hindered = {*(item.rule for item in target.skipped), *(item.rule for item in target.failed), *target.not_applicable}
    return {rule.id: rule for rule in rules if rule.id not in hindered and counts[rule.id] < engine.MOST_PER_RULE}


def _verdict(item: Suppression, used: bool, looked: dict[str, Rule], selection: Selection) -> Judged:  # noqa: FBT001 - as in Judged
    if used:
        return Judged(item, "used")
    rule = looked.get(_id(item, selection))
    if rule is None or selection.severity(rule, item.span.path) == "off":
        return Judged(item, "unknown")
    return Judged(item, "unused", f"{rule.id} finds nothing {_WHERE[item.scope]}")


_WHERE = {"repository": "in this repository", "file": "in this file", "range": "there"}


# Waivers


def _is_here(waiver: Waiver, repository: Repository) -> bool:
    """Whether a waiver speaks of this repository; one for some repositories does not speak of one without a name."""
    name = repository.identity.id
    return waiver.repository is None or (name is not None and matches(name, waiver.repository))


def _waived(findings: list[Finding], waivers: list[Waiver]) -> list[Finding]:
    by_rule: dict[str, list[Waiver]] = defaultdict(list)
    for waiver in waivers:
        for rule in waiver.rules:
            by_rule[rule].append(waiver)
    return [_excused(finding, by_rule.get(finding.rule, [])) for finding in findings]


def _excused(finding: Finding, waivers: list[Waiver]) -> Finding:
    """The finding, marked where somebody answers for it."""
    if finding.suppressed is None:
        for waiver in waivers:
            if waiver.path is None or (finding.path is not None and matches(finding.path, waiver.path)):
                return finding._replace(suppressed=Suppressed("waiver", f"{waiver.reason} ({waiver.owner}, until {waiver.expires})"))
    return finding


# The baseline


def _held_against(target: Target, selection: Selection, repository: Repository, terms: Terms) -> Target:
    """The target, its findings held against the baseline, and what a new one should record."""
    held = terms.baseline
    if held is None and not terms.record:
        return target
    from cardlint.baseline import entry, match

    matched = match(held.of(target.folder) if held else (), list(target.findings), _is_gone(repository))
    rules = [rule for rule in engine.running(selection, terms.min_confidence) if _OUTDATED not in rule.facts]
    hindered = {rule.id for rule in selection.policy.rules.values()} - _looked(target, rules).keys()
    unjudged = [item for item in matched.gone if item.rule in hindered]
    recorded = [entry(target.folder, finding) for finding in target.findings if finding.suppressed is None]
    if held is not None:
        pairs = zip(target.findings, matched.known, strict=True)
        target = target._replace(findings=tuple(_known(finding, item, held.name) for finding, item in pairs))
    if terms.record:
        return target._replace(recorded=(*recorded, *unjudged))
    return target._replace(gone=tuple(item for item in matched.gone if item.rule not in hindered))


def _known(finding: Finding, item: Entry | None, name: str) -> Finding:
    """The finding with its state, and marked where the baseline has it."""
    if item is None:
        return finding._replace(state="new")
    known = finding._replace(state="unchanged")
    return known if finding.suppressed else known._replace(suppressed=Suppressed("baseline", masked(f"recorded in {name}")))


def _is_gone(repository: Repository) -> Callable[[str], bool]:
    """Whether a file is no longer there; where not all files are known, nobody can say."""
    listed = repository.source.listed
    return lambda path: listed and path not in repository.listing
