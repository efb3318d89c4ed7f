"""What a gate says to those who stand before it, and for whom a repository is."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from cardlint.caseless import caseless
from cardlint.checks.keys import first_line
from cardlint.checks.vocabulary import quoted
from cardlint.nodes import Mapping, Scalar, Sequence, is_null, string, strings
from cardlint.problem import Problem
from cardlint.text import Span
from cardlint.weights.cached import cached_property
from cardlint.weights.named import NamedTuple
from cardlint.weights.patterns import lazily

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from cardlint.markdown import Markdown
    from cardlint.nodes import Entry, Node
    from cardlint.repository import Identity
    from cardlint.topics import Topics

_FIELDS = "extra_gated_fields"
_OPEN = {"false", "no", "off", "none", ""}
_SHORTEST = 12
_MOST_FIELDS = 1000
_PROSE = 400_000
_LINE = 4_000
_FIRST = 12
# From the first radicals of Chinese to the last syllable of Korean.
_UNSPACED, _LAST_UNSPACED = 0x2E80, 0xD7A3
_BEFORE, _AFTER = r"(?<![^\W_])", r"(?![^\W_])"
_SENTENCE = lazily(r"(?<=[.!?\u3002\uff01\uff1f])")


class _Field(NamedTuple):
    """One question of the form: its label, its kind of answer, and where it stands."""

    label: str
    kind: str
    span: Span


def prompt_missing(metadata: Mapping, *, gate: list[str], says: list[str], bare: list[str], message: str) -> Iterator[Problem]:
    """A gate that does not say what is accepted.

    `gate` are the keys that show a gate, `says` those whose text says what is accepted. A checkbox does as well, unless
    all it says is one of `bare`.
    """
    entry = next((entry for key in gate if (entry := metadata.entry(key)) is not None and _is_on(entry.value)), None)
    if entry is None or any(_says(metadata.get(key)) for key in says):
        return
    if not any(field.kind == "checkbox" and _is_statement(field.label, bare) for field in _fields(metadata)):
        blank = next((found for key in says if (found := metadata.entry(key)) is not None), entry)
        yield Problem(message.replace("KEY", entry.name), blank.key.span, says[0])


def _is_on(value: Node) -> bool:
    """Whether a key of a gate is more than null, `false` or empty."""
    if isinstance(value, Scalar):
        return not is_null(value) and value.raw.strip().lower() not in _OPEN
    return bool(value.items if isinstance(value, Sequence) else value.entries)


def _says(value: Node | None) -> bool:
    return isinstance(value, Scalar) and value.value is not None and any(char.isalpha() for char in value.raw)


def _is_statement(label: str, bare: list[str]) -> bool:
    words = " ".join(re.findall(r"\w+", label[:500].lower()))
    # A word of Chinese or Japanese has no blanks around it, and says in a few signs what others need a line for.
    return words not in bare and (len(words) >= _SHORTEST or any(_UNSPACED <= ord(char) <= _LAST_UNSPACED for char in words))


def _fields(metadata: Mapping) -> Iterator[_Field]:
    """The questions of the form, as a mapping or as the older list of mappings."""
    value = metadata.get(_FIELDS)
    holders = value.items[:_MOST_FIELDS] if isinstance(value, Sequence) else [value]
    for holder in holders:
        if isinstance(holder, Mapping):
            yield from (_field(entry) for entry in holder.effective()[:_MOST_FIELDS])


def _field(entry: Entry) -> _Field:
    kind = entry.value.get("type") if isinstance(entry.value, Mapping) else entry.value
    return _Field(entry.name, (string(kind) or "").strip().lower(), entry.key.span)


def privacy_undocumented(  # noqa: PLR0913 - data of the rule
    metadata: Mapping, topics: Topics, *,
    personal_kinds: list[str], free_kinds: list[str], personal: dict[str, list[str]],
    use: dict[str, list[str]], policy: dict[str, list[str]], about: list[str],
) -> Iterator[Problem]:  # fmt: skip
    """A form that asks for personal data where nothing says what becomes of them.

    Answers of `personal_kinds` are personal; those of `free_kinds` are where the question holds a word of `personal`.
    `use` are words that say in a gate what becomes of data, `policy` those that say so anywhere in the card, `about` are
    the topics of sections that do. Words come by language.
    """
    asked = [field for field in _fields(metadata) if _is_personal(field, personal_kinds, free_kinds, _pattern(personal))]
    if not asked or _pattern(use, policy).search(_gate_text(metadata)):
        return
    if topics.covered(*about) or _pattern(policy).search(topics.markdown.text.content[:_PROSE]):
        return
    names = " and ".join(quoted(field.label) for field in asked[:2])
    more = f" and {len(asked) - 2} more" if len(asked) > 2 else ""  # noqa: PLR2004 - two are named
    advice = "say in `extra_gated_prompt` who sees the answers, what for and for how long, or link a privacy notice"
    yield Problem(f"the form asks for {names}{more}, and nothing says what becomes of it; {advice}", asked[0].span, _FIELDS)


def _is_personal(field: _Field, kinds: list[str], free: list[str], words: _Words) -> bool:
    return field.kind in kinds or (field.kind in free and words.search(field.label[:500]) is not None)


def _gate_text(metadata: Mapping) -> str:
    """All that the gate says: its texts and its questions."""
    texts = [entry.value.raw for entry in metadata.effective() if entry.name.startswith("extra_gated_") and isinstance(entry.value, Scalar)]
    return "\n".join((*texts, *(field.label for field in _fields(metadata))))[:_PROSE]


class _Words:
    """Words of several languages in either letter case. Few texts hold one, so the pattern is for those that may."""

    def __init__(self, words: tuple[str, ...]) -> None:
        self.words = words
        self.parts = [sorted(caseless(word.rstrip("*")).split(" "), key=len, reverse=True) for word in words]

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        return re.compile("|".join(map(_word, self.words)), re.IGNORECASE)

    def search(self, text: str) -> re.Match[str] | None:
        """The first of the words in a text."""
        return self.pattern.search(text) if self.may_occur(text) else None

    def may_occur(self, text: str) -> bool:
        """Whether a text holds all the parts of one of the words, in any order; if not, it holds none."""
        searched = caseless(text)
        return any(all(part in searched for part in parts) for parts in self.parts)


def _pattern(*tables: dict[str, list[str]]) -> _Words:
    return _words(tuple(word for table in tables for several in table.values() for word in several))


_words = lru_cache(_Words)


def _word(word: str) -> str:
    """A word as a pattern: `*` at its end lets it go on; signs without blanks between them may stand anywhere."""
    bare = word.rstrip("*")
    inner = re.escape(bare).replace(r"\ ", r"[\s_-]{1,9}")
    if any(_UNSPACED <= ord(char) <= _LAST_UNSPACED for char in bare):
        return inner
    return _BEFORE + inner + ("" if word.endswith("*") else _AFTER)


def audience_undeclared(  # noqa: PLR0913 - data of the rule
    metadata: Mapping, markdown: Markdown, repository: Identity, *,
    tag: str, keys: list[str], tags: list[str], words: dict[str, list[str]], phrases: dict[str, list[str]],
    judges: dict[str, list[str]], judging_tasks: list[str], denials: dict[str, list[str]],
) -> Iterator[Problem]:  # fmt: skip
    """Content for adults in a repository without the tag that says so.

    `words` say so in a name, a title, a tag or one of `keys`, `tags` as a whole tag, `phrases` in the first paragraphs.
    Whoever finds or filters such content (`judges`, `judging_tasks`) is not meant, nor a sentence with one of `denials`.
    """
    labels = [item for item in _scalars(metadata.get("tags")) if isinstance(item.value, str)]
    if any(item.raw.strip().lower() == tag for item in labels) or _judges(metadata, judging_tasks):
        return
    named = [*labels, *(item for key in keys for item in _scalars(metadata.get(key)))]
    titles = [(section.title, section.span) for section in markdown.sections[:_FIRST] if section.level == 1][:1]
    places = [*((item.raw[:_LINE], item.span) for item in named[:_MOST_FIELDS]), *((title[:_LINE], span) for title, span in titles)]
    if repository.id:
        places.append((repository.id, first_line(metadata)))
    if _pattern(judges).search("\n".join(text for text, _ in places)):
        return
    found = _named(places, tags, _pattern(words)) or _told(markdown, _pattern(phrases), _pattern(judges, denials))
    if found:
        advice = f"add the tag {tag}, and the Hub asks before it shows the page"
        yield Problem(f"{quoted(found[0])} speaks of content for adults; {advice}", found[1], "tags")


def _judges(metadata: Mapping, tasks: list[str]) -> bool:
    """Whether a task of the card is to judge content rather than to make it."""
    written = (*strings(metadata.get("pipeline_tag")), *strings(metadata.get("task_categories")))
    return any(task in tasks for task in written)


def _scalars(value: Node | None) -> Iterator[Scalar]:
    items: Iterable[Node | None] = value.items if isinstance(value, Sequence) else [value]
    yield from (item for item in items if isinstance(item, Scalar) and not is_null(item))


def _named(places: list[tuple[str, Span]], tags: list[str], words: _Words) -> tuple[str, Span] | None:
    """The first name, title or tag that says so, with its place."""
    may_occur = words.may_occur("\n".join(text for text, _ in places))
    for text, span in places:
        if text.strip().lower() in tags:
            return text, span
        if may_occur and (match := words.search(text)):
            return match[0], span
    return None


def _told(markdown: Markdown, phrases: _Words, denials: _Words) -> tuple[str, Span] | None:
    """The first sentence of the first paragraphs that says so, and nothing to the contrary."""
    content = markdown.text.content
    first = [(span, content[span.start : min(span.end, span.start + _LINE)]) for span in markdown.paragraphs[:_FIRST]]
    if not phrases.may_occur("\n".join(text for _, text in first)):
        return None
    for span, text in first:
        start = span.start
        for sentence in _SENTENCE.split(text):
            match = phrases.search(sentence)
            if match and not denials.search(sentence[: match.start()] + "\n" + sentence[match.end() :]):
                return match[0], Span(span.path, start + match.start(), start + match.end())
            start += len(sentence)
    return None
