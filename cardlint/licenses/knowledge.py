"""What licences allow and ask, as data with the clause each statement comes from. No legal advice, never a verdict.

The facts are in `schemas/licenses/knowledge.json`, whose schema lies beside it.
"""

from __future__ import annotations

import json
from functools import cache
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from cardlint.locate import data_folder
from cardlint.weights.named import NamedTuple
from cardlint.weights.patterns import lazily

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

Answer: TypeAlias = Literal["yes", "no", "conditional", "unknown"]
Known: TypeAlias = Literal["full", "partial", "unverified"]

_BLANKS = lazily(r"[\s_]+")
_ENDING = lazily(r"-licen[sc]e(?:-agreement)?$")


class Obligation(NamedTuple):
    """One thing a licence asks of whoever publishes a work that rests on one under it.

    `duty` is a word of the schema's list; `strings` are the literal texts, of which one is enough, `accepts` others
    that do as well; `files` where they belong. `equivalent` are the licence ids that carry the terms on. `when` names
    a condition without which the duty does not arise; `settled` is False where its reach is open.
    """

    duty: str
    clause: str
    note: str = ""
    strings: tuple[str, ...] = ()
    accepts: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    equivalent: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    when: str | None = None
    settled: bool = True


class License(NamedTuple):
    """One licence.

    `id` is the Hub's id where `hub`, else a canonical name of what the Hub calls `other`, with the
    `usual` spelling of its `license_name`; `kind` the class
    (`permissive`, `community`, …); `known` says how much of the text stands behind the entry; `names` are phrases a
    text that speaks of it holds, `words` what one line that speaks of it and of licences holds; `licensors` the
    namespaces of those who grant it.
    """

    id: str
    title: str
    kind: str
    commercial: Answer
    derivatives: Answer
    text_required: bool | None
    known: Known
    source: str
    obligations: tuple[Obligation, ...]
    spdx: str | None = None
    ref: str | None = None
    hub: bool = True
    usual: str | None = None
    family: str | None = None
    aliases: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    licensors: tuple[str, ...] = ()

    def duties(self, *names: str) -> Iterator[Obligation]:
        """The obligations of these kinds."""
        return (item for item in self.obligations if item.duty in names)

    @property
    def assessable(self) -> bool:
        """Whether anything is known of the terms; what is not is never guessed."""
        return self.known != "unverified"


@cache
def knowledge_of_all() -> Mapping[str, License]:
    """Every licence that is known, by id."""
    held = json.loads((data_folder("schemas") / "licenses" / "knowledge.json").read_bytes())
    return {id_: _license(id_, entry) for id_, entry in held["licenses"].items()}


def knowledge(id: str) -> License | None:  # noqa: A002 - the word of the Hub
    """What is known of the licence of this id or canonical name; None where nothing is."""
    return knowledge_of_all().get(id)


def resolve(id: str, name: str | None = None) -> str:  # noqa: A002
    """The canonical id of a `license`: of `other` with a `license_name` that is known, what the name means, else the id itself."""
    if id != "other" or name is None:
        return id
    slug = _BLANKS.sub("-", name.strip().lower())
    return next((_names()[text] for text in (slug, _ENDING.sub("", slug)) if text in _names()), id)


@cache
def _names() -> Mapping[str, str]:
    known = {alias: item.id for item in knowledge_of_all().values() for alias in item.aliases}
    return {**known, **{item.id: item.id for item in knowledge_of_all().values() if item.assessable}}


def _license(id_: str, entry: dict[str, Any]) -> License:
    fields = {**entry, "kind": entry["class"], "obligations": tuple(_obligation(item) for item in entry["obligations"])}
    del fields["class"]
    return License(id_, **_tuples(fields))


def _obligation(item: dict[str, Any]) -> Obligation:
    return Obligation(**_tuples(item))


def _tuples(item: dict[str, Any]) -> dict[str, Any]:
    return {key: tuple(value) if isinstance(value, list) else value for key, value in item.items()}
