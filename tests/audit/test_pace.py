"""One rate budget for all workers, by what the Hub's answers say."""

from __future__ import annotations

import threading
import time

import pytest
from hub.server import Hub
from hub.store import Repo

import cardlint.hub
from cardlint.audit import pace as subject
from cardlint.audit.pace import SharedPace, bucket_of
from cardlint.hub import Answer
from cardlint.hubstates import HubError

FILE, API = "/acme/kettle/resolve/main/README.md", "/api/models"


class Clock:
    """A clock that goes on only where somebody waits for it."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, pace: SharedPace) -> None:
        self.now = 1000.0
        monkeypatch.setattr(subject.time, "monotonic", lambda: self.now)

        def wait(seconds: float | None = None) -> bool:
            self.now += seconds or 0
            return True

        monkeypatch.setattr(pace._turn, "wait", wait)  # noqa: SLF001


def said(left: int, seconds: int, whole: int = 500) -> Answer:
    return Answer(200, {"ratelimit": f'"api";r={left};t={seconds}', "ratelimit-policy": f'"fixed window";"api";q={whole};w=300'}, b"")


@pytest.mark.parametrize(
    ("path", "bucket"),
    [
        (FILE, "resolvers"),
        ("/api/resolve-cache/models/a/b/c/README.md", "resolvers"),
        (API, "api"),
        ("/acme/kettle", "pages"),
        ("/datasets/acme/birds/resolve/main/a.csv", "resolvers"),
    ],
)
def test_buckets(path: str, bucket: str) -> None:
    assert bucket_of(path) == bucket


def test_nobody_waits_where_nobody_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    pace = SharedPace()
    clock = Clock(monkeypatch, pace)
    for _ in range(10_000):
        pace.enter(FILE)
    pace.seen(FILE, Answer(200, {}, b""))
    pace.seen(FILE, Answer(429, {}, b""))
    pace.seen(FILE, Answer(200, {"ratelimit": '"api";r=x;t='}, b""))
    assert (clock.now, pace.waited) == (1000, 0)


def test_what_is_left_is_shared_and_the_next_window_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    heard: list[str] = []
    pace = SharedPace(say=heard.append)
    clock = Clock(monkeypatch, pace)
    pace.enter(API)
    pace.seen(API, said(2, 100))
    pace.enter(API)
    pace.enter(API)
    pace.enter(FILE)
    assert clock.now == 1000
    pace.enter(API)
    assert clock.now == pytest.approx(1101)
    assert pace.waited == pytest.approx(101)
    assert heard == ["the limit on questions (api) is reached: waiting 101 s"]
    assert pace.budgets["api"].left == 499


def test_answers_under_way_do_not_raise_what_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    pace = SharedPace()
    Clock(monkeypatch, pace)
    pace.seen(API, said(10, 100))
    pace.seen(API, said(7, 100))
    pace.seen(API, said(9, 99))
    assert pace.budgets["api"].left == 7


def test_a_user_may_allow_himself_less(monkeypatch: pytest.MonkeyPatch) -> None:
    pace = SharedPace(3)
    clock = Clock(monkeypatch, pace)
    for _ in range(4):
        pace.enter(FILE)
        pace.seen(FILE, said(2900, 290, 3000))
    assert clock.now == 1300
    for _ in range(3):
        pace.enter(FILE)
    assert clock.now == 1600
    pace.enter(API)
    assert clock.now == 1600


def test_a_refusal_stops_its_bucket_for_as_long_as_it_says(monkeypatch: pytest.MonkeyPatch) -> None:
    pace = SharedPace()
    clock = Clock(monkeypatch, pace)
    pace.seen(API, Answer(429, {"retry-after": "42"}, b""))
    pace.enter(FILE)
    assert clock.now == 1000
    pace.enter(API)
    assert clock.now == 1042


def test_who_waits_is_woken_at_the_end() -> None:
    pace = SharedPace()
    pace.seen(API, Answer(429, {"retry-after": "300"}, b""))
    ended: list[str] = []

    def asks(wait: bool) -> None:
        try:
            pace.sleep(300) if wait else pace.enter(API)
        except HubError as error:
            ended.append(error.state)

    threads = [threading.Thread(target=asks, args=(wait,)) for wait in (False, True)]
    for thread in threads:
        thread.start()
    time.sleep(0.1)
    pace.close()
    for thread in threads:
        thread.join(5)
    assert ended == ["connection", "connection"]


def test_a_limit_of_the_server_is_kept_without_a_refusal(monkeypatch: pytest.MonkeyPatch) -> None:
    with Hub(Repo("acme/kettle", {"README.md": b"x"}), limits={"api": 5}, window=2) as served:
        monkeypatch.setenv("HF_ENDPOINT", served.url)
        pace = SharedPace()
        hub = cardlint.hub.Hub(pace=pace)
        for _ in range(12):
            hub.json("/api/models/acme/kettle", "acme/kettle")
        assert {item.status for item in served.asked} == {200}
        assert len(served.asked) == 12
        assert pace.waited > 2


def test_a_limit_of_nothing_is_none_and_who_waits_together_waits_once(monkeypatch: pytest.MonkeyPatch) -> None:
    pace = SharedPace()
    Clock(monkeypatch, pace)
    pace.seen(API, Answer(200, {"ratelimit-policy": '"fixed window";"api";q=0;w=300'}, b""))
    pace.enter(API)
    assert pace.waited == 0
    monkeypatch.undo()
    pace.seen(API, Answer(429, {"retry-after": "1"}, b""))
    threads = [threading.Thread(target=pace.enter, args=(API,)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert 0.5 < pace.waited < 4
