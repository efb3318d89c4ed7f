"""Harmless files judged with the lists that ship, and the figures of them."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from cardlint.weightlists import names
from cardlint.weights.budget import Budget
from cardlint.weights.judge import Context, judge
from cardlint.weights.reading import Held

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from types import ModuleType

MOST_REVIEWED = 0.05


class Weighed(NamedTuple):
    """A file by its name, what it was found to be, its verdict and what was said of it."""

    name: str
    format: str | None
    verdict: str
    said: tuple[str, ...]

    @property
    def family(self) -> str:
        return self.name.partition("/")[0]


def weigh(makers: Iterable[ModuleType]) -> Iterator[Weighed]:
    """Every file these make, judged."""
    for maker in makers:
        for name, content in maker.files():
            found = judge(Held(content), Context(names(), Budget(), name))
            said = tuple(f"{item.member} {item.message}".strip() for item in found.evidence if item.verdict != "ok")
            yield Weighed(name, found.format, found.verdict, said)


def shown(found: list[Weighed]) -> list[Weighed]:
    """The same, with the figures of each family and what is not ok printed, as a test that fails shows it."""
    for family, items in of_families(found).items():
        print(family, dict(Counter(item.verdict for item in items)))  # noqa: T201
    for item in found:
        if item.verdict != "ok":
            print(item.verdict, item.name, *item.said[:3])  # noqa: T201
    return found


def of_families(found: list[Weighed]) -> dict[str, list[Weighed]]:
    return {family: [item for item in found if item.family == family] for family in sorted({item.family for item in found})}


def share(items: list[Weighed]) -> float:
    return sum(item.verdict != "ok" for item in items) / len(items)
