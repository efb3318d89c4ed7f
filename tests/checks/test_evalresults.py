"""Evaluation files: what the examples in the rule card cannot show."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest

from cardlint import engine
from cardlint.evalfiles import EVAL_BYTES, MOST_FILES
from cardlint.policyfile import load_policy
from cardlint.repository import Identity, Repository
from cardlint.rule import shipped
from cardlint.source import Memory
from cardlint.vocabulary import load_vocabulary

if TYPE_CHECKING:
    from cardlint.report import Target
    from cardlint.repository import Kind

RULE = "eval-results-invalid"
SCHEMAS = Path(__file__).resolve().parents[2] / "schemas"
POINTER = b"version https://git-lfs.github.com/spec/v1\noid sha256:" + b"0" * 64 + b"\nsize 12345\n"
RESULT = {"dataset": {"id": "cais/hle", "task_id": "default"}, "value": 20.9}
BENCHMARK = {"name": "n", "description": "d", "evaluation_framework": "mteb", "tasks": [{"id": "a"}]}


def target(files: dict[str, bytes | int], kind: Kind = "model", *, listed: bool = True) -> Target:
    repository = Repository(Memory(files, listed), Identity(kind, told=True))
    found = engine.run(repository, load_policy(shipped(), select=(RULE,)).bind(repository))
    assert found.failed == ()
    return found


def messages(files: dict[str, bytes | int], kind: Kind = "model") -> list[str]:
    found = target(files, kind)
    assert found.skipped == ()
    return [f"{finding.severity}: {finding.message}" for finding in found.findings]


def of(data: Any) -> list[str]:
    """The messages on one file of results."""
    return messages({".eval_results/a.yaml": data if isinstance(data, bytes) else json.dumps(data).encode()})


def of_benchmark(data: Any) -> list[str]:
    return messages({"eval.yaml": data if isinstance(data, bytes) else json.dumps(data).encode()}, "dataset")


@pytest.mark.parametrize("name", ["eval-results", "eval"])
def test_the_schemas_are_schemas(name: str) -> None:
    jsonschema.Draft202012Validator.check_schema(json.loads((SCHEMAS / f"{name}.schema.json").read_text()))


def test_what_conforms_is_silent() -> None:
    full = RESULT | {
        "verifyToken": "eyJh.b-c_d", "date": "2026-01-15", "source": {"url": "https://example.org/x", "user": "u"}, "notes": "no-tools",
        "evaluation_framework": "hle", "own_key": {"x": [1]},
    }  # fmt: skip
    assert of([RESULT, full]) == []
    assert of([]) == []
    assert of_benchmark(BENCHMARK) == []
    for framework in load_vocabulary("evaluation_frameworks").values:
        assert [line for line in of_benchmark(BENCHMARK | {"evaluation_framework": framework}) if "inspect-ai runs" not in line] == []


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"value": "high"}, 'error: "high" is text, not a number'),
        ({"value": [1]}, 'error: "[0].value" must be a number, not a list'),
        ({"value": True}, 'error: "[0].value" must be a number, not a boolean (true)'),
        ({"value": None}, 'error: "[0].value" is missing'),
        ({"dataset": "cais/hle"}, 'error: "[0].dataset" must be a mapping, not text (cais/hle)'),
        ({"dataset": {"id": "https://x.org/cais/hle", "task_id": "d"}}, 'error: "[0].dataset.id" must be the id of a dataset, as in cais/hle'),
        ({"dataset": {"id": "cais/hle", "task_id": 3}}, 'error: "[0].dataset.task_id" must be text, not a number (3); put it in quotes'),
        ({"dataset": RESULT["dataset"] | {"revision": "<hash>"}}, 'error: "[0].dataset.revision" must be one word without blanks and brackets'),
        ({"verifyToken": "a b"}, 'error: "[0].verifyToken" must be one word without blanks and brackets'),
        ({"source": {"url": "example.org"}}, 'error: "[0].source.url" must be a web address that begins with https://'),
        ({"date": "2026-02-30"}, 'error: "2026-02-30" is no date; write it as 2025-01-15 or 2025-01-15T10:30:00Z'),
        ({"date": "2026-01-15T25:00:00Z"}, 'error: "2026-01-15T25:00:00Z" is no date; write it as 2025-01-15 or 2025-01-15T10:30:00Z'),
        ({"date": "2026-W03"}, 'error: "2026-W03" is no date; write it as 2025-01-15 or 2025-01-15T10:30:00Z'),
        ({"date": 2026}, 'error: "[0].date" must be text, not a number (2026); put it in quotes'),
        ({"Notes": "x"}, 'warning: nobody reads the key "Notes"; did you mean notes?'),
        ({"soruce": {}}, 'warning: nobody reads the key "soruce"; did you mean source?'),
    ],
)  # fmt: skip
def test_each_defect_is_one_finding(change: dict[str, Any], said: str) -> None:
    assert of([RESULT | change]) == [said]


@pytest.mark.parametrize("date", ["2026-01-15", "2026-01-15T10:30:00Z", "2026-01-15 10:30", "2026-01-15T10:30:00.123+02:00"])
def test_dates(date: str) -> None:
    assert of([RESULT | {"date": date}]) == []


def test_an_unquoted_date_is_a_note() -> None:
    said = of(b"- dataset: {id: a/b, task_id: c}\n  value: 1\n  date: 2026-01-15\n")
    assert [line.partition(":")[0] for line in said] == ["note"]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "error: .eval_results/a.yaml is empty"),
        (b"# nothing\n", "error: .eval_results/a.yaml is empty"),
        (b"\xff\xfe\xff", "error: .eval_results/a.yaml is not UTF-8"),
        (b"text", "error: the file must be a list, not text (text)"),
        (b"- 1\n", 'error: "[0]" must be a mapping, not a number (1)'),
        (b"a: &a [*a]\n", "error: "),
        (b"[" * 200, "error: "),
        (b"- a: 'x\n", "error: the quote ' opened here is never closed"),
        (b" " * (EVAL_BYTES + 1), f"error: .eval_results/a.yaml is larger than {EVAL_BYTES:,} bytes"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_said(data: bytes, said: str) -> None:
    found = of(data)
    assert len(found) == 1
    assert found[0].startswith(said)


def test_places_lie_in_the_file_even_behind_a_byte_order_mark() -> None:
    findings = target({".eval_results/a.yaml": "\ufeff- dataset: {id: a/b, task_id: c}\r\n  value: x\r\n  value: 1\r\n".encode()}).findings
    assert [(finding.path, finding.place.line, finding.place.column, finding.subject) for finding in findings if finding.place] == [
        (".eval_results/a.yaml", 3, 3, "[0].value")
    ]


def test_what_is_missing_in_many_results_is_said_once() -> None:
    assert of([{"value": 1}, {"value": 2}, {"value": 3}]) == ['error: "[0].dataset" is missing (and 2 more like it)']


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"evaluation_framework": "own-harness-of-ours"}, ['warning: "own-harness-of-ours" is no evaluation framework of the Hub as of 2026-09-29']),
        ({"evaluation_framework": "mtebb"}, ['error: "mtebb" is no evaluation framework of the Hub; did you mean mteb?']),
        ({"evaluation_framework": ["mteb"]}, ['error: "evaluation_framework" must be text, not a list']),
        ({"tasks": []}, ['error: "tasks" must not be empty']),
        ({"tasks": {"id": "a"}}, ['error: "tasks" must be a list, not a mapping; put `- ` before its first key']),
        ({"tasks": [1]}, ['error: "tasks[0]" must be a mapping, not a number (1)']),
        ({"name": None}, ['error: "name" is missing']),
        ({"evaluation_framework": "inspect-ai"}, ["warning: inspect-ai runs a task by its `field_spec`, `solvers`, `scorers`, which this one lacks"]),
        ({"evaluation_framework": "inspect-ai", "tasks": [{"id": "a"}, {"id": "b"}, {"id": "c", "field_spec": {}, "solvers": [], "scores": []}]},
         ["warning: inspect-ai runs a task by its `field_spec`, `solvers`, `scorers`, which this one lacks (and 1 more like it)"]),
    ],
)  # fmt: skip
def test_benchmarks(change: dict[str, Any], said: list[str]) -> None:
    assert of_benchmark(BENCHMARK | change) == said


def test_an_eval_yaml_of_another_tool_is_one_warning() -> None:
    assert [line.partition(":")[0] for line in of_benchmark({"batch_size": 8, "model": "x"})] == ["warning"]
    assert of_benchmark([1]) == ["error: the file must be a mapping, not a list"]


def test_other_kinds_have_other_files() -> None:
    both = {"eval.yaml": b"x: 1", ".eval_results/a.yaml": b"x"}
    assert {finding.path for finding in target({**both}, "model").findings} == {".eval_results/a.yaml"}
    assert {finding.path for finding in target({**both}, "dataset").findings} == {"eval.yaml"}
    assert target({**both}, "space").findings == ()
    assert messages({}, "dataset") == []


def test_files_the_hub_does_not_read_are_warnings_and_need_not_be_readable() -> None:
    said = messages({".eval_results/a.yml": 10, ".eval_results/logs/a.yaml": 10, ".eval_results/plot.png": 10, ".eval_results/b.JSON": 10})
    assert said == [
        "warning: the Hub does not read .eval_results/a.yml, because it does not end in `.yaml`; put results into .eval_results/*.yaml",
        "warning: the Hub does not read .eval_results/b.JSON, because it does not end in `.yaml`; put results into .eval_results/*.yaml",
        "warning: the Hub does not read .eval_results/logs/a.yaml, because it lies in a folder of its own; put results into .eval_results/*.yaml",
    ]


def test_more_files_than_are_read_are_said() -> None:
    many: dict[str, bytes | int] = {f".eval_results/{number:04}.yaml": b"[]" for number in range(MOST_FILES + 2)}
    assert messages(many) == [f"warning: .eval_results/ holds {MOST_FILES + 2:,} files, of which only {MOST_FILES} were looked at"]


def test_what_is_there_and_cannot_be_had_is_skipped_not_passed() -> None:
    assert [item.reason for item in target({".eval_results/a.yaml": 10}).skipped] == [".eval_results/a.yaml: only its size is known"]
    assert [item.reason for item in target({".eval_results/a.yaml": POINTER}).skipped] == [
        ".eval_results/a.yaml is a Git LFS pointer, not the file itself"
    ]
    assert target({"README.md": b""}, listed=False).not_applicable == (RULE,)


SHAPES: tuple[Any, ...] = (None, True, 0, 1.5, "", [], [[]], [None], {}, {"a": [1]}, {"": None}, [{"x": "y"}], 10**400)


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: repr(shape)[:20])
def test_no_shape_makes_the_check_raise(shape: Any) -> None:
    for key in ("dataset", "value", "date", "source"):
        of([RESULT | {key: shape}])
    for key in ("name", "evaluation_framework", "tasks"):
        of_benchmark(BENCHMARK | {key: shape})
    of_benchmark(BENCHMARK | {"tasks": [{"id": shape}, shape]})
    of(shape)
    of_benchmark(shape)
