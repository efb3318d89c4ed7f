"""The SARIF log: each field of it, what holds of any log, and that its fixes do what ours do."""

from __future__ import annotations

import gzip
import json
import re
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote_to_bytes, urlsplit

import pytest
from hypothesis import given
from reports import CANARY, described, every_rule, hostile, reports

from cardlint import __version__, check
from cardlint.exampletest import run_example
from cardlint.fix import applied
from cardlint.formats.safe import visible
from cardlint.formats.sarif import GITHUB, Limits, category, render
from cardlint.formats.sarif_places import LONGEST_FIX, uri
from cardlint.formats.sarif_rules import SCORES
from cardlint.home import REPOSITORY
from cardlint.locate import data_folder
from cardlint.problem import Edit, Fix
from cardlint.report import Entry, Failed, Finding, Fixing, Place, RelatedPlace, Report, Skipped, Suppressed, Target
from cardlint.rule import shipped
from cardlint.rulecard import passages, read_rule_card
from cardlint.text import Span, decode

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from cardlint.rulecard import Example, RuleCard

LINE = "license: apache2 # ours"
PLACE = Place("README.md", 2, 10, 2, 17, 13, 20, LINE)
FOUND = Finding("license-unknown", "error", "high", "no licence", "license", "README.md", PLACE, "f" * 32)


def report(*findings: Finding, shown: str = "models/a", **target: Any) -> Report:
    rules = tuple(described(rule) for rule in sorted({item.rule for item in findings}))
    return Report(
        (Target("a", "model", findings, shown=shown, policy="strict", rules=rules)._replace(**target),), __version__, "strict", "0" * 64
    )


def run(made: Report, limits: Limits = GITHUB) -> dict[str, Any]:
    log = json.loads(render(made, limits))
    assert list(log) == ["$schema", "version", "runs"]
    assert log["version"] == "2.1.0"
    (only,) = log["runs"]
    return dict(only)


def result(finding: Finding, **target: Any) -> dict[str, Any]:
    (only,) = run(report(finding, **target))["results"]
    return dict(only)


def notices(made: Report, limits: Limits = GITHUB) -> list[tuple[str, str, str]]:
    said = run(made, limits)["invocations"][0]["toolExecutionNotifications"]
    return [(item["descriptor"]["id"], item["level"], item["message"]["text"]) for item in said]


@cache
def everything() -> dict[str, Any]:
    """The run of the report in which every rule fires."""
    return run(every_rule())


# The run


def test_the_driver_says_what_ran() -> None:
    driver = run(report(FOUND))["tool"]["driver"]
    assert (driver["name"], driver["version"], driver["semanticVersion"]) == ("cardlint", __version__, __version__)
    assert driver["informationUri"] == REPOSITORY
    assert driver["properties"] == {"rulesHash": "0" * 64}
    assert "semanticVersion" not in run(report(FOUND)._replace(version="0.2.0rc1"))["tool"]["driver"]


def test_columns_are_code_points_and_lines_end_as_ours_do() -> None:
    found = run(report(FOUND))
    assert found["columnKind"] == "unicodeCodePoints"
    assert found["newlineSequences"] == ["\r\n", "\n", "\r"]
    assert list(found["originalUriBaseIds"]) == ["%SRCROOT%"]
    assert "uri" not in found["originalUriBaseIds"]["%SRCROOT%"]


@pytest.mark.parametrize(("shown", "expected"), [("", "cardlint/"), ("models/a b", "cardlint/models/a%20b/"), ("../x", "cardlint/../x/")])
def test_the_category_is_the_folder_of_the_only_target(shown: str, expected: str) -> None:
    made = report(FOUND, shown=shown)
    assert category(made) == run(made)["automationDetails"]["id"] == expected
    assert category(made._replace(targets=made.targets * 2)) == category(made._replace(targets=())) == "cardlint/"


def test_a_run_says_what_its_targets_are() -> None:
    gone = Entry("models/a", "link-broken", "README.md", "x", "no such file\x1b", "e" * 32, "c" * 32)
    found = run(report(FOUND, revision="1" * 40, gone=(gone,)))
    assert found["properties"]["policy"] == "strict"
    assert found["properties"]["targets"] == [
        {
            "target": "a", "kind": "model", "revision": "1" * 40, "policy": "strict",
            "location": {"uri": "models/a", "uriBaseId": "%SRCROOT%"},
        }
    ]  # fmt: skip
    assert found["properties"]["absent"] == [
        {
            "ruleId": "link-broken", "message": "no such file\\x1b", "cardlintFingerprint/v1": "e" * 32,
            "location": {"uri": "models/a/README.md", "uriBaseId": "%SRCROOT%"},
        }
    ]  # fmt: skip
    many = report(FOUND, gone=(gone,) * 5001)
    assert len(run(many)["properties"]["absent"]) == 5000
    assert notices(many) == [("log-cut", "warning", "1 more findings of the baseline are absent than are listed")]
    assert run(report(shown=""))["properties"]["targets"][0]["location"]["uri"] == "."


@pytest.mark.parametrize(
    ("name", "revision", "address"),
    [
        ("hf://fjord/headlines", "1" * 40, "https://huggingface.co/fjord/headlines"),
        ("hf://datasets/fjord/tidings", "1" * 40, "https://huggingface.co/datasets/fjord/tidings"),
        ("https://huggingface.co/spaces/fjord/demo", "1" * 40, "https://huggingface.co/spaces/fjord/demo"),
        ("hf://fjord/headlines", None, None),
        ("hf://fjord/headlines", "main", None),
        ("fjord/headlines", "1" * 40, None),
    ],
)
def test_where_files_come_from_is_said_of_the_hub_alone(name: str, revision: str | None, address: str | None) -> None:
    found = run(report(FOUND, name=name, revision=revision))
    assert found.get("versionControlProvenance") == (
        address and [{"repositoryUri": address, "revisionId": revision, "mappedTo": {"uri": "models/a", "uriBaseId": "%SRCROOT%"}}]
    )
    assert found["properties"]["targets"][0]["revision"] == revision


# Rules


def test_every_rule_that_ships_is_described_by_its_card() -> None:
    rules = everything()["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == sorted(shipped())
    for rule in rules:
        card = shipped()[rule["id"]]
        sections = passages(decode("", card.card.read_bytes()))
        assert rule["shortDescription"]["text"] == card.title
        assert " ".join(sections["What it does"].split())[:1000] in rule["fullDescription"]["text"]
        assert len(rule["fullDescription"]["text"]) <= 1024
        assert sections["Why it matters"] in rule["help"]["text"]
        assert "### Fails" not in rule["help"]["text"]
        assert "### Fails" in rule["help"]["markdown"]
        assert rule["helpUri"].endswith(f"/rules/{card.category}/{card.id}/")
        assert rule["name"].lower() != rule["id"]
        assert rule["defaultConfiguration"]["level"] in {"note", "warning", "error"}
        assert rule["properties"]["precision"] == card.confidence
        assert rule["properties"]["tags"][0] == card.category
        assert rule["properties"].get("security-severity") == SCORES.get(card.security or "none")


@pytest.mark.parametrize(
    "rule", [rule for rule in shipped().values() if rule.category in {"weights", "code", "secrets"}], ids=lambda rule: rule.id
)
def test_a_rule_where_security_is_likely_says_whether_it_is_about_it(rule: Any) -> None:
    assert rule.security is not None, f"{rule.card} needs the key `security`: none, low, medium, high or critical"


def test_only_a_rule_about_security_has_a_score() -> None:
    rules = {rule["id"]: rule["properties"] for rule in everything()["tool"]["driver"]["rules"]}
    assert rules["yaml-hostile"] == {
        "precision": "high", "problem.severity": "error", "tags": ["frontmatter", "security"], "security-severity": "5.5",
    }  # fmt: skip
    assert rules["library-file-missing"] == {"precision": "medium", "problem.severity": "warning", "tags": ["weights"]}


@pytest.mark.parametrize(
    ("severity", "level", "problem"), [("note", "note", "recommendation"), ("off", "note", "recommendation"), ("error", "error", "error")]
)
def test_the_level_of_a_rule_is_that_of_its_card(severity: Any, level: str, problem: str) -> None:
    made = report(FOUND, rules=(described("license-unknown")._replace(severity=severity),))
    (rule,) = run(made)["tool"]["driver"]["rules"]
    assert (rule["defaultConfiguration"]["level"], rule["properties"]["problem.severity"]) == (level, problem)


def test_a_rule_of_an_organisation_is_described_too_and_has_no_page(tmp_path: Path) -> None:
    card = (data_folder("rules") / "metadata" / "license-unknown.md").read_text()
    card = card.replace("id: license-unknown", "id: acme/weights-foreign\nsecurity: critical").replace(
        "# License unknown", "# Weights of \x1b others", 1
    )
    (tmp_path / "house" / "weights").mkdir(parents=True)
    (tmp_path / "house" / "weights" / "weights-foreign.md").write_text(
        card.replace("## What it does\n", "## What it does\nSays\twhose.\n"), newline="\r\n"
    )
    (tmp_path / ".cardlint.yaml").write_text("rule_folders: house\nrules: {acme/weights-foreign: warning}\n")
    (tmp_path / "README.md").write_text("---\nlicense: apache2\n---\n# A\n")
    found = run(check(tmp_path, kind="model"))
    (rule,) = (item for item in found["tool"]["driver"]["rules"] if item["id"] == "acme/weights-foreign")
    assert rule["name"] == "AcmeWeightsForeign"
    assert rule["shortDescription"]["text"] == "Weights of \\x1b others"
    assert rule["fullDescription"]["text"].startswith("Says whose. ")
    assert "Says\twhose." in rule["help"]["markdown"]
    assert "helpUri" not in rule
    assert rule["properties"]["security-severity"] == "9.5"
    assert "acme/weights-foreign" in {item["ruleId"] for item in found["results"]}


def test_a_card_that_is_gone_or_without_sections_is_no_traceback(tmp_path: Path) -> None:
    rule = described("license-unknown")
    (gone,) = run(report(FOUND, rules=(rule._replace(card=str(tmp_path / "gone.md")),)))["tool"]["driver"]["rules"]
    assert gone["help"]["text"].endswith("cannot be read (No such file or directory); ask with: cardlint explain license-unknown")
    assert gone["fullDescription"]["text"] == "License unknown"
    (tmp_path / "bare.md").write_text("---\nid: bare\n---\nWords.\n")
    (bare,) = run(report(FOUND, rules=(rule._replace(card=str(tmp_path / "bare.md"), title="", id="bare", category="x-y"),)))["tool"][
        "driver"
    ]["rules"]
    assert (bare["help"], bare["shortDescription"]) == ({"text": "Words.\n", "markdown": "Words.\n"}, {"text": "bare"})
    assert bare["name"] == "XYBare"


# Results


def test_a_result_says_what_where_and_how_grave() -> None:
    assert result(FOUND._replace(severity="note")) == {
        "ruleId": "license-unknown", "ruleIndex": 0, "level": "note", "message": {"text": "no licence"},
        "locations": [{"physicalLocation": {
            "artifactLocation": {"uri": "models/a/README.md", "uriBaseId": "%SRCROOT%"},
            "region": {"startLine": 2, "startColumn": 10, "endLine": 2, "endColumn": 17, "snippet": {"text": "apache2"}},
            "contextRegion": {"startLine": 2, "startColumn": 1, "endLine": 2, "endColumn": len(LINE) + 1, "snippet": {"text": LINE}},
        }}],
        "partialFingerprints": {
            "primaryLocationLineHash": "c424c52e98ac864f1264ddfea26f5240:1", "cardlintFingerprint/v1": "f" * 32,
        },
        "properties": {"subject": "license", "confidence": "high"},
    }  # fmt: skip


def where(place: Place, **target: Any) -> dict[str, Any]:
    found = result(FOUND._replace(place=place), **target)["locations"][0]["physicalLocation"]
    return {name: value for name, value in found.items() if name != "artifactLocation"}


def test_a_place_of_several_lines_is_cut_to_its_first() -> None:
    lines = {"startLine": 2, "startColumn": 10, "endLine": 2, "endColumn": len(LINE) + 1, "snippet": {"text": LINE[9:]}}
    assert where(PLACE._replace(end_line=5)) == {"region": lines, "contextRegion": {"startLine": 2, "endLine": 5}}
    assert where(PLACE._replace(end_line=5, end_column=1))["contextRegion"] == {"startLine": 2, "endLine": 4}
    assert where(PLACE._replace(end_line=3, end_column=1))["contextRegion"]["endLine"] == 2


def test_a_place_without_width_gets_a_character() -> None:
    assert where(PLACE._replace(end_column=10))["region"] == {
        "startLine": 2, "startColumn": 10, "endLine": 2, "endColumn": 11, "snippet": {"text": "a"},
    }  # fmt: skip
    at_end = PLACE._replace(column=len(LINE) + 1, end_column=len(LINE) + 1)
    assert where(at_end) == {"region": {"startLine": 2, "startColumn": 24, "endLine": 2, "endColumn": 25}}
    assert "contextRegion" not in where(PLACE._replace(column=1, end_column=len(LINE) + 1))


@pytest.mark.parametrize("text", ["x" * 1001, "a\x1bb", "a\u202eb", "hf_" + "a" * 34])
def test_what_cannot_be_shown_as_it_is_is_not_shown(text: str) -> None:
    found = where(Place("README.md", 1, 1, 1, len(text) + 1, 0, len(text), text + " "))
    assert "snippet" not in found["region"]
    assert "snippet" not in found["contextRegion"]


def test_a_finding_about_a_secret_shows_no_line() -> None:
    secret = (described("license-unknown")._replace(category="secrets"),)
    for place in (PLACE, PLACE._replace(column=1, end_column=9)):
        assert set(where(place, rules=secret)) == {"region"}
        assert "snippet" not in where(place, rules=secret)["region"]


def test_what_is_at_no_place_is_at_the_beginning_of_its_file() -> None:
    for path, expected in (("README.md", "models/a/README.md"), (None, "models/a/README.md"), ("x/c.json", "models/a/x/c.json")):
        found = result(FOUND._replace(place=None, path=path))["locations"][0]["physicalLocation"]
        assert found == {
            "artifactLocation": {"uri": expected, "uriBaseId": "%SRCROOT%"},
            "region": {"startLine": 1, "startColumn": 1, "endLine": 1, "endColumn": 2},
        }


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("README.md", "README.md"), ("a b/é.md", "a%20b/%C3%A9.md"), ("x:y/z", "x%3Ay/z"), ("//evil.example/a", "%2F/evil.example/a"),
        ("../up/a", "../up/a"), ("50%25.md", "50%2525.md"), ("a\\b#c?d", "a%5Cb%23c%3Fd"), ("", "."), ("\udcff", "%FF"), ("\ud800", "%ED%A0%80"),
        ("é" * 20_000, "%C3%A9" * 10_000), ("x" + "é" * 20_000, "x" + "%C3%A9" * 9_999 + "%C3"),
    ],
)  # fmt: skip
def test_a_path_is_a_relative_reference(path: str, expected: str) -> None:
    assert uri(path) == expected


def test_a_message_links_to_the_first_related_places() -> None:
    related = tuple(RelatedPlace(f"the [{number}] \\", PLACE._replace(line=number)) for number in range(1, 25))
    found = result(FOUND._replace(related=related))
    assert found["message"]["text"] == "no licence ([the \\[1\\] \\\\](1), [the \\[2\\] \\\\](2), [the \\[3\\] \\\\](3))"
    assert [item["id"] for item in found["relatedLocations"]] == list(range(1, 21))
    assert found["relatedLocations"][4]["message"]["text"] == "the [5] \\"
    assert found["relatedLocations"][4]["physicalLocation"]["region"]["startLine"] == 5
    assert ("log-cut", "warning", "1 results have more than 20 related places; the others are left out") in notices(
        report(FOUND._replace(related=related))
    )
    assert result(FOUND._replace(related=related[:1], message=""))["message"]["text"].startswith("license-unknown ([")
    assert result(FOUND._replace(related=(RelatedPlace("", PLACE),)))["message"]["text"] == "no licence ([related](1))"


def test_text_of_a_card_links_to_nothing() -> None:
    found = result(FOUND._replace(message="[x](https://evil.example) \x1b[0m"))
    assert found["message"]["text"] == "[x] (https://evil.example) \\x1b[0m"


def test_two_runs_give_a_finding_the_same_hash_and_no_two_findings_share_one() -> None:
    moved = FOUND._replace(place=PLACE._replace(line=40, end_line=40))
    assert result(moved)["partialFingerprints"] == result(FOUND)["partialFingerprints"]
    assert result(FOUND, shown="models/b")["partialFingerprints"] != result(FOUND)["partialFingerprints"]
    one, two = (item["partialFingerprints"]["primaryLocationLineHash"] for item in run(report(FOUND, FOUND))["results"])
    assert (one.partition(":")[0], two) == (two.partition(":")[0], one.replace(":1", ":2"))


@pytest.mark.parametrize(("kind", "expected"), [("inline", "inSource"), ("waiver", "external"), ("baseline", "external")])
def test_a_suppressed_finding_stays_with_its_reason(kind: Any, expected: str) -> None:
    found = result(FOUND._replace(suppressed=Suppressed(kind, "asked\nlegal")))
    assert found["suppressions"] == [{"kind": expected, "status": "accepted", "justification": f"{kind}: asked\\nlegal"}]


def test_the_state_is_said_of_all_results_or_of_none() -> None:
    known, new, unknown = FOUND._replace(state="unchanged"), FOUND._replace(state="new"), FOUND
    assert [item["baselineState"] for item in run(report(known, new, unknown))["results"]] == ["unchanged", "new", "new"]
    assert "baselineState" not in result(FOUND)
    gone = Entry("models/a", "link-broken", None, "x", "m", "e" * 32, "c" * 32)
    assert [item["baselineState"] for item in run(report(FOUND, gone=(gone,)))["results"]] == ["new"]


def test_a_baseline_says_what_is_new_and_what_is_absent(cardlint: Callable[..., Any], tmp_path: Path) -> None:
    card = tmp_path / "README.md"
    card.write_text("---\nlicense: apache2\npipeline_tag: text-classificaton\n---\n# A\n")
    cardlint("check", "--write-baseline", "b.json")
    card.write_text("---\nlanguage: no\nlicense: apache2\n---\n# A\n")
    done = cardlint("check", "--baseline", "b.json", "--output-format", "sarif")
    (found,) = json.loads(done.out)["runs"]
    states = {item["ruleId"]: (item["baselineState"], "suppressions" in item) for item in found["results"]}
    assert states["license-unknown"] == ("unchanged", True)
    assert states["ambiguous-scalar"] == ("new", False)
    assert states["baseline-outdated"] == ("new", False)
    assert "task-unknown" in {item["ruleId"] for item in found["properties"]["absent"]}


# Fixes


def positions(text: str, line: int, column: int) -> int:
    """The offset of a line and column as SARIF counts them: lines end at LF, CRLF and CR, and a byte order mark does not count."""
    body = text.removeprefix("\ufeff")
    starts = [0, *(match.end() for match in re.finditer(r"\r\n|\n|\r", body))]
    return len(text) - len(body) + starts[line - 1] + column - 1


def replaced(text: str, replacements: list[dict[str, Any]]) -> str:
    """A text with SARIF replacements made, each of a region of the text as it was."""
    edits: list[tuple[int, int, str]] = []
    for item in replacements:
        region, inserted = item["deletedRegion"], item.get("insertedContent", {}).get("text", "")
        if "byteOffset" in region:
            cut = text.encode()[region["byteOffset"] :][: region["byteLength"]].decode()
            edits.append((0, len(cut), inserted))
        else:
            ends = (("startLine", "startColumn"), ("endLine", "endColumn"))
            start, end = (positions(text, region[line], region[column]) for line, column in ends)
            edits.append((start, end, inserted))
    for start, end, inserted in sorted(edits, reverse=True):
        text = text[:start] + inserted + text[end:]
    return text


def failing() -> Iterator[tuple[RuleCard, Example, str]]:
    root = data_folder("rules")
    for rule in shipped().values():
        if rule.fixable:
            card = read_rule_card(rule.card, root)
            for number, example in enumerate(item for item in card.examples if item.verdict == "Fails"):
                yield card, example, f"{rule.id}-{number}"


FAILING = list(failing())


@pytest.mark.parametrize(("card", "example", "name"), FAILING, ids=[name for *_, name in FAILING])
def test_the_fixes_of_a_log_do_what_ours_do(card: RuleCard, example: Example, name: str) -> None:
    target = run_example(card, example, shipped())._replace(shown=name)
    for ending in ("\n", "\r\n", "\r"):
        files = {
            path: content.replace(b"\n", ending.encode())
            for path, content in example.files.items()
            if isinstance(content, bytes) and b"\r" not in content
        }
        if ending != "\n":
            target = run_example(card, replace(example, files={**example.files, **files}), shipped())._replace(shown=name)
        files = {**{path: held for path, held in example.files.items() if isinstance(held, bytes)}, **files}
        compare(target, {path: decode(path, content).content for path, content in files.items()})


def compare(target: Target, texts: dict[str, str]) -> None:
    for finding, found in zip(target.findings, run(Report((target,), "0.1.0", "x", "0"))["results"], strict=True):
        if finding.fix is None:
            assert "fixes" not in found
            continue
        (fix,) = found["fixes"]
        assert fix["properties"] == {"applicability": finding.fix.applicability}
        changes = {change["artifactLocation"]["uri"]: change["replacements"] for change in fix["artifactChanges"]}
        paths = {edit.span.path for edit in finding.fix.edits}
        assert changes.keys() == {uri(f"{target.shown}/{path}") for path in paths}
        for path in paths:
            text = texts.get(path, "")
            ours = applied(text, [edit for edit in finding.fix.edits if edit.span.path == path])
            assert replaced(text, changes[uri(f"{target.shown}/{path}")]) == ours != text


def test_there_are_fixes_of_all_kinds_to_compare() -> None:
    found = [fix for item in everything()["results"] for fix in item.get("fixes", ())]
    regions = [edit["deletedRegion"] for fix in found for change in fix["artifactChanges"] for edit in change["replacements"]]
    assert {fix["properties"]["applicability"] for fix in found} == {"safe", "unsafe"}
    assert {"byteOffset": 0, "byteLength": 3} in regions
    assert any(region.get("startLine") != region.get("endLine") for region in regions)
    assert all(
        ("this may change the meaning" in fix["description"]["text"]) == (fix["properties"]["applicability"] == "unsafe") for fix in found
    )


def fixed(*edits: Edit, edited: tuple[Place, ...] = ()) -> list[dict[str, Any]]:
    found = result(FOUND._replace(fix=Fix("safe", "write \x1b it", edits), edited=edited))["fixes"]
    assert found[0]["description"] == {"text": "write \\x1b it"}
    return [change | {"artifactLocation": change["artifactLocation"]["uri"]} for change in found[0]["artifactChanges"]]


def test_a_fix_may_take_a_byte_order_mark_with_what_follows_or_make_a_file() -> None:
    mark, follows = Place("README.md", 1, 1, 1, 4, 0, 4, ""), {"startLine": 1, "startColumn": 1, "endLine": 1, "endColumn": 4}
    (change,) = fixed(Edit(Span("README.md", 0, 4), ""), edited=(mark,))
    assert change["replacements"] == [{"deletedRegion": {"byteOffset": 0, "byteLength": 3}}, {"deletedRegion": follows}]
    made = Place("LICENSE", 1, 1, 1, 1, 0, 0, "")
    (change,) = fixed(Edit(Span("LICENSE", 0, 0), "MIT"), edited=(made,))
    empty = {"startLine": 1, "startColumn": 1, "endLine": 1, "endColumn": 1}
    assert change == {
        "artifactLocation": "models/a/LICENSE",
        "replacements": [{"deletedRegion": empty, "insertedContent": {"text": "MIT"}}],
    }


def test_a_fix_of_several_files_is_grouped_by_file() -> None:
    first, second = fixed(Edit(Span("a", 0, 1), "x"), Edit(Span("b", 2, 2), "y"), Edit(Span("a", 5, 9), ""))
    assert [item["deletedRegion"] for item in first["replacements"]] == [
        {"charOffset": 0, "charLength": 1},
        {"charOffset": 5, "charLength": 4},
    ]
    assert (first["artifactLocation"], second["artifactLocation"]) == ("models/a/a", "models/a/b")


# What was not done


def test_a_complete_run_is_successful_and_an_incomplete_one_is_not() -> None:
    done = run(report(FOUND))["invocations"]
    assert done == [{"executionSuccessful": True, "toolExecutionNotifications": []}]
    blocked = report(FOUND, skipped=(Skipped("license-unknown", "no block", "frontmatter-invalid"),))
    assert run(blocked)["invocations"][0]["executionSuccessful"] is True
    assert notices(blocked) == [("rule-skipped", "note", "a: license-unknown could not look, because of frontmatter-invalid")]
    unread = report(FOUND, skipped=(Skipped("license-unknown", "gated\x1b"),), failed=(Failed("acme/plug-in", "ImportError: x"),))
    found = run(unread)["invocations"][0]
    assert found["executionSuccessful"] is False
    failed, skipped = found["toolExecutionNotifications"]
    assert failed == {
        "descriptor": {"id": "rule-failed", "index": 0}, "level": "error",
        "message": {"text": "a: acme/plug-in failed: ImportError: x"},
    }  # fmt: skip
    assert skipped["associatedRule"] == {"id": "license-unknown", "index": 0}
    assert skipped["message"]["text"] == "a: license-unknown could not look: gated\\x1b"
    kinds = [kind["id"] for kind in run(unread)["tool"]["driver"]["notifications"]]
    assert all(kinds[item["descriptor"]["index"]] == item["descriptor"]["id"] for item in found["toolExecutionNotifications"])


def test_what_was_not_fixed_is_said() -> None:
    made = report(FOUND, fixing=Fixing(0, (), ("there is more to fix; run again",), "README.md is read-only"))
    assert notices(made) == [
        ("not-fixed", "error", "a: README.md is read-only"),
        ("not-fixed", "note", "a: there is more to fix; run again"),
    ]
    assert run(made)["invocations"][0]["executionSuccessful"] is False
    assert notices(report(FOUND, fixing=Fixing())) == []


def test_more_notices_than_anybody_reads_are_cut_and_that_is_said() -> None:
    said = notices(report(FOUND, skipped=(Skipped("license-unknown", "gated"),) * 1500, failed=(Failed("x", "y"),)))
    assert len(said) == 1000
    assert said[0][0] == "rule-failed"
    assert said[-1] == ("log-cut", "warning", "502 more are left out of this list")


# Limits


def test_the_gravest_results_are_kept_in_their_order_and_the_rest_is_counted() -> None:
    findings = [
        FOUND._replace(severity=severity, subject=str(number), suppressed=Suppressed("inline", "x") if number > 5 else None)
        for number, severity in enumerate(["note", "error", "warning", "error", "note", "warning", "error", "error"])
    ]
    found = run(report(*findings), Limits(results=4, shown=3))
    assert [item["properties"]["subject"] for item in found["results"]] == ["1", "2", "3", "5"]
    said = [item["message"]["text"] for item in found["invocations"][0]["toolExecutionNotifications"]]
    assert said == [
        "4 of 8 results are left out, the least grave, for a log may not be larger",
        "code scanning shows 3 results of a run, the gravest; this one has 4",
    ]
    assert found["invocations"][0]["executionSuccessful"] is True
    assert len(run(report(*findings), Limits(results=8))["results"]) == 8


def test_a_log_is_as_small_compressed_as_it_has_to_be() -> None:
    findings = [FOUND._replace(message=f"{number} {hash(str(number))} " * 5, fingerprint=f"{number:032x}") for number in range(400)]
    whole = render(report(*findings))
    limit = len(gzip.compress(whole.encode(), 6)) // 2
    cut = render(report(*findings), Limits(size=limit))
    assert len(gzip.compress(cut.encode(), 6)) <= limit
    kept = json.loads(cut)["runs"][0]["results"]
    assert 100 < len(kept) < 400
    assert "of 400 results are left out" in cut
    assert json.loads(render(report(*findings), Limits(size=10)))["runs"][0]["results"] == []


def test_rules_that_would_fill_the_log_come_without_their_prose() -> None:
    few = report(*(FOUND._replace(rule=rule) for rule in list(shipped())[:5]))
    whole, small = run(few)["tool"]["driver"]["rules"], Limits(size=2 * len(gzip.compress(json.dumps(run(few)["tool"]).encode(), 6)) - 5000)
    brief = run(few, small)["tool"]["driver"]["rules"]
    assert [rule | {"help": 0} for rule in brief] == [rule | {"help": 0} for rule in whole]
    assert all(rule["help"] == rule["fullDescription"] for rule in brief)
    assert not any(rule["help"] == rule["fullDescription"] for rule in whole)
    lost = "the rules come without their prose, for a log may not be larger; ask with: cardlint explain RULE"
    assert ("log-cut", "warning", lost) in notices(few, small)


def test_texts_are_cut_and_that_is_said() -> None:
    long = FOUND._replace(message="m" * 3000, fix=Fix("safe", "t", (Edit(Span("README.md", 0, 1), "x" * (LONGEST_FIX + 1)),)))
    found = result(long)
    assert found["message"]["text"] == "m" * 1999 + "…"
    assert "fixes" not in found
    assert notices(report(long)) == [
        ("log-cut", "warning", "the messages of 1 results are cut at 2,000 characters"),
        ("log-cut", "warning", "the fixes of 1 results write more than 50,000 characters, and are left out"),
    ]


def test_the_help_of_a_rule_is_cut(tmp_path: Path) -> None:
    (tmp_path / "long.md").write_text("---\nid: long\n---\n# T\n## What it does\n" + "long words " * 10_000)
    (rule,) = run(report(FOUND, rules=(described("license-unknown")._replace(card=str(tmp_path / "long.md"), id="a-" * 200 + "b"),)))[
        "tool"
    ]["driver"]["rules"]
    assert (len(rule["fullDescription"]["text"]), len(rule["help"]["markdown"]), len(rule["name"])) == (1024, 50_000, 201)
    assert rule["help"]["markdown"].endswith("…")


# Any report


def texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    for item in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from texts(item)


def said(found: dict[str, Any]) -> Iterator[str]:
    """All that people are shown of a run, but for the exact text that a fix writes."""
    for item in found["results"]:
        yield from texts({name: value for name, value in item.items() if name != "fixes"})
        yield from (fix["description"]["text"] for fix in item.get("fixes", ()))
    yield from texts([found["invocations"], found["properties"], found["automationDetails"]])


def test_hostile_text_stays_text() -> None:
    found = run(hostile())
    assert CANARY in render(hostile())
    for text in said(found):
        assert visible(text) == text
    messages = [item["message"]["text"] for item in found["results"]]
    assert not any("](javascript" in text for text in [*messages, *texts(found["invocations"])])


@given(reports())
def test_any_report_is_a_log_whose_parts_agree(made: Report) -> None:
    found = run(made)
    rules = [rule["id"] for rule in found["tool"]["driver"]["rules"]]
    findings = [(target, finding) for target in made.targets for finding in target.findings]
    assert len(found["results"]) == len(findings)
    assert all(visible(text) == text for text in said(found))
    for (target, finding), item in zip(findings, found["results"], strict=True):
        assert rules[item["ruleIndex"]] == item["ruleId"] == finding.rule
        assert item["level"] == finding.severity
        assert item["message"]["text"]
        assert ("suppressions" in item) == (finding.suppressed is not None)
        physical = item["locations"][0]["physicalLocation"]
        agrees(physical, target, finding.place.path if finding.place else finding.path or "README.md", finding.place)
        for related, shown in zip(finding.related, item.get("relatedLocations", ()), strict=True):
            agrees(shown["physicalLocation"], target, related.place.path, related.place)
    hashes = [item["partialFingerprints"]["primaryLocationLineHash"] for item in found["results"]]
    assert len(set(hashes)) == len(hashes)
    assert all(re.fullmatch(r"[0-9a-f]{32}:[1-9][0-9]*", item) for item in hashes)
    counts = made.counts()
    assert found["invocations"][0]["executionSuccessful"] == (counts["failed"] == counts["incomplete"] == 0)
    states = {"baselineState" in item for item in found["results"]}
    assert states <= {any(finding.state for _, finding in findings)}


def agrees(physical: dict[str, Any], target: Target, path: str, place: Place | None) -> None:
    """A location: its URI is relative and decodes to the path, its region lies on one line within its context."""
    address = physical["artifactLocation"]["uri"]
    parts = urlsplit(address)
    assert not parts.scheme
    assert not parts.netloc
    assert not address.startswith("/")
    full = f"{target.shown}/{path}" if target.shown and path else target.shown or path or "."
    assert unquote_to_bytes(address).decode("utf-8", "surrogatepass") == full
    region, around = physical["region"], physical.get("contextRegion", {})
    assert region["startLine"] == region["endLine"] == (place.line if place else 1)
    assert region["startColumn"] < region["endColumn"]
    assert region["startColumn"] == (place.column if place else 1)
    if place and "snippet" in region:
        assert place.source[region["startColumn"] - 1 : region["endColumn"] - 1] == region["snippet"]["text"]
    if around:
        assert (around["startLine"], around.get("startColumn", 1)) <= (region["startLine"], region["startColumn"])
        assert (around["endLine"], around.get("endColumn", float("inf"))) >= (region["endLine"], region["endColumn"])
        assert {name: around.get(name) for name in region} != region


# The command


def test_the_command_writes_a_log_and_keeps_its_exit_code(cardlint: Callable[..., Any], tmp_path: Path) -> None:
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "README.md").write_text("---\nlicense: apache2\n---\n# Ä\n")
    done = cardlint("check", "model", "--output-format", "sarif", PYTHONIOENCODING="ascii")
    assert done.code == 1
    (found,) = json.loads(done.out)["runs"]
    assert {item["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for item in found["results"]} == {"model/README.md"}
    again = cardlint("check", "model", "--output-format", "sarif=log.sarif", "--output-format", "concise")
    assert "error[license-unknown]" in again.out
    assert json.loads((tmp_path / "log.sarif").read_text("utf-8")) == json.loads(done.out)
