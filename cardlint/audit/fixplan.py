"""A plan of fixes as it is read: every entry with its line, and nothing in it believed."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from cardlint.audit.patch import Diff
from cardlint.audit.repair import FileFix, Proposal, sha256
from cardlint.errors import ConfigError, UsageError
from cardlint.formats.safe import visible
from cardlint.givenfile import given_file
from cardlint.hubcache import is_path
from cardlint.hubrepo import parse
from cardlint.nodes import Entry, Mapping, Node, Scalar, Sequence
from cardlint.schema import mismatches
from cardlint.text import BOM, Text
from cardlint.weights.patterns import lazily
from cardlint.yamlreader import Limits, YamlError, read_yaml

if TYPE_CHECKING:
    from collections.abc import Iterator

SCHEMA = "fixplan.schema.json"
_BYTES = 200_000_000
_LIMITS = Limits(size=_BYTES, depth=20, nodes=20_000_000, seconds=600)
_RULE = lazily(r"([a-z0-9-]+/)?[a-z0-9]+(-[a-z0-9]+)*")
_AT_ONCE = 1000  # entries whose form is looked at together; of longer lists not all is compared


class Planned(NamedTuple):
    """An entry: whether it is to be applied, its 1-based line in the file, and that of each of its diffs."""

    proposal: Proposal
    apply: bool
    line: int
    diffs: tuple[int, ...]


class Plan(NamedTuple):
    """A plan: its name as the user gave it, the digest of its content, its entries, how many it was made with, and what it leaves out."""

    name: str
    digest: str
    entries: tuple[Planned, ...]
    made_with: int
    left_out: int


def read_plan(name: str) -> Plan:
    """The plan in a file. Raises UsageError, and ConfigError with the line where the file is none."""
    absent = f"there is no plan {name}; `cardlint audit --plan-fixes {name}` makes one"
    return _Reader(name, given_file(name, _BYTES, absent)).plan()


class _Reader:
    def __init__(self, name: str, content: bytes) -> None:
        self._name = name
        self._digest = sha256(content)
        try:
            self._text = Text(name, content.decode("utf-8"))
        except UnicodeDecodeError as error:
            line = content.count(b"\n", 0, error.start) + 1
            raise ConfigError(name, line, 1, "no plan of fixes, for it is not UTF-8") from None

    def plan(self) -> Plan:
        root = self._root()
        listed = root.get("repositories")
        assert isinstance(listed, Sequence)
        entries = tuple(self._planned(item) for item in listed.items)
        seen: dict[str, Planned] = {}
        for item in entries:
            first = seen.setdefault(item.proposal.repository, item)
            if first is not item:
                again = f"{item.proposal.repository} stands in line {first.line} already; expected once"
                raise ConfigError(self._name, item.line, 1, again)
        left, count = root.get("left_out"), root.get("count")
        assert isinstance(count, Scalar)
        assert isinstance(count.value, int)
        return Plan(self._name, self._digest, entries, count.value, len(left.items) if isinstance(left, Sequence) else 0)

    def _root(self) -> Mapping:
        """The document, which is as the schema says. Raises ConfigError."""
        start = len(BOM) if self._text.bom else 0
        try:
            root = read_yaml(self._text.content[start:], path=self._name, limits=_LIMITS, base=start)
        except YamlError as error:
            raise self._error(error.start, f"no plan of fixes, for it is not YAML: {error.message}") from None
        if not isinstance(root, Mapping):
            raise self._error(0, 'no plan of fixes; expected a mapping with "schema_version" and "repositories"')
        for part in _parts(root):
            # A key with a slip is more than the one that is therefore missing.
            for found in sorted(mismatches(SCHEMA, part), key=lambda item: item.keyword != "additionalProperties"):
                raise self._error(found.node.start, f"no plan of fixes of this version of cardlint: {found.message}")
        return root

    def _error(self, offset: int, message: str) -> ConfigError:
        at = self._text.position(offset)
        return ConfigError(self._name, at.line, at.column, message)

    def _planned(self, node: Node) -> Planned:
        assert isinstance(node, Mapping)
        files, rules = node.get("files"), node.get("rules")
        assert isinstance(files, Sequence)
        assert isinstance(rules, Mapping)
        found = [self._file(item) for item in files.items]
        paths = [file.path for file, _ in found]
        if (again := next((number for number, path in enumerate(paths) if path in paths[:number]), None)) is not None:
            raise self._error(files.items[again].start, f"{visible(paths[again])} stands there already; expected each file once")
        counted = tuple((self._rule(entry), _value(entry.value)) for entry in rules.effective())
        made = Proposal(self._named(node), _raw(node, "kind"), _raw(node, "revision"), counted, tuple(file for file, _ in found))
        apply = node.get("apply")
        assert isinstance(apply, Scalar)
        return Planned(made, apply.value is True, self._text.position(node.start).line, tuple(line for _, line in found))

    def _named(self, node: Mapping) -> str:
        """The repository, by the one name it has. Raises ConfigError."""
        name, at = _raw(node, "repository"), node.get("repository")
        assert at is not None
        try:
            told = parse(name)
        except UsageError as error:
            raise self._error(at.start, str(error)) from None
        if str(told) != name or told.revision is not None:
            raise self._error(at.start, f"expected {told._replace(revision=None)}")
        if told.kind != _raw(node, "kind"):
            raise self._error(at.start, f"{name} is a {told.kind}, and its kind says {_raw(node, 'kind')}")
        return name

    def _rule(self, entry: Entry) -> str:
        """The id of a rule, which is what descriptions name. Raises ConfigError."""
        if _RULE.fullmatch(entry.name) is None:
            raise self._error(entry.key.start, "expected the id of a rule, such as license-unknown")
        return entry.name

    def _file(self, node: Node) -> tuple[FileFix, int]:
        """A file, and the line where its diff begins. Raises ConfigError."""
        assert isinstance(node, Mapping)
        path, diff, escaped = _raw(node, "path"), node.get("diff"), node.get("escaped")
        if not is_path(path) or ".git" in path.lower().split("/"):  # what a client of Git would take for its own
            raise self._error(node.start, "expected the path of a file, relative to the root of the repository")
        assert diff is not None
        is_escaped = isinstance(escaped, Scalar) and escaped.value is True
        before = None if node.get("before") is None else _raw(node, "before")
        made = FileFix(path, before, _raw(node, "after"), Diff(_raw(node, "diff"), is_escaped))
        return made, self._text.position(diff.start).line


def _parts(root: Mapping) -> Iterator[Mapping]:
    """The document with a part of its list at a time."""
    listed = root.get("repositories")
    if not isinstance(listed, Sequence) or len(listed.items) <= _AT_ONCE:
        yield root
        return
    (entry,) = (entry for entry in root.effective() if entry.name == "repositories")
    others = [entry for entry in root.effective() if entry.name != "repositories"]
    for start in range(0, len(listed.items), _AT_ONCE):
        part = Sequence(listed.path, listed.start, listed.end, listed.items[start : start + _AT_ONCE])
        yield Mapping(root.path, root.start, root.end, [*others, Entry(entry.key, part)])


def _raw(node: Mapping, name: str) -> str:
    held = node.get(name)
    assert isinstance(held, Scalar)
    return held.raw


def _value(node: Node) -> int:
    assert isinstance(node, Scalar)
    assert isinstance(node.value, int)
    return node.value
