"""How far an audit is: one line that is written anew on a terminal, a line now and then elsewhere. All of it on standard error."""

from __future__ import annotations

import time
from threading import Lock
from typing import TYPE_CHECKING, TextIO

from cardlint.formats.safe import visible_line

if TYPE_CHECKING:
    from cardlint.audit.standing import State

_TERMINAL, _LOG = 0.2, 15.0  # seconds between two lines
_ENOUGH = 20  # repositories before anybody guesses how long the rest takes
_MINUTE = 60


class Progress:
    """Counts outcomes and says so. `quiet` says nothing."""

    def __init__(self, stream: TextIO | None, *, quiet: bool = False) -> None:
        self._stream = None if quiet else stream
        self._terminal = self._stream is not None and self._stream.isatty()
        self._counts = {"audited": 0, "skipped": 0, "failed": 0}
        self._total = self._known = 0
        self._began = self._shown = self._latest = time.monotonic()
        self._waiting = ("", 0.0)
        self._lock = Lock()

    def start(self, total: int, known: int) -> None:
        """So many repositories there are, and of so many it is known what they come to."""
        self._total, self._known, self._began = total, known, time.monotonic()
        if known:
            self.say(f"{known:,} of {total:,} repositories are unchanged or were done before")

    def done(self, state: State) -> None:
        """One more repository is done."""
        self._counts[state] += 1
        self._latest = time.monotonic()
        self.tick()

    def again(self, count: int) -> None:
        """So many of those that failed are looked at once more."""
        self._counts["failed"] -= count

    def wait(self, why: str) -> None:
        """Everybody waits. Called from any thread."""
        with self._lock:
            is_new = why.partition(":")[0] != self._waiting[0].partition(":")[0] or time.monotonic() - self._waiting[1] > _LOG
            self._waiting = (why, time.monotonic() if is_new else self._waiting[1])
        if is_new and not self._terminal:
            self.say(why)

    def say(self, line: str) -> None:
        """A line that stays."""
        if self._stream is not None:
            self._write(f"{_CLEAR if self._terminal else ''}{visible_line(line)}\n")

    def tick(self) -> None:
        """Say how far it is, where it is time to."""
        now = time.monotonic()
        if self._stream is None or now - self._shown < (_TERMINAL if self._terminal else _LOG):
            return
        self._shown = now
        self._write(f"{_CLEAR}{self.line()}" if self._terminal else f"{self.line()}\n")

    def end(self) -> None:
        """Take the line away."""
        if self._terminal:
            self._write(_CLEAR)

    def line(self) -> str:
        """How far it is, in a line."""
        done = sum(self._counts.values())
        said = [f"{done + self._known:,} of {self._total:,}"]
        said += [f"{count:,} {name}" for name, count in self._counts.items() if count and name != "audited"]
        if done >= _ENOUGH:
            now = time.monotonic()
            left = (self._total - self._known - done) * (now - self._began) / done
            # The last ones may be much larger than the rest: where nothing was done for a while, it takes as long again.
            said.append(f"about {_duration(max(left, now - self._latest))} left")
        why, since = self._waiting
        if why and time.monotonic() - since < _LOG:
            said.append(why)
        return visible_line(" · ".join(said))

    def _write(self, text: str) -> None:
        assert self._stream is not None
        with self._lock:
            try:
                self._stream.write(text)
                self._stream.flush()
            except (OSError, ValueError):  # whoever listened went away; the audit is what matters
                self._stream = None


_CLEAR = "\r\x1b[K"


def _duration(seconds: float) -> str:
    if seconds < _MINUTE:
        return f"{round(seconds)} s"
    minutes = round(seconds / _MINUTE)
    return f"{minutes} min" if minutes < 2 * _MINUTE else f"{minutes // _MINUTE} h {minutes % _MINUTE} min"
