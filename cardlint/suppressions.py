"""Suppressions: what a repository says, in its own files, of the findings it does not want, and why.

`<!-- cardlint: ignore[rule-id] reason -->` in Markdown, `# cardlint: ignore[rule-id] reason` in YAML and Python, and the
frontmatter key `x-cardlint: {ignore: {rule-id: reason}}`. Several ids stand between commas. docs/suppressions.md says
which form covers what.
"""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING

from cardlint.comments import MOST, in_markdown, in_python, in_yaml
from cardlint.errors import Obstacle
from cardlint.nodes import Mapping, join, string
from cardlint.text import Span
from cardlint.weights.named import NamedTuple
from cardlint.weights.patterns import lazily

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from cardlint.card import Card
    from cardlint.comments import Covered, Scope
    from cardlint.markdown import Markdown
    from cardlint.report import Finding
    from cardlint.repository import Repository
    from cardlint.text import Text

KEY = "x-cardlint"
_LONGEST_REASON = 300
_WORD = lazily("cardlint:", re.IGNORECASE)
_FORM = lazily(r"cardlint:[ \t]*ignore[ \t]*\[([^\]\r\n]*)\]:?(.*)", re.DOTALL | re.IGNORECASE)
_ID = lazily(r"[^\s,](?:[^,]*[^\s,])?")


class Suppression(NamedTuple):
    """One rule that is not to speak somewhere. Offsets are code points of the file at `span.path`.

    `rule` is the id as written, empty where what was written is no suppression; `reason` is empty where there is none.
    `scope` `range` covers the findings that begin in `start:end`, `file` those of the file, `repository` all.
    """

    rule: str
    reason: str
    span: Span
    scope: Scope = "range"
    start: int = 0
    end: int = 0
    subject: str = ""

    def covers(self, finding: Finding) -> bool:
        """Whether a finding of the rule lies where this one speaks."""
        if self.scope == "repository":
            return True
        if finding.path != self.span.path:
            return False
        return self.scope == "file" or (finding.place is not None and self.start <= finding.place.start <= self.end)


def suppressions(repository: Repository) -> tuple[Suppression, ...]:
    """The suppressions in every file a rule has read, and in the card; none of a repository that is not trusted.

    At most `MOST`; the last then stands for the others.
    """
    if not repository.trusted:
        return ()
    found = list(islice(_all(repository), MOST + 1))
    if len(found) > MOST:
        found[MOST] = found[MOST]._replace(rule="", reason="")
    return tuple(found)


def _all(repository: Repository) -> Iterator[Suppression]:
    try:
        card: Card | None = repository.fact("card")
    except Obstacle:
        card = None
    if card is not None and (KEY in card.text.content or _WORD.search(card.text.content)):
        yield from _read_all(card.text.path, _in_card(card, lambda: repository.fact("markdown")))
        yield from _in_key(card.metadata)
    for path, text in sorted(repository.texts.items()):
        if (card is None or path != card.text.path) and _WORD.search(text.content):
            yield from _read_all(path, _in_file(path, text))


def _in_file(path: str, text: Text) -> Iterator[Covered]:
    suffix = path.rpartition(".")[2].lower()
    if suffix in {"md", "markdown"}:
        from cardlint.card import read_card
        from cardlint.markdown import read_markdown

        card = read_card(text)
        yield from _in_card(card, lambda: read_markdown(text, card.body_start))
    elif suffix in {"yaml", "yml"}:
        from cardlint.yamlreader import YamlError, read_yaml

        try:
            yield from in_yaml(text, read_yaml(text.content, path=path), 0, len(text.content))
        except YamlError:
            return  # what is a comment in it and what a value, nobody can say
    elif suffix == "py":
        yield from in_python(text)


def _in_card(card: Card, markdown: Callable[[], Markdown]) -> Iterator[Covered]:
    if card.block is not None and card.metadata is not None:
        yield from in_yaml(card.text, card.metadata, card.block.start, card.block.end)
    if _WORD.search(card.text.content, card.body_start):
        yield from in_markdown(card.text, markdown(), card.body_start)


def _in_key(metadata: Mapping | None) -> Iterator[Suppression]:
    """Those of the frontmatter key; what is not a mapping there is reported by `schema-violation`."""
    holder = None if metadata is None else metadata.get(KEY)
    ignored = holder.get("ignore") if isinstance(holder, Mapping) else None
    for entry in ignored.effective() if isinstance(ignored, Mapping) else ():
        subject = join(f"{KEY}.ignore", entry.name)
        yield Suppression(entry.name.strip(), _reason(string(entry.value) or ""), entry.key.span, "repository", subject=subject)


def _reason(written: str) -> str:
    """A reason on one line, cut where it is long; empty where no word is in it."""
    words = written[: 4 * _LONGEST_REASON].strip().lstrip("-\u2013\u2014:").split()
    reason = " ".join(words)
    if not any(char.isalnum() for char in reason):
        return ""
    return reason if len(reason) <= _LONGEST_REASON else reason[: _LONGEST_REASON - 1] + "…"


def _read_all(path: str, comments: Iterable[Covered]) -> Iterator[Suppression]:
    """What comments ask for, a suppression for each id in them."""
    for said, scope, start, end in comments:
        match = _FORM.match(said.content)
        if match is None or not match[1].strip(" \t,"):
            yield Suppression("", "", Span(path, said.start, said.end))
            continue
        reason = _reason(match[2])
        for name in _ID.finditer(match[1]):
            at = said.at + match.start(1) + name.start()
            yield Suppression(name[0], reason, Span(path, at, at + len(name[0])), scope, start, end, name[0])
