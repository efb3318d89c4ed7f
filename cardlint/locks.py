"""Locks: what one policy has locked, later layers and flags may make graver, but not loosen.

Nor may what they do to other rules: a locked one gives way only to findings that count and are as grave.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cardlint.errors import ConfigError, UsageError
from cardlint.policy import When, graded
from cardlint.problem import SEVERITIES
from cardlint.weights.named import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

    from cardlint.policy import Lock, Policy, Selection, Setting
    from cardlint.problem import Severity
    from cardlint.report import Finding, Skipped, Target
    from cardlint.rule import Rule

    Holds = Callable[[When], bool]

_WILD = "*?"


class _Outcomes(NamedTuple):
    """What the layers up to a lock can make of a rule: its severities, and the values of each option."""

    severities: set[Severity]
    options: dict[str, list[Any]]


def assert_kept(policy: Policy, holds: Holds | None = None) -> None:
    """Raise where a layer or a flag loosens what an earlier layer locked.

    With `holds`, which says whether a condition holds for a repository (its path aside), all of it is known. Without,
    only what is loosened whatever the repository is an error: locks under a condition wait for one.
    """
    for lock in policy.locks:
        if lock.when is not None and (holds is None or not holds(lock.when)):
            continue
        _assert_no_flag(policy, lock)
        _assert_no_waiver(policy, lock)
        for rule in (policy.rules[name] for name in sorted(lock.ids)):
            for when, setting in policy.settings_of(rule, slice(lock.layer + 1, None)):
                if when is None or holds is None or holds(when):
                    _assert_not_looser(policy, lock, rule, (when, setting), holds)


def _assert_no_flag(policy: Policy, lock: Lock) -> None:
    if ignored := sorted(policy.ignored & lock.ids):
        raise UsageError(f"--ignore {ignored[0]}: {lock.where} locks this rule")


def _assert_no_waiver(policy: Policy, lock: Lock) -> None:
    for layer in policy.layers[lock.layer + 1 :]:
        for waiver in layer.waivers:
            if waived := sorted(waiver.rules & lock.ids):
                message = f"{waived[0]} cannot be waived here: {lock.where} locks it, and only a policy up to there may waive it"
                raise _error(waiver.where, message)


def _assert_not_looser(policy: Policy, lock: Lock, rule: Rule, later: tuple[When | None, Setting], holds: Holds | None) -> None:
    when, setting = later
    where = _path(when) if lock.when is None or lock.when.path is None else lock.when.path
    if _apart(where, _path(when)):
        return
    reached = _outcomes(policy, lock, rule, where, holds)
    # Without a repository the outcomes are those of all there may be, and only what is looser than each is certain.
    judge = all if holds is None else any
    severity = setting.severity
    floor = max(reached.severities, key=SEVERITIES.index)
    if severity not in (None, "harder") and judge(SEVERITIES.index(severity) < SEVERITIES.index(held) for held in reached.severities):
        message = f'"{setting.selector}" would make {rule.id} {severity}, and {lock.where} locks it at {floor}; it may only become graver'
        raise _error(setting.where, message)
    for name, value in setting.options.items():
        if judge(not _same(value, held) for held in reached.options.get(name, [None])):
            raise _error(setting.where, f'"{setting.selector}" would change the option "{name}" of {rule.id}, which {lock.where} locks')


def _outcomes(policy: Policy, lock: Lock, rule: Rule, path: str | None, holds: Holds | None) -> _Outcomes:
    """What the layers up to the lock make of a rule at the paths of one glob (None: at any)."""
    severities: set[Severity] = {rule.severity}
    options = {name: [value] for name, value in rule.options.items()}
    for when, setting in policy.settings_of(rule, slice(lock.layer + 1)):
        certain = _certain(when, lock, path, holds)
        if certain is False:
            continue
        if setting.severity is not None:
            made = {graded(severity, setting.severity) for severity in severities}
            severities = made if certain else severities | made
        for name, value in setting.options.items():
            options[name] = [value] if certain else [*options.get(name, [None]), value]
    return _Outcomes(severities, options)


def _certain(when: When | None, lock: Lock, path: str | None, holds: Holds | None) -> bool | None:
    """Whether a condition holds at the paths of a glob: True, False, or None where that depends."""
    if when is None or when == lock.when:
        return True
    if holds is None:
        return None
    if not holds(when) or _apart(path, when.path):
        return False
    return True if when.path in (None, path) else None


def _same(one: Any, other: Any) -> bool:  # noqa: ANN401 - values of options
    return type(one) is type(other) and bool(one == other)


def _path(when: When | None) -> str | None:
    return None if when is None else when.path


def _apart(one: str | None, other: str | None) -> bool:
    """Whether no path matches both globs, as far as their beginnings tell; a glob without `/` matches anywhere."""
    if one is None or other is None or "/" not in one or "/" not in other:
        return False
    return any(a != b for a, b in zip(_beginning(one), _beginning(other), strict=False))


def _beginning(glob: str) -> str:
    """What stands before the first wildcard."""
    return glob[: min((glob.index(char) for char in _WILD if char in glob), default=len(glob))]


def _error(where: str, message: str) -> ConfigError:
    path, line, column = where.rsplit(":", 2)
    return ConfigError(path, int(line), int(column), message)


# What was found


def insisted(target: Target, selection: Selection) -> Target:
    """A settled target in which locked rules yield to, and are excused by, only what counts and is as grave."""
    yields_to = {rule.id: rule.yields_to for rule in selection.rules if rule.id in selection.held}
    standing: dict[tuple[str, str], int] = {}
    weights: dict[str, int] = {}
    for finding in target.findings:
        weight, key = _weight(finding), (finding.rule, finding.subject)
        standing[key] = max(standing.get(key, 0), weight)
        weights[finding.rule] = min(weights.get(finding.rule, weight), weight)
    kept = (
        finding
        for finding in target.findings
        if selection.lock(finding.rule, finding.path) is None
        or all(standing.get((other, finding.subject), 0) < SEVERITIES.index(finding.severity) for other in yields_to[finding.rule])
    )
    skipped = (_insisted(item, weights, selection) for item in target.skipped)
    return target._replace(findings=tuple(kept), skipped=tuple(skipped))


def _weight(finding: Finding) -> int:
    """How grave a finding is; one that is suppressed or waived is not. What a baseline records is debt somebody has seen."""
    return SEVERITIES.index(finding.severity if finding.suppressed is None or finding.suppressed.kind == "baseline" else "off")


def _insisted(item: Skipped, weights: dict[str, int], selection: Selection) -> Skipped:
    """A skipped rule, without its excuse where a lock asks for a graver one.

    All findings of the rule that excuses it have to count: which of them stood in the way nobody can tell.
    """
    if item.because is None or item.rule not in selection.held:
        return item
    rule, card = selection.policy.rules[item.rule], selection.repository.card_path
    held = selection.held[rule.id]
    # A glob matches itself, and so stands for the paths it means.
    places = [card if lock.when is None or lock.when.path is None else lock.when.path for lock in held]
    if weights.get(item.because, 0) >= max(SEVERITIES.index(selection.severity(rule, place)) for place in places):
        return item
    return item._replace(because=None, reason=f"{item.reason}; {item.because} is no excuse, for {held[0].where} locks {rule.id}")
