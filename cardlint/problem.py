"""What a check yields: problems. Pure values; the engine gives them a rule's name and gravity."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from cardlint.text import Span

Severity: TypeAlias = Literal["off", "note", "warning", "error"]
SEVERITIES: tuple[Severity, ...] = ("off", "note", "warning", "error")
Confidence: TypeAlias = Literal["low", "medium", "high"]
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


class Fix(NamedTuple):
    """Edits that cure a problem: safe ones keep the meaning, unsafe ones may change it."""

    applicability: Literal["safe", "unsafe"]
    title: str
    edits: tuple[Edit, ...]


class Problem(NamedTuple):
    """One defect as a check sees it.

    `subject` names what it is about where the fact's own name is not exact enough; `at_most` caps the severity of
    this one problem (an unknown value far from every known one is a warning, whatever the rule's gravity).
    """

    message: str
    span: Span | None = None
    subject: str | None = None
    related: tuple[Related, ...] = ()
    fix: Fix | None = None
    at_most: Severity | None = None
