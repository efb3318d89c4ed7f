"""The summary of a job, as GitHub shows it: what was not examined, how much was found, and a table for each repository.

GitHub refuses a summary above 1 MiB as a whole ("Job summaries" of its documentation), so rows are left out before that, and
the last row says how many.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from cardlint.formats.contents import GRAVEST_FIRST, counting, cut, file_of, fixable, gathered, plural
from cardlint.formats.markup import code, inline
from cardlint.formats.tables import Table, fitting
from cardlint.home import SITE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cardlint.report import Finding, Report, Target

# UTF-8 bytes; some of the 1,048,576 are left for what else a step writes, and for the row that says what is left out.
LIMIT = 1_000_000
_WHY = "for GitHub shows no summary above 1 MiB; `--output-format json` has them all"
_LONGEST = 500
_NAME = 200
_RULES = 12


def render(report: Report) -> str:
    """The summary in GitHub Flavored Markdown, of at most LIMIT bytes."""
    text = "".join(_prose(report))
    tables = [table for table in (_coverage(report), _overview(report), *map(_findings, report.targets)) if table.size]
    return text + "".join(fitting(tables, LIMIT - len(text.encode()), _WHY))


def _prose(report: Report) -> Iterator[str]:
    """The heading and the sentences above the tables, coverage first."""
    counts, total = report.counts(), len(report.targets)
    found = ", ".join(plural(counts[name], name) for name in GRAVEST_FIRST if counts[name])
    nothing = "incomplete, nothing found" if counts["incomplete"] or counts["failed"] else "nothing found"
    yield f"## cardlint: {found or nothing} in {plural(total, 'repository', 'repositories')}\n\n"
    complete = f"{sum(not gathered(target) for target in report.targets)} of {total} examined completely"
    if counts["incomplete"] or counts["failed"]:
        complete = f"**Incomplete: {complete}; not examined {counts['incomplete']}, failed {counts['failed']}**"
    concerned = sum(bool(counting(target.findings)) for target in report.targets)
    yield f"{complete}, {concerned} with findings. {_fixes(report)}".rstrip() + "\n"
    kinds = Counter(finding.suppressed.kind for finding in report.findings if finding.suppressed is not None)
    if kinds:
        listed = ", ".join(f"{kind} {count}" for kind, count in sorted(kinds.items()))
        yield f"{counts['suppressed']} of {plural(len(report.findings), 'finding')} suppressed ({listed}).\n"
    yield f"Policy {inline(cut(report.policy, _NAME))}, cardlint {code(report.version)}.\n"


def _fixes(report: Report) -> str:
    fixed = report.counts()["fixed"]
    return (f"Fixed {plural(fixed, 'finding')}. " if fixed else "") + fixable(report, "`cardlint check {}`")


def _coverage(report: Report) -> Table:
    """What had to be examined and was not."""
    found = [(target, gap) for target in report.targets for gap in gathered(target)]
    rows = ((_named(target), gap.kind, _rules(gap.rules), _cell(gap.reason)) for target, gap in found)
    return Table("### Not examined", ("repository", "what", "rules", "why"), len(found), rows)


def _rules(rules: tuple[str, ...]) -> str:
    more = f" and {len(rules) - _RULES} more" if len(rules) > _RULES else ""
    return ", ".join(code(rule) for rule in rules[:_RULES]) + more


def _overview(report: Report) -> Table:
    """A row for each repository, where there are several."""
    count = len(report.targets) if len(report.targets) > 1 else 0
    rows = ((_named(target), target.kind, *map(str, _counts(target))) for target in report.targets)
    return Table("### Repositories", ("repository", "kind", "errors", "warnings", "notes", "suppressed", "gaps"), count, rows)


def _counts(target: Target) -> Iterator[int]:
    open_: Counter[str] = Counter(finding.severity for finding in counting(target.findings))
    yield from (open_[severity] for severity in GRAVEST_FIRST)
    yield len(target.findings) - open_.total()
    yield len(gathered(target))


def _findings(target: Target) -> Table:
    """The findings of a repository that count, the gravest first."""
    found = counting(target.findings)
    rows = ((finding.severity, _rule(finding), _place(target, finding), _cell(finding.message)) for finding in found)
    return Table(f"### {_named(target)}", ("severity", "rule", "place", "message"), len(found), rows)


def _named(target: Target) -> str:
    return code(cut(target.title, _NAME)) or "(no name)"


def _cell(text: str) -> str:
    return inline(cut(text, _LONGEST))


def _rule(finding: Finding) -> str:
    """The rule, linked where its page is one of ours."""
    name = code(finding.rule)
    return f"[{name}]({finding.url})" if finding.url is not None and finding.url.startswith(SITE) else name


def _place(target: Target, finding: Finding) -> str:
    place = "" if finding.place is None else f":{finding.place.line}:{finding.place.column}"
    return code(cut(file_of(target, finding.path), _NAME) + place)
