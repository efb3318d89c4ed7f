"""What `cardlint diff` writes as JSON, as pydantic models, of which its JSON Schema is generated."""

from __future__ import annotations

from typing import Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field

from cardlint.models import Kind, RuleId, Tool  # noqa: TC001 - pydantic reads the annotations

Severity: TypeAlias = Literal["error", "warning", "note"]
How: TypeAlias = Literal["inline", "waiver", "baseline"]
Coverage: TypeAlias = Literal["audited", "skipped", "failed", "pending"]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Side(_Strict):
    """One of the two that were compared. What is null of a report is known of runs in a store alone."""

    operand: str = Field(description="As given.")
    run: int | None = Field(description="Its number in the store.")
    began: str | None = Field(description="UTC, ISO 8601.")
    ended: str | None = Field(description="UTC, ISO 8601; null where it has not finished.")
    arguments: list[str] | None = Field(description="What was audited and how; runs of the same arguments are of one series.")
    depth: str | None
    tool: Tool
    complete: bool = Field(description="Whether all was examined that had to be.")
    gaps: list[str] = Field(description="What makes it incomplete.")
    repositories: int = Field(ge=0)
    findings: int = Field(ge=0)


class Counts(_Strict):
    """Findings by severity; those that are suppressed, and so do not count, by themselves."""

    error: int = Field(ge=0)
    warning: int = Field(ge=0)
    note: int = Field(ge=0)
    suppressed: int = Field(ge=0)


class Incomparable(_Strict):
    """Findings of either side that the other did not look for."""

    old: Counts
    new: Counts


class Findings(_Strict):
    """All findings of both sides, each counted once."""

    new: Counts
    regressed: Counts = Field(description="There again after they were gone; only a store knows.")
    appeared: Counts = Field(description="In repositories that appeared.")
    fixed: Counts
    disappeared: Counts = Field(description="In repositories that disappeared.")
    changed: Counts = Field(description="On both sides, with another severity or suppressed on one of them; counted by what they are now.")
    unchanged: Counts = Field(description="On both sides; not listed below.")
    not_comparable: Incomparable


class Repositories(_Strict):
    """All repositories of both sides, each counted once."""

    appeared: int = Field(ge=0)
    disappeared: int = Field(ge=0)
    changed: int = Field(ge=0, description="Coverage, licence, gate or visibility.")
    unchanged: int = Field(ge=0, description="The same in these; their findings may differ. Not listed below.")
    not_comparable: int = Field(ge=0)


class Summary(_Strict):
    """The counts."""

    repositories: Repositories
    findings: Findings


class CoverageChange(_Strict):
    """Whether it was examined."""

    old: Coverage
    new: Coverage
    reason: str | None = Field(description="Why it was not.")


class Change(_Strict):
    """What something was and is; null is none."""

    old: str | None
    new: str | None


class Changes(_Strict):
    """What changed of a repository itself. Licence, gate and visibility are compared between runs in a store alone."""

    coverage: CoverageChange | None = None
    license: Change | None = None
    gate: Change | None = Field(default=None, description="`none`, `auto` or `manual`.")
    visibility: Change | None = Field(default=None, description="`public`, `private` or `disabled`.")


class Repository(_Strict):
    """A repository that is on one side alone, or changed."""

    state: Literal["appeared", "disappeared", "changed", "not-comparable"]
    target: str = Field(description="Without a revision.")
    kind: Kind
    side: Literal["old", "new", "both"]
    why: str | None = Field(description="Why it cannot be compared.")
    changes: Changes


class Was(_Strict):
    """What a finding that changed was."""

    severity: Severity
    suppressed: How | None


class Finding(_Strict):
    """A finding that is not the same on both sides, as NEW has it, or OLD where that alone has it."""

    state: Literal["new", "regressed", "appeared", "fixed", "disappeared", "changed", "not-comparable"]
    side: Literal["old", "new", "both"]
    target: str
    rule: RuleId
    severity: Severity
    message: str
    subject: str
    path: str | None
    line: int | None = Field(ge=1)
    column: int | None = Field(ge=1)
    fingerprint: str
    suppressed: How | None
    was: Was | None
    why: str | None = Field(description="Why it cannot be compared.")


class Diff(_Strict):
    """What `cardlint diff --output-format json` writes."""

    schema_version: Literal["1"]
    old: Side
    new: Side
    notes: list[str] = Field(description="What limits the comparison.")
    summary: Summary
    repositories: list[Repository]
    findings: list[Finding]


SCHEMAS: dict[str, type[BaseModel]] = {"diff": Diff}
