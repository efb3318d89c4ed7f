"""What the examples of the rule cards cannot show: hostile shapes, edges, and what must stay silent."""

import datetime as dt

import pytest

from cardlint import engine
from cardlint.card import read_card
from cardlint.checks import frontmatter, scalars, shape
from cardlint.files import Files
from cardlint.nodes import Mapping
from cardlint.policyfile import load_policy
from cardlint.problem import Problem
from cardlint.repository import Identity, Kind, Repository
from cardlint.rule import shipped
from cardlint.source import Memory
from cardlint.text import Text, decode
from cardlint.yamlreader import resolve

MODEL, DATASET, SPACE = (Identity(kind, told=True) for kind in ("model", "dataset", "space"))


def text(content: str | bytes) -> Text:
    return decode("README.md", content if isinstance(content, bytes) else content.encode())


def metadata(yaml: str) -> Mapping:
    card = read_card(text(f"---\n{yaml}\n---\n"))
    assert card.metadata is not None, card.defect
    return card.metadata


def subjects(problems: object) -> list[str | None]:
    return [problem.subject for problem in problems]  # type: ignore[attr-defined]


def cut(content: str, problem: Problem) -> str:
    assert problem.span is not None
    return content[problem.span.start : problem.span.end]


# --- the file


def test_a_card_in_another_folder_is_no_card() -> None:
    [problem] = frontmatter.missing(Files(Memory({"docs/README.md": b"", "ReadMe.MD": b"", "README": b""})), "README.md")
    assert problem.span is None
    assert "README or ReadMe.MD" in problem.message


@pytest.mark.parametrize(
    "content", ["---\na: b\n", "---\n- a\n---\n", "---\na: b: c\n---\n", "", "---\na: !x b\n---\n", "---\na: b\n---\n"]
)
def test_one_rule_at_most_reports_a_defect(content: str) -> None:
    card = read_card(text(content))
    rules = ["frontmatter-missing", "frontmatter-unclosed", "frontmatter-invalid", "frontmatter-not-mapping", "yaml-hostile"]
    found = [problem for rule in rules for problem in frontmatter.defect(card, rule=rule)]
    assert len(found) == (card.defect is not None)


def test_a_defect_brings_the_places_that_belong_to_it() -> None:
    content = "---\na: b\n ---\ntext"
    [problem] = frontmatter.defect(read_card(text(content)), rule="frontmatter-unclosed", prefix="oh: ")
    assert problem.message.startswith("oh: the block opened here is never closed")
    assert "the `---` in line 3 is indented" in problem.message
    assert [content[item.span.start : item.span.end] for item in problem.related] == ["---"]
    assert problem.related[0].span.start == 10


def test_a_closing_fence_glued_to_a_value_is_shown() -> None:
    [problem] = frontmatter.defect(read_card(text("---\na: b---\n\n# T\n| a |\n|---|---\n")), rule="frontmatter-unclosed")
    assert "the `---` in line 2 does not end it, because text stands before it" in problem.message
    assert problem.related[0].span.start == 8


@pytest.mark.parametrize("closer", ["---", "--- "])
def test_metadata_after_a_line_of_the_template_is_shown(closer: str) -> None:
    content = f"---\nTODO: add: tags\n{closer}\nlicense: mit\n---\n# T\n"
    [problem] = frontmatter.defect(read_card(text(content)), rule="frontmatter-invalid")
    assert problem.message.endswith("; remove it and the `---` below it, for the metadata follows there")
    assert [content[item.span.start : item.span.end] for item in problem.related] == ["license:"]


@pytest.mark.parametrize(
    "content",
    ["---\nTODO: add: tags\n---\n# T\n", "---\nTODO: add: tags\nlicense: mit\n---\nlicense: mit\n---\n", "---\nTODO: a: b\n---\na: b\n"],
)
def test_where_no_metadata_follows_nothing_more_is_said(content: str) -> None:
    [problem] = frontmatter.defect(read_card(text(content)), rule="frontmatter-invalid")
    assert problem.message.endswith("; remove it")
    assert not problem.related


@pytest.mark.parametrize("content", ["language: en\n---\n# T\n", "\ntags:\n- a\n- b\n\n--- \n", "license: mit\r\nlanguage: en\r\n---"])
def test_a_block_without_opening_fence_is_told_so(content: str) -> None:
    [problem] = frontmatter.defect(read_card(text(content)), rule="frontmatter-missing")
    assert "there is no `---` before this line" in problem.message
    assert cut(content, problem) in ("language:", "tags:", "license:")


@pytest.mark.parametrize("content", ["language: en\n# T\n", "Note: this\n\n---\n", "see:this\n---\n", "model card\n---\n"])
def test_other_text_is_no_block(content: str) -> None:
    [problem] = frontmatter.defect(read_card(text(content)), rule="frontmatter-missing")
    assert "the card has no frontmatter" in problem.message


def test_utf16_is_one_finding_and_no_byte_order_mark() -> None:
    for encoding in ("utf-16", "utf-16-le", "utf-16-be"):
        given = text("---\na: b\n---\n".encode(encoding))
        [problem] = frontmatter.encoding(given)
        assert "UTF-16" in problem.message
        assert not list(frontmatter.byte_order_mark(given))
        assert not list(frontmatter.mojibake(given))


@pytest.mark.parametrize(
    ("content", "words"), [(b"a\xff\xfe b", "here;"), (b"\xff \xff", "here and in 1 other place;"), (b"\xe9 \xe9 \xe9", "2 other places;")]
)
def test_undecodable_places_are_counted(content: bytes, words: str) -> None:
    given = text(content)
    [problem] = frontmatter.encoding(given)
    assert words in problem.message
    assert set(cut(given.content, problem)) == {"\ufffd"}


@pytest.mark.parametrize("content", ["", "ab", "\ufffd is a character like any other", "a\0b"])
def test_utf8_is_utf8(content: str) -> None:
    assert not list(frontmatter.encoding(text(content)))


def test_only_a_leading_mark_is_a_byte_order_mark() -> None:
    [problem] = frontmatter.byte_order_mark(text("\ufeff"))
    assert (problem.span, problem.subject) == (text("").span(0, 1), "frontmatter")
    assert not list(frontmatter.byte_order_mark(text("a\ufeff")))


# --- dialects


@pytest.mark.parametrize(
    ("content", "marked", "words"),
    [
        ("\n \n---\na: b\n---\n", "\n \n", "blank lines before"),
        ("---\na: b\n--- \t\n", " \t", "blanks after"),
        ("---\na: b\n---\t", "\t", "blanks after"),
        ('---\na: "b\x85c"\n---\n', "\x85", "U+0085"),
        ("---\n# c\r---\rc: d\n---\n", "---", "lone carriage returns"),
        ("\ufeff---\na: b\n---\n", "\ufeff", "byte order mark"),
    ],
)
def test_where_readers_part(content: str, marked: str, words: str) -> None:
    [problem] = frontmatter.dialects(read_card(text(content)))
    assert cut(content, problem) == marked
    assert words in problem.message
    assert problem.subject == "frontmatter"


@pytest.mark.parametrize(
    "content",
    [
        "---\na:\n- no\n---\n",
        "---\r\na:\r\n- no\r\n---\r\n",
        "---\na: b\n\n\n---",
        "---\n- a\n--- \n",
        "no block",
        "---\n# --- \na: b\n---\nU+2028: \u2028",
    ],
)
def test_where_they_do_not(content: str) -> None:
    assert not list(frontmatter.dialects(read_card(text(content))))


def merges(yaml: str) -> list[Problem]:
    return list(frontmatter.dialects(read_card(text(f"---\n{yaml}\n---\n"))))


def test_only_a_plain_merge_key_merges() -> None:
    assert subjects(merges("x: &x {a: b}\ny:\n- <<: *x\nz: {'<<': *x}\n? [<<]\n: c")) == ["y[0].<<"]


def test_a_shared_mapping_is_looked_at_once() -> None:
    assert len(merges("x: &x\n  <<: {a: b}\ny: *x")) == 1


# --- mojibake


def garble(content: str, *, times: int = 1, encoding: str = "cp1252") -> str:
    for _ in range(times):
        content = "".join(bytes([byte]).decode(encoding, "ignore") or chr(byte) for byte in content.encode())
    return content


@pytest.mark.parametrize("encoding", ["cp1252", "latin-1"])
@pytest.mark.parametrize(
    "meant", ["é", "’", "“", "ß", "Ü", "°", "😀", "→", "α", "中文", "Привет", "हिन्दी", "العربية", "ção", "你好，世界", "™", "…"]
)
def test_what_was_meant_is_found(meant: str, encoding: str) -> None:
    found = list(frontmatter.mojibake(text(f"see {garble(meant, encoding=encoding)} here")))
    assert found
    assert any(f'; "{char}' in found[0].message for char in meant)


def test_mojibake_of_mojibake() -> None:
    [problem] = frontmatter.mojibake(text(f"It isn{garble('’', times=2)}t"))
    assert '"’" was meant' in problem.message


@pytest.mark.parametrize(
    "real",
    [
        "SÃO PAULO, MAÇÃ…, IRMÃ», AMANHÃ–, CORAÇÃO” e PÃO™",
        "« CAFÉ », ÉTÉ… É”…, VOILÀ…, là « ici », café…”, résumé»…, déjà-vu—”",
        "VÝŠKA, VÝŽIVA, ČÍŠNÍK, výška, příšerně, ÚŠKLEBEK",
        "ROMÂNIA, în România, câte…”, ÎNVĂȚĂMÂNT",
        "ẢNH, NHÃN, VÃ, ngã, NGÂN HÀNG, đã “có”",
        "GRÖßE, MENÜ“, MENÜ®, Ä°, straße",
        "Ñandú, ESPAÑA®, SEÑAL°",
        "Ã alone, Â alone, â, à la carte",
        "'token_str': 'ĠÐ³Ð¾ÑĢÐ¾Ð´Ð°'",
        "'token_str': 'à¤¾'",
        "Ġthe cafÃ© in one line",
        "```\nĠthe\ncafÃ©\n```",
        "x\r\n  ~~~ python\r\n'token_str': 'x'\r\n\r\ncafÃ©",
        "Ñ\x90 and ß\x86",
        "",
    ],
)
def test_real_text_is_left_alone(real: str) -> None:
    assert not [problem.message for problem in frontmatter.mojibake(text(real))]


@pytest.mark.parametrize(
    "content",
    ["Ġthe\ncafÃ©", "cafÃ©\nĠthe", "```\nĠthe\n```\ncafÃ©", "```\ncafÃ©\n```\n\n```\nĠthe\n```", "``` `Ġ`\ncafÃ©", "cafÃ©\n```\nĠ\n```"],
)
def test_tokens_elsewhere_excuse_nothing(content: str) -> None:
    assert len(list(frontmatter.mojibake(text(content)))) == 1


def test_each_run_once_ten_at_most() -> None:
    found = list(frontmatter.mojibake(text("Ã© Ã© Ã¨ " + " ".join(garble(chr(code)) for code in range(0xEA, 0xF8)))))
    assert len(found) == 10
    assert "(2 times)" in found[0].message
    assert len(set(subjects(found))) == 10


def test_what_would_be_a_control_character_was_not_meant() -> None:
    assert not list(frontmatter.mojibake(text("20Â\x85 and Ã\xa9Â\x81")))
    assert not list(frontmatter.mojibake(text("à¡¯")))  # bytes that decode to a character nobody has assigned
    assert not list(frontmatter.mojibake(text("\xed\xa0\xa1")))  # a lone surrogate


# --- scalars


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        ("no", False), ("Yes", True), ("y", "y"), ("12:30", 750), ("017", 15), ("08", "08"), ("1_000", 1000), ("0b1", 1), ("0o17", "0o17"),
        ("1e-5", "1e-5"), ("1.0e-5", 1e-5), ("1.0e5", "1.0e5"), ("2025-01-15", dt.date(2025, 1, 15)), ("~", None), ("null", None),
        ("x", "x"), (".5", 0.5), ("-.5", "-.5"),
    ],
)  # fmt: skip
def test_what_pyyaml_reads(raw: str, value: object) -> None:
    read = scalars.yaml11(raw)
    assert (type(read), read) == (type(value), value)


@pytest.mark.parametrize("raw", ["=", "2025-13-45", "0x_", "9" * 5000])
def test_what_pyyaml_stops_at(raw: str) -> None:
    with pytest.raises(scalars.UnreadableScalarError):
        scalars.yaml11(raw)


def ambiguous(yaml: str, identity: Identity = MODEL) -> list[Problem]:
    return list(scalars.ambiguous(metadata(yaml), identity))


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("off", "text for the Hub and false for PyYAML; put it in quotes"),
        ("12:30", "text for the Hub and the number 750 for PyYAML"),
        ("2025-01-15", "text for the Hub and a date for PyYAML"),
        ("2025-13-45", "text for the Hub and an error for PyYAML"),
        ("=", "text for the Hub and an error for PyYAML"),
        ("017", "the number 17 for the Hub and the number 15 for PyYAML; write `17` if it is a number"),
        ("08", "a number for the Hub and text for PyYAML; write `8` if"),
        ("0o17", "a number for the Hub and text for PyYAML; write `15` if"),
        ("1e-5", "write `1.0e-5` if"),
        ("2.5E20", "write `2.5e+20` if"),
        ("1e400", "a number for the Hub and text for PyYAML; put it in quotes"),
        ("0b1", "text for the Hub and the number 1 for PyYAML"),
        ("1_000", "text for the Hub and the number 1000 for PyYAML"),
    ],
)
def test_two_readings(written: str, words: str) -> None:
    [problem] = ambiguous(f"license: mit\nlanguage: {written}")
    assert problem.subject == "language"
    assert problem.at_most is None
    assert words in problem.message


@pytest.mark.parametrize("written", ["no", "off", "2025-01-15", "=", "1e-5"])
def test_what_replaces_it_is_read_alike(written: str) -> None:
    assert not ambiguous(f"language: '{written}'")


@pytest.mark.parametrize("written", ["1e-5", "2.5e20", "-.5", "017", "1e22", "-3e0", "0o17", "1E+2"])
def test_the_number_that_is_advised_means_the_same_to_both(written: str) -> None:
    [problem] = ambiguous(f"language: {written}")
    advised = problem.message.split("; write `")[1].partition("`")[0]
    assert not ambiguous(f"language: {advised}")
    assert scalars.yaml11(advised) == resolve(written)


@pytest.mark.parametrize(
    "written",
    [
        "~",
        "null",
        "Null",
        "",
        "true",
        "False",
        "y",
        "N",
        "3.10",
        ".nan",
        "-.inf",
        "3.1.0",
        "12-30",
        "nothing",
        "|\n  no",
        "!!str no",
        "-1",
        "+1",
        "1.",
    ],
)
def test_one_reading(written: str) -> None:
    assert not ambiguous(f"language: {written}")


def test_keys_are_read_too_and_unknown_keys_only_warn() -> None:
    found = ambiguous("on: push\nextra_gated_fields:\n  No: text\n  yes:\n  - 12:30\n1e3: x")
    assert [(problem.subject, problem.at_most) for problem in found] == [
        ("on", "warning"), ("1e3", "warning"), ("extra_gated_fields.No", None), ("extra_gated_fields.yes", None),
        ("extra_gated_fields.yes[0]", None),
    ]  # fmt: skip
    assert found[0].message.startswith("the key `on` is text for the Hub and true")


@pytest.mark.parametrize(("yaml", "at_most"), [("languages: [no]", "warning"), ("language: [no]", None), ("language_bcp47: [no]", None)])
def test_a_key_that_nobody_reads_any_more_only_warns(yaml: str, at_most: str | None) -> None:
    assert [problem.at_most for problem in ambiguous(yaml)] == [at_most]


def test_a_flag_is_cured_by_true_where_the_schema_wants_one() -> None:
    assert "; write `true`" in ambiguous("pinned: yes", SPACE)[0].message
    assert "; write `false`" in ambiguous("inference: no")[0].message
    assert "put it in quotes" in ambiguous("title: yes", SPACE)[0].message


def test_very_long_numbers_are_cut() -> None:
    for raw in (f"0{'7' * 3000}", f"0x{'f' * 3900}", f"1{'_0' * 3000}", f"0o{'7' * 3900}", "9" * 4500):
        assert all(len(problem.message) < 400 for problem in ambiguous(f"language: {raw}"))
    [problem] = version(f"sdk_version: 0x{'f' * 3900}")
    assert len(problem.message) < 400


def version(yaml: str) -> list[Problem]:
    return list(scalars.version(metadata(yaml), keys=["sdk_version", "python_version"]))


@pytest.mark.parametrize(
    ("written", "at_most"),
    [("4.10", None), ("4.0", "warning"), ("4", "warning"), ("4.", None), ("04.1", None), ("1e1", None), (".5", None)],
)
def test_versions_as_numbers(written: str, at_most: str | None) -> None:
    [problem] = version(f"sdk_version: {written}")
    assert (problem.subject, problem.at_most) == ("sdk_version", at_most)
    assert f'write "{written}"' in problem.message


@pytest.mark.parametrize("written", ["'4.10'", "4.10.0", "true", "[4.10]", "{a: 4.10}", "~", "!!float 4.10", "|\n 4.10"])
def test_what_is_no_number_of_a_version(written: str) -> None:
    assert not version(f"python_version: {written}")


def null(yaml: str) -> list[Problem]:
    return list(scalars.null(metadata(yaml), admitted=["thumbnail"], open_lists=["shape"]))


def test_nulls_at_any_depth() -> None:
    yaml = "license: ~\nlanguage:\nthumbnail: null\ntags:\n- a\n-\n- [~]\nwidget: {thumbnail: , text: x}\nshape: [~, 2]"
    assert subjects(null(yaml)) == ["license", "language", "tags[1]", "tags[2][0]", "widget.thumbnail"]


def test_a_null_is_shown_where_it_is_written_else_at_its_key_or_dash() -> None:
    yaml = "a: ~\nb:\nc:\n-\n- ~"
    assert [cut(f"---\n{yaml}", problem) for problem in null(yaml)] == ["~", "b", "-", "~"]


def test_a_deprecated_key_needs_no_value() -> None:
    assert subjects(null("licenses:\nlanguages: ~\nfinetuned_from:\nlanguage_bcp47:\nwidget: {licenses: }")) == [
        "language_bcp47",
        "widget.licenses",
    ]


def test_the_losing_value_of_a_repeated_key_is_left_to_duplicate_key() -> None:
    assert not null("license:\nlicense: mit")
    assert not ambiguous("license: no\nlicense: mit")


def test_an_empty_shape_is_no_open_dimension() -> None:
    assert subjects(null("shape:\n-\n- 2")) == ["shape[0]"]


# --- shape


def test_every_repetition_is_reported_also_below_a_losing_key() -> None:
    yaml = "a: 1\na: {b: 1, b: 2}\na: 1\nc:\n- d: x\n  d: x\n? [e]\n: 1\n? [e]\n: 2"
    assert subjects(shape.duplicates(metadata(yaml))) == ["a", "a", "a.b", "c[0].d"]


def test_a_repetition_shows_the_first_place() -> None:
    [problem] = shape.duplicates(metadata("k: 1\n'k': 1"))
    assert problem.related[0].span.start == 4


def test_a_repetition_under_an_alias_is_one() -> None:
    assert len(list(shape.duplicates(metadata("a: &x {b: 1, b: 1}\nc: *x\nd: [*x, *x]")))) == 1


def violations(yaml: str, identity: Identity = MODEL, **leave: list[str]) -> list[Problem]:
    owners = {owner.replace("_", "-"): kinds for owner, kinds in leave.items()}
    return list(shape.schema(metadata(yaml), identity, leave=owners))


@pytest.mark.parametrize(
    ("kind", "yaml", "subject"),
    [
        ("space", f"short_description: {'x' * 61}", "short_description"),
        ("space", "colorFrom: teal", "colorFrom"),
        ("space", "colorTo: black", "colorTo"),
        ("model", "model-index: [{name: a, results: [{task: {type: t}, dataset: {type: d, name: n, config: 1}, metrics: []}]}]",
         "model-index[0].results[0].dataset.config"),
        ("dataset", "configs:\n- data_files: x", "configs[0].config_name"),
        ("model", "license: {name: mit}", "license"),
        ("model", "license: [true]", "license[0]"),
        ("space", "python_version: three", "python_version"),
    ],
)  # fmt: skip
def test_what_the_hub_refuses_fires(kind: Kind, yaml: str, subject: str) -> None:
    assert subjects(violations(yaml, Identity(kind, told=True))) == [subject]


def test_owners_are_left_to_their_rules_for_the_kinds_of_value_they_judge() -> None:
    yaml = "sdk_version: 4.10"
    assert subjects(violations(yaml, SPACE)) == ["sdk_version"]
    assert not violations(yaml, SPACE, version_unquoted=["number"])
    assert subjects(violations("sdk_version: [4.10]", SPACE, version_unquoted=["number"])) == ["sdk_version"]
    assert not violations("tags: {a: b}", tags_malformed=[])


def test_nulls_are_left_to_null_value() -> None:
    assert not violations("license:\nlanguage: [~]\ntags: [a, ~]")


def test_a_list_of_the_wrong_things_is_one_problem() -> None:
    [problem] = violations("configs: [a, b, c]", DATASET)
    assert problem.subject == "configs[0]"
    assert problem.message.endswith("(and 2 more like it)")


def unknown(yaml: str, identity: Identity = MODEL) -> list[str]:
    return [problem.message.partition("mean ")[2].rstrip("?") for problem in shape.unknown(metadata(yaml), identity)]


@pytest.mark.parametrize(
    ("key", "meant"),
    [
        ("licence", "license"), ("Licence", "license"), ("LICENSE", "license"), ("library-name", "library_name"),
        ("libary_name", "library_name"),
        ("pipline_tag", "pipeline_tag"), ("piplinetag", "pipeline_tag"), ("tgas", "tags"), ("lang", "language"), ("Language", "language"),
        ("model_index", "model-index"), ("basemodel", "base_model"),
    ],
)  # fmt: skip
def test_slips_are_recognised(key: str, meant: str) -> None:
    assert unknown(f"{key}: x") == [meant]


@pytest.mark.parametrize(
    "key",
    ["task", "version", "new", "author", "x-license", "X-Licence", "languages", "sdk", "YAML tags", "model", "q" * 5000, "[a, b]", "1"],
)
def test_other_keys_are_nobodys_business(key: str) -> None:
    assert not unknown(f"? {key}\n: x")


def test_suggestions_are_keys_of_this_kind() -> None:
    assert unknown("color_from: red", SPACE) == ["colorFrom"]
    assert not unknown("color_from: red", MODEL)


def deprecated(yaml: str, identity: Identity = MODEL) -> list[tuple[str | None, str]]:
    return [(problem.subject, problem.message.rpartition("; ")[2]) for problem in shape.deprecated(metadata(yaml), identity)]


def test_deprecated_keys_stand_for_their_successor() -> None:
    assert deprecated("licenses: [mit]") == [("license", "write `license` instead")]
    assert deprecated("licenses: [mit]", SPACE) == [("license", "write `license` instead")]
    assert deprecated("licenses: [mit]\nlicense: mit") == [("license", "remove it, `license` is there")]
    assert deprecated("license_details: x") == [("license_details", "write `license_name` or `license_link` instead")]
    assert deprecated("suggested_storage: small", SPACE) == [("suggested_storage", "remove it")]


def test_deprecated_keys_of_other_kinds_and_without_value_are_not_its_business() -> None:
    assert not deprecated("suggested_storage: small\nlicenses:\nlanguages: ~")
    assert subjects(shape.misplaced(metadata("suggested_storage: small\nlicenses: [mit]"), MODEL)) == ["suggested_storage"]


def test_a_guessed_kind_needs_a_mixture() -> None:
    guessed = Identity("model", told=False)
    assert not list(shape.misplaced(metadata("emoji: x\nlicense: mit"), guessed))
    assert subjects(shape.misplaced(metadata("emoji: x\nlicense: mit\npipeline_tag: other"), guessed)) == ["emoji"]
    assert subjects(shape.misplaced(metadata("emoji: x\nlicense: mit"), MODEL)) == ["emoji"]


def test_a_card_given_by_another_name_is_one() -> None:
    assert not list(frontmatter.missing(Files(Memory({"card.md": b""})), "card.md"))


def test_keys_of_several_kinds_do_no_harm() -> None:
    assert not list(shape.misplaced(metadata("library: x\nlanguage: en"), SPACE))
    assert not list(shape.misplaced(metadata("datasets: [a]"), SPACE))


# --- all of them


@pytest.mark.parametrize("kind", ["model", "dataset", "space"])
@pytest.mark.parametrize(
    "content",
    [
        b"", b"---\n", b"---\n---\n", b"\xff" * 100, b"---\n[]: {}\n? {a: b}\n: [~, [], {}]\n---\n", b"---\n~: ~\n---\n",
        b"---\n'': ''\n1: 2\n---\n",
        b"---\nlicense: {a: {b: [c]}}\nlicense: [[], {}]\nsdk_version: {}\nmodel-index: 3\nconfigs: {a: ~}\nwidget: no\n---\n",
        "---\nté: Ã©\u2028\n--- \n".encode(), b"---\na: &x [*x]\n---\n", b"---\na: .nan\nb: 1e999\nc: -0\nd: 0x\n---\n",
    ],
)  # fmt: skip
def test_no_shape_makes_a_rule_fail(content: bytes, kind: Kind) -> None:
    repository = Repository(Memory({"README.md": content}), Identity(kind, told=True))
    policy = load_policy(
        shipped(), select=("frontmatter/",) if any(rule.category == "frontmatter" for rule in shipped().values()) else ("all",)
    )
    assert engine.run(repository, policy.bind(repository)).failed == ()
