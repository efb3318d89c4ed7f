"""The text of a policy or of a repository's `.cardlint.yaml`: by our own reader, so that every error has its place."""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import TYPE_CHECKING

from cardlint.errors import ConfigError, UsageError
from cardlint.nodes import Mapping, Scalar, Sequence, data, is_null, string, strings, walk
from cardlint.policy import Layer, Setting, Waiver, When
from cardlint.rule import did_you_mean, matching
from cardlint.yamlreader import HostileYamlError, YamlError, read_yaml

if TYPE_CHECKING:
    import collections.abc

    from cardlint.nodes import Entry, Node
    from cardlint.rule import Rule
    from cardlint.text import Text

SCHEMA = "policy.schema.json"


def parse(text: Text, *, trusted: bool = False, keys: str = "extends and rules") -> Mapping:
    """A policy text as located data, valid by the schema unless it is trusted. Raises ConfigError; `keys` are such as it may have."""
    try:
        root = read_yaml(text.content.removeprefix("\ufeff"), path=text.path, base=int(text.bom))
    except YamlError as error:
        raise _broken(text, error) from None
    if root is None:
        return Mapping(text.path, 0, 0, [])
    if not isinstance(root, Mapping):
        raise wrong(text, root, f"expected a mapping with keys such as {keys}")
    if not trusted:
        _validate(text, root)
    return root


def _broken(text: Text, error: YamlError) -> ConfigError:
    if isinstance(error, HostileYamlError):
        at = text.position(error.start)
        return ConfigError(text.path, at.line, at.column, error.message)
    from cardlint.yamlcause import find_cause

    cause = find_cause(text.content[int(text.bom) :], error, int(text.bom))
    at = text.position(cause.start)
    return ConfigError(text.path, at.line, at.column, f"not valid YAML: {cause.message}")


def wrong(text: Text, node: Node, message: str) -> ConfigError:
    """The error that says what is wrong at a node."""
    at = text.position(node.start)
    return ConfigError(text.path, at.line, at.column, message)


def once(text: Text, root: Node) -> None:
    """Raise ConfigError where a mapping has a key twice."""
    for _, node in walk(root):
        seen: set[str] = set()
        for entry in node.entries if isinstance(node, Mapping) else ():
            if entry.name in seen:
                raise wrong(text, entry.key, f'"{entry.name}" is given twice')
            seen.add(entry.name)


def _validate(text: Text, root: Mapping) -> None:
    from cardlint.schema import mismatches  # only where there is a policy file of somebody's own

    once(text, root)
    for mismatch in mismatches(SCHEMA, root):
        raise wrong(text, mismatch.node, mismatch.message)


def layer(rules: collections.abc.Mapping[str, Rule], name: str, root: Mapping, text: Text, *, trusted: bool = False) -> Layer:
    """The layer a policy makes, `rules` being those its selectors may mean. Raises ConfigError.

    The options of a trusted one are not compared with what checks take: that would import them all.
    """
    kind = string(root.get("kind"))
    settings = partial(_settings, rules, text=text, trusted=trusted)
    return Layer(
        name,
        tuple(settings(root.get("rules"))),
        tuple((_when(item, text, trusted=trusted), tuple(settings(item.get("rules")))) for item in _mappings(root.get("overrides"))),
        kind,  # type: ignore[arg-type]
        tuple(strings(root.get("exclude"))),
        waivers=tuple(_waiver(rules, item, text) for item in _mappings(root.get("waivers"))),
    )


def _mappings(node: Node | None) -> list[Mapping]:
    return [item for item in node.items if isinstance(item, Mapping)] if isinstance(node, Sequence) else []


def _place(text: Text, node: Node) -> str:
    at = text.position(node.start)
    return f"{text.path}:{at.line}:{at.column}"


def _complete(text: Text, node: Mapping) -> None:
    """No key without a value: a condition that somebody forgot to write would hold everywhere. Raises ConfigError."""
    for entry in node.entries:
        if is_null(entry.value):
            raise wrong(text, entry.key, f'"{entry.name}" has no value; write one or remove the key')


def _when(override: Mapping, text: Text, *, trusted: bool) -> When:
    node = override.get("when")
    assert isinstance(node, Mapping)
    _complete(text, node)
    if not node.entries:
        raise wrong(text, node, '"when" is empty; name a condition, or write what holds everywhere under "rules"')
    _assert_task(text, node.get("task"), trusted=trusted)
    return When(**{entry.name: string(entry.value) for entry in node.entries})


def _assert_task(text: Text, node: Node | None, *, trusted: bool) -> None:
    """A task nobody can write in a card holds nowhere. Raises ConfigError."""
    task = string(node)
    if task is None or trusted:
        return
    from cardlint.vocabulary import load_vocabulary

    tasks = load_vocabulary("tasks")
    if task not in tasks and task not in tasks.former:
        assert node is not None
        hint = did_you_mean(task, tasks.values)
        raise wrong(text, node, f'there is no task "{task[:60]}" on the Hub (as of {tasks.as_of}){hint}')


def _waiver(rules: collections.abc.Mapping[str, Rule], node: Mapping, text: Text) -> Waiver:
    _complete(text, node)
    named, expires = node.entry("rule"), node.get("expires")
    assert named is not None
    assert isinstance(expires, Scalar)
    try:
        until = date.fromisoformat(expires.raw)
    except ValueError:
        raise wrong(text, expires, f"{expires.raw} is no day of the calendar; write YEAR-MONTH-DAY") from None
    ids = frozenset(rule for selector in strings(named.value) for rule in _meant(rules, selector, text, named.value))
    owner, reason = string(node.get("owner")), string(node.get("reason"))
    assert owner is not None
    assert reason is not None
    return Waiver(ids, string(node.get("repository")), string(node.get("path")), owner, reason, until, _place(text, node))


def _meant(rules: collections.abc.Mapping[str, Rule], selector: str, text: Text, node: Node) -> list[str]:
    """The rules a selector means. Raises ConfigError where it means none."""
    try:
        return matching(rules, selector)
    except UsageError as error:
        raise wrong(text, node, str(error)) from None


def _settings(rules: collections.abc.Mapping[str, Rule], node: Node | None, *, text: Text, trusted: bool) -> list[Setting]:
    return [_setting(rules, entry, text, trusted=trusted) for entry in node.entries] if isinstance(node, Mapping) else []


def _setting(rules: collections.abc.Mapping[str, Rule], entry: Entry, text: Text, *, trusted: bool) -> Setting:
    ids = _meant(rules, entry.name, text, entry.key)
    if is_null(entry.value):
        raise wrong(text, entry.key, f'"{entry.name}" has no severity; expected off, note, warning, error or harder')
    where = _place(text, entry.key)
    if isinstance(entry.value, Scalar):
        return Setting(entry.name, _severity(entry.value), {}, where, frozenset(ids))
    assert isinstance(entry.value, Mapping)
    _complete(text, entry.value)
    severity, options, locked = (entry.value.get(name) for name in ("severity", "with", "locked"))
    if isinstance(options, Mapping) and not trusted:
        _validate_options([rules[rule] for rule in ids], options, text)
    chosen = _severity(severity) if isinstance(severity, Scalar) else None
    given = data(options) if isinstance(options, Mapping) else {}
    return Setting(entry.name, chosen, given, where, frozenset(ids), isinstance(locked, Scalar) and locked.value is True)  # type: ignore[arg-type]


def _severity(node: Scalar) -> str:
    return "off" if node.value is False else str(node.value)


def _validate_options(rules: list[Rule], options: Mapping, text: Text) -> None:
    from cardlint.options import option_error  # imports the checks themselves

    for rule in rules:
        for entry in options.entries:
            try:
                message = option_error(rule, entry.name, data(entry.value))
            except (KeyboardInterrupt, GeneratorExit):
                raise
            except BaseException as error:  # noqa: BLE001 - importing a plug-in's check may raise anything
                message = f"the check of {rule.id} cannot be loaded, so nobody knows its options: {type(error).__name__}: {error}"
            if message:
                raise wrong(text, entry.key, message)
