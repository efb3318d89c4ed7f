"""How much each rule looks at: what the tables say, held against what its own examples touch."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from cardlint import engine, hubmeta
from cardlint.audit.depth import CHECKS, DEPTHS, FACTS, Depth, deepest, depth_of, depths, planned
from cardlint.audit.items import EXPANDED
from cardlint.errors import Obstacle
from cardlint.exampletest import _opened
from cardlint.nodes import data
from cardlint.policyfile import load_policy, shipped_policies
from cardlint.repository import FACTS as ALL_FACTS
from cardlint.repository import Repository
from cardlint.rule import shipped
from cardlint.rulecard import Example, read_rule_card
from cardlint.source import FileEntry, Memory, Shelf
from cardlint.weighing import _POINTER_BYTES, _is_named_weights

if TYPE_CHECKING:
    from cardlint.report import Target
    from cardlint.rule import Rule

RULES = shipped()
LOOKING = [rule for rule in RULES.values() if not rule.facts & engine.SETTLED]
_CARD = "README.md"
# What these read is asked of others, or told by the Hub alone, and so is no file of an example.
_ELSEWHERE = {"discussions", "hub", "known_lineage", "lineage"}


class Touched(AssertionError):
    """A rule looked at more than its depth."""


class Watched(Memory):
    """The files of an example as they are known at a depth; `reached` is how deep anybody looked."""

    known: Depth
    reached: Depth

    def entries(self) -> list[FileEntry]:
        return [_entry_of(self)(*entry) for entry in super().entries()]

    def read(self, path: str, start: int = 0, size: int | None = None) -> bytes:
        self.reach(self._wanted(path), f"the content of {path}")
        return super().read(path, start, size)

    def reach(self, wanted: Depth, what: str) -> None:
        self.reached = deepest((self.reached, wanted))
        if DEPTHS.index(self.known) < DEPTHS.index(wanted):
            raise Touched(f"{what} is known at the depth {wanted}, and the table says {self.known}")

    def _wanted(self, path: str) -> Depth:
        """Of a file that is small enough to be a pointer the content is asked for to see whether it is one."""
        held = self.files[path]
        small = isinstance(held, bytes) and len(held) <= _POINTER_BYTES
        return "card" if path == _CARD else "files" if small or not _is_named_weights(path) else "weights"


def _entry_of(source: Watched) -> type[FileEntry]:
    """Entries whose size is looked at only where the source lets it."""

    class Entry(FileEntry):
        @property
        def size(self) -> int:  # type: ignore[override]
            source.reach("files", f"the size of {self.path}")
            return int(tuple.__getitem__(self, 1))

        def __iter__(self) -> Any:
            raise Touched(f"{self.path} was taken apart")

        __getitem__ = __iter__  # type: ignore[assignment]

    return Entry


def _watched(repository: Repository, known: Depth) -> Repository:
    """The repository of an example as an audit of this depth sees it."""
    memory: Any = repository.source
    source = Watched(memory.files, memory.listed, _said(memory.shelf, repository, known))
    source.known, source.reached = known, "metadata"
    seen = Repository(source, repository.identity)
    if known == "metadata":
        try:
            values = json.loads(json.dumps(data(repository.fact("frontmatter"))))
        except Obstacle:
            return seen
        seen.provide("frontmatter", hubmeta.metadata(values, _CARD))
    return seen


def _said(shelf: Shelf | None, repository: Repository, known: Depth) -> Shelf | None:
    """What the Hub says as far as it is asked: of other repositories nothing before the last depth."""
    if shelf is None or known == "weights":
        return shelf
    own = shelf.said.get("", {})
    listed = own if known == "files" else {key: value for key, value in own.items() if key in EXPANDED[repository.kind]}
    return Shelf({}, {"": listed})


def _found(target: Target) -> list[tuple[object, ...]]:
    """All that a target says, but for places."""
    findings = sorted((item.rule, item.severity, item.subject, item.message, item.path) for item in target.findings)
    return [*findings, target.skipped, target.failed, target.not_applicable]


def _examples(rule: Rule) -> list[Example]:
    card = read_rule_card(rule.card, rule.card.parents[1])
    return [example for example in card.examples if example.verdict in {"Fails", "Passes"}]


def _looked(rule: Rule, example: Example, known: Depth) -> tuple[Target, Watched]:
    repository, policy = _opened(read_rule_card(rule.card, rule.card.parents[1]), example, RULES)
    seen = _watched(repository, known)
    source: Any = seen.source
    return engine.run(seen, policy.bind(seen)), source


@pytest.mark.parametrize("rule", LOOKING, ids=lambda rule: rule.id)
def test_at_its_depth_a_rule_finds_what_it_finds_in_the_whole_repository(rule: Rule) -> None:
    for example in _examples(rule):
        repository, policy = _opened(read_rule_card(rule.card, rule.card.parents[1]), example, RULES)
        whole = engine.run(repository, policy.bind(repository))
        seen, _ = _looked(rule, example, depth_of(rule))
        assert _found(seen) == _found(whole), f"{rule.card}:{example.line}"
