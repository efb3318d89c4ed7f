"""An audit that is killed at twenty moments, or stopped by whoever began it, ends with the report of one that nobody disturbed."""

from __future__ import annotations

import random
import signal
import time
from typing import TYPE_CHECKING

import pytest
from audits import Audited, Audits, read_of
from hub.server import Hub
from organisation import organisation
from serve_organisation import UNLIMITED

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Iterator
    from pathlib import Path

COUNT, KILLS, JOBS = 1000, 20, 4
ARGUMENTS = ("--depth", "card", "--jobs", str(JOBS))


@pytest.fixture(scope="module")
def hub() -> Iterator[Hub]:
    with Hub(limits=UNLIMITED) as made:
        organisation(made, COUNT)
        yield made


@pytest.fixture(scope="module")
def undisturbed(hub: Hub, tmp_path_factory: pytest.TempPathFactory) -> Audited:
    home = tmp_path_factory.mktemp("undisturbed")
    found = Audits(home, hub.environment(home / "hf"), *ARGUMENTS).run()
    assert found.code == 4  # a gate stands before some
    assert len(found.names) == len({*found.names}) == COUNT
    return found


@pytest.fixture
def audits(hub: Hub, tmp_path: Path) -> Audits:
    hub.asked.clear()
    return Audits(tmp_path, hub.environment(tmp_path / "hf"), *ARGUMENTS)


def _until(hub: Hub, process: subprocess.Popen[str], requests: int) -> bool:
    """Wait until so many more requests have come in; whether the process still runs then."""
    most = len(hub.asked) + requests
    while process.poll() is None and len(hub.asked) < most:
        time.sleep(0.002)
    return process.poll() is None


def test_killed_twenty_times_and_resumed_it_reports_the_same(hub: Hub, audits: Audits, undisturbed: Audited) -> None:
    draw = random.Random(9)
    killed = 0
    # The first kills come while it starts and lists: by the clock. The others while it reads: by how much it has read.
    moments = [(0, draw.uniform(0.0, 1.5)) for _ in range(4)] + [(draw.randint(3, 90), draw.uniform(0.0, 0.05)) for _ in range(KILLS - 4)]
    for requests, seconds in moments:
        finished, before = audits.finished(), len(hub.asked)
        process = audits.begin()
        if _until(hub, process, requests):
            time.sleep(seconds)
            process.kill()
            killed += process.wait() == -signal.SIGKILL
        again = read_of(hub.paths[before:])
        assert not finished & again.keys()
    assert killed == KILLS
    finished, before = audits.finished(), len(hub.asked)
    assert 100 < len(finished) < COUNT
    found = audits.run()
    assert not finished & read_of(hub.paths[before:]).keys()
    assert f"{len(finished):,} of {COUNT:,} repositories are unchanged or were done before" in found.err
    assert (found.code, found.report) == (undisturbed.code, undisturbed.report)
    reads = read_of(hub.paths)
    repeated = sum(reads.values()) - len(reads)
    assert repeated <= KILLS * 2 * JOBS  # what was under way, or read and not noted yet
    hub.asked.clear()
    assert audits.run().report == undisturbed.report
    assert hub.counts == {"api": 3}


def test_interrupted_it_says_so_and_goes_on_from_there(hub: Hub, audits: Audits, undisturbed: Audited) -> None:
    for requests in (1, 3, 60, 300):
        finished, before = audits.finished(), len(hub.asked)
        process = audits.begin()
        assert _until(hub, process, requests)
        process.send_signal(signal.SIGINT)
        begun = time.monotonic()
        stopped = audits.end(process)
        assert (stopped.code, stopped.report) == (130, {})
        assert time.monotonic() - begun < 10
        assert "interrupted" in stopped.err
        assert len(audits.finished() - finished) >= max(0, requests - 3 - 3 * JOBS)
        assert not finished & read_of(hub.paths[before:]).keys()
    found = audits.run()
    assert (found.code, found.report) == (undisturbed.code, undisturbed.report)


def test_interrupted_while_the_hub_does_not_answer_it_ends_at_once(hub: Hub, audits: Audits) -> None:
    hub.fail("/api/datasets", "hang", times=1, seconds=60)
    process = audits.begin()
    assert _until(hub, process, 2)
    time.sleep(0.2)
    process.send_signal(signal.SIGINT)
    begun = time.monotonic()
    assert audits.end(process).code == 130
    assert time.monotonic() - begun < 5
