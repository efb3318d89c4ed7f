"""Rule cards tested by their own examples: what `cardlint test` runs."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

from cardlint import engine
from cardlint.engine import check_function
from cardlint.errors import CardlintError, ConfigError
from cardlint.formats.concise import headline
from cardlint.options import option_schema, positional_count
from cardlint.policy import Policy
from cardlint.policyfile import load_policy, parse_policy
from cardlint.repository import FACTS, Identity, Repository
from cardlint.rule import did_you_mean, shipped
from cardlint.rulecard import read_rule_card, rule_paths
from cardlint.source import Memory

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from cardlint.report import Target
    from cardlint.repository import Kind
    from cardlint.rule import Rule
    from cardlint.rulecard import Example, RuleCard


def verify_folder(root: Path) -> Iterator[tuple[Path, list[str]]]:
    """Every rule card of a folder with what is wrong with it, each as `file:line:column: message`."""
    cards: dict[Path, RuleCard | str] = {}
    for path in rule_paths(root):
        try:
            cards[path] = read_rule_card(path, root)
        except CardlintError as error:
            cards[path] = str(error)
    rules = {**shipped(), **{card.rule.id: card.rule for card in cards.values() if not isinstance(card, str)}}
    for path, card in cards.items():
        yield path, [card] if isinstance(card, str) else list(verify(card, rules))


def verify(card: RuleCard, rules: Mapping[str, Rule]) -> Iterator[str]:
    """What is wrong with one card, `rules` being all there are: its facts, its check, its options, its examples."""
    yield from _wrong_facts(card)
    try:
        check = check_function(card.rule)
    except (ImportError, AttributeError) as error:
        yield _at(card, "check", f"there is no check {card.rule.check} ({error})")
        return
    if positional_count(check) != len(card.rule.given):
        yield _at(card, "given", f"{card.rule.check} takes {positional_count(check)} given values, not {len(card.rule.given)}")
        return
    wrong = list(_wrong_options(card))
    yield from wrong
    if wrong:
        return
    for verdict in ("Fails", "Passes"):
        if not any(example.verdict == verdict for example in card.examples):
            yield _at(card, "id", f"the card has no example under ### {verdict}")
    for example in card.examples:
        yield from _wrong_example(card, example, rules)


def _at(card: RuleCard, key: str, message: str) -> str:
    line, column = card.place(key)
    return str(ConfigError(card.text.path, line, column, message))


def _wrong_facts(card: RuleCard) -> Iterator[str]:
    for fact in sorted(card.rule.facts - FACTS.keys()):
        yield _at(card, "given", f'there is no fact "{fact}"{did_you_mean(fact, FACTS)}')


def _wrong_options(card: RuleCard) -> Iterator[str]:
    import jsonschema

    schema = option_schema(check_function(card.rule))
    for error in jsonschema.Draft202012Validator(schema).iter_errors(dict(card.rule.options)):
        yield _at(card, "with" if "with" in card.entry else "check", f"options of {card.rule.check}: {error.message}")


def _wrong_example(card: RuleCard, example: Example, rules: Mapping[str, Rule]) -> Iterator[str]:
    target = run_example(card, example, rules)
    place = f"{card.text.path}:{example.line}:1"
    for failed in target.failed:
        yield f"{place}: the check raised {failed.error}"
    for skipped in target.skipped:
        yield f"{place}: the rule was skipped: {skipped.reason}"
    if card.rule.kinds and target.kind not in card.rule.kinds:
        yield f"{place}: the example is a {target.kind}, of which the rule does not speak"
    actual = "".join(f"{headline(finding)}\n" for finding in target.findings)
    if example.verdict == "Fails" and not actual:
        yield f"{place}: the example should fail, and nothing was found"
    elif example.verdict != "Fails" and actual:
        yield f"{place}: the example should pass, but found:\n{actual}"
    elif example.expected is not None and example.expected.strip() != actual.strip():
        yield f"{place}: the findings differ:\n{_difference(example.expected, actual)}"


def run_example(card: RuleCard, example: Example, rules: Mapping[str, Rule]) -> Target:
    """What the card's rule alone finds in an example."""
    policy = load_policy(rules, select=(card.rule.id,))
    if example.policy is not None:
        layer = parse_policy(rules, example.policy, f"{card.text.path} (policy block)")
        policy = Policy(policy.name, rules, (*policy.layers, layer), policy.select)
    kind: Kind = example.kind or ("model" if "model" in card.rule.kinds else card.rule.kinds[0])  # type: ignore[assignment]
    repository = Repository(Memory(example.files), Identity(kind, told=True))
    return engine.run(repository, policy.bind(repository))


def _difference(expected: str, actual: str) -> str:
    lines = difflib.unified_diff(expected.strip().splitlines(), actual.strip().splitlines(), "expected", "found", lineterm="")
    return "\n".join(lines)
