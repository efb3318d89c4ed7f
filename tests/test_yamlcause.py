"""From a parser's complaint to the mistake: both parsers of PyYAML have to lead to the same place and words."""

import pytest
from ending import ends

from cardlint.text import decode
from cardlint.yamlcause import Cause, find_cause
from cardlint.yamlreader import YamlError, read_yaml


def cause(content: str, *, pure: bool, base: int = 0) -> Cause:
    with pytest.raises(YamlError) as caught:
        read_yaml(content, pure=pure, base=base)
    return find_cause(content, caught.value, base)


CASES = [
    # an unquoted colon
    ("a: b: c", 1, 5, "a colon followed by a blank inside an unquoted value"),
    ("a: 12:30: c", 1, 9, "a colon followed by a blank"),
    ("x: y\ntitle: Foo: Bar: baz", 2, 11, "a colon followed by a blank"),
    ("a: b:", 1, 5, "a colon followed by a blank"),
    # indentation
    ("a: b\n  c: d\n  e: f", 2, 3, "indented as if it continued `a: b` above"),
    ("a:\n- b\n  c: d", 3, 3, "indented as if it continued `- b` above"),
    ("a:\n  b: c\n d: e", 3, 2, "does not fit the lines above it"),
    ("  a: b\nc: d", 1, 1, "the first line is indented and others are not"),
    ("a: b\n\tc: d", 2, 1, "a tab in the indentation"),
    ("a:\n  \t- b", 2, 3, "a tab in the indentation"),
    ("a:\n- b\n-\tc: d", 3, 2, "a tab where YAML expects blanks"),
    ("a: - b", 1, 4, "a list may not begin on the line of its key"),
    # lines that are no pair
    ("a: b\nkey", 2, 1, "this line is not `key: value`"),
    ("a: b\nkey\nc: d", 2, 1, "this line is not `key: value`"),
    ("key\nb: c", 1, 1, "this line is not `key: value`"),
    ("a: c\nd:e\nf: g", 2, 2, "a key needs a blank after its colon"),
    ("a:b\nc: d", 1, 2, "a key needs a blank after its colon"),
    ("a:\n-b\n- c", 2, 1, "a list item needs a blank after its dash"),
    ("-a\n-b\nc: d", 1, 1, "a list item needs a blank after its dash"),
    ("x: y\n-a\n-b\nc: d", 2, 1, "a list item needs a blank after its dash"),
    ("<!-- c -->\na: b", 1, 1, "an HTML comment inside the YAML"),
    ("a: b\n<!-- c -->\nc: d", 2, 1, "an HTML comment inside the YAML"),
    ("- a\nb: c", 1, 1, "a key after a list"),
    ("a:\n- b\n- c\n\n- d\ne\n", 6, 1, "this line is not `key: value`"),
    ("{}\na: b", 1, 1, "a key after an empty mapping: remove `{}`"),
    ("[]\na: b", 1, 1, "a key after an empty list: remove `[]`"),
    ("a: b\n]", 2, 1, "does not fit the lines above it"),
    # quotes and brackets
    ("a: 'b", 1, 4, "the quote ' opened here is never closed"),
    ('a: "b\nc: d', 1, 4, 'the quote " opened here is never closed'),
    ('a: "x\\', 1, 4, 'the quote " opened here is never closed'),
    ('x: y\na: "b\nc: d\ne: "f"\n', 2, 4, 'the quote " opened here is not closed on its line'),
    ("a: 'x\n\nb: c\n\nd: 'e'", 1, 4, "the quote ' opened here is not closed on its line"),
    ("a: 'it's'", 1, 8, "text after a closed quote or bracket"),
    ('a: "say "hi" now"', 1, 10, "text after a closed quote or bracket"),
    ("a: 'b', 'c'", 1, 7, "text after a closed quote or bracket"),
    # Markdown
    ("a:\n- [main](https://example.org)\nb: c", 2, 3, "write the plain id or name instead of the link"),
    ("a: [main](https://example.org)", 1, 4, "write the plain id or name instead of the link"),
    ("license_link: [terms](https://example.org)", 1, 15, "write the plain address instead of the link"),
    ("a: [main](https://example.org) and more", 1, 10, "text after a closed quote or bracket"),
    ("a: 'b\n- [main](https://example.org)", 1, 4, "the quote ' opened here is never closed"),
    ("a:\n- b\n- ```\nc: d", 3, 3, "a code fence left in the YAML; remove this line"),
    ("```yaml\na: b\n```", 1, 1, "a code fence left in the YAML"),
    ("a: b\n~~~~\nc: d", 2, 1, "a code fence left in the YAML"),
    ("a: ```b```", 1, 4, "a value may not begin with `"),
    ("a: 'b\n```", 1, 4, "the quote ' opened here is never closed"),
    # lines of the template
    ("TODO: Add tags: here", 1, 1, "a line left from the template"),
    ("\n- YAML tags: copy: paste\na: b", 2, 1, "a line left from the template"),
    ("- YAML tags: here\na: b", 1, 1, "a line left from the template"),
    ('YAML tags:\n{"a": ["b"]}\n', 1, 1, "a line left from the template"),
    ("YAML tags:\na: b: c", 2, 5, "a colon followed by a blank"),
    ("TODO_list: a: b", 1, 13, "a colon followed by a blank"),
    ("a: [b, c", 1, 4, "the bracket [ opened here is not closed"),
    ("a: [\n b,\n c\nd: e", 1, 4, "the bracket [ opened here is not closed"),
    ("a: {\n b: c,\nd: e\n", 1, 4, "the bracket { opened here is not closed"),
    ("a: [b,,c]", 1, 7, ", stands where a value is expected"),
    ("a: ]", 1, 4, "] stands where a value is expected"),
    # characters that may not begin a value
    ("a: @me", 1, 4, "a value may not begin with @"),
    ("a: `code`", 1, 4, "a value may not begin with `"),
    ("a: %x", 1, 4, "a value may not begin with %"),
    ("a: **bold** text", 1, 4, "a value that begins with * or & is an alias or anchor"),
    ("a: *star", 1, 4, "*star refers to an anchor that does not exist"),
    ("a: >x\n b", 1, 4, "a value may not begin with > and go on like this"),
    ("a: | b\n c", 1, 4, "a value may not begin with | and go on like this"),
    ("a: !<", 1, 4, "a value may not begin with ! and go on like this"),
    ("a: b\n%c: d", 2, 1, "a line may not begin with %"),
    # escapes and characters
    ('a: "\\d"', 1, 5, "\\d is no YAML escape"),
    ('a: "x\\\\ \\d"', 1, 9, "\\d is no YAML escape"),
    ('a: "C:\\Users"', 1, 7, "\\Us is no YAML escape"),
    ('a: "\\ud83d\\ude00"', 1, 5, "\\ud83d is no YAML escape"),
    ("a: b\x7f", 1, 5, "control character U+007F"),
    ("a: b\n---\nc: d", 2, 1, "a second YAML document begins here"),
]


@pytest.mark.parametrize("pure", [False, True])
@pytest.mark.parametrize(("content", "line", "column", "message"), CASES)
def test_the_cause_is_found(content: str, line: int, column: int, message: str, *, pure: bool) -> None:
    found = cause(content, pure=pure)
    at = decode("README.md", content.encode("utf-8", "surrogatepass")).position(found.start)
    assert (at.line, at.column) == (line, column), found
    assert message in found.message


@pytest.mark.parametrize("content", [content for content, *_ in CASES])
def test_both_parsers_agree_in_every_word(content: str) -> None:
    assert cause(content, pure=False) == cause(content, pure=True)


def test_a_long_run_of_bad_list_items_does_not_take_long() -> None:
    with ends():
        found = cause("-a\n" * 200_000 + "c: d", pure=False)
    assert "a list item needs a blank after its dash" in found.message


def test_offsets_are_those_of_the_file() -> None:
    here, there = cause("- a\nb: c", pure=False), cause("- a\nb: c", pure=False, base=100)
    assert (there.start, there.end) == (here.start + 100, here.end + 100)
    assert there.related == tuple((note, start + 100, end + 100) for note, start, end in here.related)


def test_blank_lines_at_the_end_are_nobodys_mistake() -> None:
    assert cause("a: [b\n\n\n", pure=False).start == 3
