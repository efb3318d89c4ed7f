from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from cardlint import engine, given
from cardlint.checks import keys
from cardlint.errors import Unreadable
from cardlint.nodes import Node, Scalar
from cardlint.policy import Policy
from cardlint.problem import Problem
from cardlint.repository import FACTS, Identity, Repository
from cardlint.rule import Rule
from cardlint.source import Memory

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cardlint.report import Target

CARD = b"---\nlicense: mit\ntags: [a, a, ]\nempty:\n---\n# T\n"


def rule(name: str, check: str, paths: str | tuple[str, ...], **more: Any) -> Rule:
    return Rule(
        id=name, category="test", title=name, severity="error", kinds=("model",),
        given=(paths,) if isinstance(paths, str) else paths, check=check, since="0.1", path="test/x.md", **more,
    )  # fmt: skip


def found(*rules: Rule, files: dict[str, bytes | int] | None = None, listed: bool = True) -> Target:
    repository = Repository(Memory(files if files is not None else {"README.md": CARD}, listed), Identity("model"))
    policy = Policy("test", {item.id: item for item in sorted(rules)})
    return engine.run(repository, policy.bind(repository))


@pytest.fixture(autouse=True)
def checks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Small checks in a real module under cardlint.checks."""

    def each_value(value: Node) -> Iterator[Problem]:
        yield Problem(f"saw {value.raw if isinstance(value, Scalar) else type(value).__name__}", value.span)

    def raises(value: object) -> Iterator[Problem]:
        raise ZeroDivisionError("oops")
        yield Problem(str(value))

    def capped(value: Node) -> Iterator[Problem]:
        yield Problem("capped", value.span, at_most="note")

    def two(value: Node, other: object) -> Iterator[Problem]:
        yield Problem(f"with {other if other is None else type(other).__name__}", value.span)

    for function in (each_value, raises, capped, two):
        monkeypatch.setattr(keys, function.__name__, function, raising=False)


def test_one_call_per_value_with_subject_and_place() -> None:
    target = found(rule("r", "keys.each_value", "frontmatter.tags.*"))
    assert [(item.subject, item.message) for item in target.findings] == [("tags[0]", "saw a"), ("tags[1]", "saw a")]
    place = target.findings[0].place
    assert place is not None
    assert (place.line, place.column, place.end_line, place.end_column, place.source) == (3, 8, 3, 9, "tags: [a, a, ]")


@pytest.mark.parametrize(
    ("path", "subjects"),
    [
        ("frontmatter.license", ["license"]), ("frontmatter.license.*", ["license"]), ("frontmatter.nope", []), ("frontmatter.empty", []),
        ("frontmatter.empty.*", []), ("frontmatter.license.x", []), ("frontmatter.tags", ["tags"]), ("frontmatter", [""]), ("config.x", []),
        ("frontmatter.*", ["license", "tags"]),
    ],
)  # fmt: skip
def test_a_path_that_leads_nowhere_yields_nothing(path: str, subjects: list[str]) -> None:
    repository = Repository(Memory({"README.md": CARD}))
    assert [subject for subject, _ in given.each(repository, path)] == subjects


def test_further_paths_are_passed_whole() -> None:
    target = found(rule("r", "keys.two", ("frontmatter.license", "config")), rule("s", "keys.two", ("frontmatter.license", "files")))
    assert [item.message for item in target.findings] == ["with None", "with Files"]


def test_a_check_that_raises_fails_and_the_others_run() -> None:
    target = found(rule("bad", "keys.raises", "frontmatter"), rule("good", "keys.each_value", "frontmatter.license"))
    assert [(item.rule, item.error) for item in target.failed] == [("bad", "ZeroDivisionError: oops")]
    assert [item.rule for item in target.findings] == ["good"]


def test_rules_behind_a_defect_are_skipped_because_of_the_rule_that_reports_it() -> None:
    needs = rule("needs", "keys.each_value", "frontmatter.license")
    reports = rule("card-missing", "keys.each_value", "sections.*")
    both, alone = found(needs, reports, files={}), found(needs, files={})
    assert [(item.rule, item.because) for item in both.skipped] == [("card-missing", "card-missing"), ("needs", "card-missing")]
    assert [(item.rule, item.because) for item in alone.skipped] == [("needs", None)]


def test_what_could_not_be_read_is_skipped_without_excuse() -> None:
    target = found(rule("r", "keys.each_value", "config.x"), files={"README.md": CARD, "config.json": 10})
    assert [(item.reason, item.because) for item in target.skipped] == [("config.json: only its size is known", None)]


@pytest.mark.parametrize("content", [b"{", b"[1]", b"{'a': 1}", b"\xff", b'{"a": ' * 5000])
def test_a_config_that_is_no_json_object_is_not_examined(content: bytes) -> None:
    target = found(rule("r", "keys.each_value", "config.a"), files={"README.md": CARD, "config.json": content})
    assert len(target.skipped) == 1


def test_json_that_is_no_yaml_is_read_all_the_same() -> None:
    target = found(rule("r", "keys.each_value", "config.a"), files={"README.md": CARD, "config.json": b'{"a": "\\ud83d\\ude00"}'})
    assert [item.message for item in target.findings] == ["saw \U0001f600"]


def test_a_rule_that_cannot_apply_is_listed_apart() -> None:
    target = found(rule("r", "keys.two", ("frontmatter.license", "files")), listed=False)
    assert (target.not_applicable, target.skipped, target.findings) == (("r",), (), ())


def test_an_obstacle_met_once_is_met_again(monkeypatch: pytest.MonkeyPatch) -> None:
    calls = []

    def fails(repository: Repository) -> None:
        calls.append(repository)
        raise Unreadable("gone")

    monkeypatch.setitem(FACTS, "config", fails)
    target = found(rule("r", "keys.each_value", "config"), rule("s", "keys.each_value", "config.x"))
    assert len(target.skipped) == 2
    assert len(calls) == 1


def test_a_problem_may_cap_its_severity() -> None:
    assert [item.severity for item in found(rule("r", "keys.capped", "frontmatter.license")).findings] == ["note"]


def test_a_rule_yields_where_another_reports_the_same_subject() -> None:
    general = rule("general", "keys.each_value", "frontmatter.*", yields_to=("special", "unknown"))
    target = found(general, rule("special", "keys.each_value", "frontmatter.license"))
    assert [(item.rule, item.subject) for item in target.findings] == [("special", "license"), ("general", "tags")]


def test_fingerprints_differ_within_a_report_and_survive_moves() -> None:
    check = rule("r", "keys.each_value", "frontmatter.tags.*")
    first, second = found(check).findings
    assert first.fingerprint != second.fingerprint
    moved = found(check, files={"README.md": CARD.replace(b"license: mit\n", b"license: mit\nother: 1\n# more\n")})
    assert [item.fingerprint for item in moved.findings] == [first.fingerprint, second.fingerprint]


def test_more_than_anybody_reads_is_listed_once() -> None:
    content = b"---\ntags: [" + b"a, " * (engine.MOST_PER_RULE + 50) + b"a]\n---\n"
    target = found(rule("r", "keys.each_value", "frontmatter.tags.*"), files={"README.md": content})
    assert len(target.findings) == engine.MOST_PER_RULE + 1
    assert "more than 1,000 of this rule" in target.findings[-1].message
    exact = b"---\ntags: [" + b"a, " * (engine.MOST_PER_RULE - 1) + b"a]\n---\n"
    assert "more than" not in found(rule("r", "keys.each_value", "frontmatter.tags.*"), files={"README.md": exact}).findings[-1].message


def test_findings_are_sorted_by_place() -> None:
    target = found(rule("a", "keys.each_value", "frontmatter.tags.*"), rule("b", "keys.each_value", "frontmatter.license"))
    assert [item.rule for item in target.findings] == ["b", "a", "a"]
