"""What an audit asks for and the memory it takes: of a thousand repositories and of ten thousand, on a server in a process of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from audits import Audits, read_of
from hub.server import TOKEN, Hub
from serve_organisation import Served

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

METADATA = ("--select", "frontmatter/,metadata/", "--depth", "metadata")
MEGABYTES, MORE = 300, 50
PAGES = {1000: 3, 10_000: 11}


@pytest.fixture(scope="module")
def thousand() -> Iterator[Served]:
    with Served.begun(1000) as served:
        yield served


def _audits(served: Served, home: Path, *arguments: str) -> Audits:
    with Hub() as other:
        environment = other.environment(home / "hf") | {"HF_ENDPOINT": served.url, "HF_TOKEN": TOKEN}
    served.ask("forget")
    return Audits(home, environment, *arguments, patient=True)


def test_card_depth_asks_for_each_card_once_then_for_what_changed(thousand: Served, tmp_path: Path) -> None:
    audits = _audits(thousand, tmp_path, "--depth", "card")
    found = audits.run()
    record = thousand.ask("record")
    assert len(found.names) == 1000
    assert (found.code, found.outcomes["failed"]) == (4, 0)
    assert found.megabytes < MEGABYTES
    assert record["counts"]["api"] <= PAGES[1000] + 3
    assert max(read_of(record["paths"]).values()) == 1
    assert record["counts"] == {"api": record["counts"]["api"], "resolvers": len(read_of(record["paths"]))}
    assert record["writes"] == []
    thousand.ask("forget")
    second = audits.run()
    assert second.report == found.report
    assert thousand.ask("record")["counts"] == {"api": PAGES[1000]}
    name = next(target["target"] for target in found.report["targets"] if not target["skipped"] and target["kind"] == "model")
    thousand.ask("change", "model", name.removeprefix("hf://"))
    thousand.ask("forget")
    third = audits.run()
    assert read_of(thousand.ask("record")["paths"]) == {name: 1}
    before, after = ({target["target"]: target for target in it.report["targets"]} for it in (found, third))
    assert {other for other in after if after[other] != before[other]} == {name}


def test_ten_thousand_take_little_more_memory_than_a_thousand(thousand: Served, tmp_path: Path) -> None:
    few = _audits(thousand, tmp_path / "few", *METADATA).run()
    assert thousand.ask("record")["counts"]["api"] <= PAGES[1000] + 3
    assert "resolvers" not in thousand.ask("record")["counts"]
    with Served.begun(10_000) as served:
        audits = _audits(served, tmp_path / "many", *METADATA)
        many = audits.run()
        counts = served.ask("record")["counts"]
        assert counts == {"api": counts["api"]}
        assert counts["api"] <= PAGES[10_000] + 3
        assert (len(few.names), len(many.names)) == (1000, 10_000)
        assert (few.code, few.outcomes["failed"], many.code, many.outcomes["failed"]) == (4, 0, 4, 0)
        assert few.megabytes < MEGABYTES
        assert many.megabytes < few.megabytes + MORE
        served.ask("forget")
        again = audits.run()
        assert again.report == many.report
        assert again.megabytes < few.megabytes + MORE
        assert served.ask("record")["counts"] == {"api": PAGES[10_000]}
