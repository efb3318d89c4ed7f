"""Reports for the tests of the formats: one in which every rule fires, one of hostile text, and any report there can be."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from hypothesis import strategies as st

from cardlint import __version__
from cardlint.exampletest import run_example
from cardlint.locate import data_folder
from cardlint.problem import CONFIDENCES, SEVERITIES, Edit, Fix
from cardlint.report import Descriptor, Failed, Finding, Place, RelatedPlace, Report, Skipped, Suppressed, Target
from cardlint.repository import KINDS
from cardlint.rule import shipped
from cardlint.rulecard import read_rule_card
from cardlint.run import describe
from cardlint.text import Span

if TYPE_CHECKING:
    from collections.abc import Iterator

# What acts where it should not: terminals, CI logs, HTML, Markdown, spreadsheets, XML. `CANARY` must stay text everywhere.
CANARY = "canary-7f3a"
HOSTILE = (
    f"\x1b[31m\x1b]0;{CANARY}\x07",
    f"::error file=a,line=1::{CANARY}\n::set-output name=x::{CANARY}",
    f"##[group]{CANARY}\r\n##vso[task.setvariable variable=x]{CANARY}",
    f"<script>window['{CANARY}'] = 1</script><img src=x onerror=\"window['{CANARY}'] = 1\">",
    f"</script><!-- ]]> &amp; <![CDATA[ {CANARY} -->",
    f"@{CANARY} @org/team [x](javascript:alert(1)) ![](https://evil.example/{CANARY}.png) | `a` *b* _c_ #1 GH-1 \\| <b>",
    f'=cmd|" /C calc"!A0;{CANARY}', f"+1+{CANARY}", f"-1+{CANARY}", f"@SUM({CANARY})", f"\t={CANARY}", f"\r={CANARY}",
    f"\u202e{CANARY}\u2066\u200b\ufeff\u2028\u2029\x85", f"\x00\x08\x0b\x0c\ufffe\uffff\ud800{CANARY}", f"a, b: c % d\n{CANARY} 100%25",
    f"file://{CANARY}/../../%2e%2e/é 漢 \U0001f600", "```\n" + CANARY + "\n~~~\n---\n# h", f"{CANARY} {'x' * 70_000}",
)  # fmt: skip


@cache
def every_rule() -> Report:
    """A report over the failing examples of all the rule cards that ship: whichever rule there is fires in it."""
    rules, root = shipped(), data_folder("rules")
    return Report(tuple(target for rule in rules.values() for target in _failing(rule.card, root)), __version__, "recommended", "0" * 64)


def _failing(path: object, root: object) -> Iterator[Target]:
    card = read_rule_card(path, root)  # type: ignore[arg-type]
    for number, example in enumerate(item for item in card.examples if item.verdict == "Fails"):
        found = run_example(card, example, shipped())
        name = f"{card.rule.id}-{number}"
        yield found._replace(name=name, shown=name, policy="recommended", rules=(describe(card.rule),))


def hostile() -> Report:
    """A report in which all text that comes from a repository is hostile."""
    findings = tuple(
        Finding(
            "license-unknown", "error", "high", text, text, text, Place(text, 1, 1, 1, 2, 0, 1, text), f"{number:032x}",
            related=(RelatedPlace(text, Place(text, 2, 1, 2, 2, 3, 4, text)),),
            fix=Fix("safe", text, (Edit(Span(text, 0, 1), text),)),
            suppressed=Suppressed("inline", text) if number % 3 == 0 else None,
        )
        for number, text in enumerate(HOSTILE)
    )  # fmt: skip
    skipped = tuple(Skipped("link-broken", text) for text in HOSTILE)
    failed = tuple(Failed("tags-malformed", text) for text in HOSTILE)
    rules = tuple(describe(shipped()[rule]) for rule in ("license-unknown", "link-broken", "tags-malformed"))
    targets = tuple(Target(text, "model", findings, skipped, failed, shown=text, policy=text, rules=rules) for text in HOSTILE[:4])
    return Report(targets, __version__, HOSTILE[0], "0" * 64)


_WORDS = st.one_of(st.sampled_from(HOSTILE[:-1]), st.text(max_size=30), st.sampled_from(["README.md", "a/b c.py", "", "."]))
_RULES = st.sampled_from(["license-unknown", "link-broken", "tags-malformed", "key-unknown"])
_NUMBERS = st.integers(1, 10_000)


@st.composite
def places(draw: st.DrawFn) -> Place:
    """Any place: the end is not before the start."""
    line, column, lines, columns, start = (draw(_NUMBERS) for _ in range(5))
    end_line, end_column = (line, column + columns) if draw(st.booleans()) else (line + lines, columns)
    return Place(draw(_WORDS), line, column, end_line, end_column, start, start + columns, draw(_WORDS))


@st.composite
def findings(draw: st.DrawFn) -> Finding:
    """Any finding; it has a path where it has a place, and may have one without."""
    place = draw(st.none() | places())
    path = place.path if place else draw(st.none() | _WORDS)
    edits = tuple(Edit(Span(draw(_WORDS), 0, 3), draw(_WORDS)) for _ in range(draw(st.integers(1, 2))))
    return Finding(
        draw(_RULES), draw(st.sampled_from(SEVERITIES[1:])), draw(st.sampled_from(CONFIDENCES)), draw(_WORDS), draw(_WORDS), path, place,
        draw(st.text("0123456789abcdef", min_size=32, max_size=32)),
        related=tuple(RelatedPlace(draw(_WORDS), draw(places())) for _ in range(draw(st.integers(0, 2)))),
        fix=draw(st.none() | st.just(Fix(draw(st.sampled_from(["safe", "unsafe"])), draw(_WORDS), edits))),  # type: ignore[arg-type]
        suppressed=draw(st.none() | st.builds(Suppressed, st.sampled_from(["inline", "waiver", "baseline"]), _WORDS)),  # type: ignore[arg-type]
        state=draw(st.sampled_from([None, "new", "unchanged"])),
    )  # fmt: skip


@st.composite
def targets(draw: st.DrawFn) -> Target:
    """Any target, its findings in order."""
    found = tuple(sorted(draw(st.lists(findings(), max_size=4)), key=lambda finding: finding.order))
    skipped = tuple(Skipped(draw(_RULES), draw(_WORDS), draw(st.none() | _RULES)) for _ in range(draw(st.integers(0, 2))))
    failed = tuple(Failed(draw(_RULES), draw(_WORDS)) for _ in range(draw(st.integers(0, 1))))
    named = sorted({item.rule for group in (found, skipped, failed) for item in group})
    return Target(
        draw(_WORDS), draw(st.sampled_from(KINDS)), found, skipped, failed, revision=draw(st.none() | st.just("0" * 40)),
        shown=draw(_WORDS), policy="recommended", rules=tuple(described(rule) for rule in named),
    )  # fmt: skip


def described(rule: str) -> Descriptor:
    """The descriptor of a rule that ships."""
    return describe(shipped()[rule])


def reports() -> st.SearchStrategy[Report]:
    """Any report."""
    made = st.lists(targets(), max_size=3).map(tuple)
    return st.builds(Report, made, st.just(__version__), _WORDS, st.just("0" * 64), st.booleans())
