"""What a comparison knows of each of its two sides: what ran, and repository by repository what came of it. Pure values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

Coverage = Literal["audited", "skipped", "failed", "pending"]


class Found(NamedTuple):
    """A finding, as both a report and a store have it. `suppressed` is how, or None where it counts."""

    rule: str
    severity: str
    message: str
    subject: str
    path: str | None
    line: int | None
    column: int | None
    fingerprint: str
    suppressed: str | None


class Listed(NamedTuple):
    """What the listing of the Hub said of a repository; `gate` is `none`, `auto` or `manual`, None is what nobody knows."""

    license: str | None
    gate: str
    visibility: str | None


class Examined(NamedTuple):
    """What came of one repository. `name` is its name without a revision; of several under one name `number` tells them apart.

    `blocked` are the rules that had to look and could not, each with the reason; `inapplicable` asks for those that could not
    apply. `listed` is None where only a report tells of it.
    """

    name: str
    number: int
    kind: str
    revision: str | None
    coverage: Coverage
    reason: str | None
    findings: list[Found]
    blocked: dict[str, str]
    inapplicable: Callable[[], frozenset[str]]
    listed: Listed | None = None


class Head(NamedTuple):
    """What ran on one side. `rules` are those that ran, None where that is not recorded; `named` those that certainly did.

    `gaps` says what makes it incomplete, `unlisted` why repositories may be left out of it. `arguments` and what follows is
    known of a run in a store alone.
    """

    operand: str
    version: str
    policy: str
    rules_hash: str
    repositories: int
    findings: int
    named: frozenset[str]
    gaps: tuple[str, ...] = ()
    unlisted: tuple[str, ...] = ()
    rules: frozenset[str] | None = None
    run: int | None = None
    arguments: tuple[str, ...] | None = None
    engine: str = ""
    depth: str = ""
    began: str | None = None
    ended: str | None = None


class Side(Protocol):
    """One side, open."""

    @property
    def head(self) -> Head:
        """What ran."""
        ...

    def repositories(self) -> Iterator[Examined]:
        """The repositories in the order of name and number, by code points."""
        ...

    def returned(self, name: str, fingerprint: str) -> bool:
        """Whether a finding of this side had been there before, and then been gone."""
        ...

    def close(self) -> None:
        """Let go of files."""
        ...
