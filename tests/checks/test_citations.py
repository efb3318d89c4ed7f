"""BibTeX, CITATION.cff, and models of a task of their own: what the examples in the rule cards cannot show."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from bulk import bulk
from ending import ends

from cardlint import engine
from cardlint.bibtex import faults
from cardlint.policyfile import load_policy
from cardlint.repository import Identity, Repository
from cardlint.rule import shipped
from cardlint.rulecard import read_rule_card
from cardlint.source import Memory

if TYPE_CHECKING:
    from cardlint.report import Target

RULES = Path(__file__).parents[2] / "rules"
CARD = "---\nlicense: mit\n---\n# A\n"
CFF = "cff-version: 1.2.0\nmessage: x\ntitle: y\nauthors:\n- name: z\n"


def run(rule: str, files: dict[str, bytes | int | str], *, listed: bool = True) -> Target:
    rules = {**shipped(), rule: read_rule_card(RULES / "documentation" / f"{rule}.md", RULES).rule}
    held = {path: content.encode() if isinstance(content, str) else content for path, content in files.items()}
    repository = Repository(Memory(held, listed), Identity("model", told=True))
    target = engine.run(repository, load_policy(rules, select=(rule,)).bind(repository))
    assert target.failed == ()
    return target


def messages(rule: str, files: dict[str, bytes | int | str]) -> list[str]:
    target = run(rule, files)
    assert target.skipped == ()
    return [finding.message for finding in target.findings]


def cff(content: bytes | int | str) -> list[str]:
    return messages("citation-invalid", {"README.md": CARD, "CITATION.cff": content})


@pytest.mark.parametrize(
    "text",
    [
        "",
        "free text {",
        "@article{k}",
        "@article{k,}",
        "@article(k, title = {A (b) c})",
        "@misc{DBLP:journals/corr/abs-1810.03993, year=2018}",
        '@misc{k, title = "A {"}quoted{"} b", month = jan # "~1",}',
        '@string{x = {y}}\n@preamble{{\\newcommand} # "x"}\n@comment{anything = at all',
        "@misc{k,\n  % a comment, with }\n  a = {b},\n}",
        "@misc{k, a = {multi\nline {nested\n} value},, b = 1}",
        "@misc{k, a = {},\n}\nText behind it, with = and {braces}",
        "  @ Article {k, a = 1}\n\n@misc{l, b = 2}",
        "ada@example.org {x",
        "@misc{k, a = {x},\n abstract = {see\n y = {1} there},\n}",
    ],
)  # fmt: skip
def test_bibtex_that_parses(text: str) -> None:
    assert list(faults(text)) == []


@pytest.mark.parametrize(
    ("text", "place", "words"),
    [
        ("@misc{,\n a={b}}", "@misc{", "no citation key"),
        ("@misc{}", "@misc{", "no citation key"),
        ("@misc{ title={b}}", "@misc{", "no citation key"),
        ("@misc{a b,\n c={d}}", "a b", "blank in it"),
        ("@misc{key\n c={d}}", "key", "comma is missing behind"),
        ("@misc{k, a={b} c={d}}", "}", "comma is missing before `c`"),
        ("@misc{k, a=b c}", "c", "`c` stands where"),
        ('@misc{k, a="b "c" d"}', "c", "`c` stands where"),
        ("@misc{k, a}", "a", "`a` stands where"),
        ("@misc{k, ...}", "...", "`...` stands where"),
        ("@misc{k, =}", "=", "`=` stands where"),
        ("@misc{k, a=,}", "=", "`a` has no value"),
        ("@misc{k, a={b},", "@misc{", "closing `}` is missing"),
        ("@misc(k, a={b},", "@misc(", "closing `)` is missing"),
        ("@misc{k, a={b},\n@misc{l}", "@misc{", "closing `}` is missing"),
        ("@misc{k, a={b\n@misc{l}", "@misc{", "closing `}` is missing"),
        ("@misc{k,\n a={b\n@misc{l}}}", "{", "`a` has no closing"),
        ("@misc{k,\n a={b,\n c={d},\n}", "a", "`a` has no closing"),
        ('@misc{k, a="b}', '"', "closing quotation mark"),
        ('@misc{k, a="b', '"', "closing quotation mark"),
        ("@misc{k, a={b}},\n c={d}\n}", "}", "too many ends it before `c`"),
        ("@string{a}", "a", "`a` stands where"),
        ("@misc{k, " + "x" * 60 + " }", "x" * 40, "x" * 40 + "` stands"),
    ],
)
def test_bibtex_that_does_not_parse(text: str, place: str, words: str) -> None:
    fault = next(iter(faults(text)))
    assert words in fault.message
    assert text[fault.start : fault.end][: len(place)] == place


def test_the_place_is_that_in_the_file() -> None:
    card = CARD.replace("\n", "\r\n") + "- see\r\n\r\n  ```bibtex\r\n  @misc{k,\r\n    a={b}\r\n    c={d}\r\n  }\r\n  ```\r\n"
    (finding,) = run("citation-invalid", {"README.md": card}).findings
    assert finding.place is not None
    assert (finding.place.line, finding.place.column, finding.subject) == (9, 9, "BibTeX k")


def test_an_entry_that_ends_with_the_block() -> None:
    assert len(messages("citation-invalid", {"README.md": CARD + "```bib\n@misc{k, a=\n```"})) == 1
    assert len(messages("citation-invalid", {"README.md": CARD + "```bib\n@misc{k, a="})) == 1


@pytest.mark.parametrize("fence", ["```python\n@misc{,\n```", "```\n@decorator{,\n```", "```bibtex\n[More Information Needed]\n```"])
def test_what_is_no_bibtex(fence: str) -> None:
    assert messages("citation-invalid", {"README.md": CARD + fence}) == []


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (CFF, None),
        ("\ufeff" + CFF, None),
        ("", "is empty; it needs `cff-version`, `message`, `title` and `authors`"),
        ("# nothing\n", "is empty"),
        ("{}", "is empty"),
        ("null", "is empty"),
        ("- a\n", "is a list"),
        ("Cite us\n", "is a text"),
        ("cff-version: 1.2.0\nmessage:\ntitle: y\nauthors: [{name: z}]\n", "lacks `message`, which"),
        (CFF.replace("\n- name: z", " Ada"), "has to be a list"),
        (CFF.replace("\n- name: z", " []"), "has to be a list"),
        ("a: [1\nb: 2\n", "is not YAML"),
        ("a: !!python/object:os.system x\n", "cannot be read"),
    ],
)
def test_citation_files(content: str, words: str | None) -> None:
    found = cff(content)
    assert len(found) == (words is not None)
    assert words is None or words in found[0]


def test_the_place_of_a_broken_file_with_a_byte_order_mark() -> None:
    (finding,) = run("citation-invalid", {"README.md": CARD, "CITATION.cff": "\ufeffa: b: c\n"}).findings
    assert finding.place is not None
    assert (finding.path, finding.place.line) == ("CITATION.cff", 1)


@pytest.mark.parametrize(
    "content",
    [5_000_000, b"x" * 1_000_001, b"version https://git-lfs.github.com/spec/v1\noid sha256:" + b"0" * 64 + b"\nsize 12345\n"],
)
def test_what_cannot_be_read_is_skipped(content: bytes | int) -> None:
    card = CARD + "```bibtex\n@misc{,\n```"
    target = run("citation-invalid", {"README.md": card, "CITATION.cff": content})
    assert [skipped.rule for skipped in target.skipped] == ["citation-invalid"]
    assert len(target.findings) == 1


def test_a_card_alone_is_judged_by_its_bibtex() -> None:
    target = run("citation-invalid", {"README.md": CARD + "```bibtex\n@misc{,\n```"}, listed=False)
    assert len(target.findings) == 1
    assert (target.skipped, target.not_applicable) == ((), ())


@pytest.mark.parametrize(
    "piece", ["@a{x={", "@a{x={\n", "@a{k,x={},\n", '@a{x,y="\n', "@a{k,a=1}\n", "%\n", "1#", "a = {\n", "@a " + " " * 30, "@a{k, t={\n"]
)
@pytest.mark.bulk
def test_hostile_bibtex_takes_no_long_time(piece: str) -> None:
    with ends():
        messages("citation-invalid", {"README.md": CARD + "```bibtex\n@a{k, t={\n" + piece * (bulk(300_000) // len(piece)) + "\n```"})
        messages("citation-invalid", {"README.md": CARD + "```bibtex\n" + piece * (bulk(300_000) // len(piece)) + "\n```"})


def modality(metadata: str, config: object = None, body: str = "Predicts the swell.\n") -> list[str]:
    files: dict[str, bytes | int | str] = {"README.md": f"---\n{metadata}\n---\n# A\n{body}"}
    return messages("modality-io-undocumented", files if config is None else {**files, "config.json": json.dumps(config)})


AUTO = {"auto_map": {"AutoModel": "swell.Swell"}}


@pytest.mark.parametrize(
    ("metadata", "config", "words"),
    [
        ("license: mit", None, None),
        ("pipeline_tag: other", None, '"other"'),
        ("pipeline_tag: [other]", AUTO, "auto_map"),
        ("pipeline_tag: image-classification", AUTO, None),
        ("pipeline_tag: swell-forecasting", AUTO, "auto_map"),
        ("pipeline_tag: swell-forecasting", {}, None),
        ("tags: [other, image-classification]", AUTO, None),
        ("tags: [other]", AUTO, "auto_map"),
        ("license: mit", {"auto_map": {}}, None),
        ("license: mit", {"auto_map": "x"}, None),
        ("license: mit", {"auto_map": {"AutoModelForCausalLM": "x"}}, None),
        ("license: mit", {"custom_pipelines": {"swell": {"impl": "x"}}}, "a task of its own (swell)"),
        ("license: mit", {"custom_pipelines": {"text-generation": {"impl": "x"}}}, None),
        ("license: mit", {"custom_pipelines": [], "auto_map": {"AutoModel": 1}}, "auto_map"),
        ("license: mit", [], None),
    ],
)
def test_a_task_of_its_own(metadata: str, config: object, words: str | None) -> None:
    if config == []:
        target = run("modality-io-undocumented", {"README.md": f"---\n{metadata}\n---\n# A\n", "config.json": "[]"})
        assert target.findings == ()
        return
    found = modality(metadata, config)
    assert len(found) == (words is not None)
    assert words is None or words in found[0]


@pytest.mark.parametrize(
    "body",
    [
        "Input: a tensor. Output: a number.",
        "入力はテンソル、出力は数値です。",
        "```python\nmodel(x)\n```",
        "```\n$ python predict.py\n```",
        "## Usage\nCall it.",
    ],
)
def test_a_word_is_enough(body: str) -> None:
    assert modality("pipeline_tag: other", body=body) == []


@pytest.mark.parametrize(
    "body", ["The input is a tensor.", "```\n$ pip install x\n```", "```bibtex\n@misc{k}\n```", "```\n\n```", "## Usage\nTODO"]
)
def test_what_is_not_enough(body: str) -> None:
    assert len(modality("pipeline_tag: other", body=body)) == 1
