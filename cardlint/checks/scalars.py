"""Scalars that do not mean the same to every reader: YAML 1.1 against 1.2, versions as numbers, keys without value."""

from __future__ import annotations

import datetime as dt
import math
import re
from functools import lru_cache
from typing import TYPE_CHECKING, TypeAlias

from cardlint.checks.keys import says_nothing
from cardlint.checks.shape import holders
from cardlint.nodes import Mapping, Scalar, assert_written, is_null, join
from cardlint.problem import Cure, Problem, Remove, SetValue
from cardlint.text import Span
from cardlint.vocabulary import load_vocabulary

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cardlint.nodes import Entry, Plain
    from cardlint.problem import Severity
    from cardlint.repository import Identity, Kind

_SHOWN = 60
_BITS = 190
Reading: TypeAlias = "Plain | dt.date"


class UnreadableScalarError(Exception):
    """PyYAML stops at this scalar."""


@lru_cache(maxsize=4096)
def yaml11(raw: str) -> Reading:
    """What PyYAML's `safe_load` makes of a plain scalar. Raises UnreadableScalarError where it stops with an error."""
    from yaml import SafeLoader, ScalarNode
    from yaml.constructor import ConstructorError, SafeConstructor

    for tag, pattern in SafeLoader.yaml_implicit_resolvers.get(raw[:1], ()):
        if pattern.match(raw):
            constructor = SafeConstructor()  # type: ignore[no-untyped-call, unused-ignore]
            node = ScalarNode(tag, raw)
            try:
                value: Reading = constructor.construct_object(node)  # type: ignore[no-untyped-call, unused-ignore]
            except (ConstructorError, ValueError, OverflowError) as error:
                raise UnreadableScalarError from error
            return value
    return raw


# A plain scalar that begins with anything else is text in both versions.
_DOUBTFUL_STARTS = frozenset("yYnNtTfFoO0123456789+-.=")


def ambiguous(metadata: Mapping, identity: Identity) -> Iterator[Problem]:
    """Plain keys and values that YAML 1.1 and YAML 1.2 read differently."""
    assert_written(metadata)
    known = load_vocabulary("card_keys")
    for subject, scalar, is_key in _doubtful(metadata):
        if difference := _difference(scalar, subject, identity.kind, is_key=is_key):
            message, cure = difference
            top = re.split(r"[.\[]", subject, maxsplit=1)[0]
            at_most: Severity | None = None if top in known and not _is_unread(top) else "warning"
            yield Problem(message, scalar.span, subject, fix=cure, at_most=at_most)


def _is_unread(key: str) -> bool:
    """Whether a top-level key once had a meaning and has none any more."""
    held: dict[str, str] = dict(load_vocabulary("card_keys").values.get(key, {}))
    return held.get("status") == "deprecated"


def _doubtful(metadata: Mapping) -> Iterator[tuple[str, Scalar, bool]]:
    """Every plain scalar that may be anything but text, with the name of its place, and whether it is a key."""
    for subject, holder in holders(metadata):
        if isinstance(holder, Mapping):
            for entry in holder.effective():
                for node in (entry.key, entry.value):
                    if isinstance(node, Scalar) and node.plain and node.raw[:1] in _DOUBTFUL_STARTS:
                        yield join(subject, entry.name), node, node is entry.key
        else:
            for index, item in enumerate(holder.items):
                if isinstance(item, Scalar) and item.plain and item.raw[:1] in _DOUBTFUL_STARTS:
                    yield join(subject, index), item, False


def _difference(scalar: Scalar, subject: str, kind: Kind, *, is_key: bool) -> tuple[str, Cure | None] | None:
    """The two readings of a scalar in words, with the cure; None where they are the same."""
    try:
        other: Reading = yaml11(scalar.raw)
    except UnreadableScalarError:
        theirs = "an error"
    else:
        if _same(scalar.value, other):
            return None
        theirs = _reading(other)
        if not is_key and isinstance(other, bool) and _is_flag(subject, kind):
            cure = Cure("safe", f"write {theirs}", (SetValue(scalar.span, theirs, plain=True),))
            return f"`{scalar.raw}` is text for the Hub and {theirs} for PyYAML; write `{theirs}`", cure
    what = "the key " if is_key else ""
    ours = "a number" if theirs == "text" else _reading(scalar.value)
    readings = f"{ours} for the Hub and {theirs} for PyYAML"
    # Of a number nobody can say whether it is one. Quotes keep what the Hub reads, where that is text.
    return f"{what}`{_shown(scalar.raw)}` is {readings}; {_cure(scalar)}", _quotes(scalar) if isinstance(scalar.value, str) else None


def _quotes(scalar: Scalar) -> Cure:
    return Cure("safe", "put it in quotes", (SetValue(scalar.span, scalar.raw, quoted=True),))


def _same(first: Reading, second: Reading) -> bool:
    if isinstance(first, float) and isinstance(second, float) and math.isnan(first):
        return math.isnan(second)
    return type(first) is type(second) and first == second


def _reading(value: Reading) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return f"the number {_digits(value)}"
    return "a date" if isinstance(value, dt.date) else "text"


def _digits(value: float) -> str:
    """A number as text; Python refuses to write very long ones."""
    return str(value) if _is_short(value) else "too long to show"


def _is_short(value: float) -> bool:
    return not isinstance(value, int) or value.bit_length() <= _BITS


def _cure(scalar: Scalar) -> str:
    value = scalar.value
    if isinstance(value, int | float) and not isinstance(value, bool) and _is_short(value) and math.isfinite(value):
        return f"write `{_plainest(value)}` if it is a number, else put it in quotes"
    return "put it in quotes"


def _plainest(value: float) -> str:
    """A number in the one form that both versions of YAML read as that number."""
    written = repr(value)
    mantissa, exponent, power = written.partition("e")
    if not exponent:
        return written
    return f"{mantissa if '.' in mantissa else f'{mantissa}.0'}e{int(power):+d}"


def _is_flag(subject: str, kind: Kind) -> bool:
    """Whether the card's schema wants true or false at a top-level key."""
    from cardlint.schema import load_schema  # only on the way to a finding

    shape: dict[str, str | list[str]] = load_schema(f"{kind}-card.schema.json")["properties"].get(subject, {})
    return "boolean" in shape.get("type", ())


def _shown(text: str) -> str:
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 1]}…"


def version(metadata: Mapping, *, keys: list[str]) -> Iterator[Problem]:
    """Version numbers without quotes, which every YAML reader takes for numbers."""
    assert_written(metadata)
    for key in keys:
        value = metadata.get(key)
        if isinstance(value, Scalar) and value.plain and type(value.value) in (int, float):
            read = _digits(value.value)  # type: ignore[arg-type]
            if read == value.raw:
                message = f'"{key}" without quotes is a number: {read} works, the next .10 will be .1; write "{read}"'
                yield Problem(message, value.span, key, fix=_quotes(value), at_most="warning")
            else:
                raw = _shown(value.raw)
                yield Problem(f'"{key}" is read as the number {read}, not as {raw}; write "{raw}"', value.span, key, fix=_quotes(value))


def null(metadata: Mapping, *, admitted: list[str], open_lists: list[str]) -> Iterator[Problem]:
    """Keys and list items without value, at any depth.

    `admitted` are the top-level keys that may have none, `open_lists` the keys whose lists may hold an explicit one. A key
    that nobody reads any more needs no value either; whatever misses its successor says so.
    """
    for subject, holder in holders(metadata):
        if isinstance(holder, Mapping):
            for entry in holder.effective():
                if is_null(entry.value) and (subject or not (entry.name in admitted or _is_unread(entry.name))):
                    yield _no_value(entry, join(subject, entry.name), removable=holder is metadata and _says_something(metadata))
        else:
            for index, item in enumerate(holder.items):
                written = item.end > item.start
                if is_null(item) and not (written and subject.rpartition(".")[2] in open_lists):
                    message = f'"{join(subject, index)}" is an empty list item; remove it or give it a value'
                    # An empty item is shown at its dash.
                    start = item.start if written else item.start - 1
                    span = Span(item.path, start, max(item.end, start + 1))
                    yield Problem(message, span, join(subject, index), fix=_without_item(metadata, subject, span))


def _without_item(metadata: Mapping, key: str, item: Span) -> Cure | None:
    """The removal of an empty item, or of its whole list where all are empty."""
    entry = metadata.entry(key)
    if entry is None or key not in load_vocabulary("card_keys"):
        return None  # of a list deeper down, or one nobody knows, the place of an item may matter
    if not says_nothing(entry.value):
        return Cure("safe", "remove the item", (Remove(item),))
    whole = Span(item.path, entry.key.start, max(entry.value.end, item.end))
    return Cure("safe", "remove the key", (Remove(whole),)) if _says_something(metadata) else None


def _says_something(metadata: Mapping) -> bool:
    """Whether a key has a value; without any there would be no frontmatter left."""
    return any(not says_nothing(entry.value) for entry in metadata.effective())


def _no_value(entry: Entry, subject: str, *, removable: bool) -> Problem:
    written = entry.value.end > entry.value.start
    span = entry.value.span if written else entry.key.span
    whole = Span(entry.key.path, entry.key.start, max(entry.value.end, entry.key.end))
    cure = Cure("safe", "remove the key", (Remove(whole),)) if removable else None
    return Problem(f'"{subject}" has no value; remove the key or give it one', span, subject, fix=cure)
