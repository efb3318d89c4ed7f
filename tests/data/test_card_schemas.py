"""The schemas of the three cards: valid, complete, and read alike by both validators."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import build_card_schemas as script
import jsonschema
import jsonschema_rs
import pytest
from card_instances import BAD, GOOD

if TYPE_CHECKING:
    from collections.abc import Iterable

ROOT = Path(__file__).resolve().parents[2]
KINDS = ("model", "dataset", "space")
IMPRECISE = {"anyOf", "oneOf", "not", "dependentSchemas"}
PLAIN_KEYWORDS = {
    "type", "enum", "pattern", "required", "maxLength", "minLength", "minItems", "minimum", "maximum",
    "additionalProperties", "uniqueItems",
}  # fmt: skip


@cache
def schema(kind: str) -> dict[str, Any]:
    data: dict[str, Any] = json.loads((ROOT / "schemas" / f"{kind}-card.schema.json").read_text(encoding="utf-8"))
    return data


def problems(kind: str, card: object) -> list[tuple[str, str]]:
    """Place and keyword of every error, as both validators see them."""
    slow = jsonschema.Draft202012Validator(schema(kind)).iter_errors(card)
    seen = sorted((_place(error.absolute_path), str(error.validator)) for error in slow)
    fast = jsonschema_rs.Draft202012Validator(schema(kind)).iter_errors(card)
    assert sorted((_place(error.instance_path), str(error.schema_path[-1])) for error in fast) == seen
    return seen


def _place(path: Iterable[str | int]) -> str:
    return "/".join(map(str, path))


def rule_of(kind: str, card: object) -> set[str]:
    """The rules the errors belong to: the `x-rule` nearest to the violated keyword."""
    return {_nearest(schema(kind), error.schema_path) for error in jsonschema_rs.Draft202012Validator(schema(kind)).iter_errors(card)}


def _nearest(
    node: Any,
    path: list[str | int],
) -> str:
    rule = "schema-violation"
    for step in path[:-1]:
        node = node[step]
        rule = node.get("x-rule", rule) if isinstance(node, dict) else rule
    return rule


@pytest.mark.parametrize("kind", KINDS)
def test_the_tables_reproduce_the_file(kind: str) -> None:
    path = ROOT / "schemas" / f"{kind}-card.schema.json"
    assert script.to_text(script.build(kind)) == path.read_text(encoding="utf-8")


def test_the_command_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert script.main(["--check"]) == 0
    assert capsys.readouterr().out == ""


def test_the_command_line_writes(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(script, "FOLDER", tmp_path)
    assert script.main(["--check"]) == 1
    assert script.main([]) == 0
    assert script.main(["--check"]) == 0
    assert capsys.readouterr().out.count("written") == 3


@pytest.mark.parametrize("kind", KINDS)
def test_the_schema_is_valid(kind: str) -> None:
    jsonschema.Draft202012Validator.check_schema(schema(kind))
    assert jsonschema_rs.meta.is_valid(schema(kind))
    assert schema(kind)["$id"] == f"urn:cardlint:schema:{kind}-card"


def _keys(node: object) -> set[str]:
    if isinstance(node, dict):
        return set(node) | {key for value in node.values() for key in _keys(value)}
    if isinstance(node, list):
        return {key for value in node for key in _keys(value)}
    return set()


@pytest.mark.parametrize("kind", KINDS)
def test_errors_are_precise(kind: str) -> None:
    assert not _keys({**schema(kind)["properties"], **schema(kind)["$defs"]}) & IMPRECISE


@pytest.mark.parametrize("kind", KINDS)
def test_every_field_is_explained(kind: str) -> None:
    for name, field in schema(kind)["properties"].items():
        assert field["description"].endswith("."), name
        assert problems(kind, {}) == []
        for example in field.get("examples", []):
            assert problems(kind, {name: example}) == [], name


@pytest.mark.parametrize("kind", KINDS)
def test_keys_agree_with_the_vocabulary_both_ways(kind: str) -> None:
    path = ROOT / "schemas" / "vocabulary" / "card_keys.json"
    keys = json.loads(path.read_text(encoding="utf-8"))["values"]
    assert {key for key, entry in keys.items() if kind in entry["kinds"]} == set(schema(kind)["properties"])
    deprecated = {key for key, field in schema(kind)["properties"].items() if field.get("deprecated")}
    assert {key for key, e in keys.items() if kind in e["kinds"] and e["status"] == "deprecated"} == deprecated


@pytest.mark.parametrize("kind", KINDS)
def test_every_field_has_an_instance_that_is_admitted(kind: str) -> None:
    shown = {key for card in GOOD[kind] for key in card}
    assert set(schema(kind)["properties"]) <= shown


@pytest.mark.parametrize("kind", KINDS)
def test_every_constrained_field_has_an_instance_that_is_not_admitted(kind: str) -> None:
    shown = {key for card, _, _ in BAD[kind] for key in card}
    free = {"languages", "licenses", "finetuned_from"}
    assert set(schema(kind)["properties"]) - free <= shown


@pytest.mark.parametrize(("kind", "card"), [(kind, card) for kind in KINDS for card in GOOD[kind]])
def test_admitted(kind: str, card: dict[str, Any]) -> None:
    assert problems(kind, card) == []


@pytest.mark.parametrize(("kind", "card", "expected", "rule"), [(kind, *case) for kind in KINDS for case in BAD[kind]])
def test_not_admitted(kind: str, card: dict[str, Any], expected: str, rule: str) -> None:
    found = problems(kind, card)
    assert [f"{place} {keyword}" for place, keyword in found] == [expected]
    assert rule_of(kind, card) == {rule}
    assert {keyword for _, keyword in found} <= PLAIN_KEYWORDS


@pytest.mark.parametrize("kind", KINDS)
def test_null_is_admitted_where_the_hub_admits_it(kind: str) -> None:
    nullable = {"thumbnail", "description", "instance_prompt", "paperswithcode_id"} if kind != "space" else set()
    free = {"languages", "licenses", "finetuned_from"}
    for name in set(schema(kind)["properties"]) - free:
        assert (problems(kind, {name: None}) == []) is (name in nullable), name


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("card", [None, [], "text", 3])
def test_frontmatter_is_a_mapping(kind: str, card: object) -> None:
    assert problems(kind, card) == [("", "type")]


def test_a_missing_vocabulary_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(script, "load", lambda _: None)
    with pytest.raises(FileNotFoundError, match=r"licenses\.json"):
        script.build("space")
