"""What a run found: findings, skipped and failed rules, per target. Pure values, sorted, without time stamps."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Literal, NamedTuple

from cardlint.problem import SEVERITIES

if TYPE_CHECKING:
    from cardlint.problem import Confidence, Fix, Severity
    from cardlint.repository import Kind

SCHEMA_VERSION = "1"


class Place(NamedTuple):
    """A range in a file: 1-based lines and columns (code points), the end exclusive; `start:end` the same in offsets.

    `source` is the text of the first line, for code frames.
    """

    path: str
    line: int
    column: int
    end_line: int
    end_column: int
    start: int
    end: int
    source: str


class RelatedPlace(NamedTuple):
    """Another place that belongs to a finding."""

    message: str
    place: Place


class Suppressed(NamedTuple):
    """Why a finding does not count."""

    kind: Literal["inline", "waiver", "baseline"]
    reason: str


class Finding(NamedTuple):
    """One defect as the report has it. `place` is None where the finding has none; `fingerprint` survives moves.

    `state` says whether the baseline has it; None where there is no baseline.
    """

    rule: str
    severity: Severity
    confidence: Confidence
    message: str
    subject: str
    path: str | None
    place: Place | None
    fingerprint: str
    url: str | None = None
    related: tuple[RelatedPlace, ...] = ()
    fix: Fix | None = None
    suppressed: Suppressed | None = None
    state: Literal["new", "unchanged"] | None = None

    @property
    def order(self) -> tuple[object, ...]:
        """The place in a sorted report: by file, place, rule, subject."""
        place = (self.place.start, self.place.end) if self.place else (-1, -1)
        return (self.path or "", *place, self.rule, self.subject, self.message)


class Descriptor(NamedTuple):
    """What a report can say of a rule: `card` is the file of its card, `url` its page, where it has one."""

    id: str
    title: str
    category: str
    severity: Severity
    confidence: Confidence
    card: str
    url: str | None = None


class Skipped(NamedTuple):
    """A rule that had to look and could not; `because` is the rule that reports the obstacle, or None."""

    rule: str
    reason: str
    because: str | None = None


class Failed(NamedTuple):
    """A rule whose check raised."""

    rule: str
    error: str


class Entry(NamedTuple):
    """A finding as a baseline records it.

    `target` is the folder of the repository as reached from the working directory. `fingerprint` is that of the report;
    `content` names the rule, what it is about and its own line, but not the file.
    """

    target: str
    rule: str
    path: str | None
    subject: str
    message: str
    fingerprint: str
    content: str


class Change(NamedTuple):
    """A file before and after it was fixed; `before` is None where there was none."""

    path: str
    before: bytes | None
    after: bytes


class Fixing(NamedTuple):
    """What fixing came to: how many findings were fixed, the files changed, what was left alone and why.

    `unwritten` says why the changes could not be written, if so; then nothing was, and the findings are all there.
    """

    cured: int = 0
    changes: tuple[Change, ...] = ()
    notes: tuple[str, ...] = ()
    unwritten: str | None = None


class Target(NamedTuple):
    """All that was found in one repository. `shown` is how its root is reached from the working directory.

    `fixing` is None unless fixing was asked for; then the findings are those that remain. `gone` is what the baseline
    holds and nobody finds any more, `recorded` what a new baseline should hold, where one was asked for. `rules` are those
    that are named in it. `inert` is what of a file was left unread because nothing there can run: path and reason.
    """

    name: str
    kind: Kind
    findings: tuple[Finding, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    failed: tuple[Failed, ...] = ()
    not_applicable: tuple[str, ...] = ()
    revision: str | None = None
    shown: str = ""
    policy: str = ""
    fixing: Fixing | None = None
    gone: tuple[Entry, ...] = ()
    recorded: tuple[Entry, ...] = ()
    rules: tuple[Descriptor, ...] = ()
    inert: tuple[tuple[str, str], ...] = ()

    @property
    def folder(self) -> str:
        """What a baseline calls it: its folder as reached from the working directory, with `/` between steps."""
        return self.shown.replace("\\", "/") or "."


class Report(NamedTuple):
    """One run: the targets in the order they were given, and what ran."""

    targets: tuple[Target, ...]
    version: str
    policy: str
    rules_hash: str
    statistics: bool = False

    @property
    def findings(self) -> list[Finding]:
        """The findings of every target."""
        return [finding for target in self.targets for finding in target.findings]

    @property
    def rules(self) -> list[Descriptor]:
        """The rules named in the report, sorted by id."""
        return [rule for _, rule in sorted({rule.id: rule for target in self.targets for rule in target.rules}.items())]

    def counts(self) -> Counter[str]:
        """How many findings count, by severity, and `suppressed`, `skipped`, `failed`, `fixable`, `fixed`, `incomplete`."""
        counts: Counter[str] = Counter()
        for finding in self.findings:
            counts["suppressed" if finding.suppressed else finding.severity] += 1
            counts["fixable"] += finding.fix is not None and finding.suppressed is None
        for target in self.targets:
            counts["skipped"] += len(target.skipped)
            counts["incomplete"] += sum(skipped.because is None for skipped in target.skipped)
            counts["failed"] += len(target.failed)
            if target.fixing is not None:
                counts["incomplete"] += target.fixing.unwritten is not None
                counts["fixed"] += target.fixing.cured
        return counts

    def exit_code(self, fail_on: str = "error") -> int:
        """The exit code by the contract: 3 own failure, 4 incomplete, 1 findings at or above `fail_on`, else 0."""
        counts = self.counts()
        if counts["failed"]:
            return 3
        if counts["incomplete"]:
            return 4
        if fail_on == "never":
            return 0
        counting = SEVERITIES[SEVERITIES.index(fail_on) :]
        return int(any(counts[severity] for severity in counting))
