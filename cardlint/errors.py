"""What can go wrong outside a check, and whose fault it is.

CardlintError
├── UsageError        exit 2: the command, a policy or the configuration is wrong
│   └── ConfigError   … at a known place of a known file
├── UnfitError        a report is not what `Report.require` asked for
└── Obstacle          a fact could not be had; the rules that read it are skipped
    ├── Unreadable    … although it had to be: exit 4
    ├── Blocked       … because of a defect that a rule reports as a finding
    └── Inapplicable  … because this kind of source has no such fact: the rule is not applicable
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cardlint.weights.patterns import lazily

if TYPE_CHECKING:
    from cardlint.report import Report

# What tokens of the Hub and of the usual services begin with. A wrong line is repeated in its error, which ends up in logs;
# a token that is one letter short is no secret to anybody else.
TOKEN = lazily(r"\b(hf_|api_org_|sk-|gh[opsur]_|github_pat_|glpat-|xox[abp]-|AKIA|AIza)[A-Za-z0-9-]{10,}[\w-]*")
_LONG = 16  # characters; what is shorter holds nothing to be masked


class CardlintError(Exception):
    """Everything cardlint raises on purpose. What it says holds no secret."""

    def __init__(self, *args: object) -> None:
        super().__init__(*(masked(said) if isinstance(said, str) else said for said in args))


def masked(said: str) -> str:
    """What an error says, without secrets: it quotes what is wrong, and ends up in logs."""
    if len(said) < _LONG:
        return said
    from cardlint.veil import veiled

    return TOKEN.sub(r"\1***", veiled(said))


class UsageError(CardlintError):
    """The user asked for something that does not exist or does not fit together."""


class ConfigError(UsageError):
    """A file of ours (configuration, policy, rule card) is wrong at a known place."""

    def __init__(self, path: str, line: int, column: int, message: str) -> None:
        """`path` as the user knows it; line and column 1-based; `message` says what was expected."""
        message = masked(message)
        super().__init__(path, line, column, message)
        self.path = masked(path)
        self.line = line
        self.column = column
        self.message = message

    def __str__(self) -> str:
        return f"{self.path}:{self.line}:{self.column}: {self.message}"


class UnfitError(CardlintError):
    """There are findings that count, or not everything could be examined: what was about to happen must not.

    `exit_code` is what the command line would have ended with: 1, 3 or 4.
    """

    def __init__(self, report: Report, fail_on: str) -> None:
        """`report` is all that was found, `fail_on` the least severity that counts."""
        super().__init__(report, fail_on)
        self.report = report
        self.fail_on = fail_on
        self.exit_code = report.exit_code(fail_on)

    def __str__(self) -> str:
        from cardlint.formats.concise import complaint

        return complaint(self.report, self.fail_on)


class Obstacle(CardlintError):  # noqa: N818 - an obstacle is no error of ours
    """A fact could not be had. `passing` says that it may be had another time, as where a server did not answer."""

    passing = False


class Unreadable(Obstacle):
    """Something that had to be read could not be."""

    def __init__(self, message: str, *, passing: bool = False) -> None:
        """`message` says why, `passing` whether it may be had another time."""
        super().__init__(message)
        self.passing = passing


class Inapplicable(Obstacle):
    """This kind of source has no such fact."""


class Blocked(Obstacle):
    """A defect stands in the way, and `because` is the rule that reports it."""

    def __init__(self, because: str, message: str) -> None:
        """`message` repeats the defect in words."""
        super().__init__(because, message)
        self.because = because
        self.message = masked(message)

    def __str__(self) -> str:
        return self.message
