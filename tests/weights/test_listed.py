"""Every advisory and mechanism of the public record has a malicious case that is found, and a harmless one that passes."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from listed import IDS, Case
from listed_formats import FORMATS, HARMLESS_FORMATS
from listed_pickles import HARMLESS_PICKLES, NAMED, PICKLES, SPOKEN_OF

from cardlint import weights
from cardlint.weighing import names
from cardlint.weights.budget import Budget
from cardlint.weights.judge import Context, judge
from cardlint.weights.reading import Held

if TYPE_CHECKING:
    from cardlint.weights.verdict import Judgement

MALICIOUS = [*NAMED, *PICKLES, *FORMATS]
HARMLESS = [*SPOKEN_OF, *HARMLESS_PICKLES, *HARMLESS_FORMATS]
# What is only not vetted, or that nobody can tell: of all else, and of whatever has an advisory, it is known what it does.
ONLY_REVIEWED = frozenset(
    ["trap-codecs-encode", "trap-torchscript-types", "extension-codes", "expansion-memo", "expansion-dup", "deep-nesting", "inert-bytes",
     "zip-end-far", "onnx-domain", "onnx-pyop", "onnx-function", "skops-unknown-type", "coreml-custom", "executable", "native-library",
     "bytecode"]
)  # fmt: skip
DOUBTFUL = {"trap-getattr a name that is computed", "trap-reconstructor a base that keeps its state"}


def judged(case: Case) -> Judgement:
    return judge(Held(case.content), Context(names(), Budget(), case.file, beside=case.beside))


@pytest.mark.parametrize("case", MALICIOUS, ids=[case.name for case in MALICIOUS])
def test_a_malicious_case_is_found(case: Case) -> None:
    verdict = judged(case).verdict
    if case.name in DOUBTFUL:
        assert verdict == "review"
    else:
        assert verdict == ("review" if case.ids in ONLY_REVIEWED else "block")


@pytest.mark.parametrize("case", HARMLESS, ids=[case.name for case in HARMLESS])
def test_a_harmless_case_passes(case: Case) -> None:
    assert judged(case).evidence == ()


@pytest.mark.parametrize("one", sorted(IDS))
def test_there_are_cases_of_both_sorts(one: str) -> None:
    assert any(one in case.ids.split() for case in MALICIOUS), "there is no malicious case"
    assert any(one in case.ids.split() for case in HARMLESS), "there is no harmless case"


def test_cases_are_of_what_is_listed() -> None:
    assert {one for case in (*MALICIOUS, *HARMLESS) for one in case.ids.split()} <= IDS
    assert not any(one.startswith(("GHSA", "CVE")) for one in ONLY_REVIEWED)
    assert ONLY_REVIEWED <= IDS


def test_what_the_code_refers_to_is_listed() -> None:
    """Advisories that evidence refers to; those of GGUF that belong to one class have tests of their own."""
    found: set[str] = set()
    for path in Path(weights.__file__).parent.glob("*.py"):
        found |= set(re.findall(r"GHSA(?:-[0-9a-z]{4}){3}|CVE-\d{4}-\d+", path.read_text("utf-8")))
    assert found - IDS == {"CVE-2024-21802", "CVE-2024-21825", "CVE-2024-21836", "CVE-2024-23605"}
