"""Two runs compared: each finding is in one state, and what nobody looked for is never called fixed or new."""

from __future__ import annotations

import io
import json
import sys
from collections import Counter
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest
from comparedruns import ENGINE, found, outcome, report, run
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from reports import reports

from cardlint.audit import compare_json, compare_text
from cardlint.audit.compare import STATES, Comparison, compare
from cardlint.audit.jsonparts import Parts
from cardlint.audit.operands import opened
from cardlint.audit.standing import Series
from cardlint.audit.store import Store
from cardlint.errors import ConfigError, UsageError
from cardlint.formats import json as report_json
from cardlint.report import Failed, Finding, Report, Skipped, Target
from cardlint.schema import _validator, disagreement

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from cardlint.audit.sides import Head
    from cardlint.audit.standing import Outcome


def compared(old: str, new: str) -> dict[str, Any]:
    """The JSON document, with what was in each state by rule and subject."""
    import jsonschema

    from cardlint.schema import load_schema

    with closing(opened(old)) as before, closing(opened(new)) as after, closing(compare(before, after)) as result:
        document: dict[str, Any] = json.loads("".join(compare_json.render(result)))
        text = "".join(compare_text.render(result))
    jsonschema.Draft202012Validator(load_schema("diff.schema.json")).validate(document)
    assert text.startswith("OLD ")
    return document


def head(operand: str) -> Head:
    with closing(opened(operand)) as side:
        return side.head


def states(document: dict[str, Any]) -> list[tuple[str, str, str, str]]:
    return [(item["state"], item["target"], item["rule"], item["subject"]) for item in document["findings"]]


def target(*findings: Finding, name: str = "m", **more: Any) -> Target:
    return Target(name, "model", findings, **more)


@pytest.fixture
def pair(tmp_path: Path) -> Callable[..., dict[str, Any]]:
    """Compare two reports of these targets."""

    def made(old: list[Target], new: list[Target], **more: Any) -> dict[str, Any]:
        return compared(report(tmp_path / "old.json", *old), report(tmp_path / "new.json", *new, **more))

    return made


@pytest.fixture
def runs(tmp_path: Path) -> Callable[..., dict[str, Any]]:
    """Compare the first and last of runs in one store."""

    def made(*each: list[Outcome], **more: Any) -> dict[str, Any]:
        path = tmp_path / "s.sqlite"
        with Store(path) as store:
            numbers = [run(store, outcomes, **(more if number == len(each) - 1 else {})) for number, outcomes in enumerate(each)]
        return compared(f"{path}#{numbers[0]}", f"{path}#{numbers[-1]}")

    return made


def test_new_fixed_and_unchanged(pair: Callable[..., dict[str, Any]]) -> None:
    document = pair([target(found(subject="a"), found(subject="b"))], [target(found(subject="b"), found(subject="c"))])
    assert states(document) == [("new", "m", "license-unknown", "c"), ("fixed", "m", "license-unknown", "a")]
    assert document["summary"]["findings"]["unchanged"] == {"error": 1, "warning": 0, "note": 0, "suppressed": 0}
    assert document["repositories"] == []


def test_an_edited_line_is_neither_fixed_nor_new(pair: Callable[..., dict[str, Any]]) -> None:
    assert states(pair([target(found(line="a"))], [target(found(line="b"))])) == []
    numbered = (found("tags-malformed", "tags[1]", line="a"), found("tags-malformed", "tags[7]", line="b"))
    assert states(pair([target(numbered[0])], [target(numbered[1])])) == []
    assert len(states(pair([target(found(line="a"))], [target(found(line="b", message="other"))]))) == 2
    assert len(states(pair([target(found(line="a"))], [target(found(line="b", path="docs/x.md"))]))) == 2


def test_of_those_alike_one_that_is_suppressed_goes_with_one_that_is(pair: Callable[..., dict[str, Any]]) -> None:
    old = [found(line="a"), found(line="b", suppressed="waiver")]
    new = [found(line="c", suppressed="waiver"), found(line="d"), found(line="e")]
    document = pair([target(*old)], [target(*new)])
    assert [(item["state"], item["fingerprint"][-1]) for item in document["findings"]] == [("new", "e")]
    assert document["summary"]["findings"]["unchanged"] == {"error": 1, "warning": 0, "note": 0, "suppressed": 1}


def test_severity_and_suppression_that_change(pair: Callable[..., dict[str, Any]]) -> None:
    old = [found(subject="a", severity="note"), found(subject="b")]
    new = [found(subject="a"), found(subject="b", suppressed="baseline")]
    document = pair([target(*old)], [target(*new)])
    changed = [(item["state"], item["subject"], item["severity"], item["suppressed"], item["was"]) for item in document["findings"]]
    assert changed == [
        ("changed", "a", "error", None, {"severity": "note", "suppressed": None}),
        ("changed", "b", "error", "baseline", {"severity": "error", "suppressed": None}),
    ]
    assert document["summary"]["findings"]["changed"] == {"error": 1, "warning": 0, "note": 0, "suppressed": 1}


def test_repositories_that_appear_and_disappear(pair: Callable[..., dict[str, Any]]) -> None:
    document = pair([target(found(), name="a"), target(name="b")], [target(name="b"), target(found(), name="c")])
    assert [(item["state"], item["target"], item["side"]) for item in document["repositories"]] == [
        ("appeared", "c", "new"),
        ("disappeared", "a", "old"),
    ]
    assert [item[:2] for item in states(document)] == [("appeared", "c"), ("disappeared", "a")]
    assert document["summary"]["repositories"] == {"appeared": 1, "disappeared": 1, "changed": 0, "unchanged": 1, "not_comparable": 0}


def test_a_repository_on_the_hub_is_the_same_at_every_revision_and_address(pair: Callable[..., dict[str, Any]]) -> None:
    for old, new in (
        ("hf://acme/x@v1", "hf://acme/x"), ("https://huggingface.co/acme/x", "hf://models/acme/x@main"), ("hf://datasets/acme/x@1", "hf://datasets/acme/x"),
    ):  # fmt: skip
        document = pair([target(found(), name=old)], [target(found(), name=new)])
        assert (document["repositories"], document["findings"]) == ([], [])
    assert len(pair([target(name="hf://acme/x")], [target(name="hf://datasets/acme/x")])["repositories"]) == 2
    assert len(pair([target(name="hf://a/b/c/d")], [target(name="hf://a/b/c")])["repositories"]) == 2


def test_a_target_twice_in_a_report_is_two(pair: Callable[..., dict[str, Any]]) -> None:
    document = pair([target(found()), target()], [target(found()), target(found()), target()])
    assert [(item["state"], item["target"]) for item in document["repositories"]] == [("appeared", "m")]
    assert [item[0] for item in states(document)] == ["new"]


@pytest.mark.parametrize(
    ("there", "why"),
    [
        (target(skipped=(Skipped("license-unknown", "no answer"),)), "license-unknown could not look in {}: no answer"),
        (target(skipped=(Skipped("license-unknown", "broken", "frontmatter-invalid"),)), "license-unknown could not look in {}: broken"),
        (target(failed=(Failed("license-unknown", "E"),)), "license-unknown could not look in {}: E"),
        (target(not_applicable=("license-unknown",)), "license-unknown was not applicable in {}"),
    ],
)
def test_what_a_rule_did_not_look_at_is_neither_fixed_nor_new(pair: Callable[..., dict[str, Any]], there: Target, why: str) -> None:
    new = pair([there], [target(found())])
    assert [(item["state"], item["side"], item["why"]) for item in new["findings"]] == [("not-comparable", "new", why.format("OLD"))]
    gone = pair([target(found())], [there])
    assert [(item["state"], item["side"], item["why"]) for item in gone["findings"]] == [("not-comparable", "old", why.format("NEW"))]
    assert gone["summary"]["findings"]["not_comparable"]["old"]["error"] == 1


def test_coverage_that_changes(pair: Callable[..., dict[str, Any]]) -> None:
    skipped = target(skipped=(Skipped("license-unknown", "gated"),))
    failed = target(failed=(Failed("license-unknown", "E"),), skipped=(Skipped("link-broken", "because", "frontmatter-invalid"),))
    for old, new, change in (
        (target(), skipped, {"old": "audited", "new": "skipped", "reason": "gated"}),
        (skipped, target(), {"old": "skipped", "new": "audited", "reason": "gated"}),
        (skipped, failed, {"old": "skipped", "new": "failed", "reason": "E"}),
    ):
        (item,) = pair([old], [new])["repositories"]
        assert (item["state"], item["changes"]) == ("changed", {"coverage": change})
    explained = target(skipped=(Skipped("link-broken", "because", "frontmatter-invalid"),))
    document = pair([target()], [explained])
    assert (document["repositories"], document["new"]["complete"]) == ([], True)
    assert pair([target()], [skipped])["new"]["gaps"] == ["1 repository skipped"]


def test_with_other_rules_only_those_that_ran_on_both_sides_are_compared(pair: Callable[..., dict[str, Any]]) -> None:
    old = [target(found(subject="a"), name="a"), target(name="b")]
    new = [target(name="a"), target(found(), found("link-broken"), name="b")]
    document = pair(old, new, policy="strict", rules_hash="b" * 64)
    assert [(item["state"], item["rule"], item["why"]) for item in document["findings"]] == [
        ("new", "license-unknown", None), ("fixed", "license-unknown", None),
        ("not-comparable", "link-broken", "OLD does not say whether link-broken ran"),
    ]  # fmt: skip
    assert document["notes"][:2] == [
        "the policies differ: recommended in OLD, strict in NEW",
        "the rules differ: aaaaaaaaaaaa in OLD, bbbbbbbbbbbb in NEW",
    ]
    assert "not compared" in document["notes"][2]


# Runs of a store


def test_a_finding_that_comes_back_has_regressed(runs: Callable[..., dict[str, Any]]) -> None:
    one, two = found(subject="a"), found(subject="b")
    document = runs([outcome("x")], [outcome("x", one)], [outcome("x")], [outcome("x", one, two)])
    assert [item[::3] for item in states(document)] == [("new", "b"), ("regressed", "a")]
    assert document["notes"] == []
    assert document["new"]["arguments"] == ["acme"]


def test_licence_gate_and_visibility(runs: Callable[..., dict[str, Any]]) -> None:
    document = runs(
        [outcome("x", license="mit", private=False), outcome("y", gated="auto", private=True), outcome("z", license="mit")],
        [
            outcome("x", license="apache-2.0", gated="manual", private=True),
            outcome("y", gated="auto", disabled=True),
            outcome("z", license="mit", private=True),
        ],
    )
    assert {item["target"]: item["changes"] for item in document["repositories"]} == {
        "hf://acme/x": {
            "license": {"old": "mit", "new": "apache-2.0"}, "gate": {"old": "none", "new": "manual"}, "visibility": {"old": "public", "new": "private"},
        },
        "hf://acme/y": {"visibility": {"old": "private", "new": "disabled"}},
    }  # fmt: skip


def test_a_repository_that_is_skipped_now_has_nothing_fixed(runs: Callable[..., dict[str, Any]]) -> None:
    skips = [(rule, "gated") for rule in ("license-unknown", "link-broken")]
    document = runs([outcome("x", found())], [outcome("x", state="skipped", reason="gated", skipped=skips)])
    assert [(item["state"], item["why"]) for item in document["findings"]] == [
        ("not-comparable", "license-unknown could not look in NEW: gated")
    ]
    assert document["repositories"][0]["changes"] == {"coverage": {"old": "audited", "new": "skipped", "reason": "gated"}}
    assert document["new"]["complete"] is False
    assert document["notes"] == ["NEW is incomplete: 1 repository skipped; what was not examined there is not compared"]


def test_an_unfinished_run_lacks_nothing_for_sure(runs: Callable[..., dict[str, Any]]) -> None:
    document = runs([outcome("x", found()), outcome("y", found())], [], finish=False, pending=["x"])
    assert [(item["state"], item["target"], item["why"]) for item in document["findings"]] == [
        ("not-comparable", "hf://acme/x", "NEW did not get to it"),
        ("not-comparable", "hf://acme/y", "NEW may lack it because of this: the run has not finished"),
    ]
    assert document["new"]["gaps"] == ["the run has not finished", "1 repository pending"]
    assert document["summary"]["repositories"]["not_comparable"] == 1


def test_what_could_not_be_listed_has_not_disappeared(runs: Callable[..., dict[str, Any]]) -> None:
    document = runs([outcome("x", found())], [], unlisted=[("acme", "no answer")])
    assert [(item["state"], item["why"]) for item in document["repositories"]] == [
        ("not-comparable", "NEW may lack it because of this: acme: no answer")
    ]


def test_runs_of_different_series_policies_and_rules_say_so(runs: Callable[..., dict[str, Any]]) -> None:
    other = ENGINE._replace(tool="0.2.0", policy="strict", depth="weights", rules_hash="b" * 64)
    new = [outcome("x", found("tags-malformed"), found("pickle-weights")), outcome("y", found())]
    document = runs(
        [outcome("x", found("link-broken"))],
        new,
        series=Series(("acme", "--kind=model")),
        engine=other,
        rules=["license-unknown", "pickle-weights"],
    )
    assert document["notes"] == [
        "the runs are of different series, so each may lack what it was not asked for: acme; acme --kind=model",
        "the versions of cardlint differ: 0.1.0 in OLD, 0.2.0 in NEW",
        "the policies differ: recommended in OLD, strict in NEW",
        "the depths differ: card in OLD, weights in NEW",
        "the rules differ: aaaaaaaaaaaa in OLD, bbbbbbbbbbbb in NEW",
        "1 rule ran in OLD alone: link-broken",
        "1 rule ran in NEW alone: pickle-weights",
    ]
    assert [(item["state"], item["target"][-1], item["rule"], item["why"]) for item in document["findings"]] == [
        ("new", "x", "tags-malformed", None),
        ("not-comparable", "x", "pickle-weights", "pickle-weights did not run in OLD"),
        ("not-comparable", "x", "link-broken", "link-broken did not run in NEW"),
        ("not-comparable", "y", "license-unknown", "OLD was asked for something else and may not have looked for it"),
    ]


def test_what_else_differs_is_said(runs: Callable[..., dict[str, Any]]) -> None:
    document = runs(
        [outcome("x")],
        [outcome("x")],
        engine=ENGINE._replace(details=("vocabularies of May",)),
        rules=[f"r-{number}" for number in range(9)],
    )
    assert document["notes"][0] == "what else results depend on differs: vocabularies, settings, or waivers that have ended"
    assert document["notes"][2] == "9 rules ran in NEW alone: r-0, r-1, r-2, r-3, r-4, r-5 and 3 more"


def test_a_report_and_a_run(tmp_path: Path) -> None:
    with Store(tmp_path / "s") as store:
        run(store, [outcome("x", found(), license="mit", inapplicable=["tags-malformed"]), outcome("y")])
    name = report(
        tmp_path / "r.json", target(found("link-broken"), found("tags-malformed"), name="hf://acme/x@main"), target(name="hf://acme/y")
    )
    document = compared(str(tmp_path / "s"), name)
    assert [item[::2] for item in states(document)] == [
        ("new", "link-broken"),
        ("fixed", "license-unknown"),
        ("not-comparable", "tags-malformed"),
    ]
    assert (document["old"]["run"], document["new"]["run"], document["repositories"]) == (1, None, [])
    assert len(document["notes"]) == 2


def test_a_store_that_does_not_say_which_rules_ran_is_as_a_report(runs: Callable[..., dict[str, Any]]) -> None:
    document = runs([outcome("x", found())], [outcome("x")], rules=(), engine=ENGINE._replace(policy="strict"))
    assert [item["why"] for item in document["findings"]] == ["NEW does not say whether license-unknown ran"]


# Any reports


def pieces(one: Report, two: Report, folder: Path) -> Comparison:
    for name, it in (("1", one), ("2", two)):
        (folder / name).write_text(report_json.render(it), "utf-8")
    with closing(opened(str(folder / "1"))) as old, closing(opened(str(folder / "2"))) as new:
        return compare(old, new)


def listed(result: Comparison, *chosen: str, side: str) -> Counter[str]:
    found_ = (item for item in result.of_findings(*chosen) if item["side"] == side)
    return Counter(json.dumps({**item, "state": None, "side": None, "why": None}, sort_keys=True) for item in found_)


SLOW = settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])


@st.composite
def relatives(draw: st.DrawFn) -> tuple[Report, Report]:
    """Two reports that have much in common."""
    one, other = draw(reports()), draw(reports())
    kept = [it for it in one.targets if draw(st.booleans())]
    edited = [it._replace(findings=tuple(finding for finding in it.findings if draw(st.booleans()))) for it in kept]
    same = draw(st.booleans())
    return one, other._replace(targets=(*edited, *other.targets), policy=one.policy if same else other.policy)


@SLOW
@given(reports())
def test_a_report_does_not_differ_from_itself(tmp_path: Path, one: Report) -> None:
    with closing(pieces(one, one, tmp_path)) as result:
        assert result.count(*STATES) == 0
        assert result.count("unchanged") == len(one.findings)
        assert list(result.of_repositories("appeared", "disappeared", "changed", "not-comparable")) == []


@SLOW
@given(relatives())
def test_what_is_new_one_way_is_fixed_the_other_way(tmp_path: Path, both: tuple[Report, Report]) -> None:
    with closing(pieces(*both, tmp_path)) as there, closing(pieces(*reversed(both), tmp_path)) as back:
        for new, fixed in (("new", "fixed"), ("appeared", "disappeared")):
            assert listed(there, new, side="new") == listed(back, fixed, side="old")
            assert listed(back, new, side="new") == listed(there, fixed, side="old")
        assert listed(there, "not-comparable", side="new") == listed(back, "not-comparable", side="old")
        assert there.count("unchanged") == back.count("unchanged")
        assert there.count("changed") == back.count("changed")


@SLOW
@given(relatives())
def test_every_finding_is_accounted_for_once(tmp_path: Path, both: tuple[Report, Report]) -> None:
    with closing(pieces(*both, tmp_path)) as result:
        shared = result.count("unchanged", "changed")
        assert shared + result.count("fixed", "disappeared") + result.count("not-comparable", side="old") == len(both[0].findings)
        assert shared + result.count("new", "regressed", "appeared") + result.count("not-comparable", side="new") == len(both[1].findings)
        assert sum(1 for _ in result.of_findings(*STATES)) == result.count(*STATES)
        counts = result.repositories
        assert sum(counts.values()) - counts["appeared"] == len(both[0].targets)
        assert sum(counts.values()) - counts["disappeared"] == len(both[1].targets)
        document = json.loads("".join(compare_json.render(result)))
        assert {**document["summary"]["repositories"]} == {
            name: counts[name.replace("_", "-")] for name in ("appeared", "disappeared", "changed", "unchanged", "not_comparable")
        }


# What is no operand


@pytest.mark.parametrize(
    ("content", "line", "what"),
    [
        ("", 1, "it is not JSON, or its end is missing: expected {"),
        ("[]", 1, "expected {"),
        ("{1: 2}", 1, "it is not JSON"),
        ('{"a" 1}', 1, "expected :"),
        ('{"schema_version": "1"', 1, "expected ,"),
        ('{"schema_version": "1"}\nx', 2, "expected nothing behind the document"),
        ('{"schema_version": "1",\n"schema_version": "1"}', 2, '"schema_version" is there twice'),
        ('{"schema_version": "9"}', 1, 'expected "schema_version": "1"'),
        ('{"schema_version": "1"}', 1, '"tool" is missing'),
        ('{"targets": [\n{"target": "m"}]}', 2, 'targets[0]: "kind" is missing'),
        ('{"targets": [\n\n3]}', 3, "targets[0]: expected a mapping"),
        ('{"targets": [{}, ', 1, '"target" is missing'),
        ('{"targets": [NaN]}', 1, "NaN is no JSON"),
        ('{"targets": [' + "9" * 5000 + "]}", 1, "it is not JSON"),
        ('{"tool": {"name": "x", "version": "", "policy": "", "rules_hash": ""}}', 1, 'tool: "name" must be one of cardlint'),
        ('{"tool": {"name": "cardlint", "version": "", "policy": "", "rules_hash": "", "\\u001b": 1}}', 1, 'tool: unknown key "\x1b"'),
        ('{"a": ' + "[" * 200_000, 1, "nested too deeply"),
    ],
)
def test_a_file_that_is_no_report_is_refused_with_the_line(tmp_path: Path, content: str, line: int, what: str) -> None:
    path = tmp_path / "r.json"
    path.write_text(content)
    with pytest.raises(ConfigError) as caught:
        opened(str(path))
    assert caught.value.line == line
    assert what in caught.value.message
    assert caught.value.message.startswith("this is no report that check or audit wrote")


@pytest.mark.parametrize("instead", [False, True])
def test_what_disagrees_is_named_by_either_validator(instead: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    if instead:
        monkeypatch.setitem(sys.modules, "jsonschema_rs", None)
    _validator.cache_clear()
    counts = dict.fromkeys(("error", "warning", "note", "suppressed", "skipped", "failed", "fixable"), 0)
    for wrong, said in (
        ({}, None), ({"error": -1}, '"error" must be a whole number'), ({"error": "x"}, '"error" must be a whole number'), ({"x": 1}, 'unknown key "x"'),
    ):  # fmt: skip
        assert disagreement("report.schema.json", "Summary", counts | wrong) == said
    del counts["note"]
    assert disagreement("report.schema.json", "Summary", counts) == '"note" is missing'
    assert disagreement("report.schema.json", "Summary", []) == "expected a mapping"
    _validator.cache_clear()


def test_the_members_of_a_report_may_come_in_any_order_but_must_be_those(tmp_path: Path) -> None:
    path = tmp_path / "r.json"
    whole = json.loads(report_json.render(Report((target(found()),), "0.1.0", "p", "0")))
    path.write_text("\ufeff" + json.dumps(dict(reversed(whole.items()))), "utf-8")
    assert head(str(path)).findings == 1
    for more, what in (
        ({"x": 1}, 'unknown key "x"'),
        ({"targets": {}}, '"targets" must be a list'),
        ({"targets": None}, '"targets" must be a list'),
    ):
        path.write_text(json.dumps(whole | more))
        with pytest.raises(ConfigError, match=what):
            opened(str(path))


def test_bytes_that_are_no_text(tmp_path: Path) -> None:
    (tmp_path / "r.json").write_bytes(b'{"a": "\xff"}')
    with pytest.raises(ConfigError, match="it is not UTF-8"):
        opened(str(tmp_path / "r.json"))


def test_a_file_that_cannot_be_read_on() -> None:
    class Broken(io.RawIOBase):
        def readable(self) -> bool:
            return True

        def readinto(self, _: object) -> int:
            raise OSError(5, "Input/output error")

    with pytest.raises(ConfigError, match="no report: it cannot be read: Input/output error"):
        list(Parts("r.json", io.BufferedReader(Broken()), "no report").members("targets"))


def test_a_value_has_a_longest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cardlint.audit.jsonparts.LONGEST", 1000)
    monkeypatch.setattr("cardlint.audit.jsonparts._CHUNK", 10)
    name = report(tmp_path / "r.json", *[target(found(), name=str(number)) for number in range(50)])
    assert head(name).repositories == 50
    report(tmp_path / "r.json", target(found(message="x" * 3000)))
    with pytest.raises(ConfigError, match="longer than 1,000 characters"):
        opened(name)


def test_a_number_may_go_on_in_the_next_piece(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for size in range(1, 40):
        monkeypatch.setattr("cardlint.audit.jsonparts._CHUNK", size)
        assert head(report(tmp_path / "r.json", target(found()))).findings == 1
    (tmp_path / "r.json").write_text('{"schema_version": 12345678}')
    monkeypatch.setattr("cardlint.audit.jsonparts._CHUNK", 22)
    with pytest.raises(ConfigError, match="schema_version"):
        opened(str(tmp_path / "r.json"))


def test_which_runs_there_are(tmp_path: Path) -> None:
    path = tmp_path / "s"
    with Store(path) as store:
        for wanted in ("last", "1"):
            with pytest.raises(UsageError, match="there is none yet, `cardlint audit` makes one"):
                opened(f"{path}#{wanted}")
        run(store, [outcome("x")])
        with pytest.raises(UsageError, match="run 1 is the first of what it audits, so there is none before it; there are 1"):
            opened(f"{path}#previous")
        run(store, [outcome("x")], series=Series(("other",)))
        run(store, [outcome("x")])
        run(store, [], finish=False)
    assert [head(f"{path}{run}").run for run in ("", "#", "#last", "#previous", "#2", "#4")] == [3, 3, 3, 1, 2, 4]
    for wrong, what in (
        ("#9", r"has no run 9; there are 4 \(unfinished\), 3, 2, 1"),
        ("#x", '"x" is no run'),
        ("#" + "9" * 30, "is no run"),
    ):
        with pytest.raises(UsageError, match=what):
            opened(f"{path}{wrong}")


def test_a_file_may_have_the_mark_in_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    report(tmp_path / "#1", target())
    assert head("#1").repositories == 1
    report(tmp_path / "a#b.json", target())
    assert head("a#b.json").run is None
    with pytest.raises(UsageError, match="a report has no runs"):
        opened("a#b.json#2")


def test_a_damaged_store_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "s"
    with Store(path) as store:
        run(store, [outcome("x", found())])
        store.connection.execute("UPDATE runs SET unlisted = '['")
    with pytest.raises(UsageError, match="damaged"):
        opened(str(path))
    with Store(path) as store:
        store.connection.execute("UPDATE runs SET unlisted = '[]'")
        store.connection.execute("UPDATE results SET document = '['")
    with pytest.raises(UsageError, match="damaged"):
        compared(str(path), report(tmp_path / "r.json", target(found("link-broken"), name="hf://acme/x")))
    path.write_bytes(path.read_bytes()[:5000])
    with pytest.raises(UsageError, match=r"cannot be used as a store|damaged"):
        opened(str(path))
