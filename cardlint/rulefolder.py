"""Folders of rule cards that do not ship: an organisation's, or a plug-in's. Their cards are validated when they are read."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING

from cardlint.engine import SETTLED, check_function
from cardlint.errors import ConfigError, UsageError
from cardlint.options import option_schema, positional_count
from cardlint.repository import FACTS
from cardlint.rule import did_you_mean, find, shipped
from cardlint.rulecard import read_rule_card, rule_paths

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path
    from typing import Any

    from cardlint.rule import Rule
    from cardlint.rulecard import RuleCard

MOST_CARDS = 1000
_MAPPINGS = frozenset({"frontmatter", "config", "adapter_config", "model_index"})
_SAME = {"listing": "files"}
_ALSO = {
    "node": ("mapping", "mapping or nothing"),
    "mapping or nothing": ("mapping",),
    "known_files": ("files",),
    "known_lineage": ("lineage",),
}


def read_rules(folder: Path, known: Mapping[str, Rule], within: Path | None = None) -> dict[str, Rule]:
    """The rules of an organisation's folder, by id. Raises ConfigError, or UsageError where there are no cards.

    Their checks are those that ship: nothing is imported from the folder.
    """
    read = list(cards(folder, within))
    rules: dict[str, Rule] = {}
    for card in read:
        rule = card.rule._replace(home=str(folder.resolve()))
        if error := definition_error(card, rule):
            raise error
        taken = known.get(rule.id) or rules.get(rule.id)
        if taken is not None and taken.card.resolve() != rule.card:
            raise error_at(card, "id", f'there is a rule "{rule.id}" already, {taken.card}; give this one another id')
        rules[rule.id] = rule
    everything = {**known, **rules}
    return {card.rule.id: named(card, rules[card.rule.id], everything) for card in read}


def named(card: RuleCard, rule: Rule, rules: Mapping[str, Rule]) -> Rule:
    """The rule with those it yields to under their full ids, `rules` being all there are. Raises ConfigError for a name that is wrong.

    A name without prefix means the rule with the same prefix before one that ships. One with a prefix that nobody here
    has is left as it is: it may mean a plug-in that is not installed.
    """
    for alias in rule.aliases:
        for other in rules.values():
            if other.id != rule.id and alias in (other.id, *other.aliases):
                raise error_at(card, "aliases", f'"{alias}" is the name of another rule, {other.card}')
    return rule._replace(yields_to=tuple(_yielded(card, rule, name, rules) for name in rule.yields_to))


def _yielded(card: RuleCard, rule: Rule, name: str, rules: Mapping[str, Rule]) -> str:
    prefix, slash, _ = rule.id.rpartition("/")
    full = f"{prefix}{slash}{name}"
    if full not in rules:
        foreign, slash, _ = name.rpartition("/")
        if slash and not any(other.startswith(f"{foreign}/") for other in rules):
            return name
        try:
            full = find(rules, name).id
        except UsageError as error:
            raise error_at(card, "yields_to", str(error)) from None
    if full == rule.id:
        raise error_at(card, "yields_to", "a rule that yields to itself reports nothing")
    return full


def cards(folder: Path, within: Path | None = None) -> Iterator[RuleCard]:
    """The cards of a rules folder, as they are. Raises ConfigError and UsageError, also for one that is a link out of `within`."""
    if not folder.is_dir():
        raise UsageError(f"{folder} is not a folder of rule cards (CATEGORY/RULE.md)")
    paths = rule_paths(folder)
    if not paths:
        raise UsageError(f"{folder} holds no rule card (CATEGORY/RULE.md)")
    if len(paths) > MOST_CARDS:
        raise UsageError(f"{folder} holds more than {MOST_CARDS:,} rule cards")
    for path in paths:
        if not path.is_file():
            raise UsageError(f"{path} is not a regular file")
        if within is not None and not path.resolve().is_relative_to(within):
            raise UsageError(f"{path} is a link that leads outside the repository")
        try:
            yield read_rule_card(path, folder)
        except OSError as error:
            raise UsageError(f"{path} cannot be read: {error.strerror or error}") from error


def definition_error(card: RuleCard, rule: Rule) -> ConfigError | None:
    """What is wrong with a card's definition, if anything: a fact that does not exist, its check, its values, its options."""
    for fact in sorted(rule.facts - FACTS.keys()):
        return error_at(card, "given", f'there is no fact "{fact}"{did_you_mean(fact, FACTS)}')
    try:
        check = check_function(rule)
    except (ImportError, AttributeError) as error:
        return error_at(card, "check", f"there is no check {rule.check} ({error})")
    if not _is_check(check, rule):
        return error_at(card, "check", f"{rule.check} is no check: a check is a function of that module that yields problems")
    if positional_count(check) != len(rule.given):
        return error_at(card, "given", f"{rule.check} takes {positional_count(check)} given values, not {len(rule.given)}")
    return _wrong_fact(card, rule) or _wrong_option(card, rule, check)


def _wrong_fact(card: RuleCard, rule: Rule) -> ConfigError | None:
    """A fact of another type than the check takes, as far as the rules that ship tell."""
    alike = [other for other in shipped().values() if other.check == rule.check and len(other.given) == len(rule.given)]
    for number, path in enumerate(rule.given):
        fitting = {shape for other in alike for shape in _fitting(other.given[number], number)}
        if _shape(path, number) not in fitting and (alike or path.partition(".")[0] in SETTLED):
            usual = sorted({other.given[number] for other in alike})
            like = f"; the rules that ship give it {' or '.join(usual[:3])}" if usual else ""
            return error_at(card, "given", f'{rule.check} cannot do with "{path}"{like}')
    return None


def _shape(path: str, number: int) -> str:
    """What a fact path gives: a mapping, one that may be None, any node inside of one, or what its own name says."""
    fact, dot, _ = path.partition(".")
    if fact not in _MAPPINGS:
        return _SAME.get(path, path)
    if dot:
        return "node"
    return "mapping" if fact == "frontmatter" or number == 0 else "mapping or nothing"


def _fitting(path: str, number: int) -> tuple[str, ...]:
    """What may stand in the place of a path: a check that takes any node takes a mapping."""
    shape = _shape(path, number)
    return (shape, *_ALSO.get(shape, ()))


def _is_check(check: Callable[..., Any], rule: Rule) -> bool:
    """Whether it is meant to be called: no helper, nothing a module of checks only imports."""
    module, _, name = rule.check.rpartition(".")
    at_home = getattr(check, "__module__", None) == f"{rule.package}.{module}"
    return at_home and inspect.isgeneratorfunction(check) and not name.startswith("_")


def _wrong_option(card: RuleCard, rule: Rule, check: Callable[..., Any]) -> ConfigError | None:
    import jsonschema

    for error in jsonschema.Draft202012Validator(option_schema(check)).iter_errors(dict(rule.options)):
        return error_at(card, "with" if "with" in card.entry else "check", f"options of {rule.check}: {error.message}")
    return None


def error_at(card: RuleCard, key: str, message: str) -> ConfigError:
    """The error that says what is wrong at a frontmatter key of a card."""
    line, column = card.place(key)
    return ConfigError(card.text.path, line, column, message)
