"""What the examples of the rule cards cannot show: hostile shapes, the grammar of ids, and who stays silent."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cardlint import engine
from cardlint.policyfile import load_policy
from cardlint.repoid import Address, corrected, from_address, why_malformed
from cardlint.repository import Identity, Repository
from cardlint.rule import shipped
from cardlint.rulecard import read_rule_card
from cardlint.source import Memory

if TYPE_CHECKING:
    from cardlint.report import Finding, Target
    from cardlint.repository import Kind

RULES = (
    "base-model-malformed", "base-model-relation-unknown", "emissions-malformed", "language-missing", "language-unknown",
    "license-link-broken", "license-missing", "license-name-malformed", "license-other-unnamed", "license-unknown",
    "repository-id-malformed", "tags-malformed", "thumbnail-invalid", "widget-malformed",
)  # fmt: skip
FOLDER = Path(__file__).parents[2] / "rules"
KNOWN = {**shipped(), **{name: read_rule_card(FOLDER / "metadata" / f"{name}.md", FOLDER).rule for name in RULES}}


def target(metadata: str, *rules: str, kind: Kind = "model", files: tuple[str, ...] = ()) -> Target:
    source = Memory({"README.md": f"---\n{metadata}\n---\n".encode(), **dict.fromkeys(files, b"")})
    repository = Repository(source, Identity(kind, told=True))
    return engine.run(repository, load_policy(KNOWN, select=rules or RULES).bind(repository))


def findings(metadata: str, *rules: str, kind: Kind = "model", files: tuple[str, ...] = ()) -> list[Finding]:
    found = target(metadata, *rules, kind=kind, files=files)
    assert not found.failed
    assert not found.skipped
    return list(found.findings)


def messages(metadata: str, rule: str, *, kind: Kind = "model", files: tuple[str, ...] = ()) -> list[str]:
    return [finding.message for finding in findings(metadata, rule, kind=kind, files=files)]


@pytest.mark.parametrize(
    "text",
    ["gpt2", "a/b", "_a/b_", "Org-1/Model.v1_2", "a" * 96, f"{'a' * 96}/{'b' * 96}", "0/1", "a.gitx", "a/b.github"],
)
def test_ids(text: str) -> None:
    assert why_malformed(text) is None


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "empty"), ("  ", "empty"), ("a b", "blanks"), ("a/b\n", "blanks"), ("a\u00a0b", "blanks"), ("a/b/c", "one slash"),
        ("/a", "both sides"), ("a/", "both sides"), ("-a/b", "begin or end"), ("a/b.", "begin or end"), ("a./b", "begin or end"),
        ("a--b", "neither"), ("a/b..c", "neither"), ("a/b.git", ".git"), ("a.git", ".git"), ("a" * 97, "96"), ("é/b", "not é"),
        ("a/b\x00", "not \x00"), ("a/\u0661", "not \u0661"),
    ],
)  # fmt: skip
def test_texts_that_are_no_ids(text: str, reason: str) -> None:
    assert reason in (why_malformed(text) or "")


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("https://huggingface.co/a/b", Address("model", "a/b")), ("http://www.hf.co/a/b/", Address("model", "a/b")),
        ("huggingface.co/a/b/tree/main/x", Address("model", "a/b")), ("//hf.co/gpt2", Address("model", "gpt2")),
        ("https://hf.co/gpt2/blob/main/README.md", Address("model", "gpt2")),
        ("https://huggingface.co/datasets/squad?x=1#y", Address("dataset", "squad")),
        ("https://huggingface.co/spaces/a/b", Address("Space", "a/b")), ("hf://datasets/a/b@main", Address("dataset", "a/b")),
        ("hf://buckets/a/b", Address("bucket", "a/b")),
        ("https://huggingface.co/docs/hub", None), ("https://huggingface.co/", None), ("https://huggingface.co/datasets", None),
        ("https://example.org/a/b", None), ("https://nothuggingface.co/a/b", None), ("a/b", None), ("https://hf.co/a--b/c", None),
    ],
)  # fmt: skip
def test_addresses(text: str, address: Address | None) -> None:
    assert from_address(text) == address


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a / b", "a/b"), ("a/b/", "a/b"), ("a/b.git", "a/b"), ("datasets/a/b", "a/b"), ("a/b@main", "a/b"), ("a/b:latest", "a/b"),
        ("a/b", None), ("a:b/c", None), ("a/b/c", None), ("a b", None),
    ],
)  # fmt: skip
def test_ids_that_are_one_but_for_their_dress(text: str, expected: str | None) -> None:
    assert corrected(text) == expected


@given(st.text())
def test_a_correction_is_an_id(text: str) -> None:
    found = corrected(text)
    assert found is None or why_malformed(found) is None


SHAPES = [
    "null", "~", "''", "' '", "[]", "{}", "[null]", "[[]]", "[{}]", "[[x]]", "[{x: y}]", "{x: y}", "{x: [y]}", "{[a]: b}",
    "true", "0", "-1", "1.5", ".nan", ".inf", "-.inf", "1" + "0" * 400, "2020-01-01", "'\\x00'", '"\\0\\u2028\\U0001F600"',
    "x", "x y", "x, y", "[x, x, 1, true, null, {a: b}, [c]]", "{emissions: {a: b}}", "{emissions: [1]}", "{emissions: .nan}",
    "[{text: {a: b}, src: [1], output: x}]", "&a [x]", "other", "[other, {a: other}]", "?", "'%zz'", "'%00'", "'../../etc/passwd'",
    "[\n  ]", "'" + "a/" * 5000 + "'", "'" + "x" * 100_000 + "'", "'" + "x," * 5000 + "'", "'" + "- " * 5000 + "'",
]  # fmt: skip
KEYS = [
    "language", "license", "license_name", "license_link", "base_model", "base_model_relation", "datasets", "models",
    "new_version", "preload_from_hub", "duplicated_from", "buckets", "tags", "widget", "co2_eq_emissions", "thumbnail",
    "pipeline_tag", "task_categories",
]  # fmt: skip


@pytest.mark.parametrize("kind", ["model", "dataset", "space"])
@pytest.mark.parametrize("shape", SHAPES, ids=range(len(SHAPES)))
def test_no_shape_makes_a_check_fail(shape: str, kind: Kind) -> None:
    for key in KEYS:
        found = target(f"{key}: {shape}", kind=kind)
        assert not found.failed, (key, found.failed)
        assert all(len(finding.message) < 600 for finding in found.findings)
    assert not target("\n".join(f"{key}: {shape}" for key in KEYS), kind=kind).failed


def test_subjects_name_the_part() -> None:
    found = findings("license: [mit, MIT]\nbase_model: [a/b, c d]\ndatasets: [x, y z]\nlanguage: [en, EN]\ntags: [a, 1]")
    assert {finding.subject for finding in found} == {"license[1]", "base_model[1]", "datasets[1]", "language[1]", "tags[1]"}


@pytest.mark.parametrize(
    ("value", "severity", "hint"),
    [
        ("EN", "error", "did you mean en?"), ("'en '", "error", "did you mean en?"), ("English", "error", "did you mean en?"),
        ("Portugese", "error", "did you mean pt?"), ("日本語", "error", "did you mean ja?"), ("jp", "error", "did you mean ja?"),
        ("us", "error", "a country"), ("pt_BR", "error", "write pt ("), ("zh-tw", "error", "write zh ("), ("iw-IL", "error", "write he ("),
        ("en-de", "error", "or [en, de] for two"), ("en de", "error", "[en, de]"), ("English; French", "error", "[en, fr]"),
        ("the English", "error", "did you mean en?"), ("'[en]'", "error", "did you mean en?"), ("none", "error", "leave it out"), ("smiles", "error", "a tag can say it"),
        ("' N/A '", "error", "leave it out"), ("Other", "error", "leave it out"), ("'null'", "error", "leave it out"), ("noinfo", "error", "leave it out"),
        ("prose about words", "error", "ISO 639"), ("math", "error", "ISO 639"), ("ger", "warning", "did you mean de?"),
        ("iw", "warning", "did you mean he?"), ("ber", "warning", "collective"), ("eml", "warning", "did you mean egl or rgn?"), ("qqq", "warning", "2026"),
    ],
)  # fmt: skip
def test_languages(value: str, severity: str, hint: str) -> None:
    (finding,) = findings(f"language: {value}", "language-unknown")
    assert finding.severity == severity
    assert hint in finding.message


@pytest.mark.parametrize("value", ["no", "'no'", "zxx", "mul", "code", "[en, kmr]", "{default: [xx]}", "{a: xx}", "true", "12"])
def test_languages_that_are_known_or_not_text(value: str) -> None:
    assert messages(f"language: {value}", "language-unknown") == []


def test_a_language_is_missing_only_where_the_task_says_so() -> None:
    assert messages("tags: [text-classification]", "language-missing") == []
    assert messages("pipeline_tag: feature-extraction", "language-missing") == []
    assert messages("task_categories: [translation]", "language-missing") == []
    assert messages("pipeline_tag: translation", "language-missing", kind="dataset") == []
    assert messages("pipeline_tag: translation\nlanguage: [null]", "language-missing")
    assert messages("task_categories: [object-detection, translation]", "language-missing", kind="dataset")


def test_rules_of_absence_leave_deprecated_keys_to_their_rule() -> None:
    found = findings("pipeline_tag: translation\nlanguages: [en]\nlicenses: [mit]", "language-missing", "license-missing", "key-deprecated")
    assert {finding.rule for finding in found} == {"key-deprecated"}


@pytest.mark.parametrize("value", ["", "''", "[]", "[null]", "['']", "[null, ' ']"])
def test_a_license_that_says_nothing_is_missing_and_not_unknown(value: str) -> None:
    assert [finding.rule for finding in findings(f"license: {value}", "license-missing", "license-unknown")] == ["license-missing"]


def test_a_blank_license_beside_another_is_unknown() -> None:
    assert [finding.rule for finding in findings("license: [mit, '']", "license-missing", "license-unknown")] == ["license-unknown"]


def test_only_one_of_name_and_link_is_a_warning_about_the_other() -> None:
    (finding,) = findings("license: other\nlicense_name: x", "license-other-unnamed")
    assert (finding.severity, finding.subject) == ("warning", "license_link")
    (finding,) = findings("license: other\nlicense_link: https://example.org", "license-other-unnamed")
    assert (finding.severity, finding.subject) == ("warning", "license_name")


@pytest.mark.parametrize(
    ("link", "files"),
    [
        ("LICENSE", ("LICENSE",)), ("./docs/TERMS.md#use", ("docs/TERMS.md",)), ("'my terms.pdf'", ("my terms.pdf",)),
        ("my%20terms.pdf", ("my terms.pdf",)), ("'a#b'", ("a#b",)), ("HTTP://example.org", ()), ("''", ()), ("[LICENSE]", ()),
    ],
)  # fmt: skip
def test_links_that_lead_somewhere_or_are_no_text(link: str, files: tuple[str, ...]) -> None:
    assert messages(f"license_link: {link}", "license-link-broken", files=files) == []


@pytest.mark.parametrize(
    ("link", "files", "hint"),
    [
        ("license", ("LICENSE",), "did you mean LICENSE?"), ("/LICENSE", ("LICENSE",), "did you mean LICENSE?"),
        ("LICENCE.txt", ("LICENSE",), "did you mean LICENSE?"), ("LICENSE", ("LICENSE.md", "LICENSE.txt"), "neither"),
        ("docs", ("docs/LICENSE",), "neither"), ("mailto:a@example.org", (), "neither"), ("https://", (), "neither"),
        ("'https://example.org/a b'", (), "neither"), ("example.org/x", (), "did you mean https://example.org/x?"),
    ],
)  # fmt: skip
def test_broken_links(link: str, files: tuple[str, ...], hint: str) -> None:
    (message,) = messages(f"license_link: {link}", "license-link-broken", files=files)
    assert hint in message


def test_a_link_is_not_judged_where_the_files_are_unknown() -> None:
    class Unlisted(Memory):
        listed = False

    repository = Repository(Unlisted({"README.md": b"---\nlicense_link: LICENSE\n---\n"}))
    found = engine.run(repository, load_policy(KNOWN, select=("license-link-broken",)).bind(repository))
    assert (found.findings, found.not_applicable) == ((), ("license-link-broken",))


@pytest.mark.parametrize(
    "tags",
    ["nlp", "[a, A]", "[ml, cv, pt, ar, it]", "[llama3, gemma, other]", "[arxiv:1234.56789, 'region:us']", "['license:']", "[null, a]"],
)
def test_tags_nobody_complains_about(tags: str) -> None:
    assert messages(f"tags: {tags}", "tags-malformed") == []


def test_a_bare_language_counts_only_where_no_language_is_given() -> None:
    assert len(messages("tags: [en]", "tags-malformed")) == 1
    assert messages("language: de\ntags: [en]", "tags-malformed") == []
    assert messages("languages: [de]\ntags: [en]", "tags-malformed") == []
    assert messages("tags: [en, language:en]", "tags-malformed", kind="space") == []
    assert "remove it" in messages("language: en\ntags: [language:en]", "tags-malformed")[0]


def test_a_tag_repeats_another_only_once_per_repetition_and_shows_the_first() -> None:
    found = findings("tags:\n- a\n- b\n- 'a '\n- a", "tags-malformed")
    assert [(finding.subject, finding.related[0].place.line) for finding in found] == [("tags[2]", 3), ("tags[3]", 3)]


@pytest.mark.parametrize(
    "metadata",
    [
        "pipeline_tag: text-to-image\nwidget: [{output: {url: x}}, {text: '-', output: {url: y}}]",
        "pipeline_tag: fill-mask\nwidget: [{text: no mask here, example_title: x}]",
        "pipeline_tag: text-generation\nwidget: [{messages: [{role: user, content: hi}]}]",
        "pipeline_tag: graph-ml\nwidget: [{foo: bar}]", "widget: [{foo: bar}]", "widget: []", "widget: [null]",
        "pipeline_tag: [fill-mask]\nwidget: [{foo: bar}]",
    ],
)  # fmt: skip
def test_widgets_nobody_complains_about(metadata: str) -> None:
    assert messages(metadata, "widget-malformed") == []


def test_a_misspelt_input_is_named() -> None:
    (message,) = messages("pipeline_tag: zero-shot-classification\nwidget: [{text: a, candidate_label: b}]", "widget-malformed")
    assert "did you mean candidate_labels?" in message


@pytest.mark.parametrize(("name", "named"), [("labels", True), ("label", False), ("example_title", False)])
def test_the_end_of_an_input_is_recognised(name: str, named: bool) -> None:
    (message,) = messages(f"pipeline_tag: zero-shot-classification\nwidget: [{{text: a, {name}: b}}]", "widget-malformed")
    assert (f"`{name}` is not read; did you mean candidate_labels?" in message) == named


@pytest.mark.parametrize(
    ("metadata", "cure"),
    [
        ("datasets: [Arabic Wikipedia]", "describe the data in the text"), ("new_version: version two", "describe the model in the text"),
        ("datasets: [x/y/z]", None), ("datasets: [a (b)c]", "describe the data"), ("datasets: ['[More Information Needed]']", None),
    ],
)  # fmt: skip
def test_prose_belongs_into_the_text(metadata: str, cure: str | None) -> None:
    (message,) = messages(metadata, "repository-id-malformed")
    assert ("describe the" in message) == (cure is not None)
    assert (cure or "") in message


@pytest.mark.parametrize(
    ("value", "hint"),
    [
        ("0.5 kg", "write 500"), ("'1200'", "write 1200"), ("2.5 tCO2e", "write 2500000"), ("3 tonnes of CO2 eq", "write 3000000"),
        ("'1,200'", "not a number of grams"), ("3 lbs", "not a number of grams"), ("0", "no amount"), ("-3", "no amount"),
        (".nan", "no amount"), ("0.0001", "less than"), ("1000000000000", "more than"), ("true", "a boolean"), ("[1]", "a list"),
        ("{emission: 3}", 'but "emission"'), ("{emissions: 3, source: 4}", "`source` is a number"),
    ],
)  # fmt: skip
def test_emissions(value: str, hint: str) -> None:
    (message,) = messages(f"co2_eq_emissions: {value}", "emissions-malformed")
    assert hint in message


@pytest.mark.parametrize("value", ["'1,200'", "3 lbs"])
def test_no_amount_is_guessed(value: str) -> None:
    assert "write" not in messages(f"co2_eq_emissions: {value}", "emissions-malformed")[0]


@pytest.mark.parametrize("value", ["0.01", "8930000000", "{emissions: 5}", "{emissions: 5, training_type: fine-tuning, source: null}"])
def test_emissions_that_are_plausible(value: str) -> None:
    assert messages(f"co2_eq_emissions: {value}", "emissions-malformed") == []


def test_ids_are_read_in_the_kinds_that_have_the_key() -> None:
    metadata = "datasets: [a b]\nmodels: [c d]\npreload_from_hub: [e f g, /h i]"
    expected: dict[Kind, set[str]] = {
        "model": {"datasets[0]"}, "dataset": set(), "space": {"datasets[0]", "models[0]", "preload_from_hub[1]"},
    }  # fmt: skip
    for kind, subjects in expected.items():
        assert {item.subject for item in findings(metadata, "repository-id-malformed", kind=kind)} == subjects


@pytest.mark.parametrize(
    ("value", "hint"),
    [
        ("'a/b, c/d'", "write a list: [a/b, c/d]"), ("squad, glue", "write a list: [squad, glue]"), ("a/b c/d", "write a list: [a/b, c/d]"),
        ("our own data", "an id has no blanks"), ("https://hf.co/a/b", "the address of a model"), ("s3://a/b", "holds no dataset id"),
        ("~/data", "a path"), ("file:///data", "a path"), (r"data\train", "a path"), ("N/A", "a placeholder"), ("7", "7 is a number"),
    ],
)  # fmt: skip
def test_what_a_malformed_id_is_called(value: str, hint: str) -> None:
    (message,) = messages(f"datasets: {value}", "repository-id-malformed")
    assert hint in message


@pytest.mark.parametrize(
    ("value", "count"),
    [
        ("https://example.org/x", 0),
        ("HTTP://x", 0),
        ("null", 0),
        ("7", 0),
        ("[x]", 0),
        ("//x.org/a", 1),
        ("a b", 1),
        ("data:image/png;x", 1),
        ("''", 1),
    ],
)
def test_thumbnails(value: str, count: int) -> None:
    assert len(messages(f"thumbnail: {value}", "thumbnail-invalid")) == count


@pytest.mark.parametrize("value", ["[merge]", "true", "null", "{a: merge}"])
def test_a_relation_of_the_wrong_shape_is_left_to_the_schema(value: str) -> None:
    assert messages(f"base_model_relation: {value}", "base-model-relation-unknown") == []
