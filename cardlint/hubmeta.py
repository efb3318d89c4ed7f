"""The metadata of a card as the Hub's listing gives it: values without places, for rules that need no more.

`cardData` is the YAML as the server read it (hub-docs, "Hub API"): comments, repeated keys, quotes and positions are gone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cardlint.nodes import Entry, Mapping, Node, Scalar, Sequence

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cardlint.rule import Rule

# Facts that need nothing of the card but its values.
ENOUGH = frozenset({
    "adapter_config", "card_path", "config", "contents", "eval_results", "files", "frontmatter", "hub", "known_files", "lfs",
    "license_texts", "lineage", "listing", "model_index", "relation", "repository", "scans", "weights",
})  # fmt: skip
# Checks that look at how the values are written, which no listing tells: `no` or `"no"`, `null` or nothing, and keys that are repeated.
_OF_WRITING = frozenset({"scalars.ambiguous", "scalars.null", "scalars.version", "shape.duplicates"})
_NOWHERE = -(10**9)  # more than an answer of the Hub has values
_DEEPEST = 50


def suffices(rules: Iterable[Rule]) -> bool:
    """Whether none of the rules needs the card itself."""
    return not any(needs_card(rule) for rule in rules)


def needs_card(rule: Rule) -> bool:
    """Whether a rule looks at more of the card than its values."""
    return not rule.facts <= ENOUGH or rule.check in _OF_WRITING


def metadata(value: object, path: str) -> Node | None:
    """What the listing says of the card at `path`, as nodes without a place; None where it says nothing, or something too deep."""
    return _Values(path).node(value)


class _Values:
    """The nodes of one card. Each has a place before the beginning of the file, in their order: checks tell nodes apart by it."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._at = _NOWHERE

    def node(self, value: object, depth: int = 0) -> Node | None:
        if depth > _DEEPEST:
            return None
        self._at += 1
        place = (self._path, self._at, self._at)
        if isinstance(value, dict):
            pairs = [(self._scalar(str(key)), self.node(item, depth + 1)) for key, item in value.items()]
            return Mapping(*place, [Entry(key, item) for key, item in pairs if item is not None])
        if isinstance(value, list):
            return Sequence(*place, [item for item in (self.node(item, depth + 1) for item in value) if item is not None])
        return self._scalar(value) if value is None or isinstance(value, (str, int, float, bool)) else None

    def _scalar(self, value: str | float | bool | None) -> Scalar:  # noqa: FBT001 - a value of JSON
        self._at += 1
        if isinstance(value, str):  # JSON can hold half of a surrogate pair, which is no text and goes into no report
            value = value.encode("utf-8", "backslashreplace").decode()
        return Scalar(self._path, self._at, self._at, value, "" if value is None else str(value), plain=False)
