"""Three verdicts with their evidence.

`block`: known to be dangerous, or built to deceive. `review`: not vetted, not understood, or not fully read. `ok`: every
global vetted and every byte accounted for. Evidence only ever makes a verdict graver.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias, TypeVar

from cardlint.weights.budget import SpentError
from cardlint.weights.named import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

Verdict: TypeAlias = Literal["ok", "review", "block"]
MOST_EVIDENCE = 200
MOST_NAMES = 10_000
VERDICTS: tuple[Verdict, ...] = ("ok", "review", "block")

# What a piece of evidence is about, and so whose finding it is.
Concern: TypeAlias = Literal["pickle", "archive", "format", "safetensors", "gguf", "executable", "mismatch", "unread"]


class Evidence(NamedTuple):
    """Why a verdict is what it is.

    `about` names the thing (a global, a member, an opcode, a tensor); `member` is the path inside containers, outermost
    first, joined by `!`; `offset` counts bytes in the innermost of them; `reference` is an advisory.
    """

    verdict: Verdict
    concern: Concern
    about: str
    message: str
    member: str = ""
    offset: int | None = None
    reference: str | None = None

    def inside(self, member: str) -> Evidence:
        """The same as seen from outside the container it was found in."""
        return self._replace(member=f"{member}!{self.member}" if self.member else member)


class Judgement(NamedTuple):
    """What a file is, and what may be said of it. `format` is None where nothing is known of it.

    `globals` are the distinct names `module.name` a pickle asks for. `inert` says of what was left unread why that is
    safe; where something else was left unread, there is evidence of it.
    """

    format: str | None
    evidence: tuple[Evidence, ...] = ()
    globals: tuple[str, ...] = ()
    inert: tuple[str, ...] = ()

    @property
    def verdict(self) -> Verdict:
        """The gravest of the evidence."""
        return gravest(item.verdict for item in self.evidence)

    def inside(self, member: str) -> Judgement:
        """The same, with the evidence as seen from outside the container."""
        return self._replace(evidence=tuple(item.inside(member) for item in self.evidence))


# In the place of what is not kept: somebody who vets all that is shown must not vet what nobody was shown.
MORE = Evidence("review", "unread", "more", "has more of which there is something to say than is kept")
SPENT = Evidence("review", "unread", "budget", "is too large or too intricate to be looked at to its end")
_Item = TypeVar("_Item")


def until_spent(items: Iterable[_Item], spent: _Item) -> Iterator[_Item]:
    """The items; where the budget is used up on the way, those found by then and that."""
    try:
        yield from items
    except SpentError:
        yield spent


def merged(form: str | None, parts: Iterable[Judgement]) -> Judgement:
    """Several judgements as one, with no more evidence than anybody reads, the gravest first."""
    blocks: list[Evidence] = []
    others: list[Evidence] = []
    more: tuple[Evidence, ...] = ()
    names: dict[str, None] = {}
    inert: dict[str, None] = {}
    for part in parts:
        for item in part.evidence:
            into = blocks if item.verdict == "block" else others
            if len(into) < MOST_EVIDENCE:
                into.append(item)
            elif into is others:
                more = (MORE,)
        if len(names) < MOST_NAMES:
            names |= dict.fromkeys(part.globals)
        if len(inert) < MOST_EVIDENCE:
            inert |= dict.fromkeys(part.inert)
    return Judgement(form, (*blocks, *others, *more), tuple(names), tuple(inert))


def gravest(verdicts: Iterable[Verdict]) -> Verdict:
    """The gravest of several verdicts; `ok` of none."""
    return max(verdicts, key=VERDICTS.index, default="ok")
