"""What a card says of its licence: the id, and name and link of terms that have no id."""

from __future__ import annotations

import re
import unicodedata
from pathlib import PurePosixPath
from typing import TYPE_CHECKING
from urllib.parse import unquote

from cardlint.checks import vocabulary as listed_values
from cardlint.checks.keys import says_nothing
from cardlint.checks.vocabulary import quoted
from cardlint.nodes import Scalar, join, listed, string
from cardlint.problem import Cure, Problem, SetValue
from cardlint.vocabulary import load_vocabulary
from cardlint.weights.patterns import lazily

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cardlint.files import Files
    from cardlint.nodes import Mapping, Node
    from cardlint.text import Span

_ADDRESS = lazily(r"https?://[^\s/]+\S*", re.IGNORECASE)
_WITHOUT_SCHEME = lazily(r"(?:www\.)?[\w-]+(?:\.[\w-]+)*\.[A-Za-z]{2,}/\S+")
_LONGEST_HINT = 60
_LICENSE_FILE = lazily(r"(?:licen[sc]e|copying|terms)", re.IGNORECASE)


def known(value: Node, whole: Node, *, vocabulary: str, advice: str, own: list[str]) -> Iterator[Problem]:
    """A licence that is not in the list, where `license` says anything at all.

    `own` are licences that are not in it, one letter away from one that is: nothing else is suggested for them.
    """
    if isinstance(value, Scalar) and value.raw.strip().lower() in own:
        yield listed_values.far(value, load_vocabulary(vocabulary), advice)
    elif not says_nothing(whole):
        yield from listed_values.known_in(value, whole, vocabulary, advice)


def other_unnamed(metadata: Mapping, *, id: str) -> Iterator[Problem]:  # noqa: A002 - the word of the Hub
    """The licence `id` (`other`) without `license_name` and `license_link`; where one of them is there, only a warning."""
    for index, value in listed(metadata.get("license")):
        if string(value) != id:
            continue
        missing = [key for key in ("license_name", "license_link") if _nothing(metadata, key)]
        subject = "license" if index is None else join("license", index)
        if len(missing) > 1:
            message = f"`license: {id}` says nothing about the terms; add `license_name` and `license_link`"
            yield Problem(message, value.span, subject)
        elif missing:
            effect = {"license_name": "call the terms by name", "license_link": "lead anyone to the terms"}[missing[0]]
            message = f"`license: {id}` has no `{missing[0]}`, so the Hub cannot {effect}"
            yield Problem(message, value.span, missing[0], at_most="warning")
        return


def _nothing(metadata: Mapping, key: str) -> bool:
    value = metadata.get(key)
    return value is None or says_nothing(value)


def name_malformed(value: Node, *, pattern: str, words: str) -> Iterator[Problem]:
    """A `license_name` that does not match `pattern`; `words` says what the pattern asks for."""
    text = string(value)
    if text is None or not text.strip() or re.fullmatch(pattern, text):
        return  # what says nothing is license-other-unnamed's
    slug = _slug(text)
    hint = f"; did you mean {slug}?" if len(slug) <= _LONGEST_HINT and re.fullmatch(pattern, slug) else ""
    certain = "-".join(text.lower().replace("_", " ").split())
    cure = Cure("safe", f"write {slug}", (SetValue(value.span, slug),)) if hint and slug == certain else None
    yield Problem(f"{quoted(text)} is not made of {words} alone{hint}", value.span, fix=cure)


def _slug(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9.]+", "-", plain).strip("-.")


def link_broken(value: Node, files: Files) -> Iterator[Problem]:
    """A `license_link` that is neither a web address nor a file of the repository."""
    text = (string(value) or "").strip()
    if not text or _ADDRESS.fullmatch(text):
        return
    path = unquote(text.partition("#")[0]).removeprefix("./")
    if text in files or path in files:
        return
    yield _broken(text, path, files, value.span)


def _broken(text: str, path: str, files: Files, span: Span) -> Problem:
    neither = f"{quoted(text)} is neither a file of this repository nor an address that begins with https://"
    if _WITHOUT_SCHEME.fullmatch(text):
        return Problem(f"{neither}; did you mean https://{text[:200]}?", span)
    if near := _near(path, files):
        return Problem(f"there is no file {quoted(text)}; did you mean {near}?", span)
    return Problem(neither, span)


def _near(path: str, files: Files) -> str | None:
    """The one file that is meant but for letter case, ending or folder; where several could be meant, none is."""
    wanted = PurePosixPath(path)
    same = [entry.path for entry in files if entry.path.lower() == path.lower().lstrip("/")]
    alike = [entry.path for entry in files if PurePosixPath(entry.path).stem.lower() == wanted.stem.lower()]
    licences = [entry.path for entry in files if "/" not in entry.path and _LICENSE_FILE.match(entry.path)]
    named = bool(_LICENSE_FILE.match(wanted.name))
    return next((found[0] for found in (same, alike, licences if named else []) if len(found) == 1), None)
