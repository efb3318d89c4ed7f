"""The page of an audit: its figures are those of the store, each out of the right number, and nothing in it is more than text."""

from __future__ import annotations

import base64
import hashlib
from typing import TYPE_CHECKING, Any

import pytest
from filled import CANARY, filled
from pages import Page, found, outcome, run_of, standing

from cardlint.audit import page
from cardlint.audit.page import render
from cardlint.audit.page_facts import WORST, ages, coverage, views
from cardlint.audit.page_landscape import licenses, owners, trend
from cardlint.audit.page_read import Reading
from cardlint.audit.standing import Outcome
from cardlint.audit.store import Store
from cardlint.formats import html_head
from cardlint.report import Failed, Skipped, Suppressed, Target

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Store, int]]:
    store, run = filled(tmp_path_factory.mktemp("page") / "store.sqlite", repositories=150, runs=4)
    with store:
        yield store, run


@pytest.fixture(scope="module")
def reading(many: tuple[Store, int]) -> Reading:
    return Reading(*many)


@pytest.fixture(scope="module")
def drawn(many: tuple[Store, int]) -> Page:
    return Page(render(*many))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path / "store.sqlite") as made:
        yield made


def scalar(store: Store, query: str, *values: object) -> Any:
    return store.connection.execute(query, values).fetchone()[0]


def test_the_page_is_sound_and_allows_nothing_but_its_own_style_and_script(drawn: Page) -> None:
    assert len(drawn.ids) == len(set(drawn.ids))
    for link in drawn.links:
        assert link[0] == "#"
        assert link[1:] in drawn.ids
    hashes = [
        "sha256-" + base64.b64encode(hashlib.sha256(drawn.contents[tag][0].encode()).digest()).decode() for tag in ("style", "script")
    ]
    assert drawn.policy == f"default-src 'none'; style-src '{hashes[0]}'; script-src '{hashes[1]}'; base-uri 'none'; form-action 'none'"
    assert len(drawn.contents["style"]) == 1
    assert len(drawn.contents["script"]) == 2
    assert "<" not in drawn.contents["script"][1]
    assert not {name for name in drawn.attributes if name.startswith("on") or name in ("style", "src", "srcdoc", "action", "formaction")}
    assert not {"img", "iframe", "object", "embed", "link", "base", "foreignobject", "use", "a:href"} & set(drawn.tags)


def test_the_assets_ask_for_nothing_and_make_no_markup() -> None:
    style = html_head.assets(*page._STYLES, folder=page._ASSETS)  # noqa: SLF001
    script = html_head.assets(*page._SCRIPTS, folder=page._ASSETS)  # noqa: SLF001
    for word in ("http:", "https:", "//cdn", "url(", "@import", "</", "<!--"):
        assert word not in style + script, word
    for word in (
        "innerHTML",
        "outerHTML",
        "insertAdjacentHTML",
        "document.write",
        "eval(",
        "Function(",
        "fetch(",
        "XMLHttpRequest",
        "import(",
    ):
        assert word not in script, word


def test_text_of_repositories_stays_text(drawn: Page, many: tuple[Store, int]) -> None:
    content = render(*many)
    assert CANARY in content
    for bad in (f"<img src=x onerror=\"window['{CANARY}']", f"<script>window['{CANARY}']", "\u202e", "\u2028", "\x1b", "\x07", "\u2066"):
        assert bad not in content, bad
    assert any("\\u202e" in name for name in drawn.data["repositories"]["name"])
    assert [name for name in drawn.data["repositories"]["name"] if "constructor" in name or "__proto__" in name]


def test_every_repository_is_there_once_and_its_findings_are_its_own(drawn: Page, many: tuple[Store, int]) -> None:
    store, run = many
    table, findings = drawn.data["repositories"], drawn.data["findings"]
    assert len(table["name"]) == 150 == scalar(store, "SELECT count(*) FROM outcomes WHERE run = ?", run)
    assert {len(column) for column in table.values()} == {150}
    assert len({len(column) for column in findings.values()}) == 1
    for document in store.documents(run):
        if document["target"] not in table["name"]:
            continue
        at = table["name"].index(document["target"])
        mine = range(table["first"][at], table["first"][at] + table["shown"][at])
        told = sorted((drawn.data["rules"]["id"][findings["rule"][it]], findings["fingerprint"][it]) for it in mine)
        assert told == sorted((item["rule"], item["fingerprint"][:16]) for item in document["findings"])
        assert table["error"][at] == sum(item["severity"] == "error" and not item["suppressed"] for item in document["findings"])
        assert table["suppressed"][at] == sum(item["suppressed"] is not None for item in document["findings"])


def test_coverage_adds_up_and_says_why(reading: Reading, drawn: Page) -> None:
    it = coverage(reading)
    assert sum(it.counts.values()) == it.total == 150
    assert not it.whole
    assert sum(reason.times for reason in it.reasons) == it.total - it.counts["audited"]
    assert f"{it.counts['audited']} of 150 repositories were audited in full" in drawn.text
    assert "Could not be listed: hf://acme-private : 401: the token may not list it" in drawn.text
    assert "6 repositories more were listed and left out" in drawn.text
    assert "\\x1b]0;" in drawn.text


def test_denominators_are_the_repositories_audited_in_full(store: Store) -> None:
    run = run_of(
        store,
        outcome("a", found(), found("link-broken", "note", 1), downloads=70, private=False),
        outcome("b", found("link-broken", "warning"), downloads=30, private=True),
        outcome("c", private=False, license="mit"),
        outcome("d", found(), state="skipped", reason="gated", downloads=900, private=False),
    )
    reading = Reading(store, run)
    made = {view.key: view for view in views(reading)}
    told = {key: [(tile.part, tile.whole) for tile in view.tiles] for key, view in made.items()}
    assert told == {
        "all": [(1, 3), (1, 3), (1, 3), (1, 3)],
        "downloads": [(70, 100), (30, 100), (70, 100), (0, 100)],
        "public": [(1, 2), (0, 2), (1, 2), (1, 2)],
        "private": [(0, 1), (1, 1), (0, 1), (0, 1)],
    }
    assert [row.counts for row in made["all"].rows] == [(1, 1, 0, 1, 0)]
    assert coverage(reading).outside == 1
    page = Page(render(store, run))
    assert "1 of 3 audited repositories, 33.3%" in page.text
    assert "3 of 4 repositories were audited in full (75%)" in page.text
    assert "1 repository that could not be audited in full has findings all the same" in page.text


def test_a_rule_counts_out_of_what_it_could_look_at(store: Store) -> None:
    models = [outcome(f"m{number}", found("license-missing", "error")) for number in range(3)]
    target = Target(
        "hf://acme/m9", "model", (), (Skipped("license-missing", "unreadable"), Skipped("link-broken", "behind", "card-missing"))
    )
    models.append(Outcome(standing("m9"), "audited", target))
    failed = Target("hf://acme/m8", "model", (), (), (Failed("link-broken", "IndexError"),), ("license-missing",))
    models.append(Outcome(standing("m8"), "audited", failed))
    models.append(outcome("d", found("dataset-script", "warning"), kind="dataset"))
    reading = Reading(store, run_of(store, *models))
    assert {rule.id: (rule.affected, rule.looked) for rule in reading.rules.values()} == {
        "dataset-script": (1, 1), "license-missing": (3, 4), "link-broken": (0, 4),
    }  # fmt: skip
    assert [row.gaps for row in reading.repositories] == [0, 0, 0, 0, 1, 1]
    assert coverage(reading).partial == 2
    assert [row.worst for row in reading.repositories] == [1, 0, 0, 0, 4, 4]
    assert WORST[4] == "unknown"


def test_new_back_gone_and_how_long(store: Store) -> None:
    old, comes, goes = found(number=1), found(number=2), found(number=3)
    first = run_of(store, outcome("a", old, goes))
    assert trend(Reading(store, first)) is None
    assert not any(row.new for row in Reading(store, first).repositories)
    assert "first run of this audit" in Page(render(store, first)).text
    run_of(store, outcome("a", old))
    third = run_of(store, outcome("a", old, comes, goes, found(number=4, suppressed=Suppressed("inline", "why"))))
    reading = Reading(store, third)
    (row,) = reading.repositories
    assert (row.new, row.back, row.suppressed) == (2, 1, 1)
    assert [age.times for age in ages(reading)][:2] == [2, 1]
    made = trend(reading)
    assert made is not None
    assert [(point.found[0], point.came, point.went) for point in made.points] == [(2, 0, 0), (1, 0, 1), (3, 3, 0)]
    assert made.summary.endswith("errors rose from 2 to 3; warnings unchanged at 0; notes unchanged at 0")
    page = Page(render(store, third))
    assert "New 1 of 3 findings, never seen before Came back 1 of 3 findings, once gone" in page.text
    assert page.data["findings"]["since"] == [first, third, third, third]
    assert page.data["findings"]["back"] == [0, 0, 1, 0]
    assert Reading(store, first).repositories[0].new == 0, "an older run is shown as it was then"
    assert len(Reading(store, first).runs) == 1


def test_a_run_that_has_not_ended_says_so_and_counts_what_it_reached(tmp_path: Path) -> None:
    store, run = filled(tmp_path / "s.sqlite", repositories=60, runs=2, finish=False)
    with store:
        page = Page(render(store, run))
        assert "This run has not ended" in page.text
        assert "the run has not come to it yet" in page.text
        assert "Since the run before" not in page.text
        reading = Reading(store, run)
        assert coverage(reading).counts["pending"] == 30
        made = trend(reading)
        assert made is not None
        assert made.points[-1].found == tuple(sum(row.found[number] for row in reading.repositories) for number in range(3))
        assert any(point.changed for point in made.points)


def test_owners_and_the_unowned(reading: Reading, drawn: Page) -> None:
    made = owners(reading.repositories)
    assert made[0].owner is None
    assert sum(item.repositories for item in made) == 150
    assert sum(item.found[0] for item in made) == sum(row.found[0] for row in reading.repositories)
    assert drawn.data["owners"]["name"][0] is None
    assert f"{made[0].repositories} of 150 repositories have no owner" in drawn.text


def test_licences_have_none_first_and_know_who_may_read(reading: Reading, store: Store) -> None:
    made = licenses(reading.repositories)
    assert made[0].name == "No licence stated"
    assert sum(item.times for item in made) == 150
    assert all(sum(item.access) == sum(item.kinds) == item.times for item in made)
    many = [outcome(f"r{number}", license=f"license-{number:02d}") for number in range(20)]
    odd = [
        outcome("x", license="mit", gated="auto"),
        outcome("y", license="mit", gated="auto", private=True),
        outcome("z", license="mit", private=False),
    ]
    made = licenses(Reading(store, run_of(store, *many, *odd)).repositories)
    assert (made[0].name, made[0].access) == ("mit", (1, 1, 1, 0))
    assert (len(made), made[-1].name, made[-1].times) == (16, "6 other licences", 6)
    assert made[-1].access == (0, 0, 0, 6)
    assert "Every one of 23 repositories states a licence" in Page(render(store, 1)).text
