"""Fix every card of a folder of real cards in memory, check it again, and print what came of it.

    python scripts/corpus_fixes.py CORPUS              # the tables, which corpus_report.py puts into docs/corpus.md
    python scripts/corpus_fixes.py CORPUS --diffs      # every diff, to be read

CORPUS is as `corpus_report.py` wants it. Each card is fixed as the README.md of a folder of its own, first with `--fix`,
then with `--unsafe-fixes`. The exit code is 1 where fixing failed, or where a finding came up that was not there before
and was not hidden by what was fixed.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from corpus_report import FOLDERS

from cardlint import engine
from cardlint.fix import fixed
from cardlint.fixwrite import diff
from cardlint.policyfile import load_policy
from cardlint.repository import Identity, Repository
from cardlint.rule import shipped
from cardlint.source import Memory

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cardlint.report import Change, Finding, Target
    from cardlint.repository import Kind

POLICY = load_policy(shipped())
CARD = "README.md"


class Fixed(NamedTuple):
    """One card before and after, and what only came up then.

    `uncovered` was hidden before: the block could not be read, or the value of the fixed key meant nothing. The rest is new.
    """

    name: str
    before: Target
    after: Target
    uncovered: list[Finding]
    new: list[Finding]

    @property
    def change(self) -> Change | None:
        """What became of the card."""
        return next(iter(self.after.fixing.changes), None) if self.after.fixing else None

    @property
    def lines(self) -> tuple[int, int]:
        """How many lines were added and removed."""
        return counted(self.after)


def counted(after: Target) -> tuple[int, int]:
    """How many lines fixing added and removed."""
    shown = [line for change in after.fixing.changes for line in diff(change, CARD).split("\n")[2:]] if after.fixing else []
    return sum(line.startswith("+") for line in shown), sum(line.startswith("-") for line in shown)


def look(repository: Repository) -> Target:
    """What is found under `recommended`."""
    return engine.run(repository, POLICY.bind(repository))


def fix(name: str, content: bytes, kind: Kind, *, unsafe: bool) -> Fixed:
    """Fix one card, and check what it holds then as if it had never held anything else."""
    identity = Identity(kind, told=True)
    repository = Repository(Memory({CARD: content}), identity)
    before = look(repository)
    after = fixed(repository, before, look, unsafe=unsafe)
    files = {change.path: change.after for change in after.fixing.changes} if after.fixing else {}
    again = look(Repository(Memory({CARD: content, **files}), identity))
    if again.findings != after.findings:
        raise RuntimeError(f"{name} is found otherwise when it is read again")
    more = Counter(_about(item) for item in again.findings) - Counter(_about(item) for item in before.findings)
    hidden = {skipped.rule for skipped in before.skipped}
    told = {_key(item) for item in before.findings if item.fix}
    came = [item for item in again.findings if more[_about(item)]]
    uncovered = [item for item in came if item.rule in hidden or _key(item) in told]
    return Fixed(name, before, after, uncovered, [item for item in came if item not in uncovered])


def _about(finding: Finding) -> tuple[str, str]:
    return finding.rule, finding.subject


def _key(finding: Finding) -> str:
    """The top-level key a finding is about."""
    return re.split(r"[.\[]", finding.subject, maxsplit=1)[0]


def cards(corpus: Path) -> Iterator[tuple[str, bytes, Kind]]:
    """Name, content and kind of every card."""
    manifest = corpus / "manifest.jsonl"
    rows = [json.loads(line) for line in manifest.read_text("utf-8").splitlines()] if manifest.is_file() else []
    kinds = {row["file"]: row.get("kind") for row in rows}
    for folder in (*FOLDERS, "broken"):
        for path in sorted((corpus / folder).glob("*.md")):
            name = f"{folder}/{path.name}"
            yield name, path.read_bytes(), kinds.get(name) or FOLDERS.get(folder, "model")


def alone(card: tuple[str, bytes, Kind], result: Fixed, *, unsafe: bool) -> Iterator[tuple[str, int, int]]:
    """The lines that the fixes of each rule alone add and remove."""
    _, content, kind = card
    for rule in sorted({finding.rule for finding in result.before.findings if finding.fix}):

        def only(repository: Repository, rule: str = rule) -> Target:
            found = look(repository)
            return found._replace(findings=tuple(item for item in found.findings if item.rule == rule))

        repository = Repository(Memory({CARD: content}), Identity(kind, told=True))
        yield rule, *counted(fixed(repository, only(repository), only, unsafe=unsafe))


def table(title: str, all_cards: list[tuple[str, bytes, Kind]], results: list[Fixed], *, unsafe: bool) -> str:
    """The numbers of one way to fix."""
    changed = [item for item in results if item.change]
    added, removed = (sum(item.lines[side] for item in changed) for side in (0, 1))
    gone, plus, minus = Counter[str](), Counter[str](), Counter[str]()
    for card, item in zip(all_cards, results, strict=True):
        if item.change:
            gone += Counter(finding.rule for finding in item.before.findings) - Counter(finding.rule for finding in item.after.findings)
            for rule, more, fewer in alone(card, item, unsafe=unsafe):
                plus[rule] += more
                minus[rule] += fewer
    refused = sum(len(item.after.failed) - len(item.before.failed) for item in results)
    new, uncovered = (Counter(finding.rule for item in results for finding in getattr(item, name)) for name in ("new", "uncovered"))
    rows = [f"| {rule} | {gone[rule]} | {plus[rule]} | {minus[rule]} |" for rule in sorted({*gone, *plus, *minus})]
    head = f"- `{title}`: {len(changed)} of {len(results)} cards changed, {added} lines added, {removed} removed; refused: {refused}."
    seen = ", ".join(f"{rule} {count}" for rule, count in sorted(uncovered.items()))
    more = f"  Findings nobody had before: {new.total()}. Seen only now, below or in what was fixed: {seen or 'none'}."
    return "\n".join([head, more, "", "| rule | findings gone | lines + | lines - |", "| --- | --- | --- | --- |", *rows, ""])


def tables(corpus: Path) -> str:
    """The tables of both ways to fix, for docs/corpus.md."""
    held = list(cards(corpus))
    ways = (("--fix", False), ("--unsafe-fixes", True))
    return "\n".join(table(title, held, [fix(*card, unsafe=unsafe) for card in held], unsafe=unsafe) for title, unsafe in ways)


def main() -> int:
    """Print tables or diffs; 1 where something went wrong."""
    arguments = argparse.ArgumentParser(description="Fix every card of a folder of real cards, in memory.")
    arguments.add_argument("corpus", type=Path)
    arguments.add_argument("--diffs", action="store_true")
    given = arguments.parse_args()
    all_cards = list(cards(given.corpus))
    wrong = 0
    for title, unsafe in (("--fix", False), ("--unsafe-fixes", True)):
        results = [fix(*card, unsafe=unsafe) for card in all_cards]
        wrong += sum(bool(item.new) or len(item.after.failed) > len(item.before.failed) for item in results)
        if given.diffs:
            sys.stdout.writelines(diff(item.change, item.name) for item in results if item.change)
        else:
            print(table(title, all_cards, results, unsafe=unsafe))
        for item in results:
            for finding in item.new:
                print(f"{item.name}: {finding.rule} {finding.subject}: {finding.message}", file=sys.stderr)
            for failed in item.after.failed:
                print(f"{item.name}: failed[{failed.rule}] {failed.error}", file=sys.stderr)
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main())
