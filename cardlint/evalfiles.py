"""Evaluation files: `.eval_results/*.yaml` of a model, `eval.yaml` of a dataset.

Source: hub-docs, `docs/hub/eval-results.md` (marked as work in progress there).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cardlint.text import BOM, Span, Text
from cardlint.weights.named import NamedTuple
from cardlint.yamlreader import HostileYamlError, Limits, YamlError, read_yaml

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cardlint.files import Files
    from cardlint.nodes import Node
    from cardlint.problem import Severity
    from cardlint.repository import Repository

FOLDER = ".eval_results/"
BENCHMARK = "eval.yaml"
# A file holds a handful of results; leaderboards of hundreds of benchmarks would still fit.
EVAL_BYTES = 1_000_000
MOST_FILES = 200
_MOST_UNREAD = 50
_LIMITS = Limits(size=EVAL_BYTES, depth=30, nodes=50_000)
_MISTAKEN = (".yml", ".json", ".jsonl", ".yaml")


class Fault(NamedTuple):
    """Why nothing was read of a file: what is wrong and where, places that belong to it, the highest severity it deserves."""

    message: str
    span: Span
    related: tuple[tuple[str, Span], ...] = ()
    at_most: Severity | None = None


class EvalFile(NamedTuple):
    """One file. Exactly one of `node` and `fault` is there."""

    path: str
    node: Node | None = None
    fault: Fault | None = None


def eval_files(repository: Repository) -> tuple[EvalFile, ...]:
    """The evaluation files of a repository. Raises Obstacle where one cannot be read."""
    files: Files = repository.fact("files")
    if repository.kind == "dataset":
        return (_read(repository, files, BENCHMARK),) if BENCHMARK in files else ()
    inside = [entry.path for entry in files if entry.path.startswith(FOLDER)]
    readable = [path for path in inside if is_results(path)]
    read = [_read(repository, files, path) for path in readable[:MOST_FILES]]
    return (*read, *_unread(repository, inside, readable))


def is_results(path: str) -> bool:
    """Whether the Hub looks for results at a path: right in the folder, ending in `.yaml`."""
    return path.startswith(FOLDER) and path.count("/") == 1 and path.endswith(".yaml")


def _unread(repository: Repository, inside: list[str], readable: list[str]) -> Iterator[EvalFile]:
    """What looks like results and is not read, by the Hub or by us."""
    mistaken = [path for path in inside if path.lower().endswith(_MISTAKEN) and not is_results(path)]
    for path in mistaken[:_MOST_UNREAD]:
        wrong = "does not end in `.yaml`" if path.count("/") == 1 else "lies in a folder of its own"
        message = f"the Hub does not read {path}, because it {wrong}; put results into {FOLDER}*.yaml"
        yield EvalFile(path, fault=Fault(message, _top(repository, path), at_most="warning"))
    if len(readable) > MOST_FILES:
        message = f"{FOLDER} holds {len(readable):,} files, of which only {MOST_FILES} were looked at"
        path = readable[MOST_FILES]
        yield EvalFile(path, fault=Fault(message, _top(repository, path), at_most="warning"))


def _top(repository: Repository, path: str) -> Span:
    """The beginning of a file that was not read."""
    repository.texts.setdefault(path, Text(path, ""))
    return Span(path, 0, 0)


def _read(repository: Repository, files: Files, path: str) -> EvalFile:
    files.assert_held(path)
    text = repository.text(path, EVAL_BYTES)
    if text.truncated:
        message = f"{path} is larger than {EVAL_BYTES:,} bytes, which is all that is read of it"
        return EvalFile(path, fault=Fault(message, text.span(0, 0)))
    if text.undecodable:
        place = text.undecodable[0]
        return EvalFile(path, fault=Fault(f"{path} is not UTF-8", text.span(place, place + 1)))
    return _parsed(text)


def _parsed(text: Text) -> EvalFile:
    start = len(BOM) if text.bom else 0
    content = text.content[start:]
    try:
        node = read_yaml(content, path=text.path, base=start, limits=_LIMITS)
    except HostileYamlError as error:
        return EvalFile(text.path, fault=Fault(error.message, text.span(error.start, error.end)))
    except YamlError as error:
        from cardlint.yamlcause import find_cause  # a broken file is rare, and start-up counts

        cause = find_cause(content, error, start)
        related = tuple((note, text.span(first, last)) for note, first, last in cause.related)
        return EvalFile(text.path, fault=Fault(cause.message, text.span(cause.start, cause.end), related))
    if node is None:
        return EvalFile(text.path, fault=Fault(f"{text.path} is empty", text.span(0, 0)))
    return EvalFile(text.path, node)
