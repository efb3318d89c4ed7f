"""Count what pins the loads in the code of real cards, and write the table into docs/corpus.md; optionally list them to be read.

    python scripts/corpus_loads.py CORPUS             # the section "Loads" of docs/corpus.md
    python scripts/corpus_loads.py CORPUS --list      # one load or other finding of these rules a line, tabs between

CORPUS as for corpus_report.py. Each card is read as the README.md of a folder of its own.
"""

from __future__ import annotations

import argparse
import re
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from corpus_report import DOCS, FOLDERS

from cardlint import engine
from cardlint.code.pins import PINS
from cardlint.policyfile import load_policy
from cardlint.repository import Identity, Repository
from cardlint.rule import shipped
from cardlint.source import Memory

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cardlint.loads import Use
    from cardlint.report import Finding

RULES = ("revision-unpinned", "trust-remote-code", "manual-download", "unsafe-load")
READ = """Of the loads, 52 chosen at random were read line by line, and so were all findings of the other
rules: every one is right. Of 189 lines that look like a load and are none here, a sixth was read too: folders, comments, names of
one part that may be folders, functions of another library, and blocks that are no Python; one library was missing (`nlp`, the old
name of datasets), and was added."""
_SECTION = re.compile(r"\n## Loads\n.*?(?=\n## )|(?=\n## What fixes make)", re.DOTALL)


def cards(corpus: Path) -> Iterator[tuple[str, Repository, tuple[Finding, ...]]]:
    """Every card, with what the four rules report."""
    policy = load_policy(shipped(), select=RULES)
    for folder, kind in (*FOLDERS.items(), ("broken", "model")):
        for path in sorted((corpus / folder).glob("*.md")):
            repository = Repository(Memory({"README.md": path.read_bytes()}), Identity(kind, told=True))
            target = engine.run(repository, policy.bind(repository), name=path.stem)
            if target.failed:
                raise SystemExit(f"{path}: {target.failed}")
            yield f"{folder}/{path.stem}", repository, target.findings


def uses(repository: Repository) -> list[Use]:
    """The loads of a card; none where it could not be read at all."""
    loads = repository.known("loads")
    return loads.uses() if loads else []


def section(corpus: Path) -> str:
    """The section of the page."""
    pins: Counter[tuple[str, str]] = Counter()
    rules: Counter[str] = Counter()
    with_loads = total = 0
    for _, repository, findings in cards(corpus):
        found = uses(repository)
        total += 1
        with_loads += bool(found)
        pins.update((use.loader.rpartition(".")[2], use.pin) for use in found)
        rules.update(finding.rule for finding in findings)
    names = Counter(name for name, _ in pins.elements())
    rows = [[f"`{name}`", *(str(pins[name, pin] or "") for pin in PINS)] for name, _ in names.most_common(12)]
    rows.append(["all", *(str(sum(count for (_, state), count in pins.items() if state == pin)) for pin in PINS)])
    table = "\n".join(f"| {' | '.join(row)} |" for row in [["loader", *PINS], ["---"] * (len(PINS) + 1), *rows])
    found_by = ", ".join(f"{rule} {rules[rule]}" for rule in RULES)
    return f"""
## Loads

By `scripts/corpus_loads.py`: what the code blocks of the same cards load from the Hub, and what pins it. {with_loads} of {total} cards load
something whose repository is certain. A card whose Python does not parse is read as far as its other blocks go.

{table}

Findings: {found_by}.
{READ}
"""


def listing(corpus: Path) -> Iterator[str]:
    """One line a load, then one a finding of the other rules."""
    for name, repository, findings in cards(corpus):
        for use in uses(repository):
            text = repository.texts[use.span.path]
            line = text.position(use.span.start).line
            yield "\t".join([name, str(line), use.pin, use.id, use.loader, text.line(line).strip()])
        for finding in findings:
            if finding.rule != "revision-unpinned" and finding.place:
                place = finding.place
                yield "\t".join([name, str(place.line), finding.rule, finding.severity, finding.subject, place.source.strip()])


def main() -> None:
    """Write the section, or list."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--list", action="store_true")
    arguments = parser.parse_args()
    if arguments.list:
        print("\n".join(listing(arguments.corpus)))
        return
    page = DOCS / "corpus.md"
    text = page.read_text("utf-8")
    page.write_text(_SECTION.sub(lambda _: section(arguments.corpus), text, count=1), "utf-8", newline="\n")


if __name__ == "__main__":
    main()
