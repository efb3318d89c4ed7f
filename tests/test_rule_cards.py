"""Every rule card's own examples come true, and cards that are wrong are named with file and line."""

from __future__ import annotations

from pathlib import Path

import pytest

from cardlint.errors import ConfigError
from cardlint.exampletest import verify, verify_folder
from cardlint.kind import DATASET_KEYS
from cardlint.locate import data_folder
from cardlint.rule import shipped
from cardlint.rulecard import read_rule_card, rule_paths
from cardlint.vocabulary import load_vocabulary

RULES = data_folder("rules")
CARD = (RULES / "metadata" / "license-unknown.md").read_text()


@pytest.mark.parametrize("path", rule_paths(RULES), ids=lambda path: path.stem)
def test_the_examples_of_a_shipped_card_come_true(path: Path) -> None:
    assert list(verify(read_rule_card(path, RULES), shipped())) == []


@pytest.mark.parametrize("path", rule_paths(RULES), ids=lambda path: path.stem)
def test_a_shipped_card_has_two_examples_each_way_and_says_how_it_can_be_wrong(path: Path) -> None:
    card = read_rule_card(path, RULES)
    fails = [example for example in card.examples if example.verdict == "Fails"]
    assert len(fails) >= 2
    assert all(example.expected for example in fails)
    assert sum(example.verdict == "Passes" for example in card.examples) >= 2


def test_the_keys_that_tell_a_dataset_are_those_of_the_vocabulary() -> None:
    values = load_vocabulary("card_keys").values
    only = {key for key, about in values.items() if about["kinds"] == ["dataset"] and about["status"] != "deprecated"}
    assert only == DATASET_KEYS


def wrong(tmp_path: Path, content: str) -> list[str]:
    folder = tmp_path / "rules" / "metadata"
    folder.mkdir(parents=True)
    (folder / "license-unknown.md").write_text(content)
    ((_, messages),) = verify_folder(tmp_path / "rules")
    return [message.replace(str(folder) + "/", "") for message in messages]


def test_a_card_that_is_right_is_right_elsewhere(tmp_path: Path) -> None:
    assert wrong(tmp_path, CARD) == []


WRONG = [
    ("check: licenses.known", "check: licenses.knwon", "6:1: there is no check licenses.knwon"),
    ("check: licenses.known", "check: nowhere.known", "6:1: there is no check nowhere.known"),
    ("check: licenses.known", "check: known", '6:8: "check" must be `module.function`'),
    ("given: [frontmatter.license.*, frontmatter.license]", "given: frontmatter", "5:1: licenses.known takes 2 given values, not 1"),
    ("yields_to: [license-missing]", "yields_to: [nosuch]", '12:1: there is no rule "nosuch"'),
    ("yields_to: [license-missing]", "yields_to: [license-unknown]", "12:1: a rule that yields to itself"),
    ("kinds: [model", "aliases: [license-missing]\nkinds: [model", '4:1: "license-missing" is the name of another rule'),
    ("given: [frontmatter.license.*, ", "given: [fronmatter.license, ", '5:1: there is no fact "fronmatter"; did you mean frontmatter'),
    ("  vocabulary: licenses", "  vocabulry: licenses", "7:1: options of licenses.known"),
    ("severity: error", "severity: fatal", '3:11: "severity" must be one of off, note, warning, error'),
    ("severity: error", "severty: error", "2:1"),
    ("id: license-unknown", "id: licence-unknown", '2:5: the id must be the name of the file, "license-unknown"'),
    ("kinds: [model, dataset, space]", "kinds: []", '4:8: "kinds" must not be empty'),
    ("# License unknown", "Prose", "a rule card needs a title"),
    ("## When it is wrong", "## When wrong", 'no section "## When it is wrong"'),
    ("license: apache2", "license: mit", "the example should fail, and nothing was found"),
    ("README.md:2:10: error[", "README.md:2:11: error[", "the findings differ"),
    ("license: mit\n", "license: mitt\n", "the example should pass, but found"),
    ("license: mit\n", "license: [\n", "the rule was skipped"),
    ("### Passes", "### Fails", "has no example under ### Passes"),
    ("````markdown README.md", "````markdown", "an example block cannot be"),
    ("---\nid", "id", "there is no `---` before this line"),
]


@pytest.mark.parametrize(("old", "new", "message"), WRONG)
def test_a_card_that_is_wrong_names_file_line_and_reason(tmp_path: Path, old: str, new: str, message: str) -> None:
    assert old in CARD
    messages = wrong(tmp_path, CARD.replace(old, new, 1) if old != "### Passes" else CARD.replace(old, new))
    assert any(message in found for found in messages), messages
    assert all(found.startswith("license-unknown.md:") for found in messages)


def test_blocks_of_an_example(tmp_path: Path) -> None:
    blocks = (
        "### Fails\n````markdown README.md escaped\n---\\r\\nlicense: \\x61pache2\\r\\n---\\r\\n\\u00e9\n````\n"
        "```tree\nmodel.safetensors 12\ndata/a b.csv 3\n```\n```yaml policy\nrules: {license-unknown: note}\n```\n"
        "```text base64 base64\naGk=\n```\n"
        "### Fixed\n````markdown README.md escaped\n---\\r\\nlicense: \\x61pache-2.0\\r\\n---\\r\\n\\u00e9\n````\n"
    )
    head, tail = CARD.partition("### Fails")[0], CARD.partition("## When it is wrong")[2]
    passes = "### Passes\n````markdown README.md\n---\nlicense: mit\n---\n````\n## When it is wrong"
    folder = tmp_path / "metadata"
    folder.mkdir()
    (folder / "license-unknown.md").write_text(head + blocks + passes + tail)
    card = read_rule_card(folder / "license-unknown.md", tmp_path)
    assert card.examples[0].files == {
        "README.md": "---\r\nlicense: apache2\r\n---\r\né\n".encode(), "model.safetensors": 12, "data/a b.csv": 3, "base64": b"hi",
    }  # fmt: skip
    assert card.examples[0].policy == "rules: {license-unknown: note}\n"
    assert list(verify(card, shipped())) == []


@pytest.mark.parametrize(
    "block",
    [
        "```tree\nno-size\n```", "```tree\na " + "9" * 5000 + "\n```", "```text x escaped\n\\q\n```",
        "```text x base64\nA\n```", "```text x base64\né\n```", "```text x base64\n!!!\n```",
    ],
)  # fmt: skip
def test_a_block_that_cannot_be_read_is_named(tmp_path: Path, block: str) -> None:
    folder = tmp_path / "metadata"
    folder.mkdir()
    (folder / "license-unknown.md").write_text(CARD.replace("### Fails\n", f"### Fails\n{block}\n", 1))
    with pytest.raises(ConfigError, match=r"license-unknown.md:\d+:1"):
        read_rule_card(folder / "license-unknown.md", tmp_path)
