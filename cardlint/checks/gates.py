"""The form that whoever wants access to a gated repository fills in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cardlint.checks.shape import alike, head, holders, owned
from cardlint.checks.vocabulary import quoted, shown
from cardlint.nodes import Mapping, kind_of, string
from cardlint.problem import Cure, Problem, SetValue
from cardlint.rule import did_you_mean
from cardlint.weights.patterns import lazily

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cardlint.repository import Identity
    from cardlint.schema import Mismatch

_KEY = "extra_gated_fields"
_ITEM = lazily(rf"{_KEY}\[\d+\]")


def fields(metadata: Mapping, repository: Identity, *, kinds: list[str], meant: dict[str, str]) -> Iterator[Problem]:
    """Questions of the wrong shape. `kinds` are the kinds of answer there are, `meant` what others are called here."""
    mappings = (holder for _, holder in holders(metadata) if isinstance(holder, Mapping))
    choices = {id(holder.get("type")) for holder in mappings if holder.get("options") is not None}
    for found, more in alike(owned(metadata, repository.kind, _KEY, "gate-fields-malformed")):
        node = found.node
        place = head(node) if found.keyword == "required" else node.span
        kind = _certain(string(node), kinds, meant) if found.keyword == "enum" else None
        # To choose there has to be something to choose from.
        sure = kind is not None and (kind != "select" or id(node) in choices)
        fix = Cure("safe", f"write {kind}", (SetValue(node.span, kind),)) if kind and sure else None
        yield Problem(_message(found, kinds, meant) + more, place, found.subject, fix=fix)


def _certain(text: str | None, kinds: list[str], meant: dict[str, str]) -> str | None:
    """The kind of answer that letter case, blanks or the table `meant` give."""
    bare = (text or "").strip().lower()
    return bare if bare in kinds else meant.get(bare)


def _message(found: Mismatch, kinds: list[str], meant: dict[str, str]) -> str:
    node, kind = found.node, kind_of(found.node)
    text = string(node)
    if found.subject == _KEY:
        return f"`{_KEY}` is {kind if kind == 'text' else f'a {kind}'}, not a mapping of questions to kinds of answer, as in `Name: text`"
    if _ITEM.fullmatch(found.subject) and text is not None:
        return f"{quoted(text)} is a question without its kind of answer; write `{shown(text)}: text`"
    if found.keyword == "enum" and text is not None:
        known = meant.get(text.strip().lower())
        hint = f"; did you mean {known}?" if known else did_you_mean(text, kinds)
        return f"{quoted(text)} is no kind of answer{hint or '; it is one of ' + ', '.join(kinds)}"
    if found.keyword == "required" and found.subject.endswith((".type", ".options")):
        holder, _, part = found.subject.rpartition(".")
        why = "is of type select and has no `options` to choose from" if part == "options" else "has no `type`"
        return f"the question {quoted(holder.removeprefix(f'{_KEY}.'))} {why}"
    return found.message.replace(found.subject, shown(found.subject))
