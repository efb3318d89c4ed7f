"""What the store knows from run to run: what is new, what is gone, since when, and what is not made again."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from cardlint.audit import tables
from cardlint.audit.engines import engine
from cardlint.audit.figures import Figures
from cardlint.audit.standing import Engine, Outcome, Series, Standing
from cardlint.audit.store import Cost, Store
from cardlint.audit.tables import APPLICATION, STEPS
from cardlint.errors import UsageError
from cardlint.policy import Policy
from cardlint.report import Descriptor, Failed, Finding, Place, Skipped, Suppressed, Target

ENGINE = Engine("0.1", "hash", "recommended", "card")
SERIES = Series(("acme",))
RULES = [Descriptor(name, name, "licenses", "error", "high", "card.md", None) for name in ("license-missing", "pickle-unvetted", *"abc")]


def finding(fingerprint: str, rule: str = "license-missing", message: str = "no licence", **more: object) -> Finding:
    made = Finding(rule, "error", "high", message, "", "README.md", Place("README.md", 1, 1, 1, 2, 0, 1, "x"), fingerprint)
    return made._replace(**more)  # type: ignore[arg-type]


def standing(name: str, revision: int = 1, **more: object) -> Standing:
    return Standing(f"hf://acme/{name}", "model", "acme", f"{revision:040x}", "listing", **more)  # type: ignore[arg-type]


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "deep" / "audits.sqlite")


def audit(
    store: Store, repositories: dict[Standing, list[Finding]], engine: Engine = ENGINE, skipped: tuple[Skipped, ...] = (), **how: object
) -> tuple[int, set[str]]:
    run = store.begin(SERIES, engine)
    store.describe(run, RULES, ())
    store.expect(run, [(it, "{}") for it in repositories])
    todo = store.reuse(run)
    for it, found in repositories.items():
        if it.name in todo:
            target = Target(it.name, it.kind, tuple(found), skipped, revision=it.revision)
            store.record(run, Outcome(it, "skipped" if skipped else "audited", target, "why" if skipped else None, lasting=not skipped))
    store.finish(run, **how)  # type: ignore[arg-type]
    return run, todo


def sightings(store: Store) -> list[tuple[str, int, int | None]]:
    rows = store.connection.execute("SELECT fingerprint, since, until FROM sightings ORDER BY fingerprint, since")
    return [tuple(row) for row in rows]


def test_new_unchanged_gone_and_back_again(store: Store) -> None:
    for revision, found in enumerate(["ab", "b", "bc", "abc"], 1):
        audit(store, {standing("m", revision): [finding(letter, letter) for letter in found]})
    assert sightings(store) == [("a", 1, 2), ("a", 4, None), ("b", 1, None), ("c", 3, None)]
    changes = [Figures(store, run).change for run in (1, 2, 3, 4)]
    assert [change and (change.run, change.new, change.gone) for change in changes] == [None, (1, 0, 1), (2, 1, 0), (3, 1, 0)]


def test_a_finding_whose_line_was_edited_is_as_old_as_it_was(store: Store) -> None:
    audit(store, {standing("m", 1): [finding("a"), finding("b"), finding("c", message="another")]})
    audit(store, {standing("m", 2): [finding("x"), finding("d", message="something else")]})
    assert sightings(store) == [("b", 1, 2), ("c", 1, 2), ("d", 2, None), ("x", 1, None)]


def test_a_finding_whose_line_cannot_be_seen_any_more_is_as_old_as_it_was(store: Store) -> None:
    audit(store, {standing("m", 1): [finding("line")]})
    audit(store, {standing("m", 2): [finding("whole")]}, skipped=(Skipped("license-missing", "gated"),))
    assert sightings(store) == [("whole", 1, None)]
    run, _ = audit(store, {standing("m", 3): [finding("line")]})
    assert sightings(store) == [("line", 1, None)]
    assert Figures(store, run).change == (2, Figures(store, 2).row["ended"], 0, 0)


def test_what_has_not_changed_is_not_made_again_but_by_another_engine_or_gate(store: Store) -> None:
    same = standing("m")
    assert audit(store, {same: [finding("a")]})[1] == {same.name}
    assert audit(store, {same: []})[1] == set()
    assert audit(store, {same._replace(listing="gated"): []})[1] == {same.name}
    assert audit(store, {same: []}, ENGINE._replace(details=("another",)))[1] == {same.name}
    assert audit(store, {standing("m", 2): []})[1] == {same.name}
    assert audit(store, {same: []})[1] == set()


def test_what_may_be_had_another_time_is_asked_for_again(store: Store) -> None:
    skipped = (Skipped("license-missing", "the Hub did not answer", passing=True),)
    audit(store, {standing("m"): []}, skipped=skipped)
    assert audit(store, {standing("m"): []})[1] == {"hf://acme/m"}


def test_findings_of_what_was_not_looked_at_are_not_gone(store: Store) -> None:
    audit(store, {standing("m"): [finding("a"), finding("b", "pickle-unvetted")], standing("n"): [finding("c")]})
    audit(store, {standing("m", 2): []}, skipped=(Skipped("license-missing", "gated"),), unlisted=[("the models of acme", "500")])
    assert sightings(store) == [("a", 1, None), ("b", 1, 2), ("c", 1, None)]
    audit(store, {standing("m", 3): []}, skipped=(Skipped("license-missing", "its metadata is broken", "yaml-invalid"),))
    assert sightings(store) == [("a", 1, None), ("b", 1, 2), ("c", 1, 3)]


def test_a_run_that_was_stopped_goes_on_and_another_engine_begins_anew(store: Store) -> None:
    first = store.begin(SERIES, ENGINE)
    assert store.expect(first, [(standing("m"), '{"id": 1}'), (standing("m"), "{}")]) == 1
    assert store.expected(first, "hf://acme/m") == (standing("m"), '{"id": 1}')
    store.spend(first, Cost(2, 30, 0.5))
    assert store.begin(SERIES, ENGINE) == first
    assert store.connection.execute("SELECT count(*) FROM outcomes").fetchone()[0] == 0
    store.spend(first, Cost(1, 20, 0.5))
    assert tuple(store.connection.execute("SELECT requests, received, waited FROM runs").fetchone()) == (3, 50, 1.0)
    second = store.begin(SERIES, ENGINE._replace(policy="strict"))
    assert [row["policy"] for row in store.connection.execute("SELECT policy FROM runs")] == ["strict"]
    assert store.begin(SERIES, ENGINE._replace(policy="strict"), fresh=True) >= second
    assert Figures(store, second).change is None
    assert store.begin(Series(("other",)), ENGINE) != second


def test_a_rest_that_was_not_reached_is_pending_and_incomplete(store: Store) -> None:
    run = store.begin(SERIES, ENGINE)
    store.expect(run, [(standing("m"), "{}"), (standing("n"), "{}")])
    store.record(run, Outcome(standing("m"), "audited", Target("hf://acme/m", "model")))
    assert Figures(store, run).outcomes == {"audited": 1, "skipped": 0, "failed": 0, "pending": 1}
    assert Figures(store, run).exit_code(("error",)) == 4
    assert [document["target"] for document in store.documents(run)] == ["hf://acme/m"]


def test_exit_codes(store: Store) -> None:
    def code(run: int) -> int:
        return Figures(store, run).exit_code(("error",))

    assert code(audit(store, {standing("m", 1): []})[0]) == 0
    assert code(audit(store, {standing("m", 2): [finding("a")]})[0]) == 1
    assert code(audit(store, {standing("m", 3): [finding("a", suppressed=Suppressed("waiver", "w"))]})[0]) == 0
    assert code(audit(store, {standing("m", 3): []}, unlisted=[("the models of acme", "500")])[0]) == 4
    assert code(audit(store, {})[0]) == 4
    run = store.begin(SERIES, ENGINE)
    store.expect(run, [(standing("f"), "{}")])
    broken = Target("hf://acme/f", "model", failed=(Failed("license-missing", "ValueError: oh"),))
    store.record(run, Outcome(standing("f"), "failed", broken, "oh", lasting=False))
    store.finish(run)
    assert code(run) == 3


def test_totals_are_kept_by_rule_kind_and_owner(store: Store) -> None:
    it = standing("m", owner="kitchen")
    run, _ = audit(store, {it: [finding("a"), finding("b"), finding("c", suppressed=Suppressed("waiver", "w"))], standing("n"): []})
    rows = [tuple(row) for row in store.connection.execute("SELECT * FROM totals")]
    assert rows == [(run, "license-missing", "error", "model", "kitchen", 2, 1, 1)]
    assert Figures(store, run).suppressed == 1


def test_texts_that_are_no_unicode_are_kept_as_they_can_be(store: Store) -> None:
    odd = finding("a", message="half \udc80 of a pair")
    run, _ = audit(store, {standing("m"): [odd]})
    assert store.connection.execute("SELECT message FROM findings").fetchone()[0] == "half \\udc80 of a pair"
    assert next(store.documents(run))["findings"][0]["message"] == "half \udc80 of a pair"


def test_a_store_of_a_newer_version_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "new.sqlite"
    Store(path).connection.close()
    connection = sqlite3.connect(path)
    assert connection.execute("PRAGMA application_id").fetchone()[0] == APPLICATION
    connection.execute(f"PRAGMA user_version = {len(STEPS) + 1}")
    connection.close()
    with pytest.raises(UsageError, match="newer cardlint"):
        Store(path)


def test_a_failing_transaction_leaves_nothing(store: Store) -> None:
    run = store.begin(SERIES, ENGINE)
    with pytest.raises(TypeError):
        store.record(run, Outcome(standing("unknown"), "audited", Target("hf://acme/unknown", "model")))
    assert not store.connection.in_transaction


def test_several_processes_may_make_one_store(tmp_path: Path) -> None:
    path = tmp_path / "audits.sqlite"
    first, second = (sqlite3.connect(path, isolation_level=None) for _ in range(2))
    real = tables.statements

    def watched(script: str) -> Iterator[str]:
        yield from real(script)
        assert second.execute("PRAGMA user_version").fetchone() == (0,)  # which is what the second has seen before it waits

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tables, "statements", watched)
        tables.prepare(first, str(path))
    tables.grow(second)
    assert second.execute("PRAGMA user_version").fetchone() == (len(STEPS),)
    first.close()
    second.close()


def test_checks_of_a_plug_in_are_part_of_the_engine(tmp_path: Path) -> None:
    from cardlint.run import Options

    (tmp_path / "rules").mkdir()
    check = tmp_path / "checks.py"
    policy = Policy.load()
    rule = next(iter(policy.rules.values()))._replace(home=str(tmp_path / "rules"), package="brought")
    policy = Policy("house", {**policy.rules, rule.id: rule}, policy.layers)
    keys = []
    for code in ("one", "two"):
        check.write_text(code)
        keys.append(engine(policy, Options(), "card", today=date(2026, 11, 1), asker="").key)
    assert keys[0] != keys[1]


def test_an_older_store_becomes_one_of_today_and_keeps_what_it_has(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "old.sqlite"
    with Store(path) as store:
        audit(store, {standing("m"): [finding("a")]})
    steps = (*STEPS, "ALTER TABLE runs ADD COLUMN note TEXT NOT NULL DEFAULT 'none'")
    monkeypatch.setattr("cardlint.audit.tables.STEPS", (*steps, "ALTER TABLE nowhere ADD COLUMN note TEXT"))
    with pytest.raises(UsageError, match="cannot be used as a store"):
        Store(path)
    monkeypatch.setattr("cardlint.audit.tables.STEPS", steps)
    with Store(path) as store:
        assert store.connection.execute("PRAGMA user_version").fetchone()[0] == len(steps)
        assert [row["note"] for row in store.connection.execute("SELECT note FROM runs")] == ["none"]
        assert sightings(store) == [("a", 1, None)]
