"""How fast cardlint is, as ratios to other tools in one interleaved run: whole processes, medians.

    pip install '.[bench]' && python benchmarks/speed.py [--runs N] [--corpus FOLDER] [--json FILE]

Install cardlint itself without -e, so that its bytecode is compiled as for a user. FOLDER holds cards as
{models,datasets,spaces}/*.md; without it the two measurements over many cards are left out, and said to be.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

BIN = Path(sys.executable).parent
CARD = """---
language:
- en
license: apache-2.0
library_name: transformers
pipeline_tag: text-classification
tags:
- sentiment
- finance
datasets:
- acme/headlines
base_model: google-bert/bert-base-uncased
---

# Headline sentiment

Tells whether a financial headline is good news. Fine-tuned for three epochs.

## How to use

```python
from transformers import pipeline

classify = pipeline("text-classification", model="acme/headline-sentiment")
```
"""
BARE = """
import re, sys, yaml
from markdown_it import MarkdownIt
block = re.compile(r"^(\\s*---(?:\\r\\n|\\r|\\n))([\\S\\s]*?)((?:\\r\\n|\\r|\\n)---[ \\t]*(\\r\\n|\\n|$))")
parser = MarkdownIt()
for path in sys.stdin.read().split("\\n"):
    text = open(path, encoding="utf-8", errors="replace", newline="").read()
    found = block.match(text)
    if found:
        try:
            yaml.load(found[2], yaml.CSafeLoader)
        except yaml.YAMLError:
            pass
    parser.parse(text[found.end():] if found else text)
"""
LOAD = "import sys; from huggingface_hub import ModelCard; ModelCard.load(sys.argv[1])"


class Comparison(NamedTuple):
    """Two commands and the ratio their medians may have at most (at least, where `at_least`)."""

    name: str
    ours: list[str]
    theirs: list[str]
    bound: float
    at_least: bool = False
    stdin: str = ""


def seconds(command: list[str], stdin: str) -> float:
    """Wall time of one run of a whole process."""
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"} | {"HF_HUB_OFFLINE": "1"}
    start = time.perf_counter()
    done = subprocess.run(command, input=stdin.encode(), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=False, env=environment)
    elapsed = time.perf_counter() - start
    if done.returncode not in {0, 1}:
        sys.exit(f"{command[:4]} ended with {done.returncode}: {done.stderr.decode()[-500:]}")
    return elapsed


def measure(comparison: Comparison, runs: int) -> dict[str, object]:
    """Medians and their ratio over interleaved runs, after one of each that does not count."""
    pairs = [(seconds(comparison.ours, comparison.stdin), seconds(comparison.theirs, comparison.stdin)) for _ in range(runs + 1)][1:]
    ours, theirs = (statistics.median(column) for column in zip(*pairs, strict=True))
    ratio = theirs / ours if comparison.at_least else ours / theirs
    kept = ratio >= comparison.bound if comparison.at_least else ratio <= comparison.bound
    return {"name": comparison.name, "ours_s": ours, "theirs_s": theirs, "ratio": ratio, "bound": comparison.bound, "kept": kept}


def small(folder: Path) -> list[Comparison]:
    """One small repository, and start-up alone."""
    (folder / "README.md").write_text(CARD)
    (folder / "frontmatter.yaml").write_text(CARD.split("---\n")[1])
    schema = {"type": "object", "properties": {"license": {"type": "string"}}}
    (folder / "schema.json").write_text(json.dumps(schema))
    check = [str(BIN / "cardlint"), "check", str(folder)]
    yamllint = [str(BIN / "yamllint"), "-d", "relaxed", str(folder / "frontmatter.yaml")]
    return [
        Comparison("check / yamllint of the frontmatter", check, yamllint, 1.5),
        Comparison("check of metadata alone / yamllint of the frontmatter", [*check, "--select", "frontmatter/,metadata/"], yamllint, 1.5),
        Comparison("check / ModelCard.load", check, [sys.executable, "-c", LOAD, str(folder / "README.md")], 0.5),
        Comparison(
            "check / check-jsonschema", check,
            [str(BIN / "check-jsonschema"), "--schemafile", str(folder / "schema.json"), str(folder / "frontmatter.yaml")], 1.0,
        ),
        Comparison("--version / yamllint --version", [str(BIN / "cardlint"), "--version"], [str(BIN / "yamllint"), "--version"], 0.7),
    ]  # fmt: skip


def large(folder: Path, corpus: Path) -> list[Comparison]:
    """Every card of a corpus: a target each, in one process."""
    cards = sorted(path for kind in ("models", "datasets", "spaces") for path in (corpus / kind).glob("*.md"))
    targets = []
    for card in cards:
        target = folder / "cards" / card.stem
        target.mkdir(parents=True)
        shutil.copy(card, target / "README.md")
        targets.append(str(target))
    check = [str(BIN / "cardlint"), "check", "--quiet", "--output-format", "concise", "--select", "all"]
    fivefold = targets * 5
    bare = [sys.executable, "-c", BARE]
    name = f"{len(cards)} cards, all rules / CSafeLoader.load + MarkdownIt().parse"
    jobs = f"--jobs 2 against 1 on {len(fivefold)} cards"
    return [
        Comparison(name, [*check, *targets], bare, 1.3, stdin="\n".join(map(str, cards))),
        Comparison(jobs, [*check, "--jobs", "2", *fivefold], [*check, *fivefold], 1.5, at_least=True),
    ]


def main() -> int:
    """Measure and print; 1 where a bound is missed."""
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    arguments.add_argument("--runs", type=int, default=9)
    arguments.add_argument("--corpus", type=Path)
    arguments.add_argument("--json", type=Path)
    given = arguments.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        results = [measure(comparison, given.runs) for comparison in small(folder)]
        if given.corpus and given.corpus.is_dir():
            results += [measure(comparison, max(3, given.runs // 3)) for comparison in large(folder, given.corpus)]
        else:
            print("no --corpus: the cost over many cards was not measured")
    for result in results:
        verdict = "kept" if result["kept"] else "MISSED"
        times = f"{result['ours_s']:.3f} s / {result['theirs_s']:.3f} s"
        print(f"{result['ratio']:5.2f} (bound {result['bound']}, {verdict})  {times}  {result['name']}")
    if given.json:
        given.json.write_text(json.dumps(results, indent=2) + "\n")
    return int(not all(result["kept"] for result in results))


if __name__ == "__main__":
    sys.exit(main())
