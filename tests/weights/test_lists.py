from __future__ import annotations

from typing import Any

from cardlint.weighing import names
from cardlint.weights.collect import MOST, Collected
from cardlint.weights.names import Names

NOTHING: dict[str, Any] = {"modules": {}, "conditions": {}, "names": {}}


def test_other_lists_are_read_once_and_when_they_are_asked_for() -> None:
    asked: list[str] = []

    def load(name: str) -> dict[str, Any]:
        asked.append(name)
        return {"list": [name]}

    lists = Names(NOTHING, NOTHING, load=load)
    assert asked == []
    assert (lists.table("onnx"), lists.table("onnx"), asked) == ({"list": ["onnx"]}, {"list": ["onnx"]}, ["onnx"])
    assert Names(NOTHING, NOTHING).table("onnx") == {}


def test_dangerous_names_are_known_to_others_than_pickles() -> None:
    found = names().dangerous("os", "system")
    assert found is not None
    assert (found.verdict, names().dangerous("keras.layers", "Dense")) == ("block", None)


def test_the_lists_that_ship_clear_nothing_that_reaches_out() -> None:
    tensorflow, keras = names().table("tensorflow"), names().table("keras")
    assert not set(tensorflow["vetted"]) & set(tensorflow["reaches"])
    assert not (set(keras["classes"]) | set(keras["functions"]) | set(keras["hub"])) & set(keras["reaches"])
    assert {"WriteFile", "ReadFile", "PyFunc", "EagerPyFunc", "MatchingFiles"} <= set(tensorflow["reaches"])
    assert {"", "ai.onnx.ml", "com.microsoft"} <= set(names().table("onnx")["operators"])
    assert len(tensorflow["vetted"]) > 1000
    assert len(keras["classes"]) > 500


def test_evidence_is_collected_by_its_gravity() -> None:
    found = Collected()
    assert not found
    for index in range(MOST + 5):
        found.say("review", f"name {index}", "is not known")
    for _ in range(2):
        found.say("block", "evil", "is dangerous")
    assert found
    assert (len(found.evidence()), found.evidence()[0].about) == (MOST + 2, "evil")
    assert found.evidence()[-1].about == "more"
