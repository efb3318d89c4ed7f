"""Patterns of Git: a table by the manual pages, and Git itself as the judge of generated ones."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest
from ending import ends
from hypothesis import given, settings
from hypothesis import strategies as st

from cardlint.gitpatterns import Attributes, Ignored, Place, matcher

if TYPE_CHECKING:
    from pathlib import Path

LFS = "filter=lfs diff=lfs merge=lfs -text"
MATCHES = [
    ("*.bin", "a.bin", True), ("*.bin", "a/b.bin", True), ("*.bin", "a.bin.json", False), ("model.*", "a/model.bin", True),
    ("/*.bin", "a.bin", True), ("/*.bin", "a/b.bin", False), ("a/*.bin", "a/b.bin", True), ("a/*.bin", "a/b/c.bin", False),
    ("**/x", "x", True), ("**/x", "a/b/x", True), ("a/**", "a/b/c", True), ("a/**", "a", False), ("a/**/b", "a/b", True),
    ("a/**/b", "a/x/y/b", True), ("a/**/b", "ab", False), ("saved_model/**/*", "saved_model/1/x", True), ("**", "a/b", True),
    ("*tfevents*", "logs/events.out.tfevents.1", True), ("a?c", "abc", True), ("a?c", "a/c", False), ("[ab].x", "b.x", True),
    ("[!ab].x", "b.x", False), ("[^ab].x", "c.x", True), ("[a-c].x", "b.x", True), ("[[:digit:]].x", "7.x", True),
    ("[![:digit:]].x", "7.x", False), ("my[[:space:]]model.bin", "my model.bin", True), (r"\*.x", "*.x", True), (r"\*.x", "a.x", False),
    ("[].x", "a.x", False), ("[z-a].x", "z.x", False), ("[[:nosuch:]].x", "a.x", False), ("[!/]x", "/x", False),
    ("**/a*/b", "a1/a2/b", True), ("*-/b*c", "x-y-/bbc", True), ("a[", "a[", True), (r"a\[b\]", "a[b]", True), ("[]a].x", "].x", True),
    ("[a--]x", "ax", False), ("[+--]x", ",x", True), ("[a-]x", "-x", True), ("[&&~~||]x", "&x", True), (r"[\\-a]x", "]x", True),
    ("[![:nosuch:]]x", "ax", True), (r"[\]]x", "]x", True),
]  # fmt: skip


@pytest.mark.parametrize(("pattern", "path", "expected"), MATCHES)
def test_a_pattern_matches_as_the_manual_says(pattern: str, path: str, expected: bool) -> None:
    assert matcher(pattern)(path) is expected


TRACKED = [
    (f"*.bin {LFS}", "a.bin", True), (f"*.bin {LFS}\na.bin -filter", "a.bin", False), (f"*.bin {LFS}\na.bin !filter text", "a.bin", False),
    (f"*.bin {LFS}\n*.bin text", "a.bin", True), (f"*.bin {LFS}\n*.bin filter=other", "a.bin", False), ("*.bin filter", "a.bin", False),
    (f"# *.bin {LFS}", "a.bin", False), (f"  *.bin\t{LFS}", "a.bin", True), (f"!*.bin {LFS}", "a.bin", False), (f"a/ {LFS}", "a/b", False),
    (f'"my model.bin" {LFS}', "my model.bin", True), (f'"a\\"b" {LFS}', 'a"b', True), (f'"open {LFS}', "open", False),
    (f"[attr]large {LFS}\n*.bin large", "a.bin", True), (f"[attr]large {LFS}\n*.bin other", "a.bin", False),
    (f"{'x' * 5000} {LFS}", "x", False), ("", "a.bin", False),
]  # fmt: skip


@pytest.mark.parametrize(("text", "path", "expected"), TRACKED)
def test_the_last_line_that_speaks_of_the_filter_counts(text: str, path: str, expected: bool) -> None:
    assert Attributes([Place("", text)]).tracked(path) is expected


def test_a_file_of_patterns_speaks_of_its_folder() -> None:
    places = [Place("", f"a/models/*.bin {LFS}", "a/"), Place("", "models/b.bin -filter"), Place("models/", f"/b.bin {LFS}")]
    assert [Attributes(places[:count]).tracked("models/b.bin") for count in (1, 2, 3)] == [True, False, True]
    assert not Attributes(places).tracked("b.bin")


IGNORED = [
    ("*.bin", "a/b.bin", True), ("out/", "out/a/b", True), ("out/", "out", False), ("/out", "a/out", False), ("/out", "out/a", True),
    ("*.bin\n!a.bin", "a.bin", False), ("out/\n!out/a", "out/a", True), ("# a", "# a", False), ("a  ", "a", True), ("", "a", False),
    ("a/b", "a/b/c", True), ("**/__pycache__", "x/__pycache__/y.pyc", True), ("x" * 5000, "x", False),
]  # fmt: skip


@pytest.mark.parametrize(("text", "path", "expected"), IGNORED)
def test_what_git_does_not_look_at(text: str, path: str, expected: bool) -> None:
    assert (path in Ignored([Place("", text)])) is expected


@pytest.mark.parametrize(
    "pattern", ["*a" * 100 + "b", "**/" * 300 + "x", "**/*a" * 60, "[[:space:]" * 400, "*" * 4000, "(a*)" * 200, "a/**/" * 200 + "*a*a*b"]
)
def test_no_pattern_takes_long(pattern: str) -> None:
    with ends():
        matches = matcher(pattern)
        for path in ("a" * 255, "/".join(["a" * 20] * 150), "a/" * 500 + "a"):
            matches(path)


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository of Git to ask."""
    root = tmp_path_factory.mktemp("git")
    subprocess.run(["git", "init", "-q", root], check=True)
    return root


# `**` inside a step and runs of more than two stars Git itself reads in more than one way.
_PARTS = st.sampled_from(["a", "b", ".", "*", "?", "[ab]", "[!a]", "-", "\\*", "[a-b]"])
_STEPS = st.lists(_PARTS, min_size=1, max_size=4).map("".join).filter(lambda step: "**" not in step and step not in {".", ".."})
_PATTERNS = st.tuples(st.sampled_from(["", "/"]), st.lists(st.one_of(_STEPS, st.just("**")), min_size=1, max_size=3).map("/".join)).map(
    "".join
)
_PATHS = st.lists(st.text("ab.-*", min_size=1, max_size=3).filter(lambda step: step.strip(".")), min_size=1, max_size=4).map("/".join)


@settings(max_examples=60)
@given(st.lists(_PATTERNS, min_size=1, max_size=4), st.lists(_PATHS, min_size=1, max_size=20, unique=True))
def test_git_reads_attributes_the_same_way_property(repository: Path, patterns: list[str], paths: list[str]) -> None:
    text = "".join(f"{pattern} {'filter=lfs' if index % 3 else '-filter'}\n" for index, pattern in enumerate(patterns, 1))
    (repository / ".gitattributes").write_text(text)
    asked = "\0".join(paths)
    answer = subprocess.run(
        ["git", "-C", repository, "check-attr", "-z", "--stdin", "filter"], input=asked, capture_output=True, text=True, check=True
    ).stdout.split("\0")
    expected = {answer[at]: answer[at + 2] == "lfs" for at in range(0, len(answer) - 2, 3)}
    attributes = Attributes([Place("", text)])
    assert {path: attributes.tracked(path) for path in paths} == expected


@settings(max_examples=60)
@given(st.lists(st.tuples(st.sampled_from(["", "!"]), _PATTERNS, st.sampled_from(["", "/"])).map("".join), min_size=1, max_size=3),
       st.lists(_PATHS, min_size=1, max_size=20, unique=True))  # fmt: skip
def test_git_ignores_the_same_files_property(repository: Path, patterns: list[str], paths: list[str]) -> None:
    (repository / ".gitattributes").write_text("")
    (repository / ".gitignore").write_text("\n".join(patterns) + "\n")
    asked = "\0".join(paths)
    done = subprocess.run(
        ["git", "-C", repository, "check-ignore", "--no-index", "-z", "--stdin"], input=asked, capture_output=True, text=True, check=False
    )
    ignored = Ignored([Place("", "\n".join(patterns))])
    assert {path for path in paths if path in ignored} == set(done.stdout.split("\0")) - {""}
