"""Rules that own values of the card schemas: what the examples in their cards cannot show."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from cardlint import engine
from cardlint.policyfile import load_policy
from cardlint.repository import Identity, Repository
from cardlint.rule import shipped
from cardlint.schema import load_schema
from cardlint.source import Memory

if TYPE_CHECKING:
    from cardlint.report import Finding, Target
    from cardlint.repository import Kind

FOLDERS = ("datasets", "spaces", "access", "evaluation")
KEYS: dict[str, Kind] = {
    "size_categories": "dataset", "task_categories": "dataset", "task_ids": "dataset", "annotations_creators": "dataset",
    "language_creators": "dataset", "multilinguality": "dataset", "source_datasets": "dataset", "configs": "dataset",
    "extra_gated_fields": "model", "model-index": "model", "sdk": "space", "app_file": "space", "colorFrom": "space",
    "colorTo": "space", "short_description": "space", "suggested_hardware": "space", "hf_oauth_scopes": "space",
}  # fmt: skip


def run(yaml: str, kind: Kind, *rules: str, files: tuple[str, ...] = (), id: str | None = None) -> Target:  # noqa: A002
    held: dict[str, bytes | int] = {"README.md": f"---\n{yaml}\n---\n# A card\n".encode(), **dict.fromkeys(files, b"pass\n")}
    repository = Repository(Memory(held), Identity(kind, id, told=True))
    target = engine.run(repository, load_policy(shipped(), select=rules or FOLDER_RULES).bind(repository))
    assert target.failed == ()
    assert target.skipped == ()
    return target


FOLDER_RULES = tuple(rule.id for rule in shipped().values() if rule.category in FOLDERS)


def found(rule: str, yaml: str, *, files: tuple[str, ...] = (), id: str | None = None) -> list[Finding]:  # noqa: A002
    kind = shipped()[rule].kinds[0]
    return list(run(yaml, kind, rule, files=files, id=id).findings)


def said(rule: str, yaml: str, *, files: tuple[str, ...] = ()) -> Finding:
    (finding,) = found(rule, yaml, files=files)
    return finding


SHAPES: tuple[Any, ...] = (
    None, True, 0, -1.5, 10**30, "", " ", "\u0000x", "ä" * 5_000, "other-" * 200, "[" * 300, "1" * 400, "n<" * 500, "0," * 300,
    [], [[]], [None], [1, "x", {}, True, [["y"]]], {}, {"a": [1]}, {"": None}, [{"x": "y"}], [{"split": "a", "path": 1}],
    [{"config_name": [1], "data_files": [{}, "x", {"split": 1, "path": []}], "default": "yes"}],
    [{"name": 1, "results": {"a": {"metrics": {"b": {"value": "x"}}}}}],
    [{"results": [{"metrics": [1, {"value": "y"}], "task": "t", "dataset": [], "source": {}}, {"source": {"url": None}}]}],
    {"q": {"type": "select", "options": []}, "r": {"type": []}, "s": ["t"]},
)  # fmt: skip


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: repr(shape)[:24])
@pytest.mark.parametrize("key", KEYS)
def test_no_shape_makes_a_check_raise_and_no_message_is_endless(key: str, shape: Any) -> None:
    rest = "" if key == "sdk" else "\nsdk: gradio"
    for finding in run(f"license: mit\n{key}: {json.dumps(shape)}{rest}", KEYS[key], files=("main.py",)).findings:
        assert len(finding.message) < 500
        assert "\n" not in finding.message


@pytest.mark.parametrize("name", ["model", "dataset", "space"])
def test_every_owner_in_a_schema_is_left_to_its_rule(name: str) -> None:
    text = json.dumps(load_schema(f"{name}-card.schema.json"))
    owners = {part.split('"')[0] for part in text.split('"x-rule": "')[1:]} & set(shipped()) - {"schema-violation"}
    assert owners <= set(shipped()["schema-violation"].options["leave"])


# What people write under a key whose value another rule or nobody judges, and who speaks of it.
OWNED = [
    ("dataset", "task_categories: {en: [text-clasification]}", ["schema-violation"]),
    ("dataset", "task_ids: {en: sentiment}", ["schema-violation"]),
    ("dataset", "size_categories: [true]", ["schema-violation"]),
    ("dataset", "size_categories: [5000]", ["size-category-unknown"]),
    ("dataset", "configs: [en, de]", ["config-malformed"]),
    ("dataset", "configs: en", ["config-malformed"]),
    ("dataset", "configs:\n- {config_name: a, default: 'true'}", ["config-malformed"]),
    ("dataset", "extra_gated_prompt: You agree.\nextra_gated_fields: {Name: words}", ["gate-fields-malformed"]),
    ("model", "model-index: x", ["model-index-invalid"]),
    ("space", "sdk: [gradio]", ["schema-violation"]),
    ("space", "sdk: flask", ["sdk-unknown"]),
    ("space", "sdk: ''", ["sdk-missing"]),
    ("space", "sdk: static\ncolorFrom: [red]", ["schema-violation"]),
    ("space", "sdk: static\nhf_oauth_scopes: read_repos", ["schema-violation"]),
    ("space", "sdk: static\nhf_oauth_scopes: [read_repos]", ["oauth-scope-unknown"]),
    ("space", f"sdk: static\nshort_description: {'x' * 61}", ["short-description-too-long"]),
]


@pytest.mark.parametrize(("kind", "yaml", "rules"), OWNED)
def test_one_defect_is_one_finding(kind: Kind, yaml: str, rules: list[str]) -> None:
    target = run(yaml, kind, *FOLDER_RULES, "schema-violation")
    assert [finding.rule for finding in target.findings] == rules


# --- datasets


@pytest.mark.parametrize(
    ("size", "meant"),
    [
        ("999", "n<1K"), ("1000", "1K<n<10K"), ("1,000,000", "1M<n<10M"), ("n<1000", "n<1K"), ("<= 1K", "n<1K"), ("2.5K", "1K<n<10K"),
        ("10K - 100K", "10K<n<100K"), ("10K–100K", "10K<n<100K"), ("1k to 10k", "1K<n<10K"), ("1000<n<10_000", "1K<n<10K"),
        ("2T", "n>1T"), ("> 1T", "n>1T"), ("10M<n<1B", "10M<n<100M or 100M<n<1B"), ("n<10K", "n<1K or 1K<n<10K"), ("N>1t", "n>1T"),
    ],
)  # fmt: skip
def test_a_number_of_rows_lies_in_a_category(size: str, meant: str) -> None:
    assert said("size-category-unknown", f"size_categories: ['{size}']").message.endswith(f"; did you mean {meant}?")


def test_a_wide_range_is_told_its_ends() -> None:
    message = said("size-category-unknown", "size_categories: n>1M").message
    assert message == '"n>1M" is not a size category, but 7 of them; write one of 1M<n<10M to n>1T'


@pytest.mark.parametrize("size", ["10GB", "500 MB", "large", "12 files", "1.2.3"])
def test_what_is_no_number_of_rows_is_not_taken_for_one(size: str) -> None:
    assert "is not a size category known on 2026" in said("size-category-unknown", f"size_categories: {size}").message


def test_tasks_without_datasets_are_neither_accepted_nor_suggested() -> None:
    assert said("task-category-unknown", "task_categories: document-question-answering").severity == "warning"
    message = said("task-category-unknown", "task_categories: audio-to-text").message
    assert "audio-text-to-text" not in message
    assert "automatic-speech-recognition" in message
    assert said("task-category-unknown", "task_categories: docvqa").severity == "warning"


def test_a_subtask_names_its_key_and_its_task() -> None:
    finding = said("task-category-unknown", "task_categories: [extractive-qa]")
    assert finding.message == '"extractive-qa" is a subtask, not a Hub task; write it under `task_ids`, and question-answering here'
    assert (finding.severity, finding.subject) == ("error", "task_categories[0]")
    assert said("task-category-unknown", "task_categories: pose-estimation").message.endswith("write it under `task_ids`")


@pytest.mark.parametrize(
    ("task", "end"),
    [
        ("text-classification-other-ner", "did you mean named-entity-recognition?"),
        ("other-other-translation", 'write "translation" into `task_categories`'),
        ("other-my own thing", 'write "my own thing" into `tags`'),
    ],
)
def test_a_made_up_subtask_is_a_warning_that_says_where_its_word_belongs(task: str, end: str) -> None:
    finding = said("task-id-unknown", f"task_ids: [{task}]")
    assert finding.message.endswith(end)
    assert finding.severity == "warning"


@pytest.mark.parametrize("task", ["other", "another-thing", "mother-tongue"])
def test_other_alone_is_no_made_up_subtask(task: str) -> None:
    assert "2020" not in said("task-id-unknown", f"task_ids: {task}").message


def test_a_former_subtask_that_is_a_task_now_has_no_second_advice() -> None:
    message = said("task-id-unknown", "task_ids: machine-translation").message
    assert message.endswith("(now a task category, not a subtask: task_categories: translation)")


@pytest.mark.parametrize(
    ("source", "end"),
    [
        ("extended|", "name the dataset after `extended|`"),
        ("extended:squad", "did you mean extended|squad?"),
        ("Extended|squad", "did you mean extended|squad?"),
        ("extended|squad.git", "did you mean extended|squad?"),
        ("extended|https://huggingface.co/datasets/a/b", "did you mean extended|a/b?"),
        ("orignal", "did you mean original?"),
        ("datasets/acme/tides", "did you mean acme/tides?"),
        ("our own data", "an id has no blanks; write original, extended|ID, or the id of a dataset"),
    ],
)
def test_sources(source: str, end: str) -> None:
    assert said("annotation-field-unknown", f"source_datasets: ['{source}']").message.endswith(end)


@pytest.mark.parametrize("source", ["original", "extended", "extended|other", "extended|other-a b c", "extended-mnist", "wikipedia", "a/b"])
def test_what_may_be_a_source_is_accepted(source: str) -> None:
    assert found("annotation-field-unknown", f"source_datasets: ['{source}']") == []


# --- configs


@pytest.mark.parametrize(
    ("config", "subject", "part"),
    [
        ("{data_files: x}", "configs[0].config_name", "is missing"),
        ("{name: en, data_files: x}", "configs[0].config_name", "rename `name` to it"),
        ("{config_name: ' '}", "configs[0].config_name", "is empty"),
        ("{config_name: 'a?'}", "configs[0].config_name", "because `?`"),
        ("{config_name: en, data_files: [{split: a b, path: x}]}", "configs[0].data_files[0].split", "did you mean a_b?"),
        ("{config_name: en, data_files: [{split: '-', path: x}]}", "configs[0].data_files[0].split", "and dots between them"),
        ("{config_name: en, data_files: [{split: a, path: x, sep: y}]}", "configs[0].data_files[0].sep", '"sep" does not belong'),
        ("{config_name: en, data_files: [{name: a, path: x}]}", "configs[0].data_files[0].split", "rename `name` to it"),
        ("{config_name: en, data_files: [{split: a}]}", "configs[0].data_files[0].path", "is missing"),
        ("{config_name: en, data_files: {train: x}}", "configs[0].data_files", "a list with `split` and `path`"),
        ("{config_name: en, data_files: [a, {split: b, path: x}]}", "configs[0].data_files", '"a" stands among splits'),
        ("{config_name: en, data_files: [{split: b, path: x}, {split: b, path: y}]}", "configs[0].data_files[1].split", "twice"),
        ("{config_name: 1.0}", "configs[0].config_name", "put it in quotes"),
        ("7", "configs", "a number where a configuration belongs"),
    ],
)
def test_a_malformed_configuration_is_one_finding(config: str, subject: str, part: str) -> None:
    finding = said("config-malformed", f"configs:\n- {config}")
    assert finding.subject == subject
    assert part in finding.message


def test_split_names_are_those_of_python() -> None:
    entries = ", ".join(f"{{split: {name}, path: x}}" for name in ("train", "test.unseen", "överskrift", "_a", "0"))
    assert [item.subject for item in found("config-malformed", f"configs:\n- {{config_name: a, data_files: [{entries}]}}")] == [
        "configs[0].data_files[4].split"  # a number, of which Python's match raises
    ]


def test_a_mapping_instead_of_the_list_is_told_the_dash() -> None:
    assert said("config-malformed", "configs:\n  config_name: en").message.endswith("put `- ` before its first key")


def test_a_null_part_is_left_to_null_value() -> None:
    assert found("config-malformed", "configs: [null, {config_name: en, data_files: [null]}]") == []


@pytest.mark.parametrize(
    ("configs", "subjects"),
    [
        ("[{config_name: a, default: true}, {config_name: b, default: true}, {config_name: c, default: true}]",
         ["configs[1].default", "configs[2].default"]),
        ("[{config_name: b, default: true}, {config_name: default}]", ["configs[1].default"]),
        ("[{config_name: default, default: true}, {config_name: b}]", []),
        ("[{config_name: a, default: true}, {config_name: a, default: true}]", []),
        ("[{default: true}, {default: true}]", ["configs[1].default"]),
        ("[{config_name: a, default: 'true'}, {config_name: b, default: true}]", []),
    ],
)  # fmt: skip
def test_defaults(configs: str, subjects: list[str]) -> None:
    findings = found("config-default-repeated", f"configs: {configs}")
    assert [item.subject for item in findings] == subjects
    assert all(item.related for item in findings)


# --- gates


def test_long_questions_are_cut() -> None:
    question = "I have read and understood " + "all of the terms " * 20
    for field in ("tick", "{type: select}", "{type: select, options: [{label: 1, value: x}]}", "[text]"):
        for finding in found("gate-fields-malformed", f'extra_gated_fields:\n  ? "{question}"\n  : {field}'):
            assert len(finding.message) < 250


def test_questions_in_the_older_form_are_judged_alike() -> None:
    finding = said("gate-fields-malformed", "extra_gated_fields:\n- Name: txt\n- Country: country")
    assert finding.subject == "extra_gated_fields[0].Name"
    assert finding.message == '"txt" is no kind of answer; did you mean text?'


# --- model-index


def indexed(result: str) -> str:
    return f"model-index:\n- name: m\n  results:\n  - {result}"


@pytest.mark.parametrize(
    ("result", "subject"),
    [
        ("{task: {type: t}, dataset: {type: d, name: n}, metrics: [{type: a}]}", ".metrics[0].value"),
        ("{task: {name: t}, dataset: {type: d, name: n}, metrics: []}", ".task.type"),
        ("{task: {type: t}, dataset: {type: d, name: n, split: 1}, metrics: []}", ".dataset.split"),
        ("{task: {type: t}, dataset: {type: d, name: n}, metrics: {type: a, value: 1}}", ".metrics"),
        ("{task: {type: t}, dataset: {type: d, name: n}, metrics: [], source: {name: x}}", ".source.url"),
    ],
)
def test_the_path_leads_to_the_part(result: str, subject: str) -> None:
    assert said("model-index-invalid", indexed(result)).subject == f"model-index[0].results[0]{subject}"


def test_what_is_wrong_everywhere_is_told_once() -> None:
    result = "  - {task: {type: t}, dataset: {type: d, name: n, config: 1}, metrics: []}\n"
    finding = said("model-index-invalid", "model-index:\n- name: m\n  results:\n" + result * 30)
    assert finding.message.endswith("(and 29 more like it); put it in quotes")


def value(text: str) -> str:
    return indexed(f"{{task: {{type: t}}, dataset: {{type: d, name: n}}, metrics: [{{type: a, value: {text}}}]}}")


@pytest.mark.parametrize(
    ("text", "end"),
    [
        ('"91.2"', "write 91.2 without quotes"),
        ('" 7e-3 "', "write 7e-3 without quotes"),
        ("91.2 %", "write 91.2, or 0.912 where the metric goes from 0 to 1"),
        ('"0,912"', "did you mean 0.912?"),
        ('"91,2%"', "did you mean 91.2?"),
        ('"1,234"', "did you mean 1.234 or 1234?"),
        ('"1,234,567.8"', "did you mean 1234567.8?"),
        ("12.3 BLEU", "did you mean 12.3?"),
        ("~0.9", "did you mean 0.9?"),
        ("'0.91 (± 0.02)'", "write 0.91, and the spread 0.02 as a metric of its own"),
        ("-61.7 +/- 33.1", "write -61.7, and the spread 33.1 as a metric of its own"),
        ("''", "leave the metric out where there is no figure"),
        ("nan", "is text, not a number"),
        ("passed", "is text, not a number"),
        ("1/2", "is text, not a number"),
        (f"'{'9' * 61}'", "is text, not a number"),
        ("0.9 on all of the questions that were asked in the first of the two rounds", "is text, not a number"),
    ],
)
def test_the_number_that_was_meant(text: str, end: str) -> None:
    finding = said("metric-not-numeric", value(text))
    assert finding.message.endswith(end)
    assert finding.severity == ("warning" if "spread" in end else "error")
    assert finding.subject == "model-index[0].results[0].metrics[0].value"


@pytest.mark.parametrize("text", ["0.9", "1", "-3e-2", ".nan", ".inf", "true", "[1, 2]", "{a: 1}", "null"])
def test_what_is_no_text_is_not_judged(text: str) -> None:
    assert found("metric-not-numeric", value(text)) == []


def test_sources_yield_to_the_structure_and_come_once() -> None:
    result = "  - {task: {type: t}, dataset: {type: d, name: n, split: s, revision: r}, metrics: [], source: {name: x}}\n"
    target = run("model-index:\n- name: m\n  results:\n" + result * 3, "model")
    assert [finding.rule for finding in target.findings] == ["model-index-invalid"]


def test_what_a_dataset_lacks_decides_how_grave_it_is() -> None:
    def severity(dataset: str, task: str = "t") -> list[str]:
        result = f"{{task: {{type: {task}}}, dataset: {{type: d, name: n{dataset}}}, metrics: []}}"
        return [finding.severity for finding in found("evaluation-source-incomplete", indexed(result))]

    assert severity("") == ["warning"]
    assert severity(", revision: r") == ["warning"]
    assert severity(", split: s") == ["note"]
    assert severity(", split: s, revision: r") == []
    assert severity("", "reinforcement-learning") == []
    assert found("evaluation-source-incomplete", "model-index: [x, {results: [y, {task: z, dataset: z}]}]") == []


def test_the_name_of_an_evaluator_is_no_dataset_on_the_hub() -> None:
    def severity(dataset: str) -> list[str]:
        yaml = "tags: [sentence-transformers]\n" + indexed(f"{{task: {{type: t}}, dataset: {{{dataset}, name: n}}, metrics: []}}")
        return [finding.severity for finding in found("evaluation-source-incomplete", yaml)]

    assert severity("type: all-nli-dev") == severity("revision: r") == severity("type: [x]") == ["note"]
    assert severity("type: all-nli-dev, split: dev") == []
    assert severity("type: mteb/sts") == ["warning"]


def test_a_key_that_says_nothing_is_not_given_already() -> None:
    assert said("key-unknown", "licence: mit\nlicense:").message.endswith("; did you mean license?")
    assert said("key-unknown", "licence: mit\nlicense: mit").message.endswith("; remove it, `license` is given already")


# --- Spaces


@pytest.mark.parametrize(
    ("yaml", "files", "message"),
    [
        ("sdk: gradio\napp_file: ./src//app.py", ("src/app.py",), None),
        ("sdk: gradio\napp_file: /app.py", ("app.py",), None),
        ("sdk: gradio\napp_file: App.py", ("app.py",), "did you mean app.py?"),
        ("sdk: gradio\napp_file: aap.py", ("app.py",), "did you mean app.py?"),
        ("sdk: gradio\napp_file: run.py", ("x.txt",), "so nothing runs"),
        ("app_file: run.py", ("x.txt",), "so nothing runs"),
        ("sdk: gradio\napp_file: src", ("src/app.py",), "so nothing runs"),
        ("sdk: docker\napp_file: run.py", ("Dockerfile",), None),
        ("sdk: docker\napp_file: run.py", ("run.py",), "there is no Dockerfile"),
        ("sdk: streamlit", ("x.txt",), "there is no app.py"),
        ("sdk: static", ("dist/index.html",), "did you mean dist/index.html?"),
        ("sdk: static\napp_build_command: make", ("x.txt",), None),
        ("sdk: static\ntitle: README", ("x.txt",), None),
        ("sdk: flask", ("x.txt",), None),
        ("title: x", ("x.txt",), None),
        ("sdk: gradio", (".gitattributes",), None),
        ("sdk: gradio\napp_file: [app.py]", ("app.py",), None),
    ],
)
def test_application_files(yaml: str, files: tuple[str, ...], message: str | None) -> None:
    findings = found("app-file-missing", yaml, files=files)
    assert [message in finding.message for finding in findings if message] == ([True] if message else [])
    assert bool(findings) == bool(message)


def test_the_page_of_an_organisation_has_no_application() -> None:
    assert found("app-file-missing", "sdk: static", files=("logo.png",), id="acme/README") == []
    assert found("app-file-missing", "sdk: static", files=("logo.png",), id="acme/site")


@pytest.mark.parametrize(
    ("text", "severity"),
    [
        (json.dumps("x" * 60), None), (json.dumps("x" * 61), "error"), (json.dumps("é" * 60), None),
        (json.dumps("x" * 59 + "🌊", ensure_ascii=False), "warning"), (json.dumps("x" * 58 + "🌊", ensure_ascii=False), None),
        (">\n  " + "x" * 60 + "\n", "warning"), (">-\n  " + "x" * 60, None), ("[x]", None), ("12", None),
    ],
)  # fmt: skip
def test_lengths_of_descriptions(text: str, severity: str | None) -> None:
    findings = found("short-description-too-long", f"short_description: {text}")
    assert [finding.severity for finding in findings] == ([severity] if severity else [])


def test_an_sdk_that_is_still_run_is_a_warning_in_any_spelling() -> None:
    assert said("sdk-unknown", "sdk: Streamlit").severity == "warning"
    assert said("sdk-unknown", "sdk: Docker").severity == "error"


@pytest.mark.parametrize(
    ("yaml", "count"), [("sdk: gradio", 1), ("sdk: docker", 0), ("sdk: gradio\nsdk_version: 5.1.0", 0), ("title: x", 0)]
)
def test_only_gradio_has_versions(yaml: str, count: int) -> None:
    assert len(found("sdk-version-missing", yaml)) == count
