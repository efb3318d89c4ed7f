"""The parts of the page of an audit: waivers, fixes, policies, pictures, words, bounds, and what it says where there is nothing to say."""

from __future__ import annotations

from datetime import date
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest
from filled import HOSTILE, filled
from pages import ENGINE, Page, found, outcome, run_of, standing

from cardlint.audit import page_embed, page_read, page_runs, page_words
from cardlint.audit import standing as standings
from cardlint.audit.page import render
from cardlint.audit.page_charts import Line, Part, bar, columns, lines
from cardlint.audit.page_facts import categories, coverage, fixable, passing
from cardlint.audit.page_landscape import trend
from cardlint.audit.page_read import Reading
from cardlint.audit.standing import Outcome
from cardlint.audit.store import Store
from cardlint.errors import UsageError
from cardlint.policy import Waiver
from cardlint.problem import Fix
from cardlint.report import Skipped, Suppressed, Target

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path / "store.sqlite") as made:
        yield made


def waiver(rule: str, expires: date, *, repository: str | None = None, path: str | None = None, reason: str = "r") -> Waiver:
    return Waiver(frozenset({rule}), repository, path, "owner", reason, expires, "policy.yaml:1:1")


def excused(by: Waiver) -> Suppressed:
    return Suppressed("waiver", f"{by.reason} ({by.owner}, until {by.expires})")


def test_each_waiver_covers_what_it_suppresses_and_an_expired_one_what_counts_again(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cardlint.audit.store.now", lambda: "2026-11-30T02:00:00+00:00")
    last = waiver("license-missing", date(2026, 11, 30), repository="acme/a")
    twin = waiver("license-missing", date(2026, 11, 30), repository="acme/b")
    gone = waiver("link-broken", date(2026, 11, 29), repository="acme/*", path="*.md")
    never = waiver("dataset-script", date(2027, 5, 1), path="*.py")
    run = run_of(
        store,
        outcome("a", found(suppressed=excused(last)), found("link-broken", "note", 1), found("link-broken", "note", 2)),
        outcome("b", found(suppressed=excused(twin)), found("link-broken", "note", 3, suppressed=Suppressed("inline", "x"))),
        outcome("c", found("dataset-script", "note", 4), kind="dataset"),
        Outcome(standing("d"), "audited", Target("hf://acme/d", "model", (found("link-broken", "note", 5)._replace(path=None),))),
        Outcome(standing("d")._replace(name="/srv/d"), "audited", Target("/srv/d", "model", (found("link-broken", "note", 6),))),
        waivers=[never, last, twin, gone],
    )
    groups = {group: [(it.repository, it.left, it.covered) for it in held] for group, held in Reading(store, run).covers.groups()}
    assert groups == {
        "Expired": [("acme/*", -1, 2)], "Within 30 days": [("acme/a", 0, 1), ("acme/b", 0, 1)], "Later": [(None, 152, 0)],
    }  # fmt: skip
    told = Page(render(store, run)).text
    assert "2026-11-29 1 day ago link-broken acme/*, *.md owner r 2 findings" in told
    assert "2026-11-30 the last day license-missing acme/a owner r 1 finding" in told
    assert "2027-05-01 152 days left dataset-script every repository, *.py owner r 0 findings" in told


def test_what_can_be_fixed_is_counted_with_where(store: Store) -> None:
    safe, unsafe = Fix("safe", "t", ()), Fix("unsafe", "t", ())
    run = run_of(
        store,
        outcome("a", found(fix=safe), found(number=1, fix=unsafe), found("link-broken", "note", 2)),
        outcome("b", found(fix=safe), found(number=3, fix=safe, suppressed=Suppressed("inline", "x"))),
    )
    it = fixable(Reading(store, run))
    assert (it.safe, it.unsafe, it.safe_repositories, it.unsafe_repositories, it.open) == (2, 1, 2, 1, 4)
    assert [(rule, some, others) for rule, _, some, others, _ in it.rules] == [("license-missing", 2, 1)]
    assert "Safe to fix 2 of 4 findings, in 2 repositories" in Page(render(store, run)).text


def test_policies_and_subjects(store: Store) -> None:
    run = run_of(store, outcome("a", found()), outcome("b", found("link-broken", "note")), outcome("c", found("from-elsewhere", "warning")))
    reading = Reading(store, run)
    assert [(group.title, group.rules, group.found) for group in categories(reading)] == [
        ("documentation", 1, (0, 0, 1)), ("metadata", 1, (1, 0, 0)), ("of a former policy", 1, (0, 1, 0)),
    ]  # fmt: skip
    by_name = {it.title: it for it in passing(reading)}
    recommended = by_name["recommended"]
    assert (recommended.ran, recommended.passing, recommended.whole) == (1, 2, 3)
    assert recommended.total > recommended.ran
    assert "hub" not in by_name, "none of what the hub policy calls an error ran"
    assert recommended.share == "66.7%"


def test_nothing_found(store: Store) -> None:
    told = Page(render(store, run_of(store, outcome("a"), outcome("b")))).text
    for words in ("2 of 2 repositories were audited in full.", "Nothing was found in what could be examined.", "No rule found anything that counts.",
                  "There is nothing to fix.", "This is the first run of this audit.", "Nobody is named as owner of any of 2 repositories"):  # fmt: skip
        assert words in told
    assert "never counted as clean" not in told
    assert "1 of 1 repository was audited in full." in Page(render(store, run_of(store, outcome("a")))).text


def test_no_repository_at_all(store: Store) -> None:
    run = run_of(store, unlisted=[("hf://nobody", "404")], left_out=1)
    page = Page(render(store, run))
    for words in ("No repository was listed, so nothing is known.", "1 repository more was listed and left out", "Nothing can be said",
                  "There are no repositories, so nobody owns any.", "There are no repositories."):  # fmt: skip
        assert words in page.text
    assert page.text.startswith("Audit - cardlint")
    assert page.data["repositories"]["name"] == []


def test_everything_failed(tmp_path: Path) -> None:
    store, run = filled(tmp_path / "s.sqlite", repositories=60, runs=2, doom="failed")
    with store:
        page = Page(render(store, run))
        assert "0 of 60 repositories were audited in full (0%)" in page.text
        assert "No repository could be audited." in page.text
        assert "Nothing can be said: no repository was audited in full." in page.text
        assert len(coverage(Reading(store, run)).reasons) >= 3


def test_many_reasons_are_not_all_listed(store: Store) -> None:
    run = run_of(
        store, *(outcome(f"r{number}", state="skipped", reason=f"reason {number}") for number in range(33)), outcome("x", state="failed")
    )
    it = coverage(Reading(store, run))
    assert (len(it.reasons), it.more_reasons) == (30, 4)
    assert it.reasons[0].reason == "no reason is noted"
    assert "4 rarer reasons not listed here" in Page(render(store, run)).text


def test_the_page_has_room_for_the_gravest_and_counts_all(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page_read, "MOST_FINDINGS", 6)
    three = [
        found("link-broken", "note", 1),
        found("link-broken", "warning", 2),
        found(number=3),
        found(number=4, suppressed=Suppressed("inline", "x")),
    ]
    run = run_of(store, outcome("a", *three), outcome("b", *three))
    page = Page(render(store, run))
    assert page.data["repositories"]["shown"] == [3, 3]
    assert page.data["findings"]["severity"] == [0, 1, 2] * 2
    assert "This page shows 6 of them, the gravest of each repository" in page.text
    assert Reading(store, run).rules["link-broken"].found == [0, 2, 2]
    monkeypatch.setattr(page_read, "MOST_OF_ONE", 1)
    monkeypatch.setattr(page_read, "MOST_FINDINGS", 100)
    assert Page(render(store, run)).data["repositories"]["shown"] == [1, 1]


@pytest.mark.parametrize(
    ("endpoint", "hub"),
    [
        ("https://huggingface.co", "https://huggingface.co"),
        ("https://user:word@hub.example:8443/base/", "https://hub.example:8443/base"),
        ("http://127.0.0.1:9", None), ("https://", None), ("javascript:alert(1)", None),
    ],
)  # fmt: skip
def test_links_lead_to_the_endpoint_by_https_or_nowhere(store: Store, endpoint: str, hub: str | None) -> None:
    assert Page(render(store, run_of(store, outcome("a")), endpoint=endpoint)).data["run"]["hub"] == hub


def test_only_pages_of_rules_by_https_are_linked(store: Store) -> None:
    run = run_of(store, outcome("a", found()))
    store.connection.execute("UPDATE rules SET url = 'javascript:alert(1)' WHERE id = 'link-broken'")
    store.connection.execute("UPDATE rules SET url = NULL WHERE id = 'dataset-script'")
    urls = dict(zip(*(Page(render(store, run)).data["rules"][name] for name in ("id", "url")), strict=True))
    assert urls["license-missing"].startswith("https://")
    assert urls["link-broken"] is None is urls["dataset-script"]


def test_long_text_is_cut_and_says_so(store: Store) -> None:
    run = run_of(store, Outcome(standing("a"), "audited", Target("hf://acme/a", "model", (found()._replace(message="x" * 5_000),))))
    (text,) = [text for text in Page(render(store, run)).data["texts"] if text.startswith("xx")]
    assert text == "x" * page_embed._LONGEST + " […4,600 characters left out…] "  # noqa: SLF001


def test_a_run_that_is_not_there(store: Store) -> None:
    with pytest.raises(UsageError, match="there is no run 7 in"):
        render(store, 7)


def test_a_long_series_shows_its_last_runs(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page_runs, "MOST_RUNS", 2)
    for _ in range(3):
        run = run_of(store, outcome("a", found()))
    made = trend(Reading(store, run))
    assert made is not None
    assert (made.earlier, len(made.points), made.changes) == (1, 2, False)
    assert "1 earlier run not shown." in Page(render(store, run)).text


def test_what_was_obeyed_is_said(store: Store) -> None:
    it = outcome("a")._replace(honoured=(".cardlint.yaml",))
    page = Page(render(store, run_of(store, it)))
    assert "In 1 repository the repository's own settings or suppressions were obeyed" in page.text
    assert page.data["texts"][page.data["repositories"]["honoured"][0][0]] == ".cardlint.yaml"


def test_the_command_can_be_repeated(store: Store) -> None:
    assert "cardlint audit acme --policy strict --owners 'owners of.yaml'" in Page(render(store, run_of(store, outcome("a")))).text
    run = store.begin(standings.Series(("x" * 3_000, HOSTILE[1])), ENGINE)
    assert "characters left out" in Page(render(store, run)).text


def test_titles_name_who_was_audited(store: Store) -> None:
    many = [outcome(name, namespace=name) for name in ("a", "b")]
    assert Page(render(store, run_of(store, *many))).text.startswith("Audit of a and b - cardlint")
    many += [outcome(name, namespace=name) for name in ("c", "d")]
    assert Page(render(store, run_of(store, *many))).text.startswith("Audit of a, b and 2 more - cardlint")


def test_skips_of_one_rule_name_it_and_many_are_counted(store: Store) -> None:
    skipped = (Skipped("license-missing", "same"), Skipped("link-broken", "same"), Skipped("dataset-script", "other"))
    page = Page(render(store, run_of(store, Outcome(standing("a"), "skipped", Target("hf://acme/a", "model", (), skipped), "x"))))
    told = {(page.data["texts"][text], count, rule) for text, count, _, rule in page.data["repositories"]["skips"][0]}
    assert told == {("same", 2, ""), ("other", 1, "dataset-script")}


@pytest.mark.parametrize(
    ("part", "whole", "said"),
    [(0, 0, "n/a"), (0, 9, "0%"), (9, 9, "100%"), (1, 3, "33.3%"), (1, 5_000, "< 0.1%"), (4_999, 5_000, "> 99.9%"), (1, 100, "1%")],
)
def test_a_share_says_neither_none_nor_all_where_that_is_not_so(part: int, whole: int, said: str) -> None:
    assert page_words.share(part, whole) == said


def test_numbers_sizes_and_times_as_people_say_them() -> None:
    assert [page_words.amount(number) for number in (7, 9_204, 1_250_000, 3_000_000_000)] == ["7", "9,204", "1.2 million", "3.0 billion"]
    assert [page_words.size(number) for number in (0, 512, 1_234, 56_000, 5_600_000, 10**15)] == [
        "0 bytes", "512 bytes", "1.2 kB", "56 kB", "5.6 MB", "1,000.0 TB",
    ]  # fmt: skip
    assert [page_words.span(seconds) for seconds in (1, 42, 60, 720, 12_600)] == [
        "1 second",
        "42 seconds",
        "1 minute",
        "12 minutes",
        "3.5 hours",
    ]
    assert [page_words.listed(names) for names in ([], ["a"], ["a", "b"], ["a", "b", "c"])] == ["", "a", "a and b", "a, b and c"]
    assert page_words.days_between("2026-11-01T00:00:00Z", "2026-11-30") == 29
    assert page_words.days_between("", "2026-11-30") == 0


def numbers(picture: Any, name: str) -> list[float]:
    return [float(part.split('"')[0]) for part in str(picture).split(f' {name}="')[1:]]


def test_a_bar_is_as_long_as_its_parts_and_says_what_they_are() -> None:
    picture = bar([Part("error", 25, "Errors"), Part("note", 0, "Notes"), Part("clean", 75, "<None>")], 100, "a label")
    assert numbers(picture, "x") == [0, 0, 250]
    assert numbers(picture, "width") == [1000, 247, 750]
    assert 'role="img"' in picture
    assert "&lt;None&gt;: 75" in picture
    assert "Notes" not in picture
    assert numbers(bar([Part("error", 1, "E")], 100_000, "tiny"), "width")[1] == 1.5


@pytest.mark.parametrize("runs", [2, 6, 9, 40])
def test_a_picture_stays_in_its_frame(runs: int) -> None:
    days, changes = [f"2026-01-{1 + number % 28:02d}" for number in range(runs)], [number == 1 for number in range(runs)]
    told = [Line(tone, tone, tuple(number * 317 for number in range(runs))) for tone in ("error", "warning", "note")]
    drawn = lines(told, days, "label", changes)
    stacked = columns([[Part("audited", 10_000, "Audited"), Part("failed", 2_345, "Failed")]] * runs, days, "label", changes)
    assert "15k" in stacked
    assert str(drawn).count('class="change"') == 1
    assert str(drawn).count("<circle") == (runs if runs <= 30 else 0)
    for picture in (drawn, stacked):
        assert all(0 <= value <= 360 for value in numbers(picture, "x"))
        assert all(0 <= value <= 200 for value in numbers(picture, "y"))
    shown = numbers(drawn, "cx")
    assert all(before < after for before, after in pairwise(shown))


def test_a_picture_of_nothing() -> None:
    assert ">4<" in lines([Line("error", "Errors", (0, 0))], ["a", "b"], "label", [False, False])
