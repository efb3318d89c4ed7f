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


class SharedPace(hub.Pace):
    """One budget per bucket, shared by all workers. `rate` is the most requests of a window that the user allows himself."""

    longest = WINDOW + 60

    def __init__(self, rate: int | None = None, say: Callable[[str], None] = lambda _: None) -> None:
        """`say` is told why everybody waits."""
        self.rate = rate
        self.waited = 0.0
        self.budgets: dict[str, Budget] = {}
        self._say = say
        self._turn = Condition()
        self._closed = False

    def enter(self, path: str) -> None:
        """Wait until the bucket of this address has something left, and take one of it. Raises HubError once the run has ended."""
        bucket = bucket_of(path)
        with self._turn:
            budget = self.budgets.setdefault(bucket, self._fresh())
            while not self._closed:
                now = time.monotonic()
                if now >= budget.ends:
                    self._renew(budget, now)
                if budget.left >= 1:
                    budget.left -= 1
                    return
                self._wait(bucket, budget.ends - now)
        raise HubError("ended", "the run has ended")

    def seen(self, path: str, answer: Answer) -> None:
        """Take over what an answer says of its bucket. Of several answers under way the least that is left counts."""
        with self._turn:
            budget = self.budgets.setdefault(bucket_of(path), self._fresh())
            told, policy = _fields(answer.headers.get("ratelimit", "")), _fields(answer.headers.get("ratelimit-policy", ""))
            if (whole := policy.get("q")) is not None:
                budget.whole = int(whole)
            budget.window = min(policy.get("w", WINDOW), WINDOW) or WINDOW
            if (seconds := told.get("t")) is not None and (left := told.get("r")) is not None:
                ends = time.monotonic() + min(seconds, WINDOW) + _SPARE
                if not budget.told or ends > budget.ends + 2 * _SPARE:  # a new window
                    used = 0.0 if budget.whole is None else budget.whole - left
                    budget.left = left if self.rate is None else min(left, self.rate - used)
                    budget.ends, budget.told = ends, True
                budget.left = min(budget.left, left)
            elif answer.status == _TOO_MANY:
                self._exhaust(budget, answer.headers.get("retry-after", ""))
            self._turn.notify_all()

    def sleep(self, seconds: float) -> None:
        """Wait before a question is repeated, no longer than the run lasts. Raises HubError once it has ended."""
        ends = time.monotonic() + seconds
        with self._turn:
            while not self._closed and (left := ends - time.monotonic()) > 0:
                self._turn.wait(left)
            if self._closed:
                raise HubError("ended", "the run has ended")

    def close(self) -> None:
        """Nobody asks for anything any more: whoever waits is woken."""
        with self._turn:
            self._closed = True
            self._turn.notify_all()

    def _fresh(self) -> Budget:
        return Budget() if self.rate is None else Budget(self.rate, time.monotonic() + WINDOW, self.rate)

    def _renew(self, budget: Budget, now: float) -> None:
        whole = min((most for most in (budget.whole, self.rate) if most is not None), default=None)
        budget.left = float("inf") if whole is None else whole
        budget.ends, budget.told = now + budget.window if whole is not None else 0.0, False

    def _exhaust(self, budget: Budget, seconds: str) -> None:
        """Stop a bucket for as long as a refusal says, if it says it."""
        if seconds.isascii() and seconds.isdigit():
            budget.left, budget.ends = 0, time.monotonic() + min(float(seconds), WINDOW)

    def _wait(self, bucket: str, seconds: float) -> None:
        self._say(f"the Hub's limit on {_WORDS[bucket]} is reached: waiting {max(1, round(seconds))} s")
        start = time.monotonic()
        self._turn.wait(max(0.05, seconds))
        self.waited += time.monotonic() - start


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
