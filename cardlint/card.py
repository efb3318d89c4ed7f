"""A card: its text, the frontmatter block in it, and the metadata or the reason why there is none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cardlint import frontmatter
from cardlint.frontmatter import Block, Defect
from cardlint.nodes import Mapping, kind_of
from cardlint.weights.named import NamedTuple
from cardlint.yamlreader import HostileYamlError, YamlError, means_nothing, read_yaml

if TYPE_CHECKING:
    from cardlint.nodes import Node
    from cardlint.text import Text

# Cards of today's Hub stay under 2 MB even with 10,000 label names; see docs/decisions/0004-bounds.md.
CARD_BYTES = 8_000_000
OVERSIZED = "yaml-hostile"  # the rule that reports a card of more


class Card(NamedTuple):
    """README.md of a repository. Exactly one of `metadata` and `defect` is there."""

    text: Text
    block: Block | None
    metadata: Mapping | None
    defect: Defect | None

    @property
    def body_start(self) -> int:
        """The offset of the first character after the frontmatter."""
        return frontmatter.skip_bom(self.text) if self.block is None else self.block.closer_end


def read_card(text: Text) -> Card:
    """The card in a text. Whatever is wrong with its frontmatter is in `defect`; nothing is raised."""
    if text.truncated:
        message = f"the card is larger than {CARD_BYTES:,} bytes, which is all that is read of it"
        return Card(text, None, None, Defect(OVERSIZED, message, 0, 0))
    block = frontmatter.hub_block(text)
    if block is None:
        return Card(text, None, None, frontmatter.absent(text))
    outcome = frontmatter.swallowing(text, block) or _metadata(text, block)
    if isinstance(outcome, Defect):
        return Card(text, block, None, outcome)
    return Card(text, block, outcome, None)


def _metadata(text: Text, block: Block) -> Mapping | Defect:
    try:
        node = _read(text, block.start, block.end)
    except HostileYamlError as error:
        return Defect("yaml-hostile", error.message, error.start, error.end)
    except YamlError as error:
        return _runs_into_body(text, block) or _invalid(text, block, error)
    if means_nothing(node):
        return frontmatter.empty(text, block)
    if isinstance(node, Mapping):
        return (_prose_among_keys(text, block, node) or node) if node.entries else frontmatter.empty(text, block)
    return _runs_into_body(text, block) or _not_mapping(text, node)


def _read(text: Text, start: int, end: int) -> Node | None:
    return read_yaml(text.content[start:end], path=text.path, base=start)


def _runs_into_body(text: Text, block: Block) -> Defect | None:
    """The defect where what stands before the first Markdown line is a mapping of its own."""
    at = frontmatter.body_inside(text, block)
    if at is None:
        return None
    try:
        node = _read(text, block.start, at)
    except YamlError:
        return None
    return frontmatter.swallowed(text, block, at) if isinstance(node, Mapping) and node.entries else None


def _prose_among_keys(text: Text, block: Block, metadata: Mapping) -> Defect | None:
    """The defect where the body was swallowed and happens to be YAML: keys after a Markdown line that are sentences."""
    at = frontmatter.body_inside(text, block)
    if at is None or metadata.entries[0].key.start > at:
        return None
    below = [entry.name for entry in metadata.entries if entry.key.start > at]
    return _runs_into_body(text, block) if any(" " in name.strip() for name in below) else None


def _not_mapping(text: Text, node: Node | None) -> Defect:
    assert node is not None
    at = text.position(node.start).line
    kind = kind_of(node)
    message = f"the frontmatter is {kind if kind == 'text' else f'a {kind}'}, not `key: value` pairs"
    return Defect("frontmatter-not-mapping", message, node.start, min(node.end, _line_end(text, at)))


def _line_end(text: Text, line: int) -> int:
    return text.line_starts[line - 1] + len(text.line(line))


def _invalid(text: Text, block: Block, error: YamlError) -> Defect:
    from cardlint.yamlcause import find_cause  # a broken block is rare, and start-up counts

    cause = find_cause(text.content[block.start : block.end], error, block.start)
    return Defect("frontmatter-invalid", cause.message, cause.start, cause.end, cause.related)
