"""A comparison for people on a terminal: what limits it, the counts, then what differs, the gravest first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cardlint.audit.compare import ARRIVED, LEFT
from cardlint.formats.contents import GRAVEST_FIRST, plural
from cardlint.formats.safe import visible_line

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cardlint.audit.compare import Comparison
    from cardlint.audit.sides import Head

TITLES = {
    "new": "New", "regressed": "Regressed: there again after they were gone", "appeared": "In repositories that appeared",
    "changed": "Changed", "fixed": "Fixed", "disappeared": "In repositories that disappeared",
}  # fmt: skip
WORDS = {"appeared": "in repositories that appeared", "disappeared": "in repositories that disappeared"}
_CAME_AND_WENT = ("appeared", "disappeared", "not-comparable")


def render(found: Comparison) -> Iterator[str]:
    """The comparison, line by line."""
    yield from (f"{visible_line(line)}\n" for line in _lines(found))


def _lines(found: Comparison) -> Iterator[str]:
    yield f"OLD {about(found.old)}"
    yield f"NEW {about(found.new)}"
    yield from (f"note: {note}" for note in found.notes)
    yield ""
    yield f"Repositories: {repositories(found)}."
    yield f"Findings: {findings(found)}."
    if found.count("not-comparable"):
        yield f"Not comparable: {incomparable(found)}."
    yield from _repositories(found)
    for state, title in TITLES.items():
        if found.count(state):
            yield from ("", f"{title} ({found.count(state)})")
            yield from (f"  {_line(item)}" for item in found.of_findings(state))
    if found.count("not-comparable"):
        yield from ("", f"Not comparable ({found.count('not-comparable')})")
        for why, count, concerned in found.reasons():
            yield f"  {plural(count, 'finding')} in {plural(concerned, 'repository', 'repositories')}: {why}"


def about(head: Head) -> str:
    """What a side is, in a line."""
    parts = [head.operand + ":"]
    if head.run is not None:
        parts.append(f"run {head.run} of {head.began}, {'finished' if head.ended else 'NOT FINISHED'},")
    parts.append(f"{plural(head.repositories, 'repository', 'repositories')}, {plural(head.findings, 'finding')}")
    return f"{' '.join(parts)} (cardlint {head.version}, policy {head.policy})"


def repositories(found: Comparison) -> str:
    """The counts of repositories, as a phrase."""
    counts = found.repositories
    listed = [f"{counts['changed'] + counts['unchanged']} on both sides ({counts['changed']} changed themselves)"]
    listed += [f"{counts[state]} {state}" for state in ("appeared", "disappeared")]
    listed += [f"{counts[state]} not comparable" for state in ("not-comparable",) if counts[state]]
    return ", ".join(listed)


def findings(found: Comparison) -> str:
    """The counts of findings that can be compared, as a phrase."""
    states = [state for state in (*ARRIVED, *LEFT, "changed") if found.count(state) or state in {"new", "fixed"}]
    listed = [f"{found.count(state)} {WORDS.get(state, state)}{_gravities(found, state)}" for state in states]
    return ", ".join([*listed, f"{found.count('unchanged')} unchanged"])


def _gravities(found: Comparison, state: str) -> str:
    """The same by severity, where there is anything."""
    counts = [(name, found.count(state, severities=(name,))) for name in (*GRAVEST_FIRST, "suppressed")]
    listed = ", ".join(f"{count} suppressed" if name == "suppressed" else plural(count, name) for name, count in counts if count)
    return f" ({listed})" if listed else ""


def incomparable(found: Comparison) -> str:
    """How many findings cannot be compared, and on which side they are."""
    old, new = (found.count("not-comparable", side=side) for side in ("old", "new"))
    return f"{plural(old, 'finding')} of OLD, {new} of NEW"


def _repositories(found: Comparison) -> Iterator[str]:
    for state in (*_CAME_AND_WENT, "changed"):
        first = True
        for item in found.of_repositories(state):
            if first:
                yield from (
                    "",
                    f"Repositories {'that changed' if state == 'changed' else state.replace('-', ' ')} ({found.repositories[state]})",
                )
                first = False
            yield f"  {item['target']}{about_repository(item)}"


def about_repository(item: dict[str, Any]) -> str:
    """What is to be said of a repository behind its name."""
    if item["why"] is not None:
        return f": {item['why']}"
    return (": " + "; ".join(changes(item))) if item["changes"] else ""


def changes(item: dict[str, Any]) -> Iterator[str]:
    """What of a repository changed, each as a phrase."""
    for name, change in item["changes"].items():
        was, now = change["old"] or "none", change["new"] or "none"
        if change.get("reason"):  # of the one that was not examined
            was, now = (f"{was} ({change['reason']})", now) if now == "audited" else (was, f"{now} ({change['reason']})")
        yield f"{'licence' if name == 'license' else name} was {was}, is {now}"


def _line(item: dict[str, Any]) -> str:
    was = "" if item["was"] is None else f" (was {_standing(item['was'])})"
    suppressed = f" [{item['suppressed']}]" if item["suppressed"] else ""
    return f"{item['target']} {place(item)}: {item['severity']}[{item['rule']}] {item['message']}{suppressed}{was}"


def place(item: dict[str, Any]) -> str:
    """Where a finding is, within its repository."""
    return (item["path"] or ".") + ("" if item["line"] is None else f":{item['line']}:{item['column']}")


def standing(item: dict[str, Any]) -> str:
    """The severity, and whether it counts; where that changed, with what it was."""
    was = item.get("was")
    return _standing(item) if was is None else f"{_standing(item)} (was {_standing(was)})"


def _standing(item: dict[str, Any]) -> str:
    return f"{item['severity']}, {item['suppressed']}" if item["suppressed"] else str(item["severity"])
