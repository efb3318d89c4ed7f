"""How to cite: CITATION.cff and the BibTeX in the card."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from cardlint.bibtex import entry_types, faults
from cardlint.nodes import Mapping, Sequence, is_null, kind_of
from cardlint.problem import Problem, Related
from cardlint.text import BOM, Span

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cardlint.contents import Contents
    from cardlint.files import Files
    from cardlint.markdown import Markdown, Snippet
    from cardlint.nodes import Node
    from cardlint.text import Text

_PATH = "CITATION.cff"
_BYTES = 1_000_000
_FINDINGS = 20


def invalid(markdown: Markdown, listing: Files, contents: Contents, *, keys: list[str], blocks: dict[str, list[str]]) -> Iterator[Problem]:
    """BibTeX in code blocks and CITATION.cff that do not parse.

    `keys` are what CITATION.cff has to have. Of `blocks`, `bibtex` are the languages of code blocks that hold BibTeX and
    `others` those that may, where they hold an entry of one of the `types`.
    """
    held = (snippet for snippet in markdown.snippets if _is_bibtex(snippet, **blocks))
    yield from islice((problem for snippet in held for problem in _bibtex(markdown.text, snippet)), _FINDINGS)
    if _PATH in listing:
        yield from _cff(contents.text(_PATH, _BYTES), keys)


def _is_bibtex(snippet: Snippet, *, bibtex: list[str], others: list[str], types: list[str]) -> bool:
    if snippet.language in others:
        return next(entry_types(snippet.code), None) in types
    return snippet.language in bibtex


def _bibtex(text: Text, snippet: Snippet) -> Iterator[Problem]:
    for fault in faults(snippet.code):
        span = Span(text.path, _place(text, snippet, fault.start), _place(text, snippet, fault.end))
        yield Problem(f"the BibTeX entry {fault.entry} does not parse: {fault.message}", span, f"BibTeX {fault.entry}")


def _place(text: Text, snippet: Snippet, offset: int) -> int:
    """The offset in the file of an offset in the code of a block."""
    line = snippet.code.count("\n", 0, offset)
    column = offset - (snippet.code.rfind("\n", 0, offset) + 1)
    return min(snippet.lines[line] + column, len(text.content)) if line < len(snippet.lines) else snippet.span.end


def _cff(text: Text, keys: list[str]) -> Iterator[Problem]:
    from cardlint.yamlcause import find_cause  # a broken file is rare, and start-up counts
    from cardlint.yamlreader import HostileYamlError, YamlError, read_yaml

    start = len(BOM) if text.bom else 0
    try:
        node = read_yaml(text.content[start:], path=text.path, base=start)
    except HostileYamlError as error:
        yield Problem(f"{_PATH} cannot be read: {error.message}", text.span(error.start, error.end), _PATH)
    except YamlError as error:
        cause = find_cause(text.content[start:], error, start)
        related = tuple(Related(note, text.span(first, last)) for note, first, last in cause.related)
        yield Problem(f"{_PATH} is not YAML: {cause.message}", text.span(cause.start, cause.end), _PATH, related)
    else:
        yield from _keys(text, node, keys)


def _keys(text: Text, node: Node | None, keys: list[str]) -> Iterator[Problem]:
    if not isinstance(node, Mapping) or not node.entries:
        held = "empty" if node is None or isinstance(node, Mapping) or is_null(node) else f"a {kind_of(node)}"
        yield Problem(f"{_PATH} is {held}; it needs {_list(keys)}", text.span(0, 0), _PATH)
        return
    missing = [key for key in keys if node.get(key) is None]
    if missing:
        yield Problem(f"{_PATH} lacks {_list(missing)}, which CFF 1.2 requires", node.entries[0].key.span, _PATH)
    authors = node.get("authors")
    if authors is not None and not (isinstance(authors, Sequence) and authors.items):
        yield Problem(f"`authors` in {_PATH} has to be a list of persons or entities", authors.span, f"{_PATH} authors")


def _list(keys: list[str]) -> str:
    *others, last = (f"`{key}`" for key in keys)
    return f"{', '.join(others)} and {last}" if others else last
