"""The summary of a run in Markdown: coverage first, every count beside what it is out of, and nothing in it acts."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest
from comparedruns import found, outcome, run
from rendering import cells
from reports import HOSTILE

from cardlint.audit import summary_markdown, summary_text
from cardlint.audit.reasons import alike
from cardlint.audit.standing import Outcome, Standing
from cardlint.audit.store import Store
from cardlint.errors import UsageError
from cardlint.formats.contents import cut
from cardlint.formats.safe import visible
from cardlint.report import Target

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

BOLD = frozenset({"strong_open"})
TODAY = dt.date(2026, 11, 30)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path / "s") as made:
        yield made


def summary(store: Store, number: int) -> str:
    store.connection.execute("UPDATE runs SET began = '2026-11-30T02:00:00+00:00'")
    return "".join(summary_markdown.render(store, number, TODAY))


def test_a_clean_first_run_is_short(store: Store) -> None:
    assert summary(store, run(store, [outcome("x")])) == (
        "## cardlint: 1 of 1 repository audited\n\n"
        "Nothing found in 1 repository audited.\n"
        "The first run of its series, so there is nothing to hold it against.\n"
        "Policy recommended, depth card, cardlint `0.1.0`, run 1 of `2026-11-30T02:00:00+00:00`.\n"
    )


def test_coverage_comes_first_then_what_there_is_to_do(store: Store) -> None:
    a, b, old = found(subject="a"), found(subject="b", severity="warning"), found("link-broken", "old")
    run(store, [outcome("x", a, old), outcome("y")])
    run(store, [outcome("x", old), outcome("y")])
    skipped = outcome("z", state="skipped", reason="gated | @team", skipped=[("license-unknown", "gated")])
    hidden = found(subject="h", suppressed="waiver")
    number = run(
        store, [outcome("x", a, b, hidden, owner="ml-platform"), outcome("y", b), skipped, outcome("w", state="failed")],
        unlisted=[("spaces of acme", "no answer")], left_out=2,
        waivers=[("2026-11-29", "late"), ("2026-12-30", "soon"), ("2026-12-31", "later")],
    )  # fmt: skip
    assert summary(store, number) == (
        "## cardlint: 2 of 4 repositories audited\n\n"
        "**Incomplete: 1 skipped, 1 failed, 1 listing not read.** What was not examined counts as nothing, and not as clean.\n\n"
        "Findings in 2 of 4 repositories: 1 error in 1, 2 warnings in 2. 1 finding suppressed.\n"
        "2 repositories left out by filters and not counted here.\n"
        "Since run 2: 3 new, of them 1 that had been gone; 1 gone.\n"
        "Policy recommended, depth card, cardlint `0.1.0`, run 3 of `2026-11-30T02:00:00+00:00`.\n"
        "\n### Not audited\n\n"
        "| what | repositories | why | for instance |\n| --- | --- | --- | --- |\n"
        "| failed | 1 | no reason is noted | `hf://acme/w` |\n"
        "| skipped | 1 | gated &#124;` @team` | `hf://acme/z` |\n"
        "\n### Not listed\n\n| what | why |\n| --- | --- |\n| `spaces of acme` | no answer |\n"
        "\n### Rules\n\n"
        "| severity | rule | findings | repositories |\n| --- | --- | --- | --- |\n"
        "| error | `license-unknown` | 1 | 1 of 3 |\n"
        "| warning | `license-unknown` | 2 | 2 of 3 |\n"
        "\n### Repositories\n\n"
        "| repository | owner | errors | warnings | notes |\n| --- | --- | --- | --- | --- |\n"
        "| `hf://acme/x` | ml-platform | 1 | 1 | 0 |\n"
        "| `hf://acme/y` |  | 0 | 1 | 0 |\n"
        "\n### New since run 2\n\n"
        "| severity | rule | repository | place | message |\n| --- | --- | --- | --- | --- |\n"
        "| error again | `license-unknown` | `hf://acme/x` | `README.md:2:10` | m |\n"
        "| warning | `license-unknown` | `hf://acme/x` | `README.md:2:10` | m |\n"
        "| warning | `license-unknown` | `hf://acme/y` | `README.md:2:10` | m |\n"
        "\n### Gone since run 2\n\n"
        "| rule | findings | repositories |\n| --- | --- | --- |\n"
        "| `link-broken` | 1 | 1 |\n"
        "\n### Waivers that end within 30 days of 2026-11-30\n\n"
        "| last day | rules | repositories | owner | reason |\n| --- | --- | --- | --- | --- |\n"
        "| `2026-11-29` (ended) | link-broken | `any` | late | for now |\n"
        "| `2026-12-30` | link-broken | `any` | soon | for now |\n"
    )


def test_a_reason_that_many_have_is_told_once_and_rates_are_of_those_a_rule_is_for(store: Store) -> None:
    gated = [
        outcome(
            name, state="skipped", reason=f"acme/{name}/README.md is gated: https://hub/acme/{name}", skipped=[("task-missing", "gated")]
        )
        for name in ("a", "b", "c")
    ]
    target = Target("hf://spaces/acme/s", "space", not_applicable=("license-unknown",))
    space = Outcome(Standing(target.name, "space", "acme"), "audited", target, None)
    number = run(store, [*gated, space, outcome("m", found(), found("task-missing"))])
    said = summary(store, number)
    assert "| skipped | 3 | `…/README.md` is gated: `https://hub/…` | `hf://acme/a` |\n" in said
    assert "| error | `license-unknown` | 1 | 1 of 4 |\n| error | `task-missing` | 1 | 1 of 1 |\n" in said
    text = "".join(summary_text.render(store, number))
    assert "      3  …/README.md is gated: https://hub/…\n" in text
    assert "  error    license-unknown        1 of 4 repositories        1 finding\n" in text


@pytest.mark.parametrize(
    ("reason", "name", "told"),
    [
        ("acme/x is gated", "hf://acme/x", "… is gated"),
        (
            "acme/x-base, acme/x.1 and big-acme/x are gated, not acme/x.",
            "hf://acme/x",
            "acme/x-base, acme/x.1 and big-acme/x are gated, not ….",
        ),
        ("hf://acme/x names datasets/acme/x", "hf://acme/x", "… names datasets/acme/x"),
        ("https://hub/datasets/acme/x", "hf://datasets/acme/x", "https://hub/…"),
        ("a file of a/README.md and b/a/x", "a", "a file of …/README.md and b/a/x"),
        ("./a b/README.md", "./a b", "…/README.md"),
    ],
)
def test_a_reason_without_its_repository(reason: str, name: str, told: str) -> None:
    assert alike(reason, name) == told


def test_a_run_that_has_not_finished_says_so(store: Store) -> None:
    run(store, [outcome("x")])
    said = summary(store, run(store, [outcome("x", found())], finish=False, pending=["y", "z"]))
    assert "## cardlint: 1 of 3 repositories audited\n\n**Incomplete: 2 pending, the run has not finished.**" in said
    assert "Findings in 1 of 3 repositories: 1 error in 1.\nWhat is new and gone is known once the run has finished.\n" in said
    assert "| pending | 2 | the run has not come to it yet | `hf://acme/y` |\n" in said
    assert "### New" not in said


def test_tables_are_cut_and_say_of_how_many(store: Store) -> None:
    run(store, [outcome("x")])
    each = [found(f"rule-{number:02}", message="é|`" * 400) for number in range(40)]
    number = run(store, [outcome(f"r{index:02}", *each) for index in range(40)], waivers=[("2026-12-01", "who")] * 20)
    said = summary(store, number)
    for title in (
        "Rules (the first 15 of 40 rules)",
        "Repositories (the first 15 of 40 repositories)",
        "New since run 1 (the first 25 of 1600 findings)",
    ):
        assert f"### {title}\n" in said
    assert len(said.encode()) <= summary_markdown.LIMIT
    assert "### Waivers that end within 30 days of 2026-11-30 (the first 15 of 20 waivers)\n" in said


def test_hostile_names_do_nothing(store: Store) -> None:
    for index, text in enumerate(HOSTILE[:-1]):
        finding = found(subject=str(index), message=text, path=text.replace("\ud800", ""))
        skips = [("link-broken", text)]
        outcomes = [outcome("x", finding), outcome("y", state="skipped", reason=text, skipped=skips)]
        shown = text.encode("utf-8", "backslashreplace").decode()
        outcomes[0] = outcomes[0]._replace(standing=outcomes[0].standing._replace(owner=shown))
        with store.connection as connection:
            number = run(store, outcomes, unlisted=[(shown, shown)])
            connection.execute("UPDATE repositories SET name = ? WHERE name = 'hf://acme/x'", (shown,))
        said = summary(store, number)
        assert visible(cut(shown, 300)) in {cell.text for cell in cells(said, BOLD)}
        store.connection.execute("UPDATE repositories SET name = 'hf://acme/x' WHERE name = ?", (shown,))


def test_today_is_today_and_a_run_must_be_there(store: Store) -> None:
    soon = (dt.datetime.now(dt.UTC).date() + dt.timedelta(days=7)).isoformat()
    number = run(store, [outcome("x")], waivers=[(soon, "who")])
    assert f"| `{soon}` |" in "".join(summary_markdown.render(store, number))
    with pytest.raises(UsageError, match="has no run 9"):
        list(summary_markdown.render(store, 9))
