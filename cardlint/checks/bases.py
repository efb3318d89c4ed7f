"""What a model was made of: `base_model` and its relation, as the files show them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cardlint.checks.keys import first_line
from cardlint.errors import Unreadable
from cardlint.licenses.chain import ASIDE, descent
from cardlint.nature import declared_by_tags, files_that_show, first, is_native, quantization, signs
from cardlint.nodes import Mapping, string, strings
from cardlint.problem import Append, Cure, Edit, Problem, Related, SetValue
from cardlint.repoid import from_address, why_malformed
from cardlint.text import Span

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cardlint.files import Files
    from cardlint.licenses.chain import Edge, Key, Lineage
    from cardlint.nodes import Entry, Node
    from cardlint.problem import Change, Severity
    from cardlint.repository import Identity

_KEY = "base_model"
_RELATION = "base_model_relation"
_SHOWN = 60


def missing(  # noqa: PLR0913, PLR0917 - the facts of the rule, and its data
    metadata: Mapping,
    files: Files,
    config: Mapping | None,
    adapter_config: Mapping | None,
    repository: Identity,
    lineage: Lineage | None,
    *,
    canonical: dict[str, str],
    folders: list[str],
) -> Iterator[Problem]:
    """A card without `base_model` although files name or imply one; where the lineage is known, one that leaves out a base.

    `canonical` are ids of one part with their full form; `folders` are names that nobody's namespace has and
    everybody's disk.
    """
    if metadata.get(_KEY) is not None:
        yield from _left_out(metadata, lineage)
        return
    entry = metadata.entry(_KEY)
    place = entry.key.span if entry else first_line(metadata)
    adapted = adapter_config.entry("base_model_name_or_path") if adapter_config else None
    if adapted is not None and string(adapted.value):
        yield _named(adapted, place, canonical, folders)
        return
    saved = _saved_from(config, repository, canonical, folders)
    yield from _implied(place, first(files, files_that_show("merge", "adapter")), quantization(config), saved)


def _left_out(metadata: Mapping, lineage: Lineage | None) -> Iterator[Problem]:
    """The bases that a file names and that are no relatives of those the card names."""
    entry = metadata.entry(_KEY)
    if lineage is None or entry is None:
        return
    declared = {edge.parent for edge in lineage.above(lineage.root) if edge.declared and edge.relation not in ASIDE}
    upstream = descent(lineage, *declared)
    for edge in lineage.above(lineage.root):
        kin = lineage.kin[edge.parent]
        if not edge.declared and kin.state not in {"failed", "unasked"} and not _related(lineage, edge, declared, upstream):
            related = (Related("where it is named", edge.place),) if edge.place else ()
            message = f"`{_KEY}` does not name {kin.id}, which {edge.told} does; add it, if the model was made of it"
            doubt: Severity | None = None if edge.sure and kin.state == "found" else "note"
            yield Problem(message, entry.key.span, kin.id, related, at_most=doubt)
    if lineage.failures:
        raise Unreadable(lineage.failures[0], passing=lineage.passing)


def _related(lineage: Lineage, edge: Edge, declared: set[Key], upstream: set[Key]) -> bool:
    """Whether what a file names and what the card names come one of the other; but for merges a common ancestor is enough.

    Trainers write the quantised copy they loaded, authors the model it is a copy of.
    """
    mine = descent(lineage, edge.parent)
    return edge.parent in upstream or not mine.isdisjoint(declared if edge.relation == "merge" else upstream)


def relation_missing(base: Node, metadata: Mapping, files: Files, config: Mapping | None, repository: Identity) -> Iterator[Problem]:
    """A base without its relation where the files show exactly one; a tag `base_model:adapter:org/name` says it too."""
    if metadata.get(_RELATION) is not None or not strings(base) or declared_by_tags(metadata):
        return
    shown = dict(signs(files, config, metadata, repository.id))
    if len(shown) != 1:
        return
    ((relation, sign),) = shown.items()
    entry = metadata.entry(_RELATION) or metadata.entry(_KEY)
    place = entry.key.span if entry else base.span
    message = f"`{_KEY}` is given without its relation; write `{_RELATION}: {relation}`, as {sign} shows"
    yield Problem(message, place, subject=_RELATION, fix=_relation_cure(metadata, relation))


def _relation_cure(metadata: Mapping, relation: str) -> Cure | None:
    """The line that says the relation, below the base or in the place of the line that says nothing."""
    base, empty = metadata.entry(_KEY), metadata.entry(_RELATION)
    change: Change | None = None
    if empty is not None and empty.value.end > empty.value.start:
        change = SetValue(empty.value.span, relation)
    elif empty is not None and empty.value.start == empty.key.end + 1:  # right behind the colon
        change = Edit(empty.value.span, f" {relation}")
    elif empty is None and base is not None and base.value.start > base.key.end:  # an alias has the place of its anchor
        change = Append(Span(base.key.path, base.key.start, base.value.end), f"{_RELATION}: {relation}")
    return Cure("unsafe", f"write {_RELATION}: {relation}", (change,)) if change else None


def _problem(place: Span, message: str, related: tuple[Related, ...] = (), at_most: Severity | None = None) -> Problem:
    return Problem(message, place, subject=_KEY, related=related, at_most=at_most)


def _named(adapted: Entry, place: Span, canonical: dict[str, str], folders: list[str]) -> Problem:
    """The problem where adapter_config.json names the base, by its id or by a place on somebody's disk."""
    name = string(adapted.value) or ""
    related = (Related("the base of the adapter", adapted.value.span),)
    message = f"the card names no `{_KEY}`"
    found = _model_id(name, canonical, folders)
    if found is not None:
        advice = f"; write `{_KEY}: {found}`, the base in adapter_config.json"
    else:
        advice = f', and what adapter_config.json gives is no id ("{_cut(name)}"); write the id of that model'
    return _problem(place, message + advice, related)


def _implied(place: Span, shown: str | None, method: str | None, saved: tuple[Entry, str] | None) -> Iterator[Problem]:
    """The problem where a file, a quantisation method or the origin of config.json implies a base; only the first."""
    message = f"the card names no `{_KEY}`"
    advice = f"; config.json was made from {saved[1]}" if saved else ""
    if shown is not None:
        yield _problem(place, f"{message}, but {shown} shows that the model was made of another{advice}")
    elif method is not None:
        doubt: Severity | None = "note" if is_native(method) else None
        message = f"{message}, but config.json says that the weights are quantised ({_cut(method)})"
        yield _problem(place, message + advice, (), doubt)
    elif saved is not None:
        related = (Related("what it was made from", saved[0].value.span),)
        advice = f"{advice}; if that is another model, write `{_KEY}: {saved[1]}`"
        yield _problem(place, message + advice, related, "note")


def _cut(text: str) -> str:
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"


def _saved_from(config: Mapping | None, repository: Identity, canonical: dict[str, str], folders: list[str]) -> tuple[Entry, str] | None:
    """The id of the model that config.json was loaded from, if it is one and not this repository's own.

    A name of one part may be any folder; it counts only where it is a canonical id.
    """
    entry = config.entry("_name_or_path") if config else None
    name = string(entry.value) if entry else None
    if entry is None or not name:
        return None
    found = _model_id(name, canonical, folders)
    return (entry, found) if found is not None and "/" in found and found != repository.id else None


def _model_id(name: str, canonical: dict[str, str], folders: list[str]) -> str | None:
    """The id a text is, or the address of; None for what can be no id, and for folders as people name them."""
    address = from_address(name)
    if address is not None:
        return address.id if address.kind == "model" else None
    if why_malformed(name) is not None or name.partition("/")[0].lower() in folders:
        return None
    return canonical.get(name, name)
