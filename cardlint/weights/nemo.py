"""NeMo's models: a tar archive with a YAML configuration whose `_target_` names what Hydra calls when the model is restored.

CVE-2025-23304 and its family. The YAML is read as events, so that no alias is followed and nothing is made.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cardlint.weights.patterns import lazily
from cardlint.weights.verdict import MORE, Evidence

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cardlint.weights.judge import Context
    from cardlint.weights.names import Names
    from cardlint.weights.reading import Reader
    from cardlint.weights.verdict import Verdict
    from cardlint.weights.zip import Contents

_LONGEST = 2_000_000  # bytes of a configuration
_MOST_EVENTS = 200_000
_MOST_FOUND = 100
# Conditions of names that may be called with plain values, which is all a configuration can hold.
_CALLED = frozenset({None, "value", "container", "finished", "empty"})
_NAME = lazily(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+")
# `target` is the class NeMo restores, `cls` how it named classes before Hydra; both are imported by their paths.
_KEYS = frozenset({"_target_", "target", "cls"})
_REFERENCE = "CVE-2025-23304"


def is_config(path: str, archive: str) -> bool:
    """Whether a member is a configuration that NeMo reads."""
    name = path.rpartition("/")[2]
    return name == "model_config.yaml" or (archive.lower().endswith(".nemo") and name.lower().endswith((".yaml", ".yml")))


def judge_members(contents: Contents, context: Context) -> Iterator[Evidence]:
    """The configurations of a model that is packed as a zip archive."""
    for path in contents.paths:
        content = contents.get(path) if is_config(path, context.name) else None
        if content is not None:
            yield from (item.inside(path) for item in judge_config(content, context))


def judge_config(content: Reader, context: Context) -> Iterator[Evidence]:
    """What a configuration has made, and what of it is not vetted."""
    if content.size > _LONGEST:
        yield _say("review", "configuration", "the configuration is longer than any that is read")
        return
    said: dict[str, Evidence] = {}
    for key, value, line in _pairs(content.read(0, content.size)):
        item = _tag(value, line) if key is None else _target(key, value, line, context.names)
        if item is not None and (len(said) < _MOST_FOUND or item.verdict == "block"):
            said.setdefault(item.message, item)
    yield from said.values()
    if len(said) >= _MOST_FOUND:
        yield MORE


def _say(verdict: Verdict, about: str, message: str) -> Evidence:
    return Evidence(verdict, "format", about, message, reference=_REFERENCE if verdict == "block" else None)


def _tag(value: str, line: int) -> Evidence | None:
    if value == "!":
        return _say("review", "configuration", f"line {line}: the configuration cannot be read on from here")
    return _say("block", value, f"line {line}: the tag {value} makes Python objects while the configuration is read")


def _target(key: str, value: str, line: int, names: Names) -> Evidence | None:
    """What is known of a name that is made; None where it is vetted, or is no name where only `_target_` has to be one."""
    if not _NAME.fullmatch(value):
        if key != "_target_" and "${" not in value:
            return None
        return _say("review", "_target_", f"line {line}: {key} is {value[:80]!r}, which is no name")
    module, _, name = value.rpartition(".")
    if name in names.table("targets").get("modules", {}).get(module, ()):
        return None
    known = names.look(module, name, 5)
    if known.verdict == "ok" and known.condition in _CALLED:
        return None
    if known.verdict == "block":
        return _say("block", value, f"line {line}: {key} names {value}, which {known.why}")
    return _say("review", value, f"line {line}: {key} names {value}, which is not on the vetted list")


def _pairs(text: bytes) -> Iterator[tuple[str | None, str, int]]:
    """Keys that name what is made, each with its value and line; and, without a key, tags of Python, and `!` where reading ends."""
    import yaml

    loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    walked = _Walked()
    line = 1
    try:
        for count, event in enumerate(yaml.parse(text, Loader=loader)):
            line = event.start_mark.line + 1 if event.start_mark else line
            if count > _MOST_EVENTS:
                yield None, "!", line
                return
            if (tag := getattr(event, "tag", None)) and "python/" in tag:
                yield None, tag, line
            for key, value in walked.see(event, yaml):
                yield key, value, line
    except (yaml.YAMLError, ValueError, RecursionError):
        yield None, "!", line


class _Walked:
    """Which scalar is a key and which a value, by the events so far."""

    def __init__(self) -> None:
        self.open: list[tuple[bool, str | None]] = []  # of each collection: whether it is a mapping, and the key that waits
        self.anchors: dict[str, str] = {}

    def see(self, event: Any, yaml: Any) -> Iterator[tuple[str, str]]:  # noqa: ANN401 - of a library without types
        """The pairs of interest that the event completes."""
        if isinstance(event, yaml.CollectionEndEvent):
            self.open.pop()
        elif isinstance(event, yaml.NodeEvent):
            yield from self._node(self._text(event, yaml))
            if isinstance(event, yaml.CollectionStartEvent):
                self.open.append((isinstance(event, yaml.MappingStartEvent), None))

    def _text(self, event: Any, yaml: Any) -> str:  # noqa: ANN401
        """What a scalar says, or the one that an alias stands for; nothing where that is a collection."""
        if isinstance(event, yaml.AliasEvent):
            return self.anchors.get(event.anchor, "")
        text: str = event.value if isinstance(event, yaml.ScalarEvent) else ""
        if event.anchor is not None:
            self.anchors[event.anchor] = text
        return text

    def _node(self, text: str) -> Iterator[tuple[str, str]]:
        if not self.open or not self.open[-1][0]:
            return
        key = self.open[-1][1]
        self.open[-1] = (True, text if key is None else None)
        if key in _KEYS:
            yield key, text
