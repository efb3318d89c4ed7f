"""What code asks others for, and how exactly: packages, repositories, addresses, images, actions; and where installers look.

Nothing here costs time to import; `cardlint.code.asked` reads them out of text.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field
from itertools import accumulate
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

from cardlint.weights.cached import cached_property

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Sort: TypeAlias = Literal["package", "repository", "address", "image", "action"]
# How what is got is settled. Fixed: `exact` version, `hash`, `commit`, `digest`, `local`. Not: `range` of versions, `ref` (a branch
# or tag of a repository), `branch` and `tag` of an action or image told apart by name, `none`.
Pin: TypeAlias = Literal["exact", "hash", "commit", "digest", "local", "range", "ref", "branch", "tag", "none"]
FIXED: frozenset[Pin] = frozenset({"exact", "hash", "commit", "digest", "local"})


class Need(NamedTuple):
    """One thing that is asked for: `text[start:end]` as written, what it is called, and how it is settled."""

    sort: Sort
    name: str
    pin: Pin
    start: int
    end: int


class Index(NamedTuple):
    """An index that an installer asks beside its main one. `first` says that it asks this one first and stops where it finds the name."""

    url: str
    start: int
    end: int
    first: bool = False


class Reference(NamedTuple):
    """A file that requirements go on in (`-r`), or that says which versions they mean (`-c`)."""

    path: str
    constrains: bool
    start: int
    end: int


@dataclass(frozen=True)
class Script:
    """Shell text inside a file: the offset in the file at which each of its lines begins, and the variables known around it."""

    code: str
    starts: Sequence[int]
    variables: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def _lines(self) -> list[int]:
        return _lines(self.code)

    def place(self, offset: int) -> int:
        """Where a character of the code stands in the file."""
        line = min(bisect_right(self._lines, offset), len(self.starts)) - 1
        return self.starts[line] + offset - self._lines[line]


def _lines(code: str) -> list[int]:
    """Where each line begins."""
    return [0, *accumulate(len(line) + 1 for line in code.split("\n")[:-1])]


def script(code: str, start: int, variables: Mapping[str, str] | None = None) -> Script:
    """Shell text that stands in the file as it is, from an offset on."""
    return Script(code, [start + line for line in _lines(code)], variables or {})


class Needs(NamedTuple):
    """What one carrier asks for. `loose` are needs whose ranges are right, because a library is to fit beside others."""

    needs: tuple[Need, ...] = ()
    indexes: tuple[Index, ...] = ()
    references: tuple[Reference, ...] = ()
    scripts: tuple[Script, ...] = ()
    loose: tuple[Need, ...] = ()


def normal(name: str) -> str:
    """A package's name as indexes compare it (PEP 503)."""
    return "-".join(filter(None, name.lower().replace("_", "-").replace(".", "-").split("-")))


def without_credentials(url: str) -> str:
    """An address without the name and the password before its host."""
    scheme, mark, rest = url.partition("://")
    host, slash, path = rest.partition("/")
    return f"{scheme}{mark}{host.rpartition('@')[2]}{slash}{path}"
