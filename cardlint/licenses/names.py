"""Licences as people name them: the words, and the Hub ids they can mean. Patterns are data, in `schemas/licenses/prose.json`."""

from __future__ import annotations

import json
import re
from functools import cache
from typing import TYPE_CHECKING, Any

from cardlint.locate import data_folder
from cardlint.weights.cached import cached_property
from cardlint.weights.named import NamedTuple
from cardlint.weights.patterns import lazily

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cardlint.repository import Kind

_CC = lazily(r"\b(?:CC|Creative[- ]Commons)\b|\bAttribution(?=[- ]?(?:Non|Share|No ?Deriv|\d\.\d International))", re.IGNORECASE | re.ASCII)
_CC_PART = lazily(
    r"[\s,/():·\u2010-\u2015-]*(?:(?P<by>BY|Attribution)|(?P<nc>NC|Non-? ?Commercial)|(?P<sa>SA|Share-? ?Alike)"
    r"|(?P<nd>ND|No-? ?Deriv(?:ative|ativ)?s?)"
    r"|(?P<version>v?\d\.\d)|(?:licen[sc]e|public|version))(?![a-z])",
    re.IGNORECASE,
)
STEM = lazily(
    r"\b(?:modified|MIT|Apache|GNU|A?GPL|LGPL|Affero|Lesser|General|GFDL|BSD|2-clause|3-clause|simplified|revised|new|Mozilla|MPL|ISC"
    r"|the unlic|unlic|WTFPL|CreativeML|Open|BigCode|BigScience|Meta|Llama|Gemma|ODC|ODbL|PDDL|CDLA|Computational|C-UDA|EUPL|EPL|Eclipse"
    r"|Artistic|Academic|AFL|Boost|CC|Creative|public|Attribution)",
    re.IGNORECASE | re.ASCII,
)


class Name(NamedTuple):
    """A licence named at `start:end` of a piece of text; `ids` are those it can mean, none where it cannot be told."""

    ids: frozenset[str]
    start: int
    end: int


class Form(NamedTuple):
    """How a language says that this is under a licence: the words for this, those before a name, after it, and between.

    `loose` are words that mean this only where nothing else is spoken of.
    """

    this: re.Pattern[str]
    under: re.Pattern[str]
    after: re.Pattern[str]
    close: re.Pattern[str]
    loose: bool


class Words:
    """The patterns of `schemas/licenses/prose.json`, compiled on first use."""

    def __init__(self, held: dict[str, Any]) -> None:
        self._held = held
        self.families: dict[str, list[str]] = held["families"]

    @cached_property
    def names(self) -> list[tuple[re.Pattern[str], frozenset[str]]]:
        """A pattern for each name, with the ids it can mean."""
        return [
            (re.compile(rf"(?:{item['pattern']})(?!\w)", re.IGNORECASE | re.ASCII), frozenset(item["ids"])) for item in self._held["names"]
        ]

    @cache  # noqa: B019 - there is one of these
    def sentences(self, kind: Kind) -> list[Form]:
        """Of each language how a card speaks of itself, the words before the name of a licence, and those after it."""
        return [
            Form(
                re.compile(item["this"].replace("KIND", self._held["kinds"][kind]), re.IGNORECASE),
                re.compile(item["under"], re.IGNORECASE),
                re.compile(item.get("after", ""), re.IGNORECASE),
                re.compile(item.get("close", r"[^,;\uff0c\u3001]{0,60}"), re.IGNORECASE),
                item.get("loose", False),
            )
            for item in self._held["sentences"]
        ]

    @cache  # noqa: B019 - there is one of these
    def pattern(self, name: str) -> re.Pattern[str]:
        """One of the single patterns; `labelled` and `only` are made of others."""
        made = {
            "labelled": rf"[\s\W]{{0,10}}(?:{self._held['label']})\s{{0,3}}[:\uff1a]\s{{0,3}}",
            "only": rf"(?<![^\W_])(?:{self._held['fillers']})(?![^\W_])|https?://\S+",
        }
        return re.compile(made.get(name) or self._held[name], re.IGNORECASE)


@cache
def spoken() -> Words:
    """The words and patterns that ship."""
    return Words(json.loads((data_folder("schemas") / "licenses" / "prose.json").read_bytes()))


def names(text: str) -> list[Name]:
    """The licences a text names, in order, the longest name at each place."""
    found: list[Name] = []
    for stem in STEM.finditer(text):
        if found and stem.start() < found[-1].end:
            continue
        matches = [Name(ids, *match.span()) for pattern, ids in spoken().names if (match := pattern.match(text, stem.start()))]
        if (commons := _creative_commons(text, stem.start())) is not None:
            matches.append(commons)
        if matches:
            found.append(max(matches, key=lambda name: name.end))
    return found


def _creative_commons(text: str, start: int) -> Name | None:
    head = _CC.match(text, start)
    if head is None:
        return None
    parts: set[str] = {"by"} if head[0].lower() == "attribution" else set()
    version, end = None, head.end()
    while (part := _CC_PART.match(text, end)) and version is None:
        parts |= {kind for kind in ("by", "nc", "sa", "nd") if part[kind]}
        version, end = (part["version"] or "").lstrip("vV") or None, part.end()
    return Name(commons_ids(parts, version, loose=version is None and head[0].lower() != "cc"), start, end)


def commons_ids(parts: Iterable[str], version: str | None, *, loose: bool = False) -> frozenset[str]:
    """The ids of a Creative Commons licence of these parts (by, nc, sa, nd).

    Without a version they are those of all versions, without parts any; `loose` words ("a Creative Commons Attribution
    licence") may leave out parts.
    """
    held = {*parts}
    every: tuple[list[str], ...] = ([], ["sa"], ["nc"], ["nd"], ["nc", "sa"], ["nc", "nd"])
    kinds = [["by", *rest] for rest in every if not held or {"by", *rest} == held | {"by"} or (loose and {"by", *rest} > held)]
    ids = {f"cc-{'-'.join(kind)}-{number}" for kind in kinds for number in ([version] if version else ["1.0", "2.0", "2.5", "3.0", "4.0"])}
    return frozenset(ids | ({"cc0-1.0"} if not held else set()))


def meant(found: Iterable[Name]) -> frozenset[str]:
    """What several names of one statement mean: what all can mean, or where they differ what any can."""
    sets = [name.ids for name in found]
    common = frozenset.intersection(*sets) if sets else frozenset[str]()
    return common or frozenset().union(*sets)


def readings(ids: Iterable[str]) -> frozenset[str]:
    """Ids with all that is no contradiction to them: the members of a family, the family of a member."""
    families = spoken().families
    found = {*ids}
    found |= {other for item in [*found] for other in families.get(item, ())}
    found |= {family for family, members in families.items() for item in [*found] if item in members and "." not in family}
    return frozenset(found)
