"""Rules: the frontmatter of rule cards. Shipped rules come from the index that is built of their cards."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from cardlint.errors import UsageError
from cardlint.locate import data_folder
from cardlint.weights.named import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from cardlint.problem import Confidence, Security, Severity
    from cardlint.repository import Kind

CHECKS = "cardlint.checks"


class Rule(NamedTuple):
    """One rule. `given` are fact paths, `check` is `module.function` under `cardlint.checks`, `options` its keywords.

    `path` is where the card lies relative to its rules folder; `category` is that folder's name. Of a rule that does
    not ship `home` is the rules folder; of one that a plug-in brings `package` is where its check stands.
    `security` says how grave it is for what can run or leak, of a rule that is about that.
    """

    id: str
    category: str
    title: str
    severity: Severity
    kinds: tuple[Kind, ...]
    given: tuple[str, ...]
    check: str
    since: str
    path: str
    options: Mapping[str, Any] = MappingProxyType({})
    confidence: Confidence = "high"
    preview: bool = False
    deprecated: str | None = None
    aliases: tuple[str, ...] = ()
    yields_to: tuple[str, ...] = ()
    fixable: bool = False
    home: str = ""
    package: str = CHECKS
    security: Security | None = None

    @property
    def card(self) -> Path:
        """The rule's card on disk."""
        return Path(self.home or data_folder("rules")) / self.path

    @property
    def facts(self) -> frozenset[str]:
        """The names of the facts the rule reads."""
        return _facts(self.given)


@cache
def _facts(given: tuple[str, ...]) -> frozenset[str]:
    return frozenset(path.partition(".")[0] for path in given)


def rule_from(entry: Mapping[str, Any]) -> Rule:
    """A rule from the frontmatter of its card, with `category`, `title`, `path` and `fixable` added by whoever read the card."""
    given = entry["given"]
    optional: dict[str, Any] = {
        name: entry[name] for name in ("confidence", "security", "preview", "deprecated", "fixable") if name in entry
    }
    for name in ("aliases", "yields_to"):
        optional[name] = tuple(entry.get(name, ()))
    return Rule(
        id=entry["id"], category=entry["category"], title=entry["title"], severity=entry["severity"],
        kinds=tuple(entry["kinds"]), given=(given,) if isinstance(given, str) else tuple(given), check=entry["check"],
        since=entry["since"], path=entry["path"], options=entry.get("with", {}), **optional,
    )  # fmt: skip


@cache
def shipped() -> dict[str, Rule]:
    """Every rule that ships, by id, sorted."""
    return {entry["id"]: rule_from(entry) for entry in _index()["rules"]}


def shipped_hash() -> str:
    """SHA-256 over the shipped rules, for reports: two reports with one hash were made by the same rules."""
    return str(_index()["hash"])


@cache
def _index() -> dict[str, Any]:
    index: dict[str, Any] = json.loads((data_folder("rules") / "index.json").read_bytes())
    return index


def find(rules: Mapping[str, Rule], name: str) -> Rule:
    """The rule of this id or former id. Raises UsageError with the nearest ids."""
    if name in rules:
        return rules[name]
    for rule in rules.values():
        if name in rule.aliases:
            return rule
    raise UsageError(f'there is no rule "{name}"{did_you_mean(name, rules)}')


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """`; did you mean a or b?`, or nothing where nothing known is near."""
    from cardlint.nearness import nearest  # only on the way to an error

    near = nearest(name, known)
    return f"; did you mean {' or '.join(near)}?" if near else ""


def matching(rules: Mapping[str, Rule], selector: str) -> list[str]:
    """The ids a selector means: an id, `category/`, the `name/` of a plug-in or of prefixed ids, or `all`.

    Raises UsageError where it means none. What a plug-in that could not be loaded would have brought is no error: the
    run goes on and names the plug-in.
    """
    if selector == "all":
        return list(rules)
    if selector.endswith("/"):
        found = [rule.id for rule in rules.values() if rule.category == selector[:-1] or rule.id.startswith(selector)]
        if found or _of_broken_plugin(selector):
            return found
        categories = sorted({rule.category + "/" for rule in rules.values()})
        raise UsageError(f'there is no category "{selector}"{did_you_mean(selector, categories)}')
    if selector not in rules and _of_broken_plugin(selector):
        return []
    return [find(rules, selector).id]


def _of_broken_plugin(selector: str) -> bool:
    prefix, slash, _ = selector.partition("/")
    if not slash:
        return False
    from cardlint.plugins import installed

    return prefix in installed().broken


@cache
def known() -> dict[str, Rule]:
    """The rules that ship and those that installed plug-ins bring, by id, sorted."""
    from cardlint.plugins import installed

    brought = installed().rules
    return dict(sorted({**shipped(), **brought}.items())) if brought else shipped()
