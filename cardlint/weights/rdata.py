"""R: what `readRDS` and `load` make of a file, item by item. R Internals 1.8, src/main/serialize.c. CVE-2024-27322.

A promise is code with an environment, run when its value is first asked for; bytecode is code that R does not look at. In
saved data there is neither. Functions, calls and environments belong to fitted models, and are not vetted.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, NamedTuple

from cardlint.weights.budget import SpentError
from cardlint.weights.collect import Collected
from cardlint.weights.reading import EndOfDataError, Stream
from cardlint.weights.verdict import Evidence, Judgement

if TYPE_CHECKING:
    from collections.abc import Callable

    from cardlint.weights.budget import Budget
    from cardlint.weights.judge import Context
    from cardlint.weights.reading import Reader
    from cardlint.weights.verdict import Verdict

_ADVISORY = "CVE-2024-27322"
_COST = 6  # operations for an item: they stand for time
_LONGEST_LINE = 4096
_ALTREP, _ATTRLIST, _ATTRLANG = 238, 239, 240
_NOTHING = frozenset({254, 253, 252, 251, 250, 242, 241, 0})  # NULL, and environments that are always there
_PAIRS = frozenset({2, 5, 6, 3, 17, _ATTRLIST, _ATTRLANG})  # LISTSXP, PROMSXP, LANGSXP, CLOSXP, DOTSXP
_SIZES = {10: 4, 13: 4, 14: 8, 15: 16, 24: 1}  # LGLSXP, INTSXP, REALSXP, CPLXSXP, RAWSXP: bytes of an element
_REFERENCE, _STRINGS, _CHARACTERS, _SYMBOL, _ENVIRONMENT, _S4 = 255, 16, 9, 1, 4, 25
_NAMED_ELSEWHERE = frozenset({247, 248, 249})  # PERSISTSXP, PACKAGESXP, NAMESPACESXP
_BUILTINS, _LISTS, _BYTECODE, _POINTERS = frozenset({7, 8}), frozenset({19, 20}), 21, frozenset({22, 23})
_SAID: dict[int, tuple[Verdict, str, str]] = {
    5: ("block", "promise", "holds a promise: code that runs when the value is asked for"),
    21: ("block", "bytecode", "holds bytecode: code that nobody looks at"),
    3: ("review", "function", "holds functions of R, which are code"),
    6: ("review", "call", "holds calls of R, which are code"),
    240: ("review", "call", "holds calls of R, which are code"),
    20: ("review", "expression", "holds expressions of R, which are code"),
    22: ("review", "pointer", "holds pointers into the memory of another process"),
    23: ("review", "weak reference", "holds weak references, which may have a finaliser"),
    247: ("review", "persistent name", "asks for an object by a name that only a hook understands"),
}


class WrongDataError(Exception):
    """No data of R, or data that breaks off."""


class _Numbers:
    """The items as `X` (big-endian) and `B` (of the machine that wrote them) write them."""

    def __init__(self, stream: Stream, budget: Budget, order: str = ">") -> None:
        self.stream, self.budget, self._int = stream, budget, struct.Struct(f"{order}i")

    def integer(self) -> int:
        """A whole number."""
        found: int = self._int.unpack(self.stream.take(4))[0]
        return found

    def skip(self, count: int, size: int) -> None:
        """Leave numbers or bytes out."""
        self.stream.skip(count * size)

    def characters(self, length: int) -> None:
        """A string."""
        self.stream.skip(length)


class _Lines(_Numbers):
    """The items as `A` writes them: one in a line."""

    def integer(self) -> int:
        """A whole number, or none; an empty string leaves an empty line before it."""
        line = self._line() or self._line()
        try:
            return -(2**31) if line == b"NA" else int(line)
        except ValueError as error:
            raise WrongDataError(f"there is {line[:20]!r} where a number should be") from error

    def skip(self, count: int, size: int) -> None:
        """Leave numbers out, a line each; a complex one has two. Bytes stand on a line each as well."""
        for _ in range(count * (2 if size == 16 else 1)):  # noqa: PLR2004 - complex
            self._line()

    def characters(self, length: int) -> None:
        """A string, on a line with its escapes."""
        del length
        self._line()

    def _line(self) -> bytes:
        self.budget.spend(1)
        if self.stream.position >= self.stream.end:
            raise EndOfDataError
        return self.stream.take_line()[:_LONGEST_LINE].strip()


def judge(reader: Reader, context: Context) -> Judgement:
    """A file of `saveRDS` or `save`, as it is when unpacked."""
    walk = _Walk(Stream(reader), context)
    try:
        walk.run()
    except EndOfDataError:
        walk.add("review", "data", "breaks off in the midst of its data")
    except WrongDataError as error:
        walk.add("review", "data", f"cannot be read to its end as data of R: {error}")
    except SpentError:
        walk.found.spent()
    if not walk.found and walk.stream.peek(4).strip():
        walk.add("review", "data", f"{reader.size - walk.stream.position:,} bytes follow its end, and belong to nothing")
    return Judgement(context.format, walk.found.evidence())


class _Item(NamedTuple):
    """The head of an item."""

    kind: int
    attributes: bool
    tag: bool


class _Walk:
    """Items by a list of what is still to be read, since lists of R are nested as deep as they are long."""

    def __init__(self, stream: Stream, context: Context) -> None:
        self.stream, self.budget = stream, context.budget
        self.found = Collected()
        self.said: set[str] = set()
        self.todo: list[Callable[[], None]] = []
        self.numbers = _Numbers(stream, self.budget)

    def add(self, verdict: Verdict, about: str, message: str) -> None:
        reference = _ADVISORY if verdict == "block" else None
        if about not in self.said:
            self.said.add(about)
            self.found.add(Evidence(verdict, "format", about, message, offset=self.stream.position, reference=reference))

    def run(self) -> None:
        """The header, then every item. Raises EndOfDataError, WrongDataError, SpentError."""
        if self.stream.peek(5)[:2] == b"RD":
            self.stream.skip(5)
        form = self.stream.take(2)
        if form not in {b"X\n", b"A\n", b"B\n"}:
            raise WrongDataError("it is in no form that is known")
        self.numbers = (
            _Lines(self.stream, self.budget) if form == b"A\n" else _Numbers(self.stream, self.budget, ">" if form == b"X\n" else "<")
        )
        version = self.numbers.integer()
        self.numbers.integer()
        self.numbers.integer()
        if version not in {2, 3}:
            raise WrongDataError(f"version {version} is not known")
        if version == 3:  # noqa: PLR2004 - the version with a native encoding
            self.numbers.characters(self._count())
        self.todo.append(self._item)
        while self.todo:
            self.budget.spend(_COST)
            self.todo.pop()()

    def _count(self) -> int:
        """A length; -1 stands before one in two parts."""
        count = self.numbers.integer()
        if count == -1:
            count = (self.numbers.integer() << 32) + (self.numbers.integer() & 0xFFFF_FFFF)
        if count < 0:
            raise WrongDataError("a length is less than nothing")
        return count

    def _next(self, *steps: Callable[[], None]) -> None:
        """What is to be read next, in this order."""
        self.todo += reversed(steps)

    def _several(self, count: int, step: Callable[[], None]) -> None:
        """So many of a kind; counted down, since there may be more than there is room for."""
        if count:
            self._next(step, lambda: self._several(count - 1, step))

    def _item(self) -> None:
        flags = self.numbers.integer()
        item = _Item(flags & 0xFF, bool(flags & 0x200), bool(flags & 0x400))
        if item.kind in _SAID:
            self.add(*_SAID[item.kind])
        if item.kind in _NOTHING:
            return
        if item.kind == _REFERENCE:
            if not flags >> 8:
                self.numbers.integer()
            return
        self._content(item)

    def _content(self, item: _Item) -> None:
        kind = item.kind
        if kind in _PAIRS:
            steps = [self._item] * (2 + (item.attributes or kind in {_ATTRLIST, _ATTRLANG}) + item.tag)
            self._next(*steps)
        elif kind == _ENVIRONMENT:
            self.numbers.integer()
            self._next(*[self._item] * 4)
        elif kind == _SYMBOL:
            self._next(self._item)
        elif kind in _NAMED_ELSEWHERE:
            self.numbers.integer()
            self._several(self._count(), self._item)
        elif kind == _ALTREP:
            self._next(*[self._item] * 3)
        else:
            self._vector(item)

    def _strings(self, count: int) -> None:
        """Strings one after the other, of which there may be many."""
        for _ in range(count):
            self.budget.spend(2)
            if self.numbers.integer() & 0xFF != _CHARACTERS:
                raise WrongDataError("there is something else where a string should be")
            self._characters()

    def _characters(self) -> None:
        length = self.numbers.integer()
        if length > 0:
            self.numbers.characters(length)

    def _vector(self, item: _Item) -> None:
        kind, after = item.kind, [self._item] if item.attributes else []
        if kind == _CHARACTERS:
            self._characters()
        elif kind in _SIZES:
            self.numbers.skip(self._count(), _SIZES[kind])
        elif kind == _STRINGS:
            self._strings(self._count())
        elif kind in _LISTS:
            count = self._count()
            self._next(lambda: self._several(count, self._item), *after)
            return
        elif kind in _BUILTINS:
            self.numbers.characters(self._count())
        elif kind in _POINTERS:
            after = [self._item] * (2 if kind == 22 else 0) + after  # noqa: PLR2004 - EXTPTRSXP has two
        elif kind == _BYTECODE:
            raise WrongDataError("what follows bytecode is not looked at")
        elif kind != _S4:
            raise WrongDataError(f"an item of kind {kind} is not known")
        self._next(*after)
