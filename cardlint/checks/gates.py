"""The form that whoever wants access to a gated repository fills in."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from cardlint.checks.shape import alike, head, owned
from cardlint.checks.vocabulary import quoted, shown
from cardlint.nodes import kind_of, string
from cardlint.problem import Problem
from cardlint.rule import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cardlint.nodes import Mapping
    from cardlint.repository import Identity
    from cardlint.schema import Mismatch

_KEY = "extra_gated_fields"
_ITEM = re.compile(rf"{_KEY}\[\d+\]")


def fields(metadata: Mapping, repository: Identity, *, kinds: list[str], meant: dict[str, str]) -> Iterator[Problem]:
    """Questions of the wrong shape. `kinds` are the kinds of answer there are, `meant` what others are called here."""
    for found, more in alike(owned(metadata, repository.kind, _KEY, "gate-fields-malformed")):
        node = found.node
        place = head(node) if found.keyword == "required" else node.span
        yield Problem(_message(found, kinds, meant) + more, place, found.subject)


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
