"""The rules of a report as SARIF describes them: what code scanning shows beside an alert is the prose of the rule card.

Facts: GitHub's documentation, "SARIF support for code scanning", reportingDescriptor; SARIF 2.1.0, 3.49.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cardlint.formats.safe import visible
from cardlint.rulecard import passages, prose
from cardlint.text import LINE_END, decode

if TYPE_CHECKING:
    from cardlint.report import Descriptor

LEVELS = {"off": "note", "note": "note", "warning": "warning", "error": "error"}
_PROBLEMS = {"off": "recommendation", "note": "recommendation", "warning": "warning", "error": "error"}
# The middle of each band of code scanning: above 9.0 critical, 7.0 to 8.9 high, 4.0 to 6.9 medium, below that low.
SCORES = {"critical": "9.5", "high": "8.0", "medium": "5.5", "low": "2.0"}
_SECTIONS = ("What it does", "Why it matters", "When it is wrong", "References")
_LONGEST_DESCRIPTION = 1024
_LONGEST_NAME = 255
_LONGEST_HELP = 50_000
_CARD_BYTES = 1_000_000
_WORDS = re.compile(r"[A-Za-z0-9]+")


def described(rule: Descriptor) -> dict[str, Any]:
    """The reporting descriptor of a rule."""
    title = _short(_line(rule.title) or rule.id, _LONGEST_DESCRIPTION)
    sections, whole = _card(rule)
    text = "\n\n".join(f"{heading}\n\n{sections[heading]}" for heading in _SECTIONS if sections.get(heading)) or whole
    return {
        "id": rule.id,
        "name": _short(_name(rule), _LONGEST_NAME),
        "shortDescription": {"text": title},
        "fullDescription": {"text": _short(_line(sections.get("What it does", "")), _LONGEST_DESCRIPTION) or title},
        "help": {"text": _short(text, _LONGEST_HELP), "markdown": _short(whole, _LONGEST_HELP)},
        **({"helpUri": rule.url} if rule.url else {}),
        "defaultConfiguration": {"level": LEVELS[rule.severity]},
        "properties": _properties(rule),
    }


def _name(rule: Descriptor) -> str:
    """The id in Pascal case; of a single word with the category before it, for a name may not be the id."""
    words = _WORDS.findall(rule.id)
    return "".join(word.capitalize() for word in (words if len(words) > 1 else [*_WORDS.findall(rule.category), *words]))


def _properties(rule: Descriptor) -> dict[str, Any]:
    """What code scanning sorts and filters by. Only a rule about what can run or leak has a score, by its own card."""
    score = SCORES.get(rule.security or "none")
    return {
        "precision": rule.confidence,
        "problem.severity": _PROBLEMS[rule.severity],
        "tags": [rule.category, *(["security"] if score else [])],
        **({"security-severity": score} if score else {}),
    }


def _card(rule: Descriptor) -> tuple[dict[str, str], str]:
    """The sections of the rule's card, and all of its prose; of a card that is gone meanwhile, how to ask for it."""
    try:
        text = decode(rule.card, Path(rule.card).read_bytes()[:_CARD_BYTES])
    except OSError as error:
        return {}, f"{rule.card} cannot be read ({error.strerror or error}); ask with: cardlint explain {rule.id}"
    return {heading: _lines(body) for heading, body in passages(text).items()}, _lines(prose(text))


def _lines(text: str) -> str:
    """Text of several lines without what acts on a terminal."""
    return "\n".join("\t".join(map(visible, line.split("\t"))) for line in LINE_END.split(text))


def _line(text: str) -> str:
    return visible(" ".join(text.split()))


def _short(text: str, most: int) -> str:
    """The text, cut where it is longer than a consumer takes."""
    return text if len(text) <= most else f"{text[: most - 1]}…"
