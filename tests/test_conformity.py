from __future__ import annotations

from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cardlint.conformity import doubtful
from cardlint.schema import _INDEPENDENT, load_schema

NAMES = ["model-card.schema.json", "dataset-card.schema.json", "space-card.schema.json"]
KEYS = sorted({key for name in NAMES for key in load_schema(name)["properties"]} | {"unknown"})
WORDS = st.sampled_from(
    [
        "mit",
        "apache-2.0",
        "en",
        "zh-CN",
        "text-generation",
        "acme/model",
        "./x",
        "",
        "red",
        "gradio",
        "a\n",
        "quantized",
        "n<1K",
        "x" * 80,
        "https://a.b/c",
    ]
)
SCALARS = st.one_of(WORDS, st.text(max_size=5), st.booleans(), st.integers(-3, 100), st.floats(allow_nan=False, allow_infinity=False))
# Names of parts, so that mappings sometimes are what their schema asks.
INNER = st.sampled_from(
    ["emissions", "source", "name", "results", "task", "dataset", "metrics", "type", "value", "config", "label", "text"]
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.sampled_from(KEYS), inner, max_size=2), st.dictionaries(INNER, inner, max_size=3)
    ),
    max_leaves=6,
)
RESULT = {"task": {"type": "a"}, "dataset": {"type": "a/b", "name": "B"}, "metrics": [{"type": "f1", "value": 0.5}]}


@pytest.mark.parametrize("name", NAMES)
def test_card_schemas_speak_of_each_property_alone(name: str) -> None:
    assert load_schema(name).keys() <= _INDEPENDENT


@pytest.mark.parametrize("name", NAMES)
@given(instance=st.dictionaries(st.sampled_from(KEYS), VALUES, max_size=4))
def test_what_is_beyond_doubt_conforms(name: str, instance: dict[str, Any]) -> None:
    schema = load_schema(name)
    plain = {key: value for key, value in instance.items() if key not in doubtful(schema, instance)}
    assert list(jsonschema.Draft202012Validator(schema).iter_errors(plain)) == []


def test_what_people_write_is_beyond_doubt() -> None:
    card = {
        "license": "mit",
        "language": ["en", "fr"],
        "tags": ["a"],
        "pipeline_tag": "text-generation",
        "base_model": "a/b",
        "mine": 3,
        "datasets": ["a/b"],
        "co2_eq_emissions": {"emissions": 1.5, "source": "CodeCarbon"},
        "model-index": [{"name": "a", "results": [RESULT]}],
    }
    assert doubtful(load_schema(NAMES[0]), card) == {}


@pytest.mark.parametrize(
    "card", [{"license": "asdf"}, {"language": ["EN"]}, {"tags": [1]}, {"inference": 3}, {"tags": ["a", "a"]}, {"co2_eq_emissions": -1.5}]
)
def test_the_rest_is_left_to_the_validator(card: dict[str, Any]) -> None:
    assert doubtful(load_schema(NAMES[0]), card) == card


def test_a_keyword_nobody_knows_is_doubt() -> None:
    schema = {
        "properties": {"a": {"type": "string", "format": "uri"}, "b": {"if": {"type": "array"}, "then": False}, "c": {"type": "string"}}
    }
    assert doubtful(schema, {"a": "x", "b": "x", "c": "x", "d": 1}) == {"a": "x", "b": "x"}


@pytest.mark.parametrize("lacking", ["task", "dataset", "metrics"])
def test_a_part_that_is_missing_or_wrong_deep_inside_is_left_to_the_validator(lacking: str) -> None:
    without = {key: value for key, value in RESULT.items() if key != lacking}
    for result in (without, {**without, lacking: 3}):
        card = {"model-index": [{"name": "a", "results": [RESULT, result]}]}
        assert doubtful(load_schema(NAMES[0]), card) == card
