"""Real cards: nothing fails, nothing is skipped without a reason that is a finding, every frontmatter is located."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from cardlint import engine
from cardlint.nodes import Mapping, Scalar, walk
from cardlint.policyfile import load_policy
from cardlint.repository import Identity, Kind, Repository
from cardlint.rule import shipped
from cardlint.source import Memory, parse_pointer
from cardlint.text import decode

KINDS: dict[str, Kind] = {"models": "model", "datasets": "dataset", "spaces": "space", "broken": "model"}


def cards(corpus: Path, folder: str) -> list[Path]:
    found = sorted((corpus / folder).glob("*.md"))
    assert found
    return found


@pytest.mark.parametrize("folder", KINDS)
def test_every_card_ends_in_findings_only(corpus: Path, folder: str) -> None:
    policy = load_policy(shipped(), name="strict")
    for path in cards(corpus, folder):
        repository = Repository(Memory({"README.md": path.read_bytes()}), Identity(KINDS[folder], told=True))
        target = engine.run(repository, policy.bind(repository))
        assert target.failed == (), path.name
        reported = {finding.rule for finding in target.findings}
        assert {item.because for item in target.skipped} <= reported, path.name
        for finding in target.findings:
            if finding.place:
                assert 0 <= finding.place.start <= finding.place.end <= len(repository.texts["README.md"].content)


@pytest.mark.parametrize("folder", KINDS)
def test_every_frontmatter_is_located(corpus: Path, folder: str) -> None:
    for path in cards(corpus, folder):
        repository = Repository(Memory({"README.md": path.read_bytes()}))
        card = repository.fact("card")
        content = decode("README.md", path.read_bytes()).content
        begins = re.match(r"\ufeff?\s*---[ \t]*(\r\n|\r|\n)", content)
        assert (card.metadata is not None) or card.defect is not None
        if card.metadata is None:
            continue
        assert begins, path.name
        for _, node in walk(card.metadata):
            if isinstance(node, Mapping):
                for entry in node.entries:
                    key = entry.key
                    assert isinstance(key, Scalar)
                    assert content[key.start : key.end].strip("'\"") == key.raw, path.name


def test_real_pointers_are_recognised(corpus: Path) -> None:
    pointers = [path for path in (corpus / "lfs_pointers").iterdir() if path.is_file()]
    assert pointers
    for path in pointers:
        found = parse_pointer(path.read_bytes())
        assert found is not None, path.name
        assert f"size {found.size}" in path.read_text()
