"""The policy `hub` says what the Hub says of a card, and nothing else."""

from __future__ import annotations

import pytest

from cardlint import check
from cardlint.repository import Identity, Kind, Repository
from cardlint.rule import shipped
from cardlint.source import Memory


def findings(card: str, kind: Kind = "model") -> list[tuple[str, str]]:
    """Rule and severity of what is found; no rule may have been skipped for want of a reason."""
    repository = Repository(Memory({"README.md": card.encode()}), Identity(kind, told=True))
    (target,) = check(repository, policy="hub").targets
    assert target.failed == ()
    assert all(skipped.because is not None for skipped in target.skipped)
    return [(finding.rule, finding.severity) for finding in target.findings]


def block(yaml: str) -> str:
    return f"---\n{yaml}\n---\n# A card\n"


INDEX = """model-index:
- name: a
  results:
  - task: {type: text-classification}
    dataset: {type: glue, name: GLUE, config: 1}
    metrics: [{type: accuracy, value: 0.9}]"""

# The message of the Hub, a card that gets it, its kind, the rule that reproduces it and how grave it is. Where a rule
# of its own is still to come, `schema-violation` speaks.
REFUSED = [
    ('"license" must be one of', "license: apache2", "model", "license-unknown"),
    ('"license" must be one of', "license: [mit, gpl-2.0-or-later]", "dataset", "license-unknown"),
    ('"license" must be one of', "license: MIT\nsdk: static", "space", "license-unknown"),
    ('"base_model" with value … is not valid', "base_model: Kokoro 82M", "model", "base-model-malformed"),
    ('"base_model" with value … is not valid', "base_model: /home/ada/out/checkpoint-500", "model", "base-model-malformed"),
    ('"short_description" length must be', f"short_description: {'x' * 61}", "space", "short-description-too-long"),
    ('"colorFrom" must be one of', "colorFrom: black", "space", "color-unknown"),
    ('"colorTo" must be one of', "colorTo: teal", "space", "color-unknown"),
    ('"model-index[0].results[0].dataset.config" must be a string', INDEX, "model", "model-index-invalid"),
    ('"language[0]" must only contain lowercase characters', "language: [zh-CN]", "model", "language-unknown"),
    ("language must be an ISO 639-1/639-2/639-3 code", "language: ptbr", "dataset", "language-unknown"),
    ("language must be an ISO 639-1/639-2/639-3 code", "language: [en, protein]", "model", "language-unknown"),
    ("YAML syntax", "license: mit\ndescription: one: two", "model", "frontmatter-invalid"),
    ("YAML syntax", "license: mit\n\ttags: [a]", "model", "frontmatter-invalid"),
    ("duplicated mapping key", "license: mit\ntags: [a]\nlicense: mit", "model", "duplicate-key"),
    ("not a mapping", "- license\n- mit", "model", "frontmatter-not-mapping"),
]


@pytest.mark.parametrize(("message", "yaml", "kind", "rule"), REFUSED)
def test_what_the_hub_refuses_is_an_error(message: str, yaml: str, kind: Kind, rule: str) -> None:
    expected = rule if rule in shipped() else "schema-violation"
    assert findings(block(yaml), kind) == [(expected, "error")], message


@pytest.mark.parametrize("card", ["# A model\n", "", "---\n---\n# A model\n", "---\n\n---\n", "---\n# only a comment\n---\n"])
def test_empty_or_missing_metadata_is_a_warning(card: str) -> None:
    assert findings(card) == [("frontmatter-missing", "warning")]


@pytest.mark.parametrize("card", ["---\nlicense: mit\n# A model\n", "----\nlicense: mit\n----\n"])
def test_a_block_the_hub_does_not_see_is_a_warning_too(card: str) -> None:
    assert findings(card) == [("frontmatter-unclosed", "warning")]


ACCEPTED = [
    ("unknown keys", "seagrass: 1\nnotes: {a: [b]}", "model"),
    ("no licence", "language: en", "model"),
    ("null values", "license:\ntags:\nbase_model: null\nlanguage: ~", "model"),
    ("deprecated keys", "licenses: [mit]\nlanguages: [en]\nfinetuned_from: ./x", "model"),
    ("a library as free text", "library_name: my own thing", "model"),
    ("a library almost known", "library_name: Transformers", "model"),
    ("a task nobody knows", "pipeline_tag: text-genration", "model"),
    ("no task and no library", "license: mit", "model"),
    ("one text for a list", "tags: nlp\nlanguage: en\ndatasets: glue", "model"),
    ("a list for one text", "license: [mit]\nlanguage: [en]", "model"),
    ("what YAML 1.1 misreads", "language: no\ndate: 2024-01-15\nratio: 60:40", "model"),
    ("an unquoted version", "title: Demo\nsdk: gradio\nsdk_version: '4.10'", "space"),
    ("a key of another kind", "license: mit\nsdk: gradio", "model"),
    ("a licence without its name", "license: other", "model"),
    ("the special languages", "language: [code, multilingual]", "dataset"),
    ("a base model by its old id", "base_model: gpt2", "model"),
    ("a Space without sdk", "title: Demo", "space"),
    ("the longest description", f"short_description: {'x' * 60}", "space"),
    ("every colour", "colorFrom: red\ncolorTo: gray", "space"),
]


@pytest.mark.parametrize(("what", "yaml", "kind"), ACCEPTED)
def test_what_the_hub_accepts_in_silence_is_not_reported(what: str, yaml: str, kind: Kind) -> None:
    assert findings(block(yaml), kind) == [], what


def test_a_byte_order_mark_is_no_matter() -> None:
    assert findings("\ufeff" + block("license: mit")) == []


def test_a_repository_without_card_is_examined_and_not_refused() -> None:
    repository = Repository(Memory({"config.json": b"{}"}), Identity("model", told=True))
    (target,) = check(repository, policy="hub").targets
    assert [(finding.rule, finding.severity) for finding in target.findings] == [("card-missing", "note")]
    assert {skipped.because for skipped in target.skipped} == {"card-missing"}


def test_files_are_never_looked_at() -> None:
    files: dict[str, bytes | int] = {"README.md": block("license: mit").encode(), "adapter_config.json": 5, "x.bin": 5}
    repository = Repository(Memory(files), Identity("model", told=True))
    (target,) = check(repository, policy="hub").targets
    assert target.findings == ()
    assert target.skipped == ()
