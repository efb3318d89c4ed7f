"""Plug-ins: packages that bring rule cards and checks through the entry point group `cardlint.plugins`.

`importlib.metadata` takes longer to import than most cards take to check, so it is asked only where a package in the
places Python imports from names our group.
"""

from __future__ import annotations

import os
import re
import sys
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from cardlint import __version__
from cardlint.rule import CHECKS, shipped
from cardlint.weights.named import NamedTuple
from cardlint.weights.patterns import lazily

if TYPE_CHECKING:
    from collections.abc import Iterator
    from importlib.metadata import Distribution, EntryPoint

    from cardlint.rule import Rule

GROUP = "cardlint.plugins"
_HEADER = f"[{GROUP}]".encode()
_METADATA = (".dist-info", ".egg-info")
_NAME = lazily(r"[a-z0-9]+(-[a-z0-9]+)*")
_REQUIREMENT = lazily(r"cardlint\s*(?:\[[^\]]*\])?\s*\(?(?P<range>[^;()]*)\)?", re.IGNORECASE)
_CLAUSE = lazily(r"\s*(>=|<=|==|!=|<|>)\s*([0-9]+(?:\.[0-9]+)*)\s*")
_MOST_BYTES = 1_000_000


class Plugin(NamedTuple):
    """A package that brings rules: its prefix, the name of the package, and its folder of cards."""

    name: str
    package: str
    folder: Path


class Installed(NamedTuple):
    """What the installed plug-ins bring, and which of them could not be loaded and why, by name."""

    rules: dict[str, Rule]
    broken: dict[str, str]
    plugins: tuple[Plugin, ...] = ()


class _WrongError(Exception):
    """Why a plug-in is not loaded."""


@cache
def installed() -> Installed:
    """The plug-ins in the places Python imports from. One that cannot be loaded is left out whole."""
    found = Installed({}, {})
    for folder in _announcing():
        from importlib.metadata import Distribution as Metadata

        distribution = Metadata.at(folder)
        try:
            entry_points = distribution.entry_points.select(group=GROUP)
            label = f"{distribution.name} {distribution.version}"
        except Exception as error:  # noqa: BLE001 - files of a stranger's package can be broken in any way
            reason = f"what its package says of itself cannot be read: {type(error).__name__}: {error}"
            for name in _announced(folder):
                found = _without(found, name, folder.name, reason)
            continue
        for entry_point in entry_points:
            found = _with(found, distribution, entry_point, label)
    return found


def _with(found: Installed, distribution: Distribution, entry_point: EntryPoint, label: str) -> Installed:
    try:
        plugin = _plugin(distribution, entry_point, {plugin.name for plugin in found.plugins})
        rules = dict(_rules(plugin))
    except (KeyboardInterrupt, GeneratorExit):
        raise
    except BaseException as error:  # noqa: BLE001 - whatever a stranger's package raises, SystemExit too, the run goes on
        reason = str(error) if isinstance(error, _WrongError) else f"{type(error).__name__}: {error}"
        return _without(found, entry_point.name, label, reason)
    return Installed({**found.rules, **rules}, found.broken, (*found.plugins, plugin))


def _without(found: Installed, name: str, label: str, reason: str) -> Installed:
    key = "-".join(re.findall(r"[a-z0-9]+", name.lower())) or "unnamed"
    return found._replace(broken={**found.broken, key: f"plug-in {name} ({label}) could not be loaded: {reason}"})


def _announced(folder: Path) -> list[str]:
    """The names of the plug-ins that a package announces where its files cannot be read as they should; else its own."""
    section = _entry_points(str(folder)).decode("utf-8", "replace").partition(_HEADER.decode())[2].partition("\n[")[0]
    words = (line.partition("=")[0].strip() for line in section.splitlines() if "=" in line)
    return [word for word in words if _NAME.fullmatch(word)] or [folder.name.partition("-")[0]]


def _announcing() -> Iterator[Path]:
    """The metadata folders of packages that name our group.

    The working directory may be what is being checked: it is none of the places.
    """
    here = os.path.realpath(os.curdir)
    for place in dict.fromkeys(os.path.realpath(path) for path in sys.path if path):
        if place != here:
            yield from (Path(folder) for folder in _metadata(place) if _HEADER in _entry_points(folder))


def _metadata(place: str) -> list[str]:
    # Text, not paths: an environment may have a thousand packages, and every run looks at each.
    try:
        with os.scandir(place) as items:
            return sorted(item.path for item in items if item.name.endswith(_METADATA))
    except OSError:
        return []  # a zip file, or nothing


def _entry_points(folder: str) -> bytes:
    try:
        with open(f"{folder}/entry_points.txt", "rb") as file:  # noqa: PTH123 - as above
            return file.read(_MOST_BYTES)
    except OSError:
        return b""


def _plugin(distribution: Distribution, entry_point: EntryPoint, taken: set[str]) -> Plugin:
    from importlib.util import find_spec

    if entry_point.name in taken:
        raise _WrongError("another package has a plug-in of this name")
    if not _NAME.fullmatch(entry_point.name):
        raise _WrongError("its name has to be lower-case words joined by hyphens")
    if entry_point.name == "all":
        raise _WrongError("its name is the word for every rule")
    if any(rule.category == entry_point.name for rule in shipped().values()):
        raise _WrongError("its name is that of a category of rules that ship")
    if unmet := _unmet(distribution.requires or []):
        raise _WrongError(f"it needs cardlint {unmet}, and this is {__version__}")
    package = entry_point.value.strip()
    spec = find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise _WrongError(f"there is no package {package}")
    folder = next((path for place in spec.submodule_search_locations if (path := Path(place, "rules")).is_dir()), None)
    if folder is None:
        raise _WrongError(f"the package {package} has no folder rules")
    return Plugin(entry_point.name, package, folder)


def _unmet(requirements: list[str]) -> str | None:
    """The range of our own version that a package asks for and that we do not fulfil; what is no plain comparison counts as fulfilled."""
    for requirement in requirements:
        match = _REQUIREMENT.fullmatch(requirement.partition(";")[0].strip())
        if match and not all(_fulfilled(clause) for clause in match["range"].split(",")):
            return match["range"].strip()
    return None


def _fulfilled(clause: str) -> bool:
    match = _CLAUSE.fullmatch(clause)
    if match is None:
        return True
    here, there = _release(__version__), _release(match[2])
    return {
        ">=": here >= there, "<=": here <= there, "==": here == there, "!=": here != there, "<": here < there, ">": here > there,
    }[match[1]]  # fmt: skip


def _release(version: str) -> tuple[int, ...]:
    """The numbers of a version, without trailing zeros, so that 1.0 equals 1."""
    numbers = [int(number) for number in re.findall(r"\d+", version.partition("+")[0])]
    while numbers and not numbers[-1]:
        numbers.pop()
    return tuple(numbers)


def _rules(plugin: Plugin) -> Iterator[tuple[str, Rule]]:
    """The rules of a plug-in with its prefix on every id. Its checks are imported when they run."""
    from cardlint.rulefolder import cards, named

    brought = list(cards(plugin.folder))
    own = {f"{plugin.name}/{card.path.stem}": adopted(card.rule, plugin) for card in brought}
    if len(own) < len(brought):
        raise _WrongError("two of its cards have one name")
    for card, rule in zip(brought, own.values(), strict=True):
        if rule.id not in own:
            raise _WrongError(f"{rule.card}: the prefix of the id has to be {plugin.name}/")
        yield rule.id, named(card, rule, {**shipped(), **own})


def adopted(rule: Rule, plugin: Plugin) -> Rule:
    """A rule of a plug-in's card as the rule it is here: with the prefix on its id, and its check found."""
    prefixed = rule.id if "/" in rule.id else f"{plugin.name}/{rule.id}"
    aliases = tuple(alias if "/" in alias else f"{plugin.name}/{alias}" for alias in rule.aliases)
    return rule._replace(id=prefixed, aliases=aliases, home=str(plugin.folder), package=_package(rule, plugin))


def _package(rule: Rule, plugin: Plugin) -> str:
    """Where a rule's check stands: with the plug-in if that has the module, else with those that ship."""
    module = rule.check.partition(".")[0]
    brings = any((plugin.folder.parent / name).is_file() for name in (f"{module}.py", f"{module}/__init__.py"))
    return plugin.package if brings else CHECKS


def plugin_at(root: Path) -> Plugin | None:
    """The installed plug-in whose folder of cards this is."""
    return next((plugin for plugin in installed().plugins if plugin.folder.resolve() == root.resolve()), None)


def at_home(rule: Rule, root: Path) -> Rule:
    """A rule of the card folder `root`; where that is an installed plug-in's, with its check found there."""
    plugin = plugin_at(root)
    return rule if plugin is None else rule._replace(package=_package(rule, plugin))
