"""What counts as saying something, and which placeholders are known."""

from __future__ import annotations

import pytest
from bulk import bulk
from ending import ends

from cardlint.markdown import read_markdown
from cardlint.placeholders import known
from cardlint.substance import Substance, has_substance, substance
from cardlint.text import Span, decode
from cardlint.vocabulary import load_vocabulary


def read(body: str) -> tuple[Substance, bool]:
    markdown = read_markdown(decode("README.md", body.encode()))
    return substance(markdown), has_substance(markdown, markdown.body)


@pytest.mark.parametrize(
    "body",
    [
        "",
        "   \n\n\t\n",
        "# Title\n## Other\n",
        "Title\n=====\n",
        "<h2>Limitations</h2>\n",
        "<!-- Somebody will write this -->\n",
        "<!-- never closed\n\nText.",
        "[More Information Needed]",
        "[More Information Needed](https://github.com/huggingface/datasets)",
        "**[Needs More Information]**",
        "- **Paper:** [More Information Needed]\n- **Demo [optional]:** [TODO]",
        "- **Developed by:**\n- *Language*:\n* __Licence__:",
        "Developed by:\n\nHomepage：",
        "**BibTeX:**\n\n**APA:**",
        "**BibTeX**\n\n**APA style**",
        "TODO",
        "TODO: describe the data",
        "FIXME(ada): all of it",
        "TBD.",
        "...",
        "-\n- \n1.\n* [ ] ",
        "---\n\n***\n",
        "| a | b |\n| - | - |\n",
        "| | train | test |\n|---|---:|---:|\n| calls | | |\n| species | - | TBD |\n",
        "|only|\n|----|\n| |\n",
        "![build](https://img.shields.io/badge/x-y-blue)",
        "[![PyPI](https://badge.fury.io/py/x.svg)](https://pypi.org/project/x)",
        '<a href="https://colab.research.google.com/x"><img src="https://colab.research.google.com/assets/colab-badge.svg"/></a>',
        "- [Usage](#usage)\n  - [Data](#data)\n1. [More](#more)",
        "[TOC]",
        "[here]: https://example.org\n",
        '<div align="center">\n<br>\n</div>\n',
        "<details>\n<summary>Click to expand</summary>\n</details>",
        "&nbsp;\n",
        "```bibtex\n[More Information Needed]\n```",
        "```\n\n```",
        "```python\n# You can include sample code which will be formatted\n```",
        "Provide examples of latent issues and potential remediations.",
        "If the dataset has a [DOI](https://www.doi.org/), please provide it here.",
        "Carbon emissions can be estimated using the [Machine Learning Impact calculator](https://mlco2.github.io/impact#compute).",
        "Users should be made aware of the risks of the dataset. More information needed for further recommendations.",
        "<FILL IN>",
        "{{ bias_risks_limitations | default('[More Information Needed]', true)}}",
        "{{ model_description }}",
        "【待补充】",
        "加筆：未記入",
        "[](https://example.org)",
        "📌 🚀",
        "N/A",
        "[N/A]",
        "- **Leaderboard:** n/a",
    ],
)  # fmt: skip
def test_says_nothing(body: str) -> None:
    assert not read(body)[1]


@pytest.mark.parametrize(
    "body",
    [
        "A model of grass.",
        "一个关于草的模型",
        "None known.",
        "None",
        "Not applicable, because only birds are heard.",
        "We are not aware of any.",
        "- **Paper:** https://arxiv.org/abs/1810.03993",
        "- **Developed by:** Ada",
        "License: MIT",
        "0.81",
        "[the paper](paper.pdf)",
        "<https://example.org>",
        "ada@example.org",
        "![Accuracy by month](accuracy.png)",
        '<img src="figure.png">',
        "[![](figure.png)](https://example.org)",
        '<video src="x.mp4"></video>',
        "| a | b |\n| - | - |\n| 1 | 2 |\n",
        "| a |\n| - |\n| ✓ |\n",
        "| a | b |\n| - | - |\n| calls | [table](t.csv) |\n",
        "```python\nimport x\n```",
        "    indented = code\n",
        "`model.safetensors`",
        "> A quotation.",
        "See [the section on data](#data) above.",
        "[The section on data](#data)",
        "**This model must not be used in medicine.**",
        "**Not for medical use at all**",
        "[More Information Needed] about wetlands, which nobody has counted",
        "The data stands in three files of the same layout as here:",
        "Fills `[MASK]` and <mask>.",
        "a | b\nc | d",
        "Text TODO: more",
        "[^1]: A footnote.",
        "1. One",
        "```\n" + "# x\n" * 80 + "```",
    ],
)
def test_says_something(body: str) -> None:
    assert read(body)[1]


@pytest.mark.parametrize(
    ("kind", "language"), [(k, lang) for k in ("needed", "to-do", "promise") for lang in ("zh", "ja", "ko", "fr", "es", "pt", "ru")]
)
def test_each_language_has_placeholders(kind: str, language: str) -> None:
    for text in load_vocabulary("placeholders").values[kind]["texts"][language]:
        found, says = read(f"- **X:** {text}.\n")
        assert not says
        assert [item.kind for item in found.placeholders] == [known().item(text)]


def test_the_vocabulary_has_ten_languages_and_texts_that_are_found() -> None:
    values = load_vocabulary("placeholders").values
    assert set(values["needed"]["texts"]) == {"en", "zh", "ja", "ko", "de", "fr", "es", "pt", "ru", "ar"}
    for kind, about in values.items():
        for texts in about["texts"].values():
            for text in texts:
                assert text
                if about["match"] == "start":
                    assert known().starting(f"{text} and so on", kind)
                elif about["match"] == "anywhere":
                    found = known().boilerplate(f"So: {text}!")
                    assert found is not None
                    assert found.kind == kind


def test_placeholders_are_found_where_they_stand() -> None:
    body = "# Card of {{ model_id }}\r\nIt is [TBD] good.\r\n- Paper: à compléter\r\n"
    found, _ = read(body)
    assert [(item.kind, body[item.span.start : item.span.end]) for item in found.placeholders] == [
        ("variable", "{{ model_id }}"),
        ("to-do", "[TBD]"),
        ("needed", "à compléter"),
    ]


@pytest.mark.parametrize(
    "body",
    [
        "`[More Information Needed]` and `TODO: x` in code",
        "```\nTODO: lorem ipsum dolor\n{{ model_id }}\n```",
        "> lorem ipsum dolor sit amet",
        "${{ secrets.model_id }} and {{ my_field }} and {{model_idx}}",
        "$\\frac{{a}}{{b}}$",
        "el-TODO/x: and http://x/TODO: y",
        "Fills [MASK], [CLS] and <pad>.",
        "We hope that more information is needed by nobody.",
        "| a |\n|---|\n| TBD |",
        "## Done\n- one thing",
        "- **Fields:**\n  - `a`",
        "- **Fields:**\n\n  | a |",
        "- **Fields:**\n\nAll of them.",
        "- **Fields:** `a`\n- **Logo:** ![x](y.png)\n- **Page:** [x](y)\n- **Code:** <code>x</code>\n",
        "- **Fields** are two\n- Fields:\n- **Fields**",
        "[later](#TODO) and a&#TODO; and x#TODO",
        "## Markdown\n[data](x)",
        "Wir liefern den Rest, der Text folgt",
    ],
)
def test_what_is_no_placeholder(body: str) -> None:
    assert read(body)[0].placeholders == []


@pytest.mark.parametrize(
    ("body", "kind", "text"),
    [
        ("## TODO\n- one thing", "promise", "## TODO"),
        ("## Coming soon", "promise", "## Coming soon"),
        ("The link is #TODO add it", "to-do", "#TODO"),
        ("[Add homepage URL here if there is one]()", "instruction", "[Add homepage URL here if there is one]()"),
        ("*Paper coming soon 🎉✨*", "promise", "*Paper coming soon 🎉✨*"),
        ("- **Paper:**\n- **Code:** x", "unfilled", "**Paper:**"),
        ("- x\n  - __Paper__:\n\n- y", "unfilled", "__Paper__:"),
        ("* **Paper:** \n\n# Next", "unfilled", "**Paper:**"),
        ("* **Paper：**", "unfilled", "**Paper：**"),
    ],
)
def test_placeholders_of_other_wordings(body: str, kind: str, text: str) -> None:
    assert [(item.kind, body[item.span.start : item.span.end]) for item in read(body)[0].placeholders] == [(kind, text)]


def test_a_heading_without_a_blank_says_nothing_by_itself() -> None:
    found, _ = read("#Title of the card\n\n#one #two\n")
    assert [found.says(Span("README.md", *ends)) for ends in ((0, 19), (19, 30))] == [False, True]


def test_a_title_of_a_template_is_a_placeholder() -> None:
    found, _ = read("# Dataset Card for [Dataset Name]\n\n## [More Information Needed]\n")
    assert [(item.kind, item.span.start) for item in found.placeholders] == [("title", 0), ("needed", 35)]


def test_an_answer_that_it_does_not_apply_is_kept_apart() -> None:
    body = "## Annotations\n[N/A]\n## Splits\n[n/a](x)\n## Other\nText\n"
    markdown = read_markdown(decode("README.md", body.encode()))
    found = substance(markdown)
    assert found is substance(markdown)
    assert [found.waives(section.own) for section in markdown.sections] == [True, True, False]
    assert not any(found.lists_contents(section.own) for section in markdown.sections)
    assert found.placeholders == []


def test_what_was_not_read_counts_as_saying_something() -> None:
    body = "## Data\n" + "> " * 60 + "[More Information Needed]\n\n## Other\n\n"
    markdown = read_markdown(decode("README.md", body.encode()))
    assert markdown.incomplete
    assert [has_substance(markdown, section.own) for section in markdown.sections] == [True, False]


@pytest.mark.parametrize(
    "piece",
    [
        "[",
        "[a",
        "{{ a | default(",
        "<a ",
        "<summary>",
        "`a``b",
        "TODO(",
        " \n",
        "\r\n",
        "**a",
        "a:",
        "> ",
        "&nbsp;",
        "[a]:",
        "![a](b)\n",
        "|",
    ],
)
@pytest.mark.bulk
def test_a_hostile_body_takes_no_long_time(piece: str) -> None:
    markdown = read_markdown(decode("README.md", (piece * (bulk(500_000) // len(piece))).encode()))
    assert markdown.sections is not None
    assert markdown.links is not None
    with ends():
        Substance(markdown)


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ("To be filled in later.", "needed"), ("Will be updated later.", "promise"), ("Details to follow.", "promise"), ("(todo: add citation)", "to-do"),
        ("**TODO:** finish the table", "to-do"), ("xxx", "filler"), ("准备中", "promise"), ("추후 업데이트 예정", "promise"), ("Скоро появится", "promise"),
        ("سيتم إضافتها لاحقا", "promise"), ("...", "filler"), ("- …", "filler"), ("<your description>", "form"), ("- **Summary:** <your description>", "form"),
        ("Describe who should use this model and for what.", "instruction"), ("your.email@example.com", "address"), ("<your.email@example.com>", "address"),
        ("**Email:** your.email@example.com", "address"),
    ],
)  # fmt: skip
def test_what_people_leave_in_place_of_text(body: str, kind: str) -> None:
    found, says = read(f"# A\n\n{body}\n")
    assert not says
    assert [item.kind for item in found.placeholders] == [kind]


@pytest.mark.parametrize(
    "body",
    ["The prompt is: photo of <your description>.", "Todo: todos los textos", "A list, ... and more", "Ask ann.your.email@example.com.au"],
)
def test_what_only_looks_left_in_place(body: str) -> None:
    found, says = read(body)
    assert says
    assert found.placeholders == []


def test_an_address_of_a_template_inside_a_sentence() -> None:
    found, says = read("Mary, your.email@example.com, is glad to help.")
    assert says
    assert [item.kind for item in found.placeholders] == ["address"]
