"""Evidence as it is come across: one piece for each thing said of each name, no more than anybody reads, the gravest first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cardlint.weights.verdict import MORE, Concern, Evidence

if TYPE_CHECKING:
    from cardlint.weights.verdict import Verdict

MOST = 100  # of each gravity


class Collected:
    """What was found until now. A budget that ends, or data that does, takes nothing back."""

    def __init__(self) -> None:
        self._found: dict[Verdict, dict[tuple[str, str, str], Evidence]] = {"block": {}, "review": {}, "ok": {}}
        self._more: tuple[Evidence, ...] = ()

    def __bool__(self) -> bool:
        return bool(self._found["block"] or self._found["review"])

    def add(self, item: Evidence) -> None:
        """A piece of evidence, unless the same was said before or there is enough of its kind."""
        kept = self._found[item.verdict]
        if len(kept) < MOST:
            kept.setdefault((item.about, item.message, item.member), item)
        elif item.verdict == "review" and (item.about, item.message, item.member) not in kept:
            self._more = (MORE,)

    def say(self, verdict: Verdict, about: str, message: str, *, offset: int | None = None, concern: Concern = "format") -> None:
        """The same in its parts."""
        self.add(Evidence(verdict, concern, about, message, offset=offset))

    def broken(self, error: Exception, what: str) -> None:
        """The file is no `what`, or breaks off; `offset` of the error says where."""
        self.say("review", "structure", f"cannot be read to its end as {what}: {error}", offset=getattr(error, "offset", None))

    def spent(self) -> None:
        """The budget is used up before the end."""
        self.say("review", "budget", "is too large or too intricate to be looked at to its end", concern="unread")

    def evidence(self) -> tuple[Evidence, ...]:
        """All of it."""
        return (*self._found["block"].values(), *self._found["review"].values(), *self._more)
