"""What a dataset card says of its data in the Hub's own words: sizes, tasks, annotations and sources."""

from __future__ import annotations

import math
import re
from functools import lru_cache
from typing import TYPE_CHECKING

from cardlint.checks.vocabulary import certain, cure, quoted, unknown
from cardlint.nodes import Scalar, join, listed
from cardlint.problem import Problem
from cardlint.repoid import corrected, from_address, why_malformed
from cardlint.vocabulary import Former, load_vocabulary
from cardlint.weights.patterns import lazily

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cardlint.nodes import Mapping, Node
    from cardlint.vocabulary import Vocabulary

_LONGEST = 200
_FEW = 3
_AMOUNT = r"(\d{1,15}(?:\.\d{1,3})?)([kmbt]?)"
_RANGE = lazily(rf"{_AMOUNT}(?:<n<|<|-|to|~){_AMOUNT}")
_BELOW = lazily(rf"n?<{_AMOUNT}")
_ABOVE = lazily(rf"n?>{_AMOUNT}|{_AMOUNT}(?:<n|\+)")
_POINT = lazily(_AMOUNT)
_UNITS = {"": 1, "k": 10**3, "m": 10**6, "b": 10**9, "t": 10**12}
# `<category>-other-<what>`, the subtasks people made up while the taxonomy of 2020 to 2022 allowed it.
_MADE_UP = lazily(r"(?:[\w-]+-)?other-(?P<what>\S.*)", re.IGNORECASE)
_OTHER = lazily(r"other[-:|/ ]+\S.*", re.IGNORECASE)
_EXTENDED = lazily(r"extended\s*[|:\s]\s*(?P<id>.*)", re.IGNORECASE | re.DOTALL)


def _texts(value: Node | None, key: str) -> Iterator[tuple[str, Scalar]]:
    """The texts and numbers of a value or a list, with their names; the shape of anything else is schema-violation's."""
    for index, item in listed(value):
        if isinstance(item, Scalar) and not isinstance(item.value, bool):
            yield key if index is None else join(key, index), item


def sizes(value: Node, *, advice: str) -> Iterator[Problem]:
    """Sizes that are no category: numbers and ranges get the categories they lie in, anything else what it is near to."""
    categories = load_vocabulary("size_categories")
    for subject, item in _texts(value, "size_categories"):
        if item.raw not in categories:
            found = _spanned(item.raw, categories)
            problem = _size(item, found) if found else unknown(item, categories, advice)
            yield problem._replace(subject=subject, fix=cure(item, _certain_size, value))


def _size(item: Scalar, found: list[str]) -> Problem:
    message = f"{quoted(item.raw)} is not a size category"
    if len(found) > _FEW:
        return Problem(f"{message}, but {len(found)} of them; write one of {found[0]} to {found[-1]}", item.span)
    return Problem(f"{message}; did you mean {' or '.join(found)}?", item.span)


@lru_cache(maxsize=4096)
def _certain_size(text: str) -> str | None:
    """The category a text names in another spelling, with the same bounds; a number within them may be counted otherwise."""
    asked = _bounds(text)
    same = (name for name in load_vocabulary("size_categories").values if asked is not None and _bounds(name) == asked)
    return next(same, None) or certain(text, "size_categories")


def _spanned(text: str, categories: Vocabulary) -> list[str]:
    """The categories a number or a range of numbers lies in, smallest first."""
    asked = _bounds(text)
    bounds = {name: held for name in categories.values if (held := _bounds(name))}
    if asked is None:
        return []
    low, high = asked
    return [name for name, (start, end) in bounds.items() if start <= low < end or low < start < high]


def _bounds(text: str) -> tuple[float, float] | None:
    """Least number and the one above the largest, of `1K<n<10K`, `<1K`, `n>1T`, `10K-100K` or a single number."""
    bare = re.sub(r"(?<=\d)[,_](?=\d{3}(?!\d))|[\s=]", "", text[:_LONGEST].lower())
    bare = re.sub("[–—]", "-", bare).replace("≤", "<").replace("≥", ">")  # noqa: RUF001 - dashes as people write them
    if match := _RANGE.fullmatch(bare):
        return _number(match[1], match[2]), _number(match[3], match[4])
    if match := _BELOW.fullmatch(bare):
        return 0, _number(match[1], match[2])
    if match := _ABOVE.fullmatch(bare):
        return _number(match[1] or match[3], match[2] or match[4]), math.inf
    if match := _POINT.fullmatch(bare):
        return (number := _number(match[1], match[2])), number + 1
    return None


def _number(digits: str, unit: str | None) -> float:
    return float(digits) * _UNITS[unit or ""]


def task_categories(value: Node, *, advice: str) -> Iterator[Problem]:
    """Tasks the Hub does not know, or lists no datasets under."""
    tasks = load_vocabulary("tasks")
    offered = _offered(tasks)
    for subject, item in _texts(value, "task_categories"):
        if item.raw not in offered:
            yield _category(item, tasks, offered, advice, value)._replace(subject=subject)


def _offered(tasks: Vocabulary) -> Vocabulary:
    """The tasks datasets are listed under, so that no other is suggested."""
    values = {name: held for name, held in tasks.values.items() if held.get("datasets", True)}
    former = {
        name: Former(item.successor, tuple(task for task in item.candidates if task in values), item.note)
        for name, item in tasks.former.items()
    }
    return tasks._replace(values=values, former=former, aliases={name: task for name, task in tasks.aliases.items() if task in values})


def _certain_category(text: str) -> str | None:
    meant = certain(text, "tasks")
    return meant if meant in _offered(load_vocabulary("tasks")) else None


def _category(item: Scalar, tasks: Vocabulary, offered: Vocabulary, advice: str, whole: Node) -> Problem:
    if item.raw in tasks:
        message = f"{quoted(item.raw)} is a task under which the Hub lists no datasets; {advice}"
        return Problem(message, item.span, at_most="warning")
    if match := _MADE_UP.fullmatch(item.raw[:_LONGEST]):
        return _made_up(item, f"and no Hub task; write {quoted(match['what'])} into `tags`")
    subtask = load_vocabulary("task_ids").values.get(item.raw)
    if subtask is not None:
        parents = [task for task in subtask["tasks"] if task in offered]
        here = f", and {' or '.join(parents)} here" if parents else ""
        return Problem(f"{quoted(item.raw)} is a subtask, not a Hub task; write it under `task_ids`{here}", item.span)
    return unknown(item, offered, advice)._replace(fix=cure(item, _certain_category, whole))


def _made_up(item: Scalar, end: str) -> Problem:
    message = f"{quoted(item.raw)} is of the taxonomy of 2020 to 2022 {end}"
    return Problem(message, item.span, at_most="warning")


def task_ids(value: Node, *, advice: str) -> Iterator[Problem]:
    """Subtasks the Hub does not know: tasks in the wrong place, those made up when that was allowed, and typos."""
    subtasks = load_vocabulary("task_ids")
    for subject, item in _texts(value, "task_ids"):
        if item.raw not in subtasks:
            yield _subtask(item, subtasks, advice, value)._replace(subject=subject)


def _subtask(item: Scalar, subtasks: Vocabulary, advice: str, whole: Node) -> Problem:
    if match := _MADE_UP.fullmatch(item.raw[:_LONGEST]):
        what = match["what"]
        meant = subtasks.suggest(what)
        if what in subtasks or meant.certain:
            return _made_up(item, f"and no Hub subtask; did you mean {what if what in subtasks else meant.ids[0]}?")
        place = "task_categories" if what in _offered(load_vocabulary("tasks")) else "tags"
        return _made_up(item, f"and no Hub subtask; write {quoted(what)} into `{place}`")
    if item.raw in _offered(load_vocabulary("tasks")) and item.raw not in subtasks.former:
        return Problem(f"{quoted(item.raw)} is a Hub task, not a subtask; write it under `task_categories`", item.span)
    problem = unknown(item, subtasks, "" if item.raw in subtasks.former else advice)
    return problem._replace(fix=cure(item, lambda text: certain(text, "task_ids"), whole))


def annotation_fields(metadata: Mapping, *, advice: dict[str, str]) -> Iterator[Problem]:
    """Values of the keys in `advice` that are not in the list of the same name; `advice` says what is in it."""
    for key, allowed in advice.items():
        whole = metadata.get(key)
        for subject, item in _texts(whole, key):
            problem = _source(item, allowed, whole) if key == "source_datasets" else _annotation(item, key, allowed, whole)
            if problem:
                yield problem._replace(subject=subject)


def _annotation(item: Scalar, key: str, allowed: str, whole: Node | None) -> Problem | None:
    known = load_vocabulary(key)
    if item.raw in known:
        return None
    if "other" in known and _OTHER.fullmatch(item.raw[:_LONGEST]):
        return Problem(f"{quoted(item.raw)} is no value of `{key}`; did you mean other? (what it is belongs into the text)", item.span)
    return unknown(item, known, allowed)._replace(fix=cure(item, lambda text: certain(text, key), whole))


def _source(item: Scalar, allowed: str, whole: Node | None) -> Problem | None:
    """What is wrong with a source: any id is one, so only what cannot be an id, or is nearly `original`, is reported."""
    text, known = item.raw, load_vocabulary("source_datasets")
    if text in known:
        return None
    message = f"{quoted(text)} is not a source of a dataset"
    if match := _EXTENDED.fullmatch(text[:_LONGEST]):
        problem = _extended(item, match["id"].strip(), message)
        return problem and problem._replace(fix=cure(item, _certain_extended, whole))
    reason = why_malformed(text)
    address = from_address(text)
    meant = known.suggest(text) if len(text) <= _LONGEST else None
    near = address.id if address else meant.ids[0] if meant and meant.certain else corrected(text) if reason else None
    if near:
        fix = cure(item, lambda text: certain(text, "source_datasets"), whole)
        return Problem(f"{message}; did you mean {near}?", item.span, fix=fix)
    return Problem(f"{message}: an id {reason}; {allowed}", item.span) if reason else None


def _certain_extended(text: str) -> str | None:
    """The same source with `extended|` as the Hub writes it, where letter case and blanks alone differ."""
    match = _EXTENDED.fullmatch(text[:_LONGEST])
    name = match["id"].strip() if match else ""
    plain = f"extended|{name}"
    reads_so = text.strip().lower().replace(" ", "") == plain.lower() and not why_malformed(name)
    return plain if reads_so and plain != text else None


def _extended(item: Scalar, name: str, message: str) -> Problem | None:
    if not name:
        return Problem(f"{message}; name the dataset after `extended|`", item.span)
    # `extended|other-` and a description is how sources outside the Hub were written.
    reason = None if name.startswith("other") else why_malformed(name)
    if reason:
        address = from_address(name)
        near = address.id if address else corrected(name)
        hint = f"did you mean extended|{near}?" if near else f"write extended|other-… for what is not on the Hub (an id {reason})"
        return Problem(f"{message}; {hint}", item.span)
    return None if item.raw.startswith("extended|") else Problem(f"{message}; did you mean extended|{name}?", item.span)
