"""Tags: words to be found by, and what does not belong among them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cardlint.checks.vocabulary import quoted, shown
from cardlint.nodes import Mapping, Scalar, Sequence, is_null, join, kind_of, string, strings
from cardlint.problem import Problem, Related
from cardlint.vocabulary import load_vocabulary
from cardlint.weights.patterns import lazily

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cardlint.nodes import Node
    from cardlint.repository import Identity

_KEY = "tags"
_LISTED = 6
_COMMA = lazily(r"\s*[,;]\s*")


def malformed(
    tags: Node, metadata: Mapping, identity: Identity, *, not_licenses: list[str], language_codes: list[str]
) -> Iterator[Problem]:
    """Tags that are no text, repeat one another, or say what a key says.

    `not_licenses` are licence ids that as a tag mean something else (a model family, say); `language_codes` are the
    codes that as a tag can mean nothing but a language.
    """
    yield from _shape(tags)
    items = tags.items if isinstance(tags, Sequence) else [tags]
    first: dict[str, Node] = {}
    for index, item in enumerate(items):
        text = (string(item) or "").strip()
        if not text:
            continue
        subject = join(_KEY, index) if isinstance(tags, Sequence) else _KEY
        known = first.setdefault(text, item)
        if known is not item:
            yield Problem(f"the tag {quoted(text)} is repeated", item.span, subject, (Related("first here", known.span),))
        elif message := _license(text, metadata, not_licenses) or _language(text, metadata, identity, language_codes):
            yield Problem(message, item.span, subject)


def _shape(tags: Node) -> Iterator[Problem]:
    if isinstance(tags, Mapping):
        yield Problem("`tags` is a mapping, not a list of texts", tags.entries[0].key.span if tags.entries else tags.span)
    elif isinstance(tags, Sequence):
        for index, item in enumerate(tags.items):
            if not is_null(item) and not (string(item) or "").strip():
                yield Problem(_no_text(item), item.span, join(_KEY, index))
    elif (text := string(tags)) is None:
        yield Problem(_no_text(tags), tags.span)
    elif len(parts := [part for part in _COMMA.split(text.strip()) if part]) > 1:
        yield Problem(f"{quoted(text)} is one tag; write a list: {_list(parts)}", tags.span)


def _no_text(item: Node) -> str:
    if isinstance(item, Scalar):
        return f"the tag {shown(item.raw)} is a {kind_of(item)}, not text; put it in quotes" if item.raw.strip() else "a tag is empty"
    hint = "; put a tag that holds a colon in quotes" if isinstance(item, Mapping) else ""
    return f"a tag is a {kind_of(item)}, not text{hint}"


def _list(parts: list[str]) -> str:
    some = ", ".join(shown(part) for part in parts[:_LISTED])
    return f"[{some}, …]" if len(parts) > _LISTED else f"[{some}]"


def _license(text: str, metadata: Mapping, not_licenses: list[str]) -> str | None:
    prefix, _, rest = text.partition(":")
    marked = prefix.lower() in ("license", "licence") and bool(rest.strip())
    name = rest.strip() if marked else text
    if not marked and (name not in load_vocabulary("licenses") or name in not_licenses):
        return None
    return _misplaced(text, "license", name, "a licence", metadata)


def _language(text: str, metadata: Mapping, identity: Identity, codes: list[str]) -> str | None:
    """A language among the tags. A Space has no key for it, and a bare code counts only where no language is given."""
    prefix, _, rest = text.partition(":")
    marked = prefix.lower() == "language" and bool(rest.strip())
    given = any(metadata.get(key) is not None for key in ("language", "languages"))
    if identity.kind == "space" or not (marked or (text in codes and not given)):
        return None
    return _misplaced(text, "language", rest.strip() if marked else text, "a language", metadata)


def _misplaced(text: str, key: str, name: str, what: str, metadata: Mapping) -> str:
    if name.lower() in strings(metadata.get(key)):
        return f"the tag {quoted(text)} repeats `{key}`; remove it, the Hub makes a tag of the key"
    return f"the tag {quoted(text)} names {what}; write it under `{key}`"
