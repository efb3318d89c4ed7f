"""What is read of YAML without a parser is what the parser reads, with the same places."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from cardlint.nodes import Mapping, Node, Scalar
from cardlint.yamlevents import read_events
from cardlint.yamlplain import plain_mapping
from cardlint.yamlreader import HostileYamlError, Limits, YamlError, read_yaml, resolve

CARD = """license: apache-2.0
library_name: transformers
language:
- en
- no
tags:
  - text-generation
  - base_model:finetune:org/model-7B
datasets: org/some.data
pipeline_tag: text-generation
inference: false
seed: 42
nothing: null
licence_link: https://example.org/a/b
"""
PIECES = st.sampled_from([
    "a", "license", "no", "true", "null", "42", "1.5", "0x1F", "1e3", "7b", "2025-01-15", "12:30", ".inf", "a b", "a-b", "org/model", "a:b", "a: b",
    ":", ": ", ":\n", "- ", "-", "\n", "\n\n", "\n- ", "\n  - ", "\n    - ", " ", "  ", "#", " #", "'", '"', "|", ">", "[", "]", "{", "}", ",", "&", "*",
    "!", "%", "@", "`", "?", "~", "\t", "\r", "é", "\u2028", "\ufeff", "---", "...", "---\n", "<<", "=", "_", "+1", "https://x.y/z",
])  # fmt: skip
LINES = st.one_of(
    st.builds("{}: {}\n".format, PIECES, PIECES),
    st.builds("{}:\n{}- {}\n{}- {}\n".format, PIECES, st.sampled_from(["", " ", "  "]), PIECES, st.sampled_from(["", " ", "  "]), PIECES),
    st.builds("".join, st.lists(PIECES, max_size=4)),
)


def told(node: Node | None) -> object:
    """All there is of a node, for comparison."""
    if isinstance(node, Scalar):
        return (node.path, node.start, node.end, repr(node.value), node.raw, node.plain)
    if isinstance(node, Mapping):
        return (node.path, node.start, node.end, [(entry.name, told(entry.key), told(entry.value)) for entry in node.entries])
    return None if node is None else (node.path, node.start, node.end, [told(item) for item in node.items])


def by_parser(content: str) -> object:
    try:
        return told(read_events(content, "README.md", 4, Limits(), pure=False))
    except YamlError as error:
        return error.message


@settings(max_examples=3000, deadline=None)
@given(st.builds("".join, st.lists(LINES, max_size=5)))
@example(CARD)
@example(CARD.removesuffix("\n"))
@example("a:\n- b\nc:\n  - d")
@example("a:\n- b\n - c\n")
@example("a: b\n- c\n")
@example("a: b\na: c\n")
def test_what_is_read_is_what_the_parser_reads(content: str) -> None:
    plain = plain_mapping(content, "README.md", 4, 1000, resolve)
    if plain is not None:
        assert told(plain) == by_parser(content)


@pytest.mark.parametrize("content", [CARD, "a: b", "a: b\n", "a:\n- b", "a:\n        - 7b c d\n", "a: 1\nb: 0x1F\nc: 1.5\nd: yes"])
def test_plain_text_is_read(content: str) -> None:
    assert told(plain_mapping(content, "README.md", 4, 1000, resolve)) == by_parser(content)


@pytest.mark.parametrize("content", [
    "", "\n", "a:", "a: \n", "a:\n", "a: 'b'\n", "a: b # c\n", "# c\na: b\n", "a: b \n", "a: é\n", "a: -1\n", "a: b: c\n", "a: b:\n", "a: b\n  c\n",
    "a: [b]\n", "a: b\n\nc: d\n", "a:\n  b: c\n", "a:\n- b\n  - c\n", "a:\n- b: c\n", "- a\n", "a\n", "a: b\r\n", "a: b\n...\n", "a:  b\n", "a:\tb\n",
])  # fmt: skip
def test_all_else_is_the_parsers(content: str) -> None:
    assert plain_mapping(content, "", 0, 1000, resolve) is None


def test_limits_hold_for_plain_text_too() -> None:
    assert plain_mapping("a: b\n" * 500, "", 0, 1000, resolve) is None
    with pytest.raises(HostileYamlError, match="more than 1,000 values"):
        read_yaml("a: b\n" * 500, limits=Limits(nodes=1000))
    with pytest.raises(HostileYamlError, match="more than 1 levels"):
        read_yaml("a:\n- b\n", limits=Limits(depth=1))


def test_a_long_list_takes_no_longer_for_a_wrong_end() -> None:
    assert plain_mapping("a:\n" + "- b c d\n" * 50_000 + "- é\n", "", 0, 200_000, resolve) is None
    assert plain_mapping("a: " + "b " * 200_000 + "\n", "", 0, 200_000, resolve) is None
