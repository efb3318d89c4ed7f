"""The languages of what a card describes, as the Hub codes them."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from cardlint.checks.keys import absent
from cardlint.checks.vocabulary import cure, quoted
from cardlint.nearness import nearest
from cardlint.nodes import Mapping, Scalar, string, strings
from cardlint.problem import Problem
from cardlint.vocabulary import load_vocabulary
from cardlint.weights.patterns import lazily

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cardlint.nodes import Node
    from cardlint.repository import Identity
    from cardlint.vocabulary import Vocabulary

_VOCABULARY = "languages"
_CODE = lazily(r"[a-z]{2,3}")
_TAG = lazily(r"(?P<base>[A-Za-z]{2,3})(?P<rest>(?:[-_][A-Za-z0-9]{2,8})+)")
_SEPARATOR = lazily(r"\s*[,;/|&+]\s*|\s+and\s+|\s+")
_BRACKETS = " []()\"',;"
_LONGEST_CODE = 3
_LONGEST = 200
_NAME_LENGTH = 5
_CODE_OF_PROGRAMS = "code"


def missing(  # noqa: PLR0913 - the facts of the rule, and its data
    metadata: Mapping, identity: Identity, *, keys: dict[str, str], modality: str, also: list[str], not_text: list[str]
) -> Iterator[Problem]:
    """A card of a task about text without `language`.

    `keys` says where each kind of card names its tasks; those of the `modality` but for `not_text`, and the tasks in
    `also`, are about text or speech.
    """
    place = absent(metadata, "language")
    if place is None:
        return
    tasks = load_vocabulary("tasks").values
    for task in strings(metadata.get(keys[identity.kind])):
        if task in also or (task in tasks and tasks[task].get("modality") == modality and task not in not_text):
            message = f"there is no `language`, so a search by language does not find this, although its task is {task}"
            yield Problem(message, place, subject="language")
            return


def unknown(  # noqa: PLR0913 - the facts of the rule, and its data
    value: Node, whole: Node, *, once: list[str], advice: str, regional: str, regions: list[str], programs: list[str]
) -> Iterator[Problem]:
    """A language that is no code of the Hub.

    `once` are phrases in the notes of the vocabulary that mark former codes, which may still be accepted: a warning.
    `advice` says what to write where nothing is near, `regional` where regions and scripts belong; `regions` are
    regions in lower case that also are codes of languages, and hardly ever meant as such. `programs` are codes that in
    another letter case are languages of programs: `Lua` is hardly ever Luba-Lulua.
    """
    text = string(value)
    listed = load_vocabulary(_VOCABULARY)
    if text is None or text in listed or isinstance(whole, Mapping) or not isinstance(value, Scalar):
        return  # a wrong shape is schema-violation's
    said = f"{quoted(text)} is not a {listed.noun}"
    if found := _tabled(text, listed):
        ids, note = found
        is_program = text.strip().lower() in programs
        ids = (_CODE_OF_PROGRAMS, *ids) if is_program else ids
        hint = f"; did you mean {' or '.join(ids)}?" if ids else ""
        mild = any(phrase in note for phrase in once)
        message = f"{said}{hint}" + (f" ({note})" if note else "")
        fix = None if is_program else cure(value, _certain, whole)
        yield Problem(message, value.span, fix=fix, at_most="warning" if mild else None)
    elif _CODE.fullmatch(text):
        yield Problem(f"{said} known on {listed.as_of}", value.span, at_most="warning")
    else:
        yield Problem(f"{said}; {_meant(text, listed, regional, regions) or advice}", value.span)


def _meant(text: str, listed: Vocabulary, regional: str, regions: list[str]) -> str | None:
    if len(text) > _LONGEST:
        return None
    return _joined(text, listed) or _regional(text, listed, regional, regions) or _misspelt(text, listed)


def _tabled(text: str, listed: Vocabulary) -> tuple[tuple[str, ...], str] | None:
    """What a table says a text means: another letter case, a name, a former code; with a note."""
    bare = text.strip().lower()
    if bare in listed:
        return (bare,), ""
    if bare in listed.aliases:
        return (listed.aliases[bare],), ""
    if former := listed.former.get(bare):
        return (former.successor,) if former.successor else former.candidates, former.note or ""
    code = _named(listed.name).get(bare)
    return ((code,), "") if code else None


@lru_cache(maxsize=4096)
def _certain(text: str) -> str | None:
    """The code that letter case, the table of spellings or a code's one successor give; a name from the list may be another's too."""
    listed = load_vocabulary(_VOCABULARY)
    bare = text.strip().lower()
    former = listed.former.get(bare)
    successor = former.successor if former else None
    return bare if bare in listed else listed.aliases.get(bare, successor)


@cache
def _named(vocabulary: str) -> dict[str, str]:
    """The code of each name of a language; of several codes the shortest. `日本語 (にほんご)` is two names."""
    codes: dict[str, str] = {}
    for code, held in load_vocabulary(vocabulary).values.items():
        for part in re.split(r"[(),;/،]", f"{held.get('label', '')};{held.get('native', '')}"):
            name = part.strip().lower()
            codes[name] = min(code, codes.get(name, code), key=len)
    codes.pop("", None)
    return codes


def _code(text: str, listed: Vocabulary) -> str | None:
    """The one code a text stands for, itself included."""
    if text in listed:
        return text
    ids, _ = _tabled(text, listed) or ((), "")
    return ids[0] if len(ids) == 1 else None


def _joined(text: str, listed: Vocabulary) -> str | None:
    """Several languages in one value. Beside a name a short word is more likely no code: `the English`, `in French`."""
    bare = text.strip(_BRACKETS)
    parts = [part for part in _SEPARATOR.split(bare) if part]
    codes = [_code(part, listed) for part in parts]
    known = list(dict.fromkeys(code for code in codes if code))
    prose = " " in bare and not re.search(r"[,;/|&+]", bare) and len({len(part) > _LONGEST_CODE for part in parts}) > 1
    if prose or not codes or not all(codes) or (len(known) == 1 and bare == text):
        return None
    return f"write a list: [{', '.join(known)}]" if len(known) > 1 else f"did you mean {known[0]}?"


def _regional(text: str, listed: Vocabulary, regional: str, regions: list[str]) -> str | None:
    """A code with a region, a script or a variant after it; both of `en-de` may also be languages."""
    match = _TAG.fullmatch(text.strip())
    base = _code(match["base"].lower(), listed) if match else None
    if match is None or base is None:
        return None
    second = match["rest"][1:]
    pair = f", or [{base}, {second}] for two languages" if second in listed and second not in (base, *regions) else ""
    return f"write {base}{pair} ({regional})"


def _misspelt(text: str, listed: Vocabulary) -> str | None:
    """A misspelt name. Codes are too short for that: everything is near to one."""
    names = [name for name in listed.aliases if len(name) >= _NAME_LENGTH]
    near = nearest(text, names) if len(text) >= _NAME_LENGTH else []
    codes = dict.fromkeys(listed.aliases[name.lower()] for name in near)
    return f"did you mean {' or '.join(codes)}?" if codes else None
