"""The rules of the policies `ethics` and `provenance`: what the examples in the rule cards cannot show."""

from __future__ import annotations

import pytest
from bulk import bulk
from ending import ends

from cardlint import engine
from cardlint.checks.ethics import mentions
from cardlint.policyfile import load_policy
from cardlint.repository import Identity, Kind, Repository
from cardlint.rule import shipped
from cardlint.source import Memory


def messages(rule: str, card: str, kind: Kind = "model", **files: int) -> list[str]:
    repository = Repository(Memory({"README.md": card.encode(), **files}), Identity(kind, told=True))
    target = engine.run(repository, load_policy(shipped(), select=(rule,)).bind(repository))
    assert (target.failed, target.skipped) == ((), ())
    return [finding.message for finding in target.findings]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("It is NOT intended for minors.", "not intended for"),
        ("It is not intended, for now.", None),
        ("misused", None),
        ("本模型不适用于医疗诊断。", "不适用于"),
        ("он не предназначен для", "не предназначен"),
        ("непредназначен", None),
    ],
)
def test_phrases_are_whole_words_where_words_are_apart(text: str, found: str | None) -> None:
    assert mentions(text, ["not intended for", "misuse", "不适用于", "не предназначен"]) == found


def test_a_phrase_in_a_template_comment_says_nothing() -> None:
    card = "---\nlicense: mit\n---\n# Gannet\n\n## Intended use\n\nSorting.\n\n{}\n"
    assert messages("out-of-scope-undocumented", card.format("<!-- what it should not be used for -->"))
    assert not messages("out-of-scope-undocumented", card.format("It should not be used on persons."))


ASR = "license: mit\npipeline_tag: automatic-speech-recognition"


@pytest.mark.parametrize(
    ("index", "aggregate"),
    [
        ("[{results: [{dataset: {type: a/b}}]}]", True),
        ("[{results: [{dataset: {type: a/b, config: de}}, {dataset: {type: a/b, config: fr}}]}]", False),
        ("[{results: [{dataset: {type: a/b, args: de}}, {dataset: {type: a/b, args: fr}}]}]", False),
        ("[{results: [{dataset: {type: a/b, config: de}}, {dataset: {type: a/c, config: fr}}]}]", True),
        ("[{results: [{dataset: a/b}, {dataset: a/b}]}]", True),
        ("[{results: [a, {dataset: [a]}]}]", True),
        ("[{results: a}, b]", False),
        ("none", False),
    ],
)
def test_results_in_several_configurations_are_parts(index: str, aggregate: bool) -> None:
    assert bool(messages("evaluation-not-disaggregated", f"---\n{ASR}\nmodel-index: {index}\n---\n# Bittern\n")) is aggregate


@pytest.mark.parametrize("emissions", ["0.5", "{emissions: 3}", "[1]"])
def test_emissions_of_any_shape_are_something(emissions: str) -> None:
    assert not messages("environmental-impact-missing", f"---\nco2_eq_emissions: {emissions}\n---\n# Avocet\n")


@pytest.mark.parametrize("info", ["{version: 1.0.0}", "[{config_name: a}, {version: 1.0.0}]"])
def test_a_version_of_any_configuration_counts(info: str) -> None:
    assert not messages("version-undocumented", f"---\ndataset_info: {info}\n---\n# Tides\n", "dataset")


@pytest.mark.parametrize("info", ["{version: }", "[1, {config_name: a}]", "text"])
def test_without_one_nothing_tells_states_apart(info: str) -> None:
    assert messages("version-undocumented", f"---\ndataset_info: {info}\n---\n# Tides\n", "dataset")


RULES = [rule.id for rule in shipped().values() if rule.category in {"ethics", "provenance"}]


@pytest.mark.bulk
@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize(
    "body",
    [
        "word " * bulk(200_000),
        "## Intended use\n\n" * bulk(20_000),
        "<!-- " * bulk(100_000),
        "## Out-of-scope use\n\na\n\n## Intended use\n\nb\n\n" * bulk(5_000),
    ],
    ids=["words", "headings", "comments", "pairs"],
)
def test_a_long_body_takes_no_long_time(rule: str, body: str) -> None:
    with ends():
        messages(rule, f"---\n{ASR}\n---\n{body}")
