"""YAML as the events of PyYAML tell it, turned into located nodes: what `yamlreader` does not read by itself."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import yaml
from yaml.events import AliasEvent, DocumentStartEvent, MappingStartEvent, ScalarEvent, SequenceStartEvent
from yaml.parser import Parser
from yaml.reader import Reader
from yaml.scanner import Scanner

from cardlint.nodes import Entry, Mapping, Node, Plain, Scalar, Sequence
from cardlint.weights.patterns import lazily
from cardlint.yamlreader import HostileYamlError, Limits, YamlError, resolve

if TYPE_CHECKING:
    from collections.abc import Iterator

    from yaml.error import Mark

try:
    from yaml._yaml import CParser
except ImportError:  # PyYAML was built without libyaml
    CParser = None  # type: ignore[assignment, misc, unused-ignore]

_CORE = "tag:yaml.org,2002:"
_CORE_TAGS = {"!": "str", **{_CORE + name: name for name in ("str", "int", "float", "bool", "null", "map", "seq")}}
_SURROGATE = lazily("[\ud800-\udfff]")
_DISGUISED = ("\x85", "\u2028", "\u2029", "\ufeff")
_CLOCK_EVERY = 2048


def read_events(content: str, path: str, base: int, limits: Limits, *, pure: bool) -> Node | None:
    """The document in a text without forbidden characters; as `cardlint.yamlreader.read_yaml`."""
    disguised, undisguise = _disguise(content)
    builder = _Builder(_parser(disguised, pure=pure), path, base, undisguise, limits)
    try:
        return builder.document()
    except yaml.MarkedYAMLError as error:
        raise _from_pyyaml(error, content, base, limits) from None


def aliases(content: str) -> Iterator[tuple[int, int]]:
    """Where each alias stands."""
    parser = _parser(_disguise(content)[0], pure=False)
    while (event := parser.get_event()) is not None:
        if type(event) is AliasEvent:
            start: Any = event.start_mark
            end: Any = event.end_mark
            yield start.index, end.index


def _disguise(content: str) -> tuple[str, dict[int, str]]:
    """The text with the characters YAML 1.1 treats specially and 1.2 does not replaced, and the way back."""
    present = [char for char in _DISGUISED if char in content]
    if not present:
        return content, {}
    unused = (chr(code) for code in range(0xE000, 0xF900) if chr(code) not in content)
    table = dict(zip(present, unused, strict=False))
    back = {ord(stand_in): char for char, stand_in in table.items()}
    return content.translate({ord(char): stand_in for char, stand_in in table.items()}), back


class _PureParser(Reader, Scanner, Parser):
    """PyYAML's Python parser, accepting tabs between tokens exactly where libyaml and YAML 1.2 do."""

    def __init__(self, stream: str) -> None:
        Reader.__init__(self, stream)
        Scanner.__init__(self)
        Parser.__init__(self)

    def scan_to_next_token(self) -> None:
        super().scan_to_next_token()  # type: ignore[no-untyped-call, unused-ignore]
        while self.peek() == "\t" and (self.flow_level or not self.allow_simple_key):
            self.forward()
            super().scan_to_next_token()  # type: ignore[no-untyped-call, unused-ignore]

    def scan_plain_spaces(self, indent: int, start_mark: Mark) -> list[str]:
        """White space inside a plain scalar: tabs are kept within a line and dropped around its end."""
        chunks: list[str] = []
        while True:
            line = self.line
            part = super().scan_plain_spaces(indent, start_mark)  # type: ignore[no-untyped-call, unused-ignore]
            chunks = [*(chunks if self.line == line else ()), *(part or ())]
            if self.peek() != "\t":
                return chunks
            broken = self.line != line or (chunks and "\n" in "".join(chunks))
            self.forward()
            if not broken:
                chunks.append("\t")


def _parser(content: str, *, pure: bool) -> Any:  # noqa: ANN401 - PyYAML's two parsers share methods, not a type
    return _PureParser(content) if pure or CParser is None else CParser(content)


def _from_pyyaml(error: yaml.MarkedYAMLError, content: str, base: int, limits: Limits) -> YamlError:
    problem: Any = error.problem_mark
    context: Any = error.context_mark
    where = base + _offset(problem, content)
    message = error.problem or error.context or "not YAML"
    if "nesting depth" in message:  # libyaml has a limit of its own, and reaches it reading ahead
        return HostileYamlError("depth", f"nested more than {limits.depth} levels deep", where, where)
    return YamlError(message, where, where, None if context is None else base + _offset(context, content))


def _offset(mark: Any, content: str) -> int:  # noqa: ANN401 - the two parsers have each their own class of marks
    return len(content) if mark is None else min(int(mark.index), len(content))


class _Builder:
    """Turns parser events into nodes, counting what it builds."""

    def __init__(self, parser: Any, path: str, base: int, undisguise: dict[int, str], limits: Limits) -> None:  # noqa: ANN401
        self.next_event = parser.get_event
        self.path = path
        self.base = base
        self.undisguise = undisguise
        self.limits = limits
        self.count = 0
        self.depth = 0
        self.last_alias = 0  # where the last alias ends; its node lies where the anchor is
        self.anchors: dict[str, tuple[Node | None, int]] = {}
        self.deadline = time.monotonic() + limits.seconds

    def document(self) -> Node | None:
        self.next_event()
        event = self.next_event()
        if not isinstance(event, DocumentStartEvent):
            return None
        node = self.node(self.next_event())
        self.next_event()
        event = self.next_event()
        if isinstance(event, DocumentStartEvent):
            mark: Any = event.start_mark
            at = self.base + mark.index
            raise YamlError("a second YAML document begins here; the block holds one", at, at + 3)
        return node

    def node(self, event: Any) -> Node:  # noqa: ANN401 - PyYAML's events are untyped
        kind = type(event)
        if kind is AliasEvent:
            return self.alias(event)
        self.tick(event)
        anchor = event.anchor
        before = self.count
        if anchor:
            self.anchors[anchor] = (None, 0)
        if kind is ScalarEvent:
            node: Node = self.scalar(event)
        else:
            node = self.collection(event)
        if anchor:
            self.anchors[anchor] = (node, self.count - before + 1)
        return node

    def tick(self, event: Any, by: int = 1) -> None:  # noqa: ANN401
        self.count += by
        if self.count > self.limits.nodes:
            message = f"more than {self.limits.nodes:,} values once aliases are expanded"
            raise self.hostile("nodes" if by == 1 else "aliases", message, event)
        if self.count % _CLOCK_EVERY < by and time.monotonic() > self.deadline:
            raise self.hostile("time", f"takes longer than {self.limits.seconds:g} s to read", event)

    def hostile(self, what: str, message: str, event: Any) -> HostileYamlError:  # noqa: ANN401
        start, end = event.start_mark.index, event.end_mark.index
        return HostileYamlError(what, message, self.base + start, self.base + max(start, end))

    def alias(self, event: Any) -> Node:  # noqa: ANN401
        known = self.anchors.get(event.anchor)
        if known is None:
            start, end = self.base + event.start_mark.index, self.base + event.end_mark.index
            raise YamlError(f"*{event.anchor} refers to an anchor that does not exist; quote the value", start, end)
        node, size = known
        if node is None:
            raise self.hostile("aliases", f"*{event.anchor} refers to itself", event)
        self.tick(event, size)
        self.last_alias = self.base + event.end_mark.index
        return node

    def scalar(self, event: Any) -> Scalar:  # noqa: ANN401
        raw = event.value
        if event.style == '"' and _SURROGATE.search(raw):  # libyaml refuses what the Python parser lets through
            start, end = self.base + event.start_mark.index, self.base + event.end_mark.index
            raise YamlError("found invalid Unicode character escape code", start, end, start)
        if self.undisguise:
            raw = raw.translate(self.undisguise)
        plain = not event.style and event.tag is None
        value = resolve(raw) if plain else raw
        if event.tag is not None:
            value = _tagged(raw, self.core_tag(event))
        base = self.base
        return Scalar(self.path, base + event.start_mark.index, base + event.end_mark.index, value, raw, plain)

    def core_tag(self, event: Any) -> str:  # noqa: ANN401
        if event.tag not in _CORE_TAGS:
            raise self.hostile("tag", f"YAML tag {event.tag.replace(_CORE, '!!')}, which asks a reader to build an object", event)
        return _CORE_TAGS[event.tag]

    def collection(self, event: Any) -> Sequence | Mapping:  # noqa: ANN401
        self.depth += 1
        if self.depth > self.limits.depth:
            raise self.hostile("depth", f"nested more than {self.limits.depth} levels deep", event)
        if event.tag is not None:
            self.core_tag(event)
        start = self.base + event.start_mark.index
        if type(event) is SequenceStartEvent:
            items, end = self.items()
            node: Sequence | Mapping = Sequence(self.path, start, end, items)
        else:
            entries, end = self.entries()
            node = Mapping(self.path, start, end, entries)
        self.depth -= 1
        return node

    def items(self) -> tuple[list[Node], int]:
        items: list[Node] = []
        while type(event := self.next_event()) in _STARTS:
            items.append(self.node(event))
        return items, self.closing(event, items)

    def entries(self) -> tuple[list[Entry], int]:
        entries: list[Entry] = []
        while type(event := self.next_event()) in _STARTS:
            key = self.node(event)
            entries.append(Entry(key, self.node(self.next_event())))
        return entries, self.closing(event, [entry.value for entry in entries])

    def closing(self, event: Any, inside: list[Node]) -> int:  # noqa: ANN401
        """Where a collection ends: at its bracket, or, in block style, with its last value rather than with the next line."""
        start, end = event.start_mark.index, event.end_mark.index
        if end > start or not inside:
            return int(self.base + end)
        return max(inside[-1].end, inside[-1].start, self.last_alias)


_STARTS = frozenset({ScalarEvent, SequenceStartEvent, MappingStartEvent, AliasEvent})


def _tagged(raw: str, tag: str) -> Plain:
    """The value of a scalar with an explicit core tag."""
    if tag == "str":
        return raw
    if tag == "null":
        return None
    value = resolve(raw)
    return float(value) if tag == "float" and type(value) is int else value
