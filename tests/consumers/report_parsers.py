"""Reports through what really reads or writes them: GitHub's own Markdown parser, and ruff as another writer of the formats."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import cmarkgfm
import jsonschema
import junitparser
import pytest
from cmarkgfm.cmark import Options
from components import program
from hypothesis import example, given
from hypothesis import strategies as st

sys.path.insert(0, str(Path(__file__).parent.parent))

import test_format_gitlab
import test_format_rdjson
from reports import HOSTILE, every_rule, hostile

from cardlint.formats import render
from cardlint.formats.markup import code, inline
from cardlint.formats.safe import visible
from cardlint.home import SITE

TAGS = {"table", "thead", "tbody", "tr", "th", "td", "h2", "h3", "p", "code", "strong", "a"}
BLOCKS = {"td", "th", "p", "h2", "h3"}
ODD = st.text(alphabet="`|\\*_[]()<>!&;#@:~$-+=.,'\" \n1aé/^{}", max_size=16)


class _Page(HTMLParser):
    """What a browser would make of HTML: its tags, its links, and the text of each cell, paragraph and heading."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.links: list[str] = []
        self.texts: list[str] = []
        self.inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.links += [value or "" for name, value in attrs if name in {"href", "src"}]
        if tag in BLOCKS:
            self.texts.append("")
            self.inside = True

    def handle_endtag(self, tag: str) -> None:
        self.inside = self.inside and tag not in BLOCKS

    def handle_data(self, data: str) -> None:
        if self.inside:
            self.texts[-1] += data

    def handle_comment(self, data: str) -> None:
        pytest.fail(f"HTML was left out or let through: {data}")


def page(markdown: str) -> _Page:
    """The document as cmark-gfm renders it with all extensions and raw HTML let through."""
    found = _Page()
    extensions = ["table", "autolink", "strikethrough", "tasklist"]
    found.feed(cmarkgfm.markdown_to_html_with_extensions(markdown, Options.CMARK_OPT_UNSAFE | Options.CMARK_OPT_FOOTNOTES, extensions))
    return found


@given(st.one_of(ODD, st.text(max_size=20), st.sampled_from(HOSTILE[:-1])))
@example("a@b.example www.x.example https://x.example")
@example("\\|`|")
def test_github_shows_the_text_and_nothing_acts(text: str) -> None:
    for written in (inline(text), code(text)):
        found = page(f"| a | b |\n| --- | --- |\n| {written} | z |\n")
        assert found.tags <= {"table", "thead", "tbody", "tr", "th", "td", "code"}
        assert found.texts[2:] == [visible(text), "z"]
        assert page(written).tags <= {"p", "code"}
        assert "".join(page(written).texts) == visible(text)


@pytest.mark.parametrize("report", [hostile(), every_rule()], ids=["hostile", "every rule"])
def test_github_shows_a_summary_in_which_only_our_pages_are_linked(report: Any) -> None:
    found = page(render(report, "markdown"))
    assert found.tags <= TAGS
    assert all(link.startswith(SITE) for link in found.links)
    assert len(found.texts) > 100


@pytest.fixture(scope="module")
def ruff(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """What ruff reports on a small file, by format."""
    folder = tmp_path_factory.mktemp("ruff")
    (folder / "é.py").write_text("import os\nx = 'é' + undefined\n", "utf-8")

    def run(name: str) -> str:
        command = [program("ruff"), "check", "--isolated", "--no-cache", "--output-format", name, "é.py"]
        return subprocess.run(command, cwd=folder, capture_output=True, text=True, encoding="utf-8", check=False).stdout

    return run


def keys(value: Any) -> set[str]:
    """The paths of keys in a document."""
    if isinstance(value, dict):
        return {f"{key}{rest}" for key, item in value.items() for rest in {"", *(f".{name}" for name in keys(item))}}
    return {name for item in value for name in keys(item)} if isinstance(value, list) else set()


def test_rdjson_has_the_shape_of_ruffs(ruff: Any) -> None:
    theirs, ours = json.loads(ruff("rdjson")), json.loads(render(every_rule(), "rdjson"))
    assert theirs["diagnostics"]
    loose = jsonschema.Draft202012Validator(test_format_rdjson.SCHEMA)
    assert not [error for error in loose.iter_errors(theirs) if error.validator not in {"enum", "required"}]
    assert keys(ours) <= keys(theirs) | {"diagnostics.severity"}


def test_gitlab_has_the_shape_of_ruffs(ruff: Any) -> None:
    theirs, ours = json.loads(ruff("gitlab")), json.loads(render(every_rule(), "gitlab"))
    assert theirs
    required = set(test_format_gitlab.SCHEMA["items"]["required"])
    assert required <= keys(theirs) & keys(ours)
    assert {type(value) for entry in theirs for value in entry.values()} == {type(value) for entry in ours for value in entry.values()}


def test_junit_is_read_as_ruffs_is(ruff: Any) -> None:
    for text in (ruff("junit"), render(every_rule(), "junit")):
        cases = [case for suite in junitparser.JUnitXml.fromstring(text.encode()) for case in suite]
        assert cases
        assert all(case.name and case.classname for case in cases)


def test_the_table_is_read_by_a_dialect_sniffer() -> None:
    rendered = render(every_rule(), "csv")
    assert csv.Sniffer().has_header(rendered[:4000])
    assert len({len(row) for row in csv.reader(io.StringIO(rendered, newline=""))}) == 1
