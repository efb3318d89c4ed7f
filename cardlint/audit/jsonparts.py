"""JSON read piece by piece, so that a report of a whole organisation is never in memory at once."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING, Any, NoReturn

from cardlint.errors import ConfigError
from cardlint.weights.patterns import lazily

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

LONGEST = 64_000_000  # code points of one value; a repository with twenty thousand findings has a third of that
_CHUNK = 1 << 18
_BLANK = lazily(r"[ \t\n\r]*")


class Parts:
    """The members of the object in a JSON file, in order; of those that are lists the items by themselves.

    Everything raises ConfigError with the line in question where the file is not JSON in UTF-8 or a value is too long.
    """

    def __init__(self, name: str, stream: BinaryIO, what: str) -> None:
        """`what` is what the file is not, if it is wrong: the beginning of the message."""
        self.name, self.what = name, what
        self._stream = io.TextIOWrapper(stream, "utf-8-sig", newline="")
        self._text, self._at, self._line, self._began = "", 0, 1, 1
        self._ended = False
        self._decoder = json.JSONDecoder(parse_constant=_refused)

    def members(self, streamed: str) -> Iterator[tuple[str, Any]]:
        """Name and value of each member; of the list `streamed` first each item, under its name with `[]`, then an empty list."""
        self._take("{")
        more = self._peek() != "}"
        while more:
            name = self._value()
            if not isinstance(name, str):
                self.complain("it is not JSON: expected a name in quotes")
            self._take(":")
            if name == streamed and self._peek() == "[":
                yield from ((f"{name}[]", item) for item in self._items())
                yield name, []
            else:
                yield name, self._value()
            more = self._follows("}")
        self._take("}")
        if self._peek():
            self._reject("expected nothing behind the document")

    def complain(self, message: str) -> NoReturn:
        """Raise what is wrong with the value that was read last, at the line where it begins."""
        raise ConfigError(self.name, self._began, 1, f"{self.what}: {message}")

    def _reject(self, message: str) -> NoReturn:
        """Raise what is wrong where reading stands."""
        self._began = self._here()
        self.complain(message)

    def _here(self) -> int:
        return self._line + self._text.count("\n", 0, self._at)

    def _items(self) -> Iterator[Any]:
        self._take("[")
        more = self._peek() != "]"
        while more:
            yield self._value()
            more = self._follows("]")
        self._take("]")

    def _follows(self, end: str) -> bool:
        """Whether a comma says that there is more; the end stays to be taken."""
        if self._peek() == end:
            return False
        self._take(",")
        return True

    def _take(self, char: str) -> None:
        if self._peek() != char:
            self._reject(f"it is not JSON, or its end is missing: expected {char}")
        self._at += 1

    def _peek(self) -> str:
        """The next character that is not blank; empty at the end."""
        while True:
            match = _BLANK.match(self._text, self._at)
            assert match is not None
            self._at = match.end()
            if self._at < len(self._text) or not self._more():
                return self._text[self._at : self._at + 1]

    def _value(self) -> Any:  # noqa: ANN401 - JSON
        self._peek()
        self._began = self._here()
        while True:
            try:
                value, end = self._decoder.raw_decode(self._text, self._at)
            except (ValueError, RecursionError) as error:
                if isinstance(error, RecursionError) or not self._more():
                    self._not_json(error)
            else:
                if end < len(self._text) or not self._more():  # a number may go on
                    self._at = end
                    return value

    def _not_json(self, error: Exception) -> NoReturn:
        if isinstance(error, json.JSONDecodeError):
            self._at = error.pos
            self._reject(f"it is not JSON: {error.msg}")
        self._reject("it is not JSON, or nested too deeply" if isinstance(error, RecursionError) else f"it is not JSON: {error}")

    def _more(self) -> bool:
        """Read on, twice as much as is waiting, so that a long value is not begun too often; whether there was anything."""
        waiting = len(self._text) - self._at
        if self._ended:
            return False
        if waiting > LONGEST:
            self._reject(f"a value here is longer than {LONGEST:,} characters")
        self._line = self._here()
        self._text, self._at = self._text[self._at :], 0
        try:
            chunk = self._stream.read(max(_CHUNK, waiting))
        except UnicodeDecodeError:
            self._reject("it is not UTF-8")
        except OSError as error:
            self._reject(f"it cannot be read: {error.strerror or error}")
        self._text += chunk
        self._ended = not chunk
        return bool(chunk)


def _refused(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no JSON")
