"""Locks: what one policy has locked, later layers and flags may make graver, but not loosen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from cardlint.errors import ConfigError, UsageError
from cardlint.policy import When, graded
from cardlint.problem import SEVERITIES

if TYPE_CHECKING:
    from collections.abc import Callable

    from cardlint.policy import Lock, Policy, Setting
    from cardlint.problem import Severity
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
