"""Which of the listed repositories an audit looks at."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from cardlint.audit.items import gate, libraries, licenses, tags, tasks
from cardlint.checks.links import quoted
from cardlint.errors import UsageError
from cardlint.repository import KINDS
from cardlint.rule import did_you_mean
from cardlint.source import matches

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from cardlint.audit.items import Listed
    from cardlint.repository import Kind

Visibility = Literal["public", "private", "gated"]
VISIBILITIES: tuple[Visibility, ...] = ("public", "private", "gated")
_AGO = re.compile(r"(\d{1,5})\s*(d|w|days?|weeks?)", re.IGNORECASE)
_WEEK = 7


class Filters(NamedTuple):
    """What has to hold of a repository; what is empty or None does not matter. Of several words of one kind one is enough.

    `names` and `exclude` are globs on `namespace/name`; one without a slash fits the name or the namespace. What is gated is public, too.
    """

    kinds: tuple[Kind, ...] = KINDS
    tasks: frozenset[str] = frozenset()
    licenses: frozenset[str] = frozenset()
    tags: frozenset[str] = frozenset()
    libraries: frozenset[str] = frozenset()
    names: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    visibility: Visibility | None = None
    modified_since: date | None = None
    modified_before: date | None = None

    def holds(self, listed: Listed) -> bool:
        """Whether a repository is one of them. Letter case does not count; one whose day of change is unknown was changed on every day."""
        item, name = listed.item, listed.name.id.lower()
        return (
            listed.name.kind in self.kinds
            and _any(self.tasks, tasks(item))
            and _any(self.licenses, [*licenses(item), *_license_tags(item)])
            and _any(self.tags, tags(item))
            and _any(self.libraries, libraries(item))
            and (not self.names or any(matches(name, glob.lower()) for glob in self.names))
            and not any(matches(name, glob.lower()) for glob in self.exclude)
            and self._is_visible(item)
            and self._is_of_the_days(item)
        )

    def _is_visible(self, item: dict[str, Any]) -> bool:
        if self.visibility is None:
            return True
        if self.visibility == "gated":
            return gate(item) is not None
        return (item.get("private") is True) == (self.visibility == "private")

    def _is_of_the_days(self, item: dict[str, Any]) -> bool:
        if self.modified_since is None and self.modified_before is None:
            return True
        day = _day_of(item.get("lastModified"))
        return day is None or (self.modified_since or date.min) <= day < (self.modified_before or date.max)


def filters(  # noqa: PLR0913 - the options of the command
    *, kinds: Iterable[str] = (), tasks: Iterable[str] = (), licenses: Iterable[str] = (), tags: Iterable[str] = (),
    libraries: Iterable[str] = (), names: Sequence[str] = (), exclude: Sequence[str] = (), visibility: str | None = None,
    modified_since: str | None = None, modified_before: str | None = None, today: date | None = None,
) -> Filters:  # fmt: skip
    """The filters that options say. Raises UsageError with the nearest words for what cannot be meant."""
    today = today or datetime.now(UTC).date()
    return Filters(
        tuple(kind for kind in KINDS if kind in {_one_of("kind", word, KINDS) for word in kinds}) or KINDS,
        _spelled("task", "tasks", tasks),
        _spelled("licence", "licenses", licenses),
        _lower(tags),
        _spelled("library", "libraries", libraries),
        tuple(_glob(glob) for glob in names),
        tuple(_glob(glob) for glob in exclude),
        None if visibility is None else _visibility(visibility),
        None if modified_since is None else day(modified_since, today),
        None if modified_before is None else day(modified_before, today),
    )


def day(text: str, today: date) -> date:
    """The day `2026-01-31`, or that of some days or weeks ago: `30d`, `4w`. Raises UsageError."""
    ago = _AGO.fullmatch(text.strip())
    try:
        if ago is not None:
            return today - timedelta(int(ago[1]) * (_WEEK if ago[2].lower().startswith("w") else 1))
        return date.fromisoformat(text.strip())
    except (ValueError, OverflowError):
        raise UsageError(f"{quoted(text)} is no day; expected a date as 2026-01-31, or days ago as 30d") from None


def _day_of(text: object) -> date | None:
    try:
        return date.fromisoformat(text[:10]) if isinstance(text, str) else None
    except ValueError:
        return None


def _any(asked: frozenset[str], has: Iterable[str]) -> bool:
    return not asked or any(word.lower() in asked for word in has)


def _license_tags(item: dict[str, Any]) -> list[str]:
    """The licences the Hub has as tags, and the name of one that is `other`."""
    card = item.get("cardData")
    name = card.get("license_name") if isinstance(card, dict) else None
    tagged = [tag.removeprefix("license:") for tag in tags(item) if tag.startswith("license:")]
    return [*tagged, name] if isinstance(name, str) else tagged


def _lower(words: Iterable[str]) -> frozenset[str]:
    return frozenset(word.strip().lower() for word in words if word.strip())


def _spelled(noun: str, vocabulary: str, words: Iterable[str]) -> frozenset[str]:
    """The words in lower case. Raises UsageError for one that is nearly one of a list; far from all it may be newer than the list."""
    asked = _lower(words)
    if asked:
        from cardlint.vocabulary import load_vocabulary

        known = load_vocabulary(vocabulary).values
        for word in sorted(asked - {value.lower() for value in known}):
            if hint := did_you_mean(word, known):
                raise UsageError(f"there is no {noun} {quoted(word)}{hint}")
    return asked


def _one_of(noun: str, word: str, known: Sequence[str]) -> str:
    if word not in known:
        near = did_you_mean(word, known) or f"; it is one of {', '.join(known)}"
        raise UsageError(f"there is no {noun} {quoted(word)}{near}")
    return word


def _visibility(word: str) -> Visibility:
    found: Any = _one_of("visibility", word, VISIBILITIES)
    return found  # type: ignore[no-any-return]


def _glob(glob: str) -> str:
    """A glob on names. Raises UsageError for one that fits nothing."""
    if not glob.strip() or glob.count("/") > 1 or "://" in glob:
        raise UsageError(f"{quoted(glob)} is no pattern of names; expected one as acme/vision-* or *-gguf")
    return glob.strip()
