"""The Hub's frontmatter grammar, row by row of the reference, and how the other readers see the same text."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cardlint import frontmatter
from cardlint.card import Card, read_card
from cardlint.nodes import data
from cardlint.text import decode

# The pattern of huggingface_hub 2.4.0 (`REGEX_YAML_BLOCK`), the oracle of these tests.
STATED = re.compile(r"^(\s*---(?:\r\n|\r|\n))([\S\s]*?)((?:\r\n|\r|\n)---[ \t]*(\r\n|\n|$))")


def card(content: str | bytes) -> Card:
    return read_card(decode("README.md", content if isinstance(content, bytes) else content.encode()))


@pytest.mark.parametrize(
    "content",
    [
        "---\na: 1\n---\n", "\n\n---\na: 1\n---\n", "  \n---\na: 1\n---\n", "   ---\na: 1\n---\n", "---\na: 1\n---", "---\na: 1\n--- \t\n# x",
        "---\r\na: 1\r\n---\r\n", "\ufeff---\na: 1\n---\n", "---\ra: 1\r---", "---\na: 1\n---\n\n---\nrule", "---\na: 1\n# note\n---\ntext",
        "---\n# note\na: 1\n---\n", "---\n\na: 1\n\n---\n",
    ],
)  # fmt: skip
def test_forms_the_hub_reads(content: str) -> None:
    read = card(content)
    assert read.defect is None
    assert read.metadata is not None
    assert data(read.metadata) == {"a": 1}


@pytest.mark.parametrize(
    ("content", "rule", "line", "column"),
    [
        ("", "frontmatter-missing", 1, 1),
        ("# Title\n", "frontmatter-missing", 1, 1),
        ("--- \na: 1\n---\n", "frontmatter-missing", 1, 4),
        ("<!-- x -->\n---\na: 1\n---\n", "frontmatter-missing", 2, 1),
        ("---\n---\n", "frontmatter-missing", 1, 1),
        ("---\n---\n# Title\ntext\n\n---\nmore\n", "frontmatter-missing", 1, 1),
        ("---\n\n---\n", "frontmatter-missing", 1, 1),
        ("---\n{}\n---\n", "frontmatter-missing", 1, 1),
        ("---\n# only a comment\n---\n", "frontmatter-missing", 1, 1),
        ("---\na: 1\n", "frontmatter-unclosed", 1, 1),
        ("---\na: 1\n...\n# x\n", "frontmatter-unclosed", 1, 1),
        ("---\na: 1\n----\n# x\n", "frontmatter-unclosed", 1, 1),
        ("----\na: 1\n----\n", "frontmatter-unclosed", 1, 1),
        ("---\ra: 1\r---\r# x\r", "frontmatter-unclosed", 1, 1),
        ("---\na: 1\n\n# Title\n\nSome prose here.\n\n---\nmore\n", "frontmatter-unclosed", 1, 1),
        ("---\na: 1\n\n# Title\n\nSome text: here\n\n---\nmore\n", "frontmatter-unclosed", 1, 1),
        ("---\na: 1\n----\n# Title\nprose\n\n---\n", "frontmatter-unclosed", 1, 1),
        ("---\n- a\n- b\n---\n", "frontmatter-not-mapping", 2, 1),
        ("---\njust text\n---\n", "frontmatter-not-mapping", 2, 1),
        ("---\na: b: c\n---\n", "frontmatter-invalid", 2, 5),
        ("---\nx: &a [*a]\n---\n", "yaml-hostile", 2, 8),
    ],
)
def test_forms_the_hub_does_not_read_say_why_and_where(content: str, rule: str, line: int, column: int) -> None:
    read = card(content)
    assert read.metadata is None
    assert read.defect is not None
    at = read.text.position(read.defect.start)
    assert (read.defect.rule, at.line, at.column) == (rule, line, column), read.defect.message


def test_a_fence_inside_a_block_scalar_ends_the_block_as_on_the_hub() -> None:
    read = card("---\na: |\n  x\n  ---\n  y\nb: 1\n---\n")
    assert read.metadata is not None
    assert data(read.metadata) == {"a": "x\n---\ny\n", "b": 1}
    flush = card("---\na: |\n---\nb: 1\n---\n")
    assert flush.metadata is not None
    assert data(flush.metadata) == {"a": ""}


@given(st.text(st.sampled_from("-ab: \t\r\n"), max_size=30))
def test_the_block_is_where_the_hubs_own_pattern_finds_it(content: str) -> None:
    text = decode("README.md", content.encode())
    found, wanted = frontmatter.hub_block(text), STATED.match(content)
    assert (found is None) == (wanted is None)
    if found and wanted:
        assert (found.start, found.end, found.closer_end) == (*wanted.span(2), wanted.end())


@given(st.text(max_size=200), st.booleans())
def test_no_text_raises_and_every_place_lies_inside(content: str, fenced: bool) -> None:
    read = card(f"---\n{content}\n---\n".encode("utf-8", "replace") if fenced else content.encode("utf-8", "replace"))
    assert (read.metadata is None) != (read.defect is None)
    if read.defect:
        assert 0 <= read.defect.start <= read.defect.end <= len(read.text.content)
        for _, start, end in read.defect.related:
            assert 0 <= start <= end <= len(read.text.content)


@pytest.mark.parametrize(
    ("content", "line_reader", "gguf"),
    [
        ("---\na: 1\n---\n", "a: 1", "a: 1"),
        ("\n---\na: 1\n---\n", None, None),
        ("---\na: 1\n--- \n---\n", "a: 1\n--- ", "a: 1\n--- "),
        ("---\ra: 1\r---\r", "a: 1", "a: 1"),
        ("---\n---\n", "", ""),
        ("\ufeff---\na: 1\n---\n", None, None),
        ("---\na: x\u2028y\n---\n", "a: x\ny", "a: x\ny"),
        ("---\na: 1\n", None, "a: 1"),
        ("---\n- no\n---\n", "- no", '- "no"'),
        ("", None, None),
    ],
)
def test_other_readers(content: str, line_reader: str | None, gguf: str | None) -> None:
    assert frontmatter.line_reader_block(content) == line_reader
    assert frontmatter.gguf_block(content) == gguf
