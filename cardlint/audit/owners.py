"""Who answers for which repository: a file of patterns, of which the last that fits decides, as in CODEOWNERS."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from cardlint.givenfile import given_file
from cardlint.nodes import Mapping, Sequence, string
from cardlint.policytext import once, parse, wrong
from cardlint.repository import KINDS
from cardlint.rule import did_you_mean
from cardlint.source import matches
from cardlint.text import decode

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from cardlint.hubrepo import HubName
    from cardlint.nodes import Node
    from cardlint.repository import Kind
    from cardlint.text import Text

OWNERS_BYTES = 1_000_000
_EXPECTED = "a mapping of patterns to owners, or a list of {repository: acme/vision-*, owner: vision-team}"
_PREFIXES: dict[str, Kind] = {"models/": "model", "datasets/": "dataset", "spaces/": "space"}


class Pattern(NamedTuple):
    """A glob on `namespace/name`, or on either of both where it has no slash; of repositories of one kind, or of all."""

    repository: str
    owner: str
    kind: Kind | None = None

    def fits(self, name: HubName) -> bool:
        """Whether it means this repository."""
        return self.kind in {None, name.kind} and matches(name.id, self.repository)


class Owners(NamedTuple):
    """The patterns of a file, in its order."""

    patterns: tuple[Pattern, ...] = ()

    @classmethod
    def load(cls, path: Path) -> Owners:
        """The owners in a file. Raises UsageError where it cannot be read, ConfigError with the place of what is wrong."""
        text = decode(str(path), given_file(path, OWNERS_BYTES))
        return cls(tuple(_patterns(text)))

    def owner(self, name: HubName) -> str | None:
        """Who answers for a repository; None where no pattern fits."""
        return next((one.owner for one in reversed(self.patterns) if one.fits(name)), None)


def _patterns(text: Text) -> Iterator[Pattern]:
    """The patterns of a file, as `schemas/owners.schema.json` has it: read by hand, because it has two forms and every error a line."""
    root = parse(text, trusted=True, keys="owners")
    once(text, root)
    _known(root, ("owners",), text)
    held = root.get("owners")
    if isinstance(held, Mapping):
        for entry in held.entries:
            yield _pattern(entry.key, entry.value, None, text)
    elif isinstance(held, Sequence):
        for item in held.items:
            yield _item(item, text)
    else:
        raise wrong(text, held or root, f"expected `owners`, {_EXPECTED}")


def _item(item: Node, text: Text) -> Pattern:
    if not isinstance(item, Mapping):
        raise wrong(text, item, "expected {repository: acme/vision-*, owner: vision-team}")
    _known(item, ("repository", "kind", "owner"), text)
    repository, kind, owner = (item.get(key) for key in ("repository", "kind", "owner"))
    for key, value in (("repository", repository), ("owner", owner)):
        if value is None:
            raise wrong(text, item, f"there is no `{key}`")
    assert repository is not None
    assert owner is not None
    if kind is not None and string(kind) not in KINDS:
        near = did_you_mean(string(kind) or "", KINDS) or f"; expected one of {', '.join(KINDS)}"
        raise wrong(text, kind, f"there is no such kind{near}")
    return _pattern(repository, owner, string(kind), text)  # type: ignore[arg-type]


def _known(mapping: Mapping, keys: tuple[str, ...], text: Text) -> None:
    for entry in mapping.entries:
        if entry.name not in keys:
            raise wrong(text, entry.key, f'unknown key "{entry.name}"{did_you_mean(entry.name, keys)}')


def _pattern(written: Node, owner: Node, kind: Kind | None, text: Text) -> Pattern:
    """One pattern; `datasets/` before it says its kind as well. Raises ConfigError."""
    who = string(owner)
    if who is None or not who.strip():
        raise wrong(text, owner, "expected an owner, as text: a team or a person")
    glob = (string(written) or "").strip().removeprefix("hf://")
    for prefix, told in _PREFIXES.items():
        if glob.startswith(prefix):
            if kind not in {None, told}:
                raise wrong(text, written, f"this is a pattern of {told}s, and its kind is {kind}")
            glob, kind = glob.removeprefix(prefix), told
    if not glob or glob.count("/") > 1:
        raise wrong(text, written, "expected a pattern of repositories as acme/vision-*, or datasets/acme/*")
    return Pattern(glob, who.strip(), kind)
