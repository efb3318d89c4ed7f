"""Named tuples that are defined fast are those of `typing`."""

from __future__ import annotations

import pickle
import typing
from functools import partial

import pytest

from cardlint.weights import named


class Slow(typing.NamedTuple):
    """Two numbers."""

    first: int
    second: int = 2

    @property
    def both(self) -> int:
        return self.first + self.second

    def added(self, number: int) -> int:
        return self.both + number


class Fast(named.NamedTuple):
    """Two numbers."""

    first: int
    second: int = 2

    @property
    def both(self) -> int:
        return self.first + self.second

    def added(self, number: int) -> int:
        return self.both + number


class Notices:
    """What has to know its own name, as a cached property has."""

    def __set_name__(self, owner: type, name: str) -> None:
        self.told = (owner, name)


class Told(named.NamedTuple):
    first: int = 1
    notices = Notices()


@pytest.mark.parametrize("name", ["_fields", "_field_defaults", "__match_args__", "__module__", "__slots__", "__doc__"])
def test_the_class_has_what_typing_gives_it(name: str) -> None:
    assert getattr(Fast, name) == getattr(Slow, name)


def test_the_class_is_a_plain_tuple_under_its_own_name() -> None:
    assert (Fast.__name__, Fast.__qualname__, Fast.__bases__) == ("Fast", "Fast", (tuple,))
    assert typing.get_type_hints(Fast) == typing.get_type_hints(Slow) == {"first": int, "second": int}


def test_values_are_what_those_of_typing_are() -> None:
    fast, slow = Fast(1), Slow(1)
    assert fast == slow == (1, 2)
    assert repr(fast).removeprefix("Fast") == repr(slow).removeprefix("Slow")
    assert (fast.both, fast.added(4), fast._replace(second=5), fast._asdict()) == (3, 7, (1, 5), {"first": 1, "second": 2})
    again = pickle.loads(pickle.dumps(fast))  # noqa: S301 - our own, as between the processes of --jobs
    assert again == fast
    assert type(again) is Fast


@pytest.mark.parametrize("call", [Fast, partial(Fast, 1, 2, 3), partial(Fast, 1, third=3)])
def test_what_does_not_fit_is_refused(call: partial[Fast]) -> None:
    with pytest.raises(TypeError):
        call()


def test_what_has_to_know_its_name_is_told_it() -> None:
    assert Told.notices.told == (Told, "notices")
