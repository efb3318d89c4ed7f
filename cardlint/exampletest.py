"""Rule cards tested by their own examples: what `cardlint test` runs."""

from __future__ import annotations

import difflib
from dataclasses import replace
from datetime import date
from functools import partial
from itertools import zip_longest
from typing import TYPE_CHECKING

from cardlint import engine, settle
from cardlint.baseline import parse
from cardlint.engine import check_function
from cardlint.errors import CardlintError, ConfigError
from cardlint.fix import fixed
from cardlint.formats.concise import headline
from cardlint.options import option_schema, positional_count
from cardlint.plugins import at_home, plugin_at
from cardlint.policy import Policy
from cardlint.policyfile import CONFIG_NAME, load_policy, parse_policy
from cardlint.repository import FACTS, Identity, Repository
from cardlint.rule import did_you_mean, shipped
from cardlint.rulecard import read_rule_card, rule_paths
from cardlint.rulefolder import named
from cardlint.source import Memory, Shelf

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from cardlint.report import Target
    from cardlint.repository import Kind
    from cardlint.rule import Rule
    from cardlint.rulecard import Example, RuleCard

EXAMPLE_DAY = date(2026, 1, 1)  # the day it is in examples, for waivers


def verify_folder(root: Path) -> Iterator[tuple[Path, list[str]]]:
    """Every rule card of a folder with what is wrong with it, each as `file:line:column: message`."""
    cards: dict[Path, RuleCard | str] = {}
    for path in rule_paths(root):
        try:
            read = read_rule_card(path, root)
            cards[path] = replace(read, rule=at_home(read.rule, root))
        except CardlintError as error:
            cards[path] = str(error)
    rules = {**shipped(), **{card.rule.id: card.rule for card in cards.values() if not isinstance(card, str)}}
    for path, card in cards.items():
        yield path, [card] if isinstance(card, str) else [*_wrong_names(card, rules, root), *verify(card, rules)]


def _wrong_names(card: RuleCard, rules: Mapping[str, Rule], root: Path) -> Iterator[str]:
    """What is wrong with the other names a card gives. Those of a plug-in, whose ids get a prefix, are known to be right: it was loaded."""
    if plugin_at(root) is not None:
        return
    try:
        named(card, card.rule, rules)
    except ConfigError as error:
        yield str(error)


def verify(card: RuleCard, rules: Mapping[str, Rule]) -> Iterator[str]:
    """What is wrong with one card, `rules` being all there are: its facts, its check, its options, its examples."""
    yield from _wrong_facts(card)
    try:
        check = check_function(card.rule)
    except (ImportError, AttributeError) as error:
        yield _at(card, "check", f"there is no check {card.rule.check} ({error})")
        return
    except (KeyboardInterrupt, GeneratorExit):
        raise
    except BaseException as error:  # noqa: BLE001 - importing a plug-in's check may raise anything, SystemExit too
        yield _at(card, "check", f"the check {card.rule.check} cannot be loaded: {type(error).__name__}: {error}")
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
        if example.verdict != "Fixed":
            yield from _wrong_example(card, example, rules)
    yield from _wrong_fixes(card, rules)


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


def _wrong_fixes(card: RuleCard, rules: Mapping[str, Rule]) -> Iterator[str]:
    """What is wrong with the fixed examples: the first shows what becomes of the first failing example of its kind, and so on."""
    kinds = dict.fromkeys(example.kind for example in card.examples)
    changed = 0
    for kind in kinds:
        fails, fixes = ([item for item in card.examples if item.kind == kind and item.verdict == verdict] for verdict in ("Fails", "Fixed"))
        for example in fixes[len(fails) :]:
            yield f"{card.text.path}:{example.line}:1: there is no failing example that this one could be the fixed form of"
        for failing, example in zip_longest(fails, fixes[: len(fails)]):
            target = fixed_example(card, failing, rules)
            changed += bool(target.fixing and target.fixing.changes)
            yield from _wrong_fix(card, failing, example, target)
    if card.rule.fixable and not changed:
        yield _at(card, "id", "the card has examples under ### Fixed, but nothing in its failing examples can be fixed")


def _wrong_fix(card: RuleCard, failing: Example, example: Example | None, target: Target) -> Iterator[str]:
    changes = target.fixing.changes if target.fixing else ()
    place = f"{card.text.path}:{(example or failing).line}:1"
    for failed in target.failed:
        yield f"{place}: fixing failed: {failed.error}"
    if example is None:
        if changes and not card.rule.fixable:
            yield f"{place}: the example can be fixed; show under ### Fixed what becomes of it"
        return
    actual = {**failing.files, **{change.path: change.after for change in changes}}
    for path in [*example.files, *(change.path for change in changes if change.path not in example.files)]:
        if (wanted := _shown(example.files.get(path))) != (found := _shown(actual.get(path))):
            yield f"{place}: {path} is fixed differently:\n{_difference(wanted, found)}"


def _shown(content: bytes | int | None) -> str:
    """A file as text in which every line end can be seen."""
    return repr(content) if not isinstance(content, bytes) else content.decode("utf-8", "backslashreplace").replace("\r", "\\r")


def applicabilities(rule: Rule) -> list[str]:
    """How the findings of a rule can be fixed, safe first, as its failing examples show."""
    card = replace(read_rule_card(rule.card, rule.card.parents[1]), rule=rule)
    rules = {**shipped(), rule.id: rule}
    found = [item for example in card.examples if example.verdict == "Fails" for item in run_example(card, example, rules).findings]
    return sorted({item.fix.applicability for item in found if item.fix is not None})


def fixed_example(card: RuleCard, example: Example, rules: Mapping[str, Rule]) -> Target:
    """What the card's rule alone makes of an example, unsafe fixes included."""
    repository, policy = _opened(card, example, rules)
    look = partial(_look, card=card, example=example, policy=policy)
    return fixed(repository, look(repository), look, unsafe=True)


def run_example(card: RuleCard, example: Example, rules: Mapping[str, Rule]) -> Target:
    """What the card's rule alone finds in an example."""
    repository, policy = _opened(card, example, rules)
    return _look(repository, card, example, policy)


def _look(repository: Repository, card: RuleCard, example: Example, policy: Policy) -> Target:
    """What the rule finds in a repository; one about our own files, once all the others have run."""
    if not card.rule.facts & engine.SETTLED:
        return engine.run(repository, policy.bind(repository))
    held = None if example.baseline is None else parse("baseline.json", example.baseline.encode())
    target = settle.check(repository, policy.bind(repository), settle.Terms(EXAMPLE_DAY, held))
    return target._replace(
        findings=tuple(item for item in target.findings if item.rule == card.rule.id),
        skipped=tuple(item for item in target.skipped if item.rule == card.rule.id),
        failed=tuple(item for item in target.failed if item.rule == card.rule.id),
    )


def _opened(card: RuleCard, example: Example, rules: Mapping[str, Rule]) -> tuple[Repository, Policy]:
    policy = load_policy(rules, select=("all",) if card.rule.facts & engine.SETTLED else (card.rule.id,))
    if example.policy is not None:
        name = f"{card.text.path} (policy block)"
        layer = parse_policy(rules, example.policy, name)
        waivers = tuple(waiver._replace(where=waiver.where.replace(name, CONFIG_NAME)) for waiver in layer.waivers)
        layer = layer._replace(waivers=waivers)
        policy = Policy(policy.name, rules, (*policy.layers, layer), policy.select)
    kind: Kind = example.kind or ("model" if "model" in card.rule.kinds else card.rule.kinds[0])  # type: ignore[assignment]
    shelf = Shelf(example.shelf, example.said) if example.shelf or example.said else None
    id_ = example.said.get("", {}).get("id")
    identity = Identity(kind, id_ if isinstance(id_, str) else None, told=True)
    return Repository(Memory(example.files, shelf=shelf), identity), policy


def _difference(expected: str, actual: str) -> str:
    lines = difflib.unified_diff(expected.strip().splitlines(), actual.strip().splitlines(), "expected", "found", lineterm="")
    return "\n".join(lines)
