"""Empty sections and placeholders: what the examples in the rule cards cannot show."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from bulk import bulk
from ending import ends

from cardlint import engine
from cardlint.policyfile import load_policy
from cardlint.repository import Identity, Repository
from cardlint.rule import shipped
from cardlint.rulecard import read_rule_card
from cardlint.source import Memory

if TYPE_CHECKING:
    from cardlint.report import Target
    from cardlint.repository import Kind

RULES = Path(__file__).parents[2] / "rules"
IDS = ("section-empty", "placeholder-text", "heading-disordered")


def run(body: str, *ids: str, kind: Kind = "model") -> Target:
    """What the rules find, read from their cards: they may be newer than the index."""
    rules = {**shipped(), **{name: read_rule_card(RULES / "documentation" / f"{name}.md", RULES).rule for name in IDS}}
    repository = Repository(Memory({"README.md": f"---\nlicense: mit\n---\n{body}".encode()}), Identity(kind, told=True))
    target = engine.run(repository, load_policy(rules, select=ids or IDS[:2]).bind(repository))
    assert target.failed == ()
    assert target.skipped == ()
    return target


def found(body: str, *ids: str, kind: Kind = "model") -> list[tuple[str, int, str]]:
    """Rule, line and subject of each finding."""
    findings = run(body, *ids, kind=kind).findings
    return [(finding.rule, finding.place.line, finding.subject) for finding in findings if finding.place]


@pytest.mark.parametrize(
    "body",
    [
        "",
        "# prairie-7b\n",
        "# prairie-7b\n\n# prairie for everybody\n\nText\n",
        "<h1>prairie</h1>\n\n# prairie-7b\n\n# Grass\n\nText\n",
        "# Grass\n\n## Data\n\nText\n\n# Wetlands\n\n## Data\n\nText\n",
        "# A\n## Table of contents\n- [Data](#data)\n\n## Data\nText",
        "# A\n### This model is not maintained any more.\n\n## Data\nText",
        "# A\n## Accuracy: 0.81\n## Data\nText",
        "# A\n## This is the model that we trained for our paper\n## Data\nText",
        "# A\n## [The notebook](https://example.org/n.ipynb)\n## Data\nText",
        "# A\n## Model\n##\n| a | b |\n| - | - |\n| 1 | 2 |\n",
        "# A\n### Splits\n|split|count|\n-------------\n|train|10|\n",
        "# A\n<h3>made with care</h3>\n\n## Data\nText",
        "# A\n**Made with care**\n\n## Data\nText",
        "# A\n## Annotations\nN/A\n",
        "# A\n## Uses\n### Direct\nText\n",
    ],
)
def test_what_is_no_empty_section(body: str) -> None:
    assert found(body) == []


def test_an_empty_section_is_reported_once_with_those_inside() -> None:
    target = run("# A\nText\n## Wetlands\n### Plants\n[More Information Needed]\n#### Sedge\n### Birds\nTODO\n## Use\nText\n")
    (finding,) = target.findings
    assert finding.rule == "section-empty"
    assert finding.message == '"Wetlands" says nothing, nor do its 3 subsections; fill in or remove them'
    assert [item.place.line for item in finding.related] == [7, 9, 10]


def test_a_title_is_left_out_and_its_empty_sections_are_not() -> None:
    assert found("# A\n## Wetlands\n## Birds\n") == [("section-empty", 5, "wetlands"), ("section-empty", 6, "birds")]


def test_one_defect_is_one_finding() -> None:
    body = "# A\nText\n## Limitations\n<!-- This section is meant to convey both -->\n[More Information Needed]\n"
    assert found(body) == [("section-empty", 6, "limitations")]
    assert [item[0] for item in found(body, "placeholder-text")] == ["placeholder-text", "placeholder-text"]


def test_a_topic_named_twice_is_told_apart_by_its_anchor() -> None:
    assert [item[2] for item in found("# A\nText\n## Limitations\n## Limitations\n")] == ["limitations", "limitations-1"]


def test_placeholders_of_a_space_are_not_left_to_a_rule_that_does_not_run() -> None:
    assert found("# A\n## Grass\nTODO\n", kind="space") == [("placeholder-text", 6, "grass")]


def test_text_above_the_first_heading_and_comments_are_looked_at() -> None:
    body = "[More Information Needed]\n<!-- Provide a quick summary of it -->\n<!-- mine -->\n\n# A\nText\n"
    assert found(body) == [("placeholder-text", 4, "placeholder"), ("placeholder-text", 5, "comment")]


def test_of_many_placeholders_few_are_listed() -> None:
    target = run("".join(f"## Part {number}\nText\n{'[TBD] is ' * 40}it\n<!-- Provide a quick summary of -->\n" for number in range(80)))
    assert len(target.findings) == 51
    assert all(len(finding.related) == 20 for finding in target.findings)


def test_no_other_answer_than_that_it_does_not_apply() -> None:
    (finding,) = run("# A\nText\n## Limitations\nN/A\n").findings
    assert "no other answer" in finding.message


def test_default_text_says_nothing_and_does_no_harm() -> None:
    default = "Carbon emissions can be estimated using the Machine Learning Impact calculator.\n"
    assert found(f"# A\nText\n## Environmental impact\n{default}\n- **Hours:** 12\n") == []
    assert [item[0] for item in found(f"# A\nText\n## Environmental impact\n{default}")] == ["section-empty"]


def test_boilerplate_in_a_comment_is_graver_than_a_comment() -> None:
    trainer = "<!-- This model card has been generated automatically according to the information the Trainer had access to. -->"
    (finding,) = run(f"<!-- Provide a quick summary of -->\n{trainer}\n# A\nText\n").findings
    assert (finding.severity, finding.place and finding.place.line) == ("warning", 5)


def test_a_long_title_is_cut() -> None:
    (finding,) = run("# A\nText\n## " + "W" * 100 + "\n").findings
    assert finding.message.startswith('"' + "W" * 59 + '…"')


@pytest.mark.parametrize(
    "piece",
    ["# a\n\n", "## a\n\n", "# a\n###### b\n", "## a\n[x](#a)\n", "**a:**\n\n", "[TBD] x\n", "<!-- Provide a quick summary of -->\n"],
)
@pytest.mark.bulk
def test_a_hostile_body_takes_no_long_time(piece: str) -> None:
    body = piece * (bulk(300_000) // len(piece))
    rules = load_policy(shipped(), select=("license-missing",))
    repository = Repository(Memory({"README.md": f"---\nlicense: mit\n---\n{body}".encode()}))
    engine.run(repository, rules.bind(repository))
    with ends():
        run(body, *IDS)


@pytest.mark.parametrize(
    ("body", "lines"),
    [
        ("# A\n## B\n### C\n## D\n", []),
        ("### A\n## B\n", []),
        ("# A\n<h4>x</h4>\n## B\n**c**\n", []),
        ("#\n# A\n###\n## B\n", []),
        ("#A title\n\n##More\n", [4]),
        ("#one #two\n\n#1 of all\n\n#!/bin/sh\n\n#include <x>\nint x;\n", []),
        ("# A\n# B\n# C\n", [5]),
        ("# A\n### B\n### C\n# D\n### E\n##### F\n", [5, 7, 9]),
        ("## A\n## A\n", []),
        ("[x](#b) [y](a.md)\n## A\n## A\n", []),
        ("[x](#a)\n**A**\n\n## A\n**A**\n", []),
        ("[x](#a)\n## A\n## a\n", [6]),
        ("[x](#a) [y](#a-1)\n## A\n## A\n", []),
        ('[x](#here)\n## <a name="here"></a>A\n## <a name="here"></a>A\n', [6]),
    ],
)
def test_headings_out_of_order(body: str, lines: list[int]) -> None:
    assert [item[1] for item in found(body, "heading-disordered")] == lines


def test_headings_say_how_often() -> None:
    messages = [finding.message for finding in run("## A\n#### B\n#### C\n## D\n#### " + "E" * 80 + "\n", "heading-disordered").findings]
    assert messages == ['"B" is of level 4 below one of level 2 (2 times); write it with `###`']
    (finding,) = run("# A\n### " + "E" * 80 + "\n", "heading-disordered").findings
    assert "E" * 59 + "…" in finding.message


def test_dots_alone_are_a_placeholder() -> None:
    (finding,) = run("# A\nText.\n\n## Citation\n...\n").findings
    assert finding.message == '"Citation" holds only a placeholder; fill it in or remove the heading'
    assert found("# A\n- one\n- ...\n") == []


def test_titles_and_addresses_of_templates() -> None:
    assert found("# Model name here\nText by your.email@example.com, or\n\n## Contact\nwrite to your.email@example.com, please.\n") == [
        ("placeholder-text", 4, "model-name-here"),
        ("placeholder-text", 8, "contact"),
    ]
