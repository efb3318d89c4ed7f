"""Folders of rule cards that do not ship: an organisation's, or a plug-in's. Their cards are validated when they are read."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING

from cardlint.engine import check_function
from cardlint.errors import ConfigError, UsageError
from cardlint.options import option_schema, positional_count
from cardlint.repository import FACTS
from cardlint.rule import did_you_mean
from cardlint.rulecard import read_rule_card, rule_paths

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path
    from typing import Any

    from cardlint.rule import Rule
    from cardlint.rulecard import RuleCard

MOST_CARDS = 1000


def read_rules(folder: Path, known: Mapping[str, Rule]) -> dict[str, Rule]:
    """The rules of an organisation's folder, by id. Raises ConfigError, or UsageError where there are no cards.

    Their checks are those that ship: nothing is imported from the folder.
    """
    rules: dict[str, Rule] = {}
    for card in cards(folder):
        rule = card.rule._replace(home=str(folder.resolve()))
        if error := definition_error(card, rule):
            raise error
        taken = known.get(rule.id) or rules.get(rule.id)
        if taken is not None and taken.card.resolve() != rule.card:
            raise error_at(card, "id", f'there is a rule "{rule.id}" already, {taken.card}; give this one another id')
        rules[rule.id] = rule
    return rules


def cards(folder: Path) -> Iterator[RuleCard]:
    """The cards of a rules folder, as they are. Raises ConfigError and UsageError."""
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
    return _wrong_option(card, rule, check)


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
