"""What a vocabulary file is, and how it is read, written and merged."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

Attributes: TypeAlias = Mapping[str, Any]
Values: TypeAlias = dict[str, Attributes]

VANISHED = "no longer listed by the source of this vocabulary"


@dataclass(frozen=True, slots=True)
class Source:
    """Where a vocabulary comes from; `version` is a release or a commit."""

    what: str
    version: str
    license: str


@dataclass(frozen=True, slots=True)
class Former:
    """An id that is not a value: a certain `successor`, or `candidates` to offer, and why."""

    successor: str | None = None
    candidates: tuple[str, ...] = ()
    note: str = ""


def former(successor: str, note: str = "") -> Former:
    """A former id that means one present id and nothing else."""
    return Former(successor, (), note)


def unclear(*candidates: str, note: str = "") -> Former:
    """An id that may mean any of `candidates`, or none of them."""
    return Former(None, candidates, note)


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """One closed list of the Hub, dated, with what people write instead."""

    name: str
    noun: str
    as_of: str
    source: tuple[Source, ...]
    values: Values
    former: dict[str, Former]
    aliases: dict[str, str]


@dataclass(frozen=True, slots=True)
class Upstream:
    """The values as an outside source lists them."""

    values: Values
    source: tuple[Source, ...]


@dataclass(frozen=True, slots=True)
class Definition:
    """The hand-kept part of a vocabulary.

    `values` is given for lists kept entirely by hand; otherwise they come from `read`. `extra` adds
    attributes to single values, `add` whole values that the source leaves out. `derive` makes further
    aliases out of the values (labels, names); it never overrides a hand-kept alias.
    """

    name: str
    noun: str
    as_of: str
    source: tuple[Source, ...] = ()
    values: Values | None = None
    read: Callable[[Mapping[str, Any]], Values] | None = None
    file: str = ""
    add: Values = field(default_factory=dict)
    extra: Mapping[str, Attributes] = field(default_factory=dict)
    former: Mapping[str, Former] = field(default_factory=dict)
    aliases: Mapping[str, str] = field(default_factory=dict)
    derive: Callable[[Values], Mapping[str, str]] | None = None
    keeps_former: bool = False  # former ids stay values too (deprecated card keys)


def merge(definition: Definition, old: Vocabulary | None, upstream: Upstream | None, as_of: str) -> Vocabulary:
    """Values of `upstream`, else the hand-kept ones, else the `old` ones, under the hand-kept tables."""
    values = _values(definition, old, upstream)
    source, date = _provenance(definition, old, upstream, as_of)
    formers = {**_vanished(old, values), **_absent(definition, values)}
    return Vocabulary(
        definition.name,
        definition.noun,
        date,
        source,
        values,
        dict(sorted(formers.items())),
        dict(sorted(_aliases(definition, values, formers).items())),
    )


def _values(definition: Definition, old: Vocabulary | None, upstream: Upstream | None) -> Values:
    if definition.values is not None:
        base = definition.values
    elif upstream is not None:
        base = {**upstream.values, **definition.add}
    elif old is not None:
        base = old.values
    else:
        message = f"{definition.name}: neither an upstream list nor an earlier file to start from"
        raise ValueError(message)
    return {key: {**attributes, **definition.extra.get(key, {})} for key, attributes in base.items()}


def _provenance(definition: Definition, old: Vocabulary | None, upstream: Upstream | None, as_of: str) -> tuple[tuple[Source, ...], str]:
    if definition.values is not None:
        return definition.source, definition.as_of
    if upstream is None:
        return (old.source, old.as_of) if old else ((), as_of)
    if old and old.source == upstream.source:
        return old.source, old.as_of
    return upstream.source, as_of or definition.as_of


def _absent(definition: Definition, values: Values) -> dict[str, Former]:
    """The hand-kept former ids; one that became a value again drops out."""
    return {key: entry for key, entry in definition.former.items() if definition.keeps_former or key not in values}


def _vanished(old: Vocabulary | None, values: Values) -> dict[str, Former]:
    """Ids are never forgotten: what an earlier file listed stays known as a former id."""
    if old is None:
        return {}
    gone = {key: Former(note=VANISHED) for key in old.values if key not in values}
    kept = {key: entry for key, entry in old.former.items() if entry.note == VANISHED and key not in values}
    return {**kept, **gone}


def _aliases(definition: Definition, values: Values, formers: Mapping[str, Former]) -> dict[str, str]:
    derived = definition.derive(values) if definition.derive else {}
    both = {**derived, **definition.aliases}
    return {key: target for key, target in both.items() if key not in values and key not in formers}


def to_text(vocabulary: Vocabulary) -> str:
    """The file: one entry per line, so that a refresh shows as a readable difference."""
    head = {"name": vocabulary.name, "noun": vocabulary.noun, "as_of": vocabulary.as_of}
    lines = [f' "{key}": {_json(value)},' for key, value in head.items()]
    lines += _block("source", "[", (_json(_source(entry)) for entry in vocabulary.source), "]")
    lines += _block("values", "{", _entries(vocabulary.values), "}")
    lines += _block("former", "{", _entries({key: _former(e) for key, e in vocabulary.former.items()}), "}")
    lines += _block("aliases", "{", _entries(vocabulary.aliases), "}", last=True)
    return "\n".join(["{", *lines, "}"]) + "\n"


def _block(name: str, opening: str, entries: Iterable[str], closing: str, *, last: bool = False) -> list[str]:
    body = ",\n".join(f"  {entry}" for entry in entries)
    end = "" if last else ","
    return [f' "{name}": {opening}', body, f" {closing}{end}"] if body else [f' "{name}": {opening}{closing}{end}']


def _entries(mapping: Mapping[str, Any]) -> Iterable[str]:
    return (f"{_json(key)}: {_json(value)}" for key, value in mapping.items())


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def _source(entry: Source) -> dict[str, str]:
    return {"what": entry.what, "version": entry.version, "license": entry.license}


def _former(entry: Former) -> dict[str, object]:
    return {"successor": entry.successor, "candidates": list(entry.candidates), "note": entry.note}


def from_text(text: str) -> Vocabulary:
    """Read back what `to_text` wrote."""
    data = json.loads(text)
    formers = {key: Former(e["successor"], tuple(e["candidates"]), e["note"]) for key, e in data["former"].items()}
    source = tuple(Source(**entry) for entry in data["source"])
    return Vocabulary(data["name"], data["noun"], data["as_of"], source, dict(data["values"]), formers, dict(data["aliases"]))
