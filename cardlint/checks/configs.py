"""The configurations of a dataset: which files make which split, as the `datasets` library reads them.

What it accepts is in datasets 5.2.0: `utils/metadata.py` (MetadataConfigs), `data_files.py` (sanitize_patterns),
`naming.py` (the grammar of split names) and `builder.py` (characters a configuration may not have in its name).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from cardlint.checks.shape import alike, head, owned
from cardlint.checks.vocabulary import quoted
from cardlint.nodes import Mapping, Scalar, Sequence, join, kind_of, string
from cardlint.problem import Problem, Related
from cardlint.rule import did_you_mean
from cardlint.weights.patterns import lazily

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cardlint.nodes import Node
    from cardlint.schema import Mismatch
    from cardlint.text import Span

_KEY = "configs"
_INDEX = lazily(r"\[\d+\]")
_PART = lazily(r"configs\[\d+\]\.data_files\[\d+\]")
_PARTS = ["split", "path"]
_MEANT = {
    "config_name": ("config", "name", "subset"),
    "split": ("name", "split_name"),
    "path": ("data_files", "file", "filename", "files", "paths", "pattern"),
}


def malformed(metadata: Mapping, *, forbidden: str) -> Iterator[Problem]:
    """Configurations the library refuses to read. `forbidden` are the characters a name may not have."""
    mismatches = list(owned(metadata, "dataset", _KEY, "config-malformed"))
    lacking = {_part(found) for found in mismatches if found.keyword == "required"}
    for found, more in alike(mismatches):
        # What a part has too many and what it lacks is one mistake, told where it lacks.
        if found.keyword != "additionalProperties" or _part(found) not in lacking:
            yield _shape(found, more)
    seen: dict[str, Span] = {}
    for subject, config in _mappings(metadata.get(_KEY), _KEY):
        name = config.get("config_name")
        if (text := string(name)) is not None and name is not None:
            yield from _name(join(subject, "config_name"), name, text, forbidden)
            yield from _once(join(subject, "config_name"), name, text, seen, "configuration")
        yield from _files(join(subject, "data_files"), config.get("data_files"))


def _mappings(value: Node | None, key: str) -> Iterator[tuple[str, Mapping]]:
    for index, item in enumerate(value.items if isinstance(value, Sequence) else ()):
        if isinstance(item, Mapping):
            yield join(key, index), item


def _part(found: Mismatch) -> str:
    """The part of `data_files` that a mismatch is in, or nothing."""
    match = _PART.match(found.subject)
    return match[0] if match else ""


def _shape(found: Mismatch, more: str) -> Problem:
    """What is wrong with the shape of a part, and what to write."""
    part, kind = _INDEX.sub("[]", found.subject), kind_of(found.node)
    if part == f"{_KEY}[]" and found.keyword == "type":
        listed = "names as plain text" if kind == "text" else f"a {kind} where a configuration belongs"
        advice = "write `- config_name: …` with its `data_files` for each, or rename the list to `config_names`"
        return Problem(f"`{_KEY}` lists {listed}{more}; {advice}", found.node.span, _KEY)
    if part.endswith(".split") and found.keyword == "pattern":
        return Problem(_split_name(found.node), found.node.span, found.subject)
    if found.keyword == "additionalProperties":
        key = found.subject.removeprefix(f"{_part(found)}.")
        message = f"{quoted(key)} does not belong into a part of `data_files`, which has `split` and `path` alone"
        return Problem(message + did_you_mean(key, _PARTS), found.node.span, found.subject)
    place = head(found.node) if found.keyword == "required" else found.node.span
    return Problem(found.message + more + _advice(found, part, kind), place, found.subject)


def _advice(found: Mismatch, part: str, kind: str) -> str:
    if found.keyword == "required" and isinstance(found.node, Mapping):
        usual = _MEANT.get(found.subject.rpartition(".")[2], ())
        present = next((entry.name for entry in found.node.effective() if entry.name in usual), None)
        return f"; rename `{present}` to it" if present else ""
    if kind == "mapping" and part in (_KEY, f"{_KEY}[].data_files"):
        return "; write a list with `split` and `path` for each" if part != _KEY else "; put `- ` before its first key"
    return "; put it in quotes" if kind in ("number", "boolean") and " text" in found.message else ""


def _split_name(node: Node) -> str:
    text = string(node) or ""
    meant = ".".join(part for part in re.sub(r"[^\w.]+", "_", text.strip()[:100]).split(".") if part).strip("_")
    hint = f"; did you mean {meant}?" if re.fullmatch(r"\w+(\.\w+)*", meant) else ""
    return f"{quoted(text)} is no name of a split, which has letters, digits and `_`, and dots between them{hint}"


def _name(subject: str, name: Node, text: str, forbidden: str) -> Iterator[Problem]:
    strange = next((char for char in text if char in forbidden), None)
    if not text.strip():
        yield Problem("the name of a configuration is empty", name.span, subject)
    elif strange:
        message = f"{quoted(text)} cannot name a configuration, because `{strange}` cannot be in the name of a folder everywhere"
        yield Problem(message, name.span, subject)


def _once(subject: str, name: Node, text: str, seen: dict[str, Span], what: str) -> Iterator[Problem]:
    first = seen.setdefault(text, name.span)
    if first != name.span:
        effect = "the library refuses that" if what == "split" else "only the last one is kept"
        related = (Related("first named here", first),)
        yield Problem(f"the {what} {quoted(text)} is there twice; {effect}", name.span, subject, related)


def _files(subject: str, files: Node | None) -> Iterator[Problem]:
    """Splits named twice, and lists that mix patterns with splits: each part alone is right."""
    items = files.items if isinstance(files, Sequence) else []
    seen: dict[str, Span] = {}
    for index, item in enumerate(items):
        split = item.get("split") if isinstance(item, Mapping) else None
        if (text := string(split)) is not None and split is not None:
            yield from _once(join(join(subject, index), "split"), split, text, seen, "split")
    plain = [item for item in items if string(item) is not None]
    if plain and len(plain) < len(items) and any(isinstance(item, Mapping) for item in items):
        message = f"{quoted(string(plain[0]) or '')} stands among splits; give it a `split` and a `path` too"
        yield Problem(message, plain[0].span, subject)


def default_repeated(value: Node) -> Iterator[Problem]:
    """More than one configuration that is loaded where none is named: marked so, or named `default`."""
    marked: dict[str, Span] = {}
    for subject, config in _mappings(value, _KEY):
        name, mark = config.entry("config_name"), config.entry("default")
        text = string(name.value) if name else None
        chosen = mark is not None and isinstance(mark.value, Scalar) and mark.value.value is True
        place = mark if chosen else name if text == "default" else None
        if place is None:
            continue
        shown = text if text is not None else subject
        marked.setdefault(shown, place.value.span)
        (first, span), *others = marked.items()
        if others and shown != first:
            why = "" if chosen else " by its name"
            message = f"{quoted(shown)} is a default configuration{why}, and so is {quoted(first)}; there can be one"
            yield Problem(message, place.value.span, join(subject, "default"), (Related("the first default", span),))
