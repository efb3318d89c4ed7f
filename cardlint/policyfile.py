"""The policy of a run: which policies it is made of, in which order, and where their texts are."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from cardlint.errors import ConfigError, Unreadable, UsageError
from cardlint.hubpolicy import SCHEME, Address, address, fetch_file
from cardlint.locate import data_folder
from cardlint.locks import assert_kept
from cardlint.nodes import listed, string
from cardlint.policy import DEFAULT, Layer, Policy
from cardlint.policytext import layer, parse, wrong
from cardlint.policytree import stored
from cardlint.rule import did_you_mean
from cardlint.source import read_regular
from cardlint.text import decode

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from cardlint import nodes
    from cardlint.rule import Rule
    from cardlint.text import Text

CONFIG_NAME = ".cardlint.yaml"
CONFIG_BYTES = 1_000_000
_MOST_LAYERS = 100
_DEEPEST = 20
_POLICY_SUFFIXES = frozenset({".yaml", ".yml"})


def shipped_policies() -> list[str]:
    """The names of the policies that ship."""
    return sorted(path.stem for path in (data_folder("rules") / "policies").glob("*.yaml"))


def load_policy(
    rules: Mapping[str, Rule],
    *,
    name: str | None = None,
    config: Path | None = None,
    content: bytes | None = None,
    select: tuple[str, ...] = (),
    ignore: tuple[str, ...] = (),
    offline: bool = False,
) -> Policy:
    """The policy of a run: a named one or a file, else the configuration's, else `recommended`; then the flags.

    Raises ConfigError or UsageError. With both a name and a configuration the configuration's rules come after the
    policy's, and what it extends is left aside. `content` is the configuration where it does not stand on disk.
    """
    reader = _Reader(dict(rules), offline=offline)
    layers: list[Layer] = []
    if config is None or name is not None:
        layers = reader.named(DEFAULT if name is None else name, Path(), ())
    if config is not None:
        reader.within = Path(os.path.realpath(config.parent))
        reader.confine(str(config), config)
        text = _text(config) if content is None else decode(str(config), content)
        root = parse(text)
        if name is None:
            layers = reader.extended(root, text, config, (str(config.resolve()),))
        layers = [*layers, reader.layer(str(config), root, text, config)._replace(own=True)]
    found = dict(sorted(reader.rules.items())) if len(reader.rules) > len(rules) else rules
    policy = Policy(name or (str(config) if config else DEFAULT), found, tuple(_once(layers)), select, ignore)
    _ = policy.selected, policy.ignored  # an unknown id in a flag is an error even where no target is left
    assert_kept(policy)
    return policy


def parse_policy(rules: Mapping[str, Rule], content: str, name: str) -> Layer:
    """The layer a policy text makes, leaving aside what it extends. Raises ConfigError."""
    text = decode(name, content.encode())
    return layer(rules, name, parse(text), text)


def _once(layers: list[Layer]) -> list[Layer]:
    """The layers without repetition: a file that several others extend applies once, where it is first named.

    Else `extends: [strict, ethics]` would undo the one by what the other itself extends.
    """
    return list({layer.path: layer for layer in layers}.values())


class _Reader:
    """Reads policies. `rules` are those known so far: the folders a policy names add theirs.

    A repository may be a stranger's, and errors repeat what they are about: what its own configuration names on disk
    lies `within` it, or is a policy by its name (`../house.yaml`, of all repositories in a folder); what such a policy
    names, and what is named on the command line, may lie anywhere.
    """

    def __init__(self, rules: dict[str, Rule], *, offline: bool) -> None:
        self.rules = rules
        self.offline = offline
        self.within: Path | None = None

    def confine(self, name: str, place: Path) -> None:
        """Raise UsageError for a place outside the repository whose configuration is read."""
        real = Path(os.path.realpath(place))
        if not (self.within is None or real.is_relative_to(self.within) or real.suffix in _POLICY_SUFFIXES):
            allowed = "what lies in it, what ships, policies on the Hub, and files named *.yaml"
            hint = f"{CONFIG_NAME} may name {allowed}; all else is given with --policy"
            raise UsageError(f"{name} lies outside the repository; {hint}")

    def named(self, name: str, base: Path | Address, seen: tuple[str, ...]) -> list[Layer]:
        """The layers of a policy by name, file or address, what it extends first. `base` is where names lead from."""
        place = _find(name, base)
        key = str(place if isinstance(place, Address) else place.resolve())
        if isinstance(place, Path) and not _ships(place):
            self.confine(name, place)
        if key in seen:
            raise UsageError(f"policies extend each other in a circle: {' -> '.join((*seen, key))}")
        if len(seen) > _DEEPEST:
            raise UsageError(f"policies extend each other more than {_DEEPEST} deep")
        text = self._hub_text(place) if isinstance(place, Address) else _text(place)
        root = _root(place, text)
        return [*self.extended(root, text, place, (*seen, key)), self.layer(name, root, text, place)._replace(path=key)]

    def extended(self, root: nodes.Mapping, text: Text, place: Path | Address, seen: tuple[str, ...]) -> list[Layer]:
        """The layers of all that a policy extends: `recommended` where it does not say."""
        layers: list[Layer] = []
        for name, node in _extends(root, place):
            base = place if isinstance(place, Address) else place.parent
            try:
                layers += self.named(name, base, seen)
            except UsageError as error:
                if isinstance(error, ConfigError) or node is None:
                    raise
                raise wrong(text, node, str(error)) from None
            if len(layers) > _MOST_LAYERS:
                raise wrong(text, root, f"extends more than {_MOST_LAYERS} policies, counting what these extend")
        return layers

    def layer(self, name: str, root: nodes.Mapping, text: Text, place: Path | Address) -> Layer:
        """The layer of one policy, after the rules it brings."""
        for _, node in listed(root.get("rule_folders")):
            folder = string(node)
            assert folder is not None  # by the schema
            self._add(folder, node, text, place)
        return layer(self.rules, name, root, text, trusted=_ships(place))

    def _add(self, folder: str, node: nodes.Node, text: Text, place: Path | Address) -> None:
        from cardlint.rulefolder import read_rules  # reads Markdown

        if isinstance(place, Address):
            raise wrong(text, node, "rule folders of a policy on the Hub are not read; keep the rules beside a policy on disk")
        try:
            within = self.within if self.within and place.resolve().is_relative_to(self.within) else None
            if within:
                self.confine(folder, place.parent / folder)
            self.rules |= read_rules(place.parent / folder, self.rules, within)
        except UsageError as error:
            if isinstance(error, ConfigError):
                raise
            raise wrong(text, node, str(error)) from None
        except (OSError, ValueError) as error:  # no name a folder can have
            raise wrong(text, node, f"{folder}: {error}") from None

    def _hub_text(self, place: Address) -> Text:
        return decode(str(place), fetch_file(place, offline=self.offline, most=CONFIG_BYTES))


def _extends(root: nodes.Mapping, place: Path | Address) -> Iterator[tuple[str, nodes.Node | None]]:
    entry = root.entry("extends")
    if entry is None:
        if not _ships(place):
            yield DEFAULT, None
        return
    for _, node in listed(entry.value):
        name = string(node)
        assert name is not None  # by the schema
        yield name, node


def _root(place: Path | Address, text: Text) -> nodes.Mapping:
    """The data of a policy. What ships is not validated: tests do that, and a run has no time for it."""
    if isinstance(place, Address) or not _ships(place):
        return parse(text)
    return stored(place, text) or parse(text, trusted=True)


def _ships(place: Path | Address) -> bool:
    return isinstance(place, Path) and place.is_relative_to(data_folder("rules")) and ".." not in place.parts


def _find(name: str, base: Path | Address) -> Path | Address:
    """What a name means: a shipped policy, an address, or a file beside the one that names it. Raises UsageError."""
    if name.startswith(SCHEME):
        return address(name)
    if name in shipped_policies():
        return data_folder("rules") / "policies" / f"{name}.yaml"
    if isinstance(base, Address):
        return base.beside(name)
    path = base / name
    try:
        if path.is_file():
            return path
    except OSError as error:
        raise UsageError(f"{name}: {error.strerror or error}") from error
    names = ", ".join(shipped_policies())
    raise UsageError(f'there is no policy "{name}"{did_you_mean(name, shipped_policies())} (shipped: {names}; or give a file)')


def _text(path: Path) -> Text:
    try:
        content = read_regular(path, size=CONFIG_BYTES + 1)
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror or error}") from error
    except Unreadable as error:
        raise UsageError(str(error)) from error
    if len(content) > CONFIG_BYTES:
        raise ConfigError(str(path), 1, 1, f"larger than {CONFIG_BYTES:,} bytes")
    return decode(str(path), content)
