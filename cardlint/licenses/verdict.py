"""One step of a chain of licences: what a licence upstream says of a work published under another. Pure.

A verdict is about one obligation, with its clause; there is no overall "compatible". What is not known is
`not-assessable`, never guessed and never passed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias

from cardlint.licenses.knowledge import Obligation, knowledge
from cardlint.weights.named import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from cardlint.licenses.knowledge import License

VerdictKind: TypeAlias = Literal[
    "exceeds", "terms-dropped", "text", "notice", "naming", "display", "output", "scale", "territory", "ok", "not-assessable"
]
Relation: TypeAlias = Literal["finetune", "adapter", "merge", "quantized"]

# The obligations that a reader of the repository can look for, and what a verdict on them is called.
_LOOKED_FOR: dict[str, VerdictKind] = {
    "text": "text", "notice": "notice", "name-prefix": "naming", "built-with": "display", "output-restriction": "output",
    "scale": "scale", "territory": "territory",
}  # fmt: skip
_GRANTING = ("yes", "conditional")
# Licences that bind their licensee to none of what a restricted licence asks.
_UNRESTRICTED = {
    "public-domain", "permissive", "weak-copyleft", "copyleft", "network-copyleft", "share-alike", "open-data",
}  # fmt: skip
# Where an adapter alone, or weights in another format, are no adaptation for certain.
_COPYRIGHT_ONLY = {"cc"}


class Verdict(NamedTuple):
    """What one clause of the licence upstream means for the work downstream.

    `exceeds` and `terms-dropped` are conflicts, `sure` where nothing about them is open; `ok` and `not-assessable` end
    the matter; every other kind is an obligation to be looked for. `text` is one clause of a sentence.
    """

    kind: VerdictKind
    upstream: str
    derivative: str
    clause: str
    text: str
    sure: bool = True
    obligation: Obligation | None = None


def judge(upstream: str, derivative: str, relation: Relation | None = None, conditions: Collection[str] = ()) -> tuple[Verdict, ...]:
    """The verdicts on a work under `derivative` made of one under `upstream`, both canonical licence ids.

    `relation` is what the Hub calls base model relation, None where it is not told; `conditions` hold for the model
    upstream (`multimodal`). Conflicts come first, obligations after them.
    """
    above, below = knowledge(upstream), knowledge(derivative)
    if above is None or not above.assessable:
        return (_unassessable(upstream, derivative, f"the terms of {upstream} are not known"),)
    conflicts = tuple(_conflicts(above, derivative, below, relation))
    return (*conflicts, *_obligations(above, derivative, conditions))


def conflict(verdicts: Collection[Verdict]) -> Verdict | None:
    """The conflict among verdicts, if there is one."""
    return next((verdict for verdict in verdicts if verdict.kind in ("exceeds", "terms-dropped")), None)


def _unassessable(upstream: str, derivative: str, text: str) -> Verdict:
    return Verdict("not-assessable", upstream, derivative, "", text, sure=False)


def _conflicts(above: License, derivative: str, below: License | None, relation: Relation | None) -> Iterator[Verdict]:
    """Exactly one verdict on the two licences as such; the graver one where there are two."""
    if above.id == derivative and above.derivatives != "no":
        yield Verdict("ok", above.id, derivative, "", "the licence is the same")
    elif below is None or not below.assessable:
        yield _unassessable(above.id, derivative, f"the terms of {derivative} are not known")
    else:
        yield (
            _no_derivatives(above, below, relation)
            or _commercial(above, below, relation)
            or _terms(above, below, relation)
            or _fine(above, below)
        )


def _clause(above: License, *duties: str) -> str:
    return next((item.clause for item in above.duties(*duties)), "")


def _no_derivatives(above: License, below: License, relation: Relation | None) -> Verdict | None:
    if above.derivatives != "no":
        return None
    text = "no adapted version may be shared"
    return Verdict("exceeds", above.id, below.id, _clause(above, "no-derivatives"), text, relation in ("finetune", "merge"))


def _commercial(above: License, below: License, relation: Relation | None) -> Verdict | None:
    if above.commercial != "no" or below.commercial not in _GRANTING:
        return None
    # Whether the weights of an adapter alone are bound by the licence of the model they were trained beside is open.
    return Verdict("exceeds", above.id, below.id, _clause(above, "purpose"), "commercial use is not allowed", relation != "adapter")


def _terms(above: License, below: License, relation: Relation | None) -> Verdict | None:
    for item in above.duties("pass-on-terms", "share-alike"):
        if below.id in item.equivalent:
            continue
        adapted = above.family not in _COPYRIGHT_ONLY or relation in ("finetune", "merge")
        sure = item.settled and adapted and below.kind in _UNRESTRICTED
        text = "derivatives stay under the same terms" if item.duty == "share-alike" else "its restrictions have to be passed on"
        return Verdict("terms-dropped", above.id, below.id, item.clause, text, sure, item)
    return None


def _fine(above: License, below: License) -> Verdict:
    tightened = above.commercial in _GRANTING and below.commercial == "no"
    text = "tightening is allowed" if tightened else "nothing is granted that the licence upstream withholds"
    return Verdict("ok", above.id, below.id, "", f"{text}; notices are kept")


def _obligations(above: License, derivative: str, conditions: Collection[str]) -> Iterator[Verdict]:
    for item in above.obligations:
        kind = _LOOKED_FOR.get(item.duty)
        if kind is not None and (item.when is None or item.when in conditions):
            yield Verdict(kind, above.id, derivative, item.clause, item.note or item.duty, item.settled, item)
