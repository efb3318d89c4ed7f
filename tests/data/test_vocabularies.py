"""The vocabularies hang together and are what the tables make of them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import refresh_vocabularies as script
from vocabulary.definitions import DEFINITIONS
from vocabulary.model import VANISHED, Definition, Former, Source, Upstream, Vocabulary, from_text, merge, to_text

FOLDER = Path(__file__).resolve().parents[2] / "schemas" / "vocabulary"
NAMES = sorted(path.stem for path in FOLDER.glob("*.json"))
COUNTS = {
    "licenses": 83,
    "languages": 184 + 7916 + 2,
    "tasks": 57,
    "task_ids": 74,
    "libraries": 257,
    "dataset_libraries": 16,
    "evaluation_frameworks": 30,
    "metrics": 51,
    "space_hardware": 30,
    "oauth_scopes": 18,
}
KEPT_AS_VALUES = {"card_keys"}
MIXED_CASE = {"architectures", "card_keys", "libraries", "metrics", "size_categories"}


def load(name: str) -> dict[str, Any]:
    data: dict[str, Any] = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    return data


def test_every_definition_has_its_file_and_the_reverse() -> None:
    assert sorted(DEFINITIONS) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_the_tables_reproduce_the_file(name: str) -> None:
    assert to_text(script.build(name)) == (FOLDER / f"{name}.json").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", NAMES)
def test_the_format(name: str) -> None:
    data = load(name)
    assert list(data) == ["name", "noun", "as_of", "source", "values", "former", "aliases"]
    assert data["name"] == name
    assert len(data["as_of"].split("-")) == 3
    assert all(entry.keys() == {"what", "version", "license"} for entry in data["source"])
    assert data["source"]
    assert all(isinstance(entry, dict) for entry in data["values"].values())
    assert all(entry.keys() == {"successor", "candidates", "note"} for entry in data["former"].values())


@pytest.mark.parametrize("name", NAMES)
def test_every_target_is_a_value(name: str) -> None:
    data = load(name)
    targets = list(data["aliases"].values())
    targets += [entry["successor"] for entry in data["former"].values() if entry["successor"]]
    targets += [key for entry in data["former"].values() for key in entry["candidates"]]
    assert [key for key in targets if key not in data["values"]] == []


@pytest.mark.parametrize("name", NAMES)
def test_no_alias_or_former_id_shadows_a_value(name: str) -> None:
    data = load(name)
    spellings = set(data["values"]) | {key.lower() for key in data["values"]}
    assert not spellings & set(data["aliases"])
    assert not set(data["former"]) & set(data["aliases"])
    assert name in KEPT_AS_VALUES or not set(data["values"]) & set(data["former"])


@pytest.mark.parametrize("name", NAMES)
def test_no_table_entry_is_lost(name: str) -> None:
    """An alias that is also a value or a former id would silently vanish in the merge."""
    definition, data = DEFINITIONS[name], load(name)
    assert set(definition.aliases) <= set(data["aliases"])
    assert set(definition.former) <= set(data["former"])


@pytest.mark.parametrize("name", NAMES)
def test_letter_case(name: str) -> None:
    data = load(name)
    assert all(key == key.lower() for key in data["aliases"])
    keys = [*data["values"], *data["former"]]
    assert name in MIXED_CASE or all(key == key.lower() for key in keys)


@pytest.mark.parametrize(("name", "count"), COUNTS.items())
def test_counts(name: str, count: int) -> None:
    assert len(load(name)["values"]) == count


def test_attributes_point_into_other_vocabularies() -> None:
    tasks = load("tasks")["values"]
    for name in ("libraries", "task_ids", "metrics", "architectures"):
        used = {task for entry in load(name)["values"].values() for task in entry.get("tasks", [])}
        assert used <= set(tasks), name
    for entry in load("architectures")["values"].values():
        assert "infers" not in entry or entry["infers"] in entry["tasks"]


@pytest.mark.parametrize(
    ("name", "spelling", "target"),
    [
        ("licenses", "apache2", "apache-2.0"),
        ("licenses", "gplv3", "gpl-3.0"),
        ("licenses", "cc by 4.0", "cc-by-4.0"),
        ("licenses", "cc-by-sa-nc-4.0", "cc-by-nc-sa-4.0"),
        ("licenses", "llama 3.1 community license agreement", "llama3.1"),
        ("licenses", "odbl-1.0", "odbl"),
        ("languages", "deutsch", "de"),
        ("languages", "english", "en"),
        ("languages", "jp", "ja"),
        ("tasks", "asr", "automatic-speech-recognition"),
        ("libraries", "scikit-learn", "sklearn"),
        ("base_model_relations", "quantised", "quantized"),
        ("card_keys", "modelindex", "model-index"),
    ],
)
def test_spellings_that_are_certain(name: str, spelling: str, target: str) -> None:
    assert load(name)["aliases"][spelling] == target


@pytest.mark.parametrize(
    ("name", "former", "successor", "candidates"),
    [
        ("licenses", "gpl-3.0-or-later", None, ["gpl-3.0"]),
        ("licenses", "busl-1.1", None, ["other"]),
        ("licenses", "cc-by-sa", None, ["cc-by-sa-3.0", "cc-by-sa-4.0"]),
        ("licenses", "cc-by-nd-3.0", None, ["other"]),
        ("languages", "fre", "fr", []),
        ("languages", "mo", "ro", []),
        ("languages", "sh", None, ["sr", "hr", "bs"]),
        ("languages", "ber", None, []),
        ("tasks", "conversational", "text-generation", []),
        ("task_ids", "part-of-speech-tagging", "part-of-speech", []),
        ("card_keys", "languages", "language", []),
        ("card_keys", "suggested_storage", None, []),
    ],
)
def test_former_ids(name: str, former: str, successor: str | None, candidates: list[str]) -> None:
    entry = load(name)["former"][former]
    assert (entry["successor"], entry["candidates"]) == (successor, candidates)


def test_a_country_code_that_is_a_language_code_is_no_alias() -> None:
    languages = load("languages")
    assert languages["values"]["kr"]["label"] == "Kanuri"
    assert "kr" not in languages["aliases"]


def definition(**tables: Any) -> Definition:
    return Definition("toys", "toy", "2026-01-01", read=dict, file="toys.json", **tables)


def upstream(*ids: str, version: str = "1") -> Upstream:
    return Upstream({key: {} for key in ids}, (Source("toys", version, "MIT"),))


def test_a_vanished_id_stays_known_and_may_return() -> None:
    first = merge(definition(), None, upstream("ball", "yoyo"), "2026-01-01")
    second = merge(definition(), first, upstream("ball", version="2"), "2026-02-02")
    third = merge(definition(), second, upstream("ball", version="3"), "2026-03-03")
    assert second.as_of == "2026-02-02"
    assert second.former == third.former == {"yoyo": Former(note=VANISHED)}
    assert merge(definition(), third, upstream("ball", "yoyo", version="4"), "2026-04-04").former == {}


def test_an_unchanged_source_keeps_its_date() -> None:
    first = merge(definition(), None, upstream("ball"), "2026-01-01")
    assert merge(definition(), first, upstream("ball"), "2026-02-02") == first
    assert merge(definition(), first, None, "2026-02-02") == first


def test_tables_lie_over_the_values() -> None:
    made = merge(
        definition(
            add={"code": {}},
            extra={"ball": {"round": True}},
            former={"hoop": Former("ball"), "ball": Former("code")},
            aliases={"balls": "ball", "code": "ball", "hoop": "ball"},
            derive=lambda values: {f"a {key}": key for key in values},
        ),
        None,
        upstream("ball"),
        "2026-01-01",
    )
    assert made.values == {"ball": {"round": True}, "code": {}}
    assert made.former == {"hoop": Former("ball")}
    assert made.aliases == {"a ball": "ball", "a code": "code", "balls": "ball"}


def test_nothing_to_start_from() -> None:
    with pytest.raises(ValueError, match="toys"):
        merge(definition(), None, None, "2026-01-01")


def test_a_file_reads_back_as_what_was_written() -> None:
    made = Vocabulary("toys", "toy", "2026-01-01", (), {"bäll": {"label": "Bäll"}}, {}, {})
    assert from_text(to_text(made)) == made
    assert "bäll" in to_text(made)


def test_refresh_writes_names_changes_and_then_rests(tmp_path: Path) -> None:
    for name in NAMES:
        (tmp_path / f"{name}.json").write_text((FOLDER / f"{name}.json").read_text(encoding="utf-8"), encoding="utf-8")
    hub_data = tmp_path / "hub"
    hub_data.mkdir()
    frameworks = {key: {"url": entry["url"]} for key, entry in load("evaluation_frameworks")["values"].items()}
    frameworks["new-one"] = {"url": "https://example.org"}
    del frameworks["mteb"]
    exported = {
        "_source": {"source": "npm:@huggingface/tasks", "version": "9", "licence": "MIT"},
        "frameworks": frameworks,
    }
    (hub_data / "evaluation_frameworks.json").write_text(json.dumps(exported), encoding="utf-8")

    assert list(script.refresh(hub_data, "2027-01-01", check=True, folder=tmp_path)) == [
        "evaluation_frameworks 30 -> 30, added new-one, removed mteb",
    ]
    assert len(list(script.refresh(hub_data, "2027-01-01", check=False, folder=tmp_path))) == 1
    assert list(script.refresh(hub_data, "2027-02-02", check=False, folder=tmp_path)) == []
    written = from_text((tmp_path / "evaluation_frameworks.json").read_text(encoding="utf-8"))
    assert (written.as_of, written.former["mteb"].note) == ("2027-01-01", VANISHED)


def test_the_command_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert script.main(["--tables-only", "--check"]) == 0
    assert capsys.readouterr().out == ""
    with pytest.raises(SystemExit):
        script.main([])


def test_readers_of_the_exported_tables() -> None:
    licenses = DEFINITIONS["licenses"].read
    tasks = DEFINITIONS["tasks"].read
    subtasks = DEFINITIONS["task_ids"].read
    libraries = DEFINITIONS["libraries"].read
    languages = DEFINITIONS["languages"].read
    metrics = DEFINITIONS["metrics"].read
    assert licenses and tasks and subtasks and libraries and languages and metrics  # noqa: PT018 - for the type checker
    pipelines = {
        "pipeline_types": ["a-b", "c"],
        "pipeline_data": {
            "a-b": {"name": "A", "modality": "nlp", "hideInModels": True, "subtasks": [{"type": "s", "name": "S"}]},
            "c": {"name": "C", "modality": "cv", "hideInDatasets": True, "subtasks": [{"type": "s", "name": "S"}]},
        },
    }
    assert licenses({"licenses": [{"id": "mit", "name": "MIT"}]}) == {"mit": {"label": "MIT"}}
    assert tasks(pipelines) == {
        "a-b": {"label": "A", "modality": "nlp", "models": False},
        "c": {"label": "C", "modality": "cv", "datasets": False},
    }
    assert subtasks(pipelines) == {"s": {"label": "S", "tasks": ["a-b", "c"]}}
    query = 'path:"a.bin" OR path_extension:"pt"'
    entry = {"prettyLabel": "L", "filter": True, "countDownloads": query, "tasks": ["c"]}
    assert libraries({"libraries": {"l": entry, "k": {"prettyLabel": "K"}}}) == {
        "k": {"label": "K"},
        "l": {"label": "L", "filter": True, "files": [["path", "a.bin"], ["path_extension", "pt"]], "tasks": ["c"]},
    }
    exported = {
        "iso_639_1": {"de": {"name": "German", "nativeName": "Deutsch"}},
        "iso_639_3": {"aaa": {"name": "Ghotuo"}},
    }
    assert languages(exported) == {"aaa": {"label": "Ghotuo"}, "de": {"label": "German", "native": "Deutsch"}}
    shown = {"tasks": {"c": {"metrics": [{"id": "f1"}]}}, "distinct_metric_ids": ["f1", "wer"]}
    assert metrics(shown) == {"f1": {"tasks": ["c"]}, "wer": {"tasks": []}}
