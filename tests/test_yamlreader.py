from __future__ import annotations

import math
import string as ascii_text
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from cardlint.nodes import Mapping, Node, Scalar, Sequence, data, walk
from cardlint.yamlreader import HostileYamlError, Limits, YamlError, alias_places, read_yaml

PARSERS = pytest.mark.parametrize("pure", [False, True], ids=["libyaml", "python"])


def test_the_c_parser_is_there() -> None:
    from cardlint import yamlevents

    assert yamlevents.CParser is not None, "PyYAML without libyaml: the other tests would compare one parser with itself"


def same(first: Any, second: Any) -> bool:
    return repr(first) == repr(second)


@PARSERS
@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("no", "no"), ("yes", "yes"), ("on", "on"), ("Off", "Off"), ("y", "y"), ("true", True), ("FALSE", False),
        ("12:30", "12:30"), ("1:30:00", "1:30:00"), ("2025-01-15", "2025-01-15"), ("011", 11), ("0o17", 15), ("0x1F", 31),
        ("1e3", 1000.0), ("5e-5", 5e-5), ("1_000", "1_000"), ("0b11", "0b11"), ("=", "="), ("~", None), ("null", None),
        ("Null", None), ("", None), ("1.10", 1.1), ("3.1.0", "3.1.0"), ("+1", 1), ("-.5", -0.5), (".5", 0.5), ("1.", 1.0),
        (".inf", math.inf), ("-.INF", -math.inf), (".nan", math.nan), ("nan", "nan"), ("inf", "inf"), ("--", "--"),
        ("'no'", "no"), ('"1.10"', "1.10"), ("!!str 1", "1"), ("!!int 3", 3), ("!!float 3", 3.0), ("!!null x", None), ("! 3", "3"),
        ("9" * 5000, math.inf),
    ],
)  # fmt: skip
def test_plain_scalars_are_resolved_as_in_yaml_1_2_core(written: str, value: object, pure: bool) -> None:
    node = read_yaml(f"key: {written}\n", pure=pure)
    assert node is not None
    assert same(data(node), {"key": value})


@PARSERS
def test_every_key_and_scalar_has_its_place(pure: bool) -> None:
    content = "a: 😀\r\nb:\r\n  - 漢字 # c\r\n  - {k: 'v w'}\r\n\"q r\": |\r\n  x\r\nu: a\u2028b\u0085c\n"
    node = read_yaml(content, path="f", base=7, pure=pure)
    assert isinstance(node, Mapping)
    cut = [content[entry.key.start - 7 : entry.key.end - 7] for entry in node.entries]
    assert cut == ["a", "b", '"q r"', "u"]
    scalars = [content[found.start - 7 : found.end - 7] for _, found in walk(node) if isinstance(found, Scalar)]
    assert scalars[:3] == ["😀", "漢字", "'v w'"]
    assert scalars[-1] == "a\u2028b\u0085c"
    assert data(node) == {"a": "😀", "b": ["漢字", {"k": "v w"}], "q r": "x\n", "u": "a\u2028b\u0085c"}


@PARSERS
def test_duplicates_and_nulls_stay_visible(pure: bool) -> None:
    node = read_yaml("a: 1\nb:\na: 2\nc: {d: 1, d: }\n", pure=pure)
    assert isinstance(node, Mapping)
    assert [entry.name for entry in node.entries] == ["a", "b", "a", "c"]
    assert data(node) == {"a": 2, "b": None, "c": {"d": None}}
    assert node.get("b") is None
    assert node.entry("b") is not None


@PARSERS
def test_merge_keys_are_ordinary_keys(pure: bool) -> None:
    node = read_yaml("base: &b {x: 1}\nuse:\n  <<: *b\n", pure=pure)
    assert node is not None
    assert data(node) == {"base": {"x": 1}, "use": {"<<": {"x": 1}}}


@PARSERS
@pytest.mark.parametrize("content", ["", "\n\n", "# only a comment\n", "---\n...\n"])
def test_no_document_is_none_or_null(content: str, pure: bool) -> None:
    node = read_yaml(content, pure=pure)
    assert node is None or data(node) is None


@PARSERS
@pytest.mark.parametrize(
    ("content", "start"),
    [
        ("a: b: c", 4),
        ("a:\n\t- x", 3),
        ("a: \x00", 3),
        ("a: \x1b[31m", 3),
        ("a: *b", 3),
        ("- a\n---\n- b", 4),
        ("a: @b", 3),
        ("a\x7f: b", 1),
    ],
)
def test_what_is_not_yaml_says_where(content: str, start: int, pure: bool) -> None:
    with pytest.raises(YamlError) as caught:
        read_yaml(content, base=100, pure=pure)
    assert caught.value.start == start + 100


@PARSERS
@pytest.mark.parametrize(
    ("what", "content"),
    [
        ("size", "a: " + "x" * 2_000_000),
        ("depth", "[" * 100_000),
        ("depth", "- " * 100_000),
        ("depth", "{a: " * 100_000),
        ("nodes", "[" + "1," * 200_001 + "]"),
        (
            "aliases",
            "a: &a [1]\n" + "".join(f"{n}: &{n} [{','.join([f'*{p}'] * 10)}]\n" for p, n in zip("abcdefgh", "bcdefghi", strict=True)),
        ),
        ("aliases", "a: &a [*a]"),
        ("tag", "a: !!python/object/apply:os.system [x]"),
        ("tag", "!custom {a: 1}"),
    ],
    ids=["size", "flow-depth", "block-depth", "mapping-depth", "nodes", "alias-bomb", "alias-to-itself", "python-tag", "custom-tag"],
)
def test_hostile_yaml_is_named(what: str, content: str, pure: bool) -> None:
    with pytest.raises(HostileYamlError) as caught:
        read_yaml(content, pure=pure, limits=Limits(seconds=120))
    assert caught.value.what == what


def test_reading_stops_at_its_time() -> None:
    with pytest.raises(HostileYamlError) as caught:
        read_yaml("[" + "1," * 100_000 + "]", limits=Limits(seconds=0))
    assert caught.value.what == "time"


@PARSERS
def test_a_tab_between_tokens_is_white_space(pure: bool) -> None:
    node = read_yaml("a:\tb\nc: [d,\te]\n", pure=pure)
    assert node is not None
    assert data(node) == {"a": "b", "c": ["d", "e"]}


@PARSERS
def test_a_surrogate_escape_is_refused(pure: bool) -> None:
    with pytest.raises(YamlError):
        read_yaml('a: "\\ud83d"', pure=pure)


WORDS = st.text(ascii_text.ascii_letters + "äé漢😀_", min_size=1, max_size=8)
PLAIN = st.one_of(
    WORDS,
    st.integers(-999, 999).map(str),
    st.sampled_from(["a\tb", "c \t d e", "f\t", "no", "1.10", "12:30", "2025-01-15", "null", "true", "~"]),
)
QUOTED = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=12).map(
    lambda text: "'" + text.replace("'", "''") + "'",
)


@st.composite
def blocks(draw: st.DrawFn, depth: int = 0) -> tuple[str, list[str]]:
    """A block mapping at some indentation, with its keys in order."""
    names = draw(st.lists(WORDS, min_size=1, max_size=4, unique=True))
    indent = "  " * depth
    lines, keys = [], []
    for name in names:
        keys.append(name)
        shape = draw(st.sampled_from(["plain", "quoted", "list", "flow", "map", "empty", "block"] if depth < 3 else ["plain", "quoted"]))
        if shape == "map":
            inner, below = draw(blocks(depth + 1))
            lines.append(f"{indent}{name}:\n{inner}")
            keys += below
        elif shape == "list":
            items = draw(st.lists(st.one_of(PLAIN, QUOTED), min_size=1, max_size=3))
            lines.append(f"{indent}{name}:\n" + "".join(f"{indent}- {item}\n" for item in items))
        elif shape == "flow":
            lines.append(f"{indent}{name}: [{', '.join(draw(st.lists(WORDS, max_size=3)))}]  # comment\n")
        elif shape == "block":
            lines.append(f"{indent}{name}: |\n{indent}  {draw(WORDS)}\n")
        else:
            value = {"plain": PLAIN, "quoted": QUOTED, "empty": st.just("")}[shape]
            lines.append(f"{indent}{name}: {draw(value)}\n")
    return "".join(lines), keys


def keys_of(node: Node) -> list[Scalar]:
    if isinstance(node, Sequence):
        return [key for item in node.items for key in keys_of(item)]
    if isinstance(node, Mapping):
        return [key for entry in node.entries for key in (entry.key, *keys_of(entry.value)) if isinstance(key, Scalar)]
    return []


@given(blocks(), st.sampled_from(["\n", "\r\n", "\r"]), st.integers(0, 50))
def test_the_text_at_a_keys_span_is_the_key(generated: tuple[str, list[str]], line_end: str, base: int) -> None:
    content, names = generated
    content = content.replace("\n", line_end)
    node = read_yaml(content, base=base)
    assert node is not None
    keys = keys_of(node)
    assert [content[key.start - base : key.end - base] for key in keys] == names
    for _, found in walk(node):
        assert base <= found.start <= found.end <= base + len(content)


def _read(content: str, *, pure: bool) -> object:
    try:
        node = read_yaml(content, pure=pure)
    except YamlError as error:
        return type(error).__name__
    return None if node is None else [(name, type(found).__name__, found.start, getattr(found, "raw", None)) for name, found in walk(node)]


@given(blocks(), st.sampled_from(["\n", "\r\n", "\r"]))
def test_both_parsers_build_the_same_from_what_people_write(generated: tuple[str, list[str]], line_end: str) -> None:
    content = generated[0].replace("\n", line_end)
    assert _read(content, pure=True) == _read(content, pure=False)


@given(st.text(st.sampled_from("ab1:-,[]{}#&*!|>'\"%@` \n\t?~.\r\u2028\u0085\ufeff"), max_size=25))
def test_hostile_text_never_escapes_the_readers_own_errors(content: str) -> None:
    for pure in (False, True):
        start, end = _extent(content, pure=pure)
        assert 0 <= start <= end <= len(content) + 1


def _extent(content: str, *, pure: bool) -> tuple[int, int]:
    """Where the document, or what is wrong with it, begins and ends."""
    try:
        node = read_yaml(content, pure=pure)
    except YamlError as error:
        return error.start, error.end
    return (0, 0) if node is None else (node.start, node.end)


@given(blocks())
def test_values_agree_with_pyyaml_where_both_versions_of_yaml_agree(generated: tuple[str, list[str]]) -> None:
    content, _ = generated
    node = read_yaml(content)
    assert node is not None
    assert _strings(data(node)) == _strings(yaml.load(content, yaml.CBaseLoader))  # noqa: S506 - builds text only


def _strings(value: Any) -> Any:
    """Only the shape and the keys: scalar values differ by version."""
    if isinstance(value, dict):
        return {str(key): _strings(item) for key, item in value.items()}
    return [_strings(item) for item in value] if isinstance(value, list) else "scalar"


def test_the_places_of_aliases_are_known_in_their_order() -> None:
    content = "a\u2028: &x 1\nb: [*x, {c: *x}]\n? *x\n: *x"
    assert isinstance(read_yaml(content), Mapping)
    assert [content[start - 5 : end - 5] for start, end in alias_places(content, 5)] == ["*x"] * 4
    assert [start for start, _ in alias_places(content)] == [match for match in range(len(content)) if content[match] == "*"]
    assert list(alias_places("a: 1 # *x\n")) == []


@pytest.mark.parametrize("pure", [False, True])
@pytest.mark.parametrize("block", ["- 1\n  - *x", "- 1\n  - - *x", "k: *x", "- a: &y 1\n    b: *y"])
def test_a_collection_that_ends_with_an_alias_ends_behind_it(block: str, pure: bool) -> None:
    content = f"a: &x [1]\nb:\n  {block}\nc: 2\n"
    root = read_yaml(content, pure=pure, base=7)
    assert isinstance(root, Mapping)
    value = root.entries[1].value
    assert content[value.start - 7 : value.end - 7] == block
