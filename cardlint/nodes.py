"""Located data: what a YAML or JSON text holds, with the place of every key and value.

Nodes are slotted but not frozen: a card of 10,000 nodes is built on every run, and frozen construction costs
three times as much. Nothing changes a node once the reader has returned it. They are written out, and no dataclasses,
because every check would generate the code of those first (docs/decisions/0001).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from cardlint.errors import Unreadable
from cardlint.text import Span

if TYPE_CHECKING:
    from collections.abc import Iterator

Plain: TypeAlias = "str | int | float | bool | None"
Data: TypeAlias = "Plain | list[Data] | dict[str, Data]"


class Scalar:
    """A single value.

    `raw` is the text after unquoting and folding, before resolution; `value` is what YAML 1.2 core makes of it;
    `plain` says that it was written without quotes, block indicator or tag, so that resolution took place.
    """

    __slots__ = ("end", "path", "plain", "raw", "start", "value")

    def __init__(self, path: str, start: int, end: int, value: Plain, raw: str, plain: bool) -> None:  # noqa: FBT001, PLR0913, PLR0917
        self.path = path
        self.start = start
        self.end = end
        self.value = value
        self.raw = raw
        self.plain = plain

    @property
    def span(self) -> Span:
        """Where the value stands."""
        return Span(self.path, self.start, self.end)


class Sequence:
    """A list of nodes."""

    __slots__ = ("end", "items", "path", "start")

    def __init__(self, path: str, start: int, end: int, items: list[Node]) -> None:
        self.path = path
        self.start = start
        self.end = end
        self.items = items

    @property
    def span(self) -> Span:
        """Where the list stands."""
        return Span(self.path, self.start, self.end)


class Entry:
    """One key with its value; `name` is the key as text (`no` stays `no`), of a key that is no scalar its place."""

    __slots__ = ("key", "name", "value")

    def __init__(self, key: Node, value: Node) -> None:
        self.key = key
        self.value = value
        self.name = key.raw if isinstance(key, Scalar) else f"<{kind_of(key)} at {key.start}>"


class Mapping:
    """Keys with values, in the order written, repeated keys included."""

    __slots__ = ("_effective", "end", "entries", "path", "start")

    def __init__(self, path: str, start: int, end: int, entries: list[Entry]) -> None:
        self.path = path
        self.start = start
        self.end = end
        self.entries = entries
        self._effective: list[Entry] | None = None

    @property
    def span(self) -> Span:
        """Where the mapping stands."""
        return Span(self.path, self.start, self.end)

    def entry(self, name: str) -> Entry | None:
        """The entry of a key; of a repeated key the last, which PyYAML and `huggingface_hub` keep."""
        for entry in reversed(self.entries):
            if isinstance(entry.key, Scalar) and entry.key.raw == name:
                return entry
        return None

    def get(self, name: str) -> Node | None:
        """The value of a key, or None where the key is absent or its value is null."""
        entry = self.entry(name)
        return None if entry is None or is_null(entry.value) else entry.value

    def effective(self) -> list[Entry]:
        """The entries that count: of each repeated key the last."""
        if self._effective is None:
            self._effective = list({entry.name: entry for entry in self.entries}.values())
        return self._effective


Node: TypeAlias = Scalar | Sequence | Mapping


def is_null(node: Node) -> bool:
    """Whether the node is a null scalar."""
    return isinstance(node, Scalar) and node.value is None


def kind_of(node: Node) -> str:
    """What a reader of the message calls the node: mapping, list, text, number, boolean or nothing."""
    if isinstance(node, Mapping):
        return "mapping"
    if isinstance(node, Sequence):
        return "list"
    if node.value is None:
        return "nothing"
    if isinstance(node.value, bool):
        return "boolean"
    return "text" if isinstance(node.value, str) else "number"


def string(node: Node | None) -> str | None:
    """The text of a text scalar; None for everything else."""
    return node.value if isinstance(node, Scalar) and isinstance(node.value, str) else None


def strings(node: Node | None) -> list[str]:
    """The texts of a text scalar or of a list of them, as the Hub coerces either form."""
    return [text for _, item in listed(node) if (text := string(item)) is not None]


def listed(node: Node | None) -> Iterator[tuple[int | None, Node]]:
    """The values of a list with their index; a lone scalar counts as a list of one, without index; nulls are left out."""
    if isinstance(node, Sequence):
        yield from ((index, item) for index, item in enumerate(node.items) if not is_null(item))
    elif isinstance(node, Scalar) and node.value is not None:
        yield None, node


def data(node: Node) -> Data:
    """The node as plain Python data: repeated keys keep their last value, null keys are kept."""
    if isinstance(node, Scalar):
        return node.value
    if isinstance(node, Sequence):
        return [data(item) for item in node.items]
    return {entry.name: data(entry.value) for entry in node.entries}


def parts(node: Node) -> list[Node]:
    """What a collection is made of, in the order written: items, or keys with their values."""
    if isinstance(node, Mapping):
        return [part for entry in node.entries for part in (entry.key, entry.value)]
    return node.items if isinstance(node, Sequence) else []


def join(subject: str, step: str | int) -> str:
    """The name of a part: `model-index` and `0` make `model-index[0]`, that and `name` make `model-index[0].name`."""
    if isinstance(step, int):
        return f"{subject}[{step}]"
    return f"{subject}.{step}" if subject else step


def walk(node: Node, subject: str = "") -> Iterator[tuple[str, Node]]:
    """Every node at and below this one, with its name; of repeated keys only the one that counts."""
    stack = [(subject, node)]
    while stack:
        name, current = stack.pop()
        yield name, current
        if isinstance(current, Sequence):
            stack.extend(reversed([(join(name, index), item) for index, item in enumerate(current.items)]))
        elif isinstance(current, Mapping):
            stack.extend(reversed([(join(name, entry.name), entry.value) for entry in current.effective()]))


def assert_written(metadata: Mapping) -> None:
    """Raise Unreadable where only values are known, from the Hub's listing, and not how they are written."""
    if metadata.start < 0:
        raise Unreadable("only the values of the card can be seen, and not how they are written")
