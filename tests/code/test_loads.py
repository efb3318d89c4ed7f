"""The corpus of loads: Markdown files in `loads/`, what is expected written beside the line. Nothing else may be found."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from cardlint import engine
from cardlint.policyfile import load_policy
from cardlint.repository import Identity, Repository
from cardlint.rule import shipped
from cardlint.source import Memory

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cardlint.report import Target

FOLDER = Path(__file__).parent / "loads"
RULES = {"revision-unpinned": "", "trust-remote-code": "trust", "unsafe-load": "unsafe", "manual-download": "download"}
PINS = ("none", "branch", "tag", "short", "commit", "unknown")
_BLOCK = re.compile(r"^(`{3,})(\S+) (\S+)\n(.*?)^\1\n", re.MULTILINE | re.DOTALL)
_MARK = re.compile(r"[ ]*(?://[ ])?[ ]*# -> (.*)$")


class Case(NamedTuple):
    """The files of one repository, and what is to be found: file, line, in words."""

    name: str
    files: dict[str, str]
    expected: list[tuple[str, int, str]]


def cases() -> Iterator[Case]:
    for path in sorted(FOLDER.glob("*.md")):
        for section in _sections(path.read_text("utf-8")):
            yield _case(path.stem, section)


def _sections(text: str) -> list[str]:
    """The cases: from one heading to the next, headings inside blocks not counted."""
    fences = [match.span() for match in _BLOCK.finditer(text)]
    starts = [match.start() for match in re.finditer(r"^## ", text, re.MULTILINE) if not any(a <= match.start() < b for a, b in fences)]
    return [text[start:end] for start, end in zip(starts, [*starts[1:], len(text)], strict=True)]


def _case(group: str, section: str) -> Case:
    title = section.split("\n", 1)[0].removeprefix("## ")
    files: dict[str, str] = {}
    expected: list[tuple[str, int, str]] = []
    for match in _BLOCK.finditer(section):
        language, name, body = match[2], match[3], match[4]
        marked = _notebook(body) if language == "notebook" else body
        lines = []
        for number, line in enumerate(marked.split("\n"), 1):
            mark = _MARK.search(_unescaped(line) if language == "notebook" else line)
            expected += [(name, number, word.strip()) for word in mark[1].split(";")] if mark else []
            lines.append(re.sub(r'[ ]*(?://[ ])?[ ]*# -> [^"\\]*(?=$|\\n|",?$)', "", line))
        files[name] = "\n".join(lines)
    return Case(f"{group}: {title}", files, sorted(expected))


def _unescaped(line: str) -> str:
    """A line of a notebook's JSON as its code has it."""
    text = line.strip().rstrip(",")
    return json.loads(text).rstrip("\n") if re.fullmatch(r'"(?:[^"\\]|\\.)*"', text) else line


def _notebook(body: str) -> str:
    """Cells between `# %%` as a notebook, one line of code on one line of JSON."""
    cells: list[dict[str, Any]] = [
        {"cell_type": "code", "execution_count": None, "metadata": {}, "outputs": [], "source": cell.strip("\n").splitlines(keepends=True)}
        for cell in body.split("# %%\n")
    ]
    document = {"cells": cells, "metadata": {"kernelspec": {"language": "python", "name": "python3"}}, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(document, indent=1)


CASES = list(cases())


def run(files: dict[str, str]) -> tuple[Target, Repository]:
    repository = Repository(Memory({path: text.encode() for path, text in files.items()}), Identity("model", told=True))
    policy = load_policy(shipped(), select=tuple(RULES))
    return engine.run(repository, policy.bind(repository), name="case"), repository


def found(files: dict[str, str]) -> list[tuple[str, int, str]]:
    """What is found, in the words of the corpus. Of loads the pins come from the fact, and each unpinned one has its finding."""
    target, repository = run(files)
    assert not target.failed
    assert [item for item in target.skipped if item.because != "card-missing"] == []
    words = [
        (item.path or "", item.place.line if item.place else 0, _word(item.rule, item.severity))
        for item in target.findings
        if item.rule != "revision-unpinned"
    ]
    uses = repository.fact("loads").uses()
    for use in uses:
        text = repository.texts[use.span.path]
        words.append((use.span.path, text.position(use.span.start).line, f"{use.pin} {use.id}"))
    unpinned = sorted(
        (item.path or "", item.place.line if item.place else 0, item.subject)
        for item in target.findings
        if item.rule == "revision-unpinned"
    )
    floating = sorted((path, line, word.split()[1]) for path, line, word in words if word.split()[0] in PINS[:4])
    assert unpinned == floating
    return sorted(words)


def _word(rule: str, severity: str) -> str:
    return f"{RULES[rule]} {severity}" if rule != "manual-download" else RULES[rule]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_everything_expected_is_found_at_its_line_and_nothing_else(case: Case) -> None:
    assert found(case.files) == case.expected


def test_the_corpus_is_large_enough() -> None:
    assert sum(len(case.expected) for case in CASES) >= 220
