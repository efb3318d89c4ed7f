"""The Markdown reader on one construct at a time, at exact places, under every line end."""

from __future__ import annotations

import pytest
from bulk import bulk
from ending import ends

from cardlint.markdown import Markdown, read_markdown
from cardlint.text import Text

ENDS = {"LF": "\n", "CRLF": "\r\n", "CR": "\r"}


def _read(source: str, start: int = 0) -> tuple[Text, Markdown]:
    text = Text("README.md", source)
    return text, read_markdown(text, start)


@pytest.fixture(params=[(end, bom) for end in ENDS.values() for bom in ("", "\ufeff")], ids=repr)
def dress(request: pytest.FixtureRequest) -> tuple[str, str]:
    """A line end and what stands before everything."""
    return request.param  # type: ignore[no-any-return]


LINKS = [
    # source; form, image, target, text; the construct; the destination
    ("a [b *c*](u/v 't') d", "inline", False, "u/v", "b c", "[b *c*](u/v 't')", "u/v"),
    ("![a](<b c> 't')", "inline", True, "b c", "a", "![a](<b c> 't')", "b c"),
    ("x [a](u&amp;v\\)w) y", "inline", False, "u&v)w", "a", "[a](u&amp;v\\)w)", "u&amp;v\\)w"),
    ("[a]()", "inline", False, "", "a", "[a]()", ""),
    ("[a](%20b)", "inline", False, "%20b", "a", "[a](%20b)", "%20b"),
    ("[a](javascript:b)", "inline", False, "javascript:b", "a", "[a](javascript:b)", "javascript:b"),
    ("[a\nb](\nu\n)", "inline", False, "u", "a b", "[a\nb](\nu\n)", "u"),
    ("> - x [q\n>   r](s)", "inline", False, "s", "q r", "[q\n>   r](s)", "s"),
    ("> x [q\nr](s)", "inline", False, "s", "q r", "[q\nr](s)", "s"),
    ("-\t[a](b)", "inline", False, "b", "a", "[a](b)", "b"),
    ("- x\n\n\t[a](b)", "inline", False, "b", "a", "[a](b)", "b"),
    (">\t- [a](b)", "inline", False, "b", "a", "[a](b)", "b"),
    ("|a|b|\n|-|-|\n|x| y [p\\|q](r\\|s) |", "inline", False, "r|s", "p|q", "[p\\|q](r\\|s)", "r\\|s"),
    ("a|b\n-|-\n\\|x | [p](q)", "inline", False, "q", "p", "[p](q)", "q"),
    ("# [a](b) #", "inline", False, "b", "a", "[a](b)", "b"),
    ("x\u2028🚀漢 [a](b)", "inline", False, "b", "a", "[a](b)", "b"),
    ("\0 [a](b)", "inline", False, "b", "a", "[a](b)", "b"),
    ("x <http://a.b/c> y", "autolink", False, "http://a.b/c", "http://a.b/c", "<http://a.b/c>", "http://a.b/c"),
    ("<a@b.c>", "autolink", False, "mailto:a@b.c", "a@b.c", "<a@b.c>", "a@b.c"),
    (
        "(see https://a.b/c_d).",
        "autolink",
        False,
        "https://a.b/c_d",
        "https://a.b/c_d",
        "https://a.b/c_d",
        "https://a.b/c_d",
    ),
    ("x http://a.b/(c)). y", "autolink", False, "http://a.b/(c)", "http://a.b/(c)", "http://a.b/(c)", "http://a.b/(c)"),
    ("x http://a.b&lt;), y", "autolink", False, "http://a.b", "http://a.b", "http://a.b", "http://a.b"),
    ("**http://a.b**", "autolink", False, "http://a.b", "http://a.b", "http://a.b", "http://a.b"),
    ("[t][r]\n\n[r]: <u v> 'w'", "reference", False, "u v", "t", "[t][r]", "u v"),
    ("![r]\n\n> [R]:\n> u", "reference", True, "u", "r", "![r]", "u"),
    ('x <a href="u&amp;v">b <b>c</b></a>', "html", False, "u&v", "b c", '<a href="u&amp;v">b <b>c</b></a>', "u&amp;v"),
    ("<p>\n<img alt='a' src=u>\n", "html", True, "u", "a", "<img alt='a' src=u>", "u"),
    ("> <p>\n> <A HREF='u'>b\n> c</A>", "html", False, "u", "b c", "<A HREF='u'>b\n> c</A>", "u"),
    ("<div>\n<a href='u'>b", "html", False, "u", "b", "<a href='u'>", "u"),
]


@pytest.mark.parametrize("case", LINKS, ids=lambda case: case[0])
def test_link(case: tuple[str, str, bool, str, str, str, str], dress: tuple[str, str]) -> None:
    end, bom = dress
    source, form, image, target, label, whole, destination = case
    text, markdown = _read((bom + source).replace("\n", end))
    (link,) = markdown.links
    assert (link.form, link.image, link.target, link.text) == (form, image, target, label)
    assert text.cut(link.span) == whole.replace("\n", end)
    assert link.span.start == text.content.index(whole.replace("\n", end))
    assert link.target_span is not None
    assert text.cut(link.target_span) == destination


@pytest.mark.parametrize(
    "source",
    [
        "`[a](b)`", "```\n[a](b)\n```", "    [a](b)", "<!-- [a](b) <a href=x> -->", "\\[a](b)", "[a] (b)", "[ ] x",
        "<script>\n'<a href=x>'\n</script>", "<a name=x>", "<b href=x>", "http:// x", "xhttp://a.b",
        "ftp://a.b", "[a]: b",
    ],
)  # fmt: skip
def test_no_link(source: str) -> None:
    assert _read(source)[1].links == ()


def test_links_inside_links_come_after_them() -> None:
    text, markdown = _read("[![a](b)](c) [https://x](y) <a href=d><img src=e></a> *z* ~~[f](g)~~")
    assert [(text.cut(link.span), link.target) for link in markdown.links] == [
        ("[![a](b)](c)", "c"),
        ("![a](b)", "b"),
        ("[https://x](y)", "y"),
        ("<a href=d><img src=e></a>", "d"),
        ("<img src=e>", "e"),
        ("[f](g)", "g"),
    ]


HEADINGS = [
    # source; title, level, form, anchor; the heading's text
    ("# A `b` *c* [d](e)", "A b c d", 1, "atx", "a-b-c-d", "# A `b` *c* [d](e)"),
    ("### A ###", "A", 3, "atx", "a", "### A ###"),
    ("# C#", "C#", 1, "atx", "c", "# C#"),
    ("## :rocket: A_b, c", "A_b, c", 2, "atx", "-a_b-c", "## :rocket: A_b, c"),
    ("## 🚀 Über 漢", "🚀 Über 漢", 2, "atx", "-über-漢", "## 🚀 Über 漢"),
    ("## A {#b}", "A", 2, "atx", "a-b", "## A {#b}"),
    ('## <a id="q"></a> A', "A", 2, "atx", "q", '## <a id="q"></a> A'),
    ("## A &amp; b\\*", "A & b*", 2, "atx", "a--b", "## A &amp; b\\*"),
    ("A\nb\n===", "A b", 1, "setext", "a-b", "A\nb"),
    ("A\n---", "A", 2, "setext", "a", "A"),
    ("**A b:**", "A b", 1, "bold", "", "**A b:**"),
    ("__A__:", "A", 1, "bold", "", "__A__:"),
    ("**A `b`**", "A b", 1, "bold", "", "**A `b`**"),
    ("<h2>A &amp; <b>b</b></h2>", "A & b", 2, "html", "a--b", "<h2>A &amp; <b>b</b></h2>"),
    ("<div\nalign=center>\n<H3\nid='q'>A\nb</H3></div>", "A b", 3, "html", "q", "<H3\nid='q'>A\nb</H3>"),
    ("<h1>\n\nA *b*\n\n</h1>", "A b", 1, "html", "a-b", "<h1>\n\nA *b*"),
    ("<a></a><h4>A</h4>", "A", 4, "html", "a", "<h4>A</h4>"),
]


@pytest.mark.parametrize("case", HEADINGS, ids=lambda case: case[0])
def test_heading(case: tuple[str, str, int, str, str, str], dress: tuple[str, str]) -> None:
    end, bom = dress
    source, title, level, form, anchor, whole = case
    text, markdown = _read((bom + source + "\n\nxyz\n").replace("\n", end))
    (section,) = markdown.sections
    assert (section.title, section.level, section.form, section.anchor) == (title, level, form, anchor)
    assert text.cut(section.span) == whole.replace("\n", end)
    assert text.cut(section.body).endswith(f"xyz{end}")
    assert "===" not in text.cut(section.body)


@pytest.mark.parametrize(
    "source",
    [
        "> # A", "- # A", "> **A**", "**A** b", "**A** and **b**", "**A\nb**", "- **A**", "****", "** A**", "#A",
        "####### A", "> [!NOTE]\n> **A**", "```\n# A\n```", "<!--\n# A\n-->", "<hr>", "|**a**|\n|-|", "\\# A",
    ],
)  # fmt: skip
def test_no_heading(source: str) -> None:
    assert _read(source)[1].sections == ()


def test_sections_nest() -> None:
    text, markdown = _read("# A\na\n## B\nb\n\n**C**\n\nc\n## D\nd\n# E\n")
    cut = text.cut
    assert [(s.title, s.level, cut(s.own), cut(s.body)) for s in markdown.sections] == [
        ("A", 1, "a\n", "a\n## B\nb\n\n**C**\n\nc\n## D\nd\n"),
        ("B", 2, "b\n\n", "b\n\n**C**\n\nc\n"),
        ("C", 3, "\nc\n", "\nc\n"),
        ("D", 2, "d\n", "d\n"),
        ("E", 1, "", ""),
    ]


def test_anchors_are_unique_and_include_ids_anywhere() -> None:
    _, markdown = _read("# A\n# A\n# A-1\n> # A\n\n<p id=x>\n\ny <a name='z'></a>\n\n###### B\n\n**C**\n")
    assert [section.anchor for section in markdown.sections] == ["a", "a-1", "a-1-1", "b", ""]
    assert markdown.anchors == {"a", "a-1", "a-1-1", "a-2", "x", "z", "b"}
    assert markdown.sections[-1].level == 6


SNIPPETS = [
    # source; language, info, code; the block; the first characters of each line of code
    ("```Python title='x'\na\n\n  b\n```", "python", "Python title='x'", "a\n\n  b\n", None, ["a", "", "  b"]),
    ("~~~ {.py .x}\na\n~~~~", "py", "{.py .x}", "a\n", None, ["a"]),
    ("```{r, echo=F}\na\n```", "r", "{r, echo=F}", "a\n", None, ["a"]),
    ("```python:t.py\na", "python:t.py", "python:t.py", "a", None, ["a"]),
    ("```\n```", "", "", "", None, []),
    ("> - ```py\n>   a\n>    b\n>   ```", "py", "py", "a\n b\n", "```py\n>   a\n>    b\n>   ```", ["a", " b"]),
    ("  ```py\n a\n   b\n  ```", "py", "py", "a\n b\n", "```py\n a\n   b\n  ```", ["a", " b"]),
    ("- x\n\n  ```py\n\ta\n  ```", "py", "py", "  a\n", "```py\n\ta\n  ```", ["a"]),
    ("x\n\n    a\n\n\tb\n\ny", "", "", "a\n\nb\n", "a\n\n\tb", ["a", "", "b"]),
]


@pytest.mark.parametrize("case", SNIPPETS, ids=lambda case: case[0])
def test_snippet(case: tuple[str, str, str, str, str | None, list[str]], dress: tuple[str, str]) -> None:
    end, bom = dress
    source, language, info, code, whole, lines = case
    text, markdown = _read((bom + source).replace("\n", end))
    (snippet,) = markdown.snippets
    assert (snippet.language, snippet.info, snippet.code) == (language, info, code)
    assert snippet.fenced == ("```" in source or "~~~" in source)
    assert text.cut(snippet.span) == (whole or source).replace("\n", end).strip(" \r\n")
    assert [text.line(text.position(at).line)[text.position(at).column - 1 :] for at in snippet.lines] == lines


COMMENTS = [
    ("<!-- a -->", "a", "<!-- a -->"),
    ("x <!--a--> y", "a", "<!--a-->"),
    ("<!--\na\n\nb\n-->\nc", "a\n\nb", "<!--\na\n\nb\n-->"),
    ("> <div>\n> <!-- a\n> b --> c", "a\nb", "<!-- a\n> b -->"),
    ("- <!-- a -->", "a", "<!-- a -->"),
    ("|a|\n|-|\n| <!-- b --> |", "b", "<!-- b -->"),
    ("<!-- a", "a", "<!-- a"),
    ("<!-->", "", "<!-->"),
]


@pytest.mark.parametrize("case", COMMENTS, ids=lambda case: case[0])
def test_comment(case: tuple[str, str, str], dress: tuple[str, str]) -> None:
    end, bom = dress
    source, inside, whole = case
    text, markdown = _read((bom + source).replace("\n", end))
    (comment,) = markdown.comments
    assert comment.text == inside
    assert text.cut(comment.span) == whole.replace("\n", end)


@pytest.mark.parametrize("source", ["`<!-- a -->`", "```\n<!-- a -->\n```", "    <!-- a -->", "\\<!-- a -->", "x <!-- a"])
def test_no_comment(source: str) -> None:
    assert _read(source)[1].comments == ()


def test_frontmatter_is_not_read() -> None:
    source = "---\na: '[b](c)'\n---\n# D\n"
    text, markdown = _read(source, source.index("# D"))
    assert markdown.links == ()
    assert [text.cut(section.span) for section in markdown.sections] == ["# D"]


def test_paragraphs() -> None:
    text, markdown = _read("# A\nb\nc\n\n> d\n\n|e|\n|-|\n")
    assert [text.cut(span) for span in markdown.paragraphs] == ["b\nc", "d"]


HOSTILE = [
    "[", "![", "*", "`", "<!--", "> ", "a](", "- ", "1. ", "[a](",
    "<a href='x' ", "<h1>", "a\n", "\r", "|a|\n|-|\n", "# a\n", "http://x" + "." * 50 + "a", "<a href=x>",
]  # fmt: skip


@pytest.mark.parametrize("unit", HOSTILE)
@pytest.mark.bulk
def test_hostile_input_ends_soon(unit: str) -> None:
    _, markdown = _read((unit * 100_000)[: bulk(100_000)])
    with ends():
        assert len(markdown.links) + len(markdown.sections) + len(markdown.comments) <= 100_000


@pytest.mark.bulk
@pytest.mark.parametrize("unit", ["# a\n", "# <a id=x>a\n", "**a**\n\n", "<h1>", "<!-- a -->\n", "# :a", "|a|", "a  "])
def test_eight_megabytes_of_hostile_input_end_soon(unit: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "cardlint.markdown_body._CHARACTERS", bulk(2_000_000)
    )  # as it is, or the part of it that belongs to a part of the text
    size = bulk(8_000_000)
    _, markdown = _read((unit * size)[:size])
    with ends():
        assert len(markdown.links) + len(markdown.sections) + len(markdown.comments) <= 100_000
        assert markdown.anchors is not None
        assert markdown.incomplete[-1].end == size
        # The limits were set for two seconds; a slow machine has some room.


@pytest.mark.parametrize(
    ("source", "unread"),
    [
        ("a\n\n" + "> " * 100 + "b", "b"),
        ("a\n\n" + "[" * 30_000, "["),
        ("a\n\n" + "[" * 200_000 + "z", "[[z"),
        ("\n" * 600_000 + "x", "\nx"),
        ("a\n\n" + ">" * 99 + "a\n" + "b\n" * 300_000, "b\n"),
        ("[a](b) " * 2_800 + "\n\n" + ("[a](b) " * 2_800 + "\n\n") * 30, "[a](b)"),
    ],
    ids=["deep", "dense", "run", "lines", "lazy", "many"],
)
def test_what_is_not_read_is_said(source: str, unread: str) -> None:
    text, markdown = _read(source)
    assert markdown.incomplete
    assert text.cut(markdown.incomplete[-1]).endswith(unread)
    assert not _read("# A\n\n[b](c)\n")[1].incomplete
    assert len(markdown.links) < 90_000
