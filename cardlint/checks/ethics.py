"""What people outside may ask of a card: risks, uses to keep away from, who was measured, what it cost, whom to tell."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from cardlint.checks.keys import first_line, says_nothing
from cardlint.checks.sections import place as beginning
from cardlint.nodes import Mapping, Sequence, string, strings
from cardlint.problem import Problem
from cardlint.weights.patterns import lazily

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cardlint.files import Files
    from cardlint.markdown import Section
    from cardlint.nodes import Node
    from cardlint.topics import Topics

_SAME = 0.9  # two texts with this share of words in common say the same
_LOOKED_AT = 200_000  # characters of a card's body in which words are looked for
_ATTACHES = lazily(r"[\u0590-\u08ff\u0e00-\u0eff\u1100-\u11ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")  # particles join on
_WORD = lazily(r"\w+")
_ON_THE_HUB = lazily(r"(?:https?:)?//(?:www\.)?(?:huggingface\.co|hf\.co)/|\.{0,2}/?discussions\b")


def undocumented(topics: Topics, metadata: Mapping, *, any_of: list[str], subject: str, message: str) -> Iterator[Problem]:
    """A card in which no section on any of these topics says something."""
    if not topics.covered(*any_of):
        empty = topics.sections(*any_of)
        yield Problem(message, empty[0].span if empty else first_line(metadata), subject=subject)


def out_of_scope(topics: Topics, *, phrases: list[str]) -> Iterator[Problem]:
    """Intended use without a word on what the model is not for, or where both sections say the same.

    `phrases` are what people write instead of a section ("not intended for").
    """
    intended = topics.sections("intended-use")
    if not intended:
        return
    excluded = topics.sections("out-of-scope-use")
    if not topics.covered("out-of-scope-use"):
        if not mentions(topics.markdown.prose, phrases):
            message = "the card says what the model is for, and not what it is not for; add a section on out-of-scope use"
            yield Problem(message, (excluded or intended)[0].span, subject="out-of-scope-use")
        return
    for one, other in _pairs(intended, excluded):
        if _alike(_text(topics, one), _text(topics, other)):
            message = f'"{one.title}" and "{other.title}" say the same; say here what the model must not be used for'
            yield Problem(message, other.span, subject="out-of-scope-use")
            return


def not_disaggregated(topics: Topics, metadata: Mapping, *, tasks: list[str], words: list[str], groups: list[str]) -> Iterator[Problem]:
    """Figures of a model about people that are all aggregate.

    `tasks` are about people by themselves; `words`, in tags or the title, make any other task so; `groups` are words
    by which people name parts of a population. Results that differ in configuration count as parts.
    """
    about = next((word for word in _declared(metadata, "pipeline_tag") if word in tasks), None)
    titles = [section.title for section in topics.markdown.sections[:1]]
    about = about or mentions(" ".join([*_declared(metadata, "tags"), *titles]), words)
    results = _results(metadata)
    if about is None or not (results or topics.covered("evaluation")):
        return
    if mentions(topics.markdown.prose, groups) or _by_part(results):
        return
    sections = topics.sections("evaluation")
    place = sections[0].span if sections else first_line(metadata)
    message = f"the model is about people ({about}), and its figures are aggregate only; give them for the groups it will meet"
    yield Problem(message, place, subject="evaluation")


def conduct(files: Files, topics: Topics, *, names: list[str], phrases: list[str]) -> Iterator[Problem]:
    """Neither a file of these names nor a mention of a code of conduct."""
    if {name.lower() for name in files.names} & {*names} or mentions(topics.markdown.prose, phrases):
        return
    yield Problem("there is no code of conduct, and the card names none; link to the one your organisation has", subject="code-of-conduct")


def no_channel(topics: Topics, discussions: bool | None, *, links: list[str], words: list[str]) -> Iterator[Problem]:  # noqa: FBT001 - a fact
    """A card with neither a link to where somebody answers nor an address; both are patterns.

    Where `discussions` are known to be switched off on the Hub, a link to such a page leads nowhere.
    """
    reach = re.compile("|".join(links), re.IGNORECASE)
    targets = [link.target[:500] for link in topics.markdown.links]
    if discussions is False:
        targets = [target for target in targets if not _ON_THE_HUB.match(target)]
    if any(reach.search(target) for target in targets) or any(re.search(word, topics.markdown.prose) for word in words):
        return
    message = "nothing says where to report harm; name an address, or link to the discussions or issues you read"
    if discussions is False:
        message = "nothing says where to report harm, and discussions are switched off on the Hub; name an address, or switch them on"
    yield Problem(message, beginning(topics), subject="contact")


def emissions(topics: Topics, metadata: Mapping) -> Iterator[Problem]:
    """Neither `co2_eq_emissions` nor a section on environmental impact that says something."""
    entry = metadata.entry("co2_eq_emissions")
    if topics.covered("environmental-impact") or (entry is not None and not says_nothing(entry.value)):
        return
    message = (
        "nothing is said of what training cost the environment; "
        "give `co2_eq_emissions` (grams) or a section with hardware, hours and region"
    )
    yield Problem(message, entry.key.span if entry else first_line(metadata), subject="environmental-impact")


def mentions(text: str, phrases: list[str]) -> str | None:
    """The first of the phrases that stands in a text, in any case; as whole words in Latin and Cyrillic, else anywhere."""
    folded = text[:_LOOKED_AT].casefold()
    for phrase in phrases:
        wanted = phrase.casefold()
        if wanted in folded and (_ATTACHES.search(wanted) or re.search(rf"(?<!\w){re.escape(wanted)}(?!\w)", folded)):
            return phrase
    return None


def _text(topics: Topics, section: Section) -> str:
    return topics.markdown.text.content[section.own.start : section.own.end]


def _pairs(first: tuple[Section, ...], second: tuple[Section, ...]) -> list[tuple[Section, Section]]:
    return [(one, other) for one in first[:5] for other in second[:5] if one is not other]


def _alike(first: str, second: str) -> bool:
    """Whether two texts use the same words."""
    one, other = ({*_WORD.findall(text[:_LOOKED_AT].casefold())} for text in (first, second))
    return bool(one) and len(one & other) >= _SAME * len(one | other)


def _declared(metadata: Mapping, key: str) -> list[str]:
    return strings(metadata.get(key))


def _results(metadata: Mapping) -> list[Mapping]:
    """The results of all models in `model-index`."""
    models = _items(metadata.get("model-index"))
    return [result for model in models for result in _items(model.get("results"))]


def _items(node: Node | None) -> list[Mapping]:
    return [item for item in node.items if isinstance(item, Mapping)] if isinstance(node, Sequence) else []


def _by_part(results: list[Mapping]) -> bool:
    """Whether one dataset is measured in several configurations."""
    parts: dict[str, set[str]] = {}
    for result in results:
        dataset = result.get("dataset")
        if isinstance(dataset, Mapping):
            config = string(dataset.get("config")) or string(dataset.get("args")) or ""
            parts.setdefault(string(dataset.get("type")) or "", set()).add(config)
    return any(len(configs) > 1 for configs in parts.values())
