"""What a run found: findings, skipped and failed rules, per target. Pure values, sorted, without time stamps."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Literal

from cardlint.errors import UnfitError, UsageError
from cardlint.problem import SEVERITIES
from cardlint.weights.named import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cardlint.audit.repair import Proposal
    from cardlint.problem import Confidence, Fix, Security, Severity
    from cardlint.repository import Kind

SCHEMA_VERSION = "1"


class Place(NamedTuple):
    """A range in a file: 1-based lines and columns (code points), the end exclusive; `start:end` the same in offsets.

    `source` is the text of the first line, for code frames; `ending` its line end, empty at the end of the file.
    """

    path: str
    line: int
    column: int
    end_line: int
    end_column: int
    start: int
    end: int
    source: str
    ending: str = ""


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

    `state` says whether the baseline has it; None where there is no baseline. `edited` is where the edits of the fix
    stand, in their order, without `source`; a file that the fix makes is empty.
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
    edited: tuple[Place, ...] = ()

    @property
    def order(self) -> tuple[object, ...]:
        """The place in a sorted report: by file, place, rule, subject."""
        place = (self.place.start, self.place.end) if self.place else (-1, -1)
        return (self.path or "", *place, self.rule, self.subject, self.message)


class Descriptor(NamedTuple):
    """What a report can say of a rule: `card` is the file of its card, `url` its page, where it has one.

    `security` is how grave it is for what can run or leak, of a rule that is about that.
    """

    id: str
    title: str
    category: str
    severity: Severity
    confidence: Confidence
    card: str
    url: str | None = None
    security: Security | None = None


class Skipped(NamedTuple):
    """A rule that had to look and could not; `because` is the rule that reports the obstacle, or None.

    `passing` says that it may be able to another time, as where a server did not answer.
    """

    rule: str
    reason: str
    because: str | None = None
    passing: bool = False


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


class Pull(NamedTuple):
    """A pull request with fixes: what it would be, or is.

    `into` is the repository (`hf://…`), `branch` and `parent` what it starts from, `cured` the number of findings. `address`
    is where it was opened; `earlier` where one stands that was opened before and still is, so that no other is.
    """

    into: str
    title: str
    description: str
    cured: int
    changes: tuple[Change, ...]
    branch: str = ""
    parent: str = ""
    address: str | None = None
    earlier: str | None = None


class Fixing(NamedTuple):
    """What fixing came to: how many findings were fixed, the files changed, what was left alone and why.

    `unwritten` says why the changes could not be written, if so; then nothing was, and the findings are all there. `rules`
    are the ids of what was fixed, each with how often. `pull` is what the changes are where they were asked for as a pull
    request, `proposal` where they were for a plan: then nothing is fixed in the target itself.
    """

    cured: int = 0
    changes: tuple[Change, ...] = ()
    notes: tuple[str, ...] = ()
    unwritten: str | None = None
    rules: tuple[tuple[str, int], ...] = ()
    pull: Pull | None = None
    proposal: Proposal | None = None


class Target(NamedTuple):
    """All that was found in one repository. `shown` is how its root is reached from the working directory, `card` its card.

    `fixing` is None unless fixing was asked for; then the findings are those that remain. `gone` is what the baseline
    holds and nobody finds any more, `recorded` what a new baseline should hold, where one was asked for. `rules` are those
    that are named in it. `known_as` is its id, or the name of its folder; `inert` is what of a file was left unread because
    nothing there can run: path and reason. `renamed` is the id the Hub has for it today, where it was asked for by another;
    `traffic` the requests made for it and the bytes received, where it lies on the Hub.
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
    card: str = "README.md"
    known_as: str = ""
    inert: tuple[tuple[str, str], ...] = ()
    renamed: str = ""
    traffic: tuple[int, int] | None = None

    @property
    def title(self) -> str:
        """What people call it: as given, and where that is only a place (`.`, `-`), its id or folder, too."""
        return f"{self.known_as} ({self.name})" if self.known_as and self.name in {".", "-", ".."} else self.name

    @property
    def folder(self) -> str:
        """What a baseline calls it: its folder as reached from the working directory, with `/` between steps."""
        return self.shown.replace("\\", "/") or "."


class Report(NamedTuple):
    """One run: the targets in the order they were given, and what ran.

    `arguments` are those of the command line that find the same again; empty where it was none.
    """

    targets: tuple[Target, ...]
    version: str
    policy: str
    rules_hash: str
    statistics: bool = False
    arguments: tuple[str, ...] = ()

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
        """The exit code by the contract: 3 own failure, 4 incomplete, 1 findings at or above `fail_on`, else 0.

        Raises UsageError where `fail_on` is none of error, warning, note, never.
        """
        counting = counted(fail_on)
        counts = self.counts()
        if counts["failed"]:
            return 3
        if counts["incomplete"]:
            return 4
        return int(any(counts[severity] for severity in counting))

    def require(self, fail_on: str = "error") -> Report:
        """The report itself, where its exit code is 0: for what must not go on otherwise, such as an upload.

        Raises UnfitError with a line per finding that counts, per rule that could not look, and per rule that failed:
        what was not examined does not pass, whatever `fail_on`. Raises UsageError where `fail_on` is wrong.
        """
        if self.exit_code(fail_on):
            raise UnfitError(self, fail_on)
        return self


def counted(fail_on: str) -> Sequence[Severity]:
    """The severities at or above one; none for `never`. Raises UsageError where there is no such severity."""
    if fail_on == "never":
        return ()
    if fail_on not in SEVERITIES[1:]:
        raise UsageError(f'"{fail_on}" is no severity to fail on (error, warning, note, never)')
    return SEVERITIES[SEVERITIES.index(fail_on) :]
