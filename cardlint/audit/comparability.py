"""Whether two sides can be held against each other: what is absent on one of them says something only where that one looked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cardlint.formats.contents import cut, plural

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cardlint.audit.sides import Examined, Head, Side

_NAMED = 6
_LONGEST = 300


class Terms:
    """What is known of two sides as wholes. A side is `old` or `new`."""

    def __init__(self, old: Side, new: Side) -> None:
        self.old, self.new = old, new
        first, second = old.head, new.head
        self.is_alike = (first.policy, first.rules_hash) == (second.policy, second.rules_hash)
        told = first.arguments is not None and second.arguments is not None
        self.is_one_series = not told or first.arguments == second.arguments

    def _head(self, side: str) -> Head:
        return self.old.head if side == "old" else self.new.head

    def why_absent(self, side: str) -> str | None:
        """Why it says nothing that a side does not have a repository; None where it was not there."""
        head = self._head(side)
        if head.unlisted:
            return f"{side.upper()} may lack it because of this: {cut(head.unlisted[0], _LONGEST)}"
        return None if self.is_one_series else f"{side.upper()} was asked for something else and may not have looked for it"

    def why_unseen(self, side: str, there: Examined, rule: str) -> str | None:
        """Why it says nothing that a side has no finding of a rule in a repository; None where the rule looked and found none."""
        name = side.upper()
        if rule in there.blocked:
            return f"{rule} could not look in {name}: {cut(there.blocked[rule], _LONGEST)}"
        if there.coverage == "pending":
            return f"{name} did not get to it"
        if not self._ran(side, rule):
            return f"{rule} did not run in {name}" if self._head(side).rules is not None else f"{name} does not say whether {rule} ran"
        return f"{rule} was not applicable in {name}" if rule in there.inapplicable() else None

    def _ran(self, side: str, rule: str) -> bool:
        """Whether a rule ran. A report does not list its rules: those of the same policy and rules are taken to be the same."""
        head = self._head(side)
        if head.rules is not None:
            return rule in head.rules
        return self.is_alike or rule in head.named

    def notes(self) -> Iterator[str]:
        """What limits the comparison, as whole sentences without a full stop."""
        old, new = self.old.head, self.new.head
        yield from self._incomplete()
        if not self.is_one_series:
            yield f"the runs are of different series, so each may lack what it was not asked for: {_words(old)}; {_words(new)}"
        for what, was, now in (
            ("versions of cardlint", old.version, new.version), ("policies", old.policy, new.policy), ("depths", old.depth, new.depth),
        ):  # fmt: skip
            if was and now and was != now:
                yield f"the {what} differ: {cut(was, _LONGEST)} in OLD, {cut(now, _LONGEST)} in NEW"
        if old.rules_hash != new.rules_hash:
            yield f"the rules differ: {old.rules_hash[:12]} in OLD, {new.rules_hash[:12]} in NEW"
        elif old.engine and new.engine and old.engine != new.engine and self.is_alike:
            yield "what else results depend on differs: vocabularies, settings, or waivers that have ended"
        yield from self._rules()
        yield from self._unknown()

    def _incomplete(self) -> Iterator[str]:
        for name, head in (("OLD", self.old.head), ("NEW", self.new.head)):
            if head.gaps:
                yield f"{name} is incomplete: {cut('; '.join(head.gaps), _LONGEST)}; what was not examined there is not compared"

    def _rules(self) -> Iterator[str]:
        old, new = self.old.head, self.new.head
        if old.rules is not None and new.rules is not None:
            for name, only in (("OLD", old.rules - new.rules), ("NEW", new.rules - old.rules)):
                if only:
                    more = f" and {len(only) - _NAMED} more" if len(only) > _NAMED else ""
                    yield f"{plural(len(only), 'rule')} ran in {name} alone: {', '.join(sorted(only)[:_NAMED])}{more}"
        elif self.is_alike:
            yield "a report does not say which rules ran; those of the same policy are taken to have run on both sides"
        else:
            yield "a report does not say which rules ran; a rule it does not name is not compared, for policy or rules differ"

    def _unknown(self) -> Iterator[str]:
        if self.old.head.run is None or self.new.head.run is None:
            yield "a report does not tell licence, gate and visibility, nor what had been there before; runs of a store do"


def _words(head: Head) -> str:
    return cut(" ".join(head.arguments or ()) or "(nothing)", _LONGEST)
