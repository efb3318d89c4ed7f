"""What a card should speak of: sections that are missing, and a way to reach whoever made the thing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cardlint.headings import suggested
from cardlint.problem import Problem
from cardlint.rule import did_you_mean
from cardlint.vocabulary import load_vocabulary
from cardlint.weights.patterns import lazily

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from cardlint.text import Span
    from cardlint.topics import Topics

_OR = lazily(r"\s+or\s+")


def missing(topics: Topics, *, sections: list[str]) -> Iterator[Problem]:
    """Topics of which the card does not speak, not even in an empty section; an item may name alternatives, "a or b".

    Words of no topic in an item are reported where the policy is read; here they are left aside.
    """
    known = load_vocabulary("sections").values
    for item in sections:
        named = [topic for topic in _OR.split(item.strip()) if topic in known]
        if named and not topics.present(*named):
            yield Problem(_message(named, topics.language), place(topics), subject=named[0])


def _message(named: list[str], language: str) -> str:
    """What is missing, under which heading people write it, and what belongs there."""
    known = load_vocabulary("sections").values
    about = " or ".join(known[topic]["label"] for topic in named)
    headings = " or ".join(f"`## {suggested(topic, language)}`" for topic in named)
    return f"there is no section on {about}; add a heading such as {headings} and say {known[named[0]]['asks']}"


def place(topics: Topics) -> Span:
    """Where to report what a card lacks: its title or the beginning of its text, whichever is first, else of the file."""
    markdown = topics.markdown
    first = [*(section.span for section in markdown.sections[:1]), *markdown.paragraphs[:1]]
    return min(first, default=markdown.text.span(0, 0))


def unreachable(topics: Topics) -> Iterator[Problem]:
    """A card that names no way to reach its makers: no section on contact or authors, no address, no link to where one asks."""
    if not topics.present("contact"):
        heading = suggested("contact", topics.language)
        message = f"the card does not say whom to ask; add a heading such as `## {heading}` with an address, or a link to the discussions"
        yield Problem(message, place(topics), subject="contact")


def wrong_topics(items: object) -> str | None:
    """What is wrong with the option `sections`, or None; other mistakes than unknown topics are the schema's."""
    known = load_vocabulary("sections").values
    for item in items if isinstance(items, list) else ():
        for topic in _OR.split(str(item).strip()):
            if topic not in known:
                return f'there is no section topic "{topic}"{did_you_mean(topic, known) or "; known are " + ", ".join(known)}'
    return None


# What is wrong with the value of an option beyond its type: check, option, function.
OPTION_ERRORS: dict[str, dict[str, Callable[[object], str | None]]] = {"missing": {"sections": wrong_topics}}
