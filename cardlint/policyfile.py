"""Reading policy files and a repository's `.cardlint.yaml`: by our own reader, so that every error has its place."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from cardlint.errors import ConfigError, Unreadable, UsageError
from cardlint.locate import data_folder
from cardlint.nodes import Mapping, Scalar, data, is_null, string, strings, walk
from cardlint.policy import DEFAULT, Layer, Policy, Setting, When
from cardlint.rule import did_you_mean, matching
from cardlint.source import read_regular
from cardlint.text import decode
from cardlint.yamlreader import HostileYamlError, YamlError, read_yaml

if TYPE_CHECKING:
    import collections.abc

    from cardlint.nodes import Entry, Node
    from cardlint.rule import Rule
    from cardlint.text import Text

CONFIG_NAME = ".cardlint.yaml"
CONFIG_BYTES = 1_000_000
_MOST_LAYERS = 100
_DEEPEST = 20
SCHEMA = "policy.schema.json"
_COMING = frozenset({"waivers", "locked"})


def shipped_policies() -> list[str]:
    """The names of the policies that ship."""
    return sorted(path.stem for path in (data_folder("rules") / "policies").glob("*.yaml"))


def load_policy(
    rules: collections.abc.Mapping[str, Rule],
    *,
    name: str | None = None,
    config: Path | None = None,
    content: bytes | None = None,
    select: tuple[str, ...] = (),
    ignore: tuple[str, ...] = (),
) -> Policy:
    """The policy of a run: a named one or a file, else the configuration's, else `recommended`; then the flags.

    Raises ConfigError or UsageError. With both a name and a configuration the configuration's rules come after the
    policy's, and what it extends is left aside. `content` is the configuration where it does not stand on disk.
    """
    layers: list[Layer] = []
    base = name
    if config is not None:
        text, root = _document(config) if content is None else _parse(decode(str(config), content))
        if base is None:
            layers += _extended(rules, root, text, config, ())
        own = _layer(rules, str(config), root, text)
        layers = [*(layers if base is None else _named(rules, base, Path(), ())), own]
    else:
        layers = _named(rules, DEFAULT if base is None else base, Path(), ())
    policy = Policy(base or (str(config) if config else DEFAULT), rules, tuple(layers), select, ignore)
    _ = policy.selected, policy.ignored  # an unknown id in a flag is an error even where no target is left
    return policy


def _named(rules: collections.abc.Mapping[str, Rule], name: str, folder: Path, seen: tuple[Path, ...]) -> list[Layer]:
    """The layers of a policy by name or file, what it extends first."""
    if name.startswith("hf://"):
        raise UsageError(f"{name}: policies cannot be read from the Hub; give a name or a file")
    path = _find(name, folder)
    if path.resolve() in seen:
        chain = " -> ".join(str(step) for step in (*seen, path))
        raise UsageError(f"policies extend each other in a circle: {chain}")
    if len(seen) > _DEEPEST:
        raise UsageError(f"policies extend each other more than {_DEEPEST} deep")
    text, root = _document(path)
    return [*_extended(rules, root, text, path, seen), _layer(rules, name, root, text)]


def _extended(rules: collections.abc.Mapping[str, Rule], root: Mapping, text: Text, path: Path, seen: tuple[Path, ...]) -> list[Layer]:
    entry = root.entry("extends")
    names = strings(root.get("extends"))
    if entry is None and not path.is_relative_to(data_folder("rules")):
        names = [DEFAULT]
    layers: list[Layer] = []
    for name in names:
        try:
            layers += _named(rules, name, path.parent, (*seen, path.resolve()))
        except UsageError as error:
            if isinstance(error, ConfigError) or entry is None:
                raise
            raise _error(text, entry.value, str(error)) from None
        if len(layers) > _MOST_LAYERS:
            raise _error(text, root, f"extends more than {_MOST_LAYERS} policies, counting what these extend")
    return layers


def _find(name: str, folder: Path) -> Path:
    if name in shipped_policies():
        return data_folder("rules") / "policies" / f"{name}.yaml"
    path = folder / name
    try:
        if path.is_file():
            return path
    except OSError as error:
        raise UsageError(f"{name}: {error.strerror or error}") from error
    names = ", ".join(shipped_policies())
    raise UsageError(f'there is no policy "{name}"{did_you_mean(name, shipped_policies())} (shipped: {names}; or give a file)')


def _document(path: Path) -> tuple[Text, Mapping]:
    try:
        content = read_regular(path, size=CONFIG_BYTES + 1)
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror or error}") from error
    except Unreadable as error:
        raise UsageError(str(error)) from error
    if len(content) > CONFIG_BYTES:
        raise ConfigError(str(path), 1, 1, f"larger than {CONFIG_BYTES:,} bytes")
    # Tests validate what ships; a run has no time for it.
    return _parse(decode(str(path), content), trusted=path.is_relative_to(data_folder("rules")))


def parse_policy(rules: collections.abc.Mapping[str, Rule], content: str, name: str) -> Layer:
    """The layer a policy text makes, leaving aside what it extends. Raises ConfigError."""
    text, root = _parse(decode(name, content.encode()))
    return _layer(rules, name, root, text)


def _parse(text: Text, *, trusted: bool = False) -> tuple[Text, Mapping]:
    """A policy text as located data, valid by the schema. Raises ConfigError."""
    try:
        root = read_yaml(text.content.removeprefix("\ufeff"), path=text.path, base=int(text.bom))
    except YamlError as error:
        raise _broken(text, error) from None
    if root is None:
        return text, Mapping(text.path, 0, 0, [])
    if not isinstance(root, Mapping):
        raise _error(text, root, "expected a mapping with keys such as extends and rules")
    if not trusted:
        _validate(text, root)
    return text, root


def _broken(text: Text, error: YamlError) -> ConfigError:
    if isinstance(error, HostileYamlError):
        at = text.position(error.start)
        return ConfigError(text.path, at.line, at.column, error.message)
    from cardlint.yamlcause import find_cause

    cause = find_cause(text.content[int(text.bom) :], error, int(text.bom))
    at = text.position(cause.start)
    return ConfigError(text.path, at.line, at.column, f"not valid YAML: {cause.message}")


def _error(text: Text, node: Node, message: str) -> ConfigError:
    at = text.position(node.start)
    return ConfigError(text.path, at.line, at.column, message)


def _validate(text: Text, root: Mapping) -> None:
    from cardlint.schema import mismatches  # only where there is a policy file of somebody's own

    for _, node in walk(root):
        seen: set[str] = set()
        for entry in node.entries if isinstance(node, Mapping) else ():
            if entry.name in seen:
                raise _error(text, entry.key, f'"{entry.name}" is given twice')
            seen.add(entry.name)
    for mismatch in mismatches(SCHEMA, root):
        coming = mismatch.subject.rpartition(".")[2] in _COMING
        raise _error(text, mismatch.node, f"{mismatch.message}; this version cannot honour it yet" if coming else mismatch.message)


def _layer(rules: collections.abc.Mapping[str, Rule], name: str, root: Mapping, text: Text) -> Layer:
    overrides = root.get("overrides")
    items = [] if overrides is None else [item for item in overrides.items if isinstance(item, Mapping)]  # type: ignore[union-attr]
    kind = string(root.get("kind"))
    return Layer(
        name,
        tuple(_settings(rules, root.get("rules"), text)),
        tuple((_when(item.get("when"), text), tuple(_settings(rules, item.get("rules"), text))) for item in items),
        kind,  # type: ignore[arg-type]
        tuple(strings(root.get("exclude"))),
    )


def _when(node: Node | None, text: Text) -> When:
    assert isinstance(node, Mapping)
    for entry in node.entries:
        if is_null(entry.value):  # a condition somebody forgot to write would hold everywhere
            raise _error(text, entry.key, f'"{entry.name}" has no value; write one or remove the key')
    return When(**{entry.name: string(entry.value) for entry in node.entries})


def _settings(rules: collections.abc.Mapping[str, Rule], node: Node | None, text: Text) -> list[Setting]:
    return [_setting(rules, entry, text) for entry in node.entries] if isinstance(node, Mapping) else []


def _setting(rules: collections.abc.Mapping[str, Rule], entry: Entry, text: Text) -> Setting:
    try:
        ids = matching(rules, entry.name)
    except UsageError as error:
        raise _error(text, entry.key, str(error)) from None
    if is_null(entry.value):
        raise _error(text, entry.key, f'"{entry.name}" has no severity; expected off, note, warning or error')
    at = text.position(entry.key.start)
    where = f"{text.path}:{at.line}:{at.column}"
    if isinstance(entry.value, Scalar):
        return Setting(entry.name, _severity(entry.value), {}, where)
    assert isinstance(entry.value, Mapping)
    severity, options = entry.value.get("severity"), entry.value.get("with")
    if isinstance(options, Mapping):
        _validate_options([rules[rule] for rule in ids], options, text)
    chosen = _severity(severity) if isinstance(severity, Scalar) else None
    return Setting(entry.name, chosen, data(options) if isinstance(options, Mapping) else {}, where)  # type: ignore[arg-type]


def _severity(node: Scalar) -> str:
    return "off" if node.value is False else str(node.value)


def _validate_options(rules: list[Rule], options: Mapping, text: Text) -> None:
    from cardlint.options import option_error  # imports the checks themselves

    for rule in rules:
        for entry in options.entries:
            if message := option_error(rule, entry.name, data(entry.value)):
                raise _error(text, entry.key, message)
