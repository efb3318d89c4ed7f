"""Changes of YAML as edits: the value, key or item alone is touched, and nothing where it is not certain."""

from __future__ import annotations

import pytest

from cardlint.edits import faithful, fix, rendered, shared
from cardlint.fix import applied
from cardlint.nodes import Mapping, Sequence
from cardlint.problem import Append, Cure, Edit, Remove, SetValue
from cardlint.repository import Repository
from cardlint.source import Memory
from cardlint.text import Span, Text, decode
from cardlint.yamlreader import read_yaml


def text(content: str) -> Text:
    return Text("README.md", content)


def place(content: str, part: str) -> Span:
    start = content.index(part)
    return Span("README.md", start, start + len(part))


def made(content: str, change: Edit | SetValue | Remove | Append) -> str | None:
    edit = rendered(text(content), change)
    return None if edit is None else applied(content, [edit])


SET = [
    ("a: MIT # c\n", "MIT", "mit", "a: mit # c\n"),
    ("a: 'MIT'\n", "'MIT'", "it's", "a: 'it''s'\n"),
    ('a: "MIT"\n', '"MIT"', 'say "x"', 'a: "say \\"x\\""\n'),
    ("a: MIT\n", "MIT", "no", 'a: "no"\n'),
    ("a: MIT\n", "MIT", "1.0", 'a: "1.0"\n'),
    ("a: MIT\n", "MIT", "a: b", 'a: "a: b"\n'),
    ("a: MIT\n", "MIT", "- b", 'a: "- b"\n'),
    ("a: MIT\n", "MIT", "a #b", 'a: "a #b"\n'),
    ("a: [x, MIT]\n", "MIT", "a, b", 'a: [x, "a, b"]\n'),
    ("Key: x\n", "Key", "key", "key: x\n"),
    ("'Key': x\n", "'Key'", "key", "'key': x\n"),
    ("a: MIT\n", "MIT", "été", "a: été\n"),
    ("a: |\n  MIT\n", "|\n  MIT\n", "mit", None),
    ("a: &x MIT\n", "&x MIT", "mit", None),
    ("a: !!str MIT\n", "!!str MIT", "mit", None),
    ("a: MIT\n", "MIT", "m\u2028t", None),
    ("a: MIT\n", "MIT", "m\x7ft", None),
]


@pytest.mark.parametrize(("content", "part", "value", "wanted"), SET)
def test_a_value_is_set_in_the_quotes_it_stands_in(content: str, part: str, value: str, wanted: str | None) -> None:
    assert made(content, SetValue(place(content, part), value)) == wanted


def test_quotes_and_none_may_be_asked_for() -> None:
    assert made("a: no\n", SetValue(place("a: no\n", "no"), "no", quoted=True)) == 'a: "no"\n'
    assert made("a: 'no'\n", SetValue(place("a: 'no'\n", "'no'"), "no", quoted=True)) == 'a: "no"\n'
    assert made("a: '1'\n", SetValue(place("a: '1'\n", "'1'"), "1", plain=True)) == "a: 1\n"
    assert made("a: yes\n", SetValue(place("a: yes\n", "yes"), "true", plain=True)) == "a: true\n"


def test_nothing_is_set_where_nothing_is_written() -> None:
    assert made("a:\n", SetValue(Span("README.md", 2, 2), "x")) is None
    flow = "{a: &x [~], b: *x, c: 2}\n"
    assert made(flow, Remove(Span("README.md", flow.index("b:"), flow.index("~")))) is None


REMOVE = [
    ("a: 1\nb: 2\nc: 3\n", "b: 2", "a: 1\nc: 3\n"),
    ("a: 1\r\nb: 2\r\nc: 3\r\n", "b: 2", "a: 1\r\nc: 3\r\n"),
    ("a: 1\nb: 2", "b: 2", "a: 1\n"),
    ("a: 1\nb:  \nc: 3\n", "b:", "a: 1\nc: 3\n"),
    ("a:\n- x\n- y\nb: 1\n", "a:\n- x\n- y", "b: 1\n"),
    ("a:\n- x\n- ~\n", "~", "a:\n- x\n"),
    ("a:\n- x\n-\n", "-\n", "a:\n- x\n"),
    ("a: [x, ~, y]\n", "~", "a: [x, y]\n"),
    ("a: [x, ~]\n", "~", "a: [x]\n"),
    ("a: {x: 1, y: ~, z: 2}\n", "y: ~", "a: {x: 1, z: 2}\n"),
    ("a: |\n  long\n  text\nb: 1\n", "a: |\n  long\n  text\n", "b: 1\n"),
    ("\ufeffa: 1\nb: 2\n", "a: 1", "\ufeffb: 2\n"),
    ("a: [~]\n", "~", None),
    ("a: 1 # why\nb: 2\n", "a: 1", None),
    ("a:\n# why\n- x\nb: 2\n", "a:\n# why\n- x", None),
    ("a: &x ~\nb: *x\n", "a: &x ~", None),
    ("- a: 1\n  b: 2\n", "a: 1", None),
    ("a: [x,\n  ~, y]\n", "~", None),
    ("a: [&x no, b]\nb: 1\n", "a: [&x no, b]", None),
    ("a: [c,&x no]\nb: 1\n", "a: [c,&x no]", None),
    ("a: {&x no: b}\nb: 1\n", "a: {&x no: b}", None),
    ('{c: 1, a: {"k":&x no}, b: 1}\n', 'a: {"k":&x no}', None),
    ("{a: &x 1, b: *x, c: 2}\n", "b", None),
    ("{a: &x 1, b : *x, c: 2}\n", "b", None),
]


@pytest.mark.parametrize(("content", "part", "wanted"), REMOVE)
def test_an_entry_goes_with_its_line_or_comma_but_never_with_a_comment(content: str, part: str, wanted: str | None) -> None:
    assert made(content, Remove(place(content, part))) == wanted


@pytest.mark.parametrize("block", ["a:\n  b: 1\n  c: 2\nd: 3\n", "a: {b: 1, c: 2}\nd: 3\n"])
def test_what_is_left_is_what_was_there_without_the_entry(block: str) -> None:
    root = read_yaml(block)
    assert isinstance(root, Mapping)
    inner = root.entries[0].value
    assert isinstance(inner, Mapping | Sequence)
    gone = inner.entries[0] if isinstance(inner, Mapping) else None
    assert gone is not None
    left = made(block, Remove(Span("README.md", gone.key.start, gone.value.end)))
    assert left is not None
    after = read_yaml(left)
    assert isinstance(after, Mapping)
    assert [entry.name for entry in after.entries] == ["a", "d"]
    assert isinstance(after.entries[0].value, Mapping)
    assert [entry.name for entry in after.entries[0].value.entries] == ["c"]


def test_a_line_is_appended_below_with_its_indentation_and_line_end() -> None:
    content = "x:\r\n  a: 1 # why\r\n  b: 2\r\n"
    assert made(content, Append(place(content, "a: 1"), "n: 3")) == "x:\r\n  a: 1 # why\r\n  n: 3\r\n  b: 2\r\n"
    assert made("- a: 1\n", Append(place("- a: 1\n", "a: 1"), "n: 3")) is None
    assert made("a: 1", Append(place("a: 1", "a: 1"), "n: 3")) is None
    alias = "x:\n  y: &b acme\n  z: 1\nbase: *b\n"
    assert made(alias, Append(Span("README.md", alias.index("base"), alias.index("acme") + 4), "n: 3")) is None


def test_a_cure_is_made_whole_or_not_at_all() -> None:
    content = "a: MIT\nb: |\n  x\n"
    first, second = SetValue(place(content, "MIT"), "mit"), SetValue(place(content, "|\n  x\n"), "x")
    found = fix({"README.md": text(content)}, Cure("safe", "both", (first,)))
    assert found is not None
    assert (found.applicability, found.title, found.edits) == ("safe", "both", (Edit(place(content, "MIT"), "mit"),))
    assert fix({"README.md": text(content)}, Cure("safe", "both", (first, second))) is None
    assert fix({}, Cure("safe", "make", (Edit(Span("NOTICE", 0, 0), "n"),))) is not None
    assert fix({}, Cure("safe", "make", (first,))) is None


def repository(content: str) -> Repository:
    return Repository(Memory({"README.md": f"---\n{content}---\n".encode()}))


SHARED = [
    ("a: 1\n", []),
    ("a: &x 1\nb: 2\n", []),
    ("a: &x [1, 2]\nb: *x\nc: [*x]\n", ["&x [1, 2]"]),
    ("a: &x [&y 1, 2]\nb: *x\nc: *y\nd: &z 3\ne: *z\n", ["&x [&y 1, 2]", "&z 3"]),
    ("a: &x\n- 1\nb: *x\n", ["&x\n- 1"]),
    ("&k a: &e\nb: *e\nc: *k\n", ["&k a", "&e"]),
    ("z: &z 1\na: &x\n- 1\n- - *z\nb: *x\n", ["&z 1", "&x\n- 1\n- - *z"]),
    ("a: [\n", []),
]


@pytest.mark.parametrize(("content", "wanted"), SHARED)
def test_what_an_alias_repeats_is_known_by_its_place(content: str, wanted: list[str]) -> None:
    held = repository(content)
    found = shared(held)
    assert [held.texts["README.md"].cut(span) for span in found] == wanted


TOUCHING = [(4, 5, True), (0, 10, True), (7, 8, True), (8, 9, False), (0, 4, False), (4, 4, True), (8, 8, True), (9, 9, False), (3, 3, False),
            (6, 12, True), (12, 13, True), (11, 12, False), (20, 10, True), (30, 20, False)]  # fmt: skip


@pytest.mark.parametrize(("start", "end", "refused"), TOUCHING)
def test_nothing_is_changed_in_what_is_to_be_kept(start: int, end: int, refused: bool) -> None:
    held, kept = {"README.md": text("x" * 40), "b": Text("b", "x" * 40)}, (Span("README.md", 4, 8), Span("README.md", 12, 16))
    assert (fix(held, Cure("safe", "t", (Edit(Span("README.md", start, end), ""),)), kept) is None) == refused
    assert fix(held, Cure("safe", "t", (Edit(Span("b", start, end), ""),)), kept) is not None


def test_an_edit_that_reaches_further_than_its_change_is_seen() -> None:
    content = "a: [x, ~]\n"
    made = Cure("safe", "t", (Remove(place(content, "~")),))
    assert fix({"README.md": text(content)}, made, (Span("README.md", 4, 5),)) is not None
    assert fix({"README.md": text(content)}, made, (Span("README.md", 4, 6),)) is None


@pytest.mark.parametrize("content", ["a: é\n".encode("utf-16"), b"a: \xe9\n"])
def test_what_cannot_be_written_back_as_it_was_is_not_touched(content: bytes) -> None:
    held = decode("README.md", content)
    assert not faithful(held)
    assert fix({"README.md": held}, Cure("safe", "t", (Edit(Span("README.md", 0, 1), "b"),))) is None
    assert not faithful(decode("README.md", b"a", truncated=True))
