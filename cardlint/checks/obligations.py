"""What the licences of base models ask of a model made of them, as far as the card and the files show it."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING, cast

from cardlint.checks.keys import says_nothing
from cardlint.checks.vocabulary import quoted
from cardlint.licenses.families import family_of
from cardlint.licenses.knowledge import knowledge, resolve
from cardlint.licenses.notices import begins, folded, holds, speaks_of
from cardlint.licenses.verdict import conflict, judge
from cardlint.nodes import Mapping, Scalar, listed, string
from cardlint.problem import Cure, Edit, Problem, Related
from cardlint.repoid import from_address
from cardlint.source import matches
from cardlint.text import Span
from cardlint.weights.named import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from cardlint.contents import Contents
    from cardlint.files import Files
    from cardlint.licenses.knowledge import License
    from cardlint.licenses.verdict import Relation, Verdict
    from cardlint.markdown import Markdown
    from cardlint.nodes import Node
    from cardlint.problem import Severity
    from cardlint.repository import Identity

_SUBJECT = "license"
_NOTICE = "NOTICE"
_UNNAMED = ("", "unverified")
_RELATIONS = ("finetune", "adapter", "merge", "quantized")
_TELLING = ("license_name", "license_link", "license_details")
_TEXT_BYTES = 1_000_000
_MOST_FILES = 50


class Declared(NamedTuple):
    """One value of `license`: what it means and where it stands."""

    id: str
    place: Span


class Upstream(NamedTuple):
    """One licence that binds the model: the base it comes from, None where it is the card's own, and its place."""

    license: License
    base: str | None
    place: Span
    conditions: tuple[str, ...] = ()

    @property
    def words(self) -> str:
        """How a message calls it."""
        return f"the licence of {self.base}" if self.base else f"the licence {self.license.id}"


def exceeds_upstream(metadata: Mapping, relation: str, identity: Identity) -> Iterator[Problem]:
    """A `license` that allows what the licence of a base model forbids: commercial use, sharing of adapted versions."""
    for upstream, verdict, place in _conflicts(metadata, relation, identity, "exceeds"):
        grants = f"is declared, but {upstream.words} says that {verdict.text}"
        message = f"{quoted(verdict.derivative)} {grants} ({_cited(verdict)}); {_cure(upstream.license, verdict)}"
        yield _problem(message, place, upstream, None if verdict.sure else "warning")


def _cure(license: License, verdict: Verdict) -> str:  # noqa: A002 - what it is
    if license.derivatives == "no":
        return "ask its owner, or do not publish an adapted version"
    doubt = "" if verdict.sure else " unless the adapter is meant to be used without it"
    return f"{_write(license)} or terms as narrow{doubt}"


def _write(license: License) -> str:  # noqa: A002 - what it is
    return f"declare {license.id}" if license.hub else f"declare `license: other` with `license_name: {license.usual or license.id}`"


def terms_dropped(  # noqa: PLR0913, PLR0917 - the facts of the rule, and its data
    metadata: Mapping,
    files: Files,
    contents: Contents,
    markdown: Markdown,
    relation: str,
    identity: Identity,
    *,
    legal: list[str],
    policies: list[str],
    license_words: list[str],
) -> Iterator[Problem]:
    """A `license` under which terms that go along with a base model get lost.

    `legal` are the files in which a repository tells its terms, `policies` those whose presence alone tells that there
    are some; `license_words` are words that stand beside a maker's name where a text speaks of its licence.
    """
    for upstream, verdict, place in _conflicts(metadata, relation, identity, "terms-dropped"):
        places = _places(metadata, files, contents, markdown, legal)
        told = next(_chosen(files, policies), None) or _told(upstream.license, places, license_words)
        message = f"{quoted(verdict.derivative)} is declared, but {upstream.words} says that {verdict.text} ({_cited(verdict)})"
        advice = f"{told} tells of them, `license` does not; " if told else ""
        yield _problem(f"{message}; {advice}{_write(upstream.license)}", place, upstream, "warning" if told or not verdict.sure else None)


def _told(license: License, places: Iterable[tuple[str, str]], words: list[str]) -> str | None:  # noqa: A002 - what it is
    """The place that tells of a licence beside the key `license`."""
    return next((place for place, text in places if speaks_of(text, license, [""] if place.startswith("`") else words)), None)


def _places(metadata: Mapping, files: Files, contents: Contents, markdown: Markdown, legal: list[str]) -> Iterator[tuple[str, str]]:
    """Where a card and its repository tell their terms, each with its text; read only as far as asked."""
    for key in _TELLING:
        yield f"`{key}`", string(metadata.get(key)) or ""
    for path in _chosen(files, legal):
        yield path, contents.text(path, _TEXT_BYTES).content
    yield "the text of the card", _shown(markdown)


def notice_missing(  # noqa: PLR0913 - the facts of the rule, and its data
    metadata: Mapping, files: Files, contents: Contents, markdown: Markdown, identity: Identity, *, legal: list[str]
) -> Iterator[Problem]:
    """A notice that a licence prescribes word by word and no file holds; one that stands in the card alone is a note."""
    # A notice without words of its own keeps those in the base's files.
    asked = ((upstream, verdict, verdict.obligation) for upstream, verdict in _due(metadata, identity, "notice"))
    due = [(upstream, verdict, duty.strings) for upstream, verdict, duty in asked if duty and duty.strings]
    texts = [folded(contents.text(path, _TEXT_BYTES).content) for path in _chosen(files, legal)] if due else []
    lacking = [item for item in due if not any(holds(text, item[2]) for text in texts)]
    certain = dict.fromkeys(sentences[0] for _, verdict, sentences in lacking if _is_certain(verdict))
    for upstream, verdict, sentences in lacking:
        problem = _notice(upstream, verdict, sentences[0], in_card=holds(folded(_shown(markdown)), sentences))
        yield problem._replace(fix=_notice_cure(files, certain) if _is_certain(verdict) else None)


def _is_certain(verdict: Verdict) -> bool:
    return verdict.sure and verdict.clause not in _UNNAMED


def _notice_cure(files: Files, sentences: Iterable[str]) -> Cure | None:
    """A file NOTICE with all the notices that are due; where there is one, what it says is its author's."""
    if any(entry.path.lower().startswith(_NOTICE.lower()) for entry in files):
        return None
    content = "\n\n".join(sentences)
    return Cure("unsafe", f"make the file {_NOTICE}", (Edit(Span(_NOTICE, 0, 0), f"{content}\n"),))


def _notice(upstream: Upstream, verdict: Verdict, sentence: str, *, in_card: bool) -> Problem:
    asked = f'asks for a file NOTICE with "{sentence}" ({_cited(verdict)})'
    if in_card:
        return _problem(f"{upstream.words} {asked}; it stands in the card alone", upstream.place, None, "note")
    return _problem(f"{upstream.words} {asked}; no file holds it", upstream.place, None, None if verdict.sure else "note")


def name_prefix_missing(metadata: Mapping, markdown: Markdown, relation: str, identity: Identity) -> Iterator[Problem]:
    """A name that does not begin as a licence asks, and a line it wants displayed that the card does not show."""
    names = list(_names(metadata, identity))
    quantized = relation == "quantized"
    for upstream, verdict in _due(metadata, identity, "naming", "display"):
        assert verdict.obligation is not None
        wanted = (*verdict.obligation.strings, *verdict.obligation.accepts)
        shown = " or ".join(f'"{text}"' for text in verdict.obligation.strings)
        doubt: Severity | None = None if verdict.sure else "note"
        if verdict.kind == "display":
            if not holds(folded(_shown(markdown)), wanted):
                message = f"{upstream.words} asks to display {shown} ({_cited(verdict)}); the card does not show it"
                yield Problem(message, upstream.place, "display", at_most=doubt)
        elif names and not quantized and not any(begins(name, wanted) for name in (*names, *_titles(markdown))):
            message = f"{quoted(names[0])} does not begin with {shown}, as {upstream.words} asks of models made of it ({_cited(verdict)})"
            yield Problem(message, upstream.place, "name", at_most=doubt)


def _names(metadata: Mapping, identity: Identity) -> Iterator[str]:
    """The names of the model that are certain: that of the repository, those in `model-index`."""
    if identity.id:
        yield identity.id.rpartition("/")[2]
    index = metadata.get("model-index")
    for _, item in listed(index) if not isinstance(index, Mapping) else ():
        name = string(item.get("name")) if isinstance(item, Mapping) else None
        if name and name.strip():
            yield name.rpartition("/")[2]


def _titles(markdown: Markdown) -> Iterator[str]:
    return (section.title for section in markdown.sections[:3] if section.level == 1)


def territory_limited(metadata: Mapping, identity: Identity, *, multimodal: list[str]) -> Iterator[Problem]:
    """Clauses on places and sizes of companies in the licences that bind; `multimodal` are tasks of models that see or hear."""
    conditions = ("multimodal",) if string(metadata.get("pipeline_tag")) in multimodal else ()
    barred = metadata.get("extra_gated_eu_disallowed")
    closed = isinstance(barred, Scalar) and barred.value is True
    found: dict[str, tuple[Upstream, list[Verdict]]] = {}
    for upstream, verdict in _due(metadata, identity, "territory", "scale", conditions=conditions, own=True):
        gated = closed and verdict.kind == "territory" and verdict.obligation is not None and verdict.obligation.regions == ("EU",)
        if not gated:
            found.setdefault(upstream.license.id, (upstream, []))[1].append(verdict)
    for upstream, verdicts in found.values():
        clauses = "; ".join(f"{verdict.text} ({verdict.clause})" for verdict in verdicts)
        yield _problem(f"{upstream.words} limits who may use the model, or where; review: {clauses}", upstream.place, upstream)


def _problem(message: str, place: Span, upstream: Upstream | None, at_most: Severity | None = None) -> Problem:
    related = (Related("the base model", upstream.place),) if upstream and upstream.place != place else ()
    return Problem(message, place, _SUBJECT, related, at_most=at_most)


def _cited(verdict: Verdict) -> str:
    return verdict.upstream if verdict.clause in _UNNAMED else f"{verdict.upstream}, {verdict.clause}"


def _declared(metadata: Mapping) -> list[Declared]:
    """What `license` says, `other` by its name; nothing where it says nothing."""
    name = string(metadata.get("license_name"))
    values = ((string(value), value) for _, value in listed(metadata.get("license")))
    return [Declared(resolve(text.strip().lower(), name), value.span) for text, value in values if text and not says_nothing(value)]


def _bases(metadata: Mapping, identity: Identity) -> Iterator[Upstream]:
    """The licences of the base models whose ids say them, each once."""
    seen: set[str] = set()
    for text, value in _base_ids(metadata):
        family = family_of(text)
        license_ = knowledge(family.license) if family else None
        if family and license_ and license_.id not in seen and text.lower() != (identity.id or "").lower():
            seen.add(license_.id)
            yield Upstream(license_, text, value.span, family.conditions)


def _base_ids(metadata: Mapping) -> Iterator[tuple[str, Node]]:
    for _, value in listed(metadata.get("base_model")):
        text = (string(value) or "").strip()
        address = from_address(text)
        yield (address.id if address and address.kind == "model" else text), value


def _told_or_shown(metadata: Mapping, relation: str) -> Relation | None:
    """The relation to the base; None where nothing but the Hub's default says `finetune`."""
    assumed = relation == "finetune" and string(metadata.get("base_model_relation")) != relation
    return cast("Relation", relation) if relation in _RELATIONS and not assumed else None


def _conflicts(metadata: Mapping, relation: str, identity: Identity, kind: str) -> Iterator[tuple[Upstream, Verdict, Span]]:
    """The conflicts of one kind with bases. Of several licences declared the one that fits best counts."""
    declared = _declared(metadata)
    made = _told_or_shown(metadata, relation)
    for upstream in _bases(metadata, identity) if declared else ():
        verdicts = [(conflict(judge(upstream.license.id, item.id, made, upstream.conditions)), item) for item in declared]
        first, item = verdicts[0]
        if first and first.kind == kind and all(verdict for verdict, _ in verdicts):
            yield upstream, first, item.place


def _due(
    metadata: Mapping, identity: Identity, *kinds: str, conditions: tuple[str, ...] = (), own: bool = False
) -> Iterator[tuple[Upstream, Verdict]]:
    """The obligations of these kinds from the bases and, where the id of a base does not say its licence, from the model's own.

    With `own` the latter counts always. Whoever grants a licence is bound by none of it.
    """
    declared = _declared(metadata)
    if not declared:
        return
    bound = list(_bases(metadata, identity))
    if own or any(text and family_of(text) is None for text, _ in _base_ids(metadata)):
        known = {upstream.license.id for upstream in bound}
        licenses = ((knowledge(item.id), item) for item in declared if item.id not in known)
        bound += [Upstream(license_, None, item.place, conditions) for license_, item in licenses if license_]
    namespace = (identity.id or "").partition("/")[0].lower()
    for upstream in bound:
        if namespace in {name.lower() for name in upstream.license.licensors}:
            continue
        judged = judge(upstream.license.id, declared[0].id, conditions=upstream.conditions)
        yield from ((upstream, verdict) for verdict in judged if verdict.kind in kinds)


def _shown(markdown: Markdown) -> str:
    """What a reader of the page sees: the body without comments and code."""
    hidden = sorted((*(item.span for item in markdown.comments), *(item.span for item in markdown.snippets)))
    parts, start, content = [], markdown.body.start, markdown.text.content
    for span in hidden:
        parts.append(content[start : max(start, span.start)])
        start = max(start, span.end)
    return " ".join((*parts, content[start:]))


def _chosen(files: Files, patterns: Iterable[str]) -> Iterator[str]:
    """The files that match a pattern in any case, those in the root first."""
    names = [entry.path for entry in files if any(matches(PurePosixPath(entry.path).name.lower(), glob) for glob in patterns)]
    yield from sorted(names, key=lambda path: (path.count("/"), path))[:_MOST_FILES]
