"""A comparison as a comment on GitHub: what limits it and the counts, then tables. Nothing in it acts.

GitHub takes a comment of at most 65,536 characters, and refuses a longer one as a whole (error "body is too long" of its API).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cardlint.audit.compare import ARRIVED
from cardlint.audit.compare_text import TITLES, about_repository, findings, incomparable, place, repositories, standing
from cardlint.formats.contents import GRAVEST_FIRST, cut, plural
from cardlint.formats.markup import code, inline
from cardlint.formats.tables import Table, fitting

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cardlint.audit.compare import Comparison
    from cardlint.audit.sides import Head

LIMIT = 64_000  # UTF-8 bytes
_NAME = 200
_LONGEST = 300
_NOTES = 12
_WHY = "for GitHub takes no longer comment; `--output-format json` has them all"


def render(found: Comparison) -> Iterator[str]:
    """The comment in GitHub Flavored Markdown, of at most LIMIT bytes."""
    prose = "".join(_prose(found))
    yield prose
    yield from fitting((table for table in _tables(found) if table.size), LIMIT - len(prose.encode()), _WHY)


def _prose(found: Comparison) -> Iterator[str]:
    arrived = {name: found.count(*ARRIVED, severities=(name,)) for name in GRAVEST_FIRST}
    said = ", ".join(plural(count, f"new {name}") for name, count in arrived.items() if count) or "nothing new that counts"
    yield f"## cardlint: {said}\n\n"
    if not found.complete:
        yield "**Incomplete: not everything was examined, so not everything is compared.**\n\n"
    yield f"Repositories: {repositories(found)}.\nFindings: {findings(found)}.\n"
    if found.count("not-comparable"):
        yield f"Not comparable: {incomparable(found)}.\n"
    yield f"\nOLD is {_about(found.old)},\nNEW {_about(found.new)}.\n"
    for note in found.notes[:_NOTES]:
        yield f"\nNote: {inline(cut(note, _LONGEST * 2))}.\n"


def _about(head: Head) -> str:
    run = "" if head.run is None else f", run {head.run} of {code(cut(head.began or '', _NAME))}"
    return f"{code(cut(head.operand, _NAME))}{run} (cardlint {code(cut(head.version, _NAME))}, policy {inline(cut(head.policy, _NAME))})"


def _tables(found: Comparison) -> Iterator[Table]:
    for state in ("new", "regressed", "appeared", "changed"):
        yield _findings(found, state)
    yield _repositories(found)
    yield from (_findings(found, state) for state in ("fixed", "disappeared"))
    rows = ((inline(cut(why, _LONGEST)), str(count), str(concerned)) for why, count, concerned in found.reasons())
    size = sum(1 for _ in found.reasons())
    yield Table("### Not comparable", ("why", "findings", "repositories"), size, rows)


def _findings(found: Comparison, state: str) -> Table:
    rows = (_row(item) for item in found.of_findings(state))
    return Table(f"### {TITLES[state]}", ("severity", "rule", "repository", "place", "message"), found.count(state), rows)


def _row(item: dict[str, Any]) -> tuple[str, ...]:
    name, where = code(cut(item["target"], _NAME)) or "(no name)", code(cut(place(item), _NAME))
    return inline(standing(item)), code(item["rule"]), name, where, inline(cut(item["message"], _LONGEST))


def _repositories(found: Comparison) -> Table:
    states = ("appeared", "disappeared", "not-comparable", "changed")
    size = sum(found.repositories[state] for state in states)
    rows = (
        (code(cut(item["target"], _NAME)) or "(no name)", inline(cut(item["state"].replace("-", " ") + about_repository(item), _LONGEST)))
        for item in found.of_repositories(*states)
    )
    return Table("### Repositories", ("repository", "what"), size, rows)
