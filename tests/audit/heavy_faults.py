"""A Hub of which every tenth answer goes wrong: each repository of an audit is accounted for once, and nothing unread looks clean."""

from __future__ import annotations

import zlib
from collections import Counter
from typing import TYPE_CHECKING

import pytest
from audits import Audited, Audits, read_of
from hub.server import Asked, Fault, Hub
from organisation import Organisation, organisation
from serve_organisation import UNLIMITED

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

COUNT = 1000
ARGUMENTS = ("--select", "frontmatter/,metadata/,section-missing", "--depth", "card", "--jobs", "8")
FAULTS = (
    Fault("", status=429, body=b""),
    Fault("", status=429, headers={"Retry-After": "1"}),
    Fault("", status=500),
    Fault("", status=503, body=b"<html>"),
    Fault("", "hang", seconds=3),
    Fault("", "truncate"),
    Fault("", "close"),
)


class Mishaps:
    """Something wrong with a tenth of all requests: with which is drawn by address and how often it was asked, so that it is the same again."""

    def __init__(self) -> None:
        self.met: Counter[int] = Counter()
        self._asked: Counter[str] = Counter()

    def __call__(self, asked: Asked) -> Fault | None:
        self._asked[asked.path] += 1
        lot = zlib.crc32(f"{asked.path} {self._asked[asked.path]}".encode())
        if lot % 10:
            return None
        number = lot // 10 % len(FAULTS)
        self.met[number] += 1
        return FAULTS[number]


@pytest.fixture(scope="module")
def served() -> Iterator[tuple[Hub, Organisation]]:
    with Hub(limits=UNLIMITED) as hub:
        yield hub, organisation(hub, COUNT)


@pytest.fixture(scope="module")
def undisturbed(served: tuple[Hub, Organisation], tmp_path_factory: pytest.TempPathFactory) -> Audited:
    home = tmp_path_factory.mktemp("undisturbed")
    return Audits(home, served[0].environment(home / "hf"), *ARGUMENTS).run()


@pytest.fixture(autouse=True)
def healthy(served: tuple[Hub, Organisation]) -> Iterator[None]:
    """Whatever a test breaks is whole again after it."""
    yield
    served[0].faults.clear()
    served[0].mishap = lambda _: None


def _audits(hub: Hub, home: Path) -> Audits:
    hub.asked.clear()
    return Audits(home, hub.environment(home / "hf", HF_HUB_DOWNLOAD_TIMEOUT="1"), *ARGUMENTS)


def _add_up(found: Audited) -> None:
    """Every repository once, and totals that are those of the targets."""
    assert len(found.names) == len({*found.names}) == COUNT
    assert sum(found.outcomes.values()) == COUNT
    assert found.outcomes["pending"] == 0
    targets = found.report["targets"]
    severities = Counter(item["severity"] for target in targets for item in target["findings"] if item["suppressed"] is None)
    summary = found.report["summary"]
    assert {name: summary[name] for name in ("error", "warning", "note")} == {
        name: severities[name] for name in ("error", "warning", "note")
    }
    assert summary["skipped"] == sum(len(target["skipped"]) for target in targets)
    unread = {target["target"] for target in targets if any(item["because"] is None for item in target["skipped"])}
    assert len(unread) == found.outcomes["skipped"] + found.outcomes["failed"]


def test_a_tenth_of_requests_goes_wrong_and_all_is_read_all_the_same(
    served: tuple[Hub, Organisation], undisturbed: Audited, tmp_path: Path
) -> None:
    hub, _ = served
    audits = _audits(hub, tmp_path)
    hub.mishap = mishaps = Mishaps()
    found = audits.run()
    assert {*mishaps.met} == {*range(len(FAULTS))}
    assert sum(mishaps.met.values()) > COUNT // 20
    _add_up(found)
    assert (found.code, found.outcomes) == (undisturbed.code, undisturbed.outcomes)
    assert found.report == undisturbed.report


def test_what_stays_unread_is_named_and_is_all_that_is_asked_for_again(
    served: tuple[Hub, Organisation], undisturbed: Audited, tmp_path: Path
) -> None:
    hub, made = served
    audits = _audits(hub, tmp_path)
    hub.mishap = Mishaps()
    lost = [repo for repo in made.sorts["plain"] if repo.kind == "model"][:40:4]
    for number, repo in enumerate(lost):
        fault = FAULTS[2 + number % 5]
        hub.fail(f"/{repo.id}/resolve/", fault.how, status=fault.status, seconds=3)
    found = audits.run()
    _add_up(found)
    assert found.code == 4
    names = {f"hf://{repo.id}" for repo in lost}
    assert found.outcomes["failed"] == len(lost)
    targets = {target["target"]: target for target in found.report["targets"]}
    assert all(any(item["because"] is None for item in targets[name]["skipped"]) for name in names)
    whole = {target["target"]: target for target in undisturbed.report["targets"]}
    assert {name for name in whole if whole[name] != targets[name]} == names
    hub.faults.clear()
    hub.mishap = lambda _: None
    hub.asked.clear()
    again = audits.run()
    assert read_of(hub.paths).keys() == names
    assert again.report == undisturbed.report


def test_a_listing_that_breaks_off_is_no_organisation_without_the_rest(served: tuple[Hub, Organisation], tmp_path: Path) -> None:
    hub, _ = served
    audits = _audits(hub, tmp_path)
    hub.fail(r"/api/datasets\?", "truncate")
    found = audits.run()
    assert found.code == 4
    assert found.report["audit"]["unlisted"]
    assert not any(name.startswith("hf://datasets/") for name in found.names)
    assert len(found.names) == COUNT * 17 // 20
    hub.faults.clear()
    assert len(audits.run().names) == COUNT
