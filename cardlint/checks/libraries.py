"""Which library loads a model: `library_name`, and what the files say of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cardlint.checks.keys import first_line
from cardlint.checks.vocabulary import certain, cure
from cardlint.nature import first
from cardlint.nearness import fold
from cardlint.nodes import Mapping, Scalar, is_null, string, strings
from cardlint.problem import Problem, Related
from cardlint.vocabulary import Suggestion, load_vocabulary
from cardlint.weights.patterns import lazily

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cardlint.files import Files
    from cardlint.nodes import Entry, Node
    from cardlint.vocabulary import Vocabulary

_KEY = "library_name"
_LONG = 9
_ALIKE = 0.9
_DIGITS = lazily(r"\d+")


def missing(metadata: Mapping, files: Files, config: Mapping | None, *, signatures: dict[str, dict[str, list[str]]]) -> Iterator[Problem]:
    """A card without `library_name` whose files are of exactly one library.

    A signature names `files` and keys of `config`, of which one has to be there; `needs`, of which one has to be
    there too; and `over`, the libraries whose files this one has as well. A pattern without `/` means the root alone.
    """
    if metadata.get(_KEY) is not None or _is_tagged(metadata):
        return
    evidence = {name: shown for name, signature in signatures.items() if (shown := _evidence(signature, files, config))}
    beaten = {other for name in evidence for other in signatures[name].get("over", ())}
    remaining = [name for name in evidence if name not in beaten]
    if len(remaining) == 1:
        name = remaining[0]
        entry = metadata.entry(_KEY)
        yield Problem(
            f"there is no `{_KEY}`, and the Hub no longer infers it; write `{_KEY}: {name}`, as {evidence[name]} shows",
            entry.key.span if entry else first_line(metadata),
            subject=_KEY,
        )


def misspelt(value: Node, *, vocabulary: str, free: list[str]) -> Iterator[Problem]:
    """A library that is near a known one. What is far from all is the author's own, which the Hub accepts.

    `free` are names that stand for themselves although they look like a known one.
    """
    written = string(value)
    listed = load_vocabulary(vocabulary)
    if written is None or not isinstance(value, Scalar) or written in listed or fold(written) in map(fold, free):
        return
    suggestion = _meant(written, listed)
    if suggestion.ids:
        note = f" ({suggestion.note})" if suggestion.note else ""
        meant = f"did you mean {' or '.join(suggestion.ids)}?{note}"
        fix = cure(value, lambda text: certain(text, vocabulary) or certain(fold(text), vocabulary))
        yield Problem(f'"{written}" is not a {listed.noun}; {meant}', value.span, fix=fix)


def contradicted(value: Node, files: Files, config: Mapping | None, *, pairs: list[dict[str, list[str]]]) -> Iterator[Problem]:
    """A declared library none of whose files are there, while those of another one are.

    A pair names the libraries `declared`, the patterns of their `own` files, the library the repository `belongs` to,
    and its signature as in `missing`. The first pair that holds is reported.
    """
    written = string(value)
    for pair in pairs:
        if written not in pair["declared"] or first(files, pair["own"]) is not None:
            continue
        if (shown := _evidence(pair, files, config)) is not None:
            library, absent = pair["belongs"][0], pair["own"][0]
            message = f'"{written}" cannot load this: {shown} belongs to {library}, and there is no {absent}'
            yield Problem(f"{message}; did you mean {library}?", value.span, related=tuple(_related(pair, config)))
            return


def _is_tagged(metadata: Mapping) -> bool:
    """Whether a tag names a library, which the Hub takes for a declaration."""
    listed = load_vocabulary("libraries")
    return any(tag in listed or tag in listed.aliases for tag in strings(metadata.get("tags")))


def _evidence(signature: dict[str, list[str]], files: Files, config: Mapping | None) -> str | None:
    """What shows that the repository bears a signature, in words; None where it does not."""
    if "needs" in signature and first(files, signature["needs"]) is None:
        return None
    path = first(files, signature.get("files", []))
    if path is not None:
        return path
    entry = _config_entry(signature, config)
    return f"`{entry.name}` in config.json" if entry else None


def _config_entry(signature: dict[str, list[str]], config: Mapping | None) -> Entry | None:
    if config is None:
        return None
    entries = [config.entry(key) for key in signature.get("config", ())]
    return next((entry for entry in entries if entry is not None and not is_null(entry.value)), None)


def _related(pair: dict[str, list[str]], config: Mapping | None) -> Iterator[Related]:
    entry = _config_entry(pair, config)
    if entry is not None and isinstance(entry.key, Scalar):
        yield Related("what config.json says", entry.key.span)


def _meant(written: str, listed: Vocabulary) -> Suggestion:
    """The known library that was probably meant: one the tables name, or one so near that only a slip explains it."""
    for spelling in dict.fromkeys((written, fold(written))):
        suggestion = listed.suggest(spelling)
        tabled = suggestion.note is not None
        slip = suggestion.certain or (bool(suggestion.ids) and _all_but_equal(spelling, suggestion.ids[0]))
        if tabled or (slip and not _is_other_version(spelling, suggestion.ids[0])):
            return suggestion if tabled or suggestion.certain else Suggestion(suggestion.ids[:1])
    return Suggestion()


def _all_but_equal(written: str, known: str) -> bool:
    """Whether two long names share so much that they are one name; short ones are names of their own."""
    from difflib import SequenceMatcher  # only on the way to a finding

    first, second = fold(written), fold(known)
    return min(len(first), len(second)) >= _LONG and SequenceMatcher(None, first, second).ratio() >= _ALIKE


def _is_other_version(written: str, known: str) -> bool:
    """Whether both names carry digits and the digits differ: `wan2.1` is no slip for `wan2.2`."""
    first, second = _DIGITS.findall(written), _DIGITS.findall(known)
    return bool(first) and bool(second) and first != second
