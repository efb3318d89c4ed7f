"""What holds of the Markdown reader for every document."""

from __future__ import annotations

from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from cardlint.markdown import Markdown, read_markdown
from cardlint.text import Span, Text

ENDS = st.sampled_from(["\n", "\r\n", "\r"])
WORD = st.text("abcé漢🚀", min_size=1, max_size=6)


@dataclass(frozen=True)
class Part:
    """A block and what must be found in it, of which kind."""

    lines: list[str]
    kind: str
    whole: str


PARTS = st.one_of(
    st.builds(lambda w, n: Part([f"{'#' * n} {w}"], "section", f"{'#' * n} {w}"), WORD, st.integers(1, 6)),
    st.builds(lambda a, b: Part([f"x [{a}]({b}) y"], "link", f"[{a}]({b})"), WORD, WORD),
    st.builds(lambda a, b: Part([f"![{a}](<{b}>)"], "link", f"![{a}](<{b}>)"), WORD, WORD),
    st.builds(lambda a: Part([f"x <a href='{a}'>y</a>"], "link", f"<a href='{a}'>y</a>"), WORD),
    st.builds(lambda a: Part(["|p|q|", "|-|-|", f"|\\||[r]({a})|"], "link", f"[r]({a})"), WORD),
    st.builds(lambda a: Part(["```py", a, "```"], "snippet", a), WORD),
    st.builds(lambda a: Part([f"<!-- {a} -->"], "comment", f"<!-- {a} -->"), WORD),
    st.builds(lambda a: Part([a, a], "paragraph", ""), WORD),
)
PREFIXES = st.sampled_from([("", ""), ("> ", "> "), ("- ", "  "), ("1. ", "   "), ("> - ", ">   "), ("-\t", "\t")])


@st.composite
def documents(draw: st.DrawFn) -> tuple[str, list[Part], str]:
    """A document, its parts and its line end."""
    end = draw(ENDS)
    parts, blocks = draw(st.lists(PARTS, max_size=6)), []
    for part in parts:
        first, rest = draw(PREFIXES) if part.kind != "section" else ("", "")
        blocks.append(end.join((first if i == 0 else rest) + line for i, line in enumerate(part.lines)))
    # A heading keeps neighbouring lists and quotations apart.
    return draw(st.sampled_from(["", "\ufeff"])) + f"{end}{end}***{end}{end}".join(blocks), parts, end


def _spans(markdown: Markdown) -> list[Span]:
    wholes = [link.span for link in markdown.links] + [snippet.span for snippet in markdown.snippets]
    wholes += [comment.span for comment in markdown.comments] + [section.span for section in markdown.sections]
    bodies = [span for section in markdown.sections for span in (section.body, section.own)]
    targets = [link.target_span for link in markdown.links if link.target_span]
    return [*wholes, *bodies, *targets, *markdown.paragraphs, *markdown.incomplete]


@given(documents())
def test_everything_written_is_found_where_it_stands(document: tuple[str, list[Part], str]) -> None:
    source, parts, _ = document
    text = Text("README.md", source)
    markdown = read_markdown(text)
    wanted = {kind: [part.whole for part in parts if part.kind == kind] for kind in ("section", "link", "comment")}
    assert [text.cut(section.span) for section in markdown.sections] == wanted["section"]
    assert [text.cut(link.span) for link in markdown.links] == wanted["link"]
    assert [text.cut(comment.span) for comment in markdown.comments] == wanted["comment"]
    assert [text.cut(link.target_span) for link in markdown.links if link.target_span] == [link.target for link in markdown.links]
    codes = [part.whole for part in parts if part.kind == "snippet"]
    assert [snippet.code.strip() for snippet in markdown.snippets] == codes
    places = [snippet.lines[0] for snippet in markdown.snippets]
    assert [text.content[at : at + len(code)] for at, code in zip(places, codes, strict=True)] == codes


TOKENS = st.lists(
    st.sampled_from([
        *"[]()<>!*_`~#-=|:&;\\\"' \t\n\rab1.\0\ufeff\u2028\u3000\ud800",
        "<!--", "-->", "<h1>", "</h1>", "<a href=", "](", "![", "\r\n", "http://",
        "```", "\n\n", "    ", "> ", "- ", "[a]: ", "<a>", "</a>", "<img src=", "|-|", "\n---\n",
        "**", "&amp;",
    ]),
    max_size=40,
).map("".join)  # fmt: skip


@given(st.one_of(TOKENS, st.text(max_size=60)), st.integers(0, 5))
def test_no_text_raises_and_all_places_lie_in_the_file(source: str, start: int) -> None:
    markdown = read_markdown(Text("README.md", source), min(start, len(source)))
    begin = min(start, len(source))
    for span in _spans(markdown):
        assert begin <= span.start <= span.end <= len(source)
    assert isinstance(markdown.anchors, frozenset)


@given(TOKENS)
def test_destinations_stand_where_they_are_said_to_stand(source: str) -> None:
    text = Text("README.md", source)
    for link in read_markdown(text).links:
        written = text.cut(link.target_span) if link.target_span else link.target
        plain = not set(written) & set("&\\\0\r\n") and not link.target.startswith("mailto:")
        assert not plain or written.strip() == link.target.strip()


@given(TOKENS)
def test_facts_do_not_depend_on_the_order_of_asking(source: str) -> None:
    text = Text("README.md", source)
    one, other = read_markdown(text), read_markdown(text)
    first = (one.comments, one.sections, one.links, one.incomplete)
    assert (other.incomplete, other.links, other.sections, other.comments) == first[::-1]
