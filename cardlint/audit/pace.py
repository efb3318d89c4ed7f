"""How fast the Hub is asked: one budget for all workers, per bucket of its rate limits, as its answers tell.

Headers: `RateLimit: "api";r=497;t=168` says what is left and for how many seconds, `RateLimit-Policy: …;q=500;w=300` the whole and the
window (hub-docs, "Hub Rate limits"). Without them nobody waits until the Hub refuses.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from threading import Condition
from typing import TYPE_CHECKING

from cardlint import hub
from cardlint.hubstates import HubError

if TYPE_CHECKING:
    from collections.abc import Callable

    from cardlint.hub import Answer

WINDOW = 300.0  # seconds: hub-docs, "Hub Rate limits"
_TOO_MANY = 429
_SPARE = 1.0  # seconds after the end of a window: two clocks


@dataclass
class Budget:
    """What is left of a bucket until `ends`, by the clock of `time.monotonic`.

    `whole` is what a window has, None where nobody said, `window` its seconds. `told` says that the end is the server's word.
    """

    left: float = float("inf")
    ends: float = 0.0
    whole: int | None = None
    window: float = WINDOW
    told: bool = False

    def renew(self, now: float) -> None:
        """Begin the next window where this one has ended: nobody has said yet what it has, so as much as the last."""
        if now >= self.ends and self.whole is not None:
            self.left, self.ends, self.told = self.whole, now + self.window, False
        elif now >= self.ends:
            self.left = float("inf")

    def hear(self, answer: Answer, now: float) -> None:
        """Take over what an answer says. Of several answers under way the least that is left counts."""
        told, policy = _fields(answer.headers.get("ratelimit", "")), _fields(answer.headers.get("ratelimit-policy", ""))
        if whole := policy.get("q"):  # with none at all everybody would wait for ever
            self.whole = int(whole)
        self.window = min(policy.get("w", WINDOW), WINDOW) or WINDOW
        seconds, left = told.get("t"), told.get("r")
        if seconds is not None and left is not None:
            ends = now + min(seconds, WINDOW) + _SPARE
            is_new = not self.told or ends > self.ends + 2 * _SPARE
            self.left = left if is_new else min(self.left, left)
            self.ends, self.told = (ends, True) if is_new else (self.ends, True)
        elif answer.status == _TOO_MANY and (wait := answer.headers.get("retry-after", "")).isascii() and wait.isdigit():
            self.left, self.ends = 0, now + min(float(wait), WINDOW)


class SharedPace(hub.Pace):
    """One budget per bucket, shared by all workers. `rate` is the most requests of a window that the user allows himself."""

    longest = WINDOW + 60

    def __init__(self, rate: int | None = None, say: Callable[[str], None] = lambda _: None) -> None:
        """`say` is told why everybody waits."""
        self.rate = rate
        self.waited = 0.0
        self.budgets: dict[str, Budget] = {}
        self._own: dict[str, Budget] = {}
        self._say = say
        self._turn = Condition()
        self._closed = False
        self._waiting, self._since = 0, 0.0

    def enter(self, path: str) -> None:
        """Wait until the bucket of this address has something left, and take one of it. Raises HubError once the run has ended."""
        bucket = bucket_of(path)
        with self._turn:
            budgets = self._of(bucket)
            while not self._closed:
                now = time.monotonic()
                for budget in budgets:
                    budget.renew(now)
                empty = [budget for budget in budgets if budget.left < 1]
                if not empty:
                    for budget in budgets:
                        budget.left -= 1
                    return
                self._wait(bucket, max(budget.ends for budget in empty) - now)
        raise HubError("connection", "the run has ended")

    def _of(self, bucket: str) -> list[Budget]:
        """The budgets of a bucket: the Hub's, and the user's own where he has one."""
        found = [self.budgets.setdefault(bucket, Budget())]
        if self.rate is not None:
            found.append(self._own.setdefault(bucket, Budget(whole=self.rate)))
        return found

    def seen(self, path: str, answer: Answer) -> None:
        """Take over what an answer says of its bucket."""
        with self._turn:
            budget = self.budgets.setdefault(bucket_of(path), Budget())
            budget.hear(answer, time.monotonic())
            self._turn.notify_all()

    def sleep(self, seconds: float) -> None:
        """Wait before a question is repeated, no longer than the run lasts. Raises HubError once it has ended."""
        ends = time.monotonic() + seconds
        with self._turn:
            while not self._closed and (left := ends - time.monotonic()) > 0:
                self._turn.wait(left)
            if self._closed:
                raise HubError("connection", "the run has ended")

    def close(self) -> None:
        """Nobody asks for anything any more: whoever waits is woken."""
        with self._turn:
            self._closed = True
            self._turn.notify_all()

    def _wait(self, bucket: str, seconds: float) -> None:
        self._say(f"the limit on {_WORDS[bucket]} is reached: waiting {max(1, round(seconds))} s")
        if not self._waiting:
            self._since = time.monotonic()
        self._waiting += 1
        self._turn.wait(max(0.05, seconds))
        self._waiting -= 1
        if not self._waiting:  # they wait at the same time, and that counts once
            self.waited += time.monotonic() - self._since


_WORDS = {"api": "questions (api)", "resolvers": "files (resolvers)", "pages": "pages"}


def bucket_of(path: str) -> str:
    """The bucket that an address counts in: api, resolvers or pages (hub-docs, "Hub Rate limits")."""
    if "/resolve/" in path or "/resolve-cache/" in path:
        return "resolvers"
    return "api" if path.startswith("/api/") else "pages"


def _fields(header: str) -> dict[str, float]:
    """The numbers of a header such as `"api";r=497;t=168`; what is none is left out."""
    found: dict[str, float] = {}
    for item in header.split(";"):
        name, _, value = item.strip().partition("=")
        if value.isascii() and value.isdigit() and len(value) < 10:  # noqa: PLR2004 - digits: nobody has more
            found[name] = float(value)
    return found
