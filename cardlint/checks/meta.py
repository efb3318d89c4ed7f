"""Our own files: suppressions that do nothing, waivers that have expired, baselines with more than there is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cardlint.problem import Problem

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cardlint.policy import Waiver
    from cardlint.report import Entry
    from cardlint.settle import Judged

_LISTED = 3
_SHOWN = 50


def unused(judged: Judged) -> Iterator[Problem]:
    """A suppression that silences nothing, or cannot."""
    item = judged.suppression
    if judged.verdict == "void":
        yield Problem(f"this suppression has no effect: {judged.why}", item.span, item.subject)
    elif judged.verdict == "unused":
        yield Problem(f"this suppression is not needed: {judged.why}; remove it", item.span, item.subject)


def without_reason(judged: Judged) -> Iterator[Problem]:
    """A suppression that does not say why."""
    if judged.verdict == "without reason":
        item = judged.suppression
        how = f"`{item.rule}: why`" if item.scope == "repository" else f"`cardlint: ignore[{item.rule}] why`"
        yield Problem(f"the suppression of {item.rule} gives no reason, so it has no effect; write {how}", item.span, item.subject)


def expired(waiver: Waiver) -> Iterator[Problem]:
    """A waiver whose last day is over."""
    rules = _few(sorted(waiver.rules))
    message = f"the waiver of {rules} expired on {waiver.expires}; ask {waiver.owner} to renew it or remove it ({waiver.where})"
    yield Problem(message, None, f"{rules} until {waiver.expires}")


def outdated(gone: tuple[Entry, ...]) -> Iterator[Problem]:
    """Entries of a baseline that match nothing any more."""
    if gone:
        count = "an entry" if len(gone) == 1 else f"{len(gone):,} entries"
        examples = _few([f"{item.rule} in {item.path or 'no file'}: {_cut(item.message)}" for item in gone], "; ")
        message = f"the baseline holds {count} that nobody finds any more; write it anew with --write-baseline ({examples})"
        yield Problem(message, None, "baseline")


def _few(words: list[str], between: str = ", ") -> str:
    more = len(words) - _LISTED
    return between.join(words[:_LISTED]) + (f" and {more:,} more" if more > 0 else "")


def _cut(text: str) -> str:
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"
