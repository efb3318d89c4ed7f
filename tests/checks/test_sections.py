"""What section-missing and contact-missing do where their examples do not reach."""

from __future__ import annotations

import json

import pytest

from cardlint import engine
from cardlint.checks.sections import OPTION_ERRORS, missing, wrong_topics
from cardlint.markdown import read_markdown
from cardlint.policyfile import load_policy
from cardlint.repository import Identity, Repository
from cardlint.rule import shipped
from cardlint.source import Memory
from cardlint.text import Text
from cardlint.topics import Topics


def subjects(card: str, rule: str, policy: str = "recommended", kind: str = "model", **files: str) -> list[str]:
    held = {"README.md": card.encode()} | {path.replace("__", "."): text.encode() for path, text in files.items()}
    repository = Repository(Memory(held), Identity(kind, told=True))  # type: ignore[arg-type]
    target = engine.run(repository, load_policy(shipped(), name=policy, select=(rule,)).bind(repository))
    assert not target.failed
    return [finding.subject for finding in target.findings]


HEAD = "---\nlicense: mit\n---\n"
ASKED = [
    # policy, kind, metadata, files; what an empty card is asked for
    ("recommended", "model", "", {}, "description intended-use limitations"),
    ("recommended", "model", "base_model: a/b", {}, "description intended-use limitations"),
    ("recommended", "model", "base_model: a/b\nbase_model_relation: merge", {}, "description intended-use limitations"),
    ("recommended", "model", "base_model: a/b\nbase_model_relation: adapter", {}, "description intended-use"),
    ("recommended", "model", "", {"adapter_config__json": "{}"}, "description intended-use"),
    ("recommended", "model", "base_model: a/b\nbase_model_relation: quantized", {}, "description how-to-use"),
    ("recommended", "model", "tags: [gguf]", {}, "description how-to-use"),
    ("recommended", "dataset", "", {}, "description structure"),
    ("strict", "model", "", {}, "citation contact description evaluation intended-use limitations training-data"),
    ("strict", "model", "pipeline_tag: reinforcement-learning", {}, "citation contact description evaluation intended-use limitations"),
    ("strict", "model", "base_model_relation: merge", {}, "contact description evaluation intended-use limitations"),
    ("strict", "model", "base_model_relation: adapter", {}, "description evaluation intended-use training-data"),
    ("strict", "model", "base_model_relation: quantized", {}, "description how-to-use"),
    ("strict", "dataset", "", {}, "citation contact creation description personal-data structure"),
    ("recommended", "space", "", {}, ""),
    ("hub", "model", "", {}, None),
]


@pytest.mark.parametrize(("policy", "kind", "metadata", "files", "asked"), ASKED)
def test_what_a_policy_asks_of_whom(policy: str, kind: str, metadata: str, files: dict[str, str], asked: str | None) -> None:
    card = f"---\nlicense: mit\n{metadata}\n---\n# Larch\n"
    if asked is None:
        repository = Repository(Memory({"README.md": card.encode()}), Identity("model", told=True))
        bound = load_policy(shipped(), name=policy).bind(repository)
        assert not {"section-missing", "contact-missing"} & {rule.id for rule in bound.rules}
    else:
        assert sorted(subjects(card, "section-missing", policy, kind, **files)) == asked.split()


def test_one_lack_is_one_finding() -> None:
    """Where the policy asks for a section on contact, the rule on contact keeps silent."""
    repository = Repository(Memory({"README.md": f"{HEAD}# Larch\n".encode()}), Identity("model", told=True))
    bound = load_policy(shipped(), name="strict", select=("section-missing", "contact-missing")).bind(repository)
    found = [finding.rule for finding in engine.run(repository, bound).findings if finding.subject == "contact"]
    assert found == ["section-missing"]


def test_empty_sections_are_not_missing() -> None:
    card = f"{HEAD}# Larch\n\n## Description\n\n## Uses\n\n## Limitations\n\n[More Information Needed]\n"
    assert subjects(card, "section-missing") == []


def test_a_card_without_text_is_reported_at_its_beginning() -> None:
    problems = list(missing(Topics(read_markdown(Text("README.md", HEAD), len(HEAD))), sections=["license"]))
    assert [(problem.span.start, problem.subject) for problem in problems if problem.span] == [(0, "license")]


def test_text_before_the_title_is_where_a_lack_is_reported() -> None:
    topics = Topics(read_markdown(Text("README.md", "Hm.\n\n## Licence\n")))
    assert [problem.span for problem in missing(topics, sections=["citation"])] == [topics.markdown.paragraphs[0]]


@pytest.mark.parametrize(
    ("items", "said"),
    [
        (["limitations", "intended-use or how-to-use"], None),
        (["intended-use  or  how-to-use "], None),
        ([], None),
        ("limitations", None),
        (["limitation"], 'there is no section topic "limitation"; did you mean limitations'),
        (["citation or how-to-us"], 'there is no section topic "how-to-us"; did you mean how-to-use?'),
        (["citation, contact"], 'there is no section topic "citation, contact"'),
        (["zzzzzzzz"], "; known are description, intended-use"),
        ([""], 'there is no section topic ""'),
    ],
)
def test_unknown_topics_in_a_policy_are_named(items: object, said: str | None) -> None:
    message = wrong_topics(items)
    assert (said or "None") in str(message)
    assert OPTION_ERRORS["missing"]["sections"] is wrong_topics


def test_an_item_of_no_topic_asks_for_nothing() -> None:
    assert list(missing(Topics(read_markdown(Text("README.md", ""))), sections=["nonsense", ""])) == []


REACHED = [
    "Write to larch@forest.example.",
    "Write to larch (at) forest (dot) example.",
    "[Mail](mailto:larch@forest.example)",
    "<https://huggingface.co/woods/larch/discussions>",
    "[Issues](https://git.example/woods/larch/issues)",
    "[Code](https://github.com/woods/larch)",
    "[Chat](https://discord.gg/larch)",
    "[me](https://x.com/larch)",
    "**Point of contact:** the ranger",
    "## Author\n\nThe ranger",
    "## Обратная связь\n\nУ лесника",
    "**작성자**\n\n산림청",
    "[code](https://github.com/woods/larch/tree/main/src)",
    "[me](https://huggingface.co/larch-woods)",
    "It was developed by [the Institute of Larches](http://larches.example.org).",
    "Entwickelt von der [Forstschule](https://forst.example.org/).",
    "Разработана командой [Лес](https://les.example.org)",
    "Author: the ranger",
    "See the [original Larch repository](https://github.com/microsoft/larch/blob/master/larch/).",
    "[Our repo](https://github.com/google-research/larch/tree/main/x)",
    "The authors’ code is here: https://github.com/pytorch/larch/tree/main/x",
]
UNREACHED = [
    "See the [paper](https://arxiv.org/abs/2401.00001).",
    "Made with [transformers](https://github.com/huggingface/transformers).",
    "One of @larch's.\n\n```\n@torch.no_grad\n```",
    "<!-- larch@forest.example -->",
    "**Point of contact:** [More Information Needed]",
    "Trained on the issues of a journal.",
    "[larch](https://huggingface.co/bert-base-cased) [docs](https://huggingface.co/docs) [demo](https://huggingface.co/exbert/?model=larch)",
    "[BERT](https://github.com/google-research/bert/blob/master/README.md)",
    "It was developed by ![us](https://larches.example.org), trained by [x](mailto) and [us](https://larches.example.org)",
    "It was introduced by [a paper](https://larches.example.org/)",
    f"It was developed by [us](https://larches.example.org/{'x' * 600})",
    "Author:\nDisclaimer: none",
    "",
]


@pytest.mark.parametrize(("body", "found"), [*((body, []) for body in REACHED), *((body, ["contact"]) for body in UNREACHED)])
def test_whom_to_ask(body: str, found: list[str]) -> None:
    assert subjects(f"{HEAD}{body}\n", "contact-missing") == found


def test_topics_of_the_shipped_policies_are_known() -> None:
    for name in ("recommended", "strict"):
        for layer in load_policy(shipped(), name=name).layers:
            settings = [*layer.settings, *(setting for _, inner in layer.overrides for setting in inner)]
            for setting in settings:
                assert wrong_topics(setting.options.get("sections", [])) is None, json.dumps(dict(setting.options))
    assert wrong_topics(shipped()["section-missing"].options["sections"]) is None


SAID = [
    "This model is intended for tagging notes.",
    "We intend it to be read; it is meant for foresters.",
    "This model can be used to count larches.",
    "We recommend using this where larches grow.",
    "Das Modell ist für Förster gedacht.",
    "Es eignet sich für Notizen.",
    "Ce modèle est destiné aux forestiers.",
    "El modelo está pensado para guardabosques.",
    "O modelo destina-se a guardas.",
    "Модель предназначена для лесников.",
    "本模型适用于林业笔记。",
    "森林のメモの分類を目的としています。",
    "이 모델은 산림 기록 분류 용도로 만들었습니다.",
    "هذا النموذج مخصص لحراس الغابات.",
    "Usage: see the notebook",
    "Larches.\nUsage: see the notebook",
    "- Intended use: larches",
    "用法：见笔记本",
    "#Usage\n\nAsk the ranger.",
    "#Usage\n\nAsk the ranger.\n\n## Results\n\nGood.",
    "### How to fine-tune\n\nAsk the ranger.",
]
UNSAID = [
    "The tokenizer is used to split words.",
    "Usage:",
    "#Usage",
    "#larch #usage",
    "Language: German\nDisclaimer: written by others",
    "The paper was intended to shock.",
]


@pytest.mark.parametrize(("body", "missing"), [*((body, False) for body in SAID), *((body, True) for body in UNSAID)])
def test_what_it_is_for_without_a_heading(body: str, missing: bool) -> None:
    assert ("intended-use" in subjects(f"{HEAD}{body}\n", "section-missing")) is missing
