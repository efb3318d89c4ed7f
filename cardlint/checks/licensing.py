"""What a repository says of its own licence in several places: the metadata, licence files, and the text of the card."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from cardlint.licenses.knowledge import knowledge
from cardlint.licenses.names import readings
from cardlint.licenses.prose import restrictions, statements
from cardlint.licenses.texts import role_of
from cardlint.nodes import Scalar, listed, string
from cardlint.problem import Problem, Related
from cardlint.vocabulary import load_vocabulary
from cardlint.weights.named import NamedTuple
from cardlint.weights.patterns import lazily

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cardlint.files import Files
    from cardlint.licenses.fingerprint import Match
    from cardlint.licenses.prose import Statement
    from cardlint.licenses.texts import LicenseText
    from cardlint.markdown import Markdown
    from cardlint.nodes import Mapping
    from cardlint.problem import Severity
    from cardlint.repository import Identity
    from cardlint.text import Span
    from cardlint.topics import Topics

SUBJECT = "license"
_FEW_WORDS = 20
_MUCH_ELSE = 300
_NAMING = ("license_name", "license_link")
_NEXT_WORD = lazily(r"[ \t]+([A-Z][a-z]+)")
_NO_COUNTRY = frozenset({"Deed", "Generic", "International", "Licence", "License", "Public", "Universal", "Unported"})
_HOLDING = ("license", "part")


class Declared(NamedTuple):
    """The licences of the metadata: the key, the ids, and the place of the first."""

    key: str
    ids: tuple[str, ...]
    span: Span

    @property
    def words(self) -> str:
        """How a message calls them."""
        return f"{self.key}: {', '.join(self.ids[:3])}"


class Other(NamedTuple):
    """A place that names another licence: what to say of it, what it means, and what it is in a list of places."""

    words: str
    ids: frozenset[str]
    related: Related
    at_most: Severity | None


def contradicted(  # noqa: PLR0913 - the facts of the rule, and its data
    metadata: Mapping,
    texts: tuple[LicenseText, ...],
    topics: Topics,
    identity: Identity,
    *,
    keys: list[str],
    silent: list[str],
    vocabulary: str,
) -> Iterator[Problem]:
    """Metadata, licence file and text of the card that name different licences; one problem for a repository.

    `keys` are those of the metadata that name a licence, the first that says anything counts; ids in `silent` say nothing
    definite. Raises Obstacle where nothing was found and a licence file could not be read.
    """
    declared = _declared(metadata, keys)
    if declared is None or not all(id_ in load_vocabulary(vocabulary) for id_ in declared.ids):
        return  # what the Hub does not know is license-unknown's
    said = statements(topics, identity.kind)
    if {*declared.ids} & {*silent}:
        yield from _apart(texts, said) or _unsaid(metadata, declared, topics.markdown, said)
        return
    own = readings(declared.ids)
    others = [item for item in (_by_file(own, texts, said), _by_prose(own, said), _by_terms(declared, topics, identity)) if item]
    if others:
        message = f"the metadata says {declared.words}, but {others[0].words}"
        capped: Severity | None = None if any(item.at_most is None for item in others) else "warning"
        yield Problem(message, declared.span, SUBJECT, tuple(item.related for item in others), at_most=capped)
        return
    for text in texts:
        if text.role == "license" and text.obstacle:
            raise text.obstacle


def _declared(metadata: Mapping, keys: list[str]) -> Declared | None:
    """The first of the keys that holds texts."""
    for key in keys:
        values = [value for _, value in listed(metadata.get(key)) if isinstance(value, Scalar)]
        ids = tuple(text.strip() for value in values if (text := string(value)) and text.strip())
        if ids:
            return Declared(key, ids, values[0].span)
    return None


def _apart(texts: tuple[LicenseText, ...], said: tuple[Statement, ...]) -> list[Problem]:
    """A licence file and the text of the card that name different licences, where the metadata names none."""
    here = _certain(said)
    other = _by_file(readings(frozenset().union(*(item.ids for item in here))), texts, said) if here else None
    if other is None:
        return []
    words = f'the card says "{_cut(here[0].text)}", but {other.words}'
    return [Problem(words, here[0].span, SUBJECT, (other.related,), at_most="warning")]


def _unsaid(metadata: Mapping, declared: Declared, markdown: Markdown, said: tuple[Statement, ...]) -> Iterator[Problem]:
    """Metadata that say nobody knows, or that it is another, where the text of the card names one licence of the Hub.

    Another one that has a name, or is the version for one country, is another one indeed.
    """
    here = _certain(said)
    ids = frozenset().union(*(item.ids for item in here))
    if len(ids) != 1 or len(declared.ids) != 1:
        return
    other = "unknown" not in declared.ids
    if other and (any(metadata.get(key) is not None for key in _NAMING) or any(_is_national(item, markdown) for item in here)):
        return
    words = f'the text of the card says "{_cut(here[0].text)}"'
    message = f"the metadata says {declared.words}, but {words}; write {next(iter(ids))}"
    yield Problem(message, declared.span, SUBJECT, (Related(words, here[0].span),), at_most="note" if other else "warning")


def _certain(said: tuple[Statement, ...]) -> list[Statement]:
    return [item for item in said if item.scope == "this" and item.certain]


def _is_national(item: Statement, markdown: Markdown) -> bool:
    """Whether the name of a licence goes on with that of a country ("Attribution 2.5 South Africa")."""
    after = _NEXT_WORD.match(markdown.text.content, item.span.end)
    return after is not None and after[1] not in _NO_COUNTRY


def _by_file(own: frozenset[str], texts: tuple[LicenseText, ...], said: tuple[Statement, ...]) -> Other | None:
    """The licence file that holds another licence, where no file holds one of `own` or something nobody knows."""
    if any(_meant(match) & own for text in texts for match in text.identified.matches):
        return None
    whole = [text for text in texts if text.role == "license" and text.identified.words > _FEW_WORDS]
    if not whole or not all(text.identified.matches for text in whole):
        return None
    text, match = whole[0], whole[0].identified.matches[0]
    much_else = text.identified.unexplained > max(_MUCH_ELSE, text.identified.words // 2)
    of_a_part = any(_meant(match) & item.ids for item in said if item.scope == "elsewhere")
    if much_else or of_a_part or text.span is None:
        return None
    verb = "is" if match.confidence == 1 else "is nearly"
    words = f"{text.path} {verb} the text of the {_name(match)}"
    return Other(words, _meant(match), Related(words, text.span), None if match.sure else "warning")


def _meant(match: Match) -> frozenset[str]:
    return frozenset((match.id or match.key, *match.rivals))


def _name(match: Match) -> str:
    return match.name.removeprefix("The ")


def _by_prose(own: frozenset[str], said: tuple[Statement, ...]) -> Other | None:
    """What the card's text says of this repository's licence, where all that it says is another one."""
    here = [item for item in said if item.scope == "this"]
    if not here or any(item.ids & own for item in here):
        return None
    item = max(here, key=lambda item: item.certain)
    words = f'the text of the card says "{_cut(item.text)}"'
    # The patterns for other scripts were never tried on many real cards.
    certain = item.certain and item.text.isascii()
    return Other(words, item.ids, Related(words, item.span), None if certain else "warning")


def _by_terms(declared: Declared, topics: Topics, identity: Identity) -> Other | None:
    """A sentence that forbids commercial use, beside licences all of which allow it."""
    if any((known := knowledge(id_)) is None or known.commercial != "yes" for id_ in declared.ids):
        return None
    for item in restrictions(topics, identity.kind):
        words = f'the text of the card says "{_cut(item.text)}"'
        return Other(words, item.ids, Related(words, item.span), "warning")
    return None


def _cut(text: str) -> str:
    from cardlint.checks.vocabulary import shown

    return shown(text)


def text_missing(
    metadata: Mapping, files: Files, texts: tuple[LicenseText, ...], markdown: Markdown, identity: Identity
) -> Iterator[Problem]:
    """A licence that has to go along with what is published, as its own terms say, and no file that could hold it."""
    declared = _declared(metadata, [SUBJECT])
    if declared is None or any((known := knowledge(id_)) is None or known.text_required is not True for id_ in declared.ids):
        return
    if _file(files, identity) or any(text.named for text in texts) or _in_card(declared, markdown):
        return
    message = f"{declared.ids[0]} asks that its text goes along with what is published, and no file here holds it; add it as LICENSE"
    yield Problem(message, declared.span, SUBJECT)


def _file(files: Files, identity: Identity) -> bool:
    """Whether a file in the root or one folder below is by its name that of a licence, and not empty; deeper ones are vendored."""
    held = (entry.path for entry in files if (entry.size or entry.outside) and entry.path.count("/") <= 1)
    return any(role_of(path, identity.kind) in _HOLDING or role_of(PurePosixPath(path).name, identity.kind) in _HOLDING for path in held)


def _in_card(declared: Declared, markdown: Markdown) -> bool:
    """Whether the card itself holds the text of the licence. A text without a word on warranty is none; most cards end here."""
    if "warrant" not in markdown.text.content.lower():
        return False
    from cardlint.licenses.fingerprint import identify

    matches = identify(markdown.text.content).matches
    return any(_meant(match) & readings(declared.ids) for match in matches)
