"""What the licences of base models ask, where examples in the rule cards do not reach."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, Any

import pytest
from bulk import bulk

from cardlint import engine
from cardlint.locate import data_folder
from cardlint.policyfile import load_policy
from cardlint.repository import Identity, Repository
from cardlint.rule import shipped
from cardlint.rulecard import read_rule_card
from cardlint.source import Memory

if TYPE_CHECKING:
    from cardlint.report import Target

EXCEEDS = "license-exceeds-upstream"
DROPPED = "license-terms-dropped"
NOTICE = "license-notice-missing"
NAME = "license-name-prefix-missing"
TERRITORY = "license-territory-limited"
RULES = (EXCEEDS, DROPPED, NOTICE, NAME, TERRITORY)
FOLDER = data_folder("rules")
ALL = {**shipped(), **{id_: read_rule_card(FOLDER / "license" / f"{id_}.md", FOLDER).rule for id_ in RULES}}
LLAMA = "Llama 3.1 is licensed under the Llama 3.1 Community License, Copyright © Meta Platforms, Inc. All Rights Reserved."


def run(frontmatter: str, body: str = "", *rules: str, id_: str | None = None, listed: bool = True, **files: bytes | int) -> Target:
    card = f"---\n{frontmatter}\n---\n{body}".encode()
    paths = {name.replace("__", "/").replace("_dot_", "."): held for name, held in files.items()}
    repository = Repository(Memory({"README.md": card, **paths}, listed), Identity("model", id_, told=True))
    return engine.run(repository, load_policy(ALL, select=rules or RULES).bind(repository))


def found(*args: Any, **options: Any) -> list[tuple[str, str]]:
    target = run(*args, **options)
    assert target.failed == ()
    assert target.skipped == ()
    return [(finding.rule, finding.severity) for finding in target.findings]


def messages(*args: Any, **options: Any) -> list[str]:
    return [finding.message for finding in run(*args, **options).findings]


@pytest.mark.parametrize(
    "frontmatter",
    [
        "license: apache-2.0\nbase_model: microsoft/phi-4",
        "license: apache-2.0\nbase_model: EleutherAI/pythia-70m\nbase_model_relation: finetune",
        "license: cc-by-nc-4.0\nbase_model: mistralai/Mistral-7B-v0.1",
        "license: mit\nbase_model: FacebookAI/roberta-base",
        "license: apache-2.0\nbase_model: google/gemma-4-31B-it",
        "license: apache-2.0\nbase_model: someone/Meta-Llama-3-8B-uncensored",
        "license: other\nlicense_name: acme\nlicense_link: LICENSE\nbase_model: acme/base",
        "license: other\nbase_model: tiiuae/falcon-180B",
        "license: unknown\nbase_model: mistralai/Codestral-22B-v0.1",
        "license: apache-2.0\nbase_model: [mistralai/Mistral-7B-v0.1, Qwen/Qwen3-8B]\nbase_model_relation: merge",
        "license: llama2",
        "license: gemma\nbase_model: google/gemma-4-E2B",
        "base_model: meta-llama/Llama-3.1-8B",
        "license:\nbase_model: facebook/nllb-200-3.3B",
        "license: ''\nbase_model: facebook/nllb-200-3.3B",
        "license: []\nbase_model: facebook/nllb-200-3.3B",
        "license: [apache-2.0, cc-by-nc-4.0]\nbase_model: facebook/nllb-200-3.3B",
    ],
)
def test_nothing_to_say(frontmatter: str) -> None:
    assert [item for item in found(frontmatter) if item[0] != TERRITORY] == []


@pytest.mark.parametrize(
    ("frontmatter", "rule", "severity"),
    [
        # apache-2.0 over Llama-3.2, over Pixtral Large, bsd over non-commercial weights: cases from public issues
        ("license: apache-2.0\nbase_model: meta-llama/Llama-3.2-1B", DROPPED, "error"),
        ("license: apache-2.0\nbase_model: mistralai/Pixtral-Large-Instruct-2411\nbase_model_relation: quantized", EXCEEDS, "error"),
        ("license: bsd-3-clause\nbase_model: facebook/musicgen-small", EXCEEDS, "error"),
        ("license: mit\nbase_model: google/gemma-7b", DROPPED, "error"),
        ("license: Apache-2.0\nbase_model: bigcode/starcoder2-7b", DROPPED, "error"),
        ("license: openrail\nbase_model: meta-llama/Llama-2-7b", DROPPED, "warning"),
        ("license: mit\nbase_model: facebook/nllb-200-3.3B\nbase_model_relation: adapter", EXCEEDS, "warning"),
        ("license: mit\nbase_model: facebook/nllb-200-3.3B\ntags: [lora]", EXCEEDS, "warning"),
        ("license: mit\nbase_model: facebook/nllb-200-3.3B\nbase_model_relation: distilled", EXCEEDS, "error"),
    ],
)
def test_conflicts(frontmatter: str, rule: str, severity: str) -> None:
    assert found(frontmatter, "", EXCEEDS, DROPPED) == [(rule, severity)]


def test_one_conflict_for_each_licence_upstream() -> None:
    bases = "\n- facebook/nllb-200-3.3B\n- facebook/musicgen-small\n- meta-llama/Llama-3.1-8B\n- google/gemma-2b"
    assert found(f"license: mit\nbase_model:{bases}", "", EXCEEDS) == [(EXCEEDS, "error")]
    assert found(f"license: mit\nbase_model:{bases}", "", DROPPED) == [(DROPPED, "error")] * 2


def test_a_base_that_is_the_repository_itself_is_none() -> None:
    assert (
        found("license: apache-2.0\nbase_model: meta-llama/Llama-3.1-8B", "", EXCEEDS, DROPPED, NAME, id_="meta-llama/llama-3.1-8b") == []
    )


def test_nothing_adapted_is_to_be_published(monkeypatch: pytest.MonkeyPatch) -> None:
    from cardlint.checks import upstreams
    from cardlint.licenses.families import Family

    monkeypatch.setattr(upstreams, "family_of", lambda _: Family("a/b", "cc-by-nd-4.0", "test"))
    frontmatter = "license: cc-by-nd-4.0\nbase_model: a/b\nbase_model_relation: "
    assert found(frontmatter + "merge", "", EXCEEDS) == [(EXCEEDS, "error")]
    assert messages(frontmatter + "quantized", "", EXCEEDS)[0].endswith("ask its owner, or do not publish an adapted version")


BASE = "license: apache-2.0\nbase_model: meta-llama/Llama-3.1-8B\n"


@pytest.mark.parametrize(
    ("frontmatter", "body", "files", "place"),
    [
        ("license_name: llama3.1", "", {}, "`license_name`"),
        ("license_link: https://www.llama.com/llama3_1/license/", "", {}, "`license_link`"),
        ("", "", {"USE_POLICY_dot_md": b"# Llama 3.1 Acceptable Use Policy"}, "USE_POLICY.md"),
        ("", "", {"LICENSE": b"LLAMA 3.1 COMMUNITY LICENSE AGREEMENT"}, "LICENSE"),
        ("", "", {"legal__NOTICE": LLAMA.encode()}, "legal/NOTICE"),
        ("", "Weights: Llama 3.1 Community License. Code: Apache-2.0.", {}, "the text of the card"),
        ("", "Лицензия: Llama 3.1", {}, "the text of the card"),
    ],
)
def test_terms_told_elsewhere_make_it_a_warning(frontmatter: str, body: str, files: dict[str, bytes], place: str) -> None:
    (finding,) = run(BASE + frontmatter, body, DROPPED, **files).findings
    assert finding.severity == "warning"
    assert f"; {place} tells of them" in finding.message


@pytest.mark.parametrize(
    ("body", "files"),
    [
        ("<!-- Llama 3.1 Community License -->", {}),
        ("```\nllama license\n```", {}),
        ("A fine-tuned Llama.\n\nLicense: Apache-2.0", {}),
        ("", {"LICENSE": b"Apache License"}),
        ("", {"llama_dot_cpp": b"llama license"}),
    ],
)
def test_what_does_not_tell_of_the_terms(body: str, files: dict[str, bytes]) -> None:
    assert found(BASE, body, DROPPED, **files) == [(DROPPED, "error")]


def test_a_notice_is_looked_for_in_the_files() -> None:
    frontmatter = "license: llama3.1\nbase_model: meta-llama/Llama-3.1-8B"
    assert found(frontmatter, "", NOTICE) == [(NOTICE, "warning")]
    assert found(frontmatter, "", NOTICE, NOTICE=b"") == [(NOTICE, "warning")]
    assert found(frontmatter, "", NOTICE, Notice_dot_txt=LLAMA.encode("utf-16")) == []
    assert found(frontmatter, "", NOTICE, licenses__LLAMA_LICENSE_dot_txt=LLAMA.encode()) == []
    assert found(frontmatter, LLAMA, NOTICE) == [(NOTICE, "note")]
    assert found(frontmatter, f"```\n{LLAMA}\n```", NOTICE) == [(NOTICE, "warning")]


def test_a_merge_owes_the_notices_of_all() -> None:
    frontmatter = "license: llama3.1\nbase_model: [meta-llama/Llama-3.1-8B, google/gemma-2-9b, microsoft/phi-4]\nbase_model_relation: merge"
    assert len(found(frontmatter, "", NOTICE)) == 2
    assert len(found(frontmatter, "", NOTICE, NOTICE=LLAMA.encode())) == 1


def test_a_notice_whose_wording_is_not_certain_is_a_note() -> None:
    assert found("license: apple-amlr\nbase_model: acme/openelm", "", NOTICE) == [(NOTICE, "note")]


def test_the_maker_owes_nothing() -> None:
    frontmatter = "license: llama3.1\nbase_model: meta-llama/Llama-3.1-8B"
    assert found(frontmatter, "", NOTICE, NAME, TERRITORY, id_="meta-llama/Llama-3.1-8B-Instruct") == []
    assert found(frontmatter, "", NOTICE, NAME, id_="acme/foo") == [(NAME, "warning"), (NAME, "warning"), (NOTICE, "warning")]


def test_a_file_that_cannot_be_read_is_not_passed() -> None:
    frontmatter = "license: llama3.1\nbase_model: meta-llama/Llama-3.1-8B"
    pointer = b"version https://git-lfs.github.com/spec/v1\noid sha256:" + b"a" * 64 + b"\nsize 2000\n"
    for held in (b" " * 1_000_001, 12, pointer):
        assert [item.rule for item in run(frontmatter, "", NOTICE, NOTICE=held).skipped] == [NOTICE]


def test_rules_on_files_do_not_apply_to_a_card_alone() -> None:
    target = run(BASE, "", *RULES, listed=False)
    assert set(target.not_applicable) == {DROPPED, NOTICE}


@pytest.mark.parametrize(
    ("id_", "body", "asked"),
    [
        ("acme/Llama-Foo", "", False),
        ("acme/llama3-foo", "", False),
        ("acme/Meta-Llama-3.1-Foo", "", False),
        ("acme/Reflection-Llama-3.1-70B", "", True),
        ("acme/Codepy-Deepthink-3B", "", True),
        ("acme/1PARAMMYL-8B-ModelStock", "", True),
        ("acme/Foo", "# Llama Foo\n", False),
        ("acme/Foo", "# Introduction\n", True),
        (None, "# Foo\n", False),
    ],
)
def test_names(id_: str | None, body: str, asked: bool) -> None:
    text = f"{body}\nBuilt with Llama"
    assert found("license: llama3.1\nbase_model: meta-llama/Llama-3.1-8B", text, NAME, id_=id_) == [(NAME, "warning")] * asked


def test_the_name_in_model_index_counts() -> None:
    index = "license: llama3.1\nbase_model: x/y\nmodel-index:\n- name: runs/"
    assert found(index + "foo", "Built with Llama", NAME) == [(NAME, "warning")]
    assert found(index + "llama-foo", "Built with Llama", NAME) == []


@pytest.mark.parametrize(
    ("license_", "base", "body", "shown"),
    [
        ("llama3", "meta-llama/Meta-Llama-3-8B", "**Built with Meta Llama 3**", True),
        ("llama3", "meta-llama/Meta-Llama-3-8B", "Built with Llama", False),
        ("llama3.1", "meta-llama/Llama-3.1-8B", "[Built with\nLlama](https://llama.com)", True),
        ("llama3.1", "meta-llama/Llama-3.1-8B", "Built with Meta Llama 3.1", True),
        ("llama3.1", "meta-llama/Llama-3.1-8B", "    Built with Llama", False),
        ("llama3.1", "meta-llama/Llama-3.1-8B", "built from Llama", False),
        ("other\nlicense_name: qwen", "Qwen/Qwen2.5-72B", "Improved using Qwen", True),
        ("other\nlicense_name: qwen", "Qwen/Qwen2.5-72B", "Tuned from Qwen", False),
    ],
)
def test_lines_to_display(license_: str, base: str, body: str, shown: bool) -> None:
    assert found(f"license: {license_}\nbase_model: {base}", body, NAME) == [(NAME, "warning")] * (not shown)


def test_doubtful_display_is_a_note() -> None:
    assert found("license: other\nlicense_name: qwen-research\nbase_model: Qwen/Qwen2.5-3B", "", NAME) == [(NAME, "note")]


def test_territories_and_sizes() -> None:
    vision = "license: llama3.2\npipeline_tag: image-text-to-text"
    assert "European Union" in messages(vision, "", TERRITORY)[0]
    assert "European Union" not in messages(vision + "\nextra_gated_eu_disallowed: true", "", TERRITORY)[0]
    assert "European Union" in messages(vision + "\nextra_gated_eu_disallowed: false", "", TERRITORY)[0]
    assert "European Union" not in messages("license: llama3.2\npipeline_tag: text-generation", "", TERRITORY)[0]
    assert "European Union" in messages("license: llama4\nbase_model: meta-llama/Llama-4-Scout-17B-16E", "", TERRITORY)[0]
    hunyuan = "license: other\nlicense_name: tencent-hunyuan-3d-2.0-community\nextra_gated_eu_disallowed: true"
    assert "South Korea" in messages(hunyuan, "", TERRITORY)[0]
    assert messages("license: apache-2.0", "", TERRITORY) == []


@pytest.mark.parametrize(
    "key", ["license", "license_name", "base_model", "base_model_relation", "model-index", "pipeline_tag", "extra_gated_eu_disallowed"]
)
def test_any_shape_of_any_key(key: str) -> None:
    shapes = [
        "",
        "null",
        "''",
        "3",
        "true",
        "1.5",
        "[]",
        "[null, 3, [a], {b: c}]",
        "{}",
        "{a: {b: []}}",
        "{name: x}",
        "'  '",
        "[[[]]]",
        "a/b/c",
        "[{name: }]",
    ]
    for value, other in product(shapes, ("license: llama3.1", "base_model: meta-llama/Llama-3.1-8B")):
        assert run(f"{other}\n{key}: {value}").failed == ()


@pytest.mark.bulk
def test_hostile_cards_take_no_time() -> None:
    bases = "\n".join(f"- meta-llama/Llama-3.1-{number}" for number in range(bulk(5000)))
    assert len(found(f"license: mit\nbase_model:\n{bases}", "llama license\n" * bulk(70_000), EXCEEDS, DROPPED, NAME)) == 2
