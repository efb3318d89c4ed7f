"""Keys that name repositories of the Hub: the base model, datasets, models, successors."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from cardlint.checks.vocabulary import quoted, shown
from cardlint.nodes import Mapping, Scalar, join, kind_of, listed, string
from cardlint.problem import Problem
from cardlint.repoid import corrected, from_address, why_malformed
from cardlint.weights.patterns import lazily

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cardlint.nodes import Node
    from cardlint.repository import Identity

_MOST = 8
_ADDRESS = lazily(r"(?!file:)[A-Za-z][A-Za-z0-9+.-]*://|www\.", re.IGNORECASE)
_LOCAL = lazily(r"\.{0,2}[/\\]|~|[A-Za-z]:[/\\]|file:|\.{1,2}$|\$", re.IGNORECASE)
_COMMA = lazily(r"\s*[,;|\n]\s*")
_BLANK = lazily(r"\s+(?:(?:and|&|\+)\s+)?")


def base_model(value: Node, whole: Node, *, placeholders: list[str]) -> Iterator[Problem]:
    """A base model that is a path, an address, prose or no text. `placeholders` are texts that stand for no model."""
    if isinstance(value, Scalar) and not isinstance(whole, Mapping) and (message := _wrong(value, "model", placeholders)):
        yield Problem(message, value.span)


def ids(
    metadata: Mapping, identity: Identity, *, keys: dict[str, dict[str, str]], first_word: list[str], placeholders: list[str]
) -> Iterator[Problem]:
    """Values that are not repository ids.

    `keys` says for each kind of card which keys hold ids, and of what; of the keys in `first_word` only the first word
    is the id; `placeholders` are texts that stand for no repository.
    """
    for key, thing in keys.get(identity.kind, {}).items():
        for index, value in listed(metadata.get(key)):
            if isinstance(value, Scalar):
                message = _wrong(value, thing, placeholders, first_word=key in first_word)
                if message:
                    yield Problem(message, value.span, key if index is None else join(key, index))


def _wrong(value: Scalar, thing: str, placeholders: list[str], *, first_word: bool = False) -> str | None:
    """What is wrong with the id of a model, dataset, …, or None."""
    text = string(value)
    noun = f"a {thing} id"
    if text is None:
        return f"{shown(value.raw)} is a {kind_of(value)}, not {noun}; write it in quotes if it is one"
    if first_word:
        text = text.strip().partition(" ")[0]
    if text.strip().lower() in placeholders:
        return f"{quoted(text)} is a placeholder, not {noun}; leave the key out or write an id"
    reason = why_malformed(text)
    return None if reason is None else f"{quoted(text)} is {_instead(text, thing, noun, reason)}"


def _instead(text: str, thing: str, noun: str, reason: str) -> str:
    """What a text is instead of an id, and what to write."""
    if _ADDRESS.match(text.strip()) or from_address(text):
        return _address(text, thing, noun)
    if _LOCAL.match(text.strip()) or "\\" in text:
        return f"a path on one computer, not {noun}; write namespace/name of the {thing} on the Hub"
    if near := corrected(text):
        return f"not {noun}; did you mean {near}?"
    if several := _several(text):
        return f"one value for several {thing} ids; write a list: [{', '.join(several)}]"
    # Data that is not on the Hub is described in prose; an id without its blanks would only look like one.
    what = "data" if thing == "dataset" else thing
    cure = f"; leave it out and describe the {what} in the text of the card" if _BLANK.search(text.strip()) else ""
    return f"not {noun}: an id {reason}{cure}"


def _address(text: str, thing: str, noun: str) -> str:
    address = from_address(text)
    if address is None:
        return f"an address that holds no {thing} id; link it in the text of the card"
    if thing not in (address.kind, "repository"):
        return f"the address of a {address.kind}, not {noun}"
    return f"an address, not {noun}; write {address.id}"


def _several(text: str) -> list[str] | None:
    """The ids that a text joins, where it is nothing but ids; between blanks they need a slash, or they may be prose."""
    for separator, needed in ((_COMMA, ""), (_BLANK, "/")):
        parts = [part for part in separator.split(text.strip()) if part]
        if 1 < len(parts) <= _MOST and all(needed in part and why_malformed(part) is None for part in parts):
            return parts
    return None
