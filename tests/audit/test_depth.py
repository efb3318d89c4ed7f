"""How much each rule looks at: what the tables say, held against what its own examples touch."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from cardlint import engine, hubmeta
from cardlint.audit.depth import CHECKS, DEPTHS, FACTS, Depth, deepest, depth_of, depths, of_conditions
from cardlint.audit.items import EXPANDED
from cardlint.errors import Obstacle
from cardlint.exampletest import _opened
from cardlint.nodes import data
from cardlint.policyfile import load_policy
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
_ELSEWHERE = {"discussions", "hub", "known_lineage", "lineage", "scans"}


class TouchedError(AssertionError):
    """A rule looked at more than its depth."""


class Watched(Memory):
    """The files of an example as they are known at a depth; `reached` is how deep anybody looked."""

    known: Depth
    reached: Depth
    strict = False  # whether also small files of weights, read to see whether they are pointers, count as weights

    def entries(self) -> list[FileEntry]:
        return [_entry_of(self)(*entry) for entry in super().entries()]

    def read(self, path: str, start: int = 0, size: int | None = None) -> bytes:
        self.reach(self._wanted(path), f"the content of {path}")
        return super().read(path, start, size)

    def reach(self, wanted: Depth, what: str) -> None:
        self.reached = deepest((self.reached, wanted))
        if DEPTHS.index(self.known) < DEPTHS.index(wanted):
            raise TouchedError(f"{what} is known at the depth {wanted}, and the table says {self.known}")

    def _wanted(self, path: str) -> Depth:
        """Of a file that is small enough to be a pointer the content is asked for to see whether it is one."""
        held = self.files[path]
        small = not self.strict and isinstance(held, bytes) and len(held) <= _POINTER_BYTES
        return "card" if path == _CARD else "files" if small or not _is_named_weights(path) else "weights"


def _entry_of(source: Watched) -> type[FileEntry]:
    """Entries whose size is looked at only where the source lets it."""

    class Entry(FileEntry):
        @property
        def size(self) -> int:  # type: ignore[override]
            source.reach("files", f"the size of {self.path}")
            return int(tuple.__getitem__(self, 1))

        def __iter__(self) -> Any:
            raise TouchedError(f"{self.path} was taken apart")

        def __getitem__(self, _: Any) -> Any:
            raise TouchedError(f"{self.path} was taken apart")

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


def _is_asked_elsewhere(rule: Rule) -> bool:
    return bool(rule.facts & _ELSEWHERE)


@pytest.mark.parametrize("rule", [rule for rule in LOOKING if not _is_asked_elsewhere(rule)], ids=lambda rule: rule.id)
def test_no_rule_is_placed_deeper_than_its_examples_show(monkeypatch: pytest.MonkeyPatch, rule: Rule) -> None:
    monkeypatch.setattr(Watched, "strict", depth_of(rule) == "weights")
    reached = deepest(source.reached for source in (_looked(rule, example, "weights")[1] for example in _examples(rule)))
    # What is written in the card besides its values is looked at where those are known, too.
    assert reached == depth_of(rule) or (reached == "card" and depth_of(rule) == "metadata")


def test_the_watch_sees_what_is_too_deep() -> None:
    seen = _watched(Repository(Memory({_CARD: b"x", "a.json": b"{}", "model.bin": b"0" * 2000})), "metadata")
    with pytest.raises(TouchedError, match="the content of README"):
        seen.fact("text")
    assert seen.fact("config") is None
    _, entry, weights = seen.source.entries()
    for take in (lambda: entry.size, lambda: tuple(entry), lambda: entry[1], lambda: seen.source.read(weights.path)):
        with pytest.raises(TouchedError):
            take()


def test_every_fact_and_every_exception_is_placed() -> None:
    assert FACTS.keys() == ALL_FACTS.keys()
    assert {rule.check for rule in RULES.values()} >= CHECKS.keys()
    of_card = {fact for fact, depth in FACTS.items() if depth == "card"}
    assert not of_card & hubmeta.ENOUGH
    assert {fact for fact, depth in FACTS.items() if depth == "metadata"} - engine.SETTLED <= hubmeta.ENOUGH


def test_a_fact_nobody_has_placed_is_the_deepest_and_a_strange_check_no_exception() -> None:
    rule = RULES["repository-too-large"]
    assert depth_of(rule) == "files"
    assert depth_of(rule._replace(package="acme.checks")) == "weights"
    assert depth_of(rule._replace(given=("novel",), check="x.y")) == "weights"


@pytest.mark.parametrize(
    ("rule", "depth"),
    [
        ("license-missing", "metadata"), ("card-missing", "metadata"), ("gate-absent", "metadata"), ("duplicate-key", "card"),
        ("section-missing", "card"), ("repository-flagged", "files"), ("feedback-channel-missing", "files"), ("token-leaked", "files"),
        ("pickle-dangerous", "weights"), ("repository-renamed", "weights"), ("waiver-expired", "metadata"),
    ],
)  # fmt: skip
def test_depths_of_some_rules(rule: str, depth: str) -> None:
    assert depth_of(RULES[rule]) == depth


def test_the_deepest_of_several_counts() -> None:
    assert depths([]) == "metadata"
    assert depths([RULES["section-missing"], RULES["license-missing"]]) == "card"


def test_conditions_of_a_policy_look_as_well() -> None:
    policy = load_policy(RULES, name="recommended")
    assert of_conditions(policy) == "files"
    assert of_conditions(policy, [RULES["license-unknown"]]) == "metadata"
    assert of_conditions(load_policy(RULES, name="hub")) == "metadata"
