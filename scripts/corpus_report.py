"""Run every rule over a folder of real cards and write docs/corpus.md; optionally sample findings to be judged.

    python scripts/corpus_report.py CORPUS            # write docs/corpus.md
    python scripts/corpus_report.py CORPUS --sample 10 > sample.tsv

CORPUS holds cards as {models,datasets,spaces,broken}/*.md and may hold a manifest.jsonl with `file`, `kind` and
`source_repo`. Each card is checked as the README.md of a folder of its own. It may also hold listings of whole repositories,
trees/*.json with `files` of `path` and `size`: these are checked by the rules on weights, no content being known. Verdicts of
readers are kept in docs/corpus-verdicts.tsv: card (of a listing its name, a colon, the path of the file), rule, line, column,
verdict (true, false, unsure), remark.
"""

from __future__ import annotations

import argparse
import csv
import json
import random
import sys
from collections import Counter, defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from cardlint import engine
from cardlint.policyfile import load_policy
from cardlint.repository import Identity, Repository
from cardlint.rule import shipped
from cardlint.source import Memory

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cardlint.report import Finding, Target
    from cardlint.repository import Kind

DOCS = Path(__file__).parent.parent / "docs"
FOLDERS: dict[str, Kind] = {"models": "model", "datasets": "dataset", "spaces": "space"}
# Collections of cards that were written between 2020 and 2022.
OLD = {"adapter-hub/adapters", "huggingface/datasets"}
LISTINGS = "trees"
SEVERITIES = ("error", "warning", "note")


class Checked(NamedTuple):
    """One card, or one listing of a repository, with what was found in it."""

    name: str
    folder: str
    kind: Kind
    newer: bool
    target: Target
    lines: list[str]


def cards(corpus: Path) -> Iterator[Checked]:
    """Every card of the corpus, checked under `recommended`."""
    manifest = corpus / "manifest.jsonl"
    rows = [json.loads(line) for line in manifest.read_text("utf-8").splitlines()] if manifest.is_file() else []
    about = {row["file"]: row for row in rows}
    for folder in (*FOLDERS, "broken"):
        for path in sorted((corpus / folder).glob("*.md")):
            name = f"{folder}/{path.name}"
            row = about.get(name, {})
            kind: Kind = row.get("kind") or FOLDERS.get(folder, "model")
            target = checked_alone(path.read_bytes(), kind, name)
            lines = path.read_text("utf-8", "replace").splitlines()
            yield Checked(path.stem, folder, kind, bool(row) and row["source_repo"] not in OLD, target, lines)


def checked_alone(card: bytes, kind: Kind, name: str) -> Target:
    """A card whose other files nobody has: as on standard input; rules that need a listing see a folder with the card alone."""
    policy = load_policy(shipped())
    first, second = (Repository(Memory({"README.md": card}, listed=listed), Identity(kind, told=True)) for listed in (False, True))
    target = engine.run(first, policy.bind(first), name=name)
    other = engine.run(second, policy.bind(second), name=name)
    of_files = {*target.not_applicable}
    more = [item for item in other.findings if item.rule in of_files]
    return target._replace(
        findings=tuple(sorted((*target.findings, *more), key=lambda item: item.order)),
        skipped=(*target.skipped, *(item for item in other.skipped if item.rule in of_files)),
        failed=(*target.failed, *(item for item in other.failed if item.rule in of_files)),
    )


def listings(corpus: Path) -> Iterator[Checked]:
    """Every listing of a repository, checked by the rules on weights: what names and sizes alone say."""
    policy = load_policy(shipped(), select=["weights/"])
    for path in sorted((corpus / LISTINGS).glob("*.json")):
        files = {item["path"]: max(0, item["size"]) for item in json.loads(path.read_text("utf-8"))["files"]}
        repository = Repository(Memory(files), Identity("model", told=True))
        target = engine.run(repository, policy.bind(repository), name=f"{LISTINGS}/{path.stem}")
        yield Checked(path.stem, LISTINGS, "model", newer=False, target=target, lines=[])


def verdicts() -> dict[str, Counter[str]]:
    """How many findings of each rule were judged how."""
    counted: dict[str, Counter[str]] = defaultdict(Counter)
    for row in read_verdicts():
        counted[row["rule"]][row["verdict"]] += 1
    return counted


def read_verdicts() -> list[dict[str, str]]:
    """The rows of docs/corpus-verdicts.tsv, as far as there is one."""
    path = DOCS / "corpus-verdicts.tsv"
    if not path.is_file():
        return []
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t"))


def rows(checked: list[Checked], judged: dict[str, Counter[str]]) -> Iterator[str]:
    """The table, a row per rule."""
    found: Counter[tuple[str, str]] = Counter()
    on: dict[str, set[str]] = defaultdict(set)
    newer: dict[str, set[str]] = defaultdict(set)
    for card in checked:
        for finding in card.target.findings:
            found[finding.rule, card.folder] += 1
            on[finding.rule].add(card.name)
            if card.newer and finding.severity == "error":
                newer[finding.rule].add(card.name)
    of_newer = sum(card.newer for card in checked)
    for rule in shipped().values():
        counts = " | ".join(str(found[rule.id, folder] or "") for folder in (*FOLDERS, "broken", LISTINGS))
        share = f"{len(newer[rule.id])} of {of_newer}" if newer[rule.id] else ""
        verdict = judged.get(rule.id, Counter())
        read = (
            f"{verdict.total()}, {verdict['false']} false" + (f", {verdict['unsure']} unsure" if verdict["unsure"] else "")
            if verdict
            else ""
        )
        yield f"| {rule.category}/{rule.id} | {rule.severity} | {counts} | {len(on[rule.id]) or ''} | {share} | {read} |"


def document(checked: list[Checked], listed: list[Checked]) -> str:
    """docs/corpus.md."""
    sizes = Counter(card.folder for card in checked)
    skipped = Counter(item.because or "unexplained" for card in checked for item in card.target.skipped)
    failed = sum(len(card.target.failed) for card in (*checked, *listed))
    counts = Counter(finding.severity for card in checked for finding in card.target.findings)
    judged = verdicts()
    total = sum(judged.values(), Counter())
    table = "\n".join(rows([*checked, *listed], judged))
    unsure = sum(row["verdict"] == "unsure" and ":" in row["card"] for row in read_verdicts())
    reasons = ", ".join(f"{reason} {count}" for reason, count in sorted(skipped.items())) or "none"
    return f"""# What cardlint finds on real cards

Written by `python scripts/corpus_report.py CORPUS`; do not edit. The corpus is no part of this repository: {sum(sizes.values())} cards
that nobody here wrote ({", ".join(f"{count} in {folder}" for folder, count in sizes.items())}), most of them model cards of 2020 and
dataset cards of 2020 to 2022, each checked under `recommended` as the README.md of a folder of its own, with its kind given. A folder
with nothing but a card shows only what the card itself says: rules that read other files are tested elsewhere. The rules on weights
are held against listings of {len(listed)} more repositories ("trees" in the table): names of files, and sizes, which for files in Git
LFS are those of their pointers. What bytes say is no matter of this page; `tests/harmless` makes files with the libraries themselves.

- Findings: {", ".join(f"{counts[name]} {name}s" for name in SEVERITIES)}. Checks that failed: {failed}.
- Rules skipped, by the defect in their way: {reasons}.
- Findings in the listings: {sum(len(tree.target.findings) for tree in listed)}, all of them read: none is false, and of {unsure}
  names and the sizes of pointers do not tell.
- Findings read and judged: {total.total()}, of them {total["false"]} false and {total["unsure"]} unsure. The verdicts are in
  `corpus-verdicts.tsv`, by card and place. Of the first 159 read (`frontmatter/`, `metadata/` and single values), 11 were false
  and 7 unsure; of the 189 read later of the rules on text, licences and data (twenty of each that warns, all where there are
  fewer, eight of those that note), 6 were false, which is 3 %, and 3 unsure: two sections there under labels, two ways to reach somebody,
  one table of results, one licence that does not ask for its text. No error was false. The causes were mended, findings gone since are
  no longer listed, and rows whose remark begins with "fixed" were judged again by whoever mended them. The readers had not
  written the rules.
- "Newer" are the cards that stem from neither of the two collections of 2020 to 2022; the column counts those on which
  the rule reports an error.

| rule | severity | models | datasets | spaces | broken | trees | cards or trees | errors on newer | read |
| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |
{table}
"""


def fixing(tables: str) -> str:
    """The end of docs/corpus.md: what fixes make of the same cards."""
    return f"""
## What fixes make of them

By `scripts/corpus_fixes.py`: each card fixed in memory, and checked again as if it had never held anything else. With
`--diffs` it prints every diff; the readers of 2026-11 read all of `--fix`, and judged none wrong.

{tables}"""


def sample(checked: list[Checked], size: int) -> Iterator[list[str]]:
    """At most `size` findings of each rule, chosen the same way every time, with the line they are about."""
    by_rule: dict[str, list[tuple[Checked, Finding]]] = defaultdict(list)
    for card in checked:
        for finding in card.target.findings:
            by_rule[finding.rule].append((card, finding))
    for rule in sorted(by_rule):
        chosen = by_rule[rule]
        if len(chosen) > size:
            chosen = random.Random(rule).sample(chosen, size)  # noqa: S311 - a sample to read, not a secret
        for card, finding in chosen:
            place = finding.place
            line, column = (place.line, place.column) if place else (0, 0)
            yield [
                f"{card.name}:{finding.path}" if card.folder == LISTINGS else card.name,
                rule,
                str(line),
                str(column),
                "",
                "",
                card.folder,
                finding.severity,
                finding.message,
                place.source[:160] if place else "",
            ]


def main() -> int:
    """Write the report, or print a sample; 1 where a check failed."""
    arguments = argparse.ArgumentParser(description="Run every rule over a folder of real cards.")
    arguments.add_argument("corpus", type=Path)
    arguments.add_argument("--sample", type=int, default=0)
    given = arguments.parse_args()
    if not given.corpus.is_dir():
        arguments.error(f"{given.corpus} is not a folder")
    checked, listed = list(cards(given.corpus)), list(listings(given.corpus))
    if given.sample:
        head = ["card", "rule", "line", "column", "verdict", "remark", "folder", "severity", "message", "source"]
        csv.writer(sys.stdout, delimiter="\t", lineterminator="\n").writerows([head, *sample([*checked, *listed], given.sample)])
    else:
        from corpus_fixes import tables  # which takes what it needs from here
        from corpus_loads import section  # as above

        text = f"{document(checked, listed)}{section(given.corpus)}{fixing(tables(given.corpus))}"
        (DOCS / "corpus.md").write_text(text, "utf-8", newline="\n")
    failed = [item for card in (*checked, *listed) for item in card.target.failed]
    for item in failed:
        print(f"failed[{item.rule}] {item.error}", file=sys.stderr)
    return int(bool(failed))


if __name__ == "__main__":
    sys.exit(main())
