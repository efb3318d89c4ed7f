"""Write schemas/headings.json, the headings of schemas/headings/*.json in their normal form; `--check` compares instead."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

from generated import settle

from cardlint.headings import SPACELESS, folded, words

SCHEMAS = Path(__file__).parent.parent / "schemas"
# A heading that several languages share is suggested, and counted, in this order.
FIRST = ("en", "zh", "zh-Hant", "ja", "ko", "de", "fr", "es", "pt", "ru", "ar")


def languages() -> list[dict[str, Any]]:
    """The files of all languages, the most used first."""
    held = [json.loads(path.read_bytes()) for path in (SCHEMAS / "headings").glob("*.json")]
    order = {name: index for index, name in enumerate(FIRST)}
    return sorted(held, key=lambda entry: (order.get(entry["language"], len(order)), entry["language"]))


def normal(text: str) -> str:
    """The normal form of a heading."""
    return words(folded(text))


def affixes(held: list[dict[str, Any]], key: str) -> list[str]:
    """The normal forms of what may stand before or after, with the blanks they have."""
    found = set()
    for text in (text for entry in held for text in entry[key]):
        found.add(" " * text.startswith(" ") + normal(text) + " " * text.endswith(" "))
    return sorted(found)


def gathered(held: list[dict[str, Any]], key: str) -> dict[str, list[str]]:
    """Each normal form with its topics and its languages."""
    found: dict[str, tuple[dict[str, None], dict[str, None]]] = {}
    for entry in held:
        for topic, headings in entry[key].items():
            for heading in headings:
                topics, names = found.setdefault(normal(heading), ({}, {}))
                topics[topic] = names[entry["language"]] = None
    return {text: [" ".join(topics), " ".join(names)] for text, (topics, names) in sorted(found.items())}


def alternatives(texts: set[str]) -> str:
    """A pattern of any of these texts, the longest first."""
    return "|".join(re.escape(text) for text in sorted(texts, key=lambda text: (-len(text), text)))


def numbering(held: list[dict[str, Any]]) -> str:
    """A pattern of signs and a number at the beginning of a folded heading: `1.2)`, `iii.`, `a)`, `第1章`, `section 4:`."""
    called = alternatives({normal(text) for entry in held for text in entry["numbering"]})
    ordinals = alternatives({normal(text) for entry in held for text in entry["ordinals"]})
    han = "[一二三四五六七八九十百〇]"
    numbers = [
        rf"(?:(?:{called}) ?)?\d+(?:[.\-]\d+)*(?:[a-z](?=[.)])|(?=[\s.):、,\-\u2013\u2014]|[^\W\d_a-z]))",
        rf"(?:{called}) (?:[ivxlc]+|[a-z])\b",
        r"[ivxlc]+(?=[.):、])",
        r"[^\W\d_](?=[.)])",
        rf"{han}+(?=[、.,:)])",
        rf"[第제] ?(?:\d+|{han}+) ?(?:[章节節部分篇条條項课課장절회]|부분)*",
        rf"(?:{ordinals})(?=[\s.:،,\-])",
    ]
    return rf"[\W_]*(?:{'|'.join(numbers)})[\W_]*"


def rendered() -> str:
    """The table, a heading per line."""
    held = languages()
    attached = {text if text.startswith(" ") else normal(text) for entry in held for text in entry["attached"]}
    joiners = {normal(text) for entry in held for text in entry["joiners"]} - {""}
    table = {
        "exact": gathered(held, "headings"),
        "opening": {_open(text): entry for text, entry in gathered(held, "openings").items()},
        "heads": affixes(held, "heads"),
        "tails": affixes(held, "tails"),
        "joiners": f" (?:{alternatives(joiners)}) ",
        "attached": alternatives(attached),
        "numbering": numbering(held),
        "suggested": {entry["language"]: {topic: headings[0] for topic, headings in entry["headings"].items()} for entry in held},
    }
    return "{\n" + ",\n".join(f"{json.dumps(key)}: {_lines(value)}" for key, value in table.items()) + "\n}\n"


def _open(text: str) -> str:
    """The beginning of a heading: a word of a script with blanks ends at one."""
    return text if re.search(f"[{SPACELESS}]", text) else f"{text} "


def _lines(value: Any) -> str:  # noqa: ANN401 - a part of the table
    if not isinstance(value, dict):
        return json.dumps(value, ensure_ascii=False)
    return (
        "{\n"
        + ",\n".join(f"{json.dumps(key, ensure_ascii=False)}: {json.dumps(item, ensure_ascii=False)}" for key, item in value.items())
        + "\n}"
    )


def main() -> int:
    """Write or compare the table; 1 where `--check` finds a difference."""
    return settle({SCHEMAS / "headings.json": rendered()})


if __name__ == "__main__":
    sys.exit(main())
