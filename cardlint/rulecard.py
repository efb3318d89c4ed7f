"""Rule cards as documents: a rule's definition, its documentation and its examples in one Markdown file."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from cardlint.card import read_card
from cardlint.errors import ConfigError
from cardlint.markdown import read_markdown
from cardlint.nodes import Mapping, data
from cardlint.repoid import why_malformed
from cardlint.rule import rule_from
from cardlint.schema import mismatches
from cardlint.text import decode

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from cardlint.markdown import Section, Snippet
    from cardlint.rule import Rule
    from cardlint.text import Text

HEADINGS = ("What it does", "Why it matters", "Examples", "When it is wrong", "References")
_VERDICTS = ("Fails", "Passes", "Fixed")
_RESERVED = {"tree", "findings", "json hub", "json baseline", "yaml policy", "generated"}
_CARD_BYTES = 1_000_000
_LONGEST_SIZE = 18  # digits


@dataclass(slots=True)
class Example:
    """One example: files of a repository, and what the rule says of it.

    `files` maps paths to bytes, or to a size where only a listing was given; `shelf` holds those of other repositories, by
    `[datasets/|spaces/]namespace/name`; `said` is what only the Hub knows of each, of the example itself under `""`. `expected`
    is None where the example has no findings block; `line` is where it begins in the rule card.
    """

    verdict: str
    kind: str | None
    line: int
    files: dict[str, bytes | int] = field(default_factory=dict)
    shelf: dict[str, dict[str, bytes | int]] = field(default_factory=dict)
    said: dict[str, dict[str, Any]] = field(default_factory=dict)
    policy: str | None = None
    baseline: str | None = None
    expected: str | None = None


@dataclass(frozen=True, slots=True)
class RuleCard:
    """A rule with its card: where it lies, its text, and its examples."""

    rule: Rule
    path: Path
    text: Text
    entry: dict[str, Any]
    examples: tuple[Example, ...]

    def place(self, key: str) -> tuple[int, int]:
        """Line and column of a frontmatter key, or of the card's beginning."""
        metadata = read_card(self.text).metadata
        entry = metadata.entry(key) if metadata else None
        at = self.text.position(entry.key.start if entry else 0)
        return at.line, at.column


def read_rule_card(path: Path, root: Path) -> RuleCard:
    """The rule card at `path` in the rules folder `root`. Raises ConfigError with the place of what is wrong.

    The id of a rule that does not ship may have a prefix, `acme/name-of-the-file`.
    """
    text = decode(str(path), path.read_bytes()[:_CARD_BYTES])
    metadata = _metadata(text)
    entry = data(metadata)
    assert isinstance(entry, dict)
    relative = path.relative_to(root)
    if path.stem != str(entry["id"]).rpartition("/")[2]:
        value = metadata.get("id")
        raise _error(text, value.start if value else 0, f'the id must be the name of the file, "{path.stem}"')
    sections = read_markdown(text, read_card(text).body_start).sections
    title = next((section.title for section in sections if section.level == 1), None)
    if title is None:
        raise _error(text, read_card(text).body_start, "a rule card needs a title, `# In words`")
    _require_headings(text, sections)
    examples = tuple(_examples(text, sections))
    entry |= {
        "category": relative.parent.as_posix(), "title": title, "path": relative.as_posix(),
        "fixable": any(example.verdict == "Fixed" for example in examples),
    }  # fmt: skip
    return RuleCard(rule_from(entry), path, text, entry, examples)


def rule_paths(root: Path) -> list[Path]:
    """The rule cards below a rules folder, sorted."""
    return sorted(path for path in root.glob("*/*.md") if path.parent.name != "policies")


def prose(text: Text) -> str:
    """The card without its frontmatter, as `explain` shows it."""
    return text.content[read_card(text).body_start :].strip() + "\n"


def passages(text: Text) -> dict[str, str]:
    """What stands under each `##` of the card, by heading, without the sections below it."""
    sections = read_markdown(text, read_card(text).body_start).sections
    return {item.title: text.cut(item.own).strip() for item in sections if item.level == 2}  # noqa: PLR2004 - the level of `##`


def _metadata(text: Text) -> Mapping:
    card = read_card(text)
    if card.metadata is None:
        assert card.defect is not None
        raise _error(text, card.defect.start, card.defect.message)
    for mismatch in mismatches("rule.schema.json", card.metadata):
        raise _error(text, mismatch.node.start, mismatch.message)
    return card.metadata


def _error(text: Text, offset: int, message: str) -> ConfigError:
    at = text.position(offset)
    return ConfigError(text.path, at.line, at.column, message)


def _require_headings(text: Text, sections: tuple[Section, ...]) -> None:
    titles = [section.title for section in sections if section.level == 2]  # noqa: PLR2004 - the level of `##`
    for heading in HEADINGS:
        if heading not in titles:
            raise _error(text, read_card(text).body_start, f'the card has no section "## {heading}"')


def _examples(text: Text, sections: tuple[Section, ...]) -> Iterator[Example]:
    start = read_card(text).body_start
    snippets = read_markdown(text, start).snippets
    for section in sections:
        verdict, _, kind = section.title.partition(" ")
        if section.level == 3 and verdict in _VERDICTS:  # noqa: PLR2004 - the level of `###`
            inside = [item for item in snippets if section.own.start <= item.span.start < section.own.end]
            yield from _split(text, verdict, kind.strip("() ") or None, inside, section)


def _split(text: Text, verdict: str, kind: str | None, snippets: list[Snippet], section: Section) -> Iterator[Example]:
    """The examples of one section: one ends after its findings, or where a path comes a second time."""
    example: Example | None = None
    for snippet in snippets:
        repeated = example is not None and (
            example.expected is not None or (_path(snippet) in example.files and _elsewhere(snippet) is None)
        )
        if example is not None and repeated:
            yield example
            example = None
        if example is None:
            example = Example(verdict, kind, text.position(snippet.span.start).line)
        _add(text, example, snippet)
    if example is None:
        raise _error(text, section.span.start, f"### {section.title} has no example")
    yield example


def _path(snippet: Snippet) -> str | None:
    words = snippet.info.split()
    reserved = words[0] in _RESERVED or " ".join(words[:2]) in _RESERVED if words else True
    return words[1] if len(words) > 1 and not reserved else None


def _elsewhere(snippet: Snippet) -> str | None:
    """The other repository that a block belongs to, by `repo=`."""
    found = [word.removeprefix("repo=") for word in snippet.info.split() if word.startswith("repo=")]
    return found[0] if len(found) == 1 and _is_repository(found[0]) else None


def _is_repository(name: str) -> bool:
    bare = name.removeprefix("datasets/").removeprefix("spaces/") if name.count("/") > 1 else name
    return why_malformed(bare) is None


def _add(text: Text, example: Example, snippet: Snippet) -> None:
    words = snippet.info.split()
    elsewhere = _elsewhere(snippet)
    if snippet.info.strip() == "findings":
        example.expected = snippet.code
    elif snippet.info.strip() == "yaml policy":
        example.policy = snippet.code
    elif snippet.info.strip() == "json baseline":
        example.baseline = snippet.code
    elif snippet.info.strip() == "tree":
        example.files |= _tree(text, snippet)
    elif words[:2] == ["json", "hub"] and len(words) == 2 + (elsewhere is not None):
        example.said[elsewhere or ""] = _said(text, snippet)
    elif (path := _path(snippet)) is not None and {*words[2:]} - {f"repo={elsewhere}"} <= {"escaped", "base64"}:
        files = example.files if elsewhere is None else example.shelf.setdefault(elsewhere, {})
        files[path] = _content(text, snippet, words[2:])
    else:
        blocks = "`LANGUAGE PATH [escaped|base64] [repo=namespace/name]`, tree, yaml policy, json hub, json baseline or findings"
        raise _error(text, snippet.span.start, f"an example block cannot be `{snippet.info}`; expected {blocks}")


def _said(text: Text, snippet: Snippet) -> dict[str, Any]:
    """What the Hub says of a repository, as an object of JSON."""
    import json

    try:
        said = json.loads(snippet.code)
    except (ValueError, RecursionError) as error:
        raise _error(text, snippet.span.start, f"json hub block: {error}") from None
    if not isinstance(said, dict):
        raise _error(text, snippet.span.start, "a json hub block is an object: what the Hub says of the repository")
    return said


def _tree(text: Text, snippet: Snippet) -> dict[str, bytes | int]:
    files: dict[str, bytes | int] = {}
    for line in snippet.code.splitlines():
        path, _, size = line.rpartition(" ")
        if not path.strip() or not size.isdecimal() or len(size) > _LONGEST_SIZE:
            raise _error(text, snippet.span.start, f"a line of a tree is `PATH SIZE`, not `{line}`")
        files[path.strip()] = int(size)
    return files


def _content(text: Text, snippet: Snippet, flags: list[str]) -> bytes:
    if "base64" in flags:
        import base64

        try:
            return base64.b64decode("".join(snippet.code.split()), validate=True)
        except ValueError as error:
            raise _error(text, snippet.span.start, f"base64 block: {error}") from None
    if "escaped" not in flags:
        return snippet.code.encode()
    try:
        return _unescape(snippet.code)
    except ValueError as error:
        raise _error(text, snippet.span.start, f"escaped block: {error}") from None


def _unescape(code: str) -> bytes:
    r"""`\r`, `\n`, `\t`, `\\`, `\xNN` (a byte) and `\uNNNN` decoded; a backslash at a line's end joins the lines."""
    import re

    simple = {"r": b"\r", "n": b"\n", "t": b"\t", "\\": b"\\", "\n": b""}

    def decoded(match: re.Match[str]) -> bytes:
        escape = match[1]
        if escape[0] == "x" and len(escape) > 1:
            return bytes([int(escape[1:], 16)])
        if escape[0] == "u" and len(escape) > 1:
            return chr(int(escape[1:], 16)).encode("utf-8", "surrogatepass")
        if escape not in simple:
            raise ValueError(f"unknown escape \\{escape}")
        return simple[escape]

    parts: list[bytes] = []
    position = 0
    for match in re.finditer(r"\\(x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|[\s\S])", code):
        parts += [code[position : match.start()].encode(), decoded(match)]
        position = match.end()
    return b"".join([*parts, code[position:].encode()])
