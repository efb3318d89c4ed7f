"""How grave a rule is under each policy that ships."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from cardlint.policy import DEFAULT, Policy
from cardlint.policyfile import shipped_policies
from cardlint.repository import Identity, Repository
from cardlint.source import Memory

if TYPE_CHECKING:
    from cardlint.policy import Selection, When
    from cardlint.repository import Kind
    from cardlint.rule import Rule


def policies() -> list[str]:
    """The names of the policies that ship, the default first."""
    return sorted(shipped_policies(), key=lambda name: (name != DEFAULT, name))


@cache
def selection(policy: str, kind: Kind) -> Selection:
    """A policy for a repository of which nothing but its kind is known."""
    return Policy.load(policy).bind(Repository(Memory({}), Identity(kind, told=True)))


def severity(policy: str, rule: Rule, kind: Kind) -> str:
    """The severity of a rule for a kind."""
    return selection(policy, kind).severity(rule, None)


def severities(rule: Rule) -> dict[str, dict[Kind, str]]:
    """The severity of a rule by policy and kind."""
    return {policy: {kind: severity(policy, rule, kind) for kind in rule.kinds} for policy in policies()}


def conditional(policy: str, rule: Rule) -> list[str]:
    """What overrides of a policy say of a rule's severity under more than its kind, as `note where relation is quantized`."""
    settings = selection(policy, rule.kinds[0]).policy.settings_of(rule)
    found = (
        f"{setting.severity} where {condition(when)}"
        for when, setting in settings
        if when is not None and setting.severity is not None and when._replace(kind=None) != type(when)()
    )
    return list(dict.fromkeys(found))


def condition(when: When) -> str:
    """A condition in words."""
    return " and ".join(f"{name} is {value}" for name, value in when._asdict().items() if value is not None)


def badge(severity: str) -> str:
    """A severity as a mark."""
    return f'<span class="severity severity-{severity}">{severity}</span>'
