"""Settling: waivers by day, owner and place, and the rules that speak once all others have."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from cardlint import engine, settle
from cardlint.checks import meta
from cardlint.errors import Inapplicable, UsageError
from cardlint.policy import Layer, Policy, Waiver
from cardlint.policyfile import load_policy
from cardlint.report import Entry, Report
from cardlint.repository import Identity, Repository
from cardlint.rule import shipped
from cardlint.source import Memory

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from conftest import Done

    from cardlint.baseline import Baseline
    from cardlint.report import Target

    Command = Callable[..., Done]

CARD = b"---\nlicense: apache2\n---\n# T\n"
DAY = date(2026, 6, 15)
ONLY = ("--select", "license-unknown,waiver-expired,suppression-unused,baseline-outdated")


def waiver(*, rule: str = "license-unknown", repository: str | None = None, path: str | None = None, expires: date = DAY) -> Waiver:
    return Waiver(frozenset({rule}), repository, path, "ml-platform", "renamed in autumn", expires, "org.yaml:4:5")


def with_waivers(*waivers: Waiver, name: str | None = None, card: bytes = CARD) -> Target:
    repository = Repository(Memory({"README.md": card}), Identity("model", name, told=True))
    policy = load_policy(shipped(), select=("license-unknown", "waiver-expired", "suppression-unused"))
    policy = Policy(policy.name, policy.rules, (*policy.layers, Layer("org", waivers=waivers)), policy.select)
    return settle.check(repository, policy.bind(repository), settle.Terms(DAY))


def outcome(target: Target) -> list[tuple[str, str | None, str | None]]:
    return [(item.rule, item.path, item.suppressed.kind if item.suppressed else None) for item in target.findings]


FOUND = ("license-unknown", "README.md", None)
WAIVED = ("license-unknown", "README.md", "waiver")
EXPIRED = ("waiver-expired", None, None)


@pytest.mark.parametrize(
    ("one", "name", "expected"),
    [
        (waiver(), None, [WAIVED]),
        (waiver(expires=DAY + timedelta(1)), None, [WAIVED]),
        (waiver(expires=DAY - timedelta(1)), None, [EXPIRED, FOUND]),
        (waiver(rule="license-missing"), None, [FOUND]),
        (waiver(repository="acme/*"), "acme/x", [WAIVED]),
        (waiver(repository="acme/*"), "other/x", [FOUND]),
        (waiver(repository="acme/*"), None, [FOUND]),
        (waiver(repository="acme/*", expires=date(2020, 1, 1)), "acme/x", [EXPIRED, FOUND]),
        (waiver(repository="acme/*", expires=date(2020, 1, 1)), "other/x", [FOUND]),
        (waiver(path="*.md"), None, [WAIVED]),
        (waiver(path="docs/*.md"), None, [FOUND]),
    ],
)  # fmt: skip
def test_a_waiver_holds_where_it_speaks_and_through_its_last_day(one: Waiver, name: str | None, expected: list[object]) -> None:
    assert outcome(with_waivers(one, name=name)) == expected


def test_a_waiver_says_who_answers_for_it_until_when() -> None:
    (finding,) = with_waivers(waiver()).findings
    assert finding.suppressed == ("waiver", "renamed in autumn (ml-platform, until 2026-06-15)")


def test_an_expired_waiver_names_rule_owner_day_and_line_and_is_not_waived() -> None:
    mute = waiver(rule="waiver-expired")
    finding, _ = with_waivers(waiver(expires=date(2026, 1, 31)), mute).findings
    assert finding.place is None
    assert finding.severity == "error"
    assert finding.suppressed is None
    assert finding.message == (
        "the waiver of license-unknown expired on 2026-01-31; ask ml-platform to renew it or remove it (org.yaml:4:5)"
    )


def test_what_is_suppressed_in_the_file_is_not_waived_and_not_unused() -> None:
    card = b"---\nlicense: apache2 # cardlint: ignore[license-unknown] so agreed\n---\n"
    target = with_waivers(waiver(), card=card)
    assert outcome(target) == [("license-unknown", "README.md", "inline")]


def test_a_finding_without_path_is_excused_by_no_path() -> None:
    finding = with_waivers().findings[0]._replace(path=None)
    assert settle._excused(finding, [waiver(path="*")]).suppressed is None  # noqa: SLF001
    assert settle._excused(finding, [waiver()]).suppressed is not None  # noqa: SLF001


def test_the_day_may_be_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1000000000")
    assert settle.today() == date(2001, 9, 9)
    monkeypatch.delenv("SOURCE_DATE_EPOCH")
    assert abs(settle.today() - datetime.now(UTC).date()) <= timedelta(1)


@pytest.mark.parametrize("value", ["yesterday", "1" * 30, "1.5"])
def test_a_day_that_is_none_is_an_error(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", value)
    with pytest.raises(UsageError, match="SOURCE_DATE_EPOCH"):
        settle.today()


def test_before_settling_the_rules_about_our_own_files_do_not_run() -> None:
    repository = Repository(Memory({"README.md": b"---\nlicense: mit # cardlint: ignore[license-unknown] x\n---\n"}))
    policy = load_policy(shipped(), select=("license-unknown", "suppression-unused"))
    selection = policy.bind(repository)
    found = engine.run(repository, selection)
    assert found.findings == found.failed == found.not_applicable == ()
    with pytest.raises(Inapplicable):
        repository.fact("suppressions")
    target = settle.settle(repository, selection, found, settle.Terms(DAY))
    assert [item.rule for item in target.findings] == ["suppression-unused"]


def test_a_rule_with_more_findings_than_are_kept_leaves_its_suppressions_alone() -> None:
    body = b"![](a)\n\n" * (engine.MOST_PER_RULE + 5) + b"<!-- cardlint: ignore[image-alt-missing] x -->\n![](a)\n"
    repository = Repository(Memory({"README.md": b"---\nlicense: mit\n---\n" + body}))
    policy = load_policy(shipped(), select=("image-alt-missing", "suppression-unused"))
    target = settle.check(repository, policy.bind(repository), settle.Terms(DAY))
    assert {item.rule for item in target.findings} == {"image-alt-missing"}


def test_long_lists_are_cut() -> None:
    many = tuple(Entry(".", f"rule-{number}", None, "s", "m" * 200, "f", "c") for number in range(2000))
    (problem,) = meta.outdated(many)
    assert problem.message.endswith(
        f"(rule-0 in no file: {'m' * 49}…; rule-1 in no file: {'m' * 49}…; rule-2 in no file: {'m' * 49}… and 1,997 more)"
    )
    assert "2,000 entries" in problem.message


# The command


def configured(folder: Path, expires: str, name: str = "") -> None:
    folder.mkdir(exist_ok=True)
    where = f", repository: {name}" if name else ""
    (folder / "README.md").write_bytes(CARD)
    (folder / ".cardlint.yaml").write_text(
        f"waivers:\n  - {{rule: license-unknown, owner: ml-platform, reason: renamed in autumn, expires: {expires}{where}}}\n"
    )


def test_the_command_knows_the_day(cardlint: Command, tmp_path: Path) -> None:
    configured(tmp_path, "2026-06-15")
    noon = {"SOURCE_DATE_EPOCH": str(int(datetime(2026, 6, 15, 23, 59, tzinfo=UTC).timestamp()))}
    later = {"SOURCE_DATE_EPOCH": str(int(datetime(2026, 6, 16, 0, 0, tzinfo=UTC).timestamp()))}
    assert cardlint("check", *ONLY, **noon)[:2] == (0, "1 suppressed in 1 repository.\n")
    done = cardlint("check", *ONLY, "--output-format", "concise", **later)
    assert done.code == 1
    assert done.out.splitlines() == [
        ".: error[waiver-expired] the waiver of license-unknown expired on 2026-06-15; ask ml-platform to renew it or remove it (.cardlint.yaml:2:5)",
        'README.md:2:10: error[license-unknown] "apache2" is not a Hub licence id; did you mean apache-2.0?',
    ]
    assert cardlint("check", *ONLY, SOURCE_DATE_EPOCH="noon").code == 2


def test_many_processes_settle_alike(cardlint: Command, tmp_path: Path) -> None:
    for name, expires in (("a", "2999-01-01"), ("b", "2001-01-01"), ("c", "2999-01-01")):
        configured(tmp_path / name, expires)
    (tmp_path / "c" / "README.md").write_text("---\nlicense: apache2 # cardlint: ignore[license-unknown] so agreed\n---\n# T\n")
    (tmp_path / "c" / "README.md").write_text("---\nlicense: mit # cardlint: ignore[license-unknown] so agreed\n---\n# T\n")
    options = (*ONLY, "--output-format", "json", "a", "b", "c")
    one, many = cardlint("check", *options), cardlint("check", *options, "--jobs", "3")
    assert one == many
    assert json.loads(one.out)["summary"] | {"error": 2, "warning": 1, "suppressed": 1} == json.loads(one.out)["summary"]


# Locks: what a repository does to other rules does not silence a locked one


LOCKED = "rules: {license-missing: {severity: error, locked: true}}\n"


def under(
    folder: Path, *, card: str | None, own: str = "", lock: str = LOCKED, held: Baseline | None = None, record: bool = False
) -> Target:
    """What is found in a repository under an organisation's policy, with the repository's own configuration."""
    (folder / "org.yaml").write_text(lock)
    (folder / ".cardlint.yaml").write_text(own)
    files = {} if card is None else {"README.md": card.encode()}
    policy = load_policy(shipped(), name=str(folder / "org.yaml"), config=folder / ".cardlint.yaml")
    repository = Repository(Memory(files), Identity("model", told=True))
    return settle.check(repository, policy.bind(repository), settle.Terms(DAY, held, record))


def excuse(target: Target) -> str | None:
    (skipped,) = [item for item in target.skipped if item.rule == "license-missing"]
    return skipped.because


OURS = "waivers: [{rule: frontmatter-missing, owner: a, reason: b, expires: 2027-01-31}]"


@pytest.mark.parametrize(
    ("card", "own", "because"),
    [
        ("# A\n", "", "frontmatter-missing"),
        ("# A\n", "rules: {frontmatter-missing: note}", None),
        ("# A\n", OURS, None),
        ("<!-- cardlint: ignore[frontmatter-missing] meant -->\n# A\n", "", None),
        ("---\nx: [\n---\n", "", "frontmatter-invalid"),
        ("---\nx: [\n---\n", "rules: {frontmatter-invalid: note}", None),
        (None, "", "card-missing"),
        (None, "rules: {card-missing: note}", None),
        (None, "rules: {card-missing: off}", None),
    ],
)
def test_only_what_counts_and_is_as_grave_excuses_a_locked_rule(tmp_path: Path, card: str | None, own: str, because: str | None) -> None:
    target = under(tmp_path, card=card, own=own)
    assert excuse(target) == because
    code = Report((target,), "0", "p", "h").exit_code()
    assert code == (4 if because is None else 1)


def test_the_lock_that_admits_no_excuse_is_named(tmp_path: Path) -> None:
    (skipped,) = [item for item in under(tmp_path, card=None, own="rules: {card-missing: note}").skipped if item.rule == "license-missing"]
    assert skipped.reason == f"there is no README.md; card-missing is no excuse, for {tmp_path}/org.yaml:1:9 locks license-missing"


@pytest.mark.parametrize("path", ["README.md", "docs/**"])
def test_a_lock_on_paths_asks_for_the_gravity_it_has_there(tmp_path: Path, path: str) -> None:
    lock = f"overrides: [{{when: {{path: '{path}'}}, rules: {{license-missing: {{severity: warning, locked: true}}}}}}]\n"
    assert excuse(under(tmp_path, card=None, own="rules: {card-missing: note}", lock=lock)) is None
    assert excuse(under(tmp_path, card=None, own="rules: {card-missing: warning}", lock=lock)) == "card-missing"


def test_rules_that_are_not_locked_are_excused_by_what_is_suppressed(tmp_path: Path) -> None:
    target = under(tmp_path, card="<!-- cardlint: ignore[frontmatter-missing] meant -->\n# A\n")
    assert {item.because for item in target.skipped if item.rule != "license-missing"} == {"frontmatter-missing"}


SILENCED = "---\nlicenses: mit # cardlint: ignore[key-deprecated] as agreed\n---\n# A\n"


@pytest.mark.parametrize(
    ("card", "own", "lock", "found"),
    [
        ("---\nlicenses: mit\n---\n# A\n", "", LOCKED, {"license-missing", "key-deprecated"}),
        ("---\nlicenses: mit\n---\n# A\n", "rules: {key-deprecated: error}", LOCKED, {"key-deprecated"}),
        ("---\nlicenses: mit\n---\n# A\n", "", LOCKED.replace("error", "warning"), {"key-deprecated"}),
        (SILENCED, "rules: {key-deprecated: error}", LOCKED, {"license-missing"}),
        ("---\nlicenses: mit\n---\n# A\n", "", LOCKED.replace(", locked: true", ""), {"key-deprecated"}),
        (SILENCED, "", LOCKED.replace(", locked: true", ""), set()),
        ("---\nlicenses: mit\n---\n# A\n", "", f"overrides: [{{when: {{kind: space}}, {LOCKED.strip()}}}]", {"key-deprecated"}),
    ],
)
def test_a_locked_rule_yields_to_what_counts_and_is_as_grave(tmp_path: Path, card: str, own: str, lock: str, found: set[str]) -> None:
    counting = {item.rule for item in under(tmp_path, card=card, own=own, lock=lock).findings if item.suppressed is None}
    assert counting & {"license-missing", "key-deprecated"} == found


def test_each_of_several_locks_on_paths_voids_suppressions_there(tmp_path: Path) -> None:
    one = "{{when: {{path: {}}}, rules: {{license-unknown: {{locked: true}}}}}}"
    lock = f"overrides: [{one.format('docs/**')}, {one.format('README.md')}]\n"
    card = "---\nlicense: apache2 # cardlint: ignore[license-unknown] so agreed\n---\n# T\n"
    assert ("license-unknown", "README.md", None) in outcome(under(tmp_path, card=card, lock=lock))


def test_a_baseline_takes_over_debt_of_locked_rules_and_nothing_new_gets_past_it(cardlint: Command, tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("---\nlicense: apache2\ntags: [3]\n---\n# T\n")
    (tmp_path / "org.yaml").write_text("rules: {license-unknown: {severity: error, locked: true}}")
    options = ("check", "--policy", "org.yaml", "--output-format", "concise")
    assert cardlint(*options, "--write-baseline", "b.json").code == 0
    assert cardlint(*options, "--baseline", "b.json").code == 0
    (tmp_path / "README.md").write_text("---\nlicense: [apache2, mti]\ntags: [3]\n---\n# T\n")
    done = cardlint(*options, "--baseline", "b.json")
    assert done.code == 1
    assert '"mti"' in done.out
