"""Evaluation files: results of a model, the definition of a benchmark."""

from __future__ import annotations

from datetime import date, datetime
from itertools import islice
from typing import TYPE_CHECKING

from cardlint.checks.evaluation import not_numeric
from cardlint.checks.shape import alike, head, holders
from cardlint.checks.vocabulary import quoted
from cardlint.evalfiles import BENCHMARK
from cardlint.nearness import one_edit_apart
from cardlint.nodes import Mapping, Scalar, Sequence, join, string
from cardlint.problem import Problem, Related
from cardlint.schema import load_schema, mismatches
from cardlint.vocabulary import load_vocabulary
from cardlint.weights.patterns import lazily

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from cardlint.evalfiles import EvalFile
    from cardlint.nodes import Entry, Node
    from cardlint.schema import Mismatch

_INDEX = lazily(r"\[\d+\]")
_SQUASHED = lazily(r"[^a-z0-9]")
_DAY = lazily(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_TIME = lazily(rf"{_DAY.pattern}[Tt ][0-9]{{2}}:[0-9]{{2}}(?::[0-9]{{2}}(?:\.[0-9]{{1,9}})?)?(?:[Zz]|[+-][0-9]{{2}}:?[0-9]{{2}})?")
_SHORTEST = 4
_LOOKED_AT = 50


def invalid(file: EvalFile, *, frameworks: str, inspect: list[str]) -> Iterator[Problem]:
    """One evaluation file against its schema.

    `frameworks` is the vocabulary of evaluation frameworks; `inspect` are the keys inspect-ai wants of a task.
    """
    if file.fault is not None:
        related = tuple(Related(note, span) for note, span in file.fault.related)
        yield Problem(file.fault.message, file.fault.span, file.path, related, at_most=file.fault.at_most)
        return
    assert file.node is not None
    yield from _repeated(file.node)
    if file.path == BENCHMARK:
        yield from _benchmark(file.node, frameworks, inspect)
    else:
        yield from _against("eval-results.schema.json", file.node)
        yield from _dates(file.node)


def _repeated(root: Node) -> Iterator[Problem]:
    """Every repetition of a key, with the place where the key stood first."""
    for subject, holder in holders(root, losing=True):
        first: dict[str, Entry] = {}
        for entry in holder.entries if isinstance(holder, Mapping) else ():
            known = first.setdefault(entry.name, entry)
            if known is not entry:
                related = (Related("first written here", known.key.span),)
                yield Problem(
                    f"{quoted(entry.name)} is repeated, and only one of them counts", entry.key.span, join(subject, entry.name), related
                )


def _against(name: str, root: Node) -> Iterator[Problem]:
    """Disagreements with a schema, and keys that were probably meant to be others."""
    instead: list[tuple[Mismatch, Entry]] = []
    others: list[Mismatch] = []
    for found in mismatches(name, root):
        near = _written_instead(found)
        others += [] if near else [found]
        instead += [(found, near)] if near else []
    for found, entry in instead:
        yield Problem(f"{found.message}, and {quoted(entry.name)} is not read", entry.key.span, found.subject)
    for found, more in alike(others, ("type", "required")):
        yield _mistyped(found, more)
    meant = {id(entry) for _, entry in instead}
    yield from _misspelt(load_schema(name), root, meant)


def _mistyped(found: Mismatch, more: str) -> Problem:
    if found.subject.endswith(".value") and found.keyword == "type" and (text := next(not_numeric(found.node), None)):
        return text._replace(subject=found.subject, at_most=None)
    wanted, given = found.message.partition(", not ")[::2]
    advice = ""
    if wanted.endswith("must be a list") and given.startswith("a mapping"):
        advice = "; put `- ` before its first key"
    elif "must be text" in wanted and given.startswith(("a number", "a boolean")):
        advice = "; put it in quotes"
    message = found.message.replace('"" must', "the file must", 1)
    return Problem(message + more + advice, head(found.node), found.subject)


def _written_instead(found: Mismatch) -> Entry | None:
    """The key beside an absent one that nearly has its name."""
    if found.keyword != "required" or not isinstance(found.node, Mapping):
        return None
    wanted = found.subject.rpartition(".")[2]
    return next((entry for entry in islice(found.node.effective(), _LOOKED_AT) if _near(entry.name, wanted)), None)


def _near(name: str, known: str) -> bool:
    """Whether a key is another but for its spelling, or one slip away."""
    if name == known:
        return False
    first, second = (_SQUASHED.sub("", word.lower()) for word in (name[:100], known))
    return first == second or (len(second) >= _SHORTEST and one_edit_apart(first, second))


def _misspelt(schema: dict[str, Any], root: Node, meant: set[int]) -> Iterator[Problem]:
    """Keys nobody reads that come close to an optional one."""
    for subject, holder in holders(root):
        known = _known(schema, subject) if isinstance(holder, Mapping) else {}
        for entry in islice(holder.effective(), _LOOKED_AT) if isinstance(holder, Mapping) else ():
            near = [key for key in known if entry.name not in known and _near(entry.name, key)]
            if near and id(entry) not in meant:
                message = f"nobody reads the key {quoted(entry.name)}; did you mean {' or '.join(near)}?"
                yield Problem(message, entry.key.span, join(subject, entry.name), at_most="warning")


def _known(schema: dict[str, Any], subject: str) -> dict[str, Any]:
    """The keys a schema knows at a place, by the place's name."""
    for step in _INDEX.sub(".[]", subject).strip(".").split(".") if subject else ():
        schema = schema.get("items", {}) if step == "[]" else schema.get("properties", {}).get(step, {})
    known: dict[str, Any] = schema.get("properties", {})
    return known


def _dates(root: Node) -> Iterator[Problem]:
    for index, result in enumerate(root.items if isinstance(root, Sequence) else ()):
        node = result.get("date") if isinstance(result, Mapping) else None
        text = string(node)
        if not isinstance(node, Scalar) or text is None:
            continue
        subject = join(join("", index), "date")
        if not _is_date(text):
            yield Problem(f"{quoted(text)} is no date; write it as 2025-01-15 or 2025-01-15T10:30:00Z", node.span, subject)
        elif node.plain:
            message = f"{quoted(text)} has to be text, and without quotes PyYAML makes a date of it; put it in quotes"
            yield Problem(message, node.span, subject, at_most="note")


def _is_date(text: str) -> bool:
    """Whether a text is an ISO 8601 date or date-time that exists."""
    try:
        if _DAY.fullmatch(text):
            return bool(date.fromisoformat(text))
        return bool(_TIME.fullmatch(text) and datetime.fromisoformat(text))
    except ValueError:
        return False


def _benchmark(root: Node, vocabulary: str, inspect: list[str]) -> Iterator[Problem]:
    if isinstance(root, Mapping) and not any(
        _near(entry.name, key) or entry.name == key for entry in root.entries[:_LOOKED_AT] for key in _OWN
    ):
        message = "the Hub reads eval.yaml as the definition of a benchmark, and this one has neither `evaluation_framework` nor `tasks`"
        yield Problem(message, head(root), BENCHMARK, at_most="warning")
        return
    yield from _against("eval.schema.json", root)
    if isinstance(root, Mapping):
        framework = root.get("evaluation_framework")
        yield from _framework(framework, vocabulary)
        yield from _tasks(root.get("tasks"), inspect if string(framework) == "inspect-ai" else [])


_OWN = ("evaluation_framework", "tasks")


def _framework(node: Node | None, name: str) -> Iterator[Problem]:
    known, text = load_vocabulary(name), string(node)
    if node is None or not text or text in known:
        return
    near = known.suggest(text).ids
    message = f"{quoted(text)} is no {known.noun}"
    if near:
        yield Problem(f"{message}; did you mean {' or '.join(near)}?", node.span, "evaluation_framework")
    else:
        yield Problem(f"{message} as of {known.as_of}", node.span, "evaluation_framework", at_most="warning")


def _tasks(node: Node | None, inspect: list[str]) -> Iterator[Problem]:
    """Ids given twice, and tasks without what their framework needs."""
    seen: dict[str, Node] = {}
    bare: list[tuple[str, Mapping, list[str]]] = []
    for index, task in enumerate(node.items if isinstance(node, Sequence) else ()):
        if not isinstance(task, Mapping):
            continue
        subject, id_ = join("tasks", index), task.get("id")
        if (text := string(id_)) and id_ is not None and seen.setdefault(text, id_) is not id_:
            related = (Related("first written here", seen[text].span),)
            yield Problem(
                f"the task id {quoted(text)} is given twice, so results cannot tell the two apart", id_.span, join(subject, "id"), related
            )
        if lacking := [key for key in inspect if not any(task.get(name) is not None for name in key.split("|"))]:
            bare.append((subject, task, lacking))
    for subject, task, lacking in bare[:1]:
        more = f" (and {len(bare) - 1} more like it)" if len(bare) > 1 else ""
        names = ", ".join(f"`{key.partition('|')[0]}`" for key in lacking)
        yield Problem(f"inspect-ai runs a task by its {names}, which this one lacks{more}", head(task), subject, at_most="warning")
