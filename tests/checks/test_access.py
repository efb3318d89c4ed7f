"""Gates and audiences: what the examples of the rules' cards cannot show."""

from __future__ import annotations

import json
from typing import Any

import pytest
from bulk import bulk
from ending import ends

from cardlint import engine
from cardlint.policyfile import load_policy
from cardlint.repository import Identity, Repository
from cardlint.rule import shipped
from cardlint.source import Memory

PROMPT, PRIVACY, AUDIENCE = "gate-prompt-missing", "gate-privacy-undocumented", "audience-undeclared"


def run(rule: str, yaml: str, body: str = "# A\n", kind: Any = "model", name: str | None = None) -> list[Any]:
    repository = Repository(Memory({"README.md": f"---\n{yaml}\n---\n{body}".encode()}), Identity(kind, name, told=True))
    target = engine.run(repository, load_policy(shipped(), select=(rule,)).bind(repository))
    assert target.failed == ()
    assert target.skipped == ()
    return list(target.findings)


OPEN = [
    "license: mit",
    "gated: false",
    "gated: 'no'",
    "extra_gated_fields: []",
    "extra_gated_fields: {}",
    "extra_gated_prompt:",
    "extra_gated_eu_disallowed: true",
]
SAID = [
    "extra_gated_fields: {Name: text}\nextra_gated_prompt: Research only.",
    "extra_gated_fields: {Name: text}\nextra_gated_description: Research only.",
    "extra_gated_heading: Acknowledge the licence\nextra_gated_button_content: Acknowledge",
    "extra_gated_fields: {I agree to use this for non-commercial use ONLY: checkbox}",
    "extra_gated_fields: [{Name: text}, {I accept the Prairie licence agreement: checkbox}]",
    "extra_gated_fields: {Research only: {type: checkbox}}",
    "extra_gated_fields: {仅用于学术研究: checkbox}",
]
UNSAID = [
    "extra_gated_fields: {Name: text}",
    "extra_gated_fields: {Name: text}\nextra_gated_prompt: '...'",
    "gated: auto",
    "extra_gated_button_content: Request access",
    "extra_gated_fields: {I agree: checkbox}",
    "extra_gated_fields: {I agree to the terms and conditions.: checkbox}",
    "extra_gated_fields: {我同意: checkbox}",
    "extra_gated_fields: {Name: text}\nextra_gated_prompt:",
    "extra_gated_fields: [Name]",
    "extra_gated_prompt: 1\nextra_gated_fields: {Name: text}",
]


@pytest.mark.parametrize("yaml", [*OPEN, *SAID])
def test_no_gate_or_one_that_says_what_is_accepted(yaml: str) -> None:
    assert run(PROMPT, yaml) == []


@pytest.mark.parametrize("yaml", UNSAID)
def test_a_gate_that_does_not_say_what_is_accepted(yaml: str) -> None:
    assert [item.subject for item in run(PROMPT, yaml)] == ["extra_gated_prompt"]


ASKS = [
    "Name", "Full name", "E-mail", "Email address", "Your affiliation", "Institution/Company", "Organization or Affiliation", "Job title",
    "姓名", "单位名称", "氏名", "ご所属", "이름", "소속 기관", "Vorname", "Land", "Prénom", "Établissement", "Nombre y apellidos",
    "Correo electrónico", "Instituição", "Имя", "Место работы", "الاسم الكامل", "الجامعة",
]  # fmt: skip
ASKS_NOT = [
    "Intended use",
    "What will you do with it",
    "用途",
    "使用目的",
    "이용 목적",
    "Verwendungszweck",
    "Cel",
    "Usage envisagé",
    "filename_pattern",
]


@pytest.mark.parametrize("label", ASKS)
def test_a_question_for_personal_data(label: str) -> None:
    assert len(run(PRIVACY, f"extra_gated_fields: {json.dumps({label: 'text'})}")) == 1
    assert run(PRIVACY, f"extra_gated_fields: {json.dumps({label: 'checkbox'})}") == []


@pytest.mark.parametrize("label", ASKS_NOT)
def test_a_question_for_something_else(label: str) -> None:
    assert run(PRIVACY, f"extra_gated_fields: {json.dumps({label: 'text'})}") == []
    assert len(run(PRIVACY, f"extra_gated_fields: {json.dumps({label: 'country'})}")) == 1


SPOKEN = [
    "What you enter is deleted after a year; see our privacy notice.",
    "您提供的信息仅用于审核，我们会保密。",
    "個人情報は審査の目的でのみ利用します。",
    "개인정보는 심사 후 삭제됩니다.",
    "Ihre Daten werden nach einem Jahr gelöscht.",
    "Vos données sont effacées après un an.",
    "Sus datos se borran al cabo de un año.",
    "Seus dados são apagados depois de um ano.",
    "Ваши данные удаляются через год.",
    "تُحذف بياناتكم بعد عام.",
]


@pytest.mark.parametrize("words", SPOKEN)
def test_a_gate_that_says_what_becomes_of_the_answers(words: str) -> None:
    fields = "extra_gated_fields: {Name: text, Country: country}"
    assert run(PRIVACY, f"{fields}\nextra_gated_description: {json.dumps(words)}") == []
    assert len(run(PRIVACY, f"{fields}\nextra_gated_description: Research only.")) == 1


def test_the_body_may_say_it() -> None:
    fields = "extra_gated_fields: {Name: text, Country: country, City: text}"
    (finding,) = run(PRIVACY, fields)
    assert '"Name" and "Country" and 1 more' in finding.message
    assert run(PRIVACY, fields, "See our [page](https://prairie.example/privacy-policy).\n") == []
    assert run(PRIVACY, fields, "# A\n## Personal and Sensitive Information\nNames are removed.\n", "dataset") == []
    assert len(run(PRIVACY, fields, "# A\nPrivate models are trained on it.\n")) == 1


ADULT = [
    "tags: [nsfw]", "tags: [NSFW, lora]", "tags: [explicit]", "tags: porn", "pretty_name: Erotische Geschichten\ntags: [erotik]",
    "description: Contos eróticos", "model_name: Prairie-NSFW-v2", "tags: [成人向け]", "tags: [порно]", "tags: [sin censura]",
]  # fmt: skip
JUDGING = [
    "tags: [nsfw-detection]", "tags: [nsfw, content-moderation]", "tags: [nsfw]\npipeline_tag: image-classification",
    "tags: [nsfw]\ntask_categories: [text-classification]", "tags: [nsfw, not-for-all-audiences]", "tags: [nsfw, Not-For-All-Audiences]",
    "tags: [色情检测]", "pretty_name: Détection de contenus pornographiques", "tags: [explicit-reasoning, adulthood]", "tags: [[nsfw], 1, null]",
    "tags: {a: nsfw}", "description: 18+ languages", "tags: [uncensored, survival-analysis]",
]  # fmt: skip


@pytest.mark.parametrize("yaml", ADULT)
def test_names_and_tags_that_speak_of_adults(yaml: str) -> None:
    assert [item.subject for item in run(AUDIENCE, yaml)] == ["tags"]


@pytest.mark.parametrize("yaml", JUDGING)
def test_what_judges_such_content_or_declares_it(yaml: str) -> None:
    assert run(AUDIENCE, yaml) == []


def test_the_id_of_the_repository_speaks() -> None:
    (finding,) = run(AUDIENCE, "license: mit", name="tallgrass/Prairie-8B-Uncensored")
    assert finding.message.startswith('"Uncensored"')
    assert run(AUDIENCE, "license: mit", name="tallgrass/nsfw_detector") == []


TOLD = [
    "This LoRA can generate NSFW images.",
    "A fine merge. It is an uncensored model for stories.",
    "For adults only!",
    "Not suitable for minors.",
    "本模型仅限成人使用。",
    "Solo para adultos.",
]
DENIED = [
    "It was trained so that it does not generate NSFW content.",
    "Like every language model it may generate NSFW content.",
    "A filter removes what contains adult content.",
    "Pictures for which contains NSFW is set were removed.",
    "Trained on a corpus of explicit instructions.",
    "禁止生成包含色情内容的图像。",
    "`contains nsfw` is a column that classifies pictures.",
]


@pytest.mark.parametrize("sentence", TOLD)
def test_a_sentence_that_says_so(sentence: str) -> None:
    (finding,) = run(AUDIENCE, "license: mit", f"# A\nA model. {sentence} More.\n")
    assert finding.place.line == 5


@pytest.mark.parametrize("sentence", DENIED)
def test_a_sentence_that_denies_it(sentence: str) -> None:
    assert run(AUDIENCE, "license: mit", f"# A\nA model. {sentence} More.\n") == []


SHAPES: tuple[Any, ...] = (
    None, True, 0, "", " ", "x" * 5000, "\u0000", [], [[]], [None, 1, {"a": "text"}, ["b"]], {}, {"Name": None, "": {"type": []}, "City": ["text"]},
    {"a" * 900: "text"}, [{"Name": {"type": "text"}}],
)  # fmt: skip


@pytest.mark.parametrize("key", ["extra_gated_fields", "extra_gated_prompt", "gated", "tags", "description", "pipeline_tag"])
@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: repr(shape)[:24])
@pytest.mark.parametrize("rule", [PROMPT, PRIVACY, AUDIENCE])
def test_no_shape_makes_a_check_raise(rule: str, key: str, shape: Any) -> None:
    for finding in run(rule, f"license: mit\n{key}: {json.dumps(shape)}"):
        assert len(finding.message) < 500


@pytest.mark.bulk
@pytest.mark.parametrize(
    "text", ["nsfw model not " * bulk(70_000), "extra " * bulk(170_000), "a.b!c?" * bulk(160_000), "contains  " * bulk(100_000)]
)
def test_a_megabyte_of_text_takes_no_time(text: str) -> None:
    fields = "extra_gated_fields: {" + ", ".join(f"Name {number}: text" for number in range(2000)) + "}"
    with ends():
        for rule in (PROMPT, PRIVACY, AUDIENCE):
            run(rule, f"{fields}\nextra_gated_heading: ''\ntags: [{'nsf, ' * 5000}x]", f"# A\n{text}\n")
