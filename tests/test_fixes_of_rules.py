"""What rules correct, beyond the examples in their cards: only what is certain, and never anything else."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from ending import ends

from cardlint import engine
from cardlint.exampletest import fixed_example, run_example
from cardlint.fix import fixed
from cardlint.licenses.families import family_of
from cardlint.licenses.knowledge import knowledge_of_all
from cardlint.licenses.notices import folded, holds
from cardlint.locate import data_folder
from cardlint.nodes import data
from cardlint.policyfile import load_policy
from cardlint.repository import Identity, Repository
from cardlint.rule import shipped
from cardlint.rulecard import read_rule_card, rule_paths
from cardlint.source import Memory
from cardlint.vocabulary import load_vocabulary

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from cardlint.report import Target
    from cardlint.rulecard import Example, RuleCard

RULES = data_folder("rules")
CARDS = [card for path in rule_paths(RULES) if (card := read_rule_card(path, RULES)).rule.fixable]
# Where the values of a closed list stand, the rule that compares them, and whether the key has a list.
CLOSED = [
    ("task-unknown", "pipeline_tag", "tasks", False),
    ("library-unknown", "library_name", "libraries", False),
    ("language-unknown", "language", "languages", True),
    ("base-model-relation-unknown", "base_model_relation", "base_model_relations", False),
    ("license-unknown", "license", "licenses", True),
    ("size-category-unknown", "size_categories", "size_categories", True),
    ("task-category-unknown", "task_categories", "tasks", True),
    ("task-id-unknown", "task_ids", "task_ids", True),
    ("annotation-field-unknown", "annotations_creators", "annotations_creators", True),
    ("annotation-field-unknown", "language_creators", "language_creators", True),
    ("annotation-field-unknown", "multilinguality", "multilinguality", True),
    ("annotation-field-unknown", "source_datasets", "source_datasets", True),
    ("sdk-unknown", "sdk", "space_sdks", False),
    ("color-unknown", "colorFrom", "colors", False),
    ("hardware-unknown", "suggested_hardware", "space_hardware", False),
    ("oauth-scope-unknown", "hf_oauth_scopes", "oauth_scopes", True),
]


def fixing(rule: str, yaml: str, files: Mapping[str, bytes | int] | None = None, body: str = "", *, unsafe: bool = False) -> Target:
    """What one rule makes of a card."""
    held = {"README.md": f"---\n{yaml}\n---\n{body}".encode(), **(files or {})}
    repository = Repository(Memory(held), Identity(shipped()[rule].kinds[0], told=True))
    policy = load_policy(shipped(), select=(rule,))

    def look(current: Repository) -> Target:
        return engine.run(current, policy.bind(current))

    target = fixed(repository, look(repository), look, unsafe=unsafe)
    assert target.failed == ()
    return target


def changed(target: Target) -> dict[str, str]:
    assert target.fixing is not None
    return {change.path: change.after.decode() for change in target.fixing.changes}


def yaml_of(rule: str, yaml: str, files: Mapping[str, bytes | int] | None = None, *, unsafe: bool = False) -> str:
    """The frontmatter after the fixes of one rule."""
    card = changed(fixing(rule, yaml, files, unsafe=unsafe)).get("README.md")
    return yaml if card is None else card.removeprefix("---\n").removesuffix("\n---\n")


def metadata(files: Mapping[str, bytes | int]) -> dict[str, Any]:
    held = data(Repository(Memory(files), Identity("model", told=True)).fact("frontmatter"))
    assert isinstance(held, dict)
    return held


@pytest.mark.parametrize("card", CARDS, ids=lambda card: card.rule.id)
def test_nothing_is_left_to_fix_in_what_a_card_shows_as_fixed(card: RuleCard) -> None:
    for failing, _ in pairs(card):
        assert run_example(card, failing, shipped()).findings
        assert [finding for finding in fixed_example(card, failing, shipped()).findings if finding.fix] == []


# The rules of frontmatter/ rename keys and make sense of what had none; that metric-not-numeric leaves a finding is its card's to say.
@pytest.mark.parametrize(
    "card", [card for card in CARDS if card.rule.category not in ("frontmatter", "evaluation")], ids=lambda card: card.rule.id
)
def test_what_a_card_shows_as_fixed_has_no_finding_and_else_the_same_data(card: RuleCard) -> None:
    for failing, example in pairs(card):
        assert fixed_example(card, failing, shipped()).findings == ()
        found = run_example(card, failing, shipped()).findings
        touched = {finding.subject.partition(".")[0].partition("[")[0] for finding in found}
        before, after = metadata(failing.files), metadata({**failing.files, **example.files})
        assert {key: value for key, value in before.items() if key not in touched} == {
            key: value for key, value in after.items() if key not in touched
        }


def pairs(card: RuleCard) -> Iterator[tuple[Example, Example]]:
    """Each failing example that the card shows fixed, with that."""
    shown = [example for example in card.examples if example.verdict == "Fixed"]
    for kind in dict.fromkeys(example.kind for example in shown):
        fails = [example for example in card.examples if (example.verdict, example.kind) == ("Fails", kind)]
        yield from zip(fails, (example for example in shown if example.kind == kind), strict=False)


@pytest.mark.parametrize(("rule", "key", "vocabulary", "is_list"), CLOSED)
def test_every_spelling_and_former_id_with_a_successor_becomes_a_known_id(rule: str, key: str, vocabulary: str, is_list: bool) -> None:
    held = load_vocabulary(vocabulary)
    offered = {name for name, about in held.values.items() if key != "task_categories" or about.get("datasets", True)}
    successors = {name: former.successor for name, former in held.former.items() if former.successor} | dict(held.aliases)
    subtasks = load_vocabulary("task_ids") if key == "task_categories" else ()
    meant = {name: successor for name, successor in successors.items() if successor in offered and name not in subtasks}
    if is_list:
        listed = "".join(f"\n- {json.dumps(name, ensure_ascii=False)}" for name in meant)
        after = metadata({"README.md": f"---\n{yaml_of(rule, f'{key}:{listed}')}\n---\n".encode()}) if meant else {key: []}
        assert sorted(after[key]) == sorted(set(meant.values()))
    else:
        for name, successor in meant.items():
            assert yaml_of(rule, f"{key}: '{name}'") == f"{key}: '{successor}'"


@pytest.mark.parametrize(("rule", "key", "vocabulary", "is_list"), CLOSED)
def test_letter_case_and_underscores_and_blanks_are_certain(rule: str, key: str, vocabulary: str, is_list: bool) -> None:
    held = load_vocabulary(vocabulary)
    names = [
        name for name in held.values if name.upper() not in held and (key != "task_categories" or held.values[name].get("datasets", True))
    ]
    before, after = ("[{}]", "[{}]") if is_list else ("{}", "{}")
    for name in names[:20]:
        assert yaml_of(rule, f"{key}: {before.format(name.upper())}") == f"{key}: {after.format(name)}"
        assert yaml_of(rule, f"""{key}: {before.format(f"' {name.upper()} '")}""") == f"{key}: {after.format(repr(name))}"


CHANGED = [
    # The quotes, the form, comments and line ends stay.
    ("license-unknown", 'license: "MIT"  # ours', 'license: "mit"  # ours'),
    ("license-unknown", "license: ['MIT']", "license: ['mit']"),
    ("license-unknown", "license: # the code\r\n- MIT\r", "license: # the code\r\n- mit\r"),
    ("license-unknown", "license: apache_2.0", "license: apache-2.0"),
    ("license-unknown", "license: lama3.1", "license: llama3.1"),
    ("license-unknown", "license: cc-by-nc-s-4.0", "license: cc-by-nc-sa-4.0"),
    # Of what a list says twice one is left, the one that is right already or the first.
    ("license-unknown", "license: [Apache-2.0, mit, apache2]", "license: [apache-2.0, mit]"),
    ("license-unknown", "license: [apache2, mit, apache-2.0]", "license: [mit, apache-2.0]"),
    ("license-unknown", "license: [MIT, apache2, Mit, mit]", "license: [apache-2.0, mit]"),
    ("language-unknown", "language:\n- EN\n- en\n- English\n- De", "language:\n- en\n- de"),
    ("language-unknown", "language: [EN, de, EN]", "language: [en, de]"),
    ("language-unknown", "language: [{a: b}, [EN], EN]", "language: [{a: b}, [EN], en]"),
    ("language-unknown", "language: Norwegian", 'language: "no"'),
    ("language-unknown", "language: iw", "language: he"),
    ("language-unknown", "language: [cn, EN]", "language: [zh, en]"),
    ("library-unknown", "library_name: Sentence Transformers", "library_name: sentence-transformers"),
    ("library-unknown", "library_name: paddle_ocr", "library_name: PaddleOCR"),
    ("library-unknown", "library_name: transfomers", "library_name: transformers"),
    ("license-name-malformed", "license_name: ' My_Own License_ '", "license_name: 'my-own-license'"),
    ("size-category-unknown", "size_categories: [1K < n < 10K, '1K<n<10K', '<1,000']", "size_categories: ['1K<n<10K', 'n<1K']"),
    ("size-category-unknown", "size_categories: Unknown", "size_categories: unknown"),
    ("size-category-unknown", "size_categories: unkown", "size_categories: unknown"),
    ("task-category-unknown", "task_categories: [asr, automatic-speech-recognition]", "task_categories: [automatic-speech-recognition]"),
    ("annotation-field-unknown", "source_datasets: Extended | a/b", "source_datasets: extended|a/b"),
    ("annotation-field-unknown", "source_datasets: [extended|a/b, Extended|a/b]", "source_datasets: [extended|a/b]"),
    ("annotation-field-unknown", "source_datasets: orignal", "source_datasets: original"),
    ("sdk-unknown", "sdk: Docker", "sdk: docker"),
    ("hardware-unknown", "suggested_hardware: a10g_small", "suggested_hardware: a10g-small"),
    ("oauth-scope-unknown", "hf_oauth_scopes: [read_repos, read-repos]", "hf_oauth_scopes: [read-repos]"),
    ("gate-fields-malformed", "extra_gated_fields:\n  Use: {type: dropdown, options: [a]}", "extra_gated_fields:\n  Use: {type: select, options: [a]}"),
    ("gate-fields-malformed", "extra_gated_fields:\n  Country: 'Country'", "extra_gated_fields:\n  Country: 'country'"),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "before", "after"), CHANGED)
def test_what_is_certain_is_written_and_nothing_else(rule: str, before: str, after: str) -> None:
    assert yaml_of(rule, before) == after


KEPT = [
    # Another version or size is another thing, and so is a licence with a name of its own.
    ("license-unknown", "license: apache-1.0"),
    ("license-unknown", "license: apache-2.O"),
    ("license-unknown", "license: [afl-2.0, osl-2.0, gemma3n, bigscience-bloom-rail-1.1]"),
    ("license-unknown", "license: [UPL-1.0, upl-1.0, ms-rl, lppl-1.3a, cpl-1.0]"),
    ("license-unknown", "license: [gpl-3.0-or-later, cc-by-sa, bsl-1.1, unlicensed, llama, prairie]"),
    ("license-unknown", f"license: {'mit ' * 60}"),
    ("license-unknown", "license: &terms MIT\nx-other: *terms"),
    ("license-unknown", "license: |\n  MIT"),
    ("language-unknown", "language: [zh-CN, en-US, 'ru, en', Englisch, tonga, sh, Even, xyz, multi]"),
    ("language-unknown", "language: [Lua, TeX, CSS, Ada]"),
    ("library-unknown", "library_name: mochi"),
    ("library-unknown", "library_name: unsloth"),
    ("library-unknown", "library_name: wan2.1"),
    ("library-unknown", "library_name: stable-baselin3"),
    ("base-model-relation-unknown", "base_model_relation: LoRA"),
    ("license-name-malformed", "license_name: Prairie (Research) License"),
    ("license-name-malformed", "license_name: Überlizenz"),
    ("license-name-malformed", "license_name: My-License."),
    ("size-category-unknown", "size_categories: [5000, 10K<n<1M, 100K<n<1K, 10K<n<1k, medium]"),
    ("task-category-unknown", "task_categories: [other, other-x, named-entity-recognition, summarization-other-x]"),
    ("task-id-unknown", "task_ids: [token-classification, text-classification-other-hate-speech-detection, table-to-text]"),
    ("annotation-field-unknown", "multilinguality: [other-sign-languages, en]"),
    ("annotation-field-unknown", "source_datasets: ['https://huggingface.co/datasets/a/b', 'extended:a/b', 'Extended| ']"),
    ("annotation-field-unknown", "source_datasets: ['Extended|a b', 'extended|a b/c', 'a b/c']"),
    ("sdk-unknown", "sdk: Streamlit"),
    ("color-unknown", "colorFrom: orange"),
    ("hardware-unknown", "suggested_hardware: a100x2"),
    ("hardware-unknown", "suggested_hardware: l40x1"),
    ("oauth-scope-unknown", "hf_oauth_scopes: [calendar, repos]"),
    ("gate-fields-malformed", "extra_gated_fields:\n  Use: dropdown\n  Name: {type: radio}\n  Age: txet"),
    ("gate-fields-malformed", "extra_gated_fields: text"),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "yaml"), KEPT)
def test_what_is_a_guess_is_left_alone(rule: str, yaml: str) -> None:
    target = fixing(rule, yaml, unsafe=True)
    assert changed(target) == {}
    assert target.findings or rule == "library-unknown"


def test_a_licence_of_its_own_is_not_called_a_typo() -> None:
    (finding,) = fixing("license-unknown", "license: UPL-1.0").findings
    assert finding.severity == "warning"
    assert "did you mean" not in finding.message


def test_a_title_says_in_a_few_words_what_the_fix_does() -> None:
    target = engine.run(
        repository := Repository(Memory({"README.md": b"---\nlicense: [MIT, mit, apache2]\n---\n"}), Identity("model", told=True)),
        load_policy(shipped(), select=("license-unknown",)).bind(repository),
    )
    assert [finding.fix.title for finding in target.findings if finding.fix] == ["remove MIT, mit is there", "write apache-2.0"]


RELATIONS = [
    ("base_model: a/b\ntags: [x]", "base_model: a/b\nbase_model_relation: adapter\ntags: [x]"),
    ("base_model: a/b  # the base", "base_model: a/b  # the base\nbase_model_relation: adapter"),
    ("base_model:\n- a/b\n- c/d\n\n# more\ntags: [x]", "base_model:\n- a/b\n- c/d\nbase_model_relation: adapter\n\n# more\ntags: [x]"),
    ("base_model: [a/b,\n  c/d]", "base_model: [a/b,\n  c/d]\nbase_model_relation: adapter"),
    ("base_model: a/b\nbase_model_relation:", "base_model: a/b\nbase_model_relation: adapter"),
    ("base_model: a/b\nbase_model_relation:  # which?", "base_model: a/b\nbase_model_relation: adapter  # which?"),
    ("base_model: a/b\nbase_model_relation: ~", "base_model: a/b\nbase_model_relation: adapter"),
    ("{base_model: a/b, license: mit}", "{base_model: a/b, license: mit}"),
    ("{base_model: a/b, base_model_relation}", "{base_model: a/b, base_model_relation}"),
    ("x-base: &base a/b\nbase_model: *base", "x-base: &base a/b\nbase_model: *base"),
]  # fmt: skip


@pytest.mark.parametrize(("before", "after"), RELATIONS)
def test_a_relation_is_written_below_its_base(before: str, after: str) -> None:
    files = {"adapter_config.json": b"{}", "adapter_model.safetensors": 9}
    assert fixing("base-model-relation-missing", before, files).findings
    assert yaml_of("base-model-relation-missing", before, files) == before
    assert yaml_of("base-model-relation-missing", before, files, unsafe=True) == after


BASES = {
    "llama3.2": "meta-llama/Llama-3.2-1B-Instruct", "gemma": "google/gemma-2-2b", "llama2": "meta-llama/Llama-2-7b-hf",
    "llama3.1": "meta-llama/Llama-3.1-8B",
}  # fmt: skip


@pytest.mark.parametrize("license_id", BASES)
def test_a_notice_is_made_in_the_words_of_the_licence(license_id: str) -> None:
    family = family_of(BASES[license_id])
    assert family is not None
    assert family.license == license_id
    target = fixing("license-notice-missing", f"license: {license_id}\nbase_model: {BASES[license_id]}", unsafe=True)
    (duty,) = knowledge_of_all()[license_id].duties("notice")
    assert target.findings == ()
    assert changed(target) == {"NOTICE": f"{duty.strings[0]}\n"}


def test_all_notices_go_into_one_file() -> None:
    bases = [BASES["llama3.2"], BASES["gemma"]]
    target = fixing("license-notice-missing", f"license: llama3.2\nbase_model: {bases}", unsafe=True)
    assert target.findings == ()
    notice = folded(changed(target)["NOTICE"])
    assert all(holds(notice, duty.strings) for name in ("llama3.2", "gemma") for duty in knowledge_of_all()[name].duties("notice"))


@pytest.mark.parametrize("path", ["NOTICE", "notice.txt", "NOTICE.md"])
def test_a_notice_that_is_there_is_its_authors(path: str) -> None:
    target = fixing("license-notice-missing", f"license: gemma\nbase_model: {BASES['gemma']}", {path: b"Ours"}, unsafe=True)
    assert len(target.findings) == 1
    assert changed(target) == {}


@pytest.mark.parametrize("license_name", ["apple-amlr", "chameleon-research-license"])
def test_a_notice_whose_words_or_reach_are_not_certain_is_not_written(license_name: str) -> None:
    declared = "license: apple-amlr" if license_name == "apple-amlr" else f"license: other\nlicense_name: {license_name}"
    target = fixing("license-notice-missing", f"{declared}\nbase_model: tallgrass/prairie-7b", unsafe=True)
    assert changed(target) == {}


OLD, NEW = "https://api-inference.huggingface.co", "https://router.huggingface.co"
ADDRESSES = [
    (f"`{OLD}/models/a/b`", f"`{NEW}/hf-inference/models/a/b`"),
    (f"See {OLD}/models/a/b.", f"See {NEW}/hf-inference/models/a/b."),
    ("http://API-inference.huggingface.co/models/gpt2", f"{NEW}/hf-inference/models/gpt2"),
    (f'url = f"{OLD}/models/{{owner}}/{{name}}"', f'url = f"{NEW}/hf-inference/models/{{owner}}/{{name}}"'),
    (f'url = "{OLD}/models/" + name', f'url = "{NEW}/hf-inference/models/" + name'),
    (f"curl {OLD}/models/${{MODEL}} -d x", f"curl {NEW}/hf-inference/models/${{MODEL}} -d x"),
    (f"[a]({OLD}/v1/chat/completions)", f"[a]({NEW}/v1/chat/completions)"),
    (f"{OLD}/models/a/b/v1/chat/completions", None),
    (f'f"{OLD}/models/{{name}}/v1/chat/completions"', None),
    (f"{OLD}/models/a/b?wait_for_model=true", None),
    (f"{OLD}/pipeline/feature-extraction/a/b", None),
    (f"{OLD}/framework/x {OLD}", None),
    ("https://cdn.huggingface.co/a/b/vocab.txt", None),
    ("https://hf.space/embed/a/b/+", None),
]  # fmt: skip


@pytest.mark.parametrize(("before", "after"), ADDRESSES)
def test_an_address_is_replaced_where_all_behind_it_means_the_same(before: str, after: str | None) -> None:
    target = fixing("endpoint-deprecated", "license: mit", body=f"{before}\n")
    assert changed(target) == ({} if after is None else {"README.md": f"---\nlicense: mit\n---\n{after}\n"})


@pytest.mark.parametrize(
    ("rule", "yaml"),
    [
        ("license-unknown", "license: [" + ", ".join(f"MIT{'T' * (number % 7)}{number}, MIT" for number in range(5_000)) + "]"),
        ("language-unknown", "language: [" + ", ".join(f"EN, En{number}" for number in range(5_000)) + "]"),
        ("size-category-unknown", "size_categories: [" + ", ".join(f"'{number}K<n<10K'" for number in range(5_000)) + "]"),
        ("gate-fields-malformed", "extra_gated_fields:\n" + "\n".join(f"  q{number}: {{type: radio, options: [a]}}" for number in range(2_000))),
    ],
)  # fmt: skip
def test_a_hostile_list_is_judged_in_no_time(rule: str, yaml: str) -> None:
    repository = Repository(Memory({"README.md": f"---\n{yaml}\n---\n".encode()}), Identity(shipped()[rule].kinds[0], told=True))
    policy = load_policy(shipped(), select=(rule,))
    with ends():
        target = engine.run(repository, policy.bind(repository))
        assert target.failed == ()
        assert len(target.findings) > 900
