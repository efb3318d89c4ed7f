"""What a check yields: problems. Pure values; the engine gives them a rule's name and gravity."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias

from cardlint.weights.named import NamedTuple

if TYPE_CHECKING:
    from cardlint.text import Span

Severity: TypeAlias = Literal["off", "note", "warning", "error"]
SEVERITIES: tuple[Severity, ...] = ("off", "note", "warning", "error")
Confidence: TypeAlias = Literal["low", "medium", "high"]
Applicability: TypeAlias = Literal["safe", "unsafe"]
Security: TypeAlias = Literal["none", "low", "medium", "high", "critical"]
CONFIDENCES: tuple[Confidence, ...] = ("low", "medium", "high")


def milder(first: Severity, second: Severity) -> Severity:
    """The lower of two severities."""
    return min(first, second, key=SEVERITIES.index)


class Related(NamedTuple):
    """Another place that belongs to a problem, with a phrase of its own."""

    message: str
    span: Span


class Edit(NamedTuple):
    """Put `text` in the place of what a span of the original covers."""

    span: Span
    text: str


class SetValue(NamedTuple):
    """Write `value` instead of the YAML scalar at a span, in the quotes it stands in.

    `quoted` asks for quotes; `plain` for none, where `value` is a number or a boolean.
    """

    span: Span
    value: str
    quoted: bool = False
    plain: bool = False


class Remove(NamedTuple):
    """Take out the YAML entry or item at a span, from the key's start to the value's end, with its line or comma."""

    span: Span


class Append(NamedTuple):
    """Write a line below the YAML entry at a span, indented as that is."""

    span: Span
    line: str


Change: TypeAlias = Edit | SetValue | Remove | Append


class Cure(NamedTuple):
    """Changes that cure a problem: safe ones keep the meaning, unsafe ones may change it.

    The engine turns them into the edits of a `Fix`; a cure one of whose changes cannot be made is no fix. An edit of a
    file that does not exist makes it.
    """

    applicability: Applicability
    title: str
    changes: tuple[Change, ...]


class Fix(NamedTuple):
    """A cure as edits of the text."""

    applicability: Applicability
    title: str
    edits: tuple[Edit, ...]


class Problem(NamedTuple):
    """One defect as a check sees it.

    `subject` names what it is about where the fact's own name is not exact enough; `at_most` caps the severity of
    this one problem (an unknown value far from every known one is a warning, whatever the rule's gravity). `path` is the
    file it is about where it has no place in a text.
    """

    message: str
    span: Span | None = None
    subject: str | None = None
    related: tuple[Related, ...] = ()
    fix: Cure | None = None
    at_most: Severity | None = None
    path: str | None = None
