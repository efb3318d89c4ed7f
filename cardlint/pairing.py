"""Which of the things that are known is which of those that are found: by one likeness after the other, each thing once."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Generic, NamedTuple, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Sequence

Known = TypeVar("Known")
Found = TypeVar("Found")


class Likeness(NamedTuple, Generic[Known, Found]):
    """What two things have in common that are taken for the same; a side whose key is None takes no part."""

    of_known: Callable[[Known], Hashable | None]
    of_found: Callable[[Found], Hashable | None]


def pair(
    known: Iterable[Known], found: Sequence[Found], likenesses: Iterable[Likeness[Known, Found]]
) -> tuple[list[Known | None], list[Known]]:
    """For each thing found the known one that it is, or None, and the known ones that are left, in their order.

    The first likeness comes first for all, then the second for what is left. Of several alike the first is taken by the first,
    so that the one with more has its last ones left, whichever side that is.
    """
    left = dict(enumerate(known))
    matched: list[Known | None] = [None] * len(found)
    open_ = dict(enumerate(found))
    for likeness in likenesses:
        if not left or not open_:
            break
        held: dict[Hashable, list[int]] = defaultdict(list)
        for number in reversed(left):
            if (key := likeness.of_known(left[number])) is not None:
                held[key].append(number)
        for index, item in list(open_.items()):
            key = likeness.of_found(item)
            if key is not None and (numbers := held.get(key)):
                matched[index] = left.pop(numbers.pop())
                del open_[index]
    return matched, list(left.values())
